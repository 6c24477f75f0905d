/* The engine looks at everything once, when the vault opens: what the window starts from.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "app/citiz-ingest.h"
#include "app/citiz-series-store.h"

static gboolean
look_at_resource_cb (const CitizId *id,
                     guint32 version,
                     guint32 batch,
                     GBytes *plain,
                     gpointer data)
{
  CitizSnapshot *snapshot = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizItem) item = citiz_item_unpack (plain, id, version, batch, &error);

  /* One resource that this version cannot read hides nothing else. */
  if (item == NULL)
    g_warning ("a resource could not be read: %s", error->message);
  else
    citiz_record_put (snapshot->record, item);
  if (item != NULL && item->sample)
    snapshot->sample_batch = batch;
  return TRUE;
}

static void
look_at_settings (CitizEngine *engine, CitizSnapshot *snapshot)
{
  for (guint i = 0; citiz_setting_keys[i] != NULL; i++)
    {
      g_autoptr (GBytes) bytes = citiz_vault_get_setting (engine->vault, citiz_setting_keys[i]);
      json_t *value = NULL;

      if (bytes != NULL)
        value = json_loadb (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                            JSON_DECODE_ANY, NULL);
      if (value != NULL)
        g_hash_table_insert (snapshot->settings, g_strdup (citiz_setting_keys[i]), value);
    }
}

/**
 * citiz_engine_look:
 *
 * Returns: (transfer full): the record, the accesses, the ledger's newest blocks, the settings; %NULL with error
 */
CitizSnapshot *
citiz_engine_look (CitizEngine *engine, GCancellable *cancellable, GError **error)
{
  g_autoptr (CitizSnapshot) snapshot = citiz_snapshot_new ();

  snapshot->record = citiz_record_new ();
  if (!citiz_vault_foreach (engine->vault, CITIZ_CLASS_RESOURCE, look_at_resource_cb, snapshot,
                            cancellable, error)
      || !citiz_engine_look_at_series (engine, snapshot->record, cancellable, error)
      || !citiz_engine_look_at_imports (engine, snapshot, error)
      || !citiz_engine_list_accesses (engine, snapshot->accesses, snapshot->openings, error)
      || !citiz_engine_list_blocks (engine, snapshot->blocks, snapshot->entries, error))
    return NULL;
  look_at_settings (engine, snapshot);
  return g_steal_pointer (&snapshot);
}
