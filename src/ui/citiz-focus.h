/* Keyboard focus stays where it was when a group is made anew. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* To be called before @box loses its children. When the focus is among them, it returns to the same place of what
 * replaces them, or to the nearest one, once that is laid out; unless the person has moved on by then. */
void citiz_focus_keep (GtkWidget *box);

G_END_DECLS
