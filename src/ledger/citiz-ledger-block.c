/* Making a block from transactions, and checking one that was made. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-ledger-private.h"
#include "ledger/citiz-snapshot.h"

#include <string.h>

static gboolean
refuse (GError **error, CitizLedgerError code, guint64 height, const gchar *what)
{
  g_set_error (error, CITIZ_LEDGER_ERROR, code, "block %" G_GUINT64_FORMAT ": %s", height, what);
  return FALSE;
}

static gboolean
check_size (GPtrArray *txs, guint64 height, GError **error)
{
  gsize bytes = 0;

  for (guint i = 0; i < txs->len; i++)
    bytes += g_bytes_get_size (citiz_tx_get_bytes (txs->pdata[i]));
  if (txs->len <= CITIZ_BLOCK_MAX_TX && bytes <= CITIZ_BLOCK_MAX_BYTES)
    return TRUE;
  return refuse (error, CITIZ_LEDGER_ERROR_LIMIT, height, "too many transactions for one block");
}

/* Runs @tx on @state, that of @ledger or a draft of it; when it fails, that is spoilt. */
static gboolean
run_one (const CitizLedger *ledger,
         CitizState *state,
         CitizTx *tx,
         const CitizHash keys[CITIZ_TX_KEYS],
         CitizTime time,
         CitizCheckFunc check,
         gpointer check_data,
         CitizChanges *changes,
         CitizLane *lane,
         GError **error)
{
  CitizRun run = {ledger, &ledger->chain_id, state, time, check, check_data, changes, lane, keys};

  return citiz_run_tx (&run, tx, error);
}

