/* Items, their versions, lists in clinical order. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-record-private.h"
#include "record/citiz-item-private.h"

#include <string.h>

static void
series_free (gpointer data)
{
  CitizDaySeries *series = data;

  g_free (series->measure);
  g_free (series->source);
  g_free (series->unit);
  g_array_unref (series->days);
  g_free (series);
}

CitizRecord *
citiz_record_new (void)
{
  CitizRecord *record = g_new0 (CitizRecord, 1);

  record->items = g_hash_table_new_full (citiz_id_hash, (GEqualFunc) citiz_id_equal, g_free,
                                         (GDestroyNotify) g_ptr_array_unref);
  record->references = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  record->pending
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  record->series = g_ptr_array_new_with_free_func (series_free);
  return record;
}

/* What was made of the items is made again when it is asked for. */
static void
forget_views (CitizRecord *record)
{
  g_clear_pointer (&record->by_measure, g_hash_table_unref);
  for (guint kind = 0; kind < CITIZ_N_KINDS; kind++)
    g_clear_pointer (&record->by_kind[kind], g_ptr_array_unref);
  g_clear_pointer (&record->patient, citiz_item_unref);
}

void
citiz_record_free (CitizRecord *record)
{
  if (record == NULL)
    return;
  forget_views (record);
  g_hash_table_unref (record->pending);
  g_ptr_array_unref (record->series);
  g_hash_table_unref (record->references);
  g_hash_table_unref (record->items);
  g_free (record);
}

CitizItem *
citiz_record_current (const GPtrArray *versions)
{
  return versions->len > 0 ? g_ptr_array_index (versions, versions->len - 1) : NULL;
}

/* Patient.contact: contacts of their own, named after the patient's id and their place. */
static void
put_contacts (CitizRecord *record, const CitizItem *patient)
{
  const json_t *contacts = json_object_get (patient->resource, "contact");

  for (gsize i = 0; i < json_array_size (contacts) && i < 32; i++)
    {
      const json_t *one = json_array_get (contacts, i);
      json_t *person = json_object (), *names = json_array ();
      json_object_set_new (person, "resourceType", json_string ("RelatedPerson"));
      json_array_append (names, json_object_get (one, "name"));
      json_object_set_new (person, "name", names);
      json_object_set (person, "telecom", json_object_get (one, "telecom"));
      json_object_set (person, "relationship", json_object_get (one, "relationship"));
      CitizId id = patient->id;
      id.b[15] ^= (guint8) (i + 1);
      g_autoptr (CitizItem) item
          = citiz_item_new_from_json (person, &id, patient->version, patient->batch, NULL);
      json_decref (person);
      if (item == NULL)
        continue;
      citiz_item_set_source (item, patient->source, patient->source_name);
      item->subject = patient->id;
      item->sample = patient->sample;
      citiz_record_put (record, item);
    }
}

/* What was taken back is a version, and no correction: the entry says again what it said. */
static void
number_versions (GPtrArray *versions)
{
  for (guint i = 0; i < versions->len; i++)
    {
      CitizItem *item = g_ptr_array_index (versions, i);

      item->n_earlier = i;
      item->n_corrections = i > 0 ? ((CitizItem *) versions->pdata[i - 1])->n_corrections + 1 : 0;
      if (i > 1 && json_equal (item->resource, ((CitizItem *) versions->pdata[i - 2])->resource))
        item->n_corrections = ((CitizItem *) versions->pdata[i - 2])->n_corrections;
    }
}

void
citiz_record_put (CitizRecord *record, CitizItem *item)
{
  GPtrArray *versions = g_hash_table_lookup (record->items, &item->id);
  guint at;

  if (versions == NULL)
    {
      versions = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_item_unref);
      g_hash_table_insert (record->items, g_memdup2 (&item->id, sizeof item->id), versions);
    }
  for (at = versions->len; at > 0; at--)
    {
      const CitizItem *other = g_ptr_array_index (versions, at - 1);
      if (other->version == item->version)
        {
          g_ptr_array_remove_index (versions, at - 1);
          at--;
          break;
        }
      if (other->version < item->version)
        break;
    }
  g_ptr_array_insert (versions, (gint) at, citiz_item_ref (item));
  number_versions (versions);
  citiz_record_add_references (record, item);
  citiz_record_link (record, item);
  citiz_record_link_pending (record, item);
  forget_views (record);
  if (item->kind == CITIZ_KIND_PATIENT && citiz_record_current (versions) == item)
    put_contacts (record, item);
}

