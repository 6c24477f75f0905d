/* Measures in the summary: few of each, the newest, and in both languages. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ips-fixture.h"

#include "crypto/citiz-crypto.h"
#include "record/citiz-compose.h"

#include <string.h>

static void
test_few_of_one_code (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) rows = NULL;
  const CitizIpsPart *results;
  json_t *bundle;

  add_patient (f);
  for (guint year = 2010; year < 2026; year++)
    {
      g_autofree gchar *text = g_strdup_printf (
          "{\"resourceType\":\"Observation\",\"status\":\"final\",\"category\":[{\"coding\":[{\"code\":\"laboratory\"}]}],"
          "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"718-7\"}]}," SUBJECT
          ",\"effectiveDateTime\":\"%u-01-01\",\"valueQuantity\":{\"value\":126,\"unit\":\"g/L\"}}",
          year);

      add (f, text);
    }
  bundle = build (f);
  g_assert_cmpuint (json_array_size (json_object_get (section_of (bundle, "30954-2"), "entry")), ==,
                    4);
  g_assert_true (mentions (bundle, "2025-01-01"));
  g_assert_false (mentions (bundle, "2021-01-01"));
  /* Several values of one test are named once to the person. */
  rows = citiz_ips_preview (f->record, f->profile, &f->options);
  results = rows->pdata[CITIZ_PART_RESULTS];
  g_assert_cmpuint (results->count, ==, 4);
  g_assert_null (strchr (results->text, ','));
  json_decref (bundle);
}

static void
put_series (Fixture *f, const gchar *measure, const gchar *unit, gint32 day, gdouble value)
{
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (CitizDay));
  CitizDay one = {day, 1, value, value, value, value, value, 0};

  g_array_append_val (days, one);
  citiz_record_put_days (f->record, measure, "", unit, 2, days);
}

static CitizId
add_vital (Fixture *f, const gchar *loinc, const gchar *date, const gchar *value)
{
  g_autofree gchar *text = g_strdup_printf (
      "{\"resourceType\":\"Observation\",\"id\":\"%s\",\"status\":\"final\",\"category\":[{\"coding\":[{\"system\":"
      "\"http://terminology.hl7.org/CodeSystem/observation-category\",\"code\":\"vital-signs\"}]}],"
      "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"%s\"}],\"text\":\"%s\"}," SUBJECT
      ",\"effectiveDateTime\":\"%s\",%s}",
      loinc, loinc, loinc, date, value);

  return add (f, text);
}

/* The texts of the section of vital signs, in its order, that hold @what. Returns: how many; @out_ranked: of them on the first screen */
static guint
count_vitals (json_t *bundle, const gchar *what, guint *out_ranked)
{
  json_t *entry;
  guint n = 0;
  size_t i;

  *out_ranked = 0;
  json_array_foreach (json_object_get (bundle, "entry"), i, entry)
  {
    g_autofree gchar *text = json_dumps (json_object_get (entry, "resource"), JSON_COMPACT);

    if (strstr (text, "vital-signs") == NULL || strstr (text, what) == NULL)
      continue;
    n++;
    *out_ranked += strstr (text, "first-screen") != NULL;
  }
  return n;
}

/* What a device measured last week counts more than what a file said years ago; and the other way round. */
static void
test_newest_vitals (Fixture *f, gconstpointer data)
{
  const gchar *pressure
      = "\"component\":[{\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"8480-6\"}]},\"valueQuantity\":"
        "{\"value\":155,\"unit\":\"mm[Hg]\"}},{\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"8462-4\"}]},"
        "\"valueQuantity\":{\"value\":85,\"unit\":\"mm[Hg]\"}}]";
  const gint32 day = citiz_day_of (NOW, -240) - 7;
  CitizId id;
  guint ranked;
  json_t *bundle;

  add_patient (f);
  add_vital (f, "85354-9", "2022-01-04", pressure);
  put_series (f, "bp_sys", "mm[Hg]", day, 126);
  put_series (f, "bp_dia", "mm[Hg]", day, 74);
  bundle = build (f);
  g_assert_cmpuint (count_vitals (bundle, "\"value\":126", &ranked), ==, 1);
  g_assert_cmpuint (ranked, ==, 1);
  g_assert_cmpuint (count_vitals (bundle, "\"value\":155", &ranked), ==, 1);
  g_assert_cmpuint (ranked, ==, 0);
  json_decref (bundle);

  /* An entry that is as new tells more: who measured, when. */
  id = add_vital (f, "85354-9", "2026-10-16", pressure);
  bundle = build (f);
  g_assert_cmpuint (count_vitals (bundle, "\"value\":126", &ranked), ==, 0);
  g_assert_cmpuint (count_vitals (bundle, "\"value\":155", &ranked), ==, 2);
  g_assert_cmpuint (ranked, ==, 1);
  json_decref (bundle);

  /* A pulse is told of a watch only where an older one stood. */
  put_series (f, "hr", "/min", day, 62);
  bundle = build (f);
  g_assert_cmpuint (count_vitals (bundle, "\"value\":62", &ranked), ==, 0);
  json_decref (bundle);
  add_vital (f, "8867-4", "2022-01-04",
             "\"valueQuantity\":{\"value\":92.0,\"unit\":\"/min\",\"system\":"
             "\"http://unitsofmeasure.org\",\"code\":\"/min\"}");
  bundle = build (f);
  g_assert_cmpuint (count_vitals (bundle, "\"value\":62", &ranked), ==, 1);
  g_assert_cmpuint (ranked, ==, 1);
  json_decref (bundle);

  /* Kept back, it is not given away by its series. */
  citiz_profile_set_masks (f->profile, &id, TRUE);
  bundle = build (f);
  g_assert_cmpuint (count_vitals (bundle, "2026-10-16", &ranked), ==, 0);
  json_decref (bundle);
}

