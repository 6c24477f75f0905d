/* The citizen's side of a grant over a committee: hands each node its part until it says that it holds it.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-parcel.h"
#include "net/citiz-http-client.h"

G_BEGIN_DECLS

/* How ready an access is (PROTOCOL §5). */
typedef enum
{
  CITIZ_GIVER_SENDING, /* fewer than t nodes hold their part */
  CITIZ_GIVER_USABLE,  /* t nodes do: it opens */
  CITIZ_GIVER_READY /* all of the committee do, or one more than t while the rest does not answer */
} CitizGiverState;

/* Lives in the main context it was made in. Nodes are counted as bits, the first of the committee is bit 0. */
typedef struct _CitizGiver CitizGiver;

/* After each node's answer. */
typedef void (*CitizGiverChanged) (CitizGiver *giver, gpointer data);

#define CITIZ_GIVER_TIMEOUT 20000 /* ms for a client: a node waits 15 s for the grant */

CitizGiver *citiz_giver_new (CitizHttpClient *client,
                             CitizParcel *parcel,
                             guint held,
                             guint coded,
                             CitizGiverChanged changed,
                             gpointer data);
void citiz_giver_free (CitizGiver *giver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizGiver, citiz_giver_free)
/* The parcel has spoken codes now, or another address of a node, or a node may be back: what waits is sent now. */
void citiz_giver_hurry (CitizGiver *giver);

CitizGiverState citiz_giver_get_state (CitizGiver *giver);
guint citiz_giver_get_held (CitizGiver *giver);    /* hold their part */
guint citiz_giver_get_coded (CitizGiver *giver);   /* and the spoken code */
guint citiz_giver_get_refused (CitizGiver *giver); /* were refused for good, where the node is */
guint citiz_giver_get_unheard (CitizGiver *giver); /* did not answer when they were asked last */
/* Nothing is tried any more until a node is elsewhere, or has a code to come. */
gboolean citiz_giver_is_done (CitizGiver *giver);
/* Every node has all that it is to have. */
gboolean citiz_giver_is_whole (CitizGiver *giver);

/* What so many holding nodes of @m mean. @unsure: bits of those whose answer may still come. */
CitizGiverState citiz_giver_judge (guint held, guint unsure, guint threshold, guint m);

G_END_DECLS
