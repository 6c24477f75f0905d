/* The sample record. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "record/citiz-sample-record.h"
#include "items.h"

typedef struct
{
  CitizRecord *record;
  guint items, documents, versions;
  gchar key[64]; /* of the last item */
  gsize samples;
  gint32 walk;    /* a day with a walk of 2.9 km at 6:05 */
  gdouble walked; /* km that a watch counted then */
} Sample;

static gboolean
sample_item (json_t *resource, const CitizOrigin *origin, GBytes *blob, gpointer data)
{
  Sample *sample = data;
  gboolean later = strcmp (sample->key, origin->key) == 0;
  guint number = sample->items - (later ? 1 : 0);
  CitizId id = {{3, (guint8) (number >> 8), (guint8) number}};
  g_autofree gchar *text = citiz_json_dump (resource);
  g_autoptr (GBytes) packed = citiz_item_pack (origin, text, strlen (text));
  g_autoptr (CitizItem) item = citiz_item_unpack (packed, &id, later ? 2 : 1, 7, NULL);

  g_strlcpy (sample->key, origin->key, sizeof sample->key);
  g_assert_nonnull (item);
  g_assert_true (item->sample);
  g_assert_cmpint (item->kind, !=, CITIZ_KIND_OTHER);
  citiz_record_put (sample->record, item);
  sample->versions++;
  sample->items = number + 1;
  if (blob != NULL)
    {
      sample->documents++;
      g_assert_cmpmem (g_bytes_get_data (blob, NULL), 5, "%PDF-", 5);
    }
  return TRUE;
}

static gboolean
sample_series (const gchar *measure,
               const gchar *source,
               const gchar *unit,
               const CitizSample *samples,
               gsize n,
               gpointer data)
{
  Sample *sample = data;
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (CitizDay));

  g_assert_nonnull (citiz_measure_get (measure));
  for (gsize i = 0; i < n; i++)
    {
      const gint minute = (gint) (samples[i].start / CITIZ_MINUTE + 2 * 1440 - 240) % 1440;
      const gint end = minute + (gint) (samples[i].duration / CITIZ_MINUTE);

      /* Who is asleep does not walk: the first thing of the day is at 6 h. */
      if (g_str_has_prefix (measure, "sleep"))
        g_assert_true (minute > 22 * 60 ? end <= 1440 + 360 : end <= 360);
      else if (strcmp (measure, "steps") == 0 && samples[i].value > 0)
        g_assert_true (minute >= 360 && end <= 22 * 60);
      if (strcmp (measure, "walk_dist") == 0 && minute >= 360 && minute <= 390
          && citiz_day_of (samples[i].start, -240) == sample->walk)
        sample->walked += samples[i].value;
    }
  citiz_days_add (days, samples, n, citiz_measure_get (measure)->aggregate);
  citiz_record_put_days (sample->record, measure, source, unit, 7, days);
  sample->samples += n;
  return TRUE;
}

static void
test_sample (void)
{
  for (guint language = 0; language < 2; language++)
    for (gint hour = 0; hour < 24; hour += 5)
      {
        Sample sample = {.record = citiz_record_new ()};
        CitizTime now = {1792814400000 + hour * CITIZ_HOUR};
        gint32 today = citiz_day_of (now.ms, -240);
        sample.walk = today - 14;
        g_assert_true (citiz_sample_load (now, -240, (CitizLanguage) language, sample_item,
                                          sample_series, &sample));
        g_assert_cmpuint (sample.items, >, 400);
        g_assert_cmpuint (sample.samples, >, 20000);
        g_assert_cmpuint (sample.documents, ==, 1);
        g_assert_cmpfloat (sample.walked, >, 2.9);
        g_autoptr (GArray) due = citiz_record_due (sample.record, today);
        g_assert_cmpuint (due->len, ==, 7);
        g_assert_cmpuint (citiz_record_untimed (sample.record, today), ==, 0);
        gboolean waiting = FALSE;
        for (guint i = 0; i < due->len; i++)
          waiting |= g_array_index (due, CitizDue, i).dose == NULL;
        g_assert_true (waiting);
        const CitizItem *allergy = find (sample.record, CITIZ_KIND_ALLERGY, "Pénicilline");
        g_assert_cmpint (allergy->alert, ==, CITIZ_ALERT_SEVERE_ALLERGY);
        g_assert_cmpint (find (sample.record, CITIZ_KIND_MEDICATION, "Apixaban")->alert, ==,
                         CITIZ_ALERT_ANTICOAGULANT);
        g_assert_nonnull (citiz_record_last_dose (
            sample.record, &find (sample.record, CITIZ_KIND_MEDICATION, "Apixaban")->id));
        const CitizItem *ramipril = find (sample.record, CITIZ_KIND_MEDICATION, "Ramipril");
        const CitizItem *pressure
            = find (sample.record, CITIZ_KIND_PROBLEM, "Hypertension artérielle");
        const gchar *from = NULL, *to = NULL;
        CitizTime changed = {0};
        g_autoptr (GPtrArray) corrected = citiz_record_history (sample.record, &pressure->id);
        g_assert_cmpuint (corrected->len, ==, 2);
        g_assert_true (
            citiz_record_dose_change (sample.record, &ramipril->id, &changed, &from, &to));
        g_assert_cmpstr (from, ==, language == CITIZ_LANGUAGE_FR ? "2,5 mg" : "2.5 mg");
        g_assert_cmpstr (to, ==, "5 mg");
        g_assert_cmpint (citiz_day_of (changed.ms, -240), ==, today - 36);
        const CitizItem *a1c = citiz_record_latest (sample.record, "hba1c");
        g_assert_cmpint (a1c->position, ==, CITIZ_POSITION_ABOVE);
        g_assert_cmpint (a1c->range.owner, ==, CITIZ_RANGE_TEAM);
        g_autoptr (GPtrArray) trend = citiz_record_same_test (sample.record, a1c);
        g_assert_cmpuint (trend->len, ==, 6);
        g_autoptr (GArray) steps = citiz_record_days (sample.record, "steps", today - 13, today);
        g_assert_cmpuint (steps->len, >=, 13);
        g_assert_cmpuint (citiz_record_remove_batch (sample.record, 7), ==, sample.items);
        g_assert_cmpuint (citiz_record_size (sample.record), ==, 0);
        citiz_record_free (sample.record);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/sample", test_sample);
  return g_test_run ();
}
