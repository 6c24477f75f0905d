/* The pass above a chart's layers: cursor line, tooltip, points for keyboard and reader. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-chart-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define TIP_PADDING 10
#define TIP_GAP     12

struct _CitizChartCursor
{
  GtkWidget parent_instance;
  CitizChart *chart; /* the parent, not owned */
  GPtrArray *
      points; /* children, up to CITIZ_CHART_MOST_CHILDREN; else the cursor takes the focus itself */
  gboolean pointer;
  guint rebuild;
};

G_DEFINE_FINAL_TYPE (CitizChartCursor, citiz_chart_cursor, GTK_TYPE_WIDGET)

/* A point is nothing to see: a place for the focus, with a name. */
#define CITIZ_TYPE_CHART_POINT (citiz_chart_point_get_type ())
G_DECLARE_FINAL_TYPE (CitizChartPoint, citiz_chart_point, CITIZ, CHART_POINT, GtkWidget)
struct _CitizChartPoint
{
  GtkWidget parent_instance;
  guint slot;
};
G_DEFINE_FINAL_TYPE (CitizChartPoint, citiz_chart_point, GTK_TYPE_WIDGET)

static void
point_activate_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkWidget *chart = gtk_widget_get_ancestor (widget, CITIZ_TYPE_CHART);

  if (chart != NULL)
    g_signal_emit_by_name (chart, "activated", (gint) CITIZ_CHART_POINT (widget)->slot);
}

static void
citiz_chart_point_class_init (CitizChartPointClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_css_name (widget_class, "point");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_widget_class_install_action (widget_class, "point.activate", NULL, point_activate_cb);
}

