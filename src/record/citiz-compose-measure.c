/* Composers of what is measured, moved and eaten. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-env.h"
#include "record/citiz-compose-private.h"
#include "record/citiz-item-private.h"

#include <string.h>

#define CATEGORY "http://terminology.hl7.org/CodeSystem/observation-category"

static json_t *
measure_concept (const CitizMeasure *m)
{
  return m->loinc[0] != '\0'
             ? citiz_make_concept (CITIZ_SYSTEM_LOINC, m->loinc, m->name[citiz_env_language ()])
             : citiz_make_concept (CITIZ_SYSTEM_LOCAL, m->key, m->name[citiz_env_language ()]);
}

static void
put_when (CitizComposer *c)
{
  static const gchar *const instead[] = {"effectivePeriod", "effectiveInstant", NULL};
  CitizDate when = c->draft->onset.precision != CITIZ_DATE_NONE
                       ? c->draft->onset
                       : citiz_date_from_time (c->draft->now, c->draft->offset);

  if (c->draft->onset.precision == CITIZ_DATE_NONE)
    when.ms = when.digits = 0;
  citiz_put_date (c, "effectiveDateTime", &when, c->old ? &c->old->onset : NULL, instead);
}

static void
put_category (CitizComposer *c, const gchar *code)
{
  if (c->old == NULL)
    json_object_set_new (c->resource, "category",
                         citiz_make_list (citiz_make_concept (CATEGORY, code, NULL)));
}

static json_t *
make_component (const CitizMeasure *m, json_t *quantity)
{
  json_t *component = json_object ();

  json_object_set_new (component, "code", measure_concept (m));
  json_object_set_new (component, "valueQuantity", quantity);
  return component;
}

/* The new number takes the place of the old one; the old interpretation no longer holds. */
static void
put_quantity (CitizComposer *c, json_t *quantity)
{
  json_t *before = json_object_get (c->resource, "valueQuantity");
  CitizDecimal old = citiz_json_get_decimal (before, "value");
  CitizDecimal new = citiz_json_get_decimal (quantity, "value");
  const gchar *unit = citiz_json_text (before, "code");

  if (before != NULL && strcmp (old.text, new.text) == 0
      && strcmp (unit, citiz_json_text (quantity, "code")) == 0)
    {
      json_decref (quantity);
      return;
    }
  json_object_set_new (c->resource, "valueQuantity", quantity);
  json_object_del (c->resource, "interpretation");
  json_object_del (c->resource, "dataAbsentReason");
  json_object_del (c->resource, "valueString");
  json_object_del (c->resource, "valueCodeableConcept");
}

json_t *
citiz_compose_measure (const CitizDraft *d, const json_t *base)
{
  gboolean pressure = g_strcmp0 (d->measure, "bp_panel") == 0
                      || (g_strcmp0 (d->measure, "bp_sys") == 0 && citiz_said (d->value2));
  const CitizMeasure *m = citiz_measure_get (pressure ? "bp_panel" : d->measure);
  json_t *value = m != NULL || base != NULL /* a correction of what the catalogue does not know */
                      ? citiz_make_quantity (d->value, citiz_said (d->unit) ? d->unit
                                                       : m != NULL          ? m->ucum
                                                                            : NULL)
                      : NULL;
  CitizComposer c;

  if (value == NULL)
    return NULL;
  citiz_composer_start (&c, d, base, "Observation", "subject");
  citiz_put_status (&c, "status", "final");
  if (m != NULL)
    put_category (&c, m->laboratory                                      ? "laboratory"
                      : m->aggregate == CITIZ_AGGREGATE_SUM && !pressure ? "activity"
                                                                         : "vital-signs");
  if (m != NULL && (c.old == NULL || c.old->measure != m))
    json_object_set_new (c.resource, "code", measure_concept (m));
  put_when (&c);
  if (pressure)
    {
      const gchar *unit = citiz_said (d->unit) ? d->unit : "mm[Hg]";
      json_t *parts = json_array (), *diastolic = citiz_make_quantity (d->value2, unit);
      json_decref (value);
      json_array_append_new (parts, make_component (citiz_measure_get ("bp_sys"),
                                                    citiz_make_quantity (d->value, unit)));
      if (diastolic != NULL)
        json_array_append_new (parts, make_component (citiz_measure_get ("bp_dia"), diastolic));
      json_object_del (c.resource, "interpretation");
      json_object_set_new (c.resource, "component", parts);
    }
  else
    put_quantity (&c, value);
  citiz_put_note (&c);
  return citiz_composer_finish (&c);
}

