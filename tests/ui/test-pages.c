/* The data pages with a sample and an empty record: they open, change with what is chosen, and leave nothing behind. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "pages-fixture.h"

#include <math.h>
#include "ui/citiz-activity-cards.h"
#include "ui/citiz-activity-page.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-buckets.h"
#include "ui/citiz-care-page.h"
#include "ui/citiz-chart-private.h"
#include "ui/citiz-diet-page.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-row.h"
#include "ui/citiz-page.h"
#include "ui/citiz-today-page.h"

typedef GtkWidget *(*MakePage) (CitizSession *session);
static const struct
{
  const gchar *name;
  MakePage make;
} pages[] = {
    {"today", citiz_today_page_new},
    {"care", citiz_care_page_new},
    {"activity", citiz_activity_page_new},
    {"diet", citiz_diet_page_new},
};

/* A button without words must have a name of its own. */
static gboolean
is_nameless (GtkWidget *widget, gpointer data)
{
  GtkWidget *child;

  if (!GTK_IS_BUTTON (widget) || !gtk_widget_get_mapped (widget)
      || gtk_button_get_label (GTK_BUTTON (widget)) != NULL)
    return FALSE;
  child = gtk_button_get_child (GTK_BUTTON (widget));
  if (child == NULL || !GTK_IS_IMAGE (child))
    return FALSE;
  /* The inner button of a menu button or an entry takes its name from the outer widget. */
  if (gtk_widget_get_ancestor (widget, GTK_TYPE_MENU_BUTTON) != NULL)
    return FALSE;
  return !gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL)
         && gtk_widget_get_tooltip_text (widget) == NULL;
}

static void
test_opens (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *page = g_object_ref_sink (pages[i].make (session)), *window = gtk_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 800);
  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_widget_show (window);
  settle ();
  g_assert_cmpstr (citiz_page_get_title (CITIZ_PAGE (page)), !=, "");
  g_assert_nonnull (citiz_page_get_add_menu (CITIZ_PAGE (page)));
  g_assert_false (walk (page, is_nameless, NULL));
  citiz_values_set_hidden (TRUE);
  citiz_page_refresh (CITIZ_PAGE (page));
  settle ();
  g_assert_true (i == 1 || shows (page, "•••"));
  citiz_values_set_hidden (FALSE);
  citiz_page_refresh (CITIZ_PAGE (page));
  gtk_window_set_child (GTK_WINDOW (window), NULL);
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
  g_assert_finalize_object (page);
}

