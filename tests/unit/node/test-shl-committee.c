/* A SMART Health Link client asks one node of four, which asks the others. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "committee-fixture.h"

#include "net/citiz-http-server.h"

#include <string.h>

/* A SMART Health Link client asks one node, which asks the others; one of them is down. */
static void
test_smart_health_link (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  g_autofree gchar *t = citiz_base64url_encode (citiz_secret_data (deal->secrets->t), 32);
  g_autofree gchar *path = g_strconcat ("/shl/", t, NULL);
  const gchar *text = "{\"recipient\":\"Dre Tremblay\"}";
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  g_autoptr (Reply) reply = NULL, too_few = NULL;
  g_autoptr (GBytes) plain = NULL;
  const gchar *jwe;

  seat_down (&world->seats[3]);
  reply = committee_ask (world, 1, "POST", path, "application/json", NULL, body);
  committee_wait (world, reply);
  g_assert_cmpuint (reply->status, ==, 200);
  jwe = json_string_value (
      json_object_get (json_array_get (json_object_get (reply->json, "files"), 0), "embedded"));
  plain = citiz_jwe_decrypt (deal->secrets->k_r, jwe, -1, NULL);
  g_assert_nonnull (plain);
  /* and a second one gives a false share */
  g_assert_true (
      citiz_db_exec (world->seats[2].db, "UPDATE node_share SET salt = zeroblob (16)", NULL));
  g_test_expect_message ("citiz-node", G_LOG_LEVEL_WARNING, "*not the grant's*");
  too_few = committee_ask (world, 1, "POST", path, "application/json", NULL, body);
  committee_wait (world, too_few);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (too_few->status, ==, 503);
}

/* A node that hears of the opening a little later: each way to say so, then its part. */
typedef struct
{
  const CitizDealPart *part;
  guint asked;
} Behind;

static void
behind_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer data)
{
  Behind *behind = data;
  g_autofree gchar *share = citiz_base64url_encode (citiz_secret_data (behind->part->share), 32);
  g_autofree gchar *salt = citiz_base64url_encode (behind->part->salt, sizeof behind->part->salt);
  const struct
  {
    guint status;
    gchar *text;
  } answers[] = {{410, g_strdup ("{\"state\":\"active\"}")},
                 {403, g_strdup ("{\"error\":\"opening\"}")},
                 {200, g_strdup_printf ("{\"share\":\"%s\",\"salt\":\"%s\"}", share, salt)}};
  const guint turn = MIN (behind->asked++, G_N_ELEMENTS (answers) - 1);

  response->status = answers[turn].status;
  response->content_type = "application/json";
  response->body = g_bytes_new (answers[turn].text, strlen (answers[turn].text));
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    g_free (answers[i].text);
}

/* One is down, one is behind: it is waited for, no opening is lost for that. */
static void
test_smart_health_link_behind (Committee *world, gconstpointer data)
{
  static const CitizHttpLimits limits = {.connections_max = 16,
                                         .deadline_ms = 30000,
                                         .body_max = 16384,
                                         .rate_per_second = 1000,
                                         .rate_burst = 1000};
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  Behind behind = {.part = deal->parts->pdata[place_of (deal, world, 2)]};
  g_autoptr (CitizHttpServer) server = citiz_http_server_new (&limits, behind_cb, &behind);
  g_autofree gchar *t = citiz_base64url_encode (citiz_secret_data (deal->secrets->t), 32);
  g_autofree gchar *path = g_strconcat ("/shl/", t, NULL), *origin = NULL;
  const gchar *text = "{\"recipient\":\"Dre Tremblay\"}";
  g_autoptr (GBytes) body = g_bytes_new_static (text, strlen (text));
  g_autoptr (Reply) reply = NULL;
  CitizDealNode nodes[COMMITTEE];

  g_assert_true (citiz_http_server_start (server, 0, NULL));
  origin = g_strdup_printf ("http://127.0.0.1:%u", citiz_http_server_get_port (server));
  for (guint i = 0; i < COMMITTEE; i++)
    nodes[i] = (CitizDealNode){*citiz_node_get_public (world->seats[i].node),
                               citiz_node_get_origin (world->seats[i].node)};
  nodes[2].origin = origin;
  citiz_node_set_neighbours (world->seats[1].node, nodes, COMMITTEE);
  seat_down (&world->seats[3]);
  reply = committee_ask (world, 1, "POST", path, "application/json", NULL, body);
  committee_wait (world, reply);
  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_cmpuint (behind.asked, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  COMMITTEE_TEST ("/committee/smart-health-link", test_smart_health_link);
  COMMITTEE_TEST ("/committee/smart-health-link-behind", test_smart_health_link_behind);
  return g_test_run ();
}
