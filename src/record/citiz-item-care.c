/* Readers of the other resources of care, and the table of all readers. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-item-private.h"

#include <string.h>

static CitizVerification
verification_of (const json_t *concept)
{
  static const gchar *const codes[] = {
      "", "confirmed", "unconfirmed", "provisional", "differential", "refuted", "entered-in-error"};
  const gchar *code = citiz_json_text (concept, "coding.0.code");

  for (guint i = 1; i < G_N_ELEMENTS (codes); i++)
    if (strcmp (code, codes[i]) == 0)
      return (CitizVerification) i;
  return CITIZ_VERIFICATION_NONE;
}

static CitizSeverity
severity_of (const gchar *code, const gchar *text)
{
  static const struct
  {
    const gchar *word;
    CitizSeverity severity;
  } words[] = {{"severe", CITIZ_SEVERITY_SEVERE},    {"24484000", CITIZ_SEVERITY_SEVERE},
               {"grave", CITIZ_SEVERITY_SEVERE},     {"moderate", CITIZ_SEVERITY_MODERATE},
               {"6736007", CITIZ_SEVERITY_MODERATE}, {"moderee", CITIZ_SEVERITY_MODERATE},
               {"mild", CITIZ_SEVERITY_MILD},        {"255604002", CITIZ_SEVERITY_MILD},
               {"legere", CITIZ_SEVERITY_MILD}};
  g_autofree gchar *folded = citiz_fold (text);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (code, words[i].word) == 0 || strcmp (folded, words[i].word) == 0)
      return words[i].severity;
  return CITIZ_SEVERITY_NONE;
}

static void
read_clinical_status (CitizItem *item)
{
  citiz_keep (&item->status_code, citiz_json_text (item->resource, "clinicalStatus.coding.0.code"));
  item->status = citiz_status_from_code (item->status_code);
  item->verification = verification_of (json_object_get (item->resource, "verificationStatus"));
}

static void
read_reactions (CitizItem *item)
{
  const json_t *reactions = json_object_get (item->resource, "reaction");
  g_autoptr (GString) all = g_string_new (NULL);

  for (gsize i = 0; i < json_array_size (reactions); i++)
    {
      const json_t *one = json_array_get (reactions, i);
      const json_t *manifestations = json_object_get (one, "manifestation");
      const gchar *code = citiz_json_text (one, "severity");
      item->severity = MAX (item->severity, severity_of (code, code));
      for (gsize m = 0; m < json_array_size (manifestations); m++)
        {
          const json_t *concept = json_array_get (manifestations, m);
          const gchar *given = citiz_json_text (concept, "text");
          g_autofree gchar *text
              = *given != '\0' ? g_strdup (given) : citiz_concept_text (concept, CITIZ_LANGUAGE_EN);
          if (text != NULL && strcmp (text, "?") != 0) /* there must be one: "severe" and no more */
            g_string_append_printf (all, "%s%s", all->len > 0 ? ", " : "", text);
        }
      if (all->len == 0)
        g_string_append (all, citiz_json_text (one, "description"));
    }
  citiz_keep (&item->reaction, all->str);
}

static void
read_allergy (CitizItem *item)
{
  static const gchar *const from[]
      = {"onsetDateTime", "onsetPeriod.start", "reaction.0.onset", NULL};
  static const gchar *const criticalities[] = {"", "low", "high", "unable-to-assess"};
  const gchar *criticality = citiz_json_text (item->resource, "criticality");

  item->kind = CITIZ_KIND_ALLERGY;
  citiz_read_concept (item, json_object_get (item->resource, "code"));
  if (item->title[0][0] == '\0')
    citiz_item_set_titles (item, citiz_json_path (item->resource, "reaction.0.substance"));
  read_clinical_status (item);
  read_reactions (item);
  for (guint i = 1; i < G_N_ELEMENTS (criticalities); i++)
    if (strcmp (criticality, criticalities[i]) == 0)
      item->criticality = (CitizCriticality) i;
  item->intolerance = strcmp (citiz_json_text (item->resource, "type"), "intolerance") == 0;
  citiz_keep (&item->category, citiz_json_text (item->resource, "category.0"));
  citiz_read_date (&item->onset, item->resource, from);
  g_autofree gchar *folded = citiz_fold (item->reaction);
  if (item->severity == CITIZ_SEVERITY_SEVERE || item->criticality == CITIZ_CRITICALITY_HIGH
      || strstr (folded, "anaphyla") != NULL)
    item->alerts |= 1u << CITIZ_ALERT_SEVERE_ALLERGY;
}