static gboolean
points_to (gpointer key, gpointer value, gpointer id)
{
  return citiz_id_equal (value, id);
}

static void
remove_contacts (CitizRecord *record, const CitizId *patient)
{
  for (guint8 i = 1; i <= 32; i++)
    {
      CitizId id = *patient;
      id.b[15] ^= i;
      const CitizItem *item = citiz_record_get (record, &id);
      if (item != NULL && item->kind == CITIZ_KIND_CONTACT
          && citiz_id_equal (&item->subject, patient))
        g_hash_table_remove (record->items, &id);
    }
}

gboolean
citiz_record_remove (CitizRecord *record, const CitizId *id)
{
  CitizId copy = *id;
  const CitizItem *item = citiz_record_get (record, &copy);

  if (item == NULL)
    return FALSE;
  if (item->kind == CITIZ_KIND_PATIENT)
    remove_contacts (record, &copy);
  g_hash_table_foreach_remove (record->references, points_to, &copy);
  g_hash_table_remove (record->items, &copy);
  forget_views (record);
  return TRUE;
}

guint
citiz_record_remove_batch (CitizRecord *record, guint32 batch)
{
  g_autoptr (GArray) gone = g_array_new (FALSE, FALSE, sizeof (CitizId));
  GHashTableIter iter;
  gpointer id, versions;

  g_hash_table_iter_init (&iter, record->items);
  while (g_hash_table_iter_next (&iter, &id, &versions))
    {
      GPtrArray *list = versions;
      for (guint i = list->len; i > 0; i--)
        if (((CitizItem *) g_ptr_array_index (list, i - 1))->batch == batch)
          {
            if (list->len == 1)
              g_array_append_val (gone, *(CitizId *) id);
            else
              g_ptr_array_remove_index (list, i - 1);
          }
      number_versions (list);
    }
  guint n = 0;
  for (guint i = 0; i < gone->len; i++)
    n += citiz_record_remove (record, &g_array_index (gone, CitizId, i));
  for (guint i = record->series->len; i > 0; i--)
    if (((CitizDaySeries *) g_ptr_array_index (record->series, i - 1))->batch == batch)
      g_ptr_array_remove_index (record->series, i - 1);
  forget_views (record);
  return n;
}

guint
citiz_record_size (const CitizRecord *record)
{
  return g_hash_table_size (record->items);
}

CitizItem *
citiz_record_get (const CitizRecord *record, const CitizId *id)
{
  const GPtrArray *versions = g_hash_table_lookup (record->items, id);
  return versions != NULL ? citiz_record_current (versions) : NULL;
}

GPtrArray *
citiz_record_history (const CitizRecord *record, const CitizId *id)
{
  const GPtrArray *versions = g_hash_table_lookup (record->items, id);
  GPtrArray *out = g_ptr_array_new ();

  for (guint i = 0; versions != NULL && i < versions->len; i++)
    g_ptr_array_add (out, g_ptr_array_index (versions, i));
  return out;
}

/* What no longer holds comes after what does, whatever the date. */
static gint
rank (const CitizItem *item)
{
  gint worse = 0;

  if (item->kind == CITIZ_KIND_ALLERGY)
    {
      worse = (item->intolerance ? 1 : 0) - 2 * (gint) item->severity;
      if (item->alerts & (1u << CITIZ_ALERT_SEVERE_ALLERGY))
        worse -= 16;
    }
  else if (item->kind == CITIZ_KIND_MEDICATION || item->kind == CITIZ_KIND_PROBLEM
           || item->kind == CITIZ_KIND_DEVICE)
    {
      if (item->alert != CITIZ_ALERT_NONE)
        worse = (gint) item->alert - 20;
      worse += item->as_needed ? 1 : 0;
    }
  else
    return 0;
  if (!citiz_item_stands (item) && item->end.precision == CITIZ_DATE_NONE)
    worse += 100;
  if (item->status == CITIZ_STATUS_STOPPED || item->status == CITIZ_STATUS_RESOLVED
      || item->status == CITIZ_STATUS_COMPLETED || item->status == CITIZ_STATUS_INACTIVE
      || item->verification == CITIZ_VERIFICATION_REFUTED)
    worse += item->kind == CITIZ_KIND_DEVICE && item->status == CITIZ_STATUS_COMPLETED ? 50 : 100;
  return worse;
}

