/* Buttons side by side at their natural width, centred, on as many lines as they need. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_WRAP (citiz_wrap_get_type ())
G_DECLARE_FINAL_TYPE (CitizWrap, citiz_wrap, CITIZ, WRAP, GtkWidget)

GtkWidget *citiz_wrap_new (gint gap);
void citiz_wrap_append (CitizWrap *self, GtkWidget *child);

G_END_DECLS
