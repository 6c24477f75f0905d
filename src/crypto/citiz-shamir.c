/* Shamir's sharing over GF(2^8) modulo x^8+x^4+x^3+x+1 (0x11b, AES's), in constant time. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-shamir-private.h"

#include <string.h>

/* Multiplies by masks: no table, no branch and no address depends on a value (tables leak through the cache). */
guint8
citiz_gf256_mul (guint8 a, guint8 b)
{
  guint32 x = a, product = 0;

  for (guint bit = 0; bit < 8; bit++)
    {
      product ^= x & (0u - ((guint32) (b >> bit) & 1));
      x = (x << 1) ^ (0x11bu & (0u - (x >> 7)));
    }
  return (guint8) product;
}

/* a^254, which is 1/a, and 0 for 0. */
guint8
citiz_gf256_inverse (guint8 a)
{
  guint8 power = a, result = 1;

  for (guint i = 0; i < 7; i++)
    {
      power = citiz_gf256_mul (power, power);
      result = citiz_gf256_mul (result, power);
    }
  return result;
}

/* The polynomial of each byte is secret + c1 x + … + c(t−1) x^(t−1); @coefficients holds c1 for all bytes, then c2… */
void
citiz_shamir_split_with (const guint8 *secret,
                         gsize n,
                         guint t,
                         guint m,
                         const guint8 *coefficients,
                         CitizShare *out)
{
  for (guint i = 0; i < m; i++)
    {
      guint8 x = (guint8) (i + 1);

      memset (&out[i], 0, sizeof out[i]);
      out[i].x = x;
      out[i].n = (guint8) n;
      for (gsize k = 0; k < n; k++)
        {
          guint8 y = 0;
          for (guint j = t - 1; j > 0; j--)
            y = citiz_gf256_mul (y ^ coefficients[(j - 1) * n + k], x);
          out[i].y[k] = y ^ secret[k];
        }
    }
}

/**
 * citiz_shamir_split:
 * @n: size of @secret, 1…%CITIZ_SHARE_MAX_SIZE
 * @t: how many shares give it back, 1…@m
 * @m: how many shares, up to 255
 * @out: (array length=m): the shares at x = 1…@m
 *
 * A. Shamir, How to share a secret, CACM 22 (1979). Shares carry no authentication: whoever hands them out
 * publishes a salted hash of each. The reader's page joins shares in the same field.
 */
void
citiz_shamir_split (const guint8 *secret, gsize n, guint t, guint m, CitizShare *out)
{
  g_autoptr (CitizSecret) coefficients = NULL;

  g_return_if_fail (n >= 1 && n <= CITIZ_SHARE_MAX_SIZE);
  g_return_if_fail (t >= 1 && t <= m && m <= 255);
  coefficients = citiz_secret_new_random (MAX ((t - 1) * n, 1));
  citiz_shamir_split_with (secret, n, t, m, citiz_secret_data (coefficients), out);
}

/* Lagrange's weight of share @i at 0; the points are public. */
static guint8
weight (const CitizShare *shares, guint t, guint i)
{
  guint8 over = 1, under = 1;

  for (guint j = 0; j < t; j++)
    if (j != i)
      {
        over = citiz_gf256_mul (over, shares[j].x);
        under = citiz_gf256_mul (under, shares[j].x ^ shares[i].x);
      }
  return citiz_gf256_mul (over, citiz_gf256_inverse (under));
}

static gboolean
shares_fit (const CitizShare *shares, guint t)
{
  for (guint i = 0; i < t; i++)
    {
      if (shares[i].x == 0 || shares[i].n != shares[0].n)
        return FALSE;
      for (guint j = 0; j < i; j++)
        if (shares[j].x == shares[i].x)
          return FALSE;
    }
  return t >= 1 && shares[0].n >= 1 && shares[0].n <= CITIZ_SHARE_MAX_SIZE;
}

/**
 * citiz_shamir_combine:
 * @shares: (array length=t): exactly the threshold's number of shares, in any order
 *
 * Fewer shares, or changed ones, give other bytes and no error: check the result against what it opens.
 *
 * Returns: (transfer full) (nullable): the secret; %NULL with %CITIZ_CRYPTO_ERROR_INVALID if points repeat, are 0
 *   or the sizes differ
 */
CitizSecret *
citiz_shamir_combine (const CitizShare *shares, guint t, GError **error)
{
  CitizSecret *secret;
  guint8 *out;

  if (!shares_fit (shares, t))
    {
      g_set_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_INVALID,
                   "The shares do not belong together");
      return NULL;
    }
  secret = citiz_secret_new (shares[0].n);
  out = citiz_secret_data (secret);
  for (guint i = 0; i < t; i++)
    {
      guint8 w = weight (shares, t, i);
      for (gsize k = 0; k < shares[0].n; k++)
        out[k] ^= citiz_gf256_mul (w, shares[i].y[k]);
    }
  return secret;
}
