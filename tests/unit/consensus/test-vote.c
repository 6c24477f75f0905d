/* R4, R5, R9: when the node votes for a block, and for its being final. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

static void
test_notar_needs_parent (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint one = candidate (&b, 1, &b.world->origin, 0);
  const CitizCsxPoint two = candidate (&b, 2, &one, 0);

  g_assert_true (said (&b, CITIZ_VOTE_NOTAR, 1));
  g_assert_false (said (&b, CITIZ_VOTE_NOTAR, 2));
  cert (&b, CITIZ_VOTE_NOTAR, 1, &one.hash);
  world_settle (b.world);
  g_assert_true (said (&b, CITIZ_VOTE_NOTAR, 2));
  g_assert_true (citiz_hash_equal (&world_said (b.me, CITIZ_VOTE_NOTAR, 2)->hash, &two.hash));
}

static void
test_notar_needs_gap (void)
{
  g_auto (Bench) b = bench_new (4);

  (void) candidate (&b, 3, &b.world->origin, 0);
  cert (&b, CITIZ_VOTE_SKIP, 1, NULL);
  world_settle (b.world);
  g_assert_false (said (&b, CITIZ_VOTE_NOTAR, 3));
  cert (&b, CITIZ_VOTE_SKIP, 2, NULL);
  world_settle (b.world);
  g_assert_true (said (&b, CITIZ_VOTE_NOTAR, 3));
}

static void
test_notar_after_skip (void)
{
  g_auto (Bench) b = bench_new (4);
  CitizCsxPoint one;

  set_need (&b, TRUE);
  world_run (b.world, 2000);
  g_assert_true (said (&b, CITIZ_VOTE_SKIP, 1));
  one = candidate (&b, 1, &b.world->origin, 0);
  g_assert_true (said (&b, CITIZ_VOTE_NOTAR, 1));
  cert (&b, CITIZ_VOTE_NOTAR, 1, &one.hash);
  g_assert_false (said (&b, CITIZ_VOTE_FINAL, 1)); /* R5 */
}

static void
test_notar_not_below_final (void)
{
  g_auto (Bench) b = bench_new (4);
  CitizCsxPoint one;
  CitizCsxPoint stale;

  one = candidate (&b, 1, &b.world->origin, 0);
  final_block (&b, &one);
  cert (&b, CITIZ_VOTE_SKIP, 2, NULL);
  stale = candidate (&b, 3, &b.world->origin, 0); /* its parent is below the final block */
  g_assert_false (said (&b, CITIZ_VOTE_NOTAR, 3));
  stale.slot = 1;
  (void) candidate (&b, 3, &stale, 0); /* nor another block in the final block's slot */
  g_assert_false (said (&b, CITIZ_VOTE_NOTAR, 3));
}

static void
test_waits_for_driver (void)
{
  g_auto (Bench) b = bench_new (4);
  CitizCsxPoint one;
  CitizCsxEvent event = {.kind = CITIZ_CSX_EVENT_VERDICT, .slot = 1};

  b.me->holds_verdicts = TRUE;
  one = candidate (&b, 1, &b.world->origin, 0);
  event.hash = one.hash;
  g_assert_false (said (&b, CITIZ_VOTE_NOTAR, 1));
  event.verdict = CITIZ_CSX_VERDICT_NOT_YET;
  world_event (b.world, b.me, &event);
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_VALIDATE), ==, 0);
  world_event (b.world, b.me, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_TIMER});
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_VALIDATE), ==, 0);
  b.world->now += 200;
  world_event (b.world, b.me, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_TIMER});
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_VALIDATE), ==, 1);
  event.verdict = CITIZ_CSX_VERDICT_VALID;
  world_event (b.world, b.me, &event);
  g_assert_true (said (&b, CITIZ_VOTE_NOTAR, 1));
  event.slot = 99; /* of something nobody knows */
  world_event (b.world, b.me, &event);
}

