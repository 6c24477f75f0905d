/* Frames on their way out of the helper. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-frames.h"

#include <string.h>

struct _CitizFrameWriter
{
  CitizFrameWriteFunc write;
  gpointer data;
  GByteArray *head;
  gboolean failed;
};

CitizFrameWriter *
citiz_frame_writer_new (CitizFrameWriteFunc write, gpointer data)
{
  CitizFrameWriter *writer = g_new0 (CitizFrameWriter, 1);
  writer->write = write;
  writer->data = data;
  writer->head = g_byte_array_new ();
  return writer;
}

void
citiz_frame_writer_free (CitizFrameWriter *writer)
{
  if (writer == NULL)
    return;
  g_byte_array_unref (writer->head);
  g_free (writer);
}

gboolean
citiz_frame_writer_failed (const CitizFrameWriter *writer)
{
  return writer->failed;
}

static void
put_text (GByteArray *out, const gchar *text)
{
  gsize n = strlen (text);
  citiz_put_u16 (out, (guint16) n);
  citiz_put_bytes (out, (const guint8 *) text, n);
}

static void
put_samples (GByteArray *out, const CitizImportSample *samples, guint n)
{
  guint at = out->len + 2;

  citiz_put_u16 (out, (guint16) n);
  g_byte_array_set_size (out, at + n * 22);
  guint8 *p = out->data + at;
  for (guint i = 0; i < n; i++, p += 22)
    {
      guint64 start = GUINT64_TO_BE ((guint64) samples[i].start), bits;
      guint32 duration = GUINT32_TO_BE (samples[i].duration);
      guint16 offset = GUINT16_TO_BE ((guint16) samples[i].offset);
      memcpy (&bits, &samples[i].value, 8);
      bits = GUINT64_TO_BE (bits);
      memcpy (p, &start, 8);
      memcpy (p + 8, &duration, 4);
      memcpy (p + 12, &offset, 2);
      memcpy (p + 14, &bits, 8);
    }
}

/* The fixed part of a payload; *tail receives what follows it uncopied. */
static void
put_payload (GByteArray *out, const CitizFrame *f, const guint8 **tail, gsize *tail_n)
{
  switch (f->type)
    {
    case CITIZ_FRAME_HELLO:
      citiz_put_u32 (out, CITIZ_FRAMES_MAGIC);
      citiz_put_u8 (out, CITIZ_FRAMES_VERSION);
      break;
    case CITIZ_FRAME_SOURCE:
      citiz_put_u8 (out, (guint8) f->source.format);
      citiz_put_u64 (out, (guint64) f->source.exported.ms);
      break;
    case CITIZ_FRAME_RESOURCE:
      put_text (out, f->resource.type);
      put_text (out, f->resource.key);
      put_text (out, f->resource.full_url);
      citiz_put_u8 (out, (guint8) f->resource.origin);
      *tail = (const guint8 *) f->resource.json;
      *tail_n = f->resource.n;
      break;
    case CITIZ_FRAME_BLOB:
      citiz_put_bytes (out, f->blob.hash.b, sizeof f->blob.hash.b);
      put_text (out, f->blob.content_type);
      *tail = f->blob.bytes;
      *tail_n = f->blob.n;
      break;
    case CITIZ_FRAME_SERIES:
      put_text (out, f->series.measure);
      put_text (out, f->series.source);
      put_text (out, f->series.unit);
      put_text (out, f->series.what);
      break;
    case CITIZ_FRAME_SAMPLES:
      put_samples (out, f->samples.samples, f->samples.n);
      break;
    case CITIZ_FRAME_SERIES_END:
      citiz_put_u64 (out, f->series_end.n);
      citiz_put_u64 (out, f->series_end.duplicates);
      break;
    case CITIZ_FRAME_TALLY:
      citiz_put_u16 (out, (guint16) f->tally.reason);
      citiz_put_u64 (out, f->tally.count);
      put_text (out, f->tally.what);
      break;
    case CITIZ_FRAME_PROGRESS:
      citiz_put_u64 (out, f->progress.done);
      citiz_put_u64 (out, f->progress.total);
      break;
    case CITIZ_FRAME_DONE:
    default:
      citiz_put_u16 (out, (guint16) f->done.reason);
      citiz_put_u64 (out, f->done.stopped_at);
      break;
    }
}

/**
 * citiz_frame_writer_put:
 *
 * Returns: FALSE when the other end is gone; every later call then does nothing
 */
gboolean
citiz_frame_writer_put (CitizFrameWriter *writer, const CitizFrame *frame)
{
  const guint8 *tail = NULL;
  gsize tail_n = 0;

  if (writer->failed)
    return FALSE;
  g_byte_array_set_size (writer->head, 0);
  citiz_put_u8 (writer->head, (guint8) frame->type);
  citiz_put_u32 (writer->head, 0);
  put_payload (writer->head, frame, &tail, &tail_n);
  guint32 length = GUINT32_TO_BE ((guint32) (writer->head->len - 5 + tail_n));
  memcpy (writer->head->data + 1, &length, 4);
  writer->failed = !writer->write (writer->data, writer->head->data, writer->head->len)
                   || (tail_n > 0 && !writer->write (writer->data, tail, tail_n));
  return !writer->failed;
}

/* Counts @count things called @what as not kept for @reason (or, with KEPT, as kept in another form). */
gboolean
citiz_frame_writer_tally (CitizFrameWriter *writer,
                          CitizImportReason reason,
                          guint64 count,
                          const gchar *what)
{
  CitizFrame frame = {CITIZ_FRAME_TALLY, .tally = {reason, count, what}};
  return count == 0 || citiz_frame_writer_put (writer, &frame);
}
