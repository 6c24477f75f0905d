/* What a chart draws round its layers: grid, axes, goal, notes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-chart-private.h"

#include <math.h>

#include "ui/citiz-format.h"

#define AXIS_GAP   8
#define GOAL_DASH  5.0
#define GOAL_SPACE 4.0
#define GOAL_KEY   (3 * GOAL_DASH + 2 * GOAL_SPACE) /* its dashes beside its words */

static PangoLayout *
text_layout (CitizChart *self, const gchar *text, gboolean bold)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  PangoAttrList *attrs = pango_attr_list_new ();

  pango_attr_list_insert (attrs, pango_attr_scale_new (0.82));
  pango_attr_list_insert (attrs, pango_attr_font_features_new ("tnum=1"));
  if (bold)
    pango_attr_list_insert (attrs, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (layout, attrs);
  pango_attr_list_unref (attrs);
  return layout;
}

static gchar *
tick_text (CitizChart *self, guint i)
{
  gdouble tick = citiz_scale_tick (&self->scale, i);
  gint decimals = citiz_scale_decimals (&self->scale);

  if (self->concealed)
    return g_strdup ("");
  return self->tick_format != NULL ? self->tick_format (tick, decimals)
                                   : citiz_format_number (tick, decimals);
}

static gboolean
shows_goal (CitizChart *self)
{
  return self->goal_words != NULL && !self->concealed && self->goal >= self->scale.lo
         && self->goal <= self->scale.hi;
}

void
_citiz_chart_place_plot (CitizChart *self, gint width, gint height)
{
  gint widest = 0, line = 0;
  gdouble top;

  for (guint i = 0; i < citiz_scale_count (&self->scale); i++)
    {
      g_autofree gchar *text = tick_text (self, i);
      g_autoptr (PangoLayout) layout = text_layout (self, text, FALSE);
      gint w, h;

      pango_layout_get_pixel_size (layout, &w, &h);
      widest = MAX (widest, w);
      line = MAX (line, h);
    }
  top = line / 2.0 + 1 + (shows_goal (self) ? line + 2 : 0);
  self->plot = GRAPHENE_RECT_INIT ((float) (widest + AXIS_GAP), (float) top,
                                   (float) MAX (width - widest - AXIS_GAP, 1),
                                   (float) MAX (height - top - line - AXIS_GAP, 1));
}

static void
append_text (GtkSnapshot *snapshot,
             PangoLayout *layout,
             gdouble x,
             gdouble y,
             const GdkRGBA *colour)
{
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) round (x), (float) round (y)));
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);
}

static void
draw_grid (CitizChart *self, GtkSnapshot *snapshot, const GdkRGBA *ink, const GdkRGBA *neutral)
{
  GdkRGBA line = *ink;

  line.alpha
      *= adw_style_manager_get_high_contrast (adw_style_manager_get_default ()) ? 0.35f : 0.08f;
  for (guint i = 0; i < citiz_scale_count (&self->scale); i++)
    {
      gdouble y = round (_citiz_chart_value_py (self, citiz_scale_tick (&self->scale, i)));
      g_autofree gchar *text = tick_text (self, i);
      g_autoptr (PangoLayout) layout = text_layout (self, text, FALSE);
      gint w, h;

      gtk_snapshot_append_color (
          snapshot, &line,
          &GRAPHENE_RECT_INIT (self->plot.origin.x, (float) y, self->plot.size.width, 1));
      pango_layout_get_pixel_size (layout, &w, &h);
      append_text (snapshot, layout, self->plot.origin.x - AXIS_GAP - w, y - h / 2.0, neutral);
    }
}

/* Every how many labels there is room for one; 1 when all fit. They thin out evenly: days would else seem to be missing. */
static guint
label_stride (CitizChart *self, guint *last)
{
  guint n = 0, stride = 1;
  gdouble first_px = 0, last_px = 0, widest = 0;

  for (guint i = 0; i < self->slots->len; i++)
    {
      const CitizSlot *slot = &g_array_index (self->slots, CitizSlot, i);
      g_autoptr (PangoLayout) layout = NULL;
      gint w, h;

      if (slot->axis == NULL)
        continue;
      layout = text_layout (self, slot->axis, slot->strong);
      pango_layout_get_pixel_size (layout, &w, &h);
      widest = MAX (widest, w);
      last_px = _citiz_chart_slot_px (self, i);
      first_px = n == 0 ? last_px : first_px;
      *last = n++;
    }
  if (n > 1)
    stride = (guint) ceil ((widest + 4) * (n - 1) / MAX (last_px - first_px, 1));
  return CLAMP (stride, 1, MAX (n, 1));
}

