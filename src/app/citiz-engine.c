/* The thread that owns the vault, the chain and the node: jobs in, answers out.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include <sys/resource.h>

#define STEP_BACK 10 /* nice */

typedef struct
{
  CitizEngine *engine;
  GTask *task;
  CitizEngineWork work;
  CitizEngineDone done;
  gpointer data;
  GDestroyNotify destroy;
  GError *error;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_error (&job->error);
  if (job->destroy != NULL)
    job->destroy (job->data);
  g_clear_object (&job->task);
  g_free (job);
}

/* Main thread: a job that failed answers its task with the error; one that worked leaves the answer to `done`. */
static gboolean
answer_cb (gpointer data)
{
  Job *job = data;

  if (job->error != NULL)
    {
      citiz_session_job_failed (g_task_get_source_object (job->task),
                                g_task_get_source_tag (job->task));
      g_task_return_error (job->task, g_steal_pointer (&job->error));
    }
  else if (job->done != NULL)
    job->done (job->task, job->data);
  else
    g_task_return_boolean (job->task, TRUE);
  return G_SOURCE_REMOVE;
}

static void
do_job (Job *job)
{
  GCancellable *cancellable = g_task_get_cancellable (job->task);

  if (!g_cancellable_set_error_if_cancelled (cancellable, &job->error))
    job->work (job->engine, job->data, cancellable, &job->error);
  citiz_engine_tell (job->engine, answer_cb, job, job_free);
}

static gboolean
work_cb (gpointer data)
{
  CitizEngine *engine = ((Job *) data)->engine;

  do_job (data);
  citiz_engine_forget_passed (engine);
  return G_SOURCE_REMOVE;
}

static Job *
job_new (CitizEngine *engine,
         GTask *task,
         CitizEngineWork work,
         CitizEngineDone done,
         gpointer data,
         GDestroyNotify destroy)
{
  Job *job = g_new0 (Job, 1);

  job->engine = engine;
  job->task = task;
  job->work = work;
  job->done = done;
  job->data = data;
  job->destroy = destroy;
  return job;
}

static void
attach (CitizEngine *engine, gint priority, GSourceFunc func, gpointer data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, engine->context);
}

/**
 * citiz_engine_do:
 *
 * Runs @func once on the engine's thread, in the order of the calls.
 */
void
citiz_engine_do (CitizEngine *engine, GSourceFunc func, gpointer data)
{
  attach (engine, G_PRIORITY_DEFAULT, func, data);
}

/**
 * citiz_engine_post:
 * @task: (transfer full): answered on the main thread
 * @work: runs on the engine's thread
 * @done: (nullable): runs on the main thread after @work succeeded and answers @task; %NULL answers %TRUE
 * @data: (transfer full): shared by both halves, freed with @destroy on the main thread
 */
void
citiz_engine_post (CitizEngine *engine,
                   GTask *task,
                   CitizEngineWork work,
                   CitizEngineDone done,
                   gpointer data,
                   GDestroyNotify destroy)
{
  citiz_engine_do (engine, work_cb, job_new (engine, task, work, done, data, destroy));
}

/* --- what waits behind nothing long --- */

static Job *
take_urgent (CitizEngine *engine)
{
  Job *job;

  g_mutex_lock (&engine->urgent_lock);
  job = g_queue_pop_head (&engine->urgent);
  g_mutex_unlock (&engine->urgent_lock);
  return job;
}

/* Returns: whether there was one */
static gboolean
do_urgent (CitizEngine *engine)
{
  guint n = 0;
  Job *job;

  if (engine->passing)
    return FALSE;
  engine->passing = TRUE;
  for (; (job = take_urgent (engine)) != NULL; n++)
    do_job (job);
  engine->passing = FALSE;
  return n > 0;
}

/**
 * citiz_engine_let_pass:
 *
 * Engine thread, between two parts of a long job and outside of any transaction: the urgent jobs that wait have their turn. Also the pause
 * of the vault's walks.
 */
