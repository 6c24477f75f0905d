/* Fills the cards of the Activity page for a period. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-record.h"
#include "ui/citiz-chart-card.h"
#include "ui/citiz-period.h"

G_BEGIN_DECLS

/* What the cards need to know of the world. */
typedef struct
{
  CitizRecord *record;
  CitizPeriod period;
  gint32 today;
  gdouble steps_goal; /* a day, 0: none */
} CitizActivityView;

/* Each returns FALSE when the period holds nothing of it. */
gboolean citiz_activity_fill_steps (CitizChartCard *card, const CitizActivityView *view);
gboolean citiz_activity_fill_heart (CitizChartCard *card, const CitizActivityView *view);
gboolean citiz_activity_fill_sleep (CitizChartCard *card, const CitizActivityView *view);

G_END_DECLS
