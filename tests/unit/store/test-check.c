/* Signatures checked on other threads. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-check-pool.h"

#include "crypto/citiz-crypto.h"

#include "../tools.h"
#include <string.h>

typedef struct
{
  guint32 message;
  CitizSignature signature;
} Signed;

static Signed
make (guint32 message, const CitizSigningKey *key)
{
  Signed made = {.message = message};

  citiz_sign (&made.signature, CITIZ_DOMAIN_SIGN_TX, (const guint8 *) &made.message,
              sizeof made.message, key);
  return made;
}

#define ARGS(what, domain, key)                                                                    \
  domain, (const guint8 *) &(what).message, sizeof (what).message, &(what).signature,              \
      citiz_signing_key_get_public (key)

static void
test_pool (void)
{
  g_autoptr (CitizSigningKey) key = tools_key (1);

  for (guint n = 0; n < 400; n += 1 + n / 2)
    for (gint bad = -1; bad < (gint) n; bad += 1 + MAX (bad, 0))
      {
        g_autoptr (CitizCheckPool) pool = citiz_check_pool_new ();
        guint64 tag = 0;

        for (guint i = 0; i < n; i++)
          {
            Signed made = make (i, key);

            made.signature.b[5] ^= (guint8) (bad >= 0 && i >= (guint) bad);
            citiz_check_pool_tag (pool, 1000 + i);
            g_assert_true (citiz_check_pool_later (pool, ARGS (made, CITIZ_DOMAIN_SIGN_TX, key)));
          }
        g_assert_cmpint (citiz_check_pool_finish (pool, &tag), ==, bad < 0);
        g_assert_cmpint (citiz_check_pool_failed (pool, &tag), ==, bad >= 0);
        g_assert_cmpint (citiz_check_pool_finish (pool, &tag), ==, bad < 0); /* nor later */
        if (bad >= 0)
          g_assert_cmpuint (tag, ==, 1000 + (guint) bad);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  g_test_add_func ("/check/pool", test_pool);
  return g_test_run ();
}
