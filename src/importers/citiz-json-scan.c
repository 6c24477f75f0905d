/* RFC 8259 without its loose ends: UTF-8 only, no repeated keys, no U+0000, bounded depth.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-json-scan.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  CitizSlice text;
  gchar *decoded; /* only for keys written with escapes */
} Key;

typedef struct
{
  CitizJson json;
  GArray *keys; /* Key: those of all open objects, innermost last */
} Checker;

static gboolean
fail (Checker *c, CitizImportReason reason)
{
  if (c->json.failed == CITIZ_IMPORT_KEPT)
    c->json.failed = reason;
  return FALSE;
}

static void
skip_space (CitizJson *j)
{
  while (j->p < j->end && (*j->p == ' ' || *j->p == '\n' || *j->p == '\r' || *j->p == '\t'))
    j->p++;
}

static gboolean
read_hex4 (const gchar *p, const gchar *end, guint *out)
{
  *out = 0;
  if (end - p < 4)
    return FALSE;
  for (guint i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (p[i]))
        return FALSE;
      *out = *out * 16 + (guint) g_ascii_xdigit_value (p[i]);
    }
  return TRUE;
}

/* After a backslash. Lone surrogates and U+0000 are refused. */
static gboolean
check_escape (Checker *c)
{
  CitizJson *j = &c->json;
  guint high, low;

  if (j->p == j->end)
    return fail (c, CITIZ_IMPORT_MALFORMED);
  gchar kind = *j->p++;
  if (kind != 'u')
    return strchr ("\"\\/bfnrt", kind) != NULL && kind != '\0' ? TRUE
                                                               : fail (c, CITIZ_IMPORT_MALFORMED);
  if (!read_hex4 (j->p, j->end, &high) || high == 0 || (high >= 0xdc00 && high <= 0xdfff))
    return fail (c, CITIZ_IMPORT_MALFORMED);
  j->p += 4;
  if (high < 0xd800 || high > 0xdbff)
    return TRUE;
  if (j->end - j->p < 6 || j->p[0] != '\\' || j->p[1] != 'u' || !read_hex4 (j->p + 2, j->end, &low)
      || low < 0xdc00 || low > 0xdfff)
    return fail (c, CITIZ_IMPORT_MALFORMED);
  j->p += 6;
  return TRUE;
}

/* At an opening quote; @out is what is between the quotes. */
static gboolean
check_string (Checker *c, CitizSlice *out, gboolean *escaped)
{
  CitizJson *j = &c->json;

  *escaped = FALSE;
  out->p = ++j->p;
  while (j->p < j->end)
    {
      guchar b = (guchar) *j->p;
      if (b == '"')
        {
          out->n = (gsize) (j->p++ - out->p);
          return TRUE;
        }
      if (b < 0x20)
        return fail (c, CITIZ_IMPORT_MALFORMED);
      j->p++;
      if (b == '\\')
        {
          *escaped = TRUE;
          if (!check_escape (c))
            return FALSE;
        }
    }
  return fail (c, CITIZ_IMPORT_TRUNCATED);
}

static gboolean
check_digits (CitizJson *j)
{
  const gchar *from = j->p;
  while (j->p < j->end && g_ascii_isdigit (*j->p))
    j->p++;
  return j->p > from;
}

static gboolean
check_number (Checker *c)
{
  CitizJson *j = &c->json;

  if (*j->p == '-')
    j->p++;
  if (j->p < j->end && *j->p == '0')
    j->p++;
  else if (!check_digits (j))
    return fail (c, CITIZ_IMPORT_MALFORMED);
  if (j->p < j->end && *j->p == '.')
    {
      j->p++;
      if (!check_digits (j))
        return fail (c, CITIZ_IMPORT_MALFORMED);
    }
  if (j->p < j->end && (*j->p == 'e' || *j->p == 'E'))
    {
      j->p++;
      if (j->p < j->end && (*j->p == '+' || *j->p == '-'))
        j->p++;
      if (!check_digits (j))
        return fail (c, CITIZ_IMPORT_MALFORMED);
    }
  return TRUE;
}

