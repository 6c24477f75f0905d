/* A copy of a node while it runs, and the way back. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PAGES_AT_ONCE 256
#define AT_ONCE       (64 * 1024)
#define OUTGOING      "outgoing-"
#define OLD_SECONDS   3600 /* a copy that is still written, or brought out, is none */

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
file_error (GError **error, const gchar *what)
{
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "%s: %s", what, g_strerror (errno));
  return FALSE;
}

/* Returns: whether all of it was written and will stay; errno */
static gboolean
pour (int from, int to)
{
  g_autofree guint8 *buffer = g_malloc (AT_ONCE);
  gssize n = 0, wrote = 0;

  while ((n = read (from, buffer, AT_ONCE)) > 0 || (n < 0 && errno == EINTR))
    for (gssize done = 0; n > 0 && done < n; done += wrote)
      {
        wrote = write (to, buffer + done, (gsize) (n - done));
        if (wrote < 0 && errno != EINTR)
          goto out;
        wrote = MAX (wrote, 0);
      }
out:
  citiz_wipe (buffer, AT_ONCE); /* a key is among them */
  return n == 0 && fsync (to) == 0;
}

/* One that is not there is none: a key that systemd keeps. */
static gboolean
copy_file (int from, int to, const gchar *name, GError **error)
{
  const int in = citiz_host_folder_open_file (from, name);
  int out;
  gboolean good;

  if (in < 0)
    return errno == ENOENT || file_error (error, name);
  out = openat (to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  good = out >= 0 && pour (in, out);
  if (!good)
    file_error (error, name);
  if (out >= 0)
    close (out);
  close (in);
  return good;
}

/* Into a folder that is made for it: nobody else's can be in its place. */
static gboolean
copy_files (int from, const gchar *to, gboolean database, GError **error)
{
  gboolean good = TRUE;
  int out;

  if (g_mkdir (to, 0700) != 0)
    return file_error (error, to);
  out = citiz_host_folder_open (to, FALSE);
  if (from < 0 || out < 0)
    good = file_error (error, to);
  for (guint i = 0; good && i < G_N_ELEMENTS (files); i++)
    good = copy_file (from, out, files[i], error);
  good = good && (!database || copy_file (from, out, CITIZ_DB_FILE, error));
  if (good && fsync (out) != 0)
    good = file_error (error, to);
  if (out >= 0)
    close (out);
  return good;
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

/* A name as citiz_host_backup_name() gives it, and nothing else: it is looked for, and removed, in the node's folder. */
static gboolean
is_outgoing (const gchar *name)
{
  return name != NULL && g_str_has_prefix (name, OUTGOING) && strchr (name, '/') == NULL;
}

/* The copy is made on the node's own disk first; were that full then, or nearly, it would take nothing new. */
static gboolean
check_room (CitizHost *host, GError **error)
{
  g_autofree gchar *path = g_build_filename (host->dir, CITIZ_DB_FILE, NULL);
  struct stat db;
  struct statvfs disk;
  gdouble left, all;

  if (stat (path, &db) != 0 || statvfs (host->dir, &disk) != 0)
    return file_error (error, path);
  left = (gdouble) disk.f_bavail * (gdouble) disk.f_frsize - (gdouble) db.st_size;
  all = (gdouble) disk.f_blocks * (gdouble) disk.f_frsize;
  if (left * 100 >= all * host->config->free_percent)
    return TRUE;
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE,
               _ ("The disk of %s has no room for a copy: the node makes it there first"),
               host->dir);
  return FALSE;
}

/* Returns: whether the three were copied; the database is begun then */
static gboolean
begin (Backup *backup, GError **error)
{
  int from;
  gboolean good;

  if (backup->to == NULL || g_file_test (backup->to, G_FILE_TEST_EXISTS))
    {
      g_set_error_literal (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "no copy is made there");
      return FALSE;
    }
  if (!check_room (backup->host, error))
    return FALSE;
  from = citiz_host_folder_open (backup->host->dir, TRUE);
  good = copy_files (from, backup->to, FALSE, error);
  if (from >= 0)
    close (from);
  if (!good)
    citiz_host_folder_remove (backup->to);
  return good;
}

/**
 * citiz_host_backup:
 * @name: (nullable): as citiz_host_backup_name() says; of a folder in the node's own. Anything else is refused
 * @done: called once
 *
 * Copies key, configuration, founding file and database while the node goes on.
 */
void
citiz_host_backup (CitizHost *host, const gchar *name, CitizHostBackedUp done, gpointer data)
{
  Backup *backup = g_new0 (Backup, 1);
  g_autoptr (GSource) source = NULL;
  g_autofree gchar *path = NULL;
  g_autoptr (GError) error = NULL;

  backup->host = host;
  backup->to = is_outgoing (name) ? g_build_filename (host->dir, name, NULL) : NULL;
  backup->done = done;
  backup->data = data;
  if (!begin (backup, &error))
    {
      finish (backup, error);
      return;
    }
  path = g_build_filename (backup->to, CITIZ_DB_FILE, NULL);
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

/**
 * citiz_host_backup_name:
 *
 * Returns: (transfer full): of the folder in its own, the only place where it may write, in which a node is to put a copy
 */
gchar *
citiz_host_backup_name (void)
{
  const CitizId id = citiz_env_new_id (citiz_env_system ());
  g_autofree gchar *hex = citiz_id_to_hex (&id);

  return g_strconcat (OUTGOING, hex, NULL);
}

/* The database last: without it, the folder is no copy. */
static const gchar *const brought[]
    = {CITIZ_HOST_SUMS_FILE, CITIZ_HOST_KEY_FILE, CITIZ_HOST_CONFIG_FILE, CITIZ_HOST_COMMUNITY_FILE,
       CITIZ_DB_FILE};

static gboolean
move_out (const gchar *from, const gchar *to, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (brought); i++)
    {
      g_autofree gchar *here = g_build_filename (from, brought[i], NULL);
      g_autofree gchar *there = g_build_filename (to, brought[i], NULL);

      if (citiz_host_folder_has (from, brought[i]) && g_rename (here, there) != 0)
        return file_error (error, there);
    }
  return TRUE;
}

/* One's own, or the half of one that was killed while it was moved, may be there; a whole copy, or a node that is being set up, may not. */
static gboolean
check_place (const gchar *to, GError **error)
{
  gboolean taken;

  if (g_mkdir_with_parents (to, 0700) != 0 || g_access (to, W_OK) != 0)
    return file_error (error, to);
  taken = citiz_host_folder_has (to, CITIZ_DB_FILE);
  if (!citiz_host_folder_has (to, CITIZ_HOST_SUMS_FILE))
    for (guint i = 0; i < G_N_ELEMENTS (files); i++)
      taken |= citiz_host_folder_has (to, files[i]);
  if (taken)
    g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE,
                 _ ("There is a copy in %s already"), to);
  return !taken;
}

