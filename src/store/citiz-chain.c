/* The chain on disk: founding, opening, its clock. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"
#include "store/citiz-journal-private.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

#define AGREES_MS                                                                                  \
  (60 * CITIZ_SECOND) /* between a block that has just come and a clock that is right */

gboolean
citiz_chain_damaged (GError **error, guint64 height, const gchar *what)
{
  g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED,
               "block %" G_GUINT64_FORMAT ": %s", height, what);
  return FALSE;
}

/**
 * citiz_chain_error_block:
 *
 * Returns: the block that an error of citiz_chain_damaged() speaks of, 0 if it speaks of none
 */
guint64
citiz_chain_error_block (const GError *error)
{
  const gchar *number = error->message + strlen ("block ");

  if (!g_error_matches (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED)
      || !g_str_has_prefix (error->message, "block "))
    return 0;
  return g_ascii_strtoull (number, NULL, 10);
}

static gboolean
write_epoch (CitizChain *chain, CitizSecret *seed, const CitizSigningKey *node_key, GError **error)
{
  g_autoptr (CitizSecret) key = citiz_journal_sealing_key (&chain->chain_id, 0, node_key);
  g_autoptr (GBytes) sealed
      = citiz_seal (CITIZ_DOMAIN_SEAL_STATE, key, chain->chain_id.b, sizeof chain->chain_id.b,
                    citiz_secret_data (seed), citiz_secret_size (seed));
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db, "INSERT INTO chain_epoch (epoch, sealed) VALUES (0, ?1)", &stmt,
                         error))
    return FALSE;
  citiz_stmt_bind_gbytes (stmt, 1, sealed);
  return citiz_stmt_run (stmt, error);
}

gboolean
citiz_chain_write_genesis (CitizChain *chain, GError **error)
{
  g_autoptr (GBytes) bytes = citiz_genesis_encode (&chain->genesis);
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db, "INSERT INTO chain_genesis (one, bytes) VALUES (1, ?1)", &stmt,
                         error))
    return FALSE;
  citiz_stmt_bind_gbytes (stmt, 1, bytes);
  return citiz_stmt_run (stmt, error);
}

static gboolean
found (CitizChain *chain, const CitizSigningKey *node_key, GError **error)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);
  CitizFounder *founder = &chain->genesis.founders[0];

  citiz_env_random (chain->env, citiz_secret_data (seed), 32);
  chain->epoch_key = citiz_signing_key_new_from_seed (seed);
  chain->genesis.version = 1;
  chain->genesis.protocol = CITIZ_PROTOCOL;
  chain->genesis.time = citiz_env_now (chain->env);
  chain->genesis.n_founders = 1;
  citiz_env_random (chain->env, chain->genesis.salt.b, sizeof chain->genesis.salt.b);
  founder->validator.node = *citiz_signing_key_get_public (node_key);
  founder->validator.key = *citiz_signing_key_get_public (chain->epoch_key);
  citiz_founder_sign (founder, &chain->genesis.salt, node_key);
  citiz_genesis_chain_id (&chain->chain_id, &chain->genesis);

  if (!citiz_db_begin (chain->db, error))
    return FALSE;
  if (!citiz_chain_write_genesis (chain, error) || !write_epoch (chain, seed, node_key, error))
    {
      citiz_db_rollback (chain->db);
      return FALSE;
    }
  return citiz_db_commit (chain->db, error);
}

gboolean
citiz_chain_read_genesis (CitizChain *chain, gboolean *out_found, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  const guint8 *view;
  gsize n;

  if (!citiz_db_prepare (chain->db, "SELECT bytes FROM chain_genesis", &stmt, error)
      || !citiz_stmt_next (stmt, out_found, error))
    return FALSE;
  if (!*out_found)
    return TRUE;
  view = citiz_stmt_view (stmt, 0, &n);
  if (!citiz_genesis_decode (view, n, &chain->genesis, NULL)
      || (!chain->shared && chain->genesis.n_founders != 1))
    return citiz_chain_damaged (error, 0, "the founding document cannot be read");
  citiz_genesis_chain_id (&chain->chain_id, &chain->genesis);
  return TRUE;
}

