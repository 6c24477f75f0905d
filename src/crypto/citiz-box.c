/* X25519 with a one-time key, HKDF, XChaCha20-Poly1305. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-box.h"
#include "crypto/citiz-kdf.h"
#include "crypto/citiz-sign-private.h"

#include <sodium.h>
#include <string.h>

#define POINT crypto_scalarmult_BYTES

/* The key that both ends make: HKDF-SHA-256 (shared point, one-time key | recipient's key, label). */
static CitizSecret *
box_key (CitizDomain domain,
         CitizSecret *secret,
         const guint8 theirs[POINT],
         const guint8 one_time[POINT],
         const guint8 recipient[POINT])
{
  g_autoptr (CitizSecret) shared = citiz_secret_new (POINT);
  guint8 salt[2 * POINT];
  gsize label_n;
  const guint8 *label = citiz_domain_label (domain, &label_n);

  if (crypto_scalarmult (citiz_secret_data (shared), citiz_secret_data (secret), theirs) != 0)
    return NULL;
  memcpy (salt, one_time, POINT);
  memcpy (salt + POINT, recipient, POINT);
  return citiz_hkdf_sha256 (citiz_secret_data (shared), POINT, salt, sizeof salt, label, label_n,
                            CITIZ_SEAL_KEY_SIZE);
}

static GBytes *
refuse (GError **error)
{
  g_set_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_INVALID,
               "Not a key that can be sealed to");
  return NULL;
}

/**
 * citiz_box_seal:
 * @domain: one of the SEAL domains
 * @to: an Ed25519 key; its X25519 form is what is sealed to (RFC 7748, the birational map of §4.1)
 * @ad: (nullable): what the seal is bound to besides its domain
 *
 * Returns: (transfer full) (nullable): one-time key (32) | citiz_seal(); %NULL with %CITIZ_CRYPTO_ERROR_INVALID when @to is
 *   no point of the group
 */
GBytes *
citiz_box_seal (CitizDomain domain,
                const CitizPublicKey *to,
                const guint8 *ad,
                gsize ad_n,
                const guint8 *plain,
                gsize n,
                GError **error)
{
  g_autoptr (CitizSecret) secret = citiz_secret_new_random (crypto_scalarmult_SCALARBYTES);
  g_autoptr (CitizSecret) key = NULL;
  guint8 theirs[POINT];
  guint8 *out;

  if (crypto_sign_ed25519_pk_to_curve25519 (theirs, to->b) != 0)
    return refuse (error);
  out = g_malloc (n + CITIZ_BOX_OVERHEAD);
  crypto_scalarmult_base (out, citiz_secret_data (secret));
  key = box_key (domain, secret, theirs, out, theirs);
  if (key == NULL)
    {
      g_free (out);
      return refuse (error);
    }
  citiz_seal_into (out + POINT, domain, citiz_secret_data (key), ad, ad_n, plain, n);
  return g_bytes_new_take (out, n + CITIZ_BOX_OVERHEAD);
}

/**
 * citiz_box_open:
 * @key: the recipient's
 *
 * Returns: (transfer full) (nullable): what was sealed, or %NULL with %CITIZ_CRYPTO_ERROR_FORGED
 */
GBytes *
citiz_box_open (CitizDomain domain,
                const CitizSigningKey *key,
                const guint8 *ad,
                gsize ad_n,
                const guint8 *sealed,
                gsize n,
                GError **error)
{
  g_autoptr (CitizSecret) secret = citiz_signing_key_to_x25519 (key);
  g_autoptr (CitizSecret) shared_key = NULL;
  guint8 own[POINT];

  crypto_scalarmult_base (own, citiz_secret_data (secret));
  if (n >= CITIZ_BOX_OVERHEAD)
    shared_key = box_key (domain, secret, sealed, sealed, own);
  if (shared_key == NULL)
    {
      g_set_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_FORGED,
                   "The sealed bytes are not for this key");
      return NULL;
    }
  return citiz_unseal (domain, shared_key, ad, ad_n, sealed + POINT, n - POINT, error);
}
