/* The session: the record to a file. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "app/citiz-export.h"

typedef struct
{
  gchar *format;
  GFile *out;
  CitizLanguage language;
} ExportJob;

static void
export_job_free (gpointer data)
{
  ExportJob *job = data;

  g_free (job->format);
  g_object_unref (job->out);
  g_free (job);
}

/* The engine reads the vault again: the window's record stays the window's. The file is the person's alone, and whole or not there. */
static gboolean
export_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  ExportJob *job = data;
  g_autoptr (CitizSnapshot) snapshot = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize n;
  const gchar *text;

  if (!citiz_engine_require_open (engine, error))
    return FALSE;
  snapshot = citiz_engine_look (engine, cancellable, error);
  if (snapshot == NULL)
    return FALSE;
  bytes = citiz_export (snapshot->record, job->format, job->language, citiz_env_now (engine->env),
                        error);
  if (bytes == NULL)
    return FALSE;
  text = g_bytes_get_data (bytes, &n);
  return g_file_replace_contents (job->out, text, n, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL,
                                  cancellable, error);
}

void
citiz_session_export_async (CitizSession *self,
                            const gchar *format,
                            GFile *out,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  const gchar *const *names = g_get_language_names ();
  ExportJob *job = g_new0 (ExportJob, 1);

  job->format = g_strdup (format);
  job->out = g_object_ref (out);
  job->language = names[0] != NULL && g_str_has_prefix (names[0], "fr") ? CITIZ_LANGUAGE_FR
                                                                        : CITIZ_LANGUAGE_EN;
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
