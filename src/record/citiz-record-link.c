/* References between the resources of a batch. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-item-private.h"
#include "record/citiz-record-private.h"

#include <string.h>

#define LONG_NAME 8 /* letters of an id */

/* "http://x/fhir/Medication/7/_history/2" → "Medication/7"; urn: and bare forms stay. */
static gchar *
normal (const gchar *reference)
{
  const gchar *history = strstr (reference, "/_history/");
  gchar *text = history != NULL ? g_strndup (reference, (gsize) (history - reference))
                                : g_strdup (reference);

  if (strstr (text, "://") != NULL)
    {
      gchar *id = strrchr (text, '/');
      gchar *type = id;
      while (type > text && type[-1] != '/')
        type--;
      if (type > text && g_ascii_isupper (*type))
        {
          gchar *tail = g_strdup (type);
          g_free (text);
          return tail;
        }
    }
  return text;
}

static void
add (CitizRecord *record, const CitizItem *item, const gchar *reference)
{
  g_autofree gchar *key = normal (reference);

  if (*key == '\0')
    return;
  g_hash_table_insert (record->references, g_strdup_printf ("%u %s", item->batch, key),
                       g_memdup2 (&item->id, sizeof item->id));
  if (!g_hash_table_contains (record->references, key))
    g_hash_table_insert (record->references, g_steal_pointer (&key),
                         g_memdup2 (&item->id, sizeof item->id));
}

/* A later version written here points to what the first one did. */
static guint32
first_batch (const CitizRecord *record, const CitizItem *item)
{
  const GPtrArray *versions = g_hash_table_lookup (record->items, &item->id);

  return versions != NULL && versions->len > 0 ? ((const CitizItem *) versions->pdata[0])->batch
                                               : item->batch;
}

void
citiz_record_add_references (CitizRecord *record, const CitizItem *item)
{
  g_autofree gchar *relative = g_strconcat (item->type, "/", item->fhir_id, NULL);
  g_autofree gchar *uuid = g_strconcat ("urn:uuid:", item->fhir_id, NULL);

  add (record, item, relative);
  add (record, item, uuid);
  add (record, item, item->full_url);
}

/* "MedicationRequest/" and the number that the record itself gave it: of what is pointed to from here. */
static CitizItem *
by_own_id (const CitizRecord *record, const gchar *key)
{
  const gchar *name = strrchr (key, '/');
  CitizId id;

  return name != NULL && citiz_id_from_hex (&id, name + 1) ? citiz_record_get (record, &id) : NULL;
}

/* Two clinics may both have a "Medication/7": what another batch has is meant only by a name too long to be a count, as the files of one export
 * that come one by one have, or from here. */
static gboolean
may_be_of_another (const CitizRecord *record, const CitizItem *item, const gchar *key)
{
  const gchar *slash = strrchr (key, '/');

  return strlen (slash != NULL ? slash + 1 : key) >= LONG_NAME || first_batch (record, item) == 0;
}

CitizItem *
citiz_record_resolve (const CitizRecord *record, const CitizItem *item, const gchar *reference)
{
  if (reference == NULL || *reference == '\0' || *reference == '#')
    return NULL;
  g_autofree gchar *key = normal (reference);
  g_autofree gchar *own = g_strdup_printf ("%u %s", first_batch (record, item), key);
  const CitizId *id = g_hash_table_lookup (record->references, own);
  if (id == NULL && may_be_of_another (record, item, key))
    id = g_hash_table_lookup (record->references, key);
  return id != NULL ? citiz_record_get (record, id) : by_own_id (record, key);
}

static void
take_titles (CitizItem *item, const CitizItem *from)
{
  for (guint l = 0; l < 2; l++)
    citiz_keep (&item->title[l], from->title[l]);
  if (item->detail[0] == '\0')
    citiz_keep (&item->detail, from->detail);
}

/* A use takes from its subject what the subject alone knows. */
static void
apply (CitizItem *item, CitizItem *subject)
{
  item->subject = subject->id;
  if (item->kind == CITIZ_KIND_MEDICATION && strcmp (subject->type, "Medication") == 0)
    {
      citiz_read_drug (item, NULL, subject->resource);
      for (guint l = 0; l < 2; l++)
        if (item->title[l][0] == '\0')
          citiz_keep (&item->title[l], item->title[1 - l]);
    }
  else if (item->kind == CITIZ_KIND_DEVICE && strcmp (subject->type, "Device") == 0
           && subject != item)
    {
      take_titles (item, subject);
      item->alerts |= subject->alerts;
      subject->kind = CITIZ_KIND_OTHER; /* shown as its use */
    }
  else if (item->kind == CITIZ_KIND_DOSE)
    take_titles (item, subject);
  citiz_settle_alerts (item);
}

void
citiz_record_link (CitizRecord *record, CitizItem *item)
{
  if (item->subject_reference[0] == '\0')
    return;
  CitizItem *subject = citiz_record_resolve (record, item, item->subject_reference);
  if (subject != NULL && subject != item)
    apply (item, subject);
  else
    {
      gchar *key = normal (item->subject_reference);
      GPtrArray *waiting = g_hash_table_lookup (record->pending, key);
      if (waiting == NULL)
        {
          waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_item_unref);
          g_hash_table_insert (record->pending, g_strdup (key), waiting);
        }
      g_ptr_array_add (waiting, citiz_item_ref (item));
      g_free (key);
    }
}

static void
arrive (CitizRecord *record, CitizItem *arrived, const gchar *reference)
{
  g_autofree gchar *key = normal (reference);
  GPtrArray *waiting = g_hash_table_lookup (record->pending, key);

  for (guint i = waiting != NULL ? waiting->len : 0; i > 0; i--)
    {
      CitizItem *item = g_ptr_array_index (waiting, i - 1);
      if (item == arrived
          || (first_batch (record, item) != arrived->batch
              && !may_be_of_another (record, item, key)))
        continue;
      apply (item, arrived);
      g_ptr_array_remove_index_fast (waiting, i - 1);
    }
}

void
citiz_record_link_pending (CitizRecord *record, CitizItem *arrived)
{
  if (g_hash_table_size (record->pending) == 0)
    return;
  if (arrived->full_url[0] != '\0')
    arrive (record, arrived, arrived->full_url);
  g_autofree gchar *relative = g_strconcat (arrived->type, "/", arrived->fhir_id, NULL);
  g_autofree gchar *uuid = g_strconcat ("urn:uuid:", arrived->fhir_id, NULL);
  g_autofree gchar *hex = citiz_id_to_hex (&arrived->id);
  g_autofree gchar *own = g_strconcat (arrived->type, "/", hex, NULL);
  arrive (record, arrived, own);
  arrive (record, arrived, relative);
  arrive (record, arrived, uuid);
}
