/* Counts what changes the disk (write, sync, truncate, delete) and refuses from the n-th on. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "faulty-vfs.h"

#include <sqlite3.h>
#include <string.h>

/* A write since the last sync; a truncation is one of no bytes. */
typedef struct
{
  gint64 at;
  GBytes *bytes, *before; /* what it wrote, what was there */
  gint64 size_before, size_after;
} Pending;

typedef struct
{
  sqlite3_file base;
  GPtrArray *pending;
  sqlite3_file real[]; /* the real VFS's file follows */
} File;

const gchar *const fault_names[N_FAULTS] = {"none", "io-once", "full", "cut", "torn", "lost"};

static sqlite3_vfs *real;
static GPtrArray *open_files;
static Fault armed;
static gint countdown, count;

void
faulty_vfs_arm (Fault fault, gint after)
{
  armed = fault;
  countdown = after;
  count = 0;
}

gint
faulty_vfs_count (void)
{
  return count;
}

#define REAL(file) (((File *) (file))->real)

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  g_bytes_unref (pending->bytes);
  g_bytes_unref (pending->before);
  g_free (pending);
}

static gint64
real_size (sqlite3_file *file)
{
  sqlite3_int64 size = 0;

  REAL (file)->pMethods->xFileSize (REAL (file), &size);
  return size;
}

static void
remember (sqlite3_file *file, gint64 at, const void *bytes, gsize n, gint64 size_after)
{
  Pending *pending = g_new0 (Pending, 1);
  gint64 size = real_size (file), end = n > 0 ? at + (gint64) n : size;
  gsize before_n = (gsize) CLAMP (MIN (end, size) - at, 0, G_MAXINT32);
  guint8 *before = g_malloc0 (before_n + 1);

  if (before_n > 0)
    REAL (file)->pMethods->xRead (REAL (file), before, (int) before_n, at);
  pending->at = at;
  pending->bytes = g_bytes_new (bytes, n);
  pending->before = g_bytes_new_take (before, before_n);
  pending->size_before = size;
  pending->size_after = size_after;
  g_ptr_array_add (((File *) file)->pending, pending);
}

static void
put_back (sqlite3_file *file, gint64 at, GBytes *bytes, gint64 size)
{
  gsize n;
  const void *data = g_bytes_get_data (bytes, &n);

  if (n > 0)
    REAL (file)->pMethods->xWrite (REAL (file), data, (int) n, at);
  if (size >= 0)
    REAL (file)->pMethods->xTruncate (REAL (file), size);
}

/* Back to the last sync, then each of the writes since then, or not, in their order. */
static void
lose (gpointer data, gpointer user_data)
{
  sqlite3_file *file = data;
  GPtrArray *pending = ((File *) file)->pending;

  for (guint i = pending->len; i > 0; i--)
    {
      Pending *p = g_ptr_array_index (pending, i - 1);
      put_back (file, p->at, p->before, p->size_before);
    }
  for (guint i = 0; i < pending->len; i++)
    {
      Pending *p = g_ptr_array_index (pending, i);
      if (g_test_rand_bit ())
        put_back (file, p->at, p->bytes, g_bytes_get_size (p->bytes) > 0 ? -1 : p->size_after);
    }
  g_ptr_array_set_size (pending, 0);
}

static int
strike (int io_error, gboolean needs_space, gboolean *out_first)
{
  gint at = count++;
  gboolean first = at == countdown;

  *out_first = first;
  if (armed == FAULT_NONE || at < countdown)
    return SQLITE_OK;
  if (first && armed == FAULT_LOST)
    g_ptr_array_foreach (open_files, lose, NULL);
  if (armed == FAULT_IO_ONCE)
    return first ? io_error : SQLITE_OK;
  if (armed == FAULT_FULL)
    return needs_space ? SQLITE_FULL : SQLITE_OK;
  return io_error;
}

