/* JSON from strangers. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-json-strict.h"

#include "core/citiz-types.h"

#include <string.h>

/* Depth is measured before the parser may recurse. */
static gboolean
depth_is_fine (const gchar *text, gsize n)
{
  gboolean in_string = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (in_string && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_string = !in_string;
      else if (!in_string && (text[i] == '{' || text[i] == '['))
        {
          if (++depth > CITIZ_JSON_DEPTH_MAX)
            return FALSE;
        }
      else if (!in_string && (text[i] == '}' || text[i] == ']') && depth > 0)
        depth--;
    }
  return TRUE;
}

static gboolean
numbers_are_fine (json_t *value)
{
  const char *key;
  json_t *member;
  size_t i;

  switch (json_typeof (value))
    {
    case JSON_REAL:
      return FALSE;
    case JSON_INTEGER:
      return json_integer_value (value) <= CITIZ_JSON_INT_MAX
             && json_integer_value (value) >= -CITIZ_JSON_INT_MAX;
    case JSON_OBJECT:
      json_object_foreach (value, key, member) if (!numbers_are_fine (member)) return FALSE;
      return TRUE;
    case JSON_ARRAY:
      json_array_foreach (value, i, member) if (!numbers_are_fine (member)) return FALSE;
      return TRUE;
    case JSON_STRING:
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
      return TRUE;
    }
  return FALSE;
}

json_t *
citiz_json_strict_parse (GBytes *text, GError **error)
{
  gsize n;
  const gchar *bytes = g_bytes_get_data (text, &n);
  json_error_t why;
  json_t *value = NULL;

  if (n > 0 && depth_is_fine (bytes, n))
    value = json_loadb (bytes, n, JSON_REJECT_DUPLICATES, &why);
  if (value && json_is_object (value) && numbers_are_fine (value))
    return value;
  g_clear_pointer (&value, json_decref);
  g_set_error (error, CITIZ_NET_ERROR, CITIZ_NET_ERROR_JSON,
               "the body is not the JSON object expected");
  return NULL;
}

json_t *
citiz_json_strict_parse_text (const gchar *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return citiz_json_strict_parse (bytes, error);
}

const gchar *
citiz_json_strict_string (json_t *object, const gchar *key, gsize max)
{
  json_t *member = json_object_get (object, key);

  return json_is_string (member) && json_string_length (member) <= max ? json_string_value (member)
                                                                       : NULL;
}

gboolean
citiz_json_strict_int (json_t *object, const gchar *key, gint64 min, gint64 max, gint64 *out)
{
  json_t *member = json_object_get (object, key);

  if (!json_is_integer (member) || json_integer_value (member) < min
      || json_integer_value (member) > max)
    return FALSE;
  *out = json_integer_value (member);
  return TRUE;
}

gboolean
citiz_json_strict_bytes (json_t *object, const gchar *key, guint8 *out, gsize n)
{
  const gchar *text = citiz_json_strict_string (object, key, n * 2 + 4);
  g_autoptr (GBytes) bytes = text ? citiz_base64url_decode (text) : NULL;

  if (bytes == NULL || g_bytes_get_size (bytes) != n)
    return FALSE;
  memcpy (out, g_bytes_get_data (bytes, NULL), n);
  return TRUE;
}

json_t *
citiz_json_base64url (const guint8 *bytes, gsize n)
{
  g_autofree gchar *text = citiz_base64url_encode (bytes, n);

  return json_string (text);
}

json_t *
citiz_json_base64url_bytes (GBytes *bytes)
{
  return citiz_json_base64url (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

gchar *
citiz_json_line (json_t *json)
{
  char *text = json_dumps (json, JSON_COMPACT | JSON_SORT_KEYS);
  gchar *line = g_strdup_printf ("%s\n", text);

  free (text);
  json_decref (json);
  return line;
}
