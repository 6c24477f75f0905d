/* Who may see the record, who did, and what an emergency would show. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-page.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_ACCESS_PAGE (citiz_access_page_get_type ())
G_DECLARE_FINAL_TYPE (CitizAccessPage, citiz_access_page, CITIZ, ACCESS_PAGE, AdwBin)

GtkWidget *citiz_access_page_new (CitizSession *session);

G_END_DECLS
