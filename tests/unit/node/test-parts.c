/* How the parts of a grant and its spoken code come to the nodes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "committee-fixture.h"

#include "node/citiz-giver.h"

#include <string.h>

/* Parts that are not the grant's, or not for this node, are not kept. */
static void
test_false_parts (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, 1);
  g_autoptr (CitizDeal) other = committee_deal (world, 8, NULL, 1);
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *path = g_strdup_printf ("/v1/grants/%s/shares", hex);
  const guint place = place_of (deal, world, 1);
  CitizDealPart *part = deal->parts->pdata[place];
  g_autoptr (GBytes) misled = citiz_hand_seal (deal, place_of (deal, world, 2), NULL, TRUE, NULL);
  g_autoptr (GBytes) bare = citiz_hand_seal (deal, place, NULL, FALSE, NULL);
  g_autoptr (GBytes) false_ = NULL, foreign = NULL;
  const struct
  {
    GBytes **body;
    guint status;
  } cases[] = {{&misled, 400}, {&bare, 400}, {&foreign, 403}, {&false_, 403}};
  GBytes *capsule = deal->capsule;

  part->salt[0] ^= 1;
  false_ = citiz_hand_seal (deal, place, NULL, TRUE, NULL);
  part->salt[0] ^= 1;
  deal->capsule = other->capsule;
  foreign = citiz_hand_seal (deal, place, NULL, TRUE, NULL);
  deal->capsule = capsule;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Reply) reply = committee_ask (world, 1, "POST", path, "application/octet-stream",
                                               NULL, *cases[i].body);
      CitizNodeShare share;

      committee_wait (world, reply);
      g_assert_cmpuint (reply->status, ==, cases[i].status);
      g_assert_false (
          citiz_node_store_get_share (world->seats[1].db, &deal->body.id, &share, NULL));
    }
}

/* An account may have so many grants at one node, and no more. */
static void
test_quota (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) last = NULL;
  g_autoptr (Reply) reply = NULL;

  for (guint i = 0; i < 32; i++)
    {
      g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, 1);
    }
  last = committee_deal (world, 8, NULL, 0);
  reply = committee_hand (world, 0, last);
  committee_wait (world, reply);
  g_assert_cmpuint (reply->status, ==, 429);
  g_assert_cmpstr (reply_string (reply, "error"), ==, "quota");
}

/* The spoken code comes after the part, and reaches the link at the node it was left with. */
static void
test_spoken_code (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  const guint place = place_of (deal, world, 2);
  g_autoptr (CitizCodeEntry) entry = citiz_deal_seal_code (&world->env, deal, place, "1959-03-12");
  g_autoptr (GBytes) body = citiz_hand_seal (deal, place, entry, FALSE, NULL);
  g_autoptr (CitizSecret) pk = citiz_code_key (deal->code, "1959-03-12", &deal->body.id);
  g_autoptr (CitizSecret) proof
      = citiz_code_proof (pk, &((const CitizDealPart *) deal->parts->pdata[place])->node);
  g_autofree gchar *proof_text = citiz_base64url_encode (citiz_secret_data (proof), 32);
  g_autofree gchar *text = g_strdup_printf ("{\"proof\":\"%s\"}", proof_text);
  g_autoptr (GBytes) asked = g_bytes_new (text, strlen (text));
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *path = g_strdup_printf ("/v1/grants/%s/shares", hex);
  g_autofree gchar *code_path = g_strdup_printf ("/v1/codes/%.3s", deal->code);
  g_autofree gchar *link = NULL;
  g_autoptr (GBytes) blob = NULL;
  g_autoptr (Reply) given = NULL;

  for (guint i = 0; i < 2; i++) /* a second time changes nothing */
    {
      g_autoptr (Reply) word
          = committee_ask (world, 2, "POST", path, "application/octet-stream", NULL, body);

      committee_wait (world, word);
      g_assert_cmpuint (word->status, ==, 200);
    }
  given = committee_ask (world, 2, "POST", code_path, "application/json", NULL, asked);
  committee_wait (world, given);
  g_assert_cmpuint (given->status, ==, 200);
  blob = citiz_base64url_decode (reply_string (given, "blob"));
  link = citiz_code_open (pk, &deal->body.id, blob, NULL);
  g_assert_cmpstr (link, ==, deal->link);
}

static void
count_cb (CitizGiver *giver, gpointer data)
{
  (*(guint *) data)++;
}

static gboolean
is_usable (Committee *world, gconstpointer giver)
{
  return citiz_giver_get_state ((CitizGiver *) giver) >= CITIZ_GIVER_USABLE;
}

