/* The replica: its life, its steps. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-replica-private.h"

#define STEPS_AT_ONCE 256 /* under one sync */

G_DEFINE_TYPE (CitizReplica, citiz_replica, G_TYPE_OBJECT)

enum
{
  SEND,
  FINAL,
  TAKEN,
  EVIDENCE,
  ALARM,
  CLOSED,
  EPOCH,
  ADDRESS,
  FAILED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

CitizCsxNow
citiz_replica_now (CitizReplica *self)
{
  return (CitizCsxNow){.steady = g_get_monotonic_time () / 1000, .wall = citiz_env_now (self->env)};
}

/* Takes @error. Nothing is tried again: what was written is not known any more. */
void
citiz_replica_fail (CitizReplica *self, GError *error)
{
  g_autoptr (GError) owned = error;

  if (self->failed)
    return;
  self->failed = TRUE;
  g_signal_emit (self, signals[FAILED], 0, owned);
}

static void
go_on (CitizReplica *self)
{
  g_autoptr (GError) error = NULL;

  g_signal_emit (self, signals[CLOSED], 0);
  if (self->journals != NULL && !citiz_replica_go_on (self, &error))
    citiz_replica_fail (self, g_steal_pointer (&error));
}

/* All that came in one turn goes out in one message. */
static void
tell_fresh (CitizReplica *self)
{
  if (self->fresh->len > 0)
    citiz_replica_tell_txs (self, self->fresh);
  g_ptr_array_set_size (self->fresh, 0);
}

/* The machine whose key is barred goes, as at the end of a process. */
static void
go_barred (CitizReplica *self)
{
  g_autoptr (GError) error = NULL;

  self->barring = FALSE;
  g_signal_emit (self, signals[ALARM], 0, (guint) CITIZ_CSX_ALARM_DOUBLE, self->barred_at);
  if (!citiz_replica_begin_again (self, &error))
    citiz_replica_fail (self, g_steal_pointer (&error));
}

static gboolean
pump_cb (gpointer data)
{
  CitizReplica *self = data;
  g_autoptr (CitizReplica) keep = g_object_ref (self);

  g_clear_pointer (&self->pump, g_source_unref);
  tell_fresh (self);
  for (guint i = 0; i < STEPS_AT_ONCE && !self->failed && !self->barring; i++)
    {
      g_autofree CitizReplicaEvent *next = g_queue_pop_head (&self->events);

      if (next == NULL)
        break;
      if (next->event.header != NULL)
        next->event.header = &next->header;
      citiz_csx_step (self->csx, &next->event, citiz_replica_now (self), self->effects);
      citiz_replica_gather (self);
    }
  if (!self->failed && self->barring)
    go_barred (self);
  if (!self->failed)
    citiz_replica_run_errands (self);
  if (self->closed && !self->failed)
    go_on (self);
  return G_SOURCE_REMOVE;
}

void
citiz_replica_schedule (CitizReplica *self)
{
  if (self->pump != NULL || self->failed)
    return;
  self->pump = g_idle_source_new ();
  g_source_set_priority (self->pump, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->pump, pump_cb, self, NULL);
  g_source_attach (self->pump, g_main_context_get_thread_default ());
}

/* An event without messages, for a later step. */
void
citiz_replica_post (CitizReplica *self, const CitizCsxEvent *event)
{
  CitizReplicaEvent *copy = g_new0 (CitizReplicaEvent, 1);

  copy->event = *event;
  if (event->header != NULL)
    copy->header = *event->header;
  g_queue_push_tail (&self->events, copy);
  citiz_replica_schedule (self);
}

/* An event whose pointers live for the call only. What it asks for is done soon. */
void
citiz_replica_step (CitizReplica *self, const CitizCsxEvent *event)
{
  if (self->failed || self->barring)
    return;
  citiz_csx_step (self->csx, event, citiz_replica_now (self), self->effects);
  citiz_replica_gather (self);
  citiz_replica_schedule (self);
}

static gboolean
has_notarized (CitizReplica *self)
{
  CitizCandidate *candidate;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->candidates);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &candidate))
    if (candidate->notarized)
      return TRUE;
  return FALSE;
}

/* Whether a transaction waits that is in no block which a quorum has accepted; or this epoch, not the first, has no block yet: its
 * first is made at once, because the keys of the one before live until it is final. */
