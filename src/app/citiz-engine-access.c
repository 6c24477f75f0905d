/* The engine and accesses: dealing, revoking, listing.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-access-private.h"

#include "consent/citiz-link.h"

#include <string.h>

#define ACCOUNTS_BEYOND 16 /* accounts looked for past the number of accesses the vault holds */

/* A grant as the vault keeps it (CITIZ_CLASS_GRANT, JSON). Version 1 holds the link; when the access ends all versions are erased and
 * version 1 is written again without it:
 *   {account, given, expires, ended?, tx, height, capsule, profile, scopeSalt, withheld, tries, shown: [{key, count, text}], digest?, updated?,
 *    sample?, link?, shlink?, code?} */

json_t *
citiz_engine_read_json (CitizEngine *engine,
                        CitizObjectClass object_class,
                        const CitizId *id,
                        GError **error)
{
  g_autoptr (GBytes) plain = citiz_vault_get (engine->vault, object_class, id, 0, error);
  gsize n;
  const gchar *text;
  json_t *json;

  if (plain == NULL)
    return NULL;
  text = g_bytes_get_data (plain, &n);
  json = json_loadb (text, n, 0, NULL);
  citiz_wipe ((gpointer) text, n); /* its only owner is here, and a link may be in it */
  if (json == NULL)
    g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED, "an access cannot be read");
  return json;
}

/* What a grant's text says of its link does not stay behind in freed memory. */
void
citiz_engine_drop_grant (json_t *json)
{
  static const gchar *const secrets[] = {"link", "shlink", "code"};

  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      const gchar *text = json_string_value (json_object_get (json, secrets[i]));
      if (text != NULL)
        citiz_wipe ((gchar *) text, strlen (text));
    }
  json_decref (json);
}

static void
wipe_json (gpointer data)
{
  gchar *text = data;

  citiz_wipe (text, strlen (text));
  free (text);
}

gboolean
citiz_engine_write_json (CitizEngine *engine,
                         CitizObjectClass object_class,
                         const CitizId *id,
                         json_t *json,
                         GError **error)
{
  char *text = json_dumps (json, JSON_COMPACT);
  g_autoptr (GBytes) plain = g_bytes_new_with_free_func (text, strlen (text), wipe_json, text);

  return citiz_vault_delete (engine->vault, object_class, id, error)
         && citiz_vault_put (engine->vault, object_class, id, 1, 0, plain, error);
}

static gboolean
rewrite_json (CitizEngine *engine,
              CitizObjectClass object_class,
              const CitizId *id,
              json_t *json,
              GError **error)
{
  if (!citiz_vault_begin (engine->vault, error))
    return FALSE;
  if (!citiz_engine_write_json (engine, object_class, id, json, error))
    {
      citiz_vault_rollback (engine->vault);
      return FALSE;
    }
  return citiz_vault_commit (engine->vault, error);
}

gint64
citiz_json_integer (const json_t *json, const gchar *key)
{
  return json_integer_value (json_object_get (json, key));
}

gchar *
citiz_json_text_dup (const json_t *json, const gchar *key)
{
  return g_strdup (json_string_value (json_object_get (json, key)));
}

static CitizAccessState
access_state (const CitizGrantState *state)
{
  static const CitizAccessState states[] = {
      [CITIZ_GRANT_NOT_YET] = CITIZ_ACCESS_NOT_YET, [CITIZ_GRANT_ACTIVE] = CITIZ_ACCESS_LIVE,
      [CITIZ_GRANT_EXPIRED] = CITIZ_ACCESS_EXPIRED, [CITIZ_GRANT_REVOKED] = CITIZ_ACCESS_REVOKED,
      [CITIZ_GRANT_USED] = CITIZ_ACCESS_USED_UP,
  };
  return states[state->status];
}

