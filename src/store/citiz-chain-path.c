/* The chain on disk: proofs, and the way of one transaction. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"

#include <string.h>

void
citiz_tx_path_clear (CitizTxPath *path)
{
  citiz_tx_info_clear (&path->info);
}

static gboolean
read_final (CitizChain *chain, guint64 height, CitizCert *out, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  const guint8 *view;
  gboolean row;
  gsize n;

  if (!citiz_db_prepare (chain->db, "SELECT final FROM chain_block WHERE height = ?1", &stmt,
                         error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) height);
  if (!citiz_stmt_next (stmt, &row, error))
    return FALSE;
  if (!row)
    return citiz_chain_damaged (error, height, "it is missing");
  view = citiz_stmt_view (stmt, 0, &n);
  if (!citiz_cert_decode (view, n, out, NULL))
    return citiz_chain_damaged (error, height, "its certificate cannot be read");
  return TRUE;
}

/**
 * citiz_chain_inclusion:
 * @out_header: the newest header
 * @out_final: its certificate
 * @out: that the transaction is in its log
 *
 * All that somebody else needs, beside the genesis and the transaction, to believe that it happened (#CitizLight).
 */
gboolean
citiz_chain_inclusion (CitizChain *chain,
                       const CitizHash *id,
                       CitizBlockHeader *out_header,
                       CitizCert *out_final,
                       CitizLogProof *out,
                       GError **error)
{
  CitizChainHead head;
  CitizTxInfo info;
  gboolean ok;

  if (!citiz_chain_find_tx (chain, id, &info, error))
    return FALSE;
  ok = citiz_chain_read_head (chain, &head, error)
       && read_final (chain, head.header.height, out_final, error);
  if (ok
      && !citiz_log_prove_inclusion (out, info.log_index, head.header.log_size,
                                     citiz_chain_read_log, chain))
    ok = citiz_chain_damaged (error, info.height, "a part of the log is missing");
  *out_header = head.header;
  citiz_tx_info_clear (&info);
  return ok;
}

static gboolean
is_signed (CitizChain *chain, const CitizTx *tx)
{
  CitizAccount account;

  return citiz_chain_get_account (chain, &tx->account, &account) && tx->key_index < account.n_keys
         && citiz_tx_verify (tx, &account.keys[tx->key_index].key.key);
}

static gboolean
is_in_block (CitizChain *chain, const CitizTxInfo *info, const CitizHash *leaf)
{
  g_autoptr (GPtrArray) blocks = citiz_chain_blocks (chain, info->height, 1, NULL);
  const CitizBlockInfo *block;
  CitizLogProof proof;

  if (blocks == NULL || blocks->len == 0)
    return FALSE;
  block = blocks->pdata[0];
  return block->height == info->height && info->index < block->n_tx
         && citiz_log_prove_inclusion (&proof, info->log_index, block->log_size,
                                       citiz_chain_read_log, chain)
         && citiz_log_verify_inclusion (&proof, leaf, &block->log_root);
}

static void
step (CitizTxPath *path, CitizStep which, gboolean done, CitizTime when)
{
  path->done[which] = done;
  path->when[which] = done ? when : (CitizTime){0};
}

/**
 * citiz_chain_path:
 * @out: cleared by the caller with citiz_tx_path_clear()
 *
 * Follows one transaction from its entry to the quorum that made it final, checking each step now.
 *
 * Returns: %FALSE only if the transaction is not on the chain or the file cannot be read; a step that does not hold is told in
 * @out
 */
gboolean
citiz_chain_path (CitizChain *chain, const CitizHash *id, CitizTxPath *out, GError **error)
{
  g_autofree CitizCert *final = g_new0 (CitizCert, 1);
  const CitizTime now = citiz_env_now (chain->env);
  CitizLight light;
  CitizHash leaf;
  GBytes *bytes;
  gboolean verified;

  memset (out, 0, sizeof *out);
  if (!citiz_chain_find_tx (chain, id, &out->info, error))
    return FALSE;
  if (!citiz_chain_inclusion (chain, id, &out->header, final, &out->proof, error))
    {
      citiz_tx_path_clear (out);
      return FALSE;
    }

  bytes = citiz_tx_get_bytes (out->info.tx);
  citiz_log_leaf (&leaf, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  citiz_light_init (&light, &chain->genesis);
  verified = citiz_light_advance (&light, &out->header, final, NULL);
  out->n_votes = final->n_signatures;
  out->n_validators = light.validators.n;

  step (out, CITIZ_STEP_ENTERED, TRUE, out->info.entered);
  step (out, CITIZ_STEP_SIGNED, is_signed (chain, out->info.tx), out->info.entered);
  step (out, CITIZ_STEP_BLOCK, is_in_block (chain, &out->info, &leaf), out->info.time);
  step (out, CITIZ_STEP_LOG,
        out->proof.index == out->info.log_index
            && citiz_log_verify_inclusion (&out->proof, &leaf, &out->header.log_root),
        now);
  step (out, CITIZ_STEP_VERIFIED, verified, now);
  return TRUE;
}
