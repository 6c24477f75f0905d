/* Readers of observations, reports and goals. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-item-private.h"
#include "record/citiz-unit.h"

#include <math.h>
#include <string.h>

static const CitizMeasure *
measure_of (const json_t *concept)
{
  const json_t *codings = json_object_get (concept, "coding");

  for (gsize i = 0; i < json_array_size (codings); i++)
    {
      const json_t *coding = json_array_get (codings, i);
      const gchar *system = citiz_json_text (coding, "system");
      const gchar *code = citiz_json_text (coding, "code");
      const CitizMeasure *m = NULL;
      if (strcmp (system, CITIZ_SYSTEM_LOINC) == 0)
        m = citiz_measure_by_loinc (code);
      else if (strcmp (system, CITIZ_SYSTEM_LOCAL) == 0)
        m = citiz_measure_get (code);
      if (m != NULL)
        return m;
    }
  return NULL;
}

static gchar *
unit_of (const json_t *quantity)
{
  const gchar *code = citiz_json_text (quantity, "code");
  const gchar *unit = citiz_json_text (quantity, "unit");

  if (strcmp (citiz_json_text (quantity, "system"), CITIZ_SYSTEM_UCUM) == 0 && *code != '\0')
    return g_strdup (code);
  return g_strdup (citiz_unit_ucum (*unit != '\0' ? unit : code));
}

/* Targets of the team come before the laboratory's interval; other types (therapeutic, pre-puberty…) do not count. */
static void
read_range (CitizRange *range, const json_t *ranges, const gchar *unit, const gchar *analyte)
{
  const json_t *best = NULL;

  for (gsize i = 0; i < json_array_size (ranges); i++)
    {
      const json_t *one = json_array_get (ranges, i);
      const gchar *type = citiz_json_text (one, "type.coding.0.code");
      if (strcmp (type, "treatment") == 0 || strcmp (type, "recommended") == 0)
        {
          best = one;
          range->owner = CITIZ_RANGE_TEAM;
          break;
        }
      if (best == NULL && (*type == '\0' || strcmp (type, "normal") == 0))
        {
          best = one;
          range->owner = CITIZ_RANGE_LABORATORY;
        }
    }
  if (best == NULL)
    return;
  /* A target is "less than"; both ends of a laboratory's interval are within it (FHIR). */
  range->below = range->owner == CITIZ_RANGE_TEAM && citiz_goal_is_below (analyte);
  static const gchar *const ends[] = {"low", "high"};
  for (guint e = 0; e < 2; e++)
    {
      const json_t *end = json_object_get (best, ends[e]);
      CitizDecimal *out = e == 0 ? &range->low : &range->high;
      g_autofree gchar *own = unit_of (end);
      gdouble converted;
      *out = citiz_json_get_decimal (end, "value");
      if (!citiz_decimal_known (out) || *own == '\0' || *unit == '\0' || strcmp (own, unit) == 0)
        continue;
      if (citiz_unit_convert (out->number, own, unit, analyte, &converted))
        *out = citiz_decimal_from_double (converted, 2);
      else
        memset (out, 0, sizeof *out);
    }
  const gchar *text = citiz_json_text (best, "text");
  range->text = *text != '\0' ? g_strdup (text) : NULL;
}

static CitizPosition
interpreted (const gchar *code)
{
  switch (code[0])
    {
    case 'H':
    case '>':
      return CITIZ_POSITION_ABOVE;
    case 'L':
    case '<':
      return CITIZ_POSITION_BELOW;
    case 'N':
      return code[1] == '\0' ? CITIZ_POSITION_IN : CITIZ_POSITION_NONE;
    default:
      return CITIZ_POSITION_NONE;
    }
}

/* "< 5" against a range says something only when the whole half-line is on one side. */
static CitizPosition
position_of (const CitizDecimal *value, const gchar *comparator, const CitizRange *range)
{
  gboolean low = citiz_decimal_known (&range->low), high = citiz_decimal_known (&range->high);

  if (comparator[0] == '\0')
    return citiz_range_position (value->number, range);
  if (comparator[0] == '<')
    {
      if (low)
        return value->number <= range->low.number ? CITIZ_POSITION_BELOW : CITIZ_POSITION_NONE;
      return high && value->number <= range->high.number ? CITIZ_POSITION_IN : CITIZ_POSITION_NONE;
    }
  if (high)
    return value->number >= range->high.number ? CITIZ_POSITION_ABOVE : CITIZ_POSITION_NONE;
  return low && value->number >= range->low.number ? CITIZ_POSITION_IN : CITIZ_POSITION_NONE;
}

