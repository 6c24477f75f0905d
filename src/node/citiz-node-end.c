/* Endings: what ends is erased, and the ledger is told. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-node-private.h"

static void
no_matter_cb (gpointer data, CitizTime time, const GError *error)
{
  CitizTime *out = data;

  if (out)
    *out = time;
}

/* On a chain of one: says so in the caller's transaction. A ledger that cannot be written to any more (its journal does not fit)
 * keeps no secret alive: then only the word is left. */
static gboolean
say_erased (CitizNode *self, const CitizId *grant, CitizMail *mail, GError **error)
{
  CitizTxBody body = {.close = {.grant = *grant}};
  g_autoptr (GPtrArray) txs = citiz_order_make (self->order, CITIZ_TX_ACCESS_CLOSE, &body);
  g_autoptr (GError) own = NULL;

  mail->opening = *citiz_tx_get_id (txs->pdata[txs->len - 1]);
  mail->has_opening = citiz_order_enter (self->order, txs, no_matter_cb, &mail->time, &own);
  if (own != NULL && own->domain != CITIZ_LEDGER_ERROR)
    {
      g_propagate_error (error, g_steal_pointer (&own));
      return FALSE;
    }
  if (own != NULL)
    g_warning ("erased, but the ledger could not be told: %s", own->message);
  return TRUE;
}

/* On a shared chain: until the ledger knows. */
static void
say_closed (CitizNode *self)
{
  g_autoptr (GArray) grants = citiz_node_store_closing (self->db, NULL);

  for (guint i = 0; grants && i < grants->len; i++)
    {
      CitizTxBody body = {.close = {.grant = g_array_index (grants, CitizId, i)}};
      g_autoptr (GPtrArray) txs = NULL;
      g_autoptr (GError) error = NULL;
      CitizGrantState state;
      guint place;

      if (!citiz_chain_grant (self->chain, &body.close.grant, &state)
          || (place = citiz_node_place (self, &state)) == 0 || state.closed & (1u << (place - 1)))
        citiz_node_store_drop_closing (self->db, &body.close.grant, NULL);
      else if (!citiz_order_closes (self->order, &body.close.grant))
        {
          txs = citiz_order_make (self->order, CITIZ_TX_ACCESS_CLOSE, &body);
          if (!citiz_order_enter (self->order, txs, no_matter_cb, NULL, &error))
            g_debug ("the ledger could not be told yet: %s", error->message);
        }
    }
}

/* Erases, says so on the ledger, leaves word. Inside the caller's transaction. */
static gboolean
end_grant (CitizNode *self, const CitizId *grant, CitizMail *mail, GError **error)
{
  if (!citiz_node_store_erase (self->db, grant, error))
    return FALSE;
  mail->kind = CITIZ_MAIL_ENDED;
  mail->grant = *grant;
  mail->time = citiz_chain_time (self->chain);
  if (citiz_order_is_own (self->order) ? !say_erased (self, grant, mail, error)
                                       : !citiz_node_store_put_closing (self->db, grant, error))
    return FALSE;
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

/* What the owner has signed is obeyed from now on: also after a restart, and by those who go on without a quorum of before. */
void
citiz_node_keep_revoked (CitizNode *self, CitizTx *tx)
{
  g_autoptr (GError) error = NULL;

  if (tx->type == CITIZ_TX_GRANT_REVOKE
      && !citiz_node_store_put_revoked (self->db, &tx->body.revoke.grant, citiz_tx_get_bytes (tx),
                                        &error))
    g_warning ("a revocation is obeyed, but could not be kept: %s", error->message);
}

/* Whether its owner has ended it, though the ledger may not say so yet. */
gboolean
citiz_node_is_revoked (CitizNode *self, const CitizId *grant)
{
  g_autoptr (GBytes) tx = NULL;

  if (citiz_order_revokes (self->order, grant))
    return TRUE;
  tx = citiz_node_store_get_revoked (self->db, grant);
  return tx != NULL;
}

/* The ledger has forgotten it, or never heard of it. */
static void
say_revoked (CitizNode *self, const CitizId *grant)
{
  g_autoptr (GBytes) bytes = citiz_node_store_get_revoked (self->db, grant);
  g_autoptr (CitizTx) tx = NULL;
  g_autoptr (GError) error = NULL;
  gsize n;
  const guint8 *view = bytes != NULL ? g_bytes_get_data (bytes, &n) : NULL;

  if (view == NULL || self->replica == NULL || citiz_order_revokes (self->order, grant))
    return;
  tx = citiz_tx_decode (view, n, NULL);
  if (tx == NULL || !citiz_replica_submit (self->replica, tx, &error))
    g_debug ("a revocation is not taken any more: %s", error != NULL ? error->message : "damaged");
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

/* Once an hour, at nodes of a community: mail that nobody has taken for so long goes. One's own node is one's own archive. */
static void
drop_old_mail (CitizNode *self)
{
  const CitizTime now = citiz_chain_time (self->chain);
  const CitizTime before = {now.ms - CITIZ_NODE_MAIL_LIFE};
  g_autoptr (GError) error = NULL;

  if (citiz_order_is_own (self->order) || now.ms < self->mail_swept.ms + CITIZ_HOUR)
    return;
  self->mail_swept = now;
  if (!citiz_node_store_drop_old_mail (self->db, before, &error)
      || !citiz_node_store_drop_old_stalled (self->db, before, &error))
    g_warning ("old mail could not be erased: %s", error->message);
}

guint
citiz_node_sweep (CitizNode *self)
{
  g_autoptr (GArray) grants = citiz_node_store_grants (self->db, NULL);
  guint n = 0;

  if (citiz_env_now (self->env).ms >= self->preview_until.ms)
    citiz_node_end_preview (self);
  citiz_node_try_hands (self);
  citiz_node_say_stalled (self);
  drop_old_mail (self);
  citiz_node_forget_spent (self);
  keep_time (self, grants);
  for (guint i = 0; grants && i < grants->len; i++)
    {
      const CitizId *id = &g_array_index (grants, CitizId, i);
      CitizGrantState state;
      g_autoptr (GError) error = NULL;

      if (!citiz_chain_grant (self->chain, id, &state))
        continue;
      if (state.ended.ms == 0)
        say_revoked (self, id);
      if (!may_erase (&state))
        continue;
      if (citiz_node_erase_grant (self, id, &error))
        n++;
      else
        g_warning ("an ended access could not be erased yet: %s", error->message);
    }
  if (!citiz_order_is_own (self->order))
    say_closed (self);
  return n;
}
