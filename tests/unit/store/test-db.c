/* The database: settings in force, transactions, statements, files that are not ours. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-db-private.h"

#include <glib/gstdio.h>
#include <string.h>

static gchar *dir;

static gchar *
file_path (void)
{
  return g_build_filename (dir, CITIZ_DB_FILE, NULL);
}

static CitizDb *
open_db (CitizDbFlags flags)
{
  g_autoptr (GError) error = NULL;
  CitizDb *db = citiz_db_open (dir, flags, &error);

  g_assert_no_error (error);
  return db;
}

static void
refuse (CitizStoreError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (citiz_db_open (dir, CITIZ_DB_NONE, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, (gint) code);
}

static void
test_settings (void)
{
  static const struct
  {
    const gchar *pragma, *value;
  } table[] = {
      {"PRAGMA journal_mode", "wal"},  {"PRAGMA synchronous", "2"},
      {"PRAGMA temp_store", "2"},      {"PRAGMA secure_delete", "1"},
      {"PRAGMA cell_size_check", "1"}, {"PRAGMA trusted_schema", "0"},
      {"PRAGMA foreign_keys", "1"},    {"PRAGMA locking_mode", "exclusive"},
  };

  for (guint again = 0; again < 2; again++)
    {
      g_autoptr (CitizDb) db = open_db (CITIZ_DB_CREATE);
      g_autoptr (GError) error = NULL;
      for (guint i = 0; i < G_N_ELEMENTS (table); i++)
        {
          g_autoptr (CitizStmt) stmt = NULL;
          gboolean row;
          g_assert_true (citiz_db_prepare (db, table[i].pragma, &stmt, &error));
          g_assert_true (citiz_stmt_next (stmt, &row, &error) && row);
          g_assert_cmpstr (citiz_stmt_text (stmt, 0), ==, table[i].value);
        }
      g_assert_false (citiz_db_exec (db, "ATTACH ':memory:' AS other", &error));
      g_clear_error (&error);
      g_assert_false (citiz_db_exec (db,
                                     "PRAGMA writable_schema = ON;"
                                     "UPDATE sqlite_schema SET sql = ''",
                                     &error));
      g_clear_error (&error);
      g_assert_cmpint (sqlite3_limit (citiz_db_get_handle (db), SQLITE_LIMIT_LENGTH, -1), ==,
                       16 * 1024 * 1024);
      g_assert_true (citiz_db_check (db, &error));
    }
}

static void
test_statements (void)
{
  g_autoptr (CitizDb) db = open_db (CITIZ_DB_CREATE);
  g_autoptr (GError) error = NULL;
  CitizHash hash = {{1, 2, 3}}, read;
  CitizId id;
  gboolean row;

  g_assert_true (citiz_db_exec (db, "CREATE TABLE t (a INTEGER, b BLOB, c TEXT) STRICT", &error));
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (CitizStmt) stmt = NULL;
      g_assert_true (citiz_db_prepare (db, "INSERT INTO t VALUES (?1, ?2, ?3)", &stmt, &error));
      citiz_stmt_bind_int (stmt, 1, i);
      citiz_stmt_bind_hash (stmt, 2, &hash);
      citiz_stmt_bind_text (stmt, 3, i == 0 ? NULL : "é");
      g_assert_true (citiz_stmt_run (stmt, &error));
    }
  {
    g_autoptr (CitizStmt) one = NULL, two = NULL;
    g_assert_true (citiz_db_prepare (db, "SELECT a, b, c FROM t ORDER BY a", &one, &error));
    g_assert_true (citiz_db_prepare (db, "SELECT a, b, c FROM t ORDER BY a", &two, &error));
    g_assert_true (one != two); /* lent twice at once */
    g_assert_true (citiz_stmt_next (one, &row, &error) && row);
    g_assert_true (citiz_stmt_is_null (one, 2));
    g_assert_true (citiz_stmt_hash (one, 1, &read) && citiz_hash_equal (&hash, &read));
    g_assert_false (citiz_stmt_id (one, 1, &id));
    g_assert_true (citiz_stmt_next (two, &row, &error) && row);
    g_assert_true (citiz_stmt_next (one, &row, &error) && row);
    g_assert_cmpint (citiz_stmt_int (one, 0), ==, 1);
    g_assert_cmpint (citiz_stmt_int (two, 0), ==, 0);
    g_assert_cmpstr (citiz_stmt_text (one, 2), ==, "é");
  }
  {
    g_autoptr (CitizStmt) stmt = NULL;
    g_assert_true (citiz_db_prepare (db, "SELECT a FROM t WHERE a = ?1", &stmt, &error));
    citiz_stmt_bind_int (stmt, 2, 1); /* no such parameter */
    g_assert_false (citiz_stmt_next (stmt, &row, &error));
    g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_IO);
  }
}

