/* Composers of care: allergies to contacts. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-env.h"
#include "record/citiz-compose-private.h"
#include "record/citiz-item-private.h"

#include <string.h>

#define CLINICAL     "http://terminology.hl7.org/CodeSystem/%s-clinical"
#define VERIFICATION "http://terminology.hl7.org/CodeSystem/%s-ver%s"

static json_t *
text_concept (const gchar *text)
{
  return citiz_make_concept (NULL, NULL, text);
}

static void
put_recorded (CitizComposer *c, const gchar *field)
{
  CitizDate now = citiz_date_from_time (c->draft->now, c->draft->offset);
  now.ms = 0;
  now.digits = 0;
  g_autofree gchar *text = citiz_date_to_string (&now);
  json_object_set_new (c->resource, field, json_string (text));
}

/* clinicalStatus and verificationStatus of an allergy or a condition. */
static void
put_clinical (CitizComposer *c, const gchar *name)
{
  static const gchar *const verifications[]
      = {NULL,           "confirmed", "unconfirmed",     "provisional",
         "differential", "refuted",   "entered-in-error"};
  gboolean allergy = name[0] == 'a';
  g_autofree gchar *clinical = g_strdup_printf (CLINICAL, name);
  g_autofree gchar *verifying
      = g_strdup_printf (VERIFICATION, name, allergy ? "ification" : "-status");
  const gchar *status = citiz_status_code (c->draft->status);
  const gchar *verification = verifications[c->draft->verification];
  gboolean wrong = c->draft->verification == CITIZ_VERIFICATION_ENTERED_IN_ERROR;

  if (wrong)
    json_object_del (c->resource, "clinicalStatus");
  else if (c->old == NULL || c->old->status != c->draft->status)
    json_object_set_new (c->resource, "clinicalStatus",
                         citiz_make_concept (clinical, status != NULL ? status : "active", NULL));
  if (verification != NULL && (c->old == NULL || c->old->verification != c->draft->verification))
    json_object_set_new (c->resource, "verificationStatus",
                         citiz_make_concept (verifying, verification, NULL));
}

static void
put_reaction (CitizComposer *c)
{
  static const gchar *const severities[] = {NULL, "mild", "moderate", "severe"};
  const CitizDraft *d = c->draft;

  if (c->old != NULL && g_strcmp0 (c->old->reaction, d->reaction) == 0
      && c->old->severity == d->severity)
    return;
  json_object_del (c->resource, "reaction");
  if (!citiz_said (d->reaction) && d->severity == CITIZ_SEVERITY_NONE)
    return;
  json_t *reaction = json_object ();
  json_object_set_new (
      reaction, "manifestation",
      citiz_make_list (text_concept (citiz_said (d->reaction) ? d->reaction : "?")));
  if (severities[d->severity] != NULL)
    json_object_set_new (reaction, "severity", json_string (severities[d->severity]));
  json_object_set_new (c->resource, "reaction", citiz_make_list (reaction));
}

json_t *
citiz_compose_allergy (const CitizDraft *d, const json_t *base)
{
  static const gchar *const instead[]
      = {"onsetPeriod", "onsetString", "onsetAge", "onsetRange", NULL};
  static const gchar *const criticalities[] = {NULL, "low", "high", "unable-to-assess"};
  CitizComposer c;

  if (!citiz_said (d->title)
      || !citiz_composer_start (&c, d, base, "AllergyIntolerance", "patient"))
    return NULL;
  put_clinical (&c, "allergyintolerance");
  json_object_set_new (c.resource, "type",
                       json_string (d->intolerance ? "intolerance" : "allergy"));
  if (c.old == NULL || c.old->criticality != d->criticality)
    {
      if (criticalities[d->criticality] != NULL)
        json_object_set_new (c.resource, "criticality",
                             json_string (criticalities[d->criticality]));
      else
        json_object_del (c.resource, "criticality");
    }
  citiz_put_title (&c, "code");
  citiz_put_date (&c, "onsetDateTime", &d->onset, c.old ? &c.old->onset : NULL, instead);
  put_recorded (&c, "recordedDate");
  citiz_put_note (&c);
  put_reaction (&c);
  return citiz_composer_finish (&c);
}

