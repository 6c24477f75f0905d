/* Making a vault: written under another name, named when it is whole. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-vault-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define UNFINISHED  CITIZ_DB_FILE ".new"
#define KEY_SIZE    32
#define FIRST_EPOCH 1

static const gchar *const companions[] = {"", "-journal", "-wal", "-shm"};

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
  citiz_vault_take_keys (vault, master);
  if (!make_file (vault, dir, passphrase, entropy32, cost, error))
    {
      remove_unfinished (dir);
      return NULL;
    }
  vault->db = citiz_db_open (dir, CITIZ_DB_NONE, error);
  return vault->db != NULL ? g_steal_pointer (&vault) : NULL;
}
