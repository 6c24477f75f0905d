/* Reading the embedded tables. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-table-private.h"

#include <math.h>
#include <string.h>

void
citiz_table_parse (CitizTable *table, const gchar *text, guint columns)
{
  gboolean header = TRUE;
  guint capacity = 1;

  for (const gchar *p = text; *p != '\0'; p++)
    capacity += *p == '\n';
  table->text = g_strdup (text);
  table->columns = columns;
  table->rows = 0;
  table->cells = g_new (const gchar *, (gsize) capacity *columns);
  for (gchar *line = table->text; line != NULL && *line != '\0';)
    {
      gchar *next = strchr (line, '\n');
      if (next != NULL)
        *next++ = '\0';
      if (line[0] != '#' && line[0] != '\0')
        {
          if (header)
            header = FALSE;
          else
            {
              const gchar **row = table->cells + (gsize) table->rows++ * columns;
              gchar *cell = line;
              for (guint c = 0; c < columns; c++)
                {
                  gchar *tab = cell != NULL ? strchr (cell, '\t') : NULL;
                  row[c] = cell != NULL ? cell : "";
                  if (tab != NULL)
                    *tab = '\0';
                  cell = tab != NULL ? tab + 1 : NULL;
                }
            }
        }
      line = next;
    }
}

const gchar *
citiz_table_get (const CitizTable *table, guint row, guint column)
{
  return table->cells[(gsize) row * table->columns + column];
}

gdouble
citiz_table_number (const CitizTable *table, guint row, guint column)
{
  const gchar *cell = citiz_table_get (table, row, column);
  return *cell == '\0' ? NAN : g_ascii_strtod (cell, NULL);
}
