/* A node: carries out what its step machine asks for, as the node program does, on simulated time. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include <string.h>

CitizCsxNow
citiz_sim_node_now (const CitizSimNode *node)
{
  const gint64 now = node->sim->now;

  return (CitizCsxNow){
      .steady = (now - node->slept) / CITIZ_SIM_MS,
      .wall = {node->sim->wall + (now + node->skew + now * node->drift / 1000000) / CITIZ_SIM_MS}};
}

gboolean
citiz_sim_node_has (const CitizSimNode *node, guint block)
{
  return block < node->have->len && node->have->data[block] != 0;
}

void
citiz_sim_node_store (CitizSimNode *node, guint block)
{
  const guint before = node->have->len;

  if (block >= before)
    {
      g_byte_array_set_size (node->have, block + 64);
      memset (node->have->data + before, 0, block + 64 - before);
    }
  node->have->data[block] = 1;
}

/* Errands *******************************************************************/

static CitizSimErrand *
errand_new (CitizSim *sim, const CitizCsxEffect *effect)
{
  GPtrArray *spare = sim->spare_errands;
  CitizSimErrand *errand = spare->len > 0 ? g_ptr_array_steal_index_fast (spare, spare->len - 1)
                                          : g_new (CitizSimErrand, 1);

  *errand = (CitizSimErrand){.kind = effect->kind,
                             .to = effect->to,
                             .closed = effect->closed,
                             .resend = effect->resend,
                             .slot = effect->slot,
                             .hash = effect->hash,
                             .parent = effect->parent,
                             .min_time = effect->min_time,
                             .max = effect->max};
  if (effect->cert != NULL)
    errand->cert = citiz_sim_cert_new (sim, effect->cert);
  return errand;
}

void
citiz_sim_errand_free (CitizSim *sim, CitizSimErrand *errand)
{
  citiz_sim_cert_unref (sim, errand->cert);
  if (errand->packet != NULL)
    citiz_sim_packet_unref (sim, errand->packet);
  g_ptr_array_add (sim->spare_errands, errand);
}

/* When its steady clock says @at. */
static gint64
when (const CitizSimNode *node, gint64 at)
{
  return at * CITIZ_SIM_MS + node->slept;
}

static void
set_timer (CitizSimNode *node, gint64 at)
{
  node->timer_at = at;
  if (node->timer_queued != 0 && node->timer_queued <= when (node, at))
    return;
  node->timer_queued = when (node, at);
  citiz_sim_push (node->sim, node->timer_queued, CITIZ_SIM_EVENT_TIMER, node->number, node->life,
                  NULL);
}

/* An answer to the machine once the work is done. Takes @errand. */
static void
work (CitizSimNode *node, CitizSimErrand *errand, gint64 mean)
{
  CitizSim *sim = node->sim;
  const gint64 slow = sim->now < node->slow_until ? 2 * G_USEC_PER_SEC : 0;

  citiz_sim_push (sim, sim->now + slow + citiz_sim_wait (sim, CITIZ_SIM_WORK, mean),
                  CITIZ_SIM_EVENT_DONE, node->number, node->life, errand);
}

/* To the machine @body. */
void
citiz_sim_node_send (CitizSimNode *node, CitizSimPacket *packet, guint16 body)
{
  if (node->lies == 0 || citiz_sim_liar_sends (node, packet, body))
    citiz_sim_send (node->sim, packet, body);
}

/* To the validator of this epoch at @place. */
static void
send (CitizSimNode *node, CitizSimPacket *packet, guint16 place)
{
  citiz_sim_node_send (node, packet, node->sim->epochs[node->epoch].body[place]);
}

static void
broadcast (CitizSimNode *node, CitizSimPacket *packet)
{
  for (guint16 i = 0; i < node->sim->epochs[node->epoch].n; i++)
    if (i != node->place)
      send (node, packet, i);
}

