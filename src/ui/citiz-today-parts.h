/* The groups of the Today page, each made anew from the session. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "app/citiz-session.h"

G_BEGIN_DECLS

/* What every group needs. */
typedef struct
{
  CitizSession *session;
  CitizRecord *record;
  GDateTime *now;
  gint32 today;
} CitizTodayView;

/* What is missing, or NULL. */
GtkWidget *citiz_today_notices_new (const CitizTodayView *view);
/* Doses of this part of the day. @left: how many are still to take. */
GtkWidget *citiz_today_doses_new (const CitizTodayView *view, guint *left);
GtkWidget *citiz_today_goals_new (const CitizTodayView *view);
GtkWidget *citiz_today_measures_new (const CitizTodayView *view);
GtkWidget *citiz_today_accesses_new (const CitizTodayView *view);
GtkWidget *citiz_today_openings_new (const CitizTodayView *view);

/* The part of the day that @minute belongs to, its first and last minute and its words "this morning". */
typedef struct
{
  gint first, last;
  const gchar *words;
} CitizDayPart;
CitizDayPart citiz_day_part (gint minute);
/* The minute at which the page last changed by itself: when a part of the day began, or the night ended. */
gint citiz_day_turn (gint minute);

G_END_DECLS
