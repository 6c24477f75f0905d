/* Making transactions final and durable in a chain that has some length, beside SQLite alone with as many rows; what the machine could do at best;
 * and what they take on disk. A row that is found by a random key is dear in a long table: each commit writes most pages of the index anew.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

#include "crypto/citiz-crypto.h"
#include "store/citiz-chain.h"
#include "store/citiz-db.h"

#include <sqlite3.h>

#define ROUNDS      7
#define LENGTH      100000 /* of chain and table before anything is measured */
#define TXS         5000
#define SINGLES     400
#define BLOCK       1000
#define TX_BYTES    200
#define THREADS     2
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
  gdouble own; /* seconds of a processor that the submitting thread used, of the last append() */
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

  world->own = 0;
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
      world->own -= bench_own_time ();
      begin = bench_now ();
      if (!citiz_chain_submit (world->chain, txs, NULL, &error))
        g_error ("%s", error->message);
      spent += bench_now () - begin;
      world->own += bench_own_time ();
    }
  return count / spent;
}

static void
run_sql (sqlite3 *db, const gchar *sql)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
}

/* What SQLite alone keeps with the settings of ours: rows, each found by its hash. */
typedef struct
{
  gchar *path;
  sqlite3 *db;
  sqlite3_stmt *insert;
  gdouble own; /* as in World, of the last fill() */
} Table;

static void
table_init (Table *table, const gchar *columns)
{
  g_autofree gchar *create = g_strdup_printf ("CREATE TABLE row (%s, bytes BLOB)", columns);
  g_autofree gchar *file = NULL;

  table->path = g_dir_make_tmp ("citiz-bench-XXXXXX", NULL);
  file = g_build_filename (table->path, "raw.db", NULL);
  g_assert_cmpint (sqlite3_open (file, &table->db), ==, SQLITE_OK);
  run_sql (table->db, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
                      "PRAGMA synchronous = FULL; PRAGMA cache_size = -16384");
  run_sql (table->db, create);
  sqlite3_prepare_v2 (table->db, "INSERT INTO row (id, bytes) VALUES (?1, ?2)", -1, &table->insert,
                      NULL);
}

static void
table_clear (Table *table)
{
  sqlite3_finalize (table->insert);
  sqlite3_close (table->db);
  bench_remove_folder (table->path);
  g_free (table->path);
}

/* Rows a second, @size a commit. */
static gdouble
fill (Table *table, guint count, guint size)
{
  const gdouble begin = bench_now ();
  guint8 row[TX_BYTES] = {0};

  table->own = -bench_own_time ();
  for (guint done = 0; done < count; done += size)
    {
      run_sql (table->db, "BEGIN");
      for (guint i = 0; i < size; i++)
        {
          citiz_random (row, 32);
          sqlite3_bind_blob (table->insert, 1, row, 32, SQLITE_STATIC);
          sqlite3_bind_blob (table->insert, 2, row, sizeof row, SQLITE_STATIC);
          sqlite3_step (table->insert);
          sqlite3_reset (table->insert);
        }
      run_sql (table->db, "COMMIT");
    }
  table->own += bench_own_time ();
  return count / (bench_now () - begin);
}

typedef struct
{
  Table *table;
  guint count;
} Filling;

static gpointer
fill_thread (gpointer data)
{
  const Filling *filling = data;

  fill (filling->table, filling->count, BLOCK);
  return NULL;
}

/* Transactions a second of a program that verifies on all cores while it writes rows, and does nothing else. */
static gdouble
at_best (Table *table, guint count)
{
  Filling filling = {table, count};
  const gdouble begin = bench_now ();
  GThread *thread = g_thread_new ("rows", fill_thread, &filling);

  bench_raw_verify (count, THREADS);
  g_thread_join (thread);
  return count / (bench_now () - begin);
}

/* Alternating rounds on one chain and one table of the same length. */
static gboolean
run (World *world, Table *table, const gchar *what, guint count, guint size, gdouble goal)
{
  gdouble ours[ROUNDS], raw[ROUNDS], ratios[ROUNDS], own[ROUNDS], own_raw[ROUNDS];
  gboolean met;

  for (guint i = 0; i < ROUNDS; i++)
    {
      gint64 bytes = 0;

      raw[i] = fill (table, count, size);
      ours[i] = append (world, count, size, &bytes);
      ratios[i] = ours[i] / raw[i];
      own[i] = world->own / count * 1e6;
      own_raw[i] = table->own / count * 1e6;
    }
  met = bench_say_at_least (what, bench_median (ours, ROUNDS), bench_median (raw, ROUNDS),
                            "transactions/s", ratios, ROUNDS, goal);
  g_print ("  processor time of the thread that writes: %.1f us a transaction, raw %.1f us a row\n",
           bench_median (own, ROUNDS), bench_median (own_raw, ROUNDS));
  return met;
}

/* What the denominator is made of. */
static void
say_limits (Table *table)
{
  gdouble bare[ROUNDS], best[ROUNDS];
  Table plain;

  table_init (&plain, "number INTEGER PRIMARY KEY, id BLOB");
  for (guint i = 0; i < ROUNDS; i++)
    {
      bare[i] = fill (&plain, TXS, BLOCK);
      best[i] = at_best (table, TXS);
    }
  table_clear (&plain);
  g_print ("  rows without an index: %.0f/s; %d threads that verify and rows with one: %.0f/s\n",
           bench_median (bare, ROUNDS), THREADS, bench_median (best, ROUNDS));
}

/* Of all its files, the empty tables of the rest of the program included. */
static gdouble
disk (World *world, gint64 bytes)
{
  g_assert_true (citiz_db_exec (world->db, "PRAGMA wal_checkpoint (TRUNCATE)", NULL));
  return (gdouble) bench_folder_bytes (world->path) / (gdouble) bytes;
}

int
main (void)
{
  World world;
  Table table;
  gint64 bytes = 0;
  gdouble ratio;
  gboolean met;

  if (!citiz_crypto_init ())
    return 1;
  world_init (&world);
  table_init (&table, "number INTEGER PRIMARY KEY, id BLOB UNIQUE");
  append (&world, LENGTH, BLOCK, &bytes);
  fill (&table, LENGTH, BLOCK);
  ratio = disk (&world, bytes);
  met = run (&world, &table, "durable append, blocks of 1000", TXS, BLOCK, GOAL);
  say_limits (&table);
  met &= run (&world, &table, "durable append, blocks of 1", SINGLES, 1, GOAL_SINGLE);
  g_print ("disk: %.2f bytes for a byte of transaction, goal <= %.1f%s\n", ratio, GOAL_DISK,
           ratio <= GOAL_DISK ? "" : "  MISSED");
  world_clear (&world);
  table_clear (&table);
  return met && ratio <= GOAL_DISK ? 0 : 1;
}
