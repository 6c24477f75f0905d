/* Long series of measured values: chunks on disk, days, sources put together. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-measure.h"

G_BEGIN_DECLS

/* One measured value over [start, start + duration]. Same fields in the same order as the importers' sample. */
typedef struct
{
  gint64 start;     /* ms since 1970 UTC */
  guint32 duration; /* ms */
  gint16 offset;    /* minutes east of UTC on the wall where it was measured */
  gdouble value;
} CitizSample;

#define CITIZ_CHUNK_MAX 4096

gint citiz_sample_compare (gconstpointer a, gconstpointer b);
/* Sorts by (start, duration, value) and drops exact repeats; returns the new count. */
gsize citiz_samples_sort (CitizSample *samples, gsize n);
/* Drops those that are in `there`, too; both are sorted. Returns the new count. */
gsize citiz_samples_drop (CitizSample *samples, gsize n, const GArray *there);

/* 1 to CITIZ_CHUNK_MAX samples in rising order of start; lossless. Returns: (transfer full) */
GBytes *citiz_chunk_encode (const CitizSample *samples, gsize n, GError **error);
/* `out` has room for CITIZ_CHUNK_MAX. Any bytes: gives valid samples or CITIZ_RECORD_ERROR_SERIES, nothing between. */
gboolean citiz_chunk_decode (const guint8 *bytes,
                             gsize size,
                             CitizSample *out,
                             gsize *n,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A civil day of one measure, cut by the offset each sample carries. */
typedef struct
{
  gint32 day;
  guint32 n;
  gdouble sum, min, max, first, last;
  gdouble minutes; /* covered by the samples' durations */
} CitizDay;

/* Adds samples in order of time to `days` (element-type CitizDay, sorted). A sample belongs to the day it starts in, but
 * additive values are shared pro rata between days when it runs over midnight. */
void citiz_days_add (GArray *days, const CitizSample *samples, gsize n, CitizAggregate aggregate);
/* The one value of a day under the rule of the measure. */
gdouble citiz_day_value (const CitizDay *day, CitizAggregate aggregate);
GBytes *citiz_days_encode (const GArray *days);
/* Returns: (transfer full) (element-type CitizDay) */
GArray *citiz_days_decode (const guint8 *bytes, gsize size, GError **error);

/* One source's samples, sorted. A larger priority wins. */
typedef struct
{
  const CitizSample *samples;
  gsize n;
  gint priority;
} CitizRun;

/* watch 3, phone 2, other 1, by the words of a source's name. */
gint citiz_source_priority (const gchar *source);
/* Additive measures: an interval of a lower source counts only for its fraction that no higher source covers (pro rata).
 * Others: a sample is dropped when a higher source has one in the same minute. Returns: (transfer full) sorted CitizSample */
GArray *citiz_series_merge (const CitizRun *runs, guint n_runs, CitizAggregate aggregate);

typedef enum
{
  CITIZ_SLEEP_AWAKE,
  CITIZ_SLEEP_LIGHT,
  CITIZ_SLEEP_DEEP,
  CITIZ_SLEEP_REM,
  CITIZ_SLEEP_ASLEEP /* stage not told */
} CitizSleepStage;

typedef struct
{
  gint64 start, end; /* ms UTC */
  gint16 offset;
  CitizSleepStage stage;
} CitizSleepSegment;

/* The night that ends on `day` (from noon to noon on the wall). */
typedef struct
{
  gint32 day;
  gint64 from, to;
  gint16 offset;
  gdouble hours[5]; /* by stage */
  gdouble asleep;   /* hours without awake */
  GArray *segments; /* of CitizSleepSegment, sorted, not overlapping */
} CitizNight;
void citiz_night_clear (CitizNight *night);

/* `by_stage[s]` are the samples of stage s, sorted (NULL: none). Told stages win over "asleep", the longest told first.
 * Returns: (transfer full) (element-type CitizNight) with a clear func, sorted by day */
GArray *citiz_nights (const GArray *const by_stage[5]);

G_END_DECLS
