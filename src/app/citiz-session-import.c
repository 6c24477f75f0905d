/* The session: imports, their undo, and the sample record. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "app/citiz-blob.h"
#include "app/citiz-ingest-private.h"
#include "record/citiz-sample-record.h"

#include <glib/gi18n.h>
#include <string.h>

/* --- reports --- */

static void
line_free (gpointer data)
{
  CitizImportLine *line = data;

  g_free (line->what);
  g_free (line->reason);
  g_free (line);
}

void
citiz_import_report_free (CitizImportReport *report)
{
  if (report == NULL)
    return;
  g_free (report->name);
  g_free (report->ended);
  g_free (report->person);
  g_free (report->birth_date);
  g_ptr_array_unref (report->lines);
  g_free (report);
}

static CitizImportReport *
report_from_ingest (const CitizIngestReport *from)
{
  CitizImportReport *report = g_new0 (CitizImportReport, 1);

  report->batch = from->batch;
  report->name = g_strdup (from->name);
  report->when = from->when;
  report->kept = from->kept;
  report->corrected = from->corrected;
  report->duplicates = from->duplicates;
  report->skipped = from->skipped;
  report->first = from->first;
  report->last = from->last;
  report->ended = g_strdup (from->ended);
  report->stranger = from->stranger;
  report->person = g_strdup (from->person);
  report->birth_date = g_strdup (from->birth_date);
  report->lines = g_ptr_array_new_with_free_func (line_free);
  for (guint i = 0; i < from->lines->len; i++)
    {
      const CitizIngestLine *line = g_ptr_array_index (from->lines, i);
      CitizImportLine *copy = g_new0 (CitizImportLine, 1);

      copy->what = g_strdup (line->what);
      copy->count = line->count;
      copy->reason = g_strdup (line->reason);
      g_ptr_array_add (report->lines, copy);
    }
  return report;
}

gboolean
citiz_engine_look_at_imports (CitizEngine *engine, CitizContents *snapshot, GError **error)
{
  gboolean damaged = FALSE;
  g_autoptr (GPtrArray) reports = citiz_ingest_list (engine->vault, &damaged, error);

  if (reports == NULL)
    return FALSE;
  snapshot->damaged = snapshot->damaged || damaged;
  for (guint i = 0; i < reports->len; i++)
    g_ptr_array_add (snapshot->imports, report_from_ingest (g_ptr_array_index (reports, i)));
  return TRUE;
}

static void
read_series_again (CitizEngine *engine)
{
  g_clear_pointer (&engine->series, citiz_series_store_free);
  engine->series = citiz_series_store_new (engine->vault, NULL);
}

/* After a batch came or went: the series' directories are read again, and the window gets a new record. */
static gboolean
look_again (CitizEngine *engine, CitizContents **out, GError **error)
{
  read_series_again (engine);
  *out = citiz_engine_look (engine, NULL, error);
  return *out != NULL;
}

/* While an import is under way it holds the directories of the series: no other batch may come or go. */
static gboolean
require_no_import (CitizEngine *engine, GError **error)
{
  if (engine->import == NULL)
    return TRUE;
  g_set_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_BUSY, "an import is under way");
  return FALSE;
}

/* --- import --- */

typedef struct
{
  CitizEngine *engine;
  GTask *task;
  GFile *file;
  gboolean anyone;
  CitizProgressFunc progress;
  gpointer progress_data;
  GByteArray *commitments;
  CitizImportReport *report;
  CitizContents *snapshot;
  GError *error;
} ImportJob;

static void
import_job_free (ImportJob *job)
{
  g_clear_pointer (&job->report, citiz_import_report_free);
  g_clear_pointer (&job->snapshot, citiz_contents_free);
  g_clear_error (&job->error);
  g_byte_array_unref (job->commitments);
  g_object_unref (job->file);
  g_object_unref (job->task);
  g_free (job);
}

/* Main thread. */
static gboolean
imported_cb (gpointer data)
{
  ImportJob *job = data;
  CitizSession *self = g_task_get_source_object (job->task);

  if (job->snapshot != NULL && self->state == CITIZ_SESSION_OPEN)
    citiz_session_adopt (self, job->snapshot);
  if (job->error != NULL)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else
    g_task_return_pointer (job->task, g_steal_pointer (&job->report),
                           (GDestroyNotify) citiz_import_report_free);
  import_job_free (job);
  return G_SOURCE_REMOVE;
}

static void
progress_cb (gdouble fraction, guint64 done, guint64 total, gpointer data)
{
  ImportJob *job = data;

  citiz_engine_tell_progress (job->engine, job->task, job->progress, job->progress_data, done,
                              total);
}

