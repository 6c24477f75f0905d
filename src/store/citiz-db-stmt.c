/* Prepared statements, kept and lent. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-db-private.h"
#include "store/citiz-db-stmt-private.h"

#include <string.h>

CitizStmt *
citiz_stmt_new (CitizDb *db, sqlite3_stmt *handle)
{
  CitizStmt *stmt = g_new0 (CitizStmt, 1);

  stmt->db = db;
  stmt->handle = handle;
  return stmt;
}

void
citiz_stmt_destroy (CitizStmt *stmt)
{
  sqlite3_finalize (stmt->handle);
  g_free (stmt);
}

/**
 * citiz_stmt_done:
 * @stmt: (nullable): given back to its database's cache, results and parameters forgotten
 */
void
citiz_stmt_done (CitizStmt *stmt)
{
  if (stmt == NULL)
    return;
  sqlite3_reset (stmt->handle);
  sqlite3_clear_bindings (stmt->handle);
  stmt->rc = SQLITE_OK;
  stmt->lent = FALSE;
}

/**
 * citiz_stmt_reset:
 *
 * Readies the statement for another run; what is bound stays.
 */
void
citiz_stmt_reset (CitizStmt *stmt)
{
  sqlite3_reset (stmt->handle);
}

static void
note (CitizStmt *stmt, int rc)
{
  if (stmt->rc == SQLITE_OK)
    stmt->rc = rc;
}

void
citiz_stmt_bind_int (CitizStmt *stmt, gint parameter, gint64 value)
{
  note (stmt, sqlite3_bind_int64 (stmt->handle, parameter, value));
}

/**
 * citiz_stmt_bind_text:
 * @text: (nullable): UTF-8; %NULL binds NULL
 */
void
citiz_stmt_bind_text (CitizStmt *stmt, gint parameter, const gchar *text)
{
  note (stmt, sqlite3_bind_text (stmt->handle, parameter, text, -1, SQLITE_TRANSIENT));
}

void
citiz_stmt_bind_bytes (CitizStmt *stmt, gint parameter, const guint8 *bytes, gsize n)
{
  note (stmt, n > 0 ? sqlite3_bind_blob64 (stmt->handle, parameter, bytes, n, SQLITE_TRANSIENT)
                    : sqlite3_bind_zeroblob (stmt->handle, parameter, 0));
}

/**
 * citiz_stmt_bind_view:
 * @bytes: (transfer none): not copied: they stay as they are until the statement has run
 */
void
citiz_stmt_bind_view (CitizStmt *stmt, gint parameter, const guint8 *bytes, gsize n)
{
  note (stmt, n > 0 ? sqlite3_bind_blob64 (stmt->handle, parameter, bytes, n, SQLITE_STATIC)
                    : sqlite3_bind_zeroblob (stmt->handle, parameter, 0));
}

void
citiz_stmt_bind_gbytes (CitizStmt *stmt, gint parameter, GBytes *bytes)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);

  citiz_stmt_bind_bytes (stmt, parameter, data, n);
}

void
citiz_stmt_bind_id (CitizStmt *stmt, gint parameter, const CitizId *id)
{
  citiz_stmt_bind_bytes (stmt, parameter, id->b, sizeof id->b);
}

void
citiz_stmt_bind_hash (CitizStmt *stmt, gint parameter, const CitizHash *hash)
{
  citiz_stmt_bind_bytes (stmt, parameter, hash->b, sizeof hash->b);
}

/**
 * citiz_stmt_next:
 * @out_row: (out): whether there is a row to read
 *
 * Returns: %FALSE if the database refused
 */
gboolean
citiz_stmt_next (CitizStmt *stmt, gboolean *out_row, GError **error)
{
  int rc;

  *out_row = FALSE;
  if (!citiz_db_check_alive (stmt->db, error))
    return FALSE;
  rc = stmt->rc != SQLITE_OK ? stmt->rc : sqlite3_step (stmt->handle);
  *out_row = rc == SQLITE_ROW;
  if (rc == SQLITE_ROW || rc == SQLITE_DONE)
    return TRUE;
  citiz_db_set_error (error, rc, citiz_db_get_handle (stmt->db), sqlite3_sql (stmt->handle));
  return FALSE;
}

