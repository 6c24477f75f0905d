/* A grant over four nodes: dealt, opened, one down, one lying, ended. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "committee-fixture.h"

#include "net/citiz-http-server.h"

#include "node/citiz-giver.h"
#include "node/citiz-letterbox.h"

#include <string.h>

/* Opens at @seat and waits; the opening's id. */
static gchar *
open_at (Committee *world, guint seat, const CitizDeal *deal, guint use)
{
  g_autoptr (Reply) reply = committee_post (world, seat, deal, "open",
                                            opening_fields (world, deal, use, "Dre Ouellet"));

  committee_wait (world, reply);
  g_assert_cmpuint (reply->status, ==, 200);
  return g_strdup (reply_string (reply, "opening"));
}

/* What of the share @reply holds fits the grant. */
static gboolean
take_share (const CitizDeal *deal, const Reply *reply, CitizShare *out)
{
  guint place;
  g_autoptr (GBytes) share = NULL, salt = NULL;
  CitizHash commitment;

  if (reply->status != 200)
    return FALSE;
  place = (guint) json_integer_value (json_object_get (reply->json, "index"));
  share = citiz_base64url_decode (reply_string (reply, "share"));
  salt = citiz_base64url_decode (reply_string (reply, "salt"));
  citiz_grant_share_commitment (&commitment, &deal->body.id, (guint8) place,
                                g_bytes_get_data (share, NULL), g_bytes_get_data (salt, NULL));
  if (!citiz_hash_equal (&commitment, &deal->body.committee[place - 1].commitment))
    return FALSE;
  out->x = (guint8) place;
  out->n = 32;
  memcpy (out->y, g_bytes_get_data (share, NULL), 32);
  return TRUE;
}

/* Asks all that are up for their share. Returns how many are good. */
static guint
gather (Committee *world, const CitizDeal *deal, const gchar *opening, CitizShare shares[COMMITTEE])
{
  Reply *replies[COMMITTEE] = {NULL};
  guint n = 0;

  for (guint i = 0; i < COMMITTEE; i++)
    replies[i]
        = committee_post (world, i, deal, "release", release_fields (world, deal, i, opening));
  for (guint i = 0; i < COMMITTEE; i++)
    {
      committee_wait (world, replies[i]);
      n += take_share (deal, replies[i], &shares[n]);
      reply_free (replies[i]);
    }
  return n;
}

static gboolean
opens (const CitizDeal *deal, const CitizShare *shares, guint n)
{
  g_autoptr (CitizSecret) k_c = citiz_shamir_combine (shares, n, NULL);
  g_autofree gchar *jwe
      = k_c ? citiz_capsule_open (&deal->body.id, k_c, deal->capsule, NULL) : NULL;

  return jwe != NULL;
}

static void
test_whole_way (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  const gint64 began = g_get_monotonic_time ();
  g_autofree gchar *opening = open_at (world, 2, deal, 1);
  const gint64 opened = g_get_monotonic_time ();
  CitizShare shares[COMMITTEE];
  g_autoptr (GPtrArray) mail = NULL;
  g_autoptr (CitizNote) note = NULL;

  g_assert_cmpuint (gather (world, deal, opening, shares), ==, COMMITTEE);
  g_test_message ("opening final after %.1f ms, shares after %.1f ms", (opened - began) / 1000.0,
                  (g_get_monotonic_time () - began) / 1000.0);
  g_assert_true (opens (deal, shares, QUORUM));
  g_assert_true (opens (deal, shares + 1, QUORUM));
  /* t - 1 shares say nothing, with whatever they are joined */
  for (guint i = 0; i < COMMITTEE; i++)
    for (guint k = i + 1; k < COMMITTEE; k++)
      {
        const CitizShare two[] = {shares[i], shares[k]};

        g_assert_false (opens (deal, two, 2));
      }

  /* The note waits where it was brought, and nowhere else. */
  mail = citiz_node_mail (world->seats[2].node, NULL);
  g_assert_cmpuint (mail->len, ==, 1);
  note = citiz_note_open (&deal->body.id, deal->secrets->k_r, deal->secrets->t,
                          ((CitizMail *) mail->pdata[0])->sealed, NULL);
  g_assert_cmpstr (note->name, ==, "Dre Ouellet");
}