static void
gossip (CitizSimNode *node, guint64 txs)
{
  CitizSimPacket *packet = citiz_sim_packet_new (node->sim, CITIZ_SIM_PACKET_TX, node->body);

  packet->txs = txs;
  packet->bytes += 250 * (guint) __builtin_popcountll (txs);
  if (txs != 0)
    broadcast (node, packet);
  citiz_sim_packet_unref (node->sim, packet);
}

static void
request (CitizSimNode *node, const CitizSimErrand *errand, CitizSimPacketKind kind)
{
  CitizSimPacket *packet = citiz_sim_packet_new (node->sim, kind, node->body);

  packet->epoch = node->epoch;
  packet->slot = errand->slot;
  packet->max = errand->max;
  packet->hash = errand->hash;
  send (node, packet, errand->to);
  citiz_sim_packet_unref (node->sim, packet);
}

/* Takes @errand. Everything that was to be durable before it is. */
static void
run (CitizSimNode *node, CitizSimErrand *errand)
{
  CitizSim *sim = node->sim;

  switch (errand->kind)
    {
    case CITIZ_CSX_EFFECT_SEND:
      citiz_sim_law_sent (node, errand->packet, errand->resend, 1);
      send (node, errand->packet, errand->to);
      break;
    case CITIZ_CSX_EFFECT_BROADCAST:
      citiz_sim_law_sent (node, errand->packet, errand->resend, sim->epochs[node->epoch].n - 1);
      broadcast (node, errand->packet);
      if (node->doomed != 0 && errand->packet->csx == CITIZ_CSX_MESSAGE_CAND)
        {
          citiz_sim_push (sim, sim->now + CITIZ_SIM_MS, CITIZ_SIM_EVENT_FAULT_END, node->doomed - 1,
                          0, NULL);
          node->doomed = 0;
        }
      break;
    case CITIZ_CSX_EFFECT_FETCH:
      request (node, errand, CITIZ_SIM_PACKET_FETCH);
      break;
    case CITIZ_CSX_EFFECT_RANGE:
      request (node, errand, CITIZ_SIM_PACKET_RANGE);
      break;
    case CITIZ_CSX_EFFECT_KEEP:
      citiz_sim_node_keep (node, errand->cert);
      break;
    case CITIZ_CSX_EFFECT_GOSSIP:
      gossip (node, node->known & ~citiz_sim_block (sim, node->committed)->state);
      break;
    case CITIZ_CSX_EFFECT_STORE:
    case CITIZ_CSX_EFFECT_COMMIT:
      work (node, errand, sim->sync_mean);
      return;
    case CITIZ_CSX_EFFECT_BUILD:
    case CITIZ_CSX_EFFECT_VALIDATE:
      work (node, errand, sim->work_mean);
      return;
    case CITIZ_CSX_EFFECT_CLOSED:
      node->closed = TRUE;
      break;
    case CITIZ_CSX_EFFECT_TIMER:
    case CITIZ_CSX_EFFECT_EVIDENCE:
    case CITIZ_CSX_EFFECT_ALARM:
      break;
    }
  citiz_sim_errand_free (sim, errand);
}

/* At once if nothing waits for the disk, or when it has synced. */
static void
run_all (CitizSimNode *node)
{
  const guint32 life = node->life;
  GPtrArray *errands = node->errands;

  if (errands->len == 0)
    return;
  node->errands = g_ptr_array_new ();
  for (guint i = 0; i < errands->len; i++)
    run (node, errands->pdata[i]);
  g_ptr_array_unref (node->errands);
  g_ptr_array_set_size (errands, 0);
  node->errands = errands;
  if (life == node->life && node->closed)
    citiz_sim_node_go_on (node);
  else if (life == node->life)
    citiz_sim_node_tell_need (node);
}

