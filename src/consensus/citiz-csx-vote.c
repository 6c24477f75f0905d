/* What this node says itself: when it enters a slot, proposes, votes (R1, R2, R4, R5, R6). SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consensus/citiz-csx-private.h"

#define MAX_AHEAD 2000        /* ms: as CITIZ_BLOCK_MAX_AHEAD */
#define MAX_AGE   (10 * 1000) /* ms, grown as the timeout is */
#define AGE_CAP   (60 * 60 * 1000)
#define SILENT    2 /* slots in a row without a sign of life of their leader */

/* @ms × (13/10)^k, at most @cap. */
static gint64
grown (gint64 ms, guint k, gint64 cap)
{
  for (guint i = 0; i < k && ms < cap; i++)
    ms = ms * 13 / 10;
  return MIN (ms, cap);
}

static gint64
patience (const CitizCsx *csx)
{
  const CitizCsxTiming *timing = &csx->config.timing;
  const guint64 doublings = (csx->frontier - csx->final_slot - 1) / CITIZ_CSX_STRETCH;
  const gint64 ms = grown (timing->timeout, csx->skipped, timing->timeout_cap) << doublings;

  return csx->misses[citiz_csx_leader (csx, csx->frontier)] < SILENT
                 || citiz_csx_leader (csx, csx->frontier) == csx->config.self
             ? ms
             : MIN (ms, 2 * timing->interval);
}

/* R1: whether slots are worth the trouble. Without a need there is no timer, no block, no message. */
gboolean
citiz_csx_need (const CitizCsx *csx)
{
  return csx->mode != CITIZ_CSX_CLOSED
         && (csx->mempool || csx->top > csx->final_slot || csx->final_slot > csx->committed.slot
             || csx->now.steady - csx->last_final >= csx->config.timing.heartbeat);
}

static gboolean
can_sign (const CitizCsx *csx, guint64 slot)
{
  return csx->mode == CITIZ_CSX_SIGNING && slot > csx->mute
         && slot <= csx->final_slot + CITIZ_CSX_AHEAD;
}

/* What an own vote relies on becomes as durable as the vote: its certificates go into the journal as the votes they are made of. Otherwise
 * a power cut could leave a slot that can neither be certified nor skipped. Half a window: a journal has room for 100 voters'. */
static void
rely_on (CitizCsx *csx, guint64 slot, CitizVoteKind kind)
{
  CitizCsxSlot *found = citiz_csx_slot (csx, slot);
  const guint k = CITIZ_CSX_K (kind);

  if (found == NULL || found->certs[k] == NULL || found->journaled[k] || slot <= csx->final_slot
      || slot > csx->final_slot + CITIZ_CSX_WINDOW / 2)
    return;
  found->journaled[k] = TRUE;
  for (guint16 i = 0; i < csx->n; i++)
    {
      CitizVote vote;

      if (i != csx->config.self && citiz_cert_vote (found->certs[k], i, &vote))
        g_array_append_val (csx->effects->journal, vote);
    }
}

static void
rely_on_parent (CitizCsx *csx, const CitizCsxBlock *block)
{
  rely_on (csx, block->parent_slot, CITIZ_VOTE_NOTAR);
  for (guint64 i = block->parent_slot + 1; i < block->point.slot; i++)
    rely_on (csx, i, CITIZ_VOTE_SKIP);
}

/* R0: into the journal, then said to the others, then counted. @slot may be gone afterwards: the vote can make it final. */
static void
say (CitizCsx *csx, CitizCsxSlot *slot, CitizVoteKind kind, const CitizHash *hash)
{
  CitizVote vote
      = {.kind = kind, .epoch = csx->config.epoch, .slot = slot->slot, .voter = csx->config.self};

  if (hash != NULL)
    vote.hash = *hash;
  csx->config.sign (csx->config.sign_data, &vote);
  g_array_append_val (csx->effects->journal, vote);
  citiz_csx_mark_said (csx, slot, kind, &vote.hash);
  csx->moved = TRUE;
  citiz_csx_broadcast_vote (csx, &vote, FALSE);
  citiz_csx_take_vote (csx, &vote, TRUE);
}

