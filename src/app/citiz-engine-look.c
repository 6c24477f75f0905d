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
    {
      g_warning ("a resource could not be read: %s", error->message);
      snapshot->damaged = TRUE;
      return TRUE;
    }
  citiz_record_put (snapshot->record, item);
  if (item->sample && batch != 0)
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

static gboolean
look_at_resources (CitizEngine *engine,
                   CitizSnapshot *snapshot,
                   GCancellable *cancellable,
                   GError **error)
{
  return citiz_vault_foreach (engine->vault, CITIZ_CLASS_RESOURCE, look_at_resource_cb, snapshot,
                              cancellable, error);
}

static gboolean
look_at_days (CitizEngine *engine,
              CitizSnapshot *snapshot,
              GCancellable *cancellable,
              GError **error)
{
  return citiz_engine_look_at_series (engine, snapshot->record, cancellable, error);
}

static gboolean
look_at_imports (CitizEngine *engine,
                 CitizSnapshot *snapshot,
                 GCancellable *cancellable,
                 GError **error)
{
  return citiz_engine_look_at_imports (engine, snapshot, error);
}

static gboolean
look_at_accesses (CitizEngine *engine,
                  CitizSnapshot *snapshot,
                  GCancellable *cancellable,
                  GError **error)
{
  return citiz_engine_list_accesses (engine, snapshot->accesses, snapshot->openings, error);
}

static gboolean
look_at_ledger (CitizEngine *engine,
                CitizSnapshot *snapshot,
                GCancellable *cancellable,
                GError **error)
{
  return citiz_engine_list_blocks (engine, snapshot->blocks, snapshot->entries, error);
}

/* Each part gives what it can read before it fails. */
static gboolean (*const parts[]) (CitizEngine *, CitizSnapshot *, GCancellable *, GError **)
    = {look_at_resources, look_at_days, look_at_imports, look_at_accesses, look_at_ledger};

/**
 * citiz_engine_look:
 *
 * What is damaged keeps nobody out of the rest: it is said in the snapshot.
 *
 * Returns: (transfer full): the record, the accesses, the ledger's newest blocks, the settings; %NULL with error
 */
CitizSnapshot *
citiz_engine_look (CitizEngine *engine, GCancellable *cancellable, GError **error)
{
  g_autoptr (CitizSnapshot) snapshot = citiz_snapshot_new ();

  snapshot->record = citiz_record_new ();
  snapshot->damaged = engine->series == NULL;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (GError) own = NULL;

      if (parts[i](engine, snapshot, cancellable, &own))
        continue;
      if (!citiz_session_error_is_damage (own))
        {
          g_propagate_error (error, g_steal_pointer (&own));
          return NULL;
        }
      g_warning ("a part of the record could not be read: %s", own->message);
      snapshot->damaged = TRUE;
    }
  look_at_settings (engine, snapshot);
  engine->sample_batch = snapshot->sample_batch;
  return g_steal_pointer (&snapshot);
}
