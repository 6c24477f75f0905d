/* One series of a chart, coloured by its CSS class. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-layer.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

#define LONE   6.0  /* pixels: the lowest to highest of a day that stands alone */
#define WIDEST 44.0 /* pixels: a bar alone is no wider than it reads well */

struct _CitizLayer
{
  GtkWidget parent_instance;
  CitizLayerKind kind;
  CitizPoint *points;
  guint n_points;
  gdouble x0, x1, y0, y1;
  gdouble part, radius, growth;
  gboolean mark_every, mark_last;
};

G_DEFINE_FINAL_TYPE (CitizLayer, citiz_layer, GTK_TYPE_WIDGET)

/* What every drawing function needs: the box, the colours, the widths. */
typedef struct
{
  gdouble width, height;
  GdkRGBA colour, muted, card;
  gboolean contrast;
  gdouble stroke;
} Pen;

static GdkRGBA
mix (const GdkRGBA *a, const GdkRGBA *b, gdouble part)
{
  return (GdkRGBA){(float) (a->red * part + b->red * (1 - part)),
                   (float) (a->green * part + b->green * (1 - part)),
                   (float) (a->blue * part + b->blue * (1 - part)), 1};
}

void
citiz_layer_card_colour (GtkWidget *widget, GdkRGBA *out)
{
  if (!gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "citiz_card", out))
    *out = (GdkRGBA){1, 1, 1, 1};
}

static gdouble
px (CitizLayer *self, const Pen *pen, gdouble x)
{
  return self->x1 == self->x0 ? 0 : pen->width * (x - self->x0) / (self->x1 - self->x0);
}

static gdouble
py (CitizLayer *self, const Pen *pen, gdouble y)
{
  return self->y1 == self->y0 ? pen->height
                              : pen->height * (1 - (y - self->y0) / (self->y1 - self->y0));
}

static gdouble
slot_width (CitizLayer *self, const Pen *pen)
{
  gdouble slot = self->x1 == self->x0 ? pen->width : pen->width / (self->x1 - self->x0);

  return MIN (slot * self->part, WIDEST);
}

static void
append_box (GtkSnapshot *snapshot,
            graphene_rect_t box,
            gdouble top,
            gdouble bottom,
            const GdkRGBA *colour)
{
  GskRoundedRect round;
  gdouble most = MIN (box.size.width / 2, box.size.height / 2);

  top = MIN (top, most);
  bottom = MIN (bottom, most);
  if (top < 1 && bottom < 1)
    {
      gtk_snapshot_append_color (snapshot, colour, &box);
      return;
    }
  gsk_rounded_rect_init (&round, &box, &GRAPHENE_SIZE_INIT ((float) top, (float) top),
                         &GRAPHENE_SIZE_INIT ((float) top, (float) top),
                         &GRAPHENE_SIZE_INIT ((float) bottom, (float) bottom),
                         &GRAPHENE_SIZE_INIT ((float) bottom, (float) bottom));
  gtk_snapshot_push_rounded_clip (snapshot, &round);
  gtk_snapshot_append_color (snapshot, colour, &box);
  gtk_snapshot_pop (snapshot);
}

static void
draw_bars (CitizLayer *self, GtkSnapshot *snapshot, const Pen *pen)
{
  gdouble width = slot_width (self, pen), base = py (self, pen, MAX (self->y0, MIN (0, self->y1)));

  /* Wide enough to be seen, narrow enough to leave a gap. */
  width = MAX (width, MIN (1, pen->width / MAX (self->n_points, 1)));
  for (guint i = 0; i < self->n_points; i++)
    {
      const CitizPoint *p = &self->points[i];
      gdouble x, top;

      if (isnan (p->y))
        continue;
      x = px (self, pen, p->x) - width / 2;
      top = base + (py (self, pen, p->y) - base) * self->growth;
      if (base - top < 0.5)
        continue;
      append_box (snapshot,
                  GRAPHENE_RECT_INIT ((float) x, (float) top, (float) width, (float) (base - top)),
                  width < 5 ? 0 : self->radius, 0,
                  p->flags & CITIZ_POINT_STRONG ? &pen->colour : &pen->muted);
    }
}

