/* Batch rows: what an import says of itself, leftovers of one that never finished, and undoing one.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-ingest-private.h"

#include <jansson.h>
#include <string.h>

GQuark
citiz_ingest_error_quark (void)
{
  return g_quark_from_static_string ("citiz-ingest-error-quark");
}

#define OPEN 1 /* version of the row that says "under way"; the report is the next one */
#define DONE 2

static void
line_free (gpointer data)
{
  CitizIngestLine *line = data;

  g_free (line->what);
  g_free (line->reason);
  g_free (line);
}

void
citiz_ingest_report_free (CitizIngestReport *report)
{
  if (report == NULL)
    return;
  g_free (report->name);
  g_free (report->hash);
  g_free (report->ended);
  g_free (report->person);
  g_free (report->birth_date);
  g_ptr_array_unref (report->lines);
  g_free (report);
}

CitizBatch *
citiz_batch_new (guint32 number)
{
  CitizBatch *batch = g_new0 (CitizBatch, 1);

  batch->open = TRUE;
  batch->leans = g_hash_table_new (NULL, NULL);
  batch->report = g_new0 (CitizIngestReport, 1);
  batch->report->batch = number;
  batch->report->lines = g_ptr_array_new_with_free_func (line_free);
  return batch;
}

void
citiz_batch_free (CitizBatch *batch)
{
  if (batch == NULL)
    return;
  citiz_ingest_report_free (batch->report);
  g_hash_table_unref (batch->leans);
  g_free (batch);
}

static CitizId
row_id (CitizVault *vault, guint32 number)
{
  g_autofree gchar *name = g_strdup_printf ("%u", number);
  return citiz_keyed_id (vault, "batch", name);
}

static json_t *
encode_lines (const CitizIngestReport *report)
{
  json_t *lines = json_array ();

  for (guint i = 0; i < report->lines->len; i++)
    {
      const CitizIngestLine *line = report->lines->pdata[i];
      json_array_append_new (
          lines, json_pack ("[s, I, s?]", line->what, (json_int_t) line->count, line->reason));
    }
  return lines;
}

static json_t *
encode_leans (const CitizBatch *batch)
{
  json_t *leans = json_array ();
  GHashTableIter iter;
  gpointer number;

  g_hash_table_iter_init (&iter, batch->leans);
  while (g_hash_table_iter_next (&iter, &number, NULL))
    json_array_append_new (leans, json_integer (GPOINTER_TO_UINT (number)));
  return leans;
}

/* Writes the row: first as open, with its report once it is done. */
gboolean
citiz_batch_put (CitizVault *vault, const CitizBatch *batch, GError **error)
{
  const CitizIngestReport *r = batch->report;
  CitizId id = row_id (vault, r->batch);
  json_t *json = json_pack (
      "{s:b, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s?, s:I, s:o, s:o}", "open",
      batch->open, "name", r->name, "hash", r->hash, "size", (json_int_t) r->size, "when",
      (json_int_t) r->when.ms, "kept", (json_int_t) r->kept, "corrected", (json_int_t) r->corrected,
      "duplicates", (json_int_t) r->duplicates, "skipped", (json_int_t) r->skipped, "first",
      (json_int_t) r->first.ms, "last", (json_int_t) r->last.ms, "ended", r->ended, "stoppedAt",
      (json_int_t) r->stopped_at, "lines", encode_lines (r), "leans", encode_leans (batch));
  char *text = json != NULL ? json_dumps (json, JSON_COMPACT) : NULL;

  json_decref (json);
  if (text == NULL)
    {
      g_set_error_literal (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_DAMAGED,
                           "a report that is not text");
      return FALSE;
    }
  g_autoptr (GBytes) plain = g_bytes_new_with_free_func (text, strlen (text), free, text);
  return citiz_vault_put (vault, CITIZ_CLASS_BATCH, &id, batch->open ? OPEN : DONE, r->batch, plain,
                          error);
}

static guint64
number_of (const json_t *json, const gchar *key)
{
  return (guint64) json_integer_value (json_object_get (json, key));
}

