/* Who the record is about: what the person wrote, filled up from imports; and whether two Patients can be one person.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-record-private.h"

#include "record/citiz-code.h"

#include <string.h>

/* --- two Patients, one person? --- */

typedef enum
{
  UNKNOWN,
  SAME,
  DIFFERENT
} Likeness;

/* Words of a name, comparable: "Marie-Ève" is "marie", "eve". */
static void
add_words (GPtrArray *words, const json_t *text)
{
  g_autofree gchar *folded = citiz_fold (json_string_value (text));
  g_auto (GStrv) parts = g_strsplit (folded, " ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (parts[i][0] != '\0')
      g_ptr_array_add (words, g_strdup (parts[i]));
}

/* Of every name a Patient bears: maiden, married, usual. A name that is text only says given and family at once. */
static void
read_names (const CitizItem *item, GPtrArray *given, GPtrArray *family)
{
  const json_t *names = json_object_get (item->resource, "name");

  for (gsize i = 0; i < json_array_size (names); i++)
    {
      const json_t *name = json_array_get (names, i), *list = json_object_get (name, "given");

      for (gsize k = 0; k < json_array_size (list); k++)
        add_words (given, json_array_get (list, k));
      add_words (family, json_object_get (name, "family"));
      if (json_array_size (list) == 0 && json_object_get (name, "family") == NULL)
        add_words (given, json_object_get (name, "text"));
    }
}

/* "M" stands for "Marie", "Alex" for "Alexandre". */
static gboolean
words_agree (const gchar *a, const gchar *b)
{
  gsize n = MIN (strlen (a), strlen (b));

  return strncmp (a, b, n) == 0 && (n >= 3 || n == 1 || strlen (a) == strlen (b));
}

static gboolean
any_agrees (const GPtrArray *a, const GPtrArray *b)
{
  for (guint i = 0; i < a->len; i++)
    for (guint k = 0; k < b->len; k++)
      if (words_agree (a->pdata[i], b->pdata[k]))
        return TRUE;
  return FALSE;
}

/* @other: the other half of b's name, where a file may have put it by mistake. */
static Likeness
compare_words (const GPtrArray *a, const GPtrArray *b, const GPtrArray *other)
{
  if (a->len == 0 || b->len + other->len == 0)
    return UNKNOWN;
  if (any_agrees (a, b) || any_agrees (a, other))
    return SAME;
  return b->len > 0 ? DIFFERENT : UNKNOWN;
}

/* As far as both are known: "1961" agrees with "1961-04-02". */
static Likeness
compare_births (const CitizItem *a, const CitizItem *b)
{
  const gchar *x = json_string_value (json_object_get (a->resource, "birthDate"));
  const gchar *y = json_string_value (json_object_get (b->resource, "birthDate"));

  if (x == NULL || y == NULL || x[0] == '\0' || y[0] == '\0')
    return UNKNOWN;
  return strncmp (x, y, MIN (strlen (x), strlen (y))) == 0 ? SAME : DIFFERENT;
}

/**
 * citiz_patients_differ:
 *
 * Returns: %TRUE when @a and @b are clearly two people: their birth dates contradict each other; or, with the same birth date, neither
 *   given nor family name agrees; or, with a birth date unknown, the given names differ (family names change with a marriage). Accents,
 *   case, initials and hyphens do not count; what is missing contradicts nothing.
 */
gboolean
citiz_patients_differ (const CitizItem *a, const CitizItem *b)
{
  g_autoptr (GPtrArray) given_a = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) family_a = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) given_b = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) family_b = g_ptr_array_new_with_free_func (g_free);
  Likeness born = compare_births (a, b), given, family;

  read_names (a, given_a, family_a);
  read_names (b, given_b, family_b);
  given = compare_words (given_a, given_b, family_b);
  family = compare_words (family_a, family_b, given_b);
  if (born == UNKNOWN)
    return given == DIFFERENT || (given == UNKNOWN && family == DIFFERENT);
  return born == DIFFERENT || (given == DIFFERENT && family == DIFFERENT);
}

/* --- one person out of several Patients --- */

/* A Patient as it counts here. @hand: the person wrote this version herself. */
typedef struct
{
  CitizItem *item;
  gboolean hand;
  guint32 since; /* the import that brought it first */
} Candidate;

static gboolean
is_hand_written (const CitizItem *item)
{
  return item->batch == 0 || item->sample;
}

/* The newest version written by hand counts before a newer one of an import. */
static gboolean
candidate_of (const GPtrArray *versions, Candidate *out)
{
  CitizItem *item = citiz_record_current (versions);

  if (item == NULL || item->kind != CITIZ_KIND_PATIENT || item->in_error || item->nothing_known)
    return FALSE;
  for (guint i = versions->len; i > 0 && !is_hand_written (item); i--)
    if (is_hand_written (g_ptr_array_index (versions, i - 1)))
      item = g_ptr_array_index (versions, i - 1);
  out->item = item;
  out->hand = is_hand_written (item);
  out->since = ((const CitizItem *) g_ptr_array_index (versions, 0))->batch;
  return TRUE;
}

