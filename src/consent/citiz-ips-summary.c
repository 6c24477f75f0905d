/* Four weeks of activity and of meals in a few figures. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-consent-private.h"
#include "consent/citiz-ips-private.h"
#include "insight/citiz-nutrition.h"

#include <math.h>
#include <string.h>

/* A mean over the days that have data. */
typedef struct
{
  gdouble mean;
  guint days;
  gboolean has_previous;
  gdouble previous; /* the same number of days before */
} Mean;

static gint32
today (const CitizIps *ips)
{
  return citiz_day_of (ips->now.ms, ips->options->offset_minutes);
}

static gdouble
mean_of_days (const GArray *days, CitizAggregate aggregate)
{
  gdouble sum = 0;

  for (guint i = 0; i < days->len; i++)
    sum += citiz_day_value (&g_array_index (days, CitizDay, i), aggregate);
  return sum / days->len;
}

static gboolean
mean_of (const CitizIps *ips, const CitizMeasure *measure, Mean *out)
{
  gint32 last = today (ips), first = last - CITIZ_IPS_SUMMARY_DAYS + 1;
  g_autoptr (GArray) days = NULL, before = NULL;

  if (measure == NULL)
    return FALSE;
  days = citiz_record_days (ips->record, measure->key, first, last);
  before = citiz_record_days (ips->record, measure->key, first - CITIZ_IPS_SUMMARY_DAYS, first - 1);
  if (days == NULL || days->len == 0)
    return FALSE;
  out->mean = mean_of_days (days, measure->aggregate);
  out->days = days->len;
  out->has_previous = before && before->len > 0;
  out->previous = out->has_previous ? mean_of_days (before, measure->aggregate) : 0;
  return isfinite (out->mean) && isfinite (out->previous);
}

static json_t *
number (gdouble value, gint decimals)
{
  gdouble scale = pow (10, decimals), rounded = round (value * scale) / scale;

  return decimals == 0 ? json_integer ((json_int_t) rounded) : json_real (rounded);
}

static json_t *
quantity (gdouble value, gint decimals, const gchar *unit)
{
  return json_pack ("{s:o, s:s, s:s, s:s}", "value", number (value, decimals), "unit", unit,
                    "system", CITIZ_SYSTEM_UCUM, "code", unit);
}

static void
put_summary (const CitizIps *ips,
             json_t *observation,
             guint days,
             const Mean *mean,
             gint decimals,
             gdouble factor)
{
  json_t *extension = citiz_ips_ext ("summary");
  CitizDate from = citiz_date_from_day (today (ips) - CITIZ_IPS_SUMMARY_DAYS + 1);
  CitizDate to = citiz_date_from_day (today (ips));
  g_autofree gchar *from_text = citiz_date_to_string (&from);
  g_autofree gchar *to_text = citiz_date_to_string (&to);

  citiz_ips_put_part (extension, "from", "valueDate", json_string (from_text));
  citiz_ips_put_part (extension, "to", "valueDate", json_string (to_text));
  citiz_ips_put_part (extension, "days", "valueUnsignedInt", json_integer (days));
  if (mean && mean->has_previous)
    citiz_ips_put_part (extension, "previous", "valueDecimal",
                        number (mean->previous * factor, decimals));
  citiz_ips_put_ext (observation, extension);
  json_object_set_new (observation, "effectivePeriod",
                       json_pack ("{s:s, s:s}", "start", from_text, "end", to_text));
}

/* A concept of ours in both languages. */
static json_t *
named (const CitizIps *ips, const gchar *const names[2])
{
  json_t *concept = json_pack ("{s:s}", "text", names[ips->options->language]);
  json_t *translations = citiz_ips_translations (concept, names);

  if (translations != NULL)
    json_object_set_new (concept, "_text", translations);
  return concept;
}

