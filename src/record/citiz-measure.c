/* The catalogue of measures from data/catalogue/measures.tsv and goals.tsv. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-measure.h"
#include "record/citiz-table-private.h"

#include <string.h>

enum
{
  KEY,
  LOINC,
  UCUM,
  NAME_EN,
  NAME_FR,
  AGGREGATE,
  DECIMALS,
  MIN_VALUE,
  MAX_VALUE,
  HEALTHKIT,
  LABORATORY,
  FAMILY,
  ALSO, /* other LOINC codes of the same measure, in the same unit */
  N_COLUMNS
};

typedef struct
{
  CitizMeasure *measures;
  const gchar **families;
  guint n;
  GHashTable *by_key, *by_loinc, *by_healthkit;
  CitizGoalDefault *goals;
  guint n_goals;
} Catalogue;

static CitizAggregate
aggregate_of (const gchar *word)
{
  static const gchar *const words[]
      = {"mean", "sum", "last", "max", "event", "panel", "derived", "night"};

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (word, words[i]) == 0)
      return (CitizAggregate) i;
  return CITIZ_AGGREGATE_LAST;
}

static void
read_goals (Catalogue *c)
{
  static CitizTable table;

  citiz_table_parse (&table, citiz_embed_goals, 8);
  c->n_goals = table.rows;
  c->goals = g_new0 (CitizGoalDefault, table.rows);
  for (guint i = 0; i < table.rows; i++)
    {
      const gchar *kind = citiz_table_get (&table, i, 1);
      c->goals[i] = (CitizGoalDefault){
          .measure = citiz_table_get (&table, i, 0),
          .kind = kind[0] == 'l'                ? CITIZ_GOAL_LIMIT
                  : strcmp (kind, "range") == 0 ? CITIZ_GOAL_RANGE
                  : strcmp (kind, "below") == 0 ? CITIZ_GOAL_BELOW
                                                : CITIZ_GOAL_REACH,
          .low = citiz_table_number (&table, i, 2),
          .high = citiz_table_number (&table, i, 3),
          .unit = citiz_table_get (&table, i, 4),
          .period = citiz_table_get (&table, i, 5),
          .source = {citiz_table_get (&table, i, 6), citiz_table_get (&table, i, 7)},
      };
    }
}

static void
add_codes (Catalogue *c, CitizMeasure *m, const gchar *codes)
{
  g_auto (GStrv) list = g_strsplit (codes, " ", -1);

  for (guint i = 0; list[i] != NULL; i++)
    if (list[i][0] != '\0')
      g_hash_table_insert (c->by_loinc, g_strdup (list[i]), m);
}

static gpointer
read_catalogue (gpointer data)
{
  static CitizTable table;
  Catalogue *c = g_new0 (Catalogue, 1);

  citiz_table_parse (&table, citiz_embed_measures, N_COLUMNS);
  c->n = table.rows;
  c->measures = g_new0 (CitizMeasure, c->n);
  c->families = g_new0 (const gchar *, c->n);
  c->by_key = g_hash_table_new (g_str_hash, g_str_equal);
  c->by_loinc = g_hash_table_new (g_str_hash, g_str_equal);
  c->by_healthkit = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < c->n; i++)
    {
      CitizMeasure *m = &c->measures[i];
      m->key = citiz_table_get (&table, i, KEY);
      m->loinc = citiz_table_get (&table, i, LOINC);
      m->ucum = citiz_table_get (&table, i, UCUM);
      m->name[CITIZ_LANGUAGE_EN] = citiz_table_get (&table, i, NAME_EN);
      m->name[CITIZ_LANGUAGE_FR] = citiz_table_get (&table, i, NAME_FR);
      m->aggregate = aggregate_of (citiz_table_get (&table, i, AGGREGATE));
      m->decimals = (gint) g_ascii_strtoll (citiz_table_get (&table, i, DECIMALS), NULL, 10);
      m->min = citiz_table_number (&table, i, MIN_VALUE);
      m->max = citiz_table_number (&table, i, MAX_VALUE);
      m->healthkit = citiz_table_get (&table, i, HEALTHKIT);
      m->laboratory = *citiz_table_get (&table, i, LABORATORY) != '\0';
      c->families[i] = citiz_table_get (&table, i, FAMILY);
      if (*c->families[i] == '\0')
        c->families[i] = m->key;
      g_hash_table_insert (c->by_key, (gpointer) m->key, m);
      if (*m->loinc != '\0')
        g_hash_table_insert (c->by_loinc, (gpointer) m->loinc, m);
      add_codes (c, m, citiz_table_get (&table, i, ALSO));
      if (*m->healthkit != '\0' && !g_hash_table_contains (c->by_healthkit, m->healthkit))
        g_hash_table_insert (c->by_healthkit, (gpointer) m->healthkit, m);
    }
  read_goals (c);
  return c;
}

static const Catalogue *
catalogue (void)
{
  static GOnce once = G_ONCE_INIT;
  return g_once (&once, read_catalogue, NULL);
}

guint
citiz_measure_count (void)
{
  return catalogue ()->n;
}

const CitizMeasure *
citiz_measure_at (guint index)
{
  return index < catalogue ()->n ? &catalogue ()->measures[index] : NULL;
}

const CitizMeasure *
citiz_measure_get (const gchar *key)
{
  return key != NULL ? g_hash_table_lookup (catalogue ()->by_key, key) : NULL;
}

const CitizMeasure *
citiz_measure_by_loinc (const gchar *code)
{
  return code != NULL ? g_hash_table_lookup (catalogue ()->by_loinc, code) : NULL;
}

const CitizMeasure *
citiz_measure_by_healthkit (const gchar *type)
{
  static const gchar *const prefixes[]
      = {"HKQuantityTypeIdentifier", "HKCategoryTypeIdentifier", "HKDataType"};

  if (type == NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (type, prefixes[i]))
      type += strlen (prefixes[i]);
  return g_hash_table_lookup (catalogue ()->by_healthkit, type);
}

const gchar *
citiz_measure_family (const CitizMeasure *measure)
{
  return catalogue ()->families[measure - catalogue ()->measures];
}

const CitizGoalDefault *
citiz_goal_default (const gchar *measure)
{
  const Catalogue *c = catalogue ();

  for (guint i = 0; measure != NULL && i < c->n_goals; i++)
    if (strcmp (c->goals[i].measure, measure) == 0)
      return &c->goals[i];
  return NULL;
}

gboolean
citiz_goal_is_below (const gchar *measure)
{
  const CitizGoalDefault *usual = citiz_goal_default (measure);

  return usual != NULL && usual->kind == CITIZ_GOAL_BELOW;
}
