/* State objects: how each is written, and the nonce window. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-object.h"

#include "crypto/citiz-hash.h"

#include <string.h>

static const guint16 roles[] = {CITIZ_KEY_ROLE_DEVICE, CITIZ_KEY_ROLE_RECOVERY, 0};
static const guint16 algs[] = {CITIZ_ALG_ED25519, 0};

static const CitizField slot_fields[] = {
    CITIZ_F_ENUM (ENUM8, CitizKeySlot, key.role, roles),
    CITIZ_F_ENUM (ENUM16, CitizKeySlot, key.alg, algs),
    CITIZ_F_RAW (CitizKeySlot, key.key),
    CITIZ_F_U8 (CitizKeySlot, revoked, 0, 1),
    CITIZ_F_U64 (CitizKeySlot, next, 0, G_MAXUINT64),
    CITIZ_F_U64 (CitizKeySlot, used, 0, G_MAXUINT64),
    CITIZ_F_END,
};

static const CitizField account_fields[] = {
    CITIZ_F_RAW (CitizAccount, id),
    CITIZ_F_LIST (CitizAccount, keys, n_keys, slot_fields, 1, CITIZ_ACCOUNT_MAX_KEYS),
    CITIZ_F_END,
};

static const CitizField commitment_fields[] = {
    CITIZ_F_RAW (CitizCommitment, root),
    CITIZ_F_RAW (CitizCommitment, account),
    CITIZ_F_TIME (CitizCommitment, time),
    CITIZ_F_U32 (CitizCommitment, n_leaves, 1, CITIZ_COMMIT_MAX_LEAVES),
    CITIZ_F_END,
};

/* The grant's own body follows these. */
static const CitizField grant_fields[] = {
    CITIZ_F_RAW (CitizGrantRecord, account),
    CITIZ_F_TIME (CitizGrantRecord, dealt),
    CITIZ_F_TIME (CitizGrantRecord, revoked),
    CITIZ_F_U8 (CitizGrantRecord, closed, 0, (1 << CITIZ_COMMITTEE_MAX) - 1),
    CITIZ_F_END,
};

static const CitizField use_fields[] = {
    CITIZ_F_RAW (CitizGrantUse, grant),
    CITIZ_F_U16 (CitizGrantUse, used, 1, CITIZ_GRANT_MAX_OPENINGS),
    CITIZ_F_TIME (CitizGrantUse, first),
    CITIZ_F_TIME (CitizGrantUse, last),
    CITIZ_F_END,
};

/**
 * citiz_nonce_is_free:
 *
 * A window instead of a chain of numbers: two devices, or a backup that was put back, do not lock an account.
 */
gboolean
citiz_nonce_is_free (const CitizKeySlot *slot, guint64 nonce)
{
  if (nonce >= slot->next)
    return nonce - slot->next < CITIZ_NONCE_WINDOW;
  return slot->next - 1 - nonce < CITIZ_NONCE_WINDOW
         && (slot->used >> (slot->next - 1 - nonce) & 1) == 0;
}

/* @nonce is free. */
void
citiz_nonce_spend (CitizKeySlot *slot, guint64 nonce)
{
  if (nonce >= slot->next)
    {
      const guint64 shift = nonce + 1 - slot->next;
      slot->used = shift >= CITIZ_NONCE_WINDOW ? 0 : slot->used << shift;
      slot->next = nonce + 1;
    }
  slot->used |= G_GUINT64_CONSTANT (1) << (slot->next - 1 - nonce);
}

/**
 * citiz_object_key:
 *
 * SHA-256 (type byte | id): where an object stands in the state tree.
 */
void
citiz_object_key (CitizHash *out, CitizObjectType type, const guint8 *id, gsize n)
{
  const guint8 prefix = (guint8) type;
  CitizSha256 sha;

  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, &prefix, 1);
  citiz_sha256_update (&sha, id, n);
  citiz_sha256_finish (&sha, out);
}

/* Every value begins with its type, so that a value says by itself what it is. */
static GByteArray *
begin (CitizObjectType type)
{
  GByteArray *bytes = g_byte_array_sized_new (128); /* most are smaller, and none is much */

  citiz_put_u8 (bytes, (guint8) type);
  return bytes;
}

static gboolean
take_type (GBytes *bytes, CitizObjectType type, CitizCursor *out, GError **error)
{
  guint8 found = 0;

  *out = citiz_cursor (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (citiz_take_u8 (out, &found) && found == type)
    return TRUE;
  g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_UNKNOWN, "an object of type %u, not %u",
               found, type);
  return FALSE;
}

GBytes *
citiz_object_encode (CitizObjectType type, const CitizField *fields, gconstpointer value)
{
  GByteArray *bytes = begin (type);

  citiz_fields_encode (bytes, fields, value);
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
citiz_object_decode (GBytes *bytes,
                     CitizObjectType type,
                     const CitizField *fields,
                     gpointer out,
                     GError **error)
{
  CitizCursor cursor;

  return take_type (bytes, type, &cursor, error)
         && citiz_fields_decode (&cursor, fields, out, error) && citiz_cursor_end (&cursor, error);
}

CITIZ_OBJECT_DEFINE (account, CitizAccount, CITIZ_OBJECT_ACCOUNT, account_fields)
CITIZ_OBJECT_DEFINE (commitment, CitizCommitment, CITIZ_OBJECT_COMMITMENT, commitment_fields)
CITIZ_OBJECT_DEFINE (grant_use, CitizGrantUse, CITIZ_OBJECT_GRANT_USE, use_fields)

GBytes *
citiz_grant_record_encode (const CitizGrantRecord *record)
{
  GByteArray *bytes = begin (CITIZ_OBJECT_GRANT);

  citiz_fields_encode (bytes, grant_fields, record);
  citiz_tx_body_encode (bytes, CITIZ_TX_GRANT,
                        (const CitizTxBody *) (gconstpointer) &record->grant);
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
citiz_grant_record_decode (GBytes *bytes, CitizGrantRecord *out, GError **error)
{
  CitizCursor cursor;
  CitizTxBody body;

  memset (out, 0, sizeof *out);
  if (!take_type (bytes, CITIZ_OBJECT_GRANT, &cursor, error)
      || !citiz_fields_decode (&cursor, grant_fields, out, error)
      || !citiz_tx_body_decode (cursor.p, cursor.n, CITIZ_TX_GRANT, &body, error))
    return FALSE;
  out->grant = body.grant;
  return TRUE;
}
