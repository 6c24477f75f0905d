/* One resource of the record made ready for the bundle. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-consent-private.h"
#include "consent/citiz-ips-private.h"

#define DATA_ABSENT "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
#define TRANSLATION "http://hl7.org/fhir/StructureDefinition/translation"
#define DEPTH_MAX   24

gchar *
citiz_ips_new_url (CitizIps *ips)
{
  CitizId id = citiz_env_new_id (ips->options->env);

  return citiz_ips_url_of (&id);
}

gchar *
citiz_ips_url_of (const CitizId *id)
{
  g_autofree gchar *uuid = citiz_id_to_uuid (id);

  return g_strconcat ("urn:uuid:", uuid, NULL);
}

json_t *
citiz_ips_reference (const gchar *url)
{
  return json_pack ("{s:s}", "reference", url);
}

void
citiz_ips_append (CitizIps *ips, const gchar *url, json_t *resource)
{
  json_object_set_new (resource, "id", json_string (url + strlen ("urn:uuid:")));
  json_array_append_new (ips->entries,
                         json_pack ("{s:s, s:o}", "fullUrl", url, "resource", resource));
}

static void
drop_target (CitizIps *ips, json_t *reference, gboolean keep_display)
{
  json_object_del (reference, "reference");
  if (!keep_display)
    json_object_clear (reference);
  if (json_object_size (reference) == 0)
    json_object_set_new (reference, "display",
                         json_string (citiz_ips_say (keep_display ? CITIZ_IPS_SAY_NOT_INCLUDED
                                                                  : CITIZ_IPS_SAY_WITHHELD,
                                                     ips->options->language)));
}

/* Points to an entry of this bundle, or to nothing; what is withheld loses its name too. */
static void
rewrite_reference (CitizIps *ips, const CitizItem *from, json_t *reference, const gchar *target)
{
  const gchar *mark = strstr (target, "Patient/");
  CitizItem *item;
  CitizIpsItem *entry;

  if (*target == '#')
    return;
  item = citiz_record_resolve (ips->record, from, target);
  if ((item && item->kind == CITIZ_KIND_PATIENT)
      || (item == NULL && mark && (mark == target || mark[-1] == '/')))
    {
      json_object_set_new (reference, "reference", json_string (ips->patient_url));
      return;
    }
  entry = item ? citiz_ips_cited (ips, item) : NULL;
  if (entry && (entry->supporting || entry->included))
    {
      citiz_ips_add_entry (ips, entry);
      json_object_set_new (reference, "reference", json_string (citiz_ips_url (entry)));
    }
  else
    drop_target (ips, reference, entry == NULL || !entry->withheld);
}

static void
rewrite (CitizIps *ips, const CitizItem *from, json_t *value, guint depth)
{
  const char *key;
  json_t *member;
  size_t i;

  if (depth > DEPTH_MAX)
    return;
  if (json_is_object (value))
    {
      json_t *target = json_object_get (value, "reference");

      /* In R4 a member "reference" that is a string is always a Reference's. */
      if (json_is_string (target))
        {
          g_autofree gchar *copy = g_strdup (json_string_value (target));

          rewrite_reference (ips, from, value, copy);
        }
      json_object_foreach (value, key, member) rewrite (ips, from, member, depth + 1);
    }
  else if (json_is_array (value))
    json_array_foreach (value, i, member) rewrite (ips, from, member, depth + 1);
}

static void
put_absent (json_t *resource, const gchar *primitive, const gchar *reason)
{
  json_object_set_new (
      resource, primitive,
      json_pack ("{s:[{s:s, s:s}]}", "extension", "url", DATA_ABSENT, "valueCode", reason));
}

/* A choice element IPS makes mandatory: absent ones say so. */
static const struct
{
  const gchar *type;
  const gchar *prefix;
  const gchar *primitive;
} mandatory[] = {
    {"MedicationStatement", "effective", "_effectiveDateTime"},
    {"Procedure", "performed", "_performedDateTime"},
    {"DeviceUseStatement", "timing", "_timingDateTime"},
    {"Immunization", "occurrence", "_occurrenceDateTime"},
};

static gboolean
has_choice (json_t *resource, const gchar *prefix)
{
  const char *key;
  json_t *value;

  json_object_foreach (
      resource, key,
      value) if (g_str_has_prefix (key, prefix)
                 || (key[0] == '_' && g_str_has_prefix (key + 1, prefix))) return TRUE;
  return FALSE;
}

