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

/* The node keeps its port: a link given yesterday must open today. A port taken by another program is given up for a free one,
 * and the links of live accesses are told anew with it (put_links). */
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

/* Chain and node on top of the vault's database; they are there already when they went on while the record was locked. */
static gboolean
open_node (CitizEngine *engine, GError **error)
{
  CitizDb *db = citiz_vault_get_db (engine->vault);
  g_autoptr (CitizSecret) seed = citiz_vault_derive (engine->vault, CITIZ_DOMAIN_KEY_NODE, 0);
  g_autoptr (GError) own = NULL;

  if (engine->node != NULL)
    return TRUE;
  engine->node_key = citiz_signing_key_new_from_seed (seed);
  engine->chain = citiz_chain_open (db, engine->env, engine->node_key, error);
  if (engine->chain == NULL)
    return FALSE;
  engine->node = citiz_node_new (db, engine->chain, engine->env, engine->node_key);
  citiz_engine_watch_node (engine);
  /* Nobody is kept out of their record for want of a port: the next press tries again. */
  if (!citiz_engine_start_node (engine, &own))
    g_warning ("the node does not start: %s", own->message);
  return TRUE;
}

/* The vault is open: everything on top of it. */
static gboolean
open_rest (CitizEngine *engine, GError **error)
{
  citiz_account_keys_init (&engine->records, engine->vault, 0);
  if (!recover_imports (engine, error) || !open_node (engine, error))
    return FALSE;
  g_clear_pointer (&engine->served, citiz_db_unref);
  engine->series = citiz_series_store_new (engine->vault, NULL);
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
  engine->vault = engine->served != NULL
                      ? citiz_vault_open_db (engine->served, engine->env, passphrase, error)
                      : citiz_vault_open (engine->folder, engine->env, passphrase, error);
  return open_or_close (engine, error);
}

gboolean
citiz_engine_open_with_words (CitizEngine *engine,
                              CitizSecret *entropy,
                              CitizSecret *new_passphrase,
                              GError **error)
{
  citiz_engine_lock (engine);
  engine->vault = engine->served != NULL
                      ? citiz_vault_open_db_with_words (engine->served, engine->env, entropy, error)
                      : citiz_vault_open_with_words (engine->folder, engine->env, entropy, error);
  if (!open_or_close (engine, error))
    return FALSE;
  if (citiz_vault_set_passphrase (engine->vault, new_passphrase, citiz_kdf_calibrate (), error))
    return TRUE;
  citiz_engine_close (engine);
  return FALSE;
}

/* What needs the vault's keys. What cannot be anchored now is anchored after the next opening. */
static void
close_record (CitizEngine *engine)
{
  g_autoptr (GError) error = NULL;

  if (engine->anchor_timer != NULL)
    g_source_destroy (engine->anchor_timer);
  g_clear_pointer (&engine->anchor_timer, g_source_unref);
  citiz_ingest_stop (engine->vault);
  engine->import = NULL;
  citiz_engine_finish_code (engine);
  if (engine->chain != NULL && !citiz_engine_anchor (engine, &error))
    g_warning ("the record could not be anchored now: %s", error->message);
  g_clear_pointer (&engine->verifier, citiz_chain_verifier_free);
  g_clear_pointer (&engine->series, citiz_series_store_free);
  citiz_account_keys_clear (&engine->records);
  engine->sample_batch = 0;
}

static void
close_node (CitizEngine *engine)
{
  if (engine->node != NULL)
    citiz_node_stop (engine->node);
  g_clear_object (&engine->node);
  g_clear_pointer (&engine->chain, citiz_chain_close);
  g_clear_pointer (&engine->node_key, citiz_signing_key_unref);
  g_clear_pointer (&engine->served, citiz_db_unref);
}

/**
 * citiz_engine_is_serving:
 *
 * Returns: %TRUE while the record is locked and the node holds its part of an access that has not ended
 */
gboolean
citiz_engine_is_serving (CitizEngine *engine)
{
  g_autoptr (GArray) grants = NULL;

  if (engine->served == NULL || citiz_node_get_origin (engine->node) == NULL)
    return FALSE;
  citiz_node_sweep (engine->node);
  grants = citiz_node_store_grants (engine->served, NULL);
  return grants != NULL && grants->len > 0;
}

/**
 * citiz_engine_lock:
 *
 * Wipes the keys of the record. The node goes on: it holds nothing that opens the record (a preview ends here), a doctor's 24 hours do not end because
 * a screen went dark, and a link that has ended still says so. What is told to it meanwhile waits, sealed, in its box.
 */
void
citiz_engine_lock (CitizEngine *engine)
{
  if (engine->vault == NULL)
    return;
  close_record (engine);
  if (engine->node != NULL)
    {
      citiz_node_end_preview (engine->node);
      engine->served = citiz_db_ref (citiz_vault_get_db (engine->vault));
    }
  g_clear_pointer (&engine->vault, citiz_vault_close);
  citiz_engine_tell_serving (engine);
}

/**
 * citiz_engine_close:
 *
 * Everything: the record's keys, the node, the file.
 */
void
citiz_engine_close (CitizEngine *engine)
{
  if (engine->vault != NULL)
    close_record (engine);
  close_node (engine);
  g_clear_pointer (&engine->vault, citiz_vault_close);
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
