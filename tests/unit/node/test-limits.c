/* Limits of the connection, as published by the node that enforces them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node-fixture.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static gint64
limit (Fixture *f, const gchar *name)
{
  g_autoptr (Reply) reply = fixture_call (f, "GET", "/limits", NULL);
  gint64 value = reply_int (reply, name);

  g_assert_cmpint (value, >, 0);
  return value;
}

#define HANG_MS (240 * 1000) /* ends what hangs, judges nothing */

/* Runs the node for up to `ms` or until the peer closes; looks once at least. */
static gboolean
closes_within (int fd, guint ms, GString *got)
{
  gint64 end = g_get_monotonic_time () + (gint64) ms * 1000;

  do
    {
      gchar buffer[4096];
      gssize n;

      while (g_main_context_iteration (NULL, FALSE))
        ;
      n = recv (fd, buffer, sizeof buffer, MSG_DONTWAIT);
      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK))
        return TRUE;
      if (n > 0 && got)
        g_string_append_len (got, buffer, n);
      g_usleep (2000);
    }
  while (g_get_monotonic_time () < end);
  return FALSE;
}

static guint
status_of (Fixture *f, const GString *request)
{
  int fd = fixture_dial (f);
  g_autoptr (GString) got = g_string_new (NULL);

  g_assert_cmpint (send (fd, request->str, request->len, MSG_NOSIGNAL), >, 0);
  g_assert_true (closes_within (fd, HANG_MS, got));
  close (fd);
  return got->len > 12 ? (guint) g_ascii_strtoull (got->str + strlen ("HTTP/1.1 "), NULL, 10) : 0;
}

static void
test_head (Fixture *f, gconstpointer data)
{
  gint64 bytes = limit (f, "headBytes"), lines = limit (f, "headLines");
  g_autoptr (GString) request
      = g_string_new ("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");

  for (gint64 i = 3; i < lines; i++)
    g_string_append (request, "A: b\r\n");
  g_string_append (request, "\r\n");
  g_assert_cmpuint (status_of (f, request), ==, 200);
  g_string_truncate (request, request->len - 2);
  g_string_append (request, "A: b\r\n\r\n");
  g_assert_cmpuint (status_of (f, request), ==, 431);

  g_string_assign (request, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nA: ");
  while ((gint64) request->len < bytes - 5)
    g_string_append_c (request, 'b');
  g_string_append (request, "\r\n\r\n");
  g_assert_cmpuint (status_of (f, request), ==, 200);
  g_string_insert (request, (gssize) request->len - 4, "bbbb");
  g_assert_cmpuint (status_of (f, request), ==, 431);
}

static void
test_connections (Fixture *f, gconstpointer data)
{
  gint64 max = limit (f, "connections");
  g_autofree int *fds = g_new (int, max + 4);
  gint64 began = g_get_monotonic_time ();
  guint closed = 0;

  for (gint64 i = 0; i < max + 4; i++)
    fds[i] = fixture_dial (f);
  for (gint64 i = 0; i < max + 4; i++)
    closed += closes_within (fds[i], 5, NULL);
  g_assert_cmpuint (closed, >=, 4);
  if (g_get_monotonic_time () - began < limit (f, "deadlineSeconds") * G_USEC_PER_SEC)
    g_assert_cmpuint (closed, ==, 4);
  for (gint64 i = 0; i < max + 4; i++)
    close (fds[i]);
}

/* The whole ten seconds, once, against the node as it is shipped: not less, and it does end. */
static void
test_slow_head (Fixture *f, gconstpointer data)
{
  gint64 seconds = limit (f, "deadlineSeconds"), began = g_get_monotonic_time ();
  int fd = fixture_dial (f);
  gboolean closed = FALSE;

  while (!closed && g_get_monotonic_time () - began < HANG_MS * 1000)
    {
      if (send (fd, "G", 1, MSG_NOSIGNAL) < 0)
        break;
      closed = closes_within (fd, 400, NULL);
    }
  g_assert_cmpint (g_get_monotonic_time () - began, >=, (seconds - 1) * G_USEC_PER_SEC);
  g_assert_cmpint (g_get_monotonic_time () - began, <, HANG_MS * 1000);
  close (fd);
}

static void
test_rate (Fixture *f, gconstpointer data)
{
  static const char request[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
  gint64 burst = limit (f, "requestsBurst"), per_second = limit (f, "requestsPerSecond");
  gint64 began = g_get_monotonic_time ();
  guint passed = 0, refused = 0;
  g_autoptr (GString) got = g_string_new (NULL);
  int fd = fixture_dial (f);

  for (gint64 i = 0; i < burst * 2; i++)
    g_assert_cmpint (send (fd, request, sizeof request - 1, MSG_NOSIGNAL), ==, sizeof request - 1);
  while (passed + refused < burst * 2 && g_get_monotonic_time () - began < HANG_MS * 1000)
    {
      passed = refused = 0;
      closes_within (fd, 50, got);
      for (const gchar *p = strstr (got->str, "HTTP/1.1 "); p; p = strstr (p + 9, "HTTP/1.1 "))
        {
          passed += g_str_has_prefix (p + 9, "200");
          refused += g_str_has_prefix (p + 9, "429");
        }
    }
  g_assert_cmpuint (passed + refused, ==, burst * 2);
  /* So that some are refused, unless the node took long. */
  g_assert_cmpuint (passed, <=,
                    burst + per_second * ((g_get_monotonic_time () - began) / G_USEC_PER_SEC + 1));
  close (fd);
}

static void
test_locations (Fixture *f, gconstpointer data)
{
  gint64 max = limit (f, "locationsWaiting"), life = limit (f, "locationSeconds");
  gint64 openings = CITIZ_OPENINGS_LIMIT;
  g_autoptr (CitizDeal) first = fixture_deal (f, (guint) openings, NULL);
  g_autoptr (CitizDeal) second = fixture_deal (f, (guint) openings, NULL);
  g_autofree gchar *location = NULL;

  g_assert_cmpint (max, <=, openings);
  for (gint64 i = 0; i <= max; i++)
    {
      const CitizDeal *deal = i < max ? first : second;
      g_autofree gchar *t = citiz_base64url_encode (citiz_secret_data (deal->secrets->t), 32);
      g_autofree gchar *path = g_strconcat ("/shl/", t, NULL);
      g_autoptr (Reply) reply = fixture_call (
          f, "POST", path, json_pack ("{s:s, s:i}", "recipient", "x", "embeddedLengthMax", 1));

      g_assert_cmpuint (reply->status, ==, i < max ? 200 : 429);
      if (i == 0)
        location = g_strdup (json_string_value (json_object_get (
            json_array_get (json_object_get (reply->json, "files"), 0), "location")));
    }
  f->now.ms += life * CITIZ_SECOND;
  {
    g_autoptr (Reply) late
        = fixture_call (f, "GET", location + strlen (citiz_node_get_origin (f->node)), NULL);

    g_assert_cmpuint (late->status, ==, 404);
  }
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, fixture_up, func, fixture_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  ADD ("/node/limits/head", test_head);
  ADD ("/node/limits/connections", test_connections);
  ADD ("/node/limits/slow-head", test_slow_head);
  ADD ("/node/limits/rate", test_rate);
  ADD ("/node/limits/locations", test_locations);
  return g_test_run ();
}
