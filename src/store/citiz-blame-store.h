/* Contradictions that a node has found and that are not final on the ledger yet. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-db.h"
#include "wire/citiz-evidence.h"

G_BEGIN_DECLS

gboolean citiz_blame_store_put (CitizDb *db,
                                const CitizEvidence *evidence,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_blame_store_drop (CitizDb *db,
                                 const CitizEvidence *evidence,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *citiz_blame_store_list (CitizDb *db, GError **error); /* CitizEvidence */

G_END_DECLS
