/* Bits flipped on the disk, a file from a later version, a slot with a cruel cost: told apart, and never believed. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-bytes.h"
#include "fault-vault.h"

#include <string.h>

#define N_FLIPS   600
#define N_OBJECTS 20

static void
build (const gchar *dir)
{
  g_autoptr (CitizSecret) passphrase = first_passphrase ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizVault) vault
      = citiz_vault_create (dir, citiz_env_system (), passphrase, NULL, cheap_cost, &error);

  g_assert_no_error (error);
  for (guint32 n = 0; n < N_OBJECTS; n++)
    {
      g_autoptr (GBytes) bytes = bytes_number (n);
      CitizId id = id_number (n);
      g_assert_true (citiz_vault_put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 0, bytes, &error));
    }
}

static gboolean
count_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  guint32 n;

  memcpy (&n, id->b, sizeof n);
  g_assert_true (is_bytes_number (plain, n)); /* what is given is what was kept */
  (*(guint *) data)++;
  return TRUE;
}

typedef struct
{
  guint whole, partly, refused;
} Tally;

static void
open_flipped (const gchar *dir, Tally *tally)
{
  g_autoptr (CitizSecret) passphrase = first_passphrase ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizVault) vault = citiz_vault_open (dir, citiz_env_system (), passphrase, &error);
  guint n = 0;

  if (vault == NULL)
    {
      tally->refused++;
      if (!g_error_matches (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NEWER)
          && !g_error_matches (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND))
        g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED);
      return;
    }
  if (citiz_vault_foreach (vault, CITIZ_CLASS_RESOURCE, count_cb, &n, NULL, &error))
    {
      tally->whole++;
      return;
    }
  tally->partly++;
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED);
}

static void
test_flips (void)
{
  g_autofree gchar *base = new_folder (), *dir = new_folder ();
  g_autofree gchar *source = g_build_filename (base, CITIZ_DB_FILE, NULL);
  g_autofree gchar *target = g_build_filename (dir, CITIZ_DB_FILE, NULL), *bytes = NULL;
  Tally tally = {0};
  gsize n;

  build (base);
  g_assert_true (g_file_get_contents (source, &bytes, &n, NULL));
  for (guint i = 0; i < N_FLIPS; i++)
    {
      /* half of them in the first pages, where header, schema and slots are */
      gsize at = (gsize) g_test_rand_int_range (0, (gint32) (i % 2 == 0 ? MIN (n, 32768) : n));
      gchar mask = (gchar) (1 << g_test_rand_int_range (0, 8));
      bytes[at] ^= mask;
      g_assert_true (g_file_set_contents_full (target, bytes, (gssize) n, G_FILE_SET_CONTENTS_NONE,
                                               0600, NULL));
      bytes[at] ^= mask;
      open_flipped (dir, &tally);
    }
  g_test_message ("of %d flips: %u met nothing of use, %u cost some objects, %u closed the vault",
                  N_FLIPS, tally.whole, tally.partly, tally.refused);
  g_assert_cmpuint (tally.partly + tally.refused, >, N_FLIPS / 10);
  remove_files (base);
  remove_files (dir);
}

/* Cut anywhere, as after a disk that lied about its syncs. */
static void
test_cut (void)
{
  g_autofree gchar *base = new_folder (), *dir = new_folder ();
  g_autofree gchar *source = g_build_filename (base, CITIZ_DB_FILE, NULL);
  g_autofree gchar *target = g_build_filename (dir, CITIZ_DB_FILE, NULL), *bytes = NULL;
  Tally tally = {0};
  gsize n;

  build (base);
  g_assert_true (g_file_get_contents (source, &bytes, &n, NULL));
  for (gsize at = 1; at < n; at += n / 60 + 1)
    {
      g_assert_true (g_file_set_contents_full (target, bytes, (gssize) at, G_FILE_SET_CONTENTS_NONE,
                                               0600, NULL));
      open_flipped (dir, &tally);
    }
  g_assert_cmpuint (tally.whole, ==, 0);
  remove_files (base);
  remove_files (dir);
}

