/* A ledger that stands still: something waits, and nothing new becomes final. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

#define STILL_MS    30000 /* without a block, while something waits */
#define HEARD_UNDER 20000 /* a node's word that something waits is no older */

/* More validators than may be lying have said so since; or one, when something of one's own waits too. */
static gboolean
is_said_to_wait (CitizCommunity *self, gboolean ours, gint64 since)
{
  g_autoptr (GPtrArray) nodes = citiz_watch_nodes (self->watcher);
  const guint needed = ours ? 1 : citiz_community_words_needed (self);
  guint say = 0;

  for (guint i = 0; i < nodes->len; i++)
    {
      const CitizWatched *said = nodes->pdata[i];

      say += said->validator && said->answers && said->due > 0 && said->heard >= since;
    }
  return say >= needed;
}

/* Looked at whenever a node was heard, a block came, or what waits has changed; each node is heard every ten seconds while something of one's own
 * waits. */
void
citiz_community_look_if_still (CitizCommunity *self)
{
  const gint64 now = citiz_env_steady (self->env);
  const guint64 height = citiz_community_get_node_height (self);
  const gboolean ours = citiz_outbox_n_taken (self->outbox) > 0;
  const gboolean before = self->still;

  if (height != self->still_height || citiz_community_get_state (self) != CITIZ_COMMUNITY_EVEN)
    {
      self->still_height = height;
      self->moved_at = now;
      self->waits_since = 0;
    }
  if (!is_said_to_wait (self, ours, self->moved_at))
    self->waits_since = 0;
  else if (self->waits_since == 0)
    self->waits_since = MAX (now, 1);
  self->still
      = self->waits_since != 0 && now - self->waits_since >= self->still_ms
        && (before || is_said_to_wait (self, ours, now - MIN (HEARD_UNDER, self->still_ms)));
  citiz_community_follow_near (self);
  if (self->still != before)
    citiz_community_tell (self);
}

/* The nodes are visited more often while the person looks at what they do, or waits for it; and while no quorum of them votes. */
void
citiz_community_follow_near (CitizCommunity *self)
{
  citiz_watch_set_near (self->watcher, self->watched || self->few_heard
                                           || citiz_outbox_n_waiting (self->outbox) > 0);
}

/**
 * citiz_community_set_watched:
 *
 * A link to one of the nodes is on screen: each is asked at once, and then every ten seconds, whether it answers.
 */
void
citiz_community_set_watched (CitizCommunity *self, gboolean watched)
{
  if (self->watched == watched)
    return;
  self->watched = watched;
  citiz_community_follow_near (self);
  if (watched)
    citiz_watch_begin_anew (self->watcher);
}

/* Nothing has become final for half a minute although something waits. */
gboolean
citiz_community_is_still (CitizCommunity *self)
{
  return self->still;
}

/* For tests: after how long. */
void
citiz_community_set_still (CitizCommunity *self, guint ms)
{
  self->still_ms = ms;
}

void
citiz_community_init_still (CitizCommunity *self)
{
  self->still_ms = STILL_MS;
}
