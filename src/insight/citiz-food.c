/* The food table and its search. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "insight/citiz-food.h"
#include "record/citiz-code.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_VALUE 7 /* columns before the nutrients, which follow in the order of CitizNutrient */
#define N_COLUMNS   (FIRST_VALUE + CITIZ_N_NUTRIENTS + 1)

extern const gchar citiz_embed_foods[];

/* What a search looks at: " pomme crue avec pelure", with a space before each word. */
typedef struct
{
  gchar *text[2];
  guint8 head[2];  /* length of the folded text before the first comma */
  guint8 words[2]; /* how many */
  gboolean raw, everyday;
} Folded;

struct _CitizFoodTable
{
  gchar *text;
  CitizFood *foods;
  Folded *folded;
  guint n;
  GHashTable *by_id;
};

/* " riz" → " cereales riz" keeps where parts begin: each comma becomes " ,". */
static gchar *
spaced (const gchar *name)
{
  g_auto (GStrv) parts = g_strsplit (name, ",", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree gchar *folded = citiz_fold (parts[i]);
      if (*folded != '\0')
        g_string_append_printf (out, "%s %s", out->len > 0 ? " ," : "", folded);
    }
  return g_string_free (out, FALSE);
}

static gsize
head_length (const gchar *name)
{
  const gchar *comma = strchr (name, ',');
  g_autofree gchar *head
      = comma != NULL ? g_strndup (name, (gsize) (comma - name)) : g_strdup (name);
  g_autofree gchar *folded = citiz_fold (head);
  return MIN (strlen (folded), 255);
}

static gboolean
has_word (const gchar *text, const gchar *word)
{
  gsize n = strlen (word);

  for (const gchar *p = strstr (text, word); p != NULL; p = strstr (p + 1, word))
    if (p > text && p[-1] == ' ' && (p[n] == ' ' || p[n] == '\0'))
      return TRUE;
  return FALSE;
}

/* What people mean by the bare word: the hen's egg among eggs, cow's milk among milks. CNF ids. */
static const guint everyday[]
    = {125, 61, 63, 4067, 1704, 4497, 3183, 1696, 2505, 502776, 118, 119, 2534, 433, 2460};

static void
fold_food (Folded *folded, const CitizFood *food)
{
  static const gchar *const raw[] = {"raw", "cru", "crue", "crus", "crues"};

  for (guint i = 0; i < G_N_ELEMENTS (everyday); i++)
    folded->everyday |= food->id == everyday[i];
  for (guint l = 0; l < 2; l++)
    {
      folded->text[l] = spaced (food->name[l]);
      folded->head[l] = (guint8) head_length (food->name[l]);
      for (const gchar *p = folded->text[l]; *p != '\0'; p++)
        folded->words[l] = (guint8) (folded->words[l] + (*p == ' '));
      for (guint i = 0; i < G_N_ELEMENTS (raw); i++)
        folded->raw |= has_word (folded->text[l], raw[i]);
    }
}

/* "100ml|100ml|40.2;1 order|1 commande|604" */
static void
read_portions (CitizFood *food, gchar *text)
{
  while (text != NULL && *text != '\0' && food->n_portions < CITIZ_FOOD_PORTIONS)
    {
      gchar *next = strchr (text, ';'), *french, *grams;
      if (next != NULL)
        *next++ = '\0';
      french = strchr (text, '|');
      grams = french != NULL ? strchr (french + 1, '|') : NULL;
      if (grams != NULL)
        {
          CitizPortion *portion = &food->portions[food->n_portions];
          *french++ = '\0';
          *grams++ = '\0';
          *portion = (CitizPortion){{text, french}, g_ascii_strtod (grams, NULL)};
          food->n_portions += portion->grams > 0;
        }
      text = next;
    }
}

/* How far a portion is from what one eats at once: a single thing near 150 kcal is best, a whole pineapple or a cup of
 * oil far. Where the energy is unknown, 125 g stand for 150 kcal. */
