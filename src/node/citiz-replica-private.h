/* What the files of the replica share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "node/citiz-replica.h"
#include "node/citiz-voices.h"
#include "store/citiz-check-pool.h"
#include "store/citiz-db.h"
#include "wire/citiz-message.h"

G_BEGIN_DECLS

/* A block above the newest committed one. */
typedef struct
{
  CitizBlock *block;
  CitizLedger *after; /* NULL until executed */
  CitizChanges *changes;
  gboolean asked;     /* the machine wants it kept */
  gboolean notarized; /* a quorum has accepted it */
  gboolean false_;    /* the rules refuse it */
} CitizCandidate;

/* What a step asked for, owned, until the journal is synced. */
typedef struct
{
  CitizCsxEffect effect; /* its cert points into @cert */
  CitizCert *cert;       /* nullable */
  GBytes *message;       /* of SEND and BROADCAST */
} CitizErrand;

/* An event that waits for its step. */
typedef struct
{
  CitizCsxEvent event;
  CitizBlockHeader header;
} CitizReplicaEvent;

struct _CitizReplica
{
  GObject parent_instance;
  CitizDb *db;
  CitizChain *chain;
  const CitizEnv *env;
  CitizJournals *journals; /* NULL: one epoch only */
  CitizJournal *journal;   /* of this epoch; NULL: it follows */
  CitizPublicKey node;
  CitizCsxTiming timing;
  CitizHash chain_id;
  CitizHash vs_hash;
  guint64 epoch;
  CitizValidators validators;
  guint16 place;

  CitizCsx *csx;
  CitizCsxEffects *effects;
  GQueue events; /* CitizReplicaEvent */
  GPtrArray *errands;
  CitizMempool *mempool;
  CitizChecked *checked;
  CitizCheckPool *checks; /* of the signatures in blocks */
  GPtrArray *fresh;       /* CitizTx: taken here, not told yet */
  GHashTable *candidates; /* CitizHash → CitizCandidate */
  GPtrArray *settling;    /* CitizCandidate: committed in the transaction that is open */
  GSource *timer;
  GSource *pump;
  gboolean unsynced; /* votes wait in the journal's buffer */
  gboolean need;     /* as last told */
  gboolean failed;
  gboolean voted;  /* in this epoch, since the process has begun: it is no copy brought back */
  gboolean closed; /* the machine's epoch is over */
  guint64 ended;   /* the epoch whose predecessors' keys are gone */
  CitizVoices voices;
  GHashTable *
      early; /* CitizPublicKey → CitizMessage: addresses told before the ledger here has their hashes */
  GHashTable *said;    /* number of a node → µs: when one of us two was last told to be late */
  gint listed;         /* place on the list of validators, with a journal or without; -1 */
  guint64 own_first;   /* the slot from which on the journal holds all own votes */
  guint64 others_at;   /* the furthest frontier that others have told at the beginning */
  gint64 others_until; /* ms: the end of it; 0: too few have yet */
  guint n_others;      /* how many have */
  gboolean told[CITIZ_MAX_VALIDATORS];
  guint64 barred_at; /* slot */
  gboolean barring;  /* the machine does nothing any more, and is to go */
  CitizTime twin;    /* somebody voted with this node's key; 0: never */
  gint64 twin_heard; /* the same in ms of the steady clock */
  guint expected;    /* ranges that were asked for and have not come */
};

/* citiz-replica.c */
CitizCsxNow citiz_replica_now (CitizReplica *self);
void citiz_replica_schedule (CitizReplica *self);
void citiz_replica_post (CitizReplica *self, const CitizCsxEvent *event);
void citiz_replica_step (CitizReplica *self, const CitizCsxEvent *event);
void citiz_replica_fail (CitizReplica *self, GError *error);
void citiz_replica_tell_need (CitizReplica *self);
void citiz_replica_send (CitizReplica *self, guint to, const CitizMessage *message);
gboolean citiz_replica_take_tx (CitizReplica *self, CitizTx *tx, gboolean tell, GError **error);
void citiz_replica_tell_txs (CitizReplica *self, GPtrArray *txs);

/* citiz-replica-tree.c: blocks above the committed one, and what they do */
CitizCandidate *citiz_replica_candidate (CitizReplica *self, const CitizHash *hash);
CitizCandidate *citiz_replica_take_block (CitizReplica *self, CitizBlock *block);
void citiz_replica_forget_unasked (CitizReplica *self, const CitizHash *hash);
gboolean citiz_replica_keep_block (CitizReplica *self, const CitizHash *hash, GError **error);
CitizCsxVerdict citiz_replica_judge (CitizReplica *self, const CitizHash *hash, GError **error);
CitizCandidate *citiz_replica_build (CitizReplica *self,
                                     const CitizCsxEffect *effect,
                                     GError **error);
gboolean citiz_replica_commit (CitizReplica *self,
                               const CitizErrand *errand,
                               gboolean *out_done,
                               GError **error);
gboolean citiz_replica_settle (CitizReplica *self, GError **error);
void citiz_candidate_free (gpointer candidate);

/* citiz-replica-epoch.c */
gboolean citiz_replica_begin (CitizReplica *self, GError **error);
gboolean citiz_replica_go_on (CitizReplica *self, GError **error);
gboolean citiz_replica_begin_again (CitizReplica *self, GError **error);
gboolean citiz_replica_end_journals (CitizReplica *self, GError **error);
gboolean citiz_replica_is_other_epoch (CitizReplica *self, guint from, const CitizMessage *in);

/* citiz-replica-own.c: votes of this node's key */
void citiz_replica_own_begin (CitizReplica *self);
void citiz_replica_bar (CitizReplica *self, guint64 slot);
void citiz_replica_twin_spoke (CitizReplica *self);
void citiz_replica_see_own (CitizReplica *self, const CitizVote *vote);
void citiz_replica_see_cert (CitizReplica *self, const CitizCert *cert);
void citiz_replica_see_block (CitizReplica *self, const CitizBlock *block);
void citiz_replica_see_others (CitizReplica *self, guint place, guint64 frontier);

/* citiz-replica-errand.c: what the machine asks for */
void citiz_replica_gather (CitizReplica *self);
void citiz_replica_run_errands (CitizReplica *self);
void citiz_errand_free (gpointer errand);

/* citiz-replica-message.c: what others say */
void citiz_replica_send_range (CitizReplica *self, const CitizCsxEffect *effect);
void citiz_replica_send_fetch (CitizReplica *self, const CitizCsxEffect *effect);
GBytes *citiz_replica_message (CitizReplica *self, const CitizCsxMessage *message);
void citiz_replica_look_at_addresses (CitizReplica *self);

G_END_DECLS
