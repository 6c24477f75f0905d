/* The list of what a step asks for, and who leads which slot. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consensus/citiz-csx-private.h"

#include "crypto/citiz-hash.h"

#include <string.h>

CitizCsxEffects *
citiz_csx_effects_new (void)
{
  const CitizCsxEffects effects = {g_array_new (FALSE, FALSE, sizeof (CitizVote)),
                                   g_array_new (FALSE, FALSE, sizeof (CitizCsxEffect))};

  return g_memdup2 (&effects, sizeof effects);
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

CitizCsxEffect *
citiz_csx_effect (CitizCsx *csx, CitizCsxEffectKind kind)
{
  GArray *rest = csx->effects->rest;
  CitizCsxEffect *effect;

  g_array_set_size (rest, rest->len + 1);
  effect = &g_array_index (rest, CitizCsxEffect, rest->len - 1);
  memset (effect, 0, sizeof *effect);
  effect->kind = kind;
  return effect;
}

/* One that is about a block. */
CitizCsxEffect *
citiz_csx_effect_on (CitizCsx *csx, CitizCsxEffectKind kind, guint64 slot, const CitizHash *hash)
{
  CitizCsxEffect *effect = citiz_csx_effect (csx, kind);

  effect->slot = slot;
  effect->hash = *hash;
  return effect;
}

void
citiz_csx_alarm (CitizCsx *csx, CitizCsxAlarm alarm, guint64 slot)
{
  CitizCsxEffect *effect = citiz_csx_effect (csx, CITIZ_CSX_EFFECT_ALARM);

  effect->alarm = alarm;
  effect->slot = slot;
}

void
citiz_csx_broadcast_vote (CitizCsx *csx, const CitizVote *vote, gboolean resend)
{
  CitizCsxEffect *effect;

  if (citiz_csx_n_peers (csx) == 0)
    return;
  effect = citiz_csx_effect (csx, CITIZ_CSX_EFFECT_BROADCAST);
  effect->resend = resend;
  effect->message.kind = CITIZ_CSX_MESSAGE_VOTE;
  effect->message.vote = *vote;
}

/* The same bytes again. */
void
citiz_csx_repeat (CitizCsx *csx, const CitizCsxSlot *slot, CitizVoteKind kind)
{
  const CitizVote vote = citiz_csx_ballot_vote (csx, slot, csx->config.self, kind);

  citiz_csx_broadcast_vote (csx, &vote, TRUE);
}

void
citiz_csx_send_cert (CitizCsx *csx, guint16 to, const CitizCert *cert, gboolean resend)
{
  CitizCsxEffect *effect = citiz_csx_effect (
      csx, to == CITIZ_CSX_NOBODY ? CITIZ_CSX_EFFECT_BROADCAST : CITIZ_CSX_EFFECT_SEND);

  effect->to = to;
  effect->resend = resend;
  effect->message.kind = CITIZ_CSX_MESSAGE_CERT;
  effect->message.cert = cert;
}

/* To all, or to some who will pass it on (R7). */
void
citiz_csx_spread_cert (CitizCsx *csx, const CitizCert *cert, gboolean resend)
{
  const guint peers = citiz_csx_n_peers (csx);

  if (peers == 0)
    return;
  if (csx->n <= CITIZ_CSX_SMALL)
    citiz_csx_send_cert (csx, CITIZ_CSX_NOBODY, cert, resend);
  else
    for (guint i = 0; i < CITIZ_CSX_FANOUT; i++)
      citiz_csx_send_cert (csx, citiz_csx_next_peer (csx), cert, resend);
}

guint
citiz_csx_n_peers (const CitizCsx *csx)
{
  return csx->config.self == CITIZ_CSX_NOBODY ? csx->n : csx->n - 1;
}

/* Another validator than the one before, in turn; there must be one. */
guint16
citiz_csx_next_peer (CitizCsx *csx)
{
  do
    csx->turn = (csx->turn + 1) % csx->n;
  while (csx->turn == csx->config.self);
  return (guint16) csx->turn;
}

void
citiz_csx_wake (CitizCsx *csx, gint64 at)
{
  csx->wake = MIN (csx->wake, at);
}

/**
 * citiz_csx_leaders:
 * @out: (array length=n)
 *
 * The epoch's permutation of validators (Fisher and Yates); the numbers are the first 8 bytes of SHA-256 (chain id | epoch | counter).
 */
void
citiz_csx_leaders (guint16 *out, guint n, const CitizHash *chain_id, guint64 epoch)
{
  g_autoptr (GByteArray) seed = g_byte_array_sized_new (44);

  citiz_put_bytes (seed, chain_id->b, sizeof chain_id->b);
  citiz_put_u64 (seed, epoch);
  for (guint i = 0; i < n; i++)
    out[i] = (guint16) i;
  for (guint i = n; i > 1; i--)
    {
      const guint16 swap = out[i - 1];
      guint64 number = 0;
      CitizHash hash;

      g_byte_array_set_size (seed, 40);
      citiz_put_u32 (seed, i);
      citiz_sha256 (&hash, seed->data, seed->len);
      for (guint j = 0; j < 8; j++)
        number = number << 8 | hash.b[j];
      out[i - 1] = out[number % i];
      out[number % i] = swap;
    }
}
