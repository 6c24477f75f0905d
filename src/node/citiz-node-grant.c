/* State, opening, release, notes and capsule of a grant. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-note.h"
#include "consent/citiz-receipt.h"
#include "node/citiz-node-private.h"

static const gchar *const state_names[] = {
    [CITIZ_GRANT_NOT_YET] = "notyet",  [CITIZ_GRANT_ACTIVE] = "active",
    [CITIZ_GRANT_EXPIRED] = "expired", [CITIZ_GRANT_REVOKED] = "revoked",
    [CITIZ_GRANT_USED] = "used",
};

/* The grant of the path; answers 404 itself. A revocation on its way to the ledger is obeyed already. */
static gboolean
find_grant (CitizNodeCall *call, CitizGrantState *state)
{
  CitizId id;

  if (citiz_id_from_hex (&id, call->star[0]) && citiz_chain_grant (call->node->chain, &id, state))
    {
      if (state->ended.ms == 0 && citiz_node_is_revoked (call->node, &id))
        {
          state->status = CITIZ_GRANT_REVOKED;
          state->ended = state->judged;
          state->can_release = FALSE;
        }
      return TRUE;
    }
  citiz_node_answer (call, 404, json_pack ("{s:s}", "state", "unknown"));
  return FALSE;
}

static void
answer_closed (CitizNodeCall *call, guint status, const CitizGrantState *state)
{
  citiz_node_answer (call, status, json_pack ("{s:s}", "state", state_names[state->status]));
}

/* Where a node of the committee is as far as this one knows: the address in a link is that of the press. */
static const gchar *
origin_of (CitizNode *self, const CitizPublicKey *key)
{
  const CitizNodeNeighbour *neighbour = citiz_node_neighbour (self, key);

  if (citiz_public_key_equal (key, citiz_node_get_public (self)))
    return citiz_node_get_origin (self);
  return neighbour != NULL ? neighbour->origin : NULL;
}

void
citiz_node_route_grant (CitizNodeCall *call)
{
  CitizGrantState state;
  json_t *commitments, *nodes, *body;
  g_autofree gchar *capsule = NULL;

  if (!find_grant (call, &state))
    return;
  capsule = citiz_hash_to_hex (&state.grant.capsule);
  commitments = json_array ();
  nodes = json_array ();
  for (guint i = 0; i < state.grant.n_committee; i++)
    {
      g_autofree gchar *hex = citiz_hash_to_hex (&state.grant.committee[i].commitment);

      json_array_append_new (commitments, json_string (hex));
      json_array_append_new (
          nodes, json_pack ("s?", origin_of (call->node, &state.grant.committee[i].node)));
    }
  body = json_pack ("{s:s, s:I, s:I, s:I, s:i, s:i, s:i, s:i, s:s, s:o, s:o}", "state",
                    state_names[state.status], "now", (json_int_t) state.judged.ms, "notBefore",
                    (json_int_t) state.grant.not_before.ms, "expires", (json_int_t) state.ends.ms,
                    "used", (int) state.used, "max", (int) state.grant.max_openings, "t",
                    (int) state.grant.threshold, "m", (int) state.grant.n_committee, "capsule",
                    capsule, "commitments", commitments, "nodes", nodes);
  if (state.ended.ms != 0)
    {
      json_object_set_new (body, "endedAt", json_integer (state.ended.ms));
      citiz_http_response_header (call->response, "Clear-Site-Data", "\"storage\"");
    }
  if (state.grant.kind == CITIZ_GRANT_EMERGENCY_STALLED)
    json_object_set_new (body, "stalled", json_true ());
  if (citiz_node_lacks_share (call->node, &state))
    json_object_set_new (body, "lacks", json_true ());
  if (state.grant.duration != 0)
    json_object_set_new (body, "duration", json_integer ((json_int_t) state.grant.duration));
  citiz_node_answer (call, 200, body);
}

