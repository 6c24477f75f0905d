/* Days of a measure gathered into the slots of a chart. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-buckets.h"

#include <math.h>

#include "ui/citiz-format.h"

static void
add_day (CitizBucket *bucket, const CitizDay *day, CitizAggregate aggregate)
{
  if (day->n == 0)
    return;
  bucket->min = bucket->n_days == 0 ? day->min : MIN (bucket->min, day->min);
  bucket->max = bucket->n_days == 0 ? day->max : MAX (bucket->max, day->max);
  bucket->total = (bucket->n_days == 0 ? 0 : bucket->total) + citiz_day_value (day, aggregate);
  bucket->n_days++;
  bucket->mean = bucket->total / bucket->n_days;
}

static void
add_bucket (GArray *buckets, gint32 first, gint32 last)
{
  CitizBucket bucket = {first, last, 0, NAN, NAN, NAN, NAN};

  g_array_append_val (buckets, bucket);
}

GArray *
citiz_buckets_new (const CitizPeriod *period, const GArray *days, CitizAggregate aggregate)
{
  GArray *buckets = g_array_new (FALSE, FALSE, sizeof (CitizBucket));
  guint at = 0;

  if (period->kind == CITIZ_PERIOD_YEAR)
    for (gint32 day = period->first; day <= period->last;)
      {
        CitizPeriod month = citiz_period_around (CITIZ_PERIOD_MONTH, day);
        add_bucket (buckets, month.first, month.last);
        day = month.last + 1;
      }
  else
    for (gint32 day = period->first; day <= period->last; day++)
      add_bucket (buckets, day, day);
  for (guint i = 0; days != NULL && i < days->len; i++)
    {
      const CitizDay *day = &g_array_index (days, CitizDay, i);

      while (at < buckets->len && g_array_index (buckets, CitizBucket, at).last < day->day)
        at++;
      if (at < buckets->len && day->day >= g_array_index (buckets, CitizBucket, at).first)
        add_day (&g_array_index (buckets, CitizBucket, at), day, aggregate);
    }
  return buckets;
}

gdouble
citiz_buckets_daily_mean (const CitizPeriod *period,
                          const GArray *days,
                          CitizAggregate aggregate,
                          gint32 today)
{
  gdouble total = 0;
  guint n = 0;

  for (guint i = 0; days != NULL && i < days->len; i++)
    {
      const CitizDay *day = &g_array_index (days, CitizDay, i);

      if (day->n == 0 || day->day >= today || !citiz_period_holds (period, day->day))
        continue;
      total += citiz_day_value (day, aggregate);
      n++;
    }
  return n > 0 ? total / n : NAN;
}

gdouble
citiz_buckets_highest (const GArray *buckets, gboolean of_max)
{
  gdouble highest = NAN;

  for (guint i = 0; i < buckets->len; i++)
    {
      const CitizBucket *bucket = &g_array_index (buckets, CitizBucket, i);
      gdouble value = of_max ? bucket->max : bucket->mean;

      if (!isnan (value))
        highest = isnan (highest) ? value : MAX (highest, value);
    }
  return highest;
}

gchar *
citiz_bucket_axis (const CitizPeriod *period, const CitizBucket *bucket, guint i)
{
  gint y, m, d;

  if (period->kind != CITIZ_PERIOD_YEAR)
    return citiz_period_axis (period, i);
  citiz_day_to_ymd (bucket->first, &y, &m, &d);
  return g_strdup (citiz_format_month_short (m));
}

gchar *
citiz_bucket_name (const CitizPeriod *period, const CitizBucket *bucket)
{
  gint y, m, d;
  g_autofree gchar *text = NULL;

  if (period->kind != CITIZ_PERIOD_YEAR)
    return citiz_period_name (period, (guint) (bucket->first - period->first));
  citiz_day_to_ymd (bucket->first, &y, &m, &d);
  text = citiz_format_month (y, m);
  return citiz_format_capital (text);
}

gboolean
citiz_days_hardly_begun (const GArray *days, gint32 today)
{
  const CitizDay *last, *before;

  if (days->len < 2)
    return FALSE;
  last = &g_array_index (days, CitizDay, days->len - 1);
  before = last - 1;
  return last->day == today && last->n < before->n / 4;
}
