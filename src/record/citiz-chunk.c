/* Chunks of samples: three columns, each told from what stands beside it, then packed. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-chunk-private.h"

#include "core/citiz-varint.h"
#include "record/citiz-item.h"

#include <math.h>
#include <string.h>

/* Layout before packing (numbers are LEB128 varints, signed ones zigzag; columns as citiz-column.c says):
 *   u8 2 | n | signed first start | offsets as (signed minutes, run)… until n
 *   | durations in ms: column of n
 *   | u8 how | starts in ms: column of n−1
 *   | u8 kind | unless it is a span: u8 how, then what it starts from, values: column of n
 * how of a start: 0 after the start before it, 1 after the end of the sample before it (what follows on without a gap is all zeros).
 * kind of values: 0–6 so many decimals, 253 and 254 the length itself in minutes or hours (sleep, a session), 255 doubles.
 * how of a value: 0 as it is, 1 after the value before it (signed first value; 0 in the column), 2 after rate × duration / 2^24
 *   (rate; energy, steps, distance). */
#define FORMAT 2

enum
{
  SPAN_MINUTES = 253,
  SPAN_HOURS = 254
};
enum
{
  AFTER_START,
  AFTER_END
};
enum
{
  AS_IS,
  AFTER_VALUE,
  AFTER_RATE
};

#define RATE_SHIFT 24
#define RATE_MAX   (1u << 30)
#define PLAIN_MAX  (64 + CITIZ_CHUNK_MAX * 40)

static gdouble
span (guint kind, guint32 duration)
{
  return duration * (kind == SPAN_MINUTES ? 60.0 : 1.0) / 3600000.0;
}

static gboolean
same (gdouble a, gdouble b)
{
  return memcmp (&a, &b, sizeof a) == 0;
}

static gboolean
is_span (const CitizSample *samples, gsize n, guint kind)
{
  for (gsize i = 0; i < n; i++)
    if (!same (samples[i].value, span (kind, samples[i].duration)))
      return FALSE;
  return TRUE;
}

/* Fewest decimals that give every value back bit for bit, else what else gives them back. */
static guint
kind_of (const CitizSample *samples, const gdouble *values, gsize n)
{
  guint kind = citiz_fewest_decimals (values, n);

  if (kind != CITIZ_DOUBLES)
    return kind;
  return is_span (samples, n, SPAN_HOURS)     ? SPAN_HOURS
         : is_span (samples, n, SPAN_MINUTES) ? SPAN_MINUTES
                                              : CITIZ_DOUBLES;
}

static gint64
expected (guint64 rate, guint32 duration)
{
  return (gint64) (rate * duration >> RATE_SHIFT);
}

/* Value per ms of duration over all of them, scaled; 0 if there is no sense in it. */
static guint64
rate_of (const CitizSample *samples, const gint64 *values, gsize n)
{
  gdouble sum = 0, length = 0;

  for (gsize i = 0; i < n; i++)
    {
      sum += (gdouble) values[i];
      length += samples[i].duration;
    }
  gdouble rate = length > 0 ? sum / length * (1 << RATE_SHIFT) : 0;
  return rate >= 1 && rate < RATE_MAX ? (guint64) rate : 0;
}

static void
put_starts (CitizPlain *plain, const CitizSample *samples, gsize n)
{
  gint64 gaps[2][CITIZ_CHUNK_MAX];
  CitizShape shapes[2];

  for (gsize i = 1; i < n; i++)
    {
      gaps[AFTER_START][i - 1] = samples[i].start - samples[i - 1].start;
      gaps[AFTER_END][i - 1] = gaps[AFTER_START][i - 1] - samples[i - 1].duration;
    }
  for (guint how = AFTER_START; how <= AFTER_END; how++)
    shapes[how] = citiz_shape_of (gaps[how], n - 1);
  guint best = shapes[AFTER_END].bits < shapes[AFTER_START].bits ? AFTER_END : AFTER_START;
  citiz_plain_byte (plain, best);
  citiz_plain_column (plain, &shapes[best], gaps[best], n - 1);
}

