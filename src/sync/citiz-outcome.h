/* What the ledger holds already of a transaction, by its meaning. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-chain.h"

G_BEGIN_DECLS

typedef enum
{
  CITIZ_OUTCOME_NOT,
  CITIZ_OUTCOME_ITSELF, /* this one, or the same words under the same number let in otherwise; of evidence, that its node is blamed already */
  CITIZ_OUTCOME_ALIKE,  /* another of the same account did what it would do */
  CITIZ_OUTCOME_SPENT,  /* another took its number, for something else: no block can hold it */
  CITIZ_OUTCOME_UNKNOWN /* the disk does not say: nothing is given up for that */
} CitizOutcome;

CitizOutcome citiz_outcome_of (CitizChain *chain, const CitizTx *tx, CitizTx **out_other);

G_END_DECLS
