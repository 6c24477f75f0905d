/* What each transaction may do to the state: one table, one function a type. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-ledger-private.h"

G_DEFINE_QUARK (citiz - ledger - error - quark, citiz_ledger_error)

static gboolean
refuse (GError **error, CitizLedgerError code, const gchar *what)
{
  g_set_error_literal (error, CITIZ_LEDGER_ERROR, code, what);
  return FALSE;
}

/* Takes @value. */
static void
put (CitizRun *run, const CitizHash *key, GBytes *value)
{
  const CitizChange change = {*key, value, citiz_state_set (run->state, key, value)};

  g_array_append_val (run->changes->objects, change);
}

void
citiz_run_put (CitizRun *run, CitizObjectType type, const guint8 *id, gsize n, GBytes *value)
{
  CitizHash key;

  citiz_object_key (&key, type, id, n);
  put (run, &key, value);
}

GBytes *
citiz_state_find (const CitizState *state, CitizObjectType type, const guint8 *id, gsize n)
{
  CitizHash key;

  citiz_object_key (&key, type, id, n);
  return citiz_state_get (state, &key);
}

gboolean
citiz_state_get_account (const CitizState *state, const CitizHash *id, CitizAccount *out)
{
  GBytes *value = citiz_state_find (state, CITIZ_OBJECT_ACCOUNT, id->b, sizeof id->b);

  return value != NULL && citiz_account_decode (value, out, NULL);
}

gboolean
citiz_state_get_grant (const CitizState *state,
                       const CitizId *id,
                       CitizGrantRecord *out,
                       CitizGrantUse *out_use)
{
  GBytes *value = citiz_state_find (state, CITIZ_OBJECT_GRANT, id->b, sizeof id->b);
  GBytes *use = citiz_state_find (state, CITIZ_OBJECT_GRANT_USE, id->b, sizeof id->b);

  *out_use = (CitizGrantUse){.grant = *id};
  return value != NULL && citiz_grant_record_decode (value, out, NULL)
         && (use == NULL || citiz_grant_use_decode (use, out_use, NULL));
}

static gboolean
find_grant (CitizRun *run,
            const CitizId *id,
            CitizGrantRecord *out,
            CitizGrantUse *out_use,
            CitizGrantState *out_state,
            GError **error)
{
  if (!citiz_state_get_grant (run->state, id, out, out_use))
    return refuse (error, CITIZ_LEDGER_ERROR_UNKNOWN_GRANT, "there is no such grant");
  citiz_grant_judge (out_state, out, out_use, run->time);
  return TRUE;
}

static gboolean
apply_rotate (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  const CitizTxRotate *rotate = &tx->body.rotate;

  for (guint i = 0; i < account->n_keys; i++)
    if (citiz_public_key_equal (&account->keys[i].key.key, &rotate->key.key))
      return refuse (error, CITIZ_LEDGER_ERROR_EXISTS, "the account had this key already");
  if (account->n_keys == CITIZ_ACCOUNT_MAX_KEYS)
    return refuse (error, CITIZ_LEDGER_ERROR_LIMIT, "the account has had all the keys it may have");
  if (rotate->replaced != CITIZ_ROTATE_NONE)
    {
      if (rotate->replaced >= account->n_keys || account->keys[rotate->replaced].revoked)
        return refuse (error, CITIZ_LEDGER_ERROR_ACCOUNT, "the key to replace is not in use");
      account->keys[rotate->replaced].revoked = 1;
    }
  account->keys[account->n_keys++] = (CitizKeySlot){.key = rotate->key};
  return TRUE;
}

static gboolean
apply_acct_revoke (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  const guint16 revoked = tx->body.acct_revoke.revoked;

  if (revoked >= account->n_keys || account->keys[revoked].revoked)
    return refuse (error, CITIZ_LEDGER_ERROR_ACCOUNT, "the key to revoke is not in use");
  if (revoked != tx->key_index && account->keys[tx->key_index].key.role != CITIZ_KEY_ROLE_RECOVERY)
    return refuse (error, CITIZ_LEDGER_ERROR_ROLE, "a device key revokes only itself");
  account->keys[revoked].revoked = 1;
  return TRUE;
}

static gboolean
apply_commit (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  const CitizTxCommit *body = &tx->body.commit;
  const CitizCommitment made = {body->root, tx->account, run->time, body->n_leaves};

  if (citiz_state_get (run->state, &run->keys[1]) != NULL)
    return refuse (error, CITIZ_LEDGER_ERROR_EXISTS, "this commitment was made before");
  put (run, &run->keys[1], citiz_commitment_encode (&made));
  return TRUE;
}

