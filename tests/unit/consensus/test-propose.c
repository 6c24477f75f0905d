/* R2, R3: who leads, what it proposes, and which candidates are taken. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

#include <string.h>

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csx/r2/proposes", test_proposes);
  g_test_add_func ("/csx/r2/interval", test_interval);
  g_test_add_func ("/csx/r2/base", test_base);
  g_test_add_func ("/csx/r2/too-late", test_built_too_late);
  g_test_add_func ("/csx/r2/in-vain", test_built_in_vain);
  g_test_add_func ("/csx/r2/never-twice", test_never_proposes_twice);
  g_test_add_func ("/csx/r3/candidates", test_candidates);
  g_test_add_func ("/csx/r3/two", test_two_candidates);
  g_test_add_func ("/csx/leaders", test_leaders);
  return g_test_run ();
}
