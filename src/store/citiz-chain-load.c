/* The chain on disk: the ledger in memory, from the tables or from the transactions. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"

/* @data: GArray of CitizLogNode */
static void
bind_node (CitizStmt *stmt, gint first, gconstpointer data, guint i)
{
  const CitizLogNode *node = &g_array_index ((const GArray *) data, CitizLogNode, i);

  citiz_stmt_bind_int (stmt, first, node->level);
  citiz_stmt_bind_int (stmt, first + 1, (gint64) node->index);
  citiz_stmt_bind_view (stmt, first + 2, node->hash.b, sizeof node->hash.b);
}

/* Those of @nodes at level @lowest and above. */
gboolean
citiz_chain_write_log (CitizChain *chain, GArray *nodes, guint lowest, GError **error)
{
  static const CitizDbInsert insert
      = CITIZ_DB_INSERT ("INSERT INTO chain_log (level, place, hash) VALUES ", "(?, ?, ?)",
                         " ON CONFLICT (level, place) DO NOTHING"); /* a snapshot's edge */
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (CitizLogNode));

  for (guint i = 0; i < nodes->len; i++)
    if (g_array_index (nodes, CitizLogNode, i).level >= lowest)
      g_array_append_val (kept, g_array_index (nodes, CitizLogNode, i));
  return citiz_db_insert (chain->db, &insert, 3, bind_node, kept, kept->len, error);
}

/* Of each object what it became last, in the order of these last changes: nearly that of the numbers, which leaves pages full. */
static GPtrArray *
last_changes (const CitizChanges *changes)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);
  GPtrArray *last = g_ptr_array_new ();

  for (guint i = changes->objects->len; i > 0; i--)
    {
      CitizChange *change = &g_array_index (changes->objects, CitizChange, i - 1);

      if (g_hash_table_add (seen, &change->number))
        g_ptr_array_add (last, change);
    }
  return last;
}

/* @data: last_changes(), the last first */
static void
bind_object (CitizStmt *stmt, gint first, gconstpointer data, guint i)
{
  const GPtrArray *last = data;
  const CitizChange *change = last->pdata[last->len - 1 - i];
  gsize n;
  const guint8 *value = g_bytes_get_data (change->value, &n);

  citiz_stmt_bind_int (stmt, first, (gint64) change->number);
  citiz_stmt_bind_view (stmt, first + 1, change->key.b, sizeof change->key.b);
  citiz_stmt_bind_view (stmt, first + 2, value, n);
}

static gboolean
write_state (CitizChain *chain, const CitizChanges *changes, GError **error)
{
  static const CitizDbInsert insert = CITIZ_DB_INSERT (
      "INSERT OR REPLACE INTO chain_state (number, key, value) VALUES ", "(?, ?, ?)", "");
  g_autoptr (GPtrArray) last = last_changes (changes);

  return citiz_db_insert (chain->db, &insert, 3, bind_object, last, last->len, error);
}

/* What can be made again from the transactions: the log's subtrees and the current state. */
gboolean
citiz_chain_write_derived (CitizChain *chain, const CitizChanges *changes, GError **error)
{
  return citiz_chain_write_log (chain, changes->log_nodes, CITIZ_CHAIN_LOG_LEVEL, error)
         && write_state (chain, changes, error);
}

