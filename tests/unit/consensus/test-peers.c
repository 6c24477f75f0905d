/* R11, R12: what is told to others at a standstill and after a restart, and what they tell. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

static void
test_standstill (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint one = candidate (&b, 1, &b.world->origin, 0);
  CitizCsxPoint two;
  guint before;

  final_block (&b, &one);
  two = candidate (&b, 2, &one, 0);
  g_assert_true (said (&b, CITIZ_VOTE_NOTAR, 2));
  set_need (&b, TRUE);
  world_run (b.world, 2999);
  before = b.me->n_resent;
  world_run (b.world, 1); /* the final certificate, NOTAR of 2, SKIP of 2 */
  g_assert_cmpuint (b.me->n_resent, ==, before + 3);
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_GOSSIP), ==, 1);
  world_run (b.world, 30 * 1000);
  g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_STALLED), ==, 1);
  set_need (&b, FALSE);
  final_block (&b, &two);
  before = b.me->n_sent;
  world_run (b.world, 20 * 1000);
  g_assert_cmpuint (b.me->n_sent, ==, before);
}

static gsize egress;

static gboolean
count_bytes (World *world, const Packet *packet)
{
  egress += packet->message.kind == CITIZ_CSX_MESSAGE_VOTE ? CITIZ_VOTE_SIZE
            : packet->cert != NULL                         ? 60 + 64u * packet->cert->n_signatures
                                                           : 60;
  return TRUE;
}

/* Hundreds of slots to repeat, and still no more than 64 KiB a second. */
static void
test_egress (void)
{
  g_auto (Bench) b = bench_new (4);

  set_need (&b, TRUE);
  for (guint64 slot = 1; slot <= 900; slot++)
    cert (&b, CITIZ_VOTE_SKIP, slot, NULL);
  world_settle (b.world);
  b.world->lose = count_bytes;
  egress = 0;
  world_run (b.world, 20 * 1000);
  g_assert_cmpuint (egress, >, 100 * 1024);
  g_assert_cmpuint (egress, <, 21 * 64 * 1024);
}

static void
test_tells_the_late (void)
{
  g_auto (Bench) b = bench_new (4);
  CitizCsxPoint last = b.world->origin;

  world_vote (b.world, b.me, other (&b, 0), CITIZ_VOTE_SKIP, 1, NULL);
  for (guint64 slot = 1; slot <= 2; slot++)
    {
      last = candidate (&b, slot, &last, 0);
      final_block (&b, &last);
    }
  world_run (b.world, 1000);
  for (guint i = 0; i < 2; i++) /* once a second */
    {
      world_vote (b.world, b.me, other (&b, 0), CITIZ_VOTE_SKIP, 1, NULL);
      g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_SEND), ==, i == 0);
    }
}

/* Also after a restart, when the newest final block is the committed one. */
static void
test_tells_after_restart (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint one = candidate (&b, 1, &b.world->origin, 0);

  final_block (&b, &one);
  world_stop_node (b.world, b.me);
  world_start_node (b.world, b.me);
  b.world->now += 1000;
  world_vote (b.world, b.me, other (&b, 0), CITIZ_VOTE_SKIP, 1, NULL);
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_SEND), >=, 1);
  g_assert_nonnull (report (&b).final_cert);
}

static void
test_status (void)
{
  g_auto (Bench) b = bench_new (4);
  CitizCert final;
  CitizHash hash = {{1}};
  CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_STATUS, .cert = &final};
  const CitizCsxPoint one = candidate (&b, 1, &b.world->origin, 0);
  const guint16 leader = world_leader (b.world, 1);
  const CitizCsxEffect *effect;

  world_vote (b.world, b.me, leader, CITIZ_VOTE_NOTAR, 1, &one.hash);
  world_make_cert (b.world, &final, CITIZ_VOTE_FINAL, 0, &hash, 3);
  message.cert = NULL;
  message.status.ask = TRUE;
  message.status.time.ms = WORLD_WALL;
  world_message (b.world, b.me, leader, &message);
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_SEND), ==, 1);
  effect = &g_array_index (b.me->effects->rest, CitizCsxEffect, 0);
  g_assert_true (effect->message.status.answer);
  g_assert_cmpuint (effect->message.status.n_votes, ==, 2); /* its NOTAR and its CAND */
  g_assert_cmpuint (effect->to, ==, leader);
  /* a certificate in it counts */
  message.status.ask = FALSE;
  message.cert = &final;
  world_make_cert (b.world, &final, CITIZ_VOTE_FINAL, 1, &one.hash, 3);
  g_assert_false (said (&b, CITIZ_VOTE_FINAL, 1));
  if (b.me->place < 3) /* it may not hold a vote of ours that we never cast */
    final.slot = 0;
  world_message (b.world, b.me, leader, &message);
  message.status.epoch = 7;
  g_assert_false (citiz_csx_wants (b.me->csx, &message));
  world_message (b.world, b.me, leader, &message);
  world_event (b.world, b.me, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_PEER, .from = leader});
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_SEND), ==, 1);
  world_event (b.world, b.me, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_PEER, .from = 99});
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_SEND), ==, 0);
}

