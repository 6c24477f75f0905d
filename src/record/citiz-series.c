/* Order of samples, days, sources put together, nights. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-series.h"
#include "record/citiz-code.h"
#include "record/citiz-date.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

gint
citiz_sample_compare (gconstpointer a, gconstpointer b)
{
  const CitizSample *x = a, *y = b;

  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  if (x->duration != y->duration)
    return x->duration < y->duration ? -1 : 1;
  return x->value < y->value ? -1 : x->value > y->value;
}

gsize
citiz_samples_sort (CitizSample *samples, gsize n)
{
  gboolean sorted = TRUE;
  gsize kept = 0;

  if (n == 0)
    return 0;
  for (gsize i = 1; i < n && sorted; i++)
    sorted = citiz_sample_compare (&samples[i - 1], &samples[i]) <= 0;
  if (!sorted)
    qsort (samples, n, sizeof *samples, citiz_sample_compare);
  for (gsize i = 0; i < n; i++)
    if (kept == 0 || citiz_sample_compare (&samples[kept - 1], &samples[i]) != 0)
      samples[kept++] = samples[i];
  return kept;
}

gsize
citiz_samples_drop (CitizSample *samples, gsize n, const GArray *there)
{
  gsize fresh = 0;

  for (gsize i = 0, k = 0; i < n; i++)
    {
      while (k < there->len
             && citiz_sample_compare (&g_array_index (there, CitizSample, k), &samples[i]) < 0)
        k++;
      if (k == there->len
          || citiz_sample_compare (&g_array_index (there, CitizSample, k), &samples[i]) != 0)
        samples[fresh++] = samples[i];
    }
  return fresh;
}

gint
citiz_source_priority (const gchar *source)
{
  static const struct
  {
    const gchar *word;
    gint priority;
  } words[] = {{"watch", 3}, {"montre", 3},    {"garmin", 3},   {"fitbit", 3}, {"polar", 3},
               {"oura", 3},  {"whoop", 3},     {"withings", 3}, {"band", 3},   {"iphone", 2},
               {"phone", 2}, {"telephone", 2}, {"pixel", 2},    {"galaxy", 2}, {"android", 2}};
  g_autofree gchar *folded = citiz_fold (source);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (folded, words[i].word) != NULL)
      return words[i].priority;
  return 1;
}

/* --- merging --- */

typedef struct
{
  gint64 start, end;
} Interval;

/* Sorted disjoint intervals; adds one and joins what touches. */
static void
cover_append (GArray *cover, gint64 start, gint64 end)
{
  if (cover->len > 0)
    {
      Interval *last = &g_array_index (cover, Interval, cover->len - 1);
      if (start <= last->end)
        {
          last->end = MAX (last->end, end);
          return;
        }
    }
  Interval one = {start, end};
  g_array_append_val (cover, one);
}

/* Milliseconds of [start, end] that the cover takes; `at` moves forward with rising starts. */
static gint64
covered (const GArray *cover, guint *at, gint64 start, gint64 end)
{
  gint64 sum = 0;

  while (*at < cover->len && g_array_index (cover, Interval, *at).end <= start)
    (*at)++;
  for (guint i = *at; i < cover->len; i++)
    {
      const Interval *one = &g_array_index (cover, Interval, i);
      if (one->start >= end)
        break;
      sum += MIN (end, one->end) - MAX (start, one->start);
    }
  return sum;
}

/* The union of two covers. */
static GArray *
cover_join (const GArray *a, const GArray *b)
{
  GArray *out = g_array_sized_new (FALSE, FALSE, sizeof (Interval), a->len + b->len);
  guint i = 0, j = 0;

  while (i < a->len || j < b->len)
    {
      const Interval *x = i < a->len ? &g_array_index (a, Interval, i) : NULL;
      const Interval *y = j < b->len ? &g_array_index (b, Interval, j) : NULL;
      const Interval *one = y == NULL || (x != NULL && x->start <= y->start) ? x : y;
      if (one == x)
        i++;
      else
        j++;
      cover_append (out, one->start, one->end);
    }
  return out;
}

static gint
by_priority (gconstpointer a, gconstpointer b)
{
  const CitizRun *x = a, *y = b;
  return y->priority - x->priority;
}

/* Additive values have a length; an instant one covers its own minute so that two sources of the same minute do not add up. */
static gint64
end_of (const CitizSample *sample)
{
  return sample->start + (sample->duration > 0 ? sample->duration : 60000);
}

/* What [start, end) of a run covers; other measures cover whole minutes. */
static GArray *
cover_of (const CitizRun *run, gboolean additive)
{
  GArray *out = g_array_new (FALSE, FALSE, sizeof (Interval));

  for (gsize i = 0; i < run->n; i++)
    {
      const CitizSample *s = &run->samples[i];
      if (additive)
        cover_append (out, s->start, end_of (s));
      else
        {
          gint64 minute = s->start - ((s->start % 60000) + 60000) % 60000;
          cover_append (out, minute, minute + 60000);
        }
    }
  return out;
}

