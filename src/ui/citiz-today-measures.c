/* Today's key measures and goals. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "insight/citiz-nutrition.h"
#include "insight/citiz-stats.h"
#include "record/citiz-unit.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-flow.h"
#include "ui/citiz-format.h"
#include "ui/citiz-goals.h"
#include "ui/citiz-item-dialog.h"
#include "ui/citiz-item-row.h"
#include "ui/citiz-item-chart.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-measure-dialog.h"
#include "ui/citiz-page.h"
#include "ui/citiz-period.h"
#include "ui/citiz-ring.h"
#include "ui/citiz-sparkline.h"
#include "ui/citiz-today-parts.h"
#include "ui/citiz-units.h"
#include "ui/citiz-wrap.h"

typedef enum
{
  SHOW_VALUE,  /* value and where it stands in its range */
  SHOW_CHANGE, /* … how it changed in 30 days */
  SHOW_GOAL    /* … how much of the day's goal */
} Look;

static const struct
{
  const gchar *measure, *label, *icon;
  Look look;
  gboolean is_activity; /* shown day by day on that page */
} cards[] = {
    {"bp_panel", N_ ("Blood pressure"), "citiz-heart-symbolic", SHOW_VALUE},
    {"glucose_fs", N_ ("Fasting glucose"), "citiz-drop-symbolic", SHOW_VALUE},
    {"glucose_bld", N_ ("Blood glucose"), "citiz-drop-symbolic", SHOW_VALUE},
    {"weight", N_ ("Weight"), "citiz-scale-symbolic", SHOW_CHANGE},
    {"steps", N_ ("Steps"), "citiz-feet-symbolic", SHOW_GOAL, TRUE},
    {"sleep", N_ ("Sleep"), "citiz-bed-symbolic", SHOW_VALUE, TRUE},
};

/* Key measures are in the unit of the catalogue. TRUE when another one is shown. */
static gboolean
shown (const gchar *measure, gdouble value, gdouble *out)
{
  const CitizMeasure *known = citiz_measure_get (measure);

  *out = value;
  return known != NULL && citiz_units_convert (known, known->ucum, value, out);
}

static gchar *
value_text (const gchar *measure, const CitizKeyMeasure *key)
{
  const CitizMeasure *known = citiz_measure_get (measure);
  gint decimals = known != NULL ? MIN (known->decimals, 1) : 1;
  gdouble value;

  if (isnan (key->last))
    return g_strdup ("–");
  if (!isnan (key->second))
    return g_strdup_printf ("%.0f/%.0f", key->last, key->second);
  if (strcmp (measure, "sleep") == 0)
    return citiz_format_duration ((gint64) round (key->last * 60));
  if (shown (measure, key->last, &value))
    decimals = citiz_units_decimals (citiz_units_shown (known, known->ucum));
  return citiz_format_number (value, decimals);
}

static const gchar *
unit_text (const gchar *measure)
{
  const CitizMeasure *known
      = citiz_measure_get (strcmp (measure, "bp_panel") == 0 ? "bp_sys" : measure);

  if (known == NULL || strcmp (measure, "sleep") == 0)
    return "";
  return citiz_unit_symbol (citiz_units_shown (known, known->ucum), citiz_format_language ());
}

static gchar *
when_text (const CitizTodayView *view, const CitizKeyMeasure *key, const gchar *measure)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (key->when.ms / 1000);
  g_autoptr (GDateTime) day = citiz_day_to_date_time (key->day); /* a whole day ends on the next */

  if (isnan (key->last) || when == NULL)
    return g_strdup ("");
  if (strcmp (measure, "sleep") == 0)
    return key->day == view->today ? g_strdup (_ ("last night"))
                                   : citiz_format_date (day, view->now);
  if (key->day == view->today)
    return citiz_format_time (strcmp (measure, "steps") == 0 ? view->now : when);
  return citiz_format_date (day, view->now);
}

