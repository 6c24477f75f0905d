/* A community on its chain: nodes come and go, epochs end, sponsors vouch. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "world.h"

#include "crypto/citiz-crypto.h"
#include "ledger/citiz-snapshot.h"

#include <string.h>

#define N 4

typedef struct
{
  World world;
  CitizHash accounts[N + 1]; /* of the nodes; the last is the one that comes */
  CitizSigningKey *comer;
  CitizSigningKey *ready[N + 1]; /* keys of epoch 1 */
} Community;

static CitizSigningKey *
key_of (Community *c, guint node)
{
  return node < N ? c->world.nodes[node] : c->comer;
}

static const CitizPublicKey *
name_of (Community *c, guint node)
{
  return citiz_signing_key_get_public (key_of (c, node));
}

static CitizTx *
draft (Community *c, CitizTxType type, const CitizHash *account, const CitizTxBody *body)
{
  CitizTx *tx = citiz_tx_new (type);

  tx->chain_id = *citiz_ledger_chain_id (c->world.ledger);
  tx->account = *account;
  tx->nonce = c->world.nonce++ % 60;
  tx->valid_until.ms = c->world.time + CITIZ_HOUR;
  if (body != NULL)
    tx->body = *body;
  return tx;
}

/* What a node says. */
static CitizTx *
said (Community *c, guint node, CitizTxType type, const CitizTxBody *body)
{
  CitizTx *tx = draft (c, type, &c->accounts[node], body);

  citiz_tx_sign (tx, key_of (c, node));
  return tx;
}

static void
set_up (Community *c, gconstpointer data)
{
  world_init (&c->world, N);
  c->comer = tools_key (90);
  for (guint i = 0; i <= N; i++)
    {
      CitizTxBody body = {0};
      CitizTx *tx;

      body.reg.n_keys = 1;
      body.reg.keys[0]
          = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519, *name_of (c, i)};
      citiz_tx_register_account_id (&c->accounts[i], &body.reg);
      tx = draft (c, CITIZ_TX_ACCT_REGISTER, &c->accounts[i], &body);
      citiz_tx_sign (tx, key_of (c, i));
      world_accept (&c->world, tx);
      c->ready[i] = tools_key ((guint8) (100 + i));
    }
}

static void
tear_down (Community *c, gconstpointer data)
{
  world_clear (&c->world);
  citiz_signing_key_unref (c->comer);
  for (guint i = 0; i <= N; i++)
    citiz_signing_key_unref (c->ready[i]);
}

static CitizTx *
joining (Community *c, guint node)
{
  CitizTxBody body = {.node_join = {{{1}}, {{2}}}};

  return said (c, node, CITIZ_TX_NODE_JOIN, &body);
}

static CitizTx *
approval (Community *c, guint node, const CitizHash *proposal)
{
  CitizTxBody body = {.approve = {*proposal}};

  return said (c, node, CITIZ_TX_APPROVE, &body);
}

static CitizTx *
readiness (Community *c, guint node, guint64 epoch)
{
  CitizTxBody body = {0};
  CitizFounder founder
      = {.validator = {*name_of (c, node), *citiz_signing_key_get_public (c->ready[node])}};

  citiz_join_sign (&founder, citiz_ledger_chain_id (c->world.ledger), epoch, key_of (c, node));
  body.node_ready = (CitizTxNodeReady){epoch, founder.validator.key, founder.join};
  return said (c, node, CITIZ_TX_NODE_READY, &body);
}

/* @added and @removed: nodes, or -1. */
static CitizTx *
change (Community *c, guint by, gint added, gint removed)
{
  CitizTxBody body = {.valset_change = {.epoch = citiz_ledger_epoch (c->world.ledger)}};

  if (added >= 0)
    body.valset_change.added[body.valset_change.n_added++] = *name_of (c, (guint) added);
  if (removed >= 0)
    body.valset_change.removed[body.valset_change.n_removed++] = *name_of (c, (guint) removed);
  return said (c, by, CITIZ_TX_VALSET_CHANGE, &body);
}

