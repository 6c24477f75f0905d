/* The series of a vault: which there are, where their samples are, reading and adding.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-series-private.h"

#include <string.h>

GQuark
citiz_series_error_quark (void)
{
  return g_quark_from_static_string ("citiz-series-error-quark");
}

#define KEYED_IDS 1 /* which subkey of the index names objects by content */

/**
 * citiz_keyed_id:
 * @kind: what sort of name it is
 *
 * A lasting id for something that has a name of its own: the same name gives the same id, and without the vault's key
 * nobody can try out names against a stolen file.
 */
CitizId
citiz_keyed_id (CitizVault *vault, const gchar *kind, const gchar *name)
{
  g_autoptr (CitizSecret) key = citiz_vault_derive (vault, CITIZ_DOMAIN_KEY_INDEX, KEYED_IDS);
  g_autofree gchar *text = g_strconcat (kind, "\n", name, NULL);
  CitizHash hash;
  CitizId id;

  citiz_hmac_sha256 (&hash, citiz_secret_data (key), citiz_secret_size (key), (const guint8 *) text,
                     strlen (text));
  memcpy (id.b, hash.b, sizeof id.b);
  return id;
}

static gboolean
read_directory_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  CitizSeriesStore *store = data;
  CitizSeries *series = citiz_series_decode (id, plain, NULL);

  if (series == NULL)
    return FALSE;
  g_ptr_array_add (store->series, series);
  g_hash_table_insert (store->by_id, &series->id, series);
  return TRUE;
}

/**
 * citiz_series_store_new:
 * @vault: borrowed, must outlive the store
 *
 * Reads the directories (not the samples). One store at a time may write.
 */
CitizSeriesStore *
citiz_series_store_new (CitizVault *vault, GError **error)
{
  g_autoptr (CitizSeriesStore) store = g_new0 (CitizSeriesStore, 1);

  store->vault = vault;
  store->series = g_ptr_array_new_with_free_func (citiz_series_free);
  store->by_id = g_hash_table_new (citiz_id_hash, (GEqualFunc) citiz_id_equal);
  store->rolled = g_ptr_array_new_with_free_func (citiz_rolled_free);
  return citiz_vault_foreach (vault, CITIZ_CLASS_SERIES, read_directory_cb, store, NULL, error)
             ? g_steal_pointer (&store)
             : NULL;
}

void
citiz_series_store_free (CitizSeriesStore *store)
{
  if (store == NULL)
    return;
  for (guint i = 0; i < CITIZ_SERIES_CACHE; i++)
    g_clear_pointer (&store->cache[i].samples, g_array_unref);
  g_ptr_array_unref (store->rolled);
  g_hash_table_unref (store->by_id);
  g_ptr_array_unref (store->series);
  g_free (store);
}

/* (transfer none) (element-type CitizSeries) */
GPtrArray *
citiz_series_store_list (CitizSeriesStore *store)
{
  return store->series;
}

guint64
citiz_series_count (const CitizSeries *series)
{
  guint64 n = 0;

  for (guint i = 0; i < series->packs->len; i++)
    n += g_array_index (series->packs, CitizSeriesPack, i).n;
  return n;
}

/**
 * citiz_series_store_open:
 *
 * Returns: (transfer none): the series of these three, made empty if there is none
 */
CitizSeries *
citiz_series_store_open (CitizSeriesStore *store,
                         const gchar *measure,
                         const gchar *source,
                         const gchar *unit,
                         const gchar *what)
{
  g_autofree gchar *name = g_strjoin ("\n", measure, source, unit, NULL);
  CitizId id = citiz_keyed_id (store->vault, "series", name);
  CitizSeries *series = g_hash_table_lookup (store->by_id, &id);

  if (series != NULL)
    return series;
  series = g_new0 (CitizSeries, 1);
  series->id = id;
  series->measure = g_strdup (measure);
  series->source = g_strdup (source);
  series->unit = g_strdup (unit);
  series->what = g_strdup (what);
  series->packs = g_array_new (FALSE, FALSE, sizeof (CitizSeriesPack));
  g_ptr_array_add (store->series, series);
  g_hash_table_insert (store->by_id, &series->id, series);
  return series;
}

/* --- reading --- */

