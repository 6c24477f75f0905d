/* The step machine: made, stepped, looked at. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consensus/citiz-csx-private.h"

#include <string.h>

/**
 * citiz_csx_new:
 *
 * Slots are recycled: memory grows to what the worst time needed, at most AHEAD + BEHIND slots, and no further.
 */
CitizCsx *
citiz_csx_new (const CitizCsxConfig *config)
{
  CitizCsx *csx;

  g_return_val_if_fail (config->validators.n > 0, NULL);
  g_return_val_if_fail (config->self == CITIZ_CSX_NOBODY || config->self < config->validators.n,
                        NULL);
  csx = g_new0 (CitizCsx, 1);
  csx->config = *config;
  csx->n = config->validators.n;
  csx->quorum = citiz_quorum (csx->n);
  if (config->timing.heartbeat == 0)
    csx->config.timing.heartbeat = MAX (30 * CITIZ_SECOND, 3 * CITIZ_SECOND * csx->n);
  csx->mode = CITIZ_CSX_OBSERVING;
  csx->turn = config->self == CITIZ_CSX_NOBODY ? 0 : config->self;
  csx->spare_slots = g_ptr_array_new_with_free_func (g_free);
  csx->spare_certs = g_ptr_array_new_with_free_func (g_free);
  csx->retired_certs = g_ptr_array_new_with_free_func (g_free);
  citiz_validators_hash (&csx->vs_hash, &config->validators);
  citiz_csx_leaders (csx->leaders, csx->n, &config->chain_id, config->epoch);
  return csx;
}

void
citiz_csx_free (CitizCsx *csx)
{
  citiz_csx_slots_clear (csx);
  g_clear_pointer (&csx->final_cert, g_free);
  g_ptr_array_unref (csx->spare_slots);
  g_ptr_array_unref (csx->spare_certs);
  g_ptr_array_unref (csx->retired_certs);
  g_free (csx);
}

static gboolean
fits (const CitizCsx *csx, const CitizVote *vote)
{
  return vote->epoch == csx->config.epoch && vote->voter < csx->n && vote->slot > 0
         && (vote->kind == CITIZ_VOTE_SKIP) == citiz_hash_is_zero (&vote->hash);
}

/* A verified statement; one's own that others show must be in the journal (R12). */
static void
take_statement (CitizCsx *csx, guint16 from, const CitizCsxMessage *message)
{
  const CitizVote *vote = &message->vote;
  const gboolean cand = message->kind == CITIZ_CSX_MESSAGE_CAND;

  if (!fits (csx, vote) || (vote->kind == CITIZ_VOTE_CAND) != cand)
    return;
  if (vote->voter == csx->config.self)
    {
      if (!citiz_csx_own_known (csx, vote->kind, vote->slot, &vote->hash))
        citiz_csx_mute (csx, CITIZ_CSX_ALARM_DOUBLE, vote->slot);
      return;
    }
  if (from == vote->voter)
    csx->misses[from] = 0;
  if (cand)
    citiz_csx_take_candidate (csx, message);
  else
    citiz_csx_take_vote (csx, vote, FALSE);
  if (vote->slot <= csx->final_slot)
    citiz_csx_tell_late (csx, from);
}

static void
take_message (CitizCsx *csx, const CitizCsxEvent *event)
{
  const CitizCsxMessage *message = event->message;

  switch (message->kind)
    {
    case CITIZ_CSX_MESSAGE_CAND:
    case CITIZ_CSX_MESSAGE_VOTE:
      take_statement (csx, event->from, message);
      break;
    case CITIZ_CSX_MESSAGE_CERT:
      citiz_csx_take_cert (csx, message->cert);
      break;
    case CITIZ_CSX_MESSAGE_BLOCK:
      citiz_csx_take_block (csx, message, event->from == csx->config.self);
      break;
    case CITIZ_CSX_MESSAGE_STATUS:
      citiz_csx_take_status (csx, event->from, message);
      break;
    }
}

static void
take_answer (CitizCsx *csx, const CitizCsxEvent *event)
{
  CitizCsxSlot *slot = citiz_csx_slot (csx, event->slot);
  CitizCsxBlock *block = slot != NULL ? citiz_csx_block (slot, &event->hash) : NULL;

  if (block == NULL)
    return;
  if (event->kind == CITIZ_CSX_EVENT_STORED)
    block->stored = TRUE;
  else if (block->trial == CITIZ_CSX_ASKED)
    {
      block->trial = (CitizCsxTrial) (CITIZ_CSX_VALID + event->verdict);
      block->again = csx->now.steady + 200;
    }
}

