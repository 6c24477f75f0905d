/* The window with the sample record: every page, names, the way to the emergency access. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gstdio.h>

#include "app/citiz-session.h"
#include "crypto/citiz-crypto-error.h"
#include "ui/citiz-access-page.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-emergency-page.h"
#include "ui/citiz-ledger-page.h"
#include "ui/citiz-onboarding.h"
#include "ui/citiz-preferences.h"
#include "ui/citiz-print.h"
#include "ui/citiz-profile-dialog.h"
#include "ui/citiz-qr.h"
#include "ui/citiz-recovery-sheet.h"
#include "ui/citiz-unlock.h"
#include "ui/citiz-window.h"
#include "ui-sample.h"

static CitizSession *session;

/* --- nothing leaks --- */

static void
check_finalized (GtkWidget *widget)
{
  g_object_ref_sink (widget);
  ui_settle ();
  g_assert_finalize_object (widget);
}

static void
test_finalize (void)
{
  check_finalized (citiz_access_page_new (session));
  check_finalized (citiz_ledger_page_new (session));
  check_finalized (citiz_emergency_page_new (session));
  check_finalized (citiz_onboarding_new (session));
  check_finalized (citiz_unlock_new (session));
}

static void
check_window_finalized (GtkWindow *window)
{
  gpointer watched = window;

  g_object_add_weak_pointer (G_OBJECT (window), &watched);
  gtk_window_present (window);
  ui_settle ();
  gtk_window_destroy (window);
  ui_settle ();
  WAIT_FOR (watched == NULL);
}

static void
test_finalize_windows (void)
{
  check_window_finalized (GTK_WINDOW (citiz_window_new (NULL, session)));
  check_window_finalized (GTK_WINDOW (citiz_preferences_new (session)));
}

/* --- the first frame --- */

static guint most_measured; /* of one label */
static void (*label_measure) (GtkWidget *, GtkOrientation, int, int *, int *, int *, int *);

static void
counted_measure (GtkWidget *label,
                 GtkOrientation orientation,
                 int for_size,
                 int *minimum,
                 int *natural,
                 int *minimum_baseline,
                 int *natural_baseline)
{
  const guint n = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (label), "measured")) + 1;

  g_object_set_data (G_OBJECT (label), "measured", GUINT_TO_POINTER (n));
  most_measured = MAX (most_measured, n);
  label_measure (label, orientation, for_size, minimum, natural, minimum_baseline,
                 natural_baseline);
}

static void
show_first (GtkWidget *screen)
{
  GtkWidget *window = gtk_window_new ();

  most_measured = 0;
  gtk_window_set_default_size (GTK_WINDOW (window), 1280, 860);
  gtk_window_set_child (GTK_WINDOW (window), screen);
  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_get_width (screen) > 0);
  ui_settle ();
  g_assert_cmpuint (most_measured, >, 0);
  g_assert_cmpuint (most_measured, <=, 8); /* some thirty, where a box looks for the best width */
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* Measuring words was half of the time to the first frame. */
static void
test_first_frame (void)
{
  GtkWidgetClass *labels = g_type_class_ref (GTK_TYPE_LABEL);

  label_measure = labels->measure;
  labels->measure = counted_measure;
  show_first (citiz_onboarding_new (session));
  show_first (citiz_unlock_new (session));
  labels->measure = label_measure;
  g_type_class_unref (labels);
}

/* --- names for assistive technology --- */

static gboolean
has_text (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && *gtk_label_get_label (GTK_LABEL (widget)) != '\0'
      && gtk_widget_get_visible (widget))
    return TRUE;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (has_text (w))
      return TRUE;
  return FALSE;
}

