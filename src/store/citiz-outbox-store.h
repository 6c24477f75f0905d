/* Transactions that wait until a community has made them final. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-db.h"
#include "wire/citiz-tx.h"

G_BEGIN_DECLS

gboolean citiz_outbox_store_put (CitizDb *db, const CitizTx *tx, CitizTime now, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *citiz_outbox_store_list (CitizDb *db, GError **error);
gboolean citiz_outbox_store_has (CitizDb *db, const CitizHash *id);
gboolean citiz_outbox_store_clear (CitizDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_outbox_store_remove (CitizDb *db,
                                    const CitizHash *id,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
