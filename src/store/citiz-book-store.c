/* Addresses of nodes as rows. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-book-store.h"

#include <string.h>

/**
 * citiz_book_store_put:
 *
 * In the place of what @node told before.
 */
gboolean
citiz_book_store_put (CitizDb *db,
                      const CitizPublicKey *node,
                      const gchar *url,
                      const gchar *operator_,
                      GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db,
                         "INSERT INTO node_book (node, url, operator) VALUES (?1, ?2, ?3) "
                         "ON CONFLICT (node) DO UPDATE SET url = ?2, operator = ?3",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_bytes (stmt, 1, node->b, sizeof node->b);
  citiz_stmt_bind_text (stmt, 2, url);
  citiz_stmt_bind_text (stmt, 3, operator_);
  return citiz_stmt_run (stmt, error);
}

gboolean
citiz_book_store_foreach (CitizDb *db, CitizBookFunc func, gpointer data, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "SELECT node, url, operator FROM node_book ORDER BY node", &stmt,
                         error))
    return FALSE;
  for (;;)
    {
      CitizPublicKey node;
      const guint8 *view;
      gboolean row;
      gsize n;

      if (!citiz_stmt_next (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      view = citiz_stmt_view (stmt, 0, &n);
      if (n != sizeof node.b)
        continue;
      memcpy (node.b, view, n);
      func (data, &node, citiz_stmt_text (stmt, 1), citiz_stmt_text (stmt, 2));
    }
}
