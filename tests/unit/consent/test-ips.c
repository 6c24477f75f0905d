/* The summary: what is in it, what is said to be held back, what must not leak. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-consent-receipt.h"
#include "consent/citiz-ips.h"
#include "crypto/citiz-crypto.h"
#include "record/citiz-compose.h"

#include <string.h>

#define NOW G_GINT64_CONSTANT (1792260000000) /* 2026-10-17T14:00:00-04:00 */

static CitizTime
env_now (gpointer data)
{
  return (CitizTime){NOW};
}

static void
env_random (gpointer data, guint8 *out, gsize n)
{
  citiz_random (out, n);
}

static const CitizEnv env = {env_now, env_random, NULL};

typedef struct
{
  CitizRecord *record;
  CitizProfile *profile;
  CitizIpsOptions options;
} Fixture;

static void
up (Fixture *f, gconstpointer data)
{
  f->record = citiz_record_new ();
  f->profile = citiz_profile_new ();
  f->options
      = (CitizIpsOptions){.env = &env, .language = CITIZ_LANGUAGE_EN, .offset_minutes = -240};
}

static void
down (Fixture *f, gconstpointer data)
{
  citiz_record_free (f->record);
  citiz_profile_free (f->profile);
}

static CitizId
add (Fixture *f, const gchar *text)
{
  CitizId id = citiz_env_new_id (&env);
  json_t *resource = citiz_json_load (text, strlen (text), NULL);
  g_autoptr (CitizItem) item = NULL;

  g_assert_nonnull (resource);
  item = citiz_item_new_from_json (resource, &id, 1, 1, NULL);
  g_assert_nonnull (item);
  citiz_item_set_source (item, CITIZ_SOURCE_DOCUMENT, "CHUM");
  citiz_record_put (f->record, item);
  json_decref (resource);
  return id;
}

static void
add_patient (Fixture *f)
{
  add (
      f,
      "{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{\"family\":\"Bergeron\",\"given\":[\"Lucie\"]}],"
      "\"gender\":\"female\",\"birthDate\":\"1959-03-12\"}");
}

#define SUBJECT "\"subject\":{\"reference\":\"Patient/p\"}"
#define CLINICAL(code)                                                                                                        \
  "\"clinicalStatus\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/condition-clinical\",\"code\":\"" code \
  "\"}]}"

static CitizId
add_problem (Fixture *f, const gchar *name)
{
  g_autofree gchar *text
      = g_strdup_printf ("{\"resourceType\":\"Condition\",\"id\":\"%s\"," CLINICAL (
                             "active") ",\"code\":{\"text\":\"%s\"}," SUBJECT "}",
                         name, name);

  return add (f, text);
}

static CitizId
add_medication (Fixture *f, const gchar *name, const gchar *more)
{
  g_autofree gchar *text = g_strdup_printf (
      "{\"resourceType\":\"MedicationStatement\",\"id\":\"%s\",\"status\":\"active\","
      "\"medicationCodeableConcept\":{\"text\":\"%s\"}," SUBJECT "%s}",
      name, name, more);

  return add (f, text);
}

static CitizId
add_allergy (Fixture *f, const gchar *name, const gchar *more)
{
  g_autofree gchar *text = g_strdup_printf (
      "{\"resourceType\":\"AllergyIntolerance\",\"id\":\"%s\",\"code\":{\"text\":\"%s\"},"
      "\"patient\":{\"reference\":\"Patient/p\"}%s}",
      name, name, more);

  return add (f, text);
}

static json_t *
build (Fixture *f)
{
  return citiz_ips_build (f->record, f->profile, &f->options);
}

static json_t *
composition_of (json_t *bundle)
{
  return json_object_get (json_array_get (json_object_get (bundle, "entry"), 0), "resource");
}

static json_t *
section_of (json_t *bundle, const gchar *loinc)
{
  json_t *section;
  size_t i;

  json_array_foreach (json_object_get (composition_of (bundle), "section"), i, section)
  {
    json_t *coding
        = json_array_get (json_object_get (json_object_get (section, "code"), "coding"), 0);

    if (strcmp (json_string_value (json_object_get (coding, "code")), loinc) == 0)
      return section;
  }
  return NULL;
}

