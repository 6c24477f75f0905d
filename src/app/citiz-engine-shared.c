/* The engine and accesses over the nodes of a community: what is known of them, and their end.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-shared.h"

#include <string.h>

#define TICK_S        5
#define LOST_EVERY_S  5                   /* until an access that no ledger will have is replaced */
#define MAIL_EVERY_S  30                  /* notes and missed codes are on no ledger */
#define AFTER_END     (10 * CITIZ_MINUTE) /* so long a node that is down may still have a note */
#define ERASED_WITHIN (7 * CITIZ_DAY)     /* then nobody waits for a node's word any more */
#define SURELY_AFTER  (7 * CITIZ_DAY)     /* so far no clock is wrong without being noticed */

CitizChain *
citiz_engine_shared_chain (CitizEngine *engine)
{
  return engine->community != NULL ? citiz_community_get_chain (engine->community) : NULL;
}

gboolean
citiz_engine_is_shared (CitizEngine *engine, const CitizId *id, const json_t *json)
{
  CitizChain *chain = citiz_engine_shared_chain (engine);
  CitizGrantState state;

  if (json != NULL)
    return json_object_get (json, "community") != NULL;
  return chain != NULL && citiz_chain_grant (chain, id, &state)
         && !(engine->chain != NULL && citiz_chain_grant (engine->chain, id, &state));
}

/* The chain that an access is on. */
CitizChain *
citiz_engine_chain_of (CitizEngine *engine, const CitizId *id)
{
  CitizChain *chain = citiz_engine_shared_chain (engine);
  CitizGrantState state;

  return chain != NULL && citiz_chain_grant (chain, id, &state) ? chain : engine->chain;
}

CitizShared *
citiz_engine_find_shared (CitizEngine *engine, const CitizId *id)
{
  return engine->shared != NULL ? g_hash_table_lookup (engine->shared, id) : NULL;
}

void
citiz_shared_disarm (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

GSource *
citiz_engine_after (CitizEngine *engine, guint seconds, GSourceFunc func, gpointer data)
{
  GSource *source = g_timeout_source_new_seconds (seconds);

  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, engine->context);
  return source;
}

void
citiz_shared_tell (CitizShared *shared)
{
  if (shared->engine->vault != NULL)
    citiz_engine_tell_access (shared->engine, &shared->id);
}

void
citiz_shared_drop_parcel (CitizShared *shared)
{
  g_clear_pointer (&shared->giver, citiz_giver_free);
  g_clear_pointer (&shared->parcel, citiz_parcel_unref);
}

void
citiz_shared_free (gpointer data)
{
  CitizShared *shared = data;

  citiz_shared_stop_mail (shared);
  citiz_shared_drop_parcel (shared);
  citiz_shared_disarm (&shared->patience);
  g_free (shared);
}

static gboolean
tick_cb (gpointer data)
{
  citiz_engine_look_at_shared (data);
  return G_SOURCE_CONTINUE;
}

CitizShared *
citiz_engine_add_shared (CitizEngine *engine, const CitizId *id, const json_t *json)
{
  CitizShared *shared = g_new0 (CitizShared, 1);

  shared->engine = engine;
  shared->id = *id;
  shared->threshold = (guint) citiz_json_integer (json, "t");
  shared->n_nodes = (guint) json_array_size (json_object_get (json, "nodes"));
  shared->expires.ms = citiz_json_integer (json, "expires");
  shared->held = (guint) citiz_json_integer (json, "held");
  shared->coded = (guint) citiz_json_integer (json, "coded");
  shared->forgotten = json_object_get (json, "ended") != NULL;
  shared->renewal = citiz_json_integer (json, "updated") != 0;
  shared->ending = citiz_json_integer (json, "ending") != 0;
  shared->copied = json_is_true (json_object_get (json, "copied"));
  citiz_shared_read_nodes (shared, json);
  if (engine->shared == NULL)
    engine->shared = g_hash_table_new_full (citiz_id_hash, (GEqualFunc) citiz_id_equal, NULL,
                                            citiz_shared_free);
  g_hash_table_replace (engine->shared, &shared->id, shared);
  if (engine->shared_tick == NULL)
    engine->shared_tick = citiz_engine_after (engine, TICK_S, tick_cb, engine);
  return shared;
}

/* --- what the window sees --- */

guint
citiz_n_bits (guint bits)
{
  return (guint) __builtin_popcount (bits);
}

