/* The Diet page: one day of meals, nutrients and water. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-session.h"
#include "ui/citiz-page.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_DIET_PAGE (citiz_diet_page_get_type ())
G_DECLARE_FINAL_TYPE (CitizDietPage, citiz_diet_page, CITIZ, DIET_PAGE, AdwBin)

GtkWidget *citiz_diet_page_new (CitizSession *session);
/* Shows another day; today is the last. */
void citiz_diet_page_step (CitizDietPage *self, gint days);

G_END_DECLS
