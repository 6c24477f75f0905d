/* Sealed objects: written once, each under a random key of its own that lives and dies in its row. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-vault-private.h"

#include <string.h>

#define SHED_AT_ONCE 64 /* objects: 4 MiB at most of the usual ones */

#define LENGTH_SIZE 4
#define SMALL       256u
#define BIG         (64u * 1024)

/* A number of which only the topmost bits are told: how many bits it has, and as many of them as that number takes (Padmé,
 * Nikitin et al., "Reducing metadata leakage from encrypted files and communication with PURBs", 2019): at most 6 % more from 256 on. */
static gsize
round_up (gsize n)
{
  guint bits = g_bit_storage (n), told = g_bit_storage (bits - 1);
  gsize below = ((gsize) 1 << (bits - 1 - told)) - 1;

  return (n + below) & ~below;
}

/**
 * citiz_object_padded_size:
 * @n: bytes to keep
 *
 * Returns: the size class they are padded to with their length in front: 256 B, 1, 4, 16, 64 KiB, then multiples of
 *   64 KiB, so that a stolen file shows little of what is in it. Chunks, of which there are many and which are full but for
 *   the last one of a series, and the days made of them have the finer classes of round_up().
 */
gsize
citiz_object_padded_size (CitizObjectClass object_class, gsize n)
{
  gsize need = n + LENGTH_SIZE;

  if ((object_class == CITIZ_CLASS_CHUNK || object_class == CITIZ_CLASS_ROLLUP) && need <= BIG)
    return round_up (MAX (need, SMALL));
  for (gsize size = SMALL; size <= BIG; size *= 4)
    if (need <= size)
      return size;
  return (need + BIG - 1) / BIG * BIG;
}

static void
associated (const CitizVault *vault,
            gint64 object_class,
            const CitizId *id,
            guint32 version,
            guint32 batch,
            guint8 out[CITIZ_OBJECT_AD_SIZE])
{
  guint32 version_be = GUINT32_TO_BE (version), batch_be = GUINT32_TO_BE (batch);

  memcpy (out, vault->id.b, 16);
  out[16] = (guint8) object_class;
  memcpy (out + 17, id->b, 16);
  memcpy (out + 33, &version_be, 4);
  memcpy (out + 37, &batch_be, 4);
}

static void
seal_object (CitizVault *vault,
             const guint8 ad[CITIZ_OBJECT_AD_SIZE],
             const guint8 *plain,
             gsize n,
             gsize padded_n,
             guint8 wrapped[CITIZ_ROW_KEY_SIZE],
             guint8 *sealed)
{
  guint8 *padded = g_malloc0 (padded_n);
  guint8 key[CITIZ_SEAL_KEY_SIZE];
  guint32 length = GUINT32_TO_BE ((guint32) n);

  memcpy (padded, &length, LENGTH_SIZE);
  memcpy (padded + LENGTH_SIZE, plain, n);
  citiz_env_random (vault->env, key, sizeof key);
  citiz_seal_into (wrapped, CITIZ_DOMAIN_SEAL_ROW_KEY, citiz_secret_data (vault->row_keys), ad,
                   CITIZ_OBJECT_AD_SIZE, key, sizeof key);
  citiz_seal_into (sealed, CITIZ_DOMAIN_SEAL_OBJECT, key, ad, CITIZ_OBJECT_AD_SIZE, padded,
                   padded_n);
  citiz_wipe (key, sizeof key);
  citiz_wipe (padded, LENGTH_SIZE + n);
  g_free (padded);
}

/**
 * citiz_vault_put:
 * @version: from 1; never written twice
 * @batch: 0, or the import it came with
 * @plain: up to %CITIZ_OBJECT_MAX_SIZE bytes
 *
 * On the disk when it returns, or with the transaction it stands in.
 *
 * Returns: %FALSE with %CITIZ_STORE_ERROR_EXISTS if that version is there already, _TOO_LARGE, or the disk's error
 */
