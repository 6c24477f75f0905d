/* An import from the file to the report: the helper, its pipe, progress, cancelling.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-ingest-private.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_SIZE (1 << 20)
#define READ_SIZE (256 * 1024)
#define HASH_MAX  (16u << 20)
#define SLICE     (20 * G_TIME_SPAN_MILLISECOND) /* of the thread, before others have their turn */
#define READING   0.9                            /* share of the progress; the rest is roll-ups */

typedef struct
{
  CitizVault *vault;
  CitizBatch *batch;
  CitizIntake *intake;
  CitizFrameReader *reader;
  GSubprocess *helper;
  int file;
  gboolean anyone; /* also a file about another person */
  gboolean left;   /* the task is answered or about to be */
  guint8 *buffer;
  GSource *source, *cancel;
  const CitizIngestLast *last;
  CitizIngestProgress progress;
  gpointer func_data;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  if (job->source != NULL)
    g_source_destroy (job->source);
  if (job->cancel != NULL)
    g_source_destroy (job->cancel);
  g_clear_pointer (&job->source, g_source_unref);
  g_clear_pointer (&job->cancel, g_source_unref);
  if (job->helper != NULL)
    g_subprocess_force_exit (job->helper);
  g_clear_object (&job->helper);
  citiz_frame_reader_free (job->reader);
  citiz_intake_free (job->intake);
  citiz_batch_free (job->batch);
  if (job->file >= 0)
    close (job->file);
  g_free (job->buffer);
  g_free (job);
}

/* Beside the program in the build tree, else where it was installed. */
static gchar *
find_helper (void)
{
  const gchar *told = g_getenv ("CITIZ_IMPORT_HELPER");
  g_autofree gchar *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree gchar *folder = self != NULL ? g_path_get_dirname (self) : NULL;

  if (told != NULL)
    return g_strdup (told);
  if (folder != NULL)
    {
      g_autofree gchar *near = g_build_filename (folder, "importers", "citiz-import", NULL);
      if (g_file_test (near, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&near);
    }
  return g_strdup (CITIZ_IMPORT_INSTALLED);
}

static gboolean
open_file (Job *job, GFile *file, GError **error)
{
  CitizIngestReport *report = job->batch->report;
  g_autofree gchar *path = g_file_get_path (file);
  g_autofree gchar *base = g_file_get_basename (file);
  struct stat st;

  job->file = path != NULL ? open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
  if (job->file >= 0 && fstat (job->file, &st) == 0 && S_ISDIR (st.st_mode))
    {
      g_set_error_literal (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_FOLDER, "a folder");
      return FALSE;
    }
  if (job->file < 0 || fstat (job->file, &st) != 0 || !S_ISREG (st.st_mode))
    {
      g_set_error_literal (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_FILE,
                           "not a file that can be read");
      return FALSE;
    }
  report->name = g_utf8_make_valid (base != NULL ? base : "", -1);
  report->size = (guint64) st.st_size;
  report->when = citiz_env_now (citiz_vault_get_env (job->vault));
  return TRUE;
}

/* Large files are known by name and size: reading one a second time only for this would take longer than the import. */
static void
hash_file (Job *job)
{
  CitizIngestReport *report = job->batch->report;
  g_autofree guint8 *part = g_malloc (READ_SIZE);
  CitizSha256 sha;
  CitizHash hash;
  off_t at = 0;
  gssize n;

  report->hash = g_strdup ("");
  if (report->size > HASH_MAX)
    return;
  citiz_sha256_init (&sha);
  while ((n = pread (job->file, part, READ_SIZE, at)) > 0)
    {
      citiz_sha256_update (&sha, part, (gsize) n);
      at += n;
    }
  citiz_sha256_finish (&sha, &hash);
  g_free (report->hash);
  report->hash = citiz_hash_to_hex (&hash);
}

static gboolean
none_open (CitizVault *vault, GError **error)
{
  gboolean damaged;
  g_autoptr (GPtrArray) batches = citiz_batch_list (vault, &damaged, error);

  /* With a damaged row nobody can tell: what looks open may only have lost its report. */
  for (guint i = 0; batches != NULL && !damaged && i < batches->len; i++)
    if (((CitizBatch *) batches->pdata[i])->open)
      {
        g_set_error_literal (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_BUSY,
                             "another import is under way");
        return FALSE;
      }
  return batches != NULL;
}

static gboolean
start_helper (Job *job, GError **error)
{
  static const gchar *const empty[] = {"LC_ALL=C.UTF-8", NULL};
  g_autofree gchar *path = find_helper ();
  g_autoptr (GError) own = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);

  g_subprocess_launcher_set_environ (launcher, (gchar **) empty);
#ifdef __SANITIZE_THREAD__ /* its runtime hears what it cannot see there, too (build-aux/sanitize) */
  g_subprocess_launcher_setenv (launcher, "LD_PRELOAD", g_getenv ("LD_PRELOAD"), TRUE);
  g_subprocess_launcher_setenv (launcher, "TSAN_OPTIONS", g_getenv ("TSAN_OPTIONS"), TRUE);
#endif
  g_subprocess_launcher_set_cwd (launcher, "/");
  g_subprocess_launcher_take_stdin_fd (launcher, fcntl (job->file, F_DUPFD_CLOEXEC, 3));
  job->helper = g_subprocess_launcher_spawn (launcher, &own, path, NULL);
  if (job->helper == NULL)
    g_set_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_HELPER,
                 "the helper does not start: %s", own->message);
  return job->helper != NULL;
}

