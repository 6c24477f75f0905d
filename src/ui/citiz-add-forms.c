/* How an entry fills its fields, and how they become a resource. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-add-forms.h"

#include <glib/gi18n.h>
#include <stddef.h>
#include <string.h>

#include "record/citiz-unit.h"
#include "ui/citiz-add-checks.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-languages.h"
#include "ui/citiz-units.h"
#include "insight/citiz-nutrition.h"

/* Fields of the same name in form and draft. */
static const struct
{
  const gchar *key;
  gsize offset;
} texts[] = {
    {"title", offsetof (CitizDraft, title)},
    {"detail", offsetof (CitizDraft, detail)},
    {"dosage", offsetof (CitizDraft, dosage)},
    {"reaction", offsetof (CitizDraft, reaction)},
    {"note", offsetof (CitizDraft, note)},
    {"reason", offsetof (CitizDraft, reason)},
    {"site", offsetof (CitizDraft, site)},
    {"person", offsetof (CitizDraft, person)},
    {"value", offsetof (CitizDraft, value)},
    {"value2", offsetof (CitizDraft, value2)},
    {"unit", offsetof (CitizDraft, unit)},
    {"low", offsetof (CitizDraft, low)},
    {"high", offsetof (CitizDraft, high)},
    {"phone", offsetof (CitizDraft, phone)},
    {"email", offsetof (CitizDraft, email)},
    {"relationship", offsetof (CitizDraft, relationship)},
    {"given", offsetof (CitizDraft, given)},
    {"family", offsetof (CitizDraft, family)},
    {"health_number", offsetof (CitizDraft, health_number)},
    {"address", offsetof (CitizDraft, address)},
    {"languages", offsetof (CitizDraft, languages)},
};

static const struct
{
  const gchar *key;
  gint value;
} words[] = {
  { "active", CITIZ_STATUS_ACTIVE },       { "remission", CITIZ_STATUS_REMISSION },
  { "resolved", CITIZ_STATUS_RESOLVED },   { "stopped", CITIZ_STATUS_STOPPED },
  { "on-hold", CITIZ_STATUS_ON_HOLD },     { "planned", CITIZ_STATUS_PLANNED },
  { "completed", CITIZ_STATUS_COMPLETED },
}, severity_words[] = {
  { "severe", CITIZ_SEVERITY_SEVERE }, { "moderate", CITIZ_SEVERITY_MODERATE }, { "mild", CITIZ_SEVERITY_MILD },
}, role_words[] = {
  { "relative", CITIZ_ROLE_RELATIVE }, { "mandatary", CITIZ_ROLE_MANDATARY }, { "physician", CITIZ_ROLE_PHYSICIAN },
  { "pharmacy", CITIZ_ROLE_PHARMACY }, { "other", CITIZ_ROLE_OTHER },
};

#define VALUE_OF(table, text, fallback)                                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    for (guint i_ = 0; i_ < G_N_ELEMENTS (table); i_++)                                            \
      if (g_strcmp0 (table[i_].key, text) == 0)                                                    \
        return table[i_].value;                                                                    \
    return fallback;                                                                               \
  }                                                                                                \
  G_STMT_END
#define KEY_OF(table, number)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    for (guint i_ = 0; i_ < G_N_ELEMENTS (table); i_++)                                            \
      if (table[i_].value == (gint) (number))                                                      \
        return table[i_].key;                                                                      \
    return NULL;                                                                                   \
  }                                                                                                \
  G_STMT_END

static gint
status_value (const gchar *text)
{
  VALUE_OF (words, text, CITIZ_STATUS_UNKNOWN);
}

static const gchar *
status_key (CitizStatus status)
{
  KEY_OF (words, status);
}

static gint
severity_value (const gchar *text)
{
  VALUE_OF (severity_words, text, CITIZ_SEVERITY_NONE);
}

static const gchar *
severity_key (CitizSeverity severity)
{
  KEY_OF (severity_words, severity);
}

static gint
role_value (const gchar *text)
{
  VALUE_OF (role_words, text, CITIZ_ROLE_NONE);
}

static const gchar *
role_key (CitizRole role)
{
  KEY_OF (role_words, role);
}

static const CitizField *
field_of (CitizKind kind, const gchar *key)
{
  for (const CitizField *f = citiz_add_fields (kind); f->key != NULL; f++)
    if (strcmp (f->key, key) == 0)
      return f;
  return NULL;
}

/* --- choices that depend on the record --- */

/* By hand one measures these; the rest of the catalogue comes from files. */
static const gchar *const by_hand[]
    = {"bp_panel",  "weight", "glucose_fs", "glucose_bld", "hr",  "temp", "spo2", "height", "waist",
       "resp_rate", "pain",   "steps",      "sleep",       "pef", "mood", "inr",  NULL};