void
citiz_engine_let_pass (gpointer data)
{
  CitizEngine *engine = data;

  engine->passed = do_urgent (engine) || engine->passed;
}

/**
 * citiz_engine_forget_passed:
 *
 * When a long job is over: what was erased by one that passed it is still in the journal, which cannot be folded under a walk.
 */
void
citiz_engine_forget_passed (CitizEngine *engine)
{
  if (engine->passed && engine->vault != NULL)
    citiz_db_forget_journal (citiz_vault_get_db (engine->vault));
  engine->passed = FALSE;
}

static gboolean
urgent_cb (gpointer data)
{
  do_urgent (data);
  return G_SOURCE_REMOVE;
}

/**
 * citiz_engine_post_urgent:
 *
 * As citiz_engine_post(), for what a person in an emergency waits for: it comes before all that was posted and not begun, and a long job lets it pass at its
 * next pause. It is short, and does not change the record.
 */
void
citiz_engine_post_urgent (CitizEngine *engine,
                          GTask *task,
                          CitizEngineWork work,
                          CitizEngineDone done,
                          gpointer data,
                          GDestroyNotify destroy)
{
  g_mutex_lock (&engine->urgent_lock);
  g_queue_push_tail (&engine->urgent, job_new (engine, task, work, done, data, destroy));
  g_cond_signal (&engine->urgent_stir);
  g_mutex_unlock (&engine->urgent_lock);
  attach (engine, G_PRIORITY_HIGH, urgent_cb, engine);
}

typedef struct
{
  CitizEngine *engine;
  CitizEngineApart func;
  gpointer data;
  gboolean over;
} Apart;

/**
 * citiz_engine_step_back:
 *
 * For a thread of a long job: whoever waits for a press has the processor first.
 */
void
citiz_engine_step_back (void)
{
  setpriority (PRIO_PROCESS, 0, STEP_BACK); /* of the calling thread: Linux has one for each */
}

static gpointer
apart_thread (gpointer data)
{
  Apart *apart = data;

  citiz_engine_step_back ();
  apart->func (apart->data);
  g_mutex_lock (&apart->engine->urgent_lock);
  apart->over = TRUE;
  g_cond_signal (&apart->engine->urgent_stir);
  g_mutex_unlock (&apart->engine->urgent_lock);
  return NULL;
}

/**
 * citiz_engine_apart:
 * @func: computes, or waits for a slow disk, and touches nothing of the engine's
 *
 * Engine thread, outside of any transaction. The job goes on when @func is over; only what is urgent is done meanwhile.
 */
void
citiz_engine_apart (CitizEngine *engine, CitizEngineApart func, gpointer data)
{
  Apart apart = {engine, func, data, FALSE};
  GThread *thread = g_thread_new ("citiz-apart", apart_thread, &apart);

  g_mutex_lock (&engine->urgent_lock);
  while (!apart.over)
    if (g_queue_is_empty (&engine->urgent) || engine->passing)
      g_cond_wait (&engine->urgent_stir, &engine->urgent_lock);
    else
      {
        g_mutex_unlock (&engine->urgent_lock);
        citiz_engine_let_pass (engine);
        g_mutex_lock (&engine->urgent_lock);
      }
  g_mutex_unlock (&engine->urgent_lock);
  g_thread_join (thread);
}

typedef struct
{
  CitizEngine *engine;
  CitizEngineWork work;
  gpointer data;
  GError **error;
  gboolean ok, over;
  GMutex lock;
  GCond done;
} SyncJob;

static gboolean
sync_cb (gpointer data)
{
  SyncJob *job = data;
  gboolean ok = job->work (job->engine, job->data, NULL, job->error);

  g_mutex_lock (&job->lock);
  job->ok = ok;
  job->over = TRUE;
  g_cond_signal (&job->done);
  g_mutex_unlock (&job->lock);
  return G_SOURCE_REMOVE;
}

