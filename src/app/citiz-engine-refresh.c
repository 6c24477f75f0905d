/* The engine and a record that changes while an access is live: another capsule under the same link.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-access-private.h"

#include "consent/citiz-code.h"
#include "consent/citiz-link.h"

/* Given before the birth date was known, or sealed under one that was corrected: who types the true one could never open it. */
static gboolean
needs_code (const CitizRenewal *renewal, const json_t *json)
{
  const gchar *under = json_string_value (json_object_get (json, "codeUnder"));

  return renewal->birth_date != NULL
         && (json_object_get (json, "code") == NULL
             || (under != NULL && !g_str_equal (under, renewal->birth_date)));
}

CitizDeal *
citiz_engine_deal_again (CitizEngine *engine,
                         const CitizRenewal *renewal,
                         const CitizTxGrant *grant,
                         const json_t *json,
                         GError **error)
{
  const gchar *address = json_string_value (json_object_get (json, "link"));
  g_autoptr (CitizLink) link = citiz_link_parse (address, error);
  CitizDeal *deal = link != NULL ? citiz_deal_renew (engine->env, renewal->summary.bundle, grant,
                                                     link->k_r, link->t, error)
                                 : NULL;

  if (deal != NULL && needs_code (renewal, json))
    {
      deal->link = g_strdup (address);
      deal->code = citiz_code_new (engine->env);
    }
  return deal;
}

/* What the vault remembers of it, as it is now; the rest stays. */
void
citiz_engine_describe_renewal (json_t *json,
                               const CitizRenewal *renewal,
                               const CitizDeal *deal,
                               CitizTime now)
{
  g_autofree gchar *capsule = citiz_hash_to_hex (&deal->body.capsule);
  g_autofree gchar *digest = citiz_hash_to_hex (&renewal->summary.digest);

  json_object_set_new (json, "capsule", json_string (capsule));
  json_object_set_new (json, "digest", json_string (digest));
  json_object_set_new (json, "updated", json_integer (now.ms));
  json_object_set_new (json, "withheld", json_integer (renewal->summary.withheld));
  json_object_set (json, "shown", renewal->summary.shown);
  json_object_set_new (json, "profile", json_string (renewal->profile));
  if (deal->code == NULL)
    return;
  json_object_set_new (json, "code", json_string (deal->code));
  json_object_set_new (json, "codeUnder", json_string (renewal->birth_date));
  json_object_set_new (json, "tries", json_integer (CITIZ_PASSCODE_TRIES));
  json_object_del (json, "triesAt");
}

/* Ledger, node and vault: all of it or nothing, so that a computer that dies in between opens the old one or the new one. */
static gboolean
commit_renewal (CitizEngine *engine,
                const CitizRenewal *renewal,
                const CitizDeal *deal,
                json_t *json,
                GError **error)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  CitizTxBody body = {.grant = deal->body};
  CitizAccountKeys account;
  CitizBlockInfo block;

  citiz_account_keys_init (&account, engine->vault, (guint64) citiz_json_integer (json, "account"));
  citiz_engine_add_account (engine, &account, txs);
  citiz_chain_add (engine->chain, txs, CITIZ_TX_GRANT, &account.id, 0, &body, account.key);
  citiz_account_keys_clear (&account);
  if (!citiz_vault_begin (engine->vault, error))
    return FALSE;
  if (!citiz_node_renew (engine->node, deal, txs, &block, error))
    {
      citiz_vault_rollback (engine->vault);
      return FALSE;
    }
  citiz_engine_describe_renewal (json, renewal, deal, block.time);
  if (!citiz_engine_write_json (engine, CITIZ_CLASS_GRANT, &renewal->access, json, error))
    {
      citiz_vault_rollback (engine->vault);
      return FALSE;
    }
  if (!citiz_vault_commit (engine->vault, error))
    return FALSE;
  citiz_db_forget_journal (citiz_vault_get_db (engine->vault));
  return TRUE;
}

/**
 * citiz_engine_renew:
 * @data: a #CitizRenewal
 *
 * PROTOCOL §5, Refreshing. An access that has ended meanwhile stays as it is: there is nothing to bring up to date.
 */
gboolean
citiz_engine_renew (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  CitizRenewal *renewal = data;
  g_autoptr (CitizDeal) deal = NULL;
  CitizGrantState state;
  json_t *json;
  gboolean ok = TRUE;

  if (!citiz_engine_require_ledger (engine, error))
    return FALSE;
  json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, &renewal->access, error);
  if (json == NULL)
    return FALSE;
  if (citiz_engine_is_shared (engine, &renewal->access, json))
    ok = citiz_engine_renew_shared (engine, renewal, json, error);
  else if (citiz_chain_grant (engine->chain, &renewal->access, &state) && state.ended.ms == 0)
    {
      deal = citiz_engine_deal_again (engine, renewal, &state.grant, json, error);
      ok = deal != NULL && commit_renewal (engine, renewal, deal, json, error);
    }
  if (ok)
    renewal->renewed = citiz_engine_describe_access (engine, &renewal->access, json);
  citiz_engine_drop_grant (json);
  if (deal != NULL)
    citiz_engine_tell_ledger (engine);
  if (ok && deal != NULL && deal->code != NULL)
    citiz_engine_seal_code_later (engine, g_steal_pointer (&deal), FALSE, renewal->birth_date);
  return ok;
}
