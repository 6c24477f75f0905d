/* What a node signed of the part of a key that it gave, as bytes and as a carer's page tells it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-given.h"
#include "consent/citiz-consent-private.h"

#include <jansson.h>
#include <string.h>

#define ANSWER "{\"node\":" /* behind words of the reader's language */

void
citiz_given_encode (guint8 out[CITIZ_SIGNED_GIVEN_SIZE], const CitizGiven *given)
{
  citiz_receipt_encode (out, &given->receipt);
  out += CITIZ_RECEIPT_SIZE;
  *out++ = given->place;
  memcpy (out, given->commitment.b, sizeof given->commitment.b);
  memcpy (out + sizeof given->commitment.b, given->signature.b, sizeof given->signature.b);
}

gboolean
citiz_given_decode (CitizGiven *out, const guint8 *bytes, gsize n)
{
  CitizCursor cursor;

  if (n != CITIZ_SIGNED_GIVEN_SIZE
      || !citiz_receipt_decode (&out->receipt, bytes, CITIZ_RECEIPT_SIZE))
    return FALSE;
  cursor = citiz_cursor (bytes + CITIZ_RECEIPT_SIZE, n - CITIZ_RECEIPT_SIZE);
  citiz_take_u8 (&cursor, &out->place);
  citiz_take_bytes (&cursor, out->commitment.b, sizeof out->commitment.b);
  citiz_take_bytes (&cursor, out->signature.b, sizeof out->signature.b);
  return citiz_cursor_done (&cursor);
}

const gchar *
citiz_given_find (const gchar *note)
{
  return note != NULL ? strstr (note, ANSWER) : NULL;
}

static gboolean
read_signature (CitizSignature *out, const json_t *answer)
{
  const gchar *text = json_string_value (json_object_get (answer, "given"));
  g_autoptr (GBytes) bytes = text != NULL ? citiz_base64url_decode (text) : NULL;

  if (bytes == NULL || g_bytes_get_size (bytes) != sizeof out->b)
    return FALSE;
  memcpy (out->b, g_bytes_get_data (bytes, NULL), sizeof out->b);
  return TRUE;
}

static gboolean
read_hash (CitizHash *out, const json_t *json, const gchar *key)
{
  const gchar *hex = json_string_value (json_object_get (json, key));

  return hex != NULL && citiz_hash_from_hex (out, hex);
}

/* Opened while the ledger stood still, the number stands in the place of the time. */
static gboolean
read_receipt (CitizReceipt *out, const json_t *receipt)
{
  const json_t *use = json_object_get (receipt, "use");
  const gchar *grant = json_string_value (json_object_get (receipt, "grant"));

  out->time.ms = json_integer_value (use != NULL ? use : json_object_get (receipt, "time"));
  return grant != NULL && citiz_id_from_hex (&out->grant, grant) && out->time.ms > 0
         && read_hash (&out->opening, receipt, "opening")
         && read_hash (&out->capsule, receipt, "capsule");
}

/**
 * citiz_given_read_note:
 * @note: (nullable)
 *
 * What the carer's page sends when a part does not fit: words, then {"node", "index", "commitment", "given", "receipt"} as the node answered and
 * signed it. Nothing is verified.
 *
 * Returns: whether there is such an answer in it
 */
gboolean
citiz_given_read_note (CitizGiven *out, const gchar *note)
{
  const gchar *text = citiz_given_find (note);
  json_t *answer = text != NULL ? json_loads (text, 0, NULL) : NULL;
  const json_int_t place = json_integer_value (json_object_get (answer, "index"));
  const gboolean ok = place >= 1 && place <= G_MAXUINT8
                      && read_hash (&out->commitment, answer, "commitment")
                      && read_signature (&out->signature, answer)
                      && read_receipt (&out->receipt, json_object_get (answer, "receipt"));

  out->place = (guint8) place;
  json_decref (answer);
  return ok;
}
