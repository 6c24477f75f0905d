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

static const CitizHash *
own_account (CitizNode *self, GPtrArray *txs, CitizHash *room)
{
  citiz_chain_add_register (self->chain, txs, self->key, NULL, room);
  return room;
}

static gboolean
submit_one (CitizNode *self,
            CitizTxType type,
            const CitizTxBody *body,
            CitizHash *out_id,
            CitizBlockInfo *out_block,
            GError **error)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  CitizHash room;
  const CitizHash *account = own_account (self, txs, &room);

  citiz_chain_add (self->chain, txs, type, account, 0, body, self->key);
  *out_id = *citiz_tx_get_id (txs->pdata[txs->len - 1]);
  return citiz_chain_submit (self->chain, txs, out_block, error);
}

gboolean
citiz_node_open (CitizNode *self,
                 const CitizGrantState *state,
                 guint use,
                 const CitizHash *a,
                 GBytes *note,
                 CitizMail **out_mail,
                 CitizBlockInfo *out_block,
                 GError **error)
{
  CitizTxBody body = {.open = {.grant = state->grant.id, .use = (guint16) use, .a = *a}};
  g_autoptr (CitizMail) mail = g_new0 (CitizMail, 1);

  citiz_note_hash (&body.open.note, note);
  mail->kind = CITIZ_MAIL_OPENED;
  mail->grant = state->grant.id;
  mail->has_opening = TRUE;
  mail->sealed = g_bytes_ref (note);
  if (!citiz_db_begin (self->db, error))
    return FALSE;
  if (!submit_one (self, CITIZ_TX_ACCESS_OPEN, &body, &mail->opening, out_block, error))
    {
      citiz_db_rollback (self->db);
      return FALSE;
    }
  mail->time = out_block->time;
  if (!citiz_node_store_put_mail (self->db, mail, error))
    {
      citiz_db_rollback (self->db);
      return FALSE;
    }
  if (!citiz_db_commit (self->db, error))
    return FALSE;
  *out_mail = g_steal_pointer (&mail);
  return TRUE;
}

static gboolean
count_then_compare (CitizNode *self,
                    const CitizNodeShare *share,
                    const CitizHash *hash,
                    gboolean *out_right,
                    guint *out_left,
                    CitizMail *mail,
                    GError **error)
{
  gboolean had = FALSE;

  if (!citiz_node_store_take_passcode_try (self->db, &share->grant, &had, out_left, error))
    return FALSE;
  *out_right = had && citiz_bytes_equal (hash->b, share->proof_hash.b, sizeof hash->b);
  if (*out_right)
    return citiz_node_store_return_passcode_try (self->db, &share->grant, error);
  if (!had)
    return TRUE;
  mail->kind = CITIZ_MAIL_PASSCODE_MISSED;
  mail->grant = share->grant;
  mail->tries = *out_left;
  mail->time = citiz_chain_time (self->chain);
  return citiz_node_store_put_mail (self->db, mail, error);
}

