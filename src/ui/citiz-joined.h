/* Two texts on one line with a joint between them, or one above the other without it. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_JOINED (citiz_joined_get_type ())
G_DECLARE_FINAL_TYPE (CitizJoined, citiz_joined, CITIZ, JOINED, GtkWidget)

/* Takes the three; @joint is shown only while all stand on one line. */
GtkWidget *citiz_joined_new (GtkWidget *first, GtkWidget *joint, GtkWidget *second);

G_END_DECLS
