/* Settings: sealed objects found by a name that is not on the disk. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-vault-private.h"

#include <string.h>

/* A setting's name is not on the disk either: its id is a keyed hash. */
static void
setting_id (CitizVault *vault, const gchar *key, CitizId *out)
{
  CitizHash hash;

  citiz_hmac_sha256 (&hash, citiz_secret_data (vault->index), citiz_secret_size (vault->index),
                     (const guint8 *) key, strlen (key));
  memcpy (out->b, hash.b, sizeof out->b);
}

static gboolean
newest_version (CitizVault *vault, const CitizId *id, guint32 *out, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (vault->db,
                         "SELECT coalesce (max (version), 0) FROM object WHERE class = ?1"
                         " AND id = ?2",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, CITIZ_CLASS_SETTING);
  citiz_stmt_bind_id (stmt, 2, id);
  if (!citiz_stmt_next (stmt, &row, error))
    return FALSE;
  *out = row ? (guint32) citiz_stmt_int (stmt, 0) : 0;
  return TRUE;
}

static gboolean
replace_setting (CitizVault *vault, const CitizId *id, GBytes *value, GError **error)
{
  guint32 version;

  return newest_version (vault, id, &version, error)
         && citiz_vault_delete (vault, CITIZ_CLASS_SETTING, id, error)
         && (value == NULL
             || citiz_vault_put (vault, CITIZ_CLASS_SETTING, id, version + 1, 0, value, error));
}

/**
 * citiz_vault_set_setting:
 * @key: a name of the program
 * @value: (nullable): sealed; %NULL forgets the setting
 *
 * Replaces the earlier value, which is erased.
 */
gboolean
citiz_vault_set_setting (CitizVault *vault, const gchar *key, GBytes *value, GError **error)
{
  CitizId id;

  setting_id (vault, key, &id);
  if (!citiz_vault_begin (vault, error))
    return FALSE;
  if (!replace_setting (vault, &id, value, error))
    {
      citiz_vault_rollback (vault);
      return FALSE;
    }
  return citiz_vault_commit (vault, error);
}

/**
 * citiz_vault_get_setting:
 *
 * Returns: (transfer full) (nullable): the value, or %NULL if it was never set
 */
GBytes *
citiz_vault_get_setting (CitizVault *vault, const gchar *key)
{
  g_autoptr (GError) error = NULL;
  GBytes *value;
  CitizId id;

  setting_id (vault, key, &id);
  value = citiz_vault_get (vault, CITIZ_CLASS_SETTING, &id, 0, &error);
  if (value == NULL && !g_error_matches (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND))
    g_warning ("A setting could not be read: %s", error->message);
  return value;
}
