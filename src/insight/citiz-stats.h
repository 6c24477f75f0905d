/* Figures of days and samples for pages and reports. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-record.h"

G_BEGIN_DECLS

/* M4 (Jugel 2014): first, min, max, last of each of `width` columns of [from, to): a line drawn through them covers the same pixels as
 * one through all samples. Returns: (transfer full) (element-type CitizSample) sorted, at most 4·width */
GArray *citiz_m4 (const CitizSample *samples, gsize n, gint64 from, gint64 to, guint width);

/* One value a day: NaN where there is none. `whole` leaves out `today` (unfinished). Returns: (transfer full) length last-first+1 */
gdouble *citiz_day_values (const CitizRecord *record,
                           const gchar *measure,
                           gint32 first,
                           gint32 last);
/* Minutes of moderate to vigorous activity a day: exercise minutes of the watch, else of sessions, else minutes whose heart rate is at
 * least 64 % of 208 − 0.7·age or whose cadence is at least 100 steps. Never two of them for the same day.
 * `out` has 7 places, Monday first; days after `today` and days without data are NaN. Returns the week's sum. */
gdouble citiz_week_activity (const CitizRecord *record,
                             gint32 monday,
                             gint32 today,
                             gint age,
                             gdouble out[7]);

/* What a key-measure card shows. */
typedef struct
{
  gdouble values[14]; /* oldest first, NaN where there is none */
  gdouble last;       /* newest value, NaN if none */
  gdouble second;     /* diastolic of a blood pressure, else NaN */
  CitizTime when;     /* of the newest value; the end of its day for a sum */
  gint32 day;         /* its civil day */
  CitizPosition position;
  CitizRange range; /* clear with citiz_range_clear */
  gdouble change;   /* last minus the value of 30 days ago or the oldest since, NaN if none */
} CitizKeyMeasure;
void citiz_key_measure (const CitizRecord *record,
                        const gchar *measure,
                        gint32 today,
                        CitizKeyMeasure *out);

G_END_DECLS
