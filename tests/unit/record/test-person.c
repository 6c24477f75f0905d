/* Who the record is about. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "items.h"

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
  g_test_add_func ("/record/person/named", test_named_person);
  g_test_add_func ("/record/person/merged", test_person_is_merged);
  g_test_add_func ("/record/person/of-imports", test_person_of_imports);
  g_test_add_func ("/record/person/two", test_two_people);
  return g_test_run ();
}
