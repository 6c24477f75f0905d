/* The engine and accesses: dealing, revoking, listing.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-access-private.h"

#include <string.h>

#define ACCOUNTS_BEYOND 16 /* accounts looked for past the number of accesses the vault holds */

/* --- giving --- */

void
citiz_give_free (gpointer data)
{
  CitizGive *give = data;

  citiz_summary_clear (&give->summary);
  g_clear_object (&give->access);
  g_free (give->profile);
  g_free (give->label);
  g_free (give->contact_name);
  g_free (give->contact_phone);
  g_free (give->birth_date);
  g_free (give->withdrawn);
  g_free (give);
}

struct _CitizCodeJob
{
  CitizEngine *engine;
  CitizDeal *deal;
  gboolean shared; /* over the nodes of a community */
  gchar *birth_date;
  GPtrArray *entries; /* CitizCodeEntry, one a node */
  GThread *thread;
};

const CitizId *
citiz_code_job_grant (const CitizCodeJob *job)
{
  return &job->deal->body.id;
}

/* A code that the node does not know is not shown to be said. */
static void
drop_code (CitizEngine *engine, const CitizId *id)
{
  g_autoptr (GError) error = NULL;
  json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, id, &error);

  if (json_object_get (json, "code") != NULL)
    {
      json_object_del (json, "code");
      if (citiz_engine_rewrite_json (engine, CITIZ_CLASS_GRANT, id, json, &error))
        citiz_engine_tell_access (engine, id);
    }
  if (error != NULL)
    g_warning ("a spoken code that does not work is still shown: %s", error->message);
  citiz_engine_drop_grant (json);
}

/* To this computer's own node. */
static void
put_code (CitizEngine *engine, const CitizCodeJob *job)
{
  g_autoptr (GError) error = NULL;

  if (citiz_node_put_code (engine->node, job->entries->pdata[0], &error))
    return;
  g_message ("the spoken code could not be kept: %s", error->message);
  drop_code (engine, citiz_code_job_grant (job));
}

/**
 * citiz_engine_finish_code:
 *
 * Waits for the spoken code that is being sealed, if one is, and gives it to whom it is for.
 */
void
citiz_engine_finish_code (CitizEngine *engine)
{
  CitizCodeJob *job = g_steal_pointer (&engine->code_job);

  if (job == NULL)
    return;
  g_thread_join (job->thread);
  if (job->shared)
    citiz_engine_hand_codes (engine, job->deal, job->entries);
  else
    put_code (engine, job);
  g_ptr_array_unref (job->entries);
  citiz_deal_free (job->deal);
  g_free (job->birth_date);
  g_free (job);
}

static gboolean
finish_code_cb (gpointer data)
{
  citiz_engine_finish_code (data);
  return G_SOURCE_REMOVE;
}

/* A worker thread: 600 000 rounds take longer than a press may. */
static gpointer
seal_code_thread (gpointer data)
{
  CitizCodeJob *job = data;

  job->entries = citiz_deal_seal_codes (job->engine->env, job->deal, job->birth_date);
  citiz_engine_do (job->engine, finish_code_cb, job->engine);
  return NULL;
}

/* @deal: (transfer full) */
void
citiz_engine_seal_code_later (CitizEngine *engine,
                              CitizDeal *deal,
                              gboolean shared,
                              const gchar *birth_date)
{
  CitizCodeJob *job = g_new0 (CitizCodeJob, 1);

  citiz_engine_finish_code (engine);
  job->engine = engine;
  job->deal = deal;
  job->shared = shared;
  job->birth_date = g_strdup (birth_date);
  engine->code_job = job;
  job->thread = g_thread_new ("citiz-code", seal_code_thread, job);
}

static guint64
next_account (CitizEngine *engine)
{
  return 1 + (guint64) citiz_vault_count (engine->vault, CITIZ_CLASS_GRANT);
}

