/* Each rule by itself: one node of four, the others are the test. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "world.h"

#include <string.h>

/* The one node leads slots 4, 8, 12 …; slots between are led by others. */
typedef struct
{
  World *world;
  Node *me;
} Bench;

static void
answer_status (Bench *bench, guint16 from, const CitizVote *votes, guint n)
{
  const CitizCsxMessage message = {
      .kind = CITIZ_CSX_MESSAGE_STATUS,
      .status
      = {.answer = TRUE, .time = {WORLD_WALL + bench->world->now}, .votes = votes, .n_votes = n}};

  world_message (bench->world, bench->me, from, &message);
}

static void
answer_all (Bench *bench)
{
  for (guint16 i = 0; i < bench->world->n; i++)
    if (i != bench->me->place)
      answer_status (bench, i, NULL, 0);
}

static Bench
bench_new (guint n)
{
  World *world = world_new (n);
  Bench bench = {world, &world->nodes[world_leader (world, 4)]};

  world_start_node (world, bench.me);
  answer_all (&bench);
  world_settle (world);
  return bench;
}

static void
bench_clear (Bench *bench)
{
  world_free (bench->world);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Bench, bench_clear)

static void
set_need (Bench *bench, gboolean need)
{
  world_event (bench->world, bench->me,
               &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_NEED, .need = need});
}

static guint16
other (Bench *bench, guint i)
{
  return (guint16) ((bench->me->place + 1 + i) % bench->world->n);
}

static void
votes (Bench *bench, guint n, CitizVoteKind kind, guint64 slot, const CitizHash *hash)
{
  for (guint i = 0; i < n; i++)
    world_vote (bench->world, bench->me, other (bench, i), kind, slot, hash);
}

/* From as many others as make a quorum. */
static void
cert (Bench *bench, CitizVoteKind kind, guint64 slot, const CitizHash *hash)
{
  CitizVote list[CITIZ_MAX_VALIDATORS];
  CitizCert made;
  CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_CERT, .cert = &made};
  guint n = 0;

  for (guint16 i = 0; i < bench->world->n && n < citiz_quorum (bench->world->n); i++)
    if (i != bench->me->place)
      list[n++] = world_make_vote (bench->world, i, kind, slot, hash);
  citiz_cert_from_votes (&made, list, n);
  world_message (bench->world, bench->me, other (bench, 0), &message);
}

static CitizCsxPoint
block (Bench *bench, guint64 slot, const CitizCsxPoint *parent, guint8 salt, CitizBlockHeader *out)
{
  CitizBlockHeader header;
  const CitizHash hash = world_make_block (bench->world, &header, slot, parent,
                                           world_leader (bench->world, slot), salt);

  if (out != NULL)
    *out = header;
  return (CitizCsxPoint){slot, header.height, hash, header.time, header.flags};
}

/* A candidate of @slot arrives; the driver stores and executes it. */
static CitizCsxPoint
candidate (Bench *bench, guint64 slot, const CitizCsxPoint *parent, guint8 salt)
{
  CitizBlockHeader header;
  const CitizCsxPoint point = block (bench, slot, parent, salt, &header);

  world_candidate (bench->world, bench->me, &header, &point.hash);
  world_settle (bench->world);
  return point;
}

static CitizCsxPoint
send_header (Bench *bench, CitizBlockHeader *header)
{
  CitizHash hash;

  citiz_block_header_hash (&hash, header);
  world_candidate (bench->world, bench->me, header, &hash);
  world_settle (bench->world);
  return (CitizCsxPoint){header->slot, header->height, hash, header->time, header->flags};
}

static void
final_block (Bench *bench, const CitizCsxPoint *point)
{
  cert (bench, CITIZ_VOTE_NOTAR, point->slot, &point->hash);
  cert (bench, CITIZ_VOTE_FINAL, point->slot, &point->hash);
  world_settle (bench->world);
}

static gboolean
said (Bench *bench, CitizVoteKind kind, guint64 slot)
{
  for (guint i = 0; i < bench->me->journal->len; i++)
    {
      const CitizVote *vote = &g_array_index (bench->me->journal, CitizVote, i);

      if (vote->kind == kind && vote->slot == slot && vote->voter == bench->me->place)
        return TRUE;
    }
  return FALSE;
}

static CitizCsxReport
report (Bench *bench)
{
  return world_report (bench->me);
}

/* R1, R6 ********************************************************************/

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

/* R2 ************************************************************************/

static void
to_own_slot (Bench *bench)
{
  for (guint64 slot = 1; slot < 4; slot++)
    cert (bench, CITIZ_VOTE_SKIP, slot, NULL);
}

