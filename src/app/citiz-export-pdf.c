/* The record on paper: A4 or Letter pages, one section after the other. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-export.h"
#include "app/citiz-session.h"

#include <cairo-pdf.h>
#include <glib/gi18n.h>
#include <pango/pangocairo.h>

/* Points. Letter is 612 × 792, A4 595 × 842: what fits the smaller of each fits both. */
#define PAGE_WIDTH  595.0
#define PAGE_HEIGHT 792.0
#define MARGIN      48.0
#define BOTTOM      40.0
#define TITLE       "Sans Bold 9"
#define ROWS_SHOWN  60 /* of one section; the rest is counted, the other formats have it all */

typedef struct
{
  GByteArray *bytes;
  cairo_surface_t *surface;
  cairo_t *cairo;
  gdouble y;
  guint page;
  gchar *foot;
  const gchar
      *above; /* (nullable): the title of what is being written, which a new page begins with */
} Paper;

static cairo_status_t
write_cb (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

/* Draws text at the left margin plus @indent; returns its height, or only measures it. */
static gdouble
put_text (Paper *paper, const gchar *text, const gchar *font, gdouble indent, gboolean draw)
{
  PangoLayout *layout = pango_cairo_create_layout (paper->cairo);
  PangoFontDescription *description = pango_font_description_from_string (font);
  int height;

  pango_layout_set_font_description (layout, description);
  pango_layout_set_width (layout, (int) ((PAGE_WIDTH - 2 * MARGIN - indent) * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, NULL, &height);
  if (draw)
    {
      cairo_move_to (paper->cairo, MARGIN + indent, paper->y);
      pango_cairo_show_layout (paper->cairo, layout);
    }
  pango_font_description_free (description);
  g_object_unref (layout);
  return height;
}

static void
end_page (Paper *paper)
{
  g_autofree gchar *foot = g_strdup_printf ("%s · %u", paper->foot, ++paper->page);

  paper->y = PAGE_HEIGHT - BOTTOM + 8;
  put_text (paper, foot, "Sans 7", 0, TRUE);
  cairo_show_page (paper->cairo);
  paper->y = MARGIN;
}

static void
put_block (Paper *paper,
           const gchar *text,
           const gchar *font,
           gdouble indent,
           gdouble after,
           gdouble keep)
{
  gdouble height = put_text (paper, text, font, indent, FALSE);

  if (paper->y + height + keep > PAGE_HEIGHT - BOTTOM && paper->y > MARGIN)
    {
      end_page (paper);
      if (paper->above != NULL)
        paper->y += put_text (paper, paper->above, TITLE, 8, TRUE);
    }
  put_text (paper, text, font, indent, TRUE);
  paper->y += height + after;
}

static void
put_row (Paper *paper, const CitizExportRow *row)
{
  g_autofree gchar *date = citiz_export_row_date (row);
  g_autofree gchar *line
      = *date != '\0' ? g_strdup_printf ("%s  (%s)", row->what, date) : g_strdup (row->what);

  put_block (paper, line, TITLE, 8, 0, 14);
  if (row->details[0] != '\0')
    put_block (paper, row->details, "Sans 9", 8, 3, 0);
  else
    paper->y += 3;
}

static gboolean
is_again (const GPtrArray *rows, guint i, guint n)
{
  return i > 0 && i < n
         && g_str_equal (((const CitizExportRow *) rows->pdata[i - 1])->what,
                         ((const CitizExportRow *) rows->pdata[i])->what);
}

/* Those of one title stand together, where the first of them is. */
static void
gather (GPtrArray *rows, guint n)
{
  for (guint i = 1; i < n; i++)
    for (guint j = i; j < n && !is_again (rows, i, n); j++)
      if (g_str_equal (((const CitizExportRow *) rows->pdata[i - 1])->what,
                       ((const CitizExportRow *) rows->pdata[j])->what))
        g_ptr_array_insert (rows, (gint) i, g_ptr_array_steal_index (rows, j));
}

/* A value of what stands above it. */
static void
put_value (Paper *paper, const CitizExportRow *row)
{
  g_autofree gchar *date = citiz_export_row_date (row);
  g_autofree gchar *line = g_strdup_printf ("%s  %s", date, row->details);

  put_block (paper, g_strstrip (line), "Sans 9", 8, 1, 0);
}

/* A title is written once above all that it has, and again on each page that they go on to. */
static void
put_rows (Paper *paper, const GPtrArray *rows, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      const CitizExportRow *row = rows->pdata[i];
      const gboolean again = is_again (rows, i, n), more = is_again (rows, i + 1, n);

      if (!again && !more)
        {
          put_row (paper, row);
          continue;
        }
      if (!again)
        put_block (paper, row->what, TITLE, 8, 0, 14);
      paper->above = row->what;
      put_value (paper, row);
      paper->above = NULL;
      paper->y += more ? 0 : 3;
    }
}

static void
put_section (Paper *paper,
             const CitizRecord *record,
             const CitizExportSection *section,
             CitizLanguage language)
{
  g_autoptr (GPtrArray) rows = citiz_export_rows_to_read (record, section->kind, language);
  const guint n = MIN (rows->len, ROWS_SHOWN);

  if (n == 0)
    return;
  if (section->kind == CITIZ_KIND_MEASURE || section->kind == CITIZ_KIND_RESULT)
    gather (rows, n);
  paper->y += 8;
  put_block (paper, _ (section->title), "Sans Bold 12", 0, 4, 40);
  put_rows (paper, rows, n);
  if (rows->len > n)
    {
      guint more = rows->len - n;
      g_autofree gchar *text
          = g_strdup_printf (ngettext ("and %u more", "and %u more", more), more);
      put_block (paper, text, "Sans Italic 9", 8, 0, 0);
    }
}

static gboolean
has_sample (const CitizRecord *record)
{
  for (guint i = 0; i < citiz_n_export_sections; i++)
    {
      g_autoptr (GPtrArray) items = citiz_record_list (record, citiz_export_sections[i].kind);

      for (guint j = 0; j < items->len; j++)
        if (((const CitizItem *) items->pdata[j])->sample)
          return TRUE;
    }
  return FALSE;
}

/* On every page: paper is taken apart, and an invented result must not end in somebody's file. */
static void
mark_sample (Paper *paper)
{
  g_autofree gchar *plain = paper->foot;

  paper->foot = g_strdup_printf ("%s · %s", plain,
                                 _ ("Sample record: nothing in it is about a real person."));
}

static void
put_head (Paper *paper, const CitizRecord *record, CitizLanguage language)
{
  const CitizItem *patient = citiz_record_patient (record);
  g_autofree gchar *birth = NULL;

  put_block (paper, patient != NULL ? patient->title[language] : _ ("Health record"),
             "Sans Bold 18", 0, 2, 0);
  if (patient != NULL && patient->onset.precision != CITIZ_DATE_NONE)
    {
      g_autofree gchar *date = citiz_date_to_string (&patient->onset);
      birth = g_strdup_printf (_ ("Born %s"), date);
      put_block (paper, birth, "Sans 10", 0, 2, 0);
    }
  put_block (paper, _ ("A summary kept by the person: to be checked with them when possible."),
             "Sans Italic 9", 0, 4, 0);
}

static void
paper_open (Paper *paper, CitizTime now)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (now.ms / 1000);
  g_autoptr (GDateTime) local = g_date_time_to_local (utc);
  g_autofree gchar *date = g_date_time_format (local, "%Y-%m-%d %H:%M");

  paper->bytes = g_byte_array_new ();
  paper->surface
      = cairo_pdf_surface_create_for_stream (write_cb, paper->bytes, PAGE_WIDTH, PAGE_HEIGHT);
  paper->cairo = cairo_create (paper->surface);
  paper->y = MARGIN;
  paper->foot = g_strdup_printf (_ ("Citiz · %s"), date);
}

