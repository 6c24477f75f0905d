/* A copy of a node while it runs, and the way back. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define PAGES_AT_ONCE 256
#define OUTGOING      "outgoing-"

/* A backup under way. Changes made meanwhile come in by themselves: they are made over the same connection. */
typedef struct
{
  CitizHost *host;
  gchar *to;
  sqlite3 *copy;
  sqlite3_backup *backup;
  CitizHostBackedUp done;
  gpointer data;
} Backup;

/* What goes with the database. Never the vote journal: a copy of it would let two nodes sign as one. */
static const gchar *const files[]
    = {CITIZ_HOST_KEY_FILE, CITIZ_HOST_CONFIG_FILE, CITIZ_HOST_COMMUNITY_FILE};

static gboolean
copy_file (const gchar *from, const gchar *to, const gchar *name, GError **error)
{
  g_autofree gchar *path = g_build_filename (from, name, NULL);
  gchar *text;
  gboolean good;

  if (!g_file_test (path, G_FILE_TEST_EXISTS)) /* a key that systemd keeps */
    return TRUE;
  text = citiz_host_read_text (path, error);
  good = text != NULL && citiz_host_write_new (to, name, text, error);
  citiz_wipe_text (text);
  return good;
}

static gboolean
copy_files (const gchar *from, const gchar *to, GError **error)
{
  if (g_mkdir_with_parents (to, 0700) != 0)
    {
      g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "%s: %s", to,
                   g_strerror (errno));
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    if (!copy_file (from, to, files[i], error))
      return FALSE;
  return TRUE;
}

static void
finish (Backup *backup, const GError *error)
{
  if (backup->backup != NULL)
    sqlite3_backup_finish (backup->backup);
  sqlite3_close (backup->copy);
  backup->done (error, backup->data);
  g_free (backup->to);
  g_free (backup);
}

/* Nothing of it stays. */
static void
fail (Backup *backup)
{
  g_autoptr (GError) error
      = g_error_new (CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "the copy cannot be written: %s",
                     sqlite3_errmsg (backup->copy));

  citiz_host_folder_remove (backup->to);
  finish (backup, error);
}

static gboolean
step_cb (gpointer data)
{
  Backup *backup = data;
  const int code = sqlite3_backup_step (backup->backup, PAGES_AT_ONCE);

  if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED)
    return G_SOURCE_CONTINUE;
  if (code == SQLITE_DONE)
    finish (backup, NULL);
  else
    fail (backup);
  return G_SOURCE_REMOVE;
}

/**
 * citiz_host_backup:
 * @to: as citiz_host_backup_place() says
 * @done: called once
 *
 * Copies key, configuration, founding file and database while the node goes on.
 */
void
citiz_host_backup (CitizHost *host, const gchar *to, CitizHostBackedUp done, gpointer data)
{
  Backup *backup = g_new0 (Backup, 1);
  g_autoptr (GSource) source = NULL;
  g_autofree gchar *path = g_build_filename (to, CITIZ_DB_FILE, NULL);
  g_autofree gchar *parent = g_path_get_dirname (to);
  g_autoptr (GError) error = NULL;

  backup->host = host;
  backup->to = g_strdup (to);
  backup->done = done;
  backup->data = data;
  if (!g_str_equal (parent, host->dir) || g_file_test (to, G_FILE_TEST_EXISTS))
    g_set_error (&error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "no copy is made at %s", to);
  if (error != NULL || !copy_files (host->dir, to, &error))
    {
      finish (backup, error);
      return;
    }
  if (sqlite3_open (path, &backup->copy) != SQLITE_OK
      || (backup->backup
          = sqlite3_backup_init (backup->copy, "main", citiz_db_get_handle (host->db), "main"))
             == NULL)
    {
      fail (backup);
      return;
    }
  (void) g_chmod (path, 0600);
  source = g_idle_source_new ();
  g_source_set_callback (source, step_cb, backup, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static gboolean
sync_path (const gchar *path)
{
  const int fd = open (path, O_RDONLY | O_CLOEXEC);
  const gboolean good = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return good;
}

static gboolean
copy_database (const gchar *from, const gchar *to, GError **error)
{
  g_autofree gchar *source = g_build_filename (from, CITIZ_DB_FILE, NULL);
  g_autofree gchar *target = g_build_filename (to, CITIZ_DB_FILE, NULL);
  g_autoptr (GFile) in = g_file_new_for_path (source);
  g_autoptr (GFile) out = g_file_new_for_path (target);

  if (!g_file_copy (in, out, G_FILE_COPY_NONE, NULL, NULL, NULL, error))
    return FALSE;
  if (sync_path (target) && sync_path (to))
    return TRUE;
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "%s: %s", target,
               g_strerror (errno));
  return FALSE;
}

/**
 * citiz_host_backup_place:
 *
 * Returns: (transfer full): where the node in @dir, which may write nowhere else, is to put a copy
 */
gchar *
citiz_host_backup_place (const gchar *dir)
{
  const CitizId id = citiz_env_new_id (citiz_env_system ());
  g_autofree gchar *hex = citiz_id_to_hex (&id);
  g_autofree gchar *name = g_strconcat (OUTGOING, hex, NULL);

  return g_build_filename (dir, name, NULL);
}

/**
 * citiz_host_backup_bring:
 * @from: (nullable): what the node wrote; goes. %NULL: @to is only tried
 * @to: there may be no copy in it yet; it belongs to who runs this command, as what is in it then does
 */
gboolean
citiz_host_backup_bring (const gchar *from, const gchar *to, GError **error)
{
  gboolean good;

  if (g_mkdir_with_parents (to, 0700) != 0 || g_access (to, W_OK) != 0)
    {
      g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "%s: %s", to,
                   g_strerror (errno));
      return FALSE;
    }
  good = from == NULL
         || (copy_files (from, to, error) && copy_database (from, to, error)
             && citiz_host_sums_write (from, to, error));
  if (from != NULL)
    citiz_host_folder_remove (from);
  return good;
}