static gdouble
portion_distance (const CitizFood *food, const CitizPortion *portion)
{
  const gchar *name = portion->name[CITIZ_LANGUAGE_EN];
  gdouble density = isnan (food->per_100g[CITIZ_NUTRIENT_ENERGY])
                        ? 1.2
                        : MAX (food->per_100g[CITIZ_NUTRIENT_ENERGY], 1) / 100;
  gdouble off = log (portion->grams * density / 150);
  gdouble distance = off > 0 ? off * 1.5 : -off;

  if (g_str_has_prefix (name, "1 "))
    distance -= 1;
  if (strstr (name, "medium") != NULL)
    distance -= 0.5;
  return distance;
}

/* The first portion is the one proposed. */
static void
put_usual_first (CitizFood *food)
{
  guint best = 0;

  for (guint i = 1; i < food->n_portions; i++)
    if (portion_distance (food, &food->portions[i])
        < portion_distance (food, &food->portions[best]))
      best = i;
  CitizPortion usual = food->portions[best];
  memmove (food->portions + 1, food->portions, best * sizeof usual);
  food->portions[0] = usual;
}

/* The table writes "oeuf"; French writes "œuf". Both are three bytes, so the text is changed in place. */
static void
join_letters (gchar *text)
{
  for (gchar *p = strstr (text, "oeu"); p != NULL; p = strstr (p, "oeu"))
    memcpy (p, "\305\223", 2);
  for (gchar *p = strstr (text, "Oeu"); p != NULL; p = strstr (p, "Oeu"))
    memcpy (p, "\305\222", 2);
}

static gboolean
read_food (CitizFood *food, gchar *line)
{
  gchar *cells[N_COLUMNS] = {0};
  guint n = 0;

  for (gchar *p = line; p != NULL && n < N_COLUMNS; n++)
    {
      cells[n] = p;
      p = strchr (p, '\t');
      if (p != NULL)
        *p++ = '\0';
    }
  if (n < N_COLUMNS)
    return FALSE;
  join_letters (cells[3]);
  join_letters (cells[5]);
  join_letters (cells[N_COLUMNS - 1]); /* no English portion has these letters */
  food->id = (guint) g_ascii_strtoull (cells[0], NULL, 10);
  g_strlcpy (food->code, cells[0], sizeof food->code);
  food->group[0] = cells[2];
  food->group[1] = cells[3];
  food->name[0] = cells[4];
  food->name[1] = cells[5];
  food->quality = strcmp (cells[6], "usda_same") == 0    ? CITIZ_FOOD_EXACT
                  : strcmp (cells[6], "usda_close") == 0 ? CITIZ_FOOD_APPROXIMATE
                                                         : CITIZ_FOOD_UNKNOWN;
  for (guint i = 0; i < CITIZ_N_NUTRIENTS; i++)
    {
      const gchar *cell = cells[FIRST_VALUE + i];
      food->per_100g[i] = *cell == '\0' ? NAN : (gfloat) g_ascii_strtod (cell, NULL);
    }
  read_portions (food, cells[N_COLUMNS - 1]);
  put_usual_first (food);
  return food->id > 0;
}

static gpointer
read_table (gpointer data)
{
  CitizFoodTable *table = g_new0 (CitizFoodTable, 1);
  guint lines = 0;
  gboolean header = TRUE;

  table->text = g_strdup (citiz_embed_foods);
  for (const gchar *p = table->text; *p != '\0'; p++)
    lines += *p == '\n';
  table->foods = g_new0 (CitizFood, lines + 1);
  table->folded = g_new0 (Folded, lines + 1);
  table->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  for (gchar *line = table->text; line != NULL && *line != '\0';)
    {
      gchar *next = strchr (line, '\n');
      if (next != NULL)
        *next++ = '\0';
      if (*line != '#' && header)
        header = FALSE;
      else if (*line != '#' && read_food (&table->foods[table->n], line))
        {
          CitizFood *food = &table->foods[table->n];
          fold_food (&table->folded[table->n], food);
          g_hash_table_insert (table->by_id, food->code, food);
          table->n++;
        }
      line = next;
    }
  return table;
}

