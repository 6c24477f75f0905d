/* Series of the sample record: what a watch, a telephone, a scale would have told. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-sample-private.h"

#include <math.h>

#define DAYS   120
#define STRIDE 0.72 /* metres */

/* SplitMix64 (Steele, Lea, Flood 2014) of the day and the purpose. */
gdouble
citiz_sample_chance (gint32 day, guint purpose)
{
  guint64 z
      = (guint64) (gint64) day * 0x9e3779b97f4a7c15u + purpose * (guint64) 0xd1b54a32d192ed03u;

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return (gdouble) (z >> 11) / 9007199254740992.0;
}

gint64
citiz_sample_instant (const CitizSampleRun *run, gint32 day, gint minute)
{
  return day * CITIZ_DAY + minute * CITIZ_MINUTE - run->offset * CITIZ_MINUTE;
}

/* What has not happened yet is left out. */
static void
add (GArray *out, const CitizSampleRun *run, gint32 day, gint minute, gint minutes, gdouble value)
{
  CitizSample sample = {.start = citiz_sample_instant (run, day, minute),
                        .duration = (guint32) (minutes * CITIZ_MINUTE),
                        .offset = (gint16) run->offset,
                        .value = value};

  if (sample.start + sample.duration <= run->now.ms)
    g_array_append_val (out, sample);
}

static gboolean
give (const CitizSampleRun *run,
      const gchar *measure,
      const gchar *source,
      const gchar *unit,
      GArray *samples)
{
  gsize n = citiz_samples_sort ((CitizSample *) (gpointer) samples->data, samples->len);
  gboolean more
      = n == 0
        || run->series (measure, source, unit, (const CitizSample *) (gconstpointer) samples->data,
                        n, run->data);

  g_array_unref (samples);
  return more;
}

static GArray *
fresh (void)
{
  return g_array_new (FALSE, FALSE, sizeof (CitizSample));
}

static const gchar *
watch (const CitizSampleRun *run)
{
  return run->language == CITIZ_LANGUAGE_FR ? "Montre" : "Watch";
}

/* How a day's steps spread over its hours, in percent. */
static const guint8 hours[24]
    = {0, 0, 0, 0, 0, 0, 13, 9, 6, 5, 5, 5, 11, 7, 5, 5, 6, 8, 6, 4, 3, 2, 0, 0};

static gint
steps_of (gint32 day)
{
  gboolean weekend = citiz_day_weekday (day) >= 5;
  return (gint) (5200 + 4600 * citiz_sample_chance (day, 1) - (weekend ? 900 : 0));
}

/* Steps of the walks that touch this quarter of an hour. */
static gdouble
steps_walked (const CitizSampleRun *run, gint32 day, gint minute)
{
  gdouble n = 0;

  for (guint i = 0; i < run->efforts->len; i++)
    {
      const CitizSampleEffort *one = &g_array_index (run->efforts, CitizSampleEffort, i);
      const gint shared = MIN (one->start + one->minutes, minute + 15) - MAX (one->start, minute);

      if (one->day == day && shared > 0)
        n += one->km * 1000 / STRIDE * shared / one->minutes;
    }
  return n;
}

/* Around the mean that the session tells; 0 outside. */
static gdouble
rate_of_effort (const CitizSampleRun *run, gint32 day, gint minute)
{
  for (guint i = 0; i < run->efforts->len; i++)
    {
      const CitizSampleEffort *one = &g_array_index (run->efforts, CitizSampleEffort, i);

      if (one->day == day && minute >= one->start && minute < one->start + one->minutes)
        return one->rate * (0.94 + 0.12 * citiz_sample_chance (day, 4000 + (guint) minute));
    }
  return 0;
}

/* The watch counts by quarter of an hour; the telephone sees part of the same walk, so that adding both would count twice. */
static gboolean
steps (const CitizSampleRun *run)
{
  GArray *wrist = fresh (), *phone = fresh (), *distance = fresh ();

  for (gint32 day = run->today - DAYS; day <= run->today; day++)
    for (gint hour = 0; hour < 24; hour++)
      for (gint quarter = 0; quarter < 4 && hours[hour] > 0; quarter++)
        {
          guint purpose = 100 + (guint) (hour * 4 + quarter);
          gdouble share = 0.5 + citiz_sample_chance (day, purpose);
          gint minute = hour * 60 + quarter * 15;
          gdouble n = rint (steps_of (day) * hours[hour] / 400.0 * share
                            + steps_walked (run, day, minute));
          add (wrist, run, day, minute, 15, n);
          add (distance, run, day, minute, 15, rint (n * STRIDE) / 1000);
          if (quarter == 1)
            add (phone, run, day, minute, 15, rint (n * 0.8));
        }
  return give (run, "steps", watch (run), "{steps}", wrist)
         && give (run, "steps", run->language == CITIZ_LANGUAGE_FR ? "Téléphone" : "Phone",
                  "{steps}", phone)
         && give (run, "walk_dist", watch (run), "km", distance);
}