gboolean
citiz_vault_put (CitizVault *vault,
                 CitizObjectClass object_class,
                 const CitizId *id,
                 guint32 version,
                 guint32 batch,
                 GBytes *plain,
                 GError **error)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (plain, &n);
  guint8 ad[CITIZ_OBJECT_AD_SIZE], wrapped[CITIZ_ROW_KEY_SIZE];
  g_autofree guint8 *sealed = NULL;
  gsize padded_n = citiz_object_padded_size (object_class, n);
  gsize sealed_n = padded_n + CITIZ_SEAL_OVERHEAD;
  g_autoptr (CitizStmt) stmt = NULL;

  g_return_val_if_fail (version > 0, FALSE);
  if (n > CITIZ_OBJECT_MAX_SIZE)
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_TOO_LARGE,
                   "%" G_GSIZE_FORMAT " bytes are too many for one object", n);
      return FALSE;
    }
  if (!citiz_db_prepare (vault->db,
                         "INSERT INTO object (class, id, version, batch, key, sealed)"
                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                         &stmt, error))
    return FALSE;
  sealed = g_malloc (sealed_n);
  associated (vault, object_class, id, version, batch, ad);
  seal_object (vault, ad, n > 0 ? data : (const guint8 *) "", n, padded_n, wrapped, sealed);
  citiz_stmt_bind_int (stmt, 1, object_class);
  citiz_stmt_bind_id (stmt, 2, id);
  citiz_stmt_bind_int (stmt, 3, version);
  citiz_stmt_bind_int (stmt, 4, batch);
  citiz_stmt_bind_bytes (stmt, 5, wrapped, sizeof wrapped);
  citiz_stmt_bind_bytes (stmt, 6, sealed, sealed_n);
  return citiz_stmt_run (stmt, error);
}

static void
set_damaged (GError **error)
{
  g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED, "A sealed object is damaged");
}

/* Opens the columns id, version, batch, key, sealed of the current row. */
static GBytes *
open_row (CitizVault *vault,
          CitizStmt *stmt,
          gint64 object_class,
          CitizId *id,
          guint32 *out_version,
          guint32 *out_batch)
{
  gsize key_n, sealed_n, plain_n;
  const guint8 *wrapped = citiz_stmt_view (stmt, 3, &key_n);
  const guint8 *sealed = citiz_stmt_view (stmt, 4, &sealed_n);
  guint8 ad[CITIZ_OBJECT_AD_SIZE], key[CITIZ_SEAL_KEY_SIZE];
  g_autofree guint8 *padded = NULL;
  gboolean good;
  guint32 length;

  if (!citiz_stmt_id (stmt, 0, id) || key_n != CITIZ_ROW_KEY_SIZE
      || sealed_n < CITIZ_SEAL_OVERHEAD + LENGTH_SIZE)
    return NULL;
  *out_version = (guint32) citiz_stmt_int (stmt, 1);
  *out_batch = (guint32) citiz_stmt_int (stmt, 2);
  plain_n = sealed_n - CITIZ_SEAL_OVERHEAD;
  padded = g_malloc (plain_n);
  associated (vault, object_class, id, *out_version, *out_batch, ad);
  good = citiz_unseal_into (key, CITIZ_DOMAIN_SEAL_ROW_KEY, citiz_secret_data (vault->row_keys), ad,
                            sizeof ad, wrapped, key_n)
         && citiz_unseal_into (padded, CITIZ_DOMAIN_SEAL_OBJECT, key, ad, sizeof ad, sealed,
                               sealed_n);
  citiz_wipe (key, sizeof key);
  if (!good)
    return NULL;
  memcpy (&length, padded, sizeof length);
  length = GUINT32_FROM_BE (length);
  if (length > plain_n - LENGTH_SIZE)
    return NULL;
  memmove (padded, padded + LENGTH_SIZE, length);
  return g_bytes_new_take (g_steal_pointer (&padded), length);
}

/**
 * citiz_vault_get:
 * @version: 0 for the newest
 *
 * Returns: (transfer full) (nullable): the bytes; or %NULL with %CITIZ_STORE_ERROR_NOT_FOUND or _DAMAGED
 */
GBytes *
citiz_vault_get (CitizVault *vault,
                 CitizObjectClass object_class,
                 const CitizId *id,
                 guint32 version,
                 GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  GBytes *plain;
  CitizId found;
  guint32 found_version, batch;
  gboolean row;

  if (!citiz_db_prepare (vault->db,
                         "SELECT id, version, batch, key, sealed FROM object"
                         " WHERE class = ?1 AND id = ?2 AND (?3 = 0 OR version = ?3)"
                         " ORDER BY version DESC LIMIT 1",
                         &stmt, error))
    return NULL;
  citiz_stmt_bind_int (stmt, 1, object_class);
  citiz_stmt_bind_id (stmt, 2, id);
  citiz_stmt_bind_int (stmt, 3, version);
  if (!citiz_stmt_next (stmt, &row, error))
    return NULL;
  if (!row)
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND, "No such object");
      return NULL;
    }
  plain = open_row (vault, stmt, object_class, &found, &found_version, &batch);
  if (plain == NULL)
    set_damaged (error);
  return plain;
}

/**
 * citiz_vault_delete:
 *
 * Erases every version of an object with its keys: pages are overwritten (secure_delete), and a copy of the
 * ciphertext elsewhere has no key any more. Nothing to erase is no error.
 */
gboolean
citiz_vault_delete (CitizVault *vault,
                    CitizObjectClass object_class,
                    const CitizId *id,
                    GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (vault->db, "DELETE FROM object WHERE class = ?1 AND id = ?2", &stmt,
                         error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, object_class);
  citiz_stmt_bind_id (stmt, 2, id);
  return citiz_stmt_run (stmt, error);
}

