/* The record changes while an access is live: the same link opens what is newer. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node-fixture.h"

#include <string.h>

static CitizDeal *
renewed (Fixture *f, const CitizDeal *deal, GPtrArray *txs)
{
  json_t *bundle = json_pack ("{s:s, s:s}", "resourceType", "Bundle", "type", "collection");
  g_autoptr (GError) error = NULL;
  CitizGrantState state;
  CitizTxBody body = {0};
  CitizDeal *next;

  g_assert_true (citiz_chain_grant (f->chain, &deal->body.id, &state));
  next = citiz_deal_renew (&f->env, bundle, &state.grant, deal->secrets->k_r, deal->secrets->t,
                           &error);
  g_assert_no_error (error);
  json_decref (bundle);
  body.grant = next->body;
  citiz_chain_add (f->chain, txs, CITIZ_TX_GRANT, &f->account, 0, &body, f->citizen_key);
  return next;
}

static CitizDeal *
renew (Fixture *f, const CitizDeal *deal)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (GError) error = NULL;
  CitizDeal *next = renewed (f, deal, txs);

  f->now.ms += CITIZ_SECOND;
  g_assert_true (citiz_node_renew (f->node, next, txs, NULL, &error));
  g_assert_no_error (error);
  return next;
}

static Reply *
state (Fixture *f, const CitizDeal *deal)
{
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *path = g_strconcat ("/v1/grants/", hex, NULL);

  return fixture_call (f, "GET", path, NULL);
}

static Reply *
capsule_of (Fixture *f, const CitizDeal *deal)
{
  g_autofree gchar *hex = citiz_hash_to_hex (&deal->body.capsule);
  g_autofree gchar *path = g_strconcat ("/v1/blobs/", hex, NULL);

  return fixture_call (f, "GET", path, NULL);
}

/* Opens the whole way, as the page does, and tells whether @word is in what is read. */
static gboolean
reads (Fixture *f, const CitizDeal *deal, guint use, const gchar *word, gchar **out_opening)
{
  g_autoptr (Reply) open = fixture_open (f, deal, use, NULL);
  g_autoptr (Reply) release = fixture_release (f, deal, reply_string (open, "opening"), NULL);
  g_autoptr (Reply) blob = NULL;
  g_autoptr (GBytes) share = NULL, capsule = NULL, plain = NULL;
  g_autoptr (CitizSecret) k_c = NULL;
  g_autofree gchar *jwe = NULL, *path = NULL;

  g_assert_cmpuint (open->status, ==, 200);
  g_assert_cmpuint (release->status, ==, 200);
  g_assert_cmpstr (
      json_string_value (json_object_get (json_object_get (release->json, "receipt"), "capsule")),
      ==, reply_string (open, "capsule"));
  path = g_strconcat ("/v1/blobs/", reply_string (open, "capsule"), NULL);
  blob = fixture_call (f, "GET", path, NULL);
  share = citiz_base64url_decode (reply_string (release, "share"));
  k_c = citiz_secret_new_take_copy (g_bytes_get_data (share, NULL), 32);
  capsule = g_bytes_new (blob->body, blob->body_n);
  jwe = citiz_capsule_open (&deal->body.id, k_c, capsule, NULL);
  g_assert_nonnull (jwe);
  plain = citiz_jwe_decrypt (deal->secrets->k_r, jwe, -1, NULL);
  g_assert_nonnull (plain);
  if (out_opening != NULL)
    *out_opening = g_strdup (reply_string (open, "opening"));
  return memmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), word, strlen (word))
         != NULL;
}

static void
stored_share (Fixture *f, const CitizDeal *deal, CitizNodeShare *out)
{
  g_assert_true (citiz_node_store_get_share (f->db, &deal->body.id, out, NULL));
}

static void
test_same_link (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (CitizDeal) next = NULL;
  g_autoptr (Reply) old_blob = NULL, late = NULL, st = NULL;
  g_autofree gchar *first = NULL, *hex = NULL;
  const guint8 *bytes = g_bytes_get_data (deal->capsule, NULL);
  CitizNodeShare before, after;
  const guint8 none[32] = {0};
  guint8 pads[32];
  CitizGrantState judged;

  g_assert_true (reads (f, deal, 1, "document", &first));
  stored_share (f, deal, &before);
  g_assert_true (fixture_on_disk (f, bytes + 100, 64));
  next = renew (f, deal);
  hex = citiz_hash_to_hex (&next->body.capsule);
  st = state (f, deal);
  g_assert_cmpstr (reply_string (st, "state"), ==, "active");
  g_assert_cmpstr (reply_string (st, "capsule"), ==, hex);
  g_assert_cmpint (reply_int (st, "used"), ==, 1); /* no opening comes back */

  /* What was held is gone, and what is held now is behind another pad. */
  old_blob = capsule_of (f, deal);
  g_assert_cmpuint (old_blob->status, ==, 404);
  stored_share (f, deal, &after);
  g_assert_false (fixture_on_disk (f, bytes + 100, 64));
  g_assert_false (fixture_on_disk (f, before.share, sizeof before.share));
  g_assert_false (fixture_on_disk (f, before.salt, sizeof before.salt));
  for (guint i = 0; i < 32; i++)
    pads[i] = (guint8) (before.share[i] ^ after.share[i] ^ citiz_secret_data (deal->secrets->k_c)[i]
                        ^ citiz_secret_data (next->secrets->k_c)[i]);
  g_assert_false (citiz_bytes_equal (pads, none, sizeof pads));

  /* The earlier opening was for the earlier capsule. */
  late = fixture_release (f, deal, first, NULL);
  g_assert_cmpuint (late->status, ==, 409);
  g_assert_cmpstr (reply_string (late, "error"), ==, "renewed");
  g_assert_true (reads (f, deal, 2, "collection", NULL));
  fixture_restart (f);
  g_assert_true (reads (f, deal, 3, "collection", NULL));
  fixture_revoke (f, deal);
  g_assert_true (citiz_chain_grant (f->chain, &deal->body.id, &judged));
  g_assert_cmpuint (judged.closed, ==, 1);
  g_assert_false (
      fixture_on_disk (f, (const guint8 *) g_bytes_get_data (next->capsule, NULL) + 100, 64));
}

