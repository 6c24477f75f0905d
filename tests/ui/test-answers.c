/* What the disk refuses, what is pressed twice, what answers late: nothing typed is lost, nothing is written twice, a failure is told.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "app/citiz-session-private.h"
#include "crypto/citiz-crypto-error.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-diet-parts.h"
#include "ui/citiz-entry-path.h"
#include "ui/citiz-form.h"
#include "ui/citiz-format.h"
#include "ui/citiz-goals.h"
#include "ui/citiz-idle.h"
#include "ui/citiz-onboarding.h"
#include "ui/citiz-background.h"
#include "ui/citiz-person.h"
#include "ui/citiz-settings.h"
#include "ui/citiz-speech.h"
#include "ui/citiz-today-page.h"
#include "ui/citiz-window.h"
#include "ui-sample.h"

static CitizSession *session;

/* Nothing can be written to a file any more, as on a full disk; or again. */
static void
set_disk_full (gboolean full)
{
  static struct rlimit before;
  struct rlimit none;

  if (full)
    {
      g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
      none = (struct rlimit){0, before.rlim_max};
      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
    }
  else
    g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
}

typedef gboolean (*Fits) (GtkWidget *widget, const gchar *text);

static GtkWidget *
find (GtkWidget *widget, Fits fits, const gchar *text)
{
  GtkWidget *found = fits (widget, text) ? widget : NULL;

  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL && found == NULL;
       w = gtk_widget_get_next_sibling (w))
    found = find (w, fits, text);
  return found;
}

static gboolean
says (GtkWidget *widget, const gchar *text)
{
  return GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL;
}

static gboolean
is_entry (GtkWidget *widget, const gchar *title)
{
  return ADW_IS_ENTRY_ROW (widget)
         && g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title);
}

static gboolean
is_button (GtkWidget *widget, const gchar *label)
{
  return GTK_IS_BUTTON (widget) && find (widget, says, label) != NULL;
}

static GtkWidget *
newest (void)
{
  GListModel *all = gtk_window_get_toplevels ();
  g_autoptr (GtkWidget) window = g_list_model_get_item (all, g_list_model_get_n_items (all) - 1);

  return window;
}

static CitizWindow *
open_window (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);

  gtk_window_present (GTK_WINDOW (window));
  ui_settle ();
  return window;
}

static void
close_window (gpointer window)
{
  gtk_window_destroy (window);
  ui_settle ();
}

/* --- a full disk --- */

static void
test_person (void)
{
  CitizWindow *window = open_window ();
  GtkWidget *dialog, *name;
  g_autofree gchar *before = citiz_person_name (session), *after = NULL;

  citiz_person_ask (GTK_WIDGET (window), session);
  dialog = g_object_ref (newest ());
  name = find (dialog, is_entry, "Name");
  gtk_editable_set_text (GTK_EDITABLE (name), "Zoé Typed");
  set_disk_full (TRUE);
  g_signal_emit_by_name (find (dialog, is_button, "Save"), "clicked");
  WAIT_FOR (find (dialog, says, "could not be done") != NULL
            || gtk_widget_get_first_child (dialog) == NULL);
  set_disk_full (FALSE);
  g_assert_nonnull (find (dialog, says, "could not be done"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (name)), ==, "Zoé Typed");

  /* Pressed again, twice: kept once. */
  g_signal_emit_by_name (find (dialog, is_button, "Save"), "clicked");
  g_signal_emit_by_name (find (dialog, is_button, "Save"), "clicked");
  WAIT_FOR (!gtk_widget_get_visible (dialog));
  after = citiz_person_name (session);
  g_assert_cmpstr (after, ==, "Zoé Typed");
  g_assert_cmpstr (after, !=, before);
  g_object_unref (dialog);
  close_window (window);
}

/* An access can be ended by the very button that could not end it before. */
static void
test_revoke (void)
{
  CitizWindow *window = open_window ();
  GtkWidget *revoke;

  citiz_window_press_emergency (window);
  WAIT_FOR (citiz_session_get_emergency (session) != NULL);
  /* its spoken code is written a little later: not while the disk is full */
  citiz_session_finish_code (session);
  citiz_window_show_page (window, "today");
  ui_settle ();
  revoke = find (GTK_WIDGET (window), is_button, "Revoke");
  g_object_ref (revoke);
  set_disk_full (TRUE);
  g_signal_emit_by_name (revoke, "clicked");
  g_assert_false (gtk_widget_get_sensitive (revoke));
  WAIT_FOR (gtk_widget_get_sensitive (revoke));
  set_disk_full (FALSE);
  WAIT_FOR (find (GTK_WIDGET (window), says, "could not be done") != NULL);
  g_object_unref (revoke);
  revoke = find (GTK_WIDGET (window), is_button, "Revoke");
  g_signal_emit_by_name (revoke, "clicked");
  WAIT_FOR (citiz_session_get_emergency (session) == NULL);
  WAIT_FOR (find (GTK_WIDGET (window), says, "Access revoked") != NULL);
  close_window (window);
}