static json_t *
new_observation (CitizIps *ips,
                 const gchar *category,
                 const gchar *system,
                 const gchar *code,
                 const gchar *const names[2])
{
  json_t *concept = named (ips, names);

  json_object_set_new (concept, "coding",
                       json_pack ("[{s:s, s:s}]", "system", system, "code", code));
  return json_pack ("{s:s, s:s, s:[{s:[{s:s, s:s}]}], s:o, s:o}", "resourceType", "Observation",
                    "status", "final", "category", "coding", "system",
                    "http://terminology.hl7.org/CodeSystem/observation-category", "code", category,
                    "code", concept, "subject", citiz_ips_reference (ips->patient_url));
}

static void
append (CitizIps *ips, json_t *observation, json_t *section_entries)
{
  g_autofree gchar *url = citiz_ips_new_url (ips);

  citiz_ips_append (ips, url, observation);
  json_array_append_new (section_entries, citiz_ips_reference (url));
}

/* The single days beside their mean: "E" where there is none. */
static void
put_days (CitizIps *ips, json_t *observation, const CitizMeasure *measure)
{
  gint32 last = today (ips), first = last - CITIZ_IPS_SUMMARY_DAYS + 1;
  g_autoptr (GArray) days = citiz_record_days (ips->record, measure->key, first, last);
  g_autoptr (GString) data = g_string_new (NULL);
  guint i = 0;

  for (gint32 day = first; day <= last; day++)
    {
      while (i < days->len && g_array_index (days, CitizDay, i).day < day)
        i++;
      if (i < days->len && g_array_index (days, CitizDay, i).day == day)
        g_string_append_printf (
            data, "%s%.0f", data->len ? " " : "",
            citiz_day_value (&g_array_index (days, CitizDay, i), measure->aggregate));
      else
        g_string_append_printf (data, "%sE", data->len ? " " : "");
    }
  json_object_set_new (observation, "component",
                       json_pack ("[{s:{s:s}, s:{s:{s:i, s:s}, s:i, s:i, s:s}}]", "code", "text",
                                  measure->name[ips->options->language], "valueSampledData",
                                  "origin", "value", 0, "unit", measure->ucum, "period", 86400000,
                                  "dimensions", 1, "data", data->str));
}

/* What four weeks of a series say. `factor` turns a daily mean into the figure that is shown. */
static const struct
{
  const gchar *healthkit;
  const gchar *loinc;
  CitizIpsSay say;
  gdouble factor;
  const gchar *unit;
  gint decimals;
  gboolean days;
} activity[] = {
    {"StepCount", "41950-7", CITIZ_IPS_SAY_STEPS, 1, "{steps}/d", 0, TRUE},
    {"AppleExerciseTime", "82290-8", CITIZ_IPS_SAY_ACTIVE, 7, "min/wk", 0, FALSE},
    {"RestingHeartRate", "40443-4", CITIZ_IPS_SAY_RESTING, 1, "/min", 0, FALSE},
};

static void
add_sleep (CitizIps *ips, json_t *section_entries, GPtrArray *lines)
{
  g_autoptr (GArray) nights
      = citiz_record_nights (ips->record, today (ips) - CITIZ_IPS_SUMMARY_DAYS + 1, today (ips));
  const gchar *title = citiz_ips_say (CITIZ_IPS_SAY_SLEEP, ips->options->language);
  gdouble hours = 0;
  json_t *observation;

  if (nights == NULL || nights->len == 0)
    return;
  for (guint i = 0; i < nights->len; i++)
    hours += g_array_index (nights, CitizNight, i).asleep;
  hours /= nights->len;
  observation = new_observation (ips, "activity", CITIZ_SYSTEM_LOINC, "93832-4",
                                 citiz_ips_say_both (CITIZ_IPS_SAY_SLEEP));
  json_object_set_new (observation, "valueQuantity", quantity (hours, 1, "h"));
  put_summary (ips, observation, nights->len, NULL, 1, 1);
  append (ips, observation, section_entries);
  g_ptr_array_add (lines, g_strdup_printf ("%s%s%.1f h", title, citiz_ips_colon (ips), hours));
}

