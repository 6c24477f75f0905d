/* Medians, the raw limits, verdicts. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <stdlib.h>
#include <time.h>

typedef struct
{
  guint8 message[240];
  guint8 signature[64];
  guint8 key[32];
} Signed;

typedef struct
{
  const Signed *all;
  guint n, count;
  gdouble used; /* seconds of a processor */
} Raw;

/* Seconds. */
gdouble
bench_now (void)
{
  return (gdouble) g_get_monotonic_time () / 1e6;
}

/* Seconds of a processor that this thread has used. */
gdouble
bench_own_time (void)
{
  struct timespec at;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &at);
  return (gdouble) at.tv_sec + (gdouble) at.tv_nsec / 1e9;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const gdouble x = *(const gdouble *) a;
  const gdouble y = *(const gdouble *) b;

  return x < y ? -1 : x > y;
}

gdouble
bench_median (gdouble *values, guint n)
{
  qsort (values, n, sizeof *values, compare);
  return values[n / 2];
}

static gpointer
verify_thread (gpointer data)
{
  Raw *raw = data;
  const gdouble used = bench_own_time ();

  for (guint i = 0; i < raw->count; i++)
    {
      const Signed *one = &raw->all[i % raw->n];

      g_assert_true (
          crypto_sign_verify_detached (one->signature, one->message, sizeof one->message, one->key)
          == 0);
    }
  raw->used = bench_own_time () - used;
  return NULL;
}

/* As bench_raw_verify(), of @n different signatures in turn. @out_cost: seconds of a processor for each */
gdouble
bench_raw_verify_of (guint n, guint count, guint threads, gdouble *out_cost)
{
  g_autofree GThread **started = g_new (GThread *, threads);
  g_autofree Raw *raw = g_new0 (Raw, threads);
  g_autofree Signed *all = g_new0 (Signed, n);
  guint8 secret[64];
  gdouble begin, took, used = 0;

  for (guint i = 0; i < n; i++)
    {
      crypto_sign_keypair (all[i].key, secret);
      crypto_sign_detached (all[i].signature, NULL, all[i].message, sizeof all[i].message, secret);
    }
  begin = bench_now ();
  for (guint i = 0; i < threads; i++)
    {
      raw[i] = (Raw){.all = all, .n = n, .count = MAX (1, count / threads)};
      started[i] = g_thread_new ("raw", verify_thread, &raw[i]);
    }
  for (guint i = 0; i < threads; i++)
    {
      g_thread_join (started[i]);
      used += raw[i].used;
    }
  took = bench_now () - begin;
  *out_cost = used / (raw[0].count * (gdouble) threads);
  return raw[0].count * (gdouble) threads / took;
}

/* Signatures a second that libsodium alone verifies: one, again and again, which a processor learns to foresee. */
gdouble
bench_raw_verify (guint count, guint threads)
{
  gdouble cost;

  return bench_raw_verify_of (1, count, threads, &cost);
}

/* Of all its files together. */
gint64
bench_folder_bytes (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;
  gint64 bytes = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *file = g_build_filename (path, name, NULL);
      GStatBuf info;

      if (g_stat (file, &info) == 0)
        bytes += info.st_size;
    }
  return bytes;
}

void
bench_remove_folder (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *file = g_build_filename (path, name, NULL);
      g_unlink (file);
    }
  g_rmdir (path);
}

gboolean
bench_say_at_least (const gchar *what,
                    gdouble ours,
                    gdouble raw,
                    const gchar *unit,
                    gdouble *ratios,
                    guint n,
                    gdouble goal)
{
  const gdouble ratio = bench_median (ratios, n);

  g_print ("%s: %.0f %s, raw %.0f; ratio %.3f (%.3f to %.3f), goal >= %.2f%s\n", what, ours, unit,
           raw, ratio, ratios[0], ratios[n - 1], goal, ratio >= goal ? "" : "  MISSED");
  return ratio >= goal;
}
