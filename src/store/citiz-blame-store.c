/* Contradictions as rows. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-blame-store.h"

static gboolean
run (CitizDb *db, const gchar *sql, const CitizEvidence *evidence, GError **error)
{
  g_autoptr (GBytes) bytes = citiz_evidence_encode (evidence);
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, sql, &stmt, error))
    return FALSE;
  citiz_stmt_bind_gbytes (stmt, 1, bytes);
  return citiz_stmt_run (stmt, error);
}

gboolean
citiz_blame_store_put (CitizDb *db, const CitizEvidence *evidence, GError **error)
{
  return run (db, "INSERT OR IGNORE INTO node_blame (evidence) VALUES (?1)", evidence, error);
}

gboolean
citiz_blame_store_drop (CitizDb *db, const CitizEvidence *evidence, GError **error)
{
  return run (db, "DELETE FROM node_blame WHERE evidence = ?1", evidence, error);
}

/**
 * citiz_blame_store_list:
 *
 * Returns: (transfer full) (nullable) (element-type CitizEvidence): what cannot be read is left out
 */
GArray *
citiz_blame_store_list (CitizDb *db, GError **error)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (CitizEvidence));
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (db, "SELECT evidence FROM node_blame ORDER BY evidence", &stmt, error))
    return NULL;
  for (;;)
    {
      CitizEvidence evidence;
      const guint8 *view;
      gsize n;

      if (!citiz_stmt_next (stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&list);
      view = citiz_stmt_view (stmt, 0, &n);
      if (citiz_evidence_decode (view, n, &evidence, NULL))
        g_array_append_val (list, evidence);
    }
}