/* Proof of a passcode as the page sends it; FALSE after having answered 401. */
gboolean
citiz_node_passcode_is_right (CitizNodeCall *call, json_t *json, const CitizNodeShare *share)
{
  guint8 proof[32];
  CitizHash hash = {{0}};
  guint left = 0;
  g_autoptr (GError) error = NULL;

  if (!share->has_passcode)
    return TRUE;
  if (citiz_json_strict_bytes (json, "proof", proof, sizeof proof))
    citiz_sha256 (&hash, proof, sizeof proof);
  if (citiz_node_check_passcode (call->node, share, &hash, &left, &error))
    return TRUE;
  if (error)
    citiz_node_answer_error (call, error);
  else
    citiz_node_answer (call, 401, json_pack ("{s:i}", "remainingAttempts", (int) left));
  return FALSE;
}

GBytes *
citiz_node_read_note (json_t *json)
{
  const gchar *text = citiz_json_strict_string (json, "note", CITIZ_NOTE_MAX * 4 / 3 + 4);
  g_autoptr (GBytes) note = text ? citiz_base64url_decode (text) : NULL;

  if (note == NULL || g_bytes_get_size (note) < 1 + CITIZ_AES_GCM_NONCE + CITIZ_AES_GCM_OVERHEAD
      || g_bytes_get_size (note) > CITIZ_NOTE_MAX)
    return NULL;
  return g_steal_pointer (&note);
}

void
citiz_node_receipt (CitizNode *self,
                    const CitizGrantState *state,
                    const CitizHash *opening,
                    CitizTime time,
                    json_t *into)
{
  CitizReceipt receipt = {
      .grant = state->grant.id, .opening = *opening, .time = time, .capsule = state->grant.capsule};
  CitizSignature signature;
  g_autofree gchar *grant = citiz_id_to_hex (&receipt.grant);
  g_autofree gchar *open = citiz_hash_to_hex (opening);
  g_autofree gchar *capsule = citiz_hash_to_hex (&receipt.capsule);

  citiz_receipt_sign (&signature, &receipt, self->key);
  json_object_set_new (into, "grant", json_string (grant));
  json_object_set_new (into, "opening", json_string (open));
  json_object_set_new (into, "time", json_integer (time.ms));
  json_object_set_new (into, "capsule", json_string (capsule));
  json_object_set_new (into, "node",
                       citiz_json_base64url (citiz_signing_key_get_public (self->key)->b, 32));
  json_object_set_new (into, "signature", citiz_json_base64url (signature.b, sizeof signature.b));
}

static void
answer_opened (CitizNodeCall *call, const CitizGrantState *state, const CitizTxInfo *info)
{
  json_t *body = json_pack ("{s:I}", "height", (json_int_t) info->height);

  citiz_node_receipt (call->node, state, &info->id, info->time, body);
  citiz_node_answer (call, 200, body);
}

/* Another opening came first: which one is next now. */
void
citiz_node_answer_taken (CitizNodeCall *call, const CitizId *grant)
{
  CitizGrantState state;

  if (citiz_chain_grant (call->node->chain, grant, &state))
    citiz_node_answer (call, 409,
                       json_pack ("{s:s, s:i}", "state", state_names[state.status], "used",
                                  (int) citiz_node_used (call->node, &state)));
  else
    citiz_node_answer (call, 404, json_pack ("{s:s}", "state", "unknown"));
}

/* The final opening that this very note came with, when the answer to it was lost. */
gboolean
citiz_node_was_opened (CitizNodeCall *call, const CitizGrantState *state, GBytes *note)
{
  g_autoptr (CitizTxInfo) info = NULL;
  CitizHash hash;

  citiz_note_hash (&hash, note);
  info = citiz_chain_find_opening (call->node->chain, &state->grant.id, &hash);
  if (info != NULL)
    answer_opened (call, state, info);
  return info != NULL;
}

/* An opening that is on its way, and who waits for it. */
typedef struct
{
  CitizNodeLater *later;
  CitizId grant;
  GBytes *note;
  CitizHash id; /* of the one that is waited for */
} Waiting;

static Waiting *
waiting_new (const CitizId *grant, GBytes *note)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->grant = *grant;
  waiting->note = g_bytes_ref (note);
  return waiting;
}

static void
waiting_free (Waiting *waiting)
{
  g_bytes_unref (waiting->note);
  g_free (waiting);
}