GArray *
citiz_series_merge (const CitizRun *runs, guint n_runs, CitizAggregate aggregate)
{
  gboolean additive = aggregate == CITIZ_AGGREGATE_SUM || aggregate == CITIZ_AGGREGATE_NIGHT;
  GArray *out = g_array_new (FALSE, FALSE, sizeof (CitizSample));
  GArray *cover = g_array_new (FALSE, FALSE, sizeof (Interval));
  g_autofree CitizRun *order = g_memdup2 (runs, sizeof *runs * n_runs);

  if (n_runs > 1)
    qsort (order, n_runs, sizeof *order, by_priority);
  for (guint r = 0; r < n_runs; r++)
    {
      guint at = 0;
      for (gsize i = 0; i < order[r].n; i++)
        {
          CitizSample sample = order[r].samples[i];
          gint64 end = additive ? end_of (&sample) : sample.start + 1;
          gint64 taken = covered (cover, &at, sample.start, end);
          if (taken >= end - sample.start)
            continue;
          if (additive && taken > 0)
            sample.value *= (gdouble) (end - sample.start - taken) / (gdouble) (end - sample.start);
          g_array_append_val (out, sample);
        }
      GArray *own = cover_of (&order[r], additive);
      GArray *both = cover_join (cover, own);
      g_array_unref (own);
      g_array_unref (cover);
      cover = both;
    }
  g_array_unref (cover);
  if (n_runs > 1 && out->len > 1)
    qsort (out->data, out->len, sizeof (CitizSample), citiz_sample_compare);
  return out;
}

/* --- nights --- */

void
citiz_night_clear (CitizNight *night)
{
  g_clear_pointer (&night->segments, g_array_unref);
}

static void
night_clear (gpointer night)
{
  citiz_night_clear (night);
}

static gint
by_start (gconstpointer a, gconstpointer b)
{
  const CitizSleepSegment *x = a, *y = b;

  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  return (gint) x->stage - (gint) y->stage;
}

/* The parts of [start, end) of a stage that nothing before it took. */
static void
add_free (GArray *segments, GArray *taken, const CitizSample *sample, CitizSleepStage stage)
{
  gint64 at = sample->start, end = sample->start + sample->duration;

  for (guint i = 0; i < taken->len && at < end; i++)
    {
      const Interval *one = &g_array_index (taken, Interval, i);
      if (one->end <= at)
        continue;
      if (one->start >= end)
        break;
      if (one->start > at)
        {
          CitizSleepSegment part = {at, one->start, sample->offset, stage};
          g_array_append_val (segments, part);
        }
      at = one->end;
    }
  if (at < end)
    {
      CitizSleepSegment part = {at, end, sample->offset, stage};
      g_array_append_val (segments, part);
    }
}

static CitizNight *
night_of (GArray *nights, gint32 day)
{
  if (nights->len > 0)
    {
      CitizNight *last = &g_array_index (nights, CitizNight, nights->len - 1);
      if (last->day == day)
        return last;
    }
  CitizNight night = {.day = day, .from = G_MAXINT64, .to = G_MININT64};
  night.segments = g_array_new (FALSE, FALSE, sizeof (CitizSleepSegment));
  g_array_append_val (nights, night);
  return &g_array_index (nights, CitizNight, nights->len - 1);
}

GArray *
citiz_nights (const GArray *const by_stage[5])
{
  static const CitizSleepStage order[] = {CITIZ_SLEEP_DEEP, CITIZ_SLEEP_REM, CITIZ_SLEEP_AWAKE,
                                          CITIZ_SLEEP_LIGHT, CITIZ_SLEEP_ASLEEP};
  g_autoptr (GArray) segments = g_array_new (FALSE, FALSE, sizeof (CitizSleepSegment));
  GArray *taken = g_array_new (FALSE, FALSE, sizeof (Interval));
  GArray *nights = g_array_new (FALSE, FALSE, sizeof (CitizNight));

  g_array_set_clear_func (nights, night_clear);
  for (guint o = 0; o < G_N_ELEMENTS (order); o++)
    {
      const GArray *samples = by_stage[order[o]];
      GArray *own = g_array_new (FALSE, FALSE, sizeof (Interval));
      for (guint i = 0; samples != NULL && i < samples->len; i++)
        {
          const CitizSample *s = &g_array_index (samples, CitizSample, i);
          if (s->duration == 0)
            continue;
          add_free (segments, taken, s, order[o]);
          cover_append (own, s->start, s->start + s->duration);
        }
      GArray *both = cover_join (taken, own);
      g_array_unref (own);
      g_array_unref (taken);
      taken = both;
    }
  g_array_unref (taken);
  g_array_sort (segments, by_start);
  for (guint i = 0; i < segments->len; i++)
    {
      const CitizSleepSegment *s = &g_array_index (segments, CitizSleepSegment, i);
      CitizNight *night = night_of (nights, citiz_day_of (s->start + CITIZ_DAY / 2, s->offset));
      gdouble hours = (gdouble) (s->end - s->start) / CITIZ_HOUR;
      night->from = MIN (night->from, s->start);
      night->to = MAX (night->to, s->end);
      night->offset = s->offset;
      night->hours[s->stage] += hours;
      if (s->stage != CITIZ_SLEEP_AWAKE)
        night->asleep += hours;
      g_array_append_val (night->segments, *s);
    }
  return nights;
}
