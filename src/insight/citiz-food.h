/* The offline food table: search, portions, nutrients. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"

G_BEGIN_DECLS

/* Columns of the table, per 100 g. Never renumbered. */
typedef enum
{
  CITIZ_NUTRIENT_ENERGY, /* kcal */
  CITIZ_NUTRIENT_PROTEIN,
  CITIZ_NUTRIENT_CARBOHYDRATE,
  CITIZ_NUTRIENT_FIBRE,
  CITIZ_NUTRIENT_SUGARS,
  CITIZ_NUTRIENT_FAT,
  CITIZ_NUTRIENT_SATURATED,
  CITIZ_NUTRIENT_MONO,
  CITIZ_NUTRIENT_POLY,
  CITIZ_NUTRIENT_CHOLESTEROL,
  CITIZ_NUTRIENT_SODIUM,
  CITIZ_NUTRIENT_POTASSIUM,
  CITIZ_NUTRIENT_CALCIUM,
  CITIZ_NUTRIENT_IRON,
  CITIZ_NUTRIENT_MAGNESIUM,
  CITIZ_NUTRIENT_PHOSPHORUS,
  CITIZ_NUTRIENT_ZINC,
  CITIZ_NUTRIENT_VITAMIN_A,
  CITIZ_NUTRIENT_VITAMIN_C,
  CITIZ_NUTRIENT_VITAMIN_D,
  CITIZ_NUTRIENT_VITAMIN_B12,
  CITIZ_NUTRIENT_FOLATE,
  CITIZ_NUTRIENT_VITAMIN_K,
  CITIZ_NUTRIENT_WATER,
  CITIZ_N_NUTRIENTS
} CitizNutrient;

typedef enum
{
  CITIZ_FOOD_EXACT,       /* the Canadian values are the ones of the table */
  CITIZ_FOOD_APPROXIMATE, /* « ≈ » */
  CITIZ_FOOD_UNKNOWN      /* a name only */
} CitizFoodQuality;

#define CITIZ_FOOD_PORTIONS 4

typedef struct
{
  const gchar *name[2];
  gdouble grams;
} CitizPortion;

typedef struct
{
  guint id;      /* CNF food id */
  gchar code[8]; /* the same as text */
  const gchar *group[2];
  const gchar *name[2];
  CitizFoodQuality quality;
  gfloat per_100g[CITIZ_N_NUTRIENTS];         /* NaN = unknown, never 0 */
  CitizPortion portions[CITIZ_FOOD_PORTIONS]; /* the usual one first */
  guint n_portions;
} CitizFood;

typedef struct _CitizFoodTable CitizFoodTable;
/* The embedded table, built at the first call (about 20 ms), shared. */
const CitizFoodTable *citiz_food_table (void);
guint citiz_food_count (const CitizFoodTable *table);
/* (nullable) */
const CitizFood *citiz_food_get (const CitizFoodTable *table, const gchar *cnf_id);
/* Every word must begin a word of the name. Head noun first, raw foods first, short names first. `total` counts all matches.
 * Returns: (transfer container) (element-type CitizFood) at most `max` */
GPtrArray *citiz_food_search (const CitizFoodTable *table,
                              const gchar *text,
                              CitizLanguage language,
                              guint max,
                              guint *total);
/* "250 mL, slices"; the weight is not in it, unless it is all the name says ("140 g"). */
gchar *citiz_food_portion_words (const CitizPortion *portion, CitizLanguage language);
/* Where the names and values come from, one sentence. */
const gchar *citiz_food_acknowledgement (CitizLanguage language);

G_END_DECLS
