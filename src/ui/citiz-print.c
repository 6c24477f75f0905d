/* Paper: the recovery sheet and the one page of an emergency access, printed or as PDF. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-print.h"

#include <cairo-pdf.h>
#include <glib/gi18n.h>

#include "crypto/citiz-words.h"
#include "ui/citiz-access-text.h"
#include "ui/citiz-qr.h"
#include "ui/citiz-window.h"

#define MARGIN  54.0 /* points */
#define N_COLS  4
#define N_ROWS  6
#define PAPER_W 612.0 /* Letter */
#define PAPER_H 792.0

typedef struct
{
  GtkWidget *owner;
  gchar **words;
  gchar *about;
  gchar *link, *address, *code, *until;
  const gchar *where; /* a sentence: it opens there */
  gboolean sample;
  CitizPrintFunc func;
  gpointer data;
} Job;

static void
job_free (Job *job)
{
  g_clear_object (&job->owner);
  g_clear_pointer (&job->words, citiz_words_free);
  g_free (job->about);
  g_clear_pointer (&job->link, citiz_wipe_text);
  g_clear_pointer (&job->code, citiz_wipe_text);
  g_free (job->address);
  g_free (job->until);
  g_free (job);
}

/* --- drawing, in points --- */

static void
arc_from_top (cairo_t *cr, gdouble radius, gdouble from, gdouble to)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, 8, 8, radius, (from - 90) * G_PI / 180, (to - 90) * G_PI / 180);
  cairo_stroke (cr);
}

void
citiz_draw_mark (cairo_t *cr, gdouble size)
{
  cairo_save (cr);
  cairo_scale (cr, size / 16, size / 16);
  cairo_set_line_width (cr, 1.9);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  arc_from_top (cr, 6.9, 58, 388);
  arc_from_top (cr, 3.9, -128, 172);
  cairo_arc (cr, 8, 8, 1.35, 0, 2 * G_PI);
  cairo_fill (cr);
  cairo_restore (cr);
}

