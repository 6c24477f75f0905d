/* Reading vector files. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "vector-file.h"

#include "core/citiz-core.h"

#include <string.h>

json_t *
vector_file (const gchar *name)
{
  g_autofree gchar *path = g_build_filename (g_getenv ("CITIZ_TEST_DATA"), "vectors", name, NULL);
  json_error_t error;
  json_t *root = json_load_file (path, JSON_REJECT_DUPLICATES, &error);

  if (root == NULL)
    g_error ("%s: %s", path, error.text);
  return root;
}

const gchar *
vector_text (json_t *object, const gchar *key)
{
  const gchar *text = json_string_value (json_object_get (object, key));

  g_assert_nonnull (text);
  return text;
}

GBytes *
vector_bytes (json_t *object, const gchar *key)
{
  const gchar *hex = vector_text (object, key);
  gsize n = strlen (hex) / 2;
  guint8 *bytes = g_malloc (n + 1);

  g_assert_true (citiz_hex_decode (bytes, n, hex));
  return g_bytes_new_take (bytes, n);
}

gint64
vector_number (json_t *object, const gchar *key)
{
  g_assert_true (json_is_integer (json_object_get (object, key)));
  return json_integer_value (json_object_get (object, key));
}
