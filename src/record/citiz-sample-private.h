/* The sample record's own clock and chance. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-sample-record.h"

G_BEGIN_DECLS

/* A session that the series tell of, too. */
typedef struct
{
  gint32 day;
  gint start, minutes; /* after midnight; how long */
  gdouble km;          /* on foot, else 0 */
  gdouble rate;        /* of the heart, 0 if the watch was not worn */
} CitizSampleEffort;

typedef struct
{
  CitizTime now;
  gint offset;
  gint32 today;
  CitizLanguage language;
  CitizSampleItemFunc item;
  CitizSampleSeriesFunc series;
  gpointer data;
  GArray *efforts; /* of CitizSampleEffort */
} CitizSampleRun;

/* A number of [0, 1) that depends on the day and a purpose only: the same day looks the same tomorrow. */
gdouble citiz_sample_chance (gint32 day, guint purpose);
gint64 citiz_sample_instant (const CitizSampleRun *run, gint32 day, gint minute);
gboolean citiz_sample_all_series (const CitizSampleRun *run);
GBytes *citiz_sample_pdf (gchar *const *lines);

G_END_DECLS
