/* Four founders who agree on everything. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "shared-world.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

static CitizTime
world_now (gpointer data)
{
  return ((SharedWorld *) data)->now;
}

void
shared_world_open (SharedWorld *world, const CitizGenesis *genesis)
{
  g_autoptr (GError) error = NULL;

  world->db = citiz_db_open (world->dir, CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  world->chain = citiz_chain_open_shared (world->db, &world->env, genesis, &error);
  g_assert_no_error (error);
}

void
shared_world_shut (SharedWorld *world)
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

void
shared_world_init (SharedWorld *world, gconstpointer unused)
{
  CitizValidators validators;

  world->dir = g_dir_make_tmp ("citiz-shared-XXXXXX", NULL);
  world->now.ms = G_GINT64_CONSTANT (1800000000000);
  world->env = (CitizEnv){world_now, tools_random, world};
  world->genesis = (CitizGenesis){.version = 1, .protocol = CITIZ_PROTOCOL, .n_founders = SHARED_N};
  world->genesis.time = world->now;
  for (guint i = 0; i < SHARED_N; i++)
    {
      CitizFounder *founder = &world->genesis.founders[i];

      world->nodes[i] = tools_key ((guint8) (i + 1));
      world->epoch_keys[i] = tools_key ((guint8) (i + 101));
      founder->validator.node = *citiz_signing_key_get_public (world->nodes[i]);
      founder->validator.key = *citiz_signing_key_get_public (world->epoch_keys[i]);
      citiz_founder_sign (founder, &world->genesis.salt, world->nodes[i]);
    }
  qsort (world->genesis.founders, SHARED_N, sizeof (CitizFounder), by_node);
  citiz_genesis_chain_id (&world->chain_id, &world->genesis);
  citiz_genesis_validators (&validators, &world->genesis);
  citiz_validators_hash (&world->vs_hash, &validators);
  world->ledger = citiz_ledger_new (&world->genesis);
  shared_world_open (world, &world->genesis);
}

void
shared_world_clear (SharedWorld *world, gconstpointer unused)
{
  shared_world_shut (world);
  tools_remove_folder (world->dir);
  g_free (world->dir);
  citiz_ledger_free (world->ledger);
  for (guint i = 0; i < SHARED_N; i++)
    {
      citiz_signing_key_unref (world->nodes[i]);
      citiz_signing_key_unref (world->epoch_keys[i]);
    }
}

void
shared_world_certify (SharedWorld *world,
                      CitizCert *out,
                      CitizVoteKind kind,
                      const CitizBlock *block,
                      guint voters)
{
  CitizVote votes[SHARED_N];

  for (guint i = 0; i < voters; i++)
    for (guint k = 0; k < SHARED_N; k++)
      if (citiz_public_key_equal (&world->genesis.founders[i].validator.node,
                                  citiz_signing_key_get_public (world->nodes[k])))
        {
          votes[i] = (CitizVote){.kind = kind,
                                 .epoch = block->header.epoch,
                                 .slot = block->header.slot,
                                 .hash = block->hash,
                                 .voter = (guint16) i};
          citiz_vote_sign (&votes[i], &world->chain_id, &block->header.vs_hash,
                           world->epoch_keys[k]);
        }
  citiz_cert_from_votes (out, votes, voters);
}

CitizTx *
shared_world_tx (SharedWorld *world)
{
  return tools_registration (&world->chain_id, world->made++,
                             (CitizTime){world->now.ms + CITIZ_HOUR}, NULL, 0);
}

CitizBlock *
shared_world_order_all (SharedWorld *world, GPtrArray *txs, CitizChanges *changes, gboolean final)
{
  g_autoptr (GError) error = NULL;
  g_autofree CitizCert *notar = g_new (CitizCert, 1);
  CitizBlock *block;

  world->now.ms += 10;
  block = citiz_ledger_build (world->ledger, txs, world->now,
                              &world->genesis.founders[0].validator.node, changes, &error);
  g_assert_no_error (error);
  shared_world_certify (world, notar, CITIZ_VOTE_NOTAR, block, 3);
  block->justification = citiz_justification_new (notar);
  if (final)
    {
      block->final = g_new (CitizCert, 1);
      shared_world_certify (world, block->final, CITIZ_VOTE_FINAL, block, 3);
    }
  return block;
}

CitizBlock *
shared_world_order (SharedWorld *world, CitizTx *tx, CitizChanges *changes, gboolean final)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new ();

  g_ptr_array_add (txs, tx);
  return shared_world_order_all (world, txs, changes, final);
}

CitizBlock *
shared_world_crowd (SharedWorld *world, guint n)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (txs, shared_world_tx (world));
  return shared_world_order_all (world, txs, changes, TRUE);
}

CitizBlock *
shared_world_next (SharedWorld *world, CitizChanges *changes, gboolean final)
{
  g_autoptr (CitizTx) tx = shared_world_tx (world);

  return shared_world_order (world, tx, changes, final);
}

CitizBlock *
shared_world_believe (SharedWorld *world, CitizTx *tx)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new ();
  g_autoptr (GPtrArray) refused = g_ptr_array_new ();
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autofree CitizCert *notar = g_new (CitizCert, 1);
  CitizBlock *block;

  world->now.ms += 10;
  g_ptr_array_add (txs, tx);
  block = citiz_ledger_propose (world->ledger, txs, citiz_ledger_head (world->ledger)->slot + 1,
                                world->now, &world->genesis.founders[0].validator.node, changes,
                                refused);
  g_assert_cmpuint (block->txs->len, ==, 1);
  shared_world_certify (world, notar, CITIZ_VOTE_NOTAR, block, 3);
  block->justification = citiz_justification_new (notar);
  block->final = g_new (CitizCert, 1);
  shared_world_certify (world, block->final, CITIZ_VOTE_FINAL, block, 3);
  return block;
}

GPtrArray *
shared_world_blocks (SharedWorld *world, guint n)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (CitizChanges) changes = citiz_changes_new ();

      g_ptr_array_add (list, shared_world_next (world, changes, i == n - 1));
    }
  return list;
}

CitizTx *
shared_world_say (SharedWorld *world, guint node, CitizTxType type, const CitizTxBody *said)
{
  CitizTx *tx = citiz_tx_new (type);
  CitizTxBody reg = {.reg = {.n_keys = 1}};

  reg.reg.keys[0] = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519,
                                      *citiz_signing_key_get_public (world->nodes[node])};
  citiz_tx_register_account_id (&tx->account, &reg.reg);
  tx->chain_id = world->chain_id;
  tx->valid_until.ms = world->now.ms + CITIZ_HOUR;
  tx->nonce = world->nonces[node]++;
  tx->body = said != NULL ? *said : reg;
  citiz_tx_sign (tx, world->nodes[node]);
  return tx;
}

static void
order (SharedWorld *world, GPtrArray *blocks, CitizTx *tx)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();

  g_ptr_array_add (blocks, shared_world_order (world, tx, changes, FALSE));
  citiz_tx_unref (tx);
}

/* The nodes' keys stay the same for every epoch, so that this fixture needs no more of them. */
GPtrArray *
shared_world_closing (SharedWorld *world)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  const guint64 epoch = citiz_ledger_epoch (world->ledger);
  const gboolean fresh = world->nonces[0] == 0;
  CitizTxBody body = {.valset_change = {.epoch = epoch}};
  CitizTx *change;

  for (guint i = 0; fresh && i < SHARED_N; i++)
    order (world, blocks, shared_world_say (world, i, CITIZ_TX_ACCT_REGISTER, NULL));
  change = shared_world_say (world, 0, CITIZ_TX_VALSET_CHANGE, &body);
  body = (CitizTxBody){.approve = {*citiz_tx_get_id (change)}};
  order (world, blocks, change);
  for (guint i = 0; i < 3; i++)
    order (world, blocks, shared_world_say (world, i, CITIZ_TX_APPROVE, &body));
  for (guint i = 0; i < SHARED_N; i++)
    {
      CitizFounder founder = {.validator = {*citiz_signing_key_get_public (world->nodes[i]),
                                            *citiz_signing_key_get_public (world->epoch_keys[i])}};

      citiz_join_sign (&founder, &world->chain_id, epoch + 1, world->nodes[i]);
      body = (CitizTxBody){.node_ready = {epoch + 1, founder.validator.key, founder.join}};
      order (world, blocks, shared_world_say (world, i, CITIZ_TX_NODE_READY, &body));
    }
  return blocks;
}

