/* How entries of the ledger and their steps are put into words. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

G_BEGIN_DECLS

const gchar *citiz_entry_title (CitizEntry *entry);           /* "Emergency access given" */
gchar *citiz_step_title (CitizEntry *entry, CitizStep step);  /* "Block 12" */
gchar *citiz_step_detail (CitizEntry *entry, CitizStep step); /* two short lines */
const gchar *citiz_step_icon (CitizStep step);
const gchar *citiz_step_state_text (CitizStepState state);
gchar *citiz_block_title (guint64 height);                            /* "48 212" */
gchar *citiz_block_description (CitizBlockRow *block, CitizTime now); /* for assistive technology */

G_END_DECLS
