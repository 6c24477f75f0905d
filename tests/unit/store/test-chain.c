/* The chain on disk: blocks, openings, restarts, damage, rollbacks, clocks. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"
#include "store/citiz-db.h"

#include "crypto/citiz-crypto.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  gchar *dir;
  CitizTime now;
  CitizEnv env;
  CitizDb *db;
  CitizChain *chain;
  CitizSigningKey *node;
  CitizSigningKey *device;
  CitizHash account;
  CitizHash secret; /* a_0 */
} World;

static CitizTime
world_now (gpointer data)
{
  return ((World *) data)->now;
}

static void
world_random (gpointer data, guint8 *out, gsize n)
{
  citiz_random (out, n);
}

static CitizSigningKey *
new_key (guint8 n)
{
  guint8 bytes[32];
  g_autoptr (CitizSecret) seed = NULL;

  memset (bytes, n, sizeof bytes);
  seed = citiz_secret_new_take_copy (bytes, sizeof bytes);
  return citiz_signing_key_new_from_seed (seed);
}

static void
world_open (World *world)
{
  g_autoptr (GError) error = NULL;

  world->db = citiz_db_open (world->dir, CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  world->chain = citiz_chain_open (world->db, &world->env, world->node, &error);
  g_assert_no_error (error);
}

static void
world_shut (World *world)
{
  g_clear_pointer (&world->chain, citiz_chain_close);
  g_clear_pointer (&world->db, citiz_db_unref);
}

static void
world_init (World *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (GError) error = NULL;

  world->dir = g_dir_make_tmp ("citiz-chain-XXXXXX", &error);
  g_assert_no_error (error);
  world->now.ms = G_GINT64_CONSTANT (1800000000000);
  world->env = (CitizEnv){world_now, world_random, world};
  world->node = new_key (1);
  world->device = new_key (2);
  memset (&world->secret, 7, sizeof world->secret);
  world_open (world);
  citiz_chain_add_register (world->chain, txs, world->device, NULL, &world->account);
  g_assert_true (citiz_chain_submit (world->chain, txs, NULL, &error));
  g_assert_no_error (error);
}

static void
world_clear (World *world, gconstpointer unused)
{
  g_autoptr (GDir) dir = g_dir_open (world->dir, 0, NULL);
  const gchar *name;

  world_shut (world);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (world->dir, name, NULL);
      g_unlink (path);
    }
  g_rmdir (world->dir);
  g_free (world->dir);
  citiz_signing_key_unref (world->node);
  citiz_signing_key_unref (world->device);
}

static GPtrArray *
list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
}

static CitizId
grant_id (guint8 n)
{
  CitizId id;

  memset (id.b, n, sizeof id.b);
  return id;
}

static void
add_grant (World *world, GPtrArray *txs, guint8 n, guint16 max, gint64 length)
{
  CitizTxBody body = {0};

  body.grant.id = grant_id (n);
  body.grant.kind = CITIZ_GRANT_EMERGENCY;
  memset (&body.grant.capsule, 9, 32);
  body.grant.threshold = 1;
  body.grant.n_committee = 1;
  body.grant.committee[0].node = *citiz_signing_key_get_public (world->node);
  citiz_hash_repeat (&body.grant.a_max, &world->secret, max);
  body.grant.max_openings = max;
  body.grant.not_before = citiz_chain_time (world->chain);
  body.grant.expires.ms = body.grant.not_before.ms + length;
  citiz_chain_add (world->chain, txs, CITIZ_TX_GRANT, &world->account, 0, &body, world->device);
}

static CitizHash
note_of (guint16 use)
{
  CitizHash note;

  memset (note.b, 0x40 + use, sizeof note.b);
  return note;
}

