/* XChaCha20-Poly1305 bound to a domain. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-seal-private.h"

#include <sodium.h>
#include <string.h>

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG   crypto_aead_xchacha20poly1305_ietf_ABYTES
G_STATIC_ASSERT (NONCE + TAG == CITIZ_SEAL_OVERHEAD);
G_STATIC_ASSERT (crypto_aead_xchacha20poly1305_ietf_KEYBYTES == CITIZ_SEAL_KEY_SIZE);

#define STACK_AD 256

/* label | ad, in @room when it fits */
static guint8 *
label_ad (CitizDomain domain, const guint8 *ad, gsize ad_n, guint8 room[STACK_AD])
{
  gsize label_n;
  const guint8 *label = citiz_domain_label (domain, &label_n);
  guint8 *all;

  g_assert (citiz_domain_kind (domain) == CITIZ_DOMAIN_KIND_SEAL);
  all = label_n + ad_n <= STACK_AD ? room : g_malloc (label_n + ad_n);
  memcpy (all, label, label_n);
  if (ad_n > 0)
    memcpy (all + label_n, ad, ad_n);
  return all;
}

void
citiz_seal_with_nonce (guint8 *out,
                       CitizDomain domain,
                       const guint8 key[32],
                       const guint8 nonce[24],
                       const guint8 *ad,
                       gsize ad_n,
                       const guint8 *plain,
                       gsize n)
{
  guint8 room[STACK_AD];
  guint8 *all = label_ad (domain, ad, ad_n, room);

  memcpy (out, nonce, NONCE);
  crypto_aead_xchacha20poly1305_ietf_encrypt (out + NONCE, NULL, plain, n, all,
                                              CITIZ_LABEL_SIZE + ad_n, NULL, nonce, key);
  if (all != room)
    g_free (all);
}

gboolean
citiz_unseal_unlabelled (guint8 *out,
                         const guint8 key[32],
                         const guint8 nonce[24],
                         const guint8 *ad,
                         gsize ad_n,
                         const guint8 *sealed,
                         gsize n)
{
  return crypto_aead_xchacha20poly1305_ietf_decrypt (out, NULL, NULL, sealed, n, ad, ad_n, nonce,
                                                     key)
         == 0;
}

/**
 * citiz_seal_into:
 * @out: room for @n + %CITIZ_SEAL_OVERHEAD bytes: nonce, ciphertext, tag
 * @domain: one of the SEAL domains; its 16-byte label opens the associated data
 *
 * The nonce is 24 random bytes: no counter to keep, nothing repeats when a disk image is restored.
 */
void
citiz_seal_into (guint8 *out,
                 CitizDomain domain,
                 const guint8 key[32],
                 const guint8 *ad,
                 gsize ad_n,
                 const guint8 *plain,
                 gsize n)
{
  guint8 nonce[NONCE];

  citiz_random (nonce, sizeof nonce);
  citiz_seal_with_nonce (out, domain, key, nonce, ad, ad_n, plain, n);
}

/**
 * citiz_unseal_into:
 * @out: room for @n − %CITIZ_SEAL_OVERHEAD bytes; holds nothing of use unless %TRUE is returned
 *
 * Returns: %TRUE if key, domain, associated data and every byte are the ones that were sealed
 */
gboolean
citiz_unseal_into (guint8 *out,
                   CitizDomain domain,
                   const guint8 key[32],
                   const guint8 *ad,
                   gsize ad_n,
                   const guint8 *sealed,
                   gsize n)
{
  guint8 room[STACK_AD];
  guint8 *all;
  gboolean good;

  if (n < CITIZ_SEAL_OVERHEAD)
    return FALSE;
  all = label_ad (domain, ad, ad_n, room);
  good = citiz_unseal_unlabelled (out, key, sealed, all, CITIZ_LABEL_SIZE + ad_n, sealed + NONCE,
                                  n - NONCE);
  if (all != room)
    g_free (all);
  return good;
}

/**
 * citiz_seal:
 * @key32: 32 bytes
 * @ad: (nullable): what the seal is bound to besides its domain
 *
 * Returns: (transfer full): nonce (24) | ciphertext | tag (16)
 */
GBytes *
citiz_seal (CitizDomain domain,
            CitizSecret *key32,
            const guint8 *ad,
            gsize ad_n,
            const guint8 *plain,
            gsize n)
{
  guint8 *out;

  g_return_val_if_fail (citiz_secret_size (key32) == CITIZ_SEAL_KEY_SIZE, NULL);
  out = g_malloc (n + CITIZ_SEAL_OVERHEAD);
  citiz_seal_into (out, domain, citiz_secret_data (key32), ad, ad_n, plain, n);
  return g_bytes_new_take (out, n + CITIZ_SEAL_OVERHEAD);
}

/* Plaintext that is wiped when its last reader lets go of it. */
typedef struct
{
  gsize n;
  guint8 bytes[];
} Plain;

static void
plain_free (gpointer data)
{
  Plain *plain = data;

  citiz_wipe (plain->bytes, plain->n);
  g_free (plain);
}

/**
 * citiz_unseal:
 *
 * Returns: (transfer full) (nullable): what was sealed, or %NULL with %CITIZ_CRYPTO_ERROR_FORGED
 */
GBytes *
citiz_unseal (CitizDomain domain,
              CitizSecret *key32,
              const guint8 *ad,
              gsize ad_n,
              const guint8 *sealed,
              gsize n,
              GError **error)
{
  Plain *plain;

  g_return_val_if_fail (citiz_secret_size (key32) == CITIZ_SEAL_KEY_SIZE, NULL);
  plain = g_malloc (sizeof *plain + n);
  plain->n = n < CITIZ_SEAL_OVERHEAD ? 0 : n - CITIZ_SEAL_OVERHEAD;
  if (!citiz_unseal_into (plain->bytes, domain, citiz_secret_data (key32), ad, ad_n, sealed, n))
    {
      plain_free (plain);
      g_set_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_FORGED,
                   "The sealed bytes do not fit the key or were changed");
      return NULL;
    }
  return g_bytes_new_with_free_func (plain->bytes, plain->n, plain_free, plain);
}
