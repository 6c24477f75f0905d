/* Cards side by side that become fewer on a line, then one, as room shrinks. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-flow.h"

struct _CitizFlow
{
  GtkWidget parent_instance;
  gint least, gap;
};

G_DEFINE_FINAL_TYPE (CitizFlow, citiz_flow, GTK_TYPE_WIDGET)

#define MOST 16

typedef struct
{
  GtkWidget *child[MOST];
  gint x[MOST], width[MOST];
  gint n, per_line;
} Places;

static gdouble
weight_of (GtkWidget *child)
{
  gdouble *weight = g_object_get_data (G_OBJECT (child), "citiz-weight");

  return weight != NULL ? *weight : 1;
}

gint
citiz_flow_per_line (gint n, gint least, gint gap, gint width)
{
  gint fit = (width + gap) / MAX (least + gap, 1);

  if (n <= 1 || fit <= 1)
    return 1;
  if (fit >= n)
    return n;
  /* Five cards never stand as four and one: three and two. */
  while (fit > 2 && n % fit == 1)
    fit--;
  return fit;
}

/* Side by side, no card is narrower than what it holds. */
static gboolean
is_too_narrow (const Places *p, gint width, gint gap, gdouble total)
{
  gdouble room = width - (p->per_line - 1) * gap;

  for (gint i = 0; i < p->n; i++)
    {
      gdouble share = p->per_line == p->n ? weight_of (p->child[i]) / total : 1.0 / p->per_line;
      gint minimum;

      gtk_widget_measure (p->child[i], GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
      if (minimum > (gint) (room * share))
        return TRUE;
    }
  return FALSE;
}

static void
place (CitizFlow *self, gint width, Places *p)
{
  gdouble total = 0, at = 0;

  p->n = 0;
  for (GtkWidget *c = gtk_widget_get_first_child (GTK_WIDGET (self)); c != NULL && p->n < MOST;
       c = gtk_widget_get_next_sibling (c))
    if (gtk_widget_should_layout (c))
      p->child[p->n++] = c;
  for (gint i = 0; i < p->n; i++)
    total += weight_of (p->child[i]);
  p->per_line = citiz_flow_per_line (p->n, self->least, self->gap, width);
  while (p->per_line > 1 && is_too_narrow (p, width, self->gap, total))
    p->per_line--;
  for (gint i = 0; i < p->n; i++)
    {
      gint column = i % p->per_line;
      gdouble room = width - (p->per_line - 1) * self->gap;
      gdouble share = p->per_line == p->n ? weight_of (p->child[i]) / total : 1.0 / p->per_line;

      if (column == 0)
        at = 0;
      p->x[i] = (gint) (at + 0.5);
      at += room * share;
      p->width[i] = (gint) (at + 0.5) - p->x[i];
      at += self->gap;
    }
}

/* Height of the line that child @i is in. */
static gint
line_height (const Places *p, gint i)
{
  gint height = 0;

  for (gint k = i - i % p->per_line; k < p->n && k / p->per_line == i / p->per_line; k++)
    {
      gint minimum;

      gtk_widget_measure (p->child[k], GTK_ORIENTATION_VERTICAL, p->width[k], NULL, &minimum, NULL,
                          NULL);
      height = MAX (height, minimum);
    }
  return height;
}

static void
citiz_flow_measure (GtkWidget *widget,
                    GtkOrientation orientation,
                    int for_size,
                    int *minimum,
                    int *natural,
                    int *minimum_baseline,
                    int *natural_baseline)
{
  CitizFlow *self = CITIZ_FLOW (widget);
  Places p;
  gint total = 0;

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      for (GtkWidget *c = gtk_widget_get_first_child (widget); c != NULL;
           c = gtk_widget_get_next_sibling (c))
        {
          gint child_minimum, child_natural;

          if (!gtk_widget_should_layout (c))
            continue;
          gtk_widget_measure (c, orientation, -1, &child_minimum, &child_natural, NULL, NULL);
          *minimum = MAX (*minimum, child_minimum);
          *natural += MAX (child_natural, self->least) + (*natural > 0 ? self->gap : 0);
        }
      *natural = MAX (*natural, *minimum);
      return;
    }
  if (for_size < 0)
    gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &for_size, NULL, NULL, NULL);
  place (self, for_size, &p);
  for (gint i = 0; i < p.n; i += p.per_line)
    total += line_height (&p, i) + (i > 0 ? self->gap : 0);
  *minimum = *natural = total;
}

static void
citiz_flow_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CitizFlow *self = CITIZ_FLOW (widget);
  gint y = 0, line = 0;
  Places p;

  place (self, width, &p);
  for (gint i = 0; i < p.n; i++)
    {
      if (i % p.per_line == 0)
        {
          y += i > 0 ? line + self->gap : 0;
          line = line_height (&p, i);
        }
      gtk_widget_size_allocate (p.child[i], &(GtkAllocation){p.x[i], y, p.width[i], line}, -1);
    }
}

static GtkSizeRequestMode
citiz_flow_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
citiz_flow_dispose (GObject *object)
{
  citiz_flow_clear (CITIZ_FLOW (object));
  G_OBJECT_CLASS (citiz_flow_parent_class)->dispose (object);
}

static void
citiz_flow_class_init (CitizFlowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_flow_dispose;
  widget_class->measure = citiz_flow_measure;
  widget_class->size_allocate = citiz_flow_size_allocate;
  widget_class->get_request_mode = citiz_flow_get_request_mode;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
citiz_flow_init (CitizFlow *self)
{
}

GtkWidget *
citiz_flow_new (gint least, gint gap)
{
  CitizFlow *self = g_object_new (CITIZ_TYPE_FLOW, NULL);

  self->least = least;
  self->gap = gap;
  return GTK_WIDGET (self);
}

void
citiz_flow_append (CitizFlow *self, GtkWidget *child, gdouble weight)
{
  g_object_set_data_full (G_OBJECT (child), "citiz-weight", g_memdup2 (&weight, sizeof weight),
                          g_free);
  gtk_widget_set_parent (child, GTK_WIDGET (self));
}

void
citiz_flow_clear (CitizFlow *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
}
