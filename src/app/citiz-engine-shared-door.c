/* Which node the link of an access leads to: one that holds its part and answers. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-shared.h"

#include <string.h>

/* The keys of its nodes, in the order of the committee. */
void
citiz_shared_read_nodes (CitizShared *shared, const json_t *json)
{
  const json_t *nodes = json_object_get (json, "nodes");

  for (guint i = 0; i < MIN (shared->n_nodes, CITIZ_COMMITTEE_MAX); i++)
    {
      g_autoptr (GBytes) key = citiz_base64url_decode (
          json_string_value (json_array_get (json_array_get (nodes, i), 0)));

      if (key != NULL && g_bytes_get_size (key) == sizeof shared->nodes[i].b)
        memcpy (shared->nodes[i].b, g_bytes_get_data (key, NULL), sizeof shared->nodes[i].b);
    }
}

/* A node gives its part for ten minutes after an opening: by such a clock that is over, or nearly. */
#define EARLY (5 * CITIZ_MINUTE)

static const CitizCommunityMember *
find_member (CitizEngine *engine, const CitizPublicKey *node)
{
  GPtrArray *members
      = engine->community != NULL ? citiz_community_get_members (engine->community) : NULL;

  for (guint i = 0; members != NULL && i < members->len; i++)
    if (citiz_public_key_equal (&((CitizCommunityMember *) members->pdata[i])->node, node))
      return members->pdata[i];
  return NULL;
}

/**
 * citiz_engine_node_url:
 * @before: where it was, as something else remembers it
 *
 * Returns: where a node is now, as far as the community knows; else @before. Valid until the community is looked at again
 */
const gchar *
citiz_engine_node_url (CitizEngine *engine, const CitizPublicKey *node, const gchar *before)
{
  const CitizCommunityMember *member = find_member (engine, node);

  return member != NULL && member->url[0] != '\0' ? member->url : before;
}

/* Its parts are handed to where their nodes are now. */
void
citiz_shared_follow_nodes (CitizShared *shared)
{
  GPtrArray *parts = shared->parcel->parts;
  gboolean moved = FALSE;

  for (guint i = 0; i < parts->len; i++)
    {
      CitizParcelPart *part = parts->pdata[i];
      const gchar *url = citiz_engine_node_url (shared->engine, &part->member.node, part->origin);

      if (g_str_equal (url, part->origin))
        continue;
      g_free (part->origin);
      part->origin = g_strdup (url);
      moved = TRUE;
    }
  if (moved && shared->giver != NULL)
    citiz_giver_hurry (shared->giver);
}

/* Bits of its nodes that did not answer when they were asked last, or whose clock is ahead by more than @most ms. */
static guint
find (const CitizShared *shared, gint64 most)
{
  const gint64 skew = citiz_chain_get_skew (citiz_engine_shared_chain (shared->engine));
  guint bits = 0;

  for (guint i = 0; i < MIN (shared->n_nodes, CITIZ_COMMITTEE_MAX); i++)
    {
      const CitizCommunityMember *member = find_member (shared->engine, &shared->nodes[i]);

      if (member != NULL && (member->missing || member->ahead_ms - skew > most))
        bits |= 1u << i;
    }
  return bits;
}

static guint
find_silent (const CitizShared *shared)
{
  return find (shared, G_MAXINT64);
}

/* With too few whose clock is right the ledger stands still: then each gives its part by its own clock, if the access allows it, until its end by that
 * clock. */
static gint64
most_ahead (const CitizShared *shared)
{
  CitizChain *chain = citiz_engine_shared_chain (shared->engine);
  const guint timely = shared->held & ~shared->bare & ~find (shared, EARLY);
  CitizGrantState state;

  if (citiz_n_bits (timely) >= shared->threshold || !citiz_chain_grant (chain, &shared->id, &state)
      || state.grant.kind != CITIZ_GRANT_EMERGENCY_STALLED)
    return EARLY;
  return state.ends.ms - citiz_chain_time (chain).ms;
}

/* Bits of its nodes that would give nothing now. */
static guint
useless (const CitizShared *shared)
{
  return find (shared, most_ahead (shared)) | (shared->held & shared->bare);
}

