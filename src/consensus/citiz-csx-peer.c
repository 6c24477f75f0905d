/* Restarting, asking and answering where one stands, repeating oneself in a standstill (R11, R12). SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consensus/citiz-csx-private.h"

#define LATE_EVERY  1000 /* ms between two answers to old votes of one peer */
#define CLOCK_OFF   1000 /* ms */
#define STALL_AFTER 10   /* Ts */
#define VOTE_BYTES  160  /* on the wire, roughly */
#define CERT_BYTES  80

/* Signs no more, for good. */
void
citiz_csx_mute (CitizCsx *csx, CitizCsxAlarm alarm, guint64 slot)
{
  if (csx->mode != CITIZ_CSX_SIGNING && csx->mode != CITIZ_CSX_GUARDING)
    return;
  csx->mode = CITIZ_CSX_MUTED;
  citiz_csx_alarm (csx, alarm, slot);
}

/* What the journal says is said, and counted again. */
static void
restore (CitizCsx *csx, const CitizVote *vote)
{
  const gboolean own = vote->voter == csx->config.self;
  CitizCsxSlot *slot;

  if (vote->epoch != csx->config.epoch || vote->slot <= csx->final_slot || vote->voter >= csx->n)
    return;
  slot = citiz_csx_slot_make (csx, vote->slot);
  if (slot == NULL && own)
    csx->mute = MAX (csx->mute, vote->slot);
  if (slot != NULL && own)
    citiz_csx_mark_said (csx, slot, vote->kind, &vote->hash);
  if (slot != NULL && vote->kind != CITIZ_VOTE_CAND)
    citiz_csx_take_vote (csx, vote, TRUE);
}

void
citiz_csx_start (CitizCsx *csx, const CitizCsxStart *start)
{
  const gint64 now = csx->now.steady;

  csx->committed = start->committed;
  csx->final_slot = start->committed.slot;
  csx->final_hash = start->committed.hash;
  csx->floor = start->committed.slot;
  csx->frontier = csx->final_slot + 1;
  csx->entered_at = csx->last_final = csx->allowance_at = now;
  csx->mute = G_MAXUINT64; /* the certificate is older than what the journal tells below */
  if (start->final != NULL && start->final->slot == start->committed.slot)
    csx->final_cert = citiz_csx_cert_copy (csx, start->final); /* for others who come late */
  else if (start->final != NULL)
    citiz_csx_take_cert (csx, start->final);
  csx->mute = start->unknown;
  if (citiz_csx_close (csx) || csx->config.self == CITIZ_CSX_NOBODY)
    return;
  for (guint i = 0; i < start->n_records; i++)
    restore (csx, &start->records[i]);
  csx->mode = csx->n == 1 || start->trusted ? CITIZ_CSX_SIGNING : CITIZ_CSX_GUARDING;
  csx->guard_ask = now;
  csx->guard_until = now + 2 * csx->config.timing.standstill;
}

/* Until all others have answered, or after a while as many as make a quorum. */
void
citiz_csx_guard (CitizCsx *csx)
{
  guint answers = 0;

  if (csx->mode != CITIZ_CSX_GUARDING)
    return;
  for (guint i = 0; i < csx->n; i++)
    answers += csx->answered[i];
  if (answers == csx->n - 1 || (csx->now.steady >= csx->guard_until && answers + 1 >= csx->quorum))
    {
      csx->mode = CITIZ_CSX_SIGNING;
      citiz_csx_progress (csx);
      return;
    }
  if (csx->now.steady >= csx->guard_ask)
    {
      csx->guard_ask = csx->now.steady + csx->config.timing.standstill / 2;
      for (guint16 i = 0; i < csx->n; i++)
        if (i != csx->config.self && !csx->answered[i])
          citiz_csx_ask (csx, i);
    }
  citiz_csx_wake (csx, csx->guard_ask);
  if (csx->now.steady < csx->guard_until)
    citiz_csx_wake (csx, csx->guard_until);
}

