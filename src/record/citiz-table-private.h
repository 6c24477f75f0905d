/* Tables of the catalogue, embedded as text. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gchar *text;
  const gchar **cells; /* rows × columns, never NULL */
  guint rows, columns;
} CitizTable;

/* Tab-separated, first line(s) with '#' are its licence, the next one its header. Missing cells are "". */
void citiz_table_parse (CitizTable *table, const gchar *text, guint columns);
const gchar *citiz_table_get (const CitizTable *table, guint row, guint column);
/* NaN for "". */
gdouble citiz_table_number (const CitizTable *table, guint row, guint column);

extern const gchar citiz_embed_measures[];
extern const gchar citiz_embed_goals[];
extern const gchar citiz_embed_terms[];
extern const gchar citiz_embed_sample[];

G_END_DECLS