static void
draw_segments (CitizLayer *self, GtkSnapshot *snapshot, const Pen *pen)
{
  gdouble width = MAX (slot_width (self, pen), 1);

  for (guint i = 0; i < self->n_points; i++)
    {
      const CitizPoint *p = &self->points[i];
      gdouble a, b;
      gboolean a_round = (p->flags & CITIZ_POINT_ROUND_LOW) != 0,
               b_round = (p->flags & CITIZ_POINT_ROUND_HIGH) != 0;
      gboolean down = self->y0 > self->y1;

      if (isnan (p->y) || isnan (p->y2))
        continue;
      a = py (self, pen, p->y);
      b = py (self, pen, p->y2);
      append_box (snapshot,
                  GRAPHENE_RECT_INIT ((float) (px (self, pen, p->x) - width / 2),
                                      (float) MIN (a, b), (float) width,
                                      (float) MAX (fabs (a - b), 0.5)),
                  (down ? a_round : b_round) && width >= 5 ? self->radius : 0,
                  (down ? b_round : a_round) && width >= 5 ? self->radius : 0, &pen->colour);
    }
}

static void
draw_band (CitizLayer *self, GtkSnapshot *snapshot, const Pen *pen)
{
  for (guint i = 0; i < self->n_points; i++)
    {
      gdouble a = CLAMP (py (self, pen, self->points[i].y2), 0, pen->height);
      gdouble b = CLAMP (py (self, pen, self->points[i].y), 0, pen->height);
      graphene_rect_t box
          = GRAPHENE_RECT_INIT (0, (float) a, (float) pen->width, (float) MAX (b - a, 1));

      append_box (snapshot, box, 3, 3, &pen->colour);
      if (pen->contrast)
        {
          GskRoundedRect round;
          GdkRGBA edge = pen->colour;

          edge.alpha = 1;
          gsk_rounded_rect_init_from_rect (&round, &box, 3);
          gtk_snapshot_append_border (snapshot, &round, (float[4]){1, 1, 1, 1},
                                      (GdkRGBA[4]){edge, edge, edge, edge});
        }
    }
}

static void
mark (cairo_t *cr, const Pen *pen, guint shape, gdouble x, gdouble y, gdouble r)
{
  /* In high contrast the series differ by shape too. */
  for (gint pass = 0; pass < 2; pass++)
    {
      gdouble size = pass == 0 ? r + 2 : r;

      gdk_cairo_set_source_rgba (cr, pass == 0 ? &pen->card : &pen->colour);
      cairo_new_path (cr);
      if (!pen->contrast || shape == 0)
        cairo_arc (cr, x, y, size, 0, 2 * G_PI);
      else if (shape == 1)
        cairo_rectangle (cr, x - size, y - size, 2 * size, 2 * size);
      else
        {
          cairo_move_to (cr, x, y - size * 1.3);
          cairo_line_to (cr, x + size * 1.2, y + size);
          cairo_line_to (cr, x - size * 1.2, y + size);
          cairo_close_path (cr);
        }
      cairo_fill (cr);
    }
}

static guint
marker_shape (CitizLayer *self)
{
  if (gtk_widget_has_css_class (GTK_WIDGET (self), "series-2"))
    return 1;
  return gtk_widget_has_css_class (GTK_WIDGET (self), "series-1") ? 0 : 2;
}

static cairo_t *
begin_cairo (GtkSnapshot *snapshot, const Pen *pen)
{
  /* Discs and strokes at the edge reach past the box. */
  return gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (-8, -8, (float) pen->width + 16, (float) pen->height + 16));
}

