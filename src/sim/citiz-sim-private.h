/* The inside of the simulated world. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "sim/citiz-sim.h"
#include "ledger/citiz-ledger.h"
#include "wire/citiz-journal-format.h"

G_BEGIN_DECLS

#define CITIZ_SIM_WALL      G_GINT64_CONSTANT (1800000000000) /* ms */
#define CITIZ_SIM_MS        1000                              /* the world counts in microseconds */
#define CITIZ_SIM_INSTANCES (CITIZ_SIM_MAX_NODES + 2)         /* with twins */
#define CITIZ_SIM_MAX_FAULT 64
#define CITIZ_SIM_MAX_SLEEP 4
#define CITIZ_SIM_CROWD     24 /* from here on, with the real ledger: more than may come in */
#define CITIZ_SIM_LANE                                                                             \
  52 /* from here on two crowds, each of many transactions that nobody vouches for */
#define CITIZ_SIM_LANES     2
#define CITIZ_SIM_LANE_EACH 40 /* transactions: the open lane takes one crowd at a time */
#define CITIZ_SIM_CHANGE    60 /* the transaction that ends epoch 0; the next ones end the next */

typedef struct _CitizSim CitizSim;

/* Chance (citiz-sim-random.c) ************************************************/

typedef struct
{
  guint64 s[4];
  guint64 drawn;
  guint64 quiet_from;
  guint64 quiet_to;
  guint next_quiet;
} CitizSimStream;

void citiz_sim_streams_init (CitizSim *sim);
guint64 citiz_sim_raw (CitizSim *sim, CitizSimStreamKind kind, gboolean *out_quiet);
gboolean citiz_sim_chance (CitizSim *sim, CitizSimStreamKind kind, guint permille);
guint citiz_sim_below (CitizSim *sim, CitizSimStreamKind kind, guint n);
gint64 citiz_sim_wait (CitizSim *sim, CitizSimStreamKind kind, gint64 mean);

/* What happens when (citiz-sim-heap.c) ***************************************/

typedef enum
{
  CITIZ_SIM_EVENT_PACKET,
  CITIZ_SIM_EVENT_TIMER,
  CITIZ_SIM_EVENT_SYNCED,
  CITIZ_SIM_EVENT_DONE, /* an errand */
  CITIZ_SIM_EVENT_RESTART,
  CITIZ_SIM_EVENT_FAULT,
  CITIZ_SIM_EVENT_FAULT_END,
  CITIZ_SIM_EVENT_SLEEP,
  CITIZ_SIM_EVENT_WAKE,
  CITIZ_SIM_EVENT_CLIENT,
  CITIZ_SIM_EVENT_ASK,    /* for shares */
  CITIZ_SIM_EVENT_NAMED,  /* a new journal's name is durable */
  CITIZ_SIM_EVENT_FOLLOW, /* who is no validator asks for news */
  CITIZ_SIM_EVENT_LIAR,
  CITIZ_SIM_EVENT_HEAL,
  CITIZ_SIM_EVENT_LOOK
} CitizSimEventKind;

typedef struct
{
  gint64 at;
  guint32 seq;
  guint32 life; /* of the instance: events of an earlier one are nothing */
  guint16 to;
  guint8 kind;
  gpointer data;
} CitizSimHeapEvent;

void citiz_sim_push (CitizSim *sim,
                     gint64 at,
                     CitizSimEventKind kind,
                     guint to,
                     guint32 life,
                     gpointer data);
gboolean citiz_sim_pop (CitizSim *sim, CitizSimHeapEvent *out);

/* Blocks, by number in the order they were made; 0 is the origin (citiz-sim-block.c) */

typedef struct
{
  CitizBlockHeader header;
  CitizHash hash;
  guint parent; /* G_MAXUINT: nobody knows it */
  guint64 txs;
  guint64 state;    /* transactions of the chain up to here */
  guint64 today;    /* those of them in blocks of its day */
  gboolean valid;   /* by the rules, without the clock */
  CitizBlock *real; /* with the real ledger: the same block, what who watches has made of it */
  CitizLedger *after;
  GArray *log_nodes; /* CitizLogNode: what it appended */
} CitizSimBlock;

