/* Making transactions final and durable, beside SQLite alone with rows of the same size; and what they take on disk.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

#include "crypto/citiz-crypto.h"
#include "store/citiz-chain.h"
#include "store/citiz-db.h"

#include <sqlite3.h>
#include <string.h>

#define ROUNDS      7
#define TXS         6000
#define SINGLES     400
#define TX_BYTES    200
#define GOAL        0.40
#define GOAL_SINGLE 0.50
#define GOAL_DISK   2.0

typedef struct
{
  gchar *path;
  CitizDb *db;
  CitizChain *chain;
  CitizSigningKey *node;
  CitizSigningKey *key;
  CitizHash account;
} World;

static void
world_init (World *world)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32);
  g_autoptr (CitizSecret) other = citiz_secret_new_random (32);
  g_autoptr (GPtrArray) first = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (GError) error = NULL;

  world->path = g_dir_make_tmp ("citiz-bench-XXXXXX", NULL);
  world->db = citiz_db_open (world->path, CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  world->node = citiz_signing_key_new_from_seed (seed);
  world->key = citiz_signing_key_new_from_seed (other);
  world->chain = citiz_chain_open (world->db, citiz_env_system (), world->node, &error);
  g_assert_no_error (error);
  citiz_chain_add_register (world->chain, first, world->key, NULL, &world->account);
  g_assert_true (citiz_chain_submit (world->chain, first, NULL, &error));
}

static void
world_clear (World *world)
{
  citiz_chain_close (world->chain);
  citiz_db_unref (world->db);
  citiz_signing_key_unref (world->node);
  citiz_signing_key_unref (world->key);
  bench_remove_folder (world->path);
  g_free (world->path);
}

/* Transactions a second, in blocks of @size; signing them is not counted. */
static gdouble
append (World *world, guint count, guint size, gint64 *out_bytes)
{
  gdouble spent = 0;

  for (guint done = 0; done < count; done += size)
    {
      g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
      g_autoptr (GError) error = NULL;
      gdouble begin;

      for (guint i = 0; i < size; i++)
        {
          CitizTxBody body = {.commit.n_leaves = 64};

          citiz_random (body.commit.root.b, sizeof body.commit.root.b);
          citiz_chain_add (world->chain, txs, CITIZ_TX_COMMIT_RECORDS, &world->account, 0, &body,
                           world->key);
          *out_bytes += (gint64) g_bytes_get_size (citiz_tx_get_bytes (txs->pdata[i]));
        }
      begin = bench_now ();
      if (!citiz_chain_submit (world->chain, txs, NULL, &error))
        g_error ("%s", error->message);
      spent += bench_now () - begin;
    }
  return count / spent;
}

static void
run_sql (sqlite3 *db, const gchar *sql)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
}

/* Rows a second that SQLite alone keeps with the same settings and finds again by their hash, @size a commit. */
static gdouble
raw_rows (guint count, guint size)
{
  g_autofree gchar *path = g_dir_make_tmp ("citiz-bench-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (path, "raw.db", NULL);
  guint8 row[TX_BYTES], id[32];
  sqlite3_stmt *insert;
  sqlite3 *db;
  gdouble begin, rate;

  citiz_random (row, sizeof row);
  g_assert_cmpint (sqlite3_open (file, &db), ==, SQLITE_OK);
  run_sql (db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
               "CREATE TABLE row (number INTEGER PRIMARY KEY, id BLOB UNIQUE, bytes BLOB)");
  sqlite3_prepare_v2 (db, "INSERT INTO row (id, bytes) VALUES (?1, ?2)", -1, &insert, NULL);
  begin = bench_now ();
  for (guint done = 0; done < count; done += size)
    {
      run_sql (db, "BEGIN");
      for (guint i = 0; i < size; i++)
        {
          citiz_random (row, sizeof id);
          memcpy (id, row, sizeof id);
          sqlite3_bind_blob (insert, 1, id, sizeof id, SQLITE_STATIC);
          sqlite3_bind_blob (insert, 2, row, sizeof row, SQLITE_STATIC);
          sqlite3_step (insert);
          sqlite3_reset (insert);
        }
      run_sql (db, "COMMIT");
    }
  rate = count / (bench_now () - begin);
  sqlite3_finalize (insert);
  sqlite3_close (db);
  bench_remove_folder (path);
  return rate;
}

static gboolean
run (const gchar *what, guint count, guint size, gdouble goal, gdouble *out_disk)
{
  gdouble ours[ROUNDS], raw[ROUNDS], ratios[ROUNDS], disk[ROUNDS];

  for (guint i = 0; i < ROUNDS; i++)
    {
      World world;
      gint64 bytes = 0;

      world_init (&world);
      raw[i] = raw_rows (count, size);
      ours[i] = append (&world, count, size, &bytes);
      ratios[i] = ours[i] / raw[i];
      g_assert_true (citiz_db_exec (world.db, "PRAGMA wal_checkpoint (TRUNCATE)", NULL));
      disk[i] = (gdouble) bench_folder_bytes (world.path) / (gdouble) bytes;
      world_clear (&world);
    }
  *out_disk = bench_median (disk, ROUNDS);
  return bench_say_at_least (what, bench_median (ours, ROUNDS), bench_median (raw, ROUNDS),
                             "transactions/s", ratios, ROUNDS, goal);
}

int
main (void)
{
  gdouble disk, disk_single;
  gboolean met;

  if (!citiz_crypto_init ())
    return 1;
  met = run ("durable append, blocks of 1000", TXS, 1000, GOAL, &disk);
  met &= run ("durable append, blocks of 1", SINGLES, 1, GOAL_SINGLE, &disk_single);
  g_print ("disk: %.2f bytes for a byte of transaction (%.2f in blocks of 1), goal <= %.1f%s\n",
           disk, disk_single, GOAL_DISK, disk <= GOAL_DISK ? "" : "  MISSED");
  return met && disk <= GOAL_DISK ? 0 : 1;
}
