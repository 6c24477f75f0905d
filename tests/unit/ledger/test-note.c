/* Checkpoints, cosignatures, tiles. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-ledger.h"
#include "ledger/citiz-note.h"
#include "ledger/citiz-tile.h"

#include "crypto/citiz-crypto.h"

#include "../tools.h"
#include <string.h>

#define NAME "node.example/1"

static gchar *
new_checkpoint (void)
{
  CitizBlockHeader header = {.log_size = 20852163};

  memset (header.chain_id.b, 0xc1, sizeof header.chain_id.b);
  memset (header.log_root.b, 0x77, sizeof header.log_root.b);
  return citiz_checkpoint_text (&header);
}

static void
test_cosign (void)
{
  g_autoptr (CitizSigningKey) key = tools_key (1);
  g_autoptr (CitizSigningKey) other = tools_key (2);
  const CitizPublicKey *public = citiz_signing_key_get_public (key);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = new_checkpoint ();
  g_autofree gchar *once = citiz_note_cosign (text, NAME, 1800000000, key, &error);
  g_autofree gchar *twice = NULL;
  g_autofree gchar *vkey = citiz_note_vkey (NAME, public);
  CitizCheckpoint checkpoint;
  guint64 time;

  g_assert_no_error (error);
  twice = citiz_note_cosign (once, "clinic.example", 1800000005, other, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (twice, once));
  g_assert_true (citiz_note_verify (twice, NAME, public, &time, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (time, ==, 1800000000);
  g_assert_true (citiz_note_verify (twice, "clinic.example", citiz_signing_key_get_public (other),
                                    &time, NULL));
  g_assert_cmpuint (time, ==, 1800000005);
  g_assert_false (citiz_note_verify (twice, "clinic.example", public, &time, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_SIGNATURE);
  g_assert_false (citiz_note_verify (text, NAME, public, &time, NULL));

  g_assert_true (citiz_checkpoint_parse (twice, &checkpoint, NULL));
  g_assert_cmpuint (checkpoint.size, ==, 20852163);
  g_assert_cmpstr (checkpoint.origin, ==, "citiz/c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1");
  {
    g_autofree gchar *again = citiz_checkpoint_write (&checkpoint);
    g_assert_cmpstr (again, ==, text);
  }
  g_assert_true (g_str_has_prefix (vkey, NAME "+"));
  once[strlen ("citiz/c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1\n")] = '3'; /* another size */
  g_assert_true (citiz_checkpoint_parse (once, &checkpoint, NULL));
  g_assert_false (citiz_note_verify (once, NAME, public, &time, NULL));
}