/* One node is down, another gives a share that is not the grant's: three are enough, the lie is signed. */
static void
test_one_down_one_lying (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  const guint place = place_of (deal, world, 1);
  g_autofree gchar *opening = open_at (world, 0, deal, 1);
  CitizShare shares[COMMITTEE];
  g_autoptr (Reply) lie = NULL;
  g_autoptr (GBytes) share = NULL, salt = NULL, given = NULL;
  CitizReceipt receipt = {.grant = deal->body.id, .capsule = deal->body.capsule};
  CitizHash commitment;
  json_t *told;

  g_assert_true (
      citiz_db_exec (world->seats[1].db, "UPDATE node_share SET salt = zeroblob (16)", NULL));
  g_assert_cmpuint (gather (world, deal, opening, shares), ==, QUORUM);
  g_assert_true (opens (deal, shares, QUORUM));

  lie = committee_post (world, 1, deal, "release", release_fields (world, deal, 1, opening));
  committee_wait (world, lie);
  share = citiz_base64url_decode (reply_string (lie, "share"));
  salt = citiz_base64url_decode (reply_string (lie, "salt"));
  given = citiz_base64url_decode (reply_string (lie, "given"));
  citiz_grant_share_commitment (&commitment, &deal->body.id, (guint8) (place + 1),
                                g_bytes_get_data (share, NULL), g_bytes_get_data (salt, NULL));
  g_assert_false (citiz_hash_equal (&commitment, &deal->body.committee[place].commitment));
  told = json_object_get (lie->json, "receipt");
  g_assert_true (citiz_hash_from_hex (&receipt.opening,
                                      json_string_value (json_object_get (told, "opening"))));
  receipt.time.ms = json_integer_value (json_object_get (told, "time"));
  g_assert_true (citiz_given_verify (&receipt, (guint8) (place + 1), &commitment,
                                     g_bytes_get_data (given, NULL),
                                     citiz_signing_key_get_public (world->seats[1].key)));

  /* With that one also gone a quorum is left: opening goes on. */
  seat_down (&world->seats[1]);
  g_free (opening);
  opening = open_at (world, 3, deal, 2);
  g_assert_cmpuint (gather (world, deal, opening, shares), ==, QUORUM);
  g_assert_true (opens (deal, shares, QUORUM));
  seat_up (&world->seats[1]);
}

static gboolean
all_erased (Committee *world, gconstpointer deal)
{
  for (guint i = 0; i < COMMITTEE; i++)
    {
      CitizNodeShare share;

      if (world->seats[i].db
          && citiz_node_store_get_share (world->seats[i].db, &((const CitizDeal *) deal)->body.id,
                                         &share, NULL))
        return FALSE;
    }
  return TRUE;
}

static gboolean
all_closed (Committee *world, gconstpointer deal)
{
  CitizGrantState state;

  return citiz_chain_grant (world->seats[0].chain, &((const CitizDeal *) deal)->body.id, &state)
         && state.closed == (1u << COMMITTEE) - 1;
}

/* After the end: every node refuses, has erased, and signs that on the ledger. Any t - 1 of them that kept what they had, with the whole
 * link, cannot open. */
static void
test_nothing_after_the_end (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  g_autofree gchar *opening = open_at (world, 1, deal, 1);
  CitizNodeShare kept[COMMITTEE];
  CitizShare shares[COMMITTEE];

  for (guint i = 0; i < COMMITTEE; i++)
    g_assert_true (citiz_node_store_get_share (world->seats[i].db, &deal->body.id, &kept[i], NULL));
  committee_revoke (world, deal);
  committee_until (world, all_erased, deal);
  g_assert_cmpuint (gather (world, deal, opening, shares), ==, 0);
  for (guint i = 0; i < COMMITTEE; i++)
    {
      g_autoptr (Reply) late
          = committee_post (world, i, deal, "open", opening_fields (world, deal, 2, "late"));
      g_autoptr (Reply) hand = committee_hand (world, i, deal);

      committee_wait (world, late);
      committee_wait (world, hand);
      g_assert_cmpuint (late->status, ==, 409);
      g_assert_cmpuint (hand->status, ==, 410);
    }
  /* every set of fewer than t nodes */
  for (guint set = 0; set < 1u << COMMITTEE; set++)
    {
      guint n = 0;

      for (guint i = 0; i < COMMITTEE; i++)
        if (set & 1u << i)
          {
            const CitizDealPart *part = deal->parts->pdata[place_of (deal, world, i)];

            shares[n] = (CitizShare){.x = part->index, .n = 32};
            memcpy (shares[n++].y, citiz_secret_data (part->share), 32);
          }
      if (n > 0)
        g_assert_true (opens (deal, shares, n) == (n >= QUORUM));
    }
  committee_until (world, all_closed, deal);
}

