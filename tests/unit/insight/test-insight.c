/* Published values, M4, food search, nutrients. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "insight/citiz-nutrition.h"
#include "insight/citiz-stats.h"
#include "record/citiz-compose.h"

#define NEAR(a, b, e) g_assert_cmpfloat_with_epsilon ((a), (b), (e))

/* Each column keeps its first, least, greatest and last. */
static void
test_m4 (void)
{
  enum
  {
    N = 20000,
    WIDTH = 137
  };
  g_autofree CitizSample *s = g_new0 (CitizSample, N);
  guint32 state = 1;

  for (guint i = 0; i < N; i++)
    {
      state = state * 1664525u + 1013904223u;
      s[i].start = (i > 0 ? s[i - 1].start : 0) + (gint64) (state >> 24);
      s[i].value = (gdouble) (state >> 8);
    }
  gint64 to = s[N - 1].start + 1;
  g_autoptr (GArray) out = citiz_m4 (s, N, 0, to, WIDTH);
  g_assert_cmpuint (out->len, <=, 4 * WIDTH);
  for (guint c = 0; c < WIDTH; c++)
    {
      gdouble want[4] = {NAN, INFINITY, -INFINITY, NAN}, got[4] = {NAN, INFINITY, -INFINITY, NAN};
      for (guint pass = 0; pass < 2; pass++)
        {
          const CitizSample *list = pass == 0 ? s : (const CitizSample *) (gpointer) out->data;
          gdouble *w = pass == 0 ? want : got;
          for (guint i = 0; i < (pass == 0 ? N : out->len); i++)
            {
              if ((guint64) list[i].start * WIDTH / (guint64) to != c)
                continue;
              if (isnan (w[0]))
                w[0] = list[i].value;
              w[1] = MIN (w[1], list[i].value);
              w[2] = MAX (w[2], list[i].value);
              w[3] = list[i].value;
            }
        }
      g_assert_cmpmem (want, sizeof want, got, sizeof got);
    }
}

static const CitizFood *
first (const gchar *text, CitizLanguage language)
{
  g_autoptr (GPtrArray) found = citiz_food_search (citiz_food_table (), text, language, 5, NULL);
  return found->len > 0 ? g_ptr_array_index (found, 0) : NULL;
}

static void
test_food_search (void)
{
  static const struct
  {
    const gchar *text;
    CitizLanguage language;
    const gchar *name;
  } cases[] = {{"pomme", CITIZ_LANGUAGE_FR, "Pomme, crue, avec pelure"},
               {"POMMES", CITIZ_LANGUAGE_FR, "Pomme, crue, avec pelure"},
               {"œuf", CITIZ_LANGUAGE_FR, "Œuf, poule, entier, frais ou congelé, cru"},
               {"oeufs", CITIZ_LANGUAGE_FR, "Œuf, poule, entier, frais ou congelé, cru"},
               {"carotte", CITIZ_LANGUAGE_FR, "Carotte, crue"},
               {"brocoli", CITIZ_LANGUAGE_FR, "Brocoli, cru"},
               {"bleuets", CITIZ_LANGUAGE_FR, "Bleuet, cru"},
               {"apple", CITIZ_LANGUAGE_EN, "Apple, raw, with skin"}};
  guint total;

  g_assert_cmpuint (citiz_food_count (citiz_food_table ()), ==, 5690);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CitizFood *food = first (cases[i].text, cases[i].language);
      g_assert_nonnull (food);
      g_assert_cmpstr (food->name[cases[i].language], ==, cases[i].name);
    }
  g_assert_true (
      g_str_has_prefix (first ("bœuf haché", CITIZ_LANGUAGE_FR)->name[1], "Bœuf, haché"));
  g_assert_true (
      g_str_has_prefix (first ("boeuf hache", CITIZ_LANGUAGE_FR)->name[1], "Bœuf, haché"));
  g_assert_true (strstr (first ("riz", CITIZ_LANGUAGE_FR)->name[1], "riz") != NULL);
  /* What is known comes before what is not; French is written with its letters. */
  g_autoptr (GPtrArray) beef = citiz_food_search (citiz_food_table (), "boeuf hache mi-maigre",
                                                  CITIZ_LANGUAGE_FR, 10, NULL);
  for (guint i = 0; i < beef->len; i++)
    {
      const CitizFood *food = g_ptr_array_index (beef, i);

      g_assert_true (i == 0 || food->quality != CITIZ_FOOD_EXACT
                     || ((CitizFood *) beef->pdata[i - 1])->quality != CITIZ_FOOD_UNKNOWN);
      g_assert_null (strstr (food->group[1], "oeu"));
    }
  g_autoptr (GPtrArray) none
      = citiz_food_search (citiz_food_table (), "zzz", CITIZ_LANGUAGE_FR, 5, &total);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (total, ==, 0);
  g_autoptr (GPtrArray) blank
      = citiz_food_search (citiz_food_table (), "  ,", CITIZ_LANGUAGE_FR, 5, &total);
  g_assert_cmpuint (blank->len, ==, 0);
}

