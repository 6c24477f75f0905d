/* Files that are brought in: what is told of them, whom they are about, and taking them back. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "pages-fixture.h"

#include "importers/citiz-import-reason.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-format.h"
#include "ui/citiz-import-dialog.h"
#include "ui/citiz-page.h"
#include "ui/citiz-item-text.h"
#include <glib/gstdio.h>

static void
test_words (void)
{
  g_autofree gchar *kind = citiz_session_explain_kind ("HKQuantityTypeIdentifierRunningPower");

  g_assert_cmpstr (kind, ==, "Running power");
  /* Every reason of the importers has words of its own. */
  for (guint r = CITIZ_IMPORT_KEPT + 1; r < CITIZ_IMPORT_N_REASONS; r++)
    g_assert_cmpstr (citiz_session_explain_skip (citiz_import_reason_name ((CitizImportReason) r)),
                     !=, citiz_session_explain_skip ("never heard of"));
  for (guint k = 0; k < CITIZ_N_KINDS; k++)
    if (*citiz_kind_key ((CitizKind) k) != '\0')
      g_assert_cmpint (citiz_kind_from_key (citiz_kind_key ((CitizKind) k)), ==, k);
}

#define PERSON(name, born)                                                                         \
  "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"" name "\"}]" born "}"

/* A file about another person is told as one; a name spelt in another way with the same birth date is not. */
static void
test_stranger (void)
{
  static const struct
  {
    const gchar *file;
    const gchar *words; /* NULL: nothing to say */
  } cases[] = {
      {PERSON ("Evelyn McCurdy", ",\"birthDate\":\"1957-05-03\""), "Evelyn McCurdy"},
      {PERSON ("Marie Tremblay-Roy", ",\"birthDate\":\"1980-01-02\""), NULL},
      {PERSON ("MARIE TREMBLAY", ""), NULL},
      {PERSON ("Evelyn McCurdy", ""), "Evelyn McCurdy"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CitizRecord) record = citiz_record_new ();
      g_autoptr (CitizItem) own
          = item_of (PERSON ("Marie Tremblay", ",\"birthDate\":\"1980-01-02\""), 1, 1);
      g_autoptr (CitizItem) theirs = item_of (cases[i].file, 2, 7);
      g_autofree gchar *alone = NULL, *words = NULL;

      citiz_record_put (record, theirs);
      alone = citiz_import_stranger_text (record, 7);
      g_assert_null (alone);
      citiz_record_put (record, own);
      words = citiz_import_stranger_text (record, 7);
      g_assert_cmpint (words != NULL, ==, cases[i].words != NULL);
      if (words != NULL)
        g_assert_nonnull (strstr (words, cases[i].words));
    }
}

/* The question says what the record itself holds; an export of Apple Health bears no name, which is not what differs. */
static void
test_stranger_question (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();
  g_autoptr (CitizItem) own
      = item_of (PERSON ("Marie Tremblay", ",\"birthDate\":\"1980-01-02\""), 1, 1);
  g_autofree gchar *title = citiz_import_person_text ("", "1957-05-03"), *text = NULL;

  citiz_record_put (record, own);
  text = citiz_import_question_text (record);
  g_assert_nonnull (strstr (title, "born on"));
  g_assert_nonnull (strstr (title, "1957"));
  g_assert_nonnull (strstr (text, "Marie Tremblay"));
  g_assert_nonnull (strstr (text, "1980"));
}