json_t *
citiz_compose_problem (const CitizDraft *d, const json_t *base)
{
  static const gchar *const onset[]
      = {"onsetPeriod", "onsetString", "onsetAge", "onsetRange", NULL};
  static const gchar *const end[]
      = {"abatementPeriod", "abatementString", "abatementAge", "abatementRange", NULL};
  CitizComposer c;

  if (!citiz_said (d->title) || !citiz_composer_start (&c, d, base, "Condition", "subject"))
    return NULL;
  put_clinical (&c, "condition");
  if (c.old == NULL)
    json_object_set_new (c.resource, "category",
                         citiz_make_list (citiz_make_concept (
                             "http://terminology.hl7.org/CodeSystem/condition-category",
                             "problem-list-item", NULL)));
  citiz_put_title (&c, "code");
  citiz_put_date (&c, "onsetDateTime", &d->onset, c.old ? &c.old->onset : NULL, onset);
  citiz_put_date (&c, "abatementDateTime", &d->end, c.old ? &c.old->end : NULL, end);
  put_recorded (&c, "recordedDate");
  citiz_put_note (&c);
  return citiz_composer_finish (&c);
}

static json_t *
make_timing (const CitizDraft *d)
{
  json_t *timing = json_object (), *repeat = json_object (), *clock = json_array ();

  for (guint i = 0; i < d->n_times && i < G_N_ELEMENTS (d->times); i++)
    {
      gchar text[16];
      g_snprintf (text, sizeof text, "%02d:%02d:00", CLAMP (d->times[i] / 60, 0, 23),
                  CLAMP (d->times[i] % 60, 0, 59));
      json_array_append_new (clock, json_string (text));
    }
  json_object_set_new (repeat, "frequency", json_integer (d->n_times));
  json_object_set_new (repeat, "period", json_integer (1));
  json_object_set_new (repeat, "periodUnit", json_string ("d"));
  json_object_set_new (repeat, "timeOfDay", clock);
  json_object_set_new (timing, "repeat", repeat);
  return timing;
}

static gboolean
same_dosage (const CitizItem *old, const CitizDraft *d)
{
  if (old == NULL || g_strcmp0 (old->dosage, d->dosage) != 0 || old->as_needed != d->as_needed
      || old->times->len != d->n_times)
    return FALSE;
  for (guint i = 0; i < d->n_times; i++)
    if (g_array_index (old->times, gint16, i) != d->times[i])
      return FALSE;
  return TRUE;
}

