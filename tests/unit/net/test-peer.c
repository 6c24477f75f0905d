/* Nodes as clients: requests, late answers, WebSockets, links. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-http-client.h"
#include "net/citiz-peer-link.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEADLINE_MS 2000         /* of a request */
#define PATIENCE_MS (240 * 1000) /* ends what hangs, judges nothing */

static const gchar *const paths[] = {"/peer", NULL};
static const CitizHttpLimits limits = {.connections_max = 4,
                                       .deadline_ms = DEADLINE_MS,
                                       .body_max = 1024,
                                       .rate_per_second = 1000,
                                       .rate_burst = 1000,
                                       .sockets = paths};

/* A node and whoever calls it, in one main context. */
typedef struct
{
  CitizHttpServer *server;
  CitizHttpClient *client;
  CitizSigningKey *keys[2]; /* caller, answerer */
  CitizHash chains[2];
  CitizPeerLink *links[2];
  GPtrArray *got[2];
  guint ready, closed;
  CitizHttpPending *pending;
  GAsyncResult *result;
} Scene;

static CitizSigningKey *
key_of (guint8 n)
{
  guint8 seed[32] = {n};
  g_autoptr (CitizSecret) secret = citiz_secret_new_take_copy (seed, sizeof seed);

  return citiz_signing_key_new_from_seed (secret);
}

static void
ready_cb (CitizPeerLink *link, Scene *scene)
{
  scene->ready++;
}

static void
closed_cb (CitizPeerLink *link, Scene *scene)
{
  scene->closed++;
}

static void
message_cb (CitizPeerLink *link, GBytes *message, Scene *scene)
{
  g_ptr_array_add (scene->got[link == scene->links[0] ? 0 : 1], g_bytes_ref (message));
}

static void
watch (Scene *scene, guint end, CitizPeerLink *link)
{
  g_set_object (&scene->links[end], link);
  g_object_unref (link);
  g_signal_connect (link, "ready", G_CALLBACK (ready_cb), scene);
  g_signal_connect (link, "closed", G_CALLBACK (closed_cb), scene);
  g_signal_connect (link, "message", G_CALLBACK (message_cb), scene);
}

static void
socket_cb (CitizSocket *socket, const gchar *path, gpointer data)
{
  Scene *scene = data;

  g_assert_cmpstr (path, ==, "/peer");
  watch (scene, 1, citiz_peer_link_new_answerer (socket, scene->keys[1], &scene->chains[1]));
}

static void
handler_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer data)
{
  Scene *scene = data;

  response->status = 200;
  response->content_type = "text/plain";
  if (g_str_equal (request->path, "/later"))
    scene->pending = citiz_http_response_defer (response);
  else if (g_str_equal (request->path, "/long"))
    response->body = g_bytes_new_take (g_strnfill (100000, 'x'), 100000);
  else
    response->body = request->body && g_bytes_get_size (request->body) > 0
                         ? g_bytes_ref (request->body)
                         : g_bytes_new (request->method, strlen (request->method));
}

static void
scene_init (Scene *scene)
{
  *scene = (Scene){0};
  scene->server = citiz_http_server_new (&limits, handler_cb, scene);
  citiz_http_server_set_socket_handler (scene->server, socket_cb);
  g_assert_true (citiz_http_server_start (scene->server, 0, NULL));
  scene->client = citiz_http_client_new (PATIENCE_MS);
  for (guint i = 0; i < 2; i++)
    {
      scene->keys[i] = key_of ((guint8) (i + 1));
      scene->got[i] = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
    }
}

static void
scene_clear (Scene *scene)
{
  for (guint i = 0; i < 2; i++)
    {
      if (scene->links[i])
        g_signal_handlers_disconnect_by_data (scene->links[i], scene);
      g_clear_object (&scene->links[i]);
      g_ptr_array_unref (scene->got[i]);
      citiz_signing_key_unref (scene->keys[i]);
    }
  g_clear_object (&scene->result);
  g_object_unref (scene->client);
  g_object_unref (scene->server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gboolean
late_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Runs the main loop until *what is true (or non-NULL) or it hangs. */
#define RUN_UNTIL(condition)                                                                       \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gboolean late_ = FALSE;                                                                        \
    guint id_ = g_timeout_add (PATIENCE_MS, late_cb, &late_);                                      \
    while (!(condition) && !late_)                                                                 \
      g_main_context_iteration (NULL, TRUE);                                                       \
    if (!late_)                                                                                    \
      g_source_remove (id_);                                                                       \
    g_assert_true (condition);                                                                     \
  }                                                                                                \
  G_STMT_END

static void
result_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_set_object (&((Scene *) data)->result, result);
}

