/* raw-verify COUNT THREADS: signatures a second that libsodium alone verifies, and a processor's time for one in µs: of one signature, again and again; then of one among many
 * different ones, of which a processor cannot foresee the next. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

#include <sodium.h>
#include <stdio.h>

#define DIFFERENT 1024

int
main (int argc, char **argv)
{
  guint count, threads;
  gdouble rate, cost, of_many;

  if (argc != 3 || sodium_init () < 0)
    return 2;
  count = (guint) g_ascii_strtoull (argv[1], NULL, 10);
  threads = (guint) g_ascii_strtoull (argv[2], NULL, 10);
  rate = bench_raw_verify_of (1, count, threads, &cost);
  (void) bench_raw_verify_of (DIFFERENT, count, threads, &of_many);
  printf ("%.0f %.3f %.3f\n", rate, cost * 1e6, of_many * 1e6);
  return 0;
}
