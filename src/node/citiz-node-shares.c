/* Parts of grants that citizens hand to this node. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-hand.h"
#include "node/citiz-node-private.h"

/* A part whose grant is not final here yet. */
typedef struct
{
  CitizNodeLater *later;
  CitizId grant;
  GBytes *body;
  CitizTime until;
} Hand;

static void
refuse (CitizNodeCall *call, guint status, const gchar *why)
{
  citiz_node_answer (call, status, json_pack ("{s:s}", "error", why));
}

void
citiz_node_hand_free (gpointer data)
{
  Hand *hand = data;
  CitizNodeCall call;

  if (hand->later)
    {
      call = citiz_node_later_call (hand->later);
      refuse (&call, 404, "unknown");
      citiz_node_later_send (hand->later);
    }
  g_bytes_unref (hand->body);
  g_free (hand);
}

/* The part opens what the grant on the ledger commits to, and so does the capsule: who handed it dealt the grant. */
static gboolean
fits (const CitizGrantState *state, guint place, const CitizHand *hand)
{
  CitizHash commitment, capsule;
  gsize n;
  const guint8 *bytes;

  citiz_grant_share_commitment (&commitment, &state->grant.id, (guint8) place, hand->share,
                                hand->salt);
  if (!citiz_hash_equal (&commitment, &state->grant.committee[place - 1].commitment))
    return FALSE;
  if (hand->capsule == NULL)
    return TRUE;
  bytes = g_bytes_get_data (hand->capsule, &n);
  citiz_sha256 (&capsule, bytes, n);
  return citiz_hash_equal (&capsule, &state->grant.capsule);
}

/* With what it takes the place of (nullable) let go. */
static gboolean
within_quota (CitizNodeCall *call,
              const CitizGrantState *state,
              GBytes *capsule,
              const CitizNodeShare *held)
{
  g_autoptr (GBytes) old
      = held ? citiz_node_store_get_blob (call->node->db, &held->capsule, NULL) : NULL;
  guint grants;
  guint64 bytes;

  if (citiz_node_store_count_account (call->node->db, &state->account, &grants, &bytes, NULL)
      && grants - (held != NULL) < CITIZ_NODE_ACCOUNT_GRANTS
      && bytes - (old ? g_bytes_get_size (old) : 0) + g_bytes_get_size (capsule)
             <= CITIZ_NODE_ACCOUNT_BYTES)
    return TRUE;
  refuse (call, 429, "quota");
  return FALSE;
}

static gboolean
put_code (CitizNode *self, const CitizCodeEntry *entry, GError **error)
{
  g_autoptr (GError) own = NULL;
  CitizId grant;
  gboolean found = FALSE;

  if (entry == NULL)
    return TRUE;
  if (!citiz_node_store_find_code (self->db, entry->locator, &found, &grant, error))
    return FALSE;
  return (found && citiz_id_equal (&grant, &entry->grant))
         || citiz_node_put_code (self, entry, error);
}

/* Share, capsule and code in one transaction. A part that is here already stays, with the tries it has left. */
static gboolean
keep (CitizNode *self,
      const CitizGrantState *state,
      guint place,
      const CitizHand *hand,
      const CitizNodeShare *held,
      GError **error)
{
  CitizNodeShare share = {.grant = state->grant.id,
                          .place = (guint8) place,
                          .token_hash = hand->token_hash,
                          .has_passcode = hand->has_passcode,
                          .proof_hash = hand->proof_hash,
                          .tries = hand->has_passcode ? CITIZ_PASSCODE_TRIES : 0,
                          .capsule = state->grant.capsule,
                          .has_account = TRUE,
                          .account = state->account};
  gboolean kept;

  memcpy (share.share, hand->share, sizeof share.share);
  memcpy (share.salt, hand->salt, sizeof share.salt);
  citiz_node_mask_share (self, &share);
  if (!citiz_db_begin (self->db, error))
    return FALSE;
  if (held == NULL)
    kept = citiz_node_store_put_share (self->db, &share, hand->capsule, error);
  else if (!citiz_hash_equal (&held->capsule, &share.capsule))
    kept = citiz_node_store_renew_share (self->db, &share, hand->capsule, error);
  else
    kept = TRUE;
  kept = kept && put_code (self, hand->code, error);
  citiz_wipe (&share, sizeof share);
  if (kept)
    return citiz_db_commit (self->db, error);
  citiz_db_rollback (self->db);
  return FALSE;
}