static gboolean
make_commitments_cb (guint32 batch, gpointer data, GError **error)
{
  ImportJob *job = data;

  return citiz_engine_commit_to_batch (job->engine, batch, job->commitments, error);
}

static gboolean
write_commitments_cb (guint32 batch, gpointer data, GError **error)
{
  ImportJob *job = data;

  return citiz_engine_note_batch (job->engine, job->commitments, error);
}

/* Its commitments are written with it, so that no death of the computer comes between. */
static const CitizIngestLast commitments = {make_commitments_cb, write_commitments_cb};

/* The import is on the disk and its commitments wait for the ledger: the window is shown what came. */
static void
adopt_batch (ImportJob *job, const CitizIngestReport *report)
{
  CitizEngine *engine = job->engine;

  job->report = report_from_ingest (report);
  if (report->batch == 0)
    return;
  citiz_engine_anchor_later (engine);
  if (!look_again (engine, &job->snapshot, &job->error))
    g_clear_pointer (&job->report, citiz_import_report_free);
}

static void
ingested_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ImportJob *job = data;
  g_autoptr (CitizIngestReport) report = citiz_ingest_run_finish (result, &job->error);

  if (job->engine->import == job)
    job->engine->import = NULL;
  if (report != NULL && citiz_engine_require_open (job->engine, &job->error))
    adopt_batch (job, report);
  citiz_engine_forget_passed (job->engine);
  citiz_engine_tell (job->engine, imported_cb, job, NULL);
}

static gboolean
start_import_cb (gpointer data)
{
  ImportJob *job = data;

  if (!citiz_engine_require_open (job->engine, &job->error)
      || !require_no_import (job->engine, &job->error)
      || !citiz_engine_recover_imports (job->engine, &job->error))
    citiz_engine_tell (job->engine, imported_cb, job, NULL);
  else
    {
      job->engine->import = job;
      citiz_ingest_run_async (job->engine->vault, job->file, job->anyone, &commitments, progress_cb,
                              job, g_task_get_cancellable (job->task), ingested_cb, job);
    }
  return G_SOURCE_REMOVE;
}

void
citiz_session_import_async (CitizSession *self,
                            GFile *file,
                            gboolean anyone,
                            CitizProgressFunc progress,
                            gpointer progress_data,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  ImportJob *job = g_new0 (ImportJob, 1);

  job->engine = self->engine;
  job->task = citiz_session_task (self, citiz_session_import_async, cancellable, callback, data);
  job->file = g_object_ref (file);
  job->commitments = g_byte_array_new ();
  job->anyone = anyone;
  job->progress = progress;
  job->progress_data = progress_data;
  citiz_engine_do (self->engine, start_import_cb, job);
}

CitizImportReport *
citiz_session_import_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- undo of a batch, the sample record --- */

typedef struct
{
  guint32 batch;
  guint ended; /* accesses that went with the sample record */
  CitizLanguage language;
  GTask *task; /* (not owned): told of the progress, where somebody asked for it */
  CitizProgressFunc progress;
  gpointer progress_data;
  CitizContents *snapshot;
} BatchJob;

static void
batch_job_free (gpointer data)
{
  BatchJob *job = data;

  g_clear_pointer (&job->snapshot, citiz_contents_free);
  g_free (job);
}

static void
batch_done (GTask *task, gpointer data)
{
  BatchJob *job = data;
  CitizSession *self = g_task_get_source_object (task);

  if (self->state == CITIZ_SESSION_OPEN)
    citiz_session_adopt (self, job->snapshot);
  g_task_set_task_data (task, GUINT_TO_POINTER (job->ended), NULL);
  g_task_return_boolean (task, TRUE);
}

/* The revocations first: killed in between, the sample is still there and opens for nobody. A press that passes its removal finds no sample either;
 * one that comes after a removal that failed does. */
static gboolean
remove_sample (CitizEngine *engine, BatchJob *job, GError **error)
{
  if (!citiz_ingest_check_undo (engine->vault, job->batch, error))
    return FALSE;
  engine->sample_batch = 0;
  if (citiz_engine_revoke_samples (engine, &job->ended, error)
      && citiz_ingest_undo (engine->vault, job->batch, error))
    return TRUE;
  engine->sample_batch = job->batch;
  return FALSE;
}

static gboolean
undo (CitizEngine *engine, BatchJob *job, GError **error)
{
  return job->batch != 0 && job->batch == engine->sample_batch
             ? remove_sample (engine, job, error)
             : citiz_ingest_undo (engine->vault, job->batch, error);
}

static gboolean
undo_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  BatchJob *job = data;

  return citiz_engine_require_open (engine, error) && require_no_import (engine, error)
         && undo (engine, job, error) && look_again (engine, &job->snapshot, error);
}

