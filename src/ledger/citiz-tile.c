/* The log as static files: C2SP tlog-tiles. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-tile.h"

#include <string.h>

#define MAX_LEVEL (CITIZ_LOG_LEVELS / 8)
#define MAX_INDEX (G_GUINT64_CONSTANT (1) << 55)

/* 1234067 is x001/x234/067. */
static void
append_index (GString *path, guint64 index)
{
  guint64 unit = 1;

  while (index / unit >= 1000)
    unit *= 1000;
  for (; unit > 1; unit /= 1000)
    g_string_append_printf (path, "x%03u/", (guint) (index / unit % 1000));
  g_string_append_printf (path, "%03u", (guint) (index % 1000));
}

/**
 * citiz_tile_path:
 *
 * Returns: (transfer full): such as "tile/0/x001/067" or "tile/entries/000.p/12"
 */
gchar *
citiz_tile_path (const CitizTile *tile)
{
  GString *path = g_string_new ("tile/");

  if (tile->level == CITIZ_TILE_ENTRIES)
    g_string_append (path, "entries/");
  else
    g_string_append_printf (path, "%u/", tile->level);
  append_index (path, tile->index);
  if (tile->width < CITIZ_TILE_WIDTH)
    g_string_append_printf (path, ".p/%u", tile->width);
  return g_string_free (path, FALSE);
}

/* One number of at most @digits digits; @at moves behind it. */
static gboolean
take_number (const gchar **at, guint digits, guint *out)
{
  guint n = 0;

  for (*out = 0; n < digits && g_ascii_isdigit (**at); n++, ++*at)
    *out = *out * 10 + (guint) g_ascii_digit_value (**at);
  return n > 0;
}

static gboolean
take_index (const gchar **at, guint64 *out)
{
  guint part;

  for (*out = 0; **at == 'x';)
    {
      ++*at;
      if (!take_number (at, 3, &part) || **at != '/' || *out > MAX_INDEX / 1000)
        return FALSE;
      ++*at;
      *out = (*out + part) * 1000;
    }
  if (!take_number (at, 3, &part))
    return FALSE;
  *out += part;
  return *out <= MAX_INDEX;
}

/**
 * citiz_tile_parse:
 * @path: without a slash in front
 *
 * Strict: a tile has one path, the one that citiz_tile_path() writes.
 */
gboolean
citiz_tile_parse (const gchar *path, CitizTile *out)
{
  g_autofree gchar *again = NULL;
  const gchar *at = path;

  *out = (CitizTile){.width = CITIZ_TILE_WIDTH};
  if (!g_str_has_prefix (at, "tile/"))
    return FALSE;
  at += strlen ("tile/");
  if (g_str_has_prefix (at, "entries/"))
    {
      out->level = CITIZ_TILE_ENTRIES;
      at += strlen ("entries");
    }
  else if (!take_number (&at, 2, &out->level) || out->level > MAX_LEVEL)
    return FALSE;
  if (*at++ != '/' || !take_index (&at, &out->index))
    return FALSE;
  if (g_str_has_prefix (at, ".p/"))
    {
      at += strlen (".p/");
      if (!take_number (&at, 3, &out->width) || out->width == 0 || out->width >= CITIZ_TILE_WIDTH)
        return FALSE;
    }
  again = citiz_tile_path (out);
  return g_str_equal (again, path);
}

/**
 * citiz_tile_width:
 *
 * Returns: how many of a tile's 256 places are filled in a log of @log_size entries
 */
guint
citiz_tile_width (guint level, guint64 index, guint64 log_size)
{
  const guint64 here = level == CITIZ_TILE_ENTRIES ? log_size : log_size >> 8 * level;
  const guint64 before = index * CITIZ_TILE_WIDTH;

  return here <= before ? 0 : (guint) MIN (here - before, CITIZ_TILE_WIDTH);
}

static gboolean
is_there (const CitizTile *tile, guint64 log_size)
{
  return tile->index <= MAX_INDEX && tile->width > 0
         && (tile->level == CITIZ_TILE_ENTRIES || tile->level <= MAX_LEVEL)
         && tile->width <= citiz_tile_width (tile->level, tile->index, log_size);
}

/**
 * citiz_tile_hashes:
 *
 * Returns: (transfer full) (nullable): the tile's hashes one after the other, or %NULL if the log is not that long or a part of it is
 *   missing
 */
GBytes *
citiz_tile_hashes (const CitizTile *tile, guint64 log_size, CitizLogReadFunc read, gpointer data)
{
  g_autoptr (GByteArray) bytes = NULL;

  if (tile->level == CITIZ_TILE_ENTRIES || !is_there (tile, log_size))
    return NULL;
  bytes = g_byte_array_sized_new (tile->width * (guint) sizeof (CitizHash));
  for (guint i = 0; i < tile->width; i++)
    {
      CitizHash hash;

      if (!read (data, 8 * tile->level, tile->index * CITIZ_TILE_WIDTH + i, &hash))
        return NULL;
      g_byte_array_append (bytes, hash.b, sizeof hash.b);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

/**
 * citiz_tile_entries:
 *
 * Returns: (transfer full) (nullable): each entry with its length (u16, big-endian) in front
 */
GBytes *
citiz_tile_entries (const CitizTile *tile, guint64 log_size, CitizTileEntryFunc read, gpointer data)
{
  g_autoptr (GByteArray) bytes = NULL;

  if (tile->level != CITIZ_TILE_ENTRIES || !is_there (tile, log_size))
    return NULL;
  bytes = g_byte_array_new ();
  for (guint i = 0; i < tile->width; i++)
    {
      g_autoptr (GBytes) entry = read (data, tile->index * CITIZ_TILE_WIDTH + i);
      const gsize n = entry != NULL ? g_bytes_get_size (entry) : 0;
      const guint8 length[] = {(guint8) (n >> 8), (guint8) n};

      if (entry == NULL || n > G_MAXUINT16)
        return NULL;
      g_byte_array_append (bytes, length, sizeof length);
      g_byte_array_append (bytes, g_bytes_get_data (entry, NULL), (guint) n);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}
