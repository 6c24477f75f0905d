/* The 24 words as the paper they will be; hidden while the window is not in front. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"
#include "crypto/citiz-secret.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_RECOVERY_SHEET (citiz_recovery_sheet_get_type ())
G_DECLARE_FINAL_TYPE (CitizRecoverySheet, citiz_recovery_sheet, CITIZ, RECOVERY_SHEET, AdwBin)

/* Property "kept": the sheet was printed or saved. @now dates it; @name may be NULL. */
GtkWidget *citiz_recovery_sheet_new (CitizSecret *entropy, const gchar *name, CitizTime now);
/* The keyboard begins at printing. */
void citiz_recovery_sheet_focus (CitizRecoverySheet *self);
gboolean citiz_recovery_sheet_get_kept (CitizRecoverySheet *self);
CitizSecret *citiz_recovery_sheet_get_entropy (CitizRecoverySheet *self); /* (transfer none) */
/* Whether @text is the word of that place (from 0), accents optional. */
gboolean citiz_recovery_sheet_check (CitizRecoverySheet *self, guint place, const gchar *text);

G_END_DECLS
