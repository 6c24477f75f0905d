/* The groups of the Diet page, and what noting a food does. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "app/citiz-session.h"
#include "insight/citiz-nutrition.h"

G_BEGIN_DECLS

/* "breakfast" "snack" "lunch" "dinner": Québec's déjeuner, collation, dîner, souper. */
const gchar *citiz_meal_title (const gchar *category);
/* "Add to Lunch". */
const gchar *citiz_meal_add_words (const gchar *category);
const gchar *citiz_meal_icon (const gchar *category);

/* "53 g", "1 cup": a portion of the food table without tenths of a gram. */
gchar *citiz_meal_quantity (const CitizComponent *part);

/* The meal of that category on a day, or NULL. (transfer none) */
CitizItem *citiz_diet_meal (const CitizRecord *record, gint32 day, const gchar *category);
guint citiz_diet_count (const CitizRecord *record, gint32 day);

/* Adds a food to the meal (made when there is none) and says so with an undo. @minute: when it was eaten. */
void citiz_diet_add (GtkWidget *widget,
                     CitizSession *session,
                     gint32 day,
                     gint minute,
                     const gchar *category,
                     const CitizFood *food,
                     gdouble grams);
/* Takes the n-th food out of a meal; the last one takes the meal with it. */
void citiz_diet_take (GtkWidget *widget, CitizSession *session, CitizItem *meal, guint n);
/* Copies the meals of the day before. */
void citiz_diet_repeat (GtkWidget *widget, CitizSession *session, gint32 day);

/* Groups, made anew. Rows carry the page's actions "diet.add-to::CATEGORY". */
GtkWidget *citiz_diet_meals_new (CitizSession *session, gint32 day);
GtkWidget *citiz_diet_nutrients_new (CitizSession *session, gint32 day);
/* A nutrient's sums of days, over the page's window. A day pressed is shown by the page's action "diet.day". */
void citiz_diet_course_open (GtkWidget *page,
                             CitizSession *session,
                             gint32 day,
                             CitizNutrient nutrient);
const gchar *citiz_nutrient_name (CitizNutrient nutrient);
/* What the day says: a day without any food has eaten nothing. */
void citiz_diet_intake (CitizSession *session, gint32 day, CitizIntake *intake);
/* "≈ 302 mg", "unknown". */
gchar *citiz_nutrient_value_words (const CitizNutrientTarget *target, const CitizIntake *intake);
/* "898 mg to go": the difference of the numbers shown. "Reached", "Under the limit"; "" of energy, and when values are hidden. */
gchar *citiz_nutrient_state_words (const CitizNutrientTarget *target, const CitizIntake *intake);
GtkWidget *citiz_diet_water_new (CitizSession *session, gint32 day);
void citiz_diet_drink (GtkWidget *widget, CitizSession *session, gint32 day, gint glasses);
GtkWidget *citiz_diet_notes_new (CitizSession *session, gint32 day);

G_END_DECLS
