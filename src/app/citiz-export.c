/* The record as IPS, FHIR and CSV. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-export-private.h"

#include "app/citiz-session.h"
#include "consent/citiz-ips.h"
#include "core/citiz-env.h"
#include "record/citiz-code.h"
#include "record/citiz-sig.h"
#include "record/citiz-unit.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

const CitizExportSection citiz_export_sections[] = {
    {CITIZ_KIND_ALERT, "alert", N_ ("Alerts")},
    {CITIZ_KIND_ALLERGY, "allergy", N_ ("Allergies and intolerances")},
    {CITIZ_KIND_MEDICATION, "medication", N_ ("Medications")},
    {CITIZ_KIND_PROBLEM, "problem", N_ ("Health problems")},
    {CITIZ_KIND_IMMUNIZATION, "immunization", N_ ("Vaccines")},
    {CITIZ_KIND_RESULT, "result", N_ ("Results")},
    {CITIZ_KIND_MEASURE, "measure", N_ ("Measures")},
    {CITIZ_KIND_PROCEDURE, "procedure", N_ ("Procedures")},
    {CITIZ_KIND_DEVICE, "device", N_ ("Devices")},
    {CITIZ_KIND_VISIT, "visit", N_ ("Visits")},
    {CITIZ_KIND_DOCUMENT, "document", N_ ("Documents")},
    {CITIZ_KIND_FAMILY, "family-history", N_ ("Family history")},
    {CITIZ_KIND_DIRECTIVE, "directive", N_ ("Advance directives")},
    {CITIZ_KIND_CONTACT, "contact", N_ ("Contacts")},
    {CITIZ_KIND_SESSION, "session", N_ ("Activity sessions")},
    {CITIZ_KIND_MEAL, "meal", N_ ("Meals")},
    {CITIZ_KIND_DOSE, "dose", N_ ("Doses noted")},
    {CITIZ_KIND_GOAL, "goal", N_ ("Goals")},
    {CITIZ_KIND_NOTE, "note", N_ ("Notes")},
};
const guint citiz_n_export_sections = G_N_ELEMENTS (citiz_export_sections);

static void
row_free (gpointer data)
{
  CitizExportRow *row = data;

  g_free (row->what);
  g_free (row->details);
  g_free (row->when);
  g_free (row);
}

static void
add_detail (GString *details, const gchar *text)
{
  if (text == NULL || text[0] == '\0')
    return;
  if (details->len > 0)
    g_string_append (details, " · ");
  g_string_append (details, text);
}

/* Digits as they were written; the decimal comma in French. */
static gchar *
value_text (const CitizDecimal *value,
            const gchar *comparator,
            const gchar *unit,
            CitizLanguage language)
{
  g_autofree gchar *digits = g_strdup (value->text);

  if (language == CITIZ_LANGUAGE_FR)
    g_strdelimit (digits, ".", ',');
  unit = unit != NULL ? citiz_unit_symbol (unit, language) : "";
  return g_strdup_printf ("%s%s%s%s", comparator != NULL ? comparator : "", digits,
                          unit[0] != '\0' ? "\302\240" : "", unit);
}

/* "5 min · 0,8 km · 49 kcal": not its extremes, which have codes of our own. */
static void
add_session (GString *details, const CitizItem *item, CitizLanguage language)
{
  for (guint i = 0; i < item->components->len; i++)
    {
      const CitizComponent *part = &g_array_index (item->components, CitizComponent, i);
      const gchar *name;
      gboolean plain;
      g_autofree gchar *figure = citiz_session_figure (part, language, &name, &plain);
      g_autofree gchar *named = figure != NULL ? g_strdup_printf ("%s %s", name, figure) : NULL;

      if (g_strcmp0 (part->system, CITIZ_SYSTEM_LOCAL) != 0)
        add_detail (details, plain ? figure : named);
    }
}

static void
add_components (GString *details, const CitizItem *item, CitizLanguage language)
{
  for (guint i = 0; i < item->components->len; i++)
    {
      const CitizComponent *part = &g_array_index (item->components, CitizComponent, i);
      g_autofree gchar *value = citiz_decimal_known (&part->value)
                                    ? value_text (&part->value, NULL, part->unit, language)
                                    : g_strdup (part->text);
      g_autofree gchar *line
          = g_strdup_printf ("%s %s", part->title[language], value != NULL ? value : "");
      add_detail (details, line);
    }
}

