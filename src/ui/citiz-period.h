/* The stretch of days a page shows: a day, an ISO week, a month, a year. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-date.h"

G_BEGIN_DECLS

typedef enum
{
  CITIZ_PERIOD_DAY,
  CITIZ_PERIOD_WEEK, /* from Monday */
  CITIZ_PERIOD_MONTH,
  CITIZ_PERIOD_YEAR,
  CITIZ_N_PERIODS
} CitizPeriodKind;

/* Days are counted from 1970-01-01, as in the roll-ups of the record; both ends are included. */
typedef struct
{
  CitizPeriodKind kind;
  gint32 first, last;
} CitizPeriod;

/* The period of that kind that holds @day. */
CitizPeriod citiz_period_around (CitizPeriodKind kind, gint32 day);
CitizPeriod citiz_period_next (const CitizPeriod *period);
CitizPeriod citiz_period_previous (const CitizPeriod *period);
gboolean citiz_period_holds (const CitizPeriod *period, gint32 day);
guint citiz_period_length (const CitizPeriod *period);
/* "19 – 25 October", "October 2026", "2026", "Today, 24 October". */
gchar *citiz_period_title (const CitizPeriod *period, gint32 today);
/* Written under the axis at day @i of the period ("Mon", "5", "Jan"), or NULL where there is no room. */
gchar *citiz_period_axis (const CitizPeriod *period, guint i);
/* "Sat 24": enough in a table under a title that says which month. */
gchar *citiz_period_row (const CitizPeriod *period, guint i);
/* "Saturday 24 October". */
gchar *citiz_period_name (const CitizPeriod *period, guint i);

gint32 citiz_day_from_date_time (GDateTime *when);
GDateTime *citiz_day_to_date_time (gint32 day);
/* An hour of a day on this wall. */
CitizDate citiz_day_at (gint32 day, gint minute);

G_END_DECLS
