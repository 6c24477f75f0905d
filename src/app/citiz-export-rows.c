/* What a person reads of each item in an export and on the command line. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-export.h"

#include "record/citiz-code.h"
#include "record/citiz-sig.h"
#include "record/citiz-unit.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

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
  g_autofree gchar *digits = citiz_decimal_to_read (value->text);

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

/* Whether it is a fact at all, and how grave: what stands first, so that nobody reads past it. */
static const gchar *
standing_word (const CitizItem *item)
{
  static const gchar *const graves[] = {NULL, N_ ("Mild"), N_ ("Moderate"), N_ ("Severe")};

  if (item->do_not_perform)
    return _ ("Not to be given");
  if (item->verification == CITIZ_VERIFICATION_REFUTED)
    return _ ("Ruled out");
  if (item->kind != CITIZ_KIND_ALLERGY)
    return NULL;
  if (item->severity != CITIZ_SEVERITY_SEVERE
      && (item->criticality == CITIZ_CRITICALITY_HIGH
          || (item->alerts & (1u << CITIZ_ALERT_SEVERE_ALLERGY)) != 0))
    return _ ("High risk"); /* a mild reaction so far says nothing of the next one */
  return item->severity != CITIZ_SEVERITY_NONE ? _ (graves[item->severity]) : NULL;
}

/* A problem always says whether it is over, a dose whether it was taken: the same name may stand for what is and for what is not. Anything
 * else says only that it is not, or no longer, so. */
static const gchar *
status_word (const CitizItem *item)
{
  static const gchar *const words[] = {
      [CITIZ_STATUS_ACTIVE] = N_ ("Active"),
      [CITIZ_STATUS_RECURRENCE] = N_ ("Come back"),
      [CITIZ_STATUS_RELAPSE] = N_ ("Relapse"),
      [CITIZ_STATUS_INACTIVE] = N_ ("Inactive"),
      [CITIZ_STATUS_REMISSION] = N_ ("In remission"),
      [CITIZ_STATUS_RESOLVED] = N_ ("Resolved"),
      [CITIZ_STATUS_COMPLETED] = N_ ("Taken"),
      [CITIZ_STATUS_STOPPED] = N_ ("Stopped"),
      [CITIZ_STATUS_ON_HOLD] = N_ ("On hold"),
      [CITIZ_STATUS_CANCELLED] = N_ ("Cancelled"),
      [CITIZ_STATUS_NOT_TAKEN] = N_ ("Not taken"),
      [CITIZ_STATUS_NOT_DONE] = N_ ("Not done"),
      [CITIZ_STATUS_PLANNED] = N_ ("Planned"),
      [CITIZ_STATUS_PRELIMINARY] = N_ ("Preliminary"),
  };
  const gboolean dose = item->kind == CITIZ_KIND_DOSE, drug = item->kind == CITIZ_KIND_MEDICATION,
                 problem = item->kind == CITIZ_KIND_PROBLEM;

  if (item->status >= G_N_ELEMENTS (words) || words[item->status] == NULL
      || (item->status == CITIZ_STATUS_ACTIVE && !problem)
      || (item->status == CITIZ_STATUS_COMPLETED && !dose && !drug))
    return NULL;
  if (drug && item->status == CITIZ_STATUS_COMPLETED)
    return _ ("Completed");
  return dose && item->status == CITIZ_STATUS_NOT_DONE ? _ ("Not taken") : _ (words[item->status]);
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

/* "1 tablet with meals · 8:00, 18:00 · as needed": what a prescription says, each once. */
static void
add_dosage (GString *details, const CitizItem *item, CitizLanguage language)
{
  g_autofree gchar *dosage = citiz_sig_plain (item->dosage, language),
                   *folded = citiz_fold (item->dosage), *needed = citiz_fold (_ ("as needed"));
  g_autoptr (GString) hours = g_string_new (NULL);

  for (guint i = 0; i < item->times->len; i++)
    {
      const gint at = g_array_index (item->times, gint16, i);

      g_string_append_printf (hours, "%s%02d:%02d", i > 0 ? ", " : "", at / 60, at % 60);
    }
  add_detail (details, dosage);
  if (strstr (item->dosage, hours->str) == NULL)
    add_detail (details, hours->str);
  if (item->as_needed && strstr (folded, needed) == NULL)
    add_detail (details, _ ("as needed"));
}

/* What the catalogue knows, in the reader's language. */
static void
add_reaction (GString *details, const CitizItem *item, CitizLanguage language)
{
  g_auto (GStrv) parts = g_strsplit (item->reaction, ", ", -1);
  g_autofree gchar *joined = NULL;

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const gchar *known = citiz_text_name (parts[i], language);

      if (known == NULL)
        continue;
      g_free (parts[i]);
      parts[i] = g_strdup (known);
    }
  joined = g_strjoinv (", ", parts);
  add_detail (details, joined);
}

