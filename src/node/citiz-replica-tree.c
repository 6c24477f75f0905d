/* Blocks that are not final yet: kept, executed, made, committed. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-replica-private.h"

void
citiz_candidate_free (gpointer data)
{
  CitizCandidate *candidate = data;

  g_clear_pointer (&candidate->after, citiz_ledger_free);
  g_clear_pointer (&candidate->changes, citiz_changes_free);
  citiz_block_free (candidate->block);
  g_free (candidate);
}

CitizCandidate *
citiz_replica_candidate (CitizReplica *self, const CitizHash *hash)
{
  return g_hash_table_lookup (self->candidates, hash);
}

/* Takes @block; the one that is there already stays. */
CitizCandidate *
citiz_replica_take_block (CitizReplica *self, CitizBlock *block)
{
  CitizCandidate *candidate = citiz_replica_candidate (self, &block->hash);

  if (candidate != NULL)
    {
      if (candidate->block->justification == NULL)
        candidate->block->justification = g_steal_pointer (&block->justification);
      citiz_block_free (block);
      return candidate;
    }
  candidate = g_new0 (CitizCandidate, 1);
  candidate->block = block;
  g_hash_table_insert (self->candidates, &block->hash, candidate);
  return candidate;
}

/* A block that came in and that the machine did not ask to keep. */
void
citiz_replica_forget_unasked (CitizReplica *self, const CitizHash *hash)
{
  CitizCandidate *candidate = citiz_replica_candidate (self, hash);

  if (candidate != NULL && !candidate->asked)
    g_hash_table_remove (self->candidates, hash);
}

gboolean
citiz_replica_keep_block (CitizReplica *self, const CitizHash *hash, GError **error)
{
  CitizCandidate *candidate = citiz_replica_candidate (self, hash);

  return candidate != NULL && citiz_chain_put_pending (self->chain, candidate->block, error);
}

/* The ledger after the block @hash, which is the committed one or a candidate that was executed. */
static const CitizLedger *
ledger_after (CitizReplica *self, const CitizHash *hash, GError **error)
{
  CitizCandidate *candidate = citiz_replica_candidate (self, hash);
  const CitizLedger *committed;

  if (candidate != NULL && candidate->after != NULL)
    return candidate->after;
  committed = citiz_chain_ledger (self->chain, error);
  return committed != NULL && citiz_hash_equal (citiz_ledger_head_hash (committed), hash)
             ? committed
             : NULL;
}

/* What is not known to be good is checked by other threads while the block is executed. */
static gboolean
check_cb (gpointer data,
          CitizDomain domain,
          const guint8 *bytes,
          gsize n,
          const CitizSignature *signature,
          const CitizPublicKey *key)
{
  CitizReplica *self = data;

  return citiz_checked_knows (self->checked, domain, bytes, n, signature, key)
         || citiz_check_pool_later (self->checks, domain, bytes, n, signature, key);
}

/* Waits for those threads. What a false block leaves says nothing of the next one. */
static gboolean
were_good (CitizReplica *self)
{
  guint64 tag;

  if (citiz_check_pool_finish (self->checks, &tag))
    return TRUE;
  citiz_check_pool_free (self->checks);
  self->checks = citiz_check_pool_new ();
  return FALSE;
}

/* Executes one block whose parent was executed. The clock is the machine's business, and a Final certificate that of the
 * commit. */
static gboolean
execute (CitizReplica *self, CitizCandidate *candidate, const CitizLedger *parent)
{
  g_autoptr (CitizLedger) after = citiz_ledger_fork (parent);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (GError) why = NULL;
  const gboolean good
      = citiz_ledger_advance (after, candidate->block, candidate->block->header.time,
                              CITIZ_LEVEL_FULL, check_cb, self, changes, &why);

  if (!were_good (self) || !good)
    {
      g_debug ("a block is false: %s", why != NULL ? why->message : "a signature");
      candidate->false_ = TRUE;
      return FALSE;
    }
  candidate->after = g_steal_pointer (&after);
  candidate->changes = g_steal_pointer (&changes);
  return TRUE;
}

