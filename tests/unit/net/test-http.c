/* The guarded server under honest and dishonest clients. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-http-lint.h"
#include "net/citiz-http-server.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OK_GET "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
#define OK_POST                                                                                    \
  "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

static const CitizHttpLimits limits = {.connections_max = 8,
                                       .deadline_ms = 600000,
                                       .body_max = 1024,
                                       .rate_per_second = 1000,
                                       .rate_burst = 1000};

static void
handler_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer data)
{
  guint *seen = data;

  (*seen)++;
  response->status = 200;
  response->content_type = "text/plain";
  response->body = g_strcmp0 (request->method, "POST") == 0
                       ? g_bytes_ref (request->body)
                       : g_bytes_new (request->path, strlen (request->path));
}

static int
dial (guint16 port)
{
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons (port)};
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

#define HANG_MS (240 * 1000) /* ends what hangs, judges nothing */

/* Lets the server run until the peer closes, `ms` pass or `want` appears; returns what came. */
static gchar *
converse (int fd, const gchar *want, guint ms, gboolean *closed)
{
  GString *got = g_string_new (NULL);
  gint64 end = g_get_monotonic_time () + (gint64) ms * 1000;
  gchar buffer[4096];

  *closed = FALSE;
  while (!*closed && g_get_monotonic_time () < end
         && (want == NULL || strstr (got->str, want) == NULL))
    {
      gssize n;

      while (g_main_context_iteration (NULL, FALSE))
        ;
      n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);
      if (n > 0)
        g_string_append_len (got, buffer, n);
      else if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
        *closed = TRUE;
      else
        g_usleep (500);
    }
  return g_string_free (got, FALSE);
}

static gchar *
once (CitizHttpServer *server, const gchar *request, gsize n, const gchar *want, gboolean *closed)
{
  int fd = dial (citiz_http_server_get_port (server));
  g_autofree gchar *got = NULL;

  g_assert_cmpint (send (fd, request, n, MSG_NOSIGNAL), ==, n);
  got = converse (fd, want, HANG_MS, closed);
  close (fd);
  return g_steal_pointer (&got);
}

static CitizHttpServer *
start (guint *seen)
{
  g_autoptr (GError) error = NULL;
  CitizHttpServer *server = citiz_http_server_new (&limits, handler_cb, seen);

  g_assert_true (citiz_http_server_start (server, 0, &error));
  g_assert_no_error (error);
  return server;
}

static void
test_honest (void)
{
  guint seen = 0;
  g_autoptr (CitizHttpServer) server = start (&seen);
  gboolean closed;
  int fd = dial (citiz_http_server_get_port (server));

  /* Keep-alive: three requests on one connection, none closes it. */
  for (guint i = 0; i < 3; i++)
    {
      const gchar *text = i == 1 ? OK_POST : OK_GET;
      g_autofree gchar *got = NULL;

      g_assert_cmpint (send (fd, text, strlen (text), MSG_NOSIGNAL), ==, strlen (text));
      got = converse (fd, i == 1 ? "{}" : "/hello", HANG_MS, &closed);
      g_test_message ("%u: %s (closed %d)", i, got, closed);
      g_assert_true (g_str_has_prefix (got, "HTTP/1.1 200"));
      g_assert_false (closed);
    }
  g_assert_cmpuint (seen, ==, 3);
  close (fd);
}

/* Headers and body of an answer come together, on every request of a connection. */
/* Whether three answers on one connection came in a packet each. */
static gboolean
is_one_packet (guint port)
{
  gboolean good = TRUE, closed;
  int fd = dial (port);

  for (guint i = 1; i <= 3; i++)
    {
      struct tcp_info info = {0};
      socklen_t n = sizeof info;
      g_autofree gchar *got = NULL;

      g_assert_cmpint (send (fd, OK_GET, strlen (OK_GET), MSG_NOSIGNAL), ==, strlen (OK_GET));
      got = converse (fd, "/hello", HANG_MS, &closed);
      g_assert_cmpint (getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &n), ==, 0);
      good = good && info.tcpi_data_segs_in == i;
    }
  close (fd);
  return good;
}

/* The kernel sends what waits after 200 ms: a machine that stopped for so long may try again. */
static void
test_one_packet (void)
{
  guint seen = 0;
  g_autoptr (CitizHttpServer) server = start (&seen);
  gboolean good = FALSE;

  for (guint i = 0; i < 5 && !good; i++)
    good = is_one_packet (citiz_http_server_get_port (server));
  g_assert_true (good);
}

