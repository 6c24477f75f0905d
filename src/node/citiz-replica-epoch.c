/* From one epoch to the next while the node runs; and what those hear who are still in an earlier one. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-replica-private.h"

#define LATE_EVERY                                                                                 \
  (G_USEC_PER_SEC                                                                                  \
   / 4) /* between two answers to one who is late, between two questions of one's own */

/* Beginning ******************************************************************/

static void
sign_cb (gpointer data, CitizVote *vote)
{
  CitizReplica *self = data;

  citiz_vote_sign (vote, &self->chain_id, &self->vs_hash, citiz_journal_get_key (self->journal));
}

/* The place of this node whose journal's key is the one the epoch knows it by. */
static guint16
find_place (CitizReplica *self)
{
  const CitizPublicKey *key;

  if (self->journal == NULL || citiz_journal_is_barred (self->journal))
    return CITIZ_CSX_NOBODY;
  key = citiz_signing_key_get_public (citiz_journal_get_key (self->journal));
  for (guint16 i = 0; i < self->validators.n; i++)
    if (citiz_public_key_equal (&self->validators.v[i].node, &self->node)
        && citiz_public_key_equal (&self->validators.v[i].key, key))
      return i;
  return CITIZ_CSX_NOBODY;
}

/* Certificates and blocks that were kept come in again as messages from oneself. */
static gboolean
recall (CitizReplica *self, GError **error)
{
  g_autoptr (GPtrArray) kept = citiz_chain_kept (self->chain, error);
  g_autoptr (GPtrArray) blocks = kept != NULL ? citiz_chain_pending (self->chain, error) : NULL;

  if (blocks == NULL)
    return FALSE;
  while (blocks->len > 0)
    {
      CitizBlock *block = g_ptr_array_steal_index (blocks, 0);
      const CitizCsxMessage message
          = {.kind = CITIZ_CSX_MESSAGE_BLOCK, .header = block->header, .hash = block->hash};
      const CitizCsxEvent event
          = {.kind = CITIZ_CSX_EVENT_MESSAGE, .from = self->place, .message = &message};

      if (block->header.epoch != self->epoch)
        {
          citiz_block_free (block);
          continue;
        }
      citiz_replica_take_block (self, block)->asked = TRUE;
      citiz_replica_step (self, &event);
    }
  for (guint i = 0; i < kept->len; i++)
    {
      const CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_CERT, .cert = kept->pdata[i]};
      const CitizCsxEvent event
          = {.kind = CITIZ_CSX_EVENT_MESSAGE, .from = self->place, .message = &message};

      if (message.cert->epoch == self->epoch)
        citiz_replica_step (self, &event);
    }
  return TRUE;
}

/* The slots of an epoch are counted from 1: what it starts from, a closing block, is in slot 0. */
static gboolean
begin (CitizReplica *self, const CitizLedger *ledger, gboolean live, GError **error)
{
  const CitizBlockHeader *head = citiz_ledger_head (ledger);
  const gboolean goes_on = head->height > 0 && head->epoch == self->epoch;
  g_autoptr (GPtrArray) newest = NULL;
  CitizCsxStart start = {0};
  const CitizCsxEvent event = {.kind = CITIZ_CSX_EVENT_START, .start = &start};

  start.committed
      = (CitizCsxPoint){goes_on ? head->slot : 0, head->height, *citiz_ledger_head_hash (ledger),
                        citiz_ledger_time (ledger), goes_on ? head->flags : 0};
  if (goes_on)
    {
      newest = citiz_chain_read_blocks (self->chain, head->height, 1, 1, error);
      if (newest == NULL)
        return FALSE;
      if (newest->len > 0)
        start.final = ((const CitizBlock *) newest->pdata[0])->final;
    }
  if (self->place != CITIZ_CSX_NOBODY)
    start.records = citiz_journal_get_records (self->journal, &start.n_records);
  start.trusted = live && start.n_records == 0;
  start.unknown = MAX (self->own_first, 1) - 1;
  citiz_replica_step (self, &event);
  return recall (self, error);
}

