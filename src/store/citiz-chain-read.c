/* The chain on disk: looking up blocks, transactions, objects. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"

#include <string.h>

#define TX_COLUMNS "SELECT t.number, b.height, b.entered, t.bytes, b.header FROM "
#define TX_BLOCK                                                                                   \
  "JOIN chain_block AS b ON b.height = (SELECT height FROM chain_block "                           \
  "WHERE first <= t.number ORDER BY first DESC, height DESC LIMIT 1) "
#define TX_EACH TX_COLUMNS "chain_tx AS t " TX_BLOCK

/* Those that @table names, which is asked first and without a table of SQLite's own. */
#define TX_OF(table)                                                                               \
  TX_COLUMNS table " AS n CROSS JOIN chain_tx AS t ON t.number = n.number " TX_BLOCK

void
citiz_tx_info_clear (CitizTxInfo *info)
{
  g_clear_pointer (&info->tx, citiz_tx_unref);
}

void
citiz_tx_info_free (CitizTxInfo *info)
{
  citiz_tx_info_clear (info);
  g_free (info);
}

void
citiz_chain_block_info (CitizBlockInfo *out, const CitizChainHead *head)
{
  *out = (CitizBlockInfo){
      .height = head->header.height,
      .slot = head->header.slot,
      .hash = head->hash,
      .parent = head->header.parent,
      .time = head->header.time,
      .n_tx = head->header.n_tx,
      .log_size = head->header.log_size,
      .log_root = head->header.log_root,
      .state_root = head->header.state_root,
      .proposer = head->header.proposer,
  };
}

/* Columns: height, hash, header. */
gboolean
citiz_chain_read_block_row (CitizStmt *stmt, CitizChainHead *out, GError **error)
{
  const guint64 height = (guint64) citiz_stmt_int (stmt, 0);
  CitizHash stored;
  gsize n;
  const guint8 *view = citiz_stmt_view (stmt, 2, &n);

  if (!citiz_block_header_decode (view, n, &out->header, NULL) || out->header.height != height)
    return citiz_chain_damaged (error, height, "its header cannot be read");
  citiz_block_header_hash (&out->hash, &out->header);
  if (!citiz_stmt_hash (stmt, 1, &stored) || !citiz_hash_equal (&stored, &out->hash))
    return citiz_chain_damaged (error, height, "its header does not have the stored hash");
  return TRUE;
}

/* The newest block, or the snapshot it all began with; height 0 when there is none. While nothing was written, the ledger in memory knows. */
gboolean
citiz_chain_read_head (CitizChain *chain, CitizChainHead *out, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (citiz_chain_has_ledger (chain))
    {
      *out = (CitizChainHead){*citiz_ledger_head (chain->ledger),
                              *citiz_ledger_head_hash (chain->ledger)};
      return TRUE;
    }
  memset (out, 0, sizeof *out);
  out->hash = chain->chain_id;
  if (!citiz_db_prepare (
          chain->db, "SELECT height, hash, header FROM chain_block ORDER BY height DESC LIMIT 1",
          &stmt, error)
      || !citiz_stmt_next (stmt, &row, error))
    return FALSE;
  if (row && !citiz_chain_read_block_row (stmt, out, error))
    return FALSE;
  if (chain->base != NULL && out->header.height < chain->base->header.height)
    *out = *chain->base;
  return TRUE;
}

/* A subtree that is not kept, if its leaves are there. @level: below CITIZ_CHAIN_LOG_LEVEL */
static gboolean
make_log (CitizChain *chain, guint level, guint64 place, CitizHash *out)
{
  g_autoptr (CitizStmt) stmt = NULL;
  CitizLog log = {0};

  if (!citiz_db_prepare (chain->db,
                         "SELECT bytes FROM chain_tx WHERE number >= ?1 AND number < ?2 "
                         "ORDER BY number",
                         &stmt, NULL))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) (place << level));
  citiz_stmt_bind_int (stmt, 2, (gint64) ((place + 1) << level));
  for (;;)
    {
      const guint8 *view;
      CitizHash leaf;
      gboolean row;
      gsize n;

      if (!citiz_stmt_next (stmt, &row, NULL))
        return FALSE;
      if (!row)
        break;
      view = citiz_stmt_view (stmt, 0, &n);
      citiz_log_leaf (&leaf, view, n);
      citiz_log_append (&log, &leaf, NULL);
    }
  citiz_log_root (&log, out);
  return log.size == (guint64) 1 << level;
}

