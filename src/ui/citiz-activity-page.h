/* The Activity page: steps, sustained activity, sleep, heart rate, sessions. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"
#include "ui/citiz-page.h"
#include "ui/citiz-period.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_ACTIVITY_PAGE (citiz_activity_page_get_type ())
G_DECLARE_FINAL_TYPE (CitizActivityPage, citiz_activity_page, CITIZ, ACTIVITY_PAGE, AdwBin)

GtkWidget *citiz_activity_page_new (CitizSession *session);
void citiz_activity_page_set_period (CitizActivityPage *self, CitizPeriodKind kind);
/* Moves by one period; the present is the last. */
void citiz_activity_page_step (CitizActivityPage *self, gint direction);

G_END_DECLS