typedef struct
{
  guint refs;
  gsize size;
  CitizCert cert; /* as much of it as there are signatures */
} CitizSimCert;

CitizSimBlock *citiz_sim_block (CitizSim *sim, guint number);
guint citiz_sim_find_block (CitizSim *sim, const CitizHash *hash);
guint citiz_sim_add_block (CitizSim *sim, const CitizBlockHeader *header, guint64 txs);
guint64 citiz_sim_pick (const CitizSim *sim, guint64 epoch, guint64 known, guint64 state);
CitizCsxPoint citiz_sim_point (CitizSim *sim, guint block, guint64 epoch);
void citiz_sim_fill_header (CitizSim *sim,
                            CitizBlockHeader *out,
                            guint64 epoch,
                            guint64 slot,
                            const CitizCsxPoint *parent,
                            guint16 proposer,
                            guint64 txs,
                            guint64 state);
gboolean citiz_sim_execute (CitizSim *sim, const CitizSimBlock *block);
CitizSimCert *citiz_sim_cert_new (CitizSim *sim, const CitizCert *cert);
CitizSimCert *citiz_sim_cert_ref (CitizSimCert *cert);
void citiz_sim_cert_unref (CitizSim *sim, CitizSimCert *cert);

/* Whether a transaction is a revocation: every other account takes back what it granted. */
static inline gboolean
citiz_sim_revokes (guint tx)
{
  return tx % 8 == 7;
}

static inline gboolean
citiz_sim_same_day (CitizTime a, CitizTime b)
{
  return a.ms / CITIZ_DAY == b.ms / CITIZ_DAY;
}

/* Sponsors and quotas, with the real ledger (citiz-sim-quota.c) */
guint64 citiz_sim_crowd (const CitizSim *sim);
gint citiz_sim_sponsor (guint n, guint tx);
void citiz_sim_quota_found (CitizLedger *ledger);
void citiz_sim_quota_ignore (const CitizLedger *before, GPtrArray *txs, CitizBlockHeader *header);
void citiz_sim_quota_plan (CitizSim *sim);
guint64 citiz_sim_quota_rest (const CitizSim *sim,
                              const CitizSimBlock *head,
                              guint64 covered,
                              CitizTime now);

/* What worlds of so many founders have in common: made once (citiz-sim-founding.c). Where epochs follow one another nobody needs a sponsor, whose word
 * ends with its epoch. */
typedef struct
{
  CitizGenesis genesis; /* version 0: not made yet */
  guint8 numbers
      [CITIZ_SIM_MAX_NODES]; /* of the founders' keys, in their order: machine after machine */
  CitizHash chain_id;
  CitizTx *txs[CITIZ_SIM_MAX_TXS];
  CitizTx *lanes[CITIZ_SIM_LANES][CITIZ_SIM_LANE_EACH];
} CitizSimFoundation;

const CitizSimFoundation *citiz_sim_foundation (const CitizSim *sim);
/* Of a machine's node, founder or not. */
CitizSigningKey *citiz_sim_node_key (const CitizSim *sim, guint body);
gboolean citiz_sim_asks_for_sponsors (const CitizSim *sim);
void citiz_sim_share_of (CitizHash *out, guint group, guint place);

/* What ends an epoch of the real ledger (citiz-sim-change.c) */
void citiz_sim_change_order (CitizSim *sim, guint64 number);
void citiz_sim_change_make (CitizSim *sim);
void citiz_sim_change_clear (CitizSim *sim);
gboolean citiz_sim_change_enter (CitizLedger *ledger, guint64 epoch);

/* The real ledger (citiz-sim-ledger.c) */
void citiz_sim_ledger_found (CitizSim *sim);
void citiz_sim_ledger_fill (CitizSim *sim, guint parent, guint64 txs, CitizBlockHeader *header);
void citiz_sim_ledger_add (CitizSim *sim, CitizSimBlock *block);
void citiz_sim_ledger_clear (CitizSimBlock *block);
void citiz_sim_law_log (CitizSim *sim);

