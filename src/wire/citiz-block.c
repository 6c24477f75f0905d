/* Block headers, statements and votes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-block.h"

#include "crypto/citiz-hash.h"

#include <string.h>

static const CitizField header_fields[] = {
    CITIZ_F_U8 (CitizBlockHeader, version, CITIZ_HEADER_VERSION, CITIZ_HEADER_VERSION),
    CITIZ_F_U8 (CitizBlockHeader, flags, 0, CITIZ_BLOCK_CONTINUATION),
    CITIZ_F_RAW (CitizBlockHeader, chain_id),
    CITIZ_F_U64 (CitizBlockHeader, epoch, 0, G_MAXUINT64),
    CITIZ_F_U64 (CitizBlockHeader, slot, 1, G_MAXUINT64),
    CITIZ_F_U64 (CitizBlockHeader, height, 1, G_MAXINT64),
    CITIZ_F_RAW (CitizBlockHeader, parent),
    CITIZ_F_U64 (CitizBlockHeader, parent_slot, 0, G_MAXUINT64 - 1),
    CITIZ_F_TIME (CitizBlockHeader, time),
    CITIZ_F_RAW (CitizBlockHeader, proposer),
    CITIZ_F_U32 (CitizBlockHeader, n_tx, 0, CITIZ_BLOCK_MAX_TX),
    CITIZ_F_U64 (CitizBlockHeader, log_size, 0, G_MAXINT64),
    CITIZ_F_RAW (CitizBlockHeader, log_root),
    CITIZ_F_RAW (CitizBlockHeader, state_root),
    CITIZ_F_RAW (CitizBlockHeader, vs_hash),
    CITIZ_F_RAW (CitizBlockHeader, next_vs_hash),
    CITIZ_F_RAW (CitizBlockHeader, evidence_root),
    CITIZ_F_RAW (CitizBlockHeader, snapshot_root),
    CITIZ_F_U16 (CitizBlockHeader, protocol, CITIZ_PROTOCOL, CITIZ_PROTOCOL),
    CITIZ_F_END,
};

static const guint16 vote_kinds[]
    = {CITIZ_VOTE_CAND, CITIZ_VOTE_NOTAR, CITIZ_VOTE_SKIP, CITIZ_VOTE_FINAL, 0};

static const CitizField vote_fields[] = {
    CITIZ_F_ENUM (ENUM8, CitizVote, kind, vote_kinds),
    CITIZ_F_U64 (CitizVote, epoch, 0, G_MAXUINT64),
    CITIZ_F_U64 (CitizVote, slot, 1, G_MAXUINT64),
    CITIZ_F_RAW (CitizVote, hash),
    CITIZ_F_U16 (CitizVote, voter, 0, CITIZ_MAX_VALIDATORS - 1),
    CITIZ_F_RAW (CitizVote, signature),
    CITIZ_F_END,
};

void
citiz_block_header_encode (const CitizBlockHeader *header, guint8 out[CITIZ_HEADER_SIZE])
{
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (CITIZ_HEADER_SIZE);

  citiz_fields_encode (bytes, header_fields, header);
  g_assert (bytes->len == CITIZ_HEADER_SIZE);
  memcpy (out, bytes->data, CITIZ_HEADER_SIZE);
}

gboolean
citiz_block_header_decode (const guint8 *bytes, gsize n, CitizBlockHeader *out, GError **error)
{
  memset (out, 0, sizeof *out);
  if (!citiz_fields_decode_all (bytes, n, header_fields, out, error))
    return FALSE;
  if (out->parent_slot < out->slot)
    return TRUE;
  g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_FORM, "slot: not later than the parent's");
  return FALSE;
}

/**
 * citiz_block_header_hash:
 *
 * The block's name: SHA-256 (0x20 | header).
 */
void
citiz_block_header_hash (CitizHash *out, const CitizBlockHeader *header)
{
  guint8 bytes[CITIZ_HEADER_SIZE];
  CitizSha256 sha;
  gsize n;
  const guint8 *prefix = citiz_domain_label (CITIZ_DOMAIN_HASH_HEADER, &n);

  citiz_block_header_encode (header, bytes);
  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, prefix, n);
  citiz_sha256_update (&sha, bytes, sizeof bytes);
  citiz_sha256_finish (&sha, out);
}

void
citiz_statement_encode (const CitizStatement *statement, guint8 out[CITIZ_STATEMENT_SIZE])
{
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (CITIZ_STATEMENT_SIZE);

  citiz_put_bytes (bytes, statement->chain_id.b, 32);
  citiz_put_u64 (bytes, statement->epoch);
  citiz_put_bytes (bytes, statement->vs_hash.b, 32);
  citiz_put_u8 (bytes, (guint8) statement->kind);
  citiz_put_u64 (bytes, statement->slot);
  citiz_put_bytes (bytes, statement->hash.b, 32);
  citiz_put_u64 (bytes, 0);
  g_assert (bytes->len == CITIZ_STATEMENT_SIZE);
  memcpy (out, bytes->data, CITIZ_STATEMENT_SIZE);
}

static void
vote_tbs (const CitizVote *vote,
          const CitizHash *chain_id,
          const CitizHash *vs_hash,
          guint8 out[CITIZ_STATEMENT_SIZE])
{
  const CitizStatement statement
      = {*chain_id, vote->epoch, *vs_hash, vote->kind, vote->slot, vote->hash};

  citiz_statement_encode (&statement, out);
}

void
citiz_vote_sign (CitizVote *vote,
                 const CitizHash *chain_id,
                 const CitizHash *vs_hash,
                 const CitizSigningKey *epoch_key)
{
  guint8 tbs[CITIZ_STATEMENT_SIZE];

  vote_tbs (vote, chain_id, vs_hash, tbs);
  citiz_sign (&vote->signature, CITIZ_DOMAIN_SIGN_CSX, tbs, sizeof tbs, epoch_key);
}

gboolean
citiz_vote_verify (const CitizVote *vote,
                   const CitizHash *chain_id,
                   const CitizHash *vs_hash,
                   const CitizPublicKey *epoch_key)
{
  guint8 tbs[CITIZ_STATEMENT_SIZE];

  vote_tbs (vote, chain_id, vs_hash, tbs);
  return citiz_verify (&vote->signature, CITIZ_DOMAIN_SIGN_CSX, tbs, sizeof tbs, epoch_key);
}

GBytes *
citiz_vote_encode (const CitizVote *vote)
{
  GByteArray *bytes = g_byte_array_sized_new (CITIZ_VOTE_SIZE);

  citiz_fields_encode (bytes, vote_fields, vote);
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
citiz_vote_decode (const guint8 *bytes, gsize n, CitizVote *out, GError **error)
{
  memset (out, 0, sizeof *out);
  if (!citiz_fields_decode_all (bytes, n, vote_fields, out, error))
    return FALSE;
  if ((out->kind == CITIZ_VOTE_SKIP) == citiz_hash_is_zero (&out->hash))
    return TRUE;
  g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_FORM,
               "hash: zero in a SKIP vote and in no other");
  return FALSE;
}
