/* Where two histories part, and who signed both. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-watch-compare.h"

#include "ledger/citiz-blame.h"

#define OWN_BLOCKS 1024
#define OWN_BYTES  (8u * 1024 * 1024)

/* Of one's own block; the chain's name stands for height 0. */
gboolean
citiz_watch_own_hash (CitizChain *chain, guint64 height, CitizHash *out)
{
  g_autoptr (GPtrArray) list = NULL;

  *out = *citiz_chain_id (chain);
  if (height == 0)
    return TRUE;
  list = citiz_chain_blocks (chain, height, 1, NULL);
  if (list == NULL || list->len == 0 || ((CitizBlockInfo *) list->pdata[0])->height != height)
    return FALSE;
  *out = ((CitizBlockInfo *) list->pdata[0])->hash;
  return TRUE;
}

/**
 * citiz_watch_first_other:
 * @theirs: (element-type CitizBlock)
 *
 * Returns: the place of the first block that is not one's own of the same height, or their number: those above one's own head count as
 * the same
 */
guint
citiz_watch_first_other (CitizChain *chain, GPtrArray *theirs)
{
  guint i;

  for (i = 0; i < theirs->len; i++)
    {
      const CitizBlock *block = theirs->pdata[i];
      CitizHash hash, own;

      citiz_block_header_hash (&hash, &block->header);
      if (citiz_watch_own_hash (chain, block->header.height, &own)
          && !citiz_hash_equal (&hash, &own))
        break;
    }
  return i;
}

/* The validators of an epoch, and the hash that their votes name. */
gboolean
citiz_watch_epoch (CitizChain *chain, guint64 epoch, CitizValidators *out, CitizHash *out_hash)
{
  const CitizLedger *ledger = citiz_chain_ledger (chain, NULL);

  if (ledger == NULL)
    return FALSE;
  if (epoch == 0)
    citiz_genesis_validators (out, citiz_chain_genesis (chain));
  else if (!citiz_ledger_get_validators (ledger, epoch, out))
    return FALSE;
  citiz_validators_hash (out_hash, out);
  return TRUE;
}

/* From there to one's own head, with certificates. */
static GPtrArray *
own_blocks (CitizChain *chain, guint64 height)
{
  return citiz_chain_read_blocks (chain, height, OWN_BLOCKS, OWN_BYTES, NULL);
}

/**
 * citiz_watch_blame:
 * @theirs: (element-type CitizBlock): from the first block on that differs
 * @evidence: (inout) (element-type CitizEvidence): what proves itself is added
 *
 * Returns: how many validators have signed both histories; 0: theirs is not rightly signed, which says something of that node only
 */
guint
citiz_watch_blame (CitizChain *chain, GPtrArray *theirs, GArray *evidence)
{
  const CitizBlock *first = theirs->len > 0 ? theirs->pdata[0] : NULL;
  g_autofree CitizEvidence *found = g_new (CitizEvidence, CITIZ_MAX_VALIDATORS);
  g_autoptr (GPtrArray) own = NULL;
  CitizValidators validators;
  CitizHash vs_hash;
  guint n, guilty = 0;

  if (first == NULL)
    return 0;
  own = own_blocks (chain, first->header.height);
  if (own == NULL || !citiz_watch_epoch (chain, first->header.epoch, &validators, &vs_hash))
    return 0;
  n = citiz_blame (own, theirs, found);
  for (guint i = 0; i < n; i++)
    if (citiz_evidence_verify (&found[i], citiz_chain_id (chain), &vs_hash, &validators))
      {
        g_array_append_val (evidence, found[i]);
        guilty++;
      }
  return guilty;
}
