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
read_tx (CitizStmt *stmt,
         guint64 height,
         guint64 number,
         gboolean named,
         CitizBlock *block,
         GError **error)
{
  const CitizId *grant;
  CitizId stored;
  CitizTx *tx;
  gsize n;
  const guint8 *view = citiz_stmt_view (stmt, 2, &n);

  tx = named ? citiz_tx_decode (view, n, NULL) : citiz_tx_decode_unnamed (view, n, NULL);
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

/* @named: whether their ids are asked for */
gboolean
citiz_chain_take_txs (CitizStmt *stmt, gboolean named, CitizBlock *block, GError **error)
{
  const guint64 first = block->header.log_size - block->header.n_tx;

  for (guint i = 0; i < block->header.n_tx; i++)
    {
      gboolean row;

      if (!citiz_stmt_next (stmt, &row, error))
        return FALSE;
      if (!row)
        return citiz_chain_damaged (error, block->header.height, "a transaction is missing");
      if (!read_tx (stmt, block->header.height, first + i, named, block, error))
        return FALSE;
    }
  return TRUE;
}

/* The header of a row of chain_block. */
static gboolean
check_row (CitizStmt *stmt, guint64 height, CitizBlockHeader *out, GError **error)
{
  CitizChainHead head;

  if ((guint64) citiz_stmt_int (stmt, 0) != height)
    return citiz_chain_damaged (error, height, "it is missing");
  if (!citiz_chain_read_block_row (stmt, &head, error))
    return FALSE;
  if ((guint64) citiz_stmt_int (stmt, 5) != head.header.log_size - head.header.n_tx)
    return citiz_chain_damaged (error, height, "its transactions are elsewhere");
  *out = head.header;
  return TRUE;
}

/* Without a Final certificate of its own a block is final by that of a later one. */
CitizBlock *
citiz_chain_take_block (CitizStmt *stmt, guint64 height, GError **error)
{
  g_autoptr (CitizBlock) block = NULL;
  CitizBlockHeader header;
  const guint8 *view;
  gsize n;

  if (!check_row (stmt, height, &header, error))
    return NULL;
  block = citiz_block_new (&header);
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
      if (!citiz_chain_take_txs (txs, TRUE, block, error))
        return NULL;
      if (block->header.flags == CITIZ_BLOCK_CLOSING && block->final == NULL
          && !citiz_chain_read_continuation (chain, block->header.epoch, list, error))
        return NULL;
      bytes += size_of (block);
    }
  return g_steal_pointer (&list);
}

static void
put_vector (GByteArray *out, const guint8 *view, gsize n)
{
  citiz_put_u32 (out, (guint32) n);
  citiz_put_bytes (out, view, n);
}

/* A range of blocks as bytes; @whole of them end with a Final certificate. */
typedef struct
{
  GByteArray *bytes;
  gsize max_bytes, whole;
  guint n, max;
} Range;

static void
end_block (Range *range, gboolean final)
{
  const gboolean fits = ++range->n <= range->max && range->bytes->len <= range->max_bytes;

  if (final && (fits || range->whole == 0))
    range->whole = range->bytes->len;
}

/* Columns: those of citiz_chain_select_blocks(). */
static gboolean
copy_txs (CitizStmt *stmt, const CitizBlockHeader *header, GByteArray *out, GError **error)
{
  const guint64 first = header->log_size - header->n_tx;

  for (guint i = 0; i < header->n_tx; i++)
    {
      const guint8 *view;
      gboolean row;
      gsize n;

      if (!citiz_stmt_next (stmt, &row, error))
        return FALSE;
      if (!row || (guint64) citiz_stmt_int (stmt, 0) != first + i)
        return citiz_chain_damaged (error, header->height, "a transaction is missing");
      view = citiz_stmt_view (stmt, 2, &n);
      citiz_put_u16 (out, (guint16) n);
      citiz_put_bytes (out, view, n);
    }
  return TRUE;
}

/* What citiz_block_encode() makes of a block, from the columns, without reading it. */
static gboolean
copy_block (CitizStmt *blocks,
            CitizStmt *txs,
            const CitizBlockHeader *header,
            Range *range,
            GError **error)
{
  GByteArray *out = range->bytes;
  const guint at = out->len;
  const guint8 *view;
  guint32 length;
  gsize n;

  citiz_put_u32 (out, 0); /* the length, below */
  view = citiz_stmt_view (blocks, 2, &n);
  citiz_put_bytes (out, view, n);
  if (!copy_txs (txs, header, out, error))
    return FALSE;
  view = citiz_stmt_view (blocks, 3, &n);
  put_vector (out, view, n);
  view = citiz_stmt_view (blocks, 4, &n);
  put_vector (out, view, n);
  length = GUINT32_TO_BE (out->len - at - (guint) sizeof length);
  memcpy (out->data + at, &length, sizeof length);
  end_block (range, n > 0);
  return TRUE;
}

static gboolean
copy_continuation (CitizChain *chain, guint64 epoch, Range *range, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);

  if (!citiz_chain_read_continuation (chain, epoch, list, error))
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    {
      const CitizBlock *block = list->pdata[i];
      g_autoptr (GBytes) bytes = citiz_block_encode (block, TRUE);

      put_vector (range->bytes, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      end_block (range, block->final != NULL);
    }
  return TRUE;
}

/**
 * citiz_chain_read_range:
 * @max: blocks; as many more as it takes to the next with a Final certificate
 * @max_bytes: no further block once there are as many; more are given only when nothing less ends with such a certificate
 *
 * What citiz_chain_read_blocks() gives, as bytes: each block a u32 length and citiz_block_encode() with its certificates, the last with a Final one.
 * The transactions are not read on the way: whoever takes them does that, and trusts nobody.
 *
 * Returns: (transfer full) (nullable): empty when there is nothing of that height
 */
GBytes *
citiz_chain_read_range (CitizChain *chain,
                        guint64 height,
                        guint max,
                        gsize max_bytes,
                        GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (CitizStmt) blocks = NULL;
  g_autoptr (CitizStmt) txs = NULL;
  Range range = {.bytes = out, .max = max, .max_bytes = max_bytes};
  guint64 number;

  if (!first_number (chain, height, &number, error)
      || !citiz_chain_select_blocks (chain, height, number, &blocks, &txs, error))
    return NULL;
  for (; range.whole == 0 || (range.n < max && out->len < max_bytes); height++)
    {
      CitizBlockHeader header;
      gboolean row;

      if (!citiz_stmt_next (blocks, &row, error))
        return NULL;
      if (!row)
        break;
      if (!check_row (blocks, height, &header, error)
          || !copy_block (blocks, txs, &header, &range, error)
          || (header.flags == CITIZ_BLOCK_CLOSING && range.whole < out->len
              && !copy_continuation (chain, header.epoch, &range, error)))
        return NULL;
    }
  g_byte_array_set_size (out, (guint) range.whole);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
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
