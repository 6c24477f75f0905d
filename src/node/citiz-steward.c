/* The steward: what follows from the chain is done without being asked, what people decide when they say so. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-steward.h"

#include "crypto/citiz-hash.h"
#include "ledger/citiz-community.h"
#include "store/citiz-blame-store.h"

#include <string.h>

#define BEAT_MS   1000
#define TURN      (3 * G_USEC_PER_SEC) /* what each validator waits for those before it */
#define BLAME_MAX 64                   /* pieces of evidence that wait to be told */

struct _CitizSteward
{
  CitizDb *db;
  CitizChain *chain;
  CitizReplica *replica;
  CitizOrder *order;
  CitizJournals *journals;
  const CitizSigningKey *key;
  CitizPublicKey node;
  gboolean presents;
  CitizTxNodeJoin own;
  gboolean admits;
  CitizTxParams params;
  GArray *blames; /* CitizEvidence, as on the disk */
  gint64 wanted;  /* µs: since when a change is due; 0: none is */
  GSource *beat;
  GSource *soon;
};

/* Asking the chain ***********************************************************/

static const CitizLedger *
ledger_of (CitizSteward *self)
{
  return citiz_chain_ledger (self->chain, NULL);
}

static gint
find (const CitizValidators *validators, const CitizPublicKey *node)
{
  for (guint i = 0; i < validators->n; i++)
    if (citiz_public_key_equal (&validators->v[i].node, node))
      return (gint) i;
  return -1;
}

static CitizStanding
standing_of (const CitizLedger *ledger, const CitizPublicKey *node)
{
  CitizNodeRecord record;

  return citiz_ledger_get_node (ledger, node, &record) ? record.standing : 0;
}

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

/* Saying *********************************************************************/

static void
said_cb (gpointer data, CitizTime time, const GError *error)
{
  if (error != NULL)
    g_debug ("what this node said for its community is not final: %s", error->message);
}