static void
test_narrow (gconstpointer data)
{
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *page = g_object_ref_sink (pages[GPOINTER_TO_UINT (data)].make (session));
  gint least;

  gtk_widget_measure (page, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  g_assert_cmpint (least, <=, 360);
  g_assert_finalize_object (page);
}

/* Letters half as large again, still 360 wide: nothing may go out of the window. */
static void
test_narrow_large (gconstpointer data)
{
  GtkSettings *settings = gtk_settings_get_default ();
  gint before;

  g_object_get (settings, "gtk-xft-dpi", &before, NULL);
  g_object_set (settings, "gtk-xft-dpi", 144 * 1024, NULL);
  test_narrow (data);
  g_object_set (settings, "gtk-xft-dpi", before, NULL);
}

static void
test_empty (gconstpointer data)
{
  static const gchar *const said[]
      = {"No medication noted", "Your medical file starts here", NULL, "Nothing noted"};
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (CitizSession) session = empty ();
  GtkWidget *page = g_object_ref_sink (pages[i].make (session));

  g_assert_true (said[i] == NULL || shows (page, said[i]));
  g_assert_finalize_object (page);
}

static GtkWidget *
search_of (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_SEARCH_ENTRY (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); found == NULL && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    found = search_of (child);
  return found;
}

static void
search_for (GtkWidget *page, const gchar *text)
{
  gtk_editable_set_text (GTK_EDITABLE (search_of (page)), text);
  g_signal_emit_by_name (search_of (page), "search-changed"); /* it waits for more letters */
}

/* A name is found wherever it stands, and a part that is pressed is shown again whole. */
static void
test_search (void)
{
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *page = g_object_ref_sink (citiz_care_page_new (session));

  citiz_care_page_show_section (CITIZ_CARE_PAGE (page), "results");
  g_assert_false (shows (page, "Apixaban"));
  search_for (page, "apixa");
  g_assert_true (shows (page, "Apixaban"));
  search_for (page, "apixaaa");
  g_assert_false (shows (page, "Apixaban"));
  g_assert_true (shows (page, "Nothing of that name"));
  citiz_care_page_show_section (CITIZ_CARE_PAGE (page), "summary");
  g_assert_true (shows (page, "Apixaban"));
  search_for (page, "apixaaa");
  g_signal_emit_by_name (ui_find (page, GTK_TYPE_TOGGLE_BUTTON, "Summary", FALSE), "clicked");
  g_assert_true (shows (page, "Apixaban"));
  g_assert_finalize_object (page);
}

static void
test_periods (void)
{
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *page = g_object_ref_sink (citiz_activity_page_new (session));

  for (guint kind = 0; kind < CITIZ_N_PERIODS; kind++)
    {
      citiz_activity_page_set_period (CITIZ_ACTIVITY_PAGE (page), (CitizPeriodKind) kind);
      citiz_activity_page_step (CITIZ_ACTIVITY_PAGE (page), -1);
      citiz_activity_page_step (CITIZ_ACTIVITY_PAGE (page), 1);
      citiz_activity_page_step (CITIZ_ACTIVITY_PAGE (page), 1);
    }
  g_assert_finalize_object (page);
}

static void
test_buckets (void)
{
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (CitizDay)), buckets = NULL,
                     months = NULL;
  gint32 monday = citiz_day_from_ymd (2026, 10, 19);
  CitizPeriod week = citiz_period_around (CITIZ_PERIOD_WEEK, monday + 5);
  CitizPeriod year = citiz_period_around (CITIZ_PERIOD_YEAR, monday);

  for (gint i = 0; i < 6; i++)
    {
      CitizDay day = {
          .day = monday + i, .n = i == 2 ? 0 : 2, .sum = 1000 * (i + 1), .min = i, .max = 10 + i};
      g_array_append_val (days, day);
    }
  buckets = citiz_buckets_new (&week, days, CITIZ_AGGREGATE_SUM);
  g_assert_cmpuint (buckets->len, ==, 7);
  g_assert_cmpfloat (g_array_index (buckets, CitizBucket, 0).mean, ==, 1000);
  g_assert_true (isnan (g_array_index (buckets, CitizBucket, 2).mean));
  g_assert_true (isnan (g_array_index (buckets, CitizBucket, 6).mean));
  /* Whole days only: Saturday is today, Wednesday has nothing. */
  g_assert_cmpfloat (citiz_buckets_daily_mean (&week, days, CITIZ_AGGREGATE_SUM, monday + 5), ==,
                     (1000 + 2000 + 4000 + 5000) / 4.0);
  months = citiz_buckets_new (&year, days, CITIZ_AGGREGATE_SUM);
  g_assert_cmpuint (months->len, ==, 12);
  g_assert_cmpuint (g_array_index (months, CitizBucket, 9).n_days, ==, 5);
  g_assert_cmpint (citiz_period_next (&week).first, ==, monday + 7);
  g_assert_cmpint (citiz_period_previous (&year).last, ==, citiz_day_from_ymd (2025, 12, 31));
}

/* A picture beside its word is not heard; a row that only says something does not stop the keyboard. */
static void
test_decoration (void)
{
  GtkWidget *prefix = g_object_ref_sink (citiz_prefix_new ("citiz-pill-symbolic", "ok"));
  GtkWidget *row = g_object_ref_sink (citiz_empty_row_new ("Nothing", "Add", "add.item::meal"));

  g_assert_cmpint (gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (prefix)), ==,
                   GTK_ACCESSIBLE_ROLE_PRESENTATION);
  g_assert_false (gtk_widget_get_focusable (row));
  g_assert_finalize_object (prefix);
  g_assert_finalize_object (row);
}

/* A period without data says so once and leads to the last data. */
static void
test_nothing_in_period (void)
{
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *window = gtk_window_new (), *page = citiz_activity_page_new (session);

  gtk_window_set_child (GTK_WINDOW (window), page);
  gtk_widget_show (window);
  citiz_activity_page_set_period (CITIZ_ACTIVITY_PAGE (page), CITIZ_PERIOD_YEAR);
  for (guint i = 0; i < 5; i++)
    citiz_activity_page_step (CITIZ_ACTIVITY_PAGE (page), -1);
  settle ();
  g_assert_true (walk (page, is_shown_text, (gpointer) "Nothing in this period"));
  g_assert_false (walk (page, is_shown_text, (gpointer) "Heart rate"));
  g_assert_true (gtk_widget_activate_action (page, "activity.latest", NULL));
  settle ();
  g_assert_false (walk (page, is_shown_text, (gpointer) "Nothing in this period"));
  g_assert_true (walk (page, is_shown_text, (gpointer) "Heart rate"));
  gtk_window_destroy (GTK_WINDOW (window));
}