static CitizBatch *
decode (guint32 number, GBytes *plain)
{
  gsize n;
  const gchar *text = g_bytes_get_data (plain, &n);
  json_t *json = json_loadb (text, n, JSON_REJECT_DUPLICATES, NULL), *item;
  CitizBatch *batch = citiz_batch_new (number);
  CitizIngestReport *r = batch->report;
  size_t i;

  batch->open = json_is_true (json_object_get (json, "open"));
  r->name = g_strdup (json_string_value (json_object_get (json, "name")));
  r->hash = g_strdup (json_string_value (json_object_get (json, "hash")));
  r->ended = g_strdup (json_string_value (json_object_get (json, "ended")));
  r->size = number_of (json, "size");
  r->when.ms = (gint64) number_of (json, "when");
  r->kept = number_of (json, "kept");
  r->corrected = number_of (json, "corrected");
  r->duplicates = number_of (json, "duplicates");
  r->skipped = number_of (json, "skipped");
  r->first.ms = (gint64) number_of (json, "first");
  r->last.ms = (gint64) number_of (json, "last");
  r->stopped_at = number_of (json, "stoppedAt");
  json_array_foreach (json_object_get (json, "lines"), i, item)
  {
    CitizIngestLine *line = g_new0 (CitizIngestLine, 1);
    line->what = g_strdup (json_string_value (json_array_get (item, 0)));
    line->count = (guint64) json_integer_value (json_array_get (item, 1));
    line->reason = g_strdup (json_string_value (json_array_get (item, 2)));
    g_ptr_array_add (r->lines, line);
  }
  json_array_foreach (json_object_get (json, "leans"), i, item)
      g_hash_table_add (batch->leans, GUINT_TO_POINTER ((guint) json_integer_value (item)));
  gboolean good = json_is_object (json) && r->name != NULL && r->hash != NULL;
  json_decref (json);
  if (good)
    return batch;
  citiz_batch_free (batch);
  return NULL;
}

static gboolean
row_cb (const CitizId *id, guint32 version, guint32 number, GBytes *plain, gpointer data)
{
  GPtrArray *batches = data;

  /* Rows of batches that others make (the sample record) are not ours to read. */
  for (guint i = batches->len; i-- > 0;)
    if (((CitizBatch *) batches->pdata[i])->report->batch == number)
      g_ptr_array_remove_index (batches, i);
  CitizBatch *batch = decode (number, plain);
  if (batch != NULL)
    g_ptr_array_add (batches, batch);
  return TRUE;
}

/**
 * citiz_batch_list:
 * @damaged: (out) (nullable): whether a row could not be read; then a batch that looks open may be one that has lost its report.
 *   Without it that is an error
 *
 * Returns: (transfer full) (element-type CitizBatch): all imports, the open one too, oldest first
 */
GPtrArray *
citiz_batch_list (CitizVault *vault, gboolean *damaged, GError **error)
{
  g_autoptr (GPtrArray) batches
      = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_batch_free);
  g_autoptr (GError) own = NULL;
  gboolean whole = citiz_vault_foreach (vault, CITIZ_CLASS_BATCH, row_cb, batches, NULL, &own);

  if (damaged != NULL)
    *damaged = !whole;
  if (whole
      || (damaged != NULL && g_error_matches (own, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED)))
    return g_steal_pointer (&batches);
  g_propagate_error (error, g_steal_pointer (&own));
  return NULL;
}

/**
 * citiz_ingest_list:
 * @damaged: (out): whether there is one that cannot be read; the others are given all the same
 *
 * Returns: (transfer full) (element-type CitizIngestReport): finished imports, newest first
 */
GPtrArray *
citiz_ingest_list (CitizVault *vault, gboolean *damaged, GError **error)
{
  g_autoptr (GPtrArray) batches = citiz_batch_list (vault, damaged, error);
  GPtrArray *reports;

  if (batches == NULL)
    return NULL;
  reports = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_ingest_report_free);
  for (guint i = batches->len; i-- > 0;)
    {
      CitizBatch *batch = batches->pdata[i];
      if (!batch->open)
        {
          g_ptr_array_add (reports, batch->report);
          batch->report = NULL;
        }
    }
  return reports;
}

/**
 * citiz_ingest_list_open:
 *
 * What an import under way has written so far, and what an undo has not erased yet, is not of the record.
 *
 * Returns: (transfer full) (element-type guint32): the batches that do not count; none with a damaged row, as in citiz_ingest_recover()
 */
