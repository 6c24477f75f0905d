/* Handing transactions to a community until they are final. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-http-client.h"
#include "store/citiz-chain.h"

G_BEGIN_DECLS

#define CITIZ_OUTBOX_NODES                                                                         \
  3 /* are told of each transaction, one round after the other; all of them of a revocation */

/* Lives in the main context it was started in, the one that owns @db and the chain. What waits is on disk. Signals, each after the
 * disk knows:
 *   "final"   (CitizTx *)                    it is on one's own verified copy of the chain
 *   "refused" (CitizTx *, const gchar *why)  by every node that was asked, for a reason that will not pass: the node's word
 *   "expired" (CitizTx *)                    the newest block is later than its time and none has it: to be signed anew by who made it
 *   "done"    (CitizTx *, CitizTx *other)    another of the same account, on that copy, did what it would do
 *   "spent"   (CitizTx *)                    another took its number: it waits to be signed with the next one, and this is told again at each look; see
 *                                            citiz_outbox_replace()
 *   "vouched" (CitizTx *before, CitizTx *)   its sponsor has signed: it has another name now
 *   "unfit"   (CitizTx *)                    an access or its end, refused by every node that answers for how it asks to be let in: it waits, and this
 *                                            is told again when the chain has grown; see citiz_outbox_replace()
 *   "waiting" (guint n)                      how many wait has changed
 * A transaction that names a sponsor and waits for its signature is brought to that node first (citiz_outbox_set_sponsor()). What an account
 * says is held back until a node has taken its registration. */
#define CITIZ_TYPE_OUTBOX (citiz_outbox_get_type ())
G_DECLARE_FINAL_TYPE (CitizOutbox, citiz_outbox, CITIZ, OUTBOX, GObject)

CitizOutbox *citiz_outbox_new (CitizDb *db, CitizChain *chain, const CitizEnv *env);
void citiz_outbox_set_nodes (CitizOutbox *self, const gchar *const *urls);
void citiz_outbox_set_sponsor (CitizOutbox *self,
                               const CitizPublicKey *node,
                               const gchar *url,
                               const guint8 *token);
/* Somebody answers again: what waits is told at once, and as often as at first. */
void citiz_outbox_hurry (CitizOutbox *self);
void citiz_outbox_set_pace (CitizOutbox *self, guint retry_ms);
gboolean citiz_outbox_put (CitizOutbox *self,
                           CitizTx *tx,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_outbox_holds (CitizOutbox *self, const CitizHash *id);
/* The first of this kind, and of @grant unless that is %NULL. Returns: (transfer none) (nullable) */
CitizTx *citiz_outbox_find (CitizOutbox *self, CitizTxType type, const CitizId *grant);
/* @tx takes the place of what waits under that name, and is sent; nothing happens when it waits no more. */
void citiz_outbox_replace (CitizOutbox *self, const CitizHash *id, CitizTx *tx);
gboolean citiz_outbox_start (CitizOutbox *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_outbox_stop (CitizOutbox *self);
void citiz_outbox_look (CitizOutbox *self);
guint citiz_outbox_n_waiting (CitizOutbox *self);
guint citiz_outbox_n_taken (CitizOutbox *self);
GPtrArray *citiz_outbox_list (CitizOutbox *self);

G_END_DECLS