static void
test_proposes (void)
{
  g_auto (Bench) b = bench_new (4);

  to_own_slot (&b);
  world_run (b.world, 1000);
  g_assert_false (said (&b, CITIZ_VOTE_CAND, 4)); /* nobody needs it */
  set_need (&b, TRUE);
  world_settle (b.world);
  g_assert_true (said (&b, CITIZ_VOTE_CAND, 4));
  g_assert_true (said (&b, CITIZ_VOTE_NOTAR, 4));
  /* in the journal: the three SKIP certificates it stands on, then CAND and NOTAR together */
  g_assert_cmpuint (b.me->journal->len, ==, 3 * 3 + 2);
  world_run (b.world, 1000);
  g_assert_cmpuint (b.me->journal->len, ==, 3 * 3 + 2);
}

static void
test_interval (void)
{
  g_auto (Bench) b = bench_new (4);

  set_need (&b, TRUE);
  to_own_slot (&b);
  world_run (b.world, 199);
  g_assert_false (said (&b, CITIZ_VOTE_CAND, 4));
  world_run (b.world, 1);
  g_assert_true (said (&b, CITIZ_VOTE_CAND, 4));
}

static void
test_base (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint two = candidate (&b, 2, &b.world->origin, 0);
  const CitizVote *own;
  const CitizBlockHeader *made;

  set_need (&b, TRUE);
  cert (&b, CITIZ_VOTE_SKIP, 1, NULL);
  world_settle (b.world);
  cert (&b, CITIZ_VOTE_NOTAR, 2, &two.hash);
  cert (&b, CITIZ_VOTE_SKIP, 3, NULL);
  world_run (b.world, 200);
  own = world_said (b.me, CITIZ_VOTE_CAND, 4);
  g_assert_nonnull (own);
  made = g_hash_table_lookup (b.me->blocks, &own->hash);
  g_assert_cmpuint (made->parent_slot, ==, 2);
  g_assert_cmpuint (made->height, ==, 2);
  g_assert_true (citiz_hash_equal (&made->parent, &two.hash));
}

static void
test_built_too_late (void)
{
  g_auto (Bench) b = bench_new (4);

  b.me->mute_builder = TRUE;
  set_need (&b, TRUE);
  to_own_slot (&b);
  world_run (b.world, 30 * 1000);
  g_assert_true (said (&b, CITIZ_VOTE_SKIP, 4));
  {
    CitizBlockHeader header;
    const CitizCsxPoint late = block (&b, 4, &b.world->origin, 0, &header);

    world_event (
        b.world, b.me,
        &(CitizCsxEvent){
            .kind = CITIZ_CSX_EVENT_BUILT, .slot = 4, .header = &header, .hash = late.hash});
  }
  g_assert_false (said (&b, CITIZ_VOTE_CAND, 4));
}

/* The slot became final elsewhere while its block was made. */
static void
test_built_in_vain (void)
{
  g_auto (Bench) b = bench_new (4);
  CitizBlockHeader header;
  CitizCsxPoint mine;
  CitizCsxPoint three;

  b.me->mute_builder = TRUE;
  set_need (&b, TRUE);
  to_own_slot (&b);
  world_run (b.world, 200);
  mine = block (&b, 4, &b.world->origin, 0, &header);
  three = block (&b, 3, &b.world->origin, 0, NULL);
  cert (&b, CITIZ_VOTE_FINAL, 3, &three.hash);
  world_event (b.world, b.me,
               &(CitizCsxEvent){
                   .kind = CITIZ_CSX_EVENT_BUILT, .slot = 4, .header = &header, .hash = mine.hash});
  g_assert_false (said (&b, CITIZ_VOTE_CAND, 4));
}

static void
test_never_proposes_twice (void)
{
  g_auto (Bench) b = bench_new (4);
  guint n;

  set_need (&b, TRUE);
  to_own_slot (&b);
  world_run (b.world, 200);
  g_assert_true (said (&b, CITIZ_VOTE_CAND, 4));
  n = b.me->journal->len;
  world_stop_node (b.world, b.me);
  g_hash_table_remove_all (b.me->blocks); /* even if the block is gone */
  world_start_node (b.world, b.me);
  answer_all (&b);
  set_need (&b, TRUE);
  world_run (b.world, 1500);
  g_assert_cmpuint (b.me->journal->len, ==, n);
}

/* R3 ************************************************************************/