/* A second request hides behind each of these; none may reach the handler. */
static void
test_smuggling (void)
{
#define HIDDEN "GET /hidden HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
  static const gchar *const probes[] = {
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n" HIDDEN,
      "GET / HTTP/1.1\r\nAccept: */*\r\n\r\n" HIDDEN,
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN,
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n" HIDDEN,
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n" HIDDEN,
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n" HIDDEN,
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: +0\r\n\r\n" HIDDEN,
      "GET / HTTP/1.1\nHost: 127.0.0.1\n\n" HIDDEN,
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\r\n b\r\n\r\n" HIDDEN,
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nHELLO" HIDDEN,
      "GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" HIDDEN,
      "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n" HIDDEN,
      "GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n" HIDDEN,
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" HIDDEN,
      "GET /a%2e%2e%2fb HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" HIDDEN,
      "GET /a/../v HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" HIDDEN,
      "GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n" HIDDEN,
      "TRACE / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" HIDDEN,
      "DELETE / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nHELLO" HIDDEN,
      "PUT / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" HIDDEN,
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" HIDDEN,
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\rb\r\n\r\n" HIDDEN,
  };
#undef HIDDEN
  guint seen = 0;
  g_autoptr (CitizHttpServer) server = start (&seen);

  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      gboolean closed;
      g_autofree gchar *got = once (server, probes[i], strlen (probes[i]), NULL, &closed);

      g_test_message ("probe %u: %.20s", i, got);
      g_assert_true (closed);
      g_assert_false (g_str_has_prefix (got, "HTTP/1.1 2"));
      g_assert_null (strstr (got, "hidden"));
    }
  g_assert_cmpuint (seen, ==, 0);
}

static void
test_lint_split (void)
{
  /* The same verdict whatever the sizes in which bytes arrive. */
  static const CitizHttpLintRules rules = {.body_max = 10};
  static const char good[] = OK_POST OK_GET OK_POST;
  g_autofree CitizHttpLint *lint = g_new (CitizHttpLint, 1);

  for (gsize step = 1; step < sizeof good; step++)
    {
      citiz_http_lint_init (lint, &rules);
      for (gsize at = 0; at < sizeof good - 1; at += step)
        g_assert_true (citiz_http_lint_feed (lint, (const guint8 *) good + at,
                                             MIN (step, sizeof good - 1 - at)));
      g_assert_cmpuint (lint->status, ==, 0);
      g_assert_cmpuint (lint->in_body, ==, 0);
    }
}

static void
test_head_limits (void)
{
  static const CitizHttpLintRules rules = {.body_max = 10};
  g_autofree CitizHttpLint *lint = g_new (CitizHttpLint, 1);
  g_autoptr (GString) text = g_string_new ("GET / HTTP/1.1\r\nHost: localhost:8642\r\n");

  for (guint i = 0; i < CITIZ_HTTP_LINES_MAX; i++)
    g_string_append (text, "A: b\r\n");
  citiz_http_lint_init (lint, &rules);
  g_assert_false (citiz_http_lint_feed (lint, (const guint8 *) text->str, text->len));
  g_assert_cmpuint (lint->status, ==, 431);

  g_string_assign (text, "GET / HTTP/1.1\r\nHost: localhost:8642\r\nA: ");
  while (text->len < CITIZ_HTTP_HEAD_MAX)
    g_string_append_c (text, 'b');
  citiz_http_lint_init (lint, &rules);
  g_assert_false (citiz_http_lint_feed (lint, (const guint8 *) text->str, text->len));
  g_assert_cmpuint (lint->status, ==, 431);
}

static void
test_slow_head (void)
{
  CitizHttpLimits short_lived = limits;
  guint seen = 0;
  g_autoptr (CitizHttpServer) server = NULL;
  gint64 began = g_get_monotonic_time ();
  gboolean closed = FALSE;
  int fd;

  short_lived.deadline_ms = 600;
  server = citiz_http_server_new (&short_lived, handler_cb, &seen);
  g_assert_true (citiz_http_server_start (server, 0, NULL));
  fd = dial (citiz_http_server_get_port (server));
  /* A byte now and then does not extend the deadline. */
  for (guint i = 0; i < 20 && !closed; i++)
    {
      g_autofree gchar *got = NULL;

      if (send (fd, OK_GET + i, 1, MSG_NOSIGNAL) < 0)
        break;
      got = converse (fd, NULL, 100, &closed);
    }
  g_assert_true (closed);
  g_assert_cmpint (g_get_monotonic_time () - began, >, 500 * 1000);
  g_assert_cmpuint (seen, ==, 0);
  g_assert_cmpuint (citiz_http_server_n_connections (server), ==, 0);
  close (fd);
}

static gsize
resident_kib (void)
{
  g_autofree gchar *text = NULL;
  const gchar *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  line = strstr (text, "VmRSS:");
  return line ? g_ascii_strtoull (line + 6, NULL, 10) : 0;
}