/**
 * citiz_engine_run_sync:
 *
 * Waits for the engine to run @work: for tests and for what has no window yet.
 */
gboolean
citiz_engine_run_sync (CitizEngine *engine, CitizEngineWork work, gpointer data, GError **error)
{
  SyncJob job = {.engine = engine, .work = work, .data = data, .error = error};

  g_mutex_init (&job.lock);
  g_cond_init (&job.done);
  citiz_engine_do (engine, sync_cb, &job);
  g_mutex_lock (&job.lock);
  while (!job.over)
    g_cond_wait (&job.done, &job.lock);
  g_mutex_unlock (&job.lock);
  g_mutex_clear (&job.lock);
  g_cond_clear (&job.done);
  return job.ok;
}

void
citiz_engine_tell (CitizEngine *engine, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, destroy);
  g_source_attach (source, engine->main_context);
}

typedef struct
{
  CitizSession *session;
  CitizSessionNews func;
  gpointer data;
  GDestroyNotify destroy;
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  if (news->destroy != NULL)
    news->destroy (news->data);
  g_object_unref (news->session);
  g_free (news);
}

static gboolean
news_cb (gpointer data)
{
  News *news = data;

  news->func (news->session, news->data);
  return G_SOURCE_REMOVE;
}

/**
 * citiz_engine_tell_session:
 * @data: (transfer full): freed with @destroy (nullable)
 *
 * From the engine thread. The reference taken here is given back on the main thread only: were it the last one, the session would end on
 * the thread that its end waits for.
 */
void
citiz_engine_tell_session (CitizEngine *engine,
                           CitizSessionNews func,
                           gpointer data,
                           GDestroyNotify destroy)
{
  CitizSession *session = g_weak_ref_get (&engine->session);
  News *news;

  if (session == NULL)
    {
      if (destroy != NULL)
        destroy (data);
      return;
    }
  news = g_new0 (News, 1);
  news->session = session;
  news->func = func;
  news->data = data;
  news->destroy = destroy;
  citiz_engine_tell (engine, news_cb, news, news_free);
}

static gpointer
run_thread (gpointer data)
{
  CitizEngine *engine = data;

  g_main_context_push_thread_default (engine->context);
  g_main_loop_run (engine->loop);
  citiz_engine_close (engine);
  while (g_main_context_iteration (engine->context, FALSE))
    ;
  g_main_context_pop_thread_default (engine->context);
  return NULL;
}

/**
 * citiz_engine_new:
 * @folder: where the vault is or will be
 * @session: (transfer none): passed back to what the engine tells the main thread
 *
 * Returns: (transfer full): an engine whose thread runs
 */
CitizEngine *
citiz_engine_new (const gchar *folder, const CitizEnv *env, gpointer session)
{
  CitizEngine *engine = g_new0 (CitizEngine, 1);

  engine->folder = g_strdup (folder);
  engine->env = env;
  g_weak_ref_init (&engine->session, session);
  g_mutex_init (&engine->urgent_lock);
  g_cond_init (&engine->urgent_stir);
  engine->main_context = g_main_context_ref_thread_default ();
  engine->context = g_main_context_new ();
  engine->loop = g_main_loop_new (engine->context, FALSE);
  engine->thread = g_thread_new ("citiz-engine", run_thread, engine);
  return engine;
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

/**
 * citiz_engine_free:
 *
 * Finishes the jobs already posted, closes the vault (its keys are wiped) and joins the thread.
 */
void
citiz_engine_free (CitizEngine *engine)
{
  citiz_engine_do (engine, quit_cb, engine->loop);
  g_thread_join (engine->thread);
  g_weak_ref_clear (&engine->session);
  g_main_loop_unref (engine->loop);
  g_main_context_unref (engine->context);
  g_main_context_unref (engine->main_context);
  g_mutex_clear (&engine->urgent_lock);
  g_cond_clear (&engine->urgent_stir);
  g_free (engine->folder);
  g_free (engine);
}
