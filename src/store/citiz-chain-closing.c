/* The chain on disk: where an epoch ends, and what shows that it did. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"

/**
 * citiz_chain_keep_continuation:
 * @blocks: (element-type CitizBlock): the empty blocks on top of the newest, a closing one, the last with the Final certificate that
 *   makes it final; each with its justification
 *
 * They are no part of the chain, and kept for those who come late. Joins the open transaction.
 */
gboolean
citiz_chain_keep_continuation (CitizChain *chain, GPtrArray *blocks, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db,
                         "INSERT INTO chain_continuation (epoch, slot, hash, bytes) "
                         "VALUES (?1, ?2, ?3, ?4)",
                         &stmt, error))
    return FALSE;
  for (guint i = 0; i < blocks->len; i++)
    {
      const CitizBlock *block = blocks->pdata[i];
      g_autoptr (GBytes) bytes = citiz_block_encode (block, TRUE);

      citiz_stmt_bind_int (stmt, 1, (gint64) block->header.epoch);
      citiz_stmt_bind_int (stmt, 2, (gint64) block->header.slot);
      citiz_stmt_bind_hash (stmt, 3, &block->hash);
      citiz_stmt_bind_gbytes (stmt, 4, bytes);
      if (!citiz_stmt_run (stmt, error))
        return FALSE;
    }
  return TRUE;
}

/* Column 0: bytes. */
static CitizBlock *
read_row (CitizStmt *stmt, GError **error)
{
  gsize n;
  const guint8 *view = citiz_stmt_view (stmt, 0, &n);
  CitizBlock *block = citiz_block_decode (view, n, TRUE, NULL);

  if (block == NULL)
    citiz_chain_damaged (error, 0, "a continuation of a closing block cannot be read");
  return block;
}

/* Appends what stands on the closing block of @epoch to @list, in order. */
gboolean
citiz_chain_read_continuation (CitizChain *chain, guint64 epoch, GPtrArray *list, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db,
                         "SELECT bytes FROM chain_continuation WHERE epoch = ?1 ORDER BY slot",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) epoch);
  for (;;)
    {
      CitizBlock *block;
      gboolean row;

      if (!citiz_stmt_next (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      block = read_row (stmt, error);
      if (block == NULL)
        return FALSE;
      g_ptr_array_add (list, block);
    }
}

/**
 * citiz_chain_get_continuation:
 *
 * Returns: (transfer full) (nullable): a block on top of a closing one, by its hash
 */
CitizBlock *
citiz_chain_get_continuation (CitizChain *chain, const CitizHash *hash)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (chain->db, "SELECT bytes FROM chain_continuation WHERE hash = ?1", &stmt,
                         NULL))
    return NULL;
  citiz_stmt_bind_hash (stmt, 1, hash);
  return citiz_stmt_next (stmt, &row, NULL) && row ? read_row (stmt, NULL) : NULL;
}

/* How many of @blocks from @from on are a continuation. */
guint
citiz_chain_count_continuation (GPtrArray *blocks, guint from)
{
  guint n = 0;

  while (from + n < blocks->len
         && ((const CitizBlock *) blocks->pdata[from + n])->header.flags
                == CITIZ_BLOCK_CONTINUATION)
    n++;
  return n;
}

/* The @n blocks of @blocks from @from on follow from the closing block that @ledger stands after, and the last of them is final. What
 * only sums up is checked at once: the certificate that ends the epoch. */
gboolean
citiz_chain_check_continuation (const CitizLedger *ledger,
                                GPtrArray *blocks,
                                guint from,
                                guint n,
                                CitizTime now,
                                CitizLevel level,
                                CitizCheckFunc check,
                                gpointer data,
                                GError **error)
{
  g_autoptr (CitizLedger) after = citiz_ledger_fork (ledger);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();

  for (guint i = from; i < from + n; i++)
    {
      const CitizBlock *block = blocks->pdata[i];

      if (block->justification == NULL)
        {
          g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT,
                       "a continuation without its justification");
          return FALSE;
        }
      if (!citiz_ledger_advance (after, block, now, level, check, data, changes, error))
        return FALSE;
    }
  return citiz_chain_check_final (after, n > 0 ? blocks->pdata[from + n - 1] : NULL, error);
}

/* By the validators of the epoch that @ledger, after @block, is in. */
gboolean
citiz_chain_check_final (const CitizLedger *ledger, const CitizBlock *block, GError **error)
{
  CitizValidators validators;

  if (block == NULL || block->final == NULL || !citiz_hash_equal (&block->final->hash, &block->hash)
      || block->final->kind != CITIZ_VOTE_FINAL || block->final->slot != block->header.slot
      || !citiz_ledger_get_validators (ledger, block->header.epoch, &validators))
    {
      g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT,
                   "nothing says that these blocks are final");
      return FALSE;
    }
  return citiz_cert_check (block->final, citiz_ledger_chain_id (ledger), block->header.epoch,
                           citiz_ledger_vs_hash (ledger), &validators, citiz_check_now, NULL,
                           error);
}

/* The height of the block that ends @epoch. */
static gboolean
closing_height (CitizChain *chain, guint64 epoch, guint64 *out)
{
  guint64 next;

  if (citiz_chain_height_after (chain, epoch + 1, 0, &next))
    *out = next - 1;
  else
    *out = citiz_chain_height (chain);
  return *out > 0;
}

static CitizClosing *
put_together (GPtrArray *blocks, const CitizValidators *next)
{
  CitizClosing *closing = citiz_closing_new ();
  const CitizBlock *last = blocks->pdata[blocks->len - 1];

  for (guint i = 0; i < blocks->len; i++)
    g_array_append_val (closing->headers, ((const CitizBlock *) blocks->pdata[i])->header);
  closing->final = *last->final;
  closing->next = *next;
  return closing;
}

/**
 * citiz_chain_closing:
 *
 * Returns: (transfer full) (nullable): what takes who holds the validators of @epoch to the next epoch; %NULL without an error
 *   while @epoch goes on, or when people ended it
 */
CitizClosing *
citiz_chain_closing (CitizChain *chain, guint64 epoch, GError **error)
{
  const CitizLedger *ledger = citiz_chain_ledger (chain, error);
  g_autoptr (GPtrArray) blocks = NULL;
  const CitizBlock *first, *last;
  CitizClosing *kept = citiz_chain_kept_closing (chain, epoch);
  CitizValidators next;
  guint64 height;

  if (kept != NULL)
    return kept;
  if (ledger == NULL || epoch >= citiz_ledger_epoch (ledger)
      || !closing_height (chain, epoch, &height)
      || !citiz_ledger_get_validators (ledger, epoch + 1, &next))
    return NULL;
  blocks = citiz_chain_read_blocks (chain, height, 1, 1, error);
  if (blocks == NULL || blocks->len == 0 || blocks->len > CITIZ_CLOSING_MAX)
    return NULL;
  first = blocks->pdata[0];
  last = blocks->pdata[blocks->len - 1];
  return first->header.epoch == epoch && first->header.flags == CITIZ_BLOCK_CLOSING
                 && last->final != NULL
             ? put_together (blocks, &next)
             : NULL;
}
