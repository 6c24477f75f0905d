/* The replica: its life, its steps. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-replica-private.h"

#define STEPS_AT_ONCE 256 /* under one sync */

G_DEFINE_TYPE (CitizReplica, citiz_replica, G_TYPE_OBJECT)

enum
{
  SEND,
  FINAL,
  EVIDENCE,
  ALARM,
  CLOSED,
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

static gboolean
pump_cb (gpointer data)
{
  CitizReplica *self = data;
  g_autoptr (CitizReplica) keep = g_object_ref (self);

  g_clear_pointer (&self->pump, g_source_unref);
  for (guint i = 0; i < STEPS_AT_ONCE && !self->failed; i++)
    {
      g_autofree CitizReplicaEvent *next = g_queue_pop_head (&self->events);

      if (next == NULL)
        break;
      if (next->event.header != NULL)
        next->event.header = &next->header;
      citiz_csx_step (self->csx, &next->event, citiz_replica_now (self), self->effects);
      citiz_replica_gather (self);
    }
  if (!self->failed)
    citiz_replica_run_errands (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (CitizReplica *self)
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
  schedule (self);
}

/* An event whose pointers live for the call only. What it asks for is done soon. */
void
citiz_replica_step (CitizReplica *self, const CitizCsxEvent *event)
{
  if (self->failed)
    return;
  citiz_csx_step (self->csx, event, citiz_replica_now (self), self->effects);
  citiz_replica_gather (self);
  schedule (self);
}

/* Whether a transaction waits that is in no block which a quorum has accepted. */
static gboolean
something_waits (CitizReplica *self)
{
  g_autoptr (GHashTable) covered
      = g_hash_table_new (citiz_hash_hash, (GEqualFunc) citiz_hash_equal);
  CitizCandidate *candidate;
  GHashTableIter iter;

  g_hash_table_iter_init (&iter, self->candidates);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &candidate))
    for (guint i = 0; candidate->notarized && i < candidate->block->txs->len; i++)
      {
        const CitizHash *id = citiz_tx_get_id (candidate->block->txs->pdata[i]);

        if (citiz_mempool_has (self->mempool, id))
          g_hash_table_add (covered, (gpointer) id);
      }
  return g_hash_table_size (covered) < citiz_mempool_size (self->mempool);
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

  if (self->journal == NULL)
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

static gboolean
begin (CitizReplica *self, GError **error)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, error);
  g_autoptr (GPtrArray) newest = NULL;
  const CitizBlockHeader *head;
  CitizCsxStart start = {0};
  const CitizCsxEvent event = {.kind = CITIZ_CSX_EVENT_START, .start = &start};

  if (ledger == NULL)
    return FALSE;
  head = citiz_ledger_head (ledger);
  start.committed = (CitizCsxPoint){head->slot, head->height, *citiz_ledger_head_hash (ledger),
                                    citiz_ledger_time (ledger), head->flags};
  if (head->height > 0)
    {
      newest = citiz_chain_read_blocks (self->chain, head->height, 1, 1, error);
      if (newest == NULL)
        return FALSE;
      if (newest->len == 1)
        start.final = ((const CitizBlock *) newest->pdata[0])->final;
    }
  if (self->place != CITIZ_CSX_NOBODY)
    start.records = citiz_journal_get_records (self->journal, &start.n_records);
  citiz_replica_step (self, &event);
  return recall (self, error);
}

/**
 * citiz_replica_start:
 *
 * Goes on from what chain and journal hold.
 */
gboolean
citiz_replica_start (CitizReplica *self, GError **error)
{
  CitizCsxConfig config = {.chain_id = self->chain_id,
                           .epoch = self->epoch,
                           .validators = self->validators,
                           .timing = self->timing,
                           .sign = sign_cb,
                           .sign_data = self};

  g_return_val_if_fail (self->csx == NULL, FALSE);
  config.self = self->place = find_place (self);
  self->csx = citiz_csx_new (&config);
  return begin (self, error);
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
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, error);
  const CitizMessage message = {.kind = CITIZ_MESSAGE_TX, .block = citiz_tx_get_bytes (tx)};
  CitizTxInfo known;
  gboolean fresh;

  if (ledger == NULL)
    return FALSE;
  if (citiz_chain_find_tx (self->chain, citiz_tx_get_id (tx), &known, NULL))
    {
      citiz_tx_info_clear (&known);
      return TRUE;
    }
  if (!citiz_mempool_add (self->mempool, tx, ledger, citiz_chain_time (self->chain), &fresh, error))
    return FALSE;
  if (fresh)
    citiz_replica_send (self, CITIZ_CSX_NOBODY, &message);
  citiz_replica_tell_need (self);
  return TRUE;
}

void
citiz_replica_connected (CitizReplica *self, guint from)
{
  const CitizCsxEvent event = {.kind = CITIZ_CSX_EVENT_PEER, .from = (guint16) from};

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

const CitizValidators *
citiz_replica_get_validators (CitizReplica *self)
{
  return &self->validators;
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
  citiz_mempool_free (self->mempool);
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
  signals[EVIDENCE] = g_signal_new ("evidence", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[ALARM] = g_signal_new ("alarm", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 2, G_TYPE_UINT, G_TYPE_UINT64);
  signals[CLOSED]
      = g_signal_new ("closed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
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
  self->candidates = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_hash_equal, NULL,
                                            citiz_candidate_free);
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
  citiz_genesis_validators (&self->validators, citiz_chain_genesis (chain));
  citiz_validators_hash (&self->vs_hash, &self->validators);
  return self;
}
