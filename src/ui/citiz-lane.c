/* One lane of time: a bar, its openings as dots, its name; read by pointer and by key. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-lanes-private.h"

#include "ui/citiz-layer.h"

#define BAR     10  /* px high */
#define DOT     2.5 /* radius of an opening */
#define TO_COME 0.28

G_DEFINE_FINAL_TYPE (CitizLane, citiz_lane, GTK_TYPE_WIDGET)

static CitizLanes *
lanes_of (GtkWidget *lane)
{
  return CITIZ_LANES (gtk_widget_get_parent (lane));
}

static void
open_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizLanes *self = lanes_of (widget);

  _citiz_lanes_activated (self, _citiz_lanes_index_of (self, widget));
}

static void
pressed_cb (GtkWidget *widget)
{
  gtk_widget_activate_action (widget, "lane.open", NULL);
}

static void
focus_cb (CitizLane *self, GParamSpec *pspec, GtkEventController *controller)
{
  gboolean focus = gtk_event_controller_focus_is_focus (GTK_EVENT_CONTROLLER_FOCUS (controller));
  CitizLanes *lanes = lanes_of (GTK_WIDGET (self));

  if (focus)
    lanes->at = _citiz_lanes_index_of (lanes, GTK_WIDGET (self));
  _citiz_lanes_set_reading (lanes, focus ? self->sentence : NULL);
}

static void
hover_cb (CitizLane *self, GParamSpec *pspec, GtkEventController *controller)
{
  gboolean over
      = gtk_event_controller_motion_contains_pointer (GTK_EVENT_CONTROLLER_MOTION (controller));

  _citiz_lanes_set_reading (lanes_of (GTK_WIDGET (self)), over ? self->sentence : NULL);
}

/* The part from @a to @b of the bar; @clip is the whole bar. */
static void
fill (GtkSnapshot *snapshot,
      const graphene_rect_t *clip,
      gdouble a,
      gdouble b,
      const GdkRGBA *colour)
{
  if (b > a)
    gtk_snapshot_append_color (
        snapshot, colour,
        &GRAPHENE_RECT_INIT ((float) a, clip->origin.y, (float) (b - a), clip->size.height));
}

static void
dashed (GtkSnapshot *snapshot, const graphene_rect_t *bar, const GdkRGBA *colour)
{
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, bar);
  gdouble x = bar->origin.x + 1, y = bar->origin.y + 1, r = BAR / 2.0 - 1;
  gdouble right = x + bar->size.width - 2;

  gdk_cairo_set_source_rgba (cr, colour);
  cairo_set_line_width (cr, 1.5);
  cairo_set_dash (cr, (gdouble[]){4, 3}, 2, 0);
  cairo_arc (cr, x + r, y + r, r, G_PI / 2, 3 * G_PI / 2);
  cairo_arc (cr, right - r, y + r, r, -G_PI / 2, G_PI / 2);
  cairo_close_path (cr);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
draw_openings (CitizLane *self, CitizLanes *lanes, GtkSnapshot *snapshot, gdouble middle)
{
  GskRoundedRect dot;
  GdkRGBA card;

  citiz_layer_card_colour (GTK_WIDGET (self), &card);
  for (guint i = 0; i < self->openings->len; i++)
    {
      gdouble x = _citiz_lanes_x_of (lanes, g_array_index (self->openings, gint64, i));

      x = CLAMP (x, lanes->track_x + BAR / 2.0, lanes->track_x + lanes->track_width - BAR / 2.0);
      gsk_rounded_rect_init_from_rect (
          &dot, &GRAPHENE_RECT_INIT ((float) (x - DOT), (float) (middle - DOT), 2 * DOT, 2 * DOT),
          DOT);
      gtk_snapshot_push_rounded_clip (snapshot, &dot);
      gtk_snapshot_append_color (snapshot, &card, &dot.bounds);
      gtk_snapshot_pop (snapshot);
    }
}