/* Accepts @tx; its id is the proposal's. */
static CitizHash
proposed (Community *c, CitizTx *tx)
{
  const CitizHash id = *citiz_tx_get_id (tx);

  world_accept (&c->world, tx);
  return id;
}

static CitizBlock *
built (Community *c, CitizTx *tx)
{
  g_autoptr (GError) error = NULL;
  CitizBlock *block = world_build (&c->world, tx, &error);

  g_assert_no_error (error);
  return block;
}

static CitizStanding
standing (Community *c, guint node)
{
  CitizNodeRecord record;

  return citiz_ledger_get_node (c->world.ledger, name_of (c, node), &record) ? record.standing : 0;
}

/* Nodes *********************************************************************/

static void
test_membership (Community *c, gconstpointer data)
{
  CitizHash id;

  g_assert_true (citiz_ledger_is_member (c->world.ledger, name_of (c, 0)));
  g_assert_false (citiz_ledger_is_member (c->world.ledger, name_of (c, N)));
  world_refuse (&c->world, said (c, N, CITIZ_TX_NODE_LEAVE, NULL), CITIZ_LEDGER_ERROR_NODE);
  id = proposed (c, joining (c, N));
  g_assert_cmpint (standing (c, N), ==, CITIZ_STANDING_CANDIDATE);
  world_refuse (&c->world, approval (c, N, &id), CITIZ_LEDGER_ERROR_NODE);
  world_accept (&c->world, approval (c, 0, &id));
  world_refuse (&c->world, approval (c, 0, &id), CITIZ_LEDGER_ERROR_EXISTS);
  world_accept (&c->world, approval (c, 1, &id));
  g_assert_false (citiz_ledger_is_member (c->world.ledger, name_of (c, N)));
  world_accept (&c->world, approval (c, 2, &id));
  g_assert_true (citiz_ledger_is_member (c->world.ledger, name_of (c, N)));
  world_refuse (&c->world, approval (c, 3, &id), CITIZ_LEDGER_ERROR_EXISTS);
  world_refuse (&c->world, joining (c, N), CITIZ_LEDGER_ERROR_EXISTS);
  world_refuse (&c->world, approval (c, 3, &c->accounts[0]), CITIZ_LEDGER_ERROR_PROPOSAL);

  world_accept (&c->world, said (c, N, CITIZ_TX_NODE_LEAVE, NULL));
  g_assert_false (citiz_ledger_is_member (c->world.ledger, name_of (c, N)));
  world_refuse (&c->world, said (c, N, CITIZ_TX_NODE_LEAVE, NULL), CITIZ_LEDGER_ERROR_EXISTS);
  world_accept (&c->world, joining (c, N)); /* and comes back, to be approved again */
  g_assert_cmpint (standing (c, N), ==, CITIZ_STANDING_CANDIDATE);
  world_accept (&c->world, joining (c, 1)); /* a founder says where it is */
  g_assert_cmpint (standing (c, 1), ==, CITIZ_STANDING_MEMBER);
}

/* Epochs ********************************************************************/

static void
test_change_refused (Community *c, gconstpointer data)
{
  CitizTxBody body = {.valset_change = {.epoch = 1}};

  world_refuse (&c->world, change (c, 0, N, -1), CITIZ_LEDGER_ERROR_NODE); /* has not joined */
  world_accept (&c->world, joining (c, N));
  world_refuse (&c->world, change (c, N, N, -1), CITIZ_LEDGER_ERROR_NODE); /* no validator */
  world_refuse (&c->world, change (c, 0, 1, -1), CITIZ_LEDGER_ERROR_NODE); /* there already */
  world_refuse (&c->world, change (c, 0, -1, N), CITIZ_LEDGER_ERROR_NODE); /* not there */
  world_refuse (&c->world, said (c, 0, CITIZ_TX_VALSET_CHANGE, &body), CITIZ_LEDGER_ERROR_EPOCH);
  body.valset_change = (CitizTxValsetChange){.n_removed = 2}; /* of four, one at most */
  body.valset_change.removed[0] = *name_of (c, 1);
  body.valset_change.removed[1] = *name_of (c, 2);
  world_refuse (&c->world, said (c, 0, CITIZ_TX_VALSET_CHANGE, &body), CITIZ_LEDGER_ERROR_LIMIT);
  world_accept (&c->world, said (c, N, CITIZ_TX_NODE_LEAVE, NULL));
  world_refuse (&c->world, change (c, 0, N, -1), CITIZ_LEDGER_ERROR_NODE); /* has left */
  world_refuse (&c->world, readiness (c, N, 1), CITIZ_LEDGER_ERROR_NODE);
  world_refuse (&c->world, readiness (c, 0, 2), CITIZ_LEDGER_ERROR_EPOCH);
}