static gboolean
heart (const CitizSampleRun *run)
{
  GArray *rate = fresh (), *rest = fresh (), *oxygen = fresh ();

  for (gint32 day = run->today - DAYS; day <= run->today; day++)
    {
      gdouble base = 61 + 3 * sin (day / 9.0) + 2 * citiz_sample_chance (day, 2);
      for (gint minute = 0; minute < 1440; minute += 10)
        {
          gint hour = minute / 60;
          gdouble effort = hours[hour] * (0.8 + citiz_sample_chance (day, 300 + (guint) minute));
          gdouble peak = citiz_sample_chance (day, 2000 + (guint) minute) > 0.985 ? 20 : 0;
          gboolean asleep = hour < 6 || minute >= 23 * 60 + 40;
          gdouble exercise = rate_of_effort (run, day, minute);
          add (rate, run, day, minute, 0,
               rint (exercise > 0 ? exercise : base + (asleep ? -4 : 6 + effort * 1.4 + peak)));
        }
      add (rest, run, day, 420, 0, rint (base));
      add (oxygen, run, day, 180, 0, rint (95 + 3 * citiz_sample_chance (day, 3)));
    }
  return give (run, "hr", watch (run), "/min", rate)
         && give (run, "hr_rest", watch (run), "/min", rest)
         && give (run, "spo2", watch (run), "%", oxygen);
}

/* Up before the first thing of the day, which is at 6 h: who walks is not asleep. A night: cycles of light, deep, light, REM, now and then awake. Two nights a month the watch stayed on the table. */
static gboolean
nights (const CitizSampleRun *run)
{
  static const gchar *const keys[]
      = {"sleep_awake", "sleep_light", "sleep_deep", "sleep_rem", "sleep"};
  GArray *stages[5];

  for (guint s = 0; s < 5; s++)
    stages[s] = fresh ();
  for (gint32 day = run->today - DAYS; day <= run->today; day++)
    {
      gint end = 335 + (gint) (20 * citiz_sample_chance (day, 4));
      gint at = end - 380 - (gint) (60 * citiz_sample_chance (day, 5)); /* 22 h 15 to 23 h 35 */
      if (citiz_sample_chance (day, 6) > 0.93 || citiz_sample_instant (run, day, end) > run->now.ms)
        continue; /* nor is a night told before it is over */
      for (guint part = 0; at < end; part++)
        {
          static const guint8 order[] = {CITIZ_SLEEP_LIGHT, CITIZ_SLEEP_DEEP,  CITIZ_SLEEP_LIGHT,
                                         CITIZ_SLEEP_REM,   CITIZ_SLEEP_LIGHT, CITIZ_SLEEP_AWAKE};
          guint stage = order[part % G_N_ELEMENTS (order)];
          gint length = stage == CITIZ_SLEEP_AWAKE  ? 3
                        : stage == CITIZ_SLEEP_DEEP ? MAX (12, 55 - (gint) part * 4)
                        : stage == CITIZ_SLEEP_REM  ? 14 + (gint) part * 2
                                                    : 28;
          length = MIN (length + (gint) (8 * citiz_sample_chance (day, 10 + part)), end - at);
          add (stages[stage], run, day, at, length, length / 60.0);
          if (stage != CITIZ_SLEEP_AWAKE)
            add (stages[CITIZ_SLEEP_ASLEEP], run, day, at, length, length / 60.0);
          at += length;
        }
    }
  gboolean more = TRUE;
  for (guint s = 0; s < 5; s++)
    {
      if (more)
        more = give (run, keys[s], watch (run), "h", stages[s]);
      else
        g_array_unref (stages[s]);
    }
  return more;
}

/* A slow loss of weight, weighed on most mornings. */
static gboolean
weight (const CitizSampleRun *run)
{
  GArray *kg = fresh ();

  for (gint32 day = run->today - DAYS; day <= run->today; day++)
    {
      gdouble trend = 71.4 + (run->today - day) * 0.04;
      if (citiz_sample_chance (day, 7) < 0.8)
        add (kg, run, day, 405, 0,
             rint ((trend + 0.5 * (citiz_sample_chance (day, 8) - 0.5)) * 10) / 10);
    }
  return give (run, "weight", run->language == CITIZ_LANGUAGE_FR ? "Balance" : "Scale", "kg", kg);
}

gboolean
citiz_sample_all_series (const CitizSampleRun *run)
{
  return steps (run) && heart (run) && nights (run) && weight (run);
}
