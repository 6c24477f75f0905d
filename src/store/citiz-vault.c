/* Opening and closing a vault; its subkeys. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-vault-private.h"

#include <string.h>

#define KEY_SIZE    32
#define ONLY_SUBKEY 1

/**
 * citiz_vault_exists:
 *
 * Returns: %TRUE if there is a vault in @dir, whole or not: a new one would have to go elsewhere
 */
gboolean
citiz_vault_exists (const gchar *dir)
{
  g_autofree gchar *path = g_build_filename (dir, CITIZ_DB_FILE, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* The keys that are at hand as long as the vault is open. */
void
citiz_vault_take_keys (CitizVault *vault, CitizSecret *master)
{
  vault->master = citiz_secret_ref (master);
  vault->row_keys = citiz_derive (CITIZ_DOMAIN_KEY_RECORD, master, vault->epoch);
  vault->index = citiz_derive (CITIZ_DOMAIN_KEY_INDEX, master, ONLY_SUBKEY);
}

/**
 * citiz_vault_close:
 * @vault: (transfer full) (nullable): its keys are wiped; the file is closed once nobody else holds its database
 */
void
citiz_vault_close (CitizVault *vault)
{
  if (vault == NULL)
    return;
  g_clear_pointer (&vault->master, citiz_secret_unref);
  g_clear_pointer (&vault->row_keys, citiz_secret_unref);
  g_clear_pointer (&vault->index, citiz_secret_unref);
  g_clear_pointer (&vault->db, citiz_db_unref);
  g_free (vault);
}

static gboolean
read_identity (CitizVault *vault, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;
  gsize n;
  const guint8 *commitment;

  if (!citiz_db_prepare (vault->db, "SELECT id, format, epoch, created, commitment FROM vault",
                         &stmt, error)
      || !citiz_stmt_next (stmt, &row, error))
    return FALSE;
  commitment = row ? citiz_stmt_view (stmt, 4, &n) : NULL;
  if (!row || !citiz_stmt_id (stmt, 0, &vault->id) || n != sizeof vault->commitment)
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED,
                   "The vault has no identity");
      return FALSE;
    }
  memcpy (vault->commitment, commitment, n);
  vault->format = (guint32) citiz_stmt_int (stmt, 1);
  vault->epoch = (guint32) citiz_stmt_int (stmt, 2);
  vault->created = (CitizTime){citiz_stmt_int (stmt, 3)};
  if (vault->format <= CITIZ_VAULT_FORMAT)
    return TRUE;
  g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NEWER, "The vault has format %u",
               vault->format);
  return FALSE;
}

static CitizVault *
open_by (CitizDb *db, const CitizEnv *env, CitizSlotKind kind, CitizSecret *secret, GError **error)
{
  g_autoptr (CitizVault) vault = g_new0 (CitizVault, 1);
  g_autoptr (CitizSecret) master = NULL;

  vault->env = env;
  vault->db = citiz_db_ref (db);
  if (!read_identity (vault, error))
    return NULL;
  master = citiz_slot_unlock (vault, kind, secret, error);
  if (master == NULL)
    return NULL;
  citiz_vault_take_keys (vault, master);
  return g_steal_pointer (&vault);
}

/**
 * citiz_vault_open:
 *
 * Takes about a second, for the key derivation.
 *
 * Returns: (transfer full) (nullable): the open vault; or %NULL with %CITIZ_STORE_ERROR_WRONG_PASSPHRASE, _DAMAGED,
 *   _NEWER, _BUSY, _NOT_FOUND, _READ_ONLY, _FULL, _IO, or an error of %CITIZ_CRYPTO_ERROR
 */
CitizVault *
citiz_vault_open (const gchar *dir, const CitizEnv *env, CitizSecret *passphrase, GError **error)
{
  g_autoptr (CitizDb) db = citiz_db_open (dir, CITIZ_DB_NONE, error);

  return db != NULL ? citiz_vault_open_db (db, env, passphrase, error) : NULL;
}

/**
 * citiz_vault_open_db:
 * @db: (transfer none): opened already, by a vault that was closed since
 *
 * For a program whose node went on while its record was locked. Errors as citiz_vault_open().
 */
CitizVault *
citiz_vault_open_db (CitizDb *db, const CitizEnv *env, CitizSecret *passphrase, GError **error)
{
  return open_by (db, env, CITIZ_SLOT_PASSPHRASE, passphrase, error);
}

/**
 * citiz_vault_open_with_words:
 * @entropy32: from citiz_words_to_entropy()
 *
 * The words alone are enough. Errors as citiz_vault_open(); _WRONG_PASSPHRASE also for words of another size.
 */
