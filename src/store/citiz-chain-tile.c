/* The log as tiles, made from the rows when they are asked for. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"

#include "ledger/citiz-tile.h"

static GBytes *
entry_cb (gpointer data, guint64 index)
{
  CitizChain *chain = data;
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (chain->db, "SELECT bytes FROM chain_tx WHERE number = ?1", &stmt, NULL))
    return NULL;
  citiz_stmt_bind_int (stmt, 1, (gint64) index);
  return citiz_stmt_next (stmt, &row, NULL) && row ? citiz_stmt_bytes (stmt, 0) : NULL;
}

/**
 * citiz_chain_tile:
 * @path: "tile/…" (C2SP tlog-tiles)
 * @out_full: whether it will never change
 *
 * Returns: (transfer full) (nullable): the tile; %NULL when the log has none such
 */
GBytes *
citiz_chain_tile (CitizChain *chain, const gchar *path, gboolean *out_full)
{
  CitizChainHead head;
  CitizTile tile;

  if (!citiz_tile_parse (path, &tile) || !citiz_chain_read_head (chain, &head, NULL))
    return NULL;
  *out_full = tile.width == CITIZ_TILE_WIDTH;
  return tile.level == CITIZ_TILE_ENTRIES
             ? citiz_tile_entries (&tile, head.header.log_size, entry_cb, chain)
             : citiz_tile_hashes (&tile, head.header.log_size, citiz_chain_read_log, chain);
}