/* The link as it works today: the node may have had to take another port than the one the link was made with. */
static void
put_links (CitizEngine *engine, CitizAccess *access, const json_t *json)
{
  const gchar *origin = engine->node != NULL ? citiz_node_get_origin (engine->node) : NULL;
  const gchar *text = json_string_value (json_object_get (json, "link"));
  g_autoptr (CitizLink) link
      = origin != NULL && text != NULL ? citiz_link_parse (text, NULL) : NULL;

  if (link == NULL || g_str_equal (link->origin, origin))
    {
      access->link = g_strdup (text);
      access->shlink = citiz_json_text_dup (json, "shlink");
      return;
    }
  for (guint i = 0; i < link->nodes->len; i++)
    {
      CitizLinkNode *node = link->nodes->pdata[i];

      if (g_str_equal (node->origin, link->origin))
        {
          g_free (node->origin);
          node->origin = g_strdup (origin);
        }
    }
  g_free (link->origin);
  link->origin = g_strdup (origin);
  access->link = citiz_link_to_url (link);
  access->shlink = citiz_link_to_shlink (link);
}

/* @json: NULL when the vault's own memory of it cannot be read; then the ledger says what it knows, and it can still be revoked. */
CitizAccess *
citiz_engine_describe_access (CitizEngine *engine, const CitizId *id, const json_t *json)
{
  CitizAccess *access = g_object_new (CITIZ_TYPE_ACCESS, NULL);
  CitizGrantState state;
  const json_t *part;
  size_t i;

  access->id = *id;
  access->given.ms = citiz_json_integer (json, "given");
  access->expires.ms = citiz_json_integer (json, "expires");
  access->ended.ms = citiz_json_integer (json, "ended");
  access->height = (guint64) citiz_json_integer (json, "height");
  access->withheld = (guint) citiz_json_integer (json, "withheld");
  access->spoken_tries_left = (guint) citiz_json_integer (json, "tries");
  access->sample = json_is_true (json_object_get (json, "sample"));
  access->updated.ms = MAX (citiz_json_integer (json, "updated"), access->given.ms);
  access->profile = citiz_json_text_dup (json, "profile");
  if (!citiz_hash_from_hex (&access->digest, json_string_value (json_object_get (json, "digest"))))
    access->digest = (CitizHash){{0}}; /* of an earlier version of the program: no summary's */
  access->tx = citiz_json_text_dup (json, "tx");
  access->state = CITIZ_ACCESS_EXPIRED;
  if (engine->chain != NULL && citiz_chain_grant (engine->chain, id, &state))
    {
      access->state = access_state (&state);
      access->openings = state.used;
      if (json == NULL)
        {
          access->given = state.grant.not_before;
          access->expires = state.grant.expires;
          access->ended = state.ended;
        }
    }
  json_array_foreach (json_object_get (json, "shown"), i, part) g_ptr_array_add (
      access->shown,
      citiz_shown_part_new (g_intern_string (json_string_value (json_object_get (part, "key"))),
                            (guint) citiz_json_integer (part, "count"),
                            json_string_value (json_object_get (part, "text"))));
  if (access->state == CITIZ_ACCESS_LIVE)
    {
      put_links (engine, access, json);
      access->spoken = access->spoken_tries_left > 0 ? citiz_json_text_dup (json, "code") : NULL;
    }
  return access;
}

static void
adopt_row (CitizSession *session, gpointer row)
{
  if (CITIZ_IS_ACCESS (row))
    citiz_session_put_access (session, CITIZ_ACCESS (row));
  else
    citiz_session_adopt_opening (session, CITIZ_OPENING (row));
}

/* @row: (transfer full) */
void
citiz_engine_tell_row (CitizEngine *engine, GObject *row)
{
  citiz_engine_tell_session (engine, adopt_row, row, g_object_unref);
}

void
citiz_engine_tell_access (CitizEngine *engine, const CitizId *id)
{
  g_autoptr (GError) error = NULL;
  json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, id, &error);

  if (json == NULL && !citiz_session_error_is_damage (error))
    return;
  citiz_engine_tell_row (engine, G_OBJECT (citiz_engine_describe_access (engine, id, json)));
  citiz_engine_drop_grant (json);
}

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
  g_free (give);
}

