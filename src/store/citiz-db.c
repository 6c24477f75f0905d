/* Opening, settings, transactions. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-db.h"
#include "store/citiz-db-private.h"
#include "store/citiz-db-stmt-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MAX_VALUE     (16 * 1024 * 1024)              /* SQLITE_LIMIT_LENGTH */
#define MAX_HEAP      (G_GINT64_CONSTANT (512) << 20) /* SQLite gives up before the machine does */
#define SPACE_RESERVE (8u << 20)                      /* kept free, so that erasing still works */
#define LOG_PAGES     1000 /* from here on the log is folded into the file when there is time for it */
#define LOG_PAGES_MAX 2000 /* here with the commit that has come so far */
#define SQL_IN_ERROR  60   /* how much of a statement an error quotes */

struct _CitizDb
{
  gatomicrefcount refs;
  gchar *dir;
  sqlite3 *handle;
  int lock_fd;
  GHashTable *statements; /* SQL → GPtrArray of CitizStmt */
  guint depth;
  gboolean doomed; /* an inner part rolled back */
  guint64 rollbacks;
  gint log_pages;
};

static const gchar *vfs_name;

void
citiz_db_use_vfs (const gchar *name)
{
  vfs_name = name;
}

/* Our SQL is fixed: when SQLite finds no sense in it, the tables of the file are not ours any more. */
static CitizStoreError
code_of (int rc)
{
  static const struct
  {
    int rc;
    CitizStoreError code;
  } table[] = {
      {SQLITE_FULL, CITIZ_STORE_ERROR_FULL},         {SQLITE_READONLY, CITIZ_STORE_ERROR_READ_ONLY},
      {SQLITE_CORRUPT, CITIZ_STORE_ERROR_DAMAGED},   {SQLITE_NOTADB, CITIZ_STORE_ERROR_DAMAGED},
      {SQLITE_BUSY, CITIZ_STORE_ERROR_BUSY},         {SQLITE_LOCKED, CITIZ_STORE_ERROR_BUSY},
      {SQLITE_CONSTRAINT, CITIZ_STORE_ERROR_EXISTS}, {SQLITE_TOOBIG, CITIZ_STORE_ERROR_TOO_LARGE},
      {SQLITE_PERM, CITIZ_STORE_ERROR_READ_ONLY},    {SQLITE_ERROR, CITIZ_STORE_ERROR_DAMAGED},
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].rc == (rc & 0xff))
      return table[i].code;
  return CITIZ_STORE_ERROR_IO;
}

/* @doing is SQL text of ours: parameters are bound, so it holds nothing of the record. */
void
citiz_db_set_error (GError **error, int rc, sqlite3 *handle, const gchar *doing)
{
  g_set_error (error, CITIZ_STORE_ERROR, code_of (rc), "%s (%s) at: %.*s", sqlite3_errstr (rc),
               handle != NULL ? sqlite3_errmsg (handle) : "no handle", SQL_IN_ERROR, doing);
}

static gboolean
apply_settings (CitizDb *db, GError **error)
{
  static const gchar settings[] = "PRAGMA locking_mode = EXCLUSIVE;"
                                  "PRAGMA temp_store = MEMORY;"
                                  "PRAGMA secure_delete = ON;"
                                  "PRAGMA mmap_size = 0;"
                                  "PRAGMA cell_size_check = ON;"
                                  "PRAGMA trusted_schema = OFF;"
                                  "PRAGMA foreign_keys = ON;"
                                  "PRAGMA cache_size = -16384;";

  sqlite3_extended_result_codes (db->handle, 1);
  sqlite3_limit (db->handle, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit (db->handle, SQLITE_LIMIT_LENGTH, MAX_VALUE);
  sqlite3_db_config (db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_hard_heap_limit64 (MAX_HEAP);
  return citiz_db_exec (db, settings, error);
}

/* The application id must be in the file before anything else, and the journal mode last: while it is being made,
 * the header in the file itself is always whole. */
static gboolean
make_file (CitizDb *db, GError **error)
{
  g_autofree gchar *stamp = g_strdup_printf ("PRAGMA application_id = %d", CITIZ_DB_APPLICATION_ID);

  return citiz_db_exec (db, "PRAGMA synchronous = FULL", error) && citiz_db_exec (db, stamp, error);
}

static gboolean
use_wal (CitizDb *db, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (db, "PRAGMA journal_mode = WAL", &stmt, error)
      || !citiz_stmt_next (stmt, &row, error))
    return FALSE;
  if (!row || g_strcmp0 (citiz_stmt_text (stmt, 0), "wal") != 0)
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_IO, "The disk does not allow a log");
      return FALSE;
    }
  return citiz_db_exec (db, "PRAGMA synchronous = FULL", error);
}

