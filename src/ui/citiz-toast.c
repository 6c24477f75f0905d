/* The one toast of the moment, from any widget inside a window. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-window.h"

#define OLDER      "citiz-older-toast"
#define ANIMATIONS "gtk-enable-animations"
#define LINES      5 /* at most */
/* Letters on a line: where there is room, and where there is least. */
#define WIDE  48
#define LEAST 10

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
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *overlay;

  if (ADW_IS_PREFERENCES_WINDOW (widget) && citiz_compat_is_there (widget)) /* it is inside */
    widget = GTK_WIDGET (adw_preferences_window_get_visible_page (ADW_PREFERENCES_WINDOW (widget)));
  overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);
  if (overlay == NULL && ADW_IS_APPLICATION_WINDOW (root))
    overlay = adw_application_window_get_content (ADW_APPLICATION_WINDOW (root));
  if (overlay == NULL && GTK_IS_WINDOW (root)
      && gtk_window_get_transient_for (GTK_WINDOW (root)) != NULL)
    return overlay_of (GTK_WIDGET (gtk_window_get_transient_for (GTK_WINDOW (root))));
  return ADW_IS_TOAST_OVERLAY (overlay) ? ADW_TOAST_OVERLAY (overlay) : overlay_of_open_record ();
}

/* At once, with their overlay: one that is dismissed is read until it has faded. */
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

/* The newest replaces: one that waited would come back with an Undo of what is no longer the last. */
static void
replace_older (AdwToastOverlay *overlay, AdwToast *toast)
{
  AdwToast *older = g_object_get_data (G_OBJECT (overlay), OLDER);

  if (older != NULL)
    adw_toast_dismiss (older);
  g_object_set_data_full (G_OBJECT (overlay), OLDER, g_object_ref (toast), g_object_unref);
}

/* The style sheet brings it in, not libadwaita: 1.2 frees a toast that is dismissed before it has come in, or while nothing is drawn, and goes on
 * bringing it in. What is set here lasts for this call only: nobody is told, and what the system says later holds. */
static void
add_in_place (AdwToastOverlay *overlay, AdwToast *toast)
{
  GtkSettings *settings = gtk_widget_get_settings (GTK_WIDGET (overlay));
  gboolean animated;

  g_object_get (settings, ANIMATIONS, &animated, NULL);
  g_object_freeze_notify (G_OBJECT (settings));
  if (animated)
    g_object_set (settings, ANIMATIONS, FALSE, NULL);
  adw_toast_overlay_add_toast (overlay, toast);
  if (animated)
    gtk_settings_reset_property (settings, ANIMATIONS);
  g_object_thaw_notify (G_OBJECT (settings));
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

/* Its height is asked for its natural width: what is natural must have room in the window, beside the button or, in large letters, above it. */
static void
fit (GtkWidget *shown, GtkLabel *label, gint width)
{
  GtkLayoutManager *row = gtk_widget_get_layout_manager (shown);
  gint natural;

  for (guint way = 0; way < 2; way++)
    {
      if (way == 1 && GTK_IS_BOX_LAYOUT (row))
        gtk_orientable_set_orientation (GTK_ORIENTABLE (row), GTK_ORIENTATION_VERTICAL);
      for (gint letters = WIDE; letters >= LEAST; letters--)
        {
          gtk_label_set_max_width_chars (label, letters);
          gtk_widget_measure (shown, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
          if (natural <= width || width == 0) /* not laid out yet */
            return;
        }
    }
}

static void
show_toast (GtkWidget *widget, AdwToast *toast)
{
  AdwToastOverlay *overlay = overlay_of (widget);
  GtkWidget *shown;

  if (overlay == NULL)
    {
      g_object_unref (g_object_ref_sink (toast));
      return;
    }
  replace_older (overlay, toast);
  make_room (overlay, toast);
  add_in_place (overlay, toast);
  shown = gtk_widget_get_last_child (GTK_WIDGET (overlay));
  fit (shown, GTK_LABEL (adw_toast_get_custom_title (toast)),
       gtk_widget_get_width (GTK_WIDGET (overlay)));
  citiz_name_buttons (shown);
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
