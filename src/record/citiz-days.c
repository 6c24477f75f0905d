/* Day roll-ups of series, in memory and as bytes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-core.h"
#include "record/citiz-date.h"
#include "record/citiz-item.h"
#include "record/citiz-series.h"

#include <math.h>
#include <string.h>

#define MAGIC    0x43445931u /* "CDY1" */
#define ROW      (4 + 4 + 6 * 8)
#define MAX_DAYS 200000

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

static void
put_double (GByteArray *out, gdouble value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  citiz_put_u64 (out, bits);
}

GBytes *
citiz_days_encode (const GArray *days)
{
  GByteArray *out = g_byte_array_sized_new (8 + days->len * ROW);

  citiz_put_u32 (out, MAGIC);
  citiz_put_u32 (out, days->len);
  for (guint i = 0; i < days->len; i++)
    {
      const CitizDay *d = &g_array_index (days, CitizDay, i);
      const gdouble values[] = {d->sum, d->min, d->max, d->first, d->last, d->minutes};
      citiz_put_u32 (out, (guint32) d->day);
      citiz_put_u32 (out, d->n);
      for (guint v = 0; v < G_N_ELEMENTS (values); v++)
        put_double (out, values[v]);
    }
  return g_byte_array_free_to_bytes (out);
}

GArray *
citiz_days_decode (const guint8 *bytes, gsize size, GError **error)
{
  CitizCursor cursor = citiz_cursor (bytes, size);
  GArray *out = g_array_new (FALSE, FALSE, sizeof (CitizDay));
  guint32 magic = 0, n = 0;
  gboolean sound = citiz_take_u32 (&cursor, &magic) && magic == MAGIC
                   && citiz_take_u32 (&cursor, &n) && n <= MAX_DAYS && size == 8 + (gsize) n * ROW;

  for (guint32 i = 0; sound && i < n; i++)
    {
      CitizDay d = {0};
      gdouble *values[] = {&d.sum, &d.min, &d.max, &d.first, &d.last, &d.minutes};
      guint32 day;
      sound = citiz_take_u32 (&cursor, &day) && citiz_take_u32 (&cursor, &d.n);
      d.day = (gint32) day;
      for (guint v = 0; sound && v < G_N_ELEMENTS (values); v++)
        {
          guint64 bits;
          sound = citiz_take_u64 (&cursor, &bits);
          memcpy (values[v], &bits, sizeof bits);
          sound = sound && isfinite (*values[v]);
        }
      sound = sound && (i == 0 || g_array_index (out, CitizDay, i - 1).day < d.day);
      if (sound)
        g_array_append_val (out, d);
    }
  if (sound)
    return out;
  g_array_unref (out);
  g_set_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_SERIES, "no day roll-ups");
  return NULL;
}
