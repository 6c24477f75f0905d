/* The chain on disk: everything recomputed from the genesis on. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"
#include "store/citiz-check-pool.h"

#include <string.h>

#define SLICE_BLOCKS 64
#define SLICE_TXS    2000

struct _CitizChainVerifier
{
  CitizChain *chain;
  CitizLevel level;
  CitizLedger *ledger; /* grown from the genesis, block by block */
  CitizCheckPool *pool;
  CitizVerified result;
  guint64 tag;           /* the height being run */
  guint64 proven;        /* every signature up to here was verified before */
  guint64 executed;      /* blocks after this height are not executed again */
  guint64 names;         /* the sum of all sum_name(), without those of what was executed before */
  gboolean starves;      /* the next block is not here */
  gboolean final;        /* the block run last has a certificate that says so */
  CitizChanges *collect; /* when tables are made, not compared */
};

/**
 * citiz_chain_verifier_new:
 * @level: %CITIZ_LEVEL_STRUCTURAL or %CITIZ_LEVEL_FULL
 *
 * Does nothing yet. @chain outlives it.
 */
CitizChainVerifier *
citiz_chain_verifier_new (CitizChain *chain, CitizLevel level)
{
  CitizChainVerifier *verifier = g_new0 (CitizChainVerifier, 1);

  verifier->chain = chain;
  verifier->level = level;
  verifier->executed = G_MAXUINT64;
  verifier->ledger = citiz_ledger_new (&chain->genesis);
  verifier->pool = citiz_check_pool_new ();
  return verifier;
}

void
citiz_chain_verifier_free (CitizChainVerifier *verifier)
{
  citiz_check_pool_free (verifier->pool);
  citiz_ledger_free (verifier->ledger);
  g_free (verifier);
}

const CitizVerified *
citiz_chain_verifier_get (CitizChainVerifier *verifier)
{
  verifier->result.n_signatures = citiz_check_pool_count (verifier->pool);
  return &verifier->result;
}

