/* What cannot wait for a sponsor: when it does not answer, one works for a place of one's own. What is signed once more. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

#include "sync/citiz-vouch.h"
#include "sync/citiz-work.h"

#define SPONSOR_WITHIN_MS 2000

/* A transaction that waits for its sponsor, that asks for more than its signature shows, or whose number was taken. */
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

/* It takes the place of the one before. */
static void
take_place (Alone *alone, CitizTx *tx)
{
  CitizCommunity *self = alone->community;

  citiz_tx_sign (tx, alone->key);
  citiz_community_save (self); /* that it was signed, if under another number */
  citiz_outbox_replace (self->outbox, citiz_tx_get_id (alone->before), tx);
  citiz_community_outbox_vouched (self, alone->before, tx);
  citiz_community_go_alone_later (self, tx);
}

static void
worked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizTx) tx = citiz_work_finish (result);
  Alone *alone = data;

  if (!g_cancellable_is_cancelled (alone->stop))
    {
      if (citiz_hash_equal (&alone->community->mending, citiz_tx_get_id (alone->before)))
        alone->community->mending = (CitizHash){0};
      if (tx != NULL)
        take_place (alone, tx);
    }
  alone_free (alone);
}

static Alone *
alone_new (CitizCommunity *self, CitizTx *tx)
{
  Alone *alone = g_new (Alone, 1);

  *alone = (Alone){self, g_object_ref (self->stop), citiz_signing_key_ref (self->key),
                   citiz_tx_ref (tx)};
  return alone;
}

/* The work that one's own copy says is asked for: 0, none. */
static guint
asked_work (CitizCommunity *self)
{
  CitizLedger *ledger = citiz_chain_ledger (self->copy, NULL);
  CitizTxParams params;

  return ledger != NULL && citiz_ledger_get_params (ledger, &params) && params.sponsored != 0
             ? params.work
             : 0;
}

/* Takes @alone. */
static void
work (Alone *alone)
{
  g_autoptr (CitizTx) tx = citiz_tx_without_sponsor (alone->before);

  citiz_work_async (NULL, tx, asked_work (alone->community), alone->stop, worked_cb, alone);
}

static gboolean
late_cb (gpointer data)
{
  Alone *alone = *(Alone **) data;

  if (!g_cancellable_is_cancelled (alone->stop)
      && citiz_outbox_holds (alone->community->outbox, citiz_tx_get_id (alone->before)))
    work (g_steal_pointer ((Alone **) data));
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
  *waiting = alone_new (self, tx);
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

/**
 * citiz_community_mend:
 * @tx: in the outbox, refused for how it asks to be let in
 *
 * The community asks for more since it was signed: the same words once more, worked for. What it asks for is read from one's own copy, which may not have
 * it yet.
 */
void
citiz_community_mend (CitizCommunity *self, CitizTx *tx)
{
  if (self->key == NULL || self->stop == NULL
      || !citiz_hash_equal (&self->mending, &(CitizHash){0}))
    return;
  if (!tx->sponsored && citiz_tx_worked (tx, asked_work (self)))
    {
      citiz_follower_hurry (self->follower, 0);
      return;
    }
  self->mending = *citiz_tx_get_id (tx);
  work (alone_new (self, tx));
}

/**
 * citiz_community_sign_anew:
 * @tx: in the outbox, its number taken by another copy of this record
 *
 * The same words under the next number: no block can hold them under the other.
 */
void
citiz_community_sign_anew (CitizCommunity *self, CitizTx *tx)
{
  g_autoptr (CitizTx) next = NULL;
  Alone *alone;
  guint bits;

  if (self->key == NULL || self->stop == NULL
      || !citiz_hash_equal (&self->mending, &(CitizHash){0}))
    return;
  next = citiz_community_prepare (self, tx->type, &tx->body, &bits);
  alone = alone_new (self, tx);
  if (bits > 0)
    {
      self->mending = *citiz_tx_get_id (tx);
      citiz_work_async (NULL, next, bits, self->stop, worked_cb, alone);
      return;
    }
  take_place (alone, next);
  alone_free (alone);
}