const CitizFoodTable *
citiz_food_table (void)
{
  static GOnce once = G_ONCE_INIT;
  return g_once (&once, read_table, NULL);
}

guint
citiz_food_count (const CitizFoodTable *table)
{
  return table->n;
}

const CitizFood *
citiz_food_get (const CitizFoodTable *table, const gchar *cnf_id)
{
  return cnf_id != NULL ? g_hash_table_lookup (table->by_id, cnf_id) : NULL;
}

typedef struct
{
  gchar *words[8]; /* " pomme" */
  guint n;
  gchar *whole; /* " pomme crue" */
} Query;

static gboolean
ends_word (const gchar *p)
{
  if (*p == 's' || *p == 'x')
    p++;
  return *p == '\0' || *p == ' ';
}

/* A later part of the name is what was typed, or begins with it. */
static gboolean
part_is (const gchar *text, const gchar *whole)
{
  gsize n = strlen (whole);

  for (const gchar *p = strstr (text, " ,"); p != NULL; p = strstr (p + 1, " ,"))
    if (strncmp (p + 2, whole, n) == 0 && ends_word (p + 2 + n))
      return TRUE;
  return FALSE;
}

/* Smaller is better: what the head of the name is, raw, known values, exact words, short. -1: no match. */
static gint
score (const Folded *folded, const CitizFood *food, const Query *query, guint l)
{
  const gchar *text = folded->text[l];
  const gchar *first = NULL;
  gint out = 0, partial = 0;
  gsize n;

  for (guint i = 0; i < query->n; i++)
    {
      const gchar *at = strstr (text, query->words[i]);
      if (at == NULL)
        return -1;
      if (i == 0)
        first = at;
      partial += !ends_word (at + strlen (query->words[i]));
    }
  n = strlen (query->whole);
  if (strncmp (text, query->whole, n) == 0 && ends_word (text + n)
      && (gsize) folded->head[l] + 1 <= n + 1)
    out = 0; /* the head is what was typed */
  else if (first == text && partial == 0 && query->n > 1
           && (gsize) folded->head[l] <= strlen (query->words[0]))
    out = 1; /* « boeuf haché » : Boeuf, haché … */
  else if (strncmp (text, query->whole, n) == 0)
    out = 2;
  else if (first != text && part_is (text, query->whole))
    out = 2; /* « Grains céréaliers, riz … » */
  else
    out = first == text ? 3 : 4;
  out = out * 2 + (food->quality == CITIZ_FOOD_UNKNOWN); /* what says nothing comes last */
  out = out * 2 + (partial > 0);
  out = out * 2 + !folded->everyday;
  out = out * 2 + !folded->raw;
  out = out * 3 + (gint) food->quality / 2;
  return out * 65536 + folded->words[l] * 256 + (gint) MIN (strlen (text), 255);
}

typedef struct
{
  gint score;
  guint index;
} Hit;

static gint
by_score (gconstpointer a, gconstpointer b)
{
  const Hit *x = a, *y = b;
  return x->score != y->score ? x->score - y->score : (gint) x->index - (gint) y->index;
}

/* « pommes » looks for what begins with « pomme ». */
static void
singular (gchar *word)
{
  gsize n = strlen (word);

  if (n > 3 && (word[n - 1] == 's' || word[n - 1] == 'x'))
    word[n - 1] = '\0';
}

