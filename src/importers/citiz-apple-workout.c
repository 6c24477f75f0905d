/* Sessions and the person: the parts of an export that become FHIR resources. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-apple-private.h"

#include <string.h>

#define LOINC "http://loinc.org"
#define UCUM  "http://unitsofmeasure.org"
#define LOCAL "https://citiz.example/fhir/code"

static void
statistic_free (gpointer data)
{
  CitizAppleStatistic *s = data;

  g_free (s->type);
  g_free (s->unit);
  g_free (s->sum);
  g_free (s->average);
  g_free (s->minimum);
  g_free (s->maximum);
  g_free (s);
}

void
citiz_apple_workout_clear (CitizAppleWorkout *w)
{
  g_free (w->activity);
  g_free (w->source);
  g_free (w->start);
  g_free (w->end);
  g_free (w->duration);
  g_free (w->duration_unit);
  g_free (w->route);
  g_free (w->elevation_cm);
  if (w->statistics != NULL)
    g_ptr_array_unref (w->statistics);
  memset (w, 0, sizeof *w);
}

static void
put_string (GString *out, const gchar *text)
{
  g_string_append_c (out, '"');
  for (const gchar *p = text; *p != '\0'; p++)
    if (*p == '"' || *p == '\\')
      g_string_append_printf (out, "\\%c", *p);
    else if ((guchar) *p >= 0x20)
      g_string_append_c (out, *p);
  g_string_append_c (out, '"');
}

/* A decimal that JSON accepts as it stands, so that its digits stay those of the source. */
static gchar *
take_decimal (const CitizXmlAttribute *a, guint n, const gchar *name)
{
  CitizSlice s = citiz_apple_attribute (a, n, name);
  gsize i = s.n > 0 && s.p[0] == '-' ? 1 : 0, point = 0, first = i;

  if (s.n == 0 || s.n > 40)
    return NULL;
  for (; i < s.n; i++)
    if (s.p[i] == '.' && point == 0 && i > first && i + 1 < s.n)
      point = i;
    else if (!g_ascii_isdigit (s.p[i]))
      return NULL;
  if (first == s.n || (s.p[first] == '0' && s.n - first > 1 && s.p[first + 1] != '.'))
    return NULL;
  return g_strndup (s.p, s.n);
}

static gchar *
take_text (const CitizXmlAttribute *a, guint n, const gchar *name, gsize max)
{
  return citiz_xml_text (citiz_apple_attribute (a, n, name), max);
}

/* "2025-12-12T07:12:14-05:00" */
static gchar *
fhir_time (gint64 ms, gint16 offset)
{
  gint64 local = (ms + offset * CITIZ_MINUTE) / 1000;
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (local);
  g_autofree gchar *text = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%S") : NULL;

  if (text == NULL)
    return NULL;
  return g_strdup_printf ("%s%c%02d:%02d", text, offset < 0 ? '-' : '+', ABS (offset) / 60,
                          ABS (offset) % 60);
}

void
citiz_apple_workout_start (CitizApple *apple, const CitizXmlAttribute *a, guint n)
{
  CitizAppleWorkout *w = &apple->workout;
  gchar *decimal;

  citiz_apple_workout_clear (w);
  if (!citiz_apple_time (citiz_apple_attribute (a, n, "startDate"), &w->start_ms, &w->start_offset)
      || !citiz_apple_time (citiz_apple_attribute (a, n, "endDate"), &w->end_ms, &w->end_offset)
      || w->end_ms < w->start_ms)
    {
      citiz_apple_tally (apple, CITIZ_IMPORT_BAD_DATE, "Workout");
      return;
    }
  w->open = TRUE;
  w->activity = take_text (a, n, "workoutActivityType", 80);
  w->source = take_text (a, n, "sourceName", 256);
  w->duration = take_decimal (a, n, "duration");
  w->duration_unit = take_text (a, n, "durationUnit", 8);
  w->statistics = g_ptr_array_new_with_free_func (statistic_free);
  /* Before iOS 16 the totals were attributes. */
  static const gchar *const totals[][3]
      = {{"totalDistance", "totalDistanceUnit", "Distance"},
         {"totalEnergyBurned", "totalEnergyBurnedUnit", "ActiveEnergyBurned"}};
  for (guint i = 0; i < G_N_ELEMENTS (totals); i++)
    if ((decimal = take_decimal (a, n, totals[i][0])) != NULL)
      {
        CitizAppleStatistic *s = g_new0 (CitizAppleStatistic, 1);
        s->type = g_strdup (totals[i][2]);
        s->sum = decimal;
        s->unit = take_text (a, n, totals[i][1], 32);
        g_ptr_array_add (w->statistics, s);
      }
}

