/* Dialogs above the window: a lock closes them, late answers find nothing to break, questions are asked once.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <string.h>

#include "app/citiz-session.h"
#include "crypto/citiz-crypto-error.h"
#include "ui/citiz-access-text.h"
#include "ui/citiz-add.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-export.h"
#include "ui/citiz-format.h"
#include "ui/citiz-import-dialog.h"
#include "ui/citiz-ledger-alarms.h"
#include "ui/citiz-preferences.h"
#include "ui/citiz-profile-dialog.h"
#include "ui/citiz-profile-items.h"
#include "ui/citiz-recovery-sheet.h"
#include "ui/citiz-secrets-dialog.h"
#include "ui/citiz-switch-row.h"
#include "ui/citiz-window.h"
#include "ui-sample.h"

static CitizSession *session;

static guint
n_windows (void)
{
  return g_list_model_get_n_items (gtk_window_get_toplevels ());
}

/* The window that came last. */
static GtkWidget *
newest (void)
{
  g_autoptr (GtkWidget) window
      = g_list_model_get_item (gtk_window_get_toplevels (), n_windows () - 1);

  return window;
}

typedef gboolean (*Fits) (GtkWidget *widget);

static GtkWidget *
find (GtkWidget *widget, Fits fits)
{
  GtkWidget *found = fits (widget) ? widget : NULL;

  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL && found == NULL;
       w = gtk_widget_get_next_sibling (w))
    found = find (w, fits);
  return found;
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
unlock (void)
{
  g_autoptr (CitizSecret) passphrase = citiz_secret_new_from_text ("sample");
  gboolean done = FALSE;

  citiz_session_unlock_async (session, passphrase, NULL, done_cb, &done);
  WAIT_FOR (done);
  g_assert_cmpint (citiz_session_get_state (session), ==, CITIZ_SESSION_OPEN);
}

/* --- locking --- */

static void
test_lock (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  GtkWidget *preferences = citiz_preferences_new (session);
  g_autoptr (CitizImportDialog) import = NULL;

  gtk_window_present (GTK_WINDOW (window));
  ui_settle ();
  citiz_profile_dialog_show (GTK_WIDGET (window), session);
  citiz_add_open (GTK_WIDGET (window), session, "allergy");
  citiz_export_ask (GTK_WIDGET (window), session);
  import = g_object_ref (citiz_import_dialog_new (GTK_WIDGET (window), session, NULL));
  gtk_window_set_transient_for (GTK_WINDOW (preferences), GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (preferences));
  citiz_change_passphrase_show (preferences, session);
  ui_settle ();
  g_assert_cmpuint (n_windows (), ==, 7);
  citiz_session_lock (session);
  ui_settle ();
  g_assert_cmpuint (n_windows (), ==, 1);
  g_assert_true (newest () == GTK_WIDGET (window));

  /* What a chooser or the engine still says to one that is gone. */
  g_autoptr (GFile) file = g_file_new_for_path ("/dev/null");
  citiz_import_dialog_add (import, file);
  ui_settle ();

  unlock ();
  ui_settle ();
  g_assert_cmpuint (n_windows (), ==, 1);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* --- a dialog that is closed before its answer --- */

static gboolean
is_password (GtkWidget *widget)
{
  return GTK_IS_TEXT (widget) && !gtk_text_get_visibility (GTK_TEXT (widget));
}

static gboolean
is_pill (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) && gtk_widget_has_css_class (widget, "destructive-action");
}

static gboolean
is_word (GtkWidget *widget)
{
  return ADW_IS_ENTRY_ROW (widget) && !ADW_IS_PASSWORD_ENTRY_ROW (widget);
}

static gboolean
says (GtkWidget *widget, const gchar *beginning)
{
  if (GTK_IS_LABEL (widget)
      && g_str_has_prefix (gtk_label_get_text (GTK_LABEL (widget)), beginning))
    return TRUE;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (says (w, beginning))
      return TRUE;
  return FALSE;
}

