/* The chain on disk: blocks and certificates above the newest final one. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"

/**
 * citiz_chain_put_pending:
 *
 * Keeps a block that may become final; twice does no harm.
 */
gboolean
citiz_chain_put_pending (CitizChain *chain, const CitizBlock *block, GError **error)
{
  g_autoptr (GBytes) bytes = citiz_block_encode (block, FALSE);
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db,
                         "INSERT INTO chain_pending (hash, epoch, slot, bytes) "
                         "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (hash) DO NOTHING",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_hash (stmt, 1, &block->hash);
  citiz_stmt_bind_int (stmt, 2, (gint64) block->header.epoch);
  citiz_stmt_bind_int (stmt, 3, (gint64) block->header.slot);
  citiz_stmt_bind_gbytes (stmt, 4, bytes);
  return citiz_stmt_run (stmt, error);
}

/* Columns: hash, bytes. A row that changed on disk is no block. */
static CitizBlock *
read_row (CitizStmt *stmt, GError **error)
{
  g_autoptr (CitizBlock) block = NULL;
  CitizHash hash;
  gsize n;
  const guint8 *view = citiz_stmt_view (stmt, 1, &n);

  block = citiz_block_decode (view, n, FALSE, NULL);
  if (block != NULL && citiz_stmt_hash (stmt, 0, &hash) && citiz_hash_equal (&hash, &block->hash))
    return g_steal_pointer (&block);
  citiz_chain_damaged (error, block ? block->header.height : 0, "a pending block cannot be read");
  return NULL;
}

/**
 * citiz_chain_get_pending:
 *
 * Returns: (transfer full) (nullable): the block, or %NULL with %CITIZ_STORE_ERROR_NOT_FOUND, or DAMAGED
 */
CitizBlock *
citiz_chain_get_pending (CitizChain *chain, const CitizHash *hash, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (chain->db, "SELECT hash, bytes FROM chain_pending WHERE hash = ?1", &stmt,
                         error))
    return NULL;
  citiz_stmt_bind_hash (stmt, 1, hash);
  if (!citiz_stmt_next (stmt, &row, error))
    return NULL;
  if (row)
    return read_row (stmt, error);
  g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND, "no such block is pending");
  return NULL;
}

/**
 * citiz_chain_pending:
 *
 * Returns: (transfer full) (element-type CitizBlock) (nullable): all that can be read, in order of slots
 */
GPtrArray *
citiz_chain_pending (CitizChain *chain, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db,
                         "SELECT hash, bytes FROM chain_pending ORDER BY epoch, slot, hash", &stmt,
                         error))
    return NULL;
  for (;;)
    {
      CitizBlock *block;
      gboolean row;

      if (!citiz_stmt_next (stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&list);
      block = read_row (stmt, NULL);
      if (block != NULL)
        g_ptr_array_add (list, block);
    }
}

/**
 * citiz_chain_keep:
 *
 * Keeps a certificate; the first of its kind and slot stays.
 */
gboolean
citiz_chain_keep (CitizChain *chain, const CitizCert *cert, GError **error)
{
  g_autoptr (GBytes) bytes = citiz_cert_encode (cert);
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db,
                         "INSERT INTO chain_kept (epoch, slot, kind, cert) VALUES (?1, ?2, ?3, ?4) "
                         "ON CONFLICT (epoch, slot, kind) DO NOTHING",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) cert->epoch);
  citiz_stmt_bind_int (stmt, 2, (gint64) cert->slot);
  citiz_stmt_bind_int (stmt, 3, cert->kind);
  citiz_stmt_bind_gbytes (stmt, 4, bytes);
  return citiz_stmt_run (stmt, error);
}

/**
 * citiz_chain_kept:
 *
 * Returns: (transfer full) (element-type CitizCert) (nullable): all that can be read, in order of slots
 */
GPtrArray *
citiz_chain_kept (CitizChain *chain, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db, "SELECT cert FROM chain_kept ORDER BY epoch, slot, kind", &stmt,
                         error))
    return NULL;
  for (;;)
    {
      g_autofree CitizCert *cert = g_new (CitizCert, 1);
      const guint8 *view;
      gboolean row;
      gsize n;

      if (!citiz_stmt_next (stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&list);
      view = citiz_stmt_view (stmt, 0, &n);
      if (citiz_cert_decode (view, n, cert, NULL))
        g_ptr_array_add (list, g_steal_pointer (&cert));
    }
}

/**
 * citiz_chain_prune_pending:
 *
 * Forgets what is of an earlier epoch, or of @epoch and not later than @slot.
 */
gboolean
citiz_chain_prune_pending (CitizChain *chain, guint64 epoch, guint64 slot, GError **error)
{
  static const gchar *const deletes[] = {
      "DELETE FROM chain_pending WHERE epoch < ?1 OR (epoch = ?1 AND slot <= ?2)",
      "DELETE FROM chain_kept WHERE epoch < ?1 OR (epoch = ?1 AND slot <= ?2)",
  };

  for (guint i = 0; i < G_N_ELEMENTS (deletes); i++)
    {
      g_autoptr (CitizStmt) stmt = NULL;

      if (!citiz_db_prepare (chain->db, deletes[i], &stmt, error))
        return FALSE;
      citiz_stmt_bind_int (stmt, 1, (gint64) epoch);
      citiz_stmt_bind_int (stmt, 2, (gint64) slot);
      if (!citiz_stmt_run (stmt, error))
        return FALSE;
    }
  return TRUE;
}