/* Shares (citiz-sim-share.c) */
void citiz_sim_ask_shares (CitizSim *sim, guint group);
gboolean citiz_sim_shares_are_there (const CitizSim *sim);

/* Messages (citiz-sim-net.c) *************************************************/

typedef enum
{
  CITIZ_SIM_PACKET_CSX,
  CITIZ_SIM_PACKET_FETCH,
  CITIZ_SIM_PACKET_RANGE,
  CITIZ_SIM_PACKET_BLOCKS,
  CITIZ_SIM_PACKET_TX
} CitizSimPacketKind;

/* A committed block and why it is one. */
typedef struct
{
  guint block;
  guint n_skips;
  CitizSimCert *notar;
  CitizSimCert *final; /* (nullable) */
  CitizSimCert **skips;
} CitizSimLink;

typedef struct
{
  guint refs;
  CitizSimPacketKind kind;
  CitizCsxMessageKind csx;
  guint16 from;
  guint bytes;
  guint64 epoch;
  guint block;
  CitizVote vote;
  CitizSimCert *cert;
  CitizCsxStatus status;
  guint n_votes_room;
  CitizVote *votes;
  guint64 slot; /* FETCH, RANGE, BLOCKS */
  guint max;    /* RANGE */
  CitizHash hash;
  guint64 txs;
  GPtrArray *links; /* of CitizSimLink, copies: BLOCKS */
} CitizSimPacket;

CitizSimPacket *citiz_sim_packet_new (CitizSim *sim, CitizSimPacketKind kind, guint16 from);
CitizSimPacket *citiz_sim_packet_of (CitizSim *sim, guint16 from, const CitizCsxMessage *message);
void citiz_sim_packet_unref (CitizSim *sim, CitizSimPacket *packet);
void citiz_sim_send (CitizSim *sim, CitizSimPacket *packet, guint16 to);
void citiz_sim_link_clear (CitizSim *sim, CitizSimLink *link);
void citiz_sim_links_clear (CitizSim *sim, GArray *links, guint from);
void citiz_sim_link_copy (CitizSimLink *out, const CitizSimLink *link);
void citiz_sim_sign (const CitizSim *sim, CitizVote *vote);
gboolean citiz_sim_is_signed (const CitizSim *sim, const CitizVote *vote);
gboolean citiz_sim_is_certified (const CitizSim *sim, const CitizCert *cert);

/* The journal's disk (citiz-sim-disk.c) **************************************/

typedef struct
{
  gboolean here;    /* the file */
  gboolean named;   /* its name is durable in its folder */
  gboolean damaged; /* nobody signs with its key any more */
  guint8 *seen;     /* what reading gives */
  guint8 *platter;  /* what a power cut leaves */
  GArray *dirty;    /* guint32: sectors */
  guint8 *is_dirty;
  guint top[2]; /* records of each half that were ever written */
  CitizJournalHead head;
  guint half;
  GArray *votes; /* CitizVote */
  guint n_synced;
  gboolean fails;  /* the next sync */
  gboolean rotten; /* in one copy already */
  guint8 *backup;  /* an old platter */
  guint backup_top[2];
  gboolean backup_here;
  CitizJournalHead backup_head;
} CitizSimDisk;

CitizSimDisk *citiz_sim_disk (guint number);
void citiz_sim_disk_format (CitizSim *sim,
                            CitizSimDisk *disk,
                            guint64 epoch,
                            const CitizPublicKey *key);
void citiz_sim_disk_end (CitizSimDisk *disk);
void citiz_sim_disk_append (CitizSim *sim,
                            CitizSimDisk *disk,
                            const CitizVote *votes,
                            guint n,
                            guint64 committed_slot);
gboolean citiz_sim_disk_sync (CitizSimDisk *disk);
void citiz_sim_disk_crash (CitizSim *sim, CitizSimDisk *disk);
void citiz_sim_disk_rot (CitizSim *sim, CitizSimDisk *disk, gboolean both);
void citiz_sim_disk_save (CitizSimDisk *disk);
void citiz_sim_disk_set_back (CitizSimDisk *disk);
gboolean citiz_sim_disk_open (CitizSimDisk *disk);

