/* Cards side by side that become fewer on a line, then one, as room shrinks. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_FLOW (citiz_flow_get_type ())
G_DECLARE_FINAL_TYPE (CitizFlow, citiz_flow, CITIZ, FLOW, GtkWidget)

/* As many children a line as are at least @least wide, with @gap between them; lines are as high as their highest child. */
GtkWidget *citiz_flow_new (gint least, gint gap);
/* @weight counts while all children stand on one line. */
void citiz_flow_append (CitizFlow *self, GtkWidget *child, gdouble weight);
void citiz_flow_clear (CitizFlow *self);
/* How many stand on a line of @width. */
gint citiz_flow_per_line (gint n, gint least, gint gap, gint width);

G_END_DECLS
