/* Items from real summaries, modifiers, references, corrections, hand entry, the sample record. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/citiz-env.h"
#include "record/citiz-compose.h"
#include "record/citiz-record.h"
#include "record/citiz-sample-record.h"

static CitizItem *
item_of (const gchar *text)
{
  static guint16 n;
  g_autoptr (GError) error = NULL;
  CitizId id = {{1, (guint8) (++n >> 8), (guint8) n}};
  json_t *json = citiz_json_load (text, strlen (text), &error);
  g_assert_no_error (error);
  CitizItem *item = citiz_item_new_from_json (json, &id, 1, 1, &error);
  json_decref (json);
  g_assert_no_error (error);
  return item;
}

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

static CitizItem *
find (const CitizRecord *record, CitizKind kind, const gchar *title)
{
  g_autoptr (GPtrArray) list = citiz_record_list (record, kind);
  for (guint i = 0; i < list->len; i++)
    {
      CitizItem *item = g_ptr_array_index (list, i);
      if (strcmp (item->title[0], title) == 0 || strcmp (item->title[1], title) == 0)
        return item;
    }
  g_error ("no %s", title);
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

/* What a watch exports (a birth date, no name) does not take away the name that was entered, even when it comes later. */
static void
test_named_person (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();
  g_autoptr (CitizItem) own
      = item_of ("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"Marie Tremblay\"}]}");
  g_autoptr (CitizItem) watch
      = item_of ("{\"resourceType\":\"Patient\",\"birthDate\":\"1980-01-02\"}");

  own->changed.ms = 1;
  watch->changed.ms = 2;
  citiz_record_put (record, own);
  citiz_record_put (record, watch);
  g_assert_cmpstr (citiz_record_patient (record)->title[0], ==, "Marie Tremblay");
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

static void
test_corrections (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();
  CitizDraft draft = {.now = {1792852200000},
                      .offset = -240,
                      .title = "Apixaban",
                      .detail = "2,5 mg",
                      .dosage = "matin et soir",
                      .times = {540, 1260},
                      .n_times = 2};
  json_t *first = citiz_compose_medication (&draft, NULL);
  json_object_set_new (first, "partOf", json_pack ("[{s:s}]", "reference", "Procedure/1"));
  CitizId id = {{9}};
  CitizTime when;
  const gchar *from, *to;
  g_autoptr (CitizItem) one = citiz_item_new_from_json (first, &id, 1, 0, NULL);

  citiz_record_put (record, one);
  CitizDraft change = citiz_draft_from_item (one, CITIZ_LANGUAGE_FR);
  g_assert_cmpuint (change.n_times, ==, 2);
  change.detail = "5 mg";
  change.now.ms = draft.now.ms + CITIZ_DAY;
  json_t *second = citiz_compose_medication (&change, first);
  g_assert_nonnull (json_object_get (second, "partOf")); /* what a form does not show stays */
  g_autoptr (CitizItem) two = citiz_item_new_from_json (second, &id, 2, 0, NULL);
  citiz_record_put (record, two);
  g_assert_true (citiz_record_get (record, &id) == two);
  g_assert_cmpuint (two->n_earlier, ==, 1);
  g_assert_true (citiz_record_dose_change (record, &id, &when, &from, &to));
  g_assert_cmpstr (from, ==, "2,5 mg");
  g_assert_cmpstr (to, ==, "5 mg");
  g_autoptr (GPtrArray) history = citiz_record_history (record, &id);
  g_assert_cmpuint (history->len, ==, 2);
  /* Taken back: a version, but it says again what it said. */
  g_assert_cmpuint (two->n_corrections, ==, 1);
  g_autoptr (CitizItem) three = citiz_item_new_from_json (first, &id, 3, 0, NULL);
  citiz_record_put (record, three);
  g_assert_cmpuint (three->n_earlier, ==, 2);
  g_assert_cmpuint (three->n_corrections, ==, 0);
  g_assert_false (citiz_record_dose_change (record, &id, &when, &from, &to));
  json_decref (first);
  json_decref (second);
  g_assert_true (citiz_record_remove (record, &id));
  g_assert_cmpuint (citiz_record_size (record), ==, 0);
}

/* Every composer's resource is read back as the kind it was made for; a correction without change changes nothing of substance. */
static void
test_composers (void)
{
  g_autoptr (CitizItem) medication = item_of (
      "{\"resourceType\":\"MedicationStatement\",\"id\":\"m\",\"status\":\"active\",\"medicationCodeableConcept\":{\"text\":\"Fer 300 mg\"}}");
  const CitizDraftPart parts[] = {{"Lentilles", CITIZ_SYSTEM_CNF, "3393", "146", "g"}};
  CitizDraft draft = {.now = {1792852200000},
                      .offset = -240,
                      .title = "Chose",
                      .given = "Hélène",
                      .family = "Gagnon",
                      .measure = "weight",
                      .value = "71,40",
                      .low = "50",
                      .subject = medication,
                      .taken = TRUE,
                      .phone = "514 555-0100",
                      .text = "texte",
                      .parts = parts,
                      .n_parts = 1};

  for (guint k = 0; k < CITIZ_KIND_ALERT; k++)
    {
      json_t *json = citiz_compose ((CitizKind) k, &draft, NULL);
      CitizId id = {{5}};
      g_assert_nonnull (json);
      g_autoptr (CitizItem) item = citiz_item_new_from_json (json, &id, 1, 0, NULL);
      if (k != CITIZ_KIND_RESULT) /* weight is a measure whoever composes it */
        g_assert_cmpint (item->kind, ==, k);
      if (k == CITIZ_KIND_MEASURE)
        g_assert_cmpstr (item->value.text, ==, "71.40");
      json_decref (json);
    }
  draft.measure = "bp_panel";
  draft.value = "128";
  draft.value2 = "78";
  json_t *json = citiz_compose_measure (&draft, NULL);
  CitizId id = {{6}};
  g_autoptr (CitizItem) pressure = citiz_item_new_from_json (json, &id, 1, 0, NULL);
  g_assert_cmpstr (citiz_item_component (pressure, "bp_sys")->value.text, ==, "128");
  g_assert_cmpstr (citiz_item_component (pressure, "bp_dia")->value.text, ==, "78");
  /* Named in the language of who wrote it, for other programs to show. */
  g_assert_cmpstr (json_string_value (json_object_get (json_object_get (json, "code"), "text")), ==,
                   citiz_env_language () == CITIZ_LANGUAGE_FR ? "Tension artérielle"
                                                              : "Blood pressure");
  json_decref (json);
}

/* What a person left empty is not known: the day of writing is no beginning, and a beginning taken out is gone. */
static void
test_nothing_invented (void)
{
  static const CitizKind lasting[]
      = {CITIZ_KIND_ALLERGY, CITIZ_KIND_PROBLEM, CITIZ_KIND_MEDICATION, CITIZ_KIND_DEVICE};
  const CitizId id = {{5}};

  for (guint i = 0; i < G_N_ELEMENTS (lasting); i++)
    {
      CitizDraft draft = {.now = {1792852200000}, .offset = -240, .title = "Chose"};
      json_t *unknown = citiz_compose (lasting[i], &draft, NULL), *known, *emptied;
      g_autoptr (CitizItem) a = citiz_item_new_from_json (unknown, &id, 1, 0, NULL);
      g_autoptr (CitizItem) b = NULL, c = NULL;

      g_assert_cmpint (a->onset.precision, ==, CITIZ_DATE_NONE);
      g_assert_cmpint (a->recorded.year, ==, 2026);
      g_assert_true (citiz_date_parse (&draft.onset, "2004-10"));
      known = citiz_compose (lasting[i], &draft, unknown);
      b = citiz_item_new_from_json (known, &id, 2, 0, NULL);
      g_assert_cmpint (b->onset.year, ==, 2004);
      draft.onset = (CitizDate){0};
      emptied = citiz_compose (lasting[i], &draft, known);
      c = citiz_item_new_from_json (emptied, &id, 3, 0, NULL);
      g_assert_cmpint (c->onset.precision, ==, CITIZ_DATE_NONE);
      json_decref (unknown);
      json_decref (known);
      json_decref (emptied);
    }
}

typedef struct
{
  CitizRecord *record;
  guint items, documents, versions;
  gchar key[64]; /* of the last item */
  gsize samples;
  gint32 walk;    /* a day with a walk of 2.9 km at 6:05 */
  gdouble walked; /* km that a watch counted then */
} Sample;

static gboolean
sample_item (json_t *resource, const CitizOrigin *origin, GBytes *blob, gpointer data)
{
  Sample *sample = data;
  gboolean later = strcmp (sample->key, origin->key) == 0;
  guint number = sample->items - (later ? 1 : 0);
  CitizId id = {{3, (guint8) (number >> 8), (guint8) number}};
  g_autofree gchar *text = citiz_json_dump (resource);
  g_autoptr (GBytes) packed = citiz_item_pack (origin, text, strlen (text));
  g_autoptr (CitizItem) item = citiz_item_unpack (packed, &id, later ? 2 : 1, 7, NULL);

  g_strlcpy (sample->key, origin->key, sizeof sample->key);
  g_assert_nonnull (item);
  g_assert_true (item->sample);
  g_assert_cmpint (item->kind, !=, CITIZ_KIND_OTHER);
  citiz_record_put (sample->record, item);
  sample->versions++;
  sample->items = number + 1;
  if (blob != NULL)
    {
      sample->documents++;
      g_assert_cmpmem (g_bytes_get_data (blob, NULL), 5, "%PDF-", 5);
    }
  return TRUE;
}

static gboolean
sample_series (const gchar *measure,
               const gchar *source,
               const gchar *unit,
               const CitizSample *samples,
               gsize n,
               gpointer data)
{
  Sample *sample = data;
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (CitizDay));

  g_assert_nonnull (citiz_measure_get (measure));
  for (gsize i = 0; i < n; i++)
    {
      const gint minute = (gint) (samples[i].start / CITIZ_MINUTE + 2 * 1440 - 240) % 1440;
      const gint end = minute + (gint) (samples[i].duration / CITIZ_MINUTE);

      /* Who is asleep does not walk: the first thing of the day is at 6 h. */
      if (g_str_has_prefix (measure, "sleep"))
        g_assert_true (minute > 22 * 60 ? end <= 1440 + 360 : end <= 360);
      else if (strcmp (measure, "steps") == 0 && samples[i].value > 0)
        g_assert_true (minute >= 360 && end <= 22 * 60);
      if (strcmp (measure, "walk_dist") == 0 && minute >= 360 && minute <= 390
          && citiz_day_of (samples[i].start, -240) == sample->walk)
        sample->walked += samples[i].value;
    }
  citiz_days_add (days, samples, n, citiz_measure_get (measure)->aggregate);
  citiz_record_put_days (sample->record, measure, source, unit, 7, days);
  sample->samples += n;
  return TRUE;
}

