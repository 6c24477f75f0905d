/* The session: creating, opening, changing what opens, erasing. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"
#include "app/citiz-engine-shared.h"
#include "crypto/citiz-kdf.h"
#include "crypto/citiz-words.h"
#include <glib/gi18n.h>
#include <glib/gstdio.h>

typedef struct
{
  CitizSecret *passphrase, *second, *entropy;
  CitizContents *snapshot;
  guint n_locks;
  GError *error; /* of an erasure that stopped half-way */
} LifeJob;

static LifeJob *
life_job_new (CitizSession *self,
              CitizSecret *passphrase,
              CitizSecret *second,
              CitizSecret *entropy)
{
  LifeJob *job = g_new0 (LifeJob, 1);

  job->n_locks = self->n_locks;
  job->passphrase = passphrase != NULL ? citiz_secret_ref (passphrase) : NULL;
  job->second = second != NULL ? citiz_secret_ref (second) : NULL;
  job->entropy = entropy != NULL ? citiz_secret_ref (entropy) : NULL;
  return job;
}

static void
life_job_free (gpointer data)
{
  LifeJob *job = data;

  g_clear_pointer (&job->passphrase, citiz_secret_unref);
  g_clear_pointer (&job->second, citiz_secret_unref);
  g_clear_pointer (&job->entropy, citiz_secret_unref);
  g_clear_pointer (&job->snapshot, citiz_contents_free);
  g_clear_error (&job->error);
  g_free (job);
}

/* A lock that was asked for meanwhile has the last word: the engine closes the vault behind this job. */
static void
opened_done (GTask *task, gpointer data)
{
  LifeJob *job = data;
  CitizSession *self = g_task_get_source_object (task);

  if (job->n_locks != self->n_locks)
    {
      g_task_return_new_error (task, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_LOCKED,
                               "locked while it opened");
      return;
    }
  citiz_session_adopt (self, job->snapshot);
  g_task_return_boolean (task, TRUE);
}

/* The last step of opening: without it nothing stays open behind a locked window. */
static gboolean
look_or_close (CitizEngine *engine, LifeJob *job, GCancellable *cancellable, GError **error)
{
  job->snapshot = citiz_engine_look (engine, cancellable, error);
  if (job->snapshot == NULL)
    citiz_engine_close (engine);
  return job->snapshot != NULL;
}

static gboolean
create_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  LifeJob *job = data;

  return citiz_engine_create (engine, job->passphrase, job->entropy, citiz_kdf_calibrate (), error)
         && look_or_close (engine, job, NULL, error);
}

static gboolean
unlock_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  LifeJob *job = data;

  return citiz_engine_open (engine, job->passphrase, error)
         && look_or_close (engine, job, cancellable, error);
}

static gboolean
words_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  LifeJob *job = data;

  if (citiz_engine_open_with_words (engine, job->entropy, job->second, error))
    return look_or_close (engine, job, NULL, error); /* the passphrase is changed: no way back */
  if (error != NULL
      && g_error_matches (*error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_WRONG_PASSPHRASE))
    {
      g_clear_error (error);
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_WRONG_WORDS,
                   "the words of another record");
    }
  return FALSE;
}

/* Each of its three parts takes up to a second: a press comes between them. */
static gboolean
passphrase_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  LifeJob *job = data;
  CitizKdfCost cost;

  if (!citiz_engine_require_open (engine, error)
      || !citiz_vault_check_passphrase (engine->vault, job->passphrase, error))
    return FALSE;
  citiz_vault_pause (engine->vault);
  cost = citiz_kdf_calibrate ();
  citiz_vault_pause (engine->vault);
  return citiz_vault_set_passphrase (engine->vault, job->second, cost, error);
}

static gboolean
set_words_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  LifeJob *job = data;

  return citiz_engine_require_open (engine, error)
         && citiz_vault_check_passphrase (engine->vault, job->passphrase, error)
         && citiz_vault_set_words (engine->vault, job->entropy, error);
}

CitizSessionState
citiz_session_closed_state (CitizSession *self)
{
  return citiz_vault_exists (self->folder) ? CITIZ_SESSION_LOCKED : CITIZ_SESSION_NEW;
}

GTask *
citiz_session_task (CitizSession *self,
                    gpointer tag,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_check_cancellable (task, FALSE); /* what was done is done, and is said so */
  g_task_set_source_tag (task, tag);
  return task;
}

void
citiz_session_create_async (CitizSession *self,
                            CitizSecret *passphrase,
                            CitizSecret *entropy,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  GTask *task = citiz_session_task (self, citiz_session_create_async, cancellable, callback, data);

  citiz_engine_post (self->engine, task, create_work, opened_done,
                     life_job_new (self, passphrase, NULL, entropy), life_job_free);
}

gboolean
citiz_session_create_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Main thread, before the task of @tag is answered with an error. */
void
citiz_session_job_failed (CitizSession *self, gpointer tag)
{
  if (self->state == CITIZ_SESSION_UNLOCKING
      && (tag == citiz_session_unlock_async || tag == citiz_session_unlock_with_words_async))
    citiz_session_set_state (self, citiz_session_closed_state (self));
}

void
citiz_session_unlock_async (CitizSession *self,
                            CitizSecret *passphrase,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  GTask *task = citiz_session_task (self, citiz_session_unlock_async, cancellable, callback, data);

  if (self->state != CITIZ_SESSION_OPEN) /* else only the passphrase is asked again */
    citiz_session_set_state (self, CITIZ_SESSION_UNLOCKING);
  citiz_engine_post (self->engine, task, unlock_work, opened_done,
                     life_job_new (self, passphrase, NULL, NULL), life_job_free);
}

