/* What all composers share: a correction starts from what it corrects. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-compose-private.h"
#include "record/citiz-item-private.h"
#include "record/citiz-unit.h"

#include <string.h>

gboolean
citiz_said (const gchar *text)
{
  return text != NULL && *text != '\0';
}

gboolean
citiz_composer_start (CitizComposer *c,
                      const CitizDraft *draft,
                      const json_t *base,
                      const gchar *type,
                      const gchar *subject)
{
  static const CitizId none = {{0}};

  *c = (CitizComposer){.draft = draft};
  if (base != NULL && strcmp (citiz_json_text (base, "resourceType"), type) == 0)
    {
      c->resource = json_deep_copy (base);
      c->old = citiz_item_new_from_json (c->resource, &none, 1, 0, NULL);
    }
  else
    {
      c->resource = json_object ();
      json_object_set_new (c->resource, "resourceType", json_string (type));
      if (subject != NULL)
        {
          json_t *reference = json_object ();
          json_object_set_new (reference, "reference", json_string ("Patient/self"));
          json_object_set_new (c->resource, subject, reference);
        }
    }
  return TRUE;
}

json_t *
citiz_composer_finish (CitizComposer *c)
{
  g_clear_pointer (&c->old, citiz_item_unref);
  return c->resource;
}

json_t *
citiz_make_list (json_t *value)
{
  json_t *list = json_array ();

  json_array_append_new (list, value);
  return list;
}

json_t *
citiz_make_concept (const gchar *system, const gchar *code, const gchar *text)
{
  json_t *concept = json_object ();

  if (citiz_said (code))
    {
      json_t *codings = json_array (), *coding = json_object ();
      if (citiz_said (system))
        json_object_set_new (coding, "system", json_string (system));
      json_object_set_new (coding, "code", json_string (code));
      json_array_append_new (codings, coding);
      json_object_set_new (concept, "coding", codings);
    }
  if (citiz_said (text))
    json_object_set_new (concept, "text", json_string (text));
  return concept;
}

void
citiz_put_title (CitizComposer *c, const gchar *field)
{
  const CitizDraft *d = c->draft;

  if (!citiz_said (d->title)
      || (c->old != NULL && json_object_get (c->resource, field) != NULL
          && (strcmp (c->old->title[0], d->title) == 0
              || strcmp (c->old->title[1], d->title) == 0)))
    return;
  json_object_set_new (c->resource, field, citiz_make_concept (d->system, d->code, d->title));
}

void
citiz_put_text (CitizComposer *c, const gchar *field, const gchar *text, const gchar *old)
{
  if (c->old != NULL && g_strcmp0 (text, old) == 0)
    return;
  if (citiz_said (text))
    json_object_set_new (c->resource, field, json_string (text));
  else
    json_object_del (c->resource, field);
}

/* `instead` are other ways the same date may be said: they give way. */
void
citiz_put_date (CitizComposer *c,
                const gchar *field,
                const CitizDate *date,
                const CitizDate *old,
                const gchar *const *instead)
{
  if (c->old != NULL && old != NULL && old->precision == date->precision
      && citiz_date_compare (old, date) == 0)
    return;
  for (guint i = 0; instead != NULL && instead[i] != NULL; i++)
    json_object_del (c->resource, instead[i]);
  if (date->precision == CITIZ_DATE_NONE)
    {
      json_object_del (c->resource, field);
      return;
    }
  g_autofree gchar *text = citiz_date_to_string (date);
  json_object_set_new (c->resource, field, json_string (text));
}

void
citiz_put_note (CitizComposer *c)
{
  const gchar *text = c->draft->note != NULL ? c->draft->note : "";

  if (c->old != NULL && strcmp (c->old->note, text) == 0)
    return;
  json_object_del (c->resource, "note");
  if (*text == '\0')
    return;
  json_t *notes = json_array (), *note = json_object ();
  json_object_set_new (note, "text", json_string (text));
  json_array_append_new (notes, note);
  json_object_set_new (c->resource, "note", notes);
}

const gchar *
citiz_status_code (CitizStatus status)
{
  static const gchar *const codes[]
      = {NULL,          "active",    "recurrence", "relapse",          "inactive",
         "remission",   "resolved",  "completed",  "stopped",          "on-hold",
         "cancelled",   "not-taken", "not-done",   "intended",         "draft",
         "preliminary", "final",     "amended",    "entered-in-error", NULL};
  return (guint) status < G_N_ELEMENTS (codes) ? codes[status] : NULL;
}

void
citiz_put_status (CitizComposer *c, const gchar *field, const gchar *usual)
{
  const gchar *code = citiz_status_code (c->draft->status);

  if (c->old != NULL && (code == NULL || c->old->status == c->draft->status)
      && json_object_get (c->resource, field) != NULL)
    return;
  json_object_set_new (c->resource, field, json_string (code != NULL ? code : usual));
}

