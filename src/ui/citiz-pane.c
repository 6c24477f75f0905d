/* The content side of the window: it may become narrow whatever its header holds. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-pane.h"

/* What the leaflet folds by, and what it may shrink to. Both are fixed: if they followed the header, which hides its
 * buttons once folded, the window would fold and unfold without end. */
#define COMFORTABLE 664
#define LEAST       340

struct _CitizPane
{
  GtkWidget parent_instance;
};

static void citiz_pane_buildable_init (GtkBuildableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CitizPane,
                               citiz_pane,
                               GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_BUILDABLE,
                                                      citiz_pane_buildable_init))

static void
citiz_pane_measure (GtkWidget *widget,
                    GtkOrientation orientation,
                    gint for_size,
                    gint *minimum,
                    gint *natural,
                    gint *minimum_baseline,
                    gint *natural_baseline)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);
  gint least = 0;

  *minimum_baseline = *natural_baseline = -1;
  *minimum = LEAST;
  *natural = COMFORTABLE;
  if (orientation == GTK_ORIENTATION_HORIZONTAL || child == NULL)
    return;
  if (for_size >= 0)
    gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  gtk_widget_measure (child, orientation, for_size < 0 ? -1 : MAX (for_size, least), minimum,
                      natural, NULL, NULL);
}

static void
citiz_pane_size_allocate (GtkWidget *widget, gint width, gint height, gint baseline)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);
  gint least;

  if (child == NULL)
    return;
  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  gtk_widget_size_allocate (child, &(GtkAllocation){0, 0, MAX (width, least), height}, baseline);
}

static GtkSizeRequestMode
citiz_pane_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
citiz_pane_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (citiz_pane_parent_class)->dispose (object);
}

static void
citiz_pane_class_init (CitizPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_pane_dispose;
  widget_class->measure = citiz_pane_measure;
  widget_class->size_allocate = citiz_pane_size_allocate;
  widget_class->get_request_mode = citiz_pane_get_request_mode;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
citiz_pane_init (CitizPane *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

static void
citiz_pane_add_child (GtkBuildable *buildable,
                      GtkBuilder *builder,
                      GObject *child,
                      const gchar *type)
{
  if (GTK_IS_WIDGET (child))
    gtk_widget_set_parent (GTK_WIDGET (child), GTK_WIDGET (buildable));
}

static void
citiz_pane_buildable_init (GtkBuildableIface *iface)
{
  iface->add_child = citiz_pane_add_child;
}
