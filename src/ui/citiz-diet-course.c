/* A nutrient over weeks, months and years: the day's facts and the sums of days. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-day-bars.h"
#include "ui/citiz-diet-parts.h"
#include "ui/citiz-format.h"
#include "ui/citiz-measure-dialog.h"
#include "ui/citiz-page.h"
#include "ui/citiz-wrap.h"

#define HEIGHT 190

/* Goes with its box. */
typedef struct
{
  CitizSession *session;
  CitizNutrientTarget target;
  CitizPeriod period;
  GtkWidget *page; /* weak: where a day pressed is shown */
  GtkWidget *box, *title, *next, *table, *card;
} Course;

static void
course_free (gpointer data)
{
  Course *course = data;

  g_clear_object (&course->session);
  g_clear_weak_pointer (&course->page);
  g_free (course);
}

static gint32
today_of (CitizSession *session)
{
  g_autoptr (GDateTime) now
      = g_date_time_new_from_unix_local (citiz_session_now (session).ms / 1000);

  return citiz_day_from_date_time (now);
}

static void
refill (Course *course)
{
  const CitizNutrientTarget *target = &course->target;
  const CitizPeriod *period = &course->period;
  CitizChartCard *card = CITIZ_CHART_CARD (course->card);
  const gchar *name = citiz_nutrient_name (target->nutrient);
  g_autoptr (GArray) days = citiz_intake_days (citiz_session_get_record (course->session),
                                               target->nutrient, period->first, period->last);
  g_autofree gchar *amount = citiz_format_number (target->amount, 0);
  g_autofree gchar *goal = g_strdup_printf (target->limit ? _ ("limit %s") : _ ("goal %s"), amount);
  g_autofree gchar *title = citiz_period_title (period, today_of (course->session));
  g_autofree gchar *says = g_strdup_printf ("%s, %s", name, title);

  gtk_label_set_label (GTK_LABEL (course->title), title);
  gtk_widget_set_sensitive (course->next, period->last < today_of (course->session));
  citiz_chart_set_label (citiz_chart_card_get_chart (card), says);
  citiz_day_bars_fill (card, &(CitizDayBars){.period = *period,
                                             .today = today_of (course->session),
                                             .days = days,
                                             .column = name,
                                             .unit = target->unit,
                                             .mean = _ ("a day on average, days noted"),
                                             .goal = target->amount,
                                             .goal_words = goal,
                                             .empty = _ ("No meal noted in this period")});
  citiz_chart_card_set_table (card,
                              gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (course->table)));
}

/* --- what is pressed --- */

static void
previous_cb (Course *course)
{
  course->period = citiz_period_previous (&course->period);
  refill (course);
}

static void
next_cb (Course *course)
{
  course->period = citiz_period_next (&course->period);
  refill (course);
}

static void
kind_cb (GtkToggleButton *button, gpointer data)
{
  Course *course = data;
  const CitizPeriodKind kind
      = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "citiz-period"));

  if (!gtk_toggle_button_get_active (button) || kind == course->period.kind)
    return;
  course->period
      = citiz_period_around (kind, MIN (course->period.last, today_of (course->session)));
  refill (course);
}

/* A month of a year opens, a day is shown on the page. */
static void
activated_cb (CitizChart *chart, gint slot, gpointer data)
{
  Course *course = data;
  GtkWidget *months = g_object_get_data (G_OBJECT (course->box), "citiz-months");
  gint y, m, d;

  if (course->period.kind != CITIZ_PERIOD_YEAR)
    {
      const gint32 day = course->period.first + slot;

      if (course->page != NULL && day <= today_of (course->session))
        {
          gtk_widget_activate_action (course->page, "diet.day", "i", day);
          gtk_window_close (GTK_WINDOW (gtk_widget_get_root (course->box)));
        }
      return;
    }
  citiz_day_to_ymd (course->period.first, &y, &m, &d);
  course->period = citiz_period_around (CITIZ_PERIOD_MONTH, citiz_day_from_ymd (y, slot + 1, 1));
  refill (course);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (months), TRUE);
}

/* --- building --- */

