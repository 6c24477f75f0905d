/* Asking for blocks and reading them, nothing verified. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-range.h"

/**
 * citiz_range_url:
 * @node: "https://host", no path
 *
 * Returns: (transfer full): where @node answers up to @max final blocks, @from the first
 */
gchar *
citiz_range_url (const gchar *node, guint64 from, guint max)
{
  return g_strdup_printf ("%s/v1/blocks?from=%" G_GUINT64_FORMAT "&max=%u", node, from, max);
}

/**
 * citiz_range_cut:
 * @answer: blocks one after the other, each with its length
 *
 * Returns: (transfer full) (element-type GBytes) (nullable): each for citiz_block_decode(); %NULL unless they are all of it
 */
GPtrArray *
citiz_range_cut (GBytes *answer, GError **error)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  gsize n;
  const guint8 *bytes = g_bytes_get_data (answer, &n);
  CitizCursor cursor = citiz_cursor (bytes, n);

  while (cursor.n > 0)
    {
      const guint8 *view = NULL;
      guint32 length;

      if (citiz_take_u32 (&cursor, &length))
        view = citiz_take_view (&cursor, length);
      if (view == NULL)
        {
          g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_TRUNCATED, "the answer is cut");
          return NULL;
        }
      g_ptr_array_add (parts, g_bytes_new_from_bytes (answer, (gsize) (view - bytes), length));
    }
  return g_steal_pointer (&parts);
}

/**
 * citiz_range_decode:
 *
 * Returns: (transfer full) (element-type CitizBlock) (nullable): %NULL unless all of @answer is blocks
 */
GPtrArray *
citiz_range_decode (GBytes *answer, GError **error)
{
  g_autoptr (GPtrArray) parts = citiz_range_cut (answer, error);
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);

  for (guint i = 0; parts != NULL && i < parts->len; i++)
    {
      gsize n;
      const guint8 *view = g_bytes_get_data (parts->pdata[i], &n);
      CitizBlock *block = citiz_block_decode (view, n, TRUE, error);

      if (block == NULL)
        return NULL;
      g_ptr_array_add (blocks, block);
    }
  return parts != NULL ? g_steal_pointer (&blocks) : NULL;
}
