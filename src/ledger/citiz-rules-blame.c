/* What validators say of others: contradictions, and what people decided. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-community.h"
#include "ledger/citiz-ledger-private.h"

#include <string.h>

static gboolean
refuse (GError **error, CitizLedgerError code, const gchar *what)
{
  g_set_error_literal (error, CITIZ_LEDGER_ERROR, code, what);
  return FALSE;
}

gboolean
citiz_apply_evidence (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  CitizEvidenceRecord made = {.time = run->time};
  CitizValidators validators = run->ledger->validators;
  CitizEvidence evidence;
  CitizHash vs_hash;
  guint8 id[8 + sizeof (CitizPublicKey)];

  memcpy (made.evidence, tx->body.evidence.evidence, sizeof made.evidence);
  if (!citiz_evidence_decode (made.evidence, sizeof made.evidence, &evidence, error))
    return FALSE;
  made.epoch = evidence.first.epoch;
  if (made.epoch != run->ledger->epoch
      && !citiz_state_get_validators (run->state, made.epoch, &validators))
    return refuse (error, CITIZ_LEDGER_ERROR_EPOCH, "evidence of an epoch that is not known");
  if (evidence.first.voter >= validators.n)
    return refuse (error, CITIZ_LEDGER_ERROR_PROOF, "evidence against nobody");
  citiz_validators_hash (&vs_hash, &validators);
  if (!citiz_evidence_verify (&evidence, run->chain_id, &vs_hash, &validators)) /* at any level */
    return refuse (error, CITIZ_LEDGER_ERROR_PROOF, "the two votes prove nothing");

  made.node = validators.v[evidence.first.voter].node;
  citiz_epoch_id (id, made.epoch);
  memcpy (id + 8, made.node.b, sizeof made.node.b);
  if (citiz_state_find (run->state, CITIZ_OBJECT_EVIDENCE, id, sizeof id) != NULL)
    return refuse (error, CITIZ_LEDGER_ERROR_EXISTS, "this validator is blamed already");
  citiz_run_put (run, CITIZ_OBJECT_EVIDENCE, id, sizeof id, citiz_evidence_record_encode (&made));
  return TRUE;
}

/**
 * citiz_ledger_get_evidence:
 *
 * Returns: %FALSE when nothing on the chain blames @node for what it said in @epoch
 */
gboolean
citiz_ledger_get_evidence (const CitizLedger *ledger,
                           guint64 epoch,
                           const CitizPublicKey *node,
                           CitizEvidenceRecord *out)
{
  guint8 id[8 + sizeof (CitizPublicKey)];
  GBytes *value;

  citiz_epoch_id (id, epoch);
  memcpy (id + 8, node->b, sizeof node->b);
  value = citiz_state_find (ledger->state, CITIZ_OBJECT_EVIDENCE, id, sizeof id);
  return value != NULL && citiz_evidence_record_decode (value, out, NULL);
}

static GBytes *
find_refound (CitizState *state, guint64 epoch, const CitizHash *document)
{
  guint8 id[8 + sizeof (CitizHash)];

  citiz_epoch_id (id, epoch);
  memcpy (id + 8, document->b, sizeof document->b);
  return citiz_state_find (state, CITIZ_OBJECT_REFOUND, id, sizeof id);
}

/* Who of the validators of @epoch, which people began, has said so. */
gboolean
citiz_ledger_get_refound (const CitizLedger *ledger,
                          guint64 epoch,
                          const CitizHash *document,
                          CitizRefoundRecord *out)
{
  GBytes *value = find_refound (ledger->state, epoch, document);

  return value != NULL && citiz_refound_record_decode (value, out, NULL);
}

/* The state learns the validators of an epoch that no closing block named, from those validators. */
gboolean
citiz_apply_refound_ack (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  const CitizTxRefoundAck *ack = &tx->body.refound_ack;
  CitizRefoundRecord record = {.epoch = ack->epoch, .document = ack->document};
  CitizValidators known;
  guint8 id[8 + sizeof (CitizHash)];
  GBytes *value;
  guint place;

  if (!citiz_run_find_validator (run, tx, account, &place, error))
    return FALSE;
  if (ack->epoch != run->ledger->epoch)
    return refuse (error, CITIZ_LEDGER_ERROR_EPOCH, "a refounding of another epoch");
  citiz_epoch_id (id, ack->epoch);
  memcpy (id + 8, ack->document.b, sizeof ack->document.b);
  value = find_refound (run->state, ack->epoch, &ack->document);
  if (value != NULL && !citiz_refound_record_decode (value, &record, error))
    return FALSE;
  if (value == NULL)
    {
      if (citiz_state_get_validators (run->state, ack->epoch, &known))
        return refuse (error, CITIZ_LEDGER_ERROR_EXISTS, "the epoch did not begin this way");
      citiz_run_put_validators (run, ack->epoch, &run->ledger->validators);
    }
  if (citiz_bitmap_has (record.acks, place))
    return refuse (error, CITIZ_LEDGER_ERROR_EXISTS, "this validator has said so before");
  citiz_bitmap_set (record.acks, place);
  citiz_run_put (run, CITIZ_OBJECT_REFOUND, id, sizeof id, citiz_refound_record_encode (&record));
  return TRUE;
}
