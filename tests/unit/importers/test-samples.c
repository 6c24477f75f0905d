/* The merge sort of samples: whatever the order in, the same out. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-samples.h"

#include <stdlib.h>

static gboolean
collect_cb (gpointer data, const CitizImportSample *samples, guint n)
{
  g_assert_cmpuint (n, >, 0);
  g_assert_cmpuint (n, <=, CITIZ_SAMPLES_BLOCK);
  g_array_append_vals (data, samples, n);
  return TRUE;
}

static GArray *
drained (const CitizImportSample *in, guint n, guint64 *duplicates)
{
  g_autoptr (CitizSamples) samples = citiz_samples_new ();
  GArray *out = g_array_new (FALSE, FALSE, sizeof (CitizImportSample));
  for (guint i = 0; i < n; i++)
    citiz_samples_add (samples, &in[i]);
  *duplicates = 0;
  g_assert_true (citiz_samples_drain (samples, collect_cb, out, duplicates));
  return out;
}

static CitizImportSample
any_sample (GRand *rand, guint kind)
{
  CitizImportSample s
      = {.start = G_GINT64_CONSTANT (1600000000000) + g_rand_int_range (rand, 0, 50000) * 1000,
         .duration = (guint32) g_rand_int_range (rand, 0, 3) * 1500,
         .offset = g_rand_boolean (rand) ? -300 : -240};
  if (kind == 0)
    s.value = g_rand_int_range (rand, 40, 180);
  else if (kind == 1)
    s.value = g_rand_int_range (rand, -5000, 5000) / 1000.0;
  else
    s.value = g_rand_double (rand) / 3;
  return s;
}

/* Against qsort and a plain pass, in three kinds of numbers and with more disorder than chains are open at once. */
static void
test_against_sort (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  for (guint kind = 0; kind < 3; kind++)
    for (guint size = 1; size <= 700000; size = size * 7 + 3)
      {
        g_autofree CitizImportSample *in = g_new (CitizImportSample, size);
        for (guint i = 0; i < size; i++)
          in[i] = i > 0 && g_rand_int_range (rand, 0, 10) == 0
                      ? in[g_rand_int_range (rand, 0, (gint) i)]
                      : any_sample (rand, kind);
        guint64 duplicates;
        g_autoptr (GArray) out = drained (in, size, &duplicates);
        qsort (in, size, sizeof *in, citiz_import_sample_compare);
        guint unique = 0;
        for (guint i = 0; i < size; i++)
          {
            if (i > 0 && citiz_import_sample_compare (&in[i - 1], &in[i]) == 0)
              continue;
            const CitizImportSample *got = &g_array_index (out, CitizImportSample, unique++);
            g_assert_cmpint (citiz_import_sample_compare (got, &in[i]), ==, 0);
          }
        g_assert_cmpuint (unique, ==, out->len);
        g_assert_cmpuint (duplicates, ==, size - unique);
      }
}

static void
test_compact (void)
{
  g_autoptr (CitizSamples) samples = citiz_samples_new ();
  CitizImportSample s = {.start = 0, .offset = -300};
  for (guint i = 0; i < 1000000; i++)
    {
      s.start += 60000 + (i * 7919) % 50000;
      s.value = 60 + i % 17;
      citiz_samples_add (samples, &s);
    }
  g_assert_cmpuint (citiz_samples_memory (samples), <, 8 * 1000000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/importers/samples/against-sort", test_against_sort);
  g_test_add_func ("/importers/samples/compact", test_compact);
  return g_test_run ();
}