/* A signed revocation is obeyed by a node that has seen it, before it is final. */
static void
test_revocation_not_final (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  g_autofree gchar *opening = open_at (world, 0, deal, 1);
  g_autoptr (Reply) release = NULL;
  CitizGrantState state;

  seat_down (&world->seats[2]);
  seat_down (&world->seats[3]);
  committee_revoke (world, deal);
  release = committee_post (world, 0, deal, "release", release_fields (world, deal, 0, opening));
  committee_wait (world, release);
  g_assert_cmpuint (release->status, ==, 410);
  g_assert_true (citiz_chain_grant (world->seats[0].chain, &deal->body.id, &state));
  g_assert_cmpint (state.status, ==, CITIZ_GRANT_ACTIVE);
}

static gboolean
knows_opening (Committee *world, gconstpointer grant)
{
  CitizGrantState state;

  return citiz_chain_grant (world->seats[1].chain, grant, &state) && state.used == 1;
}

/* A lost answer costs no opening: the same note gets the same opening, at any node. Two readers get one each. */
static void
test_openings_are_counted (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 3, NULL, COMMITTEE);
  json_t *fields = opening_fields (world, deal, 1, "Dre Ouellet");
  g_autoptr (Reply) first = committee_post (world, 0, deal, "open", json_incref (fields));
  g_autoptr (Reply) same = committee_post (world, 0, deal, "open", json_incref (fields));
  g_autoptr (Reply) other = NULL, again = NULL;

  committee_wait (world, first);
  committee_wait (world, same);
  g_assert_cmpuint (first->status, ==, 200);
  g_assert_cmpstr (reply_string (first, "opening"), ==, reply_string (same, "opening"));
  committee_until (world, knows_opening, &deal->body.id);
  again = committee_post (world, 1, deal, "open", fields);
  committee_wait (world, again);
  g_assert_cmpstr (reply_string (first, "opening"), ==, reply_string (again, "opening"));
  other = committee_post (world, 1, deal, "open", opening_fields (world, deal, 1, "Dr Roy"));
  committee_wait (world, other);
  g_assert_cmpuint (other->status, ==, 409);
  g_assert_cmpint (json_integer_value (json_object_get (other->json, "used")), ==, 1);
}

/* That costs nothing of the last one either: whoever entered it may have lied about its name. */
static void
test_last_opening (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 1, NULL, COMMITTEE);
  json_t *fields = opening_fields (world, deal, 1, "Dre Ouellet");
  g_autoptr (Reply) first = committee_post (world, 0, deal, "open", json_incref (fields));
  g_autoptr (Reply) again = NULL, other = NULL;

  committee_wait (world, first);
  g_assert_cmpuint (first->status, ==, 200);
  committee_until (world, knows_opening, &deal->body.id);
  again = committee_post (world, 1, deal, "open", fields);
  committee_wait (world, again);
  g_assert_cmpuint (again->status, ==, 200);
  g_assert_cmpstr (reply_string (first, "opening"), ==, reply_string (again, "opening"));
  other = committee_post (world, 1, deal, "open", opening_fields (world, deal, 1, "Dr Roy"));
  committee_wait (world, other);
  g_assert_cmpuint (other->status, ==, 409);
  g_assert_cmpstr (reply_string (other, "state"), ==, "used");
}