static void
append_one (CitizLedger *next, const CitizTx *tx, CitizChanges *changes)
{
  GBytes *bytes = citiz_tx_get_bytes (tx);
  CitizHash leaf;

  citiz_log_leaf (&leaf, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  citiz_log_append (&next->log, &leaf, changes->log_nodes);
}

/* Runs @txs on top of @next and appends them to its log. */
static gboolean
execute (CitizLedger *next,
         GPtrArray *txs,
         CitizTime time,
         CitizCheckFunc check,
         gpointer check_data,
         CitizChanges *changes,
         CitizLane *lane,
         GError **error)
{
  g_autofree CitizHash *keys = g_new (CitizHash, CITIZ_TX_KEYS * txs->len);

  for (guint i = 0; i < txs->len; i++)
    citiz_tx_keys (&keys[CITIZ_TX_KEYS * i], txs->pdata[i]);
  if (txs->len > 1)
    citiz_state_warm (next->state, keys, CITIZ_TX_KEYS * txs->len);
  for (guint i = 0; i < txs->len; i++)
    {
      CitizTx *tx = txs->pdata[i];

      if (!run_one (next, next->state, tx, &keys[CITIZ_TX_KEYS * i], time, check, check_data,
                    changes, lane, error))
        {
          g_prefix_error (error, "transaction %u (%s): ", i, citiz_tx_type_name (tx->type));
          return FALSE;
        }
      append_one (next, tx, changes);
    }
  return TRUE;
}

/* Signatures were checked when the transaction came. The rest is checked again: what a community asks for may have changed since. */
static gboolean
checked_before_cb (gpointer data,
                   CitizDomain domain,
                   const guint8 *bytes,
                   gsize n,
                   const CitizSignature *signature,
                   const CitizPublicKey *key)
{
  return TRUE;
}

/* What a draft was set to becomes @state's. @changes: from @first on; get their numbers */
static void
carry_over (CitizState *state, CitizChanges *changes, guint first)
{
  for (guint i = first; i < changes->objects->len; i++)
    {
      CitizChange *change = &g_array_index (changes->objects, CitizChange, i);

      change->number = citiz_state_set (state, &change->key, change->value);
    }
}

/* Runs one transaction on top of @next, or leaves it as it was. */
static gboolean
try_one (CitizLedger *next,
         CitizTx *tx,
         CitizTime time,
         CitizChanges *changes,
         CitizLane *lane,
         GError **error)
{
  const guint n_objects = changes->objects->len;
  const CitizLane lane_before = lane != NULL ? *lane : (CitizLane){0};
  g_autoptr (CitizState) draft = citiz_state_draft (next->state);
  CitizHash keys[CITIZ_TX_KEYS];
  gboolean good;

  citiz_tx_keys (keys, tx);
  good = run_one (next, draft, tx, keys, time, checked_before_cb, NULL, changes, lane, error);
  if (good)
    {
      carry_over (next->state, changes, n_objects);
      append_one (next, tx, changes);
      return TRUE;
    }
  g_array_set_size (changes->objects, n_objects);
  if (lane != NULL)
    *lane = lane_before;
  return FALSE;
}

/* Of @txs those that can be run one after the other and fit, on top of @next; what the rules refuse goes to @out_refused, what they
 * may take later to neither. */
static GPtrArray *
pick (CitizLedger *next,
      GPtrArray *txs,
      CitizTime time,
      CitizChanges *changes,
      GPtrArray *out_refused)
{
  GPtrArray *taken = g_ptr_array_new ();
  CitizLane lane = {0};
  gsize bytes = 0;

  for (guint i = 0; i < txs->len && taken->len < CITIZ_BLOCK_MAX_TX; i++)
    {
      const gsize size = g_bytes_get_size (citiz_tx_get_bytes (txs->pdata[i]));
      g_autoptr (GError) why = NULL;

      if (bytes + size > CITIZ_BLOCK_MAX_BYTES)
        break;
      if (try_one (next, txs->pdata[i], time, changes, &lane, &why))
        {
          bytes += size;
          g_ptr_array_add (taken, txs->pdata[i]);
        }
      else if (!g_error_matches (why, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_QUOTA))
        g_ptr_array_add (out_refused, txs->pdata[i]);
    }
  return taken;
}

/* The slots of each epoch are counted from 1. */
static guint64
parent_slot (const CitizLedger *ledger)
{
  return ledger->head.epoch == ledger->epoch ? ledger->head.slot : 0;
}

/* On a closing block only continuations stand, until the next epoch begins. */
static gboolean
is_closed (const CitizLedger *ledger)
{
  return ledger->head.flags != 0 && ledger->head.epoch == ledger->epoch;
}

/* Of the evidence in this block, in its order; zero if there is none. */
static void
evidence_root (CitizHash *out, GPtrArray *txs)
{
  CitizLog log = {0};

  for (guint i = 0; i < txs->len; i++)
    {
      const CitizTx *tx = txs->pdata[i];
      CitizHash leaf;

      if (tx->type != CITIZ_TX_EVIDENCE)
        continue;
      citiz_log_leaf (&leaf, tx->body.evidence.evidence, sizeof tx->body.evidence.evidence);
      citiz_log_append (&log, &leaf, NULL);
    }
  if (log.size > 0)
    citiz_log_root (&log, out);
}

/* The one header that follows from @next (executed), its parent and the choices of the proposer. */
static void
make_header (CitizBlockHeader *out,
             CitizLedger *next,
             guint64 slot,
             CitizTime time,
             GPtrArray *txs,
             const CitizPublicKey *proposer)
{
  CitizValidators after;

  *out = (CitizBlockHeader){
      .version = CITIZ_HEADER_VERSION,
      .protocol = CITIZ_PROTOCOL,
      .flags = is_closed (next) ? CITIZ_BLOCK_CONTINUATION : 0,
      .chain_id = next->chain_id,
      .epoch = next->epoch,
      .slot = slot,
      .height = next->head.height + 1,
      .parent = next->head_hash,
      .parent_slot = parent_slot (next),
      .time = time,
      .proposer = *proposer,
      .n_tx = txs->len,
      .log_size = next->log.size,
      .vs_hash = next->vs_hash,
      .next_vs_hash = is_closed (next) ? next->head.next_vs_hash : next->vs_hash,
  };
  citiz_log_root (&next->log, &out->log_root);
  evidence_root (&out->evidence_root, txs);
  if (is_closed (
          next)) /* a continuation changes nothing: also who looks back knows its state's root */
    {
      out->state_root = next->head.state_root;
      return;
    }
  citiz_state_root (next->state, &out->state_root);
  if (!citiz_state_get_validators (next->state, next->epoch + 1, &after))
    return;
  out->flags = CITIZ_BLOCK_CLOSING;
  citiz_validators_hash (&out->next_vs_hash, &after);
  citiz_snapshot_root (&next->log, next->state, &out->snapshot_root);
}

/* The block of @txs, which @ledger has executed and stands after. */
static CitizBlock *
make_block (CitizLedger *ledger,
            GPtrArray *txs,
            guint64 slot,
            CitizTime time,
            const CitizPublicKey *proposer)
{
  CitizBlockHeader header;
  CitizBlock *block;

  make_header (&header, ledger, slot, time, txs, proposer);
  block = citiz_block_new (&header);
  for (guint i = 0; i < txs->len; i++)
    g_ptr_array_add (block->txs, citiz_tx_ref (txs->pdata[i]));
  ledger->head = block->header;
  ledger->head_hash = block->hash;
  return block;
}

/**
 * citiz_ledger_build:
 * @txs: (element-type CitizTx): each valid in this order, or the whole block is refused
 * @time: later than the parent's
 * @changes: filled with what is new
 *
 * Returns: (transfer full) (nullable): the block of the next slot, unsigned; @ledger stands after it
 */
CitizBlock *
citiz_ledger_build (CitizLedger *ledger,
                    GPtrArray *txs,
                    CitizTime time,
                    const CitizPublicKey *proposer,
                    CitizChanges *changes,
                    GError **error)
{
  CitizLedger *mark = citiz_ledger_begin (ledger);
  CitizBlock *block = citiz_ledger_build_with (ledger, txs, time, proposer, citiz_check_now, NULL,
                                               changes, error);

  citiz_ledger_end (ledger, mark, block != NULL);
  return block;
}

/**
 * citiz_ledger_build_with:
 * @check: who checks the signatures, at once or later
 *
 * As citiz_ledger_build(), but @ledger is spoilt when this fails: citiz_ledger_begin().
 */
CitizBlock *
citiz_ledger_build_with (CitizLedger *ledger,
                         GPtrArray *txs,
                         CitizTime time,
                         const CitizPublicKey *proposer,
                         CitizCheckFunc check,
                         gpointer check_data,
                         CitizChanges *changes,
                         GError **error)
{
  const guint64 height = ledger->head.height + 1;
  CitizLane lane = {0};

  if (time.ms <= citiz_ledger_time (ledger).ms)
    {
      refuse (error, CITIZ_LEDGER_ERROR_TIME, height, "not later than its parent");
      return NULL;
    }
  if (is_closed (ledger) && txs->len > 0)
    {
      refuse (error, CITIZ_LEDGER_ERROR_EPOCH, height, "the epoch is closing");
      return NULL;
    }
  if (!check_size (txs, height, error)
      || !execute (ledger, txs, time, check, check_data, changes, &lane, error))
    return NULL;
  return make_block (ledger, txs, parent_slot (ledger) + 1, time, proposer);
}

/**
 * citiz_ledger_propose:
 * @txs: (element-type CitizTx): what waits, in the order to be tried; their signatures were checked by citiz_ledger_try()
 * @slot: later than the newest block's
 * @time: later than the newest block's
 * @changes: filled with what is new
 * @out_refused: (element-type CitizTx): those that the rules refuse here and now; those that did not fit are not among them
 *
 * Returns: (transfer full): the block of @slot with all that can be run, unsigned; @ledger stands after it. On a closing block: an empty
 *   continuation, whatever waits.
 */
CitizBlock *
citiz_ledger_propose (CitizLedger *ledger,
                      GPtrArray *txs,
                      guint64 slot,
                      CitizTime time,
                      const CitizPublicKey *proposer,
                      CitizChanges *changes,
                      GPtrArray *out_refused)
{
  g_autoptr (GPtrArray) taken = NULL;

  g_return_val_if_fail (slot > parent_slot (ledger), NULL);
  g_return_val_if_fail (time.ms > citiz_ledger_time (ledger).ms, NULL);
  taken = is_closed (ledger) ? g_ptr_array_new () : pick (ledger, txs, time, changes, out_refused);
  return make_block (ledger, taken, slot, time, proposer);
}

/**
 * citiz_ledger_try:
 * @txs: (element-type CitizTx): those before the last were tried already
 * @check: called for the last one's signatures; %NULL: verified at once
 *
 * Whether the last of @txs could follow the others in a block at @time. @ledger stays.
 */
gboolean
citiz_ledger_try (const CitizLedger *ledger,
                  GPtrArray *txs,
                  CitizTime time,
                  CitizCheckFunc check,
                  gpointer check_data,
                  GError **error)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (CitizState) draft = citiz_state_draft (ledger->state);
  gboolean good = TRUE;

  if (check == NULL)
    check = citiz_check_now;
  for (guint i = 0; good && i < txs->len; i++)
    {
      CitizHash keys[CITIZ_TX_KEYS];

      citiz_tx_keys (keys, txs->pdata[i]);
      good = run_one (ledger, draft, txs->pdata[i], keys, time, i + 1 < txs->len ? NULL : check,
                      check_data, changes, NULL, error);
    }
  return good;
}

