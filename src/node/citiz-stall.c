/* Whether the ledger stands still for an opening. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-stall.h"

#define FORGET_AFTER 60000 /* ms since somebody last asked */

struct _CitizStall
{
  GHashTable *watched; /* CitizHash of the note → Watched */
  gint64 steady;       /* as last told */
  gint64 awake;        /* ms lived through: a long stop counts as a nap */
  gint64 progress;     /* in ms awake: when the newest block became final */
};

typedef struct
{
  CitizHash note;
  gint64 since, asked; /* in ms awake */
} Watched;

CitizStall *
citiz_stall_new (void)
{
  CitizStall *stall = g_new0 (CitizStall, 1);

  stall->watched
      = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_hash_equal, NULL, g_free);
  return stall;
}

void
citiz_stall_free (CitizStall *stall)
{
  g_hash_table_unref (stall->watched);
  g_free (stall);
}

/**
 * citiz_stall_tick:
 *
 * A process that was stopped, or a computer that slept, has not seen that the ledger stood still: what became final meanwhile has yet to reach it.
 */
void
citiz_stall_tick (CitizStall *stall, gint64 steady)
{
  stall->awake += CLAMP (steady - stall->steady, 0, CITIZ_STALL_NAP);
  stall->steady = steady;
}

void
citiz_stall_progress (CitizStall *stall, gint64 steady)
{
  citiz_stall_tick (stall, steady);
  stall->progress = stall->awake;
}

static gboolean
is_old (gpointer key, gpointer value, gpointer data)
{
  return ((const Watched *) value)->asked + FORGET_AFTER < ((const CitizStall *) data)->awake;
}

static Watched *
watch (CitizStall *stall, const CitizHash *note)
{
  Watched *watched = g_hash_table_lookup (stall->watched, note);

  if (watched != NULL)
    return watched;
  if (g_hash_table_size (stall->watched) >= CITIZ_STALL_MAX)
    g_hash_table_foreach_remove (stall->watched, is_old, stall);
  if (g_hash_table_size (stall->watched) >= CITIZ_STALL_MAX)
    return NULL;
  watched = g_new0 (Watched, 1);
  watched->note = *note;
  watched->since = stall->awake;
  g_hash_table_insert (stall->watched, &watched->note, watched);
  return watched;
}

guint
citiz_stall_wait (CitizStall *stall, const CitizHash *note, gint64 steady)
{
  Watched *watched;
  gint64 still;

  citiz_stall_tick (stall, steady);
  watched = watch (stall, note);
  if (watched == NULL)
    return CITIZ_STALL_PATIENCE;
  watched->asked = stall->awake;
  still = stall->awake - MAX (watched->since, stall->progress);
  return still < CITIZ_STALL_PATIENCE ? (guint) (CITIZ_STALL_PATIENCE - still) : 0;
}

void
citiz_stall_forget (CitizStall *stall, const CitizHash *note)
{
  g_hash_table_remove (stall->watched, note);
}