static const gchar *
empty_reason (json_t *section)
{
  json_t *coding
      = json_array_get (json_object_get (json_object_get (section, "emptyReason"), "coding"), 0);

  return json_string_value (json_object_get (coding, "code"));
}

static json_t *
extension_of (json_t *element, const gchar *name)
{
  g_autofree gchar *url = g_strconcat (CITIZ_EXT, name, NULL);
  json_t *extension;
  size_t i;

  json_array_foreach (
      json_object_get (element, "extension"), i,
      extension) if (strcmp (json_string_value (json_object_get (extension, "url")), url)
                     == 0) return extension;
  return NULL;
}

static json_t *
part_of (json_t *extension, const gchar *name)
{
  json_t *part;
  size_t i;

  json_array_foreach (json_object_get (extension, "extension"), i,
                      part) if (strcmp (json_string_value (json_object_get (part, "url")), name)
                                == 0) return part;
  return NULL;
}

static json_t *
class_of (json_t *bundle, const gchar *class_name)
{
  json_t *extension;
  size_t i;

  json_array_foreach (json_object_get (composition_of (bundle), "extension"), i, extension)
  {
    const gchar *code
        = json_string_value (json_object_get (part_of (extension, "class"), "valueCode"));

    if (g_strcmp0 (code, class_name) == 0)
      return extension;
  }
  return NULL;
}

static const gchar *
class_state (json_t *bundle, const gchar *class_name)
{
  return json_string_value (
      json_object_get (part_of (class_of (bundle, class_name), "state"), "valueCode"));
}

static json_t *
class_left_out (json_t *bundle, const gchar *class_name)
{
  return json_object_get (part_of (class_of (bundle, class_name), "left-out"), "valueBoolean");
}

static gint64
withheld (json_t *section)
{
  return json_integer_value (
      json_object_get (extension_of (section, "withheld-count"), "valueUnsignedInt"));
}

static gboolean
mentions (json_t *bundle, const gchar *text)
{
  g_autofree gchar *all = citiz_json_dump (bundle);

  return strstr (all, text) != NULL;
}

static json_t *
resource_of (json_t *bundle, const gchar *type, const gchar *text)
{
  json_t *entry;
  size_t i;

  json_array_foreach (json_object_get (bundle, "entry"), i, entry)
  {
    json_t *resource = json_object_get (entry, "resource");

    if (strcmp (json_string_value (json_object_get (resource, "resourceType")), type) == 0
        && mentions (resource, text))
      return resource;
  }
  return NULL;
}

static void
check_references (GHashTable *known, json_t *value)
{
  const char *key;
  json_t *member;
  size_t i;

  if (json_is_string (json_object_get (value, "reference")))
    g_assert_true (
        g_hash_table_contains (known, json_string_value (json_object_get (value, "reference"))));
  json_object_foreach (value, key, member) check_references (known, member);
  json_array_foreach (value, i, member) check_references (known, member);
}

/* The rules every bundle keeps. */
static void
check_document (json_t *bundle)
{
  static const gchar *const required[] = {"11450-4", "48765-2", "10160-0"};
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  json_t *entry, *section;
  size_t i;

  g_assert_cmpstr (json_string_value (json_object_get (bundle, "type")), ==, "document");
  g_assert_cmpstr (json_string_value (json_object_get (composition_of (bundle), "resourceType")),
                   ==, "Composition");
  json_array_foreach (json_object_get (bundle, "entry"), i, entry) g_assert_true (
      g_hash_table_add (known, (gpointer) json_string_value (json_object_get (entry, "fullUrl"))));
  check_references (known, bundle);
  for (i = 0; i < G_N_ELEMENTS (required); i++)
    g_assert_nonnull (section_of (bundle, required[i]));
  json_array_foreach (json_object_get (composition_of (bundle), "section"), i, section)
  {
    g_assert_nonnull (json_object_get (section, "title"));
    g_assert_nonnull (json_object_get (json_object_get (section, "text"), "div"));
    g_assert_true ((json_object_get (section, "entry") != NULL)
                   != (json_object_get (section, "emptyReason") != NULL));
  }
}

