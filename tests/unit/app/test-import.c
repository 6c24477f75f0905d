/* Imports through the session, their undo, and the sample record. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "access-fixture.h"

#include "app/citiz-ingest.h"

#include <glib/gstdio.h>

static GFile *
test_file (const gchar *name)
{
  g_autofree gchar *path = g_build_filename (g_getenv ("CITIZ_TEST_DATA"), name, NULL);
  return g_file_new_for_path (path);
}

static void
start_import (App *app, const gchar *name, GCancellable *cancellable, Answer *answer)
{
  g_autoptr (GFile) file = test_file (name);

  citiz_session_import_async (app->session, file, FALSE, NULL, NULL, cancellable, app_answer_cb,
                              answer);
}

static CitizImportReport *
import (App *app, const gchar *name, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  start_import (app, name, NULL, &answer);
  result = app_wait (&answer);
  return citiz_session_import_finish (app->session, result, error);
}

static gboolean
undo (App *app, guint32 batch, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_undo_import_async (app->session, batch, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_undo_import_finish (app->session, result, error);
}

static guint
size (App *app)
{
  return citiz_record_size (citiz_session_get_record (app->session));
}

static void
answer_nobody_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gboolean *) data = citiz_session_restore_finish (CITIZ_SESSION (source), result, NULL);
}

static guint64
lines_of (const CitizImportReport *report, const gchar *what, const gchar *reason)
{
  guint64 n = 0;

  for (guint i = 0; i < report->lines->len; i++)
    {
      const CitizImportLine *line = g_ptr_array_index (report->lines, i);
      if (g_str_equal (line->what, what) && g_strcmp0 (line->reason, reason) == 0)
        n += line->count;
    }
  return n;
}

/* Each file of an export is named in the report, kept or not. */
static void
test_routes (App *app, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizImportReport) first = import (app, "apple/dogsheep/export.zip", &error);
  g_autoptr (CitizImportReport) again = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (lines_of (first, "route", NULL), ==, 1);
  again = import (app, "apple/dogsheep/export.zip", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (again->kept, ==, 0);
  g_assert_cmpuint (lines_of (again, "route", "duplicate"), ==, 1);
  g_assert_true (undo (app, first->batch, &error));
  g_assert_cmpuint (size (app), ==, 0);
}

#define SUMMARY "ips/CA_Bundle_FullsomeScenario1.json"
#define APPLE   "apple/sample_30d.xml"

/* What was erased is not in the write-ahead log either. */
static void
assert_no_journal (App *app)
{
  g_autofree gchar *path = g_build_filename (app->folder, CITIZ_DB_FILE "-wal", NULL);
  GStatBuf st;

  if (g_stat (path, &st) == 0)
    g_assert_cmpint (st.st_size, ==, 0);
}

