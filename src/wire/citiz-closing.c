/* The end of an epoch, as others are shown it: by its rules, or by people. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-closing.h"

#include "crypto/citiz-hash.h"

#include <string.h>

static const CitizField founder_element[] = {
    CITIZ_F_RAW (CitizFounder, validator.node),
    CITIZ_F_RAW (CitizFounder, validator.key),
    CITIZ_F_RAW (CitizFounder, join),
    CITIZ_F_END,
};

static const CitizField signer_element[] = {
    CITIZ_F_RAW (CitizSigner, node),
    CITIZ_F_RAW (CitizSigner, signature),
    CITIZ_F_END,
};

/* All but header and certificate, which come first; the signers come last and are not signed. */
static const CitizField refound_fields[] = {
    CITIZ_F_TIME (CitizRefound, time),
    CITIZ_F_OPAQUE (CitizRefound, reason, n_reason, 0, CITIZ_REFOUND_MAX_REASON),
    CITIZ_F_LIST (CitizRefound, next, n_next, founder_element, 1, CITIZ_MAX_VALIDATORS),
    CITIZ_F_END,
};

static const CitizField signers_fields[] = {
    CITIZ_F_LIST (CitizRefound, signers, n_signers, signer_element, 0, CITIZ_MAX_VALIDATORS),
    CITIZ_F_END,
};

static gboolean
form (GError **error, CitizWireError code, const gchar *what)
{
  g_set_error_literal (error, CITIZ_WIRE_ERROR, code, what);
  return FALSE;
}

static void
put_vector (GByteArray *out, GBytes *bytes)
{
  gsize n;
  const guint8 *view = g_bytes_get_data (bytes, &n);

  citiz_put_u32 (out, (guint32) n);
  citiz_put_bytes (out, view, n);
  g_bytes_unref (bytes);
}

static const guint8 *
take_vector (CitizCursor *cursor, guint32 *out_n)
{
  return citiz_take_u32 (cursor, out_n) ? citiz_take_view (cursor, *out_n) : NULL;
}

static void
put_header (GByteArray *out, const CitizBlockHeader *header)
{
  guint8 bytes[CITIZ_HEADER_SIZE];

  citiz_block_header_encode (header, bytes);
  citiz_put_bytes (out, bytes, sizeof bytes);
}

static gboolean
take_header (CitizCursor *cursor, CitizBlockHeader *out, GError **error)
{
  const guint8 *view = citiz_take_view (cursor, CITIZ_HEADER_SIZE);

  return view != NULL ? citiz_block_header_decode (view, CITIZ_HEADER_SIZE, out, error)
                      : form (error, CITIZ_WIRE_ERROR_TRUNCATED, "header: the bytes end here");
}

static gboolean
take_cert (CitizCursor *cursor, CitizCert *out, GError **error)
{
  guint32 n;
  const guint8 *view = take_vector (cursor, &n);

  return view != NULL ? citiz_cert_decode (view, n, out, error)
                      : form (error, CITIZ_WIRE_ERROR_TRUNCATED, "certificate: the bytes end here");
}

/* Closing proof *************************************************************/

CitizClosing *
citiz_closing_new (void)
{
  CitizClosing *closing = g_new0 (CitizClosing, 1);

  closing->headers = g_array_new (FALSE, FALSE, sizeof (CitizBlockHeader));
  return closing;
}

void
citiz_closing_free (CitizClosing *closing)
{
  g_array_unref (closing->headers);
  g_free (closing);
}

GBytes *
citiz_closing_encode (const CitizClosing *closing)
{
  GByteArray *bytes = g_byte_array_new ();

  citiz_put_u16 (bytes, (guint16) closing->headers->len);
  for (guint i = 0; i < closing->headers->len; i++)
    put_header (bytes, &g_array_index (closing->headers, CitizBlockHeader, i));
  put_vector (bytes, citiz_cert_encode (&closing->final));
  put_vector (bytes, citiz_validators_encode (&closing->next));
  return g_byte_array_free_to_bytes (bytes);
}

/**
 * citiz_closing_decode:
 *
 * Returns: (transfer full) (nullable): well formed; whether it holds, citiz_light_close() says
 */