static void
add_open (World *world, GPtrArray *txs, guint8 n, guint16 use, guint16 max)
{
  CitizTxBody body = {0};

  body.open.grant = grant_id (n);
  body.open.use = use;
  citiz_hash_repeat (&body.open.a, &world->secret, max - use);
  body.open.note = note_of (use);
  citiz_chain_add (world->chain, txs, CITIZ_TX_ACCESS_OPEN, &world->account, 0, &body,
                   world->device);
}

static void
add_revoke (World *world, GPtrArray *txs, guint8 n)
{
  CitizTxBody body = {0};

  body.revoke.grant = grant_id (n);
  citiz_chain_add (world->chain, txs, CITIZ_TX_GRANT_REVOKE, &world->account, 0, &body,
                   world->device);
}

static void
submit_ok (World *world, GPtrArray *txs, CitizBlockInfo *out)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_chain_submit (world->chain, txs, out, &error));
  g_assert_no_error (error);
}

static void
submit_refused (World *world, GPtrArray *txs, CitizLedgerError code)
{
  g_autoptr (GError) error = NULL;
  const guint64 height = citiz_chain_height (world->chain);

  g_assert_false (citiz_chain_submit (world->chain, txs, NULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, (gint) code);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, height);
}

static CitizGrantState
state_of (World *world, guint8 n)
{
  const CitizId id = grant_id (n);
  CitizGrantState state;

  g_assert_true (citiz_chain_grant (world->chain, &id, &state));
  return state;
}