static void
draw_slots (CitizChart *self, GtkSnapshot *snapshot, const GdkRGBA *ink, const GdkRGBA *neutral)
{
  gdouble width = gtk_widget_get_width (GTK_WIDGET (self)), taken = -G_MAXDOUBLE;
  guint last = 0, stride = label_stride (self, &last), n = 0;

  for (guint i = 0; i < self->slots->len; i++)
    {
      const CitizSlot *slot = &g_array_index (self->slots, CitizSlot, i);
      gdouble x = _citiz_chart_slot_px (self, i);
      gint w, h;

      if (slot->axis != NULL && (last - n++) % stride == 0)
        {
          g_autoptr (PangoLayout) layout = text_layout (self, slot->axis, slot->strong);
          gdouble left;

          pango_layout_get_pixel_size (layout, &w, &h);
          left = CLAMP (x - w / 2.0, 0, MAX (width - w, 0));
          if (left < taken + 4) /* labels never overlap: the later one gives way */
            continue;
          taken = left + w;
          append_text (snapshot, layout, left, self->plot.origin.y + self->plot.size.height + 6,
                       slot->strong ? ink : neutral);
        }
      if (slot->note != NULL && !self->concealed)
        {
          g_autoptr (PangoLayout) layout = text_layout (self, slot->note, TRUE);

          pango_layout_get_pixel_size (layout, &w, &h);
          append_text (snapshot, layout, CLAMP (x - w / 2.0, 0, MAX (width - w, 0)),
                       MAX (_citiz_chart_value_py (self, slot->note_y) - h - 3, 0), ink);
        }
    }
}

static void
draw_dashes (GtkSnapshot *snapshot, gdouble x, gdouble y, gdouble width, const GdkRGBA *colour)
{
  cairo_t *cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT ((float) x, (float) y - 2, (float) width, 4));

  gdk_cairo_set_source_rgba (cr, colour);
  cairo_set_line_width (cr, 1.5);
  cairo_set_dash (cr, (const double[]){GOAL_DASH, GOAL_SPACE}, 2, 0);
  cairo_move_to (cr, x, y);
  cairo_line_to (cr, x + width, y);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

/* Its words stand above the plot with a piece of the line: over the line itself they would cross the bars. */
static void
draw_goal (CitizChart *self, GtkSnapshot *snapshot, const GdkRGBA *neutral)
{
  g_autoptr (PangoLayout) layout = NULL;
  gdouble x;
  gint w, h;

  if (!shows_goal (self))
    return;
  draw_dashes (snapshot, self->plot.origin.x, _citiz_chart_value_py (self, self->goal),
               self->plot.size.width, neutral);
  layout = text_layout (self, self->goal_words, FALSE);
  pango_layout_get_pixel_size (layout, &w, &h);
  x = self->plot.origin.x + self->plot.size.width - w;
  append_text (snapshot, layout, x, 0, neutral);
  draw_dashes (snapshot, x - GOAL_KEY - 6, h / 2.0 + 1, GOAL_KEY, neutral);
}

static void
colours (CitizChart *self, GdkRGBA *ink, GdkRGBA *neutral)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self));

  gtk_style_context_get_color (context, ink);
  if (!gtk_style_context_lookup_color (context, "citiz_neutral", neutral))
    *neutral = *ink;
}

void
_citiz_chart_draw_grid (CitizChart *self, GtkSnapshot *snapshot)
{
  GdkRGBA ink, neutral;

  colours (self, &ink, &neutral);
  draw_grid (self, snapshot, &ink, &neutral);
}

void
_citiz_chart_draw_words (CitizChart *self, GtkSnapshot *snapshot)
{
  GdkRGBA ink, neutral;

  colours (self, &ink, &neutral);
  draw_goal (self, snapshot, &neutral);
  draw_slots (self, snapshot, &ink, &neutral);
}
