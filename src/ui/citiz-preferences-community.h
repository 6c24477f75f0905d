/* Preferences about the community. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

void citiz_preferences_community_fill (AdwPreferencesPage *page, CitizSession *session);
/* The switch of going on without a window. */
GtkWidget *citiz_background_row_new (CitizSession *session);

G_END_DECLS
