/* Statements of others: counted into certificates, compared for contradictions (R3, R7). SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consensus/citiz-csx-private.h"

#include <string.h>

/* Of slots that are final, or further ahead than the journal was remembered, nobody can tell: known. */
gboolean
citiz_csx_own_known (const CitizCsx *csx, CitizVoteKind kind, guint64 slot, const CitizHash *hash)
{
  const CitizCsxSlot *found = citiz_csx_slot (csx, slot);
  const CitizCsxBallot *ballot;

  if (slot <= csx->final_slot || slot <= csx->mute)
    return TRUE;
  if (found == NULL)
    return FALSE;
  if (kind == CITIZ_VOTE_CAND)
    return found->proposed && citiz_hash_equal (&found->cand, hash);
  ballot = &found->ballots[csx->config.self];
  return (ballot->said & 1 << CITIZ_CSX_K (kind)) != 0
         && citiz_hash_equal (&ballot->hash[CITIZ_CSX_K (kind)], hash);
}

static void
blame (CitizCsx *csx, const CitizVote *a, const CitizVote *b)
{
  if (citiz_evidence_of (a, b) != CITIZ_EVIDENCE_NONE)
    citiz_evidence_make (&citiz_csx_effect (csx, CITIZ_CSX_EFFECT_EVIDENCE)->evidence, a, b);
}

/* Two certificates that cannot both be: more validators lie than are tolerated. Who signed both is named. */
static void
tell_fork (CitizCsx *csx, const CitizCert *a, const CitizCert *b)
{
  if (csx->forked)
    return;
  csx->forked = TRUE;
  citiz_csx_alarm (csx, CITIZ_CSX_ALARM_FORK, a->slot);
  for (guint16 i = 0; i < csx->n; i++)
    {
      CitizVote one;
      CitizVote other;

      if (citiz_cert_vote (a, i, &one) && citiz_cert_vote (b, i, &other))
        blame (csx, &one, &other);
    }
}

static void
set_final (CitizCsx *csx, const CitizCert *cert)
{
  csx->final_slot = cert->slot;
  csx->final_hash = cert->hash;
  if (csx->final_cert != NULL)
    g_ptr_array_add (csx->retired_certs, csx->final_cert);
  csx->final_cert = citiz_csx_cert_copy (csx, cert);
  csx->skipped = 0;
  csx->last_final = csx->now.steady;
  csx->stalled_at = 0;
  csx->pass_slot = 0;
  citiz_csx_slots_prune (csx);
}

/* R7: takes @cert, which is valid; its own copy is kept, written down and passed on, the first time. */
static void
accept_cert (CitizCsx *csx, const CitizCert *cert)
{
  CitizCsxSlot *slot;
  CitizCert *copy;

  if (cert->kind == CITIZ_VOTE_FINAL && cert->slot > csx->final_slot)
    set_final (csx, cert);
  slot = citiz_csx_slot_make (csx, cert->slot);
  if (slot == NULL)
    return;
  for (guint i = 0; i < CITIZ_CSX_KINDS; i++)
    if (slot->certs[i] != NULL && citiz_certs_clash (slot->certs[i], cert))
      tell_fork (csx, slot->certs[i], cert);
  if (slot->certs[CITIZ_CSX_K (cert->kind)] != NULL)
    return;
  copy = citiz_csx_cert_copy (csx, cert);
  slot->certs[CITIZ_CSX_K (cert->kind)] = copy;
  if (cert->kind != CITIZ_VOTE_SKIP)
    csx->top = MAX (csx->top, cert->slot);
  citiz_csx_effect (csx, CITIZ_CSX_EFFECT_KEEP)->cert = copy;
  citiz_csx_spread_cert (csx, copy, FALSE);
  csx->moved = TRUE;
}

