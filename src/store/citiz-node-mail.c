/* A node's mail, and what waits for the ledger. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-node-store-private.h"

gboolean
citiz_node_store_put_mail (CitizDb *db, CitizMail *mail, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db,
                         "INSERT INTO node_mail (kind, grant_id, opening, time, tries, sealed)"
                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, mail->kind);
  citiz_stmt_bind_id (stmt, 2, &mail->grant);
  if (mail->has_opening)
    citiz_stmt_bind_hash (stmt, 3, &mail->opening);
  citiz_stmt_bind_int (stmt, 4, mail->time.ms);
  citiz_stmt_bind_int (stmt, 5, mail->tries);
  if (mail->sealed)
    citiz_stmt_bind_gbytes (stmt, 6, mail->sealed);
  if (!citiz_stmt_run (stmt, error))
    return FALSE;
  mail->row = sqlite3_last_insert_rowid (citiz_db_get_handle (db));
  return TRUE;
}

static CitizMail *
read_mail (CitizStmt *stmt)
{
  g_autoptr (CitizMail) mail = g_new0 (CitizMail, 1);

  mail->row = citiz_stmt_int (stmt, 0);
  mail->kind = (CitizMailKind) citiz_stmt_int (stmt, 1);
  mail->has_opening = !citiz_stmt_is_null (stmt, 3);
  mail->time.ms = citiz_stmt_int (stmt, 4);
  mail->tries = (guint) citiz_stmt_int (stmt, 5);
  if (!citiz_stmt_id (stmt, 2, &mail->grant)
      || (mail->has_opening && !citiz_stmt_hash (stmt, 3, &mail->opening)))
    return NULL;
  if (!citiz_stmt_is_null (stmt, 6))
    mail->sealed = citiz_stmt_bytes (stmt, 6);
  return g_steal_pointer (&mail);
}

static GPtrArray *
list_mail (CitizDb *db, const CitizId *grant, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_mail_free);
  gboolean row;

  if (!citiz_db_prepare (db,
                         "SELECT row, kind, grant_id, opening, time, tries, sealed FROM node_mail"
                         " WHERE ?1 IS NULL OR grant_id = ?1 ORDER BY row",
                         &stmt, error))
    return NULL;
  if (grant != NULL)
    citiz_stmt_bind_id (stmt, 1, grant);
  while (citiz_stmt_next (stmt, &row, error))
    {
      CitizMail *mail;

      if (!row)
        return g_steal_pointer (&list);
      mail = read_mail (stmt);
      if (mail)
        g_ptr_array_add (list, mail);
    }
  return NULL;
}

GPtrArray *
citiz_node_store_mail (CitizDb *db, GError **error)
{
  return list_mail (db, NULL, error);
}

GPtrArray *
citiz_node_store_mail_of (CitizDb *db, const CitizId *grant, GError **error)
{
  return list_mail (db, grant, error);
}

gboolean
citiz_node_store_drop_mail_of (CitizDb *db, const CitizId *grant, gint64 row, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "DELETE FROM node_mail WHERE grant_id = ?1 AND row <= ?2", &stmt,
                         error))
    return FALSE;
  citiz_stmt_bind_id (stmt, 1, grant);
  citiz_stmt_bind_int (stmt, 2, row);
  return citiz_stmt_run (stmt, error);
}

gboolean
citiz_node_store_drop_mail (CitizDb *db, gint64 row, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "DELETE FROM node_mail WHERE row = ?1", &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, row);
  return citiz_stmt_run (stmt, error);
}

gboolean
citiz_node_store_drop_old_mail (CitizDb *db, CitizTime before, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "DELETE FROM node_mail WHERE time < ?1", &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, before.ms);
  return citiz_stmt_run (stmt, error);
}

guint
citiz_node_store_count_mail (CitizDb *db, const CitizId *grant, CitizMailKind kind)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row = FALSE;

  if (!citiz_db_prepare (db, "SELECT COUNT (*) FROM node_mail WHERE grant_id = ?1 AND kind = ?2",
                         &stmt, NULL))
    return 0;
  citiz_stmt_bind_id (stmt, 1, grant);
  citiz_stmt_bind_int (stmt, 2, kind);
  return citiz_stmt_next (stmt, &row, NULL) && row ? (guint) citiz_stmt_int (stmt, 0) : 0;
}

/* What waits for a transaction to be final */