static void
verify_ok (World *world)
{
  g_autoptr (GError) error = NULL;
  CitizVerified verified;

  g_assert_true (citiz_chain_verify_level (world->chain, CITIZ_LEVEL_FULL, NULL, NULL, NULL,
                                           &verified, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (verified.n_blocks, ==, citiz_chain_height (world->chain));
}

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
  world->node = new_key (77);
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

static const struct
{
  const gchar *sql;
  const gchar *message;
} damages[] = {
    {"UPDATE chain_block SET hash = zeroblob (32) WHERE height = 2", "block 2:"},
    {"UPDATE chain_block SET header = zeroblob (344) WHERE height = 3", "block 3:"},
    {"UPDATE chain_block SET final = (SELECT final FROM chain_block WHERE height = 1) "
     "WHERE height = 2",
     "block 2:"},
    {"UPDATE chain_block SET final = CAST (substr (final, 1, length (final) - 1) || x'ff' AS BLOB) "
     "WHERE height = 2",
     "block 2: a signature is false"},
    {"DELETE FROM chain_block WHERE height = 2", "block 2:"},
    {"UPDATE chain_tx SET bytes = substr (bytes, 1, length (bytes) - 1) WHERE number = 1",
     "block 2:"},
    {"UPDATE chain_tx SET bytes = CAST (substr (bytes, 1, length (bytes) - 10) || zeroblob (8) || "
     "substr (bytes, -2) AS BLOB) WHERE number = 2",
     "block 3"},
    {"UPDATE chain_tx SET grant_id = zeroblob (16) WHERE number = 2", "block 3:"},
    {"UPDATE chain_name SET name = zeroblob (8) WHERE number = 2", "block 4:"},
    {"INSERT INTO chain_name SELECT name, number + 1 FROM chain_name WHERE number = 2", "block 4:"},
    {"UPDATE chain_named SET height = 2", "block 4:"},
    {"INSERT INTO chain_said (number) VALUES (2)", "block 4:"},
    {"UPDATE chain_name SET number = -9 WHERE number = -2", "block 4:"},
    {"DELETE FROM chain_name WHERE number = 2", "block 4:"},
    {"DELETE FROM chain_tx WHERE number = 2", "block 3:"},
    {"UPDATE chain_block SET first = 1 WHERE height = 3", "block 3:"},
    {"UPDATE chain_log SET hash = zeroblob (32) WHERE level = 4 AND place = 0", "block 4:"},
    {"DELETE FROM chain_log", "block 4:"},
    {"UPDATE chain_state SET value = x'01'", "block 4:"},
    {"DELETE FROM chain_state WHERE key = (SELECT min (key) FROM chain_state)", "block 4:"},
};

static void
test_damage (gconstpointer data)
{
  const gsize which = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  World world = {0};

  world_init (&world, NULL);
  for (guint8 n = 1; n <= 3; n++)
    {
      g_autoptr (GPtrArray) deal = list ();
      add_grant (&world, deal, n, 3, CITIZ_DAY);
      for (guint8 i = 1; n == 3 && i < 16; i++) /* what is kept of the log begins with 16 */
        add_grant (&world, deal, n + i, 3, CITIZ_DAY);
      submit_ok (&world, deal, NULL);
    }
  g_assert_true (citiz_chain_mend (world.chain, &error)); /* all names into their table */
  verify_ok (&world);
  g_assert_true (citiz_db_exec (world.db, damages[which].sql, &error));
  g_assert_no_error (error);
  g_assert_false (citiz_chain_verify (world.chain, NULL, NULL, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED);
  g_assert_true (g_str_has_prefix (error->message, damages[which].message));
  if (g_str_equal (damages[which].message, "block 4:")) /* in what follows from the blocks */
    {
      g_clear_error (&error);
      g_assert_true (citiz_chain_mend (world.chain, &error));
      g_assert_no_error (error);
      verify_ok (&world);
    }
  world_clear (&world, NULL);
}

/* What is derived from the transactions is made again from them; what is not, is not. */
static void
test_rebuild (World *world, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) deal = list ();
  g_autoptr (GPtrArray) open = list ();
  g_autoptr (GPtrArray) more = list ();

  add_grant (world, deal, 1, 3, CITIZ_DAY);
  submit_ok (world, deal, NULL);
  add_open (world, open, 1, 1, 3);
  for (guint8 n = 2; n < 16; n++)
    add_grant (world, open, n, 3, CITIZ_DAY);
  submit_ok (world, open, NULL);
  g_assert_true (citiz_db_exec (world->db,
                                "DELETE FROM chain_log WHERE level = 4;"
                                "UPDATE chain_state SET value = x'0101'",
                                &error));
  g_assert_no_error (error);
  world_shut (world);
  world_open (world);
  g_test_expect_message ("citiz-store", G_LOG_LEVEL_MESSAGE, "*made again*");
  g_assert_cmpint (state_of (world, 1).used, ==, 1);
  g_test_assert_expected_messages ();
  verify_ok (world);
  add_open (world, more, 1, 2, 3);
  submit_ok (world, more, NULL);
  verify_ok (world);
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

/* Names that wait go into the long table together; transactions are found before and after, and each is found once. */
static void
test_many_names (World *world, gconstpointer unused)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (CitizHash));
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GError) error = NULL;
  CitizBlockInfo block;
  CitizTxInfo info;

  for (guint i = 0; i < CITIZ_CHAIN_NAMES / CITIZ_BLOCK_MAX_TX + 1; i++)
    {
      g_autoptr (GPtrArray) txs = list ();

      for (guint k = 0; k < CITIZ_BLOCK_MAX_TX; k++)
        {
          CitizTxBody body = {.commit.n_leaves = 1};

          citiz_random (body.commit.root.b, sizeof body.commit.root.b);
          citiz_chain_add (world->chain, txs, CITIZ_TX_COMMIT_RECORDS, &world->account, 0, &body,
                           world->device);
        }
      submit_ok (world, txs, NULL);
      g_array_append_val (ids, *citiz_tx_get_id (txs->pdata[0]));
      g_array_append_val (ids, *citiz_tx_get_id (txs->pdata[txs->len - 1]));
      if (i == 0)
        again = g_steal_pointer (&txs);
    }
  for (guint i = 0; i < ids->len; i++)
    {
      const CitizHash *id = &g_array_index (ids, CitizHash, i);
      g_autoptr (GPtrArray) blocks = citiz_chain_blocks (world->chain, 2 + i / 2, 1, &error);
      guint64 height;

      g_assert_no_error (error);
      g_assert_true (citiz_chain_height_of (
          world->chain, &((const CitizBlockInfo *) blocks->pdata[0])->hash, &height));
      g_assert_cmpuint (height, ==, 2 + i / 2);
      g_assert_false (citiz_chain_height_of (world->chain, id, &height));

      g_assert_true (citiz_chain_find_tx (world->chain, id, &info, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (info.height, ==, 2 + i / 2);
      citiz_tx_info_clear (&info);
    }
  g_assert_true (citiz_chain_submit (world->chain, again, &block, &error));
  g_assert_cmpuint (block.height, ==, 2);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 1 + ids->len / 2);
  verify_ok (world);
}

static gboolean
is_found (World *world, const CitizTx *tx)
{
  g_autoptr (GError) error = NULL;
  CitizTxInfo info;

  if (citiz_chain_find_tx (world->chain, citiz_tx_get_id (tx), &info, &error))
    {
      citiz_tx_info_clear (&info);
      return TRUE;
    }
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND);
  return FALSE;
}

