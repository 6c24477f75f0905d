/* The catalogue of measures: names, codes, units, limits. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

G_BEGIN_DECLS

/* How the values of a day make one. */
typedef enum
{
  CITIZ_AGGREGATE_MEAN,
  CITIZ_AGGREGATE_SUM,
  CITIZ_AGGREGATE_LAST,
  CITIZ_AGGREGATE_MAX,
  CITIZ_AGGREGATE_EVENT,
  CITIZ_AGGREGATE_PANEL,
  CITIZ_AGGREGATE_DERIVED,
  CITIZ_AGGREGATE_NIGHT /* a sum that belongs to the day one wakes up on: from noon to noon */
} CitizAggregate;

typedef struct
{
  const gchar *key;
  const gchar *loinc;   /* "" if none */
  const gchar *ucum;    /* "" if none */
  const gchar *name[2]; /* by CitizLanguage */
  CitizAggregate aggregate;
  gint decimals;
  gdouble min, max;       /* plausible values in `ucum`; NaN if not stated */
  const gchar *healthkit; /* short HealthKit name, "" if none */
  gboolean laboratory;    /* a result of a laboratory, not of a device or a person */
} CitizMeasure;

guint citiz_measure_count (void);
const CitizMeasure *citiz_measure_at (guint index);
/* (nullable) */
const CitizMeasure *citiz_measure_get (const gchar *key);
const CitizMeasure *citiz_measure_by_loinc (const gchar *code);
const CitizMeasure *citiz_measure_by_healthkit (const gchar *type);
/* The measures of one meaning: hba1c_ifcc is shown with hba1c, glucose_meter with glucose_bld. Returns the key to group by. */
const gchar *citiz_measure_family (const CitizMeasure *measure);

/* Defaults of goals and ranges, each with the words of its source. */
typedef enum
{
  CITIZ_GOAL_REACH,
  CITIZ_GOAL_LIMIT,
  CITIZ_GOAL_RANGE,
  CITIZ_GOAL_BELOW /* a range whose high end is no longer within */
} CitizGoalKind;

typedef struct
{
  const gchar *measure;
  CitizGoalKind kind;
  gdouble low, high; /* NaN where open */
  const gchar *unit;
  const gchar *period; /* "day" "week" "" */
  const gchar *source[2];
} CitizGoalDefault;

/* (nullable) */
const CitizGoalDefault *citiz_goal_default (const gchar *measure);
gboolean citiz_goal_is_below (const gchar *measure);

G_END_DECLS
