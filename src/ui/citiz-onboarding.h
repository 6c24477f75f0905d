/* The first run: what it is, a passphrase, the recovery sheet, a way to begin. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef struct _CitizSession CitizSession;

#define CITIZ_TYPE_ONBOARDING (citiz_onboarding_get_type ())
G_DECLARE_FINAL_TYPE (CitizOnboarding, citiz_onboarding, CITIZ, ONBOARDING, AdwBin)

/* Signal "done" (gboolean import): the vault is open; @import: the person wants to bring in a file first. */
GtkWidget *citiz_onboarding_new (CitizSession *session);
void citiz_onboarding_go (CitizOnboarding *self, guint step);

G_END_DECLS
