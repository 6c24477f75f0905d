/* The Care page: the medical file. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"
#include "ui/citiz-page.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_CARE_PAGE (citiz_care_page_get_type ())
G_DECLARE_FINAL_TYPE (CitizCarePage, citiz_care_page, CITIZ, CARE_PAGE, AdwBin)

GtkWidget *citiz_care_page_new (CitizSession *session);
/* "summary" "results" "vaccines" "procedures" "visits" "documents" "history" "directives" "contacts" */
void citiz_care_page_show_section (CitizCarePage *self, const gchar *section);

G_END_DECLS
