/* CSX, the ordering protocol, as a step machine without I/O. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "wire/citiz-evidence.h"

G_BEGIN_DECLS

/* One CitizCsx orders the slots of one epoch for one node: (state, event, now) → effects. It reads no clock, file or socket and
 * draws no randomness: the same events give the same effects. Rules R0 … R12: DESIGN.md.
 *
 * What the driver owes it:
 *  1. Statements are verified before they come in: a vote or candidate by citiz_vote_verify(), a certificate by
 *     citiz_cert_check(), a block by its hash. Signatures are carried, never looked at.
 *  2. Batches of effects are carried out in the order of the steps, each in this order: write all of @journal, sync it, only then the
 *     rest. If writing or syncing fails the process ends; nothing is tried again (R0). Several batches may share a sync as long as
 *     none of their effects goes before it.
 *  3. Pointers in effects live until the next step or citiz_csx_free(): encode at once what has to wait.
 *  4. Events that answer effects (BUILT, STORED, VERDICT, RANGE, COMMITTED) come from a later call, never from inside a step. */
typedef struct _CitizCsx CitizCsx;

#define CITIZ_CSX_NOBODY                                                                           \
  G_MAXUINT16 /* a place that is no validator's: an observer's own, an unknown sender */
#define CITIZ_CSX_WINDOW     64 /* W: votes and candidates are taken this far ahead of the frontier */
#define CITIZ_CSX_AHEAD      1024 /* slots kept above the highest final one */
#define CITIZ_CSX_BEHIND     256  /* slots kept below it until they are committed */
#define CITIZ_CSX_RANGE      256  /* blocks asked for at once */
#define CITIZ_CSX_MAX_ECHO   64   /* votes a status message gives back to who cast them */
#define CITIZ_CSX_MAX_BLOCKS 3    /* known of one slot */

/* Milliseconds. */
typedef struct
{
  gint64 timeout;     /* T0, grown by 13/10 for each slot skipped in a row */
  gint64 timeout_cap; /* T_cap; doubled for each 128 slots since the last final one */
  gint64 standstill;  /* Ts */
  gint64 interval;    /* B: between entering a slot and proposing in it */
  gint64 heartbeat;   /* Hb: an empty block when nothing else happens; 0: max (30 s, 3 s × n) */
  guint egress;       /* bytes a second that repeating oneself may cost */
} CitizCsxTiming;

void citiz_csx_timing_default (
    CitizCsxTiming *out); /* T0 2 s, T_cap 30 s, Ts 3 s, B 200 ms, 64 KiB/s */

/* A block's place in the chain. */
typedef struct
{
  guint64 slot;   /* 0: what the epoch starts from */
  guint64 height; /* counted over all epochs */
  CitizHash hash; /* of slot 0: the chain id, or the closing block of the epoch before */
  CitizTime time;
  guint8 flags;
} CitizCsxPoint;

/* Signs @vote, which is complete but for its signature, with the epoch's key. */
typedef void (*CitizCsxSign) (gpointer data, CitizVote *vote);

typedef struct
{
  CitizHash chain_id;
  guint64 epoch;
  CitizValidators validators; /* n = 1 … 128; quorum citiz_quorum (n) */
  guint16
      self; /* place in @validators; %CITIZ_CSX_NOBODY: an observer, that follows and never signs */
  CitizCsxTiming timing;
  CitizCsxSign sign;
  gpointer sign_data;
} CitizCsxConfig;

/* Two clocks: @steady never jumps and is what timers count in; @wall is what blocks are dated by. */
typedef struct
{
  gint64 steady; /* ms, from any origin */
  CitizTime wall;
} CitizCsxNow;

/* Messages between validators ************************************************/

typedef enum
{
  CITIZ_CSX_MESSAGE_CAND, /* @vote (kind CAND), @header, @hash; its transactions travel beside it */
  CITIZ_CSX_MESSAGE_VOTE, /* @vote */
  CITIZ_CSX_MESSAGE_CERT, /* @cert */
  CITIZ_CSX_MESSAGE_BLOCK, /* @header, @hash: the answer to a FETCH; unsigned, named by its hash */
  CITIZ_CSX_MESSAGE_STATUS /* @status, @cert (nullable): the sender's newest Final certificate */
} CitizCsxMessageKind;

typedef struct
{
  guint64 epoch;
  guint64 frontier;
  guint64 committed; /* slot */
  CitizTime time;    /* the sender's clock */
  gboolean ask;      /* answer me */
  gboolean
      answer; /* @votes is all I hold of yours above my newest final slot, newest first, at most
                        %CITIZ_CSX_MAX_ECHO; each is verified like any vote */
  guint n_votes;
  const CitizVote *votes;
} CitizCsxStatus;

typedef struct
{
  CitizCsxMessageKind kind;
  CitizVote vote;
  CitizHash hash;
  CitizBlockHeader header;
  const CitizCert *cert; /* only the signatures that are counted in it are read */
  CitizCsxStatus status;
} CitizCsxMessage;