static gboolean
check (CitizDb *db, const gchar *pragma, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (db, pragma, &stmt, error) || !citiz_stmt_next (stmt, &row, error))
    return FALSE;
  if (row && g_strcmp0 (citiz_stmt_text (stmt, 0), "ok") == 0)
    return TRUE;
  g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED,
               "The file's structure is damaged");
  return FALSE;
}

/**
 * citiz_db_check:
 *
 * SQLite's quick_check: every page is read.
 *
 * Returns: %FALSE with %CITIZ_STORE_ERROR_DAMAGED if the file's structure is not sound
 */
gboolean
citiz_db_check (CitizDb *db, GError **error)
{
  return check (db, "PRAGMA quick_check(1)", error);
}

/* The same, and whether each index says what its table says. */
gboolean
citiz_db_check_all (CitizDb *db, GError **error)
{
  return check (db, "PRAGMA integrity_check(1)", error);
}

/**
 * citiz_db_check_names:
 * @sql: gives a hash and bytes a row
 *
 * Returns: whether each hash is that of its bytes; %CITIZ_STORE_ERROR_DAMAGED
 */
gboolean
citiz_db_check_names (CitizDb *db,
                      const gchar *sql,
                      void (*hash) (CitizHash *out, const guint8 *bytes, gsize n),
                      GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (db, sql, &stmt, error))
    return FALSE;
  while (citiz_stmt_next (stmt, &row, error))
    {
      CitizHash said, own;
      const guint8 *bytes;
      gsize n;

      if (!row)
        return TRUE;
      bytes = citiz_stmt_view (stmt, 1, &n);
      hash (&own, bytes, n);
      if (citiz_stmt_hash (stmt, 0, &said) && citiz_hash_equal (&said, &own))
        continue;
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED,
                   "bytes are not those of their name (%s)", sql);
      return FALSE;
    }
  return FALSE;
}

/**
 * citiz_db_forget_journal:
 *
 * To be called after a transaction that erased: what is overwritten in the file would go on in the write-ahead log, and with it
 * share, link or wrapped key. Within a transaction it does nothing; what fails now is done at the next call, closing or opening.
 */
void
citiz_db_forget_journal (CitizDb *db)
{
  g_autoptr (GError) error = NULL;

  if (db->depth == 0 && !citiz_db_exec (db, "PRAGMA wal_checkpoint (TRUNCATE)", &error))
    g_debug ("the journal keeps its pages until the next checkpoint: %s", error->message);
}

static void
fold (CitizDb *db)
{
  if (sqlite3_wal_checkpoint_v2 (db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL)
      == SQLITE_OK)
    db->log_pages = 0;
}

static int
committed_cb (void *data, sqlite3 *handle, const char *name, int pages)
{
  CitizDb *db = data;

  db->log_pages = pages;
  if (pages >= LOG_PAGES_MAX)
    fold (db);
  return SQLITE_OK;
}

/**
 * citiz_db_use_pause:
 *
 * Folds the log into the file if that is soon due: for whoever would otherwise wait for something else than the disk. What fails now is done later.
 */
void
citiz_db_use_pause (CitizDb *db)
{
  if (db->depth == 0 && db->log_pages >= LOG_PAGES)
    fold (db);
}

/**
 * citiz_db_write_ahead:
 *
 * Writes what the open transaction has changed to the log, where it counts for nothing until the commit, which then has little left to write. For whoever
 * would otherwise wait for something else than the disk.
 */
gboolean
citiz_db_write_ahead (CitizDb *db, GError **error)
{
  const int rc = sqlite3_db_cacheflush (db->handle);

  if (rc == SQLITE_OK || rc == SQLITE_BUSY)
    return TRUE;
  citiz_db_set_error (error, rc, db->handle, "write ahead");
  return FALSE;
}

/* A log left behind means that the last process did not close: it died, or the power went. */
static gboolean
was_left_open (const gchar *path)
{
  g_autofree gchar *wal = g_strconcat (path, "-wal", NULL);
  GStatBuf info;

  return g_stat (wal, &info) == 0 && info.st_size > 0;
}

