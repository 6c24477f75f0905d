/* The groups of the Diet page, and what noting a food does. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "app/citiz-session.h"
#include "insight/citiz-food.h"

G_BEGIN_DECLS

/* "breakfast" "snack" "lunch" "dinner": Québec's déjeuner, collation, dîner, souper. */
const gchar *citiz_meal_title (const gchar *category);
/* "Add to Lunch". */
const gchar *citiz_meal_add_words (const gchar *category);
const gchar *citiz_meal_icon (const gchar *category);

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
GtkWidget *citiz_diet_water_new (CitizSession *session, gint32 day);
void citiz_diet_drink (GtkWidget *widget, CitizSession *session, gint32 day, gint glasses);
GtkWidget *citiz_diet_notes_new (CitizSession *session, gint32 day);

G_END_DECLS
