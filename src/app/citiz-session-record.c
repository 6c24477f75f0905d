/* The session: saving, correcting, removing; documents. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "app/citiz-blob.h"
#include "record/citiz-compose.h"

#include <string.h>

#define UNDO_SECONDS        15
#define VERSIONS_TRIED      64
#define SUMMARY_BLOBS_BYTES (512u << 10) /* of all documents in one summary */
#define DOCUMENT_MAX        (32u << 20)

/* --- saving --- */

typedef struct
{
  CitizId id;
  guint32
      version; /* the next one that the window knows of; a correction just before it may have taken it */
  guint32 batch;
  GBytes *packed;
  gchar *title, *date;

  GFile *file; /* a document to be added; else NULL */
  GBytes *bytes;
  const gchar *type;
  GError *error;

  CitizItem *item; /* out */
} SaveJob;

static void
save_job_free (gpointer data)
{
  SaveJob *job = data;

  g_clear_pointer (&job->packed, g_bytes_unref);
  g_clear_object (&job->file);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_clear_pointer (&job->item, citiz_item_unref);
  g_free (job->title);
  g_free (job->date);
  g_free (job);
}

/* Two corrections in a row, or one during an import, follow each other instead of colliding. */
static gboolean
put_next_version (CitizEngine *engine, SaveJob *job, GError **error)
{
  for (guint left = VERSIONS_TRIED; left > 0; left--)
    {
      g_autoptr (GError) own = NULL;

      if (citiz_vault_put (engine->vault, CITIZ_CLASS_RESOURCE, &job->id, job->version, job->batch,
                           job->packed, &own))
        return TRUE;
      if (left == 1 || !g_error_matches (own, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_EXISTS))
        {
          g_propagate_error (error, g_steal_pointer (&own));
          return FALSE;
        }
      job->version++;
    }
  return FALSE;
}

/* The record and its commitment, together or not at all. */
static gboolean
put_resource (CitizEngine *engine, SaveJob *job, GError **error)
{
  if (!put_next_version (engine, job, error))
    return FALSE;
  job->item = citiz_item_unpack (job->packed, &job->id, job->version, job->batch, error);
  return job->item != NULL
         && citiz_engine_note_commitment (engine, &job->id, job->version, job->packed, error);
}

static gboolean
in_transaction (CitizEngine *engine,
                gboolean (*func) (CitizEngine *, SaveJob *, GError **),
                SaveJob *job,
                GError **error)
{
  if (!citiz_engine_require_open (engine, error) || !citiz_vault_begin (engine->vault, error))
    return FALSE;
  if (!func (engine, job, error))
    {
      citiz_vault_rollback (engine->vault);
      return FALSE;
    }
  if (!citiz_vault_commit (engine->vault, error))
    return FALSE;
  citiz_engine_anchor_later (engine);
  return TRUE;
}

static gboolean
save_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return in_transaction (engine, put_resource, data, error);
}

typedef struct
{
  CitizSession *session; /* not a reference: the trash is the session's */
  CitizId id;
  GPtrArray *versions; /* CitizItem */
  guint timer;         /* 0: the undo time is over, the engine shreds it */
} Trash;

static void
saved_done (GTask *task, gpointer data)
{
  SaveJob *job = data;
  CitizSession *self = g_task_get_source_object (task);
  Trash *trash = g_hash_table_lookup (self->trash, &job->id);

  if (trash != NULL) /* removed before the correction was on the disk */
    g_ptr_array_add (trash->versions, citiz_item_ref (job->item));
  else if (self->state == CITIZ_SESSION_OPEN)
    {
      citiz_record_put (self->record, job->item);
      citiz_session_emit_record (self);
      citiz_session_refresh_after (self, job->item);
    }
  g_task_return_pointer (task, g_memdup2 (&job->id, sizeof job->id), g_free);
}

static GBytes *
pack (json_t *resource, CitizTime now, gboolean sample)
{
  g_autofree gchar *text = citiz_json_dump (resource);
  CitizOrigin origin = {.source = CITIZ_SOURCE_SELF, .changed = now, .sample = sample};

  return citiz_item_pack (&origin, text, strlen (text));
}

