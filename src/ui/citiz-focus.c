/* Keyboard focus: it stays where it was when a group is made anew, and passes through rows that take none. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-focus.h"

/* Where the focus was: the index of each child on the way down from the box. */
typedef struct
{
  GtkWidget *box; /* its owner */
  GArray *steps;  /* guint */
  guint source;
} Place;

static void
place_free (gpointer data)
{
  Place *place = data;

  g_clear_handle_id (&place->source, g_source_remove);
  g_array_unref (place->steps);
  g_free (place);
}

static GArray *
steps_to (GtkWidget *box, GtkWidget *focus)
{
  GArray *steps = g_array_new (FALSE, FALSE, sizeof (guint));

  for (GtkWidget *at = focus; at != box; at = gtk_widget_get_parent (at))
    {
      guint n = 0;

      for (GtkWidget *before = gtk_widget_get_prev_sibling (at); before != NULL;
           before = gtk_widget_get_prev_sibling (before))
        n++;
      g_array_prepend_val (steps, n);
    }
  return steps;
}

/* The n-th child, the last one when there are fewer. */
static GtkWidget *
child_at (GtkWidget *widget, guint n)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);

  for (; n > 0 && child != NULL && gtk_widget_get_next_sibling (child) != NULL; n--)
    child = gtk_widget_get_next_sibling (child);
  return child;
}

static void
go_to (GtkWidget *box, const GArray *steps)
{
  GtkWidget *at = box;

  for (guint i = 0; i < steps->len; i++)
    {
      GtkWidget *child = child_at (at, g_array_index (steps, guint, i));

      if (child == NULL)
        break;
      at = child;
    }
  /* What took the place may be a word instead of a button: then its row, then the group. */
  for (; at != NULL && at != box; at = gtk_widget_get_parent (at))
    if (gtk_widget_get_mapped (at)
        && (gtk_widget_grab_focus (at) || gtk_widget_child_focus (at, GTK_DIR_TAB_FORWARD)))
      return;
  gtk_widget_child_focus (box, GTK_DIR_TAB_FORWARD);
}

static gboolean
return_cb (gpointer data)
{
  Place *place = data;
  GtkWidget *box = place->box;
  GtkRoot *root = gtk_widget_get_root (box);
  g_autoptr (GArray) steps = g_array_ref (place->steps);

  place->source = 0;
  g_object_set_data (G_OBJECT (box), "citiz-focus", NULL);
  if (root != NULL && gtk_widget_get_mapped (box) && gtk_root_get_focus (root) == NULL)
    go_to (box, steps);
  return G_SOURCE_REMOVE;
}

void
citiz_focus_keep (GtkWidget *box)
{
  GtkRoot *root = gtk_widget_get_root (box);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  Place *place;

  if (focus == NULL || focus == box || !gtk_widget_is_ancestor (focus, box))
    return;
  place = g_new0 (Place, 1);
  place->box = box;
  place->steps = steps_to (box, focus);
  /* After the frame that lays the new children out. */
  place->source = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, return_cb, place, NULL);
  g_object_set_data_full (G_OBJECT (box), "citiz-focus", place, place_free);
  /* Else the toolkit chooses a neighbour far away before the group is whole again. */
  gtk_root_set_focus (root, NULL);
}

gboolean
citiz_focus_beside (GtkWidget *row, GtkDirectionType direction)
{
  GtkWidget *(*beside) (GtkWidget *) = direction == GTK_DIR_TAB_FORWARD
                                           ? gtk_widget_get_next_sibling
                                           : gtk_widget_get_prev_sibling;

  if (direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD)
    return FALSE;
  for (GtkWidget *next = beside (row); next != NULL; next = beside (next))
    if (GTK_IS_LIST_BOX_ROW (next) && gtk_widget_child_focus (next, direction))
      return TRUE;
  return FALSE;
}

gboolean
citiz_focus_through (GtkWidget *row, GtkDirectionType direction)
{
  GtkWidget *child = gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (row));

  return (child != NULL && gtk_widget_child_focus (child, direction))
         || citiz_focus_beside (row, direction);
}
