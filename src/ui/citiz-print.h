/* Paper: the recovery sheet and the one page of an emergency access, printed or as PDF. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

/* @problem is NULL when it was printed; "" when the person changed their mind; else a sentence. */
typedef void (*CitizPrintFunc) (const gchar *problem, gpointer data);

/* @words: 24. @about: "Hélène Gagnon · 24 October 2026 · 24 words, in order". @owner is kept until
 * @func is called, which it is not once @owner is in no window any more. */
void citiz_print_recovery (GtkWidget *owner,
                           gchar **words,
                           const gchar *about,
                           CitizPrintFunc func,
                           gpointer data);
GBytes *citiz_pdf_recovery (gchar **words, const gchar *about);
void citiz_print_emergency (GtkWidget *owner, CitizAccess *access);
/* The page that is printed. */
GBytes *citiz_pdf_emergency (CitizAccess *access);

/* The mark on the 16-unit grid, drawn in the current colour into a square of @size at the origin. */
void citiz_draw_mark (cairo_t *cr, gdouble size);

G_END_DECLS
