/* The chain on disk when several order it: opening, taking final blocks. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"
#include "store/citiz-check-pool.h"

static gboolean
refuse (GError **error, CitizLedgerError code, const gchar *what)
{
  g_set_error_literal (error, CITIZ_LEDGER_ERROR, code, what);
  return FALSE;
}

static gboolean
found (CitizChain *chain, const CitizGenesis *genesis, GError **error)
{
  if (genesis == NULL)
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND, "there is no chain here");
      return FALSE;
    }
  for (guint i = 0; i < genesis->n_founders; i++)
    if (!citiz_founder_verify (&genesis->founders[i], &genesis->salt))
      return refuse (error, CITIZ_LEDGER_ERROR_SIGNATURE, "a founder did not sign");
  chain->genesis = *genesis;
  citiz_genesis_chain_id (&chain->chain_id, genesis);
  return citiz_chain_write_genesis (chain, error);
}

static gboolean
is_of (CitizChain *chain, const CitizGenesis *genesis)
{
  CitizHash id;

  if (genesis == NULL)
    return TRUE;
  citiz_genesis_chain_id (&id, genesis);
  return citiz_hash_equal (&id, &chain->chain_id);
}

/**
 * citiz_chain_open_shared:
 * @genesis: (nullable): the founding document; needed when the chain is not here yet
 *
 * Returns: (transfer full) (nullable): the chain; %NULL with %CITIZ_LEDGER_ERROR_CHAIN when another chain is here,
 *   %CITIZ_LEDGER_ERROR_SIGNATURE when a founder's signature is false
 */
CitizChain *
citiz_chain_open_shared (CitizDb *db,
                         const CitizEnv *env,
                         const CitizGenesis *genesis,
                         GError **error)
{
  g_autoptr (CitizChain) chain = g_new0 (CitizChain, 1);
  CitizValidators validators;
  CitizChainHead head;
  gboolean exists;

  chain->db = citiz_db_ref (db);
  chain->env = env;
  chain->shared = TRUE;
  if (!citiz_chain_read_genesis (chain, &exists, error)
      || (!exists && !found (chain, genesis, error)))
    return NULL;
  if (!is_of (chain, genesis))
    {
      refuse (error, CITIZ_LEDGER_ERROR_CHAIN, "another chain is kept here");
      return NULL;
    }
  citiz_genesis_validators (&validators, &chain->genesis);
  citiz_validators_hash (&chain->vs_hash, &validators);
  if (!citiz_chain_read_refounds (chain, error) || !citiz_chain_read_base (chain, error)
      || !citiz_chain_read_head (chain, &head, error)
      || !citiz_chain_set_clock (chain, &head, error))
    return NULL;
  return g_steal_pointer (&chain);
}

const CitizGenesis *
citiz_chain_genesis (CitizChain *chain)
{
  return &chain->genesis;
}

/**
 * citiz_chain_ledger:
 *
 * Returns: (transfer none) (nullable): the ledger after the newest block, to be forked
 */
CitizLedger *
citiz_chain_ledger (CitizChain *chain, GError **error)
{
  return citiz_chain_need_ledger (chain, error) ? chain->ledger : NULL;
}

/* One final block into the transaction that is open. */
static gboolean
write_new (CitizChain *chain,
           const CitizBlock *block,
           const CitizLedger *after,
           const CitizChanges *changes,
           GError **error)
{
  return citiz_chain_write_block (chain, block, changes, error)
         && (!chain->gives_snapshots || citiz_chain_keep_snapshot (chain, after, error));
}

static gboolean
put_new (gpointer data,
         CitizChain *chain,
         const CitizBlock *block,
         const CitizLedger *after,
         CitizChanges *changes,
         GError **error)
{
  g_array_append_vals (chain->run.owed, changes->owed->data, changes->owed->len);
  return write_new (chain, block, after, changes, error);
}

/* The blocks that are followed next go on from those that were followed before; what of those owes anything was refused afterwards is forgotten. */
static void
continue_run (CitizChain *chain)
{
  CitizChainRun *run = &chain->run;
  const guint64 size = citiz_ledger_log (chain->ledger)->size;

  if (run->owed == NULL)
    run->owed = g_array_new (FALSE, FALSE, sizeof (CitizOwed));
  if (!citiz_hash_equal (&run->to, citiz_ledger_head_hash (chain->ledger)))
    {
      run->from = citiz_ledger_head (chain->ledger)->height;
      run->names = 0;
      g_array_set_size (run->owed, 0);
    }
  while (run->owed->len > 0
         && g_array_index (run->owed, CitizOwed, run->owed->len - 1).number >= size)
    g_array_set_size (run->owed, run->owed->len - 1);
}

