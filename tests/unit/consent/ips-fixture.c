/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ips-fixture.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

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

void
fixture_up (Fixture *f, gconstpointer data)
{
  f->record = citiz_record_new ();
  f->profile = citiz_profile_new ();
  f->options
      = (CitizIpsOptions){.env = &env, .language = CITIZ_LANGUAGE_EN, .offset_minutes = -240};
}

void
fixture_down (Fixture *f, gconstpointer data)
{
  citiz_record_free (f->record);
  citiz_profile_free (f->profile);
}

CitizId
add (Fixture *f, const gchar *text)
{
  CitizId id = citiz_env_new_id (f->options.env);
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

void
add_patient (Fixture *f)
{
  add (
      f,
      "{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{\"family\":\"Bergeron\",\"given\":[\"Lucie\"]}],"
      "\"gender\":\"female\",\"birthDate\":\"1959-03-12\"}");
}

#define CLINICAL(code)                                                                                                        \
  "\"clinicalStatus\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/condition-clinical\",\"code\":\"" code \
  "\"}]}"

CitizId
add_problem (Fixture *f, const gchar *name)
{
  g_autofree gchar *text
      = g_strdup_printf ("{\"resourceType\":\"Condition\",\"id\":\"%s\"," CLINICAL (
                             "active") ",\"code\":{\"text\":\"%s\"}," SUBJECT "}",
                         name, name);

  return add (f, text);
}

CitizId
add_medication (Fixture *f, const gchar *name, const gchar *more)
{
  g_autofree gchar *text = g_strdup_printf (
      "{\"resourceType\":\"MedicationStatement\",\"id\":\"%s\",\"status\":\"active\","
      "\"medicationCodeableConcept\":{\"text\":\"%s\"}," SUBJECT "%s}",
      name, name, more);

  return add (f, text);
}

CitizId
add_allergy (Fixture *f, const gchar *name, const gchar *more)
{
  g_autofree gchar *text = g_strdup_printf (
      "{\"resourceType\":\"AllergyIntolerance\",\"id\":\"%s\",\"code\":{\"text\":\"%s\"},"
      "\"patient\":{\"reference\":\"Patient/p\"}%s}",
      name, name, more);

  return add (f, text);
}

json_t *
build (Fixture *f)
{
  return citiz_ips_build (f->record, f->profile, &f->options);
}

static json_t *
composition_of (json_t *bundle)
{
  return json_object_get (json_array_get (json_object_get (bundle, "entry"), 0), "resource");
}

json_t *
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

const gchar *
empty_reason (json_t *section)
{
  json_t *coding
      = json_array_get (json_object_get (json_object_get (section, "emptyReason"), "coding"), 0);

  return json_string_value (json_object_get (coding, "code"));
}

json_t *
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

json_t *
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

const gchar *
class_state (json_t *bundle, const gchar *class_name)
{
  return json_string_value (
      json_object_get (part_of (class_of (bundle, class_name), "state"), "valueCode"));
}

json_t *
class_left_out (json_t *bundle, const gchar *class_name)
{
  return json_object_get (part_of (class_of (bundle, class_name), "left-out"), "valueBoolean");
}

gint64
withheld (json_t *section)
{
  return json_integer_value (
      json_object_get (extension_of (section, "withheld-count"), "valueUnsignedInt"));
}

gboolean
mentions (json_t *bundle, const gchar *text)
{
  g_autofree gchar *all = citiz_json_dump (bundle);

  return strstr (all, text) != NULL;
}

json_t *
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
void
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
