/* What changes care now: flags, and what is known not to be. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-consent-private.h"
#include "consent/citiz-ips-private.h"

#define PREGNANCY_MIN 10 /* years */
#define PREGNANCY_MAX 55

#define PART(part) (1u << CITIZ_PART_##part)

/* Where a class would be told. A class without parts is told by an alert of its own only. */
static const guint told_in[CITIZ_N_ALERTS] = {
    [CITIZ_ALERT_SEVERE_ALLERGY] = PART (ALLERGIES),
    [CITIZ_ALERT_ANTICOAGULANT] = PART (MEDICATIONS),
    [CITIZ_ALERT_INSULIN] = PART (MEDICATIONS),
    [CITIZ_ALERT_STEROID] = PART (MEDICATIONS),
    [CITIZ_ALERT_OPIOID] = PART (MEDICATIONS),
    [CITIZ_ALERT_IMPLANT] = PART (DEVICES),
    [CITIZ_ALERT_PREGNANCY] = PART (PREGNANCY),
    [CITIZ_ALERT_IMMUNOSUPPRESSION] = PART (MEDICATIONS) | PART (PROBLEMS),
    [CITIZ_ALERT_DIALYSIS] = PART (PROBLEMS),
};

static gboolean
pregnancy_applies (const CitizIps *ips)
{
  const char *gender, *born;
  CitizDate date;
  gint years;

  if (ips->patient == NULL)
    return TRUE;
  gender = json_string_value (json_object_get (ips->patient->resource, "gender"));
  born = json_string_value (json_object_get (ips->patient->resource, "birthDate"));
  if (g_strcmp0 (gender, "male") == 0)
    return FALSE;
  if (born == NULL || !citiz_date_parse (&date, born))
    return TRUE;
  years = citiz_day_years (citiz_date_day (&date),
                           citiz_day_of (ips->now.ms, ips->options->offset_minutes));
  return years >= PREGNANCY_MIN && years <= PREGNANCY_MAX;
}

/* Any device may be an implant, whatever the catalogue knows of its name: "no implant known" is not said beside a list of devices. */
static gboolean
concerns (const CitizItem *item, CitizAlert alert)
{
  return (item->alerts >> alert & 1)
         || (alert == CITIZ_ALERT_IMPLANT && item->kind == CITIZ_KIND_DEVICE);
}

/* The whole record is looked at, withheld items included. @left_out: of what is withheld, nothing was the person's choice. */
static const gchar *
state_of (const CitizIps *ips, CitizAlert alert, gboolean *left_out)
{
  gboolean withheld = FALSE, asked = told_in[alert] != 0;

  *left_out = TRUE;
  for (guint i = 0; i < ips->items->len; i++)
    {
      const CitizIpsItem *entry = ips->items->pdata[i];

      if (!concerns (entry->item, alert)
          || !citiz_item_holds (entry->item, ips->now, ips->options->offset_minutes))
        continue;
      if (!entry->withheld && !entry->supporting)
        return "present";
      withheld |= entry->withheld;
      *left_out &= !entry->withheld || citiz_ips_left_out (ips, entry->part);
    }
  if (withheld)
    return "withheld";
  if (alert == CITIZ_ALERT_PREGNANCY && !pregnancy_applies (ips))
    return "not-applicable";
  for (guint part = 0; part < CITIZ_N_PARTS; part++)
    if (told_in[alert] >> part & 1)
      asked = asked && (ips->shown[part] > 0 || ips->withheld[part] > 0 || ips->nil[part] != NULL);
  return asked ? "none-known" : "not-asked";
}

static CitizTime
reviewed (const CitizIps *ips, CitizAlert alert)
{
  CitizTime newest = {0};

  for (guint part = 0; part < CITIZ_N_PARTS; part++)
    if (told_in[alert] >> part & 1)
      newest.ms = MAX (newest.ms, ips->reviewed[part].ms);
  return newest;
}

void
citiz_ips_add_classes (CitizIps *ips, json_t *composition)
{
  for (guint alert = CITIZ_ALERT_NONE + 1; alert < CITIZ_ALERT_OTHER; alert++)
    {
      json_t *extension = citiz_ips_ext ("none-known-checked");
      CitizTime date = reviewed (ips, (CitizAlert) alert);
      gboolean left_out;
      const gchar *state = state_of (ips, (CitizAlert) alert, &left_out);

      citiz_ips_put_part (extension, "class", "valueCode",
                          json_string (citiz_alert_code ((CitizAlert) alert)));
      citiz_ips_put_part (extension, "state", "valueCode", json_string (state));
      if (strcmp (state, "withheld") == 0 && left_out)
        citiz_ips_put_part (extension, "left-out", "valueBoolean", json_true ());
      if (date.ms > 0)
        {
          g_autofree gchar *text = citiz_ips_instant (ips, date);

          citiz_ips_put_part (extension, "date", "valueDateTime", json_string (text));
        }
      citiz_ips_put_ext (composition, extension);
    }
}

static json_t *
flag_of (CitizIps *ips, CitizIpsItem *entry, CitizAlert alert, const gchar *text)
{
  json_t *flag = json_pack (
      "{s:s, s:s, s:[{s:[{s:s, s:s, s:s}]}], s:{s:[{s:s, s:s, s:s}], s:s}, s:o}", "resourceType",
      "Flag", "status", "active", "category", "coding", "system",
      "http://terminology.hl7.org/CodeSystem/flag-category", "code", "clinical", "display",
      "Clinical", "code", "coding", "system", CITIZ_EXT "alert-class", "code",
      citiz_alert_code (alert), "display", citiz_alert_name (alert, ips->options->language), "text",
      text, "subject", citiz_ips_reference (ips->patient_url));
  json_t *cited = citiz_ips_ext ("alert-item");
  json_t *priority
      = json_pack ("{s:s, s:{s:[{s:s, s:s}]}}", "url",
                   "http://hl7.org/fhir/StructureDefinition/flag-priority", "valueCodeableConcept",
                   "coding", "system", "http://hl7.org/fhir/flag-priority-code", "code", "PH");

  json_object_set_new (cited, "valueReference", citiz_ips_reference (citiz_ips_url (entry)));
  citiz_ips_put_ext (flag, priority);
  citiz_ips_put_code (flag, "alert-class", citiz_alert_code (alert));
  citiz_ips_put_ext (flag, cited);
  return flag;
}

static void
add_flag (CitizIps *ips,
          CitizIpsItem *entry,
          CitizAlert alert,
          json_t *section_entries,
          GPtrArray *lines)
{
  const CitizItem *item = entry->item;
  g_autofree gchar *url = citiz_ips_new_url (ips);
  g_autofree gchar *text = g_strstrip (
      g_strjoin (" ", item->title[ips->options->language], citiz_item_strength (item), NULL));

  citiz_ips_append (ips, url, flag_of (ips, entry, alert, text));
  json_array_append_new (section_entries, citiz_ips_reference (url));
  g_ptr_array_add (lines, g_strconcat (citiz_alert_name (alert, ips->options->language),
                                       citiz_ips_colon (ips), text, NULL));
}

void
citiz_ips_add_flags (CitizIps *ips, json_t *section_entries, GPtrArray *lines)
{
  for (guint alert = CITIZ_ALERT_NONE + 1; alert < CITIZ_N_ALERTS; alert++)
    for (guint i = 0; i < ips->items->len; i++)
      {
        CitizIpsItem *entry = ips->items->pdata[i];

        if (entry->included && entry->item->kind != CITIZ_KIND_ALERT && entry->alerts >> alert & 1)
          add_flag (ips, entry, (CitizAlert) alert, section_entries, lines);
      }
}