/* The ledger is that of the newest block. */
static gboolean
go_on (CitizChain *chain, GError **error)
{
  chain->stamp = citiz_db_stamp (chain->db);
  return citiz_chain_begin_epoch (chain, chain->ledger, error);
}

/**
 * citiz_chain_append:
 * @block: a child of the newest block, with its justification; final, and the last of those appended in one SQLite transaction has the
 *   certificate that says so
 * @after: the ledger after it
 * @changes: what it changed
 *
 * Writes a final block that the caller has executed. Joins an open transaction. After a closing block the ledger is in the next
 * epoch.
 */
gboolean
citiz_chain_append (CitizChain *chain,
                    const CitizBlock *block,
                    const CitizLedger *after,
                    const CitizChanges *changes,
                    GError **error)
{
  if (!citiz_chain_need_ledger (chain, error))
    return FALSE;
  if (!citiz_hash_equal (&block->header.parent, citiz_ledger_head_hash (chain->ledger))
      || !citiz_hash_equal (&block->hash, citiz_ledger_head_hash (after)))
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, "does not follow the newest block");
  if (!citiz_db_begin (chain->db, error))
    return FALSE;
  if (!write_new (chain, block, after, changes, error))
    {
      citiz_db_rollback (chain->db);
      return FALSE;
    }
  if (!citiz_db_commit (chain->db, error))
    return FALSE;
  citiz_ledger_free (chain->ledger);
  chain->ledger = citiz_ledger_fork (after);
  return go_on (chain, error);
}

/* The closing block at @at is final by those that stand on it. @at: the last of them, afterwards. */
static gboolean
take_continuation (CitizChain *chain,
                   GPtrArray *blocks,
                   guint *at,
                   const CitizLedger *ledger,
                   CitizTime now,
                   CitizLevel level,
                   CitizCheckPool *pool,
                   GError **error)
{
  const guint n = citiz_chain_count_continuation (blocks, *at + 1);
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  if (!citiz_chain_check_continuation (ledger, blocks, *at + 1, n, now, level,
                                       citiz_check_pool_later, pool, error))
    return FALSE;
  for (guint i = 1; i <= n; i++)
    g_ptr_array_add (kept, blocks->pdata[*at + i]);
  *at += n;
  return citiz_chain_keep_continuation (chain, kept, error);
}

/* For the signatures of one block or range at a time. */
CitizCheckPool *
citiz_chain_pool (CitizChain *chain)
{
  if (chain->pool == NULL)
    chain->pool = citiz_check_pool_new ();
  citiz_check_pool_know (chain->pool, FALSE);
  return chain->pool;
}

/* Waits for them. A pool that has met a false one is of no use any more. */
gboolean
citiz_chain_finish_pool (CitizChain *chain, GError **error)
{
  guint64 tag;

  if (citiz_check_pool_finish (chain->pool, &tag))
    return TRUE;
  g_clear_pointer (&chain->pool, citiz_check_pool_free);
  return refuse (error, CITIZ_LEDGER_ERROR_SIGNATURE, "a signature is false");
}

/* As many as there is time for while this thread goes on; citiz_chain_was_checked() tells. */
void
citiz_chain_check_ahead (CitizChain *chain, CitizCheckAhead *ahead, GPtrArray *blocks)
{
  for (guint i = 0; i < blocks->len && chain->ledger != NULL; i++)
    citiz_check_ahead_offer (ahead, blocks->pdata[i], chain->ledger);
}

/* Whether all transactions of this block were found to be signed; waits for the history that is expected. Says so once. */
gboolean
citiz_chain_was_checked (CitizChain *chain, const CitizBlock *block)
{
  CitizCheckAhead *lists[] = {chain->ahead, chain->aside};
  gboolean was = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (lists) && !was; i++)
    if (lists[i] != NULL && citiz_check_ahead_knows (lists[i], block))
      {
        citiz_check_ahead_forget (lists[i], block);
        was = TRUE;
      }
  return was;
}

/* Executes @blocks on @ledger and has each put into the open transaction; signatures go to @pool. The validators of the next epoch are
 * believed only once the block that names them is final. */