/**
 * citiz_replica_judge:
 *
 * Executes a block and, before it, those of its ancestors that were not. NOT_YET when one is not here.
 */
CitizCsxVerdict
citiz_replica_judge (CitizReplica *self, const CitizHash *hash, GError **error)
{
  g_autoptr (GPtrArray) path = g_ptr_array_new ();
  const CitizLedger *parent = NULL;

  while (parent == NULL)
    {
      CitizCandidate *candidate = citiz_replica_candidate (self, hash);

      if (candidate == NULL)
        return CITIZ_CSX_VERDICT_NOT_YET;
      if (candidate->false_)
        return CITIZ_CSX_VERDICT_INVALID;
      if (candidate->after != NULL)
        {
          parent = candidate->after;
          break;
        }
      g_ptr_array_add (path, candidate);
      hash = &candidate->block->header.parent;
      parent = ledger_after (self, hash, error);
      if (parent == NULL && error != NULL && *error != NULL)
        return CITIZ_CSX_VERDICT_NOT_YET;
    }
  for (guint i = path->len; i > 0; i--)
    {
      CitizCandidate *candidate = path->pdata[i - 1];

      if (!execute (self, candidate, parent))
        return CITIZ_CSX_VERDICT_INVALID;
      parent = candidate->after;
    }
  return CITIZ_CSX_VERDICT_VALID;
}

/* As above, of a block that may not have been executed yet: after a restart none has been. */
static const CitizLedger *
ledger_on (CitizReplica *self, const CitizHash *hash, GError **error)
{
  if (citiz_replica_candidate (self, hash) != NULL
      && citiz_replica_judge (self, hash, error) != CITIZ_CSX_VERDICT_VALID)
    return NULL;
  return ledger_after (self, hash, error);
}

/**
 * citiz_replica_build:
 * @effect: BUILD
 *
 * Makes, executes and stores a block of what waits.
 *
 * Returns: (transfer none) (nullable): the candidate; %NULL with an error of the disk, or without one when the parent is gone
 */
CitizCandidate *
citiz_replica_build (CitizReplica *self, const CitizCsxEffect *effect, GError **error)
{
  const CitizLedger *parent = ledger_on (self, &effect->parent.hash, error);
  g_autoptr (GPtrArray) txs = NULL;
  g_autoptr (GPtrArray) refused = g_ptr_array_new ();
  CitizTime time = citiz_env_now (self->env);
  CitizCandidate *candidate;
  CitizChanges *changes;
  CitizLedger *after;
  CitizBlock *block;

  if (parent == NULL)
    return NULL;
  time.ms = MAX (time.ms, effect->min_time.ms);
  txs = citiz_mempool_list (self->mempool);
  after = citiz_ledger_fork (parent);
  changes = citiz_changes_new ();
  block = citiz_ledger_propose (after, txs, effect->slot, time, &self->node, changes, refused);
  candidate = citiz_replica_take_block (self, block);
  if (candidate->after != NULL)
    {
      citiz_ledger_free (after);
      citiz_changes_free (changes);
      return candidate;
    }
  candidate->after = after;
  candidate->changes = changes;
  candidate->asked = TRUE;
  return citiz_chain_put_pending (self->chain, candidate->block, error) ? candidate : NULL;
}

static CitizCert *
find_kept (GPtrArray *kept, guint64 epoch, guint64 slot, CitizVoteKind kind)
{
  for (guint i = 0; i < kept->len; i++)
    {
      CitizCert *cert = kept->pdata[i];

      if (cert->epoch == epoch && cert->slot == slot && cert->kind == kind)
        return cert;
    }
  return NULL;
}

