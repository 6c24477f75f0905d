/* One SQLite file that keeps its word: settings, transactions, migrations, statements. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"
#include "store/citiz-store-error.h"

#include <sqlite3.h>

G_BEGIN_DECLS

#define CITIZ_DB_FILE           "citiz.db"
#define CITIZ_DB_APPLICATION_ID 0x4374697a /* "Ctiz" */

typedef struct _CitizDb CitizDb;
typedef struct _CitizStmt CitizStmt;

typedef enum
{
  CITIZ_DB_NONE = 0,
  CITIZ_DB_CREATE = 1 << 0 /* make folder and file when they are missing */
} CitizDbFlags;

/* One database, one thread at a time, one process: the lock is held until the last unref. */
CitizDb *citiz_db_open (const gchar *dir,
                        CitizDbFlags flags,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizDb *citiz_db_ref (CitizDb *db);
void citiz_db_unref (CitizDb *db);
sqlite3 *citiz_db_get_handle (CitizDb *db);

/* Inner begin and commit join the outer ones; an inner rollback makes the outer commit fail, so that all or
 * nothing is written. Each begin is answered by exactly one commit or one rollback, also when commit fails. */
gboolean citiz_db_begin (CitizDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_db_commit (CitizDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_db_rollback (CitizDb *db);
void citiz_db_use_pause (CitizDb *db);
gboolean citiz_db_write_ahead (CitizDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint64 citiz_db_stamp (CitizDb *db);
guint citiz_db_get_depth (CitizDb *db);

gboolean citiz_db_exec (CitizDb *db, const gchar *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_db_ensure_space (CitizDb *db,
                                guint64 bytes,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_db_check (CitizDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_db_check_all (CitizDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_db_check_names (CitizDb *db,
                               const gchar *sql,
                               void (*hash) (CitizHash *out, const guint8 *bytes, gsize n),
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_db_forget_journal (CitizDb *db);

/* A prepared statement from the database's cache: g_autoptr (CitizStmt) gives it back. Parameters count from 1,
 * columns from 0. Bound bytes and text are copied. A bind that fails is reported by the next step. */
gboolean citiz_db_prepare (CitizDb *db, const gchar *sql, CitizStmt **out, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void citiz_stmt_done (CitizStmt *stmt);
void citiz_stmt_bind_int (CitizStmt *stmt, gint parameter, gint64 value);
void citiz_stmt_bind_text (CitizStmt *stmt, gint parameter, const gchar *text);
void citiz_stmt_bind_bytes (CitizStmt *stmt, gint parameter, const guint8 *bytes, gsize n);
void citiz_stmt_bind_view (CitizStmt *stmt, gint parameter, const guint8 *bytes, gsize n);
void citiz_stmt_bind_gbytes (CitizStmt *stmt, gint parameter, GBytes *bytes);
void citiz_stmt_bind_id (CitizStmt *stmt, gint parameter, const CitizId *id);
void citiz_stmt_bind_hash (CitizStmt *stmt, gint parameter, const CitizHash *hash);
gboolean citiz_stmt_run (CitizStmt *stmt, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_stmt_next (CitizStmt *stmt,
                          gboolean *out_row,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_stmt_reset (CitizStmt *stmt);
gint64 citiz_stmt_int (CitizStmt *stmt, gint column);
gboolean citiz_stmt_is_null (CitizStmt *stmt, gint column);
const gchar *citiz_stmt_text (CitizStmt *stmt, gint column);
const guint8 *citiz_stmt_view (CitizStmt *stmt, gint column, gsize *out_n);
GBytes *citiz_stmt_bytes (CitizStmt *stmt, gint column);
gboolean citiz_stmt_id (CitizStmt *stmt, gint column, CitizId *out) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_stmt_hash (CitizStmt *stmt, gint column, CitizHash *out) G_GNUC_WARN_UNUSED_RESULT;
sqlite3_stmt *citiz_stmt_get_handle (CitizStmt *stmt);

/* Rows of one table, many with one statement, which costs as much as a row: CITIZ_DB_INSERT ("INSERT INTO t (a, b) VALUES ", "(?, ?)", ""). */
#define CITIZ_DB_TOGETHER  16
#define CITIZ_DB_FOUR(row) row ", " row ", " row ", " row
#define CITIZ_DB_INSERT(head, row, tail)                                                           \
  {                                                                                                \
    head CITIZ_DB_FOUR (CITIZ_DB_FOUR (row)) tail, head row tail                                   \
  }
typedef struct
{
  const gchar *together;
  const gchar *one;
} CitizDbInsert;

/* Binds the @i-th row to parameters from @first on. */
typedef void (*CitizDbRow) (CitizStmt *stmt, gint first, gconstpointer rows, guint i);
gboolean citiz_db_insert (CitizDb *db,
                          const CitizDbInsert *insert,
                          guint n_columns,
                          CitizDbRow bind,
                          gconstpointer rows,
                          guint n,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizDb, citiz_db_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizStmt, citiz_stmt_done)

G_END_DECLS
