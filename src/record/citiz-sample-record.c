/* The sample record: what hand entry would give, from data/sample/record.json. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-compose.h"
#include "record/citiz-item-private.h"
#include "record/citiz-sample-private.h"
#include "record/citiz-table-private.h"

#include <math.h>
#include <string.h>

/* Text in the language of the run: a string, or [English, French]. */
static const gchar *
say (const CitizSampleRun *run, const json_t *entry, const gchar *key)
{
  const json_t *value = json_object_get (entry, key);
  const gchar *text = json_string_value (
      json_is_array (value) ? json_array_get (value, (gsize) run->language) : value);
  return text != NULL ? text : "";
}

static gint
clock_of (const gchar *text)
{
  const gchar *colon = strchr (text, ':');
  return colon == NULL ? 0
                       : (gint) (g_ascii_strtoll (text, NULL, 10) * 60
                                 + g_ascii_strtoll (colon + 1, NULL, 10));
}

/* "d-36 08:10", "d2", "y-22", "y-4:06-02" (data/sample/README.md). */
static CitizDate
when (const CitizSampleRun *run, const gchar *text)
{
  CitizDate date = {0};
  gchar *rest;
  gint64 n;

  if (text[0] != 'd' && text[0] != 'y')
    return date;
  n = g_ascii_strtoll (text + 1, &rest, 10);
  if (text[0] == 'd' && *rest == ' ')
    {
      CitizTime at = {citiz_sample_instant (run, (gint32) (run->today + n), clock_of (rest + 1))};
      return citiz_date_from_time (at, run->offset);
    }
  if (text[0] == 'd')
    return citiz_date_from_day ((gint32) (run->today + n));
  gint year;
  gchar full[32];
  citiz_day_to_ymd (run->today, &year, NULL, NULL);
  g_snprintf (full, sizeof full, "%04d%s%s", year + (gint) n, *rest == ':' ? "-" : "",
              *rest == ':' ? rest + 1 : "");
  if (!citiz_date_parse (&date, full))
    memset (&date, 0, sizeof date);
  return date;
}

/* When an entry was written; now, unless it says otherwise. */
static CitizTime
changed_at (const CitizSampleRun *run, const json_t *e)
{
  const gchar *text = citiz_json_text (e, "changed");
  CitizDate date = when (run, text);

  return *text != '\0' ? citiz_date_start (&date) : run->now;
}

static guint
choose (const gchar *word, const gchar *const *words)
{
  for (guint i = 0; words[i] != NULL; i++)
    if (*word != '\0' && strcmp (word, words[i]) == 0)
      return i;
  return 0;
}

/* One invented resource handed over: named, marked, without the ids of the next run. */
static gboolean
give (const CitizSampleRun *run,
      const json_t *entry,
      json_t *resource,
      const gchar *id,
      GBytes *blob)
{
  static const gchar *const sources[] = {"", "self", "document", "institution", NULL};
  const gchar *name = say (run, entry, "name");
  CitizOrigin origin
      = {.source = (CitizSource) MAX (1, choose (citiz_json_text (entry, "source"), sources)),
         .source_name = *name != '\0' ? name : NULL,
         .key = id,
         .changed = changed_at (run, entry),
         .sample = TRUE};
  gboolean more;

  if (resource == NULL)
    return TRUE;
  json_t *tag = json_object (), *tags = json_array (), *meta = json_object ();
  json_object_set_new (tag, "system", json_string (CITIZ_SYSTEM_TAG));
  json_object_set_new (tag, "code", json_string ("sample"));
  json_array_append_new (tags, tag);
  json_object_set_new (meta, "tag", tags);
  json_object_set_new (resource, "id", json_string (id));
  json_object_set_new (resource, "meta", meta);
  more = run->item (resource, &origin, blob, run->data);
  json_decref (resource);
  return more;
}

