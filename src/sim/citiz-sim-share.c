/* Who was given a link asks for shares, in a world with the real ledger. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include "crypto/citiz-hash.h"

#include <string.h>

/* Whether a node hands its share of @group's grant out, by its own ledger: the opening is final, no end is known. */
static gboolean
may_release (CitizSimNode *node, guint group)
{
  const CitizTime wall = citiz_sim_node_now (node).wall;
  const CitizTime final = citiz_ledger_time (node->ledger);
  CitizGrantRecord record;
  CitizGrantState state;
  CitizGrantUse use;
  CitizId id;

  memset (id.b, (gint) group + 1, sizeof id.b);
  if (!citiz_ledger_get_grant (node->ledger, &id, &record, &use))
    return FALSE;
  citiz_grant_judge (&state, &record, &use, (CitizTime){MAX (wall.ms, final.ms)});
  return state.can_release
         && !(citiz_sim_revokes (4 * group + 3) && (node->known >> (4 * group + 3) & 1) != 0);
}

/* I12: an honest node hands nothing out before the opening is final, nor after it knows of the end. */
static void
watch_release (CitizSimNode *node, guint group)
{
  const guint64 state = citiz_sim_block (node->sim, node->committed)->state;
  const guint end = 4 * group + 3;

  if ((state >> (4 * group + 2) & 1) == 0
      || (citiz_sim_revokes (end) && ((state | node->known) >> end & 1) != 0))
    citiz_sim_broken (node->sim, "I12", "%u hands out its share of grant %u", node->number, group);
}

/* A liar hands out what it likes, when it likes. The recipient believes what the grant commits to. */
static void
ask_share (CitizSim *sim, CitizSimNode *node, guint group)
{
  const CitizTx *grant = citiz_sim_foundation (sim)->txs[4 * group + 1];
  const gboolean honest = node->lies == 0;
  CitizHash share, hash;

  if (honest ? !may_release (node, group) : citiz_sim_chance (sim, CITIZ_SIM_CLIENT, 300))
    return;
  citiz_sim_share_of (&share, group, node->body);
  if (honest)
    watch_release (node, group);
  else if (citiz_sim_chance (sim, CITIZ_SIM_CLIENT, 500))
    share.b[0] ^= 1;
  citiz_sha256 (&hash, share.b, sizeof share.b);
  if (!citiz_hash_equal (&hash, &grant->body.grant.committee[node->body].commitment))
    {
      citiz_sim_met (sim, CITIZ_SIM_MET_FALSE_SHARE);
      if (honest)
        citiz_sim_broken (sim, "I12", "%u hands out a false share", node->number);
      return;
    }
  citiz_sim_met (sim, CITIZ_SIM_MET_SHARE);
  sim->shares[group] |= 1u << node->body;
}

static guint
threshold (const CitizSim *sim)
{
  return citiz_quorum (MIN (sim->epochs[0].n, CITIZ_COMMITTEE_MAX));
}

/* Who was given a link asks every node, again and again, until enough have answered. */
void
citiz_sim_ask_shares (CitizSim *sim, guint group)
{
  for (guint i = 0; i < MIN (sim->epochs[0].n, CITIZ_COMMITTEE_MAX); i++)
    if (sim->nodes[i].csx != NULL && !citiz_sim_node_sleeps (&sim->nodes[i])
        && (sim->healed || !citiz_sim_chance (sim, CITIZ_SIM_CLIENT, 200)))
      ask_share (sim, &sim->nodes[i], group);
  if ((guint) __builtin_popcount (sim->shares[group]) < threshold (sim))
    citiz_sim_push (sim, sim->now + G_USEC_PER_SEC, CITIZ_SIM_EVENT_ASK, group, 0, NULL);
}

/* L6: grants that nobody has revoked are open to who was given the link. */
gboolean
citiz_sim_shares_are_there (const CitizSim *sim)
{
  for (guint group = 0; 4 * group + 3 < sim->n_txs && sim->options->ledger; group++)
    if (!citiz_sim_revokes (4 * group + 3)
        && (guint) __builtin_popcount (sim->shares[group]) < threshold (sim))
      return FALSE;
  return TRUE;
}
