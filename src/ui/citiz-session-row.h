/* A session of physical activity: its kind, when, how long, how far, how fast the heart. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-item-row.h"

G_BEGIN_DECLS

GtkWidget *citiz_session_row_new (CitizSession *session, const CitizItem *item);

G_END_DECLS
