/* Loss, disorder, crashes, a liar: agreement always, progress once it is over. Seeds are fixed. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "world.h"

#include <string.h>

typedef struct
{
  World *world;
  GRand *rand;
  guint liars; /* the first nodes lie */
  guint loss;  /* percent */
  guint side;  /* nodes of one side of a partition, by their bits; 0: none */
} Chaos;

static guint
below (Chaos *chaos, guint n)
{
  return (guint) g_rand_int_range (chaos->rand, 0, (gint32) n);
}

static Node *
honest (Chaos *chaos)
{
  World *world = chaos->world;

  return &world->nodes[chaos->liars + below (chaos, world->n - chaos->liars)];
}

static void
deliver_one (Chaos *chaos)
{
  GQueue *packets = &chaos->world->packets;
  const Packet *packet;
  GList *link;

  if (g_queue_is_empty (packets))
    return;
  link = g_queue_peek_nth_link (packets, below (chaos, MIN (packets->length, 200)));
  g_queue_unlink (packets, link);
  g_queue_push_head_link (packets, link);
  packet = link->data;
  if (below (chaos, 100) < chaos->loss
      || (chaos->side >> packet->from & 1) != (chaos->side >> packet->to & 1))
    world_drop (chaos->world);
  else
    world_deliver (chaos->world);
}

/* Anything that was ever said to be a block of about this slot. */
static CitizHash
some_block (Chaos *chaos, Node *node, guint64 slot)
{
  GHashTableIter iter;
  gpointer key, value;
  CitizHash hash = {{7}};

  g_hash_table_iter_init (&iter, node->blocks);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (((CitizBlockHeader *) value)->slot == slot)
      hash = *(CitizHash *) key;
  return hash;
}

static void
lie (Chaos *chaos)
{
  const guint16 liar = (guint16) below (chaos, chaos->liars);
  Node *node = honest (chaos);
  CitizCsxReport report;
  guint64 slot;

  if (node->csx == NULL)
    return;
  report = world_report (node);
  slot = report.frontier + below (chaos, 3);
  slot -= slot > 2 ? below (chaos, 3) : 0;
  if (world_leader (chaos->world, slot) == liar && below (chaos, 2) == 0)
    {
      const CitizCsxPoint parent
          = below (chaos, 2) == 0 || report.final.height == 0 ? report.committed : report.final;
      CitizBlockHeader header;
      CitizHash hash;

      if (parent.slot >= slot)
        return;
      hash = world_make_block (chaos->world, &header, slot, &parent, liar,
                               (guint8) (1 + below (chaos, 2)));
      world_candidate (chaos->world, node, &header, &hash);
      return;
    }
  {
    const CitizVoteKind kind = (CitizVoteKind) (CITIZ_VOTE_NOTAR + below (chaos, 3));
    const CitizHash hash = some_block (chaos, honest (chaos), slot);

    world_vote (chaos->world, node, liar, kind, slot, kind == CITIZ_VOTE_SKIP ? NULL : &hash);
  }
}

static void
crash_or_return (Chaos *chaos)
{
  Node *node = honest (chaos);

  if (node->csx != NULL)
    world_stop_node (chaos->world, node);
  else
    world_start_node (chaos->world, node);
  if (node->csx != NULL)
    world_event (chaos->world, node, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_NEED, .need = TRUE});
}

static void
storm (Chaos *chaos, guint steps, guint crashes)
{
  for (guint i = 0; i < steps; i++)
    {
      const guint draw = below (chaos, 1000);

      if (draw < crashes)
        crash_or_return (chaos);
      else if (draw < 6)
        chaos->side = below (chaos, 3) == 0 ? below (chaos, 1u << chaos->world->n) : 0;
      else if (draw < 20 && chaos->liars > 0)
        lie (chaos);
      else if (draw < 40)
        world_tick (chaos->world);
      else if (draw < 400)
        world_work (honest (chaos));
      else
        deliver_one (chaos);
    }
}

static void
agree (Chaos *chaos, guint from)
{
  World *world = chaos->world;

  for (guint i = from; i < world->n; i++)
    for (guint j = from; j < i; j++)
      {
        const GPtrArray *a = world->nodes[i].chain;
        const GPtrArray *b = world->nodes[j].chain;

        for (guint k = 0; k < MIN (a->len, b->len); k++)
          g_assert_cmpmem (a->pdata[k], sizeof (CitizBlockHeader), b->pdata[k],
                           sizeof (CitizBlockHeader));
      }
}

