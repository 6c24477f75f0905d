/* Charts: ticks, nearest point, cursor by keyboard, places on a range bar, columns, the table twin. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>

#include "ui/citiz-chart-private.h"
#include "ui/citiz-flow.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-chart.h"
#include "ui/citiz-page.h"
#include "ui/citiz-ring.h"
#include "ui/citiz-sparkline.h"

static void
test_ticks (void)
{
  static const struct
  {
    gdouble lo, hi;
    guint most;
    gdouble want_lo, want_hi, want_step;
  } cases[] = {
      {0, 9100, 4, 0, 10000, 5000},        {0, 11900, 4, 0, 15000, 5000},
      {56, 142, 4, 50, 150, 50},           {0, 4, 4, 0, 4, 1},
      {70.2, 73.1, 4, 70, 74, 1},          {-3, 3, 4, -4, 4, 2},
      {0.012, 0.031, 4, 0.01, 0.04, 0.01}, {0, 1e9, 4, 0, 1e9, 5e8},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      CitizScale scale = citiz_scale_fit (cases[i].lo, cases[i].hi, cases[i].most);

      g_test_message ("%g to %g: %g %g by %g", cases[i].lo, cases[i].hi, scale.lo, scale.hi,
                      scale.step);
      g_assert_cmpfloat_with_epsilon (scale.lo, cases[i].want_lo, 1e-9);
      g_assert_cmpfloat_with_epsilon (scale.hi, cases[i].want_hi, 1e-9);
      g_assert_cmpfloat_with_epsilon (scale.step, cases[i].want_step, 1e-9);
    }
}

/* Whatever the ends: they are held, the step is 1, 2 or 5 times a power of ten, ticks are few. */
static void
test_ticks_any (void)
{
  for (guint i = 0; i < 20000; i++)
    {
      gdouble size = pow (10, g_test_rand_double_range (-6, 9));
      gdouble lo = g_test_rand_double_range (-1, 1) * size,
              hi = lo + g_test_rand_double_range (0, 2) * size;
      guint most = (guint) g_test_rand_int_range (2, 7);
      CitizScale scale = citiz_scale_fit (lo, hi, most);
      gdouble lead = scale.step / pow (10, floor (log10 (scale.step) + 1e-9));

      g_assert_cmpfloat (scale.lo, <=, lo + size * 1e-6);
      g_assert_cmpfloat (scale.hi, >=, hi - size * 1e-6);
      g_assert_cmpuint (citiz_scale_count (&scale), <=, most + 2);
      g_assert_cmpuint (citiz_scale_count (&scale), >=, 2);
      g_assert_true (fabs (lead - 1) < 1e-6 || fabs (lead - 2) < 1e-6 || fabs (lead - 5) < 1e-6);
    }
  g_assert_cmpuint (citiz_scale_count (&(CitizScale){0, 1, 0}), ==, 0);
  g_assert_cmpfloat (citiz_scale_fit (NAN, 3, 4).hi, ==, 1);
  g_assert_cmpfloat (citiz_scale_fit (5, 5, 4).hi, >, 5);
}

static void
test_nearest (void)
{
  static const gdouble xs[] = {0.5, 1.5, 2.5, 9};

  g_assert_cmpint (citiz_scale_nearest (xs, 0, 3), ==, -1);
  g_assert_cmpint (citiz_scale_nearest (xs, 4, -100), ==, 0);
  g_assert_cmpint (citiz_scale_nearest (xs, 4, 1.4), ==, 1);
  g_assert_cmpint (citiz_scale_nearest (xs, 4, 5.7), ==, 2);
  g_assert_cmpint (citiz_scale_nearest (xs, 4, 5.8), ==, 3);
  g_assert_cmpint (citiz_scale_nearest (xs, 4, 1e9), ==, 3);
}

