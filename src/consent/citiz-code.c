/* The spoken code. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-code.h"
#include "consent/citiz-consent-private.h"

G_STATIC_ASSERT (sizeof CITIZ_CODE_ALPHABET - 1 == 32);

void
citiz_code_entry_free (CitizCodeEntry *entry)
{
  g_clear_pointer (&entry->blob, g_bytes_unref);
  g_free (entry);
}

/**
 * citiz_code_new:
 *
 * Returns: (transfer full): 40 random bits as eight characters; wipe it when done
 */
gchar *
citiz_code_new (const CitizEnv *env)
{
  guint8 bytes[CITIZ_CODE_SIZE];
  gchar *code = g_malloc0 (CITIZ_CODE_SIZE + 1);

  citiz_env_random (env, bytes, sizeof bytes);
  for (guint i = 0; i < CITIZ_CODE_SIZE; i++)
    code[i] = CITIZ_CODE_ALPHABET[bytes[i] & 31];
  citiz_wipe (bytes, sizeof bytes);
  return code;
}

gchar *
citiz_code_normalize (const gchar *typed)
{
  g_autofree gchar *code = g_malloc0 (CITIZ_CODE_SIZE + 1);
  guint n = 0;

  for (; *typed; typed++)
    {
      gchar c = g_ascii_toupper (*typed);

      if (c == ' ' || c == '-')
        continue;
      if (n == CITIZ_CODE_SIZE || strchr (CITIZ_CODE_ALPHABET, c) == NULL)
        return NULL;
      code[n++] = c;
    }
  return n == CITIZ_CODE_SIZE ? g_steal_pointer (&code) : NULL;
}

/**
 * citiz_code_key:
 * @code: eight characters as citiz_code_normalize() gives them
 * @birth_date: "YYYY-MM-DD"
 *
 * pk = PBKDF2-SHA-256 (secret | birth date, salt = locator | grant id, 600 000, 64).
 */
CitizSecret *
citiz_code_key (const gchar *code, const gchar *birth_date, const CitizId *grant)
{
  gchar *phrase = g_strconcat (code + CITIZ_CODE_LOCATOR_SIZE, birth_date, NULL);
  guint8 salt[CITIZ_CODE_LOCATOR_SIZE + sizeof grant->b];
  CitizSecret *pk;

  memcpy (salt, code, CITIZ_CODE_LOCATOR_SIZE);
  memcpy (salt + CITIZ_CODE_LOCATOR_SIZE, grant->b, sizeof grant->b);
  pk = citiz_pbkdf2_sha256 ((const guint8 *) phrase, strlen (phrase), salt, sizeof salt,
                            CITIZ_PBKDF2_ROUNDS, 64);
  citiz_wipe_text (phrase);
  return pk;
}

CitizSecret *
citiz_code_proof (CitizSecret *pk, const CitizNodeId *node)
{
  g_autoptr (GByteArray) message
      = citiz_consent_text (CITIZ_DOMAIN_TEXT_CODE, node->b, sizeof node->b, NULL, 0);
  CitizHash mac;
  CitizSecret *proof;

  citiz_hmac_sha256 (&mac, citiz_secret_data (pk) + 32, 32, message->data, message->len);
  proof = citiz_secret_new_take_copy (mac.b, sizeof mac.b);
  citiz_wipe (&mac, sizeof mac);
  return proof;
}

/* AD of the blob is the bare grant id. */
static GByteArray *
blob_ad (const CitizId *grant)
{
  return g_byte_array_append (g_byte_array_new (), grant->b, sizeof grant->b);
}

CitizCodeEntry *
citiz_code_seal (const CitizEnv *env,
                 const gchar *code,
                 CitizSecret *pk,
                 const CitizId *grant,
                 const CitizNodeId *node,
                 const gchar *link)
{
  CitizCodeEntry *entry = g_new0 (CitizCodeEntry, 1);
  g_autoptr (CitizSecret) key = citiz_secret_new_take_copy (citiz_secret_data (pk), 32);
  g_autoptr (CitizSecret) proof = citiz_code_proof (pk, node);
  g_autoptr (GByteArray) ad = blob_ad (grant);

  g_strlcpy (entry->locator, code, sizeof entry->locator);
  entry->grant = *grant;
  entry->node = *node;
  citiz_sha256 (&entry->proof_hash, citiz_secret_data (proof), 32);
  entry->blob = g_byte_array_free_to_bytes (citiz_consent_gcm (env, key, ad, link, strlen (link)));
  return entry;
}

gchar *
citiz_code_open (CitizSecret *pk, const CitizId *grant, GBytes *blob, GError **error)
{
  g_autoptr (CitizSecret) key = citiz_secret_new_take_copy (citiz_secret_data (pk), 32);
  g_autoptr (GByteArray) ad = blob_ad (grant);
  gsize n;
  const guint8 *bytes = g_bytes_get_data (blob, &n);
  g_autoptr (GBytes) link = citiz_consent_ungcm (key, ad, bytes, n, error);

  return link ? g_strndup (g_bytes_get_data (link, NULL), g_bytes_get_size (link)) : NULL;
}
