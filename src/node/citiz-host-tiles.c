/* Tiles of the log that never change: kept in memory, and put into a folder for a proxy to give. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include "ledger/citiz-tile.h"

#include <sys/stat.h>

#define KEPT_MAX (2u * 1024 * 1024) /* bytes in memory */

/* Level 0 of the exported ones is that of the entries. */
static guint
level_of (guint i)
{
  return i == 0 ? CITIZ_TILE_ENTRIES : i - 1;
}

/* GET /tile/…: what a proxy may keep for ever when it is full. */
void
citiz_host_route_tile (CitizHostCall *call)
{
  CitizHost *host = call->host;
  const gchar *path = call->request->path + 1;
  g_autoptr (GBytes) tile = citiz_host_kept (&host->tiles, path);
  gboolean full = tile != NULL;

  if (tile == NULL && (tile = citiz_chain_tile (host->chain, path, &full)) != NULL && full)
    citiz_host_keep (&host->tiles, path, tile, KEPT_MAX);
  if (tile == NULL)
    {
      citiz_host_answer_error (call, 404, "none");
      return;
    }
  if (full)
    citiz_http_response_header (call->response, "Cache-Control", CITIZ_HOST_KEEP_FOR_EVER);
  citiz_host_answer_bytes (call, 200, "application/octet-stream", g_steal_pointer (&tile));
}

/* As a whole or not at all, and for everybody to read, whatever the process's mask. */
static gboolean
write_tile (CitizHost *host, const CitizTile *tile, GError **error)
{
  g_autofree gchar *path = citiz_tile_path (tile);
  g_autofree gchar *file = g_build_filename (host->config->tiles, path, NULL);
  g_autofree gchar *folder = g_path_get_dirname (file);
  g_autoptr (GBytes) bytes = NULL;
  gconstpointer view;
  gboolean full, good;
  mode_t mask;
  gsize n;

  if (g_file_test (file, G_FILE_TEST_EXISTS))
    return TRUE;
  bytes = citiz_chain_tile (host->chain, path, &full);
  if (bytes == NULL) /* of a time before this node's own copy began */
    return TRUE;
  view = g_bytes_get_data (bytes, &n);
  mask = umask (022);
  good = g_mkdir_with_parents (folder, 0755) == 0
         && g_file_set_contents_full (file, view, (gssize) n, G_FILE_SET_CONTENTS_CONSISTENT, 0644,
                                      error);
  umask (mask);
  return good;
}

/* The next full tile that was not exported. */
static gboolean
next_tile (CitizHost *host, CitizTile *out)
{
  for (guint i = 0; i < CITIZ_HOST_TILE_LEVELS; i++)
    {
      *out = (CitizTile){level_of (i), host->tiles_done[i], CITIZ_TILE_WIDTH};
      if (citiz_tile_width (out->level, out->index, host->checkpoint.size) < CITIZ_TILE_WIDTH)
        continue;
      host->tiles_done[i]++;
      return TRUE;
    }
  return FALSE;
}

/* One at a time, when there is nothing else to do. */
static gboolean
export_cb (gpointer data)
{
  CitizHost *host = data;
  g_autoptr (GError) error = NULL;
  CitizTile tile;

  if (next_tile (host, &tile) && write_tile (host, &tile, &error))
    return G_SOURCE_CONTINUE;
  if (error != NULL)
    g_warning ("event=tiles error=%s", error->message);
  g_clear_pointer (&host->export, g_source_unref);
  return G_SOURCE_REMOVE;
}

/* The log has grown, or is looked at for the first time. */
void
citiz_host_export_tiles (CitizHost *host)
{
  if (host->config->tiles[0] == '\0' || host->export != NULL)
    return;
  host->export = g_idle_source_new ();
  g_source_set_callback (host->export, export_cb, host, NULL);
  g_source_attach (host->export, g_main_context_get_thread_default ());
}

void
citiz_host_tiles_clear (CitizHost *host)
{
  if (host->export != NULL)
    g_source_destroy (host->export);
  g_clear_pointer (&host->export, g_source_unref);
  citiz_host_kept_clear (&host->tiles);
}
