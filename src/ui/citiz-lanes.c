/* Lanes of time, one an access. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-lanes.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-focus.h"
#include "ui/citiz-format.h"
#include "ui/citiz-layer.h"

#define BAR         10  /* px high */
#define LANE        24  /* … a lane */
#define LANE_NARROW 44  /* … with its name above the bar */
#define NARROW      480 /* px wide, under which it is so */
#define GAP         20  /* between name and bar */
#define NAME_MOST   220
#define DOT         2.5 /* radius of an opening */
#define TO_COME     0.28
#define HOURS_SPAN  (3 * CITIZ_DAY) /* up to it the verticals are hours */

struct _CitizLanes
{
  GtkWidget parent_instance;
  CitizTime from, until, now;
  gchar *period;
  GtkWidget *reading;
  gint track_x, track_width, bottom; /* px: where bars start, how far they go, where lanes end */
  gint at;                           /* the lane in the tab order */
};

#define CITIZ_TYPE_LANE (citiz_lane_get_type ())
G_DECLARE_FINAL_TYPE (CitizLane, citiz_lane, CITIZ, LANE, GtkWidget)
struct _CitizLane
{
  GtkWidget parent_instance;
  GtkWidget *name;
  gchar *sentence;
  CitizTime from, until;
  GArray *openings; /* gint64, ms */
};

/* A word under the axis. */
#define CITIZ_TYPE_TICK (citiz_tick_get_type ())
G_DECLARE_FINAL_TYPE (CitizTick, citiz_tick, CITIZ, TICK, GtkWidget)
struct _CitizTick
{
  GtkWidget parent_instance;
  GtkWidget *label;
  gint64 ms;
};

G_DEFINE_FINAL_TYPE (CitizLane, citiz_lane, GTK_TYPE_WIDGET)
G_DEFINE_FINAL_TYPE (CitizTick, citiz_tick, GTK_TYPE_WIDGET)
G_DEFINE_FINAL_TYPE (CitizLanes, citiz_lanes, GTK_TYPE_WIDGET)

