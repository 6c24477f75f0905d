/* Readers of medications, doses and vaccines. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-item-private.h"

#include <string.h>

/* Where a strength begins: " 5 mg", " 0.05 %"; NULL when there is none. */
static const gchar *
find_strength (const gchar *text)
{
  static const gchar *const words[]
      = {"mg", "mcg", "ug", "µg", "g", "ml", "%", "unit", "ui", "iu", "mmol", "meq"};

  for (const gchar *p = text; *p != '\0'; p++)
    {
      if (p == text || p[-1] != ' ' || !g_ascii_isdigit (*p))
        continue;
      const gchar *q = p;
      while (g_ascii_isdigit (*q) || (*q != '\0' && strchr (".,/- ", *q) != NULL))
        q++;
      for (guint i = 0; i < G_N_ELEMENTS (words); i++)
        if (g_ascii_strncasecmp (q, words[i], strlen (words[i])) == 0)
          return p;
      if ((*q == 'U' || *q == 'u') && !g_ascii_isalnum (q[1])) /* 100 U/mL */
        return p;
    }
  return NULL;
}

/* Whether @unit, "mL" or "5 mL", is what something is dissolved in or comes out by; a capsule or a lozenge is neither. */
static gboolean
is_measured_out (const gchar *unit)
{
  static const gchar *const whole[] = {"ml", "l", "g"};
  static const gchar *const begun[] = {"dose",  "puff",  "bouff", "actuat", "inhal", "pulv",
                                       "spray", "vapor", "drop",  "gtt",    "goutt"};

  unit += strspn (unit, "\302\240 0123456789.,");
  for (guint i = 0; i < G_N_ELEMENTS (whole); i++)
    {
      const gsize n = strlen (whole[i]);

      if (g_ascii_strncasecmp (unit, whole[i], n) == 0 && !g_ascii_isalpha (unit[n])
          && (guchar) unit[n] < 0x80)
        return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (begun); i++)
    if (g_ascii_strncasecmp (unit, begun[i], strlen (begun[i])) == 0)
      return TRUE;
  return FALSE;
}

/* "per mL", "par bouffée", but not "par voie orale". */
static gboolean
says_per (const gchar *text)
{
  return (g_ascii_strncasecmp (text, "per ", 4) == 0 || g_ascii_strncasecmp (text, "par ", 4) == 0)
         && is_measured_out (text + 4);
}

static gboolean
is_content (const gchar *strength)
{
  if (strchr (strength, '%') != NULL)
    return TRUE;
  for (const gchar *p = strchr (strength, '/'); p != NULL; p = strchr (p + 1, '/'))
    if (is_measured_out (p + 1))
      return TRUE;
  return FALSE;
}

/* "5 mg oral tablet" → "5 mg", "5 mg / 5 mL syrup" → "5 mg / 5 mL", "5 mg per mL" → "5 mg/mL": up to the end of the unit. */
static gchar *
strength_only (const gchar *text)
{
  const gchar *more = text;
  GString *out = g_string_new (NULL);

  do
    {
      const gboolean per = says_per (more);
      const gchar *p = per ? more + 4 : more;
      const gchar *from = p;

      while (g_ascii_isdigit (*p) || (*p != '\0' && strchr (".,/- ", *p) != NULL))
        p++;
      while (*p != '\0' && strchr (" ,)/", *p) == NULL)
        p++;
      if (per)
        g_string_append_c (out, '/');
      else if (from > text && from[-1] == ' ')
        g_string_append_c (out, ' ');
      g_string_append_len (out, from, p - from);
      more = p + strspn (p, " ");
    }
  while (*more == '/' || says_per (more));
  return g_string_free (out, FALSE);
}

const gchar *
citiz_item_strength (const CitizItem *item)
{
  const gboolean drug = item->kind == CITIZ_KIND_MEDICATION || item->kind == CITIZ_KIND_DOSE;

  return drug && !is_content (item->detail) ? item->detail : "";
}

const gchar *
citiz_item_content (const CitizItem *item)
{
  const gboolean drug = item->kind == CITIZ_KIND_MEDICATION || item->kind == CITIZ_KIND_DOSE;

  return drug && is_content (item->detail) ? item->detail : "";
}

static gchar *
quantity_text (const json_t *quantity)
{
  CitizDecimal value = citiz_json_get_decimal (quantity, "value");
  const gchar *unit = citiz_json_text (quantity, "unit");

  if (!citiz_decimal_known (&value))
    return NULL;
  if (*unit == '\0')
    unit = citiz_json_text (quantity, "code");
  return g_strdup_printf ("%s%s%s", value.text, *unit != '\0' ? "\302\240" : "", unit);
}