static void
test_moves (void)
{
  g_assert_cmpint (citiz_scale_move (-1, 0, CITIZ_MOVE_NEXT), ==, -1);
  g_assert_cmpint (citiz_scale_move (-1, 7, CITIZ_MOVE_NEXT), ==, 0);
  g_assert_cmpint (citiz_scale_move (-1, 7, CITIZ_MOVE_PREVIOUS), ==, 6);
  g_assert_cmpint (citiz_scale_move (6, 7, CITIZ_MOVE_NEXT), ==, 6);
  g_assert_cmpint (citiz_scale_move (0, 7, CITIZ_MOVE_PREVIOUS), ==, 0);
  g_assert_cmpint (citiz_scale_move (3, 365, CITIZ_MOVE_FORWARD), ==, 39);
  g_assert_cmpint (citiz_scale_move (3, 365, CITIZ_MOVE_LAST), ==, 364);
}

static void
test_places (void)
{
  gdouble value, low, high;

  citiz_range_bar_place (84, 45, 90, &value, &low, &high);
  g_assert_cmpfloat_with_epsilon (low, 0.25, 1e-9);
  g_assert_cmpfloat_with_epsilon (high, 0.75, 1e-9);
  g_assert_true (value > low && value < high);
  citiz_range_bar_place (7.2, NAN, 7.0, &value, &low, &high);
  g_assert_cmpfloat (low, ==, 0);
  g_assert_true (value > high);
  citiz_range_bar_place (10, 60, NAN, &value, &low, &high);
  g_assert_cmpfloat (high, ==, 1);
  g_assert_true (value < low);
  citiz_range_bar_place (-1000, 1, 2, &value, &low, &high);
  g_assert_cmpfloat (value, ==, 0);
}

static void
test_flow (void)
{
  g_assert_cmpint (citiz_flow_per_line (5, 150, 12, 860), ==, 5);
  g_assert_cmpint (citiz_flow_per_line (5, 150, 12, 700), ==, 3);
  g_assert_cmpint (citiz_flow_per_line (5, 150, 12, 336), ==, 2);
  g_assert_cmpint (citiz_flow_per_line (2, 300, 24, 500), ==, 1);
  g_assert_cmpint (citiz_flow_per_line (2, 300, 24, 624), ==, 2);
}

static GtkWidget *
week_chart (void)
{
  GtkWidget *chart = citiz_chart_new ("Steps");
  CitizLayer *bars = citiz_layer_new (CITIZ_LAYER_BAR, "series-1");
  CitizPoint points[7];
  CitizScale scale = citiz_scale_fit (0, 7000, 4);

  citiz_chart_set_columns (CITIZ_CHART (chart), "Day",
                           (const gchar *const[]){"Steps", "Goal", NULL});
  for (guint i = 0; i < 7; i++)
    {
      g_autofree gchar *steps = g_strdup_printf ("%u", i * 1000);

      points[i] = (CitizPoint){i + 0.5, i == 3 ? NAN : i * 1000.0, 0, 0};
      citiz_chart_add_slot (CITIZ_CHART (chart), i + 0.5, citiz_format_weekday_short ((gint) i + 1),
                            i == 6, citiz_format_weekday ((gint) i + 1),
                            (const gchar *const[]){i == 3 ? "" : steps, "", NULL}, NULL, 0);
    }
  citiz_layer_set_points (bars, points, 7);
  citiz_chart_add_layer (CITIZ_CHART (chart), bars);
  citiz_chart_set_x (CITIZ_CHART (chart), 0, 7);
  citiz_chart_set_y (CITIZ_CHART (chart), &scale, NULL, FALSE);
  return chart;
}

static void
settle (void)
{
  for (guint i = 0; i < 20; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (2000);
    }
}