/* Whatever became final: the one that came with this note, or else which is next. */
static void
opened_cb (gpointer data, CitizNode *self, const CitizHash *opening, const GError *error)
{
  Waiting *waiting = data;
  CitizNodeCall call = citiz_node_later_call (waiting->later);
  CitizGrantState state;

  if (error && error->domain != CITIZ_LEDGER_ERROR)
    citiz_node_answer_error (&call, error);
  else if (!citiz_chain_grant (self->chain, &waiting->grant, &state)
           || !citiz_node_was_opened (&call, &state, waiting->note))
    citiz_node_answer_taken (&call, &waiting->grant);
  citiz_node_later_send (waiting->later);
  waiting_free (waiting);
}

static void
waited_cb (gpointer data, CitizTime time, const GError *error)
{
  Waiting *waiting = data;

  opened_cb (waiting, waiting->later->node, &waiting->id, error);
}

/* One opening of a grant at a time: the same note again waits for the same answer, another reader for its turn. */
static gboolean
joins_one_on_its_way (CitizNodeCall *call, const CitizGrantState *state, GBytes *note)
{
  CitizNode *self = call->node;
  g_autoptr (GBytes) sealed = NULL;
  CitizHash id;
  Waiting *waiting;

  if (!citiz_node_store_find_waiting (self->db, &state->grant.id, &id, &sealed, NULL)
      || sealed == NULL)
    return FALSE;
  waiting = waiting_new (&state->grant.id, note);
  waiting->id = id;
  if (!citiz_order_wait (self->order, &id, waited_cb, waiting))
    {
      waiting_free (waiting);
      return FALSE;
    }
  waiting->later = citiz_node_later (call);
  return TRUE;
}

/* Taken, or after one that waits for the ledger to go on. */
static void
answer_not_next (CitizNodeCall *call, const CitizGrantState *state, guint use, GBytes *note)
{
  const guint used = citiz_node_used (call->node, state);
  CitizHash hash;

  citiz_note_hash (&hash, note);
  if (use <= state->used && citiz_node_was_opened (call, state, note))
    return;
  if (used > state->used && (use == used + 1 || citiz_node_has_stalled (call->node, state, &hash)))
    citiz_node_answer (call, 503, json_pack ("{s:s}", "error", "stalled"));
  else
    citiz_node_answer_taken (call, &state->grant.id);
}

static void
open_now (CitizNodeCall *call,
          json_t *json,
          const CitizGrantState *state,
          const CitizNodeShare *share)
{
  gint64 use;
  CitizHash a;
  g_autoptr (GBytes) note = citiz_node_read_note (json);
  Waiting *waiting;

  if (note == NULL || !citiz_json_strict_int (json, "use", 1, CITIZ_GRANT_MAX_OPENINGS, &use)
      || !citiz_json_strict_bytes (json, "a", a.b, sizeof a.b))
    {
      citiz_node_answer (call, 400, json_pack ("{s:s}", "error", "fields"));
      return;
    }
  if (state->status != CITIZ_GRANT_ACTIVE || use != state->used + 1
      || citiz_node_used (call->node, state) > state->used)
    {
      answer_not_next (call, state, (guint) use, note);
      return;
    }
  if (!citiz_opening_matches (&a, (guint) use, &state->grant.a_max))
    {
      citiz_node_answer (call, 403, json_pack ("{s:s}", "error", "secret"));
      return;
    }
  /* Only now: whoever has no link must not be able to use up the tries of who has it. */
  if (!citiz_node_passcode_is_right (call, json, share) || joins_one_on_its_way (call, state, note))
    return;
  citiz_node_watch_opening (call->node, state, note);
  waiting = waiting_new (&state->grant.id, note);
  waiting->later = citiz_node_later (call);
  citiz_node_open (call->node, state, (guint) use, &a, note, opened_cb, waiting);
}

