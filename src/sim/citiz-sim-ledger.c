/* The real ledger in a world: real transactions, executed by each node for itself, and once more by who watches. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include "crypto/citiz-hash.h"

#define SLOT    G_GUINT64_FORMAT
#define LONGEST (CITIZ_CSX_AHEAD + CITIZ_CSX_RANGE)

/* The chain is named after its founders. */
void
citiz_sim_ledger_found (CitizSim *sim)
{
  const CitizSimFoundation *foundation = citiz_sim_foundation (sim);
  CitizSimEpoch *epoch = &sim->epochs[0];
  CitizSimBlock *origin = citiz_sim_block (sim, 0);

  g_hash_table_remove_all (sim->by_hash);
  sim->chain_id = origin->hash = foundation->chain_id;
  g_hash_table_insert (sim->by_hash, g_memdup2 (&origin->hash, sizeof origin->hash),
                       GUINT_TO_POINTER (0));
  origin->after = citiz_ledger_new (&foundation->genesis);
  if (citiz_sim_asks_for_sponsors (sim))
    citiz_sim_quota_found (origin->after);
  citiz_genesis_validators (&epoch->validators, &foundation->genesis);
  citiz_validators_hash (&epoch->vs_hash, &epoch->validators);
  citiz_csx_leaders (epoch->leaders, epoch->n, &sim->chain_id, 0);
}

/* Blocks ********************************************************************/

/* Returns: how many follow one another at @out for one that the world counts */
static guint
stands_for (const CitizSim *sim, guint tx, CitizTx *const **out)
{
  const CitizSimFoundation *foundation = citiz_sim_foundation (sim);
  GPtrArray *change = tx >= CITIZ_SIM_CHANGE ? sim->changes[tx - CITIZ_SIM_CHANGE] : NULL;

  if (change != NULL)
    *out = (CitizTx *const *) change->pdata;
  else if (tx >= CITIZ_SIM_LANE)
    *out = foundation->lanes[(tx - CITIZ_SIM_LANE) / 4];
  else
    *out = &foundation->txs[tx];
  return change != NULL ? change->len : tx >= CITIZ_SIM_LANE ? CITIZ_SIM_LANE_EACH : 1;
}

static GPtrArray *
list_txs (const CitizSim *sim, guint64 txs)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; i < CITIZ_SIM_MAX_TXS; i++)
    {
      CitizTx *const *all;
      const guint n = (txs >> i & 1) != 0 ? stands_for (sim, i, &all) : 0;

      for (guint k = 0; k < n; k++)
        g_ptr_array_add (list, all[k]);
    }
  return list;
}

/* Which transactions @block took of @txs, of several for one those that came in to the last. */
static guint64
taken (const CitizSim *sim, guint64 txs, const CitizBlock *block)
{
  guint64 took = 0;

  for (guint i = 0; i < CITIZ_SIM_MAX_TXS; i++)
    {
      CitizTx *const *all;
      const guint n = (txs >> i & 1) != 0 ? stands_for (sim, i, &all) : 0;

      if (n > 0 && g_ptr_array_find (block->txs, all[n - 1], NULL))
        took |= G_GUINT64_CONSTANT (1) << i;
    }
  return took;
}

/* What comes out of @txs after @before, in @header's slot, at its time, by its proposer; those that have to wait are taken out of @txs.
 * Returns: whether something does */
static gboolean
fill (const CitizSim *sim, const CitizLedger *before, guint64 *txs, CitizBlockHeader *header)
{
  g_autoptr (CitizLedger) after = citiz_ledger_fork (before);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (GPtrArray) list = list_txs (sim, *txs);
  g_autoptr (GPtrArray) rest = NULL;
  g_autoptr (GPtrArray) refused = g_ptr_array_new ();
  g_autoptr (CitizBlock) block = NULL;
  guint64 took;

  if (header->time.ms <= citiz_ledger_time (before).ms
      || !citiz_sim_change_enter (after, header->epoch))
    return FALSE;
  block = citiz_ledger_propose (after, list, header->slot, header->time, &header->proposer, changes,
                                refused);
  took = taken (sim, *txs, block);
  rest = list_txs (sim, took);
  if (rest->len != block->txs->len) /* a crowd in part: it waits for the next block as a whole */
    {
      *txs = took;
      return fill (sim, before, txs, header) && refused->len == 0;
    }
  *header = block->header;
  *txs = took;
  return refused->len == 0;
}

/* For liars, who know what everybody knows: as the rules want it, before they bend it. */
void
citiz_sim_ledger_fill (CitizSim *sim, guint parent, guint64 txs, CitizBlockHeader *header)
{
  const CitizLedger *before = citiz_sim_block (sim, parent)->after;
  guint64 took = txs;

  if (before == NULL || !fill (sim, before, &took, header) || took == txs
      || !citiz_sim_asks_for_sponsors (sim))
    return;
  g_autoptr (GPtrArray) list = list_txs (sim, txs);
  citiz_sim_met (sim, CITIZ_SIM_MET_FALSE_QUOTA);
  citiz_sim_quota_ignore (before, list, header);
}