static gchar *
range_text (const CitizTodayView *view, const gchar *measure, const CitizKeyMeasure *key)
{
  const CitizMeasure *known;
  gdouble low, high;

  citiz_range_ends (&key->range, &low, &high);
  if (strcmp (measure, "bp_panel") == 0 && !isnan (high))
    return g_strdup_printf (_ ("less than %.0f/%.0f"), high,
                            citiz_goal (view->record, "bp_dia", 80));
  if (strcmp (measure, "sleep") == 0 && !isnan (low) && !isnan (high))
    {
      g_autofree gchar *a = citiz_format_number_short (low, 1);
      g_autofree gchar *b = citiz_format_number_short (high, 1);

      return g_strdup_printf (_ ("%s to %s h"), a, b);
    }
  known = citiz_measure_get (measure);
  return citiz_range_ends_words (&key->range, known, known != NULL ? known->ucum : NULL);
}

/* The two lines under the sparkline. */
static void
add_words (GtkWidget *box,
           const CitizTodayView *view,
           const gchar *measure,
           Look look,
           const CitizKeyMeasure *key)
{
  g_autofree gchar *when = when_text (view, key, measure), *words = NULL, *second = NULL,
                   *range = NULL;
  GtkWidget *state = NULL;
  gdouble goal = look == SHOW_GOAL ? citiz_goal (view->record, measure, 0) : 0;

  if (citiz_values_hidden () || isnan (key->last))
    {
      gtk_box_append (GTK_BOX (box),
                      citiz_caption_new (isnan (key->last) ? _ ("No value yet") : ""));
      return;
    }
  if (look == SHOW_VALUE && key->position != CITIZ_POSITION_NONE)
    {
      state = citiz_position_new (key->position, key->range.owner);
      citiz_status_set_wrap (state);
      range = range_text (view, measure, key);
      second = g_strdup_printf ("%s · %s", range, when);
    }
  else if (look == SHOW_CHANGE && !isnan (key->change))
    {
      const gchar *unit = unit_text (measure);
      gdouble from, to; /* a change of a temperature has no zero of its own */
      g_autofree gchar *number = NULL;

      shown (measure, key->last - key->change, &from);
      shown (measure, key->last, &to);
      number = citiz_format_number (fabs (to - from), 1);

      words = g_strdup_printf ("%s%s" CITIZ_NBSP "%s", key->change < 0 ? "−" : "+", number, unit);
      second = g_strdup_printf (_ ("in 30 days · %s"), when);
    }
  else if (look == SHOW_GOAL && goal > 0)
    {
      g_autofree gchar *percent = citiz_format_quantity (key->last / goal * 100, 0, "%");
      g_autofree gchar *of = citiz_format_number (goal, 0);

      words = g_strdup_printf (_ ("%s of the goal"), percent);
      second = g_strdup_printf (key->day == view->today ? _ ("of %s · at %s") : _ ("of %s · %s"),
                                of, when);
    }
  else
    second = g_strdup (when);
  if (words != NULL)
    {
      state = citiz_caption_new (words);
      gtk_widget_add_css_class (state, "bold");
    }
  if (state != NULL)
    {
      gtk_widget_set_halign (state, GTK_ALIGN_START);
      gtk_box_append (GTK_BOX (box), state);
    }
  gtk_box_append (GTK_BOX (box), citiz_caption_new (second));
}

/* A band or a goal line says nothing without a value beside it. */
static gboolean
has_values (const CitizKeyMeasure *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (key->values); i++)
    if (!isnan (key->values[i]))
      return TRUE;
  return FALSE;
}

