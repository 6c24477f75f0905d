/* Runs a fuzz target over the files of a folder: the short form of fuzzing that every test run does.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* One seed, and every shorter form of it in coarse steps: a decoder meets its bounds at every length. */
static void
replay (const gchar *path)
{
  g_autofree gchar *bytes = NULL;
  gsize n = 0;

  if (!g_file_get_contents (path, &bytes, &n, NULL))
    return;
  gsize step = MAX (n / 64, 1);
  for (gsize cut = 0; cut < n; cut += step)
    {
      g_autofree guint8 *part = g_memdup2 (bytes, cut);
      LLVMFuzzerTestOneInput (part, cut);
    }
  g_autofree guint8 *whole = g_memdup2 (bytes, n);
  LLVMFuzzerTestOneInput (whole, n);

  /* Deterministic bit flips: not a campaign, but the cheap neighbours of a good file. */
  guint32 state = 0x9e3779b9u ^ (guint32) n;
  for (guint i = 0; i < 64 && n > 0; i++)
    {
      state = state * 1664525u + 1013904223u;
      gsize at = state % n;
      guint8 kept = whole[at];
      whole[at] ^= (guint8) (1u << (i & 7));
      LLVMFuzzerTestOneInput (whole, n);
      whole[at] = kept;
    }
}

int
main (int argc, char **argv)
{
  guint seeds = 0;

  if (argc != 2)
    return 2;
  g_autoptr (GDir) dir = g_dir_open (argv[1], 0, NULL);
  LLVMFuzzerTestOneInput ((const guint8 *) "", 0);
  for (const gchar *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL; seeds++)
    {
      g_autofree gchar *path = g_build_filename (argv[1], name, NULL);
      replay (path);
    }
  printf ("1..1\n%s 1 - %u seeds replayed\n", seeds > 0 ? "ok" : "not ok", seeds);
  return seeds > 0 ? 0 : 1;
}
