/* Whether a grant is open, by ledger time and by its openings. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-object.h"

#include "crypto/citiz-hash.h"

#include <string.h>

/**
 * citiz_hash_repeat:
 *
 * SHA-256 applied @times times; 0 times is @a itself.
 */
void
citiz_hash_repeat (CitizHash *out, const CitizHash *a, guint times)
{
  *out = *a;
  for (guint i = 0; i < times; i++)
    citiz_sha256 (out, out->b, sizeof out->b);
}

/**
 * citiz_opening_matches:
 *
 * Opening number @use reveals a_{max - use}: hashed @use times it is the a_max that the grant carries (PROTOCOL §5).
 */
gboolean
citiz_opening_matches (const CitizHash *a, guint use, const CitizHash *a_max)
{
  CitizHash end;

  citiz_hash_repeat (&end, a, use);
  return citiz_hash_equal (&end, a_max);
}

static CitizTime
natural_end (const CitizTxGrant *grant, const CitizGrantUse *use)
{
  if (grant->duration == 0 || use->used == 0
      || use->first.ms + (gint64) grant->duration > grant->expires.ms)
    return grant->expires;
  return (CitizTime){use->first.ms + (gint64) grant->duration};
}

/**
 * citiz_grant_judge:
 * @use: zeroed when nothing was opened yet
 * @time: ledger time: the later of one's own clock and the last final block
 *
 * What ended first is what is told: a revocation after the end by itself changes nothing. A grant whose openings are used up
 * takes no new one, but the last opening may still fetch its shares until the end.
 */
void
citiz_grant_judge (CitizGrantState *out,
                   const CitizGrantRecord *record,
                   const CitizGrantUse *use,
                   CitizTime time)
{
  memset (out, 0, sizeof *out);
  out->grant = record->grant;
  out->account = record->account;
  out->dealt = record->dealt;
  out->judged = time;
  out->used = use->used;
  out->first_opening = use->first;
  out->last_opening = use->last;
  out->closed = record->closed;
  out->ends = natural_end (&record->grant, use);

  if (record->revoked.ms != 0 && record->revoked.ms < out->ends.ms)
    {
      out->status = CITIZ_GRANT_REVOKED;
      out->ended = record->revoked;
    }
  else if (time.ms >= out->ends.ms)
    {
      out->status = CITIZ_GRANT_EXPIRED;
      out->ended = out->ends;
    }
  else if (use->used >= record->grant.max_openings)
    {
      out->status = CITIZ_GRANT_USED;
      out->ended = use->last;
    }
  else if (time.ms < record->grant.not_before.ms)
    out->status = CITIZ_GRANT_NOT_YET;
  else
    out->status = CITIZ_GRANT_ACTIVE;

  out->can_release
      = use->used > 0 && (out->status == CITIZ_GRANT_ACTIVE || out->status == CITIZ_GRANT_USED);
}
