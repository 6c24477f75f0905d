/* Which validators were heard voting lately. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "wire/citiz-block.h"

G_BEGIN_DECLS

#define CITIZ_VOICES_QUIET                                                                         \
  10000                      /* ms, at least: longer than any pause of who votes and is asked to */
#define CITIZ_VOICES_SLOTS 3 /* in which a quorum has voted and one has not */

/* Pure: times are of the steady clock, in milliseconds. All zero but for what citiz_voices_begin() sets. */
typedef struct
{
  guint n;
  guint others; /* that make a quorum with this node */
  gint64 quiet; /* as citiz_voices_begin() was told, CITIZ_VOICES_QUIET at least */
  gint64 began;
  guint64 spoken; /* the newest slot in which so many of the others were heard */
  struct
  {
    gint64 linked; /* since when; 0: since the beginning */
    gint64 at;     /* heard last; 0: never */
    guint64 slot;  /* the newest it has voted in */
    guint missed;  /* slots since then in which so many of the others were heard */
    gint64 gone;   /* the newest of them */
  } one[CITIZ_MAX_VALIDATORS];
} CitizVoices;

/* An epoch begins. @standstill: ms after which who votes repeats itself */
void citiz_voices_begin (CitizVoices *voices, guint n, gint64 standstill, gint64 now);
void citiz_voices_linked (CitizVoices *voices, guint place, gint64 now);
/* A vote of its own, signed, perhaps one that it repeats. */
void citiz_voices_heard (CitizVoices *voices, guint place, guint64 slot, gint64 now);

/* Whether @place, which is linked, does not vote. Without anything to vote on nobody is silent. @standing: ms that something waits and
 * nothing becomes final: then who votes repeats itself. */
gboolean citiz_voices_is_silent (const CitizVoices *voices,
                                 guint place,
                                 gint64 standing,
                                 gint64 now);

G_END_DECLS