struct _CitizCodeJob
{
  CitizEngine *engine;
  CitizDeal *deal;
  gchar *birth_date;
  CitizCodeEntry *entry;
  GThread *thread;
};

/* A code that the node does not know is not shown to be said. */
static void
drop_code (CitizEngine *engine, const CitizId *id)
{
  g_autoptr (GError) error = NULL;
  json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, id, &error);

  if (json_object_get (json, "code") != NULL)
    {
      json_object_del (json, "code");
      if (rewrite_json (engine, CITIZ_CLASS_GRANT, id, json, &error))
        citiz_engine_tell_access (engine, id);
    }
  if (error != NULL)
    g_warning ("a spoken code that does not work is still shown: %s", error->message);
  citiz_engine_drop_grant (json);
}

/**
 * citiz_engine_finish_code:
 *
 * Waits for the spoken code that is being sealed, if one is, and gives it to the node.
 */
void
citiz_engine_finish_code (CitizEngine *engine)
{
  CitizCodeJob *job = g_steal_pointer (&engine->code_job);
  g_autoptr (GError) error = NULL;

  if (job == NULL)
    return;
  g_thread_join (job->thread);
  if (!citiz_node_put_code (engine->node, job->entry, &error))
    {
      g_message ("the spoken code could not be kept: %s", error->message);
      drop_code (engine, &job->entry->grant);
    }
  citiz_code_entry_free (job->entry);
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

  job->entry = citiz_deal_seal_code (job->engine->env, job->deal, 0, job->birth_date);
  citiz_engine_do (job->engine, finish_code_cb, job->engine);
  return NULL;
}

static void
seal_code_later (CitizEngine *engine, CitizDeal *deal, const gchar *birth_date)
{
  CitizCodeJob *job = g_new0 (CitizCodeJob, 1);

  citiz_engine_finish_code (engine);
  job->engine = engine;
  job->deal = deal;
  job->birth_date = g_strdup (birth_date);
  engine->code_job = job;
  job->thread = g_thread_new ("citiz-code", seal_code_thread, job);
}

static guint64
next_account (CitizEngine *engine)
{
  return 1 + (guint64) citiz_vault_count (engine->vault, CITIZ_CLASS_GRANT);
}