/* Nodes (citiz-sim-node.c) ***************************************************/

/* What an effect asked for, with everything it pointed at. */
typedef struct
{
  CitizCsxEffectKind kind;
  guint16 to;
  gboolean closed;
  gboolean resend;
  guint64 slot;
  CitizHash hash;
  CitizCsxPoint parent;
  CitizTime min_time;
  guint max;
  CitizSimPacket *packet;
  CitizSimCert *cert;
} CitizSimErrand;

typedef enum
{
  CITIZ_SIM_LIE_WITHHOLD = 1 << 0,   /* shows candidates to a few only */
  CITIZ_SIM_LIE_EQUIVOCATE = 1 << 1, /* two candidates, half of the others each */
  CITIZ_SIM_LIE_ROOT = 1 << 2,       /* false roots */
  CITIZ_SIM_LIE_TIME = 1 << 3,       /* impossible times */
  CITIZ_SIM_LIE_VOTES = 1 << 4,      /* votes for anything, to anybody */
  CITIZ_SIM_LIE_SILENT = 1 << 5,
  CITIZ_SIM_LIE_REPLAY = 1 << 6,  /* what was said long ago */
  CITIZ_SIM_LIE_GARBAGE = 1 << 7, /* forged signatures */
  CITIZ_SIM_LIE_RANGE = 1 << 8,   /* serves false or truncated ranges */
  CITIZ_SIM_LIE_TWIN = 1 << 9,    /* two machines with one key */
  CITIZ_SIM_LIE_CLOSING
  = 1 << 10 /* closes epochs without a reason, or not at all, or names others */
} CitizSimLie;
#define CITIZ_SIM_N_LIES 11 /* the last in worlds with epochs only */

typedef struct
{
  CitizSim *sim;
  guint16 number; /* among instances */
  guint16 body;   /* the machine: two instances are one when it has a twin */
  guint16 place;  /* in its epoch, or CITIZ_CSX_NOBODY */
  guint lies;     /* CitizSimLie */
  gboolean up;
  gboolean faulty; /* counts among those that may fail: liars, and who was set back */
  gboolean signs;  /* validates, and has its journal */
  guint32 life;
  guint64 epoch;
  gint64 skew;  /* µs */
  gint64 drift; /* millionths */
  gint64 asleep_until;
  gboolean suspended; /* with its computer */
  gint64 slept;       /* µs, suspended: so far its steady clock is behind */
  guint32 missed;     /* machines that came anew meanwhile */
  CitizCsx *csx;
  CitizCsxEffects *effects;
  CitizSimDisk *disk; /* the journal of its epoch */
  CitizSimDisk *journals
      [2]; /* epochs in turn: the next is there before its epoch, the last until the first final block of this one */
  guint made[CITIZ_SIM_MAX_EPOCHS + 1]; /* keys it has announced */

  GPtrArray *errands; /* that wait for a sync */
  gboolean syncing;
  gboolean unsynced;
  gint64 timer_at;     /* ms; 0: none */
  gint64 timer_queued; /* µs; 0: none */

  GByteArray *have;  /* by block */
  GArray *chain;     /* CitizSimLink; what is committed */
  GArray *beside;    /* CitizSimLink: what stands on closing blocks, and is no part of the chain */
  GArray *fetched;   /* CitizSimLink: came in ranges, not committed yet */
  GArray *notarized; /* guint: blocks above the committed one */
  GPtrArray *kept;   /* CitizSimCert */
  guint kept_synced; /* so many survive a crash for sure */
  guint committed;   /* block */
  CitizLedger *ledger; /* after it, as executed here; NULL without the real ledger */
  GPtrArray *after;    /* CitizLedger, nullable, by block: above it */
  guint saved_height;
  gboolean saved;
  guint64 known; /* transactions */
  gboolean need;
  gint64 slow_until;
  gint64 full_until;
  gboolean was_set_back;
  guint doomed;   /* number + 1 of the fault that its next proposal brings about */
  guint64 egress; /* bytes repeated in this window */
  gint64 egress_from;
  gboolean closed; /* its machine's epoch is over */
  gboolean voted;  /* in this epoch, since it was started: it is no copy brought back */
  guint turn;      /* of whom it asks for news */
  gint64 told[CITIZ_SIM_MAX_NODES]; /* one of us two was late */
  guint steps;
} CitizSimNode;

