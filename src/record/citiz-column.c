/* Columns of whole numbers, cut into planes of bytes that pack well. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-column.h"

#include "core/citiz-varint.h"
#include "record/citiz-item.h"

#include <math.h>
#include <string.h>
#include <zstd.h>

/* A column is: signed base | step | u8 width | width × n bytes, the low byte of every q first, then the next ones. Numbers are
 * LEB128 varints, signed ones zigzag. */
#define LEVEL 3
#define APART 256 /* bytes of a plane from which a table of its own pays */

const gdouble citiz_powers_of_ten[CITIZ_DECIMALS_MAX + 1] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};

/* Fewest decimals that give every value back bit for bit, else CITIZ_DOUBLES. */
guint
citiz_fewest_decimals (const gdouble *values, gsize n)
{
  guint d = 0;

  for (gsize i = 0; i < n; i++)
    for (;; d++)
      {
        if (d > CITIZ_DECIMALS_MAX)
          return CITIZ_DOUBLES;
        gdouble scaled = rint (values[i] * citiz_powers_of_ten[d]);
        if (fabs (scaled) < 4e15 && scaled / citiz_powers_of_ten[d] == values[i]
            && !(scaled == 0 && signbit (values[i])))
          break;
      }
  return d;
}

/* Whole numbers that stand for @values: that many decimals of each, or the bits of the doubles. */
void
citiz_scale (const gdouble *values, gsize n, guint decimals, gint64 *out)
{
  for (gsize i = 0; i < n; i++)
    if (decimals == CITIZ_DOUBLES)
      memcpy (&out[i], &values[i], sizeof out[i]);
    else
      out[i] = (gint64) rint (values[i] * citiz_powers_of_ten[decimals]);
}

/* The way back. FALSE: no such number of decimals, or a value that is not finite. */
gboolean
citiz_unscale (const gint64 *values, gsize n, guint decimals, gdouble *out)
{
  gboolean sound = decimals <= CITIZ_DECIMALS_MAX || decimals == CITIZ_DOUBLES;

  for (gsize i = 0; i < n && sound; i++)
    {
      if (decimals == CITIZ_DOUBLES)
        memcpy (&out[i], &values[i], sizeof out[i]);
      else
        out[i] = (gdouble) values[i] / citiz_powers_of_ten[decimals];
      sound = isfinite (out[i]);
    }
  return sound;
}

static guint64
gcd (guint64 a, guint64 b)
{
  while (b != 0)
    {
      guint64 rest = a % b;
      a = b;
      b = rest;
    }
  return a;
}

/* Shannon's bits of the bytes of one plane, at least what zstd's literals cost. */
static gdouble
plane_bits (const guint32 counts[256], gsize n)
{
  gdouble bits = 0;
  guint kinds = 0;

  for (guint i = 0; i < 256; i++)
    if (counts[i] > 0)
      {
        bits += counts[i] * log2 ((gdouble) n / counts[i]);
        kinds++;
      }
  return kinds == 1 ? 0 : MIN (bits + kinds * 4, (gdouble) n * 8);
}

/* What is left of a value: the division is dear, and most often by one. */
static inline guint64
nth (const CitizShape *shape, gint64 value)
{
  guint64 q = (guint64) value - (guint64) shape->base;

  if (shape->step == 1)
    return q;
  return (q | shape->step) <= G_MAXUINT32 ? (guint32) q / (guint32) shape->step : q / shape->step;
}

static gdouble
bits_of (const gint64 *values, gsize n, const CitizShape *shape)
{
  guint32 counts[8][256];
  gdouble bits = 0;

  memset (counts, 0, shape->width * sizeof counts[0]);
  for (gsize i = 0; i < n; i++)
    {
      guint64 q = nth (shape, values[i]);
      for (guint k = 0; k < shape->width; k++, q >>= 8)
        counts[k][q & 0xff]++;
    }
  for (guint k = 0; k < shape->width; k++)
    bits += plane_bits (counts[k], n);
  return bits;
}

/* The largest step that all of @values are apart from @low; @apart is how far one of them is. */
static guint64
step_of (const gint64 *values, gsize n, gint64 low, guint64 apart)
{
  guint64 step = apart;

  for (gsize i = 0; i < n && step > 1; i++)
    {
      apart = (guint64) values[i] - (guint64) low;
      gboolean whole = (apart | step) <= G_MAXUINT32 ? (guint32) apart % (guint32) step == 0
                                                     : apart % step == 0;
      if (!whole)
        step = gcd (step, apart);
    }
  return step;
}

/**
 * citiz_shape_of:
 *
 * Returns: the smallest of @values as base, the largest step that all of them are apart, and how many bytes are left
 */
CitizShape
citiz_shape_of (const gint64 *values, gsize n)
{
  CitizShape shape = {.step = 1};
  gint64 low = n > 0 ? values[0] : 0, high = low;

  for (gsize i = 1; i < n; i++)
    {
      low = MIN (low, values[i]);
      high = MAX (high, values[i]);
    }
  shape.base = low;
  if (low == high)
    return shape;
  guint64 range = (guint64) high - (guint64) low;
  shape.step = step_of (values, n, low, range);
  for (guint64 most = range / shape.step; most > 0; most >>= 8)
    shape.width++;
  shape.bits = bits_of (values, n, &shape);
  return shape;
}

void
citiz_plain_byte (CitizPlain *plain, guint byte)
{
  guint8 one = (guint8) byte;

  g_byte_array_append (plain->bytes, &one, 1);
}