/* Tells two sets of names and numbers apart by their sums, in whatever order: what a disk does to one changes its sum. (The mixing of splitmix64.) */
static guint64
sum_name (guint64 name, guint64 number)
{
  guint64 x = name;

  x += (number + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  x = (x ^ x >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return x ^ x >> 31;
}

/* Of all that a block and its transactions have to be found by. */
guint64
citiz_chain_sum_names (const CitizBlock *block)
{
  const guint64 first = block->header.log_size - block->txs->len;
  guint64 sum;

  if (block->header.flags == CITIZ_BLOCK_CONTINUATION)
    return 0;
  sum = sum_name (citiz_chain_name_of (block->hash.b), (guint64) - (gint64) block->header.height);
  for (guint i = 0; i < block->txs->len; i++)
    {
      const CitizTx *tx = block->txs->pdata[i];

      sum += sum_name (citiz_chain_name_of (citiz_tx_get_id (tx)->b), first + i);
      if (citiz_chain_is_said (tx->type))
        sum += sum_name (0, first + i);
    }
  return sum;
}

/* What was executed here was counted then: its transactions are the same, byte for byte. */
static gboolean
is_retraced (const CitizChainVerifier *verifier, guint64 height)
{
  return height > verifier->executed;
}

static void
count_block (CitizChainVerifier *verifier, const CitizBlock *block)
{
  verifier->result.n_blocks += block->header.flags != CITIZ_BLOCK_CONTINUATION;
  verifier->result.n_txs += block->txs->len;
  if (!is_retraced (verifier, block->header.height))
    verifier->names += citiz_chain_sum_names (block);
}

/* Whether the block run last is final, by itself or by what stands on it. One that ends its epoch has to be. */
static gboolean
check_closing (CitizChainVerifier *verifier, const CitizBlock *block, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  g_autoptr (GError) why = NULL;

  verifier->final = block->final != NULL;
  if (block->header.flags != CITIZ_BLOCK_CLOSING || verifier->final)
    return TRUE;
  if (!citiz_chain_read_continuation (verifier->chain, block->header.epoch, list, error))
    return FALSE;
  verifier->final = citiz_chain_check_continuation (
      verifier->ledger, list, 0, list->len, citiz_chain_time (verifier->chain), verifier->level,
      citiz_check_pool_later, verifier->pool, &why);
  return verifier->final || citiz_chain_damaged (error, verifier->tag, why->message);
}

/* Executes it, unless that was done. */
static gboolean
advance (CitizChainVerifier *verifier,
         const CitizBlock *block,
         CitizChanges *changes,
         GError **error)
{
  CitizChain *chain = verifier->chain;
  const CitizTime now = citiz_chain_time (chain);
  const CitizLevel level
      = verifier->tag <= verifier->proven ? CITIZ_LEVEL_STRUCTURAL : verifier->level;

  if (!is_retraced (verifier, verifier->tag))
    return citiz_ledger_advance (verifier->ledger, block, now, level, citiz_check_pool_later,
                                 verifier->pool, changes, error);
  citiz_ledger_look_back (verifier->ledger, chain->ledger);
  return citiz_ledger_retrace (verifier->ledger, block, now, chain->run.owed,
                               level == CITIZ_LEVEL_FULL ? citiz_check_pool_later : NULL,
                               verifier->pool, changes, error);
}

static gboolean
run_block (CitizChainVerifier *verifier,
           const CitizBlock *block,
           CitizChanges *changes,
           GError **error)
{
  g_autoptr (GError) why = NULL;

  verifier->tag = block->header.height;
  if (is_retraced (verifier, verifier->tag) && !citiz_chain_need_ledger (verifier->chain, error))
    return FALSE;
  citiz_check_pool_tag (verifier->pool, verifier->tag);
  citiz_check_pool_know (verifier->pool, citiz_chain_was_checked (verifier->chain, block));
  if (!citiz_chain_cross_refound (verifier->chain, verifier->ledger, &why)
      || !advance (verifier, block, changes, &why))
    {
      g_set_error_literal (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED, why->message);
      return FALSE;
    }
  if (!check_closing (verifier, block, error))
    return FALSE;
  count_block (verifier, block);
  return TRUE;
}

static gint
compare_nodes (gconstpointer a, gconstpointer b)
{
  const CitizLogNode *x = a;
  const CitizLogNode *y = b;

  if (x->level != y->level)
    return x->level < y->level ? -1 : 1;
  return x->index < y->index ? -1 : x->index > y->index;
}

/* The stored subtrees of the log against those just computed, level by level. */
static gboolean
compare_log (CitizChainVerifier *verifier, CitizChanges *changes, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  const CitizLogNode *last = NULL;

  if (!citiz_db_prepare (
          verifier->chain->db,
          "SELECT hash FROM chain_log WHERE level = ?1 AND place >= ?2 ORDER BY place", &stmt,
          error))
    return FALSE;
  g_array_sort (changes->log_nodes, compare_nodes);
  for (guint i = 0; i < changes->log_nodes->len; i++)
    {
      const CitizLogNode *node = &g_array_index (changes->log_nodes, CitizLogNode, i);
      CitizHash stored;
      gboolean row;

      if (node->level < CITIZ_CHAIN_LOG_LEVEL)
        continue;
      if (last == NULL || last->level != node->level)
        {
          citiz_stmt_reset (stmt);
          citiz_stmt_bind_int (stmt, 1, node->level);
          citiz_stmt_bind_int (stmt, 2, (gint64) node->index);
        }
      if (!citiz_stmt_next (stmt, &row, error))
        return FALSE;
      if (!row || !citiz_stmt_hash (stmt, 0, &stored) || !citiz_hash_equal (&stored, &node->hash))
        return citiz_chain_damaged (error, verifier->tag, "a part of the log is not its own");
      last = node;
    }
  g_array_set_size (changes->log_nodes, 0);
  return TRUE;
}

#define AHEAD 64 /* objects: the ways to so many are fetched side by side */

/* Objects of the table, as they are stored: one value after the other. */
typedef struct
{
  CitizHash keys[AHEAD];
  guint ends[AHEAD]; /* of their values */
  guint n;
  GByteArray *values;
} Stored;

/* The next of them; none when there are no more. */
static gboolean
read_stored (CitizStmt *stmt, Stored *out, GError **error)
{
  gboolean row = TRUE;

  g_byte_array_set_size (out->values, 0);
  for (out->n = 0; out->n < AHEAD; out->n++)
    {
      const guint8 *view;
      gsize size;

      if (!citiz_stmt_next (stmt, &row, error))
        return FALSE;
      if (!row)
        break;
      if (!citiz_stmt_hash (stmt, 0, &out->keys[out->n]))
        memset (&out->keys[out->n], 0, sizeof (CitizHash)); /* nobody's */
      view = citiz_stmt_view (stmt, 1, &size);
      g_byte_array_append (out->values, view, (guint) size);
      out->ends[out->n] = out->values->len;
    }
  return TRUE;
}

static gboolean
is_stored (const CitizState *state, const Stored *stored)
{
  guint at = 0;

  citiz_state_warm (state, stored->keys, stored->n);
  for (guint i = 0; i < stored->n; i++)
    {
      GBytes *computed = citiz_state_get (state, &stored->keys[i]);
      const guint size = stored->ends[i] - at;

      if (computed == NULL || size != g_bytes_get_size (computed)
          || memcmp (stored->values->data + at, g_bytes_get_data (computed, NULL), size) != 0)
        return FALSE;
      at = stored->ends[i];
    }
  return TRUE;
}

/* At the end: what was gone through is what was executed. */
static gboolean
compare_run (CitizChainVerifier *verifier, GError **error)
{
  const CitizChainRun *run = &verifier->chain->run;

  return !is_retraced (verifier, citiz_ledger_head (verifier->ledger)->height)
         || (run->from == verifier->executed
             && citiz_hash_equal (&run->to, citiz_ledger_head_hash (verifier->ledger)))
         || citiz_chain_damaged (error, verifier->tag, "not the block that was executed");
}

/* At the end: every stored object is the computed one, and none is missing. */
static gboolean
compare_state (CitizChainVerifier *verifier, GError **error)
{
  CitizState *state = citiz_ledger_state (verifier->ledger);
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GByteArray) values = g_byte_array_new ();
  Stored stored = {.values = values};
  guint64 n = 0;

  if (!citiz_db_prepare (verifier->chain->db, "SELECT key, value FROM chain_state", &stmt, error))
    return FALSE;
  do
    {
      if (!read_stored (stmt, &stored, error))
        return FALSE;
      if (!is_stored (state, &stored))
        return citiz_chain_damaged (error, verifier->tag, "the stored state is not its own");
      n += stored.n;
    }
  while (stored.n == AHEAD);
  return n == citiz_state_size (state)
         || citiz_chain_damaged (error, verifier->tag, "a part of the state is missing");
}

/* At the end: every block and transaction is found by what it is looked up by, and nothing else is. */
static gboolean
compare_names (CitizChainVerifier *verifier, GError **error)
{
  const GArray *waiting = citiz_chain_waiting_names (verifier->chain, error);
  g_autoptr (CitizStmt) stmt = NULL;
  guint64 names = 0, expected = verifier->names;

  if (is_retraced (verifier, citiz_ledger_head (verifier->ledger)->height))
    expected += verifier->chain->run.names;
  for (guint i = 0; waiting != NULL && i < waiting->len; i++)
    {
      const CitizChainName *name = &g_array_index (waiting, CitizChainName, i);

      names += sum_name (name->name, (guint64) name->number);
    }
  if (waiting == NULL
      || !citiz_db_prepare (verifier->chain->db,
                            "SELECT name, number FROM chain_name "
                            "UNION ALL SELECT zeroblob (8), number FROM chain_said",
                            &stmt, error))
    return FALSE;
  for (;;)
    {
      const guint8 *name;
      gboolean row;
      gsize n;

      if (!citiz_stmt_next (stmt, &row, error))
        return FALSE;
      if (!row)
        break;
      name = citiz_stmt_view (stmt, 0, &n);
      if (n == CITIZ_CHAIN_NAME_SIZE)
        names += sum_name (citiz_chain_name_of (name), (guint64) citiz_stmt_int (stmt, 1));
    }
  return names == expected
         || citiz_chain_damaged (error, verifier->tag, "something is not found by its name");
}

/* The block a false signature was met in. */
static gboolean
report_pool (gboolean good, guint64 height, GError **error)
{
  return good || citiz_chain_damaged (error, height, "a signature is false");
}

/* The tables are compared while the last signatures are still being checked; a false one is told first. */
static gboolean
finish (CitizChainVerifier *verifier, GError **error)
{
  g_autoptr (GError) why = NULL;
  guint64 height = 0;
  gboolean good;
  gboolean same;

  citiz_check_pool_flush (verifier->pool);
  same = compare_run (verifier, &why) && compare_state (verifier, &why)
         && compare_names (verifier, &why);
  good = citiz_check_pool_finish (verifier->pool, &height);
  if (!report_pool (good, height, error))
    return FALSE;
  if (verifier->result.n_blocks > 0 && !verifier->final)
    return citiz_chain_damaged (error, verifier->tag, "nothing says that it is final");
  if (!same)
    g_propagate_error (error, g_steal_pointer (&why));
  verifier->result.when = citiz_env_now (verifier->chain->env);
  return same;
}

/* Runs at most SLICE_BLOCKS blocks, and no further block after SLICE_TXS transactions. @out_more: whether the last one was reached. */
static gboolean
run_slice (CitizChainVerifier *verifier, gboolean *out_more, GError **error)
{
  const guint64 first = citiz_ledger_head (verifier->ledger)->height + 1;
  const guint64 enough = verifier->result.n_txs + SLICE_TXS;
  g_autoptr (CitizChanges) own = citiz_changes_new ();
  CitizChanges *changes = verifier->collect != NULL ? verifier->collect : own;
  g_autoptr (CitizStmt) blocks = NULL;
  g_autoptr (CitizStmt) txs = NULL;

  if (!citiz_chain_select_blocks (verifier->chain, first, citiz_ledger_log (verifier->ledger)->size,
                                  &blocks, &txs, error))
    return FALSE;

  for (guint i = 0; i < SLICE_BLOCKS && verifier->result.n_txs < enough; i++)
    {
      g_autoptr (CitizBlock) block = NULL;

      if (!citiz_stmt_next (blocks, out_more, error))
        return FALSE;
      verifier->starves = first + i <= citiz_chain_base (verifier->chain)
                          && (!*out_more || (guint64) citiz_stmt_int (blocks, 0) != first + i);
      *out_more = *out_more && !verifier->starves;
      if (!*out_more)
        break;
      block = citiz_chain_take_block (blocks, first + i, error);
      if (block == NULL
          || !citiz_chain_take_txs (txs, !is_retraced (verifier, first + i), block, error)
          || !run_block (verifier, block, changes, error))
        return FALSE;
      if (verifier->collect == NULL)
        g_array_set_size (changes->objects, 0);
    }
  return verifier->collect != NULL || compare_log (verifier, changes, error);
}

/**
 * citiz_chain_verifier_step:
 * @out_done: whether all blocks there are now have been verified
 *
 * Runs the next slice: tens of blocks. Two threads check the signatures meanwhile, also after this returns.
 *
 * Returns: %FALSE with %CITIZ_LEDGER_ERROR_DAMAGED and a message that begins with the block's number, or the error of the
 * disk
 */
gboolean
citiz_chain_verifier_step (CitizChainVerifier *verifier, gboolean *out_done, GError **error)
{
  gboolean more = FALSE;
  guint64 height;

  *out_done = FALSE;
  if (citiz_check_pool_failed (verifier->pool, &height))
    return report_pool (FALSE, height, error);
  if (!run_slice (verifier, &more, error))
    return FALSE;
  *out_done = !more && !verifier->starves;
  return !*out_done || finish (verifier, error);
}

/**
 * citiz_chain_verifier_resume:
 *
 * What an earlier verifier or citiz_chain_verifier_feed() has verified is recomputed, its signatures are not checked again.
 */
gboolean
citiz_chain_verifier_resume (CitizChainVerifier *verifier, GError **error)
{
  return citiz_chain_read_proven (verifier->chain, &verifier->proven, error);
}

/**
 * citiz_chain_verifier_retrace:
 *
 * Blocks that citiz_chain_follow() has executed since the chain was opened are not executed again: their signatures are checked, and that the disk still
 * holds, byte for byte, what was executed.
 */
void
citiz_chain_verifier_retrace (CitizChainVerifier *verifier)
{
  if (verifier->chain->run.owed != NULL)
    verifier->executed = verifier->chain->run.from;
}

/**
 * citiz_chain_verifier_keep:
 *
 * Waits for the signatures under way and writes down how far everything was good.
 */
gboolean
citiz_chain_verifier_keep (CitizChainVerifier *verifier, GError **error)
{
  guint64 height = citiz_ledger_head (verifier->ledger)->height;
  guint64 bad;

  if (!citiz_check_pool_finish (verifier->pool, &bad))
    return report_pool (FALSE, bad, error);
  if (verifier->level < CITIZ_LEVEL_FULL || height <= verifier->proven)
    return TRUE;
  verifier->proven = height;
  return citiz_chain_keep_proven (verifier->chain, height, error);
}

/**
 * citiz_chain_verifier_missing:
 *
 * Returns: the height of the next block when it is not here and has to be brought; else 0
 */
guint64
citiz_chain_verifier_missing (CitizChainVerifier *verifier)
{
  const guint64 next = citiz_ledger_head (verifier->ledger)->height + 1;

  return verifier->starves && next <= citiz_chain_base (verifier->chain) ? next : 0;
}

/**
 * citiz_chain_verifier_expect:
 * @blocks: (element-type CitizBlock): what will be fed, in one piece or in several; blocks without an order are as good
 *
 * Lets two threads begin with their signatures.
 */
void
citiz_chain_verifier_expect (CitizChainVerifier *verifier, GPtrArray *blocks)
{
  CitizChain *chain = verifier->chain;

  if (chain->ahead == NULL)
    chain->ahead = citiz_check_ahead_new (2, FALSE);
  citiz_chain_check_ahead (chain, chain->ahead, blocks);
}

/**
 * citiz_chain_verifier_feed:
 * @blocks: (element-type CitizBlock): from citiz_chain_verifier_missing() on, as for citiz_chain_follow()
 *
 * Takes history that was missing, all or nothing, every signature verified. It has to lead to the snapshot that the chain began with.
 */
gboolean
citiz_chain_verifier_feed (CitizChainVerifier *verifier, GPtrArray *blocks, GError **error)
{
  CitizLedger *mark;
  gboolean good;

  if (blocks->len == 0)
    return TRUE;
  mark = citiz_ledger_begin (verifier->ledger);
  good = citiz_chain_fill (verifier->chain, blocks, verifier->ledger, error);
  citiz_ledger_end (verifier->ledger, mark, good);
  if (!good)
    return FALSE;
  for (guint i = 0; i < blocks->len; i++)
    count_block (verifier, blocks->pdata[i]);
  verifier->proven = citiz_ledger_head (verifier->ledger)->height;
  verifier->final = TRUE;
  return TRUE;
}

/* The ledger made again from the transactions alone; @changes gets all that the derived tables hold. */
CitizLedger *
citiz_chain_replay (CitizChain *chain, CitizChanges *changes, GError **error)
{
  g_autoptr (CitizChainVerifier) verifier
      = citiz_chain_verifier_new (chain, CITIZ_LEVEL_STRUCTURAL);
  gboolean more = TRUE;

  verifier->collect = changes;
  while (more)
    if (!run_slice (verifier, &more, error))
      return NULL;
  if (verifier->starves)
    {
      citiz_chain_damaged (error, verifier->tag + 1, "it is missing");
      return NULL;
    }
  return citiz_ledger_fork (verifier->ledger);
}

/**
 * citiz_chain_verify_level:
 * @progress: (nullable): called after each slice
 * @out: (out) (optional): how much was verified
 *
 * Blocks until every block was recomputed. Cancelling gives %G_IO_ERROR_CANCELLED.
 */
gboolean
citiz_chain_verify_level (CitizChain *chain,
                          CitizLevel level,
                          CitizChainProgress progress,
                          gpointer data,
                          GCancellable *cancellable,
                          CitizVerified *out,
                          GError **error)
{
  g_autoptr (CitizChainVerifier) verifier = citiz_chain_verifier_new (chain, level);
  const guint64 all = citiz_chain_height (chain);
  gboolean done = FALSE;

  while (!done)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !citiz_chain_verifier_step (verifier, &done, error))
        return FALSE;
      if (progress != NULL)
        progress (MIN (verifier->result.n_blocks, all), all, data);
    }
  if (out != NULL)
    *out = *citiz_chain_verifier_get (verifier);
  return TRUE;
}

gboolean
citiz_chain_verify (CitizChain *chain,
                    CitizChainProgress progress,
                    gpointer data,
                    GCancellable *cancellable,
                    GError **error)
{
  return citiz_chain_verify_level (chain, CITIZ_LEVEL_FULL, progress, data, cancellable, NULL,
                                   error);
}
