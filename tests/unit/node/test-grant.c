/* A grant on a node from the deal to its end. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node-fixture.h"

#include <string.h>

static Reply *
state (Fixture *f, const CitizDeal *deal)
{
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *path = g_strconcat ("/v1/grants/", hex, NULL);

  return fixture_call (f, "GET", path, NULL);
}

static void
assert_state (Fixture *f, const CitizDeal *deal, const gchar *name, gint64 used)
{
  g_autoptr (Reply) reply = state (f, deal);

  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_cmpstr (reply_string (reply, "state"), ==, name);
  g_assert_cmpint (reply_int (reply, "used"), ==, used);
}

static void
test_whole_way (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (Reply) open = NULL, release = NULL, blob = NULL, tx = NULL;
  g_autofree gchar *capsule_path = NULL, *capsule_hex = NULL, *jwe = NULL, *tx_path = NULL;
  g_autoptr (GBytes) share = NULL, capsule = NULL, plain = NULL, signature = NULL;
  g_autoptr (CitizSecret) k_c = NULL;
  CitizReceipt receipt = {.grant = deal->body.id, .capsule = deal->body.capsule};
  json_t *signed_receipt;

  /* Looking consumes nothing. */
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (Reply) page = fixture_call (f, "GET", "/v", NULL);

      g_assert_cmpuint (page->status, ==, 200);
      assert_state (f, deal, "active", 0);
    }
  open = fixture_open (f, deal, 1, NULL);
  g_assert_cmpuint (open->status, ==, 200);
  g_assert_cmpuint (f->opened, ==, 1);
  release = fixture_release (f, deal, reply_string (open, "opening"), NULL);
  g_assert_cmpuint (release->status, ==, 200);
  g_assert_cmpint (reply_int (release, "index"), ==, 1);
  share = citiz_base64url_decode (reply_string (release, "share"));
  k_c = citiz_secret_new_take_copy (g_bytes_get_data (share, NULL), 32);
  capsule_hex = citiz_hash_to_hex (&deal->body.capsule);
  capsule_path = g_strconcat ("/v1/blobs/", capsule_hex, NULL);
  blob = fixture_call (f, "GET", capsule_path, NULL);
  g_assert_nonnull (strstr (blob->head, "application/octet-stream"));
  capsule = g_bytes_new (blob->body, blob->body_n);
  jwe = citiz_capsule_open (&deal->body.id, k_c, capsule, NULL);
  g_assert_nonnull (jwe);
  plain = citiz_jwe_decrypt (deal->secrets->k_r, jwe, -1, NULL);
  g_assert_nonnull (plain);

  /* The receipt is the node's, over this opening. */
  signed_receipt = json_object_get (release->json, "receipt");
  signature
      = citiz_base64url_decode (json_string_value (json_object_get (signed_receipt, "signature")));
  g_assert_true (citiz_hash_from_hex (
      &receipt.opening, json_string_value (json_object_get (signed_receipt, "opening"))));
  receipt.time.ms = json_integer_value (json_object_get (signed_receipt, "time"));
  g_assert_true (citiz_receipt_verify (&receipt, g_bytes_get_data (signature, NULL),
                                       citiz_node_get_public (f->node)));
  g_assert_cmpint (receipt.time.ms, ==, f->last.time.ms);

  tx_path = g_strconcat ("/v1/tx/", reply_string (open, "opening"), NULL);
  tx = fixture_call (f, "GET", tx_path, NULL);
  g_assert_cmpstr (reply_string (tx, "type"), ==, "access_open");
  g_assert_nonnull (json_object_get (tx->json, "proof"));
  assert_state (f, deal, "active", 1);
}