/* @out_id: (out) (optional): of the transaction that says @body */
static gboolean
say (CitizSteward *self,
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

/* Once: what is on its way already is not said again, what is refused now is tried again later. */
static void
say_once (CitizSteward *self, CitizTxType type, const CitizTxBody *body)
{
  g_autoptr (GError) error = NULL;

  if (!citiz_order_is_saying (self->order, type, body)
      && !say (self, type, body, NULL, said_cb, NULL, &error))
    g_debug ("what this node would say for its community is refused: %s", error->message);
}

/* By itself ******************************************************************/

static gint
find_blame (CitizSteward *self, const CitizEvidence *evidence)
{
  g_autoptr (GBytes) bytes = citiz_evidence_encode (evidence);

  for (guint i = 0; i < self->blames->len; i++)
    {
      g_autoptr (GBytes) other
          = citiz_evidence_encode (&g_array_index (self->blames, CitizEvidence, i));

      if (g_bytes_equal (bytes, other))
        return (gint) i;
    }
  return -1;
}

/* Kept until it is final: who contradicted itself may never do it again. */
static void
keep_blame (CitizSteward *self, const CitizEvidence *evidence)
{
  g_autoptr (GError) error = NULL;

  if (self->blames->len == BLAME_MAX || find_blame (self, evidence) >= 0)
    return;
  g_array_append_val (self->blames, *evidence);
  if (!citiz_blame_store_put (self->db, evidence, &error))
    g_warning ("event=evidence-not-kept why=%s", error->message);
}

static void
drop_blame (CitizSteward *self, guint i)
{
  g_autoptr (GError) error = NULL;

  if (!citiz_blame_store_drop (self->db, &g_array_index (self->blames, CitizEvidence, i), &error))
    g_warning ("event=evidence-not-dropped why=%s", error->message);
  g_array_remove_index (self->blames, i);
}

static void
recall_blames (CitizSteward *self)
{
  g_autoptr (GError) error = NULL;

  self->blames = citiz_blame_store_list (self->db, &error);
  if (self->blames != NULL)
    return;
  g_warning ("event=evidence-unread why=%s", error->message);
  self->blames = g_array_new (FALSE, FALSE, sizeof (CitizEvidence));
}

static void
blame (CitizSteward *self, const CitizLedger *ledger)
{
  for (guint i = self->blames->len; i > 0; i--)
    {
      const CitizEvidence *evidence = &g_array_index (self->blames, CitizEvidence, i - 1);
      const guint64 epoch = evidence->first.epoch;
      g_autoptr (GBytes) bytes = citiz_evidence_encode (evidence);
      CitizTxBody body = {0};
      CitizValidators validators;
      CitizEvidenceRecord record;

      if (!citiz_ledger_get_validators (ledger, epoch, &validators)
          || evidence->first.voter >= validators.n
          || citiz_ledger_get_evidence (ledger, epoch, &validators.v[evidence->first.voter].node,
                                        &record))
        {
          drop_blame (self, i - 1);
          continue;
        }
      memcpy (body.evidence.evidence, g_bytes_get_data (bytes, NULL),
              MIN (g_bytes_get_size (bytes), sizeof body.evidence.evidence));
      say_once (self, CITIZ_TX_EVIDENCE, &body);
    }
}

/* A founder is known by its place; where it is and who runs it, it says itself. */
static void
present (CitizSteward *self, const CitizLedger *ledger, gint place)
{
  CitizTxBody body = {.node_join = self->own};
  CitizNodeRecord record;

  if (!self->presents || place < 0
      || (citiz_ledger_get_node (ledger, &self->node, &record)
          && (record.standing == CITIZ_STANDING_LEFT
              || (citiz_hash_equal (&record.url, &self->own.url)
                  && citiz_hash_equal (&record.operator_, &self->own.operator_)))))
    return;
  say_once (self, CITIZ_TX_NODE_JOIN, &body);
}

/* The key of the next epoch is in its journal before it is told. */
static void
get_ready (CitizSteward *self, const CitizLedger *ledger)
{
  const guint64 epoch = citiz_ledger_epoch (ledger) + 1;
  CitizFounder founder = {.validator = {.node = self->node}};
  g_autoptr (GError) error = NULL;
  CitizTxBody body = {0};
  CitizNodeRecord record;
  CitizValidators next;
  CitizJournal *journal;

  if (self->journals == NULL || !citiz_ledger_get_next (ledger, &next)
      || find (&next, &self->node) < 0)
    return;
  journal = citiz_journals_prepare (self->journals, epoch, &error);
  if (journal == NULL)
    {
      g_warning ("event=not-ready epoch=%" G_GUINT64_FORMAT " why=%s", epoch, error->message);
      return;
    }
  founder.validator.key = *citiz_signing_key_get_public (citiz_journal_get_key (journal));
  if (citiz_ledger_get_node (ledger, &self->node, &record) && record.epoch == epoch
      && citiz_public_key_equal (&record.key, &founder.validator.key))
    return;
  citiz_join_sign (&founder, citiz_ledger_chain_id (ledger), epoch, self->key);
  body.node_ready = (CitizTxNodeReady){epoch, founder.validator.key, founder.join};
  say_once (self, CITIZ_TX_NODE_READY, &body);
}

/* Who was admitted and does not validate yet comes, who said that it leaves goes; as many as may change at once. */
static gboolean
due_change (CitizSteward *self,
            const CitizLedger *ledger,
            const CitizValidators *now,
            CitizTxValsetChange *out)
{
  const guint limit = MIN (MAX (1, now->n / 3), CITIZ_CHANGE_MAX);
  g_autoptr (GPtrArray) nodes = citiz_steward_nodes (self->chain);

  *out = (CitizTxValsetChange){.epoch = citiz_ledger_epoch (ledger)};
  for (guint i = 0; i < nodes->len && out->n_added < limit; i++)
    {
      const CitizNodeRecord *record = nodes->pdata[i];

      if (record->standing == CITIZ_STANDING_MEMBER && find (now, &record->node) < 0)
        out->added[out->n_added++] = record->node;
    }
  for (guint i = 0; i < now->n && out->n_removed < MIN (limit, now->n - 1u); i++)
    if (standing_of (ledger, &now->v[i].node) == CITIZ_STANDING_LEFT)
      out->removed[out->n_removed++] = now->v[i].node;
  return out->n_added + out->n_removed > 0;
}

/* How many validators that stay come before this one. */
static guint
rank (const CitizLedger *ledger, const CitizValidators *now, gint place)
{
  guint n = 0;

  for (gint i = 0; i < place; i++)
    n += standing_of (ledger, &now->v[i].node) != CITIZ_STANDING_LEFT;
  return n;
}

static gboolean
is_same_change (const CitizProposal *proposal, const CitizTxValsetChange *change)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const CitizTxBody body = {.valset_change = *change};

  citiz_tx_body_encode (bytes, CITIZ_TX_VALSET_CHANGE, &body);
  return proposal->type == CITIZ_TX_VALSET_CHANGE && proposal->n_body == bytes->len
         && memcmp (proposal->body, bytes->data, bytes->len) == 0;
}

