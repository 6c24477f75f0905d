/* The session: the record to a file. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "app/citiz-export-private.h"

typedef struct
{
  gchar *format;
  GFile *out;
  CitizLanguage language;
  GArray *removed; /* CitizId of what waits for an undo */
} ExportJob;

static void
export_job_free (gpointer data)
{
  ExportJob *job = data;

  g_free (job->format);
  g_object_unref (job->out);
  g_array_unref (job->removed);
  g_free (job);
}

/* The file is the person's alone, and whole or not there: what was there before stays until the last byte is written. */
static gboolean
write_file (CitizEngine *engine,
            const ExportJob *job,
            GBytes *bytes,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (GFileOutputStream) file
      = g_file_replace (job->out, NULL, FALSE, G_FILE_CREATE_PRIVATE, cancellable, error);
  GOutputStream *out = G_OUTPUT_STREAM (file);
  g_autoptr (GCancellable) give_up = g_cancellable_new ();

  if (file == NULL)
    return FALSE;
  if (g_output_stream_write_all (out, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                 NULL, cancellable, error)
      && (!g_str_equal (job->format, "csv") || engine->series == NULL
          || citiz_export_samples (engine->series, job->language, out, cancellable, error)))
    return g_output_stream_close (out, cancellable, error);
  g_cancellable_cancel (give_up); /* closing a cancelled replacement leaves the file as it was */
  g_output_stream_close (out, give_up, NULL);
  return FALSE;
}

/* The engine reads the vault again: the window's record stays the window's. */
static gboolean
export_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  ExportJob *job = data;
  g_autoptr (CitizContents) snapshot = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (!citiz_engine_require_open (engine, error))
    return FALSE;
  snapshot = citiz_engine_look (engine, cancellable, error);
  if (snapshot == NULL)
    return FALSE;
  for (guint i = 0; i < job->removed->len; i++)
    citiz_record_remove (snapshot->record, &g_array_index (job->removed, CitizId, i));
  bytes = citiz_export (snapshot->record, job->format, job->language, engine->env, error);
  return bytes != NULL && write_file (engine, job, bytes, cancellable, error);
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
