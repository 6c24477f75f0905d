/* Spoken codes on a node. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node-fixture.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BORN    "1959-03-12"
#define CLIENTS 50

static CitizSecret *
put_code (Fixture *f, const CitizDeal *deal)
{
  g_autoptr (CitizCodeEntry) entry = citiz_deal_seal_code (&f->env, deal, 0, BORN);
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_node_put_code (f->node, entry, &error));
  g_assert_no_error (error);
  return citiz_code_key (deal->code, BORN, &deal->body.id);
}

static gchar *
code_path (const CitizDeal *deal)
{
  return g_strdup_printf ("/v1/codes/%.3s", deal->code);
}

static json_t *
proof_body (const CitizDeal *deal, CitizSecret *pk)
{
  const CitizDealPart *part = deal->parts->pdata[0];
  g_autoptr (CitizSecret) proof = citiz_code_proof (pk, &part->node);
  g_autofree gchar *text = citiz_base64url_encode (citiz_secret_data (proof), 32);

  return json_pack ("{s:s}", "proof", text);
}

static json_t *
wrong_body (void)
{
  g_autofree gchar *text = g_strnfill (43, 'A');

  return json_pack ("{s:s}", "proof", text);
}

static void
test_reaches_the_link (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (CitizSecret) pk = put_code (f, deal);
  g_autofree gchar *path = code_path (deal), *link = NULL, *hex = citiz_id_to_hex (&deal->body.id);
  g_autoptr (Reply) where = fixture_call (f, "GET", path, NULL);
  g_autoptr (GBytes) blob = NULL;

  g_assert_cmpstr (reply_string (where, "grant"), ==, hex);
  g_assert_cmpint (reply_int (where, "iterations"), ==, 600000);
  /* A right code costs no try, however often. */
  for (guint i = 0; i < 7; i++)
    {
      g_autoptr (Reply) reply = fixture_call (f, "POST", path, proof_body (deal, pk));

      g_assert_cmpuint (reply->status, ==, 200);
      g_clear_pointer (&blob, g_bytes_unref);
      blob = citiz_base64url_decode (reply_string (reply, "blob"));
    }
  link = citiz_code_open (pk, &deal->body.id, blob, NULL);
  g_assert_cmpstr (link, ==, deal->link);
  g_assert_cmpuint (f->tried, ==, 7);
}

/* Fifty wrong codes at once: exactly five are compared, five are told, the count never goes back up. */
static void
test_foreign_page (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (CitizSecret) pk = put_code (f, deal);
  g_autofree gchar *path = code_path (deal);

  f->origin = "http://elsewhere.example";
  for (guint i = 0; i < 9; i++)
    {
      g_autoptr (Reply) reply = fixture_call (f, "POST", path, wrong_body ());
      g_assert_cmpuint (reply->status, ==, 403);
    }
  f->origin = citiz_node_get_origin (f->node);
  {
    g_autoptr (Reply) reply = fixture_call (f, "POST", path, wrong_body ());
    g_assert_cmpuint (reply->status, ==, 401);
    g_assert_cmpint (reply_int (reply, "remainingAttempts"), ==, 4);
  }
  f->origin = NULL;
}

static void
test_fifty_in_parallel (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (CitizSecret) pk = put_code (f, deal);
  g_autofree gchar *path = code_path (deal);
  json_t *body = wrong_body ();
  char *text = json_dumps (body, JSON_COMPACT);
  g_autofree gchar *request
      = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                         "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                         path, strlen (text), text);
  int fds[CLIENTS];
  GString *got[CLIENTS];
  guint done = 0, refused = 0, left_sum = 0;
  g_autoptr (Reply) right = NULL;

  for (guint i = 0; i < CLIENTS; i++)
    {
      fds[i] = fixture_dial (f);
      got[i] = g_string_new (NULL);
      g_assert_cmpint (send (fds[i], request, strlen (request), MSG_NOSIGNAL), >, 0);
    }
  while (done < CLIENTS)
    {
      g_main_context_iteration (NULL, FALSE);
      for (guint i = 0; i < CLIENTS; i++)
        {
          gchar buffer[4096];
          gssize n = fds[i] < 0 ? -1 : recv (fds[i], buffer, sizeof buffer, MSG_DONTWAIT);

          if (n > 0)
            g_string_append_len (got[i], buffer, n);
          else if (n == 0)
            {
              close (fds[i]);
              fds[i] = -1;
              done++;
            }
        }
    }
  for (guint i = 0; i < CLIENTS; i++)
    {
      const gchar *mark = strstr (got[i]->str, "\"remainingAttempts\":");

      refused += g_str_has_prefix (got[i]->str, "HTTP/1.1 401");
      g_assert_nonnull (mark);
      left_sum += (guint) g_ascii_strtoull (mark + strlen ("\"remainingAttempts\":"), NULL, 10);
      g_string_free (got[i], TRUE);
    }
  g_assert_cmpuint (refused, ==, CLIENTS);
  g_assert_cmpuint (left_sum, ==, 4 + 3 + 2 + 1);
  g_assert_cmpuint (f->tried, ==, 5);
  fixture_restart (f);
  right = fixture_call (f, "POST", path, proof_body (deal, pk));
  g_assert_cmpuint (right->status, ==, 401);
  g_assert_cmpint (reply_int (right, "remainingAttempts"), ==, 0);
  g_assert_null (reply_string (right, "blob"));
  free (text);
  json_decref (body);
}