static void
make_final (SharedWorld *world, CitizBlock *block)
{
  block->final = g_new (CitizCert, 1);
  shared_world_certify (world, block->final, CITIZ_VOTE_FINAL, block, 3);
}

static void
enter_epoch (SharedWorld *world, const CitizBlock *closing)
{
  const guint64 epoch = citiz_ledger_epoch (world->ledger);
  CitizValidators next;

  g_assert_cmpuint (closing->header.flags, ==, CITIZ_BLOCK_CLOSING);
  g_assert_true (citiz_ledger_get_validators (world->ledger, epoch + 1, &next));
  g_assert_true (citiz_ledger_begin_epoch (world->ledger, &next, FALSE, NULL));
}

GPtrArray *
shared_world_end_epoch (SharedWorld *world)
{
  GPtrArray *blocks = shared_world_closing (world);

  for (guint i = 0; i < blocks->len; i++)
    make_final (world, blocks->pdata[i]);
  enter_epoch (world, blocks->pdata[blocks->len - 1]);
  return blocks;
}

/* The next empty block on the closing one, not final, as the last epoch's validators make it. */
static CitizBlock *
continue_with (SharedWorld *world)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autofree CitizCert *notar = g_new (CitizCert, 1);
  CitizBlock *block;

  world->now.ms += 10;
  block = citiz_ledger_build (world->ledger, none, world->now,
                              &world->genesis.founders[0].validator.node, changes, NULL);
  g_assert_cmpuint (block->header.flags, ==, CITIZ_BLOCK_CONTINUATION);
  shared_world_certify (world, notar, CITIZ_VOTE_NOTAR, block, 3);
  block->justification = citiz_justification_new (notar);
  return block;
}

