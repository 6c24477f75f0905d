/* The summary: what is in it, and what it says of itself. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ips-fixture.h"

#include "consent/citiz-consent-receipt.h"
#include "crypto/citiz-crypto.h"

#include <string.h>

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
  const CitizEnv later = {an_hour_later, f->options.env->random, NULL};
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

/* What a list is as of: the day of an import says nothing of it. */
static void
test_as_of (Fixture *f, gconstpointer data)
{
  CitizId id = citiz_env_new_id (f->options.env);
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

#define ADD(path, func) g_test_add (path, Fixture, NULL, fixture_up, func, fixture_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  ADD ("/consent/ips/empty-record", test_empty_record);
  ADD ("/consent/ips/alerts", test_alerts);
  ADD ("/consent/ips/device-claims-nothing", test_device_claims_nothing);
  ADD ("/consent/ips/none-known", test_none_known);
  ADD ("/consent/ips/modifiers-stay", test_modifiers_stay);
  ADD ("/consent/ips/hostile-text", test_hostile_text);
  ADD ("/consent/ips/digits-stay", test_digits_stay);
  ADD ("/consent/ips/activity-of-long-ago", test_activity_of_long_ago);
  ADD ("/consent/ips/preview-and-receipt", test_preview_and_receipt);
  ADD ("/consent/ips/digest", test_digest);
  ADD ("/consent/ips/as-of", test_as_of);
  ADD ("/consent/ips/inner-words", test_inner_words);
  ADD ("/consent/ips/incomplete", test_incomplete);
  return g_test_run ();
}
