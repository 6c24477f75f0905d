/* Catching up: from the end of the last epoch, or from the first block; the history before it afterwards. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

static void
leapt_cb (CitizCommunity *self)
{
  g_clear_object (&self->leap);
  self->full = self->full && citiz_chain_base (self->copy) == 0;
  citiz_community_list_members (self);
  if (self->stop != NULL && !self->paused)
    citiz_follower_start (self->follower);
  citiz_community_moved (self);
}

static void
leap (CitizCommunity *self)
{
  self->leap = citiz_leap_new (self->copy);
  citiz_leap_set_nodes (self->leap, (const gchar *const *) self->urls);
  if (self->leap_least > 0)
    citiz_leap_set_least (self->leap, self->leap_least);
  g_signal_connect_swapped (self->leap, "moved", G_CALLBACK (citiz_community_tell), self);
  g_signal_connect_swapped (self->leap, "doubted", G_CALLBACK (citiz_community_doubt), self);
  g_signal_connect_swapped (self->leap, "refounded", G_CALLBACK (citiz_community_refounded), self);
  g_signal_connect_swapped (self->leap, "done", G_CALLBACK (leapt_cb), self);
  citiz_leap_start (self->leap);
}

/* What is known of the nodes is set before: whoever the invitation names, at least. */
void
citiz_community_catch_up (CitizCommunity *self)
{
  if (citiz_chain_height (self->copy) == 0)
    leap (self);
  else
    citiz_follower_start (self->follower);
  if (self->verifier != NULL && citiz_chain_verifier_missing (self->verifier) > 0)
    citiz_community_fill (self);
}

static void
drop_leap (CitizCommunity *self)
{
  if (self->leap == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->leap, self);
  citiz_leap_stop (self->leap);
  g_clear_object (&self->leap);
  g_clear_pointer (&self->refound, g_free); /* the next one asks the nodes again */
}

static void
drop_filler (CitizCommunity *self)
{
  if (self->filler == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->filler, self);
  citiz_follower_stop (self->filler);
  g_clear_object (&self->filler);
}

void
citiz_community_stop_catching_up (CitizCommunity *self)
{
  drop_leap (self);
  drop_filler (self);
  citiz_follower_stop (self->follower);
}

/* The history ************************************************************/

/* Complete: what came after it is verified next. */
static void
filled_cb (CitizCommunity *self)
{
  g_autoptr (CitizFollower) filler = g_object_ref (self->filler);

  if (citiz_follower_get_state (filler) != CITIZ_FOLLOWER_STOPPED)
    return;
  drop_filler (self);
  citiz_community_verify (self);
  citiz_community_moved (self);
}

/* What the outbox waits for may be in it. */
static void
brought_cb (CitizCommunity *self)
{
  citiz_outbox_look (self->outbox);
  citiz_community_tell (self);
}

/* The verifier misses history: it is brought, block after block, and verified before it is kept. */
void
citiz_community_fill (CitizCommunity *self)
{
  if (self->filler != NULL || self->stop == NULL || self->paused)
    return;
  self->filler = citiz_follower_new (self->copy, CITIZ_LEVEL_FULL);
  citiz_follower_set_behind (self->filler, self->verifier);
  citiz_follower_set_nodes (self->filler, (const gchar *const *) self->urls);
  g_signal_connect_swapped (self->filler, "moved", G_CALLBACK (brought_cb), self);
  g_signal_connect_swapped (self->filler, "state", G_CALLBACK (filled_cb), self);
  g_signal_connect_swapped (self->filler, "doubted", G_CALLBACK (citiz_community_doubt), self);
  citiz_follower_start (self->filler);
}
