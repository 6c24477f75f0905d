/* Signatures a second that libsodium alone verifies, and the processor's time for one in µs: raw-verify COUNT THREADS. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

#include <sodium.h>
#include <stdio.h>
#include <time.h>

int
main (int argc, char **argv)
{
  guint count;
  gdouble rate;

  if (argc != 3 || sodium_init () < 0)
    return 2;
  count = (guint) g_ascii_strtoull (argv[1], NULL, 10);
  rate = bench_raw_verify (count, (guint) g_ascii_strtoull (argv[2], NULL, 10));
  printf ("%.0f %.3f\n", rate, (gdouble) clock () / CLOCKS_PER_SEC * 1e6 / count);
  return 0;
}
