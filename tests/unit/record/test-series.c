/* Chunks, days across a change of clocks, sources put together, nights. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "record/citiz-date.h"
#include "record/citiz-item.h"
#include "record/citiz-series.h"

static guint64 state = 7;

static guint64
next (void)
{
  state = state * 6364136223846793005u + 1442695040888963407u;
  return state >> 33;
}

static gsize
make (CitizSample *out, gsize n, guint kind)
{
  gint64 at = 1640000000000;

  for (gsize i = 0; i < n; i++)
    {
      at += (gint64) (next () % 600) * 1000 + (kind == 2 ? (gint64) (next () % 1000) : 0);
      out[i] = (CitizSample){.start = at,
                             .duration = (guint32) (next () % 900) * 1000,
                             .offset = (gint16) (i < n / 2 ? -240 : -300),
                             .value = kind == 0   ? (gdouble) (next () % 200)
                                      : kind == 1 ? (gdouble) (next () % 20000) / 100
                                                  : sqrt ((gdouble) next ())};
    }
  return n;
}

/* What wearables write: sleep, whose value is its length; energy, without a gap and in step with the duration; a slow curve. */
static gsize
make_typical (CitizSample *out, gsize n, guint kind)
{
  gint64 at = 1640000000000;
  gdouble level = 5.6;

  for (gsize i = 0; i < n; i++)
    {
      guint32 duration = (guint32) (20 + next () % 160) * 1000;
      gdouble values[] = {duration / 3600000.0,
                          duration * 60.0 / 3600000.0,
                          (gdouble) (duration / 1000 * 17 + next () % 40) / 1000,
                          level,
                          0 - level,
                          sqrt ((gdouble) next ()) * (i % 2 == 0 ? 1 : -1)};
      out[i] = (CitizSample){
          .start = at, .duration = kind == 3 ? 0 : duration, .offset = -300, .value = values[kind]};
      at += kind == 3 ? 300000 : duration;
      level = (gdouble) ((gint) (level * 10) + (gint) (next () % 5) - 2) / 10;
    }
  return n;
}

static void
assert_same (const CitizSample *in, const CitizSample *out, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_assert_cmpint (out[i].start, ==, in[i].start);
      g_assert_cmpuint (out[i].duration, ==, in[i].duration);
      g_assert_cmpint (out[i].offset, ==, in[i].offset);
      g_assert_cmpmem (&out[i].value, sizeof out[i].value, &in[i].value, sizeof in[i].value);
    }
}

static gsize
round_trip (const CitizSample *in, gsize n)
{
  static CitizSample out[CITIZ_CHUNK_MAX];
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = citiz_chunk_encode (in, n, &error);
  gsize size, got;
  const guint8 *data;

  g_assert_no_error (error);
  data = g_bytes_get_data (bytes, &size);
  g_assert_true (citiz_chunk_decode (data, size, out, &got, &error));
  g_assert_cmpuint (got, ==, n);
  assert_same (in, out, n);
  return size;
}

/* Bytes a sample at most: what can be told from its neighbours takes no room. */
static void
test_chunk_typical (void)
{
  static CitizSample in[CITIZ_CHUNK_MAX];
  static const gdouble most[] = {1.1, 1.1, 1.9, 0.5, 1.5, 9.5};

  for (guint kind = 0; kind < G_N_ELEMENTS (most); kind++)
    {
      gsize n = make_typical (in, CITIZ_CHUNK_MAX, kind);
      g_assert_cmpfloat ((gdouble) round_trip (in, n) / (gdouble) n, <=, most[kind]);
      for (gsize few = 1; few < 20; few++)
        round_trip (in, few);
    }
}

