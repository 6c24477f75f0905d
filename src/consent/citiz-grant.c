/* The secrets of one grant and everything derived from them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-grant.h"
#include "consent/citiz-consent-private.h"

static CitizSecret *
fresh (const CitizEnv *env)
{
  CitizSecret *secret = citiz_secret_new (32);

  citiz_env_random (env, citiz_secret_data (secret), 32);
  return secret;
}

/**
 * citiz_grant_secrets_new:
 *
 * Returns: (transfer full): a fresh grant id and the three keys of its deal
 */
CitizGrantSecrets *
citiz_grant_secrets_new (const CitizEnv *env)
{
  CitizGrantSecrets *secrets = g_new0 (CitizGrantSecrets, 1);

  secrets->grant = citiz_env_new_id (env);
  secrets->k_r = fresh (env);
  secrets->k_c = fresh (env);
  secrets->t = fresh (env);
  return secrets;
}

CitizGrantSecrets *
citiz_grant_secrets_renew (const CitizEnv *env,
                           const CitizId *grant,
                           CitizSecret *k_r,
                           CitizSecret *t)
{
  CitizGrantSecrets *secrets = g_new0 (CitizGrantSecrets, 1);

  secrets->grant = *grant;
  secrets->k_r = citiz_secret_ref (k_r);
  secrets->k_c = fresh (env);
  secrets->t = citiz_secret_ref (t);
  return secrets;
}

void
citiz_grant_secrets_free (CitizGrantSecrets *secrets)
{
  g_clear_pointer (&secrets->k_r, citiz_secret_unref);
  g_clear_pointer (&secrets->k_c, citiz_secret_unref);
  g_clear_pointer (&secrets->t, citiz_secret_unref);
  g_free (secrets);
}

/**
 * citiz_grant_chain_value:
 * @k: how many times a_0 is hashed
 */
void
citiz_grant_chain_value (CitizHash *out, const CitizId *grant, CitizSecret *t, guint k)
{
  g_autoptr (CitizSecret) a0 = citiz_consent_hkdf (CITIZ_DOMAIN_TEXT_OPEN, grant, t, NULL, 0);

  memcpy (out->b, citiz_secret_data (a0), sizeof out->b);
  for (guint i = 0; i < k; i++)
    citiz_sha256 (out, out->b, sizeof out->b);
}

CitizSecret *
citiz_grant_token (const CitizId *grant, CitizSecret *t, const CitizNodeId *node)
{
  return citiz_consent_hkdf (CITIZ_DOMAIN_TEXT_TOKEN, grant, t, node->b, sizeof node->b);
}

CitizSecret *
citiz_grant_passcode_key (const CitizId *grant, const gchar *passcode)
{
  return citiz_pbkdf2_sha256 ((const guint8 *) passcode, strlen (passcode), grant->b,
                              sizeof grant->b, CITIZ_PBKDF2_ROUNDS, 32);
}

CitizSecret *
citiz_grant_passcode_proof (CitizSecret *t, const CitizNodeId *node, CitizSecret *pk)
{
  g_autoptr (GByteArray) message
      = citiz_consent_text (CITIZ_DOMAIN_TEXT_PASS, node->b, sizeof node->b, citiz_secret_data (pk),
                            citiz_secret_size (pk));
  CitizHash mac;
  CitizSecret *proof;

  citiz_hmac_sha256 (&mac, citiz_secret_data (t), citiz_secret_size (t), message->data,
                     message->len);
  proof = citiz_secret_new_take_copy (mac.b, sizeof mac.b);
  citiz_wipe (message->data, message->len);
  citiz_wipe (&mac, sizeof mac);
  return proof;
}

void
citiz_grant_share_commitment (CitizHash *out,
                              const CitizId *grant,
                              guint8 i,
                              const guint8 share[32],
                              const guint8 salt[16])
{
  g_autoptr (GByteArray) text
      = citiz_consent_text (CITIZ_DOMAIN_TEXT_SHARE, grant->b, sizeof grant->b, &i, 1);

  g_byte_array_append (text, share, 32);
  g_byte_array_append (text, salt, 16);
  citiz_sha256 (out, text->data, text->len);
  citiz_wipe (text->data, text->len);
}
