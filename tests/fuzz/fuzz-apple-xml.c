/* Any bytes as an Apple Health export, whole and in two parts. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-apple.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
write_cb (gpointer data, const guint8 *bytes, gsize n)
{
  *(guint64 *) data += n;
  return TRUE;
}

static guint64
said (const guint8 *data, gsize size, gsize split)
{
  guint64 n = 0, at;
  g_autoptr (CitizFrameWriter) writer = citiz_frame_writer_new (write_cb, &n);
  g_autoptr (CitizApple) apple = citiz_apple_new (writer, CITIZ_FORMAT_APPLE_XML, NULL, NULL);
  CitizXml *xml = citiz_apple_get_xml (apple);

  if (citiz_xml_feed (xml, data, split))
    citiz_xml_feed (xml, data + split, size - split);
  CitizImportReason reason = citiz_apple_finish (apple, &at);
  if (at > size || reason >= CITIZ_IMPORT_N_REASONS)
    g_error ("stopped at %" G_GUINT64_FORMAT " of %" G_GSIZE_FORMAT, at, size);
  return n;
}

/* The same must be said however the bytes arrive. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gsize split = size > 0 ? (data[size - 1] * size) / 256 : 0;

  if (said (data, size, size) != said (data, size, split))
    g_error ("a split at %" G_GSIZE_FORMAT " changes the result", split);
  return 0;
}