static void
removed_cb (CitizSession *self)
{
  if (--self->n_removing == 0)
    citiz_session_give_held (self);
}

void
citiz_session_undo_import_async (CitizSession *self,
                                 guint32 batch,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data)
{
  BatchJob *job = g_new0 (BatchJob, 1);
  GTask *task
      = citiz_session_task (self, citiz_session_undo_import_async, cancellable, callback, data);

  job->batch = batch;
  if (batch != 0 && batch == self->sample_batch)
    {
      self->n_removing++;
      g_signal_connect_object (task, "notify::completed", G_CALLBACK (removed_cb), self,
                               G_CONNECT_SWAPPED);
    }
  citiz_engine_post (self->engine, task, undo_work, batch_done, job, batch_job_free);
}

gboolean
citiz_session_undo_import_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

typedef struct
{
  CitizEngine *engine;
  CitizBatch *batch;
  GCancellable *stop;
  const BatchJob *job;
  guint64 done, total; /* entries and series */
  gchar *key;          /* of the last item: the next of the same key is a later version of it */
  CitizId id;
  guint32 version;
  GError *error;
} SampleWalk;

static gboolean
count_item_cb (json_t *resource, const CitizOrigin *origin, GBytes *blob, gpointer n)
{
  (*(guint64 *) n)++;
  return TRUE;
}

static gboolean
count_series_cb (const gchar *measure,
                 const gchar *source,
                 const gchar *unit,
                 const CitizSample *samples,
                 gsize n_samples,
                 gpointer n)
{
  (*(guint64 *) n)++;
  return TRUE;
}

/* One more is written: told at most a hundred times. */
static void
step (SampleWalk *walk)
{
  const guint64 before = walk->done++;

  if (walk->total > 0 && walk->done * 100 / walk->total != before * 100 / walk->total)
    citiz_engine_tell_progress (walk->engine, walk->job->task, walk->job->progress,
                                walk->job->progress_data, walk->done, walk->total);
}

/* The name that a document of the sample gives its bytes becomes the object's own. */
static void
name_blob (json_t *resource, const gchar *name)
{
  json_t *content = json_array_get (json_object_get (resource, "content"), 0);
  json_t *attachment = json_object_get (content, "attachment");
  g_autofree gchar *url = g_strconcat ("urn:citiz:blob:", name, NULL);

  if (attachment != NULL)
    json_object_set_new (attachment, "url", json_string (url));
}

static gboolean
sample_item_cb (json_t *resource, const CitizOrigin *origin, GBytes *blob, gpointer data)
{
  SampleWalk *walk = data;
  CitizVault *vault = walk->engine->vault;
  guint32 batch = walk->batch->report->batch;
  CitizId blob_id = citiz_env_new_id (walk->engine->env);
  g_autofree gchar *blob_name = citiz_id_to_hex (&blob_id);
  g_autofree gchar *text = NULL;
  g_autoptr (GBytes) packed = NULL;

  if (g_cancellable_set_error_if_cancelled (walk->stop, &walk->error))
    return FALSE;
  if (g_strcmp0 (walk->key, origin->key) != 0)
    {
      g_free (walk->key);
      walk->key = g_strdup (origin->key);
      walk->id = citiz_env_new_id (walk->engine->env);
      walk->version = 0;
    }
  walk->version++;
  if (blob != NULL)
    {
      name_blob (resource, blob_name);
      if (!citiz_blob_put (vault, &blob_id, batch, blob, &walk->error))
        return FALSE;
    }
  text = citiz_json_dump (resource);
  packed = citiz_item_pack (origin, text, strlen (text));
  walk->batch->report->kept++;
  step (walk);
  return citiz_vault_put (vault, CITIZ_CLASS_RESOURCE, &walk->id, walk->version, batch, packed,
                          &walk->error);
}

static gboolean
sample_series_cb (const gchar *measure,
                  const gchar *source,
                  const gchar *unit,
                  const CitizSample *samples,
                  gsize n,
                  gpointer data)
{
  SampleWalk *walk = data;
  g_autofree CitizSample *copy = g_memdup2 (samples, n * sizeof *samples);

  if (g_cancellable_set_error_if_cancelled (walk->stop, &walk->error))
    return FALSE;
  walk->batch->report->kept += n;
  step (walk);
  return citiz_series_store_add (walk->engine->series, measure, source, unit,
                                 walk->batch->report->batch, copy, n, &walk->error);
}