/* Without the journal's key, or under another node's, the chain can be read and verified and goes no further. */
static gboolean
read_epoch (CitizChain *chain, const CitizSigningKey *node_key, GError **error)
{
  g_autoptr (CitizSecret) key = citiz_journal_sealing_key (&chain->chain_id, 0, node_key);
  g_autoptr (CitizSecret) seed = NULL;
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GBytes) plain = NULL;
  const guint8 *sealed;
  gboolean row;
  gsize n;

  if (!citiz_db_prepare (chain->db, "SELECT sealed FROM chain_epoch WHERE epoch = 0", &stmt, error)
      || !citiz_stmt_next (stmt, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  sealed = citiz_stmt_view (stmt, 0, &n);
  plain = citiz_unseal (CITIZ_DOMAIN_SEAL_STATE, key, chain->chain_id.b, sizeof chain->chain_id.b,
                        sealed, n, NULL);
  if (plain == NULL || g_bytes_get_size (plain) != 32)
    return TRUE;
  seed = citiz_secret_new_take_copy (g_bytes_get_data (plain, NULL), 32);
  chain->epoch_key = citiz_signing_key_new_from_seed (seed);
  if (!citiz_public_key_equal (citiz_signing_key_get_public (chain->epoch_key),
                               &chain->genesis.founders[0].validator.key))
    g_clear_pointer (&chain->epoch_key, citiz_signing_key_unref);
  return TRUE;
}

/* Rule R12: the newest own vote is the FINAL one for the newest block. If it is not, the file was put together from two, and whoever
 * signs on could contradict what it signed before: then nothing is signed. */
static gboolean
check_journal (CitizChain *chain, const CitizChainHead *head, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  const guint8 *view;
  gboolean good;
  gboolean row;
  CitizVote vote;
  gsize n;

  if (!citiz_db_prepare (chain->db,
                         "SELECT vote FROM chain_journal ORDER BY epoch DESC, slot DESC, kind DESC "
                         "LIMIT 1",
                         &stmt, error)
      || !citiz_stmt_next (stmt, &row, error))
    return FALSE;
  if (row)
    {
      view = citiz_stmt_view (stmt, 0, &n);
      good = citiz_vote_decode (view, n, &vote, NULL) && vote.kind == CITIZ_VOTE_FINAL
             && vote.slot == head->header.slot && citiz_hash_equal (&vote.hash, &head->hash)
             && citiz_vote_verify (&vote, &chain->chain_id, &chain->vs_hash,
                                   &chain->genesis.founders[0].validator.key);
    }
  else
    good = head->header.height == 0;
  if (!good)
    g_clear_pointer (&chain->epoch_key, citiz_signing_key_unref);
  return TRUE;
}

/* Where ledger time stood when the newest block was made, or later when it was written down, and what one's own clock said then: so that a clock that is behind goes on
 * counting while the program is closed. */
gboolean
citiz_chain_set_clock (CitizChain *chain, const CitizChainHead *head, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (chain->db, "SELECT entered FROM chain_block WHERE height = ?1", &stmt,
                         error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) head->header.height);
  if (!citiz_stmt_next (stmt, &row, error))
    return FALSE;
  if (row && citiz_stmt_int (stmt, 0) > 0)
    {
      chain->last_time = head->header.time;
      chain->last_own.ms = citiz_stmt_int (stmt, 0);
    }
  g_clear_pointer (&stmt, citiz_stmt_done);
  if (!citiz_db_prepare (chain->db, "SELECT time, own FROM chain_clock", &stmt, error)
      || !citiz_stmt_next (stmt, &row, error))
    return FALSE;
  if (row && citiz_stmt_int (stmt, 0) > chain->last_time.ms)
    {
      chain->last_time.ms = citiz_stmt_int (stmt, 0);
      chain->last_own.ms = citiz_stmt_int (stmt, 1);
    }
  return TRUE;
}

/**
 * citiz_chain_keep_time:
 *
 * Writes down how far ledger time has come without a block, so that a clock set back while the program is closed lengthens nothing. For
 * whoever keeps something that ends: every minute or so.
 */
