/* The chain on disk: whole blocks, read in their order. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"

#include <string.h>

/* Blocks from @height on, transactions from @number on, for the two functions below. */
gboolean
citiz_chain_select_blocks (CitizChain *chain,
                           guint64 height,
                           guint64 number,
                           CitizStmt **out_blocks,
                           CitizStmt **out_txs,
                           GError **error)
{
  if (!citiz_db_prepare (
          chain->db,
          "SELECT height, hash, header, justification, final, first FROM chain_block "
          "WHERE height >= ?1 ORDER BY height",
          out_blocks, error)
      || !citiz_db_prepare (chain->db,
                            "SELECT number, grant_id, bytes FROM chain_tx WHERE number >= ?1 "
                            "ORDER BY number",
                            out_txs, error))
    return FALSE;
  citiz_stmt_bind_int (*out_blocks, 1, (gint64) height);
  citiz_stmt_bind_int (*out_txs, 1, (gint64) number);
  return TRUE;
}

/* Columns: number, grant_id, bytes. The columns beside the bytes are what lists are made from: they must say the same. */
static gboolean
read_tx (CitizStmt *stmt, guint64 height, guint64 number, CitizBlock *block, GError **error)
{
  const CitizId *grant;
  CitizId stored;
  CitizTx *tx;
  gsize n;
  const guint8 *view = citiz_stmt_view (stmt, 2, &n);

  tx = citiz_tx_decode (view, n, NULL);
  if (tx == NULL)
    return citiz_chain_damaged (error, height, "a transaction cannot be read");
  g_ptr_array_add (block->txs, tx);
  if ((guint64) citiz_stmt_int (stmt, 0) != number)
    return citiz_chain_damaged (error, height, "a transaction is missing");
  grant = citiz_tx_body_grant (tx->type, &tx->body);
  if (citiz_stmt_is_null (stmt, 1) != (grant == NULL)
      || (grant != NULL && (!citiz_stmt_id (stmt, 1, &stored) || !citiz_id_equal (grant, &stored))))
    return citiz_chain_damaged (error, height, "a transaction is stored under another's grant");
  return TRUE;
}

gboolean
citiz_chain_take_txs (CitizStmt *stmt, CitizBlock *block, GError **error)
{
  const guint64 first = block->header.log_size - block->header.n_tx;

  for (guint i = 0; i < block->header.n_tx; i++)
    {
      gboolean row;

      if (!citiz_stmt_next (stmt, &row, error))
        return FALSE;
      if (!row)
        return citiz_chain_damaged (error, block->header.height, "a transaction is missing");
      if (!read_tx (stmt, block->header.height, first + i, block, error))
        return FALSE;
    }
  return TRUE;
}

/* Without a Final certificate of its own a block is final by that of a later one. */
CitizBlock *
citiz_chain_take_block (CitizStmt *stmt, guint64 height, GError **error)
{
  g_autoptr (CitizBlock) block = NULL;
  CitizChainHead head;
  const guint8 *view;
  gsize n;

  if ((guint64) citiz_stmt_int (stmt, 0) != height)
    {
      citiz_chain_damaged (error, height, "it is missing");
      return NULL;
    }
  if (!citiz_chain_read_block_row (stmt, &head, error))
    return NULL;
  if ((guint64) citiz_stmt_int (stmt, 5) != head.header.log_size - head.header.n_tx)
    {
      citiz_chain_damaged (error, height, "its transactions are elsewhere");
      return NULL;
    }
  block = citiz_block_new (&head.header);
  view = citiz_stmt_view (stmt, 3, &n);
  block->justification = citiz_justification_decode (view, n, NULL);
  view = citiz_stmt_view (stmt, 4, &n);
  if (n > 0)
    block->final = g_new (CitizCert, 1);
  if (block->justification == NULL
      || (block->final != NULL && !citiz_cert_decode (view, n, block->final, NULL)))
    {
      citiz_chain_damaged (error, height, "its certificates cannot be read");
      return NULL;
    }
  return g_steal_pointer (&block);
}

static gsize
size_of (const CitizBlock *block)
{
  gsize bytes = CITIZ_HEADER_SIZE;

  for (guint i = 0; i < block->txs->len; i++)
    bytes += g_bytes_get_size (citiz_tx_get_bytes (block->txs->pdata[i]));
  return bytes;
}