gboolean
citiz_node_check_passcode (CitizNode *self,
                           const CitizNodeShare *share,
                           const CitizHash *proof_hash,
                           guint *out_left,
                           GError **error)
{
  CitizMail mail = {0};
  gboolean right = FALSE;

  if (!citiz_db_begin (self->db, error))
    return FALSE;
  if (!count_then_compare (self, share, proof_hash, &right, out_left, &mail, error))
    {
      citiz_db_rollback (self->db);
      return FALSE;
    }
  if (!citiz_db_commit (self->db, error))
    return FALSE;
  if (mail.kind != 0)
    citiz_node_tell (self, &mail);
  return right;
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

/* Endings */

/* Erases, says so on the ledger, leaves word. Inside the caller's transaction. A ledger that cannot be written to any more (its
 * journal does not fit) keeps no secret alive: then only the word is left. */
static gboolean
end_grant (CitizNode *self, const CitizId *grant, CitizMail *mail, GError **error)
{
  CitizTxBody body = {.close = {.grant = *grant}};
  CitizBlockInfo block = {.time = citiz_chain_time (self->chain)};
  g_autoptr (GError) own = NULL;

  if (!citiz_node_store_erase (self->db, grant, error))
    return FALSE;
  mail->kind = CITIZ_MAIL_ENDED;
  mail->grant = *grant;
  /* here: the transaction that says that all is deleted */
  mail->has_opening = submit_one (self, CITIZ_TX_ACCESS_CLOSE, &body, &mail->opening, &block, &own);
  mail->time = block.time;
  if (own != NULL && own->domain != CITIZ_LEDGER_ERROR)
    {
      g_propagate_error (error, g_steal_pointer (&own));
      return FALSE;
    }
  if (own != NULL)
    g_warning ("erased, but the ledger could not be told: %s", own->message);
  return citiz_node_store_put_mail (self->db, mail, error);
}

gboolean
citiz_node_erase_grant (CitizNode *self, const CitizId *grant, GError **error)
{
  CitizMail mail = {0};

  if (!citiz_db_begin (self->db, error))
    return FALSE;
  if (!end_grant (self, grant, &mail, error))
    {
      citiz_db_rollback (self->db);
      return FALSE;
    }
  if (!citiz_db_commit (self->db, error))
    return FALSE;
  citiz_db_forget_journal (self->db);
  citiz_node_tell (self, &mail);
  return TRUE;
}

gboolean
citiz_node_revoke (CitizNode *self,
                   const CitizId *grant,
                   GPtrArray *txs,
                   CitizBlockInfo *out,
                   GError **error)
{
  CitizMail mail = {0};
  CitizNodeShare share;
  gboolean held = citiz_node_store_get_share (self->db, grant, &share, NULL);

  citiz_wipe (&share, sizeof share);
  if (!citiz_db_begin (self->db, error))
    return FALSE;
  if (!citiz_chain_submit (self->chain, txs, out, error)
      || (held && !end_grant (self, grant, &mail, error)))
    {
      citiz_db_rollback (self->db);
      return FALSE;
    }
  if (!citiz_db_commit (self->db, error))
    return FALSE;
  citiz_db_forget_journal (self->db);
  if (held)
    citiz_node_tell (self, &mail);
  return TRUE;
}

/* A grant whose openings are used up keeps its share while the last reader may still fetch it. */
static gboolean
may_erase (const CitizGrantState *state)
{
  if (state->status == CITIZ_GRANT_USED)
    return state->judged.ms >= state->last_opening.ms + CITIZ_NODE_RELEASE_WINDOW;
  return state->ended.ms != 0;
}

/* While something is held that ends: how late it is, once a minute. A full disk is no reason to stop. */
static void
keep_time (CitizNode *self, const GArray *grants)
{
  CitizTime own = citiz_env_now (self->env);
  g_autoptr (GError) error = NULL;

  if (grants == NULL || grants->len == 0
      || (own.ms >= self->time_kept.ms && own.ms < self->time_kept.ms + CITIZ_NODE_KEEP_TIME))
    return;
  self->time_kept = own;
  if (!citiz_chain_keep_time (self->chain, &error))
    g_debug ("the time could not be kept: %s", error->message);
}

guint
citiz_node_sweep (CitizNode *self)
{
  g_autoptr (GArray) grants = citiz_node_store_grants (self->db, NULL);
  guint n = 0;

  if (citiz_env_now (self->env).ms >= self->preview_until.ms)
    citiz_node_end_preview (self);

  keep_time (self, grants);
  for (guint i = 0; grants && i < grants->len; i++)
    {
      const CitizId *id = &g_array_index (grants, CitizId, i);
      CitizGrantState state;
      g_autoptr (GError) error = NULL;

      if (!citiz_chain_grant (self->chain, id, &state) || !may_erase (&state))
        continue;
      if (citiz_node_erase_grant (self, id, &error))
        n++;
      else
        g_warning ("an ended access could not be erased yet: %s", error->message);
    }
  return n;
}

static gboolean
sweep_cb (gpointer data)
{
  citiz_node_sweep (data);
  return G_SOURCE_CONTINUE;
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

gboolean
citiz_node_start (CitizNode *self, guint16 port, GError **error)
{
  g_return_val_if_fail (self->server == NULL, FALSE);
  self->server = citiz_http_server_new (&citiz_node_http_limits, citiz_node_handle, self);
  if (!citiz_http_server_start (self->server, port, error))
    {
      g_clear_object (&self->server);
      return FALSE;
    }
  self->origin = g_strdup_printf ("http://127.0.0.1:%u", citiz_http_server_get_port (self->server));
  citiz_node_sweep (self);
  self->sweeper = g_timeout_source_new_seconds (CITIZ_NODE_SWEEP_SECONDS);
  g_source_set_callback (self->sweeper, sweep_cb, self, NULL);
  g_source_attach (self->sweeper, g_main_context_get_thread_default ());
  return TRUE;
}

void
citiz_node_stop (CitizNode *self)
{
  if (self->sweeper)
    g_source_destroy (self->sweeper);
  g_clear_pointer (&self->sweeper, g_source_unref);
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
  memcpy (self->id.b, citiz_signing_key_get_public (key)->b, sizeof self->id.b);
  self->csp = citiz_node_page_csp (citiz_node_get_page (), NULL);
  citiz_sign (&signature, CITIZ_DOMAIN_SIGN_ACK, decoy_message, sizeof decoy_message - 1, key);
  citiz_sha256 (&self->decoy, signature.b, sizeof signature.b);
  citiz_wipe (&signature, sizeof signature);
  return self;
}