gboolean
citiz_chain_read_log (gpointer data, guint level, guint64 place, CitizHash *out)
{
  CitizChain *chain = data;
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (level < CITIZ_CHAIN_LOG_LEVEL && make_log (chain, level, place, out))
    return TRUE; /* else it may be a snapshot's edge */

  if (!citiz_db_prepare (chain->db, "SELECT hash FROM chain_log WHERE level = ?1 AND place = ?2",
                         &stmt, NULL))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, level);
  citiz_stmt_bind_int (stmt, 2, (gint64) place);
  return citiz_stmt_next (stmt, &row, NULL) && row && citiz_stmt_hash (stmt, 0, out);
}

gboolean
citiz_chain_get_account (CitizChain *chain, const CitizHash *id, CitizAccount *out)
{
  return citiz_chain_need_ledger (chain, NULL) && citiz_ledger_get_account (chain->ledger, id, out);
}

/**
 * citiz_chain_grant:
 *
 * The state of a grant judged at citiz_chain_time().
 *
 * Returns: %FALSE if the chain has no such grant
 */
gboolean
citiz_chain_grant (CitizChain *chain, const CitizId *grant, CitizGrantState *out)
{
  CitizGrantRecord record;
  CitizGrantUse use;

  if (!citiz_chain_need_ledger (chain, NULL)
      || !citiz_ledger_get_grant (chain->ledger, grant, &record, &use))
    return FALSE;
  citiz_grant_judge (out, &record, &use, citiz_chain_time (chain));
  return TRUE;
}

/* Columns: TX_COLUMNS. */
static gboolean
read_tx_row (CitizStmt *stmt, CitizTxInfo *out, GError **error)
{
  CitizBlockHeader header;
  const CitizId *grant;
  const guint8 *view;
  gsize n;

  memset (out, 0, sizeof *out);
  out->log_index = (guint64) citiz_stmt_int (stmt, 0);
  out->height = (guint64) citiz_stmt_int (stmt, 1);
  out->entered.ms = citiz_stmt_int (stmt, 2);
  view = citiz_stmt_view (stmt, 4, &n);
  if (!citiz_block_header_decode (view, n, &header, NULL))
    return citiz_chain_damaged (error, out->height, "its header cannot be read");
  view = citiz_stmt_view (stmt, 3, &n);
  out->tx = citiz_tx_decode (view, n, NULL);
  if (out->tx == NULL || out->log_index >= header.log_size
      || out->log_index + header.n_tx < header.log_size)
    return citiz_chain_damaged (error, out->height, "a transaction cannot be read");
  out->index = (guint32) (out->log_index + header.n_tx - header.log_size);
  out->id = *citiz_tx_get_id (out->tx);
  out->time = header.time;
  out->type = out->tx->type;
  out->account = out->tx->account;
  grant = citiz_tx_body_grant (out->type, &out->tx->body);
  if (grant != NULL)
    out->grant = *grant;
  return TRUE;
}

/* Of the rows of @stmt the one that is @id's. */
static gboolean
find_among (CitizStmt *stmt,
            const CitizHash *id,
            CitizTxInfo *out,
            gboolean *out_found,
            GError **error)
{
  for (;;)
    {
      if (!citiz_stmt_next (stmt, out_found, error))
        return FALSE;
      if (!*out_found)
        return TRUE;
      if (!read_tx_row (stmt, out, error))
        {
          citiz_tx_info_clear (out);
          return FALSE;
        }
      if (citiz_hash_equal (&out->id, id))
        return TRUE;
      citiz_tx_info_clear (out);
    }
}