/* --- goals --- */

static guint
n_versions (CitizRecord *record)
{
  g_autoptr (GPtrArray) goals = citiz_record_list (record, CITIZ_KIND_GOAL);
  guint n = 0;

  for (guint i = 0; i < goals->len; i++)
    {
      g_autoptr (GPtrArray) history
          = citiz_record_history (record, &((CitizItem *) goals->pdata[i])->id);

      n += history->len;
    }
  return n;
}

/* One that was not touched has no new version, one that was is kept as it is shown. */
static void
test_goals (void)
{
  CitizRecord *record = citiz_session_get_record (session);
  CitizWindow *window = open_window ();
  const guint before = n_versions (record);
  CitizForm *form;

  g_assert_cmpfloat (citiz_goal (record, "steps", 0), >, 0);
  citiz_goals_edit (GTK_WIDGET (window), session);
  form = CITIZ_FORM (g_object_ref (newest ()));
  citiz_form_submit (form);
  WAIT_FOR (!gtk_widget_get_visible (GTK_WIDGET (form)));
  g_assert_cmpuint (n_versions (record), ==, before);
  g_object_unref (form);

  citiz_goals_edit (GTK_WIDGET (window), session);
  form = CITIZ_FORM (g_object_ref (newest ()));
  citiz_form_set_text (form, "steps", "9,500");
  set_disk_full (TRUE);
  citiz_form_submit (form);
  WAIT_FOR (find (GTK_WIDGET (form), says, "could not be done") != NULL);
  set_disk_full (FALSE);
  citiz_form_submit (form);
  WAIT_FOR (!gtk_widget_get_visible (GTK_WIDGET (form)));
  g_assert_cmpfloat (citiz_goal (record, "steps", 0), ==, 9500);
  g_assert_cmpuint (n_versions (record), ==, before + 1);
  g_object_unref (form);

  /* Emptied, it is taken out. */
  citiz_goals_edit (GTK_WIDGET (window), session);
  form = CITIZ_FORM (g_object_ref (newest ()));
  citiz_form_set_text (form, "steps", "");
  citiz_form_submit (form);
  WAIT_FOR (!gtk_widget_get_visible (GTK_WIDGET (form)));
  g_assert_cmpfloat (citiz_goal (record, "steps", 0), !=, 9500);
  g_object_unref (form);
  close_window (window);
}

/* --- pressed twice --- */

static guint
n_doses (void)
{
  g_autoptr (GPtrArray) doses
      = citiz_record_list (citiz_session_get_record (session), CITIZ_KIND_DOSE);

  return doses->len;
}

static void
test_twice (void)
{
  GtkWidget *window = gtk_window_new (), *take;
  CitizRecord *record = citiz_session_get_record (session);
  gint32 today = citiz_day_of (citiz_session_now (session).ms, 0);
  guint before = n_doses (), meals;

  gtk_window_set_child (GTK_WINDOW (window), citiz_today_page_new (session));
  gtk_window_present (GTK_WINDOW (window));
  ui_settle ();
  take = find (window, is_button, "Taken");
  if (take != NULL) /* the sample has nothing to take at some hours */
    {
      g_signal_emit_by_name (take, "clicked");
      g_signal_emit_by_name (take, "clicked");
      WAIT_FOR (n_doses () > before);
      ui_settle ();
      g_assert_cmpuint (n_doses (), ==, before + 1);
    }

  /* All meals of a day before, at once and once. */
  for (today -= 1; citiz_diet_count (record, today) == 0; today--)
    ;
  meals = citiz_diet_count (record, today);
  g_assert_cmpuint (citiz_diet_count (record, today + 200), ==, 0);
  citiz_diet_repeat (window, session, today + 1);
  before = citiz_diet_count (record, today + 1);
  citiz_diet_repeat (window, session, today + 1);
  WAIT_FOR (citiz_diet_count (record, today + 1) >= before + meals);
  WAIT_FOR (!g_object_get_data (G_OBJECT (window), "citiz-saving"));
  g_assert_cmpuint (citiz_diet_count (record, today + 1), ==, before + meals);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* --- late --- */

/* A window that goes while the program ends: nothing is followed any more. */
static void
test_ending (void)
{
  g_assert_false (citiz_background_is_wanted (NULL));
}

static GtkWidget *
find_entry (GtkWidget *widget, guint *n)
{
  GtkWidget *found = NULL;

  if (ADW_IS_ENTRY_ROW (widget) && (*n)-- == 0)
    return widget;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL && found == NULL;
       w = gtk_widget_get_next_sibling (w))
    found = find_entry (w, n);
  return found;
}