/* The first validator proposes what is due; each next one only if those before it have not in a while. */
static void
propose_change (CitizSteward *self,
                const CitizLedger *ledger,
                const CitizValidators *now,
                gint place,
                GPtrArray *proposals)
{
  const gint64 time = g_get_monotonic_time ();
  CitizTxBody body = {0};
  CitizValidators next;

  if (place < 0 || citiz_ledger_get_next (ledger, &next)
      || !due_change (self, ledger, now, &body.valset_change))
    {
      self->wanted = 0;
      return;
    }
  for (guint i = 0; i < proposals->len; i++)
    if (is_same_change (proposals->pdata[i], &body.valset_change))
      return;
  if (self->wanted == 0)
    self->wanted = time;
  if (time - self->wanted >= rank (ledger, now, place) * TURN)
    say_once (self, CITIZ_TX_VALSET_CHANGE, &body);
}

static void
propose_params (CitizSteward *self, const CitizLedger *ledger, gint place, GPtrArray *proposals)
{
  const CitizTxBody body = {.params = self->params};
  CitizTxParams known;

  if (!self->admits || place != 0 || citiz_ledger_epoch (ledger) != 0
      || citiz_ledger_get_params (ledger, &known))
    return;
  for (guint i = 0; i < proposals->len; i++)
    if (((const CitizProposal *) proposals->pdata[i])->type == CITIZ_TX_PARAMS)
      return;
  say_once (self, CITIZ_TX_PARAMS, &body);
}

/* A change that brings only those a quorum has admitted, and lets go only of those who want to go. */
static gboolean
is_settled_change (const CitizLedger *ledger, const CitizTxValsetChange *change)
{
  for (guint i = 0; i < change->n_added; i++)
    if (standing_of (ledger, &change->added[i]) != CITIZ_STANDING_MEMBER)
      return FALSE;
  for (guint i = 0; i < change->n_removed; i++)
    if (standing_of (ledger, &change->removed[i]) != CITIZ_STANDING_LEFT)
      return FALSE;
  return change->n_added + change->n_removed > 0;
}

static gboolean
is_founding_params (CitizSteward *self, const CitizLedger *ledger, const CitizTxParams *params)
{
  CitizTxParams known;

  return self->admits && citiz_ledger_epoch (ledger) == 0
         && !citiz_ledger_get_params (ledger, &known) && params->sponsored == self->params.sponsored
         && params->quota == self->params.quota && params->rate == self->params.rate
         && params->work == self->params.work;
}

