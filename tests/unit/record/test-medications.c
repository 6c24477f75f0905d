/* Medications: what is due, which dose stands for which hour, strengths, names, and requests that name a drug. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "record/citiz-compose.h"
#include "items.h"

/* What is taken at hours that nobody has said is not "nothing to take". */
static void
test_untimed (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();
  const gint32 day = citiz_day_from_ymd (2026, 10, 24);
  CitizDraft drafts[] = {{.title = "Levothyroxine"},
                         {.title = "Acetaminophen", .as_needed = TRUE},
                         {.title = "Metformin", .times = {540}, .n_times = 1},
                         {.title = "Prednisone", .status = CITIZ_STATUS_ON_HOLD}};

  for (guint i = 0; i < G_N_ELEMENTS (drafts); i++)
    {
      CitizId id = {{9, (guint8) i}};
      json_t *json = citiz_compose_medication (&drafts[i], NULL);
      g_autoptr (CitizItem) item = citiz_item_new_from_json (json, &id, 1, 0, NULL);

      json_decref (json);
      citiz_record_put (record, item);
    }
  g_autoptr (GArray) due = citiz_record_due (record, day);
  g_assert_cmpuint (due->len, ==, 1);
  g_assert_cmpuint (citiz_record_untimed (record, day), ==, 1);
}

/* A dose of a medication of 9 h and 21 h, taken at a minute after the midnight that begins its day, for a planned time or none. */
static CitizItem *
note_dose (CitizRecord *record,
           CitizItem *medication,
           gint32 day,
           gint minute,
           const CitizDate *planned)
{
  static guint8 n;
  const CitizTime at = {(gint64) day * CITIZ_DAY + (minute + 240) * CITIZ_MINUTE};
  const CitizId id = {{3, ++n}};
  CitizDraft draft = {.now = at,
                      .offset = -240,
                      .subject = medication,
                      .taken = TRUE,
                      .onset = citiz_date_from_time (at, -240)};

  if (planned != NULL)
    draft.planned = *planned;
  json_t *resource = citiz_compose_dose (&draft, NULL);
  g_autoptr (CitizItem) dose = citiz_item_new_from_json (resource, &id, 1, 0, NULL);
  json_decref (resource);
  citiz_record_put (record, dose);
  return citiz_record_get (record, &id);
}

static CitizDate
hour_of (gint32 day, gint hour)
{
  return citiz_date_from_time ((CitizTime){day * CITIZ_DAY + (hour + 4) * CITIZ_HOUR}, -240);
}

static void
check_due (const CitizRecord *record,
           gint32 day,
           const CitizItem *morning,
           const CitizItem *evening)
{
  g_autoptr (GArray) due = citiz_record_due (record, day);

  g_assert_cmpuint (due->len, ==, 2);
  g_assert_true (g_array_index (due, CitizDue, 0).dose == morning);
  g_assert_true (g_array_index (due, CitizDue, 1).dose == evening);
}

