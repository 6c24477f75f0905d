/* A part of a key that a node signed, held against the ledger. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-given.h"
#include "store/citiz-chain.h"

G_BEGIN_DECLS

gboolean citiz_given_guilty (CitizChain *chain,
                             const CitizGiven *given,
                             CitizPublicKey *out_node) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
