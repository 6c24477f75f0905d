/* Whether the ledger stands still for an opening: what becomes final decides, never who asks. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

G_BEGIN_DECLS

#define CITIZ_STALL_PATIENCE                                                                       \
  10000 /* ms without a final block, while an opening waits; published in /limits */
#define CITIZ_STALL_NAP 6000 /* ms: who was stopped for longer has seen nothing for that long */
#define CITIZ_STALL_MAX 1024 /* openings that are watched */

/* Pure: times are ms of a clock that only goes forward, given by the caller, who looks in (citiz_stall_tick) at least every
 * %CITIZ_STALL_NAP while anything is watched. */
typedef struct _CitizStall CitizStall;

CitizStall *citiz_stall_new (void);
void citiz_stall_free (CitizStall *stall);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizStall, citiz_stall_free)

void citiz_stall_tick (CitizStall *stall, gint64 steady);
void citiz_stall_progress (CitizStall *stall, gint64 steady); /* a block has become final */
/* The opening with this note waits, from the first call on. Returns: ms that it has to go on waiting; 0: the ledger has stood still for it */
guint citiz_stall_wait (CitizStall *stall, const CitizHash *note, gint64 steady);
void citiz_stall_forget (CitizStall *stall, const CitizHash *note);

G_END_DECLS
