/* Who votes, as the nodes hear one another: a node that answers may be silent where it counts. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

/* More than may lie: one at least of so many tells the truth. */
guint
citiz_community_words_needed (CitizCommunity *self)
{
  const guint n = self->light.validators.n;

  return MAX (n - citiz_quorum (n) + 1, 1);
}

/* What a validator last said of itself and of the others; NULL: it does not answer. */
static const CitizWatched *
word_of (GPtrArray *nodes, const CitizCommunityMember *member)
{
  for (guint i = 0; member->validator && i < nodes->len; i++)
    {
      const CitizWatched *said = nodes->pdata[i];

      if (said->answers && g_str_equal (said->url, member->url))
        return said;
    }
  return NULL;
}

static gboolean
has_key (GPtrArray *keys, const CitizPublicKey *key)
{
  for (guint i = 0; i < keys->len; i++)
    if (citiz_public_key_equal (keys->pdata[i], key))
      return TRUE;
  return FALSE;
}

/* One organization is one word, however many nodes it runs. */
static void
add_word (GHashTable *words, const CitizCommunityMember *speaker)
{
  g_hash_table_add (words, speaker->operator_[0] != '\0' ? speaker->operator_ : speaker->url);
}

/* Who says that @member is linked and does not vote. What it says of itself is enough alone. */
static void
listen_for (CitizCommunity *self, GPtrArray *nodes, CitizCommunityMember *member)
{
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);
  const CitizWatched *own = word_of (nodes, member);
  const CitizCommunityMember *first = NULL;

  for (guint i = 0; i < self->members->len; i++)
    {
      const CitizCommunityMember *speaker = self->members->pdata[i];
      const CitizWatched *said = speaker != member ? word_of (nodes, speaker) : NULL;

      if (said == NULL || !has_key (said->silent, &member->node))
        continue;
      first = first != NULL ? first : speaker;
      add_word (words, speaker);
    }
  member->silent = member->validator
                   && ((own != NULL && own->mute)
                       || g_hash_table_size (words) >= citiz_community_words_needed (self));
  g_free (member->silent_by);
  member->silent_by = g_strdup (!member->validator || member->silent || first == NULL ? ""
                                : first->operator_[0] != '\0' ? first->operator_
                                                              : first->url);
}

/* Enough of them hear too few voices for a quorum. */
static gboolean
few_are_heard (CitizCommunity *self, GPtrArray *nodes)
{
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);
  const guint quorum = citiz_quorum (self->light.validators.n);

  for (guint i = 0; i < self->members->len; i++)
    {
      const CitizCommunityMember *speaker = self->members->pdata[i];
      const CitizWatched *said = word_of (nodes, speaker);

      if (said != NULL && said->voting >= 0 && (guint) said->voting < quorum)
        add_word (words, speaker);
    }
  return g_hash_table_size (words) >= citiz_community_words_needed (self);
}

/* After each answer, and each that did not come. */
void
citiz_community_listen (CitizCommunity *self)
{
  g_autoptr (GPtrArray) nodes = citiz_watch_nodes (self->watcher);

  for (guint i = 0; i < self->members->len; i++)
    listen_for (self, nodes, self->members->pdata[i]);
  self->few_heard = few_are_heard (self, nodes);
}

/**
 * citiz_community_is_polled:
 *
 * Returns: whether so many validators have answered since the start, or did not when they were asked, that one knows whether they can write anything down
 */
gboolean
citiz_community_is_polled (CitizCommunity *self)
{
  g_autoptr (GPtrArray) nodes = citiz_watch_nodes (self->watcher);
  const guint all = self->light.validators.n, quorum = citiz_quorum (all);
  guint here = 0, away = 0;

  for (guint i = 0; i < nodes->len; i++)
    {
      const CitizWatched *said = nodes->pdata[i];

      here += said->validator && said->answers;
    }
  for (guint i = 0; i < self->members->len; i++)
    {
      const CitizCommunityMember *member = self->members->pdata[i];

      away += member->validator && member->missing;
    }
  return here >= quorum || away > all - quorum;
}

/**
 * citiz_community_too_few_vote:
 *
 * By the word of more nodes than may lie, of different operators, no quorum votes.
 */
gboolean
citiz_community_too_few_vote (CitizCommunity *self)
{
  return self->few_heard;
}
