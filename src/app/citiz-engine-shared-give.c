/* Giving over the nodes of a community: who is chosen, what is handed, renewed, ended.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-shared.h"

#define PATIENCE_S  10 /* after a press: then the access is given on this computer */
#define END_EVERY_S 10 /* an end that was lost is said again */
#define EARLY       (3 * CITIZ_MINUTE) /* a clock that differs less is not put right */
#define EARLY_MAX   (30 * CITIZ_DAY)
#define LARGE       7 /* members of the committee of a large community, and */
#define LARGE_T     5 /* how many of them open */

static gboolean
keep_parcel (CitizEngine *engine, CitizParcel *parcel, GError **error)
{
  g_autoptr (GBytes) bytes = citiz_parcel_encode (parcel);

  return citiz_vault_delete (engine->vault, CITIZ_CLASS_PARCEL, &parcel->grant, error)
         && citiz_vault_put (engine->vault, CITIZ_CLASS_PARCEL, &parcel->grant, 1, 0, bytes, error);
}

/* --- handing --- */

/* Too few nodes have said what time it is, or it was something else. */
gboolean
citiz_shared_is_undated (const CitizShared *shared)
{
  return shared->misdated || !citiz_shared_clocks_are_heard (shared);
}

/* What it takes for it to open, and for as long as it says. */
gboolean
citiz_shared_is_sending (const CitizShared *shared)
{
  return citiz_n_bits (shared->held) < shared->threshold || citiz_shared_is_undated (shared);
}

/* Not enough nodes have answered, or will: the person gets an access on this computer. */
void
citiz_shared_give_up (CitizShared *shared)
{
  citiz_shared_disarm (&shared->patience);
  shared->lost_at = g_get_monotonic_time ();
  if (shared->engine->vault != NULL)
    citiz_engine_tell_session (shared->engine, citiz_session_fall_back,
                               g_memdup2 (&shared->id, sizeof shared->id), g_free);
}

/* More than half of the nodes have said what time it is: what they refuse is not refused for a wrong clock only. */
gboolean
citiz_shared_clocks_are_heard (const CitizShared *shared)
{
  return shared->patience == NULL
         || citiz_watch_knows_time (citiz_community_get_watch (shared->engine->community));
}

/* Once the nodes have said what time it is, one that another date was given is given again; one that they have is there. */
void
citiz_shared_settle (CitizShared *shared)
{
  if (shared->patience != NULL && citiz_engine_was_misdated (shared->engine, &shared->id))
    {
      shared->misdated = shared->engine->vault != NULL;
      citiz_shared_give_up (shared);
    }
  else if (!citiz_shared_is_sending (shared))
    citiz_shared_disarm (&shared->patience);
}

static gboolean
patience_cb (gpointer data)
{
  CitizShared *shared = data;

  g_clear_pointer (&shared->patience, g_source_unref);
  if (citiz_shared_is_sending (shared))
    citiz_shared_give_up (shared);
  return G_SOURCE_REMOVE;
}

static void
handed_cb (CitizGiver *giver, gpointer data)
{
  CitizShared *shared = data;
  const CitizCodeJob *job = shared->engine->code_job;

  shared->bare &= shared->held; /* what was not held then is here now */
  shared->held = citiz_giver_get_held (giver);
  shared->coded = citiz_giver_get_coded (giver);
  if (shared->patience != NULL && citiz_shared_clocks_are_heard (shared)
      && citiz_n_bits (citiz_giver_get_refused (giver)) > shared->n_nodes - shared->threshold)
    citiz_shared_give_up (shared);
  citiz_shared_settle (shared);
  if (citiz_giver_is_whole (giver) /* what was refused may be taken at another address */
      && !(job != NULL && citiz_id_equal (citiz_code_job_grant (job), &shared->id)))
    {
      g_clear_pointer (&shared->parcel, citiz_parcel_unref);
      citiz_shared_keep (shared);
      g_clear_pointer (&shared->giver, citiz_giver_free);
    }
  else
    citiz_shared_keep (shared);
  citiz_shared_tell (shared);
  if (shared->engine->vault == NULL) /* the program may have stayed for this only */
    citiz_engine_tell_serving (shared->engine);
}

CitizHttpClient *
citiz_engine_shared_client (CitizEngine *engine)
{
  if (engine->shared_client == NULL)
    engine->shared_client = citiz_http_client_new (CITIZ_GIVER_TIMEOUT);
  return engine->shared_client;
}