/* A problem always says whether it is over: the same name may stand for what is and for what was. Anything else says only that it is not going on. */
static const gchar *
status_word (const CitizItem *item)
{
  static const gchar *const words[] = {
      [CITIZ_STATUS_ACTIVE] = N_ ("Active"),          [CITIZ_STATUS_RECURRENCE] = N_ ("Come back"),
      [CITIZ_STATUS_RELAPSE] = N_ ("Relapse"),        [CITIZ_STATUS_INACTIVE] = N_ ("Inactive"),
      [CITIZ_STATUS_REMISSION] = N_ ("In remission"), [CITIZ_STATUS_RESOLVED] = N_ ("Resolved"),
      [CITIZ_STATUS_STOPPED] = N_ ("Stopped"),        [CITIZ_STATUS_ON_HOLD] = N_ ("On hold"),
      [CITIZ_STATUS_CANCELLED] = N_ ("Cancelled"),
  };
  const gboolean tells
      = item->kind == CITIZ_KIND_PROBLEM
        || ((item->kind == CITIZ_KIND_MEDICATION || item->kind == CITIZ_KIND_ALLERGY)
            && item->status != CITIZ_STATUS_ACTIVE);

  return tells && item->status < G_N_ELEMENTS (words) && words[item->status] != NULL
             ? _ (words[item->status])
             : NULL;
}

/* A strength, "0.05 %", as the reader writes it. */
static gchar *
strength_text (const gchar *text, CitizLanguage language)
{
  gchar *own = g_strdup (text);

  for (gchar *p = own; language == CITIZ_LANGUAGE_FR && p != NULL && *p != '\0'; p++)
    if (*p == '.' && p > own && g_ascii_isdigit (p[-1]) && g_ascii_isdigit (p[1]))
      *p = ',';
  return own;
}

static gchar *
describe_details (const CitizItem *item, CitizLanguage language)
{
  GString *details = g_string_new (NULL);
  g_autofree gchar *dosage = citiz_sig_plain (item->dosage, language);

  add_detail (details, status_word (item));
  if (item->kind == CITIZ_KIND_MEDICATION)
    {
      g_autofree gchar *strength = strength_text (citiz_item_strength (item), language);
      add_detail (details, strength);
    }
  else
    add_detail (details, item->detail);
  if (citiz_decimal_known (&item->value))
    {
      g_autofree gchar *value = value_text (&item->value, item->comparator, item->unit, language);
      add_detail (details, value);
    }
  add_detail (details, item->text);
  if (item->kind == CITIZ_KIND_SESSION)
    add_session (details, item, language);
  else
    add_components (details, item, language);
  add_detail (details, dosage);
  if (*citiz_item_content (item) != '\0')
    {
      g_autofree gchar *content = strength_text (item->detail, language),
                       *line = g_strdup_printf (_ ("contains %s"), content);
      add_detail (details, line);
    }
  add_detail (details, item->reaction);
  add_detail (details, item->range.text);
  add_detail (details, item->reason);
  add_detail (details, item->phone);
  add_detail (details, item->note);
  return g_string_free (details, FALSE);
}

/**
 * citiz_export_rows:
 *
 * Returns: (transfer full) (element-type CitizExportRow): in the clinical order of the record; the rows refer to its items
 */
GPtrArray *
citiz_export_rows (const CitizRecord *record, CitizKind kind, CitizLanguage language)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);
  g_autoptr (GPtrArray) items = citiz_record_list (record, kind);

  for (guint i = 0; i < items->len; i++)
    {
      const CitizItem *item = g_ptr_array_index (items, i);
      CitizExportRow *row = g_new0 (CitizExportRow, 1);

      row->item = item;
      row->what = g_strdup (item->title[language]);
      row->details = describe_details (item, language);
      row->when = citiz_date_to_string (citiz_item_date (item));
      g_ptr_array_add (rows, row);
    }
  return rows;
}

/* --- for reading --- */

static gboolean
is_measure (const CitizExportRow *row, const gchar *key)
{
  return row->item != NULL && row->item->measure != NULL
         && g_str_equal (row->item->measure->key, key);
}

/* The two pressures of one moment, which some systems write as two entries, are read as one: "155/85 mm Hg". */
static void
join_pressures (GPtrArray *rows, CitizLanguage language)
{
  for (guint i = 0; i < rows->len; i++)
    for (guint j = 0; j < rows->len; j++)
      {
        CitizExportRow *above = g_ptr_array_index (rows, i), *below = g_ptr_array_index (rows, j);
        g_autofree gchar *upper = NULL, *both = NULL;

        if (!is_measure (above, "bp_sys") || !is_measure (below, "bp_dia")
            || !g_str_equal (above->when, below->when)
            || !citiz_decimal_known (&above->item->value))
          continue;
        upper = value_text (&above->item->value, NULL, NULL, language);
        both = g_strdup_printf ("%s/%s", upper, below->details);
        g_free (above->what);
        above->what = g_strdup (citiz_measure_get ("bp_panel")->name[language]);
        g_free (above->details);
        above->details = g_steal_pointer (&both);
        g_ptr_array_remove_index (rows, j);
        if (j < i)
          i--;
        break;
      }
}

