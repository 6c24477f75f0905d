/* A small proof of work: Argon2id, so that a graphics card is worth a few computers and not a thousand.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-work.h"

#include "crypto/citiz-domain.h"

#include <sodium.h>
#include <string.h>

/**
 * citiz_work_bits:
 * @about: SHA-256 of what is worked for, with the number that was found in it
 *
 * Argon2id (@about, salt "citiz/work/v1" zero padded to 16 bytes, one pass, 1 MiB, one lane, 32 bytes): takes one or two milliseconds.
 *
 * Returns: how many zero bits it begins with; finding n takes 2^n tries on average
 */
guint
citiz_work_bits (const CitizHash *about)
{
  guint8 salt[crypto_pwhash_argon2id_SALTBYTES] = {0};
  guint8 out[32];
  gsize n_label;
  const guint8 *label = citiz_domain_label (CITIZ_DOMAIN_TEXT_WORK, &n_label);
  guint n = 0;

  memcpy (salt, label, n_label);
  if (crypto_pwhash (out, sizeof out, (const char *) about->b, sizeof about->b, salt, 1,
                     CITIZ_WORK_KIB * 1024, crypto_pwhash_ALG_ARGON2ID13)
      != 0)
    return 0;
  while (n < 8 * sizeof out && (out[n / 8] >> (7 - n % 8) & 1) == 0)
    n++;
  return n;
}
