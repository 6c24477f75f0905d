/* The guarded HTTP server. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-http-server.h"
#include "net/citiz-http-guard.h"

#include <libsoup/soup.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

G_DEFINE_QUARK (citiz - net - error - quark, citiz_net_error)

/* One accepted connection; freed when libsoup lets the guard go. */
typedef struct
{
  CitizHttpServer *server; /* weak: the server outlives or clears it */
  CitizHttpGuard *guard;   /* weak */
  GSocketAddress *remote;  /* libsoup's messages lead back here through it */
  GSource *deadline;
} Client;

struct _CitizHttpServer
{
  GObject parent_instance;
  CitizHttpLimits limits;
  CitizHttpLintRules rules;
  CitizHttpHandler handler;
  gpointer data;
  SoupServer *soup;
  GSocketService *service;
  GHashTable *clients; /* of Client */
  guint16 port;
  gint64 bucket_time; /* µs, monotonic */
  gdouble bucket;
};

G_DEFINE_TYPE (CitizHttpServer, citiz_http_server, G_TYPE_OBJECT)

static GQuark client_quark;

static gboolean
deadline_cb (gpointer data)
{
  Client *client = data;

  g_clear_pointer (&client->deadline, g_source_unref);
  citiz_http_guard_cut (client->guard);
  return G_SOURCE_REMOVE;
}

static void
client_disarm (Client *client)
{
  if (client->deadline)
    g_source_destroy (client->deadline);
  g_clear_pointer (&client->deadline, g_source_unref);
}

static void
client_arm (Client *client)
{
  client_disarm (client);
  client->deadline = g_timeout_source_new (client->server->limits.deadline_ms);
  g_source_set_callback (client->deadline, deadline_cb, client, NULL);
  g_source_attach (client->deadline, g_main_context_get_thread_default ());
}

/* The guard is gone: so is the connection. */
static void
guard_gone_cb (gpointer data, GObject *where_it_was)
{
  Client *client = data;

  client_disarm (client);
  if (client->server)
    g_hash_table_remove (client->server->clients, client);
  g_object_set_qdata (G_OBJECT (client->remote), client_quark, NULL);
  g_object_unref (client->remote);
  g_free (client);
}

static Client *
client_of (SoupServerMessage *msg)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (msg);

  return remote ? g_object_get_qdata (G_OBJECT (remote), client_quark) : NULL;
}

static void
request_started_cb (SoupServer *soup, SoupServerMessage *msg, CitizHttpServer *self)
{
  soup_message_body_set_accumulate (soup_server_message_get_request_body (msg), TRUE);
}

static void
request_read_cb (SoupServer *soup, SoupServerMessage *msg, CitizHttpServer *self)
{
  Client *client = client_of (msg);

  if (client)
    client_disarm (client);
}

static void
request_finished_cb (SoupServer *soup, SoupServerMessage *msg, CitizHttpServer *self)
{
  Client *client = client_of (msg);

  if (client)
    client_arm (client);
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
  Client *client;

  if (local == NULL || remote == NULL
      || g_hash_table_size (self->clients) >= self->limits.connections_max)
    {
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
      return TRUE;
    }
  /* accept_iostream does not set it: without, each keep-alive answer waits 44 ms for an acknowledgement. */
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, 1,
                       NULL);
  guard = citiz_http_guard_new (connection, &self->rules);
  client = g_new0 (Client, 1);
  client->server = self;
  client->guard = CITIZ_HTTP_GUARD (guard);
  client->remote = g_object_ref (remote);
  g_object_set_qdata (G_OBJECT (remote), client_quark, client);
  g_hash_table_add (self->clients, client);
  g_object_weak_ref (G_OBJECT (guard), guard_gone_cb, client);
  client_arm (client);
  if (!soup_server_accept_iostream (self->soup, guard, local, remote, &error))
    g_debug ("a connection was not accepted: %s", error->message);
  return TRUE;
}

static gboolean
take_token (CitizHttpServer *self)
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

static void
answer (SoupServerMessage *msg, const CitizHttpResponse *response)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (msg);
  gconstpointer bytes = NULL;
  gsize n = 0;

  if (response->body)
    bytes = g_bytes_get_data (response->body, &n);
  soup_server_message_set_status (msg, response->status, NULL);
  if (n > 0)
    soup_server_message_set_response (msg, response->content_type, SOUP_MEMORY_COPY, bytes, n);
  else if (response->status != 204)
    soup_message_headers_set_content_length (headers, 0);
  for (guint i = 0; i + 1 < response->headers->len; i += 2)
    soup_message_headers_replace (headers, response->headers->pdata[i],
                                  response->headers->pdata[i + 1]);
}

