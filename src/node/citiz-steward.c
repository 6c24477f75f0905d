/* The steward: its life, what it knows of the community, and what its operator decides. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-steward-private.h"

#include "crypto/citiz-hash.h"

#include <string.h>

#define BEAT_MS 1000

/* Asking the chain ***********************************************************/

/* Calls @add with each transaction of @type that the community's own affairs are made of. */
static GPtrArray *
collect (CitizChain *chain, CitizTxType type, gpointer (*add) (const CitizLedger *, CitizTx *))
{
  g_autoptr (GPtrArray) infos = citiz_chain_txs_of_community (chain, NULL);
  const CitizLedger *ledger = citiz_chain_ledger (chain, NULL);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; infos != NULL && ledger != NULL && i < infos->len; i++)
    {
      CitizTxInfo *info = infos->pdata[i];
      gpointer found = type == 0 || info->type == type ? add (ledger, info->tx) : NULL;

      if (found != NULL)
        g_ptr_array_add (list, found);
    }
  return list;
}

static gpointer
open_proposal (const CitizLedger *ledger, CitizTx *tx)
{
  CitizProposal proposal;

  return citiz_ledger_get_proposal (ledger, citiz_tx_get_id (tx), &proposal)
                 && proposal.epoch == citiz_ledger_epoch (ledger) && !proposal.approved
             ? g_memdup2 (&proposal, sizeof proposal)
             : NULL;
}

GPtrArray *
citiz_steward_proposals (CitizChain *chain)
{
  return collect (chain, 0, open_proposal);
}

/* The node of an account that a node_join made. */
static gpointer
joined (const CitizLedger *ledger, CitizTx *tx)
{
  CitizAccount account;
  CitizNodeRecord record;

  return citiz_ledger_get_account (ledger, &tx->account, &account) && tx->key_index < account.n_keys
                 && citiz_ledger_get_node (ledger, &account.keys[tx->key_index].key.key, &record)
             ? g_memdup2 (&record, sizeof record)
             : NULL;
}

static gint
by_node (gconstpointer a, gconstpointer b)
{
  return memcmp ((*(CitizNodeRecord *const *) a)->node.b, (*(CitizNodeRecord *const *) b)->node.b,
                 sizeof (CitizPublicKey));
}

GPtrArray *
citiz_steward_nodes (CitizChain *chain)
{
  GPtrArray *list = collect (chain, CITIZ_TX_NODE_JOIN, joined);

  g_ptr_array_sort (list, by_node);
  for (guint i = list->len; i > 1; i--)
    if (by_node (&list->pdata[i - 1], &list->pdata[i - 2]) == 0)
      g_ptr_array_remove_index (list, i - 1);
  return list;
}

static gpointer
blamed (const CitizLedger *ledger, CitizTx *tx)
{
  CitizEvidence evidence;
  CitizValidators validators;
  CitizEvidenceRecord record;

  return citiz_evidence_decode (tx->body.evidence.evidence, sizeof tx->body.evidence.evidence,
                                &evidence, NULL)
                 && citiz_ledger_get_validators (ledger, evidence.first.epoch, &validators)
                 && evidence.first.voter < validators.n
                 && citiz_ledger_get_evidence (ledger, evidence.first.epoch,
                                               &validators.v[evidence.first.voter].node, &record)
             ? g_memdup2 (&record, sizeof record)
             : NULL;
}

GPtrArray *
citiz_steward_blamed (CitizChain *chain)
{
  return collect (chain, CITIZ_TX_EVIDENCE, blamed);
}

/* When its operator says so **************************************************/

gboolean
citiz_steward_say (CitizSteward *self,
                   CitizTxType type,
                   const CitizTxBody *body,
                   CitizHash *out_id,
                   CitizOrderDone done,
                   gpointer data,
                   GError **error)
{
  g_autoptr (GPtrArray) txs = citiz_order_make (self->order, type, body);

  if (out_id != NULL)
    *out_id = *citiz_tx_get_id (txs->pdata[txs->len - 1]);
  return citiz_order_enter (self->order, txs, done, data, error);
}

static gboolean
refuse (GError **error, CitizLedgerError code, const gchar *what)
{
  g_set_error_literal (error, CITIZ_LEDGER_ERROR, code, what);
  return FALSE;
}

static void
describe (CitizTxNodeJoin *out, const gchar *url, const gchar *operator_)
{
  citiz_sha256 (&out->url, (const guint8 *) url, strlen (url));
  citiz_sha256 (&out->operator_, (const guint8 *) operator_, strlen (operator_));
}

/**
 * citiz_steward_join:
 *
 * Asks to come in. A validator without the journal of this epoch, which it has lost, asks for another epoch instead, in which it signs with
 * a new key.
 */
gboolean
citiz_steward_join (CitizSteward *self,
                    const gchar *url,
                    const gchar *operator_,
                    CitizHash *out_proposal,
                    CitizOrderDone done,
                    gpointer data,
                    GError **error)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, error);
  CitizTxBody body = {0};

  if (ledger == NULL)
    return FALSE;
  if (citiz_replica_get_place (self->replica) != CITIZ_CSX_NOBODY)
    return refuse (error, CITIZ_LEDGER_ERROR_EXISTS, "this node validates already");
  if (citiz_validators_find (citiz_replica_get_validators (self->replica), &self->node) >= 0)
    {
      body.valset_change.epoch = citiz_ledger_epoch (ledger);
      return citiz_steward_say (self, CITIZ_TX_VALSET_CHANGE, &body, out_proposal, done, data,
                                error);
    }
  describe (&body.node_join, url, operator_);
  return citiz_steward_say (self, CITIZ_TX_NODE_JOIN, &body, out_proposal, done, data, error);
}

