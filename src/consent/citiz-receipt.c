/* Receipts of an opening and their six words. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-receipt.h"
#include "consent/citiz-consent-private.h"

void
citiz_receipt_encode (guint8 out[CITIZ_RECEIPT_SIZE], const CitizReceipt *receipt)
{
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (CITIZ_RECEIPT_SIZE);

  citiz_put_bytes (bytes, receipt->grant.b, sizeof receipt->grant.b);
  citiz_put_bytes (bytes, receipt->opening.b, sizeof receipt->opening.b);
  citiz_put_u64 (bytes, (guint64) receipt->time.ms);
  citiz_put_bytes (bytes, receipt->capsule.b, sizeof receipt->capsule.b);
  memcpy (out, bytes->data, CITIZ_RECEIPT_SIZE);
}

gboolean
citiz_receipt_decode (CitizReceipt *out, const guint8 *bytes, gsize n)
{
  CitizCursor cursor = citiz_cursor (bytes, n);
  guint64 time = 0;

  citiz_take_bytes (&cursor, out->grant.b, sizeof out->grant.b);
  citiz_take_bytes (&cursor, out->opening.b, sizeof out->opening.b);
  citiz_take_u64 (&cursor, &time);
  citiz_take_bytes (&cursor, out->capsule.b, sizeof out->capsule.b);
  out->time.ms = (gint64) time;
  return citiz_cursor_done (&cursor) && time <= G_MAXINT64;
}

void
citiz_receipt_sign (CitizSignature *out, const CitizReceipt *receipt, const CitizSigningKey *key)
{
  guint8 bytes[CITIZ_RECEIPT_SIZE];

  citiz_receipt_encode (bytes, receipt);
  citiz_sign (out, CITIZ_DOMAIN_SIGN_ACK, bytes, sizeof bytes, key);
}

gboolean
citiz_receipt_verify (const CitizReceipt *receipt,
                      const CitizSignature *signature,
                      const CitizPublicKey *key)
{
  guint8 bytes[CITIZ_RECEIPT_SIZE];

  citiz_receipt_encode (bytes, receipt);
  return citiz_verify (signature, CITIZ_DOMAIN_SIGN_ACK, bytes, sizeof bytes, key);
}

static void
given_encode (guint8 out[CITIZ_GIVEN_SIZE],
              const CitizReceipt *receipt,
              guint8 place,
              const CitizHash *commitment)
{
  citiz_receipt_encode (out, receipt);
  out[CITIZ_RECEIPT_SIZE] = place;
  memcpy (out + CITIZ_RECEIPT_SIZE + 1, commitment->b, sizeof commitment->b);
}

void
citiz_given_sign (CitizSignature *out,
                  const CitizReceipt *receipt,
                  guint8 place,
                  const CitizHash *commitment,
                  const CitizSigningKey *key)
{
  guint8 bytes[CITIZ_GIVEN_SIZE];

  given_encode (bytes, receipt, place, commitment);
  citiz_sign (out, CITIZ_DOMAIN_SIGN_ACK, bytes, sizeof bytes, key);
}

gboolean
citiz_given_verify (const CitizReceipt *receipt,
                    guint8 place,
                    const CitizHash *commitment,
                    const CitizSignature *signature,
                    const CitizPublicKey *key)
{
  guint8 bytes[CITIZ_GIVEN_SIZE];

  given_encode (bytes, receipt, place, commitment);
  return citiz_verify (signature, CITIZ_DOMAIN_SIGN_ACK, bytes, sizeof bytes, key);
}

static void
stalled_encode (guint8 out[CITIZ_STALLED_SIZE], const CitizReceipt *alike, CitizTime time)
{
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (8);

  citiz_put_u64 (bytes, (guint64) time.ms);
  citiz_receipt_encode (out, alike);
  memcpy (out + CITIZ_RECEIPT_SIZE, bytes->data, bytes->len);
}

void
citiz_stalled_sign (CitizSignature *out,
                    const CitizReceipt *alike,
                    CitizTime time,
                    const CitizSigningKey *key)
{
  guint8 bytes[CITIZ_STALLED_SIZE];

  stalled_encode (bytes, alike, time);
  citiz_sign (out, CITIZ_DOMAIN_SIGN_ACK, bytes, sizeof bytes, key);
}

gboolean
citiz_stalled_verify (const CitizReceipt *alike,
                      CitizTime time,
                      const CitizSignature *signature,
                      const CitizPublicKey *key)
{
  guint8 bytes[CITIZ_STALLED_SIZE];

  stalled_encode (bytes, alike, time);
  return citiz_verify (signature, CITIZ_DOMAIN_SIGN_ACK, bytes, sizeof bytes, key);
}

/**
 * citiz_receipt_words:
 * @receipts: (array length=n): in the order of the nodes' indices
 *
 * Returns: (transfer full): six words of the language's BIP39 list
 */
gchar **
citiz_receipt_words (const CitizReceipt *receipts, guint n, CitizLanguage language)
{
  CitizSha256 sha;
  CitizHash hash;

  citiz_sha256_init (&sha);
  for (guint i = 0; i < n; i++)
    {
      guint8 bytes[CITIZ_RECEIPT_SIZE];

      citiz_receipt_encode (bytes, &receipts[i]);
      citiz_sha256_update (&sha, bytes, sizeof bytes);
    }
  citiz_sha256_finish (&sha, &hash);
  return citiz_words_of_hash (&hash, CITIZ_RECEIPT_WORDS, language);
}