static void
test_sample (void)
{
  for (guint language = 0; language < 2; language++)
    for (gint hour = 0; hour < 24; hour += 5)
      {
        Sample sample = {.record = citiz_record_new ()};
        CitizTime now = {1792814400000 + hour * CITIZ_HOUR};
        gint32 today = citiz_day_of (now.ms, -240);
        sample.walk = today - 14;
        g_assert_true (citiz_sample_load (now, -240, (CitizLanguage) language, sample_item,
                                          sample_series, &sample));
        g_assert_cmpuint (sample.items, >, 400);
        g_assert_cmpuint (sample.samples, >, 20000);
        g_assert_cmpuint (sample.documents, ==, 1);
        g_assert_cmpfloat (sample.walked, >, 2.9);
        g_autoptr (GArray) due = citiz_record_due (sample.record, today);
        g_assert_cmpuint (due->len, ==, 7);
        g_assert_cmpuint (citiz_record_untimed (sample.record, today), ==, 0);
        gboolean waiting = FALSE;
        for (guint i = 0; i < due->len; i++)
          waiting |= g_array_index (due, CitizDue, i).dose == NULL;
        g_assert_true (waiting);
        const CitizItem *allergy = find (sample.record, CITIZ_KIND_ALLERGY, "Pénicilline");
        g_assert_cmpint (allergy->alert, ==, CITIZ_ALERT_SEVERE_ALLERGY);
        g_assert_cmpint (find (sample.record, CITIZ_KIND_MEDICATION, "Apixaban")->alert, ==,
                         CITIZ_ALERT_ANTICOAGULANT);
        g_assert_nonnull (citiz_record_last_dose (
            sample.record, &find (sample.record, CITIZ_KIND_MEDICATION, "Apixaban")->id));
        const CitizItem *ramipril = find (sample.record, CITIZ_KIND_MEDICATION, "Ramipril");
        const CitizItem *pressure
            = find (sample.record, CITIZ_KIND_PROBLEM, "Hypertension artérielle");
        const gchar *from = NULL, *to = NULL;
        CitizTime changed = {0};
        g_autoptr (GPtrArray) corrected = citiz_record_history (sample.record, &pressure->id);
        g_assert_cmpuint (corrected->len, ==, 2);
        g_assert_true (
            citiz_record_dose_change (sample.record, &ramipril->id, &changed, &from, &to));
        g_assert_cmpstr (from, ==, language == CITIZ_LANGUAGE_FR ? "2,5 mg" : "2.5 mg");
        g_assert_cmpstr (to, ==, "5 mg");
        g_assert_cmpint (citiz_day_of (changed.ms, -240), ==, today - 36);
        const CitizItem *a1c = citiz_record_latest (sample.record, "hba1c");
        g_assert_cmpint (a1c->position, ==, CITIZ_POSITION_ABOVE);
        g_assert_cmpint (a1c->range.owner, ==, CITIZ_RANGE_TEAM);
        g_autoptr (GPtrArray) trend = citiz_record_same_test (sample.record, a1c);
        g_assert_cmpuint (trend->len, ==, 6);
        g_autoptr (GArray) steps = citiz_record_days (sample.record, "steps", today - 13, today);
        g_assert_cmpuint (steps->len, >=, 13);
        g_assert_cmpuint (citiz_record_remove_batch (sample.record, 7), ==, sample.items);
        g_assert_cmpuint (citiz_record_size (sample.record), ==, 0);
        citiz_record_free (sample.record);
      }
}