void
citiz_ips_add_activity (CitizIps *ips, json_t *section_entries, GPtrArray *lines)
{
  for (guint i = 0; i < G_N_ELEMENTS (activity); i++)
    {
      const CitizMeasure *measure = citiz_measure_by_healthkit (activity[i].healthkit);
      const gchar *title = citiz_ips_say (activity[i].say, ips->options->language);
      json_t *observation;
      Mean mean;

      if (!mean_of (ips, measure, &mean))
        continue;
      observation = new_observation (ips, "activity", CITIZ_SYSTEM_LOINC, activity[i].loinc,
                                     citiz_ips_say_both (activity[i].say));
      json_object_set_new (
          observation, "valueQuantity",
          quantity (mean.mean * activity[i].factor, activity[i].decimals, activity[i].unit));
      put_summary (ips, observation, mean.days, &mean, activity[i].decimals, activity[i].factor);
      if (activity[i].days)
        put_days (ips, observation, measure);
      append (ips, observation, section_entries);
      g_ptr_array_add (lines, g_strdup_printf ("%s%s%.0f", title, citiz_ips_colon (ips),
                                               mean.mean * activity[i].factor));
    }
  add_sleep (ips, section_entries, lines);
}

/* Measures that often come as a long series only: its newest day stands for them, unless an entry of the record is as new. A blood
 * pressure is one observation of two series. */
static const struct
{
  const gchar *measure;
  const gchar *parts[2]; /* the series; the second only of a pair */
  gboolean instead;      /* only where an older entry would stand on the first screen */
} newest[] = {
    {"bp_panel", {"bp_sys", "bp_dia"}, FALSE},
    {"weight", {"weight", NULL}, FALSE},
    {"height", {"height", NULL}, FALSE},
    {"spo2", {"spo2", NULL}, FALSE},
    {"hr", {"hr", NULL}, TRUE},
};

static gboolean
speaks_of (const CitizItem *item, guint row)
{
  const gchar *key = item->measure != NULL ? item->measure->key : "";

  return strcmp (key, newest[row].measure) == 0 || strcmp (key, newest[row].parts[0]) == 0
         || g_strcmp0 (key, newest[row].parts[1]) == 0;
}

/* Returns: whether an entry tells of @day or a later one, be it one that is withheld: the series may hold its value; else its place on the first screen, if it had one, is given up */
static gboolean
is_told (const CitizIps *ips, guint row, gint32 day, guint *out_rank)
{
  *out_rank = 0;
  for (guint i = 0; i < ips->items->len; i++)
    {
      const CitizIpsItem *entry = ips->items->pdata[i];

      if (speaks_of (entry->item, row) && citiz_date_day (citiz_item_date (entry->item)) >= day)
        return TRUE;
    }
  for (guint i = 0; i < ips->items->len; i++)
    {
      CitizIpsItem *entry = ips->items->pdata[i];

      if (entry->rank == 0 || !speaks_of (entry->item, row))
        continue;
      *out_rank = *out_rank > 0 ? MIN (*out_rank, entry->rank) : entry->rank;
      entry->rank = 0;
    }
  return FALSE;
}

/* The newest values of the series, all of one day. */
static guint
last_values (const CitizIps *ips, guint row, gint32 *out_day, gdouble out[2])
{
  guint n = 0;

  for (; n < 2 && newest[row].parts[n] != NULL; n++)
    {
      const gchar *key = newest[row].parts[n];
      gint32 first, last;
      g_autoptr (GArray) days = NULL;

      if (!citiz_record_span (ips->record, key, &first, &last) || (n > 0 && last != *out_day))
        return 0;
      days = citiz_record_days (ips->record, key, last, last);
      if (days == NULL || days->len == 0)
        return 0;
      *out_day = last;
      out[n] = g_array_index (days, CitizDay, 0).last;
    }
  return n;
}

