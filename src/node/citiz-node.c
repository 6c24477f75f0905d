/* The node inside the app: deals, openings, endings, the mailbox. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-note.h"
#include "node/citiz-node-private.h"

G_DEFINE_QUARK (citiz - node - error - quark, citiz_node_error)
G_DEFINE_TYPE (CitizNode, citiz_node, G_TYPE_OBJECT)

enum
{
  SIGNAL_OPENED,
  SIGNAL_NOTE,
  SIGNAL_CODE_TRIED,
  SIGNAL_ENDED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

void
citiz_node_tell (CitizNode *self, const CitizMail *mail)
{
  static const guint by_kind[] = {
      [CITIZ_MAIL_OPENED] = SIGNAL_OPENED,
      [CITIZ_MAIL_NOTE] = SIGNAL_NOTE,
      [CITIZ_MAIL_CODE_MISSED] = SIGNAL_CODE_TRIED,
      [CITIZ_MAIL_CODE_GIVEN] = SIGNAL_CODE_TRIED,
      [CITIZ_MAIL_PASSCODE_MISSED] = SIGNAL_CODE_TRIED,
      [CITIZ_MAIL_ENDED] = SIGNAL_ENDED,
      [CITIZ_MAIL_STALLED] = SIGNAL_OPENED,
  };

  g_signal_emit (self, signals[by_kind[mail->kind]], 0, mail);
}

gboolean
citiz_node_post (CitizNode *self, CitizMail *mail, GError **error)
{
  if (!citiz_node_store_put_mail (self->db, mail, error))
    return FALSE;
  citiz_node_tell (self, mail);
  return TRUE;
}

/* Deal */

typedef gboolean (*PutShare) (CitizDb *db,
                              const CitizNodeShare *share,
                              GBytes *capsule,
                              GError **error);

static gboolean
keep_part (CitizNode *self,
           const CitizDeal *deal,
           const CitizDealPart *part,
           PutShare put,
           GError **error)
{
  CitizNodeShare share = {.grant = deal->body.id,
                          .place = part->index,
                          .token_hash = part->token_hash,
                          .has_passcode = part->has_passcode,
                          .proof_hash = part->proof_hash,
                          .tries = part->has_passcode ? CITIZ_PASSCODE_TRIES : 0,
                          .capsule = deal->body.capsule};
  gboolean kept;

  memcpy (share.share, citiz_secret_data (part->share), sizeof share.share);
  memcpy (share.salt, part->salt, sizeof share.salt);
  citiz_node_mask_share (self, &share);
  kept = put (self->db, &share, deal->capsule, error);
  citiz_wipe (&share, sizeof share);
  return kept;
}

static const CitizDealPart *
own_part (CitizNode *self, const CitizDeal *deal, GError **error)
{
  for (guint i = 0; i < deal->parts->len; i++)
    if (citiz_public_key_equal (&deal->body.committee[i].node, citiz_node_get_public (self)))
      return deal->parts->pdata[i];
  g_set_error (error, CITIZ_NODE_ERROR, CITIZ_NODE_ERROR_NOT_OURS,
               "this node is not in the committee");
  return NULL;
}

static gboolean
submit_and_keep (CitizNode *self,
                 const CitizDeal *deal,
                 GPtrArray *txs,
                 PutShare put,
                 CitizBlockInfo *out,
                 GError **error)
{
  const CitizDealPart *part = own_part (self, deal, error);

  if (part == NULL || !citiz_db_begin (self->db, error))
    return FALSE;
  if (!citiz_chain_submit (self->chain, txs, out, error)
      || !keep_part (self, deal, part, put, error))
    {
      citiz_db_rollback (self->db);
      return FALSE;
    }
  return citiz_db_commit (self->db, error);
}

gboolean
citiz_node_deal (CitizNode *self,
                 const CitizDeal *deal,
                 GPtrArray *txs,
                 CitizBlockInfo *out,
                 GError **error)
{
  return submit_and_keep (self, deal, txs, citiz_node_store_put_share, out, error);
}

