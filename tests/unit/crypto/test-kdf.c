/* Derivations, and what a passphrase is worth. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-core.h"
#include "crypto/citiz-crypto.h"

#include <string.h>

static const guint8 salt[CITIZ_KDF_SALT_SIZE + 1] = "0123456789abcdef";

static void
test_derive (void)
{
  g_autoptr (CitizSecret) master = citiz_secret_new_random (32);
  g_autoptr (CitizSecret) a = citiz_derive (CITIZ_DOMAIN_KEY_RECORD, master, 1);
  g_autoptr (CitizSecret) again = citiz_derive (CITIZ_DOMAIN_KEY_RECORD, master, 1);
  g_autoptr (CitizSecret) next = citiz_derive (CITIZ_DOMAIN_KEY_RECORD, master, 2);
  g_autoptr (CitizSecret) other = citiz_derive (CITIZ_DOMAIN_KEY_INDEX, master, 1);

  g_assert_true (citiz_secret_equal (a, again));
  g_assert_false (citiz_secret_equal (a, next));
  g_assert_false (citiz_secret_equal (a, other));
  g_assert_false (citiz_secret_equal (a, master));
}

/* Values computed once with another implementation (hash-wasm 4, RFC 9106's Argon2id 1.3). */
static void
test_argon2 (void)
{
  static const struct
  {
    const gchar *passphrase;
    CitizKdfCost cost;
    const gchar *key;
  } table[] = {
      {"correct horse",
       {3, 64},
       "5de797640c71ce5e1dbe17ed17ba7d249adbc20db030460e84bd4c325101844e"},
      {"\u00e9t\u00e9 \u00e0 l\u2019h\u00f4pital",
       {1, 1024},
       "5b461db78b4f84091a428a2bceaea703ce93937422b4048470b58407fc976e81"},
      {"e\u0301te\u0301 a\u0300 l\u2019ho\u0302pital", /* the same, typed with accents apart */
       {1, 1024},
       "5b461db78b4f84091a428a2bceaea703ce93937422b4048470b58407fc976e81"},
      {"\ufb01n", {2, 256}, "e937769d84f5d7db3afdcff9f315ce85fbe7680c285ae05f248b1eb79bf3e533"},
      {"fin", {2, 256}, "e937769d84f5d7db3afdcff9f315ce85fbe7680c285ae05f248b1eb79bf3e533"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (CitizSecret) passphrase = citiz_secret_new_from_text (table[i].passphrase);
      g_autoptr (GError) error = NULL;
      g_autoptr (CitizSecret) key = citiz_passphrase_key (passphrase, salt, table[i].cost, &error);
      g_autofree gchar *hex = NULL;
      g_assert_no_error (error);
      hex = citiz_hex_encode (citiz_secret_data (key), citiz_secret_size (key));
      g_assert_cmpstr (hex, ==, table[i].key);
    }
}

static void
test_limits (void)
{
  static const struct
  {
    CitizKdfCost cost;
    gboolean accepted;
  } table[] = {
      {{0, 1024}, FALSE},
      {{1, 0}, FALSE},
      {{1, 7}, FALSE},
      {{1, 8}, TRUE},
      {{CITIZ_KDF_FLOOR_OPS, CITIZ_KDF_FLOOR_KIB}, TRUE},
      {{4, CITIZ_KDF_MAX_KIB}, TRUE},
      {{16, CITIZ_KDF_MAX_KIB}, TRUE},
      {{17, CITIZ_KDF_MAX_KIB}, FALSE},
      {{1, CITIZ_KDF_MAX_KIB + 1}, FALSE},
      {{1, G_MAXUINT32}, FALSE},
      {{G_MAXUINT32, 8}, FALSE},
      {{G_MAXUINT32, G_MAXUINT32}, FALSE},
  };
  g_autoptr (CitizSecret) passphrase = citiz_secret_new_from_text ("x");

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_cmpint (citiz_kdf_cost_is_acceptable (table[i].cost), ==, table[i].accepted);
      if (table[i].accepted)
        continue;
      g_assert_null (citiz_passphrase_key (passphrase, salt, table[i].cost, &error));
      g_assert_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_LIMIT);
    }
}

static void
test_not_text (void)
{
  static const guint8 bytes[] = {'a', 0xff, 'b'}, nul[] = {'a', 0, 'b'};
  static const CitizKdfCost cheap = {1, 64};
  g_autoptr (CitizSecret) wrong = citiz_secret_new_take_copy (bytes, sizeof bytes);
  g_autoptr (CitizSecret) cut = citiz_secret_new_take_copy (nul, sizeof nul);
  g_autoptr (GError) error = NULL;

  g_assert_null (citiz_passphrase_key (wrong, salt, cheap, &error));
  g_assert_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (citiz_passphrase_key (cut, salt, cheap, &error));
  g_assert_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_INVALID);
}

static void
test_calibrate (void)
{
  gint64 start = g_get_monotonic_time ();
  CitizKdfCost cost = citiz_kdf_calibrate ();

  g_test_message ("%u passes over %u KiB, found in %.2f s", cost.ops, cost.mem_kib,
                  (gdouble) (g_get_monotonic_time () - start) / 1e6);
  g_assert_cmpuint (cost.ops, >=, CITIZ_KDF_FLOOR_OPS);
  g_assert_true (cost.mem_kib == CITIZ_KDF_FLOOR_KIB || cost.mem_kib == 64 * 1024);
  g_assert_true (citiz_kdf_cost_is_acceptable (cost));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kdf/derive", test_derive);
  g_test_add_func ("/kdf/argon2", test_argon2);
  g_test_add_func ("/kdf/limits", test_limits);
  g_test_add_func ("/kdf/not-text", test_not_text);
  g_test_add_func ("/kdf/calibrate", test_calibrate);
  return g_test_run ();
}