static void
test_candidates (void)
{
  static const struct
  {
    const gchar *what;
    goffset field; /* of the header: changed by one bit before hashing */
    gboolean voter;
    guint64 slot;
  } cases[] = {
      {"another chain", G_STRUCT_OFFSET (CitizBlockHeader, chain_id), FALSE, 1},
      {"another epoch", G_STRUCT_OFFSET (CitizBlockHeader, epoch), FALSE, 1},
      {"other validators", G_STRUCT_OFFSET (CitizBlockHeader, vs_hash), FALSE, 1},
      {"another proposer", G_STRUCT_OFFSET (CitizBlockHeader, proposer), FALSE, 1},
      {"not the leader", -1, TRUE, 1},
      {"too far ahead", -1, FALSE, 1 + CITIZ_CSX_WINDOW + 1},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Bench) b = bench_new (4);
      CitizBlockHeader header;
      CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_CAND};
      const guint64 slot = cases[i].slot;
      guint16 leader = world_leader (b.world, slot);

      (void) block (&b, slot, &b.world->origin, 0, &header);
      if (cases[i].field >= 0)
        ((guint8 *) &header)[cases[i].field] ^= 1;
      citiz_block_header_hash (&message.hash, &header);
      if (cases[i].voter)
        leader = (guint16) ((leader + 1) % 4 == b.me->place ? (leader + 2) % 4 : (leader + 1) % 4);
      message.header = header;
      message.vote = world_make_vote (b.world, leader, CITIZ_VOTE_CAND, slot, &message.hash);
      g_test_message ("%s", cases[i].what);
      world_message (b.world, b.me, leader, &message);
      g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_STORE), ==, 0);
      world_settle (b.world);
      g_assert_cmpuint (b.me->journal->len, ==, 0);
    }
}

static void
test_two_candidates (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint one = candidate (&b, 1, &b.world->origin, 1);
  const CitizEvidence *evidence;

  g_assert_true (citiz_hash_equal (&world_said (b.me, CITIZ_VOTE_NOTAR, 1)->hash, &one.hash));
  (void) candidate (&b, 1, &b.world->origin, 2);
  (void) candidate (&b, 1, &b.world->origin, 3);
  (void) candidate (&b, 1, &b.world->origin, 2);
  g_assert_cmpuint (b.me->evidence->len, ==, 1);
  evidence = &g_array_index (b.me->evidence, CitizEvidence, 0);
  g_assert_cmpint (citiz_evidence_of (&evidence->first, &evidence->second), ==,
                   CITIZ_EVIDENCE_TWO_CANDS);
  g_assert_cmpuint (b.me->journal->len, ==, 1);
  g_assert_cmpuint (g_hash_table_size (b.me->blocks), ==, 2);
}

/* R4, R9 ********************************************************************/

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

/* R5 ************************************************************************/

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

/* R7, evidence **************************************************************/

static void
test_certificates (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint one = block (&b, 1, &b.world->origin, 0, NULL);
  CitizCsxLook look;

  votes (&b, 2, CITIZ_VOTE_NOTAR, 1, &one.hash);
  votes (&b, 2, CITIZ_VOTE_NOTAR, 1, &one.hash); /* the same again counts once */
  g_assert_true (citiz_csx_look (b.me->csx, 1, &look));
  g_assert_null (look.cert_notar);
  votes (&b, 3, CITIZ_VOTE_NOTAR, 1, &one.hash);
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_KEEP), ==, 1);
  g_assert_true (citiz_csx_look (b.me->csx, 1, &look));
  g_assert_nonnull (look.cert_notar);
  g_assert_cmpuint (look.cert_notar->n_signatures, ==, 3);
  g_assert_cmpuint (b.me->kept->len, ==, 1);
  cert (&b, CITIZ_VOTE_NOTAR, 1, &one.hash); /* known */
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_BROADCAST), ==, 0);
  g_assert_cmpuint (b.me->kept->len, ==, 1);
  g_assert_false (citiz_csx_look (b.me->csx, 2, &look));
}

static void
test_bad_certificates (void)
{
  g_auto (Bench) b = bench_new (4);
  CitizHash hash = {{1}};
  CitizCert made;
  const CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_CERT, .cert = &made};

  world_make_cert (b.world, &made, CITIZ_VOTE_NOTAR, 1, &hash, 2);
  world_message (b.world, b.me, 0, &message);
  b.world->epoch = 1;
  cert (&b, CITIZ_VOTE_NOTAR, 1, &hash);
  world_vote (b.world, b.me, other (&b, 0), CITIZ_VOTE_NOTAR, 1, &hash);
  b.world->epoch = 0;
  cert (&b, CITIZ_VOTE_NOTAR, CITIZ_CSX_AHEAD + 1, &hash);
  votes (&b, 3, CITIZ_VOTE_NOTAR, CITIZ_CSX_WINDOW + 2, &hash);
  g_assert_cmpuint (b.me->kept->len, ==, 0);
  cert (&b, CITIZ_VOTE_NOTAR, CITIZ_CSX_AHEAD, &hash);
  g_assert_cmpuint (b.me->kept->len, ==, 1);
}

