/* Signatures of what was executed before, checked without executing it again: the same verdict as by executing it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "shared-world.h"
#include "store/citiz-chain-private.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

#define WORK 4 /* bits */

/* Ana had the key FIRST and has SECOND; her recovery key changed one for the other. Ben has one. */
enum
{
  FIRST,
  SECOND,
  RECOVERY,
  BEN,
  N_KEYS
};

typedef struct
{
  SharedWorld world;
  CitizSigningKey *keys[N_KEYS];
  CitizHash ana, ben;
  guint64 nonce;
} Scene;

/* @blocks: (transfer full): followed without their signatures */
static void
follow_all (Scene *scene, GPtrArray *blocks)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_chain_follow (scene->world.chain, blocks, CITIZ_LEVEL_STRUCTURAL, &error));
  g_assert_no_error (error);
  g_ptr_array_unref (blocks);
}

static void
follow (Scene *scene, CitizBlock *block)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);

  g_ptr_array_add (blocks, block);
  follow_all (scene, blocks);
}

static void
order (Scene *scene, CitizTx *tx)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();

  follow (scene, shared_world_order (&scene->world, tx, changes, TRUE));
  citiz_tx_unref (tx);
}

static CitizTx *
begin (Scene *scene, CitizTxType type, const CitizHash *account, guint16 key_index)
{
  CitizTx *tx = citiz_tx_new (type);

  tx->chain_id = scene->world.chain_id;
  tx->valid_until.ms = scene->world.now.ms + CITIZ_HOUR;
  tx->account = *account;
  tx->key_index = key_index;
  tx->nonce = ++scene->nonce;
  return tx;
}

static CitizTx *
sign (Scene *scene, CitizTx *tx, guint key)
{
  citiz_tx_sign (tx, scene->keys[key]);
  return tx;
}

static CitizTx *
commitment (Scene *scene, const CitizHash *account, guint16 key_index)
{
  CitizTx *tx = begin (scene, CITIZ_TX_COMMIT_RECORDS, account, key_index);

  tx->body.commit.n_leaves = 1;
  memcpy (tx->body.commit.root.b, &tx->nonce, sizeof tx->nonce);
  return tx;
}

static CitizAccountKey
key_of (Scene *scene, guint key, CitizKeyRole role)
{
  return (CitizAccountKey){role, CITIZ_ALG_ED25519,
                           *citiz_signing_key_get_public (scene->keys[key])};
}

static CitizTx *
registration (Scene *scene, guint key, gboolean recovery)
{
  static const CitizHash nobody;
  CitizTx *tx = begin (scene, CITIZ_TX_ACCT_REGISTER, &nobody, 0);

  tx->nonce = 0;
  tx->body.reg.keys[tx->body.reg.n_keys++] = key_of (scene, key, CITIZ_KEY_ROLE_DEVICE);
  if (recovery)
    tx->body.reg.keys[tx->body.reg.n_keys++] = key_of (scene, RECOVERY, CITIZ_KEY_ROLE_RECOVERY);
  citiz_tx_register_account_id (&tx->account, &tx->body.reg);
  return tx;
}

/* Ana's key 2 comes, her key 0 goes. */
static void
change_keys (Scene *scene)
{
  CitizTx *tx = begin (scene, CITIZ_TX_ACCT_ROTATE, &scene->ana, 1);

  tx->body.rotate = (CitizTxRotate){0, key_of (scene, SECOND, CITIZ_KEY_ROLE_DEVICE)};
  order (scene, sign (scene, tx, RECOVERY));
}

static void
scene_init (Scene *scene, gconstpointer unused)
{
  CitizTx *tx;

  shared_world_init (&scene->world, NULL);
  for (guint i = 0; i < N_KEYS; i++)
    scene->keys[i] = tools_device (100 + i);
  tx = registration (scene, FIRST, TRUE);
  scene->ana = tx->account;
  order (scene, sign (scene, tx, FIRST));
  tx = registration (scene, BEN, FALSE);
  scene->ben = tx->account;
  order (scene, sign (scene, tx, BEN));
  order (scene, sign (scene, commitment (scene, &scene->ana, 0), FIRST));
}

static void
scene_clear (Scene *scene, gconstpointer unused)
{
  for (guint i = 0; i < N_KEYS; i++)
    citiz_signing_key_unref (scene->keys[i]);
  shared_world_clear (&scene->world, NULL);
}