static void
put_durations (CitizPlain *plain, const CitizSample *samples, gsize n)
{
  gint64 durations[CITIZ_CHUNK_MAX];

  for (gsize i = 0; i < n; i++)
    durations[i] = samples[i].duration;
  CitizShape shape = citiz_shape_of (durations, n);
  citiz_plain_column (plain, &shape, durations, n);
}

static void
put_values (CitizPlain *plain, const CitizSample *samples, gsize n)
{
  gint64 values[3][CITIZ_CHUNK_MAX];
  gdouble doubles[CITIZ_CHUNK_MAX] = {0};
  CitizShape shapes[3];

  for (gsize i = 0; i < n; i++)
    doubles[i] = samples[i].value;
  guint kind = kind_of (samples, doubles, n), best = AS_IS, hows = kind == CITIZ_DOUBLES ? 1 : 3;
  citiz_plain_byte (plain, kind);
  if (kind == SPAN_MINUTES || kind == SPAN_HOURS)
    return;
  citiz_scale (doubles, n, kind, values[AS_IS]);
  guint64 rate = hows > 1 ? rate_of (samples, values[AS_IS], n) : 0;
  for (gsize i = 0; i < n && hows > 1; i++)
    {
      values[AFTER_VALUE][i] = i > 0 ? values[AS_IS][i] - values[AS_IS][i - 1] : 0;
      values[AFTER_RATE][i] = values[AS_IS][i] - expected (rate, samples[i].duration);
    }
  for (guint how = AS_IS; how < hows; how++)
    {
      shapes[how] = citiz_shape_of (values[how], n);
      if (shapes[how].bits < shapes[best].bits)
        best = how;
    }
  citiz_plain_byte (plain, best);
  if (best != AS_IS)
    citiz_plain_put (plain, best == AFTER_RATE ? rate : citiz_zigzag (values[AS_IS][0]));
  citiz_plain_column (plain, &shapes[best], values[best], n);
}

static void
put_chunk (CitizPlain *plain, const CitizSample *samples, gsize n)
{
  citiz_plain_byte (plain, FORMAT);
  citiz_plain_put (plain, n);
  citiz_plain_put (plain, citiz_zigzag (samples[0].start));
  for (gsize i = 0, run; i < n; i += run)
    {
      for (run = 1; i + run < n && samples[i + run].offset == samples[i].offset; run++)
        ;
      citiz_plain_put (plain, citiz_zigzag (samples[i].offset));
      citiz_plain_put (plain, run);
    }
  put_durations (plain, samples, n);
  put_starts (plain, samples, n);
  put_values (plain, samples, n);
}

GBytes *
citiz_chunk_encode (const CitizSample *samples, gsize n, GError **error)
{
  gboolean sound = n >= 1 && n <= CITIZ_CHUNK_MAX;

  for (gsize i = 0; sound && i < n; i++)
    sound = isfinite (samples[i].value) && ABS (samples[i].offset) <= 15 * 60
            && ABS (samples[i].start) < CITIZ_CHUNK_LIMIT
            && (i == 0 || samples[i].start >= samples[i - 1].start);
  if (!sound)
    {
      g_set_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_ARGUMENT,
                   "1 to %d finite samples in order of time are needed", CITIZ_CHUNK_MAX);
      return NULL;
    }
  CitizPlain plain = {.bytes = g_byte_array_sized_new (64 + (guint) n * 8)};
  put_chunk (&plain, samples, n);
  GBytes *packed = citiz_plain_pack (&plain, error);
  g_byte_array_unref (plain.bytes);
  return packed;
}

/* --- reading --- */

