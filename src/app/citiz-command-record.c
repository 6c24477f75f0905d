/* citiz import, show, export. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-command-private.h"

#include "app/citiz-export.h"
#include "record/citiz-unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DAYS_SHOWN 30

/* --- import --- */

static void
import_progress_cb (gdouble fraction, guint64 done, guint64 total, gpointer data)
{
  if (isatty (STDERR_FILENO))
    fprintf (stderr, "\r%3.0f %%", fraction * 100);
}

static json_t *
describe_report (const CitizImportReport *report)
{
  json_t *lines = json_array ();

  for (guint i = 0; i < report->lines->len; i++)
    {
      const CitizImportLine *line = g_ptr_array_index (report->lines, i);
      json_array_append_new (lines, json_pack ("{s:s, s:I, s:s*}", "what", line->what, "count",
                                               (json_int_t) line->count, "reason", line->reason));
    }
  return json_pack ("{s:s, s:i, s:I, s:I, s:I, s:I, s:b, s:s*, s:o}", "file", report->name, "batch",
                    (int) report->batch, "kept", (json_int_t) report->kept, "corrected",
                    (json_int_t) report->corrected, "duplicates", (json_int_t) report->duplicates,
                    "skipped", (json_int_t) report->skipped, "whole", report->ended == NULL,
                    "ended", report->ended, "lines", lines);
}

/* "4 kept, 1 corrected": what there is none of is not said. */
static gchar *
count_in_words (const CitizImportReport *report)
{
  gulong kept = (gulong) report->kept, corrected = (gulong) report->corrected;
  gulong there = (gulong) report->duplicates, skipped = (gulong) report->skipped;
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) texts = NULL;

#define ADD(n, words)                                                                              \
  if ((n) > 0)                                                                                     \
    {                                                                                              \
      g_autofree gchar *text = g_strdup_printf (words, n);                                         \
      g_strv_builder_add (parts, text);                                                            \
    }
  ADD (kept, ngettext ("%lu kept", "%lu kept", kept))
  ADD (corrected, ngettext ("%lu corrected", "%lu corrected", corrected))
  ADD (there, ngettext ("%lu already there", "%lu already there", there))
  ADD (skipped, ngettext ("%lu skipped", "%lu skipped", skipped))
#undef ADD
  texts = g_strv_builder_end (parts);
  return texts[0] != NULL ? g_strjoinv (", ", texts) : g_strdup (_ ("nothing new"));
}

static void
say_report (const CitizCommandRun *run, const CitizImportReport *report)
{
  g_autofree gchar *counts = count_in_words (report);

  citiz_say (run, _ ("%s: %s"), report->name, counts);
  for (guint i = 0; i < report->lines->len; i++)
    {
      const CitizImportLine *line = g_ptr_array_index (report->lines, i);
      g_autofree gchar *what = citiz_session_explain_kind (line->what);

      if (line->reason != NULL)
        citiz_say (run, _ ("  %s: %lu, %s"), what, (gulong) line->count,
                   citiz_session_explain_skip (line->reason));
    }
  if (report->ended != NULL && report->kept + report->duplicates > 0)
    citiz_say (run, "  %s", citiz_session_explain_end (report->ended));
}

/* Nothing of it is kept before the person has said so. */
static int
refuse_stranger (CitizCommandRun *run, const CitizImportReport *report)
{
  const CitizItem *own = citiz_record_patient (citiz_session_get_record (run->session));
  const gchar *own_name
      = json_object_get (own->resource, "name") != NULL ? own->title[citiz_env_language ()] : "",
      *own_birth = json_string_value (json_object_get (own->resource, "birthDate"));
  g_autofree gchar *theirs = citiz_session_explain_person (report->person, report->birth_date);
  g_autofree gchar *ours = citiz_session_explain_person (own_name, own_birth);

  citiz_tell (_ ("%s: this file is about %s; this record is about %s. Nothing was kept. To keep it "
                 "all the same: --anyone"),
              report->name, theirs, ours);
  json_array_append_new (run->answer,
                         json_pack ("{s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s*}}", "file", report->name,
                                    "refused", "another-person", "person", "name", report->person,
                                    "birthDate", report->birth_date, "record", "name", own_name,
                                    "birthDate", own_birth));
  return CITIZ_EXIT_REFUSED;
}

