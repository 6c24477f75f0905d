/* Two texts on one line with a joint between them, or one above the other without it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-joined.h"

#define SPACE 5

struct _CitizJoined
{
  GtkWidget parent_instance;
  GtkWidget *part[3];
};

G_DEFINE_FINAL_TYPE (CitizJoined, citiz_joined, GTK_TYPE_WIDGET)

static gint
width_of (GtkWidget *widget, gboolean natural)
{
  gint least, wanted;

  if (!gtk_widget_should_layout (widget))
    return 0;
  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &least, &wanted, NULL, NULL);
  return natural ? wanted : least;
}

static gint
height_of (GtkWidget *widget, gint width)
{
  gint least;

  if (!gtk_widget_should_layout (widget))
    return 0;
  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, width, &least, NULL, NULL, NULL);
  return least;
}

static gint
whole_width (CitizJoined *self)
{
  return width_of (self->part[0], TRUE) + width_of (self->part[1], TRUE)
         + width_of (self->part[2], TRUE) + 2 * SPACE;
}

static void
citiz_joined_measure (GtkWidget *widget,
                      GtkOrientation orientation,
                      int for_size,
                      int *minimum,
                      int *natural,
                      int *minimum_baseline,
                      int *natural_baseline)
{
  CitizJoined *self = CITIZ_JOINED (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MAX (width_of (self->part[0], FALSE), width_of (self->part[2], FALSE));
      *natural = MAX (whole_width (self), *minimum);
    }
  else if (for_size < 0 || for_size >= whole_width (self))
    *minimum = *natural = MAX (height_of (self->part[0], -1), height_of (self->part[2], -1));
  else
    *minimum = *natural = height_of (self->part[0], for_size) + height_of (self->part[2], for_size);
}

static void
citiz_joined_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CitizJoined *self = CITIZ_JOINED (widget);
  gboolean one_line = width >= whole_width (self);
  gint x = 0, y = 0;

  for (guint i = 0; i < 3; i++)
    {
      gboolean shown = gtk_widget_should_layout (self->part[i]) && (i != 1 || one_line);
      gint w = one_line ? width_of (self->part[i], TRUE) : width;
      gint h = one_line ? height : height_of (self->part[i], width);

      gtk_widget_set_child_visible (self->part[i], shown);
      if (!shown)
        continue;
      gtk_widget_size_allocate (self->part[i], &(GtkAllocation){x, y, w, h}, -1);
      x += one_line ? w + SPACE : 0;
      y += one_line ? 0 : h;
    }
}

static GtkSizeRequestMode
citiz_joined_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
citiz_joined_dispose (GObject *object)
{
  CitizJoined *self = CITIZ_JOINED (object);

  for (guint i = 0; i < 3; i++)
    g_clear_pointer (&self->part[i], gtk_widget_unparent);
  G_OBJECT_CLASS (citiz_joined_parent_class)->dispose (object);
}

static void
citiz_joined_class_init (CitizJoinedClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_joined_dispose;
  widget_class->measure = citiz_joined_measure;
  widget_class->size_allocate = citiz_joined_size_allocate;
  widget_class->get_request_mode = citiz_joined_get_request_mode;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
citiz_joined_init (CitizJoined *self)
{
}

GtkWidget *
citiz_joined_new (GtkWidget *first, GtkWidget *joint, GtkWidget *second)
{
  CitizJoined *self = g_object_new (CITIZ_TYPE_JOINED, NULL);
  GtkWidget *part[3] = {first, joint, second};

  for (guint i = 0; i < 3; i++)
    {
      self->part[i] = part[i];
      gtk_widget_set_parent (part[i], GTK_WIDGET (self));
    }
  return GTK_WIDGET (self);
}
