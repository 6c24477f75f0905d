/* Carrying out what the machine asks for: journal first, then messages, then the disk, then the answers.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-replica-private.h"

#define RANGES_MAX 8 /* answers taken in a row without another question */

void
citiz_errand_free (gpointer data)
{
  CitizErrand *errand = data;

  g_free (errand->cert);
  g_clear_pointer (&errand->message, g_bytes_unref);
  g_free (errand);
}

/**
 * citiz_replica_gather:
 *
 * Takes over the effects of a step, whose pointers live until the next one. Votes are in the journal's buffer afterwards, and
 * synced before anything else is done. Nothing is done any more once the machine has seen that somebody else signs with its key.
 */
void
citiz_replica_gather (CitizReplica *self)
{
  GArray *votes = self->effects->journal;
  GArray *rest = self->effects->rest;
  g_autoptr (GError) error = NULL;
  CitizCsxReport report;

  for (guint i = 0; i < rest->len; i++)
    {
      const CitizCsxEffect *effect = &g_array_index (rest, CitizCsxEffect, i);

      if (effect->kind == CITIZ_CSX_EFFECT_ALARM && effect->alarm == CITIZ_CSX_ALARM_DOUBLE)
        citiz_replica_bar (self, effect->slot);
    }
  if (self->barring)
    return;
  citiz_csx_report (self->csx, citiz_replica_now (self), &report);
  if (votes->len > 0
      && !citiz_journal_append (self->journal, (const CitizVote *) (gpointer) votes->data,
                                votes->len, report.committed.slot, &error))
    {
      citiz_replica_fail (self, g_steal_pointer (&error));
      return;
    }
  self->unsynced = self->unsynced || votes->len > 0;
  self->voted = self->voted || votes->len > 0;
  for (guint i = 0; i < rest->len; i++)
    {
      const CitizCsxEffect *effect = &g_array_index (rest, CitizCsxEffect, i);
      CitizErrand *errand = g_new0 (CitizErrand, 1);
      CitizCandidate *candidate;

      errand->effect = *effect;
      if (effect->cert != NULL)
        errand->effect.cert = errand->cert = g_memdup2 (effect->cert, sizeof *effect->cert);
      if (effect->kind == CITIZ_CSX_EFFECT_SEND || effect->kind == CITIZ_CSX_EFFECT_BROADCAST)
        errand->message = citiz_replica_message (self, &effect->message);
      if (effect->kind == CITIZ_CSX_EFFECT_STORE
          && (candidate = citiz_replica_candidate (self, &effect->hash)) != NULL)
        candidate->asked = TRUE;
      g_ptr_array_add (self->errands, errand);
    }
}

static void
answer (CitizReplica *self, CitizCsxEventKind kind, const CitizCsxEffect *effect)
{
  const CitizCsxEvent event = {.kind = kind, .slot = effect->slot, .hash = effect->hash};

  citiz_replica_post (self, &event);
}

static gboolean
run_build (CitizReplica *self, const CitizErrand *errand, GError **error)
{
  g_autoptr (GError) why = NULL;
  CitizCandidate *candidate = citiz_replica_build (self, &errand->effect, &why);

  if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  if (candidate != NULL)
    {
      const CitizCsxEvent event = {.kind = CITIZ_CSX_EVENT_BUILT,
                                   .slot = errand->effect.slot,
                                   .hash = candidate->block->hash,
                                   .header = &candidate->block->header};
      citiz_replica_post (self, &event);
    }
  return TRUE;
}

static gboolean
run_store (CitizReplica *self, const CitizErrand *errand, GError **error)
{
  if (citiz_replica_candidate (self, &errand->effect.hash) == NULL)
    return TRUE;
  if (!citiz_replica_keep_block (self, &errand->effect.hash, error))
    return FALSE;
  answer (self, CITIZ_CSX_EVENT_STORED, &errand->effect);
  return TRUE;
}

static gboolean
run_keep (CitizReplica *self, const CitizErrand *errand, GError **error)
{
  CitizCandidate *candidate = errand->cert->kind == CITIZ_VOTE_NOTAR
                                  ? citiz_replica_candidate (self, &errand->cert->hash)
                                  : NULL;

  if (candidate != NULL)
    candidate->notarized = TRUE;
  citiz_replica_tell_need (self);
  return citiz_chain_keep (self->chain, errand->cert, error);
}

static gboolean
run_commit (CitizReplica *self, const CitizErrand *errand, GError **error)
{
  CitizCsxEvent event = {
      .kind = CITIZ_CSX_EVENT_COMMITTED, .slot = errand->effect.slot, .hash = errand->effect.hash};
  g_autoptr (GError) why = NULL;

  if (!citiz_replica_commit (self, errand, &event.done, &why))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  citiz_replica_post (self, &event);
  return TRUE;
}

static gboolean
run_validate (CitizReplica *self, const CitizErrand *errand, GError **error)
{
  CitizCsxEvent event
      = {.kind = CITIZ_CSX_EVENT_VERDICT, .slot = errand->effect.slot, .hash = errand->effect.hash};
  g_autoptr (GError) why = NULL;

  event.verdict = citiz_replica_judge (self, &errand->effect.hash, &why);
  if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  citiz_replica_post (self, &event);
  return TRUE;
}

static gboolean
timer_cb (gpointer data)
{
  CitizReplica *self = data;
  const CitizCsxEvent event = {.kind = CITIZ_CSX_EVENT_TIMER};

  g_clear_pointer (&self->timer, g_source_unref);
  citiz_replica_post (self, &event);
  return G_SOURCE_REMOVE;
}

