/* From a file to a vault and back: kept once, undone exactly, gone when stopped. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-ingest-private.h"

#include "importers/citiz-apple-types.h"
#include "record/citiz-item.h"
#include "record/citiz-unit.h"

#include <glib/gstdio.h>
#include <string.h>

static const CitizKdfCost cheap = {1, 64};

typedef struct
{
  gchar *dir;
  CitizVault *vault;
  CitizSecret *passphrase;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizSecret) words = citiz_secret_new_random (32);

  f->dir = g_dir_make_tmp ("citiz-XXXXXX", NULL);
  f->passphrase = citiz_secret_new_from_text ("six mots pour ouvrir ce coffre");
  f->vault = citiz_vault_create (f->dir, citiz_env_system (), f->passphrase, words, cheap, &error);
  g_assert_no_error (error);
  g_setenv ("CITIZ_IMPORT_HELPER", CITIZ_IMPORT_PATH, TRUE);
}

static void
remove_files (const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (folder, name, NULL);
      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  citiz_vault_close (f->vault);
  remove_files (f->dir);
  g_free (f->dir);
  citiz_secret_unref (f->passphrase);
}

static GFile *
data_file (const gchar *name)
{
  g_autofree gchar *path = g_build_filename (g_getenv ("CITIZ_TEST_DATA"), name, NULL);
  return g_file_new_for_path (path);
}

static GFile *
text_file (Fixture *f, const gchar *name, const gchar *text)
{
  g_autofree gchar *path = g_build_filename (f->dir, name, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return g_file_new_for_path (path);
}

static CitizIngestReport *
import (Fixture *f, GFile *taken)
{
  g_autoptr (GError) error = NULL;
  CitizIngestReport *report = citiz_ingest_run (f->vault, taken, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (report);
  g_object_unref (taken);
  return report;
}

static guint64
line_count (const CitizIngestReport *report, const gchar *what, const gchar *reason)
{
  for (guint i = 0; i < report->lines->len; i++)
    {
      const CitizIngestLine *line = report->lines->pdata[i];
      if (g_str_equal (line->what, what) && g_strcmp0 (line->reason, reason) == 0)
        return line->count;
    }
  return 0;
}

/* --- what a vault holds, as text: two vaults that say the same hold the same --- */

static gboolean
resource_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  gsize n;
  g_autofree gchar *key = NULL;
  const gchar *text = citiz_item_packed_text (plain, &n, &key);
  g_autofree gchar *line = g_strdup_printf ("resource %s %u %.*s", key, version, (gint) n, text);
  g_ptr_array_add (data, g_steal_pointer (&line));
  return TRUE;
}

static gboolean
rollup_cb (const gchar *measure,
           const gchar *source,
           const gchar *unit,
           const GArray *days,
           gpointer data)
{
  for (guint i = 0; i < days->len; i++)
    {
      const CitizDay *d = &g_array_index (days, CitizDay, i);
      g_ptr_array_add (data, g_strdup_printf ("day %s|%s|%s %d %u %.6f %.6f %.6f %.6f %.6f %.3f",
                                              measure, source, unit, d->day, d->n, d->sum, d->min,
                                              d->max, d->first, d->last, d->minutes));
    }
  return TRUE;
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(gchar *const *) a, *(gchar *const *) b);
}

static gchar *
contents (CitizVault *vault)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CitizSeriesStore) store = citiz_series_store_new (vault, &error);

  g_assert_no_error (error);
  g_assert_true (citiz_vault_foreach (vault, CITIZ_CLASS_RESOURCE, resource_cb, lines, NULL, NULL));
  g_assert_true (citiz_series_store_rollups (vault, rollup_cb, lines, NULL));
  for (guint i = 0; i < citiz_series_store_list (store)->len; i++)
    {
      const CitizSeries *s = citiz_series_store_list (store)->pdata[i];
      g_autoptr (GArray) samples = citiz_series_store_load (store, s, G_MININT64, G_MAXINT64, NULL);
      gdouble sum = 0;
      for (guint k = 0; k < samples->len; k++)
        sum += g_array_index (samples, CitizSample, k).value * (k % 97 + 1);
      g_assert_cmpuint (samples->len, ==, citiz_series_count (s));
      g_ptr_array_add (lines, g_strdup_printf ("series %s|%s|%s %u %.6f", s->measure, s->source,
                                               s->unit, samples->len, sum));
    }
  g_ptr_array_add (lines, g_strdup_printf ("blobs %" G_GINT64_FORMAT,
                                           citiz_vault_count (vault, CITIZ_CLASS_BLOB)));
  g_ptr_array_add (lines, g_strdup_printf ("rollups %" G_GINT64_FORMAT,
                                           citiz_vault_count (vault, CITIZ_CLASS_ROLLUP)));
  g_ptr_array_sort (lines, compare_texts);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (gchar **) lines->pdata);
}