static void
gather (CitizSimNode *node)
{
  CitizSim *sim = node->sim;
  GArray *votes = node->effects->journal;
  GArray *rest = node->effects->rest;

  if (votes->len > 0)
    {
      citiz_sim_disk_append (sim, node->disk, (const CitizVote *) (gpointer) votes->data,
                             votes->len, citiz_sim_node_slot (node));
      node->unsynced = node->voted = TRUE;
    }
  for (guint i = 0; i < rest->len; i++)
    {
      const CitizCsxEffect *effect = &g_array_index (rest, CitizCsxEffect, i);
      CitizSimErrand *errand;

      if (effect->kind == CITIZ_CSX_EFFECT_TIMER)
        set_timer (node, effect->at);
      else if (effect->kind == CITIZ_CSX_EFFECT_EVIDENCE)
        citiz_sim_law_evidence (node, &effect->evidence);
      else if (effect->kind == CITIZ_CSX_EFFECT_ALARM)
        citiz_sim_law_alarm (node, effect->alarm);
      else
        {
          errand = errand_new (sim, effect);
          if (effect->kind == CITIZ_CSX_EFFECT_SEND || effect->kind == CITIZ_CSX_EFFECT_BROADCAST)
            errand->packet = citiz_sim_packet_of (sim, node->body, &effect->message);
          g_ptr_array_add (node->errands, errand);
        }
    }
  if (node->syncing)
    return;
  if (node->unsynced)
    {
      const gint64 slow = sim->now < node->slow_until ? 2 * G_USEC_PER_SEC : 0;

      node->syncing = TRUE;
      citiz_sim_push (sim, sim->now + slow + citiz_sim_wait (sim, CITIZ_SIM_DISK, sim->sync_mean),
                      CITIZ_SIM_EVENT_SYNCED, node->number, node->life, NULL);
    }
  else
    run_all (node);
}

void
citiz_sim_node_step (CitizSimNode *node, const CitizCsxEvent *event)
{
  if (node->csx == NULL || node->sim->result->broken[0] != '\0')
    return;
  citiz_csx_step (node->csx, event, citiz_sim_node_now (node), node->effects);
  citiz_sim_law_step (node);
  gather (node);
}

void
citiz_sim_node_synced (CitizSimNode *node)
{
  node->syncing = FALSE;
  node->unsynced = FALSE;
  if (!citiz_sim_disk_sync (node->disk))
    {
      citiz_sim_tell (node->sim, "%u: the disk fails, the process ends", node->number);
      citiz_sim_met (node->sim, CITIZ_SIM_MET_EIO);
      citiz_sim_node_crash (node);
      citiz_sim_push (node->sim, node->sim->now + G_USEC_PER_SEC, CITIZ_SIM_EVENT_RESTART,
                      node->number, 0, NULL);
      return;
    }
  run_all (node);
}

void
citiz_sim_node_timer (CitizSimNode *node)
{
  const gint64 at = node->timer_at;

  node->timer_queued = 0;
  if (at == 0)
    return;
  if (when (node, at) > node->sim->now)
    {
      set_timer (node, at);
      return;
    }
  node->timer_at = 0;
  citiz_sim_node_step (node, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_TIMER});
}

/* Answers *******************************************************************/

static void
build (CitizSimNode *node, const CitizSimErrand *errand)
{
  CitizSim *sim = node->sim;
  const guint parent = citiz_sim_find_block (sim, &errand->parent.hash);
  CitizCsxEvent event = {.kind = CITIZ_CSX_EVENT_BUILT, .slot = errand->slot};
  CitizBlockHeader header;
  guint64 state, txs;
  guint number;

  if (parent == G_MAXUINT || (node->lies != 0 && citiz_sim_liar_build (node, errand)))
    return;
  state = citiz_sim_block (sim, parent)->state;
  txs = errand->closed ? 0 : citiz_sim_pick (sim, node->epoch, node->known, state);
  citiz_sim_fill_header (sim, &header, node->epoch, errand->slot, &errand->parent, node->place, txs,
                         state | txs);
  header.time.ms = MAX (errand->min_time.ms, citiz_sim_node_now (node).wall.ms);
  if (sim->options->ledger && !citiz_sim_node_fill (node, parent, &txs, &header))
    return;
  number = citiz_sim_add_block (sim, &header, txs);
  citiz_sim_node_store (node, number);
  event.hash = citiz_sim_block (sim, number)->hash;
  event.header = &header;
  citiz_sim_node_step (node, &event);
}