static void
check_names (GtkWidget *widget, guint *buttons)
{
  GtkWidget *parent = gtk_widget_get_parent (widget);
  gboolean menu = GTK_IS_MENU_BUTTON (widget) || GTK_IS_MENU_BUTTON (parent);
  gboolean named_inside = menu
                          && gtk_test_accessible_has_role (
                              GTK_ACCESSIBLE (GTK_IS_MENU_BUTTON (parent) ? parent : widget),
                              GTK_ACCESSIBLE_ROLE_GROUP);
  gboolean other = menu && GTK_IS_MENU_BUTTON (widget) == named_inside; /* of the two buttons */
  gboolean drawn_by_toolkit = !gtk_widget_get_visible (widget)
                              || gtk_widget_get_ancestor (widget, GTK_TYPE_WINDOW_CONTROLS) != NULL
                              || gtk_widget_get_ancestor (widget, ADW_TYPE_ENTRY_ROW) != NULL
                              || gtk_widget_get_ancestor (widget, GTK_TYPE_DROP_DOWN) != NULL
                              || gtk_widget_get_ancestor (widget, ADW_TYPE_EXPANDER_ROW) != NULL;

  if ((GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget)) && !other && !drawn_by_toolkit)
    {
      (*buttons)++;
      if (!has_text (widget)
          && !gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget),
                                                GTK_ACCESSIBLE_PROPERTY_LABEL))
        {
          GString *path = g_string_new (NULL);

          for (GtkWidget *w = widget; w != NULL; w = gtk_widget_get_parent (w))
            g_string_append_printf (path, " < %s", G_OBJECT_TYPE_NAME (w));
          g_error ("a button with only an icon has no name:%s", path->str);
        }
    }
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    check_names (w, buttons);
}

static void
test_names (void)
{
  static const gchar *const pages[]
      = {"today", "care", "activity", "diet", "access", "ledger", "emergency"};
  CitizWindow *window = citiz_window_new (NULL, session);
  guint buttons = 0;

  gtk_window_present (GTK_WINDOW (window));
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      citiz_window_show_page (window, pages[i]);
      ui_settle ();
      g_assert_cmpstr (citiz_window_get_page (window), ==, pages[i]);
    }
  check_names (GTK_WIDGET (window), &buttons);
  g_assert_cmpuint (buttons, >, 20);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* --- the keyboard --- */

static GtkWidget *
find_class (GtkWidget *widget, const gchar *name)
{
  GtkWidget *found;

  if (gtk_widget_has_css_class (widget, name))
    return widget;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if ((found = find_class (w, name)) != NULL)
      return found;
  return NULL;
}

static gboolean
press_tab (GtkWidget *list)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (list);
  gboolean taken = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers) && !taken; i++)
    {
      g_autoptr (GtkEventController) keys = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (keys))
        g_signal_emit_by_name (keys, "key-pressed", GDK_KEY_Tab, 0, 0, &taken);
    }
  return taken;
}

