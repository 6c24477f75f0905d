/* A chart: axes, layers, a cursor by pointer and keyboard, and its table twin. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-chart-private.h"

#include <glib/gi18n.h>
#include <math.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-format.h"

G_DEFINE_FINAL_TYPE (CitizChart, citiz_chart, GTK_TYPE_WIDGET)

enum
{
  ACTIVATED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
slot_clear (gpointer data)
{
  CitizSlot *slot = data;

  g_free (slot->axis);
  g_free (slot->name);
  g_free (slot->row);
  g_free (slot->note);
  g_strfreev (slot->cells);
}

gdouble
_citiz_chart_value_py (CitizChart *self, gdouble y)
{
  gdouble part = self->scale.hi == self->scale.lo
                     ? 0
                     : (y - self->scale.lo) / (self->scale.hi - self->scale.lo);

  return self->plot.origin.y + self->plot.size.height * (self->down ? part : 1 - part);
}

gdouble
_citiz_chart_slot_px (CitizChart *self, guint slot)
{
  gdouble x = g_array_index (self->slots, CitizSlot, slot).x;

  return self->plot.origin.x
         + self->plot.size.width * (x - self->x0) / MAX (self->x1 - self->x0, 1e-9);
}

static void
citiz_chart_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     int for_size,
                     int *minimum,
                     int *natural,
                     int *minimum_baseline,
                     int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 180 : 120;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 320 : 180;
}

static void
citiz_chart_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CitizChart *self = CITIZ_CHART (widget);
  GtkAllocation box;

  _citiz_chart_place_plot (self, width, height);
  box = (GtkAllocation){(int) self->plot.origin.x, (int) self->plot.origin.y,
                        (int) self->plot.size.width, (int) self->plot.size.height};
  for (guint i = 0; i < self->layers->len; i++)
    {
      CitizLayer *layer = g_ptr_array_index (self->layers, i);

      citiz_layer_set_view (layer, self->x0, self->x1, self->down ? self->scale.hi : self->scale.lo,
                            self->down ? self->scale.lo : self->scale.hi);
      gtk_widget_size_allocate (GTK_WIDGET (layer), &box, -1);
    }
  gtk_widget_size_allocate (self->overlay, &(GtkAllocation){0, 0, width, height}, -1);
}

static void
citiz_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CitizChart *self = CITIZ_CHART (widget);

  _citiz_chart_draw_grid (self, snapshot);
  for (guint i = 0; !self->concealed && i < self->layers->len; i++)
    gtk_widget_snapshot_child (widget, g_ptr_array_index (self->layers, i), snapshot);
  _citiz_chart_draw_words (self, snapshot);
  gtk_widget_snapshot_child (widget, self->overlay, snapshot);
}

static void
set_growth_cb (gdouble value, gpointer data)
{
  CitizChart *self = data;

  for (guint i = 0; i < self->layers->len; i++)
    citiz_layer_set_growth (g_ptr_array_index (self->layers, i), value);
}

static void
citiz_chart_map (GtkWidget *widget)
{
  CitizChart *self = CITIZ_CHART (widget);

  GTK_WIDGET_CLASS (citiz_chart_parent_class)->map (widget);
  citiz_grow (widget, &self->animation, set_growth_cb);
}

static void
citiz_chart_dispose (GObject *object)
{
  CitizChart *self = CITIZ_CHART (object);

  g_clear_object (&self->animation);
  for (guint i = 0; i < self->layers->len; i++)
    gtk_widget_unparent (g_ptr_array_index (self->layers, i));
  g_ptr_array_set_size (self->layers, 0);
  g_clear_pointer (&self->overlay, gtk_widget_unparent);
  G_OBJECT_CLASS (citiz_chart_parent_class)->dispose (object);
}

static void
citiz_chart_finalize (GObject *object)
{
  CitizChart *self = CITIZ_CHART (object);

  g_ptr_array_unref (self->layers);
  g_array_unref (self->slots);
  g_free (self->label);
  g_free (self->goal_words);
  g_free (self->first_column);
  g_strfreev (self->columns);
  G_OBJECT_CLASS (citiz_chart_parent_class)->finalize (object);
}

static void
citiz_chart_class_init (CitizChartClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_chart_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_chart_finalize;
  widget_class->measure = citiz_chart_measure;
  widget_class->size_allocate = citiz_chart_size_allocate;
  widget_class->snapshot = citiz_chart_snapshot;
  widget_class->map = citiz_chart_map;
  signals[ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  gtk_widget_class_set_css_name (widget_class, "chart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
citiz_chart_init (CitizChart *self)
{
  self->layers = g_ptr_array_new ();
  self->slots = g_array_new (FALSE, TRUE, sizeof (CitizSlot));
  g_array_set_clear_func (self->slots, slot_clear);
  self->scale = (CitizScale){0, 1, 1};
  self->x1 = 1;
  self->cursor = -1;
  self->overlay = _citiz_chart_cursor_new (self);
  gtk_widget_set_parent (self->overlay, GTK_WIDGET (self));
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::high-contrast",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *
citiz_chart_new (const gchar *label)
{
  CitizChart *self = g_object_new (CITIZ_TYPE_CHART, NULL);

  citiz_chart_set_label (self, label);
  return GTK_WIDGET (self);
}

void
citiz_chart_set_label (CitizChart *self, const gchar *label)
{
  g_free (self->label);
  self->label = g_strdup (label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

void
citiz_chart_clear (CitizChart *self)
{
  for (guint i = 0; i < self->layers->len; i++)
    gtk_widget_unparent (g_ptr_array_index (self->layers, i));
  g_ptr_array_set_size (self->layers, 0);
  g_array_set_size (self->slots, 0);
  self->cursor = -1;
  _citiz_chart_cursor_rebuild (CITIZ_CHART_CURSOR (self->overlay));
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
citiz_chart_set_x (CitizChart *self, gdouble x0, gdouble x1)
{
  self->x0 = x0;
  self->x1 = x1;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
citiz_chart_set_y (CitizChart *self, const CitizScale *scale, CitizTickFunc format, gboolean down)
{
  self->scale = *scale;
  self->tick_format = format;
  self->down = down;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
citiz_chart_add_layer (CitizChart *self, CitizLayer *layer)
{
  gtk_widget_insert_before (GTK_WIDGET (layer), GTK_WIDGET (self), self->overlay);
  g_ptr_array_add (self->layers, layer);
}

void
citiz_chart_set_goal (CitizChart *self, gdouble y, const gchar *words)
{
  self->goal = y;
  g_free (self->goal_words);
  self->goal_words = g_strdup (words);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
citiz_chart_set_columns (CitizChart *self, const gchar *first, const gchar *const *titles)
{
  g_free (self->first_column);
  g_strfreev (self->columns);
  self->first_column = g_strdup (first);
  self->columns = g_strdupv ((gchar **) titles);
}

void
citiz_chart_set_newest_first (CitizChart *self, gboolean newest_first)
{
  self->newest_first = newest_first;
}

void
citiz_chart_add_slot (CitizChart *self,
                      gdouble x,
                      const gchar *axis,
                      gboolean strong,
                      const gchar *name,
                      const gchar *const *cells,
                      const gchar *note,
                      gdouble note_y)
{
  CitizSlot slot = {.x = x,
                    .note_y = note_y,
                    .axis = g_strdup (axis),
                    .name = g_strdup (name),
                    .note = g_strdup (note),
                    .cells = g_strdupv ((gchar **) cells),
                    .strong = strong};

  g_array_append_val (self->slots, slot);
  _citiz_chart_cursor_rebuild (CITIZ_CHART_CURSOR (self->overlay));
}

void
citiz_chart_name_row (CitizChart *self, const gchar *row)
{
  CitizSlot *slot;

  g_return_if_fail (self->slots->len > 0);
  slot = &g_array_index (self->slots, CitizSlot, self->slots->len - 1);
  g_free (slot->row);
  slot->row = g_strdup (row);
}

guint
citiz_chart_get_n_slots (CitizChart *self)
{
  return self->slots->len;
}

void
citiz_chart_set_cursor (CitizChart *self, gint slot)
{
  g_autofree gchar *text = NULL;

  slot = slot >= (gint) self->slots->len ? -1 : slot;
  if (slot == self->cursor)
    return;
  self->cursor = slot;
  if (slot >= 0)
    {
      g_autofree gchar *values = _citiz_chart_slot_text (self, (guint) slot, ", ");
      text = g_strdup_printf (C_ ("chart point: name, values", "%s: %s"),
                              g_array_index (self->slots, CitizSlot, slot).name, values);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text != NULL ? text : "", -1);
  _citiz_chart_cursor_moved (CITIZ_CHART_CURSOR (self->overlay));
}

gint
citiz_chart_get_cursor (CitizChart *self)
{
  return self->cursor;
}

gint
citiz_chart_slot_at (CitizChart *self, gdouble x, gdouble y)
{
  gdouble value
      = self->x0 + (x - self->plot.origin.x) / self->plot.size.width * (self->x1 - self->x0);
  g_autofree gdouble *xs = g_new (gdouble, self->slots->len + 1);

  for (guint i = 0; i < self->slots->len; i++)
    xs[i] = g_array_index (self->slots, CitizSlot, i).x;
  return citiz_scale_nearest (xs, self->slots->len, value);
}

void
citiz_chart_set_concealed (CitizChart *self, gboolean concealed)
{
  self->concealed = concealed;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  _citiz_chart_cursor_rebuild (CITIZ_CHART_CURSOR (self->overlay));
}

const CitizSlot *
_citiz_chart_get_slot (CitizChart *self, guint i)
{
  return &g_array_index (self->slots, CitizSlot, i);
}

const gchar *
_citiz_chart_get_first_column (CitizChart *self)
{
  return self->first_column;
}

const gchar *const *
_citiz_chart_get_columns (CitizChart *self)
{
  return (const gchar *const *) self->columns;
}

void
_citiz_chart_get_plot (CitizChart *self, graphene_rect_t *plot)
{
  *plot = self->plot;
}

gboolean
_citiz_chart_get_newest_first (CitizChart *self)
{
  return self->newest_first;
}

gboolean
_citiz_chart_get_concealed (CitizChart *self)
{
  return self->concealed;
}

gchar *
_citiz_chart_slot_text (CitizChart *self, guint i, const gchar *separator)
{
  const CitizSlot *slot = &g_array_index (self->slots, CitizSlot, i);
  GString *text = g_string_new (NULL);

  if (self->concealed)
    return g_string_free (g_string_assign (text, "•••"), FALSE);
  for (guint k = 0; self->columns != NULL && self->columns[k] != NULL && slot->cells[k] != NULL;
       k++)
    if (*slot->cells[k] != '\0')
      g_string_append_printf (text, "%s%s %s", text->len > 0 ? separator : "", self->columns[k],
                              slot->cells[k]);
  if (text->len == 0)
    g_string_append (text, _ ("no value"));
  return g_string_free (text, FALSE);
}