static void
citiz_chart_point_init (CitizChartPoint *self)
{
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

static gboolean
has_value (CitizChart *chart, guint slot)
{
  const CitizSlot *s = _citiz_chart_get_slot (chart, slot);

  for (guint k = 0; s->cells[k] != NULL; k++)
    if (*s->cells[k] != '\0')
      return TRUE;
  return FALSE;
}

/* Where the keyboard enters: the last value, not a day still to come. */
static gint
entrance (CitizChart *chart)
{
  gint last = (gint) citiz_chart_get_n_slots (chart) - 1;

  for (gint i = last; i >= 0; i--)
    if (has_value (chart, (guint) i))
      return i;
  return last;
}

/* One point is in the tab order: the one under the cursor, or the last with a value. */
static void
rove (CitizChartCursor *self)
{
  gint at = citiz_chart_get_cursor (self->chart);

  if (at < 0)
    at = entrance (self->chart);
  for (guint i = 0; i < self->points->len; i++)
    gtk_widget_set_focusable (g_ptr_array_index (self->points, i), (gint) i == at);
}

static void
drop_points (CitizChartCursor *self)
{
  for (guint i = 0; i < self->points->len; i++)
    gtk_widget_unparent (g_ptr_array_index (self->points, i));
  g_ptr_array_set_size (self->points, 0);
}

static void
focus_cb (GtkEventControllerFocus *controller, gpointer data)
{
  CitizChartPoint *point = data;
  GtkWidget *chart = gtk_widget_get_ancestor (GTK_WIDGET (point), CITIZ_TYPE_CHART);

  citiz_chart_set_cursor (CITIZ_CHART (chart), (gint) point->slot);
}

static gboolean
rebuild_cb (gpointer data)
{
  CitizChartCursor *self = data;
  guint n = citiz_chart_get_n_slots (self->chart);

  self->rebuild = 0;
  drop_points (self);
  for (guint i = 0; n <= CITIZ_CHART_MOST_CHILDREN && i < n; i++)
    {
      CitizChartPoint *point = g_object_new (CITIZ_TYPE_CHART_POINT, NULL);
      g_autofree gchar *values = _citiz_chart_slot_text (self->chart, i, ", ");
      g_autofree gchar *label
          = g_strdup_printf (C_ ("chart point: name, values", "%s: %s"),
                             _citiz_chart_get_slot (self->chart, i)->name, values);
      GtkEventController *focus = gtk_event_controller_focus_new ();

      point->slot = i;
      gtk_accessible_update_property (GTK_ACCESSIBLE (point), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                      -1);
      g_signal_connect (focus, "enter", G_CALLBACK (focus_cb), point);
      gtk_widget_add_controller (GTK_WIDGET (point), focus);
      gtk_widget_set_parent (GTK_WIDGET (point), GTK_WIDGET (self));
      g_ptr_array_add (self->points, point);
    }
  gtk_widget_set_focusable (GTK_WIDGET (self), n > CITIZ_CHART_MOST_CHILDREN);
  rove (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

void
_citiz_chart_cursor_rebuild (CitizChartCursor *self)
{
  if (self->rebuild == 0)
    self->rebuild = g_idle_add_full (G_PRIORITY_HIGH_IDLE, rebuild_cb, self, NULL);
}

void
_citiz_chart_cursor_moved (CitizChartCursor *self)
{
  rove (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
citiz_chart_cursor_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CitizChartCursor *self = CITIZ_CHART_CURSOR (widget);
  graphene_rect_t plot;

  _citiz_chart_get_plot (self->chart, &plot);
  for (guint i = 0; i < self->points->len && i < citiz_chart_get_n_slots (self->chart); i++)
    {
      gint slot = (gint) (plot.size.width / MAX (self->points->len, 1));
      gint x = (gint) _citiz_chart_slot_px (self->chart, i) - slot / 2;

      gtk_widget_size_allocate (
          g_ptr_array_index (self->points, i),
          &(GtkAllocation){x, (gint) plot.origin.y, MAX (slot, 4), (gint) plot.size.height}, -1);
    }
}

static PangoLayout *
tip_layout (CitizChartCursor *self, guint slot)
{
  g_autofree gchar *values = _citiz_chart_slot_text (self->chart, slot, "\n");
  g_autofree gchar *text
      = g_strdup_printf ("%s\n%s", _citiz_chart_get_slot (self->chart, slot)->name, values);
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  PangoAttrList *attrs = pango_attr_list_new ();
  PangoAttribute *bold = pango_attr_weight_new (PANGO_WEIGHT_BOLD);

  bold->end_index = (guint) strlen (_citiz_chart_get_slot (self->chart, slot)->name);
  pango_attr_list_insert (attrs, bold);
  pango_attr_list_insert (attrs, pango_attr_scale_new (0.82));
  pango_attr_list_insert (attrs, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attrs);
  pango_attr_list_unref (attrs);
  return layout;
}

/* Beside the cursor line, on the side with room: it never lies over its own point. */
static void
draw_tip (CitizChartCursor *self,
          GtkSnapshot *snapshot,
          guint slot,
          gdouble x,
          const graphene_rect_t *plot)
{
  g_autoptr (PangoLayout) layout = tip_layout (self, slot);
  gdouble left, top, width = gtk_widget_get_width (GTK_WIDGET (self));
  gint w, h;
  GskRoundedRect edge;
  graphene_rect_t box;

  pango_layout_get_pixel_size (layout, &w, &h);
  w += 2 * TIP_PADDING;
  h += 12;
  left = x + TIP_GAP + w <= width ? x + TIP_GAP : x - TIP_GAP - w;
  if (left < 0) /* no side is wide enough: above the plot's middle then */
    left = CLAMP (x - w / 2.0, 0, MAX (width - w, 0));
  top = MAX (plot->origin.y + (plot->size.height - h) / 2, 0);
  box = GRAPHENE_RECT_INIT ((float) round (left), (float) round (top), (float) w, (float) h);
  gsk_rounded_rect_init_from_rect (&edge, &box, 9);
  gtk_snapshot_push_rounded_clip (snapshot, &edge);
  gtk_snapshot_append_color (snapshot, &(GdkRGBA){0, 0, 0, 0.8f}, &box);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT (box.origin.x + TIP_PADDING, box.origin.y + 6));
  gtk_snapshot_append_layout (snapshot, layout, &(GdkRGBA){1, 1, 1, 1});
  gtk_snapshot_restore (snapshot);
}

static void
citiz_chart_cursor_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CitizChartCursor *self = CITIZ_CHART_CURSOR (widget);
  gint at = citiz_chart_get_cursor (self->chart);
  graphene_rect_t plot;
  GdkRGBA ink;
  gdouble x;

  if (at < 0)
    return;
  _citiz_chart_get_plot (self->chart, &plot);
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &ink);
  ink.alpha *= 0.45f;
  x = round (_citiz_chart_slot_px (self->chart, (guint) at));
  gtk_snapshot_append_color (snapshot, &ink,
                             &GRAPHENE_RECT_INIT ((float) x, plot.origin.y, 1, plot.size.height));
  draw_tip (self, snapshot, (guint) at, x, &plot);
}

static void
motion_cb (GtkEventControllerMotion *controller, gdouble x, gdouble y, gpointer data)
{
  CitizChartCursor *self = data;
  graphene_rect_t plot;

  _citiz_chart_get_plot (self->chart, &plot);
  self->pointer = x >= plot.origin.x - 4;
  citiz_chart_set_cursor (self->chart,
                          self->pointer ? citiz_chart_slot_at (self->chart, x, y) : -1);
}

static void
leave_cb (GtkEventControllerMotion *controller, gpointer data)
{
  CitizChartCursor *self = data;

  if (self->pointer)
    citiz_chart_set_cursor (self->chart, -1);
  self->pointer = FALSE;
}

static void
focus_out_cb (GtkEventControllerFocus *controller, gpointer data)
{
  citiz_chart_set_cursor (CITIZ_CHART_CURSOR (data)->chart, -1);
}

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint key,
        guint code,
        GdkModifierType state,
        gpointer data)
{
  static const struct
  {
    guint key;
    CitizMove move;
  } keys[] = {
      {GDK_KEY_Left, CITIZ_MOVE_PREVIOUS}, {GDK_KEY_Right, CITIZ_MOVE_NEXT},
      {GDK_KEY_Home, CITIZ_MOVE_FIRST},    {GDK_KEY_End, CITIZ_MOVE_LAST},
      {GDK_KEY_Page_Up, CITIZ_MOVE_BACK},  {GDK_KEY_Page_Down, CITIZ_MOVE_FORWARD},
  };
  CitizChartCursor *self = data;
  gint at = citiz_chart_get_cursor (self->chart);

  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK))
    return FALSE;
  if ((key == GDK_KEY_Return || key == GDK_KEY_KP_Enter || key == GDK_KEY_space) && at >= 0)
    {
      g_signal_emit_by_name (self->chart, "activated", at);
      return TRUE;
    }
  if (key == GDK_KEY_Escape && at >= 0)
    {
      citiz_chart_set_cursor (self->chart, -1);
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].key == key)
      {
        gint to = at < 0 && keys[i].move != CITIZ_MOVE_FIRST && keys[i].move != CITIZ_MOVE_LAST
                      ? entrance (self->chart)
                      : citiz_scale_move (at, citiz_chart_get_n_slots (self->chart), keys[i].move);

        citiz_chart_set_cursor (self->chart, to);
        if (to >= 0 && to < (gint) self->points->len)
          gtk_widget_grab_focus (g_ptr_array_index (self->points, to));
        return TRUE;
      }
  return FALSE;
}

