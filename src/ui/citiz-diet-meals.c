/* Meals of a day: foods in and out, yesterday again. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "insight/citiz-nutrition.h"
#include "record/citiz-compose.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-diet-parts.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-row.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-page.h"
#include "ui/citiz-period.h"
#include "ui/citiz-undo.h"

#define WHOLE_GRAMS 10 /* from here on a portion has no tenths that a person would weigh */

static const struct
{
  const gchar *category, *title, *add, *icon;
  gint minute; /* its place in a day when no time is noted */
} meals[] = {
    {"breakfast", N_ ("Breakfast"), N_ ("Add to Breakfast"), "citiz-sunrise-symbolic", 8 * 60},
    {"snack", N_ ("Snack"), N_ ("Add to the Snack"), "citiz-leaf-symbolic", 10 * 60},
    {"lunch", N_ ("Lunch"), N_ ("Add to Lunch"), "citiz-bowl-symbolic", 12 * 60},
    {"dinner", N_ ("Supper"), N_ ("Add to Supper"), "citiz-moon-symbolic", 18 * 60},
};

static guint
index_of (const gchar *category)
{
  for (guint i = 0; i < G_N_ELEMENTS (meals); i++)
    if (g_strcmp0 (meals[i].category, category) == 0)
      return i;
  return 1; /* anything else is a snack */
}

const gchar *
citiz_meal_title (const gchar *category)
{
  return _ (meals[index_of (category)].title);
}

const gchar *
citiz_meal_add_words (const gchar *category)
{
  return _ (meals[index_of (category)].add);
}

const gchar *
citiz_meal_icon (const gchar *category)
{
  return meals[index_of (category)].icon;
}

static gint
minute_of (const CitizItem *meal)
{
  const CitizDate *at = citiz_item_date (meal);

  return at->precision == CITIZ_DATE_TIME ? at->hour * 60 + at->minute
                                          : meals[index_of (meal->category)].minute;
}

static gint
compare_time (gconstpointer a, gconstpointer b)
{
  const CitizItem *const *one = a, *const *other = b;

  return minute_of (*one) - minute_of (*other);
}

/* In order of time. */
static GPtrArray *
meals_of (const CitizRecord *record, gint32 day)
{
  g_autoptr (GPtrArray) all = citiz_record_list (record, CITIZ_KIND_MEAL);
  GPtrArray *kept = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    if (citiz_date_day (citiz_item_date (g_ptr_array_index (all, i))) == day)
      g_ptr_array_add (kept, g_ptr_array_index (all, i));
  g_ptr_array_sort (kept, compare_time);
  return kept;
}

CitizItem *
citiz_diet_meal (const CitizRecord *record, gint32 day, const gchar *category)
{
  g_autoptr (GPtrArray) found = meals_of (record, day);

  for (guint i = 0; i < found->len; i++)
    if (index_of (((CitizItem *) g_ptr_array_index (found, i))->category) == index_of (category))
      return g_ptr_array_index (found, i);
  return NULL;
}

guint
citiz_diet_count (const CitizRecord *record, gint32 day)
{
  g_autoptr (GPtrArray) found = meals_of (record, day);

  return found->len;
}

/* --- foods in and out --- */

static const CitizFood *
food_of (const CitizComponent *part)
{
  return part->code != NULL ? citiz_food_get (citiz_food_table (), part->code) : NULL;
}

/* A food noted under its name of the table in the other language has the table's name in this one. */
static const gchar *
food_name (const CitizComponent *part)
{
  const CitizFood *food = food_of (part);
  const guint language = citiz_format_language ();
  const gchar *name = part->title[language];

  if (food != NULL && (name == NULL || g_strcmp0 (name, food->name[!language]) == 0))
    name = food->name[language];
  return name != NULL ? name : "";
}