static void
test_clock (void)
{
  g_auto (Bench) b = bench_new (4);

  b.me->skew = 3600 * 1000;
  answer_status (&b, other (&b, 0), NULL, 0);
  g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_CLOCK), ==, 0);
  answer_status (&b, other (&b, 1), NULL, 0);
  g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_CLOCK), ==, 1);
  answer_status (&b, other (&b, 2), NULL, 0);
  g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_CLOCK), ==, 1);
}

/* The first answers after a start already tell. */
static void
test_clock_at_start (void)
{
  g_auto (Bench) b = bench_asking (4);

  b.me->skew = 3600 * 1000;
  answer_status (&b, other (&b, 0), NULL, 0);
  g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_CLOCK), ==, 0);
  answer_status (&b, other (&b, 1), NULL, 0);
  g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_CLOCK), ==, 1);
}

static void
test_guard (void)
{
  g_auto (Bench) b = bench_asking (4);

  g_assert_cmpint (report (&b).mode, ==, CITIZ_CSX_GUARDING);
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_SEND), ==, 3);
  (void) candidate (&b, 1, &b.world->origin, 0);
  answer_status (&b, other (&b, 0), NULL, 0);
  answer_status (&b, other (&b, 1), NULL, 0);
  g_assert_false (said (&b, CITIZ_VOTE_NOTAR, 1));
  answer_status (&b, other (&b, 2), NULL, 0); /* the last */
  world_settle (b.world);
  g_assert_cmpint (report (&b).mode, ==, CITIZ_CSX_SIGNING);
  g_assert_true (said (&b, CITIZ_VOTE_NOTAR, 1));
}

static void
test_guard_ends (void)
{
  g_auto (Bench) b = bench_asking (4);
  guint before;

  answer_status (&b, other (&b, 0), NULL, 0);
  world_run (b.world, 7000); /* 2 Ts are over, but one answer and oneself are no quorum */
  g_assert_cmpint (report (&b).mode, ==, CITIZ_CSX_GUARDING);
  before = b.me->n_sent;
  world_run (b.world, 1500);
  g_assert_cmpuint (b.me->n_sent, ==, before + 2); /* asks the other two again */
  answer_status (&b, other (&b, 1), NULL, 0);
  g_assert_cmpint (report (&b).mode, ==, CITIZ_CSX_SIGNING);
}

static void
test_recounts (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint one = candidate (&b, 1, &b.world->origin, 0);

  world_stop_node (b.world, b.me);
  world_start_node (b.world, b.me);
  answer_all (&b);
  votes (&b, 2, CITIZ_VOTE_NOTAR, 1, &one.hash); /* two others and one's own */
  g_assert_true (said (&b, CITIZ_VOTE_FINAL, 1));
}

