/* A ring that shows what is left of an access. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-countdown.h"

#include <math.h>

struct _CitizCountdown
{
  GtkWidget parent_instance;
  GtkWidget *image;
  gdouble fraction;
  gint size;
};

G_DEFINE_FINAL_TYPE (CitizCountdown, citiz_countdown, GTK_TYPE_WIDGET)

static void
citiz_countdown_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CitizCountdown *self = CITIZ_COUNTDOWN (widget);
  gdouble width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  gdouble stroke = self->size >= 56 ? 7 : 5, radius = (self->size - stroke) / 2;
  GdkRGBA color;
  cairo_t *cr;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0, 0, (gfloat) width, (gfloat) height));
  cairo_set_line_width (cr, stroke);
  cairo_set_source_rgba (cr, color.red, color.green, color.blue, 0.16 * color.alpha);
  cairo_arc (cr, width / 2, height / 2, radius, 0, 2 * G_PI);
  cairo_stroke (cr);
  if (self->fraction > 0)
    {
      gdk_cairo_set_source_rgba (cr, &color);
      cairo_set_line_cap (cr, self->fraction < 0.995 ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
      cairo_arc (cr, width / 2, height / 2, radius, -G_PI / 2,
                 -G_PI / 2 + 2 * G_PI * self->fraction);
      cairo_stroke (cr);
    }
  cairo_destroy (cr);
  gtk_widget_snapshot_child (widget, self->image, snapshot);
}

static void
citiz_countdown_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         gint for_size,
                         gint *minimum,
                         gint *natural,
                         gint *minimum_baseline,
                         gint *natural_baseline)
{
  *minimum = *natural = CITIZ_COUNTDOWN (widget)->size;
  *minimum_baseline = *natural_baseline = -1;
}

static void
citiz_countdown_size_allocate (GtkWidget *widget, gint width, gint height, gint baseline)
{
  gtk_widget_size_allocate (CITIZ_COUNTDOWN (widget)->image, &(GtkAllocation){0, 0, width, height},
                            -1);
}

static void
citiz_countdown_dispose (GObject *object)
{
  g_clear_pointer (&CITIZ_COUNTDOWN (object)->image, gtk_widget_unparent);
  G_OBJECT_CLASS (citiz_countdown_parent_class)->dispose (object);
}

static void
citiz_countdown_class_init (CitizCountdownClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_countdown_dispose;
  widget_class->snapshot = citiz_countdown_snapshot;
  widget_class->measure = citiz_countdown_measure;
  widget_class->size_allocate = citiz_countdown_size_allocate;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
  gtk_widget_class_set_css_name (widget_class, "countdown");
}

static void
citiz_countdown_init (CitizCountdown *self)
{
  self->image = gtk_image_new ();
  gtk_widget_set_parent (self->image, GTK_WIDGET (self));
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

GtkWidget *
citiz_countdown_new (const gchar *icon, gint size)
{
  CitizCountdown *self = g_object_new (CITIZ_TYPE_COUNTDOWN, NULL);

  self->size = size;
  gtk_image_set_from_icon_name (GTK_IMAGE (self->image), icon);
  gtk_image_set_pixel_size (GTK_IMAGE (self->image), size >= 56 ? 24 : 16);
  return GTK_WIDGET (self);
}

void
citiz_countdown_set_fraction (CitizCountdown *self, gdouble fraction)
{
  g_return_if_fail (CITIZ_IS_COUNTDOWN (self));
  fraction = CLAMP (fraction, 0, 1);
  if (fabs (fraction - self->fraction) < 0.0005)
    return;
  self->fraction = fraction;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
