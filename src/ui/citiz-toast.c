/* The one toast of the moment, from any widget inside a window. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-bits.h"
#include "ui/citiz-window.h"

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
  return ADW_IS_TOAST_OVERLAY (overlay) ? ADW_TOAST_OVERLAY (overlay) : NULL;
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

static void
show_toast (GtkWidget *widget, AdwToast *toast)
{
  AdwToastOverlay *overlay;

  if (ADW_IS_PREFERENCES_WINDOW (gtk_widget_get_root (widget))) /* it has its own inside */
    {
      adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (gtk_widget_get_root (widget)),
                                        toast);
      return;
    }
  overlay = overlay_of (widget);
  if (overlay == NULL)
    {
      g_object_unref (g_object_ref_sink (toast));
      return;
    }
  /* The news of this moment, not what waits: "Undo" is for what was just done. */
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
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
