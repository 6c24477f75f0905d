/* Blocks that a replica judges: each signature in them counts, whether it came before or not. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-replica-private.h"

#include "../store/shared-world.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

#define N_TXS 100 /* more than one bundle of checks */

static const CitizCsxTiming timing = {.timeout = 1000, .timeout_cap = 1000, .heartbeat = 1000};

static GPtrArray *
make_txs (SharedWorld *world)
{
  GPtrArray *txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);

  for (guint i = 0; i < N_TXS; i++)
    g_ptr_array_add (txs, shared_world_tx (world));
  return txs;
}

/* As @tx, signed by somebody else. */
static CitizTx *
forge (SharedWorld *world, const CitizTx *tx)
{
  CitizTx *forged = citiz_tx_new (tx->type);

  forged->chain_id = tx->chain_id;
  forged->account = tx->account;
  forged->valid_until = tx->valid_until;
  forged->body = tx->body;
  citiz_tx_sign (forged, world->nodes[0]);
  return forged;
}

static gboolean
believe_cb (gpointer data,
            CitizDomain domain,
            const guint8 *bytes,
            gsize n,
            const CitizSignature *signature,
            const CitizPublicKey *key)
{
  return TRUE;
}

/* Of a proposer that looks at no signature. */
static CitizCsxVerdict
judge (SharedWorld *world, CitizReplica *replica, GPtrArray *txs, gint64 later)
{
  g_autoptr (CitizLedger) ledger = citiz_ledger_fork (world->ledger);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (GError) error = NULL;
  CitizBlock *block = citiz_ledger_build_with (ledger, txs, (CitizTime){world->now.ms + later},
                                               &world->genesis.founders[0].validator.node,
                                               believe_cb, NULL, changes, &error);
  const CitizHash hash = block->hash;
  CitizCsxVerdict verdict;

  g_assert_no_error (error);
  citiz_replica_take_block (replica, block);
  verdict = citiz_replica_judge (replica, &hash, &error);
  g_assert_no_error (error);
  return verdict;
}

static void
test_signatures (SharedWorld *world, gconstpointer known)
{
  g_autoptr (CitizReplica) replica
      = citiz_replica_new (world->db, world->chain, &world->env, NULL,
                           citiz_signing_key_get_public (world->nodes[0]), &timing);
  g_autoptr (GPtrArray) txs = make_txs (world);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; known != NULL && i < txs->len; i++)
    {
      g_assert_true (citiz_replica_submit (replica, txs->pdata[i], &error));
      g_assert_no_error (error);
    }
  g_assert_cmpint (judge (world, replica, txs, 1), ==, CITIZ_CSX_VERDICT_VALID);
  for (guint i = 0; i < 3; i++)
    {
      CitizTx **tx = (CitizTx **) &txs->pdata[i * (N_TXS - 1) / 2];
      CitizTx *good = *tx;

      *tx = forge (world, good);
      g_assert_cmpint (judge (world, replica, txs, 2 + i), ==, CITIZ_CSX_VERDICT_INVALID);
      citiz_tx_unref (*tx);
      *tx = good;
    }
  g_assert_cmpint (judge (world, replica, txs, 9), ==, CITIZ_CSX_VERDICT_VALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  g_test_add ("/judge/unknown", SharedWorld, NULL, shared_world_init, test_signatures,
              shared_world_clear);
  g_test_add ("/judge/known", SharedWorld, "known", shared_world_init, test_signatures,
              shared_world_clear);
  return g_test_run ();
}
