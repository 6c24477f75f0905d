/* What a node keeps, for whom and how long: quotas, a part it never got, an end it was told of. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "committee-fixture.h"

static guint
release_at (Committee *world, guint seat, const CitizDeal *deal, const gchar *opening)
{
  g_autoptr (Reply) reply
      = committee_post (world, seat, deal, "release", release_fields (world, deal, seat, opening));

  committee_wait (world, reply);
  return reply->status;
}

/* Quotas **********************************************************************/

/* What no compression makes small: its capsule is of the largest size. */
static json_t *
large_bundle (Committee *world)
{
  const gsize n = 2000u * 1024;
  g_autofree guint8 *bytes = g_malloc (n);
  g_autofree gchar *text = NULL;

  citiz_env_random (&world->env, bytes, n);
  text = citiz_base64url_encode (bytes, n);
  return json_pack ("{s:s, s:s, s:s}", "resourceType", "Bundle", "type", "document",
                    "implicitRules", text);
}

static gboolean
is_renewed (Committee *world, gconstpointer deal)
{
  const CitizTxGrant *grant = &((const CitizDeal *) deal)->body;
  CitizGrantState state;

  return citiz_chain_grant (world->seats[0].chain, &grant->id, &state)
         && citiz_hash_equal (&state.grant.capsule, &grant->capsule);
}

static guint
hand_renewed (Committee *world, const CitizDeal *deal, json_t *bundle)
{
  g_autoptr (CitizDeal) renewed = citiz_deal_renew (&world->env, bundle, &deal->body,
                                                    deal->secrets->k_r, deal->secrets->t, NULL);
  g_autoptr (Reply) reply = NULL;
  CitizTxBody body = {.grant = renewed->body};

  committee_submit (world, 0, CITIZ_TX_GRANT, &body);
  committee_until (world, is_renewed, renewed);
  reply = committee_hand (world, 0, renewed);
  committee_wait (world, reply);
  return reply->status;
}

/* So many bytes of capsules an account, those of renewed grants among them. */
static void
test_quota_bytes (Committee *world, gconstpointer data)
{
  json_t *large = large_bundle (world);
  g_autoptr (CitizDeal) small = committee_deal (world, 8, NULL, 1);
  g_autoptr (Reply) reply = NULL;
  CitizDeal *deals[4];

  world->bundle = large;
  for (guint i = 0; i < G_N_ELEMENTS (deals); i++)
    deals[i] = committee_deal (world, 8, NULL, i < 3 ? 1 : 0);
  g_assert_cmpuint (g_bytes_get_size (deals[0]->capsule), >, 4u << 20);
  reply = committee_hand (world, 0, deals[3]);
  committee_wait (world, reply);
  g_assert_cmpuint (reply->status, ==, 429);
  g_assert_cmpstr (reply_string (reply, "error"), ==, "quota");
  g_assert_cmpuint (hand_renewed (world, small, large), ==, 429);
  g_assert_cmpuint (hand_renewed (world, deals[0], large), ==,
                    200); /* takes the place of its own */
  world->bundle = NULL;
  json_decref (large);
  for (guint i = 0; i < G_N_ELEMENTS (deals); i++)
    citiz_deal_free (deals[i]);
}

static gboolean
holds_none (Committee *world, gconstpointer deal)
{
  CitizNodeShare share;

  return !citiz_node_store_get_share (world->seats[0].db, &((const CitizDeal *) deal)->body.id,
                                      &share, NULL);
}

static guint
hand_one (Committee *world, const CitizDeal *deal)
{
  g_autoptr (Reply) reply = committee_hand (world, 0, deal);

  committee_wait (world, reply);
  return reply->status;
}

/* So many grants an account; when one of them has ended, there is room for another. */
static void
test_quota_grants (Committee *world, gconstpointer data)
{
  g_autoptr (Reply) limits = committee_ask (world, 0, "GET", "/limits", NULL, NULL, NULL);
  g_autoptr (GPtrArray) deals = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_deal_free);
  guint most;

  committee_wait (world, limits);
  most = (guint) json_integer_value (json_object_get (limits->json, "accountGrants"));
  g_assert_cmpuint (most, >, 0);
  for (guint i = 0; i <= most; i++)
    g_ptr_array_add (deals, committee_deal (world, 1, NULL, i < most ? 1 : 0));
  g_assert_cmpuint (hand_one (world, deals->pdata[most]), ==, 429);
  g_assert_cmpuint (hand_one (world, deals->pdata[0]), ==, 200); /* it is held already */
  committee_revoke (world, deals->pdata[0]);
  committee_until (world, holds_none, deals->pdata[0]);
  g_assert_cmpuint (hand_one (world, deals->pdata[most]), ==, 200);
}

