/* Answers kept in memory under the path they were asked for. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

/**
 * citiz_host_keep:
 * @max: bytes in all; when one more does not fit, those before it go
 */
void
citiz_host_keep (CitizHostKept *kept, const gchar *path, GBytes *answer, gsize max)
{
  const gsize size = g_bytes_get_size (answer);
  GBytes *before;

  if (size > max)
    return;
  if (kept->answers == NULL)
    kept->answers
        = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  before = g_hash_table_lookup (kept->answers, path);
  kept->bytes -= before != NULL ? g_bytes_get_size (before) : 0;
  g_hash_table_remove (kept->answers, path);
  if (kept->bytes + size > max)
    citiz_host_forget (kept);
  g_hash_table_insert (kept->answers, g_strdup (path), g_bytes_ref (answer));
  kept->bytes += size;
}

/* Returns: (transfer full) (nullable) */
GBytes *
citiz_host_kept (const CitizHostKept *kept, const gchar *path)
{
  GBytes *answer = kept->answers != NULL ? g_hash_table_lookup (kept->answers, path) : NULL;

  return answer != NULL ? g_bytes_ref (answer) : NULL;
}

void
citiz_host_forget (CitizHostKept *kept)
{
  if (kept->answers != NULL)
    g_hash_table_remove_all (kept->answers);
  kept->bytes = 0;
}

void
citiz_host_kept_clear (CitizHostKept *kept)
{
  g_clear_pointer (&kept->answers, g_hash_table_unref);
  kept->bytes = 0;
}
