/* One series of a chart, coloured by its CSS class. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  CITIZ_LAYER_LINE,
  CITIZ_LAYER_BAR,
  CITIZ_LAYER_BAND,  /* reference range, full width: y to y2 of its one point */
  CITIZ_LAYER_RANGE, /* area between y and y2 along x */
  CITIZ_LAYER_DOTS,
  CITIZ_LAYER_SEGMENTS, /* pieces of a slot between y and y2 */
  CITIZ_N_LAYER_KINDS
} CitizLayerKind;

typedef enum
{
  CITIZ_POINT_STRONG = 1 << 0,     /* today: in the full colour */
  CITIZ_POINT_ROUND_HIGH = 1 << 1, /* a segment that ends its column at y2 */
  CITIZ_POINT_ROUND_LOW = 1 << 2   /* … or at y */
} CitizPointFlags;

/* A y that is not a number is a gap: nothing is drawn there and no line crosses it. */
typedef struct
{
  gdouble x, y, y2;
  CitizPointFlags flags;
} CitizPoint;

#define CITIZ_TYPE_LAYER (citiz_layer_get_type ())
G_DECLARE_FINAL_TYPE (CitizLayer, citiz_layer, CITIZ, LAYER, GtkWidget)

/* @css_class: "series-1" … "series-6", "reference". */
CitizLayer *citiz_layer_new (CitizLayerKind kind, const gchar *css_class);
void citiz_layer_set_points (CitizLayer *self, const CitizPoint *points, guint n);
/* What its box shows; y0 above y1 turns the axis downwards. */
void citiz_layer_set_view (CitizLayer *self, gdouble x0, gdouble x1, gdouble y0, gdouble y1);
/* Lines: a disc at each point, or at the last one only. */
void citiz_layer_set_marks (CitizLayer *self, gboolean every, gboolean last);
/* Bars and segments: part of a slot that they fill (0.45) and the radius of their upper corners. */
void citiz_layer_set_bar (CitizLayer *self, gdouble part, gdouble radius);
void citiz_layer_set_growth (CitizLayer *self, gdouble growth);

/* The colour of the card under a chart, for halos and for mixing. */
void citiz_layer_card_colour (GtkWidget *widget, GdkRGBA *out);

G_END_DECLS
