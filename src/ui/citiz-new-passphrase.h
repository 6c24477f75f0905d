/* A new passphrase: two entries, an honest strength, a suggestion of six words. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-secret.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_NEW_PASSPHRASE (citiz_new_passphrase_get_type ())
G_DECLARE_FINAL_TYPE (CitizNewPassphrase, citiz_new_passphrase, CITIZ, NEW_PASSPHRASE, AdwBin)

/* Property "ready": strong enough and entered twice alike. Signal "activate": Enter in the second entry. */
GtkWidget *citiz_new_passphrase_new (void);
gboolean citiz_new_passphrase_get_ready (CitizNewPassphrase *self);
CitizSecret *citiz_new_passphrase_take (CitizNewPassphrase *self); /* (transfer full) */
void citiz_new_passphrase_clear (CitizNewPassphrase *self);
void citiz_new_passphrase_focus (CitizNewPassphrase *self);

/* What a number of bits means, in words. */
const gchar *citiz_strength_text (gdouble bits);

G_END_DECLS