static CitizDraftPart *
parts_of (const CitizItem *meal, guint without, guint *n, guint room)
{
  CitizDraftPart *parts
      = g_new0 (CitizDraftPart, (meal != NULL ? meal->components->len : 0) + room);

  *n = 0;
  for (guint i = 0; meal != NULL && i < meal->components->len; i++)
    {
      const CitizComponent *part = &g_array_index (meal->components, CitizComponent, i);

      if (i == without)
        continue;
      parts[(*n)++] = (CitizDraftPart){
          part->title[citiz_format_language ()], part->system, part->code,
          citiz_decimal_known (&part->value) ? part->value.text : part->text, part->unit};
    }
  return parts;
}

static json_t *
compose (CitizSession *session,
         const CitizItem *meal,
         const CitizDate *date,
         const gchar *category,
         const CitizDraftPart *parts,
         guint n)
{
  CitizDraft draft
      = meal != NULL ? citiz_draft_from_item (meal, citiz_format_language ()) : (CitizDraft){0};

  draft.now = citiz_session_now (session);
  draft.category = category;
  draft.title = citiz_meal_title (category);
  draft.onset = *date;
  draft.offset = date->offset;
  draft.parts = parts;
  draft.n_parts = n;
  return citiz_compose_meal (&draft, meal != NULL ? meal->resource : NULL);
}

/* "Apple" of "Apple, raw, with skin". */
static gchar *
head_noun (const gchar *name)
{
  const gchar *comma = strchr (name, ',');

  return g_strndup (name, comma != NULL ? (gsize) (comma - name) : strlen (name));
}

void
citiz_diet_add (GtkWidget *widget,
                CitizSession *session,
                gint32 day,
                gint minute,
                const gchar *category,
                const CitizFood *food,
                gdouble grams)
{
  CitizItem *meal = citiz_diet_meal (citiz_session_get_record (session), day, category);
  CitizDate date = meal != NULL ? *citiz_item_date (meal) : citiz_day_at (day, minute);
  const gchar *name = food->name[citiz_format_language ()];
  g_autofree gchar *head = head_noun (name), *text = NULL;
  g_autofree CitizDraftPart *parts = NULL;
  gchar value[G_ASCII_DTOSTR_BUF_SIZE];
  json_t *resource;
  guint n;

  parts = parts_of (meal, G_MAXUINT, &n, 1);
  /* A tenth of a gram when the table has one: the meal is to say the energy that the search said. */
  g_ascii_formatd (value, sizeof value, fabs (grams - round (grams)) < 0.05 ? "%.0f" : "%.1f",
                   MAX (grams, 1));
  parts[n++] = (CitizDraftPart){name, CITIZ_SYSTEM_CNF, food->code, value, "g"};
  resource = compose (session, meal, &date, category, parts, n);
  if (resource == NULL)
    return;
  text = g_strdup_printf (_ ("%s added · %s"), head, citiz_meal_title (category));
  citiz_undo_save (widget, session, meal != NULL ? &meal->id : NULL, resource, text);
}

void
citiz_diet_take (GtkWidget *widget, CitizSession *session, CitizItem *meal, guint without)
{
  const gboolean stale = citiz_record_get (citiz_session_get_record (session), &meal->id) != meal;
  const CitizComponent *part = &g_array_index (meal->components, CitizComponent, without);
  g_autofree gchar *head = head_noun (food_name (part)),
                   *text = g_strdup_printf (_ ("%s taken out"), head);
  g_autofree CitizDraftPart *parts = NULL;
  json_t *resource;
  guint n;

  if (stale
      || citiz_undo_is_saving (gtk_widget_get_root (widget))) /* its rows are being made anew */
    return;
  parts = parts_of (meal, without, &n, 1);
  if (n == 0)
    {
      citiz_undo_remove (widget, session, &meal->id, text);
      return;
    }
  resource = compose (session, meal, citiz_item_date (meal), meal->category, parts, n);
  if (resource != NULL)
    citiz_undo_save (widget, session, &meal->id, resource, text);
}

