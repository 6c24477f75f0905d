/* Whole blocks as bytes, for the disk and for other nodes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-ledger.h"

static void
put_vector (GByteArray *out, GBytes *bytes)
{
  gsize n;
  const guint8 *view = g_bytes_get_data (bytes, &n);

  citiz_put_u32 (out, (guint32) n);
  citiz_put_bytes (out, view, n);
}

/**
 * citiz_block_encode:
 * @certs: whether justification and Final certificate are written too; an absent one is an empty vector
 *
 * header (344) | for each transaction: opaque tx<1..2^16-1> | if @certs: u32 length, justification; u32 length, certificate
 */
GBytes *
citiz_block_encode (const CitizBlock *block, gboolean certs)
{
  GByteArray *out = g_byte_array_new ();
  guint8 header[CITIZ_HEADER_SIZE];

  citiz_block_header_encode (&block->header, header);
  citiz_put_bytes (out, header, sizeof header);
  for (guint i = 0; i < block->txs->len; i++)
    {
      gsize n;
      const guint8 *tx = g_bytes_get_data (citiz_tx_get_bytes (block->txs->pdata[i]), &n);

      citiz_put_u16 (out, (guint16) n);
      citiz_put_bytes (out, tx, n);
    }
  if (certs)
    {
      g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
      g_autoptr (GBytes) justification = block->justification
                                             ? citiz_justification_encode (block->justification)
                                             : g_bytes_ref (nothing);
      g_autoptr (GBytes) final
          = block->final ? citiz_cert_encode (block->final) : g_bytes_ref (nothing);

      put_vector (out, justification);
      put_vector (out, final);
    }
  return g_byte_array_free_to_bytes (out);
}

static gboolean
take_txs (CitizCursor *cursor, CitizBlock *block, GError **error)
{
  for (guint i = 0; i < block->header.n_tx; i++)
    {
      const guint8 *view;
      CitizTx *tx;
      guint16 n;

      if (!citiz_take_u16 (cursor, &n) || (view = citiz_take_view (cursor, n)) == NULL)
        break; /* the cursor has failed and tells at the end */
      tx = citiz_tx_decode (view, n, error);
      if (tx == NULL)
        return FALSE;
      g_ptr_array_add (block->txs, tx);
    }
  return TRUE;
}

static gboolean
take_certs (CitizCursor *cursor, CitizBlock *block, GError **error)
{
  const guint8 *view;
  guint32 n;

  if (citiz_take_u32 (cursor, &n) && (view = citiz_take_view (cursor, n)) != NULL && n > 0
      && (block->justification = citiz_justification_decode (view, n, error)) == NULL)
    return FALSE;
  if (citiz_take_u32 (cursor, &n) && (view = citiz_take_view (cursor, n)) != NULL && n > 0)
    {
      block->final = g_new (CitizCert, 1);
      return citiz_cert_decode (view, n, block->final, error);
    }
  return TRUE;
}

/**
 * citiz_block_decode:
 *
 * Returns: (transfer full) (nullable): the block, its hash computed; nothing else is checked. %NULL with a %CITIZ_WIRE_ERROR, or
 *   %CITIZ_LEDGER_ERROR_LIMIT
 */
CitizBlock *
citiz_block_decode (const guint8 *bytes, gsize n, gboolean certs, GError **error)
{
  CitizCursor cursor = citiz_cursor (bytes, n);
  g_autoptr (CitizBlock) block = NULL;
  const guint8 *view = citiz_take_view (&cursor, CITIZ_HEADER_SIZE);
  CitizBlockHeader header;

  if (view != NULL && !citiz_block_header_decode (view, CITIZ_HEADER_SIZE, &header, error))
    return NULL;
  if (view != NULL && header.n_tx > CITIZ_BLOCK_MAX_TX)
    {
      g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_LIMIT,
                   "too many transactions for one block");
      return NULL;
    }
  if (view != NULL)
    {
      block = citiz_block_new (&header);
      if (!take_txs (&cursor, block, error) || (certs && !take_certs (&cursor, block, error)))
        return NULL;
    }
  if (cursor.failed || !citiz_cursor_done (&cursor))
    {
      g_set_error (error, CITIZ_WIRE_ERROR,
                   cursor.failed ? CITIZ_WIRE_ERROR_TRUNCATED : CITIZ_WIRE_ERROR_TRAILING,
                   "not the bytes of one block");
      return NULL;
    }
  return g_steal_pointer (&block);
}
