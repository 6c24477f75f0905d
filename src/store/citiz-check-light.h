/* A light client's way over many epochs, on two threads. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-ledger.h"

G_BEGIN_DECLS

gboolean citiz_check_closings (CitizLight *light,
                               GPtrArray *closings,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
