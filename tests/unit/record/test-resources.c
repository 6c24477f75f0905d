/* What is understood of FHIR resources, well made or not. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "items.h"

static CitizRecord *
record_of_bundle (const gchar *name)
{
  CitizRecord *record = citiz_record_new ();
  g_autofree gchar *path = g_build_filename (g_getenv ("CITIZ_TEST_DATA"), "ips", name, NULL);
  g_autofree gchar *text = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (path, &text, &n, NULL));
  json_t *bundle = citiz_json_load (text, n, NULL);
  const json_t *entries = json_object_get (bundle, "entry");
  for (gsize i = 0; i < json_array_size (entries); i++)
    {
      const json_t *entry = json_array_get (entries, i);
      CitizId id = {{2, (guint8) (i >> 8), (guint8) i}};
      g_autofree gchar *resource = citiz_json_dump (json_object_get (entry, "resource"));
      CitizOrigin origin = {.source = CITIZ_SOURCE_DOCUMENT,
                            .full_url = json_string_value (json_object_get (entry, "fullUrl"))};
      g_autoptr (GBytes) packed = citiz_item_pack (&origin, resource, strlen (resource));
      g_autoptr (GError) error = NULL;
      gsize size;
      g_autofree gchar *key = NULL;
      const gchar *kept = citiz_item_packed_text (packed, &size, &key);
      g_assert_cmpmem (kept, size, resource, strlen (resource));
      g_autoptr (CitizItem) item = citiz_item_unpack (packed, &id, 1, 1, &error);
      g_assert_no_error (error);
      citiz_record_put (record, item);
    }
  json_decref (bundle);
  return record;
}

static guint
count (const CitizRecord *record, CitizKind kind)
{
  g_autoptr (GPtrArray) list = citiz_record_list (record, kind);
  return list->len;
}

/* What a person wrote comes back as written, well begun; a known name in another language or case is put right. */
static void
test_titles (void)
{
  static const struct
  {
    const gchar *written, *fr, *en;
  } cases[] = {
      {"Arachides", "Arachides", "Peanut"},
      {"arachides", "Arachides", "Peanut"},
      {"Peanuts", "Arachide", "Peanuts"},
      {"penicilline", "Pénicilline", "Penicillin"},
      {"noix du Brésil", "Noix du Brésil", NULL},
      {"pH urinaire", "pH urinaire", NULL},
      {"eGFR", NULL, "eGFR"},
      {"élastoplaste", "Élastoplaste", NULL},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *text = g_strdup_printf (
          "{\"resourceType\":\"AllergyIntolerance\",\"code\":{\"text\":\"%s\"}}", cases[i].written);
      g_autoptr (CitizItem) item = item_of (text);

      if (cases[i].fr != NULL)
        g_assert_cmpstr (item->title[CITIZ_LANGUAGE_FR], ==, cases[i].fr);
      if (cases[i].en != NULL)
        g_assert_cmpstr (item->title[CITIZ_LANGUAGE_EN], ==, cases[i].en);
    }
}

