/* FHIR dates and civil days. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-date.h"

#include <string.h>

#define MS_DAY ((gint64) 86400000)

static gboolean
digits (const gchar **p, guint n, gint *out)
{
  gint value = 0;

  for (guint i = 0; i < n; i++)
    {
      if (!g_ascii_isdigit ((*p)[i]))
        return FALSE;
      value = value * 10 + ((*p)[i] - '0');
    }
  *p += n;
  *out = value;
  return TRUE;
}

static gint
days_in_month (gint year, gint month)
{
  return g_date_get_days_in_month ((GDateMonth) month, (GDateYear) year);
}

/* ":SS(.fff…)" then the zone; the zone is required by FHIR when there is a time. */
static gboolean
parse_clock (CitizDate *date, const gchar *p)
{
  gint hour, minute, second = 0, zone_hour, zone_minute;

  if (!digits (&p, 2, &hour) || *p++ != ':' || !digits (&p, 2, &minute))
    return FALSE;
  if (*p == ':')
    {
      p++;
      if (!digits (&p, 2, &second))
        return FALSE;
      if (*p == '.')
        {
          guint ms = 0, scale = 100, n = 0;
          for (p++; g_ascii_isdigit (*p) && n < 9; p++, n++, scale /= 10)
            ms += (guint) (*p - '0') * scale;
          if (n == 0)
            return FALSE;
          date->ms = (guint16) ms;
          date->digits = (guint8) MIN (n, 3);
        }
    }
  if (hour > 23 || minute > 59 || second > 60)
    return FALSE;
  date->hour = (guint8) hour;
  date->minute = (guint8) minute;
  date->second = (guint8) second;
  date->precision = CITIZ_DATE_TIME;
  if (*p == '\0' || (*p == 'Z' && p[1] == '\0'))
    {
      date->zulu = TRUE;
      return TRUE;
    }
  gint sign = *p == '-' ? -1 : 1;
  if ((*p != '+' && *p != '-') || (p++, !digits (&p, 2, &zone_hour)) || *p++ != ':'
      || !digits (&p, 2, &zone_minute) || *p != '\0' || zone_hour > 14 || zone_minute > 59)
    return FALSE;
  date->offset = (gint16) (sign * (zone_hour * 60 + zone_minute));
  return TRUE;
}

gboolean
citiz_date_parse (CitizDate *out, const gchar *text)
{
  CitizDate date = {.month = 1, .day = 1};
  const gchar *p = text;
  gint year, month, day;

  memset (out, 0, sizeof *out);
  if (text == NULL || !digits (&p, 4, &year) || year == 0)
    return FALSE;
  date.year = (gint16) year;
  date.precision = CITIZ_DATE_YEAR;
  if (*p == '-')
    {
      p++;
      if (!digits (&p, 2, &month) || month < 1 || month > 12)
        return FALSE;
      date.month = (guint8) month;
      date.precision = CITIZ_DATE_MONTH;
      if (*p == '-')
        {
          p++;
          if (!digits (&p, 2, &day) || day < 1 || day > days_in_month (year, month))
            return FALSE;
          date.day = (guint8) day;
          date.precision = CITIZ_DATE_DAY;
          if (*p == 'T')
            {
              if (!parse_clock (&date, p + 1))
                return FALSE;
              *out = date;
              return TRUE;
            }
        }
    }
  if (*p != '\0')
    return FALSE;
  *out = date;
  return TRUE;
}

gchar *
citiz_date_to_string (const CitizDate *date)
{
  gchar fraction[8] = "", zone[16] = "Z";

  switch (date->precision)
    {
    case CITIZ_DATE_NONE:
      return g_strdup ("");
    case CITIZ_DATE_YEAR:
      return g_strdup_printf ("%04d", date->year);
    case CITIZ_DATE_MONTH:
      return g_strdup_printf ("%04d-%02d", date->year, date->month);
    case CITIZ_DATE_DAY:
      return g_strdup_printf ("%04d-%02d-%02d", date->year, date->month, date->day);
    case CITIZ_DATE_TIME:
      break;
    }
  if (date->digits > 0)
    {
      guint ms = date->ms;
      for (guint i = date->digits; i < 3; i++)
        ms /= 10;
      g_snprintf (fraction, sizeof fraction, ".%0*u", (gint) date->digits, ms);
    }
  if (!date->zulu)
    {
      gint away = ABS (date->offset);
      g_snprintf (zone, sizeof zone, "%c%02d:%02d", date->offset < 0 ? '-' : '+', away / 60,
                  away % 60);
    }
  return g_strdup_printf ("%04d-%02d-%02dT%02d:%02d:%02d%s%s", date->year, date->month, date->day,
                          date->hour, date->minute, date->second, fraction, zone);
}

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil. */
gint32
citiz_day_from_ymd (gint year, gint month, gint day)
{
  gint y = month <= 2 ? year - 1 : year;
  gint era = (y >= 0 ? y : y - 399) / 400;
  gint yoe = y - era * 400;
  gint doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  gint doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

  return era * 146097 + doe - 719468;
}