static void
test_late_answer (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  gpointer watched;
  GtkWidget *dialog, *button;

  gtk_window_present (GTK_WINDOW (window));
  ui_settle ();
  citiz_erase_show (GTK_WIDGET (window), session);
  watched = dialog = newest ();
  g_object_add_weak_pointer (G_OBJECT (dialog), &watched);
  gtk_editable_set_text (GTK_EDITABLE (find (dialog, is_password)), "not the passphrase");
  gtk_editable_set_text (GTK_EDITABLE (find (dialog, is_word)), "ERASE");
  button = find (dialog, is_pill);
  g_assert_true (gtk_widget_get_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
  gtk_window_destroy (GTK_WINDOW (dialog));
  WAIT_FOR (says (GTK_WIDGET (window), "This is not the passphrase"));
  WAIT_FOR (watched == NULL);
  g_assert_cmpint (citiz_session_get_state (session), ==, CITIZ_SESSION_OPEN);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* --- what the desktop hears --- */

static void
changed_cb (GtkRecentManager *recent, gpointer told)
{
  *(gboolean *) told = TRUE;
}

/* The sheet of words that was saved is in no other program's list of recent files. */
static void
test_not_recent (void)
{
  GtkRecentManager *recent = gtk_recent_manager_get_default ();
  g_autofree gchar *path = NULL, *uri = NULL;
  g_autoptr (GFile) file = NULL;
  gboolean told = FALSE;

  path = g_build_filename (g_get_tmp_dir (), "citiz-sheet.pdf", NULL);
  file = g_file_new_for_path (path);
  uri = g_file_get_uri (file);
  citiz_compat_forget (file);
  g_signal_connect (recent, "changed", G_CALLBACK (changed_cb), &told);
  g_assert_true (gtk_recent_manager_add_item (recent, uri)); /* as the chooser does */
  WAIT_FOR (told);
  WAIT_FOR (!gtk_recent_manager_has_item (recent, uri));
  g_signal_handlers_disconnect_by_data (recent, &told);
}

/* --- a new recovery sheet --- */

static gboolean
is_sheet (GtkWidget *widget)
{
  return CITIZ_IS_RECOVERY_SHEET (widget);
}

static gboolean
is_continue (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) && gtk_widget_has_css_class (widget, "pill")
         && gtk_widget_get_mapped (widget) && says (widget, "Continue");
}

/* Letters half as large again: it can still be 360 wide. */
static gint
least_width_in_large_letters (GtkWidget *dialog)
{
  GtkSettings *settings = gtk_settings_get_default ();
  gint before, least;

  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  g_object_set (settings, "gtk-xft-dpi", 144 * 1024, NULL);
  ui_settle ();
  gtk_widget_measure (dialog, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  g_object_set (settings, "gtk-xft-dpi", before, NULL);
  return least;
}

/* The words asked back are not in sight. */
static void
test_replace_words (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  GtkWidget *dialog, *sheet, *next;

  gtk_window_present (GTK_WINDOW (window));
  ui_settle ();
  citiz_replace_words_show (GTK_WIDGET (window), session);
  dialog = newest ();
  WAIT_FOR ((sheet = find (dialog, is_sheet)) != NULL && gtk_widget_get_mapped (sheet));
  g_assert_false (gtk_widget_get_mapped (find (dialog, is_word)));
  g_assert_cmpint (least_width_in_large_letters (dialog), <=, 360);
  next = find (dialog, is_continue);
  g_assert_false (gtk_widget_get_sensitive (next)); /* not before it is on paper */
  g_signal_emit_by_name (next, "clicked");
  WAIT_FOR (gtk_widget_get_mapped (find (dialog, is_word)));
  g_assert_false (gtk_widget_get_mapped (sheet));
  gtk_window_destroy (GTK_WINDOW (dialog));
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* --- files dropped --- */

static void
drop_on (GtkWidget *window, GFile *file)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (window);
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_array (&file, 1));
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) drop = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (drop))
        g_signal_emit_by_name (drop, "drop", &value, 0.0, 0.0, &taken);
    }
  g_assert_true (taken);
}