/* At most 5 ms a keystroke; the test leaves room for a busy machine. */
/* The portion proposed is one that a person eats: a whole fruit, a slice, a cup; never a cup of oil. */
static void
test_food_portions (void)
{
  static const struct
  {
    const gchar *id, *fr, *en;
  } cases[] = {
      {"1696", "1 fruit moyen", "1 medium"},    /* apple */
      {"1704", "1 fruit moyen", "1 medium"},    /* banana */
      {"502435", "1 moyen", "1 medium"},        /* Gala apple */
      {"125", "1 gros œuf", "1 large egg"},     /* egg */
      {"2380", "1 moyen", "1 medium"},          /* carrot */
      {"4067", "1 tranche", "1 slice"},         /* bread */
      {"61", "250\302\240mL", "250\302\240mL"}, /* milk */
      {"433", "15\302\240mL", "15\302\240mL"},  /* oil */
      {"118", "15\302\240mL", "15\302\240mL"},  /* butter */
      {"1711", "1 fruit moyen (5.7\302\240cm de diamètre)",
       "1 medium fruit (5.7\302\240cm across)"},
  };
  CitizPortion sliced = {{"250ml  slices", "250ml  tranches"}, 115},
               plain = {{"140g", "140g"}, 140};
  g_autofree gchar *a = citiz_food_portion_words (&sliced, CITIZ_LANGUAGE_FR);
  g_autofree gchar *b = citiz_food_portion_words (&plain, CITIZ_LANGUAGE_EN);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CitizFood *food = citiz_food_get (citiz_food_table (), cases[i].id);
      g_autofree gchar *fr = citiz_food_portion_words (&food->portions[0], CITIZ_LANGUAGE_FR);
      g_autofree gchar *en = citiz_food_portion_words (&food->portions[0], CITIZ_LANGUAGE_EN);

      g_assert_cmpstr (fr, ==, cases[i].fr);
      g_assert_cmpstr (en, ==, cases[i].en);
    }
  g_assert_cmpstr (a, ==, "250\302\240mL, tranches");
  g_assert_cmpstr (b, ==, "140\302\240g");
}

static void
test_food_speed (void)
{
  static const gchar *const keys[] = {"p", "po", "pom", "pomme", "boeuf haché", "aux", "crue avec"};
  gint64 best = G_MAXINT64;

  for (guint round = 0; round < 5; round++)
    {
      gint64 start = g_get_monotonic_time ();
      for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
        g_ptr_array_unref (
            citiz_food_search (citiz_food_table (), keys[i], CITIZ_LANGUAGE_FR, 50, NULL));
      best = MIN (best, g_get_monotonic_time () - start);
    }
  g_assert_cmpint (best / (gint64) G_N_ELEMENTS (keys), <, 200 * 1000);
}

static void
test_intake (void)
{
  CitizIntake intake;
  const CitizFoodTable *table = citiz_food_table ();

  citiz_intake_init (&intake);
  g_assert_true (isnan (intake.amount[CITIZ_NUTRIENT_FIBRE]));
  citiz_intake_add (&intake, citiz_food_get (table, "1696"), 150); /* an apple */
  NEAR (intake.amount[CITIZ_NUTRIENT_ENERGY], 78, 0.5);
  NEAR (intake.amount[CITIZ_NUTRIENT_FIBRE], 3.6, 0.05);
  g_assert_cmpuint (intake.unknown[CITIZ_NUTRIENT_FIBRE], ==, 0);
  g_assert_true (intake.approximate[CITIZ_NUTRIENT_FIBRE]);
  citiz_intake_add (&intake, citiz_food_get (table, "2"), 100); /* a name only */
  NEAR (intake.amount[CITIZ_NUTRIENT_FIBRE], 3.6, 0.05);
  g_assert_cmpuint (intake.unknown[CITIZ_NUTRIENT_FIBRE], ==, 1);
}