gboolean
citiz_node_token_is_right (CitizNodeCall *call, json_t *json, const CitizNodeShare *share)
{
  guint8 token[32];
  CitizHash hash;

  if (!citiz_json_strict_bytes (json, "token", token, sizeof token))
    {
      citiz_node_answer (call, 400, json_pack ("{s:s}", "error", "fields"));
      return FALSE;
    }
  citiz_sha256 (&hash, token, sizeof token);
  citiz_wipe (token, sizeof token);
  if (citiz_bytes_equal (hash.b, share->token_hash.b, sizeof hash.b))
    return TRUE;
  citiz_node_answer (call, 403, json_pack ("{s:s}", "error", "token"));
  return FALSE;
}

static gboolean
read_opening (CitizNodeCall *call, json_t *json, CitizHash *out)
{
  const gchar *hex = citiz_json_strict_string (json, "opening", 64);

  if (hex != NULL && citiz_hash_from_hex (out, hex))
    return TRUE;
  citiz_node_answer (call, 400, json_pack ("{s:s}", "error", "fields"));
  return FALSE;
}

/* A final opening of this grant, as a transaction. */
static gboolean
find_opening (CitizNode *self,
              const CitizGrantState *state,
              const CitizHash *opening,
              CitizTxInfo *info)
{
  if (!citiz_chain_find_tx (self->chain, opening, info, NULL))
    return FALSE;
  if (info->type == CITIZ_TX_ACCESS_OPEN && citiz_id_equal (&info->grant, &state->grant.id))
    return TRUE;
  citiz_tx_info_clear (info);
  return FALSE;
}

/* The token and the final opening that a release must name; answers itself when they do not hold. */
static gboolean
may_ask (CitizNodeCall *call,
         json_t *json,
         const CitizGrantState *state,
         const CitizNodeShare *share,
         CitizTxInfo *info)
{
  CitizHash opening;

  if (!read_opening (call, json, &opening) || !citiz_node_token_is_right (call, json, share))
    return FALSE;
  if (find_opening (call->node, state, &opening, info))
    return TRUE;
  citiz_node_answer (call, 403, json_pack ("{s:s}", "error", "opening"));
  return FALSE;
}

void
citiz_node_answer_share (CitizNodeCall *call,
                         const CitizNodeShare *share,
                         const CitizReceipt *what,
                         json_t *receipt)
{
  g_autofree gchar *secret = citiz_base64url_encode (share->share, sizeof share->share);
  g_autofree gchar *salt = citiz_base64url_encode (share->salt, sizeof share->salt);
  g_autofree gchar *given = NULL;
  CitizHash commitment;
  CitizSignature signature;

  citiz_grant_share_commitment (&commitment, &what->grant, share->place, share->share, share->salt);
  citiz_given_sign (&signature, what, share->place, &commitment, call->node->key);
  given = citiz_base64url_encode (signature.b, sizeof signature.b);
  citiz_node_answer (call, 200,
                     json_pack ("{s:i, s:s, s:s, s:s, s:o}", "index", (int) share->place, "share",
                                secret, "salt", salt, "given", given, "receipt", receipt));
  citiz_wipe (secret, strlen (secret));
}

static void
release_now (CitizNodeCall *call,
             json_t *json,
             const CitizGrantState *state,
             const CitizNodeShare *share)
{
  CitizTxInfo info;
  CitizReceipt what = {.grant = state->grant.id, .capsule = state->grant.capsule};
  json_t *receipt;

  if (!may_ask (call, json, state, share, &info))
    return;
  if (state->judged.ms >= info.time.ms + CITIZ_NODE_RELEASE_WINDOW)
    citiz_node_answer (call, 403, json_pack ("{s:s}", "error", "late"));
  else if (info.time.ms
           <= state->dealt
                  .ms) /* what it opened is gone: its receipt would name what it did not open */
    citiz_node_answer (call, 409, json_pack ("{s:s}", "error", "renewed"));
  else if (!citiz_hash_equal (&share->capsule,
                              &state->grant.capsule)) /* its renewed part is on its way */
    citiz_node_answer (call, 503, json_pack ("{s:s}", "error", "renewing"));
  else if (citiz_node_passcode_is_right (call, json, share))
    {
      receipt = json_object ();
      citiz_node_receipt (call->node, state, &info.id, info.time, receipt);
      what.opening = info.id;
      what.time = info.time;
      citiz_node_answer_share (call, share, &what, receipt);
    }
  citiz_tx_info_clear (&info);
}