/* NOTAR of the block, SKIP of each slot before it, unless they came with it. */
static gboolean
justify (CitizBlock *block, GPtrArray *kept)
{
  const CitizBlockHeader *header = &block->header;
  const CitizCert *notar = find_kept (kept, header->epoch, header->slot, CITIZ_VOTE_NOTAR);
  g_autoptr (CitizJustification) justification = NULL;

  if (block->justification != NULL)
    return TRUE;
  if (notar == NULL || !citiz_hash_equal (&notar->hash, &block->hash))
    return FALSE;
  justification = citiz_justification_new (notar);
  for (guint64 slot = header->parent_slot + 1; slot < header->slot; slot++)
    {
      const CitizCert *skip = find_kept (kept, header->epoch, slot, CITIZ_VOTE_SKIP);

      if (skip == NULL)
        return FALSE;
      g_ptr_array_add (justification->skips, g_memdup2 (skip, sizeof *skip));
    }
  block->justification = g_steal_pointer (&justification);
  return TRUE;
}

/* From the child of the committed block up to @hash; %NULL when one is not here. */
static GPtrArray *
path_to (CitizReplica *self, const CitizHash *hash, const CitizHash *committed)
{
  g_autoptr (GPtrArray) down = g_ptr_array_new ();
  GPtrArray *up;

  while (!citiz_hash_equal (hash, committed))
    {
      CitizCandidate *candidate = citiz_replica_candidate (self, hash);

      if (candidate == NULL)
        return NULL;
      g_ptr_array_add (down, candidate);
      hash = &candidate->block->header.parent;
    }
  up = g_ptr_array_sized_new (down->len);
  for (guint i = down->len; i > 0; i--)
    g_ptr_array_add (up, down->pdata[i - 1]);
  return up;
}

static gboolean
is_past (gpointer hash, gpointer candidate, gpointer slot)
{
  return ((CitizCandidate *) candidate)->block->header.slot <= *(const guint64 *) slot;
}

static gboolean
justify_all (GPtrArray *path, GPtrArray *kept, GError **error)
{
  for (guint i = 0; i < path->len; i++)
    if (!justify (((CitizCandidate *) path->pdata[i])->block, kept))
      {
        g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT,
                     "a final block without its justification");
        return FALSE;
      }
  return TRUE;
}

/* The epoch's end: what stands on the closing block up to the one that @final is of is kept, and nothing else of this epoch. */
static gboolean
close_epoch (CitizReplica *self,
             GPtrArray *kept,
             const CitizHash *closing,
             const CitizCert *final,
             GError **error)
{
  g_autoptr (GPtrArray) path = path_to (self, &final->hash, closing);
  g_autoptr (GPtrArray) blocks = g_ptr_array_new ();

  if (path == NULL || path->len == 0)
    {
      g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT,
                   "a closing block without what makes it final");
      return FALSE;
    }
  if (!justify_all (path, kept, error))
    return FALSE;
  for (guint i = 0; i < path->len; i++)
    g_ptr_array_add (blocks, ((CitizCandidate *) path->pdata[i])->block);
  ((CitizBlock *) blocks->pdata[blocks->len - 1])->final = g_memdup2 (final, sizeof *final);
  return citiz_chain_keep_continuation (self->chain, blocks, error);
}

static gboolean
append_one (CitizReplica *self, CitizCandidate *candidate, GError **error)
{
  return citiz_chain_append (self->chain, candidate->block, candidate->after, candidate->changes,
                             error);
}

/* Everything of @path in the transaction that is open. @final is of the last, or stands on it when it closes the epoch. */
static gboolean
append_all (CitizReplica *self, GPtrArray *path, const CitizCert *final, GError **error)
{
  g_autoptr (GPtrArray) kept = citiz_chain_kept (self->chain, error);
  CitizBlock *last = ((CitizCandidate *) path->pdata[path->len - 1])->block;
  const gboolean own = citiz_hash_equal (&final->hash, &last->hash);

  if (kept == NULL || !justify_all (path, kept, error))
    return FALSE;
  if (own && last->final == NULL)
    last->final = g_memdup2 (final, sizeof *final);
  for (guint i = 0; i < path->len; i++)
    if (!append_one (self, path->pdata[i], error))
      return FALSE;
  return last->final != NULL || close_epoch (self, kept, &last->hash, final, error);
}

