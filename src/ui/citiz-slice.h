/* A block of the ledger drawn as a slice of birch: one ring an entry. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_SLICE (citiz_slice_get_type ())
G_DECLARE_FINAL_TYPE (CitizSlice, citiz_slice, CITIZ, SLICE, GtkWidget)

/* @entries rings, @mine of them in accent. @waiting: dashed and grey, the block to come. */
GtkWidget *citiz_slice_new (guint entries, guint mine, gboolean waiting);
void citiz_slice_set_selected (CitizSlice *self, gboolean selected);

G_END_DECLS
