/* One connection of the server: what it reads, writes and waits for. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-http-server-private.h"

#include <errno.h>
#include <sys/socket.h>

#define READ_MAX 65536 /* bytes at once */

/* Socket and deadline in one, so that a request costs the main loop nothing but a look at the socket. */
typedef struct
{
  GSource source;
  CitizHttpPeer *peer;
} PeerSource;

static void
want (CitizHttpPeer *peer, GIOCondition condition)
{
  if (peer->wanted == condition)
    return;
  peer->wanted = condition;
  g_source_modify_unix_fd (peer->source, peer->tag, condition);
}

static gint64
deadline_of (CitizHttpPeer *peer)
{
  return peer->armed + (gint64) peer->server->limits.deadline_ms * 1000;
}

static void
arm (CitizHttpPeer *peer)
{
  peer->state = CITIZ_HTTP_PEER_READS;
  peer->armed = g_get_monotonic_time ();
  want (peer, G_IO_IN);
  g_source_set_ready_time (peer->source, peer->rest->len > 0 ? 0 : deadline_of (peer));
}

static void
peer_clear (gpointer data)
{
  CitizHttpPeer *peer = data;

  g_byte_array_unref (peer->rest);
  g_clear_pointer (&peer->body, g_byte_array_unref);
  g_clear_pointer (&peer->tail, g_bytes_unref);
  g_string_free (peer->head, TRUE);
}

static void
let_go (CitizHttpPeer *peer)
{
  peer->state = CITIZ_HTTP_PEER_ENDED;
  if (peer->server != NULL)
    g_hash_table_remove (peer->server->peers, peer);
  peer->server = NULL;
  g_rc_box_release_full (peer, peer_clear);
}

static void
drop_body (CitizHttpPeer *peer)
{
  *peer->server->large -= peer->large;
  peer->large = 0;
  g_clear_pointer (&peer->body, g_byte_array_unref);
}

static void
drop_source (CitizHttpPeer *peer)
{
  g_source_destroy (peer->source);
  g_clear_pointer (&peer->source, g_source_unref);
}

/* Closes it, whatever was under way; a WebSocket ends when its owner has seen that. */
void
citiz_http_peer_end (CitizHttpPeer *peer)
{
  if (peer->state == CITIZ_HTTP_PEER_ENDED)
    return;
  g_socket_shutdown (g_socket_connection_get_socket (peer->connection), TRUE, TRUE, NULL);
  if (peer->state == CITIZ_HTTP_PEER_SOCKET)
    return;
  citiz_http_peer_nobody_waits (peer);
  drop_body (peer);
  drop_source (peer);
  g_io_stream_close (G_IO_STREAM (peer->connection), NULL, NULL);
  g_clear_object (&peer->connection);
  let_go (peer);
}

static void
socket_gone_cb (gpointer data, GObject *where_it_was)
{
  let_go (data);
}

/* The connection is its new owner's, and counts until that one lets it go. */
void
citiz_http_peer_become_socket (CitizHttpPeer *peer)
{
  peer->state = CITIZ_HTTP_PEER_SOCKET;
  drop_source (peer);
  g_object_weak_ref (G_OBJECT (peer->connection), socket_gone_cb, peer);
  g_object_unref (peer->connection);
}

/* Somebody else answers, when that is. */
void
citiz_http_peer_defer (CitizHttpPeer *peer)
{
  want (peer, 0);
  g_source_set_ready_time (peer->source, -1);
}

/* Writing ********************************************************************/

static void
answered (CitizHttpPeer *peer)
{
  g_clear_pointer (&peer->tail, g_bytes_unref);
  if (peer->closes || peer->lint.through)
    citiz_http_peer_end (peer);
  else
    arm (peer);
}

