/* The session: saving, correcting; adding documents. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "app/citiz-blob.h"
#include "record/citiz-compose.h"

#include <string.h>

#define VERSIONS_TRIED 64

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
  g_clear_error (&job->error);
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

static void
saved_done (GTask *task, gpointer data)
{
  SaveJob *job = data;
  CitizSession *self = g_task_get_source_object (task);

  if (!citiz_session_trash_version (self, job->item) && self->state == CITIZ_SESSION_OPEN)
    {
      citiz_record_put (self->record, job->item);
      citiz_session_emit_record (self);
      citiz_session_refresh_after (self, job->item);
    }
  g_task_return_pointer (task, g_memdup2 (&job->id, sizeof job->id), g_free);
}

/* A correction goes by the address of what it corrects. */
static GBytes *
pack (json_t *resource, CitizTime now, gboolean sample, const CitizItem *last)
{
  g_autofree gchar *text = citiz_json_dump (resource);
  CitizOrigin origin = {.source = CITIZ_SOURCE_SELF, .changed = now, .sample = sample};

  if (last != NULL && last->full_url[0] != '\0')
    origin.full_url = last->full_url;
  return citiz_item_pack (&origin, text, strlen (text));
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
  last = citiz_record_get (self->record, &job->id);
  job->version = last != NULL ? last->version + 1 : 1;
  /* A correction of the sample record goes away with it. */
  job->batch = last != NULL && last->sample ? self->sample_batch : 0;
  job->packed = pack (resource, citiz_session_now (self), job->batch != 0, last);
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
  if (g_file_info_get_size (info) <= CITIZ_DOCUMENT_MAX)
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
  job->packed = pack (resource, draft.now, FALSE, NULL);
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