static void
read_condition (CitizItem *item)
{
  static const gchar *const from[] = {"onsetDateTime", "onsetPeriod.start", NULL};
  static const gchar *const until[]
      = {"abatementDateTime", "abatementPeriod.end", "onsetPeriod.end", NULL};
  const json_t *severity = json_object_get (item->resource, "severity");
  const json_t *code = json_object_get (item->resource, "code");

  item->kind = CITIZ_KIND_PROBLEM;
  citiz_read_concept (item, code);
  read_clinical_status (item);
  citiz_read_date (&item->onset, item->resource, from);
  citiz_read_date (&item->end, item->resource, until);
  if (item->onset.precision == CITIZ_DATE_NONE)
    citiz_keep (&item->text, citiz_json_text (item->resource, "onsetString"));
  item->severity = severity_of (citiz_json_text (severity, "coding.0.code"),
                                citiz_json_text (severity, "text"));
  citiz_keep (&item->category, citiz_json_text (item->resource, "category.0.coding.0.code"));
  citiz_take (&item->site, citiz_concept_text (citiz_json_path (item->resource, "bodySite.0"),
                                               CITIZ_LANGUAGE_EN));
  citiz_keep (&item->person, citiz_json_text (item->resource, "asserter.display"));
  citiz_read_alerts (item, CITIZ_SCOPE_PROBLEM, code);
  if (item->status == CITIZ_STATUS_RESOLVED || item->status == CITIZ_STATUS_INACTIVE)
    item->alerts &= ~((1u << CITIZ_ALERT_PREGNANCY) | (1u << CITIZ_ALERT_INFECTIOUS_PRECAUTION));
}

static void
read_procedure (CitizItem *item)
{
  static const gchar *const from[] = {"performedDateTime", "performedPeriod.start", NULL};
  static const gchar *const until[] = {"performedPeriod.end", NULL};
  const json_t *code = json_object_get (item->resource, "code");

  item->kind = CITIZ_KIND_PROCEDURE;
  citiz_read_concept (item, code);
  citiz_read_date (&item->onset, item->resource, from);
  citiz_read_date (&item->end, item->resource, until);
  citiz_take (&item->reason, citiz_concept_text (citiz_json_path (item->resource, "reasonCode.0"),
                                                 CITIZ_LANGUAGE_EN));
  citiz_take (&item->site, citiz_concept_text (citiz_json_path (item->resource, "bodySite.0"),
                                               CITIZ_LANGUAGE_EN));
  citiz_keep (&item->person, citiz_json_text (item->resource, "performer.0.actor.display"));
  citiz_read_alerts (item, CITIZ_SCOPE_PROCEDURE, code);
  item->alerts &= ~(1u << CITIZ_ALERT_OTHER);
}

static void
read_device (CitizItem *item)
{
  static const gchar *const from[] = {"manufactureDate", NULL};
  const json_t *r = item->resource, *type = json_object_get (r, "type");

  item->kind = CITIZ_KIND_DEVICE;
  citiz_read_concept (item, type);
  if (item->title[0][0] == '\0')
    for (guint l = 0; l < 2; l++)
      citiz_keep (&item->title[l], citiz_json_text (r, "deviceName.0.name"));
  g_autofree gchar *model = g_strjoin (" ", citiz_json_text (r, "manufacturer"),
                                       citiz_json_text (r, "modelNumber"), NULL);
  citiz_keep (&item->detail, g_strstrip (model));
  citiz_read_date (&item->onset, r, from);
  citiz_read_alerts (item, CITIZ_SCOPE_DEVICE, type);
  for (guint l = 0; l < 2; l++)
    item->alerts |= citiz_alerts_of (CITIZ_SCOPE_DEVICE, NULL, NULL, item->title[l]);
}

