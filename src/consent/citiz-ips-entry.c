/* One resource of the record made ready for the bundle. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-consent-private.h"
#include "consent/citiz-ips-private.h"

#define DATA_ABSENT "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
#define DEPTH_MAX   24

gchar *
citiz_ips_new_url (CitizIps *ips)
{
  CitizId id = citiz_env_new_id (ips->options->env);

  return citiz_ips_url_of (&id);
}

/* RFC 9562 version 4 layout over 16 bytes of ours. */
gchar *
citiz_ips_url_of (const CitizId *id)
{
  CitizId u = *id;
  g_autofree gchar *hex = NULL;

  u.b[6] = (guint8) ((u.b[6] & 0x0f) | 0x40);
  u.b[8] = (guint8) ((u.b[8] & 0x3f) | 0x80);
  hex = citiz_id_to_hex (&u);
  return g_strdup_printf ("urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
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
  json_array_append_new (ips->entries, json_pack ("{s:s, s:o}", "fullUrl", url, "resource", resource));
}

static CitizIpsItem *
find_target (CitizIps *ips, const gchar *reference)
{
  CitizIpsItem *item = g_hash_table_lookup (ips->by_reference, reference);
  const gchar *slash = strrchr (reference, '/');
  const gchar *type = slash ? g_strrstr_len (reference, slash - reference, "/") : NULL;

  /* An absolute address ends with Type/id. */
  return item || type == NULL ? item : g_hash_table_lookup (ips->by_reference, type + 1);
}

static void
drop_target (CitizIps *ips, json_t *reference, gboolean keep_display)
{
  json_object_del (reference, "reference");
  if (!keep_display)
    json_object_clear (reference);
  if (json_object_size (reference) == 0)
    json_object_set_new (reference, "display",
                         json_string (citiz_ips_say (keep_display ? CITIZ_IPS_SAY_NOT_INCLUDED : CITIZ_IPS_SAY_WITHHELD,
                                                     ips->options->language)));
}

/* Points to an entry of this bundle, or to nothing; what is withheld loses its name too. */
static void
rewrite_reference (CitizIps *ips, json_t *reference, const gchar *target)
{
  CitizIpsItem *item;
  const gchar *mark = strstr (target, "Patient/");

  if (*target == '#')
    return;
  item = find_target (ips, target);
  if ((item && item == ips->patient) || (item == NULL && mark && (mark == target || mark[-1] == '/')))
    json_object_set_new (reference, "reference", json_string (ips->patient_url));
  else if (item == NULL)
    drop_target (ips, reference, TRUE);
  else if (item->withheld)
    drop_target (ips, reference, FALSE);
  else if (item->supporting || item->included)
    {
      citiz_ips_add_entry (ips, item);
      json_object_set_new (reference, "reference", json_string (item->url));
    }
  else
    drop_target (ips, reference, TRUE);
}

static void
rewrite (CitizIps *ips, json_t *value, guint depth)
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

          rewrite_reference (ips, value, copy);
        }
      json_object_foreach (value, key, member)
        rewrite (ips, member, depth + 1);
    }
  else if (json_is_array (value))
    json_array_foreach (value, i, member)
      rewrite (ips, member, depth + 1);
}

static void
put_absent (json_t *resource, const gchar *primitive, const gchar *reason)
{
  json_object_set_new (resource, primitive,
                       json_pack ("{s:[{s:s, s:s}]}", "extension", "url", DATA_ABSENT, "valueCode", reason));
}

/* A choice element IPS makes mandatory: absent ones say so. */
static const struct
{
  const gchar *type;
  const gchar *prefix;
  const gchar *primitive;
} mandatory[] = {
  { "MedicationStatement", "effective", "_effectiveDateTime" },
  { "Procedure", "performed", "_performedDateTime" },
  { "DeviceUseStatement", "timing", "_timingDateTime" },
  { "Immunization", "occurrence", "_occurrenceDateTime" },
};