/* The same transactions in every world: their signatures are verified once in a process. Whoever makes them up again is verified again. */
static gboolean
check_once_cb (gpointer data,
               CitizDomain domain,
               const guint8 *bytes,
               gsize n,
               const CitizSignature *signature,
               const CitizPublicKey *key)
{
  static GHashTable *known; /* SHA-256 of all of it */
  g_autofree CitizHash *what = g_new (CitizHash, 1);
  CitizSha256 sha;
  guint8 kind = (guint8) domain;

  if (known == NULL)
    known = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_hash_equal, g_free, NULL);
  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, &kind, 1);
  citiz_sha256_update (&sha, signature->b, sizeof signature->b);
  citiz_sha256_update (&sha, key->b, sizeof key->b);
  citiz_sha256_update (&sha, bytes, n);
  citiz_sha256_finish (&sha, what);
  if (g_hash_table_contains (known, what))
    return TRUE;
  if (!citiz_check_now (NULL, domain, bytes, n, signature, key))
    return FALSE;
  g_hash_table_add (known, g_steal_pointer (&what));
  return TRUE;
}

static CitizLedger *
apply (const CitizLedger *before, const CitizBlock *block, CitizChanges *changes)
{
  g_autoptr (CitizLedger) after = citiz_ledger_fork (before);

  if (!citiz_ledger_apply (after, block, block->header.time, CITIZ_LEVEL_FULL, check_once_cb, NULL,
                           changes, NULL))
    return NULL;
  return g_steal_pointer (&after);
}

/* The same block with its transactions, executed by who watches. */
void
citiz_sim_ledger_add (CitizSim *sim, CitizSimBlock *block)
{
  const CitizLedger *before
      = block->parent != G_MAXUINT ? citiz_sim_block (sim, block->parent)->after : NULL;
  g_autoptr (GPtrArray) list = list_txs (sim, block->txs);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();

  block->real = citiz_block_new (&block->header);
  for (guint i = 0; i < list->len; i++)
    g_ptr_array_add (block->real->txs, citiz_tx_ref (list->pdata[i]));
  block->after = before != NULL ? apply (before, block->real, changes) : NULL;
  block->log_nodes = g_array_ref (changes->log_nodes);
  block->valid = block->valid && block->after != NULL;
}

void
citiz_sim_ledger_clear (CitizSimBlock *block)
{
  g_clear_pointer (&block->real, citiz_block_free);
  g_clear_pointer (&block->after, citiz_ledger_free);
  g_clear_pointer (&block->log_nodes, g_array_unref);
}

/* Nodes *********************************************************************/

static void
free_ledger (gpointer ledger)
{
  if (ledger != NULL)
    citiz_ledger_free (ledger);
}

/* @block: the newest that is durable; what was executed above it is forgotten. */
void
citiz_sim_node_restart_ledger (CitizSimNode *node, guint block)
{
  g_clear_pointer (&node->after, g_ptr_array_unref);
  g_clear_pointer (&node->ledger, citiz_ledger_free);
  node->after = g_ptr_array_new_with_free_func (free_ledger);
  if (node->sim->options->ledger)
    node->ledger = citiz_ledger_fork (citiz_sim_block (node->sim, block)->after);
}

/* A crash: nothing that was executed above the committed block is known any more. */
void
citiz_sim_node_forget_executed (CitizSimNode *node)
{
  if (node->after != NULL)
    g_ptr_array_set_size (node->after, 0);
}

/* Returns: (nullable): the ledger after @block, which is the committed one, or was executed here */
static CitizLedger *
ledger_after (CitizSimNode *node, guint block)
{
  if (block == node->committed)
    return node->ledger;
  return block < node->after->len ? node->after->pdata[block] : NULL;
}

static gboolean
execute_one (CitizSimNode *node, guint number)
{
  const CitizSimBlock *block = citiz_sim_block (node->sim, number);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  CitizLedger *after = apply (ledger_after (node, block->parent), block->real, changes);

  if ((after != NULL) != block->valid)
    citiz_sim_broken (node->sim, "I8", "%u finds a block of slot %" SLOT " %s", node->number,
                      block->header.slot, after != NULL ? "good, which is false" : "false");
  if (after == NULL)
    return FALSE;
  if (number >= node->after->len)
    g_ptr_array_set_size (node->after, (gint) number + 1);
  node->after->pdata[number] = after;
  return TRUE;
}

