/* Which validators were heard voting lately: a link alone says nothing. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-voices.h"

#include <string.h>

#define REPEATS 3 /* that may be lost of who votes */

void
citiz_voices_begin (CitizVoices *voices, guint n, gint64 standstill, gint64 now)
{
  memset (voices, 0, sizeof *voices);
  voices->n = n;
  voices->others = citiz_quorum (n) - 1;
  voices->quiet = MAX (CITIZ_VOICES_QUIET, REPEATS * standstill);
  voices->began = now;
}

/* Whoever has just come has a moment to vote. */
void
citiz_voices_linked (CitizVoices *voices, guint place, gint64 now)
{
  if (place >= voices->n)
    return;
  voices->one[place].linked = now;
  voices->one[place].missed = 0;
}

/* A slot in which enough have voted is missed by each of the others, until they are heard. */
static void
count (CitizVoices *voices, guint64 slot, gint64 now)
{
  guint spoken = 0;

  for (guint i = 0; i < voices->n; i++)
    spoken += voices->one[i].slot >= slot;
  if (spoken < voices->others)
    return;
  voices->spoken = slot;
  for (guint i = 0; i < voices->n; i++)
    if (voices->one[i].slot < slot)
      {
        voices->one[i].missed++;
        voices->one[i].gone = now;
      }
}

void
citiz_voices_heard (CitizVoices *voices, guint place, guint64 slot, gint64 now)
{
  if (place >= voices->n)
    return;
  voices->one[place].at = now;
  voices->one[place].missed = 0;
  voices->one[place].slot = MAX (voices->one[place].slot, slot);
  if (slot > voices->spoken)
    count (voices, slot, now);
}

/* A slow one may miss the last slots of a burst: it is silent when a quorum has spoken long after it was heard. */
gboolean
citiz_voices_is_silent (const CitizVoices *voices, guint place, gint64 standing, gint64 now)
{
  const gint64 since = MAX (MAX (voices->one[place].at, voices->one[place].linked), voices->began);

  return (voices->one[place].missed >= CITIZ_VOICES_SLOTS
          && voices->one[place].gone - since >= voices->quiet)
         || (standing >= voices->quiet && now - since >= voices->quiet);
}
