/* Published vectors: Wycheproof, CCTV, the RFCs. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-crypto.h"
#include "crypto/citiz-seal-private.h"
#include "crypto/citiz-sign-private.h"
#include "vector-file.h"

#include <string.h>

typedef gboolean (*Judge) (json_t *group, json_t *vector, gboolean *out_applies);

/* Every vector of a Wycheproof file must be judged as the file says; @expected of them apply to us. */
static void
run_wycheproof (const gchar *name, Judge judge, guint expected)
{
  json_t *root = vector_file (name), *group, *vector;
  gsize i, j;
  guint judged = 0;

  json_array_foreach (json_object_get (root, "testGroups"), i, group)
  {
    json_array_foreach (json_object_get (group, "tests"), j, vector)
    {
      gboolean applies = TRUE;
      gboolean good = judge (group, vector, &applies);
      if (!applies)
        continue;
      judged++;
      if (good != g_str_equal (vector_text (vector, "result"), "valid"))
        g_error ("%s: vector %" G_GINT64_FORMAT " is judged wrongly", name,
                 vector_number (vector, "tcId"));
    }
  }
  g_assert_cmpuint (judged, ==, expected);
  json_decref (root);
}

static gboolean
judge_ed25519 (json_t *group, json_t *vector, gboolean *out_applies)
{
  g_autoptr (GBytes) key = vector_bytes (json_object_get (group, "publicKey"), "pk");
  g_autoptr (GBytes) msg = vector_bytes (vector, "msg"), sig = vector_bytes (vector, "sig");
  CitizPublicKey public_key;
  CitizSignature signature;

  if (SIZE (sig) != sizeof signature.b)
    return FALSE; /* the type does not hold another size */
  memcpy (public_key.b, DATA (key), sizeof public_key.b);
  memcpy (signature.b, DATA (sig), sizeof signature.b);
  return citiz_verify_unlabelled (&signature, DATA (msg), SIZE (msg), &public_key);
}

static gboolean
judge_xchacha (json_t *group, json_t *vector, gboolean *out_applies)
{
  g_autoptr (GBytes) key = vector_bytes (vector, "key"), iv = vector_bytes (vector, "iv");
  g_autoptr (GBytes) aad = vector_bytes (vector, "aad"), msg = vector_bytes (vector, "msg");
  g_autoptr (GBytes) ct = vector_bytes (vector, "ct"), tag = vector_bytes (vector, "tag");
  g_autoptr (GByteArray) sealed = g_byte_array_new ();
  g_autofree guint8 *out = g_malloc (SIZE (ct) + 1);

  *out_applies = SIZE (iv) == 24;
  if (!*out_applies || SIZE (tag) != 16)
    return FALSE;
  g_byte_array_append (sealed, DATA (ct), (guint) SIZE (ct));
  g_byte_array_append (sealed, DATA (tag), (guint) SIZE (tag));
  return citiz_unseal_unlabelled (out, DATA (key), DATA (iv), DATA (aad), SIZE (aad), sealed->data,
                                  sealed->len)
         && memcmp (out, DATA (msg), SIZE (msg)) == 0;
}

static gboolean
judge_aes_gcm (json_t *group, json_t *vector, gboolean *out_applies)
{
  g_autoptr (GBytes) key = vector_bytes (vector, "key"), iv = vector_bytes (vector, "iv");
  g_autoptr (GBytes) aad = vector_bytes (vector, "aad"), msg = vector_bytes (vector, "msg");
  g_autoptr (GBytes) ct = vector_bytes (vector, "ct"), tag = vector_bytes (vector, "tag");
  g_autoptr (GByteArray) sealed = g_byte_array_new ();
  g_autoptr (CitizSecret) secret = NULL;
  g_autoptr (GBytes) plain = NULL, again = NULL;

  *out_applies = SIZE (key) == 32 && SIZE (iv) == 12;
  if (!*out_applies)
    return FALSE;
  secret = citiz_secret_new_take_copy (DATA (key), 32);
  g_byte_array_append (sealed, DATA (ct), (guint) SIZE (ct));
  g_byte_array_append (sealed, DATA (tag), (guint) SIZE (tag));
  plain = citiz_aes_gcm_open (secret, DATA (iv), DATA (aad), SIZE (aad), sealed->data, sealed->len,
                              NULL);
  if (plain == NULL)
    return FALSE;
  again
      = citiz_aes_gcm_seal (secret, DATA (iv), DATA (aad), SIZE (aad), DATA (plain), SIZE (plain));
  g_assert_cmpmem (DATA (again), SIZE (again), sealed->data, sealed->len);
  return g_bytes_equal (plain, msg);
}

