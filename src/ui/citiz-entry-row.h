/* A row of the record: title and detail, a line under it with its source, cells at the end. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-row.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_ENTRY_ROW (citiz_entry_row_get_type ())
G_DECLARE_FINAL_TYPE (CitizEntryRow, citiz_entry_row, CITIZ, ENTRY_ROW, CitizRow)

/* @detail stands after the title in the neutral colour ("5 mg"); any but @title may be NULL. */
GtkWidget *citiz_entry_row_new (const gchar *title, const gchar *detail, const gchar *subtitle);
/* Icon and word at the end of the second line: where it comes from. */
void citiz_entry_row_set_source (CitizEntryRow *self, const gchar *icon, const gchar *word);
void citiz_entry_row_set_prefix (CitizEntryRow *self, GtkWidget *prefix);
/* A cell at the end, see citiz_shrink_append(). @says is what assistive technology reads for it (or NULL). */
void citiz_entry_row_add_cell (CitizEntryRow *self,
                               GtkWidget *cell,
                               guint rank,
                               gint width,
                               const gchar *says);

G_END_DECLS
