/* The inside of the step machine. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consensus/citiz-csx-rules.h"
#include "consensus/citiz-csx.h"

G_BEGIN_DECLS

#define CITIZ_CSX_RING                                                                             \
  2048 /* above CITIZ_CSX_BEHIND + CITIZ_CSX_AHEAD: no two live slots share a place */
#define CITIZ_CSX_KINDS   3 /* NOTAR, SKIP, FINAL */
#define CITIZ_CSX_K(kind) ((kind) -CITIZ_VOTE_NOTAR)
#define CITIZ_CSX_N       CITIZ_CSX_K (CITIZ_VOTE_NOTAR)
#define CITIZ_CSX_S       CITIZ_CSX_K (CITIZ_VOTE_SKIP)
#define CITIZ_CSX_F       CITIZ_CSX_K (CITIZ_VOTE_FINAL)

#define CITIZ_CSX_SMALL   10 /* up to here a certificate goes to all, above to FANOUT others */
#define CITIZ_CSX_FANOUT  5
#define CITIZ_CSX_STRETCH 128 /* slots since the last final one that double timeouts */

/* What one validator has said about one slot: the first of each kind. */
typedef struct
{
  guint8 said; /* bit CITIZ_CSX_K (kind) */
  guint8 blamed;
  CitizHash hash[CITIZ_CSX_KINDS];
  CitizSignature signature[CITIZ_CSX_KINDS];
} CitizCsxBallot;

typedef enum
{
  CITIZ_CSX_UNASKED,
  CITIZ_CSX_ASKED,
  CITIZ_CSX_VALID, /* from here on as CitizCsxVerdict */
  CITIZ_CSX_FALSE,
  CITIZ_CSX_LATER
} CitizCsxTrial;

typedef struct
{
  CitizCsxPoint point;
  CitizHash parent;
  guint64 parent_slot;
  guint32 n_tx;
  gboolean candidate; /* signed by its slot's leader, as @signature says */
  CitizSignature signature;
  gboolean stored;
  CitizCsxTrial trial;
  gint64 again; /* LATER: not before */
} CitizCsxBlock;

typedef struct
{
  guint64 slot;
  guint n_blocks;
  CitizCsxBlock blocks[CITIZ_CSX_MAX_BLOCKS];
  CitizCert *certs[CITIZ_CSX_KINDS];
  gboolean journaled[CITIZ_CSX_KINDS]; /* the certificate is */
  CitizCsxSaid said;                   /* by this node */
  CitizHash own;                       /* the block of its NOTAR */
  gboolean proposed;                   /* a CAND is in the journal */
  CitizHash cand;
  gboolean wanted; /* @want is asked for */
  CitizHash want;
  gint64 fetch_at;
  guint fetch_tries;
  CitizCsxBallot ballots[]; /* n */
} CitizCsxSlot;

/* Invariants (citiz_csx_check):
 *  1. committed.slot ≤ final.slot < frontier
 *  2. each slot between final and frontier has a certificate, the frontier has none
 *  3. never SKIP and FINAL of one slot by this node, FINAL only of its own NOTAR, and its own ballot says the same
 *  4. slots lie above the floor and at most AHEAD above the final one; there are as many as the ring holds
 *  5. a certificate is of its slot and kind, with a quorum; unless a fork was told, no two of a slot contradict one another */
struct _CitizCsx
{
  CitizCsxConfig config;
  CitizHash vs_hash;
  guint n;
  guint quorum;
  guint16 leaders[CITIZ_MAX_VALIDATORS];

  CitizCsxMode mode;
  gboolean forked;
  gboolean diverged;
  guint64 mute; /* nothing is signed of slots up to here */

  CitizCsxSlot *ring[CITIZ_CSX_RING];
  guint n_slots;
  GPtrArray *spare_slots;
  GPtrArray *spare_certs;
  GPtrArray *retired_certs; /* effects of this step may still point at them */

  CitizCsxPoint committed;
  guint64 final_slot;
  CitizHash final_hash;
  CitizCert *final_cert;
  guint64 floor;     /* slots up to here are forgotten */
  guint64 top;       /* highest slot with a NOTAR or FINAL certificate */
  guint64 top_own;   /* highest slot this node has voted in */
  guint64 top_block; /* highest slot with a block */
  gboolean committing;
  CitizCsxPoint target;

  guint64 frontier;
  gint64 entered_at;
  gint64 timer_at; /* 0: not armed */
  guint skipped;
  guint misses[CITIZ_MAX_VALIDATORS];
  guint64 building;

  gboolean mempool;
  gboolean needed; /* need() when last asked */
  gint64 need_since;
  gint64 last_final;
  gint64 stalled_at; /* next alarm */

  guint turn; /* of peers */
  gint64 range_at;
  guint range_tries;

  gint64 pass_at;    /* next standstill pass */
  guint64 pass_slot; /* 0: none goes on */
  gint64 allowance;  /* bytes × 1000 */
  gint64 allowance_at;
  gint64 told_at[CITIZ_MAX_VALIDATORS]; /* the newest Final certificate, because of an old vote */