/* --- tests --- */

static void
test_apple (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizIngestReport) report = import (f, data_file ("apple/sample_30d.xml"));

  g_assert_cmpuint (report->batch, >, 0);
  g_assert_null (report->ended);
  g_assert_cmpuint (line_count (report, "HKQuantityTypeIdentifierStepCount", NULL), ==, 194);
  g_assert_cmpuint (line_count (report, "HKQuantityTypeIdentifierHeartRate", NULL), ==, 416);
  g_assert_cmpuint (line_count (report, "Observation", NULL), ==, 17);
  g_assert_cmpuint (line_count (report, "HKDataTypeSleepDurationGoal", "unknown-type"), ==, 1);
  g_assert_cmpuint (
      line_count (report, "HKQuantityTypeIdentifierBloodPressureSystolic", "repeated"), ==, 59);
  g_assert_cmpuint (strlen (report->hash), ==, 64);
  g_assert_cmpstr (report->name, ==, "sample_30d.xml");
  g_assert_cmpint (report->first.ms, >, 0);

  g_autoptr (CitizSeriesStore) store = citiz_series_store_new (f->vault, &error);
  g_assert_no_error (error);
  g_autoptr (GArray) steps
      = citiz_series_store_read (store, "steps", G_MININT64, G_MAXINT64, &error);
  gdouble sum = 0;
  for (guint i = 0; i < steps->len; i++)
    sum += g_array_index (steps, CitizSample, i).value;
  /* Watch alone 27 191; with what only the telephone saw; never the naive sum of both. */
  g_assert_cmpfloat (sum, >=, 27191);
  g_assert_cmpfloat (sum, <, 40000);
  g_autoptr (GArray) weight
      = citiz_series_store_read (store, "weight", G_MININT64, G_MAXINT64, &error);
  g_assert_cmpuint (weight->len, ==, 25);
  for (guint i = 0; i < weight->len; i++) /* pounds first, kilograms later: one unit here */
    g_assert_cmpfloat (g_array_index (weight, CitizSample, i).value, <, 90);

  gboolean damaged = TRUE;
  g_autoptr (GPtrArray) list = citiz_ingest_list (f->vault, &damaged, &error);
  g_assert_false (damaged);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpuint (((CitizIngestReport *) list->pdata[0])->kept, ==, report->kept);
  g_assert_cmpuint (((CitizIngestReport *) list->pdata[0])->lines->len, ==, report->lines->len);
}

static void
test_twice (Fixture *f, gconstpointer data)
{
  static const gchar *const files[]
      = {"apple/sample_30d.xml", "ips/CA_Bundle_FullsomeScenario1.json",
         "ips/CA-IPS-Bundle1Example.json"};
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (CitizIngestReport) first = import (f, data_file (files[i]));
      g_autofree gchar *before = contents (f->vault);
      gint64 chunks = citiz_vault_count (f->vault, CITIZ_CLASS_CHUNK),
             batches = citiz_vault_count (f->vault, CITIZ_CLASS_BATCH);
      g_autoptr (CitizIngestReport) second = import (f, data_file (files[i]));
      g_autofree gchar *after = contents (f->vault);

      g_assert_cmpuint (first->kept, >, 0);
      g_assert_cmpuint (second->kept, ==, 0);
      g_assert_cmpuint (second->batch, ==, 0);
      g_assert_cmpuint (second->duplicates, ==, first->kept + first->duplicates);
      g_assert_cmpstr (before, ==, after);
      g_assert_cmpint (chunks, ==, citiz_vault_count (f->vault, CITIZ_CLASS_CHUNK));
      g_assert_cmpint (batches, ==, citiz_vault_count (f->vault, CITIZ_CLASS_BATCH));
    }
}

