/* The path of one entry: entered, signed, in a block, in the log, verified. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_ENTRY_PATH (citiz_entry_path_get_type ())
G_DECLARE_FINAL_TYPE (CitizEntryPath, citiz_entry_path, CITIZ, ENTRY_PATH, AdwBin)

/* Signal "entry-changed": another entry is shown. */
GtkWidget *citiz_entry_path_new (CitizSession *session);
void citiz_entry_path_fill (CitizEntryPath *self, GListModel *entries);
/* Shows the newest of one's entries in that block of one's own ledger, or of the community's, if there is one. */
void citiz_entry_path_show_block (CitizEntryPath *self, guint64 height, gboolean community);
/* The block of the entry that is shown; 0 when it waits, or is on the other ledger. */
guint64 citiz_entry_path_get_height (CitizEntryPath *self, gboolean community);

G_END_DECLS