static void
put_values (json_t *observation, guint row, const gdouble values[2], guint n)
{
  json_t *components = json_array ();

  for (guint i = 0; i < n; i++)
    {
      const CitizMeasure *measure = citiz_measure_get (newest[row].parts[i]);

      json_array_append_new (components,
                             json_pack ("{s:{s:[{s:s, s:s}]}, s:o}", "code", "coding", "system",
                                        CITIZ_SYSTEM_LOINC, "code", measure->loinc, "valueQuantity",
                                        quantity (values[i], measure->decimals, measure->ucum)));
    }
  if (n > 1)
    json_object_set (observation, "component", components);
  else
    json_object_set (observation, "valueQuantity",
                     json_object_get (json_array_get (components, 0), "valueQuantity"));
  json_decref (components);
}

static gchar *
values_text (guint row, const gdouble values[2], guint n)
{
  const CitizMeasure *measure = citiz_measure_get (newest[row].parts[0]);

  if (n > 1)
    return g_strdup_printf ("%.0f/%.0f %s", values[0], values[1], measure->ucum);
  return g_strdup_printf ("%.*f %s", measure->decimals, values[0], measure->ucum);
}

static void
add_newest (CitizIps *ips, guint row, json_t *section_entries, GPtrArray *lines)
{
  const CitizMeasure *measure = citiz_measure_get (newest[row].measure);
  const gchar *name = measure->name[ips->options->language];
  g_autofree gchar *date_text = NULL;
  g_autofree gchar *text = NULL;
  json_t *observation;
  gdouble values[2];
  CitizDate date;
  gint32 day = 0;
  guint n, rank;

  n = last_values (ips, row, &day, values);
  if (n == 0 || is_told (ips, row, day, &rank) || (newest[row].instead && rank == 0))
    return;
  date = citiz_date_from_day (day);
  date_text = citiz_date_to_string (&date);
  text = values_text (row, values, n);
  observation
      = new_observation (ips, "vital-signs", CITIZ_SYSTEM_LOINC, measure->loinc, measure->name);
  json_object_set_new (observation, "effectiveDateTime", json_string (date_text));
  put_values (observation, row, values, n);
  citiz_ips_put_code (observation, "declared-by", "self");
  if (rank > 0)
    citiz_ips_put_uint (observation, "first-screen", "valuePositiveInt", rank);
  append (ips, observation, section_entries);
  g_ptr_array_add (lines,
                   g_strdup_printf ("%s%s%s (%s)", name, citiz_ips_colon (ips), text, date_text));
}

/* Before the entries of the record are written: they are newest first, and one may give up its place on the first screen. */
void
citiz_ips_add_vitals (CitizIps *ips, json_t *section_entries, GPtrArray *lines)
{
  for (guint row = 0; row < G_N_ELEMENTS (newest); row++)
    add_newest (ips, row, section_entries, lines);
}

/* What a clinician asks about, in a day's food. */
static const CitizNutrient nutrients[]
    = {CITIZ_NUTRIENT_ENERGY, CITIZ_NUTRIENT_CARBOHYDRATE, CITIZ_NUTRIENT_PROTEIN,
       CITIZ_NUTRIENT_FAT,    CITIZ_NUTRIENT_SODIUM,       CITIZ_NUTRIENT_FIBRE};

/* The days of the summary: meals that are not kept back, and the diary of another program. Returns how many say anything. */
static guint
eaten (const CitizIps *ips, CitizIntake days[CITIZ_IPS_SUMMARY_DAYS])
{
  const gint32 first = today (ips) - CITIZ_IPS_SUMMARY_DAYS + 1;
  guint n = 0;

  for (guint i = 0; i < CITIZ_IPS_SUMMARY_DAYS; i++)
    citiz_intake_init (&days[i]);
  for (guint i = 0; i < G_N_ELEMENTS (nutrients); i++)
    citiz_intake_add_diaries (days, ips->record, nutrients[i], first, today (ips));
  for (guint i = 0; i < ips->items->len; i++)
    {
      const CitizIpsItem *entry = ips->items->pdata[i];
      const gint32 day = citiz_date_day (&entry->item->onset);

      if (entry->item->kind == CITIZ_KIND_MEAL && !entry->withheld && day >= first
          && day <= today (ips))
        citiz_intake_add_meal (&days[day - first], entry->item);
    }
  for (guint i = 0; i < CITIZ_IPS_SUMMARY_DAYS; i++)
    {
      gboolean says = FALSE;

      for (guint k = 0; k < G_N_ELEMENTS (nutrients); k++)
        says |= !isnan (days[i].amount[nutrients[k]]);
      n += says;
    }
  return n;
}