json_t *
citiz_compose_medication (const CitizDraft *d, const json_t *base)
{
  CitizComposer c;
  const gchar *type = base != NULL ? citiz_json_text (base, "resourceType") : "";
  gboolean request = strcmp (type, "MedicationRequest") == 0;

  if (!citiz_said (d->title)
      || !citiz_composer_start (&c, d, base, request ? "MedicationRequest" : "MedicationStatement",
                                "subject"))
    return NULL;
  citiz_put_status (&c, "status", "active");
  gboolean same
      = c.old != NULL && g_strcmp0 (c.old->detail, d->detail) == 0
        && (strcmp (c.old->title[0], d->title) == 0 || strcmp (c.old->title[1], d->title) == 0);
  if (!same)
    {
      g_autofree gchar *text = citiz_said (d->detail)
                                   ? g_strdup_printf ("%s %s", d->title, d->detail)
                                   : g_strdup (d->title);
      json_object_del (c.resource, "medicationReference");
      json_object_set_new (c.resource, "medicationCodeableConcept",
                           citiz_make_concept (d->system, d->code, text));
    }
  if (!request)
    {
      json_t *period = json_object ();
      g_autofree gchar *from = citiz_date_to_string (&d->onset),
                       *to = citiz_date_to_string (&d->end);
      if (*from != '\0')
        json_object_set_new (period, "start", json_string (from));
      if (*to != '\0')
        json_object_set_new (period, "end", json_string (to));
      json_object_del (c.resource, "effectiveDateTime");
      json_object_del (c.resource, "effectivePeriod");
      if (json_object_size (period) > 0)
        json_object_set (c.resource, "effectivePeriod", period);
      json_decref (period);
      put_recorded (&c, "dateAsserted");
    }
  if (!same_dosage (c.old, d))
    {
      json_t *dosage = json_object ();
      if (citiz_said (d->dosage))
        json_object_set_new (dosage, "text", json_string (d->dosage));
      if (d->n_times > 0)
        json_object_set_new (dosage, "timing", make_timing (d));
      if (d->as_needed)
        json_object_set_new (dosage, "asNeededBoolean", json_true ());
      if (citiz_said (d->route))
        json_object_set_new (dosage, "route", text_concept (d->route));
      json_object_set_new (c.resource, request ? "dosageInstruction" : "dosage",
                           citiz_make_list (dosage));
    }
  if (citiz_said (d->reason) && (c.old == NULL || strcmp (c.old->reason, d->reason) != 0))
    json_object_set_new (c.resource, "statusReason",
                         request ? text_concept (d->reason)
                                 : citiz_make_list (text_concept (d->reason)));
  citiz_put_note (&c);
  return citiz_composer_finish (&c);
}

/* Which of the doses of a day it is: the day and hour it was due, or false for one that was not planned. */
static void
put_planned (CitizComposer *c)
{
  const CitizDate *planned = &c->draft->planned;
  json_t *extensions = json_object_get (c->resource, "extension"), *ours = NULL;

  for (gsize i = json_array_size (extensions); i-- > 0;)
    if (g_str_has_suffix (citiz_json_text (json_array_get (extensions, i), "url"), "/planned"))
      json_array_remove (extensions, i);
  if (c->draft->unplanned)
    ours = citiz_make_extension ("planned", "valueBoolean", json_false ());
  else if (planned->precision == CITIZ_DATE_TIME)
    {
      g_autofree gchar *text = citiz_date_to_string (planned);

      ours = citiz_make_extension ("planned", "valueDateTime", json_string (text));
    }
  if (ours != NULL && extensions == NULL)
    json_object_set_new (c->resource, "extension", extensions = json_array ());
  if (ours != NULL)
    json_array_extend (extensions, ours);
  json_decref (ours);
  if (json_array_size (extensions) == 0)
    json_object_del (c->resource, "extension");
}

json_t *
citiz_compose_dose (const CitizDraft *d, const json_t *base)
{
  CitizComposer c;

  if (d->subject == NULL
      || !citiz_composer_start (&c, d, base, "MedicationAdministration", "subject"))
    return NULL;
  const CitizItem *m = d->subject;
  /* Two clinics may give the same number; what is in no record yet, as in the sample, has but its own. */
  g_autofree gchar *name
      = citiz_id_is_zero (&m->id) ? g_strdup (m->fhir_id) : citiz_id_to_hex (&m->id);
  g_autofree gchar *reference = g_strconcat (m->type, "/", name, NULL);
  g_autofree gchar *text
      = m->detail[0] != '\0' ? g_strdup_printf ("%s %s", m->title[citiz_env_language ()], m->detail)
                             : g_strdup (m->title[citiz_env_language ()]);
  json_t *link = json_object ();
  json_object_set_new (c.resource, "status", json_string (d->taken ? "completed" : "not-done"));
  json_object_set_new (c.resource, "medicationCodeableConcept",
                       citiz_make_concept (m->system, m->code, text));
  json_object_set_new (link, "reference", json_string (reference));
  json_object_set_new (c.resource, "supportingInformation", citiz_make_list (link));
  CitizDate when
      = d->onset.precision != CITIZ_DATE_NONE ? d->onset : citiz_date_from_time (d->now, d->offset);
  citiz_put_date (&c, "effectiveDateTime", &when, NULL, NULL);
  put_planned (&c);
  if (!d->taken && citiz_said (d->reason))
    json_object_set_new (c.resource, "statusReason", citiz_make_list (text_concept (d->reason)));
  else
    json_object_del (c.resource, "statusReason");
  citiz_put_note (&c);
  return citiz_composer_finish (&c);
}