/* It shows what the newest grant on the ledger says, whoever of the copies of this record renewed it, and not what this one remembers of its own. */
static void
describe_renewal (CitizEngine *engine, CitizAccess *access, GPtrArray *txs)
{
  const CitizTxInfo *newest = NULL;

  for (guint i = 0; i < txs->len; i++)
    if (((const CitizTxInfo *) txs->pdata[i])->type == CITIZ_TX_GRANT)
      newest = txs->pdata[i];
  if (newest == NULL || !citiz_community_is_of_copy (engine->community, newest->tx)
      || citiz_outbox_find (citiz_community_get_outbox (engine->community), CITIZ_TX_GRANT,
                            &access->id)
             != NULL)
    return;
  access->superseded = TRUE;
  access->updated = newest->time;
  access->outdated = citiz_session_explain_superseded ();
}

static void
describe_place (CitizAccess *access, GPtrArray *txs)
{
  const CitizTxInfo *first = txs->len > 0 ? txs->pdata[0] : NULL;

  if (first == NULL)
    return;
  g_free (access->tx);
  access->tx = citiz_hash_to_hex (&first->id);
  access->height = first->height;
}

static void
describe_state (CitizAccess *access, const CitizGrantState *state, const json_t *json)
{
  access->state = citiz_engine_access_state (state);
  access->openings = state->used;
  access->n_nodes = state->grant.n_committee;
  access->n_needed = state->grant.threshold;
  access->n_erased = citiz_n_bits (state->closed);
  if (state->ended.ms != 0)
    access->ended = state->ended;
  if (json != NULL)
    return;
  access->given = state->grant.not_before;
  access->expires = state->grant.expires;
}

static CitizAccessReady
describe_ready (const CitizShared *shared, guint held, const CitizAccess *access)
{
  const guint unsure = shared != NULL && shared->parcel != NULL && shared->giver == NULL ? ~0u : 0;

  if (shared != NULL && citiz_shared_is_undated (shared))
    return CITIZ_ACCESS_SENDING;
  return (
      CitizAccessReady) (shared != NULL && shared->giver != NULL
                             ? citiz_giver_get_state (shared->giver)
                             : citiz_giver_judge (held, unsure, access->n_needed, access->n_nodes));
}

/* @json: nullable */
void
citiz_engine_describe_shared (CitizEngine *engine, CitizAccess *access, const json_t *json)
{
  CitizChain *chain = citiz_engine_shared_chain (engine);
  const CitizShared *shared = citiz_engine_find_shared (engine, &access->id);
  const guint held = shared != NULL ? shared->held : (guint) citiz_json_integer (json, "held");
  const json_t *status = json_object_get (json, "status");
  g_autoptr (GPtrArray) txs = NULL;
  CitizGrantState state;

  access->copied = json_is_true (json_object_get (json, "copied"));
  access->n_nodes = (guint) json_array_size (json_object_get (json, "nodes"));
  access->n_needed = (guint) citiz_json_integer (json, "t");
  if (chain != NULL && citiz_chain_grant (chain, &access->id, &state))
    {
      describe_state (access, &state, json);
      access->ready = describe_ready (shared, held, access);
      txs = citiz_chain_txs_of_grant (chain, &access->id, NULL);
      if (txs != NULL)
        describe_place (access, txs);
      if (txs != NULL && access->state == CITIZ_ACCESS_LIVE && !access->copied)
        describe_renewal (engine, access, txs);
    }
  else if (status != NULL)
    access->state = (CitizAccessState) CLAMP (json_integer_value (status), 0, CITIZ_ACCESS_USED_UP);
  else
    access->state = (chain != NULL ? citiz_chain_time (chain) : citiz_env_now (engine->env)).ms
                            < access->expires.ms
                        ? CITIZ_ACCESS_LIVE
                        : CITIZ_ACCESS_EXPIRED;
  access->n_holding = citiz_n_bits (held);
  if (shared != NULL && engine->community != NULL && access->state == CITIZ_ACCESS_LIVE)
    citiz_shared_describe_door (shared, access, json);
  access->n_coded
      = citiz_n_bits (shared != NULL ? shared->coded : (guint) citiz_json_integer (json, "coded"));
  access->ended_by_copy = access->state == CITIZ_ACCESS_REVOKED
                          && (json_is_true (json_object_get (json, "endedByCopy"))
                              || citiz_engine_is_ended_by_copy (engine, &access->id));
  access->ending = access->state == CITIZ_ACCESS_LIVE && citiz_json_integer (json, "ending") != 0;
  if (chain != NULL && access->state == CITIZ_ACCESS_LIVE)
    citiz_engine_tell_by_clock (access, citiz_chain_get_skew (chain));
}

