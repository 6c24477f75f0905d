/* What nodes say: joining, leaving, changing the list of validators, approving. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-community.h"
#include "ledger/citiz-ledger-private.h"

#include <string.h>

static gboolean
refuse (GError **error, CitizLedgerError code, const gchar *what)
{
  g_set_error_literal (error, CITIZ_LEDGER_ERROR, code, what);
  return FALSE;
}

/* Writing *******************************************************************/

static void
put_node (CitizRun *run, const CitizNodeRecord *record)
{
  citiz_run_put (run, CITIZ_OBJECT_NODE, record->node.b, sizeof record->node.b,
                 citiz_node_record_encode (record));
}

static void
put_proposal (CitizRun *run, const CitizProposal *proposal)
{
  citiz_run_put (run, CITIZ_OBJECT_PROPOSAL, proposal->id.b, sizeof proposal->id.b,
                 citiz_proposal_encode (proposal));
}

void
citiz_run_put_validators (CitizRun *run, guint64 epoch, const CitizValidators *validators)
{
  guint8 id[8];

  citiz_epoch_id (id, epoch);
  citiz_run_put (run, CITIZ_OBJECT_VALIDATORS, id, sizeof id,
                 citiz_epoch_validators_encode (epoch, validators));
}

static gboolean
is_closing (const CitizRun *run)
{
  CitizValidators next;

  return citiz_state_get_validators (run->state, run->ledger->epoch + 1, &next);
}

/* The validator that signs, in an epoch that goes on. */
gboolean
citiz_run_find_validator (const CitizRun *run,
                          const CitizTx *tx,
                          const CitizAccount *account,
                          guint *out_place,
                          GError **error)
{
  const gint place
      = citiz_validators_find (&run->ledger->validators, citiz_tx_signer (tx, account));

  if (place < 0)
    return refuse (error, CITIZ_LEDGER_ERROR_NODE, "only a validator says this");
  if (is_closing (run))
    return refuse (error, CITIZ_LEDGER_ERROR_EPOCH, "the epoch is closing");
  *out_place = (guint) place;
  return TRUE;
}

static void
propose (CitizRun *run, const CitizTx *tx, const CitizAccount *account)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  CitizProposal made = {.id = *citiz_tx_get_id (tx),
                        .type = tx->type,
                        .node = *citiz_tx_signer (tx, account),
                        .epoch = run->ledger->epoch};

  citiz_tx_body_encode (body, tx->type, &tx->body);
  made.n_body = (guint16) body->len;
  memcpy (made.body, body->data, body->len);
  put_proposal (run, &made);
}

/* Nodes *********************************************************************/

/* What is known of the node that signs; of a validator that never said anything, what its place says. */
static void
load_node (const CitizRun *run,
           const CitizTx *tx,
           const CitizAccount *account,
           CitizNodeRecord *out)
{
  const CitizPublicKey *node = citiz_tx_signer (tx, account);

  if (citiz_state_get_node (run->state, node, out))
    return;
  *out = (CitizNodeRecord){.node = *node, .account = tx->account, .time = run->time};
  if (citiz_validators_find (&run->ledger->validators, node) >= 0)
    out->standing = CITIZ_STANDING_MEMBER;
}

gboolean
citiz_apply_node_join (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  const gboolean validates
      = citiz_validators_find (&run->ledger->validators, citiz_tx_signer (tx, account)) >= 0;
  CitizNodeRecord record;

  load_node (run, tx, account, &record);
  if (record.standing == CITIZ_STANDING_MEMBER && !validates)
    return refuse (error, CITIZ_LEDGER_ERROR_EXISTS, "the node is a member already");
  record.account = tx->account;
  record.operator_ = tx->body.node_join.operator_;
  record.url = tx->body.node_join.url;
  record.time = run->time;
  record.standing = validates ? CITIZ_STANDING_MEMBER : CITIZ_STANDING_CANDIDATE;
  put_node (run, &record);
  if (!validates)
    propose (run, tx, account);
  return TRUE;
}

gboolean
citiz_apply_node_leave (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  CitizNodeRecord record;

  load_node (run, tx, account, &record);
  if (record.standing == 0)
    return refuse (error, CITIZ_LEDGER_ERROR_NODE, "the node never joined");
  if (record.standing == CITIZ_STANDING_LEFT)
    return refuse (error, CITIZ_LEDGER_ERROR_EXISTS, "the node has left already");
  record.standing = CITIZ_STANDING_LEFT;
  record.epoch = 0;
  record.key = (CitizPublicKey){0};
  record.time = run->time;
  put_node (run, &record);
  return TRUE;
}