CitizVault *
citiz_vault_open_with_words (const gchar *dir,
                             const CitizEnv *env,
                             CitizSecret *entropy32,
                             GError **error)
{
  g_autoptr (CitizDb) db = citiz_db_open (dir, CITIZ_DB_NONE, error);

  return db != NULL ? citiz_vault_open_db_with_words (db, env, entropy32, error) : NULL;
}

/**
 * citiz_vault_open_db_with_words:
 *
 * As citiz_vault_open_db().
 */
CitizVault *
citiz_vault_open_db_with_words (CitizDb *db,
                                const CitizEnv *env,
                                CitizSecret *entropy32,
                                GError **error)
{
  if (citiz_secret_size (entropy32) != KEY_SIZE)
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_WRONG_PASSPHRASE,
                   "24 words open a vault");
      return NULL;
    }
  return open_by (db, env, CITIZ_SLOT_WORDS, entropy32, error);
}

/* The earlier slot goes from the log too: it would still open with the earlier secret. */
static gboolean
replace_slot (CitizVault *vault,
              CitizSlotKind kind,
              CitizSecret *secret,
              CitizKdfCost cost,
              GError **error)
{
  if (!citiz_slot_write (vault, kind, secret, cost, error))
    return FALSE;
  citiz_db_forget_journal (vault->db);
  return TRUE;
}

/**
 * citiz_vault_set_passphrase:
 *
 * Wraps the master key anew: nothing else changes, and the old passphrase no longer opens this file (an old copy
 * of the file still opens with it).
 */
gboolean
citiz_vault_set_passphrase (CitizVault *vault,
                            CitizSecret *passphrase,
                            CitizKdfCost cost,
                            GError **error)
{
  return replace_slot (vault, CITIZ_SLOT_PASSPHRASE, passphrase, cost, error);
}

/**
 * citiz_vault_set_words:
 *
 * New recovery words; the earlier ones no longer open this file.
 */
gboolean
citiz_vault_set_words (CitizVault *vault, CitizSecret *entropy32, GError **error)
{
  static const CitizKdfCost none;

  g_return_val_if_fail (citiz_secret_size (entropy32) == KEY_SIZE, FALSE);
  return replace_slot (vault, CITIZ_SLOT_WORDS, entropy32, none, error);
}

/**
 * citiz_vault_check_passphrase:
 *
 * Asks again of an open vault, before something grave. Takes about a second.
 *
 * Returns: %FALSE with %CITIZ_STORE_ERROR_WRONG_PASSPHRASE if it is not the one
 */
gboolean
citiz_vault_check_passphrase (CitizVault *vault, CitizSecret *passphrase, GError **error)
{
  g_autoptr (CitizSecret) master
      = citiz_slot_unlock (vault, CITIZ_SLOT_PASSPHRASE, passphrase, error);

  return master != NULL;
}

/**
 * citiz_vault_get_db:
 *
 * Returns: (transfer none): the one database of the vault, for the chain and the node
 */
CitizDb *
citiz_vault_get_db (CitizVault *vault)
{
  return vault->db;
}

const CitizEnv *
citiz_vault_get_env (CitizVault *vault)
{
  return vault->env;
}

/**
 * citiz_vault_derive:
 * @domain: one of the KEY domains
 *
 * Returns: (transfer full): subkey @n of that purpose, 32 bytes
 */
CitizSecret *
citiz_vault_derive (CitizVault *vault, CitizDomain domain, guint64 n)
{
  return citiz_derive (domain, vault->master, n);
}

gboolean
citiz_vault_begin (CitizVault *vault, GError **error)
{
  return citiz_db_begin (vault->db, error);
}

gboolean
citiz_vault_commit (CitizVault *vault, GError **error)
{
  return citiz_db_commit (vault->db, error);
}

void
citiz_vault_rollback (CitizVault *vault)
{
  citiz_db_rollback (vault->db);
}

/**
 * citiz_vault_set_pause:
 * @pause: (nullable)
 */
void
citiz_vault_set_pause (CitizVault *vault, CitizVaultPause pause, gpointer data)
{
  vault->pause = pause;
  vault->pause_data = data;
}

/**
 * citiz_vault_pause:
 *
 * To be called now and then by what takes long, so that what must not wait has its turn. Within a transaction it does nothing: what is written there would
 * stand and fall with it.
 */
void
citiz_vault_pause (CitizVault *vault)
{
  if (vault->pause != NULL && citiz_db_get_depth (vault->db) == 0)
    vault->pause (vault->pause_data);
}
