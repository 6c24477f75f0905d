/* The Apple Health reader: which element goes where, and what is said at the end.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-apple-private.h"

#include <string.h>

#define MAX_TALLIES 512

static void
series_free (gpointer data)
{
  CitizAppleSeries *series = data;

  citiz_samples_free (series->samples);
  g_free (series->measure);
  g_free (series->source);
  g_free (series->unit);
  g_free (series->what);
  g_free (series);
}

static void
entry_free (gpointer data)
{
  CitizAppleEntry *entry = data;

  g_free (entry->key);
  g_free (entry->what);
  g_free (entry);
}

CitizSlice
citiz_apple_attribute (const CitizXmlAttribute *a, guint n, const gchar *name)
{
  for (guint i = 0; i < n; i++)
    if (citiz_slice_equal (a[i].name, name))
      return a[i].value;
  return (CitizSlice){NULL, 0};
}

/* Counts something that is not kept. The number of different lines is bounded, their sum is not. */
void
citiz_apple_tally (CitizApple *apple, CitizImportReason reason, const gchar *what)
{
  g_autofree gchar *key = g_strdup_printf ("%u %s", reason, what);
  guint64 *count = g_hash_table_lookup (apple->tallies, key);

  if (count == NULL && g_hash_table_size (apple->tallies) >= MAX_TALLIES)
    {
      g_free (key);
      key = g_strdup_printf ("%u other", reason);
      count = g_hash_table_lookup (apple->tallies, key);
    }
  if (count == NULL)
    {
      count = g_new0 (guint64, 1);
      g_hash_table_insert (apple->tallies, g_steal_pointer (&key), count);
    }
  (*count)++;
}

/* The series of these four, made on first sight; NULL over the limit. */
CitizAppleSeries *
citiz_apple_series (CitizApple *apple,
                    const gchar *measure,
                    const gchar *source,
                    const gchar *unit,
                    const gchar *what)
{
  g_autofree gchar *key = g_strjoin ("\n", measure, source, unit, NULL);
  CitizAppleSeries *series = g_hash_table_lookup (apple->series_by_key, key);

  if (series != NULL || apple->series->len == CITIZ_FRAME_MAX_SERIES)
    return series;
  series = g_new0 (CitizAppleSeries, 1);
  series->measure = g_strdup (measure);
  series->source = g_strdup (source);
  series->unit = g_strdup (unit);
  series->what = g_strdup (what);
  series->samples = citiz_samples_new ();
  g_ptr_array_add (apple->series, series);
  g_hash_table_insert (apple->series_by_key, g_steal_pointer (&key), series);
  return series;
}

/* SOURCE is the frame that must come first, and says what the root's first child (ExportDate) told. */
static void
ensure_source (CitizApple *apple)
{
  CitizFrame frame = {CITIZ_FRAME_SOURCE, .source = {apple->format, apple->exported}};

  if (apple->source_sent)
    return;
  apple->source_sent = TRUE;
  citiz_frame_writer_put (apple->out, &frame);
}

void
citiz_apple_send (CitizApple *apple, const gchar *type, const gchar *key, const gchar *json)
{
  CitizFrame frame
      = {CITIZ_FRAME_RESOURCE, .resource = {type, key, "", CITIZ_ORIGIN_SELF, json, strlen (json)}};
  ensure_source (apple);
  citiz_frame_writer_put (apple->out, &frame);
}

static void
other_element (CitizApple *apple, CitizSlice name, const CitizXmlAttribute *a, guint n)
{
  CitizSlice type = citiz_apple_attribute (a, n, "type");
  g_autofree gchar *what = citiz_xml_text (type.n > 0 ? type : name, 128);

  citiz_apple_tally (apple, CITIZ_IMPORT_UNKNOWN_TYPE, what[0] != '\0' ? what : "element");
}

static void
top_element (CitizApple *apple, CitizSlice name, const CitizXmlAttribute *a, guint n)
{
  if (citiz_slice_equal (name, "Record"))
    citiz_apple_record (apple, a, n);
  else if (citiz_slice_equal (name, "ExportDate"))
    citiz_apple_time (citiz_apple_attribute (a, n, "value"), &apple->exported.ms,
                      &apple->exported_offset);
  else if (citiz_slice_equal (name, "Me"))
    citiz_apple_me (apple, a, n);
  else if (citiz_slice_equal (name, "Workout"))
    citiz_apple_workout_start (apple, a, n);
  else if (citiz_slice_equal (name, "ActivitySummary"))
    citiz_apple_summary (apple, a, n);
  else if (citiz_slice_equal (name, "ClinicalRecord") && apple->format == CITIZ_FORMAT_APPLE_ZIP)
    ; /* its file is an entry of the archive */
  else if (!citiz_slice_equal (name, "Correlation"))
    other_element (apple, name, a, n);
}

/* A Correlation's records stand at the top level too, by Apple's own note; where they do not, they count here,
 * where they do, the duplicate falls away with all others. */