void
citiz_plain_put (CitizPlain *plain, guint64 value)
{
  guint8 room[CITIZ_VARINT_MAX];

  g_byte_array_append (plain->bytes, room, (guint) (citiz_write_varint (room, value) - room));
}

void
citiz_plain_column (CitizPlain *plain, const CitizShape *shape, const gint64 *values, gsize n)
{
  guint width = shape->width;

  citiz_plain_put (plain, citiz_zigzag (shape->base));
  citiz_plain_put (plain, shape->step);
  citiz_plain_byte (plain, width);
  guint at = plain->bytes->len;
  g_byte_array_set_size (plain->bytes, at + width * (guint) n);
  guint8 *planes = plain->bytes->data + at;
  for (gsize i = 0; i < n && width > 0; i++)
    {
      guint64 q = nth (shape, values[i]);
      for (guint k = 0; k < width; k++, q >>= 8)
        planes[k * n + i] = (guint8) q;
    }
  for (guint k = 0; k < width && n >= APART && plain->n_cuts < CITIZ_CUTS_MAX; k++)
    plain->cuts[plain->n_cuts++] = at + k * (guint) n;
}

/* The next byte; 0, and the reader failed, if there is none. */
guint
citiz_reader_byte (CitizReader *reader)
{
  reader->failed = reader->failed || reader->p >= reader->end;
  return reader->failed ? 0 : *reader->p++;
}

/* The next number; 0, and the reader failed, if there is none. */
guint64
citiz_reader_take (CitizReader *reader)
{
  guint64 value = 0;
  const guint8 *next = citiz_read_varint (reader->p, reader->end, &value);

  if (next == NULL)
    reader->failed = TRUE;
  else
    reader->p = next;
  return value;
}

gboolean
citiz_reader_column (CitizReader *reader, gint64 *values, gsize n)
{
  guint64 base = (guint64) citiz_unzigzag (citiz_reader_take (reader));
  guint64 step = citiz_reader_take (reader);

  guint width = citiz_reader_byte (reader);

  if (reader->failed || step == 0 || width > 8 || (gsize) (reader->end - reader->p) < width * n)
    return FALSE;
  const guint8 *planes = reader->p;
  reader->p += width * n;
  for (gsize i = 0; i < n; i++)
    {
      guint64 q = 0;
      for (guint k = 0; k < width; k++)
        q |= (guint64) planes[k * n + i] << (8 * k);
      values[i] = (gint64) (base + step * q);
    }
  return TRUE;
}

/* --- packing --- */

static void
free_compressor (gpointer context)
{
  ZSTD_freeCCtx (context);
}

static void
free_expander (gpointer context)
{
  ZSTD_freeDCtx (context);
}

/* One of each a thread: making them anew for every chunk takes longer than the chunk. */
static GPrivate compressor = G_PRIVATE_INIT (free_compressor);
static GPrivate expander = G_PRIVATE_INIT (free_expander);

/**
 * citiz_plain_pack:
 *
 * Returns: (transfer full): one zstd frame, a block of its own for every plane
 */
GBytes *
citiz_plain_pack (const CitizPlain *plain, GError **error)
{
  ZSTD_CCtx *context = g_private_get (&compressor);
  gsize size = plain->bytes->len, bound = ZSTD_compressBound (size) + 16 * (plain->n_cuts + 1);
  ZSTD_outBuffer out = {g_malloc (bound), bound, 0};
  ZSTD_inBuffer in = {plain->bytes->data, 0, 0};
  gsize left = 0;

  if (context == NULL)
    {
      context = ZSTD_createCCtx ();
      g_private_set (&compressor, context);
    }
  ZSTD_CCtx_reset (context, ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter (context, ZSTD_c_compressionLevel, LEVEL);
  ZSTD_CCtx_setParameter (context, ZSTD_c_minMatch, 7);
  ZSTD_CCtx_setPledgedSrcSize (context, size);
  for (guint i = 0; i <= plain->n_cuts && left == 0; i++)
    {
      in.size = i < plain->n_cuts ? plain->cuts[i] : size;
      left = ZSTD_compressStream2 (context, &out, &in,
                                   i < plain->n_cuts ? ZSTD_e_flush : ZSTD_e_end);
    }
  if (left == 0)
    return g_bytes_new_take (g_realloc (out.dst, out.pos), out.pos);
  g_free (out.dst);
  g_set_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_SERIES, "zstd: %s",
               ZSTD_isError (left) ? ZSTD_getErrorName (left) : "no room");
  return NULL;
}

/* Returns: how many bytes a frame says it holds, -1 if it does not say or is none. */
gssize
citiz_packed_size (const guint8 *packed, gsize n)
{
  unsigned long long size = ZSTD_getFrameContentSize (packed, n);

  return size <= G_MAXINT32 ? (gssize) size
                            : -1; /* the values for "not known" and "no frame" are larger */
}

/* Returns: bytes in @room, or -1 if @packed is no frame that says how long it is and fits. */
gssize
citiz_unpack (guint8 *room, gsize room_n, const guint8 *packed, gsize n)
{
  ZSTD_DCtx *context = g_private_get (&expander);
  gssize size = citiz_packed_size (packed, n);

  if (size < 0 || (gsize) size > room_n)
    return -1;
  if (context == NULL)
    {
      context = ZSTD_createDCtx ();
      g_private_set (&expander, context);
    }
  gsize got = ZSTD_decompressDCtx (context, room, (gsize) size, packed, n);
  return ZSTD_isError (got) || got != (gsize) size ? -1 : (gssize) got;
}
