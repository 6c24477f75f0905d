/* What was eaten in a day, against what is recommended. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "insight/citiz-nutrition.h"

#include <math.h>
#include <string.h>

static const struct
{
  const gchar *key; /* of the measures catalogue */
  const gchar *unit;
} nutrients[CITIZ_N_NUTRIENTS] = {
    {"diet_kcal", "kcal"}, {"diet_prot", "g"}, {"diet_carb", "g"}, {"diet_fibre", "g"},
    {"diet_sugar", "g"},   {"diet_fat", "g"},  {"diet_sat", "g"},  {NULL, "g"},
    {NULL, "g"},           {NULL, "mg"},       {"diet_na", "mg"},  {"diet_k", "mg"},
    {"diet_ca", "mg"},     {"diet_fe", "mg"},  {NULL, "mg"},       {NULL, "mg"},
    {NULL, "mg"},          {NULL, "ug"},       {NULL, "mg"},       {NULL, "ug"},
    {NULL, "ug"},          {NULL, "ug"},       {NULL, "ug"},       {NULL, "g"},
};

const gchar *
citiz_nutrient_key (CitizNutrient nutrient)
{
  return (guint) nutrient < CITIZ_N_NUTRIENTS ? nutrients[nutrient].key : NULL;
}

void
citiz_intake_init (CitizIntake *intake)
{
  memset (intake, 0, sizeof *intake);
  for (guint i = 0; i < CITIZ_N_NUTRIENTS; i++)
    intake->amount[i] = NAN;
}

static void
add (CitizIntake *intake, guint nutrient, gdouble amount)
{
  if (isnan (intake->amount[nutrient]))
    intake->amount[nutrient] = 0;
  intake->amount[nutrient] += amount;
}

void
citiz_intake_add (CitizIntake *intake, const CitizFood *food, gdouble grams)
{
  intake->foods++;
  for (guint i = 0; i < CITIZ_N_NUTRIENTS; i++)
    {
      if (food == NULL || isnan (food->per_100g[i]) || !isfinite (grams))
        {
          intake->unknown[i]++;
          continue;
        }
      add (intake, i, (gdouble) food->per_100g[i] * grams / 100);
      intake->approximate[i] |= food->quality == CITIZ_FOOD_APPROXIMATE;
    }
}

void
citiz_intake_add_meal (CitizIntake *intake, const CitizItem *meal)
{
  const CitizFoodTable *table = citiz_food_table ();

  intake->meals++;
  for (guint i = 0; i < meal->components->len; i++)
    {
      const CitizComponent *c = &g_array_index (meal->components, CitizComponent, i);
      gboolean ours = g_strcmp0 (c->system, CITIZ_SYSTEM_CNF) == 0;
      gboolean grams = strcmp (c->unit, "g") == 0 || strcmp (c->unit, "mL") == 0;
      gboolean known = citiz_decimal_known (&c->value) && grams;
      citiz_intake_add (intake, ours ? citiz_food_get (table, c->code) : NULL,
                        known ? c->value.number : NAN);
    }
}

void
citiz_intake_add_diary (CitizIntake *intake, const CitizRecord *record, gint32 day)
{
  for (guint i = 0; i < CITIZ_N_NUTRIENTS; i++)
    {
      if (nutrients[i].key == NULL)
        continue;
      g_autoptr (GArray) days = citiz_record_days (record, nutrients[i].key, day, day);
      if (days->len > 0)
        add (intake, i, g_array_index (days, CitizDay, 0).sum);
    }
}

void
citiz_intake_add_day (CitizIntake *intake, const CitizRecord *record, gint32 day)
{
  g_autoptr (GPtrArray) meals = citiz_record_list (record, CITIZ_KIND_MEAL);

  for (guint i = 0; i < meals->len; i++)
    {
      const CitizItem *meal = g_ptr_array_index (meals, i);
      if (citiz_date_day (&meal->onset) == day)
        citiz_intake_add_meal (intake, meal);
    }
  citiz_intake_add_diary (intake, record, day);
}

void
citiz_intake_add_diaries (CitizIntake *intakes,
                          const CitizRecord *record,
                          CitizNutrient nutrient,
                          gint32 first,
                          gint32 last)
{
  const gchar *key = citiz_nutrient_key (nutrient);
  g_autoptr (GArray) days = key != NULL ? citiz_record_days (record, key, first, last) : NULL;

  for (guint i = 0; days != NULL && i < days->len; i++)
    {
      const CitizDay *day = &g_array_index (days, CitizDay, i);

      add (&intakes[day->day - first], nutrient, day->sum);
    }
}

