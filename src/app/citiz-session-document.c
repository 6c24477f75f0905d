/* The session: the bytes of documents, for a reader and for a summary. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "app/citiz-blob.h"

#define SUMMARY_BLOBS_BYTES (512u << 10) /* of all documents in one summary */

typedef struct
{
  GArray *items, *blobs; /* CitizId, side by side */
  gsize left;            /* bytes that may still be read; G_MAXSIZE: the one, which must be there */
  GHashTable *found;     /* item CitizId → GBytes */
} BlobsJob;

static BlobsJob *
blobs_job_new (gsize most)
{
  BlobsJob *job = g_new0 (BlobsJob, 1);

  job->items = g_array_new (FALSE, FALSE, sizeof (CitizId));
  job->blobs = g_array_new (FALSE, FALSE, sizeof (CitizId));
  job->left = most;
  job->found = g_hash_table_new_full (citiz_id_hash, (GEqualFunc) citiz_id_equal, g_free,
                                      (GDestroyNotify) g_bytes_unref);
  return job;
}

static void
blobs_job_add (BlobsJob *job, const CitizItem *item)
{
  CitizId blob;

  if (!citiz_id_from_hex (&blob, item->blob))
    return;
  g_array_append_val (job->items, item->id);
  g_array_append_val (job->blobs, blob);
}

static void
blobs_job_free (gpointer data)
{
  BlobsJob *job = data;

  g_array_unref (job->items);
  g_array_unref (job->blobs);
  g_clear_pointer (&job->found, g_hash_table_unref);
  g_free (job);
}

static gboolean
blobs_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  BlobsJob *job = data;

  if (!citiz_engine_require_open (engine, error))
    return FALSE;
  for (guint i = 0; i < job->blobs->len; i++)
    {
      gboolean needed = job->left == G_MAXSIZE;
      g_autoptr (GBytes) bytes = citiz_blob_get (
          engine->vault, &g_array_index (job->blobs, CitizId, i), needed ? error : NULL);
      const CitizId *item = &g_array_index (job->items, CitizId, i);

      if (bytes == NULL && needed)
        return FALSE;
      if (bytes == NULL || g_bytes_get_size (bytes) > job->left)
        continue;
      job->left -= g_bytes_get_size (bytes);
      g_hash_table_insert (job->found, g_memdup2 (item, sizeof *item), g_steal_pointer (&bytes));
    }
  return TRUE;
}

static void
blobs_done (GTask *task, gpointer data)
{
  BlobsJob *job = data;
  g_task_return_pointer (task, g_steal_pointer (&job->found), (GDestroyNotify) g_hash_table_unref);
}

void
citiz_session_read_blobs_async (CitizSession *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GPtrArray) documents = citiz_record_list (self->record, CITIZ_KIND_DOCUMENT);
  BlobsJob *job = blobs_job_new (SUMMARY_BLOBS_BYTES);

  for (guint i = 0; i < documents->len; i++)
    {
      const CitizItem *item = g_ptr_array_index (documents, i);
      if (item->size <= SUMMARY_BLOBS_BYTES)
        blobs_job_add (job, item);
    }
  citiz_session_read_nights (self);
  citiz_engine_post_urgent (
      self->engine, citiz_session_task (self, citiz_session_read_blobs_async, NULL, callback, data),
      blobs_work, blobs_done, job, blobs_job_free);
}

/* Returns: (transfer full) (nullable): without them the summary is still given, its documents only named */
GHashTable *
citiz_session_read_blobs_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
citiz_session_read_document_async (CitizSession *self,
                                   const CitizId *id,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer data)
{
  GTask *task
      = citiz_session_task (self, citiz_session_read_document_async, cancellable, callback, data);
  const CitizItem *item = citiz_record_get (self->record, id);
  BlobsJob *job;

  if (item == NULL)
    {
      g_task_return_new_error (task, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_FOUND,
                               "no such document");
      g_object_unref (task);
      return;
    }
  g_object_set_data_full (G_OBJECT (task), "mime", g_strdup (item->content_type), g_free);
  job = blobs_job_new (G_MAXSIZE);
  blobs_job_add (job, item);
  citiz_engine_post (self->engine, task, blobs_work, blobs_done, job, blobs_job_free);
}

GBytes *
citiz_session_read_document_finish (CitizSession *self,
                                    GAsyncResult *result,
                                    gchar **out_mime,
                                    GError **error)
{
  g_autoptr (GHashTable) found = g_task_propagate_pointer (G_TASK (result), error);
  GHashTableIter iter;
  gpointer bytes;

  if (found == NULL)
    return NULL;
  g_hash_table_iter_init (&iter, found);
  if (!g_hash_table_iter_next (&iter, NULL, &bytes))
    {
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_FOUND,
                   "the document has no bytes here");
      return NULL;
    }
  if (out_mime != NULL)
    *out_mime = g_strdup (g_object_get_data (G_OBJECT (result), "mime"));
  return g_bytes_ref (bytes);
}