/* value[x] of an Observation or a component. */
static void
read_value (const json_t *o, CitizDecimal *value, gchar **unit, gchar **comparator, gchar **text)
{
  const json_t *quantity = json_object_get (o, "valueQuantity");
  static const gchar *const plain[]
      = {"valueString", "valueDateTime", "valueTime", "valuePeriod.start", NULL};

  *unit = NULL;
  *text = NULL;
  if (quantity != NULL)
    {
      *value = citiz_json_get_decimal (quantity, "value");
      *unit = unit_of (quantity);
      if (comparator != NULL)
        citiz_keep (comparator, citiz_json_text (quantity, "comparator"));
    }
  else if (json_object_get (o, "valueCodeableConcept") != NULL)
    *text = citiz_concept_text (json_object_get (o, "valueCodeableConcept"), CITIZ_LANGUAGE_EN);
  else if (json_is_integer (json_object_get (o, "valueInteger")))
    *value = citiz_json_get_decimal (o, "valueInteger");
  else if (json_is_boolean (json_object_get (o, "valueBoolean")))
    *text = g_strdup (json_is_true (json_object_get (o, "valueBoolean")) ? "+" : "−");
  for (guint i = 0; *text == NULL && plain[i] != NULL; i++)
    if (*citiz_json_text (o, plain[i]) != '\0')
      *text = g_strdup (citiz_json_text (o, plain[i]));
  if (*unit == NULL)
    *unit = g_strdup ("");
}

static void
read_components (CitizItem *item)
{
  const json_t *list = json_object_get (item->resource, "component");

  for (gsize i = 0; i < json_array_size (list); i++)
    {
      const json_t *one = json_array_get (list, i), *concept = json_object_get (one, "code");
      CitizComponent c = {0};
      for (guint l = 0; l < 2; l++)
        {
          c.title[l] = citiz_concept_text (concept, (CitizLanguage) l);
          if (c.title[l] == NULL)
            c.title[l] = g_strdup ("");
        }
      c.system = g_strdup (citiz_json_text (concept, "coding.0.system"));
      c.code = g_strdup (citiz_json_text (concept, "coding.0.code"));
      c.measure = measure_of (concept);
      read_value (one, &c.value, &c.unit, NULL, &c.text);
      read_range (&c.range, json_object_get (one, "referenceRange"), c.unit,
                  c.measure != NULL ? c.measure->key : NULL);
      if (citiz_decimal_known (&c.value))
        c.position = citiz_range_position (c.value.number, &c.range);
      if (c.position == CITIZ_POSITION_NONE)
        c.position = interpreted (citiz_json_text (one, "interpretation.0.coding.0.code"));
      g_array_append_val (item->components, c);
    }
}

static void
read_members (CitizItem *item, const gchar *field)
{
  const json_t *list = json_object_get (item->resource, field);

  for (gsize i = 0; i < json_array_size (list); i++)
    {
      const gchar *reference = citiz_json_text (json_array_get (list, i), "reference");
      if (*reference != '\0')
        g_ptr_array_add (item->members, g_strdup (reference));
    }
}

static const gchar *
category_of (const json_t *resource)
{
  const json_t *categories = json_object_get (resource, "category");
  const gchar *code = citiz_json_text (resource, "category.0.coding.0.code");

  for (gsize i = 0; i < json_array_size (categories); i++)
    {
      const json_t *category = json_array_get (categories, i);
      if (strstr (citiz_json_text (category, "coding.0.system"), "observation-category") != NULL)
        return citiz_json_text (category, "coding.0.code");
    }
  return code;
}

static CitizKind
kind_of (const CitizItem *item)
{
  const gchar *c = item->category;

  if (strcmp (item->code, "NutritionIntake") == 0 && strcmp (item->system, CITIZ_SYSTEM_TYPES) == 0)
    return CITIZ_KIND_MEAL;
  if (strcmp (item->code, "73985-4") == 0)
    return CITIZ_KIND_SESSION;
  if (strcmp (item->code, "82810-3") == 0 || strcmp (c, "social-history") == 0)
    return CITIZ_KIND_OTHER;
  if (strcmp (item->code, "note") == 0 && strcmp (item->system, CITIZ_SYSTEM_LOCAL) == 0)
    return CITIZ_KIND_NOTE;
  if (item->members->len > 0 && item->components->len == 0 && !citiz_decimal_known (&item->value)
      && item->text[0] == '\0')
    return CITIZ_KIND_OTHER; /* a panel: its members stand for themselves */
  if (strcmp (c, "laboratory") == 0 || strcmp (c, "imaging") == 0 || strcmp (c, "procedure") == 0)
    return CITIZ_KIND_RESULT;
  if (strcmp (c, "vital-signs") == 0 || strcmp (c, "activity") == 0)
    return CITIZ_KIND_MEASURE;
  return item->measure != NULL && !item->measure->laboratory ? CITIZ_KIND_MEASURE
                                                             : CITIZ_KIND_RESULT;
}