/* A laboratory's own way to write a test is not what a person reads. */
static void
test_laboratory (void)
{
  static const struct
  {
    const gchar *code, *written, *fr, *en;
  } cases[] = {
      {"14771-0", "Fasting glucose [Moles/volume] in Serum or Plasma", "Glycémie à jeun",
       "Fasting glucose"},
      {"789-8", "Erythrocytes [#/volume] in Blood by Automated count", "Globules rouges",
       "Red blood cells"},
      {"786-4", "MCHC [Mass/volume] by Automated count",
       "Concentration en hémoglobine des globules rouges (CGMH)",
       "Hemoglobin concentration in red blood cells (MCHC)"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *text
          = g_strdup_printf ("{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":"
                             "{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"%s\","
                             "\"display\":\"%s\"}],\"text\":\"%s\"}}",
                             cases[i].code, cases[i].written, cases[i].written);
      g_autoptr (CitizItem) item = item_of (text);

      g_assert_cmpstr (item->title[CITIZ_LANGUAGE_FR], ==, cases[i].fr);
      g_assert_cmpstr (item->title[CITIZ_LANGUAGE_EN], ==, cases[i].en);
    }
}

/* A coded problem is read in the reader's language; what its author wrote beyond the code stays, and nothing is called by a
 * code that says something else. */
static void
test_coded_problems (void)
{
  static const struct
  {
    const gchar *system, *code, *display, *text, *fr, *en;
  } cases[] = {
      {CITIZ_SYSTEM_SNOMED, "271737000", "Anemia (disorder)", "Anemia (disorder)", "Anémie",
       "Anemia"},
      {CITIZ_SYSTEM_SNOMED, "40055000", "Chronic sinusitis (disorder)", "", "Sinusite chronique",
       "Chronic sinusitis"},
      {CITIZ_SYSTEM_SNOMED, "999999", "Prediabetes (finding)", "", "Prédiabète", "Prediabetes"},
      {CITIZ_SYSTEM_SNOMED, "15777000", "Prediabetes", "Prediabetes (finding)", "Prédiabète",
       "Prediabetes"},
      {CITIZ_SYSTEM_ICD10, "G35", "", "", "Sclérose en plaques", "Multiple sclerosis"},
      {CITIZ_SYSTEM_SNOMED, "271737000", "Anemia", "Anemia, Hb 60, transfused",
       "Anemia, Hb 60, transfused", "Anemia, Hb 60, transfused"},
      {CITIZ_SYSTEM_SNOMED, "999999", "Chose rare", "", "Chose rare", "Chose rare"},
      {CITIZ_SYSTEM_ICD10, "A49.1", "Streptococcal infection", "", "Streptococcal infection",
       "Streptococcal infection"},
      {CITIZ_SYSTEM_ICD10, "D68.0", "", "", "Maladie de von Willebrand", "Von Willebrand disease"},
      {CITIZ_SYSTEM_ICD10, "F03", "", "", "Démence", "Dementia"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *text = g_strdup_printf (
          "{\"resourceType\":\"Condition\",\"code\":{\"text\":\"%s\",\"coding\":[{\"system\":\"%s\","
          "\"code\":\"%s\",\"display\":\"%s\"}]}}",
          cases[i].text, cases[i].system, cases[i].code, cases[i].display);
      g_autoptr (CitizItem) item = item_of (text);

      g_assert_cmpstr (item->title[CITIZ_LANGUAGE_FR], ==, cases[i].fr);
      g_assert_cmpstr (item->title[CITIZ_LANGUAGE_EN], ==, cases[i].en);
      g_assert_cmpint (item->sensitive, ==, CITIZ_SENSITIVE_NONE);
    }
  g_autoptr (CitizItem) item = item_of (
      "{\"resourceType\":\"Condition\",\"code\":{\"coding\":[{\"system\":\"" CITIZ_SYSTEM_SNOMED
      "\",\"code\":\"38341003\",\"display\":\"Hypertensive disorder (disorder)\"}]}}");
  g_autofree gchar *written = citiz_item_written (item);
  g_assert_cmpstr (item->title[CITIZ_LANGUAGE_EN], ==, "High blood pressure");
  g_assert_cmpstr (written, ==, "Hypertensive disorder");
}

static void
test_canadian_summary (void)
{
  g_autoptr (CitizRecord) record = record_of_bundle ("CA_Bundle_FullsomeScenario1.json");
  g_autoptr (GPtrArray) allergies = citiz_record_list (record, CITIZ_KIND_ALLERGY);

  g_assert_cmpuint (count (record, CITIZ_KIND_PROBLEM), ==, 18);
  g_assert_cmpuint (count (record, CITIZ_KIND_MEDICATION), ==, 8);
  g_assert_cmpuint (allergies->len, ==, 2);
  const CitizItem *first = g_ptr_array_index (allergies, 0);
  g_assert_cmpstr (first->title[CITIZ_LANGUAGE_FR], ==, "Arachide");
  g_assert_cmpint (first->severity, ==, CITIZ_SEVERITY_SEVERE);
  g_assert_cmpstr (first->reaction, ==, "Hives");
  g_assert_cmpint (find (record, CITIZ_KIND_PROBLEM, "Fibrillation auriculaire")->source, ==,
                   CITIZ_SOURCE_DOCUMENT);
  const CitizItem *opioid = find (record, CITIZ_KIND_MEDICATION, "Tramadol");
  g_assert_cmpint (opioid->alert, ==, CITIZ_ALERT_OPIOID);
  g_assert_cmpint (find (record, CITIZ_KIND_PROBLEM, "Anxiété")->sensitive, ==,
                   CITIZ_SENSITIVE_MENTAL);
  const CitizItem *weight = citiz_record_latest (record, "weight");
  g_assert_cmpstr (weight->value.text, ==, "90.7");
  g_assert_cmpstr (citiz_record_patient (record)->title[0], ==, "Evelyn McCurdy");
}

static void
test_references (void)
{
  g_autoptr (CitizRecord) record = record_of_bundle ("IPS_IG-bundle-01.json");
  g_autoptr (GPtrArray) medications = citiz_record_list (record, CITIZ_KIND_MEDICATION);

  g_assert_cmpuint (medications->len, ==, 2);
  for (guint i = 0; i < medications->len; i++)
    {
      const CitizItem *item = g_ptr_array_index (medications, i);
      g_assert_false (citiz_id_is_zero (&item->subject));
      g_assert_cmpstr (item->title[0], !=, "MedicationStatement");
    }
}

static void
test_modifiers (void)
{
  static const CitizTime now = {1792852200000};
  g_autoptr (CitizItem) refuted = item_of (
      "{\"resourceType\":\"AllergyIntolerance\",\"verificationStatus\":{\"coding\":[{\"code\":\"refuted\"}]},"
      "\"criticality\":\"high\",\"code\":{\"text\":\"Contraste iodé\"}}");
  g_autoptr (CitizItem) wrong = item_of (
      "{\"resourceType\":\"Observation\",\"status\":\"entered-in-error\",\"code\":{\"text\":\"x\"},\"valueInteger\":3}");
  g_autoptr (CitizItem) stopped = item_of (
      "{\"resourceType\":\"MedicationStatement\",\"status\":\"stopped\",\"statusReason\":[{\"text\":\"rein\"}],"
      "\"medicationCodeableConcept\":{\"text\":\"Naproxène 250 mg\"}}");
  g_autoptr (CitizItem) never = item_of (
      "{\"resourceType\":\"MedicationRequest\",\"status\":\"active\",\"doNotPerform\":true,"
      "\"medicationCodeableConcept\":{\"text\":\"Warfarine\"}}");
  g_autoptr (CitizItem) early = item_of (
      "{\"resourceType\":\"Observation\",\"status\":\"preliminary\",\"code\":{\"coding\":[{\"system\":\"http://loinc.org\","
      "\"code\":\"718-7\"}]},\"valueQuantity\":{\"value\":114,\"unit\":\"g/L\"},\"modifierExtension\":[{\"url\":\"u\"}],"
      "\"referenceRange\":[{\"low\":{\"value\":120},\"high\":{\"value\":160}}]}");
  g_autoptr (CitizItem) none = item_of (
      "{\"resourceType\":\"AllergyIntolerance\",\"code\":{\"coding\":[{\"system\":\"http://snomed.info/sct\","
      "\"code\":\"716186003\"}]}}");
  g_autoptr (CitizRecord) record = citiz_record_new ();

  g_assert_cmpint (refuted->verification, ==, CITIZ_VERIFICATION_REFUTED);
  g_assert_cmpuint (refuted->alerts, ==, 0);
  g_assert_false (citiz_item_holds (refuted, now, -240));
  g_assert_true (wrong->in_error);
  g_assert_cmpint (stopped->status, ==, CITIZ_STATUS_STOPPED);
  g_assert_cmpstr (stopped->title[CITIZ_LANGUAGE_EN], ==, "Naproxen");
  g_assert_cmpstr (stopped->detail, ==, "250 mg");
  g_assert_cmpstr (stopped->reason, ==, "rein");
  g_assert_true (never->do_not_perform);
  g_assert_cmpuint (never->alerts, ==, 0);
  g_assert_cmpint (early->status, ==, CITIZ_STATUS_PRELIMINARY);
  g_assert_true (early->unknown_modifier);
  g_assert_cmpint (early->position, ==, CITIZ_POSITION_BELOW);
  g_assert_true (none->nothing_known);
  citiz_record_put (record, wrong);
  citiz_record_put (record, none);
  citiz_record_put (record, refuted);
  g_assert_cmpuint (count (record, CITIZ_KIND_RESULT), ==, 0);
  g_assert_cmpuint (count (record, CITIZ_KIND_ALLERGY), ==, 1);
  g_autoptr (GPtrArray) all = citiz_record_list_all (record, CITIZ_KIND_ALLERGY);
  g_assert_cmpuint (all->len, ==, 2);
}

static void
test_not_fhir (void)
{
  static const gchar *const texts[]
      = {"[]", "{}", "{\"resourceType\":7}", "{\"resourceType\":\"\"}", "3"};
  CitizId id = {{0}};

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      json_t *json = citiz_json_load (texts[i], strlen (texts[i]), NULL);
      g_assert_null (citiz_item_new_from_json (json, &id, 1, 1, &error));
      g_assert_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_RESOURCE);
      json_decref (json);
    }
  g_autoptr (CitizItem) odd
      = item_of ("{\"resourceType\":\"Basic\",\"code\":{\"text\":\"Chose\"}}");
  g_assert_cmpint (odd->kind, ==, CITIZ_KIND_OTHER);
  g_assert_cmpstr (odd->title[1], ==, "Chose");
}