static void
certify (Community *c, CitizCert *out, const CitizBlock *block)
{
  CitizVote votes[3];

  for (guint16 i = 0; i < 3; i++)
    {
      votes[i] = (CitizVote){.kind = CITIZ_VOTE_FINAL,
                             .epoch = block->header.epoch,
                             .slot = block->header.slot,
                             .hash = block->hash,
                             .voter = i};
      citiz_vote_sign (&votes[i], &block->header.chain_id, &block->header.vs_hash,
                       c->world.epochs[i]);
    }
  citiz_cert_from_votes (out, votes, 3);
}

/* Node 3 goes, the newcomer comes. Returns: the closing block */
static CitizBlock *
close_epoch (Community *c)
{
  static const guint order[] = {2, N, 0};
  CitizBlock *block;
  CitizHash id;

  world_accept (&c->world, joining (c, N));
  world_accept (&c->world, readiness (c, 1, 1));
  id = proposed (c, change (c, 0, N, 3));
  for (guint i = 0; i < 3; i++)
    world_accept (&c->world, approval (c, i + 1, &id));
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_assert_cmpuint (citiz_ledger_head (c->world.ledger)->flags, ==, 0);
      block = built (c, readiness (c, order[i], 1));
      if (i < 2)
        citiz_block_free (block);
    }
  return block;
}

