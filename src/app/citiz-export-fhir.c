/* The record as a FHIR bundle that another program, or another vault, puts together again. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-export-private.h"

#include "app/citiz-blob.h"
#include "record/citiz-code.h"

#include <string.h>

#define DEPTH_MAX     24
#define DOCUMENTS_MAX (40u << 20) /* bytes; with them in base64 a bundle can still be imported */
#define CATEGORY      "http://terminology.hl7.org/CodeSystem/observation-category"
#define DAY_URL       "https://citiz.example/fhir/Observation/"

typedef struct
{
  const CitizRecord *record;
  CitizLanguage language;
  json_t *entries;
  const CitizItem *person, *sample; /* whom “Patient/self” is; nullable */
} Bundle;

/* Where it came from, if that has an address; else a name made of what it is called in the vault, the same at each export and in the IPS. */
static gchar *
url_of (const CitizItem *item)
{
  g_autofree gchar *uuid = citiz_id_to_uuid (&item->id);

  return strchr (item->full_url, ':') != NULL ? g_strdup (item->full_url)
                                              : g_strconcat ("urn:uuid:", uuid, NULL);
}

/* What a reference means in this record. Of addresses elsewhere, and of what only another source calls so, nothing is claimed. */
static const CitizItem *
target_of (const Bundle *bundle, const CitizItem *from, const gchar *reference)
{
  const CitizItem *target;

  if (*reference == '#' || strstr (reference, "://") != NULL)
    return NULL;
  if (g_str_equal (reference, "Patient/self"))
    return from->sample ? bundle->sample : bundle->person;
  target = citiz_record_resolve (bundle->record, from, reference);
  return target != NULL && (from->batch == 0 || target->batch == from->batch) ? target : NULL;
}

static void
point (const Bundle *bundle, const CitizItem *from, json_t *value, guint depth)
{
  json_t *reference = json_object_get (value, "reference"), *member;
  const gchar *key;
  gsize i;

  if (depth > DEPTH_MAX)
    return;
  if (json_is_string (reference)) /* in R4 always a Reference's */
    {
      const CitizItem *target = target_of (bundle, from, json_string_value (reference));
      g_autofree gchar *url = target != NULL ? url_of (target) : NULL;

      if (url != NULL)
        json_object_set_new (value, "reference", json_string (url));
    }
  json_object_foreach (value, key, member) point (bundle, from, member, depth + 1);
  json_array_foreach (value, i, member) point (bundle, from, member, depth + 1);
}

static void
add_entry (Bundle *bundle, const gchar *url, json_t *resource)
{
  json_array_append_new (bundle->entries,
                         json_pack ("{s:s, s:o}", "fullUrl", url, "resource", resource));
}

static void
add_item (Bundle *bundle, const CitizItem *item)
{
  g_autofree gchar *url = url_of (item);
  json_t *resource = json_deep_copy (item->resource);

  if (json_object_get (resource, "id") == NULL)
    json_object_set_new (resource, "id", json_string (strrchr (url, ':') + 1));
  point (bundle, item, resource, 0);
  add_entry (bundle, url, resource);
}

static void
add_day (Bundle *bundle, const CitizMeasure *measure, const CitizDay *day)
{
  const gchar *name = measure->name[bundle->language];
  g_autofree gchar *person = bundle->person != NULL ? url_of (bundle->person) : NULL;
  g_autofree gchar *id = NULL, *url = NULL;
  gint year, month, month_day;
  gchar date[16];
  json_t *observation;

  citiz_day_to_ymd (day->day, &year, &month, &month_day);
  g_snprintf (date, sizeof date, "%04d-%02d-%02d", year, month, month_day);
  id = g_strdelimit (g_strdup_printf ("%s-%s", measure->key, date), "_", '-');
  url = g_strconcat (DAY_URL, id, NULL);
  observation = json_pack (
      "{s:s, s:s, s:s, s:[{s:[{s:s, s:s}]}], s:{s:[{s:s, s:s, s:s}], s:s}, s:s, s:{s:f, s:s, s:s, s:s}}",
      "resourceType", "Observation", "id", id, "status", "final", "category", "coding", "system",
      CATEGORY, "code", measure->aggregate == CITIZ_AGGREGATE_SUM ? "activity" : "vital-signs",
      "code", "coding", "system", CITIZ_SYSTEM_LOINC, "code", measure->loinc, "display",
      measure->name[CITIZ_LANGUAGE_EN], "text", name, "effectiveDateTime", date, "valueQuantity",
      "value", citiz_day_value (day, measure->aggregate), "unit", measure->ucum, "system",
      CITIZ_SYSTEM_UCUM, "code", measure->ucum);
  if (measure->loinc[0] == '\0')
    json_object_del (json_object_get (observation, "code"), "coding");
  if (person != NULL)
    json_object_set_new (observation, "subject", json_pack ("{s:s}", "reference", person));
  add_entry (bundle, url, observation);
}

