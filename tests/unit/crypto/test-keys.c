/* Secrets, domains, signatures, seals. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-crypto.h"

#include <string.h>

static void
test_secret (void)
{
  g_autoptr (CitizSecret) a = citiz_secret_new (32), b = citiz_secret_new (32);
  g_autoptr (CitizSecret) c = citiz_secret_new_random (32), d = citiz_secret_new_from_text ("abc");
  g_autoptr (CitizSecret) same = citiz_secret_ref (c);

  g_assert_true (citiz_secret_equal (a, b));
  g_assert_false (citiz_secret_equal (a, c));
  g_assert_false (citiz_secret_equal (a, d));
  g_assert_true (same == c);
  g_assert_cmpmem (citiz_secret_data (d), citiz_secret_size (d), "abc", 3);
  citiz_secret_data (b)[31] = 1;
  g_assert_false (citiz_secret_equal (a, b));
  g_test_message ("secrets are %slocked in memory", citiz_secret_is_locked (a) ? "" : "not ");
}

static void
overrun (void)
{
  CitizSecret *secret = citiz_secret_new (32);
  volatile guint8 *bytes = citiz_secret_data (secret);

  bytes[32] = 1;
}

/* One byte past a secret is a guard page. */
static void
test_guard (void)
{
  if (g_test_subprocess ())
    {
      overrun ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
}

static void
test_domains (void)
{
  static const gsize sizes[] = {16, 8, 16, 0, 1};
  g_autoptr (GHashTable) seen
      = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);

  for (guint d = 0; d < CITIZ_N_DOMAINS; d++)
    {
      gsize n, expected = sizes[citiz_domain_kind ((CitizDomain) d)];
      const guint8 *label = citiz_domain_label ((CitizDomain) d, &n);
      g_assert_cmpuint (n, >, 0);
      if (expected > 0)
        g_assert_cmpuint (n, ==, expected);
      g_assert_true (g_hash_table_add (seen, g_bytes_new (label, n))); /* none twice */
    }
}

/* A label that opens another one would let one purpose's bytes be read as the other's. */
static void
test_domains_prefix (void)
{
  for (guint i = 0; i < CITIZ_N_DOMAINS; i++)
    for (guint j = 0; j < CITIZ_N_DOMAINS; j++)
      {
        gsize n, m;
        const guint8 *a = citiz_domain_label ((CitizDomain) i, &n);
        const guint8 *b = citiz_domain_label ((CitizDomain) j, &m);
        if (i != j && citiz_domain_kind ((CitizDomain) i) == citiz_domain_kind ((CitizDomain) j))
          g_assert_false (n <= m && memcmp (a, b, n) == 0);
      }
}

static void
test_sign (void)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32),
                          other_seed = citiz_secret_new_random (32);
  g_autoptr (CitizSigningKey) key = citiz_signing_key_new_from_seed (seed);
  g_autoptr (CitizSigningKey) other = citiz_signing_key_new_from_seed (other_seed);
  const CitizPublicKey *public_key = citiz_signing_key_get_public (key);
  g_autofree guint8 *msg = g_malloc (5000);
  static const gsize sizes[] = {0, 1, 1008, 1009, 5000};

  citiz_random (msg, 5000);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gsize n = sizes[i];
      CitizSignature signature;
      citiz_sign (&signature, CITIZ_DOMAIN_SIGN_TX, msg, n, key);
      g_assert_true (citiz_verify (&signature, CITIZ_DOMAIN_SIGN_TX, msg, n, public_key));
      g_assert_false (citiz_verify (&signature, CITIZ_DOMAIN_SIGN_ACK, msg, n, public_key));
      g_assert_false (citiz_verify (&signature, CITIZ_DOMAIN_SIGN_TX, msg, n,
                                    citiz_signing_key_get_public (other)));
      if (n > 0)
        {
          g_assert_false (citiz_verify (&signature, CITIZ_DOMAIN_SIGN_TX, msg, n - 1, public_key));
          msg[n / 2] ^= 1;
          g_assert_false (citiz_verify (&signature, CITIZ_DOMAIN_SIGN_TX, msg, n, public_key));
          msg[n / 2] ^= 1;
        }
      signature.b[i * 12] ^= 0x10;
      g_assert_false (citiz_verify (&signature, CITIZ_DOMAIN_SIGN_TX, msg, n, public_key));
    }
}