json_t *
citiz_compose_immunization (const CitizDraft *d, const json_t *base)
{
  static const gchar *const instead[] = {"occurrenceString", NULL};
  CitizComposer c;

  if (!citiz_said (d->title) || !citiz_composer_start (&c, d, base, "Immunization", "patient"))
    return NULL;
  citiz_put_status (&c, "status", "completed");
  citiz_put_title (&c, "vaccineCode");
  if (d->onset.precision == CITIZ_DATE_NONE && c.old == NULL)
    json_object_set_new (c.resource, "occurrenceString", json_string ("unknown"));
  else
    citiz_put_date (&c, "occurrenceDateTime", &d->onset, c.old ? &c.old->onset : NULL, instead);
  put_recorded (&c, "recorded");
  if (citiz_said (d->detail) && (c.old == NULL || strcmp (c.old->detail, d->detail) != 0))
    {
      json_t *protocol = json_object ();
      json_object_set_new (protocol, "doseNumberString", json_string (d->detail));
      json_object_set_new (c.resource, "protocolApplied", citiz_make_list (protocol));
    }
  citiz_put_note (&c);
  return citiz_composer_finish (&c);
}

json_t *
citiz_compose_procedure (const CitizDraft *d, const json_t *base)
{
  static const gchar *const instead[] = {"performedPeriod", "performedString", NULL};
  CitizComposer c;

  if (!citiz_said (d->title) || !citiz_composer_start (&c, d, base, "Procedure", "subject"))
    return NULL;
  citiz_put_status (&c, "status", "completed");
  citiz_put_title (&c, "code");
  citiz_put_date (&c, "performedDateTime", &d->onset, c.old ? &c.old->onset : NULL, instead);
  if (citiz_said (d->reason) && (c.old == NULL || strcmp (c.old->reason, d->reason) != 0))
    json_object_set_new (c.resource, "reasonCode", citiz_make_list (text_concept (d->reason)));
  citiz_put_note (&c);
  return citiz_composer_finish (&c);
}

/* A device in use: the device itself is contained in its use. */
json_t *
citiz_compose_device (const CitizDraft *d, const json_t *base)
{
  CitizComposer c;

  if (!citiz_said (d->title)
      || !citiz_composer_start (&c, d, base, "DeviceUseStatement", "subject"))
    return NULL;
  gboolean same
      = c.old != NULL && g_strcmp0 (c.old->detail, d->detail) == 0
        && (strcmp (c.old->title[0], d->title) == 0 || strcmp (c.old->title[1], d->title) == 0);
  citiz_put_status (&c, "status", "active");
  if (!same)
    {
      json_t *device = json_object (), *link = json_object ();
      json_object_set_new (device, "resourceType", json_string ("Device"));
      json_object_set_new (device, "id", json_string ("device"));
      json_object_set_new (device, "type", citiz_make_concept (d->system, d->code, d->title));
      if (citiz_said (d->detail))
        json_object_set_new (device, "modelNumber", json_string (d->detail));
      json_object_set_new (link, "reference", json_string ("#device"));
      json_object_set_new (c.resource, "contained", citiz_make_list (device));
      json_object_set_new (c.resource, "device", link);
    }
  json_t *period = json_object ();
  g_autofree gchar *from = citiz_date_to_string (&d->onset), *to = citiz_date_to_string (&d->end);
  if (*from != '\0')
    json_object_set_new (period, "start", json_string (from));
  if (*to != '\0')
    json_object_set_new (period, "end", json_string (to));
  json_object_del (c.resource, "timingDateTime");
  json_object_del (c.resource, "timingPeriod");
  if (json_object_size (period) > 0)
    json_object_set (c.resource, "timingPeriod", period);
  json_decref (period);
  put_recorded (&c, "recordedOn");
  citiz_put_note (&c);
  return citiz_composer_finish (&c);
}

