/* Buttons side by side at their natural width, centred, on as many lines as they need. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-wrap.h"

struct _CitizWrap
{
  GtkWidget parent_instance;
  gint gap;
};

static void citiz_wrap_buildable_init (GtkBuildableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CitizWrap,
                               citiz_wrap,
                               GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE,
                                                      citiz_wrap_buildable_init))

#define DEFAULT_GAP 12

static void
natural (GtkWidget *child, gint width, gint *child_width, gint *child_height)
{
  gint least, most;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, &most, NULL, NULL);
  *child_width = MAX (least, MIN (most, width));
  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, *child_width, NULL, child_height, NULL,
                      NULL);
}

/* The children of one line from @first on; returns the first of the next. */
static GtkWidget *
take_line (CitizWrap *self, GtkWidget *first, gint width, gint *line_width, gint *line_height)
{
  GtkWidget *child;

  *line_width = *line_height = 0;
  for (child = first; child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      gint w, h;

      if (!gtk_widget_should_layout (child))
        continue;
      natural (child, width, &w, &h);
      if (*line_width > 0 && *line_width + self->gap + w > width)
        break;
      *line_width += (*line_width > 0 ? self->gap : 0) + w;
      *line_height = MAX (*line_height, h);
    }
  return child;
}

static gint
total_height (CitizWrap *self, gint width)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));
  gint total = 0, w, h;

  while (child != NULL)
    {
      child = take_line (self, child, width, &w, &h);
      total += h + (child != NULL ? self->gap : 0);
    }
  return total;
}

static void
citiz_wrap_measure (GtkWidget *widget,
                    GtkOrientation orientation,
                    gint for_size,
                    gint *minimum,
                    gint *natural_size,
                    gint *minimum_baseline,
                    gint *natural_baseline)
{
  CitizWrap *self = CITIZ_WRAP (widget);

  *minimum = *natural_size = 0;
  *minimum_baseline = *natural_baseline = -1;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural_size = total_height (self, for_size >= 0 ? for_size : G_MAXINT / 4);
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      gint least, most;

      gtk_widget_measure (child, orientation, -1, &least, &most, NULL, NULL);
      *minimum = MAX (*minimum, least);
      *natural_size += most + (*natural_size > 0 ? self->gap : 0);
    }
}

static void
citiz_wrap_size_allocate (GtkWidget *widget, gint width, gint height, gint baseline)
{
  CitizWrap *self = CITIZ_WRAP (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GtkWidget *child = gtk_widget_get_first_child (widget), *next;
  gint y = 0, line_width, line_height;

  while (child != NULL)
    {
      gint x;

      next = take_line (self, child, width, &line_width, &line_height);
      x = (width - line_width) / 2;
      for (; child != next; child = gtk_widget_get_next_sibling (child))
        {
          gint w, h;

          if (!gtk_widget_should_layout (child))
            continue;
          natural (child, width, &w, &h);
          gtk_widget_size_allocate (
              child, &(GtkAllocation){rtl ? width - x - w : x, y + (line_height - h) / 2, w, h},
              -1);
          x += w + self->gap;
        }
      y += line_height + self->gap;
    }
}

static GtkSizeRequestMode
citiz_wrap_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
citiz_wrap_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (citiz_wrap_parent_class)->dispose (object);
}

static void
citiz_wrap_class_init (CitizWrapClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_wrap_dispose;
  widget_class->measure = citiz_wrap_measure;
  widget_class->size_allocate = citiz_wrap_size_allocate;
  widget_class->get_request_mode = citiz_wrap_get_request_mode;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
citiz_wrap_init (CitizWrap *self)
{
  self->gap = DEFAULT_GAP;
}

static void
citiz_wrap_add_child (GtkBuildable *buildable,
                      GtkBuilder *builder,
                      GObject *child,
                      const gchar *type)
{
  if (GTK_IS_WIDGET (child))
    citiz_wrap_append (CITIZ_WRAP (buildable), GTK_WIDGET (child));
}

static void
citiz_wrap_buildable_init (GtkBuildableIface *iface)
{
  iface->add_child = citiz_wrap_add_child;
}

GtkWidget *
citiz_wrap_new (gint gap)
{
  CitizWrap *self = g_object_new (CITIZ_TYPE_WRAP, NULL);

  self->gap = gap;
  return GTK_WIDGET (self);
}

void
citiz_wrap_append (CitizWrap *self, GtkWidget *child)
{
  g_return_if_fail (CITIZ_IS_WRAP (self));
  gtk_widget_insert_before (child, GTK_WIDGET (self), NULL);
}