/* What the community of the newest block is, and this node's journal and place in it. */
static gboolean
look_around (CitizReplica *self, const CitizLedger *ledger, GError **error)
{
  g_autoptr (GError) why = NULL;

  self->epoch = citiz_ledger_epoch (ledger);
  self->vs_hash = *citiz_ledger_vs_hash (ledger);
  if (!citiz_ledger_get_validators (ledger, self->epoch, &self->validators))
    self->validators.n = 0;
  if (self->journals != NULL)
    self->journal = citiz_journals_get (self->journals, self->epoch, &why);
  if (g_error_matches (why, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED))
    g_warning ("event=journal-damaged epoch=%" G_GUINT64_FORMAT " why=%s", self->epoch,
               why->message); /* R12: as if it were lost */
  else if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  self->place = find_place (self);
  return TRUE;
}

static void
new_machine (CitizReplica *self)
{
  const CitizCsxConfig config = {.chain_id = self->chain_id,
                                 .epoch = self->epoch,
                                 .validators = self->validators,
                                 .self = self->place,
                                 .timing = self->timing,
                                 .sign = sign_cb,
                                 .sign_data = self};

  self->csx = citiz_csx_new (&config);
}

/* Goes on from what chain and journal hold. Who has just voted in the epoch before need not ask whether a copy of it votes. */
gboolean
citiz_replica_begin (CitizReplica *self, GError **error)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, error);
  const gboolean live = self->voted;

  if (ledger == NULL || !look_around (self, ledger, error))
    return FALSE;
  self->voted = FALSE;
  citiz_replica_own_begin (self);
  if (live && self->listed >= 0 && self->place == CITIZ_CSX_NOBODY
      && !citiz_replica_is_barred (
          self)) /* it voted, and another machine has shown the key that votes now */
    citiz_replica_twin_spoke (self);
  new_machine (self);
  citiz_voices_begin (&self->voices, self->validators.n, self->timing.standstill,
                      citiz_replica_now (self).steady);
  if (!begin (self, ledger, live, error) || !citiz_replica_end_journals (self, error))
    return FALSE;
  citiz_replica_tell_need (self);
  return TRUE;
}

/* Going on *******************************************************************/

/**
 * citiz_replica_go_on:
 *
 * The epoch is closed, and its end is on disk: everything of the old machine goes, a new one takes its place. A kill at any point before or
 * in this finds the same end on disk, and begins where this begins.
 */
gboolean
citiz_replica_go_on (CitizReplica *self, GError **error)
{
  if (!citiz_replica_begin_again (self, error))
    return FALSE;
  g_signal_emit_by_name (self, "epoch", self->epoch);
  return TRUE;
}

/* What a restart would do. */
gboolean
citiz_replica_begin_again (CitizReplica *self, GError **error)
{
  self->closed = FALSE;
  g_queue_clear_full (&self->events, g_free);
  g_ptr_array_set_size (self->errands, 0);
  g_hash_table_remove_all (self->candidates);
  g_clear_pointer (&self->csx, citiz_csx_free);
  self->need = FALSE;
  return citiz_replica_begin (self, error);
}

gboolean
citiz_replica_refound (CitizReplica *self, const CitizRefound *refound, GError **error)
{
  const CitizLedger *ledger;
  CitizHash last;

  citiz_replica_run_errands (self); /* what was voted is on disk before the epoch is over */
  ledger = citiz_chain_ledger (self->chain, error);
  if (ledger == NULL)
    return FALSE;
  citiz_block_header_hash (&last, &refound->last);
  if (!citiz_hash_equal (&last, citiz_ledger_head_hash (ledger)))
    {
      g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_BLOCK,
                   "the block that it goes on from is not the newest one here");
      return FALSE;
    }
  return citiz_chain_accept_refound (self->chain, refound, error)
         && citiz_replica_go_on (self, error);
}

