/* All nodes asked at once and side by side: somebody waits for what they say now. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-watch-private.h"

typedef struct
{
  CitizWatch *watch;
  GCancellable *stop;
  gboolean (*enough) (gpointer data);
  gpointer data;
  guint n; /* that have not answered yet */
} Look;

typedef struct
{
  GTask *task;
  CitizWatchNode *node;
} Asked;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_object_unref (look->watch);
  g_object_unref (look->stop);
  g_free (look);
}

/* Whoever has not answered by now is not waited for. */
static void
end (GTask *task)
{
  Look *look = g_task_get_task_data (task);

  if (look->watch->look == task)
    look->watch->look = NULL;
  g_cancellable_cancel (look->stop);
  if (!g_task_get_completed (task))
    g_task_return_boolean (task, TRUE);
}

static void
answered_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  Asked *asked = data;
  g_autoptr (GTask) task = asked->task;
  CitizWatchNode *node = asked->node;
  Look *look = g_task_get_task_data (task);
  guint status = 0;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &status, NULL);

  g_free (asked);
  look->n--;
  if (!g_cancellable_is_cancelled (look->stop))
    {
      citiz_watch_take_status (look->watch, node, status, answer);
      citiz_watch_tell_changed (look->watch);
      if (look->watch->look == task && (look->n == 0 || look->enough (look->data)))
        end (task);
    }
  citiz_watch_node_unref (node);
}

static void
ask (GTask *task, CitizWatchNode *node)
{
  Look *look = g_task_get_task_data (task);
  CitizHttpAsk what = {.method = "GET"};
  Asked *asked = g_new (Asked, 1);

  *asked = (Asked){g_object_ref (task), g_rc_box_acquire (node)};
  citiz_watch_ask_status (look->watch, node, &what);
  look->n++;
  citiz_http_client_ask (look->watch->client, &what, look->stop, answered_cb, asked);
  g_free ((gchar *) what.url);
}

/**
 * citiz_watch_look_async:
 * @enough: whether what they have said so far is
 *
 * Asks all of them, whatever the pace: those who come back are known as soon as they do, and what a node said of the others a moment ago may be over. Ends when it is @enough, when all have
 * answered, when the watch stops or with citiz_watch_end_look(): there is one at a time.
 */
void
citiz_watch_look_async (CitizWatch *self,
                        gboolean (*enough) (gpointer data),
                        gpointer enough_data,
                        GAsyncReadyCallback callback,
                        gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);
  Look *look = g_new0 (Look, 1);

  *look = (Look){g_object_ref (self), g_cancellable_new (), enough, enough_data, 0};
  g_task_set_task_data (task, look, look_free);
  if (self->stop == NULL || self->look != NULL)
    {
      end (task);
      return;
    }
  self->look = task;
  for (guint i = 0; i < self->nodes->len; i++)
    ask (task, self->nodes->pdata[i]);
  if (look->n == 0)
    end (task);
}

void
citiz_watch_end_look (CitizWatch *self)
{
  if (self->look != NULL)
    end (self->look);
}