gboolean
citiz_node_store_put_waiting (CitizDb *db,
                              const CitizHash *opening,
                              const CitizId *grant,
                              GBytes *sealed,
                              CitizTime until,
                              GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (
          db, "INSERT INTO node_waiting (opening, grant_id, sealed, until) VALUES (?1, ?2, ?3, ?4)",
          &stmt, error))
    return FALSE;
  citiz_stmt_bind_hash (stmt, 1, opening);
  citiz_stmt_bind_id (stmt, 2, grant);
  citiz_stmt_bind_gbytes (stmt, 3, sealed);
  citiz_stmt_bind_int (stmt, 4, until.ms);
  return citiz_stmt_run (stmt, error);
}

/* The newest of the grant's: an older one's transaction may have been lost with the process it was in. */
gboolean
citiz_node_store_find_waiting (CitizDb *db,
                               const CitizId *grant,
                               CitizHash *out_opening,
                               GBytes **out_sealed,
                               GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  *out_sealed = NULL;
  if (!citiz_db_prepare (
          db, "SELECT opening, sealed FROM node_waiting WHERE grant_id = ?1 ORDER BY until DESC",
          &stmt, error))
    return FALSE;
  citiz_stmt_bind_id (stmt, 1, grant);
  if (!citiz_stmt_next (stmt, &row, error))
    return FALSE;
  if (row && !citiz_stmt_hash (stmt, 0, out_opening))
    return citiz_node_store_damaged (error);
  if (row)
    *out_sealed = citiz_stmt_bytes (stmt, 1);
  return TRUE;
}

GArray *
citiz_node_store_waiting (CitizDb *db, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (CitizHash));
  gboolean row;

  if (!citiz_db_prepare (db, "SELECT opening FROM node_waiting", &stmt, error))
    return NULL;
  while (citiz_stmt_next (stmt, &row, error))
    {
      CitizHash id;

      if (!row)
        return g_steal_pointer (&ids);
      if (citiz_stmt_hash (stmt, 0, &id))
        g_array_append_val (ids, id);
    }
  return NULL;
}

static CitizMail *
take_waiting (CitizDb *db, const CitizHash *opening, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (CitizMail) mail = g_new0 (CitizMail, 1);
  gboolean row;

  if (!citiz_db_prepare (db, "SELECT grant_id, sealed FROM node_waiting WHERE opening = ?1", &stmt,
                         error))
    return NULL;
  citiz_stmt_bind_hash (stmt, 1, opening);
  if (!citiz_stmt_next (stmt, &row, error) || !row || !citiz_stmt_id (stmt, 0, &mail->grant))
    return NULL;
  mail->kind = CITIZ_MAIL_OPENED;
  mail->has_opening = TRUE;
  mail->opening = *opening;
  mail->sealed = citiz_stmt_bytes (stmt, 1);
  return g_steal_pointer (&mail);
}

gboolean
citiz_node_store_settle (CitizDb *db,
                         const CitizHash *opening,
                         CitizTime time,
                         CitizMail **out_mail,
                         GError **error)
{
  g_autoptr (GError) own = NULL;
  g_autoptr (CitizMail) mail = take_waiting (db, opening, &own);

  *out_mail = NULL;
  if (own != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&own));
      return FALSE;
    }
  if (mail == NULL)
    return TRUE;
  mail->time = time;
  if (!citiz_db_begin (db, error))
    return FALSE;
  if (!citiz_node_store_put_mail (db, mail, error)
      || !citiz_node_store_drop_waiting (db, opening, error))
    {
      citiz_db_rollback (db);
      return FALSE;
    }
  if (!citiz_db_commit (db, error))
    return FALSE;
  *out_mail = g_steal_pointer (&mail);
  return TRUE;
}