static void
test_import_and_undo (App *app, gconstpointer data)
{
  g_autoptr (CitizImportReport) report = NULL;
  g_autoptr (CitizImportReport) again = NULL;
  g_autoptr (GError) error = NULL;

  report = import (app, SUMMARY, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->kept, >, 10);
  g_assert_cmpuint (size (app), >, 10);
  g_assert_cmpuint (citiz_session_get_imports (app->session)->len, ==, 1);
  again = import (app, SUMMARY, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (again->kept, ==, 0);
  g_assert_cmpuint (again->batch, ==, 0);
  g_assert_true (undo (app, report->batch, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (size (app), ==, 0);
  g_assert_cmpuint (citiz_session_get_imports (app->session)->len, ==, 0);
  assert_no_journal (app);
  g_assert_false (undo (app, report->batch, &error));
  g_assert_nonnull (citiz_session_explain (error));
}

static void
exec (App *app, const gchar *sql)
{
  g_autoptr (GError) error = NULL;

  app_on_engine (app, app_exec_work, (gpointer) sql, &error);
  g_assert_no_error (error);
}

/* From now on the disk refuses to erase objects of a class. */
static void
keep_class (App *app, CitizObjectClass object_class)
{
  g_autofree gchar *sql
      = g_strdup_printf ("CREATE TEMP TRIGGER keep BEFORE DELETE ON object WHEN old.class = %d"
                         " BEGIN SELECT raise (ABORT, 'no room'); END",
                         object_class);

  exec (app, sql);
}

static void
keep_nothing (App *app)
{
  exec (app, "DROP TRIGGER keep");
}

/* Decided, and the disk erases nothing: it has gone all the same, and comes whole when it is imported again. */
static void
test_undo_not_erased (App *app, gconstpointer data)
{
  g_autoptr (CitizImportReport) report = import (app, SUMMARY, NULL);
  g_autoptr (CitizImportReport) refused = NULL;
  g_autoptr (CitizImportReport) again = NULL;
  g_autoptr (GError) error = NULL;
  const guint n = size (app);

  keep_class (app, CITIZ_CLASS_RESOURCE);
  g_test_expect_message ("citiz-app", G_LOG_LEVEL_WARNING, "*not all erased yet*");
  g_assert_true (undo (app, report->batch, &error));
  g_assert_no_error (error);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_RESOURCE), >, 10);
  g_assert_cmpuint (size (app), ==, 0);
  g_assert_cmpuint (citiz_session_get_imports (app->session)->len, ==, 0);
  refused = import (app, SUMMARY, &error);
  g_assert_null (refused);
  g_assert_nonnull (error);
  keep_nothing (app);
  again = import (app, SUMMARY, NULL);
  g_assert_nonnull (again);
  g_assert_cmpuint (again->kept, ==, report->kept);
  g_assert_cmpuint (again->corrected, ==, report->corrected);
  g_assert_cmpuint (size (app), ==, n);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpuint (size (app), ==, n);
  g_assert_cmpuint (citiz_session_get_imports (app->session)->len, ==, 1);
}

static CitizImportReport *
import_text (App *app, const gchar *text, gboolean anyone)
{
  g_autofree gchar *path = g_build_filename (app->folder, "other.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  citiz_session_import_async (app->session, file, anyone, NULL, NULL, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_import_finish (app->session, result, NULL);
}

#define PERSON(id, name, more)                                                                     \
  "{\"resourceType\":\"Patient\",\"id\":\"" id "\",\"name\":[{\"text\":\"" name "\"}]" more "}"
#define BUNDLE(id, name, more)                                                                     \
  "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":"                 \
  "{\"resourceType\":\"Condition\",\"id\":\"c" id                                                  \
  "\",\"code\":{\"text\":\"Asthma\"},\"subject\":{}}},"                                            \
  "{\"resource\":" PERSON (id, name, more) "}]}"

/* A file about somebody else keeps nothing until the person says so, and then changes nothing about who the record is about. */
static void
test_stranger (App *app, gconstpointer data)
{
  g_autoptr (CitizImportReport) own
      = import_text (app, BUNDLE ("1", "Marie Tremblay", ",\"birthDate\":\"1961-04-02\""), FALSE);
  g_autoptr (CitizImportReport) asked = NULL;
  g_autoptr (CitizImportReport) anyway = NULL;
  g_autoptr (CitizImportReport) filled = NULL;
  const gchar *stranger
      = BUNDLE ("2", "Evelyn McCurdy", ",\"birthDate\":\"1950-05-08\",\"gender\":\"female\"");
  guint before = size (app), batches;

  g_assert_false (own->stranger);
  batches = app_objects (app, CITIZ_CLASS_BATCH);
  asked = import_text (app, stranger, FALSE);
  g_assert_true (asked->stranger);
  g_assert_cmpuint (asked->kept, ==, 0);
  g_assert_cmpuint (asked->batch, ==, 0);
  g_assert_cmpstr (asked->person, ==, "Evelyn McCurdy");
  g_assert_cmpstr (asked->birth_date, ==, "1950-05-08");
  g_assert_cmpuint (size (app), ==, before);
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_BATCH), ==, batches);
  app_reopen (app); /* nothing of it comes to light later */
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpuint (size (app), ==, before);
  anyway = import_text (app, stranger, TRUE);
  g_assert_false (anyway->stranger);
  g_assert_cmpuint (anyway->kept, ==, 2);
  filled = import_text (app, PERSON ("3", "TREMBLAY Marie", ",\"gender\":\"other\""), FALSE);
  g_assert_cmpuint (filled->kept, ==, 1);
  const CitizItem *person = citiz_record_patient (citiz_session_get_record (app->session));
  g_assert_cmpstr (person->title[0], ==, "Marie Tremblay");
  g_assert_cmpstr (json_string_value (json_object_get (person->resource, "gender")), ==, "other");
  g_assert_true (undo (app, filled->batch, NULL));
  person = citiz_record_patient (citiz_session_get_record (app->session));
  g_assert_cmpstr (person->title[0], ==, "Marie Tremblay");
  g_assert_null (json_object_get (person->resource, "gender"));
}

/* What was taken out by hand and then went with its import cannot be put back as a ghost. */
static void
test_undo_after_removal (App *app, gconstpointer data)
{
  g_autoptr (CitizImportReport) report = import (app, SUMMARY, NULL);
  g_autoptr (GPtrArray) problems
      = citiz_record_list (citiz_session_get_record (app->session), CITIZ_KIND_PROBLEM);
  gboolean restored = TRUE;
  CitizId id;

  g_assert_cmpuint (problems->len, >, 0);
  id = ((CitizItem *) g_ptr_array_index (problems, 0))->id;
  citiz_session_remove_async (app->session, &id, NULL, NULL, NULL);
  g_assert_true (undo (app, report->batch, NULL));
  citiz_session_restore_async (app->session, &id, NULL, answer_nobody_cb, &restored);
  app_settle (app);
  g_assert_false (restored);
  g_assert_cmpuint (size (app), ==, 0);
}

static void
test_series (App *app, gconstpointer data)
{
  g_autoptr (CitizImportReport) report = NULL;
  g_autoptr (GPtrArray) measures = NULL;
  g_autoptr (GError) error = NULL;

  report = import (app, APPLE, &error);
  g_assert_no_error (error);
  measures = citiz_record_measures (citiz_session_get_record (app->session));
  g_assert_cmpuint (measures->len, >, 3);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (undo (app, report->batch, &error));
  g_assert_no_error (error);
}

static void
assert_nothing_came (App *app)
{
  app_settle (app);
  g_assert_cmpuint (size (app), ==, 0);
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_RESOURCE), ==, 0);
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_CHUNK), ==, 0);
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_BATCH), ==, 0);
  g_assert_cmpuint (citiz_session_get_imports (app->session)->len, ==, 0);
}

