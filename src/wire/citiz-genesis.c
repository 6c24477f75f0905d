/* The founding document of a chain and its lists of validators. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-block.h"

#include "crypto/citiz-hash.h"

#include <string.h>

static const CitizField validator_fields[] = {
    CITIZ_F_RAW (CitizValidator, node),
    CITIZ_F_RAW (CitizValidator, key),
    CITIZ_F_END,
};

static const CitizField validators_fields[] = {
    CITIZ_F_LIST (CitizValidators, v, n, validator_fields, 1, CITIZ_MAX_VALIDATORS),
    CITIZ_F_END,
};

static const CitizField founder_fields[] = {
    CITIZ_F_RAW (CitizFounder, validator.node),
    CITIZ_F_RAW (CitizFounder, validator.key),
    CITIZ_F_RAW (CitizFounder, join),
    CITIZ_F_END,
};

static const CitizField genesis_fields[] = {
    CITIZ_F_U8 (CitizGenesis, version, 1, 1),
    CITIZ_F_U16 (CitizGenesis, protocol, CITIZ_PROTOCOL, CITIZ_PROTOCOL),
    CITIZ_F_RAW (CitizGenesis, salt),
    CITIZ_F_TIME (CitizGenesis, time),
    CITIZ_F_LIST (CitizGenesis, founders, n_founders, founder_fields, 1, CITIZ_MAX_VALIDATORS),
    CITIZ_F_END,
};

static gboolean
ascending (const CitizValidators *list, GError **error)
{
  for (guint i = 1; i < list->n; i++)
    if (memcmp (list->v[i - 1].node.b, list->v[i].node.b, 32) >= 0)
      {
        g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_FORM,
                     "validators are in ascending order, none twice");
        return FALSE;
      }
  return TRUE;
}

/**
 * citiz_quorum:
 *
 * ⌊2n/3⌋ + 1; in founding mode, for one to three validators, ⌊n/2⌋ + 1 (PROTOCOL §3).
 */
guint
citiz_quorum (guint n_validators)
{
  return n_validators <= 3 ? n_validators / 2 + 1 : 2 * n_validators / 3 + 1;
}

GBytes *
citiz_validators_encode (const CitizValidators *validators)
{
  GByteArray *bytes = g_byte_array_new ();

  citiz_fields_encode (bytes, validators_fields, validators);
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
citiz_validators_decode (const guint8 *bytes, gsize n, CitizValidators *out, GError **error)
{
  memset (out, 0, sizeof *out);
  return citiz_fields_decode_all (bytes, n, validators_fields, out, error)
         && ascending (out, error);
}

void
citiz_validators_hash (CitizHash *out, const CitizValidators *validators)
{
  g_autoptr (GBytes) bytes = citiz_validators_encode (validators);

  citiz_sha256 (out, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

GBytes *
citiz_genesis_encode (const CitizGenesis *genesis)
{
  GByteArray *bytes = g_byte_array_new ();

  citiz_fields_encode (bytes, genesis_fields, genesis);
  return g_byte_array_free_to_bytes (bytes);
}

/**
 * citiz_genesis_decode:
 *
 * Also checks that every founder's node key has taken its epoch key as its own.
 */
gboolean
citiz_genesis_decode (const guint8 *bytes, gsize n, CitizGenesis *out, GError **error)
{
  CitizValidators validators;

  memset (out, 0, sizeof *out);
  if (!citiz_fields_decode_all (bytes, n, genesis_fields, out, error))
    return FALSE;
  citiz_genesis_validators (&validators, out);
  if (!ascending (&validators, error))
    return FALSE;
  for (guint i = 0; i < out->n_founders; i++)
    if (!citiz_founder_verify (&out->founders[i], &out->salt))
      {
        g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_FORM,
                     "join: founder %u has not signed its epoch key", i);
        return FALSE;
      }
  return TRUE;
}

/**
 * citiz_genesis_chain_id:
 *
 * A chain is named by the SHA-256 of its founding document.
 */
void
citiz_genesis_chain_id (CitizHash *out, const CitizGenesis *genesis)
{
  g_autoptr (GBytes) bytes = citiz_genesis_encode (genesis);

  citiz_sha256 (out, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

void
citiz_genesis_validators (CitizValidators *out, const CitizGenesis *genesis)
{
  out->n = genesis->n_founders;
  for (guint i = 0; i < genesis->n_founders; i++)
    out->v[i] = genesis->founders[i].validator;
}

/* salt | epoch | node | epoch key */
static GByteArray *
join_tbs (const CitizFounder *founder, const CitizHash *salt, guint64 epoch)
{
  GByteArray *bytes = g_byte_array_new ();

  citiz_put_bytes (bytes, salt->b, sizeof salt->b);
  citiz_put_u64 (bytes, epoch);
  citiz_put_bytes (bytes, founder->validator.node.b, 32);
  citiz_put_bytes (bytes, founder->validator.key.b, 32);
  return bytes;
}

/**
 * citiz_join_sign:
 * @salt: of the founding document, for epoch 0; later the chain id
 *
 * The node key takes the epoch key as its own.
 */
void
citiz_join_sign (CitizFounder *founder,
                 const CitizHash *salt,
                 guint64 epoch,
                 const CitizSigningKey *node_key)
{
  g_autoptr (GByteArray) tbs = join_tbs (founder, salt, epoch);

  citiz_sign (&founder->join, CITIZ_DOMAIN_SIGN_JOIN, tbs->data, tbs->len, node_key);
}

gboolean
citiz_join_verify (const CitizFounder *founder, const CitizHash *salt, guint64 epoch)
{
  g_autoptr (GByteArray) tbs = join_tbs (founder, salt, epoch);

  return citiz_verify (&founder->join, CITIZ_DOMAIN_SIGN_JOIN, tbs->data, tbs->len,
                       &founder->validator.node);
}

void
citiz_founder_sign (CitizFounder *founder, const CitizHash *salt, const CitizSigningKey *node_key)
{
  citiz_join_sign (founder, salt, 0, node_key);
}

gboolean
citiz_founder_verify (const CitizFounder *founder, const CitizHash *salt)
{
  return citiz_join_verify (founder, salt, 0);
}
