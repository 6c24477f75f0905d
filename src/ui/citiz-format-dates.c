/* Dates, times and durations as people read and write them, French and English. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gi18n.h>
#include <string.h>

#include "ui/citiz-format.h"

/* Both languages, as in citiz-format.c. */
typedef struct
{
  const gchar *months[12];
  const gchar *months_short[12];
  const gchar *days[7];
  const gchar *days_short[7];
  const gchar *days_letter[7];
  const gchar *today, *yesterday, *tomorrow;
  const gchar *first; /* how the first of a month is written */
} Words;

static const Words words[] = {
    [CITIZ_LANGUAGE_EN]
    = {.months = {"January", "February", "March", "April", "May", "June", "July", "August",
                  "September", "October", "November", "December"},
       .months_short
       = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
       .days = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
       .days_short = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"},
       .days_letter = {"M", "T", "W", "T", "F", "S", "S"},
       .today = "today",
       .yesterday = "yesterday",
       .tomorrow = "tomorrow",
       .first = "1"},
    [CITIZ_LANGUAGE_FR]
    = {.months = {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
                  "septembre", "octobre", "novembre", "décembre"},
       .months_short = {"janv.", "févr.", "mars", "avril", "mai", "juin", "juill.", "août", "sept.",
                        "oct.", "nov.", "déc."},
       .days = {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"},
       .days_short = {"lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."},
       .days_letter = {"L", "M", "M", "J", "V", "S", "D"},
       .today = "aujourd’hui",
       .yesterday = "hier",
       .tomorrow = "demain",
       .first = "1ᵉʳ"},
};

static const Words *
w (void)
{
  return &words[citiz_format_language ()];
}

gchar *
citiz_format_hour_minute (guint hour, guint minute)
{
  if (citiz_format_language () == CITIZ_LANGUAGE_EN)
    return g_strdup_printf ("%u:%02u", hour, minute);
  if (minute == 0)
    return g_strdup_printf ("%u" CITIZ_NBSP "h", hour);
  return g_strdup_printf ("%u" CITIZ_NBSP "h" CITIZ_NBSP "%02u", hour, minute);
}

gchar *
citiz_format_time (GDateTime *when)
{
  return citiz_format_hour_minute ((guint) g_date_time_get_hour (when),
                                   (guint) g_date_time_get_minute (when));
}

gboolean
citiz_format_parse_time (const gchar *text, guint *minutes)
{
  guint numbers[2] = {0, 0}, digits[2] = {0, 0}, part = 0;

  for (const gchar *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c))
        continue;
      if (c < 128 && g_ascii_isdigit ((gchar) c))
        {
          numbers[part] = numbers[part] * 10 + (c - '0');
          if (++digits[part] > 4)
            return FALSE;
        }
      else if ((c == ':' || c == 'h' || c == 'H') && part == 0)
        part = 1;
      else
        return FALSE;
    }
  if (part == 0 && digits[0] > 2)
    {
      numbers[1] = numbers[0] % 100;
      numbers[0] /= 100;
    }
  if (digits[0] == 0 || numbers[0] > 23 || numbers[1] > 59 || digits[1] > 2)
    return FALSE;
  *minutes = numbers[0] * 60 + numbers[1];
  return TRUE;
}

gchar *
citiz_format_duration (gint64 minutes)
{
  if (minutes < 60)
    return g_strdup_printf ("%d" CITIZ_NBSP "min", (gint) minutes);
  if (minutes % 60 == 0)
    return g_strdup_printf ("%d" CITIZ_NBSP "h", (gint) (minutes / 60));
  return g_strdup_printf ("%d" CITIZ_NBSP "h" CITIZ_NBSP "%02d", (gint) (minutes / 60),
                          (gint) (minutes % 60));
}

gchar *
citiz_format_remaining (CitizTime now, CitizTime end)
{
  gint64 left = MAX (end.ms - now.ms, 0), days = left / CITIZ_DAY;
  gboolean fr = citiz_format_language () == CITIZ_LANGUAGE_FR;

  if (days >= 2)
    return g_strdup_printf ("%d" CITIZ_NBSP "%s", (gint) days, fr ? "jours" : "days");
  /* Rounded up, so that a running access never shows "0 min". */
  return citiz_format_duration ((left + CITIZ_MINUTE - 1) / CITIZ_MINUTE);
}

static gint
day_number (GDateTime *when)
{
  GDate date;
  gint y, m, d;

  g_date_time_get_ymd (when, &y, &m, &d);
  g_date_clear (&date, 1);
  g_date_set_dmy (&date, (GDateDay) d, (GDateMonth) m, (GDateYear) y);
  return (gint) g_date_get_julian (&date);
}

static gchar *
day_text (gint day)
{
  return day == 1 ? g_strdup (w ()->first) : g_strdup_printf ("%d", day);
}