/* No line comes to it or leaves it. */
static gboolean
is_alone (const CitizLayer *self, guint i)
{
  return (i == 0 || isnan (self->points[i - 1].y))
         && (i + 1 == self->n_points || isnan (self->points[i + 1].y));
}

static void
draw_line (CitizLayer *self, GtkSnapshot *snapshot, const Pen *pen)
{
  cairo_t *cr = begin_cairo (snapshot, pen);
  gboolean open = FALSE, every;
  gint last = -1;
  gdouble shown = self->n_points == 0 ? 0 : px (self, pen, self->points[self->n_points - 1].x);

  if (self->growth < 1)
    {
      cairo_rectangle (cr, -8, -8, (shown + 16) * self->growth, pen->height + 16);
      cairo_clip (cr);
    }
  cairo_set_line_width (cr, pen->stroke);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  gdk_cairo_set_source_rgba (cr, &pen->colour);
  for (guint i = 0; i < self->n_points; i++)
    {
      const CitizPoint *p = &self->points[i];

      if (isnan (p->y))
        {
          open = FALSE;
          continue;
        }
      last = (gint) i;
      if (open)
        cairo_line_to (cr, px (self, pen, p->x), py (self, pen, p->y));
      else
        cairo_move_to (cr, px (self, pen, p->x), py (self, pen, p->y));
      open = TRUE;
    }
  cairo_stroke (cr);
  /* Discs only where they do not run into each other; a day between two gaps has one, or it would not be seen. */
  every = (self->mark_every || pen->contrast) && self->n_points * 14 <= pen->width;
  for (guint i = 0; i < self->n_points; i++)
    if ((every || is_alone (self, i)) && !isnan (self->points[i].y)
        && !(self->mark_last && (gint) i == last))
      mark (cr, pen, marker_shape (self), px (self, pen, self->points[i].x),
            py (self, pen, self->points[i].y), 2.5);
  if (self->mark_last && last >= 0)
    mark (cr, pen, marker_shape (self), px (self, pen, self->points[last].x),
          py (self, pen, self->points[last].y), 4);
  cairo_destroy (cr);
}

static void
draw_dots (CitizLayer *self, GtkSnapshot *snapshot, const Pen *pen)
{
  cairo_t *cr = begin_cairo (snapshot, pen);

  for (guint i = 0; i < self->n_points; i++)
    if (!isnan (self->points[i].y))
      mark (cr, pen, marker_shape (self), px (self, pen, self->points[i].x),
            py (self, pen, self->points[i].y), 3);
  cairo_destroy (cr);
}

/* One stretch without a gap of the area between y and y2. */
static void
draw_area (CitizLayer *self, cairo_t *cr, const Pen *pen, guint from, guint to)
{
  GdkRGBA fill = pen->colour;

  fill.alpha = 0.14f;
  cairo_new_path (cr);
  for (guint i = from; i < to; i++)
    cairo_line_to (cr, px (self, pen, self->points[i].x), py (self, pen, self->points[i].y2));
  for (guint i = to; i > from; i--)
    cairo_line_to (cr, px (self, pen, self->points[i - 1].x),
                   py (self, pen, self->points[i - 1].y));
  cairo_close_path (cr);
  gdk_cairo_set_source_rgba (cr, &fill);
  cairo_fill (cr);
  fill.alpha = pen->contrast ? 1 : 0.5f;
  gdk_cairo_set_source_rgba (cr, &fill);
  cairo_set_line_width (cr, pen->contrast ? 2 : 1);
  for (gint edge = 0; edge < 2; edge++)
    {
      cairo_new_path (cr);
      for (guint i = from; i < to; i++)
        cairo_line_to (cr, px (self, pen, self->points[i].x),
                       py (self, pen, edge == 0 ? self->points[i].y : self->points[i].y2));
      cairo_stroke (cr);
    }
}