static CitizCsxMessage *
send_status (CitizCsx *csx, guint16 to)
{
  CitizCsxEffect *effect = citiz_csx_effect (csx, CITIZ_CSX_EFFECT_SEND);
  CitizCsxMessage *message = &effect->message;

  effect->to = to;
  message->kind = CITIZ_CSX_MESSAGE_STATUS;
  message->cert = csx->final_cert;
  message->status.epoch = csx->config.epoch;
  message->status.frontier = csx->frontier;
  message->status.committed = csx->committed.slot;
  message->status.time = csx->now.wall;
  return message;
}

void
citiz_csx_ask (CitizCsx *csx, guint16 to)
{
  send_status (csx, to)->status.ask = TRUE;
}

/* Everything of @voter's above the final slot, newest first. Returns: how much */
static guint
collect (CitizCsx *csx, guint16 voter)
{
  const guint64 last /* that votes and candidates were taken of */
      = MIN (csx->frontier + CITIZ_CSX_WINDOW, csx->final_slot + CITIZ_CSX_AHEAD);
  guint n = 0;

  for (guint64 i = last; i > csx->final_slot; i--)
    {
      const CitizCsxSlot *slot = citiz_csx_slot (csx, i);

      if (slot == NULL)
        continue;
      for (CitizVoteKind kind = CITIZ_VOTE_NOTAR; kind <= CITIZ_VOTE_FINAL; kind++)
        if ((slot->ballots[voter].said & 1 << CITIZ_CSX_K (kind)) != 0 && n < CITIZ_CSX_MAX_ECHO)
          csx->echo[n++] = citiz_csx_ballot_vote (csx, slot, voter, kind);
      for (guint j = 0; j < slot->n_blocks; j++)
        if (slot->blocks[j].candidate && citiz_csx_leader (csx, i) == voter
            && n < CITIZ_CSX_MAX_ECHO)
          csx->echo[n++] = (CitizVote){
              CITIZ_VOTE_CAND, csx->config.epoch,        i, slot->blocks[j].point.hash,
              voter,           slot->blocks[j].signature};
    }
  return n;
}

static void
answer (CitizCsx *csx, guint16 to)
{
  CitizCsxStatus *status = &send_status (csx, to)->status;

  status->answer = TRUE;
  status->n_votes = collect (csx, to);
  status->votes = csx->echo;
}

static void
judge_clock (CitizCsx *csx, guint16 from, CitizTime time)
{
  guint known = 0, off = 0, wrong;

  csx->clock_known[from] = TRUE;
  csx->clock_off[from] = time.ms - csx->now.wall.ms;
  for (guint i = 0; i < csx->n; i++)
    {
      known += csx->clock_known[i];
      off += csx->clock_known[i] && ABS (csx->clock_off[i]) > CLOCK_OFF;
    }
  wrong = 2 * off > known && known + 1 >= csx->quorum;
  if (wrong && !csx->clock_told)
    citiz_csx_alarm (csx, CITIZ_CSX_ALARM_CLOCK, csx->frontier);
  csx->clock_told = wrong;
}

void
citiz_csx_take_status (CitizCsx *csx, guint16 from, const CitizCsxMessage *message)
{
  const CitizCsxStatus *status = &message->status;

  if (status->epoch != csx->config.epoch || from >= csx->n || from == csx->config.self)
    return;
  if (message->cert != NULL)
    citiz_csx_take_cert (csx, message->cert);
  judge_clock (csx, from, status->time);
  if (status->answer && csx->config.self != CITIZ_CSX_NOBODY)
    {
      csx->answered[from] = TRUE;
      for (guint i = 0; i < status->n_votes; i++)
        if (status->votes[i].voter == csx->config.self
            && !citiz_csx_own_known (csx, status->votes[i].kind, status->votes[i].slot,
                                     &status->votes[i].hash))
          citiz_csx_mute (csx, CITIZ_CSX_ALARM_DOUBLE, status->votes[i].slot);
    }
  if (status->ask)
    answer (csx, from);
}

/* Somebody voted in a slot that is final long since. */
void
citiz_csx_tell_late (CitizCsx *csx, guint16 from)
{
  if (from >= csx->n || from == csx->config.self || csx->final_cert == NULL
      || csx->now.steady - csx->told_at[from] < LATE_EVERY)
    return;
  csx->told_at[from] = csx->now.steady;
  citiz_csx_send_cert (csx, from, csx->final_cert, TRUE);
}