static json_t *
describe_deal (const CitizGive *give,
               const CitizDeal *deal,
               guint64 account,
               const CitizTx *tx,
               const CitizBlockInfo *block)
{
  g_autofree gchar *id = citiz_hash_to_hex (citiz_tx_get_id (tx));
  g_autofree gchar *capsule = citiz_hash_to_hex (&deal->body.capsule);
  g_autofree gchar *salt = citiz_hash_to_hex (&deal->scope_salt);
  g_autofree gchar *digest = citiz_hash_to_hex (&give->summary.digest);
  json_t *json = json_pack (
      "{s:I, s:I, s:I, s:s, s:I, s:s, s:s, s:s, s:i, s:i, s:O, s:s, s:s, s:s}", "account",
      (json_int_t) account, "given", (json_int_t) deal->body.not_before.ms, "expires",
      (json_int_t) deal->body.expires.ms, "tx", id, "height", (json_int_t) block->height, "capsule",
      capsule, "profile", give->profile, "scopeSalt", salt, "withheld",
      (int) give->summary.withheld, "tries", CITIZ_PASSCODE_TRIES, "shown", give->summary.shown,
      "digest", digest, "link", deal->link, "shlink", deal->shlink);

  if (give->sample)
    json_object_set_new (json, "sample", json_true ());
  if (give->birth_date != NULL)
    json_object_set_new (json, "code", json_string (deal->code));
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
      json = describe_deal (give, deal, number, g_ptr_array_index (txs, txs->len - 1), &block);
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

gboolean
citiz_engine_give (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  CitizGive *give = data;
  CitizDeal *deal;
  CitizDealNode node;
  CitizDealOptions options = {0};

  if (!citiz_engine_require_ledger (engine, error))
    return FALSE;
  if (give->sample && engine->sample_batch == 0) /* taken away since the press */
    {
      g_set_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_FAILED, "the sample is gone");
      return FALSE;
    }
  if (citiz_node_get_origin (engine->node) == NULL && !citiz_engine_start_node (engine, error))
    return FALSE;
  node.key = *citiz_node_get_public (engine->node);
  node.origin = citiz_node_get_origin (engine->node);
  options.duration_ms = give->hours * CITIZ_HOUR;
  options.now = citiz_chain_time (engine->chain);
  options.max_openings = CITIZ_OPENINGS_LIMIT;
  options.scope = give->profile;
  options.label = give->label;
  options.contact_name = give->contact_name;
  options.contact_phone = give->contact_phone;
  options.nodes = &node;
  options.n_nodes = 1;
  options.threshold = 1;
  deal = citiz_deal_new (engine->env, give->summary.bundle, &options, error);
  if (deal == NULL)
    return FALSE;
  if (!commit_deal (engine, give, deal, error))
    {
      citiz_deal_free (deal);
      return FALSE;
    }
  if (give->birth_date != NULL)
    seal_code_later (engine, deal, give->birth_date);
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
  static const gchar *const secrets[] = {"link", "shlink", "code"};
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

/* @data: a #CitizId */
gboolean
citiz_engine_revoke (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  const CitizId *id = data;
  CitizGrantState state;
  guint64 number;
  gboolean ok;

  if (!citiz_engine_require_ledger (engine, error) || !account_of (engine, id, &number, error))
    return FALSE;
  /* Ended already, by itself or by an earlier press: that is what was asked for. One whose openings are used up may still be read by
   * its last reader. */
  if (citiz_chain_grant (engine->chain, id, &state)
      && (state.status == CITIZ_GRANT_REVOKED || state.status == CITIZ_GRANT_EXPIRED))
    {
      citiz_engine_tell_access (engine, id);
      return TRUE;
    }
  citiz_engine_take_mail (engine); /* what still waits is sealed with keys that go now */
  ok = commit_revocation (engine, id, number, error);
  if (ok)
    {
      citiz_engine_take_mail (engine);
      citiz_db_forget_journal (citiz_vault_get_db (engine->vault));
    }
  citiz_engine_tell_access (
      engine, id); /* also after a failure: what was told meanwhile did not come to be */
  citiz_engine_tell_ledger (engine);
  return ok;
}

typedef struct
{
  CitizEngine *engine;
  GArray *found; /* CitizId */
} SampleGrants;

static gboolean
sample_grant_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  SampleGrants *walk = data;
  json_t *json = json_loadb (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), 0, NULL);

  if (json_is_true (json_object_get (json, "sample")) && json_object_get (json, "ended") == NULL)
    g_array_append_val (walk->found, *id);
  citiz_engine_drop_grant (json);
  return TRUE;
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
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (CitizId));
  SampleGrants walk = {engine, found};

  *ended = 0;
  if (!citiz_vault_foreach (engine->vault, CITIZ_CLASS_GRANT, sample_grant_cb, &walk, NULL, error))
    return FALSE;
  for (guint i = 0; i < found->len; i++, (*ended)++)
    if (!citiz_engine_revoke (engine, &g_array_index (found, CitizId, i), NULL, error))
      return FALSE;
  return TRUE;
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
  if (access->spoken != NULL && walk->engine->code_job == NULL
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
  CitizProfile *profile = NULL;

  if (json != NULL)
    profile = citiz_profile_from_json (json_string_value (json_object_get (json, "profile")), -1,
                                       error);
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
  ok = rewrite_json (engine, CITIZ_CLASS_OPENING, &dispute->opening, json, error);
  json_decref (json);
  return ok;
}