/* Executes @block and, before it, those of its ancestors that were not. */
CitizCsxVerdict
citiz_sim_node_execute (CitizSimNode *node, guint block)
{
  guint path[LONGEST];
  guint n = 0;

  for (; ledger_after (node, block) == NULL; block = citiz_sim_block (node->sim, block)->parent)
    {
      if (block == 0 || n == LONGEST || !citiz_sim_node_has (node, block)
          || citiz_sim_block (node->sim, block)->parent == G_MAXUINT)
        return CITIZ_CSX_VERDICT_NOT_YET;
      path[n++] = block;
    }
  while (n > 0)
    if (!execute_one (node, path[--n]))
      return CITIZ_CSX_VERDICT_INVALID;
  return CITIZ_CSX_VERDICT_VALID;
}

/* As above, of a block that may not have been executed yet: after a restart none has been. */
static const CitizLedger *
ledger_on (CitizSimNode *node, guint block)
{
  if (citiz_sim_node_execute (node, block) != CITIZ_CSX_VERDICT_VALID)
    return NULL;
  return ledger_after (node, block);
}

/* Of @txs it leaves those that fit. Returns: %FALSE if the parent cannot be executed here */
gboolean
citiz_sim_node_fill (CitizSimNode *node, guint parent, guint64 *txs, CitizBlockHeader *header)
{
  const CitizLedger *before = ledger_on (node, parent);
  const guint64 all = *txs;

  if (before == NULL)
    return FALSE;
  if (!fill (node->sim, before, txs, header))
    citiz_sim_broken (node->sim, "I8", "%u cannot build of what it found good", node->number);
  if (((all & ~*txs) & citiz_sim_crowd (node->sim)) != 0)
    citiz_sim_met (node->sim, CITIZ_SIM_MET_OVER_QUOTA);
  if ((all & ~*txs) >> CITIZ_SIM_LANE != 0)
    citiz_sim_met (node->sim, CITIZ_SIM_MET_FULL_LANE);
  return TRUE;
}

/* The block is durable, and the ledger after it. */
void
citiz_sim_node_commit_ledger (CitizSimNode *node, guint block)
{
  CitizLedger *after = block < node->after->len ? node->after->pdata[block] : NULL;

  g_return_if_fail (after != NULL);
  node->after->pdata[block] = NULL;
  citiz_ledger_free (node->ledger);
  node->ledger = after;
  for (guint i = 0; i < node->after->len; i++)
    if (citiz_sim_block (node->sim, i)->header.slot
        <= citiz_sim_block (node->sim, block)->header.slot)
      g_clear_pointer (&node->after->pdata[i], free_ledger);
}

/* The law *******************************************************************/

/* I8: what a node has committed is, recomputed from scratch, what the block says. */
void
citiz_sim_law_ledger (CitizSimNode *node)
{
  const CitizBlockHeader *head = &citiz_sim_block (node->sim, node->committed)->header;
  CitizHash log, state;

  citiz_log_root (citiz_ledger_log (node->ledger), &log);
  citiz_state_root (citiz_ledger_state (node->ledger), &state);
  if (!citiz_hash_equal (&log, &head->log_root) || !citiz_hash_equal (&state, &head->state_root)
      || !citiz_ledger_check (node->ledger))
    citiz_sim_broken (node->sim, "I8", "%u has other roots than the block of height %" SLOT,
                      node->number, head->height);
}

static gboolean
read_node (gpointer data, guint level, guint64 index, CitizHash *out)
{
  CitizSim *sim = data;

  for (guint i = 1; i < sim->canon->len; i++)
    {
      const GArray *nodes = citiz_sim_block (sim, g_array_index (sim->canon, guint, i))->log_nodes;

      for (guint j = 0; j < nodes->len; j++)
        {
          const CitizLogNode *node = &g_array_index (nodes, CitizLogNode, j);

          if (node->level == level && node->index == index)
            {
              *out = node->hash;
              return TRUE;
            }
        }
    }
  return FALSE;
}

/* I9: the newest checkpoint goes on from every earlier one. */
void
citiz_sim_law_log (CitizSim *sim)
{
  const guint last = sim->canon->len - 1;
  const CitizBlockHeader *new
      = &citiz_sim_block (sim, g_array_index (sim->canon, guint, last))->header;

  for (guint i = 1; i < last; i++)
    {
      const CitizBlockHeader *old
          = &citiz_sim_block (sim, g_array_index (sim->canon, guint, i))->header;
      CitizLogProof proof;

      if (old->log_size == 0 || old->log_size >= new->log_size)
        continue;
      if (!citiz_log_prove_consistency (&proof, old->log_size, new->log_size, read_node, sim)
          || !citiz_log_verify_consistency (&proof, &old->log_root, &new->log_root))
        citiz_sim_broken (sim, "I9", "height %u does not append to height %u", last, i);
    }
}