static void
pressed_cb (GtkGestureClick *gesture, gint n, gdouble x, gdouble y, gpointer data)
{
  CitizChartCursor *self = data;
  gint slot = citiz_chart_slot_at (self->chart, x, y);

  citiz_chart_set_cursor (self->chart, slot);
  if (n == 2 && slot >= 0)
    g_signal_emit_by_name (self->chart, "activated", slot);
}

static void
citiz_chart_cursor_dispose (GObject *object)
{
  CitizChartCursor *self = CITIZ_CHART_CURSOR (object);

  g_clear_handle_id (&self->rebuild, g_source_remove);
  drop_points (self);
  G_OBJECT_CLASS (citiz_chart_cursor_parent_class)->dispose (object);
}

static void
citiz_chart_cursor_finalize (GObject *object)
{
  g_ptr_array_unref (CITIZ_CHART_CURSOR (object)->points);
  G_OBJECT_CLASS (citiz_chart_cursor_parent_class)->finalize (object);
}

static void
citiz_chart_cursor_class_init (CitizChartCursorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_chart_cursor_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_chart_cursor_finalize;
  widget_class->size_allocate = citiz_chart_cursor_size_allocate;
  widget_class->snapshot = citiz_chart_cursor_snapshot;
  gtk_widget_class_set_css_name (widget_class, "cursor");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
}

static void
citiz_chart_cursor_init (CitizChartCursor *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->points = g_ptr_array_new ();
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_cb), self);
  g_signal_connect (focus, "leave", G_CALLBACK (focus_out_cb), self);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, keys);
  gtk_widget_add_controller (widget, focus);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Points of the chart"), -1);
}

GtkWidget *
_citiz_chart_cursor_new (CitizChart *chart)
{
  CitizChartCursor *self = g_object_new (CITIZ_TYPE_CHART_CURSOR, NULL);

  self->chart = chart;
  return GTK_WIDGET (self);
}
