/* Day roll-ups: each source by itself, and the measure over its sources. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-series-private.h"

#include "record/citiz-unit.h"

#include <string.h>

#define WINDOW (400 * CITIZ_DAY)
#define CONTEXT                                                                                    \
  (2                                                                                               \
   * CITIZ_DAY) /* intervals of one day reach into the next: sources are merged with this much before */

/* The unit all sources of a measure are put together in: the catalogue's, else that of the first source. */
const gchar *
citiz_series_unit (const gchar *measure, const gchar *fallback)
{
  const CitizMeasure *known = citiz_measure_get (measure);

  return known != NULL && known->ucum[0] != '\0' ? known->ucum : fallback;
}

/* How days are made of a measure; one that the catalogue does not know adds up when its unit is an amount. */
CitizAggregate
citiz_series_aggregate (const gchar *measure, const gchar *unit)
{
  static const gchar *const amounts[]
      = {"min", "h", "s", "kcal", "kJ", "g", "mg", "ug", "mL", "L", "{event}", "km", "m", "1"};
  const CitizMeasure *known = citiz_measure_get (measure);

  if (known != NULL)
    return known->aggregate;
  for (guint i = 0; unit != NULL && i < G_N_ELEMENTS (amounts); i++)
    if (g_str_equal (unit, amounts[i]))
      return CITIZ_AGGREGATE_SUM;
  return CITIZ_AGGREGATE_MEAN;
}

/* All conversions between units of one dimension are a factor and an offset: two points tell them. */
void
citiz_series_convert (CitizSample *samples,
                      gsize n,
                      const gchar *from,
                      const gchar *to,
                      const gchar *measure)
{
  gdouble zero, one;

  if (n == 0 || g_str_equal (from, to) || !citiz_unit_convert (0, from, to, measure, &zero)
      || !citiz_unit_convert (1, from, to, measure, &one))
    return;
  for (gsize i = 0; i < n; i++)
    samples[i].value = zero + samples[i].value * (one - zero);
}

static gboolean
convertible (const CitizSeries *series, const gchar *unit)
{
  gdouble value;

  return g_str_equal (series->unit, unit)
         || citiz_unit_convert (1, series->unit, unit, series->measure, &value);
}

/* One source of a measure: its series (one a unit), what was read of the window, its days. */
typedef struct
{
  const gchar *name;
  GPtrArray *series; /* CitizSeries, borrowed */
  GArray *samples, *days;
} Source;

static void
source_free (gpointer data)
{
  Source *source = data;

  g_ptr_array_unref (source->series);
  g_clear_pointer (&source->samples, g_array_unref);
  g_array_unref (source->days);
  g_free (source);
}

static GPtrArray *
sources_of (CitizSeriesStore *store,
            const gchar *measure,
            const gchar **unit,
            gint64 *from,
            gint64 *to)
{
  GPtrArray *sources = g_ptr_array_new_with_free_func (source_free);

  *from = G_MAXINT64;
  *to = G_MININT64;
  for (guint i = 0; i < store->series->len; i++)
    {
      CitizSeries *series = store->series->pdata[i];
      Source *source = NULL;
      if (!g_str_equal (series->measure, measure) || series->packs->len == 0)
        continue;
      if (*unit == NULL)
        *unit = citiz_series_unit (measure, series->unit);
      if (!convertible (series, *unit))
        continue;
      for (guint k = 0; k < sources->len && source == NULL; k++)
        if (g_str_equal (((Source *) sources->pdata[k])->name, series->source))
          source = sources->pdata[k];
      if (source == NULL)
        {
          source = g_new0 (Source, 1);
          source->name = series->source;
          source->series = g_ptr_array_new ();
          source->days = g_array_new (FALSE, FALSE, sizeof (CitizDay));
          g_ptr_array_add (sources, source);
        }
      g_ptr_array_add (source->series, series);
      for (guint k = 0; k < series->packs->len; k++)
        {
          const CitizSeriesPack *pack = &g_array_index (series->packs, CitizSeriesPack, k);
          *from = MIN (*from, pack->first);
          *to = MAX (*to, pack->last + 1);
        }
    }
  return sources;
}

