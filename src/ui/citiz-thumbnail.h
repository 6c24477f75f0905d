/* The line of a route without any map, or the icon of its kind. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_THUMBNAIL (citiz_thumbnail_get_type ())
G_DECLARE_FINAL_TYPE (CitizThumbnail, citiz_thumbnail, CITIZ, THUMBNAIL, GtkWidget)

/* @route: "x,y x,y …" within 0 to 100, or "". */
GtkWidget *citiz_thumbnail_new (const gchar *route, const gchar *icon);

G_END_DECLS
