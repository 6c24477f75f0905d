/* A light client's cold start: ten years of epochs that close every day, beside raw libsodium on as many threads. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

#include "crypto/citiz-crypto.h"
#include "store/citiz-check-light.h"

#include <string.h>

#define ROUNDS    5
#define GOAL      0.90
#define N_THREADS 2
#define YEARS     3650 /* days in ten of them */

typedef struct
{
  guint n;
  CitizSigningKey *nodes[CITIZ_MAX_VALIDATORS], *keys[CITIZ_MAX_VALIDATORS];
  CitizGenesis genesis;
  GPtrArray *closings; /* CitizClosing */
} World;

static CitizSigningKey *
new_key (void)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32);

  return citiz_signing_key_new_from_seed (seed);
}

static gint
by_node (gconstpointer a, gconstpointer b)
{
  return memcmp (((const CitizFounder *) a)->validator.node.b,
                 ((const CitizFounder *) b)->validator.node.b, 32);
}

static const CitizSigningKey *
epoch_key (const World *world, const CitizPublicKey *key)
{
  for (guint i = 0; i < world->n; i++)
    if (citiz_public_key_equal (citiz_signing_key_get_public (world->keys[i]), key))
      return world->keys[i];
  g_assert_not_reached ();
}

/* The closing block of the next epoch, made final by a quorum. The validators stay, so that only signatures are measured. */
static void
close_epoch (World *world, CitizLight *light)
{
  CitizClosing *closing = g_new0 (CitizClosing, 1);
  g_autofree CitizVote *votes = g_new0 (CitizVote, world->n);
  CitizBlockHeader header = {.flags = CITIZ_BLOCK_CLOSING,
                             .chain_id = light->chain_id,
                             .epoch = light->epoch,
                             .slot = 1,
                             .height = light->head.height + 1,
                             .parent = light->head_hash,
                             .time = {light->head.time.ms + CITIZ_HOUR},
                             .vs_hash = light->vs_hash,
                             .next_vs_hash = light->vs_hash,
                             .version = CITIZ_HEADER_VERSION,
                             .protocol = CITIZ_PROTOCOL};
  CitizHash hash;

  citiz_block_header_hash (&hash, &header);
  closing->headers = g_array_new (FALSE, FALSE, sizeof header);
  g_array_append_val (closing->headers, header);
  closing->next = light->validators;
  for (guint i = 0; i < citiz_quorum (world->n); i++)
    {
      votes[i] = (CitizVote){CITIZ_VOTE_FINAL, header.epoch, header.slot, hash, (guint16) i, {{0}}};
      citiz_vote_sign (&votes[i], &light->chain_id, &light->vs_hash,
                       epoch_key (world, &light->validators.v[i].key));
    }
  citiz_cert_from_votes (&closing->final, votes, citiz_quorum (world->n));
  g_ptr_array_add (world->closings, closing);
}

static void
closing_free (gpointer data)
{
  CitizClosing *closing = data;

  g_array_unref (closing->headers);
  g_free (closing);
}

static gdouble
verify (const World *world)
{
  g_autofree CitizLight *light = g_new (CitizLight, 1);
  g_autoptr (GError) error = NULL;
  const gdouble begin = bench_now ();

  citiz_light_init (light, &world->genesis);
  if (!citiz_check_closings (light, world->closings, &error))
    g_error ("%s", error->message);
  return bench_now () - begin;
}

static void
world_init (World *world, guint n, guint epochs)
{
  g_autofree CitizLight *light = g_new (CitizLight, 1);

  memset (world, 0, sizeof *world);
  world->n = n;
  world->closings = g_ptr_array_new_with_free_func (closing_free);
  world->genesis
      = (CitizGenesis){.version = 1, .protocol = CITIZ_PROTOCOL, .n_founders = (guint16) n};
  for (guint i = 0; i < n; i++)
    {
      CitizFounder *founder = &world->genesis.founders[i];

      world->nodes[i] = new_key ();
      world->keys[i] = new_key ();
      founder->validator.node = *citiz_signing_key_get_public (world->nodes[i]);
      founder->validator.key = *citiz_signing_key_get_public (world->keys[i]);
      citiz_founder_sign (founder, &world->genesis.salt, world->nodes[i]);
    }
  qsort (world->genesis.founders, n, sizeof (CitizFounder), by_node);
  citiz_light_init (light, &world->genesis);
  for (guint i = 0; i < epochs; i++)
    {
      g_autoptr (GError) error = NULL;

      close_epoch (world, light);
      if (!citiz_light_close (light, world->closings->pdata[i], &error))
        g_error ("%s", error->message);
    }
}

static void
world_clear (World *world)
{
  for (guint i = 0; i < world->n; i++)
    {
      citiz_signing_key_unref (world->nodes[i]);
      citiz_signing_key_unref (world->keys[i]);
    }
  g_ptr_array_unref (world->closings);
}

static gboolean
run (guint n, guint epochs, gdouble goal)
{
  const guint signatures = epochs * citiz_quorum (n);
  g_autofree gchar *what = g_strdup_printf ("light start, %u nodes", n);
  g_autofree World *world = g_new (World, 1);
  gdouble ours[ROUNDS], raw[ROUNDS], ratios[ROUNDS];
  gdouble seconds;
  gboolean met;

  world_init (world, n, epochs);
  for (guint i = 0; i < ROUNDS; i++)
    {
      raw[i] = bench_raw_verify (signatures, N_THREADS);
      ours[i] = signatures / verify (world);
      ratios[i] = ours[i] / raw[i];
    }
  met = bench_say_at_least (what, bench_median (ours, ROUNDS), bench_median (raw, ROUNDS),
                            "signatures/s on 2 threads", ratios, ROUNDS, GOAL);
  seconds = YEARS * citiz_quorum (n) / bench_median (ours, ROUNDS);
  g_print ("  ten years of days: %.2f s, raw %.2f, goal <= %.1f%s\n", seconds,
           YEARS * citiz_quorum (n) / bench_median (raw, ROUNDS), goal,
           seconds <= goal ? "" : "  MISSED");
  world_clear (world);
  return met && seconds <= goal;
}

int
main (void)
{
  gboolean met;

  if (!citiz_crypto_init ())
    return 1;
  met = run (4, YEARS, 0.5);
  met &= run (100, 60, 8);
  return met ? 0 : 1;
}
