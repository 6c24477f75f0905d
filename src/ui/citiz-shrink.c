/* A line of cells that lets go of the least needed ones when there is no room, and stands in lines when there is still none. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-shrink.h"

#include "ui/citiz-bits.h"

#define READABLE 120 /* of a text, at the usual size of letters */
#define FOOT     6   /* under the last of stacked cells */

typedef struct
{
  GtkWidget *child;
  guint rank;
  gint width;
  gint size; /* as last placed; 0: let go */
} Cell;

struct _CitizShrink
{
  GtkWidget parent_instance;
  GArray *cells;
  gint spacing;
};

G_DEFINE_FINAL_TYPE (CitizShrink, citiz_shrink, GTK_TYPE_WIDGET)

static gint
least (const Cell *cell)
{
  gint minimum;

  gtk_widget_measure (cell->child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  return minimum;
}

/* What a cell would like: its column's width, or (without one) enough to read. */
static gint
wanted (const Cell *cell)
{
  return cell->width > 0 ? MAX (cell->width, least (cell))
                         : MAX (least (cell), citiz_scaled (READABLE));
}

static gint
need (CitizShrink *self, guint most_rank, gboolean comfortable)
{
  gint total = 0;

  for (guint i = 0; i < self->cells->len; i++)
    {
      const Cell *cell = &g_array_index (self->cells, Cell, i);

      if (cell->rank <= most_rank && gtk_widget_should_layout (cell->child))
        total += (comfortable ? wanted (cell) : least (cell)) + (total > 0 ? self->spacing : 0);
    }
  return total;
}

/* Side by side a free text would be cut into syllables: the cells that stay stand one under the other. */
static gboolean
is_stacked (CitizShrink *self, gint width)
{
  gint total = 0;

  for (guint i = 0; i < self->cells->len; i++)
    {
      const Cell *cell = &g_array_index (self->cells, Cell, i);

      if (cell->rank == 0 && gtk_widget_should_layout (cell->child))
        total += (cell->width > 0 ? least (cell) : wanted (cell)) + (total > 0 ? self->spacing : 0);
    }
  return total > width && need (self, 0, FALSE) < total;
}

/* Gives each cell its size; fixed columns give way before the free cell is squeezed. */
static void
divide (CitizShrink *self, gint width)
{
  guint rank = 0, highest = 0;
  gint free_cells = 0, left, over;

  if (is_stacked (self, width))
    {
      for (guint i = 0; i < self->cells->len; i++)
        {
          Cell *cell = &g_array_index (self->cells, Cell, i);
          cell->size = cell->rank == 0 && gtk_widget_should_layout (cell->child) ? width : 0;
        }
      return;
    }
  for (guint i = 0; i < self->cells->len; i++)
    highest = MAX (highest, g_array_index (self->cells, Cell, i).rank);
  for (rank = highest; rank > 0 && need (self, rank, TRUE) > width; rank--)
    ;
  left = width;
  over = MAX (need (self, rank, TRUE) - width, 0);
  for (guint i = 0; i < self->cells->len; i++)
    {
      Cell *cell = &g_array_index (self->cells, Cell, i);

      cell->size = 0;
      if (cell->rank > rank || !gtk_widget_should_layout (cell->child))
        continue;
      cell->size = wanted (cell);
      /* A column that cannot be whole goes down to its least: its content has another shape then. */
      if (over > 0 && cell->width > 0)
        {
          over -= cell->size - least (cell);
          cell->size = least (cell);
        }
      left -= cell->size + self->spacing;
      free_cells += cell->width == 0;
    }
  for (guint i = 0; over > 0 && i < self->cells->len; i++)
    {
      Cell *cell = &g_array_index (self->cells, Cell, i);
      gint give = cell->size > 0 ? MIN (over, cell->size - least (cell)) : 0;

      cell->size -= give;
      left += give;
      over -= give;
    }
  left += self->spacing;
  for (guint i = 0; left > 0 && free_cells > 0 && i < self->cells->len; i++)
    {
      Cell *cell = &g_array_index (self->cells, Cell, i);

      if (cell->size > 0 && cell->width == 0)
        {
          cell->size += left / free_cells;
          left -= left / free_cells--;
        }
    }
}

static void
citiz_shrink_measure (GtkWidget *widget,
                      GtkOrientation orientation,
                      int for_size,
                      int *minimum,
                      int *natural,
                      int *minimum_baseline,
                      int *natural_baseline)
{
  CitizShrink *self = CITIZ_SHRINK (widget);
  gint height = 0;
  gboolean stacked;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = need (self, 0, FALSE);
      *natural = MAX (need (self, G_MAXUINT, TRUE), *minimum);
      return;
    }
  for_size = for_size < 0 ? need (self, 0, FALSE) : for_size;
  stacked = is_stacked (self, for_size);
  divide (self, for_size);
  for (guint i = 0; i < self->cells->len; i++)
    {
      const Cell *cell = &g_array_index (self->cells, Cell, i);
      gint child;

      if (cell->size == 0)
        continue;
      gtk_widget_measure (cell->child, orientation, cell->size, &child, NULL, NULL, NULL);
      height = stacked ? height + child : MAX (height, child);
    }
  *minimum = *natural = height + (stacked ? FOOT : 0);
}

