/* Nodes go from epoch to epoch: one comes, one goes, keys change, power fails anywhere. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "epochs-fixture.h"

#include "crypto/citiz-crypto.h"

static void
test_renew (gconstpointer data)
{
  World world;
  CitizHash id;

  world_init (&world, GPOINTER_TO_UINT (data), 0);
  for (guint64 epoch = 1; epoch <= 3; epoch++)
    {
      submit (&world, &world.nodes[0]);
      propose_renewal (&world, &world.nodes[0], &id);
      if (world.n > 1)
        {
          run (&world, is_proposed, world.n, "the proposal");
          approve (&world, world.n, &id);
        }
      run (&world, all_in_epoch, epoch, "the next epoch");
      submit (&world, &world.nodes[world.n - 1]);
      run (&world, all_have, 0, "a transaction after it");
      for (guint i = 0; i < world.n; i++)
        {
          g_assert_true (has_file (&world.nodes[i], epoch));
          g_assert_false (has_file (&world.nodes[i], epoch - 1));
          g_assert_cmpuint (citiz_replica_get_place (world.nodes[i].replica), !=, CITIZ_CSX_NOBODY);
        }
    }
  check (&world);
  world_clear (&world);
}

/* A fifth comes, then one of the first goes. */
static void
test_come_and_go (void)
{
  g_autoptr (GError) error = NULL;
  World world;
  CitizHash id;

  world_init (&world, 4, 1);
  ask_to_join (&world.nodes[4], &id);
  run (&world, is_proposed, 4, "the proposal");
  submit (&world, &world.nodes[1]);
  approve (&world, 3, &id);
  run (&world, all_in_epoch, 1, "the epoch of five");
  g_assert_cmpuint (citiz_replica_get_validators (world.nodes[0].replica)->n, ==, 5);
  g_assert_cmpuint (citiz_replica_get_place (world.nodes[4].replica), !=, CITIZ_CSX_NOBODY);
  submit (&world, &world.nodes[4]);
  run (&world, all_have, 0, "a transaction of the fifth's");

  g_assert_true (citiz_steward_leave (world.nodes[2].steward, said_cb, NULL, &error));
  run (&world, all_in_epoch, 2, "the epoch without the one that left");
  g_assert_cmpuint (citiz_replica_get_validators (world.nodes[0].replica)->n, ==, 4);
  g_assert_cmpuint (citiz_replica_get_place (world.nodes[2].replica), ==, CITIZ_CSX_NOBODY);
  g_assert_false (has_file (&world.nodes[2], 1));
  node_down (&world.nodes[2]); /* nobody misses it */
  submit (&world, &world.nodes[4]);
  run (&world, all_have, 0, "a transaction without it");
  check (&world);
  world_clear (&world);
}

/* One of four is away while an epoch ends, and another; it comes back and takes part. */
static void
test_late (void)
{
  World world;
  CitizHash id;

  world_init (&world, 4, 0);
  submit (&world, &world.nodes[0]);
  propose_renewal (&world, &world.nodes[0], &id);
  run (&world, is_proposed, 4, "the proposal");
  approve (&world, 4, &id);
  run (&world, all_in_epoch, 1, "epoch 1");
  node_down (&world.nodes[3]);
  submit (&world, &world.nodes[0]);
  run (&world, all_have, 0, "a transaction");
  /* it cannot show its key while it is away: the others exclude it, and take it in again */
  {
    g_autoptr (GError) error = NULL;

    g_assert_true (citiz_steward_exclude (world.nodes[0].steward, public_of (&world.nodes[3]), &id,
                                          said_cb, NULL, &error));
  }
  run (&world, is_proposed, 3, "the exclusion");
  approve (&world, 3, &id);
  run (&world, all_in_epoch, 2, "the epoch of three");
  propose_renewal (&world, &world.nodes[1], &id);
  run (&world, is_proposed, 3, "another renewal");
  approve (&world, 3, &id);
  run (&world, all_in_epoch, 3, "epoch 3");
  node_up (&world.nodes[3]);
  run (&world, all_in_epoch, 3, "the late one catches up over two ends of epochs");
  g_assert_cmpuint (citiz_replica_get_place (world.nodes[3].replica), ==, CITIZ_CSX_NOBODY);
  g_assert_false (has_file (&world.nodes[3], 1));
  ask_to_join (&world.nodes[3], &id);
  run (&world, is_proposed, 3, "it asks to come in again");
  approve (&world, 3, &id);
  run (&world, all_in_epoch, 4, "the epoch of four");
  g_assert_cmpuint (citiz_replica_get_place (world.nodes[3].replica), !=, CITIZ_CSX_NOBODY);
  check (&world);
  world_clear (&world);
}

