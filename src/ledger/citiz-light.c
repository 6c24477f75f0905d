/* Certificates, and what can be verified with them alone. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-ledger.h"

#include "crypto/citiz-hash.h"

static gboolean
refuse (GError **error, CitizLedgerError code, const gchar *what)
{
  g_set_error_literal (error, CITIZ_LEDGER_ERROR, code, what);
  return FALSE;
}

gboolean
citiz_check_now (gpointer data,
                 CitizDomain domain,
                 const guint8 *bytes,
                 gsize n,
                 const CitizSignature *signature,
                 const CitizPublicKey *key)
{
  return citiz_verify (signature, domain, bytes, n, key);
}

/**
 * citiz_cert_check:
 * @check: (nullable): %NULL counts votes without checking their signatures
 *
 * A quorum of the epoch's validators has signed the certificate's statement.
 */
gboolean
citiz_cert_check (const CitizCert *cert,
                  const CitizHash *chain_id,
                  guint64 epoch,
                  const CitizHash *vs_hash,
                  const CitizValidators *validators,
                  CitizCheckFunc check,
                  gpointer check_data,
                  GError **error)
{
  const CitizStatement statement
      = {*chain_id, cert->epoch, *vs_hash, cert->kind, cert->slot, cert->hash};
  guint8 tbs[CITIZ_STATEMENT_SIZE];
  guint16 voters[CITIZ_MAX_VALIDATORS];
  const guint n = citiz_cert_voters (cert, voters);

  if (cert->epoch != epoch)
    return refuse (error, CITIZ_LEDGER_ERROR_CHAIN, "a certificate of another epoch");
  if (n != cert->n_signatures || n < citiz_quorum (validators->n))
    return refuse (error, CITIZ_LEDGER_ERROR_CERT, "a certificate without a quorum");
  citiz_statement_encode (&statement, tbs);
  for (guint i = 0; i < n; i++)
    {
      if (voters[i] >= validators->n)
        return refuse (error, CITIZ_LEDGER_ERROR_CERT, "a voter that is no validator");
      if (check != NULL
          && !check (check_data, CITIZ_DOMAIN_SIGN_CSX, tbs, sizeof tbs, &cert->signatures[i],
                     &validators->v[voters[i]].key))
        return refuse (error, CITIZ_LEDGER_ERROR_CERT, "a false vote in a certificate");
    }
  return TRUE;
}

void
citiz_light_init (CitizLight *light, const CitizGenesis *genesis)
{
  *light = (CitizLight){0};
  citiz_genesis_chain_id (&light->chain_id, genesis);
  citiz_genesis_validators (&light->validators, genesis);
  citiz_validators_hash (&light->vs_hash, &light->validators);
  light->head_hash = light->chain_id;
}

/**
 * citiz_light_advance:
 *
 * Takes a newer final header. Never goes back behind what was final, and never sideways: another block at the same height is
 * refused as %CITIZ_LEDGER_ERROR_BLOCK, and with a valid certificate it is evidence.
 */
gboolean
citiz_light_advance (CitizLight *light,
                     const CitizBlockHeader *header,
                     const CitizCert *final,
                     GError **error)
{
  CitizHash hash;

  citiz_block_header_hash (&hash, header);
  if (!citiz_hash_equal (&header->chain_id, &light->chain_id) || header->epoch != light->epoch
      || !citiz_hash_equal (&header->vs_hash, &light->vs_hash))
    return refuse (error, CITIZ_LEDGER_ERROR_CHAIN, "a header of another chain or epoch");
  if (header->flags == CITIZ_BLOCK_CONTINUATION)
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, "no part of the chain");
  if (final->kind != CITIZ_VOTE_FINAL || final->slot != header->slot
      || !citiz_hash_equal (&final->hash, &hash))
    return refuse (error, CITIZ_LEDGER_ERROR_CERT, "not a Final certificate of this header");
  if (!citiz_cert_check (final, &light->chain_id, light->epoch, &light->vs_hash, &light->validators,
                         citiz_check_now, NULL, error))
    return FALSE;
  if (header->height < light->head.height)
    return refuse (error, CITIZ_LEDGER_ERROR_BEHIND, "older than what is known to be final");
  if (header->height == light->head.height && !citiz_hash_equal (&hash, &light->head_hash))
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, "another final block at the same height");
  if (header->height > light->head.height && light->head.height > 0
      && ((header->epoch == light->head.epoch && header->slot <= light->head.slot)
          || header->time.ms <= light->head.time.ms || header->log_size < light->head.log_size))
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, "higher, but not later");
  light->head = *header;
  light->head_hash = hash;
  return TRUE;
}

gboolean
citiz_light_check_tx (const CitizLight *light,
                      const guint8 *tx_bytes,
                      gsize n,
                      const CitizLogProof *proof,
                      GError **error)
{
  CitizHash leaf;

  citiz_log_leaf (&leaf, tx_bytes, n);
  if (light->head.height > 0 && proof->size == light->head.log_size
      && citiz_log_verify_inclusion (proof, &leaf, &light->head.log_root))
    return TRUE;
  return refuse (error, CITIZ_LEDGER_ERROR_PROOF, "not in the log of the final header");
}

gboolean
citiz_light_check_object (const CitizLight *light,
                          const CitizHash *key,
                          GBytes *value,
                          const CitizStateProof *proof,
                          GError **error)
{
  if (light->head.height > 0 && citiz_state_verify (&light->head.state_root, key, value, proof))
    return TRUE;
  return refuse (error, CITIZ_LEDGER_ERROR_PROOF, "not in the state of the final header");
}

/**
 * citiz_checkpoint_text:
 *
 * The body of a C2SP tlog-checkpoint: origin "citiz/" and the first 16 bytes of the chain id in hex, size, root.
 */
gchar *
citiz_checkpoint_text (const CitizBlockHeader *header)
{
  g_autofree gchar *origin = citiz_hex_encode (header->chain_id.b, 16);
  g_autofree gchar *root = g_base64_encode (header->log_root.b, sizeof header->log_root.b);

  return g_strdup_printf ("citiz/%s\n%" G_GUINT64_FORMAT "\n%s\n", origin, header->log_size, root);
}

void
citiz_commitment_leaf (CitizHash *out, const CitizHash *salt, const CitizHash *content)
{
  CitizSha256 sha;
  gsize n;
  const guint8 *label = citiz_domain_label (CITIZ_DOMAIN_TEXT_COMMIT, &n);

  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, label, n);
  citiz_sha256_update (&sha, salt->b, sizeof salt->b);
  citiz_sha256_update (&sha, content->b, sizeof content->b);
  citiz_sha256_finish (&sha, out);
}

/**
 * citiz_commitment_size:
 *
 * Returns: the batch size, a power of eight, that @n commitments are filled up to; 0 if @n is too many for one
 */
guint32
citiz_commitment_size (guint32 n)
{
  for (guint32 size = 1; size <= CITIZ_COMMIT_MAX_LEAVES; size *= 8)
    if (n <= size)
      return size;
  return 0;
}

/**
 * citiz_commitment_root:
 * @leaves: (array length=n): commitments, dummies included
 *
 * The RFC 9162 root with each commitment as a leaf.
 */
void
citiz_commitment_root (CitizHash *out, const CitizHash *leaves, guint32 n)
{
  CitizLog log = {0};

  for (guint32 i = 0; i < n; i++)
    {
      CitizHash leaf;
      citiz_log_leaf (&leaf, leaves[i].b, sizeof leaves[i].b);
      citiz_log_append (&log, &leaf, NULL);
    }
  citiz_log_root (&log, out);
}
