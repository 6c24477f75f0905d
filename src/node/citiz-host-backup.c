/* A copy of a node while it runs. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-copy.h"
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
    return citiz_host_copy_error (error, path);
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
  CitizHostOpened opened;
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
  good = from >= 0 ? citiz_host_copy_open (from, CITIZ_HOST_COPY_BESIDE, &opened, error)
                   : citiz_host_copy_error (error, backup->host->dir);
  if (from >= 0)
    close (from);
  if (!good)
    return FALSE;
  good = citiz_host_copy_write (&opened, backup->to, error);
  citiz_host_copy_close (&opened);
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

/* What @from has, and its digests, as a folder within @to. */
static gboolean
bring_into (int from, const gchar *to, GError **error)
{
  CitizHostOpened opened;
  gboolean good;

  if (!citiz_host_copy_open (from, CITIZ_HOST_COPY_FILES, &opened, error))
    return FALSE;
  good = citiz_host_copy_write (&opened, to, error) && citiz_host_sums_write (from, to, error);
  citiz_host_copy_close (&opened);
  return good;
}

static gboolean
move_out (const gchar *from, const gchar *to, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (brought); i++)
    {
      g_autofree gchar *here = g_build_filename (from, brought[i], NULL);
      g_autofree gchar *there = g_build_filename (to, brought[i], NULL);

      if (citiz_host_folder_has (from, brought[i]) && g_rename (here, there) != 0)
        return citiz_host_copy_error (error, there);
    }
  return TRUE;
}

/* One's own, or the half of one that was killed while it was moved, may be there; a whole copy, or a node that is being set up, may not. */
static gboolean
check_place (const gchar *to, GError **error)
{
  gboolean taken;

  if (g_mkdir_with_parents (to, 0700) != 0 || g_access (to, W_OK) != 0)
    return citiz_host_copy_error (error, to);
  taken = citiz_host_folder_has (to, CITIZ_DB_FILE);
  if (!citiz_host_folder_has (to, CITIZ_HOST_SUMS_FILE))
    for (guint i = 0; i < CITIZ_HOST_COPY_FILES; i++)
      taken |= citiz_host_folder_has (to, citiz_host_copy_files[i]);
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
  good = dir >= 0 ? flock (dir, LOCK_SH) == 0 : citiz_host_copy_error (error, from);
  good = good && bring_into (dir, copying, error) && move_out (copying, to, error);
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
