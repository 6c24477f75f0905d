/* By keyboard alone: Tab comes to everything that can be pressed or filled in, on every page and in every dialog.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>

#include "app/citiz-session.h"
#include "crypto/citiz-crypto-error.h"
#include "ui/citiz-add.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-emergency-page.h"
#include "ui/citiz-export.h"
#include "ui/citiz-format.h"
#include "ui/citiz-import-dialog.h"
#include "ui/citiz-new-passphrase.h"
#include "ui/citiz-onboarding.h"
#include "ui/citiz-preferences.h"
#include "ui/citiz-profile-dialog.h"
#include "ui/citiz-recovery-check.h"
#include "ui/citiz-secret-row.h"
#include "ui/citiz-secrets-dialog.h"
#include "ui/citiz-tour.h"
#include "ui/citiz-unlock.h"
#include "ui/citiz-window.h"
#include "ui-sample.h"

static CitizSession *session;

/* --- the walk --- */

/* Arrows move in the sidebar: one stop. */
static gboolean
is_room (GtkWidget *widget)
{
  return GTK_IS_LIST_BOX_ROW (widget)
         && gtk_widget_has_css_class (gtk_widget_get_parent (widget), "navigation-sidebar");
}

/* What Tab does: the window's own movement, or a key the widget under the focus takes. */
static void
press_tab (GtkWidget *window, gboolean back)
{
  const guint key = back ? GDK_KEY_ISO_Left_Tab : GDK_KEY_Tab;
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));

  for (GtkWidget *w = focus; w != NULL; w = gtk_widget_get_parent (w))
    {
      g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (w);

      for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
        {
          g_autoptr (GtkEventController) keys = g_list_model_get_item (controllers, i);
          gboolean taken = FALSE;

          if (GTK_IS_EVENT_CONTROLLER_KEY (keys)
              && g_signal_handler_find (
                     keys, G_SIGNAL_MATCH_ID,
                     g_signal_lookup ("key-pressed", GTK_TYPE_EVENT_CONTROLLER_KEY), 0, NULL, NULL,
                     NULL)
                     != 0)
            g_signal_emit_by_name (keys, "key-pressed", key, 0, 0, &taken);
          if (taken)
            return;
        }
    }
  g_signal_emit_by_name (window, "move-focus", back ? GTK_DIR_TAB_BACKWARD : GTK_DIR_TAB_FORWARD);
}

/* Returns: (transfer full): everything the focus came to, once round from where it is */
static GHashTable *
walk (GtkWidget *window, gboolean back)
{
  GHashTable *reached = g_hash_table_new (NULL, NULL);

  gtk_window_set_focus (GTK_WINDOW (window), NULL);
  for (guint i = 0; i < 600; i++)
    {
      GtkWidget *focus;

      press_tab (window, back);
      focus = gtk_window_get_focus (GTK_WINDOW (window));
      if (focus != NULL && !g_hash_table_add (reached, focus))
        break;
    }
  return reached;
}

static gboolean
can_take_focus (GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget) || !gtk_widget_is_sensitive (widget)
      || !gtk_widget_get_focusable (widget) || gtk_widget_get_width (widget) <= 0)
    return FALSE;
  for (GtkWidget *w = widget; w != NULL; w = gtk_widget_get_parent (w))
    if (!gtk_widget_get_can_focus (w) || !gtk_widget_get_child_visible (w))
      return FALSE;
  return TRUE;
}

static gboolean
is_control (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) || GTK_IS_TEXT (widget) || GTK_IS_SWITCH (widget)
         || (GTK_IS_LIST_BOX_ROW (widget) && !ADW_IS_ENTRY_ROW (widget)
             && gtk_list_box_row_get_activatable (GTK_LIST_BOX_ROW (widget)));
}