static gboolean
last_is_in_epoch (World *world, guint64 epoch)
{
  return citiz_replica_get_epoch (world->nodes[3].replica) == epoch;
}

/* One of four is gone when the next epoch begins: the three go on without waiting for a standstill, which would not come. */
static void
test_down_at_change (void)
{
  World world;
  CitizHash id;

  world_init (&world, 4, 0);
  for (guint i = 0; i < 4; i++)
    node_down (&world.nodes[i]);
  world.standstill = CITIZ_HOUR;
  for (guint i = 0; i < 4; i++)
    node_up (&world.nodes[i]);
  submit (&world, &world.nodes[0]);
  run (&world, all_have, 0, "the first transaction");
  propose_renewal (&world, &world.nodes[0], &id);
  run (&world, is_proposed, 4, "the renewal");
  approve (&world, 4, &id);
  run (&world, last_is_in_epoch, 1, "the change");
  node_down (&world.nodes[3]);
  run (&world, all_in_epoch, 1, "the epoch that one is missing in");
  submit (&world, &world.nodes[1]);
  run (&world, all_have, 0, "a transaction in it");
  check (&world);
  world_clear (&world);
}

/* All in epoch @arg; meanwhile approvals that were lost with the power are said again. */
static gboolean
all_in_epoch_at_last (World *world, guint64 arg)
{
  if (++world->looks % 256 == 0)
    approve (world, world->n, &world->proposal);
  return all_in_epoch (world, arg);
}

/* Messages are lost and come in any order; power fails at any moment, of one or of all. */
static void
test_storm (gconstpointer data)
{
  const guint seed = GPOINTER_TO_UINT (data);
  World world;

  world_init (&world, 4, 0);
  world.draws = seed;
  world.loss = 10;
  world.delay = 20;
  for (guint64 epoch = 1; epoch <= 3; epoch++)
    {
      CitizHash id;

      submit (&world, &world.nodes[draw (&world) % 4]);
      propose_renewal (&world, &world.nodes[epoch % 4], &id);
      run (&world, is_proposed, 4, "the proposal");
      approve (&world, 4, &id);
      for (guint fall = 0; fall < 6 && !all_in_epoch (&world, epoch); fall++)
        {
          Node *node = &world.nodes[draw (&world) % 4];

          spin (&world, 20 + 8 * draw (&world));
          approve (&world, 4, &id); /* what only waited was lost with the power */
          if (draw (&world) < 25)
            for (guint i = 0; i < 4; i++)
              node_down (&world.nodes[i]);
          else
            node_down (node);
          for (guint i = 0; i < 4; i++)
            if (world.nodes[i].replica == NULL)
              node_up (&world.nodes[i]);
        }
      world.proposal = id;
      run (&world, all_in_epoch_at_last, epoch, "the next epoch");
    }
  world.loss = 0;
  run (&world, all_have, 0, "rest");
  check (&world);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  for (guint n = 1; n <= 4; n++)
    {
      g_autofree gchar *path = g_strdup_printf ("/epochs/renew/%u", n);

      g_test_add_data_func (path, GUINT_TO_POINTER (n), test_renew);
    }
  g_test_add_func ("/epochs/come-and-go", test_come_and_go);
  g_test_add_func ("/epochs/late", test_late);
  g_test_add_func ("/epochs/down-at-change", test_down_at_change);
  for (guint seed = 1; seed <= 4; seed++)
    {
      g_autofree gchar *path = g_strdup_printf ("/epochs/storm/%u", seed);

      g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_storm);
    }
  return g_test_run ();
}