GHashTable *
citiz_ingest_list_open (CitizVault *vault, GError **error)
{
  gboolean damaged;
  g_autoptr (GPtrArray) batches = citiz_batch_list (vault, &damaged, error);
  GHashTable *open;

  if (batches == NULL)
    return NULL;
  open = g_hash_table_new (NULL, NULL);
  for (guint i = 0; !damaged && i < batches->len; i++)
    {
      const CitizBatch *batch = batches->pdata[i];
      if (batch->open)
        g_hash_table_add (open, GUINT_TO_POINTER (batch->report->batch));
    }
  return open;
}

/**
 * citiz_ingest_recover:
 *
 * To be called when a vault has been opened: an import that was under way when the process ended is taken out
 * whole. Its series were not yet in any directory, so nothing else changes. With a damaged row nothing is taken out: an import
 * that has lost its report would look the same.
 */
gboolean
citiz_ingest_recover (CitizVault *vault, GError **error)
{
  g_autoptr (GPtrArray) batches = citiz_batch_list (vault, NULL, error);

  if (batches == NULL)
    return FALSE;
  for (guint i = 0; i < batches->len; i++)
    {
      const CitizBatch *batch = batches->pdata[i];
      if (batch->open && !citiz_vault_shed_batch (vault, batch->report->batch, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_undo (GPtrArray *batches, guint32 number, GError **error)
{
  gboolean found = FALSE;

  for (guint i = 0; i < batches->len; i++)
    {
      const CitizBatch *batch = batches->pdata[i];
      found |= batch->report->batch == number && !batch->open;
      if (batch->report->batch != number && !batch->open
          && g_hash_table_contains (batch->leans, GUINT_TO_POINTER (number)))
        {
          g_set_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_NEEDED,
                       "batch %u relies on batch %u", batch->report->batch, number);
          return FALSE;
        }
    }
  if (!found)
    g_set_error (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_NOT_FOUND, "no batch %u", number);
  return found;
}

/* Whether citiz_ingest_undo() would refuse, before anything that goes with it is done. */
gboolean
citiz_ingest_check_undo (CitizVault *vault, guint32 batch, GError **error)
{
  g_autoptr (GPtrArray) batches = citiz_batch_list (vault, NULL, error);

  return batches != NULL && check_undo (batches, batch, error);
}

/* It looks as if it had never been finished: what of it is still there goes at the next opening at the latest. */
static gboolean
open_again (CitizVault *vault, GPtrArray *batches, guint32 number, GError **error)
{
  CitizId id = row_id (vault, number);

  for (guint i = 0; i < batches->len; i++)
    {
      CitizBatch *batch = batches->pdata[i];

      if (batch->report->batch != number)
        continue;
      batch->open = TRUE;
      return citiz_vault_delete (vault, CITIZ_CLASS_BATCH, &id, error)
             && citiz_batch_put (vault, batch, error);
    }
  return FALSE;
}

/**
 * citiz_ingest_undo:
 *
 * Takes an import out whole: resources, versions it added, documents, samples; roll-ups are made again. The vault then
 * holds exactly what it held before, as long as no later import left something out because this one had it
 * (CITIZ_INGEST_ERROR_NEEDED: undo that one first). One short transaction decides; what it decided to erase is erased with pauses,
 * and what cannot be erased now at the next import or opening: it counts no more.
 *
 * Returns: whether it was decided
 */
gboolean
citiz_ingest_undo (CitizVault *vault, guint32 batch, GError **error)
{
  g_autoptr (GPtrArray) batches = citiz_batch_list (vault, NULL, error);
  g_autoptr (CitizSeriesStore) store = NULL;
  g_autoptr (GError) own = NULL;

  if (batches == NULL || !check_undo (batches, batch, error))
    return FALSE;
  store = citiz_series_store_new (vault, error);
  if (store == NULL)
    return FALSE;
  citiz_series_store_forget_batch (store, batch);
  if (!citiz_series_store_roll_up (store, error) || !citiz_vault_begin (vault, error))
    return FALSE;
  if (!open_again (vault, batches, batch, error) || !citiz_series_store_save (store, error))
    {
      citiz_vault_rollback (vault);
      return FALSE;
    }
  if (!citiz_vault_commit (vault, error))
    return FALSE;
  if (!citiz_vault_shed_batch (vault, batch, &own))
    g_warning ("what was undone is not all erased yet: %s", own->message);
  return TRUE;
}
