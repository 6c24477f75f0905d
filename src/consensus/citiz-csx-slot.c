/* The ring of slots: found, made, forgotten. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consensus/citiz-csx-private.h"

#include <string.h>

CitizCsxSlot *
citiz_csx_slot (const CitizCsx *csx, guint64 slot)
{
  CitizCsxSlot *found = csx->ring[slot % CITIZ_CSX_RING];

  return found != NULL && found->slot == slot ? found : NULL;
}

static gsize
slot_size (const CitizCsx *csx)
{
  return sizeof (CitizCsxSlot) + csx->n * sizeof (CitizCsxBallot);
}

/* Returns: (nullable): the record of @slot; %NULL outside of what is kept */
CitizCsxSlot *
citiz_csx_slot_make (CitizCsx *csx, guint64 slot)
{
  CitizCsxSlot *made = citiz_csx_slot (csx, slot);

  if (made != NULL)
    return made;
  if (slot <= csx->floor || slot > csx->final_slot + CITIZ_CSX_AHEAD
      || csx->mode == CITIZ_CSX_CLOSED)
    return NULL;
  made = csx->spare_slots->len > 0
             ? g_ptr_array_steal_index_fast (csx->spare_slots, csx->spare_slots->len - 1)
             : g_malloc (slot_size (csx));
  memset (made, 0, slot_size (csx));
  made->slot = slot;
  csx->ring[slot % CITIZ_CSX_RING] = made;
  csx->n_slots++;
  return made;
}

static void
forget (CitizCsx *csx, CitizCsxSlot *slot)
{
  for (guint i = 0; i < CITIZ_CSX_KINDS; i++)
    if (slot->certs[i] != NULL)
      g_ptr_array_add (csx->retired_certs, slot->certs[i]);
  csx->ring[slot->slot % CITIZ_CSX_RING] = NULL;
  csx->n_slots--;
  g_ptr_array_add (csx->spare_slots, slot);
}

/* After the committed or the final slot has moved. */
void
citiz_csx_slots_prune (CitizCsx *csx)
{
  const guint64 before = csx->floor;

  csx->floor = MAX (csx->floor, csx->committed.slot);
  if (csx->final_slot > CITIZ_CSX_BEHIND)
    csx->floor = MAX (csx->floor, csx->final_slot - CITIZ_CSX_BEHIND);
  for (guint64 i = before + 1; i <= csx->floor && i <= before + CITIZ_CSX_RING; i++)
    {
      CitizCsxSlot *slot = csx->ring[i % CITIZ_CSX_RING];

      if (slot != NULL && slot->slot <= csx->floor)
        forget (csx, slot);
    }
}

void
citiz_csx_slots_clear (CitizCsx *csx)
{
  for (guint i = 0; i < CITIZ_CSX_RING; i++)
    if (csx->ring[i] != NULL)
      forget (csx, csx->ring[i]);
}

/* A copy that lives until it is retired; only the signatures that are there are read. */
CitizCert *
citiz_csx_cert_copy (CitizCsx *csx, const CitizCert *cert)
{
  GPtrArray *spare = csx->spare_certs;
  CitizCert *copy = spare->len > 0 ? g_ptr_array_steal_index_fast (spare, spare->len - 1)
                                   : g_new (CitizCert, 1);

  memcpy (copy, cert,
          G_STRUCT_OFFSET (CitizCert, signatures) + cert->n_signatures * sizeof (CitizSignature));
  return copy;
}

guint16
citiz_csx_leader (const CitizCsx *csx, guint64 slot)
{
  return csx->leaders[slot % csx->n];
}

/* Returns: (nullable): the block of @slot that has a NOTAR or FINAL certificate */
const CitizHash *
citiz_csx_certified (const CitizCsx *csx, guint64 slot)
{
  const CitizCsxSlot *found = citiz_csx_slot (csx, slot);

  if (slot == csx->final_slot)
    return &csx->final_hash;
  if (found == NULL)
    return NULL;
  if (found->certs[CITIZ_CSX_N] != NULL)
    return &found->certs[CITIZ_CSX_N]->hash;
  return found->certs[CITIZ_CSX_F] != NULL ? &found->certs[CITIZ_CSX_F]->hash : NULL;
}

gboolean
citiz_csx_skipped (const CitizCsx *csx, guint64 slot)
{
  const CitizCsxSlot *found = citiz_csx_slot (csx, slot);

  return found != NULL && found->certs[CITIZ_CSX_S] != NULL;
}

CitizCsxBlock *
citiz_csx_block (CitizCsxSlot *slot, const CitizHash *hash)
{
  for (guint i = 0; i < slot->n_blocks; i++)
    if (citiz_hash_equal (&slot->blocks[i].point.hash, hash))
      return &slot->blocks[i];
  return NULL;
}

/* The vote of this kind that @voter has cast; it must have. */
CitizVote
citiz_csx_ballot_vote (const CitizCsx *csx,
                       const CitizCsxSlot *slot,
                       guint16 voter,
                       CitizVoteKind kind)
{
  const CitizCsxBallot *ballot = &slot->ballots[voter];

  return (CitizVote){.kind = kind,
                     .epoch = csx->config.epoch,
                     .slot = slot->slot,
                     .hash = ballot->hash[CITIZ_CSX_K (kind)],
                     .voter = voter,
                     .signature = ballot->signature[CITIZ_CSX_K (kind)]};
}

/* By this node, now or before a restart. */
void
citiz_csx_mark_said (CitizCsx *csx, CitizCsxSlot *slot, CitizVoteKind kind, const CitizHash *hash)
{
  slot->proposed |= kind == CITIZ_VOTE_CAND;
  slot->said.notar |= kind == CITIZ_VOTE_NOTAR;
  slot->said.skip |= kind == CITIZ_VOTE_SKIP;
  slot->said.final |= kind == CITIZ_VOTE_FINAL;
  if (kind == CITIZ_VOTE_CAND)
    slot->cand = *hash;
  if (kind == CITIZ_VOTE_NOTAR)
    slot->own = *hash;
  csx->top_own = MAX (csx->top_own, slot->slot);
}
