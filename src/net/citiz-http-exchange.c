/* Requests and their answers, at once or later; WebSockets. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-http-server-private.h"
#include "net/citiz-socket-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

struct _CitizHttpPending
{
  SoupServerMessage *msg;
  guint holders; /* the handler's call, and whoever answers later: also before the call is over */
  gboolean gone; /* nobody waits for the answer any more */
  gboolean deferred;
  GPtrArray *headers;
  CitizHttpResponse response;
};

gboolean
citiz_http_server_take_token (CitizHttpServer *self)
{
  gint64 now = g_get_monotonic_time ();

  self->bucket
      += (gdouble) (now - self->bucket_time) * self->limits.rate_per_second / G_USEC_PER_SEC;
  self->bucket = MIN (self->bucket, self->limits.rate_burst);
  self->bucket_time = now;
  if (self->bucket < 1.0)
    return FALSE;
  self->bucket -= 1.0;
  return TRUE;
}

/* libsoup writes the headers and then the body: in between they are held back, so that both are one packet. (A socket that is no TCP has no such option.) */
static void
hold_back (CitizHttpPeer *peer, int hold)
{
  if (setsockopt (citiz_http_guard_get_fd (peer->guard), IPPROTO_TCP, TCP_CORK, &hold, sizeof hold)
      != 0)
    g_debug ("an answer goes in two packets");
}

static void
answer (SoupServerMessage *msg, const CitizHttpResponse *response)
{
  CitizHttpPeer *peer = citiz_http_peer_of (msg);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (msg);
  gconstpointer bytes = NULL;
  gsize n = 0;

  if (response->body)
    bytes = g_bytes_get_data (response->body, &n);
  soup_server_message_set_status (msg, response->status, NULL);
  if (n > 0 && peer != NULL)
    hold_back (peer, 1);
  if (n > 0)
    soup_server_message_set_response (msg, response->content_type, SOUP_MEMORY_COPY, bytes, n);
  else if (response->status != 204)
    soup_message_headers_set_content_length (headers, 0);
  for (guint i = 0; i + 1 < response->headers->len; i += 2)
    soup_message_headers_replace (headers, response->headers->pdata[i],
                                  response->headers->pdata[i + 1]);
}

void
citiz_http_response_header (CitizHttpResponse *response, const gchar *name, const gchar *value)
{
  g_ptr_array_add (response->headers, g_strdup (name));
  g_ptr_array_add (response->headers, g_strdup (value));
}

/* Deferred answers ***********************************************************/

static void
gone_cb (SoupServerMessage *msg, CitizHttpPending *pending)
{
  pending->gone = TRUE;
}

static CitizHttpPending *
pending_new (SoupServerMessage *msg)
{
  CitizHttpPending *pending = g_new0 (CitizHttpPending, 1);

  pending->msg = g_object_ref (msg);
  pending->holders = 1;
  pending->headers = g_ptr_array_new_with_free_func (g_free);
  pending->response = (CitizHttpResponse){.pending = pending,
                                          .status = 404,
                                          .content_type = "application/json",
                                          .headers = pending->headers};
  return pending;
}

static void
pending_unref (CitizHttpPending *pending)
{
  if (--pending->holders > 0)
    return;
  g_signal_handlers_disconnect_by_data (pending->msg, pending);
  g_clear_pointer (&pending->response.body, g_bytes_unref);
  g_ptr_array_unref (pending->headers);
  g_object_unref (pending->msg);
  g_free (pending);
}

CitizHttpPending *
citiz_http_response_defer (CitizHttpResponse *response)
{
  CitizHttpPending *pending = response->pending;

  g_return_val_if_fail (!pending->deferred, NULL);
  pending->deferred = TRUE;
  pending->holders++;
  g_signal_connect (pending->msg, "finished", G_CALLBACK (gone_cb), pending);
  g_signal_connect (pending->msg, "disconnected", G_CALLBACK (gone_cb), pending);
  soup_server_message_pause (pending->msg);
  return pending;
}

CitizHttpResponse *
citiz_http_pending_response (CitizHttpPending *pending)
{
  return &pending->response;
}

void
citiz_http_pending_send (CitizHttpPending *pending)
{
  if (!pending->gone)
    {
      answer (pending->msg, &pending->response);
      soup_server_message_unpause (pending->msg);
    }
  pending_unref (pending);
}

/* Large bodies ***************************************************************/

#define LARGE       "citiz-large"
#define BUSY_RETRY  "5"
#define BUSY_STATUS 503

/* What one message holds of the bytes that all may. */
typedef struct
{
  guint64 *all;
  guint64 n;
  gboolean refused;
} Large;

static void
give_back (Large *large)
{
  *large->all -= large->n;
  large->n = 0;
}

/* The message is gone, and its body with it. */
static void
large_free (gpointer data)
{
  Large *large = data;

  give_back (large);
  g_rc_box_release (large->all);
  g_free (large);
}

/* Bytes that came, not bytes that were announced: who sends nothing takes no room from others. */
static void
got_chunk_cb (SoupServerMessage *msg, GBytes *chunk, CitizHttpServer *self)
{
  Large *large = g_object_get_data (G_OBJECT (msg), LARGE);
  SoupMessageBody *body = soup_server_message_get_request_body (msg);

  if (large->refused)
    return;
  large->n += g_bytes_get_size (chunk);
  *large->all += g_bytes_get_size (chunk);
  if (*large->all <= self->limits.large_total)
    return;
  large->refused = TRUE;
  give_back (large);
  soup_message_body_set_accumulate (body, FALSE);
  soup_message_body_truncate (body);
}

