/* Signatures a second that libsodium alone verifies: raw-verify COUNT THREADS. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "bench.h"

#include <sodium.h>
#include <stdio.h>

int
main (int argc, char **argv)
{
  if (argc != 3 || sodium_init () < 0)
    return 2;
  printf ("%.0f\n", bench_raw_verify ((guint) g_ascii_strtoull (argv[1], NULL, 10),
                                      (guint) g_ascii_strtoull (argv[2], NULL, 10)));
  return 0;
}
