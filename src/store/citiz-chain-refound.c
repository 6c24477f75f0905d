/* The chain on disk: epochs that people began, because a quorum of the one before was lost for good. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-chain-private.h"

/* Each is as large as the longest may be; most chains have none. */
gboolean
citiz_chain_read_refounds (CitizChain *chain, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;

  chain->refounds = g_ptr_array_new_with_free_func (g_free);
  if (!citiz_db_prepare (chain->db, "SELECT bytes FROM chain_refound ORDER BY epoch", &stmt, error))
    return FALSE;
  for (;;)
    {
      g_autofree CitizRefound *refound = g_new0 (CitizRefound, 1);
      const guint8 *view;
      gboolean row;
      gsize n;

      if (!citiz_stmt_next (stmt, &row, error))
        return FALSE;
      if (!row)
        return TRUE;
      view = citiz_stmt_view (stmt, 0, &n);
      if (!citiz_refound_decode (view, n, refound, NULL))
        return citiz_chain_damaged (error, 0, "a new founding cannot be read");
      g_ptr_array_add (chain->refounds, g_steal_pointer (&refound));
    }
}

/**
 * citiz_chain_refound_of:
 *
 * Returns: (transfer none) (nullable): the document by which people ended @epoch
 */
const CitizRefound *
citiz_chain_refound_of (CitizChain *chain, guint64 epoch)
{
  for (guint i = 0; chain->refounds != NULL && i < chain->refounds->len; i++)
    {
      const CitizRefound *refound = chain->refounds->pdata[i];

      if (refound->ends == epoch)
        return refound;
    }
  return NULL;
}

static void
light_of (CitizLight *out, const CitizLedger *ledger)
{
  *out = (CitizLight){.chain_id = *citiz_ledger_chain_id (ledger),
                      .epoch = citiz_ledger_epoch (ledger),
                      .vs_hash = *citiz_ledger_vs_hash (ledger),
                      .head = *citiz_ledger_head (ledger),
                      .head_hash = *citiz_ledger_head_hash (ledger)};
  if (!citiz_ledger_get_validators (ledger, out->epoch, &out->validators))
    out->validators.n = 0;
}

/**
 * citiz_chain_check_refound:
 * @out_old: how many validators of the epoch that it ends have signed
 *
 * Whether @refound goes on from where this chain is, or from a later block of the same epoch. Whether to accept it, people decide.
 */
gboolean
citiz_chain_check_refound (CitizChain *chain,
                           const CitizRefound *refound,
                           guint *out_old,
                           GError **error)
{
  g_autofree CitizLight *light = g_new0 (CitizLight, 1);
  const CitizLedger *ledger = citiz_chain_ledger (chain, error);

  if (ledger == NULL)
    return FALSE;
  light_of (light, ledger);
  return citiz_light_check_refound (light, refound, out_old, error);
}

/* The accepted document that goes on from @ledger's newest block, if @epoch is what it ends. */
static const CitizRefound *
refound_here (CitizChain *chain, const CitizLedger *ledger, guint64 epoch)
{
  const CitizRefound *refound = citiz_chain_refound_of (chain, epoch);
  CitizHash last;

  if (refound == NULL)
    return NULL;
  citiz_block_header_hash (&last, &refound->last);
  return citiz_hash_equal (&last, citiz_ledger_head_hash (ledger)) ? refound : NULL;
}

/**
 * citiz_chain_cross_refound:
 *
 * At the block that an accepted document goes on from, @ledger enters the epoch that people began; another, if that one was given up before
 * anything in it was final; over the one that a closing block began, if that was.
 */
gboolean
citiz_chain_cross_refound (CitizChain *chain, CitizLedger *ledger, GError **error)
{
  const CitizBlockHeader *head = citiz_ledger_head (ledger);
  const CitizRefound *refound;

  if (head->flags == CITIZ_BLOCK_CLOSING && head->epoch == citiz_ledger_epoch (ledger)
      && refound_here (chain, ledger, head->epoch + 1) != NULL
      && !citiz_chain_enter_named (chain, ledger, error))
    return FALSE;
  while ((refound = refound_here (chain, ledger, citiz_ledger_epoch (ledger))) != NULL)
    {
      g_autofree CitizLight *light = g_new0 (CitizLight, 1);
      guint old;

      light_of (light, ledger);
      if (!citiz_light_check_refound (light, refound, &old, error))
        return FALSE;
      citiz_refound_validators (&light->validators, refound);
      if (!citiz_ledger_begin_epoch (ledger, &light->validators, TRUE, error))
        return FALSE;
    }
  return TRUE;
}

