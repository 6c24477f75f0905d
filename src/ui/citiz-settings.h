/* What may be known while the record is locked: window, language, minutes before locking. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* (transfer none) (nullable): NULL where the schema is not installed; then the defaults hold. */
GSettings *citiz_settings (void);
guint citiz_settings_get_lock_minutes (void);
void citiz_settings_set_lock_minutes (guint minutes);
/* "fr", "en" or "" for the system's. */
gchar *citiz_settings_get_language (void);
void citiz_settings_set_language (const gchar *language);
/* Makes the chosen language that of every text drawn from now on. */
void citiz_settings_apply_language (void);

G_END_DECLS
