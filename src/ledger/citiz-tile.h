/* The log as static files: C2SP tlog-tiles. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-log.h"

G_BEGIN_DECLS

#define CITIZ_TILE_WIDTH   256
#define CITIZ_TILE_ENTRIES G_MAXUINT /* the level of entry bundles */

/* @width hashes of level 8 · @level, or entries, from @index · 256 on. A full tile never changes. */
typedef struct
{
  guint level;
  guint64 index;
  guint width; /* 1 … 256 */
} CitizTile;

/* Entry @index of the log. Returns: (transfer full) (nullable): its bytes */
typedef GBytes *(*CitizTileEntryFunc) (gpointer data, guint64 index);

gchar *citiz_tile_path (const CitizTile *tile);
gboolean citiz_tile_parse (const gchar *path, CitizTile *out) G_GNUC_WARN_UNUSED_RESULT;
guint citiz_tile_width (guint level, guint64 index, guint64 log_size);
GBytes *citiz_tile_hashes (const CitizTile *tile,
                           guint64 log_size,
                           CitizLogReadFunc read,
                           gpointer data);
GBytes *citiz_tile_entries (const CitizTile *tile,
                            guint64 log_size,
                            CitizTileEntryFunc read,
                            gpointer data);

G_END_DECLS
