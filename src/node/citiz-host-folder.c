/* A host's folder: its files, who may make a node in it, the node's key. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-folder.h"

#include "store/citiz-db.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEED_SIZE    32
#define JOURNAL_FILE "epoch-0.journal"
#define FOLDER_MAX   90 /* a Unix socket's path in it has 107 bytes at most */

/* Files **********************************************************************/

static gboolean
file_error (GError **error, const gchar *name)
{
  const int saved = errno;

  g_set_error (error, CITIZ_HOST_ERROR,
               saved == EEXIST   ? CITIZ_HOST_ERROR_STATE
               : saved == ENOENT ? CITIZ_HOST_ERROR_STATE
                                 : CITIZ_HOST_ERROR_FILE,
               "%s: %s", name, g_strerror (saved));
  return FALSE;
}

static gboolean
sync_folder (const gchar *dir)
{
  const int fd = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const gboolean good = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return good;
}

static gboolean
write_all (int fd, const gchar *text, gsize n)
{
  while (n > 0)
    {
      const gssize wrote = write (fd, text, n);

      if (wrote < 0 && errno == EINTR)
        continue;
      if (wrote <= 0)
        return FALSE;
      text += wrote;
      n -= (gsize) wrote;
    }
  return fsync (fd) == 0;
}

/**
 * citiz_host_write_new:
 *
 * A file of mode 0600, durable when this returns; one that is there already is an error and stays.
 */
gboolean
citiz_host_write_new (const gchar *dir, const gchar *name, const gchar *text, GError **error)
{
  g_autofree gchar *path = g_build_filename (dir, name, NULL);
  const int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean good;

  if (fd < 0)
    return file_error (error, name);
  good = write_all (fd, text, strlen (text)) && sync_folder (dir);
  if (!good)
    file_error (error, name);
  close (fd);
  return good;
}

/* At most %CITIZ_HOST_FILE_MAX bytes. */
gchar *
citiz_host_read_text (const gchar *path, GError **error)
{
  const int fd = open (path, O_RDONLY | O_CLOEXEC);
  g_autoptr (GString) text = g_string_new (NULL);
  gchar buffer[4096];
  gssize n = 0;

  if (fd < 0)
    {
      file_error (error, path);
      return NULL;
    }
  while (text->len <= CITIZ_HOST_FILE_MAX && (n = read (fd, buffer, sizeof buffer)) > 0)
    g_string_append_len (text, buffer, n);
  close (fd);
  citiz_wipe (buffer, sizeof buffer);
  if (n >= 0 && text->len <= CITIZ_HOST_FILE_MAX)
    return g_string_free (g_steal_pointer (&text), FALSE);
  errno = n < 0 ? errno : EFBIG;
  file_error (error, path);
  return NULL;
}

/**
 * citiz_host_folder_open:
 * @trusted: whoever runs this has named it: it may be a link. Not so what a node that runs as another user has named
 *
 * Returns: a descriptor; -1 with errno
 */
int
citiz_host_folder_open (const gchar *dir, gboolean trusted)
{
  return open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (trusted ? 0 : O_NOFOLLOW));
}

/**
 * citiz_host_folder_open_file:
 *
 * To be read. Links may lead out of one's own folder; out of another user's nothing does: root reads for a node what that node owns.
 *
 * Returns: a descriptor of a regular file; -1 with errno
 */
int
citiz_host_folder_open_file (int dir, const gchar *name)
{
  struct stat owner, info;
  const gboolean own = fstat (dir, &owner) == 0 && owner.st_uid == geteuid ();
  const int fd = openat (dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (own ? 0 : O_NOFOLLOW));

  if (fd < 0)
    return -1;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode)
      && (own || (info.st_nlink == 1 && info.st_uid == owner.st_uid)))
    return fd;
  close (fd);
  errno = EPERM;
  return -1;
}