static gboolean
read_source (CitizSeriesStore *store,
             Source *source,
             gint64 from,
             gint64 to,
             const gchar *unit,
             GError **error)
{
  g_clear_pointer (&source->samples, g_array_unref);
  for (guint i = 0; i < source->series->len; i++)
    {
      const CitizSeries *series = source->series->pdata[i];
      GArray *samples = citiz_series_store_load (store, series, from, to, error);
      if (samples == NULL)
        return FALSE;
      citiz_series_convert ((CitizSample *) (gpointer) samples->data, samples->len, series->unit,
                            unit, series->measure);
      if (source->samples == NULL)
        source->samples = samples;
      else
        {
          g_array_append_vals (source->samples, samples->data, samples->len);
          g_array_unref (samples);
        }
    }
  if (source->series->len > 1)
    g_array_set_size (source->samples,
                      (guint) citiz_samples_sort ((CitizSample *) (gpointer) source->samples->data,
                                                  source->samples->len));
  return TRUE;
}

static void
add_days (GArray *days, const GArray *samples, gint64 from, CitizAggregate aggregate)
{
  guint at = 0;

  while (at < samples->len && g_array_index (samples, CitizSample, at).start < from)
    at++;
  if (at < samples->len)
    citiz_days_add (days, &g_array_index (samples, CitizSample, at), samples->len - at, aggregate);
}

/* One window of all sources: their own days, and those of the whole. */
static gboolean
roll_window (CitizSeriesStore *store,
             GPtrArray *sources,
             gint64 from,
             gint64 to,
             const gchar *unit,
             CitizAggregate aggregate,
             GArray *whole,
             GError **error)
{
  g_autoptr (GArray) runs = g_array_new (FALSE, TRUE, sizeof (CitizRun));

  for (guint i = 0; i < sources->len; i++)
    {
      Source *source = sources->pdata[i];
      if (!read_source (store, source, sources->len > 1 ? from - CONTEXT : from, to, unit, error))
        return FALSE;
      add_days (source->days, source->samples, from, aggregate);
      CitizRun run = {(const CitizSample *) (gconstpointer) source->samples->data,
                      source->samples->len, citiz_source_priority (source->name)};
      if (run.n > 0)
        g_array_append_val (runs, run);
    }
  if (sources->len > 1)
    {
      g_autoptr (GArray) merged = citiz_series_merge ((const CitizRun *) (gconstpointer) runs->data,
                                                      runs->len, aggregate);
      add_days (whole, merged, from, aggregate);
    }
  return TRUE;
}

static CitizId
rollup_id (CitizVault *vault, const gchar *measure, const gchar *source)
{
  g_autofree gchar *name = g_strjoin ("\n", measure, source, NULL);

  return citiz_keyed_id (vault, source[0] != '\0' ? "days of a source" : "days", name);
}

void
citiz_rolled_free (gpointer data)
{
  CitizRolled *rolled = data;

  g_clear_pointer (&rolled->plain, g_bytes_unref);
  g_free (rolled);
}

/* u8 1 | measure | source | unit | days */
static void
add_rollup (CitizSeriesStore *store,
            const gchar *measure,
            const gchar *source,
            gboolean whole,
            const gchar *unit,
            const GArray *days)
{
  g_autoptr (GBytes) encoded = days != NULL && days->len > 0 ? citiz_days_encode (days) : NULL;
  CitizRolled *rolled = g_new0 (CitizRolled, 1);

  rolled->id = rollup_id (store->vault, measure, whole ? "" : source[0] != '\0' ? source : " ");
  if (encoded != NULL)
    {
      GByteArray *out = g_byte_array_new ();
      citiz_put_u8 (out, 1);
      citiz_series_put_text (out, measure);
      citiz_series_put_text (out, whole ? "" : source[0] != '\0' ? source : " ");
      citiz_series_put_text (out, unit);
      citiz_put_bytes (out, g_bytes_get_data (encoded, NULL), g_bytes_get_size (encoded));
      rolled->plain = g_byte_array_free_to_bytes (out);
    }
  g_ptr_array_add (store->rolled, rolled);
}

