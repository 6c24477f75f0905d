/* The locked record: passphrase, or the 24 words. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "core/citiz-types.h"

G_BEGIN_DECLS

typedef struct _CitizSession CitizSession;

#define CITIZ_TYPE_UNLOCK (citiz_unlock_get_type ())
G_DECLARE_FINAL_TYPE (CitizUnlock, citiz_unlock, CITIZ, UNLOCK, AdwBin)

GtkWidget *citiz_unlock_new (CitizSession *session);
/* Says until when an emergency access is live, and keeps its code on screen above the passphrase, until it ends: whoever arrives after the screen
 * locked itself still needs it. Copies of link and code are wiped with the widget. @link NULL: no code; @spoken may be NULL. */
void citiz_unlock_keep_access (CitizUnlock *self,
                               const gchar *link,
                               const gchar *spoken,
                               CitizTime expires,
                               gboolean over_nodes);

G_END_DECLS