json_t *
citiz_engine_describe_deal (const CitizGive *give, const CitizDeal *deal, guint64 account)
{
  g_autofree gchar *capsule = citiz_hash_to_hex (&deal->body.capsule);
  g_autofree gchar *salt = citiz_hash_to_hex (&deal->scope_salt);
  g_autofree gchar *digest = citiz_hash_to_hex (&give->summary.digest);
  json_t *json = json_pack (
      "{s:I, s:I, s:I, s:s, s:s, s:s, s:i, s:i, s:O, s:s, s:s, s:s}", "account",
      (json_int_t) account, "given", (json_int_t) deal->body.not_before.ms, "expires",
      (json_int_t) deal->body.expires.ms, "capsule", capsule, "profile", give->profile, "scopeSalt",
      salt, "withheld", (int) give->summary.withheld, "tries", CITIZ_PASSCODE_TRIES, "shown",
      give->summary.shown, "digest", digest, "link", deal->link, "shlink", deal->shlink);

  if (give->sample)
    json_object_set_new (json, "sample", json_true ());
  if (give->instead)
    json_object_set_new (json, "instead", json_true ());
  if (give->withdrawn != NULL)
    json_object_set_new (json, "replaced", json_true ());
  if (give->birth_date != NULL)
    {
      json_object_set_new (json, "code", json_string (deal->code));
      json_object_set_new (json, "codeUnder", json_string (give->birth_date));
    }
  return json;
}

static json_t *
describe_own_deal (const CitizGive *give,
                   const CitizDeal *deal,
                   guint64 account,
                   const CitizTx *tx,
                   const CitizBlockInfo *block)
{
  g_autofree gchar *id = citiz_hash_to_hex (citiz_tx_get_id (tx));
  json_t *json = citiz_engine_describe_deal (give, deal, account);

  json_object_set_new (json, "tx", json_string (id));
  json_object_set_new (json, "height", json_integer ((json_int_t) block->height));
  return json;
}

/* Everything of the press that must be there or not at all: the grant on the ledger, the node's part, the vault's memory of it. */
static gboolean
commit_deal (CitizEngine *engine, CitizGive *give, CitizDeal *deal, GError **error)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  guint64 number = next_account (engine);
  CitizAccountKeys account;
  CitizTxBody body = {0};
  CitizBlockInfo block;
  json_t *json;
  gboolean ok;

  citiz_account_keys_init (&account, engine->vault, number);
  citiz_engine_add_account (engine, &account, txs);
  body.grant = deal->body;
  citiz_chain_add (engine->chain, txs, CITIZ_TX_GRANT, &account.id, 0, &body, account.key);
  citiz_account_keys_clear (&account);
  if (!citiz_vault_begin (engine->vault, error))
    return FALSE;
  ok = citiz_node_deal (engine->node, deal, txs, &block, error);
  if (ok)
    {
      json = describe_own_deal (give, deal, number, g_ptr_array_index (txs, txs->len - 1), &block);
      ok = citiz_engine_write_json (engine, CITIZ_CLASS_GRANT, &deal->secrets->grant, json, error);
      give->access = ok ? citiz_engine_describe_access (engine, &deal->secrets->grant, json) : NULL;
      citiz_engine_drop_grant (json);
    }
  if (!ok)
    {
      citiz_vault_rollback (engine->vault);
      return FALSE;
    }
  return citiz_vault_commit (engine->vault, error);
}

/* On this computer's own node. */
static CitizDeal *
give_own (CitizEngine *engine, CitizGive *give, CitizDealOptions *options, GError **error)
{
  g_autoptr (CitizDeal) deal = NULL;
  CitizDealNode node;

  if (citiz_node_get_origin (engine->node) == NULL && !citiz_engine_start_node (engine, error))
    return NULL;
  node.key = *citiz_node_get_public (engine->node);
  node.origin = citiz_node_get_origin (engine->node);
  options->now = citiz_chain_time (engine->chain);
  options->nodes = &node;
  options->n_nodes = 1;
  options->threshold = 1;
  deal = citiz_deal_new (engine->env, give->summary.bundle, options, error);
  return deal != NULL && commit_deal (engine, give, deal, error) ? g_steal_pointer (&deal) : NULL;
}

/* Of one that never opened the person is not told that it was given. */
static gboolean
withdraw (CitizEngine *engine, const CitizGive *give, GError **error)
{
  json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, give->withdrawn, NULL);
  gboolean ok;

  if (json != NULL && give->in_vain)
    json_object_set_new (json, "inVain", json_true ());
  ok = citiz_engine_is_shared (engine, give->withdrawn, json)
           ? citiz_engine_revoke_shared (engine, give->withdrawn, json, error)
           : citiz_engine_revoke (engine, give->withdrawn, NULL, error);
  citiz_engine_drop_grant (json);
  return ok;
}

