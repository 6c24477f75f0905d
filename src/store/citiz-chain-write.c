/* The chain on disk: making transactions and blocks. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"
#include "store/citiz-check-pool.h"

#include <string.h>

/* The next free nonce of a key, transactions that wait in @txs counted in. */
static guint64
next_nonce (CitizChain *chain, GPtrArray *txs, const CitizHash *account, guint16 key_index)
{
  CitizAccount known;
  guint64 next = 0;

  if (citiz_chain_get_account (chain, account, &known) && key_index < known.n_keys)
    next = known.keys[key_index].next;
  for (guint i = 0; i < txs->len; i++)
    {
      const CitizTx *tx = txs->pdata[i];
      if (tx->key_index == key_index && citiz_hash_equal (&tx->account, account))
        next = MAX (next, tx->nonce + 1);
    }
  return next;
}

/**
 * citiz_chain_add:
 * @txs: (element-type CitizTx): those that will be submitted together
 *
 * Signs a transaction for this chain and appends it.
 */
void
citiz_chain_add (CitizChain *chain,
                 GPtrArray *txs,
                 CitizTxType type,
                 const CitizHash *account,
                 guint16 key_index,
                 const CitizTxBody *body,
                 const CitizSigningKey *key)
{
  CitizTx *tx = citiz_tx_new (type);

  tx->chain_id = chain->chain_id;
  tx->account = *account;
  tx->key_index = key_index;
  tx->nonce = next_nonce (chain, txs, account, key_index);
  tx->valid_until.ms = citiz_chain_time (chain).ms + CITIZ_HOUR;
  tx->body = *body;
  citiz_tx_sign (tx, key);
  g_ptr_array_add (txs, tx);
}

void
citiz_chain_add_register (CitizChain *chain,
                          GPtrArray *txs,
                          const CitizSigningKey *device,
                          const CitizPublicKey *recovery,
                          CitizHash *out_account)
{
  CitizTxBody body = {0};
  CitizAccount known;

  body.reg.keys[body.reg.n_keys++] = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519,
                                                       *citiz_signing_key_get_public (device)};
  if (recovery != NULL)
    body.reg.keys[body.reg.n_keys++]
        = (CitizAccountKey){CITIZ_KEY_ROLE_RECOVERY, CITIZ_ALG_ED25519, *recovery};
  citiz_tx_register_account_id (out_account, &body.reg);
  if (!citiz_chain_get_account (chain, out_account, &known))
    citiz_chain_add (chain, txs, CITIZ_TX_ACCT_REGISTER, out_account, 0, &body, device);
}

/* Signs a statement about a slot into the journal, which refuses a second one of the same kind. */
static gboolean
vote (CitizChain *chain,
      CitizVoteKind kind,
      const CitizBlock *block,
      CitizVote *out,
      GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GBytes) bytes = NULL;

  *out = (CitizVote){.kind = kind, .slot = block->header.slot, .hash = block->hash};
  citiz_vote_sign (out, &chain->chain_id, &chain->vs_hash, chain->epoch_key);
  bytes = citiz_vote_encode (out);
  if (!citiz_db_prepare (
          chain->db, "INSERT INTO chain_journal (epoch, slot, kind, vote) VALUES (0, ?1, ?2, ?3)",
          &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) out->slot);
  citiz_stmt_bind_int (stmt, 2, out->kind);
  citiz_stmt_bind_gbytes (stmt, 3, bytes);
  return citiz_stmt_run (stmt, error);
}

/* Rules R0, R2, R4, R5 for a quorum of one: candidate, NOTAR, FINAL, each in the journal before anything is said. */
static gboolean
certify (CitizChain *chain, CitizBlock *block, GError **error)
{
  g_autofree CitizCert *notar = g_new (CitizCert, 1);
  CitizVote candidate;
  CitizVote first;
  CitizVote last;

  if (!vote (chain, CITIZ_VOTE_CAND, block, &candidate, error)
      || !vote (chain, CITIZ_VOTE_NOTAR, block, &first, error)
      || !vote (chain, CITIZ_VOTE_FINAL, block, &last, error))
    return FALSE;
  citiz_cert_from_votes (notar, &first, 1);
  block->justification = citiz_justification_new (notar);
  block->final = g_new (CitizCert, 1);
  citiz_cert_from_votes (block->final, &last, 1);
  return TRUE;
}

