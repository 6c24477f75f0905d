/* Signatures that were found good. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-checked.h"

#include "crypto/citiz-crypto.h"

static CitizSigningKey *
key_of (guint8 number)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);

  citiz_secret_data (seed)[0] = number;
  return citiz_signing_key_new_from_seed (seed);
}

/* What is remembered is good for these bytes, this key, this purpose, this signature, and nothing else. */
static void
test_only_itself (void)
{
  static const guint8 bytes[] = "what was signed", others[] = "what was never.";
  g_autoptr (CitizChecked) checked = citiz_checked_new ();
  g_autoptr (CitizSigningKey) key = key_of (1), other = key_of (2);
  const CitizPublicKey *public_ = citiz_signing_key_get_public (key);
  CitizSignature good, bad;

  citiz_sign (&good, CITIZ_DOMAIN_SIGN_TX, bytes, sizeof bytes, key);
  bad = good;
  bad.b[3] ^= 1;
  for (guint round = 0; round < 2; round++)
    {
      g_assert_false (
          citiz_checked_check (checked, CITIZ_DOMAIN_SIGN_TX, bytes, sizeof bytes, &bad, public_));
      g_assert_true (
          citiz_checked_check (checked, CITIZ_DOMAIN_SIGN_TX, bytes, sizeof bytes, &good, public_));
      g_assert_false (citiz_checked_check (checked, CITIZ_DOMAIN_SIGN_TX, others, sizeof others,
                                           &good, public_));
      g_assert_false (citiz_checked_check (checked, CITIZ_DOMAIN_SIGN_TX, bytes, sizeof bytes - 1,
                                           &good, public_));
      g_assert_false (citiz_checked_check (checked, CITIZ_DOMAIN_SIGN_TX, bytes, sizeof bytes,
                                           &good, citiz_signing_key_get_public (other)));
      g_assert_false (citiz_checked_check (checked, CITIZ_DOMAIN_SIGN_SPONSOR, bytes, sizeof bytes,
                                           &good, public_));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  g_test_add_func ("/checked/only-itself", test_only_itself);
  return g_test_run ();
}