void
citiz_read_observation (CitizItem *item)
{
  static const gchar *const from[]
      = {"effectiveDateTime", "effectivePeriod.start", "effectiveInstant", "issued", NULL};
  static const gchar *const until[] = {"effectivePeriod.end", NULL};
  const json_t *r = item->resource, *concept = json_object_get (r, "code");
  gchar *unit, *text;

  citiz_read_concept (item, concept);
  item->measure = measure_of (concept);
  citiz_keep (&item->category, category_of (r));
  citiz_read_date (&item->onset, r, from);
  citiz_read_date (&item->end, r, until);
  read_value (r, &item->value, &unit, &item->comparator, &text);
  citiz_take (&item->unit, unit);
  citiz_take (&item->text, text);
  citiz_keep (&item->absent, citiz_json_text (r, "dataAbsentReason.coding.0.code"));
  citiz_keep (&item->interpretation, citiz_json_text (r, "interpretation.0.coding.0.code"));
  read_range (&item->range, json_object_get (r, "referenceRange"), item->unit,
              item->measure != NULL ? item->measure->key : item->code);
  read_components (item);
  read_members (item, "hasMember");
  if (citiz_decimal_known (&item->value))
    item->position = position_of (&item->value, item->comparator, &item->range);
  if (item->position == CITIZ_POSITION_NONE)
    item->position = interpreted (item->interpretation);
  citiz_keep (&item->person, citiz_json_text (r, "performer.0.display"));
  citiz_keep (&item->site, citiz_json_text (r, "bodySite.text"));
  item->kind = kind_of (item);
  if (item->kind == CITIZ_KIND_MEAL || item->kind == CITIZ_KIND_SESSION)
    {
      const gchar *name = citiz_json_text (concept, "text");
      for (guint l = 0; l < 2 && *name != '\0'; l++)
        {
          const gchar *known = citiz_text_name (name, (CitizLanguage) l);
          citiz_keep (&item->title[l], known != NULL ? known : name);
        }
      citiz_keep (&item->category, citiz_json_text (concept, "coding.1.code"));
      const json_t *extensions = json_object_get (r, "extension");
      for (gsize i = 0; i < json_array_size (extensions); i++)
        if (g_str_has_suffix (citiz_json_text (json_array_get (extensions, i), "url"), "/route"))
          citiz_keep (&item->route,
                      citiz_json_text (json_array_get (extensions, i), "valueString"));
    }
  item->alerts |= citiz_alerts_of (CITIZ_SCOPE_OBSERVATION, NULL, NULL, item->text);
  if (strcmp (item->code, "82810-3") != 0 && item->kind != CITIZ_KIND_OTHER)
    item->alerts &= ~(1u << CITIZ_ALERT_PREGNANCY);
  item->sensitive = citiz_sensitive_of (CITIZ_SCOPE_OBSERVATION, item->system, item->code, NULL);
}

void
citiz_read_diagnostic_report (CitizItem *item)
{
  static const gchar *const when[] = {"effectiveDateTime", "effectivePeriod.start", "issued", NULL};
  const json_t *r = item->resource, *form = citiz_json_path (r, "presentedForm.0");

  citiz_read_concept (item, json_object_get (r, "code"));
  citiz_read_date (&item->onset, r, when);
  citiz_keep (&item->text, citiz_json_text (r, "conclusion"));
  citiz_keep (&item->category, citiz_json_text (r, "category.0.coding.0.code"));
  citiz_keep (&item->person, citiz_json_text (r, "performer.0.display"));
  read_members (item, "result");
  if (form != NULL)
    {
      item->kind = CITIZ_KIND_DOCUMENT;
      citiz_keep (&item->content_type, citiz_json_text (form, "contentType"));
      item->size = strlen (citiz_json_text (form, "data")) / 4 * 3;
      citiz_keep (&item->blob, citiz_blob_name (citiz_json_text (form, "url")));
    }
  else
    item->kind
        = item->members->len > 0 && item->text[0] == '\0' ? CITIZ_KIND_OTHER : CITIZ_KIND_RESULT;
}

void
citiz_read_goal (CitizItem *item)
{
  static const gchar *const from[] = {"startDate", "statusDate", NULL};
  static const gchar *const until[] = {"target.0.dueDate", NULL};
  const json_t *target = citiz_json_path (item->resource, "target.0");
  const json_t *quantity = json_object_get (target, "detailQuantity");
  const json_t *range = json_object_get (target, "detailRange");

  item->kind = CITIZ_KIND_GOAL;
  citiz_read_concept (item, json_object_get (item->resource, "description"));
  citiz_keep (&item->status_code, citiz_json_text (item->resource, "lifecycleStatus"));
  item->status = citiz_status_from_code (item->status_code);
  item->measure = measure_of (json_object_get (target, "measure"));
  citiz_read_date (&item->onset, item->resource, from);
  citiz_read_date (&item->end, item->resource, until);
  item->range.owner = CITIZ_RANGE_TEAM;
  if (quantity != NULL)
    {
      item->value = citiz_json_get_decimal (quantity, "value");
      citiz_take (&item->unit, unit_of (quantity));
      citiz_keep (&item->comparator, citiz_json_text (quantity, "comparator"));
      if (item->comparator[0] == '<')
        item->range.high = item->value;
      else
        item->range.low = item->value;
    }
  else if (range != NULL)
    {
      const json_t *low = json_object_get (range, "low"), *high = json_object_get (range, "high");
      item->range.low = citiz_json_get_decimal (low, "value");
      item->range.high = citiz_json_get_decimal (high, "value");
      citiz_take (&item->unit, unit_of (high != NULL ? high : low));
    }
  citiz_keep (&item->person, citiz_json_text (item->resource, "expressedBy.display"));
}
