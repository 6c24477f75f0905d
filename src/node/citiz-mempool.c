/* The transactions a node has taken and not yet seen final. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-mempool.h"

struct _CitizMempool
{
  GQueue order;           /* CitizTx */
  GHashTable *by_id;      /* CitizHash → its link in order */
  GHashTable *by_account; /* CitizHash → GPtrArray of CitizTx, in order, none empty */
  GHashTable *later;      /* CitizHash of those that have to wait for another day */
  gsize bytes;
};

CitizMempool *
citiz_mempool_new (void)
{
  CitizMempool *pool = g_new0 (CitizMempool, 1);

  g_queue_init (&pool->order);
  pool->by_id = g_hash_table_new (citiz_hash_hash, (GEqualFunc) citiz_hash_equal);
  pool->by_account = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_hash_equal, g_free,
                                            (GDestroyNotify) g_ptr_array_unref);
  pool->later = g_hash_table_new (citiz_hash_hash, (GEqualFunc) citiz_hash_equal);
  return pool;
}

void
citiz_mempool_free (CitizMempool *pool)
{
  g_hash_table_unref (pool->later);
  g_hash_table_unref (pool->by_account);
  g_hash_table_unref (pool->by_id);
  g_queue_clear_full (&pool->order, (GDestroyNotify) citiz_tx_unref);
  g_free (pool);
}

guint
citiz_mempool_size (const CitizMempool *pool)
{
  return pool->order.length;
}

/* Whether a block could take it now. */
gboolean
citiz_mempool_is_due (const CitizMempool *pool, const CitizHash *id)
{
  return citiz_mempool_has (pool, id) && !g_hash_table_contains (pool->later, id);
}

guint
citiz_mempool_n_due (const CitizMempool *pool)
{
  return pool->order.length - g_hash_table_size (pool->later);
}

gboolean
citiz_mempool_has (const CitizMempool *pool, const CitizHash *id)
{
  return g_hash_table_contains (pool->by_id, id);
}

static gsize
size_of (const CitizTx *tx)
{
  return g_bytes_get_size (citiz_tx_get_bytes (tx));
}

static void
leave_account (CitizMempool *pool, CitizTx *tx)
{
  GPtrArray *own = g_hash_table_lookup (pool->by_account, &tx->account);

  g_ptr_array_remove (own, tx);
  if (own->len == 0)
    g_hash_table_remove (pool->by_account, &tx->account);
}

static void
join_account (CitizMempool *pool, CitizTx *tx)
{
  GPtrArray *own = g_hash_table_lookup (pool->by_account, &tx->account);

  if (own == NULL)
    {
      own = g_ptr_array_new ();
      g_hash_table_insert (pool->by_account, g_memdup2 (&tx->account, sizeof tx->account), own);
    }
  g_ptr_array_add (own, tx);
}

static void
drop (CitizMempool *pool, GList *link)
{
  CitizTx *tx = link->data;

  leave_account (pool, tx);
  pool->bytes -= size_of (tx);
  g_hash_table_remove (pool->later, citiz_tx_get_id (tx));
  g_hash_table_remove (pool->by_id, citiz_tx_get_id (tx));
  g_queue_delete_link (&pool->order, link);
  citiz_tx_unref (tx);
}

void
citiz_mempool_remove (CitizMempool *pool, const CitizHash *id)
{
  GList *link = g_hash_table_lookup (pool->by_id, id);

  if (link != NULL)
    drop (pool, link);
}

/* Those of the same account that wait, and @tx behind them: what it must be valid after. */
static GPtrArray *
queue_of (const CitizMempool *pool, CitizTx *tx)
{
  GPtrArray *own = g_hash_table_lookup (pool->by_account, &tx->account);
  GPtrArray *queue = g_ptr_array_new ();

  if (own != NULL)
    g_ptr_array_extend (queue, own, NULL, NULL);
  g_ptr_array_add (queue, tx);
  return queue;
}

/* Leaves in @queue what can still come before its last. The others were valid when they came; since then their number may have been taken, their time or their epoch be over:
 * they are let go of. @out_later: some have to wait for another day, and stay. Returns: whether there are any others */
static gboolean
clear_way (CitizMempool *pool,
           GPtrArray *queue,
           const CitizLedger *ledger,
           CitizTime now,
           gboolean *out_later)
{
  CitizTx *last = g_ptr_array_steal_index (queue, queue->len - 1);
  g_autoptr (GPtrArray) refused = g_ptr_array_new ();
  g_autoptr (GPtrArray) later = g_ptr_array_new ();

  citiz_ledger_sift (ledger, queue, now, refused, later);
  for (guint i = 0; i < later->len; i++)
    g_ptr_array_remove (queue, later->pdata[i]);
  for (guint i = 0; i < refused->len; i++)
    {
      g_ptr_array_remove (queue, refused->pdata[i]);
      citiz_mempool_remove (pool, citiz_tx_get_id (refused->pdata[i]));
    }
  g_ptr_array_add (queue, last);
  *out_later = later->len > 0;
  return refused->len + later->len > 0;
}

