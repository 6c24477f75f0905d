/* A chain that several order, on disk: following, appending, what is pending. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain.h"
#include "store/citiz-db.h"

#include "crypto/citiz-crypto.h"

#include <glib/gstdio.h>
#include <string.h>

#define N 4

/* Four founders, a ledger of theirs in memory, and one place on disk that follows. */
typedef struct
{
  gchar *dir;
  CitizTime now;
  CitizEnv env;
  CitizSigningKey *nodes[N], *epoch_keys[N];
  CitizGenesis genesis;
  CitizHash chain_id, vs_hash;
  CitizLedger *ledger;
  guint64 nonce;
  CitizDb *db;
  CitizChain *chain;
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
world_open (World *world, const CitizGenesis *genesis)
{
  g_autoptr (GError) error = NULL;

  world->db = citiz_db_open (world->dir, CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  world->chain = citiz_chain_open_shared (world->db, &world->env, genesis, &error);
  g_assert_no_error (error);
}

static void
world_shut (World *world)
{
  g_clear_pointer (&world->chain, citiz_chain_close);
  g_clear_pointer (&world->db, citiz_db_unref);
}

static gint
by_node (gconstpointer a, gconstpointer b)
{
  return memcmp (((const CitizFounder *) a)->validator.node.b,
                 ((const CitizFounder *) b)->validator.node.b, 32);
}

static void
world_init (World *world, gconstpointer unused)
{
  CitizValidators validators;

  world->dir = g_dir_make_tmp ("citiz-shared-XXXXXX", NULL);
  world->now.ms = G_GINT64_CONSTANT (1800000000000);
  world->env = (CitizEnv){world_now, world_random, world};
  world->genesis = (CitizGenesis){.version = 1, .protocol = CITIZ_PROTOCOL, .n_founders = N};
  world->genesis.time = world->now;
  for (guint i = 0; i < N; i++)
    {
      CitizFounder *founder = &world->genesis.founders[i];

      world->nodes[i] = new_key ((guint8) (i + 1));
      world->epoch_keys[i] = new_key ((guint8) (i + 101));
      founder->validator.node = *citiz_signing_key_get_public (world->nodes[i]);
      founder->validator.key = *citiz_signing_key_get_public (world->epoch_keys[i]);
      citiz_founder_sign (founder, &world->genesis.salt, world->nodes[i]);
    }
  qsort (world->genesis.founders, N, sizeof (CitizFounder), by_node);
  citiz_genesis_chain_id (&world->chain_id, &world->genesis);
  citiz_genesis_validators (&validators, &world->genesis);
  citiz_validators_hash (&world->vs_hash, &validators);
  world->ledger = citiz_ledger_new (&world->genesis);
  world_open (world, &world->genesis);
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
  citiz_ledger_free (world->ledger);
  for (guint i = 0; i < N; i++)
    {
      citiz_signing_key_unref (world->nodes[i]);
      citiz_signing_key_unref (world->epoch_keys[i]);
    }
}

/* A certificate by the first @voters of the list. */
static void
certify (World *world, CitizCert *out, CitizVoteKind kind, const CitizBlock *block, guint voters)
{
  CitizVote votes[N];

  for (guint i = 0; i < voters; i++)
    for (guint k = 0; k < N; k++)
      if (citiz_public_key_equal (&world->genesis.founders[i].validator.node,
                                  citiz_signing_key_get_public (world->nodes[k])))
        {
          votes[i] = (CitizVote){
              .kind = kind, .slot = block->header.slot, .hash = block->hash, .voter = (guint16) i};
          citiz_vote_sign (&votes[i], &world->chain_id, &world->vs_hash, world->epoch_keys[k]);
        }
  citiz_cert_from_votes (out, votes, voters);
}

/* The next block: one registration of a fresh account. */
static CitizBlock *
next_block (World *world, CitizChanges *changes, gboolean final)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (CitizSigningKey) device = new_key ((guint8) (200 + world->nonce++));
  g_autoptr (GError) error = NULL;
  g_autofree CitizCert *notar = g_new (CitizCert, 1);
  CitizTx *tx = citiz_tx_new (CITIZ_TX_ACCT_REGISTER);
  CitizTxBody *body = &tx->body;
  CitizBlock *block;

  tx->chain_id = world->chain_id;
  tx->valid_until.ms = world->now.ms + CITIZ_HOUR;
  body->reg.keys[body->reg.n_keys++] = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519,
                                                         *citiz_signing_key_get_public (device)};
  citiz_tx_register_account_id (&tx->account, &body->reg);
  citiz_tx_sign (tx, device);
  g_ptr_array_add (txs, tx);
  world->now.ms += 10;
  block = citiz_ledger_build (world->ledger, txs, world->now,
                              &world->genesis.founders[0].validator.node, changes, &error);
  g_assert_no_error (error);
  certify (world, notar, CITIZ_VOTE_NOTAR, block, 3);
  block->justification = citiz_justification_new (notar);
  if (final)
    {
      block->final = g_new (CitizCert, 1);
      certify (world, block->final, CITIZ_VOTE_FINAL, block, 3);
    }
  return block;
}