static CitizTx *
vouch (Scene *scene, CitizTx *tx, guint key, guint node)
{
  g_autoptr (CitizTx) waits = tx;

  tx->sponsor = *citiz_signing_key_get_public (scene->world.nodes[node]);
  tx->sponsor_epoch = citiz_ledger_epoch (scene->world.ledger);
  sign (scene, tx, key);
  return citiz_tx_vouch (tx, scene->world.nodes[node]);
}

/* From now on a transaction needs a sponsor or work. */
static void
ask_for_work (Scene *scene)
{
  CitizTxBody body = {.params = {.sponsored = 1, .quota = 1000, .work = WORK}};
  CitizTx *tx;

  for (guint i = 0; i < SHARED_N; i++)
    order (scene, shared_world_say (&scene->world, i, CITIZ_TX_ACCT_REGISTER, NULL));
  tx = shared_world_say (&scene->world, 0, CITIZ_TX_PARAMS, &body);
  body = (CitizTxBody){.approve = {*citiz_tx_get_id (tx)}};
  order (scene, tx);
  for (guint i = 0; i < 3; i++)
    order (scene, shared_world_say (&scene->world, i, CITIZ_TX_APPROVE, &body));
}

/* Verifies the copy. Returns: (nullable): what is wrong with it */
static GError *
judge (Scene *scene, gboolean retrace, CitizVerified *out)
{
  g_autoptr (CitizChainVerifier) verifier
      = citiz_chain_verifier_new (scene->world.chain, CITIZ_LEVEL_FULL);
  GError *error = NULL;
  gboolean done = FALSE;

  if (retrace)
    citiz_chain_verifier_retrace (verifier);
  while (!done)
    if (!citiz_chain_verifier_step (verifier, &done, &error))
      return error;
  *out = *citiz_chain_verifier_get (verifier);
  return NULL;
}

/* As much is verified either way, in this process and in the next. */
static void
test_good (Scene *scene, gconstpointer unused)
{
  CitizVerified found[4] = {0};
  CitizTx *tx;

  change_keys (scene);
  order (scene, sign (scene, commitment (scene, &scene->ana, 2), SECOND));
  order (scene, vouch (scene, commitment (scene, &scene->ben, 0), BEN, 1));
  ask_for_work (scene);
  tx = commitment (scene, &scene->ben, 0);
  citiz_tx_work (tx, WORK);
  order (scene, sign (scene, tx, BEN));
  follow_all (scene, shared_world_end_epoch (&scene->world));
  follow_all (scene, shared_world_end_epoch_above (&scene->world));
  tx = commitment (scene, &scene->ana, 2);
  order (scene, vouch (scene, tx, SECOND, 2));
  for (guint i = 0; i < G_N_ELEMENTS (found); i++)
    {
      g_autoptr (GError) error = judge (scene, i % 2 == 1, &found[i]);

      g_assert_no_error (error);
      g_assert_cmpuint (found[i].n_signatures, ==, found[0].n_signatures);
      g_assert_cmpuint (found[i].n_txs, ==, found[0].n_txs);
      g_assert_cmpuint (found[i].n_blocks, ==, citiz_chain_height (scene->world.chain));
      if (i == 1)
        {
          shared_world_shut (&scene->world);
          shared_world_open (&scene->world, NULL);
        }
    }
}

/* What the rules allow and nobody has signed ***********************************/

static CitizTx *
with_a_bit_changed (Scene *scene)
{
  g_autoptr (CitizTx) good = sign (scene, commitment (scene, &scene->ana, 2), SECOND);
  gsize n;
  const guint8 *view = g_bytes_get_data (citiz_tx_get_bytes (good), &n);
  g_autofree guint8 *bytes = g_memdup2 (view, n);

  bytes[n - 2 - sizeof (CitizSignature) + 5] ^= 1;
  return citiz_tx_decode (bytes, n, NULL);
}

static CitizTx *
by_another_account (Scene *scene)
{
  return sign (scene, commitment (scene, &scene->ana, 2), BEN);
}

static CitizTx *
by_the_key_that_went (Scene *scene)
{
  return sign (scene, commitment (scene, &scene->ana, 2), FIRST);
}

static CitizTx *
by_another_key (Scene *scene)
{
  return sign (scene, commitment (scene, &scene->ana, 2), RECOVERY);
}

static CitizTx *
registered_by_another (Scene *scene)
{
  return sign (scene, registration (scene, SECOND, FALSE), BEN);
}