gboolean
citiz_chain_keep_time (CitizChain *chain, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  citiz_chain_time (chain);
  if (!citiz_db_prepare (chain->db,
                         "INSERT OR REPLACE INTO chain_clock (one, time, own) VALUES (1, ?1, ?2)",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, chain->last_time.ms);
  citiz_stmt_bind_int (stmt, 2, chain->last_own.ms);
  return citiz_stmt_run (stmt, error);
}

/**
 * citiz_chain_open:
 * @node_key: this computer's identity as a node; the same for the whole life of the chain
 *
 * Founds a chain of one validator when there is none. With another node's key, or when the journal's key is gone, the chain opens
 * but citiz_chain_can_sign() is %FALSE.
 *
 * Returns: (transfer full) (nullable): the chain, for one thread at a time, the one that owns @db
 */
CitizChain *
citiz_chain_open (CitizDb *db, const CitizEnv *env, CitizSigningKey *node_key, GError **error)
{
  g_autoptr (CitizChain) chain = g_new0 (CitizChain, 1);
  CitizValidators validators;
  CitizChainHead head;
  gboolean exists;

  chain->db = citiz_db_ref (db);
  chain->env = env;
  if (!citiz_chain_read_genesis (chain, &exists, error))
    return NULL;
  if (exists ? !read_epoch (chain, node_key, error) : !found (chain, node_key, error))
    return NULL;
  citiz_genesis_validators (&validators, &chain->genesis);
  citiz_validators_hash (&chain->vs_hash, &validators);
  if (!citiz_chain_read_head (chain, &head, error) || !check_journal (chain, &head, error)
      || !citiz_chain_set_clock (chain, &head, error))
    return NULL;
  return g_steal_pointer (&chain);
}

void
citiz_chain_close (CitizChain *chain)
{
  g_clear_pointer (&chain->ledger, citiz_ledger_free);
  g_clear_pointer (&chain->refounds, g_ptr_array_unref);
  g_clear_pointer (&chain->run.owed, g_array_unref);
  g_clear_pointer (&chain->ahead, citiz_check_ahead_free);
  g_clear_pointer (&chain->aside, citiz_check_ahead_free);
  g_clear_pointer (&chain->pool, citiz_check_pool_free);
  citiz_chain_names_clear (&chain->names);
  citiz_chain_old_names_clear (chain);
  g_clear_pointer (&chain->epoch_key, citiz_signing_key_unref);
  g_free (chain->base);
  citiz_db_unref (chain->db);
  g_free (chain);
}

const CitizHash *
citiz_chain_id (CitizChain *chain)
{
  return &chain->chain_id;
}

/* The node key of the chain's one validator. */
const CitizPublicKey *
citiz_chain_node (CitizChain *chain)
{
  return &chain->genesis.founders[0].validator.node;
}

gboolean
citiz_chain_can_sign (CitizChain *chain)
{
  return chain->epoch_key != NULL;
}

guint64
citiz_chain_height (CitizChain *chain)
{
  CitizChainHead head;

  return citiz_chain_read_head (chain, &head, NULL) ? head.header.height : 0;
}

/* A quorum has just said what time it is, and one's own clock says the same: what that said before, an hour ahead perhaps, counts no more. */
static void
hear_time (CitizChain *chain, CitizTime own, CitizTime newest)
{
  if (!chain->shared || newest.ms <= chain->last_block.ms)
    return;
  if (chain->last_block.ms > 0 && ABS (own.ms - newest.ms) <= AGREES_MS)
    {
      chain->last_time = newest;
      chain->last_own = own;
    }
  chain->last_block = newest;
}

/* @newest: of the newest block, or of the genesis */
CitizTime
citiz_chain_time_after (CitizChain *chain, CitizTime newest)
{
  const CitizTime own = {citiz_env_now (chain->env).ms + chain->skew_ms};
  gint64 ms = own.ms;

  hear_time (chain, own, newest);
  if (own.ms < chain->last_time.ms)
    ms = chain->last_time.ms + MAX (0, own.ms - chain->last_own.ms);
  chain->last_own = own;
  chain->last_time.ms = MAX (ms, newest.ms);
  return chain->last_time;
}

/**
 * citiz_chain_hear_clocks:
 * @chain: a copy of a community's
 * @skew_ms: how far the clocks of most nodes are ahead of one's own, which is wrong then; 0: they agree with it
 *
 * From now on ledger time is one's own clock, put right. What a wrong clock said before counts no more.
 */
void
citiz_chain_hear_clocks (CitizChain *chain, gint64 skew_ms)
{
  if (!chain->shared)
    return;
  chain->skew_ms = skew_ms;
  if (chain->last_time.ms > citiz_env_now (chain->env).ms + skew_ms + AGREES_MS)
    chain->last_time = chain->last_own = (CitizTime){0};
}

/* How far one's own clock is put forward for ledger time; 0: it is right, as far as is known. */
gint64
citiz_chain_get_skew (CitizChain *chain)
{
  return chain->skew_ms;
}

/**
 * citiz_chain_time:
 *
 * Ledger time: never before the newest block, never before one's own clock, and never backwards. When the clock was set back it goes on
 * from where it was at the clock's own pace, so that an access of 24 hours still ends. On a shared chain a block that has just become
 * final shows whether it is right again.
 */
CitizTime
citiz_chain_time (CitizChain *chain)
{
  CitizTime newest = {0};
  CitizChainHead head;

  if (citiz_chain_read_head (chain, &head, NULL))
    newest = head.header.height > 0 ? head.header.time : chain->genesis.time;
  return citiz_chain_time_after (chain, newest);
}
