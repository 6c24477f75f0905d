/* A grant over four nodes: dealt, opened, counted, one down, one lying, renewed, ended. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "committee-fixture.h"

#include <string.h>

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
  g_autofree gchar *opening = committee_opening (world, 2, deal, 1);
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
  g_autofree gchar *opening = committee_opening (world, 0, deal, 1);
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
  opening = committee_opening (world, 3, deal, 2);
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
  g_autofree gchar *opening = committee_opening (world, 1, deal, 1);
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
  g_autofree gchar *opening = committee_opening (world, 0, deal, 1);
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
  g_autofree gchar *first = committee_opening (world, 0, deal, 1);
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
  second = committee_opening (world, 1, deal, 2);
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
      g_autofree gchar *opening = committee_opening (world, i % COMMITTEE, deal, i);
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
  COMMITTEE_TEST ("/committee/whole-way", test_whole_way);
  COMMITTEE_TEST ("/committee/one-down-one-lying", test_one_down_one_lying);
  COMMITTEE_TEST ("/committee/nothing-after-the-end", test_nothing_after_the_end);
  COMMITTEE_TEST ("/committee/revocation-not-final", test_revocation_not_final);
  COMMITTEE_TEST ("/committee/openings-are-counted", test_openings_are_counted);
  COMMITTEE_TEST ("/committee/last-opening", test_last_opening);
  COMMITTEE_TEST ("/committee/race", test_race);
  COMMITTEE_TEST ("/committee/fifty-wrong-passcodes", test_fifty_wrong_passcodes);
  COMMITTEE_TEST ("/committee/renewed", test_renewed);
  COMMITTEE_TEST ("/committee/note-survives", test_note_survives);
  COMMITTEE_TEST ("/committee/latency", test_latency);
  return g_test_run ();
}