/* Draws @text at the current point; returns its height. */
static gdouble
draw_text (cairo_t *cr,
           const gchar *font,
           const gchar *text,
           gdouble x,
           gdouble y,
           gdouble width,
           PangoAlignment align)
{
  PangoLayout *layout = pango_cairo_create_layout (cr);
  PangoFontDescription *description = pango_font_description_from_string (font);
  PangoAttrList *plain = pango_attr_list_new ();
  gint height;

  /* A link that is copied by hand must not gain a hyphen at the end of each line. */
  pango_attr_list_insert (plain, pango_attr_insert_hyphens_new (FALSE));
  pango_layout_set_attributes (layout, plain);
  pango_attr_list_unref (plain);
  /* The layout counts in the surface's own resolution: a point is a point on paper. */
  pango_cairo_context_set_resolution (pango_layout_get_context (layout), 72);
  pango_layout_set_font_description (layout, description);
  pango_layout_set_text (layout, text, -1);
  pango_layout_set_width (layout, (gint) (width * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_alignment (layout, align);
  cairo_move_to (cr, x, y);
  pango_cairo_show_layout (cr, layout);
  pango_layout_get_size (layout, NULL, &height);
  pango_font_description_free (description);
  g_object_unref (layout);
  return (gdouble) height / PANGO_SCALE;
}

static void
draw_head (cairo_t *cr, gdouble width, const gchar *title, const gchar *about, const gchar *aside)
{
  cairo_set_source_rgb (cr, 0x1d / 255.0, 0x6a / 255.0, 0x82 / 255.0);
  cairo_save (cr);
  cairo_translate (cr, MARGIN, MARGIN);
  citiz_draw_mark (cr, 32);
  cairo_restore (cr);
  cairo_set_source_rgb (cr, 0.1, 0.1, 0.12);
  draw_text (cr, "Cantarell, Sans Bold 16", title, MARGIN + 44, MARGIN - 2,
             width - 2 * MARGIN - 190, PANGO_ALIGN_LEFT);
  cairo_set_source_rgb (cr, 0.37, 0.39, 0.44);
  draw_text (cr, "Cantarell, Sans 9", about, MARGIN + 44, MARGIN + 20, width - 2 * MARGIN - 190,
             PANGO_ALIGN_LEFT);
  draw_text (cr, "Cantarell, Sans 9", aside, width - MARGIN - 140, MARGIN + 4, 140,
             PANGO_ALIGN_RIGHT);
  cairo_set_source_rgb (cr, 0.1, 0.1, 0.12);
  cairo_set_line_width (cr, 1);
  cairo_move_to (cr, MARGIN, MARGIN + 48);
  cairo_line_to (cr, width - MARGIN, MARGIN + 48);
  cairo_stroke (cr);
}

static void
draw_recovery (cairo_t *cr, gdouble width, const Job *job)
{
  gdouble column = (width - 2 * MARGIN) / N_COLS, row = 34, top = MARGIN + 66;

  draw_head (cr, width, _ ("Citiz Recovery Sheet"), job->about,
             _ ("Keep in a safe place, away from the computer"));
  for (guint i = 0; i < N_COLS * N_ROWS; i++)
    {
      gdouble x = MARGIN + column * (i / N_ROWS), y = top + row * (i % N_ROWS);
      g_autofree gchar *number = g_strdup_printf ("%u", i + 1);

      cairo_set_source_rgb (cr, 0.37, 0.39, 0.44);
      draw_text (cr, "Cantarell, Sans 9", number, x, y + 3, 18, PANGO_ALIGN_RIGHT);
      cairo_set_source_rgb (cr, 0, 0, 0);
      draw_text (cr, "Cantarell, Sans Bold 12", job->words[i], x + 26, y, column - 30,
                 PANGO_ALIGN_LEFT);
      cairo_set_source_rgb (cr, 0.85, 0.85, 0.86);
      cairo_set_line_width (cr, 0.7);
      cairo_move_to (cr, x + 4, y + 22);
      cairo_line_to (cr, x + column - 14, y + 22);
      cairo_stroke (cr);
    }
  cairo_set_source_rgb (cr, 0.1, 0.1, 0.12);
  draw_text (
      cr, "Cantarell, Sans 11",
      _ ("These 24 words open your record again if you forget your passphrase. If the "
         "computer is lost, they open a copy of the record’s folder kept elsewhere; they "
         "hold nothing of the record themselves. Start Citiz, choose “I have my 24 words” and enter them in this "
         "order.\n\nWhoever holds this sheet can open your record. Put it away like a "
         "passport; you can replace it at any time in Preferences."),
      MARGIN, top + row * N_ROWS + 24, width - 2 * MARGIN, PANGO_ALIGN_LEFT);
}

static void
draw_emergency (cairo_t *cr, gdouble width, const Job *job)
{
  gdouble side = 300, y = MARGIN + 74, wide = width - 2 * MARGIN;

  draw_head (cr, width, _ ("Emergency Access to a Health Record"), job->until,
             job->sample ? _ ("Sample record: nothing in it is about a real person.")
                         : _ ("Can be revoked at any time"));
  cairo_save (cr);
  cairo_translate (cr, (width - side) / 2, y);
  citiz_qr_draw (cr, job->link, side);
  cairo_restore (cr);
  y += side + 18;
  cairo_set_source_rgb (cr, 0, 0, 0);
  y += draw_text (cr, "Cantarell, Sans Bold 13", _ ("Scan this code"), MARGIN, y, wide,
                  PANGO_ALIGN_CENTER);
  y += draw_text (cr, "Cantarell, Sans 10", job->where, MARGIN, y + 4, wide, PANGO_ALIGN_CENTER)
       + 24;
  if (job->code != NULL)
    {
      /* Translators: %s is an address such as 127.0.0.1:8321/v. */
      g_autofree gchar *how = g_strdup_printf (
          _ ("or enter this code and the person’s birth date at %s"), job->address);

      y += draw_text (cr, "Cantarell, Sans 10", how, MARGIN, y, wide, PANGO_ALIGN_CENTER) + 6;
      y += draw_text (cr, "Cantarell, Sans Bold 26", job->code, MARGIN, y, wide,
                      PANGO_ALIGN_CENTER);
      y += 18;
    }
  cairo_set_source_rgb (cr, 0.37, 0.39, 0.44);
  y += draw_text (cr, "Cantarell, Sans 9", _ ("The whole link, to be copied:"), MARGIN, y, wide,
                  PANGO_ALIGN_LEFT);
  cairo_set_source_rgb (cr, 0, 0, 0);
  y += draw_text (cr, "Monospace 8", job->link, MARGIN, y + 4, wide, PANGO_ALIGN_LEFT);
  cairo_set_source_rgb (cr, 0.37, 0.39, 0.44);
  draw_text (cr, "Cantarell, Sans 9",
             _ ("Whoever opens is asked for a name, a role, a place and a reason; the person sees "
                "each opening within seconds."),
             MARGIN, y + 20, wide, PANGO_ALIGN_LEFT);
}

static void
draw (const Job *job, cairo_t *cr, gdouble width)
{
  if (job->words != NULL)
    draw_recovery (cr, width, job);
  else
    draw_emergency (cr, width, job);
}

/* --- printing --- */

/* Closed or locked meanwhile: nothing secret comes out, and there is nobody to tell. */
static gboolean
is_wanted (const Job *job)
{
  return gtk_widget_get_root (job->owner) != NULL;
}

static void
draw_page_cb (GtkPrintOperation *operation, GtkPrintContext *context, gint page, Job *job)
{
  cairo_t *cr = gtk_print_context_get_cairo_context (context);
  gdouble width = gtk_print_context_get_width (context);

  if (!is_wanted (job)) /* the printers' dialog outlives a lock */
    {
      gtk_print_operation_cancel (operation);
      return;
    }
  draw (job, cr, width);
}

static void
done_cb (GtkPrintOperation *operation, GtkPrintOperationResult result, Job *job)
{
  const gchar *problem = NULL;

  if (result == GTK_PRINT_OPERATION_RESULT_ERROR)
    problem = _ ("The printer did not answer. The sheet did not come out.");
  else if (result == GTK_PRINT_OPERATION_RESULT_CANCEL)
    problem = "";
  if (!is_wanted (job))
    problem = NULL;
  else if (job->func != NULL)
    job->func (problem, job->data);
  else if (problem != NULL && *problem != '\0')
    citiz_toast (job->owner, problem);
  job_free (job);
  g_object_unref (operation);
}

static void
run (Job *job, const gchar *name)
{
  GtkPrintOperation *operation = gtk_print_operation_new ();
  GtkRoot *root = gtk_widget_get_root (job->owner);

  gtk_print_operation_set_n_pages (operation, 1);
  gtk_print_operation_set_job_name (operation, name);
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_use_full_page (operation, TRUE);
  gtk_print_operation_set_allow_async (operation, TRUE);
  g_signal_connect (operation, "draw-page", G_CALLBACK (draw_page_cb), job);
  g_signal_connect (operation, "done", G_CALLBACK (done_cb), job);
  gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG,
                           GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL);
}

void
citiz_print_recovery (GtkWidget *owner,
                      gchar **words,
                      const gchar *about,
                      CitizPrintFunc func,
                      gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->owner = g_object_ref (owner);
  job->words = g_strdupv (words);
  job->about = g_strdup (about);
  job->func = func;
  job->data = data;
  run (job, _ ("Citiz Recovery Sheet"));
}

static Job *
emergency_job_new (CitizAccess *access)
{
  Job *job = g_new0 (Job, 1);

  job->sample = access->sample;
  job->link = g_strdup (access->link);
  job->address = citiz_access_entry (access);
  job->code = citiz_access_has_code (access) ? citiz_spoken_grouped (access->spoken) : NULL;
  job->until = citiz_access_period_written (access);
  job->where = access->n_nodes > 0
                   ? _ ("It opens in any browser, even when the person’s computer is off.")
                   : _ ("It opens on the person’s own computer only.");
  return job;
}

void
citiz_print_emergency (GtkWidget *owner, CitizAccess *access)
{
  Job *job = emergency_job_new (access);

  job->owner = g_object_ref (owner);
  run (job, _ ("Emergency Access"));
}

static cairo_status_t
append_cb (void *closure, const unsigned char *bytes, unsigned int n)
{
  g_byte_array_append (closure, bytes, n);
  return CAIRO_STATUS_SUCCESS;
}

static GBytes *
to_pdf (const Job *job, const gchar *title)
{
  GByteArray *bytes = g_byte_array_new ();
  cairo_surface_t *surface
      = cairo_pdf_surface_create_for_stream (append_cb, bytes, PAPER_W, PAPER_H);
  cairo_t *cr = cairo_create (surface);

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, title);
  draw (job, cr, PAPER_W);
  cairo_show_page (cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
  return g_byte_array_free_to_bytes (bytes);
}

GBytes *
citiz_pdf_recovery (gchar **words, const gchar *about)
{
  Job job = {.words = words, .about = (gchar *) about};

  return to_pdf (&job, _ ("Citiz Recovery Sheet"));
}

GBytes *
citiz_pdf_emergency (CitizAccess *access)
{
  Job *job = emergency_job_new (access);
  GBytes *pdf = to_pdf (job, _ ("Emergency Access"));

  job_free (job);
  return pdf;
}
