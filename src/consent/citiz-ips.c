/* The International Patient Summary: document, Composition, sections. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-ips.h"
#include "consent/citiz-consent-private.h"
#include "consent/citiz-ips-private.h"

#define PROFILE    "http://hl7.org/fhir/uv/ips/StructureDefinition/"
#define NOT_A_PART CITIZ_N_PARTS
#define SAMPLE_MAX 3 /* titles in one line of the preview */

/* The Composition's order. `required` sections are there even when nothing is known of them. */
static const struct
{
  const gchar *loinc;
  const gchar *loinc_name;
  CitizPart part[2];
  gboolean required;
} sections[] = {
    {"104605-1", "Alert", {CITIZ_PART_ALERTS, NOT_A_PART}, FALSE},
    {"48765-2",
     "Allergies and adverse reactions Document",
     {CITIZ_PART_ALLERGIES, NOT_A_PART},
     TRUE},
    {"10160-0", "History of Medication use Narrative", {CITIZ_PART_MEDICATIONS, NOT_A_PART}, TRUE},
    {"11450-4", "Problem list - Reported", {CITIZ_PART_PROBLEMS, NOT_A_PART}, TRUE},
    {"46264-8", "History of medical device use", {CITIZ_PART_DEVICES, NOT_A_PART}, FALSE},
    {"42348-3", "Advance healthcare directives", {CITIZ_PART_DIRECTIVES, NOT_A_PART}, FALSE},
    {"30954-2",
     "Relevant diagnostic tests/laboratory data note",
     {CITIZ_PART_RESULTS, NOT_A_PART},
     FALSE},
    {"8716-3", "Vital signs note", {CITIZ_PART_VITALS, NOT_A_PART}, FALSE},
    {"11369-6", "History of Immunization note", {CITIZ_PART_IMMUNIZATIONS, NOT_A_PART}, FALSE},
    {"47519-4", "History of Procedures Document", {CITIZ_PART_PROCEDURES, NOT_A_PART}, FALSE},
    {"11348-0", "History of Past illness note", {CITIZ_PART_PAST_PROBLEMS, NOT_A_PART}, FALSE},
    {"10162-6", "History of pregnancies Narrative", {CITIZ_PART_PREGNANCY, NOT_A_PART}, FALSE},
    {"47420-5",
     "Functional status assessment note",
     {CITIZ_PART_FUNCTIONAL, CITIZ_PART_ACTIVITY},
     FALSE},
    {"29762-2", "Social history note", {CITIZ_PART_HABITS, CITIZ_PART_DIET}, FALSE},
    {"10157-6",
     "History of family member diseases Narrative",
     {CITIZ_PART_FAMILY, NOT_A_PART},
     FALSE},
    {"46240-8",
     "History of Hospitalizations+Outpatient visits Narrative",
     {CITIZ_PART_VISITS, NOT_A_PART},
     FALSE},
    {"77599-9", "Additional documentation", {CITIZ_PART_DOCUMENTS, NOT_A_PART}, FALSE},
    {"81338-6",
     "Patient Goals, preferences, and priorities for care experience",
     {CITIZ_PART_STORY, NOT_A_PART},
     FALSE},
    {"18776-5", "Plan of care note", {CITIZ_PART_PLAN, NOT_A_PART}, FALSE},
};

/* One section while it is made. */
typedef struct
{
  json_t *entries;
  GPtrArray *lines;
} Draft;

static gchar *
line_of (const CitizIps *ips, const CitizItem *item)
{
  GString *line = g_string_new (item->title[ips->options->language]);
  g_autofree gchar *date = citiz_date_to_string (citiz_item_date (item));

  const gchar *content = citiz_item_content (item);

  if (*item->detail && !*content)
    g_string_append_printf (line, " %s", item->detail);
  if (*item->dosage)
    g_string_append_printf (line, ", %s", item->dosage);
  if (*content)
    g_string_append_printf (
        line, ", %s %s", citiz_ips_say (CITIZ_IPS_SAY_CONTAINS, ips->options->language), content);
  if (citiz_decimal_known (&item->value))
    g_string_append_printf (line, " : %s%s %s", item->comparator, item->value.text, item->unit);
  else if (*item->text)
    g_string_append_printf (line, " : %s", item->text);
  if (*item->reaction)
    g_string_append_printf (line, ", %s", item->reaction);
  if (item->verification == CITIZ_VERIFICATION_REFUTED)
    g_string_append_printf (line, " [%s]",
                            citiz_ips_say (CITIZ_IPS_SAY_REFUTED, ips->options->language));
  else if (*item->status_code && !citiz_item_holds (item, ips->now, ips->options->offset_minutes))
    g_string_append_printf (line, " [%s]", item->status_code);
  if (date && *date)
    g_string_append_printf (line, " (%.10s)", date);
  return g_string_free (line, FALSE);
}