/* The certificate of everybody who has said the same as @vote, if they are enough. */
static void
count (CitizCsx *csx, const CitizCsxSlot *slot, const CitizVote *vote)
{
  const guint kind = CITIZ_CSX_K (vote->kind);
  CitizCert cert;

  if (slot->certs[kind] != NULL)
    return;
  memset (&cert, 0, G_STRUCT_OFFSET (CitizCert, signatures));
  cert.kind = vote->kind;
  cert.epoch = vote->epoch;
  cert.slot = vote->slot;
  cert.hash = vote->hash;
  for (guint i = 0; i < csx->n; i++)
    {
      const CitizCsxBallot *ballot = &slot->ballots[i];

      if ((ballot->said & 1 << kind) == 0 || !citiz_hash_equal (&ballot->hash[kind], &vote->hash))
        continue;
      cert.bitmap[i / 8] |= (guint8) (0x80 >> i % 8);
      cert.n_bitmap = (guint16) (i / 8 + 1);
      cert.signatures[cert.n_signatures++] = ballot->signature[kind];
    }
  if (cert.n_signatures >= csx->quorum)
    accept_cert (csx, &cert);
}

/* One evidence a voter and slot is enough. */
static void
compare (CitizCsx *csx, CitizCsxSlot *slot, const CitizVote *vote)
{
  CitizCsxBallot *ballot = &slot->ballots[vote->voter];

  for (CitizVoteKind kind = CITIZ_VOTE_NOTAR; kind <= CITIZ_VOTE_FINAL && !ballot->blamed; kind++)
    if ((ballot->said & 1 << CITIZ_CSX_K (kind)) != 0)
      {
        const CitizVote before = citiz_csx_ballot_vote (csx, slot, vote->voter, kind);

        if (citiz_evidence_of (&before, vote) == CITIZ_EVIDENCE_NONE)
          continue;
        ballot->blamed = TRUE;
        blame (csx, &before, vote);
      }
}

/* A verified vote; @journaled: one's own, or one that was relied on, of any slot. Slots that are final but not committed still take those whose certificate is
 * missing: the justification needs it. */
void
citiz_csx_take_vote (CitizCsx *csx, const CitizVote *vote, gboolean journaled)
{
  const guint kind = CITIZ_CSX_K (vote->kind);
  CitizCsxSlot *slot = citiz_csx_slot (csx, vote->slot);
  CitizCsxBallot *ballot;

  if ((!journaled && vote->slot > csx->frontier + CITIZ_CSX_WINDOW)
      || (vote->slot <= csx->final_slot && (slot == NULL || slot->certs[kind] != NULL)))
    return;
  slot = citiz_csx_slot_make (csx, vote->slot);
  if (slot == NULL)
    return;
  compare (csx, slot, vote);
  ballot = &slot->ballots[vote->voter];
  if ((ballot->said & 1 << kind) != 0)
    return;
  ballot->said |= (guint8) (1 << kind);
  ballot->hash[kind] = vote->hash;
  ballot->signature[kind] = vote->signature;
  csx->moved = TRUE;
  count (csx, slot, vote);
}

/* A verified certificate, of any slot (R7). One that holds a vote of this node which its journal does not know tells of a
 * second signer (R12). */
void
citiz_csx_take_cert (CitizCsx *csx, const CitizCert *cert)
{
  CitizVote mine;

  if (csx->mode == CITIZ_CSX_CLOSED || cert->epoch != csx->config.epoch
      || cert->slot <= csx->committed.slot || cert->n_signatures < csx->quorum
      || cert->kind == CITIZ_VOTE_CAND)
    return;
  if (csx->config.self != CITIZ_CSX_NOBODY && citiz_cert_vote (cert, csx->config.self, &mine)
      && !citiz_csx_own_known (csx, mine.kind, mine.slot, &mine.hash))
    citiz_csx_mute (csx, CITIZ_CSX_ALARM_DOUBLE, mine.slot);
  if (csx->final_cert != NULL && citiz_certs_clash (csx->final_cert, cert))
    tell_fork (csx, csx->final_cert, cert);
  accept_cert (csx, cert);
}

static gboolean
header_fits (const CitizCsx *csx, const CitizCsxMessage *message)
{
  const CitizBlockHeader *header = &message->header;

  return header->epoch == csx->config.epoch && header->parent_slot < header->slot
         && citiz_hash_equal (&header->chain_id, &csx->config.chain_id)
         && citiz_hash_equal (&header->vs_hash, &csx->vs_hash);
}