/* A transaction; or, of one that nodes opened while the ledger stood still, the hash of its note. */
static gboolean
is_known_opening (CitizNode *self, const CitizGrantState *state, const CitizHash *opening)
{
  CitizTxInfo info;

  if (!find_opening (self, state, opening, &info))
    return citiz_node_has_stalled (self, state, opening);
  citiz_tx_info_clear (&info);
  return TRUE;
}

static void
note_now (CitizNodeCall *call,
          json_t *json,
          const CitizGrantState *state,
          const CitizNodeShare *share)
{
  CitizMail mail = {.kind = CITIZ_MAIL_NOTE,
                    .grant = state->grant.id,
                    .time = state->judged,
                    .has_opening = TRUE};
  g_autoptr (GBytes) note = citiz_node_read_note (json);
  g_autoptr (GError) error = NULL;

  if (note == NULL)
    {
      citiz_node_answer (call, 400, json_pack ("{s:s}", "error", "fields"));
      return;
    }
  if (!read_opening (call, json, &mail.opening) || !citiz_node_token_is_right (call, json, share))
    return;
  if (!is_known_opening (call->node, state, &mail.opening))
    {
      citiz_node_answer (call, 403, json_pack ("{s:s}", "error", "opening"));
      return;
    }
  mail.sealed = note;
  if (citiz_node_store_count_mail (call->node->db, &state->grant.id, CITIZ_MAIL_NOTE)
      >= CITIZ_NODE_NOTES_MAX)
    citiz_node_answer (call, 429, json_pack ("{s:s}", "error", "notes"));
  else if (!citiz_node_post (call->node, &mail, &error))
    citiz_node_answer_error (call, error);
  else
    citiz_node_answer (call, 200, json_pack ("{s:I}", "time", (json_int_t) mail.time.ms));
}

/* All openings used: the last one may be asked for again, by its note. */
static gboolean
may_go_on (CitizNode *self, const CitizGrantState *state, gboolean opening)
{
  return state->status == CITIZ_GRANT_ACTIVE ? opening || citiz_node_used (self, state) > 0
                                             : state->can_release;
}

/* A node without its part says that, not that the grant has ended. */
void
citiz_node_with_share (CitizNodeCall *call, gboolean opening, guint closed, CitizNodeWithShare now)
{
  CitizGrantState state;
  CitizNodeShare share;
  json_t *json;

  if (!find_grant (call, &state))
    return;
  if (!may_go_on (call->node, &state, opening))
    {
      answer_closed (call, closed, &state);
      return;
    }
  if (!citiz_node_get_share (call->node, &state.grant.id, &share, NULL))
    {
      if (opening && state.status != CITIZ_GRANT_ACTIVE)
        {
          answer_closed (call, closed, &state);
          return;
        }
      citiz_http_response_header (call->response, "Retry-After", "5");
      citiz_node_answer (call, 503, json_pack ("{s:s}", "error", "share"));
      return;
    }
  json = citiz_node_call_json (call);
  if (json)
    now (call, json, &state, &share);
  citiz_wipe (&share, sizeof share);
  json_decref (json);
}

void
citiz_node_route_open (CitizNodeCall *call)
{
  citiz_node_with_share (call, TRUE, 409, open_now);
}

void
citiz_node_route_release (CitizNodeCall *call)
{
  citiz_node_with_share (call, FALSE, 410, release_now);
}

void
citiz_node_route_note (CitizNodeCall *call)
{
  citiz_node_with_share (call, FALSE, 410, note_now);
}

void
citiz_node_route_blob (CitizNodeCall *call)
{
  CitizHash hash;
  g_autoptr (GError) error = NULL;
  GBytes *bytes = NULL;

  if (citiz_hash_from_hex (&hash, call->star[0]))
    bytes = citiz_node_store_get_blob (call->node->db, &hash, &error);
  if (bytes)
    citiz_node_answer_bytes (call, 200, "application/octet-stream", bytes);
  else
    citiz_node_answer (call, 404, json_pack ("{s:s}", "error", "unknown"));
}