/* A file dropped on the window opens the import; on a locked one, nothing before the record is open. */
static void
test_drop (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  g_autofree gchar *path
      = g_test_build_filename (G_TEST_DIST, "..", "data", "ips", "nothing.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  gtk_window_present (GTK_WINDOW (window));
  ui_settle ();
  drop_on (GTK_WIDGET (window), file);
  g_assert_true (CITIZ_IS_IMPORT_DIALOG (newest ()));
  citiz_session_lock (session);
  ui_settle ();
  g_assert_cmpuint (n_windows (), ==, 1);
  drop_on (GTK_WIDGET (window), file);
  ui_settle ();
  g_assert_cmpuint (n_windows (), ==, 1);
  unlock ();
  WAIT_FOR (n_windows () == 2);
  g_assert_true (CITIZ_IS_IMPORT_DIALOG (newest ()));
  gtk_window_destroy (GTK_WINDOW (newest ()));
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

/* --- masking what changes care is asked once --- */

static gboolean
is_unmasked_toggle (GtkWidget *widget)
{
  return GTK_IS_TOGGLE_BUTTON (widget) && gtk_widget_has_css_class (widget, "flat")
         && !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (widget));
}

static gboolean
none_masked_cb (const CitizId *id, gpointer data)
{
  return FALSE;
}

typedef struct
{
  guint calls;
  gboolean masked;
} Said;

static void
mask_cb (const CitizId *id, gboolean masked, gpointer data)
{
  Said *said = data;

  said->calls++;
  said->masked = masked;
}

static gboolean
none_left_out_cb (const CitizItem *item, gpointer data)
{
  return FALSE;
}

static gboolean
all_left_out_cb (const CitizItem *item, gpointer data)
{
  return TRUE;
}

static gboolean
is_live_toggle (GtkWidget *widget)
{
  return GTK_IS_TOGGLE_BUTTON (widget) && gtk_widget_get_sensitive (widget);
}

/* What a part or a sensitive subject leaves out is not said to be shown. */
static void
test_left_out (void)
{
  for (guint all = 0; all < 2; all++)
    {
      Said said = {0};
      GtkWidget *list = g_object_ref_sink (
          citiz_profile_items_new (citiz_session_get_record (session), none_masked_cb,
                                   all ? all_left_out_cb : none_left_out_cb, mask_cb, &said));

      g_assert_true ((find (list, is_live_toggle) == NULL) == (gboolean) all);
      g_object_unref (list);
    }
}

static void
test_mask (void)
{
  GtkWidget *window = gtk_window_new (), *list, *toggle;
  Said said = {0};

  list = citiz_profile_items_new (citiz_session_get_record (session), none_masked_cb,
                                  none_left_out_cb, mask_cb, &said);
  gtk_window_set_child (GTK_WINDOW (window), list);
  gtk_window_present (GTK_WINDOW (window));
  ui_settle ();
  toggle = find (list, is_unmasked_toggle); /* the first is a severe allergy */
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (toggle), TRUE);
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (toggle)));
  g_assert_true (ADW_IS_MESSAGE_DIALOG (newest ()));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (newest ()), "do");
  gtk_window_destroy (GTK_WINDOW (newest ()));
  ui_settle ();
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (toggle)));
  g_assert_true (said.masked);
  g_assert_cmpuint (n_windows (), ==, 1);

  /* Shown again without a question; masked again with one. */
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (toggle), FALSE);
  g_assert_false (said.masked);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (toggle), TRUE);
  g_assert_false (said.masked);
  g_assert_cmpuint (n_windows (), ==, 2);
  gtk_window_destroy (GTK_WINDOW (window)); /* the question goes with it */
  ui_settle ();
  g_assert_cmpuint (n_windows (), ==, 0);
}

static void
copied_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gchar **) data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

/* With no program to open it, the address is said, and can be copied. */
static void
test_no_browser (void)
{
  static const gchar *const address = "citiz-nobody:opens-this";
  CitizWindow *window = citiz_window_new (NULL, session);
  g_autofree gchar *copied = NULL;

  gtk_window_present (GTK_WINDOW (window));
  ui_settle ();
  citiz_compat_show_uri (GTK_WIDGET (window), address);
  WAIT_FOR (ADW_IS_MESSAGE_DIALOG (newest ()));
  g_assert_nonnull (strstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (newest ())), address));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (newest ()), "copy");
  gtk_window_destroy (GTK_WINDOW (newest ()));
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (window)), NULL, copied_cb,
                                 &copied);
  WAIT_FOR (copied != NULL);
  g_assert_cmpstr (copied, ==, address);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
  g_assert_cmpuint (n_windows (), ==, 0);
}

/* --- evidence --- */

static gboolean
is_save (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget);
}

/* Few words on a narrow page; what is in the file is said before it is saved. */
static void
test_evidence (void)
{
  GtkWidget *window = gtk_window_new (), *list = citiz_list_new (NULL);
  GtkWidget *row = citiz_evidence_row_new (session, TRUE);
  gint height;

  gtk_list_box_append (GTK_LIST_BOX (list), row);
  gtk_window_set_child (GTK_WINDOW (window), list);
  gtk_window_present (GTK_WINDOW (window));
  ui_settle ();
  gtk_widget_measure (row, GTK_ORIENTATION_VERTICAL, 328, &height, NULL, NULL, NULL);
  g_assert_cmpint (height, <=, 70);
  g_signal_emit_by_name (find (row, is_save), "clicked");
  g_assert_true (ADW_IS_MESSAGE_DIALOG (newest ()));
  g_assert_nonnull (strstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (newest ())),
                            "the number of an access, nothing of your record"));
  gtk_window_destroy (GTK_WINDOW (newest ()));
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
  g_assert_cmpuint (n_windows (), ==, 0);
}