static void
add_items (CitizIps *ips, CitizPart part, Draft *draft)
{
  for (guint i = 0; i < ips->items->len; i++)
    {
      CitizIpsItem *entry = ips->items->pdata[i];

      if (entry->part != part || !entry->included)
        continue;
      citiz_ips_add_entry (ips, entry);
      json_array_append_new (draft->entries, citiz_ips_reference (citiz_ips_url (entry)));
      g_ptr_array_add (draft->lines, line_of (ips, entry->item));
    }
}

/* The statement that there is none, kept as the record has it; it does not hold when something is masked. */
static void
add_nil (CitizIps *ips, CitizPart part, Draft *draft)
{
  CitizItem *nil = ips->nil[part];
  CitizIpsItem entry = {.item = nil, .part = part, .included = TRUE};

  if (nil == NULL || ips->shown[part] > 0 || ips->withheld[part] > 0)
    return;
  citiz_ips_add_entry (ips, &entry);
  json_array_append_new (draft->entries, citiz_ips_reference (citiz_ips_url (&entry)));
  g_ptr_array_add (draft->lines, g_strdup (nil->title[ips->options->language]));
  g_free (entry.url);
}

static void
fill (CitizIps *ips, CitizPart part, Draft *draft)
{
  gsize before = json_array_size (draft->entries);

  if (!citiz_profile_shows (ips->profile, part))
    return;
  if (part == CITIZ_PART_ALERTS)
    citiz_ips_add_flags (ips, draft->entries, draft->lines);
  if (part == CITIZ_PART_VITALS)
    citiz_ips_add_vitals (ips, draft->entries, draft->lines);
  if (part != CITIZ_PART_ALERTS) /* what comes from series alone is shown, too */
    ips->shown[part] += json_array_size (draft->entries) - before;
  add_items (ips, part, draft);
  before = json_array_size (draft->entries);
  if (part == CITIZ_PART_ACTIVITY)
    citiz_ips_add_activity (ips, draft->entries, draft->lines);
  if (part == CITIZ_PART_DIET)
    citiz_ips_add_diet (ips, draft->entries, draft->lines);
  ips->shown[part] += json_array_size (draft->entries) - before;
  add_nil (ips, part, draft);
}

/* The four states of a part, and NULL for what this summary does not speak of. */
static const gchar *
part_state (const CitizIps *ips, CitizPart part, guint n_entries)
{
  if (!citiz_profile_shows (ips->profile, part))
    return "withheld";
  if (ips->shown[part] > 0 || (n_entries > 0 && ips->nil[part] == NULL))
    return "shown";
  if (ips->withheld[part] > 0)
    return "withheld";
  return ips->nil[part] ? "none-known" : "not-asked";
}

static void
put_part (CitizIps *ips, json_t *element, CitizPart part, const gchar *state)
{
  json_t *extension = citiz_ips_ext ("part");

  citiz_ips_put_part (extension, "part", "valueCode", json_string (citiz_part_name (part)));
  citiz_ips_put_part (extension, "state", "valueCode", json_string (state));
  /* Of a part that is not shown at all not even the number is told. */
  if (ips->withheld[part] > 0 && citiz_profile_shows (ips->profile, part))
    citiz_ips_put_part (extension, "withheld", "valueUnsignedInt",
                        json_integer (ips->withheld[part]));
  if ((ips->withheld[part] > 0 || !citiz_profile_shows (ips->profile, part))
      && citiz_ips_left_out (ips, part))
    citiz_ips_put_part (extension, "left-out", "valueBoolean", json_true ());
  if (ips->reviewed[part].ms > 0)
    {
      g_autofree gchar *text = citiz_ips_instant (ips, ips->reviewed[part]);

      citiz_ips_put_part (extension, "reviewed", "valueDateTime", json_string (text));
    }
  citiz_ips_put_ext (element, extension);
}

static json_t *
empty_reason (const gchar *code)
{
  return json_pack ("{s:[{s:s, s:s}]}", "coding", "system",
                    "http://terminology.hl7.org/CodeSystem/list-empty-reason", "code", code);
}

