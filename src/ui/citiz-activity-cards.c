/* Fills the cards of the Activity page for a period. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-activity-cards.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "ui/citiz-buckets.h"
#include "ui/citiz-day-bars.h"
#include "ui/citiz-format.h"
#include "ui/citiz-page.h"

#define TICKS 4
#define WALLS (14 * CITIZ_HOUR) /* no wall is further from UTC */

static GArray *
days_of (const CitizActivityView *view, const gchar *measure)
{
  return citiz_record_days (view->record, measure, view->period.first, view->period.last);
}

static gchar *
number_or_none (gdouble value, gint decimals)
{
  return isnan (value) ? g_strdup ("") : citiz_format_number (value, decimals);
}

/* --- the hours of one day --- */

typedef struct
{
  guint n;
  gdouble sum, min, max;
} Hour;

/* The samples of the day by hour, on the wall where each was measured, as days are: a traveller's day is whole. FALSE when there is
 * none. */
static gboolean
hours_of (const CitizActivityView *view, const gchar *measure, Hour hours[24])
{
  gint64 midnight = (gint64) view->period.first * CITIZ_DAY; /* on a wall at no offset */
  g_autoptr (GArray) samples = NULL;
  gboolean any = FALSE;

  memset (hours, 0, 24 * sizeof (Hour));
  samples = citiz_record_samples (view->record, measure, midnight - WALLS,
                                  midnight + CITIZ_DAY + WALLS);
  for (guint i = 0; samples != NULL && i < samples->len; i++)
    {
      const CitizSample *sample = &g_array_index (samples, CitizSample, i);
      gint64 minute
          = sample->start / CITIZ_MINUTE + sample->offset - (gint64) view->period.first * 1440;
      Hour *hour;

      if (minute < 0 || minute >= 1440)
        continue;
      hour = &hours[minute / 60];
      hour->min = hour->n == 0 ? sample->value : MIN (hour->min, sample->value);
      hour->max = hour->n == 0 ? sample->value : MAX (hour->max, sample->value);
      hour->sum += sample->value;
      hour->n++;
      any = TRUE;
    }
  return any;
}

static void
begin_hours (CitizChart *chart, const gchar *const *columns)
{
  citiz_chart_clear (chart);
  citiz_chart_set_goal (chart, 0, NULL);
  citiz_chart_set_x (chart, 0, 24);
  citiz_chart_set_concealed (chart, citiz_values_hidden ());
  citiz_chart_set_columns (chart, _ ("Hour"), columns);
}

static void
add_hour (CitizChart *chart, guint hour, const gchar *const *cells)
{
  g_autofree gchar *name = citiz_format_hour_minute (hour, 0);

  citiz_chart_add_slot (chart, hour + 0.5, hour % 4 == 0 ? name : NULL, FALSE, name, cells, NULL,
                        0);
}

static gboolean
fill_step_hours (CitizChartCard *card, const CitizActivityView *view)
{
  CitizChart *chart = citiz_chart_card_get_chart (card);
  CitizLayer *bars;
  CitizPoint points[24];
  CitizScale scale;
  Hour hours[24];
  gdouble total = 0, highest = 0;
  g_autofree gchar *summary = NULL;

  if (!hours_of (view, "steps", hours))
    return FALSE;
  begin_hours (chart, (const gchar *const[]){_ ("Steps"), NULL});
  for (guint i = 0; i < 24; i++)
    {
      g_autofree gchar *text
          = hours[i].n > 0 ? citiz_format_number (hours[i].sum, 0) : g_strdup ("");

      points[i] = (CitizPoint){i + 0.5, hours[i].n > 0 ? hours[i].sum : NAN, 0, CITIZ_POINT_STRONG};
      total += hours[i].sum;
      highest = MAX (highest, hours[i].sum);
      add_hour (chart, i, (const gchar *const[]){text, NULL});
    }
  bars = citiz_layer_new (CITIZ_LAYER_BAR, "series-1");
  citiz_layer_set_points (bars, points, 24);
  citiz_chart_add_layer (chart, bars);
  scale = citiz_scale_fit (0, MAX (highest, 1), TICKS);
  citiz_chart_set_y (chart, &scale, NULL, FALSE);
  summary = citiz_format_number (total, 0);
  citiz_chart_card_set_summary (card, summary, _ ("in all, by hour"));
  citiz_chart_card_set_empty (card, NULL);
  return TRUE;
}

