/* R8, R10: missing blocks are fetched, final ones committed, and an epoch ends. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csx/r8/fetch", test_fetch);
  g_test_add_func ("/csx/r8/range", test_range);
  g_test_add_func ("/csx/r10/commit", test_commit);
  g_test_add_func ("/csx/r10/justified", test_commit_justified);
  g_test_add_func ("/csx/r10/fails", test_commit_fails);
  g_test_add_func ("/csx/epoch/closing", test_closing);
  g_test_add_func ("/csx/epoch/closing-range", test_closing_range);
  g_test_add_func ("/csx/epoch/next", test_next_epoch);
  return g_test_run ();
}
