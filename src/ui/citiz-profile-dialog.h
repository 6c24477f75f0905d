/* The emergency profile: which parts are shown, which items are masked, whom to call. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

void citiz_profile_dialog_show (GtkWidget *parent, CitizSession *session);
/* (transfer full): "9 parts shown, 2 items masked". */
gchar *citiz_profile_summary (CitizSession *session);

G_END_DECLS
