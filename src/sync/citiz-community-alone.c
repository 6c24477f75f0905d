/* What cannot wait for a sponsor: when it does not answer, one works for a place of one's own. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

#include "sync/citiz-vouch.h"
#include "sync/citiz-work.h"

#define SPONSOR_WITHIN_MS 2000

/* A transaction that waits for its sponsor. */
typedef struct
{
  CitizCommunity *community; /* gone once @stop is cancelled */
  GCancellable *stop;
  CitizSigningKey *key;
  CitizTx *before;
} Alone;

static void
alone_free (gpointer data)
{
  Alone *alone = data;

  g_object_unref (alone->stop);
  citiz_signing_key_unref (alone->key);
  citiz_tx_unref (alone->before);
  g_free (alone);
}

static void
worked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizTx) tx = citiz_work_finish (result);
  Alone *alone = data;

  if (tx != NULL && !g_cancellable_is_cancelled (alone->stop))
    {
      citiz_tx_sign (tx, alone->key);
      citiz_outbox_replace (alone->community->outbox, citiz_tx_get_id (alone->before), tx);
    }
  alone_free (alone);
}

static gboolean
late_cb (gpointer data)
{
  Alone *alone = *(Alone **) data;
  CitizCommunity *self = alone->community;
  g_autoptr (CitizTx) tx = NULL;
  CitizTxParams params;
  CitizLedger *ledger;

  if (g_cancellable_is_cancelled (alone->stop))
    return G_SOURCE_REMOVE;
  ledger = citiz_chain_ledger (self->copy, NULL);
  if (ledger == NULL || !citiz_outbox_holds (self->outbox, citiz_tx_get_id (alone->before)))
    return G_SOURCE_REMOVE;
  tx = citiz_tx_without_sponsor (alone->before);
  citiz_work_async (NULL, tx, citiz_ledger_get_params (ledger, &params) ? params.work : 0,
                    alone->stop, worked_cb, g_steal_pointer ((Alone **) data));
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