static void
judge (CitizSimNode *node, const CitizSimErrand *errand)
{
  CitizSim *sim = node->sim;
  const guint number = citiz_sim_find_block (sim, &errand->hash);
  const CitizSimBlock *block = citiz_sim_block (sim, number);
  CitizCsxEvent event
      = {.kind = CITIZ_CSX_EVENT_VERDICT, .slot = errand->slot, .hash = errand->hash};

  if (!(block->parent == 0 || citiz_sim_node_has (node, block->parent))
      || citiz_sim_chance (sim, CITIZ_SIM_WORK, 5))
    event.verdict = CITIZ_CSX_VERDICT_NOT_YET;
  else if (sim->options->ledger)
    event.verdict = citiz_sim_node_execute (node, number);
  else
    event.verdict
        = block->valid || node->lies != 0 ? CITIZ_CSX_VERDICT_VALID : CITIZ_CSX_VERDICT_INVALID;
  citiz_sim_node_step (node, &event);
}

/* Takes @errand: the disk or the processor is done with it. */
void
citiz_sim_node_done (CitizSimNode *node, CitizSimErrand *errand)
{
  CitizSim *sim = node->sim;
  CitizCsxEvent event = {.slot = errand->slot, .hash = errand->hash};

  if (errand->kind != CITIZ_CSX_EFFECT_VALIDATE && sim->now < node->full_until)
    {
      citiz_sim_tell (sim, "%u: the disk is full, the process ends", node->number);
      citiz_sim_met (sim, CITIZ_SIM_MET_FULL);
      citiz_sim_errand_free (sim, errand);
      citiz_sim_node_crash (node);
      citiz_sim_push (sim, node->full_until, CITIZ_SIM_EVENT_RESTART, node->number, 0, NULL);
      return;
    }
  switch ((guint) errand->kind)
    {
    case CITIZ_CSX_EFFECT_STORE:
      citiz_sim_node_store (node, citiz_sim_find_block (sim, &errand->hash));
      node->kept_synced = node->kept->len;
      event.kind = CITIZ_CSX_EVENT_STORED;
      citiz_sim_node_step (node, &event);
      break;
    case CITIZ_CSX_EFFECT_COMMIT:
      event.kind = CITIZ_CSX_EVENT_COMMITTED;
      event.done = citiz_sim_node_commit (node, errand);
      citiz_sim_node_step (node, &event);
      citiz_sim_node_tell_need (node);
      break;
    case CITIZ_CSX_EFFECT_BUILD:
      build (node, errand);
      break;
    case CITIZ_CSX_EFFECT_VALIDATE:
      judge (node, errand);
      break;
    }
  citiz_sim_errand_free (sim, errand);
}

/* Messages ******************************************************************/