static gboolean
check_word (Checker *c)
{
  static const gchar *const words[] = {"true", "false", "null"};
  CitizJson *j = &c->json;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize n = strlen (words[i]);
      if ((gsize) (j->end - j->p) >= n && memcmp (j->p, words[i], n) == 0)
        {
          j->p += n;
          return TRUE;
        }
    }
  return fail (c, CITIZ_IMPORT_MALFORMED);
}

static gint
compare_keys (gconstpointer a, gconstpointer b)
{
  const CitizSlice *x = &((const Key *) a)->text, *y = &((const Key *) b)->text;

  if (x->n != y->n)
    return x->n < y->n ? -1 : 1;
  return memcmp (x->p, y->p, x->n);
}

/* The keys of the object that closes: from @first on. */
static gboolean
close_object (Checker *c, guint first)
{
  guint n = c->keys->len - first;
  Key *keys = n > 0 ? &g_array_index (c->keys, Key, first) : NULL;
  gboolean twice = FALSE;

  if (n > 1)
    qsort (keys, n, sizeof *keys, compare_keys);
  for (guint i = 1; i < n && !twice; i++)
    twice = compare_keys (&keys[i - 1], &keys[i]) == 0;
  for (guint i = 0; i < n; i++)
    g_free (keys[i].decoded);
  g_array_set_size (c->keys, first);
  return twice ? fail (c, CITIZ_IMPORT_DUPLICATE_KEY) : TRUE;
}

static gboolean check_value (Checker *c, guint depth);

static gboolean
check_member (Checker *c, guint depth)
{
  Key key = {{NULL, 0}, NULL};
  gboolean escaped;

  skip_space (&c->json);
  if (c->json.p == c->json.end)
    return fail (c, CITIZ_IMPORT_TRUNCATED);
  if (*c->json.p != '"')
    return fail (c, CITIZ_IMPORT_MALFORMED);
  if (!check_string (c, &key.text, &escaped))
    return FALSE;
  if (escaped)
    {
      CitizSlice quoted = {key.text.p - 1, key.text.n + 2};
      key.decoded = citiz_json_string (quoted, G_MAXSIZE / 2);
      key.text = (CitizSlice){key.decoded, strlen (key.decoded)};
    }
  g_array_append_val (c->keys, key);
  skip_space (&c->json);
  if (c->json.p == c->json.end)
    return fail (c, CITIZ_IMPORT_TRUNCATED);
  if (*c->json.p++ != ':')
    return fail (c, CITIZ_IMPORT_MALFORMED);
  return check_value (c, depth);
}

/* An object or an array, at its opening bracket. */
static gboolean
check_container (Checker *c, guint depth)
{
  CitizJson *j = &c->json;
  gboolean object = *j->p++ == '{';
  gchar close = object ? '}' : ']';
  guint first = c->keys->len;

  if (depth == CITIZ_JSON_MAX_DEPTH)
    return fail (c, CITIZ_IMPORT_TOO_DEEP);
  skip_space (j);
  if (j->p < j->end && *j->p == close)
    {
      j->p++;
      return TRUE;
    }
  for (;;)
    {
      if (!(object ? check_member (c, depth + 1) : check_value (c, depth + 1)))
        return FALSE;
      skip_space (j);
      if (j->p == j->end)
        return fail (c, CITIZ_IMPORT_TRUNCATED);
      gchar next = *j->p++;
      if (next == close)
        return close_object (c, first);
      if (next != ',')
        return fail (c, CITIZ_IMPORT_MALFORMED);
    }
}

static gboolean
check_value (Checker *c, guint depth)
{
  CitizSlice text;
  gboolean escaped;

  skip_space (&c->json);
  if (c->json.p == c->json.end)
    return fail (c, CITIZ_IMPORT_TRUNCATED);
  switch (*c->json.p)
    {
    case '{':
    case '[':
      return check_container (c, depth);
    case '"':
      return check_string (c, &text, &escaped);
    case 't':
    case 'f':
    case 'n':
      return check_word (c);
    default:
      return check_number (c);
    }
}

/**
 * citiz_json_check:
 * @used: (out) (optional): bytes of the first value and the blanks around it
 *
 * Returns: CITIZ_IMPORT_KEPT when one whole, strict value stands at the head of @text
 */