/* A light client that has seen nothing but the founding document follows. */
static void
check_light (Community *c, const CitizBlock *closing, const CitizValidators *next)
{
  g_autoptr (CitizClosing) proof = citiz_closing_new ();
  g_autoptr (GError) error = NULL;
  CitizLight light;

  g_array_append_val (proof->headers, closing->header);
  certify (c, &proof->final, closing);
  proof->next = *next;
  citiz_light_init (&light, &c->world.genesis);
  g_assert_true (citiz_light_close (&light, proof, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (light.epoch, ==, 1);
}

static void
test_epoch (Community *c, gconstpointer data)
{
  World *world = &c->world;
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizLedger) before = NULL;
  g_autoptr (CitizLedger) other = NULL;
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (CitizBlock) closing = close_epoch (c);
  g_autoptr (CitizBlock) first = NULL;
  CitizValidators next;
  CitizHash vs_hash;

  g_assert_cmpuint (closing->header.flags, ==, CITIZ_BLOCK_CLOSING);
  g_assert_true (citiz_ledger_get_validators (world->ledger, 1, &next));
  citiz_validators_hash (&vs_hash, &next);
  g_assert_true (citiz_hash_equal (&vs_hash, &closing->header.next_vs_hash));
  g_assert_cmpuint (next.n, ==, N);
  for (guint i = 0; i < next.n; i++)
    {
      g_assert_false (citiz_public_key_equal (&next.v[i].node, name_of (c, 3)));
      g_assert_true (i == 0 || memcmp (next.v[i - 1].node.b, next.v[i].node.b, 32) < 0);
    }
  check_light (c, closing, &next);

  other = citiz_ledger_fork (world->ledger);
  g_assert_true (citiz_ledger_begin_epoch (world->ledger, &next, FALSE, &error));
  g_assert_no_error (error);
  world->time += 1000;
  {
    g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
    g_ptr_array_add (txs, said (c, N, CITIZ_TX_NODE_LEAVE, NULL));
    first = citiz_ledger_build (world->ledger, txs, (CitizTime){world->time}, name_of (c, N),
                                changes, &error);
  }
  g_assert_no_error (error);
  g_assert_cmpuint (first->header.epoch, ==, 1);
  g_assert_cmpuint (first->header.slot, ==, 1);
  g_assert_cmpuint (first->header.flags, ==, 0);

  /* who only follows goes on to the next epoch by itself */
  g_assert_true (citiz_ledger_apply (other, first, (CitizTime){world->time}, CITIZ_LEVEL_FULL, NULL,
                                     NULL, changes, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_ledger_epoch (other), ==, 1);

  /* and so does who comes back from disk */
  before
      = citiz_ledger_restore (&world->genesis, citiz_ledger_head (other), citiz_ledger_log (other),
                              citiz_state_fork (citiz_ledger_state (other)), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_ledger_epoch (before), ==, 1);
  g_assert_true (citiz_hash_equal (citiz_ledger_vs_hash (before), &vs_hash));
  /* the old list is still known, for evidence that comes late */
  g_assert_true (citiz_ledger_get_validators (before, 0, &next));
  citiz_validators_hash (&vs_hash, &next);
  g_assert_true (citiz_hash_equal (&vs_hash, &closing->header.vs_hash));
}

/* On a closing block: empty continuations, and nothing else. */
static void
test_closed (Community *c, gconstpointer data)
{
  World *world = &c->world;
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (GPtrArray) refused = g_ptr_array_new ();
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (CitizBlock) closing = close_epoch (c);
  g_autoptr (CitizLedger) other = citiz_ledger_fork (world->ledger);
  g_autoptr (CitizBlock) block = NULL;
  g_autoptr (GError) error = NULL;

  world_refuse (world, world_grant (world, 1, 1), CITIZ_LEDGER_ERROR_EPOCH);
  g_ptr_array_add (txs, world_grant (world, 2, 1));
  world->time += 1000;
  block = citiz_ledger_propose (world->ledger, txs, closing->header.slot + 2,
                                (CitizTime){world->time}, name_of (c, 0), changes, refused);
  g_assert_cmpuint (block->header.flags, ==, CITIZ_BLOCK_CONTINUATION);
  g_assert_cmpuint (block->txs->len, ==, 0);
  g_assert_cmpuint (refused->len, ==, 0);
  g_assert_true (citiz_hash_equal (&block->header.next_vs_hash, &closing->header.next_vs_hash));
  g_assert_true (citiz_hash_equal (&block->header.state_root, &closing->header.state_root));
  g_assert_true (citiz_ledger_apply (other, block, (CitizTime){world->time}, CITIZ_LEVEL_FULL, NULL,
                                     NULL, changes, &error));
  g_assert_no_error (error);
}

static gboolean
keep_chunk_cb (gpointer data, guint index, const guint8 *bytes, gsize n)
{
  GPtrArray *chunks = data;

  g_assert_cmpuint (index, ==, chunks->len);
  g_ptr_array_add (chunks, g_bytes_new (bytes, n));
  return TRUE;
}

static gboolean
take (CitizSnapshot *snapshot, GBytes *chunk)
{
  return citiz_snapshot_take (snapshot, g_bytes_get_data (chunk, NULL), g_bytes_get_size (chunk),
                              NULL, NULL);
}

/* Who comes late begins with the state at the end of an epoch. */
static void
test_snapshot (Community *c, gconstpointer data)
{
  World *world = &c->world;
  g_autoptr (GPtrArray) chunks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GArray) list = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizBlock) closing = NULL;
  g_autoptr (CitizSnapshot) snapshot = NULL;
  g_autoptr (CitizLedger) late = NULL;
  g_autoptr (GBytes) other = g_bytes_new_static ("no", 2);
  CitizValidators validators;
  CitizHash root;

  /* more than one chunk: objects that no rule looks at */
  for (guint i = 0; i < 300; i++)
    {
      CitizHash key;
      g_autofree guint8 *bytes = g_malloc0 (8000);
      g_autoptr (GBytes) value = g_bytes_new (bytes, 8000);

      citiz_object_key (&key, 99, (const guint8 *) &i, sizeof i);
      citiz_state_set (citiz_ledger_state (world->ledger), &key, value);
    }
  closing = close_epoch (c);
  list = citiz_snapshot_list (citiz_ledger_log (world->ledger), citiz_ledger_state (world->ledger));
  citiz_snapshot_root (citiz_ledger_log (world->ledger), citiz_ledger_state (world->ledger), &root);
  g_assert_true (citiz_hash_equal (&root, &closing->header.snapshot_root));
  g_assert_true (citiz_snapshot_cut (citiz_ledger_log (world->ledger),
                                     citiz_ledger_state (world->ledger), keep_chunk_cb, chunks));
  g_assert_cmpuint (chunks->len, ==, list->len);
  g_assert_cmpuint (chunks->len, ==, 3);
  g_assert_cmpuint (g_bytes_get_size (chunks->pdata[0]), ==, CITIZ_SNAPSHOT_CHUNK);

  g_assert_null (citiz_snapshot_new (&closing->header,
                                     (const CitizHash *) (gconstpointer) list->data, 2, NULL));
  snapshot = citiz_snapshot_new (&closing->header, (const CitizHash *) (gconstpointer) list->data,
                                 list->len, &error);
  g_assert_no_error (error);
  citiz_genesis_validators (&validators, &world->genesis);
  g_assert_false (take (snapshot, other));
  g_assert_false (take (snapshot, chunks->pdata[1]));
  g_assert_true (take (snapshot, chunks->pdata[0]));
  g_assert_null (citiz_snapshot_finish (snapshot, &world->genesis, &validators, NULL));
  for (guint i = 1; i < chunks->len; i++)
    g_assert_true (take (snapshot, chunks->pdata[i]));
  g_assert_cmpuint (citiz_snapshot_next (snapshot), ==, 3);
  g_assert_false (take (snapshot, chunks->pdata[0]));
  late = citiz_snapshot_finish (snapshot, &world->genesis, &validators, &error);
  g_assert_no_error (error);
  g_assert_true (citiz_hash_equal (citiz_ledger_head_hash (late), &closing->hash));
  g_assert_true (citiz_ledger_get_validators (late, 1, &validators));
  g_assert_true (citiz_ledger_begin_epoch (late, &validators, FALSE, &error));
}