static int
refuse_file (CitizCommandRun *run, const gchar *path, const gchar *refused, const gchar *sentence)
{
  citiz_tell (_ ("%s: %s"), path, sentence);
  json_array_append_new (run->answer, json_pack ("{s:s, s:s}", "file", path, "refused", refused));
  return CITIZ_EXIT_REFUSED;
}

static int
import_one (CitizCommandRun *run, const gchar *path)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CitizImportReport) report = NULL;
  CitizWait wait = {0};

  if (!g_file_query_exists (file, NULL))
    return refuse_file (run, path, "not-found", _ ("There is no such file."));
  citiz_session_import_async (run->session, file, run->anyone, import_progress_cb, NULL, NULL,
                              citiz_wait_cb, &wait);
  result = citiz_wait (&wait);
  if (isatty (STDERR_FILENO))
    fputc ('\n', stderr);
  report = citiz_session_import_finish (run->session, result, &error);
  if (report == NULL)
    return refuse_file (run, path, "not-read", citiz_session_explain (error));
  if (report->stranger)
    return refuse_stranger (run, report);
  json_array_append_new (run->answer, describe_report (report));
  say_report (run, report);
  if (report->kept + report->duplicates > 0)
    return CITIZ_EXIT_DONE;
  citiz_tell (_ ("%s: nothing in this file could be read."), report->name);
  return CITIZ_EXIT_REFUSED;
}

int
citiz_command_import (CitizCommandRun *run, gchar **args)
{
  int status = CITIZ_EXIT_DONE;

  run->answer = json_array ();
  for (guint i = 0; args[i] != NULL; i++)
    {
      int one = import_one (run, args[i]); /* MAX would run it twice */
      status = MAX (status, one);
    }
  return status;
}

/* --- show --- */

/* One item as --json gives it: what a person reads, not the resource (that is what export is for). */
static json_t *
describe_row (const CitizExportRow *row)
{
  g_autofree gchar *id = row->item != NULL ? citiz_id_to_hex (&row->item->id) : NULL;

  return json_pack ("{s:s*, s:s, s:s, s:s, s:i}", "id", id, "what", row->what, "details",
                    row->details, "when", row->when, "versions",
                    row->item != NULL ? (int) row->item->n_earlier + 1 : 1);
}

static void
show_kind (CitizCommandRun *run, CitizKind kind, const gchar *key, const gchar *title)
{
  g_autoptr (GPtrArray) rows = citiz_export_rows_to_read (citiz_session_get_record (run->session),
                                                          kind, citiz_env_language ());
  json_t *list = json_array ();

  json_object_set_new (run->answer, key, list);
  if (rows->len > 0)
    citiz_say (run, "%s", title);
  run->shown += rows->len;
  for (guint i = 0; i < rows->len; i++)
    {
      const CitizExportRow *row = g_ptr_array_index (rows, i);
      g_autofree gchar *date = citiz_export_row_date (row);

      json_array_append_new (list, describe_row (row));
      citiz_say (run, "  %-16s  %s  %s", date, row->what, row->details);
    }
}

static gchar *
day_text (gint32 day)
{
  gint year, month, month_day;

  citiz_day_to_ymd (day, &year, &month, &month_day);
  return g_strdup_printf ("%04d-%02d-%02d", year, month, month_day);
}

/* At most the decimals of the catalogue: what was entered as 71.4 is not 71.40. */
static gchar *
number_text (gdouble value, gint decimals)
{
  g_autofree gchar *format = g_strdup_printf ("%%.%df", decimals);
  gchar text[64];

  g_ascii_formatd (text, sizeof text, format, value);
  if (strchr (text, '.') != NULL)
    {
      gsize n = strlen (text);

      while (text[n - 1] == '0')
        n--;
      text[text[n - 1] == '.' ? n - 1 : n] = '\0';
    }
  return g_strdup (text);
}

