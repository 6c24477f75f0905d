/* What a node keeps of grants. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-node-store-private.h"

#include "crypto/citiz-hash.h"
#include "crypto/citiz-secret.h"

#include <string.h>

void
citiz_mail_free (CitizMail *mail)
{
  g_clear_pointer (&mail->sealed, g_bytes_unref);
  g_free (mail);
}

static gboolean
not_found (GError **error)
{
  g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND,
               "this node holds nothing of that name");
  return FALSE;
}

gboolean
citiz_node_store_damaged (GError **error)
{
  g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED,
               "a row of the node's tables has a wrong size");
  return FALSE;
}

static gboolean
put_blob (CitizDb *db, const CitizHash *hash, GBytes *bytes, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "INSERT OR REPLACE INTO node_blob (hash, bytes) VALUES (?1, ?2)",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_hash (stmt, 1, hash);
  citiz_stmt_bind_gbytes (stmt, 2, bytes);
  return citiz_stmt_run (stmt, error);
}

static gboolean
put_share_row (CitizDb *db, const CitizNodeShare *share, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (
          db,
          "INSERT INTO node_share (grant_id, place, share, salt, token_hash, proof_hash, tries, capsule, account)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
          &stmt, error))
    return FALSE;
  citiz_stmt_bind_id (stmt, 1, &share->grant);
  citiz_stmt_bind_int (stmt, 2, share->place);
  citiz_stmt_bind_bytes (stmt, 3, share->share, sizeof share->share);
  citiz_stmt_bind_bytes (stmt, 4, share->salt, sizeof share->salt);
  citiz_stmt_bind_hash (stmt, 5, &share->token_hash);
  if (share->has_passcode)
    citiz_stmt_bind_hash (stmt, 6, &share->proof_hash);
  citiz_stmt_bind_int (stmt, 7, share->tries);
  citiz_stmt_bind_hash (stmt, 8, &share->capsule);
  if (share->has_account)
    citiz_stmt_bind_hash (stmt, 9, &share->account);
  return citiz_stmt_run (stmt, error);
}

gboolean
citiz_node_store_put_share (CitizDb *db,
                            const CitizNodeShare *share,
                            GBytes *capsule,
                            GError **error)
{
  if (!citiz_db_begin (db, error))
    return FALSE;
  if (put_blob (db, &share->capsule, capsule, error) && put_share_row (db, share, error))
    return citiz_db_commit (db, error);
  citiz_db_rollback (db);
  return FALSE;
}

gboolean
citiz_node_store_run_with_id (CitizDb *db, const gchar *sql, const CitizId *id, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, sql, &stmt, error))
    return FALSE;
  citiz_stmt_bind_id (stmt, 1, id);
  return citiz_stmt_run (stmt, error);
}

gboolean
citiz_node_store_run_with_hash (CitizDb *db,
                                const gchar *sql,
                                const CitizHash *hash,
                                GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, sql, &stmt, error))
    return FALSE;
  citiz_stmt_bind_hash (stmt, 1, hash);
  return citiz_stmt_run (stmt, error);
}

#define DELETE_CAPSULE                                                                             \
  "DELETE FROM node_blob WHERE hash IN (SELECT capsule FROM node_share WHERE grant_id = ?1)"

static gboolean
renew_share_row (CitizDb *db, const CitizNodeShare *share, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (db,
                         "UPDATE node_share SET place = ?2, share = ?3, salt = ?4, capsule = ?5"
                         " WHERE grant_id = ?1 RETURNING place",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_id (stmt, 1, &share->grant);
  citiz_stmt_bind_int (stmt, 2, share->place);
  citiz_stmt_bind_bytes (stmt, 3, share->share, sizeof share->share);
  citiz_stmt_bind_bytes (stmt, 4, share->salt, sizeof share->salt);
  citiz_stmt_bind_hash (stmt, 5, &share->capsule);
  if (!citiz_stmt_next (stmt, &row, error))
    return FALSE;
  return row ? citiz_stmt_run (stmt, error) : not_found (error);
}

gboolean
citiz_node_store_renew_share (CitizDb *db,
                              const CitizNodeShare *share,
                              GBytes *capsule,
                              GError **error)
{
  if (!citiz_db_begin (db, error))
    return FALSE;
  if (citiz_node_store_run_with_id (db, DELETE_CAPSULE, &share->grant, error)
      && put_blob (db, &share->capsule, capsule, error) && renew_share_row (db, share, error))
    return citiz_db_commit (db, error);
  citiz_db_rollback (db);
  return FALSE;
}

gboolean
citiz_node_store_put_revoked (CitizDb *db, const CitizId *grant, GBytes *tx, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "UPDATE node_share SET revoked = ?2 WHERE grant_id = ?1", &stmt,
                         error))
    return FALSE;
  citiz_stmt_bind_id (stmt, 1, grant);
  citiz_stmt_bind_gbytes (stmt, 2, tx);
  return citiz_stmt_run (stmt, error);
}

GBytes *
citiz_node_store_get_revoked (CitizDb *db, const CitizId *grant)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (
          db, "SELECT revoked FROM node_share WHERE grant_id = ?1 AND revoked IS NOT NULL", &stmt,
          NULL))
    return NULL;
  citiz_stmt_bind_id (stmt, 1, grant);
  if (!citiz_stmt_next (stmt, &row, NULL) || !row)
    return NULL;
  return citiz_stmt_bytes (stmt, 0);
}

gboolean
citiz_node_store_count_account (CitizDb *db,
                                const CitizHash *account,
                                guint *out_grants,
                                guint64 *out_bytes,
                                GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  *out_grants = 0;
  *out_bytes = 0;
  if (!citiz_db_prepare (db,
                         "SELECT COUNT (*), COALESCE (SUM (length (b.bytes)), 0) FROM node_share s"
                         " JOIN node_blob b ON b.hash = s.capsule WHERE s.account = ?1",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_hash (stmt, 1, account);
  if (!citiz_stmt_next (stmt, &row, error))
    return FALSE;
  *out_grants = (guint) citiz_stmt_int (stmt, 0);
  *out_bytes = (guint64) citiz_stmt_int (stmt, 1);
  return TRUE;
}

static gboolean
read_bytes (CitizStmt *stmt, gint column, guint8 *out, gsize n)
{
  gsize got;
  const guint8 *bytes = citiz_stmt_view (stmt, column, &got);

  if (bytes == NULL || got != n)
    return FALSE;
  memcpy (out, bytes, n);
  return TRUE;
}

gboolean
citiz_node_store_get_share (CitizDb *db, const CitizId *grant, CitizNodeShare *out, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (
          db,
          "SELECT place, share, salt, token_hash, proof_hash, tries, capsule FROM node_share"
          " WHERE grant_id = ?1",
          &stmt, error))
    return FALSE;
  citiz_stmt_bind_id (stmt, 1, grant);
  if (!citiz_stmt_next (stmt, &row, error))
    return FALSE;
  if (!row)
    return not_found (error);
  out->grant = *grant;
  out->place = (guint8) citiz_stmt_int (stmt, 0);
  out->has_passcode = !citiz_stmt_is_null (stmt, 4);
  out->tries = (guint) citiz_stmt_int (stmt, 5);
  if (!read_bytes (stmt, 1, out->share, sizeof out->share)
      || !read_bytes (stmt, 2, out->salt, sizeof out->salt)
      || !citiz_stmt_hash (stmt, 3, &out->token_hash)
      || (out->has_passcode && !citiz_stmt_hash (stmt, 4, &out->proof_hash))
      || !citiz_stmt_hash (stmt, 6, &out->capsule))
    return citiz_node_store_damaged (error);
  return TRUE;
}

GArray *
citiz_node_store_list_ids (CitizDb *db, const gchar *sql, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (CitizId));
  gboolean row;

  if (!citiz_db_prepare (db, sql, &stmt, error))
    return NULL;
  while (citiz_stmt_next (stmt, &row, error))
    {
      CitizId id;

      if (!row)
        return g_steal_pointer (&ids);
      if (citiz_stmt_id (stmt, 0, &id))
        g_array_append_val (ids, id);
    }
  return NULL;
}

GArray *
citiz_node_store_grants (CitizDb *db, GError **error)
{
  return citiz_node_store_list_ids (db, "SELECT grant_id FROM node_share ORDER BY grant_id", error);
}

GBytes *
citiz_node_store_get_blob (CitizDb *db, const CitizHash *hash, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (db, "SELECT bytes FROM node_blob WHERE hash = ?1", &stmt, error))
    return NULL;
  citiz_stmt_bind_hash (stmt, 1, hash);
  if (!citiz_stmt_next (stmt, &row, error))
    return NULL;
  if (!row)
    {
      not_found (error);
      return NULL;
    }
  return citiz_stmt_bytes (stmt, 0);
}

/* Whether each capsule has the hash it is kept under. */
gboolean
citiz_node_store_check_blobs (CitizDb *db, GError **error)
{
  return citiz_db_check_names (db, "SELECT hash, bytes FROM node_blob", citiz_sha256, error);
}

