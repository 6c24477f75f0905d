/* Dates, decimals, JSON, units, terms. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "record/citiz-item.h"
#include "record/citiz-sig.h"
#include "record/citiz-table-private.h"
#include "record/citiz-unit.h"

static void
test_date_round_trip (void)
{
  static const gchar *const good[] = {"2019",
                                      "2019-05",
                                      "2019-05-31",
                                      "2024-02-29",
                                      "2026-10-24T07:05:00-04:00",
                                      "2026-10-24T07:05:00Z",
                                      "2026-10-24T07:05:00.123+05:30",
                                      "2015-10-10T09:35:00+01:00"};
  static const gchar *const bad[] = {"",
                                     "19",
                                     "2019-13",
                                     "2019-02-29",
                                     "2019-5",
                                     "2019-05-31T",
                                     "2019-05-31T25:00:00Z",
                                     "2019-05-31T10:00:00+4",
                                     "12/03/1985",
                                     "2019-05-31 10:00:00",
                                     "0000",
                                     "2019-05-31T10:00:00.Z"};
  CitizDate date;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_assert_true (citiz_date_parse (&date, good[i]));
      g_autofree gchar *text = citiz_date_to_string (&date);
      g_assert_cmpstr (text, ==, good[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (citiz_date_parse (&date, bad[i]));
}

static void
test_date_order (void)
{
  CitizDate year, day, instant;

  g_assert_true (citiz_date_parse (&year, "2019"));
  g_assert_true (citiz_date_parse (&day, "2019-01-01"));
  g_assert_true (citiz_date_parse (&instant, "2018-12-31T23:30:00-05:00"));
  g_assert_cmpint (citiz_date_compare (&year, &day), <, 0);
  g_assert_cmpint (citiz_date_compare (&instant, &day), >, 0);
  g_assert_cmpint (citiz_date_day (&instant), ==, citiz_day_from_ymd (2018, 12, 31));
  g_assert_cmpint (citiz_date_limit (&year).ms, ==, citiz_day_from_ymd (2020, 1, 1) * CITIZ_DAY);
}

static void
test_civil_days (void)
{
  gint y, m, d;

  for (gint32 day = -200000; day < 200000; day += 17)
    {
      citiz_day_to_ymd (day, &y, &m, &d);
      g_assert_cmpint (citiz_day_from_ymd (y, m, d), ==, day);
    }
  g_assert_cmpint (citiz_day_weekday (citiz_day_from_ymd (2026, 10, 24)), ==, 5);
  g_assert_cmpint (
      citiz_day_years (citiz_day_from_ymd (1959, 3, 12), citiz_day_from_ymd (2026, 3, 11)), ==, 66);
  g_assert_cmpint (citiz_day_of (-1, 0), ==, -1);
}

static void
test_decimals_to_read (void)
{
  static const gchar *const cases[][2] = {
      {"60.64159302502363", "60.64"},   {"109.29940925015008", "109.3"},
      {"0.00123456789", "0.001235"},    {"123456.7890", "123457"},
      {"-3.14159265", "-3.142"},        {"6.10", "6.10"},
      {"1234.56", "1234.56"},           {"250000000", "250000000"},
      {"1.0000001e-3", "1.0000001e-3"}, {"0.00000000", "0.00000000"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *shown = citiz_decimal_to_read (cases[i][0]);

      g_assert_cmpstr (shown, ==, cases[i][1]);
    }
}

static void
test_decimals (void)
{
  static const gchar *const bad[] = {"", "1.", ".5", "01", "1e", "+1", "NaN", "1e999", "0x10"};
  CitizDecimal d;

  g_assert_true (citiz_decimal_parse (&d, "6.10"));
  g_assert_cmpstr (d.text, ==, "6.10");
  g_assert_cmpint (d.decimals, ==, 2);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (citiz_decimal_parse (&d, bad[i]));
  g_assert_true (citiz_decimal_parse_typed (&d, "1\302\240234,50"));
  g_assert_cmpstr (d.text, ==, "1234.50");
  g_assert_true (citiz_decimal_parse_typed (&d, "007,2"));
  g_assert_cmpstr (d.text, ==, "7.2");
  g_assert_false (citiz_decimal_parse_typed (&d, "7,2,1"));
}

/* What comes in goes out, to the digit. */
static void
test_json_digits (void)
{
  static const gchar *const texts[] = {
      "{\"value\":6.10}", "{\"a\":{\"value\":72.0,\"unit\":\"kg\"},\"b\":[1,2.50,3e2],\"c\":1e3}",
      "{\"value\":0.1,\"x\":\"6.10\",\"y\":-0.00}",
      "{\"big\":12345678901234567890123,\"e\":1.50E+2}",
      "{\"s\":\"\\\"6.10\\\\\",\"t\":true,\"n\":null}"};

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      json_t *json = citiz_json_load (texts[i], strlen (texts[i]), &error);
      g_assert_no_error (error);
      json_t *copy = json_deep_copy (json);
      g_autofree gchar *out = citiz_json_dump (copy);
      if (i != 1)
        g_assert_cmpstr (out, ==, texts[i]);
      json_decref (copy);
      json_decref (json);
    }
  json_t *json = citiz_json_load (texts[0], strlen (texts[0]), NULL);
  CitizDecimal d = citiz_json_get_decimal (json, "value");
  g_assert_cmpstr (d.text, ==, "6.10");
  g_assert_cmpfloat (json_number_value (json_object_get (json, "value")), ==, 6.1);
  json_object_set_new (json, "value", json_real (7.5)); /* stale digits do not survive a change */
  g_autofree gchar *out = citiz_json_dump (json);
  g_assert_cmpstr (out, ==, "{\"value\":7.5}");
  json_decref (json);
}

