/* The files that a copy of a node is made of: opened, and written into another folder. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-copy.h"

#include "store/citiz-db.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define AT_ONCE (64 * 1024)

/* Never the vote journal: a copy of it would let two nodes sign as one. */
const gchar *const citiz_host_copy_files[CITIZ_HOST_COPY_FILES]
    = {CITIZ_HOST_KEY_FILE, CITIZ_HOST_CONFIG_FILE, CITIZ_HOST_COMMUNITY_FILE, CITIZ_DB_FILE};

/* After what has set errno. */
gboolean
citiz_host_copy_error (GError **error, const gchar *what)
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

void
citiz_host_copy_close (CitizHostOpened *opened)
{
  for (guint i = 0; i < CITIZ_HOST_COPY_FILES; i++)
    if (opened->fd[i] >= 0)
      close (opened->fd[i]);
}

/* The first @n of them. */
gboolean
citiz_host_copy_open (int from, guint n, CitizHostOpened *out, GError **error)
{
  gboolean good = TRUE;

  for (guint i = 0; i < CITIZ_HOST_COPY_FILES; i++)
    out->fd[i] = -1;
  for (guint i = 0; good && i < n; i++)
    {
      out->fd[i] = citiz_host_folder_open_file (from, citiz_host_copy_files[i]);
      good = out->fd[i] >= 0 || errno == ENOENT
             || citiz_host_copy_error (error, citiz_host_copy_files[i]);
    }
  if (!good)
    citiz_host_copy_close (out);
  return good;
}

static gboolean
copy_file (int from, int to, const gchar *name, GError **error)
{
  const int out = openat (to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  const gboolean good = (out >= 0 && pour (from, out)) || citiz_host_copy_error (error, name);

  if (out >= 0)
    close (out);
  return good;
}

/* Into a folder that is made for it: nobody else's can be in its place. */
gboolean
citiz_host_copy_write (const CitizHostOpened *from, const gchar *to, GError **error)
{
  gboolean good = TRUE;
  int out;

  if (g_mkdir (to, 0700) != 0)
    return citiz_host_copy_error (error, to);
  out = citiz_host_folder_open (to, FALSE);
  if (out < 0)
    return citiz_host_copy_error (error, to);
  for (guint i = 0; good && i < CITIZ_HOST_COPY_FILES; i++)
    good = from->fd[i] < 0 || copy_file (from->fd[i], out, citiz_host_copy_files[i], error);
  if (good && fsync (out) != 0)
    good = citiz_host_copy_error (error, to);
  close (out);
  return good;
}