static void
test_import_dialog (void)
{
  g_autoptr (CitizSession) session = sample ();
  CitizImportDialog *dialog = citiz_import_dialog_new (NULL, session, NULL);

  g_assert_true (shows (GTK_WIDGET (dialog), "Bring your data in"));
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static GFile *
person_file (const gchar *folder, const gchar *name, const gchar *born)
{
  g_autofree gchar *path = g_strdup_printf ("%s/%s.json", folder, born);
  g_autofree gchar *text
      = g_strdup_printf ("{\"resourceType\":\"Patient\",\"id\":\"%s\",\"name\":[{"
                         "\"text\":\"%s\"}],\"birthDate\":\"%s\"}",
                         born, name, born);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return g_file_new_for_path (path);
}

static gboolean
is_undo (GtkWidget *widget, gpointer data)
{
  if (!GTK_IS_BUTTON (widget) || !gtk_widget_get_sensitive (widget)
      || g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), "_Undo this import") != 0)
    return FALSE;
  *(GtkWidget **) data = widget;
  return TRUE;
}

static gboolean
is_error (GtkWidget *widget, gpointer data)
{
  return gtk_widget_has_css_class (widget, "error");
}

/* A second person's file is asked about; each import has an undo of its own, the newest first. */
static void
test_import_of_others (void)
{
  g_autoptr (CitizSession) session = sample ();
  g_autofree gchar *folder = g_dir_make_tmp ("citiz-ui-XXXXXX", NULL);
  g_autoptr (GFile) own = person_file (folder, "Marie Tremblay", "1961-04-02");
  g_autoptr (GFile) other = person_file (folder, "Evelyn McCurdy", "1950-05-08");
  CitizImportDialog *dialog = citiz_import_dialog_new (NULL, session, NULL);
  guint before = citiz_session_get_imports (session)->len;
  GtkWidget *undo = NULL;

  g_setenv ("CITIZ_IMPORT_HELPER", CITIZ_IMPORT_PATH, TRUE);
  gtk_window_present (GTK_WINDOW (dialog));
  citiz_import_dialog_add (dialog, own);
  citiz_import_dialog_add (dialog, other);
  WAIT_FOR (walk (GTK_WIDGET (dialog), is_shown_text,
                  (gpointer) "This file is about Evelyn McCurdy, birth date"));
  g_assert_cmpuint (citiz_session_get_imports (session)->len, ==, before + 1);
  gtk_widget_activate_action (GTK_WIDGET (dialog), "import.leave", NULL);
  settle ();
  g_assert_cmpuint (citiz_session_get_imports (session)->len, ==, before + 1);
  citiz_import_dialog_add (dialog, other);
  gtk_widget_activate_action (GTK_WIDGET (dialog), "import.cancel", NULL);
  WAIT_FOR (walk (GTK_WIDGET (dialog), is_shown_text, (gpointer) "Stopped. Nothing was changed."));
  g_assert_false (walk (GTK_WIDGET (dialog), is_error, NULL)); /* both are as the person asked */
  citiz_import_dialog_add (dialog, other);
  WAIT_FOR (walk (GTK_WIDGET (dialog), is_shown_text, (gpointer) "Import Anyway"));
  gtk_widget_activate_action (GTK_WIDGET (dialog), "import.anyway", NULL);
  WAIT_FOR (citiz_session_get_imports (session)->len == before + 2);
  WAIT_FOR (walk (GTK_WIDGET (dialog), is_undo, &undo));
  g_signal_emit_by_name (undo, "clicked"); /* the newest is on top: only it goes */
  WAIT_FOR (citiz_session_get_imports (session)->len == before + 1);
  settle ();
  g_assert_true (shows (GTK_WIDGET (dialog), "Undone. Your record is as it was before."));
  g_assert_true (walk (GTK_WIDGET (dialog), is_undo, &undo));
  gtk_window_destroy (GTK_WINDOW (dialog));
  g_assert_true (g_file_delete (own, NULL, NULL) && g_file_delete (other, NULL, NULL));
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  citiz_ui_init ();
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  g_test_add_func ("/ui/pages/words", test_words);
  g_test_add_func ("/ui/pages/stranger", test_stranger);
  g_test_add_func ("/ui/pages/stranger-question", test_stranger_question);
  g_test_add_func ("/ui/pages/import-dialog", test_import_dialog);
  g_test_add_func ("/ui/pages/import-of-others", test_import_of_others);
  return g_test_run ();
}