static void
read_device_use (CitizItem *item)
{
  static const gchar *const from[] = {"timingPeriod.start", "timingDateTime", NULL};
  static const gchar *const until[] = {"timingPeriod.end", NULL};
  const json_t *r = item->resource;
  const gchar *reference = citiz_json_text (r, "device.reference");
  json_t *contained = citiz_read_contained (item, reference);

  item->kind = CITIZ_KIND_DEVICE;
  if (contained != NULL)
    {
      json_t *own = item->resource;
      item->resource = contained;
      read_device (item);
      item->resource = own;
    }
  else
    {
      const gchar *display = citiz_json_text (r, "device.display");
      citiz_keep (&item->subject_reference, reference);
      for (guint l = 0; l < 2; l++)
        {
          const gchar *name = citiz_text_name (display, (CitizLanguage) l);
          citiz_keep (&item->title[l], name != NULL ? name : display);
        }
      item->alerts |= citiz_alerts_of (CITIZ_SCOPE_DEVICE, NULL, NULL, display);
    }
  citiz_read_date (&item->onset, r, from);
  citiz_read_date (&item->end, r, until);
  citiz_take (&item->site, citiz_concept_text (json_object_get (r, "bodySite"), CITIZ_LANGUAGE_EN));
  citiz_take (&item->reason,
              citiz_concept_text (citiz_json_path (r, "reasonCode.0"), CITIZ_LANGUAGE_EN));
}

static void
read_visit (CitizItem *item)
{
  static const gchar *const from[] = {"period.start", "start", "created", NULL};
  static const gchar *const until[] = {"period.end", "end", NULL};
  const json_t *r = item->resource;

  item->kind = CITIZ_KIND_VISIT;
  citiz_read_concept (item, citiz_json_path (r, "type.0"));
  if (item->title[0][0] == '\0')
    citiz_read_concept (item, json_object_get (r, "appointmentType"));
  if (item->title[0][0] == '\0')
    citiz_item_set_titles (item, citiz_json_path (r, "serviceType"));
  for (guint l = 0; l < 2 && item->title[l][0] == '\0'; l++)
    citiz_keep (&item->title[l], citiz_json_text (r, "description"));
  for (guint l = 0; l < 2 && item->title[l][0] == '\0'; l++)
    citiz_keep (&item->title[l], citiz_json_text (r, "class.display"));
  citiz_read_date (&item->onset, r, from);
  citiz_read_date (&item->end, r, until);
  citiz_take (&item->reason,
              citiz_concept_text (citiz_json_path (r, "reasonCode.0"), CITIZ_LANGUAGE_EN));
  citiz_keep (&item->person, citiz_json_text (r, "participant.0.individual.display"));
  if (item->person[0] == '\0')
    citiz_keep (&item->person, citiz_json_text (r, "participant.0.actor.display"));
  citiz_keep (&item->site, citiz_json_text (r, "serviceProvider.display"));
  if (item->site[0] == '\0')
    citiz_keep (&item->site, citiz_json_text (r, "location.0.location.display"));
  citiz_keep (&item->category, citiz_json_text (r, "class.code"));
}

