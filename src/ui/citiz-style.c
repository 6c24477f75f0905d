/* The style sheets of the application: light or dark, with more contrast where the desktop asks for it.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-style.h"

#define SHEETS "/io/github/citiz/Citiz/"

typedef struct
{
  const gchar *path;
  const gchar *wanted;      /* the property of AdwStyleManager that says so; NULL is always */
  GtkCssProvider *provider; /* (nullable): in use */
} Sheet;

/* A later one has the last word. Parsed when it is first wanted. */
static Sheet sheets[] = {
    {SHEETS "style.css", NULL},
    {SHEETS "style-dark.css", "dark"},
    {SHEETS "style-hc.css", "high-contrast"},
};

static void
use (Sheet *sheet, guint order, GdkDisplay *display)
{
  sheet->provider = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (sheet->provider, sheet->path);
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (sheet->provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + order);
}

static void
leave (Sheet *sheet, GdkDisplay *display)
{
  gtk_style_context_remove_provider_for_display (display, GTK_STYLE_PROVIDER (sheet->provider));
  g_clear_object (&sheet->provider);
}

static void
follow (GdkDisplay *display, GParamSpec *pspec, AdwStyleManager *manager)
{
  for (guint i = 0; i < G_N_ELEMENTS (sheets); i++)
    {
      gboolean wanted = TRUE;

      if (sheets[i].wanted != NULL)
        g_object_get (manager, sheets[i].wanted, &wanted, NULL);
      if (wanted && sheets[i].provider == NULL)
        use (&sheets[i], i, display);
      else if (!wanted && sheets[i].provider != NULL)
        leave (&sheets[i], display);
    }
}

void
citiz_style_init (GdkDisplay *display)
{
  AdwStyleManager *manager = adw_style_manager_get_for_display (display);

  g_signal_connect_object (manager, "notify::dark", G_CALLBACK (follow), display,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (manager, "notify::high-contrast", G_CALLBACK (follow), display,
                           G_CONNECT_SWAPPED);
  follow (display, NULL, manager);
}