static void
take_statistic (CitizAppleWorkout *w, const CitizXmlAttribute *a, guint n)
{
  CitizAppleStatistic *s = g_new0 (CitizAppleStatistic, 1);
  g_autofree gchar *type = take_text (a, n, "type", 128);

  s->type = g_strdup (g_str_has_prefix (type, "HKQuantityTypeIdentifier") ? type + 24 : type);
  s->unit = take_text (a, n, "unit", 32);
  s->sum = take_decimal (a, n, "sum");
  s->average = take_decimal (a, n, "average");
  s->minimum = take_decimal (a, n, "minimum");
  s->maximum = take_decimal (a, n, "maximum");
  g_ptr_array_add (w->statistics, s);
}

static void
take_metadata (CitizAppleWorkout *w, const CitizXmlAttribute *a, guint n)
{
  CitizSlice key = citiz_apple_attribute (a, n, "key");
  CitizSlice value = citiz_apple_attribute (a, n, "value");

  if (citiz_slice_equal (key, "HKElevationAscended") && value.n > 3
      && memcmp (value.p + value.n - 3, " cm", 3) == 0)
    {
      CitizXmlAttribute number = {{"v", 1}, {value.p, value.n - 3}};
      g_free (w->elevation_cm);
      w->elevation_cm = take_decimal (&number, 1, "v");
    }
}

void
citiz_apple_workout_child (CitizApple *apple, CitizSlice name, const CitizXmlAttribute *a, guint n)
{
  CitizAppleWorkout *w = &apple->workout;

  if (citiz_slice_equal (name, "WorkoutStatistics") && w->statistics->len < 64)
    take_statistic (w, a, n);
  else if (citiz_slice_equal (name, "MetadataEntry"))
    take_metadata (w, a, n);
  else if (citiz_slice_equal (name, "FileReference") && w->route == NULL)
    w->route = take_text (a, n, "path", 256);
  else if (citiz_slice_equal (name, "Location"))
    citiz_apple_tally (apple, CITIZ_IMPORT_INLINE_ROUTE, "Location");
}

static void
put_component (GString *out,
               const gchar *system,
               const gchar *code,
               const gchar *display,
               const gchar *value,
               const gchar *unit)
{
  g_string_append_printf (
      out,
      "%s{\"code\":{\"coding\":[{\"system\":\"%s\",\"code\":\"%s\",\"display\":\"%s\"}]},"
      "\"valueQuantity\":{\"value\":%s,\"unit\":",
      g_str_has_suffix (out->str, "[") ? "" : ",", system, code, display, value);
  put_string (out, unit);
  g_string_append (out, ",\"system\":\"" UCUM "\",\"code\":");
  put_string (out, unit);
  g_string_append (out, "}}");
}

