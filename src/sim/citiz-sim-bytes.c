/* I16: what nodes say comes out of its bytes as it went in. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include "wire/citiz-message.h"

static const CitizMessageKind kinds[] = {
    [CITIZ_CSX_MESSAGE_VOTE] = CITIZ_MESSAGE_VOTE,
    [CITIZ_CSX_MESSAGE_CERT] = CITIZ_MESSAGE_CERT,
    [CITIZ_CSX_MESSAGE_STATUS] = CITIZ_MESSAGE_STATUS,
};

static void
describe (const CitizSimPacket *packet, GArray *votes, CitizMessage *out)
{
  out->kind = kinds[packet->csx];
  if (packet->csx == CITIZ_CSX_MESSAGE_VOTE)
    out->vote = packet->vote;
  if (packet->cert != NULL)
    out->cert = &packet->cert->cert;
  if (packet->csx != CITIZ_CSX_MESSAGE_STATUS)
    return;
  out->epoch = packet->status.epoch;
  out->frontier = packet->status.frontier;
  out->slot = packet->status.committed;
  out->time = packet->status.time;
  out->ask = packet->status.ask != 0;
  out->answer = packet->status.answer != 0;
  out->votes = votes;
  g_array_append_vals (votes, packet->votes, packet->status.n_votes);
}

/* Votes, certificates and where one stands; blocks have bodies only where there is a real ledger. */
void
citiz_sim_law_bytes (CitizSim *sim, const CitizSimPacket *packet)
{
  g_autoptr (GArray) votes = g_array_new (FALSE, FALSE, sizeof (CitizVote));
  g_auto (CitizMessage) read = {0};
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GError) error = NULL;
  CitizMessage message = {0};
  gsize n;
  const guint8 *view;

  if (packet->kind != CITIZ_SIM_PACKET_CSX || packet->csx == CITIZ_CSX_MESSAGE_CAND
      || packet->csx == CITIZ_CSX_MESSAGE_BLOCK || sim->nodes[packet->from].lies != 0)
    return;
  describe (packet, votes, &message);
  bytes = citiz_message_encode (&message);
  view = g_bytes_get_data (bytes, &n);
  if (!citiz_message_decode (view, n, &read, &error))
    {
      citiz_sim_broken (sim, "I16", "a message cannot be read: %s", error->message);
      return;
    }
  again = citiz_message_encode (&read);
  if (!g_bytes_equal (bytes, again))
    citiz_sim_broken (sim, "I16", "a message of kind %d is read otherwise", packet->csx);
}
