/* Certificates and the justification stored with a block. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-block.h"

#include <string.h>

static const guint16 cert_kinds[] = {CITIZ_VOTE_NOTAR, CITIZ_VOTE_SKIP, CITIZ_VOTE_FINAL, 0};

static const CitizField signature_element[] = {
    {.kind = CITIZ_FIELD_RAW, .name = "signature", .size = sizeof (CitizSignature)},
    CITIZ_F_END,
};

static const CitizField cert_fields[] = {
    CITIZ_F_ENUM (ENUM8, CitizCert, kind, cert_kinds),
    CITIZ_F_U64 (CitizCert, epoch, 0, G_MAXUINT64),
    CITIZ_F_U64 (CitizCert, slot, 1, G_MAXUINT64),
    CITIZ_F_RAW (CitizCert, hash),
    CITIZ_F_OPAQUE (CitizCert, bitmap, n_bitmap, 1, CITIZ_MAX_VALIDATORS / 8),
    CITIZ_F_LIST (CitizCert, signatures, n_signatures, signature_element, 1, CITIZ_MAX_VALIDATORS),
    CITIZ_F_END,
};

static gboolean
form (GError **error, const gchar *what)
{
  g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_FORM, "%s", what);
  return FALSE;
}

/**
 * citiz_cert_from_votes:
 * @votes: valid votes for one statement, ascending by voter, none twice
 */
void
citiz_cert_from_votes (CitizCert *out, const CitizVote *votes, guint n_votes)
{
  g_return_if_fail (n_votes > 0 && n_votes <= CITIZ_MAX_VALIDATORS);

  memset (out, 0, G_STRUCT_OFFSET (CitizCert, signatures));
  out->kind = votes[0].kind;
  out->epoch = votes[0].epoch;
  out->slot = votes[0].slot;
  out->hash = votes[0].hash;
  for (guint i = 0; i < n_votes; i++)
    {
      out->bitmap[votes[i].voter / 8] |= (guint8) (0x80 >> votes[i].voter % 8);
      out->n_bitmap = votes[i].voter / 8 + 1;
      out->signatures[out->n_signatures++] = votes[i].signature;
    }
}

/**
 * citiz_cert_voters:
 *
 * Returns: how many validators the bitmap names; their places are in @out, ascending
 */
guint
citiz_cert_voters (const CitizCert *cert, guint16 out[CITIZ_MAX_VALIDATORS])
{
  guint n = 0;

  for (guint i = 0; i < cert->n_bitmap * 8u; i++)
    if (cert->bitmap[i / 8] & 0x80 >> i % 8)
      out[n++] = (guint16) i;
  return n;
}

/**
 * citiz_cert_vote:
 *
 * Returns: %FALSE if @voter's vote is not in the certificate
 */
gboolean
citiz_cert_vote (const CitizCert *cert, guint16 voter, CitizVote *out)
{
  guint place = 0;

  if (voter / 8 >= cert->n_bitmap || (cert->bitmap[voter / 8] & 0x80 >> voter % 8) == 0)
    return FALSE;
  for (guint i = 0; i < voter; i++)
    place += (cert->bitmap[i / 8] & 0x80 >> i % 8) != 0;
  if (place >= cert->n_signatures)
    return FALSE;
  *out = (CitizVote){cert->kind, cert->epoch, cert->slot,
                     cert->hash, voter,       cert->signatures[place]};
  return TRUE;
}

static gboolean
take_cert (CitizCursor *cursor, CitizCert *out, GError **error)
{
  guint16 voters[CITIZ_MAX_VALIDATORS];

  memset (out, 0, G_STRUCT_OFFSET (CitizCert, signatures));
  if (!citiz_fields_decode (cursor, cert_fields, out, error))
    return FALSE;
  if (out->bitmap[out->n_bitmap - 1] == 0)
    return form (error, "bitmap: longer than it need be");
  if (citiz_cert_voters (out, voters) != out->n_signatures)
    return form (error, "signatures: not one for each voter");
  if ((out->kind == CITIZ_VOTE_SKIP) != citiz_hash_is_zero (&out->hash))
    return form (error, "hash: zero in a SKIP certificate and in no other");
  return TRUE;
}

GBytes *
citiz_cert_encode (const CitizCert *cert)
{
  GByteArray *bytes = g_byte_array_new ();

  citiz_fields_encode (bytes, cert_fields, cert);
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
citiz_cert_decode (const guint8 *bytes, gsize n, CitizCert *out, GError **error)
{
  CitizCursor cursor = citiz_cursor (bytes, n);

  return take_cert (&cursor, out, error) && citiz_cursor_end (&cursor, error);
}

CitizJustification *
citiz_justification_new (const CitizCert *notar)
{
  CitizJustification *justification = g_new (CitizJustification, 1);

  justification->notar = *notar;
  justification->skips = g_ptr_array_new_with_free_func (g_free);
  return justification;
}

void
citiz_justification_free (CitizJustification *justification)
{
  g_ptr_array_unref (justification->skips);
  g_free (justification);
}

/**
 * citiz_justification_encode:
 *
 * Returns: (transfer full): the NOTAR certificate, a u16 count, that many SKIP certificates
 */
GBytes *
citiz_justification_encode (const CitizJustification *justification)
{
  GByteArray *bytes = g_byte_array_new ();

  citiz_fields_encode (bytes, cert_fields, &justification->notar);
  citiz_put_u16 (bytes, (guint16) justification->skips->len);
  for (guint i = 0; i < justification->skips->len; i++)
    citiz_fields_encode (bytes, cert_fields, justification->skips->pdata[i]);
  return g_byte_array_free_to_bytes (bytes);
}

static gboolean
take_skips (CitizCursor *cursor, CitizJustification *out, GError **error)
{
  guint16 count = 0;

  if (!citiz_take_u16 (cursor, &count) || count > CITIZ_MAX_SKIPS)
    {
      g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_LENGTH,
                   "skips: too many, or the bytes end here");
      return FALSE;
    }
  for (guint64 last = 0; count > 0; count--)
    {
      CitizCert *skip = g_new (CitizCert, 1);

      g_ptr_array_add (out->skips, skip);
      if (!take_cert (cursor, skip, error))
        return FALSE;
      if (skip->kind != CITIZ_VOTE_SKIP || skip->slot <= last)
        return form (error, "skips: SKIP certificates in ascending order of slots");
      last = skip->slot;
    }
  return TRUE;
}

CitizJustification *
citiz_justification_decode (const guint8 *bytes, gsize n, GError **error)
{
  CitizCursor cursor = citiz_cursor (bytes, n);
  g_autofree CitizCert *notar = g_new (CitizCert, 1);
  g_autoptr (CitizJustification) out = NULL;

  if (!take_cert (&cursor, notar, error))
    return NULL;
  if (notar->kind != CITIZ_VOTE_NOTAR)
    {
      form (error, "notar: a certificate of another kind");
      return NULL;
    }
  out = citiz_justification_new (notar);
  if (!take_skips (&cursor, out, error) || !citiz_cursor_end (&cursor, error))
    return NULL;
  return g_steal_pointer (&out);
}