gboolean
citiz_node_renew (CitizNode *self,
                  const CitizDeal *deal,
                  GPtrArray *txs,
                  CitizBlockInfo *out,
                  GError **error)
{
  if (!submit_and_keep (self, deal, txs, citiz_node_store_renew_share, out, error))
    return FALSE;
  citiz_db_forget_journal (self->db);
  return TRUE;
}

gboolean
citiz_node_put_code (CitizNode *self, const CitizCodeEntry *entry, GError **error)
{
  CitizGrantState state;
  gboolean found = FALSE;
  CitizId other;
  CitizHash proof;
  g_autoptr (GBytes) sealed = NULL;

  if (!citiz_chain_grant (self->chain, &entry->grant, &state) || state.ended.ms != 0)
    {
      g_set_error (error, CITIZ_NODE_ERROR, CITIZ_NODE_ERROR_ENDED, "the grant has ended");
      return FALSE;
    }
  if (!citiz_node_store_find_code (self->db, entry->locator, &found, &other, error))
    return FALSE;
  if (found)
    {
      g_set_error (error, CITIZ_NODE_ERROR, CITIZ_NODE_ERROR_TAKEN,
                   "these three characters locate another code");
      return FALSE;
    }
  proof = entry->proof_hash;
  citiz_node_mask (self, &entry->grant, entry->locator, proof.b);
  sealed = citiz_node_seal_code (self, &entry->grant, entry->blob);
  return citiz_node_store_put_code (self->db, entry->locator, &entry->grant, &proof, sealed,
                                    CITIZ_PASSCODE_TRIES, error);
}

/* Mailbox */

GPtrArray *
citiz_node_mail (CitizNode *self, GError **error)
{
  return citiz_node_store_mail (self->db, error);
}

gboolean
citiz_node_drop_mail (CitizNode *self, gint64 row, GError **error)
{
  return citiz_node_store_drop_mail (self->db, row, error);
}

/* Life */

const gchar *
citiz_node_get_origin (CitizNode *self)
{
  return self->origin;
}

const CitizPublicKey *
citiz_node_get_public (CitizNode *self)
{
  return citiz_signing_key_get_public (self->key);
}

/* Notes whose openings became final while nobody looked. */
static void
settle_waiting (CitizNode *self)
{
  g_autoptr (GArray) waiting = citiz_node_store_waiting (self->db, NULL);

  for (guint i = 0; waiting && i < waiting->len; i++)
    {
      const CitizHash *id = &g_array_index (waiting, CitizHash, i);
      g_autoptr (CitizMail) mail = NULL;
      CitizTxInfo info;

      if (!citiz_chain_find_tx (self->chain, id, &info, NULL))
        continue;
      if (citiz_node_store_settle (self->db, id, info.time, &mail, NULL) && mail)
        citiz_node_tell (self, mail);
      citiz_tx_info_clear (&info);
    }
  citiz_node_store_drop_old_waiting (self->db, citiz_chain_time (self->chain), NULL);
}

/* What a final block means for what is held. */
static void
final_cb (CitizReplica *replica, CitizBlock *block, CitizNode *self)
{
  citiz_stall_progress (self->stall, citiz_env_steady (self->env));
  for (guint i = 0; i < block->txs->len; i++)
    {
      const CitizTx *tx = block->txs->pdata[i];
      g_autoptr (CitizMail) mail = NULL;
      g_autoptr (GError) error = NULL;
      CitizNodeShare share;

      if (tx->type == CITIZ_TX_ACCESS_OPEN
          && citiz_node_store_settle (self->db, citiz_tx_get_id (tx), block->header.time, &mail,
                                      &error)
          && mail)
        citiz_node_tell (self, mail);
      if (tx->type == CITIZ_TX_ACCESS_OPEN)
        citiz_stall_forget (self->stall, &tx->body.open.note);
      if (tx->type == CITIZ_TX_GRANT_REVOKE
          && citiz_node_store_get_share (self->db, &tx->body.revoke.grant, &share, NULL)
          && !citiz_node_erase_grant (self, &tx->body.revoke.grant, &error))
        g_warning ("a revoked access could not be erased yet: %s", error->message);
    }
  if (self->hands->len > 0)
    citiz_node_try_hands (self);
}