/* From one list to the next *************************************************/

/* The list after @change, without keys: its length, or 0 if the rules do not allow it. */
static guint
next_nodes (const CitizValidators *now, const CitizTxValsetChange *change, CitizValidators *out)
{
  const guint limit = MAX (1, now->n / 3);
  guint staying = 0;
  guint a = 0;

  out->n = 0;
  for (guint i = 0; i <= now->n; i++)
    {
      gboolean removed = i == now->n;

      while (a < change->n_added
             && (i == now->n
                 || memcmp (change->added[a].b, now->v[i].node.b, sizeof now->v[i].node.b) < 0))
        {
          if (out->n == CITIZ_MAX_VALIDATORS)
            return 0;
          out->v[out->n++].node = change->added[a++];
        }
      for (guint k = 0; !removed && k < change->n_removed; k++)
        removed = citiz_public_key_equal (&change->removed[k], &now->v[i].node);
      if (removed)
        continue;
      if (out->n == CITIZ_MAX_VALIDATORS)
        return 0;
      out->v[out->n++].node = now->v[i].node;
      staying++;
    }
  return change->n_added <= limit && now->n - staying <= limit && staying > 0 ? out->n : 0;
}

gboolean
citiz_apply_valset_change (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  const CitizTxValsetChange *change = &tx->body.valset_change;
  const CitizValidators *now = &run->ledger->validators;
  CitizNodeRecord record;
  CitizValidators next;
  guint place;

  if (!citiz_run_find_validator (run, tx, account, &place, error))
    return FALSE;
  if (change->epoch != run->ledger->epoch)
    return refuse (error, CITIZ_LEDGER_ERROR_EPOCH, "a change of another epoch's list");
  for (guint i = 0; i < change->n_added; i++)
    if (citiz_validators_find (now, &change->added[i]) >= 0
        || !citiz_state_get_node (run->state, &change->added[i], &record)
        || record.standing == CITIZ_STANDING_LEFT)
      return refuse (error, CITIZ_LEDGER_ERROR_NODE,
                     "a node to add validates already, or has not joined");
  for (guint i = 0; i < change->n_removed; i++)
    if (!citiz_run_is_member (run, &change->removed[i])
        && citiz_validators_find (now, &change->removed[i]) < 0)
      return refuse (error, CITIZ_LEDGER_ERROR_NODE, "a node to remove is no member");
  if (next_nodes (now, change, &next) == 0)
    return refuse (error, CITIZ_LEDGER_ERROR_LIMIT, "too many change at once");
  propose (run, tx, account);
  return TRUE;
}

/* Those that come are members from now on, those that go are none. */
static void
settle_members (CitizRun *run, const CitizTxValsetChange *change)
{
  for (guint i = 0; i < change->n_added + change->n_removed; i++)
    {
      const gboolean added = i < change->n_added;
      const CitizPublicKey *node
          = added ? &change->added[i] : &change->removed[i - change->n_added];
      CitizNodeRecord record;

      if (!citiz_state_get_node (run->state, node, &record))
        continue;
      record.standing = added ? CITIZ_STANDING_MEMBER : CITIZ_STANDING_LEFT;
      put_node (run, &record);
    }
}

static gboolean
get_change (const CitizLedger *ledger,
            const CitizState *state,
            CitizTxValsetChange *out,
            CitizProposal *out_proposal)
{
  const guint64 epoch = ledger->epoch;
  CitizTxBody body;
  CitizHash id;
  guint8 key[8];
  GBytes *value;

  citiz_epoch_id (key, epoch);
  value = citiz_state_find (state, CITIZ_OBJECT_CHANGE, key, sizeof key);
  if (value == NULL || !citiz_change_decode (value, epoch, &id, NULL)
      || !citiz_state_get_proposal (state, &id, out_proposal)
      || !citiz_tx_body_decode (out_proposal->body, out_proposal->n_body, out_proposal->type, &body,
                                NULL))
    return FALSE;
  *out = body.valset_change;
  return TRUE;
}

/**
 * citiz_ledger_get_next:
 * @out_proposal: what a quorum has approved
 *
 * Who validates in the next epoch as a quorum has approved, without the keys that not all of them have shown yet.
 *
 * Returns: %FALSE while no change is approved, and when the approved one cannot be carried out
 */
gboolean
citiz_ledger_get_next (const CitizLedger *ledger, CitizValidators *out, CitizProposal *out_proposal)
{
  CitizTxValsetChange change;

  return get_change (ledger, ledger->state, &change, out_proposal)
         && next_nodes (&ledger->validators, &change, out) > 0;
}