static void
test_waits_for_store (void)
{
  g_auto (Bench) b = bench_new (4);
  CitizBlockHeader header;
  const CitizCsxPoint one = block (&b, 1, &b.world->origin, 0, &header);

  b.me->holds_verdicts = TRUE;
  world_candidate (b.world, b.me, &header, &one.hash);
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_STORE), ==, 1);
  world_event (b.world, b.me,
               &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_VERDICT, .slot = 1, .hash = one.hash});
  g_assert_false (said (&b, CITIZ_VOTE_NOTAR, 1));
  world_settle (b.world);
  g_assert_true (said (&b, CITIZ_VOTE_NOTAR, 1));
}

/* What is false is skipped at once. */
static void
test_refuses (void)
{
  static const struct
  {
    const gchar *what;
    gint64 height;
    gint64 time; /* against the clock; 0: not changed */
    guint8 flags;
    CitizCsxVerdict verdict;
    gboolean skip;
    gboolean notar;
  } cases[] = {
      {"good", 0, 0, 0, CITIZ_CSX_VERDICT_VALID, FALSE, TRUE},
      {"found false", 0, 0, 0, CITIZ_CSX_VERDICT_INVALID, TRUE, FALSE},
      {"a wrong height", 1, 0, 0, CITIZ_CSX_VERDICT_VALID, TRUE, FALSE},
      {"not later than its parent", 0, -2000, 0, CITIZ_CSX_VERDICT_VALID, TRUE, FALSE},
      {"a continuation of nothing", 0, 0, CITIZ_BLOCK_CONTINUATION, CITIZ_CSX_VERDICT_VALID, TRUE,
       FALSE},
      {"a little ahead", 0, 2000, 0, CITIZ_CSX_VERDICT_VALID, FALSE, TRUE},
      {"too far ahead", 0, 2001, 0, CITIZ_CSX_VERDICT_VALID, FALSE, FALSE},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Bench) b = bench_new (4);
      CitizBlockHeader header;

      g_test_message ("%s", cases[i].what);
      b.me->verdict = cases[i].verdict;
      (void) block (&b, 1, &b.world->origin, 0, &header);
      header.height += (guint64) cases[i].height;
      header.flags = cases[i].flags;
      if (cases[i].time != 0)
        header.time.ms = WORLD_WALL + b.world->now + cases[i].time;
      (void) send_header (&b, &header);
      g_assert_cmpint (said (&b, CITIZ_VOTE_SKIP, 1), ==, cases[i].skip);
      g_assert_cmpint (said (&b, CITIZ_VOTE_NOTAR, 1), ==, cases[i].notar);
      if (!cases[i].skip && !cases[i].notar) /* waits for its own clock */
        {
          world_run (b.world, 1);
          g_assert_true (said (&b, CITIZ_VOTE_NOTAR, 1));
        }
    }
}

static void
test_too_old (void)
{
  g_auto (Bench) b = bench_new (4);
  CitizBlockHeader header;
  CitizCsxPoint two;

  (void) block (&b, 1, &b.world->origin, 0, &header);
  b.world->now += 10 * 1000 + 1;
  (void) send_header (&b, &header);
  g_assert_true (said (&b, CITIZ_VOTE_SKIP, 1));
  /* a slot was skipped: 13 s are allowed */
  cert (&b, CITIZ_VOTE_SKIP, 1, NULL);
  (void) block (&b, 2, &b.world->origin, 0, &header);
  b.world->now += 13 * 1000;
  (void) send_header (&b, &header);
  g_assert_true (said (&b, CITIZ_VOTE_NOTAR, 2));
  /* and a certificate answers for any clock */
  (void) block (&b, 3, &b.world->origin, 0, &header);
  cert (&b, CITIZ_VOTE_SKIP, 2, NULL);
  b.world->now += 3600 * 1000;
  citiz_block_header_hash (&two.hash, &header);
  cert (&b, CITIZ_VOTE_NOTAR, 3, &two.hash);
  (void) send_header (&b, &header);
  g_assert_true (said (&b, CITIZ_VOTE_NOTAR, 3));
}