/* Where its link leads; NULL: where it always did. */
const gchar *
citiz_engine_shared_door (CitizEngine *engine, const CitizAccess *access, const json_t *json)
{
  return json_string_value (json_object_get (json, "door"));
}

/* --- what the vault remembers --- */

/* Ends the transaction: all of it on disk, or none. Returns: %FALSE sets error when there is none yet */
gboolean
citiz_engine_end_transaction (CitizEngine *engine, gboolean fine, GError **error)
{
  if (fine)
    return citiz_vault_commit (engine->vault, error);
  citiz_vault_rollback (engine->vault);
  return FALSE;
}

const gchar *
citiz_json_origin (const json_t *json, guint i)
{
  return json_string_value (
      json_array_get (json_array_get (json_object_get (json, "nodes"), i), 1));
}

/* What is known of its nodes; the parcel goes when it is empty. */
void
citiz_shared_keep (CitizShared *shared)
{
  CitizEngine *engine = shared->engine;
  g_autoptr (GError) error = NULL;
  json_t *json;

  if (engine->vault == NULL)
    return;
  json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, &shared->id, &error);
  if (json == NULL || !citiz_vault_begin (engine->vault, &error))
    {
      citiz_engine_drop_grant (json);
      return;
    }
  json_object_set_new (json, "held", json_integer (shared->held));
  json_object_set_new (json, "coded", json_integer (shared->coded));
  (void) citiz_shared_choose_door (shared, json);
  if (!citiz_engine_end_transaction (
          engine,
          citiz_engine_write_json (engine, CITIZ_CLASS_GRANT, &shared->id, json, &error)
              && (shared->parcel != NULL
                  || citiz_vault_delete (engine->vault, CITIZ_CLASS_PARCEL, &shared->id, &error)),
          &error))
    g_warning ("what nodes hold could not be kept: %s", error->message);
  citiz_engine_drop_grant (json);
}

/* --- after the end --- */

/* The vault forgets how it was opened, and remembers how it ended. */
static void
forget (CitizShared *shared, CitizAccessState status, CitizTime ended)
{
  CitizEngine *engine = shared->engine;
  g_autoptr (GError) error = NULL;
  json_t *json;

  if (!citiz_vault_begin (engine->vault, &error))
    {
      g_warning ("an access has ended, its link could not be erased yet: %s", error->message);
      return;
    }
  json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, &shared->id, &error);
  if (json != NULL)
    {
      json_object_set_new (json, "status", json_integer (status));
      json_object_set_new (json, "endedByCopy",
                           json_boolean (citiz_engine_is_ended_by_copy (engine, &shared->id)));
    }
  if (json != NULL && citiz_engine_write_json (engine, CITIZ_CLASS_GRANT, &shared->id, json, &error)
      && citiz_engine_forget_secrets (engine, &shared->id, ended, &error)
      && citiz_vault_delete (engine->vault, CITIZ_CLASS_PARCEL, &shared->id, &error)
      && citiz_vault_commit (engine->vault, &error))
    {
      shared->forgotten = TRUE;
      citiz_db_forget_journal (citiz_vault_get_db (engine->vault));
    }
  else
    citiz_vault_rollback (engine->vault);
  if (error != NULL)
    g_warning ("an access has ended, its link could not be erased yet: %s", error->message);
  citiz_engine_drop_grant (json);
}

/* The community is left: of what is over the last mail is not waited for. */
void
citiz_engine_settle_shared (CitizEngine *engine)
{
  CitizChain *chain = citiz_engine_shared_chain (engine);
  GHashTableIter iter;
  gpointer value;

  if (engine->shared == NULL || chain == NULL)
    return;
  g_hash_table_iter_init (&iter, engine->shared);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      CitizShared *shared = value;
      CitizGrantState state;

      if (shared->forgotten || !shared->over)
        continue;
      if (citiz_chain_grant (chain, &shared->id, &state))
        forget (shared, citiz_engine_access_state (&state), state.ended);
      else
        forget (shared, CITIZ_ACCESS_EXPIRED, shared->expires);
    }
}