/* Tab goes through the sidebar and leaves the page as it is. */
static void
test_sidebar_tab (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  GtkWidget *focus;
  GtkListBox *rooms;

  gtk_window_present (GTK_WINDOW (window));
  citiz_window_show_page (window, "care");
  ui_settle ();
  rooms = GTK_LIST_BOX (find_class (GTK_WIDGET (window), "navigation-sidebar"));
  gtk_widget_grab_focus (GTK_WIDGET (gtk_list_box_get_selected_row (rooms)));
  g_assert_true (press_tab (GTK_WIDGET (rooms)));
  focus = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_nonnull (focus);
  g_assert_false (gtk_widget_is_ancestor (focus, GTK_WIDGET (rooms)));
  g_assert_cmpstr (citiz_window_get_page (window), ==, "care");
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* The recovery sheet begins on its first button, and Tab goes on to the next. */
static void
test_sheet_tab (void)
{
  GtkWidget *window = gtk_window_new (), *first = citiz_onboarding_new (session), *sheet;
  gint least;

  gtk_window_set_child (GTK_WINDOW (window), first);
  gtk_window_present (GTK_WINDOW (window));
  citiz_onboarding_go (CITIZ_ONBOARDING (first), 2);
  ui_settle ();
  sheet = ui_find_type (first, CITIZ_TYPE_RECOVERY_SHEET);
  for (guint i = 0; i < 2; i++)
    {
      static const gchar *const actions[] = {"sheet.print", "sheet.save"};
      GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));

      g_assert_true (GTK_IS_BUTTON (focus) && gtk_widget_is_ancestor (focus, sheet));
      g_assert_cmpstr (gtk_actionable_get_action_name (GTK_ACTIONABLE (focus)), ==, actions[i]);
      gtk_widget_child_focus (window, GTK_DIR_TAB_FORWARD);
    }
  /* Asked for two words of it, the page fits a narrow window. */
  gtk_widget_action_set_enabled (first, "first-run.check", TRUE);
  gtk_widget_activate_action (first, "first-run.check", NULL);
  ui_settle ();
  gtk_widget_measure (first, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  g_assert_cmpint (least, <=, 360);
  gtk_widget_activate_action (first, "first-run.back", NULL);
  gtk_widget_child_focus (window, GTK_DIR_TAB_FORWARD);
  gtk_widget_child_focus (window, GTK_DIR_TAB_FORWARD);
  /* Backwards past the words, which take no focus. */
  for (guint i = 0; i < 3; i++)
    gtk_widget_child_focus (window, GTK_DIR_TAB_BACKWARD);
  g_assert_false (gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (window)), sheet));
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* --- the emergency access --- */

static void
revoked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_true (citiz_session_revoke_finish (CITIZ_SESSION (source), result, NULL));
  *(gboolean *) data = TRUE;
}

static void
test_emergency (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  CitizEmergencyPage *page;
  CitizAccess *first;
  gboolean revoked = FALSE;
  CitizId id;

  gtk_window_present (GTK_WINDOW (window));
  ui_settle ();
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.emergency", NULL));
  g_assert_cmpstr (citiz_window_get_page (window), ==, "emergency");
  page = CITIZ_EMERGENCY_PAGE (ui_find_type (GTK_WIDGET (window), CITIZ_TYPE_EMERGENCY_PAGE));
  WAIT_FOR (g_strcmp0 (citiz_emergency_page_get_state (page), "live") == 0);
  first = citiz_session_get_emergency (session);
  g_assert_nonnull (first);
  g_assert_nonnull (first->link);
  id = first->id;

  /* A second press reopens the page and gives nothing new. */
  citiz_window_show_page (window, "access");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.emergency", NULL);
  ui_settle ();
  g_assert_cmpstr (citiz_window_get_page (window), ==, "emergency");
  g_assert_true (citiz_id_equal (&citiz_session_get_emergency (session)->id, &id));

  gtk_widget_activate_action (GTK_WIDGET (window), "win.back", NULL);
  g_assert_cmpstr (citiz_window_get_page (window), ==, "access");
  citiz_session_revoke_async (session, &id, NULL, revoked_cb, &revoked);
  WAIT_FOR (revoked);
  WAIT_FOR (g_strcmp0 (citiz_emergency_page_get_state (page), "ended") == 0);
  g_assert_null (citiz_session_get_emergency (session));
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* --- one key from anywhere --- */

static void
test_key (void)
{
  g_autofree gchar *program = g_find_program_in_path ("xdotool");
  const gchar *argv[]
      = {"xdotool", "search", "--onlyvisible",    "--name", "^Citiz$", "windowfocus",
         "--sync",  "key",    "--clearmodifiers", "ctrl+e", NULL};
  CitizWindow *window;
  CitizAccess *access;
  gboolean revoked = FALSE;

  if (program == NULL)
    {
      g_test_skip ("xdotool is not installed");
      return;
    }
  window = citiz_window_new (NULL, session);
  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_get_width (GTK_WIDGET (window)) > 0);
  ui_settle ();
  citiz_window_show_page (window, "diet");
  g_assert_true (g_spawn_async (NULL, (gchar **) argv, NULL,
                                G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                                NULL));
  WAIT_FOR (g_strcmp0 (citiz_window_get_page (window), "emergency") == 0);
  WAIT_FOR (citiz_session_get_emergency (session) != NULL);
  access = citiz_session_get_emergency (session);
  citiz_session_revoke_async (session, &access->id, NULL, revoked_cb, &revoked);
  WAIT_FOR (revoked);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* --- hidden values --- */

static void
test_hidden (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);

  g_assert_false (citiz_values_hidden ());
  gtk_widget_activate_action (GTK_WIDGET (window), "win.hide-values", NULL);
  g_assert_true (citiz_values_hidden ());
  gtk_widget_activate_action (GTK_WIDGET (window), "win.hide-values", NULL);
  g_assert_false (citiz_values_hidden ());
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* --- no wider than the screen --- */

static void
test_size (void)
{
  GListModel *monitors = gdk_display_get_monitors (gdk_display_get_default ());
  g_autoptr (GdkMonitor) monitor = g_list_model_get_item (monitors, 0);
  CitizWindow *window = citiz_window_new (NULL, session);
  GdkRectangle room;

  gdk_monitor_get_geometry (monitor, &room);
  gtk_window_set_default_size (GTK_WINDOW (window), room.width + 1000, room.height + 500);
  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_get_width (GTK_WIDGET (window)) > 0);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (window)), <=, room.width);
  g_assert_cmpint (gtk_widget_get_height (GTK_WIDGET (window)), <=, room.height);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* On paper the link stands whole, and a sample says that it is one. */
