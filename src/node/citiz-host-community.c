/* Founders' cards, and the founding file that is made of them: who the community is. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-folder.h"

#include "net/citiz-json-strict.h"

#include <glib/gi18n.h>
#include <string.h>

#define TEXT_MAX 256

/* Cards *********************************************************************/

static gboolean
refuse (GError **error, const gchar *why)
{
  g_set_error_literal (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CARD, why);
  return FALSE;
}

gchar *
citiz_host_card_encode (const CitizHostCard *card)
{
  return citiz_json_line (json_pack (
      "{s:s, s:i, s:o, s:I, s:o, s:o, s:o, s:s, s:s}", "citiz", "founder", "version", 1, "salt",
      citiz_json_base64url (card->salt.b, 32), "time", (json_int_t) card->time.ms, "node",
      citiz_json_base64url (card->founder.validator.node.b, 32), "key",
      citiz_json_base64url (card->founder.validator.key.b, 32), "join",
      citiz_json_base64url (card->founder.join.b, 64), "url", card->url, "operator",
      card->operator_));
}

static gboolean
read_card (json_t *json, CitizHostCard *card)
{
  const gchar *kind = citiz_json_strict_string (json, "citiz", TEXT_MAX);
  const gchar *url = citiz_json_strict_string (json, "url", TEXT_MAX);
  const gchar *operator_ = citiz_json_strict_string (json, "operator", TEXT_MAX);
  gint64 version;

  if (g_strcmp0 (kind, "founder") != 0 || url == NULL || operator_ == NULL
      || !citiz_json_strict_int (json, "version", 1, 1, &version)
      || !citiz_json_strict_int (json, "time", 0, CITIZ_JSON_INT_MAX, &card->time.ms)
      || !citiz_json_strict_bytes (json, "salt", card->salt.b, 32)
      || !citiz_json_strict_bytes (json, "node", card->founder.validator.node.b, 32)
      || !citiz_json_strict_bytes (json, "key", card->founder.validator.key.b, 32)
      || !citiz_json_strict_bytes (json, "join", card->founder.join.b, 64))
    return FALSE;
  card->url = g_strdup (url);
  card->operator_ = g_strdup (operator_);
  return TRUE;
}

CitizHostCard *
citiz_host_card_decode (const gchar *text, GError **error)
{
  g_autoptr (CitizHostCard) card = g_new0 (CitizHostCard, 1);
  json_t *json = citiz_json_strict_parse_text (text, NULL);
  const gboolean good = json != NULL && read_card (json, card);

  json_decref (json);
  if (!good)
    refuse (error, _ ("This is no founder’s card"));
  else if (!citiz_founder_verify (&card->founder, &card->salt))
    refuse (error, _ ("A founder’s card is not signed by its node"));
  else
    return g_steal_pointer (&card);
  return NULL;
}

void
citiz_host_card_free (CitizHostCard *card)
{
  g_free (card->url);
  g_free (card->operator_);
  g_free (card->path);
  g_free (card);
}

/* The community *************************************************************/

static void
member_free (gpointer data)
{
  CitizHostMember *member = data;

  g_free (member->url);
  g_free (member->operator_);
  g_free (member);
}

static CitizHostMember *
find_member (const CitizHostCommunity *community, const CitizPublicKey *node)
{
  for (guint i = 0; i < community->members->len; i++)
    {
      CitizHostMember *member = community->members->pdata[i];

      if (citiz_public_key_equal (&member->node, node))
        return member;
    }
  return NULL;
}

static void
add_member (CitizHostCommunity *community,
            const CitizPublicKey *node,
            const gchar *url,
            const gchar *operator_)
{
  CitizHostMember *member = g_new0 (CitizHostMember, 1);

  member->node = *node;
  member->url = g_strdup (url);
  member->operator_ = g_strdup (operator_);
  g_ptr_array_add (community->members, member);
}