/* Where the transactions of a block begin in the log. */
static gboolean
first_number (CitizChain *chain, guint64 height, guint64 *out, GError **error)
{
  g_autoptr (GPtrArray) infos = NULL;

  *out = 0;
  if (height <= 1)
    return TRUE;
  if (chain->base != NULL && height - 1 == chain->base->header.height)
    {
      *out = chain->base->header.log_size;
      return TRUE;
    }
  infos = citiz_chain_blocks (chain, height - 1, 1, error);
  if (infos != NULL && infos->len == 1)
    *out = ((const CitizBlockInfo *) infos->pdata[0])->log_size;
  return infos != NULL;
}

/**
 * citiz_chain_read_blocks:
 * @max_bytes: no further block once as many bytes of headers and transactions have been read
 *
 * Returns: (transfer full) (element-type CitizBlock) (nullable): at most @max blocks from @height on, ascending, with what
 *   certificates they have; behind a closing block without a Final certificate of its own, its continuation
 */
GPtrArray *
citiz_chain_read_blocks (CitizChain *chain,
                         guint64 height,
                         guint max,
                         gsize max_bytes,
                         GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  g_autoptr (CitizStmt) blocks = NULL;
  g_autoptr (CitizStmt) txs = NULL;
  guint64 number;
  gsize bytes = 0;
  guint n = 0;

  if (!first_number (chain, height, &number, error)
      || !citiz_chain_select_blocks (chain, height, number, &blocks, &txs, error))
    return NULL;
  while (n < max && bytes < max_bytes)
    {
      CitizBlock *block;
      gboolean row;

      if (!citiz_stmt_next (blocks, &row, error))
        return NULL;
      if (!row)
        break;
      block = citiz_chain_take_block (blocks, height + n++, error);
      if (block == NULL)
        return NULL;
      g_ptr_array_add (list, block);
      if (!citiz_chain_take_txs (txs, block, error))
        return NULL;
      if (block->header.flags == CITIZ_BLOCK_CLOSING && block->final == NULL
          && !citiz_chain_read_continuation (chain, block->header.epoch, list, error))
        return NULL;
      bytes += size_of (block);
    }
  return g_steal_pointer (&list);
}

/* @sql: of ?1, the hash, the height; ?2 if it has one: one that may be it */
static gboolean
has_block (CitizChain *chain, const gchar *sql, const CitizHash *hash, guint64 height, guint64 *out)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (chain->db, sql, &stmt, NULL))
    return FALSE;
  citiz_stmt_bind_hash (stmt, 1, hash);
  if (height > 0)
    citiz_stmt_bind_int (stmt, 2, (gint64) height);
  if (!citiz_stmt_next (stmt, &row, NULL) || !row)
    return FALSE;
  *out = (guint64) citiz_stmt_int (stmt, 0);
  return TRUE;
}

/**
 * citiz_chain_height_of:
 *
 * Returns: %FALSE when no block of the chain has this hash
 */
gboolean
citiz_chain_height_of (CitizChain *chain, const CitizHash *hash, guint64 *out)
{
  gint64 number;
  guint at = 0;

  if (citiz_chain_waiting_names (chain, NULL) == NULL)
    return FALSE;
  while (citiz_chain_next_waiting (chain, hash, &at, &number))
    if (number < 0
        && has_block (chain, "SELECT height FROM chain_block WHERE hash = ?1 AND height = ?2", hash,
                      (guint64) -number, out))
      return TRUE;
  return has_block (chain,
                    "SELECT b.height FROM chain_name AS n "
                    "CROSS JOIN chain_block AS b ON b.height = -n.number "
                    "WHERE n.name = substr (?1, 1, 8) AND b.hash = ?1",
                    hash, 0, out);
}

/**
 * citiz_chain_height_after:
 *
 * The height of the first block of @epoch in a slot after @slot. Slots ascend with heights, so it is found by halving.
 *
 * Returns: %FALSE when there is none
 */
gboolean
citiz_chain_height_after (CitizChain *chain, guint64 epoch, guint64 slot, guint64 *out)
{
  guint64 low = 1, high = citiz_chain_height (chain) + 1;

  while (low < high)
    {
      const guint64 middle = low + (high - low) / 2;
      g_autoptr (CitizStmt) stmt = NULL;
      CitizChainHead head;
      gboolean row;

      if (!citiz_db_prepare (chain->db,
                             "SELECT height, hash, header FROM chain_block WHERE height = ?1",
                             &stmt, NULL))
        return FALSE;
      citiz_stmt_bind_int (stmt, 1, (gint64) middle);
      if (!citiz_stmt_next (stmt, &row, NULL) || !row
          || !citiz_chain_read_block_row (stmt, &head, NULL))
        return FALSE;
      if (head.header.epoch < epoch || (head.header.epoch == epoch && head.header.slot <= slot))
        low = middle + 1;
      else
        high = middle;
    }
  *out = low;
  return low <= citiz_chain_height (chain);
}
