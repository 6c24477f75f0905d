/* The Diet page: meals by time, what is left, a nutrient over weeks, months and years. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "app/citiz-session.h"
#include "record/citiz-compose.h"
#include "ui/citiz-chart-private.h"
#include "ui/citiz-diet-page.h"
#include "ui/citiz-diet-parts.h"
#include "ui/citiz-format.h"
#include "ui/citiz-page.h"
#include "ui/citiz-period.h"
#include "ui-wait.h"

typedef struct
{
  GType type;
  const gchar *text; /* of a label, or NULL */
} Wanted;

static GtkWidget *
find (GtkWidget *widget, const Wanted *wanted)
{
  GtkWidget *found = NULL;

  if (g_type_is_a (G_OBJECT_TYPE (widget), wanted->type)
      && (wanted->text == NULL
          || strstr (gtk_label_get_text (GTK_LABEL (widget)), wanted->text) != NULL))
    return widget;
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL && found == NULL;
       w = gtk_widget_get_next_sibling (w))
    found = find (w, wanted);
  return found;
}

static gboolean
shows (GtkWidget *widget, const gchar *text)
{
  return find (widget, &(Wanted){GTK_TYPE_LABEL, text}) != NULL;
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static CitizSession *
sample (void)
{
  CitizSession *session = citiz_session_new_sample (CITIZ_LANGUAGE_EN);

  WAIT_FOR (citiz_session_get_state (session) == CITIZ_SESSION_OPEN);
  return session;
}

static gint32
today_of (CitizSession *session)
{
  g_autoptr (GDateTime) now
      = g_date_time_new_from_unix_local (citiz_session_now (session).ms / 1000);

  return citiz_day_from_date_time (now);
}

static void
note (CitizSession *session, guint8 n, gint32 day, const gchar *category, gint minute)
{
  const CitizDraftPart apple = {"Apple", CITIZ_SYSTEM_CNF, "1696", "150", "g"};
  CitizDraft draft = {.title = citiz_meal_title (category),
                      .category = category,
                      .onset = citiz_date_from_day (day),
                      .parts = &apple,
                      .n_parts = 1};
  CitizId id = {{0xd1, n}};
  g_autoptr (CitizItem) item = NULL;
  json_t *resource = NULL;

  draft.onset.precision = CITIZ_DATE_TIME;
  draft.onset.hour = (guint8) (minute / 60);
  draft.onset.minute = (guint8) (minute % 60);
  resource = citiz_compose_meal (&draft, NULL);
  item = citiz_item_new_from_json (resource, &id, 1, 1, NULL);
  g_assert_nonnull (item);
  citiz_record_put (citiz_session_get_record (session), item);
  json_decref (resource);
}

/* Each meal in order of time, both snacks, and the meal not noted in its usual place. */
static void
test_order (void)
{
  static const gchar *const expected[] = {"Breakfast", "Lunch", "Snack", "Supper", "Snack"};
  g_autoptr (CitizSession) session = sample ();
  const gint32 day = today_of (session) - 500;
  GtkWidget *group, *list, *row;

  g_assert_cmpuint (citiz_diet_count (citiz_session_get_record (session), day), ==, 0);
  note (session, 1, day, "snack", 21 * 60);
  note (session, 2, day, "lunch", 12 * 60 + 15);
  note (session, 3, day, "snack", 15 * 60 + 30);
  note (session, 4, day, "breakfast", 7 * 60);
  group = g_object_ref_sink (citiz_diet_meals_new (session, day));
  list = find (group, &(Wanted){GTK_TYPE_LIST_BOX, NULL});
  row = gtk_widget_get_first_child (list);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, expected[i]);
      row = gtk_widget_get_next_sibling (row);
    }
  g_assert_null (row);
  g_assert_finalize_object (group);
}

/* 301.6 is shown as 302: 898 are left of 1,200, and a state goes by what is shown. */
static void
test_left (void)
{
  static const struct
  {
    gboolean limit;
    gdouble of, amount;
    const gchar *words;
  } cases[] = {
      {FALSE, 1200, 301.6, "898 mg to go"}, {FALSE, 1200, 302.4, "898 mg to go"},
      {FALSE, 1200, 1199.6, "Reached"},     {FALSE, 1200, 1199.4, "1 mg to go"},
      {TRUE, 20, 20.4, "Under the limit"},  {TRUE, 20, 20.6, "Above the limit"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CitizNutrientTarget target = {.nutrient = CITIZ_NUTRIENT_CALCIUM,
                                          .limit = cases[i].limit,
                                          .amount = cases[i].of,
                                          .unit = "mg"};
      CitizIntake intake;
      g_autofree gchar *words = NULL;

      citiz_intake_init (&intake);
      intake.amount[CITIZ_NUTRIENT_CALCIUM] = cases[i].amount;
      words = citiz_nutrient_state_words (&target, &intake);
      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

static GtkWidget *
toggle_of (GtkWidget *dialog, const gchar *word)
{
  GtkWidget *label = find (dialog, &(Wanted){GTK_TYPE_LABEL, word});

  g_assert_nonnull (label);
  return gtk_widget_get_ancestor (label, GTK_TYPE_TOGGLE_BUTTON);
}

static GtkWindow *
dialog_over (GtkWidget *window)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) one = g_list_model_get_item (windows, i);

      if (gtk_window_get_transient_for (one) == GTK_WINDOW (window))
        return one; /* the toplevels keep it */
    }
  return NULL;
}

