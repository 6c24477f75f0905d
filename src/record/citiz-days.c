/* Day roll-ups of series, in memory and as bytes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-core.h"
#include "record/citiz-column.h"
#include "record/citiz-date.h"
#include "record/citiz-item.h"
#include "record/citiz-series.h"

#include <math.h>
#include <string.h>

#define MAGIC       0x43445932u /* "CDY2" */
#define MAGIC_FIRST 0x43445931u /* "CDY1" */
#define FIELDS      6
#define ROW         (4 + 4 + FIELDS * 8) /* of the first format */
#define MAX_DAYS    200000
#define PLAIN_MAX   (256 + MAX_DAYS * (8 + 8 + FIELDS * 8))

static CitizDay *
day_at (GArray *days, gint32 day)
{
  guint at = days->len;

  while (at > 0 && g_array_index (days, CitizDay, at - 1).day > day)
    at--;
  if (at > 0 && g_array_index (days, CitizDay, at - 1).day == day)
    return &g_array_index (days, CitizDay, at - 1);
  CitizDay fresh = {.day = day, .min = INFINITY, .max = -INFINITY};
  g_array_insert_val (days, at, fresh);
  return &g_array_index (days, CitizDay, at);
}

static void
add (CitizDay *day, gdouble value, gdouble minutes)
{
  if (day->n == 0)
    day->first = value;
  day->n++;
  day->sum += value;
  day->min = MIN (day->min, value);
  day->max = MAX (day->max, value);
  day->last = value;
  day->minutes += minutes;
}

void
citiz_days_add (GArray *days, const CitizSample *samples, gsize n, CitizAggregate aggregate)
{
  for (gsize i = 0; i < n; i++)
    {
      const CitizSample *s = &samples[i];
      gint64 end = s->start + s->duration, at = s->start;
      gint64 shift = aggregate == CITIZ_AGGREGATE_NIGHT ? CITIZ_DAY / 2 : 0;
      gint32 first = citiz_day_of (s->start + shift, s->offset);
      gint32 last = s->duration > 0 ? citiz_day_of (end - 1, s->offset) : first;
      if (aggregate != CITIZ_AGGREGATE_SUM || first == last || last - first > 60)
        {
          add (day_at (days, first), s->value, s->duration / 60000.0);
          continue;
        }
      for (gint32 d = first; d <= last; d++)
        {
          gint64 midnight = ((gint64) d + 1) * CITIZ_DAY - s->offset * CITIZ_MINUTE;
          gint64 part = MIN (end, midnight) - at;
          add (day_at (days, d), s->value * (gdouble) part / s->duration, (gdouble) part / 60000);
          at += part;
        }
    }
}

gdouble
citiz_day_value (const CitizDay *day, CitizAggregate aggregate)
{
  switch (aggregate)
    {
    case CITIZ_AGGREGATE_SUM:
    case CITIZ_AGGREGATE_NIGHT:
      return day->sum;
    case CITIZ_AGGREGATE_MAX:
      return day->max;
    case CITIZ_AGGREGATE_MEAN:
      return day->n > 0 ? day->sum / day->n : NAN;
    case CITIZ_AGGREGATE_LAST:
    case CITIZ_AGGREGATE_EVENT:
    case CITIZ_AGGREGATE_PANEL:
    case CITIZ_AGGREGATE_DERIVED:
      return day->last;
    }
  return day->last;
}

/* The six numbers of a day, as columns. */
static gdouble *
field (CitizDay *day, guint which)
{
  gdouble *const fields[FIELDS]
      = {&day->sum, &day->min, &day->max, &day->first, &day->last, &day->minutes};

  return fields[which];
}

static void
put_column (CitizPlain *plain, const gint64 *values, gsize n)
{
  CitizShape shape = citiz_shape_of (values, n);

  citiz_plain_column (plain, &shape, values, n);
}

