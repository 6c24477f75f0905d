/* A small proof of work: Argon2id, so that a graphics card is worth a few computers and not a thousand.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-work.h"

#include "crypto/citiz-domain.h"

#include <sodium.h>
#include <string.h>

/**
 * citiz_work_check:
 * @about: SHA-256 of what is worked for, with the number that was found in it
 *
 * Argon2id (@about, salt "citiz/work/v1" zero padded to 16 bytes, one pass, 1 MiB, one lane, 32 bytes) begins with @bits zero bits. One
 * check takes one or two milliseconds, finding a number 2^@bits of them.
 */
gboolean
citiz_work_check (const CitizHash *about, guint bits)
{
  guint8 salt[crypto_pwhash_argon2id_SALTBYTES] = {0};
  guint8 out[32];
  gsize n;
  const guint8 *label = citiz_domain_label (CITIZ_DOMAIN_TEXT_WORK, &n);

  g_return_val_if_fail (bits <= 8 * sizeof out, FALSE);
  memcpy (salt, label, n);
  if (crypto_pwhash (out, sizeof out, (const char *) about->b, sizeof about->b, salt, 1,
                     CITIZ_WORK_KIB * 1024, crypto_pwhash_ALG_ARGON2ID13)
      != 0)
    return FALSE;
  for (guint i = 0; i < bits; i++)
    if (out[i / 8] >> (7 - i % 8) & 1)
      return FALSE;
  return TRUE;
}