static gboolean
is_ready (Committee *world, gconstpointer giver)
{
  return citiz_giver_get_state ((CitizGiver *) giver) == CITIZ_GIVER_READY;
}

static gboolean
is_done (Committee *world, gconstpointer giver)
{
  return citiz_giver_is_done ((CitizGiver *) giver);
}

static guint
n_bits (guint bits)
{
  return (guint) __builtin_popcount (bits);
}

static gboolean
holds (Committee *world, guint seat, const CitizDeal *deal, CitizGiver *giver)
{
  return citiz_giver_get_held (giver) >> place_of (deal, world, seat) & 1;
}

static guint
n_code_holders (Committee *world, const CitizDeal *deal)
{
  gchar locator[CITIZ_CODE_LOCATOR_SIZE + 1] = {0};
  guint n = 0;

  memcpy (locator, deal->code, CITIZ_CODE_LOCATOR_SIZE);
  for (guint i = 0; i < COMMITTEE; i++)
    {
      gboolean found = FALSE;
      CitizId grant;

      n += citiz_node_store_find_code (world->seats[i].db, locator, &found, &grant, NULL) && found;
    }
  return n;
}

/* The citizen's app hands all parts while a node is down: usable with three, ready when the fourth is back. */
static void
test_giver (Committee *world, gconstpointer data)
{
  CitizDealNode nodes[COMMITTEE];
  g_autoptr (CitizHttpClient) client = citiz_http_client_new (5000);
  g_autofree gchar *origin = g_strdup (citiz_node_get_origin (world->seats[3].node));
  g_autoptr (CitizDeal) deal = committee_make (world, 8, NULL, nodes);
  g_autoptr (CitizParcel) parcel = NULL;
  g_autoptr (CitizGiver) giver = NULL;
  g_autoptr (GError) error = NULL;
  CitizTxBody body = {.grant = deal->body};
  guint changes = 0;

  nodes[3].origin = origin;
  seat_down (&world->seats[3]);
  parcel = citiz_parcel_new (deal, nodes, COMMITTEE, &error);
  g_assert_no_error (error);
  giver = citiz_giver_new (client, parcel, 0, 0, count_cb, &changes);
  g_assert_cmpint (citiz_giver_get_state (giver), ==, CITIZ_GIVER_SENDING);
  committee_submit (world, 0, CITIZ_TX_GRANT, &body);
  committee_until (world, is_usable, giver);
  g_assert_cmpuint (n_bits (citiz_giver_get_held (giver)), ==, QUORUM);
  g_assert_false (holds (world, 3, deal, giver));
  seat_up (&world->seats[3]);
  committee_until (world, is_ready, giver);
  g_assert_cmpuint (n_bits (citiz_giver_get_held (giver)), ==, COMMITTEE);
  g_assert_cmpuint (citiz_giver_get_refused (giver), ==, 0);
  g_assert_cmpuint (changes, >=, COMMITTEE);
}

/* The app ends in the middle: what is left to hand is on its disk, and goes on from there; the spoken code comes to every node. */
static void
test_giver_again (Committee *world, gconstpointer data)
{
  CitizDealNode nodes[COMMITTEE];
  g_autoptr (CitizHttpClient) client = citiz_http_client_new (CITIZ_GIVER_TIMEOUT);
  g_autoptr (CitizDeal) deal = committee_make (world, 8, NULL, nodes);
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizParcel) first = citiz_parcel_new (deal, nodes, COMMITTEE, &error);
  g_autoptr (GPtrArray) codes = citiz_deal_seal_codes (&world->env, deal, "1959-03-12");
  g_autoptr (GBytes) kept = NULL;
  g_autoptr (CitizParcel) parcel = NULL;
  g_autoptr (CitizGiver) giver = NULL;
  CitizTxBody body = {.grant = deal->body};
  guint changes = 0;

  citiz_giver_free (citiz_giver_new (client, first, 0, 0, count_cb, &changes));
  g_assert_true (citiz_parcel_add_codes (first, deal, codes, &error));
  kept = citiz_parcel_encode (first);
  parcel = citiz_parcel_decode (kept, &error);
  g_assert_no_error (error);
  giver = citiz_giver_new (client, parcel, 0, 0, count_cb, &changes);
  committee_submit (world, 0, CITIZ_TX_GRANT, &body);
  committee_until (world, is_done, giver);
  g_assert_cmpuint (n_bits (citiz_giver_get_held (giver)), ==, COMMITTEE);
  g_assert_cmpuint (n_bits (citiz_giver_get_coded (giver)), ==, COMMITTEE);
  g_assert_cmpuint (n_code_holders (world, deal), ==, COMMITTEE);
  for (gsize n = 0; n < g_bytes_get_size (kept) - g_bytes_get_size (deal->capsule); n++)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (kept, 0, n);

      g_assert_null (citiz_parcel_decode (cut, NULL));
    }
}