static gboolean
fill_heart_hours (CitizChartCard *card, const CitizActivityView *view)
{
  CitizChart *chart = citiz_chart_card_get_chart (card);
  CitizLayer *range, *mean;
  CitizPoint area[24], line[24];
  CitizScale scale;
  Hour hours[24];
  gdouble lo = G_MAXDOUBLE, hi = 0;

  if (!hours_of (view, "hr", hours))
    return FALSE;
  begin_hours (chart, (const gchar *const[]){_ ("Mean"), _ ("Range"), NULL});
  for (guint i = 0; i < 24; i++)
    {
      gboolean any = hours[i].n > 0;
      g_autofree gchar *text
          = any ? citiz_format_number (hours[i].sum / hours[i].n, 0) : g_strdup ("");
      g_autofree gchar *from = citiz_format_number (hours[i].min, 0),
                       *to = citiz_format_number (hours[i].max, 0);
      g_autofree gchar *both
          = any ? g_strdup_printf (_ ("%s to %s /min"), from, to) : g_strdup ("");

      area[i] = (CitizPoint){i + 0.5, any ? hours[i].min : NAN, hours[i].max, 0};
      line[i] = (CitizPoint){i + 0.5, any ? hours[i].sum / hours[i].n : NAN, 0, 0};
      lo = any ? MIN (lo, hours[i].min) : lo;
      hi = MAX (hi, hours[i].max);
      add_hour (chart, i, (const gchar *const[]){text, both, NULL});
    }
  range = citiz_layer_new (CITIZ_LAYER_RANGE, "series-5");
  mean = citiz_layer_new (CITIZ_LAYER_LINE, "series-5");
  citiz_layer_set_points (range, area, 24);
  citiz_layer_set_points (mean, line, 24);
  citiz_layer_set_marks (mean, FALSE, TRUE);
  citiz_chart_add_layer (chart, range);
  citiz_chart_add_layer (chart, mean);
  scale = citiz_scale_fit (lo, hi, TICKS);
  citiz_chart_set_y (chart, &scale, NULL, FALSE);
  citiz_chart_card_set_summary (card, NULL, _ ("by hour"));
  citiz_chart_card_set_empty (card, NULL);
  citiz_chart_card_set_legend_visible (card, FALSE);
  return TRUE;
}

/* --- steps --- */

static gboolean
fill_step_days (CitizChartCard *card, const CitizActivityView *view)
{
  g_autoptr (GArray) days = days_of (view, "steps");
  g_autofree gchar *goal = citiz_format_number (view->steps_goal, 0);
  g_autofree gchar *words = g_strdup_printf (_ ("goal %s"), goal);

  return citiz_day_bars_fill (card, &(CitizDayBars){.period = view->period,
                                                    .today = view->today,
                                                    .days = days,
                                                    .column = _ ("Steps"),
                                                    .unit = "",
                                                    .mean = _ ("a day on average, whole days"),
                                                    .goal = view->steps_goal,
                                                    .goal_words = words,
                                                    .empty = _ ("No steps in this period")});
}

gboolean
citiz_activity_fill_steps (CitizChartCard *card, const CitizActivityView *view)
{
  return (view->period.kind == CITIZ_PERIOD_DAY && fill_step_hours (card, view))
         || fill_step_days (card, view);
}

/* --- heart rate --- */

