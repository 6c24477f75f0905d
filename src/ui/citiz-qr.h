/* A QR code: whole-pixel modules on a white plate, in both styles. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_QR (citiz_qr_get_type ())
G_DECLARE_FINAL_TYPE (CitizQr, citiz_qr, CITIZ, QR, GtkWidget)

GtkWidget *citiz_qr_new (void);
/* Level M. FALSE when @text does not fit (over 2331 bytes). NULL empties it. */
gboolean citiz_qr_set_text (CitizQr *self, const gchar *text);
/* Modules a side, quiet zone not counted; 0 when empty. */
gint citiz_qr_get_modules (CitizQr *self);

/* Draws the code of @text into a square of @size at the origin, quiet zone included (paper, PDF). */
gboolean citiz_qr_draw (cairo_t *cr, const gchar *text, gdouble size);

G_END_DECLS