/* The validators of the newest block's epoch, when people began it and the chain does not say so yet. */
gboolean
citiz_chain_resume_refound (CitizChain *chain, CitizLedger *ledger, GError **error)
{
  const guint64 epoch = citiz_ledger_head (ledger)->epoch;
  const CitizRefound *refound
      = citiz_ledger_epoch (ledger) < epoch ? citiz_chain_refound_of (chain, epoch - 1) : NULL;
  g_autofree CitizValidators *next = NULL;

  if (refound == NULL)
    return TRUE;
  next = g_new0 (CitizValidators, 1);
  citiz_refound_validators (next, refound);
  return citiz_ledger_resume (ledger, next, error);
}

static gboolean
write_refound (CitizChain *chain, const CitizRefound *refound, GError **error)
{
  g_autoptr (GBytes) bytes = citiz_refound_encode (refound);
  g_autoptr (CitizStmt) stmt = NULL;

  if (!citiz_db_prepare (chain->db,
                         "INSERT INTO chain_refound (epoch, bytes) VALUES (?1, ?2) "
                         "ON CONFLICT (epoch) DO UPDATE SET bytes = excluded.bytes",
                         &stmt, error))
    return FALSE;
  citiz_stmt_bind_int (stmt, 1, (gint64) refound->ends);
  citiz_stmt_bind_gbytes (stmt, 2, bytes);
  return citiz_stmt_run (stmt, error);
}

/**
 * citiz_chain_accept_refound:
 *
 * Only after a person has accepted the document. From the block that it names on, this chain is in the epoch it begins.
 */
gboolean
citiz_chain_accept_refound (CitizChain *chain, const CitizRefound *refound, GError **error)
{
  guint old;

  if (citiz_chain_refound_of (chain, refound->ends) != NULL)
    {
      g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_EXISTS,
                   "another was accepted in its place");
      return FALSE;
    }
  if (!citiz_chain_check_refound (chain, refound, &old, error)
      || !write_refound (chain, refound, error))
    return FALSE;
  g_ptr_array_add (chain->refounds, g_memdup2 (refound, sizeof *refound));
  return citiz_chain_begin_epoch (chain, chain->ledger, error);
}

/**
 * citiz_chain_keep_refound:
 *
 * As accepted by a person, of an epoch to which this chain, without a block yet, has not come; a light client has verified it.
 */
gboolean
citiz_chain_keep_refound (CitizChain *chain, const CitizRefound *refound, GError **error)
{
  if (citiz_chain_refound_of (chain, refound->ends) != NULL || citiz_chain_height (chain) > 0)
    {
      g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_EXISTS,
                   "the chain has come further, or another was accepted");
      return FALSE;
    }
  if (!write_refound (chain, refound, error))
    return FALSE;
  g_ptr_array_add (chain->refounds, g_memdup2 (refound, sizeof *refound));
  return TRUE;
}

/**
 * citiz_chain_join_signers:
 * @other: the same document as the one accepted here, signed by others too
 *
 * Keeps the signatures that are new and good, of those who go on: anybody could make others, as many as there is room for.
 */
gboolean
citiz_chain_join_signers (CitizChain *chain, const CitizRefound *other, GError **error)
{
  CitizRefound *own = (CitizRefound *) citiz_chain_refound_of (chain, other->ends);
  gboolean news = FALSE;
  CitizHash ours, theirs;

  if (own == NULL)
    return TRUE;
  citiz_refound_hash (&ours, own);
  citiz_refound_hash (&theirs, other);
  if (!citiz_hash_equal (&ours, &theirs))
    return TRUE;
  for (guint i = 0; i < other->n_signers; i++)
    {
      const CitizSigner *signer = &other->signers[i];

      if (!citiz_refound_names (own, &signer->node) || citiz_refound_has_signed (own, &signer->node)
          || !citiz_refound_verify (own, signer))
        continue;
      citiz_refound_add_signer (own, signer);
      news = TRUE;
    }
  return !news || write_refound (chain, own, error);
}