/* What was rolled back is found no more, and what takes its place is. */
static void
test_names_rolled_back (World *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) gone = list ();
  g_autoptr (GPtrArray) stays = list ();
  g_autoptr (GPtrArray) next = list ();
  g_autoptr (GError) error = NULL;
  CitizBlockInfo block;
  guint64 height;

  add_grant (world, gone, 1, 3, CITIZ_DAY);
  add_grant (world, stays, 2, 3, CITIZ_DAY);
  g_assert_true (citiz_db_begin (world->db, &error));
  submit_ok (world, gone, &block);
  g_assert_true (is_found (world, gone->pdata[0]));
  citiz_db_rollback (world->db);
  g_assert_false (is_found (world, gone->pdata[0]));
  g_assert_false (citiz_chain_height_of (world->chain, &block.hash, &height));

  g_assert_true (citiz_db_begin (world->db, &error));
  submit_ok (world, gone, NULL);
  citiz_db_rollback (world->db);
  submit_ok (world, stays, NULL);
  add_grant (world, next, 3, 3, CITIZ_DAY);
  submit_ok (world, next, NULL);
  g_assert_false (is_found (world, gone->pdata[0]));
  g_assert_true (is_found (world, stays->pdata[0]));
  g_assert_true (is_found (world, next->pdata[0]));
  verify_ok (world);
}

static gint64
named_up_to (World *world)
{
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GError) error = NULL;
  gboolean row;

  g_assert_true (
      citiz_db_prepare (world->db, "SELECT max (height) FROM chain_named", &stmt, &error));
  g_assert_true (citiz_stmt_next (stmt, &row, &error));
  return citiz_stmt_int (stmt, 0);
}

/* An idle community makes empty blocks: their names wait, too, and no more of them than of transactions. */
static void
test_names_of_empty_blocks (World *world, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  const CitizBlockHeader header = {.log_size = 1};
  g_autoptr (CitizBlock) block = citiz_block_new (&header);

  g_assert_true (citiz_db_begin (world->db, &error));
  block->header.height = CITIZ_CHAIN_NAMES - 2;
  g_assert_true (citiz_chain_write_names (world->chain, block, &error));
  g_assert_cmpint (named_up_to (world), ==, 0);
  block->header.height = CITIZ_CHAIN_NAMES - 1;
  g_assert_true (citiz_chain_write_names (world->chain, block, &error));
  g_assert_cmpint (named_up_to (world), ==, CITIZ_CHAIN_NAMES - 1);
  citiz_db_rollback (world->db);
  verify_ok (world);
}