/**
 * citiz_steward_leave:
 *
 * The others take this node out of the next epoch's list; until then it votes, and has to run.
 */
gboolean
citiz_steward_leave (CitizSteward *self, CitizOrderDone done, gpointer data, GError **error)
{
  const CitizValidators *now = citiz_replica_get_validators (self->replica);
  const CitizTxBody body = {0};

  if (now->n == 1 && citiz_validators_find (now, &self->node) == 0)
    return refuse (error, CITIZ_LEDGER_ERROR_LIMIT, "the last validator cannot leave");
  return citiz_steward_say (self, CITIZ_TX_NODE_LEAVE, &body, NULL, done, data, error);
}

gboolean
citiz_steward_exclude (CitizSteward *self,
                       const CitizPublicKey *node,
                       CitizHash *out_proposal,
                       CitizOrderDone done,
                       gpointer data,
                       GError **error)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, error);
  CitizTxBody body = {.valset_change = {.n_removed = 1, .removed = {*node}}};

  if (ledger == NULL)
    return FALSE;
  body.valset_change.epoch = citiz_ledger_epoch (ledger);
  return citiz_steward_say (self, CITIZ_TX_VALSET_CHANGE, &body, out_proposal, done, data, error);
}

gboolean
citiz_steward_approve (CitizSteward *self,
                       const CitizHash *proposal,
                       CitizOrderDone done,
                       gpointer data,
                       GError **error)
{
  const CitizTxBody body = {.approve = {*proposal}};

  return citiz_steward_say (self, CITIZ_TX_APPROVE, &body, NULL, done, data, error);
}

void
citiz_steward_present (CitizSteward *self, const gchar *url, const gchar *operator_)
{
  self->presents = TRUE;
  describe (&self->own, url, operator_);
}

void
citiz_steward_admit (CitizSteward *self, const CitizTxParams *params)
{
  self->admits = TRUE;
  self->params = *params;
}

/* Life ***********************************************************************/

static gboolean
beat_cb (gpointer data)
{
  citiz_steward_act (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
soon_cb (gpointer data)
{
  CitizSteward *self = data;

  g_clear_pointer (&self->soon, g_source_unref);
  citiz_steward_act (self);
  return G_SOURCE_REMOVE;
}

/* After what is being told now was told to all. */
static void
act_soon (CitizSteward *self)
{
  if (self->soon != NULL)
    return;
  self->soon = g_idle_source_new ();
  g_source_set_priority (self->soon, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->soon, soon_cb, self, NULL);
  g_source_attach (self->soon, g_main_context_get_thread_default ());
}

/* Only what is about the community asks for a look at once. */
static void
final_cb (CitizReplica *replica, const CitizBlock *block, CitizSteward *self)
{
  for (guint i = 0; i < block->txs->len; i++)
    if (((const CitizTx *) block->txs->pdata[i])->type >= CITIZ_TX_NODE_JOIN)
      {
        act_soon (self);
        return;
      }
}

static void
epoch_cb (CitizReplica *replica, guint64 epoch, CitizSteward *self)
{
  self->wanted = 0;
  act_soon (self);
}

static void
evidence_cb (CitizReplica *replica, const CitizEvidence *evidence, CitizSteward *self)
{
  citiz_steward_keep_blame (self, evidence);
  act_soon (self);
}

CitizSteward *
citiz_steward_new (CitizDb *db,
                   CitizChain *chain,
                   CitizReplica *replica,
                   CitizOrder *order,
                   CitizJournals *journals,
                   const CitizSigningKey *key)
{
  CitizSteward *self = g_new0 (CitizSteward, 1);

  self->db = db;
  self->chain = chain;
  self->replica = g_object_ref (replica);
  self->order = order;
  self->journals = journals;
  self->key = key;
  self->node = *citiz_signing_key_get_public (key);
  citiz_steward_recall_blames (self);
  g_signal_connect (replica, "final", G_CALLBACK (final_cb), self);
  g_signal_connect (replica, "epoch", G_CALLBACK (epoch_cb), self);
  g_signal_connect (replica, "evidence", G_CALLBACK (evidence_cb), self);
  self->beat = g_timeout_source_new (BEAT_MS);
  g_source_set_callback (self->beat, beat_cb, self, NULL);
  g_source_attach (self->beat, g_main_context_get_thread_default ());
  act_soon (self);
  return self;
}

void
citiz_steward_free (CitizSteward *self)
{
  g_signal_handlers_disconnect_by_data (self->replica, self);
  g_source_destroy (self->beat);
  g_source_unref (self->beat);
  if (self->soon != NULL)
    g_source_destroy (self->soon);
  g_clear_pointer (&self->soon, g_source_unref);
  g_array_unref (self->blames);
  g_object_unref (self->replica);
  g_free (self);
}