/* Whether what is held back of a section's parts is nobody's choice. */
static gboolean
left_out (const CitizIps *ips, guint s, const gchar *const states[2])
{
  for (guint p = 0; p < 2; p++)
    if (states[p] && !citiz_ips_left_out (ips, sections[s].part[p]))
      return FALSE;
  return TRUE;
}

/* A section's sentence and reason when it has no entry. */
static void
explain_empty (CitizIps *ips,
               json_t *section,
               Draft *draft,
               const gchar *state,
               gboolean by_default)
{
  static const struct
  {
    const gchar *state;
    const gchar *reason;
    CitizIpsSay say;
  } why[] = {
      {"withheld", "withheld", CITIZ_IPS_SAY_WITHHELD},
      {"not-asked", "notasked", CITIZ_IPS_SAY_NOT_ASKED},
      {"asked-unknown", "unavailable", CITIZ_IPS_SAY_UNKNOWN},
      {"none-known", "nilknown", CITIZ_IPS_SAY_NONE_KNOWN},
      {"shown", "unavailable", CITIZ_IPS_SAY_UNKNOWN},
  };

  for (guint i = 0; i < G_N_ELEMENTS (why); i++)
    if (strcmp (why[i].state, state) == 0)
      {
        CitizIpsSay say = why[i].say == CITIZ_IPS_SAY_WITHHELD && by_default
                              ? CITIZ_IPS_SAY_LEFT_OUT
                              : why[i].say;

        json_object_set_new (section, "emptyReason", empty_reason (why[i].reason));
        g_ptr_array_add (draft->lines, g_strdup (citiz_ips_say (say, ips->options->language)));
        return;
      }
}

static gchar *
section_title (const CitizIps *ips, guint s)
{
  const gchar *first = citiz_part_title (sections[s].part[0], ips->options->language);

  if (sections[s].part[1] == NOT_A_PART)
    return g_strdup (first);
  return g_strconcat (first, ", ", citiz_part_title (sections[s].part[1], ips->options->language),
                      NULL);
}

/* Says what is masked among what is shown. Returns how many. */
static guint
count_masked (CitizIps *ips, guint s, const gchar *const states[2])
{
  guint n = 0;

  for (guint p = 0; p < 2; p++)
    if (states[p] && citiz_profile_shows (ips->profile, sections[s].part[p]))
      n += ips->withheld[sections[s].part[p]];
  return n;
}

static json_t *
finish_section (CitizIps *ips, guint s, Draft *draft, const gchar *const states[2])
{
  g_autofree gchar *title = section_title (ips, s);
  json_t *section = json_pack ("{s:s, s:{s:[{s:s, s:s, s:s}]}}", "title", title, "code", "coding",
                               "system", CITIZ_SYSTEM_LOINC, "code", sections[s].loinc, "display",
                               sections[s].loinc_name);
  guint masked = count_masked (ips, s, states);

  for (guint p = 0; p < 2; p++)
    if (states[p])
      put_part (ips, section, sections[s].part[p], states[p]);
  if (json_array_size (draft->entries) > 0)
    json_object_set (section, "entry", draft->entries);
  else
    explain_empty (ips, section, draft, states[0], left_out (ips, s, states));
  if (masked > 0)
    {
      citiz_ips_put_uint (section, "withheld-count", "valueUnsignedInt", masked);
      g_ptr_array_add (draft->lines, citiz_ips_say_n_withheld (masked, !left_out (ips, s, states),
                                                               ips->options->language));
    }
  json_object_set_new (section, "text", citiz_ips_narrative (draft->lines, ips->options->language));
  return section;
}

/* A section of which nothing is known nor held back, and that nobody requires, is left out. */
static gboolean
says_something (guint s, const Draft *draft, const gchar *const states[2])
{
  if (sections[s].required || json_array_size (draft->entries) > 0)
    return TRUE;
  for (guint p = 0; p < 2; p++)
    if (states[p] && strcmp (states[p], "not-asked") != 0)
      return TRUE;
  /* Not asked is worth a line where a clinician would look for it. */
  return sections[s].part[0] != CITIZ_PART_ALERTS && sections[s].part[0] != CITIZ_PART_PREGNANCY
         && sections[s].part[0] != CITIZ_PART_PLAN && sections[s].part[0] != CITIZ_PART_VISITS
         && sections[s].part[0] != CITIZ_PART_DOCUMENTS && sections[s].part[0] != CITIZ_PART_STORY;
}