/* An older export, then a newer one that holds it and more: the newer one undone leaves the older exactly. */
static void
test_undo (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *empty = contents (f->vault);
  g_autoptr (GFile) whole = data_file ("apple/sample_30d.xml");
  g_autofree gchar *text = NULL;
  gsize n;
  g_assert_true (g_file_load_contents (whole, NULL, &text, &n, NULL, NULL));
  text[n / 2] = '\0';

  g_autoptr (CitizIngestReport) half = import (f, text_file (f, "half.xml", text));
  g_assert_cmpstr (half->ended, ==, "truncated");
  g_autofree gchar *after_half = contents (f->vault);
  g_autoptr (CitizIngestReport) all = import (f, data_file ("apple/sample_30d.xml"));
  g_autofree gchar *after_all = contents (f->vault);
  g_assert_cmpstr (after_half, !=, after_all);
  g_assert_cmpuint (all->kept, >, 0);

  g_assert_false (citiz_ingest_undo (f->vault, half->batch, &error));
  g_assert_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_NEEDED);
  g_clear_error (&error);
  g_assert_true (citiz_ingest_undo (f->vault, all->batch, &error));
  g_autofree gchar *undone = contents (f->vault);
  g_assert_cmpstr (undone, ==, after_half);
  g_assert_true (citiz_ingest_undo (f->vault, half->batch, &error));
  g_autofree gchar *nothing = contents (f->vault);
  g_assert_cmpstr (nothing, ==, empty);
  g_assert_false (citiz_ingest_undo (f->vault, half->batch, &error));
  g_assert_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_NOT_FOUND);

  /* In two steps or in one, the same record. */
  g_autoptr (CitizIngestReport) once = import (f, data_file ("apple/sample_30d.xml"));
  g_autofree gchar *in_one = contents (f->vault);
  g_assert_cmpstr (in_one, ==, after_all);
}

static void
test_versions (Fixture *f, gconstpointer data)
{
#define GOAL(text)                                                                                               \
  "{\"resourceType\":\"Goal\",\"id\":\"0af1e7d2-8d46-4a52-9c4e-d05d1e5e3a01\",\"description\":{\"text\":\"" text \
  "\"}}"
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizIngestReport) a = import (f, text_file (f, "a.json", GOAL ("walk")));
  g_autofree gchar *before = contents (f->vault);
  g_autoptr (CitizIngestReport) b = import (f, text_file (f, "b.json", GOAL ("run")));
  g_autoptr (CitizIngestReport) c = import (f, text_file (f, "c.json", GOAL ("walk")));

  g_assert_cmpuint (a->corrected, ==, 0);
  g_assert_cmpuint (b->corrected, ==, 1);
  g_assert_cmpuint (c->kept, ==, 0); /* an old version does not come back over a newer one */
  g_assert_cmpint (citiz_vault_count (f->vault, CITIZ_CLASS_RESOURCE), ==, 2);
  g_assert_true (citiz_ingest_undo (f->vault, b->batch, &error));
  g_autofree gchar *after = contents (f->vault);
  g_assert_cmpstr (after, ==, before);
}

static gboolean
find_document_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  CitizItem **out = data;
  g_autoptr (CitizItem) item = citiz_item_unpack (plain, id, version, batch, NULL);
  if (item->kind == CITIZ_KIND_DOCUMENT)
    *out = citiz_item_ref (item);
  return TRUE;
}