static GBytes *
paper_close (Paper *paper, GError **error)
{
  cairo_status_t status;

  end_page (paper);
  g_free (paper->foot);
  cairo_destroy (paper->cairo);
  cairo_surface_finish (paper->surface);
  status = cairo_surface_status (paper->surface);
  cairo_surface_destroy (paper->surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return g_byte_array_free_to_bytes (paper->bytes);
  g_byte_array_unref (paper->bytes);
  g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_FAILED, "no PDF: %s",
               cairo_status_to_string (status));
  return NULL;
}

/**
 * citiz_export_pdf:
 *
 * Returns: (transfer full): a PDF with the whole record in plain sections
 */
GBytes *
citiz_export_pdf (const CitizRecord *record, CitizLanguage language, CitizTime now, GError **error)
{
  Paper paper = {0};

  paper_open (&paper, now);
  if (has_sample (record))
    mark_sample (&paper);
  put_head (&paper, record, language);
  for (guint i = 0; i < citiz_n_export_sections; i++)
    put_section (&paper, record, &citiz_export_sections[i], language);
  return paper_close (&paper, error);
}

/**
 * citiz_export_pdf_rows:
 * @rows: (element-type utf8): label, value, label, value…
 *
 * Returns: (transfer full): a PDF with a title and its rows
 */
GBytes *
citiz_export_pdf_rows (const gchar *title, const GPtrArray *rows, CitizTime now, GError **error)
{
  Paper paper = {0};

  paper_open (&paper, now);
  put_block (&paper, title, "Sans Bold 18", 0, 14, 0);
  for (guint i = 0; i + 1 < rows->len; i += 2)
    {
      put_block (&paper, g_ptr_array_index (rows, i), "Sans Bold 10", 0, 1, 16);
      put_block (&paper, g_ptr_array_index (rows, i + 1), "Sans 10", 0, 9, 0);
    }
  return paper_close (&paper, error);
}