/* Bits of its nodes that are not where they were at the press. */
static guint
find_moved (const CitizShared *shared, const json_t *json)
{
  guint bits = 0;

  for (guint i = 0; i < MIN (shared->n_nodes, CITIZ_COMMITTEE_MAX); i++)
    {
      const gchar *before = citiz_json_origin (json, i);

      if (g_strcmp0 (citiz_engine_node_url (shared->engine, &shared->nodes[i], before), before)
          != 0)
        bits |= 1u << i;
    }
  return bits;
}

/* Another number when one of its nodes is elsewhere. */
static guint
sum_places (const CitizShared *shared)
{
  guint sum = 0;

  for (guint i = 0; i < MIN (shared->n_nodes, CITIZ_COMMITTEE_MAX); i++)
    sum = sum * 31 + g_str_hash (citiz_engine_node_url (shared->engine, &shared->nodes[i], ""));
  return sum;
}

/* The bit of the node that the link leads to now, whose address at the press stands for it; 0: of none that is known. */
static guint
present_door (const CitizShared *shared, const json_t *json)
{
  const gchar *link = json_string_value (json_object_get (json, "link"));
  const gchar *door = json_string_value (json_object_get (json, "door"));

  for (guint i = 0; i < MIN (shared->n_nodes, CITIZ_COMMITTEE_MAX); i++)
    {
      const gchar *origin = citiz_json_origin (json, i);

      if (origin == NULL)
        continue;
      if (door != NULL
              ? g_str_equal (door, origin)
              : link != NULL && g_str_has_prefix (link, origin) && link[strlen (origin)] == '/')
        return 1u << i;
    }
  return 0;
}

/**
 * citiz_shared_choose_door:
 * @json: what the vault remembers, changed here
 *
 * A link that leads to a node which does not answer, while others hold their part, leads to one of these from now on. It stays there: both open once
 * the first is back.
 *
 * Returns: whether it leads elsewhere now
 */
gboolean
citiz_shared_choose_door (CitizShared *shared, json_t *json)
{
  const guint unheard = shared->giver != NULL ? citiz_giver_get_unheard (shared->giver) : 0;
  const guint silent = find_silent (shared) | (unheard & ~shared->held);
  const guint before = present_door (shared, json), led = (guint) citiz_json_integer (json, "led");
  guint may = shared->held & ~silent;

  if (json_object_get (json, "link") == NULL || citiz_n_bits (shared->held) < shared->threshold
      || may == 0 || (before != 0 && (before & silent) == 0))
    return FALSE;
  if ((may & shared->coded) != 0)
    may &= shared->coded;
  json_object_set_new (json, "door",
                       json_string (citiz_json_origin (json, (guint) __builtin_ctz (may))));
  json_object_set_new (json, "led", json_integer (led | before));
  return TRUE;
}

/* Which of its nodes are of use, or where one is, has changed since it was looked at last: the window is told, and the link leads to one that answers. */
void
citiz_shared_look_at_door (CitizShared *shared)
{
  CitizEngine *engine = shared->engine;
  const guint silent = useless (shared);
  const guint places = sum_places (shared);
  g_autoptr (GError) error = NULL;
  json_t *json;

  if ((silent == shared->silent && places == shared->places) || engine->vault == NULL
      || shared->over || shared->forgotten)
    return;
  json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, &shared->id, &error);
  if (json != NULL
      && (!citiz_shared_choose_door (shared, json)
          || citiz_engine_rewrite_json (engine, CITIZ_CLASS_GRANT, &shared->id, json, &error)))
    {
      shared->silent = silent;
      shared->places = places;
      citiz_shared_tell (shared);
    }
  if (error != NULL)
    g_warning ("where a link leads could not be kept: %s", error->message);
  citiz_engine_drop_grant (json);
}

/* What of this the window shows. */
void
citiz_shared_describe_door (const CitizShared *shared, CitizAccess *access, const json_t *json)
{
  const guint silent = find_silent (shared);
  const guint led = (guint) citiz_json_integer (json, "led");
  const guint door = present_door (shared, json);

  access->n_silent = citiz_n_bits (shared->held & useless (shared));
  access->moved = (led & silent & ~door) != 0;
  access->left = ((led | door) & find_moved (shared, json)) != 0;
}