gboolean
citiz_chunk_take_offsets (CitizReader *r, CitizSample *out, gsize n)
{
  for (gsize i = 0; i < n;)
    {
      gint64 offset = citiz_unzigzag (citiz_reader_take (r));
      guint64 run = citiz_reader_take (r);
      if (r->failed || offset < -900 || offset > 900 || run == 0 || run > n - i)
        return FALSE;
      for (; run > 0; run--)
        out[i++].offset = (gint16) offset;
    }
  return TRUE;
}

static gboolean
take_times (CitizReader *r, CitizSample *out, gsize n)
{
  gint64 column[CITIZ_CHUNK_MAX];

  if (!citiz_reader_column (r, column, n))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      if (column[i] < 0 || column[i] > G_MAXUINT32)
        return FALSE;
      out[i].duration = (guint32) column[i];
    }
  guint how = citiz_reader_byte (r);
  if (how > AFTER_END || !citiz_reader_column (r, column, n - 1))
    return FALSE;
  for (gsize i = 1; i < n; i++)
    {
      gint64 before = out[i - 1].start + (how == AFTER_END ? (gint64) out[i - 1].duration : 0);
      out[i].start = (gint64) ((guint64) before + (guint64) column[i - 1]);
      if (out[i].start < out[i - 1].start || out[i].start >= CITIZ_CHUNK_LIMIT)
        return FALSE;
    }
  return TRUE;
}

/* What the column tells apart from what was expected. */
static gboolean
take_hows (CitizReader *r, const CitizSample *samples, gint64 *column, gsize n)
{
  guint how = citiz_reader_byte (r);
  guint64 from = how == AS_IS ? 0 : citiz_reader_take (r), sum = 0;

  if (how > AFTER_RATE || (how == AFTER_RATE && from >= RATE_MAX)
      || !citiz_reader_column (r, column, n))
    return FALSE;
  if (how == AFTER_VALUE)
    sum = (guint64) citiz_unzigzag (from);
  for (gsize i = 0; i < n && how != AS_IS; i++)
    {
      guint64 part = (guint64) column[i];
      sum = how == AFTER_VALUE ? sum + part : (guint64) expected (from, samples[i].duration) + part;
      column[i] = (gint64) sum;
    }
  return TRUE;
}

static gboolean
take_values (CitizReader *r, CitizSample *out, gsize n)
{
  gint64 column[CITIZ_CHUNK_MAX];
  gdouble values[CITIZ_CHUNK_MAX];
  guint kind = citiz_reader_byte (r);
  gboolean spans = !r->failed && (kind == SPAN_MINUTES || kind == SPAN_HOURS);

  if (!spans && (!take_hows (r, out, column, n) || !citiz_unscale (column, n, kind, values)))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    out[i].value = spans ? span (kind, out[i].duration) : values[i];
  return TRUE;
}

static gboolean
take_chunk (CitizReader *r, CitizSample *out, gsize n)
{
  out[0].start = citiz_unzigzag (citiz_reader_take (r));
  return !r->failed && out[0].start > -CITIZ_CHUNK_LIMIT && out[0].start < CITIZ_CHUNK_LIMIT
         && citiz_chunk_take_offsets (r, out, n) && take_times (r, out, n)
         && take_values (r, out, n);
}

gboolean
citiz_chunk_decode (const guint8 *bytes, gsize size, CitizSample *out, gsize *n, GError **error)
{
  guint8 plain[PLAIN_MAX];
  gssize got = citiz_unpack (plain, sizeof plain, bytes, size);
  CitizReader r = {plain, plain + MAX (got, 0), FALSE};
  guint format = citiz_reader_byte (&r);
  guint64 count = citiz_reader_take (&r);

  *n = 0;
  if (!r.failed && count >= 1 && count <= CITIZ_CHUNK_MAX
      && ((format == FORMAT && take_chunk (&r, out, count))
          || (format == CITIZ_CHUNK_FIRST && citiz_chunk_take_first (&r, out, count)))
      && r.p == r.end)
    {
      *n = count;
      return TRUE;
    }
  g_set_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_SERIES, "no chunk of a series");
  return FALSE;
}
