/* citiz-import: reads one foreign file (standard input) in a cell and tells what is in it (standard output).
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-import-run.h"
#include "importers/citiz-sandbox.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_SIZE (256 * 1024)

typedef struct
{
  guint8 bytes[BUFFER_SIZE];
  gsize n;
} Output;

static gboolean
write_all (const guint8 *bytes, gsize n)
{
  while (n > 0)
    {
      gssize done = write (STDOUT_FILENO, bytes, n);
      if (done < 0 && errno == EINTR)
        continue;
      if (done <= 0)
        return FALSE;
      bytes += done;
      n -= (gsize) done;
    }
  return TRUE;
}

static gboolean
flush (Output *out)
{
  gsize n = out->n;
  out->n = 0;
  return write_all (out->bytes, n);
}

static gboolean
write_cb (gpointer data, const guint8 *bytes, gsize n)
{
  Output *out = data;

  if (n > BUFFER_SIZE - out->n && !flush (out))
    return FALSE;
  if (n > BUFFER_SIZE)
    return write_all (bytes, n);
  memcpy (out->bytes + out->n, bytes, n);
  out->n += n;
  /* Progress is for now, not for when the buffer is full. */
  return n == 0 || bytes[0] != CITIZ_FRAME_PROGRESS || flush (out);
}

/* Exit status: 0 said all there was, 3 no sandbox, 4 nobody listens. */
int
main (void)
{
  static Output out;

  signal (SIGPIPE, SIG_IGN);
  /* Made before the walls go up: GLib looks at files on first use. */
  g_autofree gchar *warm = g_utf8_normalize ("\303\251", -1, G_NORMALIZE_NFC);
  (void) g_get_prgname ();
  CitizAhead *ahead = citiz_ahead_new ();
  if (!citiz_sandbox_enter ())
    return 3;
  CitizFrameWriter *writer = citiz_frame_writer_new (write_cb, &out);
  citiz_import_run (STDIN_FILENO, writer, ahead);
  /* No clearing up behind walls: the process ends here, with all it has. */
  _exit (!citiz_frame_writer_failed (writer) && flush (&out) ? 0 : 4);
}
