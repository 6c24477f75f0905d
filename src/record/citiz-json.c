/* JSON in and out with the digits of its decimals. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-item.h"

#include <math.h>
#include <string.h>

#define DIGITS    "https://citiz.example/fhir/digits"
#define MAX_DEPTH 64

/* Shortest text that reads back as the same double. */
static void
shortest (gchar *out, gsize size, gdouble value)
{
  static const gchar *const formats[] = {"%.15g", "%.16g", "%.17g"};

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_ascii_formatd (out, (gint) size, formats[i], value);
      if (g_ascii_strtod (out, NULL) == value)
        break;
    }
  if (strpbrk (out, ".eE") == NULL)
    g_strlcat (out, ".0", size);
}

/* What would be written for this token without help. */
static gboolean
loses_digits (const gchar *token, gsize n)
{
  gchar text[48], again[48];

  if (memchr (token, '.', n) == NULL && memchr (token, 'e', n) == NULL
      && memchr (token, 'E', n) == NULL)
    return n > 18;
  if (n >= sizeof text)
    return TRUE;
  memcpy (text, token, n);
  text[n] = '\0';
  shortest (again, sizeof again, g_ascii_strtod (text, NULL));
  return strcmp (text, again) != 0;
}

typedef struct
{
  const gchar *p, *end;
  const gchar *copied; /* up to here the text is in `out` */
  GString *out;        /* NULL as long as nothing was added: the text itself will do */
  const gchar *key;    /* of the member being read, with its quotes */
  gsize key_n;
  gboolean named; /* the value that comes belongs to a member */
  guint depth;
} Rewriter;

/* Past the closing quote, or NULL. */
static const gchar *
skip_string (const gchar *p, const gchar *end)
{
  for (p++; p < end; p++)
    {
      if (*p == '\\')
        p++;
      else if (*p == '"')
        return p + 1;
    }
  return NULL;
}

static void
number (Rewriter *r)
{
  const gchar *token = r->p;
  gboolean fraction = FALSE;
  gsize n;

  for (; r->p < r->end; r->p++)
    {
      gchar c = *r->p;
      if (c == '.' || c == 'e' || c == 'E')
        fraction = TRUE;
      else if (!g_ascii_isdigit (c) && c != '-' && c != '+')
        break;
    }
  n = (gsize) (r->p - token);
  if (!r->named || n >= 256 || (!fraction && n <= 18) || !loses_digits (token, n))
    return;
  if (r->out == NULL)
    r->out = g_string_sized_new ((gsize) (r->end - r->copied) + 256);
  g_string_append_len (r->out, r->copied, r->p - r->copied);
  r->copied = r->p;
  if (!fraction)
    g_string_append (r->out, ".0"); /* an integer past 64 bits */
  g_string_append (r->out, ",\"_");
  g_string_append_len (r->out, r->key + 1, (gssize) r->key_n - 1);
  g_string_append (r->out, ":{\"extension\":[{\"url\":\"" DIGITS "\",\"valueString\":\"");
  g_string_append_len (r->out, token, (gssize) n);
  g_string_append (r->out, "\"}]}");
}

static gboolean
text (Rewriter *r)
{
  const gchar *start = r->p, *after = skip_string (start, r->end), *next;

  if (after == NULL)
    return FALSE;
  for (next = after; next < r->end && g_ascii_isspace (*next); next++)
    ;
  r->named = next < r->end && *next == ':';
  if (r->named)
    {
      r->key = start;
      r->key_n = (gsize) (after - start);
      after = next + 1;
    }
  r->p = after;
  return TRUE;
}

/* One pass: depth is bounded, and the digits of each number that a double would write otherwise are added beside it. */
static gboolean
rewrite (Rewriter *r)
{
  while (r->p < r->end)
    {
      gchar c = *r->p;
      if (c == '"')
        {
          if (!text (r))
            return FALSE;
          continue;
        }
      if (c == '-' || g_ascii_isdigit (c))
        {
          number (r);
          continue;
        }
      if ((c == '{' || c == '[') && ++r->depth > MAX_DEPTH)
        return FALSE;
      if ((c == '}' || c == ']') && r->depth > 0)
        r->depth--;
      if (!g_ascii_isspace (c))
        r->named = FALSE;
      r->p++;
    }
  if (r->out != NULL)
    g_string_append_len (r->out, r->copied, r->end - r->copied);
  return TRUE;
}

json_t *
citiz_json_load (const gchar *bytes, gsize n, GError **error)
{
  Rewriter r = {.p = bytes, .end = bytes + n, .copied = bytes};
  json_error_t problem = {.position = -1};
  json_t *json = NULL;

  if (!rewrite (&r))
    g_set_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_JSON,
                 "not JSON: nested deeper than %d, or cut short", MAX_DEPTH);
  else if (r.out != NULL)
    json = json_loadb (r.out->str, r.out->len, JSON_DECODE_ANY, &problem);
  else
    json = json_loadb (bytes, n, JSON_DECODE_ANY, &problem);
  if (r.out != NULL)
    g_string_free (r.out, TRUE);
  if (json == NULL
      && problem.position >= 0) /* its text would quote the record, and errors are logged */
    g_set_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_JSON, "not JSON at byte %d",
                 problem.position);
  return json;
}

