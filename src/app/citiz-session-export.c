/* The session: the record to a file. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "app/citiz-export-private.h"

typedef struct
{
  gchar *format;
  GFile *out;
  CitizLanguage language;
  GArray *removed; /* CitizId of what waits for an undo */

  /* while it is written */
  const CitizEnv *env;
  CitizRecord *record; /* of this job alone */
  gboolean fresh;      /* there was no such file */
  GFileOutputStream *file;
  GCancellable *cancellable;
  gboolean whole;
  GError *error;
} ExportJob;

static void
export_job_free (gpointer data)
{
  ExportJob *job = data;

  g_free (job->format);
  g_object_unref (job->out);
  g_array_unref (job->removed);
  g_clear_pointer (&job->record, citiz_record_free);
  g_clear_object (&job->file);
  g_clear_error (&job->error);
  g_free (job);
}

/* GIO writes aside what it replaces, but what is new in place: so that nobody takes a half for the whole, it is made empty first. */
static GFileOutputStream *
open_file (ExportJob *job)
{
  g_autoptr (GFileOutputStream) made
      = g_file_create (job->out, G_FILE_CREATE_PRIVATE, job->cancellable, NULL);

  job->fresh = made != NULL;
  return g_file_replace (job->out, NULL, FALSE, G_FILE_CREATE_PRIVATE, job->cancellable,
                         &job->error);
}

/* Apart: the text of a long record takes seconds, and so may the disk it goes to. */
static void
write_record (gpointer data)
{
  ExportJob *job = data;
  g_autoptr (GBytes) bytes
      = citiz_export (job->record, job->format, job->language, job->env, &job->error);

  g_clear_pointer (&job->record, citiz_record_free);
  if (bytes == NULL)
    return;
  job->file = open_file (job);
  job->whole = job->file != NULL
               && g_output_stream_write_all (
                   G_OUTPUT_STREAM (job->file), g_bytes_get_data (bytes, NULL),
                   g_bytes_get_size (bytes), NULL, job->cancellable, &job->error);
}

/* Apart. The file is the person's alone, and whole or not there: what was there before stays until the last byte is written. */
static void
close_file (gpointer data)
{
  ExportJob *job = data;
  g_autoptr (GCancellable) give_up = g_cancellable_new ();

  if (job->whole
      && g_output_stream_close (G_OUTPUT_STREAM (job->file), job->cancellable, &job->error))
    return;
  g_cancellable_cancel (give_up); /* closing a cancelled replacement leaves the file as it was */
  if (job->file != NULL)
    g_output_stream_close (G_OUTPUT_STREAM (job->file), give_up, NULL);
  if (job->fresh)
    g_file_delete (job->out, NULL, NULL);
}

/* The engine reads the vault again: the window's record stays the window's. */
static gboolean
export_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  ExportJob *job = data;
  g_autoptr (CitizContents) snapshot = NULL;

  if (!citiz_engine_require_open (engine, error))
    return FALSE;
  snapshot = citiz_engine_look (engine, cancellable, error);
  if (snapshot == NULL)
    return FALSE;
  job->env = engine->env;
  job->cancellable = cancellable;
  job->record = g_steal_pointer (&snapshot->record);
  for (guint i = 0; i < job->removed->len; i++)
    citiz_record_remove (job->record, &g_array_index (job->removed, CitizId, i));
  if (g_str_equal (job->format, "fhir"))
    citiz_export_put_documents (job->record, engine->vault);
  citiz_engine_apart (engine, write_record, job);
  job->whole = job->whole
               && (!g_str_equal (job->format, "csv") || engine->series == NULL
                   || citiz_export_samples (engine->series, job->language,
                                            G_OUTPUT_STREAM (job->file), cancellable, &job->error));
  citiz_engine_apart (engine, close_file, job);
  if (job->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&job->error));
  return FALSE;
}

void
citiz_session_export_async (CitizSession *self,
                            const gchar *format,
                            GFile *out,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  ExportJob *job = g_new0 (ExportJob, 1);

  job->format = g_strdup (format);
  job->out = g_object_ref (out);
  job->removed = citiz_session_list_trash (self);
  job->language = citiz_env_language ();
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_export_async, cancellable, callback, data),
      export_work, NULL, job, export_job_free);
}

gboolean
citiz_session_export_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
