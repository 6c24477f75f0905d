/* Votes of this node's key that it has never made: an old copy of its folder was put back, or another machine runs with the same key.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-replica-private.h"

#include <string.h>

#define TWIN_BEATS 3 /* blocks without a vote of it until it counts as gone */

/* A journal holds every vote of its node from the first one in it on; what is committed may be left out. */
void
citiz_replica_own_begin (CitizReplica *self)
{
  guint n = 0;
  const CitizVote *records
      = self->place != CITIZ_CSX_NOBODY ? citiz_journal_get_records (self->journal, &n) : NULL;
  guint64 first = G_MAXUINT64;

  for (guint i = 0; i < n; i++)
    if (records[i].voter == self->place)
      first = MIN (first, records[i].slot);
  self->own_first = first == G_MAXUINT64 ? 0 : first;
  self->listed = citiz_validators_find (&self->validators, &self->node);
  self->others_at = 0;
  self->others_until = 0;
  self->n_others = 0;
  memset (self->told, 0, sizeof self->told);
  self->twin.ms = 0;
}

static gboolean
is_written (CitizReplica *self, const CitizVote *vote)
{
  guint n;
  const CitizVote *records = citiz_journal_get_records (self->journal, &n);

  for (; n > 0; n--) /* what is looked for is mostly new */
    if (records[n - 1].slot == vote->slot && records[n - 1].kind == vote->kind
        && records[n - 1].voter == vote->voter
        && citiz_hash_equal (&records[n - 1].hash, &vote->hash))
      return TRUE;
  return FALSE;
}

/**
 * citiz_replica_bar:
 *
 * This epoch's key signs nothing any more, in this process or a later one. What is not synced was not sent: it goes, and a machine that only
 * follows begins where a restart would.
 */
void
citiz_replica_bar (CitizReplica *self, guint64 slot)
{
  g_autoptr (GError) error = NULL;

  if (self->barring || self->failed || self->place == CITIZ_CSX_NOBODY)
    return;
  self->barring = TRUE;
  self->barred_at = slot;
  self->unsynced = FALSE;
  if (citiz_journal_bar (self->journal, &error))
    citiz_replica_schedule (self);
  else
    citiz_replica_fail (self, g_steal_pointer (&error));
}

gboolean
citiz_replica_is_barred (CitizReplica *self)
{
  return self->journal != NULL && citiz_journal_is_barred (self->journal);
}

void
citiz_replica_twin_spoke (CitizReplica *self)
{
  const CitizCsxNow now = citiz_replica_now (self);

  self->twin = now.wall;
  self->twin_heard = now.steady;
}

/* When somebody voted with this node's key; 0: never, as far as is known. */
CitizTime
citiz_replica_twin_heard (CitizReplica *self)
{
  return self->twin;
}

/* Whether somebody does: whoever votes is heard with each block. */
gboolean
citiz_replica_has_twin (CitizReplica *self)
{
  const gint64 beat = self->timing.heartbeat > 0 ? self->timing.heartbeat : 30 * CITIZ_SECOND;

  return self->twin.ms != 0
         && citiz_replica_now (self).steady - self->twin_heard
                <= MAX (CITIZ_VOICES_QUIET, TWIN_BEATS * beat);
}

/**
 * citiz_replica_see_own:
 * @vote: of this node's key, its signature verified or counted by a quorum
 *
 * Who has no journal any more did make votes once: only those of slots that nobody had come to when it asked are another machine's.
 */
void
citiz_replica_see_own (CitizReplica *self, const CitizVote *vote)
{
  CitizCsxReport report;

  if (self->place == CITIZ_CSX_NOBODY)
    {
      if (!citiz_replica_is_barred (self) && self->others_until != 0
          && citiz_replica_now (self).steady > self->others_until
          && vote->slot > self->others_at + self->validators.n)
        citiz_replica_twin_spoke (self);
      return;
    }
  citiz_replica_report (self, &report);
  if (vote->slot > report.committed.slot && vote->slot >= self->own_first
      && !is_written (self, vote))
    citiz_replica_bar (self, vote->slot);
}

/* A verified certificate. */
void
citiz_replica_see_cert (CitizReplica *self, const CitizCert *cert)
{
  CitizVote vote;

  if (self->listed >= 0 && cert->epoch == self->epoch
      && citiz_cert_vote (cert, (guint16) self->listed, &vote))
    citiz_replica_see_own (self, &vote);
}

/* One that a quorum has taken: its proposer has signed it, or they had not. */
void
citiz_replica_see_block (CitizReplica *self, const CitizBlock *block)
{
  const CitizVote vote = {.kind = CITIZ_VOTE_CAND,
                          .epoch = block->header.epoch,
                          .slot = block->header.slot,
                          .hash = block->hash,
                          .voter = (guint16) self->listed};
  const CitizJustification *justification = block->justification;

  if (self->listed >= 0 && block->header.epoch == self->epoch
      && citiz_public_key_equal (&block->header.proposer, &self->node))
    citiz_replica_see_own (self, &vote);
  citiz_replica_see_cert (self, &justification->notar);
  for (guint i = 0; i < justification->skips->len; i++)
    citiz_replica_see_cert (self, justification->skips->pdata[i]);
  if (block->final != NULL)
    citiz_replica_see_cert (self, block->final);
}

/* Where another validator is, heard until some seconds after so many have said it that one of them was there for each vote that became final: the
 * first that is heard may be one that was away itself. */
void
citiz_replica_see_others (CitizReplica *self, guint place, guint64 frontier)
{
  const gint64 now = citiz_replica_now (self).steady;
  const guint enough = self->validators.n - citiz_quorum (self->validators.n) + 1;

  if (!self->told[place] && (gint) place != self->listed)
    {
      self->told[place] = TRUE;
      if (++self->n_others == enough)
        self->others_until = now + 2 * self->timing.standstill;
    }
  if (self->others_until == 0 || now <= self->others_until)
    self->others_at = MAX (self->others_at, frontier);
}