/* After the end: the last mail, then the keys that read it go. */
static void
finish (CitizShared *shared, CitizAccessState status, CitizTime ended, CitizTime now)
{
  const gboolean read = shared->last_round && shared->n_reading == 0;
  const gboolean all = read && shared->n_read == shared->n_nodes;

  if (!shared->over)
    {
      shared->over = TRUE;
      citiz_shared_drop_parcel (shared);
      citiz_shared_disarm (&shared->patience);
      citiz_shared_tell (shared);
    }
  if (shared->engine->vault == NULL || shared->forgotten)
    return;
  if (all || now.ms > ended.ms + AFTER_END)
    {
      forget (shared, status, ended);
      citiz_shared_tell (shared);
    }
  else if (shared->n_reading == 0)
    citiz_shared_read_mail (shared);
}

/* --- watching --- */

/* What is forgotten does not come back, and a clock may be a day ahead for a moment: the time has come when a final block says so. */
static gboolean
is_past (CitizChain *chain, CitizTime end)
{
  const CitizLedger *ledger = citiz_chain_ledger (chain, NULL);

  return (ledger != NULL && citiz_ledger_head (ledger)->time.ms >= end.ms)
         || citiz_chain_time (chain).ms > end.ms + SURELY_AFTER;
}

/* Over for good, whatever this computer's clock says. */
static gboolean
has_ended (CitizChain *chain, const CitizGrantState *state)
{
  return state->ended.ms != 0
         && (state->status != CITIZ_GRANT_EXPIRED || is_past (chain, state->ends));
}

/* @json: (nullable): what the vault remembers, which counts where the ledger does not know it */
gboolean
citiz_shared_is_over (CitizEngine *engine, const CitizId *id, const json_t *json)
{
  const CitizShared *shared = citiz_engine_find_shared (engine, id);
  CitizChain *chain = citiz_engine_shared_chain (engine);
  CitizGrantState state;

  if (chain != NULL && citiz_chain_grant (chain, id, &state))
    return has_ended (chain, &state);
  return json_object_get (json, "ended") != NULL || (shared != NULL && shared->over);
}

static gboolean
is_mail_due (const CitizShared *shared)
{
  const gint64 every = shared->nameless > 0 ? TICK_S : MAIL_EVERY_S;

  return g_get_monotonic_time () > shared->read_at + every * G_USEC_PER_SEC;
}

static void
look_at_known (CitizShared *shared, CitizChain *chain, const CitizGrantState *state)
{
  const gboolean news = !shared->known || shared->closed != state->closed
                        || !citiz_hash_equal (&shared->capsule, &state->grant.capsule);

  shared->known = TRUE;
  shared->closed = state->closed;
  shared->capsule = state->grant.capsule;
  citiz_shared_hand (shared);
  if (shared->renew_due && shared->engine->vault != NULL)
    {
      shared->renew_due = FALSE;
      citiz_engine_tell_session (shared->engine, citiz_session_refresh_late, NULL, NULL);
    }
  citiz_shared_look_for_openings (shared, state);
  if (news)
    {
      citiz_shared_tell (shared);
      citiz_engine_tell_ledger (shared->engine);
    }
  if (shared->ending && state->ended.ms == 0)
    citiz_shared_end_again (shared);
  if (has_ended (chain, state))
    finish (shared, citiz_engine_access_state (state), state->ended, state->judged);
  else if (is_mail_due (shared))
    citiz_shared_read_mail (shared);
}

/* What would put it on the ledger was refused, or is too old: nobody can open it. Where enough nodes hold their part it was there: only one's own
 * copy of the ledger is behind. */
static gboolean
is_lost (CitizShared *shared, CitizChain *chain)
{
  CitizOutbox *outbox = citiz_community_get_outbox (shared->engine->community);
  const CitizTx *tx = citiz_outbox_find (outbox, CITIZ_TX_GRANT, &shared->id);

  return citiz_shared_is_sending (shared) && !shared->ending && !shared->over
         && citiz_chain_base (chain) == 0
         && (tx == NULL || tx->valid_until.ms < citiz_chain_time (chain).ms);
}

/* It was withdrawn, and the nodes would have neither it nor its end. */
static gboolean
never_was (CitizShared *shared, CitizChain *chain)
{
  CitizOutbox *outbox = citiz_community_get_outbox (shared->engine->community);

  return shared->ending && !shared->over && citiz_chain_base (chain) == 0
         && citiz_outbox_find (outbox, CITIZ_TX_GRANT, &shared->id) == NULL
         && citiz_outbox_find (outbox, CITIZ_TX_GRANT_REVOKE, &shared->id) == NULL;
}