gchar *
citiz_format_partial_date (gint year, gint month, gint day)
{
  g_autofree gchar *day_words = NULL;

  if (year == 0)
    return g_strdup ("");
  if (month == 0)
    return g_strdup_printf ("%d", year);
  if (day == 0)
    return citiz_format_month (year, month);
  day_words = day_text (day);
  return g_strdup_printf ("%s" CITIZ_NBSP "%s %d", day_words, citiz_format_month_short (month),
                          year);
}

gchar *
citiz_format_date_full (GDateTime *when)
{
  return citiz_format_partial_date (g_date_time_get_year (when), g_date_time_get_month (when),
                                    g_date_time_get_day_of_month (when));
}

gchar *
citiz_format_day (GDateTime *when)
{
  g_autofree gchar *day = day_text (g_date_time_get_day_of_month (when));

  return g_strdup_printf ("%s" CITIZ_NBSP "%s", day,
                          citiz_format_month_short (g_date_time_get_month (when)));
}

gchar *
citiz_format_date (GDateTime *when, GDateTime *now)
{
  gint days = day_number (now) - day_number (when);

  if (days == 0)
    return g_strdup (w ()->today);
  if (days == 1)
    return g_strdup (w ()->yesterday);
  if (days == -1)
    return g_strdup (w ()->tomorrow);
  if (days > -7 && days < 7)
    return g_strdup (citiz_format_weekday (g_date_time_get_day_of_week (when)));
  if (g_date_time_get_year (when) != g_date_time_get_year (now))
    return citiz_format_date_full (when);
  return citiz_format_day (when);
}

gchar *
citiz_format_date_time (GDateTime *when, GDateTime *now)
{
  g_autofree gchar *date = citiz_format_date (when, now), *time = citiz_format_time (when);

  return g_strdup_printf ("%s, %s", date, time);
}

gchar *
citiz_format_date_time_ms (CitizTime when, CitizTime now)
{
  g_autoptr (GDateTime) w_utc = g_date_time_new_from_unix_utc (when.ms / 1000);
  g_autoptr (GDateTime) n_utc = g_date_time_new_from_unix_utc (now.ms / 1000);
  g_autoptr (GDateTime) w_local = NULL, n_local = NULL;

  if (w_utc == NULL || n_utc == NULL)
    return g_strdup ("–");
  w_local = g_date_time_to_local (w_utc);
  n_local = g_date_time_to_local (n_utc);
  return citiz_format_date_time (w_local, n_local);
}

gchar *
citiz_format_date_long (GDateTime *when, GDateTime *now)
{
  g_autofree gchar *day = day_text (g_date_time_get_day_of_month (when));
  const gchar *weekday = citiz_format_weekday (g_date_time_get_day_of_week (when));
  const gchar *month = w ()->months[g_date_time_get_month (when) - 1];

  if (now != NULL && g_date_time_get_year (when) != g_date_time_get_year (now))
    return g_strdup_printf ("%s %s" CITIZ_NBSP "%s %d", weekday, day, month,
                            g_date_time_get_year (when));
  return g_strdup_printf ("%s %s" CITIZ_NBSP "%s", weekday, day, month);
}

/* One to three numbers and how many digits each has. FALSE for anything else. */
static gboolean
date_numbers (const gchar *text, gint n[3], guint digits[3], guint *n_parts)
{
  g_autofree gchar *bare = g_strstrip (g_strdup (text));
  guint part = 0;

  for (const gchar *p = bare; *p != '\0'; p++)
    {
      if (g_ascii_isdigit (*p) && ++digits[part] <= 4)
        n[part] = n[part] * 10 + (*p - '0');
      else if ((*p == '-' || *p == '/' || *p == '.') && part < 2 && digits[part] > 0)
        part++;
      else
        return FALSE;
    }
  *n_parts = part + 1;
  return digits[part] > 0;
}

static gboolean
is_day (gint year, gint month, gint day)
{
  return year >= 1850 && year <= 2200 && month >= 1 && month <= 12 && day >= 1 && day <= 31
         && g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year);
}

/* The year written last: 18/10/2004 can be one day only, 12/03/1959 two, and is then none. */
static gboolean
year_last (const gint n[3], gboolean *two)
{
  gboolean day_first = is_day (n[2], n[1], n[0]), month_first = is_day (n[2], n[0], n[1]);

  *two = day_first && month_first && n[0] != n[1];
  return day_first;
}

