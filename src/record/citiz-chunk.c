/* Chunks of samples: columns of deltas as varints, then zstd. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-item.h"
#include "record/citiz-series.h"

#include <math.h>
#include <string.h>
#include <zstd.h>

/* Layout before compression (numbers are LEB128 varints, signed ones zigzag):
 *   u8 1 | n | u8 decimals (0–6; 255: doubles) | u8 scale of time (0: ms, 1: s) | signed first start
 *   n−1 start deltas | n durations | offsets as (signed value, run)… until n | n signed deltas of scaled values or n doubles LE */
#define FORMAT      1
#define RAW         255
#define LEVEL       3
#define MAX_COLUMNS (32 + CITIZ_CHUNK_MAX * 40)

static inline void
put (GByteArray *out, guint64 value)
{
  guint8 bytes[10];
  guint n = 0;

  do
    {
      bytes[n] = (guint8) (value & 0x7f);
      value >>= 7;
      if (value != 0)
        bytes[n] |= 0x80;
      n++;
    }
  while (value != 0);
  g_byte_array_append (out, bytes, n);
}

static inline guint64
zigzag (gint64 v)
{
  return ((guint64) v << 1) ^ (guint64) (v >> 63);
}

static inline gint64
unzigzag (guint64 v)
{
  return (gint64) (v >> 1) ^ -(gint64) (v & 1);
}

static const gdouble powers[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};

/* Fewest decimals that give every value back bit for bit, else RAW. */
static guint8
decimals_of (const CitizSample *samples, gsize n)
{
  guint d = 0;

  for (gsize i = 0; i < n; i++)
    for (;; d++)
      {
        if (d == G_N_ELEMENTS (powers))
          return RAW;
        gdouble scaled = rint (samples[i].value * powers[d]);
        if (fabs (scaled) < 4e15 && scaled / powers[d] == samples[i].value
            && !(scaled == 0 && signbit (samples[i].value)))
          break;
      }
  return (guint8) d;
}

static void
put_values (GByteArray *out, const CitizSample *samples, gsize n, guint8 decimals)
{
  gint64 before = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (decimals == RAW)
        {
          guint64 bits;
          memcpy (&bits, &samples[i].value, sizeof bits);
          bits = GUINT64_TO_LE (bits);
          g_byte_array_append (out, (const guint8 *) &bits, sizeof bits);
          continue;
        }
      gint64 scaled = (gint64) rint (samples[i].value * powers[decimals]);
      put (out, zigzag (scaled - before));
      before = scaled;
    }
}

GBytes *
citiz_chunk_columns (const CitizSample *samples, gsize n)
{
  GByteArray *out = g_byte_array_sized_new ((guint) n * 8 + 32);
  guint8 decimals = decimals_of (samples, n), scale = 1;
  gint64 unit;

  for (gsize i = 0; i < n && scale; i++)
    scale = samples[i].start % 1000 == 0 && samples[i].duration % 1000 == 0;
  unit = scale ? 1000 : 1;
  g_byte_array_append (out, (const guint8[]){FORMAT}, 1);
  put (out, n);
  g_byte_array_append (out, (const guint8[]){decimals, scale}, 2);
  put (out, zigzag (samples[0].start / unit));
  for (gsize i = 1; i < n; i++)
    put (out, (guint64) (samples[i].start - samples[i - 1].start) / (guint64) unit);
  for (gsize i = 0; i < n; i++)
    put (out, samples[i].duration / (guint64) unit);
  for (gsize i = 0, run; i < n; i += run)
    {
      for (run = 1; i + run < n && samples[i + run].offset == samples[i].offset; run++)
        ;
      put (out, zigzag (samples[i].offset));
      put (out, run);
    }
  put_values (out, samples, n, decimals);
  return g_byte_array_free_to_bytes (out);
}

