/* The last blocks as slices of birch on a line, newest at the right. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_BLOCK_STRIP (citiz_block_strip_get_type ())
G_DECLARE_FINAL_TYPE (CitizBlockStrip, citiz_block_strip, CITIZ, BLOCK_STRIP, AdwBin)

/* Signal "block" (guint64 height): a slice was pressed. Arrow keys move between slices, Enter presses. */
GtkWidget *citiz_block_strip_new (void);
/* @blocks: CitizBlockRow, oldest first; @n_waiting: entries of the person's that the next one may hold. */
void citiz_block_strip_fill (CitizBlockStrip *self,
                             GListModel *blocks,
                             guint n_waiting,
                             CitizTime now);
void citiz_block_strip_select (CitizBlockStrip *self, guint64 height);

G_END_DECLS
