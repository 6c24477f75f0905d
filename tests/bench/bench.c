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
  guint count;
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
  const Raw *raw = data;

  for (guint i = 0; i < raw->count; i++)
    g_assert_true (
        crypto_sign_verify_detached (raw->signature, raw->message, sizeof raw->message, raw->key)
        == 0);
  return NULL;
}

/* Signatures a second that libsodium alone verifies. */
gdouble
bench_raw_verify (guint count, guint threads)
{
  g_autofree GThread **started = g_new (GThread *, threads);
  Raw raw = {.count = MAX (1, count / threads)};
  guint8 secret[64];
  gdouble begin;

  crypto_sign_keypair (raw.key, secret);
  crypto_sign_detached (raw.signature, NULL, raw.message, sizeof raw.message, secret);
  begin = bench_now ();
  for (guint i = 0; i < threads; i++)
    started[i] = g_thread_new ("raw", verify_thread, &raw);
  for (guint i = 0; i < threads; i++)
    g_thread_join (started[i]);
  return raw.count * (gdouble) threads / (bench_now () - begin);
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
