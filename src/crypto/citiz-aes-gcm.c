/* AES-256-GCM through nettle: what a browser's WebCrypto can open. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-seal.h"

#include <nettle/gcm.h>

static void
begin (struct gcm_aes256_ctx *ctx,
       CitizSecret *key32,
       const guint8 nonce[12],
       const guint8 *ad,
       gsize ad_n)
{
  gcm_aes256_set_key (ctx, citiz_secret_data (key32));
  gcm_aes256_set_iv (ctx, CITIZ_AES_GCM_NONCE, nonce);
  if (ad_n > 0)
    gcm_aes256_update (ctx, ad_n, ad);
}

/**
 * citiz_aes_gcm_seal:
 * @key32: 32 bytes
 * @nonce: 12 bytes, never twice under one key
 * @ad: (nullable): associated data, whole: the caller opens it with a domain's label
 *
 * NIST SP 800-38D.
 *
 * Returns: (transfer full): ciphertext | tag (16)
 */
GBytes *
citiz_aes_gcm_seal (CitizSecret *key32,
                    const guint8 nonce[12],
                    const guint8 *ad,
                    gsize ad_n,
                    const guint8 *plain,
                    gsize n)
{
  struct gcm_aes256_ctx ctx;
  guint8 *out;

  g_return_val_if_fail (citiz_secret_size (key32) == CITIZ_SEAL_KEY_SIZE, NULL);
  out = g_malloc (n + CITIZ_AES_GCM_OVERHEAD);
  begin (&ctx, key32, nonce, ad, ad_n);
  if (n > 0)
    gcm_aes256_encrypt (&ctx, n, out, plain);
  gcm_aes256_digest (&ctx, CITIZ_AES_GCM_OVERHEAD, out + n);
  citiz_wipe (&ctx, sizeof ctx);
  return g_bytes_new_take (out, n + CITIZ_AES_GCM_OVERHEAD);
}

/**
 * citiz_aes_gcm_open:
 * @sealed: ciphertext | tag (16)
 *
 * Returns: (transfer full) (nullable): the plaintext, or %NULL with %CITIZ_CRYPTO_ERROR_FORGED
 */
GBytes *
citiz_aes_gcm_open (CitizSecret *key32,
                    const guint8 nonce[12],
                    const guint8 *ad,
                    gsize ad_n,
                    const guint8 *sealed,
                    gsize n,
                    GError **error)
{
  struct gcm_aes256_ctx ctx;
  guint8 tag[CITIZ_AES_GCM_OVERHEAD];
  gsize plain_n = n - CITIZ_AES_GCM_OVERHEAD;
  g_autofree guint8 *out = NULL;

  g_return_val_if_fail (citiz_secret_size (key32) == CITIZ_SEAL_KEY_SIZE, NULL);
  if (n >= CITIZ_AES_GCM_OVERHEAD)
    {
      out = g_malloc (plain_n + 1);
      begin (&ctx, key32, nonce, ad, ad_n);
      if (plain_n > 0)
        gcm_aes256_decrypt (&ctx, plain_n, out, sealed);
      gcm_aes256_digest (&ctx, sizeof tag, tag);
      citiz_wipe (&ctx, sizeof ctx);
      if (citiz_bytes_equal (tag, sealed + plain_n, sizeof tag))
        return g_bytes_new_take (g_steal_pointer (&out), plain_n);
      citiz_wipe (out, plain_n);
    }
  g_set_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_FORGED,
               "The AES-GCM bytes do not fit the key or were changed");
  return NULL;
}