/* A proposer that says another thing than the state. */
static void
test_closing_forged (Community *c, gconstpointer data)
{
  World *world = &c->world;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (CitizLedger) other = citiz_ledger_fork (world->ledger);
      g_autoptr (CitizLedger) again = citiz_ledger_fork (world->ledger);
      g_autoptr (CitizChanges) changes = citiz_changes_new ();
      g_autoptr (GPtrArray) none = g_ptr_array_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (CitizBlock) block = citiz_ledger_build (
          other, none, (CitizTime){world->time + 1000}, name_of (c, 0), changes, &error);

      g_assert_no_error (error);
      if (i == 0)
        block->header.flags = CITIZ_BLOCK_CLOSING;
      else if (i == 1)
        block->header.next_vs_hash.b[0] ^= 1;
      else
        block->header.evidence_root.b[0] ^= 1;
      citiz_block_header_hash (&block->hash, &block->header);
      g_assert_false (citiz_ledger_apply (again, block, (CitizTime){world->time + 1000},
                                          CITIZ_LEVEL_FULL, NULL, NULL, changes, &error));
      g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_BLOCK);
    }
}

/* One validator at a time until there are four. */
static void
test_growth (void)
{
  Community c = {0};
  CitizHash id;

  world_init (&c.world, 1);
  c.comer = tools_key (90);
  for (guint i = 0; i <= N; i++)
    c.ready[i] = tools_key ((guint8) (100 + i));
  for (guint i = 0; i <= N; i += N)
    {
      CitizTxBody body = {0};
      CitizTx *tx;

      body.reg.n_keys = 1;
      body.reg.keys[0]
          = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519, *name_of (&c, i)};
      citiz_tx_register_account_id (&c.accounts[i], &body.reg);
      tx = draft (&c, CITIZ_TX_ACCT_REGISTER, &c.accounts[i], &body);
      citiz_tx_sign (tx, key_of (&c, i));
      world_accept (&c.world, tx);
    }
  world_accept (&c.world, joining (&c, N));
  world_refuse (&c.world, change (&c, 0, N, 0), CITIZ_LEDGER_ERROR_LIMIT); /* nobody stays */
  id = proposed (&c, change (&c, 0, N, -1));
  world_accept (&c.world, readiness (&c, 0, 1));
  world_accept (&c.world, readiness (&c, N, 1));
  g_assert_cmpuint (citiz_ledger_head (c.world.ledger)->flags, ==, 0);
  world_accept (&c.world, approval (&c, 0, &id));
  g_assert_cmpuint (citiz_ledger_head (c.world.ledger)->flags, ==, CITIZ_BLOCK_CLOSING);
  tear_down (&c, NULL);
}

