/* Two copies of one vault sign for one account: what one of them wants done may be done already, and its number taken.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-outcome.h"

#include "store/citiz-store-error.h"

#include <string.h>

static CitizOutcome
find_itself (CitizChain *chain, const CitizTx *tx)
{
  g_autoptr (GError) error = NULL;
  CitizTxInfo info;

  if (!citiz_chain_find_tx (chain, citiz_tx_get_id (tx), &info, &error))
    return g_error_matches (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND)
               ? CITIZ_OUTCOME_NOT
               : CITIZ_OUTCOME_UNKNOWN;
  citiz_tx_info_clear (&info);
  return CITIZ_OUTCOME_ITSELF;
}

static gboolean
is_alike (const CitizTx *a, const CitizTx *b)
{
  g_autoptr (GByteArray) one = g_byte_array_new (), other = g_byte_array_new ();

  if (a->type != b->type || !citiz_hash_equal (&a->account, &b->account))
    return FALSE;
  citiz_tx_body_encode (one, a->type, &a->body);
  citiz_tx_body_encode (other, b->type, &b->body);
  return one->len == other->len && memcmp (one->data, other->data, one->len) == 0;
}

/* An access that was given, renewed or ended in the same words. */
static CitizOutcome
find_alike (CitizChain *chain, const CitizTx *tx, CitizTx **out_other)
{
  const CitizId *grant = citiz_tx_body_grant (tx->type, &tx->body);
  g_autoptr (GPtrArray) txs = grant != NULL ? citiz_chain_txs_of_grant (chain, grant, NULL) : NULL;

  for (guint i = 0; txs != NULL && i < txs->len; i++)
    {
      CitizTx *other = ((CitizTxInfo *) txs->pdata[i])->tx;

      if (!is_alike (tx, other))
        continue;
      if (other->nonce == tx->nonce && other->valid_until.ms == tx->valid_until.ms)
        return CITIZ_OUTCOME_ITSELF;
      *out_other = citiz_tx_ref (other);
      return CITIZ_OUTCOME_ALIKE;
    }
  return CITIZ_OUTCOME_NOT;
}

/* Whoever said it: the ledger takes the blame of a node once an epoch. */
static gboolean
is_blamed (CitizChain *chain, const CitizTx *tx)
{
  CitizLedger *ledger = citiz_chain_ledger (chain, NULL);
  const CitizTxEvidence *body = &tx->body.evidence;
  CitizEvidence evidence;
  CitizEvidenceRecord known;
  CitizValidators validators;

  return ledger != NULL
         && citiz_evidence_decode (body->evidence, sizeof body->evidence, &evidence, NULL)
         && citiz_ledger_get_validators (ledger, evidence.first.epoch, &validators)
         && evidence.first.voter < validators.n
         && citiz_ledger_get_evidence (ledger, evidence.first.epoch,
                                       &validators.v[evidence.first.voter].node, &known);
}

static gboolean
is_spent (const CitizAccount *account, const CitizTx *tx)
{
  const CitizKeySlot *slot = &account->keys[tx->key_index];

  return tx->key_index < account->n_keys && tx->nonce < slot->next
         && !citiz_nonce_is_free (slot, tx->nonce);
}

/**
 * citiz_outcome_of:
 * @chain: one's own verified copy
 * @out_other: (out) (transfer full) (nullable): of %CITIZ_OUTCOME_ALIKE
 *
 * While the copy's history is missing, a number that is spent says nothing: @tx itself may have spent it.
 */
CitizOutcome
citiz_outcome_of (CitizChain *chain, const CitizTx *tx, CitizTx **out_other)
{
  CitizOutcome outcome = find_itself (chain, tx);
  CitizAccount account;

  *out_other = NULL;
  if (outcome != CITIZ_OUTCOME_NOT || !citiz_chain_get_account (chain, &tx->account, &account))
    return outcome;
  if (tx->type == CITIZ_TX_ACCT_REGISTER)
    return CITIZ_OUTCOME_ITSELF; /* an account is named by its registration */
  if (tx->type == CITIZ_TX_EVIDENCE && is_blamed (chain, tx))
    return CITIZ_OUTCOME_ITSELF;
  outcome = find_alike (chain, tx, out_other);
  return outcome == CITIZ_OUTCOME_NOT && citiz_chain_base (chain) == 0 && is_spent (&account, tx)
             ? CITIZ_OUTCOME_SPENT
             : outcome;
}
