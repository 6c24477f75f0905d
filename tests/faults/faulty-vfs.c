/* Counts what changes the disk (write, sync, truncate, delete) and refuses from the n-th on. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "faulty-vfs.h"

#include <sqlite3.h>
#include <string.h>

typedef struct
{
  sqlite3_file base;
  sqlite3_file real[]; /* the real VFS's file follows */
} File;

const gchar *const fault_names[N_FAULTS] = {"none", "io-once", "full", "cut", "torn"};

static sqlite3_vfs *real;
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

static int
strike (int io_error, gboolean needs_space, gboolean *out_first)
{
  gint at = count++;
  gboolean first = at == countdown;

  *out_first = first;
  if (armed == FAULT_NONE || at < countdown)
    return SQLITE_OK;
  if (armed == FAULT_IO_ONCE)
    return first ? io_error : SQLITE_OK;
  if (armed == FAULT_FULL)
    return needs_space ? SQLITE_FULL : SQLITE_OK;
  return io_error;
}

#define REAL(file) (((File *) (file))->real)

static int
file_close (sqlite3_file *file)
{
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

  return rc == SQLITE_OK ? REAL (file)->pMethods->xTruncate (REAL (file), size) : rc;
}

static int
file_sync (sqlite3_file *file, int flags)
{
  gboolean first;
  int rc = strike (SQLITE_IOERR_FSYNC, FALSE, &first);

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
  vfs = *real;
  vfs.pNext = NULL;
  vfs.zName = "faulty";
  vfs.szOsFile = (int) sizeof (File) + real->szOsFile;
  vfs.xOpen = vfs_open;
  vfs.xDelete = vfs_delete;
  g_assert_cmpint (sqlite3_vfs_register (&vfs, 0), ==, SQLITE_OK);
}