static gboolean
is_chart (GtkWidget *widget, gpointer data)
{
  if (!CITIZ_IS_CHART (widget))
    return FALSE;
  *(GtkWidget **) data = widget;
  return TRUE;
}

/* A day pressed in the week that holds today is the day that is shown, not today. */
static void
test_day_pressed (void)
{
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *page = g_object_ref_sink (citiz_activity_page_new (session)), *chart = NULL;
  CitizTime now = citiz_session_now (session);
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (now.ms / 1000);
  gint32 today = citiz_day_from_date_time (local);
  CitizPeriod week = citiz_period_around (CITIZ_PERIOD_WEEK, today);
  gint slot = today == week.first ? 6 : 0;
  CitizPeriod day = citiz_period_around (CITIZ_PERIOD_DAY, week.first + slot);
  g_autofree gchar *title = citiz_period_title (&day, today);

  g_assert_true (walk (page, is_chart, &chart));
  g_signal_emit_by_name (chart, "activated", slot);
  settle ();
  g_assert_true (shows (page, title));
  g_assert_finalize_object (page);
}

/* Ten steps in every hour of a day on a wall two hours east of UTC. */
static GArray *
ten_an_hour (const gchar *measure, gint64 from, gint64 to, gpointer data)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (CitizSample));
  gint32 day = GPOINTER_TO_INT (data);

  for (gint64 hour = 0; hour < 24; hour++)
    {
      CitizSample sample = {day * CITIZ_DAY + (hour - 2) * CITIZ_HOUR, 60000, 120, 10};

      if (sample.start >= from && sample.start < to)
        g_array_append_val (samples, sample);
    }
  return samples;
}

/* A day by the hour is the day of the week's bar, wherever it was lived. */
static void
test_day_elsewhere (void)
{
  g_autoptr (CitizRecord) record = citiz_record_new ();
  gint32 day = citiz_day_from_ymd (2026, 7, 14);
  CitizActivityView view = {record, citiz_period_around (CITIZ_PERIOD_DAY, day), day + 1, 0};
  GtkWidget *card = g_object_ref_sink (citiz_chart_card_new ("Steps", 200));
  CitizChart *chart = citiz_chart_card_get_chart (CITIZ_CHART_CARD (card));

  citiz_record_set_loader (record, ten_an_hour, GINT_TO_POINTER (day));
  g_assert_true (citiz_activity_fill_steps (CITIZ_CHART_CARD (card), &view));
  g_assert_cmpuint (citiz_chart_get_n_slots (chart), ==, 24);
  for (guint i = 0; i < 24; i++)
    {
      g_autofree gchar *text = _citiz_chart_slot_text (chart, i, " · ");
      g_assert_nonnull (strstr (text, "10"));
    }
  g_assert_true (shows (card, "240"));
  g_assert_finalize_object (card);
}

static gboolean
is_taken (GtkWidget *widget, gpointer data)
{
  if (!GTK_IS_BUTTON (widget) || !gtk_widget_get_mapped (widget)
      || !gtk_widget_get_child_visible (widget)
      || ui_find (widget, GTK_TYPE_LABEL, "Taken", FALSE) == NULL)
    return FALSE;
  *(GtkWidget **) data = widget;
  return TRUE;
}

static guint
n_doses (CitizSession *session)
{
  g_autoptr (GPtrArray) doses
      = citiz_record_list (citiz_session_get_record (session), CITIZ_KIND_DOSE);

  return doses->len;
}

