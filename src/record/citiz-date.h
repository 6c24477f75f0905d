/* FHIR dates as written: partial, with their own offset; civil days. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

G_BEGIN_DECLS

typedef enum
{
  CITIZ_DATE_NONE = 0, /* nothing known */
  CITIZ_DATE_YEAR,
  CITIZ_DATE_MONTH,
  CITIZ_DATE_DAY,
  CITIZ_DATE_TIME
} CitizDatePrecision;

/* A date of FHIR R4 (date, dateTime, instant). Fields beyond the precision are 1 or 0. */
typedef struct
{
  CitizDatePrecision precision;
  gint16 year;
  guint8 month, day, hour, minute, second;
  guint8 digits; /* of the fraction of a second as written */
  guint16 ms;
  gboolean zulu; /* written "Z" rather than "+00:00" */
  gint16 offset; /* minutes east of UTC, for CITIZ_DATE_TIME */
} CitizDate;

gboolean citiz_date_parse (CitizDate *out, const gchar *text) G_GNUC_WARN_UNUSED_RESULT;
gchar *citiz_date_to_string (const CitizDate *date);
CitizDate citiz_date_from_time (CitizTime time, gint offset_minutes);
CitizDate citiz_date_from_day (gint32 day);
/* The first instant it may mean; a date without a time is taken at midnight UTC. INT64_MIN ms when nothing is known. */
CitizTime citiz_date_start (const CitizDate *date);
/* The last instant (exclusive) it may mean. */
CitizTime citiz_date_limit (const CitizDate *date);
/* Orders by first instant, the more precise last among equals; unknown before all. */
gint citiz_date_compare (const CitizDate *a, const CitizDate *b);
/* Civil day on the wall of the one who wrote it, days since 1970-01-01; G_MININT32 when unknown. */
gint32 citiz_date_day (const CitizDate *date);

gint32 citiz_day_from_ymd (gint year, gint month, gint day);
void citiz_day_to_ymd (gint32 day, gint *year, gint *month, gint *month_day);
gint32 citiz_day_of (gint64 ms, gint offset_minutes);
/* 0 = Monday. */
gint citiz_day_weekday (gint32 day);
/* Full years between two civil days, at least 0. */
gint citiz_day_years (gint32 from, gint32 to);

G_END_DECLS