/**
 * citiz_vault_delete_batch:
 * @batch: not 0
 *
 * Erases all that came with an import.
 */
gboolean
citiz_vault_delete_batch (CitizVault *vault, guint32 batch, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  g_return_val_if_fail (batch > 0, FALSE);
  if (!citiz_db_prepare (vault->db, "DELETE FROM object WHERE batch = ?1 AND batch <> 0", &stmt,
                         error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, batch);
  return citiz_stmt_run (stmt, error);
}

/**
 * citiz_vault_shed_batch:
 * @batch: not 0, of an import that never counted
 *
 * Erases it like citiz_vault_delete_batch(), but a few objects at a time, its own row last: even on a disk that is nearly full the journal stays
 * short, and who is interrupted goes on at the next opening.
 */
gboolean
citiz_vault_shed_batch (CitizVault *vault, guint32 batch, GError **error)
{
  const gchar *const sql
      = "DELETE FROM object WHERE row IN (SELECT row FROM object WHERE batch = ?1 AND batch <> 0 AND class <> ?2"
        " LIMIT " G_STRINGIFY (SHED_AT_ONCE) ")";
  int n;

  g_return_val_if_fail (batch > 0, FALSE);
  do
    {
      g_autoptr (CitizStmt) stmt = NULL;

      if (!citiz_db_prepare (vault->db, sql, &stmt, error))
        return FALSE;
      citiz_stmt_bind_int (stmt, 1, batch);
      citiz_stmt_bind_int (stmt, 2, CITIZ_CLASS_BATCH);
      if (!citiz_stmt_run (stmt, error))
        return FALSE;
      n = sqlite3_changes (citiz_db_get_handle (vault->db)); /* in the pause others write, too */
      citiz_db_forget_journal (vault->db);
      citiz_vault_pause (vault);
    }
  while (n > 0);
  if (!citiz_vault_delete_batch (vault, batch, error))
    return FALSE;
  citiz_db_forget_journal (vault->db); /* the row has the file's name */
  return TRUE;
}

/**
 * citiz_vault_foreach:
 * @func: (scope call): gets every version, in the order they were written; may write to other classes
 * @cancellable: (nullable): looked at between two objects
 *
 * One damaged object does not hide the others: all that can be read is given, and only then does the walk fail.
 *
 * Returns: %FALSE with %CITIZ_STORE_ERROR_DAMAGED (at least one could not be read), _CANCELLED, or the disk's error
 */
gboolean
citiz_vault_foreach (CitizVault *vault,
                     CitizObjectClass object_class,
                     CitizVaultFunc func,
                     gpointer data,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row, go_on = TRUE;
  guint damaged = 0;

  if (!citiz_db_prepare (vault->db,
                         "SELECT id, version, batch, key, sealed FROM object"
                         " INDEXED BY object_class WHERE class = ?1 ORDER BY row",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, object_class);
  while (citiz_stmt_next (stmt, &row, error))
    {
      g_autoptr (GBytes) plain = NULL;
      CitizId id;
      guint32 version, batch;

      if (!row && damaged > 0)
        set_damaged (error);
      if (!row)
        return damaged == 0;
      if (!go_on || g_cancellable_is_cancelled (cancellable))
        {
          g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_CANCELLED, "Stopped");
          return FALSE;
        }
      plain = open_row (vault, stmt, object_class, &id, &version, &batch);
      if (plain == NULL)
        damaged++;
      else
        go_on = func (&id, version, batch, plain, data);
    }
  return FALSE;
}

static gint64
one_number (CitizVault *vault, const gchar *sql, gint64 parameter)
{
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GError) error = NULL;
  gboolean row;

  if (citiz_db_prepare (vault->db, sql, &stmt, &error))
    {
      citiz_stmt_bind_int (stmt, 1, parameter);
      if (citiz_stmt_next (stmt, &row, &error) && row)
        return citiz_stmt_int (stmt, 0);
    }
  g_warning ("Counting objects failed: %s", error != NULL ? error->message : "no row");
  return 0;
}

/**
 * citiz_vault_count:
 *
 * Returns: how many objects (versions counted apart) a class holds
 */
gint64
citiz_vault_count (CitizVault *vault, CitizObjectClass object_class)
{
  return one_number (vault, "SELECT count (*) FROM object WHERE class = ?1", object_class);
}

/**
 * citiz_vault_next_batch:
 *
 * Returns: a batch number no object carries yet, from 1
 */
guint32
citiz_vault_next_batch (CitizVault *vault)
{
  return (guint32) one_number (
      vault, "SELECT coalesce (max (batch), 0) + ?1 FROM object WHERE batch <> 0", 1);
}
