/* A bar a day, or a month of a year, with the goal as a line: steps, nutrients. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-buckets.h"
#include "ui/citiz-chart-card.h"

G_BEGIN_DECLS

typedef struct
{
  CitizPeriod period; /* a week, a month, a year */
  gint32 today;
  const GArray *days;  /* of CitizDay: what counts is the sum */
  const gchar *column; /* what a bar is: "Steps" */
  const gchar *unit;   /* UCUM, "" for none */
  gdouble goal;        /* a day, 0: none */
  const gchar *goal_words;
  const gchar *mean;  /* said of the mean: which days it is over */
  const gchar *empty; /* said of a period without any */
} CitizDayBars;

/* FALSE when the period holds nothing. */
gboolean citiz_day_bars_fill (CitizChartCard *card, const CitizDayBars *bars);

/* Empties the chart for these slots. */
void citiz_bucket_slots_begin (CitizChart *chart, const GArray *buckets);
/* Adds the slot of bucket @i; its column of the axis is bold when it holds @today. */
void citiz_bucket_slot_add (CitizChart *chart,
                            const CitizPeriod *period,
                            gint32 today,
                            const GArray *buckets,
                            guint i,
                            const gchar *const *cells,
                            const gchar *note,
                            gdouble note_y);

G_END_DECLS
