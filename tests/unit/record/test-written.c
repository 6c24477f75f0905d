/* What a person writes by hand, and corrects. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-env.h"
#include "record/citiz-compose.h"
#include "items.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/corrections", test_corrections);
  g_test_add_func ("/record/composers", test_composers);
  g_test_add_func ("/record/nothing-invented", test_nothing_invented);
  return g_test_run ();
}
