/* The table twin of a chart: the same slots in a GtkColumnView. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-bits.h"
#include "ui/citiz-chart-private.h"

#include <glib/gi18n.h>

#define WHOLE 12 /* so many rows are shown without scrolling */

/* A row keeps its own words, so the table outlives the chart's next range. */
#define CITIZ_TYPE_CHART_ROW (citiz_chart_row_get_type ())
G_DECLARE_FINAL_TYPE (CitizChartRow, citiz_chart_row, CITIZ, CHART_ROW, GObject)
struct _CitizChartRow
{
  GObject parent_instance;
  gchar **cells; /* the name first */
};
G_DEFINE_FINAL_TYPE (CitizChartRow, citiz_chart_row, G_TYPE_OBJECT)

static void
citiz_chart_row_finalize (GObject *object)
{
  g_strfreev (CITIZ_CHART_ROW (object)->cells);
  G_OBJECT_CLASS (citiz_chart_row_parent_class)->finalize (object);
}

static void
citiz_chart_row_class_init (CitizChartRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_chart_row_finalize;
}

static void
citiz_chart_row_init (CitizChartRow *self)
{
}

static void
setup_cb (GtkListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *label = gtk_label_new (NULL);
  gboolean first = GPOINTER_TO_UINT (data) == 0;

  gtk_label_set_xalign (GTK_LABEL (label), first ? 0 : 1);
  gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

static void
bind_cb (GtkListItemFactory *factory, GtkListItem *item, gpointer data)
{
  CitizChartRow *row = gtk_list_item_get_item (item);
  const gchar *text = row->cells[GPOINTER_TO_UINT (data)];

  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), *text != '\0' ? text : "–");
}

/* Figures stand under the end of their title; GTK puts every title at the start of its column. */
static void
end_titles (GtkWidget *view)
{
  GtkWidget *header = gtk_widget_get_first_child (view);
  GtkWidget *title = header != NULL ? gtk_widget_get_first_child (header) : NULL;

  for (title = title != NULL ? gtk_widget_get_next_sibling (title) : NULL; title != NULL;
       title = gtk_widget_get_next_sibling (title))
    {
      GtkWidget *box = gtk_widget_get_first_child (title);

      if (box != NULL)
        gtk_widget_set_halign (box, GTK_ALIGN_END);
    }
}

static void
add_column (GtkColumnView *view, guint i, const gchar *title)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkColumnViewColumn) column = NULL;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), GUINT_TO_POINTER (i));
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), GUINT_TO_POINTER (i));
  column = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_expand (column, TRUE);
  gtk_column_view_append_column (view, column);
}

GtkWidget *
citiz_table_new (const gchar *first, const gchar *const *titles, GPtrArray *rows)
{
  GListStore *store = g_list_store_new (CITIZ_TYPE_CHART_ROW);
  GtkWidget *view, *scroller = gtk_scrolled_window_new ();

  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (CitizChartRow) row = g_object_new (CITIZ_TYPE_CHART_ROW, NULL);

      row->cells = g_strdupv (g_ptr_array_index (rows, i));
      g_list_store_append (store, row);
    }
  view = gtk_column_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (store))));
  gtk_widget_add_css_class (view, "data-table");
  if (titles != NULL && g_strv_length ((gchar **) titles) > 3)
    gtk_widget_add_css_class (view, "dense");
  gtk_column_view_set_show_row_separators (GTK_COLUMN_VIEW (view), TRUE);
  add_column (GTK_COLUMN_VIEW (view), 0, first);
  for (guint k = 0; titles != NULL && titles[k] != NULL; k++)
    add_column (GTK_COLUMN_VIEW (view), k + 1, titles[k]);
  end_titles (view);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  if (rows->len <= WHOLE)
    citiz_scroll_sideways (scroller);
  gtk_widget_set_vexpand (scroller, TRUE);
  return scroller;
}

GtkWidget *
citiz_chart_new_table (CitizChart *self)
{
  const gchar *const *titles = _citiz_chart_get_columns (self);
  guint n = titles != NULL ? g_strv_length ((gchar **) titles) : 0;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);

  for (guint i = 0, all = citiz_chart_get_n_slots (self); i < all; i++)
    {
      const CitizSlot *slot
          = _citiz_chart_get_slot (self, _citiz_chart_get_newest_first (self) ? all - 1 - i : i);
      gchar **cells = g_new0 (gchar *, n + 2);

      cells[0] = g_strdup (slot->row != NULL ? slot->row : slot->name);
      for (guint k = 0; k < n; k++)
        cells[k + 1] = g_strdup (_citiz_chart_get_concealed (self) ? "•••" : slot->cells[k]);
      g_ptr_array_add (rows, cells);
    }
  return citiz_table_new (_citiz_chart_get_first_column (self), titles, rows);
}