/* Admission *****************************************************************/

static void
set_params (Community *c, guint32 quota, guint32 rate, guint8 work)
{
  CitizTxBody body = {.params = {1, quota, rate, work}};
  CitizHash id;

  world_refuse (&c->world, said (c, N, CITIZ_TX_PARAMS, &body), CITIZ_LEDGER_ERROR_NODE);
  id = proposed (c, said (c, 0, CITIZ_TX_PARAMS, &body));
  for (guint i = 0; i < 3; i++)
    world_accept (&c->world, approval (c, i, &id));
}

static CitizTx *
commitment (Community *c, guint8 n)
{
  CitizTxBody body = {.commit = {1, {{n}}}};

  return draft (c, CITIZ_TX_COMMIT_RECORDS, &c->world.account, &body);
}

/* @by: the node that is named; @vouches: the one that signs */
static CitizTx *
sponsored (Community *c, guint8 n, guint by, guint vouches, guint64 epoch)
{
  g_autoptr (CitizTx) tx = commitment (c, n);

  tx->sponsor = *name_of (c, by);
  tx->sponsor_epoch = epoch;
  citiz_tx_sign (tx, c->world.keys[0]);
  return citiz_tx_vouch (tx, key_of (c, vouches));
}

static CitizTx *
worked (Community *c, guint8 n, guint bits)
{
  CitizTx *tx = commitment (c, n);

  if (bits > 0)
    citiz_tx_work (tx, bits);
  citiz_tx_sign (tx, c->world.keys[0]);
  return tx;
}

static void
test_sponsors (Community *c, gconstpointer data)
{
  CitizTx *unsigned_ = commitment (c, 9);

  unsigned_->sponsor = *name_of (c, 1);
  citiz_tx_sign (unsigned_, c->world.keys[0]);
  world_accept (&c->world, worked (c, 1, 0)); /* before there are rules */
  world_accept (&c->world, sponsored (c, 2, 1, 1, 0));
  set_params (c, 6, 0, 6);
  world_refuse (&c->world, worked (c, 3, 0), CITIZ_LEDGER_ERROR_WORK);
  world_refuse (&c->world, unsigned_, CITIZ_LEDGER_ERROR_SPONSOR);
  world_refuse (&c->world, sponsored (c, 3, N, N, 0), CITIZ_LEDGER_ERROR_SPONSOR);
  world_refuse (&c->world, sponsored (c, 3, 1, 2, 0), CITIZ_LEDGER_ERROR_SPONSOR);
  world_refuse (&c->world, sponsored (c, 3, 1, 1, 1), CITIZ_LEDGER_ERROR_SPONSOR);
  world_accept (&c->world, worked (c, 3, 6));
  for (guint8 i = 0; i < 6; i++)
    world_accept (&c->world, sponsored (c, 10 + i, 3, 3, 0));
  world_refuse (&c->world, sponsored (c, 20, 3, 3, 0), CITIZ_LEDGER_ERROR_QUOTA);
  world_accept (&c->world, sponsored (c, 20, 2, 2, 0)); /* only its own is used up */
  world_refuse (&c->world, joining (c, 3), CITIZ_LEDGER_ERROR_QUOTA);
  c->world.time += CITIZ_DAY;
  world_accept (&c->world, sponsored (c, 21, 3, 3, 0));
  world_accept (&c->world, said (c, 2, CITIZ_TX_NODE_LEAVE, NULL));
  world_refuse (&c->world, sponsored (c, 22, 2, 2, 0), CITIZ_LEDGER_ERROR_SPONSOR);
}