void
citiz_diet_repeat (GtkWidget *widget, CitizSession *session, gint32 day)
{
  g_autoptr (GPtrArray) before = meals_of (citiz_session_get_record (session), day - 1);

  if (citiz_undo_is_saving (gtk_widget_get_root (widget)))
    return;
  for (guint i = 0; i < before->len; i++)
    {
      const CitizItem *meal = g_ptr_array_index (before, i);
      const CitizDate *at = citiz_item_date (meal);
      CitizDate date = citiz_day_at (
          day, at->precision == CITIZ_DATE_TIME ? at->hour * 60 + at->minute : 12 * 60);
      g_autofree CitizDraftPart *parts = NULL;
      g_autofree gchar *text
          = g_strdup_printf (_ ("%s added again"), citiz_meal_title (meal->category));
      json_t *resource;
      guint n;

      parts = parts_of (meal, G_MAXUINT, &n, 1);
      resource = compose (session, NULL, &date, meal->category, parts, n);
      if (resource != NULL)
        citiz_undo_save (widget, session, NULL, resource, text);
    }
}

/* --- the list --- */

static gdouble
part_energy (const CitizComponent *part)
{
  const CitizFood *food = food_of (part);

  if (food == NULL || !citiz_decimal_known (&part->value))
    return NAN;
  return food->per_100g[CITIZ_NUTRIENT_ENERGY] * part->value.number / 100;
}

static gboolean
is_approximate (const CitizComponent *part)
{
  const CitizFood *food = food_of (part);

  return food != NULL && food->quality == CITIZ_FOOD_APPROXIMATE;
}

static GtkWidget *
energy_label (gdouble energy, gboolean approximate)
{
  GtkWidget *label = gtk_label_new (NULL);
  g_autofree gchar *number = isnan (energy) ? NULL : citiz_format_number (energy, 0),
                   *markup = NULL;

  markup = number != NULL
               ? g_markup_printf_escaped (
                   "<b>%s%s</b> <span size=\"small\" alpha=\"72%%\">kcal</span>",
                   approximate ? "≈" CITIZ_NBSP : "", citiz_shown (number))
               : g_markup_printf_escaped ("<span alpha=\"72%%\">%s</span>", _ ("unknown"));
  gtk_label_set_markup (GTK_LABEL (label), markup);
  gtk_widget_add_css_class (label, "numeric");
  gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
  return label;
}

gchar *
citiz_meal_quantity (const CitizComponent *part)
{
  const gboolean known = citiz_decimal_known (&part->value);
  const gboolean whole = known && food_of (part) != NULL && g_strcmp0 (part->unit, "g") == 0
                         && part->value.number >= WHOLE_GRAMS;
  g_autofree gchar *digits = whole   ? citiz_format_number (part->value.number, 0)
                             : known ? citiz_format_digits (part->value.text)
                                     : g_strdup (part->text != NULL ? part->text : "");

  return citiz_format_with_unit (citiz_shown (digits), citiz_format_unit (part->unit));
}

static void
take_cb (GtkWidget *button, gpointer data)
{
  CitizSession *session = g_object_get_data (G_OBJECT (button), "session");
  CitizItem *meal = g_object_get_data (G_OBJECT (button), "meal");

  citiz_diet_take (button, session, meal, GPOINTER_TO_UINT (data));
}

static GtkWidget *
food_row (CitizSession *session, CitizItem *meal, guint i)
{
  const CitizComponent *part = &g_array_index (meal->components, CitizComponent, i);
  const gchar *name = food_name (part);
  g_autofree gchar *quantity = citiz_meal_quantity (part);
  g_autofree gchar *take_name = g_strdup_printf (_ ("Take %s out"), name);
  GtkWidget *row = citiz_entry_row_new (*name != '\0' ? name : _ ("Food"), quantity, NULL);
  GtkWidget *take = citiz_icon_button_new ("citiz-minus-symbolic", take_name, NULL);

  g_object_set_data_full (G_OBJECT (take), "session", g_object_ref (session), g_object_unref);
  g_object_set_data_full (G_OBJECT (take), "meal", citiz_item_ref (meal),
                          (GDestroyNotify) citiz_item_unref);
  g_signal_connect (take, "clicked", G_CALLBACK (take_cb), GUINT_TO_POINTER (i));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             energy_label (part_energy (part), is_approximate (part)));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), take);
  gtk_widget_add_css_class (row, "food-row");
  return row;
}

