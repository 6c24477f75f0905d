/* Runs the whole importer on bytes and takes its conversation through the strict reader.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "importers/citiz-frames.h"
#include "importers/citiz-import-run.h"

#include <sys/mman.h>
#include <unistd.h>

static inline gboolean
fuzz_frame_cb (gpointer data, const CitizFrame *frame, GError **error)
{
  return TRUE;
}

/* What we write ourselves must always decode: a frame refused here would lose a person's import. */
static inline gboolean
fuzz_write_cb (gpointer data, const guint8 *bytes, gsize n)
{
  GError *error = NULL;
  if (!citiz_frame_reader_feed (data, bytes, n, &error))
    g_error ("%s", error->message);
  return TRUE;
}

static inline void
fuzz_import (const guint8 *data, gsize size)
{
  static int fd = -1;
  g_autoptr (CitizFrameReader) reader = citiz_frame_reader_new (fuzz_frame_cb, NULL);
  g_autoptr (CitizFrameWriter) writer = citiz_frame_writer_new (fuzz_write_cb, reader);

  if (fd < 0)
    fd = memfd_create ("fuzz", MFD_CLOEXEC);
  if (ftruncate (fd, 0) != 0 || pwrite (fd, data, size, 0) != (gssize) size)
    return;
  citiz_import_run (fd, writer, NULL);
  if (!citiz_frame_reader_done (reader))
    g_error ("the conversation has no end");
}