static void
test_note_reaches_the_citizen (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (Reply) open = fixture_open (f, deal, 1, NULL);
  g_autoptr (GPtrArray) mail = NULL;
  g_autoptr (CitizNote) note = NULL;
  const CitizMail *first;

  fixture_restart (f);
  mail = citiz_node_mail (f->node, NULL);
  g_assert_cmpuint (mail->len, ==, 1);
  first = mail->pdata[0];
  note
      = citiz_note_open (&deal->body.id, deal->secrets->k_r, deal->secrets->t, first->sealed, NULL);
  g_assert_cmpstr (note->name, ==, "Camille Ouellet");
  g_assert_cmpstr (note->reason, ==, "ETREAT");
  g_assert_true (citiz_node_drop_mail (f->node, first->row, NULL));
  g_clear_pointer (&mail, g_ptr_array_unref);
  mail = citiz_node_mail (f->node, NULL);
  g_assert_cmpuint (mail->len, ==, 0);
}

static void
test_opening_used_twice (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 3, NULL);
  g_autoptr (Reply) first = fixture_open (f, deal, 1, NULL);
  g_autoptr (Reply) again = fixture_open (f, deal, 1, NULL);
  g_autoptr (Reply) skipped = fixture_open (f, deal, 3, NULL);
  g_autoptr (Reply) second = fixture_open (f, deal, 2, NULL);
  g_autoptr (Reply) third = fixture_open (f, deal, 3, NULL);
  g_autoptr (Reply) fourth = fixture_open (f, deal, 4, NULL);
  g_autoptr (Reply) last = NULL, much_later = NULL;

  g_assert_cmpuint (first->status, ==, 200);
  g_assert_cmpuint (again->status, ==, 409);
  g_assert_cmpint (reply_int (again, "used"), ==, 1);
  g_assert_cmpuint (skipped->status, ==, 409);
  g_assert_cmpuint (second->status, ==, 200);
  g_assert_cmpuint (third->status, ==, 200);
  g_assert_cmpuint (fourth->status, ==, 409);
  g_assert_cmpstr (reply_string (fourth, "state"), ==, "used");
  assert_state (f, deal, "used", 3);
  /* The last reader still gets the share, for a while. */
  last = fixture_release (f, deal, reply_string (third, "opening"), NULL);
  g_assert_cmpuint (last->status, ==, 200);
  g_assert_cmpuint (citiz_node_sweep (f->node), ==, 0);
  f->now.ms += 11 * CITIZ_MINUTE;
  much_later = fixture_release (f, deal, reply_string (third, "opening"), NULL);
  g_assert_cmpuint (much_later->status, ==, 403);
  g_assert_cmpuint (citiz_node_sweep (f->node), ==, 1);
}

static void
test_release_needs_a_final_opening (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (CitizDeal) other = fixture_deal (f, 8, NULL);
  g_autofree gchar *invented = g_strnfill (64, 'a');
  g_autoptr (Reply) none = fixture_release (f, deal, invented, NULL);
  g_autoptr (Reply) open = fixture_open (f, deal, 1, NULL);
  g_autoptr (Reply) open_other = fixture_open (f, other, 1, NULL);
  g_autoptr (Reply) crossed = fixture_release (f, deal, reply_string (open_other, "opening"), NULL);
  g_autoptr (Reply) wrong_token = NULL, late = NULL;
  g_autofree gchar *token = g_strnfill (43, 'A');

  g_assert_cmpuint (none->status, ==, 410);
  g_assert_cmpuint (crossed->status, ==, 403);
  wrong_token = fixture_release (f, deal, reply_string (open, "opening"),
                                 json_pack ("{s:s}", "token", token));
  g_assert_cmpuint (wrong_token->status, ==, 403);
  /* An old opening does not give the share again in silence. */
  f->now.ms += 10 * CITIZ_MINUTE + CITIZ_SECOND;
  late = fixture_release (f, deal, reply_string (open, "opening"), NULL);
  g_assert_cmpuint (late->status, ==, 403);
}

static void
test_wrong_secret (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autofree gchar *a = g_strnfill (43, 'A');
  g_autoptr (Reply) reply = fixture_open (f, deal, 1, json_pack ("{s:s}", "a", a));

  g_assert_cmpuint (reply->status, ==, 403);
  g_assert_cmpuint (f->opened, ==, 0);
  assert_state (f, deal, "active", 0);
}