/* Two readers at two nodes at the same time: one opening becomes final, the other is told which is next. */
static void
test_race (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  g_autoptr (Reply) a
      = committee_post (world, 0, deal, "open", opening_fields (world, deal, 1, "Dre Ouellet"));
  g_autoptr (Reply) b
      = committee_post (world, 3, deal, "open", opening_fields (world, deal, 1, "Dr Roy"));
  g_autoptr (GPtrArray) mail = NULL;

  committee_wait (world, a);
  committee_wait (world, b);
  g_assert_cmpuint (a->status + b->status, ==, 200 + 409);
  mail = citiz_node_mail (world->seats[a->status == 200 ? 3 : 0].node, NULL);
  g_assert_cmpuint (mail->len, ==, 0);
}

/* 50 wrong passcodes at once: each node counts five. */
static void
test_fifty_wrong_passcodes (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, "4821", COMMITTEE);
  Reply *replies[50];
  guint left[5] = {0};

  for (guint seat = 0; seat < COMMITTEE; seat++)
    {
      CitizNodeShare share;
      guint refused = 0;

      for (guint i = 0; i < 50; i++)
        {
          json_t *body = opening_fields (world, deal, 1, "guess");

          json_object_set_new (body, "proof",
                               json_string ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
          replies[i] = committee_post (world, seat, deal, "open", body);
        }
      for (guint i = 0; i < 50; i++)
        {
          const json_int_t n
              = (committee_wait (world, replies[i]),
                 json_integer_value (json_object_get (replies[i]->json, "remainingAttempts")));

          g_assert_cmpuint (replies[i]->status, ==, 401);
          if (n > 0)
            left[n]++;
          else
            refused++;
          reply_free (replies[i]);
        }
      g_assert_cmpuint (refused, ==, 46);
      g_assert_true (
          citiz_node_store_get_share (world->seats[seat].db, &deal->body.id, &share, NULL));
      g_assert_cmpuint (share.tries, ==, 0);
    }
  for (guint n = 1; n < 5; n++)
    g_assert_cmpuint (left[n], ==, COMMITTEE);
}

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

static gboolean
is_renewed (Committee *world, gconstpointer deal)
{
  for (guint i = 0; i < COMMITTEE; i++)
    {
      CitizGrantState state;

      if (!citiz_chain_grant (world->seats[i].chain, &((const CitizDeal *) deal)->body.id, &state)
          || !citiz_hash_equal (&state.grant.capsule, &((const CitizDeal *) deal)->body.capsule))
        return FALSE;
    }
  return TRUE;
}