void
citiz_node_set_replica (CitizNode *self, CitizReplica *replica)
{
  g_return_if_fail (self->replica == NULL && self->origin == NULL);
  g_clear_pointer (&self->order, citiz_order_free);
  self->replica = g_object_ref (replica);
  self->order = citiz_order_new (self->chain, replica, self->key);
  self->final = g_signal_connect (replica, "final", G_CALLBACK (final_cb), self);
  self->taken
      = g_signal_connect_swapped (replica, "taken", G_CALLBACK (citiz_node_keep_revoked), self);
}

CitizOrder *
citiz_node_get_order (CitizNode *self)
{
  return self->order;
}

static void
neighbour_free (gpointer data)
{
  CitizNodeNeighbour *neighbour = data;

  g_free (neighbour->origin);
  g_free (neighbour);
}

void
citiz_node_set_neighbours (CitizNode *self, const CitizDealNode *nodes, guint n)
{
  g_autoptr (GPtrArray) origins = g_ptr_array_new ();

  g_ptr_array_set_size (self->neighbours, 0);
  for (guint i = 0; i < n; i++)
    {
      CitizNodeNeighbour *neighbour;

      if (citiz_public_key_equal (&nodes[i].key, citiz_node_get_public (self)))
        continue;
      neighbour = g_new0 (CitizNodeNeighbour, 1);
      neighbour->key = nodes[i].key;
      neighbour->origin = g_strdup (nodes[i].origin);
      g_ptr_array_add (self->neighbours, neighbour);
      g_ptr_array_add (origins, neighbour->origin);
    }
  g_ptr_array_add (origins, NULL);
  g_free (self->csp);
  self->csp = citiz_node_page_csp (citiz_node_get_page (), (const gchar *const *) origins->pdata);
}

const CitizNodeNeighbour *
citiz_node_neighbour (CitizNode *self, const CitizPublicKey *key)
{
  for (guint i = 0; i < self->neighbours->len; i++)
    {
      const CitizNodeNeighbour *neighbour = self->neighbours->pdata[i];

      if (citiz_public_key_equal (&neighbour->key, key))
        return neighbour;
    }
  return NULL;
}

guint
citiz_node_place (CitizNode *self, const CitizGrantState *state)
{
  for (guint i = 0; i < state->grant.n_committee; i++)
    if (citiz_public_key_equal (&state->grant.committee[i].node, citiz_node_get_public (self)))
      return i + 1;
  return 0;
}

static gboolean
sweep_cb (gpointer data)
{
  citiz_node_sweep (data);
  return G_SOURCE_CONTINUE;
}

/**
 * citiz_node_run:
 * @origin: where requests reach it, without a path
 *
 * Erases what has ended, and goes on doing so.
 */
void
citiz_node_run (CitizNode *self, const gchar *origin)
{
  g_return_if_fail (self->origin == NULL);
  self->origin = g_strdup (origin);
  settle_waiting (self);
  citiz_node_sweep (self);
  self->sweeper = g_timeout_source_new_seconds (CITIZ_NODE_SWEEP_SECONDS);
  g_source_set_callback (self->sweeper, sweep_cb, self, NULL);
  g_source_attach (self->sweeper, g_main_context_get_thread_default ());
}

gboolean
citiz_node_start (CitizNode *self, guint16 port, GError **error)
{
  g_autofree gchar *origin = NULL;

  g_return_val_if_fail (self->server == NULL, FALSE);
  self->server = citiz_http_server_new (&citiz_node_http_limits, citiz_node_handle, self);
  if (!citiz_http_server_start (self->server, port, error))
    {
      g_clear_object (&self->server);
      return FALSE;
    }
  origin = g_strdup_printf ("http://127.0.0.1:%u", citiz_http_server_get_port (self->server));
  citiz_node_run (self, origin);
  return TRUE;
}

