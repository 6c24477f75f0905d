/* Who made two chains final that cannot both be. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-ledger.h"

G_BEGIN_DECLS

guint citiz_blame (GPtrArray *a, GPtrArray *b, CitizEvidence out[CITIZ_MAX_VALIDATORS]);

G_END_DECLS
