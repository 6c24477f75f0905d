/* What a person could not have meant, and what is asked twice. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-add-checks.h"

#include <glib/gi18n.h>
#include <string.h>

#include "record/citiz-unit.h"
#include "ui/citiz-add-forms.h"
#include "ui/citiz-format.h"

#define LATE 10 /* minutes: a clock on the wall is not this one */

/* --- dates --- */

/* Dates that may be to come. */
static const struct
{
  CitizKind kind;
  const gchar *key;
} ahead[]
    = {{CITIZ_KIND_VISIT, "day"}, {CITIZ_KIND_MEDICATION, "onset"}, {CITIZ_KIND_MEDICATION, "end"}};

static gboolean
may_come (CitizForm *form, CitizKind kind, const gchar *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (ahead); i++)
    if (ahead[i].kind == kind && strcmp (ahead[i].key, key) == 0)
      return kind != CITIZ_KIND_VISIT
             || strcmp (citiz_form_get_choice (form, "status"), "completed") != 0;
  return FALSE;
}

/* Compares as far as both are known: 2004 is neither before nor after 2004-10. */
static gint
compare (const gint a[3], const gint b[3])
{
  for (guint i = 0; i < 3 && a[i] != 0 && b[i] != 0; i++)
    if (a[i] != b[i])
      return a[i] < b[i] ? -1 : 1;
  return 0;
}

static gboolean
has (CitizKind kind, const gchar *key)
{
  for (const CitizField *f = citiz_add_fields (kind); f->key != NULL; f++)
    if (strcmp (f->key, key) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
date_of (CitizForm *form, CitizKind kind, const gchar *key, gint date[3])
{
  return has (kind, key) && citiz_form_get_date (form, key, &date[0], &date[1], &date[2]);
}

gboolean
citiz_add_check_dates (CitizForm *form, CitizKind kind, CitizTime now)
{
  static const gchar *const keys[] = {"onset", "end", "day"};
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (now.ms / 1000);
  gint today[3], date[3], begin[3];
  guint minutes, wall;

  g_date_time_get_ymd (local, &today[0], &today[1], &today[2]);
  wall = (guint) (g_date_time_get_hour (local) * 60 + g_date_time_get_minute (local));
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (date_of (form, kind, keys[i], date) && compare (date, today) > 0)
      {
        if (!may_come (form, kind, keys[i]))
          {
            citiz_form_fail (form, keys[i], _ ("This date is still to come."));
            return FALSE;
          }
        if (strcmp (keys[i], "onset") == 0
            && !citiz_form_insists (form, keys[i],
                                    _ ("This is still to come. If it begins then, save once more "
                                       "to keep it.")))
          return FALSE;
      }
  if (date_of (form, kind, "day", date) && compare (date, today) == 0 && has (kind, "time")
      && citiz_form_get_minutes (form, "time", &minutes) && minutes > wall + LATE
      && !may_come (form, kind, "day"))
    {
      citiz_form_fail (form, "time", _ ("This hour is still to come."));
      return FALSE;
    }
  if (date_of (form, kind, "end", date) && date_of (form, kind, "onset", begin)
      && compare (date, begin) < 0)
    {
      citiz_form_fail (form, "end", _ ("This is before its beginning."));
      return FALSE;
    }
  return TRUE;
}

/* --- values --- */

/* Measured outside these, a value is more often mistyped than true. No verdict: the person saves it again. */
static const struct
{
  const gchar *measure;
  gdouble low, high;
} seldom[] = {
    {"bp_sys", 70, 220},  {"bp_dia", 40, 130},    {"weight", 25, 250},  {"glucose_fs", 2, 25},
    {"hr", 35, 180},      {"glucose_bld", 2, 25}, {"temp", 34, 41},     {"spo2", 80, 100},
    {"height", 100, 215}, {"waist", 50, 160},     {"resp_rate", 8, 40}, {"steps", 0, 50000},
    {"sleep", 2, 14},     {"pef", 80, 800},       {"inr", 0.8, 6},
};

static gboolean
ask_again (CitizForm *form, const gchar *key, gdouble low, gdouble high)
{
  g_autofree gchar *a = citiz_format_number_short (low, 2),
                   *b = citiz_format_number_short (high, 2), *sentence = NULL;

  sentence = g_strdup_printf (
      _ ("Most often %s to %s. If this is right, save once more to keep it."), a, b);
  return citiz_form_insists (form, key, sentence);
}

/* An end of the catalogue in the unit that is typed. */
static gdouble
in_unit (gdouble end, const CitizMeasure *measure, const gchar *unit)
{
  gdouble out;

  return citiz_unit_convert (end, measure->ucum, unit, measure->key, &out) ? out : end;
}

static gboolean
check_one (CitizForm *form, const gchar *key, const CitizMeasure *measure, const gchar *unit)
{
  gdouble typed, value;

  if (measure == NULL || !citiz_form_get_number (form, key, &typed))
    return TRUE;
  if (!citiz_unit_convert (typed, unit, measure->ucum, measure->key, &value))
    return TRUE; /* a unit of its own: nothing is known of it */
  if (measure->min < measure->max && (value < measure->min || value > measure->max))
    {
      g_autofree gchar *low = citiz_format_number_short (in_unit (measure->min, measure, unit), 2),
                       *high = citiz_format_number_short (in_unit (measure->max, measure, unit), 2),
                       *sentence = NULL;

      sentence = g_strdup_printf (_ ("This is outside what can be: %s to %s. Check the unit."), low,
                                  high);
      citiz_form_fail (form, key, sentence);
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (seldom); i++)
    if (strcmp (seldom[i].measure, measure->key) == 0
        && (value < seldom[i].low || value > seldom[i].high))
      return ask_again (form, key, in_unit (seldom[i].low, measure, unit),
                        in_unit (seldom[i].high, measure, unit));
  return TRUE;
}

gboolean
citiz_add_check_value (CitizForm *form, const CitizMeasure *chosen, const gchar *unit)
{
  gdouble high, low;

  if (chosen == NULL || strcmp (chosen->key, "bp_panel") != 0)
    return check_one (form, "value", chosen, unit);
  if (citiz_form_get_number (form, "value", &high) && citiz_form_get_number (form, "value2", &low)
      && low >= high)
    {
      citiz_form_fail (form, "value2", _ ("The lower value must be below the higher one."));
      return FALSE;
    }
  return check_one (form, "value", citiz_measure_get ("bp_sys"), unit)
         && check_one (form, "value2", citiz_measure_get ("bp_dia"), unit);
}

gboolean
citiz_add_check_result (CitizForm *form, const CitizMeasure *chosen)
{
  gdouble value;

  if (chosen == NULL || !(chosen->min < chosen->max)
      || !citiz_form_get_number (form, "value", &value)
      || (value >= chosen->min && value <= chosen->max))
    return TRUE;
  return ask_again (form, "value", chosen->min, chosen->max);
}