static void
complete (json_t *resource, const gchar *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (mandatory); i++)
    if (strcmp (type, mandatory[i].type) == 0 && !has_choice (resource, mandatory[i].prefix))
      put_absent (resource, mandatory[i].primitive, "unknown");
  if (strcmp (type, "Observation") == 0 && !has_choice (resource, "value")
      && !json_object_get (resource, "dataAbsentReason") && !json_object_get (resource, "component")
      && !json_object_get (resource, "hasMember"))
    json_object_set_new (resource, "dataAbsentReason",
                         json_pack ("{s:[{s:s, s:s}]}", "coding", "system",
                                    "http://terminology.hl7.org/CodeSystem/data-absent-reason",
                                    "code", "unknown"));
}

static void
put_time_part (CitizIps *ips, json_t *extension, const gchar *name, CitizTime time)
{
  g_autofree gchar *text = citiz_ips_instant (ips, time);

  citiz_ips_put_part (extension, name, "valueDateTime", json_string (text));
}

/* What an imported summary said of itself is said anew; what it knew of doses is kept while it is recent. */
static gboolean
is_stale (const CitizIps *ips, const gchar *name, json_t *extension)
{
  static const gchar *const ours[]
      = {"alert-class", "declared-by", "source-name", "recorded", "history-count", "first-screen"};
  static const gchar *const recent[] = {"dose-change", "stopped"};
  json_t *part;
  size_t i;

  for (i = 0; i < G_N_ELEMENTS (ours); i++)
    if (strcmp (name, ours[i]) == 0)
      return TRUE;
  if (strcmp (name, recent[0]) != 0 && strcmp (name, recent[1]) != 0)
    return FALSE;
  json_array_foreach (json_object_get (extension, "extension"), i, part)
  {
    const char *text = json_string_value (json_object_get (part, "valueDateTime"));
    CitizDate date;

    if (text && citiz_date_parse (&date, text))
      return citiz_date_limit (&date).ms < ips->now.ms - CITIZ_IPS_RECENT;
  }
  return TRUE;
}

static void
drop_stale (const CitizIps *ips, json_t *resource)
{
  json_t *list = json_object_get (resource, "extension");

  for (gsize i = json_array_size (list); i > 0; i--)
    {
      json_t *extension = json_array_get (list, i - 1);
      const char *url = json_string_value (json_object_get (extension, "url"));

      if (url && g_str_has_prefix (url, CITIZ_EXT)
          && is_stale (ips, url + strlen (CITIZ_EXT), extension))
        json_array_remove (list, i - 1);
    }
  if (json_is_array (list) && json_array_size (list) == 0)
    json_object_del (resource, "extension");
}

/* Puts ours in the place of one that came with the resource. */
static void
replace_ext (json_t *resource, const gchar *name, json_t *extension)
{
  json_t *list = json_object_get (resource, "extension");
  g_autofree gchar *url = g_strconcat (CITIZ_EXT, name, NULL);

  for (gsize i = json_array_size (list); i > 0; i--)
    if (g_strcmp0 (json_string_value (json_object_get (json_array_get (list, i - 1), "url")), url)
        == 0)
      json_array_remove (list, i - 1);
  citiz_ips_put_ext (resource, extension);
}

static void
put_last_dose (CitizIps *ips, json_t *resource, const CitizItem *medication)
{
  const CitizItem *dose = citiz_record_last_dose (ips->record, &medication->id);
  g_autofree gchar *time = dose ? citiz_date_to_string (&dose->onset) : NULL;
  json_t *extension;

  if (dose == NULL || dose->onset.precision == CITIZ_DATE_NONE)
    return;
  extension = citiz_ips_ext ("last-dose");
  citiz_ips_put_part (extension, "time", "valueDateTime", json_string (time));
  citiz_ips_put_part (extension, "state", "valueCode",
                      json_string (dose->status == CITIZ_STATUS_NOT_DONE ? "skipped" : "taken"));
  replace_ext (resource, "last-dose", extension);
}

