/* Our own frozen vectors: what this program writes today must be readable for ever. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-core.h"
#include "crypto/citiz-crypto.h"
#include "crypto/citiz-seal-private.h"
#include "crypto/citiz-shamir-private.h"
#include "vector-file.h"

#include <string.h>

static CitizDomain
domain_of (const gchar *label)
{
  for (guint d = 0; d < CITIZ_N_DOMAINS; d++)
    {
      gsize n;
      const guint8 *bytes = citiz_domain_label ((CitizDomain) d, &n);
      if (n >= strlen (label) && memcmp (bytes, label, strlen (label)) == 0)
        return (CitizDomain) d;
    }
  g_error ("No domain is called %s", label);
}

static CitizSecret *
secret_of (json_t *vector, const gchar *key)
{
  g_autoptr (GBytes) bytes = vector_bytes (vector, key);

  return citiz_secret_new_take_copy (DATA (bytes), SIZE (bytes));
}

static void
expect (json_t *vector, const gchar *key, const guint8 *bytes, gsize n)
{
  g_autofree gchar *hex = citiz_hex_encode (bytes, n);

  g_assert_cmpstr (hex, ==, vector_text (vector, key));
}

static void
check_sign (json_t *vector)
{
  g_autoptr (CitizSecret) seed = secret_of (vector, "seed");
  g_autoptr (CitizSigningKey) key = citiz_signing_key_new_from_seed (seed);
  g_autoptr (GBytes) message = vector_bytes (vector, "message");
  CitizDomain domain = domain_of (vector_text (vector, "label"));
  CitizSignature signature;

  citiz_sign (&signature, domain, DATA (message), SIZE (message), key);
  expect (vector, "signature", signature.b, sizeof signature.b);
  expect (vector, "public", citiz_signing_key_get_public (key)->b, sizeof (CitizPublicKey));
  g_assert_true (citiz_verify (&signature, domain, DATA (message), SIZE (message),
                               citiz_signing_key_get_public (key)));
}

static void
check_seal (json_t *vector)
{
  g_autoptr (GBytes) key = vector_bytes (vector, "key"), nonce = vector_bytes (vector, "nonce");
  g_autoptr (GBytes) ad = vector_bytes (vector, "ad"), plain = vector_bytes (vector, "plain");
  g_autofree guint8 *sealed = g_malloc (SIZE (plain) + CITIZ_SEAL_OVERHEAD);
  g_autofree guint8 *opened = g_malloc (SIZE (plain) + 1);
  CitizDomain domain = domain_of (vector_text (vector, "label"));

  citiz_seal_with_nonce (sealed, domain, DATA (key), DATA (nonce), DATA (ad), SIZE (ad),
                         DATA (plain), SIZE (plain));
  expect (vector, "sealed", sealed, SIZE (plain) + CITIZ_SEAL_OVERHEAD);
  g_assert_true (citiz_unseal_into (opened, domain, DATA (key), DATA (ad), SIZE (ad), sealed,
                                    SIZE (plain) + CITIZ_SEAL_OVERHEAD));
  g_assert_cmpmem (opened, SIZE (plain), DATA (plain), SIZE (plain));
}

static void
check_derive (json_t *vector)
{
  g_autoptr (CitizSecret) master = secret_of (vector, "master");
  g_autoptr (CitizSecret) key = citiz_derive (domain_of (vector_text (vector, "label")), master,
                                              (guint64) vector_number (vector, "n"));

  expect (vector, "key", citiz_secret_data (key), citiz_secret_size (key));
}

static void
append_label (GByteArray *out, CitizDomain domain)
{
  gsize n;
  const guint8 *label = citiz_domain_label (domain, &n);

  g_byte_array_append (out, label, (guint) n);
}

static void
append (GByteArray *out, GBytes *bytes)
{
  g_byte_array_append (out, DATA (bytes), (guint) SIZE (bytes));
}

static void
check_chain_of_openings (json_t *vector, GBytes *grant, CitizSecret *T)
{
  g_autoptr (GByteArray) info = g_byte_array_new ();
  g_autoptr (CitizSecret) a0 = NULL;
  CitizHash a;

  append_label (info, CITIZ_DOMAIN_TEXT_OPEN);
  a0 = citiz_hkdf_sha256 (citiz_secret_data (T), 32, DATA (grant), SIZE (grant), info->data,
                          info->len, 32);
  expect (vector, "a_0", citiz_secret_data (a0), 32);
  memcpy (a.b, citiz_secret_data (a0), 32);
  for (gint64 k = 0; k < vector_number (vector, "max"); k++)
    citiz_sha256 (&a, a.b, 32);
  expect (vector, "a_max", a.b, 32);
}

static void
check_share (json_t *vector, GBytes *grant)
{
  g_autoptr (GBytes) share = vector_bytes (vector, "share"), salt = vector_bytes (vector, "salt");
  g_autoptr (GByteArray) message = g_byte_array_new ();
  CitizHash hash;

  append_label (message, CITIZ_DOMAIN_TEXT_SHARE);
  append (message, grant);
  citiz_put_u8 (message, (guint8) vector_number (vector, "index"));
  append (message, share);
  append (message, salt);
  citiz_sha256 (&hash, message->data, message->len);
  expect (vector, "commitment", hash.b, 32);
}

static void
check_capsule (json_t *vector)
{
  g_autoptr (GBytes) grant = vector_bytes (vector, "grant"), node = vector_bytes (vector, "node");
  g_autoptr (GBytes) nonce = vector_bytes (vector, "nonce"), capsule = NULL;
  g_autoptr (CitizSecret) T = secret_of (vector, "T"), K_c = secret_of (vector, "K_c");
  g_autoptr (CitizSecret) token = NULL, pk = NULL;
  g_autoptr (GByteArray) info = g_byte_array_new (), ad = g_byte_array_new ();
  gsize size = (gsize) vector_number (vector, "size");
  g_autofree guint8 *padded = g_malloc0 (size);
  const gchar *jwe = vector_text (vector, "jwe"), *passcode = vector_text (vector, "passcode");
  guint32 length = GUINT32_TO_BE ((guint32) strlen (jwe));
  CitizHash hash;

  check_chain_of_openings (vector, grant, T);
  check_share (vector, grant);
  append_label (info, CITIZ_DOMAIN_TEXT_TOKEN);
  append (info, node);
  token = citiz_hkdf_sha256 (citiz_secret_data (T), 32, DATA (grant), SIZE (grant), info->data,
                             info->len, 32);
  expect (vector, "token", citiz_secret_data (token), 32);

  append_label (ad, CITIZ_DOMAIN_TEXT_CAPSULE);
  append (ad, grant);
  memcpy (padded, &length, 4);
  memcpy (padded + 4, jwe, strlen (jwe));
  capsule = citiz_aes_gcm_seal (K_c, DATA (nonce), ad->data, ad->len, padded, size);
  citiz_sha256 (&hash, DATA (capsule), SIZE (capsule));
  expect (vector, "capsule", hash.b, 32);

  pk = citiz_pbkdf2_sha256 ((const guint8 *) passcode, strlen (passcode), DATA (grant),
                            SIZE (grant), (guint32) vector_number (vector, "iterations"), 32);
  expect (vector, "pk", citiz_secret_data (pk), 32);
}

static void
check_shamir (json_t *vector)
{
  g_autoptr (GBytes) secret = vector_bytes (vector, "secret");
  g_autoptr (GBytes) coefficients = vector_bytes (vector, "coefficients");
  json_t *frozen = json_object_get (vector, "shares");
  guint t = (guint) vector_number (vector, "t"), m = (guint) vector_number (vector, "m");
  g_autofree CitizShare *shares = g_new (CitizShare, m);
  g_autoptr (CitizSecret) joined = NULL;
  g_autoptr (GError) error = NULL;

  citiz_shamir_split_with (DATA (secret), SIZE (secret), t, m, DATA (coefficients), shares);
  g_assert_cmpuint (json_array_size (frozen), ==, m);
  for (guint i = 0; i < m; i++)
    {
      g_autofree gchar *hex = citiz_hex_encode (shares[i].y, shares[i].n);
      g_assert_cmpstr (hex, ==, json_string_value (json_array_get (frozen, i)));
      g_assert_cmpuint (shares[i].x, ==, i + 1);
    }
  joined = citiz_shamir_combine (shares + (m - t), t, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (citiz_secret_data (joined), citiz_secret_size (joined), DATA (secret),
                   SIZE (secret));
}

static void
check_bip39 (json_t *vector)
{
  CitizLanguage language = g_str_equal (vector_text (vector, "language"), "fr") ? CITIZ_LANGUAGE_FR
                                                                                : CITIZ_LANGUAGE_EN;
  g_autoptr (CitizSecret) entropy = secret_of (vector, "entropy"), back = NULL;
  g_autoptr (GError) error = NULL;
  gchar **words = citiz_words_from_entropy (entropy, language);
  g_autofree gchar *joined = g_strjoinv (" ", words);

  g_assert_cmpstr (joined, ==, vector_text (vector, "words"));
  back = citiz_words_to_entropy (joined, &error);
  g_assert_no_error (error);
  g_assert_true (citiz_secret_equal (back, entropy));
  citiz_words_free (words);
}

static const struct
{
  const gchar *name;
  void (*check) (json_t *vector);
} files[] = {
    {"citiz-sign.json", check_sign},     {"citiz-seal.json", check_seal},
    {"citiz-derive.json", check_derive}, {"citiz-capsule.json", check_capsule},
    {"citiz-shamir.json", check_shamir}, {"bip39.json", check_bip39},
};

static void
run (gconstpointer which)
{
  json_t *root = vector_file (files[GPOINTER_TO_UINT (which)].name), *vector;
  gsize i;

  g_assert_cmpuint (json_array_size (root), >, 0);
  json_array_foreach (root, i, vector) files[GPOINTER_TO_UINT (which)].check (vector);
  json_decref (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree gchar *path = g_strconcat ("/vectors/", files[i].name, NULL);
      g_test_add_data_func (path, GUINT_TO_POINTER (i), run);
    }
  return g_test_run ();
}
