/* Frames as the vault's side takes them: nothing is believed. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-frames.h"

#include <math.h>
#include <string.h>

#define HEAD 5

struct _CitizFrameReader
{
  CitizFrameFunc func;
  gpointer data;
  GByteArray *pending;
  GString *text[4];
  CitizImportSample *samples;
  gboolean hello, source, in_series, done, failed;
  guint64 series_n;
  guint n_series, n_resources;
  CitizImportSample last;
};

GQuark
citiz_frame_error_quark (void)
{
  return g_quark_from_static_string ("citiz-frame-error-quark");
}

CitizFrameReader *
citiz_frame_reader_new (CitizFrameFunc func, gpointer data)
{
  CitizFrameReader *reader = g_new0 (CitizFrameReader, 1);
  reader->func = func;
  reader->data = data;
  reader->pending = g_byte_array_new ();
  for (guint i = 0; i < G_N_ELEMENTS (reader->text); i++)
    reader->text[i] = g_string_new (NULL);
  reader->samples = g_new (CitizImportSample, CITIZ_SAMPLES_BLOCK);
  return reader;
}

void
citiz_frame_reader_free (CitizFrameReader *reader)
{
  if (reader == NULL)
    return;
  g_byte_array_unref (reader->pending);
  for (guint i = 0; i < G_N_ELEMENTS (reader->text); i++)
    g_string_free (reader->text[i], TRUE);
  g_free (reader->samples);
  g_free (reader);
}

/* Whether a whole, well-formed conversation was received, DONE included. */
gboolean
citiz_frame_reader_done (const CitizFrameReader *reader)
{
  return reader->done && !reader->failed && reader->pending->len == 0;
}

static guint32
max_payload (guint8 type)
{
  switch (type)
    {
    case CITIZ_FRAME_HELLO:
      return 5;
    case CITIZ_FRAME_SOURCE:
      return 9;
    case CITIZ_FRAME_RESOURCE:
      return CITIZ_FRAME_MAX_RESOURCE + 4096;
    case CITIZ_FRAME_BLOB:
      return CITIZ_FRAME_MAX_BLOB + 512;
    case CITIZ_FRAME_SERIES:
      return 2048;
    case CITIZ_FRAME_SAMPLES:
      return 2 + CITIZ_SAMPLES_BLOCK * 22;
    case CITIZ_FRAME_SERIES_END:
    case CITIZ_FRAME_PROGRESS:
      return 16;
    case CITIZ_FRAME_TALLY:
      return 512;
    case CITIZ_FRAME_DONE:
      return 10;
    default:
      return 0;
    }
}

static const gchar *
take_text (CitizFrameReader *reader, CitizCursor *c, guint slot, guint16 min, guint16 max)
{
  guint16 n = 0;

  if (!citiz_take_u16 (c, &n) || n < min || n > max)
    return NULL;
  const gchar *p = (const gchar *) citiz_take_view (c, n);
  if (p == NULL || !g_utf8_validate_len (p, n, NULL))
    return NULL;
  for (guint i = 0; i < n; i++)
    if ((guchar) p[i] < 0x20 || p[i] == 0x7f)
      return NULL;
  g_string_truncate (reader->text[slot], 0);
  g_string_append_len (reader->text[slot], p, n);
  return reader->text[slot]->str;
}