static void
got_headers_cb (SoupServerMessage *msg, CitizHttpServer *self)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  Large *large;

  if (self->limits.large_total == 0
      || (guint64) soup_message_headers_get_content_length (headers) <= self->limits.body_max)
    return;
  large = g_new0 (Large, 1);
  large->all = g_rc_box_acquire (self->large);
  g_object_set_data_full (G_OBJECT (msg), LARGE, large, large_free);
  g_signal_connect_object (msg, "got-chunk", G_CALLBACK (got_chunk_cb), self, 0);
}

static gboolean
is_refused (SoupServerMessage *msg)
{
  const Large *large = g_object_get_data (G_OBJECT (msg), LARGE);

  return large != NULL && large->refused;
}

/* Requests *******************************************************************/

static void
request_started_cb (SoupServer *soup, SoupServerMessage *msg, CitizHttpServer *self)
{
  soup_message_body_set_accumulate (soup_server_message_get_request_body (msg), TRUE);
  g_signal_connect_object (msg, "got-headers", G_CALLBACK (got_headers_cb), self, 0);
}

static void
request_read_cb (SoupServer *soup, SoupServerMessage *msg, CitizHttpServer *self)
{
  CitizHttpPeer *peer = citiz_http_peer_of (msg);

  if (peer == NULL)
    return;
  peer->proven = TRUE;
  citiz_http_peer_disarm (peer);
}

/* A connection on which a WebSocket was asked for and not granted is not HTTP to the lint any more: it ends. */
static void
request_finished_cb (SoupServer *soup, SoupServerMessage *msg, CitizHttpServer *self)
{
  CitizHttpPeer *peer = citiz_http_peer_of (msg);
  gboolean granted = soup_server_message_get_status (msg) == SOUP_STATUS_SWITCHING_PROTOCOLS;

  if (peer == NULL || granted)
    return;
  hold_back (peer, 0);
  if (citiz_http_guard_is_through (peer->guard))
    citiz_http_guard_cut (peer->guard);
  else
    citiz_http_peer_arm (peer);
}

static void
handle_cb (SoupServer *soup,
           SoupServerMessage *msg,
           const char *path,
           GHashTable *query,
           gpointer data)
{
  CitizHttpServer *self = data;
  CitizHttpPeer *peer = citiz_http_peer_of (msg);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  CitizHttpPending *pending = pending_new (msg);
  g_autoptr (GBytes) body = NULL;
  CitizHttpRequest request = {
      .method = soup_server_message_get_method (msg),
      .path = path,
      .query = g_uri_get_query (soup_server_message_get_uri (msg)),
      .content_type = soup_message_headers_get_content_type (headers, NULL),
      .accept_language = soup_message_headers_get_one (headers, "Accept-Language"),
      .authorization = soup_message_headers_get_one (headers, "Authorization"),
      .origin = soup_message_headers_get_one (headers, "Origin"),
  };

  if (!is_refused (msg))
    body = soup_message_body_flatten (soup_server_message_get_request_body (msg));
  request.body = body;
  if (peer == NULL || peer->server == NULL || citiz_http_guard_is_gone (peer->guard))
    {
      pending->response.status = 403;
      citiz_http_response_header (&pending->response, "Connection", "close");
    }
  else if (is_refused (msg))
    {
      pending->response.status = BUSY_STATUS;
      citiz_http_response_header (&pending->response, "Retry-After", BUSY_RETRY);
    }
  else if (citiz_http_server_take_token (self))
    self->handler (&request, &pending->response, self->data);
  else
    {
      pending->response.status = 429;
      citiz_http_response_header (&pending->response, "Retry-After", "1");
    }
  if (!pending->deferred)
    answer (msg, &pending->response);
  pending_unref (pending);
}

static void
socket_cb (SoupServer *soup,
           SoupServerMessage *msg,
           const char *path,
           SoupWebsocketConnection *connection,
           gpointer data)
{
  CitizHttpServer *self = data;
  CitizHttpPeer *peer = citiz_http_peer_of (msg);
  g_autoptr (CitizSocket) socket = citiz_socket_new (connection, peer ? peer->guard : NULL);

  if (self->socket_handler)
    self->socket_handler (socket, path, self->data);
}

void
citiz_http_server_serve (CitizHttpServer *self)
{
  const gchar *const *path = self->limits.sockets;

  g_signal_connect (self->soup, "request-started", G_CALLBACK (request_started_cb), self);
  g_signal_connect (self->soup, "request-read", G_CALLBACK (request_read_cb), self);
  g_signal_connect (self->soup, "request-finished", G_CALLBACK (request_finished_cb), self);
  soup_server_add_handler (self->soup, NULL, handle_cb, self, NULL);
  soup_server_remove_websocket_extension (self->soup, SOUP_TYPE_WEBSOCKET_EXTENSION_DEFLATE);
  for (; path && *path; path++)
    soup_server_add_websocket_handler (self->soup, *path, NULL, NULL, socket_cb, self, NULL);
}