/* The ends of what a sample can be. */
static void
test_chunk_extreme (void)
{
  const gint64 far = (G_GINT64_CONSTANT (1) << 52) - 1;
  const CitizSample wide[]
      = {{-far, 0, -900, -0.0},          {-far, G_MAXUINT32, 900, 0},    {0, 1, 0, 4e15 - 1},
         {1, G_MAXUINT32, 1, -4e15 + 1}, {far, G_MAXUINT32, -1, 1e-300}, {far, 7, 0, G_MAXDOUBLE}};
  const CitizSample whole[] = {{-far, 0, 0, 4e15 - 1}, {far, G_MAXUINT32, 0, -4e15 + 1}};

  round_trip (wide, G_N_ELEMENTS (wide));
  round_trip (whole, G_N_ELEMENTS (whole));
  for (gsize i = 0; i < G_N_ELEMENTS (wide); i++)
    round_trip (&wide[i], 1);
}

/* Chunks as the first vaults have them. */
static void
test_chunk_first (void)
{
  static CitizSample in[60], out[CITIZ_CHUNK_MAX];

  for (guint kind = 0; kind < 3; kind++)
    {
      g_autofree gchar *name = g_strdup_printf ("first-%u.chunk", kind);
      g_autofree gchar *path
          = g_build_filename (g_getenv ("CITIZ_TEST_DATA"), "series", name, NULL);
      g_autofree gchar *bytes = NULL;
      gsize size, got;
      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
      g_assert_true (citiz_chunk_decode ((const guint8 *) bytes, size, out, &got, NULL));
      state = 7;
      g_assert_cmpuint (got, ==, make (in, 60, kind));
      assert_same (in, out, got);
    }
}

static void
test_chunk (void)
{
  static CitizSample in[CITIZ_CHUNK_MAX];
  static const gsize sizes[] = {1, 2, 100, CITIZ_CHUNK_MAX};

  for (guint kind = 0; kind < 3; kind++)
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      round_trip (in, make (in, sizes[s], kind));
}

static void
test_chunk_hostile (void)
{
  static CitizSample in[300], out[CITIZ_CHUNK_MAX];
  gsize n = make (in, 300, 1), got, size;
  g_autoptr (GBytes) bytes = citiz_chunk_encode (in, n, NULL);
  const guint8 *data = g_bytes_get_data (bytes, &size);

  for (gsize cut = 0; cut < size; cut++)
    g_assert_false (citiz_chunk_decode (data, cut, out, &got, NULL));
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree guint8 *broken = g_memdup2 (data, size);
      broken[next () % size] ^= (guint8) (1u << (next () % 8));
      if (citiz_chunk_decode (broken, size, out, &got, NULL))
        for (gsize k = 0; k < got; k++)
          g_assert_true (isfinite (out[k].value) && (k == 0 || out[k].start >= out[k - 1].start));
    }
  in[5].value = NAN;
  g_assert_null (citiz_chunk_encode (in, n, NULL));
  in[5].value = 1;
  in[6].start = in[4].start - 1;
  g_assert_null (citiz_chunk_encode (in, n, NULL));
}

/* 2022-11-06 in Montréal has 25 hours and 1:30 comes twice; 2022-03-13 has 23. */
static void
test_clock_change (void)
{
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (CitizDay));
  gint64 midnight = citiz_day_from_ymd (2022, 11, 6) * CITIZ_DAY + 4 * CITIZ_HOUR;
  gint32 day = citiz_day_from_ymd (2022, 11, 6);

  for (gint h = 0; h < 26; h++)
    {
      CitizSample s = {.start = midnight + h * CITIZ_HOUR,
                       .duration = (guint32) CITIZ_HOUR,
                       .offset = (gint16) (h < 2 ? -240 : -300),
                       .value = 1};
      citiz_days_add (days, &s, 1, CITIZ_AGGREGATE_SUM);
    }
  g_assert_cmpuint (days->len, ==, 2);
  g_assert_cmpint (g_array_index (days, CitizDay, 0).day, ==, day);
  g_assert_cmpfloat (g_array_index (days, CitizDay, 0).sum, ==, 25);
  g_assert_cmpfloat (g_array_index (days, CitizDay, 0).minutes, ==, 1500);
  g_assert_cmpfloat (g_array_index (days, CitizDay, 1).sum, ==, 1);

  g_array_set_size (days, 0);
  midnight = citiz_day_from_ymd (2022, 3, 13) * CITIZ_DAY + 5 * CITIZ_HOUR;
  for (gint h = 0; h < 23; h++)
    {
      CitizSample s = {.start = midnight + h * CITIZ_HOUR,
                       .duration = (guint32) CITIZ_HOUR,
                       .offset = (gint16) (h < 2 ? -300 : -240),
                       .value = 1};
      citiz_days_add (days, &s, 1, CITIZ_AGGREGATE_SUM);
    }
  g_assert_cmpuint (days->len, ==, 1);
  g_assert_cmpfloat (g_array_index (days, CitizDay, 0).sum, ==, 23);
}

