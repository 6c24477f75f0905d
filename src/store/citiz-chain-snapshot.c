/* The chain on disk: the state at the end of an epoch, cut, for those who come late. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"

#include "ledger/citiz-snapshot.h"

#include <string.h>

#define KEPT 2 /* epochs: who is in the middle of one when the next ends can go on */

void
citiz_chain_give_snapshots (CitizChain *chain)
{
  chain->gives_snapshots = TRUE;
}

typedef struct
{
  CitizStmt *stmt;
  GError **error;
} Writing;

static gboolean
write_chunk (gpointer data, guint index, const guint8 *bytes, gsize n)
{
  Writing *writing = data;
  CitizHash hash;

  citiz_snapshot_chunk_hash (&hash, bytes, n);
  citiz_stmt_bind_int (writing->stmt, 2, index);
  citiz_stmt_bind_hash (writing->stmt, 3, &hash);
  citiz_stmt_bind_bytes (writing->stmt, 4, bytes, n);
  return citiz_stmt_run (writing->stmt, writing->error);
}

static gboolean
drop_before (CitizChain *chain, guint64 epoch, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db, "DELETE FROM chain_snapshot WHERE epoch < ?1", &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) epoch);
  return citiz_stmt_run (stmt, error);
}

/* In the transaction that writes the block @after stands behind, if that one closes its epoch. One chunk is in memory at a time. */
gboolean
citiz_chain_keep_snapshot (CitizChain *chain, const CitizLedger *after, GError **error)
{
  const CitizBlockHeader *head = citiz_ledger_head (after);
  g_autoptr (CitizLedger) fork = NULL;
  g_autoptr (CitizStmt) stmt = NULL;
  Writing writing;

  if (head->flags != CITIZ_BLOCK_CLOSING)
    return TRUE;
  if ((head->epoch + 1 > KEPT && !drop_before (chain, head->epoch + 1 - KEPT, error))
      || !citiz_db_prepare (chain->db,
                            "INSERT INTO chain_snapshot (epoch, place, hash, bytes) "
                            "VALUES (?1, ?2, ?3, ?4)",
                            &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) head->epoch);
  fork = citiz_ledger_fork (after);
  writing = (Writing){stmt, error};
  return citiz_snapshot_cut (citiz_ledger_log (fork), citiz_ledger_state (fork), write_chunk,
                             &writing);
}

/**
 * citiz_chain_snapshot_list:
 *
 * Returns: (transfer full) (nullable): the hashes of the chunks one after the other; %NULL when the end of @epoch is not kept
 */
GBytes *
citiz_chain_snapshot_list (CitizChain *chain, guint64 epoch)
{
  g_autoptr (GByteArray) list = g_byte_array_new ();
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row = TRUE;

  if (!citiz_db_prepare (chain->db,
                         "SELECT hash FROM chain_snapshot WHERE epoch = ?1 ORDER BY place", &stmt,
                         NULL))
    return NULL;
  citiz_stmt_bind_int (stmt, 1, (gint64) epoch);
  while (row)
    {
      CitizHash hash;

      if (!citiz_stmt_next (stmt, &row, NULL) || (row && !citiz_stmt_hash (stmt, 0, &hash)))
        return NULL;
      if (row)
        citiz_put_bytes (list, hash.b, sizeof hash.b);
    }
  return list->len > 0 ? g_bytes_new (list->data, list->len) : NULL;
}

/* Returns: (transfer full) (nullable) */
GBytes *
citiz_chain_snapshot_chunk (CitizChain *chain, guint64 epoch, guint place)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (chain->db,
                         "SELECT bytes FROM chain_snapshot WHERE epoch = ?1 AND place = ?2", &stmt,
                         NULL))
    return NULL;
  citiz_stmt_bind_int (stmt, 1, (gint64) epoch);
  citiz_stmt_bind_int (stmt, 2, place);
  return citiz_stmt_next (stmt, &row, NULL) && row ? citiz_stmt_bytes (stmt, 0) : NULL;
}

/* Whether each chunk has the hash it is kept under. */
gboolean
citiz_chain_check_snapshots (CitizChain *chain, GError **error)
{
  return citiz_db_check_names (chain->db, "SELECT hash, bytes FROM chain_snapshot",
                               citiz_snapshot_chunk_hash, error);
}
