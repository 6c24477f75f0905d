/* The chain on disk: blocks, openings, restarts, rollbacks, clocks. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "chain-fixture.h"

#include "crypto/citiz-crypto.h"

static void
test_life (World *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) first = list ();
  g_autoptr (GPtrArray) second = list ();
  g_autoptr (GPtrArray) third = list ();
  CitizBlockInfo info;
  CitizBlockInfo again;

  add_grant (world, first, 1, 3, CITIZ_DAY);
  submit_ok (world, first, &info);
  g_assert_cmpuint (info.height, ==, 2);
  g_assert_cmpint (state_of (world, 1).status, ==, CITIZ_GRANT_ACTIVE);
  g_assert_false (state_of (world, 1).can_release);

  submit_ok (world, first, &again);
  g_assert_cmpuint (again.height, ==, 2);
  g_assert_true (citiz_hash_equal (&info.hash, &again.hash));

  world->now.ms += 1000;
  add_open (world, second, 1, 1, 3);
  submit_ok (world, second, &info);
  g_assert_cmpint (state_of (world, 1).used, ==, 1);
  g_assert_cmpint (state_of (world, 1).last_opening.ms, ==, info.time.ms);
  g_assert_true (state_of (world, 1).can_release);

  world->now.ms += 1000;
  add_revoke (world, third, 1);
  submit_ok (world, third, &info);
  g_assert_cmpint (state_of (world, 1).status, ==, CITIZ_GRANT_REVOKED);
  g_assert_cmpint (state_of (world, 1).ended.ms, ==, info.time.ms);
  g_assert_false (state_of (world, 1).can_release);
  verify_ok (world);
}

static void
test_openings (World *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) deal = list ();
  g_autoptr (GPtrArray) wrong = list ();
  g_autoptr (GPtrArray) skipping = list ();
  g_autoptr (GPtrArray) both = list ();
  g_autoptr (GPtrArray) more = list ();
  g_autoptr (GPtrArray) unknown = list ();

  add_grant (world, deal, 1, 2, CITIZ_DAY);
  submit_ok (world, deal, NULL);
  add_open (world, wrong, 1, 1, 3);
  submit_refused (world, wrong, CITIZ_LEDGER_ERROR_PROOF);
  add_open (world, skipping, 1, 2, 2);
  submit_refused (world, skipping, CITIZ_LEDGER_ERROR_USE);
  add_open (world, both, 1, 1, 2);
  add_open (world, both, 1, 2, 2);
  submit_ok (world, both, NULL);
  g_assert_cmpint (state_of (world, 1).status, ==, CITIZ_GRANT_USED);
  g_assert_true (state_of (world, 1).can_release);
  add_open (world, more, 1, 2, 2);
  submit_refused (world, more, CITIZ_LEDGER_ERROR_CLOSED);
  add_open (world, unknown, 9, 1, 2);
  submit_refused (world, unknown, CITIZ_LEDGER_ERROR_UNKNOWN_GRANT);
  verify_ok (world);
}

/* An opening is found by its note, under its own grant only. */
static void
test_opening_of_note (World *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) txs = list ();
  const CitizId mine = grant_id (1), other = grant_id (2);

  add_grant (world, txs, 1, 2, CITIZ_DAY);
  add_grant (world, txs, 2, 2, CITIZ_DAY);
  add_open (world, txs, 1, 1, 2);
  add_open (world, txs, 1, 2, 2);
  submit_ok (world, txs, NULL);
  for (guint16 use = 1; use <= 3; use++)
    {
      const CitizHash note = note_of (use);
      g_autoptr (CitizTxInfo) info = citiz_chain_find_opening (world->chain, &mine, &note);

      g_assert_cmpint (info != NULL, ==, use <= 2);
      g_assert_true (info == NULL || info->tx->body.open.use == use);
      g_assert_null (citiz_chain_find_opening (world->chain, &other, &note));
    }
}