static int
file_close (sqlite3_file *file)
{
  g_ptr_array_remove (open_files, file);
  g_clear_pointer (&((File *) file)->pending, g_ptr_array_unref);
  return REAL (file)->pMethods->xClose (REAL (file));
}

static int
file_read (sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
  return REAL (file)->pMethods->xRead (REAL (file), out, n, at);
}

static int
file_write (sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
  gboolean first;
  int rc = strike (SQLITE_IOERR_WRITE, TRUE, &first);

  if (rc == SQLITE_OK && armed == FAULT_LOST)
    remember (file, at, bytes, (gsize) n, 0);
  if (rc == SQLITE_OK)
    return REAL (file)->pMethods->xWrite (REAL (file), bytes, n, at);
  if (first && armed == FAULT_TORN)
    REAL (file)->pMethods->xWrite (REAL (file), bytes, n / 2, at);
  return rc;
}

static int
file_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  gboolean first;
  int rc = strike (SQLITE_IOERR_TRUNCATE, FALSE, &first);

  if (rc == SQLITE_OK && armed == FAULT_LOST)
    remember (file, size, NULL, 0, size);
  return rc == SQLITE_OK ? REAL (file)->pMethods->xTruncate (REAL (file), size) : rc;
}

static int
file_sync (sqlite3_file *file, int flags)
{
  gboolean first;
  int rc = strike (SQLITE_IOERR_FSYNC, FALSE, &first);

  if (rc == SQLITE_OK)
    g_ptr_array_set_size (((File *) file)->pending, 0);
  return rc == SQLITE_OK ? REAL (file)->pMethods->xSync (REAL (file), flags) : rc;
}

static int
file_size (sqlite3_file *file, sqlite3_int64 *out)
{
  return REAL (file)->pMethods->xFileSize (REAL (file), out);
}

static int
file_lock (sqlite3_file *file, int level)
{
  return REAL (file)->pMethods->xLock (REAL (file), level);
}

static int
file_unlock (sqlite3_file *file, int level)
{
  return REAL (file)->pMethods->xUnlock (REAL (file), level);
}

static int
file_check_reserved (sqlite3_file *file, int *out)
{
  return REAL (file)->pMethods->xCheckReservedLock (REAL (file), out);
}

static int
file_control (sqlite3_file *file, int op, void *arg)
{
  return REAL (file)->pMethods->xFileControl (REAL (file), op, arg);
}

static int
file_sector_size (sqlite3_file *file)
{
  return REAL (file)->pMethods->xSectorSize (REAL (file));
}

/* Nothing promised: no atomic writes, no writes in order. */
static int
file_characteristics (sqlite3_file *file)
{
  return 0;
}

/* Version 1: no shared memory, no mmap. It is enough because the database is kept for one process. */
static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
};

static int
vfs_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  int rc = real->xOpen (real, name, REAL (file), flags, out_flags);

  file->pMethods = rc == SQLITE_OK ? &methods : NULL;
  if (rc != SQLITE_OK)
    return rc;
  ((File *) file)->pending = g_ptr_array_new_with_free_func (pending_free);
  g_ptr_array_add (open_files, file);
  return rc;
}

static int
vfs_delete (sqlite3_vfs *vfs, const char *name, int sync_dir)
{
  gboolean first;
  int rc = strike (SQLITE_IOERR_DELETE, FALSE, &first);

  return rc == SQLITE_OK ? real->xDelete (real, name, sync_dir) : rc;
}

void
faulty_vfs_install (void)
{
  static sqlite3_vfs vfs;

  real = sqlite3_vfs_find (NULL);
  open_files = g_ptr_array_new ();
  vfs = *real;
  vfs.pNext = NULL;
  vfs.zName = "faulty";
  vfs.szOsFile = (int) sizeof (File) + real->szOsFile;
  vfs.xOpen = vfs_open;
  vfs.xDelete = vfs_delete;
  g_assert_cmpint (sqlite3_vfs_register (&vfs, 0), ==, SQLITE_OK);
}
