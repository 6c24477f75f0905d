/* The language of what is shown; numbers, units and doses as people read them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/citiz-env.h"
#include "record/citiz-code.h"
#include "record/citiz-decimal.h"
#include "record/citiz-sig.h"

/* Tables hold both languages themselves: a system without the French locale still writes French numbers, and a test may switch
 * language without a catalogue. */
static const struct
{
  const gchar *decimal, *group;
} signs[] = {
    [CITIZ_LANGUAGE_EN] = {".", ","},
    [CITIZ_LANGUAGE_FR] = {",", CITIZ_NBSP},
};

/* How a person writes what UCUM encodes. */
static const struct
{
  const gchar *ucum, *en, *fr;
} units[] = {
    {"mm[Hg]", "mmHg", "mmHg"},
    {"/min", "/min", "/min"},
    {"{beats}/min", "/min", "/min"},
    {"kg/m2", "kg/m²", "kg/m²"},
    {"Cel", "°C", "°C"},
    {"[degF]", "°F", "°F"},
    {"[lb_av]", "lb", "lb"},
    {"[in_i]", "in", "po"},
    {"{steps}", "steps", "pas"},
    {"{steps}/d", "steps", "pas"},
    {"{count}", "", ""},
    {"{score}", "", ""},
    {"{INR}", "", ""},
    {"1", "", ""},
    {"umol/L", "µmol/L", "µmol/L"},
    {"ug", "µg", "µg"},
    {"ug/L", "µg/L", "µg/L"},
    {"ug{RAE}", "µg", "µg"},
    {"10*9/L", "×10⁹/L", "×10⁹/L"},
    {"10*12/L", "×10¹²/L", "×10¹²/L"},
    {"10*3/uL", "×10³/µL", "×10³/µL"},
    {"m[IU]/L", "mIU/L", "mUI/L"},
    {"[IU]/L", "IU/L", "UI/L"},
    {"U/L", "U/L", "U/L"},
    {"mL/min/{1.73_m2}", "mL/min/1.73 m²", "mL/min/1,73 m²"},
    {"m2", "m²", "m²"},
    {"d", "d", "j"},
    {"a", "y", "ans"},
    {"dB[SPL]", "dB", "dB"},
};

static gint chosen = -1;

CitizLanguage
citiz_format_language (void)
{
  if (chosen < 0)
    chosen = (gint) citiz_env_language ();
  return (CitizLanguage) chosen;
}

void
citiz_format_set_language (CitizLanguage language)
{
  chosen = (gint) language;
}

/* "-1234567.80" as printed by C, into the person's digits. */
static gchar *
localize (const gchar *plain)
{
  GString *out = g_string_new (NULL);
  const gchar *p = plain, *point;
  gsize whole;

  if (*p == '-' || *p == '+')
    g_string_append (out, *p++ == '-' ? "−" : "+");
  point = strchr (p, '.');
  whole = point != NULL ? (gsize) (point - p) : strlen (p);
  for (gsize i = 0; i < whole; i++)
    {
      if (i > 0 && (whole - i) % 3 == 0)
        g_string_append (out, signs[citiz_format_language ()].group);
      g_string_append_c (out, p[i]);
    }
  if (point != NULL && point[1] != '\0')
    g_string_append_printf (out, "%s%s", signs[citiz_format_language ()].decimal, point + 1);
  return g_string_free (out, FALSE);
}

static gchar *
plain_number (gdouble value, gint decimals)
{
  gchar format[16], *buffer = g_malloc (G_ASCII_DTOSTR_BUF_SIZE + 330);

  g_snprintf (format, sizeof format, "%%.%df", CLAMP (decimals, 0, 9));
  g_ascii_formatd (buffer, G_ASCII_DTOSTR_BUF_SIZE + 330, format, value);
  if (buffer[0] == '-' && strspn (buffer + 1, "0.") == strlen (buffer + 1))
    memmove (buffer, buffer + 1, strlen (buffer)); /* no "minus zero" */
  return buffer;
}