static void
assert_gone (Fixture *f, const CitizDeal *deal, const gchar *name)
{
  g_autofree gchar *hex = citiz_hash_to_hex (&deal->body.capsule);
  g_autofree gchar *path = g_strconcat ("/v1/blobs/", hex, NULL);
  g_autoptr (Reply) open = fixture_open (f, deal, 2, NULL);
  g_autoptr (Reply) blob = fixture_call (f, "GET", path, NULL);
  g_autoptr (Reply) st = state (f, deal);
  const CitizDealPart *part = deal->parts->pdata[0];
  gsize n;
  const guint8 *bytes = g_bytes_get_data (deal->capsule, &n);

  g_assert_cmpuint (open->status, ==, 409);
  g_assert_cmpuint (blob->status, ==, 404);
  g_assert_cmpstr (reply_string (st, "state"), ==, name);
  g_assert_cmpint (reply_int (st, "endedAt"), >, 0);
  g_assert_false (fixture_on_disk (f, citiz_secret_data (part->share), 32));
  g_assert_false (fixture_on_disk (f, part->token_hash.b, 32));
  g_assert_false (fixture_on_disk (f, bytes + 100, 64));
}

static void
test_revoke_while_opening (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  const CitizDealPart *part = deal->parts->pdata[0];
  g_autoptr (Reply) open = fixture_open (f, deal, 1, NULL);
  g_autoptr (Reply) release = NULL;
  CitizGrantState st;

  g_assert_true (fixture_on_disk (f, part->token_hash.b, 32));
  g_assert_false (
      fixture_on_disk (f, citiz_secret_data (part->share), 32)); /* sealed also while it lives */
  fixture_revoke (f, deal);
  release = fixture_release (f, deal, reply_string (open, "opening"), NULL);
  g_assert_cmpuint (release->status, ==, 410);
  g_assert_cmpstr (reply_string (release, "state"), ==, "revoked");
  g_assert_null (reply_string (release, "share"));
  assert_gone (f, deal, "revoked");
  g_assert_cmpuint (f->ended, ==, 1);
  g_assert_true (citiz_chain_grant (f->chain, &deal->body.id, &st));
  g_assert_cmpuint (st.closed, ==, 1); /* the node has signed that it deleted */
}

static void
test_expiry_survives_restart (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (Reply) open = fixture_open (f, deal, 1, NULL);
  g_autoptr (Reply) release = NULL;

  f->now.ms = deal->body.expires.ms - 1;
  assert_state (f, deal, "active", 1);
  f->now.ms = deal->body.expires.ms;
  release = fixture_release (f, deal, reply_string (open, "opening"), NULL);
  g_assert_cmpuint (release->status, ==, 410);
  fixture_restart (f); /* sweeps on start */
  g_assert_cmpuint (f->ended, ==, 0 + 1);
  assert_gone (f, deal, "expired");
}

/* No block since the grant: what the clock had come to is known all the same. */
static void
test_clock_moved_back_while_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  CitizTime dealt = f->now;

  f->now.ms = deal->body.expires.ms - CITIZ_HOUR;
  citiz_node_sweep (f->node);
  f->now = dealt;
  fixture_restart (f);
  f->now.ms += CITIZ_HOUR - 1;
  assert_state (f, deal, "active", 0);
  f->now.ms += 1;
  assert_state (f, deal, "expired", 0);
}

static void
test_clock_moved_back (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (CitizDeal) later = NULL;

  f->now.ms += CITIZ_DAY + CITIZ_HOUR;
  later = fixture_deal (f, 8, NULL); /* a block with a later time */
  f->now.ms -= CITIZ_DAY;
  assert_state (f, deal, "expired", 0);
  fixture_restart (f);
  f->now.ms -= CITIZ_DAY;
  assert_gone (f, deal, "expired");
  assert_state (f, later, "active", 0);
}

static void
test_restart_between_open_and_release (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  g_autoptr (Reply) open = fixture_open (f, deal, 1, NULL);
  g_autoptr (Reply) release = NULL;

  fixture_restart (f);
  release = fixture_release (f, deal, reply_string (open, "opening"), NULL);
  g_assert_cmpuint (release->status, ==, 200);
  assert_state (f, deal, "active", 1);
}

