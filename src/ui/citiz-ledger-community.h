/* The community on the Ledger page: who keeps the ledger, and how far it can be trusted. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

/* Both follow the session by themselves. */
/* The nodes and this computer; without a community this computer, and how to join one. */
GtkWidget *citiz_ledger_keepers_new (CitizSession *session);
/* A list to which the page adds its own rows: how it stands, how many may fail, where one's own ledger is anchored. Without a
 * community it has none of these. */
GtkWidget *citiz_ledger_vigilance_new (CitizSession *session);

G_END_DECLS