static gboolean
run_timer (CitizReplica *self, const CitizErrand *errand, GError **error)
{
  const gint64 wait = errand->effect.at - citiz_replica_now (self).steady;

  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  self->timer = g_timeout_source_new ((guint) CLAMP (wait, 0, G_MAXINT));
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  return TRUE;
}

static gboolean
run_send (CitizReplica *self, const CitizErrand *errand, GError **error)
{
  const guint to
      = errand->effect.kind == CITIZ_CSX_EFFECT_SEND ? errand->effect.to : CITIZ_CSX_NOBODY;

  if (errand->message != NULL)
    g_signal_emit_by_name (self, "send", to, errand->message);
  return TRUE;
}

static gboolean
run_fetch (CitizReplica *self, const CitizErrand *errand, GError **error)
{
  citiz_replica_send_fetch (self, &errand->effect);
  return TRUE;
}

static gboolean
run_range (CitizReplica *self, const CitizErrand *errand, GError **error)
{
  self->expected = MIN (self->expected + 1, RANGES_MAX);
  citiz_replica_send_range (self, &errand->effect);
  return TRUE;
}

static gboolean
run_evidence (CitizReplica *self, const CitizErrand *errand, GError **error)
{
  g_signal_emit_by_name (self, "evidence", &errand->effect.evidence);
  return TRUE;
}

static gboolean
run_gossip (CitizReplica *self, const CitizErrand *errand, GError **error)
{
  g_autoptr (GPtrArray) txs = citiz_mempool_list (self->mempool);

  citiz_replica_tell_txs (self, txs);
  return TRUE;
}

static gboolean
run_alarm (CitizReplica *self, const CitizErrand *errand, GError **error)
{
  g_signal_emit_by_name (self, "alarm", (guint) errand->effect.alarm, errand->effect.slot);
  return TRUE;
}

static gboolean
run_closed (CitizReplica *self, const CitizErrand *errand, GError **error)
{
  self->closed = TRUE;
  return TRUE;
}

/* What is sent goes out once the votes are synced; what is written goes into one transaction; what takes time comes last. */
typedef enum
{
  TURN_SEND,
  TURN_WRITE,
  TURN_LAST,
  N_TURNS
} Turn;

static const struct
{
  Turn turn;
  gboolean (*run) (CitizReplica *self, const CitizErrand *errand, GError **error);
} kinds[] = {
    [CITIZ_CSX_EFFECT_SEND] = {TURN_SEND, run_send},
    [CITIZ_CSX_EFFECT_BROADCAST] = {TURN_SEND, run_send},
    [CITIZ_CSX_EFFECT_TIMER] = {TURN_LAST, run_timer},
    [CITIZ_CSX_EFFECT_BUILD] = {TURN_WRITE, run_build},
    [CITIZ_CSX_EFFECT_STORE] = {TURN_WRITE, run_store},
    [CITIZ_CSX_EFFECT_VALIDATE] = {TURN_LAST, run_validate},
    [CITIZ_CSX_EFFECT_FETCH] = {TURN_SEND, run_fetch},
    [CITIZ_CSX_EFFECT_RANGE] = {TURN_SEND, run_range},
    [CITIZ_CSX_EFFECT_KEEP] = {TURN_WRITE, run_keep},
    [CITIZ_CSX_EFFECT_COMMIT] = {TURN_WRITE, run_commit},
    [CITIZ_CSX_EFFECT_CLOSED] = {TURN_LAST, run_closed},
    [CITIZ_CSX_EFFECT_EVIDENCE] = {TURN_LAST, run_evidence},
    [CITIZ_CSX_EFFECT_GOSSIP] = {TURN_SEND, run_gossip},
    [CITIZ_CSX_EFFECT_ALARM] = {TURN_LAST, run_alarm},
};

static gboolean
has_turn (GPtrArray *errands, Turn turn)
{
  for (guint i = 0; i < errands->len; i++)
    if (kinds[((CitizErrand *) errands->pdata[i])->effect.kind].turn == turn)
      return TRUE;
  return FALSE;
}

static gboolean
run_turn (CitizReplica *self, GPtrArray *errands, Turn turn, GError **error)
{
  for (guint i = 0; i < errands->len; i++)
    {
      const CitizErrand *errand = errands->pdata[i];

      if (kinds[errand->effect.kind].turn == turn
          && !kinds[errand->effect.kind].run (self, errand, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_writes (CitizReplica *self, GPtrArray *errands, GError **error)
{
  if (!has_turn (errands, TURN_WRITE))
    return TRUE;
  if (!citiz_db_begin (self->db, error))
    return FALSE;
  if (run_turn (self, errands, TURN_WRITE, error))
    return citiz_db_commit (self->db, error);
  citiz_db_rollback (self->db);
  return FALSE;
}

static gboolean
run_all (CitizReplica *self, GPtrArray *errands, GError **error)
{
  if (self->unsynced && !citiz_journal_sync (self->journal, error))
    return FALSE;
  self->unsynced = FALSE;
  if (!run_turn (self, errands, TURN_SEND, error) || !run_writes (self, errands, error))
    return FALSE;
  return citiz_replica_settle (self, error) && run_turn (self, errands, TURN_LAST, error);
}

/**
 * citiz_replica_run_errands:
 *
 * All that was gathered, under one sync of the journal and one transaction. Answers are posted, not stepped.
 */
void
citiz_replica_run_errands (CitizReplica *self)
{
  g_autoptr (GPtrArray) errands = g_steal_pointer (&self->errands);
  g_autoptr (GError) error = NULL;

  self->errands = g_ptr_array_new_with_free_func (citiz_errand_free);
  if (!run_all (self, errands, &error))
    citiz_replica_fail (self, g_steal_pointer (&error));
}