/* Whose illness it was; who is to be called. */
static void
add_relation (GString *details, const CitizItem *item)
{
  if (item->kind == CITIZ_KIND_FAMILY)
    add_detail (details, item->person);
  if (item->kind != CITIZ_KIND_FAMILY || g_strcmp0 (item->relationship, item->person) != 0)
    add_detail (details, item->relationship);
}

/* "57 g or more": a goal's figures, unless it has one alone, which is its value. */
static void
add_target (GString *details, const CitizItem *item, CitizLanguage language)
{
  const CitizRange *range = &item->range;
  const gboolean low = citiz_decimal_known (&range->low), high = citiz_decimal_known (&range->high);
  g_autofree gchar *from = NULL, *to = NULL, *both = NULL;

  if (item->kind != CITIZ_KIND_GOAL || citiz_decimal_known (&item->value) || (!low && !high))
    return;
  from = value_text (&range->low, NULL, high ? NULL : item->unit, language);
  to = value_text (&range->high, NULL, item->unit, language);
  both = low && high ? g_strdup_printf (_ ("%s to %s"), from, to)
         : low       ? g_strdup_printf (_ ("%s or more"), from)
                     : g_strdup_printf (range->below ? _ ("less than %s") : _ ("%s or less"), to);
  add_detail (details, both);
}

static gboolean
lasts (const CitizItem *item)
{
  return item->kind == CITIZ_KIND_ALLERGY || item->kind == CITIZ_KIND_MEDICATION
         || item->kind == CITIZ_KIND_PROBLEM || item->kind == CITIZ_KIND_DEVICE;
}

static gchar *
describe_details (const CitizItem *item, CitizLanguage language)
{
  GString *details = g_string_new (NULL);

  add_relation (details, item);
  add_detail (details, standing_word (item));
  if (item->verification == CITIZ_VERIFICATION_UNCONFIRMED
      || item->verification == CITIZ_VERIFICATION_PROVISIONAL)
    add_detail (details, _ ("To be confirmed"));
  add_detail (details, status_word (item));
  if (lasts (item) && item->end.precision != CITIZ_DATE_NONE)
    {
      g_autofree gchar *end = citiz_date_to_string (&item->end),
                       *until = g_strdup_printf (_ ("until %.10s"), end);
      add_detail (details, until);
    }
  if (item->kind == CITIZ_KIND_MEDICATION || item->kind == CITIZ_KIND_DOSE)
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
  add_target (details, item, language);
  add_detail (details, item->text);
  if (item->kind == CITIZ_KIND_SESSION)
    add_session (details, item, language);
  else
    add_components (details, item, language);
  add_dosage (details, item, language);
  if (*citiz_item_content (item) != '\0')
    {
      g_autofree gchar *content = strength_text (item->detail, language),
                       *line = g_strdup_printf (_ ("contains %s"), content);
      add_detail (details, line);
    }
  add_reaction (details, item, language);
  add_detail (details, item->range.text);
  add_detail (details, item->reason);
  add_detail (details, item->phone);
  add_detail (details, item->note);
  return g_string_free (details, FALSE);
}

/* What lasts is dated by its beginning or not at all: the day it was entered would be read as "since". */
static gchar *
date_text (const CitizItem *item)
{
  return citiz_date_to_string (lasts (item) ? &item->onset : citiz_item_date (item));
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
      row->when = date_text (item);
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
 * citiz_export_row_date:
 *
 * Returns: (transfer full): the day, with the hour on the wall where it matters
 */
gchar *
citiz_export_row_date (const CitizExportRow *row)
{
  const gboolean hour
      = row->item != NULL && strlen (row->when) > 15
        && (row->item->kind == CITIZ_KIND_DOSE || row->item->kind == CITIZ_KIND_MEASURE
            || row->item->kind == CITIZ_KIND_RESULT || row->item->kind == CITIZ_KIND_VISIT);

  return hour ? g_strdup_printf ("%.10s %.5s", row->when, row->when + 11)
              : g_strdup_printf ("%.10s", row->when);
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
