/* What a chart shares with its table and its cursor. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "ui/citiz-chart.h"

G_BEGIN_DECLS

typedef struct
{
  gdouble x, note_y;
  gchar *axis, *name, *row, *note;
  gchar **cells;
  gboolean strong;
} CitizSlot;

/* What its drawing and its cursor read; only citiz-chart.c changes it. */
struct _CitizChart
{
  GtkWidget parent_instance;
  gchar *label, *goal_words, *first_column;
  gchar **columns;
  GPtrArray *layers;
  GArray *slots;
  gdouble x0, x1, goal;
  CitizScale scale;
  CitizTickFunc tick_format;
  gboolean down, concealed, newest_first;
  gint cursor;
  GtkWidget *overlay;
  graphene_rect_t plot;
  AdwAnimation *animation;
};

/* The pass above the layers: cursor, tooltip, focus. */
#define CITIZ_TYPE_CHART_CURSOR (citiz_chart_cursor_get_type ())
G_DECLARE_FINAL_TYPE (CitizChartCursor, citiz_chart_cursor, CITIZ, CHART_CURSOR, GtkWidget)

GtkWidget *_citiz_chart_cursor_new (CitizChart *chart);
void _citiz_chart_cursor_rebuild (CitizChartCursor *self);
void _citiz_chart_cursor_moved (CitizChartCursor *self);

/* The plot is what the labels leave. */
void _citiz_chart_place_plot (CitizChart *self, gint width, gint height);
/* Under the layers, and over them. */
void _citiz_chart_draw_grid (CitizChart *self, GtkSnapshot *snapshot);
void _citiz_chart_draw_words (CitizChart *self, GtkSnapshot *snapshot);

const CitizSlot *_citiz_chart_get_slot (CitizChart *self, guint i);
const gchar *_citiz_chart_get_first_column (CitizChart *self);
const gchar *const *_citiz_chart_get_columns (CitizChart *self);
void _citiz_chart_get_plot (CitizChart *self, graphene_rect_t *plot);
gdouble _citiz_chart_slot_px (CitizChart *self, guint slot);
gdouble _citiz_chart_value_py (CitizChart *self, gdouble y);
gboolean _citiz_chart_get_concealed (CitizChart *self);
gboolean _citiz_chart_get_newest_first (CitizChart *self);
/* "Steps 7,296 · Goal 8,000": the values of a slot in one line. */
gchar *_citiz_chart_slot_text (CitizChart *self, guint slot, const gchar *separator);

G_END_DECLS
