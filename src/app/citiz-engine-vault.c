/* The engine and the vault: making, opening, looking at everything once, closing.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "app/citiz-ingest.h"
#include "app/citiz-series-store.h"

#include <glib/gstdio.h>

gboolean
citiz_engine_require_open (CitizEngine *engine, GError **error)
{
  if (engine->vault != NULL)
    return TRUE;
  g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_LOCKED, "the vault is not open");
  return FALSE;
}

gboolean
citiz_engine_require_community (CitizEngine *engine, GError **error)
{
  if (!citiz_engine_require_open (engine, error))
    return FALSE;
  if (engine->community != NULL)
    return TRUE;
  g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NO_COMMUNITY,
               "no community was joined");
  return FALSE;
}

/* What an import that never ended or an undo left behind goes; what cannot be read now hides nothing else (citiz_engine_look() tells). */
gboolean
citiz_engine_recover_imports (CitizEngine *engine, GError **error)
{
  g_autoptr (GError) own = NULL;

  if (citiz_ingest_recover (engine->vault, &own) || citiz_session_error_is_damage (own))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&own));
  return FALSE;
}

/* The vault is open: everything on top of it. */
static gboolean
open_rest (CitizEngine *engine, GError **error)
{
  citiz_account_keys_init (&engine->records, engine->vault, 0);
  if (!citiz_engine_recover_imports (engine, error) || !citiz_engine_open_ledger (engine, error))
    return FALSE;
  g_clear_pointer (&engine->served, citiz_db_unref);
  engine->series = citiz_series_store_new (engine->vault, NULL);
  citiz_engine_open_community (engine);
  citiz_engine_take_mail (engine);
  citiz_engine_anchor_later (engine);
  citiz_vault_set_pause (engine->vault, citiz_engine_let_pass, engine);
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
  citiz_vault_set_pause (engine->vault, NULL, NULL); /* nobody passes what closes */
  citiz_ingest_stop (engine->vault);
  engine->import = NULL;
  citiz_engine_finish_code (engine);
  if (engine->chain != NULL && !citiz_engine_anchor (engine, &error))
    g_warning ("the record could not be anchored now: %s", error->message);
  g_clear_pointer (&engine->verifier, citiz_chain_verifier_free);
  g_clear_pointer (&engine->series, citiz_series_store_free);
  citiz_account_keys_clear (&engine->records);
  engine->sample_batch = 0;
  engine->looked = FALSE;
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
    {
      citiz_engine_tell_serving (engine); /* whoever waits for the keys to be gone may go on */
      return;
    }
  close_record (engine);
  if (engine->node == NULL)
    citiz_engine_close_community (engine);
  else
    {
      citiz_engine_lock_community (engine);
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
  citiz_engine_close_community (engine);
  citiz_engine_close_ledger (engine);
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
  citiz_community_remove_copy (engine->folder);
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