static void
test_days (void)
{
  g_autoptr (GArray) days = g_array_new (FALSE, FALSE, sizeof (CitizDay));
  CitizSample walk = {.start = 19000 * CITIZ_DAY - 30 * CITIZ_MINUTE,
                      .duration = (guint32) CITIZ_HOUR,
                      .value = 100};

  citiz_days_add (days, &walk, 1, CITIZ_AGGREGATE_SUM);
  g_assert_cmpuint (days->len, ==, 2);
  g_assert_cmpfloat (g_array_index (days, CitizDay, 0).sum, ==, 50);
  g_assert_cmpfloat (g_array_index (days, CitizDay, 1).sum, ==, 50);
  g_autoptr (GBytes) bytes = citiz_days_encode (days);
  g_autoptr (GArray) back
      = citiz_days_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
  g_assert_cmpmem (days->data, days->len * sizeof (CitizDay), back->data,
                   back->len * sizeof (CitizDay));
  g_assert_null (
      citiz_days_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes) - 1, NULL));

  /* Ten years: a sum that is no short decimal, the others are. */
  g_array_set_size (days, 0);
  for (guint i = 0; i < 3650; i++)
    {
      CitizDay day = {.day = 15000 + (gint32) i,
                      .n = 300 + (guint32) next () % 40,
                      .sum = (gdouble) next () / 7,
                      .min = (gdouble) (next () % 50) / 10,
                      .max = 9 + (gdouble) (next () % 50) / 10,
                      .first = (gdouble) (next () % 90) / 10,
                      .last = (gdouble) (next () % 90) / 10,
                      .minutes = (gdouble) (next () % 1440)};
      g_array_append_val (days, day);
    }
  g_autoptr (GBytes) long_bytes = citiz_days_encode (days);
  g_autoptr (GArray) long_back = citiz_days_decode (g_bytes_get_data (long_bytes, NULL),
                                                    g_bytes_get_size (long_bytes), NULL);
  g_assert_cmpmem (days->data, days->len * sizeof (CitizDay), long_back->data,
                   long_back->len * sizeof (CitizDay));
  g_assert_cmpuint (g_bytes_get_size (long_bytes), <=, 3650 * 16);

  g_array_set_size (days, 0);
  walk.duration = (guint32) (8 * CITIZ_HOUR);
  walk.value = 8;
  citiz_days_add (days, &walk, 1, CITIZ_AGGREGATE_NIGHT);
  g_assert_cmpuint (days->len, ==, 1);
  g_assert_cmpint (g_array_index (days, CitizDay, 0).day, ==, 19000);
}

/* The slow way: each second of each interval belongs to the highest source that covers it. */
static gdouble
reference_sum (const CitizRun *runs, guint n_runs, gint64 from, guint seconds)
{
  gdouble sum = 0;

  for (guint s = 0; s < seconds; s++)
    {
      gint64 at = from + s * CITIZ_SECOND;
      gint best = -1;
      for (guint r = 0; r < n_runs; r++)
        for (gsize i = 0; i < runs[r].n; i++)
          {
            const CitizSample *x = &runs[r].samples[i];
            if (at >= x->start && at < x->start + x->duration && runs[r].priority > best)
              best = runs[r].priority;
          }
      for (guint r = 0; r < n_runs; r++)
        for (gsize i = 0; i < runs[r].n; i++)
          {
            const CitizSample *x = &runs[r].samples[i];
            if (runs[r].priority == best && at >= x->start && at < x->start + x->duration)
              sum += x->value / (x->duration / 1000.0);
          }
    }
  return sum;
}