/* More is taken where a path ends as the limits say, and nowhere else. */
static void
test_large_path (void)
{
  static const struct
  {
    const gchar *path;
    guint length;
    const gchar *status;
  } cases[] = {{"/v1/large", 4096, "HTTP/1.1 200"},
               {"/v1/large", 4097, "HTTP/1.1 413"},
               {"/v1/large/x", 4096, "HTTP/1.1 413"},
               {"/v1/x?/large", 1025, "HTTP/1.1 413"}};
  CitizHttpLimits large = limits;
  guint seen = 0;
  g_autoptr (CitizHttpServer) server = NULL;

  large.large_suffix = "/large";
  large.large_max = 4096;
  server = citiz_http_server_new (&large, handler_cb, &seen);
  g_assert_true (citiz_http_server_start (server, 0, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *head
          = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %u\r\n\r\n",
                             cases[i].path, cases[i].length);
      g_autofree gchar *request = g_malloc0 (strlen (head) + cases[i].length);
      g_autofree gchar *got = NULL;
      gboolean closed;

      memcpy (request, head, strlen (head));
      got = once (server, request, strlen (head) + cases[i].length, "\r\n\r\n", &closed);
      g_assert_true (g_str_has_prefix (got, cases[i].status));
    }
}

static void
count_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer data)
{
  g_assert_cmpuint (g_bytes_get_size (request->body), ==, 4096);
  (*(guint *) data)++;
  response->status = 200;
}

/* A request for "/v1/large" with a body of 4096 bytes, of which @n are sent. */
static void
send_large (int fd, gsize n)
{
  static const char head[]
      = "POST /v1/large HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4096\r\n\r\n";
  static const char body[4096];

  g_assert_cmpint (send (fd, head, sizeof head - 1, MSG_NOSIGNAL), ==, sizeof head - 1);
  g_assert_cmpint (send (fd, body, n, MSG_NOSIGNAL), ==, n);
}

static gchar *
answer_to (int fd)
{
  gboolean closed;

  return converse (fd, "\r\n\r\n", HANG_MS, &closed);
}