static void
put (CitizRecord *record, guint8 n, json_t *json)
{
  CitizId id = {{n}};
  g_autoptr (CitizItem) item = citiz_item_new_from_json (json, &id, 1, 1, NULL);
  g_assert_nonnull (item);
  citiz_record_put (record, item);
  json_decref (json);
}

static void
test_targets (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();
  CitizDraft draft = {.given = "H", .gender = "female", .measure = "diet_prot", .low = "57"};
  gint32 day = citiz_day_from_ymd (2026, 10, 24);

  g_assert_true (citiz_date_parse (&draft.onset, "1959-03-12"));
  put (record, 1, citiz_compose_patient (&draft, NULL));
  put (record, 2, citiz_compose_goal (&draft, NULL));
  g_autoptr (GArray) targets = citiz_nutrition_targets (record, day);
  for (guint i = 0; i < targets->len; i++)
    {
      const CitizNutrientTarget *t = &g_array_index (targets, CitizNutrientTarget, i);
      if (t->nutrient == CITIZ_NUTRIENT_FIBRE)
        NEAR (t->amount, 21, 1e-9);
      if (t->nutrient == CITIZ_NUTRIENT_CALCIUM)
        NEAR (t->amount, 1200, 1e-9);
      if (t->nutrient == CITIZ_NUTRIENT_POTASSIUM)
        NEAR (t->amount, 2600, 1e-9);
      if (t->nutrient == CITIZ_NUTRIENT_PROTEIN)
        g_assert_true (t->own && t->amount == 57);
      g_assert_cmpint (t->limit, ==,
                       t->nutrient == CITIZ_NUTRIENT_SODIUM
                           || t->nutrient == CITIZ_NUTRIENT_SATURATED);
    }
}

/* Sums of days: all meals of a day and the diary of another program; a day that says nothing is left out. */
static void
test_intake_days (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();
  g_autoptr (GArray) diary = g_array_new (FALSE, FALSE, sizeof (CitizDay));
  g_autoptr (GArray) days = NULL;
  CitizIntake intake;
  const CitizDraftPart apple = {"Apple", CITIZ_SYSTEM_CNF, "1696", "150", "g"},
                       name_only = {"Stew", CITIZ_SYSTEM_CNF, "2", "100", "g"};
  CitizDraft draft = {.title = "Lunch", .category = "lunch", .parts = &apple, .n_parts = 1};
  const gint32 day = citiz_day_from_ymd (2026, 10, 24);

  g_assert_true (citiz_date_parse (&draft.onset, "2026-10-24T12:00:00+00:00"));
  put (record, 1, citiz_compose_meal (&draft, NULL));
  g_assert_true (citiz_date_parse (&draft.onset, "2026-10-24T18:00:00+00:00"));
  put (record, 2, citiz_compose_meal (&draft, NULL));
  draft.parts = &name_only;
  g_assert_true (citiz_date_parse (&draft.onset, "2026-10-25T12:00:00+00:00"));
  put (record, 3, citiz_compose_meal (&draft, NULL));
  for (gint32 d = day - 1; d <= day; d++)
    {
      const CitizDay one = {d, 1, 500, 500, 500, 500, 500, 0};
      g_array_append_val (diary, one);
    }
  citiz_record_put_days (record, "diet_kcal", "", "kcal", 1, diary);
  days = citiz_intake_days (record, CITIZ_NUTRIENT_ENERGY, day - 3, day + 3);
  g_assert_cmpuint (days->len, ==, 2);
  g_assert_cmpint (g_array_index (days, CitizDay, 0).day, ==, day - 1);
  NEAR (g_array_index (days, CitizDay, 0).sum, 500, 1e-9);
  g_assert_cmpint (g_array_index (days, CitizDay, 1).day, ==, day);
  NEAR (g_array_index (days, CitizDay, 1).sum, 500 + 2 * 78, 1);
  citiz_intake_init (&intake);
  citiz_intake_add_day (&intake, record, day);
  NEAR (intake.amount[CITIZ_NUTRIENT_ENERGY], 500 + 2 * 78, 1);
}