static void
test_empty_record (Fixture *f, gconstpointer data)
{
  json_t *bundle = build (f);

  check_document (bundle);
  g_assert_cmpstr (empty_reason (section_of (bundle, "48765-2")), ==, "notasked");
  g_assert_cmpstr (class_state (bundle, "anticoagulant"), ==, "not-asked");
  g_assert_null (section_of (bundle, "104605-1"));
  json_decref (bundle);
}

static void
test_alerts (Fixture *f, gconstpointer data)
{
  json_t *bundle, *flag;

  add_patient (f);
  add_medication (f, "Apixaban 5 mg", "");
  add_allergy (f, "Penicillin", ",\"criticality\":\"high\"");
  bundle = build (f);
  check_document (bundle);
  g_assert_cmpstr (class_state (bundle, "anticoagulant"), ==, "present");
  g_assert_cmpstr (class_state (bundle, "severe-allergy"), ==, "present");
  g_assert_cmpstr (class_state (bundle, "opioid"), ==, "none-known");
  g_assert_cmpstr (class_state (bundle, "implant"), ==, "not-asked");
  g_assert_cmpstr (class_state (bundle, "pregnancy"), ==, "not-applicable");
  flag = resource_of (bundle, "Flag", "Apixaban");
  g_assert_cmpstr (
      json_string_value (json_object_get (extension_of (flag, "alert-class"), "valueCode")), ==,
      "anticoagulant");
  g_assert_nonnull (extension_of (flag, "alert-item"));
  g_assert_nonnull (resource_of (bundle, "Flag", "Penicillin"));
  json_decref (bundle);
}

/* A lens in an eye is no word of the catalogue's, and yet an implant: beside a device nothing is claimed. */
static void
test_device_claims_nothing (Fixture *f, gconstpointer data)
{
  json_t *bundle;

  add_patient (f);
  add (f, "{\"resourceType\":\"DeviceUseStatement\",\"id\":\"lens\",\"status\":\"active\"," SUBJECT
          ",\"timingDateTime\":\"2024\",\"device\":{\"display\":\"Lentille intraoculaire\"}}");
  bundle = build (f);
  g_assert_cmpstr (class_state (bundle, "implant"), !=, "none-known");
  json_decref (bundle);
}

static void
test_masked_item (Fixture *f, gconstpointer data)
{
  CitizId apixaban, gout;
  json_t *bundle;

  add_patient (f);
  apixaban = add_medication (f, "Apixaban 5 mg", "");
  gout = add_problem (f, "Gout");
  add_medication (f, "Metformin 500 mg",
                  ",\"reasonReference\":[{\"reference\":\"Condition/Gout\",\"display\":\"Gout\"}]");
  g_assert_cmpint (citiz_record_get (f->record, &apixaban)->alert, ==, CITIZ_ALERT_ANTICOAGULANT);
  g_assert_cmpint (citiz_record_get (f->record, &gout)->alert, ==, CITIZ_ALERT_NONE);
  citiz_profile_set_masks (f->profile, &apixaban, TRUE);
  citiz_profile_set_masks (f->profile, &gout, TRUE);
  bundle = build (f);
  check_document (bundle);
  /* Counted, never named, not even by what cites it; and its class is not said to be absent. */
  g_assert_false (mentions (bundle, "Apixaban"));
  g_assert_false (mentions (bundle, "Gout"));
  g_assert_cmpint (withheld (section_of (bundle, "10160-0")), ==, 1);
  g_assert_cmpint (withheld (section_of (bundle, "11450-4")), ==, 1);
  g_assert_cmpstr (empty_reason (section_of (bundle, "11450-4")), ==, "withheld");
  g_assert_cmpstr (class_state (bundle, "anticoagulant"), ==, "withheld");
  g_assert_null (resource_of (bundle, "Flag", "anticoagulant"));
  json_decref (bundle);
}

