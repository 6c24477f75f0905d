/* Two columns with a gap of 24 that become one when there is no room. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_COLUMNS (citiz_columns_get_type ())
G_DECLARE_FINAL_TYPE (CitizColumns, citiz_columns, CITIZ, COLUMNS, GtkWidget)

/* @left and @right share the width in this proportion; under @fold pixels they stand one above the other. */
GtkWidget *citiz_columns_new (gdouble left, gdouble right, gint fold);
/* @column 0 or 1; children of a column are stacked with a spacing of 24. */
void citiz_columns_append (CitizColumns *self, guint column, GtkWidget *child);

G_END_DECLS