enum
{
  ACTIVATED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* --- time --- */

/* The first vertical at or before @from: a midnight, or the first of a month. */
static GDateTime *
first_tick (CitizTime from, gboolean months, GTimeZone *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (from.ms / CITIZ_SECOND);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;
  gint y, m, d;

  if (local == NULL)
    return NULL;
  g_date_time_get_ymd (local, &y, &m, &d);
  return g_date_time_new (zone, y, m, months ? 1 : d, 0, 0, 0);
}

guint
citiz_lanes_ticks (gint64 out[CITIZ_LANES_MOST_TICKS],
                   CitizTime from,
                   CitizTime until,
                   GTimeZone *zone)
{
  static const struct
  {
    gint months, days, hours;
    gint64 about;
  } steps[] = {
      {0, 0, 6, 6 * CITIZ_HOUR}, {0, 0, 12, 12 * CITIZ_HOUR}, {0, 1, 0, CITIZ_DAY},
      {0, 2, 0, 2 * CITIZ_DAY},  {0, 7, 0, 7 * CITIZ_DAY},    {0, 14, 0, 14 * CITIZ_DAY},
      {1, 0, 0, 30 * CITIZ_DAY},
  };
  g_autoptr (GDateTime) at = NULL;
  guint step = 0, n = 0;

  while (step + 1 < G_N_ELEMENTS (steps)
         && (until.ms - from.ms) / steps[step].about >= CITIZ_LANES_MOST_TICKS - 1)
    step++;
  at = first_tick (from, steps[step].months > 0, zone);
  while (at != NULL && n < CITIZ_LANES_MOST_TICKS)
    {
      gint64 ms = g_date_time_to_unix (at) * CITIZ_SECOND;
      GDateTime *next;

      if (ms > until.ms)
        break;
      if (ms >= from.ms)
        out[n++] = ms;
      next = g_date_time_add_full (at, 0, steps[step].months, steps[step].days, steps[step].hours,
                                   0, 0);
      g_date_time_unref (at);
      at = next;
    }
  return n;
}

static gdouble
x_of (CitizLanes *self, gint64 ms)
{
  gdouble part = (gdouble) (ms - self->from.ms) / (gdouble) (self->until.ms - self->from.ms);

  return self->track_x + CLAMP (part, 0, 1) * self->track_width;
}

/* --- a lane --- */

static CitizLanes *
lanes_of (GtkWidget *lane)
{
  return CITIZ_LANES (gtk_widget_get_parent (lane));
}

static void
set_reading (CitizLanes *self, const gchar *text)
{
  gtk_label_set_label (GTK_LABEL (self->reading), text != NULL ? text : self->period);
}

static gint
index_of (CitizLanes *self, GtkWidget *lane)
{
  gint i = 0;

  for (GtkWidget *w = gtk_widget_get_first_child (GTK_WIDGET (self)); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    {
      if (w == lane)
        return i;
      i += CITIZ_IS_LANE (w);
    }
  return -1;
}

static GtkWidget *
lane_at (CitizLanes *self, gint index)
{
  for (GtkWidget *w = gtk_widget_get_first_child (GTK_WIDGET (self)); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (CITIZ_IS_LANE (w) && index-- == 0)
      return w;
  return NULL;
}

static void
open_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizLanes *self = lanes_of (widget);

  g_signal_emit (self, signals[ACTIVATED], 0, index_of (self, widget));
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
    lanes->at = index_of (lanes, GTK_WIDGET (self));
  set_reading (lanes, focus ? self->sentence : NULL);
}

static void
hover_cb (CitizLane *self, GParamSpec *pspec, GtkEventController *controller)
{
  gboolean over
      = gtk_event_controller_motion_contains_pointer (GTK_EVENT_CONTROLLER_MOTION (controller));

  set_reading (lanes_of (GTK_WIDGET (self)), over ? self->sentence : NULL);
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
      gdouble x = x_of (lanes, g_array_index (self->openings, gint64, i));

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
  gdouble middle = height > LANE ? height - LANE / 2.0 : height / 2.0;
  gdouble a = x_of (lanes, self->from.ms), b = x_of (lanes, self->until.ms);
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
              : CLAMP (x_of (lanes, lanes->now.ms), MIN (a + BAR / 2.0, b), b);
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
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? most + GAP : most;
  *minimum_baseline = *natural_baseline = -1;
}

static void
citiz_lane_size_allocate (GtkWidget *widget, gint width, gint height, gint baseline)
{
  CitizLanes *lanes = lanes_of (widget);
  gboolean narrow = lanes->track_x == 0;
  gint name = narrow ? width : lanes->track_x - GAP;

  gtk_widget_size_allocate (CITIZ_LANE (widget)->name,
                            &(GtkAllocation){0, 0, MAX (name, 1), narrow ? height - LANE : height},
                            -1);
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

/* --- a word under the axis --- */

static void
citiz_tick_dispose (GObject *object)
{
  g_clear_pointer (&CITIZ_TICK (object)->label, gtk_widget_unparent);
  G_OBJECT_CLASS (citiz_tick_parent_class)->dispose (object);
}

static void
citiz_tick_class_init (CitizTickClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = citiz_tick_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
citiz_tick_init (CitizTick *self)
{
}

static void
add_tick (CitizLanes *lanes, gint64 ms, const gchar *text, gboolean strong)
{
  CitizTick *self = g_object_new (CITIZ_TYPE_TICK, NULL);

  self->ms = ms;
  self->label = g_object_new (GTK_TYPE_LABEL, "label", text, "accessible-role",
                              GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_widget_add_css_class (self->label, "small");
  gtk_widget_add_css_class (self->label, strong ? "bold" : "secondary");
  gtk_widget_set_parent (self->label, GTK_WIDGET (self));
  gtk_widget_set_parent (GTK_WIDGET (self), GTK_WIDGET (lanes));
}

static gchar *
tick_text (gint64 ms, gboolean hours)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (ms / CITIZ_SECOND);

  if (hours && g_date_time_get_hour (when) != 0)
    return citiz_format_time (when);
  return citiz_format_day (when);
}

static void
add_ticks (CitizLanes *self)
{
  gint64 ticks[CITIZ_LANES_MOST_TICKS];
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  guint n = citiz_lanes_ticks (ticks, self->from, self->until, zone);
  gboolean hours = self->until.ms - self->from.ms <= HOURS_SPAN;

  /* The first has the place when two would touch: now, then from left to right. */
  add_tick (self, self->now.ms, hours ? _ ("now") : _ ("today"), TRUE);
  for (guint i = 0; i < n; i++)
    {
      g_autofree gchar *text = tick_text (ticks[i], hours);

      add_tick (self, ticks[i], text, FALSE);
    }
}

/* --- all lanes --- */

static gint
name_width (CitizLanes *self)
{
  gint most = 0;

  for (GtkWidget *w = gtk_widget_get_first_child (GTK_WIDGET (self)); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (CITIZ_IS_LANE (w))
      {
        gint natural;

        gtk_widget_measure (w, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
        most = MAX (most, natural);
      }
  return MIN (most, NAME_MOST);
}

static gint
text_height (GtkWidget *widget, gint width)
{
  gint natural;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);
  return natural;
}

/* A lane is at least as high as large text needs. */
static gint
lane_height (GtkWidget *lane, gboolean narrow)
{
  gint text = text_height (lane, -1);

  return narrow ? MAX (LANE_NARROW, text + LANE) : MAX (LANE, text + 4);
}

static gint
lanes_height (CitizLanes *self, gint width)
{
  gint height = 0;

  for (GtkWidget *w = gtk_widget_get_first_child (GTK_WIDGET (self)); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (CITIZ_IS_LANE (w))
      height += lane_height (w, width >= 0 && width < NARROW);
  return height;
}

static gint
axis_height (CitizLanes *self)
{
  gint height = 0;

  for (GtkWidget *w = gtk_widget_get_first_child (GTK_WIDGET (self)); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (CITIZ_IS_TICK (w))
      height = MAX (height, text_height (CITIZ_TICK (w)->label, -1));
  return height + 6;
}

static void
citiz_lanes_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     gint for_size,
                     gint *minimum,
                     gint *natural,
                     gint *minimum_baseline,
                     gint *natural_baseline)
{
  CitizLanes *self = CITIZ_LANES (widget);

  *minimum_baseline = *natural_baseline = -1;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 200;
      *natural = 600;
      return;
    }
  *minimum = *natural = lanes_height (self, for_size) + axis_height (self) + 6
                        + text_height (self->reading, for_size);
}

static gboolean
overlaps (const GtkAllocation *places, guint n, const GtkAllocation *one)
{
  for (guint i = 0; i < n; i++)
    if (one->x < places[i].x + places[i].width + 8 && places[i].x < one->x + one->width + 8)
      return TRUE;
  return FALSE;
}

static void
place_ticks (CitizLanes *self, gint width)
{
  GtkAllocation places[CITIZ_LANES_MOST_TICKS + 1];
  guint n = 0;

  for (GtkWidget *w = gtk_widget_get_first_child (GTK_WIDGET (self)); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    {
      GtkAllocation place;
      gint natural;
      gboolean room;

      if (!CITIZ_IS_TICK (w))
        continue;
      gtk_widget_measure (CITIZ_TICK (w)->label, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural,
                          NULL, NULL);
      place.width = natural;
      place.height = text_height (CITIZ_TICK (w)->label, -1);
      place.x = CLAMP ((gint) x_of (self, CITIZ_TICK (w)->ms) - natural / 2, self->track_x,
                       MAX (width - natural, self->track_x));
      place.y = self->bottom + 6;
      room = n < G_N_ELEMENTS (places) && !overlaps (places, n, &place);
      gtk_widget_set_child_visible (w, room);
      gtk_widget_size_allocate (w, &place, -1);
      if (room)
        places[n++] = place;
    }
}

static void
citiz_lanes_size_allocate (GtkWidget *widget, gint width, gint height, gint baseline)
{
  CitizLanes *self = CITIZ_LANES (widget);
  gboolean narrow = width < NARROW;
  gint y = 0, below;

  self->track_x = narrow ? 0 : name_width (self);
  self->track_width = MAX (width - self->track_x, 1);
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (CITIZ_IS_LANE (w))
      {
        gint h = lane_height (w, narrow);

        gtk_widget_size_allocate (w, &(GtkAllocation){0, y, width, h}, -1);
        y += h;
      }
  self->bottom = y;
  place_ticks (self, width);
  below = y + axis_height (self) + 6;
  gtk_widget_size_allocate (self->reading,
                            &(GtkAllocation){0, below, width, MAX (height - below, 1)}, -1);
}

static void
vertical (CitizLanes *self, GtkSnapshot *snapshot, gint64 ms, gfloat width, gfloat alpha)
{
  GdkRGBA colour;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &colour);
  colour.alpha *= alpha;
  gtk_snapshot_append_color (
      snapshot, &colour,
      &GRAPHENE_RECT_INIT ((gfloat) (gint) x_of (self, ms), 0, width, (gfloat) self->bottom + 4));
}

static void
citiz_lanes_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CitizLanes *self = CITIZ_LANES (widget);

  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    if (CITIZ_IS_TICK (w) && CITIZ_TICK (w)->ms != self->now.ms)
      vertical (self, snapshot, CITIZ_TICK (w)->ms, 1, 0.1f);
  GTK_WIDGET_CLASS (citiz_lanes_parent_class)->snapshot (widget, snapshot);
  vertical (self, snapshot, self->now.ms, 2, 0.55f);
}

/* One lane in the tab order, the arrows go from one to the next. */
static gboolean
citiz_lanes_focus (GtkWidget *widget, GtkDirectionType direction)
{
  CitizLanes *self = CITIZ_LANES (widget);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL, *lane;
  gint at = focus != NULL && gtk_widget_get_parent (focus) == widget ? index_of (self, focus) : -1;

  if (at < 0)
    lane = lane_at (self, self->at) != NULL ? lane_at (self, self->at) : lane_at (self, 0);
  else if (direction == GTK_DIR_DOWN)
    lane = lane_at (self, at + 1);
  else if (direction == GTK_DIR_UP && at > 0)
    lane = lane_at (self, at - 1);
  else
    lane = NULL;
  return lane != NULL && gtk_widget_grab_focus (lane);
}

static GtkSizeRequestMode
citiz_lanes_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
drop_children (CitizLanes *self)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  while (child != NULL)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (child);

      if (child != self->reading)
        gtk_widget_unparent (child);
      child = next;
    }
}

static void
citiz_lanes_dispose (GObject *object)
{
  CitizLanes *self = CITIZ_LANES (object);

  drop_children (self);
  g_clear_pointer (&self->reading, gtk_widget_unparent);
  g_clear_pointer (&self->period, g_free);
  G_OBJECT_CLASS (citiz_lanes_parent_class)->dispose (object);
}

static void
citiz_lanes_class_init (CitizLanesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_lanes_dispose;
  widget_class->measure = citiz_lanes_measure;
  widget_class->size_allocate = citiz_lanes_size_allocate;
  widget_class->get_request_mode = citiz_lanes_get_request_mode;
  widget_class->snapshot = citiz_lanes_snapshot;
  widget_class->focus = citiz_lanes_focus;
  gtk_widget_class_set_css_name (widget_class, "lanes");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
  signals[ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
citiz_lanes_init (CitizLanes *self)
{
  self->until.ms = 1;
  self->reading = g_object_new (GTK_TYPE_LABEL, "xalign", 0.0, "yalign", 0.0, "wrap", TRUE,
                                "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
  gtk_widget_add_css_class (self->reading, "small");
  gtk_widget_add_css_class (self->reading, "secondary");
  gtk_widget_set_parent (self->reading, GTK_WIDGET (self));
}

GtkWidget *
citiz_lanes_new (const gchar *label)
{
  GtkWidget *self = g_object_new (CITIZ_TYPE_LANES, NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return self;
}

void
citiz_lanes_clear (CitizLanes *self, CitizTime from, CitizTime until, CitizTime now)
{
  g_autoptr (GDateTime) first = g_date_time_new_from_unix_local (from.ms / CITIZ_SECOND);
  g_autoptr (GDateTime) last = g_date_time_new_from_unix_local (until.ms / CITIZ_SECOND);
  g_autoptr (GDateTime) today = g_date_time_new_from_unix_local (now.ms / CITIZ_SECOND);

  g_return_if_fail (CITIZ_IS_LANES (self) && until.ms > from.ms);
  citiz_focus_keep (GTK_WIDGET (self));
  drop_children (self);
  self->from = from;
  self->until = until;
  self->now = now;
  g_free (self->period);
  self->period = citiz_format_span (first, last, today);
  set_reading (self, NULL);
  add_ticks (self);
}

void
citiz_lanes_add (CitizLanes *self,
                 const gchar *name,
                 const gchar *sentence,
                 const gchar *css_class,
                 CitizTime from,
                 CitizTime until,
                 const gint64 *openings,
                 guint n_openings)
{
  CitizLane *lane = g_object_new (CITIZ_TYPE_LANE, NULL);
  g_autofree gchar *whole = g_strdup_printf ("%s. %s", name, sentence);

  lane->sentence = g_strdup (sentence);
  lane->from = from;
  lane->until = until;
  g_array_append_vals (lane->openings, openings, n_openings);
  gtk_label_set_label (GTK_LABEL (lane->name), name);
  gtk_widget_add_css_class (GTK_WIDGET (lane), css_class);
  gtk_accessible_update_property (GTK_ACCESSIBLE (lane), GTK_ACCESSIBLE_PROPERTY_LABEL, whole, -1);
  gtk_widget_insert_before (GTK_WIDGET (lane), GTK_WIDGET (self), self->reading);
}