/* "CDY2", then packed: n | days after the one before: column | counts: column | six times: u8 decimals, column. */
GBytes *
citiz_days_encode (const GArray *days)
{
  guint n = days->len;
  CitizPlain plain = {.bytes = g_byte_array_sized_new (64 + n * 20)};
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autofree gint64 *column = g_new (gint64, MAX (n, 1));
  g_autofree gdouble *values = g_new (gdouble, MAX (n, 1));
  CitizDay *all = (CitizDay *) (gpointer) days->data;

  citiz_plain_put (&plain, n);
  for (guint i = 0; i < n; i++)
    column[i] = (gint64) all[i].day - (i > 0 ? all[i - 1].day : 0);
  put_column (&plain, column, n);
  for (guint i = 0; i < n; i++)
    column[i] = all[i].n;
  put_column (&plain, column, n);
  for (guint k = 0; k < FIELDS; k++)
    {
      for (guint i = 0; i < n; i++)
        values[i] = *field (&all[i], k);
      guint decimals = citiz_fewest_decimals (values, n);
      citiz_scale (values, n, decimals, column);
      citiz_plain_byte (&plain, decimals);
      put_column (&plain, column, n);
    }
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) packed = citiz_plain_pack (&plain, &error);
  if (packed == NULL)
    g_error ("%s", error->message); /* no memory: the only thing zstd can lack here */
  citiz_put_u32 (out, MAGIC);
  citiz_put_bytes (out, g_bytes_get_data (packed, NULL), g_bytes_get_size (packed));
  g_byte_array_unref (plain.bytes);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}

/* @column and @values have room for all. */
static gboolean
take_days (CitizReader *r, GArray *out, gint64 *column, gdouble *values)
{
  CitizDay *all = (CitizDay *) (gpointer) out->data;
  guint n = out->len;
  guint64 day = 0;

  if (!citiz_reader_column (r, column, n))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      day += (guint64) column[i];
      all[i].day = (gint32) day;
      if ((gint64) day != all[i].day || (i > 0 && all[i].day <= all[i - 1].day))
        return FALSE;
    }
  if (!citiz_reader_column (r, column, n))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      all[i].n = (guint32) column[i];
      if (column[i] < 0 || column[i] > G_MAXUINT32)
        return FALSE;
    }
  for (guint k = 0; k < FIELDS; k++)
    {
      guint decimals = citiz_reader_byte (r);
      if (!citiz_reader_column (r, column, n) || !citiz_unscale (column, n, decimals, values))
        return FALSE;
      for (guint i = 0; i < n; i++)
        *field (&all[i], k) = values[i];
    }
  return r->p == r->end;
}

static gboolean
unpack_days (const guint8 *bytes, gsize size, GArray *out)
{
  gssize plain_size = citiz_packed_size (bytes, size);

  if (plain_size < 0 || plain_size > PLAIN_MAX)
    return FALSE;
  g_autofree guint8 *plain = g_malloc ((gsize) plain_size + 1);
  gssize got = citiz_unpack (plain, (gsize) plain_size, bytes, size);
  CitizReader r = {plain, plain + MAX (got, 0), FALSE};
  guint64 n = citiz_reader_take (&r);
  if (r.failed || n > MAX_DAYS)
    return FALSE;
  g_autofree gint64 *column = g_new (gint64, MAX (n, 1));
  g_autofree gdouble *values = g_new (gdouble, MAX (n, 1));
  g_array_set_size (out, (guint) n);
  return take_days (&r, out, column, values);
}

/* Behind "CDY1", the format of the first vaults: u32 n, then rows of 56 bytes. */
static gboolean
take_first (CitizCursor *c, GArray *out)
{
  guint32 n = 0;

  if (!citiz_take_u32 (c, &n) || n > MAX_DAYS || c->n != (gsize) n * ROW)
    return FALSE;
  for (guint32 i = 0; i < n; i++)
    {
      CitizDay d = {0};
      guint32 day = 0;
      if (!citiz_take_u32 (c, &day) || !citiz_take_u32 (c, &d.n))
        return FALSE;
      d.day = (gint32) day;
      for (guint k = 0; k < FIELDS; k++)
        {
          guint64 bits = 0;
          if (!citiz_take_u64 (c, &bits))
            return FALSE;
          memcpy (field (&d, k), &bits, sizeof bits);
          if (!isfinite (*field (&d, k)))
            return FALSE;
        }
      if (i > 0 && g_array_index (out, CitizDay, i - 1).day >= d.day)
        return FALSE;
      g_array_append_val (out, d);
    }
  return TRUE;
}

GArray *
citiz_days_decode (const guint8 *bytes, gsize size, GError **error)
{
  CitizCursor cursor = citiz_cursor (bytes, size);
  GArray *out = g_array_new (FALSE, TRUE, sizeof (CitizDay));
  guint32 magic = 0;

  if (citiz_take_u32 (&cursor, &magic)
      && ((magic == MAGIC && unpack_days (cursor.p, cursor.n, out))
          || (magic == MAGIC_FIRST && take_first (&cursor, out))))
    return out;
  g_array_unref (out);
  g_set_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_SERIES, "no day roll-ups");
  return NULL;
}