/* Without a founding document and members. */
CitizHostCommunity *
citiz_host_community_new (void)
{
  CitizHostCommunity *community = g_new0 (CitizHostCommunity, 1);

  community->members = g_ptr_array_new_with_free_func (member_free);
  return community;
}

void
citiz_host_community_free (CitizHostCommunity *community)
{
  g_ptr_array_unref (community->members);
  g_free (community);
}

static gint
by_node (gconstpointer a, gconstpointer b)
{
  const CitizHostCard *one = *(CitizHostCard *const *) a, *other = *(CitizHostCard *const *) b;

  return memcmp (one->founder.validator.node.b, other->founder.validator.node.b, 32);
}

static gboolean
is_of_another (gconstpointer card, gconstpointer other)
{
  return !citiz_hash_equal (&((const CitizHostCard *) card)->salt,
                            &((const CitizHostCard *) other)->salt);
}

/* Returns: (nullable): a card of another founding than most of them; where there is no most, none is the odd one */
static const CitizHostCard *
find_odd (GPtrArray *cards)
{
  for (guint i = 0; i < cards->len; i++)
    {
      const CitizHostCard *odd = NULL;
      guint others = 0;

      for (guint k = 0; k < cards->len; k++)
        if (is_of_another (cards->pdata[i], cards->pdata[k]))
          {
            odd = cards->pdata[k];
            others++;
          }
      if (2 * others < cards->len)
        return odd;
    }
  return NULL;
}

static gboolean
check_founding (GPtrArray *cards, GError **error)
{
  const CitizHostCard *odd = find_odd (cards);

  if (odd != NULL)
    {
      g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CARD,
                   _ ("%s was made for another founding than most of these cards"), odd->path);
      return FALSE;
    }
  for (guint i = 1; i < cards->len; i++)
    if (is_of_another (cards->pdata[0], cards->pdata[i]))
      return refuse (error, _ ("These cards were made for different foundings"));
  return TRUE;
}

static gboolean
refuse_twice (const CitizHostCard *one, const CitizHostCard *other, GError **error)
{
  g_autofree gchar *text = citiz_host_card_encode (one), *more = citiz_host_card_encode (other);

  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CARD,
               g_str_equal (text, more)
                   ? _ ("%s and %s are the same founder’s card: one of them is enough")
                   : _ ("%s and %s are cards of the same founder, and differ: the founder knows "
                        "which is right"),
               one->path, other->path);
  return FALSE;
}

/**
 * citiz_host_community_found:
 * @cards: (element-type CitizHostCard): of all founders, in any order; they are sorted
 *
 * Everyone who holds the same cards makes the same founding document, byte by byte.
 */
CitizHostCommunity *
citiz_host_community_found (GPtrArray *cards, GError **error)
{
  g_autoptr (CitizHostCommunity) community = citiz_host_community_new ();
  CitizGenesis *genesis = &community->genesis;

  if (cards->len == 0 || cards->len > CITIZ_MAX_VALIDATORS)
    {
      refuse (error, _ ("One to 128 founders’ cards are needed"));
      return NULL;
    }
  if (!check_founding (cards, error))
    return NULL;
  g_ptr_array_sort (cards, by_node);
  *genesis = (CitizGenesis){.version = 1,
                            .protocol = CITIZ_PROTOCOL,
                            .salt = ((CitizHostCard *) cards->pdata[0])->salt,
                            .n_founders = (guint16) cards->len};
  for (guint i = 0; i < cards->len; i++)
    {
      const CitizHostCard *card = cards->pdata[i];

      if (i > 0 && by_node (&cards->pdata[i - 1], &cards->pdata[i]) == 0
          && !refuse_twice (cards->pdata[i - 1], card, error))
        return NULL;
      genesis->time.ms = MAX (genesis->time.ms, card->time.ms);
      genesis->founders[i] = card->founder;
      add_member (community, &card->founder.validator.node, card->url, card->operator_);
    }
  return g_steal_pointer (&community);
}

