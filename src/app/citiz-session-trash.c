/* The session: removing, with time to undo. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#define UNDO_SECONDS 15

typedef struct
{
  CitizSession *session; /* not a reference: the trash is the session's */
  CitizId id;
  GPtrArray *versions; /* CitizItem */
  guint timer;         /* 0: the undo time is over, the engine shreds it */
} Trash;

static void
trash_free (gpointer data)
{
  Trash *trash = data;

  g_clear_handle_id (&trash->timer, g_source_remove);
  g_ptr_array_unref (trash->versions);
  g_free (trash);
}

/* Returns: whether the item was removed before this correction of it was on the disk; then it waits with the others */
gboolean
citiz_session_trash_version (CitizSession *self, CitizItem *item)
{
  Trash *trash = g_hash_table_lookup (self->trash, &item->id);

  if (trash != NULL)
    g_ptr_array_add (trash->versions, citiz_item_ref (item));
  return trash != NULL;
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

      if (citiz_record_get (self->record, id) != NULL)
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
