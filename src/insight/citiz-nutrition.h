/* The nutrients of a day against targets. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "insight/citiz-food.h"
#include "record/citiz-record.h"

G_BEGIN_DECLS

typedef struct
{
  gdouble amount[CITIZ_N_NUTRIENTS]; /* sum of what is known; NaN when nothing is known of it */
  guint unknown[CITIZ_N_NUTRIENTS];  /* foods whose value is unknown: the sum is "at least" */
  gboolean approximate[CITIZ_N_NUTRIENTS];
  guint foods, meals;
} CitizIntake;

/* Adds a food of a meal: grams of a food of the table, or a nutrient given by the label (component of its own). */
void citiz_intake_init (CitizIntake *intake);
void citiz_intake_add (CitizIntake *intake, const CitizFood *food, gdouble grams);
/* Adds the foods of a meal; a food not in the table counts as unknown in all nutrients. */
void citiz_intake_add_meal (CitizIntake *intake, const CitizItem *meal);
/* Adds what the diary of another program says of a civil day: it comes as series of nutrients, without meals. */
void citiz_intake_add_diary (CitizIntake *intake, const CitizRecord *record, gint32 day);
/* The same of one nutrient, for every day of @intakes, @first to @last. */
void citiz_intake_add_diaries (CitizIntake *intakes,
                               const CitizRecord *record,
                               CitizNutrient nutrient,
                               gint32 first,
                               gint32 last);
/* Adds the meals of a civil day and its diary: what is noted here comes on top of what was imported, and hides none of it. */
void citiz_intake_add_day (CitizIntake *intake, const CitizRecord *record, gint32 day);
/* The same of one nutrient by days, as citiz_record_days tells a measure: a day is left out when nothing is known of it.
 * Returns: (transfer full) (element-type CitizDay), sorted */
GArray *citiz_intake_days (const CitizRecord *record,
                           CitizNutrient nutrient,
                           gint32 first,
                           gint32 last);

typedef struct
{
  CitizNutrient nutrient;
  gboolean limit;    /* not to pass, else to reach */
  gdouble amount;    /* a day */
  const gchar *unit; /* UCUM */
  const gchar *source[2];
  gboolean own; /* a goal of the record, not the reference intake */
} CitizNutrientTarget;

/* Fibre, protein, calcium, potassium to reach; sodium, saturated fat not to pass; energy. `age` in years, `kg` 0 if not known.
 * Goals of the record come first. Returns: (transfer full) (element-type CitizNutrientTarget) */
GArray *citiz_nutrition_targets (const CitizRecord *record, gint32 day);

const gchar *citiz_nutrient_key (
    CitizNutrient nutrient); /* measure key of the catalogue, or NULL */

/* "breakfast" "snack" "lunch" "dinner" that follows the hour. */
const gchar *citiz_meal_of_minute (gint minute);

G_END_DECLS