json_t *
citiz_host_members_json (const CitizHostCommunity *community)
{
  json_t *members = json_array ();

  for (guint i = 0; i < community->members->len; i++)
    {
      const CitizHostMember *member = community->members->pdata[i];

      json_array_append_new (members, json_pack ("{s:o, s:s, s:s}", "node",
                                                 citiz_json_base64url (member->node.b, 32), "url",
                                                 member->url, "operator", member->operator_));
    }
  return members;
}

gchar *
citiz_host_community_encode (const CitizHostCommunity *community)
{
  g_autoptr (GBytes) genesis = citiz_genesis_encode (&community->genesis);

  return citiz_json_line (json_pack ("{s:s, s:i, s:o, s:o}", "citiz", "community", "version", 1,
                                     "genesis", citiz_json_base64url_bytes (genesis), "members",
                                     citiz_host_members_json (community)));
}

gboolean
citiz_host_members_read (CitizHostCommunity *community, json_t *members, GError **error)
{
  gsize i;
  json_t *json;

  if (!json_is_array (members))
    return refuse (error, _ ("A community’s file names its members"));
  json_array_foreach (members, i, json)
  {
    const gchar *url = citiz_json_strict_string (json, "url", TEXT_MAX);
    const gchar *operator_ = citiz_json_strict_string (json, "operator", TEXT_MAX);
    CitizPublicKey node;

    if (url == NULL || operator_ == NULL
        || !citiz_json_strict_bytes (json, "node", node.b, sizeof node.b))
      return refuse (error, _ ("A member of a community’s file cannot be read"));
    add_member (community, &node, url, operator_);
  }
  return TRUE;
}

CitizHostCommunity *
citiz_host_community_decode (const gchar *text, GError **error)
{
  g_autoptr (CitizHostCommunity) community = citiz_host_community_new ();
  g_autoptr (GBytes) genesis = NULL;
  json_t *json = citiz_json_strict_parse_text (text, NULL);
  const gchar *encoded;
  gboolean good;

  encoded = citiz_json_strict_string (json, "genesis", CITIZ_HOST_FILE_MAX);
  genesis = encoded ? citiz_base64url_decode (encoded) : NULL;
  if (genesis == NULL)
    good = refuse (error, _ ("This is no community’s file"));
  else
    good = citiz_genesis_decode (g_bytes_get_data (genesis, NULL), g_bytes_get_size (genesis),
                                 &community->genesis, error)
           && citiz_host_members_read (community, json_object_get (json, "members"), error);
  json_decref (json);
  return good ? g_steal_pointer (&community) : NULL;
}

CitizHostCommunity *
citiz_host_community_read (const gchar *dir, GError **error)
{
  g_autofree gchar *path = g_build_filename (dir, CITIZ_HOST_COMMUNITY_FILE, NULL);
  g_autofree gchar *text = citiz_host_read_text (path, error);

  return text ? citiz_host_community_decode (text, error) : NULL;
}

const CitizHostMember *
citiz_host_community_find (const CitizHostCommunity *community, const CitizPublicKey *node)
{
  return find_member (community, node);
}

/**
 * citiz_host_community_learn:
 *
 * Where @node is and who runs it, in the place of what was known.
 *
 * Returns: %FALSE when that was known already
 */
gboolean
citiz_host_community_learn (CitizHostCommunity *community,
                            const CitizPublicKey *node,
                            const gchar *url,
                            const gchar *operator_)
{
  CitizHostMember *member = find_member (community, node);

  if (member == NULL)
    {
      add_member (community, node, url, operator_);
      return TRUE;
    }
  if (g_str_equal (member->url, url) && g_str_equal (member->operator_, operator_))
    return FALSE;
  g_free (member->url);
  g_free (member->operator_);
  member->url = g_strdup (url);
  member->operator_ = g_strdup (operator_);
  return TRUE;
}