static gboolean
write_sample (CitizEngine *engine, const BatchJob *job, GCancellable *stop, GError **error)
{
  CitizTime now = citiz_env_now (engine->env);
  g_autoptr (CitizBatch) batch = citiz_batch_new (citiz_vault_next_batch (engine->vault));
  const gint offset = citiz_env_offset_minutes (now);
  SampleWalk walk = {.engine = engine, .batch = batch, .stop = stop, .job = job};
  gboolean whole;

  batch->open = FALSE;
  g_free (batch->report->name);
  batch->report->name = g_strdup (_ ("Sample record"));
  g_free (batch->report->hash);
  batch->report->hash = g_strdup (""); /* no file behind it */
  batch->report->when = now;
  if (job->progress != NULL)
    citiz_sample_load (now, offset, job->language, count_item_cb, count_series_cb, &walk.total);
  whole = citiz_sample_load (now, offset, job->language, sample_item_cb, sample_series_cb, &walk);
  g_free (walk.key);
  if (!whole)
    {
      g_propagate_error (error, walk.error);
      return FALSE;
    }
  return citiz_series_store_save (engine->series, error)
         && citiz_batch_put (engine->vault, batch, error)
         && !g_cancellable_set_error_if_cancelled (stop, error);
}

static gboolean
sample_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  BatchJob *job = data;
  gboolean ok;

  if (!citiz_engine_require_open (engine, error) || !require_no_import (engine, error))
    return FALSE;
  if (engine->sample_batch != 0) /* it is there already: never twice */
    return look_again (engine, &job->snapshot, error);
  if (engine->series == NULL)
    {
      g_set_error (error, CITIZ_SERIES_ERROR, CITIZ_SERIES_ERROR_DAMAGED,
                   "the directories of the series cannot be read");
      return FALSE;
    }
  if (!citiz_vault_begin (engine->vault, error))
    return FALSE;
  ok = write_sample (engine, job, cancellable, error);
  if (!ok)
    citiz_vault_rollback (engine->vault);
  else
    ok = citiz_vault_commit (engine->vault, error);
  if (!ok)
    read_series_again (engine); /* it remembers what was not written */
  return ok && look_again (engine, &job->snapshot, error);
}

void
citiz_session_load_sample_async (CitizSession *self,
                                 CitizProgressFunc progress,
                                 gpointer progress_data,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data)
{
  BatchJob *job = g_new0 (BatchJob, 1);

  job->language = citiz_env_language ();
  job->task
      = citiz_session_task (self, citiz_session_load_sample_async, cancellable, callback, data);
  job->progress = progress;
  job->progress_data = progress_data;
  citiz_engine_post (self->engine, job->task, sample_work, batch_done, job, batch_job_free);
}

gboolean
citiz_session_load_sample_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
citiz_session_remove_sample_async (CitizSession *self,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer data)
{
  citiz_session_undo_import_async (self, self->sample_batch, cancellable, callback, data);
}

gboolean
citiz_session_remove_sample_finish (CitizSession *self,
                                    GAsyncResult *result,
                                    guint *ended,
                                    GError **error)
{
  if (ended != NULL)
    *ended = GPOINTER_TO_UINT (g_task_get_task_data (G_TASK (result)));
  return citiz_session_undo_import_finish (self, result, error);
}

typedef struct
{
  CitizSecret *passphrase, *entropy;
} CheapVault;

static gboolean
cheap_vault_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  const CheapVault *vault = data;

  return citiz_engine_create (engine, vault->passphrase, vault->entropy, (CitizKdfCost){1, 8192},
                              error);
}

/**
 * citiz_session_new_sample:
 *
 * A real vault with the sample record in a folder of its own that goes with the session; open on return. Its key derivation is cheap: this is
 * for tests and tours, never for a person's record.
 */
CitizSession *
citiz_session_new_sample (CitizLanguage language)
{
  return citiz_session_new_sample_for_env (language, citiz_env_system ());
}

CitizSession *
citiz_session_new_sample_for_env (CitizLanguage language, const CitizEnv *env)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *folder = g_dir_make_tmp ("citiz-sample-XXXXXX", &error);
  g_autoptr (CitizSecret) passphrase = citiz_secret_new_from_text ("sample");
  g_autoptr (CitizSecret) entropy = citiz_secret_new_random (32);
  g_autoptr (CitizContents) snapshot = NULL;
  CitizSession *self;
  CheapVault vault = {passphrase, entropy};
  BatchJob job = {.language = language};

  if (folder == NULL)
    g_error ("no temporary folder: %s", error->message);
  self = citiz_session_new_for_env (folder, env);
  self->temporary = TRUE;
  if (!citiz_engine_run_sync (self->engine, cheap_vault_work, &vault, &error)
      || !citiz_engine_run_sync (self->engine, sample_work, &job, &error))
    g_error ("the sample record could not be made: %s", error->message);
  snapshot = job.snapshot;
  citiz_session_adopt (self, snapshot);
  return self;
}