static gboolean
judge_hkdf (json_t *group, json_t *vector, gboolean *out_applies)
{
  g_autoptr (GBytes) ikm = vector_bytes (vector, "ikm"), salt = vector_bytes (vector, "salt");
  g_autoptr (GBytes) info = vector_bytes (vector, "info"), okm = vector_bytes (vector, "okm");
  g_autoptr (CitizSecret) out = NULL;
  gsize size = (gsize) vector_number (vector, "size");

  if (size > 255 * 32)
    return FALSE; /* refused as a programmer's error */
  out = citiz_hkdf_sha256 (DATA (ikm), SIZE (ikm), DATA (salt), SIZE (salt), DATA (info),
                           SIZE (info), size);
  return SIZE (okm) == size && memcmp (citiz_secret_data (out), DATA (okm), size) == 0;
}

static gboolean
judge_hmac (json_t *group, json_t *vector, gboolean *out_applies)
{
  g_autoptr (GBytes) key = vector_bytes (vector, "key"), msg = vector_bytes (vector, "msg");
  g_autoptr (GBytes) tag = vector_bytes (vector, "tag");
  CitizHash hash;

  citiz_hmac_sha256 (&hash, DATA (key), SIZE (key), DATA (msg), SIZE (msg));
  return citiz_bytes_equal (hash.b, DATA (tag), SIZE (tag)); /* tags may be cut short */
}

static gboolean
judge_pbkdf2 (json_t *group, json_t *vector, gboolean *out_applies)
{
  g_autoptr (GBytes) password = vector_bytes (vector, "password");
  g_autoptr (GBytes) salt = vector_bytes (vector, "salt"), dk = vector_bytes (vector, "dk");
  g_autoptr (CitizSecret) out = citiz_pbkdf2_sha256 (
      DATA (password), SIZE (password), DATA (salt), SIZE (salt),
      (guint32) vector_number (vector, "iterationCount"), (gsize) vector_number (vector, "dkLen"));

  return memcmp (citiz_secret_data (out), DATA (dk), SIZE (dk)) == 0;
}

static void
test_ed25519 (void)
{
  run_wycheproof ("wycheproof-ed25519.json", judge_ed25519, 151);
}

static void
test_xchacha (void)
{
  run_wycheproof ("wycheproof-xchacha20-poly1305.json", judge_xchacha, 306);
}

static void
test_aes_gcm (void)
{
  run_wycheproof ("wycheproof-aes-gcm.json", judge_aes_gcm, 66);
}

static void
test_hkdf (void)
{
  run_wycheproof ("wycheproof-hkdf-sha256.json", judge_hkdf, 86);
}

static void
test_hmac (void)
{
  run_wycheproof ("wycheproof-hmac-sha256.json", judge_hmac, 174);
}

static void
test_pbkdf2 (void)
{
  run_wycheproof ("wycheproof-pbkdf2-hmacsha256.json", judge_pbkdf2, 60);
}

/* Signatures on the edges of RFC 8032, where libraries differ: a chain whose members disagree splits. The 43 that
 * are accepted here are the ledger's rule for ever; a library that accepts others is not to be used. */