static gboolean
frame_cb (gpointer data, const CitizFrame *frame, GError **error)
{
  Job *job = data;

  if (frame->type == CITIZ_FRAME_PROGRESS && job->progress != NULL && frame->progress.total > 0)
    job->progress (READING * (gdouble) frame->progress.done / (gdouble) frame->progress.total,
                   frame->progress.done, frame->progress.total, job->func_data);
  return citiz_intake_frame (job->intake, frame, error);
}

/* Imports under way, of all vaults of the process. */
static GMutex running_lock;
static GSList *running;

/* The task hears no more of its pipe. */
static void
leave (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  job->left = TRUE;
  if (job->source != NULL)
    g_source_destroy (job->source);
  if (job->cancel != NULL)
    g_source_destroy (job->cancel);
  g_mutex_lock (&running_lock);
  running = g_slist_remove (running, task);
  g_mutex_unlock (&running_lock);
}

/* Nothing of the file is kept: all there is to tell is about whom it is. */
static CitizIngestReport *
report_of_stranger (Job *job)
{
  CitizIngestReport *report = g_steal_pointer (&job->batch->report);

  report->batch = 0;
  report->kept = report->corrected = report->duplicates = report->skipped = 0;
  g_ptr_array_set_size (report->lines, 0);
  return report;
}

