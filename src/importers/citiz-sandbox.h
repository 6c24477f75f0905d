/* The cell in which foreign bytes are read. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean citiz_sandbox_enter (void);

G_END_DECLS
