/* The Today page: what is due, how I am, who has access. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"
#include "ui/citiz-page.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_TODAY_PAGE (citiz_today_page_get_type ())
G_DECLARE_FINAL_TYPE (CitizTodayPage, citiz_today_page, CITIZ, TODAY_PAGE, AdwBin)

GtkWidget *citiz_today_page_new (CitizSession *session);

G_END_DECLS
