/* Who makes a node's transactions final: a chain of its own at once, or the replica that orders with others.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "node/citiz-replica.h"

G_BEGIN_DECLS

#define CITIZ_ORDER_PATIENCE 15000 /* ms until a caller is told that the ledger does not answer */

/* Lives in the main context it was made in; chain, key and replica outlive it. */
typedef struct _CitizOrder CitizOrder;

/* Once for each call that gave it. @error: %CITIZ_LEDGER_ERROR (refused: it never becomes final) or %G_IO_ERROR_TIMED_OUT (it still
 * may); else it is final and on disk, in a block of @time. */
typedef void (*CitizOrderDone) (gpointer data, CitizTime time, const GError *error);

/* @replica (nullable): none for a chain of one, where everything is final before the call returns. */
CitizOrder *citiz_order_new (CitizChain *chain, CitizReplica *replica, CitizSigningKey *key);
void citiz_order_free (CitizOrder *order);
void citiz_order_cancel (CitizOrder *order); /* before it is freed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizOrder, citiz_order_free)
gboolean citiz_order_is_own (CitizOrder *order);

/* Signs one transaction of the node's own account, which is registered first when it is not yet. (element-type CitizTx) */
GPtrArray *citiz_order_make (CitizOrder *order, CitizTxType type, const CitizTxBody *body);
/* FALSE: refused, @done is not called. */
gboolean citiz_order_enter (CitizOrder *order,
                            GPtrArray *txs,
                            CitizOrderDone done,
                            gpointer data,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* To be told of one that was entered before. FALSE: it does not wait here. */
gboolean citiz_order_wait (CitizOrder *order,
                           const CitizHash *id,
                           CitizOrderDone done,
                           gpointer data) G_GNUC_WARN_UNUSED_RESULT;
/* A valid revocation is on its way: a node obeys it before it is final. */
gboolean citiz_order_revokes (CitizOrder *order, const CitizId *grant);
gboolean citiz_order_closes (CitizOrder *order,
                             const CitizId *grant); /* an access_close of ours is on its way */
/* The very same is on its way. */
gboolean citiz_order_is_saying (CitizOrder *order, CitizTxType type, const CitizTxBody *body);

G_END_DECLS