/* Another machine, where a node was. */
typedef struct
{
  CitizHttpServer *server;
  gboolean late;           /* it keeps its first answer */
  CitizHttpPending *waits; /* that one */
  gchar *origin;
} Other;

static void
refuse_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer data)
{
  Other *other = data;

  response->status = other->late ? 400 : 409;
  if (other->late && other->waits == NULL)
    other->waits = citiz_http_response_defer (response);
}

static void
other_up (Other *other)
{
  static const CitizHttpLimits limits = {.connections_max = 8,
                                         .deadline_ms = 600000,
                                         .body_max = 1 << 20,
                                         .rate_per_second = 1000,
                                         .rate_burst = 1000};
  g_autoptr (GError) error = NULL;

  other->server = citiz_http_server_new (&limits, refuse_cb, other);
  g_assert_true (citiz_http_server_start (other->server, 0, &error));
  g_assert_no_error (error);
  other->origin
      = g_strdup_printf ("http://127.0.0.1:%u", citiz_http_server_get_port (other->server));
}

static gboolean
is_waiting (Committee *world, gconstpointer other)
{
  return ((const Other *) other)->waits != NULL;
}

/* What answers where a node was refuses part and code, before it is known where the node is or (@late) after: it does not speak for the node. */
static void
refuse_where_it_was (Committee *world, gboolean late)
{
  CitizDealNode nodes[COMMITTEE];
  Other other = {.late = late};
  g_autoptr (CitizHttpClient) client = citiz_http_client_new (CITIZ_GIVER_TIMEOUT);
  g_autoptr (CitizDeal) deal = committee_make (world, 8, NULL, nodes);
  const guint place = place_of (deal, world, 3);
  g_autoptr (GPtrArray) codes = citiz_deal_seal_codes (&world->env, deal, "1959-03-12");
  g_autoptr (CitizParcel) parcel = NULL;
  g_autoptr (CitizGiver) giver = NULL;
  g_autoptr (GError) error = NULL;
  CitizTxBody body = {.grant = deal->body};
  CitizParcelPart *part;
  guint changes = 0;

  other_up (&other);
  nodes[3].origin = other.origin;
  parcel = citiz_parcel_new (deal, nodes, COMMITTEE, &error);
  g_assert_true (citiz_parcel_add_codes (parcel, deal, codes, &error));
  giver = citiz_giver_new (client, parcel, 0, 0, count_cb, &changes);
  committee_submit (world, 0, CITIZ_TX_GRANT, &body);
  if (late)
    committee_until (world, is_waiting, &other);
  else
    committee_until (world, is_done, giver);
  g_assert_cmpuint (citiz_giver_get_refused (giver), ==, late ? 0 : 1u << place);
  g_assert_false (citiz_giver_is_whole (giver));
  part = parcel->parts->pdata[place];
  g_free (part->origin);
  part->origin = g_strdup (citiz_node_get_origin (world->seats[3].node));
  citiz_giver_hurry (giver);
  g_assert_cmpuint (citiz_giver_get_refused (giver), ==, 0);
  if (late)
    citiz_http_pending_send (other.waits);
  committee_until (world, is_done, giver);
  g_assert_cmpuint (citiz_giver_get_refused (giver), ==, 0);
  g_assert_true (citiz_giver_is_whole (giver));
  g_assert_cmpuint (n_bits (citiz_giver_get_held (giver)), ==, COMMITTEE);
  g_assert_cmpuint (n_code_holders (world, deal), ==, COMMITTEE);
  citiz_http_server_stop (other.server);
  g_object_unref (other.server);
  g_free (other.origin);
}

static void
test_giver_moved (Committee *world, gconstpointer data)
{
  refuse_where_it_was (world, FALSE);
}

static void
test_giver_moved_late (Committee *world, gconstpointer data)
{
  refuse_where_it_was (world, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  COMMITTEE_TEST ("/committee/false-parts", test_false_parts);
  COMMITTEE_TEST ("/committee/quota", test_quota);
  COMMITTEE_TEST ("/committee/spoken-code", test_spoken_code);
  COMMITTEE_TEST ("/committee/giver", test_giver);
  COMMITTEE_TEST ("/committee/giver-again", test_giver_again);
  COMMITTEE_TEST ("/committee/giver-moved", test_giver_moved);
  COMMITTEE_TEST ("/committee/giver-moved-late", test_giver_moved_late);
  return g_test_run ();
}