/* Whether the last of @queue is valid after the others, or after those of them that still are: looked for only when it is refused. */
static gboolean
try_last (CitizMempool *pool,
          GPtrArray *queue,
          const CitizLedger *ledger,
          CitizTime now,
          CitizChecked *checked,
          GError **error)
{
  g_autoptr (GError) why = NULL;
  gboolean later = FALSE;

  if (citiz_ledger_try (ledger, queue, now, citiz_checked_check, checked, &why))
    return TRUE;
  if (queue->len > 1 && clear_way (pool, queue, ledger, now, &later))
    {
      g_clear_error (&why);
      if (citiz_ledger_try (ledger, queue, now, citiz_checked_check, checked, &why))
        return TRUE;
    }
  if (later) /* it may stand on that */
    g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_QUOTA, "later, perhaps: %s",
                 why->message);
  else
    g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

/**
 * citiz_mempool_add:
 * @ledger: after the newest final block
 * @checked: remembers that its signatures are good
 * @out_new: (out): %FALSE when it was here already
 *
 * Takes a transaction that is valid after the newest final block and those of its account that wait and still can.
 *
 * Returns: %FALSE with the ledger's reason, or %CITIZ_LEDGER_ERROR_LIMIT when there is no room
 */
gboolean
citiz_mempool_add (CitizMempool *pool,
                   CitizTx *tx,
                   const CitizLedger *ledger,
                   CitizTime now,
                   CitizChecked *checked,
                   gboolean *out_new,
                   GError **error)
{
  g_autoptr (GPtrArray) queue = NULL;

  *out_new = FALSE;
  if (citiz_mempool_has (pool, citiz_tx_get_id (tx)))
    return TRUE;
  queue = queue_of (pool, tx);
  if (queue->len > CITIZ_MEMPOOL_MAX_ACCOUNT || pool->order.length >= CITIZ_MEMPOOL_MAX_TXS
      || pool->bytes + size_of (tx) > CITIZ_MEMPOOL_MAX_BYTES)
    {
      g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_LIMIT,
                   "too many transactions wait");
      return FALSE;
    }
  if (!try_last (pool, queue, ledger, now, checked, error))
    return FALSE;
  g_queue_push_tail (&pool->order, citiz_tx_ref (tx));
  g_hash_table_insert (pool->by_id, (gpointer) citiz_tx_get_id (tx), pool->order.tail);
  join_account (pool, tx);
  pool->bytes += size_of (tx);
  *out_new = TRUE;
  return TRUE;
}

/**
 * citiz_mempool_sift:
 *
 * After a block became final: lets go of what is not valid any more, so that nothing waits in vain. What has used up today's number
 * stays for tomorrow, and does not keep the chain producing blocks meanwhile.
 */
void
citiz_mempool_sift (CitizMempool *pool, const CitizLedger *ledger, CitizTime now)
{
  g_autoptr (GPtrArray) all = citiz_mempool_list (pool);
  g_autoptr (GPtrArray) refused = g_ptr_array_new ();
  g_autoptr (GPtrArray) later = g_ptr_array_new ();

  citiz_ledger_sift (ledger, all, now, refused, later);
  g_hash_table_remove_all (pool->later);
  for (guint i = 0; i < refused->len; i++)
    citiz_mempool_remove (pool, citiz_tx_get_id (refused->pdata[i]));
  for (guint i = 0; i < later->len; i++)
    g_hash_table_add (pool->later, (gpointer) citiz_tx_get_id (later->pdata[i]));
}

/**
 * citiz_mempool_list:
 *
 * Returns: (transfer full) (element-type CitizTx): all, in order of arrival
 */
GPtrArray *
citiz_mempool_list (const CitizMempool *pool)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);

  for (const GList *link = pool->order.head; link; link = link->next)
    g_ptr_array_add (list, citiz_tx_ref (link->data));
  return list;
}

gboolean
citiz_mempool_revokes (const CitizMempool *pool, const CitizId *grant)
{
  for (const GList *link = pool->order.head; link; link = link->next)
    {
      const CitizTx *tx = link->data;

      if (tx->type == CITIZ_TX_GRANT_REVOKE && citiz_id_equal (&tx->body.revoke.grant, grant))
        return TRUE;
    }
  return FALSE;
}

gboolean
citiz_mempool_opens (const CitizMempool *pool, const CitizHash *note)
{
  for (const GList *link = pool->order.head; link; link = link->next)
    {
      const CitizTx *tx = link->data;

      if (tx->type == CITIZ_TX_ACCESS_OPEN && citiz_hash_equal (&tx->body.open.note, note))
        return TRUE;
    }
  return FALSE;
}