static gboolean
something_waits (CitizReplica *self)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, NULL);
  g_autoptr (GHashTable) covered
      = g_hash_table_new (citiz_hash_hash, (GEqualFunc) citiz_hash_equal);
  CitizCandidate *candidate;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->candidates);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &candidate))
    for (guint i = 0; candidate->notarized && i < candidate->block->txs->len; i++)
      {
        const CitizHash *id = citiz_tx_get_id (candidate->block->txs->pdata[i]);

        if (citiz_mempool_is_due (self->mempool, id))
          g_hash_table_add (covered, (gpointer) id);
      }
  if (ledger != NULL && citiz_ledger_head (ledger)->epoch != self->epoch && !has_notarized (self))
    return TRUE;
  return g_hash_table_size (covered) < citiz_mempool_n_due (self->mempool);
}

void
citiz_replica_tell_need (CitizReplica *self)
{
  const gboolean need = something_waits (self);
  const CitizCsxEvent event = {.kind = CITIZ_CSX_EVENT_NEED, .need = need};

  if (need == self->need || self->csx == NULL)
    return;
  self->need = need;
  citiz_replica_post (self, &event);
}

/**
 * citiz_replica_start:
 *
 * Goes on from what chain and journal hold.
 */
gboolean
citiz_replica_start (CitizReplica *self, GError **error)
{
  g_return_val_if_fail (self->csx == NULL, FALSE);
  return citiz_replica_begin (self, error);
}

/**
 * citiz_replica_set_journals:
 *
 * Before the start, in place of the one journal: then it goes on from epoch to epoch. They outlive it.
 */
void
citiz_replica_set_journals (CitizReplica *self, CitizJournals *journals)
{
  self->journals = journals;
}

/* Final already: the rules refuse what was said before, so only who was refused is looked for. */
static gboolean
is_final (CitizReplica *self, const CitizTx *tx)
{
  CitizTxInfo known;

  if (!citiz_chain_find_tx (self->chain, citiz_tx_get_id (tx), &known, NULL))
    return FALSE;
  citiz_tx_info_clear (&known);
  return TRUE;
}

/* @tell: nobody else has told the others. One that a validator brought was told to all by it, and is told again when the chain stands still. */
gboolean
citiz_replica_take_tx (CitizReplica *self, CitizTx *tx, gboolean tell, GError **error)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, error);
  g_autoptr (GError) why = NULL;
  gboolean fresh;

  if (ledger == NULL)
    return FALSE;
  if (!citiz_mempool_add (self->mempool, tx, ledger, citiz_chain_time (self->chain), self->checked,
                          &fresh, &why))
    {
      if (is_final (self, tx))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  if (fresh)
    g_signal_emit (self, signals[TAKEN], 0, tx);
  if (fresh && tell)
    {
      g_ptr_array_add (self->fresh, citiz_tx_ref (tx));
      citiz_replica_schedule (self);
    }
  if (!self->need)
    citiz_replica_tell_need (self);
  return TRUE;
}

/**
 * citiz_replica_submit:
 *
 * Takes a transaction and passes it on. It is final when "final" names its block.
 *
 * Returns: %FALSE with the ledger's reason
 */
gboolean
citiz_replica_submit (CitizReplica *self, CitizTx *tx, GError **error)
{
  return citiz_replica_take_tx (self, tx, TRUE, error);
}

void
citiz_replica_connected (CitizReplica *self, guint from)
{
  const CitizCsxEvent event = {.kind = CITIZ_CSX_EVENT_PEER, .from = (guint16) from};

  citiz_voices_linked (&self->voices, from, citiz_replica_now (self).steady);
  citiz_replica_post (self, &event);
}

void
citiz_replica_report (CitizReplica *self, CitizCsxReport *out)
{
  citiz_csx_report (self->csx, citiz_replica_now (self), out);
}

gboolean
citiz_replica_look (CitizReplica *self, guint64 slot, CitizCsxLook *out)
{
  return citiz_csx_look (self->csx, slot, out);
}

void
citiz_replica_listen (CitizReplica *self, guint place, CitizReplicaVoice *out)
{
  const CitizCsxNow now = citiz_replica_now (self);
  const gint64 at = self->voices.one[place].at;
  CitizCsxReport report;

  citiz_replica_report (self, &report);
  out->heard = at != 0;
  out->since.ms = now.wall.ms - now.steady + (at != 0 ? at : self->voices.began);
  out->silent = citiz_voices_is_silent (&self->voices, place, report.standing, now.steady);
}