void
citiz_day_to_ymd (gint32 day, gint *year, gint *month, gint *month_day)
{
  gint z = day + 719468;
  gint era = (z >= 0 ? z : z - 146096) / 146097;
  gint doe = z - era * 146097;
  gint yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  gint doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  gint mp = (5 * doy + 2) / 153;
  gint m = mp < 10 ? mp + 3 : mp - 9;

  if (month_day != NULL)
    *month_day = doy - (153 * mp + 2) / 5 + 1;
  if (month != NULL)
    *month = m;
  if (year != NULL)
    *year = yoe + era * 400 + (m <= 2);
}

gint32
citiz_day_of (gint64 ms, gint offset_minutes)
{
  gint64 wall = ms + offset_minutes * (gint64) 60000;
  gint64 day = wall / MS_DAY - (wall % MS_DAY < 0);

  return (gint32) CLAMP (day, G_MININT32, G_MAXINT32);
}

gint
citiz_day_weekday (gint32 day)
{
  gint w = (day + 3) % 7; /* 1970-01-01 was a Thursday */
  return w < 0 ? w + 7 : w;
}

gint
citiz_day_years (gint32 from, gint32 to)
{
  gint y1, m1, d1, y2, m2, d2;

  citiz_day_to_ymd (from, &y1, &m1, &d1);
  citiz_day_to_ymd (to, &y2, &m2, &d2);
  return MAX (0, y2 - y1 - (m2 < m1 || (m2 == m1 && d2 < d1)));
}

CitizDate
citiz_date_from_day (gint32 day)
{
  gint year, month, month_day;

  citiz_day_to_ymd (day, &year, &month, &month_day);
  return (CitizDate){.precision = CITIZ_DATE_DAY,
                     .year = (gint16) year,
                     .month = (guint8) month,
                     .day = (guint8) month_day};
}

CitizDate
citiz_date_from_time (CitizTime time, gint offset_minutes)
{
  gint32 day = citiz_day_of (time.ms, offset_minutes);
  gint64 rest = time.ms + offset_minutes * (gint64) 60000 - day * MS_DAY;
  CitizDate date = citiz_date_from_day (day);

  date.precision = CITIZ_DATE_TIME;
  date.hour = (guint8) (rest / 3600000);
  date.minute = (guint8) (rest / 60000 % 60);
  date.second = (guint8) (rest / 1000 % 60);
  date.ms = (guint16) (rest % 1000);
  date.digits = date.ms != 0 ? 3 : 0;
  date.offset = (gint16) offset_minutes;
  return date;
}

CitizTime
citiz_date_start (const CitizDate *date)
{
  if (date->precision == CITIZ_DATE_NONE)
    return (CitizTime){G_MININT64};
  gint64 ms = citiz_day_from_ymd (date->year, date->month, date->day) * MS_DAY;
  if (date->precision == CITIZ_DATE_TIME)
    ms += date->hour * (gint64) 3600000 + date->minute * (gint64) 60000
          + date->second * (gint64) 1000 + date->ms - date->offset * (gint64) 60000;
  return (CitizTime){ms};
}

CitizTime
citiz_date_limit (const CitizDate *date)
{
  gint64 start = citiz_date_start (date).ms;

  switch (date->precision)
    {
    case CITIZ_DATE_NONE:
      return (CitizTime){G_MAXINT64};
    case CITIZ_DATE_YEAR:
      return (CitizTime){citiz_day_from_ymd (date->year + 1, 1, 1) * MS_DAY};
    case CITIZ_DATE_MONTH:
      return (CitizTime){start + days_in_month (date->year, date->month) * MS_DAY};
    case CITIZ_DATE_DAY:
      return (CitizTime){start + MS_DAY};
    case CITIZ_DATE_TIME:
      break;
    }
  return (CitizTime){start + (date->digits > 0 ? 1 : 1000)};
}

gint
citiz_date_compare (const CitizDate *a, const CitizDate *b)
{
  gint64 x = citiz_date_start (a).ms, y = citiz_date_start (b).ms;

  if (x != y)
    return x < y ? -1 : 1;
  return (gint) a->precision - (gint) b->precision;
}

gint32
citiz_date_day (const CitizDate *date)
{
  if (date->precision == CITIZ_DATE_NONE)
    return G_MININT32;
  return citiz_day_from_ymd (date->year, date->month, date->day);
}