CitizImportReason
citiz_json_check (const gchar *text, gsize n, gsize *used)
{
  Checker c = {{text, text + n, CITIZ_IMPORT_KEPT}, g_array_new (FALSE, FALSE, sizeof (Key))};

  if (check_value (&c, 0))
    skip_space (&c.json);
  for (guint i = 0; i < c.keys->len; i++)
    g_free (g_array_index (c.keys, Key, i).decoded);
  g_array_unref (c.keys);
  gsize eaten = (gsize) (c.json.p - text);
  if (used != NULL)
    *used = eaten;
  if (c.json.failed == CITIZ_IMPORT_KEPT && !g_utf8_validate_len (text, eaten, NULL))
    return CITIZ_IMPORT_NOT_UTF8;
  return c.json.failed;
}

/* The end of a value in text that was checked before. */
static const gchar *
value_end (const gchar *p)
{
  guint depth = 0;

  do
    {
      if (*p == '"')
        {
          for (p++; *p != '"'; p++)
            if (*p == '\\')
              p++;
          p++;
        }
      else if (*p == '{' || *p == '[')
        depth++, p++;
      else if (*p == '}' || *p == ']')
        depth--, p++;
      else if (depth > 0)
        p++;
      else
        p += strcspn (p, ",]} \n\r\t");
    }
  while (depth > 0);
  return p;
}

static gboolean
walk (CitizSlice span, gboolean object, CitizJsonFunc func, gpointer data)
{
  CitizJson j = {span.p, span.p + span.n, CITIZ_IMPORT_KEPT};

  if (span.n < 2 || *j.p++ != (object ? '{' : '['))
    return FALSE;
  for (;;)
    {
      CitizSlice key = {NULL, 0}, value;
      skip_space (&j);
      if (j.p >= j.end || *j.p == '}' || *j.p == ']')
        return TRUE;
      if (*j.p == ',')
        {
          j.p++;
          continue;
        }
      if (object)
        {
          const gchar *end = value_end (j.p);
          key = (CitizSlice){j.p + 1, (gsize) (end - j.p) - 2};
          j.p = end;
          skip_space (&j);
          j.p++; /* : */
          skip_space (&j);
        }
      value.p = j.p;
      j.p = value_end (j.p);
      value.n = (gsize) (j.p - value.p);
      if (!func (data, key, value))
        return FALSE;
    }
}

/* Walks over an object that citiz_json_check() has accepted, in text that goes on for at least one byte after it. */
gboolean
citiz_json_members (CitizSlice object, CitizJsonFunc func, gpointer data)
{
  return walk (object, TRUE, func, data);
}

gboolean
citiz_json_elements (CitizSlice array, CitizJsonFunc func, gpointer data)
{
  return walk (array, FALSE, func, data);
}

static gsize
append_escape (GString *out, const gchar *p)
{
  static const gchar from[] = "bfnrt", to[] = "\b\f\n\r\t";
  guint high, low;

  if (*p != 'u')
    {
      const gchar *at = strchr (from, *p);
      g_string_append_c (out, at != NULL ? to[at - from] : *p);
      return 1;
    }
  read_hex4 (p + 1, p + 5, &high);
  if (high < 0xd800 || high > 0xdbff)
    {
      g_string_append_unichar (out, high);
      return 5;
    }
  read_hex4 (p + 7, p + 11, &low);
  g_string_append_unichar (out, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
  return 11;
}

/**
 * citiz_json_string:
 * @value: the span of a checked string with its quotes
 *
 * Returns: (transfer full) (nullable): its text; NULL when it is not a string or longer than @max bytes
 */
gchar *
citiz_json_string (CitizSlice value, gsize max)
{
  if (value.n < 2 || value.p[0] != '"' || value.n - 2 > max)
    return NULL;
  g_autoptr (GString) out = g_string_sized_new (value.n);
  for (gsize i = 1; i + 1 < value.n;)
    if (value.p[i] == '\\')
      i += 1 + append_escape (out, value.p + i + 1);
    else
      g_string_append_c (out, value.p[i++]);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