static CitizTx *
vouched_by_another (Scene *scene)
{
  g_autoptr (CitizTx) tx = vouch (scene, commitment (scene, &scene->ben, 0), BEN, 0);
  g_autoptr (CitizTx) other = vouch (scene, commitment (scene, &scene->ben, 0), BEN, 0);
  gsize n;
  const guint8 *view = g_bytes_get_data (citiz_tx_get_bytes (tx), &n);
  g_autofree guint8 *bytes = g_memdup2 (view, n);

  memcpy (bytes + n - sizeof (CitizSignature), other->sponsor_signature.b, sizeof (CitizSignature));
  return citiz_tx_decode (bytes, n, NULL);
}

/* Whoever made the block said that they had looked. */
static CitizTx *
without_work (Scene *scene)
{
  CitizTx *tx;

  ask_for_work (scene);
  tx = sign (scene, commitment (scene, &scene->ben, 0), BEN);
  g_assert_false (citiz_tx_worked (tx, WORK));
  g_atomic_int_set (&tx->work, WORK + 1);
  return tx;
}

typedef CitizTx *(*MakeFunc) (Scene *scene);

static const struct
{
  const gchar *path;
  MakeFunc make;
} unsigned_[] = {
    {"/retrace/bit", with_a_bit_changed},
    {"/retrace/another-account", by_another_account},
    {"/retrace/key-that-went", by_the_key_that_went},
    {"/retrace/another-key", by_another_key},
    {"/retrace/registration", registered_by_another},
    {"/retrace/sponsor", vouched_by_another},
    {"/retrace/work", without_work},
};

/* Refused either way, for the same reason, at the same block. */
static void
assert_refused (Scene *scene, guint64 height)
{
  g_autofree gchar *block = g_strdup_printf ("block %" G_GUINT64_FORMAT, height);
  CitizVerified unused;

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = judge (scene, i == 1, &unused);

      g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED);
      g_assert_true (g_str_has_prefix (error->message, block));
      g_assert_true (strchr (":,", error->message[strlen (block)]) != NULL);
    }
}

static void
test_unsigned (Scene *scene, gconstpointer data)
{
  g_autoptr (CitizTx) bad = NULL;
  CitizVerified unused;
  GError *none;

  change_keys (scene);
  bad = unsigned_[GPOINTER_TO_UINT (data)].make (scene);
  none = judge (scene, TRUE, &unused);
  g_assert_no_error (none);
  follow (scene, shared_world_believe (&scene->world, bad));
  for (guint i = 0; i < 3; i++)
    order (scene, vouch (scene, commitment (scene, &scene->ben, 0), BEN, 1));
  assert_refused (scene, citiz_chain_height (scene->world.chain) - 3);
}

/* A vote under a block that nobody cast. */
static void
test_vote (Scene *scene, gconstpointer unused)
{
  g_autoptr (CitizTx) tx = sign (scene, commitment (scene, &scene->ben, 0), BEN);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  CitizBlock *block = shared_world_order (&scene->world, tx, changes, TRUE);

  block->justification->notar.signatures[1].b[7] ^= 1;
  follow (scene, block);
  assert_refused (scene, citiz_chain_height (scene->world.chain));
}

/* What the rules forbid is refused before there is anything to go through again ***/

static void
assert_forbidden (Scene *scene, CitizTx *bad, CitizLedgerError why)
{
  g_autoptr (CitizTx) good = sign (scene, commitment (scene, &scene->ben, 0), BEN);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  CitizBlock *block = shared_world_order (&scene->world, good, changes, TRUE);

  g_ptr_array_set_size (block->txs, 0);
  g_ptr_array_add (block->txs, bad);
  g_ptr_array_add (blocks, block);
  for (CitizLevel level = CITIZ_LEVEL_STRUCTURAL; level <= CITIZ_LEVEL_FULL; level++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (citiz_chain_follow (scene->world.chain, blocks, level, &error));
      g_assert_error (error, CITIZ_LEDGER_ERROR, (gint) why);
    }
}

/* Signed rightly, by a key that was removed before. */
static void
test_removed (Scene *scene, gconstpointer unused)
{
  change_keys (scene);
  assert_forbidden (scene, sign (scene, commitment (scene, &scene->ana, 0), FIRST),
                    CITIZ_LEDGER_ERROR_ACCOUNT);
}

/* Signed rightly, by a key that is added afterwards. */
static void
test_added (Scene *scene, gconstpointer unused)
{
  assert_forbidden (scene, sign (scene, commitment (scene, &scene->ana, 2), SECOND),
                    CITIZ_LEDGER_ERROR_ACCOUNT);
}

