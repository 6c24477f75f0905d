/* The course of a value over time, as a card with its table twin. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-item-chart.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "insight/citiz-stats.h"
#include "record/citiz-unit.h"
#include "ui/citiz-chart-card.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-page.h"
#include "ui/citiz-period.h"
#include "ui/citiz-units.h"

#define LINES  2 /* both pressures */
#define HEIGHT 170
#define MARGIN 0.04 /* of the time shown, on both sides */
#define YEAR   366  /* days */

/* What is drawn: one number a day of writing, or both of a pressure. */
typedef struct
{
  const CitizItem *item; /* NULL: days of a measure */
  const gchar *unit;
  gboolean pressure;
  CitizPoint *points[LINES];
  guint n;
  gdouble lo, hi;
  gdouble low, high; /* the reference range */
} Course;

static void
course_clear (Course *course)
{
  for (guint i = 0; i < LINES; i++)
    g_clear_pointer (&course->points[i], g_free);
}

static gdouble
number_of (const Course *course, const CitizItem *one, guint line)
{
  static const gchar *const parts[LINES] = {"bp_sys", "bp_dia"};
  const CitizComponent *part;

  if (!course->pressure)
    return citiz_item_number (one, course->unit);
  part = citiz_item_component (one, parts[line]);
  return part != NULL && citiz_decimal_known (&part->value) ? part->value.number : NAN;
}

void
citiz_item_chart_span (gdouble *lo, gdouble *hi, gdouble low, gdouble high)
{
  gdouble near = MAX (*hi - *lo, MAX (fabs (*lo), fabs (*hi)) * 0.2), from = *lo, to = *hi;

  if (low > from || from - low <= near) /* false for an open end */
    *lo = MIN (from, low);
  if (high < to || high - to <= near)
    *hi = MAX (to, high);
  if (low > to) /* all of it is under the range */
    *hi = MAX (*hi, low);
  if (high < from)
    *lo = MIN (*lo, high);
}

/* Days on the wall where it was written, with the part of the day. */
static gdouble
place (const CitizItem *one)
{
  const CitizDate *date = citiz_item_date (one);

  return citiz_date_day (date)
         + (date->precision == CITIZ_DATE_TIME ? (date->hour * 60 + date->minute) / 1440.0 : 0.5);
}

static void
add_point (Course *course, guint line, gdouble x, gdouble y)
{
  course->points[line][course->n] = (CitizPoint){x, y, 0, 0};
  if (isnan (y))
    return;
  course->lo = isnan (course->lo) ? y : MIN (course->lo, y);
  course->hi = isnan (course->hi) ? y : MAX (course->hi, y);
}

static void
collect (Course *course, CitizChart *chart, GPtrArray *same, GDateTime *now)
{
  const gchar *symbol
      = course->pressure ? "mmHg" : citiz_unit_symbol (course->unit, citiz_format_language ());

  for (guint k = 0; k < LINES; k++)
    course->points[k] = g_new0 (CitizPoint, same->len);
  course->lo = course->hi = NAN;
  for (guint i = 0; i < same->len; i++)
    {
      const CitizItem *one = g_ptr_array_index (same, i);
      g_autofree gchar *axis = citiz_date_words (citiz_item_date (one), now, FALSE);
      g_autofree gchar *name = citiz_date_words (citiz_item_date (one), now, TRUE);
      g_autofree gchar *capital = citiz_format_capital (name);
      g_autofree gchar *text = citiz_item_value_text (one);
      g_autofree gchar *value = g_strdup_printf ("%s" CITIZ_NBSP "%s", text, symbol);
      gdouble first = number_of (course, one, 0);

      if (isnan (first))
        continue;
      for (guint k = 0; k < (course->pressure ? LINES : 1); k++)
        add_point (course, k, place (one), number_of (course, one, k));
      citiz_chart_add_slot (chart, place (one), axis, one == course->item, capital,
                            (const gchar *const[]){g_strchomp (value), NULL}, NULL, 0);
      course->n++;
    }
}

static void
add_band (CitizChart *chart, const CitizScale *scale, gdouble low, gdouble high)
{
  CitizPoint edges = {0, isnan (low) ? scale->lo : low, isnan (high) ? scale->hi : high, 0};
  CitizLayer *band;

  if (isnan (low) && isnan (high))
    return;
  band = citiz_layer_new (CITIZ_LAYER_BAND, "reference");
  citiz_layer_set_points (band, &edges, 1);
  citiz_chart_add_layer (chart, band);
}

static void
table_cb (GtkToggleButton *button, gpointer data)
{
  citiz_chart_card_set_table (data, gtk_toggle_button_get_active (button));
}

static void
draw (Course *course, CitizChartCard *card)
{
  static const gchar *const classes[LINES] = {"series-1", "series-2"};
  CitizChart *chart = citiz_chart_card_get_chart (card);
  gdouble first, last, margin;
  CitizScale scale;

  citiz_item_chart_span (&course->lo, &course->hi, course->low, course->high);
  scale = citiz_scale_fit (course->lo, course->hi, 4);
  add_band (chart, &scale, course->low, course->high);
  for (guint k = 0; k < (course->pressure ? LINES : 1); k++)
    {
      CitizLayer *line = citiz_layer_new (CITIZ_LAYER_LINE, classes[k]);

      citiz_layer_set_points (line, course->points[k], course->n);
      citiz_layer_set_marks (line, TRUE, TRUE);
      citiz_chart_add_layer (chart, line);
    }
  if (course->pressure)
    {
      citiz_chart_card_add_legend (card, classes[0], FALSE, _ ("systolic"));
      citiz_chart_card_add_legend (card, classes[1], FALSE, _ ("diastolic"));
    }
  first = course->points[0][0].x;
  last = course->points[0][course->n - 1].x;
  margin = last > first ? (last - first) * MARGIN : 0.5;
  citiz_chart_set_x (chart, first - margin, last + margin);
  citiz_chart_set_y (chart, &scale, NULL, FALSE);
  citiz_chart_set_concealed (chart, citiz_values_hidden ());
}

