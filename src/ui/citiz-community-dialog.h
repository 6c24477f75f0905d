/* Joining a community from an invitation, and leaving it. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

/* @text: (nullable): an invitation that was opened; else it is pasted in the dialog. */
void citiz_join_show (GtkWidget *parent, CitizSession *session, const gchar *text);
/* Says what leaving means, and leaves. */
void citiz_leave_ask (GtkWidget *owner, CitizSession *session);

G_END_DECLS
