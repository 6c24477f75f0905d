/* Can it be trusted: the blocks, the path of one's own entries, verifying everything. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-page.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_LEDGER_PAGE (citiz_ledger_page_get_type ())
G_DECLARE_FINAL_TYPE (CitizLedgerPage, citiz_ledger_page, CITIZ, LEDGER_PAGE, AdwBin)

GtkWidget *citiz_ledger_page_new (CitizSession *session);

G_END_DECLS