static void
hear_csx (CitizSimNode *node, const CitizSimPacket *packet)
{
  CitizSim *sim = node->sim;
  CitizCsxMessage message = {.kind = packet->csx};
  const CitizCsxEvent event = {.kind = CITIZ_CSX_EVENT_MESSAGE,
                               .from = sim->epochs[node->epoch].place[packet->from],
                               .message = &message};
  CitizVote votes[CITIZ_CSX_MAX_ECHO];

  switch (packet->csx)
    {
    case CITIZ_CSX_MESSAGE_CAND:
    case CITIZ_CSX_MESSAGE_BLOCK:
      if (packet->block == G_MAXUINT)
        return;
      message.vote = packet->vote;
      message.header = citiz_sim_block (sim, packet->block)->header;
      message.hash = citiz_sim_block (sim, packet->block)->hash;
      if (!citiz_csx_wants (node->csx, &message)
          || (packet->csx == CITIZ_CSX_MESSAGE_CAND && !citiz_sim_is_signed (sim, &packet->vote)))
        return;
      break;
    case CITIZ_CSX_MESSAGE_VOTE:
      message.vote = packet->vote;
      if (!citiz_csx_wants (node->csx, &message) || !citiz_sim_is_signed (sim, &packet->vote))
        return;
      break;
    case CITIZ_CSX_MESSAGE_CERT:
      message.cert = &packet->cert->cert;
      if (!citiz_csx_wants (node->csx, &message)
          || !citiz_sim_is_certified (sim, &packet->cert->cert))
        return;
      break;
    case CITIZ_CSX_MESSAGE_STATUS:
      message.status = packet->status;
      message.status.votes = votes;
      message.status.n_votes = 0;
      for (guint i = 0; i < packet->status.n_votes; i++)
        if (packet->votes[i].epoch == node->epoch && citiz_sim_is_signed (sim, &packet->votes[i]))
          votes[message.status.n_votes++] = packet->votes[i];
      if (packet->cert != NULL && citiz_sim_is_certified (sim, &packet->cert->cert))
        {
          const CitizCsxMessage cert
              = {.kind = CITIZ_CSX_MESSAGE_CERT, .cert = &packet->cert->cert};

          message.cert = citiz_csx_wants (node->csx, &cert) ? cert.cert : NULL;
        }
      break;
    }
  citiz_sim_node_step (node, &event);
}

void
citiz_sim_node_hear (CitizSimNode *node, CitizSimPacket *packet)
{
  const gboolean stranger = node->sim->epochs[node->epoch].place[packet->from] == CITIZ_CSX_NOBODY;

  if (citiz_sim_node_is_other_epoch (node, packet))
    return;
  switch (packet->kind)
    {
    case CITIZ_SIM_PACKET_CSX:
      if (stranger && packet->csx == CITIZ_CSX_MESSAGE_STATUS)
        citiz_sim_node_hear_stranger (node, packet);
      else if (!stranger || packet->csx == CITIZ_CSX_MESSAGE_BLOCK)
        hear_csx (node, packet);
      break;
    case CITIZ_SIM_PACKET_FETCH:
      citiz_sim_node_serve_fetch (node, packet);
      break;
    case CITIZ_SIM_PACKET_RANGE:
      citiz_sim_node_serve_range (node, packet);
      break;
    case CITIZ_SIM_PACKET_BLOCKS:
      citiz_sim_node_take_blocks (node, packet);
      break;
    case CITIZ_SIM_PACKET_TX:
      citiz_sim_node_submit (node, packet->txs);
      break;
    }
}

/* What is new is passed on. */
void
citiz_sim_node_submit (CitizSimNode *node, guint64 txs)
{
  const guint64 fresh = txs & ~node->known & ~citiz_sim_block (node->sim, node->committed)->state;

  if (fresh == 0)
    return;
  node->known |= fresh;
  gossip (node, fresh);
  citiz_sim_node_tell_need (node);
}

/* Whether a transaction waits that is in no block which a quorum has accepted; or this epoch, not the first, has no block yet: the keys
 * of the one before live until it has. */
void
citiz_sim_node_tell_need (CitizSimNode *node)
{
  const CitizSimBlock *head = citiz_sim_block (node->sim, node->committed);
  guint64 covered = 0;
  gboolean need;

  for (guint i = 0; i < node->notarized->len; i++)
    covered |= citiz_sim_block (node->sim, g_array_index (node->notarized, guint, i))->txs;
  need = (citiz_sim_pick (node->sim, node->epoch, node->known, head->state) & ~covered
          & ~citiz_sim_quota_rest (node->sim, head, covered, citiz_sim_node_now (node).wall))
             != 0
         || (node->notarized->len == 0 && head->header.epoch != node->epoch);
  if (need == node->need || node->csx == NULL)
    return;
  node->need = need;
  citiz_sim_node_step (node, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_NEED, .need = need});
}

/* Life **********************************************************************/

