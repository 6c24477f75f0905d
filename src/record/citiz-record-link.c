/* References between the resources of a batch. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-item-private.h"
#include "record/citiz-record-private.h"

#include <string.h>

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

void
citiz_record_add_references (CitizRecord *record, const CitizItem *item)
{
  g_autofree gchar *relative = g_strconcat (item->type, "/", item->fhir_id, NULL);
  g_autofree gchar *uuid = g_strconcat ("urn:uuid:", item->fhir_id, NULL);

  add (record, item, relative);
  add (record, item, uuid);
  add (record, item, item->full_url);
}

CitizItem *
citiz_record_resolve (const CitizRecord *record, const CitizItem *item, const gchar *reference)
{
  if (reference == NULL || *reference == '\0' || *reference == '#')
    return NULL;
  g_autofree gchar *key = normal (reference);
  g_autofree gchar *own = g_strdup_printf ("%u %s", item->batch, key);
  const CitizId *id = g_hash_table_lookup (record->references, own);
  if (id == NULL)
    id = g_hash_table_lookup (record->references, key);
  return id != NULL ? citiz_record_get (record, id) : NULL;
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
  if (!citiz_id_is_zero (&item->subject)) /* another's until now */
    citiz_keep (&item->detail, "");
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
  item->alert = CITIZ_ALERT_NONE;
  for (guint a = 1; a < CITIZ_N_ALERTS && item->alert == CITIZ_ALERT_NONE; a++)
    if (item->alerts & (1u << a))
      item->alert = (CitizAlert) a;
}

static void
wait_for_subject (CitizRecord *record, CitizItem *item)
{
  g_autofree gchar *key = normal (item->subject_reference);
  GPtrArray *waiting = g_hash_table_lookup (record->pending, key);

  if (waiting == NULL)
    {
      waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_item_unref);
      g_hash_table_insert (record->pending, g_steal_pointer (&key), waiting);
    }
  g_ptr_array_add (waiting, citiz_item_ref (item));
}

/* What another batch calls by that name serves until one's own is here: two clinics may both have a "Medication/7". */
void
citiz_record_link (CitizRecord *record, CitizItem *item)
{
  CitizItem *subject = citiz_record_resolve (record, item, item->subject_reference);

  if (subject == item || item->subject_reference[0] == '\0')
    return;
  if (subject != NULL)
    apply (item, subject);
  if (subject == NULL || subject->batch != item->batch)
    wait_for_subject (record, item);
}

static void
arrive (CitizRecord *record, CitizItem *arrived, const gchar *reference)
{
  g_autofree gchar *key = normal (reference);
  GPtrArray *waiting = g_hash_table_lookup (record->pending, key);

  for (guint i = waiting != NULL ? waiting->len : 0; i > 0; i--)
    {
      CitizItem *item = g_ptr_array_index (waiting, i - 1);
      const gboolean own = item->batch == arrived->batch;

      if (item == arrived || !(own || citiz_id_is_zero (&item->subject)))
        continue;
      apply (item, arrived);
      if (own)
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
  arrive (record, arrived, relative);
  arrive (record, arrived, uuid);
}
