/* The chain on disk: proofs, and the way of one transaction. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"

#include <string.h>

void
citiz_tx_path_clear (CitizTxPath *path)
{
  citiz_tx_info_clear (&path->info);
}

/* The newest block with a Final certificate of its own: the newest of all, but for a moment at the end of an epoch. */
static gboolean
read_final (CitizChain *chain, CitizChainHead *head, CitizCert *out, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  const guint8 *view;
  gboolean row;
  gsize n;

  if (!citiz_db_prepare (chain->db,
                         "SELECT height, hash, header, final FROM chain_block "
                         "WHERE length (final) > 0 ORDER BY height DESC LIMIT 1",
                         &stmt, error)
      || !citiz_stmt_next (stmt, &row, error))
    return FALSE;
  if (!row)
    return citiz_chain_damaged (error, 0, "it is missing");
  if (!citiz_chain_read_block_row (stmt, head, error))
    return FALSE;
  view = citiz_stmt_view (stmt, 3, &n);
  if (!citiz_cert_decode (view, n, out, NULL))
    return citiz_chain_damaged (error, head->header.height, "its certificate cannot be read");
  return TRUE;
}

static gboolean
none_yet (GError **error)
{
  g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND, "no proof yet");
  return FALSE;
}

/**
 * citiz_chain_inclusion:
 * @info: a transaction of the chain (citiz_chain_find_tx())
 * @out_header: the newest header
 * @out_final: its certificate
 * @out: that the transaction is in its log
 *
 * All that somebody else needs, beside the validators of that epoch and the transaction, to believe that it happened (#CitizLight).
 *
 * Returns: %FALSE with %CITIZ_STORE_ERROR_NOT_FOUND for a moment at the end of an epoch, until the next one's first block, and for what
 *   is older than a snapshot while history is missing
 */
gboolean
citiz_chain_inclusion (CitizChain *chain,
                       const CitizTxInfo *info,
                       CitizBlockHeader *out_header,
                       CitizCert *out_final,
                       CitizLogProof *out,
                       GError **error)
{
  CitizChainHead head;

  if (!read_final (chain, &head, out_final, error))
    return FALSE;
  *out_header = head.header;
  if (info->log_index >= head.header.log_size)
    return none_yet (error);
  return citiz_log_prove_inclusion (out, info->log_index, head.header.log_size,
                                    citiz_chain_read_log, chain)
         || (chain->base != NULL
                 ? none_yet (error)
                 : citiz_chain_damaged (error, info->height, "a part of the log is missing"));
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

/* Who holds the genesis alone goes from epoch to epoch up to @header. */
static gboolean
verify_light (CitizChain *chain,
              const CitizBlockHeader *header,
              const CitizCert *final,
              guint *out_validators)
{
  CitizLight light;
  gboolean good = TRUE;

  citiz_light_init (&light, &chain->genesis);
  while (good && light.epoch < header->epoch)
    {
      const CitizRefound *refound = citiz_chain_refound_of (chain, light.epoch);
      g_autoptr (CitizClosing) closing
          = refound == NULL ? citiz_chain_closing (chain, light.epoch, NULL) : NULL;

      good = refound != NULL ? citiz_light_refound (&light, refound, NULL)
                             : closing != NULL && citiz_light_close (&light, closing, NULL);
    }
  *out_validators = light.validators.n;
  return good && citiz_light_advance (&light, header, final, NULL);
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
  CitizHash leaf;
  GBytes *bytes;
  gboolean verified;

  memset (out, 0, sizeof *out);
  if (!citiz_chain_find_tx (chain, id, &out->info, error))
    return FALSE;
  if (!citiz_chain_inclusion (chain, &out->info, &out->header, final, &out->proof, error))
    {
      citiz_tx_path_clear (out);
      return FALSE;
    }

  bytes = citiz_tx_get_bytes (out->info.tx);
  citiz_log_leaf (&leaf, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  verified = verify_light (chain, &out->header, final, &out->n_validators);
  out->n_votes = final->n_signatures;

  step (out, CITIZ_STEP_ENTERED, TRUE, out->info.entered);
  step (out, CITIZ_STEP_SIGNED, is_signed (chain, out->info.tx), out->info.entered);
  step (out, CITIZ_STEP_BLOCK, is_in_block (chain, &out->info, &leaf), out->info.time);
  step (out, CITIZ_STEP_LOG,
        out->proof.index == out->info.log_index
            && citiz_log_verify_inclusion (&out->proof, &leaf, &out->header.log_root),
        now);
  /* A quorum that vouches for the block says nothing of an entry that is not the one in it. */
  step (out, CITIZ_STEP_VERIFIED,
        verified && out->done[CITIZ_STEP_SIGNED] && out->done[CITIZ_STEP_BLOCK]
            && out->done[CITIZ_STEP_LOG],
        now);
  return TRUE;
}
