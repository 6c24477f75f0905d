/* A chart: axes, layers, a cursor by pointer and keyboard, and its table twin. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ui/citiz-layer.h"
#include "ui/citiz-scale.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_CHART (citiz_chart_get_type ())
G_DECLARE_FINAL_TYPE (CitizChart, citiz_chart, CITIZ, CHART, GtkWidget)

/* Up to so many points are children that assistive technology can visit one by one. */
#define CITIZ_CHART_MOST_CHILDREN 40

typedef gchar *(*CitizTickFunc) (gdouble tick, gint decimals);

/* @label says what the picture is ("Steps, 19 – 25 October"). */
GtkWidget *citiz_chart_new (const gchar *label);
void citiz_chart_set_label (CitizChart *self, const gchar *label);
/* Forgets layers and slots; axes stay. */
void citiz_chart_clear (CitizChart *self);
void citiz_chart_set_x (CitizChart *self, gdouble x0, gdouble x1);
/* @format NULL: locale numbers. @down turns the axis: the lowest value on top. */
void citiz_chart_set_y (CitizChart *self,
                        const CitizScale *scale,
                        CitizTickFunc format,
                        gboolean down);
/* Takes the layer. */
void citiz_chart_add_layer (CitizChart *self, CitizLayer *layer);
/* A dashed line at @y with its words at the right end; NULL words take it away. */
void citiz_chart_set_goal (CitizChart *self, gdouble y, const gchar *words);
/* Titles of the values of a slot; the first column of the table twin is the slot itself, called @first. */
void citiz_chart_set_columns (CitizChart *self, const gchar *first, const gchar *const *titles);
/* The table twin begins with the last slot: of a course of years, today is what is looked for. */
void citiz_chart_set_newest_first (CitizChart *self, gboolean newest_first);
/* A place of the cursor, ascending in x. @axis is written under the axis (or NULL), bold when @strong; @name is the whole name
 * ("Saturday 24 October"); @cells are the values in words, one a column, "" for none; @note stands above its bar (or NULL). */
void citiz_chart_add_slot (CitizChart *self,
                           gdouble x,
                           const gchar *axis,
                           gboolean strong,
                           const gchar *name,
                           const gchar *const *cells,
                           const gchar *note,
                           gdouble note_y);
/* A shorter name for the table twin's row of the slot added last ("Sat 24"); without it the whole name stands there. */
void citiz_chart_name_row (CitizChart *self, const gchar *row);
guint citiz_chart_get_n_slots (CitizChart *self);
/* -1: none. Read by assistive technology as the chart's description. */
void citiz_chart_set_cursor (CitizChart *self, gint slot);
gint citiz_chart_get_cursor (CitizChart *self);
/* The slot nearest to a place in the widget. */
gint citiz_chart_slot_at (CitizChart *self, gdouble x, gdouble y);
/* Values hidden: the frame only. */
void citiz_chart_set_concealed (CitizChart *self, gboolean concealed);
/* The same values in a GtkColumnView, made anew from the slots. */
GtkWidget *citiz_chart_new_table (CitizChart *self);
/* The same for any rows: @rows of gchar **, the cell under @first and one for each of @titles. */
GtkWidget *citiz_table_new (const gchar *first, const gchar *const *titles, GPtrArray *rows);

/* Signal "activated" (int slot): Enter or a press on a slot. */

G_END_DECLS