/* The newest day of a series of @measure, unless an entry is as new. */
static CitizExportRow *
newest_row (const CitizRecord *record,
            const GPtrArray *rows,
            const CitizMeasure *measure,
            CitizLanguage language)
{
  g_autoptr (GArray) days = NULL;
  CitizExportRow *row;
  CitizDecimal value = {0};
  gint32 first, last;
  CitizDate date;

  if (!citiz_record_span (record, measure->key, &first, &last))
    return NULL;
  for (guint i = 0; i < rows->len; i++)
    if (is_measure (rows->pdata[i], measure->key)
        && citiz_date_day (citiz_item_date (((CitizExportRow *) rows->pdata[i])->item)) >= last)
      return NULL;
  days = citiz_record_days (record, measure->key, last, last);
  if (days == NULL || days->len == 0)
    return NULL;
  date = citiz_date_from_day (last);
  g_snprintf (value.text, sizeof value.text, "%.*g",
              (int) ceil (log10 (measure->max)) + measure->decimals,
              g_array_index (days, CitizDay, 0).last); /* no noughts at the end */
  row = g_new0 (CitizExportRow, 1);
  row->what = g_strdup (measure->name[language]);
  row->details = value_text (&value, NULL, measure->ucum, language);
  row->when = citiz_date_to_string (&date);
  return row;
}

/**
 * citiz_export_rows_to_read:
 *
 * As citiz_export_rows(), for the eye: a pressure is one line, and what a device measured later than any entry comes first. Such a row has no item.
 */
GPtrArray *
citiz_export_rows_to_read (const CitizRecord *record, CitizKind kind, CitizLanguage language)
{
  static const gchar *const series[] = {"hr", "spo2", "height", "weight"};
  GPtrArray *rows = citiz_export_rows (record, kind, language);

  if (kind != CITIZ_KIND_MEASURE)
    return rows;
  join_pressures (rows, language);
  for (guint i = 0; i < G_N_ELEMENTS (series); i++)
    {
      CitizExportRow *row = newest_row (record, rows, citiz_measure_get (series[i]), language);

      if (row != NULL)
        g_ptr_array_insert (rows, 0, row);
    }
  return rows;
}

/* --- IPS: everything, nothing held back: it is the person's own copy --- */

static GBytes *
take_text (gchar *text)
{
  return g_bytes_new_take (text, strlen (text));
}

static GBytes *
export_ips (const CitizRecord *record, CitizLanguage language, const CitizEnv *env)
{
  g_autoptr (CitizProfile) profile = citiz_profile_new ();
  CitizIpsOptions options = {.env = env,
                             .language = language,
                             .offset_minutes = citiz_env_offset_minutes (citiz_env_now (env)),
                             .device_name = "Citiz"};
  json_t *bundle;
  gchar *text;

  for (guint part = 0; part < CITIZ_N_PARTS; part++)
    citiz_profile_set_shows (profile, (CitizPart) part, TRUE);
  for (guint category = CITIZ_SENSITIVE_NONE + 1; category < CITIZ_N_SENSITIVE; category++)
    citiz_profile_set_shows_sensitive (profile, category, TRUE);
  bundle = citiz_ips_build (record, profile, &options);
  text = citiz_json_dump (bundle);
  json_decref (bundle);
  return take_text (text);
}

/* --- FHIR: every resource as it was brought in or written, and each day of the long series --- */

static json_t *
describe_day (const CitizMeasure *measure, const CitizDay *day)
{
  gint year, month, month_day;
  gchar date[16];
  json_t *observation;

  citiz_day_to_ymd (day->day, &year, &month, &month_day);
  g_snprintf (date, sizeof date, "%04d-%02d-%02d", year, month, month_day);
  observation = json_pack (
      "{s:s, s:s, s:{s:[{s:s, s:s, s:s}], s:s}, s:s, s:{s:f, s:s, s:s, s:s}}", "resourceType",
      "Observation", "status", "final", "code", "coding", "system", "http://loinc.org", "code",
      measure->loinc, "display", measure->name[CITIZ_LANGUAGE_EN], "text",
      measure->name[CITIZ_LANGUAGE_EN], "effectiveDateTime", date, "valueQuantity", "value",
      citiz_day_value (day, measure->aggregate), "unit", measure->ucum, "system",
      "http://unitsofmeasure.org", "code", measure->ucum);
  if (measure->loinc[0] == '\0')
    json_object_del (json_object_get (observation, "code"), "coding");
  return observation;
}