static void
enter (CitizCsx *csx)
{
  const guint64 before = csx->frontier;

  csx->frontier = MAX (csx->frontier, csx->final_slot + 1);
  for (;; csx->frontier++)
    {
      guint *misses = &csx->misses[citiz_csx_leader (csx, csx->frontier)];

      if (citiz_csx_certified (csx, csx->frontier) != NULL)
        *misses = 0;
      else if (citiz_csx_skipped (csx, csx->frontier))
        {
          csx->skipped++;
          *misses += 1;
        }
      else
        break;
    }
  if (csx->frontier == before)
    return;
  csx->entered_at = csx->now.steady;
  csx->timer_at = 0;
  csx->moved = TRUE;
  if (csx->frontier > csx->final_slot + CITIZ_CSX_AHEAD)
    citiz_csx_alarm (csx, CITIZ_CSX_ALARM_FULL, csx->frontier);
}

typedef enum
{
  WAIT,
  TAKE,
  REFUSE
} Judgement;

static gboolean
gap_skipped (const CitizCsx *csx, guint64 parent, guint64 slot)
{
  while (--slot > parent)
    if (!citiz_csx_skipped (csx, slot))
      return FALSE;
  return TRUE;
}

/* Where a block stands: what can be told of R4 without its content. */
static gboolean
stands (const CitizCsx *csx, const CitizCsxSlot *slot, const CitizCsxBlock *block)
{
  const CitizHash *parent
      = block->parent_slot < csx->final_slot ? NULL : citiz_csx_certified (csx, block->parent_slot);

  return citiz_csx_may_notar (slot->said, slot->slot > csx->final_slot,
                              parent != NULL && citiz_hash_equal (parent, &block->parent),
                              gap_skipped (csx, block->parent_slot, slot->slot));
}

/* After a closing block only empty continuations follow, and nowhere else. */
gboolean
citiz_csx_follows (const CitizCsxPoint *parent, const CitizCsxPoint *block, guint32 n_tx)
{
  const gboolean closed = parent->flags != 0 && parent->slot > 0;

  return block->height == parent->height + 1 && block->time.ms > parent->time.ms
         && (block->flags == CITIZ_BLOCK_CONTINUATION) == closed && (!closed || n_tx == 0);
}

/* R9, the clock's part; a certificate answers for it. */
static Judgement
judge_time (CitizCsx *csx, const CitizCsxSlot *slot, const CitizCsxBlock *block)
{
  const gint64 ahead = block->point.time.ms - csx->now.wall.ms;
  const CitizHash *certified = citiz_csx_certified (csx, slot->slot);

  if (certified != NULL && citiz_hash_equal (certified, &block->point.hash))
    return TAKE;
  if (ahead < -grown (MAX_AGE, csx->skipped, AGE_CAP))
    return REFUSE;
  if (ahead <= MAX_AHEAD)
    return TAKE;
  citiz_csx_wake (csx, csx->now.steady + MIN (ahead - MAX_AHEAD, AGE_CAP));
  return WAIT;
}

static Judgement
judge (CitizCsx *csx, const CitizCsxSlot *slot, CitizCsxBlock *block)
{
  CitizCsxPoint parent;
  Judgement time;

  if (block->trial == CITIZ_CSX_FALSE)
    return REFUSE;
  if (!citiz_csx_resolve (csx, block->parent_slot, &block->parent)
      || !citiz_csx_point (csx, block->parent_slot, &block->parent, &parent))
    return WAIT;
  if (!citiz_csx_follows (&parent, &block->point, block->n_tx))
    return REFUSE;
  time = judge_time (csx, slot, block);
  if (time != TAKE)
    return time;
  if (block->trial == CITIZ_CSX_LATER && block->again > csx->now.steady)
    citiz_csx_wake (csx, block->again);
  else if (block->trial == CITIZ_CSX_UNASKED || block->trial == CITIZ_CSX_LATER)
    {
      citiz_csx_effect_on (csx, CITIZ_CSX_EFFECT_VALIDATE, slot->slot, &block->point.hash)->parent
          = parent;
      block->trial = CITIZ_CSX_ASKED;
    }
  return block->trial == CITIZ_CSX_VALID && block->stored ? TAKE : WAIT;
}