static void
put_dose_change (CitizIps *ips, json_t *resource, const CitizItem *medication)
{
  CitizTime when;
  const gchar *from, *to;
  json_t *extension;

  if (!citiz_record_dose_change (ips->record, &medication->id, &when, &from, &to)
      || when.ms < ips->now.ms - CITIZ_IPS_RECENT)
    return;
  extension = citiz_ips_ext ("dose-change");
  put_time_part (ips, extension, "date", when);
  citiz_ips_put_part (extension, "from", "valueString", json_string (from));
  citiz_ips_put_part (extension, "to", "valueString", json_string (to));
  replace_ext (resource, "dose-change", extension);
}

static void
put_stopped (CitizIps *ips, json_t *resource, const CitizItem *medication)
{
  g_autofree gchar *date = NULL;
  json_t *extension;

  if (medication->status != CITIZ_STATUS_STOPPED || medication->end.precision == CITIZ_DATE_NONE
      || citiz_date_limit (&medication->end).ms < ips->now.ms - CITIZ_IPS_RECENT)
    return;
  date = citiz_date_to_string (&medication->end);
  extension = citiz_ips_ext ("stopped");
  citiz_ips_put_part (extension, "date", "valueDateTime", json_string (date));
  if (*medication->reason)
    citiz_ips_put_part (extension, "reason", "valueString", json_string (medication->reason));
  replace_ext (resource, "stopped", extension);
}

static void
put_extensions (CitizIps *ips, json_t *resource, const CitizIpsItem *entry)
{
  const CitizItem *item = entry->item;

  if (item->kind == CITIZ_KIND_MEDICATION)
    {
      put_last_dose (ips, resource, item);
      put_dose_change (ips, resource, item);
      put_stopped (ips, resource, item);
    }
  for (guint alert = CITIZ_ALERT_NONE + 1; alert < CITIZ_N_ALERTS; alert++)
    if (entry->alerts >> alert & 1)
      citiz_ips_put_code (resource, "alert-class", citiz_alert_code ((CitizAlert) alert));
  citiz_ips_put_code (resource, "declared-by", citiz_source_code (item->source));
  if (item->source_name && *item->source_name)
    citiz_ips_put_text (resource, "source-name", "valueString", item->source_name);
  if (item->changed.ms > 0)
    {
      g_autofree gchar *text = citiz_ips_instant (ips, item->changed);

      citiz_ips_put_text (resource, "recorded", "valueDateTime", text);
    }
  if (item->n_corrections > 0)
    citiz_ips_put_uint (resource, "history-count", "valueUnsignedInt", item->n_corrections);
  if (entry->rank > 0)
    citiz_ips_put_uint (resource, "first-screen", "valuePositiveInt", entry->rank);
}

json_t *
citiz_ips_translations (json_t *concept, const gchar *const names[2])
{
  static const gchar *const tags[] = {[CITIZ_LANGUAGE_EN] = "en-CA", [CITIZ_LANGUAGE_FR] = "fr-CA"};
  const char *text = json_string_value (json_object_get (concept, "text"));
  json_t *list = json_array ();

  for (guint l = 0; text && l < G_N_ELEMENTS (tags); l++)
    if (*names[l] && strcmp (names[l], text) != 0)
      json_array_append_new (list, json_pack ("{s:s, s:[{s:s, s:s}, {s:s, s:s}]}", "url",
                                              TRANSLATION, "extension", "url", "lang", "valueCode",
                                              tags[l], "url", "content", "valueString", names[l]));
  if (json_array_size (list) > 0)
    return json_pack ("{s:o}", "extension", list);
  json_decref (list);
  return NULL;
}

/* The concept that names a resource gets its other language, as the FHIR translation extension beside its text. */
static void
put_names (CitizIps *ips, json_t *resource, const CitizItem *item)
{
  static const gchar *const members[] = {"code", "medicationCodeableConcept", "vaccineCode"};
  /* The record keeps a drug's strength apart from its name; here they belong together. */
  const gboolean strength = item->kind == CITIZ_KIND_MEDICATION && *item->detail;
  g_autofree gchar *en = g_strconcat (item->title[0], strength ? " " : NULL, item->detail, NULL);
  g_autofree gchar *fr = g_strconcat (item->title[1], strength ? " " : NULL, item->detail, NULL);
  const gchar *const names[2] = {*item->title[0] ? en : "", *item->title[1] ? fr : ""};
  json_t *concept = NULL, *translations;

  for (guint i = 0; i < G_N_ELEMENTS (members) && concept == NULL; i++)
    concept = json_object_get (resource, members[i]);
  if (json_is_object (concept) && !json_object_get (concept, "text"))
    json_object_set_new (concept, "text", json_string (item->title[ips->options->language]));
  translations = citiz_ips_translations (concept, names);
  /* Names that came with the resource stay, but never in place of a drug's strength. */
  if (translations != NULL && (!json_object_get (concept, "_text") || strength))
    json_object_set (concept, "_text", translations);
  json_decref (translations);
}