static void
test_passcode (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, "4821");
  g_autoptr (Reply) right = NULL, release = NULL, none = NULL, locked = NULL;

  right = fixture_open (f, deal, 1, fixture_proof (deal, "4821"));
  g_assert_cmpuint (right->status, ==, 200);
  release
      = fixture_release (f, deal, reply_string (right, "opening"), fixture_proof (deal, "4821"));
  g_assert_cmpuint (release->status, ==, 200);
  none = fixture_release (f, deal, reply_string (right, "opening"), NULL);
  g_assert_cmpuint (none->status, ==, 401);
  g_assert_cmpint (reply_int (none, "remainingAttempts"), ==, 4);
  for (gint left = 3; left >= 0; left--)
    {
      g_autoptr (Reply) wrong = fixture_open (f, deal, 2, fixture_proof (deal, "0000"));

      g_assert_cmpuint (wrong->status, ==, 401);
      g_assert_cmpint (reply_int (wrong, "remainingAttempts"), ==, left);
    }
  g_assert_cmpuint (f->tried, ==, 5);
  fixture_restart (f);
  locked = fixture_open (f, deal, 2, fixture_proof (deal, "4821"));
  g_assert_cmpuint (locked->status, ==, 401);
  g_assert_cmpint (reply_int (locked, "remainingAttempts"), ==, 0);
}

/* The grant's id is public: without the link's secret no try may be used up. */
static void
test_passcode_needs_the_link (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, "4821");
  g_autoptr (Reply) right = NULL;

  for (guint i = 0; i < 6; i++)
    {
      json_t *more = fixture_proof (deal, "0000");
      g_autoptr (Reply) stranger = NULL;

      json_object_set_new (more, "a", json_string ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
      stranger = fixture_open (f, deal, 1, more);
      g_assert_cmpuint (stranger->status, ==, 403);
    }
  g_assert_cmpuint (f->tried, ==, 0);
  right = fixture_open (f, deal, 1, fixture_proof (deal, "4821"));
  g_assert_cmpuint (right->status, ==, 200);
}

/* The secrets go also when the ledger's journal does not fit and nothing can be signed any more. */
static void
test_expiry_without_signing (Fixture *f, gconstpointer data)
{
  g_autoptr (CitizDeal) deal = fixture_deal (f, 8, NULL);
  const CitizDealPart *part = deal->parts->pdata[0];
  CitizSigningKey *own = f->node_key;

  f->node_key = citiz_signing_key_ref (f->citizen_key);
  f->now.ms += 25 * CITIZ_HOUR;
  g_test_expect_message ("citiz-node", G_LOG_LEVEL_WARNING, "erased, but the ledger*");
  fixture_restart (f);
  g_test_assert_expected_messages ();
  citiz_signing_key_unref (own);
  g_assert_false (citiz_chain_can_sign (f->chain));
  g_assert_cmpuint (f->ended, ==, 1);
  g_assert_false (f->last.has_opening);
  g_assert_false (fixture_on_disk (f, citiz_secret_data (part->share), 32));
  assert_state (f, deal, "expired", 0);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, fixture_up, func, fixture_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  ADD ("/node/grant/passcode-needs-the-link", test_passcode_needs_the_link);
  ADD ("/node/grant/expiry-without-signing", test_expiry_without_signing);
  ADD ("/node/grant/whole-way", test_whole_way);
  ADD ("/node/grant/note-reaches-the-citizen", test_note_reaches_the_citizen);
  ADD ("/node/grant/opening-used-twice", test_opening_used_twice);
  ADD ("/node/grant/release-needs-a-final-opening", test_release_needs_a_final_opening);
  ADD ("/node/grant/wrong-secret", test_wrong_secret);
  ADD ("/node/grant/revoke-while-opening", test_revoke_while_opening);
  ADD ("/node/grant/expiry-survives-restart", test_expiry_survives_restart);
  ADD ("/node/grant/clock-moved-back", test_clock_moved_back);
  ADD ("/node/grant/clock-moved-back-while-closed", test_clock_moved_back_while_closed);
  ADD ("/node/grant/restart-between-open-and-release", test_restart_between_open_and_release);
  ADD ("/node/grant/passcode", test_passcode);
  return g_test_run ();
}
