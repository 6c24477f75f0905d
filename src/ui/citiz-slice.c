/* A block of the ledger drawn as a slice of birch. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-slice.h"

#define SIZE      88
#define RADIUS    34.0
#define MAX_RINGS 12

struct _CitizSlice
{
  GtkWidget parent_instance;
  guint entries, mine;
  gboolean waiting, selected;
};

G_DEFINE_FINAL_TYPE (CitizSlice, citiz_slice, GTK_TYPE_WIDGET)

static void
named_color (GtkWidget *widget, const gchar *name, GdkRGBA *color)
{
  if (!gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), name, color))
    gtk_style_context_get_color (gtk_widget_get_style_context (widget), color);
}

static void
ring (cairo_t *cr, gdouble radius, gdouble width)
{
  cairo_new_sub_path (cr);
  cairo_set_line_width (cr, width);
  cairo_arc (cr, SIZE / 2.0, SIZE / 2.0, radius, 0, 2 * G_PI);
  cairo_stroke (cr);
}

static void
citiz_slice_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CitizSlice *self = CITIZ_SLICE (widget);
  guint rings = MIN (self->entries, MAX_RINGS), mine = MIN (self->mine, rings);
  gdouble step = rings > 0 ? (RADIUS - 8) / (rings + 0.5) : 0;
  GdkRGBA bark, accent;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, SIZE, SIZE));

  named_color (widget, self->waiting ? "citiz_series_6" : "citiz_birch", &bark);
  named_color (widget, "accent_color", &accent);
  gdk_cairo_set_source_rgba (cr, &bark);
  if (self->waiting)
    cairo_set_dash (cr, (gdouble[]){4, 4}, 2, 0);
  ring (cr, RADIUS, self->waiting ? 1.5 : 3);
  cairo_set_dash (cr, NULL, 0, 0);
  /* Mine are the outermost, so that they stay told apart when many others fill the heart. */
  for (guint i = 0; i < rings; i++)
    {
      gboolean own = i >= rings - mine;

      gdk_cairo_set_source_rgba (cr, own ? &accent : &bark);
      ring (cr, 4 + step * (i + 0.7), own ? 3 : rings > 8 ? 1.2 : 1.5);
    }
  if (self->selected)
    {
      gdk_cairo_set_source_rgba (cr, &accent);
      ring (cr, RADIUS + 7, 2);
    }
  cairo_destroy (cr);
}

static void
citiz_slice_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     gint for_size,
                     gint *minimum,
                     gint *natural,
                     gint *minimum_baseline,
                     gint *natural_baseline)
{
  *minimum = *natural = SIZE;
  *minimum_baseline = *natural_baseline = -1;
}

static void
citiz_slice_class_init (CitizSliceClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->snapshot = citiz_slice_snapshot;
  widget_class->measure = citiz_slice_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
  gtk_widget_class_set_css_name (widget_class, "slice");
}

static void
citiz_slice_init (CitizSlice *self)
{
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

GtkWidget *
citiz_slice_new (guint entries, guint mine, gboolean waiting)
{
  CitizSlice *self = g_object_new (CITIZ_TYPE_SLICE, NULL);

  self->entries = entries;
  self->mine = mine;
  self->waiting = waiting;
  return GTK_WIDGET (self);
}

void
citiz_slice_set_selected (CitizSlice *self, gboolean selected)
{
  g_return_if_fail (CITIZ_IS_SLICE (self));
  self->selected = selected;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
