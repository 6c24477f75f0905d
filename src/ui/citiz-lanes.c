/* Lanes of time, one an access. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-lanes.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-focus.h"
#include "ui/citiz-format.h"
#include "ui/citiz-lanes-private.h"

#define LANE_NARROW 44  /* px, with its name above the bar */
#define NARROW      480 /* px wide, under which it is so */
#define NAME_MOST   220
#define HOURS_SPAN  (3 * CITIZ_DAY) /* up to it the verticals are hours */

/* A word under the axis. */
#define CITIZ_TYPE_TICK (citiz_tick_get_type ())
G_DECLARE_FINAL_TYPE (CitizTick, citiz_tick, CITIZ, TICK, GtkWidget)
struct _CitizTick
{
  GtkWidget parent_instance;
  GtkWidget *label;
  gint64 ms;
};

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

gdouble
_citiz_lanes_x_of (CitizLanes *self, gint64 ms)
{
  gdouble part = (gdouble) (ms - self->from.ms) / (gdouble) (self->until.ms - self->from.ms);

  return self->track_x + CLAMP (part, 0, 1) * self->track_width;
}

/* --- lanes --- */

void
_citiz_lanes_set_reading (CitizLanes *self, const gchar *text)
{
  gtk_label_set_label (GTK_LABEL (self->reading), text != NULL ? text : self->period);
}

gint
_citiz_lanes_index_of (CitizLanes *self, GtkWidget *lane)
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

void
_citiz_lanes_activated (CitizLanes *self, gint lane)
{
  g_signal_emit (self, signals[ACTIVATED], 0, lane);
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

  return narrow ? MAX (LANE_NARROW, text + CITIZ_LANE_HEIGHT) : MAX (CITIZ_LANE_HEIGHT, text + 4);
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
      place.x = CLAMP ((gint) _citiz_lanes_x_of (self, CITIZ_TICK (w)->ms) - natural / 2,
                       self->track_x, MAX (width - natural, self->track_x));
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
  gtk_snapshot_append_color (snapshot, &colour,
                             &GRAPHENE_RECT_INIT ((gfloat) (gint) _citiz_lanes_x_of (self, ms), 0,
                                                  width, (gfloat) self->bottom + 4));
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
  gint at = focus != NULL && gtk_widget_get_parent (focus) == widget
                ? _citiz_lanes_index_of (self, focus)
                : -1;

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
  _citiz_lanes_set_reading (self, NULL);
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