static void
open_measure (GtkWidget *button, CitizTodayView *view, guint i)
{
  const gchar *measure = cards[i].measure;
  CitizKeyMeasure key = {0};
  g_autofree gchar *value = NULL, *number = NULL, *range = NULL, *when = NULL, *day = NULL;

  citiz_key_measure (view->record, measure, view->today, &key);
  number = value_text (measure, &key);
  value = g_strdup_printf ("%s" CITIZ_NBSP "%s", citiz_shown (number), unit_text (measure));
  range = range_text (view, measure, &key);
  when = when_text (view, &key, measure);
  day = citiz_format_capital (when);
  gtk_window_present (GTK_WINDOW (citiz_measure_dialog_new (
      button, _ (cards[i].label),
      (const CitizMeasureFact[]){
          {_ ("Value"), value},
          {_ ("State"),
           citiz_values_hidden () ? "" : citiz_position_text (key.position, key.range.owner)},
          {_ ("Range"), range},
          {_ ("When"), day},
          {_ ("Where it comes from"), _ ("A device or an application")},
          {NULL, NULL}},
      citiz_measure_chart_new (view->record, measure))));
  citiz_range_clear (&key.range);
}

/* The newest entry when it is the newest value; what a device told has its own dialog, or the Activity page when that is its place. */
static void
pressed_cb (GtkWidget *button, gpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  CitizSession *session = g_object_get_data (G_OBJECT (button), "session");
  CitizRecord *record = citiz_session_get_record (session);
  CitizItem *item = citiz_record_latest (record, cards[i].measure);
  g_autoptr (GDateTime) now
      = g_date_time_new_from_unix_local (citiz_session_now (session).ms / 1000);
  CitizTodayView view = {session, record, now, citiz_day_from_date_time (now)};
  gint32 first, last = G_MININT32;

  if (strcmp (cards[i].measure, "bp_panel") == 0)
    citiz_record_span (record, "bp_sys", &first, &last);
  else
    citiz_record_span (record, cards[i].measure, &first, &last);
  if (item != NULL && citiz_date_day (citiz_item_date (item)) >= last)
    citiz_item_dialog_open (button, session, &item->id);
  else if (last == G_MININT32 || cards[i].is_activity)
    gtk_widget_activate_action (button, "win.page", "s", "activity");
  else
    open_measure (button, &view, i);
}

static GtkWidget *
card_new (const CitizTodayView *view, guint i)
{
  const gchar *measure = cards[i].measure;
  GtkWidget *button = gtk_button_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 7),
            *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 3);
  GtkWidget *name = citiz_caption_new (_ (cards[i].label)), *number, *unit, *spark;
  CitizKeyMeasure key = {0};
  g_autofree gchar *text = NULL, *says = NULL;
  const gchar *position;
  gboolean is_drawn;
  gdouble low, high,
      goal = cards[i].look == SHOW_GOAL ? citiz_goal (view->record, measure, NAN) : NAN;

  citiz_key_measure (view->record, measure, view->today, &key);
  is_drawn = has_values (&key);
  citiz_range_ends (&key.range, &low, &high);
  text = value_text (measure, &key);
  gtk_widget_add_css_class (name, "bold");
  gtk_box_append (GTK_BOX (head), citiz_icon_new (cards[i].icon));
  gtk_widget_add_css_class (gtk_widget_get_first_child (head), "secondary");
  gtk_box_append (GTK_BOX (head), name);
  number = gtk_label_new (citiz_shown (text));
  unit = citiz_caption_new (isnan (key.last) ? "" : unit_text (measure));
  gtk_label_set_wrap (GTK_LABEL (unit), FALSE);
  gtk_widget_add_css_class (number, "big-number");
  gtk_widget_set_valign (number, GTK_ALIGN_BASELINE);
  gtk_widget_set_valign (unit, GTK_ALIGN_BASELINE);
  gtk_box_append (GTK_BOX (line), number);
  gtk_box_append (GTK_BOX (line), unit);
  spark = citiz_sparkline_new (
      cards[i].look == SHOW_GOAL ? CITIZ_SPARKLINE_BARS : CITIZ_SPARKLINE_LINE, 130, 46);
  citiz_sparkline_set (CITIZ_SPARKLINE (spark), key.values, G_N_ELEMENTS (key.values),
                       is_drawn && cards[i].look == SHOW_VALUE ? low : NAN,
                       is_drawn && cards[i].look == SHOW_VALUE ? high : NAN, is_drawn ? goal : NAN);
  citiz_sparkline_set_concealed (CITIZ_SPARKLINE (spark), citiz_values_hidden ());
  citiz_sparkline_set_label (CITIZ_SPARKLINE (spark), _ ("Last 14 days"));
  gtk_widget_set_margin_top (spark, 6);
  gtk_widget_set_margin_bottom (spark, 8);
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), spark);
  add_words (box, view, measure, cards[i].look, &key);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "card");
  gtk_widget_add_css_class (button, "measure-card");
  g_object_set_data_full (G_OBJECT (button), "session", g_object_ref (view->session),
                          g_object_unref);
  g_signal_connect (button, "clicked", G_CALLBACK (pressed_cb), GUINT_TO_POINTER (i));
  position = citiz_values_hidden () ? "" : citiz_position_text (key.position, key.range.owner);
  says = isnan (key.last)
             ? g_strdup_printf ("%s, %s", _ (cards[i].label), _ ("No value yet"))
             : g_strdup_printf ("%s, %s %s%s%s", _ (cards[i].label), citiz_shown (text),
                                unit_text (measure), *position != '\0' ? ", " : "", position);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, says, -1);
  citiz_range_clear (&key.range);
  return button;
}