GBytes *
citiz_chunk_encode (const CitizSample *samples, gsize n, GError **error)
{
  gboolean sound = n >= 1 && n <= CITIZ_CHUNK_MAX;

  for (gsize i = 0; sound && i < n; i++)
    sound = isfinite (samples[i].value) && ABS (samples[i].offset) <= 15 * 60
            && ABS (samples[i].start) < G_GINT64_CONSTANT (1) << 52
            && (i == 0 || samples[i].start >= samples[i - 1].start);
  if (!sound)
    {
      g_set_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_ARGUMENT,
                   "1 to %d finite samples in order of time are needed", CITIZ_CHUNK_MAX);
      return NULL;
    }
  g_autoptr (GBytes) columns = citiz_chunk_columns (samples, n);
  gsize size, bound;
  const guint8 *plain = g_bytes_get_data (columns, &size);
  bound = ZSTD_compressBound (size);
  guint8 *packed = g_malloc (bound);
  gsize written = ZSTD_compress (packed, bound, plain, size, LEVEL);
  if (ZSTD_isError (written))
    {
      g_free (packed);
      g_set_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_SERIES, "zstd: %s",
                   ZSTD_getErrorName (written));
      return NULL;
    }
  return g_bytes_new_take (g_realloc (packed, written), written);
}

typedef struct
{
  const guint8 *p, *end;
  gboolean failed;
} Reader;

static inline guint64
take (Reader *r)
{
  guint64 value = 0;

  for (guint shift = 0; shift < 64; shift += 7)
    {
      if (r->p >= r->end)
        break;
      guint8 byte = *r->p++;
      if (shift == 63 && byte > 1)
        break;
      value |= (guint64) (byte & 0x7f) << shift;
      if (byte < 0x80)
        return value;
    }
  r->failed = TRUE;
  return 0;
}

static gboolean
take_times (Reader *r, CitizSample *out, gsize n, gint64 unit)
{
  const gint64 limit = G_GINT64_CONSTANT (1) << 52;
  gint64 start = unzigzag (take (r));

  if (r->failed || ABS (start) > limit / unit)
    return FALSE;
  start *= unit;
  out[0].start = start;
  for (gsize i = 1; i < n; i++)
    {
      guint64 delta = take (r);
      if (r->failed || delta > (guint64) (limit - start) / (guint64) unit)
        return FALSE;
      start += (gint64) delta * unit;
      out[i].start = start;
    }
  for (gsize i = 0; i < n; i++)
    {
      guint64 duration = take (r);
      if (r->failed || duration > G_MAXUINT32 / (guint64) unit)
        return FALSE;
      out[i].duration = (guint32) (duration * (guint64) unit);
    }
  for (gsize i = 0; i < n;)
    {
      gint64 offset = unzigzag (take (r));
      guint64 run = take (r);
      if (r->failed || offset < -900 || offset > 900 || run == 0 || run > n - i)
        return FALSE;
      for (; run > 0; run--)
        out[i++].offset = (gint16) offset;
    }
  return TRUE;
}

static gboolean
take_values (Reader *r, CitizSample *out, gsize n, guint8 decimals)
{
  guint64 scaled = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (decimals == RAW)
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
      scaled += (guint64) unzigzag (take (r));
      if (r->failed)
        return FALSE;
      out[i].value = (gdouble) (gint64) scaled / powers[decimals];
    }
  return TRUE;
}

gboolean
citiz_chunk_decode (const guint8 *bytes, gsize size, CitizSample *out, gsize *n, GError **error)
{
  unsigned long long plain_size = ZSTD_getFrameContentSize (bytes, size);
  Reader r = {0};
  gboolean sound = FALSE;
  g_autofree guint8 *plain = NULL;

  *n = 0;
  if (plain_size >= 6 && plain_size <= MAX_COLUMNS)
    {
      plain = g_malloc (plain_size);
      gsize got = ZSTD_decompress (plain, plain_size, bytes, size);
      if (!ZSTD_isError (got) && got == plain_size && plain[0] == FORMAT)
        {
          r = (Reader){.p = plain + 1, .end = plain + got};
          guint64 count = take (&r);
          if (!r.failed && count >= 1 && count <= CITIZ_CHUNK_MAX && r.end - r.p > 2)
            {
              guint8 decimals = *r.p++, scale = *r.p++;
              sound = (decimals < G_N_ELEMENTS (powers) || decimals == RAW) && scale <= 1
                      && take_times (&r, out, count, scale ? 1000 : 1)
                      && take_values (&r, out, count, decimals) && r.p == r.end;
              if (sound)
                *n = count;
            }
        }
    }
  if (!sound)
    g_set_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_SERIES, "no chunk of a series");
  return sound;
}