/* Large bodies share a number of bytes: what is beyond it is read and not kept, and its sender told to come again. */
static void
test_large_total (void)
{
  static const char rest[4096];
  CitizHttpLimits large = limits;
  guint seen = 0;
  g_autoptr (CitizHttpServer) server = NULL;
  int fds[3];

  large.large_suffix = "/large";
  large.large_max = 4096;
  large.large_total = 8192;
  server = citiz_http_server_new (&large, count_cb, &seen);
  g_assert_true (citiz_http_server_start (server, 0, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = dial (citiz_http_server_get_port (server));
  send_large (fds[0], 4000);
  send_large (fds[1], 4000);
  for (gboolean refused = FALSE; !refused;)
    {
      g_autofree gchar *got = NULL;

      send_large (fds[2], 4096);
      got = answer_to (fds[2]);
      refused = g_str_has_prefix (got, "HTTP/1.1 503");
      g_assert_true (refused ? strstr (got, "Retry-After: 5") != NULL
                             : g_str_has_prefix (got, "HTTP/1.1 200"));
    }
  seen = 0;
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      g_autofree gchar *got = NULL;

      if (i < 2)
        g_assert_cmpint (send (fds[i], rest, 96, MSG_NOSIGNAL), ==, 96);
      else
        send_large (fds[i], 4096);
      got = answer_to (fds[i]);
      g_assert_true (g_str_has_prefix (got, "HTTP/1.1 200"));
      close (fds[i]);
    }
  g_assert_cmpuint (seen, ==, 3);
}

static void
test_big_body (void)
{
  static const char announced[]
      = "POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 314572800\r\n\r\n";
  guint seen = 0;
  g_autoptr (CitizHttpServer) server = start (&seen);
  int fd = dial (citiz_http_server_get_port (server));
  gsize before = resident_kib ();
  g_autofree gchar *block = g_malloc0 (65536);
  gboolean closed = FALSE;
  g_autofree gchar *got = NULL;

  g_assert_cmpint (send (fd, announced, sizeof announced - 1, MSG_NOSIGNAL), >, 0);
  got = converse (fd, "\r\n\r\n", HANG_MS, &closed);
  g_assert_true (g_str_has_prefix (got, "HTTP/1.1 413"));
  for (guint i = 0; i < 4800; i++)
    if (send (fd, block, 65536, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
      break;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (seen, ==, 0);
  g_assert_cmpuint (resident_kib (), <, before + 2048);
  close (fd);
}

static void
test_connection_cap (void)
{
  guint seen = 0;
  g_autoptr (CitizHttpServer) server = start (&seen);
  int fds[12];
  guint closed_n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = dial (citiz_http_server_get_port (server));
  for (guint i = 0; closed_n < G_N_ELEMENTS (fds) - limits.connections_max;
       i = (i + 1) % G_N_ELEMENTS (fds))
    {
      gboolean closed;
      g_autofree gchar *got = converse (fds[i], NULL, 1, &closed);

      if (!closed || fds[i] < 0)
        continue;
      close (fds[i]);
      fds[i] = -1;
      closed_n++;
    }
  g_assert_cmpuint (closed_n, ==, G_N_ELEMENTS (fds) - limits.connections_max);
  g_assert_cmpuint (citiz_http_server_n_connections (server), ==, limits.connections_max);
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
}

static void
test_rate (void)
{
  static const CitizHttpLimits slow = {.connections_max = 8,
                                       .deadline_ms = 600000,
                                       .body_max = 1024,
                                       .rate_per_second = 1,
                                       .rate_burst = 3};
  guint seen = 0, refused = 0;
  g_autoptr (CitizHttpServer) server = citiz_http_server_new (&slow, handler_cb, &seen);
  const gint64 began = g_get_monotonic_time ();

  g_assert_true (citiz_http_server_start (server, 0, NULL));
  for (guint i = 0; i < 6; i++)
    {
      gboolean closed;
      int fd = dial (citiz_http_server_get_port (server));
      g_autofree gchar *got = NULL;

      g_assert_cmpint (send (fd, OK_GET, strlen (OK_GET), MSG_NOSIGNAL), >, 0);
      got = converse (fd, "\r\n\r\n", HANG_MS, &closed);
      refused += strstr (got, "429") != NULL && strstr (got, "Retry-After") != NULL;
      close (fd);
    }
  g_assert_cmpuint (seen, >=, 3);
  g_assert_cmpuint (refused, ==, 6 - seen);
  g_assert_cmpint (seen, <=, 4 + (g_get_monotonic_time () - began) / G_USEC_PER_SEC);
}

/* Who goes after an answer, while the connection is kept for more, is forgotten at once: nothing of it stays open. */
static void
test_gone (void)
{
  static const struct
  {
    const gchar *more; /* of a second request */
    gboolean reset;
  } ways[] = {{"", FALSE},
              {"", TRUE},
              {"GET /he", FALSE},
              {"GET /hello HTTP/1.1\r\nHo", FALSE},
              {"GET /hello HTTP/1.1\r\nHost: localhost\r\n", FALSE},
              {"GET /hello HTTP/1.1\r\nHost: localhost\r\n", TRUE},
              {"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nab", FALSE}};
  guint seen = 0;
  g_autoptr (CitizHttpServer) server = start (&seen);

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      int fd = dial (citiz_http_server_get_port (server));
      const gint64 end = g_get_monotonic_time () + 120 * G_USEC_PER_SEC;
      const struct linger at_once = {1, 0};
      g_autofree gchar *got = NULL;
      gboolean closed;

      g_assert_cmpint (send (fd, OK_GET, strlen (OK_GET), MSG_NOSIGNAL), >, 0);
      got = converse (fd, "/hello", 120000, &closed);
      g_assert_cmpuint (citiz_http_server_n_connections (server), ==, 1);
      send (fd, ways[i].more, strlen (ways[i].more), MSG_NOSIGNAL);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      if (ways[i].reset)
        setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      close (fd);
      while (citiz_http_server_n_connections (server) > 0 && g_get_monotonic_time () < end)
        g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (citiz_http_server_n_connections (server), ==, 0);
    }
  g_assert_cmpuint (seen, ==, G_N_ELEMENTS (ways));
}

static void
test_loopback_only (void)
{
  guint seen = 0;
  g_autoptr (CitizHttpServer) server = start (&seen);
  g_autofree gchar *table = NULL;
  g_autofree gchar *mine
      = g_strdup_printf ("0100007F:%04X 00000000:0000 0A", citiz_http_server_get_port (server));

  g_assert_true (g_file_get_contents ("/proc/net/tcp", &table, NULL, NULL));
  g_assert_nonnull (strstr (table, mine));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/http/honest", test_honest);
  g_test_add_func ("/net/http/one-packet", test_one_packet);
  g_test_add_func ("/net/http/smuggling", test_smuggling);
  g_test_add_func ("/net/http/lint-split", test_lint_split);
  g_test_add_func ("/net/http/head-limits", test_head_limits);
  g_test_add_func ("/net/http/slow-head", test_slow_head);
  g_test_add_func ("/net/http/big-body", test_big_body);
  g_test_add_func ("/net/http/large-path", test_large_path);
  g_test_add_func ("/net/http/large-total", test_large_total);
  g_test_add_func ("/net/http/connection-cap", test_connection_cap);
  g_test_add_func ("/net/http/rate", test_rate);
  g_test_add_func ("/net/http/gone", test_gone);
  g_test_add_func ("/net/http/loopback-only", test_loopback_only);
  return g_test_run ();
}