static const CitizItem *
newest_version (CitizSession *self, const CitizId *id)
{
  g_autoptr (GPtrArray) history = citiz_record_history (self->record, id);

  return history->len > 0 ? g_ptr_array_index (history, history->len - 1) : NULL;
}

void
citiz_session_save_async (CitizSession *self,
                          const CitizId *id,
                          json_t *resource,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  SaveJob *job = g_new0 (SaveJob, 1);
  const CitizItem *last;

  job->id = id != NULL ? *id : citiz_env_new_id (self->env);
  last = newest_version (self, &job->id);
  job->version = last != NULL ? last->version + 1 : 1;
  /* A correction of the sample record goes away with it. */
  job->batch = last != NULL && last->sample ? self->sample_batch : 0;
  job->packed = pack (resource, citiz_session_now (self), job->batch != 0);
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_save_async, cancellable, callback, data), save_work,
      saved_done, job, save_job_free);
}

gboolean
citiz_session_save_finish (CitizSession *self,
                           GAsyncResult *result,
                           CitizId *out_id,
                           GError **error)
{
  g_autofree CitizId *id = g_task_propagate_pointer (G_TASK (result), error);

  if (id != NULL && out_id != NULL)
    *out_id = *id;
  return id != NULL;
}

/* --- removing, with time to undo --- */

static void
trash_free (gpointer data)
{
  Trash *trash = data;

  g_clear_handle_id (&trash->timer, g_source_remove);
  g_ptr_array_unref (trash->versions);
  g_free (trash);
}

GHashTable *
citiz_session_new_trash (void)
{
  return g_hash_table_new_full (citiz_id_hash, (GEqualFunc) citiz_id_equal, NULL, trash_free);
}

typedef struct
{
  CitizId id;
  GArray *blobs; /* CitizId */
} ShredJob;

static void
shred_job_free (gpointer data)
{
  ShredJob *job = data;

  g_array_unref (job->blobs);
  g_free (job);
}

static gboolean
shred_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  const ShredJob *job = data;
  gboolean ok = TRUE;

  if (!citiz_engine_require_open (engine, error) || !citiz_vault_begin (engine->vault, error))
    return FALSE;
  for (guint i = 0; i < job->blobs->len; i++)
    ok = ok
         && citiz_vault_delete (engine->vault, CITIZ_CLASS_BLOB,
                                &g_array_index (job->blobs, CitizId, i), error);
  if (!ok || !citiz_vault_delete (engine->vault, CITIZ_CLASS_RESOURCE, &job->id, error))
    {
      citiz_vault_rollback (engine->vault);
      return FALSE;
    }
  if (!citiz_vault_commit (engine->vault, error))
    return FALSE;
  citiz_db_forget_journal (citiz_vault_get_db (engine->vault));
  return TRUE;
}

static ShredJob *
shred_job_new (const Trash *trash)
{
  ShredJob *job = g_new0 (ShredJob, 1);

  job->id = trash->id;
  job->blobs = g_array_new (FALSE, FALSE, sizeof (CitizId));
  for (guint i = 0; i < trash->versions->len; i++)
    {
      const CitizItem *item = g_ptr_array_index (trash->versions, i);
      CitizId blob;

      if (item->kind == CITIZ_KIND_DOCUMENT && citiz_id_from_hex (&blob, item->blob))
        g_array_append_val (job->blobs, blob);
    }
  return job;
}

static void
put_back (CitizSession *self, const Trash *trash)
{
  for (guint i = 0; i < trash->versions->len; i++)
    citiz_record_put (self->record, g_ptr_array_index (trash->versions, i));
  citiz_session_refresh_after (self, g_ptr_array_index (trash->versions, 0));
  g_hash_table_remove (self->trash, &trash->id);
  citiz_session_emit_record (self);
}