/* Copies that nobody has brought out: whoever asked for them was killed. */
void
citiz_host_backup_forget (const gchar *dir)
{
  g_autoptr (GDir) open = g_dir_open (dir, 0, NULL);
  const gchar *name;

  while (open != NULL && (name = g_dir_read_name (open)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (dir, name, NULL);

      if (g_str_has_prefix (name, OUTGOING))
        citiz_host_folder_remove (path);
    }
}

static gboolean
verify (const gchar *dir, const CitizEnv *env, guint64 *out_height, GError **error)
{
  g_autoptr (CitizHostCommunity) community = citiz_host_community_read (dir, error);
  g_autoptr (CitizDb) db = community ? citiz_db_open (dir, CITIZ_DB_NONE, error) : NULL;
  CitizChain *chain = db ? citiz_chain_open_shared (db, env, &community->genesis, error) : NULL;
  gboolean good;

  if (chain == NULL)
    return FALSE;
  good = citiz_db_check_all (db, error) && citiz_chain_verify (chain, NULL, NULL, NULL, error)
         && citiz_chain_check_snapshots (chain, error) && citiz_node_store_check_blobs (db, error);
  *out_height = citiz_chain_height (chain);
  citiz_chain_close (chain);
  return good;
}

/* The configuration last: without it, the folder is no node's. */
static gboolean
move_in (const gchar *from, const gchar *to, GError **error)
{
  static const gchar *const order[]
      = {CITIZ_DB_FILE, CITIZ_HOST_COMMUNITY_FILE, CITIZ_HOST_KEY_FILE, CITIZ_HOST_CONFIG_FILE};

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_autofree gchar *here = g_build_filename (from, order[i], NULL);
      g_autofree gchar *there = g_build_filename (to, order[i], NULL);

      if (g_file_test (here, G_FILE_TEST_EXISTS) && g_rename (here, there) != 0)
        {
          g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "%s: %s", there,
                       g_strerror (errno));
          return FALSE;
        }
    }
  return TRUE;
}

/* What is wrong with the copy itself is one sentence, whoever noticed it; the disk's own errors stay. */
static void
explain (const gchar *from, GError **error)
{
  const GError *why = error != NULL ? *error : NULL;

  if (why == NULL || why->domain == G_IO_ERROR
      || g_error_matches (why, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE)
      || (why->domain == CITIZ_STORE_ERROR && why->code != CITIZ_STORE_ERROR_DAMAGED
          && why->code != CITIZ_STORE_ERROR_EMPTY && why->code != CITIZ_STORE_ERROR_NOT_FOUND))
    return;
  g_debug ("the copy is refused: %s", (*error)->message);
  g_clear_error (error);
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE,
               _ ("The copy in %s is damaged: nothing was restored. Try an older one."), from);
}

/* What an interrupted restore put there goes only now that there is something verified in its place. A kill in between leaves a folder in
 * which the restore is begun again. */
static gboolean
replace (const gchar *to, const gchar *copying, GError **error)
{
  g_autofree gchar *restoring = g_build_filename (to, CITIZ_HOST_RESTORING, NULL);

  citiz_host_folder_empty (to);
  citiz_host_folder_remove (restoring);
  if (g_rename (copying, restoring) != 0)
    {
      g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "%s: %s", restoring,
                   g_strerror (errno));
      return FALSE;
    }
  if (!move_in (restoring, to, error))
    return FALSE;
  citiz_host_folder_remove (restoring);
  return TRUE;
}

/**
 * citiz_host_restore:
 * @from: what "backup" wrote
 * @to: a folder that is not there yet, or holds no node
 * @out_height: of the newest block in it
 *
 * Copies a backup beside, compares it with its digests, verifies every block, signature and name in it, and only then makes it @to's node: a copy that will not do leaves @to as
 * it was. Where an earlier restore was interrupted, the copy that is named now counts. Without a journal, the node will follow and not sign.
 */
gboolean
citiz_host_restore (const gchar *from,
                    const gchar *to,
                    const CitizEnv *env,
                    guint64 *out_height,
                    GError **error)
{
  g_autofree gchar *copying = g_build_filename (to, CITIZ_HOST_COPYING, NULL);
  CitizHostTaken taken;
  gboolean good;

  if (!citiz_host_folder_has (from, CITIZ_DB_FILE)
      || !citiz_host_folder_has (from, CITIZ_HOST_COMMUNITY_FILE))
    {
      g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE,
                   _ ("There is no copy of a node in %s"), from);
      return FALSE;
    }
  if (!citiz_host_folder_take (to, TRUE, &taken, error))
    return FALSE;
  citiz_host_folder_remove (copying);
  good = copy_files (from, copying, error) && copy_database (from, copying, error)
         && citiz_host_sums_check (from, copying, error)
         && verify (copying, env, out_height, error);
  if (!good)
    explain (from, error);
  good = good && replace (to, copying, error);
  citiz_host_folder_remove (copying);
  if (good || citiz_host_folder_is_half_restored (to))
    citiz_host_folder_keep (to, &taken);
  else
    citiz_host_folder_give_back (to, &taken);
  return good;
}
