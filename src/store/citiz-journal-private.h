/* How an epoch's key is sealed, in the journal file and in the personal chain's table. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-journal.h"

G_BEGIN_DECLS

CitizSecret *citiz_journal_sealing_key (const CitizHash *chain_id,
                                        guint64 epoch,
                                        const CitizSigningKey *node_key);

G_END_DECLS