/* In the order of their numbers, so that they get the same again. */
static gboolean
load_state (CitizChain *chain, CitizState *state, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db, "SELECT number, key, value FROM chain_state ORDER BY number",
                         &stmt, error))
    return FALSE;
  for (;;)
    {
      g_autoptr (GBytes) value = NULL;
      CitizHash key;
      gboolean row;

      if (!citiz_stmt_next (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      value = citiz_stmt_bytes (stmt, 2);
      if (!citiz_stmt_hash (stmt, 1, &key)
          || citiz_state_set (state, &key, value) != (guint64) citiz_stmt_int (stmt, 0))
        return citiz_chain_damaged (error, citiz_chain_height (chain), "an object is missing");
    }
}

static CitizLedger *
load (CitizChain *chain, const CitizChainHead *head, GError **error)
{
  g_autoptr (CitizState) state = citiz_state_new ();
  CitizLedger *ledger;
  CitizLog log;

  if (!load_state (chain, state, error))
    return NULL;
  if (!citiz_log_restore (&log, head->header.log_size, citiz_chain_read_log, chain))
    {
      citiz_chain_damaged (error, head->header.height, "a part of the log is missing");
      return NULL;
    }
  ledger = citiz_ledger_restore (&chain->genesis, &head->header, &log, g_steal_pointer (&state),
                                 error);
  if (ledger != NULL && !citiz_chain_resume_refound (chain, ledger, error))
    g_clear_pointer (&ledger, citiz_ledger_free);
  return ledger;
}

static gboolean
replace_derived (CitizChain *chain, const CitizChanges *changes, GError **error)
{
  if (!citiz_db_begin (chain->db, error))
    return FALSE;
  if (citiz_db_exec (chain->db, "DELETE FROM chain_log; DELETE FROM chain_state", error)
      && citiz_chain_write_derived (chain, changes, error) && citiz_chain_rename (chain, error))
    return citiz_db_commit (chain->db, error);
  citiz_db_rollback (chain->db);
  return FALSE;
}

/**
 * citiz_chain_rebuild:
 *
 * Runs every transaction again and writes the log, the state and the names anew, if the blocks themselves are whole.
 *
 * Returns: (transfer full) (nullable): the ledger after the newest block
 */
CitizLedger *
citiz_chain_rebuild (CitizChain *chain, GError **error)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (CitizLedger) ledger = citiz_chain_replay (chain, changes, error);

  if (ledger == NULL || !replace_derived (chain, changes, error))
    return NULL;
  return g_steal_pointer (&ledger);
}

/**
 * citiz_chain_mend:
 *
 * Writes what follows from the transactions anew: the log's subtrees, the state, what everything is found by. For a file whose blocks are whole and whose tables are not.
 */
gboolean
citiz_chain_mend (CitizChain *chain, GError **error)
{
  g_clear_pointer (&chain->ledger, citiz_ledger_free);
  chain->ledger = citiz_chain_rebuild (chain, error);
  return chain->ledger != NULL && citiz_chain_begin_epoch (chain, chain->ledger, error);
}

/* After a closing block the next epoch has begun: what is on the chain is final. So it has where people said so. */
gboolean
citiz_chain_begin_epoch (CitizChain *chain, CitizLedger *ledger, GError **error)
{
  const CitizBlockHeader *head = citiz_ledger_head (ledger);

  if (head->flags == CITIZ_BLOCK_CLOSING && head->epoch == citiz_ledger_epoch (ledger)
      && !citiz_chain_enter_named (chain, ledger, error))
    return FALSE;
  return citiz_chain_cross_refound (chain, ledger, error);
}

/* The epoch that @ledger's newest block, a closing one, begins. */
gboolean
citiz_chain_enter_named (CitizChain *chain, CitizLedger *ledger, GError **error)
{
  const CitizBlockHeader *head = citiz_ledger_head (ledger);
  CitizValidators next;

  if (citiz_ledger_get_validators (ledger, head->epoch + 1, &next))
    return citiz_ledger_begin_epoch (ledger, &next, FALSE, error);
  return citiz_chain_damaged (error, head->height, "the state does not name the next validators");
}

/* Whether the ledger in memory is the one of the file's newest block, without looking. */
gboolean
citiz_chain_has_ledger (const CitizChain *chain)
{
  return chain->ledger != NULL && chain->stamp == citiz_db_stamp (chain->db);
}

/**
 * citiz_chain_need_ledger:
 *
 * The ledger in memory is the one of the file's newest block: loaded when there is none, or when a transaction that it was ahead for
 * was rolled back.
 */
gboolean
citiz_chain_need_ledger (CitizChain *chain, GError **error)
{
  g_autoptr (GError) why = NULL;
  CitizChainHead head;

  if (citiz_chain_has_ledger (chain))
    return TRUE;
  if (!citiz_chain_read_head (chain, &head, error))
    return FALSE;
  chain->stamp = citiz_db_stamp (chain->db);
  if (chain->ledger != NULL
      && citiz_hash_equal (citiz_ledger_head_hash (chain->ledger), &head.hash))
    return TRUE;
  g_clear_pointer (&chain->ledger, citiz_ledger_free);
  if (head.header.height == 0)
    {
      chain->ledger = citiz_ledger_new (&chain->genesis);
      return TRUE;
    }

  chain->ledger = load (chain, &head, &why);
  if (g_error_matches (why, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED))
    {
      chain->ledger = citiz_chain_rebuild (chain, error);
      if (chain->ledger != NULL)
        g_message ("The chain's tables were made again from its transactions: %s", why->message);
    }
  else if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  return chain->ledger != NULL && citiz_chain_begin_epoch (chain, chain->ledger, error);
}