CitizClosing *
citiz_closing_decode (const guint8 *bytes, gsize n, GError **error)
{
  g_autoptr (CitizClosing) out = citiz_closing_new ();
  CitizCursor cursor = citiz_cursor (bytes, n);
  const guint8 *view;
  guint16 count = 0;
  guint32 size;

  if (!citiz_take_u16 (&cursor, &count) || count == 0 || count > CITIZ_CLOSING_MAX)
    {
      form (error, CITIZ_WIRE_ERROR_LENGTH, "headers: none, or too many");
      return NULL;
    }
  for (guint i = 0; i < count; i++)
    {
      CitizBlockHeader header;

      if (!take_header (&cursor, &header, error))
        return NULL;
      g_array_append_val (out->headers, header);
    }
  if (!take_cert (&cursor, &out->final, error))
    return NULL;
  view = take_vector (&cursor, &size);
  if (view == NULL)
    form (error, CITIZ_WIRE_ERROR_TRUNCATED, "validators: the bytes end here");
  if (view == NULL || !citiz_validators_decode (view, size, &out->next, error)
      || !citiz_cursor_end (&cursor, error))
    return NULL;
  return g_steal_pointer (&out);
}

/* Refounding ****************************************************************/

#define EARLY 2 /* version: the epoch that ends has no final block */

static GByteArray *
refound_body (const CitizRefound *refound)
{
  GByteArray *bytes = g_byte_array_new ();

  const gboolean early = refound->ends != refound->last.epoch;

  citiz_put_u8 (bytes, early ? EARLY : 1);
  put_header (bytes, &refound->last);
  put_vector (bytes, citiz_cert_encode (&refound->final));
  if (early)
    citiz_put_u64 (bytes, refound->ends);
  citiz_fields_encode (bytes, refound_fields, refound);
  return bytes;
}

GBytes *
citiz_refound_encode (const CitizRefound *refound)
{
  GByteArray *bytes = refound_body (refound);

  citiz_fields_encode (bytes, signers_fields, refound);
  return g_byte_array_free_to_bytes (bytes);
}

static gboolean
check_refound (const CitizRefound *refound, GError **error)
{
  if (!g_utf8_validate_len ((const gchar *) refound->reason, refound->n_reason, NULL))
    return form (error, CITIZ_WIRE_ERROR_FORM, "reason: not UTF-8");
  for (guint i = 1; i < refound->n_next; i++)
    if (memcmp (refound->next[i - 1].validator.node.b, refound->next[i].validator.node.b, 32) >= 0)
      return form (error, CITIZ_WIRE_ERROR_FORM, "next: ascending by node, none twice");
  for (guint i = 1; i < refound->n_signers; i++)
    if (memcmp (refound->signers[i - 1].node.b, refound->signers[i].node.b, 32) >= 0)
      return form (error, CITIZ_WIRE_ERROR_FORM, "signers: ascending by node, none twice");
  for (guint i = 0; i < refound->n_next; i++)
    if (!citiz_join_verify (&refound->next[i], &refound->last.chain_id, refound->ends + 1))
      return form (error, CITIZ_WIRE_ERROR_FORM, "join: a node has not signed its epoch key");
  return TRUE;
}

gboolean
citiz_refound_decode (const guint8 *bytes, gsize n, CitizRefound *out, GError **error)
{
  CitizCursor cursor = citiz_cursor (bytes, n);
  guint8 version = 0;

  memset (out, 0, sizeof *out);
  if (!citiz_take_u8 (&cursor, &version) || (version != 1 && version != EARLY))
    return form (error, CITIZ_WIRE_ERROR_RANGE, "version: neither 1 nor 2");
  if (!take_header (&cursor, &out->last, error) || !take_cert (&cursor, &out->final, error))
    return FALSE;
  out->ends = out->last.epoch;
  if (version == EARLY
      && (!citiz_take_u64 (&cursor, &out->ends) || out->ends <= out->last.epoch
          || out->ends == G_MAXUINT64))
    return form (error, CITIZ_WIRE_ERROR_RANGE, "ends: not an epoch after the last block's");
  return citiz_fields_decode (&cursor, refound_fields, out, error)
         && citiz_fields_decode (&cursor, signers_fields, out, error)
         && citiz_cursor_end (&cursor, error) && check_refound (out, error);
}

