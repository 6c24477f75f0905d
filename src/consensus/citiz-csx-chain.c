/* The chain behind the votes: what is missing is fetched, what is final is committed (R8, R10, epochs). SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consensus/citiz-csx-private.h"

#define FETCH_FIRST    200 /* ms; doubled up to three times */
#define FETCH_MOST     3
#define FETCH_PEERS    2
#define RANGE_PATIENCE 1600 /* ms */
#define RANGE_GAP      4    /* slots behind before ranges are asked for */

static void
fetch (CitizCsx *csx, CitizCsxSlot *slot, const CitizHash *hash)
{
  if (!slot->wanted || !citiz_hash_equal (&slot->want, hash))
    {
      slot->wanted = TRUE;
      slot->want = *hash;
      slot->fetch_at = csx->now.steady;
      slot->fetch_tries = 0;
    }
  if (csx->now.steady >= slot->fetch_at)
    {
      for (guint i = 0; i < MIN (FETCH_PEERS, citiz_csx_n_peers (csx)); i++)
        citiz_csx_effect_on (csx, CITIZ_CSX_EFFECT_FETCH, slot->slot, hash)->to
            = citiz_csx_next_peer (csx);
      slot->fetch_at = csx->now.steady + (FETCH_FIRST << MIN (slot->fetch_tries, FETCH_MOST));
      slot->fetch_tries++;
    }
  citiz_csx_wake (csx, slot->fetch_at);
}

/* Whether @hash and its ancestors, down to the committed block, are here and stored. The first that is missing is fetched. */
gboolean
citiz_csx_resolve (CitizCsx *csx, guint64 slot, const CitizHash *hash)
{
  CitizHash want = *hash;

  while (slot > csx->committed.slot)
    {
      CitizCsxSlot *found = citiz_csx_slot_make (csx, slot);
      const CitizCsxBlock *block = found != NULL ? citiz_csx_block (found, &want) : NULL;

      if (block == NULL)
        {
          if (found != NULL)
            fetch (csx, found, &want);
          return FALSE;
        }
      if (!block->stored)
        return FALSE;
      want = block->parent;
      slot = block->parent_slot;
    }
  return slot == csx->committed.slot && citiz_hash_equal (&want, &csx->committed.hash);
}

/* Returns: %FALSE if the block is not here */
gboolean
citiz_csx_point (const CitizCsx *csx, guint64 slot, const CitizHash *hash, CitizCsxPoint *out)
{
  CitizCsxSlot *found = citiz_csx_slot (csx, slot);
  const CitizCsxBlock *block = found != NULL ? citiz_csx_block (found, hash) : NULL;

  if (slot == csx->committed.slot && citiz_hash_equal (hash, &csx->committed.hash))
    *out = csx->committed;
  else if (block != NULL)
    *out = block->point;
  else
    return FALSE;
  return TRUE;
}

/* Goes down from the final block, which is resolved. @out: what may be committed: it, or the closing block below it.
 * Returns: whether all certificates of the justification are here */
static gboolean
justified (const CitizCsx *csx, CitizCsxPoint *out)
{
  guint64 slot = csx->final_slot;
  CitizHash hash = csx->final_hash;

  for (gboolean first = TRUE; slot > csx->committed.slot; first = FALSE)
    {
      CitizCsxSlot *found = citiz_csx_slot (csx, slot);
      const CitizCsxBlock *block = citiz_csx_block (found, &hash);
      const CitizCert *notar = found->certs[CITIZ_CSX_N];

      if (notar == NULL || !citiz_hash_equal (&notar->hash, &hash))
        return FALSE;
      for (guint64 i = block->parent_slot + 1; i < slot; i++)
        if (!citiz_csx_skipped (csx, i))
          return FALSE;
      if (first || block->point.flags == CITIZ_BLOCK_CLOSING)
        *out = block->point;
      hash = block->parent;
      slot = block->parent_slot;
    }
  return TRUE;
}

static void
ask_commit (CitizCsx *csx, const CitizCsxPoint *target, const CitizCert *final)
{
  csx->committing = TRUE;
  csx->target = *target;
  citiz_csx_effect_on (csx, CITIZ_CSX_EFFECT_COMMIT, target->slot, &target->hash)->cert = final;
}

