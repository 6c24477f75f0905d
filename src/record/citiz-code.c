/* Terms of care from data/catalogue/terms.tsv: names, alert classes, sensitive categories. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-code.h"
#include "record/citiz-table-private.h"

#include <string.h>

enum
{
  SCOPE,
  CODES,
  EN,
  FR,
  MORE,
  ALERT,
  SENSITIVE,
  N_COLUMNS
};

typedef struct
{
  const gchar *name[2];
  guint scopes;
  CitizAlert alert;
  CitizSensitive sensitive;
} Term;

/* One way to write a term, folded. */
typedef struct
{
  gchar *text;
  gsize n;
  const Term *term;
} Phrase;

typedef struct
{
  gchar *prefix; /* "icd10:F4" */
  gsize n;
  const Term *term;
} Prefix;

typedef struct
{
  Term *terms;
  GHashTable *codes;    /* "atc:B01AF02" → Term */
  GArray *prefixes;     /* Prefix, longest first */
  GHashTable *phrases;  /* folded whole text → Term */
  GHashTable *by_first; /* first word → GArray of Phrase */
} Terms;

static const struct
{
  const gchar *code;
  const gchar *name[2];
} alert_names[CITIZ_N_ALERTS] = {
    [CITIZ_ALERT_NONE] = {NULL, {"", ""}},
    [CITIZ_ALERT_SEVERE_ALLERGY] = {"severe-allergy", {"Severe allergy", "Allergie grave"}},
    [CITIZ_ALERT_ANTICOAGULANT] = {"anticoagulant", {"Anticoagulant", "Anticoagulant"}},
    [CITIZ_ALERT_INSULIN] = {"insulin", {"Insulin", "Insuline"}},
    [CITIZ_ALERT_STEROID] = {"steroid", {"Corticosteroid", "Corticostéroïde"}},
    [CITIZ_ALERT_OPIOID] = {"opioid", {"Opioid", "Opioïde"}},
    [CITIZ_ALERT_IMPLANT] = {"implant", {"Implant", "Implant"}},
    [CITIZ_ALERT_PREGNANCY] = {"pregnancy", {"Pregnancy", "Grossesse"}},
    [CITIZ_ALERT_IMMUNOSUPPRESSION]
    = {"immunosuppression", {"Immunosuppression", "Immunosuppression"}},
    [CITIZ_ALERT_DIALYSIS] = {"dialysis", {"Dialysis", "Dialyse"}},
    [CITIZ_ALERT_DIFFICULT_AIRWAY]
    = {"difficult-airway", {"Difficult airway", "Intubation difficile"}},
    [CITIZ_ALERT_INFECTIOUS_PRECAUTION]
    = {"infectious-precaution", {"Infectious precaution", "Précaution infectieuse"}},
    [CITIZ_ALERT_OTHER] = {"other", {"Alert", "Alerte"}},
};

static const gchar *const sensitive_names[CITIZ_N_SENSITIVE]
    = {NULL, "mental", "sexual", "addiction", "violence"};

static guint
scopes_of (const gchar *letters)
{
  guint mask = 0;

  for (; *letters != '\0'; letters++)
    switch (*letters)
      {
      case 'm':
        mask |= CITIZ_SCOPE_MEDICATION;
        break;
      case 'p':
        mask |= CITIZ_SCOPE_PROBLEM;
        break;
      case 'd':
        mask |= CITIZ_SCOPE_DEVICE;
        break;
      case 'r':
        mask |= CITIZ_SCOPE_PROCEDURE;
        break;
      case 'o':
        mask |= CITIZ_SCOPE_OBSERVATION;
        break;
      default:
        mask |= CITIZ_SCOPE_OTHER;
      }
  return mask;
}

static void
add_phrase (Terms *t, const gchar *text, const Term *term, gboolean names)
{
  g_autofree gchar *folded = citiz_fold (text);
  const gchar *space = strchr (folded, ' ');
  g_autofree gchar *first
      = g_strndup (folded, space != NULL ? (gsize) (space - folded) : strlen (folded));
  GArray *list = g_hash_table_lookup (t->by_first, first);
  Phrase phrase = {folded, strlen (folded), term};

  if (folded[0] == '\0')
    return;
  if (list == NULL)
    {
      list = g_array_new (FALSE, FALSE, sizeof (Phrase));
      g_hash_table_insert (t->by_first, g_steal_pointer (&first), list);
    }
  if (names && !g_hash_table_contains (t->phrases, folded))
    g_hash_table_insert (t->phrases, folded, (gpointer) term);
  g_array_append_val (list, phrase);
  folded = NULL; /* owned by the list */
}