static void
put_names_of (CitizIps *ips, json_t *concept)
{
  g_autofree gchar *en = citiz_concept_text (concept, CITIZ_LANGUAGE_EN);
  g_autofree gchar *fr = citiz_concept_text (concept, CITIZ_LANGUAGE_FR);
  const gchar *const names[2] = {en != NULL ? en : "", fr != NULL ? fr : ""};
  json_t *translations;

  if (json_object_get (concept, "_text") != NULL || *names[0] == '\0')
    return;
  if (!json_object_get (concept, "text"))
    json_object_set_new (concept, "text", json_string (names[ips->options->language]));
  translations = citiz_ips_translations (concept, names);
  if (translations != NULL)
    json_object_set_new (concept, "_text", translations);
}

/* Words within a resource have both languages, too: how a reaction shows, by which route a drug is taken. */
static void
put_inner_names (CitizIps *ips, json_t *resource)
{
  static const gchar *const doses[] = {"dosage", "dosageInstruction"};
  json_t *one, *concept;
  size_t i, j;

  json_array_foreach (json_object_get (resource, "reaction"), i, one)
      json_array_foreach (json_object_get (one, "manifestation"), j, concept)
          put_names_of (ips, concept);
  for (guint k = 0; k < G_N_ELEMENTS (doses); k++)
    json_array_foreach (json_object_get (resource, doses[k]), i, one)
        put_names_of (ips, json_object_get (one, "route"));
}

/* The bytes of a document, while they fit under the cap of the whole bundle. */
static void
attach (CitizIps *ips, json_t *resource, const CitizItem *item)
{
  json_t *content = json_array_get (json_object_get (resource, "content"), 0);
  json_t *attachment = json_object_get (content, "attachment");
  gsize cap = ips->options->attachment_cap ? ips->options->attachment_cap : CITIZ_IPS_CAP;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree gchar *text = NULL;
  gsize n;
  const guint8 *data;

  if (!json_is_object (attachment))
    return;
  json_object_del (attachment, "data");
  json_object_del (attachment, "url");
  if (ips->options->blob)
    bytes = ips->options->blob (&item->id, ips->options->blob_data);
  if (bytes == NULL)
    return;
  data = g_bytes_get_data (bytes, &n);
  json_object_set_new (attachment, "size", json_integer ((json_int_t) n));
  if (n == 0 || n > cap - MIN (cap, ips->attached))
    return;
  text = g_base64_encode (data, n);
  json_object_set_new (attachment, "data", json_string (text));
  ips->attached += n;
}

/* A bare Device becomes the use of that device by this person, as the section wants it. */
static json_t *
device_use (CitizIps *ips, CitizIpsItem *entry)
{
  json_t *use = json_pack ("{s:s, s:s, s:o, s:o}", "resourceType", "DeviceUseStatement", "status",
                           "active", "subject", citiz_ips_reference (ips->patient_url), "device",
                           citiz_ips_reference (citiz_ips_url (entry)));

  complete (use, "DeviceUseStatement");
  put_extensions (ips, use, entry);
  return use;
}