static gchar *
meal_line (const CitizItem *meal)
{
  const CitizDate *at = citiz_item_date (meal);
  GString *line = g_string_new (NULL);

  if (at->precision == CITIZ_DATE_TIME)
    {
      g_autofree gchar *time = citiz_format_hour_minute (at->hour, at->minute);
      g_string_append (line, time);
    }
  for (guint i = 0; i < meal->components->len && i < 5; i++)
    {
      const CitizComponent *part = &g_array_index (meal->components, CitizComponent, i);
      g_autofree gchar *head = head_noun (food_name (part)), *lower = g_utf8_strdown (head, -1);

      g_string_append_printf (line, "%s%s", line->len == 0 ? "" : i == 0 ? " · " : ", ", lower);
    }
  return g_string_free (line, FALSE);
}

/* libadwaita keeps the row's head and its foods in lists of their own, which would go by the name of their type. */
static void
name_lists (GtkWidget *widget, const gchar *name)
{
  if (GTK_IS_LIST_BOX (widget) || ADW_IS_EXPANDER_ROW (widget))
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                    -1);
  for (GtkWidget *w = gtk_widget_get_first_child (widget); w != NULL;
       w = gtk_widget_get_next_sibling (w))
    name_lists (w, name);
}

static GtkWidget *
meal_row (CitizSession *session, CitizItem *meal, const gchar *category)
{
  GtkWidget *row;
  gdouble energy = NAN;
  gboolean approximate = FALSE;

  if (meal == NULL)
    {
      g_autofree gchar *action = g_strdup_printf ("diet.add-to::%s", category);

      row = citiz_empty_row_new (citiz_meal_title (category), _ ("Add"), action);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _ ("Nothing noted for now"));
      adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                                 citiz_prefix_new (citiz_meal_icon (category), "neutral"));
      return row;
    }
  row = adw_expander_row_new ();
  for (guint i = 0; i < meal->components->len; i++)
    {
      const CitizComponent *part = &g_array_index (meal->components, CitizComponent, i);
      gdouble one = part_energy (part);

      approximate |= is_approximate (part);
      if (!isnan (one))
        energy = isnan (energy) ? one : energy + one;
      adw_expander_row_add_row (ADW_EXPANDER_ROW (row), food_row (session, meal, i));
    }
  {
    g_autofree gchar *line = meal_line (meal);
    adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), line);
  }
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), citiz_meal_title (meal->category));
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (row),
                               citiz_prefix_new (citiz_meal_icon (meal->category), "accent"));
  adw_expander_row_add_action (ADW_EXPANDER_ROW (row), energy_label (energy, approximate));
  gtk_widget_add_css_class (row, "meal-row");
  name_lists (row, citiz_meal_title (meal->category));
  return row;
}

