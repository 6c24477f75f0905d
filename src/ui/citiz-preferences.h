/* Preferences: the person, the language, the lock, recovery, imports, export, erasing. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_PREFERENCES (citiz_preferences_get_type ())
G_DECLARE_FINAL_TYPE (CitizPreferences, citiz_preferences, CITIZ, PREFERENCES, AdwPreferencesWindow)

GtkWidget *citiz_preferences_new (CitizSession *session);

G_END_DECLS