/* A node refuses the part of a renewal that it does not know of yet: handed once one's own copy of the chain has it. */
void
citiz_shared_hand (CitizShared *shared)
{
  CitizChain *chain = citiz_engine_shared_chain (shared->engine);
  CitizGrantState state;

  if (shared->parcel == NULL || chain == NULL || shared->over)
    return;
  citiz_shared_follow_nodes (shared);
  if (shared->giver != NULL)
    return;
  if (citiz_chain_grant (chain, &shared->id, &state)
          ? !citiz_hash_equal (&state.grant.capsule, &shared->parcel->hash)
          : shared->renewal)
    return;
  shared->giver = citiz_giver_new (citiz_engine_shared_client (shared->engine), shared->parcel,
                                   shared->held, shared->coded, handed_cb, shared);
}

/* The spoken code for every node is ready. */
void
citiz_engine_hand_codes (CitizEngine *engine, const CitizDeal *deal, GPtrArray *codes)
{
  CitizShared *shared = citiz_engine_find_shared (engine, &deal->body.id);
  g_autoptr (GError) error = NULL;

  if (shared == NULL || shared->parcel == NULL || engine->vault == NULL)
    return;
  if (!citiz_parcel_add_codes (shared->parcel, deal, codes, &error)
      || !citiz_vault_begin (engine->vault, &error)
      || !citiz_engine_end_transaction (engine, keep_parcel (engine, shared->parcel, &error),
                                        &error))
    g_warning ("the spoken code may not be handed: %s", error->message);
  if (shared->giver != NULL)
    citiz_giver_hurry (shared->giver);
  citiz_shared_hand (shared);
}

/* --- giving --- */

static gint
likeliest_first (gconstpointer a, gconstpointer b)
{
  const CitizCommunityMember *x = *(CitizCommunityMember *const *) a;
  const CitizCommunityMember *y = *(CitizCommunityMember *const *) b;

  if (x->missing != y->missing)
    return x->missing ? 1 : -1;
  return x->seen.ms > y->seen.ms ? -1 : x->seen.ms < y->seen.ms;
}

static gboolean
has_operator (GPtrArray *chosen, const gchar *operator_)
{
  for (guint i = 0; i < chosen->len; i++)
    if (g_str_equal (((CitizCommunityMember *) chosen->pdata[i])->operator_, operator_))
      return TRUE;
  return FALSE;
}

static void
shuffle (const CitizEnv *env, GPtrArray *list)
{
  for (guint i = list->len; i > 1; i--)
    {
      guint64 draw;
      gpointer kept = list->pdata[i - 1];

      citiz_env_random (env, (guint8 *) &draw, sizeof draw);
      list->pdata[i - 1] = list->pdata[draw % i];
      list->pdata[draw % i] = kept;
    }
}

/* In a large community any seven, of as many operators as there are. */
static GPtrArray *
draw_some (CitizEngine *engine, GPtrArray *all)
{
  GPtrArray *chosen = g_ptr_array_new ();

  shuffle (engine->env, all);
  for (guint round = 0; round < 2; round++)
    for (guint i = 0; i < all->len && chosen->len < LARGE; i++)
      {
        CitizCommunityMember *member = all->pdata[i];

        if (!g_ptr_array_find (chosen, member, NULL)
            && (round == 1 || !has_operator (chosen, member->operator_)))
          g_ptr_array_add (chosen, member);
      }
  return chosen;
}

static guint
count_validators (CitizEngine *engine)
{
  GPtrArray *members = citiz_community_get_members (engine->community);
  guint n = 0;

  for (guint i = 0; i < members->len; i++)
    n += ((const CitizCommunityMember *) members->pdata[i])->validator;
  return n;
}

/* How many of its committee open an access. */
static guint
threshold_of (guint n_validators)
{
  return n_validators > LARGE ? LARGE_T : citiz_quorum (n_validators);
}

/* As many as open an access share an honest node with every quorum: they cannot see the ledger stand still while that goes on, and perhaps ends the
 * access. In a large community five could. */
gboolean
citiz_engine_may_open_stalled (guint n_validators)
{
  return threshold_of (n_validators) + citiz_quorum (n_validators)
         > n_validators + (n_validators - 1) / 3;
}

/* PROTOCOL §5: up to seven validators are all of the committee, and a quorum of them opens. Returns: its size; 0 when too few of them
 * can be reached now. The first is the one most likely to answer. */