/* A file as the tables were once: it is brought over when it is opened, and the chain goes on. @data: its name */
static void
test_old_layout (World *world, gconstpointer data)
{
  g_autofree gchar *from = g_build_filename (g_getenv ("CITIZ_TEST_DATA"), "chain", data, NULL);
  g_autofree gchar *to = g_build_filename (world->dir, CITIZ_DB_FILE, NULL);
  g_autofree gchar *bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) blocks = NULL;
  g_autoptr (GPtrArray) of_grant = NULL;
  g_autoptr (GPtrArray) open = list ();
  const CitizId id = grant_id (1);
  CitizTxPath path;
  gsize n;

  world_shut (world);
  g_assert_true (g_file_get_contents (from, &bytes, &n, &error));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) n, &error));
  world_open (world);
  g_assert_true (citiz_chain_can_sign (world->chain));
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 5);
  g_assert_cmpint (state_of (world, 1).used, ==, 1);
  g_assert_cmpint (state_of (world, 2).status, ==, CITIZ_GRANT_REVOKED);
  verify_ok (world);

  for (guint64 height = 1, number = 0; height <= 5; height++)
    {
      g_autoptr (GPtrArray) infos = citiz_chain_txs_of_block (world->chain, height, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < infos->len; i++, number++)
        {
          const CitizTxInfo *info = infos->pdata[i];

          g_assert_cmpuint (info->log_index, ==, number);
          g_assert_cmpuint (info->height, ==, height);
          g_assert_cmpuint (info->index, ==, i);
          g_assert_cmpint (info->entered.ms, >=, world->now.ms);
          g_assert_true (citiz_chain_path (world->chain, &info->id, &path, &error));
          g_assert_true (path.done[CITIZ_STEP_LOG] && path.done[CITIZ_STEP_BLOCK]);
          citiz_tx_path_clear (&path);
        }
      g_assert_true (height < 5 || number == 45);
    }
  of_grant = citiz_chain_txs_of_grant (world->chain, &id, &error);
  g_assert_cmpuint (of_grant->len, ==, 2);

  world->now.ms += 10 * 1000;
  add_open (world, open, 1, 2, 3);
  submit_ok (world, open, NULL);
  verify_ok (world);
  world_shut (world);
  world_open (world);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 6);
  verify_ok (world);
}

static void
count_cb (guint64 done, guint64 all, gpointer data)
{
  guint64 *last = data;

  g_assert_cmpuint (done, >=, *last);
  g_assert_cmpuint (done, <=, all);
  *last = done;
}

static void
test_verify (World *world, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint64 last = 0;

  for (guint i = 0; i < 150; i++)
    {
      g_autoptr (GPtrArray) txs = list ();
      CitizTxBody body = {0};

      body.commit.n_leaves = 8;
      memcpy (&body.commit.root, &i, sizeof i);
      citiz_chain_add (world->chain, txs, CITIZ_TX_COMMIT_RECORDS, &world->account, 0, &body,
                       world->device);
      submit_ok (world, txs, NULL);
    }
  g_assert_true (citiz_chain_verify (world->chain, count_cb, &last, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (last, ==, 151);
  g_cancellable_cancel (cancellable);
  g_assert_false (citiz_chain_verify (world->chain, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define ADD_WITH(name, data, func) g_test_add (name, World, data, world_init, func, world_clear)
#define ADD(name, func)            ADD_WITH (name, NULL, func)

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
  ADD ("/chain/verify", test_verify);
  ADD ("/chain/rebuild", test_rebuild);
  ADD ("/chain/false-signature", test_false_signature);
  ADD_WITH ("/chain/first-layout", "first-layout.db", test_old_layout);
  ADD_WITH ("/chain/second-layout", "second-layout.db", test_old_layout);
  ADD_WITH ("/chain/third-layout", "third-layout.db", test_old_layout);
  ADD ("/chain/many-names", test_many_names);
  ADD ("/chain/names-rolled-back", test_names_rolled_back);
  ADD ("/chain/names-of-empty-blocks", test_names_of_empty_blocks);
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autofree gchar *name = g_strdup_printf ("/chain/damage/%" G_GSIZE_FORMAT, i);
      g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_damage);
    }
  return g_test_run ();
}