/* A day half typed is no mistake yet; one that is in no calendar is, and so is half a day that is saved. */
static void
test_birth_date (void)
{
  GtkWidget *form = g_object_ref_sink (citiz_person_form_new (session));
  guint second = 1;
  GtkWidget *row = find_entry (form, &second);

  gtk_editable_set_text (GTK_EDITABLE (row), "1958-02");
  g_assert_false (gtk_widget_has_css_class (row, "error"));
  gtk_editable_set_text (GTK_EDITABLE (row), "1958-02-30");
  g_assert_true (gtk_widget_has_css_class (row, "error"));
  g_assert_nonnull (ui_find (form, GTK_TYPE_LABEL, "There is no 30", FALSE));
  gtk_editable_set_text (GTK_EDITABLE (row), "1958-02");
  g_assert_false (gtk_widget_has_css_class (row, "error"));
  g_assert_false (citiz_person_form_validate (CITIZ_PERSON_FORM (form)));
  g_assert_true (gtk_widget_has_css_class (row, "error"));
  gtk_editable_set_text (GTK_EDITABLE (row), "1958-02-28");
  g_assert_true (citiz_person_form_validate (CITIZ_PERSON_FORM (form)));
  g_object_unref (form);
}

/* Words for what has gone are said where the record is open. */
static void
test_toast (void)
{
  CitizWindow *window = open_window ();
  GtkWidget *row = g_object_ref_sink (gtk_label_new ("")), *dialog = gtk_window_new ();

  citiz_toast (row, "said by nobody");
  WAIT_FOR (find (GTK_WIDGET (window), says, "said by nobody") != NULL);
  g_object_ref (dialog);
  gtk_window_destroy (GTK_WINDOW (dialog));
  citiz_compat_tell (dialog, "Heading", "said too late");
  WAIT_FOR (find (GTK_WIDGET (window), says, "said too late") != NULL);
  citiz_compat_show_uri (dialog, "about:blank");
  g_object_unref (dialog);
  g_object_unref (row);
  close_window (window);
}

static CitizEntry *
entry_new (const gchar *tx, CitizStepState last)
{
  CitizEntry *entry = g_object_new (CITIZ_TYPE_ENTRY, NULL);

  entry->tx = g_strdup (tx);
  entry->type = g_strdup ("grant");
  entry->height = 3;
  for (guint i = 0; i < CITIZ_N_STEPS; i++)
    entry->state[i] = CITIZ_STEP_DONE;
  entry->state[CITIZ_STEP_VERIFIED] = last;
  return entry;
}

/* The path of the entry that was chosen goes on as the entry does. */
static void
test_path (void)
{
  g_autoptr (GListStore) entries = g_list_store_new (CITIZ_TYPE_ENTRY);
  GtkWidget *path = g_object_ref_sink (citiz_entry_path_new (session));
  g_autoptr (CitizEntry) before = entry_new ("aa", CITIZ_STEP_NOW);
  g_autoptr (CitizEntry) after = entry_new ("aa", CITIZ_STEP_DONE);

  g_list_store_append (entries, before);
  citiz_entry_path_fill (CITIZ_ENTRY_PATH (path), G_LIST_MODEL (entries));
  citiz_entry_path_show_block (CITIZ_ENTRY_PATH (path), 3, FALSE);
  g_assert_nonnull (find (path, says, "under way"));
  g_list_store_splice (entries, 0, 1, (gpointer *) &after, 1);
  citiz_entry_path_fill (CITIZ_ENTRY_PATH (path), G_LIST_MODEL (entries));
  g_assert_null (find (path, says, "under way"));
  g_object_unref (path);
}

/* --- idle --- */

static void
lock_cb (GSimpleAction *action, GVariant *parameter, gpointer locks)
{
  (*(guint *) locks)++;
}

static void
touch (GtkWidget *window)
{
  g_autoptr (GListModel) all = gtk_widget_observe_controllers (window);
  gboolean handled;

  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (all, i);

      if (g_strcmp0 (gtk_event_controller_get_name (controller), "citiz-idle") == 0)
        g_signal_emit_by_name (controller, "event", NULL, &handled);
    }
}

/* Who types in a dialog is there: it does not lock once the dialog is closed. */
static void
test_idle (void)
{
  GtkWidget *window = gtk_window_new (), *dialog;
  CitizIdle *idle = citiz_idle_new (window, session);
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GSimpleAction) lock = g_simple_action_new ("lock-away", NULL);
  const guint steps = citiz_settings_get_lock_minutes () * 6;
  guint locks = 0;

  g_signal_connect (lock, "activate", G_CALLBACK (lock_cb), &locks);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (lock));
  gtk_widget_insert_action_group (window, "win", G_ACTION_GROUP (group));
  dialog = gtk_window_new (); /* after the count began */
  for (guint i = 0; i + 1 < steps; i++)
    citiz_idle_step (idle);
  g_assert_cmpuint (locks, ==, 0);
  touch (dialog);
  gtk_window_destroy (GTK_WINDOW (dialog));
  citiz_idle_step (idle);
  g_assert_cmpuint (locks, ==, 0);
  for (guint i = 0; i < steps; i++)
    citiz_idle_step (idle);
  g_assert_cmpuint (locks, >, 0);
  citiz_idle_free (idle);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* --- the code read aloud --- */

