/* Transactions that wait to be ordered. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "node/citiz-checked.h"

G_BEGIN_DECLS

#define CITIZ_MEMPOOL_MAX_TXS     10000
#define CITIZ_MEMPOOL_MAX_BYTES   (4u * 1024 * 1024)
#define CITIZ_MEMPOOL_MAX_ACCOUNT 64 /* of one account: as many as its nonce window */

/* In order of arrival, none twice. Invariant: bytes is the sum of the sizes. */
typedef struct _CitizMempool CitizMempool;

CitizMempool *citiz_mempool_new (void);
void citiz_mempool_free (CitizMempool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizMempool, citiz_mempool_free)

gboolean citiz_mempool_add (CitizMempool *pool,
                            CitizTx *tx,
                            const CitizLedger *ledger,
                            CitizTime now,
                            CitizChecked *checked,
                            gboolean *out_new,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_mempool_is_due (const CitizMempool *pool, const CitizHash *id);
guint citiz_mempool_n_due (const CitizMempool *pool);
gboolean citiz_mempool_has (const CitizMempool *pool, const CitizHash *id);
void citiz_mempool_remove (CitizMempool *pool, const CitizHash *id);
void citiz_mempool_sift (CitizMempool *pool, const CitizLedger *ledger, CitizTime now);
GPtrArray *citiz_mempool_list (const CitizMempool *pool);
guint citiz_mempool_size (const CitizMempool *pool);

/* Whether a revocation of @grant waits. */
gboolean citiz_mempool_revokes (const CitizMempool *pool, const CitizId *grant);
/* Whether an opening with this note waits, whosever it is. */
gboolean citiz_mempool_opens (const CitizMempool *pool, const CitizHash *note);

G_END_DECLS