GPtrArray *
shared_world_end_epoch_above (SharedWorld *world)
{
  GPtrArray *blocks = shared_world_closing (world);
  const CitizBlock *closing = blocks->pdata[blocks->len - 1];
  CitizLedger *ledger = citiz_ledger_fork (world->ledger);

  g_ptr_array_add (blocks, continue_with (world));
  g_ptr_array_add (blocks, continue_with (world));
  make_final (world, blocks->pdata[blocks->len - 1]);
  citiz_ledger_free (world->ledger);
  world->ledger = ledger;
  enter_epoch (world, closing);
  return blocks;
}

void
shared_world_refound (SharedWorld *world, const CitizBlock *last, CitizRefound *out)
{
  static const gchar reason[] = "A quorum was lost.";
  CitizValidators next;

  *out = (CitizRefound){.last = last->header,
                        .final = *last->final,
                        .ends = citiz_ledger_epoch (world->ledger),
                        .time = world->now,
                        .n_reason = sizeof reason - 1,
                        .n_next = SHARED_N};
  memcpy (out->reason, reason, out->n_reason);
  for (guint i = 0; i < SHARED_N; i++)
    for (guint k = 0; k < SHARED_N; k++)
      if (citiz_public_key_equal (&world->genesis.founders[i].validator.node,
                                  citiz_signing_key_get_public (world->nodes[k])))
        {
          out->next[i].validator = world->genesis.founders[i].validator;
          citiz_join_sign (&out->next[i], &world->chain_id, out->ends + 1, world->nodes[k]);
          citiz_refound_sign (out, world->nodes[k]);
        }
  for (guint k = 0; k < SHARED_N; k++) /* over all of next */
    citiz_refound_sign (out, world->nodes[k]);
  citiz_refound_validators (&next, out);
  g_assert_true (citiz_ledger_begin_epoch (world->ledger, &next, TRUE, NULL));
}