static void
test_sensitive (Fixture *f, gconstpointer data)
{
  json_t *bundle;

  add_patient (f);
  add_problem (f, "Major depressive disorder");
  add_problem (f, "Asthma");
  bundle = build (f);
  check_document (bundle);
  g_assert_false (mentions (bundle, "epressive"));
  g_assert_true (mentions (bundle, "Asthma"));
  g_assert_cmpint (withheld (section_of (bundle, "11450-4")), ==, 1);
  json_decref (bundle);
  citiz_profile_set_shows_sensitive (f->profile, CITIZ_SENSITIVE_MENTAL, TRUE);
  bundle = build (f);
  g_assert_true (mentions (bundle, "Major depressive disorder"));
  g_assert_cmpint (withheld (section_of (bundle, "11450-4")), ==, 0);
  json_decref (bundle);
}

static void
test_part_not_shown (Fixture *f, gconstpointer data)
{
  json_t *bundle, *section;

  add_patient (f);
  add_medication (f, "Apixaban 5 mg", "");
  citiz_profile_set_shows (f->profile, CITIZ_PART_MEDICATIONS, FALSE);
  bundle = build (f);
  check_document (bundle);
  section = section_of (bundle, "10160-0");
  g_assert_cmpstr (empty_reason (section), ==, "withheld");
  g_assert_false (mentions (bundle, "Apixaban"));
  g_assert_cmpint (withheld (section), ==, 0); /* not even how many */
  g_assert_cmpstr (class_state (bundle, "anticoagulant"), ==, "withheld");
  json_decref (bundle);
}

/* What the person never chose to hold back is not said to be their choice. */
static void
test_left_out (Fixture *f, gconstpointer data)
{
  g_autofree gchar *kept = NULL;
  json_t *bundle;

  add_patient (f);
  add_problem (f, "Major depressive disorder");
  bundle = build (f);
  g_assert_true (mentions (bundle, "default-profile"));
  g_assert_true (mentions (bundle, "left out by default"));
  g_assert_false (mentions (bundle, "withheld by the patient"));
  json_decref (bundle);
  /* A copy of it, as an access keeps one, is no choice either. */
  kept = citiz_profile_to_json (f->profile);
  citiz_profile_free (f->profile);
  f->profile = citiz_profile_from_json (kept, -1, NULL);
  bundle = build (f);
  g_assert_true (mentions (bundle, "default-profile"));
  json_decref (bundle);
}

static gboolean
is_left_out (json_t *element)
{
  return json_is_true (
      json_object_get (part_of (extension_of (element, "part"), "left-out"), "valueBoolean"));
}

static gboolean
says (json_t *section, const gchar *text)
{
  const gchar *div = json_string_value (json_object_get (json_object_get (section, "text"), "div"));

  return strstr (div, text) != NULL;
}

/* One choice of the person makes no choice of what they left as it came: each part says it by itself. */
static void
test_left_out_by_part (Fixture *f, gconstpointer data)
{
  const gchar *problems = "11450-4", *directives = "42348-3", *family = "10157-6";
  json_t *bundle;
  CitizId flu;

  add_patient (f);
  add_problem (f, "Major depressive disorder");
  flu = add_problem (f, "Influenza");
  citiz_profile_set_shows (f->profile, CITIZ_PART_DIRECTIVES, FALSE);
  bundle = build (f);
  check_document (bundle);
  g_assert_false (mentions (bundle, "default-profile"));
  g_assert_true (is_left_out (section_of (bundle, problems)));
  g_assert_true (says (section_of (bundle, problems), "1 item left out by default"));
  g_assert_true (is_left_out (section_of (bundle, family)));
  g_assert_true (says (section_of (bundle, family), "Left out by default"));
  g_assert_false (is_left_out (section_of (bundle, directives)));
  g_assert_true (says (section_of (bundle, directives), "Withheld by the patient"));
  json_decref (bundle);
  /* Of two items of one part it is not told which is the sensitive one. */
  citiz_profile_set_masks (f->profile, &flu, TRUE);
  bundle = build (f);
  g_assert_false (is_left_out (section_of (bundle, problems)));
  g_assert_true (says (section_of (bundle, problems), "2 items withheld by the patient"));
  json_decref (bundle);
}