/* One press, one access: the one that does not open is at its end on the disk when the other is there, whatever happens next. */
static CitizDeal *
give_in_place (CitizEngine *engine, CitizGive *give, CitizDealOptions *options, GError **error)
{
  g_autoptr (CitizDeal) deal = NULL;

  if (!citiz_vault_begin (engine->vault, error))
    return NULL;
  deal = give_own (engine, give, options, error);
  if (deal == NULL || !withdraw (engine, give, error))
    {
      citiz_vault_rollback (engine->vault);
      return NULL;
    }
  if (!citiz_vault_commit (engine->vault, error))
    return NULL;
  citiz_engine_revoked_shared (engine, give->withdrawn);
  citiz_engine_tell_access (engine, give->withdrawn);
  return g_steal_pointer (&deal);
}

/* The other is there, whatever becomes of the end of the one before. */
static CitizDeal *
give_over_nodes (CitizEngine *engine, CitizGive *give, CitizDealOptions *options, GError **error)
{
  CitizDeal *deal = citiz_engine_give_shared (engine, give, options, error);
  g_autoptr (GError) own = NULL;

  if (deal == NULL || give->withdrawn == NULL)
    return deal;
  if (!withdraw (engine, give, &own))
    g_warning ("an access that was given anew could not be ended: %s", own->message);
  citiz_engine_tell_access (engine, give->withdrawn);
  return deal;
}

/* Over the nodes, if they can be reached. What takes the place of an access that they could not take is given here, unless only this computer's clock
 * was to blame. */
static gboolean
is_for_nodes (CitizEngine *engine, const CitizGive *give)
{
  return (!give->instead || citiz_engine_was_misdated (engine, give->withdrawn))
         && citiz_engine_can_share (engine);
}

/* What the window was told to be to come may have opened since: then it is what was pressed for; or ended: then nothing is to take its place. By the
 * ledger's word. Returns: whether it is open, and told in @give */
static gboolean
has_come (CitizEngine *engine, CitizGive *give)
{
  CitizGrantState state;
  json_t *json;

  if (!give->to_come
      || (citiz_chain_grant (citiz_engine_chain_of (engine, give->withdrawn), give->withdrawn,
                             &state)
          && state.status == CITIZ_GRANT_NOT_YET))
    return FALSE;
  json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, give->withdrawn, NULL);
  if (json != NULL)
    give->access = citiz_engine_describe_access (engine, give->withdrawn, json);
  citiz_engine_drop_grant (json);
  if (give->access != NULL && give->access->state == CITIZ_ACCESS_LIVE && !give->access->ending)
    return TRUE;
  g_clear_object (&give->access);
  g_clear_pointer (&give->withdrawn, g_free);
  give->to_come = FALSE;
  return FALSE;
}

/* Nothing takes the place of an access twice; and what is to be moved to the nodes stays as it is when that cannot be. */
static gboolean
require_move (CitizEngine *engine, const CitizGive *give, gboolean shared, GError **error)
{
  CitizGrantState state;

  if (give->instead && citiz_engine_is_ending (engine, give->withdrawn))
    {
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_FOUND,
                   "another was given in its place already");
      return FALSE;
    }
  if (give->withdrawn == NULL || give->instead || give->to_come)
    return TRUE;
  if (shared
      && citiz_chain_grant (citiz_engine_chain_of (engine, give->withdrawn), give->withdrawn,
                            &state)
      && state.status == CITIZ_GRANT_ACTIVE)
    return TRUE;
  g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_FAILED,
               "it has ended, or too few nodes answer");
  return FALSE;
}