static void
test_refused (void)
{
  static const gchar *const bad[] = {
      "",
      "\n",
      "citiz/00\n5\n",
      "citiz/00\n5\nAAAA\n",
      "citiz/00\n05\nd3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3c=\n",
      "citiz/00\n-5\nd3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3c=\n",
      "citiz/00\n9223372036854775808\nd3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3c=\n",
      "citiz/00\n5\nd3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d=\n", /* bits that nobody reads */
      "citiz/00\n5\nd3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3c=",
      "citiz 00\n5\nd3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3c=\n",
      "citiz+00\n5\nd3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3c=\n",
      "citiz/00\n5\nd3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3c=\nmore\n",
  };
  CitizCheckpoint checkpoint;

  g_assert_true (citiz_checkpoint_parse (
      "citiz/00\n5\nd3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3d3c=\n", &checkpoint, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (citiz_checkpoint_parse (bad[i], &checkpoint, NULL));
  g_assert_false (citiz_note_name_is_valid ("two words"));
  g_assert_false (citiz_note_name_is_valid ("line\n"));
}

static void
test_paths (void)
{
  static const struct
  {
    CitizTile tile;
    const gchar *path;
  } good[] = {{{0, 0, 256}, "tile/0/000"},
              {{1, 1234067, 256}, "tile/1/x001/x234/067"},
              {{0, 999, 256}, "tile/0/999"},
              {{0, 1000, 5}, "tile/0/x001/000.p/5"},
              {{CITIZ_TILE_ENTRIES, 273, 112}, "tile/entries/273.p/112"}};
  static const gchar *const bad[]
      = {"tile/0/0",        "tile/0/0000",    "tile/00/000",
         "tile/0/x000/001", "tile/0/000.p/0", "tile/0/000.p/256",
         "tile/0/000.p/05", "tile/8/000",     "tile/0/000/",
         "/tile/0/000",     "tile/0/x1/000",  "tile/entries/",
         "tile/0/001.p/1 ", "tile/0/-01",     "tile/0/x999/x999/x999/x999/x999/x999/x999/999"};

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree gchar *path = citiz_tile_path (&good[i].tile);
      CitizTile tile;

      g_assert_cmpstr (path, ==, good[i].path);
      g_assert_true (citiz_tile_parse (path, &tile));
      g_assert_cmpuint (tile.level, ==, good[i].tile.level);
      g_assert_cmpuint (tile.index, ==, good[i].tile.index);
      g_assert_cmpuint (tile.width, ==, good[i].tile.width);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      CitizTile tile;
      if (citiz_tile_parse (bad[i], &tile))
        g_error ("%s", bad[i]);
    }
}

static gboolean
read_node (gpointer data, guint level, guint64 index, CitizHash *out)
{
  const GArray *nodes = data;

  for (guint i = 0; i < nodes->len; i++)
    {
      const CitizLogNode *node = &g_array_index (nodes, CitizLogNode, i);
      if (node->level == level && node->index == index)
        {
          *out = node->hash;
          return TRUE;
        }
    }
  return FALSE;
}

static GBytes *
read_entry (gpointer data, guint64 index)
{
  const guint8 byte = (guint8) index;

  return g_bytes_new (&byte, 1);
}

/* A level-1 hash is the root over a full tile of level 0. */
static void
test_tiles (void)
{
  g_autoptr (GArray) nodes = g_array_new (FALSE, FALSE, sizeof (CitizLogNode));
  const CitizTile full = {0, 1, 256};
  const CitizTile part = {0, 2, 88};
  const CitizTile above = {1, 0, 2};
  const CitizTile entries = {CITIZ_TILE_ENTRIES, 2, 88};
  const CitizTile beyond = {0, 2, 89};
  g_autoptr (GBytes) low = NULL;
  g_autoptr (GBytes) edge = NULL;
  g_autoptr (GBytes) high = NULL;
  g_autoptr (GBytes) bundle = NULL;
  CitizLog log = {0};
  CitizLog again = {0};
  CitizHash root;

  for (guint i = 0; i < 600; i++)
    {
      const guint8 byte = (guint8) i;
      CitizHash leaf;
      citiz_log_leaf (&leaf, &byte, 1);
      citiz_log_append (&log, &leaf, nodes);
    }
  low = citiz_tile_hashes (&full, 600, read_node, nodes);
  edge = citiz_tile_hashes (&part, 600, read_node, nodes);
  high = citiz_tile_hashes (&above, 600, read_node, nodes);
  bundle = citiz_tile_entries (&entries, 600, read_entry, NULL);
  g_assert_cmpuint (g_bytes_get_size (low), ==, 8192);
  g_assert_cmpuint (g_bytes_get_size (edge), ==, 88 * 32);
  g_assert_cmpuint (g_bytes_get_size (high), ==, 64);
  g_assert_cmpuint (g_bytes_get_size (bundle), ==, 88 * 3);
  g_assert_null (citiz_tile_hashes (&beyond, 600, read_node, nodes));
  g_assert_cmpuint (citiz_tile_width (1, 0, 600), ==, 2);
  g_assert_cmpuint (citiz_tile_width (1, 1, 600), ==, 0);
  for (guint i = 0; i < 256; i++)
    {
      CitizHash leaf;
      memcpy (leaf.b, (const guint8 *) g_bytes_get_data (low, NULL) + 32 * i, 32);
      citiz_log_append (&again, &leaf, NULL);
    }
  citiz_log_root (&again, &root);
  g_assert_cmpmem (root.b, 32, (const guint8 *) g_bytes_get_data (high, NULL) + 32, 32);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  g_test_add_func ("/note/cosign", test_cosign);
  g_test_add_func ("/note/refused", test_refused);
  g_test_add_func ("/tile/paths", test_paths);
  g_test_add_func ("/tile/tiles", test_tiles);
  return g_test_run ();
}
