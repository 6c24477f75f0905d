/* Numbers, dates, times and durations as people read them, French and English. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "core/citiz-types.h"

G_BEGIN_DECLS

#define CITIZ_NBSP "\302\240"

/* The language of everything on screen. It starts from the person's environment; a preference sets it. */
CitizLanguage citiz_format_language (void);
void citiz_format_set_language (CitizLanguage language);

/* Numbers. @decimals digits after the separator; thousands grouped; a true minus sign. */
gchar *citiz_format_number (gdouble value, gint decimals);
/* At most @decimals digits, without trailing zeros: 7 and 7.25 but never 7.00. */
/* "812 KB", "2.3 GB"; a thousand bytes to the KB. */
gchar *citiz_format_bytes (guint64 bytes);
gchar *citiz_format_number_short (gdouble value, gint decimals);
/* Digits kept as written ("7.20" is "7,20" in French). Text that is no number comes back unchanged. */
gchar *citiz_format_digits (const gchar *digits);
/* Number and unit joined by a no-break space; a person's spelling of UCUM units ("mm[Hg]" is "mmHg"). */
gchar *citiz_format_quantity (gdouble value, gint decimals, const gchar *unit);
const gchar *citiz_format_unit (const gchar *ucum);
/* With a space that does not break between them; a value without a unit stands alone. */
gchar *citiz_format_with_unit (const gchar *value, const gchar *unit);
/* Accepts both separators and spaces of any kind. FALSE when it is no number. */
/* The same in C's spelling. Returns: (transfer full) (nullable): NULL when it is no number */
gchar *citiz_format_plain (const gchar *text);
gboolean citiz_format_parse_number (const gchar *text, gdouble *out) G_GNUC_WARN_UNUSED_RESULT;

/* Times of day: "14 h 32", "7 h 05", "7 h" / "14:32". */
gchar *citiz_format_hour_minute (guint hour, guint minute);
gchar *citiz_format_time (GDateTime *when);
/* "7:05", "7 h 05", "7h05", "0705" → minutes since midnight. */
gboolean citiz_format_parse_time (const gchar *text, guint *minutes) G_GNUC_WARN_UNUSED_RESULT;
/* Durations: "7 h 12", "32 min". */
gchar *citiz_format_duration (gint64 minutes);
/* What is left of an access: "23 h 57", "12 min", "37 days". */
gchar *citiz_format_remaining (CitizTime now, CitizTime end);

/* Dates. Relative under 7 days: "today", "yesterday", "Wednesday", then "18 Sep", "18 Sep 2025". */
gchar *citiz_format_date (GDateTime *when, GDateTime *now);
/* The day without its year: "18 Sep", whatever the day. */
gchar *citiz_format_day (GDateTime *when);
/* The same with the time: "yesterday, 17:52". */
gchar *citiz_format_date_time (GDateTime *when, GDateTime *now);
gchar *citiz_format_date_time_ms (CitizTime when, CitizTime now);
/* "Saturday 24 October"; with the year when it is not that of @now (NULL: never). */
gchar *citiz_format_date_long (GDateTime *when, GDateTime *now);
/* "18 Sep 2025" whatever the day. */
gchar *citiz_format_date_full (GDateTime *when);
/* Partial dates: 2004 · October 2004 · 18 Sep 2004; 0 stands for what is unknown. */
gchar *citiz_format_partial_date (gint year, gint month, gint day);
/* "2004", "2004-10", "2004-10-18", and with the year last what can be one day only: "18/10/2004", never "12/03/1959". */
gboolean citiz_format_parse_date (const gchar *text, gint *year, gint *month, gint *day)
    G_GNUC_WARN_UNUSED_RESULT;
/* "18 October 2004", "October 2004": a typed date as it was understood, "" when it was not. (transfer full) */
gchar *citiz_format_date_understood (const gchar *text);
/* What is wrong with a typed date, in a sentence; both days when it could be either. (transfer full) (nullable): NULL when it is right */
gchar *citiz_format_date_problem (const gchar *text, gboolean whole_day);
/* "19 – 25 October", "28 September – 4 October 2026"; both ends included. */
gchar *citiz_format_span (GDateTime *first, GDateTime *last, GDateTime *now);
gchar *citiz_format_month (gint year, gint month);
const gchar *citiz_format_month_short (gint month);
/* 1 is Monday, as in ISO 8601. */
const gchar *citiz_format_weekday (gint day);
const gchar *citiz_format_weekday_short (gint day);
const gchar *citiz_format_weekday_letter (gint day);

/* A number stays on the line of what it counts: "1 tablet" never breaks after the 1. */
gchar *citiz_format_hold (const gchar *text);
/* The same of a dosage, whose timing is put into words: "2×/d" is "2 times a day". */
gchar *citiz_format_dosage (const gchar *text);
/* First letter in capitals, the rest as it is. */
gchar *citiz_format_capital (const gchar *text);

G_END_DECLS