/* @dir has no folders in it. A link in its place goes, and what it leads to stays. */
void
citiz_host_folder_remove (const gchar *dir)
{
  const int fd = citiz_host_folder_open (dir, FALSE);
  DIR *open = fd >= 0 ? fdopendir (fd) : NULL;
  const struct dirent *entry;

  while (open != NULL && (entry = readdir (open)) != NULL)
    (void) unlinkat (fd, entry->d_name, 0);
  if (open != NULL)
    closedir (open);
  else if (fd >= 0)
    close (fd);
  if (g_rmdir (dir) != 0)
    (void) g_unlink (dir);
}

/* A folder that becomes a node's ********************************************/

/* What setup, found and restore put there, in the order in which a node can begin to do without it. */
static const gchar *const files[]
    = {JOURNAL_FILE,        CITIZ_HOST_CARD_FILE,  CITIZ_DB_FILE, CITIZ_HOST_COMMUNITY_FILE,
       CITIZ_HOST_KEY_FILE, CITIZ_HOST_CONFIG_FILE};

gboolean
citiz_host_folder_has (const gchar *dir, const gchar *name)
{
  g_autofree gchar *path = g_build_filename (dir, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/**
 * citiz_host_folder_is_half_restored:
 *
 * Whether a restore was killed here, or is at work: its configuration comes last, and nothing is here that a restore never writes.
 */
gboolean
citiz_host_folder_is_half_restored (const gchar *dir)
{
  return (citiz_host_folder_has (dir, CITIZ_HOST_COPYING)
          || citiz_host_folder_has (dir, CITIZ_HOST_RESTORING))
         && !citiz_host_folder_has (dir, CITIZ_HOST_CONFIG_FILE)
         && !citiz_host_folder_has (dir, JOURNAL_FILE)
         && !citiz_host_folder_has (dir, CITIZ_HOST_CARD_FILE);
}

/* For as long as the folder stays open: dies with its holder. */
static gboolean
lock_folder (const gchar *dir, int *out, GError **error)
{
  *out = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (*out < 0)
    return file_error (error, dir);
  if (flock (*out, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  close (*out);
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_STATE,
               _ ("Another command is making a node in %s: wait until it is done"), dir);
  return FALSE;
}

/* The error says how to go on. */
static gboolean
refuse_half (const gchar *dir, GError **error)
{
  g_autofree gchar *restore = citiz_host_command_line (dir, "restore --verify");

  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_STATE,
               _ ("A restore into %s was interrupted. Once more: %s COPY"), dir, restore);
  return FALSE;
}

static gboolean
check_whole (const gchar *dir, GError **error)
{
  int lock;

  if (!citiz_host_folder_is_half_restored (dir))
    return TRUE;
  if (!lock_folder (dir, &lock, error))
    return FALSE;
  close (lock);
  return refuse_half (dir, error);
}

static gboolean
check_free (const gchar *dir, gboolean to_restore, GError **error)
{
  if (citiz_host_folder_is_half_restored (dir))
    return to_restore || refuse_half (dir, error);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    if (citiz_host_folder_has (dir, files[i]))
      {
        g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_STATE,
                     _ ("There is a node in %s already; nothing was changed"), dir);
        return FALSE;
      }
  return TRUE;
}

static gboolean
may_enter (const gchar *path, const struct stat *who)
{
  struct stat info;

  return stat (path, &info) == 0
         && (info.st_mode
             & (info.st_uid == who->st_uid   ? S_IXUSR
                : info.st_gid == who->st_gid ? S_IXGRP
                                             : S_IXOTH))
                != 0;
}

/* Returns: (transfer full) (nullable): the first folder on the way to @path that @who may not enter */
static gchar *
find_closed (const gchar *path, const struct stat *who)
{
  for (const gchar *end = strchr (path + 1, '/'); end != NULL; end = strchr (end + 1, '/'))
    {
      g_autofree gchar *above = g_strndup (path, (gsize) (end - path));

      if (!may_enter (above, who))
        return g_steal_pointer (&above);
    }
  return NULL;
}

static gboolean
is_same (int fd, const struct stat *known)
{
  struct stat info;

  if (fstat (fd, &info) == 0 && info.st_dev == known->st_dev && info.st_ino == known->st_ino)
    return TRUE;
  errno = ESTALE;
  return FALSE;
}

/* @dir: at @path, which is below @closed. In the files as this process alone sees them. */
static gboolean
lead_past (int dir, const gchar *path, const gchar *closed)
{
  g_autofree gchar *self = g_strdup_printf ("/proc/self/fd/%d", dir);
  const mode_t before = umask (022);
  const gboolean good
      = mount ("tmpfs", closed, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755") == 0
        && g_mkdir_with_parents (path, 0755) == 0 && mount (self, path, NULL, MS_BIND, NULL) == 0;

  umask (before);
  return good;
}

/* systemd keeps the folders of its units' users behind one that only root may enter (/var/lib/private). What nobody else sees, and what ends with this
 * process: in that one's place there is nothing but the way to @dir. */
static gboolean
make_way (const gchar *dir, const struct stat *owner, GError **error)
{
  g_autofree gchar *path = realpath (dir, NULL);
  g_autofree gchar *closed = path != NULL ? find_closed (path, owner) : NULL;
  gboolean good;
  int here;

  if (path != NULL && closed == NULL)
    return TRUE;
  if (path == NULL || unshare (CLONE_NEWNS) != 0
      || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    return file_error (error, dir);
  here = open (path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); /* as it is mounted here */
  good = (here >= 0 && is_same (here, owner) && lead_past (here, path, closed))
         || file_error (error, dir);
  if (here >= 0)
    close (here);
  return good;
}

/* Root in the folder of a node that runs as another user is that user from here on, for good: whatever a node that was broken into puts in the
 * way, it leads nowhere where that user could not go by itself. */
static gboolean
become_owner (const gchar *dir, int fd, GError **error)
{
  struct stat owner;

  if (fstat (fd, &owner) != 0)
    return file_error (error, dir);
  if (geteuid () != 0 || owner.st_uid == 0)
    return TRUE;
  if (!make_way (dir, &owner, error))
    return FALSE;
  return (setgroups (0, NULL) == 0 && setgid (owner.st_gid) == 0 && setuid (owner.st_uid) == 0)
         || file_error (error, "setuid");
}

gboolean
citiz_host_folder_become_owner (const gchar *dir, GError **error)
{
  const int fd = open (dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean good;

  if (fd < 0)
    return TRUE; /* who looks for a file in it says so */
  good = become_owner (dir, fd, error);
  close (fd);
  return good;
}

/**
 * citiz_host_folder_take:
 * @to_restore: what an interrupted restore left there may stay
 *
 * What only root may read has to be open by now: whoever runs this is the folder's owner afterwards.
 *
 * Makes the folder and locks it, until citiz_host_folder_keep() or citiz_host_folder_give_back(). One that holds anything of a node already is
 * an error and stays as it is, so that whatever is there afterwards was put there since, and may be taken away again.
 */
gboolean
citiz_host_folder_take (const gchar *dir, gboolean to_restore, CitizHostTaken *out, GError **error)
{
  out->made = !g_file_test (dir, G_FILE_TEST_EXISTS);
  if (strlen (dir) > FOLDER_MAX)
    {
      g_set_error_literal (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CONFIG,
                           _ ("The folder’s path is too long: 90 characters at most"));
      return FALSE;
    }
  if (g_mkdir_with_parents (dir, 0700) != 0)
    return file_error (error, dir);
  if (!lock_folder (dir, &out->lock, error))
    return FALSE;
  if (become_owner (dir, out->lock, error) && check_free (dir, to_restore, error))
    return TRUE;
  close (out->lock);
  return FALSE;
}

/**
 * citiz_host_folder_is_others:
 *
 * Whether @dir is of another user than who runs this: root writes a command for a node that systemd runs as its own user.
 */
gboolean
citiz_host_folder_is_others (const gchar *dir)
{
  struct stat info;

  return stat (dir, &info) == 0 && info.st_uid != geteuid ();
}

/* What was made stays. */
void
citiz_host_folder_keep (const CitizHostTaken *taken)
{
  close (taken->lock);
}

/* Nothing of a node is there any more. */
void
citiz_host_folder_empty (const gchar *dir)
{
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree gchar *path = g_build_filename (dir, files[i], NULL);

      (void) g_unlink (path);
    }
}

/* After what failed: as citiz_host_folder_take() found it. */
void
citiz_host_folder_give_back (const gchar *dir, const CitizHostTaken *taken)
{
  citiz_host_folder_empty (dir);
  if (taken->made)
    (void) g_rmdir (dir);
  close (taken->lock);
}

/**
 * citiz_host_command_line:
 * @words: what follows the program's name and its folder
 *
 * Returns: (transfer full): what to type for it, as the shell takes it
 */
gchar *
citiz_host_command_line (const gchar *dir, const gchar *words)
{
  const gboolean plain
      = strspn (dir, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+")
        == strlen (dir);
  g_autofree gchar *quoted = plain ? g_strdup (dir) : g_shell_quote (dir);

  return g_strdup_printf ("citiz-node --folder %s %s", quoted, words);
}

/* The error says what comes first. */
gboolean
citiz_host_folder_is_set_up (const gchar *dir, GError **error)
{
  g_autofree gchar *setup = citiz_host_command_line (dir, "setup");

  if (g_access (dir, X_OK) != 0 && errno == EACCES)
    {
      g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE,
                   _ ("You may not look into %s: the node’s user and root may"), dir);
      return FALSE;
    }
  if (!check_whole (dir, error))
    return FALSE;
  if (citiz_host_folder_has (dir, CITIZ_HOST_CONFIG_FILE))
    return TRUE;
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_STATE,
               _ ("There is no node in %s. First: %s --found, or %s INVITATION"), dir, setup,
               setup);
  return FALSE;
}

/* Set up, and with a community. */
gboolean
citiz_host_folder_can_run (const gchar *dir, GError **error)
{
  g_autofree gchar *found = citiz_host_command_line (dir, "found");

  if (!citiz_host_folder_is_set_up (dir, error))
    return FALSE;
  if (citiz_host_folder_has (dir, CITIZ_HOST_COMMUNITY_FILE))
    return TRUE;
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_STATE,
               _ ("This node’s community is not founded yet. First, with the cards of all "
                  "founders: %s CARD…"),
               found);
  return FALSE;
}

/* The node's key ************************************************************/

/* Takes @text. */
static CitizSigningKey *
key_from_text (gchar *text, GError **error)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new (SEED_SIZE);
  const gboolean good = citiz_hex_decode (citiz_secret_data (seed), SEED_SIZE, g_strstrip (text));

  citiz_wipe_text (text);
  if (good)
    return citiz_signing_key_new_from_seed (seed);
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "%s is damaged",
               CITIZ_HOST_KEY_FILE);
  return NULL;
}

CitizSigningKey *
citiz_host_key_create (const gchar *dir, GError **error)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (SEED_SIZE);
  gchar *hex = citiz_hex_encode (citiz_secret_data (seed), SEED_SIZE);
  const gboolean good = citiz_host_write_new (dir, CITIZ_HOST_KEY_FILE, hex, error);

  citiz_wipe_text (hex);
  return good ? citiz_signing_key_new_from_seed (seed) : NULL;
}

/* What systemd hands over (LoadCredential=) comes before the folder's. */
CitizSigningKey *
citiz_host_key_read (const gchar *dir, GError **error)
{
  const gchar *credentials = g_getenv ("CREDENTIALS_DIRECTORY");
  g_autofree gchar *handed
      = credentials ? g_build_filename (credentials, CITIZ_HOST_KEY_FILE, NULL) : NULL;
  g_autofree gchar *own = g_build_filename (dir, CITIZ_HOST_KEY_FILE, NULL);
  gchar *text = citiz_host_read_text (
      handed && g_file_test (handed, G_FILE_TEST_EXISTS) ? handed : own, error);

  return text ? key_from_text (text, error) : NULL;
}
