/* R1, R6: how long a slot is waited for, and when it is skipped. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

static void
test_frontier (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint one = candidate (&b, 1, &b.world->origin, 0);

  g_assert_cmpuint (report (&b).frontier, ==, 1);
  cert (&b, CITIZ_VOTE_SKIP, 2, NULL);
  g_assert_cmpuint (report (&b).frontier, ==, 1);
  cert (&b, CITIZ_VOTE_NOTAR, 1, &one.hash);
  g_assert_cmpuint (report (&b).frontier, ==, 3);
  g_assert_cmpuint (report (&b).skipped, ==, 1);
  cert (&b, CITIZ_VOTE_FINAL, 1, &one.hash);
  g_assert_cmpuint (report (&b).skipped, ==, 0);
  g_assert_cmpuint (report (&b).final.slot, ==, 1);
  g_assert_cmpuint (report (&b).final.height, ==, 1);
}

static void
test_no_need_no_timer (void)
{
  g_auto (Bench) b = bench_new (4);

  world_run (b.world, 29 * 1000);
  g_assert_cmpuint (b.me->journal->len, ==, 0);
  world_run (b.world, 4 * 1000); /* heartbeat after 30 s, and T0 */
  g_assert_true (said (&b, CITIZ_VOTE_SKIP, 1));
}

static void
test_timer (void)
{
  g_auto (Bench) b = bench_new (4);

  set_need (&b, TRUE);
  world_run (b.world, 1999);
  g_assert_false (said (&b, CITIZ_VOTE_SKIP, 1));
  world_run (b.world, 1);
  g_assert_true (said (&b, CITIZ_VOTE_SKIP, 1));
  for (guint64 slot = 1; slot <= 3; slot++) /* 2 s, then × 1.3 for each slot skipped */
    {
      static const gint64 patience[] = {0, 2600, 3380, 4394};

      for (guint i = 0; i < 3; i++) /* nobody is silent */
        world_vote (b.world, b.me, other (&b, i), CITIZ_VOTE_SKIP, slot, NULL);
      g_assert_cmpuint (report (&b).frontier, ==, slot + 1);
      world_run (b.world, patience[slot] - 1);
      g_assert_false (said (&b, CITIZ_VOTE_SKIP, slot + 1));
      world_run (b.world, 1);
      g_assert_true (said (&b, CITIZ_VOTE_SKIP, slot + 1));
    }
}

static void
test_timer_stops (void)
{
  g_auto (Bench) b = bench_new (4);

  set_need (&b, TRUE);
  world_run (b.world, 1000);
  set_need (&b, FALSE);
  world_run (b.world, 20 * 1000);
  g_assert_false (said (&b, CITIZ_VOTE_SKIP, 1));
}

/* A leader of whom nothing was heard while two of its slots went by is not waited for. */
static void
test_silent_leader (void)
{
  g_auto (Bench) b = bench_new (4);

  set_need (&b, TRUE);
  for (guint64 slot = 1; slot <= 8; slot++)
    cert (&b, CITIZ_VOTE_SKIP, slot, NULL);
  g_assert_cmpuint (report (&b).frontier, ==, 9);
  world_run (b.world, 400);
  g_assert_true (said (&b, CITIZ_VOTE_SKIP, 9));
  world_vote (b.world, b.me, world_leader (b.world, 10), CITIZ_VOTE_SKIP, 9, NULL);
  cert (&b, CITIZ_VOTE_SKIP, 9, NULL);
  world_run (b.world, 1000);
  g_assert_false (said (&b, CITIZ_VOTE_SKIP, 10));
}

static void
test_skip_again (void)
{
  g_auto (Bench) b = bench_new (4);
  guint before;

  set_need (&b, TRUE);
  world_run (b.world, 2000);
  before = b.me->n_resent;
  world_run (b.world, 2000);
  g_assert_cmpuint (b.me->n_resent, >, before);
  g_assert_cmpuint (b.me->journal->len, ==, 1); /* the same bytes */
}

static void
test_obeys_leader (void)
{
  g_auto (Bench) b = bench_new (4);

  world_vote (b.world, b.me, world_leader (b.world, 1), CITIZ_VOTE_SKIP, 1, NULL);
  g_assert_true (said (&b, CITIZ_VOTE_SKIP, 1));
  world_vote (b.world, b.me, world_leader (b.world, 3), CITIZ_VOTE_SKIP, 3, NULL);
  g_assert_false (said (&b, CITIZ_VOTE_SKIP, 3));
}

static void
test_no_skip_after_final (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint one = candidate (&b, 1, &b.world->origin, 0);

  cert (&b, CITIZ_VOTE_NOTAR, 1, &one.hash);
  g_assert_true (said (&b, CITIZ_VOTE_FINAL, 1));
  set_need (&b, TRUE);
  world_run (b.world, 60 * 1000);
  g_assert_false (said (&b, CITIZ_VOTE_SKIP, 1));
}

/* 1 024 slots above the last final one and no further; patience doubles for each 128. */
static void
test_full (void)
{
  g_auto (Bench) b = bench_new (4);

  b.me->mute_builder = TRUE;
  set_need (&b, TRUE);
  for (guint64 slot = 1; slot < CITIZ_CSX_AHEAD; slot++)
    {
      cert (&b, CITIZ_VOTE_SKIP, slot, NULL);
    }
  world_run (b.world, 3839 * 1000);
  g_assert_false (said (&b, CITIZ_VOTE_SKIP, CITIZ_CSX_AHEAD));
  world_run (b.world, 1000);
  g_assert_true (said (&b, CITIZ_VOTE_SKIP, CITIZ_CSX_AHEAD));
  g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_FULL), ==, 0);
  cert (&b, CITIZ_VOTE_SKIP, CITIZ_CSX_AHEAD, NULL);
  g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_FULL), ==, 1);
  cert (&b, CITIZ_VOTE_SKIP, CITIZ_CSX_AHEAD + 1, NULL);
  g_assert_cmpuint (report (&b).frontier, ==, CITIZ_CSX_AHEAD + 1);
  world_run (b.world, 8000 * 1000);
  g_assert_false (said (&b, CITIZ_VOTE_SKIP, CITIZ_CSX_AHEAD + 1));
  g_assert_cmpuint (report (&b).slots, <=, CITIZ_CSX_AHEAD + CITIZ_CSX_BEHIND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csx/r1/frontier", test_frontier);
  g_test_add_func ("/csx/r1/no-need", test_no_need_no_timer);
  g_test_add_func ("/csx/r1/timer", test_timer);
  g_test_add_func ("/csx/r1/timer-stops", test_timer_stops);
  g_test_add_func ("/csx/r1/silent-leader", test_silent_leader);
  g_test_add_func ("/csx/r1/full", test_full);
  g_test_add_func ("/csx/r6/again", test_skip_again);
  g_test_add_func ("/csx/r6/leader", test_obeys_leader);
  g_test_add_func ("/csx/r6/after-final", test_no_skip_after_final);
  return g_test_run ();
}
