/* A bar a day, or a month of a year, with the goal as a line: steps, nutrients. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-day-bars.h"

#include <glib/gi18n.h>
#include <math.h>

#include "ui/citiz-format.h"
#include "ui/citiz-page.h"

#define TICKS 4
#define ROOM  1.08 /* over the highest bar, for its number */

void
citiz_bucket_slots_begin (CitizChart *chart, const GArray *buckets)
{
  citiz_chart_clear (chart);
  citiz_chart_set_goal (chart, 0, NULL);
  citiz_chart_set_x (chart, 0, MAX (buckets->len, 1));
  citiz_chart_set_concealed (chart, citiz_values_hidden ());
}

static gboolean
holds (const CitizBucket *bucket, gint32 day)
{
  return day >= bucket->first && day <= bucket->last;
}

void
citiz_bucket_slot_add (CitizChart *chart,
                       const CitizPeriod *period,
                       gint32 today,
                       const GArray *buckets,
                       guint i,
                       const gchar *const *cells,
                       const gchar *note,
                       gdouble note_y)
{
  const CitizBucket *bucket = &g_array_index (buckets, CitizBucket, i);
  g_autofree gchar *axis = citiz_bucket_axis (period, bucket, i);
  g_autofree gchar *name = citiz_bucket_name (period, bucket);

  citiz_chart_add_slot (chart, i + 0.5, axis, holds (bucket, today), name, cells, note, note_y);
  if (period->kind != CITIZ_PERIOD_YEAR)
    {
      g_autofree gchar *row = citiz_period_row (period, i);
      citiz_chart_name_row (chart, row);
    }
}

static void
add_bars (CitizChart *chart, const CitizDayBars *bars, const GArray *buckets)
{
  g_autofree CitizPoint *points = g_new0 (CitizPoint, buckets->len);
  CitizLayer *layer = citiz_layer_new (CITIZ_LAYER_BAR, "series-1");

  for (guint i = 0; i < buckets->len; i++)
    {
      const CitizBucket *bucket = &g_array_index (buckets, CitizBucket, i);
      const gboolean today = holds (bucket, bars->today), any = !isnan (bucket->mean);
      g_autofree gchar *number = any ? citiz_format_number (bucket->mean, 0) : g_strdup ("");
      g_autofree gchar *text
          = any ? citiz_format_quantity (bucket->mean, 0, bars->unit) : g_strdup ("");

      points[i] = (CitizPoint){i + 0.5, bucket->mean, 0, today ? CITIZ_POINT_STRONG : 0};
      citiz_bucket_slot_add (
          chart, &bars->period, bars->today, buckets, i, (const gchar *const[]){text, NULL},
          today && any && bars->period.kind == CITIZ_PERIOD_WEEK ? number : NULL, bucket->mean);
    }
  citiz_layer_set_points (layer, points, buckets->len);
  citiz_chart_add_layer (chart, layer);
}

gboolean
citiz_day_bars_fill (CitizChartCard *card, const CitizDayBars *bars)
{
  CitizChart *chart = citiz_chart_card_get_chart (card);
  g_autoptr (GArray) buckets = citiz_buckets_new (&bars->period, bars->days, CITIZ_AGGREGATE_SUM);
  gdouble mean
      = citiz_buckets_daily_mean (&bars->period, bars->days, CITIZ_AGGREGATE_SUM, bars->today);
  gdouble highest = citiz_buckets_highest (buckets, FALSE);
  g_autofree gchar *summary = isnan (mean) ? NULL : citiz_format_quantity (mean, 0, bars->unit);
  CitizScale scale = citiz_scale_fit (
      0, MAX (isnan (highest) ? 0 : highest * ROOM, bars->goal > 0 ? bars->goal * 1.05 : 1), TICKS);

  citiz_bucket_slots_begin (chart, buckets);
  citiz_chart_set_columns (chart, bars->period.kind == CITIZ_PERIOD_YEAR ? _ ("Month") : _ ("Day"),
                           (const gchar *const[]){bars->column, NULL});
  add_bars (chart, bars, buckets);
  citiz_chart_set_y (chart, &scale, NULL, FALSE);
  if (bars->goal > 0)
    citiz_chart_set_goal (chart, bars->goal, bars->goal_words);
  citiz_chart_card_set_summary (card, summary, summary != NULL ? bars->mean : NULL);
  citiz_chart_card_set_empty (card, isnan (highest) ? bars->empty : NULL);
  return !isnan (highest);
}