/* Every kind of wrong type in every field of every resource: shown as far as understood, never a crash. */
static void
test_hostile_fields (void)
{
  static const gchar *const types[] = {"Patient",
                                       "AllergyIntolerance",
                                       "Condition",
                                       "MedicationStatement",
                                       "MedicationRequest",
                                       "MedicationAdministration",
                                       "Immunization",
                                       "Observation",
                                       "DiagnosticReport",
                                       "Procedure",
                                       "Device",
                                       "DeviceUseStatement",
                                       "Encounter",
                                       "DocumentReference",
                                       "FamilyMemberHistory",
                                       "Consent",
                                       "RelatedPerson",
                                       "Goal",
                                       "Flag",
                                       "Communication"};
  static const gchar *const fields[] = {"code",
                                        "status",
                                        "name",
                                        "telecom",
                                        "reaction",
                                        "dosage",
                                        "component",
                                        "referenceRange",
                                        "valueQuantity",
                                        "category",
                                        "content",
                                        "note",
                                        "target",
                                        "contained",
                                        "meta",
                                        "condition",
                                        "medicationReference",
                                        "onsetDateTime",
                                        "contact",
                                        "hasMember",
                                        "type",
                                        "identifier"};
  static const gchar *const values[] = {"null",
                                        "7",
                                        "\"x\"",
                                        "[]",
                                        "{}",
                                        "[null]",
                                        "[[{}]]",
                                        "{\"coding\":3}",
                                        "[{\"text\":[]}]",
                                        "{\"value\":\"6\"}",
                                        "true"};
  g_autoptr (CitizRecord) record = citiz_record_new ();

  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    for (guint f = 0; f < G_N_ELEMENTS (fields); f++)
      for (guint v = 0; v < G_N_ELEMENTS (values); v++)
        {
          g_autofree gchar *text = g_strdup_printf (
              "{\"resourceType\":\"%s\",\"id\":\"a\",\"%s\":%s}", types[t], fields[f], values[v]);
          g_autoptr (CitizItem) item = item_of (text);
          citiz_record_put (record, item);
        }
  for (guint k = 0; k < CITIZ_N_KINDS; k++)
    count (record, (CitizKind) k);
}