/* The helper says all there is, and does not end. */
static void
linger (App *app)
{
  g_autofree gchar *path = g_build_filename (app->folder, "helper", NULL);

  g_assert_true (g_file_set_contents_full (
      path, "#!/bin/sh\nexport PATH=/usr/bin:/bin\n'" CITIZ_IMPORT_PATH "'\nexec sleep 3600\n", -1,
      G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  g_setenv ("CITIZ_IMPORT_HELPER", path, TRUE);
}

static void
test_cancel (App *app, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CitizImportReport) report = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  linger (app);
  start_import (app, APPLE, cancellable, &answer);
  app_settle (app);
  g_cancellable_cancel (cancellable);
  result = app_wait (&answer);
  g_setenv ("CITIZ_IMPORT_HELPER", CITIZ_IMPORT_PATH, TRUE);
  g_assert_null (citiz_session_import_finish (app->session, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_nothing_came (app);
  report = import (app, SUMMARY, NULL); /* the way is free again */
  g_assert_nonnull (report);
}

/* Locked while it reads: it stops, and is not there after the next opening. */
static void
test_lock (App *app, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CitizImportReport) report = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  start_import (app, APPLE, NULL, &answer);
  citiz_session_lock (app->session);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  result = app_wait (&answer);
  g_assert_null (citiz_session_import_finish (app->session, result, &error));
  assert_nothing_came (app);
  report = import (app, SUMMARY, NULL);
  g_assert_nonnull (report);
}

/* While one reads, nothing else changes batches. */
static void
test_one_at_a_time (App *app, gconstpointer data)
{
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GAsyncResult) sample = NULL;
  g_autoptr (CitizImportReport) report = NULL;
  g_autoptr (GError) error = NULL;
  Answer answers[3] = {0};

  start_import (app, APPLE, NULL, &answers[0]);
  start_import (app, SUMMARY, NULL, &answers[1]);
  citiz_session_load_sample_async (app->session, NULL, NULL, NULL, app_answer_cb, &answers[2]);
  second = app_wait (&answers[1]);
  g_assert_null (citiz_session_import_finish (app->session, second, &error));
  g_assert_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_BUSY);
  g_clear_error (&error);
  sample = app_wait (&answers[2]);
  g_assert_false (citiz_session_load_sample_finish (app->session, sample, &error));
  g_assert_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_BUSY);
  first = app_wait (&answers[0]);
  report = citiz_session_import_finish (app->session, first, NULL);
  g_assert_nonnull (report);
}