/* On the press the person is told how many of them they masked. */
static void
test_left_out_preview (Fixture *f, gconstpointer data)
{
  CitizId flu;

  add_patient (f);
  add_problem (f, "Major depressive disorder");
  flu = add_problem (f, "Influenza");
  for (guint masked = 0; masked <= 1; masked++)
    {
      g_autoptr (GPtrArray) rows = NULL;
      const CitizIpsPart *problems;

      citiz_profile_set_masks (f->profile, &flu, masked);
      rows = citiz_ips_preview (f->record, f->profile, &f->options);
      problems = rows->pdata[CITIZ_PART_PROBLEMS];
      g_assert_cmpuint (problems->withheld, ==, 1 + masked);
      g_assert_cmpuint (problems->masked, ==, masked);
    }
}

/* A class says it of itself, too. */
static void
test_left_out_class (Fixture *f, gconstpointer data)
{
  json_t *bundle;
  CitizId id;

  add_patient (f);
  id = add_medication (f, "Methadone 40 mg", "");
  bundle = build (f);
  g_assert_cmpstr (class_state (bundle, "opioid"), ==, "withheld");
  g_assert_true (json_is_true (class_left_out (bundle, "opioid")));
  json_decref (bundle);
  citiz_profile_set_masks (f->profile, &id, TRUE);
  bundle = build (f);
  g_assert_cmpstr (class_state (bundle, "opioid"), ==, "withheld");
  g_assert_null (class_left_out (bundle, "opioid"));
  json_decref (bundle);
}

static void
test_none_known (Fixture *f, gconstpointer data)
{
  static const gchar none[] = ",\"verificationStatus\":{\"coding\":[{\"code\":\"confirmed\"}]}";
  json_t *bundle;
  CitizId latex;

  add_patient (f);
  add (
      f,
      "{\"resourceType\":\"AllergyIntolerance\",\"code\":{\"coding\":[{\"system\":\"http://snomed.info/sct\","
      "\"code\":\"716186003\",\"display\":\"No known allergy\"}]},\"patient\":{\"reference\":\"Patient/p\"}}");
  bundle = build (f);
  check_document (bundle);
  g_assert_true (mentions (bundle, "716186003"));
  g_assert_cmpstr (class_state (bundle, "severe-allergy"), ==, "none-known");
  json_decref (bundle);
  /* With a masked allergy the statement would be a lie. */
  latex = add_allergy (f, "Latex", none);
  citiz_profile_set_masks (f->profile, &latex, TRUE);
  bundle = build (f);
  g_assert_false (mentions (bundle, "716186003"));
  g_assert_cmpstr (empty_reason (section_of (bundle, "48765-2")), ==, "withheld");
  json_decref (bundle);
}

static void
test_modifiers_stay (Fixture *f, gconstpointer data)
{
  json_t *bundle, *stopped;

  add_patient (f);
  add_allergy (f, "Contrast", ",\"verificationStatus\":{\"coding\":[{\"code\":\"refuted\"}]}");
  add_allergy (f, "Mistake",
               ",\"verificationStatus\":{\"coding\":[{\"code\":\"entered-in-error\"}]}");
  add (
      f,
      "{\"resourceType\":\"MedicationStatement\",\"status\":\"stopped\",\"statusReason\":[{\"text\":\"kidney\"}],"
      "\"medicationCodeableConcept\":{\"text\":\"Naproxen\"}," SUBJECT
      ",\"effectivePeriod\":{\"end\":\"2026-09-29\"}}");
  add (
      f,
      "{\"resourceType\":\"MedicationStatement\",\"status\":\"stopped\",\"medicationCodeableConcept\":{\"text\":"
      "\"Warfarin\"}," SUBJECT ",\"effectivePeriod\":{\"end\":\"2021-05-04\"}}");
  bundle = build (f);
  check_document (bundle);
  g_assert_true (mentions (bundle, "Contrast"));
  g_assert_true (mentions (bundle, "[refuted]"));
  g_assert_false (mentions (bundle, "Mistake"));
  stopped = resource_of (bundle, "MedicationStatement", "Naproxen");
  g_assert_cmpstr (json_string_value (json_object_get (
                       part_of (extension_of (stopped, "stopped"), "reason"), "valueString")),
                   ==, "kidney");
  g_assert_null (extension_of (resource_of (bundle, "MedicationStatement", "Warfarin"), "stopped"));
  g_assert_cmpstr (class_state (bundle, "anticoagulant"), ==, "none-known"); /* stopped in 2021 */
  json_decref (bundle);
}