/* A FINAL certificate is taken from any slot. */
static void
test_far_final (void)
{
  g_auto (Bench) b = bench_new (4);
  CitizHash hash = {{1}};

  cert (&b, CITIZ_VOTE_SKIP, 1, NULL);
  cert (&b, CITIZ_VOTE_FINAL, 1000000, &hash);
  g_assert_cmpuint (report (&b).final.slot, ==, 1000000);
  g_assert_cmpuint (report (&b).final.height, ==, 0);
  g_assert_cmpuint (report (&b).frontier, ==, 1000001);
  g_assert_cmpuint (report (&b).slots, ==, 1);
  g_assert_true (report (&b).need);
  cert (&b, CITIZ_VOTE_FINAL, 999999, &hash); /* older: nothing new */
  g_assert_cmpuint (report (&b).final.slot, ==, 1000000);
}

static void
test_many_peers (void)
{
  World *world = world_new (13);
  Bench b = {world, &world->nodes[0]};
  CitizHash hash = {{1}};

  world_start_node (world, b.me);
  answer_all (&b);
  cert (&b, CITIZ_VOTE_NOTAR, 1, &hash);
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_SEND), >=, 5);
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_BROADCAST), ==, 0);
  world_free (world);
}

static void
test_evidence (void)
{
  static const struct
  {
    CitizVoteKind first;
    CitizVoteKind second;
    CitizEvidenceKind kind;
  } cases[] = {
      {CITIZ_VOTE_NOTAR, CITIZ_VOTE_NOTAR, CITIZ_EVIDENCE_TWO_NOTARS},
      {CITIZ_VOTE_FINAL, CITIZ_VOTE_FINAL, CITIZ_EVIDENCE_TWO_FINALS},
      {CITIZ_VOTE_NOTAR, CITIZ_VOTE_FINAL, CITIZ_EVIDENCE_NOTAR_FINAL},
      {CITIZ_VOTE_FINAL, CITIZ_VOTE_NOTAR, CITIZ_EVIDENCE_NOTAR_FINAL},
      {CITIZ_VOTE_SKIP, CITIZ_VOTE_FINAL, CITIZ_EVIDENCE_SKIP_FINAL},
      {CITIZ_VOTE_FINAL, CITIZ_VOTE_SKIP, CITIZ_EVIDENCE_SKIP_FINAL},
      {CITIZ_VOTE_NOTAR, CITIZ_VOTE_SKIP, CITIZ_EVIDENCE_NONE},
      {CITIZ_VOTE_SKIP, CITIZ_VOTE_NOTAR, CITIZ_EVIDENCE_NONE},
  };
  const CitizHash a = {{1}};
  const CitizHash z = {{2}};

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Bench) b = bench_new (4);
      const guint16 liar = other (&b, 0);
      const CitizEvidence *evidence;

      world_vote (b.world, b.me, liar, cases[i].first, 2,
                  cases[i].first == CITIZ_VOTE_SKIP ? NULL : &a);
      for (guint times = 0; times < 2; times++)
        world_vote (b.world, b.me, liar, cases[i].second, 2,
                    cases[i].second == CITIZ_VOTE_SKIP ? NULL : &z);
      g_assert_cmpuint (b.me->evidence->len, ==, cases[i].kind != CITIZ_EVIDENCE_NONE);
      if (b.me->evidence->len == 0)
        continue;
      evidence = &g_array_index (b.me->evidence, CitizEvidence, 0);
      g_assert_cmpint (citiz_evidence_of (&evidence->first, &evidence->second), ==, cases[i].kind);
      g_assert_cmpuint (evidence->first.voter, ==, liar);
    }
}

/* More lie than are tolerated: told once, with the names. */
static void
test_fork (void)
{
  static const struct
  {
    CitizVoteKind first;
    CitizVoteKind second;
  } cases[] = {
      {CITIZ_VOTE_NOTAR, CITIZ_VOTE_NOTAR}, {CITIZ_VOTE_FINAL, CITIZ_VOTE_FINAL},
      {CITIZ_VOTE_SKIP, CITIZ_VOTE_FINAL},  {CITIZ_VOTE_NOTAR, CITIZ_VOTE_FINAL},
      {CITIZ_VOTE_FINAL, CITIZ_VOTE_SKIP},
  };
  const CitizHash a = {{1}};
  const CitizHash z = {{2}};

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Bench) b = bench_new (4);

      cert (&b, cases[i].first, 1, cases[i].first == CITIZ_VOTE_SKIP ? NULL : &a);
      for (guint times = 0; times < 2; times++)
        cert (&b, cases[i].second, 1, cases[i].second == CITIZ_VOTE_SKIP ? NULL : &z);
      g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_FORK), ==, 1);
      g_assert_cmpuint (b.me->evidence->len, ==, 3);
    }
}

/* R8, R10 *******************************************************************/

