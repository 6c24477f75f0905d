/* Ranges of blocks as nodes answer them. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-ledger.h"

G_BEGIN_DECLS

#define CITIZ_RANGE_MAX_BYTES (8u * 1024 * 1024)

gchar *citiz_range_url (const gchar *node, guint64 from, guint max);
GPtrArray *citiz_range_cut (GBytes *answer, GError **error);
GPtrArray *citiz_range_decode (GBytes *answer, GError **error);

G_END_DECLS
