/* Openings of emergency grants while the ledger stands still: given under the node's own receipt, told to the ledger later.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-note.h"
#include "node/citiz-node-private.h"

/* --- what is held of them --- */

static gboolean
is_allowed (CitizNode *self, const CitizGrantState *state)
{
  return state->grant.kind == CITIZ_GRANT_EMERGENCY_STALLED && !citiz_order_is_own (self->order);
}

static GArray *
held_of (CitizNode *self, const CitizGrantState *state)
{
  return is_allowed (self, state) ? citiz_node_store_stalled (self->db, &state->grant.id, NULL)
                                  : NULL;
}

/* How many openings of the grant are counted here: on the ledger, and those it does not know of yet. */
guint
citiz_node_used (CitizNode *self, const CitizGrantState *state)
{
  g_autoptr (GArray) held = held_of (self, state);
  guint used = state->used;

  for (guint i = 0; held != NULL && i < held->len; i++)
    used = MAX (used, g_array_index (held, CitizNodeStalled, i).use);
  return used;
}

static gboolean
find_held (CitizNode *self,
           const CitizGrantState *state,
           const CitizHash *note,
           CitizNodeStalled *out)
{
  g_autoptr (GArray) held = held_of (self, state);

  for (guint i = 0; held != NULL && i < held->len; i++)
    {
      *out = g_array_index (held, CitizNodeStalled, i);
      if (citiz_hash_equal (&out->note, note))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_on_ledger (CitizNode *self, const CitizId *grant, const CitizHash *note)
{
  g_autoptr (CitizTxInfo) info = citiz_chain_find_opening (self->chain, grant, note);

  return info != NULL;
}

/* An opening that was told to its reader before the ledger had it, by the hash of its note. */
gboolean
citiz_node_has_stalled (CitizNode *self, const CitizGrantState *state, const CitizHash *note)
{
  CitizNodeStalled held;

  return is_allowed (self, state)
         && (find_held (self, state, note, &held) || is_on_ledger (self, &state->grant.id, note));
}

/* From now on it waits. */
void
citiz_node_watch_opening (CitizNode *self, const CitizGrantState *state, GBytes *note)
{
  CitizHash hash;

  if (!is_allowed (self, state))
    return;
  citiz_note_hash (&hash, note);
  citiz_stall_wait (self->stall, &hash, citiz_env_steady (self->env));
}

/* --- told to the ledger --- */

/* Whoever was shown what opens one number knows it of all before. */
static void
reveal (CitizTxBody *body, guint next, guint use, const CitizHash *a)
{
  body->open.use = (guint16) next;
  citiz_hash_repeat (&body->open.a, a, use - next);
}

static void
no_matter_cb (gpointer data, CitizTime time, const GError *error)
{
}

static void
say (CitizNode *self, const CitizNodeStalled *held, const CitizNodeStalled *highest, guint next)
{
  CitizTxBody body = {.open = {.grant = held->grant, .note = held->note}};
  g_autoptr (GPtrArray) txs = NULL;
  g_autoptr (GError) error = NULL;

  reveal (&body, next, highest->use, &highest->a);
  txs = citiz_order_make (self->order, CITIZ_TX_ACCESS_OPEN, &body);
  if (!citiz_order_enter (self->order, txs, no_matter_cb, NULL, &error))
    g_debug ("an opening could not be told to the ledger yet: %s", error->message);
}

/* One of a grant at a time: the next has another number. Another reader's opening may have taken its number: then it goes under the next one that
 * was revealed. */
static void
say_next (CitizNode *self, GArray *held, const CitizGrantState *state)
{
  const CitizNodeStalled *highest = &g_array_index (held, CitizNodeStalled, held->len - 1);
  const guint next = state->used + 1;

  for (guint i = 0; i < held->len; i++)
    {
      const CitizNodeStalled *one = &g_array_index (held, CitizNodeStalled, i);

      if (is_on_ledger (self, &one->grant, &one->note))
        {
          citiz_node_store_drop_stalled (self->db, &one->note, NULL);
          continue;
        }
      if (!citiz_replica_is_opening (self->replica, &one->note) && next <= highest->use)
        say (self, one, highest, next);
      return;
    }
}

/**
 * citiz_node_say_stalled:
 *
 * Now and then, until the ledger knows of each; also after a restart, and after the end of its grant.
 */
void
citiz_node_say_stalled (CitizNode *self)
{
  g_autoptr (GArray) all = NULL;
  const CitizId *last = NULL;

  citiz_stall_tick (self->stall, citiz_env_steady (self->env));
  if (citiz_order_is_own (self->order))
    return;
  all = citiz_node_store_stalled (self->db, NULL, NULL);
  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      const CitizId *grant = &g_array_index (all, CitizNodeStalled, i).grant;
      g_autoptr (GArray) held = NULL;
      CitizGrantState state;

      if (last != NULL && citiz_id_equal (grant, last))
        continue;
      last = grant;
      held = citiz_node_store_stalled (self->db, grant, NULL);
      if (held != NULL && held->len > 0 && citiz_chain_grant (self->chain, grant, &state))
        say_next (self, held, &state);
    }
}

/* --- given --- */

typedef struct
{
  CitizNodeCall *call;
  const CitizGrantState *state;
  const CitizNodeShare *share;
  GBytes *note;
  CitizNodeStalled opening;
} Asked;

static void
answer_held (const Asked *asked, const CitizNodeStalled *opening)
{
  const CitizReceipt alike = {.grant = opening->grant,
                              .opening = opening->note,
                              .time = {opening->use},
                              .capsule = opening->capsule};
  CitizSigningKey *key = asked->call->node->key;
  CitizSignature signature;
  g_autofree gchar *note = citiz_hash_to_hex (&opening->note);
  g_autofree gchar *grant = citiz_id_to_hex (&opening->grant);
  g_autofree gchar *capsule = citiz_hash_to_hex (&opening->capsule);
  g_autofree gchar *node = citiz_base64url_encode (citiz_signing_key_get_public (key)->b, 32);
  g_autofree gchar *text = NULL;

  citiz_stalled_sign (&signature, &alike, opening->time, key);
  text = citiz_base64url_encode (signature.b, sizeof signature.b);
  citiz_node_answer_share (asked->call, asked->share, &alike,
                           json_pack ("{s:s, s:s, s:i, s:I, s:s, s:s, s:s}", "grant", grant,
                                      "opening", note, "use", (int) opening->use, "time",
                                      (json_int_t) opening->time.ms, "capsule", capsule, "node",
                                      node, "signature", text));
}

/* The answer was lost: the same again, as long as after any opening. */
static void
answer_again (const Asked *asked, const CitizNodeStalled *held)
{
  const CitizGrantState *state = asked->state;

  if (state->judged.ms >= held->time.ms + CITIZ_NODE_RELEASE_WINDOW)
    citiz_node_answer (asked->call, 403, json_pack ("{s:s}", "error", "late"));
  else if (!citiz_hash_equal (&held->capsule, &state->grant.capsule))
    citiz_node_answer (asked->call, 409, json_pack ("{s:s}", "error", "renewed"));
  else
    answer_held (asked, held);
}

/* Its receipt and its note are on disk before the share goes out. */
static gboolean
keep (CitizNode *self, const CitizNodeStalled *opening, GBytes *note, GError **error)
{
  CitizMail mail = {.kind = CITIZ_MAIL_STALLED,
                    .grant = opening->grant,
                    .has_opening = TRUE,
                    .opening = opening->note,
                    .time = opening->time,
                    .tries = opening->use,
                    .sealed = note};

  if (!citiz_db_begin (self->db, error))
    return FALSE;
  if (!citiz_node_store_put_stalled (self->db, opening, error)
      || !citiz_node_store_put_mail (self->db, &mail, error))
    {
      citiz_db_rollback (self->db);
      return FALSE;
    }
  if (!citiz_db_commit (self->db, error))
    return FALSE;
  citiz_node_tell (self, &mail);
  return TRUE;
}

static void
give (const Asked *asked)
{
  g_autoptr (GError) error = NULL;

  if (keep (asked->call->node, &asked->opening, asked->note, &error))
    answer_held (asked, &asked->opening);
  else
    citiz_node_answer_error (asked->call, error);
}

static void
opened_cb (gpointer data, CitizNode *self, const CitizHash *opening, const GError *error)
{
}

/* The ledger is asked first, as for any opening, under the number that it counts. */
static void
enter (const Asked *asked)
{
  CitizNode *self = asked->call->node;
  const guint next = asked->state->used + 1;
  CitizTxBody body;

  if (citiz_replica_is_opening (self->replica, &asked->opening.note))
    return;
  reveal (&body, next, asked->opening.use, &asked->opening.a);
  citiz_node_open (self, asked->state, next, &body.open.a, asked->note, opened_cb, NULL);
}

/* A grant that sleeps until its first opening ends its time after it, on the ledger or not. */
static gboolean
has_run_out (CitizNode *self, const CitizGrantState *state)
{
  g_autoptr (GArray) held = state->grant.duration != 0 ? held_of (self, state) : NULL;

  return held != NULL && held->len > 0
         && state->judged.ms >= g_array_index (held, CitizNodeStalled, 0).time.ms
                                    + (gint64) state->grant.duration;
}

/* Returns: ms to go on waiting; 0: the ledger stands still. One that has nothing to do does not. */
static guint
wait_for_ledger (CitizNode *self, const CitizHash *note)
{
  const guint wait = citiz_stall_wait (self->stall, note, citiz_env_steady (self->env));

  return wait > 0 || citiz_replica_n_due (self->replica) == 0 ? MAX (wait, 1000) : 0;
}

static void
wait_or_give (Asked *asked)
{
  guint wait;

  enter (asked);
  wait = wait_for_ledger (asked->call->node, &asked->opening.note);
  if (wait > 0)
    citiz_node_answer (asked->call, 202, json_pack ("{s:i}", "wait", (int) wait));
  else
    give (asked);
}

/**
 * citiz_node_stalled_number:
 *
 * Returns: the next opening's, whatever the ledger knows of those before; 0: the grant opens only with the ledger
 */
guint
citiz_node_stalled_number (CitizNode *self, const CitizGrantState *state)
{
  return is_allowed (self, state) ? citiz_node_used (self, state) + 1 : 0;
}

/**
 * citiz_node_opens_stalled:
 * @opening: grant, number, what it reveals, its note's hash; the node's time and the capsule are put in
 * @note: entered here before
 *
 * For a reader whose part this node plays itself.
 *
 * Returns: whether its own share is for use: the ledger stands still, and what is opened is on disk
 */
gboolean
citiz_node_opens_stalled (CitizNode *self,
                          const CitizGrantState *state,
                          CitizNodeStalled *opening,
                          GBytes *note)
{
  g_autoptr (GError) error = NULL;
  CitizNodeStalled held;

  if (!is_allowed (self, state) || state->status != CITIZ_GRANT_ACTIVE
      || citiz_node_is_revoked (self, &state->grant.id) || has_run_out (self, state)
      || opening->use > state->grant.max_openings
      || !citiz_opening_matches (&opening->a, opening->use, &state->grant.a_max))
    return FALSE;
  opening->time = state->judged;
  opening->capsule = state->grant.capsule;
  if (find_held (self, state, &opening->note, &held))
    return citiz_hash_equal (&held.capsule, &opening->capsule);
  if (opening->use <= citiz_node_used (self, state) || wait_for_ledger (self, &opening->note) > 0)
    return FALSE;
  if (keep (self, opening, note, &error))
    return TRUE;
  g_debug ("an opening could not be kept: %s", error->message);
  return FALSE;
}

static void
judge (Asked *asked)
{
  CitizNodeCall *call = asked->call;
  const CitizGrantState *state = asked->state;
  CitizNodeStalled held;

  if (!citiz_hash_equal (&asked->share->capsule, &state->grant.capsule))
    citiz_node_answer (call, 503, json_pack ("{s:s}", "error", "renewing"));
  else if (find_held (call->node, state, &asked->opening.note, &held))
    answer_again (asked, &held);
  else if (citiz_node_was_opened (call, state, asked->note))
    return;
  else if (has_run_out (call->node, state))
    citiz_node_answer (call, 409, json_pack ("{s:s}", "state", "expired"));
  else if (asked->opening.use <= citiz_node_used (call->node, state))
    citiz_node_answer_taken (call, &state->grant.id);
  else
    wait_or_give (asked);
}

static void
stalled_now (CitizNodeCall *call,
             json_t *json,
             const CitizGrantState *state,
             const CitizNodeShare *share)
{
  g_autoptr (GBytes) note = citiz_node_read_note (json);
  Asked asked = {.call = call, .state = state, .share = share, .note = note};
  gint64 use;

  if (!is_allowed (call->node, state))
    {
      citiz_node_answer (call, 403, json_pack ("{s:s}", "error", "stalled"));
      return;
    }
  if (note == NULL || !citiz_json_strict_int (json, "use", 1, state->grant.max_openings, &use)
      || !citiz_json_strict_bytes (json, "a", asked.opening.a.b, sizeof asked.opening.a.b))
    {
      citiz_node_answer (call, 400, json_pack ("{s:s}", "error", "fields"));
      return;
    }
  asked.opening.grant = state->grant.id;
  asked.opening.use = (guint) use;
  asked.opening.capsule = state->grant.capsule;
  asked.opening.time = state->judged;
  citiz_note_hash (&asked.opening.note, note);
  if (!citiz_opening_matches (&asked.opening.a, (guint) use, &state->grant.a_max))
    citiz_node_answer (call, 403, json_pack ("{s:s}", "error", "secret"));
  else if (citiz_node_token_is_right (call, json, share)
           && citiz_node_passcode_is_right (call, json, share))
    judge (&asked);
}

/**
 * citiz_node_route_stalled:
 *
 * An opening that the ledger does not make final. 200: it has (as /open), or this node's share under its own receipt; 202: to be asked again, within
 * `wait` ms; 409: that number was counted here already.
 */
void
citiz_node_route_stalled (CitizNodeCall *call)
{
  citiz_node_with_share (call, TRUE, 409, stalled_now);
}
