/* Requests and their answers, at once or later. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-env.h"
#include "net/citiz-http-server-private.h"

#include <libsoup/soup.h>
#include <string.h>

#define BUSY_RETRY  "5"
#define BUSY_STATUS 503

struct _CitizHttpPending
{
  CitizHttpPeer *peer; /* weak: NULL when nobody waits for the answer any more */
  guint holders; /* the handler's call, and whoever answers later: also before the call is over */
  gboolean deferred;
  guint64 large; /* bytes of its body that count as the server's, until it is answered */
  guint64 *all;
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

/* Answers ********************************************************************/

/* As HTTP writes it; made once a second. */
static const gchar *
date_now (CitizHttpServer *self)
{
  const gint64 second = citiz_env_now (citiz_env_system ()).ms / 1000;

  if (self->date == NULL || second != self->second)
    {
      g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (second);

      g_free (self->date);
      self->date = soup_date_time_to_string (now, SOUP_DATE_HTTP);
      self->second = second;
    }
  return self->date;
}

/* Of several of the same name the last counts. */
static gboolean
is_replaced (GPtrArray *headers, guint at)
{
  for (guint i = at + 2; i < headers->len; i += 2)
    if (g_ascii_strcasecmp (headers->pdata[i], headers->pdata[at]) == 0)
      return TRUE;
  return FALSE;
}

static void
write_head (CitizHttpPeer *peer, const CitizHttpResponse *response, gsize n)
{
  GString *head = peer->head;

  g_string_printf (head, "HTTP/1.1 %u %s\r\nDate: %s\r\n", response->status,
                   soup_status_get_phrase (response->status), date_now (peer->server));
  if (n > 0 && response->content_type != NULL)
    g_string_append_printf (head, "Content-Type: %s\r\n", response->content_type);
  if (n > 0 || response->status != 204)
    g_string_append_printf (head, "Content-Length: %" G_GSIZE_FORMAT "\r\n", n);
  if (peer->closes)
    g_string_append (head, "Connection: close\r\n");
  for (guint i = 0; i + 1 < response->headers->len; i += 2)
    if (!is_replaced (response->headers, i))
      {
        g_string_append (head, response->headers->pdata[i]);
        g_string_append (head, ": ");
        g_string_append (head, response->headers->pdata[i + 1]);
        g_string_append (head, "\r\n");
      }
  g_string_append (head, "\r\n");
}

/* What HEAD is answered has no body, and says how long it would have been. */
static void
answer (CitizHttpPeer *peer, const CitizHttpResponse *response)
{
  const gsize n = response->body != NULL ? g_bytes_get_size (response->body) : 0;

  citiz_http_peer_nobody_waits (peer);
  peer->closes = citiz_http_lint_has_token (&peer->lint, "Connection", "close");
  peer->written = 0;
  write_head (peer, response, n);
  if (n > 0 && strcmp (citiz_http_lint_get_method (&peer->lint), "HEAD") != 0)
    peer->tail = g_bytes_ref (response->body);
  citiz_http_peer_write (peer);
}

void
citiz_http_response_header (CitizHttpResponse *response, const gchar *name, const gchar *value)
{
  g_ptr_array_add (response->headers, g_strdup (name));
  g_ptr_array_add (response->headers, g_strdup (value));
}

/* Deferred answers ***********************************************************/

static CitizHttpPending *
pending_new (CitizHttpPeer *peer)
{
  CitizHttpPending *pending = g_new0 (CitizHttpPending, 1);

  pending->peer = peer;
  peer->pending = pending;
  pending->holders = 1;
  pending->large = peer->large;
  pending->all = g_rc_box_acquire (peer->server->large);
  peer->large = 0;
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
  *pending->all -= pending->large;
  g_rc_box_release (pending->all);
  g_clear_pointer (&pending->response.body, g_bytes_unref);
  g_ptr_array_unref (pending->headers);
  g_free (pending);
}

void
citiz_http_peer_nobody_waits (CitizHttpPeer *peer)
{
  if (peer->pending != NULL)
    peer->pending->peer = NULL;
  peer->pending = NULL;
}

CitizHttpPending *
citiz_http_response_defer (CitizHttpResponse *response)
{
  CitizHttpPending *pending = response->pending;

  g_return_val_if_fail (!pending->deferred, NULL);
  pending->deferred = TRUE;
  pending->holders++;
  if (pending->peer != NULL)
    citiz_http_peer_defer (pending->peer);
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
  if (pending->peer != NULL)
    answer (pending->peer, &pending->response);
  pending_unref (pending);
}

/* Requests *******************************************************************/

/* Without what follows a semicolon. */
static gchar *
content_type_of (CitizHttpPeer *peer)
{
  const gchar *value = citiz_http_lint_get_header (&peer->lint, "Content-Type");

  return value != NULL ? g_strchomp (g_strndup (value, strcspn (value, ";"))) : NULL;
}

static GBytes *
take_body (CitizHttpPeer *peer)
{
  return peer->body != NULL ? g_byte_array_free_to_bytes (g_steal_pointer (&peer->body))
                            : g_bytes_new (NULL, 0);
}

static void
handle (CitizHttpPeer *peer, CitizHttpResponse *response)
{
  CitizHttpServer *self = peer->server;
  g_autofree gchar *content_type = content_type_of (peer);
  g_autoptr (GBytes) body = take_body (peer);
  const CitizHttpRequest request = {
      .method = citiz_http_lint_get_method (&peer->lint),
      .path = citiz_http_lint_get_path (&peer->lint),
      .query = citiz_http_lint_get_query (&peer->lint),
      .content_type = content_type,
      .accept_language = citiz_http_lint_get_header (&peer->lint, "Accept-Language"),
      .authorization = citiz_http_lint_get_header (&peer->lint, "Authorization"),
      .origin = citiz_http_lint_get_header (&peer->lint, "Origin"),
      .body = body,
  };

  if (peer->refused)
    {
      response->status = BUSY_STATUS;
      citiz_http_response_header (response, "Retry-After", BUSY_RETRY);
    }
  else if (citiz_http_server_take_token (self))
    self->handler (&request, response, self->data);
  else
    {
      response->status = 429;
      citiz_http_response_header (response, "Retry-After", "1");
    }
}

/* A connection on which a WebSocket was asked for and not granted is not HTTP to the lint any more: it ends. */
void
citiz_http_peer_asked (CitizHttpPeer *peer)
{
  CitizHttpPending *pending;

  peer->proven = TRUE;
  if (peer->lint.upgrade && citiz_http_peer_upgrade (peer))
    return;
  peer->state = CITIZ_HTTP_PEER_ANSWERS;
  pending = pending_new (peer);
  if (peer->lint.upgrade)
    pending->response.status = 400;
  else
    handle (peer, &pending->response);
  peer->refused = FALSE;
  if (!pending->deferred)
    citiz_http_pending_send (pending);
  else
    pending_unref (pending);
}