gchar *
citiz_format_number (gdouble value, gint decimals)
{
  g_autofree gchar *plain = NULL;

  if (!isfinite (value))
    return g_strdup ("–");
  plain = plain_number (value, decimals);
  return localize (plain);
}

gchar *
citiz_format_bytes (guint64 bytes)
{
  static const gchar *const sizes[][2]
      = {{"bytes", "octets"}, {"KB", "Ko"}, {"MB", "Mo"}, {"GB", "Go"}, {"TB", "To"}};
  gdouble value = (gdouble) bytes;
  guint u = 0;

  for (; value >= 999.5 && u + 1 < G_N_ELEMENTS (sizes); u++)
    value /= 1000;
  return citiz_format_quantity (value, u > 1 && value < 10 ? 1 : 0,
                                sizes[u][citiz_format_language ()]);
}

gchar *
citiz_format_number_short (gdouble value, gint decimals)
{
  g_autofree gchar *plain = NULL;

  if (!isfinite (value))
    return g_strdup ("–");
  plain = plain_number (value, decimals);
  if (strchr (plain, '.') != NULL)
    {
      gsize n = strlen (plain);
      while (plain[n - 1] == '0')
        plain[--n] = '\0';
      if (plain[n - 1] == '.')
        plain[--n] = '\0';
    }
  return localize (plain);
}

gchar *
citiz_format_digits (const gchar *digits)
{
  const gchar *p = digits;
  g_autofree gchar *shown = NULL;

  if (*p == '-' || *p == '+')
    p++;
  if (*p == '\0' || strspn (p, "0123456789.") != strlen (p) || *p == '.')
    return g_strdup (digits);
  shown = citiz_decimal_to_read (digits);
  return localize (shown);
}

const gchar *
citiz_format_unit (const gchar *ucum)
{
  if (ucum == NULL)
    return "";
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (units[i].ucum, ucum) == 0)
      return citiz_format_language () == CITIZ_LANGUAGE_FR ? units[i].fr : units[i].en;
  return ucum;
}

gchar *
citiz_format_with_unit (const gchar *value, const gchar *unit)
{
  return g_strconcat (value, *unit != '\0' ? CITIZ_NBSP : "", unit, NULL);
}

gchar *
citiz_format_quantity (gdouble value, gint decimals, const gchar *unit)
{
  g_autofree gchar *number = citiz_format_number (value, decimals);
  const gchar *spelt = citiz_format_unit (unit);

  if (*spelt == '\0')
    return g_steal_pointer (&number);
  /* English sets the percent sign against its number, French does not. */
  if (strcmp (spelt, "%") == 0 && citiz_format_language () == CITIZ_LANGUAGE_EN)
    return g_strconcat (number, spelt, NULL);
  return g_strconcat (number, CITIZ_NBSP, spelt, NULL);
}

/* "1,234" and "1,234.5" are thousands to who reads English; "7,25" and "0,625" are decimals to anyone. */
static gboolean
groups_by_comma (const gchar *text)
{
  return citiz_format_language () == CITIZ_LANGUAGE_EN
         && g_regex_match_simple ("^\\s*[-+−]?[1-9][0-9]{0,2}(,[0-9]{3})+([.][0-9]*)?\\s*$", text,
                                  0, 0);
}

gchar *
citiz_format_plain (const gchar *text)
{
  g_autoptr (GString) plain = g_string_new (NULL);
  const gboolean groups = groups_by_comma (text);
  gboolean point = FALSE, digit = FALSE;

  for (const gchar *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c) || (groups && c == ','))
        continue;
      if ((c == '-' || c == 0x2212 || c == '+') && plain->len == 0)
        g_string_append_c (plain, c == '+' ? '+' : '-');
      else if ((c == '.' || c == ',') && !point)
        {
          g_string_append_c (plain, '.');
          point = TRUE;
        }
      else if (c < 128 && g_ascii_isdigit ((gchar) c))
        {
          g_string_append_c (plain, (gchar) c);
          digit = TRUE;
        }
      else
        return NULL;
    }
  return digit && plain->len <= 24 ? g_strdup (plain->str) : NULL;
}