static void
put_grant (CitizRun *run, const CitizGrantRecord *record)
{
  citiz_run_put (run, CITIZ_OBJECT_GRANT, record->grant.id.b, sizeof record->grant.id.b,
                 citiz_grant_record_encode (record));
}

/* What was promised with the first deal: to whom it is open, how often, how long, how much of the record. */
static gboolean
same_terms (const CitizTxGrant *a, const CitizTxGrant *b)
{
  return a->kind == b->kind && citiz_hash_equal (&a->a_max, &b->a_max)
         && a->max_openings == b->max_openings && a->not_before.ms == b->not_before.ms
         && a->expires.ms == b->expires.ms && a->duration == b->duration
         && citiz_hash_equal (&a->scope, &b->scope);
}

static gboolean
same_deal (const CitizTxGrant *a, const CitizTxGrant *b)
{
  gboolean same = citiz_hash_equal (&a->capsule, &b->capsule) && a->threshold == b->threshold
                  && a->n_committee == b->n_committee;

  for (guint i = 0; same && i < a->n_committee; i++)
    same = citiz_public_key_equal (&a->committee[i].node, &b->committee[i].node)
           && citiz_hash_equal (&a->committee[i].commitment, &b->committee[i].commitment);
  return same;
}

/* A grant of an id that stands already: the record has changed, and the same access gets a new capsule and new shares (PROTOCOL §5,
 * Refreshing). Openings are objects of their own and stay counted; the new committee has closed nothing yet. */
static gboolean
renew_grant (CitizRun *run, const CitizTx *tx, const CitizGrantState *old, GError **error)
{
  const CitizTxGrant *grant = &tx->body.grant;
  const CitizGrantRecord made = {*grant, tx->account, run->time, {0}, 0};

  if (!citiz_hash_equal (&old->account, &tx->account))
    return refuse (error, CITIZ_LEDGER_ERROR_OWNER, "the grant is another account's");
  if (old->status != CITIZ_GRANT_ACTIVE && old->status != CITIZ_GRANT_NOT_YET)
    return refuse (error, CITIZ_LEDGER_ERROR_CLOSED, "the grant has ended already");
  if (!same_terms (&old->grant, grant))
    return refuse (error, CITIZ_LEDGER_ERROR_EXISTS, "there is a grant of this id, on other terms");
  if (same_deal (&old->grant, grant))
    return refuse (error, CITIZ_LEDGER_ERROR_EXISTS, "the grant holds this capsule already");
  put_grant (run, &made);
  return TRUE;
}

static gboolean
apply_grant (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  const CitizTxGrant *grant = &tx->body.grant;
  const CitizGrantRecord made = {*grant, tx->account, run->time, {0}, 0};
  CitizGrantRecord old;
  CitizGrantUse use;
  CitizGrantState state;

  if (citiz_state_get_grant (run->state, &grant->id, &old, &use))
    {
      citiz_grant_judge (&state, &old, &use, run->time);
      return renew_grant (run, tx, &state, error);
    }
  if (grant->expires.ms <= run->time.ms)
    return refuse (error, CITIZ_LEDGER_ERROR_TIME, "the grant would be over before it is dealt");
  put_grant (run, &made);
  return TRUE;
}

static gboolean
apply_revoke (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  CitizGrantRecord record;
  CitizGrantUse use;
  CitizGrantState state;

  if (!find_grant (run, &tx->body.revoke.grant, &record, &use, &state, error))
    return FALSE;
  if (!citiz_hash_equal (&record.account, &tx->account))
    return refuse (error, CITIZ_LEDGER_ERROR_OWNER, "the grant is another account's");
  if (state.status == CITIZ_GRANT_REVOKED || state.status == CITIZ_GRANT_EXPIRED)
    return refuse (error, CITIZ_LEDGER_ERROR_CLOSED, "the grant has ended already");
  record.revoked = run->time;
  put_grant (run, &record);
  return TRUE;
}

/* The place of @key in the grant's committee; as many as it has: none. */
static guint
committee_place (const CitizTxGrant *grant, const CitizPublicKey *key)
{
  guint i = 0;

  while (i < grant->n_committee && !citiz_public_key_equal (&grant->committee[i].node, key))
    i++;
  return i;
}

