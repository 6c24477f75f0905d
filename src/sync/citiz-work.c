/* Working for a place in the open lane, in a thread. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-work.h"

#define SLICE 64 /* tries between two looks whether it is still wanted */

typedef struct
{
  CitizTx *tx;
  guint bits;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  citiz_tx_unref (work->tx);
  g_free (work);
}

static void
work_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  while (!citiz_tx_work_some (work->tx, work->bits, SLICE))
    if (g_task_return_error_if_cancelled (task))
      return;
  g_task_return_pointer (task, citiz_tx_ref (work->tx), (GDestroyNotify) citiz_tx_unref);
}

void
citiz_work_async (gpointer source,
                  CitizTx *tx,
                  guint bits,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer data)
{
  g_autoptr (GTask) task = g_task_new (source, cancellable, callback, data);
  Work *work = g_new (Work, 1);

  *work = (Work){citiz_tx_ref (tx), bits};
  g_task_set_source_tag (task, citiz_work_async);
  g_task_set_task_data (task, work, work_free);
  g_task_run_in_thread (task, work_thread);
}

CitizTx *
citiz_work_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}
