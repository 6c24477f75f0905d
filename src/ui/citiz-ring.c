/* Rings: goals, countdowns; with anything in the middle. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-ring.h"

#include "ui/citiz-bits.h"

#include <adwaita.h>
#include <math.h>

#define RING_GAP 5

/* One arc is a node of its own, so that CSS gives its colour. */
#define CITIZ_TYPE_ARC (citiz_arc_get_type ())
G_DECLARE_FINAL_TYPE (CitizArc, citiz_arc, CITIZ, ARC, GtkWidget)
struct _CitizArc
{
  GtkWidget parent_instance;
  gdouble fraction, growth;
  gint stroke;
  gchar *css_class;
};
G_DEFINE_FINAL_TYPE (CitizArc, citiz_arc, GTK_TYPE_WIDGET)

struct _CitizRing
{
  GtkWidget parent_instance;
  gint diameter, stroke;
  GPtrArray *arcs;
  GtkWidget *child;
  AdwAnimation *animation;
};
G_DEFINE_FINAL_TYPE (CitizRing, citiz_ring, GTK_TYPE_WIDGET)

static void
citiz_arc_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CitizArc *self = CITIZ_ARC (widget);
  gdouble w = gtk_widget_get_width (widget), h = gtk_widget_get_height (widget);
  gdouble r = MIN (w, h) / 2 - self->stroke / 2.0,
          turn = CLAMP (self->fraction * self->growth, 0, 1) * 2 * G_PI;
  gboolean contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  GdkRGBA colour, track;
  cairo_t *cr;

  if (r <= 0)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colour);
  track = colour;
  track.alpha *= contrast ? 0.3f : 0.16f;
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) w, (float) h));
  cairo_set_line_width (cr, self->stroke);
  gdk_cairo_set_source_rgba (cr, &track);
  cairo_arc (cr, w / 2, h / 2, r, 0, 2 * G_PI);
  cairo_stroke (cr);
  if (turn > 0)
    {
      gdk_cairo_set_source_rgba (cr, &colour);
      cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
      cairo_arc (cr, w / 2, h / 2, r, -G_PI / 2, -G_PI / 2 + turn);
      cairo_stroke (cr);
    }
  cairo_destroy (cr);
}

static void
citiz_arc_finalize (GObject *object)
{
  g_free (CITIZ_ARC (object)->css_class);
  G_OBJECT_CLASS (citiz_arc_parent_class)->finalize (object);
}

static void
citiz_arc_class_init (CitizArcClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_arc_finalize;
  GTK_WIDGET_CLASS (klass)->snapshot = citiz_arc_snapshot;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "arc");
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
citiz_arc_init (CitizArc *self)
{
  self->growth = 1;
}

static void
set_growth_cb (gdouble value, gpointer data)
{
  CitizRing *self = data;

  for (guint i = 0; i < self->arcs->len; i++)
    {
      CitizArc *arc = g_ptr_array_index (self->arcs, i);
      arc->growth = value;
      gtk_widget_queue_draw (GTK_WIDGET (arc));
    }
}

static void
citiz_ring_map (GtkWidget *widget)
{
  CitizRing *self = CITIZ_RING (widget);

  GTK_WIDGET_CLASS (citiz_ring_parent_class)->map (widget);
  citiz_grow (widget, &self->animation, set_growth_cb);
}

static void
citiz_ring_measure (GtkWidget *widget,
                    GtkOrientation orientation,
                    int for_size,
                    int *minimum,
                    int *natural,
                    int *minimum_baseline,
                    int *natural_baseline)
{
  CitizRing *self = CITIZ_RING (widget);
  int child = 0;

  if (self->child != NULL)
    gtk_widget_measure (self->child, orientation, -1, &child, NULL, NULL, NULL);
  *minimum = *natural = MAX (self->diameter, child);
}

static void
citiz_ring_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CitizRing *self = CITIZ_RING (widget);
  gint size = MIN (MIN (width, height), self->diameter), x, y;

  for (guint i = 0; i < self->arcs->len; i++)
    {
      gint inset = (gint) i * (self->stroke + RING_GAP), side = MAX (size - 2 * inset, 0);

      gtk_widget_size_allocate (
          g_ptr_array_index (self->arcs, i),
          &(GtkAllocation){(width - side) / 2, (height - side) / 2, side, side}, -1);
    }
  if (self->child != NULL)
    {
      GtkRequisition need;

      gtk_widget_get_preferred_size (self->child, &need, NULL);
      x = MAX ((width - need.width) / 2, 0);
      y = MAX ((height - need.height) / 2, 0);
      gtk_widget_size_allocate (self->child, &(GtkAllocation){x, y, need.width, need.height}, -1);
    }
}

static void
citiz_ring_dispose (GObject *object)
{
  CitizRing *self = CITIZ_RING (object);
  GtkWidget *child;

  g_clear_object (&self->animation);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  self->child = NULL;
  g_ptr_array_set_size (self->arcs, 0);
  G_OBJECT_CLASS (citiz_ring_parent_class)->dispose (object);
}

static void
citiz_ring_finalize (GObject *object)
{
  g_ptr_array_unref (CITIZ_RING (object)->arcs);
  G_OBJECT_CLASS (citiz_ring_parent_class)->finalize (object);
}

static void
citiz_ring_class_init (CitizRingClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_ring_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_ring_finalize;
  widget_class->map = citiz_ring_map;
  widget_class->measure = citiz_ring_measure;
  widget_class->size_allocate = citiz_ring_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "ring");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
citiz_ring_init (CitizRing *self)
{
  self->arcs = g_ptr_array_new ();
}

GtkWidget *
citiz_ring_new (gint diameter, gint stroke)
{
  CitizRing *self = g_object_new (CITIZ_TYPE_RING, NULL);

  self->diameter = diameter;
  self->stroke = stroke;
  return GTK_WIDGET (self);
}

guint
citiz_ring_add (CitizRing *self, const gchar *css_class, gdouble fraction)
{
  CitizArc *arc = g_object_new (CITIZ_TYPE_ARC, NULL);

  arc->fraction = fraction;
  arc->stroke = self->stroke;
  arc->css_class = g_strdup (css_class);
  gtk_widget_add_css_class (GTK_WIDGET (arc), css_class);
  gtk_widget_insert_before (GTK_WIDGET (arc), GTK_WIDGET (self), self->child);
  g_ptr_array_add (self->arcs, arc);
  return self->arcs->len - 1;
}

void
citiz_ring_set_fraction (CitizRing *self, guint ring, gdouble fraction)
{
  CitizArc *arc = g_ptr_array_index (self->arcs, ring);

  arc->fraction = fraction;
  gtk_widget_queue_draw (GTK_WIDGET (arc));
}

void
citiz_ring_set_ring_class (CitizRing *self, guint ring, const gchar *css_class)
{
  CitizArc *arc = g_ptr_array_index (self->arcs, ring);

  gtk_widget_remove_css_class (GTK_WIDGET (arc), arc->css_class);
  g_free (arc->css_class);
  arc->css_class = g_strdup (css_class);
  gtk_widget_add_css_class (GTK_WIDGET (arc), css_class);
}

void
citiz_ring_set_child (CitizRing *self, GtkWidget *child)
{
  g_clear_pointer (&self->child, gtk_widget_unparent);
  self->child = child;
  if (child != NULL)
    gtk_widget_set_parent (child, GTK_WIDGET (self));
}

void
citiz_ring_set_label (CitizRing *self, const gchar *label)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}