static gint
longer_first (gconstpointer a, gconstpointer b)
{
  const Prefix *x = a, *y = b;
  return x->n > y->n ? -1 : x->n < y->n;
}

static void
add_code (Terms *t, const gchar *code, const Term *term)
{
  gsize n = strlen (code);

  if (n > 0 && code[n - 1] == '*')
    {
      Prefix prefix = {g_strndup (code, n - 1), n - 1, term};
      g_array_append_val (t->prefixes, prefix);
    }
  else if (n > 0)
    g_hash_table_insert (t->codes, g_strdup (code), (gpointer) term);
}

static gpointer
read_terms (gpointer data)
{
  static CitizTable table;
  Terms *t = g_new0 (Terms, 1);

  citiz_table_parse (&table, citiz_embed_terms, N_COLUMNS);
  t->terms = g_new0 (Term, table.rows);
  t->codes = g_hash_table_new (g_str_hash, g_str_equal);
  t->phrases = g_hash_table_new (g_str_hash, g_str_equal);
  t->by_first = g_hash_table_new (g_str_hash, g_str_equal);
  t->prefixes = g_array_new (FALSE, FALSE, sizeof (Prefix));
  for (guint i = 0; i < table.rows; i++)
    {
      Term *term = &t->terms[i];
      g_auto (GStrv) codes = g_strsplit (citiz_table_get (&table, i, CODES), ";", -1);
      g_auto (GStrv) more = g_strsplit (citiz_table_get (&table, i, MORE), ";", -1);
      const gchar *sensitive = citiz_table_get (&table, i, SENSITIVE);
      term->name[CITIZ_LANGUAGE_EN] = citiz_table_get (&table, i, EN);
      term->name[CITIZ_LANGUAGE_FR] = citiz_table_get (&table, i, FR);
      term->scopes = scopes_of (citiz_table_get (&table, i, SCOPE));
      term->alert = citiz_alert_from_code (citiz_table_get (&table, i, ALERT));
      for (guint s = 1; s < CITIZ_N_SENSITIVE; s++)
        if (strcmp (sensitive, sensitive_names[s]) == 0)
          term->sensitive = (CitizSensitive) s;
      /* Brands, and narrower words that only betray a class, keep the name they were given. */
      gboolean same = (term->scopes & CITIZ_SCOPE_MEDICATION) == 0
                      && term->alert == CITIZ_ALERT_NONE && term->sensitive == CITIZ_SENSITIVE_NONE;
      for (guint c = 0; codes[c] != NULL; c++)
        add_code (t, codes[c], term);
      add_phrase (t, term->name[0], term, TRUE);
      add_phrase (t, term->name[1], term, TRUE);
      for (guint c = 0; more[c] != NULL; c++)
        add_phrase (t, more[c], term, same);
    }
  g_array_sort (t->prefixes, longer_first);
  return t;
}

static const Terms *
terms (void)
{
  static GOnce once = G_ONCE_INIT;
  return g_once (&once, read_terms, NULL);
}

/* Code systems by a word of their address. */
static const gchar *
system_key (const gchar *system)
{
  static const gchar *const keys[][2] = {{"whocc", "atc"},    {"2.16.840.1.113883.6.73", "atc"},
                                         {"icd-10", "icd10"}, {"icd10", "icd10"},
                                         {"rxnorm", "rx"},    {"snomed", "sct"},
                                         {"cvx", "cvx"},      {"loinc", "loinc"}};

  for (guint i = 0; system != NULL && i < G_N_ELEMENTS (keys); i++)
    if (strstr (system, keys[i][0]) != NULL)
      return keys[i][1];
  return NULL;
}

static const Term *
term_of_code (const gchar *system, const gchar *code)
{
  const gchar *key = system_key (system);
  const Terms *t = terms ();

  if (key == NULL || code == NULL || *code == '\0')
    return NULL;
  g_autofree gchar *full = g_strconcat (key, ":", code, NULL);
  const Term *term = g_hash_table_lookup (t->codes, full);
  for (guint i = 0; term == NULL && i < t->prefixes->len; i++)
    {
      const Prefix *p = &g_array_index (t->prefixes, Prefix, i);
      if (strncmp (full, p->prefix, p->n) == 0)
        term = p->term;
    }
  return term;
}