/* What a laboratory calls by another code, or notes elsewhere than with its results, is the same tile: the newest has it. */
static void
test_one_tile_a_measure (Fixture *f, gconstpointer data)
{
  static const gchar *const older = "\"valueQuantity\":{\"value\":81,\"unit\":\"umol/L\"}";
  static const gchar *const newer = "\"valueQuantity\":{\"value\":2,\"unit\":\"mg/dL\"}";
  static const gchar *const high = "\"valueQuantity\":{\"value\":155,\"unit\":\"mm[Hg]\"}";
  static const gchar *const low = "\"valueQuantity\":{\"value\":85,\"unit\":\"mm[Hg]\"}";
  guint ranked;
  json_t *bundle;

  add_patient (f);
  add_vital (f, "14682-9", "2024-01-04", older);
  add_vital (f, "38483-4", "2025-01-04", newer);
  add_vital (f, "8480-6", "2022-01-04", high);
  add_vital (f, "8462-4", "2022-01-04", low);
  bundle = build (f);
  g_assert_cmpuint (count_vitals (bundle, "\"value\":81", &ranked), ==, 1);
  g_assert_cmpuint (ranked, ==, 0);
  g_assert_cmpuint (count_vitals (bundle, "\"value\":2,", &ranked), ==, 1);
  g_assert_cmpuint (ranked, ==, 1);
  count_vitals (bundle, "\"value\":85", &ranked);
  g_assert_cmpuint (ranked, ==, 1); /* both halves, for they are one pressure */
  json_decref (bundle);

  /* A whole pressure that is newer takes the place of both halves. */
  add_vital (f, "85354-9", "2023-01-04", "\"valueString\":\"133/71\"");
  bundle = build (f);
  count_vitals (bundle, "133/71", &ranked);
  g_assert_cmpuint (ranked, ==, 1);
  count_vitals (bundle, "\"value\":155", &ranked);
  g_assert_cmpuint (ranked, ==, 0);
  count_vitals (bundle, "\"value\":85", &ranked);
  g_assert_cmpuint (ranked, ==, 0);
  json_decref (bundle);
}

/* One apple noted by hand hides no day of an imported diary. */
static void
test_diet_of_two_sources (Fixture *f, gconstpointer data)
{
  const gint32 day = citiz_day_of (NOW, -240) - 1;
  const CitizDraftPart apple = {"Apple", CITIZ_SYSTEM_CNF, "1696", "150", "g"};
  CitizDraft draft = {.title = "Snack", .category = "snack", .parts = &apple, .n_parts = 1};
  const CitizId id = citiz_env_new_id (f->options.env);
  g_autoptr (CitizItem) item = NULL;
  json_t *bundle, *meal;

  add_patient (f);
  put_series (f, "diet_kcal", "kcal", day, 1800);
  bundle = build (f);
  g_assert_true (mentions (bundle, "\"value\":1800"));
  json_decref (bundle);
  g_assert_true (citiz_date_parse (&draft.onset, "2026-10-16T12:00:00-04:00"));
  meal = citiz_compose_meal (&draft, NULL);
  item = citiz_item_new_from_json (meal, &id, 1, 1, NULL);
  json_decref (meal);
  citiz_record_put (f->record, item);
  bundle = build (f);
  g_assert_true (mentions (bundle, "\"value\":1878"));
  json_decref (bundle);
}

/* What is ours to name is named in both languages: the reader chooses theirs. */
static void
test_both_languages (Fixture *f, gconstpointer data)
{
  json_t *bundle;

  add_patient (f);
  put_series (f, "diet_kcal", "kcal", citiz_day_of (NOW, -240) - 1, 1800);
  put_series (f, "steps", "{steps}", citiz_day_of (NOW, -240) - 1, 6000);
  bundle = build (f);
  g_assert_true (mentions (bundle, "Daily intake, mean"));
  g_assert_true (mentions (bundle, "Apports quotidiens, moyenne"));
  g_assert_true (mentions (bundle, citiz_measure_get ("diet_kcal")->name[CITIZ_LANGUAGE_FR]));
  g_assert_true (mentions (bundle, "Pas par jour"));
  json_decref (bundle);
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, fixture_up, func, fixture_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  ADD ("/consent/ips/few-of-one-code", test_few_of_one_code);
  ADD ("/consent/ips/newest-vitals", test_newest_vitals);
  ADD ("/consent/ips/both-languages", test_both_languages);
  ADD ("/consent/ips/diet-of-two-sources", test_diet_of_two_sources);
  ADD ("/consent/ips/one-tile-a-measure", test_one_tile_a_measure);
  return g_test_run ();
}
