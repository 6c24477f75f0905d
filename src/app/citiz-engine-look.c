/* The engine looks at everything once, when the vault opens: what the window starts from.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "app/citiz-ingest.h"
#include "app/citiz-series-store.h"

#define PARCEL      256 /* resources that a thread takes at a time */
#define PARCELS_MAX 16  /* waiting: bounds the memory */
#define THREADS_MAX 4

/* A resource on its way from the disk to the record. */
typedef struct
{
  CitizId id;
  guint32 version, batch;
  GBytes *plain;   /* until it is read */
  CitizItem *item; /* then */
} Resource;

typedef struct
{
  Resource resources[PARCEL];
  guint n;
  gboolean over;
} Parcel;

/* Reading JSON is nine tenths of the work of opening, so that all cores do it while this thread unseals. */
typedef struct
{
  CitizVault *vault;
  gboolean in_the_back;
  CitizContents *snapshot;
  GHashTable *open; /* batches that do not count */
  GThreadPool *pool;
  GQueue parcels; /* in the order of the disk */
  Parcel *filling;
  GMutex lock;
  GCond one_over;
} Reading;

static void
read_parcel (gpointer data, gpointer user_data)
{
  Parcel *parcel = data;
  Reading *reading = user_data;

  if (reading->in_the_back)
    citiz_engine_step_back ();
  for (guint i = 0; i < parcel->n; i++)
    {
      Resource *resource = &parcel->resources[i];
      g_autoptr (GError) error = NULL;

      resource->item = citiz_item_unpack (resource->plain, &resource->id, resource->version,
                                          resource->batch, &error);
      g_clear_pointer (&resource->plain, g_bytes_unref);
      if (resource->item == NULL)
        g_warning ("a resource could not be read: %s", error->message);
    }
  g_mutex_lock (&reading->lock);
  parcel->over = TRUE;
  g_cond_signal (&reading->one_over);
  g_mutex_unlock (&reading->lock);
}

/* One resource that cannot be read hides nothing else. */
static void
put_resource (CitizContents *snapshot, Resource *resource)
{
  if (resource->item == NULL)
    {
      snapshot->damaged = TRUE;
      return;
    }
  citiz_record_put (snapshot->record, resource->item);
  if (resource->item->sample && resource->batch != 0)
    snapshot->sample_batch = resource->batch;
  citiz_item_unref (resource->item);
}

/* Takes parcels that were read into the record, until @most are left. */
static void
take_parcels (Reading *reading, guint most)
{
  while (reading->parcels.length > most)
    {
      Parcel *parcel = g_queue_pop_head (&reading->parcels);

      citiz_vault_pause (reading->vault);
      g_mutex_lock (&reading->lock);
      while (!parcel->over)
        g_cond_wait (&reading->one_over, &reading->lock);
      g_mutex_unlock (&reading->lock);
      for (guint i = 0; i < parcel->n; i++)
        put_resource (reading->snapshot, &parcel->resources[i]);
      g_free (parcel);
    }
}

static void
send_parcel (Reading *reading)
{
  Parcel *parcel = g_steal_pointer (&reading->filling);

  if (parcel == NULL)
    return;
  g_queue_push_tail (&reading->parcels, parcel);
  g_thread_pool_push (reading->pool, parcel, NULL);
  citiz_vault_pause (reading->vault);
  take_parcels (reading, PARCELS_MAX);
}

static gboolean
look_at_resource_cb (const CitizId *id,
                     guint32 version,
                     guint32 batch,
                     GBytes *plain,
                     gpointer data)
{
  Reading *reading = data;

  if (g_hash_table_contains (reading->open, GUINT_TO_POINTER (batch)))
    return TRUE;
  if (reading->filling == NULL)
    reading->filling = g_new0 (Parcel, 1);
  reading->filling->resources[reading->filling->n++]
      = (Resource){*id, version, batch, g_bytes_ref (plain), NULL};
  if (reading->filling->n == PARCEL)
    send_parcel (reading);
  return TRUE;
}

static void
look_at_settings (CitizEngine *engine, CitizContents *snapshot)
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
                   CitizContents *snapshot,
                   GCancellable *cancellable,
                   GError **error)
{
  g_autoptr (GHashTable) open = citiz_ingest_list_open (engine->vault, error);
  Reading reading
      = {.vault = engine->vault, .in_the_back = engine->looked, .snapshot = snapshot, .open = open};
  gboolean ok;

  if (open == NULL)
    return FALSE;
  g_mutex_init (&reading.lock);
  g_cond_init (&reading.one_over);
  reading.pool = g_thread_pool_new (
      read_parcel, &reading, (gint) CLAMP (g_get_num_processors (), 1, THREADS_MAX), TRUE, NULL);
  ok = citiz_vault_foreach (engine->vault, CITIZ_CLASS_RESOURCE, look_at_resource_cb, &reading,
                            cancellable, error);
  send_parcel (&reading);
  take_parcels (&reading, 0);
  g_thread_pool_free (reading.pool, FALSE, TRUE);
  g_mutex_clear (&reading.lock);
  g_cond_clear (&reading.one_over);
  return ok;
}

static gboolean
look_at_days (CitizEngine *engine,
              CitizContents *snapshot,
              GCancellable *cancellable,
              GError **error)
{
  return citiz_engine_look_at_series (engine, snapshot->record, cancellable, error);
}

static gboolean
look_at_imports (CitizEngine *engine,
                 CitizContents *snapshot,
                 GCancellable *cancellable,
                 GError **error)
{
  return citiz_engine_look_at_imports (engine, snapshot, error);
}

static gboolean
look_at_accesses (CitizEngine *engine,
                  CitizContents *snapshot,
                  GCancellable *cancellable,
                  GError **error)
{
  return citiz_engine_list_accesses (engine, snapshot->accesses, snapshot->openings, error);
}

static gboolean
look_at_ledger (CitizEngine *engine,
                CitizContents *snapshot,
                GCancellable *cancellable,
                GError **error)
{
  return citiz_engine_look_at_ledger (engine, snapshot, error);
}

/* Each part gives what it can read before it fails. */
static gboolean (*const parts[]) (CitizEngine *, CitizContents *, GCancellable *, GError **)
    = {look_at_resources, look_at_days, look_at_imports, look_at_ledger, look_at_accesses};

/**
 * citiz_engine_look:
 *
 * What is damaged keeps nobody out of the rest: it is said in the snapshot.
 *
 * Returns: (transfer full): the record, the accesses, the ledger's newest blocks, the settings; %NULL with error
 */
CitizContents *
citiz_engine_look (CitizEngine *engine, GCancellable *cancellable, GError **error)
{
  g_autoptr (CitizContents) snapshot = citiz_contents_new ();

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
  engine->looked = TRUE;
  return g_steal_pointer (&snapshot);
}
