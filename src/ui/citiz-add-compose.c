/* How the fields of a form become a resource. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gi18n.h>
#include <string.h>

#include "record/citiz-unit.h"
#include "ui/citiz-add-checks.h"
#include "ui/citiz-add-private.h"
#include "ui/citiz-format.h"
#include "ui/citiz-languages.h"

static void
read_date (CitizForm *form, CitizKind kind, const gchar *key, CitizDate *out)
{
  gint y, m, d;

  if (_citiz_add_field (kind, key) == NULL || !citiz_form_get_date (form, key, &y, &m, &d))
    return;
  *out = (CitizDate){.precision = m == 0   ? CITIZ_DATE_YEAR
                                  : d == 0 ? CITIZ_DATE_MONTH
                                           : CITIZ_DATE_DAY,
                     .year = (gint16) y,
                     .month = (guint8) MAX (m, 1),
                     .day = (guint8) MAX (d, 1)};
}

/* A field of whole days keeps the time of the day that was there before, unless the day is another. */
static void
keep_time (CitizDate *date, const CitizDate *before)
{
  if (date->precision == CITIZ_DATE_DAY && before->precision == CITIZ_DATE_TIME
      && date->year == before->year && date->month == before->month && date->day == before->day)
    *date = *before;
}

/* Day and time on this computer's wall, with the offset of that very day. */
static void
read_day (CitizForm *form, CitizKind kind, CitizDate *out)
{
  g_autoptr (GDateTime) when = NULL;
  guint minutes;

  if (_citiz_add_field (kind, "day") == NULL)
    return;
  read_date (form, kind, "day", out);
  if (_citiz_add_field (kind, "time") == NULL || !citiz_form_get_minutes (form, "time", &minutes)
      || out->precision != CITIZ_DATE_DAY)
    return;
  when = g_date_time_new_local (out->year, out->month, out->day, (gint) minutes / 60,
                                (gint) minutes % 60, 0);
  if (when == NULL)
    return;
  out->precision = CITIZ_DATE_TIME;
  out->hour = (guint8) (minutes / 60);
  out->minute = (guint8) (minutes % 60);
  out->offset = (gint16) (g_date_time_get_utc_offset (when) / G_TIME_SPAN_MINUTE);
}

/* FALSE, with a sentence, when one of the hours is none. */
static gboolean
read_times (CitizForm *form, CitizDraft *draft)
{
  g_auto (GStrv) parts = g_strsplit_set (citiz_form_get_text (form, "times"), ",;", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      guint minutes;

      if (*g_strstrip (parts[i]) == '\0')
        continue;
      if (!citiz_format_parse_time (parts[i], &minutes)
          || draft->n_times == G_N_ELEMENTS (draft->times))
        {
          citiz_form_fail (form, "times", _ ("Write the hours as 7:00, 18:00; eight at most."));
          return FALSE;
        }
      draft->times[draft->n_times++] = (gint16) minutes;
    }
  return TRUE;
}

static gboolean
read_measure (CitizForm *form, CitizKind kind, CitizDraft *draft)
{
  const gchar *key = citiz_form_get_choice (form, "measure");
  const CitizMeasure *chosen = citiz_measure_get (key);
  gdouble number;

  draft->measure = chosen != NULL ? key : NULL;
  if (kind == CITIZ_KIND_MEASURE)
    {
      draft->unit = _citiz_add_unit (form, chosen);
      if (!_citiz_add_is_pressure (chosen))
        draft->value2 = NULL;
      return citiz_add_check_value (form, chosen, draft->unit);
    }
  draft->unit = citiz_unit_ucum (draft->unit);
  if (chosen != NULL)
    draft->title = chosen->name[citiz_format_language ()];
  if (chosen == NULL && *draft->title == '\0')
    {
      citiz_form_fail (form, "title", _ ("This is needed."));
      return FALSE;
    }
  if (*draft->value == '\0')
    {
      citiz_form_fail (form, "value", _ ("This is needed."));
      return FALSE;
    }
  if (!citiz_format_parse_number (draft->value, &number)) /* "positive", "traces" */
    {
      draft->text = draft->value;
      draft->value = NULL;
      return TRUE;
    }
  draft->value = citiz_form_get_digits (form, "value");
  return chosen == NULL || g_strcmp0 (draft->unit, chosen->ucum) != 0
         || citiz_add_check_result (form, chosen);
}

json_t *
citiz_add_compose (CitizForm *form,
                   CitizKind kind,
                   const CitizRecord *record,
                   const CitizItem *item,
                   CitizTime now)
{
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (now.ms / 1000);
  CitizDraft draft
      = item != NULL ? citiz_draft_from_item (item, citiz_format_language ()) : (CitizDraft){0};
  CitizDraftPart parts[3];
  g_autofree gchar *spoken = NULL;
  json_t *resource;

  if (!citiz_add_check_dates (form, kind, now))
    return NULL;
  draft.now = now;
  draft.offset = (gint16) (g_date_time_get_utc_offset (local) / G_TIME_SPAN_MINUTE);
  _citiz_add_take_texts (form, kind, &draft);
  if (_citiz_add_field (kind, "onset") != NULL)
    draft.onset = (CitizDate){0};
  if (_citiz_add_field (kind, "end") != NULL)
    draft.end = (CitizDate){0};
  if (kind == CITIZ_KIND_PATIENT)
    draft.languages = spoken = citiz_languages_codes (draft.languages);
  read_date (form, kind, "onset", &draft.onset);
  read_date (form, kind, "end", &draft.end);
  read_day (form, kind, &draft.onset);
  if (item != NULL && _citiz_add_field (kind, "time") == NULL)
    keep_time (&draft.onset, &item->onset);
  _citiz_add_take_choices (form, kind, &draft);
  if (_citiz_add_field (kind, "times") != NULL)
    {
      draft.n_times = 0;
      if (!read_times (form, &draft))
        return NULL;
    }
  if (_citiz_add_field (kind, "measure") != NULL && !read_measure (form, kind, &draft))
    return NULL;
  if (kind == CITIZ_KIND_DOSE)
    _citiz_add_take_dose (form, record, &draft);
  if (kind == CITIZ_KIND_SESSION)
    {
      parts[0] = (CitizDraftPart){_ ("Duration"), CITIZ_SYSTEM_LOINC, "55411-3",
                                  citiz_form_get_text (form, "minutes"), "min"};
      parts[1] = (CitizDraftPart){_ ("Distance"), CITIZ_SYSTEM_LOINC, "41953-1",
                                  citiz_form_get_text (form, "km"), "km"};
      parts[2] = (CitizDraftPart){_ ("Heart rate"), CITIZ_SYSTEM_LOINC, "55425-3",
                                  citiz_form_get_text (form, "heart"), "/min"};
      draft.parts = parts;
      draft.n_parts = 0;
      for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
        if (*parts[i].value != '\0')
          parts[draft.n_parts++] = parts[i];
    }
  resource = citiz_compose (kind, &draft, item != NULL ? item->resource : NULL);
  if (resource == NULL)
    citiz_form_fail (form, NULL, _ ("Something is missing here."));
  return resource;
}