static void
put_statistic (GString *out, const CitizAppleStatistic *s)
{
  const gchar *unit = citiz_apple_unit (s->unit);

  if (unit == NULL)
    return;
  if (g_str_has_prefix (s->type, "Distance") && s->sum != NULL)
    put_component (out, LOINC, "41953-1", "Distance", s->sum, unit);
  else if (g_str_equal (s->type, "ActiveEnergyBurned") && s->sum != NULL)
    put_component (out, LOINC, "41981-2", "Calories burned", s->sum, unit);
  else if (g_str_equal (s->type, "StepCount") && s->sum != NULL)
    put_component (out, LOINC, "55423-8", "Number of steps", s->sum, "{steps}");
  else if (g_str_equal (s->type, "HeartRate"))
    {
      if (s->average != NULL)
        put_component (out, LOINC, "8867-4", "Heart rate", s->average, unit);
      if (s->minimum != NULL)
        put_component (out, LOCAL, "heart-rate-least", "Heart rate minimum", s->minimum, unit);
      if (s->maximum != NULL)
        put_component (out, LOCAL, "heart-rate-most", "Heart rate maximum", s->maximum, unit);
    }
}

static void
put_duration (GString *out, const CitizAppleWorkout *w)
{
  static const gchar *const spellings[][2] = {{"min", "min"}, {"hr", "h"}, {"s", "s"}, {"", ""}};
  g_autofree gchar *elapsed
      = g_strdup_printf ("%" G_GINT64_FORMAT, (w->end_ms - w->start_ms) / 1000);

  for (guint i = 0; i < 3; i++)
    if (w->duration != NULL && g_str_equal (w->duration_unit, spellings[i][0]))
      {
        put_component (out, LOINC, "55411-3", "Exercise duration", w->duration, spellings[i][1]);
        return;
      }
  put_component (out, LOINC, "55411-3", "Exercise duration", elapsed, "s");
}

/* The route of the session, if its archive has it: sent now, named here. */
static void
put_route (GString *out, CitizApple *apple)
{
  const gchar *path = apple->workout.route;

  if (path == NULL || apple->route == NULL)
    return;
  while (*path == '/')
    path++;
  g_autofree gchar *hash = apple->route (apple->route_data, path);
  if (hash != NULL)
    g_string_append_printf (
        out,
        ",\"extension\":[{\"url\":\"https://citiz.example/fhir/route\",\"valueAttachment\":"
        "{\"contentType\":\"application/gpx+xml\",\"url\":\"" CITIZ_FRAME_BLOB_URL "%s\"}}]",
        hash);
}

/* The closing tag: everything about the session is known. */
/* "HKWorkoutActivityTypeWalking", and what some programs write instead, without what says nothing. */
static const gchar *
plain_activity (const gchar *activity)
{
  static const gchar *const openings[] = {"HKWorkoutActivityType", "HKWorkoutTypeIdentifier"};

  for (guint i = 0; i < G_N_ELEMENTS (openings); i++)
    if (g_str_has_prefix (activity, openings[i]))
      return activity + strlen (openings[i]);
  return activity;
}

