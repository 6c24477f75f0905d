/* Series codec: bytes a sample and speed, beside zstd alone and memcpy on the same columns. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>
#include <zstd.h>

#include "record/citiz-record.h"
#include "record/citiz-sample-record.h"

#define TARGET 1000000

typedef struct
{
  GArray *all; /* of CitizSample: runs one after another, each sorted */
  GArray *ends;
} Runs;

static gboolean
skip (json_t *resource, const CitizOrigin *origin, GBytes *blob, gpointer data)
{
  return TRUE;
}

static gboolean
take (const gchar *measure,
      const gchar *source,
      const gchar *unit,
      const CitizSample *samples,
      gsize n,
      gpointer data)
{
  Runs *runs = data;

  g_array_append_vals (runs->all, samples, (guint) n);
  g_array_append_val (runs->ends, runs->all->len);
  return TRUE;
}

/* What wearables write: irregular times a few seconds apart, values of one or two decimals, uniform noise (the hardest case). */
static void
noise (Runs *runs)
{
  guint64 state = 42;
  gint64 at = 1600000000000;

  for (guint i = 0; i < TARGET; i++)
    {
      state = state * 6364136223846793005u + 1442695040888963407u;
      guint32 r = (guint32) (state >> 33);
      CitizSample s
          = {.start = at, .offset = -240, .value = i < TARGET / 2 ? 55 + r % 90 : r % 2000 / 100.0};
      at += (120 + r / 128 % 480) * 1000;
      s.duration = i < TARGET / 2 ? 0 : (r / 7 % 300) * 1000;
      g_array_append_val (runs->all, s);
    }
  g_array_append_val (runs->ends, runs->all->len);
}

static void
measure (const gchar *name, const Runs *runs)
{
  g_autoptr (GPtrArray) chunks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  static CitizSample out[CITIZ_CHUNK_MAX];
  gsize bytes = 0, plain = 0, n = runs->all->len;
  gint64 start = g_get_monotonic_time ();
  guint from = 0;

  for (guint r = 0; r < runs->ends->len; r++)
    for (guint end = g_array_index (runs->ends, guint, r); from < end;)
      {
        guint count = MIN (CITIZ_CHUNK_MAX, end - from);
        const CitizSample *samples = &g_array_index (runs->all, CitizSample, from);
        GBytes *chunk = citiz_chunk_encode (samples, count, NULL);
        bytes += g_bytes_get_size (chunk);
        g_ptr_array_add (chunks, chunk);
        from += count;
      }
  gdouble encode = (gdouble) n / (gdouble) MAX (1, g_get_monotonic_time () - start);
  start = g_get_monotonic_time ();
  for (guint i = 0; i < chunks->len; i++)
    {
      gsize size, got;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (chunks, i), &size);
      g_assert_true (citiz_chunk_decode (data, size, out, &got, NULL));
    }
  gdouble decode = (gdouble) n / (gdouble) MAX (1, g_get_monotonic_time () - start);

  g_autofree guint8 *room = g_malloc (CITIZ_CHUNK_MAX * 64);
  start = g_get_monotonic_time ();
  for (guint i = 0; i < chunks->len; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (chunks, i), &size);
      plain += ZSTD_decompress (room, CITIZ_CHUNK_MAX * 64, data, size);
    }
  gdouble zstd = (gdouble) n / (gdouble) MAX (1, g_get_monotonic_time () - start);
  start = g_get_monotonic_time ();
  for (guint i = 0; i < n; i += CITIZ_CHUNK_MAX)
    memcpy (out, &g_array_index (runs->all, CitizSample, i),
            MIN (CITIZ_CHUNK_MAX, n - i) * sizeof *out);
  gdouble copy = (gdouble) n / (gdouble) MAX (1, g_get_monotonic_time () - start);

  g_print ("%-8s %8" G_GSIZE_FORMAT
           " samples  %.2f B/sample (columns %.2f, raw %zu)  encode %.1f M/s  decode %.1f M/s"
           "  limit: zstd alone %.1f M/s, memcpy %.0f M/s  ratio to zstd %.2f\n",
           name, n, (gdouble) bytes / (gdouble) n, (gdouble) plain / (gdouble) n, sizeof *out,
           encode, decode, zstd, copy, decode / zstd);
}

int
main (void)
{
  Runs sample = {g_array_new (FALSE, FALSE, sizeof (CitizSample)),
                 g_array_new (FALSE, FALSE, sizeof (guint))};
  Runs hard = {g_array_new (FALSE, FALSE, sizeof (CitizSample)),
               g_array_new (FALSE, FALSE, sizeof (guint))};
  CitizTime now = {1792852200000};

  citiz_sample_load (now, -240, CITIZ_LANGUAGE_FR, skip, take, &sample);
  noise (&hard);
  measure ("sample", &sample);
  measure ("noise", &hard);
  return 0;
}
