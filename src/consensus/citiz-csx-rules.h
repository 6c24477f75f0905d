/* The voting rules themselves, as predicates the core and the model checker share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What one validator has said about one slot. SKIP and FINAL never both; FINAL only of its own NOTAR. */
typedef struct
{
  gboolean notar;
  gboolean skip;
  gboolean final;
} CitizCsxSaid;

/* R4 NOTAR, but for the block itself. @above_final: the slot is later than the highest final one. @parent: the block's parent is the
 * highest final block, or has a certificate. @gap: each slot between parent and block has a SKIP certificate. A NOTAR after one's
 * own SKIP does no harm. */
static inline gboolean
citiz_csx_may_notar (CitizCsxSaid said, gboolean above_final, gboolean parent, gboolean gap)
{
  return !said.notar && above_final && parent && gap;
}

/* R5 FINAL. @certified: the block that was voted NOTAR for has a NOTAR certificate. */
static inline gboolean
citiz_csx_may_final (CitizCsxSaid said, gboolean certified)
{
  return said.notar && certified && !said.skip && !said.final;
}

/* R6 SKIP. */
static inline gboolean
citiz_csx_may_skip (CitizCsxSaid said)
{
  return !said.skip && !said.final;
}

G_END_DECLS
