/* What the files of a node's store share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-node-store.h"

G_BEGIN_DECLS

gboolean citiz_node_store_damaged (GError **error);
/* @sql with its one parameter. */
gboolean citiz_node_store_run_with_id (CitizDb *db,
                                       const gchar *sql,
                                       const CitizId *id,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_node_store_run_with_hash (CitizDb *db,
                                         const gchar *sql,
                                         const CitizHash *hash,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type CitizId) */
GArray *citiz_node_store_list_ids (CitizDb *db, const gchar *sql, GError **error);

G_END_DECLS
