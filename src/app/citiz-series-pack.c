/* Samples into sealed objects, and the directory of a series.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-series-private.h"

#include <string.h>

#define MAX_PACKS 1000000

struct _CitizPacker
{
  CitizSeriesStore *store;
  CitizSeries *series;
  guint32 batch;
  CitizPackFunc func;
  gpointer data;
  CitizSample buffer[CITIZ_CHUNK_MAX];
  gsize n;
  GByteArray *pack;
  CitizSeriesPack info;
};

void
citiz_series_free (gpointer data)
{
  CitizSeries *series = data;

  g_free (series->measure);
  g_free (series->source);
  g_free (series->unit);
  g_free (series->what);
  g_array_unref (series->packs);
  g_free (series);
}

void
citiz_series_put_text (GByteArray *out, const gchar *text)
{
  gsize n = strlen (text);

  citiz_put_u16 (out, (guint16) n);
  citiz_put_bytes (out, (const guint8 *) text, n);
}

gchar *
citiz_series_take_text (CitizCursor *cursor)
{
  guint16 n = 0;
  const guint8 *p = citiz_take_u16 (cursor, &n) ? citiz_take_view (cursor, n) : NULL;

  return p != NULL && g_utf8_validate_len ((const gchar *) p, n, NULL)
             ? g_strndup ((const gchar *) p, n)
             : NULL;
}

/* u8 1 | measure | source | unit | what | u32 n | n × { id, u32 batch, u32 n, i64 first, i64 last } */
GBytes *
citiz_series_encode (const CitizSeries *series)
{
  GByteArray *out = g_byte_array_new ();

  citiz_put_u8 (out, 1);
  citiz_series_put_text (out, series->measure);
  citiz_series_put_text (out, series->source);
  citiz_series_put_text (out, series->unit);
  citiz_series_put_text (out, series->what);
  citiz_put_u32 (out, series->packs->len);
  for (guint i = 0; i < series->packs->len; i++)
    {
      const CitizSeriesPack *pack = &g_array_index (series->packs, CitizSeriesPack, i);
      citiz_put_bytes (out, pack->id.b, sizeof pack->id.b);
      citiz_put_u32 (out, pack->batch);
      citiz_put_u32 (out, pack->n);
      citiz_put_u64 (out, (guint64) pack->first);
      citiz_put_u64 (out, (guint64) pack->last);
    }
  return g_byte_array_free_to_bytes (out);
}

static gboolean
take_packs (CitizCursor *c, GArray *packs)
{
  guint32 n = 0;

  if (!citiz_take_u32 (c, &n) || n > MAX_PACKS)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      CitizSeriesPack pack;
      guint64 first = 0, last = 0;
      if (!citiz_take_bytes (c, pack.id.b, sizeof pack.id.b) || !citiz_take_u32 (c, &pack.batch)
          || !citiz_take_u32 (c, &pack.n) || !citiz_take_u64 (c, &first)
          || !citiz_take_u64 (c, &last))
        return FALSE;
      pack.first = (gint64) first;
      pack.last = (gint64) last;
      g_array_append_val (packs, pack);
    }
  return citiz_cursor_done (c);
}

CitizSeries *
citiz_series_decode (const CitizId *id, GBytes *plain, GError **error)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (plain, &n);
  CitizCursor c = citiz_cursor (bytes, n);
  CitizSeries *series = g_new0 (CitizSeries, 1);
  guint8 format = 0;

  series->id = *id;
  series->packs = g_array_new (FALSE, FALSE, sizeof (CitizSeriesPack));
  if (citiz_take_u8 (&c, &format) && format == 1
      && (series->measure = citiz_series_take_text (&c)) != NULL
      && (series->source = citiz_series_take_text (&c)) != NULL
      && (series->unit = citiz_series_take_text (&c)) != NULL
      && (series->what = citiz_series_take_text (&c)) != NULL && take_packs (&c, series->packs))
    return series;
  g_set_error_literal (error, CITIZ_SERIES_ERROR, CITIZ_SERIES_ERROR_DAMAGED,
                       "a directory does not decode");
  citiz_series_free (series);
  return NULL;
}

