/* The consent receipt a person keeps. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-consent-receipt.h"
#include "consent/citiz-consent-private.h"
#include "consent/citiz-ips.h"

#define REASONS "http://terminology.hl7.org/CodeSystem/v3-ActReason"

static GDateTime *
local_time (const CitizConsentReceipt *receipt, CitizTime time)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time.ms / CITIZ_SECOND);
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (receipt->offset_minutes * 60);

  return g_date_time_to_timezone (utc, zone);
}

static json_t *
instant (const CitizConsentReceipt *receipt, CitizTime time)
{
  g_autoptr (GDateTime) local = local_time (receipt, time);
  g_autofree gchar *text = g_date_time_format (local, "%Y-%m-%dT%H:%M:%S%:z");

  return json_string (text);
}

static json_t *
reference_extension (const gchar *name, const CitizHash *hash)
{
  g_autofree gchar *hex = citiz_hash_to_hex (hash);
  g_autofree gchar *url = g_strconcat (CITIZ_EXT, name, NULL);

  return json_pack ("{s:s, s:s}", "url", url, "valueString", hex);
}

static json_t *
part_codes (const CitizProfile *profile, gboolean shown)
{
  json_t *codes = json_array ();

  for (guint part = 0; part < CITIZ_N_PARTS; part++)
    if (citiz_profile_shows (profile, (CitizPart) part) == shown)
      json_array_append_new (
          codes, json_pack ("{s:[{s:s, s:s}], s:s}", "coding", "system", CITIZ_EXT "part", "code",
                            citiz_part_name ((CitizPart) part), "text",
                            citiz_part_title ((CitizPart) part, CITIZ_LANGUAGE_EN)));
  return codes;
}

/* permit, for the time and the purpose, what is shown; within it deny what is not. */
static json_t *
provision (const CitizConsentReceipt *receipt)
{
  CitizTime end = receipt->ended.ms != 0 ? receipt->ended : receipt->expires;
  json_t *denied = part_codes (receipt->profile, FALSE);
  json_t *permit = json_pack (
      "{s:s, s:{s:o, s:o}, s:[{s:s, s:s}], s:[{s:[{s:s, s:s}]}], s:o}", "type", "permit", "period",
      "start", instant (receipt, receipt->not_before), "end", instant (receipt, end), "purpose",
      "system", REASONS, "code", receipt->purpose, "action", "coding", "system",
      "http://terminology.hl7.org/CodeSystem/consentaction", "code", "access", "code",
      part_codes (receipt->profile, TRUE));

  if (json_array_size (denied) > 0)
    json_object_set_new (permit, "provision",
                         json_pack ("[{s:s, s:O}]", "type", "deny", "code", denied));
  json_decref (denied);
  return permit;
}

json_t *
citiz_consent_receipt_to_fhir (const CitizConsentReceipt *receipt)
{
  g_autofree gchar *id = citiz_id_to_hex (&receipt->grant);
  json_t *consent = json_pack (
      "{s:s, s:s, s:s, s:{s:[{s:s, s:s}]}, s:[{s:[{s:s, s:s}]}], s:o, s:{s:[{s:s, s:s}]}, s:[{s:s, s:s}], s:o}",
      "resourceType", "Consent", "id", id, "status", receipt->ended.ms != 0 ? "inactive" : "active",
      "scope", "coding", "system", "http://terminology.hl7.org/CodeSystem/consentscope", "code",
      "patient-privacy", "category", "coding", "system", "http://loinc.org", "code", "59284-0",
      "dateTime", instant (receipt, receipt->given), "policyRule", "coding", "system",
      "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code", "OPTIN", "identifier", "system",
      CITIZ_EXT "grant", "value", id, "provision", provision (receipt));

  if (receipt->person && *receipt->person)
    json_object_set_new (consent, "patient", json_pack ("{s:s}", "display", receipt->person));
  json_object_set_new (consent, "extension",
                       json_pack ("[o, o, o, {s:s, s:i}, {s:s, s:i}]",
                                  reference_extension ("ledger", &receipt->chain),
                                  reference_extension ("transaction", &receipt->tx),
                                  reference_extension ("capsule", &receipt->capsule), "url",
                                  CITIZ_EXT "max-openings", "valueUnsignedInt",
                                  (int) receipt->max_openings, "url", CITIZ_EXT "openings",
                                  "valueUnsignedInt", (int) receipt->openings));
  return consent;
}

static void
add_row (GPtrArray *rows, CitizLanguage language, const gchar *en, const gchar *fr, gchar *value)
{
  g_ptr_array_add (rows, g_strdup (language == CITIZ_LANGUAGE_FR ? fr : en));
  g_ptr_array_add (rows, value);
}

static gchar *
written_time (const CitizConsentReceipt *receipt, CitizTime time, CitizLanguage language)
{
  g_autoptr (GDateTime) local = local_time (receipt, time);

  return g_date_time_format (local, language == CITIZ_LANGUAGE_FR ? "%Y-%m-%d, %-H h %M"
                                                                  : "%Y-%m-%d, %H:%M");
}

static gchar *
part_titles (const CitizProfile *profile, gboolean shown, CitizLanguage language)
{
  GString *text = g_string_new (NULL);

  for (guint part = 0; part < CITIZ_N_PARTS; part++)
    if (citiz_profile_shows (profile, (CitizPart) part) == shown)
      g_string_append_printf (text, "%s%s", text->len ? ", " : "",
                              citiz_part_title ((CitizPart) part, language));
  return g_string_free (text, FALSE);
}

static gchar *
purpose_words (const gchar *purpose, CitizLanguage language)
{
  static const struct
  {
    const gchar *code;
    const gchar *words[2];
  } table[] = {
      {"ETREAT", {"Emergency treatment", "Traitement d’urgence"}},
      {"TREAT", {"Treatment", "Soins"}},
      {"PATRQT", {"At the person’s request", "À la demande de la personne"}},
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_strcmp0 (table[i].code, purpose) == 0)
      return g_strdup (table[i].words[language == CITIZ_LANGUAGE_FR]);
  return g_strdup (purpose);
}

GPtrArray *
citiz_consent_receipt_rows (const CitizConsentReceipt *receipt, CitizLanguage language)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_free);

  if (receipt->person && *receipt->person)
    add_row (rows, language, "Person", "Personne", g_strdup (receipt->person));
  add_row (rows, language, "Purpose", "But", purpose_words (receipt->purpose, language));
  add_row (rows, language, "Given", "Donné", written_time (receipt, receipt->given, language));
  add_row (rows, language, "From", "À partir de",
           written_time (receipt, receipt->not_before, language));
  add_row (rows, language, "Until", "Jusqu’à", written_time (receipt, receipt->expires, language));
  if (receipt->ended.ms != 0)
    add_row (rows, language, receipt->revoked ? "Withdrawn" : "Ended",
             receipt->revoked ? "Retiré" : "Terminé",
             written_time (receipt, receipt->ended, language));
  add_row (rows, language, "Shown", "Montré", part_titles (receipt->profile, TRUE, language));
  add_row (rows, language, "Withheld", "Masqué", part_titles (receipt->profile, FALSE, language));
  add_row (rows, language, "Openings", "Ouvertures",
           g_strdup_printf ("%u / %u", receipt->openings, receipt->max_openings));
  add_row (rows, language, "Entry in the ledger", "Inscription au registre",
           citiz_hash_to_hex (&receipt->tx));
  add_row (rows, language, "Ledger", "Registre", citiz_hash_to_hex (&receipt->chain));
  return rows;
}