/* What needs no person: one's own proposals, and what only carries out what was decided. */
static gboolean
is_settled (CitizSteward *self, const CitizLedger *ledger, const CitizProposal *proposal)
{
  CitizTxBody body;

  if (citiz_public_key_equal (&proposal->node, &self->node))
    return TRUE;
  if (proposal->type == CITIZ_TX_NODE_JOIN
      || !citiz_tx_body_decode (proposal->body, proposal->n_body, proposal->type, &body, NULL))
    return FALSE;
  return proposal->type == CITIZ_TX_VALSET_CHANGE ? is_settled_change (ledger, &body.valset_change)
                                                  : is_founding_params (self, ledger, &body.params);
}

static void
approve_settled (CitizSteward *self, const CitizLedger *ledger, gint place, GPtrArray *proposals)
{
  for (guint i = 0; place >= 0 && i < proposals->len; i++)
    {
      const CitizProposal *proposal = proposals->pdata[i];
      const CitizTxBody body = {.approve = {proposal->id}};

      if (!citiz_bitmap_has (proposal->approvals, (guint) place)
          && is_settled (self, ledger, proposal))
        say_once (self, CITIZ_TX_APPROVE, &body);
    }
}

/* The state learns the validators of an epoch that people began from those validators. */
static void
acknowledge (CitizSteward *self, const CitizLedger *ledger, gint place)
{
  const guint64 epoch = citiz_ledger_epoch (ledger);
  const CitizRefound *refound = epoch > 0 ? citiz_chain_refound_of (self->chain, epoch - 1) : NULL;
  CitizTxBody body = {.refound_ack = {.epoch = epoch}};
  CitizRefoundRecord record;

  if (refound == NULL || place < 0)
    return;
  citiz_refound_hash (&body.refound_ack.document, refound);
  if (!citiz_ledger_get_refound (ledger, epoch, &body.refound_ack.document, &record)
      || !citiz_bitmap_has (record.acks, (guint) place))
    say_once (self, CITIZ_TX_REFOUND_ACK, &body);
}

static void
act (CitizSteward *self)
{
  const CitizLedger *ledger = ledger_of (self);
  g_autoptr (GPtrArray) proposals = NULL;
  CitizValidators now;
  gint place;

  if (ledger == NULL || !citiz_ledger_get_validators (ledger, citiz_ledger_epoch (ledger), &now))
    return;
  place = find (&now, &self->node);
  proposals = citiz_steward_proposals (self->chain);
  acknowledge (self, ledger, place);
  blame (self, ledger);
  present (self, ledger, place);
  propose_params (self, ledger, place, proposals);
  propose_change (self, ledger, &now, place, proposals);
  approve_settled (self, ledger, place, proposals);
  get_ready (self, ledger);
}

/* When its operator says so **************************************************/

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
  if (find (citiz_replica_get_validators (self->replica), &self->node) >= 0)
    {
      body.valset_change.epoch = citiz_ledger_epoch (ledger);
      return say (self, CITIZ_TX_VALSET_CHANGE, &body, out_proposal, done, data, error);
    }
  describe (&body.node_join, url, operator_);
  return say (self, CITIZ_TX_NODE_JOIN, &body, out_proposal, done, data, error);
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

  if (now->n == 1 && find (now, &self->node) == 0)
    return refuse (error, CITIZ_LEDGER_ERROR_LIMIT, "the last validator cannot leave");
  return say (self, CITIZ_TX_NODE_LEAVE, &body, NULL, done, data, error);
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
  return say (self, CITIZ_TX_VALSET_CHANGE, &body, out_proposal, done, data, error);
}

gboolean
citiz_steward_approve (CitizSteward *self,
                       const CitizHash *proposal,
                       CitizOrderDone done,
                       gpointer data,
                       GError **error)
{
  const CitizTxBody body = {.approve = {*proposal}};

  return say (self, CITIZ_TX_APPROVE, &body, NULL, done, data, error);
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
  act (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
soon_cb (gpointer data)
{
  CitizSteward *self = data;

  g_clear_pointer (&self->soon, g_source_unref);
  act (self);
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
  keep_blame (self, evidence);
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
  recall_blames (self);
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
