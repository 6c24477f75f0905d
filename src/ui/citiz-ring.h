/* Rings: goals, countdowns; with anything in the middle. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_RING (citiz_ring_get_type ())
G_DECLARE_FINAL_TYPE (CitizRing, citiz_ring, CITIZ, RING, GtkWidget)

GtkWidget *citiz_ring_new (gint diameter, gint stroke);
/* The next ring inwards. @css_class gives its colour ("series-1", "success", "live"…). Its number is returned. */
guint citiz_ring_add (CitizRing *self, const gchar *css_class, gdouble fraction);
void citiz_ring_set_fraction (CitizRing *self, guint ring, gdouble fraction);
void citiz_ring_set_ring_class (CitizRing *self, guint ring, const gchar *css_class);
void citiz_ring_set_child (CitizRing *self, GtkWidget *child);
/* What assistive technology says instead of the picture. */
void citiz_ring_set_label (CitizRing *self, const gchar *label);

G_END_DECLS
