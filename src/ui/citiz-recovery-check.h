/* Two of the 24 words asked back. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-recovery-sheet.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_RECOVERY_CHECK (citiz_recovery_check_get_type ())
G_DECLARE_FINAL_TYPE (CitizRecoveryCheck, citiz_recovery_check, CITIZ, RECOVERY_CHECK, AdwBin)

/* Signal "passed": both words are right and Continue was pressed. */
GtkWidget *citiz_recovery_check_new (void);
void citiz_recovery_check_start (CitizRecoveryCheck *self, CitizRecoverySheet *sheet);

G_END_DECLS