/* Nobody honest has signed two statements that contradict one another. */
static void
innocent (const Node *node)
{
  for (guint i = 0; i < node->journal->len; i++)
    for (guint j = 0; j < i; j++)
      {
        const CitizVote *a = &g_array_index (node->journal, CitizVote, i);
        const CitizVote *b = &g_array_index (node->journal, CitizVote, j);

        g_assert_true (a->voter != node->place || citiz_evidence_of (a, b) == CITIZ_EVIDENCE_NONE);
      }
}

/* What everybody knows of the slots that are not final, for who has to find out why. */
static void
tell (World *world)
{
  for (guint i = 0; i < world->n; i++)
    {
      const Node *node = &world->nodes[i];
      CitizCsxReport report;
      CitizCsxLook look;

      if (node->csx == NULL)
        continue;
      report = world_report (node);
      g_printerr ("%u: mode %d, committed %" G_GUINT64_FORMAT ", final %" G_GUINT64_FORMAT
                  ", frontier %" G_GUINT64_FORMAT ", leader %u, need %d, fetches %u, ranges %u\n",
                  i, report.mode, report.committed.slot, report.final.slot, report.frontier,
                  report.leader, report.need, node->n_fetches, node->n_ranges);
      for (guint64 slot = report.committed.slot + 1; slot < report.frontier + 3; slot++)
        if (citiz_csx_look (node->csx, slot, &look))
          g_printerr ("   %" G_GUINT64_FORMAT ": notar %x%s skip %x%s final %x%s, blocks %u\n",
                      slot, look.notar[0], look.cert_notar ? "!" : "", look.skip[0],
                      look.cert_skip ? "!" : "", look.final[0], look.cert_final ? "!" : "",
                      look.n_candidates);
    }
}

static void
run (guint n, guint liars, guint32 seed)
{
  Chaos chaos = {world_new (n), g_rand_new_with_seed (seed), liars, 0, 0};
  const gboolean closes = seed % 4 == 0;
  World *world = chaos.world;
  guint before[WORLD_MAX];

  chaos.loss = below (&chaos, 40);
  for (guint i = 0; i < liars; i++)
    world->nodes[i].down = TRUE;
  for (guint i = liars; i < n; i++)
    {
      world->nodes[i].closing = closes ? 12 : 0;
      world_start_node (world, &world->nodes[i]);
    }
  world_need (world, TRUE);
  storm (&chaos, 1500 * n, seed % 3);
  agree (&chaos, liars);

  chaos.loss = 0;
  for (guint i = liars; i < n; i++)
    {
      if (world->nodes[i].csx == NULL)
        world_start_node (world, &world->nodes[i]);
      world_event (world, &world->nodes[i],
                   &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_NEED, .need = TRUE});
      before[i] = world->nodes[i].chain->len;
    }
  world_run (world, 120 * 1000);
  agree (&chaos, liars);
  for (guint i = liars; i < n; i++)
    {
      Node *node = &world->nodes[i];

      const gboolean moved
          = node->chain->len >= before[i] + 5 || (node->closed && node->chain->len == 12);

      if (!moved)
        tell (world);
      if (!moved)
        g_error ("n %u, liars %u, seed %u: node %u stands still at slot %" G_GUINT64_FORMAT, n,
                 liars, seed, i, world_report (node).frontier);
      g_assert_cmpuint (world_alarms (node, CITIZ_CSX_ALARM_DOUBLE), ==, 0);
      g_assert_cmpuint (world_alarms (node, CITIZ_CSX_ALARM_FORK), ==, 0);
      innocent (node);
    }
  g_rand_free (chaos.rand);
  world_free (world);
}

static void
test_chaos (gconstpointer data)
{
  static const struct
  {
    guint n;
    guint liars;
    guint seeds;
  } cases[] = {{1, 0, 8}, {2, 0, 16}, {3, 0, 24}, {4, 0, 24}, {4, 1, 80}, {7, 2, 16}, {10, 3, 4}};
  const gchar *many = g_getenv ("CITIZ_CHAOS_TIMES");
  const gchar *from = g_getenv ("CITIZ_CHAOS_FROM");
  const guint32 first = from != NULL ? (guint32) g_ascii_strtoull (from, NULL, 10) : 1;
  const guint times = many != NULL ? (guint) g_ascii_strtoull (many, NULL, 10) : 1;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint32 seed = first; seed <= cases[i].seeds * times; seed++)
      run (cases[i].n, cases[i].liars, seed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/csx/chaos", NULL, test_chaos);
  return g_test_run ();
}
