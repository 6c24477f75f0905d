/* Small pictures beside a number: a trend, and where a value stands in its range. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-sparkline.h"

#include <adwaita.h>
#include <math.h>

#include "ui/citiz-layer.h"

struct _CitizSparkline
{
  GtkWidget parent_instance;
  CitizSparklineStyle style;
  gint width, height;
  CitizLayer *band, *data;
  gdouble goal, lo, hi;
  gboolean concealed;
};

G_DEFINE_FINAL_TYPE (CitizSparkline, citiz_sparkline, GTK_TYPE_WIDGET)

struct _CitizRangeBar
{
  GtkWidget parent_instance;
  gint width;
  gdouble value, low, high;
  gboolean concealed;
};

G_DEFINE_FINAL_TYPE (CitizRangeBar, citiz_range_bar, GTK_TYPE_WIDGET)

static void
citiz_sparkline_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  CitizSparkline *self = CITIZ_SPARKLINE (widget);

  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN (self->width, 48) : self->height;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? self->width : self->height;
}

static void
citiz_sparkline_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CitizSparkline *self = CITIZ_SPARKLINE (widget);
  gint inset = self->style == CITIZ_SPARKLINE_LINE ? 6 : 0;

  gtk_widget_size_allocate (GTK_WIDGET (self->band),
                            &(GtkAllocation){0, 3, width, MAX (height - 6, 1)}, -1);
  gtk_widget_size_allocate (
      GTK_WIDGET (self->data),
      &(GtkAllocation){inset, 3, MAX (width - 2 * inset, 1), MAX (height - 6, 1)}, -1);
}

static void
citiz_sparkline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CitizSparkline *self = CITIZ_SPARKLINE (widget);
  gdouble w = gtk_widget_get_width (widget), h = gtk_widget_get_height (widget) - 6, y;
  GdkRGBA neutral;
  cairo_t *cr;

  if (self->concealed)
    return;
  gtk_widget_snapshot_child (widget, GTK_WIDGET (self->band), snapshot);
  gtk_widget_snapshot_child (widget, GTK_WIDGET (self->data), snapshot);
  if (isnan (self->goal) || self->hi <= self->lo)
    return;
  if (!gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "citiz_neutral",
                                       &neutral))
    gtk_style_context_get_color (gtk_widget_get_style_context (widget), &neutral);
  y = 3 + h * (1 - (self->goal - self->lo) / (self->hi - self->lo));
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, (float) y - 2, (float) w, 4));
  gdk_cairo_set_source_rgba (cr, &neutral);
  cairo_set_line_width (cr, 1.5);
  cairo_set_dash (cr, (const double[]){3, 3}, 2, 0);
  cairo_move_to (cr, 0, y);
  cairo_line_to (cr, w, y);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
citiz_sparkline_dispose (GObject *object)
{
  CitizSparkline *self = CITIZ_SPARKLINE (object);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (citiz_sparkline_parent_class)->dispose (object);
}

static void
citiz_sparkline_class_init (CitizSparklineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_sparkline_dispose;
  widget_class->measure = citiz_sparkline_measure;
  widget_class->size_allocate = citiz_sparkline_size_allocate;
  widget_class->snapshot = citiz_sparkline_snapshot;
  gtk_widget_class_set_css_name (widget_class, "sparkline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
citiz_sparkline_init (CitizSparkline *self)
{
  self->goal = NAN;
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

GtkWidget *
citiz_sparkline_new (CitizSparklineStyle style, gint width, gint height)
{
  CitizSparkline *self = g_object_new (CITIZ_TYPE_SPARKLINE, NULL);

  self->style = style;
  self->width = width;
  self->height = height;
  self->band = citiz_layer_new (CITIZ_LAYER_BAND, "reference");
  self->data = citiz_layer_new (style == CITIZ_SPARKLINE_LINE ? CITIZ_LAYER_LINE : CITIZ_LAYER_BAR,
                                "series-1");
  citiz_layer_set_marks (self->data, FALSE, TRUE);
  citiz_layer_set_bar (self->data, 0.55, 2);
  gtk_widget_set_parent (GTK_WIDGET (self->band), GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self->data), GTK_WIDGET (self));
  return GTK_WIDGET (self);
}

void
citiz_sparkline_set (CitizSparkline *self,
                     const gdouble *values,
                     guint n,
                     gdouble low,
                     gdouble high,
                     gdouble goal)
{
  g_autofree CitizPoint *points = g_new0 (CitizPoint, n);
  gboolean bars = self->style == CITIZ_SPARKLINE_BARS;
  gdouble lo = bars ? 0 : G_MAXDOUBLE, hi = bars ? 0 : -G_MAXDOUBLE, margin;

  for (guint i = 0; i < n; i++)
    {
      points[i]
          = (CitizPoint){i + (bars ? 0.5 : 0), values[i], 0, i + 1 == n ? CITIZ_POINT_STRONG : 0};
      if (isfinite (values[i]))
        {
          lo = MIN (lo, values[i]);
          hi = MAX (hi, values[i]);
        }
    }
  if (bars && !isnan (goal))
    hi = MAX (hi, goal);
  if (lo > hi)
    lo = 0, hi = 1;
  margin = hi > lo ? (hi - lo) * 0.6 : MAX (fabs (hi) * 0.05, 0.5);
  /* The nearer edge of the range comes into the picture, not the whole of a wide one. */
  if (!bars && isfinite (high) && high < hi + margin && high > lo - margin * 2)
    lo = MIN (lo, high - margin), hi = MAX (hi, high);
  if (!bars && isfinite (low) && low > lo - margin && low < hi + margin * 2)
    hi = MAX (hi, low + margin), lo = MIN (lo, low);
  if (!bars)
    lo -= margin * 0.8, hi += margin * 0.8;
  self->lo = lo;
  self->hi = hi > lo ? hi : lo + 1;
  self->goal = goal;
  if (isfinite (low) || isfinite (high))
    {
      CitizPoint edges = {0, isfinite (low) ? MAX (low, self->lo) : self->lo,
                          isfinite (high) ? MIN (high, self->hi) : self->hi, 0};

      citiz_layer_set_points (self->band, &edges, edges.y2 > edges.y ? 1 : 0);
    }
  else
    citiz_layer_set_points (self->band, NULL, 0);
  citiz_layer_set_view (self->band, 0, 1, self->lo, self->hi);
  citiz_layer_set_view (self->data, 0, bars ? MAX (n, 1) : MAX (n, 2) - 1, self->lo, self->hi);
  citiz_layer_set_points (self->data, points, n);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