/* As the person says; else a visit of a day is to come until that day is over, on their wall. */
static gboolean
is_planned (const CitizDraft *d)
{
  if (d->status == CITIZ_STATUS_PLANNED || d->status == CITIZ_STATUS_COMPLETED)
    return d->status == CITIZ_STATUS_PLANNED;
  if (d->onset.precision == CITIZ_DATE_DAY)
    return citiz_date_day (&d->onset) >= citiz_day_of (d->now.ms, d->offset);
  return d->onset.precision != CITIZ_DATE_NONE && citiz_date_start (&d->onset).ms > d->now.ms;
}

json_t *
citiz_compose_visit (const CitizDraft *d, const json_t *base)
{
  CitizComposer c;

  if (!citiz_said (d->title) || !citiz_composer_start (&c, d, base, "Encounter", "subject"))
    return NULL;
  json_object_set_new (c.resource, "status", json_string (is_planned (d) ? "planned" : "finished"));
  if (c.old == NULL)
    {
      json_t *class = json_object ();
      json_object_set_new (class, "system",
                           json_string ("http://terminology.hl7.org/CodeSystem/v3-ActCode"));
      json_object_set_new (class, "code", json_string ("AMB"));
      json_object_set_new (c.resource, "class", class);
    }
  if (c.old == NULL || (strcmp (c.old->title[0], d->title) && strcmp (c.old->title[1], d->title)))
    json_object_set_new (c.resource, "type", citiz_make_list (text_concept (d->title)));
  if (d->onset.precision != CITIZ_DATE_NONE)
    {
      json_t *period = json_object ();
      g_autofree gchar *from = citiz_date_to_string (&d->onset),
                       *to = citiz_date_to_string (&d->end);
      json_object_set_new (period, "start", json_string (from));
      if (*to != '\0')
        json_object_set_new (period, "end", json_string (to));
      json_object_set_new (c.resource, "period", period);
    }
  if (citiz_said (d->person))
    {
      json_t *who = json_object (), *participant = json_object ();
      json_object_set_new (who, "display", json_string (d->person));
      json_object_set_new (participant, "individual", who);
      json_object_set_new (c.resource, "participant", citiz_make_list (participant));
    }
  if (citiz_said (d->site))
    {
      json_t *where = json_object ();
      json_object_set_new (where, "display", json_string (d->site));
      json_object_set_new (c.resource, "serviceProvider", where);
    }
  if (citiz_said (d->reason))
    json_object_set_new (c.resource, "reasonCode", citiz_make_list (text_concept (d->reason)));
  return citiz_composer_finish (&c);
}

json_t *
citiz_compose_document (const CitizDraft *d, const json_t *base)
{
  CitizComposer c;

  if (!citiz_said (d->title) || !citiz_composer_start (&c, d, base, "DocumentReference", "subject"))
    return NULL;
  json_object_set_new (c.resource, "status", json_string ("current"));
  citiz_put_text (&c, "description", d->title, NULL);
  if (c.old == NULL || citiz_said (d->blob))
    {
      json_t *attachment = json_object (), *content = json_object ();
      json_object_set_new (
          attachment, "contentType",
          json_string (citiz_said (d->content_type) ? d->content_type : "application/pdf"));
      json_object_set_new (attachment, "title", json_string (d->title));
      json_object_set_new (attachment, "size", json_integer ((json_int_t) d->size));
      if (citiz_said (d->blob))
        json_object_set_new (attachment, "url", json_string (d->blob));
      if (d->pages > 0)
        json_object_set_new (
            attachment, "extension",
            citiz_make_extension ("pages", "valueUnsignedInt", json_integer (d->pages)));
      json_object_set_new (content, "attachment", attachment);
      json_object_set_new (c.resource, "content", citiz_make_list (content));
    }
  if (d->onset.precision != CITIZ_DATE_NONE)
    {
      json_t *context = json_object (), *period = json_object ();
      g_autofree gchar *from = citiz_date_to_string (&d->onset);
      json_object_set_new (period, "start", json_string (from));
      json_object_set_new (context, "period", period);
      json_object_set_new (c.resource, "context", context);
    }
  put_recorded (&c, "date");
  return citiz_composer_finish (&c);
}

