/* Any bytes as the helper's conversation: what the process with the keys has to withstand.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-frames.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
frame_cb (gpointer data, const CitizFrame *f, GError **error)
{
  guint64 *sum = data;

  switch (f->type)
    {
    case CITIZ_FRAME_RESOURCE:
      *sum += strlen (f->resource.type) + strlen (f->resource.key) + strlen (f->resource.full_url);
      for (gsize i = 0; i < f->resource.n; i++)
        *sum += (guchar) f->resource.json[i];
      break;
    case CITIZ_FRAME_SAMPLES:
      for (guint i = 0; i < f->samples.n; i++)
        *sum += (guint64) f->samples.samples[i].start;
      break;
    case CITIZ_FRAME_SERIES:
      *sum += strlen (f->series.measure) + strlen (f->series.source) + strlen (f->series.unit)
              + strlen (f->series.what);
      break;
    case CITIZ_FRAME_BLOB:
      for (gsize i = 0; i < f->blob.n; i++)
        *sum += f->blob.bytes[i];
      break;
    case CITIZ_FRAME_TALLY:
      *sum += strlen (f->tally.what) + strlen (citiz_import_reason_name (f->tally.reason));
      break;
    case CITIZ_FRAME_HELLO:
    case CITIZ_FRAME_SOURCE:
    case CITIZ_FRAME_SERIES_END:
    case CITIZ_FRAME_PROGRESS:
    case CITIZ_FRAME_DONE:
    default:
      break;
    }
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint64 sum = 0;
  g_autoptr (CitizFrameReader) reader = citiz_frame_reader_new (frame_cb, &sum);
  gsize split = size / 3;

  if (citiz_frame_reader_feed (reader, data, split, NULL))
    citiz_frame_reader_feed (reader, data + split, size - split, NULL);
  if (citiz_frame_reader_done (reader) && size < 20)
    g_error ("a conversation shorter than its least frames");
  return 0;
}