static GArray *
unpack (const CitizSeries *series, const CitizSeriesPack *pack, GBytes *plain, GError **error)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (plain, &n);
  CitizCursor c = citiz_cursor (bytes, n);
  guint room = MIN (pack->n, G_MAXUINT16) + CITIZ_CHUNK_MAX;
  g_autoptr (GArray) samples = g_array_sized_new (FALSE, FALSE, sizeof (CitizSample), room);
  guint8 format = 0;
  CitizId owner;

  if (!citiz_take_u8 (&c, &format) || format != 1 || !citiz_take_bytes (&c, owner.b, sizeof owner.b)
      || !citiz_id_equal (&owner, &series->id))
    {
      g_set_error_literal (error, CITIZ_SERIES_ERROR, CITIZ_SERIES_ERROR_DAMAGED,
                           "a pack of another series");
      return NULL;
    }
  while (c.n > 0)
    {
      guint32 size = 0;
      gsize got = 0;
      guint at = samples->len;
      const guint8 *chunk = citiz_take_u32 (&c, &size) ? citiz_take_view (&c, size) : NULL;
      g_array_set_size (samples, at + CITIZ_CHUNK_MAX);
      if (chunk == NULL
          || !citiz_chunk_decode (chunk, size, &g_array_index (samples, CitizSample, at), &got,
                                  NULL))
        {
          g_set_error_literal (error, CITIZ_SERIES_ERROR, CITIZ_SERIES_ERROR_DAMAGED,
                               "a chunk does not decode");
          return NULL;
        }
      g_array_set_size (samples, at + (guint) got);
    }
  return g_steal_pointer (&samples);
}

/* The samples of a pack; (transfer none), until the next call. */
static GArray *
read_pack (CitizSeriesStore *store,
           const CitizSeries *series,
           const CitizSeriesPack *pack,
           GError **error)
{
  CitizUnpacked *slot = &store->cache[0];

  for (guint i = 0; i < CITIZ_SERIES_CACHE; i++)
    {
      CitizUnpacked *u = &store->cache[i];
      if (u->samples != NULL && citiz_id_equal (&u->id, &pack->id))
        {
          u->used = ++store->clock;
          return u->samples;
        }
      if (u->used < slot->used)
        slot = u;
    }
  g_autoptr (GBytes) plain = citiz_vault_get (store->vault, CITIZ_CLASS_CHUNK, &pack->id, 0, error);
  if (plain == NULL)
    return NULL;
  GArray *samples = unpack (series, pack, plain, error);
  if (samples == NULL)
    return NULL;
  g_clear_pointer (&slot->samples, g_array_unref);
  slot->samples = samples;
  slot->id = pack->id;
  slot->used = ++store->clock;
  return samples;
}

/* First sample that starts at or after @at. */
static guint
lower_bound (const GArray *samples, gint64 at)
{
  guint low = 0, high = samples->len;

  while (low < high)
    {
      guint mid = low + (high - low) / 2;
      if (g_array_index (samples, CitizSample, mid).start < at)
        low = mid + 1;
      else
        high = mid;
    }
  return low;
}

/**
 * citiz_series_store_load:
 * @from: first start, ms UTC
 * @to: end, excluded
 *
 * Returns: (transfer full) (element-type CitizSample): samples in order, in the unit of the series
 */
GArray *
citiz_series_store_load (CitizSeriesStore *store,
                         const CitizSeries *series,
                         gint64 from,
                         gint64 to,
                         GError **error)
{
  g_autoptr (GArray) out = g_array_new (FALSE, FALSE, sizeof (CitizSample));
  gboolean ordered = TRUE;
  gint64 last = G_MININT64;

  citiz_vault_pause (store->vault);
  for (guint i = 0; i < series->packs->len; i++)
    {
      const CitizSeriesPack *pack = &g_array_index (series->packs, CitizSeriesPack, i);
      if (pack->last < from || pack->first >= to)
        continue;
      GArray *samples = read_pack (store, series, pack, error);
      if (samples == NULL)
        return NULL;
      guint a = lower_bound (samples, from), b = lower_bound (samples, to);
      ordered = ordered && pack->first > last;
      last = MAX (last, pack->last);
      if (b > a)
        g_array_append_vals (out, &g_array_index (samples, CitizSample, a), b - a);
    }
  if (!ordered)
    g_array_set_size (out,
                      (guint) citiz_samples_sort ((CitizSample *) (gpointer) out->data, out->len));
  return g_steal_pointer (&out);
}