/* Events *********************************************************************/

typedef enum
{
  CITIZ_CSX_EVENT_START, /* @start; once, the first. Then certificates and blocks that were kept, as messages from oneself */
  CITIZ_CSX_EVENT_MESSAGE, /* @from, @message */
  CITIZ_CSX_EVENT_PEER,    /* @from: a connection to this validator was made (again) */
  CITIZ_CSX_EVENT_BUILT, /* @slot, @header, @hash: the block asked for by BUILD, executed and durably stored */
  CITIZ_CSX_EVENT_STORED,  /* @slot, @hash: a block asked for by STORE is durable */
  CITIZ_CSX_EVENT_VERDICT, /* @slot, @hash, @verdict: the answer to VALIDATE */
  CITIZ_CSX_EVENT_TIMER, /* the time asked for by TIMER has come; too early or too often does no harm */
  CITIZ_CSX_EVENT_NEED, /* @need: a valid transaction waits that is in no notarized block of the chain, or none does */
  CITIZ_CSX_EVENT_RANGE, /* @from, @range: the answer to RANGE, or n = 0 when the peer gave none or a false one */
  CITIZ_CSX_EVENT_COMMITTED, /* @slot, @hash, @done: what COMMIT asked for is durable, or the blocks were found false */
} CitizCsxEventKind;

typedef enum
{
  CITIZ_CSX_VERDICT_VALID,
  CITIZ_CSX_VERDICT_INVALID, /* whatever the clock says */
  CITIZ_CSX_VERDICT_NOT_YET  /* cannot be told now: asked again after a while */
} CitizCsxVerdict;

typedef struct
{
  CitizCsxPoint committed; /* the newest committed block of this epoch, or what it starts from */
  const CitizCert *final;  /* (nullable): the newest Final certificate that was kept */
  guint n_records;
  const CitizVote *records; /* the journal of this epoch, oldest first, all of it */
  guint64 unknown;  /* up to this slot votes may have been left out: nothing is signed there */
  gboolean trusted; /* it signed in the epoch before, nothing here: nobody is asked for its votes */
} CitizCsxStart;

/* Blocks in order of slots, the first a child of the newest committed one, the last with a Final certificate. The driver has
 * stored them, checked hashes and signatures and the justification of each. With a closing block come the headers of its
 * continuation, up to the certified one. */
typedef struct
{
  guint n;
  const CitizBlockHeader *headers;
  const CitizHash *hashes;
  const CitizCert *final;
} CitizCsxRange;

typedef struct
{
  CitizCsxEventKind kind;
  guint16 from;
  guint64 slot;
  CitizHash hash;
  gboolean need, clock_wrong; /* the alarm stands */
  gboolean done;
  CitizCsxVerdict verdict;
  const CitizCsxStart *start;
  const CitizCsxMessage *message;
  const CitizBlockHeader *header;
  const CitizCsxRange *range;
} CitizCsxEvent;

/* Effects ********************************************************************/

typedef enum
{
  CITIZ_CSX_EFFECT_SEND,      /* @to, @message */
  CITIZ_CSX_EFFECT_BROADCAST, /* @message, to every other validator; @resend: one that was sent before */
  CITIZ_CSX_EFFECT_TIMER, /* @at: wake me then; takes the place of the TIMER before */
  CITIZ_CSX_EFFECT_BUILD, /* @slot, @parent, @min_time, @closed: make the block of @slot on @parent, dated max (@min_time, clock),
                                 empty and flagged %CITIZ_BLOCK_CONTINUATION if @closed; execute and store it; answer BUILT */
  CITIZ_CSX_EFFECT_STORE, /* @slot, @hash: make this block, that just came in, durable; answer STORED. A block that no
                                 STORE names in the step that brought it may be dropped */
  CITIZ_CSX_EFFECT_VALIDATE, /* @slot, @hash, @parent: execute it (R9, all but the clock); its ancestors down to the committed block are
                                 stored; answer VERDICT */
  CITIZ_CSX_EFFECT_FETCH, /* @to, @slot, @hash: ask this peer for the block; answer as MESSAGE_BLOCK */
  CITIZ_CSX_EFFECT_RANGE, /* @to, @slot, @max: ask for committed blocks after @slot; answer RANGE */
  CITIZ_CSX_EFFECT_KEEP,  /* @cert: write it down; a sync is not needed */
  CITIZ_CSX_EFFECT_COMMIT, /* @slot, @hash, @cert: this block and its ancestors are final. Stored are the blocks; kept are a NOTAR
                                 certificate of each and a SKIP certificate of each slot between. @cert is of @hash, or of a
                                 continuation of it when it is a closing block. Answer COMMITTED */
  CITIZ_CSX_EFFECT_CLOSED, /* @slot, @hash: the epoch ends with this committed closing block, as the certificate of its
                                 COMMIT shows; the next starts from it */
  CITIZ_CSX_EFFECT_EVIDENCE, /* @evidence: two statements of one validator that contradict one another */
  CITIZ_CSX_EFFECT_GOSSIP, /* send the transactions that still wait to the others again (R11) */
  CITIZ_CSX_EFFECT_ALARM   /* @alarm, @slot */
} CitizCsxEffectKind;