static void
test_merge (void)
{
  for (guint round = 0; round < 50; round++)
    {
      CitizSample samples[3][8];
      CitizRun runs[3];
      for (guint r = 0; r < 3; r++)
        {
          gint64 at = (gint64) (next () % 60) * 1000;
          for (guint i = 0; i < 8; i++)
            {
              guint32 length = (guint32) (10 + next () % 90) * 1000;
              samples[r][i] = (CitizSample){
                  .start = at, .duration = length, .value = (gdouble) (next () % 100)};
              at += length + (gint64) (next () % 60) * 1000;
            }
          runs[r] = (CitizRun){samples[r], 8, (gint) (r + 1)};
        }
      g_autoptr (GArray) merged = citiz_series_merge (runs, 3, CITIZ_AGGREGATE_SUM);
      gdouble sum = 0;
      for (guint i = 0; i < merged->len; i++)
        sum += g_array_index (merged, CitizSample, i).value;
      g_assert_cmpfloat_with_epsilon (sum, reference_sum (runs, 3, 0, 2000), 1e-6);
    }
  g_assert_cmpint (citiz_source_priority ("Apple\302\240Watch de Hélène"), ==, 3);
  g_assert_cmpint (citiz_source_priority ("iPhone"), ==, 2);
  g_assert_cmpint (citiz_source_priority ("Strava"), ==, 1);
}

static void
test_sort (void)
{
  CitizSample s[] = {{5, 0, 0, 1}, {3, 0, 0, 2}, {5, 0, 0, 1}, {3, 0, 0, 1}};
  g_assert_cmpuint (citiz_samples_sort (s, 4), ==, 3);
  g_assert_cmpint (s[0].start, ==, 3);
  g_assert_cmpfloat (s[0].value, ==, 1);
  g_assert_cmpint (s[2].start, ==, 5);
}

static void
test_nights (void)
{
  gint64 bed = 19000 * CITIZ_DAY - CITIZ_HOUR;
  CitizSample whole = {bed, (guint32) (8 * CITIZ_HOUR), 0, 8};
  CitizSample deep = {bed + CITIZ_HOUR, (guint32) CITIZ_HOUR, 0, 1};
  GArray *stages[5];

  for (guint i = 0; i < 5; i++)
    stages[i] = g_array_new (FALSE, FALSE, sizeof (CitizSample));
  g_array_append_val (stages[CITIZ_SLEEP_ASLEEP], whole);
  g_array_append_val (stages[CITIZ_SLEEP_DEEP], deep);
  g_autoptr (GArray) nights = citiz_nights ((const GArray *const *) stages);
  g_assert_cmpuint (nights->len, ==, 1);
  const CitizNight *night = &g_array_index (nights, CitizNight, 0);
  g_assert_cmpint (night->day, ==, 19000);
  g_assert_cmpfloat (night->asleep, ==, 8);
  g_assert_cmpfloat (night->hours[CITIZ_SLEEP_DEEP], ==, 1);
  g_assert_cmpuint (night->segments->len, ==, 3);
  for (guint i = 0; i < 5; i++)
    g_array_unref (stages[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/record/chunk/round-trip", test_chunk);
  g_test_add_func ("/record/chunk/typical", test_chunk_typical);
  g_test_add_func ("/record/chunk/extreme", test_chunk_extreme);
  g_test_add_func ("/record/chunk/first", test_chunk_first);
  g_test_add_func ("/record/chunk/hostile", test_chunk_hostile);
  g_test_add_func ("/record/days/clock-change", test_clock_change);
  g_test_add_func ("/record/days", test_days);
  g_test_add_func ("/record/merge", test_merge);
  g_test_add_func ("/record/sort", test_sort);
  g_test_add_func ("/record/nights", test_nights);
  return g_test_run ();
}