static gboolean
has_measure (const CitizTodayView *view, const gchar *measure)
{
  gint32 first, last = G_MININT32;

  citiz_record_span (view->record, measure, &first, &last);
  return last != G_MININT32;
}

/* Of the two kinds of glucose, those that are measured: fasting where nothing is. */
static gboolean
is_offered (const CitizTodayView *view, guint i)
{
  const gchar *measure = cards[i].measure;

  if (strcmp (measure, "glucose_fs") == 0)
    return has_measure (view, measure) || !has_measure (view, "glucose_bld");
  return strcmp (measure, "glucose_bld") != 0 || has_measure (view, measure);
}

/* Whether there is any value, and any of the days that the small charts show. */
static void
look_for_values (const CitizTodayView *view, gboolean *any, gboolean *recent)
{
  *any = *recent = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (cards); i++)
    {
      CitizKeyMeasure key = {0};

      citiz_key_measure (view->record, cards[i].measure, view->today, &key);
      *any |= !isnan (key.last);
      *recent |= has_values (&key);
      citiz_range_clear (&key.range);
    }
}

GtkWidget *
citiz_today_measures_new (const CitizTodayView *view)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *flow = citiz_flow_new (150, 12);
  gboolean any, recent;

  look_for_values (view, &any, &recent);
  if (!any)
    {
      GtkWidget *list = citiz_list_new (_ ("Key measures"));

      g_object_ref_sink (flow);
      g_object_unref (flow);
      gtk_list_box_append (
          GTK_LIST_BOX (list),
          citiz_empty_row_new (_ ("No measure noted"), _ ("Add a Measure"), "add.item::measure"));
      gtk_box_append (GTK_BOX (box), citiz_heading_new (_ ("Key measures"), NULL));
      gtk_box_append (GTK_BOX (box), list);
      return box;
    }
  for (guint i = 0; i < G_N_ELEMENTS (cards); i++)
    if (is_offered (view, i))
      citiz_flow_append (CITIZ_FLOW (flow), card_new (view, i), 1);
  gtk_box_append (GTK_BOX (box),
                  citiz_heading_new (_ ("Key measures"),
                                     recent ? citiz_caption_new (_ ("last 14 days")) : NULL));
  gtk_box_append (GTK_BOX (box), flow);
  return box;
}

/* --- goals --- */

