/* Text made comparable. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-code.h"

/* Letters that Unicode does not decompose. */
static const struct
{
  gunichar c;
  const gchar *plain;
} ligatures[] = {{0x153, "oe"}, {0x152, "oe"}, {0xe6, "ae"}, {0xc6, "ae"}, {0xdf, "ss"},
                 {0xf8, "o"},   {0xd8, "o"},   {0x142, "l"}, {0x131, "i"}};

static void
put_folded (GString *out, gunichar c, gboolean *space)
{
  for (guint i = 0; i < G_N_ELEMENTS (ligatures); i++)
    if (ligatures[i].c == c)
      {
        if (*space && out->len > 0)
          g_string_append_c (out, ' ');
        *space = FALSE;
        g_string_append (out, ligatures[i].plain);
        return;
      }
  if (g_unichar_ismark (c))
    return;
  if (!g_unichar_isalnum (c))
    {
      *space = TRUE;
      return;
    }
  if (*space && out->len > 0)
    g_string_append_c (out, ' ');
  *space = FALSE;
  g_string_append_unichar (out, g_unichar_tolower (c));
}

gchar *
citiz_fold (const gchar *text)
{
  g_autofree gchar *decomposed = NULL;
  GString *out = g_string_new (NULL);
  gboolean space = FALSE, plain = TRUE;
  const gchar *p;

  if (text == NULL)
    return g_string_free (out, FALSE);
  for (p = text; *p != '\0'; p++)
    plain &= (guchar) *p < 0x80;
  if (!plain)
    decomposed = g_utf8_normalize (text, -1, G_NORMALIZE_NFD);
  if (!plain && decomposed == NULL)
    return g_string_free (out, FALSE); /* no UTF-8: nothing to compare */
  for (p = plain ? text : decomposed; *p != '\0'; p = g_utf8_next_char (p))
    put_folded (out, g_utf8_get_char (p), &space);
  return g_string_free (out, FALSE);
}