static guint
choose_committee (CitizEngine *engine, CitizDealNode out[CITIZ_COMMITTEE_MAX], guint *out_threshold)
{
  GPtrArray *members = citiz_community_get_members (engine->community);
  g_autoptr (GPtrArray) all = g_ptr_array_new (), some = NULL;
  const guint n_validators = count_validators (engine);
  guint answering = 0;

  for (guint i = 0; i < members->len; i++)
    {
      CitizCommunityMember *member = members->pdata[i];

      if (member->validator && *member->url != '\0')
        g_ptr_array_add (all, member);
    }
  *out_threshold = threshold_of (n_validators);
  some = all->len > LARGE ? draw_some (engine, all) : g_ptr_array_ref (all);
  g_ptr_array_sort (some, likeliest_first);
  for (guint i = 0; i < some->len; i++)
    {
      const CitizCommunityMember *member = some->pdata[i];

      out[i] = (CitizDealNode){member->node, member->url};
      answering += !member->missing;
    }
  return n_validators > 0 && answering >= *out_threshold ? some->len : 0;
}

/**
 * citiz_engine_can_share:
 *
 * Returns: whether a press gives the access over the nodes of the community. When they do not answer, or write nothing down, it is given on this
 * computer: nobody is left with nothing, or with a code that dies.
 */
gboolean
citiz_engine_can_share (CitizEngine *engine)
{
  CitizDealNode nodes[CITIZ_COMMITTEE_MAX];
  guint threshold;

  if (engine->community == NULL || !citiz_community_is_registered (engine->community)
      || citiz_community_too_few_vote (engine->community)
      || citiz_community_is_still (engine->community))
    return FALSE;
  return citiz_community_is_heard (engine->community)
         && citiz_community_get_state (engine->community) != CITIZ_COMMUNITY_FAILED
         && choose_committee (engine, nodes, &threshold) > 0;
}

/**
 * citiz_engine_was_misdated:
 *
 * Returns: whether no node could take this access because this computer's clock was wrong, and the nodes have said so since: given again, by
 * their time, it is as good as any
 */
gboolean
citiz_engine_was_misdated (CitizEngine *engine, const CitizId *id)
{
  const CitizShared *shared = citiz_engine_find_shared (engine, id);
  CitizChain *chain = citiz_engine_shared_chain (engine);

  return shared != NULL && chain != NULL
         && ABS (citiz_chain_get_skew (chain) - shared->skew_ms) > CITIZ_MINUTE;
}

/* Its end was asked for already: something else stands in its place. */
gboolean
citiz_engine_is_ending (CitizEngine *engine, const CitizId *id)
{
  const CitizShared *shared = citiz_engine_find_shared (engine, id);

  return shared != NULL && shared->ending;
}

static json_t *
nodes_to_json (CitizParcel *parcel)
{
  json_t *nodes = json_array ();

  for (guint i = 0; i < parcel->parts->len; i++)
    {
      const CitizParcelPart *part = parcel->parts->pdata[i];
      g_autofree gchar *key
          = citiz_base64url_encode (part->member.node.b, sizeof part->member.node.b);

      json_array_append_new (nodes, json_pack ("[s, s]", key, part->origin));
    }
  return nodes;
}

/* Within a transaction of the vault's, in which the outbox is too. */
static gboolean
say (CitizEngine *engine, CitizTxType type, const CitizTxBody *body, GError **error)
{
  g_autoptr (CitizTx) tx = citiz_community_sign (engine->community, type, body);

  return citiz_community_put (engine->community, tx, error);
}

/* The grant on its way, what is to be handed, the vault's memory of it: all of it, or nothing was given. */
static gboolean
commit_shared (CitizEngine *engine,
               const CitizDeal *deal,
               CitizParcel *parcel,
               json_t *json,
               GError **error)
{
  CitizTxBody body = {.grant = deal->body};

  if (!citiz_vault_begin (engine->vault, error))
    return FALSE;
  if (!keep_parcel (engine, parcel, error)
      || !citiz_engine_write_json (engine, CITIZ_CLASS_GRANT, &deal->body.id, json, error)
      || !say (engine, CITIZ_TX_GRANT, &body, error))
    {
      citiz_vault_rollback (engine->vault);
      return FALSE;
    }
  return citiz_vault_commit (engine->vault, error);
}