static gboolean
read_whole (const gchar *folder, const gchar *name, gchar **out)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);

  g_clear_pointer (out, g_free);
  return g_file_get_contents (path, out, NULL, NULL);
}

/* It goes to the speaker without being shown in the list of processes. */
static void
test_speech (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("citiz-speech-XXXXXX", NULL);
  g_autofree gchar *program = g_build_filename (folder, "spd-say", NULL), *text = NULL;
  g_autofree gchar *script = g_strdup_printf (
      "#!/bin/sh\nprintf '%%s ' \"$@\" > %s/arguments\ncat > %s/words\nmv %s/words %s/said\n",
      folder, folder, folder, folder);
  g_autofree gchar *path = g_strdup_printf ("%s:%s", folder, g_getenv ("PATH"));

  g_assert_true (g_file_set_contents (program, script, -1, NULL));
  g_assert_cmpint (g_chmod (program, 0700), ==, 0);
  g_setenv ("PATH", path, TRUE);
  citiz_speech_spell ("K7F492MX", CITIZ_LANGUAGE_FR);
  WAIT_FOR (read_whole (folder, "said", &text));
  g_assert_cmpstr (text, ==, "K. 7. F. 4. 9. 2. M. X. ");
  g_assert_true (read_whole (folder, "arguments", &text));
  g_assert_null (strstr (text, "K."));
  g_assert_nonnull (strstr (text, "fr"));
}

/* Entered at the first run's last step before the sample was tried: asked again, filled in, when the sample is taken out. */
static void
test_person_kept (void)
{
  CitizWindow *window = open_window ();
  GtkWidget *first = g_object_ref_sink (citiz_onboarding_new (session)), *dialog, *birth;

  citiz_onboarding_go (CITIZ_ONBOARDING (first), 3);
  gtk_editable_set_text (GTK_EDITABLE (find (first, is_entry, "Name")), "Zoé Kept");
  birth = find (first, is_entry, "Birth date (year-month-day)");
  gtk_editable_set_text (GTK_EDITABLE (birth), "12/03/1959");
  gtk_widget_activate_action (first, "first-run.sample", NULL);
  ui_settle ();
  g_assert_null (citiz_session_get_setting (session, "person-entered"));
  g_assert_nonnull (find (first, says, "March 1959 or 3"));
  gtk_editable_set_text (GTK_EDITABLE (birth), "31/12/1980");
  g_assert_nonnull (find (first, says, "December 1980"));
  gtk_widget_activate_action (first, "first-run.sample", NULL);
  WAIT_FOR (citiz_session_get_setting (session, "person-entered") != NULL);
  g_object_unref (first);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.remove-sample", NULL);
  WAIT_FOR (find (newest (), is_entry, "Birth date (year-month-day)") != NULL);
  dialog = newest ();
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (find (dialog, is_entry, "Name"))), ==,
                   "Zoé Kept");
  birth = find (dialog, is_entry, "Birth date (year-month-day)");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (birth)), ==, "1980-12-31");
  g_signal_emit_by_name (find (dialog, is_button, "Save"), "clicked");
  WAIT_FOR (!json_is_object (citiz_session_get_setting (session, "person-entered")));
  g_autofree gchar *date = citiz_person_birth_date (session);
  g_assert_cmpstr (date, ==, "1980-12-31");
  close_window (window);
}

static void
add_tests (void)
{
  g_test_add_func ("/answers/path", test_path);
  g_test_add_func ("/answers/ending", test_ending);
  g_test_add_func ("/answers/birth-date", test_birth_date);
  g_test_add_func ("/answers/toast", test_toast);
  g_test_add_func ("/answers/idle", test_idle);
  g_test_add_func ("/answers/speech", test_speech);
  g_test_add_func ("/answers/twice", test_twice);
  g_test_add_func ("/answers/goals", test_goals);
  g_test_add_func ("/answers/person", test_person);
  g_test_add_func ("/answers/revoke", test_revoke);
  g_test_add_func ("/answers/person-kept", test_person_kept); /* the last: no sample any more */
}

int
main (int argc, char **argv)
{
  signal (SIGXFSZ, SIG_IGN);
  return ui_sample_test (argc, argv, &session, add_tests);
}