static void
add_section (CitizIps *ips, guint s, json_t *list)
{
  Draft draft = {json_array (), g_ptr_array_new_with_free_func (g_free)};
  const gchar *states[2] = {NULL, NULL};

  for (guint p = 0; p < 2; p++)
    if (sections[s].part[p] != NOT_A_PART)
      {
        gsize before = json_array_size (draft.entries);

        fill (ips, sections[s].part[p], &draft);
        states[p] = part_state (ips, sections[s].part[p],
                                (guint) (json_array_size (draft.entries) - before));
      }
  if (says_something (s, &draft, states))
    json_array_append_new (list, finish_section (ips, s, &draft, states));
  json_decref (draft.entries);
  g_ptr_array_unref (draft.lines);
}

static CitizTime
record_updated (const CitizIps *ips)
{
  CitizTime newest = {0};

  for (guint i = 0; i < ips->items->len; i++)
    newest.ms = MAX (newest.ms, ((CitizIpsItem *) ips->items->pdata[i])->item->changed.ms);
  return newest;
}

static void
put_tag (json_t *tags, const gchar *code)
{
  json_array_append_new (tags, json_pack ("{s:s, s:s}", "system", CITIZ_SYSTEM_TAG, "code", code));
}

/* An invented record says so wherever it is shown, and so does a damaged one; what is left out says whether anybody chose it. */
static void
put_tags (const CitizIps *ips, json_t *composition)
{
  json_t *tags = json_array ();
  gboolean sample = ips->patient != NULL && ips->patient->sample;

  for (guint i = 0; i < ips->items->len && !sample; i++)
    sample = ((const CitizIpsItem *) ips->items->pdata[i])->item->sample;
  if (sample)
    put_tag (tags, "sample");
  if (ips->options->incomplete)
    put_tag (tags, "incomplete");
  if (!citiz_profile_is_chosen (ips->profile))
    put_tag (tags, "default-profile");
  if (json_array_size (tags) > 0)
    json_object_set (json_object_get (composition, "meta"), "tag", tags);
  json_decref (tags);
}

static json_t *
composition_new (CitizIps *ips, const gchar *now)
{
  CitizTime updated = record_updated (ips);
  json_t *composition = json_pack (
      "{s:s, s:{s:[s]}, s:s, s:s, s:{s:[{s:s, s:s, s:s}]}, s:o, s:s, s:[o, o], s:s, s:s}",
      "resourceType", "Composition", "meta", "profile", PROFILE "Composition-uv-ips", "language",
      ips->options->language == CITIZ_LANGUAGE_FR ? "fr-CA" : "en-CA", "status", "final", "type",
      "coding", "system", CITIZ_SYSTEM_LOINC, "code", "60591-5", "display",
      "Patient summary Document", "subject", citiz_ips_reference (ips->patient_url), "date", now,
      "author", citiz_ips_reference (ips->patient_url), citiz_ips_reference (ips->device_url),
      "title", citiz_ips_say (CITIZ_IPS_SAY_TITLE, ips->options->language), "confidentiality", "R");

  put_tags (ips, composition);
  citiz_ips_add_classes (ips, composition);
  if (citiz_profile_shows (ips->profile, CITIZ_PART_DIET))
    citiz_ips_add_last_meal (ips, composition);
  if (updated.ms > 0)
    {
      g_autofree gchar *text = citiz_ips_instant (ips, updated);

      citiz_ips_put_text (composition, "record-updated", "valueDateTime", text);
    }
  put_part (ips, composition, CITIZ_PART_CONTACTS,
            part_state (ips, CITIZ_PART_CONTACTS, ips->shown[CITIZ_PART_CONTACTS]));
  return composition;
}

static json_t *
device_new (const CitizIps *ips)
{
  const gchar *name = ips->options->device_name ? ips->options->device_name : "Citiz";

  return json_pack ("{s:s, s:[{s:s, s:s}], s:{s:s}}", "resourceType", "Device", "deviceName",
                    "name", name, "type", "user-friendly-name", "type", "text", name);
}