static void
test_hostile_text (Fixture *f, gconstpointer data)
{
  json_t *bundle;
  const gchar *div;

  add_patient (f);
  add_problem (f, "<script>alert(1)</script> & co");
  add (
      f,
      "{\"resourceType\":\"Condition\",\"text\":{\"status\":\"generated\",\"div\":\"<div><script>2</script></div>\"},"
      "\"meta\":{\"source\":\"urn:x\"},\"code\":{\"text\":\"Other\"}," SUBJECT "}");
  bundle = build (f);
  check_document (bundle);
  div = json_string_value (
      json_object_get (json_object_get (section_of (bundle, "11450-4"), "text"), "div"));
  g_assert_null (strstr (div, "<script"));
  g_assert_nonnull (strstr (div, "&lt;script&gt;"));
  g_assert_false (mentions (bundle, "<script>2"));
  g_assert_false (mentions (bundle, "urn:x"));
  json_decref (bundle);
}

static void
test_digits_stay (Fixture *f, gconstpointer data)
{
  json_t *bundle;

  add_patient (f);
  add (
      f,
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"category\":[{\"coding\":[{\"code\":\"laboratory\"}]}],"
      "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"2823-3\"}],\"text\":\"Potassium\"}," SUBJECT
      ",\"effectiveDateTime\":\"2026-10-02\",\"valueQuantity\":{\"value\":4.80,\"unit\":\"mmol/L\"}}");
  bundle = build (f);
  check_document (bundle);
  g_assert_true (mentions (bundle, "\"value\":4.80"));
  g_assert_true (mentions (bundle, "first-screen"));
  json_decref (bundle);
}

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

/* A session of long ago is in no line of the summary: the person is not told that something of it is shown. */
static void
test_activity_of_long_ago (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) rows = NULL;
  const CitizIpsPart *activity;

  add_patient (f);
  add (
      f,
      "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":"
      "\"http://loinc.org\",\"code\":\"73985-4\"}],\"text\":\"Walk\"}," SUBJECT
      ",\"effectiveDateTime\":\"2015-01-01\",\"component\":[{\"code\":{\"coding\":[{\"system\":"
      "\"http://loinc.org\",\"code\":\"55411-3\"}]},\"valueQuantity\":{\"value\":30,\"unit\":\"min\"}}]}");
  rows = citiz_ips_preview (f->record, f->profile, &f->options);
  activity = rows->pdata[CITIZ_PART_ACTIVITY];
  g_assert_cmpuint (activity->count, ==, 0);
}

static void
test_preview_and_receipt (Fixture *f, gconstpointer data)
{
  CitizConsentReceipt receipt = {.given = {NOW},
                                 .not_before = {NOW},
                                 .expires = {NOW + CITIZ_DAY},
                                 .person = "Lucie B.",
                                 .purpose = "ETREAT",
                                 .max_openings = 64,
                                 .profile = f->profile,
                                 .offset_minutes = -240};
  g_autoptr (GPtrArray) rows = NULL, lines = NULL;
  const CitizIpsPart *medications;
  json_t *consent;

  add_patient (f);
  add_medication (f, "Apixaban 5 mg", "");
  rows = citiz_ips_preview (f->record, f->profile, &f->options);
  g_assert_cmpuint (rows->len, ==, CITIZ_N_PARTS);
  medications = rows->pdata[CITIZ_PART_ALERTS];
  g_assert_cmpuint (medications->count, ==, 1);
  medications = rows->pdata[CITIZ_PART_MEDICATIONS];
  g_assert_cmpuint (medications->count, ==, 1);
  g_assert_nonnull (strstr (medications->text, "Apixaban"));
  consent = citiz_consent_receipt_to_fhir (&receipt);
  g_assert_cmpstr (json_string_value (json_object_get (consent, "status")), ==, "active");
  g_assert_cmpstr (json_string_value (json_object_get (
                       json_object_get (json_object_get (consent, "provision"), "period"), "end")),
                   ==, "2026-10-18T14:00:00-04:00");
  lines = citiz_consent_receipt_rows (&receipt, CITIZ_LANGUAGE_FR);
  g_assert_cmpuint (lines->len % 2, ==, 0);
  json_decref (consent);
}