static void
handle_cb (SoupServer *soup,
           SoupServerMessage *msg,
           const char *path,
           GHashTable *query,
           gpointer data)
{
  CitizHttpServer *self = data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (msg);
  g_autoptr (GPtrArray) out_headers = g_ptr_array_new_with_free_func (g_free);
  CitizHttpResponse response
      = {.status = 404, .content_type = "application/json", .headers = out_headers};
  g_autoptr (GBytes) body = NULL;
  GUri *uri = soup_server_message_get_uri (msg);
  CitizHttpRequest request = {
      .method = soup_server_message_get_method (msg),
      .path = path,
      .query = g_uri_get_query (uri),
      .content_type = soup_message_headers_get_content_type (headers, NULL),
      .accept_language = soup_message_headers_get_one (headers, "Accept-Language"),
      .origin = soup_message_headers_get_one (headers, "Origin"),
  };

  body = soup_message_body_flatten (soup_server_message_get_request_body (msg));
  request.body = body;
  if (client_of (msg) == NULL)
    response.status = 403;
  else if (take_token (self))
    self->handler (&request, &response, self->data);
  else
    {
      response.status = 429;
      citiz_http_response_header (&response, "Retry-After", "1");
    }
  answer (msg, &response);
  g_clear_pointer (&response.body, g_bytes_unref);
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

gboolean
citiz_http_server_start (CitizHttpServer *self, guint16 port, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, port);
  g_autoptr (GSocketAddress) got = NULL;

  g_return_val_if_fail (self->soup == NULL, FALSE);
  self->soup = g_object_new (SOUP_TYPE_SERVER, "raw-paths", TRUE, "server-header", NULL, NULL);
  g_signal_connect (self->soup, "request-started", G_CALLBACK (request_started_cb), self);
  g_signal_connect (self->soup, "request-read", G_CALLBACK (request_read_cb), self);
  g_signal_connect (self->soup, "request-finished", G_CALLBACK (request_finished_cb), self);
  soup_server_add_handler (self->soup, NULL, handle_cb, self, NULL);
  self->service = g_socket_service_new ();
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (self->service), BACKLOG);
  if (!listen_nowhere (self->soup, error)
      || !g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), wanted,
                                         G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &got,
                                         error))
    {
      citiz_http_server_stop (self);
      return FALSE;
    }
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (got));
  self->rules.body_max = self->limits.body_max;
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);
  g_socket_service_start (self->service);
  return TRUE;
}

void
citiz_http_server_stop (CitizHttpServer *self)
{
  GHashTableIter iter;
  gpointer client;

  if (self->service)
    {
      g_socket_service_stop (self->service);
      g_socket_listener_close (G_SOCKET_LISTENER (self->service));
      g_clear_object (&self->service);
    }
  g_hash_table_iter_init (&iter, self->clients);
  while (g_hash_table_iter_next (&iter, &client, NULL))
    {
      ((Client *) client)->server = NULL;
      client_disarm (client);
      citiz_http_guard_cut (((Client *) client)->guard);
    }
  g_hash_table_remove_all (self->clients);
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
  return g_hash_table_size (self->clients);
}

void
citiz_http_response_header (CitizHttpResponse *response, const gchar *name, const gchar *value)
{
  g_ptr_array_add (response->headers, g_strdup (name));
  g_ptr_array_add (response->headers, g_strdup (value));
}

static void
citiz_http_server_finalize (GObject *object)
{
  CitizHttpServer *self = CITIZ_HTTP_SERVER (object);

  citiz_http_server_stop (self);
  g_clear_pointer (&self->clients, g_hash_table_unref);
  G_OBJECT_CLASS (citiz_http_server_parent_class)->finalize (object);
}

static void
citiz_http_server_class_init (CitizHttpServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_http_server_finalize;
  client_quark = g_quark_from_static_string ("citiz-http-client");
}

static void
citiz_http_server_init (CitizHttpServer *self)
{
  self->clients = g_hash_table_new (NULL, NULL);
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