static void
test_fetch (void)
{
  static const gint64 waits[] = {200, 400, 800, 1600, 1600};
  g_auto (Bench) b = bench_new (4);
  CitizBlockHeader header;
  const CitizCsxPoint one = block (&b, 1, &b.world->origin, 0, &header);
  CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_BLOCK, .header = header, .hash = one.hash};

  world_message (b.world, b.me, other (&b, 0), &message); /* nobody asked for it */
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_STORE), ==, 0);
  cert (&b, CITIZ_VOTE_NOTAR, 1, &one.hash);
  g_assert_cmpuint (b.me->n_fetches, ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      world_run (b.world, waits[i] - 1);
      g_assert_cmpuint (b.me->n_fetches, ==, 2 * (i + 1));
      world_run (b.world, 1);
      g_assert_cmpuint (b.me->n_fetches, ==, 2 * (i + 2));
    }
  g_assert_true (citiz_csx_wants (b.me->csx, &message));
  world_message (b.world, b.me, other (&b, 0), &message);
  g_assert_false (citiz_csx_wants (b.me->csx, &message));
  world_settle (b.world);
  g_assert_true (said (&b, CITIZ_VOTE_NOTAR, 1));
}

static void
test_commit (void)
{
  g_auto (Bench) b = bench_new (4);
  CitizCsxPoint last = b.world->origin;

  for (guint64 slot = 1; slot <= 3; slot++)
    {
      last = candidate (&b, slot, &last, 0);
      cert (&b, CITIZ_VOTE_NOTAR, slot, &last.hash);
      world_settle (b.world);
    }
  g_assert_cmpuint (b.me->chain->len, ==, 0);
  cert (&b, CITIZ_VOTE_FINAL, 3, &last.hash);
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_COMMIT), ==, 1);
  g_assert_cmpuint (report (&b).committed.slot, ==, 0);
  world_settle (b.world);
  g_assert_cmpuint (b.me->chain->len, ==, 3);
  g_assert_cmpuint (report (&b).committed.slot, ==, 3);
  g_assert_cmpuint (report (&b).slots, ==, 0);
}

/* Without the NOTAR certificate of each block and the SKIP certificates between nothing is committed. */
static void
test_commit_justified (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint two = candidate (&b, 2, &b.world->origin, 0);

  cert (&b, CITIZ_VOTE_FINAL, 2, &two.hash);
  world_settle (b.world);
  g_assert_cmpuint (b.me->chain->len, ==, 0);
  g_assert_cmpuint (b.me->n_ranges, ==, 1);
  votes (&b, 3, CITIZ_VOTE_NOTAR, 2, &two.hash); /* final, and still counted */
  world_settle (b.world);
  g_assert_cmpuint (b.me->chain->len, ==, 0);
  cert (&b, CITIZ_VOTE_SKIP, 1, NULL);
  world_settle (b.world);
  g_assert_cmpuint (b.me->chain->len, ==, 1);
}

static void
test_commit_fails (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint one = candidate (&b, 1, &b.world->origin, 0);

  b.me->commit_fails = TRUE;
  final_block (&b, &one);
  g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_DIVERGED), ==, 1);
  g_assert_cmpint (report (&b).mode, ==, CITIZ_CSX_MUTED);
  world_event (b.world, b.me, /* of nothing that was asked */
               &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_COMMITTED, .slot = 9, .done = TRUE});
  g_assert_cmpuint (report (&b).committed.slot, ==, 0);
}

/* A chain of @n blocks that this node has never seen. */
static CitizBlockHeader *
chain (Bench *bench, guint n, CitizHash **out_hashes)
{
  CitizBlockHeader *headers = g_new (CitizBlockHeader, n);
  CitizCsxPoint last = bench->world->origin;

  *out_hashes = g_new (CitizHash, n);
  for (guint i = 0; i < n; i++)
    {
      last = block (bench, i + 1, &last, 0, &headers[i]);
      (*out_hashes)[i] = last.hash;
      g_hash_table_insert (bench->me->blocks, g_memdup2 (&last.hash, sizeof last.hash),
                           g_memdup2 (&headers[i], sizeof *headers));
    }
  return headers;
}

static void
send_range (Bench *bench, CitizCsxRange range)
{
  world_event (bench->world, bench->me,
               &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_RANGE, .from = 0, .range = &range});
}

