/* Signatures of blocks that came in, checked while nobody waits for them. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-ledger.h"

G_BEGIN_DECLS

/* Blocks are offered and as many are looked at as its threads have time for. It remembers those whose transactions were all signed; of the others it says nothing. One
 * thread offers and asks. */
typedef struct _CitizCheckAhead CitizCheckAhead;

CitizCheckAhead *citiz_check_ahead_new (guint n_threads, gboolean gently);
void citiz_check_ahead_offer (CitizCheckAhead *ahead,
                              const CitizBlock *block,
                              const CitizLedger *after);
gboolean citiz_check_ahead_knows (CitizCheckAhead *ahead, const CitizBlock *block);
void citiz_check_ahead_forget (CitizCheckAhead *ahead, const CitizBlock *block);
void citiz_check_ahead_free (CitizCheckAhead *ahead);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizCheckAhead, citiz_check_ahead_free)

G_END_DECLS