/* What this node finds false is skipped, unless a quorum has taken it. Returns: whether something was said */
static gboolean
refuse (CitizCsx *csx, CitizCsxSlot *slot, const CitizHash *hash)
{
  const CitizHash *certified = citiz_csx_certified (csx, slot->slot);

  if (certified != NULL && citiz_hash_equal (certified, hash))
    {
      csx->diverged = TRUE;
      citiz_csx_mute (csx, CITIZ_CSX_ALARM_DIVERGED, slot->slot);
    }
  if (certified != NULL || !citiz_csx_may_skip (slot->said))
    return FALSE;
  say (csx, slot, CITIZ_VOTE_SKIP, NULL);
  return TRUE;
}

/* Returns: whether something was said */
static gboolean
vote_notar (CitizCsx *csx, CitizCsxSlot *slot)
{
  const CitizCsxBlock *refused = NULL;

  for (guint i = 0; i < slot->n_blocks; i++)
    {
      CitizCsxBlock *block = &slot->blocks[i];
      const CitizHash hash = block->point.hash;
      const Judgement judgement = stands (csx, slot, block) ? judge (csx, slot, block) : WAIT;

      if (judgement == TAKE)
        {
          rely_on_parent (csx, block);
          say (csx, slot, CITIZ_VOTE_NOTAR, &hash);
          return TRUE;
        }
      if (judgement == REFUSE)
        refused = block;
    }
  return refused != NULL && refuse (csx, slot, &refused->point.hash);
}

static gboolean
vote_final (CitizCsx *csx, CitizCsxSlot *slot)
{
  const CitizCert *cert = slot->certs[CITIZ_CSX_N];
  CitizHash hash;

  if (!citiz_csx_may_final (slot->said, cert != NULL && citiz_hash_equal (&cert->hash, &slot->own)))
    return FALSE;
  hash = slot->own;
  rely_on (csx, slot->slot, CITIZ_VOTE_NOTAR);
  say (csx, slot, CITIZ_VOTE_FINAL, &hash);
  return TRUE;
}

/* A skipped slot needs no more votes. Returns: whether something was said */
static gboolean
vote (CitizCsx *csx)
{
  const guint64 last = MAX (csx->top_block, csx->top);

  for (guint64 i = csx->final_slot + 1; i <= last; i++)
    {
      CitizCsxSlot *slot = citiz_csx_slot (csx, i);

      if (slot == NULL || !can_sign (csx, i))
        continue;
      if (vote_final (csx, slot)
          || (slot->certs[CITIZ_CSX_S] == NULL && !slot->said.notar && vote_notar (csx, slot)))
        return TRUE;
    }
  return FALSE;
}

static void
skip (CitizCsx *csx)
{
  CitizCsxSlot *slot;
  gboolean due;

  if (!can_sign (csx, csx->frontier))
    return;
  slot = citiz_csx_slot (csx, csx->frontier);
  if (slot != NULL && citiz_csx_may_skip (slot->said)
      && (slot->ballots[citiz_csx_leader (csx, csx->frontier)].said & 1 << CITIZ_CSX_S) != 0)
    {
      say (csx, slot, CITIZ_VOTE_SKIP, NULL);
      return;
    }
  if (!citiz_csx_need (csx))
    {
      csx->timer_at = 0;
      return;
    }
  due = csx->timer_at != 0 && csx->now.steady >= csx->timer_at;
  if (csx->timer_at == 0 || due)
    csx->timer_at = csx->now.steady + patience (csx);
  citiz_csx_wake (csx, csx->timer_at);
  slot = due ? citiz_csx_slot_make (csx, csx->frontier) : NULL;
  if (slot != NULL && citiz_csx_may_skip (slot->said))
    say (csx, slot, CITIZ_VOTE_SKIP, NULL);
  else if (slot != NULL && slot->said.skip)
    citiz_csx_repeat (csx, slot, CITIZ_VOTE_SKIP);
}

/* The highest certified slot below the frontier; those between are skipped, as the frontier is the first uncleared one. */
static guint64
base (const CitizCsx *csx)
{
  guint64 slot = csx->frontier - 1;

  while (slot > csx->final_slot && citiz_csx_certified (csx, slot) == NULL)
    slot--;
  return slot;
}

