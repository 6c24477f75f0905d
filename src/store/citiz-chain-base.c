/* The chain on disk when it began with a snapshot: the state first, its history afterwards. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"
#include "store/citiz-check-pool.h"

static gboolean
refuse (GError **error, const gchar *what)
{
  g_set_error_literal (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_BLOCK, what);
  return FALSE;
}

/* Where it began *************************************************************/

static void
set_base (CitizChain *chain, const CitizBlockHeader *header)
{
  g_clear_pointer (&chain->base, g_free);
  if (header == NULL)
    return;
  chain->base = g_new (CitizChainHead, 1);
  chain->base->header = *header;
  citiz_block_header_hash (&chain->base->hash, header);
}

/* Called once, when the chain is opened. What a snapshot left that was not finished goes. */
gboolean
citiz_chain_read_base (CitizChain *chain, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  CitizBlockHeader header;
  const guint8 *view;
  gboolean row;
  gsize n;

  if (!citiz_db_prepare (chain->db, "SELECT header FROM chain_base", &stmt, error)
      || !citiz_stmt_next (stmt, &row, error))
    return FALSE;
  if (!row)
    return citiz_chain_height (chain) > 0 || citiz_chain_unstage (chain, error);
  view = citiz_stmt_view (stmt, 0, &n);
  if (!citiz_block_header_decode (view, n, &header, NULL))
    return citiz_chain_damaged (error, 0, "the snapshot's header cannot be read");
  set_base (chain, &header);
  return TRUE;
}

/**
 * citiz_chain_base:
 *
 * Returns: the height of the snapshot that the chain began with, while blocks before it are missing; 0 when none is
 */
guint64
citiz_chain_base (CitizChain *chain)
{
  return chain->base != NULL ? chain->base->header.height : 0;
}

/* Taking a snapshot **********************************************************/

/**
 * citiz_chain_stage:
 * @objects: objects of a snapshot, as its chunks are verified
 *
 * Into the empty chain, where they count for nothing until citiz_chain_adopt().
 */
gboolean
citiz_chain_stage (CitizChain *chain, CitizChanges *objects, GError **error)
{
  if (citiz_chain_height (chain) > 0)
    return refuse (error, "there are blocks already");
  if (!citiz_db_begin (chain->db, error))
    return FALSE;
  if (citiz_chain_write_derived (chain, objects, error))
    return citiz_db_commit (chain->db, error);
  citiz_db_rollback (chain->db);
  return FALSE;
}

gboolean
citiz_chain_unstage (CitizChain *chain, GError **error)
{
  return citiz_db_exec (chain->db, "DELETE FROM chain_state; DELETE FROM chain_log", error);
}

/* The log's right edge: proofs of all that comes later need no more of what was before. */
static void
add_peaks (const CitizLog *log, CitizChanges *changes)
{
  for (guint level = 0; level < CITIZ_LOG_LEVELS; level++)
    if (log->size >> level & 1)
      {
        const CitizLogNode node = {level, (log->size >> level) - 1, log->peaks[level]};

        g_array_append_val (changes->log_nodes, node);
      }
}

static gboolean
write_base (CitizChain *chain, const CitizBlockHeader *header, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  guint8 bytes[CITIZ_HEADER_SIZE];

  if (!citiz_db_prepare (chain->db, "INSERT INTO chain_base (one, header) VALUES (1, ?1)", &stmt,
                         error))
    return FALSE;
  citiz_block_header_encode (header, bytes);
  citiz_stmt_bind_bytes (stmt, 1, bytes, sizeof bytes);
  return citiz_stmt_run (stmt, error);
}