static gboolean
fill_heart_days (CitizChartCard *card, const CitizActivityView *view)
{
  CitizChart *chart = citiz_chart_card_get_chart (card);
  g_autoptr (GArray) days = days_of (view, "hr"), rest_days = days_of (view, "hr_rest");
  g_autoptr (GArray) all = citiz_buckets_new (&view->period, days, CITIZ_AGGREGATE_MEAN);
  g_autoptr (GArray) rest = citiz_buckets_new (&view->period, rest_days, CITIZ_AGGREGATE_MEAN);
  const gboolean young
      = view->period.kind != CITIZ_PERIOD_YEAR && citiz_days_hardly_begun (days, view->today);
  g_autofree CitizPoint *area = g_new0 (CitizPoint, all->len),
                        *line = g_new0 (CitizPoint, all->len);
  CitizLayer *range = citiz_layer_new (CITIZ_LAYER_RANGE, "series-5");
  CitizLayer *resting = citiz_layer_new (CITIZ_LAYER_LINE, "series-5");
  gdouble lo = NAN, hi = citiz_buckets_highest (all, TRUE), latest = NAN;
  g_autofree gchar *summary = NULL;
  CitizScale scale;

  citiz_bucket_slots_begin (chart, all);
  citiz_chart_set_columns (chart, view->period.kind == CITIZ_PERIOD_YEAR ? _ ("Month") : _ ("Day"),
                           (const gchar *const[]){_ ("At rest"), _ ("Range"), NULL});
  for (guint i = 0; i < all->len; i++)
    {
      const CitizBucket *a = &g_array_index (all, CitizBucket, i),
                        *r = &g_array_index (rest, CitizBucket, i);
      g_autofree gchar *at_rest = number_or_none (r->mean, 0), *from = number_or_none (a->min, 0);
      g_autofree gchar *to = number_or_none (a->max, 0), *both = NULL;

      both = isnan (a->min) ? g_strdup ("") : g_strdup_printf (_ ("%s to %s /min"), from, to);
      area[i] = (CitizPoint){i + 0.5, a->min, a->max, 0};
      if (young && a->last == view->today)
        area[i].y = NAN; /* after midnight the range would end in a point */
      line[i] = (CitizPoint){i + 0.5, r->mean, 0, 0};
      if (!isnan (a->min))
        lo = isnan (lo) ? a->min : MIN (lo, a->min);
      if (!isnan (r->mean))
        {
          latest = r->mean;
          lo = isnan (lo) ? r->mean : MIN (lo, r->mean);
          hi = isnan (hi) ? r->mean : MAX (hi, r->mean);
        }
      citiz_bucket_slot_add (chart, &view->period, view->today, all, i,
                             (const gchar *const[]){at_rest, both, NULL}, NULL, 0);
    }
  citiz_layer_set_points (range, area, all->len);
  citiz_layer_set_points (resting, line, all->len);
  citiz_layer_set_marks (resting, TRUE, TRUE);
  citiz_chart_add_layer (chart, range);
  citiz_chart_add_layer (chart, resting);
  scale = citiz_scale_fit (isnan (lo) ? 40 : lo, isnan (hi) ? 160 : hi, TICKS);
  citiz_chart_set_y (chart, &scale, NULL, FALSE);
  summary = isnan (latest) ? NULL : citiz_format_number (latest, 0);
  citiz_chart_card_set_summary (card, summary, summary != NULL ? _ ("/min at rest") : NULL);
  citiz_chart_card_set_empty (card, isnan (lo) ? _ ("No heart rate in this period") : NULL);
  return !isnan (lo);
}

gboolean
citiz_activity_fill_heart (CitizChartCard *card, const CitizActivityView *view)
{
  return (view->period.kind == CITIZ_PERIOD_DAY && fill_heart_hours (card, view))
         || fill_heart_days (card, view);
}

/* --- sleep --- */

static const struct
{
  CitizSleepStage stage;
  const gchar *css_class;
  gboolean half;
} stages[] = {
    {CITIZ_SLEEP_LIGHT, "series-1", TRUE},  {CITIZ_SLEEP_ASLEEP, "series-1", TRUE},
    {CITIZ_SLEEP_DEEP, "series-3", FALSE},  {CITIZ_SLEEP_REM, "series-2", FALSE},
    {CITIZ_SLEEP_AWAKE, "series-6", FALSE},
};

static gchar *
clock_tick (gdouble tick, gint decimals)
{
  gint minutes = ((gint) round (tick * 60) % 1440 + 1440) % 1440;

  return citiz_format_hour_minute ((guint) minutes / 60, (guint) minutes % 60);
}