static gchar *
url_of (Scene *scene, const gchar *scheme, const gchar *path)
{
  return g_strdup_printf ("%s://127.0.0.1:%u%s", scheme, citiz_http_server_get_port (scene->server),
                          path);
}

static gchar *
ask (Scene *scene,
     const gchar *method,
     const gchar *path,
     const gchar *body,
     guint *status,
     GError **error)
{
  g_autofree gchar *url = url_of (scene, "http", path);
  g_autoptr (GBytes) bytes = body ? g_bytes_new (body, strlen (body)) : NULL;
  CitizHttpAsk request = {.method = method,
                          .url = url,
                          .content_type = "text/plain",
                          .body = bytes,
                          .answer_max = 4096};
  g_autoptr (GBytes) answer = NULL;

  g_clear_object (&scene->result);
  citiz_http_client_ask (scene->client, &request, NULL, result_cb, scene);
  RUN_UNTIL (scene->result != NULL);
  answer = citiz_http_client_ask_finish (scene->client, scene->result, status, error);
  return answer ? g_strndup (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer)) : NULL;
}

static void
test_ask (void)
{
  static const gchar *const cases[][2]
      = {{"GET", NULL}, {"POST", "hello"}, {"PUT", "hello"}, {"DELETE", NULL}};
  g_autoptr (GError) error = NULL;
  Scene scene;
  guint status;

  scene_init (&scene);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *got = ask (&scene, cases[i][0], "/echo", cases[i][1], &status, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (status, ==, 200);
      g_assert_cmpstr (got, ==, cases[i][1] ? cases[i][1] : cases[i][0]);
    }
  g_assert_null (ask (&scene, "GET", "/long", NULL, &status, &error));
  g_assert_error (error, CITIZ_NET_ERROR, CITIZ_NET_ERROR_ANSWER);
  g_clear_error (&error);
  g_assert_cmpuint (citiz_http_server_n_connections (scene.server), <=, 2);

  citiz_http_client_ask (scene.client, &(CitizHttpAsk){.method = "GET", .url = "no address"}, NULL,
                         result_cb, &scene);
  g_clear_object (&scene.result);
  RUN_UNTIL (scene.result != NULL);
  g_assert_null (citiz_http_client_ask_finish (scene.client, scene.result, &status, &error));
  g_assert_error (error, CITIZ_NET_ERROR, CITIZ_NET_ERROR_ANSWER);
  scene_clear (&scene);
}

static gboolean
send_later_cb (gpointer data)
{
  Scene *scene = data;
  CitizHttpResponse *response = citiz_http_pending_response (scene->pending);

  response->status = 201;
  response->body = g_bytes_new_static ("at last", 7);
  citiz_http_pending_send (g_steal_pointer (&scene->pending));
  return G_SOURCE_REMOVE;
}

