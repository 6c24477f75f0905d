/* Liars: a real step machine whose messages are bent, and statements made up from all that the world knows. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include <string.h>

static guint
below (CitizSim *sim, guint n)
{
  return citiz_sim_below (sim, CITIZ_SIM_LIAR, n);
}

static gboolean
often (CitizSim *sim, guint permille)
{
  return citiz_sim_chance (sim, CITIZ_SIM_LIAR, permille);
}

static void
post (CitizSimNode *node, const CitizCsxMessage *message, guint16 to)
{
  CitizSimPacket *packet = citiz_sim_packet_of (node->sim, node->body, message);

  citiz_sim_send (node->sim, packet, to);
  citiz_sim_packet_unref (node->sim, packet);
}

static void
met (CitizSimNode *node, CitizSimLie lie)
{
  citiz_sim_met (node->sim, CITIZ_SIM_MET_WITHHOLD + (guint) __builtin_ctz (lie));
}

/* Its key of an earlier epoch is one of those a liar does not delete. */
static guint64
some_epoch (CitizSimNode *node)
{
  guint64 epoch = node->epoch;

  while (epoch > 0
         && (citiz_sim_node_place (node, epoch) == CITIZ_CSX_NOBODY || often (node->sim, 100)))
    epoch--;
  return citiz_sim_node_place (node, epoch) != CITIZ_CSX_NOBODY ? epoch : node->epoch;
}

static void
say (CitizSimNode *node, CitizVoteKind kind, guint64 slot, const CitizHash *hash, guint16 to)
{
  const guint64 epoch = some_epoch (node);
  CitizCsxMessage message = {
      .kind = CITIZ_CSX_MESSAGE_VOTE,
      .vote
      = {.kind = kind, .epoch = epoch, .slot = slot, .voter = citiz_sim_node_place (node, epoch)}};

  if (epoch != node->epoch)
    citiz_sim_met (node->sim, CITIZ_SIM_MET_OLD_EPOCH);
  if (hash != NULL)
    message.vote.hash = *hash;
  citiz_sim_sign (node->sim, &message.vote);
  if ((node->lies & CITIZ_SIM_LIE_GARBAGE) != 0 && often (node->sim, 300))
    message.vote.voter = (guint16) below (node->sim, node->sim->n + 1);
  post (node, &message, to);
}

/* A block that ends the epoch for no reason, or does not where it should, or names others; or that brings something after the end. */
static void
lie_in_closing (CitizSimNode *node, CitizBlockHeader *header)
{
  met (node, CITIZ_SIM_LIE_CLOSING);
  if (header->flags == 0)
    header->flags = CITIZ_BLOCK_CLOSING;
  else if (often (node->sim, 500))
    header->flags = 0;
  else
    header->next_vs_hash.b[0] ^= 1;
}

/* A candidate of @slot on @parent, shown to those in @audience. */
static CitizHash
propose (CitizSimNode *node, guint64 slot, guint parent, guint64 txs, guint audience)
{
  CitizSim *sim = node->sim;
  const CitizSimBlock *block = citiz_sim_block (sim, parent);
  const CitizCsxPoint point = citiz_sim_point (sim, parent, node->epoch);
  CitizCsxMessage message = {
      .kind = CITIZ_CSX_MESSAGE_CAND,
      .vote = {.kind = CITIZ_VOTE_CAND, .epoch = node->epoch, .slot = slot, .voter = node->place}};
  guint number;

  citiz_sim_fill_header (sim, &message.header, node->epoch, slot, &point, node->place, txs,
                         block->state | txs);
  message.header.time.ms = MAX (message.header.time.ms, sim->wall + sim->now / CITIZ_SIM_MS);
  if ((node->lies & CITIZ_SIM_LIE_TIME) != 0)
    {
      met (node, CITIZ_SIM_LIE_TIME);
      message.header.time.ms += often (sim, 500) ? 3600 * 1000 : -3600 * 1000;
    }
  if (sim->options->ledger)
    citiz_sim_ledger_fill (sim, parent, txs, &message.header);
  if ((node->lies & CITIZ_SIM_LIE_ROOT) != 0)
    {
      met (node, CITIZ_SIM_LIE_ROOT);
      message.header.state_root.b[often (sim, 500) ? 20 : 0] ^= 1;
    }
  if ((node->lies & CITIZ_SIM_LIE_CLOSING) != 0)
    lie_in_closing (node, &message.header);
  number = citiz_sim_add_block (sim, &message.header, txs);
  citiz_sim_node_store (node, number);
  message.hash = message.vote.hash = citiz_sim_block (sim, number)->hash;
  citiz_sim_sign (sim, &message.vote);
  for (guint16 i = 0; i < sim->n; i++)
    if (i != node->body && (audience >> i & 1) != 0)
      {
        post (node, &message, i);
        if (often (sim, 700))
          say (node, CITIZ_VOTE_NOTAR, slot, &message.hash, i);
      }
  return message.hash;
}