static gboolean
make_query (Query *query, const gchar *text)
{
  g_autofree gchar *folded = citiz_fold (text);
  g_auto (GStrv) words = g_strsplit (folded, " ", -1);
  static const gchar *const small[]
      = {"de", "du", "des", "la", "le", "les", "d", "l", "au", "a", "the", "of"};

  memset (query, 0, sizeof *query);
  for (guint i = 0; words[i] != NULL && query->n < G_N_ELEMENTS (query->words); i++)
    {
      gboolean skip = words[i][0] == '\0';
      for (guint s = 0; words[i + 1] != NULL && s < G_N_ELEMENTS (small); s++)
        skip |= strcmp (words[i], small[s]) == 0;
      singular (words[i]);
      if (!skip)
        query->words[query->n++] = g_strconcat (" ", words[i], NULL);
    }
  g_autofree gchar *joined = g_strjoinv (" ", words);
  query->whole = g_strconcat (" ", joined, NULL);
  return query->n > 0;
}

GPtrArray *
citiz_food_search (const CitizFoodTable *table,
                   const gchar *text,
                   CitizLanguage language,
                   guint max,
                   guint *total)
{
  GPtrArray *out = g_ptr_array_new ();
  g_autoptr (GArray) hits = g_array_new (FALSE, FALSE, sizeof (Hit));
  Query query;

  if (total != NULL)
    *total = 0;
  if (make_query (&query, text))
    for (guint i = 0; i < table->n; i++)
      {
        gint s = score (&table->folded[i], &table->foods[i], &query, language);
        if (s < 0)
          continue;
        Hit hit = {s, i};
        g_array_append_val (hits, hit);
      }
  if (hits->len == 0 && query.n > 0) /* the other language */
    for (guint i = 0; i < table->n; i++)
      {
        gint s = score (&table->folded[i], &table->foods[i], &query, 1 - language);
        if (s < 0)
          continue;
        Hit hit = {s, i};
        g_array_append_val (hits, hit);
      }
  g_array_sort (hits, by_score);
  for (guint i = 0; i < hits->len && i < max; i++)
    g_ptr_array_add (out, &table->foods[g_array_index (hits, Hit, i).index]);
  if (total != NULL)
    *total = hits->len;
  for (guint i = 0; i < query.n; i++)
    g_free (query.words[i]);
  g_free (query.whole);
  return out;
}

const gchar *
citiz_food_acknowledgement (CitizLanguage language)
{
  return language == CITIZ_LANGUAGE_FR
             ? "Noms et portions : adaptés du Fichier canadien sur les éléments nutritifs, Santé Canada, "
               "2015 (Licence du gouvernement ouvert – Canada). Valeurs : USDA SR28 ; ≈ valeur approchée."
             : "Names and portions: adapted from the Canadian Nutrient File, Health Canada, 2015 (Open "
               "Government Licence – Canada). Values: USDA SR28; ≈ approximate value.";
}

/* Replaces every @from of @text, which is taken. */
static gchar *
swap (gchar *text, const gchar *from, const gchar *to)
{
  GString *all = g_string_new (text);

  g_string_replace (all, from, to, 0);
  g_free (text);
  return g_string_free (all, FALSE);
}

gchar *
citiz_food_portion_words (const CitizPortion *portion, CitizLanguage language)
{
  const gchar *name = portion->name[language];
  gsize digits = strspn (name, "0123456789.,/");
  const gchar *unit = name + digits;
  gsize n
      = g_str_has_prefix (unit, "ml") ? 2 : (*unit == 'g' && (unit[1] == '\0' || unit[1] == ' '));
  gchar *text;

  if (digits == 0 || n == 0)
    text = g_strdup (name);
  else
    {
      const gchar *rest = unit + n + strspn (unit + n, " ");

      text = g_strdup_printf ("%.*s\302\240%s%s%s", (gint) digits, name, n == 2 ? "mL" : "g",
                              *rest != '\0' ? ", " : "", rest);
    }
  text = swap (text, "  ", " ");
  text = swap (text, "cm dia)",
               language == CITIZ_LANGUAGE_FR ? "\302\240cm de diamètre)" : "\302\240cm across)");
  return swap (text, " \302\240", "\302\240");
}