citiz_sparkline_set_label (CitizSparkline *self, const gchar *label)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

void
citiz_sparkline_set_concealed (CitizSparkline *self, gboolean concealed)
{
  self->concealed = concealed;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- range bar --- */

void
citiz_range_bar_place (gdouble value,
                       gdouble low,
                       gdouble high,
                       gdouble *out_value,
                       gdouble *out_low,
                       gdouble *out_high)
{
  gboolean has_low = isfinite (low), has_high = isfinite (high);
  gdouble from, to;

  /* A closed range takes the middle half; an open one starts or ends at the track's end. */
  if (has_low && has_high && high > low)
    from = low - (high - low) * 0.5, to = high + (high - low) * 0.5;
  else if (has_high)
    from = MIN (0, high), to = MAX (high * 1.9, from + 1e-9);
  else if (has_low)
    from = low * 0.4, to = MAX (low * 1.6, from + 1e-9);
  else
    from = 0, to = MAX (value * 2, 1e-9);
  *out_low = has_low ? CLAMP ((low - from) / (to - from), 0, 1) : 0;
  *out_high = has_high ? CLAMP ((high - from) / (to - from), 0, 1) : 1;
  *out_value = CLAMP ((value - from) / (to - from), 0, 1);
}

static void
citiz_range_bar_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  gint width = CITIZ_RANGE_BAR (widget)->width;

  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN (width, 60) : 16;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? width : 16;
}

static void
bar (GtkSnapshot *snapshot,
     gdouble x,
     gdouble y,
     gdouble w,
     gdouble h,
     gdouble r,
     const GdkRGBA *colour)
{
  GskRoundedRect round;
  graphene_rect_t box = GRAPHENE_RECT_INIT ((float) x, (float) y, (float) w, (float) h);

  gsk_rounded_rect_init_from_rect (&round, &box, (float) r);
  gtk_snapshot_push_rounded_clip (snapshot, &round);
  gtk_snapshot_append_color (snapshot, colour, &box);
  gtk_snapshot_pop (snapshot);
}

static void
citiz_range_bar_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CitizRangeBar *self = CITIZ_RANGE_BAR (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  gdouble w = gtk_widget_get_width (widget), h = gtk_widget_get_height (widget), y = round (h / 2),
          at, a, b;
  gboolean outside = self->value < self->low || self->value > self->high;
  gboolean contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  GdkRGBA track, band, marker, card;

  gtk_style_context_get_color (context, &track);
  track.alpha *= contrast ? 0.3f : 0.08f;
  bar (snapshot, 0, y - 3, w, 6, 3, &track);
  if (self->concealed)
    return;
  if (!gtk_style_context_lookup_color (context, "citiz_range", &band))
    band = track;
  if (!gtk_style_context_lookup_color (context, outside ? "citiz_series_2" : "citiz_series_1",
                                       &marker))
    gtk_style_context_get_color (context, &marker);
  citiz_layer_card_colour (widget, &card);
  citiz_range_bar_place (self->value, self->low, self->high, &at, &a, &b);
  if (isfinite (self->low) || isfinite (self->high))
    bar (snapshot, a * w, y - 3, MAX ((b - a) * w, 1), 6, 3, &band);
  at = CLAMP (at * w, 7, w - 7);
  bar (snapshot, at - 7, y - 7, 14, 14, 7, &card);
  if (outside && contrast)
    bar (snapshot, at - 5, y - 5, 10, 10, 0, &marker);
  else
    bar (snapshot, at - 5, y - 5, 10, 10, 5, &marker);
}

static void
citiz_range_bar_class_init (CitizRangeBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = citiz_range_bar_measure;
  widget_class->snapshot = citiz_range_bar_snapshot;
  gtk_widget_class_set_css_name (widget_class, "rangebar");
  /* Its words stand beside it. */
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
citiz_range_bar_init (CitizRangeBar *self)
{
  self->low = self->high = NAN;
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

GtkWidget *
citiz_range_bar_new (gint width)
{
  CitizRangeBar *self = g_object_new (CITIZ_TYPE_RANGE_BAR, NULL);

  self->width = width;
  return GTK_WIDGET (self);
}

void
citiz_range_bar_set (CitizRangeBar *self, gdouble value, gdouble low, gdouble high)
{
  self->value = value;
  self->low = low;
  self->high = high;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
citiz_range_bar_set_concealed (CitizRangeBar *self, gboolean concealed)
{
  self->concealed = concealed;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
