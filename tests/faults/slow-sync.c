/* A slow disk: each sync takes CITIZ_SLOW_SYNC_MS longer (LD_PRELOAD). SPDX-License-Identifier: AGPL-3.0-or-later */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef int (*Sync) (int fd);

static int
slowly (const char *name, int fd)
{
  const char *said = getenv ("CITIZ_SLOW_SYNC_MS");
  const long ms = said != NULL ? strtol (said, NULL, 10) : 0;
  const struct timespec more = {ms / 1000, ms % 1000 * 1000000};
  Sync real = (Sync) dlsym (RTLD_NEXT, name);

  nanosleep (&more, NULL);
  return real (fd);
}

int
fsync (int fd)
{
  return slowly ("fsync", fd);
}

int
fdatasync (int fd)
{
  return slowly ("fdatasync", fd);
}