static void
add_goal (GString *says,
          GtkWidget *ring,
          GtkWidget *legend,
          const gchar *css_class,
          gdouble value,
          gdouble goal,
          const gchar *unit,
          const gchar *caption)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10),
            *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 1);
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0), *label = gtk_label_new (NULL);
  GtkWidget *words;
  g_autofree gchar *a = isnan (value) ? g_strdup ("–") : citiz_format_number (value, 0);
  g_autofree gchar *b = citiz_format_number (goal, 0), *markup = NULL;

  citiz_ring_add (CITIZ_RING (ring), css_class,
                  isnan (value) || citiz_values_hidden () ? 0 : value / goal);
  markup = g_markup_printf_escaped ("<b>%s</b> <span alpha=\"72%%\">/ %s%s%s</span>",
                                    citiz_shown (a), b, *unit != '\0' ? CITIZ_NBSP : "", unit);
  gtk_label_set_markup (GTK_LABEL (label), markup);
  g_string_append_printf (says, ", %s %s / %s %s", caption, citiz_shown (a), b, unit);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "numeric");
  gtk_widget_add_css_class (bar, "legend-bar");
  gtk_widget_add_css_class (bar, css_class);
  gtk_box_append (GTK_BOX (texts), label);
  words = citiz_caption_new (caption);
  gtk_label_set_wrap (GTK_LABEL (words), FALSE);
  gtk_box_append (GTK_BOX (texts), words);
  gtk_box_append (GTK_BOX (line), bar);
  gtk_box_append (GTK_BOX (line), texts);
  gtk_box_append (GTK_BOX (legend), line);
}

static void
fibre (const CitizTodayView *view, gdouble *amount, gdouble *goal)
{
  g_autoptr (GArray) targets = citiz_nutrition_targets (view->record, view->today);
  CitizIntake intake;

  citiz_intake_init (&intake);
  citiz_intake_add_day (&intake, view->record, view->today);
  *amount = isnan (intake.amount[CITIZ_NUTRIENT_FIBRE]) ? 0 : intake.amount[CITIZ_NUTRIENT_FIBRE];
  *goal = 25;
  for (guint i = 0; targets != NULL && i < targets->len; i++)
    if (g_array_index (targets, CitizNutrientTarget, i).nutrient == CITIZ_NUTRIENT_FIBRE)
      *goal = g_array_index (targets, CitizNutrientTarget, i).amount;
}

GtkWidget *
citiz_today_goals_new (const CitizTodayView *view)
{
  GtkWidget *outer = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *card = gtk_button_new ();
  GtkWidget *inside = citiz_wrap_new (14), *legend = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *ring = citiz_ring_new (140, 12);
  CitizPeriod week = citiz_period_around (CITIZ_PERIOD_WEEK, view->today);
  gdouble minutes[7], active, steps_goal = citiz_goal (view->record, "steps", 8000), fibre_now,
                              fibre_goal;
  g_autoptr (GString) says = g_string_new (_ ("Goals"));
  g_autofree gdouble *steps = citiz_day_values (view->record, "steps", view->today, view->today);

  active = citiz_week_activity (view->record, week.first, view->today,
                                citiz_person_age (view->record, view->today), minutes);
  fibre (view, &fibre_now, &fibre_goal);
  add_goal (says, ring, legend, "series-1", active, citiz_goal (view->record, "mvpa_week", 150),
            _ ("min"), _ ("Movement · week"));
  add_goal (says, ring, legend, "series-2", steps != NULL ? steps[0] : NAN, steps_goal, "",
            _ ("Steps · today"));
  add_goal (says, ring, legend, "series-4", fibre_now, fibre_goal, "g", _ ("Fibre · today"));
  citiz_ring_set_label (CITIZ_RING (ring), _ ("Goals as rings; their numbers follow"));
  gtk_widget_set_valign (legend, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (inside, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (inside, GTK_ALIGN_CENTER);
  citiz_wrap_append (CITIZ_WRAP (inside), ring);
  citiz_wrap_append (CITIZ_WRAP (inside), legend);
  gtk_button_set_child (GTK_BUTTON (card), inside);
  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "goals-card");
  gtk_widget_set_vexpand (card, TRUE);
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (card), "add.item::goals");
  gtk_accessible_update_property (GTK_ACCESSIBLE (card), GTK_ACCESSIBLE_PROPERTY_LABEL, says->str,
                                  -1);
  gtk_box_append (GTK_BOX (outer), citiz_heading_new (_ ("Goals"), NULL));
  gtk_box_append (GTK_BOX (outer), card);
  return outer;
}
