/* The line of a route without any map, or the icon of its kind. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-thumbnail.h"

#include <stdlib.h>

struct _CitizThumbnail
{
  GtkWidget parent_instance;
  GArray *points; /* of graphene_point_t, 0 to 1 */
};

G_DEFINE_FINAL_TYPE (CitizThumbnail, citiz_thumbnail, GTK_TYPE_WIDGET)

#define INSET 8

static void
citiz_thumbnail_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CitizThumbnail *self = CITIZ_THUMBNAIL (widget);
  gdouble w = gtk_widget_get_width (widget) - 2 * INSET,
          h = gtk_widget_get_height (widget) - 2 * INSET;
  GdkRGBA colour;
  cairo_t *cr;

  GTK_WIDGET_CLASS (citiz_thumbnail_parent_class)->snapshot (widget, snapshot);
  if (self->points->len < 2)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &colour);
  cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) w + 2 * INSET, (float) h + 2 * INSET));
  gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, 2);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  for (guint i = 0; i < self->points->len; i++)
    {
      const graphene_point_t *p = &g_array_index (self->points, graphene_point_t, i);
      cairo_line_to (cr, INSET + p->x * w, INSET + p->y * h);
    }
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
citiz_thumbnail_dispose (GObject *object)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (object));

  if (child != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (citiz_thumbnail_parent_class)->dispose (object);
}

static void
citiz_thumbnail_finalize (GObject *object)
{
  g_array_unref (CITIZ_THUMBNAIL (object)->points);
  G_OBJECT_CLASS (citiz_thumbnail_parent_class)->finalize (object);
}

static void
citiz_thumbnail_class_init (CitizThumbnailClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = citiz_thumbnail_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_thumbnail_finalize;
  GTK_WIDGET_CLASS (klass)->snapshot = citiz_thumbnail_snapshot;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "thumbnail");
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
citiz_thumbnail_init (CitizThumbnail *self)
{
  self->points = g_array_new (FALSE, FALSE, sizeof (graphene_point_t));
}

GtkWidget *
citiz_thumbnail_new (const gchar *route, const gchar *icon)
{
  CitizThumbnail *self = g_object_new (CITIZ_TYPE_THUMBNAIL, "valign", GTK_ALIGN_CENTER, NULL);
  g_auto (GStrv) pairs = g_strsplit (route != NULL ? route : "", " ", 512);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      gchar *comma = NULL;
      gdouble x = g_ascii_strtod (pairs[i], &comma);
      graphene_point_t point;

      if (comma == pairs[i] || *comma != ',')
        continue;
      point
          = GRAPHENE_POINT_INIT ((float) (CLAMP (x, 0, 100) / 100),
                                 (float) (CLAMP (g_ascii_strtod (comma + 1, NULL), 0, 100) / 100));
      g_array_append_val (self->points, point);
    }
  gtk_widget_add_css_class (GTK_WIDGET (self), "series-1");
  if (self->points->len < 2)
    gtk_widget_set_parent (gtk_image_new_from_icon_name (icon), GTK_WIDGET (self));
  gtk_widget_set_size_request (GTK_WIDGET (self), 52, 38);
  return GTK_WIDGET (self);
}