/* Sources that have nothing left lose their days. */
static void
drop_empty (CitizSeriesStore *store, GPtrArray *sources, const gchar *measure)
{
  for (guint i = 0; i < store->series->len; i++)
    {
      const CitizSeries *series = store->series->pdata[i];
      gboolean there = !g_str_equal (series->measure, measure);
      for (guint k = 0; k < sources->len && !there; k++)
        there = g_str_equal (((Source *) sources->pdata[k])->name, series->source);
      if (!there)
        add_rollup (store, measure, series->source, FALSE, "", NULL);
    }
}

/* Makes the days of a measure anew from its samples: of each source, and of all together. */
gboolean
citiz_series_roll_up (CitizSeriesStore *store, const gchar *measure, GError **error)
{
  const gchar *unit = NULL;
  gint64 from, to;
  g_autoptr (GPtrArray) sources = sources_of (store, measure, &unit, &from, &to);
  g_autoptr (GArray) whole = g_array_new (FALSE, FALSE, sizeof (CitizDay));
  CitizAggregate aggregate = citiz_series_aggregate (measure, unit);

  for (gint64 at = from; sources->len > 0 && at < to; at += WINDOW)
    if (!roll_window (store, sources, at, MIN (at + WINDOW, to), unit, aggregate, whole, error))
      return FALSE;
  for (guint i = 0; i < sources->len; i++)
    {
      Source *source = sources->pdata[i];
      add_rollup (store, measure, source->name, FALSE, unit, source->days);
    }
  GArray *all = sources->len == 1 ? ((Source *) sources->pdata[0])->days : whole;
  add_rollup (store, measure, "", TRUE, unit != NULL ? unit : "", all);
  drop_empty (store, sources, measure);
  return TRUE;
}

typedef struct
{
  CitizRollupFunc func;
  gpointer data;
  gboolean damaged;
} Walk;

static gboolean
rollup_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  Walk *walk = data;
  gsize n;
  const guint8 *bytes = g_bytes_get_data (plain, &n);
  CitizCursor c = citiz_cursor (bytes, n);
  guint8 format = 0;
  g_autofree gchar *measure
      = citiz_take_u8 (&c, &format) && format == 1 ? citiz_series_take_text (&c) : NULL;
  g_autofree gchar *source = measure != NULL ? citiz_series_take_text (&c) : NULL;
  g_autofree gchar *unit = source != NULL ? citiz_series_take_text (&c) : NULL;
  g_autoptr (GArray) days = unit != NULL ? citiz_days_decode (c.p, c.n, NULL) : NULL;

  if (days == NULL)
    {
      walk->damaged = TRUE;
      return TRUE;
    }
  return walk->func (measure, source, unit, days, walk->data);
}

/**
 * citiz_series_store_rollups:
 * @func: (scope call): gets the days of every measure (source "") and of each of its sources; FALSE stops
 */
gboolean
citiz_series_store_rollups (CitizVault *vault, CitizRollupFunc func, gpointer data, GError **error)
{
  Walk walk = {func, data, FALSE};

  if (!citiz_vault_foreach (vault, CITIZ_CLASS_ROLLUP, rollup_cb, &walk, NULL, error))
    return FALSE;
  if (walk.damaged)
    g_set_error_literal (error, CITIZ_SERIES_ERROR, CITIZ_SERIES_ERROR_DAMAGED,
                         "days of a measure do not decode");
  return !walk.damaged;
}
