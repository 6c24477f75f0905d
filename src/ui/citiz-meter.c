/* How much of a goal is reached, or of a limit used. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-meter.h"

#include <math.h>

struct _CitizMeter
{
  GtkWidget parent_instance;
  gdouble fraction;
  gboolean limit;
};

G_DEFINE_FINAL_TYPE (CitizMeter, citiz_meter, GTK_TYPE_WIDGET)

#define THICK 8

static void
citiz_meter_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     int for_size,
                     int *minimum,
                     int *natural,
                     int *minimum_baseline,
                     int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 60 : 14;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 200 : 14;
}

static void
part (GtkSnapshot *snapshot, gdouble y, gdouble width, const GdkRGBA *colour)
{
  graphene_rect_t box = GRAPHENE_RECT_INIT (0, (float) y, (float) width, THICK);
  GskRoundedRect edge;

  gsk_rounded_rect_init_from_rect (&edge, &box, (float) MIN (THICK / 2.0, width / 2));
  gtk_snapshot_push_rounded_clip (snapshot, &edge);
  gtk_snapshot_append_color (snapshot, colour, &box);
  gtk_snapshot_pop (snapshot);
}

static void
citiz_meter_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CitizMeter *self = CITIZ_METER (widget);
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  gdouble w = gtk_widget_get_width (widget),
          y = round ((gtk_widget_get_height (widget) - THICK) / 2.0);
  GdkRGBA colour, track, ink;

  gtk_style_context_get_color (context, &colour);
  if (!gtk_style_context_lookup_color (context, "window_fg_color", &ink))
    ink = colour;
  track = ink;
  track.alpha *= 0.12f;
  part (snapshot, y, w, &track);
  if (self->fraction > 0)
    part (snapshot, y, MAX (w * MIN (self->fraction, 1), 2), &colour);
  if (self->limit)
    gtk_snapshot_append_color (snapshot, &ink,
                               &GRAPHENE_RECT_INIT ((float) w - 2, (float) y - 3, 2, THICK + 6));
}

static void
citiz_meter_class_init (CitizMeterClass *klass)
{
  GTK_WIDGET_CLASS (klass)->measure = citiz_meter_measure;
  GTK_WIDGET_CLASS (klass)->snapshot = citiz_meter_snapshot;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "meter");
  /* Its numbers stand beside it. */
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
citiz_meter_init (CitizMeter *self)
{
}

GtkWidget *
citiz_meter_new (gdouble fraction, gboolean limit)
{
  CitizMeter *self = g_object_new (CITIZ_TYPE_METER, NULL);

  self->fraction = fraction;
  self->limit = limit;
  gtk_widget_add_css_class (GTK_WIDGET (self), limit           ? (fraction > 1 ? "over" : "limit")
                                               : fraction >= 1 ? "reached"
                                                               : "goal");
  return GTK_WIDGET (self);
}