/* Until here it stayed out of sight also of a record read anew. What the disk did not let go is shown again. */
static void
shredded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CitizSession *self = CITIZ_SESSION (source);
  g_autofree CitizId *id = data;
  g_autoptr (GError) error = NULL;
  const Trash *trash = g_hash_table_lookup (self->trash, id);

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_warning ("a removed item is still on the disk: %s", error->message);
  if (trash == NULL) /* locked meanwhile, or gone with its import */
    return;
  if (error != NULL)
    put_back (self, trash);
  else
    g_hash_table_remove (self->trash, id);
}

static void
shred (CitizSession *self, const Trash *trash)
{
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, shred, NULL, shredded_cb, g_memdup2 (&trash->id, sizeof trash->id)),
      shred_work, NULL, shred_job_new (trash), shred_job_free);
}

static gboolean
undo_over_cb (gpointer data)
{
  Trash *trash = data;

  trash->timer = 0;
  shred (trash->session, trash);
  return G_SOURCE_REMOVE;
}

/* What waits for an undo goes now: the session is about to close. */
void
citiz_session_empty_trash (CitizSession *self)
{
  GHashTableIter iter;
  Trash *trash;

  g_hash_table_iter_init (&iter, self->trash);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &trash))
    {
      if (trash->timer != 0)
        shred (self, trash);
      g_hash_table_iter_remove (&iter);
    }
}

/* The same for a session that ends: nothing may refer to it any more. */
void
citiz_session_shred_trash_now (CitizSession *self)
{
  GHashTableIter iter;
  Trash *trash;

  g_hash_table_iter_init (&iter, self->trash);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &trash))
    {
      g_autoptr (GError) error = NULL;
      ShredJob *job = shred_job_new (trash);

      if (!citiz_engine_run_sync (self->engine, shred_work, job, &error))
        g_warning ("a removed item is still on the disk: %s", error->message);
      shred_job_free (job);
    }
  g_hash_table_remove_all (self->trash);
}

GArray *
citiz_session_list_trash (CitizSession *self)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (CitizId));
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->trash);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_array_append_vals (ids, id, 1);
  return ids;
}

/* A record that was read anew holds what is on the disk: what waits for an undo stays out of sight. What went with its import cannot
 * be put back any more. */
void
citiz_session_hide_trash (CitizSession *self)
{
  g_autoptr (GArray) ids = citiz_session_list_trash (self);

  for (guint i = 0; i < ids->len; i++)
    {
      const CitizId *id = &g_array_index (ids, CitizId, i);

      if (newest_version (self, id) != NULL)
        citiz_record_remove (self->record, id);
      else
        g_hash_table_remove (self->trash, id);
    }
}

/* Out of sight at once; off the disk when the undo time is over. Killed in between, the item is simply there again. */
void
citiz_session_remove_async (CitizSession *self,
                            const CitizId *id,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  g_autoptr (GTask) task
      = citiz_session_task (self, citiz_session_remove_async, cancellable, callback, data);
  g_autoptr (GPtrArray) history = citiz_record_history (self->record, id);
  Trash *trash;

  if (history->len == 0)
    {
      g_task_return_new_error (task, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_FOUND,
                               "no such item");
      return;
    }
  trash = g_new0 (Trash, 1);
  trash->session = self;
  trash->id = *id;
  trash->versions = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_item_unref);
  for (guint i = 0; i < history->len; i++)
    g_ptr_array_add (trash->versions, citiz_item_ref (g_ptr_array_index (history, i)));
  trash->timer = g_timeout_add_seconds (UNDO_SECONDS, undo_over_cb, trash);
  g_hash_table_replace (self->trash, &trash->id, trash);
  citiz_record_remove (self->record, &trash->id);
  citiz_session_emit_record (self);
  citiz_session_refresh_after (self, g_ptr_array_index (trash->versions, trash->versions->len - 1));
  g_task_return_boolean (task, TRUE);
}

gboolean
citiz_session_remove_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
citiz_session_restore_async (CitizSession *self,
                             const CitizId *id,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  g_autoptr (GTask) task
      = citiz_session_task (self, citiz_session_restore_async, cancellable, callback, data);
  Trash *trash = g_hash_table_lookup (self->trash, id);

  if (trash == NULL || trash->timer == 0)
    {
      g_task_return_new_error (task, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_FOUND,
                               "the undo time is over");
      return;
    }
  put_back (self, trash);
  g_task_return_boolean (task, TRUE);
}

