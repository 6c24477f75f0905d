/* What the files of this layer share. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-consent-private.h"
#include "consent/citiz-profile.h"

#include <zlib.h>

#define RAW_WINDOW (-15) /* zlib: no header, no checksum */

G_DEFINE_QUARK (citiz - consent - error - quark, citiz_consent_error)

GByteArray *
citiz_consent_text (CitizDomain domain, gconstpointer a, gsize a_n, gconstpointer b, gsize b_n)
{
  GByteArray *out = g_byte_array_new ();
  gsize n;
  const guint8 *label = citiz_domain_label (domain, &n);

  g_byte_array_append (out, label, (guint) n);
  if (a_n > 0)
    g_byte_array_append (out, a, (guint) a_n);
  if (b_n > 0)
    g_byte_array_append (out, b, (guint) b_n);
  return out;
}

CitizSecret *
citiz_consent_hkdf (CitizDomain domain,
                    const CitizId *grant,
                    CitizSecret *key,
                    gconstpointer extra,
                    gsize extra_n)
{
  g_autoptr (GByteArray) info = citiz_consent_text (domain, extra, extra_n, NULL, 0);

  return citiz_hkdf_sha256 (citiz_secret_data (key), citiz_secret_size (key), grant->b,
                            sizeof grant->b, info->data, info->len, 32);
}

GByteArray *
citiz_consent_gcm (const CitizEnv *env,
                   CitizSecret *key,
                   const GByteArray *ad,
                   gconstpointer plain,
                   gsize n)
{
  GByteArray *out = g_byte_array_new ();
  guint8 nonce[CITIZ_AES_GCM_NONCE];
  g_autoptr (GBytes) sealed = NULL;

  citiz_env_random (env, nonce, sizeof nonce);
  sealed = citiz_aes_gcm_seal (key, nonce, ad->data, ad->len, plain, n);
  g_byte_array_append (out, nonce, sizeof nonce);
  g_byte_array_append (out, g_bytes_get_data (sealed, NULL), (guint) g_bytes_get_size (sealed));
  return out;
}

GBytes *
citiz_consent_ungcm (CitizSecret *key,
                     const GByteArray *ad,
                     const guint8 *sealed,
                     gsize n,
                     GError **error)
{
  GBytes *plain = NULL;

  if (n >= CITIZ_AES_GCM_NONCE + CITIZ_AES_GCM_OVERHEAD)
    plain = citiz_aes_gcm_open (key, sealed, ad->data, ad->len, sealed + CITIZ_AES_GCM_NONCE,
                                n - CITIZ_AES_GCM_NONCE, NULL);
  if (plain == NULL)
    g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_KEY,
                 "the seal does not open with this key");
  return plain;
}

GByteArray *
citiz_consent_deflate (gconstpointer plain, gsize n)
{
  z_stream z = {.next_in = (Bytef *) plain, .avail_in = (uInt) n};
  GByteArray *out = g_byte_array_new ();

  if (deflateInit2 (&z, Z_BEST_COMPRESSION, Z_DEFLATED, RAW_WINDOW, 9, Z_DEFAULT_STRATEGY) != Z_OK)
    g_error ("zlib could not start");
  g_byte_array_set_size (out, (guint) deflateBound (&z, n));
  z.next_out = out->data;
  z.avail_out = out->len;
  if (deflate (&z, Z_FINISH) != Z_STREAM_END)
    g_error ("zlib did not finish within its own bound");
  g_byte_array_set_size (out, (guint) z.total_out);
  deflateEnd (&z);
  return out;
}

GBytes *
citiz_consent_inflate (const guint8 *data, gsize n, gsize max, GError **error)
{
  z_stream z = {.next_in = (Bytef *) data, .avail_in = (uInt) n};
  g_autoptr (GByteArray) out = g_byte_array_new ();
  guint8 block[16384];
  int rc = Z_OK;

  if (inflateInit2 (&z, RAW_WINDOW) != Z_OK)
    g_error ("zlib could not start");
  while (rc == Z_OK && out->len <= max)
    {
      z.next_out = block;
      z.avail_out = sizeof block;
      rc = inflate (&z, Z_NO_FLUSH);
      g_byte_array_append (out, block, (guint) (sizeof block - z.avail_out));
    }
  inflateEnd (&z);
  if (out->len > max)
    g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_TOO_BIG,
                 "inflates past %" G_GSIZE_FORMAT " bytes", max);
  else if (rc != Z_STREAM_END || z.avail_in != 0)
    g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_FORMAT,
                 "not a raw deflate stream");
  else
    return g_byte_array_free_to_bytes (g_steal_pointer (&out));
  return NULL;
}
