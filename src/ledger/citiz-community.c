/* State objects of a community: how each is written. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-community.h"

#include "ledger/citiz-ledger-private.h"

#include <string.h>

static const guint16 standings[]
    = {CITIZ_STANDING_CANDIDATE, CITIZ_STANDING_MEMBER, CITIZ_STANDING_LEFT, 0};
static const guint16 proposals[] = {CITIZ_TX_NODE_JOIN, CITIZ_TX_VALSET_CHANGE, CITIZ_TX_PARAMS, 0};

static const CitizField node_fields[] = {
    CITIZ_F_RAW (CitizNodeRecord, node),
    CITIZ_F_RAW (CitizNodeRecord, account),
    CITIZ_F_RAW (CitizNodeRecord, operator_),
    CITIZ_F_RAW (CitizNodeRecord, url),
    CITIZ_F_TIME (CitizNodeRecord, time),
    CITIZ_F_ENUM (ENUM8, CitizNodeRecord, standing, standings),
    CITIZ_F_U64 (CitizNodeRecord, epoch, 0, G_MAXUINT64),
    CITIZ_F_RAW (CitizNodeRecord, key),
    CITIZ_F_END,
};

static const CitizField proposal_fields[] = {
    CITIZ_F_RAW (CitizProposal, id),
    CITIZ_F_ENUM (ENUM16, CitizProposal, type, proposals),
    CITIZ_F_RAW (CitizProposal, node),
    CITIZ_F_U64 (CitizProposal, epoch, 0, G_MAXUINT64),
    CITIZ_F_RAW (CitizProposal, approvals),
    CITIZ_F_U8 (CitizProposal, approved, 0, 1),
    CITIZ_F_OPAQUE (CitizProposal, body, n_body, 0, CITIZ_TX_MAX_BODY),
    CITIZ_F_END,
};

static const CitizField count_fields[] = {
    CITIZ_F_RAW (CitizCount, who),
    CITIZ_F_U32 (CitizCount, day, 0, G_MAXUINT32),
    CITIZ_F_U32 (CitizCount, used, 1, G_MAXUINT32),
    CITIZ_F_END,
};

static const CitizField evidence_fields[] = {
    CITIZ_F_U64 (CitizEvidenceRecord, epoch, 0, G_MAXUINT64),
    CITIZ_F_RAW (CitizEvidenceRecord, node),
    CITIZ_F_TIME (CitizEvidenceRecord, time),
    CITIZ_F_RAW (CitizEvidenceRecord, evidence),
    CITIZ_F_END,
};

static const CitizField refound_fields[] = {
    CITIZ_F_U64 (CitizRefoundRecord, epoch, 1, G_MAXUINT64),
    CITIZ_F_RAW (CitizRefoundRecord, document),
    CITIZ_F_RAW (CitizRefoundRecord, acks),
    CITIZ_F_END,
};

CITIZ_OBJECT_DEFINE (node_record, CitizNodeRecord, CITIZ_OBJECT_NODE, node_fields)
CITIZ_OBJECT_DEFINE (proposal, CitizProposal, CITIZ_OBJECT_PROPOSAL, proposal_fields)
CITIZ_OBJECT_DEFINE (count, CitizCount, CITIZ_OBJECT_COUNT, count_fields)
CITIZ_OBJECT_DEFINE (evidence_record, CitizEvidenceRecord, CITIZ_OBJECT_EVIDENCE, evidence_fields)
CITIZ_OBJECT_DEFINE (refound_record, CitizRefoundRecord, CITIZ_OBJECT_REFOUND, refound_fields)

/* Objects whose value ends with the encoding of something else **************/

static GByteArray *
begin (CitizObjectType type)
{
  GByteArray *bytes = g_byte_array_new ();

  citiz_put_u8 (bytes, (guint8) type);
  return bytes;
}

static gboolean
take (GBytes *bytes, CitizObjectType type, guint64 epoch, CitizCursor *out, GError **error)
{
  guint8 found = 0;
  guint64 of = 0;

  *out = citiz_cursor (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (citiz_take_u8 (out, &found) && found == type
      && (type == CITIZ_OBJECT_PARAMS || (citiz_take_u64 (out, &of) && of == epoch)))
    return TRUE;
  g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_UNKNOWN,
               "an object of another type or epoch");
  return FALSE;
}

