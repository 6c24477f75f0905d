/* Every sample of the long series as CSV rows, streamed. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-export-private.h"

#define FLUSH_AT (256u << 10)

static gboolean
flush (GString *csv, gsize most, GOutputStream *out, GCancellable *cancellable, GError **error)
{
  if (csv->len <= most)
    return TRUE;
  if (!g_output_stream_write_all (out, csv->str, csv->len, NULL, cancellable, error))
    return FALSE;
  g_string_truncate (csv, 0);
  return TRUE;
}

static void
put_sample (GString *csv, const gchar *what, const CitizSeries *series, const CitizSample *sample)
{
  CitizDate date = citiz_date_from_time ((CitizTime){sample->start}, sample->offset);
  g_autofree gchar *when = citiz_date_to_string (&date);
  g_autofree gchar *lasted
      = sample->duration > 0 ? g_strdup_printf ("%u s", sample->duration / 1000) : NULL;
  gchar value[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (value, sizeof value, "%.10g", sample->value);
  citiz_export_put_cell (csv, "sample", FALSE);
  citiz_export_put_cell (csv, when, FALSE);
  citiz_export_put_cell (csv, what, FALSE);
  citiz_export_put_cell (csv, value, FALSE);
  citiz_export_put_cell (csv, series->unit, FALSE);
  citiz_export_put_cell (csv, lasted, FALSE);
  citiz_export_put_cell (csv, series->source, TRUE);
}

/* What [from, to) holds of it. */
static gboolean
put_window (CitizSeriesStore *store,
            const CitizSeries *series,
            const gchar *what,
            gint64 from,
            gint64 to,
            GString *csv,
            GOutputStream *out,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (GArray) samples = citiz_series_store_load (store, series, from, to, error);

  if (samples == NULL)
    return FALSE;
  for (guint i = 0; i < samples->len; i++)
    {
      put_sample (csv, what, series, &g_array_index (samples, CitizSample, i));
      if (!flush (csv, FLUSH_AT, out, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

/* Where the window that begins at @from ends: after the pack that holds its first sample. G_MAXINT64: at the end. */
static gint64
end_of_window (const CitizSeries *series, gint64 from)
{
  gint64 end = G_MAXINT64;

  for (guint i = 0; i < series->packs->len; i++)
    {
      const CitizSeriesPack *pack = &g_array_index (series->packs, CitizSeriesPack, i);

      if (pack->last >= from && pack->last < end - 1)
        end = pack->last + 1;
    }
  return end;
}

/**
 * citiz_export_samples:
 *
 * One series after the other, as its source gave it: nothing merged, nothing rounded. A few packs at a time are in memory.
 */
gboolean
citiz_export_samples (CitizSeriesStore *store,
                      CitizLanguage language,
                      GOutputStream *out,
                      GCancellable *cancellable,
                      GError **error)
{
  GPtrArray *list = citiz_series_store_list (store);
  g_autoptr (GString) csv = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const CitizSeries *series = g_ptr_array_index (list, i);
      const CitizMeasure *measure = citiz_measure_get (series->measure);
      const gchar *what = measure != NULL ? measure->name[language] : series->what;
      gint64 from = G_MININT64, to;

      for (; from < G_MAXINT64; from = to)
        {
          to = end_of_window (series, from);
          if (!put_window (store, series, what, from, to, csv, out, cancellable, error))
            return FALSE;
        }
    }
  return flush (csv, 0, out, cancellable, error);
}