static CitizCsxBlock *
add_block (CitizCsx *csx, CitizCsxSlot *slot, const CitizCsxMessage *message)
{
  const CitizBlockHeader *header = &message->header;
  CitizCsxBlock *block = citiz_csx_block (slot, &message->hash);

  if (block != NULL)
    return block;
  if (slot->n_blocks < CITIZ_CSX_MAX_BLOCKS)
    block = &slot->blocks[slot->n_blocks++];
  for (guint i = 0; block == NULL && i < CITIZ_CSX_MAX_BLOCKS; i++)
    if (!slot->blocks[i].candidate)
      block = &slot->blocks[i];
  g_return_val_if_fail (block != NULL, NULL); /* two candidates at most */

  *block = (CitizCsxBlock){
      .point = {slot->slot, header->height, message->hash, header->time, header->flags},
      .parent = header->parent,
      .parent_slot = header->parent_slot,
      .n_tx = header->n_tx,
  };
  csx->top_block = MAX (csx->top_block, slot->slot);
  csx->moved = TRUE;
  return block;
}

/* Candidates of @slot; two different ones are evidence. Returns: whether one more may be taken */
static gboolean
room_for (CitizCsx *csx, CitizCsxSlot *slot, const CitizVote *vote)
{
  guint others = 0;

  for (guint i = 0; i < slot->n_blocks; i++)
    {
      const CitizCsxBlock *block = &slot->blocks[i];
      const CitizVote before = {CITIZ_VOTE_CAND,   csx->config.epoch, slot->slot,
                                block->point.hash, vote->voter,       block->signature};

      if (!block->candidate || citiz_hash_equal (&block->point.hash, &vote->hash))
        continue;
      if (others++ == 0 && !slot->ballots[vote->voter].blamed)
        {
          slot->ballots[vote->voter].blamed = TRUE;
          blame (csx, &before, vote);
        }
    }
  return others < 2;
}

/* By the slot's leader, of this epoch, near enough. */
gboolean
citiz_csx_candidate_fits (const CitizCsx *csx, const CitizCsxMessage *message)
{
  const CitizVote *vote = &message->vote;

  return vote->slot > csx->final_slot && vote->slot <= csx->frontier + CITIZ_CSX_WINDOW
         && vote->voter == citiz_csx_leader (csx, vote->slot) && message->header.slot == vote->slot
         && citiz_hash_equal (&message->hash, &vote->hash) && header_fits (csx, message)
         && citiz_public_key_equal (&message->header.proposer,
                                    &csx->config.validators.v[vote->voter].node);
}

/* R3. */
void
citiz_csx_take_candidate (CitizCsx *csx, const CitizCsxMessage *message)
{
  const CitizVote *vote = &message->vote;
  CitizCsxSlot *slot;
  CitizCsxBlock *block;

  if (!citiz_csx_candidate_fits (csx, message))
    return;
  slot = citiz_csx_slot_make (csx, vote->slot);
  if (slot == NULL || !room_for (csx, slot, vote))
    return;
  block = add_block (csx, slot, message);
  if (block == NULL || block->candidate)
    return;
  block->candidate = TRUE;
  block->signature = vote->signature;
  if (!block->stored)
    citiz_csx_effect_on (csx, CITIZ_CSX_EFFECT_STORE, slot->slot, &message->hash);
}

/* R8: a block that was asked for, or that was stored before a restart (@own). */
void
citiz_csx_take_block (CitizCsx *csx, const CitizCsxMessage *message, gboolean own)
{
  CitizCsxSlot *slot = own ? citiz_csx_slot_make (csx, message->header.slot)
                           : citiz_csx_slot (csx, message->header.slot);
  CitizCsxBlock *block;

  if (slot == NULL || !header_fits (csx, message)
      || (own && slot->n_blocks == CITIZ_CSX_MAX_BLOCKS))
    return;
  if (!own && (!slot->wanted || !citiz_hash_equal (&slot->want, &message->hash)))
    return;
  slot->wanted = FALSE;
  block = add_block (csx, slot, message);
  if (block == NULL)
    return;
  if (own)
    block->stored = TRUE;
  else if (!block->stored)
    citiz_csx_effect_on (csx, CITIZ_CSX_EFFECT_STORE, slot->slot, &message->hash);
}
