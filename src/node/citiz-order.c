/* Who makes a node's transactions final. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-order.h"

#include <string.h>

struct _CitizOrder
{
  CitizChain *chain;
  CitizReplica *replica; /* NULL: a chain of one */
  CitizSigningKey *key;
  GHashTable *entries; /* CitizHash of the transaction → Entry, in flight */
  GPtrArray *own;      /* CitizTx in flight, for the next nonce */
  GSource *look;       /* after a final block: what of ours was dropped */
  gulong final;
};

typedef struct
{
  CitizOrderDone done;
  gpointer data;
} Waiter;

typedef struct
{
  CitizOrder *order;
  CitizTx *tx;
  GArray *waiters;
  GSource *patience;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  if (entry->patience)
    g_source_destroy (entry->patience);
  g_clear_pointer (&entry->patience, g_source_unref);
  citiz_tx_unref (entry->tx);
  g_array_unref (entry->waiters);
  g_free (entry);
}

/* Tells all; new ones may come meanwhile and are not told. */
static void
tell (Entry *entry, CitizTime time, const GError *error)
{
  g_autoptr (GArray) waiters = g_steal_pointer (&entry->waiters);

  entry->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  for (guint i = 0; i < waiters->len; i++)
    {
      const Waiter *waiter = &g_array_index (waiters, Waiter, i);

      waiter->done (waiter->data, time, error);
    }
}

static void
settle (CitizOrder *order, const CitizHash *id, CitizTime time, const GError *error)
{
  Entry *entry = g_hash_table_lookup (order->entries, id);

  if (entry == NULL)
    return;
  g_hash_table_steal (order->entries, id);
  g_ptr_array_remove (order->own, entry->tx);
  tell (entry, time, error);
  entry_free (entry);
}

static gboolean
patience_cb (gpointer data)
{
  Entry *entry = data;
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                                                  "the ledger has not made it final in time");

  g_clear_pointer (&entry->patience, g_source_unref);
  tell (entry, (CitizTime){0}, error);
  return G_SOURCE_REMOVE;
}

static gboolean
look_cb (gpointer data)
{
  CitizOrder *order = data;
  g_autoptr (GPtrArray) lost = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = g_error_new_literal (CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CLOSED,
                                                  "the ledger went on without it");
  GHashTableIter iter;
  gpointer id;

  g_clear_pointer (&order->look, g_source_unref);
  g_hash_table_iter_init (&iter, order->entries);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!citiz_replica_is_waiting (order->replica, id))
      g_ptr_array_add (lost, g_memdup2 (id, sizeof (CitizHash)));
  for (guint i = 0; i < lost->len; i++)
    settle (order, lost->pdata[i], (CitizTime){0}, error);
  return G_SOURCE_REMOVE;
}

static void
final_cb (CitizReplica *replica, CitizBlock *block, CitizOrder *order)
{
  for (guint i = 0; i < block->txs->len; i++)
    settle (order, citiz_tx_get_id (block->txs->pdata[i]), block->header.time, NULL);
  if (g_hash_table_size (order->entries) == 0 || order->look != NULL)
    return;
  order->look = g_idle_source_new ();
  g_source_set_callback (order->look, look_cb, order, NULL);
  g_source_attach (order->look, g_main_context_get_thread_default ());
}

gboolean
citiz_order_is_own (CitizOrder *order)
{
  return order->replica == NULL;
}

/* Whether @key's account is being registered by one of @txs. */
static gboolean
registers (GPtrArray *txs, const CitizHash *account)
{
  for (guint i = 0; i < txs->len; i++)
    {
      const CitizTx *tx = txs->pdata[i];

      if (tx->type == CITIZ_TX_ACCT_REGISTER && citiz_hash_equal (&tx->account, account))
        return TRUE;
    }
  return FALSE;
}

/* The same with work in it, as the community asks of those nobody vouches for. */
static CitizTx *
work_for (const CitizTx *tx, guint bits, const CitizSigningKey *key)
{
  CitizTx *worked = citiz_tx_without_sponsor (tx);

  citiz_tx_work (worked, bits);
  citiz_tx_sign (worked, key);
  return worked;
}

/* A member vouches for itself by its key, and needs no more. Who is none yet, or no more, works. */
static void
admit (CitizOrder *order, GPtrArray *txs)
{
  const CitizLedger *ledger = citiz_chain_ledger (order->chain, NULL);
  CitizTxParams params;

  if (ledger == NULL || !citiz_ledger_get_params (ledger, &params) || !params.sponsored
      || citiz_ledger_is_member (ledger, citiz_signing_key_get_public (order->key)))
    return;
  for (guint i = 0; i < txs->len; i++)
    {
      CitizTx *worked = work_for (txs->pdata[i], params.work, order->key);

      citiz_tx_unref (txs->pdata[i]);
      txs->pdata[i] = worked;
    }
}