static GtkWidget *
kinds_new (Course *course)
{
  static const struct
  {
    CitizPeriodKind kind;
    const gchar *label;
  } kinds[] = {{CITIZ_PERIOD_WEEK, N_ ("Week")},
               {CITIZ_PERIOD_MONTH, N_ ("Month")},
               {CITIZ_PERIOD_YEAR, N_ ("Year")}};
  GtkWidget *linked = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), *first = NULL;

  gtk_widget_add_css_class (linked, "linked");
  gtk_widget_add_css_class (linked, "periods");
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      GtkWidget *button = gtk_toggle_button_new_with_label (_ (kinds[i].label));

      g_object_set_data (G_OBJECT (button), "citiz-period", GUINT_TO_POINTER (kinds[i].kind));
      gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), (GtkToggleButton *) first);
      first = first != NULL ? first : button;
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button),
                                    kinds[i].kind == course->period.kind);
      g_signal_connect (button, "toggled", G_CALLBACK (kind_cb), course);
      if (kinds[i].kind == CITIZ_PERIOD_MONTH)
        g_object_set_data (G_OBJECT (course->box), "citiz-months", button);
      gtk_box_append (GTK_BOX (linked), button);
    }
  return linked;
}

static GtkWidget *
period_row (Course *course)
{
  GtkWidget *row = citiz_wrap_new (8), *left = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4),
            *right = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *previous = citiz_icon_button_new ("go-previous-symbolic", _ ("Previous"), NULL);

  course->next = citiz_icon_button_new ("go-next-symbolic", _ ("Next"), NULL);
  g_signal_connect_swapped (previous, "clicked", G_CALLBACK (previous_cb), course);
  g_signal_connect_swapped (course->next, "clicked", G_CALLBACK (next_cb), course);
  course->title = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (course->title), TRUE);
  gtk_widget_add_css_class (course->title, "heading");
  gtk_widget_add_css_class (course->title, "numeric");
  gtk_box_append (GTK_BOX (left), previous);
  gtk_box_append (GTK_BOX (left), course->title);
  gtk_box_append (GTK_BOX (left), course->next);
  course->table = citiz_table_button_new ();
  g_signal_connect_swapped (course->table, "toggled", G_CALLBACK (refill), course);
  gtk_box_append (GTK_BOX (right), kinds_new (course));
  gtk_box_append (GTK_BOX (right), course->table);
  citiz_wrap_append (CITIZ_WRAP (row), left);
  citiz_wrap_append (CITIZ_WRAP (row), right);
  return row;
}

static GtkWidget *
course_new (GtkWidget *page, CitizSession *session, const CitizNutrientTarget *target, gint32 day)
{
  Course *course = g_new0 (Course, 1);

  course->session = g_object_ref (session);
  course->target = *target;
  course->period = citiz_period_around (CITIZ_PERIOD_WEEK, day);
  g_set_weak_pointer (&course->page, page);
  course->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  course->card = citiz_chart_card_new (_ ("Over time"), HEIGHT);
  g_signal_connect (citiz_chart_card_get_chart (CITIZ_CHART_CARD (course->card)), "activated",
                    G_CALLBACK (activated_cb), course);
  gtk_box_append (GTK_BOX (course->box), period_row (course));
  gtk_box_append (GTK_BOX (course->box), course->card);
  g_object_set_data_full (G_OBJECT (course->box), "citiz-course", course, course_free);
  refill (course);
  return course->box;
}

void
citiz_diet_course_open (GtkWidget *page, CitizSession *session, gint32 day, CitizNutrient nutrient)
{
  g_autoptr (GArray) targets = citiz_nutrition_targets (citiz_session_get_record (session), day);
  const CitizNutrientTarget *target = NULL;
  const CitizPeriod shown = citiz_period_around (CITIZ_PERIOD_DAY, day);
  g_autofree gchar *when = citiz_period_title (&shown, today_of (session));
  g_autofree gchar *value = NULL, *state = NULL, *line = NULL, *amount = NULL, *goal = NULL;
  CitizIntake intake;

  for (guint i = 0; i < targets->len; i++)
    if (g_array_index (targets, CitizNutrientTarget, i).nutrient == nutrient)
      target = &g_array_index (targets, CitizNutrientTarget, i);
  if (target == NULL)
    return;
  citiz_diet_intake (session, day, &intake);
  value = citiz_nutrient_value_words (target, &intake);
  state = citiz_nutrient_state_words (target, &intake);
  line = *state != '\0' ? g_strdup_printf ("%s · %s", value, state) : g_strdup (value);
  amount = citiz_format_quantity (target->amount, 0, target->unit);
  goal = g_strdup_printf ("%s (%s)", amount, target->source[citiz_format_language ()]);
  gtk_window_present (GTK_WINDOW (citiz_measure_dialog_new (
      page, citiz_nutrient_name (nutrient),
      (const CitizMeasureFact[]){
          {when, line}, {target->limit ? _ ("Limit") : _ ("Goal"), goal}, {NULL, NULL}},
      course_new (page, session, target, day))));
}