/* Errors reach the journal of the machine: they must not quote the record. */
static void
test_json_error_quotes_nothing (void)
{
  static const gchar text[] = "{\"code\": Warfarine}";
  g_autoptr (GError) error = NULL;

  g_assert_null (citiz_json_load (text, strlen (text), &error));
  g_assert_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_JSON);
  g_assert_null (strstr (error->message, "Warfarine"));
}

static void
test_json_hostile (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  static const gchar *const bad[]
      = {"", "{", "\"", "{\"a\":}", "[1,2", "{\"a\":1}}", "\\", "{\"a\":6.1.0}"};

  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  g_assert_null (citiz_json_load (deep->str, deep->len, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (citiz_json_load (bad[i], strlen (bad[i]), NULL));
}

static void
check_unit (gdouble value,
            const gchar *from,
            const gchar *to,
            const gchar *analyte,
            gdouble expected)
{
  gdouble out, back;

  g_assert_true (citiz_unit_convert (value, from, to, analyte, &out));
  g_assert_cmpfloat_with_epsilon (out, expected, fabs (expected) * 1e-4);
  g_assert_true (citiz_unit_convert (out, to, from, analyte, &back));
  g_assert_cmpfloat_with_epsilon (back, value, fabs (value) * 2e-3);
}

/* ucum-lhc's values and the published factors. */
static void
test_units (void)
{
  gdouble out;

  check_unit (120, "mm[Hg]", "kPa", NULL, 15.99864);
  check_unit (185.2, "[lb_av]", "kg", NULL, 84.005306924);
  check_unit (98.6, "[degF]", "Cel", NULL, 37);
  check_unit (2092, "kJ", "kcal", NULL, 500);
  check_unit (400, "L/min", "mL/s", NULL, 6666.6667);
  check_unit (70, "mg/dL", "mmol/L", "glucose_bld", 3.8855);
  check_unit (180, "mg/dL", "mmol/L", "15074-8", 9.9913);
  check_unit (200, "mg/dL", "mmol/L", "chol", 5.1720);
  check_unit (1.2, "mg/dL", "umol/L", "creat", 106.104);
  check_unit (7.0, "%", "mmol/mol", NULL, 53.01);
  check_unit (88.4, "mg/g", "mg/mmol", "acr", 10);
  g_assert_false (citiz_unit_convert (1, "mg/dL", "mmol/L", NULL, &out));
  g_assert_false (citiz_unit_convert (1, "kg", "cm", NULL, &out));
  g_assert_false (citiz_unit_convert (1, "{steps}", "{flights}", NULL, &out));
  g_assert_cmpstr (citiz_unit_symbol ("mm[Hg]", CITIZ_LANGUAGE_FR), ==, "mmHg");
  g_assert_cmpstr (citiz_unit_symbol ("{steps}", CITIZ_LANGUAGE_FR), ==, "pas");
  g_assert_cmpstr (citiz_unit_symbol ("ug/L", CITIZ_LANGUAGE_FR), ==, "µg/L");
  g_assert_cmpstr (citiz_unit_symbol ("mcg", CITIZ_LANGUAGE_EN), ==, "µg");
  g_assert_cmpstr (citiz_unit_symbol ("umol/l", CITIZ_LANGUAGE_FR), ==, "µmol/L");
}

static void
test_alerts (void)
{
  static const struct
  {
    CitizScope scope;
    const gchar *text;
    CitizAlert alert;
  } cases[] = {{CITIZ_SCOPE_MEDICATION, "Éliquis 5 mg", CITIZ_ALERT_ANTICOAGULANT},
               {CITIZ_SCOPE_MEDICATION, "Coumadin", CITIZ_ALERT_ANTICOAGULANT},
               {CITIZ_SCOPE_MEDICATION, "insuline glargine", CITIZ_ALERT_INSULIN},
               {CITIZ_SCOPE_MEDICATION, "Prednisone 5 mg", CITIZ_ALERT_STEROID},
               {CITIZ_SCOPE_MEDICATION, "HYDROmorphone", CITIZ_ALERT_OPIOID},
               {CITIZ_SCOPE_MEDICATION, "Méthotrexate", CITIZ_ALERT_IMMUNOSUPPRESSION},
               {CITIZ_SCOPE_DEVICE, "Stimulateur cardiaque Azure", CITIZ_ALERT_IMPLANT},
               {CITIZ_SCOPE_DEVICE, "défibrillateur implantable", CITIZ_ALERT_IMPLANT},
               {CITIZ_SCOPE_PROBLEM, "Grossesse", CITIZ_ALERT_PREGNANCY},
               {CITIZ_SCOPE_PROBLEM, "hémodialyse", CITIZ_ALERT_DIALYSIS},
               {CITIZ_SCOPE_PROBLEM, "Difficult airway", CITIZ_ALERT_DIFFICULT_AIRWAY}};

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (citiz_alerts_of (cases[i].scope, NULL, NULL, cases[i].text), ==,
                      1u << cases[i].alert);
  g_assert_cmpuint (citiz_alerts_of (CITIZ_SCOPE_MEDICATION, CITIZ_SYSTEM_ATC, "B01AF02", NULL), ==,
                    1u << CITIZ_ALERT_ANTICOAGULANT);
  g_assert_cmpuint (citiz_alerts_of (CITIZ_SCOPE_MEDICATION, CITIZ_SYSTEM_RXNORM, "11289", NULL),
                    ==, 1u << CITIZ_ALERT_ANTICOAGULANT);
  /* A denial takes the meaning away, another scope too. */
  g_assert_cmpuint (citiz_alerts_of (CITIZ_SCOPE_PROBLEM, NULL, NULL, "Aucune grossesse"), ==, 0);
  g_assert_cmpuint (citiz_alerts_of (CITIZ_SCOPE_PROBLEM, NULL, NULL, "Morphine"), ==, 0);
}

static void
test_sensitive (void)
{
  static const struct
  {
    const gchar *text;
    CitizSensitive category;
  } cases[] = {{"Trouble dépressif majeur", CITIZ_SENSITIVE_NONE},
               {"Dépression", CITIZ_SENSITIVE_MENTAL},
               {"Anxiety (finding)", CITIZ_SENSITIVE_MENTAL},
               {"Infection par le VIH", CITIZ_SENSITIVE_SEXUAL},
               {"Violence conjugale", CITIZ_SENSITIVE_VIOLENCE},
               {"Alcoolisme", CITIZ_SENSITIVE_ADDICTION},
               {"Fromage râpé", CITIZ_SENSITIVE_NONE},
               {"Hearing aids", CITIZ_SENSITIVE_NONE},
               {"Hypertension", CITIZ_SENSITIVE_NONE}};

  for (guint i = 1; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (citiz_sensitive_of (CITIZ_SCOPE_PROBLEM, NULL, NULL, cases[i].text), ==,
                     cases[i].category);
  g_assert_cmpint (citiz_sensitive_of (CITIZ_SCOPE_PROBLEM, CITIZ_SYSTEM_ICD10, "F33.1", NULL), ==,
                   CITIZ_SENSITIVE_MENTAL);
  g_assert_cmpint (citiz_sensitive_of (CITIZ_SCOPE_PROBLEM, CITIZ_SYSTEM_ICD10, "F11.2", NULL), ==,
                   CITIZ_SENSITIVE_ADDICTION);
  g_assert_cmpint (citiz_sensitive_of (CITIZ_SCOPE_PROBLEM, CITIZ_SYSTEM_ICD10, "I10", NULL), ==,
                   CITIZ_SENSITIVE_NONE);
}

static void
test_catalogue (void)
{
  /* How a laboratory tells its methods apart is in the code; the name is for the person whose record it is. */
  static const gchar *const methods[]
      = {"plasma", "serum", "sérum", "venous", "veineux", "automat", "(mass", "CKD-EPI", "IFCC"};

  g_assert_cmpuint (citiz_measure_count (), >, 90);
  for (guint i = 0; i < citiz_measure_count (); i++)
    {
      const CitizMeasure *m = citiz_measure_at (i);
      for (guint k = 0; k < 2 * G_N_ELEMENTS (methods); k++)
        g_assert_null (strstr (m->name[k % 2], methods[k / 2]));
      g_assert_true (citiz_measure_get (m->key) == m);
      g_assert_cmpstr (m->name[CITIZ_LANGUAGE_EN], !=, "");
      g_assert_cmpstr (m->name[CITIZ_LANGUAGE_FR], !=, "");
      g_assert_nonnull (citiz_measure_get (citiz_measure_family (m)));
      if (m->loinc[0] != '\0')
        g_assert_true (citiz_measure_by_loinc (m->loinc) == m);
    }
  g_assert_cmpstr (citiz_measure_by_healthkit ("HKQuantityTypeIdentifierStepCount")->key, ==,
                   "steps");
  g_assert_cmpfloat (citiz_goal_default ("steps")->low, ==, 8000);
}

static void
test_fold (void)
{
  g_autofree gchar *folded = citiz_fold ("  Bœuf haché,  l’Été  ÉΣ ");
  g_assert_cmpstr (folded, ==, "boeuf hache l ete eσ");
}

/* Shorthand becomes words where it has one meaning; what could be an eye, or a person's own words, stays. */
static void
test_sig (void)
{
  static const struct
  {
    const gchar *written, *en, *fr;
  } cases[] = {
      {"4 mg PO OD", "4 mg by mouth once a day", "4 mg par la bouche 1 fois par jour"},
      {"500mg OD", "500mg once a day", "500mg 1 fois par jour"},
      {"1 co po die", "1 co by mouth once a day", "1 co par la bouche 1 fois par jour"},
      {"2 tabs P.O. B.I.D., prn", "2 tablets by mouth twice a day, as needed",
       "2 comprimés par la bouche 2 fois par jour, au besoin"},
      {"1 tab q4-6h prn", "1 tablet every 4 to 6 hours as needed",
       "1 comprimé aux 4 à 6 heures au besoin"},
      {"apply topically bid", "apply to the skin twice a day",
       "appliquer sur la peau 2 fois par jour"},
      {"1 drop OD bid", "1 drop OD twice a day", "1 drop OD 2 fois par jour"},
      {"5 mg OD eye", "5 mg OD eye", "5 mg OD eye"},
      {"0.5 mg bid", "0.5 mg twice a day", "0,5 mg 2 fois par jour"},
      {"OD", "OD", "OD"},
      {"the tab I told you of", "the tab I told you of", "the tab I told you of"},
      {"5 mg, 2×/d", "5 mg, 2×/d", "5 mg, 2×/d"},
      {"", "", ""},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *en = citiz_sig_plain (cases[i].written, CITIZ_LANGUAGE_EN),
                       *fr = citiz_sig_plain (cases[i].written, CITIZ_LANGUAGE_FR);
      g_assert_cmpstr (en, ==, cases[i].en);
      g_assert_cmpstr (fr, ==, cases[i].fr);
    }
}

/* The check digit of a SNOMED CT identifier (Verhoeff, dihedral group of ten): a wrong digit is another illness. */
static gboolean
is_identifier (const gchar *code)
{
  static const guint8 turn[8][10]
      = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
         {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
         {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
         {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};
  guint c = 0, n = (guint) strlen (code);

  for (guint i = 0; i < n; i++)
    {
      guint x = c, y = turn[i % 8][code[n - 1 - i] - '0'];
      c = x < 5 ? (y < 5 ? (x + y) % 5 : 5 + (x + y) % 5)
                : (y < 5 ? 5 + (x - 5 + 5 - y) % 5 : (x - 5 + 5 - (y - 5)) % 5);
    }
  return c == 0 && n > 5 && n < 19;
}

/* A code stands once, a code of SNOMED CT is one, and every term has both names. */
static void
test_terms (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  CitizTable table;

  citiz_table_parse (&table, citiz_embed_terms, 7);
  g_assert_cmpuint (table.rows, >, 450);
  for (guint i = 0; i < table.rows; i++)
    {
      g_auto (GStrv) codes = g_strsplit (citiz_table_get (&table, i, 1), ";", -1);
      g_assert_cmpstr (citiz_table_get (&table, i, 2), !=, "");
      g_assert_cmpstr (citiz_table_get (&table, i, 3), !=, "");
      for (guint c = 0; codes[c] != NULL; c++)
        {
          if (g_str_has_prefix (codes[c], "sct:") && !is_identifier (codes[c] + 4))
            g_error ("%s", codes[c]);
          if (!g_hash_table_add (seen, g_strdup (codes[c])))
            g_error ("%s twice", codes[c]);
        }
    }
  g_free (table.cells);
  g_free (table.text);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/date/round-trip", test_date_round_trip);
  g_test_add_func ("/record/date/order", test_date_order);
  g_test_add_func ("/record/date/civil-days", test_civil_days);
  g_test_add_func ("/record/decimal", test_decimals);
  g_test_add_func ("/record/decimal-to-read", test_decimals_to_read);
  g_test_add_func ("/record/json/digits", test_json_digits);
  g_test_add_func ("/record/json/hostile", test_json_hostile);
  g_test_add_func ("/record/json/error-quotes-nothing", test_json_error_quotes_nothing);
  g_test_add_func ("/record/unit", test_units);
  g_test_add_func ("/record/alerts", test_alerts);
  g_test_add_func ("/record/sensitive", test_sensitive);
  g_test_add_func ("/record/catalogue", test_catalogue);
  g_test_add_func ("/record/fold", test_fold);
  g_test_add_func ("/record/sig", test_sig);
  g_test_add_func ("/record/terms", test_terms);
  return g_test_run ();
}