/**
 * citiz_series_store_read:
 *
 * Returns: (transfer full) (element-type CitizSample): a measure put together from its sources, in the catalogue's unit
 */
GArray *
citiz_series_store_read (CitizSeriesStore *store,
                         const gchar *measure,
                         gint64 from,
                         gint64 to,
                         GError **error)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_autoptr (GArray) runs = g_array_new (FALSE, TRUE, sizeof (CitizRun));
  const gchar *unit = NULL;

  for (guint i = 0; i < store->series->len; i++)
    {
      const CitizSeries *series = store->series->pdata[i];
      if (!g_str_equal (series->measure, measure))
        continue;
      GArray *samples = citiz_series_store_load (store, series, from, to, error);
      if (samples == NULL)
        return NULL;
      g_ptr_array_add (parts, samples);
      unit = citiz_series_unit (measure, unit != NULL ? unit : series->unit);
      citiz_series_convert ((CitizSample *) (gpointer) samples->data, samples->len, series->unit,
                            unit, measure);
      CitizRun run = {(const CitizSample *) (gconstpointer) samples->data, samples->len,
                      citiz_source_priority (series->source)};
      if (samples->len > 0)
        g_array_append_val (runs, run);
    }
  if (runs->len == 1)
    for (guint i = 0; i < parts->len; i++)
      if (((GArray *) parts->pdata[i])->len > 0)
        return g_array_ref (parts->pdata[i]);
  return citiz_series_merge ((const CitizRun *) (gconstpointer) runs->data, runs->len,
                             citiz_series_aggregate (measure, unit));
}

/* --- writing --- */

typedef struct
{
  CitizVault *vault;
  guint32 batch;
} DirectPut;

static gboolean
direct_put_cb (gpointer data, const CitizId *id, GBytes *plain, GError **error)
{
  DirectPut *put = data;
  return citiz_vault_put (put->vault, CITIZ_CLASS_CHUNK, id, 1, put->batch, plain, error);
}

static gboolean
pack_all (CitizSeriesStore *store,
          CitizSeries *series,
          guint32 batch,
          const CitizSample *samples,
          gsize n,
          GError **error)
{
  DirectPut put = {store->vault, batch};
  g_autoptr (CitizPacker) packer = citiz_packer_new (store, series, batch, direct_put_cb, &put);

  return citiz_packer_add (packer, samples, n, error) && citiz_packer_finish (packer, error);
}

/**
 * citiz_series_store_add:
 * @batch: 0 for what a person typed
 * @samples: (inout): sorted here; what is there already is not added twice
 *
 * In one transaction, roll-ups included. After a failure the store must be made anew.
 */
gboolean
citiz_series_store_add (CitizSeriesStore *store,
                        const gchar *measure,
                        const gchar *source,
                        const gchar *unit,
                        guint32 batch,
                        CitizSample *samples,
                        gsize n,
                        GError **error)
{
  CitizSeries *series = citiz_series_store_open (store, measure, source, unit, measure);

  n = citiz_samples_sort (samples, n);
  if (n == 0)
    return TRUE;
  g_autoptr (GArray) there
      = citiz_series_store_load (store, series, samples[0].start, samples[n - 1].start + 1, error);
  if (there == NULL)
    return FALSE;
  n = citiz_samples_drop (samples, n, there);
  if (n == 0)
    return TRUE;
  if (!citiz_vault_begin (store->vault, error))
    return FALSE;
  if (!pack_all (store, series, batch, samples, n, error)
      || !citiz_series_store_save (store, error))
    {
      citiz_vault_rollback (store->vault);
      return FALSE;
    }
  return citiz_vault_commit (store->vault, error);
}

/* Takes every pack of a batch out of the directories; citiz_series_store_save() makes it last. */
void
citiz_series_store_forget_batch (CitizSeriesStore *store, guint32 batch)
{
  for (guint i = 0; i < store->series->len; i++)
    {
      CitizSeries *series = store->series->pdata[i];
      for (guint k = series->packs->len; k-- > 0;)
        if (g_array_index (series->packs, CitizSeriesPack, k).batch == batch)
          {
            g_array_remove_index (series->packs, k);
            series->state = CITIZ_SERIES_CHANGED;
          }
    }
}