/* Another block of the same slot: without the first transaction; a real ledger takes it, if what needs that one goes, too. */
static guint64
less (CitizSimNode *node, guint parent, guint64 txs)
{
  const guint64 rest = txs & (txs - 1);

  return node->sim->options->ledger ? citiz_sim_pick (node->sim, node->epoch, rest,
                                                      citiz_sim_block (node->sim, parent)->state)
                                    : rest;
}

/* BUILD of a liar. Returns: whether it was answered here */
gboolean
citiz_sim_liar_build (CitizSimNode *node, const CitizSimErrand *errand)
{
  CitizSim *sim = node->sim;
  const guint parent = citiz_sim_find_block (sim, &errand->parent.hash);
  const guint64 txs
      = errand->closed && (node->lies & CITIZ_SIM_LIE_CLOSING) == 0
            ? 0
            : citiz_sim_pick (sim, node->epoch, node->known, citiz_sim_block (sim, parent)->state);
  const guint half = below (sim, 1u << sim->n);

  if ((node->lies
       & (CITIZ_SIM_LIE_EQUIVOCATE | CITIZ_SIM_LIE_ROOT | CITIZ_SIM_LIE_TIME
          | CITIZ_SIM_LIE_CLOSING))
          == 0
      || often (sim, 200))
    return FALSE;
  propose (node, errand->slot, parent, txs, half);
  if ((node->lies & CITIZ_SIM_LIE_EQUIVOCATE) != 0)
    {
      met (node, CITIZ_SIM_LIE_EQUIVOCATE);
      propose (node, errand->slot, parent, less (node, parent, txs), ~half);
    }
  return TRUE;
}

/* Returns: whether @packet goes to @to at all */
gboolean
citiz_sim_liar_sends (CitizSimNode *node, CitizSimPacket *packet, guint16 to)
{
  CitizSim *sim = node->sim;

  if ((node->lies & CITIZ_SIM_LIE_SILENT) != 0)
    {
      met (node, CITIZ_SIM_LIE_SILENT);
      return FALSE;
    }
  if ((node->lies & CITIZ_SIM_LIE_WITHHOLD) != 0 && packet->kind == CITIZ_SIM_PACKET_CSX
      && packet->csx != CITIZ_CSX_MESSAGE_STATUS)
    {
      const gboolean shown
          = (guint) (packet->vote.slot + to) % sim->n < sim->epochs[node->epoch].quorum - 1;

      if (!shown)
        met (node, CITIZ_SIM_LIE_WITHHOLD);
      return shown;
    }
  if ((node->lies & CITIZ_SIM_LIE_RANGE) != 0 && packet->kind == CITIZ_SIM_PACKET_BLOCKS
      && packet->links->len > 0)
    {
      CitizSimLink *last = packet->links->pdata[packet->links->len - 1];

      met (node, CITIZ_SIM_LIE_RANGE);
      switch (below (sim, 4))
        {
        case 0:
          return FALSE;
        case 1: /* cut off in the middle */
          citiz_sim_link_clear (sim, last);
          g_free (last);
          g_ptr_array_set_size (packet->links, (gint) packet->links->len - 1);
          break;
        case 2: /* a block that is not the certified one */
          last->block = below (sim, sim->blocks->len);
          break;
        default: /* without its reasons */
          citiz_sim_cert_unref (sim, last->notar);
          last->notar = NULL;
        }
    }
  return TRUE;
}

/* Any block that somebody made for this slot. */
static guint
some_block (CitizSim *sim, guint64 epoch, guint64 slot)
{
  guint found = G_MAXUINT;

  for (guint i = sim->blocks->len; i > 1 && i + 24 > sim->blocks->len; i--)
    if (citiz_sim_block (sim, i - 1)->header.slot == slot
        && citiz_sim_block (sim, i - 1)->header.epoch == epoch
        && (found == G_MAXUINT || often (sim, 500)))
      found = i - 1;
  return found;
}

static CitizSimNode *
some_honest (CitizSim *sim)
{
  for (guint tries = 0; tries < 8; tries++)
    {
      CitizSimNode *node = &sim->nodes[below (sim, sim->n)];

      if (node->lies == 0 && node->csx != NULL)
        return node;
    }
  return NULL;
}

