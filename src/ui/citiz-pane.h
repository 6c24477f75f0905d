/* The content side of the window: it may become narrow whatever its header holds. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_PANE (citiz_pane_get_type ())
G_DECLARE_FINAL_TYPE (CitizPane, citiz_pane, CITIZ, PANE, GtkWidget)

G_END_DECLS
