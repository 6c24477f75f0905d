/* Chunks as the first vaults have them: read, never written. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-chunk-private.h"

#include "core/citiz-varint.h"

#include <math.h>
#include <string.h>

/* Layout before packing (numbers are LEB128 varints, signed ones zigzag):
 *   u8 1 | n | u8 decimals (0–6; 255: doubles) | u8 scale of time (0: ms, 1: s) | signed first start
 *   n−1 start deltas | n durations | offsets as (signed value, run)… until n | n signed deltas of scaled values or n doubles LE */

static gboolean
take_times (CitizReader *r, CitizSample *out, gsize n, gint64 unit)
{
  gint64 start = citiz_unzigzag (citiz_reader_take (r));

  if (r->failed || start <= -CITIZ_CHUNK_LIMIT / unit || start >= CITIZ_CHUNK_LIMIT / unit)
    return FALSE;
  start *= unit;
  out[0].start = start;
  for (gsize i = 1; i < n; i++)
    {
      guint64 delta = citiz_reader_take (r);
      if (r->failed || delta >= (guint64) (CITIZ_CHUNK_LIMIT - start) / (guint64) unit)
        return FALSE;
      start += (gint64) delta * unit;
      out[i].start = start;
    }
  for (gsize i = 0; i < n; i++)
    {
      guint64 duration = citiz_reader_take (r);
      if (r->failed || duration > G_MAXUINT32 / (guint64) unit)
        return FALSE;
      out[i].duration = (guint32) (duration * (guint64) unit);
    }
  return citiz_chunk_take_offsets (r, out, n);
}

static gboolean
take_values (CitizReader *r, CitizSample *out, gsize n, guint8 decimals)
{
  guint64 scaled = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (decimals == CITIZ_DOUBLES)
        {
          guint64 bits;
          if (r->end - r->p < 8)
            return FALSE;
          memcpy (&bits, r->p, 8);
          r->p += 8;
          bits = GUINT64_FROM_LE (bits);
          memcpy (&out[i].value, &bits, 8);
          if (!isfinite (out[i].value))
            return FALSE;
          continue;
        }
      scaled += (guint64) citiz_unzigzag (citiz_reader_take (r));
      if (r->failed)
        return FALSE;
      out[i].value = (gdouble) (gint64) scaled / citiz_powers_of_ten[decimals];
    }
  return TRUE;
}

/* All behind the count. */
gboolean
citiz_chunk_take_first (CitizReader *r, CitizSample *out, gsize n)
{
  if (r->end - r->p < 2)
    return FALSE;
  guint8 decimals = *r->p++, scale = *r->p++;
  return (decimals <= CITIZ_DECIMALS_MAX || decimals == CITIZ_DOUBLES) && scale <= 1
         && take_times (r, out, n, scale ? 1000 : 1) && take_values (r, out, n, decimals);
}