gboolean
citiz_engine_give (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  CitizGive *give = data;
  CitizDeal *deal;
  CitizDealOptions options = {.duration_ms = give->hours * CITIZ_HOUR,
                              .max_openings = CITIZ_OPENINGS_LIMIT,
                              .scope = give->profile,
                              .label = give->label,
                              .contact_name = give->contact_name,
                              .contact_phone = give->contact_phone};
  gboolean shared;

  if (!citiz_engine_require_ledger (engine, error))
    return FALSE;
  if (give->sample && engine->sample_batch == 0) /* taken away since the press */
    {
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_FAILED, "the sample is gone");
      return FALSE;
    }
  if (has_come (engine, give))
    return TRUE;
  shared = is_for_nodes (engine, give);
  if (!require_move (engine, give, shared, error))
    return FALSE;
  give->in_vain = give->instead || give->to_come;
  give->instead = !shared && engine->community != NULL;
  deal = shared                    ? give_over_nodes (engine, give, &options, error)
         : give->withdrawn != NULL ? give_in_place (engine, give, &options, error)
                                   : give_own (engine, give, &options, error);
  if (deal == NULL)
    return FALSE;
  if (give->birth_date != NULL)
    citiz_engine_seal_code_later (engine, deal, shared, give->birth_date);
  else
    citiz_deal_free (deal);
  citiz_engine_tell_ledger (engine);
  return TRUE;
}

/* --- ending --- */

/* The link and the code go from the vault as they went from the node. */
gboolean
citiz_engine_forget_secrets (CitizEngine *engine,
                             const CitizId *id,
                             CitizTime ended,
                             GError **error)
{
  static const gchar *const secrets[] = {"link", "shlink", "code", "codeUnder"};
  g_autoptr (GError) own = NULL;
  json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, id, &own);
  json_t *rest;
  gboolean ok;

  if (json == NULL && citiz_session_error_is_damage (own))
    return TRUE; /* nobody can read a link there */
  if (json == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&own));
      return FALSE;
    }
  rest = json_copy (json);
  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    json_object_del (rest, secrets[i]);
  json_object_set_new (rest, "ended", json_integer (ended.ms));
  ok = citiz_engine_write_json (engine, CITIZ_CLASS_GRANT, id, rest, error);
  json_decref (rest);
  citiz_engine_drop_grant (json);
  return ok;
}

/* The number of the account that gave @id, found from the ledger alone: each account's name follows from its keys. */
static gboolean
find_account (CitizEngine *engine, const CitizId *id, guint64 *out, GError **error)
{
  g_autoptr (GPtrArray) txs = citiz_chain_txs_of_grant (engine->chain, id, error);

  for (guint64 number = 1; txs != NULL && number < next_account (engine) + ACCOUNTS_BEYOND;
       number++)
    {
      g_autoptr (GPtrArray) unused
          = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
      CitizAccountKeys account;

      citiz_account_keys_init (&account, engine->vault, number);
      citiz_engine_add_account (engine, &account, unused);
      citiz_account_keys_clear (&account);
      for (guint i = 0; i < txs->len; i++)
        {
          const CitizTxInfo *info = g_ptr_array_index (txs, i);

          if (info->type == CITIZ_TX_GRANT && citiz_hash_equal (&info->account, &account.id))
            {
              *out = number;
              return TRUE;
            }
        }
    }
  if (txs != NULL)
    g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_FOUND,
                 "no account of this vault gave that access");
  return FALSE;
}

/* What the vault remembers of the access, or what the ledger knows when that cannot be read. */
static gboolean
account_of (CitizEngine *engine, const CitizId *id, guint64 *out, GError **error)
{
  g_autoptr (GError) own = NULL;
  json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, id, &own);

  if (json == NULL)
    {
      if (citiz_session_error_is_damage (own))
        return find_account (engine, id, out, error);
      g_propagate_error (error, g_steal_pointer (&own));
      return FALSE;
    }
  *out = (guint64) citiz_json_integer (json, "account");
  citiz_engine_drop_grant (json);
  return TRUE;
}

static gboolean
commit_revocation (CitizEngine *engine, const CitizId *id, guint64 number, GError **error)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  CitizAccountKeys account;
  CitizTxBody body = {0};
  CitizBlockInfo block;

  citiz_account_keys_init (&account, engine->vault, number);
  citiz_engine_add_account (engine, &account, txs);
  body.revoke.grant = *id;
  citiz_chain_add (engine->chain, txs, CITIZ_TX_GRANT_REVOKE, &account.id, 0, &body, account.key);
  citiz_account_keys_clear (&account);
  if (!citiz_vault_begin (engine->vault, error))
    return FALSE;
  if (!citiz_node_revoke (engine->node, id, txs, &block, error)
      || !citiz_engine_forget_secrets (engine, id, block.time, error))
    {
      citiz_vault_rollback (engine->vault);
      return FALSE;
    }
  return citiz_vault_commit (engine->vault, error);
}

