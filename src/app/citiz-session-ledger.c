/* The session: verifying the ledger, proofs, settings. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "ledger/citiz-ledger-error.h"

#include <string.h>

/* --- verify everything --- */

typedef struct
{
  CitizEngine *engine;
  CitizProgressFunc progress;
  gpointer progress_data;
  GTask *task;
  guint place;    /* which of the chains */
  guint64 before; /* blocks of those before it */
  guint64 n_blocks;
  gboolean mended; /* once a chain: what can be made again from the blocks was */
  GError *error;
} VerifyJob;

typedef struct
{
  GTask *task;
  CitizProgressFunc progress;
  gpointer progress_data;
  guint64 done, total;
} ProgressNews;

static void
progress_news_free (gpointer data)
{
  ProgressNews *news = data;

  g_object_unref (news->task);
  g_free (news);
}

static gboolean
progress_news_cb (gpointer data)
{
  ProgressNews *news = data;

  if (!g_task_get_completed (news->task))
    news->progress (news->total > 0 ? (gdouble) news->done / (gdouble) news->total : 0, news->done,
                    news->total, news->progress_data);
  return G_SOURCE_REMOVE;
}

/* From any thread: the person's progress function runs on the main thread, and never after the task was answered. */
void
citiz_engine_tell_progress (CitizEngine *engine,
                            GTask *task,
                            CitizProgressFunc progress,
                            gpointer progress_data,
                            guint64 done,
                            guint64 total)
{
  ProgressNews *news;

  if (progress == NULL)
    return;
  news = g_new0 (ProgressNews, 1);
  news->task = g_object_ref (task);
  news->progress = progress;
  news->progress_data = progress_data;
  news->done = done;
  news->total = total;
  citiz_engine_tell (engine, progress_news_cb, news, progress_news_free);
}

static void
verify_job_free (VerifyJob *job)
{
  g_object_unref (job->task);
  g_free (job);
}

static gboolean
verified_cb (gpointer data)
{
  VerifyJob *job = data;

  if (job->error != NULL)
    g_task_return_error (job->task, job->error);
  else
    {
      g_object_set_data_full (G_OBJECT (job->task), "blocks",
                              g_memdup2 (&job->n_blocks, sizeof job->n_blocks), g_free);
      g_task_return_boolean (job->task, TRUE);
    }
  verify_job_free (job);
  return G_SOURCE_REMOVE;
}

/* One's own chain, then the copy of the community's. Returns: (nullable): there is no more */
static CitizChain *
chain_at (CitizEngine *engine, guint place)
{
  if (place == 0)
    return engine->chain;
  return place == 1 && engine->community != NULL ? citiz_community_get_chain (engine->community)
                                                 : NULL;
}

static guint64
count_all (CitizEngine *engine)
{
  guint64 n = 0;
  CitizChain *chain;

  for (guint place = 0; (chain = chain_at (engine, place)) != NULL; place++)
    n += citiz_chain_height (chain);
  return n;
}

/* What does not hold: one's own chain is written to no more; a copy is thrown away and fetched again. */
static void
set_aside (VerifyJob *job)
{
  CitizEngine *engine = job->engine;

  const gboolean wrong
      = g_error_matches (job->error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED);

  if (wrong && job->place == 0)
    {
      citiz_engine_distrust (engine, job->error);
      citiz_engine_tell_session (engine, citiz_session_adopt_distrust, g_strdup (engine->distrust),
                                 g_free);
      return;
    }
  if (job->place == 0
      || (!wrong && !g_error_matches (job->error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED)))
    return;
  g_message ("the copy of the community's chain does not hold: %s", job->error->message);
  citiz_engine_renew_copy (engine);
  g_clear_error (&job->error);
  g_set_error_literal (&job->error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_COPY,
                       "the copy of the community's chain is fetched anew");
}

/* Returns: whether everything was made again that can be, and the chain is begun with once more */
static gboolean
mend (VerifyJob *job, CitizChain *chain)
{
  CitizEngine *engine = job->engine;

  if (job->mended || !g_error_matches (job->error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED)
      || !citiz_chain_mend (chain, NULL))
    return FALSE;
  job->mended = TRUE;
  g_clear_error (&job->error);
  g_clear_pointer (&engine->verifier, citiz_chain_verifier_free);
  return TRUE;
}

/* Returns: whether @chain was verified; the history that a copy does not hold yet is verified when it comes */
static gboolean
verify_slice (VerifyJob *job, CitizChain *chain)
{
  CitizEngine *engine = job->engine;
  gboolean done = FALSE;

  if (engine->verifier == NULL)
    engine->verifier = citiz_chain_verifier_new (chain, CITIZ_LEVEL_FULL);
  if (!citiz_chain_verifier_step (engine->verifier, &done, &job->error) && mend (job, chain))
    return FALSE;
  job->n_blocks = job->before + citiz_chain_verifier_get (engine->verifier)->n_blocks;
  return done || (job->error == NULL && citiz_chain_verifier_missing (engine->verifier) > 0);
}