gboolean
citiz_format_parse_date (const gchar *text, gint *year, gint *month, gint *day)
{
  gint n[3] = {0, 0, 0};
  guint digits[3] = {0, 0, 0}, parts = 0;
  gboolean two = FALSE;

  if (!date_numbers (text, n, digits, &parts))
    return FALSE;
  if (digits[0] <= 2 && digits[2] == 4)
    {
      gboolean day_first = year_last (n, &two);
      gint last = n[2];

      if (two)
        return FALSE;
      n[2] = day_first ? n[0] : n[1];
      n[1] = day_first ? n[1] : n[0];
      n[0] = last;
    }
  else if (digits[0] != 4)
    return FALSE;
  if (!is_day (n[0], parts > 1 ? n[1] : 1, parts > 2 ? n[2] : 1))
    return FALSE;
  *year = n[0];
  *month = parts > 1 ? n[1] : 0;
  *day = parts > 2 ? n[2] : 0;
  return TRUE;
}

/* "12 March 1959", with its month whole. */
static gchar *
day_in_words (gint year, gint month, gint day)
{
  g_autofree gchar *day_words = day_text (day), *month_words = citiz_format_month (year, month);

  return g_strdup_printf ("%s" CITIZ_NBSP "%s", day_words, month_words);
}

gchar *
citiz_format_date_understood (const gchar *text)
{
  gint year, month, day;

  if (!citiz_format_parse_date (text, &year, &month, &day))
    return g_strdup ("");
  return day != 0 ? day_in_words (year, month, day) : citiz_format_partial_date (year, month, 0);
}

/* The 30th of February: read, and not in the calendar. @n becomes year, month, day. */
static gboolean
impossible_day (gint n[3], const guint digits[3])
{
  const gint year = digits[0] == 4 ? n[0] : n[2], last = digits[0] == 4 ? n[2] : n[0];
  const gboolean month_first = digits[0] != 4 && n[1] > 12;
  const gint month = month_first ? n[0] : n[1], day = month_first ? n[1] : last;

  if (digits[2] == 0 || digits[digits[0] == 4 ? 2 : 0] > 2 || !is_day (year, month, 1) || day < 29
      || day > 31 || is_day (year, month, day))
    return FALSE;
  n[0] = year;
  n[1] = month;
  n[2] = day;
  return TRUE;
}

gchar *
citiz_format_date_problem (const gchar *text, gboolean whole_day)
{
  gint n[3] = {0, 0, 0}, year, month, day;
  guint digits[3] = {0, 0, 0}, parts;
  gboolean two = FALSE;

  if (citiz_format_parse_date (text, &year, &month, &day) && (day != 0 || !whole_day))
    return NULL;
  if (date_numbers (text, n, digits, &parts) && digits[0] <= 2 && digits[2] == 4)
    year_last (n, &two);
  if (two)
    {
      g_autofree gchar *a = day_in_words (n[2], n[1], n[0]), *b = day_in_words (n[2], n[0], n[1]);

      return g_strdup_printf (
          _ ("%1$s or %2$s? Write %3$04d-%4$02d-%5$02d or %3$04d-%5$02d-%4$02d."), a, b, n[2], n[1],
          n[0]);
    }
  if (impossible_day (n, digits))
    {
      g_autofree gchar *said = day_in_words (n[0], n[1], n[2]);

      return g_strdup_printf (_ ("There is no %s."), said);
    }
  return g_strdup (whole_day ? _ ("Write the day as 1958-03-14: the year, the month, the day.")
                             : _ ("Write a year, a month or a day: 2004, 2004-10 or 2004-10-18."));
}

gchar *
citiz_format_month (gint year, gint month)
{
  return g_strdup_printf ("%s %d", w ()->months[CLAMP (month, 1, 12) - 1], year);
}

const gchar *
citiz_format_month_short (gint month)
{
  return w ()->months_short[CLAMP (month, 1, 12) - 1];
}

gchar *
citiz_format_span (GDateTime *first, GDateTime *last, GDateTime *now)
{
  g_autofree gchar *a = day_text (g_date_time_get_day_of_month (first));
  g_autofree gchar *b = day_text (g_date_time_get_day_of_month (last));
  const gchar *month_a = w ()->months[g_date_time_get_month (first) - 1];
  const gchar *month_b = w ()->months[g_date_time_get_month (last) - 1];
  gint year = g_date_time_get_year (last);
  g_autofree gchar *tail
      = year != g_date_time_get_year (now) ? g_strdup_printf (" %d", year) : g_strdup ("");

  if (month_a == month_b)
    return g_strdup_printf ("%s" CITIZ_NBSP "–" CITIZ_NBSP "%s" CITIZ_NBSP "%s%s", a, b, month_b,
                            tail);
  return g_strdup_printf ("%s" CITIZ_NBSP "%s – %s" CITIZ_NBSP "%s%s", a, month_a, b, month_b,
                          tail);
}

const gchar *
citiz_format_weekday (gint day)
{
  return w ()->days[CLAMP (day, 1, 7) - 1];
}

const gchar *
citiz_format_weekday_short (gint day)
{
  return w ()->days_short[CLAMP (day, 1, 7) - 1];
}

const gchar *
citiz_format_weekday_letter (gint day)
{
  return w ()->days_letter[CLAMP (day, 1, 7) - 1];
}
