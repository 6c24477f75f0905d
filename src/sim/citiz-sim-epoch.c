/* From one epoch to the next: who validates, whose journal and key, what the late are told; as the node program does it.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include <string.h>

#define LATE_EVERY  (G_USEC_PER_SEC / 4) /* between two answers to one who is late */
#define FOLLOW      (2 * G_USEC_PER_SEC) /* between a follower's questions */
#define NAMING_MEAN 200                  /* syncs: until a new file's name is durable */

/* The key that @body announces for @epoch; another one if it has to make its journal again. */
static CitizPublicKey
key_of (guint16 body, guint64 epoch, guint nth)
{
  CitizPublicKey key = {{0}};

  key.b[0] = (guint8) (body + 101);
  key.b[1] = (guint8) epoch;
  key.b[2] = (guint8) nth;
  return key;
}

/* @members: a bit a body. */
void
citiz_sim_epoch_make (CitizSim *sim, guint64 number, guint32 members)
{
  CitizSimEpoch *epoch = &sim->epochs[number];

  epoch->n = 0;
  for (guint16 body = 0; body < CITIZ_SIM_MAX_NODES; body++)
    {
      epoch->place[body] = CITIZ_CSX_NOBODY;
      if ((members >> body & 1) == 0)
        continue;
      epoch->body[epoch->n] = body;
      epoch->place[body] = (guint16) epoch->n;
      epoch->validators.v[epoch->n].node.b[0] = (guint8) (body + 1);
      epoch->validators.v[epoch->n++].key = key_of (body, number, 0);
    }
  epoch->validators.n = (guint16) epoch->n;
  epoch->quorum = citiz_quorum (epoch->n);
  citiz_validators_hash (&epoch->vs_hash, &epoch->validators);
  citiz_csx_leaders (epoch->leaders, epoch->n, &sim->chain_id, number);
}

/* Whether each honest validator of @epoch has announced its key: before that nobody can propose that it begins. */
gboolean
citiz_sim_epoch_is_ready (const CitizSim *sim, guint64 epoch)
{
  for (guint i = 0; i < sim->epochs[epoch].n; i++)
    {
      const CitizSimNode *node = &sim->nodes[sim->epochs[epoch].body[i]];

      if (node->lies == 0 && node->made[epoch] == 0)
        return FALSE;
    }
  return TRUE;
}

guint16
citiz_sim_node_place (const CitizSimNode *node, guint64 epoch)
{
  return node->sim->epochs[epoch].place[node->body];
}

/* Its newest committed slot of its epoch. */
guint64
citiz_sim_node_slot (const CitizSimNode *node)
{
  return citiz_sim_point (node->sim, node->committed, node->epoch).slot;
}

/* Journals ******************************************************************/

/* The journal's key is the one the epoch knows this node by. */
static gboolean
fits (const CitizSimNode *node)
{
  const CitizSimEpoch *epoch = &node->sim->epochs[node->epoch];

  return node->disk->head.epoch == node->epoch
         && citiz_public_key_equal (&node->disk->head.key, &epoch->validators.v[node->place].key);
}

static gboolean
open_journal (CitizSimNode *node)
{
  if (!node->disk->here || node->disk->damaged)
    return FALSE;
  if (!citiz_sim_disk_open (node->disk))
    {
      citiz_sim_tell (node->sim, "%u: its journal is damaged, it only observes", node->number);
      citiz_sim_met (node->sim, CITIZ_SIM_MET_DAMAGED);
      node->disk->damaged = TRUE;
    }
  return !node->disk->damaged;
}

/* What the newest block says: which epoch it is, this node's place and journal in it. */
void
citiz_sim_node_look_around (CitizSimNode *node)
{
  const CitizBlockHeader *head = &citiz_sim_block (node->sim, node->committed)->header;

  node->epoch = head->epoch + (head->flags == CITIZ_BLOCK_CLOSING);
  node->place = citiz_sim_node_place (node, node->epoch);
  node->disk = node->journals[node->epoch % 2];
  node->signs = FALSE;
  if (node->place == CITIZ_CSX_NOBODY)
    return;
  citiz_sim_law_key (node);
  if (!open_journal (node))
    return;
  node->signs = fits (node);
}