/* Noting a dose by keyboard leaves the focus on its row, though the page was made anew. */
static void
test_focus (void)
{
  g_autoptr (CitizSession) session = sample ();
  GtkWidget *window = adw_window_new (), *page = citiz_today_page_new (session), *taken = NULL;
  GtkWidget *row, *focus;
  guint before = n_doses (session);
  gint index;

  gtk_window_set_default_size (GTK_WINDOW (window), 1000, 800);
  adw_window_set_content (ADW_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  settle ();
  if (!walk (page, is_taken, &taken))
    {
      g_test_skip ("no dose is due at this hour");
      gtk_window_destroy (GTK_WINDOW (window));
      return;
    }
  row = gtk_widget_get_ancestor (taken, GTK_TYPE_LIST_BOX_ROW);
  index = gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row));
  g_assert_true (gtk_widget_grab_focus (taken));
  g_signal_emit_by_name (taken, "clicked");
  WAIT_FOR (n_doses (session) > before);
  settle ();
  focus = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_nonnull (focus);
  row = gtk_widget_get_ancestor (focus, GTK_TYPE_LIST_BOX_ROW);
  g_assert_nonnull (row);
  g_assert_cmpint (gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)), ==, index);
  gtk_window_destroy (GTK_WINDOW (window));
}

static gboolean
is_weight (GtkWidget *widget, gpointer data)
{
  GtkWidget **out = data;

  if (!GTK_IS_BUTTON (widget) || !gtk_widget_has_css_class (widget, "measure-card")
      || !shows (widget, "Weight"))
    return FALSE;
  *out = widget;
  return TRUE;
}

/* A value that a device told after the last one written by hand opens its own chart, not a page where it is not. */
static void
test_device_measure (void)
{
  g_autoptr (CitizSession) session = empty ();
  g_autoptr (GDateTime) now
      = g_date_time_new_from_unix_local (citiz_session_now (session).ms / 1000);
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (CitizDay));
  GtkWindow *dialog = NULL;
  const gint32 today = citiz_day_from_date_time (now);
  GtkWidget *window = adw_window_new (), *page = NULL, *tile = NULL, *chart = NULL;
  GListModel *windows = gtk_window_get_toplevels ();

  for (gint32 day = today - 3; day <= today; day++)
    {
      const gdouble value = 61.5 + day - today;
      const CitizDay one = {day, 1, value, value, value, value, value, 0};

      g_array_append_val (days, one);
    }
  citiz_record_set_loader (citiz_session_get_record (session), NULL, NULL);
  citiz_record_put_days (citiz_session_get_record (session), "weight", "", "kg", 2, days);
  page = citiz_today_page_new (session);
  adw_window_set_content (ADW_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  settle ();
  g_assert_true (walk (page, is_weight, &tile));
  g_assert_true (shows (tile, "61.5"));
  g_signal_emit_by_name (tile, "clicked");
  settle ();
  g_assert_cmpuint (g_list_model_get_n_items (windows), ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GtkWindow) one = g_list_model_get_item (windows, i);

      if (GTK_WIDGET (one) != window)
        dialog = g_steal_pointer (&one);
    }
  g_assert_cmpstr (gtk_window_get_title (dialog), ==, "Weight");
  g_assert_true (shows (GTK_WIDGET (dialog), "61.5"));
  g_assert_true (walk (GTK_WIDGET (dialog), is_chart, &chart));
  gtk_window_destroy (dialog);
  g_clear_object (&dialog); /* before the window it belongs to */
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  citiz_ui_init ();
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      g_autofree gchar *opens = g_strdup_printf ("/ui/pages/%s/opens", pages[i].name);
      g_autofree gchar *narrow = g_strdup_printf ("/ui/pages/%s/narrow", pages[i].name);
      g_autofree gchar *large = g_strdup_printf ("/ui/pages/%s/narrow-large", pages[i].name);
      g_autofree gchar *nothing = g_strdup_printf ("/ui/pages/%s/empty", pages[i].name);

      g_test_add_data_func (opens, GUINT_TO_POINTER (i), test_opens);
      g_test_add_data_func (narrow, GUINT_TO_POINTER (i), test_narrow);
      g_test_add_data_func (large, GUINT_TO_POINTER (i), test_narrow_large);
      g_test_add_data_func (nothing, GUINT_TO_POINTER (i), test_empty);
    }
  g_test_add_func ("/ui/pages/search", test_search);
  g_test_add_func ("/ui/pages/periods", test_periods);
  g_test_add_func ("/ui/pages/buckets", test_buckets);
  g_test_add_func ("/ui/pages/decoration", test_decoration);
  g_test_add_func ("/ui/pages/nothing-in-period", test_nothing_in_period);
  g_test_add_func ("/ui/pages/focus", test_focus);
  g_test_add_func ("/ui/pages/device-measure", test_device_measure);
  g_test_add_func ("/ui/pages/day-pressed", test_day_pressed);
  g_test_add_func ("/ui/pages/day-elsewhere", test_day_elsewhere);
  return g_test_run ();
}