gboolean
citiz_session_unlock_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
citiz_session_unlock_with_words_async (CitizSession *self,
                                       const gchar *words,
                                       CitizSecret *new_passphrase,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer data)
{
  GTask *task = citiz_session_task (self, citiz_session_unlock_with_words_async, cancellable,
                                    callback, data);
  g_autoptr (CitizSecret) entropy = citiz_words_to_entropy (words, NULL);

  if (entropy == NULL)
    {
      g_task_return_new_error (task, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_WRONG_WORDS,
                               "these are not 24 recovery words");
      g_object_unref (task);
      return;
    }
  citiz_session_lock (self);
  citiz_session_set_state (self, CITIZ_SESSION_UNLOCKING);
  citiz_engine_post (self->engine, task, words_work, opened_done,
                     life_job_new (self, NULL, new_passphrase, entropy), life_job_free);
}

gboolean
citiz_session_unlock_with_words_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
citiz_session_set_passphrase_async (CitizSession *self,
                                    CitizSecret *old_passphrase,
                                    CitizSecret *new_passphrase,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer data)
{
  GTask *task
      = citiz_session_task (self, citiz_session_set_passphrase_async, cancellable, callback, data);

  citiz_engine_post (self->engine, task, passphrase_work, NULL,
                     life_job_new (self, old_passphrase, new_passphrase, NULL), life_job_free);
}

gboolean
citiz_session_set_passphrase_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
citiz_session_set_words_async (CitizSession *self,
                               CitizSecret *passphrase,
                               CitizSecret *entropy,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer data)
{
  GTask *task
      = citiz_session_task (self, citiz_session_set_words_async, cancellable, callback, data);

  citiz_engine_post (self->engine, task, set_words_work, NULL,
                     life_job_new (self, passphrase, NULL, entropy), life_job_free);
}

gboolean
citiz_session_set_words_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- erasing everything --- */

typedef struct
{
  CitizEngine *engine;
  GTask *task;
  CitizSecret *passphrase;
  gboolean all_the_same;
  guint wait_ms; /* for the ledger to take the end of what is open over a community */
  gint64 until;  /* steady; 0: nothing was done yet */
  gboolean closed;
  GError *error;
} EraseJob;

static void
erase_job_free (EraseJob *job)
{
  g_object_unref (job->task);
  citiz_secret_unref (job->passphrase);
  g_clear_error (&job->error);
  g_free (job);
}

static gboolean
erased_cb (gpointer data)
{
  EraseJob *job = data;
  CitizSession *self = g_task_get_source_object (job->task);

  if (job->closed)
    citiz_session_forget (self, citiz_session_closed_state (self));
  if (job->error != NULL)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else
    g_task_return_boolean (job->task, TRUE);
  erase_job_free (job);
  return G_SOURCE_REMOVE;
}

/* What cannot be ended (its memory is damaged, the disk full, the ledger distrusted) keeps nobody from erasing: it is told as what goes on. */
static void
end_shared (CitizEngine *engine)
{
  g_autoptr (GError) error = NULL;

  if (!citiz_engine_revoke_all (engine, &error))
    g_message ("an access could not be ended: %s", error->message);
}

/* Nobody could end afterwards what is open over the community's nodes: it is ended first, and the ledger has to know. Returns: whether there is nothing to wait for */
static gboolean
prepare_erasing (EraseJob *job)
{
  CitizEngine *engine = job->engine;
  const gboolean first = job->until == 0;

  if (first)
    job->until = g_get_monotonic_time () + (gint64) job->wait_ms * 1000;
  if (!citiz_engine_require_open (engine, &job->error)
      || (first && !citiz_vault_check_passphrase (engine->vault, job->passphrase, &job->error))
      || g_cancellable_set_error_if_cancelled (g_task_get_cancellable (job->task), &job->error))
    return TRUE;
  if (first && !job->all_the_same && citiz_engine_is_sharing_own (engine))
    end_shared (engine);
  if (job->all_the_same || !citiz_engine_is_sharing_own (engine))
    return TRUE;
  if (citiz_engine_keeps_sharing (engine) || g_get_monotonic_time () > job->until)
    g_set_error_literal (&job->error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_SHARING,
                         "the end of an access is not on the ledger");
  return job->error != NULL;
}

static gboolean
erase_cb (gpointer data)
{
  EraseJob *job = data;
  CitizEngine *engine = job->engine;

  if (!prepare_erasing (job))
    {
      g_source_unref (citiz_engine_after (engine, 1, erase_cb, job));
      return G_SOURCE_REMOVE;
    }
  if (job->error == NULL)
    {
      job->closed = TRUE;
      if (!citiz_engine_erase (engine, &job->error))
        citiz_engine_close (engine);
    }
  citiz_engine_tell (engine, erased_cb, job, NULL);
  return G_SOURCE_REMOVE;
}

void
citiz_session_erase_async (CitizSession *self,
                           CitizSecret *passphrase,
                           gboolean all_the_same,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  EraseJob *job = g_new0 (EraseJob, 1);

  job->engine = self->engine;
  job->task = citiz_session_task (self, citiz_session_erase_async, cancellable, callback, data);
  job->passphrase = citiz_secret_ref (passphrase);
  job->all_the_same = all_the_same;
  job->wait_ms = self->end_wait_ms;
  citiz_engine_do (self->engine, erase_cb, job);
}

gboolean
citiz_session_erase_finish (CitizSession *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