void
citiz_ips_add_entry (CitizIps *ips, CitizIpsItem *entry)
{
  static const gchar *const dropped[] = {"text", "meta", "id", "implicitRules", "presentedForm"};
  const CitizItem *item = entry->item;
  gboolean wrapped = !entry->supporting && strcmp (item->type, "Device") == 0;
  g_autofree gchar *device_url = NULL;
  json_t *resource;

  if (entry->added)
    return;
  entry->added = TRUE;
  resource = json_deep_copy (item->resource);
  for (guint i = 0; i < G_N_ELEMENTS (dropped); i++)
    json_object_del (resource, dropped[i]);
  drop_stale (ips, resource);
  if (strcmp (item->type, "DocumentReference") == 0)
    attach (ips, resource, item);
  rewrite (ips, item, resource, 0);
  complete (resource, item->type);
  put_names (ips, resource, item);
  put_inner_names (ips, resource);
  if (!wrapped && !entry->supporting)
    put_extensions (ips, resource, entry);
  device_url = wrapped ? citiz_ips_new_url (ips) : NULL;
  if (wrapped)
    {
      /* What cites the item cites its use, which cites the device. */
      g_autofree gchar *use_url = g_strdup (citiz_ips_url (entry));

      g_clear_pointer (&entry->url, g_free);
      entry->url = g_steal_pointer (&device_url);
      citiz_ips_append (ips, use_url, device_use (ips, entry));
      citiz_ips_append (ips, entry->url, resource);
      g_free (entry->url);
      entry->url = g_steal_pointer (&use_url);
    }
  else
    citiz_ips_append (ips, citiz_ips_url (entry), resource);
}

/* Patient */

static json_t *
contact_of (const CitizItem *item, CitizLanguage language)
{
  json_t *contact = json_object ();
  json_t *name = json_object_get (item->resource, "name");
  json_t *relationship = json_object_get (item->resource, "relationship");
  json_t *telecom = json_object_get (item->resource, "telecom");

  if (json_is_array (name))
    name = json_array_get (name, 0);
  json_object_set_new (contact, "name",
                       json_is_object (name) ? json_deep_copy (name) : json_object ());
  if (!json_object_get (json_object_get (contact, "name"), "text"))
    json_object_set_new (json_object_get (contact, "name"), "text",
                         json_string (item->title[language]));
  if (json_is_array (relationship))
    json_object_set_new (contact, "relationship", json_deep_copy (relationship));
  if (json_is_array (telecom))
    json_object_set_new (contact, "telecom", json_deep_copy (telecom));
  return contact;
}

static void
add_contacts (CitizIps *ips, json_t *patient)
{
  json_t *contacts = json_array (), *carers = json_array ();

  for (guint i = 0; i < ips->items->len; i++)
    {
      CitizIpsItem *entry = ips->items->pdata[i];
      const CitizItem *item = entry->item;

      if (item->kind != CITIZ_KIND_CONTACT || !entry->included)
        continue;
      if (strcmp (item->type, "RelatedPerson") == 0)
        json_array_append_new (contacts, contact_of (item, ips->options->language));
      else
        {
          citiz_ips_add_entry (ips, entry);
          json_array_append_new (carers,
                                 json_pack ("{s:s, s:s}", "reference", citiz_ips_url (entry),
                                            "display", item->title[ips->options->language]));
        }
    }
  if (json_array_size (contacts) > 0)
    json_object_set (patient, "contact", contacts);
  if (json_array_size (carers) > 0)
    json_object_set (patient, "generalPractitioner", carers);
  json_decref (contacts);
  json_decref (carers);
}

static gboolean
has_name (json_t *patient)
{
  json_t *name = json_array_get (json_object_get (patient, "name"), 0);

  return json_object_get (name, "family") || json_object_get (name, "given")
         || json_object_get (name, "text");
}

json_t *
citiz_ips_patient (CitizIps *ips)
{
  static const gchar *const dropped[] = {
      "text", "meta", "id", "implicitRules", "photo", "managingOrganization", "link", "contained"};
  json_t *patient = ips->patient ? json_deep_copy (ips->patient->resource)
                                 : json_pack ("{s:s}", "resourceType", "Patient");

  for (guint i = 0; i < G_N_ELEMENTS (dropped); i++)
    json_object_del (patient, dropped[i]);
  drop_stale (ips, patient);
  if (!citiz_profile_shows (ips->profile, CITIZ_PART_CONTACTS))
    {
      json_object_del (patient, "contact");
      json_object_del (patient, "generalPractitioner");
    }
  if (ips->patient)
    rewrite (ips, ips->patient, patient, 0);
  if (!has_name (patient))
    json_object_set_new (patient, "name",
                         json_pack ("[{s:s}]", "text",
                                    citiz_ips_say (CITIZ_IPS_SAY_NO_NAME, ips->options->language)));
  if (!json_object_get (patient, "birthDate"))
    put_absent (patient, "_birthDate", "unknown");
  if (ips->patient)
    citiz_ips_put_code (patient, "declared-by", citiz_source_code (ips->patient->source));
  add_contacts (ips, patient);
  return patient;
}