static void
add_entry (json_t *entries, json_t *resource)
{
  json_array_append_new (entries, json_pack ("{s:o}", "resource", resource));
}

static GBytes *
export_fhir (const CitizRecord *record)
{
  json_t *bundle
      = json_pack ("{s:s, s:s, s:[]}", "resourceType", "Bundle", "type", "collection", "entry");
  json_t *entries = json_object_get (bundle, "entry");
  g_autoptr (GPtrArray) measures = citiz_record_measures (record);
  gchar *text;

  for (guint kind = 0; kind < CITIZ_N_KINDS; kind++)
    {
      g_autoptr (GPtrArray) items = citiz_record_list_all (record, (CitizKind) kind);
      for (guint i = 0; i < items->len; i++)
        add_entry (entries, json_incref (((CitizItem *) g_ptr_array_index (items, i))->resource));
    }
  for (guint i = 0; i < measures->len; i++)
    {
      const CitizMeasure *measure = citiz_measure_get (g_ptr_array_index (measures, i));
      g_autoptr (GPtrArray) sources = NULL;
      g_autoptr (GArray) days = NULL;
      gint32 first, last;

      if (measure == NULL || !citiz_record_span (record, measure->key, &first, &last))
        continue;
      sources = citiz_record_sources (record, measure->key);
      if (sources->len == 0) /* all of it is resources, which are there already */
        continue;
      days = citiz_record_days (record, measure->key, first, last);
      for (guint j = 0; j < days->len; j++)
        add_entry (entries, describe_day (measure, &g_array_index (days, CitizDay, j)));
    }
  text = citiz_json_dump (bundle);
  json_decref (bundle);
  return take_text (text);
}

/* --- CSV: one flat table, RFC 4180, UTF-8 with its mark so that spreadsheets read the accents --- */

/* What a spreadsheet would take for a formula; a signed number is a number. */
static gboolean
looks_like_formula (const gchar *text)
{
  static const gchar starts[] = "=+-@\t\r\n";
  const gchar *end;

  if (text[0] == '\0' || strchr (starts, text[0]) == NULL)
    return FALSE;
  end = text + 1 + strspn (text + 1, "0123456789.,");
  return !(strchr ("+-", text[0]) != NULL && end > text + 1 && *end == '\0');
}

void
citiz_export_put_cell (GString *csv, const gchar *text, gboolean last)
{
  const gchar *guard = text != NULL && looks_like_formula (text) ? "'" : "";
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", "\"", -1);
  g_autofree gchar *quoted = g_strjoinv ("\"\"", parts);

  g_string_append_printf (csv, "\"%s%s\"%s", guard, quoted, last ? "\r\n" : ",");
}

static void
put_item (GString *csv, const gchar *kind, const CitizExportRow *row)
{
  citiz_export_put_cell (csv, kind, FALSE);
  citiz_export_put_cell (csv, row->when, FALSE);
  citiz_export_put_cell (csv, row->what, FALSE);
  citiz_export_put_cell (csv, row->item->value.text, FALSE);
  citiz_export_put_cell (csv, row->item->unit, FALSE);
  citiz_export_put_cell (csv, row->details, FALSE);
  citiz_export_put_cell (csv, citiz_source_code (row->item->source), TRUE);
}

static GBytes *
export_csv (const CitizRecord *record, CitizLanguage language)
{
  GString *csv = g_string_new ("\357\273\277kind,date,what,value,unit,details,source\r\n");
  gsize n;

  for (guint i = 0; i < citiz_n_export_sections; i++)
    {
      g_autoptr (GPtrArray) rows
          = citiz_export_rows (record, citiz_export_sections[i].kind, language);
      for (guint j = 0; j < rows->len; j++)
        put_item (csv, citiz_export_sections[i].csv, g_ptr_array_index (rows, j));
    }
  n = csv->len;
  return g_bytes_new_take (g_string_free (csv, FALSE), n);
}

gboolean
citiz_export_knows (const gchar *format)
{
  static const gchar *const formats[] = {"ips", "fhir", "csv", "pdf", NULL};

  return format != NULL && g_strv_contains (formats, format);
}

GBytes *
citiz_export (const CitizRecord *record,
              const gchar *format,
              CitizLanguage language,
              const CitizEnv *env,
              GError **error)
{
  if (g_str_equal (format, "ips"))
    return export_ips (record, language, env);
  if (g_str_equal (format, "fhir"))
    return export_fhir (record);
  if (g_str_equal (format, "csv"))
    return export_csv (record, language);
  if (g_str_equal (format, "pdf"))
    return citiz_export_pdf (record, language, citiz_env_now (env), error);
  g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_INPUT, "no format %s", format);
  return NULL;
}
