/* R7: certificates, contradictions, and which statements are worth verifying. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csx/r7/certificates", test_certificates);
  g_test_add_func ("/csx/r7/bad", test_bad_certificates);
  g_test_add_func ("/csx/r7/far-final", test_far_final);
  g_test_add_func ("/csx/r7/many-peers", test_many_peers);
  g_test_add_func ("/csx/r7/evidence", test_evidence);
  g_test_add_func ("/csx/r7/fork", test_fork);
  g_test_add_func ("/csx/wants", test_wants);
  return g_test_run ();
}
