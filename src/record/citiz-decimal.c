/* Decimals with their digits. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-decimal.h"

#include <math.h>
#include <string.h>

/* RFC 8259 number: -? int frac? exp? */
gboolean
citiz_decimal_parse (CitizDecimal *out, const gchar *text)
{
  const gchar *p = text;
  gint decimals = 0;

  memset (out, 0, sizeof *out);
  if (text == NULL || strlen (text) >= CITIZ_DECIMAL_MAX)
    return FALSE;
  if (*p == '-')
    p++;
  if (!g_ascii_isdigit (*p) || (*p == '0' && g_ascii_isdigit (p[1])))
    return FALSE;
  while (g_ascii_isdigit (*p))
    p++;
  if (*p == '.')
    {
      const gchar *point = p++;
      while (g_ascii_isdigit (*p))
        p++;
      decimals = (gint) (p - point - 1);
      if (decimals == 0)
        return FALSE;
    }
  if (*p == 'e' || *p == 'E')
    {
      p += p[1] == '+' || p[1] == '-' ? 2 : 1;
      if (!g_ascii_isdigit (*p))
        return FALSE;
      while (g_ascii_isdigit (*p))
        p++;
    }
  gdouble number = g_ascii_strtod (text, NULL);
  if (*p != '\0' || !isfinite (number))
    return FALSE;
  g_strlcpy (out->text, text, sizeof out->text);
  out->number = number;
  out->decimals = (gint8) decimals;
  return TRUE;
}

gboolean
citiz_decimal_parse_typed (CitizDecimal *out, const gchar *text)
{
  gchar plain[CITIZ_DECIMAL_MAX];
  gsize n = 0;

  memset (out, 0, sizeof *out);
  if (text == NULL)
    return FALSE;
  for (const gchar *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (g_unichar_isspace (c) || c == 0x202f)
        continue;
      if (c == ',')
        c = '.';
      if (c == 0x2212)
        c = '-';
      if (c == '+' && n == 0)
        continue;
      if (c > 0x7f || n + 1 >= sizeof plain)
        return FALSE;
      plain[n++] = (gchar) c;
    }
  plain[n] = '\0';
  gsize lead = plain[0] == '-' ? 1 : 0;
  while (plain[lead] == '0' && g_ascii_isdigit (plain[lead + 1]))
    memmove (plain + lead, plain + lead + 1, n-- - lead);
  return citiz_decimal_parse (out, plain);
}

CitizDecimal
citiz_decimal_from_double (gdouble number, gint decimals)
{
  CitizDecimal out = {{0}};
  gchar format[8], text[48];

  if (!isfinite (number) || fabs (number) >= 1e15)
    return out;
  g_snprintf (format, sizeof format, "%%.%df", CLAMP (decimals, 0, 9));
  g_ascii_formatd (text, sizeof text, format, number);
  if (!citiz_decimal_parse (&out, text))
    memset (&out, 0, sizeof out);
  return out;
}

gchar *
citiz_decimal_to_read (const gchar *text)
{
  CitizDecimal decimal;
  gint digits = 0, whole;

  if (!citiz_decimal_parse (&decimal, text) || decimal.decimals == 0
      || strpbrk (text, "eE") != NULL)
    return g_strdup (text);
  for (const gchar *p = text; *p != '\0'; p++)
    digits += g_ascii_isdigit (*p) && (digits > 0 || *p != '0');
  if (digits <= 6)
    return g_strdup (text);
  whole = decimal.number == 0 ? 1 : (gint) floor (log10 (fabs (decimal.number))) + 1;
  decimal = citiz_decimal_from_double (decimal.number, MAX (0, 4 - whole));
  return g_strdup (decimal.text[0] != '\0' ? decimal.text : text);
}

gboolean
citiz_decimal_known (const CitizDecimal *decimal)
{
  return decimal->text[0] != '\0';
}
