/* Several replicas with real disks in one process: they agree, fall, come back. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "replica-fixture.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

static void
test_agree (gconstpointer data)
{
  World world;

  world_init (&world, GPOINTER_TO_UINT (data));
  world_up (&world);
  for (guint round = 0; round < 3; round++)
    {
      submit_some (&world, 10);
      wait_for (&world, all_have, world.made);
    }
  check (&world);
  for (guint i = 0; i < world.n; i++)
    {
      CitizCsxReport report;

      g_assert_cmpuint (citiz_replica_n_waiting (world.nodes[i].replica), ==, 0);
      g_assert_cmpuint (world.nodes[i].finals, ==, citiz_chain_height (world.nodes[i].chain));
      citiz_replica_report (world.nodes[i].replica, &report);
      g_assert_cmpint (report.mode, ==, CITIZ_CSX_SIGNING);
    }
  world_clear (&world);
}

/* With nothing to order nothing is ordered, and nothing is said. */
static void
test_idle (void)
{
  World world;
  guint sent;

  world_init (&world, 4);
  world.timing.timeout = 2000;
  world_up (&world);
  submit_some (&world, 1);
  wait_for (&world, all_have, 1);
  do
    {
      sent = world.sent;
      run (&world, never, 0, 1);
    }
  while (world.sent != sent);
  g_assert_cmpuint (citiz_chain_height (world.nodes[0].chain), <=, 8);
  world_clear (&world);
}

/* One of four is away, comes back, and has everything. */
static void
test_return (void)
{
  World world;

  world_init (&world, 4);
  world_up (&world);
  submit_some (&world, 4);
  wait_for (&world, all_have, 4);
  node_down (&world.nodes[1]);
  for (guint i = 0; i < 12; i++)
    {
      submit_some (&world, 3);
      wait_for (&world, all_have, world.made);
    }
  node_up (&world.nodes[1]);
  submit_some (&world, 1);
  wait_for (&world, all_have, world.made);
  check (&world);
  world_clear (&world);
}

static void
power_cut (World *world)
{
  for (guint i = 0; i < world->n; i++)
    node_down (&world->nodes[i]);
  world_up (world);
}

static gboolean
have_sent (World *world, guint64 messages)
{
  return world->sent >= messages || nothing_waits (world, 0);
}

/* All fall at once, in the middle of work, again and again. What only waited is lost; what one node told to be final is final on all. */
static void
test_power_cuts (void)
{
  World world;
  guint64 told = 0;

  world_init (&world, 4);
  world_up (&world);
  for (guint round = 0; round < 6; round++)
    {
      submit_some (&world, 8);
      wait_for (&world, have_sent, world.sent + 4 * draw (&world));
      for (guint i = 0; i < world.n; i++)
        told = MAX (told, size (&world.nodes[i]));
      power_cut (&world);
    }
  submit_some (&world, 1);
  wait_for (&world, nothing_waits, 0);
  wait_for (&world, all_have, told + 1);
  check (&world);
  world_clear (&world);
}

static guint
bits (guint8 mask)
{
  guint n = 0;

  for (; mask != 0; mask &= (guint8) (mask - 1))
    n++;
  return n;
}

/* The first slot in which a quorum has said both; 0: none */
static guint64
both (World *world)
{
  for (guint i = 0; i < SLOTS; i++)
    if (bits (world->notar[i]) >= 3 && bits (world->skip[i]) >= 3)
      return i;
  return 0;
}

static gboolean
one_is_both (World *world, guint64 arg)
{
  return both (world) > 0;
}

/* All know that a quorum has taken the block of this slot, and are well past it. */
static gboolean
all_are_past (World *world, guint64 slot)
{
  for (guint i = 0; i < world->n; i++)
    {
      CitizReplica *replica = world->nodes[i].replica;
      CitizCsxReport report;
      CitizCsxLook look;

      citiz_replica_report (replica, &report);
      if (report.frontier < slot + 3 || !citiz_replica_look (replica, slot, &look)
          || look.cert_notar == NULL)
        return FALSE;
    }
  return TRUE;
}

/* A block that a quorum has taken, in a slot that a quorum has skipped, is never final by itself, and the next is built on it: also when
 * all were started again since they executed it. */
static void
test_build_on_old (void)
{
  World world;

  world_init (&world, 4);
  world.no_notar = TRUE;
  world_up (&world);
  submit_some (&world, 4);
  wait_for (&world, one_is_both, 0);
  world.no_cand = TRUE;
  world.no_notar = FALSE;
  wait_for (&world, all_are_past, both (&world));
  g_assert_cmpuint (size (&world.nodes[0]), ==, 0);
  world.no_cand = FALSE;
  power_cut (&world);
  submit_some (&world, 1);
  wait_for (&world, nothing_waits, 0);
  wait_for (&world, all_have, 2); /* one of the old block's at least, and the new one */
  check (&world);
  world_clear (&world);
}

static void
test_bad_network (void)
{
  World world;

  world_init (&world, 4);
  world.loss = 20;
  world.delay = 30;
  world_up (&world);
  for (guint round = 0; round < 5; round++)
    {
      submit_some (&world, 6);
      run (&world, never, 0, 0);
    }
  wait_for (&world, all_have, world.made);
  check (&world);
  world_clear (&world);
}

/* Two and two: nothing is final. Healed: everything is. */
static void
test_partition (void)
{
  World world;
  guint64 before;

  world_init (&world, 4);
  world_up (&world);
  submit_some (&world, 4);
  wait_for (&world, all_have, 4);
  for (guint i = 0; i < 4; i++)
    for (guint k = 0; k < 4; k++)
      world.cut[i][k] = i / 2 != k / 2;
  before = citiz_chain_height (world.nodes[0].chain);
  submit_some (&world, 4);
  g_assert_false (run (&world, all_have, world.made, 2));
  g_assert_cmpuint (citiz_chain_height (world.nodes[0].chain), <=, before + 1);
  memset (world.cut, 0, sizeof world.cut);
  wait_for (&world, all_have, world.made);
  check (&world);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  for (guint n = 1; n <= MAX_NODES; n += n < 4 ? 1 : 3)
    {
      g_autofree gchar *path = g_strdup_printf ("/replica/agree/%u", n);

      g_test_add_data_func (path, GUINT_TO_POINTER (n), test_agree);
    }
  g_test_add_func ("/replica/idle", test_idle);
  g_test_add_func ("/replica/return", test_return);
  g_test_add_func ("/replica/power-cuts", test_power_cuts);
  g_test_add_func ("/replica/build-on-old", test_build_on_old);
  g_test_add_func ("/replica/bad-network", test_bad_network);
  g_test_add_func ("/replica/partition", test_partition);
  return g_test_run ();
}
