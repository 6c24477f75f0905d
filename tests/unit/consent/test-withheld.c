/* What is held back: by the person or as it came, said to be so, and never given away. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ips-fixture.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

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

#define ADD(path, func) g_test_add (path, Fixture, NULL, fixture_up, func, fixture_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  ADD ("/consent/ips/left-out", test_left_out);
  ADD ("/consent/ips/left-out-by-part", test_left_out_by_part);
  ADD ("/consent/ips/left-out-preview", test_left_out_preview);
  ADD ("/consent/ips/left-out-class", test_left_out_class);
  ADD ("/consent/ips/masked-item", test_masked_item);
  ADD ("/consent/ips/sensitive", test_sensitive);
  ADD ("/consent/ips/part-not-shown", test_part_not_shown);
  return g_test_run ();
}
