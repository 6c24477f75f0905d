/* A thread that reads ahead: the file is inflated while what came before is parsed. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-ahead.h"

#include <string.h>

#define BLOCK_SIZE (256 * 1024)
#define N_BLOCKS   4

typedef struct
{
  guint8 *bytes;
  gssize n; /* 0 or less: the last one */
} Block;

struct _CitizAhead
{
  GThread *thread;
  GMutex lock;
  GCond changed;
  CitizAheadFunc func; /* NULL: nothing to read */
  gpointer data;
  gboolean stop, quit, up;
  Block blocks[N_BLOCKS];
  guint first, filled; /* blocks that wait to be taken */
  gsize taken;         /* of the first one */
};

/* Under the lock, given back while it reads. */
static void
read_some (CitizAhead *ahead)
{
  gboolean more = TRUE;

  while (more && !ahead->stop)
    {
      Block *block = &ahead->blocks[(ahead->first + ahead->filled) % N_BLOCKS];
      if (ahead->filled == N_BLOCKS)
        {
          g_cond_wait (&ahead->changed, &ahead->lock);
          continue;
        }
      g_mutex_unlock (&ahead->lock);
      block->n = ahead->func (ahead->data, block->bytes, BLOCK_SIZE);
      g_mutex_lock (&ahead->lock);
      more = block->n > 0;
      ahead->filled++;
      g_cond_broadcast (&ahead->changed);
    }
  ahead->func = NULL;
  g_cond_broadcast (&ahead->changed);
}

static gpointer
run (gpointer data)
{
  CitizAhead *ahead = data;

  g_mutex_lock (&ahead->lock);
  ahead->up = TRUE;
  g_cond_broadcast (&ahead->changed);
  while (!ahead->quit)
    if (ahead->func != NULL)
      read_some (ahead);
    else
      g_cond_wait (&ahead->changed, &ahead->lock);
  g_mutex_unlock (&ahead->lock);
  return NULL;
}

/**
 * citiz_ahead_new:
 *
 * The thread stands and waits when this returns: nothing but reading, waiting and waking is left for it to ask of the system.
 */
CitizAhead *
citiz_ahead_new (void)
{
  CitizAhead *ahead = g_new0 (CitizAhead, 1);

  g_mutex_init (&ahead->lock);
  g_cond_init (&ahead->changed);
  for (guint i = 0; i < N_BLOCKS; i++)
    ahead->blocks[i].bytes = g_malloc (BLOCK_SIZE);
  g_mutex_lock (&ahead->lock);
  ahead->thread = g_thread_new ("ahead", run, ahead);
  while (!ahead->up)
    g_cond_wait (&ahead->changed, &ahead->lock);
  g_mutex_unlock (&ahead->lock);
  return ahead;
}

void
citiz_ahead_free (CitizAhead *ahead)
{
  if (ahead == NULL)
    return;
  citiz_ahead_stop (ahead);
  g_mutex_lock (&ahead->lock);
  ahead->quit = TRUE;
  g_cond_broadcast (&ahead->changed);
  g_mutex_unlock (&ahead->lock);
  g_thread_join (ahead->thread);
  for (guint i = 0; i < N_BLOCKS; i++)
    g_free (ahead->blocks[i].bytes);
  g_cond_clear (&ahead->changed);
  g_mutex_clear (&ahead->lock);
  g_free (ahead);
}

/**
 * citiz_ahead_start:
 * @func: called from the thread until it gives no more; it and @data belong to the thread until citiz_ahead_stop()
 */
void
citiz_ahead_start (CitizAhead *ahead, CitizAheadFunc func, gpointer data)
{
  citiz_ahead_stop (ahead);
  g_mutex_lock (&ahead->lock);
  ahead->stop = FALSE;
  ahead->func = func;
  ahead->data = data;
  g_cond_broadcast (&ahead->changed);
  g_mutex_unlock (&ahead->lock);
}

/* As the func given to citiz_ahead_start(); it says 0 or -1 again when asked again. */
gssize
citiz_ahead_read (CitizAhead *ahead, guint8 *buffer, gsize n)
{
  g_mutex_lock (&ahead->lock);
  while (ahead->filled == 0)
    g_cond_wait (&ahead->changed, &ahead->lock);
  g_mutex_unlock (&ahead->lock);
  const Block *block = &ahead->blocks[ahead->first];
  if (block->n <= 0)
    return block->n;
  n = MIN (n, (gsize) block->n - ahead->taken);
  memcpy (buffer, block->bytes + ahead->taken, n);
  ahead->taken += n;
  if (ahead->taken == (gsize) block->n)
    {
      g_mutex_lock (&ahead->lock);
      ahead->taken = 0;
      ahead->first = (ahead->first + 1) % N_BLOCKS;
      ahead->filled--;
      g_cond_broadcast (&ahead->changed);
      g_mutex_unlock (&ahead->lock);
    }
  return (gssize) n;
}

/* Waits until the thread has done with what it reads; what was not taken is forgotten. */
void
citiz_ahead_stop (CitizAhead *ahead)
{
  g_mutex_lock (&ahead->lock);
  ahead->stop = TRUE;
  g_cond_broadcast (&ahead->changed);
  while (ahead->func != NULL)
    g_cond_wait (&ahead->changed, &ahead->lock);
  ahead->first = ahead->filled = 0;
  ahead->taken = 0;
  g_mutex_unlock (&ahead->lock);
}