static json_t *
bundle_new (CitizIps *ips, json_t *composition, const gchar *now)
{
  g_autofree gchar *id = citiz_ips_new_url (ips);
  g_autofree gchar *composition_url = citiz_ips_new_url (ips);
  json_t *entries = json_array (), *entry;
  json_t *first;
  size_t i;

  json_object_set_new (composition, "id", json_string (composition_url + strlen ("urn:uuid:")));
  first = json_pack ("{s:s, s:o}", "fullUrl", composition_url, "resource", composition);
  json_array_append_new (entries, first);
  json_array_foreach (ips->entries, i, entry) json_array_append (entries, entry);
  return json_pack ("{s:s, s:s, s:{s:[s]}, s:{s:s, s:s}, s:s, s:s, s:o}", "resourceType", "Bundle",
                    "id", id + strlen ("urn:uuid:"), "meta", "profile", PROFILE "Bundle-uv-ips",
                    "identifier", "system", "urn:ietf:rfc:3986", "value", id, "type", "document",
                    "timestamp", now, "entry", entries);
}

static json_t *
build (CitizIps *ips)
{
  g_autofree gchar *now = citiz_ips_instant (ips, ips->now);
  json_t *composition = composition_new (ips, now), *list = json_array ();

  citiz_ips_append (ips, ips->patient_url, citiz_ips_patient (ips));
  citiz_ips_append (ips, ips->device_url, device_new (ips));
  for (guint s = 0; s < G_N_ELEMENTS (sections); s++)
    add_section (ips, s, list);
  json_object_set_new (composition, "section", list);
  return bundle_new (ips, composition, now);
}

/* What is told on the press */

void
citiz_ips_part_free (CitizIpsPart *part)
{
  g_free (part->text);
  g_free (part);
}

/* Several values of one test are named once. */
static gchar *
sample_of (const CitizIps *ips, CitizPart part)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GHashTable) named = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = 0;

  for (guint i = 0; i < ips->items->len && n <= SAMPLE_MAX; i++)
    {
      const CitizIpsItem *entry = ips->items->pdata[i];
      gchar *title = entry->item->title[ips->options->language];

      if (part == CITIZ_PART_ALERTS ? !entry->included || entry->alerts == 0
                                    : entry->part != part || !entry->included)
        continue;
      if (!g_hash_table_add (named, title))
        continue;
      if (n < SAMPLE_MAX)
        g_string_append_printf (text, "%s%s", n > 0 ? ", " : "", title);
      else
        g_string_append (text, "…"); /* there are more */
      n++;
    }
  return g_string_free (text, FALSE);
}

static guint
count_of (const CitizIps *ips, CitizPart part)
{
  guint n = ips->shown[part];

  for (guint i = 0; part == CITIZ_PART_ALERTS && i < ips->items->len; i++)
    {
      const CitizIpsItem *entry = ips->items->pdata[i];

      n += entry->included && entry->item->kind != CITIZ_KIND_ALERT && entry->alerts != 0;
    }
  return n;
}

static GPtrArray *
preview (const CitizIps *ips)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_ips_part_free);

  for (guint part = 0; part < CITIZ_N_PARTS; part++)
    {
      CitizIpsPart *row = g_new0 (CitizIpsPart, 1);

      row->part = (CitizPart) part;
      row->count = count_of (ips, row->part);
      row->withheld = ips->withheld[part];
      row->masked = ips->masked[part];
      row->shown = citiz_profile_shows (ips->profile, row->part);
      row->text = sample_of (ips, row->part);
      g_ptr_array_add (rows, row);
    }
  return rows;
}

/**
 * citiz_ips_build:
 *
 * HL7 FHIR IPS 2.0.1: Bundle-uv-ips, Composition-uv-ips.
 *
 * Returns: (transfer full): written with citiz_json_dump(), so that decimals keep their digits
 */
json_t *
citiz_ips_build (const CitizRecord *record,
                 const CitizProfile *profile,
                 const CitizIpsOptions *options)
{
  return citiz_ips_build_with_parts (record, profile, options, NULL);
}

/**
 * citiz_ips_build_with_parts:
 * @out_parts: (out) (optional) (transfer full): what citiz_ips_preview() says of the same summary
 */
json_t *
citiz_ips_build_with_parts (const CitizRecord *record,
                            const CitizProfile *profile,
                            const CitizIpsOptions *options,
                            GPtrArray **out_parts)
{
  CitizIps *ips = citiz_ips_context_new (record, profile, options);
  json_t *bundle = build (ips);

  if (out_parts)
    *out_parts = preview (ips);
  citiz_ips_context_free (ips);
  return bundle;
}

GPtrArray *
citiz_ips_preview (const CitizRecord *record,
                   const CitizProfile *profile,
                   const CitizIpsOptions *options)
{
  GPtrArray *rows = NULL;

  json_decref (citiz_ips_build_with_parts (record, profile, options, &rows));
  return rows;
}