static void
put_range (CitizComposer *c)
{
  const CitizDraft *d = c->draft;
  const gchar *const ends[][2] = {{"low", d->low}, {"high", d->high}};
  json_t *range;

  if (c->old != NULL && g_strcmp0 (c->old->range.low.text, d->low) == 0
      && g_strcmp0 (c->old->range.high.text, d->high) == 0)
    return;
  json_object_del (c->resource, "referenceRange");
  range = json_object ();
  for (guint i = 0; i < 2; i++)
    {
      json_t *quantity = citiz_make_quantity (ends[i][1], d->unit);
      if (quantity != NULL)
        json_object_set_new (range, ends[i][0], quantity);
    }
  if (json_object_size (range) > 0)
    json_object_set_new (c->resource, "referenceRange", citiz_make_list (json_incref (range)));
  json_decref (range);
}

/* As its source wrote it, with all that it says of it, unless a person changed the name. */
static void
put_laboratory (CitizComposer *c)
{
  const gchar *name = c->draft->person != NULL ? c->draft->person : "";
  json_t *who;

  if (strcmp (name, c->old != NULL ? c->old->person : "") == 0)
    return;
  json_object_del (c->resource, "performer");
  if (*name == '\0')
    return;
  who = json_object ();
  json_object_set_new (who, "display", json_string (name));
  json_object_set_new (c->resource, "performer", citiz_make_list (who));
}

json_t *
citiz_compose_result (const CitizDraft *d, const json_t *base)
{
  const CitizMeasure *m = citiz_measure_get (d->measure);
  json_t *quantity = citiz_make_quantity (d->value, citiz_said (d->unit) ? d->unit
                                                    : m != NULL          ? m->ucum
                                                                         : NULL);
  CitizComposer c;

  if ((m == NULL && !citiz_said (d->title)) || (quantity == NULL && !citiz_said (d->text)))
    {
      json_decref (quantity);
      return NULL;
    }
  citiz_composer_start (&c, d, base, "Observation", "subject");
  citiz_put_status (&c, "status", "final");
  put_category (&c, citiz_said (d->category) ? d->category : "laboratory");
  if (m == NULL)
    citiz_put_title (&c, "code");
  else if (c.old == NULL || c.old->measure != m)
    json_object_set_new (c.resource, "code", measure_concept (m));
  put_when (&c);
  if (quantity != NULL)
    put_quantity (&c, quantity);
  else if (c.old == NULL || strcmp (c.old->text, d->text) != 0)
    {
      json_object_del (c.resource, "valueQuantity");
      json_object_del (c.resource, "valueCodeableConcept");
      json_object_set_new (c.resource, "valueString", json_string (d->text));
    }
  put_range (&c);
  put_laboratory (&c);
  citiz_put_note (&c);
  return citiz_composer_finish (&c);
}

static void
put_parts (CitizComposer *c, const gchar *unit)
{
  const CitizDraft *d = c->draft;
  json_t *parts = json_array ();

  for (guint i = 0; i < d->n_parts; i++)
    {
      const CitizDraftPart *part = &d->parts[i];
      json_t *quantity
          = citiz_make_quantity (part->value, citiz_said (part->unit) ? part->unit : unit);
      if (quantity == NULL)
        continue;
      json_t *component = json_object ();
      json_object_set_new (component, "code",
                           citiz_make_concept (part->system, part->code, part->title));
      json_object_set_new (component, "valueQuantity", quantity);
      json_array_append_new (parts, component);
    }
  if (json_array_size (parts) > 0)
    json_object_set (c->resource, "component", parts);
  else if (c->old == NULL || d->n_parts > 0)
    json_object_del (c->resource, "component");
  json_decref (parts);
}

/* code: what it is for machines, what kind of meal or session, and its name. */
static void
put_event_code (CitizComposer *c, const gchar *system, const gchar *code)
{
  json_t *concept = citiz_make_concept (system, code, c->draft->title);

  if (citiz_said (c->draft->category))
    {
      json_t *kind = json_object ();
      json_object_set_new (kind, "system", json_string (CITIZ_SYSTEM_LOCAL));
      json_object_set_new (kind, "code", json_string (c->draft->category));
      json_array_append_new (json_object_get (concept, "coding"), kind);
    }
  json_object_set_new (c->resource, "code", concept);
}

