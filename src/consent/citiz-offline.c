/* The one-file capsule. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-offline.h"
#include "consent/citiz-capsule.h"
#include "consent/citiz-consent-private.h"
#include "consent/citiz-grant.h"
#include "consent/citiz-profile.h"
#include "record/citiz-decimal.h"

#define OPEN_TAG  "<script type=\"application/json\" id=\"citiz-capsule\">"
#define CLOSE_TAG "</script>"

/* Text of a JSON island: "<" would let its content end the element. */
static gchar *
island_text (json_t *island)
{
  gchar *text = citiz_json_dump (island);
  GString *safe = g_string_new (text);

  g_string_replace (safe, "<", "\\u003c", 0);
  citiz_wipe_text (text);
  return g_string_free (safe, FALSE);
}

gchar *
citiz_offline_fill (const gchar *page, json_t *island, GError **error)
{
  const gchar *mark = strstr (page, OPEN_TAG CLOSE_TAG);
  g_autofree gchar *before = NULL;
  gchar *text, *html;

  if (mark == NULL)
    {
      g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_FORMAT,
                   "the page has no place for a summary");
      return NULL;
    }
  before = g_strndup (page, (gsize) (mark - page) + strlen (OPEN_TAG));
  text = island_text (island);
  html = g_strconcat (before, text, mark + strlen (OPEN_TAG), NULL);
  citiz_wipe_text (text);
  return html;
}

static CitizSecret *
code_key (const gchar *code, const guint8 salt[16], guint32 rounds)
{
  return citiz_pbkdf2_sha256 ((const guint8 *) code, strlen (code), salt, 16, rounds, 32);
}

gchar *
citiz_offline_make (const CitizEnv *env,
                    const gchar *page,
                    json_t *bundle,
                    const gchar *code,
                    const gchar *label,
                    GError **error)
{
  guint8 salt[16];
  gchar *text = citiz_json_dump (bundle);
  g_autoptr (GByteArray) ad = citiz_consent_text (CITIZ_DOMAIN_TEXT_OFFLINE, NULL, 0, NULL, 0);
  g_autoptr (GByteArray) packed = NULL, sealed = NULL;
  g_autoptr (CitizSecret) key = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (citiz_env_now (env).ms / CITIZ_SECOND);
  g_autofree gchar *made = g_date_time_format (now, "%Y-%m-%dT%H:%M:%SZ");
  g_autofree gchar *salt_text = NULL, *nonce = NULL, *data = NULL;
  json_t *island;
  gchar *html;

  citiz_env_random (env, salt, sizeof salt);
  key = code_key (code, salt, CITIZ_PBKDF2_ROUNDS);
  packed = citiz_consent_deflate (text, strlen (text));
  citiz_wipe_text (text);
  sealed = citiz_consent_gcm (env, key, ad, packed->data, packed->len);
  citiz_wipe (packed->data, packed->len);
  salt_text = citiz_base64url_encode (salt, sizeof salt);
  nonce = citiz_base64url_encode (sealed->data, CITIZ_AES_GCM_NONCE);
  data = citiz_base64url_encode (sealed->data + CITIZ_AES_GCM_NONCE,
                                 sealed->len - CITIZ_AES_GCM_NONCE);
  island = json_pack ("{s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "salt", salt_text, "iterations",
                      CITIZ_PBKDF2_ROUNDS, "nonce", nonce, "data", data, "zip", "DEF", "made", made,
                      "label", label ? label : "");
  html = citiz_offline_fill (page, island, error);
  json_decref (island);
  return html;
}

static json_t *
read_island (const gchar *html)
{
  const gchar *begin = strstr (html, OPEN_TAG);
  const gchar *end = begin ? strstr (begin, CLOSE_TAG) : NULL;

  if (end == NULL)
    return NULL;
  begin += strlen (OPEN_TAG);
  return json_loadb (begin, (size_t) (end - begin), JSON_REJECT_DUPLICATES, NULL);
}

json_t *
citiz_offline_open (const gchar *html, const gchar *code, GError **error)
{
  json_t *island = read_island (html), *bundle = NULL;
  const char *salt_text = "", *nonce_text = "", *data_text = "";
  int rounds = 0;
  g_autoptr (GBytes) salt = NULL, nonce = NULL, data = NULL, packed = NULL, plain = NULL;
  g_autoptr (GByteArray) ad = citiz_consent_text (CITIZ_DOMAIN_TEXT_OFFLINE, NULL, 0, NULL, 0);
  g_autoptr (GByteArray) sealed = g_byte_array_new ();
  g_autoptr (CitizSecret) key = NULL;

  if (island
      && json_unpack (island, "{s:s, s:i, s:s, s:s}", "salt", &salt_text, "iterations", &rounds,
                      "nonce", &nonce_text, "data", &data_text)
             == 0)
    {
      salt = citiz_base64url_decode (salt_text);
      nonce = citiz_base64url_decode (nonce_text);
      data = citiz_base64url_decode (data_text);
    }
  json_decref (island);
  if (salt == NULL || nonce == NULL || data == NULL || g_bytes_get_size (salt) != 16
      || g_bytes_get_size (nonce) != CITIZ_AES_GCM_NONCE || rounds < 1
      || rounds > 10 * CITIZ_PBKDF2_ROUNDS)
    {
      g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_FORMAT,
                   "not a one-file capsule");
      return NULL;
    }
  g_byte_array_append (sealed, g_bytes_get_data (nonce, NULL), CITIZ_AES_GCM_NONCE);
  g_byte_array_append (sealed, g_bytes_get_data (data, NULL), (guint) g_bytes_get_size (data));
  key = code_key (code, g_bytes_get_data (salt, NULL), (guint32) rounds);
  packed = citiz_consent_ungcm (key, ad, sealed->data, sealed->len, error);
  if (packed)
    plain = citiz_consent_inflate (g_bytes_get_data (packed, NULL), g_bytes_get_size (packed),
                                   CITIZ_CAPSULE_BUNDLE_MAX, error);
  if (plain)
    bundle = json_loadb (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain),
                         JSON_REJECT_DUPLICATES, NULL);
  if (plain && bundle == NULL)
    g_set_error (error, CITIZ_CONSENT_ERROR, CITIZ_CONSENT_ERROR_FORMAT,
                 "the capsule holds no JSON");
  return bundle;
}