/* The journal of the next epoch, with a new key, once the file of the last but one is free. */
void
citiz_sim_node_prepare (CitizSimNode *node)
{
  CitizSim *sim = node->sim;
  const guint64 next = node->epoch + 1;
  CitizSimDisk *disk = node->journals[next % 2];
  CitizPublicKey key;

  if (next >= sim->n_epochs || citiz_sim_node_place (node, next) == CITIZ_CSX_NOBODY)
    return;
  if (disk->here)
    {
      node->made[next] = MAX (node->made[next], disk->named && disk->head.epoch == next);
      return;
    }
  key = key_of (node->body, next, node->made[next]);
  citiz_sim_disk_format (sim, disk, next, &key);
  citiz_sim_push (sim,
                  sim->now + citiz_sim_wait (sim, CITIZ_SIM_DISK, NAMING_MEAN * sim->sync_mean),
                  CITIZ_SIM_EVENT_NAMED, node->number, node->life, GUINT_TO_POINTER (next));
}

/* Only now the key may be announced. */
void
citiz_sim_node_named (CitizSimNode *node, guint64 epoch)
{
  CitizSimDisk *disk = node->journals[epoch % 2];

  if (!disk->here || disk->head.epoch != epoch)
    return;
  disk->named = TRUE;
  node->made[epoch]++;
}

/* Nothing signs with an earlier epoch's key any more once something of this one is final. */
void
citiz_sim_node_end_journals (CitizSimNode *node)
{
  CitizSimDisk *last = node->journals[(node->epoch + 1) % 2];

  if (citiz_sim_block (node->sim, node->committed)->header.epoch != node->epoch)
    return;
  if (last->here && last->head.epoch < node->epoch)
    {
      citiz_sim_met (node->sim, CITIZ_SIM_MET_KEY_ENDED);
      citiz_sim_disk_end (last);
    }
  citiz_sim_node_prepare (node);
}

/* Going on ******************************************************************/

/* Everything of the old machine goes; what it still waits for is of an earlier life. */
void
citiz_sim_node_go_on (CitizSimNode *node)
{
  CitizSim *sim = node->sim;

  citiz_sim_tell (sim, "%u: epoch %" G_GUINT64_FORMAT " is over", node->number, node->epoch);
  node->closed = FALSE;
  node->life++;
  node->timer_at = node->timer_queued = 0;
  node->syncing = node->unsynced = node->need = FALSE;
  for (guint i = 0; i < node->errands->len; i++)
    citiz_sim_errand_free (sim, node->errands->pdata[i]);
  g_ptr_array_set_size (node->errands, 0);
  g_clear_pointer (&node->csx, citiz_csx_free);
  citiz_sim_node_drop_past (node);
  citiz_sim_node_start (node);
}

/* Those who are late, and being late *****************************************/

/* At most so often for each other node. */
static gboolean
may_say (CitizSimNode *node, guint16 to)
{
  if (node->told[to] != 0 && node->sim->now - node->told[to] < LATE_EVERY)
    return FALSE;
  node->told[to] = node->sim->now;
  return TRUE;
}

static void
send_status (CitizSimNode *node, guint16 to, const CitizCsxStatus *status, const CitizCert *cert)
{
  const CitizCsxMessage message
      = {.kind = CITIZ_CSX_MESSAGE_STATUS, .status = *status, .cert = cert};
  CitizSimPacket *packet = citiz_sim_packet_of (node->sim, node->body, &message);

  citiz_sim_node_send (node, packet, to);
  citiz_sim_packet_unref (node->sim, packet);
}

