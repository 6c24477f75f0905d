/* The rules at work: whole communities. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "world.h"

static void
same_chains (World *world, guint at_least)
{
  const GPtrArray *first = NULL;

  for (guint i = 0; i < world->n; i++)
    {
      const Node *node = &world->nodes[i];

      if (node->down)
        continue;
      g_assert_cmpuint (node->chain->len, >=, at_least);
      if (first == NULL)
        first = node->chain;
      for (guint j = 0; j < MIN (first->len, node->chain->len); j++)
        g_assert_cmpmem (first->pdata[j], sizeof (CitizBlockHeader), node->chain->pdata[j],
                         sizeof (CitizBlockHeader));
    }
}

/* R2, R4, R5, R7, R10 for every size; blocks on demand; silence without a need. */
static void
test_sizes (void)
{
  static const guint sizes[] = {1, 2, 3, 4, 7, 10, 13, 100};

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      World *world = world_new (sizes[i]);
      guint sent;

      world_start (world);
      world_need (world, TRUE);
      world_run (world, 1000);
      same_chains (world, 3);
      world_need (world, FALSE);
      world_run (world, 1000);
      sent = world->nodes[0].n_sent;
      world_run (world, 5000);
      g_assert_cmpuint (world->nodes[0].n_sent, ==, sent);
      world_run (world, 6 * 60 * 1000); /* a heartbeat */
      if (sizes[i] > 1)
        g_assert_cmpuint (world->nodes[0].n_sent, >, sent);
      same_chains (world, 4);
      world_free (world);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csx/sizes", test_sizes);
  return g_test_run ();
}