const CitizValidators *
citiz_replica_get_validators (CitizReplica *self)
{
  return &self->validators;
}

guint64
citiz_replica_get_epoch (CitizReplica *self)
{
  return self->epoch;
}

guint
citiz_replica_get_place (CitizReplica *self)
{
  return self->place;
}

guint
citiz_replica_n_waiting (CitizReplica *self)
{
  return citiz_mempool_size (self->mempool);
}

gboolean
citiz_replica_is_waiting (CitizReplica *self, const CitizHash *id)
{
  return citiz_mempool_has (self->mempool, id);
}

guint
citiz_replica_n_due (CitizReplica *self)
{
  return citiz_mempool_n_due (self->mempool);
}

gboolean
citiz_replica_is_opening (CitizReplica *self, const CitizHash *note)
{
  return citiz_mempool_opens (self->mempool, note);
}

gboolean
citiz_replica_is_revoking (CitizReplica *self, const CitizId *grant)
{
  return citiz_mempool_revokes (self->mempool, grant);
}

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
citiz_replica_finalize (GObject *object)
{
  CitizReplica *self = CITIZ_REPLICA (object);

  drop_source (&self->timer);
  drop_source (&self->pump);
  g_queue_clear_full (&self->events, g_free);
  g_ptr_array_unref (self->errands);
  g_ptr_array_unref (self->settling);
  g_hash_table_unref (self->candidates);
  g_hash_table_unref (self->early);
  g_hash_table_unref (self->said);
  g_ptr_array_unref (self->fresh);
  citiz_mempool_free (self->mempool);
  citiz_check_pool_free (self->checks);
  citiz_checked_free (self->checked);
  citiz_csx_effects_free (self->effects);
  g_clear_pointer (&self->csx, citiz_csx_free);
  G_OBJECT_CLASS (citiz_replica_parent_class)->finalize (object);
}

static void
citiz_replica_class_init (CitizReplicaClass *klass)
{
  const GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = citiz_replica_finalize;
  signals[SEND] = g_signal_new ("send", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                2, G_TYPE_UINT, G_TYPE_BYTES);
  signals[FINAL] = g_signal_new ("final", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_POINTER);
  signals[TAKEN] = g_signal_new ("taken", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_POINTER);
  signals[EVIDENCE] = g_signal_new ("evidence", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[ALARM] = g_signal_new ("alarm", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 2, G_TYPE_UINT, G_TYPE_UINT64);
  signals[CLOSED]
      = g_signal_new ("closed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[EPOCH] = g_signal_new ("epoch", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_UINT64);
  signals[ADDRESS] = g_signal_new ("address", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 3, G_TYPE_POINTER, G_TYPE_STRING, G_TYPE_STRING);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
citiz_replica_init (CitizReplica *self)
{
  g_queue_init (&self->events);
  self->effects = citiz_csx_effects_new ();
  self->errands = g_ptr_array_new_with_free_func (citiz_errand_free);
  self->settling = g_ptr_array_new ();
  self->mempool = citiz_mempool_new ();
  self->checks = citiz_check_pool_new ();
  self->checked = citiz_checked_new ();
  self->fresh = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  self->early
      = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_public_key_equal, NULL, g_free);
  self->said = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->candidates = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_hash_equal, NULL,
                                            citiz_candidate_free);
}

/* Known before the start, to those who set up links. */
static void
learn_validators (CitizReplica *self)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, NULL);

  if (ledger == NULL)
    return;
  self->epoch = citiz_ledger_epoch (ledger);
  self->vs_hash = *citiz_ledger_vs_hash (ledger);
  (void) citiz_ledger_get_validators (ledger, self->epoch, &self->validators);
}

CitizReplica *
citiz_replica_new (CitizDb *db,
                   CitizChain *chain,
                   const CitizEnv *env,
                   CitizJournal *journal,
                   const CitizPublicKey *node,
                   const CitizCsxTiming *timing)
{
  CitizReplica *self = g_object_new (CITIZ_TYPE_REPLICA, NULL);

  self->db = db;
  self->chain = chain;
  self->env = env;
  self->journal = journal;
  self->node = *node;
  self->timing = *timing;
  self->chain_id = *citiz_chain_id (chain);
  self->place = CITIZ_CSX_NOBODY;
  learn_validators (self);
  return self;
}
