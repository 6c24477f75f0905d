/* A line of cells that lets go of the least needed ones when there is no room. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_SHRINK (citiz_shrink_get_type ())
G_DECLARE_FINAL_TYPE (CitizShrink, citiz_shrink, CITIZ, SHRINK, GtkWidget)

GtkWidget *citiz_shrink_new (gint spacing);
/* @rank 0 always stays; of the others the highest goes first. @width above 0 is the cell's width wherever it fits (columns of
 * several rows then stand in line); 0 takes what is left. */
void citiz_shrink_append (CitizShrink *self, GtkWidget *child, guint rank, gint width);

G_END_DECLS