static CitizDraft
draft_of (const CitizSampleRun *run, const json_t *e)
{
  static const gchar *const severities[] = {"", "mild", "moderate", "severe", NULL};
  static const gchar *const criticalities[] = {"", "low", "high", NULL};
  static const gchar *const verifications[]
      = {"", "confirmed", "unconfirmed", "provisional", "differential", "refuted", NULL};
  static const gchar *const roles[]
      = {"", "relative", "mandatary", "physician", "pharmacy", "other", NULL};
  const json_t *times = json_object_get (e, "times");
  const gchar *code = citiz_json_text (e, "code");
  const gboolean of_laboratory = strcmp (citiz_json_text (e, "kind"), "result") == 0;
  CitizDraft d = {
      .now = changed_at (run, e),
      .offset = (gint16) run->offset,
      .title = say (run, e, "title"),
      .system
      = strlen (code) == 7 && strchr (code, '.') == NULL ? CITIZ_SYSTEM_ATC : CITIZ_SYSTEM_ICD10,
      .code = code,
      .category = citiz_json_text (e, "category"),
      .detail = say (run, e, "detail"),
      .dosage = say (run, e, "dosage"),
      .route = citiz_json_text (e, "route"),
      .reaction = say (run, e, "reaction"),
      .note = say (run, e, "note"),
      .reason = say (run, e, "reason"),
      .site = say (run, e, "site"),
      .person = say (run, e, of_laboratory ? "name" : "person"),
      .status = citiz_status_from_code (citiz_json_text (e, "status")),
      .verification
      = (CitizVerification) choose (citiz_json_text (e, "verification"), verifications),
      .severity = (CitizSeverity) choose (citiz_json_text (e, "severity"), severities),
      .criticality = (CitizCriticality) choose (citiz_json_text (e, "criticality"), criticalities),
      .intolerance = json_is_true (json_object_get (e, "intolerance")),
      .as_needed = json_is_true (json_object_get (e, "needed")),
      .onset = when (run, citiz_json_text (e, "onset")),
      .end = when (run, citiz_json_text (e, "end")),
      .measure = citiz_json_text (e, "measure"),
      .value = citiz_json_text (e, "value"),
      .unit = citiz_json_text (e, "unit"),
      .low = citiz_json_text (e, "low"),
      .high = citiz_json_text (e, "high"),
      .text = say (run, e, "text"),
      .phone = citiz_json_text (e, "phone"),
      .relationship = say (run, e, "relationship"),
      .role = (CitizRole) choose (citiz_json_text (e, "role"), roles),
      .given = citiz_json_text (e, "given"),
      .family = citiz_json_text (e, "family"),
      .gender = citiz_json_text (e, "gender"),
      .health_number = citiz_json_text (e, "health"),
      .address = citiz_json_text (e, "address"),
      .languages = citiz_json_text (e, "languages"),
  };

  for (gsize i = 0; i < json_array_size (times) && i < G_N_ELEMENTS (d.times); i++)
    d.times[d.n_times++] = (gint16) clock_of (json_string_value (json_array_get (times, i)));
  return d;
}

static CitizKind
kind_of (const gchar *word)
{
  static const gchar *const words[]
      = {"patient",      "allergy",  "problem", "medication", "dose",
         "immunization", "result",   "measure", "procedure",  "device",
         "visit",        "document", "family",  "directive",  "contact",
         "session",      "meal",     "goal",    "note",       NULL};
  return (CitizKind) choose (word, words);
}

/* The team's targets are marked as such. */
static void
mark_target (json_t *resource)
{
  json_t *range = citiz_json_path (resource, "referenceRange.0");
  if (range != NULL)
    json_object_set_new (range, "type",
                         json_pack ("{s:[{s:s,s:s}]}", "coding", "system",
                                    "http://terminology.hl7.org/CodeSystem/referencerange-meaning",
                                    "code", "treatment"));
}

static gboolean
plain_entry (const CitizSampleRun *run, const json_t *e, const gchar *id)
{
  CitizDraft d = draft_of (run, e);
  g_autoptr (GBytes) blob = NULL;
  g_autofree gchar *url = NULL;
  const json_t *pdf = json_array_get (json_object_get (e, "pdf"), (gsize) run->language);

  if (pdf != NULL)
    {
      g_autoptr (GPtrArray) lines = g_ptr_array_new ();
      for (gsize i = 0; i < json_array_size (pdf); i++)
        g_ptr_array_add (lines, (gpointer) json_string_value (json_array_get (pdf, i)));
      g_ptr_array_add (lines, NULL);
      blob = citiz_sample_pdf ((gchar *const *) lines->pdata);
      url = g_strconcat ("urn:citiz:blob:", id, NULL);
      d.blob = url;
      d.content_type = "application/pdf";
      d.size = g_bytes_get_size (blob);
      d.pages = 1;
    }
  json_t *resource = citiz_compose (kind_of (citiz_json_text (e, "kind")), &d, NULL);
  if (json_is_true (json_object_get (e, "team")))
    mark_target (resource);
  return give (run, e, resource, id, blob);
}

/* An entry with `earlier` was corrected: what it said before comes first, under the same key. */
static gboolean
versions_of (const CitizSampleRun *run, const json_t *e, const gchar *id)
{
  json_t *earlier = json_object_get (e, "earlier");
  gboolean more = TRUE;

  if (earlier != NULL)
    {
      json_t *before = json_copy ((json_t *) e);

      json_object_update (before, earlier);
      more = plain_entry (run, before, id);
      json_decref (before);
    }
  return more && plain_entry (run, e, id);
}

