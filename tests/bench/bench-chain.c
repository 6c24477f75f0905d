/* Full verification of a chain against raw libsodium on the same threads, signatures a second. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain.h"
#include "store/citiz-db.h"

#include "crypto/citiz-crypto.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#define ROUNDS    15
#define N_THREADS 2
#define GOAL      0.85

typedef struct
{
  guint8 message[256];
  gsize n;
  guint8 signature[64];
  guint8 key[32];
  guint count;
} Raw;

static gpointer
raw_thread (gpointer data)
{
  const Raw *raw = data;

  for (guint i = 0; i < raw->count; i++)
    g_assert_true (crypto_sign_verify_detached (raw->signature, raw->message, raw->n, raw->key)
                   == 0);
  return NULL;
}

/* Signatures a second that libsodium alone verifies on N_THREADS threads. */
static double
measure_raw (guint count)
{
  GThread *threads[N_THREADS];
  Raw raw = {.n = 240, .count = count / N_THREADS};
  guint8 secret[64];
  gint64 begin;

  crypto_sign_keypair (raw.key, secret);
  crypto_sign_detached (raw.signature, NULL, raw.message, raw.n, secret);
  begin = g_get_monotonic_time ();
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("raw", raw_thread, &raw);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  return raw.count * (double) N_THREADS * 1e6 / (double) (g_get_monotonic_time () - begin);
}

static double
measure_chain (CitizChain *chain)
{
  g_autoptr (GError) error = NULL;
  const gint64 begin = g_get_monotonic_time ();
  CitizVerified verified;

  if (!citiz_chain_verify_level (chain, CITIZ_LEVEL_FULL, NULL, NULL, NULL, &verified, &error))
    g_error ("%s", error->message);
  return (double) verified.n_signatures * 1e6 / (double) (g_get_monotonic_time () - begin);
}

/* @blocks blocks of @size commitments each. */
static void
fill (CitizChain *chain, guint blocks, guint size)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32);
  g_autoptr (CitizSigningKey) key = citiz_signing_key_new_from_seed (seed);
  g_autoptr (GPtrArray) first = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (GError) error = NULL;
  CitizHash account;

  citiz_chain_add_register (chain, first, key, NULL, &account);
  if (!citiz_chain_submit (chain, first, NULL, &error))
    g_error ("%s", error->message);
  for (guint b = 0; b < blocks; b++)
    {
      g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
      for (guint i = 0; i < size; i++)
        {
          CitizTxBody body = {0};
          body.commit.n_leaves = 64;
          citiz_random (body.commit.root.b, sizeof body.commit.root.b);
          citiz_chain_add (chain, txs, CITIZ_TX_COMMIT_RECORDS, &account, 0, &body, key);
        }
      if (!citiz_chain_submit (chain, txs, NULL, &error))
        g_error ("%s", error->message);
    }
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *) a;
  const double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

static void
remove_folder (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *file = g_build_filename (path, name, NULL);
      g_unlink (file);
    }
  g_rmdir (path);
}

/* Alternating rounds, so that both feel the same neighbours. Returns: the median of the ratios */
static double
run (const gchar *what, guint blocks, guint size)
{
  g_autofree gchar *path = g_dir_make_tmp ("citiz-bench-XXXXXX", NULL);
  g_autoptr (CitizDb) db = citiz_db_open (path, CITIZ_DB_CREATE, NULL);
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32);
  g_autoptr (CitizSigningKey) node = citiz_signing_key_new_from_seed (seed);
  g_autoptr (CitizChain) chain = citiz_chain_open (db, citiz_env_system (), node, NULL);
  double raw[ROUNDS];
  double ours[ROUNDS];
  double ratios[ROUNDS];
  double ratio;

  fill (chain, blocks, size);
  measure_chain (chain);
  for (guint i = 0; i < ROUNDS; i++)
    {
      raw[i] = measure_raw (blocks * (size + 2));
      ours[i] = measure_chain (chain);
      ratios[i] = ours[i] / raw[i];
    }
  ratio = median (ratios);
  g_print (
      "%s: chain %.0f signatures/s, libsodium %.0f/s on %d threads; ratio %.3f (%.3f to %.3f)\n",
      what, median (ours), median (raw), N_THREADS, ratio, ratios[0], ratios[ROUNDS - 1]);
  remove_folder (path);
  return ratio;
}

int
main (void)
{
  double large;
  double small;

  if (!citiz_crypto_init ())
    return 1;
  large = run ("blocks of 500", 8, 500);
  small = run ("blocks of 1", 1200, 1);
  g_print ("goal: %.2f\n", GOAL);
  return large >= GOAL && small >= GOAL ? 0 : 1;
}