static gboolean
may_propose (const CitizCsx *csx)
{
  const CitizCsxSlot *slot = citiz_csx_slot (csx, csx->frontier);

  return can_sign (csx, csx->frontier) && citiz_csx_leader (csx, csx->frontier) == csx->config.self
         && (slot == NULL || (!slot->proposed && !slot->said.notar && !slot->said.skip));
}

/* A block that brings nothing but the finality of the one before comes late: that one is most likely about to be final by itself, and
 * where it takes longer than the interval, empty blocks would call for empty blocks without end. */
static gint64
before_proposing (const CitizCsx *csx)
{
  const CitizCsxTiming *timing = &csx->config.timing;
  const gboolean brings = csx->mempool || csx->now.steady - csx->last_final >= timing->heartbeat;

  return brings ? timing->interval : MAX (timing->interval, timing->timeout / 2);
}

static void
propose (CitizCsx *csx)
{
  const gint64 at = csx->entered_at + before_proposing (csx);
  const guint64 slot = base (csx);
  const CitizHash *hash = citiz_csx_certified (csx, slot);
  CitizCsxPoint parent;
  CitizCsxEffect *effect;

  if (csx->building == csx->frontier || !may_propose (csx) || !citiz_csx_need (csx))
    return;
  if (csx->now.steady < at)
    {
      citiz_csx_wake (csx, at);
      return;
    }
  if (!citiz_csx_resolve (csx, slot, hash) || !citiz_csx_point (csx, slot, hash, &parent))
    return;
  csx->building = csx->frontier;
  effect = citiz_csx_effect (csx, CITIZ_CSX_EFFECT_BUILD);
  effect->slot = csx->frontier;
  effect->parent = parent;
  effect->min_time.ms = parent.time.ms + 1;
  effect->closed = parent.flags != 0 && parent.slot > 0;
}

/* CAND and one's own NOTAR, in one sync. */
void
citiz_csx_take_built (CitizCsx *csx, const CitizCsxEvent *event)
{
  CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_CAND,
                             .header = *event->header,
                             .hash = event->hash,
                             .vote = {.kind = CITIZ_VOTE_CAND,
                                      .epoch = csx->config.epoch,
                                      .slot = event->slot,
                                      .hash = event->hash,
                                      .voter = csx->config.self}};
  CitizCsxSlot *slot;
  CitizCsxBlock *block;

  if (event->slot != csx->building || event->slot != csx->frontier || !may_propose (csx))
    return;
  csx->building = 0;
  slot = citiz_csx_slot_make (csx, event->slot);
  citiz_csx_take_block (csx, &message, TRUE);
  block = citiz_csx_block (slot, &event->hash);
  if (block == NULL || !stands (csx, slot, block))
    return;
  rely_on_parent (csx, block);
  csx->config.sign (csx->config.sign_data, &message.vote);
  g_array_append_val (csx->effects->journal, message.vote);
  citiz_csx_mark_said (csx, slot, CITIZ_VOTE_CAND, &event->hash);
  block->candidate = TRUE;
  block->signature = message.vote.signature;
  block->trial = CITIZ_CSX_VALID;
  if (citiz_csx_n_peers (csx) > 0)
    citiz_csx_effect (csx, CITIZ_CSX_EFFECT_BROADCAST)->message = message;
  say (csx, slot, CITIZ_VOTE_NOTAR, &event->hash);
}

/* Everything that follows from what is known, until nothing more does. */
void
citiz_csx_progress (CitizCsx *csx)
{
  gboolean need;

  do
    {
      csx->moved = FALSE;
      enter (csx);
      if (!vote (csx))
        skip (csx);
    }
  while (csx->moved);

  propose (csx);
  if (csx->top > csx->final_slot)
    (void) citiz_csx_resolve (csx, csx->top, citiz_csx_certified (csx, csx->top));
  need = citiz_csx_need (csx);
  if (need && !csx->needed)
    csx->need_since = csx->now.steady;
  csx->needed = need;
  if (!need)
    citiz_csx_wake (csx, csx->last_final + csx->config.timing.heartbeat);
}