/* The card of what @course holds, which is cleared; NULL and no @card when that is less than two values. */
static GtkWidget *
finish (Course *course, GtkWidget *card)
{
  GtkWidget *table;

  if (course->n < 2)
    {
      g_object_ref_sink (card);
      g_object_unref (card);
      course_clear (course);
      return NULL;
    }
  draw (course, CITIZ_CHART_CARD (card));
  course_clear (course);
  table = citiz_table_button_new ();
  g_signal_connect (table, "toggled", G_CALLBACK (table_cb), card);
  citiz_chart_card_add_end (CITIZ_CHART_CARD (card), table);
  return card;
}

static GtkWidget *
card_new (void)
{
  GtkWidget *card = citiz_chart_card_new (_ ("Over time"), HEIGHT);

  citiz_chart_set_columns (citiz_chart_card_get_chart (CITIZ_CHART_CARD (card)), _ ("Date"),
                           (const gchar *const[]){_ ("Value"), NULL});
  citiz_chart_set_newest_first (citiz_chart_card_get_chart (CITIZ_CHART_CARD (card)), TRUE);
  return card;
}

GtkWidget *
citiz_item_chart_new (const CitizRecord *record, const CitizItem *item, GDateTime *now)
{
  g_autoptr (GPtrArray) same = citiz_record_same_test (record, item);
  GtkWidget *card;
  Course course = {.item = item,
                   .unit = citiz_units_shown (item->measure, item->unit),
                   .pressure = citiz_item_component (item, "bp_sys") != NULL};

  if (same->len < 2 || (!course.pressure && !citiz_item_has_number (item)))
    return NULL;
  citiz_item_range_ends (item, &course.low, &course.high);
  card = card_new ();
  collect (&course, citiz_chart_card_get_chart (CITIZ_CHART_CARD (card)), same, now);
  return finish (&course, card);
}

/* --- days of a measure --- */

static gchar *
day_text (const Course *course, gdouble upper, gdouble lower)
{
  g_autofree gchar *number = citiz_format_number (upper, citiz_units_decimals (course->unit));

  if (course->pressure)
    return g_strdup_printf ("%.0f/%.0f" CITIZ_NBSP "mmHg", upper, lower);
  return g_strdup_printf ("%s" CITIZ_NBSP "%s", number,
                          citiz_unit_symbol (course->unit, citiz_format_language ()));
}

static void
add_day (Course *course, CitizChart *chart, gint32 day, gdouble upper, gdouble lower)
{
  g_autoptr (GDateTime) date = citiz_day_to_date_time (day);
  g_autofree gchar *axis = citiz_format_day (date), *name = citiz_format_date_full (date);
  g_autofree gchar *text = day_text (course, upper, lower);

  add_point (course, 0, day + 0.5, upper);
  if (course->pressure)
    add_point (course, 1, day + 0.5, lower);
  citiz_chart_add_slot (chart, day + 0.5, axis, FALSE, name, (const gchar *const[]){text, NULL},
                        NULL, 0);
  course->n++;
}

static void
range_of (Course *course, const CitizRecord *record, const CitizMeasure *measure)
{
  CitizRange range = {0};

  course->low = course->high = NAN;
  if (!citiz_record_target (record, measure->key, &range))
    return;
  citiz_range_ends (&range, &course->low, &course->high);
  citiz_units_convert (measure, measure->ucum, course->low, &course->low);
  citiz_units_convert (measure, measure->ucum, course->high, &course->high);
  citiz_range_clear (&range);
}

GtkWidget *
citiz_measure_chart_new (const CitizRecord *record, const gchar *measure)
{
  Course course = {.pressure = strcmp (measure, "bp_panel") == 0, .lo = NAN, .hi = NAN};
  const CitizMeasure *known = citiz_measure_get (course.pressure ? "bp_sys" : measure);
  g_autofree gdouble *upper = NULL, *lower = NULL;
  gint32 first, last;
  GtkWidget *card;

  if (known == NULL || !citiz_record_span (record, known->key, &first, &last))
    return NULL;
  first = MAX (first, last - YEAR);
  course.unit = citiz_units_shown (known, known->ucum);
  range_of (&course, record, known);
  upper = citiz_day_values (record, known->key, first, last);
  if (course.pressure)
    lower = citiz_day_values (record, "bp_dia", first, last);
  for (guint k = 0; k < LINES; k++)
    course.points[k] = g_new0 (CitizPoint, last - first + 1);
  card = card_new ();
  for (gint32 day = first; day <= last; day++)
    {
      gdouble y = upper[day - first];

      citiz_units_convert (known, known->ucum, y, &y);
      if (!isnan (y))
        add_day (&course, citiz_chart_card_get_chart (CITIZ_CHART_CARD (card)), day, y,
                 lower != NULL ? lower[day - first] : NAN);
    }
  return finish (&course, card);
}