static void
test_documents (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  for (guint i = 0; i < 5u << 20; i++)
    g_string_append_c (bytes, (gchar) (i * 7));
  g_autofree gchar *base64 = g_base64_encode ((const guchar *) bytes->str, bytes->len);
  g_autofree gchar *json = g_strdup_printf (
      "{\"resourceType\":\"DocumentReference\",\"id\":\"0af1e7d2-8d46-4a52-9c4e-d05d1e5e3a01\",\"status\":\"current\",\"content\":[{\"attachment\":"
      "{\"contentType\":\"application/pdf\",\"data\":\"%s\",\"title\":\"Bilan\"}}]}",
      base64);
  g_autoptr (CitizIngestReport) report = import (f, text_file (f, "d.json", json));
  g_autoptr (CitizItem) item = NULL;
  CitizId blob;

  g_assert_cmpint (citiz_vault_count (f->vault, CITIZ_CLASS_BLOB), ==, 2);
  g_assert_true (
      citiz_vault_foreach (f->vault, CITIZ_CLASS_RESOURCE, find_document_cb, &item, NULL, NULL));
  g_assert_nonnull (item);
  g_assert_true (citiz_id_from_hex (&blob, item->blob));
  g_autoptr (GBytes) one = citiz_vault_get (f->vault, CITIZ_CLASS_BLOB, &blob, 1, NULL);
  g_autoptr (GBytes) two = citiz_vault_get (f->vault, CITIZ_CLASS_BLOB, &blob, 2, NULL);
  g_assert_cmpmem (g_bytes_get_data (one, NULL), g_bytes_get_size (one), bytes->str, 4u << 20);
  g_assert_cmpuint (g_bytes_get_size (one) + g_bytes_get_size (two), ==, bytes->len);
  g_autoptr (CitizIngestReport) again = import (f, text_file (f, "d.json", json));
  g_assert_cmpuint (again->kept, ==, 0);
  g_assert_cmpint (citiz_vault_count (f->vault, CITIZ_CLASS_BLOB), ==, 2);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *before = contents (f->vault);
  g_autoptr (CitizIngestReport) text = import (f, data_file ("apple/LICENCE"));
  g_autoptr (GFile) folder = g_file_new_for_path (f->dir);

  g_assert_cmpuint (text->batch + text->kept, ==, 0);
  g_assert_cmpstr (text->ended, ==, "not-health-data");
  g_assert_cmpuint (line_count (text, "LICENCE", "not-health-data"), ==, 1);
  g_assert_null (citiz_ingest_run (f->vault, folder, NULL, NULL, NULL, &error));
  g_assert_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_FOLDER);
  g_autofree gchar *after = contents (f->vault);
  g_assert_cmpstr (after, ==, before);
}

static void
assert_untouched (Fixture *f, const gchar *before)
{
  g_autofree gchar *after = contents (f->vault);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (citiz_vault_count (f->vault, CITIZ_CLASS_CHUNK), ==, 0);
  g_assert_cmpint (citiz_vault_count (f->vault, CITIZ_CLASS_BATCH), ==, 0);
}

/* Helpers that die, babble, fall silent after a good beginning, or are not there. */
static void
test_bad_helpers (Fixture *f, gconstpointer data)
{
  static const gchar *const scripts[] = {"exit 0",
                                         "exit 3",
                                         "echo nonsense",
                                         "'" CITIZ_IMPORT_PATH "' | head -c 60000",
                                         "'" CITIZ_IMPORT_PATH "' | head -c 60000; kill -9 $$",
                                         "'" CITIZ_IMPORT_PATH "'; echo more"};
  g_autofree gchar *before = contents (f->vault);
  g_autofree gchar *path = g_build_filename (f->dir, "helper", NULL);

  for (guint i = 0; i <= G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GFile) file = data_file ("apple/sample_30d.xml");
      if (i < G_N_ELEMENTS (scripts))
        {
          g_autofree gchar *script
              = g_strdup_printf ("#!/bin/sh\nexport PATH=/usr/bin:/bin\n%s\n", scripts[i]);
          g_assert_true (
              g_file_set_contents_full (path, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
        }
      else
        g_unlink (path);
      g_setenv ("CITIZ_IMPORT_HELPER", path, TRUE);
      g_assert_null (citiz_ingest_run (f->vault, file, NULL, NULL, NULL, &error));
      g_assert_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_HELPER);
      assert_untouched (f, before);
    }
}

