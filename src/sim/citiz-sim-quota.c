/* What a community asks of a transaction, in a world: who vouches for which, and how many there may be of them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include "ledger/citiz-community.h"
#include "ledger/citiz-ledger-private.h"

#include <string.h>

#define QUOTA      6  /* a node's, a day */
#define LANE       64 /* in a block */
#define LANE_BYTES (512 * 1024 / 10)
#define VOUCHED_REST                                                                               \
  G_GUINT64_CONSTANT (                                                                             \
      0x111111) /* each account of the usual clients registers by the last founder's word */

/* More than their sponsor may vouch for want in: one registration each, by the first founder's word. */
guint64
citiz_sim_crowd (const CitizSim *sim)
{
  guint64 crowd = 0;

  for (guint i = CITIZ_SIM_CROWD; i < CITIZ_SIM_LANE && citiz_sim_asks_for_sponsors (sim); i += 4)
    crowd |= G_GUINT64_CONSTANT (1) << i;
  return crowd;
}

/* Returns: the number of the founder who vouches for @tx in a community of @n, −1: nobody, it takes the open lane */
gint
citiz_sim_sponsor (guint n, guint tx)
{
  if (tx >= CITIZ_SIM_LANE)
    return -1;
  if (tx >= CITIZ_SIM_CROWD)
    return tx % 4 == 0 ? 0 : -1;
  return n > 1 && tx % 4 == 0 ? (gint) n - 1 : -1;
}

static void
put_params (CitizLedger *ledger, gboolean sponsored, guint32 quota)
{
  const CitizTxParams params = {.sponsored = (guint8) sponsored, .quota = quota};
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  CitizRun run = {.ledger = ledger, .state = ledger->state, .changes = changes};

  citiz_run_put (&run, CITIZ_OBJECT_PARAMS, NULL, 0, citiz_params_encode (&params));
}

/* As if the founders had agreed on it before anything else. */
void
citiz_sim_quota_found (CitizLedger *ledger)
{
  put_params (ledger, TRUE, QUOTA);
}

/* For liars: @header as it were if no quota held, and the lane had no end. */
void
citiz_sim_quota_ignore (const CitizLedger *before, GPtrArray *txs, CitizBlockHeader *header)
{
  g_autoptr (CitizLedger) after = citiz_ledger_fork (before);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (GPtrArray) refused = g_ptr_array_new ();
  g_autoptr (CitizBlock) block = NULL;

  put_params (after, FALSE, G_MAXUINT32);
  block = citiz_ledger_propose (after, txs, header->slot, header->time, &header->proposer, changes,
                                refused);
  put_params (after, TRUE, QUOTA);
  *header = block->header;
  citiz_state_root (after->state, &header->state_root);
}

/* In every third world midnight comes while it is still bad. Not where heartbeats are rare: it is after a block that what waits is looked at again. */
void
citiz_sim_quota_plan (CitizSim *sim)
{
  const gboolean late = citiz_sim_chance (sim, CITIZ_SIM_SLEEP, 333);
  const gint64 until = 5000 + citiz_sim_below (sim, CITIZ_SIM_SLEEP, 20000);

  sim->wall = CITIZ_SIM_WALL;
  if (late && sim->options->ledger && sim->mode != CITIZ_SIM_IDLE)
    sim->wall += CITIZ_DAY - CITIZ_SIM_WALL % CITIZ_DAY - until;
}

/* Those of the crowd that can wait for tomorrow only, after @head and @covered. */
guint64
citiz_sim_quota_rest (const CitizSim *sim,
                      const CitizSimBlock *head,
                      guint64 covered,
                      CitizTime now)
{
  const guint64 crowd = citiz_sim_crowd (sim);
  const guint64 today = covered | (citiz_sim_same_day (head->header.time, now) ? head->today : 0);

  return __builtin_popcountll (today & crowd) >= QUOTA ? crowd & ~head->state & ~covered : 0;
}

static void
look_at_lane (CitizSimNode *node, const CitizBlock *block)
{
  gsize bytes = 0;
  guint n = 0;

  for (guint i = 0; i < block->txs->len; i++)
    if (!((CitizTx *) block->txs->pdata[i])->sponsored)
      {
        n++;
        bytes += g_bytes_get_size (citiz_tx_get_bytes (block->txs->pdata[i]));
      }
  if (n > LANE || bytes > LANE_BYTES)
    citiz_sim_broken (node->sim, "I13", "%u takes a block with %u in the open lane", node->number,
                      n);
}

/* I13, counted from the transactions alone: after @block no sponsor has more of its day than it may vouch for, and in it are no more that nobody
 * vouches for than fit the lane. */
void
citiz_sim_law_quota (CitizSimNode *node, const CitizSimBlock *block)
{
  CitizSim *sim = node->sim;
  const gboolean alone = sim->epochs[0].n == 1;
  const guint64 by[] = {citiz_sim_crowd (sim), alone ? 0 : VOUCHED_REST};

  if (!citiz_sim_asks_for_sponsors (sim))
    return;
  if (node->lies == 0)
    look_at_lane (node, block->real);
  for (guint i = 0; i < G_N_ELEMENTS (by) && node->lies == 0; i++)
    if (__builtin_popcountll (block->today & by[i]) > QUOTA)
      citiz_sim_broken (sim, "I13", "%u has %d transactions by one sponsor's word, of %d a day",
                        node->number, __builtin_popcountll (block->today & by[i]), QUOTA);
  if (__builtin_popcountll (block->state & by[0]) > QUOTA)
    citiz_sim_met (sim, CITIZ_SIM_MET_NEXT_DAY);
}