static void
citiz_shrink_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CitizShrink *self = CITIZ_SHRINK (widget);
  gboolean stacked = is_stacked (self, width);
  gint x = 0, y = 0;

  divide (self, width);
  for (guint i = 0; i < self->cells->len; i++)
    {
      const Cell *cell = &g_array_index (self->cells, Cell, i);

      gtk_widget_set_child_visible (cell->child, cell->size > 0);
      if (cell->size == 0)
        continue;
      if (stacked)
        {
          gint high;

          gtk_widget_measure (cell->child, GTK_ORIENTATION_VERTICAL, width, &high, NULL, NULL,
                              NULL);
          gtk_widget_size_allocate (cell->child, &(GtkAllocation){0, y, width, high}, -1);
          y += high;
          continue;
        }
      gtk_widget_size_allocate (cell->child, &(GtkAllocation){x, 0, cell->size, height}, -1);
      x += cell->size + self->spacing;
    }
}

static GtkSizeRequestMode
citiz_shrink_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
citiz_shrink_dispose (GObject *object)
{
  CitizShrink *self = CITIZ_SHRINK (object);

  for (guint i = 0; i < self->cells->len; i++)
    gtk_widget_unparent (g_array_index (self->cells, Cell, i).child);
  g_array_set_size (self->cells, 0);
  G_OBJECT_CLASS (citiz_shrink_parent_class)->dispose (object);
}

static void
citiz_shrink_finalize (GObject *object)
{
  g_array_unref (CITIZ_SHRINK (object)->cells);
  G_OBJECT_CLASS (citiz_shrink_parent_class)->finalize (object);
}

static void
citiz_shrink_class_init (CitizShrinkClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_shrink_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_shrink_finalize;
  widget_class->measure = citiz_shrink_measure;
  widget_class->size_allocate = citiz_shrink_size_allocate;
  widget_class->get_request_mode = citiz_shrink_get_request_mode;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
citiz_shrink_init (CitizShrink *self)
{
  self->cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
}

GtkWidget *
citiz_shrink_new (gint spacing)
{
  CitizShrink *self = g_object_new (CITIZ_TYPE_SHRINK, NULL);

  self->spacing = spacing;
  return GTK_WIDGET (self);
}

void
citiz_shrink_append (CitizShrink *self, GtkWidget *child, guint rank, gint width)
{
  Cell cell = {child, rank, width, 0};

  gtk_widget_set_parent (child, GTK_WIDGET (self));
  g_array_append_val (self->cells, cell);
}