static void
test_end_and_restart (World *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) deal = list ();
  g_autoptr (GPtrArray) late = list ();
  CitizHash before;

  add_grant (world, deal, 1, 3, CITIZ_DAY);
  submit_ok (world, deal, NULL);
  before = *citiz_chain_id (world->chain);
  world->now.ms = state_of (world, 1).grant.expires.ms - 1;
  g_assert_cmpint (state_of (world, 1).status, ==, CITIZ_GRANT_ACTIVE);
  world_shut (world);
  world_open (world);
  g_assert_true (citiz_chain_can_sign (world->chain));
  g_assert_true (citiz_hash_equal (&before, citiz_chain_id (world->chain)));
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 2);
  g_assert_cmpint (state_of (world, 1).status, ==, CITIZ_GRANT_ACTIVE);
  world->now.ms += 1;
  g_assert_cmpint (state_of (world, 1).status, ==, CITIZ_GRANT_EXPIRED);
  g_assert_cmpint (state_of (world, 1).ended.ms, ==, state_of (world, 1).grant.expires.ms);
  add_open (world, late, 1, 1, 3);
  submit_refused (world, late, CITIZ_LEDGER_ERROR_CLOSED);
  verify_ok (world);
}

static void
test_clock (World *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) deal = list ();
  g_autoptr (GPtrArray) open = list ();
  CitizTime dealt;
  CitizBlockInfo info;

  add_grant (world, deal, 1, 3, CITIZ_DAY);
  submit_ok (world, deal, &info);
  dealt = info.time;

  /* Set back by a year: time goes on from where it was, and the 24 hours still end after 24 hours. */
  world->now.ms -= 365 * CITIZ_DAY;
  g_assert_cmpint (citiz_chain_time (world->chain).ms, >=, dealt.ms);
  world->now.ms += CITIZ_HOUR;
  add_open (world, open, 1, 1, 3);
  submit_ok (world, open, &info);
  g_assert_cmpint (info.time.ms, >=, dealt.ms + CITIZ_HOUR);
  g_assert_cmpint (state_of (world, 1).status, ==, CITIZ_GRANT_ACTIVE);
  world_shut (world);
  world->now.ms += 23 * CITIZ_HOUR;
  world_open (world);
  g_assert_cmpint (state_of (world, 1).status, ==, CITIZ_GRANT_EXPIRED);

  /* Set right again: no jump twice the size. */
  world->now.ms = dealt.ms + 30 * CITIZ_HOUR;
  g_assert_cmpint (citiz_chain_time (world->chain).ms, ==, world->now.ms);
  verify_ok (world);
}

static void
test_joined (World *world, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) lost = list ();
  g_autoptr (GPtrArray) kept = list ();
  g_autoptr (GPtrArray) after = list ();
  const CitizId id = grant_id (1);
  CitizGrantState state;

  g_assert_true (citiz_db_begin (world->db, &error));
  add_grant (world, lost, 1, 3, CITIZ_DAY);
  submit_ok (world, lost, NULL);
  g_assert_true (citiz_chain_grant (world->chain, &id, &state));
  citiz_db_rollback (world->db);
  g_assert_false (citiz_chain_grant (world->chain, &id, &state));
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 1);

  g_assert_true (citiz_db_begin (world->db, &error));
  add_grant (world, kept, 2, 3, CITIZ_DAY);
  submit_ok (world, kept, NULL);
  g_assert_true (citiz_db_commit (world->db, &error));
  g_assert_no_error (error);

  /* A refusal leaves the caller's transaction as it was. */
  g_assert_true (citiz_db_begin (world->db, &error));
  submit_refused (world, lost, CITIZ_LEDGER_ERROR_NONCE);
  g_assert_true (citiz_db_commit (world->db, &error));
  g_assert_no_error (error);
  world_shut (world);
  world_open (world);
  add_open (world, after, 2, 1, 3);
  submit_ok (world, after, NULL);
  verify_ok (world);
}