static guint
hand_with_capsule_of (Committee *world, CitizDeal *deal, gsize bytes)
{
  g_bytes_unref (deal->capsule);
  deal->capsule = g_bytes_new_take (g_malloc0 (bytes), bytes);
  return hand_one (world, deal);
}

/* A capsule larger than any that is made is not looked at. */
static void
test_capsule_size (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 1, NULL, 0);

  g_assert_cmpuint (hand_with_capsule_of (world, deal, CITIZ_CAPSULE_SEALED_MAX + 1), ==, 413);
  g_assert_cmpuint (hand_with_capsule_of (world, deal, CITIZ_CAPSULE_SEALED_MAX), ==,
                    403); /* it is not the one of the grant */
}

/* A part that never came *******************************************************/

static gboolean
lacks_part (Committee *world, guint seat, const CitizDeal *deal)
{
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *path = g_strconcat ("/v1/grants/", hex, NULL);
  g_autoptr (Reply) reply = committee_ask (world, seat, "GET", path, NULL, NULL, NULL);

  committee_wait (world, reply);
  g_assert_cmpuint (reply->status, ==, 200);
  return json_is_true (json_object_get (reply->json, "lacks"));
}

/* A node that was down when its part was handed does not say that the access has ended, but that it has none: others open it. */
static void
test_part_missing (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, QUORUM);
  g_autoptr (Reply) without = committee_open (world, QUORUM, deal, 1);
  g_autoptr (Reply) with = committee_open (world, 0, deal, 1);
  const gchar *opening = reply_string (with, "opening");

  g_assert_cmpuint (without->status, ==, 503);
  g_assert_cmpstr (reply_string (without, "error"), ==, "share");
  g_assert_cmpuint (with->status, ==, 200);
  for (guint i = 0; i < COMMITTEE; i++)
    {
      g_assert_cmpuint (release_at (world, i, deal, opening), ==, i < QUORUM ? 200 : 503);
      g_assert_cmpint (lacks_part (world, i, deal), ==, i >= QUORUM);
    }
}

static gboolean
is_erased (Committee *world, gconstpointer deal)
{
  CitizNodeShare share;

  for (guint i = 0; i < QUORUM; i++)
    if (citiz_node_store_get_share (world->seats[i].db, &((const CitizDeal *) deal)->body.id,
                                    &share, NULL))
      return FALSE;
  return TRUE;
}

/* After the end all of them say so, and why, whether they ever held a part or not. */
static void
test_ended_is_told (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, QUORUM);
  g_autoptr (Reply) first = committee_open (world, 0, deal, 1);

  committee_revoke (world, deal);
  committee_until (world, is_erased, deal);
  for (guint i = 0; i < COMMITTEE; i++)
    {
      g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
      g_autofree gchar *path = g_strdup_printf ("/v1/grants/%s", hex);
      g_autoptr (Reply) state = committee_ask (world, i, "GET", path, NULL, NULL, NULL);
      g_autoptr (Reply) late = committee_open (world, i, deal, 1);

      committee_wait (world, state);
      g_assert_cmpstr (reply_string (state, "state"), ==, "revoked");
      g_assert_cmpint (json_integer_value (json_object_get (state->json, "endedAt")), >, 0);
      g_assert_cmpuint (late->status, ==, 409);
      g_assert_cmpstr (reply_string (late, "state"), ==, "revoked");
      g_assert_cmpuint (release_at (world, i, deal, reply_string (first, "opening")), ==, 410);
    }
}

/* A node that was told of a revocation obeys it after a restart, too, and says it again: its owner may be away, and nobody else knows. */
static void
test_revoked_is_kept (Committee *world, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = committee_deal (world, 8, NULL, QUORUM);
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *path = g_strdup_printf ("/v1/grants/%s", hex);
  g_autoptr (Reply) state = NULL, late = NULL;

  committee_cut (world);
  committee_revoke (world, deal);
  seat_down (&world->seats[0]);
  seat_up (&world->seats[0]);
  state = committee_ask (world, 0, "GET", path, NULL, NULL, NULL);
  committee_wait (world, state);
  g_assert_cmpstr (reply_string (state, "state"), ==, "revoked");
  late = committee_open (world, 0, deal, 1);
  g_assert_cmpuint (late->status, ==, 409);
  committee_mend (world);
  citiz_node_sweep (world->seats[0].node);
  committee_until (world, is_erased, deal);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  COMMITTEE_TEST ("/keeping/quota-bytes", test_quota_bytes);
  COMMITTEE_TEST ("/keeping/quota-grants", test_quota_grants);
  COMMITTEE_TEST ("/keeping/capsule-size", test_capsule_size);
  COMMITTEE_TEST ("/keeping/part-missing", test_part_missing);
  COMMITTEE_TEST ("/keeping/ended-is-told", test_ended_is_told);
  COMMITTEE_TEST ("/keeping/revoked-is-kept", test_revoked_is_kept);
  return g_test_run ();
}
