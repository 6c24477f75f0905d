/* Appending to the log beside raw SHA-256, and how long proofs are. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

#include "crypto/citiz-crypto.h"
#include "crypto/citiz-hash.h"
#include "ledger/citiz-ledger.h"
#include "ledger/citiz-state.h"

#include <string.h>

#define ROUNDS     7
#define LEAVES     200000
#define STATE_KEYS (1u << 20)
#define PROOFS     2000
#define TX_BYTES   200
#define GOAL       0.50
#define GOAL_PROOF 1.10

/* Hashes a second of 65 bytes: what an inner node is made of. */
static gdouble
raw_hashes (void)
{
  guint8 bytes[65] = {1};
  const gdouble begin = bench_now ();

  for (guint i = 0; i < 2 * LEAVES; i++)
    citiz_sha256 ((CitizHash *) (gpointer) (bytes + 1), bytes, sizeof bytes);
  return 2 * LEAVES / (bench_now () - begin);
}

/* Leaves a second: each is hashed from the transaction's bytes, appended, and the subtrees that became complete are given out. */
static gdouble
append (CitizLog *log, GArray *all)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (CitizLogNode));
  guint8 tx[TX_BYTES] = {0};
  const gdouble begin = bench_now ();

  for (guint32 i = 0; i < LEAVES; i++)
    {
      CitizHash leaf;

      memcpy (tx, &i, sizeof i);
      citiz_log_leaf (&leaf, tx, sizeof tx);
      g_array_set_size (nodes, 0);
      citiz_log_append (log, &leaf, nodes);
      if (all != NULL)
        g_array_append_vals (all, nodes->data, nodes->len);
    }
  return LEAVES / (bench_now () - begin);
}

static gboolean
run_log (void)
{
  gdouble ours[ROUNDS], raw[ROUNDS], ratios[ROUNDS];

  for (guint i = 0; i < ROUNDS; i++)
    {
      CitizLog log = {0};

      raw[i] = raw_hashes () / 2;
      ours[i] = append (&log, NULL);
      ratios[i] = ours[i] / raw[i];
    }
  return bench_say_at_least ("log append", bench_median (ours, ROUNDS), bench_median (raw, ROUNDS),
                             "leaves/s (raw: two SHA-256 of 65 bytes)", ratios, ROUNDS, GOAL);
}

/* Bytes of a proof in the state with its header and certificate of 4 nodes, beside a perfect tree's. */
static gboolean
run_state (void)
{
  g_autoptr (CitizState) state = citiz_state_new ();
  g_autoptr (GBytes) value = g_bytes_new_static ("value", 5);
  const gdouble fixed = CITIZ_HEADER_SIZE + 3 * 64;
  const gdouble ideal = 32 * 20 + fixed;
  CitizStateProof proof;
  gdouble bytes = 0;

  for (guint32 i = 0; i < STATE_KEYS; i++)
    {
      CitizHash key;

      citiz_sha256 (&key, (const guint8 *) &i, sizeof i);
      citiz_state_set (state, &key, value);
    }
  for (guint32 i = 0; i < PROOFS; i++)
    {
      CitizHash key;

      citiz_sha256 (&key, (const guint8 *) &i, sizeof i);
      citiz_state_prove (state, &key, &proof);
      bytes += 32.0 * proof.n + fixed;
    }
  bytes /= PROOFS;
  g_print (
      "proof in a state of 2^20 keys: %.0f bytes, a perfect tree's %.0f; ratio %.3f, goal <= %.2f%s\n",
      bytes, ideal, bytes / ideal, GOAL_PROOF, bytes / ideal <= GOAL_PROOF ? "" : "  MISSED");
  g_print ("proof in a log of 2^20 leaves: %.0f bytes, the same as the perfect tree it is\n",
           ideal);
  return bytes / ideal <= GOAL_PROOF;
}

int
main (void)
{
  gboolean met;

  if (!citiz_crypto_init ())
    return 1;
  met = run_log ();
  met &= run_state ();
  return met ? 0 : 1;
}
