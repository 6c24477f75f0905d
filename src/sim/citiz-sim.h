/* A world for the ordering protocol: seeded, on one thread, without a real clock, disk or network. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consensus/citiz-csx.h"

G_BEGIN_DECLS

/* One seed, one history: nodes that run the real step machine, a network and disks that fail, liars, clients. The invariants are
 * checked after every event; in the end everything is healed and the world has to come to rest (DESIGN.md). */
#define CITIZ_SIM_MAX_NODES  16
#define CITIZ_SIM_MAX_TXS    64
#define CITIZ_SIM_MAX_EPOCHS 3

/* Where chance is asked, each with a generator of its own, so that a draw more in one moves nothing in the others. */
typedef enum
{
  CITIZ_SIM_PLAN,   /* what kind of world this is */
  CITIZ_SIM_FAULT,  /* one draw a fault of the plan: whether it happens */
  CITIZ_SIM_NET,    /* loss, delay, duplicates */
  CITIZ_SIM_DISK,   /* how long a sync takes, what a crash leaves */
  CITIZ_SIM_WORK,   /* how long executing takes */
  CITIZ_SIM_CLIENT, /* who submits what and where */
  CITIZ_SIM_LIAR,
  CITIZ_SIM_SLEEP, /* who stands still, and when */
  CITIZ_SIM_N_STREAMS
} CitizSimStreamKind;

/* Draws @from ≤ i < @to of a stream are answered by the harmless value: no loss, no fault, the usual delay. */
typedef struct
{
  CitizSimStreamKind stream;
  guint64 from;
  guint64 to;
} CitizSimQuiet;

typedef enum
{
  CITIZ_SIM_MIXED,  /* each seed picks */
  CITIZ_SIM_STORM,  /* everything that can fail, until healed */
  CITIZ_SIM_IDLE,   /* little to do: heartbeats are rare, and silence is demanded */
  CITIZ_SIM_POWER,  /* crashes and power cuts above all */
  CITIZ_SIM_CLOCK,  /* clocks that are wrong, jump and drift */
  CITIZ_SIM_BACKUP, /* one node is set back to an old copy of its disk */
  CITIZ_SIM_FORKS, /* more liars than are tolerated: forks are expected, and must be blamed on liars alone */
  CITIZ_SIM_EPOCH, /* nodes leave and join, an epoch follows the other, while all this goes on */
  CITIZ_SIM_LATE, /* blocks follow one another quickly, and one node comes with an empty disk when all is healed */
  CITIZ_SIM_N_MODES
} CitizSimMode;

typedef struct
{
  guint64 seed;
  guint nodes; /* 0: the seed picks */
  gint liars;  /* −1: the seed picks, at most (nodes − 1) / 3 */
  CitizSimMode mode;
  gboolean ledger; /* blocks hold real transactions, which every node executes */
  gint64 until;    /* ms after which the world stops wherever it is; 0: when it is at rest */
  guint n_quiet;
  const CitizSimQuiet *quiet;                      /* ascending in each stream */
  void (*tell) (const gchar *line, gpointer data); /* (nullable): the history as lines */
  gpointer tell_data;
} CitizSimOptions;