static json_t *
describe_shared_deal (CitizEngine *engine,
                      const CitizGive *give,
                      const CitizDeal *deal,
                      CitizParcel *parcel,
                      CitizTime now)
{
  g_autofree gchar *chain = citiz_hash_to_hex (citiz_community_get_id (engine->community));
  json_t *json = citiz_engine_describe_deal (give, deal, 0);

  json_object_set_new (json, "given", json_integer (now.ms));
  json_object_set_new (json, "community", json_string (chain));
  json_object_set_new (json, "t", json_integer (deal->body.threshold));
  json_object_set_new (json, "nodes", nodes_to_json (parcel));
  json_object_set_new (json, "held", json_integer (0));
  json_object_set_new (json, "coded", json_integer (0));
  return json;
}

/* How long before the press it opens: never later than at the nodes' own time, whatever this computer's clock says. While too few have said what that
 * is, it is later than the newest block. */
static gint64
early_of (CitizEngine *engine, CitizTime now)
{
  const CitizLedger *ledger = citiz_chain_ledger (citiz_engine_shared_chain (engine), NULL);

  if (ledger == NULL || citiz_watch_knows_time (citiz_community_get_watch (engine->community)))
    return EARLY;
  return CLAMP (now.ms - citiz_ledger_head (ledger)->time.ms, EARLY, EARLY_MAX);
}

/**
 * citiz_engine_give_shared:
 * @options: all but the committee
 *
 * The link is there at once; the nodes are handed their parts while it is already on screen.
 *
 * Returns: (transfer full) (nullable): what the spoken code is still to be made for
 */
CitizDeal *
citiz_engine_give_shared (CitizEngine *engine,
                          CitizGive *give,
                          CitizDealOptions *options,
                          GError **error)
{
  CitizDealNode nodes[CITIZ_COMMITTEE_MAX];
  g_autoptr (CitizDeal) deal = NULL;
  g_autoptr (CitizParcel) parcel = NULL;
  CitizShared *shared;
  json_t *json;

  options->n_nodes = choose_committee (engine, nodes, &options->threshold);
  options->nodes = nodes;
  options->stalled = give->stalled && citiz_engine_may_open_stalled (count_validators (engine));
  options->now = citiz_chain_time (citiz_engine_shared_chain (engine));
  options->early_ms = early_of (engine, options->now);
  deal = citiz_deal_new (engine->env, give->summary.bundle, options, error);
  parcel = deal != NULL ? citiz_parcel_new (deal, nodes, options->n_nodes, error) : NULL;
  if (parcel == NULL)
    return NULL;
  json = describe_shared_deal (engine, give, deal, parcel, options->now);
  if (!commit_shared (engine, deal, parcel, json, error))
    {
      citiz_engine_drop_grant (json);
      return NULL;
    }
  shared = citiz_engine_add_shared (engine, &deal->body.id, json);
  shared->parcel = g_steal_pointer (&parcel);
  shared->skew_ms = citiz_chain_get_skew (citiz_engine_shared_chain (engine));
  citiz_watch_begin_anew (citiz_community_get_watch (engine->community)); /* their clocks, too */
  shared->patience = citiz_engine_after (engine, PATIENCE_S, patience_cb, shared);
  citiz_shared_hand (shared);
  give->access = citiz_engine_describe_access (engine, &shared->id, json);
  citiz_engine_drop_grant (json);
  return g_steal_pointer (&deal);
}

/* --- renewing --- */

static void
note_renewal (json_t *json, const CitizRenewal *renewal, const CitizDeal *deal, CitizTime now)
{
  citiz_engine_describe_renewal (json, renewal, deal, now);
  json_object_set_new (json, "held", json_integer (0));
  if (deal->code != NULL)
    json_object_set_new (json, "coded", json_integer (0));
}

/**
 * citiz_engine_renew_shared:
 * @json: what the vault remembers, changed here
 *
 * Until enough nodes hold the new parts the link opens nothing for a moment: they erased the old ones when the ledger told them to.
 */
