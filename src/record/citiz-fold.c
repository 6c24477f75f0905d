/* Text made comparable. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-code.h"

#include <string.h>

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
  for (guint i = 0; c >= 0x80 && i < G_N_ELEMENTS (ligatures); i++)
    if (ligatures[i].c == c)
      {
        if (*space && out->len > 0)
          g_string_append_c (out, ' ');
        *space = FALSE;
        g_string_append (out, ligatures[i].plain);
        return;
      }
  if (c >= 0x80 && g_unichar_ismark (c))
    return;
  if (c < 0x80 ? !g_ascii_isalnum (c) : !g_unichar_isalnum (c))
    {
      *space = TRUE;
      return;
    }
  if (*space && out->len > 0)
    g_string_append_c (out, ' ');
  *space = FALSE;
  if (c < 0x80)
    g_string_append_c (out, g_ascii_tolower ((gchar) c));
  else
    g_string_append_unichar (out, g_unichar_tolower (c));
}

gchar *
citiz_fold (const gchar *text)
{
  GString *out = g_string_sized_new (text != NULL ? strlen (text) + 8 : 8);
  gboolean space = FALSE;

  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return g_string_free (out, FALSE);
  for (const gchar *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p), mark;
      while (c >= 0x80 && g_unichar_decompose (c, &c, &mark))
        ;
      put_folded (out, c, &space);
    }
  return g_string_free (out, FALSE);
}
