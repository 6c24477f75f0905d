/* Secret sharing: the field, every subset, what too few shares tell, and another implementation. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-core.h"
#include "crypto/citiz-shamir-private.h"

#include <string.h>
#if HAVE_GFSHARE
#include <libgfshare.h>
#endif

static guint8
slow_mul (guint a, guint b)
{
  guint product = 0;

  for (guint bit = 0; bit < 8; bit++)
    if (b >> bit & 1)
      product ^= a << bit;
  for (guint bit = 15; bit >= 8; bit--)
    if (product >> bit & 1)
      product ^= 0x11bu << (bit - 8);
  return (guint8) product;
}

static void
test_field (void)
{
  for (guint a = 0; a < 256; a++)
    {
      for (guint b = 0; b < 256; b++)
        g_assert_cmpuint (citiz_gf256_mul ((guint8) a, (guint8) b), ==, slow_mul (a, b));
      g_assert_cmpuint (citiz_gf256_mul ((guint8) a, citiz_gf256_inverse ((guint8) a)), ==,
                        a == 0 ? 0 : 1);
    }
}

/* Every subset of t of m shares, in every field size up to m = 6, gives the secret back. */
static void
test_subsets (void)
{
  guint8 secret[32];

  citiz_random (secret, sizeof secret);
  for (guint m = 1; m <= 6; m++)
    for (guint t = 1; t <= m; t++)
      {
        CitizShare shares[6], chosen[6];
        citiz_shamir_split (secret, sizeof secret, t, m, shares);
        for (guint mask = 0; mask < 1u << m; mask++)
          {
            g_autoptr (CitizSecret) joined = NULL;
            guint k = 0;
            for (guint i = 0; i < m; i++)
              if (mask >> i & 1)
                chosen[k++] = shares[m - 1 - i];
            if (k != t)
              continue;
            joined = citiz_shamir_combine (chosen, t, NULL);
            g_assert_cmpmem (citiz_secret_data (joined), 32, secret, sizeof secret);
          }
      }
}

/* t = 2: for one share and any guessed secret there is exactly one polynomial, so every secret stays as likely. */
static void
test_one_share_tells_nothing (void)
{
  static const guint8 points[] = {1, 2, 7};
  CitizShare shares[7];

  for (guint p = 0; p < G_N_ELEMENTS (points); p++)
    for (guint secret = 0; secret < 256; secret++)
      {
        gboolean seen[256] = {FALSE};
        for (guint c = 0; c < 256; c++)
          {
            guint8 s = (guint8) secret, coefficient = (guint8) c;
            citiz_shamir_split_with (&s, 1, 2, points[p], &coefficient, shares);
            g_assert_false (seen[shares[points[p] - 1].y[0]]);
            seen[shares[points[p] - 1].y[0]] = TRUE;
          }
      }
}

/* t = 3: the map from the two coefficients to two shares is one to one for each secret. */
static void
test_two_shares_tell_nothing (void)
{
  static const guint8 secrets[] = {0, 1, 0x80, 0xff};
  g_autofree guint8 *seen = g_malloc (65536);
  CitizShare shares[3];

  for (guint s = 0; s < G_N_ELEMENTS (secrets); s++)
    {
      memset (seen, 0, 65536);
      for (guint c = 0; c < 65536; c++)
        {
          guint8 coefficients[2] = {(guint8) c, (guint8) (c >> 8)};
          guint pair;
          citiz_shamir_split_with (&secrets[s], 1, 3, 3, coefficients, shares);
          pair = shares[0].y[0] | (guint) shares[2].y[0] << 8;
          g_assert_cmpuint (seen[pair], ==, 0);
          seen[pair] = 1;
        }
    }
}

static void
test_refused (void)
{
  guint8 secret[16] = {1};
  CitizShare shares[3], bad[3];
  g_autoptr (GError) error = NULL;

  citiz_shamir_split (secret, sizeof secret, 2, 3, shares);
#define REFUSED(change)                                                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    memcpy (bad, shares, sizeof bad);                                                              \
    change;                                                                                        \
    g_assert_null (citiz_shamir_combine (bad, 2, &error));                                         \
    g_assert_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_INVALID);                        \
    g_clear_error (&error);                                                                        \
  }                                                                                                \
  G_STMT_END
  REFUSED (bad[1] = bad[0]);
  REFUSED (bad[1].x = bad[0].x);
  REFUSED (bad[0].x = 0);
  REFUSED (bad[0].n = 15);
  REFUSED (bad[0].n = bad[1].n = 0);
  REFUSED (bad[0].n = bad[1].n = 65);