GArray *
citiz_intake_days (const CitizRecord *record, CitizNutrient nutrient, gint32 first, gint32 last)
{
  g_autoptr (GPtrArray) meals = citiz_record_list (record, CITIZ_KIND_MEAL);
  GArray *out = g_array_new (FALSE, FALSE, sizeof (CitizDay));
  const guint n = last >= first ? (guint) (last - first) + 1 : 0;
  g_autofree CitizIntake *intakes = g_new (CitizIntake, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    citiz_intake_init (&intakes[i]);
  for (guint i = 0; i < meals->len; i++)
    {
      const CitizItem *meal = g_ptr_array_index (meals, i);
      const gint32 day = citiz_date_day (&meal->onset);

      if (day >= first && day <= last)
        citiz_intake_add_meal (&intakes[day - first], meal);
    }
  citiz_intake_add_diaries (intakes, record, nutrient, first, last);
  for (guint i = 0; i < n; i++)
    {
      const gdouble sum = intakes[i].amount[nutrient];
      const CitizDay day = {first + (gint32) i, 1, sum, sum, sum, sum, sum, 0};

      if (!isnan (sum))
        g_array_append_val (out, day);
    }
  return out;
}

/* Dietary Reference Intakes, adults (National Academies: fibre and protein 2005, calcium 2011, sodium and potassium 2019; Health Canada's
 * tables). Women then men; the first row whose age is reached from below counts. */
typedef struct
{
  gint from_age;
  gfloat fibre[2], calcium[2], potassium[2];
} Intake;
static const Intake intakes[] = {
    {71, {21, 30}, {1200, 1200}, {2600, 3400}}, {51, {21, 30}, {1200, 1000}, {2600, 3400}},
    {19, {25, 38}, {1000, 1000}, {2600, 3400}}, {14, {26, 38}, {1300, 1300}, {2300, 3000}},
    {9, {26, 31}, {1300, 1300}, {2300, 2500}},  {4, {25, 25}, {1000, 1000}, {2300, 2300}},
    {0, {19, 19}, {700, 700}, {2000, 2000}},
};

static const gchar *const dri[2] = {"Dietary Reference Intakes, Health Canada",
                                    "Apports nutritionnels de référence, Santé Canada"};
static const gchar *const guideline[2]
    = {"about 10 % of 1,800 kcal, Health Canada",
       "environ 10\302\240% de 1\302\240800\302\240kcal, Santé Canada"};
static const gchar *const usual[2]
    = {"a common value, yours to change", "valeur courante, à ajuster au besoin"};
static const gchar *const own[2] = {"your target", "votre cible"};

static void
offer (GArray *out,
       const CitizRecord *record,
       CitizNutrient nutrient,
       gboolean limit,
       gdouble amount,
       const gchar *const source[2])
{
  CitizNutrientTarget target = {.nutrient = nutrient,
                                .limit = limit,
                                .amount = amount,
                                .unit = nutrients[nutrient].unit,
                                .source = {source[0], source[1]}};
  CitizRange range = {0};

  if (nutrients[nutrient].key != NULL
      && citiz_record_target (record, nutrients[nutrient].key, &range)
      && range.owner == CITIZ_RANGE_TEAM)
    {
      const CitizDecimal *end
          = citiz_decimal_known (&range.low) && !limit ? &range.low : &range.high;
      if (!citiz_decimal_known (end))
        end = &range.low;
      target.amount = end->number;
      target.own = TRUE;
      target.source[0] = own[0];
      target.source[1] = own[1];
    }
  citiz_range_clear (&range);
  g_array_append_val (out, target);
}

GArray *
citiz_nutrition_targets (const CitizRecord *record, gint32 day)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (CitizNutrientTarget));
  const CitizItem *patient = citiz_record_patient (record);
  g_autoptr (GArray) weights = citiz_record_days (record, "weight", day - 365, day);
  gint age = 40;
  guint sex = 0, row = 0;

  if (patient != NULL && patient->onset.precision != CITIZ_DATE_NONE)
    age = citiz_day_years (citiz_date_day (&patient->onset), day);
  if (patient != NULL && strcmp (patient->category, "male") == 0)
    sex = 1;
  while (age < intakes[row].from_age)
    row++;
  const Intake *in = &intakes[row];
  gdouble kg = weights->len > 0 ? g_array_index (weights, CitizDay, weights->len - 1).last
                                : (sex == 0 ? 57.0 : 70.0);
  offer (out, record, CITIZ_NUTRIENT_ENERGY, FALSE, sex == 0 ? 1800 : 2200, usual);
  offer (out, record, CITIZ_NUTRIENT_FIBRE, FALSE, (gdouble) in->fibre[sex], dri);
  offer (out, record, CITIZ_NUTRIENT_PROTEIN, FALSE, rint (kg * 0.8), dri);
  offer (out, record, CITIZ_NUTRIENT_CALCIUM, FALSE, (gdouble) in->calcium[sex], dri);
  offer (out, record, CITIZ_NUTRIENT_POTASSIUM, FALSE, (gdouble) in->potassium[sex], dri);
  offer (out, record, CITIZ_NUTRIENT_SODIUM, TRUE, 2300, dri);
  offer (out, record, CITIZ_NUTRIENT_SATURATED, TRUE, 20, guideline);
  return out;
}

const gchar *
citiz_meal_of_minute (gint minute)
{
  static const struct
  {
    gint until;
    const gchar *meal;
  } parts[] = {{4 * 60, "snack"},  {10 * 60, "breakfast"},  {11 * 60 + 15, "snack"},
               {14 * 60, "lunch"}, {16 * 60 + 45, "snack"}, {20 * 60 + 30, "dinner"}};

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (minute < parts[i].until)
      return parts[i].meal;
  return "snack";
}
