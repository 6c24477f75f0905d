/* What cannot wait for a sponsor: when it does not answer, one works for a place of one's own. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

#include "sync/citiz-vouch.h"

#define SPONSOR_WITHIN_MS 2000
#define WORK_SLICE        64 /* tries between two looks whether it is still wanted */

/* A transaction that waits for its sponsor, and what takes its place. */
typedef struct
{
  CitizCommunity *community; /* gone once @stop is cancelled */
  GCancellable *stop;
  CitizSigningKey *key;
  CitizTx *before, *tx;
  guint bits;
} Alone;

static void
alone_free (gpointer data)
{
  Alone *alone = data;

  g_object_unref (alone->stop);
  citiz_signing_key_unref (alone->key);
  citiz_tx_unref (alone->before);
  citiz_tx_unref (alone->tx);
  g_free (alone);
}

static void
work_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Alone *alone = data;

  while (!citiz_tx_work_some (alone->tx, alone->bits, WORK_SLICE))
    if (g_task_return_error_if_cancelled (task))
      return;
  g_task_return_boolean (task, TRUE);
}

static void
worked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Alone *alone = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), NULL) || g_cancellable_is_cancelled (alone->stop))
    return;
  citiz_tx_sign (alone->tx, alone->key);
  citiz_outbox_replace (alone->community->outbox, citiz_tx_get_id (alone->before), alone->tx);
}

/* The same words under the same number, without a sponsor: the ledger takes one of the two at most. */
static CitizTx *
without_sponsor (const CitizTx *before)
{
  CitizTx *tx = citiz_tx_new (before->type);

  tx->chain_id = before->chain_id;
  tx->account = before->account;
  tx->key_index = before->key_index;
  tx->nonce = before->nonce;
  tx->valid_until = before->valid_until;
  tx->body = before->body;
  return tx;
}

static gboolean
late_cb (gpointer data)
{
  Alone *alone = *(Alone **) data;
  CitizCommunity *self = alone->community;
  CitizTxParams params;
  CitizLedger *ledger;
  GTask *task;

  if (g_cancellable_is_cancelled (alone->stop))
    return G_SOURCE_REMOVE;
  ledger = citiz_chain_ledger (self->copy, NULL);
  if (ledger == NULL || !citiz_outbox_holds (self->outbox, citiz_tx_get_id (alone->before)))
    return G_SOURCE_REMOVE;
  alone->bits = citiz_ledger_get_params (ledger, &params) ? params.work : 0;
  task = g_task_new (NULL, alone->stop, worked_cb, NULL);
  g_task_set_task_data (task, g_steal_pointer ((Alone **) data), alone_free);
  g_task_run_in_thread (task, work_thread);
  g_object_unref (task);
  return G_SOURCE_REMOVE;
}

static void
waiting_free (gpointer data)
{
  g_clear_pointer ((Alone **) data, alone_free);
  g_free (data);
}

/**
 * citiz_community_go_alone_later:
 * @tx: in the outbox
 *
 * Grants and their ends: an emergency does not wait for one node, and nobody keeps an access open by being away.
 */
void
citiz_community_go_alone_later (CitizCommunity *self, CitizTx *tx)
{
  g_autoptr (GSource) source = NULL;
  Alone **waiting;

  if ((tx->type != CITIZ_TX_GRANT && tx->type != CITIZ_TX_GRANT_REVOKE)
      || !citiz_vouch_is_needed (tx) || self->key == NULL || self->stop == NULL)
    return;
  waiting = g_new (Alone *, 1);
  *waiting = g_new0 (Alone, 1);
  (*waiting)->community = self;
  (*waiting)->stop = g_object_ref (self->stop);
  (*waiting)->key = citiz_signing_key_ref (self->key);
  (*waiting)->before = citiz_tx_ref (tx);
  (*waiting)->tx = without_sponsor (tx);
  source = g_timeout_source_new (SPONSOR_WITHIN_MS);
  g_source_set_callback (source, late_cb, waiting, waiting_free);
  g_source_attach (source, g_main_context_get_thread_default ());
}

/* What waited for a sponsor when the program ended. */
void
citiz_community_go_on_alone (CitizCommunity *self)
{
  g_autoptr (GPtrArray) waiting = citiz_outbox_list (self->outbox);

  for (guint i = 0; i < waiting->len; i++)
    citiz_community_go_alone_later (self, waiting->pdata[i]);
}