/* A locator that nobody has answers as one that somebody has. */
static void
test_unknown_locator (Fixture *f, gconstpointer data)
{
  g_autoptr (Reply) first = fixture_call (f, "GET", "/v1/codes/ZZZ", NULL);
  g_autoptr (Reply) second = NULL, other = NULL, bad = NULL;

  fixture_restart (f);
  second = fixture_call (f, "GET", "/v1/codes/ZZZ", NULL);
  other = fixture_call (f, "GET", "/v1/codes/ZZY", NULL);
  bad = fixture_call (f, "GET", "/v1/codes/ZZ0", NULL);
  g_assert_cmpuint (first->status, ==, 200);
  g_assert_cmpuint (strlen (reply_string (first, "grant")), ==, 32);
  g_assert_cmpstr (reply_string (first, "grant"), ==, reply_string (second, "grant"));
  g_assert_cmpstr (reply_string (first, "grant"), !=, reply_string (other, "grant"));
  g_assert_cmpuint (bad->status, ==, 404);
  for (gint left = 4; left >= -1; left--)
    {
      g_autoptr (Reply) reply = fixture_call (f, "POST", "/v1/codes/ZZZ", wrong_body ());

      g_assert_cmpuint (reply->status, ==, 401);
      g_assert_cmpint (reply_int (reply, "remainingAttempts"), ==, MAX (left, 0));
    }
  g_assert_cmpuint (f->tried, ==, 0);
}

static void
test_goes_with_the_grant (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (CitizSecret) pk = put_code (f, deal);
  g_autofree gchar *path = code_path (deal);
  g_autoptr (Reply) reply = NULL;
  g_autoptr (CitizCodeEntry) late = NULL;

  fixture_revoke (f, deal);
  reply = fixture_call (f, "POST", path, proof_body (deal, pk));
  g_assert_cmpuint (reply->status, ==, 401);
  late = citiz_deal_seal_code (&f->env, deal, 0, BORN);
  g_assert_false (citiz_node_put_code (f->node, late, NULL));
}

static gboolean
lies_bare (CitizDb *db, const gchar *sql, const guint8 *secret, gsize n)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row = FALSE;
  gsize size;

  g_assert_true (citiz_db_prepare (db, sql, &stmt, NULL));
  g_assert_true (citiz_stmt_next (stmt, &row, NULL) && row);
  const guint8 *bytes = citiz_stmt_view (stmt, 0, &size);
  return memmem (bytes, size, secret, n) != NULL;
}

/* Who holds the disk of a live access holds neither the share nor anything a guessed code could be tried against. */
static void
test_nothing_to_guess_against (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  const CitizDealPart *part = deal->parts->pdata[0];
  g_autoptr (CitizCodeEntry) entry = citiz_deal_seal_code (&f->env, deal, 0, BORN);
  gsize n;
  const guint8 *blob = g_bytes_get_data (entry->blob, &n);

  g_assert_true (citiz_node_put_code (f->node, entry, NULL));
  g_assert_false (lies_bare (f->db, "SELECT share FROM node_share", citiz_secret_data (part->share),
                             citiz_secret_size (part->share)));
  g_assert_false (lies_bare (f->db, "SELECT proof_hash FROM node_code", entry->proof_hash.b, 32));
  g_assert_false (lies_bare (f->db, "SELECT blob FROM node_code", blob, n));
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, fixture_up, func, fixture_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  ADD ("/node/code/reaches-the-link", test_reaches_the_link);
  ADD ("/node/code/foreign-page", test_foreign_page);
  ADD ("/node/code/fifty-in-parallel", test_fifty_in_parallel);
  ADD ("/node/code/unknown-locator", test_unknown_locator);
  ADD ("/node/code/goes-with-the-grant", test_goes_with_the_grant);
  ADD ("/node/code/nothing-to-guess-against", test_nothing_to_guess_against);
  return g_test_run ();
}
