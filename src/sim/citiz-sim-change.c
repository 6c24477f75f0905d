/* What ends an epoch of the real ledger: newcomers ask to come in, a change of the list is proposed and approved, each of the next list shows its
 * key. The world counts all of it as one transaction. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include "ledger/citiz-snapshot.h"

#include <string.h>

#define VALID (20 * CITIZ_HOUR) /* as those of the clients */

/* What a machine has said so far. */
typedef struct
{
  CitizSim *sim;
  GPtrArray *list;
  guint64 nonces[CITIZ_SIM_MAX_NODES];
} Sayings;

static CitizPublicKey
public_of (const CitizSim *sim, guint body)
{
  g_autoptr (CitizSigningKey) key = citiz_sim_node_key (sim, body);

  return *citiz_signing_key_get_public (key);
}

static gint
by_node (gconstpointer a, gconstpointer b)
{
  return memcmp (((const CitizValidator *) a)->node.b, ((const CitizValidator *) b)->node.b, 32);
}

/* The ledger's list is in the order of the nodes' own keys, so the epoch's is. */
void
citiz_sim_change_order (CitizSim *sim, guint64 number)
{
  CitizSimEpoch *epoch = &sim->epochs[number];
  CitizPublicKey nodes[CITIZ_SIM_MAX_NODES];
  guint16 bodies[CITIZ_SIM_MAX_NODES];

  memcpy (bodies, epoch->body, sizeof bodies);
  for (guint i = 0; i < epoch->n; i++)
    nodes[i] = epoch->validators.v[i].node = public_of (sim, bodies[i]);
  qsort (epoch->validators.v, epoch->n, sizeof *epoch->validators.v, by_node);
  for (guint i = 0; i < epoch->n; i++)
    for (guint k = 0; k < epoch->n; k++)
      if (citiz_public_key_equal (&epoch->validators.v[i].node, &nodes[k]))
        {
          epoch->body[i] = bodies[k];
          epoch->place[bodies[k]] = (guint16) i;
        }
  citiz_validators_hash (&epoch->vs_hash, &epoch->validators);
  citiz_csx_leaders (epoch->leaders, epoch->n, &sim->chain_id, number);
}

/* Returns: (transfer none): @body NULL: it registers its account */
static CitizTx *
say (Sayings *sayings, guint machine, CitizTxType type, const CitizTxBody *body)
{
  g_autoptr (CitizSigningKey) key = citiz_sim_node_key (sayings->sim, machine);
  CitizTxBody reg = {.reg = {.n_keys = 1}};
  CitizTx *tx = citiz_tx_new (type);

  reg.reg.keys[0] = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519,
                                      *citiz_signing_key_get_public (key)};
  citiz_tx_register_account_id (&tx->account, &reg.reg);
  tx->chain_id = sayings->sim->chain_id;
  tx->valid_until.ms = CITIZ_SIM_WALL + VALID;
  tx->nonce = sayings->nonces[machine]++;
  tx->body = body != NULL ? *body : reg;
  citiz_tx_sign (tx, key);
  g_ptr_array_add (sayings->list, tx);
  return tx;
}

/* Who comes says so; who goes needs not. Returns: the change itself */
static CitizTxBody
come_and_go (Sayings *sayings, guint64 number)
{
  const CitizSim *sim = sayings->sim;
  const CitizSimEpoch *now = &sim->epochs[number], *next = &sim->epochs[number + 1];
  CitizTxBody change = {.valset_change = {.epoch = number}};
  const CitizTxBody join = {.node_join = {{{0}}, {{0}}}};

  for (guint i = 0; i < next->n; i++)
    if (now->place[next->body[i]] == CITIZ_CSX_NOBODY)
      {
        say (sayings, next->body[i], CITIZ_TX_ACCT_REGISTER, NULL);
        say (sayings, next->body[i], CITIZ_TX_NODE_JOIN, &join);
        change.valset_change.added[change.valset_change.n_added++] = next->validators.v[i].node;
      }
  for (guint i = 0; i < now->n; i++)
    if (next->place[now->body[i]] == CITIZ_CSX_NOBODY)
      change.valset_change.removed[change.valset_change.n_removed++] = now->validators.v[i].node;
  return change;
}

