/* The other end of the helper's pipe, for tests. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "conversation.h"

#include "importers/citiz-import-run.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void
resource_free (gpointer data)
{
  HeardResource *r = data;
  g_free (r->type);
  g_free (r->key);
  g_free (r->full_url);
  g_free (r->json);
  g_free (r);
}

static void
series_free (gpointer data)
{
  HeardSeries *s = data;
  g_free (s->measure);
  g_free (s->source);
  g_free (s->unit);
  g_free (s->what);
  g_free (s);
}

static void
tally_free (gpointer data)
{
  HeardTally *t = data;
  g_free (t->what);
  g_free (t);
}

static void
hear_samples (HeardSeries *s, const CitizFrame *f)
{
  for (guint i = 0; i < f->samples.n; i++)
    {
      const CitizImportSample *x = &f->samples.samples[i];
      if (s->n++ == 0)
        s->first = *x, s->min = s->max = x->value;
      s->last = *x;
      s->sum += x->value;
      s->min = MIN (s->min, x->value);
      s->max = MAX (s->max, x->value);
    }
}

static gboolean
frame_cb (gpointer data, const CitizFrame *f, GError **error)
{
  Heard *h = data;

  switch (f->type)
    {
    case CITIZ_FRAME_SOURCE:
      h->format = f->source.format;
      h->exported = f->source.exported;
      break;
    case CITIZ_FRAME_RESOURCE:
      {
        HeardResource *r = g_new0 (HeardResource, 1);
        r->type = g_strdup (f->resource.type);
        r->key = g_strdup (f->resource.key);
        r->full_url = g_strdup (f->resource.full_url);
        r->json = g_strndup (f->resource.json, f->resource.n);
        r->origin = f->resource.origin;
        g_ptr_array_add (h->resources, r);
        break;
      }
    case CITIZ_FRAME_BLOB:
      g_ptr_array_add (h->blobs, g_bytes_new (f->blob.bytes, f->blob.n));
      break;
    case CITIZ_FRAME_SERIES:
      {
        HeardSeries *s = g_new0 (HeardSeries, 1);
        s->measure = g_strdup (f->series.measure);
        s->source = g_strdup (f->series.source);
        s->unit = g_strdup (f->series.unit);
        s->what = g_strdup (f->series.what);
        g_ptr_array_add (h->series, s);
        break;
      }
    case CITIZ_FRAME_SAMPLES:
      hear_samples (h->series->pdata[h->series->len - 1], f);
      break;
    case CITIZ_FRAME_SERIES_END:
      ((HeardSeries *) h->series->pdata[h->series->len - 1])->duplicates = f->series_end.duplicates;
      break;
    case CITIZ_FRAME_TALLY:
      {
        HeardTally *t = g_new0 (HeardTally, 1);
        t->reason = f->tally.reason;
        t->count = f->tally.count;
        t->what = g_strdup (f->tally.what);
        g_ptr_array_add (h->tallies, t);
        break;
      }
    case CITIZ_FRAME_DONE:
      h->reason = f->done.reason;
      h->stopped_at = f->done.stopped_at;
      break;
    case CITIZ_FRAME_HELLO:
    case CITIZ_FRAME_PROGRESS:
    default:
      break;
    }
  return TRUE;
}

/* Takes @frames. */
Heard *
heard_from_frames (GByteArray *frames)
{
  Heard *h = g_new0 (Heard, 1);
  h->frames = frames;
  h->resources = g_ptr_array_new_with_free_func (resource_free);
  h->series = g_ptr_array_new_with_free_func (series_free);
  h->tallies = g_ptr_array_new_with_free_func (tally_free);
  h->blobs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (CitizFrameReader) reader = citiz_frame_reader_new (frame_cb, h);
  h->done = citiz_frame_reader_feed (reader, frames->data, frames->len, &h->error)
            && citiz_frame_reader_done (reader);
  return h;
}

static gboolean
write_cb (gpointer data, const guint8 *bytes, gsize n)
{
  g_byte_array_append (data, bytes, (guint) n);
  return TRUE;
}

int
fd_of_bytes (const void *bytes, gsize n)
{
  int fd = memfd_create ("test", MFD_CLOEXEC);
  g_assert_cmpint (write (fd, bytes, n), ==, n);
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  return fd;
}

Heard *
heard_from_bytes (const void *bytes, gsize n)
{
  int fd = fd_of_bytes (bytes, n);
  GByteArray *frames = g_byte_array_new ();
  g_autoptr (CitizFrameWriter) writer = citiz_frame_writer_new (write_cb, frames);
  citiz_import_run (fd, writer, NULL);
  close (fd);
  Heard *h = heard_from_frames (frames);
  g_assert_no_error (h->error);
  g_assert_true (h->done);
  return h;
}

gchar *
test_data (const gchar *name, gsize *n)
{
  g_autofree gchar *path = g_build_filename (g_getenv ("CITIZ_TEST_DATA"), name, NULL);
  g_autoptr (GError) error = NULL;
  gchar *bytes = NULL;
  g_file_get_contents (path, &bytes, n, &error);
  g_assert_no_error (error);
  return bytes;
}

Heard *
heard_from_file (const gchar *name)
{
  gsize n;
  g_autofree gchar *bytes = test_data (name, &n);
  return heard_from_bytes (bytes, n);
}

void
heard_free (Heard *h)
{
  if (h == NULL)
    return;
  g_byte_array_unref (h->frames);
  g_ptr_array_unref (h->resources);
  g_ptr_array_unref (h->series);
  g_ptr_array_unref (h->tallies);
  g_ptr_array_unref (h->blobs);
  g_clear_error (&h->error);
  g_free (h);
}

const HeardSeries *
heard_series (const Heard *h, const gchar *measure, const gchar *source)
{
  for (guint i = 0; i < h->series->len; i++)
    {
      const HeardSeries *s = h->series->pdata[i];
      if (g_str_equal (s->measure, measure) && (source == NULL || g_str_equal (s->source, source)))
        return s;
    }
  return NULL;
}

const HeardResource *
heard_resource (const Heard *h, const gchar *type, guint nth)
{
  for (guint i = 0; i < h->resources->len; i++)
    {
      const HeardResource *r = h->resources->pdata[i];
      if (g_str_equal (r->type, type) && nth-- == 0)
        return r;
    }
  return NULL;
}

guint64
heard_tally (const Heard *h, CitizImportReason reason, const gchar *what)
{
  guint64 count = 0;
  for (guint i = 0; i < h->tallies->len; i++)
    {
      const HeardTally *t = h->tallies->pdata[i];
      if (t->reason == reason && (what == NULL || g_str_equal (t->what, what)))
        count += t->count;
    }
  return count;
}
