/* Bytes of documents in the vault, cut into parts that an object can hold. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-blob.h"

#include "core/citiz-bytes.h"
#include "store/citiz-store-error.h"

#define PART (4u << 20)

/**
 * citiz_blob_put:
 *
 * Part k (from 1) is version k of one object; a short or empty part is the last.
 */
gboolean
citiz_blob_put (CitizVault *vault, const CitizId *id, guint32 batch, GBytes *bytes, GError **error)
{
  gsize n = g_bytes_get_size (bytes), at = 0, length;
  guint32 version = 1;

  if (n > CITIZ_BLOB_MAX)
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_TOO_LARGE,
                   "a document of %" G_GSIZE_FORMAT " bytes", n);
      return FALSE;
    }
  do
    {
      g_autoptr (GBytes) part = NULL;

      length = MIN (PART, n - at);
      part = g_bytes_new_from_bytes (bytes, at, length);
      if (!citiz_vault_put (vault, CITIZ_CLASS_BLOB, id, version++, batch, part, error))
        return FALSE;
      at += length;
    }
  while (length == PART);
  return TRUE;
}

GBytes *
citiz_blob_get (CitizVault *vault, const CitizId *id, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint32 version = 1;
  gsize length;

  do
    {
      g_autoptr (GBytes) part = citiz_vault_get (vault, CITIZ_CLASS_BLOB, id, version++, error);

      if (part == NULL)
        return NULL;
      length = g_bytes_get_size (part);
      citiz_put_bytes (all, g_bytes_get_data (part, NULL), length);
    }
  while (length == PART && all->len <= CITIZ_BLOB_MAX);
  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}
