/* Fills the page in sight anew when another part of the day begins. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-window.h"

G_BEGIN_DECLS

typedef struct _CitizTurn CitizTurn;

/* Goes before the window does. */
CitizTurn *citiz_turn_new (CitizWindow *window, CitizSession *session);
void citiz_turn_free (CitizTurn *self);
/* Looks at the clock, as it does by itself every ten seconds. */
gboolean citiz_turn_step (gpointer self);

G_END_DECLS