GBytes *
citiz_epoch_validators_encode (guint64 epoch, const CitizValidators *validators)
{
  GByteArray *bytes = begin (CITIZ_OBJECT_VALIDATORS);
  g_autoptr (GBytes) list = citiz_validators_encode (validators);

  citiz_put_u64 (bytes, epoch);
  citiz_put_bytes (bytes, g_bytes_get_data (list, NULL), g_bytes_get_size (list));
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
citiz_epoch_validators_decode (GBytes *bytes, guint64 epoch, CitizValidators *out, GError **error)
{
  CitizCursor cursor;

  return take (bytes, CITIZ_OBJECT_VALIDATORS, epoch, &cursor, error)
         && citiz_validators_decode (cursor.p, cursor.n, out, error);
}

GBytes *
citiz_change_encode (guint64 epoch, const CitizHash *proposal)
{
  GByteArray *bytes = begin (CITIZ_OBJECT_CHANGE);

  citiz_put_u64 (bytes, epoch);
  citiz_put_bytes (bytes, proposal->b, sizeof proposal->b);
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
citiz_change_decode (GBytes *bytes, guint64 epoch, CitizHash *out, GError **error)
{
  CitizCursor cursor;
  const guint8 *view;

  if (!take (bytes, CITIZ_OBJECT_CHANGE, epoch, &cursor, error)
      || (view = citiz_take_view (&cursor, sizeof out->b)) == NULL)
    return FALSE;
  memcpy (out->b, view, sizeof out->b);
  return citiz_cursor_end (&cursor, error);
}

GBytes *
citiz_params_encode (const CitizTxParams *params)
{
  GByteArray *bytes = begin (CITIZ_OBJECT_PARAMS);

  citiz_tx_body_encode (bytes, CITIZ_TX_PARAMS, (const CitizTxBody *) (gconstpointer) params);
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
citiz_params_decode (GBytes *bytes, CitizTxParams *out, GError **error)
{
  CitizCursor cursor;
  CitizTxBody body;

  if (!take (bytes, CITIZ_OBJECT_PARAMS, 0, &cursor, error)
      || !citiz_tx_body_decode (cursor.p, cursor.n, CITIZ_TX_PARAMS, &body, error))
    return FALSE;
  *out = body.params;
  return TRUE;
}

/* Bits **********************************************************************/

void
citiz_epoch_id (guint8 out[8], guint64 epoch)
{
  for (guint i = 0; i < 8; i++)
    out[i] = (guint8) (epoch >> (56 - 8 * i));
}

gboolean
citiz_bitmap_has (const guint8 *bitmap, guint place)
{
  return (bitmap[place / 8] >> (7 - place % 8) & 1) != 0;
}

void
citiz_bitmap_set (guint8 *bitmap, guint place)
{
  bitmap[place / 8] |= (guint8) (0x80 >> place % 8);
}

guint
citiz_bitmap_count (const guint8 bitmap[CITIZ_MAX_VALIDATORS / 8])
{
  guint n = 0;

  for (guint i = 0; i < CITIZ_MAX_VALIDATORS; i++)
    n += citiz_bitmap_has (bitmap, i);
  return n;
}

/* Asking ********************************************************************/

gint
citiz_validators_find (const CitizValidators *validators, const CitizPublicKey *node)
{
  for (guint i = 0; i < validators->n; i++)
    if (citiz_public_key_equal (&validators->v[i].node, node))
      return (gint) i;
  return -1;
}

gboolean
citiz_state_get_node (const CitizState *state, const CitizPublicKey *node, CitizNodeRecord *out)
{
  GBytes *value;
  CitizHash key;

  citiz_object_key (&key, CITIZ_OBJECT_NODE, node->b, sizeof node->b);
  value = citiz_state_get_few (state, &key);
  return value != NULL && citiz_node_record_decode (value, out, NULL);
}

gboolean
citiz_state_get_proposal (const CitizState *state, const CitizHash *id, CitizProposal *out)
{
  GBytes *value = citiz_state_find (state, CITIZ_OBJECT_PROPOSAL, id->b, sizeof id->b);

  return value != NULL && citiz_proposal_decode (value, out, NULL);
}

gboolean
citiz_state_get_validators (const CitizState *state, guint64 epoch, CitizValidators *out)
{
  guint8 id[8];
  GBytes *value;

  citiz_epoch_id (id, epoch);
  value = citiz_state_find (state, CITIZ_OBJECT_VALIDATORS, id, sizeof id);
  return value != NULL && citiz_epoch_validators_decode (value, epoch, out, NULL);
}

gboolean
citiz_state_get_params (const CitizState *state, CitizTxParams *out)
{
  GBytes *value = citiz_state_find (state, CITIZ_OBJECT_PARAMS, NULL, 0);

  return value != NULL && citiz_params_decode (value, out, NULL);
}

static gboolean
is_member (const CitizState *state, const CitizValidators *validators, const CitizPublicKey *node)
{
  CitizNodeRecord record;

  if (citiz_state_get_node (state, node, &record))
    return record.standing == CITIZ_STANDING_MEMBER;
  return citiz_validators_find (validators, node) >= 0;
}

/* Whether the community takes this node's word for others. */
gboolean
citiz_ledger_is_member (const CitizLedger *ledger, const CitizPublicKey *node)
{
  return is_member (ledger->state, &ledger->validators, node);
}

/* The same after what @run has done, which may be on a draft. */
gboolean
citiz_run_is_member (const CitizRun *run, const CitizPublicKey *node)
{
  return is_member (run->state, &run->ledger->validators, node);
}
