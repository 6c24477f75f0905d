/* How an entry fills the fields of its form. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gi18n.h>
#include <string.h>

#include "insight/citiz-nutrition.h"
#include "record/citiz-unit.h"
#include "ui/citiz-add-private.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-languages.h"
#include "ui/citiz-units.h"

/* --- choices that depend on the record --- */

/* By hand one measures these, called as one calls them; the rest of the catalogue comes from files. */
static const struct
{
  const gchar *key, *name;
} by_hand[] = {{"bp_panel", N_ ("Blood pressure")},
               {"weight", N_ ("Weight")},
               {"glucose_fs", N_ ("Blood sugar, fasting")},
               {"glucose_bld", N_ ("Blood sugar, other time")},
               {"hr", N_ ("Pulse")},
               {"temp", N_ ("Temperature")},
               {"spo2", N_ ("Oxygen saturation")},
               {"height", N_ ("Height")},
               {"waist", N_ ("Waist")},
               {"resp_rate", N_ ("Breaths in a minute")},
               {"pain", N_ ("Pain, 0 to 10")},
               {"steps", N_ ("Steps")},
               {"sleep", N_ ("Sleep")},
               {"pef", N_ ("Peak flow")},
               {"mood", N_ ("Mood")},
               {"inr", N_ ("INR (blood clotting)")}};

/* (nullable) */
static const gchar *
everyday_name (const gchar *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (by_hand); i++)
    if (strcmp (by_hand[i].key, key) == 0)
      return _ (by_hand[i].name);
  return NULL;
}

void
_citiz_add_choice (GPtrArray *keys, GPtrArray *labels, const gchar *key, const gchar *label)
{
  g_ptr_array_add (keys, g_strdup (key));
  g_ptr_array_add (labels, g_strdup (label));
}

void
_citiz_add_set_choices (CitizForm *form, const gchar *field, GPtrArray *keys, GPtrArray *labels)
{
  g_ptr_array_add (keys, NULL);
  g_ptr_array_add (labels, NULL);
  citiz_form_set_choices (form, field, (const gchar *const *) keys->pdata,
                          (const gchar *const *) labels->pdata);
}

gboolean
_citiz_add_is_pressure (const CitizMeasure *measure)
{
  return measure != NULL && strcmp (measure->key, "bp_panel") == 0;
}

/* The entry that is corrected, or NULL. */
static const CitizItem *
corrected (CitizForm *form)
{
  return g_object_get_data (G_OBJECT (form), "citiz-item");
}

const gchar *
_citiz_add_unit (CitizForm *form, const CitizMeasure *chosen)
{
  const CitizItem *item = corrected (form);

  if (_citiz_add_is_pressure (chosen))
    return "mm[Hg]";
  if (item != NULL && item->measure == chosen && *item->unit != '\0')
    return item->unit;
  return chosen != NULL ? citiz_units_shown (chosen, chosen->ucum) : "";
}

static void
measure_changed (CitizForm *form, gpointer data)
{
  const CitizMeasure *chosen = citiz_measure_get (citiz_form_get_choice (form, "measure"));
  gboolean pressure = _citiz_add_is_pressure (chosen);
  const gchar *unit = citiz_unit_symbol (_citiz_add_unit (form, chosen), citiz_format_language ());
  const gchar *name = chosen != NULL ? chosen->name[citiz_format_language ()] : NULL;
  g_autofree gchar *hint = pressure        ? g_strdup (_ ("Systolic (the higher one), in mmHg"))
                           : *unit != '\0' ? g_strdup_printf (_ ("In %s"), unit)
                                           : NULL;
  g_autofree gchar *listed = NULL;

  /* What a laboratory calls otherwise is found again in Care under its name. */
  if (chosen != NULL && chosen->laboratory && g_strcmp0 (everyday_name (chosen->key), name) != 0)
    listed = g_strdup_printf (_ ("In Care: %s"), name);
  citiz_form_set_hint (form, "measure", listed);
  citiz_form_set_visible (form, "value2", pressure);
  citiz_form_set_hint (form, "value", hint);
}