static void
rolled_back_cb (gpointer data)
{
  ((CitizDb *) data)->rollbacks++;
}

/**
 * citiz_db_stamp:
 *
 * Another number whenever something was written or taken back: while it is the same, what was read holds.
 */
guint64
citiz_db_stamp (CitizDb *db)
{
  return (guint64) sqlite3_total_changes64 (db->handle) + db->rollbacks;
}

static gboolean
open_handle (CitizDb *db, const gchar *path, gboolean exists, CitizDbFlags flags, GError **error)
{
  gboolean unclean = exists && was_left_open (path);
  int rc = sqlite3_open_v2 (
      path, &db->handle,
      SQLITE_OPEN_READWRITE | (exists ? 0 : SQLITE_OPEN_CREATE) | SQLITE_OPEN_NOMUTEX, vfs_name);

  if (rc != SQLITE_OK)
    {
      citiz_db_set_error (error, rc, db->handle, "open");
      return FALSE;
    }
  sqlite3_rollback_hook (db->handle, rolled_back_cb, db);
  sqlite3_wal_hook (db->handle, committed_cb, db);
  if (!apply_settings (db, error) || (!exists && !make_file (db, error)))
    return FALSE;
  if (exists && (!use_wal (db, error) || (unclean && !citiz_db_check (db, error))))
    return FALSE;
  if (!citiz_db_migrate (db, error))
    return FALSE;
  if (unclean) /* who died may have erased something just before */
    citiz_db_forget_journal (db);
  return exists || (flags & CITIZ_DB_UNNAMED) != 0 || use_wal (db, error);
}

/**
 * citiz_db_open_file:
 *
 * As citiz_db_open(), for a file of another name in the same folder and under the same lock.
 */
CitizDb *
citiz_db_open_file (const gchar *dir, const gchar *file, CitizDbFlags flags, GError **error)
{
  g_autoptr (CitizDb) db = g_new0 (CitizDb, 1);
  g_autofree gchar *path = g_build_filename (dir, file, NULL);
  gboolean exists;

  g_atomic_ref_count_init (&db->refs);
  db->lock_fd = -1;
  db->dir = g_strdup (dir);
  db->statements
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  if (!citiz_db_take_lock (dir, (flags & CITIZ_DB_CREATE) != 0, &db->lock_fd, error)
      || !citiz_db_peek_header (path, &exists, error))
    return NULL;
  if (!exists && (flags & CITIZ_DB_CREATE) == 0)
    {
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_EMPTY, "The file is empty");
      else
        g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND, "There is no file");
      return NULL;
    }
  if (!exists)
    {
      /* SQLite gives its log the rights of the file: make the file first, for its owner only. */
      int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
      if (fd >= 0)
        close (fd);
    }
  return open_handle (db, path, exists, flags, error) ? g_steal_pointer (&db) : NULL;
}

/**
 * citiz_db_open:
 * @dir: the vault's folder; made with rights 0700 if @flags say so
 *
 * Settings: security reference of the house (WAL, synchronous FULL, defensive, no mmap, temporary data in memory,
 * erased bytes overwritten). One process at a time: the lock dies with the process.
 *
 * Returns: (transfer full) (nullable): the database with all its tables; or %NULL with %CITIZ_STORE_ERROR_BUSY,
 *   _NOT_FOUND, _EMPTY, _NEWER, _DAMAGED, _READ_ONLY, _FULL or _IO
 */
CitizDb *
citiz_db_open (const gchar *dir, CitizDbFlags flags, GError **error)
{
  return citiz_db_open_file (dir, CITIZ_DB_FILE, flags, error);
}

CitizDb *
citiz_db_ref (CitizDb *db)
{
  g_atomic_ref_count_inc (&db->refs);
  return db;
}

/* The last one closes: the log is folded into the file and removed, then the lock is given back. */
void
citiz_db_unref (CitizDb *db)
{
  if (!g_atomic_ref_count_dec (&db->refs))
    return;
  if (db->depth > 0)
    sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
  g_hash_table_unref (db->statements);
  sqlite3_close_v2 (db->handle);
  if (db->lock_fd >= 0)
    close (db->lock_fd);
  g_free (db->dir);
  g_free (db);
}

/**
 * citiz_db_get_handle:
 *
 * Returns: (transfer none): SQLite's own connection, for what this interface does not offer
 */
sqlite3 *
citiz_db_get_handle (CitizDb *db)
{
  return db->handle;
}