/* All of a measure, whatever its source. */
gboolean
citiz_series_store_delete (CitizSeriesStore *store, const gchar *measure, GError **error)
{
  if (!citiz_vault_begin (store->vault, error))
    return FALSE;
  for (guint i = 0; i < store->series->len; i++)
    {
      CitizSeries *series = store->series->pdata[i];
      if (!g_str_equal (series->measure, measure))
        continue;
      for (guint k = 0; k < series->packs->len; k++)
        if (!citiz_vault_delete (store->vault, CITIZ_CLASS_CHUNK,
                                 &g_array_index (series->packs, CitizSeriesPack, k).id, error))
          {
            citiz_vault_rollback (store->vault);
            return FALSE;
          }
      g_array_set_size (series->packs, 0);
      series->state = CITIZ_SERIES_CHANGED;
    }
  if (!citiz_series_store_save (store, error))
    {
      citiz_vault_rollback (store->vault);
      return FALSE;
    }
  return citiz_vault_commit (store->vault, error);
}

/**
 * citiz_series_store_roll_up:
 *
 * Makes the roll-ups of what has changed, with pauses: what citiz_series_store_save() would do within its transaction. What they are made of must be in the
 * vault.
 */
gboolean
citiz_series_store_roll_up (CitizSeriesStore *store, GError **error)
{
  g_autoptr (GHashTable) stale = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer measure;

  for (guint i = 0; i < store->series->len; i++)
    {
      CitizSeries *series = store->series->pdata[i];

      if (series->state == CITIZ_SERIES_CHANGED)
        g_hash_table_add (stale, series->measure);
    }
  g_hash_table_iter_init (&iter, stale);
  while (g_hash_table_iter_next (&iter, &measure, NULL))
    if (!citiz_series_roll_up (store, measure, error))
      return FALSE;
  for (guint i = 0; i < store->series->len; i++)
    {
      CitizSeries *series = store->series->pdata[i];

      if (series->state == CITIZ_SERIES_CHANGED)
        series->state = CITIZ_SERIES_ROLLED;
    }
  return TRUE;
}

static gboolean
save_directory (CitizSeriesStore *store, CitizSeries *series, GError **error)
{
  g_autoptr (GBytes) plain = series->packs->len > 0 ? citiz_series_encode (series) : NULL;

  series->state = CITIZ_SERIES_SAVED;
  return citiz_series_replace (store->vault, CITIZ_CLASS_SERIES, &series->id, plain, error);
}

static gboolean
save_all (CitizSeriesStore *store, GError **error)
{
  for (guint i = 0; i < store->series->len; i++)
    {
      CitizSeries *series = store->series->pdata[i];

      if (series->state != CITIZ_SERIES_SAVED && !save_directory (store, series, error))
        return FALSE;
    }
  for (guint i = 0; i < store->rolled->len; i++)
    {
      const CitizRolled *rolled = store->rolled->pdata[i];

      if (!citiz_series_replace (store->vault, CITIZ_CLASS_ROLLUP, &rolled->id, rolled->plain,
                                 error))
        return FALSE;
    }
  g_ptr_array_set_size (store->rolled, 0);
  return TRUE;
}

/**
 * citiz_series_store_save:
 *
 * Writes changed directories and the roll-ups of their measures, in one transaction (it joins an open one).
 * Series that have become empty disappear.
 */
gboolean
citiz_series_store_save (CitizSeriesStore *store, GError **error)
{
  if (!citiz_vault_begin (store->vault, error))
    return FALSE;
  if (!citiz_series_store_roll_up (store, error) || !save_all (store, error))
    {
      citiz_vault_rollback (store->vault);
      return FALSE;
    }
  for (guint i = store->series->len; i-- > 0;)
    {
      CitizSeries *series = store->series->pdata[i];
      if (series->packs->len == 0)
        {
          g_hash_table_remove (store->by_id, &series->id);
          g_ptr_array_remove_index (store->series, i);
        }
    }
  return citiz_vault_commit (store->vault, error);
}