/**
 * citiz_ledger_sift:
 * @txs: (element-type CitizTx): tried before, so that their signatures need no check
 * @out_refused: (element-type CitizTx): those that could not follow one another in a block at @time. @ledger stays.
 * @out_later: (element-type CitizTx): those for which today's number is used up
 */
void
citiz_ledger_sift (const CitizLedger *ledger,
                   GPtrArray *txs,
                   CitizTime time,
                   GPtrArray *out_refused,
                   GPtrArray *out_later)
{
  g_autoptr (CitizLedger) next = citiz_ledger_fork (ledger);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();

  for (guint i = 0; i < txs->len; i++)
    {
      g_autoptr (GError) why = NULL;

      if (try_one (next, txs->pdata[i], time, changes, NULL, &why))
        continue;
      g_ptr_array_add (g_error_matches (why, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_QUOTA)
                           ? out_later
                           : out_refused,
                       txs->pdata[i]);
    }
}

/* What can be said before any transaction is run. */
static gboolean
check_place (const CitizLedger *ledger, const CitizBlock *block, CitizTime now, GError **error)
{
  const CitizBlockHeader *header = &block->header;

  if (!citiz_hash_equal (&header->chain_id, &ledger->chain_id) || header->epoch != ledger->epoch
      || !citiz_hash_equal (&header->vs_hash, &ledger->vs_hash))
    return refuse (error, CITIZ_LEDGER_ERROR_CHAIN, header->height, "of another chain or epoch");
  if (header->height != ledger->head.height + 1 || header->parent_slot != parent_slot (ledger)
      || header->slot <= header->parent_slot
      || !citiz_hash_equal (&header->parent, &ledger->head_hash))
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, header->height, "does not follow its parent");
  if (header->time.ms <= citiz_ledger_time (ledger).ms)
    return refuse (error, CITIZ_LEDGER_ERROR_TIME, header->height, "not later than its parent");
  if (header->time.ms > now.ms + CITIZ_BLOCK_MAX_AHEAD)
    return refuse (error, CITIZ_LEDGER_ERROR_TIME, header->height, "ahead of this clock");
  if (citiz_validators_find (&ledger->validators, &header->proposer) < 0)
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, header->height, "its proposer is no validator");
  if (is_closed (ledger) && (header->flags != CITIZ_BLOCK_CONTINUATION || header->n_tx != 0))
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, header->height,
                   "something on top of a closing block");
  if (header->n_tx != block->txs->len)
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, header->height,
                   "not as many transactions as it says");
  return check_size (block->txs, header->height, error);
}