/**
 * citiz_stmt_run:
 *
 * Runs a statement that gives no rows, and readies it for another run.
 */
gboolean
citiz_stmt_run (CitizStmt *stmt, GError **error)
{
  gboolean row, good = citiz_stmt_next (stmt, &row, error);

  sqlite3_reset (stmt->handle);
  return good;
}

/* From row @at on, @n with a statement, as long as there are so many. Returns: %FALSE if the database refused; @at: the first that is left */
static gboolean
insert_by (CitizDb *db,
           const gchar *sql,
           guint n,
           guint n_columns,
           CitizDbRow bind,
           gconstpointer rows,
           guint end,
           guint *at,
           GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (end - *at < n)
    return TRUE;
  if (!citiz_db_prepare (db, sql, &stmt, error))
    return FALSE;
  for (; end - *at >= n; *at += n)
    {
      for (guint i = 0; i < n; i++)
        bind (stmt, (gint) (1 + i * n_columns), rows, *at + i);
      if (!citiz_stmt_run (stmt, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * citiz_db_insert:
 * @bind: called for each of @n rows, in their order; what it binds stays until this returns
 *
 * In the transaction that is open.
 */
gboolean
citiz_db_insert (CitizDb *db,
                 const CitizDbInsert *insert,
                 guint n_columns,
                 CitizDbRow bind,
                 gconstpointer rows,
                 guint n,
                 GError **error)
{
  guint at = 0;

  return insert_by (db, insert->together, CITIZ_DB_TOGETHER, n_columns, bind, rows, n, &at, error)
         && insert_by (db, insert->one, 1, n_columns, bind, rows, n, &at, error);
}

gint64
citiz_stmt_int (CitizStmt *stmt, gint column)
{
  return sqlite3_column_int64 (stmt->handle, column);
}

gboolean
citiz_stmt_is_null (CitizStmt *stmt, gint column)
{
  return sqlite3_column_type (stmt->handle, column) == SQLITE_NULL;
}

/**
 * citiz_stmt_text:
 *
 * Returns: (transfer none) (nullable): valid until the statement moves on
 */
const gchar *
citiz_stmt_text (CitizStmt *stmt, gint column)
{
  return (const gchar *) sqlite3_column_text (stmt->handle, column);
}

/**
 * citiz_stmt_view:
 *
 * Returns: (transfer none): the bytes in place, valid until the statement moves on; never %NULL
 */
const guint8 *
citiz_stmt_view (CitizStmt *stmt, gint column, gsize *out_n)
{
  const guint8 *bytes = sqlite3_column_blob (stmt->handle, column);

  *out_n = (gsize) sqlite3_column_bytes (stmt->handle, column);
  return bytes != NULL ? bytes : (const guint8 *) "";
}

/**
 * citiz_stmt_bytes:
 *
 * Returns: (transfer full): a copy
 */
GBytes *
citiz_stmt_bytes (CitizStmt *stmt, gint column)
{
  gsize n;
  const guint8 *bytes = citiz_stmt_view (stmt, column, &n);

  return g_bytes_new (bytes, n);
}

static gboolean
take_exactly (CitizStmt *stmt, gint column, guint8 *out, gsize size)
{
  gsize n;
  const guint8 *bytes = citiz_stmt_view (stmt, column, &n);

  if (n != size)
    return FALSE;
  memcpy (out, bytes, n);
  return TRUE;
}

/**
 * citiz_stmt_id:
 *
 * Returns: %FALSE if the column does not hold 16 bytes
 */
gboolean
citiz_stmt_id (CitizStmt *stmt, gint column, CitizId *out)
{
  return take_exactly (stmt, column, out->b, sizeof out->b);
}

gboolean
citiz_stmt_hash (CitizStmt *stmt, gint column, CitizHash *out)
{
  return take_exactly (stmt, column, out->b, sizeof out->b);
}

/**
 * citiz_stmt_get_handle:
 *
 * Returns: (transfer none): SQLite's own statement
 */
sqlite3_stmt *
citiz_stmt_get_handle (CitizStmt *stmt)
{
  return stmt->handle;
}