/* Over the days that say it; NaN where fewer than half of the @noted days do: it would pass for the mean of all. */
static gdouble
mean_eaten (const CitizIntake days[CITIZ_IPS_SUMMARY_DAYS], CitizNutrient nutrient, guint noted)
{
  gdouble sum = 0;
  guint n = 0;

  for (guint i = 0; i < CITIZ_IPS_SUMMARY_DAYS; i++)
    if (!isnan (days[i].amount[nutrient]))
      {
        sum += days[i].amount[nutrient];
        n++;
      }
  return n > 0 && 2 * n >= noted ? sum / n : NAN;
}

void
citiz_ips_add_diet (CitizIps *ips, json_t *section_entries, GPtrArray *lines)
{
  CitizIntake eaten_on[CITIZ_IPS_SUMMARY_DAYS];
  const guint days = eaten (ips, eaten_on);
  json_t *components = json_array (), *observation;

  for (guint i = 0; i < G_N_ELEMENTS (nutrients); i++)
    {
      const gchar *key = citiz_nutrient_key (nutrients[i]);
      const CitizMeasure *measure = key ? citiz_measure_get (key) : NULL;
      const gdouble mean = mean_eaten (eaten_on, nutrients[i], days);

      if (measure == NULL || isnan (mean))
        continue;
      json_array_append_new (components,
                             json_pack ("{s:o, s:o}", "code", named (ips, measure->name),
                                        "valueQuantity", quantity (mean, 0, measure->ucum)));
      g_ptr_array_add (lines, g_strdup_printf ("%s%s%.0f %s", measure->name[ips->options->language],
                                               citiz_ips_colon (ips), mean, measure->ucum));
    }
  if (json_array_size (components) == 0)
    {
      json_decref (components);
      return;
    }
  observation = new_observation (ips, "social-history", CITIZ_SYSTEM_TYPES, "NutritionIntake",
                                 citiz_ips_say_both (CITIZ_IPS_SAY_DIET));
  json_object_set_new (observation, "component", components);
  put_summary (ips, observation, days, NULL, 0, 1);
  append (ips, observation, section_entries);
}

#define FOODS_MAX 4

/* "Dinner (soup, bread, cheese)" */
static gchar *
meal_text (const CitizItem *meal, CitizLanguage language)
{
  GString *text = g_string_new (meal->title[language]);

  for (guint i = 0; i < MIN (meal->components->len, FOODS_MAX); i++)
    g_string_append_printf (text, "%s%s", i ? ", " : " (",
                            g_array_index (meal->components, CitizComponent, i).title[language]);
  if (meal->components->len > 0)
    g_string_append (text, meal->components->len > FOODS_MAX ? "…)" : ")");
  return g_string_free (text, FALSE);
}

void
citiz_ips_add_last_meal (CitizIps *ips, json_t *composition)
{
  const CitizItem *meal = NULL;
  g_autofree gchar *time = NULL, *text = NULL;
  json_t *extension;

  for (guint i = 0; i < ips->items->len; i++)
    {
      const CitizIpsItem *entry = ips->items->pdata[i];

      if (entry->item->kind == CITIZ_KIND_MEAL && !entry->withheld
          && entry->item->onset.precision == CITIZ_DATE_TIME
          && (meal == NULL || citiz_date_compare (&entry->item->onset, &meal->onset) > 0))
        meal = entry->item;
    }
  if (meal == NULL)
    return;
  time = citiz_date_to_string (&meal->onset);
  extension = citiz_ips_ext ("last-meal");
  citiz_ips_put_part (extension, "time", "valueDateTime", json_string (time));
  text = meal_text (meal, ips->options->language);
  citiz_ips_put_part (extension, "text", "valueString", json_string (text));
  citiz_ips_put_ext (composition, extension);
}