/* A change is approved and every node of the next list is ready: this block is the last of its epoch. */
static void
close_if_ready (CitizRun *run)
{
  const guint64 epoch = run->ledger->epoch;
  CitizTxValsetChange change;
  CitizProposal proposal;
  CitizValidators next;
  CitizValidators before;

  if (!get_change (run->ledger, run->state, &change, &proposal)
      || next_nodes (&run->ledger->validators, &change, &next) == 0)
    return;
  for (guint i = 0; i < next.n; i++)
    {
      CitizNodeRecord record;

      if (!citiz_state_get_node (run->state, &next.v[i].node, &record) || record.epoch != epoch + 1)
        return;
      next.v[i].key = record.key;
    }
  settle_members (run, &change);
  if (!citiz_state_get_validators (run->state, epoch, &before))
    citiz_run_put_validators (run, epoch, &run->ledger->validators);
  citiz_run_put_validators (run, epoch + 1, &next);
}

gboolean
citiz_apply_node_ready (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  const CitizTxNodeReady *ready = &tx->body.node_ready;
  const CitizFounder founder = {{*citiz_tx_signer (tx, account), ready->key}, ready->join};
  CitizNodeRecord record;

  load_node (run, tx, account, &record);
  if (record.standing == 0 || record.standing == CITIZ_STANDING_LEFT)
    return refuse (error, CITIZ_LEDGER_ERROR_NODE, "the node has not joined, or has left");
  if (ready->epoch != run->ledger->epoch + 1 || is_closing (run))
    return refuse (error, CITIZ_LEDGER_ERROR_EPOCH, "not ready for the next epoch");
  if (!citiz_join_verify (&founder, run->chain_id, ready->epoch)) /* at any level */
    return refuse (error, CITIZ_LEDGER_ERROR_SIGNATURE, "the node has not signed its epoch key");
  record.epoch = ready->epoch;
  record.key = ready->key;
  put_node (run, &record);
  close_if_ready (run);
  return TRUE;
}

/* Approving *****************************************************************/

gboolean
citiz_apply_params (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  guint place;

  if (!citiz_run_find_validator (run, tx, account, &place, error))
    return FALSE;
  propose (run, tx, account);
  return TRUE;
}

static void
admit_node (CitizRun *run, const CitizProposal *proposal)
{
  CitizNodeRecord record;

  if (!citiz_state_get_node (run->state, &proposal->node, &record)
      || record.standing != CITIZ_STANDING_CANDIDATE)
    return;
  record.standing = CITIZ_STANDING_MEMBER;
  put_node (run, &record);
}

static void
set_params (CitizRun *run, const CitizProposal *proposal)
{
  CitizTxBody body;

  if (citiz_tx_body_decode (proposal->body, proposal->n_body, proposal->type, &body, NULL))
    citiz_run_put (run, CITIZ_OBJECT_PARAMS, NULL, 0, citiz_params_encode (&body.params));
}

static void
carry_out (CitizRun *run, const CitizProposal *proposal)
{
  guint8 id[8];

  if (proposal->type == CITIZ_TX_NODE_JOIN)
    admit_node (run, proposal);
  else if (proposal->type == CITIZ_TX_PARAMS)
    set_params (run, proposal);
  else /* it replaces one approved before that is not ready yet */
    {
      citiz_epoch_id (id, proposal->epoch);
      citiz_run_put (run, CITIZ_OBJECT_CHANGE, id, sizeof id,
                     citiz_change_encode (proposal->epoch, &proposal->id));
      close_if_ready (run);
    }
}

gboolean
citiz_apply_approve (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  CitizProposal proposal;
  guint place;

  if (!citiz_run_find_validator (run, tx, account, &place, error))
    return FALSE;
  if (!citiz_state_get_proposal (run->state, &tx->body.approve.proposal, &proposal))
    return refuse (error, CITIZ_LEDGER_ERROR_PROPOSAL, "there is no such proposal");
  if (proposal.epoch != run->ledger->epoch)
    return refuse (error, CITIZ_LEDGER_ERROR_EPOCH, "a proposal of another epoch");
  if (proposal.approved || citiz_bitmap_has (proposal.approvals, place))
    return refuse (error, CITIZ_LEDGER_ERROR_EXISTS, "it is approved already");
  citiz_bitmap_set (proposal.approvals, place);
  proposal.approved
      = citiz_bitmap_count (proposal.approvals) >= citiz_quorum (run->ledger->validators.n);
  put_proposal (run, &proposal);
  if (proposal.approved)
    carry_out (run, &proposal);
  return TRUE;
}
