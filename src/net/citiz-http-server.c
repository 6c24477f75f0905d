/* The guarded HTTP server. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-http-server-private.h"
#include "net/citiz-socket-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

G_DEFINE_QUARK (citiz - net - error - quark, citiz_net_error)

G_DEFINE_TYPE (CitizHttpServer, citiz_http_server, G_TYPE_OBJECT)

static GQuark peer_quark;

static gboolean
deadline_cb (gpointer data)
{
  CitizHttpPeer *peer = data;

  g_clear_pointer (&peer->deadline, g_source_unref);
  citiz_http_guard_cut (peer->guard);
  return G_SOURCE_REMOVE;
}

void
citiz_http_peer_disarm (CitizHttpPeer *peer)
{
  if (peer->deadline)
    g_source_destroy (peer->deadline);
  g_clear_pointer (&peer->deadline, g_source_unref);
}

void
citiz_http_peer_arm (CitizHttpPeer *peer)
{
  citiz_http_peer_disarm (peer);
  if (peer->server == NULL)
    return;
  peer->armed = g_get_monotonic_time ();
  peer->deadline = g_timeout_source_new (peer->server->limits.deadline_ms);
  g_source_set_callback (peer->deadline, deadline_cb, peer, NULL);
  g_source_attach (peer->deadline, g_main_context_get_thread_default ());
}

/* The guard is gone: so is the connection. */
static void
guard_gone_cb (gpointer data, GObject *where_it_was)
{
  CitizHttpPeer *peer = data;

  citiz_http_peer_disarm (peer);
  if (peer->server)
    g_hash_table_remove (peer->server->peers, peer);
  g_object_set_qdata (G_OBJECT (peer->remote), peer_quark, NULL);
  g_object_unref (peer->remote);
  g_free (peer);
}

CitizHttpPeer *
citiz_http_peer_of (SoupServerMessage *msg)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (msg);

  return remote ? g_object_get_qdata (G_OBJECT (remote), peer_quark) : NULL;
}

/* The one that has waited longest, first of those that never asked for anything; never one that is being answered. */
static CitizHttpPeer *
least_deserving (CitizHttpServer *self)
{
  CitizHttpPeer *worst = NULL, *peer;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, (gpointer *) &peer, NULL))
    if (peer->deadline != NULL
        && (worst == NULL || peer->proven < worst->proven
            || (peer->proven == worst->proven && peer->armed < worst->armed)))
      worst = peer;
  return worst;
}

/* Forgets a connection that is about to end by itself. */
static void
let_go (CitizHttpPeer *peer)
{
  citiz_http_peer_disarm (peer);
  peer->server = NULL;
  citiz_http_guard_cut (peer->guard);
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
  g_hash_table_remove (self->peers, worst);
  let_go (worst);
  return TRUE;
}

static gboolean
incoming_cb (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             CitizHttpServer *self)
{
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr (GIOStream) guard = NULL;
  g_autoptr (GError) error = NULL;
  CitizHttpPeer *peer;

  if (local == NULL || remote == NULL || !make_room (self))
    {
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
      return TRUE;
    }
  /* accept_iostream does not set it: without, each keep-alive answer waits 44 ms for an acknowledgement. */
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, 1,
                       NULL);
  citiz_socket_mind_line (connection);
  guard = citiz_http_guard_new (connection, &self->rules);
  peer = g_new0 (CitizHttpPeer, 1);
  peer->server = self;
  peer->guard = CITIZ_HTTP_GUARD (guard);
  peer->remote = g_object_ref (remote);
  g_object_set_qdata (G_OBJECT (remote), peer_quark, peer);
  g_hash_table_add (self->peers, peer);
  g_object_weak_ref (G_OBJECT (guard), guard_gone_cb, peer);
  citiz_http_peer_arm (peer);
  if (!soup_server_accept_iostream (self->soup, guard, local, remote, &error))
    g_debug ("a connection was not accepted: %s", error->message);
  return TRUE;
}

/* Without a listener of its own libsoup closes after each answer. This one is an unnamed local socket nobody can reach by network. */
static gboolean
listen_nowhere (SoupServer *soup, GError **error)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_autoptr (GSocket) socket_ = NULL;

  if (fd < 0 || bind (fd, (struct sockaddr *) &address, sizeof (sa_family_t)) < 0
      || listen (fd, 0) < 0)
    {
      g_set_error (error, CITIZ_NET_ERROR, CITIZ_NET_ERROR_LISTEN, "local socket: %s",
                   g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return FALSE;
    }
  socket_ = g_socket_new_from_fd (fd, error);
  if (socket_ == NULL)
    {
      close (fd);
      return FALSE;
    }
  return soup_server_listen_socket (soup, socket_, 0, error);
}

/* Everything but the address. */
static gboolean
prepare (CitizHttpServer *self, GError **error)
{
  g_return_val_if_fail (self->soup == NULL, FALSE);
  self->soup = g_object_new (SOUP_TYPE_SERVER, "raw-paths", TRUE, "server-header", NULL, NULL);
  self->service = g_socket_service_new ();
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (self->service), BACKLOG);
  self->rules = (CitizHttpLintRules){.body_max = self->limits.body_max,
                                     .large_suffix = self->limits.large_suffix,
                                     .large_max = self->limits.large_max,
                                     .hosts = self->limits.hosts,
                                     .sockets = self->limits.sockets};
  citiz_http_server_serve (self);
  return listen_nowhere (self->soup, error);
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
  GSocketListener *listener;
  gboolean good = prepare (self, error);

  listener = G_SOCKET_LISTENER (self->service);
  good = good
         && g_socket_listener_add_address (listener, address, G_SOCKET_TYPE_STREAM,
                                           G_SOCKET_PROTOCOL_DEFAULT, NULL, &got, error);
  if (good && G_IS_INET_SOCKET_ADDRESS (got))
    self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  return finish (self, good);
}

gboolean
citiz_http_server_start_on (CitizHttpServer *self, GSocket *socket, GError **error)
{
  gboolean good = prepare (self, error);

  return finish (self, good
                           && g_socket_listener_add_socket (G_SOCKET_LISTENER (self->service),
                                                            socket, NULL, error));
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
  GHashTableIter iter;
  gpointer peer;

  citiz_http_server_close_door (self);
  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, &peer, NULL))
    {
      let_go (peer);
    }
  g_hash_table_remove_all (self->peers);
  if (self->soup)
    {
      g_signal_handlers_disconnect_by_data (self->soup, self);
      soup_server_disconnect (self->soup);
      g_clear_object (&self->soup);
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
  G_OBJECT_CLASS (citiz_http_server_parent_class)->finalize (object);
}

static void
citiz_http_server_class_init (CitizHttpServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_http_server_finalize;
  peer_quark = g_quark_from_static_string ("citiz-http-peer");
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