static gboolean
is_word (const gchar *text, const gchar *more)
{
  if (text == NULL)
    return FALSE;
  for (; *text != '\0'; text++)
    if (!g_ascii_isalnum (*text) && strchr (more, *text) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
take_samples (CitizFrameReader *reader, CitizCursor *c, CitizFrame *f)
{
  /* 1900 to 2200: anything else is a broken clock or a broken helper. */
  const gint64 first = G_GINT64_CONSTANT (-2208988800000), last = G_GINT64_CONSTANT (7258118400000);
  guint16 n = 0;

  if (!citiz_take_u16 (c, &n) || n == 0 || n > CITIZ_SAMPLES_BLOCK || c->n != (gsize) n * 22)
    return FALSE;
  const guint8 *p = citiz_take_view (c, (gsize) n * 22);
  for (guint i = 0; i < n; i++, p += 22)
    {
      CitizImportSample *s = &reader->samples[i];
      guint64 start, bits;
      guint32 duration;
      guint16 offset;
      memcpy (&start, p, 8);
      memcpy (&duration, p + 8, 4);
      memcpy (&offset, p + 12, 2);
      memcpy (&bits, p + 14, 8);
      bits = GUINT64_FROM_BE (bits);
      s->start = (gint64) GUINT64_FROM_BE (start);
      s->duration = GUINT32_FROM_BE (duration);
      s->offset = (gint16) GUINT16_FROM_BE (offset);
      memcpy (&s->value, &bits, 8);
      if (!isfinite (s->value) || s->start < first || s->start > last || ABS (s->offset) > 1080)
        return FALSE;
      if (reader->series_n + i > 0 && citiz_import_sample_compare (&reader->last, s) >= 0)
        return FALSE;
      reader->last = *s;
    }
  reader->series_n += n;
  f->samples.samples = reader->samples;
  f->samples.n = n;
  return TRUE;
}

static gboolean
take_series (CitizFrameReader *reader, CitizCursor *c, CitizFrame *f)
{
  f->series.measure = take_text (reader, c, 0, 1, 96);
  f->series.source = take_text (reader, c, 1, 0, 256);
  f->series.unit = take_text (reader, c, 2, 0, 64);
  f->series.what = take_text (reader, c, 3, 1, 128);
  if (!is_word (f->series.measure, "_:") || f->series.source == NULL || f->series.unit == NULL
      || f->series.what == NULL || ++reader->n_series > CITIZ_FRAME_MAX_SERIES)
    return FALSE;
  reader->in_series = TRUE;
  reader->series_n = 0;
  return TRUE;
}

static gboolean
take_resource (CitizFrameReader *reader, CitizCursor *c, CitizFrame *f)
{
  guint8 origin = 0;

  f->resource.type = take_text (reader, c, 0, 1, 64);
  f->resource.key = take_text (reader, c, 1, 1, 1024);
  f->resource.full_url = take_text (reader, c, 2, 0, 1024);
  if (!is_word (f->resource.type, "") || f->resource.key == NULL || f->resource.full_url == NULL
      || !citiz_take_u8 (c, &origin) || origin < CITIZ_ORIGIN_SELF
      || origin > CITIZ_ORIGIN_INSTITUTION || ++reader->n_resources > CITIZ_FRAME_MAX_RESOURCES)
    return FALSE;
  f->resource.origin = (CitizImportOrigin) origin;
  f->resource.n = c->n;
  f->resource.json = (const gchar *) citiz_take_view (c, c->n);
  return f->resource.n > 1 && f->resource.n <= CITIZ_FRAME_MAX_RESOURCE
         && g_utf8_validate_len (f->resource.json, f->resource.n, NULL);
}

static gboolean
take_payload (CitizFrameReader *reader, CitizCursor *c, CitizFrame *f)
{
  guint8 u8 = 0;
  guint16 u16 = 0;
  guint32 u32 = 0;
  guint64 u64 = 0;

  switch (f->type)
    {
    case CITIZ_FRAME_HELLO:
      reader->hello = citiz_take_u32 (c, &u32) && citiz_take_u8 (c, &u8)
                      && u32 == CITIZ_FRAMES_MAGIC && u8 == CITIZ_FRAMES_VERSION;
      return reader->hello;
    case CITIZ_FRAME_SOURCE:
      reader->source = citiz_take_u8 (c, &u8) && citiz_take_u64 (c, &u64) && u8 < CITIZ_N_FORMATS;
      f->source.format = (CitizImportFormat) u8;
      f->source.exported.ms = (gint64) u64;
      return reader->source;
    case CITIZ_FRAME_RESOURCE:
      return take_resource (reader, c, f);
    case CITIZ_FRAME_BLOB:
      if (!citiz_take_bytes (c, f->blob.hash.b, sizeof f->blob.hash.b))
        return FALSE;
      f->blob.content_type = take_text (reader, c, 0, 0, 128);
      f->blob.n = c->n;
      f->blob.bytes = citiz_take_view (c, c->n);
      return f->blob.content_type != NULL && f->blob.n <= CITIZ_FRAME_MAX_BLOB;
    case CITIZ_FRAME_SERIES:
      return take_series (reader, c, f);
    case CITIZ_FRAME_SAMPLES:
      return take_samples (reader, c, f);
    case CITIZ_FRAME_SERIES_END:
      reader->in_series = FALSE;
      return citiz_take_u64 (c, &f->series_end.n) && citiz_take_u64 (c, &f->series_end.duplicates)
             && f->series_end.n == reader->series_n;
    case CITIZ_FRAME_TALLY:
      if (!citiz_take_u16 (c, &u16) || !citiz_take_u64 (c, &f->tally.count)
          || u16 >= CITIZ_IMPORT_N_REASONS)
        return FALSE;
      f->tally.reason = (CitizImportReason) u16;
      f->tally.what = take_text (reader, c, 0, 1, 256);
      return f->tally.what != NULL;
    case CITIZ_FRAME_PROGRESS:
      return citiz_take_u64 (c, &f->progress.done) && citiz_take_u64 (c, &f->progress.total)
             && f->progress.done <= f->progress.total;
    case CITIZ_FRAME_DONE:
    default:
      reader->done = citiz_take_u16 (c, &u16) && citiz_take_u64 (c, &f->done.stopped_at)
                     && u16 < CITIZ_IMPORT_N_REASONS;
      f->done.reason = (CitizImportReason) u16;
      return reader->done;
    }
}

/* Which frames may come now: HELLO, SOURCE, then anything, a series without interruption, DONE, nothing. A file that
 * is not understood has no SOURCE. */
static gboolean
expected (const CitizFrameReader *reader, guint8 type)
{
  if (reader->done)
    return FALSE;
  if (!reader->hello || type == CITIZ_FRAME_HELLO)
    return !reader->hello && type == CITIZ_FRAME_HELLO;
  if (type == CITIZ_FRAME_SOURCE)
    return !reader->source;
  if (!reader->source)
    return type == CITIZ_FRAME_PROGRESS || type == CITIZ_FRAME_DONE;
  gboolean inside = type == CITIZ_FRAME_SAMPLES || type == CITIZ_FRAME_SERIES_END;
  return type == CITIZ_FRAME_PROGRESS || inside == reader->in_series;
}

static gboolean
take_frame (CitizFrameReader *reader, guint8 type, const guint8 *payload, gsize n, GError **error)
{
  CitizFrame frame = {.type = (CitizFrameType) type};
  CitizCursor cursor = citiz_cursor (payload, n);

  if (!take_payload (reader, &cursor, &frame) || !citiz_cursor_done (&cursor))
    {
      g_set_error (error, CITIZ_FRAME_ERROR, CITIZ_FRAME_ERROR_BROKEN,
                   "frame 0x%02x of %" G_GSIZE_FORMAT " bytes does not decode", type, n);
      return FALSE;
    }
  if (reader->func (reader->data, &frame, error))
    return TRUE;
  if (error != NULL && *error == NULL)
    g_set_error_literal (error, CITIZ_FRAME_ERROR, CITIZ_FRAME_ERROR_REFUSED,
                         "the receiver stopped");
  return FALSE;
}

/* Takes whole frames from the head of @bytes; returns how many bytes they were, or -1. */
static gssize
take_frames (CitizFrameReader *reader, const guint8 *bytes, gsize n, GError **error)
{
  gsize at = 0;

  while (n - at >= HEAD)
    {
      guint8 type = bytes[at];
      guint32 length;
      memcpy (&length, bytes + at + 1, 4);
      length = GUINT32_FROM_BE (length);
      if (!expected (reader, type) || length > max_payload (type))
        {
          g_set_error (error, CITIZ_FRAME_ERROR, CITIZ_FRAME_ERROR_BROKEN,
                       "unexpected frame 0x%02x of %u bytes", type, length);
          return -1;
        }
      if (n - at - HEAD < length)
        break;
      if (!take_frame (reader, type, bytes + at + HEAD, length, error))
        return -1;
      at += HEAD + length;
    }
  return (gssize) at;
}

/**
 * citiz_frame_reader_feed:
 *
 * Decodes as many frames as are whole and calls the function for each. Memory grows only by what has arrived.
 * After FALSE the reader stays failed.
 */
gboolean
citiz_frame_reader_feed (CitizFrameReader *reader, const guint8 *bytes, gsize n, GError **error)
{
  if (reader->failed)
    {
      g_set_error_literal (error, CITIZ_FRAME_ERROR, CITIZ_FRAME_ERROR_BROKEN,
                           "the conversation is over");
      return FALSE;
    }
  gboolean direct = reader->pending->len == 0;
  if (!direct)
    g_byte_array_append (reader->pending, bytes, (guint) n);
  gssize used = take_frames (reader, direct ? bytes : reader->pending->data,
                             direct ? n : reader->pending->len, error);
  reader->failed = used < 0;
  if (reader->failed)
    return FALSE;
  if (direct)
    g_byte_array_append (reader->pending, bytes + used, (guint) (n - (gsize) used));
  else
    g_byte_array_remove_range (reader->pending, 0, (guint) used);
  return TRUE;
}
