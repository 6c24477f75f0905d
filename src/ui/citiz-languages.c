/* Languages a person speaks, in words: those of Québec's census that are spoken most, and of its first peoples. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-languages.h"

#include <string.h>

static const struct
{
  const gchar *code, *name[2]; /* English, French */
} languages[] = {
    {"fr", {"French", "français"}},
    {"en", {"English", "anglais"}},
    {"es", {"Spanish", "espagnol"}},
    {"ar", {"Arabic", "arabe"}},
    {"ht", {"Haitian Creole", "créole haïtien"}},
    {"it", {"Italian", "italien"}},
    {"pt", {"Portuguese", "portugais"}},
    {"zh", {"Chinese", "chinois"}},
    {"vi", {"Vietnamese", "vietnamien"}},
    {"ru", {"Russian", "russe"}},
    {"el", {"Greek", "grec"}},
    {"de", {"German", "allemand"}},
    {"ro", {"Romanian", "roumain"}},
    {"pl", {"Polish", "polonais"}},
    {"fa", {"Persian", "persan"}},
    {"tl", {"Tagalog", "tagalog"}},
    {"pa", {"Punjabi", "pendjabi"}},
    {"iu", {"Inuktitut", "inuktitut"}},
    {"cr", {"Cree", "cri"}},
    {"moe", {"Innu", "innu"}},
    {"atj", {"Atikamekw", "atikamekw"}},
    {"fcs", {"Quebec Sign Language", "langue des signes québécoise"}},
};

static const gchar *
name_of (const gchar *code, CitizLanguage language)
{
  gsize n = strcspn (code, "-_"); /* fr-CA is French */

  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    if (strlen (languages[i].code) == n && g_ascii_strncasecmp (languages[i].code, code, n) == 0)
      return languages[i].name[language];
  return code;
}

gchar *
citiz_languages_words (json_t *patient, CitizLanguage language)
{
  GString *words = g_string_new (NULL);
  json_t *one;
  size_t i;

  json_array_foreach (json_object_get (patient, "communication"), i, one)
  {
    json_t *coding
        = json_array_get (json_object_get (json_object_get (one, "language"), "coding"), 0);
    const gchar *code = json_string_value (json_object_get (coding, "code"));

    if (code != NULL)
      g_string_append_printf (words, "%s%s", words->len > 0 ? ", " : "", name_of (code, language));
  }
  return g_string_free (words, FALSE);
}

static const gchar *
code_of (const gchar *word)
{
  g_autofree gchar *plain = g_utf8_casefold (word, -1);

  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    for (guint k = 0; k < 2; k++)
      {
        g_autofree gchar *name = g_utf8_casefold (languages[i].name[k], -1);
        if (strcmp (name, plain) == 0)
          return languages[i].code;
      }
  return word;
}

gchar *
citiz_languages_codes (const gchar *words)
{
  g_auto (GStrv) parts = g_strsplit_set (words, ",;", -1);
  GString *codes = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_string_append_printf (codes, "%s%s", codes->len > 0 ? "," : "", code_of (parts[i]));
  return g_string_free (codes, FALSE);
}
