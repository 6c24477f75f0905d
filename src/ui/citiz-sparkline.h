/* Small pictures beside a number: a trend, and where a value stands in its range. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_SPARKLINE (citiz_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (CitizSparkline, citiz_sparkline, CITIZ, SPARKLINE, GtkWidget)

typedef enum
{
  CITIZ_SPARKLINE_LINE,
  CITIZ_SPARKLINE_BARS
} CitizSparklineStyle;

GtkWidget *citiz_sparkline_new (CitizSparklineStyle style, gint width, gint height);
/* @values may hold not-a-number (gaps); @low and @high bound the reference band (either may be not-a-number); @goal is
 * dashed over bars (not-a-number: none). */
void citiz_sparkline_set (CitizSparkline *self,
                          const gdouble *values,
                          guint n,
                          gdouble low,
                          gdouble high,
                          gdouble goal);
void citiz_sparkline_set_label (CitizSparkline *self, const gchar *label);
void citiz_sparkline_set_concealed (CitizSparkline *self, gboolean concealed);

#define CITIZ_TYPE_RANGE_BAR (citiz_range_bar_get_type ())
G_DECLARE_FINAL_TYPE (CitizRangeBar, citiz_range_bar, CITIZ, RANGE_BAR, GtkWidget)

/* A track with the reference range on it and a marker at the value. @low or @high may be not-a-number (open end). */
GtkWidget *citiz_range_bar_new (gint width);
void citiz_range_bar_set (CitizRangeBar *self, gdouble value, gdouble low, gdouble high);
void citiz_range_bar_set_concealed (CitizRangeBar *self, gboolean concealed);
/* Where things stand on a track of length 1 (exported for tests). */
void citiz_range_bar_place (gdouble value,
                            gdouble low,
                            gdouble high,
                            gdouble *out_value,
                            gdouble *out_low,
                            gdouble *out_high);

G_END_DECLS