static void
add_days (Bundle *bundle, const CitizMeasure *measure)
{
  g_autoptr (GPtrArray) sources = NULL;
  g_autoptr (GArray) days = NULL;
  gint32 first, last;

  if (measure == NULL || !citiz_record_span (bundle->record, measure->key, &first, &last))
    return;
  sources = citiz_record_sources (bundle->record, measure->key);
  if (sources->len == 0) /* all of it is resources, which are there already */
    return;
  days = citiz_record_days (bundle->record, measure->key, first, last);
  for (guint i = 0; i < days->len; i++)
    add_day (bundle, measure, &g_array_index (days, CitizDay, i));
}

static void
find_persons (Bundle *bundle)
{
  g_autoptr (GPtrArray) all = citiz_record_list_all (bundle->record, CITIZ_KIND_PATIENT);

  bundle->person = citiz_record_patient_base (bundle->record);
  for (guint i = 0; i < all->len; i++)
    if (((CitizItem *) all->pdata[i])->sample)
      bundle->sample = all->pdata[i];
}

/**
 * citiz_export_fhir:
 *
 * Every resource as it was brought in or written, and each day of the long series. Each entry has an address and an id, its own where it
 * came with one, and what it refers to within the record is referred to by that address (FHIR R4, 2.36.4).
 *
 * Returns: (transfer full): the text of a collection
 */
gchar *
citiz_export_fhir (const CitizRecord *record, CitizLanguage language)
{
  json_t *collection
      = json_pack ("{s:s, s:s, s:[]}", "resourceType", "Bundle", "type", "collection", "entry");
  Bundle bundle = {record, language, json_object_get (collection, "entry"), NULL, NULL};
  g_autoptr (GPtrArray) measures = citiz_record_measures (record);
  gchar *text;

  find_persons (&bundle);
  for (guint kind = 0; kind < CITIZ_N_KINDS; kind++)
    {
      g_autoptr (GPtrArray) items = citiz_record_list_all (record, (CitizKind) kind);

      for (guint i = 0; i < items->len; i++)
        add_item (&bundle, g_ptr_array_index (items, i));
    }
  for (guint i = 0; i < measures->len; i++)
    add_days (&bundle, citiz_measure_get (g_ptr_array_index (measures, i)));
  text = citiz_json_dump (collection);
  json_decref (collection);
  return text;
}

/* --- documents --- */

static void
put_documents (CitizVault *vault, json_t *value, gsize *left, guint depth)
{
  const gchar *url = json_string_value (json_object_get (value, "url")), *key;
  g_autoptr (GBytes) bytes = NULL;
  CitizId id;
  json_t *member;
  gsize i, n;

  if (depth > DEPTH_MAX)
    return;
  if (url != NULL && citiz_id_from_hex (&id, citiz_blob_name (url)))
    bytes = citiz_blob_get (vault, &id, NULL);
  n = bytes != NULL ? g_bytes_get_size (bytes) : 0;
  if (n > 0 && n <= *left)
    {
      g_autofree gchar *base64 = g_base64_encode (g_bytes_get_data (bytes, NULL), n);

      json_object_set_new (value, "data", json_string (base64));
      json_object_del (value, "url");
      *left -= n;
    }
  json_object_foreach (value, key, member) put_documents (vault, member, left, depth + 1);
  json_array_foreach (value, i, member) put_documents (vault, member, left, depth + 1);
}

/**
 * citiz_export_put_documents:
 * @record: of this export alone: its resources are changed
 *
 * The bytes of documents, which the vault keeps apart, back where FHIR has them. Past 40 MiB, only their names.
 */
void
citiz_export_put_documents (CitizRecord *record, CitizVault *vault)
{
  gsize left = DOCUMENTS_MAX;

  for (guint kind = 0; kind < CITIZ_N_KINDS; kind++)
    {
      g_autoptr (GPtrArray) items = citiz_record_list_all (record, (CitizKind) kind);

      for (guint i = 0; i < items->len; i++)
        if (((CitizItem *) items->pdata[i])->blob[0] != '\0')
          put_documents (vault, ((CitizItem *) items->pdata[i])->resource, &left, 0);
    }
}