/* What another program's diary says of the day; NULL where there is none. */
static GtkWidget *
diary_row (const CitizRecord *record, gint32 day)
{
  CitizIntake diary;
  GtkWidget *row;

  citiz_intake_init (&diary);
  citiz_intake_add_diary (&diary, record, day);
  if (isnan (diary.amount[CITIZ_NUTRIENT_ENERGY]))
    return NULL;
  row = citiz_entry_row_new (_ ("Imported food diary"), NULL,
                             _ ("Total of the day; its meals are not listed"));
  citiz_entry_row_set_prefix (CITIZ_ENTRY_ROW (row),
                              citiz_prefix_new ("citiz-download-symbolic", "accent"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             energy_label (diary.amount[CITIZ_NUTRIENT_ENERGY], FALSE));
  citiz_row_set_chevron_visible (CITIZ_ROW (row), FALSE);
  return row;
}

/* All meals of the day in order of time, and where none is noted yet a row that invites one in its usual place; a snack is no meal missed. */
static void
add_rows (GtkWidget *list, CitizSession *session, gint32 day)
{
  CitizRecord *record = citiz_session_get_record (session);
  g_autoptr (GPtrArray) found = meals_of (record, day);
  GtkWidget *diary = diary_row (record, day);
  guint at = 0;

  if (diary != NULL)
    gtk_list_box_append (GTK_LIST_BOX (list), diary);
  for (guint i = 0; i <= G_N_ELEMENTS (meals); i++)
    {
      const gint until = i < G_N_ELEMENTS (meals) ? meals[i].minute : G_MAXINT;

      for (; at < found->len && minute_of (g_ptr_array_index (found, at)) < until; at++)
        gtk_list_box_append (GTK_LIST_BOX (list),
                             meal_row (session, g_ptr_array_index (found, at), NULL));
      if (i < G_N_ELEMENTS (meals) && strcmp (meals[i].category, "snack") != 0
          && citiz_diet_meal (record, day, meals[i].category) == NULL)
        gtk_list_box_append (GTK_LIST_BOX (list), meal_row (session, NULL, meals[i].category));
    }
}

GtkWidget *
citiz_diet_meals_new (CitizSession *session, gint32 day)
{
  CitizRecord *record = citiz_session_get_record (session);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *list = citiz_list_new (_ ("Meals")),
            *end = NULL;
  CitizIntake intake;

  citiz_intake_init (&intake);
  citiz_intake_add_day (&intake, record, day);
  if (!isnan (intake.amount[CITIZ_NUTRIENT_ENERGY]) && intake.amount[CITIZ_NUTRIENT_ENERGY] > 0)
    {
      g_autofree gchar *number = citiz_format_number (intake.amount[CITIZ_NUTRIENT_ENERGY], 0);
      g_autofree gchar *text = g_strdup_printf (
          "%s%s" CITIZ_NBSP "kcal", intake.approximate[CITIZ_NUTRIENT_ENERGY] ? "≈" CITIZ_NBSP : "",
          citiz_shown (number));
      end = citiz_caption_new (text);
    }
  else if (citiz_diet_count (record, day - 1) > 0)
    end = citiz_link_button_new (_ ("Same as the day before"), "diet.repeat");
  add_rows (list, session, day);
  gtk_box_append (GTK_BOX (box), citiz_heading_new (_ ("Meals"), end));
  gtk_box_append (GTK_BOX (box), list);
  return box;
}

GtkWidget *
citiz_diet_notes_new (CitizSession *session, gint32 day)
{
  g_autoptr (GPtrArray) all
      = citiz_record_list (citiz_session_get_record (session), CITIZ_KIND_NOTE);
  GtkWidget *box, *list = citiz_list_new (_ ("Notes"));
  guint n = 0;

  for (guint i = 0; i < all->len; i++)
    {
      const CitizItem *note = g_ptr_array_index (all, i);
      GtkWidget *row;

      if (citiz_date_day (citiz_item_date (note)) != day)
        continue;
      row = citiz_entry_row_new (
          citiz_shown (*note->note != '\0' ? note->note : citiz_item_title (note)), NULL, NULL);
      citiz_entry_row_set_prefix (CITIZ_ENTRY_ROW (row),
                                  citiz_prefix_new ("citiz-note-symbolic", "neutral"));
      citiz_item_row_open_with (row, session, note);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
      n++;
    }
  if (n == 0)
    {
      g_object_ref_sink (list);
      g_object_unref (list);
      return NULL;
    }
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (box), citiz_heading_new (_ ("Notes"), NULL));
  gtk_box_append (GTK_BOX (box), list);
  return box;
}