void
citiz_node_stop (CitizNode *self)
{
  if (self->sweeper)
    g_source_destroy (self->sweeper);
  g_clear_pointer (&self->sweeper, g_source_unref);
  citiz_order_cancel (self->order);
  g_ptr_array_set_size (self->hands, 0);
  g_clear_object (&self->client);
  if (self->server)
    citiz_http_server_stop (self->server);
  g_clear_object (&self->server);
  g_clear_pointer (&self->origin, g_free);
  g_hash_table_remove_all (self->locations);
  citiz_node_end_preview (self);
}

static void
citiz_node_finalize (GObject *object)
{
  CitizNode *self = CITIZ_NODE (object);

  citiz_node_stop (self);
  if (self->replica)
    {
      g_signal_handler_disconnect (self->replica, self->final);
      g_signal_handler_disconnect (self->replica, self->taken);
    }
  citiz_order_free (self->order);
  g_clear_object (&self->replica);
  g_ptr_array_unref (self->hands);
  g_ptr_array_unref (self->neighbours);
  citiz_stall_free (self->stall);
  for (guint i = 0; i < G_N_ELEMENTS (self->spent); i++)
    g_hash_table_unref (self->spent[i]);
  citiz_wipe (self->nonce_key, sizeof self->nonce_key);
  g_hash_table_unref (self->locations);
  g_hash_table_unref (self->decoys);
  g_free (self->csp);
  citiz_signing_key_unref (self->key);
  citiz_secret_unref (self->rest);
  citiz_db_unref (self->db);
  G_OBJECT_CLASS (citiz_node_parent_class)->finalize (object);
}

static void
citiz_node_class_init (CitizNodeClass *klass)
{
  static const gchar *const names[N_SIGNALS] = {"opened", "note", "code-tried", "ended"};

  G_OBJECT_CLASS (klass)->finalize = citiz_node_finalize;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                               NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
citiz_node_init (CitizNode *self)
{
  self->locations
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, citiz_node_location_free);
  self->decoys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->stall = citiz_stall_new ();
  self->hands = g_ptr_array_new_with_free_func (citiz_node_hand_free);
  self->neighbours = g_ptr_array_new_with_free_func (neighbour_free);
  for (guint i = 0; i < G_N_ELEMENTS (self->spent); i++)
    self->spent[i]
        = g_hash_table_new_full (citiz_id_hash, (GEqualFunc) citiz_id_equal, g_free, g_free);
}

/**
 * citiz_node_new:
 * @chain: (not transferred): must outlive the node
 * @key: the node's identity, a subkey of the vault
 */
CitizNode *
citiz_node_new (CitizDb *db, CitizChain *chain, const CitizEnv *env, CitizSigningKey *key)
{
  static const guint8 decoy_message[]
      = "the decoy of spoken codes"; /* no receipt has this length */
  CitizNode *self = g_object_new (CITIZ_TYPE_NODE, NULL);
  CitizSignature signature;

  self->db = citiz_db_ref (db);
  self->chain = chain;
  self->env = env;
  self->key = citiz_signing_key_ref (key);
  self->rest = citiz_node_rest_key (key);
  self->order = citiz_order_new (chain, NULL, key);
  citiz_env_random (env, self->nonce_key, sizeof self->nonce_key);
  memcpy (self->id.b, citiz_signing_key_get_public (key)->b, sizeof self->id.b);
  self->csp = citiz_node_page_csp (citiz_node_get_page (), NULL);
  citiz_sign (&signature, CITIZ_DOMAIN_SIGN_ACK, decoy_message, sizeof decoy_message - 1, key);
  citiz_sha256 (&self->decoy, signature.b, sizeof signature.b);
  citiz_wipe (&signature, sizeof signature);
  return self;
}