static gboolean
check_one_cert (const CitizLedger *ledger,
                const CitizBlock *block,
                const CitizCert *cert,
                CitizVoteKind kind,
                guint64 slot,
                const CitizHash *hash,
                CitizCheckFunc check,
                gpointer check_data,
                GError **error)
{
  if (cert->kind != kind || cert->slot != slot || !citiz_hash_equal (&cert->hash, hash))
    return refuse (error, CITIZ_LEDGER_ERROR_CERT, block->header.height,
                   "a certificate about something else");
  if (citiz_cert_check (cert, &ledger->chain_id, ledger->epoch, &ledger->vs_hash,
                        &ledger->validators, check, check_data, error))
    return TRUE;
  g_prefix_error (error, "block %" G_GUINT64_FORMAT ": ", block->header.height);
  return FALSE;
}

/* Those that are there; a candidate has none yet. */
static gboolean
check_certs (const CitizLedger *ledger,
             const CitizBlock *block,
             CitizCheckFunc check,
             gpointer check_data,
             GError **error)
{
  static const CitizHash nothing;
  const CitizBlockHeader *header = &block->header;
  const CitizJustification *justification = block->justification;

  if (justification != NULL)
    {
      if (justification->skips->len != header->slot - header->parent_slot - 1)
        return refuse (error, CITIZ_LEDGER_ERROR_CERT, header->height,
                       "a slot was skipped without a certificate");
      if (!check_one_cert (ledger, block, &justification->notar, CITIZ_VOTE_NOTAR, header->slot,
                           &block->hash, check, check_data, error))
        return FALSE;
      for (guint i = 0; i < justification->skips->len; i++)
        if (!check_one_cert (ledger, block, justification->skips->pdata[i], CITIZ_VOTE_SKIP,
                             header->parent_slot + 1 + i, &nothing, check, check_data, error))
          return FALSE;
    }
  return block->final == NULL
         || check_one_cert (ledger, block, block->final, CITIZ_VOTE_FINAL, header->slot,
                            &block->hash, check, check_data, error);
}