static void
check_reached (GtkWidget *widget, GHashTable *reached, const gchar *where, guint *missed)
{
  if (is_control (widget) && !is_room (widget) && can_take_focus (widget)
      && !g_hash_table_contains (reached, widget)
      && gtk_widget_get_ancestor (widget, GTK_TYPE_WINDOW_CONTROLS) == NULL)
    {
      GString *path = g_string_new (NULL);

      for (GtkWidget *w = widget; w != NULL; w = gtk_widget_get_parent (w))
        g_string_append_printf (path, " < %s", G_OBJECT_TYPE_NAME (w));
      g_test_message ("%s: Tab does not come to%s", where, path->str);
      g_string_free (path, TRUE);
      (*missed)++;
    }
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    check_reached (w, reached, where, missed);
}

static void
check_walk (GtkWidget *window, const gchar *where)
{
  for (guint back = 0; back < 2; back++)
    {
      g_autoptr (GHashTable) reached = NULL;
      guint missed = 0;

      ui_settle ();
      reached = walk (window, back == 1);
      check_reached (window, reached, where, &missed);
      g_test_message ("%s%s: %u stops, %u missed", where, back == 1 ? ", backwards" : "",
                      g_hash_table_size (reached), missed);
      if (missed > 0)
        g_test_fail ();
    }
}

/* --- where --- */