static gboolean
session_entry (const CitizSampleRun *run, const json_t *e, const gchar *id)
{
  gint every = (gint) json_integer_value (json_object_get (e, "every"));
  gint minutes = (gint) json_integer_value (json_object_get (e, "minutes"));
  gint start = clock_of (citiz_json_text (e, "start"));
  g_autofree gchar *length = g_strdup_printf ("%d", minutes);
  const gboolean afoot = strcmp (citiz_json_text (e, "category"), "walk") == 0;
  const gboolean french = run->language == CITIZ_LANGUAGE_FR;

  for (gint back = (gint) json_integer_value (json_object_get (e, "first")); back < 120;
       back += MAX (1, every))
    {
      CitizTime from = {citiz_sample_instant (run, run->today - back, start)};
      CitizTime to = {from.ms + minutes * CITIZ_MINUTE};
      g_autofree gchar *own = g_strdup_printf ("%s-%d", id, run->today - back);
      CitizDraft d = draft_of (run, e);
      CitizDraftPart parts[]
          = {{french ? "Durée" : "Duration", CITIZ_SYSTEM_LOINC, "55411-3", length, "min"},
             {"Distance", CITIZ_SYSTEM_LOINC, "41953-1", citiz_json_text (e, "km"), "km"},
             {french ? "Fréquence cardiaque moyenne" : "Average heart rate", CITIZ_SYSTEM_LOINC,
              "55425-3", citiz_json_text (e, "hr"), "/min"}};
      CitizSampleEffort effort = {run->today - back, start, minutes,
                                  afoot ? g_ascii_strtod (citiz_json_text (e, "km"), NULL) : 0,
                                  g_ascii_strtod (citiz_json_text (e, "hr"), NULL)};
      g_array_append_val (run->efforts, effort);
      if (to.ms > run->now.ms)
        continue;
      d.onset = citiz_date_from_time (from, run->offset);
      d.end = citiz_date_from_time (to, run->offset);
      d.parts = parts;
      d.n_parts = G_N_ELEMENTS (parts);
      if (!give (run, e, citiz_compose_session (&d, NULL), own, NULL))
        return FALSE;
    }
  return TRUE;
}

static gboolean
meal_entry (const CitizSampleRun *run, const json_t *e, const gchar *id)
{
  gint every = (gint) json_integer_value (json_object_get (e, "every"));
  gint first = (gint) json_integer_value (json_object_get (e, "first"));
  gint days = (gint) json_integer_value (json_object_get (e, "days"));
  const json_t *foods = json_object_get (e, "foods");
  CitizDraftPart parts[8] = {{0}};
  guint n = 0;

  for (gsize i = 0; i < json_array_size (foods) && n < G_N_ELEMENTS (parts); i++)
    {
      const json_t *f = json_array_get (foods, i);
      parts[n++] = (CitizDraftPart){
          .title = json_string_value (json_array_get (f, 2 + (gsize) run->language)),
          .system = CITIZ_SYSTEM_CNF,
          .code = json_string_value (json_array_get (f, 0)),
          .value = json_string_value (json_array_get (f, 1)),
          .unit = "g"};
    }
  for (gint back = first; back < days; back += MAX (1, every))
    {
      CitizTime at
          = {citiz_sample_instant (run, run->today - back, clock_of (citiz_json_text (e, "time")))};
      g_autofree gchar *own = g_strdup_printf ("%s-%d", id, run->today - back);
      CitizDraft d = draft_of (run, e);
      if (at.ms > run->now.ms)
        continue;
      d.onset = citiz_date_from_time (at, run->offset);
      d.parts = parts;
      d.n_parts = n;
      if (!give (run, e, citiz_compose_meal (&d, NULL), own, NULL))
        return FALSE;
    }
  return TRUE;
}

/* Doses of the last month: nearly all taken, a few skipped with a reason; of today only those up to 8 o'clock, so that something is due. */
static gboolean
doses_of (const CitizSampleRun *run, const json_t *e, const gchar *id)
{
  static const CitizId none = {{0}};
  CitizDraft m = draft_of (run, e);
  json_t *resource = citiz_compose_medication (&m, NULL);
  gboolean more = TRUE;

  json_object_set_new (resource, "id", json_string (id));
  g_autoptr (CitizItem) medication = citiz_item_new_from_json (resource, &none, 1, 0, NULL);
  for (gint32 day = run->today - 30; more && day <= run->today; day++)
    for (guint t = 0; more && t < m.n_times; t++)
      {
        guint purpose = 5000 + m.n_times * 1000 + (guint) m.times[t] + (guint) id[4];
        gdouble luck = citiz_sample_chance (day, purpose);
        gboolean iron = strcmp (id, "med-iron") == 0;
        gboolean skipped = luck < 0.04 || (iron && day == run->today);
        gint minute = m.times[t] + (skipped ? 0 : (gint) (25 * luck));
        CitizTime at = {citiz_sample_instant (run, day, minute)};
        g_autofree gchar *own = g_strdup_printf ("dose-%s-%d-%u", id, day, t);
        if (at.ms > run->now.ms || (day == run->today && m.times[t] > 8 * 60))
          continue;
        CitizDraft d = {.now = at,
                        .offset = (gint16) run->offset,
                        .onset = citiz_date_from_time (at, run->offset),
                        .subject = medication,
                        .taken = !skipped,
                        .reason = !iron                                ? NULL
                                  : run->language == CITIZ_LANGUAGE_FR ? "estomac sensible"
                                                                       : "sensitive stomach"};
        json_t *self = json_pack ("{s:s}", "source", "self");
        more = give (run, self, citiz_compose_dose (&d, NULL), own, NULL);
        json_decref (self);
      }
  json_decref (resource);
  return more;
}