/* A dose counts for the planned time it was noted for, however late that is, also after midnight. */
static void
test_doses (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();
  const gint32 day = 20750;
  CitizDraft draft = {.now = {day * CITIZ_DAY},
                      .offset = -240,
                      .title = "Apixaban",
                      .onset = hour_of (day, 19), /* begun in the evening, in UTC tomorrow */
                      .times = {540, 1260},
                      .n_times = 2};
  const CitizId id = {{9}};
  json_t *resource = citiz_compose_medication (&draft, NULL);
  g_autoptr (CitizItem) one = citiz_item_new_from_json (resource, &id, 1, 0, NULL);
  const CitizDate morning = hour_of (day, 9), evening = hour_of (day, 21);

  json_decref (resource);
  citiz_record_put (record, one);
  check_due (record, day, NULL, NULL);
  CitizItem *late = note_dose (record, one, day, 16 * 60, &morning);
  check_due (record, day, late, NULL); /* 16 h is nearer to 21 h than to 9 h */
  note_dose (record, one, day, 16 * 60 + 1, &morning);
  check_due (record, day, late, NULL); /* noted twice, it is still one dose */
  CitizItem *after_midnight = note_dose (record, one, day + 1, 5, &evening);
  check_due (record, day, late, after_midnight);
  check_due (record, day + 1, NULL, NULL);
  CitizItem *plain = note_dose (record, one, day + 1, 20 * 60, NULL);
  check_due (record, day + 1, NULL, plain);

  /* Corrected, it goes on meaning the same until the person says that it is another, or none of the planned ones. */
  CitizDraft same = citiz_draft_from_item (plain, CITIZ_LANGUAGE_FR);
  same.subject = one;
  same.planned = hour_of (day + 1, 9);
  json_t *moved = citiz_compose_dose (&same, plain->resource);
  g_autoptr (CitizItem) morning_one = citiz_item_new_from_json (moved, &plain->id, 2, 0, NULL);
  citiz_record_put (record, morning_one);
  check_due (record, day + 1, morning_one, NULL);
  same = citiz_draft_from_item (morning_one, CITIZ_LANGUAGE_FR);
  same.subject = one;
  same.onset = hour_of (day + 1, 22);
  json_t *later = citiz_compose_dose (&same, moved);
  g_assert_nonnull (json_object_get (later, "extension"));
  same.unplanned = TRUE;
  json_t *extra = citiz_compose_dose (&same, moved);
  g_autoptr (CitizItem) unplanned = citiz_item_new_from_json (extra, &plain->id, 3, 0, NULL);
  g_assert_true (unplanned->unplanned && unplanned->planned.precision == CITIZ_DATE_NONE);
  citiz_record_put (record, unplanned);
  check_due (record, day + 1, NULL, NULL); /* an extra one stands for none that is due */
  g_autoptr (GPtrArray) extras = citiz_record_unplanned (record, day + 1);
  g_assert_cmpuint (extras->len, ==, 1);
  g_assert_true (g_ptr_array_index (extras, 0) == unplanned);
  json_decref (moved);
  json_decref (later);
  json_decref (extra);

  g_autoptr (CitizRecord) again = citiz_record_new (); /* read in another order */
  citiz_record_put (again, late);
  citiz_record_put (again, one);
  check_due (again, day, late, NULL);
}

/* What a millilitre or a puff holds is no dose: it never stands beside a name. */
static void
test_contents (void)
{
  static const struct
  {
    const gchar *detail;
    gboolean content;
    const gchar *read; /* where it is not the same */
  } rows[] = {{"5 mg", FALSE},
              {"500/125 mg", FALSE},
              {"500 mg/125 mg", FALSE},
              {"25 mcg/h", FALSE},
              {"10 mg/24 h", FALSE},
              {"70/30", FALSE},
              {"100 U/mL", TRUE},
              {"5 mg/mL", TRUE},
              {"5 mg/5 mL", TRUE},
              {"100 µg/dose", TRUE},
              {"1 %", TRUE},
              {"10 mg / g", TRUE},
              {"0.09 MG/ACTUAT", TRUE},
              {"100 mcg/bouffée", TRUE},
              {"0,4 mg/vaporisation", TRUE},
              {"1.5 mcg/drop", TRUE},
              {"20 mg/gélule", FALSE},
              {"2 mg/gomme", FALSE},
              {"2 mg/lozenge", FALSE},
              {"5 mg par voie orale", FALSE, "5 mg"},
              {"100 units per mL", TRUE, "100 units/mL"},
              {"5 mg par 5 mL", TRUE, "5 mg/5 mL"},
              {"100 mcg per puff", TRUE, "100 mcg/puff"}};

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const CitizDraft draft = {.title = "Glargine", .detail = rows[i].detail};
      const CitizId id = {{9}};
      json_t *resource = citiz_compose_medication (&draft, NULL);
      g_autoptr (CitizItem) item = citiz_item_new_from_json (resource, &id, 1, 0, NULL);

      g_assert_cmpstr (rows[i].content ? citiz_item_content (item) : citiz_item_strength (item), ==,
                       item->detail);
      g_assert_cmpstr (rows[i].content ? citiz_item_strength (item) : citiz_item_content (item), ==,
                       "");
      if (strchr (rows[i].detail, ' ') != NULL) /* else a mixture's own name */
        g_assert_cmpstr (item->detail, ==, rows[i].read != NULL ? rows[i].read : rows[i].detail);
      json_decref (resource);
    }
}