static void
bind_number (CitizStmt *stmt, gint first, gconstpointer numbers, guint i)
{
  citiz_stmt_bind_int (stmt, first, ((const gint64 *) numbers)[i]);
  citiz_stmt_bind_int (stmt, first + 1, i);
}

static gint64
sum (CitizDb *db, const gchar *sql)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  g_assert_true (citiz_db_prepare (db, sql, &stmt, NULL) && citiz_stmt_next (stmt, &row, NULL));
  return citiz_stmt_int (stmt, 0);
}

/* However many there are, each is written once and as it is; one that is refused refuses all. */
static void
test_rows (void)
{
  static const CitizDbInsert insert
      = CITIZ_DB_INSERT ("INSERT INTO t (a, b) VALUES ", "(?, ?)", "");
  static const guint counts[] = {0,
                                 1,
                                 CITIZ_DB_TOGETHER - 1,
                                 CITIZ_DB_TOGETHER,
                                 CITIZ_DB_TOGETHER + 1,
                                 3 * CITIZ_DB_TOGETHER + 2};
  g_autoptr (CitizDb) db = open_db (CITIZ_DB_CREATE);
  g_autoptr (GError) error = NULL;
  gint64 numbers[3 * CITIZ_DB_TOGETHER + 2];

  g_assert_true (
      citiz_db_exec (db, "CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER) STRICT", &error));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    numbers[i] = 1000 + i;
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_assert_true (citiz_db_begin (db, &error));
      g_assert_true (citiz_db_insert (db, &insert, 2, bind_number, numbers, counts[i], &error));
      g_assert_true (citiz_db_commit (db, &error));
      g_assert_cmpint (sum (db, "SELECT count (*) FROM t WHERE a = 1000 + b"), ==, counts[i]);
      g_assert_cmpint (sum (db, "SELECT coalesce (max (b) + 1, 0) FROM t"), ==, counts[i]);
      g_assert_true (citiz_db_exec (db, "DELETE FROM t", &error));
    }
  numbers[G_N_ELEMENTS (numbers) - 1] = numbers[CITIZ_DB_TOGETHER + 1];
  g_assert_true (citiz_db_begin (db, &error));
  g_assert_false (
      citiz_db_insert (db, &insert, 2, bind_number, numbers, G_N_ELEMENTS (numbers), &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_EXISTS);
  citiz_db_rollback (db);
  g_assert_cmpint (sum (db, "SELECT count (*) FROM t"), ==, 0);
}

static void
test_foreign_files (void)
{
  g_autofree gchar *path = file_path ();
  g_autofree gchar *bytes = NULL;
  gsize n;

  refuse (CITIZ_STORE_ERROR_NOT_FOUND);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  refuse (CITIZ_STORE_ERROR_EMPTY);
  g_assert_true (g_file_set_contents (path, "not a database at all, but some text", -1, NULL));
  refuse (CITIZ_STORE_ERROR_DAMAGED);
  g_unlink (path);
  citiz_db_unref (open_db (CITIZ_DB_CREATE));
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  bytes[63] = 100; /* user_version */
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
  refuse (CITIZ_STORE_ERROR_NEWER);
  bytes[63] = 0;
  bytes[68] = 'x'; /* application_id */
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
  refuse (CITIZ_STORE_ERROR_DAMAGED);
  g_assert_true (g_file_set_contents (path, bytes, 50, NULL));
  refuse (CITIZ_STORE_ERROR_DAMAGED);
}