/* Written by hand first, the newest first; then imports, the first first. */
static gint
compare_candidates (gconstpointer a, gconstpointer b)
{
  const Candidate *x = a, *y = b;

  if (x->hand != y->hand)
    return x->hand ? -1 : 1;
  if (x->hand && x->item->changed.ms != y->item->changed.ms)
    return x->item->changed.ms > y->item->changed.ms ? -1 : 1;
  if (!x->hand && x->since != y->since)
    return x->since < y->since ? -1 : 1;
  return memcmp (x->item->id.b, y->item->id.b, sizeof x->item->id.b);
}

static GArray *
candidates (const CitizRecord *record)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (Candidate));
  GHashTableIter iter;
  gpointer versions;

  g_hash_table_iter_init (&iter, record->items);
  while (g_hash_table_iter_next (&iter, NULL, &versions))
    {
      Candidate one;

      if (candidate_of (versions, &one))
        g_array_append_val (all, one);
    }
  g_array_sort (all, compare_candidates);
  return all;
}

CitizItem *
citiz_record_patient_base (const CitizRecord *record)
{
  g_autoptr (GArray) all = candidates (record);

  return all->len > 0 ? g_array_index (all, Candidate, 0).item : NULL;
}

/* Nothing said: absent, "", [], {}, or only such things inside. */
static gboolean
is_empty (const json_t *value)
{
  const gchar *key;
  json_t *member;
  size_t i;

  if (json_is_string (value))
    return json_string_length (value) == 0;
  if (json_is_array (value))
    {
      json_array_foreach ((json_t *) value, i, member) if (!is_empty (member)) return FALSE;
      return TRUE;
    }
  if (json_is_object (value))
    {
      json_object_foreach ((json_t *) value, key, member) if (!is_empty (member)) return FALSE;
      return TRUE;
    }
  return value == NULL || json_is_null (value);
}

/* A phone is filled beside an e-mail address. */
static void
fill_telecom (json_t *into, const json_t *from)
{
  json_t *own = json_deep_copy (json_object_get (into, "telecom")), *point;
  const json_t *theirs = json_object_get (from, "telecom");
  gsize n = json_array_size (own);
  size_t i;

  if (own == NULL || is_empty (theirs))
    {
      json_decref (own);
      return;
    }
  json_array_foreach ((json_t *) theirs, i, point)
  {
    const json_t *system = json_object_get (point, "system");
    gboolean there = FALSE;

    for (gsize k = 0; k < n; k++)
      there |= json_equal (json_object_get (json_array_get (own, k), "system"), system) != 0;
    if (!there)
      json_array_append (own, point);
  }
  json_object_set_new (into, "telecom", own);
}

/* What @from says of the person goes where @into says nothing. Contacts are items of their own. */
static void
fill_patient (json_t *into, const json_t *from)
{
  static const gchar *const fields[]
      = {"name",       "birthDate",     "gender",        "telecom", "address",
         "identifier", "communication", "maritalStatus", NULL};

  fill_telecom (into, from);
  for (guint i = 0; fields[i] != NULL; i++)
    {
      g_autofree gchar *beside = g_strconcat ("_", fields[i], NULL);

      if (!is_empty (json_object_get (into, fields[i]))
          || is_empty (json_object_get (from, fields[i])))
        continue;
      json_object_set (into, fields[i], json_object_get (from, fields[i]));
      json_object_del (into, beside);
      if (json_object_get (from, beside) != NULL)
        json_object_set (into, beside, json_object_get (from, beside));
    }
}

static CitizItem *
merge (const GArray *all)
{
  CitizItem *base = g_array_index (all, Candidate, 0).item, *item;
  json_t *resource = json_copy (base->resource);

  for (guint i = 1; !base->sample && i < all->len; i++)
    {
      CitizItem *other = g_array_index (all, Candidate, i).item;

      if (!other->sample && !citiz_patients_differ (base, other))
        fill_patient (resource, other->resource);
    }
  item = citiz_item_new_from_json (resource, &base->id, base->version, base->batch, NULL);
  json_decref (resource);
  if (item == NULL)
    return citiz_item_ref (base);
  citiz_item_set_source (item, base->source, base->source_name);
  g_free (item->full_url);
  item->full_url = g_strdup (base->full_url);
  item->changed = base->changed;
  item->n_earlier = base->n_earlier;
  item->n_corrections = base->n_corrections;
  item->sample = base->sample;
  return item;
}

/**
 * citiz_record_patient:
 *
 * What the person wrote about herself stands; what she left empty is filled by imports about the same person, the first import first. It
 * is made anew from what is there, so that an import taken back takes away exactly what it had filled. The sample record's person
 * is mixed with nobody.
 *
 * Returns: (transfer none) (nullable): until the record changes; with the id of citiz_record_patient_base()
 */
CitizItem *
citiz_record_patient (const CitizRecord *record)
{
  g_autoptr (GArray) all = NULL;

  if (record->patient != NULL)
    return record->patient;
  all = candidates (record);
  if (all->len > 0)
    ((CitizRecord *) record)->patient = merge (all);
  return record->patient;
}