/* What the transactions led to here, and what the block says. */
static gboolean
check_header (const CitizBlockHeader *ours, const CitizBlockHeader *header, GError **error)
{
  guint8 a[CITIZ_HEADER_SIZE];
  guint8 b[CITIZ_HEADER_SIZE];

  if (!citiz_hash_equal (&ours->log_root, &header->log_root))
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, ours->height, "its log root is not ours");
  if (!citiz_hash_equal (&ours->state_root, &header->state_root))
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, ours->height, "its state root is not ours");
  citiz_block_header_encode (ours, a);
  citiz_block_header_encode (header, b);
  return memcmp (a, b, sizeof a) == 0
         || refuse (error, CITIZ_LEDGER_ERROR_BLOCK, ours->height, "its header is not ours");
}

/* The first block of an epoch that a closing block began brings the ledger there by itself. */
static gboolean
enter_epoch (CitizLedger *ledger, const CitizBlockHeader *header, GError **error)
{
  CitizValidators next;

  if (ledger->head.flags != CITIZ_BLOCK_CLOSING || ledger->head.epoch != ledger->epoch
      || header->epoch != ledger->epoch + 1)
    return TRUE;
  if (citiz_state_get_validators (ledger->state, header->epoch, &next))
    return citiz_ledger_begin_epoch (ledger, &next, FALSE, error);
  return refuse (error, CITIZ_LEDGER_ERROR_DAMAGED, header->height,
                 "the state does not name its validators");
}

/* What stands before a block's transactions: its epoch, its place, its certificates. */
static gboolean
enter_block (CitizLedger *ledger,
             const CitizBlock *block,
             CitizTime now,
             CitizCheckFunc check,
             gpointer check_data,
             GError **error)
{
  return enter_epoch (ledger, &block->header, error) && check_place (ledger, block, now, error)
         && check_certs (ledger, block, check, check_data, error);
}

/**
 * citiz_ledger_advance:
 *
 * As citiz_ledger_apply(), for one that nobody needs when this fails: then it is spoilt. Block after block on the same ledger copies nothing.
 */