static void
test_range (void)
{
  g_auto (Bench) b = bench_new (4);
  g_autofree CitizHash *hashes = NULL;
  g_autofree CitizBlockHeader *headers = chain (&b, 10, &hashes);
  CitizCert final;
  CitizCert wrong;

  cert (&b, CITIZ_VOTE_FINAL, 10, &hashes[9]);
  world_settle (b.world); /* the harness' peers are down: an empty answer */
  g_assert_cmpuint (b.me->n_ranges, ==, 1);
  world_run (b.world, 200);
  g_assert_cmpuint (b.me->n_ranges, ==, 2);

  world_make_cert (b.world, &final, CITIZ_VOTE_FINAL, 6, &hashes[5], 3);
  world_make_cert (b.world, &wrong, CITIZ_VOTE_NOTAR, 6, &hashes[5], 3);
  send_range (&b, (CitizCsxRange){6, headers, hashes, &wrong});
  send_range (&b, (CitizCsxRange){5, headers, hashes, &final});
  send_range (&b, (CitizCsxRange){5, headers + 1, hashes + 1, &final});
  headers[3].height++;
  send_range (&b, (CitizCsxRange){6, headers, hashes, &final});
  headers[3].height--;
  g_assert_cmpuint (b.me->chain->len, ==, 0);
  send_range (&b, (CitizCsxRange){6, headers, hashes, &final});
  send_range (&b, (CitizCsxRange){6, headers, hashes, &final}); /* while it commits */
  g_assert_cmpuint (report (&b).committed.slot, ==, 0);
  world_settle (b.world);
  g_assert_cmpuint (report (&b).committed.slot, ==, 6);
  g_assert_cmpuint (b.me->chain->len, ==, 6);
  world_make_cert (b.world, &final, CITIZ_VOTE_FINAL, 10, &hashes[9], 3);
  send_range (&b, (CitizCsxRange){4, headers + 6, hashes + 6, &final});
  world_settle (b.world);
  g_assert_cmpuint (b.me->chain->len, ==, 10);
}

/* R11 ***********************************************************************/

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

/* R12 ***********************************************************************/

static Bench
restarted (GArray *journal)
{
  World *world = world_new (4);
  Bench bench = {world, &world->nodes[world_leader (world, 4)]};

  if (journal != NULL)
    g_array_append_vals (bench.me->journal, journal->data, journal->len);
  world_start_node (world, bench.me);
  return bench;
}

/* The first answers after a start already tell. */
static void
test_clock_at_start (void)
{
  g_auto (Bench) b = restarted (NULL);

  b.me->skew = 3600 * 1000;
  answer_status (&b, other (&b, 0), NULL, 0);
  g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_CLOCK), ==, 0);
  answer_status (&b, other (&b, 1), NULL, 0);
  g_assert_cmpuint (world_alarms (b.me, CITIZ_CSX_ALARM_CLOCK), ==, 1);
}

static void
test_guard (void)
{
  g_auto (Bench) b = restarted (NULL);

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
  g_auto (Bench) b = restarted (NULL);
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
      g_auto (Bench) b = restarted (NULL);
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
  g_autoptr (GArray) journal = g_array_new (FALSE, FALSE, sizeof (CitizVote));
  g_auto (Bench) b = restarted (NULL);
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

/* Epochs ********************************************************************/

static void
test_closing (void)
{
  g_auto (Bench) b = bench_new (4);
  CitizBlockHeader header;
  CitizCsxPoint one;
  CitizCsxPoint two;
  CitizCsxPoint three;

  (void) block (&b, 1, &b.world->origin, 0, &header);
  header.flags = CITIZ_BLOCK_CLOSING;
  one = send_header (&b, &header);
  cert (&b, CITIZ_VOTE_NOTAR, 1, &one.hash);
  two = candidate (&b, 2, &one, 0); /* goes on as if nothing was */
  g_assert_true (said (&b, CITIZ_VOTE_SKIP, 2));
  cert (&b, CITIZ_VOTE_SKIP, 2, NULL);
  (void) block (&b, 3, &one, 0, &header);
  header.flags = CITIZ_BLOCK_CONTINUATION;
  header.n_tx = 1;
  two = send_header (&b, &header); /* not empty */
  g_assert_true (said (&b, CITIZ_VOTE_SKIP, 3));
  cert (&b, CITIZ_VOTE_SKIP, 3, NULL);
  set_need (&b, TRUE);
  world_run (b.world, 1000); /* its own slot: an empty continuation */
  two.hash = world_said (b.me, CITIZ_VOTE_CAND, 4)->hash;
  g_assert_cmpuint (((CitizBlockHeader *) g_hash_table_lookup (b.me->blocks, &two.hash))->flags, ==,
                    CITIZ_BLOCK_CONTINUATION);
  cert (&b, CITIZ_VOTE_NOTAR, 4, &two.hash);
  g_assert_true (said (&b, CITIZ_VOTE_FINAL, 4));
  cert (&b, CITIZ_VOTE_FINAL, 4, &two.hash);
  world_settle (b.world);
  /* the closing block is the last of the chain, the continuation is gone */
  g_assert_true (b.me->closed);
  g_assert_cmpuint (b.me->chain->len, ==, 1);
  g_assert_cmpuint (report (&b).committed.slot, ==, 1);
  g_assert_cmpint (report (&b).mode, ==, CITIZ_CSX_CLOSED);
  three = candidate (&b, 5, &two, 0);
  cert (&b, CITIZ_VOTE_NOTAR, 5, &three.hash);
  world_run (b.world, 60 * 1000);
  g_assert_false (said (&b, CITIZ_VOTE_NOTAR, 5));
  final_block (&b, &three);
  g_assert_cmpuint (report (&b).final.slot, ==, 4);
  /* who comes late is still answered, also after a restart */
  world_stop_node (b.world, b.me);
  b.me->closed = FALSE;
  world_start_node (b.world, b.me);
  g_assert_cmpint (report (&b).mode, ==, CITIZ_CSX_CLOSED);
  g_assert_true (b.me->closed);
  b.world->now += 1000;
  world_vote (b.world, b.me, other (&b, 0), CITIZ_VOTE_SKIP, 2, NULL);
  g_assert_cmpuint (world_effects (b.me, CITIZ_CSX_EFFECT_SEND), ==, 1);
}

static void
test_closing_range (void)
{
  g_auto (Bench) b = bench_new (4);
  g_autofree CitizHash *hashes = NULL;
  g_autofree CitizBlockHeader *headers = chain (&b, 2, &hashes);
  CitizBlockHeader list[2] = {headers[0], headers[1]};
  CitizHash names[2];
  CitizCert final;

  list[0].flags = CITIZ_BLOCK_CLOSING;
  citiz_block_header_hash (&names[0], &list[0]);
  list[1].parent = names[0];
  list[1].flags = CITIZ_BLOCK_CONTINUATION;
  citiz_block_header_hash (&names[1], &list[1]);
  g_hash_table_insert (b.me->blocks, g_memdup2 (&names[0], 32),
                       g_memdup2 (&list[0], sizeof list[0]));
  world_make_cert (b.world, &final, CITIZ_VOTE_FINAL, 2, &names[1], 3);
  if (citiz_cert_vote (&final, b.me->place, &(CitizVote){0})) /* not in our name */
    {
      CitizVote three[3];
      guint n = 0;

      for (guint16 i = 0; i < 4; i++)
        if (i != b.me->place)
          three[n++] = world_make_vote (b.world, i, CITIZ_VOTE_FINAL, 2, &names[1]);
      citiz_cert_from_votes (&final, three, 3);
    }
  send_range (&b, (CitizCsxRange){2, list, names, &final});
  world_settle (b.world);
  g_assert_true (b.me->closed);
  g_assert_cmpuint (b.me->chain->len, ==, 1);
  send_range (&b, (CitizCsxRange){2, list, names, &final}); /* over */
  world_event (b.world, b.me, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_TIMER});
}