static gboolean
find_waiting (CitizChain *chain,
              const CitizHash *id,
              CitizTxInfo *out,
              gboolean *out_found,
              GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gint64 number;
  guint at = 0;

  *out_found = FALSE;
  if (citiz_chain_waiting_names (chain, error) == NULL
      || !citiz_db_prepare (chain->db, TX_EACH "WHERE t.number = ?1", &stmt, error))
    return FALSE;
  while (!*out_found && citiz_chain_next_waiting (chain, id, &at, &number))
    {
      citiz_stmt_reset (stmt);
      citiz_stmt_bind_int (stmt, 1, number);
      if (!find_among (stmt, id, out, out_found, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
find_named (CitizChain *chain,
            const CitizHash *id,
            CitizTxInfo *out,
            gboolean *out_found,
            GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db, TX_OF ("chain_name") "WHERE n.name = ?1", &stmt, error))
    return FALSE;
  citiz_stmt_bind_bytes (stmt, 1, id->b, CITIZ_CHAIN_NAME_SIZE);
  return find_among (stmt, id, out, out_found, error);
}

/**
 * citiz_chain_find_tx:
 * @out: cleared by the caller with citiz_tx_info_clear()
 *
 * Returns: %FALSE with %CITIZ_STORE_ERROR_NOT_FOUND if it is not on the chain
 */
gboolean
citiz_chain_find_tx (CitizChain *chain, const CitizHash *id, CitizTxInfo *out, GError **error)
{
  gboolean found;

  memset (out, 0, sizeof *out);
  if (!find_waiting (chain, id, out, &found, error)
      || (!found && !find_named (chain, id, out, &found, error)))
    return FALSE;
  if (!found)
    g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND, "no such transaction");
  return found;
}

static GPtrArray *
read_txs (CitizStmt *stmt, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_info_free);

  for (;;)
    {
      CitizTxInfo *info;
      gboolean row;

      if (!citiz_stmt_next (stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&list);
      info = g_new (CitizTxInfo, 1);
      g_ptr_array_add (list, info);
      if (!read_tx_row (stmt, info, error))
        return NULL;
    }
}

/**
 * citiz_chain_txs_of_block:
 *
 * Returns: (transfer full) (element-type CitizTxInfo) (nullable): in their order
 */
GPtrArray *
citiz_chain_txs_of_block (CitizChain *chain, guint64 height, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db,
                         TX_EACH
                         "WHERE t.number >= (SELECT first FROM chain_block WHERE height = ?1) "
                         "AND t.number < coalesce ((SELECT first FROM chain_block "
                         "WHERE height > ?1 ORDER BY height LIMIT 1), 1 << 62) ORDER BY t.number",
                         &stmt, error))
    return NULL;
  citiz_stmt_bind_int (stmt, 1, (gint64) height);
  return read_txs (stmt, error);
}

/**
 * citiz_chain_txs_of_grant:
 *
 * Returns: (transfer full) (element-type CitizTxInfo) (nullable): the grant, its openings, its end, in their order
 */
GPtrArray *
citiz_chain_txs_of_grant (CitizChain *chain, const CitizId *grant, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db, TX_EACH "WHERE t.grant_id = ?1 ORDER BY t.number", &stmt,
                         error))
    return NULL;
  citiz_stmt_bind_id (stmt, 1, grant);
  return read_txs (stmt, error);
}

/**
 * citiz_chain_txs_of_account:
 * @from: a place in the log: all behind it are read, without an index
 *
 * Returns: (transfer full) (element-type CitizTxInfo) (nullable): what the account said, in its order
 */
GPtrArray *
citiz_chain_txs_of_account (CitizChain *chain,
                            const CitizHash *account,
                            guint64 from,
                            GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db,
                         TX_EACH "WHERE t.number >= ?1 AND substr (t.bytes, 36, 32) = ?2 "
                                 "ORDER BY t.number",
                         &stmt, error))
    return NULL;
  citiz_stmt_bind_int (stmt, 1, (gint64) MIN (from, G_MAXINT64));
  citiz_stmt_bind_hash (stmt, 2, account);
  return read_txs (stmt, error);
}