/* What a world has gone through; a campaign that leaves one of them out has not tried it. */
typedef enum
{
  CITIZ_SIM_MET_LOSS,
  CITIZ_SIM_MET_DUPLICATE,
  CITIZ_SIM_MET_OVERTAKING, /* what was sent later comes earlier */
  CITIZ_SIM_MET_CUT,
  CITIZ_SIM_MET_CLOG,
  CITIZ_SIM_MET_CRASH,
  CITIZ_SIM_MET_POWER_CUT, /* everybody at once */
  CITIZ_SIM_MET_TORN,      /* a crash that kept some sectors of a write, and lost others */
  CITIZ_SIM_MET_UNSYNCED,  /* a crash that lost a write */
  CITIZ_SIM_MET_LOST_NAME, /* a crash that lost a new file's name in its folder */
  CITIZ_SIM_MET_EIO,
  CITIZ_SIM_MET_FULL,
  CITIZ_SIM_MET_SLOW,
  CITIZ_SIM_MET_ROT,       /* a bit in one copy */
  CITIZ_SIM_MET_DAMAGED,   /* a journal that cannot be trusted any more */
  CITIZ_SIM_MET_SET_BACK,  /* to an old backup */
  CITIZ_SIM_MET_SKEW,      /* a clock more than a second wrong */
  CITIZ_SIM_MET_JUMP,      /* a clock set otherwise */
  CITIZ_SIM_MET_STOPPED,   /* a program that stands still for a while */
  CITIZ_SIM_MET_SUSPENDED, /* a computer that does, its steady clock too */
  CITIZ_SIM_MET_WITHHOLD,  /* from here on what liars did: each as often as it did something */
  CITIZ_SIM_MET_EQUIVOCATE,
  CITIZ_SIM_MET_FALSE_ROOT,
  CITIZ_SIM_MET_FALSE_TIME,
  CITIZ_SIM_MET_VOTES,
  CITIZ_SIM_MET_SILENT,
  CITIZ_SIM_MET_REPLAY,
  CITIZ_SIM_MET_GARBAGE,
  CITIZ_SIM_MET_FALSE_RANGE,
  CITIZ_SIM_MET_TWIN,
  CITIZ_SIM_MET_FALSE_CLOSING,
  CITIZ_SIM_MET_OLD_EPOCH,    /* says again what belongs to an earlier epoch, or votes in it */
  CITIZ_SIM_MET_CLOSING,      /* from here on epochs: one that was closed */
  CITIZ_SIM_MET_CONTINUATION, /* that only a block on top of the closing one made final */
  CITIZ_SIM_MET_JOINED,
  CITIZ_SIM_MET_LEFT,
  CITIZ_SIM_MET_KEY_ENDED, /* a key of an earlier epoch, deleted */
  CITIZ_SIM_MET_KEYLESS,   /* set back to before it had its key of this epoch: it only follows */
  CITIZ_SIM_MET_TRUSTED,   /* votes at once in a new epoch, as it voted in the one before */
  CITIZ_SIM_MET_LATE,      /* still in an earlier epoch, and told how it ended */
  CITIZ_SIM_MET_CAUGHT_UP, /* from an empty disk */
  CITIZ_SIM_MET_SHARE,     /* with the real ledger only: handed out after an opening */
  CITIZ_SIM_MET_FALSE_SHARE,
  CITIZ_SIM_MET_OVER_QUOTA,  /* left out of a block: its sponsor has no more today */
  CITIZ_SIM_MET_NEXT_DAY,    /* what was over quota comes in after midnight */
  CITIZ_SIM_MET_FULL_LANE,   /* a crowd that nobody vouches for waits for the next block */
  CITIZ_SIM_MET_FALSE_QUOTA, /* a liar takes more than either */
  CITIZ_SIM_MET_SNAPSHOT,    /* of a closing block, put together again */
  CITIZ_SIM_N_MET
} CitizSimMet;

typedef struct
{
  gchar broken[8]; /* "I1" … "L5", or empty */
  gchar why[200];
  guint nodes;
  guint liars;
  CitizSimMode mode;
  gint64 ms; /* virtual */
  guint64 events;
  guint64 messages;
  guint heights; /* of the agreed chain */
  guint crashes;
  guint forks;
  guint epochs; /* closed */
  guint64 met[CITIZ_SIM_N_MET];
  guint64 draws[CITIZ_SIM_N_STREAMS];
} CitizSimResult;

const gchar *citiz_sim_mode_name (CitizSimMode mode);
const gchar *citiz_sim_stream_name (CitizSimStreamKind stream);
const gchar *citiz_sim_met_name (CitizSimMet met);

/* Returns: %TRUE if nothing was broken */
gboolean citiz_sim_run (const CitizSimOptions *options, CitizSimResult *out);

/* Finds fewer faults that still break the same invariant. Returns: (element-type CitizSimQuiet): what may be silenced */
GArray *citiz_sim_shrink (const CitizSimOptions *options, const gchar *broken, guint tries);

G_END_DECLS
