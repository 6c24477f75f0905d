/* A ring that shows what is left of an access, with the icon of its kind. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_COUNTDOWN (citiz_countdown_get_type ())
G_DECLARE_FINAL_TYPE (CitizCountdown, citiz_countdown, CITIZ, COUNTDOWN, GtkWidget)

/* @size in pixels (42 in rows, 60 on the emergency page). Class "error" colours it for the emergency access. */
GtkWidget *citiz_countdown_new (const gchar *icon, gint size);
/* What is left, 0 to 1. */
void citiz_countdown_set_fraction (CitizCountdown *self, gdouble fraction);

G_END_DECLS
