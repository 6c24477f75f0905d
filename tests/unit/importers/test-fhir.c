/* FHIR JSON: bundles, lines, strictness, keys, attachments. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "conversation.h"

#include "importers/citiz-fhir.h"

#include <string.h>

static void
test_strict_json (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  const struct
  {
    const gchar *text;
    CitizImportReason reason;
  } cases[] = {
      {"{}", CITIZ_IMPORT_KEPT},
      {" [1, -0.5, 1e5, \"\\u00e9\\ud83d\\ude00\", true, null] ", CITIZ_IMPORT_KEPT},
      {"{\"a\":1,\"a\":2}", CITIZ_IMPORT_DUPLICATE_KEY},
      {"{\"a\":1,\"b\":{\"a\":2},\"\\u0061\":3}", CITIZ_IMPORT_DUPLICATE_KEY},
      {"{\"a\":{\"x\":1},\"b\":{\"x\":1}}", CITIZ_IMPORT_KEPT},
      {deep->str, CITIZ_IMPORT_TOO_DEEP},
      {"{\"a\":01}", CITIZ_IMPORT_MALFORMED},
      {"{\"a\":1.}", CITIZ_IMPORT_MALFORMED},
      {"{\"a\":+1}", CITIZ_IMPORT_MALFORMED},
      {"{\"a\":\"\\u0000\"}", CITIZ_IMPORT_MALFORMED},
      {"{\"a\":\"\\ud800\"}", CITIZ_IMPORT_MALFORMED},
      {"{\"a\":\"\\udc00\"}", CITIZ_IMPORT_MALFORMED},
      {"{\"a\":\"\n\"}", CITIZ_IMPORT_MALFORMED},
      {"{\"a\":\"\\x\"}", CITIZ_IMPORT_MALFORMED},
      {"{\"a\" 1}", CITIZ_IMPORT_MALFORMED},
      {"{a:1}", CITIZ_IMPORT_MALFORMED},
      {"{\"a\":1,}", CITIZ_IMPORT_MALFORMED},
      {"[1 2]", CITIZ_IMPORT_MALFORMED},
      {"[NaN]", CITIZ_IMPORT_MALFORMED},
      {"{\"a\":", CITIZ_IMPORT_TRUNCATED},
      {"{\"a", CITIZ_IMPORT_TRUNCATED},
      {"", CITIZ_IMPORT_TRUNCATED},
      {"{\"a\":\"\377\"}", CITIZ_IMPORT_NOT_UTF8},
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (citiz_json_check (cases[i].text, strlen (cases[i].text), NULL), ==,
                     cases[i].reason);
}

/* What goes out is what came in, byte for byte. */
static void
test_verbatim (void)
{
  static const gchar *const files[]
      = {"ips/CA_Bundle_FullsomeScenario1.json", "ips/IPS_IG-bundle-01.json",
         "ips/CA-IPS-Bundle1Example.json", "ips/UK_NHSx_IPS_Example_01-modified.json"};
  static const guint counts[] = {36, 20, 0, 0};
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      gsize n;
      g_autofree gchar *text = test_data (files[i], &n);
      g_autoptr (Heard) heard = heard_from_file (files[i]);
      g_assert_cmpint (heard->reason, ==, CITIZ_IMPORT_KEPT);
      g_assert_cmpint (heard->format, ==, CITIZ_FORMAT_FHIR_BUNDLE);
      g_assert_cmpuint (heard->tallies->len, ==, 0);
      if (counts[i] > 0)
        g_assert_cmpuint (heard->resources->len, ==, counts[i]);
      for (guint k = 0; k < heard->resources->len; k++)
        {
          const HeardResource *r = heard->resources->pdata[k];
          g_assert_nonnull (memmem (text, n, r->json, strlen (r->json)));
          g_assert_cmpint (r->origin, ==, CITIZ_ORIGIN_DOCUMENT);
        }
      g_assert_nonnull (heard_resource (heard, "Composition", 0));
      g_assert_nonnull (heard_resource (heard, "Patient", 0));
    }
}

static Heard *
hear (const gchar *text)
{
  return heard_from_bytes (text, strlen (text));
}