/* The last of @path ends its epoch. */
static gboolean
closes (GPtrArray *path)
{
  const CitizCandidate *last = path->pdata[path->len - 1];

  return last->block->header.flags == CITIZ_BLOCK_CLOSING;
}

/**
 * citiz_replica_commit:
 * @errand: COMMIT
 * @out_done: (out): %FALSE when the rules refuse what a quorum has signed
 *
 * Writes the final blocks in the transaction that is open. citiz_replica_settle() does the rest once that is on disk.
 */
gboolean
citiz_replica_commit (CitizReplica *self,
                      const CitizErrand *errand,
                      gboolean *out_done,
                      GError **error)
{
  const guint64 slot = errand->effect.slot;
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, error);
  g_autoptr (GPtrArray) path = NULL;
  CitizCsxVerdict verdict;

  *out_done = FALSE;
  if (ledger == NULL)
    return FALSE;
  path = path_to (self, &errand->effect.hash, citiz_ledger_head_hash (ledger));
  verdict = path != NULL ? citiz_replica_judge (self, &errand->effect.hash, error)
                         : CITIZ_CSX_VERDICT_INVALID;
  if (error != NULL && *error != NULL)
    return FALSE;
  if (verdict != CITIZ_CSX_VERDICT_VALID)
    return TRUE;
  if (!append_all (self, path, errand->cert, error)
      || !citiz_chain_prune_pending (self->chain, self->epoch + closes (path),
                                     closes (path) ? 0 : slot, error))
    return FALSE;
  g_ptr_array_extend (self->settling, path, NULL, NULL);
  *out_done = TRUE;
  return TRUE;
}

/* So much is waiting that the next block comes at once, and looking at all of it again can be left to one that is not. */
static gboolean
is_heavy (const CitizBlock *block)
{
  gsize bytes = 0;

  for (guint i = 0; i < block->txs->len; i++)
    bytes += g_bytes_get_size (citiz_tx_get_bytes (block->txs->pdata[i]));
  return block->txs->len > CITIZ_BLOCK_MAX_TX / 2 || bytes > CITIZ_BLOCK_MAX_BYTES / 2;
}

/* What is final is on disk: tells of each block and lets go of it, of its siblings and of its transactions. */
gboolean
citiz_replica_settle (CitizReplica *self, GError **error)
{
  g_autoptr (GPtrArray) settled = g_steal_pointer (&self->settling);
  const CitizLedger *ledger;
  gboolean heavy = FALSE;
  guint64 slot = 0;

  self->settling = g_ptr_array_new ();
  for (guint i = 0; i < settled->len; i++)
    {
      CitizBlock *block = ((CitizCandidate *) settled->pdata[i])->block;

      slot = block->header.slot;
      heavy = is_heavy (block);
      for (guint k = 0; k < block->txs->len; k++)
        citiz_mempool_remove (self->mempool, citiz_tx_get_id (block->txs->pdata[k]));
      g_signal_emit_by_name (self, "final", block);
    }
  if (settled->len == 0)
    return TRUE;
  citiz_replica_look_at_addresses (self);
  ledger = citiz_chain_ledger (self->chain, NULL);
  if (ledger != NULL && !heavy)
    citiz_mempool_sift (self->mempool, ledger, citiz_chain_time (self->chain));
  g_hash_table_foreach_remove (self->candidates, is_past, &slot);
  citiz_replica_tell_need (self);
  return citiz_replica_end_journals (self, error);
}
