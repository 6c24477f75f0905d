/* The citizen's side of a grant over a committee: hands each node its part until it says that it holds it.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-hand.h"
#include "net/citiz-http-client.h"

G_BEGIN_DECLS

/* How ready an access is (PROTOCOL §5). */
typedef enum
{
  CITIZ_GIVER_SENDING, /* fewer than t nodes hold their part */
  CITIZ_GIVER_USABLE,  /* t nodes do: it opens */
  CITIZ_GIVER_READY /* all of the committee do, or one more than t while the rest does not answer */
} CitizGiverState;

/* Lives in the main context it was made in. */
typedef struct _CitizGiver CitizGiver;

/* After each node's answer. */
typedef void (*CitizGiverChanged) (CitizGiver *giver, gpointer data);

CitizGiver *citiz_giver_new (CitizHttpClient *client,
                             const CitizDeal *deal,
                             const CitizDealNode *nodes,
                             guint n_nodes,
                             CitizGiverChanged changed,
                             gpointer data,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_giver_free (CitizGiver *giver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizGiver, citiz_giver_free)

CitizGiverState citiz_giver_get_state (CitizGiver *giver);
guint citiz_giver_n_holding (CitizGiver *giver);
/* Of one node: whether it holds its part, or has refused it for good. */
gboolean citiz_giver_is_held (CitizGiver *giver, const CitizPublicKey *node);
gboolean citiz_giver_is_refused (CitizGiver *giver, const CitizPublicKey *node);

G_END_DECLS
