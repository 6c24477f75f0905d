/* The detail of one access: its time, its openings, what it showed, its receipt. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* A live one is the emergency page, any other its own dialog. */
void citiz_access_open (GtkWidget *parent, CitizSession *session, CitizAccess *access);
void citiz_access_show (GtkWidget *parent, CitizSession *session, CitizAccess *access);

G_END_DECLS