static void
take (CitizCsx *csx, const CitizCsxEvent *event)
{
  switch (event->kind)
    {
    case CITIZ_CSX_EVENT_START:
      citiz_csx_start (csx, event->start);
      break;
    case CITIZ_CSX_EVENT_MESSAGE:
      take_message (csx, event);
      break;
    case CITIZ_CSX_EVENT_PEER:
      if (event->from < csx->n && event->from != csx->config.self)
        citiz_csx_ask (csx, event->from);
      break;
    case CITIZ_CSX_EVENT_BUILT:
      citiz_csx_take_built (csx, event);
      break;
    case CITIZ_CSX_EVENT_STORED:
    case CITIZ_CSX_EVENT_VERDICT:
      take_answer (csx, event);
      break;
    case CITIZ_CSX_EVENT_TIMER:
      break;
    case CITIZ_CSX_EVENT_NEED:
      csx->mempool = event->need;
      break;
    case CITIZ_CSX_EVENT_RANGE:
      citiz_csx_take_range (csx, event);
      break;
    case CITIZ_CSX_EVENT_COMMITTED:
      citiz_csx_take_committed (csx, event);
      break;
    }
}

static void
begin (CitizCsx *csx, CitizCsxNow now, CitizCsxEffects *effects)
{
  GPtrArray *retired = csx->retired_certs;

  now.steady = MAX (now.steady, csx->now.steady);
  csx->now = now;
  csx->effects = effects;
  csx->wake = G_MAXINT64;
  g_array_set_size (effects->journal, 0);
  g_array_set_size (effects->rest, 0);
  while (retired->len > 0)
    g_ptr_array_add (csx->spare_certs, g_ptr_array_steal_index_fast (retired, retired->len - 1));
}

/* One wake-up for all: told when it changes. */
static void
end (CitizCsx *csx)
{
  csx->wake = MAX (csx->wake, csx->now.steady + 1);
  if (csx->wake != csx->timer_told && csx->wake != G_MAXINT64)
    citiz_csx_effect (csx, CITIZ_CSX_EFFECT_TIMER)->at = csx->wake;
  csx->timer_told = csx->wake;
  csx->effects = NULL;
}

/**
 * citiz_csx_step:
 * @event: the first is START, and there is one
 * @now: @steady never goes back
 * @effects: emptied and filled; what it points at lives until the next step
 */
void
citiz_csx_step (CitizCsx *csx,
                const CitizCsxEvent *event,
                CitizCsxNow now,
                CitizCsxEffects *effects)
{
  begin (csx, now, effects);
  take (csx, event);
  if (csx->mode != CITIZ_CSX_CLOSED)
    {
      citiz_csx_progress (csx);
      citiz_csx_guard (csx);
      citiz_csx_commit (csx);
      citiz_csx_standstill (csx);
    }
  end (csx);
}

static gboolean
wants_vote (const CitizCsx *csx, const CitizVote *vote)
{
  const CitizCsxSlot *slot = citiz_csx_slot (csx, vote->slot);
  const guint kind = CITIZ_CSX_K (vote->kind);
  const CitizCsxBallot *ballot;

  if (!fits (csx, vote) || vote->kind == CITIZ_VOTE_CAND)
    return FALSE;
  if (vote->slot <= csx->final_slot || vote->voter == csx->config.self)
    return TRUE; /* an answer may be due, or an alarm */
  if (vote->slot > csx->frontier + CITIZ_CSX_WINDOW)
    return FALSE;
  ballot = slot != NULL ? &slot->ballots[vote->voter] : NULL;
  return ballot == NULL || (ballot->said & 1 << kind) == 0
         || (!ballot->blamed && !citiz_hash_equal (&ballot->hash[kind], &vote->hash));
}

static gboolean
wants_cert (const CitizCsx *csx, const CitizCert *cert)
{
  const CitizCsxSlot *slot = citiz_csx_slot (csx, cert->slot);
  const CitizCert *known;

  if (cert->epoch != csx->config.epoch || cert->slot <= csx->floor || cert->kind == CITIZ_VOTE_CAND)
    return FALSE;
  known = slot != NULL ? slot->certs[CITIZ_CSX_K (cert->kind)] : NULL;
  return known == NULL || !citiz_hash_equal (&known->hash, &cert->hash);
}

gboolean
citiz_csx_wants (const CitizCsx *csx, const CitizCsxMessage *message)
{
  const CitizCsxSlot *slot = citiz_csx_slot (csx, message->header.slot);

  switch (message->kind)
    {
    case CITIZ_CSX_MESSAGE_VOTE:
      return wants_vote (csx, &message->vote);
    case CITIZ_CSX_MESSAGE_CERT:
      return wants_cert (csx, message->cert);
    case CITIZ_CSX_MESSAGE_BLOCK:
      return slot != NULL && slot->wanted && citiz_hash_equal (&slot->want, &message->hash);
    case CITIZ_CSX_MESSAGE_CAND: /* an old one is answered, one's own is an alarm */
      return fits (csx, &message->vote)
             && (message->vote.slot <= csx->final_slot || message->vote.voter == csx->config.self
                 || citiz_csx_candidate_fits (csx, message));
    case CITIZ_CSX_MESSAGE_STATUS:
      return message->status.epoch == csx->config.epoch;
    }
  return FALSE;
}

