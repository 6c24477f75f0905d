/* The record leaves in standard formats. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Shows the formats, then asks where. */
void citiz_export_ask (GtkWidget *owner, CitizSession *session);

G_END_DECLS
