/* Preferences of who belongs to a community. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

/* A group that is there only while there is a community. */
AdwPreferencesGroup *citiz_preferences_community_new (CitizSession *session);

G_END_DECLS