static void
tamper (const gchar *dir, const gchar *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizDb) db = citiz_db_open (dir, CITIZ_DB_NONE, &error);

  g_assert_no_error (error);
  g_assert_true (citiz_db_exec (db, sql, &error));
}

static void
test_newer (void)
{
  g_autofree gchar *dir = new_folder ();
  g_autoptr (CitizSecret) passphrase = first_passphrase ();
  g_autoptr (GError) error = NULL;

  build (dir);
  tamper (dir, "PRAGMA user_version = 99");
  g_assert_null (citiz_vault_open (dir, citiz_env_system (), passphrase, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NEWER);
  remove_files (dir);
}

/* The checksum of a slot as the format says it: label | format | kind | vault | epoch | created | commitment | salt |
 * ops | mem | sealed. Whoever forges a file can compute it. */
static void
forge_cost (const gchar *dir, guint32 ops, guint32 mem_kib)
{
  g_autoptr (CitizDb) db = citiz_db_open (dir, CITIZ_DB_NONE, NULL);
  g_autoptr (CitizStmt) read = NULL, change = NULL;
  g_autoptr (GByteArray) all = g_byte_array_new ();
  const guint8 *view;
  CitizHash sum;
  gboolean row;
  gsize n;

  g_assert_true (citiz_db_prepare (db,
                                   "SELECT format, id, epoch, created, commitment, salt, sealed"
                                   " FROM vault, slot WHERE kind = 1",
                                   &read, NULL));
  g_assert_true (citiz_stmt_next (read, &row, NULL) && row);
  citiz_put_bytes (all, (const guint8 *) "citiz/slotsum/v1", 16);
  citiz_put_u32 (all, (guint32) citiz_stmt_int (read, 0));
  citiz_put_u8 (all, 1);
  view = citiz_stmt_view (read, 1, &n);
  citiz_put_bytes (all, view, n);
  citiz_put_u32 (all, (guint32) citiz_stmt_int (read, 2));
  citiz_put_u64 (all, (guint64) citiz_stmt_int (read, 3));
  for (gint column = 4; column <= 5; column++)
    {
      view = citiz_stmt_view (read, column, &n);
      citiz_put_bytes (all, view, n);
    }
  citiz_put_u32 (all, ops);
  citiz_put_u32 (all, mem_kib);
  view = citiz_stmt_view (read, 6, &n);
  citiz_put_bytes (all, view, n);
  citiz_sha256 (&sum, all->data, all->len);
  citiz_stmt_reset (read);
  g_assert_true (citiz_db_prepare (
      db, "UPDATE slot SET ops = ?1, mem_kib = ?2, checksum = ?3 WHERE kind = 1", &change, NULL));
  citiz_stmt_bind_int (change, 1, ops);
  citiz_stmt_bind_int (change, 2, mem_kib);
  citiz_stmt_bind_hash (change, 3, &sum);
  g_assert_true (citiz_stmt_run (change, NULL));
}

static void
expect_after (guint32 ops, guint32 mem_kib, CitizStoreError code)
{
  g_autofree gchar *dir = new_folder ();
  g_autoptr (CitizSecret) passphrase = first_passphrase ();
  g_autoptr (GError) error = NULL;
  gint64 start;

  build (dir);
  forge_cost (dir, ops, mem_kib);
  start = g_get_monotonic_time ();
  g_assert_null (citiz_vault_open (dir, citiz_env_system (), passphrase, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, (gint) code);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 60 * G_USEC_PER_SEC);
  remove_files (dir);
}

static void
test_cruel_cost (void)
{
  expect_after (3, 4 * 1024 * 1024, CITIZ_STORE_ERROR_DAMAGED);
  expect_after (G_MAXUINT32, 8, CITIZ_STORE_ERROR_DAMAGED);
  expect_after (0, 64, CITIZ_STORE_ERROR_DAMAGED);
  /* a cost that is acceptable but not the one the slot was sealed with opens nothing */
  expect_after (2, 64, CITIZ_STORE_ERROR_WRONG_PASSPHRASE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/damaged/flips", test_flips);
  g_test_add_func ("/damaged/cut", test_cut);
  g_test_add_func ("/damaged/newer", test_newer);
  g_test_add_func ("/damaged/cruel-cost", test_cruel_cost);
  return g_test_run ();
}