  gint64 guard_until;
  gint64 guard_ask;
  gboolean answered[CITIZ_MAX_VALIDATORS];
  gboolean clock_known[CITIZ_MAX_VALIDATORS];
  gint64 clock_off[CITIZ_MAX_VALIDATORS];
  gboolean clock_told;
  CitizVote echo[CITIZ_CSX_MAX_ECHO];

  /* during a step */
  CitizCsxNow now;
  CitizCsxEffects *effects;
  gboolean moved;
  gint64 wake;
  gint64 timer_told;
};

/* citiz-csx-effects.c */
CitizCsxEffect *citiz_csx_effect (CitizCsx *csx, CitizCsxEffectKind kind);
CitizCsxEffect *citiz_csx_effect_on (CitizCsx *csx,
                                     CitizCsxEffectKind kind,
                                     guint64 slot,
                                     const CitizHash *hash);
void citiz_csx_alarm (CitizCsx *csx, CitizCsxAlarm alarm, guint64 slot);
void citiz_csx_broadcast_vote (CitizCsx *csx, const CitizVote *vote, gboolean resend);
void citiz_csx_repeat (CitizCsx *csx, const CitizCsxSlot *slot, CitizVoteKind kind);
void citiz_csx_send_cert (CitizCsx *csx, guint16 to, const CitizCert *cert, gboolean resend);
void citiz_csx_spread_cert (CitizCsx *csx, const CitizCert *cert, gboolean resend);
guint16 citiz_csx_next_peer (CitizCsx *csx);
guint citiz_csx_n_peers (const CitizCsx *csx);
void citiz_csx_wake (CitizCsx *csx, gint64 at);

/* citiz-csx-slot.c */
CitizCsxSlot *citiz_csx_slot (const CitizCsx *csx, guint64 slot);
CitizCsxSlot *citiz_csx_slot_make (CitizCsx *csx, guint64 slot);
void citiz_csx_slots_prune (CitizCsx *csx);
void citiz_csx_slots_clear (CitizCsx *csx);
CitizCert *citiz_csx_cert_copy (CitizCsx *csx, const CitizCert *cert);
guint16 citiz_csx_leader (const CitizCsx *csx, guint64 slot);
const CitizHash *citiz_csx_certified (const CitizCsx *csx, guint64 slot);
gboolean citiz_csx_skipped (const CitizCsx *csx, guint64 slot);
CitizCsxBlock *citiz_csx_block (CitizCsxSlot *slot, const CitizHash *hash);
CitizVote citiz_csx_ballot_vote (const CitizCsx *csx,
                                 const CitizCsxSlot *slot,
                                 guint16 voter,
                                 CitizVoteKind kind);

void citiz_csx_mark_said (CitizCsx *csx,
                          CitizCsxSlot *slot,
                          CitizVoteKind kind,
                          const CitizHash *hash);

/* citiz-csx-tally.c: R3, R7, evidence */
gboolean citiz_csx_own_known (const CitizCsx *csx,
                              CitizVoteKind kind,
                              guint64 slot,
                              const CitizHash *hash);
void citiz_csx_take_vote (CitizCsx *csx, const CitizVote *vote, gboolean journaled);
void citiz_csx_take_cert (CitizCsx *csx, const CitizCert *cert);
gboolean citiz_csx_candidate_fits (const CitizCsx *csx, const CitizCsxMessage *message);
void citiz_csx_take_candidate (CitizCsx *csx, const CitizCsxMessage *message);
void citiz_csx_take_block (CitizCsx *csx, const CitizCsxMessage *message, gboolean own);

/* citiz-csx-vote.c: R1, R2, R4, R5, R6 */
gboolean citiz_csx_need (const CitizCsx *csx);
gboolean citiz_csx_follows (const CitizCsxPoint *parent, const CitizCsxPoint *block, guint32 n_tx);
void citiz_csx_progress (CitizCsx *csx);
void citiz_csx_take_built (CitizCsx *csx, const CitizCsxEvent *event);

/* citiz-csx-chain.c: R8, R10, epochs */
gboolean citiz_csx_resolve (CitizCsx *csx, guint64 slot, const CitizHash *hash);
gboolean citiz_csx_point (const CitizCsx *csx,
                          guint64 slot,
                          const CitizHash *hash,
                          CitizCsxPoint *out);
void citiz_csx_commit (CitizCsx *csx);
gboolean citiz_csx_close (CitizCsx *csx);
void citiz_csx_take_range (CitizCsx *csx, const CitizCsxEvent *event);
void citiz_csx_take_committed (CitizCsx *csx, const CitizCsxEvent *event);

/* citiz-csx-peer.c: R11, R12, status */
void citiz_csx_start (CitizCsx *csx, const CitizCsxStart *start);
void citiz_csx_mute (CitizCsx *csx, CitizCsxAlarm alarm, guint64 slot);
void citiz_csx_take_status (CitizCsx *csx, guint16 from, const CitizCsxMessage *message);
void citiz_csx_ask (CitizCsx *csx, guint16 to);
void citiz_csx_tell_late (CitizCsx *csx, guint16 from);
void citiz_csx_guard (CitizCsx *csx);
void citiz_csx_standstill (CitizCsx *csx);

G_END_DECLS