/* The certificate that ended @epoch: of its closing block, or of the last that stands on it. */
static const CitizCert *
closing_cert (const CitizSimNode *node, guint64 epoch)
{
  GArray *lists[] = {node->beside, node->chain};

  for (guint list = 0; list < G_N_ELEMENTS (lists); list++)
    for (guint i = lists[list]->len; i > 0; i--)
      {
        const CitizSimLink *link = &g_array_index (lists[list], CitizSimLink, i - 1);
        const CitizBlockHeader *header = &citiz_sim_block (node->sim, link->block)->header;

        if (header->epoch == epoch && header->flags != 0 && link->final != NULL)
          return &link->final->cert;
      }
  return NULL;
}

static void
tell_closing (CitizSimNode *node, guint16 to, guint64 epoch)
{
  const CitizCert *cert = closing_cert (node, epoch);

  if (cert == NULL)
    return;
  citiz_sim_met (node->sim, CITIZ_SIM_MET_LATE);
  send_status (node, to, &(CitizCsxStatus){.epoch = epoch, .time = citiz_sim_node_now (node).wall},
               cert);
}

/* Which block is the newest final one of this epoch. */
static void
ask (CitizSimNode *node, guint16 to)
{
  CitizCsxReport report;

  citiz_csx_report (node->csx, citiz_sim_node_now (node), &report);
  send_status (node, to,
               &(CitizCsxStatus){.epoch = node->epoch,
                                 .frontier = report.frontier,
                                 .committed = report.committed.slot,
                                 .time = citiz_sim_node_now (node).wall,
                                 .ask = TRUE},
               NULL);
}

/* Whether a message is of another epoch; then it was seen to. */
gboolean
citiz_sim_node_is_other_epoch (CitizSimNode *node, const CitizSimPacket *packet)
{
  if (packet->kind != CITIZ_SIM_PACKET_CSX || packet->csx == CITIZ_CSX_MESSAGE_BLOCK
      || packet->epoch == node->epoch)
    return FALSE;
  if (!may_say (node, packet->from))
    return TRUE;
  if (packet->epoch < node->epoch)
    tell_closing (node, packet->from, packet->epoch);
  else
    ask (node, packet->from);
  return TRUE;
}

/* From who is no validator of this epoch: what it shows to be final is believed, and it may ask what is. */
void
citiz_sim_node_hear_stranger (CitizSimNode *node, const CitizSimPacket *packet)
{
  const CitizCert *cert = packet->cert != NULL ? &packet->cert->cert : NULL;
  const CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_CERT, .cert = cert};
  CitizCsxReport report;

  if (cert != NULL && cert->kind == CITIZ_VOTE_FINAL && cert->epoch == node->epoch
      && citiz_csx_wants (node->csx, &message) && citiz_sim_is_certified (node->sim, cert))
    citiz_sim_node_step (node, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_MESSAGE,
                                                .from = CITIZ_CSX_NOBODY,
                                                .message = &message});
  if (!packet->status.ask || node->csx == NULL)
    return;
  citiz_csx_report (node->csx, citiz_sim_node_now (node), &report);
  send_status (node, packet->from,
               &(CitizCsxStatus){.epoch = node->epoch,
                                 .frontier = report.frontier,
                                 .committed = report.committed.slot,
                                 .time = citiz_sim_node_now (node).wall},
               report.final_cert);
}

/* Nobody tells a node that is no validator what is new: it asks one after the other. */
void
citiz_sim_node_follow (CitizSimNode *node)
{
  CitizSim *sim = node->sim;

  citiz_sim_push (sim, sim->now + FOLLOW, CITIZ_SIM_EVENT_FOLLOW, node->number, 0, NULL);
  if (node->csx == NULL || node->signs || sim->n < 2)
    return;
  do
    node->turn = (node->turn + 1) % sim->n;
  while (node->turn == node->body);
  ask (node, (guint16) node->turn);
}
