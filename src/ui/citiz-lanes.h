/* Lanes of time: who can see, and when, with the openings as dots. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "core/citiz-types.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_LANES (citiz_lanes_get_type ())
G_DECLARE_FINAL_TYPE (CitizLanes, citiz_lanes, CITIZ, LANES, GtkWidget)

/* @css_class of a lane, which colours it: "live" (emergency) "standing" "planned" "past". */
#define CITIZ_LANES_MOST_TICKS 8

/* A role LIST whose lanes are its items; the arrows go from one to the next. */
GtkWidget *citiz_lanes_new (const gchar *label);
/* Forgets the lanes; the keyboard focus stays in its place. @now is the one strong vertical. */
void citiz_lanes_clear (CitizLanes *self, CitizTime from, CitizTime until, CitizTime now);
/* @sentence says the whole lane; @openings are times in ms. */
void citiz_lanes_add (CitizLanes *self,
                      const gchar *name,
                      const gchar *sentence,
                      const gchar *css_class,
                      CitizTime from,
                      CitizTime until,
                      const gint64 *openings,
                      guint n_openings);

/* Times (ms) between @from and @until where a vertical stands in @zone: hours, midnights or firsts of a month, at most
 * CITIZ_LANES_MOST_TICKS. */
guint citiz_lanes_ticks (gint64 out[CITIZ_LANES_MOST_TICKS],
                         CitizTime from,
                         CitizTime until,
                         GTimeZone *zone);

/* Signal "activated" (int lane): Enter or a press on a lane. */

G_END_DECLS
