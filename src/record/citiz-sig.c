/* Prescribers' shorthand in plain words, in both languages. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-sig.h"
#include "record/citiz-code.h"

#include <string.h>

/* How sure a shorthand is by itself. */
typedef enum
{
  SURE,    /* one meaning, and it makes its neighbours sure */
  BESIDE,  /* more than one: only beside a sure one or a weight, and never of an eye */
  COUNTED, /* what is taken: only after how many, which says its number */
} Certainty;

/* ISMP Canada's list of dangerous abbreviations says which have two readings. Our own words. */
static const struct
{
  const gchar *code; /* folded: small letters, no points */
  const gchar *name[2];
  Certainty certainty;
} sigs[] = {
    {"po", {"by mouth", "par la bouche"}, SURE},
    {"sl", {"under the tongue", "sous la langue"}, BESIDE},
    {"subcut", {"under the skin", "sous la peau"}, SURE},
    {"bid", {"twice a day", "2 fois par jour"}, SURE},
    {"tid", {"3 times a day", "3 fois par jour"}, SURE},
    {"qid", {"4 times a day", "4 fois par jour"}, SURE},
    {"prn", {"as needed", "au besoin"}, SURE},
    {"qhs", {"at bedtime", "au coucher"}, SURE},
    {"qam", {"every morning", "chaque matin"}, SURE},
    {"qpm", {"every evening", "chaque soir"}, SURE},
    {"od", {"once a day", "1 fois par jour"}, BESIDE},
    {"qd", {"once a day", "1 fois par jour"}, BESIDE},
    {"die", {"once a day", "1 fois par jour"}, BESIDE},
    {"hs", {"at bedtime", "au coucher"}, BESIDE},
    {"tab", {"tablet", "comprimé"}, COUNTED},
    {"cap", {"capsule", "capsule"}, COUNTED},
};

static const gchar *const eyes[]
    = {"eye", "eyes", "oeil", "yeux", "drop", "drops", "gtt", "gtts", "goutte", "gouttes"};
static const gchar *const weights[] = {"mg", "mcg", "g", "units", "unit", "unites", "unite"};

static gint
find_sig (const gchar *folded)
{
  for (guint i = 0; i < G_N_ELEMENTS (sigs); i++)
    {
      gsize n = strlen (sigs[i].code);
      if (strcmp (sigs[i].code, folded) == 0
          || (sigs[i].certainty == COUNTED && strncmp (sigs[i].code, folded, n) == 0
              && strcmp (folded + n, "s") == 0))
        return (gint) i;
    }
  return -1;
}

/* How many the word says: 0 when it is no number. */
static gdouble
number_of (const gchar *word)
{
  gchar *end = NULL;
  gdouble n = word != NULL ? g_ascii_strtod (word, &end) : 0;

  return word != NULL && end != word && *end == '\0' ? n : 0;
}

/* "q8h", "q4-6h": every so many hours; NULL if it is none. (transfer full) */
static gchar *
every_hours (const gchar *word, CitizLanguage language)
{
  gchar *end = NULL;
  guint64 from, to = 0;

  if (g_ascii_tolower (word[0]) != 'q' || !g_ascii_isdigit (word[1]))
    return NULL;
  from = to = g_ascii_strtoull (word + 1, &end, 10);
  if (*end == '-' && g_ascii_isdigit (end[1]))
    to = g_ascii_strtoull (end + 1, &end, 10);
  if (g_ascii_tolower (end[0]) != 'h' || end[1] != '\0' || from < 1 || to < from || to > 72)
    return NULL;
  g_autofree gchar *span
      = from == to ? g_strdup_printf ("%u", (guint) from)
                   : g_strdup_printf (language == CITIZ_LANGUAGE_FR ? "%u à %u" : "%u to %u",
                                      (guint) from, (guint) to);
  return g_strdup_printf (language == CITIZ_LANGUAGE_FR ? "aux %s heures" : "every %s hours", span);
}

/* A word without the points and commas around it, folded: "B.I.D.," → "bid". `tail` is where what follows it begins. */
static gchar *
core_of (const gchar *word, const gchar **tail)
{
  GString *out = g_string_new (NULL);
  gsize n = strlen (word);

  while (n > 0 && strchr (",;:)", word[n - 1]) != NULL)
    n--;
  *tail = word + n;
  for (gsize i = 0; i < n; i++)
    if (word[i] != '.')
      g_string_append_c (out, g_ascii_tolower (word[i]));
  return g_string_free (out, FALSE);
}

static gboolean
is_among (const gchar *folded, const gchar *const *words, guint n)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (words[i], folded) == 0)
      return TRUE;
  return FALSE;
}

/* Whether the text is a prescriber's dose of something that is no eye drop. */
static gboolean
is_certain (const gchar *text)
{
  g_autofree gchar *folded = citiz_fold (text);
  g_auto (GStrv) words = g_strsplit (folded, " ", -1), written = g_strsplit (text, " ", -1);
  gboolean certain = FALSE;

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (is_among (words[i], eyes, G_N_ELEMENTS (eyes)) || g_str_has_prefix (words[i], "ophth")
          || g_str_has_prefix (words[i], "opht"))
        return FALSE;
      certain
          |= is_among (words[i] + strspn (words[i], "0123456789"), weights, G_N_ELEMENTS (weights));
    }
  for (guint i = 0; written[i] != NULL; i++)
    {
      const gchar *tail;
      g_autofree gchar *core = core_of (written[i], &tail);
      gint at = find_sig (core);
      certain |= at >= 0 && sigs[at].certainty == SURE;
    }
  return certain;
}

/* What a word says, or NULL where it stays as it is. `before` is the word before it as written. (transfer full) */
static gchar *
said_of (const gchar *core, const gchar *before, gboolean certain, CitizLanguage language)
{
  gchar *every = every_hours (core, language);
  gint at = find_sig (core);

  if (every != NULL || at < 0)
    return every;
  if (sigs[at].certainty == COUNTED)
    return number_of (before) > 0
               ? g_strconcat (sigs[at].name[language], number_of (before) >= 2 ? "s" : "", NULL)
               : NULL;
  return sigs[at].certainty == SURE || certain ? g_strdup (sigs[at].name[language]) : NULL;
}

/* "0.5" → "0,5" in a French dose. */
static void
put_decimals (GString *out)
{
  for (gsize i = 1; i + 1 < out->len; i++)
    if (out->str[i] == '.' && g_ascii_isdigit (out->str[i - 1])
        && g_ascii_isdigit (out->str[i + 1]))
      out->str[i] = ',';
}

gchar *
citiz_sig_plain (const gchar *text, CitizLanguage language)
{
  static const gchar topical[] = "apply topically";
  static const gchar *const skin[2] = {"apply to the skin", "appliquer sur la peau"};
  gsize skip = g_ascii_strncasecmp (text, topical, strlen (topical)) == 0 ? strlen (topical) : 0;
  g_auto (GStrv) written = g_strsplit (text + skip, " ", -1);
  g_autoptr (GString) out = g_string_new (skip > 0 ? skin[language] : NULL);
  gboolean certain = is_certain (text);

  for (guint i = 0; written[i] != NULL; i++)
    {
      const gchar *tail;
      g_autofree gchar *core = core_of (written[i], &tail);
      g_autofree gchar *said = said_of (core, i > 0 ? written[i - 1] : NULL, certain, language);

      g_string_append_printf (out, "%s%s%s", i > 0 ? " " : "", said != NULL ? said : written[i],
                              said != NULL ? tail : "");
    }
  if (language == CITIZ_LANGUAGE_FR)
    put_decimals (out);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
