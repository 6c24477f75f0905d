/* Value types: hashes, names, and their text forms. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-types.h"

#include <string.h>

static int
hex_digit (gchar c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return -1;
}

/**
 * citiz_hex_encode:
 *
 * Returns: (transfer full): 2 @n lower-case hexadecimal digits.
 */
gchar *
citiz_hex_encode (const guint8 *bytes, gsize n)
{
  static const gchar digits[] = "0123456789abcdef";
  gchar *hex = g_malloc (2 * n + 1);

  for (gsize i = 0; i < n; i++)
    {
      hex[2 * i] = digits[bytes[i] >> 4];
      hex[2 * i + 1] = digits[bytes[i] & 15];
    }
  hex[2 * n] = '\0';
  return hex;
}

/**
 * citiz_hex_decode:
 *
 * Returns: %TRUE if @hex is exactly 2 @n lower-case digits; else @out is untouched.
 */
gboolean
citiz_hex_decode (guint8 *out, gsize n, const gchar *hex)
{
  if (hex == NULL || strlen (hex) != 2 * n)
    return FALSE;
  for (gsize i = 0; i < 2 * n; i++)
    if (hex_digit (hex[i]) < 0)
      return FALSE;
  for (gsize i = 0; i < n; i++)
    out[i] = (guint8) (hex_digit (hex[2 * i]) << 4 | hex_digit (hex[2 * i + 1]));
  return TRUE;
}

gboolean
citiz_hash_equal (const CitizHash *a, const CitizHash *b)
{
  return memcmp (a->b, b->b, sizeof a->b) == 0;
}

gboolean
citiz_hash_is_zero (const CitizHash *hash)
{
  static const CitizHash zero;
  return citiz_hash_equal (hash, &zero);
}

gchar *
citiz_hash_to_hex (const CitizHash *hash)
{
  return citiz_hex_encode (hash->b, sizeof hash->b);
}

gboolean
citiz_hash_from_hex (CitizHash *out, const gchar *hex)
{
  return citiz_hex_decode (out->b, sizeof out->b, hex);
}

gboolean
citiz_id_equal (const CitizId *a, const CitizId *b)
{
  return memcmp (a->b, b->b, sizeof a->b) == 0;
}

/**
 * citiz_id_hash:
 * @id: (type CitizId): for a #GHashTable whose keys are #CitizId
 */
guint
citiz_id_hash (gconstpointer id)
{
  guint h;
  memcpy (&h, ((const CitizId *) id)->b, sizeof h);
  return h;
}

/* The same for #CitizHash. */
guint
citiz_hash_hash (gconstpointer hash)
{
  guint h;
  memcpy (&h, ((const CitizHash *) hash)->b, sizeof h);
  return h;
}

gboolean
citiz_id_is_zero (const CitizId *id)
{
  static const CitizId zero;
  return citiz_id_equal (id, &zero);
}

gchar *
citiz_id_to_hex (const CitizId *id)
{
  return citiz_hex_encode (id->b, sizeof id->b);
}

/**
 * citiz_id_to_uuid:
 *
 * In the layout of version 4 (RFC 9562): six of its bits are not told.
 */
gchar *
citiz_id_to_uuid (const CitizId *id)
{
  CitizId u = *id;
  g_autofree gchar *hex = NULL;

  u.b[6] = (guint8) ((u.b[6] & 0x0f) | 0x40);
  u.b[8] = (guint8) ((u.b[8] & 0x3f) | 0x80);
  hex = citiz_id_to_hex (&u);
  return g_strdup_printf ("%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

gboolean
citiz_id_from_hex (CitizId *out, const gchar *hex)
{
  return citiz_hex_decode (out->b, sizeof out->b, hex);
}

/**
 * citiz_base64url_encode:
 *
 * Returns: (transfer full): RFC 4648 §5 without padding.
 */
gchar *
citiz_base64url_encode (const guint8 *bytes, gsize n)
{
  gchar *text = g_base64_encode (bytes, n);

  for (gchar *p = text; *p != '\0'; p++)
    {
      if (*p == '+')
        *p = '-';
      else if (*p == '/')
        *p = '_';
      else if (*p == '=')
        *p = '\0';
      if (*p == '\0')
        break;
    }
  return text;
}

static int
base64url_digit (gchar c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/**
 * citiz_base64url_decode:
 *
 * Strict: no padding, no white space, unused bits zero, so that one value has one spelling.
 *
 * Returns: (transfer full) (nullable): the bytes, or %NULL
 */
GBytes *
citiz_base64url_decode (const gchar *text)
{
  gsize length, n = 0;
  guint32 window = 0;
  guint bits = 0;
  g_autofree guint8 *out = NULL;

  if (text == NULL)
    return NULL;
  length = strlen (text);
  if (length % 4 == 1)
    return NULL;
  out = g_malloc (length * 3 / 4 + 1);
  for (gsize i = 0; i < length; i++)
    {
      int digit = base64url_digit (text[i]);
      if (digit < 0)
        return NULL;
      window = window << 6 | (guint32) digit;
      bits += 6;
      if (bits >= 8)
        {
          bits -= 8;
          out[n++] = (guint8) (window >> bits);
          window &= (1u << bits) - 1;
        }
    }
  if (window != 0)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&out), n);
}