/* What a watch exports with all its digits and codes is told as a person says it. */
static void
test_session (void)
{
#define PART(code, value, unit)                                                                    \
  "{\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"" code                       \
  "\"}]},\"valueQuantity\":{\"value\":" value ",\"code\":\"" unit "\"}}"
  static const struct
  {
    const gchar *figure;
    gboolean plain;
  } told[] = {{"5\302\240min", TRUE},
              {"0,8\302\240km", TRUE},
              {"49\302\240kcal", TRUE},
              {"132\302\240/min", FALSE}};
  g_autoptr (CitizItem) item = item_of (
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":"
      "\"http://loinc.org\",\"code\":\"73985-4\"}],\"text\":\"Running\"},\"component\":[" PART (
          "55411-3", "5.19412346680959",
          "min") "," PART ("41953-1", "0.4971749504535062",
                           "[mi_i]") "," PART ("41981-2", "48.74499999999999",
                                               "kcal") "," PART ("8867-4", "131.7", "/min") "]}");

  g_assert_cmpint (item->kind, ==, CITIZ_KIND_SESSION);
  g_assert_cmpstr (item->title[CITIZ_LANGUAGE_FR], ==, "Course");
  g_assert_cmpstr (item->title[CITIZ_LANGUAGE_EN], ==, "Running");
  g_assert_cmpuint (item->components->len, ==, G_N_ELEMENTS (told));
  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    {
      const gchar *name;
      gboolean plain;
      g_autofree gchar *figure = citiz_session_figure (
          &g_array_index (item->components, CitizComponent, i), CITIZ_LANGUAGE_FR, &name, &plain);

      g_assert_cmpstr (figure, ==, told[i].figure);
      g_assert_cmpint (plain, ==, told[i].plain);
      g_assert_cmpstr (name, !=, "");
    }
}