static void
test_cctv (void)
{
  g_autofree gchar *path
      = g_build_filename (g_getenv ("CITIZ_TEST_DATA"), "vectors", "cctv-accepted.txt", NULL);
  g_autofree gchar *frozen = NULL;
  g_autoptr (GString) accepted = g_string_new (NULL);
  json_t *root = vector_file ("cctv-ed25519.json"), *vector;
  gsize i;
  guint n = 0;

  json_array_foreach (root, i, vector)
  {
    g_autoptr (GBytes) key = vector_bytes (vector, "key"), sig = vector_bytes (vector, "sig");
    const gchar *msg = vector_text (vector, "msg");
    CitizPublicKey public_key;
    CitizSignature signature;
    memcpy (public_key.b, DATA (key), sizeof public_key.b);
    memcpy (signature.b, DATA (sig), sizeof signature.b);
    if (!citiz_verify_unlabelled (&signature, (const guint8 *) msg, strlen (msg), &public_key))
      continue;
    g_string_append_printf (accepted, "%" G_GINT64_FORMAT "\n", vector_number (vector, "number"));
    n++;
  }
  g_assert_cmpuint (json_array_size (root), ==, 914);
  g_assert_cmpuint (n, ==, 43);
  g_assert_true (g_file_get_contents (path, &frozen, NULL, NULL));
  g_assert_cmpstr (accepted->str, ==, frozen);
  json_decref (root);
}

static void
expect_hex (const guint8 *bytes, gsize n, const gchar *expected)
{
  g_autofree gchar *hex = citiz_hex_encode (bytes, n);

  g_assert_cmpstr (hex, ==, expected);
}

/* FIPS 180-4 examples, one of them in pieces. */
static void
test_sha256 (void)
{
  static const gchar two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  CitizSha256 sha;
  CitizHash hash;

  citiz_sha256 (&hash, NULL, 0);
  expect_hex (hash.b, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  citiz_sha256 (&hash, (const guint8 *) "abc", 3);
  expect_hex (hash.b, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  citiz_sha256_init (&sha);
  for (gsize i = 0; i < strlen (two_blocks); i++)
    citiz_sha256_update (&sha, (const guint8 *) two_blocks + i, 1);
  citiz_sha256_finish (&sha, &hash);
  expect_hex (hash.b, 32, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* RFC 8032 §7.1, test 3: key pair and signature. */
static void
test_rfc8032 (void)
{
  guint8 seed[32];
  CitizSignature signature;
  static const guint8 msg[] = {0xaf, 0x82};
  g_autoptr (CitizSecret) secret = NULL;
  g_autoptr (CitizSigningKey) key = NULL;

  g_assert_true (citiz_hex_decode (
      seed, 32, "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"));
  secret = citiz_secret_new_take_copy (seed, 32);
  key = citiz_signing_key_new_from_seed (secret);
  expect_hex (citiz_signing_key_get_public (key)->b, 32,
              "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
  g_assert_true (
      citiz_hex_decode (signature.b, 64,
                        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"));
  g_assert_true (
      citiz_verify_unlabelled (&signature, msg, sizeof msg, citiz_signing_key_get_public (key)));
  g_assert_false (citiz_verify (&signature, CITIZ_DOMAIN_SIGN_TX, msg, sizeof msg,
                                citiz_signing_key_get_public (key)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vectors/wycheproof/ed25519", test_ed25519);
  g_test_add_func ("/vectors/wycheproof/xchacha20-poly1305", test_xchacha);
  g_test_add_func ("/vectors/wycheproof/aes-256-gcm", test_aes_gcm);
  g_test_add_func ("/vectors/wycheproof/hkdf-sha256", test_hkdf);
  g_test_add_func ("/vectors/wycheproof/hmac-sha256", test_hmac);
  g_test_add_func ("/vectors/wycheproof/pbkdf2-sha256", test_pbkdf2);
  g_test_add_func ("/vectors/cctv/ed25519", test_cctv);
  g_test_add_func ("/vectors/fips180/sha256", test_sha256);
  g_test_add_func ("/vectors/rfc8032/test3", test_rfc8032);
  return g_test_run ();
}