/* Five tries for the life of the access, however often it is renewed; the passcode stays. */
static void
test_tries_stay (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, "4821");
  g_autoptr (CitizDeal) next = NULL;

  for (gint left = 4; left >= 1; left--)
    {
      g_autoptr (Reply) wrong = fixture_open (f, deal, 1, fixture_proof (deal, "0000"));

      g_assert_cmpuint (wrong->status, ==, 401);
      g_assert_cmpint (reply_int (wrong, "remainingAttempts"), ==, left);
      if (left == 3)
        next = renew (f, deal);
    }
  {
    g_autoptr (Reply) right = fixture_open (f, deal, 1, fixture_proof (deal, "4821"));
    g_autoptr (Reply) wrong = fixture_open (f, deal, 2, fixture_proof (deal, "0000"));

    g_assert_cmpuint (right->status, ==, 200);
    g_assert_cmpint (reply_int (wrong, "remainingAttempts"), ==, 0);
  }
}

/* Whatever comes between: the earlier capsule opens, whole. */
static void
test_all_or_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (CitizDeal) next = renewed (f, deal, txs);
  g_autoptr (GError) error = NULL;
  guint64 height = citiz_chain_height (f->chain);

  /* The caller's own part of it failed. */
  g_assert_true (citiz_db_begin (f->db, NULL));
  g_assert_true (citiz_node_renew (f->node, next, txs, NULL, &error));
  citiz_db_rollback (f->db);
  g_assert_cmpuint (citiz_chain_height (f->chain), ==, height);
  g_assert_true (reads (f, deal, 1, "document", NULL));
  fixture_restart (f);
  g_assert_true (reads (f, deal, 2, "document", NULL));

  /* The node holds nothing of it any more: nothing is written on the ledger. */
  g_assert_true (citiz_node_store_erase (f->db, &deal->body.id, NULL));
  height = citiz_chain_height (f->chain);
  g_ptr_array_set_size (txs, 0);
  g_clear_pointer (&next, citiz_deal_free);
  next = renewed (f, deal, txs);
  g_assert_false (citiz_node_renew (f->node, next, txs, NULL, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND);
  g_assert_cmpuint (citiz_chain_height (f->chain), ==, height);
}

static void
test_not_after_the_end (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (CitizDeal) next = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) held = NULL;

  fixture_revoke (f, deal);
  next = renewed (f, deal, txs);
  g_assert_false (citiz_node_renew (f->node, next, txs, NULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CLOSED);
  held = citiz_node_store_grants (f->db, NULL);
  g_assert_cmpuint (held->len, ==, 0);
}

/* Another client than our page: the same address gives the newer summary, and says since when. */
static void
test_shl (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autofree gchar *t = citiz_base64url_encode (citiz_secret_data (deal->secrets->t), 32);
  g_autofree gchar *path = g_strconcat ("/shl/", t, NULL);
  g_autoptr (CitizDeal) next = NULL;
  g_autoptr (Reply) reply = NULL;
  g_autoptr (GBytes) plain = NULL;
  g_autofree gchar *updated = NULL;
  json_t *file;
  gint64 dealt = f->now.ms;

  f->now.ms += CITIZ_HOUR;
  next = renew (f, deal);
  reply = fixture_call (f, "POST", path, json_pack ("{s:s}", "recipient", "Dre Tremblay"));
  g_assert_cmpuint (reply->status, ==, 200);
  file = json_array_get (json_object_get (reply->json, "files"), 0);
  plain = citiz_jwe_decrypt (deal->secrets->k_r,
                             json_string_value (json_object_get (file, "embedded")), -1, NULL);
  g_assert_nonnull (plain);
  g_assert_nonnull (
      memmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), "collection", 10));
  {
    g_autoptr (GDateTime) first = g_date_time_new_from_unix_utc (dealt / CITIZ_SECOND);

    updated = g_date_time_format (first, "%Y-%m-%dT%H:%M:%SZ");
  }
  g_assert_cmpstr (json_string_value (json_object_get (file, "lastUpdated")), >, updated);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, fixture_up, func, fixture_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  ADD ("/node/renewal/same-link", test_same_link);
  ADD ("/node/renewal/tries-stay", test_tries_stay);
  ADD ("/node/renewal/all-or-nothing", test_all_or_nothing);
  ADD ("/node/renewal/not-after-the-end", test_not_after_the_end);
  ADD ("/node/renewal/smart-health-link", test_shl);
  return g_test_run ();
}
