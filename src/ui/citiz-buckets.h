/* Days of a measure gathered into the slots of a chart. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-record.h"
#include "ui/citiz-period.h"

G_BEGIN_DECLS

/* One slot: a day, or a month of a year view. Without data n_days is 0 and the numbers are not-a-number. */
typedef struct
{
  gint32 first, last;
  guint n_days;
  gdouble total;    /* of the day sums */
  gdouble mean;     /* mean of the day values */
  gdouble min, max; /* over the samples */
} CitizBucket;

/* A GArray of CitizBucket: days of a week or month, months of a year. Days after @today have no slot value. */
GArray *citiz_buckets_new (const CitizPeriod *period, const GArray *days, CitizAggregate aggregate);
/* Mean over whole days, that is without @today; not-a-number when there is none. */
gdouble citiz_buckets_daily_mean (const CitizPeriod *period,
                                  const GArray *days,
                                  CitizAggregate aggregate,
                                  gint32 today);
gdouble citiz_buckets_highest (const GArray *buckets, gboolean of_max);
/* What stands under slot @i, or NULL. */
gchar *citiz_bucket_axis (const CitizPeriod *period, const CitizBucket *bucket, guint i);
gchar *citiz_bucket_name (const CitizPeriod *period, const CitizBucket *bucket);
/* Whether today is so young that its lowest and highest say nothing yet beside those of the day before: fewer than a quarter of its samples. */
gboolean citiz_days_hardly_begun (const GArray *days, gint32 today);

G_END_DECLS