gboolean
citiz_format_parse_number (const gchar *text, gdouble *out)
{
  g_autofree gchar *plain = citiz_format_plain (text);
  gchar *end = NULL;

  if (plain == NULL)
    return FALSE;
  *out = g_ascii_strtod (plain, &end);
  return *end == '\0' && isfinite (*out);
}

gchar *
citiz_format_hold (const gchar *text)
{
  GString *held = g_string_new (NULL);

  for (const gchar *p = text; *p != '\0'; p++)
    if (*p == ' ' && p > text && g_ascii_isdigit (p[-1]) && !g_ascii_isspace (p[1]))
      g_string_append (held, CITIZ_NBSP);
    else
      g_string_append_c (held, *p);
  return g_string_free (held, FALSE);
}

/* "2×/d", "1×/8 h": how the record tells a timing that has no words of its own. NULL: it is no such thing. */
static gchar *
rhythm (const gchar *text)
{
  static const struct
  {
    const gchar *code, *name[2]; /* by language */
  } periods[] = {
      {"h", {"hour", "heure"}},
      {"d", {"day", "jour"}},
      {"wk", {"week", "semaine"}},
      {"mo", {"month", "mois"}},
  };
  gboolean french = citiz_format_language () == CITIZ_LANGUAGE_FR;
  gchar *rest = NULL;
  guint times = (guint) g_ascii_strtoull (text, &rest, 10), every;
  const gchar *what = french ? "fois" : times == 1 ? "time" : "times";

  if (rest == text || !g_str_has_prefix (rest, "×/"))
    return NULL;
  rest += strlen ("×/");
  every = (guint) g_ascii_strtoull (rest, &rest, 10);
  rest += g_str_has_prefix (rest, CITIZ_NBSP) ? strlen (CITIZ_NBSP) : 0;
  for (guint i = 0; i < G_N_ELEMENTS (periods); i++)
    {
      const gchar *name = periods[i].name[french];

      if (strcmp (rest, periods[i].code) != 0)
        continue;
      if (every <= 1)
        return g_strdup_printf ("%u" CITIZ_NBSP "%s %s %s", times, what, french ? "par" : "a",
                                name);
      return g_strdup_printf ("%u" CITIZ_NBSP "%s %s %u" CITIZ_NBSP "%s%s", times, what,
                              french ? "aux" : "every", every, name,
                              g_str_has_suffix (name, "s") ? "" : "s");
    }
  return NULL;
}

gchar *
citiz_format_dosage (const gchar *text)
{
  g_autofree gchar *plain = citiz_sig_plain (text, citiz_format_language ()), *joined = NULL;
  g_auto (GStrv) parts = g_strsplit (plain, ", ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      const gchar *known = citiz_text_name (parts[i], citiz_format_language ());
      gchar *said = known != NULL ? g_strdup (known) : rhythm (parts[i]);

      if (known != NULL && i > 0 && g_ascii_isupper (*said)) /* names begin as titles do */
        *said = g_ascii_tolower (*said);

      if (said == NULL)
        continue;
      g_free (parts[i]);
      parts[i] = said;
    }
  joined = g_strjoinv (", ", parts);
  return citiz_format_hold (joined);
}

gchar *
citiz_format_capital (const gchar *text)
{
  gchar first[8] = {0};

  if (*text == '\0')
    return g_strdup ("");
  g_unichar_to_utf8 (g_unichar_toupper (g_utf8_get_char (text)), first);
  return g_strconcat (first, g_utf8_next_char (text), NULL);
}