/* As hospitals write an ampoule: so much in so much. */
static void
test_ratios (void)
{
  static const struct
  {
    const gchar *below, *detail;
    gboolean content;
  } rows[] = {{"{\"value\":1,\"unit\":\"mL\"}", "100\302\240U/mL", TRUE},
              {"{\"value\":5,\"code\":\"mL\"}", "100\302\240U/5\302\240mL", TRUE},
              {"{\"value\":1,\"unit\":\"tablet\"}", "100\302\240U", FALSE},
              {"{\"value\":1}", "100\302\240U", FALSE}};

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree gchar *text = g_strdup_printf (
          "{\"resourceType\":\"MedicationRequest\",\"status\":\"active\",\"medicationReference\":"
          "{\"reference\":\"#m\"},\"contained\":[{\"resourceType\":\"Medication\",\"id\":\"m\","
          "\"code\":{\"text\":\"Insulin glargine\"},\"ingredient\":[{\"strength\":{\"numerator\":"
          "{\"value\":100,\"unit\":\"U\"},\"denominator\":%s}}]}]}",
          rows[i].below);
      const CitizId id = {{9}};
      json_t *resource = json_loads (text, 0, NULL);
      g_autoptr (CitizItem) item = citiz_item_new_from_json (resource, &id, 1, 0, NULL);

      g_assert_cmpstr (item->detail, ==, rows[i].detail);
      g_assert_cmpint (*citiz_item_content (item) != '\0', ==, rows[i].content);
      json_decref (resource);
    }
}

/* What emergency care turns on has a name in both languages, also where it was typed with its strength. */
static void
test_drug_names (void)
{
  static const struct
  {
    const gchar *typed, *detail, *french;
    guint alerts;
  } rows[] = {
      {"Insulin glargine", "100 U/mL", "Insuline glargine", 1u << CITIZ_ALERT_INSULIN},
      {"Insulin glargine 100 U/mL", NULL, "Insuline glargine", 1u << CITIZ_ALERT_INSULIN},
      {"Humulin 30/70", NULL, "Humulin 30/70", 1u << CITIZ_ALERT_INSULIN},
      {"Nadroparin", NULL, "Nadroparine", 1u << CITIZ_ALERT_ANTICOAGULANT},
      {"Percocet", "5 mg", "Percocet", 1u << CITIZ_ALERT_OPIOID},
      {"Entuzity", NULL, "Entuzity", 1u << CITIZ_ALERT_INSULIN},
      {"Beclomethasone", "100 mcg/dose", "Béclométhasone", 0},
      {"Fluticasone and salmeterol", NULL, "Fluticasone et salmétérol", 0},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const CitizDraft draft = {.title = rows[i].typed, .detail = rows[i].detail};
      const CitizId id = {{9}};
      json_t *resource = citiz_compose_medication (&draft, NULL);
      g_autoptr (CitizItem) item = citiz_item_new_from_json (resource, &id, 1, 0, NULL);

      g_assert_cmpstr (item->title[CITIZ_LANGUAGE_FR], ==, rows[i].french);
      g_assert_cmpuint (item->alerts, ==, rows[i].alerts);
      json_decref (resource);
    }
}

/* Two clinics call their drugs by the same number; the second one's request comes before its drug. */
static void
test_same_number (void)
{
  static const gchar first[] = "{\"resourceType\":\"Medication\",\"id\":\"7\",\"code\":{\"text\":"
                               "\"Warfarin 5 mg\"}}",
                     request[] = "{\"resourceType\":\"MedicationRequest\",\"status\":\"active\","
                                 "\"medicationReference\":{\"reference\":\"Medication/7\"}}",
                     second[] = "{\"resourceType\":\"Medication\",\"id\":\"7\",\"code\":{\"text\":"
                                "\"Vitamin D\"}}";
  g_autoptr (CitizRecord) record = citiz_record_new ();
  const CitizId id = {{9, 2}}, other = {{9, 6}};

  put_resource (record, 1, 1, first);
  put_resource (record, 2, 2, request);
  g_assert_cmpuint (citiz_record_get (record, &id)->alerts, ==,
                    0); /* of which drug is not known yet */
  put_resource (record, 3, 2, second);
  g_assert_cmpstr (citiz_record_get (record, &id)->title[CITIZ_LANGUAGE_EN], ==, "Vitamin D");
  g_assert_cmpstr (citiz_record_get (record, &id)->detail, ==, "");
  g_assert_cmpuint (citiz_record_get (record, &id)->alerts, ==, 0);

  /* Files of one export that are brought in one by one name each other with more than a number. */
  put_resource (
      record, 5, 3,
      "{\"resourceType\":\"Medication\",\"id\":\"eTq7xM2a91\",\"code\":{\"text\":\"Warfarin 5 mg\"}}");
  put_resource (record, 6, 4,
                "{\"resourceType\":\"MedicationRequest\",\"status\":\"active\","
                "\"medicationReference\":{\"reference\":\"Medication/eTq7xM2a91\"}}");
  g_assert_cmpuint (citiz_record_get (record, &other)->alerts, ==, 1u << CITIZ_ALERT_ANTICOAGULANT);
}