/* Two votes of a node that somebody else has signed. */
static void
test_evidence (Scene *scene, gconstpointer unused)
{
  SharedWorld *world = &scene->world;
  CitizVote votes[2];
  CitizTxBody body = {0};
  CitizEvidence evidence;
  g_autoptr (GBytes) bytes = NULL;

  for (guint8 i = 0; i < 2; i++)
    {
      votes[i] = (CitizVote){.kind = CITIZ_VOTE_FINAL, .slot = 3, .hash = {{i + 1}}, .voter = 1};
      citiz_vote_sign (&votes[i], &world->chain_id, &world->vs_hash, scene->keys[BEN]);
    }
  citiz_evidence_make (&evidence, &votes[0], &votes[1]);
  bytes = citiz_evidence_encode (&evidence);
  memcpy (body.evidence.evidence, g_bytes_get_data (bytes, NULL), sizeof body.evidence.evidence);
  order (scene, shared_world_say (world, 0, CITIZ_TX_ACCT_REGISTER, NULL));
  assert_forbidden (scene, shared_world_say (world, 0, CITIZ_TX_EVIDENCE, &body),
                    CITIZ_LEDGER_ERROR_PROOF);
}

/* A key for the next epoch that its node has not signed. */
static void
test_ready (Scene *scene, gconstpointer unused)
{
  SharedWorld *world = &scene->world;
  CitizFounder founder = {.validator = {*citiz_signing_key_get_public (world->nodes[0]),
                                        *citiz_signing_key_get_public (scene->keys[SECOND])}};
  CitizTxBody body;

  citiz_join_sign (&founder, &world->chain_id, 1, scene->keys[BEN]);
  body = (CitizTxBody){.node_ready = {1, founder.validator.key, founder.join}};
  order (scene, shared_world_say (world, 0, CITIZ_TX_ACCT_REGISTER, NULL));
  assert_forbidden (scene, shared_world_say (world, 0, CITIZ_TX_NODE_READY, &body),
                    CITIZ_LEDGER_ERROR_SIGNATURE);
}

/* What the disk does to it *****************************************************/

/* Two bytes in the midst of a column become others. */
#define CHANGED(column, at)                                                                        \
  column " = CAST (substr (" column ", 1, length (" column ") - " at ") || x'a5a5' || "            \
         "substr (" column ", length (" column ") - " at " + 3) AS BLOB)"

static const struct
{
  const gchar *path, *sql;
} damages[] = {
    {"/retrace/disk/signature", "UPDATE chain_tx SET " CHANGED ("bytes", "40") " WHERE number = 1"},
    {"/retrace/disk/words", "UPDATE chain_tx SET " CHANGED ("bytes", "90") " WHERE number = 2"},
    {"/retrace/disk/header",
     "UPDATE chain_block SET " CHANGED ("header", "60") " WHERE height = 2"},
    {"/retrace/disk/state", "UPDATE chain_state SET " CHANGED ("value", "9") " WHERE number = 2"},
    {"/retrace/disk/name", "DELETE FROM chain_name WHERE number = 2"},
};

static void
test_disk (Scene *scene, gconstpointer data)
{
  g_autoptr (GError) good = NULL;
  g_autoptr (GError) error = NULL;
  CitizVerified unused;

  change_keys (scene);
  good = judge (scene, TRUE, &unused);
  g_assert_no_error (good);
  if (g_str_has_suffix (damages[GPOINTER_TO_UINT (data)].path, "name"))
    g_assert_true (
        citiz_chain_mend (scene->world.chain, &error)); /* where names are in the table */
  g_assert_true (citiz_db_exec (scene->world.db, damages[GPOINTER_TO_UINT (data)].sql, &error));
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) why = judge (scene, i == 1, &unused);

      g_assert_error (why, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED);
    }
}

#define ADD(path, data, test) g_test_add (path, Scene, data, scene_init, test, scene_clear)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  ADD ("/retrace/good", NULL, test_good);
  for (guint i = 0; i < G_N_ELEMENTS (unsigned_); i++)
    ADD (unsigned_[i].path, GUINT_TO_POINTER (i), test_unsigned);
  ADD ("/retrace/vote", NULL, test_vote);
  ADD ("/retrace/removed", NULL, test_removed);
  ADD ("/retrace/added", NULL, test_added);
  ADD ("/retrace/evidence", NULL, test_evidence);
  ADD ("/retrace/ready", NULL, test_ready);
  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    ADD (damages[i].path, GUINT_TO_POINTER (i), test_disk);
  return g_test_run ();
}
