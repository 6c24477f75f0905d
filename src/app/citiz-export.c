/* The record as IPS and CSV. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-export-private.h"

#include "app/citiz-session.h"
#include "consent/citiz-ips.h"
#include "core/citiz-env.h"
#include "record/citiz-unit.h"

#include <glib/gi18n.h>
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
    return take_text (citiz_export_fhir (record, language));
  if (g_str_equal (format, "csv"))
    return export_csv (record, language);
  if (g_str_equal (format, "pdf"))
    return citiz_export_pdf (record, language, citiz_env_now (env), error);
  g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_INPUT, "no format %s", format);
  return NULL;
}