static void
put_resource (CitizRecord *record, guint8 number, guint32 batch, const gchar *text)
{
  const CitizId id = {{9, number}};
  json_t *json = citiz_json_load (text, strlen (text), NULL);
  g_autoptr (CitizItem) item = citiz_item_new_from_json (json, &id, 1, batch, NULL);

  json_decref (json);
  citiz_record_put (record, item);
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

/* --- who the record is about --- */

static void
put_person (CitizRecord *record, guint8 id, guint32 version, guint32 batch, const gchar *text)
{
  CitizId name = {{9, id}};
  json_t *json = citiz_json_load (text, strlen (text), NULL);
  g_autoptr (CitizItem) item = citiz_item_new_from_json (json, &name, version, batch, NULL);

  json_decref (json);
  citiz_item_set_source (item, CITIZ_SOURCE_SELF, NULL); /* what a watch exports says so too */
  item->changed.ms = 1000 * (id + version);
  citiz_record_put (record, item);
}

#define MARIE                                                                                      \
  "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"Marie\"],\"family\":\"Tremblay\"}],"      \
  "\"birthDate\":\"1961-04-02\",\"telecom\":[{\"system\":\"phone\",\"value\":\"418 555-0101\"}]"

static void
test_person_is_merged (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();
  const CitizItem *person;

  put_person (record, 1, 1, 0, MARIE ",\"address\":[]}");
  put_person (record, 2, 1, 4,
              "{\"resourceType\":\"Patient\",\"birthDate\":\"1961-04-02\",\"gender\":\"female\"}");
  put_person (
      record, 3, 1, 5,
      "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"MARIE\"],\"family\":\"TREMBLAY\"}],"
      "\"birthDate\":\"1961-04-02\",\"gender\":\"other\",\"telecom\":[{\"system\":\"phone\","
      "\"value\":\"1\"},{\"system\":\"email\",\"value\":\"m@example.org\"}],"
      "\"address\":[{\"text\":\"Québec\"}]}");
  put_person (record, 4, 1, 6,
              "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"Evelyn McCurdy\"}],"
              "\"birthDate\":\"1950-05-08\",\"identifier\":[{\"value\":\"other\"}]}");
  person = citiz_record_patient (record);
  g_assert_cmpstr (person->title[0], ==, "Marie Tremblay");
  g_assert_true (citiz_id_equal (&person->id, &(CitizId){{9, 1}}));
  g_assert_cmpstr (json_string_value (json_object_get (person->resource, "gender")), ==, "female");
  g_assert_cmpuint (json_array_size (json_object_get (person->resource, "telecom")), ==, 2);
  g_assert_cmpuint (json_array_size (json_object_get (person->resource, "address")), ==, 1);
  g_assert_null (json_object_get (person->resource, "identifier")); /* somebody else's */
  g_assert_null (json_object_get (citiz_record_patient_base (record)->resource, "gender"));
  citiz_record_remove_batch (record, 5); /* takes away what it filled, no more */
  person = citiz_record_patient (record);
  g_assert_cmpstr (person->title[0], ==, "Marie Tremblay");
  g_assert_cmpuint (json_array_size (json_object_get (person->resource, "telecom")), ==, 1);
  g_assert_cmpuint (json_array_size (json_object_get (person->resource, "address")), ==, 0);
  g_assert_cmpstr (json_string_value (json_object_get (person->resource, "gender")), ==, "female");
}

/* Nothing by hand: the first import stands. Corrected by hand: a newer export of the same source does not undo it. */
static void
test_person_of_imports (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();

  g_assert_null (citiz_record_patient (record));
  put_person (record, 1, 1, 1, "{\"resourceType\":\"Patient\",\"birthDate\":\"1961-04-02\"}");
  put_person (record, 2, 1, 2, MARIE "}");
  g_assert_cmpstr (citiz_record_patient (record)->title[0], ==, "Marie Tremblay");
  put_person (record, 2, 2, 0,
              "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"Marie-Ève Tremblay\"}],"
              "\"birthDate\":\"1961-04-03\"}");
  put_person (record, 2, 3, 3, MARIE ",\"gender\":\"male\"}");
  g_assert_cmpstr (citiz_record_patient (record)->title[0], ==, "Marie-Ève Tremblay");
  g_assert_cmpstr (
      json_string_value (json_object_get (citiz_record_patient (record)->resource, "birthDate")),
      ==, "1961-04-03");
  g_assert_cmpuint (citiz_record_patient_base (record)->version, ==, 2);
}

static void
test_two_people (void)
{
#define PERSON(given, family, born)                                                                \
  "{\"resourceType\":\"Patient\",\"name\":[{\"given\":[" given "],\"family\":\"" family            \
  "\"}],\"birthDate\":\"" born "\"}"
  static const struct
  {
    const gchar *a, *b;
    gboolean differ;
  } cases[] = {
      {PERSON ("\"Marie\"", "Tremblay", "1961-04-02"),
       PERSON ("\"Marie\"", "Tremblay", "1961-04-03"), TRUE},
      {PERSON ("\"Marie-Ève\"", "Côté", "1961-04-02"),
       PERSON ("\"MARIE EVE\"", "COTE", "1961-04-02"), FALSE},
      /* married, and noted with an initial */
      {PERSON ("\"Marie\"", "Tremblay", "1961-04-02"), PERSON ("\"M.\"", "Gagnon", "1961-04-02"),
       FALSE},
      {PERSON ("\"Marie\"", "Tremblay", ""), PERSON ("\"Marie\"", "Gagnon", "1961-04-02"), FALSE},
      /* twins are told apart by both names only */
      {PERSON ("\"Marie\"", "Tremblay", "1961-04-02"),
       PERSON ("\"Evelyn\"", "McCurdy", "1961-04-02"), TRUE},
      {PERSON ("\"Marie\"", "Tremblay", ""), PERSON ("\"Evelyn\"", "Tremblay", "1961-04-02"), TRUE},
      /* family name first, as some files have it */
      {PERSON ("\"Marie\"", "Tremblay", ""), PERSON ("\"Tremblay\"", "Marie", ""), FALSE},
      {PERSON ("\"Marie\"", "Tremblay", "1961"), PERSON ("\"Marie\"", "Tremblay", "1961-04-02"),
       FALSE},
      {PERSON ("\"Marie\"", "Tremblay", "1961-04-02"),
       "{\"resourceType\":\"Patient\",\"birthDate\":\"1961-04-02\"}", FALSE},
      {PERSON ("\"Marie\"", "Tremblay", "1961-04-02"),
       "{\"resourceType\":\"Patient\",\"birthDate\":\"1990-02-02\"}", TRUE},
      {PERSON ("\"Marie\"", "Tremblay", "1961-04-02"), "{\"resourceType\":\"Patient\"}", FALSE},
      {"{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"Marie Tremblay\"}]}",
       PERSON ("\"Evelyn\"", "McCurdy", "1961-04-02"), TRUE},
      /* a maiden name beside the married one */
      {PERSON ("\"Evelyn\"", "Tremblay", ""),
       "{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"Gagnon\"},{\"family\":\"Tremblay\"}]}",
       FALSE},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (CitizItem) a = item_of (cases[i].a);
      g_autoptr (CitizItem) b = item_of (cases[i].b);

      g_test_message ("%s / %s", cases[i].a, cases[i].b);
      g_assert_cmpint (citiz_patients_differ (a, b), ==, cases[i].differ);
      g_assert_cmpint (citiz_patients_differ (b, a), ==, cases[i].differ);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/titles", test_titles);
  g_test_add_func ("/record/person/named", test_named_person);
  g_test_add_func ("/record/coded-problems", test_coded_problems);
  g_test_add_func ("/record/ips/canadian", test_canadian_summary);
  g_test_add_func ("/record/ips/references", test_references);
  g_test_add_func ("/record/modifiers", test_modifiers);
  g_test_add_func ("/record/not-fhir", test_not_fhir);
  g_test_add_func ("/record/hostile-fields", test_hostile_fields);
  g_test_add_func ("/record/corrections", test_corrections);
  g_test_add_func ("/record/contents", test_contents);
  g_test_add_func ("/record/ratios", test_ratios);
  g_test_add_func ("/record/doses", test_doses);
  g_test_add_func ("/record/drug-names", test_drug_names);
  g_test_add_func ("/record/last-day", test_last_day);
  g_test_add_func ("/record/untimed", test_untimed);
  g_test_add_func ("/record/composers", test_composers);
  g_test_add_func ("/record/nothing-invented", test_nothing_invented);
  g_test_add_func ("/record/sample", test_sample);
  g_test_add_func ("/record/session", test_session);
  g_test_add_func ("/record/graver-first", test_graver_first);
  g_test_add_func ("/record/same-number", test_same_number);
  g_test_add_func ("/record/same-number-here", test_same_number_here);
  g_test_add_func ("/record/person/merged", test_person_is_merged);
  g_test_add_func ("/record/person/of-imports", test_person_of_imports);
  g_test_add_func ("/record/person/two", test_two_people);
  return g_test_run ();
}