static gboolean
revoke_own (CitizEngine *engine, const CitizId *id, GError **error)
{
  CitizGrantState state;
  guint64 number;
  gboolean ok;

  if (!account_of (engine, id, &number, error))
    return FALSE;
  /* Ended already, by itself or by an earlier press: that is what was asked for. One whose openings are used up may still be read by
   * its last reader. */
  if (citiz_chain_grant (engine->chain, id, &state)
      && (state.status == CITIZ_GRANT_REVOKED || state.status == CITIZ_GRANT_EXPIRED))
    return TRUE;
  citiz_engine_take_mail (engine); /* what still waits is sealed with keys that go now */
  ok = commit_revocation (engine, id, number, error);
  if (ok)
    {
      citiz_engine_take_mail (engine);
      citiz_db_forget_journal (citiz_vault_get_db (engine->vault));
    }
  citiz_engine_tell_ledger (engine);
  return ok;
}

/* @data: a #CitizId */
gboolean
citiz_engine_revoke (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  const CitizId *id = data;
  json_t *json;
  gboolean ok;

  if (!citiz_engine_require_ledger (engine, error))
    return FALSE;
  json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, id, NULL);
  ok = citiz_engine_is_shared (engine, id, json)
           ? citiz_engine_revoke_shared (engine, id, json, error)
           : revoke_own (engine, id, error);
  citiz_engine_drop_grant (json);
  citiz_engine_tell_access (
      engine, id); /* also after a failure: what was told meanwhile did not come to be */
  return ok;
}

typedef struct
{
  CitizEngine *engine;
  gboolean samples; /* only those given on the sample record */
  GArray *found;    /* CitizId */
} LiveGrants;

static gboolean
live_grant_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  LiveGrants *walk = data;
  json_t *json = json_loadb (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), 0, NULL);

  if ((!walk->samples || json_is_true (json_object_get (json, "sample")))
      && json_object_get (json, "ended") == NULL
      && !json_is_true (json_object_get (json, "copied"))) /* another copy of the record keeps it */
    g_array_append_val (walk->found, *id);
  citiz_engine_drop_grant (json);
  return TRUE;
}

/* One that cannot be read or ended keeps no other from its end. @error: of the first */
static gboolean
revoke_live (CitizEngine *engine, gboolean samples, guint *ended, GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (CitizId));
  LiveGrants walk = {engine, samples, found};
  gboolean ok;

  *ended = 0;
  ok = citiz_vault_foreach (engine->vault, CITIZ_CLASS_GRANT, live_grant_cb, &walk, NULL, error);
  for (guint i = 0; i < found->len; i++)
    if (citiz_engine_revoke (engine, &g_array_index (found, CitizId, i), NULL, ok ? error : NULL))
      (*ended)++;
    else
      ok = FALSE;
  return ok;
}

/**
 * citiz_engine_revoke_samples:
 * @ended: (out): how many there were
 *
 * Ends every access given on the sample record: an invented person's data must open for nobody once the sample is gone.
 */
gboolean
citiz_engine_revoke_samples (CitizEngine *engine, guint *ended, GError **error)
{
  return revoke_live (engine, TRUE, ended, error);
}

/* Ends what can be ended. */
gboolean
citiz_engine_revoke_all (CitizEngine *engine, GError **error)
{
  guint ended;

  return revoke_live (engine, FALSE, &ended, error);
}

/* --- listing --- */

typedef struct
{
  CitizEngine *engine;
  GPtrArray *rows;
} ListWalk;

/* After a kill within a second of the press, the node never got the code that the vault remembers. */
static gboolean
node_has_code (CitizEngine *engine, const gchar *code)
{
  gchar locator[CITIZ_CODE_LOCATOR_SIZE + 1] = {0};
  gboolean found = FALSE;
  CitizId grant;

  memcpy (locator, code, CITIZ_CODE_LOCATOR_SIZE);
  return citiz_node_store_find_code (citiz_vault_get_db (engine->vault), locator, &found, &grant,
                                     NULL)
         && found;
}