/* A renewed grant: until a node has its new part it gives none; then the same link opens the new capsule, the old one is gone. */
static void
test_renewed (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  json_t *bundle
      = json_pack ("{s:s, s:s, s:i}", "resourceType", "Bundle", "type", "document", "total", 1);
  g_autoptr (CitizDeal) renewed = NULL;
  g_autofree gchar *first = open_at (world, 0, deal, 1);
  g_autofree gchar *second = NULL;
  g_autoptr (GBytes) old = NULL;
  CitizShare shares[COMMITTEE];
  CitizTxBody body;

  renewed = citiz_deal_renew (&world->env, bundle, &deal->body, deal->secrets->k_r,
                              deal->secrets->t, NULL);
  g_assert_nonnull (renewed);
  json_decref (bundle);
  body.grant = renewed->body;
  committee_submit (world, 0, CITIZ_TX_GRANT, &body);
  committee_until (world, is_renewed, renewed);
  g_assert_cmpuint (gather (world, deal, first, shares), ==, 0);
  second = open_at (world, 1, deal, 2);
  g_assert_cmpuint (gather (world, deal, second, shares), ==, 0);
  for (guint i = 0; i < COMMITTEE; i++)
    {
      g_autoptr (Reply) word = committee_hand (world, i, renewed);

      committee_wait (world, word);
      g_assert_cmpuint (word->status, ==, 200);
    }
  g_assert_cmpuint (gather (world, renewed, second, shares), ==, COMMITTEE);
  g_assert_true (opens (renewed, shares, QUORUM));
  old = citiz_node_store_get_blob (world->seats[2].db, &deal->body.capsule, NULL);
  g_assert_null (old);
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

/* A node that ends while an opening brought to it is on its way: whichever of the two became final in the end, its note is mail, once. */
static void
test_note_survives (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  json_t *fields = opening_fields (world, deal, 1, "Dre Ouellet");
  g_autoptr (Reply) cut = committee_post (world, 1, deal, "open", json_incref (fields));
  g_autoptr (GArray) waiting = NULL;
  g_autoptr (Reply) again = NULL;
  guint n = 0;

  while (waiting == NULL || waiting->len == 0)
    {
      g_main_context_iteration (NULL, TRUE);
      g_clear_pointer (&waiting, g_array_unref);
      waiting = citiz_node_store_waiting (world->seats[1].db, NULL);
    }
  seat_down (&world->seats[1]);
  committee_wait (world, cut);
  again = committee_post (world, 2, deal, "open", fields);
  committee_wait (world, again);
  g_assert_cmpuint (again->status, ==, 200);
  seat_up (&world->seats[1]);
  committee_until (world, knows_opening, &deal->body.id);
  for (guint i = 0; i < COMMITTEE; i++)
    {
      g_autoptr (GPtrArray) mail = citiz_node_mail (world->seats[i].node, NULL);

      n += mail->len;
    }
  g_assert_cmpuint (n, ==, 1);
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

/* The mail of a grant is given to its account only, each time over a fresh nonce. */
static void
test_mailbox (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  g_autofree gchar *opening = open_at (world, 1, deal, 1);
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *path = g_strconcat ("/v1/mailbox/", hex, NULL);
  CitizSigningKey *keys[] = {world->seats[0].key, world->citizen, world->citizen};
  const guint wanted[] = {401, 200, 401};
  g_autofree gchar *pass_text = NULL;
  gint64 row = 0;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autoptr (Reply) ask = committee_ask (world, 1, "GET", path, NULL, NULL, NULL);
      g_autoptr (Reply) reply = NULL;
      g_autofree gchar *header = NULL;

      committee_wait (world, ask);
      g_assert_cmpuint (ask->status, ==, 401);
      if (i < 2) /* the third is the second's, again */
        {
          g_autoptr (GBytes) nonce = citiz_base64url_decode (reply_string (ask, "nonce"));
          CitizMailPass pass = {.grant = deal->body.id, .time = citiz_env_now (&world->env)};

          memcpy (pass.nonce, g_bytes_get_data (nonce, NULL), sizeof pass.nonce);
          g_free (pass_text);
          pass_text = citiz_mail_pass_write (
              &pass, citiz_signing_key_get_public (world->seats[1].key), keys[i]);
        }
      header = g_strconcat ("Citiz ", pass_text, NULL);
      reply = committee_ask (world, 1, "GET", path, NULL, header, NULL);
      committee_wait (world, reply);
      g_assert_cmpuint (reply->status, ==, wanted[i]);
      if (reply->status == 200)
        {
          json_t *mail = json_array_get (json_object_get (reply->json, "mail"), 0);

          g_assert_cmpstr (json_string_value (json_object_get (mail, "opening")), ==, opening);
          row = json_integer_value (json_object_get (mail, "row"));
        }
    }
  {
    g_autofree gchar *drop = g_strdup_printf ("%s/%" G_GINT64_FORMAT, path, row);
    g_autoptr (Reply) ask = committee_ask (world, 1, "DELETE", drop, NULL, NULL, NULL);
    g_autoptr (Reply) reply = NULL;
    g_autoptr (GBytes) nonce = NULL;
    g_autofree gchar *text = NULL, *header = NULL;
    g_autoptr (GPtrArray) mail = NULL;
    CitizMailPass pass = {.grant = deal->body.id, .row = (guint64) row};

    committee_wait (world, ask);
    nonce = citiz_base64url_decode (reply_string (ask, "nonce"));
    memcpy (pass.nonce, g_bytes_get_data (nonce, NULL), sizeof pass.nonce);
    text = citiz_mail_pass_write (&pass, citiz_signing_key_get_public (world->seats[1].key),
                                  world->citizen);
    header = g_strconcat ("Citiz ", text, NULL);
    reply = committee_ask (world, 1, "DELETE", drop, NULL, header, NULL);
    committee_wait (world, reply);
    g_assert_cmpuint (reply->status, ==, 204);
    mail = citiz_node_mail (world->seats[1].node, NULL);
    g_assert_cmpuint (mail->len, ==, 0);
  }
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GPtrArray **) data = citiz_letterbox_read_finish (result, NULL);
}