gboolean
citiz_chain_take_range (CitizChain *chain,
                        GPtrArray *blocks,
                        CitizLevel level,
                        CitizCheckPool *pool,
                        CitizLedger *ledger,
                        CitizPutFunc put,
                        gpointer data,
                        GError **error)
{
  const CitizBlock *last = blocks->pdata[blocks->len - 1];
  CitizTime now = citiz_chain_time (chain);

  now.ms = MAX (now.ms,
                last->header.time.ms); /* of who follows: a clock that is behind judges nobody */
  for (guint i = 0; i < blocks->len; i++)
    {
      const CitizBlock *block = blocks->pdata[i];
      const gboolean closing = block->header.flags == CITIZ_BLOCK_CLOSING;
      g_autoptr (CitizChanges) changes = citiz_changes_new ();

      if (block->justification == NULL)
        return refuse (error, CITIZ_LEDGER_ERROR_CERT, "a block without its justification");
      citiz_check_pool_know (pool,
                             level == CITIZ_LEVEL_FULL && citiz_chain_was_checked (chain, block));
      if (!citiz_chain_cross_refound (chain, ledger, error)
          || !citiz_ledger_advance (ledger, block, now, level, citiz_check_pool_later, pool,
                                    changes, error))
        return FALSE;
      if (closing && block->final == NULL)
        {
          if (!take_continuation (chain, blocks, &i, ledger, now, level, pool, error))
            return FALSE;
        }
      else if ((closing || i == blocks->len - 1) && !citiz_chain_check_final (ledger, block, error))
        return FALSE;
      if (!put (data, chain, block, ledger, changes, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * citiz_chain_follow:
 * @blocks: (element-type CitizBlock): in order, the first a child of the newest block, each with its justification, the last with its
 *   Final certificate
 * @level: %CITIZ_LEVEL_STRUCTURAL waits for the signatures of the last certificate only, %CITIZ_LEVEL_FULL for every one, on two threads
 *
 * Takes blocks that others agreed on: all of them in one SQLite transaction, or none. They may go on into a later epoch; then each closing
 * block has its Final certificate too, or is followed by its continuation.
 */
gboolean
citiz_chain_follow (CitizChain *chain, GPtrArray *blocks, CitizLevel level, GError **error)
{
  CitizLedger *ledger, *mark;
  const CitizBlock *last;
  gboolean good;

  if (blocks->len == 0)
    return TRUE;
  if (!citiz_chain_need_ledger (chain, error))
    return FALSE;
  last = blocks->pdata[blocks->len - 1];
  if (last->final == NULL || last->header.epoch == citiz_ledger_epoch (chain->ledger))
    good
        = citiz_chain_check_final (chain->ledger, last, error); /* before any work is done for it */
  else
    good = TRUE;
  if (!good || !citiz_db_begin (chain->db, error))
    return FALSE;
  continue_run (chain);
  chain->names.copying = blocks->len > 1;
  ledger = g_steal_pointer (&chain->ledger); /* it is nobody's until this is done */
  mark = citiz_ledger_begin (ledger);
  good = citiz_chain_take_range (chain, blocks, level, citiz_chain_pool (chain), ledger, put_new,
                                 NULL, error);
  chain->names.copying = FALSE;
  citiz_check_pool_flush (chain->pool);
  good = citiz_chain_finish_pool (chain, good ? error : NULL) && good;
  if (!good)
    citiz_db_rollback (chain->db);
  good = good && citiz_db_commit (chain->db, error);
  citiz_ledger_end (ledger, mark, good);
  g_clear_pointer (&chain->ledger, citiz_ledger_free);
  chain->ledger = ledger;
  if (!good)
    return FALSE;
  chain->run.to = *citiz_ledger_head_hash (ledger);
  for (guint i = 0; i < blocks->len; i++)
    chain->run.names += citiz_chain_sum_names (blocks->pdata[i]);
  if (!go_on (chain, error))
    return FALSE;
  if (level == CITIZ_LEVEL_STRUCTURAL && chain->aside == NULL)
    chain->aside = citiz_check_ahead_new (2, TRUE);
  if (level == CITIZ_LEVEL_STRUCTURAL) /* who verifies will ask for the rest */
    citiz_chain_check_ahead (chain, chain->aside, blocks);
  return TRUE;
}
