/* JWE and the padded, sealed capsule around it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-capsule.h"
#include "consent/citiz-consent-private.h"
#include "consent/citiz-profile.h"

#define HEADER                                                                                     \
  "{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"cty\":\"application/fhir+json\",\"zip\":\"DEF\"}"

static const gsize size_classes[]
    = {4u << 10, 16u << 10, 64u << 10, 256u << 10, 1u << 20, 4u << 20};

/**
 * citiz_jwe_encrypt:
 * @key: 32 bytes; a fresh nonce is drawn for each call, so one key may serve several versions
 *
 * RFC 7516 §7.1 (compact), RFC 7518 §4.5 and §5.3, §4.1.3 (DEF).
 */
gchar *
citiz_jwe_encrypt (const CitizEnv *env, CitizSecret *key, const guint8 *plain, gsize n)
{
  g_autofree gchar *head = citiz_base64url_encode ((const guint8 *) HEADER, sizeof HEADER - 1);
  g_autoptr (GByteArray) packed = citiz_consent_deflate (plain, n);
  guint8 nonce[CITIZ_AES_GCM_NONCE];
  g_autoptr (GBytes) sealed = NULL;
  g_autofree gchar *iv = NULL, *text = NULL, *tag = NULL;
  const guint8 *bytes;
  gsize sealed_n;

  citiz_env_random (env, nonce, sizeof nonce);
  sealed = citiz_aes_gcm_seal (key, nonce, (const guint8 *) head, strlen (head), packed->data,
                               packed->len);
  citiz_wipe (packed->data, packed->len);
  bytes = g_bytes_get_data (sealed, &sealed_n);
  iv = citiz_base64url_encode (nonce, sizeof nonce);
  text = citiz_base64url_encode (bytes, sealed_n - CITIZ_AES_GCM_OVERHEAD);
  tag = citiz_base64url_encode (bytes + sealed_n - CITIZ_AES_GCM_OVERHEAD, CITIZ_AES_GCM_OVERHEAD);
  return g_strconcat (head, "..", iv, ".", text, ".", tag, NULL);
}

static gboolean
header_is_ours (const gchar *encoded, gboolean *zip)
{
  g_autoptr (GBytes) bytes = citiz_base64url_decode (encoded);
  json_t *head = NULL;
  const char *alg = NULL, *enc = NULL, *cty = NULL, *zip_name = NULL;
  gboolean fine = FALSE;

  if (bytes && g_bytes_get_size (bytes) <= 512)
    head = json_loadb (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                       JSON_REJECT_DUPLICATES, NULL);
  if (json_is_object (head)
      && json_unpack (head, "{s:s, s:s, s?s, s?s !}", "alg", &alg, "enc", &enc, "cty", &cty, "zip",
                      &zip_name)
             == 0)
    fine = g_str_equal (alg, "dir") && g_str_equal (enc, "A256GCM")
           && (cty == NULL || g_str_equal (cty, "application/fhir+json"))
           && (zip_name == NULL || g_str_equal (zip_name, "DEF"));
  *zip = fine && zip_name != NULL;
  json_decref (head);
  return fine;
}

GBytes *
citiz_jwe_decrypt (CitizSecret *key, const gchar *jwe, gssize n, GError **error)
{
  g_autofree gchar *copy = n < 0 ? g_strdup (jwe) : g_strndup (jwe, (gsize) n);
  g_auto (GStrv) parts = g_strsplit (copy, ".", 6);
  g_autoptr (GBytes) iv = NULL, text = NULL, tag = NULL, plain = NULL;
  g_autoptr (GByteArray) sealed = NULL;
  gboolean zip = FALSE;

  if (g_strv_length (parts) == 5 && parts[1][0] == '\0' && header_is_ours (parts[0], &zip))
    {
      iv = citiz_base64url_decode (parts[2]);
      text = citiz_base64url_decode (parts[3]);
      tag = citiz_base64url_decode (parts[4]);
    }
  if (iv == NULL || text == NULL || tag == NULL || g_bytes_get_size (iv) != CITIZ_AES_GCM_NONCE
      || g_bytes_get_size (tag) != CITIZ_AES_GCM_OVERHEAD)
    {
      g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_FORMAT,
                   "not a compact JWE of our shape");
      return NULL;
    }
  sealed = g_byte_array_new ();
  g_byte_array_append (sealed, g_bytes_get_data (text, NULL), (guint) g_bytes_get_size (text));
  g_byte_array_append (sealed, g_bytes_get_data (tag, NULL), CITIZ_AES_GCM_OVERHEAD);
  plain = citiz_aes_gcm_open (key, g_bytes_get_data (iv, NULL), (const guint8 *) parts[0],
                              strlen (parts[0]), sealed->data, sealed->len, NULL);
  if (plain == NULL)
    {
      g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_KEY,
                   "the JWE does not open with this key");
      return NULL;
    }
  if (!zip)
    return g_steal_pointer (&plain);
  return citiz_consent_inflate (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain),
                                CITIZ_CAPSULE_BUNDLE_MAX, error);
}

/**
 * citiz_capsule_seal:
 *
 * Returns: (transfer full) (nullable): the capsule, or %NULL with %CITIZ_CONSENT_ERROR_TOO_BIG
 */
GBytes *
citiz_capsule_seal (const CitizEnv *env,
                    const CitizId *grant,
                    CitizSecret *k_c,
                    const gchar *jwe,
                    GError **error)
{
  g_autoptr (GByteArray) ad
      = citiz_consent_text (CITIZ_DOMAIN_TEXT_CAPSULE, grant->b, sizeof grant->b, NULL, 0);
  g_autoptr (GByteArray) padded = g_byte_array_new ();
  gsize n = strlen (jwe);

  for (guint i = 0; i < G_N_ELEMENTS (size_classes); i++)
    if (n + 4 <= size_classes[i])
      {
        citiz_put_u32 (padded, (guint32) n);
        citiz_put_bytes (padded, (const guint8 *) jwe, n);
        g_byte_array_set_size (padded, (guint) size_classes[i]);
        memset (padded->data + 4 + n, 0, size_classes[i] - 4 - n);
        return g_byte_array_free_to_bytes (
            citiz_consent_gcm (env, k_c, ad, padded->data, padded->len));
      }
  g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_TOO_BIG,
               "a summary of %" G_GSIZE_FORMAT " bytes", n);
  return NULL;
}

/**
 * citiz_capsule_open:
 *
 * Returns: (transfer full) (nullable): the JWE
 */
gchar *
citiz_capsule_open (const CitizId *grant, CitizSecret *k_c, GBytes *capsule, GError **error)
{
  g_autoptr (GByteArray) ad
      = citiz_consent_text (CITIZ_DOMAIN_TEXT_CAPSULE, grant->b, sizeof grant->b, NULL, 0);
  gsize n;
  const guint8 *bytes = g_bytes_get_data (capsule, &n);
  g_autoptr (GBytes) padded = citiz_consent_ungcm (k_c, ad, bytes, n, error);
  CitizCursor cursor;
  guint32 jwe_n;
  const guint8 *jwe;

  if (padded == NULL)
    return NULL;
  cursor = citiz_cursor (g_bytes_get_data (padded, NULL), g_bytes_get_size (padded));
  if (citiz_take_u32 (&cursor, &jwe_n) && (jwe = citiz_take_view (&cursor, jwe_n)) != NULL
      && memchr (jwe, 0, jwe_n) == NULL)
    return g_strndup ((const gchar *) jwe, jwe_n);
  g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_FORMAT,
               "the capsule's length does not fit");
  return NULL;
}