/* The desktop's own chooser; NULL: none is open. */
static GtkWidget *
chooser (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (GTK_IS_FILE_CHOOSER (window) && gtk_widget_get_mapped (window))
        return window;
    }
  return NULL;
}

static gboolean
has_file (void)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser ()));

  return file != NULL;
}

/* @asked: the row is made anew while the question stands, else while the place is chosen. */
static void
save_evidence_anew (gboolean asked)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  GtkWidget *above = gtk_window_new (), *list = citiz_list_new (NULL);
  GtkWidget *row = citiz_evidence_row_new (session, TRUE);

  gtk_list_box_append (GTK_LIST_BOX (list), row);
  gtk_window_set_child (GTK_WINDOW (above), list);
  gtk_window_present (GTK_WINDOW (window));
  gtk_window_present (GTK_WINDOW (above));
  ui_settle ();
  g_signal_emit_by_name (find (row, is_save), "clicked");
  if (asked)
    gtk_list_box_remove (GTK_LIST_BOX (list), row);
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (newest ()), "do");
  WAIT_FOR (chooser () != NULL);
  g_assert_true (gtk_window_get_transient_for (GTK_WINDOW (chooser ())) == GTK_WINDOW (above));
  if (!asked)
    gtk_list_box_remove (GTK_LIST_BOX (list), row);
  WAIT_FOR (has_file ());
  gtk_dialog_response (GTK_DIALOG (chooser ()), GTK_RESPONSE_ACCEPT);
  WAIT_FOR (says (GTK_WIDGET (window), "This record belongs to no community"));
  gtk_window_destroy (GTK_WINDOW (above));
  gtk_window_destroy (GTK_WINDOW (window));
  WAIT_FOR (n_windows () == 0);
}

/* The alarms are made anew while the person decides: the evidence is saved all the same. */
static void
test_evidence_anew (void)
{
  save_evidence_anew (TRUE);
  save_evidence_anew (FALSE);
}

static gboolean
is_medications (GtkWidget *widget)
{
  return CITIZ_IS_SWITCH_ROW (widget)
         && strcmp (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), "Medications")
                == 0;
}

/* A whole class with something in it that changes care is asked as the item is, and the access says which class it was. */
static void
test_mask_part (void)
{
  CitizWindow *window = citiz_window_new (NULL, session);
  GtkWidget *dialog, *row;
  g_autoptr (GPtrArray) lines = NULL;
  gboolean named = FALSE;

  gtk_window_present (GTK_WINDOW (window));
  citiz_profile_dialog_show (GTK_WIDGET (window), session);
  ui_settle ();
  dialog = newest ();
  row = find (dialog, is_medications);
  g_assert_nonnull (row);
  g_object_set (row, "active", FALSE, NULL);
  g_assert_true (citiz_switch_row_get_active (CITIZ_SWITCH_ROW (row)));
  g_assert_null (citiz_session_get_setting (session, "profile"));
  g_assert_true (ADW_IS_MESSAGE_DIALOG (newest ()));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (newest ()), "do");
  WAIT_FOR (citiz_session_get_setting (session, "profile") != NULL);
  g_assert_false (citiz_switch_row_get_active (CITIZ_SWITCH_ROW (row)));
  citiz_window_press_emergency (window);
  WAIT_FOR (citiz_session_get_emergency (session) != NULL);
  lines = citiz_access_lines (citiz_session_get_emergency (session));
  for (guint i = 0; i < lines->len; i++)
    {
      const CitizPartLine *line = g_ptr_array_index (lines, i);

      named |= strcmp (line->title, "1 section masked by you") == 0
               && strcmp (line->subtitle, "Medications") == 0;
    }
  g_assert_true (named);
  gtk_window_destroy (GTK_WINDOW (window));
  ui_settle ();
}

static void
add_tests (void)
{
  g_test_add_func ("/dialogs/lock", test_lock);
  g_test_add_func ("/dialogs/late-answer", test_late_answer);
  g_test_add_func ("/ui/dialogs/not-recent", test_not_recent);
  g_test_add_func ("/dialogs/replace-words", test_replace_words);
  g_test_add_func ("/dialogs/drop", test_drop);
  g_test_add_func ("/dialogs/no-browser", test_no_browser);
  g_test_add_func ("/dialogs/evidence", test_evidence);
  g_test_add_func ("/dialogs/evidence-anew", test_evidence_anew);
  g_test_add_func ("/dialogs/mask", test_mask);
  g_test_add_func ("/dialogs/mask/left-out", test_left_out);
  g_test_add_func ("/dialogs/mask-part", test_mask_part);
}

int
main (int argc, char **argv)
{
  return ui_sample_test (argc, argv, &session, add_tests);
}
