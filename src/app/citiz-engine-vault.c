/* The engine and the vault: making, opening, looking at everything once, closing.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "app/citiz-ingest.h"
#include "app/citiz-series-store.h"

#include <glib/gstdio.h>
#include <string.h>

#define NODE_PORT_SETTING "node-port"

gboolean
citiz_engine_require_open (CitizEngine *engine, GError **error)
{
  if (engine->vault != NULL)
    return TRUE;
  g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_LOCKED, "the vault is not open");
  return FALSE;
}

/* The node keeps its port: a link given yesterday must open today. A port taken by another program is given up for a free one. */
gboolean
citiz_engine_start_node (CitizEngine *engine, GError **error)
{
  g_autoptr (GBytes) kept = citiz_vault_get_setting (engine->vault, NODE_PORT_SETTING);
  guint16 port = 0;
  g_autoptr (GUri) origin = NULL;
  g_autoptr (GBytes) now = NULL;

  if (kept != NULL && g_bytes_get_size (kept) == sizeof port)
    memcpy (&port, g_bytes_get_data (kept, NULL), sizeof port);
  if (!citiz_node_start (engine->node, port, port != 0 ? NULL : error)
      && (port == 0 || !citiz_node_start (engine->node, 0, error)))
    return FALSE;
  origin = g_uri_parse (citiz_node_get_origin (engine->node), G_URI_FLAGS_NONE, error);
  if (origin == NULL)
    return FALSE;
  if (g_uri_get_port (origin) == port)
    return TRUE;
  port = (guint16) g_uri_get_port (origin);
  now = g_bytes_new (&port, sizeof port);
  return citiz_vault_set_setting (engine->vault, NODE_PORT_SETTING, now, error);
}

/* What an import that never ended left behind goes; what cannot be read now hides nothing else (citiz_engine_look() tells). */
static gboolean
recover_imports (CitizEngine *engine, GError **error)
{
  g_autoptr (GError) own = NULL;

  if (citiz_ingest_recover (engine->vault, &own) || citiz_session_error_is_damage (own))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&own));
  return FALSE;
}

/* The vault is open: the chain and the node on top of it. */
static gboolean
open_rest (CitizEngine *engine, GError **error)
{
  CitizDb *db = citiz_vault_get_db (engine->vault);
  g_autoptr (GError) own = NULL;
  g_autoptr (CitizSecret) seed = citiz_vault_derive (engine->vault, CITIZ_DOMAIN_KEY_NODE, 0);

  engine->node_key = citiz_signing_key_new_from_seed (seed);
  citiz_account_keys_init (&engine->records, engine->vault, 0);
  engine->chain = citiz_chain_open (db, engine->env, engine->node_key, error);
  if (engine->chain == NULL)
    return FALSE;
  if (!recover_imports (engine, error))
    return FALSE;
  engine->series = citiz_series_store_new (engine->vault, NULL);
  engine->node = citiz_node_new (db, engine->chain, engine->env, engine->node_key);
  citiz_engine_watch_node (engine);
  /* Nobody is kept out of their record for want of a port: the next press tries again. */
  if (!citiz_engine_start_node (engine, &own))
    g_warning ("the node does not start: %s", own->message);
  citiz_engine_take_mail (engine);
  citiz_engine_anchor_later (engine);
  return TRUE;
}

static gboolean
open_or_close (CitizEngine *engine, GError **error)
{
  if (engine->vault == NULL)
    return FALSE;
  if (open_rest (engine, error))
    return TRUE;
  citiz_engine_close (engine);
  return FALSE;
}

gboolean
citiz_engine_create (CitizEngine *engine,
                     CitizSecret *passphrase,
                     CitizSecret *entropy,
                     CitizKdfCost cost,
                     GError **error)
{
  if (engine->vault != NULL)
    {
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_EXISTS, "a vault is open");
      return FALSE;
    }
  engine->vault
      = citiz_vault_create (engine->folder, engine->env, passphrase, entropy, cost, error);
  if (engine->vault == NULL)
    return FALSE;
  if (open_rest (engine, error))
    return TRUE;
  citiz_engine_erase (engine, NULL); /* half a vault would stand in the way of the next try */
  return FALSE;
}

gboolean
citiz_engine_open (CitizEngine *engine, CitizSecret *passphrase, GError **error)
{
  if (engine->vault != NULL) /* open already: the passphrase still counts */
    return citiz_vault_check_passphrase (engine->vault, passphrase, error);
  engine->vault = citiz_vault_open (engine->folder, engine->env, passphrase, error);
  return open_or_close (engine, error);
}

gboolean
citiz_engine_open_with_words (CitizEngine *engine,
                              CitizSecret *entropy,
                              CitizSecret *new_passphrase,
                              GError **error)
{
  citiz_engine_close (engine);
  engine->vault = citiz_vault_open_with_words (engine->folder, engine->env, entropy, error);
  if (!open_or_close (engine, error))
    return FALSE;
  if (citiz_vault_set_passphrase (engine->vault, new_passphrase, citiz_kdf_calibrate (), error))
    return TRUE;
  citiz_engine_close (engine);
  return FALSE;
}

/**
 * citiz_engine_close:
 *
 * Anchors what waits, stops the node and wipes the keys. What cannot be anchored now is anchored after the next opening.
 */
void
citiz_engine_close (CitizEngine *engine)
{
  g_autoptr (GError) error = NULL;

  if (engine->vault == NULL)
    return;
  if (engine->anchor_timer != NULL)
    g_source_destroy (engine->anchor_timer);
  g_clear_pointer (&engine->anchor_timer, g_source_unref);
  citiz_ingest_stop (engine->vault);
  engine->import = NULL;
  citiz_engine_finish_code (engine);
  if (engine->chain != NULL && !citiz_engine_anchor (engine, &error))
    g_warning ("the record could not be anchored now: %s", error->message);
  if (engine->node != NULL)
    citiz_node_stop (engine->node);
  g_clear_object (&engine->node);
  g_clear_pointer (&engine->verifier, citiz_chain_verifier_free);
  g_clear_pointer (&engine->chain, citiz_chain_close);
  g_clear_pointer (&engine->series, citiz_series_store_free);
  citiz_account_keys_clear (&engine->records);
  g_clear_pointer (&engine->node_key, citiz_signing_key_unref);
  g_clear_pointer (&engine->vault, citiz_vault_close);
  engine->sample_batch = 0;
}

/* Everything: the keys first, so that what a disk may still hold can never be read. */
gboolean
citiz_engine_erase (CitizEngine *engine, GError **error)
{
  static const gchar *const suffixes[] = {"", "-wal", "-shm"};
  CitizDb *db = citiz_vault_get_db (engine->vault);

  if (!citiz_db_exec (db, "DELETE FROM slot", error)
      || !citiz_db_exec (db, "PRAGMA wal_checkpoint (TRUNCATE)", error))
    return FALSE;
  citiz_engine_close (engine);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree gchar *name = g_strconcat (CITIZ_DB_FILE, suffixes[i], NULL);
      g_autofree gchar *path = g_build_filename (engine->folder, name, NULL);

      if (g_unlink (path) != 0 && g_file_test (path, G_FILE_TEST_EXISTS))
        {
          g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_READ_ONLY,
                       "%s could not be removed", name);
          return FALSE;
        }
    }
  return TRUE;
}