static void
test_pages (void)
{
  static const gchar *const pages[]
      = {"today", "care", "activity", "diet", "access", "ledger", "emergency"};
  CitizWindow *window = citiz_window_new (NULL, session);

  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_get_width (GTK_WIDGET (window)) > 0);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.emergency", NULL);
  WAIT_FOR (citiz_session_get_emergency (session) != NULL);
  for (guint i = 0; i < 2; i++) /* at the press, and later from another page */
    {
      GtkWidget *focus;

      ui_settle ();
      press_tab (GTK_WIDGET (window), FALSE);
      focus = gtk_window_get_focus (GTK_WINDOW (window));
      g_assert_true (GTK_IS_BUTTON (focus));
      g_assert_cmpstr (gtk_actionable_get_action_name (GTK_ACTIONABLE (focus)), ==,
                       "emergency.revoke");
      citiz_window_show_page (window, "care");
      gtk_widget_activate_action (GTK_WIDGET (window), "win.emergency", NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      citiz_window_show_page (window, pages[i]);
      check_walk (GTK_WIDGET (window), pages[i]);
      g_assert_cmpstr (citiz_window_get_page (window), ==, pages[i]);
    }
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* The keyboard stays where it pressed: on the way to stop, then on the way to begin again. */
static void
test_verify (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  GtkWidget *verify, *cancel;

  gtk_window_present (GTK_WINDOW (window));
  citiz_window_show_page (window, "ledger");
  WAIT_FOR ((verify = ui_button_of (GTK_WIDGET (window), "ledger.verify")) != NULL
            && gtk_widget_get_mapped (verify));
  cancel = ui_button_of (GTK_WIDGET (window), "ledger.cancel");
  gtk_widget_grab_focus (verify);
  gtk_widget_activate (verify);
  WAIT_FOR (gtk_window_get_focus (GTK_WINDOW (window)) == cancel);
  WAIT_FOR (gtk_window_get_focus (GTK_WINDOW (window)) == verify); /* done */
  gtk_widget_activate_action (verify, "ledger.verify", NULL);
  gtk_widget_activate_action (cancel, "ledger.cancel", NULL);
  WAIT_FOR (gtk_widget_get_visible (verify) && !gtk_widget_get_visible (cancel));
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

static void
test_first_run (void)
{
  GtkWidget *window = gtk_window_new (), *first = citiz_onboarding_new (session);

  gtk_window_set_default_size (GTK_WINDOW (window), 900, 800);
  gtk_window_set_child (GTK_WINDOW (window), first);
  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_get_width (window) > 0);
  for (guint step = 0; step < 4; step++)
    {
      g_autofree gchar *where = g_strdup_printf ("first run %u", step);

      citiz_onboarding_go (CITIZ_ONBOARDING (first), step);
      gtk_widget_action_set_enabled (first, "first-run.words", TRUE);
      gtk_widget_action_set_enabled (first, "first-run.check", TRUE);
      check_walk (window, where);
    }
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

static GtkWidget *
newest (void)
{
  GListModel *windows = gtk_window_get_toplevels ();
  g_autoptr (GtkWidget) window
      = g_list_model_get_item (windows, g_list_model_get_n_items (windows) - 1);

  return window;
}

static void
show_preferences (GtkWidget *window, CitizSession *of)
{
  GtkWidget *dialog = citiz_preferences_new (of);

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
show_import (GtkWidget *window, CitizSession *of)
{
  citiz_import_dialog_new (window, of, NULL);
}

static void
show_tour (GtkWidget *window, CitizSession *of)
{
  gtk_window_present (GTK_WINDOW (citiz_tour_new (window)));
}

static void
test_dialogs (void)
{
  static const struct
  {
    const gchar *name;
    void (*show) (GtkWidget *window, CitizSession *of);
  } dialogs[] = {
      {"preferences", show_preferences},
      {"profile", citiz_profile_dialog_show},
      {"passphrase", citiz_change_passphrase_show},
      {"words", citiz_replace_words_show},
      {"erase", citiz_erase_show},
      {"export", citiz_export_ask},
      {"import", show_import},
      {"tour", show_tour},
  };
  CitizWindow *window = citiz_window_new (NULL, session);

  gtk_window_present (GTK_WINDOW (window));
  ui_settle ();
  for (guint i = 0; i < G_N_ELEMENTS (dialogs); i++)
    {
      GtkWidget *dialog;

      dialogs[i].show (GTK_WIDGET (window), session);
      dialog = newest ();
      g_assert_true (dialog != GTK_WIDGET (window));
      WAIT_FOR (gtk_widget_get_width (dialog) > 0);
      check_walk (dialog, dialogs[i].name);
      gtk_window_destroy (GTK_WINDOW (dialog));
      ui_settle ();
    }
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* Empty, and after a refused saving, with the words of it between the fields. */
static void
test_forms (void)
{
  static const gchar *const kinds[] = {"measure", "medication", "allergy", "problem", "session"};
  CitizWindow *window = citiz_window_new (NULL, session);

  gtk_window_present (GTK_WINDOW (window));
  ui_settle ();
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      GtkWidget *dialog;

      citiz_add_open (GTK_WIDGET (window), session, kinds[i]);
      dialog = newest ();
      WAIT_FOR (gtk_widget_get_width (dialog) > 0);
      check_walk (dialog, kinds[i]);
      gtk_widget_activate_action (dialog, "form.save", NULL);
      check_walk (dialog, kinds[i]);
      gtk_window_destroy (GTK_WINDOW (dialog));
      ui_settle ();
    }
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* The text comes before the eye that shows it. */
static void
test_secret_row (void)
{
  GtkWidget *window = gtk_window_new (), *list = citiz_list_new (NULL);
  GtkWidget *row = citiz_secret_row_new ("Passphrase");

  gtk_list_box_append (GTK_LIST_BOX (list), row);
  gtk_list_box_append (GTK_LIST_BOX (list), citiz_secret_row_new ("Once more"));
  gtk_window_set_child (GTK_WINDOW (window), list);
  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_get_width (window) > 0);
  gtk_window_set_focus (GTK_WINDOW (window), NULL);
  for (guint i = 0; i < 4; i++)
    {
      GtkWidget *focus;

      press_tab (window, FALSE);
      focus = gtk_window_get_focus (GTK_WINDOW (window));
      g_assert_true (i % 2 == 0 ? GTK_IS_TEXT (focus) : GTK_IS_TOGGLE_BUTTON (focus));
      g_assert_true (gtk_widget_is_ancestor (focus, row) == (i < 2));
    }
  press_tab (window, TRUE);
  g_assert_true (GTK_IS_TEXT (gtk_window_get_focus (GTK_WINDOW (window))));
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

static void
test_unlock (void)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), 900, 800);
  gtk_window_set_child (GTK_WINDOW (window), citiz_unlock_new (session));
  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_get_width (window) > 0);
  check_walk (window, "unlock");
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* --- keys in a dialog --- */

static void
revoked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gboolean *) data = citiz_session_revoke_finish (CITIZ_SESSION (source), result, NULL);
}

