/* Where the nodes of state trees lie: in memory pages so large that a way down a big tree seldom waits for one to be looked up. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-state-private.h"

#include <stdlib.h>
#include <sys/mman.h>

#define ROOM_SIZE (2u * 1024 * 1024) /* of a large page, and aligned like one */

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

typedef struct _Place Place;
struct _Place
{
  Place *next;
};

/* What stands at the beginning of each. */
typedef struct
{
  GList link;    /* in Rooms.free, while there is a place */
  Place *places; /* given back */
  guint n_used, n_made, n_all;
} Room;

/* All rooms for one size. */
typedef struct
{
  gsize size;
  guint n;
  GQueue free; /* of Room */
} Rooms;

/* States are made and let go of by several threads. */
static GMutex mutex;
static Rooms all[2]; /* branches and leaves */

/* With the lock. */
static Rooms *
rooms_of (gsize size)
{
  Rooms *rooms = &all[all[0].size != 0 && all[0].size != size ? 1 : 0];

  rooms->size = size;
  return rooms;
}

/* The first stays small as long as little of it is used: most computers need no other. */
static Room *
room_new (Rooms *rooms)
{
  Room *room = NULL;

  if (posix_memalign ((void **) &room, ROOM_SIZE, ROOM_SIZE) != 0)
    g_error ("no memory for the state");
  if (rooms->n++ > 0)
    (void) madvise (room, ROOM_SIZE, MADV_HUGEPAGE); /* where the system knows of them */
  *room = (Room){.link.data = room, .n_all = (guint) ((ROOM_SIZE - sizeof *room) / rooms->size)};
  g_queue_push_head_link (&rooms->free, &room->link);
  return room;
}

/**
 * citiz_state_node_take:
 * @size: of a branch or of a leaf
 *
 * Returns: (transfer full): room for a node; of any content
 */
gpointer
citiz_state_node_take (gsize size)
{
  Rooms *rooms;
  Room *room;
  Place *place;

  g_mutex_lock (&mutex);
  rooms = rooms_of (size);
  room = rooms->free.head != NULL ? rooms->free.head->data : room_new (rooms);
  place = room->places;
  if (place != NULL)
    room->places = place->next;
  else
    place = (Place *) (gpointer) ((guint8 *) (room + 1) + room->n_made++ * size);
  if (++room->n_used == room->n_all)
    g_queue_unlink (&rooms->free, &room->link);
  g_mutex_unlock (&mutex);
  return place;
}

/* A room that nobody uses goes back to the system, but for one. */
void
citiz_state_node_give (gpointer node, gsize size)
{
  Room *room = GSIZE_TO_POINTER (GPOINTER_TO_SIZE (node) & ~(gsize) (ROOM_SIZE - 1));
  Place *place = node;
  Rooms *rooms;

  g_mutex_lock (&mutex);
  rooms = rooms_of (size);
  if (room->n_used-- == room->n_all)
    g_queue_push_tail_link (&rooms->free, &room->link);
  place->next = room->places;
  room->places = place;
  if (room->n_used == 0 && rooms->free.length > 1)
    {
      g_queue_unlink (&rooms->free, &room->link);
      rooms->n--;
      free (room);
    }
  g_mutex_unlock (&mutex);
}

#else /* which have to see each node by itself */

gpointer
citiz_state_node_take (gsize size)
{
  return g_malloc (size);
}

void
citiz_state_node_give (gpointer node, gsize size)
{
  g_free (node);
}

#endif
