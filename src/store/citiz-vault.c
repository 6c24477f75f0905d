/* Making, opening and closing a vault; its subkeys. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-vault-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define UNFINISHED  CITIZ_DB_FILE ".new"
#define KEY_SIZE    32
#define FIRST_EPOCH 1
#define ONLY_SUBKEY 1

static const gchar *const companions[] = {"", "-journal", "-wal", "-shm"};

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

static void
take_keys (CitizVault *vault, CitizSecret *master)
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
write_identity (CitizVault *vault, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (vault->db,
                         "INSERT INTO vault (one, id, format, epoch, created, commitment)"
                         " VALUES (1, ?1, ?2, ?3, ?4, ?5)",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_id (stmt, 1, &vault->id);
  citiz_stmt_bind_int (stmt, 2, vault->format);
  citiz_stmt_bind_int (stmt, 3, vault->epoch);
  citiz_stmt_bind_int (stmt, 4, vault->created.ms);
  citiz_stmt_bind_bytes (stmt, 5, vault->commitment, sizeof vault->commitment);
  return citiz_stmt_run (stmt, error);
}

static gboolean
write_new (CitizVault *vault,
           CitizSecret *passphrase,
           CitizSecret *entropy32,
           CitizKdfCost cost,
           GError **error)
{
  static const CitizKdfCost none;

  if (!citiz_db_begin (vault->db, error))
    return FALSE;
  if (!write_identity (vault, error)
      || !citiz_slot_write (vault, CITIZ_SLOT_PASSPHRASE, passphrase, cost, error)
      || (entropy32 != NULL && !citiz_slot_write (vault, CITIZ_SLOT_WORDS, entropy32, none, error)))
    {
      citiz_db_rollback (vault->db);
      return FALSE;
    }
  return citiz_db_commit (vault->db, error);
}

static void
remove_unfinished (const gchar *dir)
{
  for (guint i = 0; i < G_N_ELEMENTS (companions); i++)
    {
      g_autofree gchar *name = g_strconcat (UNFINISHED, companions[i], NULL);
      g_autofree gchar *path = g_build_filename (dir, name, NULL);
      g_unlink (path);
    }
}

/* The file gets its name once it is whole: a creation cut short leaves no vault. */
static gboolean
give_name (const gchar *dir, GError **error)
{
  g_autofree gchar *from = g_build_filename (dir, UNFINISHED, NULL);
  g_autofree gchar *to = g_build_filename (dir, CITIZ_DB_FILE, NULL);
  int fd;

  if (g_rename (from, to) != 0)
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_IO, "Naming the new vault: %s",
                   g_strerror (errno));
      return FALSE;
    }
  fd = g_open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0)
    {
      fsync (fd); /* the name too must outlive a power cut */
      close (fd);
    }
  return TRUE;
}

static gboolean
make_file (CitizVault *vault,
           const gchar *dir,
           CitizSecret *passphrase,
           CitizSecret *entropy32,
           CitizKdfCost cost,
           GError **error)
{
  gboolean made;

  remove_unfinished (dir);
  vault->db = citiz_db_open_file (dir, UNFINISHED, CITIZ_DB_CREATE | CITIZ_DB_UNNAMED, error);
  if (vault->db == NULL)
    return FALSE;
  made = write_new (vault, passphrase, entropy32, cost, error);
  g_clear_pointer (&vault->db, citiz_db_unref);
  return made && give_name (dir, error);
}

/**
 * citiz_vault_create:
 * @dir: its folder, made when missing
 * @env: (transfer none): outlives the vault
 * @passphrase: UTF-8, judged by citiz_passphrase_strength() before
 * @entropy32: (nullable): 32 bytes behind the recovery words
 * @cost: from citiz_kdf_calibrate()
 *
 * Takes about a second.
 *
 * Returns: (transfer full) (nullable): the open vault; or %NULL with %CITIZ_STORE_ERROR_EXISTS, _BUSY, _READ_ONLY,
 *   _FULL, _IO or an error of %CITIZ_CRYPTO_ERROR; then no vault is left behind
 */
CitizVault *
citiz_vault_create (const gchar *dir,
                    const CitizEnv *env,
                    CitizSecret *passphrase,
                    CitizSecret *entropy32,
                    CitizKdfCost cost,
                    GError **error)
{
  g_autoptr (CitizVault) vault = g_new0 (CitizVault, 1);
  g_autoptr (CitizSecret) master = NULL;

  g_return_val_if_fail (entropy32 == NULL || citiz_secret_size (entropy32) == KEY_SIZE, NULL);
  if (citiz_vault_exists (dir))
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_EXISTS, "There is a vault already");
      return NULL;
    }
  master = citiz_secret_new (KEY_SIZE);
  citiz_env_random (env, citiz_secret_data (master), KEY_SIZE);
  vault->env = env;
  vault->id = citiz_env_new_id (env);
  vault->format = CITIZ_VAULT_FORMAT;
  vault->epoch = FIRST_EPOCH;
  vault->created = citiz_env_now (env);
  citiz_vault_commitment_of (master, vault->epoch, vault->commitment);
  take_keys (vault, master);
  if (!make_file (vault, dir, passphrase, entropy32, cost, error))
    {
      remove_unfinished (dir);
      return NULL;
    }
  vault->db = citiz_db_open (dir, CITIZ_DB_NONE, error);
  return vault->db != NULL ? g_steal_pointer (&vault) : NULL;
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
open_by (const gchar *dir,
         const CitizEnv *env,
         CitizSlotKind kind,
         CitizSecret *secret,
         GError **error)
{
  g_autoptr (CitizVault) vault = g_new0 (CitizVault, 1);
  g_autoptr (CitizSecret) master = NULL;

  vault->env = env;
  vault->db = citiz_db_open (dir, CITIZ_DB_NONE, error);
  if (vault->db == NULL || !read_identity (vault, error))
    return NULL;
  master = citiz_slot_unlock (vault, kind, secret, error);
  if (master == NULL)
    return NULL;
  take_keys (vault, master);
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
  return open_by (dir, env, CITIZ_SLOT_PASSPHRASE, passphrase, error);
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
  if (citiz_secret_size (entropy32) != KEY_SIZE)
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_WRONG_PASSPHRASE,
                   "24 words open a vault");
      return NULL;
    }
  return open_by (dir, env, CITIZ_SLOT_WORDS, entropy32, error);
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
  return citiz_slot_write (vault, CITIZ_SLOT_PASSPHRASE, passphrase, cost, error);
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
  return citiz_slot_write (vault, CITIZ_SLOT_WORDS, entropy32, none, error);
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

const CitizId *
citiz_vault_get_id (CitizVault *vault)
{
  return &vault->id;
}

CitizTime
citiz_vault_get_created (CitizVault *vault)
{
  return vault->created;
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
