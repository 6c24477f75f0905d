/* Two columns with a gap of 24 that become one when there is no room. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-columns.h"

#define GAP 24

struct _CitizColumns
{
  GtkWidget parent_instance;
  GtkWidget *box[2];
  gdouble share; /* of the left column */
  gint fold;
};

static void citiz_columns_buildable_init (GtkBuildableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CitizColumns,
                               citiz_columns,
                               GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE,
                                                      citiz_columns_buildable_init))

/* What a template gets: the left one wider. */
#define TEMPLATE_SHARE 0.62
#define TEMPLATE_FOLD  520

static gboolean
shown (CitizColumns *self, guint i)
{
  for (GtkWidget *child = gtk_widget_get_first_child (self->box[i]); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_should_layout (child))
      return gtk_widget_should_layout (self->box[i]);
  return FALSE;
}

static void
split (CitizColumns *self, gint width, gint *left, gint *right)
{
  gint min_left, min_right, wanted;

  gtk_widget_measure (self->box[0], GTK_ORIENTATION_HORIZONTAL, -1, &min_left, NULL, NULL, NULL);
  gtk_widget_measure (self->box[1], GTK_ORIENTATION_HORIZONTAL, -1, &min_right, &wanted, NULL,
                      NULL);
  if (self->share >= 1) /* the right one as wide as it wants, at the edge */
    min_right = CLAMP (width - GAP - min_left, min_right, wanted);
  *left = CLAMP ((gint) ((width - GAP) * self->share), min_left,
                 MAX (min_left, width - GAP - min_right));
  *right = width - GAP - *left;
}

static gboolean
is_folded (CitizColumns *self, gint width)
{
  return width < self->fold || !shown (self, 0) || !shown (self, 1);
}

static void
citiz_columns_measure (GtkWidget *widget,
                       GtkOrientation orientation,
                       gint for_size,
                       gint *minimum,
                       gint *natural,
                       gint *minimum_baseline,
                       gint *natural_baseline)
{
  CitizColumns *self = CITIZ_COLUMNS (widget);
  gint min[2] = {0}, nat[2] = {0}, width[2] = {for_size, for_size};
  gboolean folded = orientation == GTK_ORIENTATION_HORIZONTAL || is_folded (self, for_size);

  if (orientation == GTK_ORIENTATION_VERTICAL && for_size >= 0 && !folded)
    split (self, for_size, &width[0], &width[1]);
  for (guint i = 0; i < 2; i++)
    if (shown (self, i))
      gtk_widget_measure (self->box[i], orientation, width[i], &min[i], &nat[i], NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MAX (min[0], min[1]);
      *natural = MAX (*minimum, nat[0] + GAP + nat[1]);
    }
  else if (folded)
    {
      gint gap = shown (self, 0) && shown (self, 1) ? GAP : 0;

      *minimum = min[0] + gap + min[1];
      *natural = nat[0] + gap + nat[1];
    }
  else
    {
      *minimum = MAX (min[0], min[1]);
      *natural = MAX (nat[0], nat[1]);
    }
  *minimum_baseline = *natural_baseline = -1;
}

static void
citiz_columns_size_allocate (GtkWidget *widget, gint width, gint height, gint baseline)
{
  CitizColumns *self = CITIZ_COLUMNS (widget);
  gint left, right, first = 0;

  for (guint i = 0; i < 2; i++)
    gtk_widget_set_child_visible (self->box[i], shown (self, i));
  if (is_folded (self, width))
    {
      for (guint i = 0, y = 0; i < 2; i++)
        {
          if (!shown (self, i))
            continue;
          gtk_widget_measure (self->box[i], GTK_ORIENTATION_VERTICAL, width, &first, NULL, NULL,
                              NULL);
          gtk_widget_size_allocate (self->box[i], &(GtkAllocation){0, (gint) y, width, first}, -1);
          y += (guint) first + GAP;
        }
      return;
    }
  split (self, width, &left, &right);
  if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
    first = right + GAP;
  gtk_widget_size_allocate (self->box[0], &(GtkAllocation){first, 0, left, height}, -1);
  gtk_widget_size_allocate (self->box[1],
                            &(GtkAllocation){first > 0 ? 0 : left + GAP, 0, right, height}, -1);
}

static GtkSizeRequestMode
citiz_columns_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
citiz_columns_dispose (GObject *object)
{
  CitizColumns *self = CITIZ_COLUMNS (object);

  for (guint i = 0; i < 2; i++)
    g_clear_pointer (&self->box[i], gtk_widget_unparent);
  G_OBJECT_CLASS (citiz_columns_parent_class)->dispose (object);
}

static void
citiz_columns_class_init (CitizColumnsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_columns_dispose;
  widget_class->measure = citiz_columns_measure;
  widget_class->size_allocate = citiz_columns_size_allocate;
  widget_class->get_request_mode = citiz_columns_get_request_mode;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

/* In a template: <child type="left"> and <child type="right">. */
static void
citiz_columns_add_child (GtkBuildable *buildable,
                         GtkBuilder *builder,
                         GObject *child,
                         const gchar *type)
{
  if (GTK_IS_WIDGET (child))
    citiz_columns_append (CITIZ_COLUMNS (buildable), g_strcmp0 (type, "right") == 0,
                          GTK_WIDGET (child));
}

static void
citiz_columns_buildable_init (GtkBuildableIface *iface)
{
  iface->add_child = citiz_columns_add_child;
}

static void
citiz_columns_init (CitizColumns *self)
{
  self->share = TEMPLATE_SHARE;
  self->fold = TEMPLATE_FOLD;
  for (guint i = 0; i < 2; i++)
    {
      self->box[i] = gtk_box_new (GTK_ORIENTATION_VERTICAL, GAP);
      gtk_widget_set_parent (self->box[i], GTK_WIDGET (self));
    }
}

GtkWidget *
citiz_columns_new (gdouble left, gdouble right, gint fold)
{
  CitizColumns *self = g_object_new (CITIZ_TYPE_COLUMNS, NULL);

  self->share = left / (left + right);
  self->fold = fold;
  return GTK_WIDGET (self);
}

void
citiz_columns_append (CitizColumns *self, guint column, GtkWidget *child)
{
  g_return_if_fail (CITIZ_IS_COLUMNS (self) && column < 2);
  gtk_box_append (GTK_BOX (self->box[column]), child);
}