/**
 * citiz_host_backup_bring:
 * @from: (nullable): what the node wrote; goes. %NULL: @to is only tried
 * @to: there may be no copy in it yet; it belongs to who runs this command, as what is in it then does
 *
 * It is written in a folder within @to, with its digests, and moved up when it is whole.
 */
gboolean
citiz_host_backup_bring (const gchar *from, const gchar *to, GError **error)
{
  g_autofree gchar *copying = g_build_filename (to, CITIZ_HOST_COPYING, NULL);
  gboolean good;
  int dir;

  if (from == NULL)
    return check_place (to, error);
  if (!check_place (to, error))
    return FALSE;
  citiz_host_folder_remove (copying); /* of one that was killed */
  dir = citiz_host_folder_open (from, FALSE);
  good = dir >= 0 ? flock (dir, LOCK_SH) == 0 : file_error (error, from);
  good = good && copy_files (dir, copying, TRUE, error)
         && citiz_host_sums_write (dir, copying, error) && move_out (copying, to, error);
  citiz_host_folder_remove (copying);
  citiz_host_folder_remove (from);
  if (dir >= 0)
    close (dir);
  return good;
}

/* Whether nobody writes it any more, or brings it out. */
static gboolean
is_left (CitizHost *host, const gchar *path)
{
  g_autofree gchar *database = g_build_filename (path, CITIZ_DB_FILE, NULL);
  const gint64 now = citiz_env_now (host->env).ms / 1000;
  const int fd = citiz_host_folder_open (path, FALSE);
  struct stat folder = {0}, db = {0};
  gboolean left;

  if (fd < 0)
    return TRUE;
  (void) lstat (database, &db);
  left = fstat (fd, &folder) == 0 && now - MAX (folder.st_mtime, db.st_mtime) > OLD_SECONDS
         && flock (fd, LOCK_EX | LOCK_NB) == 0;
  close (fd);
  return left;
}

/* Copies that nobody has brought out: whoever asked for them was killed. @all: nobody can be writing one */
void
citiz_host_backup_forget (CitizHost *host, gboolean all)
{
  g_autoptr (GDir) open = g_dir_open (host->dir, 0, NULL);
  const gchar *name;

  while (open != NULL && (name = g_dir_read_name (open)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (host->dir, name, NULL);

      if (is_outgoing (name) && (all || is_left (host, path)))
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
  int dir;

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
  dir = citiz_host_folder_open (from, TRUE);
  good = copy_files (dir, copying, TRUE, error) && citiz_host_sums_check (from, copying, error)
         && verify (copying, env, out_height, error);
  if (dir >= 0)
    close (dir);
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