static void
fail (GTask *task, GError *error)
{
  Job *job = g_task_get_task_data (task);
  guint32 batch = job->batch->report->batch;

  leave (task);
  if (job->helper != NULL)
    g_subprocess_force_exit (job->helper);
  if (job->intake != NULL)
    citiz_intake_abandon (job->vault, batch);
  if (error->domain == CITIZ_FRAME_ERROR)
    {
      GError *said
          = g_error_new (CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_HELPER, "%s", error->message);
      g_error_free (error);
      error = said;
    }
  if (g_error_matches (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_STRANGER))
    {
      g_error_free (error);
      g_task_return_pointer (task, report_of_stranger (job),
                             (GDestroyNotify) citiz_ingest_report_free);
    }
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

/* The helper has ended. */
static void
exited_cb (GObject *helper, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Job *job = g_task_get_task_data (task);
  CitizIngestReport *report = job->batch->report;
  GError *error = NULL;

  g_subprocess_wait_finish (G_SUBPROCESS (helper), result, NULL);
  if (job->left) /* stopped while it was waited for */
    return;
  leave (task);
  if (!g_subprocess_get_successful (job->helper) || !citiz_frame_reader_done (job->reader))
    {
      fail (task, g_error_new_literal (CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_HELPER,
                                       "the helper ended before it had said all"));
      return;
    }
  hash_file (job);
  if (!citiz_intake_commit (job->intake, job->last, job->func_data, &error))
    {
      fail (task, error);
      return;
    }
  if (job->progress != NULL)
    job->progress (1, report->size, report->size, job->func_data);
  job->batch->report = NULL;
  g_task_return_pointer (task, report, (GDestroyNotify) citiz_ingest_report_free);
  g_object_unref (task);
}

/* The pipe is at its end. A helper that closed it and does not end keeps nobody waiting: the import can still be stopped. */
static void
finish (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (!citiz_frame_reader_done (job->reader)) /* cut short: what it still does is of no interest */
    g_subprocess_force_exit (job->helper);
  g_subprocess_wait_async (job->helper, NULL, exited_cb, g_object_ref (task));
}

static gboolean
readable_cb (int fd, GIOCondition condition, gpointer data)
{
  GTask *task = data;
  Job *job = g_task_get_task_data (task);
  gint64 until = g_get_monotonic_time () + SLICE;
  GError *error = NULL;

  do
    {
      if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
        return G_SOURCE_CONTINUE; /* its own source answers */
      gssize n = read (fd, job->buffer, READ_SIZE);
      if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
      if (n > 0 && citiz_frame_reader_feed (job->reader, job->buffer, (gsize) n, &error))
        continue;
      if (n > 0)
        fail (task, error);
      else
        finish (task);
      return G_SOURCE_REMOVE;
    }
  while (g_get_monotonic_time () < until);
  return G_SOURCE_CONTINUE;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  fail (data, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the import was stopped"));
  return G_SOURCE_REMOVE;
}

static GTask *
find_running (CitizVault *vault)
{
  GTask *found = NULL;

  g_mutex_lock (&running_lock);
  for (GSList *l = running; l != NULL && found == NULL; l = l->next)
    if (((Job *) g_task_get_task_data (l->data))->vault == vault)
      found = l->data;
  g_mutex_unlock (&running_lock);
  return found;
}

/**
 * citiz_ingest_stop:
 *
 * Stops an import of this vault if there is one, as if it had been cancelled. To be called in the vault's thread before it
 * is closed.
 */
void
citiz_ingest_stop (CitizVault *vault)
{
  GTask *task = find_running (vault);

  if (task != NULL)
    fail (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the vault is closing"));
}

static void
watch (GTask *task)
{
  Job *job = g_task_get_task_data (task);
  GMainContext *context = g_main_context_get_thread_default ();
  int fd = g_unix_input_stream_get_fd (
      G_UNIX_INPUT_STREAM (g_subprocess_get_stdout_pipe (job->helper)));

  fcntl (fd, F_SETPIPE_SZ, PIPE_SIZE); /* fewer turns; without it all is slower, not wrong */
  g_unix_set_fd_nonblocking (fd, TRUE, NULL);
  job->buffer = g_malloc (READ_SIZE);
  job->source = g_unix_fd_source_new (fd, G_IO_IN | G_IO_HUP);
  g_source_set_callback (job->source, (GSourceFunc) (gpointer) readable_cb, task, NULL);
  g_source_attach (job->source, context);
  g_mutex_lock (&running_lock);
  running = g_slist_prepend (running, task);
  g_mutex_unlock (&running_lock);
  if (g_task_get_cancellable (task) != NULL)
    {
      job->cancel = g_cancellable_source_new (g_task_get_cancellable (task));
      g_source_set_callback (job->cancel, (GSourceFunc) (gpointer) cancelled_cb, task, NULL);
      g_source_attach (job->cancel, context);
    }
}

static gboolean
begin (Job *job, GFile *file, GError **error)
{
  if (!open_file (job, file, error) || !none_open (job->vault, error))
    return FALSE;
  job->batch->report->hash = g_strdup ("");
  if (!citiz_batch_put (job->vault, job->batch, error))
    return FALSE;
  g_clear_pointer (&job->batch->report->hash, g_free);
  job->intake = citiz_intake_new (job->vault, job->batch, job->anyone, error);
  if (job->intake == NULL)
    {
      citiz_intake_abandon (job->vault, job->batch->report->batch);
      return FALSE;
    }
  job->reader = citiz_frame_reader_new (frame_cb, job);
  return start_helper (job, error);
}

/**
 * citiz_ingest_run_async:
 * @vault: borrowed until the callback
 * @file: a local file; what it is, is told by its contents
 * @anyone: also a file about another person; else it is left at once, and the report says about whom it is
 * @last: (nullable): static: what belongs to the import and is written in its last transaction; its failure is the import's
 * @progress: (nullable): called from the thread's main context
 * @func_data: for both
 *
 * Reads a file into one batch. Must be called in the thread that owns @vault; its thread-default main context runs the work in
 * slices, so that the node goes on answering. After any failure, a cancel or a kill, the vault is as before.
 */
void
citiz_ingest_run_async (CitizVault *vault,
                        GFile *file,
                        gboolean anyone,
                        const CitizIngestLast *last,
                        CitizIngestProgress progress,
                        gpointer func_data,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  Job *job = g_new0 (Job, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, citiz_ingest_run_async);
  g_task_set_check_cancellable (task, FALSE); /* what is done is done */
  g_task_set_task_data (task, job, job_free);
  job->vault = vault;
  job->file = -1;
  job->anyone = anyone;
  job->last = last;
  job->progress = progress;
  job->func_data = func_data;
  job->batch = citiz_batch_new (citiz_vault_next_batch (vault));
  if (begin (job, file, &error))
    watch (task);
  else
    fail (task, error);
}

/* Returns: (transfer full) (nullable) */
CitizIngestReport *
citiz_ingest_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
run_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/**
 * citiz_ingest_run:
 *
 * The same for a caller that has nothing else to do (tests, benchmarks), whoever the file is about: waits for the end.
 */
CitizIngestReport *
citiz_ingest_run (CitizVault *vault,
                  GFile *file,
                  CitizIngestProgress progress,
                  gpointer progress_data,
                  GCancellable *cancellable,
                  GError **error)
{
  GMainContext *context = g_main_context_new ();
  g_autoptr (GAsyncResult) result = NULL;

  g_main_context_push_thread_default (context);
  citiz_ingest_run_async (vault, file, TRUE, NULL, progress, progress_data, cancellable, run_cb,
                          &result);
  while (result == NULL)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
  return citiz_ingest_run_finish (result, error);
}