static void
add_choice (GPtrArray *keys, GPtrArray *labels, const gchar *key, const gchar *label)
{
  g_ptr_array_add (keys, g_strdup (key));
  g_ptr_array_add (labels, g_strdup (label));
}

static void
set_choices (CitizForm *form, const gchar *field, GPtrArray *keys, GPtrArray *labels)
{
  g_ptr_array_add (keys, NULL);
  g_ptr_array_add (labels, NULL);
  citiz_form_set_choices (form, field, (const gchar *const *) keys->pdata,
                          (const gchar *const *) labels->pdata);
}

static gboolean
is_pressure (const CitizMeasure *measure)
{
  return measure != NULL && strcmp (measure->key, "bp_panel") == 0;
}

/* The entry that is corrected, or NULL. */
static const CitizItem *
corrected (CitizForm *form)
{
  return g_object_get_data (G_OBJECT (form), "citiz-item");
}

/* A correction stays in the unit it was written in: the digits on the screen are those of the record. */
static const gchar *
unit_of (CitizForm *form, const CitizMeasure *chosen)
{
  const CitizItem *item = corrected (form);

  if (is_pressure (chosen))
    return "mm[Hg]";
  if (item != NULL && item->measure == chosen && *item->unit != '\0')
    return item->unit;
  return chosen != NULL ? citiz_units_shown (chosen, chosen->ucum) : "";
}

static void
measure_changed (CitizForm *form, gpointer data)
{
  const CitizMeasure *chosen = citiz_measure_get (citiz_form_get_choice (form, "measure"));
  gboolean pressure = is_pressure (chosen);
  const gchar *unit = citiz_unit_symbol (unit_of (form, chosen), citiz_format_language ());
  g_autofree gchar *hint = pressure        ? g_strdup (_ ("Systolic (the higher one), in mmHg"))
                           : *unit != '\0' ? g_strdup_printf (_ ("In %s"), unit)
                                           : NULL;

  citiz_form_set_visible (form, "value2", pressure);
  citiz_form_set_hint (form, "value", hint);
}

static void
test_changed (CitizForm *form, gpointer data)
{
  const CitizMeasure *chosen = citiz_measure_get (citiz_form_get_choice (form, "measure"));

  citiz_form_set_visible (form, "title", chosen == NULL);
  if (chosen != NULL)
    citiz_form_set_text (form, "unit",
                         citiz_unit_symbol (unit_of (form, chosen), citiz_format_language ()));
}

static void
fill_measures (CitizForm *form, const CitizItem *item)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  const gchar *own = item != NULL && item->measure != NULL ? item->measure->key : "";

  for (guint i = 0; by_hand[i] != NULL; i++)
    {
      const CitizMeasure *m = citiz_measure_get (by_hand[i]);
      if (m != NULL)
        add_choice (keys, labels, m->key,
                    m->aggregate == CITIZ_AGGREGATE_PANEL ? _ ("Blood pressure")
                                                          : m->name[citiz_format_language ()]);
    }
  /* What a file brought and nobody measures by hand stays what it is when it is corrected. */
  if (item != NULL && !g_strv_contains (by_hand, own))
    add_choice (keys, labels, own, citiz_item_title (item));
  set_choices (form, "measure", keys, labels);
  citiz_form_watch (form, "measure", measure_changed, NULL);
}

static void
fill_tests (CitizForm *form, const CitizItem *item)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < citiz_measure_count (); i++)
    {
      const CitizMeasure *m = citiz_measure_at (i);
      if (m->laboratory)
        add_choice (keys, labels, m->key, m->name[citiz_format_language ()]);
    }
  if (item != NULL && item->measure != NULL && !item->measure->laboratory)
    add_choice (keys, labels, item->measure->key, citiz_item_title (item));
  add_choice (keys, labels, "", _ ("Another test"));
  set_choices (form, "measure", keys, labels);
  citiz_form_watch (form, "measure", test_changed, NULL);
}

static void
fill_medications (CitizForm *form, const CitizRecord *record)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) items = citiz_record_list (record, CITIZ_KIND_MEDICATION);

  for (guint i = 0; i < items->len; i++)
    {
      const CitizItem *item = g_ptr_array_index (items, i);
      g_autofree gchar *hex = citiz_id_to_hex (&item->id);
      g_autofree gchar *label = g_strdup_printf ("%s %s", citiz_item_title (item), item->detail);

      add_choice (keys, labels, hex, label);
    }
  set_choices (form, "medication", keys, labels);
}

/* --- record → form --- */

