/* The network: loses, delays, doubles, cuts, clogs, and is only so wide. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include <string.h>

#define HEARD 256 /* messages a replaying liar can choose from */

CitizSimPacket *
citiz_sim_packet_new (CitizSim *sim, CitizSimPacketKind kind, guint16 from)
{
  GPtrArray *spare = sim->spare_packets;
  CitizSimPacket *packet = spare->len > 0 ? g_ptr_array_steal_index_fast (spare, spare->len - 1)
                                          : g_new0 (CitizSimPacket, 1);

  packet->refs = 1;
  packet->kind = kind;
  packet->from = from;
  packet->bytes = 60;
  return packet;
}

void
citiz_sim_link_clear (CitizSim *sim, CitizSimLink *link)
{
  citiz_sim_cert_unref (sim, link->notar);
  citiz_sim_cert_unref (sim, link->final);
  for (guint i = 0; i < link->n_skips; i++)
    citiz_sim_cert_unref (sim, link->skips[i]);
  g_clear_pointer (&link->skips, g_free);
}

void
citiz_sim_link_copy (CitizSimLink *out, const CitizSimLink *link)
{
  *out = *link;
  citiz_sim_cert_ref (link->notar);
  citiz_sim_cert_ref (link->final);
  out->skips = g_memdup2 (link->skips, link->n_skips * sizeof *link->skips);
  for (guint i = 0; i < link->n_skips; i++)
    citiz_sim_cert_ref (link->skips[i]);
}

void
citiz_sim_packet_unref (CitizSim *sim, CitizSimPacket *packet)
{
  CitizVote *votes = packet->votes;
  const guint room = packet->n_votes_room;

  if (--packet->refs > 0)
    return;
  citiz_sim_cert_unref (sim, packet->cert);
  for (guint i = 0; packet->links != NULL && i < packet->links->len; i++)
    {
      citiz_sim_link_clear (sim, packet->links->pdata[i]);
      g_free (packet->links->pdata[i]);
    }
  g_clear_pointer (&packet->links, g_ptr_array_unref);
  memset (packet, 0, sizeof *packet);
  packet->votes = votes;
  packet->n_votes_room = room;
  g_ptr_array_add (sim->spare_packets, packet);
}

void
citiz_sim_links_clear (CitizSim *sim, GArray *links, guint from)
{
  for (guint i = from; i < links->len; i++)
    citiz_sim_link_clear (sim, &g_array_index (links, CitizSimLink, i));
  g_array_set_size (links, from);
}

/* The machine's message with everything it points at. */
CitizSimPacket *
citiz_sim_packet_of (CitizSim *sim, guint16 from, const CitizCsxMessage *message)
{
  CitizSimPacket *packet = citiz_sim_packet_new (sim, CITIZ_SIM_PACKET_CSX, from);

  packet->csx = message->kind;
  switch (message->kind)
    {
    case CITIZ_CSX_MESSAGE_CAND:
    case CITIZ_CSX_MESSAGE_BLOCK:
      packet->vote = message->vote;
      packet->epoch = message->header.epoch;
      packet->block = citiz_sim_find_block (sim, &message->hash);
      packet->bytes += CITIZ_HEADER_SIZE + 250 * message->header.n_tx;
      break;
    case CITIZ_CSX_MESSAGE_VOTE:
      packet->vote = message->vote;
      packet->epoch = message->vote.epoch;
      packet->bytes += CITIZ_VOTE_SIZE;
      break;
    case CITIZ_CSX_MESSAGE_CERT:
      packet->epoch = message->cert->epoch;
      packet->cert = citiz_sim_cert_new (sim, message->cert);
      packet->bytes += 60 + 64 * message->cert->n_signatures;
      break;
    case CITIZ_CSX_MESSAGE_STATUS:
      packet->status = message->status;
      packet->epoch = message->status.epoch;
      packet->cert = message->cert != NULL ? citiz_sim_cert_new (sim, message->cert) : NULL;
      if (message->status.n_votes > packet->n_votes_room)
        {
          packet->n_votes_room = message->status.n_votes;
          packet->votes = g_renew (CitizVote, packet->votes, packet->n_votes_room);
        }
      if (message->status.n_votes > 0)
        memcpy (packet->votes, message->status.votes, message->status.n_votes * sizeof (CitizVote));
      packet->bytes += 100 + CITIZ_VOTE_SIZE * message->status.n_votes;
      break;
    }
  return packet;
}

static void
remember (CitizSim *sim, CitizSimPacket *packet)
{
  const guint place
      = sim->heard->len < HEARD ? HEARD : citiz_sim_below (sim, CITIZ_SIM_LIAR, HEARD);

  packet->refs++;
  if (place == HEARD)
    {
      g_ptr_array_add (sim->heard, packet);
      return;
    }
  citiz_sim_packet_unref (sim, sim->heard->pdata[place]);
  sim->heard->pdata[place] = packet;
}

/* When it arrives: a line carries one thing after the other, at its width. */
static gint64
arrival (CitizSim *sim, const CitizSimPacket *packet, guint16 to)
{
  gint64 at = sim->now;
  gint64 delay;

  if (sim->bandwidth > 0)
    {
      at = MAX (at, sim->line_free[packet->from])
           + (gint64) packet->bytes * G_USEC_PER_SEC / sim->bandwidth;
      sim->line_free[packet->from] = at;
    }
  delay = sim->delay_floor + citiz_sim_wait (sim, CITIZ_SIM_NET, sim->delay_mean);
  if (sim->healed)
    delay = MIN (delay, 150 * CITIZ_SIM_MS);
  if (sim->clogged[packet->from][to] > at + delay)
    citiz_sim_met (sim, CITIZ_SIM_MET_CLOG);
  at = MAX (at + delay, sim->clogged[packet->from][to]);
  if (at < sim->newest[packet->from][to])
    citiz_sim_met (sim, CITIZ_SIM_MET_OVERTAKING);
  sim->newest[packet->from][to] = MAX (sim->newest[packet->from][to], at);
  return at;
}

/* To every instance of the machine @to: whoever has two has two. */
void
citiz_sim_send (CitizSim *sim, CitizSimPacket *packet, guint16 to)
{
  guint copies = 1;

  if (to == packet->from || to >= sim->n)
    return;
  sim->result->messages++;
  if (sim->n_liars > 0 && (sim->result->messages & 15) == 0)
    remember (sim, packet);
  if ((sim->result->messages & 127) == 0)
    citiz_sim_law_bytes (sim, packet);
  if ((sim->cut[packet->from] >> to & 1) != 0)
    {
      citiz_sim_met (sim, CITIZ_SIM_MET_CUT);
      return;
    }
  if (citiz_sim_chance (sim, CITIZ_SIM_NET, sim->loss))
    {
      citiz_sim_met (sim, CITIZ_SIM_MET_LOSS);
      return;
    }
  if (citiz_sim_chance (sim, CITIZ_SIM_NET, sim->dup))
    {
      citiz_sim_met (sim, CITIZ_SIM_MET_DUPLICATE);
      copies = 2;
    }
  for (guint i = 0; i < sim->n_instances; i++)
    for (guint copy = 0; sim->nodes[i].body == to && copy < copies; copy++)
      {
        packet->refs++;
        citiz_sim_push (sim, arrival (sim, packet, to), CITIZ_SIM_EVENT_PACKET, i, 0, packet);
      }
}