json_t *
citiz_make_quantity (const gchar *value, const gchar *unit)
{
  CitizDecimal decimal;
  json_t *quantity;

  if (!citiz_said (value) || !citiz_decimal_parse_typed (&decimal, value))
    return NULL;
  quantity = json_object ();
  citiz_json_set_decimal (quantity, "value", &decimal);
  if (citiz_said (unit))
    {
      const gchar *ucum = citiz_unit_ucum (unit);
      json_object_set_new (quantity, "unit", json_string (unit));
      json_object_set_new (quantity, "system", json_string (CITIZ_SYSTEM_UCUM));
      json_object_set_new (quantity, "code", json_string (ucum));
    }
  return quantity;
}

json_t *
citiz_make_extension (const gchar *name, const gchar *type, json_t *value)
{
  g_autofree gchar *url = g_strconcat ("https://citiz.example/fhir/", name, NULL);
  json_t *extension = json_object ();

  json_object_set_new (extension, "url", json_string (url));
  json_object_set_new (extension, type, value);
  return citiz_make_list (extension);
}

json_t *
citiz_compose (CitizKind kind, const CitizDraft *draft, const json_t *base)
{
  static json_t *(*const composers[CITIZ_N_KINDS]) (const CitizDraft *, const json_t *) = {
      [CITIZ_KIND_PATIENT] = citiz_compose_patient,
      [CITIZ_KIND_ALLERGY] = citiz_compose_allergy,
      [CITIZ_KIND_PROBLEM] = citiz_compose_problem,
      [CITIZ_KIND_MEDICATION] = citiz_compose_medication,
      [CITIZ_KIND_DOSE] = citiz_compose_dose,
      [CITIZ_KIND_IMMUNIZATION] = citiz_compose_immunization,
      [CITIZ_KIND_RESULT] = citiz_compose_result,
      [CITIZ_KIND_MEASURE] = citiz_compose_measure,
      [CITIZ_KIND_PROCEDURE] = citiz_compose_procedure,
      [CITIZ_KIND_DEVICE] = citiz_compose_device,
      [CITIZ_KIND_VISIT] = citiz_compose_visit,
      [CITIZ_KIND_DOCUMENT] = citiz_compose_document,
      [CITIZ_KIND_FAMILY] = citiz_compose_family,
      [CITIZ_KIND_DIRECTIVE] = citiz_compose_directive,
      [CITIZ_KIND_CONTACT] = citiz_compose_contact,
      [CITIZ_KIND_SESSION] = citiz_compose_session,
      [CITIZ_KIND_MEAL] = citiz_compose_meal,
      [CITIZ_KIND_GOAL] = citiz_compose_goal,
      [CITIZ_KIND_NOTE] = citiz_compose_note,
  };

  return (guint) kind < CITIZ_N_KINDS && composers[kind] != NULL ? composers[kind](draft, base)
                                                                 : NULL;
}

CitizDraft
citiz_draft_from_item (const CitizItem *item, CitizLanguage language)
{
  CitizDraft d = {
      .title = item->title[language],
      .system = item->system,
      .code = item->code,
      .category = item->category,
      .detail = item->detail,
      .dosage = item->dosage,
      .route = item->route,
      .reaction = item->reaction,
      .note = item->note,
      .reason = item->reason,
      .site = item->site,
      .person = item->person,
      .status = item->status,
      .verification = item->verification,
      .severity = item->severity,
      .criticality = item->criticality,
      .intolerance = item->intolerance,
      .as_needed = item->as_needed,
      .onset = item->onset,
      .end = item->end,
      .planned = item->planned,
      .unplanned = item->unplanned,
      .measure = item->measure != NULL ? item->measure->key : NULL,
      .value = item->value.text,
      .unit = item->unit,
      .low = item->range.low.text,
      .high = item->range.high.text,
      .text = item->text,
      .phone = item->phone,
      .email = item->email,
      .relationship = item->relationship,
      .role = item->role,
      .content_type = item->content_type,
      .blob = item->blob,
      .size = item->size,
      .pages = item->pages,
      .taken = item->status != CITIZ_STATUS_NOT_DONE,
  };

  for (guint i = 0; i < item->times->len && i < G_N_ELEMENTS (d.times); i++)
    d.times[d.n_times++] = g_array_index (item->times, gint16, i);
  if (d.measure != NULL && strcmp (d.measure, "bp_panel") == 0)
    {
      const CitizComponent *systolic = citiz_item_component (item, "bp_sys");
      const CitizComponent *diastolic = citiz_item_component (item, "bp_dia");
      d.value = systolic != NULL ? systolic->value.text : "";
      d.value2 = diastolic != NULL ? diastolic->value.text : "";
      d.unit = "mm[Hg]";
    }
  if (item->kind == CITIZ_KIND_PATIENT)
    {
      d.given = citiz_json_text (item->resource, "name.0.given.0");
      d.family = citiz_json_text (item->resource, "name.0.family");
      d.gender = citiz_json_text (item->resource, "gender");
      d.health_number = citiz_json_text (item->resource, "identifier.0.value");
      d.address = citiz_json_text (item->resource, "address.0.text");
      d.languages = citiz_json_text (item->resource, "communication.0.language.coding.0.code");
    }
  return d;
}