static void
test_later (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *got = NULL;
  Scene scene;
  guint status;

  scene_init (&scene);
  g_object_unref (scene.client);
  scene.client = citiz_http_client_new (4 * DEADLINE_MS);
  /* Longer than the deadline of requests: that one is for whoever asks, not for who answers. */
  g_timeout_add (DEADLINE_MS * 5 / 4, send_later_cb, &scene);
  got = ask (&scene, "GET", "/later", NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (status, ==, 201);
  g_assert_cmpstr (got, ==, "at last");

  /* Nobody waits any more: the client gave up, or the server has stopped. */
  g_clear_pointer (&got, g_free);
  got = ask (&scene, "GET", "/later", NULL, &status, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  send_later_cb (&scene);
  RUN_UNTIL (citiz_http_server_n_connections (scene.server) == 0);
  g_clear_error (&error);
  g_clear_object (&scene.result);
  {
    g_autofree gchar *url = url_of (&scene, "http", "/later");

    citiz_http_client_ask (scene.client, &(CitizHttpAsk){.method = "GET", .url = url}, NULL,
                           result_cb, &scene);
    RUN_UNTIL (scene.pending != NULL);
    citiz_http_server_stop (scene.server);
    RUN_UNTIL (scene.result != NULL);
    send_later_cb (&scene);
    g_assert_null (citiz_http_client_ask_finish (scene.client, scene.result, &status, &error));
  }
  scene_clear (&scene);
}

static void
meet (Scene *scene, const CitizPublicKey *expected)
{
  g_autofree gchar *url = url_of (scene, "ws", "/peer");
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizSocket) socket = NULL;

  g_clear_object (&scene->result);
  citiz_http_client_connect (scene->client, url, NULL, result_cb, scene);
  RUN_UNTIL (scene->result != NULL);
  socket = citiz_http_client_connect_finish (scene->client, scene->result, &error);
  g_assert_no_error (error);
  watch (scene, 0,
         citiz_peer_link_new_caller (socket, scene->keys[0], &scene->chains[0], expected));
}

static void
test_link (void)
{
  g_autofree guint8 *big = g_malloc0 (CITIZ_PEER_LINK_MESSAGE_MAX);
  Scene scene;

  scene_init (&scene);
  meet (&scene, citiz_signing_key_get_public (scene.keys[1]));
  RUN_UNTIL (scene.ready == 2);
  for (guint i = 0; i < 2; i++)
    g_assert_true (citiz_public_key_equal (citiz_peer_link_get_peer (scene.links[i]),
                                           citiz_signing_key_get_public (scene.keys[1 - i])));
  g_assert_true (citiz_peer_link_send (scene.links[0], (const guint8 *) "salut", 5));
  g_assert_true (citiz_peer_link_send (scene.links[1], big, CITIZ_PEER_LINK_MESSAGE_MAX));
  RUN_UNTIL (scene.got[1]->len == 1 && scene.got[0]->len == 1);
  g_assert_cmpmem (g_bytes_get_data (scene.got[1]->pdata[0], NULL),
                   g_bytes_get_size (scene.got[1]->pdata[0]), "salut", 5);
  g_assert_cmpuint (g_bytes_get_size (scene.got[0]->pdata[0]), ==, CITIZ_PEER_LINK_MESSAGE_MAX);

  /* It stays when nothing is said for longer than a request may take. */
  {
    gboolean late = FALSE;

    g_timeout_add (DEADLINE_MS * 5 / 4, late_cb, &late);
    while (!late)
      g_main_context_iteration (NULL, TRUE);
    g_assert_cmpuint (scene.closed, ==, 0);
  }

  /* Who does not take what is sent does not make us keep it without end; once taken, there is room again. */
  {
    guint accepted = 0;

    while (citiz_peer_link_send (scene.links[0], big, CITIZ_PEER_LINK_MESSAGE_MAX))
      accepted++;
    g_assert_cmpuint (accepted, ==, 8);
    RUN_UNTIL (scene.got[1]->len == 9);
    g_assert_true (citiz_peer_link_send (scene.links[1], big, 1));
    RUN_UNTIL (scene.got[0]->len == 2);
    g_assert_true (citiz_peer_link_send (scene.links[0], big, CITIZ_PEER_LINK_MESSAGE_MAX));
  }
  citiz_peer_link_close (scene.links[0]);
  RUN_UNTIL (scene.closed == 2);
  g_assert_false (citiz_peer_link_send (scene.links[1], big, 1));
  scene_clear (&scene);
}

/* How many ends of connections to the server have a kernel that asks the other end whether it is still there. */
static guint
n_minded (Scene *scene)
{
  g_autofree gchar *text = NULL;
  g_autofree gchar *port = g_strdup_printf (":%04X ", citiz_http_server_get_port (scene->server));
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents ("/proc/net/tcp", &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i];
       i++) /* local, remote, 01: established, queues, 02: such a timer runs */
    n += strstr (lines[i], port) != NULL && strstr (lines[i], " 01 ") != NULL
         && strstr (lines[i], " 02:") != NULL;
  return n;
}

/* Both ends of a link would notice that the line is dead. */
static void
test_dead_line (void)
{
  Scene scene;

  scene_init (&scene);
  meet (&scene, NULL);
  RUN_UNTIL (scene.ready == 2);
  RUN_UNTIL (n_minded (&scene) == 2);
  scene_clear (&scene);
}

static void
left_cb (CitizSocket *socket, gboolean *left)
{
  *left = TRUE;
}

