/* New foundings as nodes tell of them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-refounds.h"

#include "net/citiz-json-strict.h"

GPtrArray *
citiz_refounds_read (GBytes *answer)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  g_autofree CitizRefound *refound = g_new (CitizRefound, 1);
  json_t *json = citiz_json_strict_parse (answer, NULL);
  json_t *one;
  gsize i;

  json_array_foreach (json_object_get (json, "refounds"), i, one)
  {
    const gchar *text = citiz_json_strict_string (one, "document", CITIZ_REFOUNDS_MAX);
    g_autoptr (GBytes) bytes = text != NULL ? citiz_base64url_decode (text) : NULL;

    if (bytes != NULL
        && citiz_refound_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), refound,
                                 NULL))
      g_ptr_array_add (list, g_memdup2 (refound, sizeof *refound));
  }
  json_decref (json);
  return list;
}

/* More may have signed it than when it was shown first; another one takes its place only when more of the old validators stand for it. Whoever
 * else signs counts for nothing here: one can have as many keys as one likes. */
gboolean
citiz_refounds_is_better (const CitizRefound *refound,
                          guint old,
                          const CitizRefound *shown,
                          guint shown_old)
{
  CitizHash known, other;

  if (shown == NULL || old > shown_old)
    return TRUE;
  citiz_refound_hash (&known, shown);
  citiz_refound_hash (&other, refound);
  return citiz_hash_equal (&known, &other) && old == shown_old
         && citiz_refound_n_signed (refound) > citiz_refound_n_signed (shown);
}
