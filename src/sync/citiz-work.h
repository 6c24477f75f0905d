/* Working for a place in the open lane, in a thread. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "wire/citiz-tx.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* @tx: unsigned, and nobody else's until it is over. Cancelling ends it within a few tries. */
void citiz_work_async (gpointer source,
                       CitizTx *tx,
                       guint bits,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer data);
/* Returns: (transfer full) (nullable): @tx with the work in it, to be signed; %NULL when it was cancelled */
CitizTx *citiz_work_finish (GAsyncResult *result);

G_END_DECLS