#undef REFUSED
  g_assert_null (citiz_shamir_combine (shares, 0, NULL));
}

#if HAVE_GFSHARE
static void
fill_rand (unsigned char *out, unsigned int n)
{
  citiz_random (out, n);
}

/* Their field is GF(2^8) modulo 0x11d, ours modulo 0x11b. Up to a change of names there is one field of 256 elements:
 * to_ours[] takes their x to an element that solves their equation in our field, and so on for sums of its powers. */
static guint8 to_ours[256], to_theirs[256];

static guint8
image (guint8 root, guint8 a)
{
  guint8 power = 1, sum = 0;

  for (guint bit = 0; bit < 8; bit++)
    {
      sum ^= a >> bit & 1 ? power : 0;
      power = citiz_gf256_mul (power, root);
    }
  return sum;
}

static void
find_isomorphism (void)
{
  for (guint root = 2; root < 256; root++)
    {
      guint8 r = (guint8) root, r2 = citiz_gf256_mul (r, r), r4 = citiz_gf256_mul (r2, r2);
      if ((citiz_gf256_mul (r4, r4) ^ r4 ^ citiz_gf256_mul (r2, r) ^ r2 ^ 1) != 0)
        continue;
      for (guint a = 0; a < 256; a++)
        {
          to_ours[a] = image (r, (guint8) a);
          to_theirs[to_ours[a]] = (guint8) a;
        }
      return;
    }
  g_assert_not_reached ();
}

static void
translate (const guint8 *table, guint8 *bytes, gsize n)
{
  for (gsize i = 0; i < n; i++)
    bytes[i] = table[bytes[i]];
}

static void
their_shares_are_ours (guint t, guint m)
{
  guint8 numbers[7] = {1, 2, 3, 4, 5, 6, 7}, secret[32];
  gfshare_ctx *encode;
  CitizShare shares[7];
  g_autoptr (CitizSecret) joined = NULL;

  citiz_random (secret, sizeof secret);
  encode = gfshare_ctx_init_enc (numbers, m, (unsigned char) t, sizeof secret);
  gfshare_ctx_enc_setsecret (encode, secret);
  for (guint i = 0; i < m; i++)
    {
      shares[i].x = to_ours[numbers[i]];
      shares[i].n = sizeof secret;
      gfshare_ctx_enc_getshare (encode, (unsigned char) i, shares[i].y);
      translate (to_ours, shares[i].y, sizeof secret);
    }
  gfshare_ctx_free (encode);
  joined = citiz_shamir_combine (shares + (m - t), t, NULL);
  translate (to_theirs, citiz_secret_data (joined), 32);
  g_assert_cmpmem (citiz_secret_data (joined), 32, secret, sizeof secret);
}

static void
our_shares_are_theirs (guint t, guint m)
{
  guint8 numbers[7], secret[32], out[32];
  gfshare_ctx *decode;
  CitizShare shares[7];

  citiz_random (secret, sizeof secret);
  citiz_shamir_split (secret, sizeof secret, t, m, shares);
  for (guint i = 0; i < t; i++)
    {
      numbers[i] = to_theirs[shares[m - 1 - i].x];
      translate (to_theirs, shares[m - 1 - i].y, sizeof secret);
    }
  decode = gfshare_ctx_init_dec (numbers, t, sizeof secret);
  for (guint i = 0; i < t; i++)
    gfshare_ctx_dec_giveshare (decode, (unsigned char) i, shares[m - 1 - i].y);
  gfshare_ctx_dec_extract (decode, out);
  gfshare_ctx_free (decode);
  translate (to_ours, out, sizeof out);
  g_assert_cmpmem (out, sizeof out, secret, sizeof secret);
}

static void
test_oracle (void)
{
  gfshare_fill_rand = fill_rand;
  find_isomorphism ();
  for (guint m = 3; m <= 7; m++)
    for (guint t = 2; t < m; t++)
      {
        their_shares_are_ours (t, m);
        our_shares_are_theirs (t, m);
      }
}
#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shamir/field", test_field);
  g_test_add_func ("/shamir/subsets", test_subsets);
  g_test_add_func ("/shamir/one-share-tells-nothing", test_one_share_tells_nothing);
  g_test_add_func ("/shamir/two-shares-tell-nothing", test_two_shares_tell_nothing);
  g_test_add_func ("/shamir/refused", test_refused);
#if HAVE_GFSHARE
  g_test_add_func ("/shamir/oracle", test_oracle);
#endif
  return g_test_run ();
}