/* The newest days, if there are any. */
static void
show_days (CitizCommandRun *run, const CitizMeasure *measure)
{
  CitizRecord *record = citiz_session_get_record (run->session);
  g_autoptr (GArray) days = NULL;
  gint32 first, last;

  if (measure->aggregate == CITIZ_AGGREGATE_PANEL
      || !citiz_record_span (record, measure->key, &first, &last))
    return;
  days = citiz_record_days (record, measure->key, MAX (first, last - DAYS_SHOWN + 1), last);
  run->shown += days->len;
  if (days->len > 0)
    citiz_say (run, "%s", measure->name[citiz_env_language ()]);
  for (guint i = 0; i < days->len; i++)
    {
      const CitizDay *day = &g_array_index (days, CitizDay, i);
      gdouble value = citiz_day_value (day, measure->aggregate);
      g_autofree gchar *date = day_text (day->day);
      g_autofree gchar *number = number_text (value, measure->decimals);

      if (citiz_env_language () == CITIZ_LANGUAGE_FR)
        g_strdelimit (number, ".", ',');
      json_array_append_new (json_object_get (run->answer, "days"),
                             json_pack ("{s:s, s:s, s:f, s:s}", "measure", measure->key, "date",
                                        date, "value", value, "unit", measure->ucum));
      citiz_say (run, "  %s  %10s %s", date, number,
                 citiz_unit_symbol (measure->ucum, citiz_env_language ()));
    }
}

typedef enum
{
  PART_CARE,
  PART_ACTIVITY,
  PART_DIET
} Part;

static Part
part_of (const CitizMeasure *measure)
{
  static const gchar *const activity[]
      = {"hr",        "steps",   "walk_",  "active_", "basal_", "exercise_", "mvpa_", "flights",
         "sedentary", "cadence", "stand_", "vo2max",  "sleep",  "workout",   NULL};

  if (g_str_has_prefix (measure->key, "diet_"))
    return PART_DIET;
  for (guint i = 0; activity[i] != NULL; i++)
    if (g_str_has_prefix (measure->key, activity[i]))
      return PART_ACTIVITY;
  return PART_CARE;
}

/* Each measure in the part a person looks for it in, as in the window. Care has its entries already: of it, what a device measured. */
static void
show_measures (CitizCommandRun *run, Part part)
{
  CitizRecord *record = citiz_session_get_record (run->session);
  g_autoptr (GPtrArray) measures = citiz_record_measures (record);

  json_object_set_new (run->answer, "days", json_array ());
  for (guint i = 0; i < measures->len; i++)
    {
      const CitizMeasure *measure = citiz_measure_get (g_ptr_array_index (measures, i));
      g_autoptr (GPtrArray) sources = NULL;

      if (measure == NULL || measure->laboratory || part_of (measure) != part)
        continue;
      sources = citiz_record_sources (record, measure->key);
      if (part != PART_CARE || sources->len > 0)
        show_days (run, measure);
    }
}