static gboolean
write_block (CitizChain *chain, const CitizBlock *block, GError **error)
{
  g_autoptr (GBytes) justification = citiz_justification_encode (block->justification);
  g_autoptr (GBytes) final
      = block->final ? citiz_cert_encode (block->final) : g_bytes_new_static ("", 0);
  g_autoptr (CitizStmt) stmt = NULL;
  guint8 header[CITIZ_HEADER_SIZE];

  if (!citiz_db_prepare (chain->db,
                         "INSERT INTO chain_block "
                         "(height, hash, header, justification, final, first, entered) "
                         "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                         &stmt, error))
    return FALSE;
  citiz_block_header_encode (&block->header, header);
  citiz_stmt_bind_int (stmt, 1, (gint64) block->header.height);
  citiz_stmt_bind_hash (stmt, 2, &block->hash);
  citiz_stmt_bind_bytes (stmt, 3, header, sizeof header);
  citiz_stmt_bind_gbytes (stmt, 4, justification);
  citiz_stmt_bind_gbytes (stmt, 5, final);
  citiz_stmt_bind_int (stmt, 6, (gint64) (block->header.log_size - block->header.n_tx));
  citiz_stmt_bind_int (stmt, 7, citiz_env_now (chain->env).ms);
  return citiz_stmt_run (stmt, error);
}

/* @data: block */
static void
bind_tx (CitizStmt *stmt, gint first, gconstpointer data, guint i)
{
  const CitizBlock *block = data;
  const CitizTx *tx = block->txs->pdata[i];
  const CitizId *grant = citiz_tx_body_grant (tx->type, &tx->body);
  gsize n;
  const guint8 *view = g_bytes_get_data (citiz_tx_get_bytes (tx), &n);

  citiz_stmt_bind_int (stmt, first, (gint64) (block->header.log_size - block->txs->len + i));
  if (grant != NULL)
    citiz_stmt_bind_id (stmt, first + 1, grant);
  else
    citiz_stmt_bind_text (stmt, first + 1, NULL);
  citiz_stmt_bind_view (stmt, first + 2, view, n);
}

static gboolean
write_txs (CitizChain *chain, const CitizBlock *block, GError **error)
{
  static const CitizDbInsert insert
      = CITIZ_DB_INSERT ("INSERT INTO chain_tx (number, grant_id, bytes) VALUES ", "(?, ?, ?)", "");

  return citiz_db_insert (chain->db, &insert, 3, bind_tx, block, block->txs->len, error);
}

/* A final block and everything that follows from it, in the transaction that is open. */
gboolean
citiz_chain_write_block (CitizChain *chain,
                         const CitizBlock *block,
                         const CitizChanges *changes,
                         GError **error)
{
  return write_block (chain, block, error) && write_txs (chain, block, error)
         && citiz_chain_write_names (chain, block, error)
         && citiz_chain_write_derived (chain, changes, error);
}

static gboolean
write_all (CitizChain *chain, CitizBlock *block, const CitizChanges *changes, GError **error)
{
  const gboolean many = block->txs->len >= CITIZ_CHAIN_MANY;

  citiz_check_pool_flush (chain->pool);
  if (many)
    citiz_db_use_pause (chain->db);
  if (!citiz_db_begin (chain->db, error))
    return FALSE;
  if (certify (chain, block, error) && citiz_chain_write_block (chain, block, changes, error)
      && (!many || citiz_db_write_ahead (chain->db, error))
      && citiz_chain_finish_pool (chain, error))
    return citiz_db_commit (chain->db, error);
  citiz_db_rollback (chain->db);
  return FALSE;
}

/* Other threads check the signatures while the block is made and written. A refusal by the rules touches no table of a caller's open transaction, which can go on: there nothing is
 * written before they are done. */
static gboolean
append (CitizChain *chain, GPtrArray *txs, CitizBlockInfo *out, GError **error)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  CitizLedger *ledger, *mark;
  g_autoptr (CitizBlock) block = NULL;
  CitizChainHead head;
  CitizTime time;
  gboolean good;

  time = citiz_chain_time_after (chain, citiz_ledger_time (chain->ledger));
  time.ms = MAX (time.ms, citiz_ledger_time (chain->ledger).ms + 1);
  ledger = g_steal_pointer (&chain->ledger); /* it is nobody's until this is done */
  mark = citiz_ledger_begin (ledger);
  block
      = citiz_ledger_build_with (ledger, txs, time, citiz_chain_node (chain),
                                 citiz_check_pool_later, citiz_chain_pool (chain), changes, error);
  good = block != NULL
         && (citiz_db_get_depth (chain->db) == 0 || citiz_chain_finish_pool (chain, error))
         && write_all (chain, block, changes, error);
  citiz_ledger_end (ledger, mark, good);
  g_clear_pointer (&chain->ledger, citiz_ledger_free);
  chain->ledger = ledger;
  if (!good)
    {
      g_clear_pointer (&chain->pool, citiz_check_pool_free); /* with what nobody has waited for */
      return FALSE;
    }
  chain->stamp = citiz_db_stamp (chain->db);
  head = (CitizChainHead){block->header, block->hash};
  citiz_chain_block_info (out, &head);
  return TRUE;
}

/* On the chain is only what has spent its nonce: the ledger in memory knows. */
static gboolean
may_be_known (const CitizLedger *ledger, const CitizTx *tx)
{
  CitizAccount account;

  return citiz_ledger_get_account (ledger, &tx->account, &account)
         && (tx->key_index >= account.n_keys
             || (tx->nonce < account.keys[tx->key_index].next
                 && !citiz_nonce_is_free (&account.keys[tx->key_index], tx->nonce)));
}

/* Those of @txs that are not on the chain; of the others, @out is the newest block. */
static gboolean
leave_known (CitizChain *chain,
             GPtrArray *txs,
             GPtrArray *out_new,
             CitizBlockInfo *out,
             GError **error)
{
  if (!citiz_chain_need_ledger (chain, error))
    return FALSE;
  for (guint i = 0; i < txs->len; i++)
    {
      g_autoptr (GError) why = NULL;
      g_autoptr (GPtrArray) blocks = NULL;
      CitizTxInfo info;

      if (!may_be_known (chain->ledger, txs->pdata[i]))
        g_ptr_array_add (out_new, txs->pdata[i]);
      else if (citiz_chain_find_tx (chain, citiz_tx_get_id (txs->pdata[i]), &info, &why))
        {
          blocks = citiz_chain_blocks (chain, info.height, 1, error);
          citiz_tx_info_clear (&info);
          if (blocks == NULL)
            return FALSE;
          if (blocks->len == 1 && info.height >= out->height)
            *out = *(const CitizBlockInfo *) blocks->pdata[0];
        }
      else if (g_error_matches (why, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND))
        g_ptr_array_add (out_new, txs->pdata[i]);
      else
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * citiz_chain_submit:
 * @txs: (element-type CitizTx): all go into one block, or none
 * @out: (out) (optional): the block
 *
 * Makes a block of @txs, signs it and writes it with its journal, log and state in one SQLite transaction. When that is the
 * caller's own, still open one, the block is final when the caller commits, and never was when the caller rolls back; nothing may be told
 * before. Transactions that are on the chain already are left out: submitting twice does no harm and gives the same answer.
 */
gboolean
citiz_chain_submit (CitizChain *chain, GPtrArray *txs, CitizBlockInfo *out, GError **error)
{
  g_autoptr (GPtrArray) fresh = g_ptr_array_new ();
  CitizBlockInfo known = {0};

  if (!leave_known (chain, txs, fresh, &known, error))
    return FALSE;
  if (fresh->len > 0 && chain->epoch_key == NULL)
    {
      g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_KEY,
                   "the vote journal does not hold a key this node may sign with");
      return FALSE;
    }
  if (fresh->len > 0 && !append (chain, fresh, &known, error))
    return FALSE;
  if (out != NULL)
    *out = known;
  return TRUE;
}