/* DocumentReference; an advance directive is one too. */
static void
read_document (CitizItem *item)
{
  static const gchar *const from[]
      = {"context.period.start", "date", "content.0.attachment.creation", NULL};
  static const gchar *const directives[] = {"42348-3", "64298-3", "75320-2", "81334-5", "86533-7"};
  const json_t *r = item->resource, *attachment = citiz_json_path (r, "content.0.attachment");
  const gchar *description = citiz_json_text (r, "description");
  const json_t *extensions = json_object_get (attachment, "extension");

  item->kind = CITIZ_KIND_DOCUMENT;
  citiz_read_concept (item, json_object_get (r, "type"));
  if (*description == '\0')
    description = citiz_json_text (attachment, "title");
  for (guint l = 0; l < 2 && *description != '\0'; l++)
    citiz_keep (&item->title[l], description);
  citiz_read_date (&item->onset, r, from);
  citiz_keep (&item->content_type, citiz_json_text (attachment, "contentType"));
  item->size = (guint64) json_integer_value (json_object_get (attachment, "size"));
  if (item->size == 0)
    item->size = strlen (citiz_json_text (attachment, "data")) / 4 * 3;
  citiz_keep (&item->blob, citiz_blob_name (citiz_json_text (attachment, "url")));
  for (gsize i = 0; i < json_array_size (extensions); i++)
    if (g_str_has_suffix (citiz_json_text (json_array_get (extensions, i), "url"), "/pages"))
      item->pages = (guint) json_integer_value (
          json_object_get (json_array_get (extensions, i), "valueUnsignedInt"));
  citiz_keep (&item->person, citiz_json_text (r, "author.0.display"));
  if (item->person[0] == '\0')
    citiz_keep (&item->person, citiz_json_text (r, "custodian.display"));
  citiz_keep (&item->category, citiz_json_text (r, "category.0.coding.0.code"));
  for (guint i = 0; i < G_N_ELEMENTS (directives); i++)
    if (strcmp (item->code, directives[i]) == 0 || strcmp (item->category, directives[i]) == 0)
      item->kind = CITIZ_KIND_DIRECTIVE;
}

static void
read_consent (CitizItem *item)
{
  static const gchar *const from[] = {"dateTime", "provision.period.start", NULL};
  static const gchar *const until[] = {"provision.period.end", NULL};
  const json_t *r = item->resource;
  const gchar *scope = citiz_json_text (r, "scope.coding.0.code");

  item->kind = strcmp (scope, "patient-privacy") == 0 || strcmp (scope, "research") == 0
                   ? CITIZ_KIND_OTHER
                   : CITIZ_KIND_DIRECTIVE;
  citiz_read_concept (item, citiz_json_path (r, "category.0"));
  if (item->title[0][0] == '\0')
    citiz_item_set_titles (item, citiz_json_path (r, "provision.code.0"));
  citiz_take (&item->detail,
              citiz_concept_text (citiz_json_path (r, "provision.code.0"), CITIZ_LANGUAGE_EN));
  citiz_read_date (&item->onset, r, from);
  citiz_read_date (&item->end, r, until);
  citiz_keep (&item->person, citiz_json_text (r, "provision.actor.0.reference.display"));
  if (item->note[0] == '\0')
    citiz_keep (&item->note, citiz_json_text (r, "sourceAttachment.title"));
}

static void
read_family (CitizItem *item)
{
  const json_t *r = item->resource, *conditions = json_object_get (r, "condition");
  static const gchar *const when[] = {"date", NULL};

  item->kind = CITIZ_KIND_FAMILY;
  citiz_take (&item->person,
              citiz_concept_text (json_object_get (r, "relationship"), CITIZ_LANGUAGE_EN));
  citiz_keep (&item->relationship, item->person);
  for (guint l = 0; l < 2; l++)
    {
      g_autoptr (GString) all = g_string_new (NULL);
      for (gsize i = 0; i < json_array_size (conditions); i++)
        {
          const json_t *concept = json_object_get (json_array_get (conditions, i), "code");
          g_autofree gchar *text = citiz_concept_text (concept, (CitizLanguage) l);
          if (text != NULL && strcmp (text, "?") != 0)
            g_string_append_printf (all, "%s%s", all->len > 0 ? ", " : "", text);
        }
      citiz_keep (&item->title[l], all->len > 0 ? all->str : citiz_json_text (r, "name"));
    }
  citiz_read_date (&item->onset, r, when);
  citiz_keep (&item->detail, citiz_json_text (r, "condition.0.onsetString"));
}