static gchar *
hours_tick (gdouble tick, gint decimals)
{
  if (tick == 0)
    return g_strdup ("0" CITIZ_NBSP "h");
  return citiz_format_duration ((gint64) round (tick * 60));
}

static gchar *
hours_text (gdouble hours)
{
  return isnan (hours) ? g_strdup ("") : citiz_format_duration ((gint64) round (hours * 60));
}

/* Hours after the midnight that begins the night's day, on the wall where it was slept: 23 h the evening before is -1. */
static gdouble
wall_hours (const CitizNight *night, gint64 ms)
{
  return ((gdouble) ms / CITIZ_MINUTE + night->offset) / 60.0 - night->day * 24.0;
}

static void
add_stage (CitizChart *chart, const CitizActivityView *view, const GArray *nights, guint s)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (CitizPoint));
  CitizLayer *layer = citiz_layer_new (CITIZ_LAYER_SEGMENTS, stages[s].css_class);

  for (guint i = 0; i < nights->len; i++)
    {
      const CitizNight *night = &g_array_index (nights, CitizNight, i);

      for (guint k = 0; k < night->segments->len; k++)
        {
          const CitizSleepSegment *part = &g_array_index (night->segments, CitizSleepSegment, k);
          CitizPoint point = {night->day - view->period.first + 0.5,
                              wall_hours (night, part->start), wall_hours (night, part->end), 0};

          if (part->stage != stages[s].stage)
            continue;
          point.flags = (k == 0 ? CITIZ_POINT_ROUND_LOW : 0)
                        | (k + 1 == night->segments->len ? CITIZ_POINT_ROUND_HIGH : 0);
          g_array_append_val (points, point);
        }
    }
  if (stages[s].half)
    gtk_widget_add_css_class (GTK_WIDGET (layer), "half");
  citiz_layer_set_points (layer, (const CitizPoint *) points->data, points->len);
  citiz_chart_add_layer (chart, layer);
}

/* A slot a night: empty where nothing was measured. */
static void
add_night_slots (CitizChart *chart, const CitizActivityView *view, const GArray *nights)
{
  guint n = citiz_period_length (&view->period), at = 0;

  for (guint i = 0; i < n; i++)
    {
      gint32 day = view->period.first + (gint32) i;
      const CitizNight *night = NULL;
      g_autofree gchar *axis = citiz_period_axis (&view->period, i),
                       *name = citiz_period_name (&view->period, i),
                       *row = citiz_period_row (&view->period, i);
      g_autofree gchar *asleep = NULL, *deep = NULL, *rem = NULL, *from = NULL, *to = NULL;

      while (at < nights->len && g_array_index (nights, CitizNight, at).day < day)
        at++;
      if (at < nights->len && g_array_index (nights, CitizNight, at).day == day)
        night = &g_array_index (nights, CitizNight, at);
      asleep = night != NULL ? hours_text (night->asleep) : g_strdup ("");
      deep = night != NULL && night->hours[CITIZ_SLEEP_DEEP] > 0
                 ? hours_text (night->hours[CITIZ_SLEEP_DEEP])
                 : g_strdup ("");
      rem = night != NULL && night->hours[CITIZ_SLEEP_REM] > 0
                ? hours_text (night->hours[CITIZ_SLEEP_REM])
                : g_strdup ("");
      from = night != NULL ? clock_tick (wall_hours (night, night->from), 0) : g_strdup ("");
      to = night != NULL ? clock_tick (wall_hours (night, night->to), 0) : g_strdup ("");
      citiz_chart_add_slot (chart, i + 0.5, axis, day == view->today, name,
                            (const gchar *const[]){asleep, deep, rem, from, to, NULL}, NULL, 0);
      citiz_chart_name_row (chart, row);
    }
}