static void
test_no_helper (App *app, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_setenv ("CITIZ_IMPORT_HELPER", "/bin/false", TRUE);
  g_assert_null (import (app, SUMMARY, &error));
  g_assert_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_HELPER);
  g_setenv ("CITIZ_IMPORT_HELPER", CITIZ_IMPORT_PATH, TRUE);
  assert_nothing_came (app);
}

static void
test_no_file (App *app, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (import (app, "nothing-here.json", &error));
  g_assert_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_FILE);
  g_clear_error (&error);
  g_assert_null (import (app, ".", &error));
  g_assert_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_FOLDER);
  assert_nothing_came (app);
}

static gboolean
change_sample (App *app, gboolean load)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  if (load)
    citiz_session_load_sample_async (app->session, NULL, NULL, NULL, app_answer_cb, &answer);
  else
    citiz_session_remove_sample_async (app->session, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return load ? citiz_session_load_sample_finish (app->session, result, NULL)
              : citiz_session_remove_sample_finish (app->session, result, NULL, NULL);
}

/* What was given on the sample ends with it; what was given on the person's own record goes on. */
static void
test_sample_access (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (CitizAccess) after = NULL;
  g_autoptr (CitizAccess) own = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree gchar *link = NULL;
  Answer answer = {0};
  guint ended = 0;

  g_assert_true (change_sample (app, TRUE));
  access = app_press (app);
  g_assert_true (access->sample);
  link = g_strdup (access->link);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (citiz_session_get_emergency (app->session)->sample);
  citiz_session_remove_sample_async (app->session, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_true (citiz_session_remove_sample_finish (app->session, result, &ended, NULL));
  g_assert_cmpuint (ended, ==, 1);
  app_settle (app);
  g_assert_null (citiz_session_get_emergency (app->session));
  after = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);
  g_assert_cmpint (after->state, ==, CITIZ_ACCESS_REVOKED);
  g_assert_true (after->sample);
  g_assert_cmpuint (app_read (app, link, 1, NULL), !=, 200);
  own = app_press (app);
  g_assert_false (citiz_id_equal (&own->id, &access->id));
  g_assert_false (own->sample);
  g_assert_true (change_sample (app, TRUE));
  g_assert_true (change_sample (app, FALSE));
  g_assert_nonnull (citiz_session_get_emergency (app->session));
}

/* An emergency does not wait for the person to press again: what is given is their own record, once the sample is gone. */
static void
test_sample_press (App *app, gconstpointer press_first)
{
  g_autoptr (GAsyncResult) gone = NULL;
  g_autoptr (GAsyncResult) given = NULL;
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (GError) error = NULL;
  Answer removal = {0}, press = {0};

  g_assert_true (change_sample (app, TRUE));
  if (press_first != NULL)
    citiz_session_emergency_async (app->session, 24, NULL, app_answer_cb, &press);
  citiz_session_remove_sample_async (app->session, NULL, app_answer_cb, &removal);
  if (press_first == NULL)
    citiz_session_emergency_async (app->session, 24, NULL, app_answer_cb, &press);
  given = app_wait (&press);
  gone = app_wait (&removal);
  g_assert_true (citiz_session_remove_sample_finish (app->session, gone, NULL, NULL));
  access = citiz_session_emergency_finish (app->session, given, &error);
  g_assert_no_error (error);
  g_assert_false (access->sample);
  g_assert_false (citiz_session_get_sample (app->session));
  g_assert_true (citiz_session_get_emergency (app->session) == access);
  g_assert_cmpuint (app_read (app, access->link, 1, NULL), ==, 200);
}

/* Its accesses have ended, and then it could not be taken away: it is still there, to be given and to be taken away. */
static void
test_sample_stays (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) before = NULL;
  g_autoptr (CitizAccess) after = NULL;
  guint n;

  g_assert_true (change_sample (app, TRUE));
  n = size (app);
  before = app_press (app);
  keep_class (app, CITIZ_CLASS_BATCH);
  g_assert_false (change_sample (app, FALSE));
  keep_nothing (app);
  app_settle (app);
  g_assert_true (citiz_session_get_sample (app->session));
  after = app_press (app);
  g_assert_true (after->sample);
  g_assert_false (citiz_id_equal (&after->id, &before->id));
  g_assert_true (change_sample (app, TRUE)); /* not a second time */
  g_assert_cmpuint (size (app), ==, n);
  g_assert_true (change_sample (app, FALSE));
  g_assert_cmpuint (size (app), ==, 0);
}