static void
lie_in_votes (CitizSimNode *node, guint64 slot)
{
  CitizSim *sim = node->sim;

  for (guint16 to = 0; to < sim->n; to++)
    for (CitizVoteKind kind = CITIZ_VOTE_NOTAR; kind <= CITIZ_VOTE_FINAL; kind++)
      {
        const guint block = some_block (sim, node->epoch, slot);

        if (!often (sim, 400) || (kind != CITIZ_VOTE_SKIP && block == G_MAXUINT))
          continue;
        say (node, kind, slot, kind != CITIZ_VOTE_SKIP ? &citiz_sim_block (sim, block)->hash : NULL,
             to);
        met (node, CITIZ_SIM_LIE_VOTES);
      }
}

/* On any parent of the last few slots, certified or not. */
static void
lie_in_candidates (CitizSimNode *node, guint64 slot)
{
  CitizSim *sim = node->sim;
  const guint n = sim->blocks->len;
  const guint parent = n - 1 - below (sim, MIN (n, 8));

  const CitizSimEpoch *epoch = &sim->epochs[node->epoch];

  if (node->place == CITIZ_CSX_NOBODY
      || (epoch->leaders[slot % epoch->n] != node->place && !often (sim, 50))
      || citiz_sim_point (sim, parent, node->epoch).slot >= slot)
    return;
  met (node, CITIZ_SIM_LIE_EQUIVOCATE);
  for (guint i = 0; i < 2; i++)
    propose (
        node, slot, parent,
        i == 0 ? citiz_sim_pick (sim, node->epoch, sim->asked, citiz_sim_block (sim, parent)->state)
               : 0,
        below (sim, 1u << sim->n));
}

static void
replay (CitizSimNode *node)
{
  CitizSim *sim = node->sim;
  const CitizSimPacket *old;
  CitizSimPacket *packet;

  if (sim->heard->len == 0)
    return;
  old = sim->heard->pdata[below (sim, sim->heard->len)];
  if (old->kind != CITIZ_SIM_PACKET_CSX || old->csx == CITIZ_CSX_MESSAGE_STATUS)
    return;
  packet = citiz_sim_packet_new (sim, CITIZ_SIM_PACKET_CSX, node->body);
  met (node, CITIZ_SIM_LIE_REPLAY);
  if (old->epoch < node->epoch)
    citiz_sim_met (sim, CITIZ_SIM_MET_OLD_EPOCH);
  packet->csx = old->csx;
  packet->epoch = old->epoch;
  packet->vote = old->vote;
  packet->block = old->block;
  packet->cert = citiz_sim_cert_ref (old->cert);
  for (guint16 to = 0; to < sim->n; to++)
    if (often (sim, 500))
      citiz_sim_send (sim, packet, to);
  citiz_sim_packet_unref (sim, packet);
}

/* What nobody signed. */
static void
forge (CitizSimNode *node, guint64 slot)
{
  CitizSim *sim = node->sim;
  const guint block = some_block (sim, node->epoch, slot);
  CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_CERT};
  CitizVote votes[CITIZ_SIM_MAX_NODES];
  const guint n = sim->epochs[node->epoch].n;
  CitizCert cert;

  if (block == G_MAXUINT)
    return;
  met (node, CITIZ_SIM_LIE_GARBAGE);
  for (guint16 i = 0; i < n; i++)
    {
      votes[i] = (CitizVote){.kind = CITIZ_VOTE_FINAL, .slot = slot, .voter = i};
      votes[i].epoch = node->epoch;
      votes[i].hash = citiz_sim_block (sim, block)->hash;
      if (i == node->place)
        citiz_sim_sign (sim, &votes[i]);
    }
  citiz_cert_from_votes (&cert, votes, n);
  message.cert = &cert;
  post (node, &message, (guint16) below (sim, sim->n));
}

/* From time to time. */
void
citiz_sim_liar_act (CitizSimNode *node)
{
  CitizSim *sim = node->sim;
  CitizSimNode *honest = some_honest (sim);
  CitizCsxReport report;
  guint64 slot;

  if (honest == NULL || node->csx == NULL)
    return;
  citiz_csx_report (honest->csx, citiz_sim_node_now (honest), &report);
  slot = report.frontier + below (sim, 4);
  slot -= MIN (slot - 1, 2);
  if ((node->lies & CITIZ_SIM_LIE_VOTES) != 0)
    lie_in_votes (node, slot);
  if ((node->lies & CITIZ_SIM_LIE_EQUIVOCATE) != 0)
    lie_in_candidates (node, slot);
  if ((node->lies & CITIZ_SIM_LIE_REPLAY) != 0)
    replay (node);
  if ((node->lies & CITIZ_SIM_LIE_GARBAGE) != 0)
    forge (node, slot);
}