/* The graver first, whether or not one knows the day since when. */
static void
test_graver_first (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();

  put_resource (record, 1, 1,
                "{\"resourceType\":\"AllergyIntolerance\",\"code\":{\"text\":\"Pollen\"},"
                "\"reaction\":[{\"severity\":\"mild\"}]}");
  put_resource (record, 2, 1,
                "{\"resourceType\":\"AllergyIntolerance\",\"code\":{\"text\":\"Peanut\"},"
                "\"onsetDateTime\":\"2019-05-03\",\"reaction\":[{\"severity\":\"severe\"}]}");
  g_autoptr (GPtrArray) list = citiz_record_list (record, CITIZ_KIND_ALLERGY);
  g_assert_cmpstr (((CitizItem *) list->pdata[0])->title[CITIZ_LANGUAGE_EN], ==, "Peanut");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/titles", test_titles);
  g_test_add_func ("/record/laboratory", test_laboratory);
  g_test_add_func ("/record/coded-problems", test_coded_problems);
  g_test_add_func ("/record/ips/canadian", test_canadian_summary);
  g_test_add_func ("/record/ips/references", test_references);
  g_test_add_func ("/record/modifiers", test_modifiers);
  g_test_add_func ("/record/not-fhir", test_not_fhir);
  g_test_add_func ("/record/hostile-fields", test_hostile_fields);
  g_test_add_func ("/record/session", test_session);
  g_test_add_func ("/record/graver-first", test_graver_first);
  return g_test_run ();
}
