/* What lanes of time share with one of them. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-lanes.h"

G_BEGIN_DECLS

#define CITIZ_LANE_HEIGHT 24 /* px */
#define CITIZ_LANE_GAP    20 /* between name and bar */

struct _CitizLanes
{
  GtkWidget parent_instance;
  CitizTime from, until, now;
  gchar *period;
  GtkWidget *reading;
  gint track_x, track_width, bottom; /* px: where bars start, how far they go, where lanes end */
  gint at;                           /* the lane in the tab order */
};

#define CITIZ_TYPE_LANE (citiz_lane_get_type ())
G_DECLARE_FINAL_TYPE (CitizLane, citiz_lane, CITIZ, LANE, GtkWidget)
struct _CitizLane
{
  GtkWidget parent_instance;
  GtkWidget *name;
  gchar *sentence;
  CitizTime from, until;
  GArray *openings; /* gint64, ms */
};

gdouble _citiz_lanes_x_of (CitizLanes *self, gint64 ms);
/* What is read under the lanes; NULL: the time they show. */
void _citiz_lanes_set_reading (CitizLanes *self, const gchar *text);
gint _citiz_lanes_index_of (CitizLanes *self, GtkWidget *lane);
void _citiz_lanes_activated (CitizLanes *self, gint lane);

G_END_DECLS
