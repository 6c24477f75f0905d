/* Openings: the note is kept, the ledger is asked, then it is told; passcodes are counted. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-note.h"
#include "node/citiz-node-private.h"

typedef struct
{
  CitizNode *node;
  CitizHash id;
  CitizNodeOpened done;
  gpointer data;
  CitizMail *mail; /* nullable */
  GError *error;
  gboolean entering; /* inside the transaction of a chain of one: nothing is told yet */
} Opening;

static void
opening_tell (Opening *opening)
{
  if (opening->mail)
    citiz_node_tell (opening->node, opening->mail);
  opening->done (opening->data, opening->node, &opening->id, opening->error);
  g_clear_pointer (&opening->mail, citiz_mail_free);
  g_clear_error (&opening->error);
  g_free (opening);
}

static void
opening_final_cb (gpointer data, CitizTime time, const GError *error)
{
  Opening *opening = data;

  if (error)
    opening->error = g_error_copy (error);
  else if (!citiz_node_store_settle (opening->node->db, &opening->id, time, &opening->mail,
                                     &opening->error))
    g_debug ("a note waits longer: %s", opening->error->message);
  if (error && error->domain == CITIZ_LEDGER_ERROR)
    citiz_node_store_drop_waiting (opening->node->db, &opening->id, NULL);
  if (!opening->entering)
    opening_tell (opening);
}

/* The note first, then the transaction: it becomes mail with it, whatever happens in between. */
static gboolean
enter_opening (Opening *opening, GPtrArray *txs, const CitizId *grant, GBytes *note)
{
  CitizNode *self = opening->node;
  const CitizTx *tx = txs->pdata[txs->len - 1];

  if (!citiz_node_store_put_waiting (self->db, &opening->id, grant, note, tx->valid_until,
                                     &opening->error))
    return FALSE;
  if (citiz_order_enter (self->order, txs, opening_final_cb, opening, &opening->error))
    return TRUE;
  citiz_node_store_drop_waiting (self->db, &opening->id, NULL);
  return FALSE;
}

/* On a chain of one, all of it is one SQLite transaction. */
static void
enter_own_opening (Opening *opening, GPtrArray *txs, const CitizId *grant, GBytes *note)
{
  CitizDb *db = opening->node->db;

  opening->entering = TRUE;
  if (!citiz_db_begin (db, &opening->error))
    return;
  if (!enter_opening (opening, txs, grant, note) || opening->error != NULL)
    citiz_db_rollback (db);
  else if (citiz_db_commit (db, &opening->error))
    return;
  g_clear_pointer (&opening->mail, citiz_mail_free);
}

void
citiz_node_open (CitizNode *self,
                 const CitizGrantState *state,
                 guint use,
                 const CitizHash *a,
                 GBytes *note,
                 CitizNodeOpened done,
                 gpointer data)
{
  CitizTxBody body = {.open = {.grant = state->grant.id, .use = (guint16) use, .a = *a}};
  g_autoptr (GPtrArray) txs = NULL;
  Opening *opening = g_new0 (Opening, 1);

  citiz_note_hash (&body.open.note, note);
  txs = citiz_order_make (self->order, CITIZ_TX_ACCESS_OPEN, &body);
  opening->node = self;
  opening->id = *citiz_tx_get_id (txs->pdata[txs->len - 1]);
  opening->done = done;
  opening->data = data;
  if (citiz_order_is_own (self->order))
    {
      enter_own_opening (opening, txs, &state->grant.id, note);
      opening_tell (opening);
    }
  else if (!enter_opening (opening, txs, &state->grant.id, note))
    opening_tell (opening);
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