gboolean
citiz_ledger_advance (CitizLedger *ledger,
                      const CitizBlock *block,
                      CitizTime now,
                      CitizLevel level,
                      CitizCheckFunc check,
                      gpointer check_data,
                      CitizChanges *changes,
                      GError **error)
{
  CitizLane lane = {0};
  CitizBlockHeader expected;

  g_return_val_if_fail (level != CITIZ_LEVEL_LIGHT, FALSE);
  if (level == CITIZ_LEVEL_STRUCTURAL)
    check = NULL;
  else if (check == NULL)
    check = citiz_check_now;

  if (!enter_block (ledger, block, now, check, check_data, error))
    return FALSE;
  if (!execute (ledger, block->txs, block->header.time, check, check_data, changes, &lane, error))
    {
      g_prefix_error (error, "block %" G_GUINT64_FORMAT ", ", block->header.height);
      return FALSE;
    }
  make_header (&expected, ledger, block->header.slot, block->header.time, block->txs,
               &block->header.proposer);
  if (!check_header (&expected, &block->header, error))
    return FALSE;
  ledger->head = block->header;
  ledger->head_hash = block->hash;
  return TRUE;
}

/* Signatures, without what they allow *******************************************/

/**
 * citiz_ledger_look_back:
 * @later: of the same chain, not behind @ledger
 *
 * From now on @ledger can only be taken forward with citiz_ledger_retrace(): what its state holds is what @later's does.
 */
void
citiz_ledger_look_back (CitizLedger *ledger, const CitizLedger *later)
{
  citiz_state_free (ledger->state);
  ledger->state = citiz_state_fork (later->state);
}

static gboolean
get_signer (const CitizState *later, const CitizHash *where, const CitizTx *tx, CitizPublicKey *out)
{
  GBytes *value;
  CitizAccount account;

  if (tx->type == CITIZ_TX_ACCT_REGISTER)
    {
      *out = tx->body.reg.keys[0].key;
      return tx->key_index == 0;
    }
  value = citiz_state_get (later, where);
  if (value == NULL || !citiz_account_decode (value, &account, NULL)
      || tx->key_index >= account.n_keys)
    return FALSE;
  *out = account.keys[tx->key_index].key.key;
  return TRUE;
}

/**
 * citiz_ledger_get_signer:
 * @later: the ledger after the block of @tx, or any later one
 *
 * The key that has to have signed a transaction that was executed. A registration brings it; an account's keys keep their places for good, also
 * those that were revoked since, so the places they have later are those they had then.
 */
gboolean
citiz_ledger_get_signer (const CitizLedger *later, const CitizTx *tx, CitizPublicKey *out)
{
  CitizHash keys[CITIZ_TX_KEYS];

  if (tx->type != CITIZ_TX_ACCT_REGISTER)
    citiz_tx_keys (keys, tx);
  return get_signer (later->state, &keys[0], tx, out);
}

static gint
compare_owed (gconstpointer a, gconstpointer b)
{
  const CitizOwed *x = a;
  const CitizOwed *y = b;

  return x->number < y->number ? -1 : x->number > y->number;
}

static gboolean
has_worked (CitizTx *tx, guint64 number, const GArray *owed)
{
  const CitizOwed asked = {number, 0};
  guint at;

  return tx->sponsored || !g_array_binary_search ((GArray *) owed, &asked, compare_owed, &at)
         || citiz_tx_worked (tx, g_array_index (owed, CitizOwed, at).bits);
}

/* The signatures under one transaction, and its work. */
static gboolean
recheck_one (const CitizLedger *ledger,
             CitizTx *tx,
             const CitizHash *where,
             const GArray *owed,
             CitizCheckFunc check,
             gpointer check_data,
             GError **error)
{
  const guint64 height = ledger->head.height + 1;
  CitizPublicKey key;
  gsize n_tbs, n_vouched;
  const guint8 *tbs = citiz_tx_get_tbs (tx, &n_tbs);
  const guint8 *vouched = citiz_tx_get_vouched (tx, &n_vouched);

  if (!get_signer (ledger->state, where, tx, &key))
    return refuse (error, CITIZ_LEDGER_ERROR_ACCOUNT, height, "nobody has the key that signed");
  if (!check (check_data, CITIZ_DOMAIN_SIGN_TX, tbs, n_tbs, &tx->signature, &key))
    return refuse (error, CITIZ_LEDGER_ERROR_SIGNATURE, height, "the signature is false");
  if (tx->sponsored
      && !check (check_data, CITIZ_DOMAIN_SIGN_SPONSOR, vouched, n_vouched, &tx->sponsor_signature,
                 &tx->sponsor))
    return refuse (error, CITIZ_LEDGER_ERROR_SPONSOR, height, "the sponsor has not signed");
  return has_worked (tx, ledger->log.size, owed)
         || refuse (error, CITIZ_LEDGER_ERROR_WORK, height, "it shows no work");
}

