/* The list of what a step asks for, and who leads which slot. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consensus/citiz-csx-private.h"

#include "crypto/citiz-hash.h"

CitizCsxEffects *
citiz_csx_effects_new (void)
{
  CitizCsxEffects *effects = g_new (CitizCsxEffects, 1);

  effects->journal = g_array_new (FALSE, FALSE, sizeof (CitizVote));
  effects->rest = g_array_new (FALSE, FALSE, sizeof (CitizCsxEffect));
  return effects;
}

void
citiz_csx_effects_free (CitizCsxEffects *effects)
{
  g_array_unref (effects->journal);
  g_array_unref (effects->rest);
  g_free (effects);
}

void
citiz_csx_timing_default (CitizCsxTiming *out)
{
  *out = (CitizCsxTiming){
      .timeout = 2000,
      .timeout_cap = 30 * 1000,
      .standstill = 3000,
      .interval = 200,
      .egress = 64 * 1024,
  };
}

/* A number below @bound, the same for all: SHA-256 (chain id | epoch | counter), its first 8 bytes. The bias is below 2^-57. */
static guint
draw (const CitizHash *chain_id, guint64 epoch, guint counter, guint bound)
{
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (44);
  guint64 number = 0;
  CitizHash hash;

  citiz_put_bytes (bytes, chain_id->b, sizeof chain_id->b);
  citiz_put_u64 (bytes, epoch);
  citiz_put_u32 (bytes, counter);
  citiz_sha256 (&hash, bytes->data, bytes->len);
  for (guint i = 0; i < 8; i++)
    number = number << 8 | hash.b[i];
  return (guint) (number % bound);
}

/**
 * citiz_csx_leaders:
 * @out: (array length=n)
 *
 * The epoch's permutation of validators (Fisher and Yates).
 */
void
citiz_csx_leaders (guint16 *out, guint n, const CitizHash *chain_id, guint64 epoch)
{
  for (guint i = 0; i < n; i++)
    out[i] = (guint16) i;
  for (guint i = n; i > 1; i--)
    {
      const guint j = draw (chain_id, epoch, i, i);
      const guint16 swap = out[i - 1];

      out[i - 1] = out[j];
      out[j] = swap;
    }
}