void
citiz_csx_report (const CitizCsx *csx, CitizCsxNow now, CitizCsxReport *out)
{
  *out = (CitizCsxReport){
      .mode = csx->mode,
      .frontier = csx->frontier,
      .leader = citiz_csx_leader (csx, csx->frontier),
      .need = csx->needed,
      .clock_wrong = csx->clock_told,
      .final = {.slot = csx->final_slot, .hash = csx->final_hash},
      .committed = csx->committed,
      .final_cert = csx->final_cert,
      .skipped = csx->skipped,
      .slots = csx->n_slots,
      .since_final = now.steady - csx->last_final,
      .standing = csx->needed ? now.steady - MAX (csx->last_final, csx->need_since) : 0,
  };
  (void) citiz_csx_point (csx, csx->final_slot, &csx->final_hash, &out->final);
}

/**
 * citiz_csx_look:
 *
 * Returns: %FALSE if nothing is known of @slot
 */
gboolean
citiz_csx_look (const CitizCsx *csx, guint64 slot, CitizCsxLook *out)
{
  const CitizCsxSlot *found = citiz_csx_slot (csx, slot);
  guint8 *masks[CITIZ_CSX_KINDS] = {out->notar, out->skip, out->final};

  if (found == NULL)
    return FALSE;
  *out = (CitizCsxLook){
      .leader = citiz_csx_leader (csx, slot),
      .n_candidates = found->n_blocks,
      .cert_notar = found->certs[CITIZ_CSX_N],
      .cert_skip = found->certs[CITIZ_CSX_S],
      .cert_final = found->certs[CITIZ_CSX_F],
      .own_notar = found->said.notar,
      .own_skip = found->said.skip,
      .own_final = found->said.final,
      .own_hash = found->own,
  };
  for (guint i = 0; i < csx->n; i++)
    for (guint kind = 0; kind < CITIZ_CSX_KINDS; kind++)
      if ((found->ballots[i].said & 1 << kind) != 0)
        masks[kind][i / 8] |= (guint8) (1 << i % 8);
  return TRUE;
}

static gboolean
own_agrees (const CitizCsx *csx, const CitizCsxSlot *slot)
{
  const CitizCsxSaid said = slot->said;
  const guint8 bits
      = (guint8) (said.notar << CITIZ_CSX_N | said.skip << CITIZ_CSX_S | said.final << CITIZ_CSX_F);

  return !(said.skip && said.final) && (said.notar || !said.final)
         && (csx->config.self == CITIZ_CSX_NOBODY ? bits == 0
                                                  : slot->ballots[csx->config.self].said == bits);
}

static gboolean
certs_hold (const CitizCsx *csx, const CitizCsxSlot *slot)
{
  for (guint i = 0; i < CITIZ_CSX_KINDS; i++)
    {
      const CitizCert *cert = slot->certs[i];

      if (cert == NULL)
        continue;
      if (CITIZ_CSX_K (cert->kind) != i || cert->slot != slot->slot
          || cert->n_signatures < csx->quorum)
        return FALSE;
      for (guint j = 0; j < i && !csx->forked; j++)
        if (slot->certs[j] != NULL && citiz_certs_clash (cert, slot->certs[j]))
          return FALSE;
    }
  return TRUE;
}

guint
citiz_csx_check (const CitizCsx *csx)
{
  const guint64 last = csx->final_slot + CITIZ_CSX_AHEAD;
  guint n = 0;

  if (csx->committed.slot > csx->final_slot || csx->final_slot >= csx->frontier)
    return 1;
  for (guint64 i = csx->final_slot + 1; i <= csx->frontier && csx->mode != CITIZ_CSX_CLOSED; i++)
    if ((citiz_csx_certified (csx, i) != NULL || citiz_csx_skipped (csx, i))
        == (i == csx->frontier))
      return 2;
  for (guint64 i = csx->floor + 1; i <= last && n < csx->n_slots; i++)
    {
      const CitizCsxSlot *slot = citiz_csx_slot (csx, i);

      if (slot == NULL)
        continue;
      n++;
      if (!own_agrees (csx, slot))
        return 3;
      if (!certs_hold (csx, slot))
        return 5;
    }
  return n == csx->n_slots ? 0 : 4;
}