static void
test_printed (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  g_autofree gchar *tool = g_find_program_in_path ("pdftotext"),
                   *path = g_build_filename (g_get_tmp_dir (), "citiz-printed-XXXXXX", NULL),
                   *text = NULL, *joined = NULL;
  const gchar *argv[] = {"pdftotext", "-layout", path, "-", NULL};
  const CitizAccess *access;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GBytes) pdf = NULL;

  if (tool == NULL)
    {
      gtk_window_destroy (GTK_WINDOW (window));
      g_test_skip ("no pdftotext");
      return;
    }
  gtk_widget_activate_action (GTK_WIDGET (window), "win.emergency", NULL);
  WAIT_FOR ((access = citiz_session_get_emergency (session)) != NULL);
  pdf = citiz_pdf_emergency ((CitizAccess *) access);
  g_close (g_mkstemp (path), NULL);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (pdf, NULL),
                                      (gssize) g_bytes_get_size (pdf), NULL));
  g_assert_true (g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &text,
                               NULL, NULL, NULL));
  lines = g_strsplit_set (text, "\n ", -1);
  joined = g_strjoinv ("", lines);
  g_assert_nonnull (strstr (joined, access->link));
  g_assert_nonnull (strstr (joined, "Samplerecord"));
  g_unlink (path);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* Letters half as large again, 360 wide: nothing goes out of the window. */