/* What is left of head and tail, in one piece if they fit. */
static gssize
write_rest (CitizHttpPeer *peer, gsize *out_all)
{
  gsize n = 0;
  const guint8 *bytes = peer->tail != NULL ? g_bytes_get_data (peer->tail, &n) : NULL;
  const gsize of_head = MIN (peer->written, peer->head->len), of_tail = peer->written - of_head;
  struct iovec parts[] = {{peer->head->str + of_head, peer->head->len - of_head},
                          {n > 0 ? (guint8 *) bytes + of_tail : NULL, n - of_tail}};
  const struct msghdr message = {.msg_iov = parts, .msg_iovlen = G_N_ELEMENTS (parts)};

  *out_all = peer->head->len + n;
  return sendmsg (peer->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void
citiz_http_peer_write (CitizHttpPeer *peer)
{
  gsize all;

  peer->state = CITIZ_HTTP_PEER_WRITES;
  do
    {
      const gssize n = write_rest (peer, &all);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
        {
          citiz_http_peer_end (peer);
          return;
        }
      if (n < 0)
        {
          g_source_set_ready_time (peer->source, -1);
          want (peer, G_IO_OUT);
          return;
        }
      peer->written += (gsize) n;
    }
  while (peer->written < all);
  answered (peer);
}

/* Reading ********************************************************************/

static const gchar *
reason_phrase (guint status)
{
  static const struct
  {
    guint status;
    const gchar *phrase;
  } phrases[] = {
      {411, "Length Required"},     {413, "Content Too Large"},
      {421, "Misdirected Request"}, {431, "Request Header Fields Too Large"},
      {501, "Not Implemented"},     {505, "HTTP Version Not Supported"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (phrases); i++)
    if (phrases[i].status == status)
      return phrases[i].phrase;
  return "Bad Request";
}

static void
refuse (CitizHttpPeer *peer, guint status)
{
  g_string_printf (peer->head, "HTTP/1.1 %u %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                   status, reason_phrase (status));
  peer->written = 0;
  peer->closes = TRUE;
  citiz_http_peer_write (peer);
}

/* Large bodies share a number of bytes: those that came, not those that were announced, so that who sends nothing takes no room from others. */
static void
keep_body (CitizHttpPeer *peer, const guint8 *bytes, gsize n)
{
  const CitizHttpLimits *limits = &peer->server->limits;

  if (peer->refused)
    return;
  if (limits->large_total > 0 && peer->lint.length > limits->body_max)
    {
      peer->large += n;
      *peer->server->large += n;
    }
  if (peer->large > 0 && *peer->server->large > limits->large_total)
    {
      peer->refused = TRUE;
      drop_body (peer);
      return;
    }
  if (peer->body == NULL)
    peer->body = g_byte_array_new ();
  g_byte_array_append (peer->body, bytes, (guint) n);
}

/* As far as the end of the first request, its answer, and so on; what is left waits while one is being answered. */
static void
feed (CitizHttpPeer *peer, const guint8 *bytes, gsize n)
{
  while (n > 0 && peer->state == CITIZ_HTTP_PEER_READS)
    {
      const gboolean is_body = peer->lint.in_body > 0;
      const gsize taken = citiz_http_lint_feed (&peer->lint, bytes, n);

      if (is_body)
        keep_body (peer, bytes, taken);
      bytes += taken;
      n -= taken;
      if (peer->lint.status != 0)
        refuse (peer, peer->lint.status);
      else if (peer->lint.through && n > 0)
        refuse (peer, 400); /* whoever asks for a WebSocket has to wait for the answer */
      else if (peer->lint.whole && peer->lint.in_body == 0)
        citiz_http_peer_asked (peer);
    }
  if (n > 0 && peer->state != CITIZ_HTTP_PEER_ENDED)
    g_byte_array_append (peer->rest, bytes, (guint) n);
}

static void
feed_rest (CitizHttpPeer *peer)
{
  g_autoptr (GByteArray) rest = g_steal_pointer (&peer->rest);

  peer->rest = g_byte_array_new ();
  feed (peer, rest->data, rest->len);
}

static void
hear (CitizHttpPeer *peer)
{
  guint8 bytes[READ_MAX];
  const gssize n = recv (peer->fd, bytes, sizeof bytes, MSG_DONTWAIT);

  if (n > 0)
    feed (peer, bytes, (gsize) n);
  else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
    citiz_http_peer_end (peer);
}

/* Turns of the main loop *****************************************************/

/* The deadline passes with what had come before it read: a machine that stood still is not its client's fault. */
static void
listen_on (CitizHttpPeer *peer, GIOCondition condition)
{
  if (peer->rest->len > 0)
    feed_rest (peer);
  else if (condition != 0)
    hear (peer);
  if (peer->state != CITIZ_HTTP_PEER_READS)
    return;
  if (deadline_of (peer) <= g_get_monotonic_time ())
    citiz_http_peer_end (peer);
  else if (g_source_get_ready_time (peer->source) == 0)
    g_source_set_ready_time (peer->source, deadline_of (peer));
}

static gboolean
peer_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  CitizHttpPeer *peer = g_rc_box_acquire (((PeerSource *) source)->peer);
  const GIOCondition condition = g_source_query_unix_fd (source, peer->tag);

  if (peer->state == CITIZ_HTTP_PEER_READS)
    listen_on (peer, condition);
  else if (peer->state == CITIZ_HTTP_PEER_WRITES)
    citiz_http_peer_write (peer);
  else
    citiz_http_peer_end (peer); /* broken while its answer is being made */
  g_rc_box_release_full (peer, peer_clear);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs funcs = {.dispatch = peer_dispatch};

void
citiz_http_peer_begin (CitizHttpServer *server, GSocketConnection *connection)
{
  CitizHttpPeer *peer = g_rc_box_new0 (CitizHttpPeer);

  peer->server = server;
  peer->connection = g_object_ref (connection);
  peer->fd = g_socket_get_fd (g_socket_connection_get_socket (connection));
  peer->rest = g_byte_array_new ();
  peer->head = g_string_new (NULL);
  citiz_http_lint_init (&peer->lint, &server->rules);
  peer->source = g_source_new (&funcs, sizeof (PeerSource));
  ((PeerSource *) peer->source)->peer = peer;
  peer->wanted = G_IO_IN;
  peer->tag = g_source_add_unix_fd (peer->source, peer->fd, peer->wanted);
  g_hash_table_add (server->peers, peer);
  arm (peer);
  g_source_attach (peer->source, g_main_context_get_thread_default ());
}