/* The version is believed before anything is touched: a later program's file keeps every byte. */
static void
test_newer_is_untouched (void)
{
  g_autofree gchar *path = file_path (), *before = NULL, *after = NULL;
  gsize n, m;

  {
    g_autoptr (CitizDb) db = open_db (CITIZ_DB_CREATE);
    g_autoptr (GError) error = NULL;
    g_assert_true (citiz_db_exec (db, "PRAGMA user_version = 1000", &error));
  }
  g_assert_true (g_file_get_contents (path, &before, &n, NULL));
  refuse (CITIZ_STORE_ERROR_NEWER);
  g_assert_true (g_file_get_contents (path, &after, &m, NULL));
  g_assert_cmpmem (before, n, after, m);
}

static void
test_one_process (void)
{
  g_autoptr (CitizDb) db = open_db (CITIZ_DB_CREATE);
  g_autoptr (CitizDb) second = NULL;

  refuse (CITIZ_STORE_ERROR_BUSY);
  second = citiz_db_ref (db);
  g_clear_pointer (&db, citiz_db_unref);
  refuse (CITIZ_STORE_ERROR_BUSY);
  g_clear_pointer (&second, citiz_db_unref);
  citiz_db_unref (open_db (CITIZ_DB_NONE));
}

/* A file of before, as a program of before left it: rows of an epoch's end, and perhaps a history that is not whole. */
static void
make_old (const gchar *more)
{
  g_autofree gchar *from
      = g_build_filename (g_getenv ("CITIZ_TEST_DATA"), "chain", "third-layout.db", NULL);
  g_autofree gchar *path = file_path ();
  g_autofree gchar *bytes = NULL;
  sqlite3 *old = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (from, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
  g_assert_cmpint (sqlite3_open (path, &old), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (old, "INSERT INTO chain_closing VALUES (0, x'00'), (1, x'00')",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (old, more, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (old);
}

static gint64
count_closings (void)
{
  g_autoptr (CitizDb) db = open_db (CITIZ_DB_NONE);
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GError) error = NULL;
  gboolean row;

  g_assert_true (citiz_db_prepare (db, "SELECT count (*) FROM chain_closing", &stmt, &error));
  g_assert_true (citiz_stmt_next (stmt, &row, &error) && row);
  return citiz_stmt_int (stmt, 0);
}

/* How epochs ended is kept while blocks are missing from which it would follow, and no longer. */
static void
test_old_closings (void)
{
  make_old ("");
  g_assert_cmpint (count_closings (), ==, 0);
  make_old ("INSERT INTO chain_base VALUES (1, zeroblob (344))");
  g_assert_cmpint (count_closings (), ==, 2);
}

static void
test_space (void)
{
  g_autoptr (CitizDb) db = open_db (CITIZ_DB_CREATE);
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_db_ensure_space (db, 1, &error));
  g_assert_false (citiz_db_ensure_space (db, G_MAXUINT64 / 2, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_FULL);
}

static void
run (gconstpointer test)
{
  dir = g_dir_make_tmp ("citiz-XXXXXX", NULL);
  ((void (*) (void)) test) ();
  {
    g_autoptr (GDir) listing = g_dir_open (dir, 0, NULL);
    const gchar *name;
    while ((name = g_dir_read_name (listing)) != NULL)
      {
        g_autofree gchar *child = g_build_filename (dir, name, NULL);
        g_unlink (child);
      }
  }
  g_rmdir (dir);
  g_clear_pointer (&dir, g_free);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/db/settings", test_settings, run);
  g_test_add_data_func ("/db/statements", test_statements, run);
  g_test_add_data_func ("/db/rows", test_rows, run);
  g_test_add_data_func ("/db/foreign-files", test_foreign_files, run);
  g_test_add_data_func ("/db/newer-is-untouched", test_newer_is_untouched, run);
  g_test_add_data_func ("/db/one-process", test_one_process, run);
  g_test_add_data_func ("/db/space", test_space, run);
  g_test_add_data_func ("/db/old-closings", test_old_closings, run);
  return g_test_run ();
}