static gboolean
fill_nights (CitizChartCard *card, const CitizActivityView *view)
{
  CitizChart *chart = citiz_chart_card_get_chart (card);
  g_autoptr (GArray) nights
      = citiz_record_nights (view->record, view->period.first, view->period.last);
  gdouble lo = NAN, hi = NAN, total = 0;
  g_autofree gchar *summary = NULL;
  CitizScale scale;

  citiz_chart_clear (chart);
  citiz_chart_set_goal (chart, 0, NULL);
  citiz_chart_set_concealed (chart, citiz_values_hidden ());
  citiz_chart_set_x (chart, 0, citiz_period_length (&view->period));
  citiz_chart_set_columns (
      chart, _ ("Night"),
      (const gchar *const[]){_ ("Asleep"), _ ("Deep"), _ ("REM"), _ ("From"), _ ("To"), NULL});
  for (guint i = 0; nights != NULL && i < nights->len; i++)
    {
      const CitizNight *night = &g_array_index (nights, CitizNight, i);
      gdouble a = wall_hours (night, night->from), b = wall_hours (night, night->to);

      lo = isnan (lo) ? a : MIN (lo, a);
      hi = isnan (hi) ? b : MAX (hi, b);
      total += night->asleep;
    }
  citiz_chart_card_set_empty (card, isnan (lo) ? _ ("No night in this period") : NULL);
  if (isnan (lo))
    {
      citiz_chart_card_set_summary (card, NULL, NULL);
      return FALSE;
    }
  for (guint s = 0; s < G_N_ELEMENTS (stages); s++)
    add_stage (chart, view, nights, s);
  add_night_slots (chart, view, nights);
  /* Whole even hours read best on a clock. */
  scale = (CitizScale){floor (lo / 2) * 2, ceil (hi / 2) * 2, hi - lo > 16 ? 4 : 2};
  citiz_chart_set_y (chart, &scale, clock_tick, TRUE);
  summary = hours_text (total / nights->len);
  citiz_chart_card_set_summary (card, summary, _ ("a night"));
  return TRUE;
}

/* A year is too long for lanes: the mean night of each month. The same for days whose hours alone are known. */
static gboolean
fill_sleep_bars (CitizChartCard *card, const CitizActivityView *view)
{
  CitizChart *chart = citiz_chart_card_get_chart (card);
  g_autoptr (GArray) days = days_of (view, "sleep");
  g_autoptr (GArray) months = citiz_buckets_new (&view->period, days, CITIZ_AGGREGATE_SUM);
  g_autofree CitizPoint *points = g_new0 (CitizPoint, months->len);
  gdouble mean
      = citiz_buckets_daily_mean (&view->period, days, CITIZ_AGGREGATE_SUM, view->today + 1);
  gdouble highest = citiz_buckets_highest (months, FALSE);
  CitizLayer *bars = citiz_layer_new (CITIZ_LAYER_BAR, "series-1");
  g_autofree gchar *summary = hours_text (mean);
  CitizScale scale = citiz_scale_fit (0, isnan (highest) ? 8 : highest, TICKS + 1);

  citiz_bucket_slots_begin (chart, months);
  citiz_chart_set_columns (chart,
                           view->period.kind == CITIZ_PERIOD_YEAR ? _ ("Month") : _ ("Night"),
                           (const gchar *const[]){_ ("Asleep"), NULL});
  for (guint i = 0; i < months->len; i++)
    {
      gdouble hours = g_array_index (months, CitizBucket, i).mean;
      g_autofree gchar *text = hours_text (hours);

      points[i] = (CitizPoint){i + 0.5, hours, 0, 0};
      citiz_bucket_slot_add (chart, &view->period, view->today, months, i,
                             (const gchar *const[]){text, NULL}, NULL, 0);
    }
  citiz_layer_set_points (bars, points, months->len);
  citiz_chart_add_layer (chart, bars);
  citiz_chart_set_y (chart, &scale, hours_tick, FALSE);
  citiz_chart_card_set_summary (card, isnan (mean) ? NULL : summary,
                                isnan (mean) ? NULL : _ ("a night"));
  citiz_chart_card_set_empty (card, isnan (highest) ? _ ("No night in this period") : NULL);
  return !isnan (highest);
}

gboolean
citiz_activity_fill_sleep (CitizChartCard *card, const CitizActivityView *view)
{
  gboolean year = view->period.kind == CITIZ_PERIOD_YEAR, any;

  if (!year && fill_nights (card, view))
    return TRUE;
  any = fill_sleep_bars (card, view);
  citiz_chart_card_set_legend_visible (card, FALSE);
  return any;
}