static gboolean
has_choice (json_t *resource, const gchar *prefix)
{
  const char *key;
  json_t *value;

  json_object_foreach (resource, key, value)
    if (g_str_has_prefix (key, prefix) || (key[0] == '_' && g_str_has_prefix (key + 1, prefix)))
      return TRUE;
  return FALSE;
}

static void
complete (json_t *resource, const gchar *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (mandatory); i++)
    if (strcmp (type, mandatory[i].type) == 0 && !has_choice (resource, mandatory[i].prefix))
      put_absent (resource, mandatory[i].primitive, "unknown");
}

static void
put_time_part (CitizIps *ips, json_t *extension, const gchar *name, CitizTime time)
{
  g_autofree gchar *text = citiz_ips_instant (ips, time);

  citiz_ips_put_part (extension, name, "valueDateTime", json_string (text));
}

static void
put_medication (CitizIps *ips, json_t *resource, const CitizIpsItem *item)
{
  json_t *extension;

  if (item->has_dose)
    {
      extension = citiz_ips_ext ("last-dose");
      put_time_part (ips, extension, "time", item->dose_time);
      citiz_ips_put_part (extension, "state", "valueCode", json_string (item->dose_taken ? "taken" : "skipped"));
      citiz_ips_put_ext (resource, extension);
    }
  if (item->change_time.ms != 0)
    {
      extension = citiz_ips_ext ("dose-change");
      put_time_part (ips, extension, "date", item->change_time);
      citiz_ips_put_part (extension, "from", "valueString", json_string (item->change_from));
      citiz_ips_put_part (extension, "to", "valueString", json_string (item->change_to));
      citiz_ips_put_ext (resource, extension);
    }
  if (item->stopped.ms != 0)
    {
      json_t *reason = json_array_get (json_object_get (resource, "statusReason"), 0);
      const char *text = json_string_value (json_object_get (reason, "text"));

      extension = citiz_ips_ext ("stopped");
      put_time_part (ips, extension, "date", item->stopped);
      if (text)
        citiz_ips_put_part (extension, "reason", "valueString", json_string (text));
      citiz_ips_put_ext (resource, extension);
    }
}

static void
put_extensions (CitizIps *ips, json_t *resource, const CitizIpsItem *item)
{
  put_medication (ips, resource, item);
  for (guint c = 0; c < CITIZ_IPS_N_CLASSES; c++)
    if (item->classes >> c & 1)
      citiz_ips_put_code (resource, "alert-class", citiz_ips_class_name ((CitizIpsClass) c));
  citiz_ips_put_code (resource, "declared-by", item->declared_by);
  if (item->source_name && *item->source_name)
    citiz_ips_put_text (resource, "source-name", "valueString", item->source_name);
  if (item->recorded.ms != 0)
    {
      g_autofree gchar *text = citiz_ips_instant (ips, item->recorded);

      citiz_ips_put_text (resource, "recorded", "valueDateTime", text);
    }
  if (item->n_history > 0)
    citiz_ips_put_uint (resource, "history-count", "valueUnsignedInt", item->n_history);
  if (item->rank > 0)
    citiz_ips_put_uint (resource, "first-screen", "valuePositiveInt", item->rank);
}

/* The bytes of a document, while they fit under the cap of the whole bundle. */
static void
attach (CitizIps *ips, json_t *resource, const CitizIpsItem *item)
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
static void
add_device_use (CitizIps *ips, const CitizIpsItem *item)
{
  g_autofree gchar *url = citiz_ips_new_url (ips);
  json_t *use = json_pack ("{s:s, s:s, s:o, s:o}", "resourceType", "DeviceUseStatement", "status", "active", "subject",
                           citiz_ips_reference (ips->patient_url), "device", citiz_ips_reference (item->url));

  complete (use, "DeviceUseStatement");
  put_extensions (ips, use, item);
  citiz_ips_append (ips, url, use);
}