/* A day between two without any: an area of no width would not be seen, nor a lowest that is the highest too. */
static void
draw_lone (CitizLayer *self, cairo_t *cr, const Pen *pen, const CitizPoint *point)
{
  GdkRGBA colour = pen->colour;

  colour.alpha = pen->contrast ? 1 : 0.5f;
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, LONE);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_move_to (cr, px (self, pen, point->x), py (self, pen, point->y));
  cairo_line_to (cr, px (self, pen, point->x), py (self, pen, point->y2));
  cairo_stroke (cr);
}

static void
draw_range (CitizLayer *self, GtkSnapshot *snapshot, const Pen *pen)
{
  cairo_t *cr = begin_cairo (snapshot, pen);
  guint from = 0;

  for (guint i = 0; i <= self->n_points; i++)
    if (i == self->n_points || isnan (self->points[i].y) || isnan (self->points[i].y2))
      {
        if (i == from + 1)
          draw_lone (self, cr, pen, &self->points[from]);
        else if (i > from)
          draw_area (self, cr, pen, from, i);
        from = i + 1;
      }
  cairo_destroy (cr);
}

static void (*const draw[CITIZ_N_LAYER_KINDS]) (CitizLayer *, GtkSnapshot *, const Pen *) = {
    [CITIZ_LAYER_LINE] = draw_line, [CITIZ_LAYER_BAR] = draw_bars,
    [CITIZ_LAYER_BAND] = draw_band, [CITIZ_LAYER_RANGE] = draw_range,
    [CITIZ_LAYER_DOTS] = draw_dots, [CITIZ_LAYER_SEGMENTS] = draw_segments,
};

static void
citiz_layer_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CitizLayer *self = CITIZ_LAYER (widget);
  Pen pen = {.width = gtk_widget_get_width (widget), .height = gtk_widget_get_height (widget)};

  if (self->n_points == 0 || pen.width <= 0 || pen.height <= 0)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &pen.colour);
  citiz_layer_card_colour (widget, &pen.card);
  pen.muted = mix (&pen.colour, &pen.card, 0.5);
  pen.contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  pen.stroke = pen.contrast ? 3 : 2;
  if (gtk_widget_has_css_class (widget, "half"))
    pen.colour = pen.muted;
  draw[self->kind](self, snapshot, &pen);
}

static void
citiz_layer_finalize (GObject *object)
{
  g_free (CITIZ_LAYER (object)->points);
  G_OBJECT_CLASS (citiz_layer_parent_class)->finalize (object);
}

static void
citiz_layer_class_init (CitizLayerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = citiz_layer_finalize;
  widget_class->snapshot = citiz_layer_snapshot;
  gtk_widget_class_set_css_name (widget_class, "layer");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
citiz_layer_init (CitizLayer *self)
{
  self->x1 = self->y1 = self->growth = 1;
  self->part = 0.45;
  self->radius = 4;
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::high-contrast",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

CitizLayer *
citiz_layer_new (CitizLayerKind kind, const gchar *css_class)
{
  CitizLayer *self = g_object_new (CITIZ_TYPE_LAYER, NULL);

  self->kind = kind;
  gtk_widget_add_css_class (GTK_WIDGET (self), css_class);
  return self;
}

void
citiz_layer_set_points (CitizLayer *self, const CitizPoint *points, guint n)
{
  g_free (self->points);
  self->points = g_memdup2 (points, n * sizeof *points);
  self->n_points = n;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
citiz_layer_set_view (CitizLayer *self, gdouble x0, gdouble x1, gdouble y0, gdouble y1)
{
  self->x0 = x0;
  self->x1 = x1;
  self->y0 = y0;
  self->y1 = y1;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
citiz_layer_set_marks (CitizLayer *self, gboolean every, gboolean last)
{
  self->mark_every = every;
  self->mark_last = last;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
citiz_layer_set_bar (CitizLayer *self, gdouble part, gdouble radius)
{
  self->part = part;
  self->radius = radius;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
citiz_layer_set_growth (CitizLayer *self, gdouble growth)
{
  self->growth = growth;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