/* One slice; between two of them the node goes on answering. */
static gboolean
verify_slice_cb (gpointer data)
{
  VerifyJob *job = data;
  CitizEngine *engine = job->engine;
  CitizChain *chain = NULL;

  if (engine->verifying != NULL && engine->verifying != job)
    return G_SOURCE_CONTINUE;
  engine->verifying = job;
  if (!g_cancellable_set_error_if_cancelled (g_task_get_cancellable (job->task), &job->error)
      && citiz_engine_require_ledger (engine, &job->error))
    chain = chain_at (engine, job->place);
  if (chain != NULL)
    {
      const gboolean done = verify_slice (job, chain);

      citiz_engine_tell_progress (engine, job->task, job->progress, job->progress_data,
                                  job->n_blocks, count_all (engine));
      if (!done && job->error == NULL)
        return G_SOURCE_CONTINUE;
    }
  g_clear_pointer (&engine->verifier, citiz_chain_verifier_free);
  if (chain != NULL && job->error == NULL)
    {
      job->place++;
      job->before = job->n_blocks;
      job->mended = FALSE;
      return G_SOURCE_CONTINUE;
    }
  if (job->error != NULL)
    set_aside (job);
  engine->verifying = NULL;
  citiz_engine_tell (engine, verified_cb, job, NULL);
  return G_SOURCE_REMOVE;
}

void
citiz_session_verify_async (CitizSession *self,
                            CitizProgressFunc progress,
                            gpointer progress_data,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  VerifyJob *job = g_new0 (VerifyJob, 1);

  job->engine = self->engine;
  job->task = citiz_session_task (self, citiz_session_verify_async, cancellable, callback, data);
  job->progress = progress;
  job->progress_data = progress_data;
  citiz_engine_do (self->engine, verify_slice_cb, job);
}

gboolean
citiz_session_verify_finish (CitizSession *self,
                             GAsyncResult *result,
                             guint64 *out_blocks,
                             GError **error)
{
  const guint64 *blocks = g_object_get_data (G_OBJECT (result), "blocks");

  if (out_blocks != NULL)
    *out_blocks = blocks != NULL ? *blocks : 0;
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- the proof of one entry --- */

typedef struct
{
  gchar *tx, *text;
} ProofJob;

static void
proof_job_free (gpointer data)
{
  ProofJob *job = data;

  g_free (job->tx);
  g_free (job->text);
  g_free (job);
}

static gboolean
proof_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  ProofJob *job = data;

  return citiz_engine_require_ledger (engine, error)
         && citiz_engine_proof (engine, job->tx, &job->text, error);
}

static void
proof_done (GTask *task, gpointer data)
{
  ProofJob *job = data;
  g_task_return_pointer (task, g_steal_pointer (&job->text), g_free);
}

void
citiz_session_proof_async (CitizSession *self,
                           const gchar *tx,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  ProofJob *job = g_new0 (ProofJob, 1);

  job->tx = g_strdup (tx);
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_proof_async, cancellable, callback, data), proof_work,
      proof_done, job, proof_job_free);
}

gchar *
citiz_session_proof_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- settings: small JSON values, sealed like the rest --- */

typedef struct
{
  gchar *key;
  json_t *value;
} SettingJob;

static void
setting_job_free (gpointer data)
{
  SettingJob *job = data;

  g_free (job->key);
  json_decref (job->value);
  g_free (job);
}

static gboolean
setting_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  SettingJob *job = data;
  char *text;
  g_autoptr (GBytes) bytes = NULL;

  if (!citiz_engine_require_open (engine, error))
    return FALSE;
  text = json_dumps (job->value, JSON_COMPACT | JSON_ENCODE_ANY);
  bytes = g_bytes_new_with_free_func (text, strlen (text), free, text);
  return citiz_vault_set_setting (engine->vault, job->key, bytes, error);
}

const gchar *const citiz_setting_keys[]
    = {"profile", "goals",      "water",        "key-measures",   "lock-minutes",
       "units",   "background", "sync-metered", "person-entered", NULL};

/* The window sees a setting at once; if the disk refuses, the error says so and the next opening shows the old one. */
void
citiz_session_set_setting_async (CitizSession *self,
                                 const gchar *key,
                                 json_t *value,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data)
{
  SettingJob *job = g_new0 (SettingJob, 1);

  g_return_if_fail (g_strv_contains (citiz_setting_keys, key));
  if (self->state == CITIZ_SESSION_OPEN) /* else the engine refuses */
    {
      g_hash_table_insert (self->settings, g_strdup (key), json_incref (value));
      citiz_session_emit_settings (self);
      if (g_str_equal (key, "profile"))
        citiz_session_refresh_soon (self);
      citiz_session_tell_engine_pause (self);
    }
  job->key = g_strdup (key);
  job->value = json_deep_copy (value);
  citiz_engine_post (
      self->engine,
      citiz_session_task (self, citiz_session_set_setting_async, cancellable, callback, data),
      setting_work, NULL, job, setting_job_free);
}

gboolean
citiz_session_set_setting_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

json_t *
citiz_session_get_setting (CitizSession *self, const gchar *key)
{
  return g_hash_table_lookup (self->settings, key);
}