void
citiz_sim_node_init (CitizSim *sim, CitizSimNode *node, guint number, guint16 body)
{
  node->sim = sim;
  node->number = (guint16) number;
  node->body = body;
  for (guint i = 0; i < 2; i++)
    {
      node->journals[i] = citiz_sim_disk (2 * number + i);
      citiz_sim_disk_end (node->journals[i]);
    }
  node->disk = node->journals[0];
  node->effects = citiz_csx_effects_new ();
  node->errands = g_ptr_array_new ();
  node->have = g_byte_array_new ();
  node->chain = g_array_new (FALSE, FALSE, sizeof (CitizSimLink));
  node->beside = g_array_new (FALSE, FALSE, sizeof (CitizSimLink));
  node->fetched = g_array_new (FALSE, FALSE, sizeof (CitizSimLink));
  node->notarized = g_array_new (FALSE, FALSE, sizeof (guint));
  node->kept = g_ptr_array_new ();
}

void
citiz_sim_node_clear (CitizSimNode *node)
{
  CitizSim *sim = node->sim;

  g_clear_pointer (&node->csx, citiz_csx_free);
  citiz_csx_effects_free (node->effects);
  for (guint i = 0; i < node->errands->len; i++)
    citiz_sim_errand_free (sim, node->errands->pdata[i]);
  g_ptr_array_unref (node->errands);
  g_clear_pointer (&node->after, g_ptr_array_unref);
  g_clear_pointer (&node->ledger, citiz_ledger_free);
  citiz_sim_links_clear (sim, node->chain, 0);
  citiz_sim_links_clear (sim, node->beside, 0);
  citiz_sim_links_clear (sim, node->fetched, 0);
  for (guint i = 0; i < node->kept->len; i++)
    citiz_sim_cert_unref (sim, node->kept->pdata[i]);
  g_byte_array_unref (node->have);
  g_array_unref (node->chain);
  g_array_unref (node->beside);
  g_array_unref (node->fetched);
  g_array_unref (node->notarized);
  g_ptr_array_unref (node->kept);
}

/* Pulls the plug. Certificates that were written without a sync may be gone. */
void
citiz_sim_node_crash (CitizSimNode *node)
{
  CitizSim *sim = node->sim;
  guint kept = node->kept_synced;

  if (node->csx == NULL)
    return;
  sim->result->crashes++;
  node->life++;
  if (citiz_sim_node_sleeps (node) && node->suspended)
    node->slept -= node->asleep_until - sim->now;
  node->timer_at = node->timer_queued = node->asleep_until = 0;
  node->syncing = node->unsynced = node->need = node->closed = node->voted = FALSE;
  node->known = 0;
  for (guint i = 0; i < 2; i++)
    citiz_sim_disk_crash (sim, node->journals[i]);
  for (guint i = 0; i < node->errands->len; i++)
    citiz_sim_errand_free (sim, node->errands->pdata[i]);
  g_ptr_array_set_size (node->errands, 0);
  for (guint i = node->kept_synced; i < node->kept->len; i++)
    if (citiz_sim_chance (sim, CITIZ_SIM_DISK, 500))
      citiz_sim_cert_unref (sim, node->kept->pdata[i]);
    else
      node->kept->pdata[kept++] = node->kept->pdata[i];
  g_ptr_array_set_size (node->kept, (gint) kept);
  node->kept_synced = kept;
  citiz_sim_node_forget_executed (node);
  g_array_set_size (node->notarized, 0);
  g_clear_pointer (&node->csx, citiz_csx_free);
}

static void
sign_cb (gpointer data, CitizVote *vote)
{
  citiz_sim_sign (((CitizSimNode *) data)->sim, vote);
}