gboolean
citiz_node_store_drop_waiting (CitizDb *db, const CitizHash *opening, GError **error)
{
  return citiz_node_store_run_with_hash (db, "DELETE FROM node_waiting WHERE opening = ?1", opening,
                                         error);
}

gboolean
citiz_node_store_drop_old_waiting (CitizDb *db, CitizTime now, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "DELETE FROM node_waiting WHERE until < ?1", &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, now.ms);
  return citiz_stmt_run (stmt, error);
}

gboolean
citiz_node_store_put_closing (CitizDb *db, const CitizId *grant, GError **error)
{
  return citiz_node_store_run_with_id (
      db, "INSERT OR IGNORE INTO node_closing (grant_id) VALUES (?1)", grant, error);
}

gboolean
citiz_node_store_drop_closing (CitizDb *db, const CitizId *grant, GError **error)
{
  return citiz_node_store_run_with_id (db, "DELETE FROM node_closing WHERE grant_id = ?1", grant,
                                       error);
}

GArray *
citiz_node_store_closing (CitizDb *db, GError **error)
{
  return citiz_node_store_list_ids (db, "SELECT grant_id FROM node_closing", error);
}

/* What was opened while the ledger stood still */

gboolean
citiz_node_store_put_stalled (CitizDb *db, const CitizNodeStalled *stalled, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db,
                         "INSERT INTO node_stalled (note, grant_id, use, a, capsule, time)"
                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_hash (stmt, 1, &stalled->note);
  citiz_stmt_bind_id (stmt, 2, &stalled->grant);
  citiz_stmt_bind_int (stmt, 3, stalled->use);
  citiz_stmt_bind_hash (stmt, 4, &stalled->a);
  citiz_stmt_bind_hash (stmt, 5, &stalled->capsule);
  citiz_stmt_bind_int (stmt, 6, stalled->time.ms);
  return citiz_stmt_run (stmt, error);
}

static gboolean
read_stalled (CitizStmt *stmt, CitizNodeStalled *out)
{
  out->use = (guint) citiz_stmt_int (stmt, 2);
  out->time.ms = citiz_stmt_int (stmt, 5);
  return citiz_stmt_hash (stmt, 0, &out->note) && citiz_stmt_id (stmt, 1, &out->grant)
         && citiz_stmt_hash (stmt, 3, &out->a) && citiz_stmt_hash (stmt, 4, &out->capsule);
}

GArray *
citiz_node_store_stalled (CitizDb *db, const CitizId *grant, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (CitizNodeStalled));
  gboolean row;

  if (!citiz_db_prepare (db,
                         "SELECT note, grant_id, use, a, capsule, time FROM node_stalled"
                         " WHERE ?1 IS NULL OR grant_id = ?1 ORDER BY grant_id, use",
                         &stmt, error))
    return NULL;
  if (grant != NULL)
    citiz_stmt_bind_id (stmt, 1, grant);
  while (citiz_stmt_next (stmt, &row, error))
    {
      CitizNodeStalled stalled;

      if (!row)
        return g_steal_pointer (&list);
      if (read_stalled (stmt, &stalled))
        g_array_append_val (list, stalled);
    }
  return NULL;
}

gboolean
citiz_node_store_drop_stalled (CitizDb *db, const CitizHash *note, GError **error)
{
  return citiz_node_store_run_with_hash (db, "DELETE FROM node_stalled WHERE note = ?1", note,
                                         error);
}

gboolean
citiz_node_store_drop_old_stalled (CitizDb *db, CitizTime before, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "DELETE FROM node_stalled WHERE time < ?1", &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, before.ms);
  return citiz_stmt_run (stmt, error);
}
