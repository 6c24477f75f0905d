/* How accesses, openings and parts of the record are put into words. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-access-words.h"

G_BEGIN_DECLS

/* All returned strings are (transfer full) unless const. */
gchar *citiz_access_period (CitizAccess *access,
                            CitizTime now); /* "24 h — ends tomorrow at 14:32" */
/* The same for paper, which is read on another day: "24 h — until Tuesday 24 November 2026, 14:32". */
gchar *citiz_access_period_written (CitizAccess *access);
/* "127.0.0.1:4321/v#shlink:/…": the link without what nobody reads. */
const gchar *citiz_access_link_shown (CitizAccess *access);
/* "127.0.0.1:4321/v": where a spoken code is entered, and whether it still serves. */
gchar *citiz_access_entry (CitizAccess *access);
gboolean citiz_access_has_code (CitizAccess *access);
gchar *citiz_access_until (CitizAccess *access,
                           CitizTime now); /* "Emergency profile · tomorrow, 14:32" */
/* "2 openings", "no opening". */
gchar *citiz_openings_text (guint openings);
gchar *citiz_access_ending (CitizAccess *access,
                            CitizTime now); /* "revoked 14 August, 2 openings" */
gdouble citiz_access_left (CitizAccess *access, CitizTime now); /* 0 to 1 */
gchar *citiz_access_clock (CitizAccess *access, CitizTime now); /* "23:57:08" */
gchar *citiz_spoken_grouped (const gchar *code);                /* "K7F4 92MX" */

/* One line of what the carer will see, related parts brought together. */
typedef struct
{
  const gchar *icon;
  const gchar *style;
  gchar *title;
  gchar *subtitle;
} CitizPartLine;
void citiz_part_line_free (CitizPartLine *line);
GPtrArray *citiz_access_lines (CitizAccess *access);

/* The name of a section in the emergency profile and its icon. */
const gchar *citiz_part_heading (const gchar *key);
const gchar *citiz_part_icon (const gchar *key);

G_END_DECLS