void
citiz_apple_workout_end (CitizApple *apple)
{
  CitizAppleWorkout *w = &apple->workout;
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree gchar *start = fhir_time (w->start_ms, w->start_offset);
  g_autofree gchar *end = fhir_time (w->end_ms, w->end_offset);
  const gchar *activity = plain_activity (w->activity);
  g_autofree gchar *title = citiz_apple_activity (activity, apple->french);
  g_autofree gchar *kind = g_ascii_strdown (activity, -1);
  g_autofree gchar *key
      = g_strdup_printf ("apple:Workout|%s|%" G_GINT64_FORMAT "|%" G_GINT64_FORMAT "|%s",
                         w->activity, w->start_ms, w->end_ms, w->source);

  if (start == NULL || end == NULL)
    {
      citiz_apple_tally (apple, CITIZ_IMPORT_BAD_DATE, "Workout");
      citiz_apple_workout_clear (w);
      return;
    }
  g_string_append (out, "{\"resourceType\":\"Observation\"");
  put_route (out, apple);
  g_string_append (
      out,
      ",\"status\":\"final\",\"category\":[{\"coding\":[{\"system\":"
      "\"http://terminology.hl7.org/CodeSystem/observation-category\",\"code\":\"activity\"}]}],"
      "\"code\":{\"coding\":[{\"system\":\"" LOINC
      "\",\"code\":\"73985-4\",\"display\":\"Exercise activity\"},"
      "{\"system\":\"" LOCAL "\",\"code\":");
  put_string (out, kind);
  g_string_append (out, "}],\"text\":");
  put_string (out, title);
  g_string_append_printf (
      out,
      "},\"effectivePeriod\":{\"start\":\"%s\",\"end\":\"%s\"},\"device\":{\"display\":", start,
      end);
  put_string (out, w->source);
  g_string_append (out, "},\"component\":[");
  put_duration (out, w);
  for (guint i = 0; i < w->statistics->len; i++)
    put_statistic (out, w->statistics->pdata[i]);
  if (w->elevation_cm != NULL)
    put_component (out, LOCAL, "elevation-gain", "Elevation gain", w->elevation_cm, "cm");
  g_string_append (out, "]}");
  citiz_apple_send (apple, "Observation", key, out->str);
  citiz_apple_workout_clear (w);
}

static void
send_blood_group (CitizApple *apple, CitizSlice type)
{
  static const gchar *const groups[][2]
      = {{"HKBloodTypeAPositive", "A+"},   {"HKBloodTypeANegative", "A-"},
         {"HKBloodTypeBPositive", "B+"},   {"HKBloodTypeBNegative", "B-"},
         {"HKBloodTypeABPositive", "AB+"}, {"HKBloodTypeABNegative", "AB-"},
         {"HKBloodTypeOPositive", "O+"},   {"HKBloodTypeONegative", "O-"}};
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    if (citiz_slice_equal (type, groups[i][0]))
      {
        g_autofree gchar *json = g_strdup_printf (
            "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"coding\":[{\"system\":"
            "\"" LOINC "\",\"code\":\"882-1\",\"display\":\"ABO and Rh group\"}]},"
            "\"valueCodeableConcept\":{\"text\":\"%s\"}}",
            groups[i][1]);
        citiz_apple_send (apple, "Observation", "apple:Me|BloodType", json);
      }
}

/* The person as the phone knows them: date of birth, sex, blood group. */
void
citiz_apple_me (CitizApple *apple, const CitizXmlAttribute *a, guint n)
{
  CitizSlice birth = citiz_apple_attribute (a, n, "HKCharacteristicTypeIdentifierDateOfBirth");
  CitizSlice sex = citiz_apple_attribute (a, n, "HKCharacteristicTypeIdentifierBiologicalSex");
  g_autoptr (GString) out = g_string_new ("{\"resourceType\":\"Patient\"");
  gsize plain = out->len;
  gint64 ms;
  gint16 zone;
  gchar text[32] = {0};

  if (citiz_slice_equal (sex, "HKBiologicalSexFemale"))
    g_string_append (out, ",\"gender\":\"female\"");
  else if (citiz_slice_equal (sex, "HKBiologicalSexMale"))
    g_string_append (out, ",\"gender\":\"male\"");
  else if (citiz_slice_equal (sex, "HKBiologicalSexOther"))
    g_string_append (out, ",\"gender\":\"other\"");
  if (birth.n == 10)
    {
      memcpy (text, birth.p, 10);
      memcpy (text + 10, " 00:00:00 +0000", 15);
      if (citiz_apple_time ((CitizSlice){text, 25}, &ms, &zone))
        g_string_append_printf (out, ",\"birthDate\":\"%.10s\"", text);
    }
  if (out->len > plain)
    {
      g_string_append_c (out, '}');
      citiz_apple_send (apple, "Patient", "apple:Me", out->str);
    }
  send_blood_group (apple, citiz_apple_attribute (a, n, "HKCharacteristicTypeIdentifierBloodType"));
}