/* What its nodes opened while the ledger stood still is told by one of them afterwards, although the grant has ended meanwhile. It opens nothing
 * any more. */
static gboolean
may_open_late (const CitizGrantState *state, const CitizPublicKey *key)
{
  return state->grant.kind == CITIZ_GRANT_EMERGENCY_STALLED
         && (state->status == CITIZ_GRANT_REVOKED || state->status == CITIZ_GRANT_EXPIRED)
         && state->used < state->grant.max_openings
         && committee_place (&state->grant, key) < state->grant.n_committee;
}

static gboolean
apply_open (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  const CitizTxOpen *open = &tx->body.open;
  CitizGrantRecord record;
  CitizGrantUse use;
  CitizGrantState state;

  if (!find_grant (run, &open->grant, &record, &use, &state, error))
    return FALSE;
  if (state.status != CITIZ_GRANT_ACTIVE
      && !may_open_late (&state, &account->keys[tx->key_index].key.key))
    return refuse (error, CITIZ_LEDGER_ERROR_CLOSED, "the grant is not open");
  if (open->use != use.used + 1)
    return refuse (error, CITIZ_LEDGER_ERROR_USE, "this opening was taken, or is not the next");
  if (!citiz_opening_matches (&open->a, open->use, &record.grant.a_max))
    return refuse (error, CITIZ_LEDGER_ERROR_PROOF, "what was revealed does not open this grant");

  use.used = open->use;
  use.last = run->time;
  if (use.used == 1)
    use.first = run->time;
  citiz_run_put (run, CITIZ_OBJECT_GRANT_USE, use.grant.b, sizeof use.grant.b,
                 citiz_grant_use_encode (&use));
  return TRUE;
}

static gboolean
apply_close (CitizRun *run, const CitizTx *tx, CitizAccount *account, GError **error)
{
  const CitizPublicKey *key = &account->keys[tx->key_index].key.key;
  CitizGrantRecord record;
  CitizGrantUse use;
  CitizGrantState state;
  guint i;

  if (!find_grant (run, &tx->body.close.grant, &record, &use, &state, error))
    return FALSE;
  i = committee_place (&record.grant, key);
  if (i == record.grant.n_committee)
    return refuse (error, CITIZ_LEDGER_ERROR_OWNER, "not a node of the grant's committee");
  if (state.ended.ms == 0)
    return refuse (error, CITIZ_LEDGER_ERROR_CLOSED, "the grant has not ended");
  if (record.closed & 1 << i)
    return refuse (error, CITIZ_LEDGER_ERROR_EXISTS, "this node has said so before");
  record.closed |= (guint8) (1 << i);
  put_grant (run, &record);
  return TRUE;
}

#define DEVICE   (1u << CITIZ_KEY_ROLE_DEVICE)
#define RECOVERY (1u << CITIZ_KEY_ROLE_RECOVERY)

/* Which keys may say it, and what it does. A registration makes the account itself: no function. */
static const struct
{
  CitizTxType type;
  guint roles;
  CitizApplyFunc apply;
} rules[] = {
    {CITIZ_TX_ACCT_REGISTER, DEVICE, NULL},
    {CITIZ_TX_ACCT_ROTATE, RECOVERY, apply_rotate},
    {CITIZ_TX_ACCT_REVOKE, DEVICE | RECOVERY, apply_acct_revoke},
    {CITIZ_TX_COMMIT_RECORDS, DEVICE, apply_commit},
    {CITIZ_TX_GRANT, DEVICE, apply_grant},
    {CITIZ_TX_GRANT_REVOKE, DEVICE, apply_revoke},
    {CITIZ_TX_ACCESS_OPEN, DEVICE, apply_open},
    {CITIZ_TX_ACCESS_CLOSE, DEVICE, apply_close},
    {CITIZ_TX_NODE_JOIN, DEVICE, citiz_apply_node_join},
    {CITIZ_TX_NODE_LEAVE, DEVICE, citiz_apply_node_leave},
    {CITIZ_TX_NODE_READY, DEVICE, citiz_apply_node_ready},
    {CITIZ_TX_VALSET_CHANGE, DEVICE, citiz_apply_valset_change},
    {CITIZ_TX_APPROVE, DEVICE, citiz_apply_approve},
    {CITIZ_TX_EVIDENCE, DEVICE, citiz_apply_evidence},
    {CITIZ_TX_PARAMS, DEVICE, citiz_apply_params},
    {CITIZ_TX_REFOUND_ACK, DEVICE, citiz_apply_refound_ack},
};