static void
test_changed (CitizForm *form, gpointer data)
{
  const CitizMeasure *chosen = citiz_measure_get (citiz_form_get_choice (form, "measure"));

  citiz_form_set_visible (form, "title", chosen == NULL);
  if (chosen != NULL)
    citiz_form_set_text (
        form, "unit", citiz_unit_symbol (_citiz_add_unit (form, chosen), citiz_format_language ()));
}

static void
fill_measures (CitizForm *form, const CitizItem *item)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  const gchar *own = item != NULL && item->measure != NULL ? item->measure->key : "";

  for (guint i = 0; i < G_N_ELEMENTS (by_hand); i++)
    _citiz_add_choice (keys, labels, by_hand[i].key, _ (by_hand[i].name));
  /* What a file brought and nobody measures by hand stays what it is when it is corrected. */
  if (item != NULL && everyday_name (own) == NULL)
    _citiz_add_choice (keys, labels, own, citiz_item_title (item));
  _citiz_add_set_choices (form, "measure", keys, labels);
  citiz_form_watch (form, "measure", measure_changed, NULL);
}

/* What differs from another by its unit alone says which. (transfer full) */
static gchar *
test_label (const CitizMeasure *test)
{
  const CitizLanguage language = citiz_format_language ();
  const CitizMeasure *family = citiz_measure_get (citiz_measure_family (test));

  if (family == test || strcmp (family->name[language], test->name[language]) != 0)
    return g_strdup (test->name[language]);
  return g_strdup_printf ("%s (%s)", test->name[language],
                          citiz_unit_symbol (test->ucum, language));
}

static void
fill_tests (CitizForm *form, const CitizItem *item)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < citiz_measure_count (); i++)
    {
      const CitizMeasure *m = citiz_measure_at (i);
      g_autofree gchar *label = test_label (m);

      if (m->laboratory)
        _citiz_add_choice (keys, labels, m->key, label);
    }
  if (item != NULL && item->measure != NULL && !item->measure->laboratory)
    _citiz_add_choice (keys, labels, item->measure->key, citiz_item_title (item));
  _citiz_add_choice (keys, labels, "", _ ("Another test"));
  _citiz_add_set_choices (form, "measure", keys, labels);
  citiz_form_watch (form, "measure", test_changed, NULL);
}

/* --- record → form --- */

static void
fill_day (CitizForm *form, CitizKind kind, const CitizDate *date)
{
  if (_citiz_add_field (kind, "day") != NULL)
    citiz_form_set_date (form, "day", date->year, date->month, date->day);
  if (_citiz_add_field (kind, "time") != NULL && date->precision == CITIZ_DATE_TIME)
    citiz_form_set_minutes (form, "time", date->hour * 60u + date->minute);
}

static void
fill_partial (CitizForm *form, CitizKind kind, const gchar *key, const CitizDate *date)
{
  if (_citiz_add_field (kind, key) != NULL && date->precision != CITIZ_DATE_NONE)
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

  if (_citiz_add_field (kind, "measure") != NULL)
    citiz_form_set_choice (form, "measure", draft.measure != NULL ? draft.measure : "");
  _citiz_add_put_keyed (form, kind, &draft);
  fill_partial (form, kind, "onset", &draft.onset);
  fill_partial (form, kind, "end", &draft.end);
  fill_day (form, kind, &draft.onset);
  if (_citiz_add_field (kind, "times") != NULL)
    fill_times (form, &draft);
  if (kind == CITIZ_KIND_SESSION)
    fill_parts (form, item);
  if (kind == CITIZ_KIND_PATIENT)
    {
      g_autofree gchar *spoken = citiz_languages_words (item->resource, citiz_format_language ());
      citiz_form_set_text (form, "languages", spoken);
    }
}

void
citiz_add_fill (CitizForm *form,
                CitizKind kind,
                CitizSession *session,
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
  if (item != NULL)
    fill_from_item (form, kind, item);
  else
    fill_day (form, kind, &today);
  if (kind == CITIZ_KIND_DOSE)
    _citiz_add_fill_dose (form, session, item);
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