/* The digits kept beside object[key], or NULL. */
static const gchar *
digits_beside (const json_t *object, const gchar *key)
{
  g_autofree gchar *side = g_strconcat ("_", key, NULL);
  const json_t *extension = json_object_get (json_object_get (object, side), "extension");
  const json_t *first = json_array_get (extension, 0);

  if (json_array_size (extension) != 1
      || g_strcmp0 (json_string_value (json_object_get (first, "url")), DIGITS) != 0)
    return NULL;
  return json_string_value (json_object_get (first, "valueString"));
}

static void
put_string (GString *out, const gchar *text, gsize n)
{
  g_string_append_c (out, '"');
  for (gsize i = 0; i < n; i++)
    {
      guchar c = (guchar) text[i];
      if (c == '"' || c == '\\')
        g_string_append_printf (out, "\\%c", c);
      else if (c == '\n')
        g_string_append (out, "\\n");
      else if (c == '\r')
        g_string_append (out, "\\r");
      else if (c == '\t')
        g_string_append (out, "\\t");
      else if (c < 0x20)
        g_string_append_printf (out, "\\u%04x", c);
      else
        g_string_append_c (out, (gchar) c);
    }
  g_string_append_c (out, '"');
}

static void put_value (GString *out, const json_t *json, const gchar *digits);

static void
put_object (GString *out, const json_t *json)
{
  const gchar *key;
  json_t *value;
  gboolean first = TRUE;

  g_string_append_c (out, '{');
  json_object_foreach ((json_t *) json, key, value)
  {
    if (key[0] == '_' && digits_beside (json, key + 1) != NULL
        && json_is_number (json_object_get (json, key + 1)))
      continue;
    if (!first)
      g_string_append_c (out, ',');
    first = FALSE;
    put_string (out, key, strlen (key));
    g_string_append_c (out, ':');
    put_value (out, value, json_is_number (value) ? digits_beside (json, key) : NULL);
  }
  g_string_append_c (out, '}');
}

static void
put_array (GString *out, const json_t *json)
{
  gsize n = json_array_size (json);

  g_string_append_c (out, '[');
  for (gsize i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      put_value (out, json_array_get (json, i), NULL);
    }
  g_string_append_c (out, ']');
}

/* Digits are written only while they still mean the number beside them. */
static gboolean
still_true (const json_t *json, const gchar *digits)
{
  CitizDecimal decimal;

  if (digits == NULL)
    return FALSE;
  if (!citiz_decimal_parse (&decimal, digits))
    return strlen (digits) >= CITIZ_DECIMAL_MAX
           && g_ascii_strtod (digits, NULL) == json_number_value (json);
  return decimal.number == json_number_value (json);
}

static void
put_value (GString *out, const json_t *json, const gchar *digits)
{
  gchar text[48];

  switch (json_typeof (json))
    {
    case JSON_OBJECT:
      put_object (out, json);
      break;
    case JSON_ARRAY:
      put_array (out, json);
      break;
    case JSON_STRING:
      put_string (out, json_string_value (json), json_string_length (json));
      break;
    case JSON_INTEGER:
      if (still_true (json, digits))
        g_string_append (out, digits);
      else
        g_string_append_printf (out, "%" JSON_INTEGER_FORMAT, json_integer_value (json));
      break;
    case JSON_REAL:
      shortest (text, sizeof text, json_real_value (json));
      g_string_append (out, still_true (json, digits) ? digits : text);
      break;
    case JSON_TRUE:
      g_string_append (out, "true");
      break;
    case JSON_FALSE:
      g_string_append (out, "false");
      break;
    case JSON_NULL:
      g_string_append (out, "null");
      break;
    }
}

gchar *
citiz_json_dump (const json_t *json)
{
  GString *out = g_string_new (NULL);

  if (json != NULL)
    put_value (out, json, NULL);
  return g_string_free (out, FALSE);
}

CitizDecimal
citiz_json_get_decimal (const json_t *object, const gchar *key)
{
  CitizDecimal out = {{0}};
  const json_t *value = json_object_get (object, key);
  const gchar *digits = digits_beside (object, key);
  gchar text[48];

  if (!json_is_number (value))
    return out;
  if (still_true (value, digits) && citiz_decimal_parse (&out, digits))
    return out;
  if (json_is_integer (value))
    g_snprintf (text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value (value));
  else
    shortest (text, sizeof text, json_real_value (value));
  if (!citiz_decimal_parse (&out, text))
    memset (&out, 0, sizeof out);
  return out;
}

void
citiz_json_set_decimal (json_t *object, const gchar *key, const CitizDecimal *decimal)
{
  g_autofree gchar *side = g_strconcat ("_", key, NULL);

  json_object_del (object, side);
  if (!citiz_decimal_known (decimal))
    {
      json_object_del (object, key);
      return;
    }
  if (strpbrk (decimal->text, ".eE") == NULL && strlen (decimal->text) <= 18)
    {
      json_object_set_new (object, key, json_integer (g_ascii_strtoll (decimal->text, NULL, 10)));
      return;
    }
  json_object_set_new (object, key, json_real (decimal->number));
  if (loses_digits (decimal->text, strlen (decimal->text)))
    json_object_set_new (
        object, side,
        json_pack ("{s:[{s:s,s:s}]}", "extension", "url", DIGITS, "valueString", decimal->text));
}
