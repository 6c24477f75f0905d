/* Accesses over the nodes that another copy of this record gave, or ended. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-shared.h"

/* What the ledger knows of it. Its link and its code were made elsewhere; the account that may end it is the same. */
static json_t *
describe_copied (CitizEngine *engine, const CitizTxInfo *info)
{
  const CitizTxGrant *grant = &info->tx->body.grant;
  g_autofree gchar *chain = citiz_hash_to_hex (citiz_community_get_id (engine->community));
  g_autofree gchar *capsule = citiz_hash_to_hex (&grant->capsule);
  json_t *nodes = json_array ();

  for (guint i = 0; i < grant->n_committee; i++)
    {
      const CitizPublicKey *node = &grant->committee[i].node;
      g_autofree gchar *key = citiz_base64url_encode (node->b, sizeof node->b);

      json_array_append_new (nodes,
                             json_pack ("[s, s]", key, citiz_engine_node_url (engine, node, "")));
    }
  return json_pack ("{s:b, s:s, s:s, s:I, s:I, s:i, s:o, s:I}", "copied", TRUE, "community", chain,
                    "capsule", capsule, "given", (json_int_t) info->time.ms, "expires",
                    (json_int_t) grant->expires.ms, "t", (int) grant->threshold, "nodes", nodes,
                    "held", (json_int_t) ((1 << grant->n_committee) - 1));
}

static gboolean
is_new (CitizEngine *engine, const CitizTxInfo *info)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) known = NULL;

  if (info->type != CITIZ_TX_GRANT)
    return FALSE;
  known = citiz_vault_get (engine->vault, CITIZ_CLASS_GRANT, &info->grant, 0, &error);
  return g_error_matches (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND);
}

/* Within a transaction of the vault's. @ids: CitizId of those that are new */
static gboolean
write_copied (CitizEngine *engine, GPtrArray *txs, GArray *ids, GError **error)
{
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < txs->len; i++)
    {
      const CitizTxInfo *info = txs->pdata[i];
      json_t *json = is_new (engine, info) ? describe_copied (engine, info) : NULL;

      if (json == NULL)
        continue;
      ok = citiz_engine_write_json (engine, CITIZ_CLASS_GRANT, &info->grant, json, error);
      g_array_append_val (ids, info->grant);
      json_decref (json);
    }
  return ok && citiz_community_take_copied (engine->community, error);
}

/**
 * citiz_engine_adopt_copied:
 *
 * What another copy of this record gave is listed here, too, and can be ended here.
 */
void
citiz_engine_adopt_copied (CitizEngine *engine)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (CitizId));
  g_autoptr (GPtrArray) txs = NULL;
  g_autoptr (GError) error = NULL;

  txs = engine->vault != NULL ? citiz_community_list_copied (engine->community) : NULL;
  if (txs == NULL)
    return;
  if (!citiz_vault_begin (engine->vault, &error)
      || !citiz_engine_end_transaction (engine, write_copied (engine, txs, ids, &error), &error))
    {
      g_warning ("what another copy of the record gave could not be kept: %s", error->message);
      return;
    }
  citiz_community_took_copied (engine->community);
  for (guint i = 0; i < ids->len; i++)
    {
      const CitizId *id = &g_array_index (ids, CitizId, i);
      json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, id, NULL);

      if (json != NULL)
        citiz_engine_add_shared (engine, id, json);
      json_decref (json);
      citiz_engine_tell_access (engine, id);
    }
}

/**
 * citiz_engine_drop_copied:
 *
 * The community was left: what another copy of this record gave and has not ended is that copy's, and nobody can be told of it here any more.
 */
void
citiz_engine_drop_copied (CitizEngine *engine)
{
  GHashTableIter iter;
  gpointer value;

  if (engine->shared == NULL)
    return;
  g_hash_table_iter_init (&iter, engine->shared);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const CitizShared *shared = value;
      g_autoptr (GError) error = NULL;

      if (!shared->copied || shared->over)
        continue;
      if (!citiz_vault_begin (engine->vault, &error)
          || !citiz_engine_end_transaction (
              engine, citiz_vault_delete (engine->vault, CITIZ_CLASS_GRANT, &shared->id, &error),
              &error))
        g_warning ("what another copy of the record gave stays listed: %s", error->message);
      else
        citiz_engine_tell_session (engine, citiz_session_drop_access,
                                   g_memdup2 (&shared->id, sizeof shared->id), g_free);
    }
}

/* Whether the ledger has the end of this access from another copy of the record. */
gboolean
citiz_engine_is_ended_by_copy (CitizEngine *engine, const CitizId *id)
{
  CitizChain *chain = citiz_engine_shared_chain (engine);
  g_autoptr (GPtrArray) txs = chain != NULL ? citiz_chain_txs_of_grant (chain, id, NULL) : NULL;

  for (guint i = 0; txs != NULL && i < txs->len; i++)
    {
      const CitizTxInfo *info = txs->pdata[i];

      if (info->type == CITIZ_TX_GRANT_REVOKE)
        return citiz_community_is_of_copy (engine->community, info->tx);
    }
  return FALSE;
}
