/* The locked record: passphrase, or the 24 words. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef struct _CitizSession CitizSession;

#define CITIZ_TYPE_UNLOCK (citiz_unlock_get_type ())
G_DECLARE_FINAL_TYPE (CitizUnlock, citiz_unlock, CITIZ, UNLOCK, AdwBin)

GtkWidget *citiz_unlock_new (CitizSession *session);

G_END_DECLS