void citiz_sim_node_init (CitizSim *sim, CitizSimNode *node, guint number, guint16 body);
void citiz_sim_node_clear (CitizSimNode *node);
void citiz_sim_node_start (CitizSimNode *node);
void citiz_sim_node_connect (CitizSimNode *node);
void citiz_sim_node_meet (CitizSimNode *node, const CitizSimNode *other);
void citiz_sim_node_crash (CitizSimNode *node);
void citiz_sim_node_step (CitizSimNode *node, const CitizCsxEvent *event);
void citiz_sim_node_synced (CitizSimNode *node);
void citiz_sim_node_done (CitizSimNode *node, CitizSimErrand *errand);
void citiz_sim_node_timer (CitizSimNode *node);
void citiz_sim_node_hear (CitizSimNode *node, CitizSimPacket *packet);
void citiz_sim_node_submit (CitizSimNode *node, guint64 txs);
void citiz_sim_node_tell_need (CitizSimNode *node);
gboolean citiz_sim_node_has (const CitizSimNode *node, guint block);
void citiz_sim_node_store (CitizSimNode *node, guint block);
CitizCsxNow citiz_sim_node_now (const CitizSimNode *node);
void citiz_sim_node_send (CitizSimNode *node, CitizSimPacket *packet, guint16 body);
void citiz_sim_errand_free (CitizSim *sim, CitizSimErrand *errand);

/* citiz-sim-epoch.c */
void citiz_sim_epoch_make (CitizSim *sim, guint64 epoch, guint32 members);
gboolean citiz_sim_epoch_is_ready (const CitizSim *sim, guint64 epoch);
guint16 citiz_sim_node_place (const CitizSimNode *node, guint64 epoch);
guint64 citiz_sim_node_slot (const CitizSimNode *node);
void citiz_sim_node_look_around (CitizSimNode *node);
void citiz_sim_node_go_on (CitizSimNode *node);
void citiz_sim_node_prepare (CitizSimNode *node);
void citiz_sim_node_named (CitizSimNode *node, guint64 epoch);
void citiz_sim_node_end_journals (CitizSimNode *node);
gboolean citiz_sim_node_is_other_epoch (CitizSimNode *node, const CitizSimPacket *packet);
void citiz_sim_node_hear_stranger (CitizSimNode *node, const CitizSimPacket *packet);
void citiz_sim_node_follow (CitizSimNode *node);

/* citiz-sim-ledger.c */
void citiz_sim_node_restart_ledger (CitizSimNode *node, guint block);
void citiz_sim_node_forget_executed (CitizSimNode *node);
CitizCsxVerdict citiz_sim_node_execute (CitizSimNode *node, guint block);
gboolean citiz_sim_node_fill (CitizSimNode *node,
                              guint parent,
                              guint64 *txs,
                              CitizBlockHeader *header);
void citiz_sim_node_commit_ledger (CitizSimNode *node, guint block);
void citiz_sim_law_ledger (CitizSimNode *node);

/* citiz-sim-commit.c */
gboolean citiz_sim_node_commit (CitizSimNode *node, const CitizSimErrand *errand);
void citiz_sim_node_keep (CitizSimNode *node, CitizSimCert *cert);
void citiz_sim_node_serve_fetch (CitizSimNode *node, const CitizSimPacket *packet);
void citiz_sim_node_serve_range (CitizSimNode *node, const CitizSimPacket *packet);
void citiz_sim_node_take_blocks (CitizSimNode *node, const CitizSimPacket *packet);
void citiz_sim_node_truncate (CitizSimNode *node, guint height);
void citiz_sim_node_drop_past (CitizSimNode *node);

/* Liars (citiz-sim-liar.c) ***************************************************/