static gchar *
human_name (const json_t *name)
{
  const gchar *text = citiz_json_text (name, "text");
  const json_t *given = json_object_get (name, "given");
  g_autoptr (GString) all = g_string_new (NULL);

  if (*text != '\0')
    return g_strdup (text);
  if (*citiz_json_text (name, "prefix.0") != '\0')
    g_string_append_printf (all, "%s ", citiz_json_text (name, "prefix.0"));
  for (gsize i = 0; i < json_array_size (given); i++)
    g_string_append_printf (all, "%s ", citiz_json_text (given, i == 0 ? "0" : "1"));
  g_string_append (all, citiz_json_text (name, "family"));
  return g_strdup (g_strstrip (all->str));
}

static void
read_telecom (CitizItem *item, const json_t *telecom)
{
  for (gsize i = 0; i < json_array_size (telecom); i++)
    {
      const json_t *one = json_array_get (telecom, i);
      const gchar *system = citiz_json_text (one, "system");
      if (strcmp (system, "phone") == 0 && item->phone[0] == '\0')
        citiz_keep (&item->phone, citiz_json_text (one, "value"));
      if (strcmp (system, "email") == 0 && item->email[0] == '\0')
        citiz_keep (&item->email, citiz_json_text (one, "value"));
    }
}

static void
set_name (CitizItem *item, const json_t *name)
{
  g_autofree gchar *text
      = json_is_string (name) ? g_strdup (json_string_value (name)) : human_name (name);
  for (guint l = 0; l < 2; l++)
    citiz_keep (&item->title[l], text);
}

static void
read_patient (CitizItem *item)
{
  static const gchar *const birth[] = {"birthDate", NULL};

  item->kind = CITIZ_KIND_PATIENT;
  set_name (item, citiz_json_path (item->resource, "name.0"));
  citiz_read_date (&item->onset, item->resource, birth);
  read_telecom (item, json_object_get (item->resource, "telecom"));
  citiz_keep (&item->category, citiz_json_text (item->resource, "gender"));
}

/* RelatedPerson, Practitioner, PractitionerRole, Organization: a contact only when one can reach it. */
static void
read_contact (CitizItem *item)
{
  static const struct
  {
    const gchar *word;
    CitizRole role;
  } words[] = {{"mandat", CITIZ_ROLE_MANDATARY},    {"proxy", CITIZ_ROLE_MANDATARY},
               {"guardian", CITIZ_ROLE_MANDATARY},  {"attorney", CITIZ_ROLE_MANDATARY},
               {"pharma", CITIZ_ROLE_PHARMACY},     {"medecin", CITIZ_ROLE_PHYSICIAN},
               {"physician", CITIZ_ROLE_PHYSICIAN}, {"doctor", CITIZ_ROLE_PHYSICIAN},
               {"cardiolog", CITIZ_ROLE_PHYSICIAN}};
  const json_t *r = item->resource, *name = json_object_get (r, "name");
  gboolean relative = strcmp (item->type, "RelatedPerson") == 0;
  static const gchar *const relations[]
      = {"relationship.0", "qualification.0.code", "code.0", "type.0", NULL};

  set_name (item, json_is_array (name) ? json_array_get (name, 0) : name);
  if (item->title[0][0] == '\0')
    for (guint l = 0; l < 2; l++)
      citiz_keep (&item->title[l], citiz_json_text (r, "practitioner.display"));
  read_telecom (item, json_object_get (r, "telecom"));
  for (guint i = 0; relations[i] != NULL && item->relationship[0] == '\0'; i++)
    citiz_take (&item->relationship,
                citiz_concept_text (citiz_json_path (r, relations[i]), CITIZ_LANGUAGE_FR));
  g_autofree gchar *folded = citiz_fold (item->relationship);
  item->role = relative ? CITIZ_ROLE_RELATIVE : CITIZ_ROLE_OTHER;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (folded, words[i].word) != NULL)
      {
        item->role = words[i].role;
        break;
      }
  if (item->role == CITIZ_ROLE_OTHER && strcmp (item->type, "Practitioner") == 0)
    item->role = CITIZ_ROLE_PHYSICIAN;
  item->kind = relative || item->phone[0] != '\0' ? CITIZ_KIND_CONTACT : CITIZ_KIND_OTHER;
}