static CitizTime
an_hour_later (gpointer data)
{
  return (CitizTime){NOW + CITIZ_HOUR};
}

static CitizHash
digest (Fixture *f)
{
  json_t *bundle = build (f);
  CitizHash hash;

  citiz_ips_digest (&hash, bundle);
  json_decref (bundle);
  return hash;
}

/* The same record says the same, whenever and under whatever identifiers; a change of what is shown does not. */
static void
test_digest (Fixture *f, gconstpointer data)
{
  const CitizEnv later = {an_hour_later, env_random, NULL};
  CitizHash before, after;

  add_patient (f);
  add_medication (f, "Apixaban 5 mg", "");
  add_problem (f, "Atrial fibrillation");
  before = digest (f);
  after = digest (f);
  g_assert_true (citiz_hash_equal (&before, &after));
  f->options.env = &later;
  after = digest (f);
  g_assert_true (citiz_hash_equal (&before, &after));
  add_allergy (f, "Penicillin", "");
  after = digest (f);
  g_assert_false (citiz_hash_equal (&before, &after));
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

/* What a list is as of: the day of an import says nothing of it. */
static void
test_as_of (Fixture *f, gconstpointer data)
{
  CitizId id = citiz_env_new_id (&env);
  json_t *json
      = json_pack ("{s:s, s:s, s:{s:s}, s:{s:[{s:s, s:s}]}, s:s}", "resourceType", "Condition",
                   "id", "c", "code", "text", "Asthma", "clinicalStatus", "coding", "system",
                   "http://terminology.hl7.org/CodeSystem/condition-clinical", "code", "active",
                   "recordedDate", "2022-01-04");
  g_autoptr (CitizItem) item = citiz_item_new_from_json (json, &id, 1, 1, NULL);
  json_t *bundle, *part;

  json_decref (json);
  add_patient (f);
  add_problem (f, "Gout"); /* of which no day is known */
  bundle = build (f);
  g_assert_null (part_of (extension_of (section_of (bundle, "11450-4"), "part"), "reviewed"));
  json_decref (bundle);

  citiz_item_set_source (item, CITIZ_SOURCE_DOCUMENT, "CHUM");
  item->changed.ms = NOW;
  citiz_record_put (f->record, item);
  bundle = build (f);
  part = part_of (extension_of (section_of (bundle, "11450-4"), "part"), "reviewed");
  g_assert_true (
      g_str_has_prefix (json_string_value (json_object_get (part, "valueDateTime")), "2022-01-04"));
  json_decref (bundle);

  g_assert_true (citiz_date_parse (&item->onset, "2023-05")); /* said later than it was noted */
  bundle = build (f);
  part = part_of (extension_of (section_of (bundle, "11450-4"), "part"), "reviewed");
  g_assert_true (
      g_str_has_prefix (json_string_value (json_object_get (part, "valueDateTime")), "2023-05-01"));
  json_decref (bundle);

  citiz_item_set_source (item, CITIZ_SOURCE_SELF, NULL);
  bundle = build (f);
  part = part_of (extension_of (section_of (bundle, "11450-4"), "part"), "reviewed");
  g_assert_true (
      g_str_has_prefix (json_string_value (json_object_get (part, "valueDateTime")), "2026-10-17"));
  json_decref (bundle);
}

/* What could not be read is in no list: the reader has to know that the lists are not whole. */
static void
test_incomplete (Fixture *f, gconstpointer data)
{
  json_t *bundle;

  add_patient (f);
  bundle = build (f);
  g_assert_false (mentions (bundle, "\"incomplete\""));
  json_decref (bundle);
  f->options.incomplete = TRUE;
  bundle = build (f);
  g_assert_true (mentions (bundle, "\"incomplete\""));
  json_decref (bundle);
}

/* One apple noted by hand hides no day of an imported diary. */
static void
test_diet_of_two_sources (Fixture *f, gconstpointer data)
{
  const gint32 day = citiz_day_of (NOW, -240) - 1;
  const CitizDraftPart apple = {"Apple", CITIZ_SYSTEM_CNF, "1696", "150", "g"};
  CitizDraft draft = {.title = "Snack", .category = "snack", .parts = &apple, .n_parts = 1};
  const CitizId id = citiz_env_new_id (&env);
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

/* Words within an entry, too: a reaction that is coded, a route. */
static void
test_inner_words (Fixture *f, gconstpointer data)
{
  json_t *bundle;

  add_patient (f);
  add (f, "{\"resourceType\":\"AllergyIntolerance\"," SUBJECT ",\"code\":{\"text\":\"Penicillin\"},"
          "\"reaction\":[{\"manifestation\":[{\"coding\":[{\"system\":\"http://snomed.info/sct\","
          "\"code\":\"126485001\",\"display\":\"Urticarial wheals\"}]}]}]}");
  add (f, "{\"resourceType\":\"MedicationStatement\",\"status\":\"active\"," SUBJECT ","
          "\"medicationCodeableConcept\":{\"text\":\"Nitroglycerin\"},"
          "\"dosage\":[{\"route\":{\"text\":\"Under the tongue\"}}]}");
  bundle = build (f);
  g_assert_true (mentions (bundle, "Hives"));
  g_assert_true (mentions (bundle, "Urticaire"));
  g_assert_true (mentions (bundle, "Sous la langue"));
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

#define ADD(path, func) g_test_add (path, Fixture, NULL, up, func, down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  ADD ("/consent/ips/empty-record", test_empty_record);
  ADD ("/consent/ips/alerts", test_alerts);
  ADD ("/consent/ips/left-out", test_left_out);
  ADD ("/consent/ips/left-out-by-part", test_left_out_by_part);
  ADD ("/consent/ips/left-out-preview", test_left_out_preview);
  ADD ("/consent/ips/left-out-class", test_left_out_class);
  ADD ("/consent/ips/device-claims-nothing", test_device_claims_nothing);
  ADD ("/consent/ips/masked-item", test_masked_item);
  ADD ("/consent/ips/sensitive", test_sensitive);
  ADD ("/consent/ips/part-not-shown", test_part_not_shown);
  ADD ("/consent/ips/none-known", test_none_known);
  ADD ("/consent/ips/modifiers-stay", test_modifiers_stay);
  ADD ("/consent/ips/hostile-text", test_hostile_text);
  ADD ("/consent/ips/digits-stay", test_digits_stay);
  ADD ("/consent/ips/few-of-one-code", test_few_of_one_code);
  ADD ("/consent/ips/activity-of-long-ago", test_activity_of_long_ago);
  ADD ("/consent/ips/preview-and-receipt", test_preview_and_receipt);
  ADD ("/consent/ips/digest", test_digest);
  ADD ("/consent/ips/newest-vitals", test_newest_vitals);
  ADD ("/consent/ips/as-of", test_as_of);
  ADD ("/consent/ips/both-languages", test_both_languages);
  ADD ("/consent/ips/inner-words", test_inner_words);
  ADD ("/consent/ips/incomplete", test_incomplete);
  ADD ("/consent/ips/diet-of-two-sources", test_diet_of_two_sources);
  ADD ("/consent/ips/one-tile-a-measure", test_one_tile_a_measure);
  return g_test_run ();
}