static void
citiz_lane_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CitizLane *self = CITIZ_LANE (widget);
  CitizLanes *lanes = lanes_of (widget);
  gint height = gtk_widget_get_height (widget);
  gdouble middle = height > CITIZ_LANE_HEIGHT ? height - CITIZ_LANE_HEIGHT / 2.0 : height / 2.0;
  gdouble a = _citiz_lanes_x_of (lanes, self->from.ms),
          b = _citiz_lanes_x_of (lanes, self->until.ms);
  gdouble solid;
  GskRoundedRect bar;
  GdkRGBA colour, pale;

  /* However short, it is seen. */
  b = MAX (b, a + BAR);
  if (b > lanes->track_x + lanes->track_width)
    a -= b - (lanes->track_x + lanes->track_width);
  b = MIN (b, lanes->track_x + lanes->track_width);
  solid = self->until.ms <= lanes->now.ms
              ? b
              : CLAMP (_citiz_lanes_x_of (lanes, lanes->now.ms), MIN (a + BAR / 2.0, b), b);
  gsk_rounded_rect_init_from_rect (
      &bar, &GRAPHENE_RECT_INIT ((float) a, (float) (middle - BAR / 2.0), (float) (b - a), BAR),
      BAR / 2.0f);
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colour);
  pale = colour;
  pale.alpha *= TO_COME;
  if (gtk_widget_has_css_class (widget, "planned"))
    dashed (snapshot, &bar.bounds, &colour);
  else
    {
      gtk_snapshot_push_rounded_clip (snapshot, &bar);
      fill (snapshot, &bar.bounds, a, solid, &colour);
      fill (snapshot, &bar.bounds, solid, b, &pale);
      gtk_snapshot_pop (snapshot);
    }
  draw_openings (self, lanes, snapshot, middle);
  gtk_widget_snapshot_child (widget, self->name, snapshot);
}

static void
citiz_lane_measure (GtkWidget *widget,
                    GtkOrientation orientation,
                    gint for_size,
                    gint *minimum,
                    gint *natural,
                    gint *minimum_baseline,
                    gint *natural_baseline)
{
  gint least, most;

  gtk_widget_measure (CITIZ_LANE (widget)->name, orientation, -1, &least, &most, NULL, NULL);
  *minimum = least;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? most + CITIZ_LANE_GAP : most;
  *minimum_baseline = *natural_baseline = -1;
}

static void
citiz_lane_size_allocate (GtkWidget *widget, gint width, gint height, gint baseline)
{
  CitizLanes *lanes = lanes_of (widget);
  gboolean narrow = lanes->track_x == 0;
  gint name = narrow ? width : lanes->track_x - CITIZ_LANE_GAP;

  gtk_widget_size_allocate (
      CITIZ_LANE (widget)->name,
      &(GtkAllocation){0, 0, MAX (name, 1), narrow ? height - CITIZ_LANE_HEIGHT : height}, -1);
}

static void
citiz_lane_dispose (GObject *object)
{
  g_clear_pointer (&CITIZ_LANE (object)->name, gtk_widget_unparent);
  G_OBJECT_CLASS (citiz_lane_parent_class)->dispose (object);
}

static void
citiz_lane_finalize (GObject *object)
{
  g_free (CITIZ_LANE (object)->sentence);
  g_array_unref (CITIZ_LANE (object)->openings);
  G_OBJECT_CLASS (citiz_lane_parent_class)->finalize (object);
}

static void
citiz_lane_class_init (CitizLaneClass *klass)
{
  static const guint keys[] = {GDK_KEY_Return, GDK_KEY_KP_Enter, GDK_KEY_space};
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_lane_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_lane_finalize;
  widget_class->snapshot = citiz_lane_snapshot;
  widget_class->measure = citiz_lane_measure;
  widget_class->size_allocate = citiz_lane_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "lane");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_widget_class_install_action (widget_class, "lane.open", NULL, open_action);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i], 0, "lane.open", NULL);
}

static void
citiz_lane_init (CitizLane *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->openings = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->name = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "ellipsize", PANGO_ELLIPSIZE_END,
                             "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_widget_add_css_class (self->name, "small");
  gtk_widget_set_parent (self->name, GTK_WIDGET (self));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  g_signal_connect_object (focus, "notify::is-focus", G_CALLBACK (focus_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "notify::contains-pointer", G_CALLBACK (hover_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (click, "released", G_CALLBACK (pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}
