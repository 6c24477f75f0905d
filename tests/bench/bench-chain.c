/* Full verification of a chain against raw libsodium on the same threads, signatures a second. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

#include "crypto/citiz-crypto.h"
#include "store/citiz-chain.h"
#include "store/citiz-db.h"

#define ROUNDS    15
#define N_THREADS 2
#define GOAL      0.85

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

/* Alternating rounds, so that both feel the same neighbours. Returns: whether the goal is met */
static gboolean
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
  gboolean met;

  fill (chain, blocks, size);
  measure_chain (chain);
  for (guint i = 0; i < ROUNDS; i++)
    {
      raw[i] = bench_raw_verify (blocks * (size + 2), N_THREADS);
      ours[i] = measure_chain (chain);
      ratios[i] = ours[i] / raw[i];
    }
  met = bench_say_at_least (what, bench_median (ours, ROUNDS), bench_median (raw, ROUNDS),
                            "signatures/s on 2 threads", ratios, ROUNDS, GOAL);
  bench_remove_folder (path);
  return met;
}

int
main (void)
{
  gboolean met;

  if (!citiz_crypto_init ())
    return 1;
  met = run ("blocks of 500", 8, 500);
  met &= run ("blocks of 1", 1200, 1);
  return met ? 0 : 1;
}
