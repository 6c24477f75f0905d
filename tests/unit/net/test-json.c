/* The strict JSON reader. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-json-strict.h"

#include <string.h>

static json_t *
parse (const gchar *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));

  return citiz_json_strict_parse (bytes, NULL);
}

static void
test_accepts (void)
{
  json_t *value = parse (
      "{\"a\":9007199254740991,\"b\":\"\xc3\xa9\",\"c\":[{}],\"d\":\"AAECAw\",\"e\":\"\\\"[[[\"}");
  gint64 n;
  guint8 four[4];

  g_assert_nonnull (value);
  g_assert_true (citiz_json_strict_int (value, "a", 0, CITIZ_JSON_INT_MAX, &n));
  g_assert_cmpint (n, ==, CITIZ_JSON_INT_MAX);
  g_assert_false (citiz_json_strict_int (value, "a", 0, 5, &n));
  g_assert_cmpstr (citiz_json_strict_string (value, "b", 2), ==, "\xc3\xa9");
  g_assert_null (citiz_json_strict_string (value, "b", 1));
  g_assert_true (citiz_json_strict_bytes (value, "d", four, 4));
  g_assert_cmpuint (four[3], ==, 3);
  g_assert_false (citiz_json_strict_bytes (value, "d", four, 3));
  g_assert_false (citiz_json_strict_bytes (value, "zz", four, 4));
  json_decref (value);
}

static void
test_refuses (void)
{
  static const gchar *const bad[] = {
      "",
      "[]",
      "1",
      "null",
      "{",
      "{\"a\":1,\"a\":2}",
      "{\"a\":1.5}",
      "{\"a\":1e3}",
      "{\"a\":9007199254740992}",
      "{\"a\":\"\\u0000\"}",
      "{\"a\":\"\xff\"}",
      "{\"a\":\"\xed\xa0\x80\"}",
      "{\"a\":1}x",
      "{'a':1}",
      "{\"a\":01}",
      "{\"a\":{\"b\":1,\"b\":1}}",
  };
  g_autoptr (GString) deep = g_string_new ("{\"a\":");

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (parse (bad[i]));
  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  g_assert_null (parse (deep->str));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/json/accepts", test_accepts);
  g_test_add_func ("/net/json/refuses", test_refuses);
  return g_test_run ();
}