static gboolean
list_access_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  ListWalk *walk = data;
  json_t *json = json_loadb (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), 0, NULL);
  CitizAccess *access;

  if (json == NULL)
    return TRUE;
  access = citiz_engine_describe_access (walk->engine, id, json);
  if (access->spoken != NULL && access->n_nodes == 0 && walk->engine->code_job == NULL
      && !node_has_code (walk->engine, access->spoken))
    g_clear_pointer (&access->spoken, citiz_wipe_text);
  g_ptr_array_add (walk->rows, access);
  citiz_engine_drop_grant (json);
  return TRUE;
}

static gboolean
list_opening_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  ListWalk *walk = data;
  json_t *json = json_loadb (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), 0, NULL);
  CitizOpening *opening = json != NULL ? citiz_opening_from_json (id, json) : NULL;

  if (opening != NULL)
    g_ptr_array_add (walk->rows, opening);
  json_decref (json);
  return TRUE;
}

static gint
newest_access_first (gconstpointer a, gconstpointer b)
{
  const CitizAccess *x = *(CitizAccess *const *) a, *y = *(CitizAccess *const *) b;
  return x->given.ms > y->given.ms ? -1 : x->given.ms < y->given.ms;
}

static gint
newest_opening_first (gconstpointer a, gconstpointer b)
{
  const CitizOpening *x = *(CitizOpening *const *) a, *y = *(CitizOpening *const *) b;
  return x->when.ms > y->when.ms ? -1 : x->when.ms < y->when.ms;
}

/* A live access that the vault cannot read is shown all the same: it must be possible to revoke it. */
static void
list_unread (CitizEngine *engine, GPtrArray *accesses)
{
  g_autoptr (GArray) held = citiz_node_store_grants (citiz_vault_get_db (engine->vault), NULL);

  for (guint i = 0; held != NULL && i < held->len; i++)
    {
      const CitizId *id = &g_array_index (held, CitizId, i);
      gboolean known = FALSE;

      for (guint k = 0; k < accesses->len && !known; k++)
        known = citiz_id_equal (&((CitizAccess *) g_ptr_array_index (accesses, k))->id, id);
      if (!known)
        g_ptr_array_add (accesses, citiz_engine_describe_access (engine, id, NULL));
    }
}

gboolean
citiz_engine_list_accesses (CitizEngine *engine,
                            GPtrArray *accesses,
                            GPtrArray *openings,
                            GError **error)
{
  ListWalk access_walk = {engine, accesses}, opening_walk = {engine, openings};

  gboolean ok = citiz_vault_foreach (engine->vault, CITIZ_CLASS_GRANT, list_access_cb, &access_walk,
                                     NULL, error);

  list_unread (engine, accesses);
  /* A damaged access hides no opening. */
  ok = citiz_vault_foreach (engine->vault, CITIZ_CLASS_OPENING, list_opening_cb, &opening_walk,
                            NULL, ok ? error : NULL)
       && ok;
  g_ptr_array_sort (accesses, newest_access_first);
  g_ptr_array_sort (openings, newest_opening_first);
  return ok;
}

/**
 * citiz_engine_profile_of:
 *
 * Returns: (transfer full) (nullable): the emergency profile as it was when the access was given
 */
CitizProfile *
citiz_engine_profile_of (CitizEngine *engine, const CitizId *access, GError **error)
{
  json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, access, error);
  const gchar *text = json_string_value (json_object_get (json, "profile"));
  CitizProfile *profile = NULL;

  if (text != NULL)
    profile = citiz_profile_from_json (text, -1, error);
  else if (json != NULL) /* another copy of this record gave it, and knows */
    g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_FOUND,
                 "what the access showed is not known here");
  json_decref (json);
  return profile;
}

/* @data: a #CitizDispute */
gboolean
citiz_engine_dispute (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  const CitizDispute *dispute = data;
  json_t *json;
  gboolean ok;

  if (!citiz_engine_require_open (engine, error))
    return FALSE;
  json = citiz_engine_read_json (engine, CITIZ_CLASS_OPENING, &dispute->opening, error);
  if (json == NULL)
    return FALSE;
  json_object_set_new (json, "disputed", json_boolean (dispute->disputed));
  ok = citiz_engine_rewrite_json (engine, CITIZ_CLASS_OPENING, &dispute->opening, json, error);
  json_decref (json);
  return ok;
}
