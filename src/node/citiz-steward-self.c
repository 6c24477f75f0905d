/* What a steward does without being asked: what follows from the chain. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-steward-private.h"

#include "store/citiz-blame-store.h"

#include <string.h>

#define TURN      (3 * G_USEC_PER_SEC) /* what each validator waits for those before it */
#define BLAME_MAX 64                   /* pieces of evidence that wait to be told */

static CitizStanding
standing_of (const CitizLedger *ledger, const CitizPublicKey *node)
{
  CitizNodeRecord record;

  return citiz_ledger_get_node (ledger, node, &record) ? record.standing : 0;
}

static void
said_cb (gpointer data, CitizTime time, const GError *error)
{
  if (error != NULL)
    g_debug ("what this node said for its community is not final: %s", error->message);
}

/* Once: what is on its way already is not said again, what is refused now is tried again later. */
static void
say_once (CitizSteward *self, CitizTxType type, const CitizTxBody *body)
{
  g_autoptr (GError) error = NULL;

  if (!citiz_order_is_saying (self->order, type, body)
      && !citiz_steward_say (self, type, body, NULL, said_cb, NULL, &error))
    g_debug ("what this node would say for its community is refused: %s", error->message);
}

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
void
citiz_steward_keep_blame (CitizSteward *self, const CitizEvidence *evidence)
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

void
citiz_steward_recall_blames (CitizSteward *self)
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

/* Who signs never asks for a new key (citiz_steward_join): another machine that has this node's key did, and is to come in. Unless the key that is asked for was made here before, and
 * no other is shown. */
static gboolean
is_displaced (CitizSteward *self, const CitizLedger *ledger, const CitizProposal *change)
{
  const guint64 epoch = citiz_ledger_epoch (ledger) + 1;
  CitizJournal *made;
  CitizNodeRecord record;
  CitizTxBody body;

  if (citiz_replica_get_place (self->replica) == CITIZ_CSX_NOBODY
      || !citiz_public_key_equal (&change->node, &self->node)
      || !citiz_tx_body_decode (change->body, change->n_body, change->type, &body, NULL)
      || body.valset_change.n_added + body.valset_change.n_removed != 0)
    return FALSE;
  made = citiz_journals_get (self->journals, epoch, NULL);
  return made == NULL
         || (citiz_ledger_get_node (ledger, &self->node, &record) && record.epoch == epoch
             && !citiz_public_key_equal (
                 &record.key, citiz_signing_key_get_public (citiz_journal_get_key (made))));
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
  CitizProposal change;
  CitizValidators next;
  CitizJournal *journal;

  if (self->journals == NULL || !citiz_ledger_get_next (ledger, &next, &change)
      || citiz_validators_find (&next, &self->node) < 0 || is_displaced (self, ledger, &change))
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

      if (record->standing == CITIZ_STANDING_MEMBER
          && citiz_validators_find (now, &record->node) < 0)
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
  CitizProposal change;
  CitizValidators next;

  if (place < 0 || citiz_ledger_get_next (ledger, &next, &change)
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

void
citiz_steward_act (CitizSteward *self)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, NULL);
  g_autoptr (GPtrArray) proposals = NULL;
  CitizValidators now;
  gint place;

  if (ledger == NULL || !citiz_ledger_get_validators (ledger, citiz_ledger_epoch (ledger), &now))
    return;
  place = citiz_validators_find (&now, &self->node);
  proposals = citiz_steward_proposals (self->chain);
  acknowledge (self, ledger, place);
  blame (self, ledger);
  present (self, ledger, place);
  propose_params (self, ledger, place, proposals);
  propose_change (self, ledger, &now, place, proposals);
  approve_settled (self, ledger, place, proposals);
  get_ready (self, ledger);
}