/* "no", "sans", "risk of": words before a term that take its meaning away. */
static gboolean
denied (const gchar *text, const gchar *at)
{
  static const gchar *const words[] = {"no ",
                                       "not ",
                                       "without ",
                                       "sans ",
                                       "aucun ",
                                       "aucune ",
                                       "pas de ",
                                       "risk of ",
                                       "risque de ",
                                       "family history of ",
                                       "screening for ",
                                       "depistage de ",
                                       "depistage du ",
                                       "history of family ",
                                       "non "};

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gsize n = strlen (words[i]);
      if ((gsize) (at - text) >= n && strncmp (at - n, words[i], n) == 0)
        return TRUE;
    }
  return FALSE;
}

typedef void (*FoundFunc) (const Term *term, gpointer data);

static void
find_phrases (guint scope, const gchar *folded, FoundFunc found, gpointer data)
{
  const Terms *t = terms ();
  gchar word[64];

  for (const gchar *p = folded; *p != '\0';)
    {
      const gchar *end = strchr (p, ' ');
      gsize n = end != NULL ? (gsize) (end - p) : strlen (p);
      if (n < sizeof word)
        {
          memcpy (word, p, n);
          word[n] = '\0';
          GArray *list = g_hash_table_lookup (t->by_first, word);
          for (guint i = 0; list != NULL && i < list->len; i++)
            {
              const Phrase *phrase = &g_array_index (list, Phrase, i);
              if ((phrase->term->scopes & scope) != 0 && strncmp (p, phrase->text, phrase->n) == 0
                  && (p[phrase->n] == ' ' || p[phrase->n] == '\0') && !denied (folded, p))
                found (phrase->term, data);
            }
        }
      p += n + (end != NULL);
    }
}

static void
add_alert (const Term *term, gpointer data)
{
  if (term->alert != CITIZ_ALERT_NONE)
    *(guint *) data |= 1u << term->alert;
}

static void
add_sensitive (const Term *term, gpointer data)
{
  CitizSensitive *out = data;
  if (*out == CITIZ_SENSITIVE_NONE)
    *out = term->sensitive;
}

guint
citiz_alerts_of (CitizScope scope, const gchar *system, const gchar *code, const gchar *text)
{
  g_autofree gchar *folded = citiz_fold (text);
  const Term *term = term_of_code (system, code);
  guint mask = 0;

  if (term != NULL && (term->scopes & (guint) scope) != 0)
    add_alert (term, &mask);
  find_phrases (scope, folded, add_alert, &mask);
  return mask;
}

CitizSensitive
citiz_sensitive_of (CitizScope scope, const gchar *system, const gchar *code, const gchar *text)
{
  g_autofree gchar *folded = citiz_fold (text);
  const Term *term = term_of_code (system, code);
  CitizSensitive out = term != NULL ? term->sensitive : CITIZ_SENSITIVE_NONE;

  /* A sensitive word is sensitive wherever it stands: a visit, a document, a note. */
  if (out == CITIZ_SENSITIVE_NONE)
    find_phrases (~0u, folded, add_sensitive, &out);
  return out;
}

const gchar *
citiz_code_name (const gchar *system, const gchar *code, CitizLanguage language)
{
  const gchar *key = system_key (system);

  if (key == NULL || code == NULL)
    return NULL;
  g_autofree gchar *full = g_strconcat (key, ":", code, NULL);
  const Term *term = g_hash_table_lookup (terms ()->codes, full);
  return term != NULL ? term->name[language] : NULL;
}

const gchar *
citiz_text_name (const gchar *text, CitizLanguage language)
{
  g_autofree gchar *folded = citiz_fold (text);
  const Term *term = g_hash_table_lookup (terms ()->phrases, folded);
  return term != NULL ? term->name[language] : NULL;
}

const gchar *
citiz_alert_code (CitizAlert alert)
{
  return (guint) alert < CITIZ_N_ALERTS ? alert_names[alert].code : NULL;
}

CitizAlert
citiz_alert_from_code (const gchar *code)
{
  for (guint i = 1; code != NULL && i < CITIZ_N_ALERTS; i++)
    if (strcmp (alert_names[i].code, code) == 0)
      return (CitizAlert) i;
  return CITIZ_ALERT_NONE;
}

const gchar *
citiz_alert_name (CitizAlert alert, CitizLanguage language)
{
  return (guint) alert < CITIZ_N_ALERTS ? alert_names[alert].name[language] : "";
}