json_t *
citiz_compose_family (const CitizDraft *d, const json_t *base)
{
  CitizComposer c;
  json_t *condition;

  if (!citiz_said (d->title)
      || !citiz_composer_start (&c, d, base, "FamilyMemberHistory", "patient"))
    return NULL;
  json_object_set_new (c.resource, "status", json_string ("completed"));
  if (c.old == NULL || g_strcmp0 (c.old->relationship, d->relationship) != 0)
    json_object_set_new (c.resource, "relationship",
                         text_concept (citiz_said (d->relationship) ? d->relationship : "?"));
  if (c.old == NULL || (strcmp (c.old->title[0], d->title) && strcmp (c.old->title[1], d->title)))
    {
      condition = json_object ();
      json_object_set_new (condition, "code", citiz_make_concept (d->system, d->code, d->title));
      if (citiz_said (d->detail))
        json_object_set_new (condition, "onsetString", json_string (d->detail));
      json_object_set_new (c.resource, "condition", citiz_make_list (condition));
    }
  citiz_put_note (&c);
  return citiz_composer_finish (&c);
}

json_t *
citiz_compose_directive (const CitizDraft *d, const json_t *base)
{
  CitizComposer c;

  if (!citiz_said (d->title) || !citiz_composer_start (&c, d, base, "Consent", "patient"))
    return NULL;
  json_object_set_new (c.resource, "status",
                       json_string (d->status == CITIZ_STATUS_INACTIVE ? "inactive" : "active"));
  if (c.old == NULL)
    {
      json_object_set_new (
          c.resource, "scope",
          citiz_make_concept ("http://terminology.hl7.org/CodeSystem/consentscope", "adr", NULL));
      json_object_set_new (c.resource, "policyRule", text_concept ("Québec"));
    }
  if (c.old == NULL || (strcmp (c.old->title[0], d->title) && strcmp (c.old->title[1], d->title)))
    json_object_set_new (c.resource, "category",
                         citiz_make_list (citiz_make_concept (d->system, d->code, d->title)));
  citiz_put_date (&c, "dateTime", &d->onset, c.old ? &c.old->onset : NULL, NULL);
  if (citiz_said (d->detail) && (c.old == NULL || strcmp (c.old->detail, d->detail) != 0))
    {
      json_t *provision = json_object ();
      json_object_set_new (provision, "code", citiz_make_list (text_concept (d->detail)));
      json_object_set_new (c.resource, "provision", provision);
    }
  if (citiz_said (d->note))
    {
      json_t *attachment = json_object ();
      json_object_set_new (attachment, "title", json_string (d->note));
      json_object_set_new (c.resource, "sourceAttachment", attachment);
    }
  return citiz_composer_finish (&c);
}

static json_t *
make_telecom (const CitizDraft *d)
{
  json_t *list = json_array ();
  const gchar *const values[][2] = {{"phone", d->phone}, {"email", d->email}};

  for (guint i = 0; i < 2; i++)
    if (citiz_said (values[i][1]))
      {
        json_t *telecom = json_object ();
        json_object_set_new (telecom, "system", json_string (values[i][0]));
        json_object_set_new (telecom, "value", json_string (values[i][1]));
        json_array_append_new (list, telecom);
      }
  return list;
}