static void
test_kinds (void)
{
  g_autoptr (Heard) single
      = hear ("{\"resourceType\":\"Observation\",\"id\":\"1\",\"valueQuantity\":{\"value\":6.10}}");
  g_autoptr (Heard) collection = hear (
      "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":{\"resourceType\":\"Goal\"}}]}");
  g_autoptr (Heard) transaction = hear (
      "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{\"fullUrl\":\"urn:uuid:0af1e7d2-8d46-4a52-9c4e-d05d1e5e3a01\","
      "\"resource\":{\"resourceType\":\"Patient\"},\"request\":{\"method\":\"POST\",\"url\":\"Patient\"}}]}");
  g_autoptr (Heard) searchset = hear (
      "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{\"resource\":{\"resourceType\":\"OperationOutcome\"}},"
      "{\"resource\":{\"id\":\"x\"}},{\"response\":{}},{\"resource\":{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":"
      "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Goal\"}}]}}]}},7,{\"resource\":{\"resourceType\":\"Condition\"}}]}");
  g_autoptr (Heard) empty
      = hear ("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":0}");
  g_autoptr (Heard) other = hear ("{\"dateTime\":\"05/06/23\"}");
  g_autoptr (Heard) list = hear ("[{\"resourceType\":\"Goal\"}]");
  g_autoptr (Heard) broken = hear ("{\"resourceType\":\"Goal\"");

  g_assert_cmpint (single->format, ==, CITIZ_FORMAT_FHIR_RESOURCE);
  g_assert_nonnull (strstr (heard_resource (single, "Observation", 0)->json, "6.10}"));
  g_assert_cmpint (heard_resource (collection, "Goal", 0)->origin, ==, CITIZ_ORIGIN_INSTITUTION);
  g_assert_cmpstr (heard_resource (transaction, "Patient", 0)->key, ==,
                   "urn:uuid:0af1e7d2-8d46-4a52-9c4e-d05d1e5e3a01");
  g_assert_cmpuint (searchset->resources->len, ==, 1);
  g_assert_cmpuint (heard_tally (searchset, CITIZ_IMPORT_OPERATION_OUTCOME, NULL), ==, 1);
  g_assert_cmpuint (heard_tally (searchset, CITIZ_IMPORT_NO_RESOURCE_TYPE, NULL), ==, 3);
  g_assert_cmpuint (heard_tally (searchset, CITIZ_IMPORT_NESTED_BUNDLE, NULL), ==, 1);
  g_assert_cmpint (empty->reason, ==, CITIZ_IMPORT_KEPT);
  g_assert_cmpint (other->reason, ==, CITIZ_IMPORT_NOT_HEALTH_DATA);
  g_assert_cmpint (list->reason, ==, CITIZ_IMPORT_NOT_HEALTH_DATA);
  g_assert_cmpint (broken->reason, ==, CITIZ_IMPORT_TRUNCATED);
}

/* Two "Patient/1" are not one person; the same long id or address is the same thing whatever file it comes in. */
static void
test_keys (void)
{
  g_autoptr (Heard) a = hear ("{\"resourceType\":\"Patient\",\"id\":\"1\",\"gender\":\"female\"}");
  g_autoptr (Heard) b = hear ("{\"resourceType\":\"Patient\",\"id\":\"1\",\"gender\":\"male\"}");
  g_autoptr (Heard) line
      = hear ("{\"resourceType\":\"Patient\",\"id\":\"da6edc7d-d623-4ba4-b094-e8e39a1ec46c\"}");
  g_autoptr (Heard) entry = hear (
      "{\"resourceType\":\"Bundle\",\"entry\":[{\"fullUrl\":\"urn:uuid:da6edc7d-d623-4ba4-b094-e8e39a1ec46c\",\"resource\":"
      "{\"resourceType\":\"Patient\",\"id\":\"da6edc7d-d623-4ba4-b094-e8e39a1ec46c\"}}]}");

  g_assert_cmpstr (heard_resource (a, "Patient", 0)->key, !=,
                   heard_resource (b, "Patient", 0)->key);
  g_assert_cmpstr (heard_resource (line, "Patient", 0)->key, ==,
                   heard_resource (entry, "Patient", 0)->key);
  g_assert_cmpstr (heard_resource (entry, "Patient", 0)->full_url, ==,
                   "urn:uuid:da6edc7d-d623-4ba4-b094-e8e39a1ec46c");
}

static void
test_lines (void)
{
  g_autoptr (GString) text = g_string_new ("\357\273\277");
  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (
        text,
        i == 5000 ? "{broken %u\r\n"
                  : "{\"resourceType\":\"Observation\",\"id\":\"observation-%08u\"}\r\n",
        i);
  g_string_append (text, "\n{\"resourceType\":\"Observation\",\"id\":\"observation-end");
  g_autoptr (Heard) heard = heard_from_bytes (text->str, text->len);

  g_assert_cmpint (heard->format, ==, CITIZ_FORMAT_FHIR_NDJSON);
  g_assert_cmpuint (heard->resources->len, ==, 19999);
  g_assert_cmpuint (heard_tally (heard, CITIZ_IMPORT_MALFORMED, "line"), ==, 1);
  g_assert_cmpint (heard->reason, ==, CITIZ_IMPORT_TRUNCATED);
}

static void
test_attachments (void)
{
  g_autofree guint8 *bytes = g_malloc (5000);
  for (guint i = 0; i < 5000; i++)
    bytes[i] = (guint8) (i * 31);
  g_autofree gchar *base64 = g_base64_encode (bytes, 5000);
  g_autofree gchar *json = g_strdup_printf (
      "{\"resourceType\":\"DocumentReference\",\"content\":[{\"attachment\":{\"contentType\":\"application/pdf\","
      "\"data\": \"%s\" ,\"title\":\"t\"}}],\"contained\":[{\"resourceType\":\"Observation\",\"valueSampledData\":{\"data\":\"%s\"}}]}",
      base64, base64);
  g_autoptr (Heard) heard = heard_from_bytes (json, strlen (json));
  const gchar *out = heard_resource (heard, "DocumentReference", 0)->json;

  g_assert_cmpuint (heard->blobs->len, ==, 1);
  g_assert_cmpmem (g_bytes_get_data (heard->blobs->pdata[0], NULL),
                   g_bytes_get_size (heard->blobs->pdata[0]), bytes, 5000);
  CitizHash hash;
  citiz_blob_hash (&hash, bytes, 5000);
  g_autofree gchar *hex = citiz_hash_to_hex (&hash);
  g_assert_nonnull (strstr (out, hex));
  g_assert_nonnull (strstr (out, "\"contentType\":\"application/pdf\",\"url\":\"urn:citiz:blob:"));
  g_assert_nonnull (strstr (out, base64)); /* sampled data is data */
  g_assert_cmpint (citiz_json_check (out, strlen (out), NULL), ==, CITIZ_IMPORT_KEPT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/importers/fhir/strict-json", test_strict_json);
  g_test_add_func ("/importers/fhir/verbatim", test_verbatim);
  g_test_add_func ("/importers/fhir/kinds", test_kinds);
  g_test_add_func ("/importers/fhir/keys", test_keys);
  g_test_add_func ("/importers/fhir/lines", test_lines);
  g_test_add_func ("/importers/fhir/attachments", test_attachments);
  return g_test_run ();
}