/* Four nodes end an epoch and begin the next on its closing block. */
static void
test_next_epoch (void)
{
  World *world = world_new (4);
  const CitizBlockHeader *last;

  for (guint i = 0; i < 4; i++)
    world->nodes[i].closing = 5;
  world_start (world);
  world_need (world, TRUE);
  world_run (world, 10 * 1000);
  for (guint i = 0; i < 4; i++)
    {
      g_assert_true (world->nodes[i].closed);
      g_assert_cmpuint (world->nodes[i].chain->len, ==, 5);
    }
  last = world->nodes[0].chain->pdata[4];
  g_assert_cmpuint (last->flags, ==, CITIZ_BLOCK_CLOSING);
  world->epoch++;
  world->origin = (CitizCsxPoint){0, last->height, {{0}}, last->time, last->flags};
  citiz_block_header_hash (&world->origin.hash, last);
  for (guint i = 0; i < 4; i++)
    {
      world_stop_node (world, &world->nodes[i]);
      g_array_set_size (world->nodes[i].journal, 0);
      g_ptr_array_set_size (world->nodes[i].chain, 0);
      g_ptr_array_set_size (world->nodes[i].finals, 0);
      world->nodes[i].closing = 0;
    }
  world_start (world);
  world_need (world, TRUE);
  world_run (world, 2000);
  last = world->nodes[0].chain->pdata[0];
  g_assert_cmpuint (last->height, ==, 6);
  g_assert_cmpuint (last->slot, ==, 1);
  world_free (world);
}

/* What is not worth the work ************************************************/

