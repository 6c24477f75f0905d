/* Shared by the parts of the Apple Health reader. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "importers/citiz-apple-types.h"
#include "importers/citiz-apple.h"
#include "importers/citiz-samples.h"

G_BEGIN_DECLS

#define CITIZ_APPLE_MAX_SAMPLES                                                                    \
  48000000 /* five times the longest export seen of one person's decade */

/* A series being gathered. */
typedef struct
{
  gchar *measure, *source, *unit, *what;
  CitizSamples *samples;
} CitizAppleSeries;

/* What to do with one (type, source, unit or label), decided once. */
typedef struct
{
  guint64 hash;
  gchar *key;
  guint32 n[3];
  CitizImportReason refused;
  CitizAppleSeries *series[2];
  gint scale;       /* of numbers, power of ten */
  gboolean counted; /* a category: `number` or the duration, not the value attribute */
  gdouble number;
  gdouble per_hour; /* duration unit: 1 = h, 60 = min */
  guint64 refusals;
  gchar *what;
} CitizAppleEntry;

typedef struct
{
  CitizSlice name; /* of the statistic's attribute */
  gchar *type, *unit, *sum, *average, *minimum, *maximum;
} CitizAppleStatistic;

/* A Workout between its tags. */
typedef struct
{
  gboolean open;
  gchar *activity, *source, *start, *end, *duration, *duration_unit;
  gint64 start_ms, end_ms;
  gint16 start_offset, end_offset;
  gchar *route;
  gchar *elevation_cm;
  GPtrArray *statistics; /* CitizAppleStatistic */
} CitizAppleWorkout;

struct _CitizApple
{
  CitizFrameWriter *out;
  CitizXml *xml;
  CitizImportFormat format;
  CitizAppleRouteFunc route; /* nullable */
  gpointer route_data;
  gboolean recognised, source_sent, french;
  guint64 n_samples;
  CitizTime exported;
  gint16 exported_offset;

  CitizAppleEntry **slots; /* open addressing */
  guint n_entries;
  CitizAppleEntry *recent[2];
  guint turn;
  GPtrArray *entries;
  GPtrArray *series;
  GHashTable *series_by_key;
  GHashTable *tallies; /* "reason what" → count */

  gchar day_text[12]; /* the last date read, and its midnight */
  gint64 day_ms;

  CitizAppleWorkout workout;
};

CitizSlice citiz_apple_attribute (const CitizXmlAttribute *a, guint n, const gchar *name);
void citiz_apple_tally (CitizApple *apple, CitizImportReason reason, const gchar *what);
CitizAppleSeries *citiz_apple_series (CitizApple *apple,
                                      const gchar *measure,
                                      const gchar *source,
                                      const gchar *unit,
                                      const gchar *what);
void citiz_apple_send (CitizApple *apple, const gchar *type, const gchar *key, const gchar *json);

void citiz_apple_record (CitizApple *apple, const CitizXmlAttribute *a, guint n);
void citiz_apple_summary (CitizApple *apple, const CitizXmlAttribute *a, guint n);
void citiz_apple_workout_start (CitizApple *apple, const CitizXmlAttribute *a, guint n);
void citiz_apple_workout_child (CitizApple *apple,
                                CitizSlice name,
                                const CitizXmlAttribute *a,
                                guint n);
void citiz_apple_workout_end (CitizApple *apple);
void citiz_apple_workout_clear (CitizAppleWorkout *workout);
void citiz_apple_me (CitizApple *apple, const CitizXmlAttribute *a, guint n);

G_END_DECLS