gboolean
citiz_node_store_take_passcode_try (CitizDb *db,
                                    const CitizId *grant,
                                    gboolean *out_had,
                                    guint *out_left,
                                    GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  *out_left = 0;
  if (!citiz_db_prepare (
          db,
          "UPDATE node_share SET tries = tries - 1 WHERE grant_id = ?1 AND tries > 0 RETURNING tries",
          &stmt, error))
    return FALSE;
  citiz_stmt_bind_id (stmt, 1, grant);
  if (!citiz_stmt_next (stmt, out_had, error))
    return FALSE;
  if (!*out_had)
    return TRUE;
  *out_left = (guint) citiz_stmt_int (stmt, 0);
  return citiz_stmt_run (stmt, error);
}

gboolean
citiz_node_store_return_passcode_try (CitizDb *db, const CitizId *grant, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "UPDATE node_share SET tries = tries + 1 WHERE grant_id = ?1", &stmt,
                         error))
    return FALSE;
  citiz_stmt_bind_id (stmt, 1, grant);
  return citiz_stmt_run (stmt, error);
}

gboolean
citiz_node_store_put_code (CitizDb *db,
                           const gchar *locator,
                           const CitizId *grant,
                           const CitizHash *proof_hash,
                           GBytes *blob,
                           guint tries,
                           GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean ok;

  if (!citiz_db_begin (db, error))
    return FALSE;
  ok = citiz_node_store_run_with_id (db, "DELETE FROM node_code WHERE grant_id = ?1", grant, error)
       && citiz_db_prepare (
           db,
           "INSERT INTO node_code (locator, grant_id, proof_hash, blob, tries) VALUES (?1, ?2, ?3, ?4, ?5)",
           &stmt, error);
  if (ok)
    {
      citiz_stmt_bind_text (stmt, 1, locator);
      citiz_stmt_bind_id (stmt, 2, grant);
      citiz_stmt_bind_hash (stmt, 3, proof_hash);
      citiz_stmt_bind_gbytes (stmt, 4, blob);
      citiz_stmt_bind_int (stmt, 5, tries);
      ok = citiz_stmt_run (stmt, error);
    }
  if (ok)
    return citiz_db_commit (db, error);
  citiz_db_rollback (db);
  return FALSE;
}