static void
test_rate (Community *c, gconstpointer data)
{
  set_params (c, 100, 3, 0);
  for (guint8 i = 0; i < 3; i++)
    world_accept (&c->world, sponsored (c, i + 1, 1, 1, 0));
  world_refuse (&c->world, sponsored (c, 9, 2, 2, 0), CITIZ_LEDGER_ERROR_QUOTA);
  c->world.time += CITIZ_DAY;
  world_accept (&c->world, sponsored (c, 9, 2, 2, 0));
}

/* What came before the parameters were set is not proposed after, where others would refuse the whole block. */
static void
test_waiting (Community *c, gconstpointer data)
{
  World *world = &c->world;
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (GPtrArray) refused = g_ptr_array_new ();
  g_autoptr (GPtrArray) sifted = g_ptr_array_new ();
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (CitizLedger) proposer = NULL;
  g_autoptr (CitizBlock) block = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (txs, worked (c, 1, 0));
  g_assert_true (
      citiz_ledger_try (world->ledger, txs, (CitizTime){world->time + 1}, NULL, NULL, &error));
  set_params (c, 100, 0, 12);
  proposer = citiz_ledger_fork (world->ledger);
  citiz_ledger_sift (proposer, txs, (CitizTime){world->time + 1}, sifted, sifted);
  g_assert_cmpuint (sifted->len, ==, 1);
  block = citiz_ledger_propose (proposer, txs, 100, (CitizTime){world->time + 1}, name_of (c, 0),
                                changes, refused);
  g_assert_cmpuint (block->txs->len, ==, 0);
  g_assert_cmpuint (refused->len, ==, 1);
  g_assert_true (citiz_ledger_apply (world->ledger, block, (CitizTime){world->time + 1},
                                     CITIZ_LEVEL_FULL, NULL, NULL, changes, &error));
  g_assert_no_error (error);
}

/* Who proposes leaves the rest of the open part for later; a block with more is refused. */
static void
test_lane (Community *c, gconstpointer data)
{
  World *world = &c->world;
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (GPtrArray) refused = g_ptr_array_new ();
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (CitizLedger) proposer = NULL;
  g_autoptr (CitizBlock) block = NULL;
  g_autoptr (GError) error = NULL;

  set_params (c, 100, 0, 0);
  proposer = citiz_ledger_fork (world->ledger);
  for (guint8 i = 0; i < 70; i++)
    {
      CitizTxBody body = {0};
      CitizHash account;
      g_autoptr (CitizSigningKey) key = tools_key (150 + i);
      CitizTx *tx;

      body.reg.n_keys = 1;
      body.reg.keys[0] = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519,
                                           *citiz_signing_key_get_public (key)};
      citiz_tx_register_account_id (&account, &body.reg);
      tx = draft (c, CITIZ_TX_ACCT_REGISTER, &account, &body);
      citiz_tx_sign (tx, key);
      g_ptr_array_add (txs, tx);
    }
  g_ptr_array_add (txs, sponsored (c, 3, 1, 1, 0));
  block = citiz_ledger_propose (proposer, txs, 100, (CitizTime){world->time + 1}, name_of (c, 0),
                                changes, refused);
  g_assert_cmpuint (block->txs->len, ==, 65);
  g_assert_cmpuint (refused->len, ==, 0);
  world->time += 1000;
  g_assert_null (citiz_ledger_build (world->ledger, txs, (CitizTime){world->time}, name_of (c, 0),
                                     changes, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_QUOTA);
}

/* Blame *********************************************************************/