static void
cancel_cb (gdouble fraction, guint64 done, guint64 total, gpointer data)
{
  g_cancellable_cancel (data);
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree gchar *before = contents (f->vault);
  g_autoptr (GString) big = g_string_new ("<HealthData>");
  for (guint i = 0; i < 60000; i++)
    g_string_append_printf (
        big,
        "<Record type=\"HKQuantityTypeIdentifierHeartRate\" sourceName=\"M\" unit=\"count/min\" startDate=\"2022-11-%02u %02u:%02u:%02u -0500\" value=\"61\"/>",
        i / 3600 % 28 + 1, i / 3600 % 24, i / 60 % 60, i % 60);
  g_string_append (big, "</HealthData>");
  g_autoptr (GFile) file = text_file (f, "big.xml", big->str);

  g_assert_null (citiz_ingest_run (f->vault, file, cancel_cb, cancellable, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_untouched (f, before);
  g_autoptr (CitizIngestReport) report = import (f, text_file (f, "big.xml", big->str));
  g_assert_cmpuint (report->kept, >, 0);
}

static gboolean
close_cb (gpointer data)
{
  Fixture *f = data;

  citiz_ingest_stop (f->vault);
  g_clear_pointer (&f->vault, citiz_vault_close);
  return G_SOURCE_REMOVE;
}

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (citiz_ingest_run_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  *(gboolean *) data = TRUE;
}

/* The window is locked while a file comes in: the vault closes at once, and holds nothing of it. */
static void
test_closed_meanwhile (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *before = contents (f->vault);
  g_autoptr (GFile) file = data_file ("apple/sample_30d.xml");
  gboolean stopped = FALSE;

  citiz_ingest_run_async (f->vault, file, TRUE, NULL, NULL, NULL, NULL, stopped_cb, &stopped);
  g_idle_add_full (G_PRIORITY_HIGH, close_cb, f, NULL);
  while (!stopped)
    g_main_context_iteration (NULL, TRUE);
  f->vault = citiz_vault_open (f->dir, citiz_env_system (), f->passphrase, &error);
  g_assert_no_error (error);
  assert_untouched (f, before);
}

static gboolean
give_up_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

/* Says all there is, closes the pipe and stays: nothing waits for it, and the import can still be stopped. */
static void
test_lingering_helper (Fixture *f, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree gchar *before = contents (f->vault);
  g_autofree gchar *path = g_build_filename (f->dir, "helper", NULL);
  g_autoptr (GFile) file = data_file ("apple/sample_30d.xml");
  gboolean stopped = FALSE;

  g_assert_true (g_file_set_contents_full (
      path,
      "#!/bin/sh\nexport PATH=/usr/bin:/bin\n'" CITIZ_IMPORT_PATH "'\nexec >&-\nexec sleep 3600\n",
      -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  g_setenv ("CITIZ_IMPORT_HELPER", path, TRUE);
  citiz_ingest_run_async (f->vault, file, TRUE, NULL, NULL, NULL, cancellable, stopped_cb,
                          &stopped);
  g_timeout_add (1000, give_up_cb, cancellable);
  while (!stopped)
    g_main_context_iteration (NULL, TRUE);
  g_unlink (path);
  assert_untouched (f, before);
}

/* The process ends in the middle: what was written by then is there, and goes at the next opening. */
static void
test_recover (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *before = contents (f->vault);
  CitizBatch *batch = citiz_batch_new (citiz_vault_next_batch (f->vault));
  batch->report->name = g_strdup ("x");
  batch->report->hash = g_strdup ("");
  g_assert_true (citiz_batch_put (f->vault, batch, &error));
  CitizIntake *intake = citiz_intake_new (f->vault, batch, TRUE, &error);
  g_autofree gchar *json = g_strnfill (5u << 20, ' ');
  memcpy (json, "{}", 2);
  CitizFrame frame = {CITIZ_FRAME_RESOURCE,
                      .resource = {"Goal", "Goal/1", "", CITIZ_ORIGIN_DOCUMENT, json, 5u << 20}};
  g_assert_true (
      citiz_intake_frame (intake, &frame, &error)); /* over the queue's size: written at once */
  g_assert_cmpint (citiz_vault_count (f->vault, CITIZ_CLASS_RESOURCE), ==, 1);
  citiz_intake_free (intake);
  citiz_batch_free (batch);

  g_autoptr (GFile) other = data_file ("apple/malformed/ios16_broken_dtd.xml");
  g_assert_null (citiz_ingest_run (f->vault, other, NULL, NULL, NULL, &error));
  g_assert_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_BUSY);
  g_clear_error (&error);

  citiz_vault_close (f->vault);
  f->vault = citiz_vault_open (f->dir, citiz_env_system (), f->passphrase, &error);
  g_assert_no_error (error);
  g_assert_true (citiz_ingest_recover (f->vault, &error));
  assert_untouched (f, before);
  g_assert_cmpint (citiz_vault_count (f->vault, CITIZ_CLASS_RESOURCE), ==, 0);
  g_autoptr (CitizIngestReport) report
      = import (f, data_file ("apple/malformed/ios16_broken_dtd.xml"));
  g_assert_cmpuint (report->kept, ==, 4);
}

static void
test_by_hand (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizSeriesStore) store = citiz_series_store_new (f->vault, &error);
  CitizSample samples[] = {{2000 * CITIZ_MINUTE, 0, -300, 71},
                           {1000 * CITIZ_MINUTE, 0, -300, 70},
                           {1000 * CITIZ_MINUTE, 0, -300, 70}};

  g_assert_true (citiz_series_store_add (store, "hr", "", "/min", 0, samples, 3, &error));
  g_assert_true (citiz_series_store_add (store, "hr", "", "/min", 0, samples, 2, &error));
  g_autoptr (GArray) read = citiz_series_store_read (store, "hr", 0, 2001 * CITIZ_MINUTE, &error);
  g_assert_cmpuint (read->len, ==, 2);
  g_autoptr (GArray) part
      = citiz_series_store_read (store, "hr", 1000 * CITIZ_MINUTE + 1, 2000 * CITIZ_MINUTE, &error);
  g_assert_cmpuint (part->len, ==, 0);
  g_assert_true (citiz_series_store_delete (store, "hr", &error));
  g_assert_cmpuint (citiz_series_store_list (store)->len, ==, 0);
  g_assert_cmpint (citiz_vault_count (f->vault, CITIZ_CLASS_CHUNK)
                       + citiz_vault_count (f->vault, CITIZ_CLASS_ROLLUP)
                       + citiz_vault_count (f->vault, CITIZ_CLASS_SERIES),
                   ==, 0);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static gboolean
fail_last_cb (guint32 batch, gpointer data, GError **error)
{
  CitizVault *vault = data;

  /* All of the import is there to be seen, and none of it if this fails. */
  g_assert_cmpint (citiz_vault_count (vault, CITIZ_CLASS_CHUNK), >, 0);
  g_assert_cmpint (citiz_vault_count (vault, CITIZ_CLASS_BATCH), ==, 2);
  g_set_error_literal (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_FULL, "no room");
  return FALSE;
}

static gboolean
make_nothing_cb (guint32 batch, gpointer vault, GError **error)
{
  return TRUE;
}

static const CitizIngestLast failing = {make_nothing_cb, fail_last_cb};

/* What belongs to an import is written with it or not at all, and then the import is not there either. */
static void
test_last (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *before = contents (f->vault);
  g_autoptr (GFile) file = data_file ("apple/malformed/ios16_broken_dtd.xml");
  g_autoptr (GAsyncResult) result = NULL;

  citiz_ingest_run_async (f->vault, file, TRUE, &failing, NULL, f->vault, NULL, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (citiz_ingest_run_finish (result, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_FULL);
  assert_untouched (f, before);
}

/* One import whose row is damaged hides no other, keeps nobody from the next, and is not taken for one that never ended. */
static void
test_damaged_row (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizIngestReport) first = import (f, data_file ("apple/dogsheep/export.xml"));
  g_autoptr (CitizIngestReport) second = import (f, data_file ("apple/tdda/export6s3sample.xml"));
  g_autofree gchar *before = contents (f->vault), *after = NULL;
  gboolean damaged = FALSE;

  /* The report of the second, not the row that said that it had begun. */
  g_assert_true (citiz_db_exec (citiz_vault_get_db (f->vault),
                                "UPDATE object SET sealed = zeroblob (length (sealed))"
                                " WHERE class = 9 AND version = 2 AND batch = 2",
                                &error));
  g_assert_cmpuint (second->batch, ==, 2);
  g_assert_false (citiz_ingest_recover (f->vault, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED);
  g_clear_error (&error);
  after = contents (f->vault);
  g_assert_cmpstr (after, ==, before);

  g_autoptr (GPtrArray) list = citiz_ingest_list (f->vault, &damaged, &error);
  g_assert_no_error (error);
  g_assert_true (damaged);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpuint (((CitizIngestReport *) list->pdata[0])->batch, ==, first->batch);
  g_autoptr (CitizIngestReport) third
      = import (f, data_file ("apple/malformed/ios16_broken_dtd.xml"));
  g_assert_cmpuint (third->kept, ==, 4);
}

/* A vault that the first program wrote (tests/data/vault): it opens, holds what a new one holds of the same files, and goes on. */
static void
test_first_vault (Fixture *f, gconstpointer data)
{
  static const gchar *const files[]
      = {"apple/tdda/export6s3sample.xml", "apple/dogsheep/export.xml",
         "apple/malformed/ios16_broken_dtd.xml"};
  g_autofree gchar *old = g_build_filename (f->dir, "old", NULL),
                   *path = g_build_filename (old, "citiz.db", NULL);
  g_autoptr (GFile) kept = data_file ("vault/first-series.db");
  g_autoptr (GError) error = NULL;
  CitizVault *fresh = f->vault;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    citiz_ingest_report_free (import (f, data_file (files[i])));
  g_autofree gchar *expected = contents (fresh);

  g_assert_cmpint (g_mkdir (old, 0700), ==, 0);
  g_autoptr (GFile) copy = g_file_new_for_path (path);
  g_assert_true (g_file_copy (kept, copy, G_FILE_COPY_NONE, NULL, NULL, NULL, &error));
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  f->vault = citiz_vault_open (old, citiz_env_system (), f->passphrase, &error);
  g_assert_no_error (error);
  g_autofree gchar *found = contents (f->vault);
  g_assert_cmpstr (found, ==, expected);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (CitizIngestReport) again = import (f, data_file (files[i]));
      g_assert_cmpuint (again->kept, ==, 0);
    }
  g_autoptr (CitizIngestReport) more = import (f, data_file ("apple/sample_30d.xml"));
  g_assert_cmpuint (more->kept, >, 3000);
  g_assert_true (citiz_ingest_undo (f->vault, more->batch, &error));
  g_autofree gchar *back = contents (f->vault);
  g_assert_cmpstr (back, ==, expected);

  citiz_vault_close (f->vault);
  f->vault = fresh;
  remove_files (old);
}

/* Every name the importer gives is in the catalogue, and every unit it lets through can be shown in the catalogue's. */
static void
test_catalogue (void)
{
  guint n;
  const CitizAppleType *types = citiz_apple_types (&n);
  for (guint i = 0; i < n; i++)
    {
      const CitizMeasure *measure = citiz_measure_get (types[i].measure);
      g_auto (GStrv) units = g_strsplit (types[i].units, " ", -1);
      g_assert_nonnull (measure);
      for (guint k = 0; units[k] != NULL; k++)
        {
          gdouble value;
          if (!citiz_unit_convert (1, units[k], measure->ucum, measure->key, &value))
            g_error ("%s: %s does not become %s", measure->key, units[k], measure->ucum);
        }
    }
  const CitizAppleCategory *categories = citiz_apple_categories (&n);
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < 2; k++)
      if (categories[i].measure[k] != NULL
          && !g_str_has_prefix (categories[i].measure[k], "apple:"))
        g_assert_nonnull (citiz_measure_get (categories[i].measure[k]));
}

static gboolean
session_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  g_autoptr (CitizItem) item = citiz_item_unpack (plain, id, version, batch, NULL);

  g_assert_nonnull (item);
  if (item->kind != CITIZ_KIND_SESSION)
    return TRUE;
  ++*(guint *) data;
  g_assert_true (g_str_equal (item->title[1], "Marche") || g_str_equal (item->title[1], "Vélo"));
  g_assert_nonnull (citiz_item_component (item, "exercise_min"));
  g_assert_nonnull (citiz_item_component (item, "walk_dist"));
  g_assert_cmpint (item->source, ==, CITIZ_SOURCE_SELF);
  return TRUE;
}

static void
test_sessions (Fixture *f, gconstpointer data)
{
  guint sessions = 0;
  g_autoptr (CitizIngestReport) report = import (f, data_file ("apple/sample_30d.xml"));

  g_assert_true (
      citiz_vault_foreach (f->vault, CITIZ_CLASS_RESOURCE, session_cb, &sessions, NULL, NULL));
  g_assert_cmpuint (sessions, ==, 16);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
#define ADD(name, func) g_test_add ("/ingest/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("apple", test_apple);
  ADD ("twice", test_twice);
  ADD ("undo", test_undo);
  ADD ("versions", test_versions);
  ADD ("documents", test_documents);
  ADD ("refused", test_refused);
  ADD ("bad-helpers", test_bad_helpers);
  ADD ("cancel", test_cancel);
  ADD ("closed-meanwhile", test_closed_meanwhile);
  ADD ("lingering-helper", test_lingering_helper);
  ADD ("recover", test_recover);
  ADD ("by-hand", test_by_hand);
  ADD ("last", test_last);
  ADD ("damaged-row", test_damaged_row);
  ADD ("first-vault", test_first_vault);
  ADD ("sessions", test_sessions);
  g_test_add_func ("/ingest/catalogue", test_catalogue);
  return g_test_run ();
}