/* A dose is of the drug it was pressed on, and a correction made here goes on pointing to what its clinic meant. */
static void
test_same_number_here (void)
{
  static const gchar *const drugs[] = {"Warfarin 5 mg", "Vitamin D"};
  g_autoptr (CitizRecord) record = citiz_record_new ();
  const CitizId corrected = {{9, 4}};
  const gint32 day = 20750;
  CitizItem *dose;

  for (guint8 clinic = 0; clinic < 2; clinic++)
    {
      g_autofree gchar *drug = g_strdup_printf (
          "{\"resourceType\":\"Medication\",\"id\":\"7\",\"code\":{\"text\":\"%s\"}}",
          drugs[clinic]);

      put_resource (record, 1 + 2 * clinic, 1 + clinic, drug);
      put_resource (record, 2 + 2 * clinic, 1 + clinic,
                    "{\"resourceType\":\"MedicationRequest\",\"id\":\"8\",\"status\":\"active\","
                    "\"medicationReference\":{\"reference\":\"Medication/7\"}}");
    }
  dose = note_dose (record, citiz_record_get (record, &corrected), day, 480, NULL);
  g_assert_true (citiz_id_equal (&dose->subject, &corrected));

  CitizItem *first = citiz_record_get (record, &corrected);
  g_autoptr (CitizItem) second = citiz_item_new_from_json (first->resource, &corrected, 2, 0, NULL);
  citiz_record_put (record, second);
  g_assert_cmpstr (second->title[CITIZ_LANGUAGE_EN], ==, "Vitamin D");
  g_assert_cmpuint (second->alerts, ==, 0);
}

/* A day ends at midnight on the person's wall, wherever that is. */
static void
test_last_day (void)
{
  static const struct
  {
    gint offset, hour; /* of the wall */
    gint32 days;       /* after the last one */
    gboolean holds;
  } moments[] = {{-240, 23, 0, TRUE}, {-240, 0, 1, FALSE}, {780, 1, 0, TRUE},
                 {780, 23, 0, TRUE},  {780, 0, 1, FALSE},  {0, 23, 0, TRUE}};
  g_autoptr (CitizItem) item
      = item_of ("{\"resourceType\":\"MedicationStatement\",\"status\":\"active\","
                 "\"medicationCodeableConcept\":{\"text\":\"Cefazolin\"},"
                 "\"effectivePeriod\":{\"end\":\"2026-11-24\"}}");
  const gint32 last = citiz_day_from_ymd (2026, 11, 24);

  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      const CitizTime now = {(last + moments[i].days) * CITIZ_DAY + moments[i].hour * CITIZ_HOUR
                             - moments[i].offset * CITIZ_MINUTE};
      g_assert_cmpint (citiz_item_holds (item, now, moments[i].offset), ==, moments[i].holds);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/contents", test_contents);
  g_test_add_func ("/record/ratios", test_ratios);
  g_test_add_func ("/record/doses", test_doses);
  g_test_add_func ("/record/drug-names", test_drug_names);
  g_test_add_func ("/record/last-day", test_last_day);
  g_test_add_func ("/record/untimed", test_untimed);
  g_test_add_func ("/record/same-number", test_same_number);
  g_test_add_func ("/record/same-number-here", test_same_number_here);
  return g_test_run ();
}