/* While the record is locked nothing can be given in its place; it is, once that is open. */
static void
replace_lost (CitizShared *shared)
{
  const gint64 now = g_get_monotonic_time ();

  if (shared->engine->vault == NULL || !citiz_shared_clocks_are_heard (shared)
      || (shared->lost_at != 0 && now < shared->lost_at + LOST_EVERY_S * G_USEC_PER_SEC))
    return;
  shared->lost_at = now;
  g_message ("the community does not take a grant");
  citiz_shared_give_up (shared);
}

/* What is told of it is told by this computer's clock: anew, when that turns out wrong, or is set. */
static void
look_at_clock (CitizShared *shared, CitizChain *chain)
{
  const gint64 skew = citiz_chain_get_skew (chain);

  if (ABS (skew - shared->skew_told) <= CITIZ_MINUTE)
    return;
  shared->skew_told = skew;
  citiz_shared_tell (shared);
}

/* Returns: whether nothing more will come of it */
static gboolean
look_at (CitizShared *shared, CitizChain *chain)
{
  const CitizTime now = citiz_chain_time (chain);
  CitizGrantState state;

  citiz_shared_settle (shared);
  look_at_clock (shared, chain); /* tells of it as it was just settled */
  citiz_shared_look_at_door (shared);
  if (citiz_chain_grant (chain, &shared->id, &state))
    {
      look_at_known (shared, chain, &state);
      return shared->forgotten && shared->n_reading == 0
             && (citiz_n_bits (state.closed) == state.grant.n_committee
                 || (has_ended (chain, &state) && now.ms > state.ended.ms + ERASED_WITHIN));
    }
  citiz_shared_hand (shared);
  if (is_past (chain, shared->expires)) /* it never came to be */
    finish (shared, CITIZ_ACCESS_EXPIRED, shared->expires, (CitizTime){G_MAXINT64});
  else if (never_was (shared, chain))
    finish (shared, CITIZ_ACCESS_REVOKED, now, (CitizTime){G_MAXINT64});
  else if (is_lost (shared, chain))
    replace_lost (shared);
  return shared->forgotten;
}

/* Runs every few seconds while there is one, and whenever the community has news. */
void
citiz_engine_look_at_shared (CitizEngine *engine)
{
  CitizChain *chain = citiz_engine_shared_chain (engine);
  GHashTableIter iter;
  gpointer shared;

  if (engine->shared == NULL || chain == NULL)
    return;
  g_hash_table_iter_init (&iter, engine->shared);
  while (g_hash_table_iter_next (&iter, NULL, &shared))
    if (look_at (shared, chain))
      g_hash_table_iter_remove (&iter);
  if (g_hash_table_size (engine->shared) == 0)
    citiz_shared_disarm (&engine->shared_tick);
}

/* --- from one opening of the record to the next --- */

static void
community_cb (CitizEngine *engine)
{
  citiz_engine_adopt_copied (engine);
  citiz_engine_look_at_shared (engine);
}

static gboolean
soon_cb (gpointer data)
{
  CitizEngine *engine = data;

  g_clear_pointer (&engine->shared_soon, g_source_unref);
  citiz_engine_look_at_shared (engine);
  return G_SOURCE_REMOVE;
}

/* Refused, or too old. Looking may itself be what the outbox tells this in: it is looked again after that. */
static void
gone_cb (CitizEngine *engine, CitizTx *tx)
{
  if (tx->type == CITIZ_TX_GRANT && engine->shared_soon == NULL)
    engine->shared_soon = citiz_engine_after (engine, 0, soon_cb, engine);
}

static gboolean
resume_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  CitizEngine *engine = data;
  json_t *json = json_loadb (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), 0, NULL);
  g_autofree gchar *chain = citiz_hash_to_hex (citiz_community_get_id (engine->community));
  CitizShared *shared = citiz_engine_find_shared (engine, id);

  if (g_strcmp0 (json_string_value (json_object_get (json, "community")), chain) == 0
      && shared == NULL)
    {
      g_autoptr (GBytes) parcel = citiz_vault_get (engine->vault, CITIZ_CLASS_PARCEL, id, 0, NULL);

      shared = citiz_engine_add_shared (engine, id, json);
      shared->parcel = parcel != NULL ? citiz_parcel_decode (parcel, NULL) : NULL;
    }
  citiz_engine_drop_grant (json);
  return TRUE;
}