/* A derived object: what was there is erased, @plain (nullable) stands in its place. */
gboolean
citiz_series_replace (CitizVault *vault,
                      CitizObjectClass object_class,
                      const CitizId *id,
                      GBytes *plain,
                      GError **error)
{
  return citiz_vault_delete (vault, object_class, id, error)
         && (plain == NULL || citiz_vault_put (vault, object_class, id, 1, 0, plain, error));
}

/**
 * citiz_packer_new:
 * @func: writes each object; the directory is changed as it returns
 */
CitizPacker *
citiz_packer_new (CitizSeriesStore *store,
                  CitizSeries *series,
                  guint32 batch,
                  CitizPackFunc func,
                  gpointer data)
{
  CitizPacker *packer = g_new0 (CitizPacker, 1);

  packer->store = store;
  packer->series = series;
  packer->batch = batch;
  packer->func = func;
  packer->data = data;
  packer->pack = g_byte_array_new ();
  return packer;
}

void
citiz_packer_free (CitizPacker *packer)
{
  if (packer == NULL)
    return;
  g_byte_array_unref (packer->pack);
  g_free (packer);
}

static gint
compare_packs (gconstpointer a, gconstpointer b)
{
  const CitizSeriesPack *x = a, *y = b;

  if (x->first != y->first)
    return x->first < y->first ? -1 : 1;
  return memcmp (x->id.b, y->id.b, sizeof x->id.b);
}

static gboolean
close_pack (CitizPacker *packer, GError **error)
{
  if (packer->pack->len == 0)
    return TRUE;
  g_autoptr (GBytes) plain = g_bytes_new (packer->pack->data, packer->pack->len);
  packer->info.id = citiz_env_new_id (citiz_vault_get_env (packer->store->vault));
  packer->info.batch = packer->batch;
  g_byte_array_set_size (packer->pack, 0);
  if (!packer->func (packer->data, &packer->info.id, plain, error))
    return FALSE;
  g_array_append_val (packer->series->packs, packer->info);
  packer->series->state = CITIZ_SERIES_CHANGED;
  return TRUE;
}

static void
open_pack (CitizPacker *packer)
{
  if (packer->pack->len > 0)
    return;
  citiz_put_u8 (packer->pack, 1);
  citiz_put_bytes (packer->pack, packer->series->id.b, sizeof packer->series->id.b);
  packer->info.n = 0;
  packer->info.first = packer->buffer[0].start;
}

/* The buffer as one chunk into the pack, or into the next one if this has no room for it. */
static gboolean
close_chunk (CitizPacker *packer, GError **error)
{
  if (packer->n == 0)
    return TRUE;
  g_autoptr (GBytes) chunk = citiz_chunk_encode (packer->buffer, packer->n, error);
  gsize size = chunk != NULL ? g_bytes_get_size (chunk) : 0;

  if (chunk == NULL
      || (packer->pack->len + 4 + size > CITIZ_PACK_MAX && !close_pack (packer, error)))
    return FALSE;
  open_pack (packer);
  citiz_put_u32 (packer->pack, (guint32) size);
  citiz_put_bytes (packer->pack, g_bytes_get_data (chunk, NULL), size);
  packer->info.n += (guint32) packer->n;
  packer->info.last = packer->buffer[packer->n - 1].start;
  packer->n = 0;
  return TRUE;
}

/* Samples in order, after all those added before. */
gboolean
citiz_packer_add (CitizPacker *packer, const CitizSample *samples, gsize n, GError **error)
{
  while (n > 0)
    {
      gsize part = MIN (n, CITIZ_CHUNK_MAX - packer->n);
      memcpy (packer->buffer + packer->n, samples, part * sizeof *samples);
      packer->n += part;
      samples += part;
      n -= part;
      if (packer->n == CITIZ_CHUNK_MAX && !close_chunk (packer, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
citiz_packer_finish (CitizPacker *packer, GError **error)
{
  if (!close_chunk (packer, error) || !close_pack (packer, error))
    return FALSE;
  g_array_sort (packer->series->packs, compare_packs);
  return TRUE;
}