gboolean
citiz_node_store_find_code (CitizDb *db,
                            const gchar *locator,
                            gboolean *out_found,
                            CitizId *out_grant,
                            GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "SELECT grant_id FROM node_code WHERE locator = ?1", &stmt, error))
    return FALSE;
  citiz_stmt_bind_text (stmt, 1, locator);
  if (!citiz_stmt_next (stmt, out_found, error))
    return FALSE;
  if (*out_found && !citiz_stmt_id (stmt, 0, out_grant))
    return citiz_node_store_damaged (error);
  return TRUE;
}

gboolean
citiz_node_store_take_code_try (CitizDb *db,
                                const gchar *locator,
                                gboolean *out_had,
                                guint *out_left,
                                CitizHash *out_proof_hash,
                                GBytes **out_blob,
                                GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  *out_left = 0;
  *out_blob = NULL;
  if (!citiz_db_prepare (db,
                         "UPDATE node_code SET tries = tries - 1 WHERE locator = ?1 AND tries > 0"
                         " RETURNING tries, proof_hash, blob",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_text (stmt, 1, locator);
  if (!citiz_stmt_next (stmt, out_had, error))
    return FALSE;
  if (!*out_had)
    return TRUE;
  *out_left = (guint) citiz_stmt_int (stmt, 0);
  if (!citiz_stmt_hash (stmt, 1, out_proof_hash))
    return citiz_node_store_damaged (error);
  *out_blob = citiz_stmt_bytes (stmt, 2);
  return citiz_stmt_run (stmt, error);
}

/* A right code costs no try: given back in the transaction that took it. */
gboolean
citiz_node_store_return_code_try (CitizDb *db, const gchar *locator, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "UPDATE node_code SET tries = tries + 1 WHERE locator = ?1", &stmt,
                         error))
    return FALSE;
  citiz_stmt_bind_text (stmt, 1, locator);
  return citiz_stmt_run (stmt, error);
}

gboolean
citiz_node_store_blank_code (CitizDb *db, const gchar *locator, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (db, "UPDATE node_code SET blob = NULL, tries = 0 WHERE locator = ?1",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_text (stmt, 1, locator);
  return citiz_stmt_run (stmt, error);
}

/* The database overwrites what it deletes (secure_delete), see citiz-db.c. */
gboolean
citiz_node_store_erase (CitizDb *db, const CitizId *grant, GError **error)
{
  static const gchar *const steps[] = {
      DELETE_CAPSULE,
      "DELETE FROM node_share WHERE grant_id = ?1",
      "DELETE FROM node_code WHERE grant_id = ?1",
  };

  if (!citiz_db_begin (db, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (!citiz_node_store_run_with_id (db, steps[i], grant, error))
      {
        citiz_db_rollback (db);
        return FALSE;
      }
  return citiz_db_commit (db, error);
}