/**
 * citiz_chain_find_opening:
 * @note: the hash of one
 *
 * Only what holds these bytes is decoded.
 *
 * Returns: (transfer full) (nullable): the opening of this grant that came with this note, whatever its number
 */
CitizTxInfo *
citiz_chain_find_opening (CitizChain *chain, const CitizId *grant, const CitizHash *note)
{
  g_autoptr (CitizTxInfo) info = g_new0 (CitizTxInfo, 1);
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (chain->db,
                         TX_EACH "WHERE t.grant_id = ?1 AND instr (t.bytes, ?2) > 0 "
                                 "ORDER BY t.number",
                         &stmt, NULL))
    return NULL;
  citiz_stmt_bind_id (stmt, 1, grant);
  citiz_stmt_bind_hash (stmt, 2, note);
  while (citiz_stmt_next (stmt, &row, NULL) && row)
    {
      if (read_tx_row (stmt, info, NULL) && info->type == CITIZ_TX_ACCESS_OPEN
          && citiz_hash_equal (&info->tx->body.open.note, note))
        return g_steal_pointer (&info);
      citiz_tx_info_clear (info);
    }
  return NULL;
}

/**
 * citiz_chain_txs_of_community:
 *
 * Returns: (transfer full) (element-type CitizTxInfo) (nullable): every node_join, valset_change, evidence and params, in their order
 */
GPtrArray *
citiz_chain_txs_of_community (CitizChain *chain, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db, TX_OF ("chain_said") "ORDER BY n.number", &stmt, error))
    return NULL;
  return read_txs (stmt, error);
}

/**
 * citiz_chain_is_renewal:
 *
 * Whether @info is a grant whose id a grant had before it.
 */
gboolean
citiz_chain_is_renewal (CitizChain *chain, const CitizTxInfo *info)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row = FALSE;

  if (info->type != CITIZ_TX_GRANT
      || !citiz_db_prepare (chain->db,
                            "SELECT 1 FROM chain_tx WHERE grant_id = ?1 AND number < ?2 LIMIT 1",
                            &stmt, NULL))
    return FALSE;
  citiz_stmt_bind_id (stmt, 1, &info->grant);
  citiz_stmt_bind_int (stmt, 2, (gint64) info->log_index);
  return citiz_stmt_next (stmt, &row, NULL) && row;
}

/**
 * citiz_chain_blocks:
 *
 * Returns: (transfer full) (element-type CitizBlockInfo) (nullable): at most @count blocks from @from_height on, ascending
 */
GPtrArray *
citiz_chain_blocks (CitizChain *chain, guint64 from_height, guint count, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db,
                         "SELECT height, hash, header FROM chain_block WHERE height >= ?1 "
                         "ORDER BY height LIMIT ?2",
                         &stmt, error))
    return NULL;
  citiz_stmt_bind_int (stmt, 1, (gint64) MIN (from_height, G_MAXINT64));
  citiz_stmt_bind_int (stmt, 2, count);
  for (;;)
    {
      CitizChainHead head;
      CitizBlockInfo *info;
      gboolean row;

      if (!citiz_stmt_next (stmt, &row, error))
        return NULL;
      if (!row)
        return g_steal_pointer (&list);
      if (!citiz_chain_read_block_row (stmt, &head, error))
        return NULL;
      info = g_new (CitizBlockInfo, 1);
      citiz_chain_block_info (info, &head);
      g_ptr_array_add (list, info);
    }
}

/**
 * citiz_chain_checkpoint:
 *
 * Returns: (transfer full) (nullable): the newest checkpoint, or %NULL before the first block
 */
gchar *
citiz_chain_checkpoint (CitizChain *chain)
{
  CitizChainHead head;

  if (!citiz_chain_read_head (chain, &head, NULL) || head.header.height == 0)
    return NULL;
  return citiz_checkpoint_text (&head.header);
}