static void
test_diverged (void)
{
  g_auto (Bench) b = bench_new (4);
  CitizCsxPoint one;

  b.me->verdict = CITIZ_CSX_VERDICT_INVALID;
  one = candidate (&b, 1, &b.world->origin, 0);
  g_assert_cmpint (report (&b).mode, ==, CITIZ_CSX_SIGNING);
  cert (&b, CITIZ_VOTE_NOTAR, 1, &one.hash);
  g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_DIVERGED), ==, 1);
  g_assert_cmpint (report (&b).mode, ==, CITIZ_CSX_MUTED);
  cert (&b, CITIZ_VOTE_FINAL, 1, &one.hash);
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_COMMIT), ==, 0);
}

static void
test_final (void)
{
  static const struct
  {
    gboolean notar; /* by this node */
    gboolean skip;
    gboolean certified;
    gboolean same; /* the certificate is of the block it voted for */
    gboolean final;
  } cases[] = {
      {TRUE, FALSE, TRUE, TRUE, TRUE},   {TRUE, FALSE, FALSE, TRUE, FALSE},
      {TRUE, TRUE, TRUE, TRUE, FALSE},   {FALSE, FALSE, TRUE, TRUE, FALSE},
      {TRUE, FALSE, TRUE, FALSE, FALSE},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Bench) b = bench_new (4);
      CitizCsxPoint one = block (&b, 1, &b.world->origin, 0, NULL);

      if (cases[i].notar)
        (void) candidate (&b, 1, &b.world->origin, 0);
      if (cases[i].skip)
        {
          set_need (&b, TRUE);
          world_run (b.world, 2000);
        }
      if (!cases[i].same)
        one.hash.b[0] ^= 1;
      if (cases[i].certified)
        cert (&b, CITIZ_VOTE_NOTAR, 1, &one.hash);
      g_assert_cmpint (said (&b, CITIZ_VOTE_NOTAR, 1), ==, cases[i].notar);
      g_assert_cmpint (said (&b, CITIZ_VOTE_FINAL, 1), ==, cases[i].final);
    }
}

/* With FINAL the journal takes the certificate it relies on, as votes. */
static void
test_relies (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint one = candidate (&b, 1, &b.world->origin, 0);
  guint others = 0;

  cert (&b, CITIZ_VOTE_NOTAR, 1, &one.hash);
  for (guint i = 0; i < b.me->journal->len; i++)
    others += g_array_index (b.me->journal, CitizVote, i).voter != b.me->place;
  g_assert_cmpuint (others, ==, 3);
  g_assert_cmpint (g_array_index (b.me->journal, CitizVote, b.me->journal->len - 1).kind, ==,
                   CITIZ_VOTE_FINAL);
  world_stop_node (b.world, b.me);
  world_start_node (b.world, b.me);
  g_assert_cmpuint (report (&b).frontier, ==, 2); /* certified again, from the journal alone */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csx/r4/parent", test_notar_needs_parent);
  g_test_add_func ("/csx/r4/gap", test_notar_needs_gap);
  g_test_add_func ("/csx/r4/after-skip", test_notar_after_skip);
  g_test_add_func ("/csx/r4/below-final", test_notar_not_below_final);
  g_test_add_func ("/csx/r4/verdict", test_waits_for_driver);
  g_test_add_func ("/csx/r4/store", test_waits_for_store);
  g_test_add_func ("/csx/r5/final", test_final);
  g_test_add_func ("/csx/r5/relies", test_relies);
  g_test_add_func ("/csx/r9/refuses", test_refuses);
  g_test_add_func ("/csx/r9/too-old", test_too_old);
  g_test_add_func ("/csx/r9/diverged", test_diverged);
  return g_test_run ();
}