json_t *
citiz_compose_session (const CitizDraft *d, const json_t *base)
{
  CitizComposer c;

  if (!citiz_said (d->title))
    return NULL;
  citiz_composer_start (&c, d, base, "Observation", "subject");
  citiz_put_status (&c, "status", "final");
  put_category (&c, "activity");
  put_event_code (&c, CITIZ_SYSTEM_LOINC, "73985-4");
  if (d->end.precision == CITIZ_DATE_TIME && d->onset.precision == CITIZ_DATE_TIME)
    {
      json_t *period = json_object ();
      g_autofree gchar *from = citiz_date_to_string (&d->onset),
                       *to = citiz_date_to_string (&d->end);
      json_object_set_new (period, "start", json_string (from));
      json_object_set_new (period, "end", json_string (to));
      json_object_del (c.resource, "effectiveDateTime");
      json_object_set_new (c.resource, "effectivePeriod", period);
    }
  else
    put_when (&c);
  put_parts (&c, "min");
  if (citiz_said (d->route))
    json_object_set_new (c.resource, "extension",
                         citiz_make_extension ("route", "valueString", json_string (d->route)));
  citiz_put_note (&c);
  return citiz_composer_finish (&c);
}

json_t *
citiz_compose_meal (const CitizDraft *d, const json_t *base)
{
  CitizComposer c;

  if (!citiz_said (d->title) && !citiz_said (d->category) && d->n_parts == 0)
    return NULL;
  citiz_composer_start (&c, d, base, "Observation", "subject");
  citiz_put_status (&c, "status", "final");
  put_event_code (&c, CITIZ_SYSTEM_TYPES, "NutritionIntake");
  put_when (&c);
  put_parts (&c, "g");
  citiz_put_note (&c);
  return citiz_composer_finish (&c);
}

json_t *
citiz_compose_goal (const CitizDraft *d, const json_t *base)
{
  const CitizMeasure *m = citiz_measure_get (d->measure);
  CitizComposer c;
  json_t *target, *low, *high;
  const gchar *unit;

  if (m == NULL || (!citiz_said (d->low) && !citiz_said (d->high)))
    return NULL;
  unit = citiz_said (d->unit) ? d->unit : m->ucum;
  citiz_composer_start (&c, d, base, "Goal", "subject");
  json_object_set_new (c.resource, "lifecycleStatus",
                       json_string (d->status == CITIZ_STATUS_CANCELLED ? "cancelled" : "active"));
  json_object_set_new (
      c.resource, "description",
      citiz_make_concept (NULL, NULL,
                          citiz_said (d->title) ? d->title : m->name[citiz_env_language ()]));
  target = json_object ();
  json_object_set_new (target, "measure", measure_concept (m));
  low = citiz_make_quantity (d->low, unit);
  high = citiz_make_quantity (d->high, unit);
  json_t *range = json_object ();
  if (low != NULL)
    json_object_set_new (range, "low", low);
  if (high != NULL)
    json_object_set_new (range, "high", high);
  json_object_set_new (target, "detailRange", range);
  json_object_set_new (c.resource, "target", citiz_make_list (target));
  citiz_put_date (&c, "startDate", &d->onset, c.old ? &c.old->onset : NULL, NULL);
  if (citiz_said (d->person))
    {
      json_t *who = json_object ();
      json_object_set_new (who, "display", json_string (d->person));
      json_object_set_new (c.resource, "expressedBy", who);
    }
  citiz_put_note (&c);
  return citiz_composer_finish (&c);
}

json_t *
citiz_compose_note (const CitizDraft *d, const json_t *base)
{
  const gchar *text = citiz_said (d->text) ? d->text : d->note;
  CitizComposer c;

  if (!citiz_said (text))
    return NULL;
  citiz_composer_start (&c, d, base, "Observation", "subject");
  citiz_put_status (&c, "status", "final");
  json_object_set_new (
      c.resource, "code",
      citiz_make_concept (CITIZ_SYSTEM_LOCAL, "note", citiz_said (d->title) ? d->title : "Note"));
  put_when (&c);
  json_object_set_new (c.resource, "valueString", json_string (text));
  return citiz_composer_finish (&c);
}