/* What it learned while the record was locked. */
static void
catch_up (CitizEngine *engine)
{
  GHashTableIter iter;
  gpointer value;

  if (engine->shared == NULL)
    return;
  g_hash_table_iter_init (&iter, engine->shared);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      CitizShared *shared = value;

      shared->used = 0; /* each is looked for in the vault */
      shared->read_at = 0;
      if (!shared->forgotten)
        citiz_shared_keep (shared);
    }
}

/**
 * citiz_engine_open_shared:
 *
 * The record and the community are open: goes on with what was given before, and with what was being given when the program ended.
 */
void
citiz_engine_open_shared (CitizEngine *engine)
{
  g_autoptr (GError) error = NULL;

  if (engine->community == NULL || engine->vault == NULL)
    return;
  catch_up (engine);
  if (!citiz_vault_foreach (engine->vault, CITIZ_CLASS_GRANT, resume_cb, engine, NULL, &error))
    g_warning ("accesses over the community could not be read: %s", error->message);
  if (engine->shared_watch == 0)
    {
      engine->shared_watch = g_signal_connect_swapped (engine->community, "changed",
                                                       G_CALLBACK (community_cb), engine);
      g_signal_connect_swapped (citiz_community_get_outbox (engine->community), "refused",
                                G_CALLBACK (gone_cb), engine);
      g_signal_connect_swapped (citiz_community_get_outbox (engine->community), "expired",
                                G_CALLBACK (gone_cb), engine);
    }
  citiz_engine_adopt_copied (engine);
  citiz_engine_look_at_shared (engine);
}

static gboolean
any_shared (CitizEngine *engine, gboolean (*fits) (const CitizShared *shared))
{
  GHashTableIter iter;
  gpointer shared;

  if (engine->shared == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, engine->shared);
  while (g_hash_table_iter_next (&iter, NULL, &shared))
    if (fits (shared))
      return TRUE;
  return FALSE;
}

/* What another copy of this record gave does not end with this one: it can be ended from there. */
static gboolean
goes_on_alone (const CitizShared *shared)
{
  return !shared->copied && !shared->over
         && citiz_env_now (shared->engine->env).ms < shared->expires.ms;
}

/* An access over the community, given by this copy of the record, that the ledger does not know as ended, before its end: its nodes go on answering, and
 * only from here it can be ended. */
gboolean
citiz_engine_is_sharing_own (CitizEngine *engine)
{
  return any_shared (engine, goes_on_alone);
}

static gboolean
stays (const CitizShared *shared)
{
  return goes_on_alone (shared) && !shared->ending;
}

/* One of them whose end was not asked for, or could not be: nothing is worth waiting for. */
gboolean
citiz_engine_keeps_sharing (CitizEngine *engine)
{
  return any_shared (engine, stays);
}

/* The community is left, or the program ends. */
void
citiz_engine_close_shared (CitizEngine *engine)
{
  if (engine->shared_watch != 0 && engine->community != NULL)
    {
      g_signal_handler_disconnect (engine->community, engine->shared_watch);
      g_signal_handlers_disconnect_by_data (citiz_community_get_outbox (engine->community), engine);
    }
  engine->shared_watch = 0;
  g_clear_pointer (&engine->shared, g_hash_table_unref);
  citiz_shared_disarm (&engine->shared_tick);
  citiz_shared_disarm (&engine->shared_soon);
  g_clear_object (&engine->shared_client);
}

void
citiz_engine_read_boxes (CitizEngine *engine)
{
  GHashTableIter iter;
  gpointer shared;

  if (engine->shared == NULL)
    return;
  g_hash_table_iter_init (&iter, engine->shared);
  while (g_hash_table_iter_next (&iter, NULL, &shared))
    citiz_shared_read_mail (shared);
}

static gboolean
is_handed (const CitizShared *shared)
{
  return shared->giver != NULL && !citiz_giver_is_done (shared->giver)
         && citiz_shared_is_sending (shared);
}

/* While the record is locked: a part is still on its way to nodes, so the program must not end. */
gboolean
citiz_engine_is_handing (CitizEngine *engine)
{
  return any_shared (engine, is_handed);
}