GPtrArray *
citiz_order_make (CitizOrder *order, CitizTxType type, const CitizTxBody *body)
{
  GPtrArray *txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  CitizHash account;
  guint before;

  citiz_chain_add_register (order->chain, txs, order->key, NULL, &account);
  if (registers (order->own, &account))
    g_ptr_array_set_size (txs, 0);
  /* those on their way before it, so that it gets the nonce after theirs */
  for (guint i = 0; i < order->own->len; i++)
    g_ptr_array_insert (txs, (gint) i, citiz_tx_ref (order->own->pdata[i]));
  before = order->own->len;
  citiz_chain_add (order->chain, txs, type, &account, 0, body, order->key);
  if (before > 0)
    g_ptr_array_remove_range (txs, 0, before);
  admit (order, txs);
  return txs;
}

static void
add_waiter (Entry *entry, CitizOrderDone done, gpointer data)
{
  const Waiter waiter = {done, data};

  g_array_append_val (entry->waiters, waiter);
  if (entry->patience)
    return;
  entry->patience = g_timeout_source_new (CITIZ_ORDER_PATIENCE);
  g_source_set_callback (entry->patience, patience_cb, entry, NULL);
  g_source_attach (entry->patience, g_main_context_get_thread_default ());
}

static Entry *
add_entry (CitizOrder *order, CitizTx *tx)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->order = order;
  entry->tx = citiz_tx_ref (tx);
  entry->waiters = g_array_new (FALSE, FALSE, sizeof (Waiter));
  g_hash_table_replace (order->entries, (gpointer) citiz_tx_get_id (tx), entry);
  g_ptr_array_add (order->own, tx);
  return entry;
}

gboolean
citiz_order_enter (CitizOrder *order,
                   GPtrArray *txs,
                   CitizOrderDone done,
                   gpointer data,
                   GError **error)
{
  CitizBlockInfo block;
  Entry *entry = NULL;

  if (order->replica == NULL)
    {
      if (!citiz_chain_submit (order->chain, txs, &block, error))
        return FALSE;
      done (data, block.time, NULL);
      return TRUE;
    }
  for (guint i = 0; i < txs->len; i++)
    {
      if (!citiz_replica_submit (order->replica, txs->pdata[i], error))
        return FALSE;
      entry = add_entry (order, txs->pdata[i]);
    }
  add_waiter (entry, done, data);
  return TRUE;
}

gboolean
citiz_order_wait (CitizOrder *order, const CitizHash *id, CitizOrderDone done, gpointer data)
{
  Entry *entry = g_hash_table_lookup (order->entries, id);

  if (entry == NULL)
    return FALSE;
  add_waiter (entry, done, data);
  return TRUE;
}

gboolean
citiz_order_revokes (CitizOrder *order, const CitizId *grant)
{
  return order->replica != NULL && citiz_replica_is_revoking (order->replica, grant);
}

gboolean
citiz_order_closes (CitizOrder *order, const CitizId *grant)
{
  for (guint i = 0; i < order->own->len; i++)
    {
      const CitizTx *tx = order->own->pdata[i];

      if (tx->type == CITIZ_TX_ACCESS_CLOSE && citiz_id_equal (&tx->body.close.grant, grant))
        return TRUE;
    }
  return FALSE;
}

gboolean
citiz_order_is_saying (CitizOrder *order, CitizTxType type, const CitizTxBody *body)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  citiz_tx_body_encode (bytes, type, body);
  for (guint i = 0; i < order->own->len; i++)
    {
      const CitizTx *tx = order->own->pdata[i];
      g_autoptr (GByteArray) other = g_byte_array_new ();

      if (tx->type != type)
        continue;
      citiz_tx_body_encode (other, type, &tx->body);
      if (other->len == bytes->len && memcmp (other->data, bytes->data, bytes->len) == 0)
        return TRUE;
    }
  return FALSE;
}

/**
 * citiz_order_cancel:
 *
 * Nobody waits any more: all are told so, with %G_IO_ERROR_CANCELLED.
 */
void
citiz_order_cancel (CitizOrder *order)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopping");
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, order->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    tell (entry, (CitizTime){0}, error);
}

CitizOrder *
citiz_order_new (CitizChain *chain, CitizReplica *replica, CitizSigningKey *key)
{
  CitizOrder *order = g_new0 (CitizOrder, 1);

  order->chain = chain;
  order->key = citiz_signing_key_ref (key);
  order->entries
      = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_hash_equal, NULL, entry_free);
  order->own = g_ptr_array_new ();
  if (replica == NULL)
    return order;
  order->replica = g_object_ref (replica);
  order->final = g_signal_connect (replica, "final", G_CALLBACK (final_cb), order);
  return order;
}

void
citiz_order_free (CitizOrder *order)
{
  if (order->replica)
    g_signal_handler_disconnect (order->replica, order->final);
  if (order->look)
    g_source_destroy (order->look);
  g_clear_pointer (&order->look, g_source_unref);
  g_hash_table_unref (order->entries);
  g_ptr_array_unref (order->own);
  g_clear_object (&order->replica);
  citiz_signing_key_unref (order->key);
  g_free (order);
}