void citiz_sim_liar_act (CitizSimNode *node);
gboolean citiz_sim_liar_build (CitizSimNode *node, const CitizSimErrand *errand);
gboolean citiz_sim_liar_sends (CitizSimNode *node, CitizSimPacket *packet, guint16 to);

/* The plan (citiz-sim-plan.c) ************************************************/

typedef enum
{
  CITIZ_SIM_CRASH,
  CITIZ_SIM_POWER_CUT,
  CITIZ_SIM_CUT,     /* a mask of nodes on each side; one way or both */
  CITIZ_SIM_CLOG,    /* one link stands still */
  CITIZ_SIM_SWIZZLE, /* clogged one by one, freed in another order */
  CITIZ_SIM_EIO,
  CITIZ_SIM_FULL,
  CITIZ_SIM_ROT,
  CITIZ_SIM_ROT_BOTH,
  CITIZ_SIM_SAVE,
  CITIZ_SIM_SET_BACK,
  CITIZ_SIM_JUMP,
  CITIZ_SIM_SLOW,
  CITIZ_SIM_N_FAULTS
} CitizSimFaultKind;

typedef struct
{
  gint64 at;
  gint64 lasts;
  CitizSimFaultKind kind;
  guint a;
  guint b;
  gint64 amount;
} CitizSimFault;

void citiz_sim_plan_make (CitizSim *sim);
void citiz_sim_fault_begin (CitizSim *sim, guint number);
void citiz_sim_fault_end (CitizSim *sim, guint number);

/* Who stands still (citiz-sim-sleep.c) ***************************************/

typedef struct
{
  guint place; /* G_MAXUINT: all of them */
  gint64 at;
  gint64 lasts;
  gboolean suspended;
} CitizSimSleep;

void citiz_sim_sleep_plan (CitizSim *sim);
void citiz_sim_sleep_begin (CitizSim *sim, guint number);
gboolean citiz_sim_sleep_keeps (CitizSim *sim, const CitizSimHeapEvent *event);
gboolean citiz_sim_node_sleeps (const CitizSimNode *node);
void citiz_sim_node_wake (CitizSimNode *node);

/* The law (citiz-sim-law.c, citiz-sim-blame.c) *******************************/

/* What the whole world knows of one slot. */
typedef struct
{
  gboolean notar;
  gboolean skip;
  gboolean final;
  CitizHash notar_hash;
  CitizHash final_hash;
} CitizSimTruth;

/* Who validates in one epoch. */
typedef struct
{
  guint n;
  guint quorum;
  guint16 body[CITIZ_SIM_MAX_NODES];  /* by place */
  guint16 place[CITIZ_SIM_MAX_NODES]; /* by body, or CITIZ_CSX_NOBODY */
  guint16 leaders[CITIZ_SIM_MAX_NODES];
  CitizValidators validators;
  CitizHash vs_hash;
  guint closing; /* the block that ends it; 0: none is final yet */
} CitizSimEpoch;

/* What one honest validator has let out about one slot. */
typedef struct
{
  guint8 said; /* bit kind */
  CitizHash hash[CITIZ_VOTE_FINAL + 1];
} CitizSimSaid;

void citiz_sim_broken (CitizSim *sim, const gchar *which, const gchar *format, ...)
    G_GNUC_PRINTF (3, 4);
void citiz_sim_law_cert (CitizSimNode *node, const CitizCert *cert);
void citiz_sim_law_sent (CitizSimNode *node,
                         const CitizSimPacket *packet,
                         gboolean resend,
                         guint copies);
void citiz_sim_law_bytes (CitizSim *sim, const CitizSimPacket *packet);
void citiz_sim_law_opened (CitizSimNode *node);
void citiz_sim_law_commit (CitizSimNode *node, const CitizSimLink *link);
void citiz_sim_law_epoch (CitizSimNode *node, const CitizSimBlock *block);
void citiz_sim_change_snapshot (CitizSimNode *node);
void citiz_sim_law_quota (CitizSimNode *node, const CitizSimBlock *block);
void citiz_sim_law_closing (CitizSimNode *node);
void citiz_sim_law_journals (CitizSimNode *node);
void citiz_sim_law_key (CitizSimNode *node);
void citiz_sim_law_evidence (CitizSimNode *node, const CitizEvidence *evidence);
void citiz_sim_law_step (CitizSimNode *node);
void citiz_sim_law_alarm (CitizSimNode *node, CitizCsxAlarm alarm);
void citiz_sim_law_fork (CitizSim *sim);
void citiz_sim_law_look (CitizSim *sim);
void citiz_sim_law_end (CitizSim *sim);