/* The year opened from a week is the year in which that week ends. */
static gboolean
ends_in_another_year (gint32 day)
{
  gint of_day, of_end, m, d;

  citiz_day_to_ymd (day, &of_day, &m, &d);
  citiz_day_to_ymd (citiz_period_around (CITIZ_PERIOD_WEEK, day).last, &of_end, &m, &d);
  return of_day != of_end;
}

/* A nutrient opens its sums of days; a month of the year opens, and a day of it is shown on the page. */
static void
test_course (void)
{
  g_autoptr (CitizSession) session = sample ();
  CitizRecord *record = citiz_session_get_record (session);
  GtkWidget *window = adw_window_new (), *page, *opener, *chart;
  gint32 today = today_of (session), day = today - 1;
  gint weekday, y, m, d;
  GtkWindow *dialog;

  while (citiz_diet_count (record, day) == 0 || ends_in_another_year (day))
    day--;
  page = citiz_diet_page_new (session);
  adw_window_set_content (ADW_WINDOW (window), page);
  gtk_window_present (GTK_WINDOW (window));
  citiz_diet_page_step (CITIZ_DIET_PAGE (page), day - today);
  settle ();
  opener = ui_button_of (page, "diet.course");
  g_assert_nonnull (opener); /* the ring of the energy is the first */
  g_assert_true (
      gtk_test_accessible_has_property (GTK_ACCESSIBLE (opener), GTK_ACCESSIBLE_PROPERTY_LABEL));
  g_signal_emit_by_name (opener, "clicked");
  WAIT_FOR (dialog_over (window) != NULL);
  dialog = dialog_over (window);
  g_assert_cmpstr (gtk_window_get_title (dialog), ==, "Energy");
  chart = find (GTK_WIDGET (dialog), &(Wanted){CITIZ_TYPE_CHART, NULL});
  g_assert_cmpuint (citiz_chart_get_n_slots (CITIZ_CHART (chart)), ==, 7);
  weekday = day - citiz_period_around (CITIZ_PERIOD_WEEK, day).first;
  {
    CitizIntake intake;
    g_autofree gchar *text = _citiz_chart_slot_text (CITIZ_CHART (chart), (guint) weekday, " · "),
                     *value = NULL;

    citiz_diet_intake (session, day, &intake);
    value = citiz_format_quantity (intake.amount[CITIZ_NUTRIENT_ENERGY], 0, "kcal");
    g_assert_nonnull (strstr (text, value));
    g_assert_true (shows (GTK_WIDGET (dialog), value));
  }
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (toggle_of (GTK_WIDGET (dialog), "Year")), TRUE);
  g_assert_cmpuint (citiz_chart_get_n_slots (CITIZ_CHART (chart)), ==, 12);
  citiz_day_to_ymd (day, &y, &m, &d);
  g_signal_emit_by_name (chart, "activated", m - 1);
  g_assert_cmpuint (citiz_chart_get_n_slots (CITIZ_CHART (chart)), >=, 28);
  g_assert_true (
      gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (toggle_of (GTK_WIDGET (dialog), "Month"))));
  citiz_diet_page_step (CITIZ_DIET_PAGE (page), today - day);
  g_signal_emit_by_name (chart, "activated", d - 1);
  WAIT_FOR (dialog_over (window) == NULL);
  {
    const CitizPeriod shown = citiz_period_around (CITIZ_PERIOD_DAY, day);
    g_autofree gchar *title = citiz_period_title (&shown, today);

    g_assert_true (shows (page, title));
  }
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A diary that a file brought tells what it tells: the rest is unknown, not nothing. */
static void
test_diary (void)
{
  g_autoptr (CitizSession) session = sample ();
  const CitizDay eaten = {.day = today_of (session) - 2000, .n = 3, .sum = 1630};
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (CitizDay));
  CitizIntake intake;

  citiz_diet_intake (session, eaten.day, &intake);
  g_assert_cmpfloat (intake.amount[CITIZ_NUTRIENT_CALCIUM], ==, 0); /* nothing was eaten */
  g_array_append_val (days, eaten);
  citiz_record_put_days (citiz_session_get_record (session),
                         citiz_nutrient_key (CITIZ_NUTRIENT_ENERGY), "Diary", "kcal", 9, days);
  citiz_diet_intake (session, eaten.day, &intake);
  g_assert_cmpfloat (intake.amount[CITIZ_NUTRIENT_ENERGY], ==, 1630);
  g_assert_true (isnan (intake.amount[CITIZ_NUTRIENT_CALCIUM]));
}

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  citiz_ui_init ();
  g_test_add_func ("/ui/diet/order", test_order);
  g_test_add_func ("/ui/diet/left", test_left);
  g_test_add_func ("/ui/diet/course", test_course);
  g_test_add_func ("/ui/diet/diary", test_diary);
  return g_test_run ();
}