static void
test_wants (void)
{
  g_auto (Bench) b = bench_new (4);
  const CitizCsxPoint one = candidate (&b, 1, &b.world->origin, 0);
  const guint16 who = other (&b, 0);
  const CitizHash hash = {{9}};
  CitizBlockHeader header;
  CitizCert made;
  CitizCsxMessage vote = {.kind = CITIZ_CSX_MESSAGE_VOTE};
  CitizCsxMessage cand = {.kind = CITIZ_CSX_MESSAGE_CAND};
  const CitizCsxMessage held = {.kind = CITIZ_CSX_MESSAGE_CERT, .cert = &made};

  vote.vote = world_make_vote (b.world, who, CITIZ_VOTE_NOTAR, 1, &one.hash);
  g_assert_true (citiz_csx_wants (b.me->csx, &vote));
  world_message (b.world, b.me, who, &vote);
  g_assert_false (citiz_csx_wants (b.me->csx, &vote));
  vote.vote.hash = hash; /* evidence */
  g_assert_true (citiz_csx_wants (b.me->csx, &vote));
  world_message (b.world, b.me, who, &vote);
  g_assert_false (citiz_csx_wants (b.me->csx, &vote));
  vote.vote.slot = 1 + CITIZ_CSX_WINDOW + 1;
  g_assert_false (citiz_csx_wants (b.me->csx, &vote));
  vote.vote.voter = 4;
  g_assert_false (citiz_csx_wants (b.me->csx, &vote));
  vote.vote.voter = b.me->place;
  g_assert_true (citiz_csx_wants (b.me->csx, &vote));
  vote.vote.kind = CITIZ_VOTE_CAND;
  g_assert_false (citiz_csx_wants (b.me->csx, &vote));

  world_make_cert (b.world, &made, CITIZ_VOTE_SKIP, 2, NULL, 3);
  g_assert_true (citiz_csx_wants (b.me->csx, &held));
  cert (&b, CITIZ_VOTE_SKIP, 2, NULL);
  g_assert_false (citiz_csx_wants (b.me->csx, &held));

  (void) block (&b, 3, &one, 0, &header);
  cand.header = header;
  citiz_block_header_hash (&cand.hash, &header);
  cand.vote = world_make_vote (b.world, world_leader (b.world, 3), CITIZ_VOTE_CAND, 3, &cand.hash);
  g_assert_true (citiz_csx_wants (b.me->csx, &cand));
  cand.vote.slot = 1000;
  g_assert_false (citiz_csx_wants (b.me->csx, &cand));
}

static void
test_leaders (void)
{
  guint16 leaders[100];
  gboolean seen[100] = {FALSE};
  guint16 again[100];
  const CitizHash chain_id = {{1}};

  citiz_csx_leaders (leaders, 100, &chain_id, 5);
  for (guint i = 0; i < 100; i++)
    {
      g_assert_false (seen[leaders[i]]);
      seen[leaders[i]] = TRUE;
    }
  citiz_csx_leaders (again, 100, &chain_id, 6);
  g_assert_cmpint (memcmp (leaders, again, sizeof leaders), !=, 0);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *name;
    void (*func) (void);
  } tests[] = {
      {"r1/frontier", test_frontier},
      {"r1/no-need", test_no_need_no_timer},
      {"r1/timer", test_timer},
      {"r1/timer-stops", test_timer_stops},
      {"r1/silent-leader", test_silent_leader},
      {"r1/full", test_full},
      {"r2/proposes", test_proposes},
      {"r2/interval", test_interval},
      {"r2/base", test_base},
      {"r2/too-late", test_built_too_late},
      {"r2/in-vain", test_built_in_vain},
      {"r2/never-twice", test_never_proposes_twice},
      {"r3/candidates", test_candidates},
      {"r3/two", test_two_candidates},
      {"r4/parent", test_notar_needs_parent},
      {"r4/gap", test_notar_needs_gap},
      {"r4/after-skip", test_notar_after_skip},
      {"r4/below-final", test_notar_not_below_final},
      {"r4/verdict", test_waits_for_driver},
      {"r4/store", test_waits_for_store},
      {"r5/final", test_final},
      {"r5/relies", test_relies},
      {"r6/again", test_skip_again},
      {"r6/leader", test_obeys_leader},
      {"r6/after-final", test_no_skip_after_final},
      {"r7/certificates", test_certificates},
      {"r7/bad", test_bad_certificates},
      {"r7/far-final", test_far_final},
      {"r7/many-peers", test_many_peers},
      {"r7/evidence", test_evidence},
      {"r7/fork", test_fork},
      {"r8/fetch", test_fetch},
      {"r8/range", test_range},
      {"r9/refuses", test_refuses},
      {"r9/too-old", test_too_old},
      {"r9/diverged", test_diverged},
      {"r10/commit", test_commit},
      {"r10/justified", test_commit_justified},
      {"r10/fails", test_commit_fails},
      {"r11/standstill", test_standstill},
      {"r11/egress", test_egress},
      {"r11/late", test_tells_the_late},
      {"r11/late-restart", test_tells_after_restart},
      {"r11/status", test_status},
      {"r11/clock", test_clock},
      {"r11/clock-at-start", test_clock_at_start},
      {"r12/guard", test_guard},
      {"r12/guard-ends", test_guard_ends},
      {"r12/recounts", test_recounts},
      {"r12/double", test_double},
      {"r12/known", test_known},
      {"r12/floor", test_floor},
      {"r12/observer", test_observer},
      {"epoch/closing", test_closing},
      {"epoch/closing-range", test_closing_range},
      {"epoch/next", test_next_epoch},
      {"wants", test_wants},
      {"leaders", test_leaders},
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree gchar *path = g_strconcat ("/csx/", tests[i].name, NULL);

      g_test_add_func (path, tests[i].func);
    }
  return g_test_run ();
}