guint
citiz_db_get_depth (CitizDb *db)
{
  return db->depth;
}

/* After a full disk SQLite may have rolled back by itself: what follows must not be written on its own. */
gboolean
citiz_db_check_alive (CitizDb *db, GError **error)
{
  if (db->depth == 0 || !sqlite3_get_autocommit (db->handle))
    return TRUE;
  g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_ROLLED_BACK,
               "The transaction has already failed");
  return FALSE;
}

/**
 * citiz_db_exec:
 * @sql: statements of ours, without parameters and without results to read
 */
gboolean
citiz_db_exec (CitizDb *db, const gchar *sql, GError **error)
{
  int rc;

  if (!citiz_db_check_alive (db, error))
    return FALSE;
  rc = sqlite3_exec (db->handle, sql, NULL, NULL, NULL);
  if (rc == SQLITE_OK)
    return TRUE;
  citiz_db_set_error (error, rc, db->handle, sql);
  return FALSE;
}

/**
 * citiz_db_prepare:
 * @sql: one statement, a literal of the program
 * @out: (out) (transfer full): give it back with citiz_stmt_done() or g_autoptr
 *
 * The same SQL may be lent several times at once: a walk may use it inside a walk.
 */
gboolean
citiz_db_prepare (CitizDb *db, const gchar *sql, CitizStmt **out, GError **error)
{
  GPtrArray *kept = g_hash_table_lookup (db->statements, sql);
  sqlite3_stmt *handle = NULL;
  int rc;

  for (guint i = 0; kept != NULL && i < kept->len; i++)
    {
      CitizStmt *stmt = g_ptr_array_index (kept, i);
      if (!stmt->lent)
        {
          stmt->lent = TRUE;
          *out = stmt;
          return TRUE;
        }
    }
  rc = sqlite3_prepare_v3 (db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);
  if (rc != SQLITE_OK)
    {
      citiz_db_set_error (error, rc, db->handle, sql);
      return FALSE;
    }
  if (kept == NULL)
    {
      kept = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_stmt_destroy);
      g_hash_table_insert (db->statements, g_strdup (sql), kept);
    }
  *out = citiz_stmt_new (db, handle);
  (*out)->lent = TRUE;
  g_ptr_array_add (kept, *out);
  return TRUE;
}

/* @sql: said so often that it is kept prepared */
static gboolean
run_kept (CitizDb *db, const gchar *sql, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  return citiz_db_prepare (db, sql, &stmt, error) && citiz_stmt_run (stmt, error);
}

gboolean
citiz_db_begin (CitizDb *db, GError **error)
{
  if (db->depth == 0)
    {
      if (!run_kept (db, "BEGIN IMMEDIATE", error))
        return FALSE;
      db->doomed = FALSE;
    }
  db->depth++;
  return TRUE;
}

/**
 * citiz_db_commit:
 *
 * The outermost one writes; the bytes are on the disk when it returns %TRUE. On %FALSE nothing of the transaction
 * is kept, and there is nothing to roll back any more.
 */
gboolean
citiz_db_commit (CitizDb *db, GError **error)
{
  g_return_val_if_fail (db->depth > 0, FALSE);
  if (--db->depth > 0)
    return TRUE;
  if (db->doomed || sqlite3_get_autocommit (db->handle))
    {
      sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_ROLLED_BACK,
                   "A part of the transaction was given up");
      return FALSE;
    }
  if (run_kept (db, "COMMIT", error))
    return TRUE;
  if (!sqlite3_get_autocommit (db->handle))
    sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

void
citiz_db_rollback (CitizDb *db)
{
  g_return_if_fail (db->depth > 0);
  db->doomed = TRUE;
  if (--db->depth == 0 && !sqlite3_get_autocommit (db->handle))
    sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
}

/**
 * citiz_db_ensure_space:
 * @bytes: about how much is to be written
 *
 * Asked before something long, so that a full disk is known at the start and not at the end.
 *
 * Returns: %FALSE with %CITIZ_STORE_ERROR_FULL if the disk has not that much left
 */
gboolean
citiz_db_ensure_space (CitizDb *db, guint64 bytes, GError **error)
{
  struct statvfs info;

  if (statvfs (db->dir, &info) != 0
      || (guint64) info.f_bavail * info.f_frsize >= bytes + SPACE_RESERVE)
    return TRUE;
  g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_FULL,
               "%" G_GUINT64_FORMAT " bytes are needed, the disk has less", bytes);
  return FALSE;
}