/* A message longer than any may be ends the connection. */
static void
test_long_message (void)
{
  g_autoptr (GBytes) most
      = g_bytes_new_take (g_malloc0 (CITIZ_SOCKET_MESSAGE_MAX + 1), CITIZ_SOCKET_MESSAGE_MAX + 1);
  g_autoptr (CitizSocket) socket = NULL;
  g_autofree gchar *url = NULL;
  gboolean left = FALSE;
  Scene scene;

  scene_init (&scene);
  url = url_of (&scene, "ws", "/peer");
  citiz_http_client_connect (scene.client, url, NULL, result_cb, &scene);
  RUN_UNTIL (scene.result != NULL);
  socket = citiz_http_client_connect_finish (scene.client, scene.result, NULL);
  g_assert_nonnull (socket);
  g_signal_connect (socket, "closed", G_CALLBACK (left_cb), &left);
  citiz_socket_send (socket, most);
  RUN_UNTIL (left && scene.closed == 1);
  scene_clear (&scene);
}

static void
test_wrong_peer (void)
{
  Scene scene;

  scene_init (&scene);
  meet (&scene, citiz_signing_key_get_public (scene.keys[0])); /* expects somebody else */
  RUN_UNTIL (scene.closed == 2);
  g_assert_cmpuint (scene.ready, ==, 0);
  scene_clear (&scene);

  scene_init (&scene);
  scene.chains[0].b[0] = 9;
  meet (&scene, NULL);
  RUN_UNTIL (scene.closed == 2);
  g_assert_cmpuint (scene.ready, ==, 0);
  scene_clear (&scene);
}

static int
dial (Scene *scene)
{
  struct sockaddr_in address
      = {.sin_family = AF_INET, .sin_port = htons (citiz_http_server_get_port (scene->server))};
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static gboolean
is_closed (int fd)
{
  gchar buffer[4096];
  gssize n;

  while ((n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
    ;
  return n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

/* A WebSocket asked for where there is none, or asked for badly: no second request gets past the lint behind it. */
static void
test_refused_upgrade (void)
{
  static const gchar *const requests[] = {
      "GET /elsewhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
      "POST /peer HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
      "GET /peer HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
      "GET /peer HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: websocket\r\n\r\n",
      "GET /peer HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n\r\n",
      "GET /peer HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 3\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree gchar *text
          = g_strconcat (requests[i], "GET /later HTTP/1.1\nHost: elsewhere\n\n", NULL);
      Scene scene;
      int fd;

      scene_init (&scene);
      fd = dial (&scene);
      g_assert_cmpint (send (fd, text, strlen (text), MSG_NOSIGNAL), ==, strlen (text));
      RUN_UNTIL (is_closed (fd));
      g_assert_null (scene.pending); /* the request behind it was not served */
      g_assert_cmpuint (scene.ready, ==, 0);
      close (fd);
      scene_clear (&scene);
    }
}

/* Connections that say nothing make room for one that asks, and none that asked before is ended for them. */
static void
test_makes_room (void)
{
  int idle[12];
  Scene scene;
  guint status;

  scene_init (&scene);
  {
    g_autofree gchar *first = ask (&scene, "GET", "/echo", NULL, &status, NULL);

    g_assert_cmpstr (first, ==, "GET");
  }
  for (guint i = 0; i < G_N_ELEMENTS (idle); i++)
    idle[i] = dial (&scene);
  for (guint i = 0; i < 40; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree gchar *got = ask (&scene, "GET", "/echo", NULL, &status, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (got, ==, "GET");
      g_assert_cmpuint (citiz_http_server_n_connections (scene.server), <=, limits.connections_max);
    }
  for (guint i = 0; i < G_N_ELEMENTS (idle); i++)
    close (idle[i]);
  scene_clear (&scene);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  g_test_add_func ("/peer/ask", test_ask);
  g_test_add_func ("/peer/later", test_later);
  g_test_add_func ("/peer/link", test_link);
  g_test_add_func ("/peer/dead-line", test_dead_line);
  g_test_add_func ("/peer/long-message", test_long_message);
  g_test_add_func ("/peer/wrong-peer", test_wrong_peer);
  g_test_add_func ("/peer/refused-upgrade", test_refused_upgrade);
  g_test_add_func ("/peer/makes-room", test_makes_room);
  return g_test_run ();
}