static void
start_cb (gpointer data, guint depth, CitizSlice name, const CitizXmlAttribute *a, guint n)
{
  CitizApple *apple = data;

  if (depth == 1)
    {
      CitizSlice locale = citiz_apple_attribute (a, n, "locale");
      apple->recognised = citiz_slice_equal (name, "HealthData");
      apple->french = locale.n >= 2 && memcmp (locale.p, "fr", 2) == 0;
      if (!apple->recognised)
        citiz_xml_stop (apple->xml, citiz_slice_equal (name, "ClinicalDocument")
                                        ? CITIZ_IMPORT_CLINICAL_XML
                                        : CITIZ_IMPORT_NOT_HEALTH_DATA);
    }
  else if (depth == 2)
    top_element (apple, name, a, n);
  else if (apple->workout.open)
    citiz_apple_workout_child (apple, name, a, n);
  else if (depth == 3 && name.n == 6 && memcmp (name.p, "Record", 6) == 0)
    citiz_apple_record (apple, a, n);
}

static void
end_cb (gpointer data, guint depth, CitizSlice name)
{
  CitizApple *apple = data;

  if (depth == 2 && apple->workout.open)
    citiz_apple_workout_end (apple);
}

CitizApple *
citiz_apple_new (CitizFrameWriter *out,
                 CitizImportFormat format,
                 CitizAppleRouteFunc route,
                 gpointer data)
{
  static const CitizXmlHandler handler = {start_cb, end_cb};
  CitizApple *apple = g_new0 (CitizApple, 1);

  apple->out = out;
  apple->format = format;
  apple->route = route;
  apple->route_data = data;
  apple->source_sent = format == CITIZ_FORMAT_APPLE_ZIP; /* the archive has said it */
  apple->xml = citiz_xml_new (&handler, apple);
  apple->entries = g_ptr_array_new_with_free_func (entry_free);
  apple->series = g_ptr_array_new_with_free_func (series_free);
  apple->series_by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  apple->tallies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return apple;
}

void
citiz_apple_free (CitizApple *apple)
{
  if (apple == NULL)
    return;
  citiz_xml_free (apple->xml);
  citiz_apple_workout_clear (&apple->workout);
  g_free (apple->slots);
  g_ptr_array_unref (apple->entries);
  g_hash_table_unref (apple->series_by_key);
  g_ptr_array_unref (apple->series);
  g_hash_table_unref (apple->tallies);
  g_free (apple);
}

CitizXml *
citiz_apple_get_xml (CitizApple *apple)
{
  return apple->xml;
}

typedef struct
{
  CitizFrameWriter *out;
  guint64 n;
} Drain;

static gboolean
drain_cb (gpointer data, const CitizImportSample *samples, guint n)
{
  Drain *drain = data;
  CitizFrame frame = {CITIZ_FRAME_SAMPLES, .samples = {samples, n}};

  drain->n += n;
  return citiz_frame_writer_put (drain->out, &frame);
}

static void
send_series (CitizApple *apple, CitizAppleSeries *series)
{
  CitizFrame head = {CITIZ_FRAME_SERIES,
                     .series = {series->measure, series->source, series->unit, series->what}};
  Drain drain = {apple->out, 0};
  guint64 duplicates = 0;

  if (!citiz_frame_writer_put (apple->out, &head))
    return;
  citiz_samples_drain (series->samples, drain_cb, &drain, &duplicates);
  CitizFrame end = {CITIZ_FRAME_SERIES_END, .series_end = {drain.n, duplicates}};
  citiz_frame_writer_put (apple->out, &end);
}

static void
send_tallies (CitizApple *apple)
{
  GHashTableIter iter;
  gpointer key, count;

  for (guint i = 0; i < apple->entries->len; i++)
    {
      CitizAppleEntry *entry = apple->entries->pdata[i];
      citiz_frame_writer_tally (apple->out, entry->refused, entry->refusals, entry->what);
    }
  g_hash_table_iter_init (&iter, apple->tallies);
  while (g_hash_table_iter_next (&iter, &key, &count))
    {
      gchar *what = NULL;
      CitizImportReason reason = (CitizImportReason) g_ascii_strtoull (key, &what, 10);
      citiz_frame_writer_tally (apple->out, reason, *(guint64 *) count, what + 1);
    }
}

/**
 * citiz_apple_finish:
 * @stopped_at: (out): offset after the last whole token
 *
 * Sends every series, then what was left out. A file that ends early keeps what was read before.
 */
CitizImportReason
citiz_apple_finish (CitizApple *apple, guint64 *stopped_at)
{
  CitizImportReason reason = citiz_xml_finish (apple->xml, stopped_at);

  if (!apple->recognised)
    return reason;
  ensure_source (apple);
  for (guint i = 0; i < apple->series->len; i++)
    send_series (apple, apple->series->pdata[i]);
  send_tallies (apple);
  return reason;
}