static void
test_path (World *world, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) deal = list ();
  g_autoptr (GPtrArray) open = list ();
  g_autoptr (GPtrArray) of_grant = NULL;
  g_autoptr (GPtrArray) of_block = NULL;
  g_autoptr (GPtrArray) blocks = NULL;
  g_autofree gchar *checkpoint = NULL;
  const CitizId id = grant_id (4);
  CitizHash missing = {{1}};
  CitizTxPath path;
  CitizTxInfo info;

  add_grant (world, deal, 3, 3, CITIZ_DAY);
  add_grant (world, deal, 4, 3, CITIZ_DAY);
  add_grant (world, deal, 5, 3, CITIZ_DAY);
  submit_ok (world, deal, NULL);
  add_open (world, open, 4, 1, 3);
  submit_ok (world, open, NULL);

  g_assert_true (citiz_chain_path (world->chain, citiz_tx_get_id (deal->pdata[1]), &path, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < CITIZ_N_STEPS; i++)
    g_assert_true (path.done[i]);
  g_assert_cmpuint (path.info.height, ==, 2);
  g_assert_cmpuint (path.info.index, ==, 1);
  g_assert_cmpuint (path.info.log_index, ==, 2);
  g_assert_cmpuint (path.header.height, ==, 3);
  g_assert_cmpuint (path.n_votes, ==, 1);
  citiz_tx_path_clear (&path);

  of_grant = citiz_chain_txs_of_grant (world->chain, &id, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (of_grant->len, ==, 2);
  g_assert_cmpint (((CitizTxInfo *) of_grant->pdata[1])->type, ==, CITIZ_TX_ACCESS_OPEN);
  of_block = citiz_chain_txs_of_block (world->chain, 2, &error);
  g_assert_cmpuint (of_block->len, ==, 3);
  blocks = citiz_chain_blocks (world->chain, 2, 7, &error);
  g_assert_cmpuint (blocks->len, ==, 2);
  g_assert_cmpuint (((CitizBlockInfo *) blocks->pdata[0])->n_tx, ==, 3);
  checkpoint = citiz_chain_checkpoint (world->chain);
  g_assert_true (g_str_has_prefix (checkpoint, "citiz/"));

  g_assert_false (citiz_chain_find_tx (world->chain, &missing, &info, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND);
}

static void
test_other_node (World *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) deal = list ();

  world_shut (world);
  citiz_signing_key_unref (world->node);
  world->node = tools_key (77);
  world_open (world);
  g_assert_false (citiz_chain_can_sign (world->chain));
  verify_ok (world);
  add_grant (world, deal, 1, 3, CITIZ_DAY);
  submit_refused (world, deal, CITIZ_LEDGER_ERROR_KEY);
}

/* A journal that knows more, or less, than the chain: nothing is signed any more. */
static void
test_journal (World *world, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) deal = list ();

  add_grant (world, deal, 1, 3, CITIZ_DAY);
  submit_ok (world, deal, NULL);
  g_assert_false (citiz_db_exec (world->db,
                                 "INSERT INTO chain_journal (epoch, slot, kind, vote) "
                                 "VALUES (0, 2, 4, x'00')",
                                 NULL));
  g_assert_true (citiz_db_exec (world->db, "DELETE FROM chain_journal WHERE slot = 2", &error));
  world_shut (world);
  world_open (world);
  g_assert_false (citiz_chain_can_sign (world->chain));
}

/* One false signature among many: nothing of them is kept, and the chain goes on. */
static void
test_false_signature (World *world, gconstpointer unused)
{
  for (guint which = 0; which < 100; which += 33)
    {
      g_autoptr (GPtrArray) txs = list ();
      g_autoptr (GPtrArray) good = list ();

      for (guint i = 0; i < 100; i++)
        {
          CitizTxBody body = {.commit.n_leaves = 1};

          citiz_random (body.commit.root.b, sizeof body.commit.root.b);
          citiz_chain_add (world->chain, txs, CITIZ_TX_COMMIT_RECORDS, &world->account, 0, &body,
                           i == which ? world->node : world->device);
        }
      submit_refused (world, txs, CITIZ_LEDGER_ERROR_SIGNATURE);
      add_grant (world, good, (guint8) which, 3, CITIZ_DAY);
      submit_ok (world, good, NULL);
    }
  verify_ok (world);
}

#define ADD(name, func) g_test_add (name, World, NULL, world_init, func, world_clear)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  ADD ("/chain/life", test_life);
  ADD ("/chain/openings", test_openings);
  ADD ("/chain/opening-of-note", test_opening_of_note);
  ADD ("/chain/end-and-restart", test_end_and_restart);
  ADD ("/chain/clock", test_clock);
  ADD ("/chain/joined", test_joined);
  ADD ("/chain/path", test_path);
  ADD ("/chain/other-node", test_other_node);
  ADD ("/chain/journal", test_journal);
  ADD ("/chain/false-signature", test_false_signature);
  return g_test_run ();
}
