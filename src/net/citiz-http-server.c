/* The guarded HTTP server. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-http-server-private.h"
#include "net/citiz-socket-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#define BACKLOG 1024

G_DEFINE_QUARK (citiz - net - error - quark, citiz_net_error)

G_DEFINE_TYPE (CitizHttpServer, citiz_http_server, G_TYPE_OBJECT)

/* The one that has waited longest, first of those that never asked for anything; never one that is being answered. */
static CitizHttpPeer *
least_deserving (CitizHttpServer *self)
{
  CitizHttpPeer *worst = NULL, *peer;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, (gpointer *) &peer, NULL))
    if (peer->state == CITIZ_HTTP_PEER_READS
        && (worst == NULL || peer->proven < worst->proven
            || (peer->proven == worst->proven && peer->armed < worst->armed)))
      worst = peer;
  return worst;
}

static gboolean
make_room (CitizHttpServer *self)
{
  CitizHttpPeer *worst;

  if (g_hash_table_size (self->peers) < self->limits.connections_max)
    return TRUE;
  worst = least_deserving (self);
  if (worst == NULL)
    return FALSE;
  citiz_http_peer_end (worst);
  return TRUE;
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             CitizHttpServer *self)
{
  if (!make_room (self))
    {
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
      return TRUE;
    }
  /* Without, an answer after the first would wait 44 ms for an acknowledgement. */
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, 1,
                       NULL);
  citiz_socket_mind_line (connection);
  citiz_http_peer_begin (self, connection);
  return TRUE;
}

/* Everything but the address. */
static void
prepare (CitizHttpServer *self)
{
  self->service = g_socket_service_new ();
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (self->service), BACKLOG);
  self->rules = (CitizHttpLintRules){.body_max = self->limits.body_max,
                                     .large_suffix = self->limits.large_suffix,
                                     .large_max = self->limits.large_max,
                                     .hosts = self->limits.hosts,
                                     .sockets = self->limits.sockets};
}

static gboolean
finish (CitizHttpServer *self, gboolean good)
{
  if (!good)
    {
      citiz_http_server_stop (self);
      return FALSE;
    }
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);
  g_socket_service_start (self->service);
  return TRUE;
}

gboolean
citiz_http_server_start_at (CitizHttpServer *self, GSocketAddress *address, GError **error)
{
  g_autoptr (GSocketAddress) got = NULL;
  gboolean good;

  prepare (self);
  good = g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address,
                                        G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, &got,
                                        error);
  if (good && G_IS_INET_SOCKET_ADDRESS (got))
    self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  return finish (self, good);
}

gboolean
citiz_http_server_start_on (CitizHttpServer *self, GSocket *socket, GError **error)
{
  prepare (self);
  return finish (
      self, g_socket_listener_add_socket (G_SOCKET_LISTENER (self->service), socket, NULL, error));
}

gboolean
citiz_http_server_start (CitizHttpServer *self, guint16 port, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, port);

  return citiz_http_server_start_at (self, address, error);
}

void
citiz_http_server_close_door (CitizHttpServer *self)
{
  if (self->service == NULL)
    return;
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
}

void
citiz_http_server_stop (CitizHttpServer *self)
{
  guint n;
  g_autofree gpointer *peers = g_hash_table_get_keys_as_array (self->peers, &n);

  citiz_http_server_close_door (self);
  for (guint i = 0; i < n; i++)
    {
      citiz_http_peer_end (peers[i]);
      if (g_hash_table_remove (self->peers, peers[i])) /* a WebSocket: its owner lets it go */
        ((CitizHttpPeer *) peers[i])->server = NULL;
    }
  self->port = 0;
}

guint16
citiz_http_server_get_port (CitizHttpServer *self)
{
  return self->port;
}

guint
citiz_http_server_n_connections (CitizHttpServer *self)
{
  return g_hash_table_size (self->peers);
}

void
citiz_http_server_set_socket_handler (CitizHttpServer *self, CitizHttpSocketHandler handler)
{
  self->socket_handler = handler;
}

static void
citiz_http_server_finalize (GObject *object)
{
  CitizHttpServer *self = CITIZ_HTTP_SERVER (object);

  citiz_http_server_stop (self);
  g_clear_pointer (&self->peers, g_hash_table_unref);
  g_rc_box_release (self->large);
  g_free (self->date);
  G_OBJECT_CLASS (citiz_http_server_parent_class)->finalize (object);
}

static void
citiz_http_server_class_init (CitizHttpServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_http_server_finalize;
}

static void
citiz_http_server_init (CitizHttpServer *self)
{
  self->peers = g_hash_table_new (NULL, NULL);
  self->large = g_rc_box_new0 (guint64);
}

CitizHttpServer *
citiz_http_server_new (const CitizHttpLimits *limits, CitizHttpHandler handler, gpointer data)
{
  CitizHttpServer *self = g_object_new (CITIZ_TYPE_HTTP_SERVER, NULL);

  self->limits = *limits;
  self->handler = handler;
  self->data = data;
  self->bucket = limits->rate_burst;
  self->bucket_time = g_get_monotonic_time ();
  return self;
}