gboolean
citiz_refound_names (const CitizRefound *refound, const CitizPublicKey *node)
{
  for (guint i = 0; i < refound->n_next; i++)
    if (citiz_public_key_equal (&refound->next[i].validator.node, node))
      return TRUE;
  return FALSE;
}

gboolean
citiz_refound_has_signed (const CitizRefound *refound, const CitizPublicKey *node)
{
  for (guint i = 0; i < refound->n_signers; i++)
    if (citiz_public_key_equal (&refound->signers[i].node, node))
      return TRUE;
  return FALSE;
}

guint
citiz_refound_n_signed (const CitizRefound *refound)
{
  guint n = 0;

  for (guint i = 0; i < refound->n_next; i++)
    n += citiz_refound_has_signed (refound, &refound->next[i].validator.node);
  return n;
}

gchar *
citiz_refound_reason (const CitizRefound *refound)
{
  g_autofree gchar *text = g_strndup ((const gchar *) refound->reason, refound->n_reason);
  GString *shown = g_string_new (NULL);

  for (const gchar *p = text; *p != '\0'; p = g_utf8_next_char (p))
    g_string_append_unichar (shown,
                             g_unichar_isprint (g_utf8_get_char (p)) ? g_utf8_get_char (p) : ' ');
  return g_string_free (shown, FALSE);
}

/* Anybody may sign, under as many keys as he likes: those who go on take the place of somebody else. */
static void
make_room (CitizRefound *refound)
{
  for (guint i = 0; i < refound->n_signers; i++)
    if (!citiz_refound_names (refound, &refound->signers[i].node))
      {
        refound->n_signers--;
        memmove (&refound->signers[i], &refound->signers[i + 1],
                 (refound->n_signers - i) * sizeof *refound->signers);
        return;
      }
}

/* In its place; instead of another of the same node. When there is no room, only of one that goes on. */
void
citiz_refound_add_signer (CitizRefound *refound, const CitizSigner *signer)
{
  guint i = 0;

  if (refound->n_signers == CITIZ_MAX_VALIDATORS
      && !citiz_refound_has_signed (refound, &signer->node))
    {
      if (!citiz_refound_names (refound, &signer->node))
        return;
      make_room (refound);
    }

  while (i < refound->n_signers && memcmp (refound->signers[i].node.b, signer->node.b, 32) < 0)
    i++;
  if (i == refound->n_signers || !citiz_public_key_equal (&refound->signers[i].node, &signer->node))
    {
      memmove (&refound->signers[i + 1], &refound->signers[i],
               (refound->n_signers - i) * sizeof *refound->signers);
      refound->n_signers++;
    }
  refound->signers[i] = *signer;
}

/**
 * citiz_refound_sign:
 *
 * Adds @node_key's signature in its place, or replaces it.
 */
void
citiz_refound_sign (CitizRefound *refound, const CitizSigningKey *node_key)
{
  g_autoptr (GByteArray) body = refound_body (refound);
  CitizSigner signer = {.node = *citiz_signing_key_get_public (node_key)};

  citiz_sign (&signer.signature, CITIZ_DOMAIN_SIGN_REFOUND, body->data, body->len, node_key);
  citiz_refound_add_signer (refound, &signer);
}

gboolean
citiz_refound_verify (const CitizRefound *refound, const CitizSigner *signer)
{
  g_autoptr (GByteArray) body = refound_body (refound);

  return citiz_verify (&signer->signature, CITIZ_DOMAIN_SIGN_REFOUND, body->data, body->len,
                       &signer->node);
}

/**
 * citiz_refound_hash:
 *
 * Of what is signed: more signatures make no other document.
 */
void
citiz_refound_hash (CitizHash *out, const CitizRefound *refound)
{
  g_autoptr (GByteArray) body = refound_body (refound);

  citiz_sha256 (out, body->data, body->len);
}

void
citiz_refound_validators (CitizValidators *out, const CitizRefound *refound)
{
  out->n = refound->n_next;
  for (guint i = 0; i < refound->n_next; i++)
    out->v[i] = refound->next[i].validator;
}