/* {100 U}/{1 mL} is "100 U/mL"; of {5 mg}/{1 tablet} the tablet says nothing. */
static gchar *
ratio_text (const json_t *ratio)
{
  g_autofree gchar *above = quantity_text (json_object_get (ratio, "numerator")),
                   *below = quantity_text (json_object_get (ratio, "denominator"));

  if (above == NULL || below == NULL || !is_measured_out (below))
    return g_steal_pointer (&above);
  return g_strdup_printf ("%s/%s", above,
                          g_str_has_prefix (below, "1\302\240") ? below + 3 : below);
}

/* Takes a strength off the end of the titles: it has a field of its own. */
static void
split_titles (CitizItem *item)
{
  for (guint l = 0; l < 2; l++)
    {
      const gchar *strength = find_strength (item->title[l]);
      if (strength == NULL)
        continue;
      if (item->detail[0] == '\0')
        citiz_take (&item->detail, strength_only (strength));
      gchar *name = g_strchomp (g_strndup (item->title[l], (gsize) (strength - item->title[l])));
      gsize n = strlen (name);
      while (n > 0 && strchr (",(- ", name[n - 1]) != NULL)
        name[--n] = '\0';
      const gchar *known = citiz_text_name (name, (CitizLanguage) l);
      if (known != NULL || n > 0)
        citiz_keep (&item->title[l], known != NULL ? known : name);
      g_free (name);
    }
}

void
citiz_read_drug (CitizItem *item, const json_t *concept, const json_t *medication)
{
  if (medication != NULL)
    {
      const json_t *strength = citiz_json_path (medication, "ingredient.0.strength");
      concept = json_object_get (medication, "code");
      if (concept == NULL)
        concept = citiz_json_path (medication, "ingredient.0.itemCodeableConcept");
      if (json_array_size (json_object_get (medication, "ingredient")) == 1 && strength != NULL)
        citiz_take (&item->detail, ratio_text (strength));
    }
  citiz_read_concept (item, concept);
  citiz_read_alerts (item, CITIZ_SCOPE_MEDICATION, concept);
  split_titles (item);
  if (item->detail[0] == '\0')
    {
      const gchar *strength = find_strength (citiz_json_text (concept, "text"));
      if (strength == NULL)
        strength = find_strength (citiz_json_text (concept, "coding.0.display"));
      if (strength != NULL)
        citiz_take (&item->detail, strength_only (strength));
    }
}

static gint
by_minute (gconstpointer a, gconstpointer b)
{
  return *(const gint16 *) a - *(const gint16 *) b;
}

static void
add_time (CitizItem *item, gint minute)
{
  gint16 m = (gint16) minute;
  for (guint i = 0; i < item->times->len; i++)
    if (g_array_index (item->times, gint16, i) == m)
      return;
  if (item->times->len < 24)
    g_array_append_val (item->times, m);
}

/* EventTiming of FHIR R4 as hours of an ordinary day; C, AC, PC stand for the three meals. */
static void
add_event (CitizItem *item, const gchar *code)
{
  static const struct
  {
    const gchar *code;
    gint16 minutes[3];
  } events[] = {{"MORN", {480}},         {"MORN.early", {420}},   {"MORN.late", {600}},
                {"NOON", {720}},         {"AFT", {900}},          {"AFT.early", {840}},
                {"AFT.late", {1020}},    {"EVE", {1080}},         {"EVE.early", {1020}},
                {"EVE.late", {1260}},    {"NIGHT", {1320}},       {"HS", {1290}},
                {"WAKE", {420}},         {"CM", {420}},           {"ACM", {420}},
                {"PCM", {450}},          {"CD", {720}},           {"ACD", {720}},
                {"PCD", {780}},          {"CV", {1080}},          {"ACV", {1080}},
                {"PCV", {1140}},         {"C", {420, 720, 1080}}, {"AC", {420, 720, 1080}},
                {"PC", {450, 780, 1140}}};

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    if (strcmp (events[i].code, code) == 0)
      for (guint m = 0; m < 3 && events[i].minutes[m] != 0; m++)
        add_time (item, events[i].minutes[m]);
}