gboolean
citiz_engine_renew_shared (CitizEngine *engine,
                           const CitizRenewal *renewal,
                           json_t *json,
                           GError **error)
{
  CitizShared *shared = citiz_engine_find_shared (engine, &renewal->access);
  CitizChain *chain = citiz_engine_shared_chain (engine);
  CitizDealNode nodes[CITIZ_COMMITTEE_MAX] = {0};
  g_autoptr (CitizDeal) deal = NULL;
  g_autoptr (CitizParcel) parcel = NULL;
  CitizGrantState state;

  if (shared == NULL || chain == NULL || shared->over || citiz_json_integer (json, "ending") != 0)
    return TRUE;
  shared->renew_due = !citiz_chain_grant (chain, &renewal->access, &state);
  if (shared->renew_due || state.ended.ms != 0)
    return TRUE;
  deal = citiz_engine_deal_again (engine, renewal, &state.grant, json, error);
  if (deal == NULL)
    return FALSE;
  for (guint i = 0; i < deal->body.n_committee; i++)
    nodes[i] = (CitizDealNode){deal->body.committee[i].node, citiz_json_origin (json, i)};
  parcel = citiz_parcel_new (deal, nodes, deal->body.n_committee, error);
  if (parcel == NULL)
    return FALSE;
  note_renewal (json, renewal, deal, citiz_chain_time (chain));
  if (!commit_shared (engine, deal, parcel, json, error))
    return FALSE;
  citiz_shared_drop_parcel (shared);
  shared->parcel = g_steal_pointer (&parcel);
  shared->renewal = TRUE;
  shared->held = 0;
  if (deal->code == NULL)
    return TRUE;
  shared->coded = 0;
  citiz_engine_seal_code_later (engine, g_steal_pointer (&deal), TRUE, renewal->birth_date);
  return TRUE;
}

/* --- ending --- */

static gboolean
is_saying_end (CitizShared *shared)
{
  return citiz_outbox_find (citiz_community_get_outbox (shared->engine->community),
                            CITIZ_TX_GRANT_REVOKE, &shared->id)
         != NULL;
}

/* The ledger knows of no end, and what said it is gone: refused, or too old after a time without a network. It was promised to the person. */
void
citiz_shared_end_again (CitizShared *shared)
{
  CitizEngine *engine = shared->engine;
  const CitizTxBody body = {.revoke = {.grant = shared->id}};
  const gint64 now = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;

  if (engine->vault == NULL || citiz_community_get_key (engine->community) == NULL
      || (shared->said_at != 0 && now < shared->said_at + END_EVERY_S * G_USEC_PER_SEC)
      || is_saying_end (shared))
    return;
  shared->said_at = now;
  if (!citiz_vault_begin (engine->vault, &error)
      || !citiz_engine_end_transaction (engine, say (engine, CITIZ_TX_GRANT_REVOKE, &body, &error),
                                        &error))
    g_warning ("the end of an access could not be said again: %s", error->message);
}

/* The end of an access, in the transaction that is open. */
static gboolean
write_end (CitizEngine *engine, const CitizId *id, json_t *json, GError **error)
{
  const CitizTxBody body = {.revoke = {.grant = *id}};

  if (json != NULL)
    json_object_set_new (json, "ending", json_integer (citiz_env_now (engine->env).ms));
  return (json == NULL || citiz_engine_write_json (engine, CITIZ_CLASS_GRANT, id, json, error))
         && citiz_vault_delete (engine->vault, CITIZ_CLASS_PARCEL, id, error)
         && say (engine, CITIZ_TX_GRANT_REVOKE, &body, error);
}

/**
 * citiz_engine_revoke_shared:
 * @json: (nullable): what the vault remembers
 *
 * Every node obeys a revocation when it sees it; it is over when the ledger says so. What reads the last notes stays in the vault till then,
 * and is shown nowhere. In a caller's transaction the caller says citiz_engine_revoked_shared() when that is on the disk.
 */
gboolean
citiz_engine_revoke_shared (CitizEngine *engine, const CitizId *id, json_t *json, GError **error)
{
  CitizDb *db = citiz_vault_get_db (engine->vault);

  if (engine->community == NULL || citiz_json_integer (json, "ending") != 0
      || citiz_shared_is_over (engine, id, json))
    return TRUE;
  if (!citiz_vault_begin (engine->vault, error))
    return FALSE;
  if (!write_end (engine, id, json, error))
    {
      citiz_vault_rollback (engine->vault);
      return FALSE;
    }
  if (!citiz_vault_commit (engine->vault, error))
    return FALSE;
  if (citiz_db_get_depth (db) == 0)
    citiz_engine_revoked_shared (engine, id);
  return TRUE;
}

/* The end of this access is on the disk: it is in memory, too. */
void
citiz_engine_revoked_shared (CitizEngine *engine, const CitizId *id)
{
  CitizShared *shared = citiz_engine_find_shared (engine, id);

  citiz_db_forget_journal (citiz_vault_get_db (engine->vault));
  if (shared == NULL || shared->over)
    return;
  shared->ending = TRUE;
  citiz_shared_drop_parcel (shared);
  citiz_shared_disarm (&shared->patience);
}