static void
read_flag (CitizItem *item)
{
  static const gchar *const from[] = {"period.start", NULL};
  static const gchar *const until[] = {"period.end", NULL};
  const json_t *code = json_object_get (item->resource, "code");

  item->kind = CITIZ_KIND_ALERT;
  citiz_read_concept (item, code);
  citiz_read_date (&item->onset, item->resource, from);
  citiz_read_date (&item->end, item->resource, until);
  citiz_read_alerts (item, CITIZ_SCOPE_PROBLEM | CITIZ_SCOPE_DEVICE | CITIZ_SCOPE_PROCEDURE, code);
  if (item->alerts == 0)
    item->alerts = 1u << CITIZ_ALERT_OTHER;
}

static void
read_communication (CitizItem *item)
{
  static const gchar *const from[] = {"sent", "received", NULL};
  const gchar *text = citiz_json_text (item->resource, "payload.0.contentString");

  item->kind = CITIZ_KIND_NOTE;
  citiz_read_concept (item, json_object_get (item->resource, "topic"));
  citiz_read_date (&item->onset, item->resource, from);
  citiz_keep (&item->text, text);
  for (guint l = 0; l < 2; l++)
    if (item->title[l][0] == '\0')
      citiz_keep (&item->title[l], text);
  citiz_keep (&item->category, citiz_json_text (item->resource, "category.0.coding.0.code"));
  citiz_keep (&item->person, citiz_json_text (item->resource, "sender.display"));
}

static void
read_plan (CitizItem *item)
{
  static const gchar *const from[] = {"period.start", "created", NULL};
  static const gchar *const until[] = {"period.end", NULL};

  item->kind = CITIZ_KIND_OTHER;
  citiz_read_concept (item, citiz_json_path (item->resource, "category.0"));
  for (guint l = 0; l < 2 && *citiz_json_text (item->resource, "title") != '\0'; l++)
    citiz_keep (&item->title[l], citiz_json_text (item->resource, "title"));
  citiz_keep (&item->text, citiz_json_text (item->resource, "description"));
  citiz_read_date (&item->onset, item->resource, from);
  citiz_read_date (&item->end, item->resource, until);
}

CitizReader
citiz_reader_for (const gchar *type)
{
  static const struct
  {
    const gchar *type;
    CitizReader reader;
  } readers[] = {{"Patient", read_patient},
                 {"AllergyIntolerance", read_allergy},
                 {"Condition", read_condition},
                 {"MedicationStatement", citiz_read_medication_use},
                 {"MedicationRequest", citiz_read_medication_use},
                 {"MedicationAdministration", citiz_read_administration},
                 {"Immunization", citiz_read_immunization},
                 {"Observation", citiz_read_observation},
                 {"DiagnosticReport", citiz_read_diagnostic_report},
                 {"Procedure", read_procedure},
                 {"Device", read_device},
                 {"DeviceUseStatement", read_device_use},
                 {"Encounter", read_visit},
                 {"Appointment", read_visit},
                 {"DocumentReference", read_document},
                 {"FamilyMemberHistory", read_family},
                 {"Consent", read_consent},
                 {"RelatedPerson", read_contact},
                 {"Practitioner", read_contact},
                 {"PractitionerRole", read_contact},
                 {"Organization", read_contact},
                 {"Goal", citiz_read_goal},
                 {"CarePlan", read_plan},
                 {"Flag", read_flag},
                 {"Communication", read_communication}};

  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    if (strcmp (readers[i].type, type) == 0)
      return readers[i].reader;
  return NULL;
}