/* Nothing signs with an earlier epoch's key any more once something of this one is final. */
gboolean
citiz_replica_end_journals (CitizReplica *self, GError **error)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, error);

  if (ledger == NULL)
    return FALSE;
  if (self->journals == NULL || self->epoch == 0 || self->ended == self->epoch
      || citiz_ledger_head (ledger)->epoch != self->epoch)
    return TRUE;
  self->ended = self->epoch;
  return citiz_journals_end_before (self->journals, self->epoch, error);
}

/* Those who are late, and being late *****************************************/

/* Which epoch a message speaks of. */
static guint64
epoch_of (const CitizMessage *in)
{
  switch (in->kind)
    {
    case CITIZ_MESSAGE_CAND:
    case CITIZ_MESSAGE_VOTE:
      return in->vote.epoch;
    case CITIZ_MESSAGE_CERT:
      return in->cert->epoch;
    case CITIZ_MESSAGE_STATUS:
      return in->epoch;
    case CITIZ_MESSAGE_BLOCK:
    case CITIZ_MESSAGE_FETCH:
    case CITIZ_MESSAGE_RANGE:
    case CITIZ_MESSAGE_BLOCKS:
    case CITIZ_MESSAGE_TX:
    case CITIZ_MESSAGE_EVIDENCE:
    case CITIZ_MESSAGE_ADDRESS:
      break;
    }
  return G_MAXUINT64;
}

/* At most one a quarter of a second for each other node. */
static gboolean
may_say (GHashTable *said, guint to)
{
  const gint64 now = g_get_monotonic_time ();
  gint64 *last = g_hash_table_lookup (said, GUINT_TO_POINTER (to));

  if (last != NULL && now - *last < LATE_EVERY)
    return FALSE;
  if (g_hash_table_size (said) > 4 * CITIZ_MAX_VALIDATORS)
    g_hash_table_remove_all (said);
  g_hash_table_insert (said, GUINT_TO_POINTER (to), g_memdup2 (&now, sizeof now));
  return TRUE;
}

/* How the epoch ended that somebody else is still in. */
static void
tell_closing (CitizReplica *self, guint to, guint64 epoch)
{
  g_autoptr (CitizClosing) closing = citiz_chain_closing (self->chain, epoch, NULL);
  const CitizMessage out = {.kind = CITIZ_MESSAGE_STATUS,
                            .epoch = epoch,
                            .time = citiz_env_now (self->env),
                            .cert = closing != NULL ? &closing->final : NULL};

  if (closing != NULL)
    citiz_replica_send (self, to, &out);
}

/**
 * citiz_replica_ask:
 *
 * Asks another node, validator or not, which block is the newest final one of this epoch.
 */
void
citiz_replica_ask (CitizReplica *self, guint to)
{
  CitizCsxReport report;
  CitizMessage out = {.kind = CITIZ_MESSAGE_STATUS, .ask = TRUE};

  if (self->csx == NULL)
    return;
  citiz_replica_report (self, &report);
  out.epoch = self->epoch;
  out.frontier = report.frontier;
  out.slot = report.committed.slot;
  out.time = citiz_env_now (self->env);
  citiz_replica_send (self, to, &out);
}

/**
 * citiz_replica_is_other_epoch:
 *
 * Whether a message is of another epoch; then it was seen to: who is late hears how its epoch ended, and who is ahead is asked how
 * this one did.
 */
gboolean
citiz_replica_is_other_epoch (CitizReplica *self, guint from, const CitizMessage *in)
{
  const guint64 epoch = epoch_of (in);

  if (epoch == G_MAXUINT64 || epoch == self->epoch)
    return FALSE;
  if (!may_say (self->said, from))
    return TRUE;
  if (epoch < self->epoch)
    tell_closing (self, from, epoch);
  else
    citiz_replica_ask (self, from);
  return TRUE;
}