static void
show_care (CitizCommandRun *run)
{
  const CitizItem *patient = citiz_record_patient (citiz_session_get_record (run->session));

  if (patient != NULL)
    {
      g_autofree gchar *birth = citiz_date_to_string (&patient->onset);
      json_object_set_new (run->answer, "patient",
                           json_pack ("{s:s, s:s}", "name", patient->title[citiz_env_language ()],
                                      "birthDate", birth));
      citiz_say (run, "%s", patient->title[citiz_env_language ()]);
    }
  show_kind (run, CITIZ_KIND_ALLERGY, "allergies", _ ("Allergies and intolerances"));
  show_kind (run, CITIZ_KIND_MEDICATION, "medications", _ ("Medications"));
  show_kind (run, CITIZ_KIND_PROBLEM, "problems", _ ("Health problems"));
  show_kind (run, CITIZ_KIND_RESULT, "results", _ ("Results"));
  show_kind (run, CITIZ_KIND_MEASURE, "measures", _ ("Measures"));
  show_measures (run, PART_CARE);
  show_kind (run, CITIZ_KIND_IMMUNIZATION, "immunizations", _ ("Vaccines"));
  show_kind (run, CITIZ_KIND_PROCEDURE, "procedures", _ ("Procedures"));
  show_kind (run, CITIZ_KIND_DEVICE, "devices", _ ("Devices"));
  show_kind (run, CITIZ_KIND_DOCUMENT, "documents", _ ("Documents"));
  show_kind (run, CITIZ_KIND_DIRECTIVE, "directives", _ ("Advance directives"));
  show_kind (run, CITIZ_KIND_CONTACT, "contacts", _ ("Contacts"));
}

static void
show_activity (CitizCommandRun *run)
{
  show_kind (run, CITIZ_KIND_SESSION, "sessions", _ ("Activity sessions"));
  show_measures (run, PART_ACTIVITY);
}

static void
show_diet (CitizCommandRun *run)
{
  show_kind (run, CITIZ_KIND_MEAL, "meals", _ ("Meals"));
  show_measures (run, PART_DIET);
}

static const struct
{
  const gchar *name;
  void (*show) (CitizCommandRun *run);
} parts[] = {{"care", show_care}, {"activity", show_activity}, {"diet", show_diet}};

static gint
find_part (const gchar *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_str_equal (name, parts[i].name))
      return (gint) i;
  return -1;
}

gboolean
citiz_command_show_check (const CitizCommandRun *run)
{
  return find_part (run->words[1]) >= 0;
}

int
citiz_command_show (CitizCommandRun *run, gchar **args)
{
  run->answer = json_object ();
  parts[find_part (args[0])].show (run);
  if (run->shown == 0)
    citiz_say (run, "%s", _ ("Nothing is noted there yet."));
  return citiz_read_status (run);
}

/* --- export --- */

gboolean
citiz_command_export_check (const CitizCommandRun *run)
{
  if (run->format != NULL && !citiz_export_knows (run->format))
    citiz_tell (_ ("There is no format “%s”."), run->format);
  return citiz_export_knows (run->format) && run->out != NULL;
}

/* Said before anything is read. */
static gboolean
may_write (const CitizCommandRun *run, GFile *file)
{
  g_autoptr (GFile) folder = g_file_get_parent (file);

  if (g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL) == G_FILE_TYPE_DIRECTORY)
    citiz_tell (_ ("%s: this is a folder. Name a file in it."), run->out);
  else if (!run->force && g_file_query_exists (file, NULL))
    citiz_tell (_ ("%s: this file is there already and was not touched. --force writes over it."),
                run->out);
  else if (folder != NULL && !g_file_query_exists (folder, NULL))
    {
      g_autofree gchar *name = g_file_get_parse_name (folder);

      citiz_tell (_ ("%s: there is no folder %s. Make it, or name another."), run->out, name);
    }
  else
    return TRUE;
  return FALSE;
}

int
citiz_command_export (CitizCommandRun *run, gchar **args)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (run->out);
  CitizWait wait = {0};

  if (!may_write (run, file))
    return CITIZ_EXIT_REFUSED;
  citiz_session_export_async (run->session, run->format, file, NULL, citiz_wait_cb, &wait);
  result = citiz_wait (&wait);
  if (!citiz_session_export_finish (run->session, result, &error))
    {
      citiz_tell (_ ("%s: %s"), run->out, citiz_session_explain (error));
      return CITIZ_EXIT_REFUSED;
    }
  run->answer = json_pack ("{s:s, s:s}", "format", run->format, "file", run->out);
  citiz_say (run, _ ("Written: %s. This file is not encrypted: keep it as you would keep paper."),
             run->out);
  return citiz_read_status (run);
}