static void
ask_range (CitizCsx *csx)
{
  CitizCsxEffect *effect;

  if (citiz_csx_n_peers (csx) == 0)
    return;
  if (csx->now.steady >= csx->range_at)
    {
      effect = citiz_csx_effect (csx, CITIZ_CSX_EFFECT_RANGE);
      effect->to = citiz_csx_next_peer (csx);
      effect->slot = csx->committed.slot;
      effect->max = CITIZ_CSX_RANGE;
      csx->range_at = csx->now.steady + RANGE_PATIENCE;
    }
  citiz_csx_wake (csx, csx->range_at);
}

/* R10, and R8 for those who are far behind. */
void
citiz_csx_commit (CitizCsx *csx)
{
  CitizCsxPoint target;
  gboolean here;

  if (csx->final_slot <= csx->committed.slot || csx->committing || csx->diverged)
    return;
  here = citiz_csx_resolve (csx, csx->final_slot, &csx->final_hash);
  if (here && justified (csx, &target))
    ask_commit (csx, &target, csx->final_cert);
  else if (here || csx->final_slot - csx->committed.slot > RANGE_GAP)
    ask_range (csx);
}

/* The blocks follow from the committed one, and the last is final. */
static gboolean
range_holds (const CitizCsx *csx, const CitizCsxRange *range, CitizCsxPoint *out)
{
  CitizCsxPoint parent = csx->committed;

  if (range->n == 0 || range->final == NULL || range->final->kind != CITIZ_VOTE_FINAL
      || range->final->epoch != csx->config.epoch || range->final->n_signatures < csx->quorum
      || range->final->slot != range->headers[range->n - 1].slot
      || !citiz_hash_equal (&range->final->hash, &range->hashes[range->n - 1]))
    return FALSE;
  for (guint i = 0; i < range->n; i++)
    {
      const CitizBlockHeader *header = &range->headers[i];
      const CitizCsxPoint point
          = {header->slot, header->height, range->hashes[i], header->time, header->flags};

      if (header->epoch != csx->config.epoch || header->parent_slot != parent.slot
          || header->slot <= parent.slot || !citiz_hash_equal (&header->parent, &parent.hash)
          || !citiz_csx_follows (&parent, &point, header->n_tx))
        return FALSE;
      if (point.flags != CITIZ_BLOCK_CONTINUATION)
        *out = point;
      parent = point;
    }
  return TRUE;
}

void
citiz_csx_take_range (CitizCsx *csx, const CitizCsxEvent *event)
{
  CitizCsxPoint target;
  CitizCert *final;

  if (csx->committing || csx->diverged || csx->mode == CITIZ_CSX_CLOSED)
    return;
  if (!range_holds (csx, event->range, &target))
    {
      csx->range_at = csx->now.steady + (FETCH_FIRST << MIN (csx->range_tries, FETCH_MOST));
      csx->range_tries++;
      return;
    }
  csx->range_at = csx->range_tries = 0;
  citiz_csx_take_cert (csx, event->range->final);
  final = citiz_csx_cert_copy (csx, event->range->final);
  g_ptr_array_add (csx->retired_certs, final);
  ask_commit (csx, &target, final);
}

/* Returns: whether the committed block is the last of its epoch; nothing more is done then but to answer the late */
gboolean
citiz_csx_close (CitizCsx *csx)
{
  if (csx->committed.slot == 0 || csx->committed.flags != CITIZ_BLOCK_CLOSING)
    return FALSE;
  csx->mode = CITIZ_CSX_CLOSED;
  csx->frontier = csx->final_slot + 1;
  citiz_csx_slots_clear (csx);
  citiz_csx_effect_on (csx, CITIZ_CSX_EFFECT_CLOSED, csx->committed.slot, &csx->committed.hash);
  return TRUE;
}

void
citiz_csx_take_committed (CitizCsx *csx, const CitizCsxEvent *event)
{
  if (!csx->committing || event->slot != csx->target.slot
      || !citiz_hash_equal (&event->hash, &csx->target.hash))
    return;
  csx->committing = FALSE;
  if (!event->done)
    {
      csx->diverged = TRUE;
      citiz_csx_mute (csx, CITIZ_CSX_ALARM_DIVERGED, event->slot);
      return;
    }
  csx->committed = csx->target;
  citiz_csx_slots_prune (csx);
  (void) citiz_csx_close (csx);
}
