/* Before SQLite sees the file: whose it is, which version, and that nobody else has it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-db-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOCK_FILE   "citiz.lock"
#define HEADER_SIZE 100 /* https://sqlite.org/fileformat.html §1.3 */
#define AT_VERSION  60
#define AT_APP_ID   68

GQuark
citiz_store_error_quark (void)
{
  return g_quark_from_static_string ("citiz-store-error");
}

static void
set_errno_error (GError **error, const gchar *doing)
{
  int saved = errno;
  CitizStoreError code = CITIZ_STORE_ERROR_IO;

  if (saved == EROFS || saved == EACCES || saved == EPERM)
    code = CITIZ_STORE_ERROR_READ_ONLY;
  else if (saved == ENOSPC || saved == EDQUOT)
    code = CITIZ_STORE_ERROR_FULL;
  else if (saved == ENOENT)
    code = CITIZ_STORE_ERROR_NOT_FOUND;
  g_set_error (error, CITIZ_STORE_ERROR, code, "%s: %s", doing, g_strerror (saved));
}

/* Takes the folder's lock for this process; closing @out_fd gives it back, and so does dying. */
gboolean
citiz_db_take_lock (const gchar *dir, gboolean create, int *out_fd, GError **error)
{
  g_autofree gchar *path = g_build_filename (dir, LOCK_FILE, NULL);
  int fd;

  if (create && g_mkdir_with_parents (dir, 0700) != 0)
    {
      set_errno_error (error, "Making the folder");
      return FALSE;
    }
  if (!g_file_test (dir, G_FILE_TEST_IS_DIR))
    {
      errno = ENOENT;
      set_errno_error (error, "Opening the folder");
      return FALSE;
    }
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    {
      set_errno_error (error, "Opening the lock file");
      return FALSE;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_BUSY, "Another process has it open");
      close (fd);
      return FALSE;
    }
  *out_fd = fd;
  return TRUE;
}

static guint32
number_at (const guint8 *header, gsize at)
{
  guint32 value;

  memcpy (&value, header + at, sizeof value);
  return GUINT32_FROM_BE (value);
}

static gboolean
judge_header (const guint8 *header, gssize n, GError **error)
{
  static const gchar magic[] = "SQLite format 3";

  if (n != HEADER_SIZE || memcmp (header, magic, sizeof magic) != 0
      || number_at (header, AT_APP_ID) != CITIZ_DB_APPLICATION_ID)
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED,
                   "Not a file of this program");
      return FALSE;
    }
  if (number_at (header, AT_VERSION) > (guint32) citiz_db_newest_version ())
    {
      g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NEWER,
                   "The file has version %u, this program knows up to %d",
                   number_at (header, AT_VERSION), citiz_db_newest_version ());
      return FALSE;
    }
  return TRUE;
}

/**
 * citiz_db_peek_header:
 * @out_exists: (out): whether there is a file that is not empty
 *
 * Reads the first 100 bytes only: a file of a later version must not be touched, not even its journal.
 *
 * Returns: %TRUE if there is no file or it is one of ours
 */
gboolean
citiz_db_peek_header (const gchar *path, gboolean *out_exists, GError **error)
{
  guint8 header[HEADER_SIZE];
  gssize n;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  *out_exists = FALSE;
  if (fd < 0 && errno == ENOENT)
    return TRUE;
  if (fd < 0)
    {
      set_errno_error (error, "Opening the file");
      return FALSE;
    }
  n = pread (fd, header, sizeof header, 0);
  close (fd);
  if (n < 0)
    {
      set_errno_error (error, "Reading the file");
      return FALSE;
    }
  *out_exists = n > 0;
  return n == 0 || judge_header (header, n, error);
}