/* Loaded twice it is there once; it goes away whole, with its corrections, and what is the person's own stays. */
static void
test_sample (App *app, gconstpointer data)
{
  g_autoptr (GPtrArray) allergies = NULL;
  CitizId own, theirs;
  guint n;

  g_assert_true (change_sample (app, TRUE));
  g_assert_true (citiz_session_get_sample (app->session));
  n = size (app);
  g_assert_cmpuint (n, >, 10);
  g_assert_true (change_sample (app, TRUE));
  g_assert_cmpuint (size (app), ==, n);
  own = app_save (app, NULL, "Mine");
  allergies = citiz_record_list (citiz_session_get_record (app->session), CITIZ_KIND_ALLERGY);
  theirs = ((CitizItem *) allergies->pdata[0])->id;
  if (citiz_id_equal (&theirs, &own))
    theirs = ((CitizItem *) allergies->pdata[1])->id;
  app_save (app, &theirs, "Corrected");
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (citiz_session_get_sample (app->session));
  g_assert_true (citiz_record_get (citiz_session_get_record (app->session), &theirs)->sample);
  g_assert_true (change_sample (app, FALSE));
  g_assert_false (citiz_session_get_sample (app->session));
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_RESOURCE), ==, 1);
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_CHUNK), ==, 0);
  g_assert_nonnull (citiz_record_get (citiz_session_get_record (app->session), &own));
}

typedef struct
{
  guint told;
  guint64 done, total;
} Told;

static void
told_cb (gdouble fraction, guint64 done, guint64 total, gpointer data)
{
  Told *told = data;

  g_assert_cmpuint (done, >, told->done);
  g_assert_true (told->total == 0 || told->total == total);
  g_assert_cmpuint (done, <=, total);
  *told = (Told){told->told + 1, done, total};
}

/* How far it is, in numbers: up to the end, and not for every entry. */
static void
test_sample_progress (App *app, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};
  Told told = {0};

  citiz_session_load_sample_async (app->session, told_cb, &told, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_true (citiz_session_load_sample_finish (app->session, result, NULL));
  g_assert_cmpuint (told.total, >, 300);
  g_assert_cmpuint (told.done, ==, told.total);
  g_assert_cmpuint (told.told, ==, 100);
}

/* Stopped in the middle, nothing of it is there; then it comes whole. */
static GCancellable *halfway;
static gint left = 300;

static void
random_cb (gpointer data, guint8 *out, gsize n)
{
  citiz_env_random (citiz_env_system (), out, n);
  if (g_atomic_int_dec_and_test (&left))
    g_cancellable_cancel (halfway);
}

static void
test_sample_stopped (App *app, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  app->env.random = random_cb;
  halfway = g_cancellable_new ();
  citiz_session_load_sample_async (app->session, NULL, NULL, halfway, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_false (citiz_session_load_sample_finish (app->session, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_atomic_int_get (&left), <=, 0);
  g_assert_false (citiz_session_get_sample (app->session));
  assert_nothing_came (app);
  g_assert_true (change_sample (app, TRUE));
  g_assert_true (change_sample (app, FALSE));
  g_object_unref (halfway);
}

#define ADD(path, func) g_test_add (path, App, NULL, app_up, func, app_down)

int
main (int argc, char **argv)
{
  g_setenv ("CITIZ_IMPORT_HELPER", CITIZ_IMPORT_PATH, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  ADD ("/app/import/and-undo", test_import_and_undo);
  ADD ("/app/import/undo-not-erased", test_undo_not_erased);
  ADD ("/app/import/routes", test_routes);
  ADD ("/app/import/undo-after-removal", test_undo_after_removal);
  ADD ("/app/import/series", test_series);
  ADD ("/app/import/cancel", test_cancel);
  ADD ("/app/import/lock", test_lock);
  ADD ("/app/import/one-at-a-time", test_one_at_a_time);
  ADD ("/app/import/no-helper", test_no_helper);
  ADD ("/app/import/no-file", test_no_file);
  ADD ("/app/import/stranger", test_stranger);
  ADD ("/app/import/sample", test_sample);
  ADD ("/app/import/sample-progress", test_sample_progress);
  ADD ("/app/import/sample-stopped", test_sample_stopped);
  ADD ("/app/import/sample-stays", test_sample_stays);
  ADD ("/app/import/sample-access", test_sample_access);
  ADD ("/app/import/sample-press", test_sample_press);
  g_test_add ("/app/import/sample-press-first", App, "", app_up, test_sample_press, app_down);
  return g_test_run ();
}
