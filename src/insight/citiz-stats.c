/* Figures of days and samples. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "insight/citiz-stats.h"

#include <math.h>
#include <string.h>

/* First index whose start is at least `at`. */
static gsize
lower_bound (const CitizSample *samples, gsize n, gint64 at)
{
  gsize lo = 0, hi = n;

  while (lo < hi)
    {
      gsize mid = (lo + hi) / 2;
      if (samples[mid].start < at)
        lo = mid + 1;
      else
        hi = mid;
    }
  return lo;
}

/* The at most four samples of one column, in order of time, each once. */
static void
put_column (GArray *out, const CitizSample *s, gsize from, gsize to)
{
  gsize low = from, high = from, order[4];

  for (gsize i = from + 1; i < to; i++)
    {
      if (s[i].value < s[low].value)
        low = i;
      if (s[i].value > s[high].value)
        high = i;
    }
  order[0] = from;
  order[1] = MIN (low, high);
  order[2] = MAX (low, high);
  order[3] = to - 1;
  for (guint k = 0; k < 4; k++)
    if (k == 0 || order[k] > order[k - 1])
      g_array_append_val (out, s[order[k]]);
}

GArray *
citiz_m4 (const CitizSample *samples, gsize n, gint64 from, gint64 to, guint width)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (CitizSample));
  gsize at, end;

  if (n == 0 || to <= from || width == 0)
    return out;
  at = lower_bound (samples, n, from);
  end = lower_bound (samples, n, to);
  if (end - at <= (gsize) width * 4)
    {
      g_array_append_vals (out, samples + at, (guint) (end - at));
      return out;
    }
  while (at < end)
    {
      guint64 column = (guint64) (samples[at].start - from) * width / (guint64) (to - from);
      /* the first instant of the next column, rounded up */
      gint64 next = from + (gint64) (((column + 1) * (guint64) (to - from) + width - 1) / width);
      gsize stop = at + lower_bound (samples + at, end - at, next);
      stop = MAX (stop, at + 1);
      put_column (out, samples, at, stop);
      at = stop;
    }
  return out;
}

static CitizAggregate
rule_of (const gchar *measure)
{
  const CitizMeasure *m = citiz_measure_get (measure);
  return m != NULL ? m->aggregate : CITIZ_AGGREGATE_LAST;
}

gdouble *
citiz_day_values (const CitizRecord *record, const gchar *measure, gint32 first, gint32 last)
{
  gsize n = last >= first ? (gsize) ((gint64) last - first + 1) : 0;
  gdouble *out = g_new (gdouble, MAX (n, 1));
  g_autoptr (GArray) days = citiz_record_days (record, measure, first, last);
  CitizAggregate rule = rule_of (measure);

  for (gsize i = 0; i < n; i++)
    out[i] = NAN;
  for (guint i = 0; i < days->len; i++)
    {
      const CitizDay *day = &g_array_index (days, CitizDay, i);
      out[day->day - first] = citiz_day_value (day, rule);
    }
  return out;
}

/* Minutes of hard enough heart rate or quick enough steps of one day; NaN without such samples. Tanaka 2001, CSEP 2020. */
static gdouble
active_minutes (const CitizRecord *record, gint32 day, gint age)
{
  gint64 from = ((gint64) day - 1) * CITIZ_DAY, to = ((gint64) day + 2) * CITIZ_DAY;
  g_autoptr (GArray) rates = citiz_record_samples (record, "hr", from, to);
  g_autoptr (GHashTable) minutes = g_hash_table_new (NULL, NULL);
  gdouble limit = 0.64 * (208 - 0.7 * age);
  gboolean any = FALSE;

  for (guint i = 0; i < rates->len; i++)
    {
      const CitizSample *s = &g_array_index (rates, CitizSample, i);
      gint64 minute = s->start / 60000;
      if (citiz_day_of (s->start, s->offset) != day)
        continue;
      any = TRUE;
      if (s->value >= limit)
        g_hash_table_add (minutes, GINT_TO_POINTER ((gint) (minute % G_MAXINT)));
    }
  return any ? g_hash_table_size (minutes) : NAN;
}

/* Minutes of sessions of a day whose kind is an effort. */
static gdouble
session_minutes (const GPtrArray *sessions, gint32 day)
{
  gdouble sum = NAN;

  for (guint i = 0; i < sessions->len; i++)
    {
      const CitizItem *session = g_ptr_array_index (sessions, i);
      const CitizComponent *duration = citiz_item_component (session, "exercise_min");
      gdouble minutes = NAN;
      if (citiz_date_day (&session->onset) != day)
        continue;
      if (duration != NULL && citiz_decimal_known (&duration->value))
        minutes = duration->value.number;
      else if (session->end.precision == CITIZ_DATE_TIME)
        minutes = (gdouble) (citiz_date_start (&session->end).ms
                             - citiz_date_start (&session->onset).ms)
                  / CITIZ_MINUTE;
      if (isfinite (minutes))
        sum = (isnan (sum) ? 0 : sum) + minutes;
    }
  return sum;
}

