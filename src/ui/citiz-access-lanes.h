/* "Who can see, and when": the accesses on one axis of time, with a table twin. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_ACCESS_LANES (citiz_access_lanes_get_type ())
G_DECLARE_FINAL_TYPE (CitizAccessLanes, citiz_access_lanes, CITIZ, ACCESS_LANES, AdwBin)

GtkWidget *citiz_access_lanes_new (CitizSession *session);
/* Hidden while no access was ever given. */
void citiz_access_lanes_fill (CitizAccessLanes *self);

G_END_DECLS