static CitizTx *
accusation (Community *c, guint16 voter, guint8 forged)
{
  CitizVote votes[2];
  CitizTxBody body = {0};
  CitizEvidence evidence;
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < 2; i++)
    {
      votes[i] = (CitizVote){
          .kind = CITIZ_VOTE_FINAL, .slot = 3, .hash = {{(guint8) (i + 1)}}, .voter = voter};
      citiz_vote_sign (&votes[i], citiz_ledger_chain_id (c->world.ledger),
                       &citiz_ledger_head (c->world.ledger)->vs_hash,
                       c->world.epochs[voter ^ forged]);
    }
  citiz_evidence_make (&evidence, &votes[0], &votes[1]);
  bytes = citiz_evidence_encode (&evidence);
  memcpy (body.evidence.evidence, g_bytes_get_data (bytes, NULL), sizeof body.evidence.evidence);
  return said (c, N, CITIZ_TX_EVIDENCE, &body);
}

static void
test_evidence (Community *c, gconstpointer data)
{
  static const CitizHash none;
  g_autoptr (CitizBlock) block = NULL;
  g_autoptr (CitizBlock) empty = NULL;
  CitizTx *tx = accusation (c, 2, 0);
  CitizHash leaf;

  world_refuse (&c->world, accusation (c, 2, 1), CITIZ_LEDGER_ERROR_PROOF);
  citiz_log_leaf (&leaf, tx->body.evidence.evidence, sizeof tx->body.evidence.evidence);
  block = built (c, tx);
  g_assert_true (citiz_hash_equal (&block->header.evidence_root, &leaf));
  empty = built (c, NULL);
  g_assert_true (citiz_hash_equal (&empty->header.evidence_root, &none));
  world_refuse (&c->world, accusation (c, 2, 0), CITIZ_LEDGER_ERROR_EXISTS);
}

/* People went on without a quorum: the new validators write down how. */
static void
test_refound (Community *c, gconstpointer data)
{
  World *world = &c->world;
  CitizTxBody body = {.refound_ack = {1, {{7}}}};
  CitizTxBody lie = {.refound_ack = {1, {{8}}}};
  CitizValidators next = {.n = 2};
  g_autoptr (CitizLedger) back = NULL;
  g_autoptr (GError) error = NULL;

  next.v[0] = (CitizValidator){*name_of (c, 0), *citiz_signing_key_get_public (c->ready[0])};
  next.v[1] = (CitizValidator){*name_of (c, 1), *citiz_signing_key_get_public (c->ready[1])};
  world_refuse (world, said (c, 0, CITIZ_TX_REFOUND_ACK, &body), CITIZ_LEDGER_ERROR_EPOCH);
  g_assert_true (citiz_ledger_begin_epoch (world->ledger, &next, TRUE, &error));
  world_refuse (world, said (c, 2, CITIZ_TX_REFOUND_ACK, &body), CITIZ_LEDGER_ERROR_NODE);
  world_accept (world, said (c, 0, CITIZ_TX_REFOUND_ACK, &body));
  world_refuse (world, said (c, 0, CITIZ_TX_REFOUND_ACK, &body), CITIZ_LEDGER_ERROR_EXISTS);
  world_refuse (world, said (c, 1, CITIZ_TX_REFOUND_ACK, &lie), CITIZ_LEDGER_ERROR_EXISTS);
  world_accept (world, said (c, 1, CITIZ_TX_REFOUND_ACK, &body));
  back = citiz_ledger_restore (&world->genesis, citiz_ledger_head (world->ledger),
                               citiz_ledger_log (world->ledger),
                               citiz_state_fork (citiz_ledger_state (world->ledger)), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_ledger_epoch (back), ==, 1);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *name;
    void (*func) (Community *c, gconstpointer data);
  } tests[] = {{"/community/membership", test_membership},
               {"/community/change-refused", test_change_refused},
               {"/community/epoch", test_epoch},
               {"/community/closed", test_closed},
               {"/community/snapshot", test_snapshot},
               {"/community/closing-forged", test_closing_forged},
               {"/community/sponsors", test_sponsors},
               {"/community/rate", test_rate},
               {"/community/waiting", test_waiting},
               {"/community/lane", test_lane},
               {"/community/evidence", test_evidence},
               {"/community/refound", test_refound}};

  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Community, NULL, set_up, tests[i].func, tear_down);
  g_test_add_func ("/community/growth", test_growth);
  return g_test_run ();
}