static gboolean
is_read (Committee *world, gconstpointer mail)
{
  return *(GPtrArray *const *) mail != NULL;
}

static gboolean
box_is_empty (Committee *world, gconstpointer seat)
{
  g_autoptr (GPtrArray) mail = citiz_node_mail (world->seats[GPOINTER_TO_UINT (seat)].node, NULL);

  return mail->len == 0;
}

/* The app's side of it. */
static void
test_letterbox (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, COMMITTEE);
  g_autofree gchar *opening = open_at (world, 1, deal, 1);
  g_autoptr (CitizHttpClient) client = citiz_http_client_new (20000);
  g_autoptr (GPtrArray) mail = NULL;
  g_autofree gchar *hex = NULL;
  const CitizMail *first;
  CitizLetterbox box = {.client = client,
                        .env = &world->env,
                        .origin = citiz_node_get_origin (world->seats[1].node),
                        .node = *citiz_node_get_public (world->seats[1].node),
                        .grant = deal->body.id,
                        .key = world->citizen};

  citiz_letterbox_read (&box, NULL, read_cb, &mail);
  committee_until (world, is_read, &mail);
  g_assert_cmpuint (mail->len, ==, 1);
  first = mail->pdata[0];
  g_assert_cmpint (first->kind, ==, CITIZ_MAIL_OPENED);
  hex = citiz_hash_to_hex (&first->opening);
  g_assert_cmpstr (hex, ==, opening);
  g_assert_nonnull (first->sealed);
  citiz_letterbox_drop (&box, first->row, NULL);
  committee_until (world, box_is_empty, GUINT_TO_POINTER (1));
}

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

/* Opening by opening: the time from the press to the key. */
static void
test_latency (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 24, NULL, COMMITTEE);
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  CitizShare shares[COMMITTEE];

  for (guint i = 1; i <= 20; i++)
    {
      const gint64 began = g_get_monotonic_time ();
      g_autofree gchar *opening = open_at (world, i % COMMITTEE, deal, i);
      gint64 took;

      g_assert_cmpuint (gather (world, deal, opening, shares), >=, QUORUM);
      took = g_get_monotonic_time () - began;
      g_array_append_val (times, took);
    }
  for (guint i = 1; i < times->len; i++)
    for (guint k = i;
         k > 0 && g_array_index (times, gint64, k) < g_array_index (times, gint64, k - 1); k--)
      {
        const gint64 swap = g_array_index (times, gint64, k);

        g_array_index (times, gint64, k) = g_array_index (times, gint64, k - 1);
        g_array_index (times, gint64, k - 1) = swap;
      }
  g_test_message ("press to key: median %.1f ms, slowest %.1f ms",
                  g_array_index (times, gint64, 10) / 1000.0,
                  g_array_index (times, gint64, 19) / 1000.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
#define TEST(name, function)                                                                       \
  g_test_add ("/committee/" name, Committee, NULL, committee_up, function, committee_down)
  TEST ("whole-way", test_whole_way);
  TEST ("one-down-one-lying", test_one_down_one_lying);
  TEST ("nothing-after-the-end", test_nothing_after_the_end);
  TEST ("revocation-not-final", test_revocation_not_final);
  TEST ("openings-are-counted", test_openings_are_counted);
  TEST ("last-opening", test_last_opening);
  TEST ("race", test_race);
  TEST ("fifty-wrong-passcodes", test_fifty_wrong_passcodes);
  TEST ("false-parts", test_false_parts);
  TEST ("mailbox", test_mailbox);
  TEST ("smart-health-link", test_smart_health_link);
  TEST ("smart-health-link-behind", test_smart_health_link_behind);
  TEST ("quota", test_quota);
  TEST ("renewed", test_renewed);
  TEST ("spoken-code", test_spoken_code);
  TEST ("note-survives", test_note_survives);
  TEST ("giver", test_giver);
  TEST ("giver-again", test_giver_again);
  TEST ("letterbox", test_letterbox);
  TEST ("latency", test_latency);
  return g_test_run ();
}
