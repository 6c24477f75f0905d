/* Requests to other nodes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-http-client.h"
#include "net/citiz-socket-private.h"

#define PIECE 16384 /* bytes that are asked for at least */

struct _CitizHttpClient
{
  GObject parent_instance;
  SoupSession *soup;
  guint timeout_ms;
};

G_DEFINE_TYPE (CitizHttpClient, citiz_http_client, G_TYPE_OBJECT)

/* One call under way: given up by the caller, by the clock, or done. */
typedef struct
{
  SoupMessage *msg;
  GCancellable *stop;
  GCancellable *outer; /* nullable */
  gulong outer_id;
  GSource *deadline;
  gboolean late;
  GInputStream *stream;
  GByteArray *body;
  gsize n; /* bytes of it that were read */
  gsize answer_max;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  if (call->outer)
    g_cancellable_disconnect (call->outer, call->outer_id);
  g_clear_object (&call->outer);
  g_source_destroy (call->deadline);
  g_source_unref (call->deadline);
  g_clear_object (&call->stream);
  g_clear_pointer (&call->body, g_byte_array_unref);
  g_object_unref (call->stop);
  g_object_unref (call->msg);
  g_free (call);
}

static void
outer_cancelled_cb (GCancellable *outer, GCancellable *stop)
{
  g_cancellable_cancel (stop);
}

static gboolean
deadline_cb (gpointer data)
{
  Call *call = data;

  call->late = TRUE;
  g_cancellable_cancel (call->stop);
  return G_SOURCE_REMOVE;
}

static GTask *
call_new (CitizHttpClient *self,
          SoupMessage *msg,
          GCancellable *cancellable,
          GAsyncReadyCallback callback,
          gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  Call *call = g_new0 (Call, 1);

  call->msg = msg;
  call->stop = g_cancellable_new ();
  if (cancellable)
    {
      call->outer = g_object_ref (cancellable);
      call->outer_id
          = g_cancellable_connect (cancellable, G_CALLBACK (outer_cancelled_cb), call->stop, NULL);
    }
  call->deadline = g_timeout_source_new (self->timeout_ms);
  g_source_set_callback (call->deadline, deadline_cb, call, NULL);
  g_source_attach (call->deadline, g_main_context_get_thread_default ());
  soup_message_set_flags (msg, SOUP_MESSAGE_NO_REDIRECT);
  g_task_set_task_data (task, call, call_free);
  return task;
}