/* Blood pressure each morning, fasting glucose most mornings: entered by hand. */
static gboolean
readings (const CitizSampleRun *run)
{
  json_t *self = json_pack ("{s:s}", "source", "self");
  gboolean more = TRUE;

  for (gint32 day = run->today - 119; more && day <= run->today; day++)
    {
      gchar values[3][16];
      CitizDraft d = {.now = run->now, .offset = (gint16) run->offset};
      gdouble older = (run->today - day) / 119.0;
      CitizTime at = {citiz_sample_instant (run, day, 440)};
      g_snprintf (values[0], 16, "%d",
                  (gint) (126 + 6 * older + 7 * citiz_sample_chance (day, 40)));
      g_snprintf (values[1], 16, "%d", (gint) (75 + 4 * older + 6 * citiz_sample_chance (day, 41)));
      gint tenths = (gint) (62 + 6 * older + 14 * citiz_sample_chance (day, 42));
      g_snprintf (values[2], 16, "%d.%d", tenths / 10, tenths % 10);
      if (at.ms <= run->now.ms && citiz_sample_chance (day, 43) < 0.8)
        {
          g_autofree gchar *id = g_strdup_printf ("bp-%d", day);
          d.onset = citiz_date_from_time (at, run->offset);
          d.measure = "bp_panel";
          d.value = values[0];
          d.value2 = values[1];
          more = give (run, self, citiz_compose_measure (&d, NULL), id, NULL);
        }
      at.ms -= 30 * CITIZ_MINUTE;
      if (more && at.ms <= run->now.ms && citiz_sample_chance (day, 44) < 0.85)
        {
          g_autofree gchar *id = g_strdup_printf ("glucose-%d", day);
          d.onset = citiz_date_from_time (at, run->offset);
          d.measure = "glucose_fs";
          d.value = values[2];
          d.value2 = NULL;
          d.unit = "mmol/L";
          json_t *resource = citiz_compose_measure (&d, NULL);
          json_object_set_new (
              resource, "category",
              json_pack ("[{s:[{s:s,s:s}]}]", "coding", "system",
                         "http://terminology.hl7.org/CodeSystem/observation-category", "code",
                         "vital-signs"));
          more = give (run, self, resource, id, NULL);
        }
    }
  json_decref (self);
  return more;
}

gboolean
citiz_sample_load (CitizTime now,
                   gint offset_minutes,
                   CitizLanguage language,
                   CitizSampleItemFunc item,
                   CitizSampleSeriesFunc series,
                   gpointer data)
{
  CitizSampleRun run = {now,
                        offset_minutes,
                        citiz_day_of (now.ms, offset_minutes),
                        language,
                        item,
                        series,
                        data,
                        g_array_new (FALSE, FALSE, sizeof (CitizSampleEffort))};
  json_t *entries = citiz_json_load (citiz_embed_sample, strlen (citiz_embed_sample), NULL);
  gboolean more = entries != NULL;

  for (gsize i = 0; more && i < json_array_size (entries); i++)
    {
      const json_t *e = json_array_get (entries, i);
      const gchar *kind = citiz_json_text (e, "kind"), *own = citiz_json_text (e, "id");
      g_autofree gchar *id
          = *own != '\0' ? g_strdup (own) : g_strdup_printf ("sample-%s-%u", kind, (guint) i);
      if (strcmp (kind, "session") == 0)
        more = session_entry (&run, e, id);
      else if (strcmp (kind, "meal") == 0)
        more = meal_entry (&run, e, id);
      else
        more = versions_of (&run, e, id);
      if (more && strcmp (kind, "medication") == 0)
        more = doses_of (&run, e, id);
    }
  json_decref (entries);
  more = more && readings (&run) && citiz_sample_all_series (&run);
  g_array_unref (run.efforts);
  return more;
}
