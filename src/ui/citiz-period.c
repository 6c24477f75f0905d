/* The stretch of days a page shows: a day, an ISO week, a month, a year. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-period.h"

#include <string.h>

#include "ui/citiz-format.h"

gint32
citiz_day_from_date_time (GDateTime *when)
{
  gint y, m, d;

  g_date_time_get_ymd (when, &y, &m, &d);
  return citiz_day_from_ymd (y, m, d);
}

GDateTime *
citiz_day_to_date_time (gint32 day)
{
  gint y, m, d;

  citiz_day_to_ymd (day, &y, &m, &d);
  return g_date_time_new_local (y, m, d, 12, 0, 0); /* noon: no change of hour falls there */
}

CitizDate
citiz_day_at (gint32 day, gint minute)
{
  CitizDate date = citiz_date_from_day (day);
  g_autoptr (GDateTime) when
      = g_date_time_new_local (date.year, date.month, date.day, minute / 60, minute % 60, 0);

  if (when == NULL)
    return date;
  date.precision = CITIZ_DATE_TIME;
  date.hour = (guint8) (minute / 60);
  date.minute = (guint8) (minute % 60);
  date.offset = (gint16) (g_date_time_get_utc_offset (when) / G_TIME_SPAN_MINUTE);
  return date;
}

CitizPeriod
citiz_period_around (CitizPeriodKind kind, gint32 day)
{
  CitizPeriod period = {kind, day, day};
  gint y, m, d;

  citiz_day_to_ymd (day, &y, &m, &d);
  switch (kind)
    {
    case CITIZ_PERIOD_WEEK:
      period.first = day - citiz_day_weekday (day);
      period.last = period.first + 6;
      break;
    case CITIZ_PERIOD_MONTH:
      period.first = citiz_day_from_ymd (y, m, 1);
      period.last = period.first + g_date_get_days_in_month ((GDateMonth) m, (GDateYear) y) - 1;
      break;
    case CITIZ_PERIOD_YEAR:
      period.first = citiz_day_from_ymd (y, 1, 1);
      period.last = citiz_day_from_ymd (y, 12, 31);
      break;
    case CITIZ_PERIOD_DAY:
    case CITIZ_N_PERIODS:
      break;
    }
  return period;
}

CitizPeriod
citiz_period_next (const CitizPeriod *period)
{
  return citiz_period_around (period->kind, period->last + 1);
}

CitizPeriod
citiz_period_previous (const CitizPeriod *period)
{
  return citiz_period_around (period->kind, period->first - 1);
}

gboolean
citiz_period_holds (const CitizPeriod *period, gint32 day)
{
  return day >= period->first && day <= period->last;
}

guint
citiz_period_length (const CitizPeriod *period)
{
  return (guint) (period->last - period->first + 1);
}

/* "Today, 24 October"; from two days ago on, "Thursday 22 October". */
static gchar *
day_title (gint32 day, gint32 today)
{
  g_autoptr (GDateTime) when = citiz_day_to_date_time (day), now = citiz_day_to_date_time (today);
  g_autofree gchar *whole = citiz_format_date_long (when, now), *text = NULL;

  if (day > today || today - day > 1)
    return citiz_format_capital (whole);
  {
    g_autofree gchar *relative = citiz_format_date (when, now);

    text = g_strdup_printf ("%s, %s", relative, strchr (whole, ' ') + 1);
  }
  return citiz_format_capital (text);
}

gchar *
citiz_period_title (const CitizPeriod *period, gint32 today)
{
  g_autoptr (GDateTime) first = citiz_day_to_date_time (period->first);
  g_autoptr (GDateTime) last = citiz_day_to_date_time (period->last);
  g_autoptr (GDateTime) now = citiz_day_to_date_time (today);
  g_autofree gchar *text = NULL;

  switch (period->kind)
    {
    case CITIZ_PERIOD_DAY:
      return day_title (period->first, today);
    case CITIZ_PERIOD_WEEK:
      return citiz_format_span (first, last, now);
    case CITIZ_PERIOD_MONTH:
      text = citiz_format_month (g_date_time_get_year (first), g_date_time_get_month (first));
      return citiz_format_capital (text);
    case CITIZ_PERIOD_YEAR:
      return g_strdup_printf ("%d", g_date_time_get_year (first));
    case CITIZ_N_PERIODS:
      break;
    }
  return g_strdup ("");
}

gchar *
citiz_period_axis (const CitizPeriod *period, guint i)
{
  gint32 day = period->first + (gint32) i;
  gint y, m, d;

  citiz_day_to_ymd (day, &y, &m, &d);
  switch (period->kind)
    {
    case CITIZ_PERIOD_DAY:
    case CITIZ_PERIOD_WEEK:
      return g_strdup (citiz_format_weekday_short (citiz_day_weekday (day) + 1));
    case CITIZ_PERIOD_MONTH:
      return d == 1 || d % 5 == 0 ? g_strdup_printf ("%d", d) : NULL;
    case CITIZ_PERIOD_YEAR:
      return d == 15 ? g_strdup (citiz_format_month_short (m)) : NULL;
    case CITIZ_N_PERIODS:
      break;
    }
  return NULL;
}

gchar *
citiz_period_row (const CitizPeriod *period, guint i)
{
  gint32 day = period->first + (gint32) i;
  gint y, m, d;
  g_autofree gchar *text = NULL;

  citiz_day_to_ymd (day, &y, &m, &d);
  text = g_strdup_printf ("%s" CITIZ_NBSP "%d",
                          citiz_format_weekday_short (citiz_day_weekday (day) + 1), d);
  return citiz_format_capital (text);
}

gchar *
citiz_period_name (const CitizPeriod *period, guint i)
{
  g_autoptr (GDateTime) when = citiz_day_to_date_time (period->first + (gint32) i);
  g_autofree gchar *text = citiz_format_date_long (when, NULL);

  return citiz_format_capital (text);
}