gboolean
citiz_session_restore_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- documents --- */

/* What a document may be, told by its first bytes and not by its name. */
static const gchar *
document_type (const guint8 *bytes, gsize n)
{
  static const struct
  {
    const gchar *magic;
    gsize n;
    const gchar *type;
  } types[] = {
      {"%PDF-", 5, "application/pdf"},
      {"\x89PNG\r\n\x1a\n", 8, "image/png"},
      {"\xff\xd8\xff", 3, "image/jpeg"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (n >= types[i].n && memcmp (bytes, types[i].magic, types[i].n) == 0)
      return types[i].type;
  return NULL;
}

static GBytes *
read_document_file (GFile *file, const gchar **out_type, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFileInfo) info
      = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
                           G_FILE_QUERY_INFO_NONE, cancellable, error);
  g_autoptr (GBytes) bytes = NULL;

  if (info == NULL)
    return NULL;
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    {
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_A_DOCUMENT, "not a file");
      return NULL;
    }
  if (g_file_info_get_size (info) <= DOCUMENT_MAX)
    bytes = g_file_load_bytes (file, cancellable, NULL, error);
  else
    g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_TOO_LARGE,
                 "a document over 32 MiB");
  if (bytes == NULL)
    return NULL;
  *out_type = document_type (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (*out_type == NULL)
    {
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_A_DOCUMENT,
                   "neither PDF nor PNG nor JPEG");
      return NULL;
    }
  return g_steal_pointer (&bytes);
}

/* Apart: the disk it comes from may be slow. */
static void
read_document (gpointer data)
{
  SaveJob *job = data;

  job->bytes = read_document_file (job->file, &job->type, NULL, &job->error);
}

static gboolean
put_document (CitizEngine *engine, SaveJob *job, GError **error)
{
  CitizId blob = citiz_env_new_id (engine->env);
  g_autofree gchar *name = citiz_id_to_hex (&blob);
  CitizDraft draft = {0};
  json_t *resource;

  if (!citiz_blob_put (engine->vault, &blob, 0, job->bytes, error))
    return FALSE;
  draft.now = citiz_env_now (engine->env);
  draft.title = job->title;
  draft.content_type = job->type;
  draft.blob = name;
  draft.size = g_bytes_get_size (job->bytes);
  if (job->date != NULL && !citiz_date_parse (&draft.onset, job->date))
    draft.onset = (CitizDate){0};
  resource = citiz_compose_document (&draft, NULL);
  if (resource == NULL)
    {
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_INPUT,
                   "a document needs a title");
      return FALSE;
    }
  job->packed = pack (resource, draft.now, FALSE);
  json_decref (resource);
  return put_resource (engine, job, error);
}

static gboolean
add_document_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  SaveJob *job = data;

  if (!citiz_engine_require_open (engine, error))
    return FALSE;
  citiz_engine_apart (engine, read_document, job);
  if (job->bytes != NULL)
    return in_transaction (engine, put_document, job, error);
  g_propagate_error (error, g_steal_pointer (&job->error));
  return FALSE;
}

void
citiz_session_add_document_async (CitizSession *self,
                                  GFile *file,
                                  const gchar *title,
                                  const gchar *date,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data)
{
  SaveJob *job = g_new0 (SaveJob, 1);

  job->id = citiz_env_new_id (self->env);
  job->version = 1;
  job->file = g_object_ref (file);
  job->title = g_strdup (title);
  job->date = g_strdup (date);
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_add_document_async, cancellable, callback, data),
      add_document_work, saved_done, job, save_job_free);
}

gboolean
citiz_session_add_document_finish (CitizSession *self,
                                   GAsyncResult *result,
                                   CitizId *out_id,
                                   GError **error)
{
  return citiz_session_save_finish (self, result, out_id, error);
}

/* --- reading documents --- */

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
