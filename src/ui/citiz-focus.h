/* Keyboard focus stays where it was when a group is made anew. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* To be called before @box loses its children. When the focus is among them, it returns to the same place of what
 * replaces them, or to the nearest one, once that is laid out; unless the person has moved on by then. */
void citiz_focus_keep (GtkWidget *box);

/* What a row of a list does as its "focus" when it takes none itself: the focus goes to what is in it, or on to the next row. GtkListBoxRow
 * says it took the focus even where it cannot, and Tab would stay for ever before it. */
gboolean citiz_focus_through (GtkWidget *row, GtkDirectionType direction);
/* The second half of it: Tab goes on to the next row that takes it. */
gboolean citiz_focus_beside (GtkWidget *row, GtkDirectionType direction);

G_END_DECLS