/* When doses are due, for timings that repeat every day. */
static void
read_timing (CitizItem *item, const json_t *timing)
{
  static const gint16 spread[5][4]
      = {{0}, {480}, {480, 1200}, {480, 840, 1200}, {480, 720, 1020, 1320}};
  const json_t *repeat = json_object_get (timing, "repeat");
  const json_t *clock = json_object_get (repeat, "timeOfDay"),
               *when = json_object_get (repeat, "when");
  const gchar *unit = citiz_json_text (repeat, "periodUnit");
  gdouble period = json_number_value (json_object_get (repeat, "period"));
  gint frequency = (gint) json_integer_value (json_object_get (repeat, "frequency"));

  for (gsize i = 0; i < json_array_size (clock); i++)
    {
      const gchar *text = json_string_value (json_array_get (clock, i));
      if (text != NULL && strlen (text) >= 5 && text[2] == ':')
        add_time (item, CLAMP ((gint) g_ascii_strtoll (text, NULL, 10) * 60
                                   + (gint) g_ascii_strtoll (text + 3, NULL, 10),
                               0, 1439));
    }
  for (gsize i = 0; i < json_array_size (when); i++)
    {
      const gchar *text = json_string_value (json_array_get (when, i));
      add_event (item, text != NULL ? text : "");
    }
  if (strcmp (unit, "h") == 0 && frequency <= 1 && period >= 4 && period <= 24)
    {
      frequency = (gint) (24 / period);
      unit = "d";
      period = 1;
    }
  if (item->times->len == 0 && strcmp (unit, "d") == 0 && period == 1 && frequency >= 1
      && frequency <= 4)
    for (gint i = 0; i < frequency; i++)
      add_time (item, spread[frequency][i]);
}

/* What stands in place of a text: dose, how often, by which route, each as the source writes it. */
static gchar *
made_dosage (const json_t *dosage)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  const json_t *repeat = citiz_json_path (dosage, "timing.repeat");
  gchar *dose = quantity_text (citiz_json_path (dosage, "doseAndRate.0.doseQuantity"));
  gchar *route = citiz_concept_text (json_object_get (dosage, "route"), CITIZ_LANGUAGE_EN);
  gchar *code = citiz_concept_text (citiz_json_path (dosage, "timing.code"), CITIZ_LANGUAGE_EN);
  json_int_t frequency = json_integer_value (json_object_get (repeat, "frequency"));

  if (dose != NULL)
    g_ptr_array_add (parts, dose);
  if (code != NULL)
    g_ptr_array_add (parts, code);
  else if (frequency > 0)
    {
      CitizDecimal period = citiz_json_get_decimal (repeat, "period");
      const gchar *unit = citiz_json_text (repeat, "periodUnit");
      gboolean one = period.number == 1 || !citiz_decimal_known (&period);
      g_ptr_array_add (parts,
                       g_strdup_printf ("%" JSON_INTEGER_FORMAT "×/%s%s%s", frequency,
                                        one ? "" : period.text, one ? "" : "\302\240", unit));
    }
  if (route != NULL)
    g_ptr_array_add (parts, route);
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (", ", (gchar **) parts->pdata);
}

static void
read_dosage (CitizItem *item, const json_t *dosages)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (gsize i = 0; i < json_array_size (dosages); i++)
    {
      const json_t *dosage = json_array_get (dosages, i);
      const gchar *text = citiz_json_text (dosage, "text");
      if (*text == '\0')
        text = citiz_json_text (dosage, "patientInstruction");
      g_autofree gchar *made = *text != '\0' ? g_strdup (text) : made_dosage (dosage);
      if (*made != '\0')
        g_string_append_printf (all, "%s%s", all->len > 0 ? " ; " : "", made);
      if (json_is_true (json_object_get (dosage, "asNeededBoolean"))
          || json_object_get (dosage, "asNeededCodeableConcept") != NULL)
        item->as_needed = TRUE;
      else
        read_timing (item, json_object_get (dosage, "timing"));
      if (i == 0)
        citiz_take (&item->route,
                    citiz_concept_text (json_object_get (dosage, "route"), CITIZ_LANGUAGE_EN));
    }
  citiz_keep (&item->dosage, all->str);
  g_array_sort (item->times, by_minute);
}

/* A cream or an inhaler does not act as the tablet does. */
void
citiz_drop_local_alerts (CitizItem *item)
{
  static const gchar *const words[]
      = {"cream",    "creme",   "cutaneous", "cutane", "topical",  "topique",
         "ointment", "onguent", "inhal",     "nasal",  "ophthalm", "ophtalm",
         "eye drop", "goutte",  "lotion",    "otic",   "rectal"};
  g_autofree gchar *all
      = g_strjoin (" ", item->title[0], item->title[1], item->route, item->dosage,
                   citiz_json_text (item->resource, "medicationCodeableConcept.text"), NULL);
  g_autofree gchar *folded = citiz_fold (all);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (folded, words[i]) != NULL)
      item->alerts &= ~((1u << CITIZ_ALERT_STEROID) | (1u << CITIZ_ALERT_IMMUNOSUPPRESSION));
}