static void
end_epoch (Sayings *sayings, guint64 number)
{
  CitizSim *sim = sayings->sim;
  const CitizSimEpoch *now = &sim->epochs[number], *next = &sim->epochs[number + 1];
  CitizTxBody body;

  sayings->list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  for (guint i = 0; number == 0 && i < now->n; i++)
    say (sayings, now->body[i], CITIZ_TX_ACCT_REGISTER, NULL);
  body = come_and_go (sayings, number);
  body = (CitizTxBody){
      .approve = {*citiz_tx_get_id (say (sayings, now->body[0], CITIZ_TX_VALSET_CHANGE, &body))}};
  for (guint i = 0; i < now->quorum; i++)
    say (sayings, now->body[i], CITIZ_TX_APPROVE, &body);
  for (guint i = 0; i < next->n; i++)
    {
      g_autoptr (CitizSigningKey) key = citiz_sim_node_key (sim, next->body[i]);
      CitizFounder founder = {.validator = next->validators.v[i]};

      citiz_join_sign (&founder, &sim->chain_id, number + 1, key);
      body = (CitizTxBody){.node_ready = {number + 1, founder.validator.key, founder.join}};
      say (sayings, next->body[i], CITIZ_TX_NODE_READY, &body);
    }
  sim->changes[number] = sayings->list;
}

void
citiz_sim_change_make (CitizSim *sim)
{
  Sayings sayings = {.sim = sim};

  for (guint64 epoch = 0; epoch + 1 < sim->n_epochs; epoch++)
    end_epoch (&sayings, epoch);
}

void
citiz_sim_change_clear (CitizSim *sim)
{
  for (guint i = 0; i < G_N_ELEMENTS (sim->changes); i++)
    g_clear_pointer (&sim->changes[i], g_ptr_array_unref);
}

/* @ledger, after a closing block, is to be built on in the epoch that it begins. Returns: %FALSE when it does not begin that one */
gboolean
citiz_sim_change_enter (CitizLedger *ledger, guint64 epoch)
{
  CitizValidators next;

  if (citiz_ledger_epoch (ledger) == epoch)
    return TRUE;
  return citiz_ledger_epoch (ledger) + 1 == epoch
         && citiz_ledger_get_validators (ledger, epoch, &next)
         && citiz_ledger_begin_epoch (ledger, &next, FALSE, NULL);
}

/* Coming late ****************************************************************/

static gboolean
keep_chunk (gpointer chunks, guint place, const guint8 *bytes, gsize n)
{
  g_ptr_array_add (chunks, g_bytes_new (bytes, n));
  return TRUE;
}

/* The ledger after @header, a closing block, as who holds nothing else puts it together. Returns: (transfer full) (nullable) */
static CitizLedger *
put_together (CitizSim *sim, const CitizBlockHeader *header, CitizLedger *from)
{
  g_autoptr (GPtrArray) chunks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GArray) list
      = citiz_snapshot_list (citiz_ledger_log (from), citiz_ledger_state (from));
  g_autoptr (CitizSnapshot) snapshot
      = citiz_snapshot_new (header, (const CitizHash *) (gpointer) list->data, list->len, NULL);

  if (snapshot == NULL
      || !citiz_snapshot_cut (citiz_ledger_log (from), citiz_ledger_state (from), keep_chunk,
                              chunks))
    return NULL;
  for (guint i = 0; i < chunks->len; i++)
    {
      g_autoptr (CitizChanges) changes = citiz_changes_new ();
      gsize n;
      const guint8 *bytes = g_bytes_get_data (chunks->pdata[i], &n);

      if (!citiz_snapshot_take (snapshot, bytes, n, changes, NULL))
        return NULL;
    }
  return citiz_snapshot_finish (snapshot, &citiz_sim_foundation (sim)->genesis,
                                &sim->epochs[header->epoch].validators, NULL);
}

/* I8: what @node, whose newest block closes an epoch, gives to who comes late is the ledger. Who validates from the next epoch on goes on with it. */
void
citiz_sim_change_snapshot (CitizSimNode *node)
{
  CitizSim *sim = node->sim;
  const CitizBlockHeader *header = &citiz_sim_block (sim, node->committed)->header;
  g_autoptr (CitizLedger) made = put_together (sim, header, node->ledger);
  CitizHash ours, theirs;

  if (made != NULL)
    {
      citiz_snapshot_root (citiz_ledger_log (node->ledger), citiz_ledger_state (node->ledger),
                           &ours);
      citiz_snapshot_root (citiz_ledger_log (made), citiz_ledger_state (made), &theirs);
    }
  if (made == NULL || !citiz_hash_equal (&ours, &theirs))
    {
      citiz_sim_broken (sim, "I8", "%u gives a false snapshot at height %" G_GUINT64_FORMAT,
                        node->number, header->height);
      return;
    }
  citiz_sim_met (sim, CITIZ_SIM_MET_SNAPSHOT);
  if (citiz_sim_node_place (node, header->epoch) != CITIZ_CSX_NOBODY)
    return;
  citiz_ledger_free (node->ledger);
  node->ledger = g_steal_pointer (&made);
}