static GPtrArray *
make_blocks (World *world, guint n)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (CitizChanges) changes = citiz_changes_new ();

      g_ptr_array_add (list, next_block (world, changes, i == n - 1));
    }
  return list;
}

static void
test_follow (World *world, gconstpointer level)
{
  g_autoptr (GPtrArray) blocks = make_blocks (world, 5);
  g_autoptr (GPtrArray) more = make_blocks (world, 2);
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_chain_follow (world->chain, blocks, GPOINTER_TO_INT (level), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 5);

  /* Again after a restart, and everything is there to be verified and handed on. */
  world_shut (world);
  world_open (world, NULL);
  g_assert_true (citiz_chain_follow (world->chain, more, GPOINTER_TO_INT (level), &error));
  g_assert_no_error (error);
  g_assert_true (citiz_chain_verify (world->chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  read = citiz_chain_read_blocks (world->chain, 2, 3, G_MAXSIZE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, 3);
  for (guint i = 0; i < read->len; i++)
    {
      const CitizBlock *block = read->pdata[i];
      g_autoptr (GBytes) bytes = citiz_block_encode (block, TRUE);
      g_autoptr (GBytes) again = NULL;
      g_autoptr (CitizBlock) decoded = NULL;
      gsize n;
      const guint8 *view = g_bytes_get_data (bytes, &n);

      g_assert_true (citiz_hash_equal (&block->hash, &((CitizBlock *) blocks->pdata[i + 1])->hash));
      decoded = citiz_block_decode (view, n, TRUE, &error);
      g_assert_no_error (error);
      again = citiz_block_encode (decoded, TRUE);
      g_assert_true (g_bytes_equal (bytes, again));
      g_assert_cmpint (decoded->final != NULL, ==, i == 3);
      for (gsize cut = 0; cut < n; cut++)
        g_assert_null (citiz_block_decode (view, cut, TRUE, NULL));
    }
  g_clear_pointer (&read, g_ptr_array_unref);
  read = citiz_chain_read_blocks (world->chain, 6, 100, 1, &error); /* one at least */
  g_assert_cmpuint (read->len, ==, 1);
  g_clear_pointer (&read, g_ptr_array_unref);
  read = citiz_chain_read_blocks (world->chain, 8, 100, 1, &error);
  g_assert_cmpuint (read->len, ==, 0);
}

/* What does not follow, is not final, or is signed falsely changes nothing. */
static void
test_refused (World *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) blocks = make_blocks (world, 3);
  g_autoptr (GPtrArray) gap = make_blocks (world, 1);
  CitizBlock *last = blocks->pdata[2], *middle = blocks->pdata[1];
  g_autoptr (GError) error = NULL;
  CitizCert *cert = g_steal_pointer (&last->final);
  CitizSignature kept = cert->signatures[0];

  g_assert_false (citiz_chain_follow (world->chain, blocks, CITIZ_LEVEL_FULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT);
  g_clear_error (&error);
  last->final = cert;

  cert->signatures[0].b[0] ^= 1;
  g_assert_false (citiz_chain_follow (world->chain, blocks, CITIZ_LEVEL_STRUCTURAL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT);
  g_clear_error (&error);
  cert->signatures[0] = kept;

  certify (world, cert, CITIZ_VOTE_FINAL, last, 2); /* no quorum of four */
  g_assert_false (citiz_chain_follow (world->chain, blocks, CITIZ_LEVEL_STRUCTURAL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT);
  g_clear_error (&error);
  certify (world, cert, CITIZ_VOTE_FINAL, last, 3);

  g_assert_false (citiz_chain_follow (world->chain, gap, CITIZ_LEVEL_FULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_BLOCK);
  g_clear_error (&error);

  kept = middle->justification->notar.signatures[1];
  middle->justification->notar.signatures[1].b[5] ^= 1;
  g_assert_false (citiz_chain_follow (world->chain, blocks, CITIZ_LEVEL_FULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_SIGNATURE);
  g_clear_error (&error);
  middle->justification->notar.signatures[1] = kept;

  g_ptr_array_set_size (middle->txs, 0);
  g_assert_false (citiz_chain_follow (world->chain, blocks, CITIZ_LEVEL_FULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_BLOCK);
  g_clear_error (&error);

  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 0);
  world_shut (world);
  world_open (world, NULL);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 0);
}

static void
test_append (World *world, gconstpointer unused)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (CitizLedger) after = NULL;
  g_autoptr (CitizBlock) block = next_block (world, changes, TRUE);
  g_autoptr (GError) error = NULL;

  after = citiz_ledger_fork (world->ledger);
  g_assert_true (citiz_db_begin (world->db, &error));
  g_assert_true (citiz_chain_append (world->chain, block, after, changes, &error));
  g_assert_no_error (error);
  citiz_db_rollback (world->db);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 0);

  g_assert_true (citiz_chain_append (world->chain, block, after, changes, &error));
  g_assert_no_error (error);
  g_assert_true (citiz_hash_equal (citiz_ledger_head_hash (citiz_chain_ledger (world->chain, NULL)),
                                   &block->hash));
  g_assert_false (citiz_chain_append (world->chain, block, after, changes, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_BLOCK);
  g_clear_error (&error);
  g_assert_true (citiz_chain_verify (world->chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* A newest block that nothing says to be final is damage. */
static void
test_unfinished (World *world, gconstpointer unused)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (CitizBlock) block = next_block (world, changes, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_chain_append (world->chain, block, world->ledger, changes, &error));
  g_assert_false (citiz_chain_verify (world->chain, NULL, NULL, NULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED);
}

static void
test_pending (World *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) blocks = make_blocks (world, 3);
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (CitizBlock) one = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    for (guint twice = 0; twice < 2; twice++)
      {
        CitizBlock *block = blocks->pdata[i];

        g_assert_true (citiz_chain_put_pending (world->chain, block, &error));
        g_assert_true (citiz_chain_keep (world->chain, &block->justification->notar, &error));
      }
  world_shut (world);
  world_open (world, NULL);
  one = citiz_chain_get_pending (world->chain, &((CitizBlock *) blocks->pdata[1])->hash, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (one->header.slot, ==, 2);
  g_assert_cmpuint (one->txs->len, ==, 1);
  g_assert_true (citiz_chain_prune_pending (world->chain, 0, 2, &error));
  found = citiz_chain_pending (world->chain, &error);
  kept = citiz_chain_kept (world->chain, &error);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpuint (kept->len, ==, 1);
  g_assert_cmpuint (((CitizBlock *) found->pdata[0])->header.slot, ==, 3);
  g_assert_cmpuint (((CitizCert *) kept->pdata[0])->slot, ==, 3);
  g_clear_pointer (&one, citiz_block_free);
  one = citiz_chain_get_pending (world->chain, &((CitizBlock *) blocks->pdata[1])->hash, &error);
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND);
}

static void
test_founding (World *world, gconstpointer unused)
{
  CitizGenesis other = world->genesis;
  g_autoptr (CitizChain) chain = NULL;
  g_autoptr (GError) error = NULL;

  other.time.ms++;
  g_clear_pointer (&world->chain, citiz_chain_close);
  chain = citiz_chain_open_shared (world->db, &world->env, &other, &error);
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CHAIN);
  g_clear_error (&error);
  g_assert_true (citiz_db_exec (world->db, "DELETE FROM chain_genesis", &error));
  chain = citiz_chain_open_shared (world->db, &world->env, NULL, &error);
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  other.founders[1].join.b[0] ^= 1;
  chain = citiz_chain_open_shared (world->db, &world->env, &other, &error);
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_SIGNATURE);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *path;
    void (*func) (World *, gconstpointer);
    gint level;
  } tests[] = {
      {"/shared/follow/structural", test_follow, CITIZ_LEVEL_STRUCTURAL},
      {"/shared/follow/full", test_follow, CITIZ_LEVEL_FULL},
      {"/shared/refused", test_refused, 0},
      {"/shared/append", test_append, 0},
      {"/shared/unfinished", test_unfinished, 0},
      {"/shared/pending", test_pending, 0},
      {"/shared/founding", test_founding, 0},
  };

  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, World, GINT_TO_POINTER (tests[i].level), world_init, tests[i].func,
                world_clear);
  return g_test_run ();
}