static gboolean
check_envelope (const CitizRun *run, const CitizTx *tx, GError **error)
{
  if (!citiz_hash_equal (&tx->chain_id, run->chain_id))
    return refuse (error, CITIZ_LEDGER_ERROR_CHAIN, "the transaction is for another chain");
  if (tx->valid_until.ms < run->time.ms)
    return refuse (error, CITIZ_LEDGER_ERROR_TIME, "the transaction is no longer valid");
  if (tx->valid_until.ms > run->time.ms + CITIZ_TX_MAX_VALIDITY)
    return refuse (error, CITIZ_LEDGER_ERROR_TIME, "the transaction is valid for too long");
  return TRUE;
}

static gboolean
load_account (const CitizRun *run, const CitizTx *tx, CitizAccount *out, GError **error)
{
  const CitizTxRegister *reg = &tx->body.reg;
  GBytes *value = citiz_state_get (run->state, &run->keys[0]);
  const gboolean known = value != NULL && citiz_account_decode (value, out, NULL);
  CitizHash id;

  if (tx->type != CITIZ_TX_ACCT_REGISTER)
    return known || refuse (error, CITIZ_LEDGER_ERROR_ACCOUNT, "there is no such account");
  if (known)
    return refuse (error, CITIZ_LEDGER_ERROR_EXISTS, "the account is registered already");
  citiz_tx_get_registered (tx, &id);
  if (!citiz_hash_equal (&id, &tx->account))
    return refuse (error, CITIZ_LEDGER_ERROR_ACCOUNT, "an account is named by its registration");

  *out = (CitizAccount){.id = id, .n_keys = reg->n_keys};
  for (guint i = 0; i < reg->n_keys; i++)
    out->keys[i].key = reg->keys[i];
  return TRUE;
}

static gboolean
check_signer (const CitizRun *run,
              const CitizTx *tx,
              const CitizAccount *account,
              guint roles,
              GError **error)
{
  const CitizKeySlot *slot = &account->keys[tx->key_index];
  const guint8 *tbs;
  gsize n;

  if (tx->key_index >= account->n_keys || slot->revoked)
    return refuse (error, CITIZ_LEDGER_ERROR_ACCOUNT, "the key is unknown or revoked");
  if ((roles & 1u << slot->key.role) == 0
      || (tx->type == CITIZ_TX_ACCT_REGISTER && tx->key_index != 0))
    return refuse (error, CITIZ_LEDGER_ERROR_ROLE, "this key may not sign this");
  if (!citiz_nonce_is_free (slot, tx->nonce))
    return refuse (error, CITIZ_LEDGER_ERROR_NONCE, "the nonce is spent or outside the window");
  tbs = citiz_tx_get_tbs (tx, &n);
  if (run->check != NULL
      && !run->check (run->check_data, CITIZ_DOMAIN_SIGN_TX, tbs, n, &tx->signature,
                      &slot->key.key))
    return refuse (error, CITIZ_LEDGER_ERROR_SIGNATURE, "the signature is false");
  return TRUE;
}

void
citiz_tx_keys (CitizHash out[CITIZ_TX_KEYS], const CitizTx *tx)
{
  const CitizHash *root = &tx->body.commit.root;

  citiz_object_key (&out[0], CITIZ_OBJECT_ACCOUNT, tx->account.b, sizeof tx->account.b);
  out[1] = out[0];
  if (tx->type == CITIZ_TX_COMMIT_RECORDS)
    citiz_object_key (&out[1], CITIZ_OBJECT_COMMITMENT, root->b, sizeof root->b);
}

/**
 * citiz_run_tx:
 *
 * Checks one transaction and does what it says. When it fails the run is spoilt: its state is thrown away.
 */
gboolean
citiz_run_tx (CitizRun *run, CitizTx *tx, GError **error)
{
  CitizAccount account;
  guint i = 0;

  while (rules[i].type != tx->type)
    i++;
  if (!check_envelope (run, tx, error) || !load_account (run, tx, &account, error)
      || !check_signer (run, tx, &account, rules[i].roles, error)
      || !citiz_run_admit (run, tx, citiz_tx_signer (tx, &account), error)
      || (rules[i].apply != NULL && !rules[i].apply (run, tx, &account, error)))
    return FALSE;
  citiz_nonce_spend (&account.keys[tx->key_index], tx->nonce);
  put (run, &run->keys[0], citiz_account_encode (&account));
  return TRUE;
}