void
citiz_ips_add_entry (CitizIps *ips, CitizIpsItem *item)
{
  static const gchar *const dropped[] = { "text", "meta", "id", "implicitRules" };
  json_t *resource;

  if (item->added)
    return;
  item->added = TRUE;
  resource = json_deep_copy (item->resource);
  for (guint i = 0; i < G_N_ELEMENTS (dropped); i++)
    json_object_del (resource, dropped[i]);
  if (strcmp (item->type, "DocumentReference") == 0)
    attach (ips, resource, item);
  rewrite (ips, resource, 0);
  complete (resource, item->type);
  if (!item->supporting)
    put_extensions (ips, resource, item);
  citiz_ips_append (ips, item->url, resource);
  if (!item->supporting && strcmp (item->type, "Device") == 0)
    add_device_use (ips, item);
}

/* Patient */

static json_t *
contact_of (const CitizIpsItem *item)
{
  json_t *contact = json_object ();
  json_t *name = json_object_get (item->resource, "name");
  json_t *relationship = json_object_get (item->resource, "relationship");
  json_t *telecom = json_object_get (item->resource, "telecom");

  if (json_is_array (name))
    name = json_array_get (name, 0);
  json_object_set_new (contact, "name", name ? json_deep_copy (name) : json_pack ("{s:s}", "text", item->title));
  if (!json_object_get (json_object_get (contact, "name"), "text"))
    json_object_set_new (json_object_get (contact, "name"), "text", json_string (item->title));
  if (json_is_array (relationship))
    json_object_set_new (contact, "relationship", json_deep_copy (relationship));
  if (json_is_array (telecom))
    json_object_set_new (contact, "telecom", json_deep_copy (telecom));
  return contact;
}

static void
add_contacts (CitizIps *ips, json_t *patient)
{
  json_t *contacts = json_array (), *practitioners = json_array ();

  for (guint i = 0; i < ips->items->len; i++)
    {
      CitizIpsItem *item = ips->items->pdata[i];

      if (item->part != CITIZ_PART_CONTACTS || item->supporting || item->withheld)
        continue;
      if (strcmp (item->type, "Practitioner") == 0 || strcmp (item->type, "Organization") == 0
          || strcmp (item->type, "PractitionerRole") == 0)
        {
          citiz_ips_add_entry (ips, item);
          json_array_append_new (practitioners, json_pack ("{s:s, s:s}", "reference", item->url, "display", item->title));
        }
      else
        json_array_append_new (contacts, contact_of (item));
    }
  if (json_array_size (contacts) > 0)
    json_object_set (patient, "contact", contacts);
  if (json_array_size (practitioners) > 0)
    json_object_set (patient, "generalPractitioner", practitioners);
  json_decref (contacts);
  json_decref (practitioners);
}

static gboolean
has_name (json_t *patient)
{
  json_t *name = json_array_get (json_object_get (patient, "name"), 0);

  return json_object_get (name, "family") || json_object_get (name, "given") || json_object_get (name, "text");
}

json_t *
citiz_ips_patient (CitizIps *ips)
{
  static const gchar *const dropped[] = { "text", "meta", "id", "implicitRules", "photo", "managingOrganization", "link", "contained" };
  json_t *patient
      = ips->patient ? json_deep_copy (ips->patient->resource) : json_pack ("{s:s}", "resourceType", "Patient");

  for (guint i = 0; i < G_N_ELEMENTS (dropped); i++)
    json_object_del (patient, dropped[i]);
  if (!citiz_profile_shows (ips->profile, CITIZ_PART_CONTACTS))
    {
      json_object_del (patient, "contact");
      json_object_del (patient, "generalPractitioner");
    }
  rewrite (ips, patient, 0);
  if (!has_name (patient))
    json_object_set_new (patient, "name",
                         json_pack ("[{s:s}]", "text", citiz_ips_say (CITIZ_IPS_SAY_NO_NAME, ips->options->language)));
  if (!json_object_get (patient, "birthDate"))
    put_absent (patient, "_birthDate", "unknown");
  if (ips->patient)
    citiz_ips_put_code (patient, "declared-by", ips->patient->declared_by);
  add_contacts (ips, patient);
  return patient;
}
