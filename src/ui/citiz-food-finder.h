/* The offline food search: results while typing, the first one open with its portions. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "insight/citiz-food.h"

G_BEGIN_DECLS

#define CITIZ_TYPE_FOOD_FINDER (citiz_food_finder_get_type ())
G_DECLARE_FINAL_TYPE (CitizFoodFinder, citiz_food_finder, CITIZ, FOOD_FINDER, AdwBin)

/* Signal "chosen" (pointer CitizFood, double grams). */
GtkWidget *citiz_food_finder_new (void);
/* What the button says: "Add to Lunch". */
void citiz_food_finder_set_button (CitizFoodFinder *self, const gchar *words);
void citiz_food_finder_focus (CitizFoodFinder *self);
void citiz_food_finder_clear (CitizFoodFinder *self);
/* Types into it (for tests). */
void citiz_food_finder_type (CitizFoodFinder *self, const gchar *text);
guint citiz_food_finder_get_n_results (CitizFoodFinder *self);

G_END_DECLS