static void
spend (CitizCsx *csx, guint bytes, guint copies)
{
  csx->allowance -= (gint64) bytes * copies * 1000;
}

static void
repeat_cert (CitizCsx *csx, const CitizCert *cert)
{
  citiz_csx_spread_cert (csx, cert, TRUE);
  spend (csx, CERT_BYTES + cert->n_signatures * (guint) sizeof (CitizSignature),
         csx->n <= CITIZ_CSX_SMALL ? citiz_csx_n_peers (csx) : CITIZ_CSX_FANOUT);
}

static void
repeat_slot (CitizCsx *csx, const CitizCsxSlot *slot)
{
  for (guint i = 0; i < CITIZ_CSX_KINDS; i++)
    if (slot->certs[i] != NULL)
      repeat_cert (csx, slot->certs[i]);
  if (csx->config.self == CITIZ_CSX_NOBODY)
    return;
  for (CitizVoteKind kind = CITIZ_VOTE_NOTAR; kind <= CITIZ_VOTE_FINAL; kind++)
    if ((slot->ballots[csx->config.self].said & 1 << CITIZ_CSX_K (kind)) != 0)
      {
        citiz_csx_repeat (csx, slot, kind);
        spend (csx, VOTE_BYTES, citiz_csx_n_peers (csx));
      }
}

/* One second's worth at most is saved up. */
static gboolean
may_spend (CitizCsx *csx)
{
  const gint64 rate = csx->config.timing.egress;
  const gint64 passed = MIN (csx->now.steady - csx->allowance_at, G_MAXINT32);

  csx->allowance = MIN (csx->allowance + passed * rate, rate * 1000);
  csx->allowance_at = csx->now.steady;
  if (csx->allowance > 0)
    return TRUE;
  citiz_csx_wake (csx, csx->now.steady + 1 - csx->allowance / rate);
  return FALSE;
}

static void
begin_pass (CitizCsx *csx)
{
  csx->pass_slot = csx->final_slot + 1;
  csx->pass_at = csx->now.steady + csx->config.timing.standstill;
  citiz_csx_effect (csx, CITIZ_CSX_EFFECT_GOSSIP);
  citiz_csx_ask (csx, citiz_csx_next_peer (csx));
  if (csx->final_cert != NULL)
    repeat_cert (csx, csx->final_cert);
}

static void
tell_stalled (CitizCsx *csx, gint64 since)
{
  const gint64 every = STALL_AFTER * csx->config.timing.standstill;

  if (csx->stalled_at == 0)
    csx->stalled_at = since + every;
  if (csx->now.steady >= csx->stalled_at)
    {
      citiz_csx_alarm (csx, CITIZ_CSX_ALARM_STALLED, csx->frontier);
      csx->stalled_at = csx->now.steady + every;
    }
  citiz_csx_wake (csx, csx->stalled_at);
}

/* While something waits and nothing becomes final: all certificates and own votes above the final slot, in slot order, every Ts. */
void
citiz_csx_standstill (CitizCsx *csx)
{
  const gint64 since = MAX (csx->last_final, csx->need_since);
  const gint64 due = MAX (since + csx->config.timing.standstill, csx->pass_at);
  const guint64 last = MAX (MAX (csx->top, csx->top_own), csx->frontier);

  if (!csx->needed)
    {
      csx->pass_slot = 0;
      csx->stalled_at = 0;
      return;
    }
  tell_stalled (csx, since);
  if (citiz_csx_n_peers (csx) == 0)
    return;
  if (csx->pass_slot == 0 && csx->now.steady < due)
    {
      citiz_csx_wake (csx, due);
      return;
    }
  if (!may_spend (csx))
    return;
  if (csx->pass_slot == 0)
    begin_pass (csx);
  for (; csx->pass_slot <= last; csx->pass_slot++)
    {
      const CitizCsxSlot *slot = citiz_csx_slot (csx, csx->pass_slot);

      if (slot == NULL)
        continue;
      if (!may_spend (csx))
        return;
      repeat_slot (csx, slot);
    }
  csx->pass_slot = 0;
  citiz_csx_wake (csx, csx->pass_at);
}