static void
test_seal (void)
{
  g_autoptr (CitizSecret) key = citiz_secret_new_random (32), wrong = citiz_secret_new_random (32);
  static const guint8 ad[] = "object 7", plain[] = "sealed";
  g_autoptr (GBytes) one
      = citiz_seal (CITIZ_DOMAIN_SEAL_OBJECT, key, ad, sizeof ad, plain, sizeof plain);
  g_autoptr (GBytes) two
      = citiz_seal (CITIZ_DOMAIN_SEAL_OBJECT, key, ad, sizeof ad, plain, sizeof plain);
  g_autoptr (GBytes) opened = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;
  const guint8 *sealed = g_bytes_get_data (one, &n);
  g_autofree guint8 *changed = g_memdup2 (sealed, n);

  g_assert_false (g_bytes_equal (one, two));
  g_assert_cmpuint (n, ==, sizeof plain + CITIZ_SEAL_OVERHEAD);
  opened = citiz_unseal (CITIZ_DOMAIN_SEAL_OBJECT, key, ad, sizeof ad, sealed, n, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (opened, NULL), g_bytes_get_size (opened), plain, sizeof plain);

#define REFUSED(domain, key, ad, ad_n, bytes, n)                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_null (citiz_unseal (domain, key, ad, ad_n, bytes, n, &error));                        \
    g_assert_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_FORGED);                         \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END
  REFUSED (CITIZ_DOMAIN_SEAL_SLOT, key, ad, sizeof ad, sealed, n);
  REFUSED (CITIZ_DOMAIN_SEAL_OBJECT, wrong, ad, sizeof ad, sealed, n);
  REFUSED (CITIZ_DOMAIN_SEAL_OBJECT, key, ad, sizeof ad - 1, sealed, n);
  for (gsize i = 0; i < n; i++)
    {
      REFUSED (CITIZ_DOMAIN_SEAL_OBJECT, key, ad, sizeof ad, sealed, i);
      changed[i] ^= 0x80;
      REFUSED (CITIZ_DOMAIN_SEAL_OBJECT, key, ad, sizeof ad, changed, n);
      changed[i] ^= 0x80;
    }
#undef REFUSED
}

/* Associated data longer than what is kept on the stack, nothing sealed. */
static void
test_seal_edges (void)
{
  g_autoptr (CitizSecret) key = citiz_secret_new_random (32);
  g_autofree guint8 *ad = g_malloc0 (1000);
  g_autoptr (GError) error = NULL;

  for (gsize n = 0; n < 1000; n += 111)
    {
      g_autoptr (GBytes) sealed = citiz_seal (CITIZ_DOMAIN_SEAL_STATE, key, ad, n, NULL, 0),
                         opened = citiz_unseal (CITIZ_DOMAIN_SEAL_STATE, key, ad, n,
                                                g_bytes_get_data (sealed, NULL),
                                                g_bytes_get_size (sealed), &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (opened), ==, 0);
    }
}

static void
test_aes_gcm (void)
{
  g_autoptr (CitizSecret) key = citiz_secret_new_random (32);
  static const guint8 nonce[12] = {1}, other_nonce[12] = {2}, plain[100] = {3};
  g_autoptr (GError) error = NULL;

  for (gsize n = 0; n <= sizeof plain; n += 20)
    {
      g_autoptr (GBytes) sealed = citiz_aes_gcm_seal (key, nonce, plain, n / 2, plain, n);
      g_autoptr (GBytes) opened = NULL;
      gsize m;
      const guint8 *bytes = g_bytes_get_data (sealed, &m);
      opened = citiz_aes_gcm_open (key, nonce, plain, n / 2, bytes, m, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (opened, NULL), g_bytes_get_size (opened), plain, n);
      g_assert_null (citiz_aes_gcm_open (key, other_nonce, plain, n / 2, bytes, m, NULL));
      g_assert_null (citiz_aes_gcm_open (key, nonce, plain, n / 2 + 1, bytes, m, NULL));
      g_assert_null (citiz_aes_gcm_open (key, nonce, plain, n / 2, bytes, m - 1, NULL));
      g_assert_null (citiz_aes_gcm_open (key, nonce, plain, n / 2, bytes, 15, &error));
      g_assert_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_FORGED);
      g_clear_error (&error);
    }
}

static void
test_random (void)
{
  guint counts[10] = {0};

  for (guint i = 0; i < 10000; i++)
    counts[citiz_random_below (10)]++;
  for (guint i = 0; i < 10; i++)
    g_assert_true (counts[i] > 800 && counts[i] < 1200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init () && citiz_crypto_init ());
  g_test_add_func ("/crypto/secret", test_secret);
  g_test_add_func ("/crypto/secret/guard", test_guard);
  g_test_add_func ("/crypto/domains", test_domains);
  g_test_add_func ("/crypto/domains/prefix", test_domains_prefix);
  g_test_add_func ("/crypto/sign", test_sign);
  g_test_add_func ("/crypto/seal", test_seal);
  g_test_add_func ("/crypto/seal/edges", test_seal_edges);
  g_test_add_func ("/crypto/aes-gcm", test_aes_gcm);
  g_test_add_func ("/crypto/random", test_random);
  return g_test_run ();
}