gdouble
citiz_week_activity (const CitizRecord *record,
                     gint32 monday,
                     gint32 today,
                     gint age,
                     gdouble out[7])
{
  g_autoptr (GPtrArray) sessions = citiz_record_list (record, CITIZ_KIND_SESSION);
  g_autofree gdouble *counted = citiz_day_values (record, "exercise_min", monday, monday + 6);
  gdouble sum = 0;

  for (gint i = 0; i < 7; i++)
    {
      gint32 day = monday + i;
      out[i] = NAN;
      if (day > today)
        continue;
      out[i] = counted[i];
      if (isnan (out[i]))
        out[i] = session_minutes (sessions, day);
      if (isnan (out[i]))
        out[i] = active_minutes (record, day, age);
      if (!isnan (out[i]))
        sum += out[i];
    }
  return sum;
}

/* The newest value of a measure, its day and instant. */
static void
find_last (const CitizRecord *record, const gchar *measure, gint32 today, CitizKeyMeasure *out)
{
  gint32 first = 0, newest = 0;
  gboolean any = citiz_record_span (record, measure, &first, &newest);
  /* A record that was brought in may end years ago: its last value is still the last, and its date is told. */
  gint32 until = any ? MIN (newest, today) : today;
  g_autoptr (GArray) days = citiz_record_days (record, measure, until - 400, until);
  CitizAggregate rule = rule_of (measure);

  if (days->len == 0)
    return;
  const CitizDay *day = &g_array_index (days, CitizDay, days->len - 1);
  gboolean total
      = rule == CITIZ_AGGREGATE_SUM || rule == CITIZ_AGGREGATE_NIGHT || rule == CITIZ_AGGREGATE_MAX;
  out->last = total ? citiz_day_value (day, rule) : day->last;
  out->day = day->day;
  out->when.ms = ((gint64) day->day + 1) * CITIZ_DAY;
  for (guint i = 0; i < days->len; i++)
    {
      const CitizDay *old = &g_array_index (days, CitizDay, i);
      if (old->day >= day->day - 30 && old->day < day->day)
        {
          out->change = out->last - citiz_day_value (old, rule);
          break;
        }
    }
  if (total)
    return;
  g_autoptr (GArray) samples = citiz_record_samples (
      record, measure, ((gint64) day->day - 1) * CITIZ_DAY, ((gint64) day->day + 2) * CITIZ_DAY);
  for (guint i = 0; i < samples->len; i++)
    {
      const CitizSample *s = &g_array_index (samples, CitizSample, i);
      if (citiz_day_of (s->start, s->offset) != day->day)
        continue;
      out->when.ms = s->start;
      out->last = s->value;
    }
}

void
citiz_key_measure (const CitizRecord *record,
                   const gchar *measure,
                   gint32 today,
                   CitizKeyMeasure *out)
{
  gboolean pressure = strcmp (measure, "bp_panel") == 0 || strcmp (measure, "bp_sys") == 0;
  const gchar *main = pressure ? "bp_sys" : measure;
  g_autofree gdouble *values = citiz_day_values (record, main, today - 13, today);

  memset (out, 0, sizeof *out);
  memcpy (out->values, values, sizeof out->values);
  out->last = out->second = out->change = NAN;
  out->day = G_MININT32;
  find_last (record, main, today, out);
  const CitizGoalDefault *usual = citiz_goal_default (main);
  gboolean range = usual == NULL || usual->kind == CITIZ_GOAL_RANGE
                   || usual->kind == CITIZ_GOAL_BELOW; /* a goal to reach is no range */
  if (citiz_record_target (record, main, &out->range) && range && isfinite (out->last))
    out->position = citiz_range_position (out->last, &out->range);
  if (!pressure)
    return;
  CitizKeyMeasure lower = {.last = NAN};
  CitizRange other;
  find_last (record, "bp_dia", today, &lower);
  out->second = lower.last;
  if (citiz_record_target (record, "bp_dia", &other))
    {
      if (isfinite (lower.last)
          && citiz_range_position (lower.last, &other) == CITIZ_POSITION_ABOVE)
        out->position = CITIZ_POSITION_ABOVE;
      citiz_range_clear (&other);
    }
}