/* Takes @error. */
static void
call_fail (GTask *task, GError *error)
{
  Call *call = g_task_get_task_data (task);

  if (call->late)
    {
      g_error_free (error);
      error = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no answer in time");
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void piece_cb (GObject *stream, GAsyncResult *result, gpointer data);

static void
read_on (GTask *task)
{
  Call *call = g_task_get_task_data (task);

  const goffset said
      = soup_message_headers_get_content_length (soup_message_get_response_headers (call->msg));
  const gsize all = (gsize) CLAMP (said, 0, (goffset) call->answer_max);
  const gsize room = MAX (all, call->n) + PIECE - call->n; /* its end needs some, too */

  g_byte_array_set_size (call->body, (guint) (call->n + room));
  g_input_stream_read_async (call->stream, call->body->data + call->n, room, G_PRIORITY_DEFAULT,
                             call->stop, piece_cb, task);
}

static void
piece_cb (GObject *stream, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Call *call = g_task_get_task_data (task);
  GError *error = NULL;
  const gssize n = g_input_stream_read_finish (G_INPUT_STREAM (stream), result, &error);

  if (n > 0 && (gsize) n > call->answer_max - call->n)
    error = g_error_new (CITIZ_NET_ERROR, CITIZ_NET_ERROR_ANSWER,
                         "an answer of more than %" G_GSIZE_FORMAT " bytes", call->answer_max);
  if (error)
    {
      g_cancellable_cancel (call->stop);
      call_fail (task, error);
      return;
    }
  call->n += (gsize) n;
  if (n > 0)
    {
      read_on (task);
      return;
    }
  g_byte_array_set_size (call->body, (guint) call->n);
  g_task_return_pointer (task, g_byte_array_free_to_bytes (g_steal_pointer (&call->body)),
                         (GDestroyNotify) g_bytes_unref);
  g_object_unref (task);
}

static void
sent_cb (GObject *soup, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Call *call = g_task_get_task_data (task);
  GError *error = NULL;

  call->stream = soup_session_send_finish (SOUP_SESSION (soup), result, &error);
  if (call->stream == NULL)
    call_fail (task, error);
  else
    read_on (task);
}

static void
refuse_address (CitizHttpClient *self, GAsyncReadyCallback callback, gpointer data)
{
  g_task_report_new_error (self, callback, data, refuse_address, CITIZ_NET_ERROR,
                           CITIZ_NET_ERROR_ANSWER, "not an address of HTTP");
}

/**
 * citiz_http_client_ask:
 *
 * Sends one request; the whole exchange has the client's timeout.
 */
void
citiz_http_client_ask (CitizHttpClient *self,
                       const CitizHttpAsk *ask,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer data)
{
  SoupMessage *msg = soup_message_new (ask->method, ask->url);
  GTask *task;
  Call *call;

  if (msg == NULL)
    {
      refuse_address (self, callback, data);
      return;
    }
  if (ask->body)
    soup_message_set_request_body_from_bytes (msg, ask->content_type, ask->body);
  if (ask->authorization)
    soup_message_headers_replace (soup_message_get_request_headers (msg), "Authorization",
                                  ask->authorization);
  task = call_new (self, msg, cancellable, callback, data);
  call = g_task_get_task_data (task);
  call->answer_max = ask->answer_max;
  call->body = g_byte_array_new ();
  soup_session_send_async (self->soup, msg, G_PRIORITY_DEFAULT, call->stop, sent_cb, task);
}

/**
 * citiz_http_client_ask_finish:
 * @out_status: (out): the HTTP status
 *
 * Returns: (transfer full) (nullable): the body, whatever the status; %NULL with a GIO error when there was no whole answer
 */
GBytes *
citiz_http_client_ask_finish (CitizHttpClient *self,
                              GAsyncResult *result,
                              guint *out_status,
                              GError **error)
{
  Call *call = g_task_get_task_data (G_TASK (result));

  *out_status = call ? soup_message_get_status (call->msg) : 0;
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
event_cb (SoupMessage *msg, GSocketClientEvent event, GIOStream *connection, gpointer unused)
{
  if (event == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION (connection))
    citiz_socket_mind_line (G_SOCKET_CONNECTION (connection));
}

static void
connected_cb (GObject *soup, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  GError *error = NULL;
  g_autoptr (SoupWebsocketConnection) connection
      = soup_session_websocket_connect_finish (SOUP_SESSION (soup), result, &error);

  if (connection == NULL)
    {
      call_fail (task, error);
      return;
    }
  g_task_return_pointer (task, citiz_socket_new (connection, NULL), g_object_unref);
  g_object_unref (task);
}

void
citiz_http_client_connect (CitizHttpClient *self,
                           const gchar *url,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  SoupMessage *msg = soup_message_new ("GET", url);
  GTask *task;
  Call *call;

  if (msg == NULL)
    {
      refuse_address (self, callback, data);
      return;
    }
  g_signal_connect (msg, "network-event", G_CALLBACK (event_cb), NULL);
  soup_message_disable_feature (msg, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  task = call_new (self, msg, cancellable, callback, data);
  call = g_task_get_task_data (task);
  soup_session_websocket_connect_async (self->soup, msg, NULL, NULL, G_PRIORITY_DEFAULT, call->stop,
                                        connected_cb, task);
}

CitizSocket *
citiz_http_client_connect_finish (CitizHttpClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
citiz_http_client_finalize (GObject *object)
{
  CitizHttpClient *self = CITIZ_HTTP_CLIENT (object);

  soup_session_abort (self->soup);
  g_object_unref (self->soup);
  G_OBJECT_CLASS (citiz_http_client_parent_class)->finalize (object);
}

static void
citiz_http_client_class_init (CitizHttpClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_http_client_finalize;
}

static void
citiz_http_client_init (CitizHttpClient *self)
{
}

/**
 * citiz_http_client_new:
 * @timeout_ms: for one whole exchange
 */
CitizHttpClient *
citiz_http_client_new (guint timeout_ms)
{
  CitizHttpClient *self = g_object_new (CITIZ_TYPE_HTTP_CLIENT, NULL);

  self->soup = soup_session_new_with_options ("max-conns", 64, "max-conns-per-host", 8,
                                              "user-agent", "", NULL);
  self->timeout_ms = timeout_ms;
  return self;
}