static void
test_narrow_large (void)
{
  static const gchar *const pages[] = {"today", "access", "ledger"};
  GtkSettings *settings = gtk_settings_get_default ();
  CitizWindow *window = citiz_window_new (NULL, session);
  gint before;

  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  g_object_set (settings, "gtk-xft-dpi", 144 * 1024, NULL);
  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.emergency", NULL);
  WAIT_FOR (citiz_session_get_emergency (session) != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      GtkWidget *page;
      gint least;

      citiz_window_show_page (window, pages[i]);
      ui_settle ();
      page = gtk_stack_get_child_by_name (GTK_STACK (gtk_widget_get_parent (ui_find_type (
                                              GTK_WIDGET (window), CITIZ_TYPE_EMERGENCY_PAGE))),
                                          pages[i]);
      gtk_widget_measure (page, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
      g_assert_cmpint (least, <=, 340);
    }
  g_object_set (settings, "gtk-xft-dpi", before, NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* In a narrow window and in large letters a toast is whole: its words have their height, and its cross is inside. */
static void
check_toast (CitizWindow *window, const gchar *words)
{
  GtkWidget *widget = GTK_WIDGET (window), *label = NULL;
  GtkWidget *cross = gtk_widget_get_last_child (gtk_widget_get_last_child (
      adw_application_window_get_content (ADW_APPLICATION_WINDOW (window))));
  graphene_rect_t place;
  gint needed;

  WAIT_FOR ((label = ui_find (widget, GTK_TYPE_LABEL, words, TRUE)) != NULL
            && gtk_widget_get_width (label) > 0 && gtk_widget_get_width (cross) > 0);
  gtk_widget_measure (label, GTK_ORIENTATION_VERTICAL, gtk_widget_get_width (label), &needed, NULL,
                      NULL, NULL);
  g_assert_cmpint (gtk_widget_get_height (label), >=, needed);
  g_assert_true (gtk_widget_compute_bounds (cross, widget, &place));
  g_assert_cmpfloat (place.origin.x + place.size.width, <=, gtk_widget_get_width (widget));
}

static void
test_toast_whole (void)
{
  static const gchar *const words = "What you had begun comes back when you leave this page";
  GtkSettings *settings = gtk_settings_get_default ();
  gint before;

  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  for (gint dpi = 96; dpi <= 192; dpi += 48)
    {
      CitizWindow *window = citiz_window_new (NULL, session);

      g_object_set (settings, "gtk-xft-dpi", dpi * 1024, NULL);
      gtk_window_set_default_size (GTK_WINDOW (window), 360, 640);
      gtk_window_present (GTK_WINDOW (window));
      WAIT_FOR (gtk_widget_has_css_class (GTK_WIDGET (window), "folded"));
      citiz_toast_action (GTK_WIDGET (window), "Accès révoqué", "Nouvel accès", "win.emergency");
      check_toast (window, "Accès révoqué");
      citiz_toast (GTK_WIDGET (window), words);
      check_toast (window, words);
      gtk_window_destroy (GTK_WINDOW (window));
      ui_settle ();
    }
  g_object_set (settings, "gtk-xft-dpi", before, NULL);
}

static GtkWidget *
find_content (GtkWidget *widget)
{
  GtkWidget *found = NULL;

  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (gtk_widget_has_css_class (widget, "page-content"))
    return widget;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL && found == NULL;
       w = gtk_widget_get_next_sibling (w))
    found = find_content (w);
  return found;
}

/* The end of the page in sight stands above the toast once it is scrolled there. */
static gboolean
ends_above (GtkWidget *overlay)
{
  GtkWidget *content = find_content (overlay), *toast = gtk_widget_get_last_child (overlay);
  GtkWidget *scrolled = gtk_widget_get_ancestor (content, GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *way = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  graphene_rect_t end, above;

  gtk_adjustment_set_value (way, gtk_adjustment_get_upper (way));
  ui_settle ();
  return gtk_widget_compute_bounds (gtk_widget_get_last_child (content), overlay, &end)
         && gtk_widget_compute_bounds (toast, overlay, &above)
         && end.origin.y + end.size.height <= above.origin.y;
}

/* What is at the end of a page can be brought above a toast, in a narrow window and in large letters. */
static void
test_toast_room (void)
{
  GtkSettings *settings = gtk_settings_get_default ();
  gint before;

  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  g_object_set (settings, "gtk-enable-animations", FALSE, NULL); /* it is at its place at once */
  for (gint dpi = 96; dpi <= 192; dpi += 48)
    for (gint narrow = 0; narrow < 2; narrow++)
      {
        CitizWindow *window = citiz_window_new (NULL, session);
        GtkWidget *overlay = adw_application_window_get_content (ADW_APPLICATION_WINDOW (window));

        g_object_set (settings, "gtk-xft-dpi", dpi * 1024, NULL);
        if (narrow)
          gtk_window_set_default_size (GTK_WINDOW (window), 360, 640);
        gtk_window_present (GTK_WINDOW (window));
        citiz_window_show_page (window, "ledger");
        WAIT_FOR (find_content (overlay) != NULL && gtk_widget_get_width (overlay) > 0
                  && gtk_widget_has_css_class (GTK_WIDGET (window), "folded") >= narrow);
        citiz_toast_action (GTK_WIDGET (window), "Accès révoqué", "Nouvel accès", "win.emergency");
        WAIT_FOR (ends_above (overlay));
        gtk_window_destroy (GTK_WINDOW (window));
        ui_settle ();
      }
  g_object_set (settings, "gtk-xft-dpi", before, "gtk-enable-animations", TRUE, NULL);
}

/* What goes sideways leaves the wheel to the page around it. */
static void
test_wheel (void)
{
  GtkWidget *scrolled = g_object_ref_sink (gtk_scrolled_window_new ());
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (scrolled);
  guint wheels = 0;

  citiz_scroll_sideways (scrolled);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) wheel = g_list_model_get_item (controllers, i);

      if (!GTK_IS_EVENT_CONTROLLER_SCROLL (wheel))
        continue;
      wheels++;
      g_assert_cmpuint (gtk_event_controller_scroll_get_flags (GTK_EVENT_CONTROLLER_SCROLL (wheel))
                            & GTK_EVENT_CONTROLLER_SCROLL_VERTICAL,
                        ==, 0);
    }
  g_assert_cmpuint (wheels, >, 0);
  g_object_unref (scrolled);
}

/* --- an empty record --- */

static guint
count_toasts (CitizWindow *window)
{
  GtkWidget *overlay = adw_application_window_get_content (ADW_APPLICATION_WINDOW (window));
  guint n = 0;

  for (GtkWidget *w = gtk_widget_get_first_child (overlay); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    n += w != adw_toast_overlay_get_child (ADW_TOAST_OVERLAY (overlay));
  return n;
}

/* What a newer toast has replaced does not come back after it: its "Undo" would be of something that is no longer the last. */
static void
test_toast_replaced (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  GtkWidget *overlay, *toast;

  gtk_window_present (GTK_WINDOW (window));
  overlay = adw_application_window_get_content (ADW_APPLICATION_WINDOW (window));
  for (const gchar *const *text = (const gchar *[]){"First", "Second", "Third", NULL};
       *text != NULL; text++)
    {
      citiz_toast_action (GTK_WIDGET (window), *text, "Undo", "win.emergency");
      WAIT_FOR (count_toasts (window) == 1 && ui_find (overlay, GTK_TYPE_LABEL, *text, TRUE));
    }
  toast = gtk_widget_get_last_child (overlay);
  g_signal_emit_by_name (gtk_widget_get_last_child (toast), "clicked"); /* its cross */
  g_assert_false (ui_says (GTK_WIDGET (window), "First")
                  || ui_says (GTK_WIDGET (window), "Second"));
  WAIT_FOR (count_toasts (window) == 0);
  citiz_toast (GTK_WIDGET (window), "Fourth");
  g_assert_true (ui_says (GTK_WIDGET (window), "Fourth"));
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* What an animation writes of a toast that is gone lands here: the places that were given back, taken and filled. */
static void
take_places (GPtrArray *places)
{
  for (gsize size = 16; size <= 128; size += 16)
    for (guint i = 0; i < 64; i++)
      {
        gpointer place = g_malloc (size);

        memset (place, 0xdb, size);
        g_ptr_array_add (places, place);
      }
}

/* One may be sent away while it is still coming in: libadwaita 1.2 goes on bringing in what it has freed. */
static void
test_toast_hurried (void)
{
  g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (g_free);
  CitizWindow *window = citiz_window_new (NULL, session);
  gint64 gone;

  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (window)));
  for (guint i = 0; i < 4; i++)
    {
      citiz_toast (GTK_WIDGET (window), "First");
      citiz_toast (GTK_WIDGET (window), "Second");
      g_signal_emit_by_name (
          gtk_widget_get_last_child (gtk_widget_get_last_child (
              adw_application_window_get_content (ADW_APPLICATION_WINDOW (window)))),
          "clicked"); /* its cross */
      WAIT_FOR (count_toasts (window) == 0);
      take_places (places);
      gone = g_get_monotonic_time ();
      WAIT_FOR (g_get_monotonic_time () > gone + 400 * 1000);
    }
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

static void
sample_removed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_true (citiz_session_remove_sample_finish (CITIZ_SESSION (source), result, NULL, NULL));
}

/* Without a birth date an access has no code to say: the page says so, and the way to it is there. */
static void
check_birth_date (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  GtkWidget *widget = GTK_WIDGET (window);
  gboolean revoked = FALSE;
  CitizAccess *access;
  gint least;

  gtk_window_set_default_size (GTK_WINDOW (window), 360, 640);
  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_has_css_class (widget, "folded"));
  gtk_widget_activate_action (widget, "win.emergency", NULL);
  WAIT_FOR ((access = citiz_session_get_emergency (session)) != NULL);
  WAIT_FOR (ui_find (widget, GTK_TYPE_BUTTON, "Enter…", TRUE) != NULL);
  g_assert_true (ui_find (widget, GTK_TYPE_LABEL, "It needs your birth date", TRUE) != NULL);
  gtk_widget_measure (ui_find_type (widget, CITIZ_TYPE_EMERGENCY_PAGE), GTK_ORIENTATION_HORIZONTAL,
                      -1, &least, NULL, NULL, NULL);
  g_assert_cmpint (least, <=, 360);
  citiz_session_revoke_async (session, &access->id, NULL, revoked_cb, &revoked);
  WAIT_FOR (revoked);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* Today says what is missing, and a press brings the sample back. */
static void
test_empty (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  GtkWidget *widget = GTK_WIDGET (window);

  gtk_window_present (GTK_WINDOW (window));
  ui_settle ();
  g_assert_false (ui_says (widget, "Look around in a sample record"));
  for (guint i = 0; i < 2; i++) /* the press is there a second time */
    {
      citiz_session_remove_sample_async (session, NULL, sample_removed_cb, NULL);
      WAIT_FOR (!citiz_session_get_sample (session));
      WAIT_FOR (ui_says (widget, "Look around in a sample record"));
      if (i == 0)
        check_birth_date ();
      g_assert_true (ui_says (widget, "Enter your name and your birth date"));
      g_assert_true (gtk_widget_activate_action (widget, "win.try-sample", NULL));
      WAIT_FOR (citiz_session_get_sample (session));
      WAIT_FOR (!ui_says (widget, "Look around in a sample record"));
    }
  g_assert_false (ui_says (widget, "Enter your name and your birth date"));
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

static void
add_tests (void)
{
  g_test_add_func ("/window/finalize", test_finalize);
  g_test_add_func ("/window/finalize-windows", test_finalize_windows);
  g_test_add_func ("/window/first-frame", test_first_frame);
  g_test_add_func ("/window/names", test_names);
  g_test_add_func ("/window/sidebar-tab", test_sidebar_tab);
  g_test_add_func ("/window/sheet-tab", test_sheet_tab);
  g_test_add_func ("/window/hidden", test_hidden);
  g_test_add_func ("/window/emergency", test_emergency);
  g_test_add_func ("/window/key", test_key);
  g_test_add_func ("/window/size", test_size);
  g_test_add_func ("/window/wheel", test_wheel);
  g_test_add_func ("/window/toast-whole", test_toast_whole);
  g_test_add_func ("/window/toast-room", test_toast_room);
  g_test_add_func ("/window/toast-replaced", test_toast_replaced);
  g_test_add_func ("/window/toast-hurried", test_toast_hurried);
  g_test_add_func ("/window/printed", test_printed);
  g_test_add_func ("/window/narrow-large", test_narrow_large);
  g_test_add_func ("/window/empty", test_empty);
}

int
main (int argc, char **argv)
{
  return ui_sample_test (argc, argv, &session, add_tests);
}