static void
acknowledge (CitizNodeCall *call, const CitizGrantState *state, guint place)
{
  CitizSignature signature;
  g_autofree gchar *grant = citiz_id_to_hex (&state->grant.id);
  g_autofree gchar *node = citiz_base64url_encode (citiz_node_get_public (call->node)->b, 32);
  g_autofree gchar *text = NULL;

  citiz_held_sign (&signature, &state->grant.id, (guint8) place,
                   &state->grant.committee[place - 1].commitment, &state->grant.capsule,
                   call->node->key);
  text = citiz_base64url_encode (signature.b, sizeof signature.b);
  citiz_node_answer (call, 200,
                     json_pack ("{s:s, s:i, s:s, s:s}", "grant", grant, "place", (int) place,
                                "node", node, "signature", text));
}

static void
take (CitizNodeCall *call, const CitizGrantState *state, GBytes *body)
{
  CitizNode *self = call->node;
  const guint place = citiz_node_place (self, state);
  g_auto (CitizHand) hand = {0};
  CitizNodeShare held = {0};
  g_autoptr (GError) error = NULL;
  const gboolean has = citiz_node_store_get_share (self->db, &state->grant.id, &held, NULL);
  const gboolean same = has && citiz_hash_equal (&held.capsule, &state->grant.capsule);

  citiz_wipe (held.share, sizeof held.share);
  if (place == 0)
    refuse (call, 403, "committee");
  else if (state->ended.ms != 0 || citiz_node_is_revoked (self, &state->grant.id))
    refuse (call, 410, "ended");
  else if (!citiz_hand_open (&hand, &state->grant.id, (guint8) place, self->key, body, NULL))
    refuse (call, 400, "part");
  else if (hand.capsule != NULL && g_bytes_get_size (hand.capsule) > CITIZ_CAPSULE_SEALED_MAX)
    refuse (call, 413, "capsule");
  else if (!fits (state, place, &hand))
    refuse (call, 403, "commitment");
  else if (!same && hand.capsule == NULL)
    refuse (call, 400, "capsule");
  else if (same || within_quota (call, state, hand.capsule, has ? &held : NULL))
    {
      if (keep (self, state, place, &hand, has ? &held : NULL, &error))
        {
          if (has && !same)
            citiz_db_forget_journal (self->db);
          acknowledge (call, state, place);
        }
      else if (g_error_matches (error, CITIZ_NODE_ERROR, CITIZ_NODE_ERROR_TAKEN))
        refuse (call, 409, "code");
      else
        citiz_node_answer_error (call, error);
    }
}

void
citiz_node_try_hands (CitizNode *self)
{
  const CitizTime now = citiz_env_now (self->env);
  guint i = 0;

  while (i < self->hands->len)
    {
      Hand *hand = self->hands->pdata[i];
      CitizGrantState state;
      const gboolean known = citiz_chain_grant (self->chain, &hand->grant, &state);

      if (!known && now.ms < hand->until.ms)
        {
          i++;
          continue;
        }
      if (known)
        {
          CitizNodeCall call = citiz_node_later_call (hand->later);

          take (&call, &state, hand->body);
          citiz_node_later_send (g_steal_pointer (&hand->later));
        }
      g_ptr_array_remove_index_fast (self->hands, i);
    }
}

/* The grant need not be final yet: the answer waits for it. */
void
citiz_node_route_shares (CitizNodeCall *call)
{
  CitizNode *self = call->node;
  CitizGrantState state;
  CitizId grant;
  Hand *hand;

  if (g_strcmp0 (call->request->content_type, "application/octet-stream") != 0)
    refuse (call, 415, "content-type");
  else if (!citiz_id_from_hex (&grant, call->star[0]))
    refuse (call, 404, "unknown");
  else if (citiz_chain_grant (self->chain, &grant, &state))
    take (call, &state, call->request->body);
  else if (citiz_order_is_own (self->order))
    refuse (call, 404, "unknown");
  else if (self->hands->len >= CITIZ_NODE_HANDS_MAX)
    refuse (call, 429, "shares");
  else
    {
      hand = g_new0 (Hand, 1);
      hand->grant = grant;
      hand->body = g_bytes_ref (call->request->body);
      hand->until.ms = citiz_env_now (self->env).ms + CITIZ_NODE_HAND_PATIENCE;
      hand->later = citiz_node_later (call);
      g_ptr_array_add (self->hands, hand);
    }
}