static gboolean
recheck (CitizLedger *ledger,
         GPtrArray *txs,
         const GArray *owed,
         CitizCheckFunc check,
         gpointer check_data,
         CitizChanges *changes,
         GError **error)
{
  g_autofree CitizHash *keys = g_new (CitizHash, txs->len + CITIZ_TX_KEYS);
  guint n = 0;

  for (guint i = 0; i < txs->len && check != NULL; i++)
    if (((const CitizTx *) txs->pdata[i])->type != CITIZ_TX_ACCT_REGISTER)
      citiz_tx_keys (&keys[n++], txs->pdata[i]); /* the first of them is kept */
  citiz_state_warm (ledger->state, keys, n);
  n = 0;
  for (guint i = 0; i < txs->len; i++)
    {
      CitizTx *tx = txs->pdata[i];
      const CitizHash *where = &keys[tx->type != CITIZ_TX_ACCT_REGISTER ? n++ : 0];

      if (check != NULL && !recheck_one (ledger, tx, where, owed, check, check_data, error))
        return FALSE;
      append_one (ledger, tx, changes);
    }
  return TRUE;
}

/**
 * citiz_ledger_retrace:
 * @ledger: after the block before; citiz_ledger_look_back() has been called
 * @owed: (element-type CitizOwed): ascending, what executing it left owing
 * @check: (nullable): takes every signature, may answer later; %NULL: they were good before
 *
 * For a block that was executed, with every root, on the way to the state that @ledger looks back from: every signature of it and its certificates,
 * with the keys of that state; and that its transactions are, byte for byte, those that its header names. What the transactions do
 * is not run again. Whether it is that block says the hash of the last one, which all headers lead up to.
 */
gboolean
citiz_ledger_retrace (CitizLedger *ledger,
                      const CitizBlock *block,
                      CitizTime now,
                      const GArray *owed,
                      CitizCheckFunc check,
                      gpointer check_data,
                      CitizChanges *changes,
                      GError **error)
{
  CitizHash root;

  if (!enter_block (ledger, block, now, check, check_data, error)
      || !recheck (ledger, block->txs, owed, check, check_data, changes, error))
    return FALSE;
  citiz_log_root (&ledger->log, &root);
  if (ledger->log.size != block->header.log_size
      || !citiz_hash_equal (&root, &block->header.log_root))
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, block->header.height,
                   "its log root is not ours");
  ledger->head = block->header;
  ledger->head_hash = block->hash;
  return TRUE;
}

/**
 * citiz_ledger_apply:
 * @now: the clock of who checks; a block may be %CITIZ_BLOCK_MAX_AHEAD ahead of it
 * @level: %CITIZ_LEVEL_STRUCTURAL recomputes, %CITIZ_LEVEL_FULL checks signatures too
 * @check: (nullable): who checks them at %CITIZ_LEVEL_FULL; %NULL: at once, here
 * @changes: filled with what is new
 *
 * Rule R9 (VALID) and the certificates that stand with the block. @ledger stands after it, or where it was if this fails.
 */
gboolean
citiz_ledger_apply (CitizLedger *ledger,
                    const CitizBlock *block,
                    CitizTime now,
                    CitizLevel level,
                    CitizCheckFunc check,
                    gpointer check_data,
                    CitizChanges *changes,
                    GError **error)
{
  CitizLedger *mark = citiz_ledger_begin (ledger);
  const gboolean good
      = citiz_ledger_advance (ledger, block, now, level, check, check_data, changes, error);

  citiz_ledger_end (ledger, mark, good);
  return good;
}