typedef enum
{
  CITIZ_CSX_ALARM_DOUBLE,  /* somebody signs with this node's key: it signs no more in this epoch */
  CITIZ_CSX_ALARM_CLOCK,   /* this clock and those of most others are more than a second apart */
  CITIZ_CSX_ALARM_STALLED, /* something waits and nothing became final for 10 Ts */
  CITIZ_CSX_ALARM_FORK, /* two certificates that cannot both be; EVIDENCE names who signed both */
  CITIZ_CSX_ALARM_DIVERGED, /* a quorum has taken a block that this node finds false: it signs no more */
  CITIZ_CSX_ALARM_FULL /* no slot can be skipped to any more: %CITIZ_CSX_AHEAD without a final one */
} CitizCsxAlarm;

typedef struct
{
  CitizCsxEffectKind kind;
  guint16 to;
  gboolean resend;
  gboolean closed;
  guint64 slot;
  CitizHash hash;
  CitizCsxPoint parent;
  CitizTime min_time;
  gint64 at; /* steady */
  guint max;
  CitizCsxAlarm alarm;
  CitizCsxMessage message;
  const CitizCert *cert;
  CitizEvidence evidence;
} CitizCsxEffect;

/* What one step asks for. First @journal, to the last record and synced; then @rest, in order. */
typedef struct
{
  GArray *journal; /* CitizVote: statements of one's own, and votes of others that they rely on */
  GArray *rest;    /* CitizCsxEffect */
} CitizCsxEffects;

CitizCsxEffects *citiz_csx_effects_new (void);
void citiz_csx_effects_free (CitizCsxEffects *effects);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizCsxEffects, citiz_csx_effects_free)

/* The machine ****************************************************************/

CitizCsx *citiz_csx_new (const CitizCsxConfig *config);
void citiz_csx_free (CitizCsx *csx);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizCsx, citiz_csx_free)

void citiz_csx_step (CitizCsx *csx,
                     const CitizCsxEvent *event,
                     CitizCsxNow now,
                     CitizCsxEffects *effects);

/* Whether a message could still teach it anything: asked before the work of verifying a signature. */
gboolean citiz_csx_wants (const CitizCsx *csx, const CitizCsxMessage *message);

typedef enum
{
  CITIZ_CSX_SIGNING,  /* votes */
  CITIZ_CSX_GUARDING, /* just started: asks the others for its own votes first (R12) */
  CITIZ_CSX_OBSERVING,
  CITIZ_CSX_MUTED, /* after an alarm */
  CITIZ_CSX_CLOSED /* the epoch is over */
} CitizCsxMode;

typedef struct
{
  CitizCsxMode mode;
  guint64 frontier;
  guint16 leader;             /* of the frontier */
  gboolean need, clock_wrong; /* the alarm stands */
  CitizCsxPoint final;        /* height, time and flags are 0 while the block is not there */
  CitizCsxPoint committed;
  const CitizCert *final_cert;  /* (nullable) */
  guint skipped;                /* slots in a row since the last final one */
  guint slots;                  /* tracked: at most %CITIZ_CSX_AHEAD + %CITIZ_CSX_BEHIND */
  gint64 since_final, standing; /* ms; @standing: that something waits and nothing becomes final */
} CitizCsxReport;

void citiz_csx_report (const CitizCsx *csx, CitizCsxNow now, CitizCsxReport *out);

/* Who said what about one slot. Bit i of a mask (least significant of the first byte first) is validator i. */
typedef struct
{
  guint16 leader;
  guint8 notar[CITIZ_MAX_VALIDATORS / 8];
  guint8 skip[CITIZ_MAX_VALIDATORS / 8];
  guint8 final[CITIZ_MAX_VALIDATORS / 8];
  guint n_candidates;
  const CitizCert *cert_notar; /* (nullable) */
  const CitizCert *cert_skip;
  const CitizCert *cert_final;
  gboolean own_notar;
  gboolean own_skip;
  gboolean own_final;
  CitizHash own_hash; /* of the NOTAR */
} CitizCsxLook;

gboolean citiz_csx_look (const CitizCsx *csx, guint64 slot, CitizCsxLook *out);

/* The numbered invariants of citiz-csx-private.h. Returns: 0, or the number of the one that does not hold. */
guint citiz_csx_check (const CitizCsx *csx);

/* leader (slot) is place @out[slot mod n]: each n slots in a row contain every validator once. */
void citiz_csx_leaders (guint16 *out, guint n, const CitizHash *chain_id, guint64 epoch);

G_END_DECLS
