/* The engine, the ledger and the node: opened together, and left alone when the ledger does not agree with itself.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "ledger/citiz-ledger-error.h"
#include "store/citiz-store-error.h"

#include <glib/gi18n.h>
#include <string.h>

#define NODE_PORT_SETTING "node-port"

/* --- the node --- */

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

/* --- the ledger --- */

/* What the disk refuses for another reason (full, read-only, busy) is none. */
static gboolean
is_disagreement (const GError *error)
{
  return error->domain == CITIZ_LEDGER_ERROR
         || g_error_matches (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED)
         || g_error_matches (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND);
}

static gchar *
disagreement_in_words (const GError *why)
{
  guint64 block = citiz_chain_error_block (why);

  if (g_error_matches (why, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_KEY))
    return g_strdup (_ ("The key that signs it is missing, or contradicts what it signed before."));
  if (block == 0)
    return g_strdup (_ ("A part that everything else rests on cannot be read."));
  return g_strdup_printf (_ ("Block %lu is not what was sealed."), (gulong) block);
}

/**
 * citiz_engine_distrust:
 *
 * The ledger does not agree with itself: nothing is written to it any more and the node gives nothing away, since what was agreed can no
 * longer be told. The record stays open. The next opening looks again.
 */
void
citiz_engine_distrust (CitizEngine *engine, const GError *why)
{
  g_warning ("the ledger does not agree with itself and is left alone: %s", why->message);
  if (engine->node != NULL)
    {
      citiz_engine_finish_code (engine);
      citiz_engine_take_mail (engine);
    }
  citiz_engine_close_ledger (engine);
  engine->distrust = disagreement_in_words (why);
}

/* The node's chain, or distrust; %FALSE only for what is not the ledger's fault. */
static gboolean
open_chain (CitizEngine *engine, GError **error)
{
  g_autoptr (CitizSecret) seed = citiz_vault_derive (engine->vault, CITIZ_DOMAIN_KEY_NODE, 0);
  g_autoptr (GError) own = NULL;

  engine->node_key = citiz_signing_key_new_from_seed (seed);
  engine->chain
      = citiz_chain_open (citiz_vault_get_db (engine->vault), engine->env, engine->node_key, &own);
  if (engine->chain != NULL && !citiz_chain_can_sign (engine->chain))
    g_set_error (&own, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_KEY, "its journal is not its own");
  if (own == NULL)
    return TRUE;
  if (is_disagreement (own))
    {
      citiz_engine_distrust (engine, own);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&own));
  return FALSE;
}

/**
 * citiz_engine_open_ledger:
 *
 * Chain and node on top of the vault's database; they are there already when they went on while the record was locked.
 */
gboolean
citiz_engine_open_ledger (CitizEngine *engine, GError **error)
{
  CitizDb *db = citiz_vault_get_db (engine->vault);
  g_autoptr (GError) own = NULL;

  if (engine->node != NULL)
    return TRUE;
  g_clear_pointer (&engine->distrust, g_free);
  if (!open_chain (engine, error))
    return FALSE;
  if (engine->distrust != NULL)
    return TRUE;
  engine->node = citiz_node_new (db, engine->chain, engine->env, engine->node_key);
  citiz_engine_watch_node (engine);
  /* Nobody is kept out of their record for want of a port: the next press tries again. */
  if (!citiz_engine_start_node (engine, &own))
    g_warning ("the node does not start: %s", own->message);
  return TRUE;
}

/* A step that does not hold was checked against the stored bytes a moment ago. */
static gboolean
steps_hold (GPtrArray *entries, GError **error)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const CitizEntry *entry = g_ptr_array_index (entries, i);

      for (guint k = 0; k < CITIZ_N_STEPS; k++)
        if (entry->state[k] == CITIZ_STEP_FAILED)
          {
            g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED,
                         "block %" G_GUINT64_FORMAT ": a step of an entry does not hold",
                         entry->height);
            return FALSE;
          }
    }
  return TRUE;
}

static gboolean
list_and_check (CitizEngine *engine, CitizContents *snapshot, GError **error)
{
  g_ptr_array_set_size (snapshot->blocks, 0);
  g_ptr_array_set_size (snapshot->entries, 0);
  return citiz_engine_list_blocks (engine, snapshot->blocks, snapshot->entries, error)
         && steps_hold (snapshot->entries, error);
}

/**
 * citiz_engine_look_at_ledger:
 *
 * The newest blocks, each checked. What can be made again from the transactions is; what cannot, takes the ledger's trust away and keeps nobody
 * out of the record.
 */
gboolean
citiz_engine_look_at_ledger (CitizEngine *engine, CitizContents *snapshot, GError **error)
{
  g_autoptr (GError) own = NULL;

  if (engine->chain != NULL && !list_and_check (engine, snapshot, &own) && is_disagreement (own))
    {
      g_clear_error (&own);
      if (citiz_chain_mend (engine->chain, &own))
        list_and_check (engine, snapshot, &own);
    }
  if (own != NULL && !is_disagreement (own))
    {
      g_propagate_error (error, g_steal_pointer (&own));
      return FALSE;
    }
  if (own != NULL)
    citiz_engine_distrust (engine, own);
  citiz_engine_list_shared_entries (engine, snapshot->entries);
  snapshot->distrust = g_strdup (engine->distrust);
  snapshot->community = citiz_engine_describe_community (engine);
  return TRUE;
}

/* For everything that writes to the ledger, or proves by it. */
gboolean
citiz_engine_require_ledger (CitizEngine *engine, GError **error)
{
  if (!citiz_engine_require_open (engine, error))
    return FALSE;
  if (engine->distrust == NULL)
    return TRUE;
  g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_LEDGER,
               "the ledger does not agree with itself");
  return FALSE;
}

/* With nothing to close, nothing happens. */
void
citiz_engine_close_ledger (CitizEngine *engine)
{
  if (engine->community != NULL)
    citiz_community_set_personal (engine->community, NULL, FALSE);
  if (engine->node != NULL)
    citiz_node_stop (engine->node);
  g_clear_object (&engine->node);
  g_clear_pointer (&engine->chain, citiz_chain_close);
  g_clear_pointer (&engine->node_key, citiz_signing_key_unref);
  g_clear_pointer (&engine->served, citiz_db_unref);
  g_clear_pointer (&engine->distrust, g_free);
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

  if (engine->served == NULL)
    return FALSE;
  if (citiz_engine_is_handing (engine))
    return TRUE;
  if (citiz_node_get_origin (engine->node) == NULL)
    return FALSE;
  citiz_node_sweep (engine->node);
  grants = citiz_node_store_grants (engine->served, NULL);
  return grants != NULL && grants->len > 0;
}