static GtkWidget *
find_row (GtkWidget *widget)
{
  GtkWidget *found = ADW_IS_ENTRY_ROW (widget) ? widget : NULL;

  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL && found == NULL;
       w = gtk_widget_get_next_sibling (w))
    found = find_row (w);
  return found;
}

static GtkWindow *
find_above (CitizWindow *below)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (gtk_window_get_transient_for (window) == GTK_WINDOW (below))
        return window;
    }
  return NULL;
}

static gboolean
has_keys (void)
{
  g_autofree gchar *program = g_find_program_in_path ("xdotool");

  if (program == NULL)
    g_test_skip ("xdotool is not installed");
  return program != NULL;
}

/* As from a keyboard, to the window of that title. */
static void
press_key (const gchar *window, const gchar *key)
{
  const gchar *argv[] = {"xdotool", "search", "--onlyvisible",    "--name", window, "windowfocus",
                         "--sync",  "key",    "--clearmodifiers", key,      NULL};

  g_assert_true (g_spawn_async (NULL, (gchar **) argv, NULL,
                                G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                                NULL));
}

/* Takes where the name of the person is typed in @name. Returns: the preferences over @window */
static GtkWidget *
open_preferences (CitizWindow *window, GtkWidget **name)
{
  GtkWidget *dialog;

  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (gtk_widget_get_width (GTK_WIDGET (window)) > 0);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.preferences", NULL);
  dialog = GTK_WIDGET (find_above (window));
  WAIT_FOR (gtk_widget_get_width (dialog) > 0);
  *name = find_row (dialog);
  gtk_widget_grab_focus (*name);
  return dialog;
}

/* The toast that says so does not take the key for itself. */
static void
test_escape_after_saving (void)
{
  CitizWindow *window;
  GtkWidget *dialog, *name;

  if (!has_keys ())
    return;
  window = citiz_window_new (NULL, session);
  dialog = open_preferences (window, &name);
  gtk_widget_activate_action (dialog, "preferences.save-person", NULL);
  WAIT_FOR (ui_find (dialog, GTK_TYPE_LABEL, "Saved", TRUE) != NULL);
  press_key ("^Preferences$", "Escape");
  WAIT_FOR (find_above (window) == NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* The same key in a dialog: it makes way, and comes back as it was, also when the window is closed before that. */
static void
test_key_above (void)
{
  CitizWindow *window;
  GtkWidget *dialog, *name;
  CitizAccess *access;
  gboolean revoked = FALSE;

  if (!has_keys ())
    return;
  window = citiz_window_new (NULL, session);
  dialog = open_preferences (window, &name);
  gtk_editable_set_text (GTK_EDITABLE (name), "Half a na");
  ui_settle ();
  press_key ("^Preferences$", "ctrl+e");
  WAIT_FOR (g_strcmp0 (citiz_window_get_page (window), "emergency") == 0);
  WAIT_FOR ((access = citiz_session_get_emergency (session)) != NULL);
  g_assert_false (gtk_widget_get_visible (dialog));
  gtk_window_close (GTK_WINDOW (window));
  g_assert_true (gtk_widget_get_visible (dialog));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.emergency", NULL);
  g_assert_false (gtk_widget_get_visible (dialog));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.back", NULL);
  g_assert_true (gtk_widget_get_visible (dialog));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (name)), ==, "Half a na");
  citiz_session_revoke_async (session, &access->id, NULL, revoked_cb, &revoked);
  WAIT_FOR (revoked);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

static void
add_tests (void)
{
  g_test_add_func ("/keyboard/pages", test_pages);
  g_test_add_func ("/keyboard/verify", test_verify);
  g_test_add_func ("/keyboard/first-run", test_first_run);
  g_test_add_func ("/keyboard/dialogs", test_dialogs);
  g_test_add_func ("/keyboard/forms", test_forms);
  g_test_add_func ("/keyboard/secret-row", test_secret_row);
  g_test_add_func ("/keyboard/unlock", test_unlock);
  g_test_add_func ("/keyboard/emergency-above", test_key_above);
  g_test_add_func ("/keyboard/escape-after-saving", test_escape_after_saving);
}

int
main (int argc, char **argv)
{
  return ui_sample_test (argc, argv, &session, add_tests);
}
