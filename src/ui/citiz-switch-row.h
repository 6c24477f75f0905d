/* A row with a switch. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-row.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_SWITCH_ROW (citiz_switch_row_get_type ())
G_DECLARE_FINAL_TYPE (CitizSwitchRow, citiz_switch_row, CITIZ, SWITCH_ROW, CitizRow)

/* Property "active". */
GtkWidget *citiz_switch_row_new (const gchar *title, const gchar *subtitle, gboolean active);
gboolean citiz_switch_row_get_active (CitizSwitchRow *self);

G_END_DECLS
