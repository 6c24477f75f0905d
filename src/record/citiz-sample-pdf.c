/* The one-page PDF of the sample record. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-sample-private.h"

/* A PDF string in WinAnsiEncoding, which has Latin-1's letters at their places. */
static void
put_text (GString *out, const gchar *text)
{
  g_string_append_c (out, '(');
  for (const gchar *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (c == 0x2019)
        c = 0x92;
      if (c == 0x153)
        c = 0x9c;
      if (c == '(' || c == ')' || c == '\\')
        g_string_append_printf (out, "\\%c", (gchar) c);
      else if (c >= 0x20 && c < 0x7f)
        g_string_append_c (out, (gchar) c);
      else
        g_string_append_printf (out, "\\%03o", c < 0x100 ? c : '?');
    }
  g_string_append (out, ") Tj");
}

/* ISO 32000-1: five objects, a cross-reference table, a trailer. */
GBytes *
citiz_sample_pdf (gchar *const *lines)
{
  GString *out = g_string_new ("%PDF-1.4\n");
  g_autoptr (GString) page = g_string_new ("BT /F1 16 Tf 72 720 Td 22 TL ");
  gsize at[6] = {0}, table;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (i == 1)
        g_string_append (page, " /F1 11 Tf 18 TL");
      if (i > 0)
        g_string_append (page, " T* ");
      put_text (page, lines[i]);
    }
  g_string_append (page, " ET");
  const gchar *const bodies[]
      = {"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
         "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources << /Font "
         "<< /F1 4 0 R >> >> >>",
         "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"};
  for (guint i = 0; i < 5; i++)
    {
      at[i + 1] = out->len;
      if (i < 4)
        g_string_append_printf (out, "%u 0 obj\n%s\nendobj\n", i + 1, bodies[i]);
      else
        g_string_append_printf (
            out, "5 0 obj\n<< /Length %" G_GSIZE_FORMAT " >>\nstream\n%s\nendstream\nendobj\n",
            page->len, page->str);
    }
  table = out->len;
  g_string_append (out, "xref\n0 6\n0000000000 65535 f \n");
  for (guint i = 1; i < 6; i++)
    g_string_append_printf (out, "%010" G_GSIZE_FORMAT " 00000 n \n", at[i]);
  g_string_append_printf (
      out, "trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%" G_GSIZE_FORMAT "\n%%%%EOF\n", table);
  gsize n = out->len;
  return g_bytes_new_take (g_string_free (out, FALSE), n);
}