static void
test_cursor_and_names (void)
{
  GtkWidget *chart = week_chart (), *window = gtk_window_new (), *cursor, *point;

  gtk_window_set_default_size (GTK_WINDOW (window), 500, 300);
  gtk_window_set_child (GTK_WINDOW (window), chart);
  gtk_widget_show (window);
  settle ();
  gtk_test_accessible_assert_role (chart, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_test_accessible_assert_property (chart, GTK_ACCESSIBLE_PROPERTY_LABEL, "Steps");
  citiz_chart_set_cursor (CITIZ_CHART (chart), 2);
  gtk_test_accessible_assert_property (chart, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "Wednesday: Steps 2000");
  citiz_chart_set_cursor (CITIZ_CHART (chart), 3);
  gtk_test_accessible_assert_property (chart, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "Thursday: no value");
  citiz_chart_set_cursor (CITIZ_CHART (chart), 99);
  g_assert_cmpint (citiz_chart_get_cursor (CITIZ_CHART (chart)), ==, -1);
  /* Ends of the plot are the first and the last day. */
  g_assert_cmpint (citiz_chart_slot_at (CITIZ_CHART (chart), 0, 10), ==, 0);
  g_assert_cmpint (citiz_chart_slot_at (CITIZ_CHART (chart), gtk_widget_get_width (chart), 10), ==,
                   6);
  cursor = gtk_widget_get_last_child (chart);
  gtk_test_accessible_assert_role (cursor, GTK_ACCESSIBLE_ROLE_LIST);
  point = gtk_widget_get_first_child (cursor);
  gtk_test_accessible_assert_role (point, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
  gtk_test_accessible_assert_property (point, GTK_ACCESSIBLE_PROPERTY_LABEL, "Monday: Steps 0");
  g_assert_true (gtk_widget_get_focusable (gtk_widget_get_last_child (cursor)));
  g_assert_false (gtk_widget_get_focusable (point));
  g_assert_true (gtk_widget_grab_focus (gtk_widget_get_last_child (cursor)));
  /* The keyboard enters at the last value, not at a day still to come. */
  citiz_chart_set_cursor (CITIZ_CHART (chart), -1);
  citiz_chart_add_slot (CITIZ_CHART (chart), 7.5, NULL, FALSE, "Tomorrow",
                        (const gchar *const[]){"", "", NULL}, NULL, 0);
  settle ();
  g_assert_false (gtk_widget_get_focusable (gtk_widget_get_last_child (cursor)));
  g_assert_true (
      gtk_widget_get_focusable (gtk_widget_get_prev_sibling (gtk_widget_get_last_child (cursor))));
  citiz_chart_set_concealed (CITIZ_CHART (chart), TRUE);
  settle ();
  gtk_test_accessible_assert_property (gtk_widget_get_first_child (cursor),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL, "Monday: •••");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The first word of the first row below the titles. */
static const gchar *
first_of_table (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_has_css_class (widget, "numeric"))
    return gtk_label_get_text (GTK_LABEL (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      const gchar *found = first_of_table (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
test_newest_first (void)
{
  static const gchar *const begins[] = {"Monday", "Sunday"};

  for (guint k = 0; k < G_N_ELEMENTS (begins); k++)
    {
      GtkWidget *chart = g_object_ref_sink (week_chart ()), *window = gtk_window_new ();
      GtkWidget *table;

      citiz_chart_set_newest_first (CITIZ_CHART (chart), k == 1);
      table = citiz_chart_new_table (CITIZ_CHART (chart));
      gtk_window_set_child (GTK_WINDOW (window), table);
      gtk_window_present (GTK_WINDOW (window));
      while (first_of_table (table) == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_true (g_str_has_prefix (first_of_table (table), begins[k]));
      gtk_window_destroy (GTK_WINDOW (window));
      g_assert_finalize_object (chart);
    }
}

static void
test_table (void)
{
  GtkWidget *chart = g_object_ref_sink (week_chart ());
  GtkWidget *table = g_object_ref_sink (citiz_chart_new_table (CITIZ_CHART (chart)));
  GtkColumnView *view
      = GTK_COLUMN_VIEW (gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (table)));

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (gtk_column_view_get_model (view))), ==,
                    7);
  g_assert_cmpuint (g_list_model_get_n_items (gtk_column_view_get_columns (view)), ==, 3);
  g_assert_finalize_object (table);
  g_assert_finalize_object (chart);
}

/* The words of a goal have a line of their own over the plot: no bar is under them, and hidden values need none. */
static void
test_goal (void)
{
  CitizChart *chart = CITIZ_CHART (g_object_ref_sink (week_chart ()));
  graphene_rect_t before, after;

  gtk_widget_allocate (GTK_WIDGET (chart), 300, 200, -1, NULL);
  _citiz_chart_get_plot (chart, &before);
  citiz_chart_set_goal (chart, 3000, "goal 3,000");
  gtk_widget_allocate (GTK_WIDGET (chart), 300, 200, -1, NULL);
  _citiz_chart_get_plot (chart, &after);
  g_assert_cmpfloat (after.origin.y, >, before.origin.y + 8);
  g_assert_cmpfloat (_citiz_chart_value_py (chart, 6000), >=, after.origin.y);
  citiz_chart_set_concealed (chart, TRUE);
  gtk_widget_allocate (GTK_WIDGET (chart), 300, 200, -1, NULL);
  _citiz_chart_get_plot (chart, &after);
  g_assert_cmpfloat_with_epsilon (after.origin.y, before.origin.y, 0.01);
  g_object_unref (chart);
}

/* The line keeps its height: an end of the range that is far away is left out, one that is passed is not. */
static void
test_span (void)
{
  static const struct
  {
    gdouble lo, hi, low, high, want_lo, want_hi;
  } cases[] = {
      {14, 40, 20, 200, 14, 40},  {84, 84, 45, 90, 84, 90}, {7, 9, NAN, 7, 7, 9},
      {300, 340, NAN, 7, 7, 340}, {2, 3, 10, 20, 2, 10},    {4, 6, 4.5, 5.5, 4, 6},
      {60, 75, NAN, NAN, 60, 75}, {5, 5, 4, 6, 4, 6},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gdouble lo = cases[i].lo, hi = cases[i].hi;

      citiz_item_chart_span (&lo, &hi, cases[i].low, cases[i].high);
      g_test_message ("case %u: %g to %g", i, lo, hi);
      g_assert_cmpfloat (lo, ==, cases[i].want_lo);
      g_assert_cmpfloat (hi, ==, cases[i].want_hi);
    }
}

static void
test_finalize (void)
{
  GtkWidget *ring = g_object_ref_sink (citiz_ring_new (120, 12));
  GtkWidget *spark = g_object_ref_sink (citiz_sparkline_new (CITIZ_SPARKLINE_LINE, 100, 46));
  GtkWidget *columns = g_object_ref_sink (citiz_flow_new (150, 12));

  citiz_ring_add (CITIZ_RING (ring), "series-1", 0.4);
  citiz_ring_add (CITIZ_RING (ring), "series-2", 2);
  citiz_ring_set_child (CITIZ_RING (ring), gtk_label_new ("96"));
  citiz_ring_set_ring_class (CITIZ_RING (ring), 0, "success");
  citiz_sparkline_set (CITIZ_SPARKLINE (spark), NULL, 0, NAN, NAN, NAN);
  citiz_sparkline_set (CITIZ_SPARKLINE (spark), (const gdouble[]){1, NAN, 3}, 3, 0, 2, NAN);
  citiz_flow_append (CITIZ_FLOW (columns), gtk_label_new ("a"), 1);
  citiz_flow_append (CITIZ_FLOW (columns), gtk_label_new ("b"), 2);
  g_assert_finalize_object (ring);
  g_assert_finalize_object (spark);
  g_assert_finalize_object (columns);
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  citiz_ui_init ();
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  g_test_add_func ("/ui/chart/ticks", test_ticks);
  g_test_add_func ("/ui/chart/ticks-any", test_ticks_any);
  g_test_add_func ("/ui/chart/nearest", test_nearest);
  g_test_add_func ("/ui/chart/moves", test_moves);
  g_test_add_func ("/ui/chart/places", test_places);
  g_test_add_func ("/ui/chart/flow", test_flow);
  g_test_add_func ("/ui/chart/cursor-and-names", test_cursor_and_names);
  g_test_add_func ("/ui/chart/table", test_table);
  g_test_add_func ("/ui/chart/table/newest-first", test_newest_first);
  g_test_add_func ("/ui/chart/goal", test_goal);
  g_test_add_func ("/ui/chart/span", test_span);
  g_test_add_func ("/ui/chart/finalize", test_finalize);
  return g_test_run ();
}
