/* A row that opens something: the press is the class action "row.open". SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_ROW (citiz_row_get_type ())
G_DECLARE_DERIVABLE_TYPE (CitizRow, citiz_row, CITIZ, ROW, AdwActionRow)
struct _CitizRowClass
{
  AdwActionRowClass parent_class;
};

/* Signal "opened": pressed by pointer, key, or by assistive technology through "row.open". */
GtkWidget *citiz_row_new (const gchar *title, const gchar *subtitle);
/* Adds the chevron and makes the row open. */
void citiz_row_set_opens (CitizRow *self, gboolean opens);
/* A row that opens without saying so by a chevron. */
void citiz_row_set_chevron_visible (CitizRow *self, gboolean visible);
/* Puts @icon on a round tint (see citiz_prefix_new) before the title. */
void citiz_row_set_prefix (CitizRow *self, const gchar *icon, const gchar *style);

/* The subtitle: @lead (or NULL) and the beginning of @number, which nobody reads; a button copies the whole of it, for who verifies. */
void citiz_row_set_number (CitizRow *self, const gchar *lead, const gchar *number);

/* A row whose words are never cut, however many lines they take; @icon may be NULL. */
GtkWidget *citiz_words_row_new (const gchar *icon,
                                const gchar *style,
                                const gchar *title,
                                const gchar *text);

/* A row that is neither pressed nor focused: words, or a line of controls that take the focus themselves. */
GtkWidget *citiz_still_row_new (GtkWidget *child);

G_END_DECLS