/* Blocks and certificates that were kept come in again as messages from oneself. */
static void
recall (CitizSimNode *node)
{
  CitizSim *sim = node->sim;
  const guint16 self = node->signs ? node->place : CITIZ_CSX_NOBODY;
  const guint64 committed = citiz_sim_node_slot (node);

  for (guint i = 1; i < node->have->len && node->csx != NULL; i++)
    {
      CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_BLOCK};

      if (node->have->data[i] == 0 || citiz_sim_block (sim, i)->header.slot <= committed
          || citiz_sim_block (sim, i)->header.epoch != node->epoch)
        continue;
      message.header = citiz_sim_block (sim, i)->header;
      message.hash = citiz_sim_block (sim, i)->hash;
      citiz_sim_node_step (
          node,
          &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_MESSAGE, .from = self, .message = &message});
    }
  for (guint i = 0; i < node->kept->len && node->csx != NULL; i++)
    {
      CitizSimCert *cert = citiz_sim_cert_ref (node->kept->pdata[i]);
      const CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_CERT, .cert = &cert->cert};
      const guint block
          = cert->cert.kind == CITIZ_VOTE_NOTAR ? citiz_sim_find_block (sim, &cert->cert.hash) : 0;

      if (block != 0 && block != G_MAXUINT)
        g_array_append_val (node->notarized, block);
      citiz_sim_node_step (
          node,
          &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_MESSAGE, .from = self, .message = &message});
      citiz_sim_cert_unref (sim, cert);
    }
}

void
citiz_sim_node_meet (CitizSimNode *node, const CitizSimNode *other)
{
  const guint16 place = citiz_sim_node_place (other, node->epoch);

  if (citiz_sim_node_sleeps (node))
    node->missed |= 1u << other->body;
  else if (other->csx != NULL && other->body != node->body && place != CITIZ_CSX_NOBODY)
    citiz_sim_node_step (node, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_PEER, .from = place});
}

/* To every validator who is there. */
void
citiz_sim_node_connect (CitizSimNode *node)
{
  for (guint i = 0; i < node->sim->n_instances; i++)
    citiz_sim_node_meet (node, &node->sim->nodes[i]);
}

static void
be_found (CitizSimNode *node)
{
  for (guint i = 0; i < node->sim->n_instances; i++)
    citiz_sim_node_meet (&node->sim->nodes[i], node);
}

void
citiz_sim_node_start (CitizSimNode *node)
{
  CitizSim *sim = node->sim;
  CitizCsxConfig config = {.chain_id = sim->chain_id,
                           .self = CITIZ_CSX_NOBODY,
                           .timing = sim->timing,
                           .sign = sign_cb,
                           .sign_data = node};
  CitizCsxStart start = {0};

  if (node->csx != NULL)
    return;
  node->life++;
  if (node->after == NULL)
    citiz_sim_node_restart_ledger (node, node->committed);
  citiz_sim_node_look_around (node);
  config.epoch = node->epoch;
  start.committed = citiz_sim_point (sim, node->committed, node->epoch);
  memcpy (&config.validators, &sim->epochs[node->epoch].validators,
          G_STRUCT_OFFSET (CitizValidators, v)
              + sim->epochs[node->epoch].n * sizeof (CitizValidator));
  if (node->signs)
    {
      config.self = node->place;
      start.records = (const CitizVote *) (gpointer) node->disk->votes->data;
      start.n_records = node->disk->votes->len;
      start.trusted = node->voted && start.n_records == 0;
      if (start.trusted)
        citiz_sim_met (sim, CITIZ_SIM_MET_TRUSTED);
      citiz_sim_law_opened (node);
    }
  for (guint i = node->chain->len; i > 0 && start.final == NULL; i--)
    if (g_array_index (node->chain, CitizSimLink, i - 1).final != NULL
        && g_array_index (node->chain, CitizSimLink, i - 1).final->cert.epoch == node->epoch)
      start.final = &g_array_index (node->chain, CitizSimLink, i - 1).final->cert;
  node->voted = FALSE;
  node->csx = citiz_csx_new (&config);
  citiz_sim_node_step (node, &(CitizCsxEvent){.kind = CITIZ_CSX_EVENT_START, .start = &start});
  recall (node);
  citiz_sim_node_end_journals (node);
  citiz_sim_node_prepare (node);
  citiz_sim_node_connect (node);
  be_found (node);
  citiz_sim_node_tell_need (node);
}