json_t *
citiz_compose_contact (const CitizDraft *d, const json_t *base)
{
  CitizComposer c;
  gboolean carer = d->role == CITIZ_ROLE_PHYSICIAN, place = d->role == CITIZ_ROLE_PHARMACY;
  const gchar *type = base != NULL ? citiz_json_text (base, "resourceType")
                      : carer      ? "Practitioner"
                      : place      ? "Organization"
                                   : "RelatedPerson";

  if (!citiz_said (d->title)
      || !citiz_composer_start (&c, d, base, type,
                                base == NULL && !carer && !place ? "patient" : NULL))
    return NULL;
  if (c.old == NULL || strcmp (c.old->title[0], d->title) != 0)
    {
      json_t *name = json_object ();
      json_object_set_new (name, "text", json_string (d->title));
      json_object_set_new (c.resource, "name",
                           strcmp (type, "Organization") == 0
                               ? json_string (d->title)
                               : citiz_make_list (json_incref (name)));
      json_decref (name);
    }
  if (c.old == NULL || g_strcmp0 (c.old->phone, d->phone) != 0
      || g_strcmp0 (c.old->email, d->email) != 0)
    json_object_set_new (c.resource, "telecom", make_telecom (d));
  if (citiz_said (d->relationship)
      && (c.old == NULL || strcmp (c.old->relationship, d->relationship) != 0))
    {
      json_t *concept = text_concept (d->relationship);
      if (strcmp (type, "Practitioner") == 0)
        {
          json_t *qualification = json_object ();
          json_object_set_new (qualification, "code", concept);
          json_object_set_new (c.resource, "qualification", citiz_make_list (qualification));
        }
      else
        json_object_set_new (c.resource,
                             strcmp (type, "Organization") == 0 ? "type" : "relationship",
                             citiz_make_list (concept));
    }
  return citiz_composer_finish (&c);
}

json_t *
citiz_compose_patient (const CitizDraft *d, const json_t *base)
{
  CitizComposer c;

  if (!citiz_said (d->given) && !citiz_said (d->family))
    return NULL;
  citiz_composer_start (&c, d, base, "Patient", NULL);
  json_t *name = json_deep_copy (citiz_json_path (c.resource, "name.0"));
  if (name == NULL)
    name = json_object ();
  json_object_del (name, "text");
  if (citiz_said (d->family))
    json_object_set_new (name, "family", json_string (d->family));
  if (citiz_said (d->given))
    json_object_set_new (name, "given", citiz_make_list (json_string (d->given)));
  json_object_set_new (c.resource, "name", citiz_make_list (name));
  if (citiz_said (d->gender))
    json_object_set_new (c.resource, "gender", json_string (d->gender));
  if (d->onset.precision != CITIZ_DATE_NONE)
    citiz_put_date (&c, "birthDate", &d->onset, c.old ? &c.old->onset : NULL, NULL);
  if (citiz_said (d->phone) || citiz_said (d->email))
    json_object_set_new (c.resource, "telecom", make_telecom (d));
  if (citiz_said (d->health_number))
    {
      json_t *identifier = json_object ();
      json_object_set_new (
          identifier, "type",
          citiz_make_concept ("http://terminology.hl7.org/CodeSystem/v2-0203", "JHN", "RAMQ"));
      json_object_set_new (identifier, "value", json_string (d->health_number));
      json_object_set_new (c.resource, "identifier", citiz_make_list (identifier));
    }
  if (citiz_said (d->address))
    {
      json_t *address = json_object ();
      json_object_set_new (address, "text", json_string (d->address));
      json_object_set_new (c.resource, "address", citiz_make_list (address));
    }
  if (citiz_said (d->languages))
    {
      g_auto (GStrv) codes = g_strsplit (d->languages, ",", 8);
      json_t *list = json_array ();
      for (guint i = 0; codes[i] != NULL; i++)
        {
          json_t *one_language = json_object ();
          json_object_set_new (one_language, "language",
                               citiz_make_concept ("urn:ietf:bcp:47", g_strstrip (codes[i]), NULL));
          if (i == 0)
            json_object_set_new (one_language, "preferred", json_true ());
          json_array_append_new (list, one_language);
        }
      json_object_set_new (c.resource, "communication", list);
    }
  return citiz_composer_finish (&c);
}
