/* Holding a node's blocks against one's own. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-chain.h"

G_BEGIN_DECLS

gboolean citiz_watch_own_hash (CitizChain *chain, guint64 height, CitizHash *out);
guint citiz_watch_first_other (CitizChain *chain, GPtrArray *theirs);
guint citiz_watch_blame (CitizChain *chain, GPtrArray *theirs, GArray *evidence);
gboolean citiz_watch_epoch (CitizChain *chain,
                            guint64 epoch,
                            CitizValidators *out,
                            CitizHash *out_hash);

G_END_DECLS