static gint
compare_items (gconstpointer a, gconstpointer b)
{
  const CitizItem *x = *(CitizItem *const *) a, *y = *(CitizItem *const *) b;
  gint order = rank (x) - rank (y);
  gboolean by_name = x->kind == CITIZ_KIND_ALLERGY || x->kind == CITIZ_KIND_MEDICATION;

  if (x->kind == CITIZ_KIND_CONTACT)
    {
      order = (gint) x->role - (gint) y->role;
      by_name = TRUE;
    }
  if (order == 0 && !by_name)
    order = citiz_date_compare (citiz_item_date (y), citiz_item_date (x));
  if (order == 0)
    order = by_name ? g_utf8_collate (x->title[0], y->title[0]) : strcmp (x->title[0], y->title[0]);
  return order != 0 ? order : memcmp (x->id.b, y->id.b, sizeof x->id.b);
}

/* All kinds at once: a summary asks for each of them, some several times. */
static void
sort_kinds (CitizRecord *record)
{
  GHashTableIter iter;
  gpointer versions;

  for (guint kind = 0; kind < CITIZ_N_KINDS; kind++)
    record->by_kind[kind] = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, record->items);
  while (g_hash_table_iter_next (&iter, NULL, &versions))
    {
      CitizItem *item = citiz_record_current (versions);

      if (item != NULL)
        g_ptr_array_add (record->by_kind[item->kind], item);
    }
  for (guint kind = 0; kind < CITIZ_N_KINDS; kind++)
    g_ptr_array_sort (record->by_kind[kind], compare_items);
}

static GPtrArray *
list_of (const CitizRecord *record, CitizKind kind, gboolean all)
{
  GPtrArray *out = g_ptr_array_new ();

  if (record->by_kind[kind] == NULL)
    sort_kinds ((CitizRecord *) record);
  for (guint i = 0; i < record->by_kind[kind]->len; i++)
    {
      CitizItem *item = g_ptr_array_index (record->by_kind[kind], i);

      if (all || (!item->in_error && !item->nothing_known))
        g_ptr_array_add (out, item);
    }
  return out;
}

GPtrArray *
citiz_record_list (const CitizRecord *record, CitizKind kind)
{
  return list_of (record, kind, FALSE);
}

GPtrArray *
citiz_record_list_all (const CitizRecord *record, CitizKind kind)
{
  return list_of (record, kind, TRUE);
}

void
citiz_record_put_days (CitizRecord *record,
                       const gchar *measure,
                       const gchar *source,
                       const gchar *unit,
                       guint32 batch,
                       const GArray *days)
{
  CitizDaySeries *series = NULL;

  for (guint i = 0; i < record->series->len && series == NULL; i++)
    {
      CitizDaySeries *s = g_ptr_array_index (record->series, i);
      if (strcmp (s->measure, measure) == 0 && strcmp (s->source, source) == 0 && s->batch == batch)
        series = s;
    }
  if (series == NULL)
    {
      series = g_new0 (CitizDaySeries, 1);
      series->measure = g_strdup (measure);
      series->source = g_strdup (source);
      series->batch = batch;
      g_ptr_array_add (record->series, series);
    }
  else
    g_array_unref (series->days);
  g_free (series->unit);
  series->unit = g_strdup (unit);
  series->days = g_array_sized_new (FALSE, FALSE, sizeof (CitizDay), days->len);
  g_array_append_vals (series->days, days->data, days->len);
}

void
citiz_record_set_loader (CitizRecord *record, CitizSamplesLoader loader, gpointer data)
{
  record->loader = loader;
  record->loader_data = data;
}
