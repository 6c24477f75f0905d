/* What Citiz is, in a few rows: on the first run and from the menu. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

GtkWidget *citiz_tour_new (GtkWidget *parent);
GtkWidget *citiz_tour_list_new (void);

G_END_DECLS