static void
fill_day (CitizForm *form, CitizKind kind, const CitizDate *date)
{
  if (field_of (kind, "day") != NULL)
    citiz_form_set_date (form, "day", date->year, date->month, date->day);
  if (field_of (kind, "time") != NULL && date->precision == CITIZ_DATE_TIME)
    citiz_form_set_minutes (form, "time", date->hour * 60u + date->minute);
}

static void
fill_partial (CitizForm *form, CitizKind kind, const gchar *key, const CitizDate *date)
{
  if (field_of (kind, key) != NULL && date->precision != CITIZ_DATE_NONE)
    citiz_form_set_date (form, key, date->year,
                         date->precision >= CITIZ_DATE_MONTH ? date->month : 0,
                         date->precision >= CITIZ_DATE_DAY ? date->day : 0);
}

static void
fill_times (CitizForm *form, const CitizDraft *draft)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < draft->n_times; i++)
    {
      g_autofree gchar *time
          = citiz_format_hour_minute ((guint) draft->times[i] / 60, (guint) draft->times[i] % 60);
      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", time);
    }
  citiz_form_set_text (form, "times", text->str);
  g_string_free (text, TRUE);
}

static void
fill_parts (CitizForm *form, const CitizItem *item)
{
  static const struct
  {
    const gchar *field, *measure, *code;
    gint decimals;
    const gchar *unit;
  } parts[] = {{"minutes", "exercise_min", "55411-3", 0, "min"},
               {"km", "walk_dist", "41953-1", 2, "km"},
               {"heart", "hr", "55425-3", 0, "/min"}};

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const CitizComponent *part = citiz_item_part (item, parts[i].measure, parts[i].code);
      gdouble value;

      if (part == NULL || !citiz_decimal_known (&part->value))
        continue;
      /* Files write seconds, metres, miles; the fields are minutes and kilometres. */
      if (*part->unit == '\0'
          || !citiz_unit_convert (part->value.number, part->unit, parts[i].unit, NULL, &value))
        value = part->value.number;
      citiz_form_set_number (form, parts[i].field, value, parts[i].decimals);
    }
}

static void
fill_from_item (CitizForm *form, CitizKind kind, const CitizItem *item)
{
  CitizDraft draft = citiz_draft_from_item (item, citiz_format_language ());

  if (field_of (kind, "measure") != NULL)
    citiz_form_set_choice (form, "measure", draft.measure != NULL ? draft.measure : "");
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const gchar *text = *(const gchar **) ((gchar *) &draft + texts[i].offset);
      if (field_of (kind, texts[i].key) == NULL || text == NULL)
        continue;
      citiz_form_set_text (form, texts[i].key, text);
      citiz_form_allow (form, texts[i].key, text);
    }
  fill_partial (form, kind, "onset", &draft.onset);
  fill_partial (form, kind, "end", &draft.end);
  fill_day (form, kind, &draft.onset);
  if (field_of (kind, "status") != NULL && status_key (draft.status) != NULL)
    citiz_form_set_choice (form, "status", status_key (draft.status));
  if (field_of (kind, "severity") != NULL && severity_key (draft.severity) != NULL)
    citiz_form_set_choice (form, "severity", severity_key (draft.severity));
  if (field_of (kind, "role") != NULL && role_key (draft.role) != NULL)
    citiz_form_set_choice (form, "role", role_key (draft.role));
  if (field_of (kind, "gender") != NULL && draft.gender != NULL)
    citiz_form_set_choice (form, "gender", draft.gender);
  if (field_of (kind, "category") != NULL && draft.category != NULL)
    citiz_form_set_choice (form, "category", draft.category);
  if (field_of (kind, "intolerance") != NULL)
    citiz_form_set_switch (form, "intolerance", draft.intolerance);
  if (field_of (kind, "as_needed") != NULL)
    citiz_form_set_switch (form, "as_needed", draft.as_needed);
  if (field_of (kind, "times") != NULL)
    fill_times (form, &draft);
  if (kind == CITIZ_KIND_SESSION)
    fill_parts (form, item);
  if (kind == CITIZ_KIND_PATIENT)
    {
      g_autofree gchar *spoken = citiz_languages_words (item->resource, citiz_format_language ());
      citiz_form_set_text (form, "languages", spoken);
    }
  if (kind == CITIZ_KIND_DOSE)
    {
      g_autofree gchar *hex = citiz_id_to_hex (&item->subject);
      citiz_form_set_choice (form, "medication", hex);
      citiz_form_set_choice (form, "taken", draft.taken ? "taken" : "skipped");
    }
}

