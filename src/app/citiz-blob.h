/* Bytes of documents in the vault. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-vault.h"

G_BEGIN_DECLS

#define CITIZ_BLOB_MAX (64u << 20)

gboolean citiz_blob_put (CitizVault *vault,
                         const CitizId *id,
                         guint32 batch,
                         GBytes *bytes,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *citiz_blob_get (CitizVault *vault, const CitizId *id, GError **error);

G_END_DECLS