/* MedicationStatement, MedicationRequest, MedicationDispense. */
void
citiz_read_medication_use (CitizItem *item)
{
  static const gchar *const from[] = {"effectivePeriod.start",
                                      "effectiveDateTime",
                                      "dosageInstruction.0.timing.repeat.boundsPeriod.start",
                                      "authoredOn",
                                      "whenHandedOver",
                                      NULL};
  static const gchar *const until[]
      = {"effectivePeriod.end", "dosageInstruction.0.timing.repeat.boundsPeriod.end", NULL};
  const gchar *reference = citiz_json_text (item->resource, "medicationReference.reference");
  const json_t *contained = citiz_read_contained (item, reference);

  item->kind = CITIZ_KIND_MEDICATION;
  citiz_read_drug (item, json_object_get (item->resource, "medicationCodeableConcept"), contained);
  if (contained == NULL && *reference != '\0')
    {
      const gchar *display = citiz_json_text (item->resource, "medicationReference.display");
      citiz_keep (&item->subject_reference, reference);
      for (guint l = 0; l < 2; l++)
        citiz_keep (&item->title[l], display);
      item->alerts |= citiz_alerts_of (CITIZ_SCOPE_MEDICATION, NULL, NULL, display);
      split_titles (item);
    }
  citiz_read_date (&item->onset, item->resource, from);
  citiz_read_date (&item->end, item->resource, until);
  read_dosage (item,
               json_object_get (item->resource, strcmp (item->type, "MedicationStatement") == 0
                                                    ? "dosage"
                                                    : "dosageInstruction"));
  item->do_not_perform = json_is_true (json_object_get (item->resource, "doNotPerform"));
  citiz_take (&item->reason, citiz_concept_text (citiz_json_path (item->resource, "statusReason.0"),
                                                 CITIZ_LANGUAGE_EN));
  if (item->reason[0] == '\0')
    citiz_take (&item->reason, citiz_concept_text (json_object_get (item->resource, "statusReason"),
                                                   CITIZ_LANGUAGE_EN));
  citiz_keep (&item->person, citiz_json_text (item->resource, "requester.display"));
}

void
citiz_read_administration (CitizItem *item)
{
  static const gchar *const when[] = {"effectiveDateTime", "effectivePeriod.start", NULL};
  const gchar *reference = citiz_json_text (item->resource, "medicationReference.reference");
  const json_t *extensions = json_object_get (item->resource, "extension");

  item->kind = CITIZ_KIND_DOSE;
  citiz_read_drug (item, json_object_get (item->resource, "medicationCodeableConcept"),
                   citiz_read_contained (item, reference));
  item->alerts = 0; /* the medication itself carries them */
  citiz_keep (&item->subject_reference, citiz_json_text (item->resource, "request.reference"));
  if (item->subject_reference[0] == '\0')
    citiz_keep (&item->subject_reference,
                citiz_json_text (item->resource, "supportingInformation.0.reference"));
  if (item->subject_reference[0] == '\0')
    citiz_keep (&item->subject_reference, reference);
  citiz_read_date (&item->onset, item->resource, when);
  for (gsize i = 0; i < json_array_size (extensions); i++)
    if (g_str_has_suffix (citiz_json_text (json_array_get (extensions, i), "url"), "/planned"))
      {
        citiz_read_date (&item->planned, json_array_get (extensions, i),
                         (const gchar *const[]){"valueDateTime", NULL});
        item->unplanned
            = json_is_false (json_object_get (json_array_get (extensions, i), "valueBoolean"));
      }
  citiz_take (&item->reason, citiz_concept_text (citiz_json_path (item->resource, "statusReason.0"),
                                                 CITIZ_LANGUAGE_EN));
  citiz_keep (&item->dosage, citiz_json_text (item->resource, "dosage.text"));
}

void
citiz_read_immunization (CitizItem *item)
{
  static const gchar *const when[] = {"occurrenceDateTime", NULL};
  const json_t *r = item->resource, *dose;

  item->kind = CITIZ_KIND_IMMUNIZATION;
  citiz_read_concept (item, json_object_get (r, "vaccineCode"));
  citiz_read_date (&item->onset, r, when);
  if (item->onset.precision == CITIZ_DATE_NONE)
    citiz_keep (&item->text, citiz_json_text (r, "occurrenceString"));
  dose = citiz_json_path (r, "protocolApplied.0.doseNumberPositiveInt");
  if (json_is_integer (dose))
    citiz_take (&item->detail,
                g_strdup_printf ("%" JSON_INTEGER_FORMAT, json_integer_value (dose)));
  else
    citiz_keep (&item->detail, citiz_json_text (r, "protocolApplied.0.doseNumberString"));
  citiz_keep (&item->note, item->note[0] != '\0' ? item->note : citiz_json_text (r, "lotNumber"));
  citiz_take (&item->site, citiz_concept_text (json_object_get (r, "site"), CITIZ_LANGUAGE_EN));
  citiz_keep (&item->person, citiz_json_text (r, "performer.0.actor.display"));
  if (item->person[0] == '\0')
    citiz_keep (&item->person, citiz_json_text (r, "location.display"));
  citiz_take (&item->reason,
              citiz_concept_text (json_object_get (r, "statusReason"), CITIZ_LANGUAGE_EN));
}