void
citiz_add_fill (CitizForm *form,
                CitizKind kind,
                const CitizRecord *record,
                const CitizItem *item,
                CitizTime now)
{
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (now.ms / 1000);
  gint offset = (gint) (g_date_time_get_utc_offset (local) / G_TIME_SPAN_MINUTE);
  CitizDate today = citiz_date_from_time (now, offset);

  if (item != NULL)
    g_object_set_data_full (G_OBJECT (form), "citiz-item", citiz_item_ref ((CitizItem *) item),
                            (GDestroyNotify) citiz_item_unref);
  if (kind == CITIZ_KIND_MEASURE)
    fill_measures (form, item);
  else if (kind == CITIZ_KIND_RESULT)
    fill_tests (form, item);
  else if (kind == CITIZ_KIND_DOSE)
    fill_medications (form, record);
  if (item != NULL)
    fill_from_item (form, kind, item);
  else
    fill_day (form, kind, &today);
  if (item == NULL && kind == CITIZ_KIND_MEAL)
    citiz_form_set_choice (form, "category", citiz_meal_of_minute (today.hour * 60 + today.minute));
  if (kind == CITIZ_KIND_MEASURE)
    measure_changed (form, NULL);
  else if (kind == CITIZ_KIND_RESULT)
    {
      test_changed (form, NULL);
      if (item != NULL) /* as it was written, also where the catalogue knows another */
        citiz_form_set_text (form, "unit",
                             citiz_unit_symbol (item->unit, citiz_format_language ()));
    }
}

/* --- form → resource --- */

static void
read_date (CitizForm *form, CitizKind kind, const gchar *key, CitizDate *out)
{
  gint y, m, d;

  if (field_of (kind, key) == NULL || !citiz_form_get_date (form, key, &y, &m, &d))
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

  if (field_of (kind, "day") == NULL)
    return;
  read_date (form, kind, "day", out);
  if (field_of (kind, "time") == NULL || !citiz_form_get_minutes (form, "time", &minutes)
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

static void
read_choices (CitizForm *form, CitizKind kind, CitizDraft *draft)
{
  if (field_of (kind, "status") != NULL)
    draft->status = (CitizStatus) status_value (citiz_form_get_choice (form, "status"));
  if (field_of (kind, "severity") != NULL)
    draft->severity = (CitizSeverity) severity_value (citiz_form_get_choice (form, "severity"));
  if (field_of (kind, "role") != NULL)
    draft->role = (CitizRole) role_value (citiz_form_get_choice (form, "role"));
  if (field_of (kind, "gender") != NULL)
    draft->gender = citiz_form_get_choice (form, "gender");
  if (field_of (kind, "category") != NULL)
    draft->category = citiz_form_get_choice (form, "category");
  if (field_of (kind, "intolerance") != NULL)
    draft->intolerance = citiz_form_get_switch (form, "intolerance");
  if (field_of (kind, "as_needed") != NULL)
    draft->as_needed = citiz_form_get_switch (form, "as_needed");
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
      draft->unit = unit_of (form, chosen);
      if (!is_pressure (chosen))
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
  CitizId medication_id;
  g_autofree gchar *spoken = NULL;
  json_t *resource;

  if (!citiz_add_check_dates (form, kind, now))
    return NULL;
  draft.now = now;
  draft.offset = (gint16) (g_date_time_get_utc_offset (local) / G_TIME_SPAN_MINUTE);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (field_of (kind, texts[i].key) != NULL)
      *(const gchar **) ((gchar *) &draft + texts[i].offset)
          = citiz_form_get_text (form, texts[i].key);
  if (field_of (kind, "onset") != NULL)
    draft.onset = (CitizDate){0};
  if (field_of (kind, "end") != NULL)
    draft.end = (CitizDate){0};
  if (kind == CITIZ_KIND_PATIENT)
    draft.languages = spoken = citiz_languages_codes (draft.languages);
  read_date (form, kind, "onset", &draft.onset);
  read_date (form, kind, "end", &draft.end);
  read_day (form, kind, &draft.onset);
  if (item != NULL && field_of (kind, "time") == NULL)
    keep_time (&draft.onset, &item->onset);
  read_choices (form, kind, &draft);
  if (field_of (kind, "times") != NULL)
    {
      draft.n_times = 0;
      if (!read_times (form, &draft))
        return NULL;
    }
  if (field_of (kind, "measure") != NULL && !read_measure (form, kind, &draft))
    return NULL;
  if (kind == CITIZ_KIND_DOSE)
    {
      draft.taken = strcmp (citiz_form_get_choice (form, "taken"), "taken") == 0;
      draft.subject = citiz_id_from_hex (&medication_id, citiz_form_get_choice (form, "medication"))
                          ? citiz_record_get (record, &medication_id)
                          : NULL;
    }
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