/* Whole days only; today and missing days do not count. */
static void
test_means (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (CitizDay));
  CitizKeyMeasure key;

  for (gint32 d = 100; d <= 107; d++)
    {
      CitizDay day = {.day = d, .n = 1, .sum = 1000 * (d - 99)};
      if (d != 103)
        g_array_append_val (days, day);
    }
  citiz_record_put_days (record, "steps", "Montre", "{steps}", 1, days);
  citiz_key_measure (record, "steps", 107, &key);
  NEAR (key.last, 8000, 1e-9);
  g_assert_true (isnan (key.values[9]));
  g_assert_cmpint (key.position, ==, CITIZ_POSITION_NONE); /* a goal is no range */
  citiz_range_clear (&key.range);
  /* Years later the last value is still the last, with its own day. */
  citiz_key_measure (record, "steps", 107 + 2000, &key);
  NEAR (key.last, 8000, 1e-9);
  g_assert_cmpint (key.day, ==, 107);
  citiz_range_clear (&key.range);
}

/* A pressure of 130/75 is not "less than 130/80"; a result at the end of its range is within. */
static void
test_ends (void)
{
  static const struct
  {
    const gchar *measure, *value, *value2, *unit;
    CitizPosition position;
  } cases[] = {{"bp_panel", "129", "79", NULL, CITIZ_POSITION_IN},
               {"bp_panel", "130", "75", NULL, CITIZ_POSITION_ABOVE},
               {"bp_panel", "120", "80", NULL, CITIZ_POSITION_ABOVE},
               {"glucose_fs", "7.0", NULL, "mmol/L", CITIZ_POSITION_IN},
               {"glucose_fs", "7.1", NULL, "mmol/L", CITIZ_POSITION_ABOVE},
               {"glucose_bld", "11.4", NULL, "mmol/L", CITIZ_POSITION_NONE}};

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CitizRecord) record = citiz_record_new ();
      CitizDraft draft = {.measure = cases[i].measure,
                          .value = cases[i].value,
                          .value2 = cases[i].value2,
                          .unit = cases[i].unit};
      CitizKeyMeasure key;

      g_assert_true (citiz_date_parse (&draft.onset, "2026-10-24T08:00:00+00:00"));
      put (record, 1, citiz_compose_measure (&draft, NULL));
      citiz_key_measure (record, cases[i].measure, citiz_day_from_ymd (2026, 10, 24), &key);
      g_assert_cmpint (key.position, ==, cases[i].position);
      citiz_range_clear (&key.range);
    }
}

/* A value of one kind neither stands under another kind's name nor is judged by its range. */
static void
test_kinds_apart (void)
{
  static const struct
  {
    const gchar *here, *value, *unit, *other;
  } kinds[] = {{"glucose_bld", "11.4", "mmol/L", "glucose_fs"},
               {"glucose_bld_mass", "205", "mg/dL", "glucose_fs"},
               {"glucose_meter", "205", "mg/dL", "glucose_fs"},
               {"glucose_cgm", "11.4", "mmol/L", "glucose_fs"},
               {"glucose_cgm", "11.4", "mmol/L", "glucose_bld"},
               {"glucose_fs", "7.6", "mmol/L", "glucose_bld"},
               {"glucose_fs_mass", "137", "mg/dL", "glucose_bld"},
               {"hr", "92", "/min", "hr_rest"},
               {"hr_rest", "58", "/min", "hr"}};
  const gint32 day = citiz_day_from_ymd (2026, 10, 24);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (CitizRecord) record = citiz_record_new ();
      CitizDraft draft = {.measure = kinds[i].here, .value = kinds[i].value, .unit = kinds[i].unit};
      CitizKeyMeasure key;

      g_assert_true (citiz_date_parse (&draft.onset, "2026-10-24T08:00:00+00:00"));
      put (record, 1, citiz_compose_measure (&draft, NULL));
      citiz_key_measure (record, kinds[i].here, day, &key);
      g_assert_true (isfinite (key.last));
      citiz_range_clear (&key.range);
      citiz_key_measure (record, kinds[i].other, day, &key);
      g_assert_true (isnan (key.last));
      citiz_range_clear (&key.range);
      g_assert_null (citiz_record_latest (record, kinds[i].other));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/insight/m4", test_m4);
  g_test_add_func ("/insight/food/search", test_food_search);
  g_test_add_func ("/insight/food/portions", test_food_portions);
  g_test_add_func ("/insight/food/speed", test_food_speed);
  g_test_add_func ("/insight/intake", test_intake);
  g_test_add_func ("/insight/intake-days", test_intake_days);
  g_test_add_func ("/insight/targets", test_targets);
  g_test_add_func ("/insight/means", test_means);
  g_test_add_func ("/insight/ends", test_ends);
  g_test_add_func ("/insight/kinds-apart", test_kinds_apart);
  return g_test_run ();
}