/* The world ******************************************************************/

struct _CitizSim
{
  const CitizSimOptions *options;
  CitizSimResult *result;
  CitizSimStream streams[CITIZ_SIM_N_STREAMS];
  GArray *heap; /* CitizSimHeapEvent */
  guint32 seq;
  gint64 now; /* µs */

  /* plan */
  CitizSimMode mode;
  guint n; /* machines, validators or not */
  guint n_liars;
  guint frail;             /* who may fail in each epoch, of the validators */
  CitizSimNode *latecomer; /* nullable */
  guint behind;            /* the height it has to reach */
  guint n_epochs;
  CitizSimEpoch epochs[CITIZ_SIM_MAX_EPOCHS];
  GPtrArray
      *changes[CITIZ_SIM_MAX_EPOCHS]; /* CitizTx: with the real ledger, all that ends this epoch */
  guint loss;                         /* permille */
  guint dup;
  gint64 delay_floor; /* µs */
  gint64 delay_mean;
  gint64 sync_mean;
  gint64 work_mean;
  gint64 bandwidth; /* bytes a second; 0: no limit */
  gint64 wall;      /* ms: when it begins, by a clock that is right */
  gint64 healed_at;
  gint64 deadline;
  gboolean healed;
  gboolean ended;
  CitizCsxTiming timing;
  guint n_faults;
  CitizSimFault faults[CITIZ_SIM_MAX_FAULT];
  guint n_sleeps;
  CitizSimSleep sleeps[CITIZ_SIM_MAX_SLEEP];

  CitizHash chain_id;
  guint n_instances;
  CitizSimNode nodes[CITIZ_SIM_INSTANCES];
  guint32 cut[CITIZ_SIM_MAX_NODES];                         /* mask of those who do not hear it */
  gint64 clogged[CITIZ_SIM_MAX_NODES][CITIZ_SIM_MAX_NODES]; /* until */
  gint64 newest[CITIZ_SIM_MAX_NODES][CITIZ_SIM_MAX_NODES];  /* arrival */
  gint64 line_free[CITIZ_SIM_MAX_NODES];

  GArray *blocks; /* CitizSimBlock */
  GHashTable *by_hash;
  GPtrArray *spare_packets;
  GPtrArray *spare_certs;
  GPtrArray *spare_errands;
  GPtrArray *heard; /* CitizSimPacket: some of what was ever said, for who replays it */

  guint n_txs;
  gint64 tx_at[CITIZ_SIM_MAX_TXS];
  gboolean crowded; /* the open lane is */
  guint64 asked;    /* transactions that were submitted */
  guint64 acked;
  guint32 shares[CITIZ_SIM_MAX_TXS / 4]; /* by account: from whom good ones came */

  /* truth */
  GArray *truths[CITIZ_SIM_MAX_EPOCHS];                    /* CitizSimTruth, by slot */
  GArray *canon;                                           /* guint: block by height */
  GArray *said[CITIZ_SIM_MAX_NODES][CITIZ_SIM_MAX_EPOCHS]; /* CitizSimSaid, by slot */
  gboolean forked;
  gint64 quiet_from; /* 0, or nothing but status after this */
  gboolean strict;   /* who is set back must not sign twice either */
  guint reached;     /* greatest height when last looked */
};

static inline void
citiz_sim_met (CitizSim *sim, CitizSimMet met)
{
  sim->result->met[met]++;
}

static inline gboolean
citiz_sim_tells (const CitizSim *sim)
{
  return sim->options->tell != NULL;
}
void citiz_sim_tell (CitizSim *sim, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
