/* Going on without a window, and what a metered network means for the community. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"

G_BEGIN_DECLS

typedef struct _CitizBackground CitizBackground;

CitizBackground *citiz_background_new (CitizSession *session);
void citiz_background_free (CitizBackground *self);
/* Whether the person agreed that the community is followed when the window is closed. NULL: the program is ending. */
gboolean citiz_background_is_wanted (CitizBackground *self);

G_END_DECLS