static gboolean
write_closings (CitizChain *chain, GPtrArray *closings, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db, "INSERT INTO chain_closing (epoch, bytes) VALUES (?1, ?2)",
                         &stmt, error))
    return FALSE;
  for (guint i = 0; i < closings->len; i++)
    {
      const CitizClosing *closing = closings->pdata[i];
      g_autoptr (GBytes) bytes = citiz_closing_encode (closing);

      citiz_stmt_bind_int (stmt, 1,
                           (gint64) g_array_index (closing->headers, CitizBlockHeader, 0).epoch);
      citiz_stmt_bind_gbytes (stmt, 2, bytes);
      if (!citiz_stmt_run (stmt, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * citiz_chain_adopt:
 * @closings: (element-type CitizClosing): how each epoch ended, from the first to that of the snapshot, unless people ended it
 *   (citiz_chain_keep_refound()); verified
 * @ledger: after the snapshot's block (citiz_snapshot_finish()), all of whose objects are staged
 *
 * The chain goes on from there. What was before is missing until citiz_chain_verifier_feed() has brought it.
 */
gboolean
citiz_chain_adopt (CitizChain *chain,
                   GPtrArray *closings,
                   const CitizLedger *ledger,
                   GError **error)
{
  const CitizBlockHeader *head = citiz_ledger_head (ledger);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();

  if (citiz_chain_height (chain) > 0)
    return refuse (error, "there are blocks already");
  add_peaks (citiz_ledger_log (ledger), changes);
  if (!citiz_db_begin (chain->db, error))
    return FALSE;
  if (!write_base (chain, head, error) || !write_closings (chain, closings, error)
      || !citiz_chain_write_log (chain, changes->log_nodes, 0, error))
    {
      citiz_db_rollback (chain->db);
      return FALSE;
    }
  if (!citiz_db_commit (chain->db, error))
    return FALSE;
  set_base (chain, head);
  g_clear_pointer (&chain->ledger, citiz_ledger_free);
  chain->ledger = citiz_ledger_fork (ledger);
  return citiz_chain_begin_epoch (chain, chain->ledger, error);
}

/* Returns: (transfer full) (nullable): how an epoch before the snapshot's block ended */
CitizClosing *
citiz_chain_kept_closing (CitizChain *chain, guint64 epoch)
{
  g_autoptr (CitizStmt) stmt = NULL;
  const guint8 *view;
  gboolean row;
  gsize n;

  if (!citiz_db_prepare (chain->db, "SELECT bytes FROM chain_closing WHERE epoch = ?1", &stmt,
                         NULL))
    return NULL;
  citiz_stmt_bind_int (stmt, 1, (gint64) epoch);
  if (!citiz_stmt_next (stmt, &row, NULL) || !row)
    return NULL;
  view = citiz_stmt_view (stmt, 0, &n);
  return citiz_closing_decode (view, n, NULL);
}

/* Filling in what was before *************************************************/

/* One block of the history. The state is the newest one's already. */
static gboolean
put_old (gpointer data,
         CitizChain *chain,
         const CitizBlock *block,
         const CitizLedger *after,
         CitizChanges *changes,
         GError **error)
{
  const CitizChainHead *base = chain->base;

  if (base == NULL || block->header.height > base->header.height
      || (block->header.height == base->header.height
          && !citiz_hash_equal (&block->hash, &base->hash)))
    return refuse (error, "not the history of the snapshot");
  g_array_set_size (changes->objects, 0);
  return citiz_chain_write_block (chain, block, changes, error);
}

gboolean
citiz_chain_keep_proven (CitizChain *chain, guint64 height, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db,
                         "INSERT INTO chain_proven (one, height) VALUES (1, ?1) "
                         "ON CONFLICT (one) DO UPDATE SET height = excluded.height",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) height);
  return citiz_stmt_run (stmt, error);
}

/* Up to where every signature was verified, by an earlier run of this program perhaps. */
gboolean
citiz_chain_read_proven (CitizChain *chain, guint64 *out, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  *out = 0;
  if (!citiz_db_prepare (chain->db, "SELECT height FROM chain_proven", &stmt, error)
      || !citiz_stmt_next (stmt, &row, error))
    return FALSE;
  *out = row ? (guint64) citiz_stmt_int (stmt, 0) : 0;
  return TRUE;
}

static gboolean
fill (CitizChain *chain, GPtrArray *blocks, CitizLedger *ledger, GError **error)
{
  gboolean good = citiz_chain_take_range (chain, blocks, CITIZ_LEVEL_FULL, citiz_chain_pool (chain),
                                          ledger, put_old, NULL, error);

  good = citiz_chain_finish_pool (chain, good ? error : NULL) && good;
  if (!good || !citiz_chain_keep_proven (chain, citiz_ledger_head (ledger)->height, error))
    return FALSE;
  return citiz_ledger_head (ledger)->height < chain->base->header.height
         || (citiz_chain_keep_named (chain, chain->base->header.height, error)
             && citiz_db_exec (chain->db, "DELETE FROM chain_base; DELETE FROM chain_closing",
                               error));
}

/* Writes @blocks, the next that are missing, every signature of them verified; @ledger, which stood before them, stands after them. All or
 * nothing: then @ledger is spoilt. */
gboolean
citiz_chain_fill (CitizChain *chain, GPtrArray *blocks, CitizLedger *ledger, GError **error)
{
  if (!citiz_db_begin (chain->db, error))
    return FALSE;
  if (!fill (chain, blocks, ledger, error))
    {
      citiz_chain_old_names_clear (
          chain); /* some of them are of blocks that are not here after all */
      citiz_db_rollback (chain->db);
      return FALSE;
    }
  if (!citiz_db_commit (chain->db, error))
    {
      citiz_chain_old_names_clear (chain);
      return FALSE;
    }
  if (citiz_ledger_head (ledger)->height == citiz_chain_base (chain))
    {
      set_base (chain, NULL);
      g_clear_pointer (&chain->ahead, citiz_check_ahead_free); /* nothing more is expected */
    }
  return TRUE;
}
