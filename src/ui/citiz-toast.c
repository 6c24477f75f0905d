/* The one toast of the moment, from any widget inside a window. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-window.h"

#define OLDER "citiz-older-toast"
#define LINES 5 /* at most */
/* Letters on a line: beside a button or alone in a narrow window, and in a wide one. */
#define BESIDE 16
#define ALONE  24
#define WIDE   48

/* What was asked for is answered somewhere: when its dialog or its row has gone, in the window with the open record. */
static AdwToastOverlay *
overlay_of_open_record (void)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (toplevels, i);

      if (CITIZ_IS_WINDOW (window) && citiz_window_get_page (CITIZ_WINDOW (window)) != NULL)
        return ADW_TOAST_OVERLAY (
            adw_application_window_get_content (ADW_APPLICATION_WINDOW (window)));
    }
  return NULL;
}

/* Found by its type, so that small widgets need not know the window; a dialog without one leaves it to the window below it. */
static AdwToastOverlay *
overlay_of (GtkWidget *widget)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);
  GtkRoot *root = gtk_widget_get_root (widget);

  if (overlay == NULL && ADW_IS_APPLICATION_WINDOW (root))
    overlay = adw_application_window_get_content (ADW_APPLICATION_WINDOW (root));
  if (overlay == NULL && GTK_IS_WINDOW (root)
      && gtk_window_get_transient_for (GTK_WINDOW (root)) != NULL)
    return overlay_of (GTK_WIDGET (gtk_window_get_transient_for (GTK_WINDOW (root))));
  return ADW_IS_TOAST_OVERLAY (overlay) ? ADW_TOAST_OVERLAY (overlay) : overlay_of_open_record ();
}

/* With their overlay: to dismiss one that is still coming in crashes libadwaita 1.2. */
void
citiz_toast_drop_all (AdwApplicationWindow *window)
{
  AdwToastOverlay *overlay = ADW_TOAST_OVERLAY (adw_application_window_get_content (window));
  GtkWidget *fresh, *child = adw_toast_overlay_get_child (overlay);

  if (gtk_widget_get_first_child (GTK_WIDGET (overlay))
      == gtk_widget_get_last_child (GTK_WIDGET (overlay)))
    return;
  fresh = adw_toast_overlay_new ();
  g_object_ref (child);
  adw_toast_overlay_set_child (overlay, NULL);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (fresh), child);
  g_object_unref (child);
  adw_application_window_set_content (window, fresh);
}

/* The newest replaces: one that made way waits in libadwaita's queue, and would come back with an Undo of what is no longer the last. It goes with
 * the newer, not at once: one that is still coming in must not be dismissed. */
static void
replace_older (AdwToastOverlay *overlay, AdwToast *toast)
{
  AdwToast *older = g_object_get_data (G_OBJECT (overlay), OLDER);

  if (older != NULL)
    g_signal_connect_object (toast, "dismissed", G_CALLBACK (adw_toast_dismiss), older,
                             G_CONNECT_SWAPPED);
  g_object_set_data_full (G_OBJECT (overlay), OLDER, g_object_ref (toast), g_object_unref);
}

static void
dismissed_cb (AdwToastOverlay *overlay, AdwToast *toast)
{
  if (g_object_get_data (G_OBJECT (overlay), OLDER) == toast)
    gtk_widget_remove_css_class (GTK_WIDGET (overlay), "toasted");
}

/* While one is there, the end of a page can be scrolled above it. */
static void
make_room (AdwToastOverlay *overlay, AdwToast *toast)
{
  gtk_widget_add_css_class (GTK_WIDGET (overlay), "toasted");
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (dismissed_cb), overlay,
                           G_CONNECT_SWAPPED);
}

/* Its height is asked for its natural width: what is natural must have room in the window, with the button. */
static void
fit (AdwToast *toast, gboolean narrow)
{
  const gint letters = !narrow ? WIDE : adw_toast_get_button_label (toast) != NULL ? BESIDE : ALONE;

  gtk_label_set_max_width_chars (GTK_LABEL (adw_toast_get_custom_title (toast)),
                                 letters * 100 / citiz_scaled (100));
}

static void
show_toast (GtkWidget *widget, AdwToast *toast)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  AdwToastOverlay *overlay;

  if (ADW_IS_PREFERENCES_WINDOW (root)
      && citiz_compat_is_there (widget)) /* it has its own inside */
    {
      fit (toast, gtk_widget_get_width (GTK_WIDGET (root)) < 480);
      adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (root), toast);
      return;
    }
  overlay = overlay_of (widget);
  if (overlay == NULL)
    {
      g_object_unref (g_object_ref_sink (toast));
      return;
    }
  fit (toast, gtk_widget_has_css_class (GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (overlay))),
                                        "folded"));
  /* The news of this moment, not what waits: "Undo" is for what was just done. */
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  replace_older (overlay,
                 toast); /* before libadwaita's own handler, which shows the next of the queue */
  make_room (overlay, toast);
  adw_toast_overlay_add_toast (overlay, toast);
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (overlay)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (child != adw_toast_overlay_get_child (overlay))
      citiz_name_buttons (child);
}

/* Its words wrap: libadwaita's own are cut where the window is narrow. They may be a person's own, and very long. */
static AdwToast *
toast_new (const gchar *text)
{
  AdwToast *toast = adw_toast_new ("");
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (label), LINES);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  adw_toast_set_custom_title (toast, label);
  return toast;
}

void
citiz_toast (GtkWidget *widget, const gchar *text)
{
  show_toast (widget, toast_new (text));
}

void
citiz_toast_action (GtkWidget *widget, const gchar *text, const gchar *button, const gchar *action)
{
  AdwToast *toast = toast_new (text);

  adw_toast_set_button_label (toast, button);
  adw_toast_set_action_name (toast, action);
  adw_toast_set_timeout (toast, 8);
  show_toast (widget, toast);
}

void
citiz_toast_undo (GtkWidget *widget,
                  const gchar *text,
                  const gchar *button,
                  GCallback pressed,
                  gpointer data)
{
  AdwToast *toast = toast_new (text);

  adw_toast_set_button_label (toast, button);
  adw_toast_set_timeout (toast, 8);
  g_signal_connect_object (toast, "button-clicked", pressed, data, G_CONNECT_SWAPPED);
  show_toast (widget, toast);
}
