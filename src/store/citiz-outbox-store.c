/* What waits to be sent, on disk. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-outbox-store.h"

/**
 * citiz_outbox_store_put:
 *
 * Keeps a signed transaction; twice does no harm. Joins an open transaction of the database.
 */
gboolean
citiz_outbox_store_put (CitizDb *db, const CitizTx *tx, CitizTime now, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db,
                         "INSERT INTO outbox (id, entered, bytes) VALUES (?1, ?2, ?3) "
                         "ON CONFLICT (id) DO NOTHING",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_hash (stmt, 1, citiz_tx_get_id (tx));
  citiz_stmt_bind_int (stmt, 2, now.ms);
  citiz_stmt_bind_gbytes (stmt, 3, citiz_tx_get_bytes (tx));
  return citiz_stmt_run (stmt, error);
}

/**
 * citiz_outbox_store_list:
 *
 * Returns: (transfer full) (element-type CitizTx) (nullable): all that can be read, in the order they were put
 */
GPtrArray *
citiz_outbox_store_list (CitizDb *db, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "SELECT bytes FROM outbox ORDER BY seq", &stmt, error))
    return NULL;
  for (;;)
    {
      const guint8 *view;
      gboolean row;
      CitizTx *tx;
      gsize n;

      if (!citiz_stmt_next (stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&list);
      view = citiz_stmt_view (stmt, 0, &n);
      tx = citiz_tx_decode (view, n, NULL);
      if (tx != NULL)
        g_ptr_array_add (list, tx);
    }
}

/* What the disk does not say is not denied. */
gboolean
citiz_outbox_store_has (CitizDb *db, const CitizHash *id)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (db, "SELECT 1 FROM outbox WHERE id = ?1", &stmt, NULL))
    return TRUE;
  citiz_stmt_bind_hash (stmt, 1, id);
  return !citiz_stmt_next (stmt, &row, NULL) || row;
}

gboolean
citiz_outbox_store_remove (CitizDb *db, const CitizHash *id, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "DELETE FROM outbox WHERE id = ?1", &stmt, error))
    return FALSE;
  citiz_stmt_bind_hash (stmt, 1, id);
  return citiz_stmt_run (stmt, error);
}

gboolean
citiz_outbox_store_clear (CitizDb *db, GError **error)
{
  return citiz_db_exec (db, "DELETE FROM outbox", error);
}
