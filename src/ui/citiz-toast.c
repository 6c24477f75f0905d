/* The one toast of the moment, from any widget inside a window. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-bits.h"
#include "ui/citiz-window.h"

/* Found by its type, so that small widgets need not know the window. */
static AdwToastOverlay *
overlay_of (GtkWidget *widget)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);
  GtkRoot *root = gtk_widget_get_root (widget);

  if (overlay == NULL && ADW_IS_APPLICATION_WINDOW (root))
    overlay = adw_application_window_get_content (ADW_APPLICATION_WINDOW (root));
  return ADW_IS_TOAST_OVERLAY (overlay) ? ADW_TOAST_OVERLAY (overlay) : NULL;
}

/* The toasts of an overlay that were not dismissed yet. */
#define SHOWN "citiz-toasts"

static void
dismissed_cb (AdwToast *toast, GPtrArray *shown)
{
  g_ptr_array_remove (shown, toast);
}

static void
remember (AdwToastOverlay *overlay, AdwToast *toast)
{
  GPtrArray *shown = g_object_get_data (G_OBJECT (overlay), SHOWN);

  if (shown == NULL)
    {
      shown = g_ptr_array_new_with_free_func (g_object_unref);
      g_object_set_data_full (G_OBJECT (overlay), SHOWN, shown, (GDestroyNotify) g_ptr_array_unref);
    }
  g_ptr_array_add (shown, g_object_ref (toast));
  g_signal_connect_data (toast, "dismissed", G_CALLBACK (dismissed_cb), g_ptr_array_ref (shown),
                         (GClosureNotify) (void *) g_ptr_array_unref, 0);
}

void
citiz_toast_dismiss_all (GtkWidget *widget)
{
  AdwToastOverlay *overlay = overlay_of (widget);
  GPtrArray *shown = overlay != NULL ? g_object_get_data (G_OBJECT (overlay), SHOWN) : NULL;

  while (shown != NULL && shown->len > 0)
    {
      g_autoptr (AdwToast) toast = g_ptr_array_steal_index (shown, shown->len - 1);

      adw_toast_dismiss (toast);
    }
}

static void
show_toast (GtkWidget *widget, AdwToast *toast)
{
  AdwToastOverlay *overlay = overlay_of (widget);

  if (overlay == NULL)
    {
      g_object_unref (g_object_ref_sink (toast));
      return;
    }
  remember (overlay, toast);
  adw_toast_overlay_add_toast (overlay, toast);
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (overlay)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (child != adw_toast_overlay_get_child (overlay))
      citiz_name_buttons (child);
}

void
citiz_toast (GtkWidget *widget, const gchar *text)
{
  g_autofree gchar *markup = g_markup_escape_text (text, -1);

  show_toast (widget, adw_toast_new (markup));
}

void
citiz_toast_undo (GtkWidget *widget,
                  const gchar *text,
                  const gchar *button,
                  GCallback pressed,
                  gpointer data)
{
  g_autofree gchar *markup = g_markup_escape_text (text, -1);
  AdwToast *toast = adw_toast_new (markup);

  adw_toast_set_button_label (toast, button);
  adw_toast_set_timeout (toast, 8);
  g_signal_connect_object (toast, "button-clicked", pressed, data, G_CONNECT_SWAPPED);
  show_toast (widget, toast);
}
