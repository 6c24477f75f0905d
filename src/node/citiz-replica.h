/* A node that orders blocks together with others: drives the ordering protocol with a disk and with messages.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consensus/citiz-csx.h"
#include "node/citiz-mempool.h"
#include "store/citiz-chain.h"
#include "store/citiz-journals.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Lives in the thread and main context it was made in. Signals:
 *   "send"     (guint to, GBytes *message)   to one validator, to all others when @to is %CITIZ_CSX_NOBODY, or back to a stranger
 *   "final"    (CitizBlock *)                a block is final and on disk, in order
 *   "taken"    (CitizTx *)                   it is valid, and waits from now on
 *   "evidence" (CitizEvidence *)
 *   "alarm"    (guint CitizCsxAlarm, guint64 slot)
 *   "closed"   ()                            the epoch is over, as its validators have agreed
 *   "epoch"    (guint64)                     the next has begun here, with other validators perhaps: who was somebody's number is another
 *   "address"  (CitizPublicKey *, gchar *url, gchar *operator)   of a node, as the ledger holds their hashes
 *   "failed"   (GError *)                    the disk refused: the process has to end, nothing more is sent (R0) */
#define CITIZ_TYPE_REPLICA (citiz_replica_get_type ())
G_DECLARE_FINAL_TYPE (CitizReplica, citiz_replica, CITIZ, REPLICA, GObject)

/* Validators are named by their place, other nodes by any number from here on. */
#define CITIZ_REPLICA_STRANGER 0x10000u

/* @journal (nullable): an observer's, who follows and never signs. The chain, the journal and @db outlive the replica. */
CitizReplica *citiz_replica_new (CitizDb *db,
                                 CitizChain *chain,
                                 const CitizEnv *env,
                                 CitizJournal *journal,
                                 const CitizPublicKey *node,
                                 const CitizCsxTiming *timing);
void citiz_replica_set_journals (CitizReplica *self, CitizJournals *journals);
gboolean citiz_replica_start (CitizReplica *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void citiz_replica_connected (CitizReplica *self, guint from);
void citiz_replica_ask (CitizReplica *self, guint to);
void citiz_replica_receive (CitizReplica *self, guint from, GBytes *message);
gboolean citiz_replica_submit (CitizReplica *self,
                               CitizTx *tx,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* People have ended the epoch: it goes on from its newest final block, which has to be here, in the epoch that they began. */
gboolean citiz_replica_refound (CitizReplica *self,
                                const CitizRefound *refound,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Another node shows that a block is final. */
void citiz_replica_hear_final (CitizReplica *self, const CitizCert *final);

void citiz_replica_report (CitizReplica *self, CitizCsxReport *out);
gboolean citiz_replica_look (CitizReplica *self, guint64 slot, CitizCsxLook *out);
/* Of another validator, whether it is linked or not. */
typedef struct
{
  gboolean silent; /* linked, it is one that does not vote */
  gboolean heard;  /* in this epoch, since the process began */
  CitizTime since; /* when it was heard last; else since when it could have been */
} CitizReplicaVoice;

/* An observer that is no validator hears no votes, and can tell of nobody. */
void citiz_replica_listen (CitizReplica *self, guint place, CitizReplicaVoice *out);

/* Votes of this epoch's key were seen which this node never made: it follows, and signs again under the key of another epoch. */
gboolean citiz_replica_is_barred (CitizReplica *self);
/* It has no journal of this epoch, is on the list, and somebody votes with its key just now. */
gboolean citiz_replica_has_twin (CitizReplica *self);
CitizTime citiz_replica_twin_heard (CitizReplica *self);

const CitizValidators *citiz_replica_get_validators (CitizReplica *self);
guint64 citiz_replica_get_epoch (CitizReplica *self);
guint citiz_replica_get_place (CitizReplica *self);
guint citiz_replica_n_waiting (CitizReplica *self);
gboolean citiz_replica_is_waiting (CitizReplica *self, const CitizHash *id);
guint citiz_replica_n_due (CitizReplica *self); /* those that a block could take now */
gboolean citiz_replica_is_opening (CitizReplica *self, const CitizHash *note);
gboolean citiz_replica_is_revoking (CitizReplica *self, const CitizId *grant);

G_END_DECLS