static void
test_double (void)
{
  const CitizHash hash = {{1}};

  for (guint way = 0; way < 5; way++)
    {
      g_auto (Bench) b = bench_asking (4);
      const guint16 self = b.me->place;
      CitizVote vote = world_make_vote (b.world, self, CITIZ_VOTE_NOTAR, 2, &hash);
      CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_VOTE, .vote = vote};
      CitizCert made;

      switch (way)
        {
        case 0: /* an answer shows it */
          answer_status (&b, other (&b, 0), &vote, 1);
          break;
        case 1: /* somebody passes it on */
          world_message (b.world, b.me, other (&b, 0), &message);
          break;
        case 2: /* it is in a certificate */
          world_make_cert (b.world, &made, CITIZ_VOTE_NOTAR, 2, &hash, 4);
          message = (CitizCsxMessage){.kind = CITIZ_CSX_MESSAGE_CERT, .cert = &made};
          world_message (b.world, b.me, other (&b, 0), &message);
          break;
        case 3: /* a candidate */
          message.kind = CITIZ_CSX_MESSAGE_CAND;
          message.vote = world_make_vote (b.world, self, CITIZ_VOTE_CAND, 4, &hash);
          world_message (b.world, b.me, other (&b, 0), &message);
          break;
        default: /* one of another kind is in the journal */
          g_array_append_val (b.me->journal, vote);
          world_stop_node (b.world, b.me);
          world_start_node (b.world, b.me);
          vote = world_make_vote (b.world, self, CITIZ_VOTE_SKIP, 2, NULL);
          answer_status (&b, other (&b, 0), &vote, 1);
          break;
        }
      g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_DOUBLE), ==, 1);
      g_assert_cmpint (report (&b).mode, ==, CITIZ_CSX_MUTED);
      g_array_set_size (b.me->journal, 0);
      answer_all (&b);
      set_need (&b, TRUE);
      (void) candidate (&b, 1, &b.world->origin, 0);
      world_run (b.world, 60 * 1000);
      g_assert_cmpuint (b.me->journal->len, ==, 0);
    }
}

/* One's own journaled votes, shown by others, are no surprise. */
static void
test_known (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint one = candidate (&b, 1, &b.world->origin, 0);
  const CitizVote own = *world_said (b.me, CITIZ_VOTE_NOTAR, 1);
  const CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_VOTE, .vote = own};

  world_message (b.world, b.me, other (&b, 0), &message);
  answer_status (&b, other (&b, 0), &own, 1);
  final_block (&b, &one);
  world_message (b.world, b.me, other (&b, 0), &message); /* final: nobody can tell any more */
  g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_DOUBLE), ==, 0);
}

/* Votes of the journal beyond the window are a floor: below, nothing is signed. */
static void
test_floor (void)
{
  g_auto (Bench) b = bench_asking (4);
  const CitizVote far
      = world_make_vote (b.world, b.me->place, CITIZ_VOTE_SKIP, 2 * CITIZ_CSX_AHEAD, NULL);
  CitizHash hash = {{1}};

  world_stop_node (b.world, b.me);
  g_array_append_val (b.me->journal, far);
  world_start_node (b.world, b.me);
  answer_all (&b);
  set_need (&b, TRUE);
  world_run (b.world, 60 * 1000);
  g_assert_cmpuint (b.me->journal->len, ==, 1);
  cert (&b, CITIZ_VOTE_FINAL, 2 * CITIZ_CSX_AHEAD, &hash);
  world_run (b.world, 60 * 1000);
  g_assert_cmpuint (b.me->journal->len, >, 1);
}

static void
test_observer (void)
{
  World *world = world_new (4);
  Node *node = &world->nodes[4];

  world_start (world);
  world_start_node (world, node);
  g_assert_cmpint (world_report (node).mode, ==, CITIZ_CSX_OBSERVING);
  world_need (world, TRUE);
  world_run (world, 2000);
  g_assert_cmpuint (node->chain->len, >, 2);
  g_assert_cmpuint (node->journal->len, ==, 0);
  world_free (world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csx/r11/standstill", test_standstill);
  g_test_add_func ("/csx/r11/egress", test_egress);
  g_test_add_func ("/csx/r11/late", test_tells_the_late);
  g_test_add_func ("/csx/r11/late-restart", test_tells_after_restart);
  g_test_add_func ("/csx/r11/status", test_status);
  g_test_add_func ("/csx/r11/clock", test_clock);
  g_test_add_func ("/csx/r11/clock-at-start", test_clock_at_start);
  g_test_add_func ("/csx/r12/guard", test_guard);
  g_test_add_func ("/csx/r12/guard-ends", test_guard_ends);
  g_test_add_func ("/csx/r12/recounts", test_recounts);
  g_test_add_func ("/csx/r12/double", test_double);
  g_test_add_func ("/csx/r12/known", test_known);
  g_test_add_func ("/csx/r12/floor", test_floor);
  g_test_add_func ("/csx/r12/observer", test_observer);
  return g_test_run ();
}
