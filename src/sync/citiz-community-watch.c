/* The nodes of a community: who they are, who answers, when something new is final. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

#include "crypto/citiz-hash.h"
#include "net/citiz-json-strict.h"
#include "net/citiz-socket.h"

#include <string.h>

#define OPERATOR_MAX 200
#define MEMBERS_MAX  256
#define TOLD_IDLE_MS 60000                /* how often one asks who is told of each block */
#define TOLD_POLLS   10                   /* and this many times less often how each node is */
#define DOUBT_ENDS   (600 * CITIZ_SECOND) /* of a node that has answered rightly for so long */
#define LOST_MS      1000                 /* after the node that told of blocks is gone */

/* Members ********************************************************************/

static CitizCommunityMember *
find_member (CitizCommunity *self, const CitizPublicKey *node)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      CitizCommunityMember *member = self->members->pdata[i];

      if (citiz_public_key_equal (&member->node, node))
        return member;
    }
  return NULL;
}

static CitizCommunityMember *
need_member (CitizCommunity *self, const CitizPublicKey *node)
{
  CitizCommunityMember *member = find_member (self, node);

  if (member != NULL || self->members->len >= MEMBERS_MAX)
    return member;
  member = g_new0 (CitizCommunityMember, 1);
  member->node = *node;
  member->url = g_strdup ("");
  member->operator_ = g_strdup ("");
  member->silent_by = g_strdup ("");
  g_ptr_array_add (self->members, member);
  return member;
}

/* The addresses that are known; @all: of those, too, who are no validators (any more). */
static GStrv
urls_of (CitizCommunity *self, gboolean all)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->members->len; i++)
    {
      const CitizCommunityMember *member = self->members->pdata[i];

      if (member->url[0] != '\0' && (all || member->validator))
        g_strv_builder_add (builder, member->url);
    }
  return g_strv_builder_end (builder);
}

static void
set_urls (CitizCommunity *self, const gchar *const *urls)
{
  citiz_follower_set_nodes (self->follower, urls);
  if (self->leap != NULL)
    citiz_leap_set_nodes (self->leap, urls);
  if (self->filler != NULL)
    citiz_follower_set_nodes (self->filler, urls);
  citiz_outbox_set_nodes (self->outbox, urls);
  citiz_watch_set_nodes (self->watcher, urls);
}

/* Who can be asked, and whose words are counted. */
static void
list_urls (CitizCommunity *self)
{
  g_auto (GStrv) urls = urls_of (self, TRUE), voices = urls_of (self, FALSE);
  guint n = 0;

  for (guint i = 0; i < self->members->len; i++)
    n += ((const CitizCommunityMember *) self->members->pdata[i])->validator;
  if (!g_strv_equal ((const gchar *const *) urls, (const gchar *const *) self->urls))
    {
      g_strfreev (self->urls);
      self->urls = g_steal_pointer (&urls);
      set_urls (self, (const gchar *const *) self->urls);
    }
  citiz_watch_set_validators (self->watcher, (const gchar *const *) voices, n);
}

/* A node that is no validator (any more) is asked on, as long as it says the truth; one without an address is of no use. */
static void
drop_strangers (CitizCommunity *self)
{
  for (guint i = self->members->len; i > 0; i--)
    {
      const CitizCommunityMember *member = self->members->pdata[i - 1];

      if (!member->validator && member->url[0] == '\0')
        g_ptr_array_remove_index (self->members, i - 1);
    }
}

static gint
compare_members (gconstpointer a, gconstpointer b)
{
  const CitizCommunityMember *x = *(CitizCommunityMember *const *) a;
  const CitizCommunityMember *y = *(CitizCommunityMember *const *) b;

  if (x->validator != y->validator)
    return x->validator ? -1 : 1;
  return memcmp (x->node.b, y->node.b, sizeof x->node.b);
}

/* Who validates, by one's own copy: nobody's word is asked for that. */
void
citiz_community_list_members (CitizCommunity *self)
{
  CitizLedger *ledger = citiz_chain_ledger (self->copy, NULL);
  const guint n_before = self->members->len;
  CitizValidators validators;
  gboolean newcomer = FALSE;

  if (ledger == NULL
      || !citiz_ledger_get_validators (ledger, citiz_ledger_epoch (ledger), &validators))
    citiz_genesis_validators (&validators, &self->genesis);
  for (guint i = 0; i < self->members->len; i++)
    ((CitizCommunityMember *) self->members->pdata[i])->validator = FALSE;
  for (guint i = 0; i < validators.n; i++)
    {
      CitizCommunityMember *member = need_member (self, &validators.v[i].node);

      if (member == NULL)
        continue;
      member->validator = TRUE;
      newcomer |= member->url[0] == '\0' && n_before > 0 && self->members->len > n_before;
    }
  for (guint i = 0; i < self->invitation.n_nodes; i++)
    {
      const CitizInvitedNode *invited = &self->invitation.nodes[i];
      CitizCommunityMember *member = need_member (self, &invited->node);

      if (member != NULL && member->url[0] == '\0')
        {
          g_free (member->url);
          member->url = g_strdup (invited->url);
        }
    }
  drop_strangers (self);
  g_ptr_array_sort (self->members, compare_members);
  list_urls (self);
  if (newcomer) /* the others know who it is */
    citiz_watch_begin_anew (self->watcher);
}

/* @hash: (nullable): of the text that the ledger has; NULL: it has none, and nothing speaks against @text */
static gboolean
fits (const gchar *text, const CitizHash *hash)
{
  CitizHash own;

  citiz_sha256 (&own, (const guint8 *) text, strlen (text));
  return hash == NULL || citiz_hash_equal (&own, hash);
}

/* In place of nothing, or of what the ledger says is over. @told fits it. Returns: whether it is news */
static gboolean
take_word (gchar **known, const gchar *told, const CitizHash *hash)
{
  if (told[0] == '\0' || ((*known)[0] != '\0' && fits (*known, hash)))
    return FALSE;
  g_free (*known);
  *known = g_strdup (told);
  return TRUE;
}

/* Where a node is: what it did at its address of before is its doing still. */
static gboolean
take_url (CitizCommunity *self,
          CitizCommunityMember *member,
          const gchar *url,
          const CitizHash *hash)
{
  const gboolean doubted = member->url[0] != '\0' && g_strcmp0 (self->doubt, member->url) == 0;

  if (!citiz_node_url_is_valid (url) || !take_word (&member->url, url, hash))
    return FALSE;
  if (doubted)
    {
      g_free (self->doubt);
      self->doubt = g_strdup (url);
    }
  return TRUE;
}

/* What a node tells of another is taken for validators only. The ledger holds the hashes of a node's name and address, when it presented itself: then
 * another's word has to fit, and takes the place of what does not; without that it takes the place of nothing that is known already. */
static gboolean
take_member (CitizCommunity *self, json_t *json)
{
  const gchar *url = citiz_json_strict_string (json, "url", CITIZ_INVITATION_MAX_URL);
  const gchar *operator_ = citiz_json_strict_string (json, "operator", OPERATOR_MAX);
  CitizLedger *ledger = citiz_chain_ledger (self->copy, NULL);
  CitizCommunityMember *member;
  CitizNodeRecord record;
  CitizPublicKey node;
  gboolean has, moved;

  if (url == NULL || operator_ == NULL
      || !citiz_json_strict_bytes (json, "node", node.b, sizeof node.b))
    return FALSE;
  has = ledger != NULL && citiz_ledger_get_node (ledger, &node, &record);
  member = find_member (self, &node);
  if (member == NULL || !member->validator || !fits (url, has ? &record.url : NULL)
      || !fits (operator_, has ? &record.operator_ : NULL))
    return FALSE;
  moved = take_url (self, member, url, has ? &record.url : NULL);
  return take_word (&member->operator_, operator_, has ? &record.operator_ : NULL) || moved;
}

/* Votes under the newest block are seen by one's own eyes. */
void
citiz_community_see_votes (CitizCommunity *self)
{
  const guint64 height = citiz_chain_height (self->copy);
  CitizLedger *ledger = citiz_chain_ledger (self->copy, NULL);
  g_autoptr (GPtrArray) blocks = NULL;
  guint16 voters[CITIZ_MAX_VALIDATORS];
  CitizValidators validators;
  const CitizBlock *block;

  if (height == 0 || ledger == NULL)
    return;
  blocks = citiz_chain_read_blocks (self->copy, height, 1, 1, NULL);
  block = blocks != NULL && blocks->len == 1 ? blocks->pdata[0] : NULL;
  if (block == NULL || block->final == NULL
      || !citiz_ledger_get_validators (ledger, block->header.epoch, &validators))
    return;
  self->n_signed = citiz_cert_voters (block->final, voters);
  for (guint i = 0; i < self->n_signed; i++)
    {
      CitizCommunityMember *member
          = voters[i] < validators.n ? find_member (self, &validators.v[voters[i]].node) : NULL;

      if (member != NULL)
        member->seen.ms = MAX (member->seen.ms, block->header.time.ms);
    }
}

/* Asking *********************************************************************/

static void
mark (CitizCommunity *self, const gchar *url, json_t *status)
{
  const CitizTime now = citiz_env_now (self->env);
  gint64 time;

  for (guint i = 0; i < self->members->len; i++)
    {
      CitizCommunityMember *member = self->members->pdata[i];

      if (!g_str_equal (member->url, url))
        continue;
      member->missing = status == NULL;
      if (status == NULL)
        continue;
      member->seen = now;
      if (citiz_json_strict_int (status, "time", 0, CITIZ_JSON_INT_MAX, &time))
        member->ahead_ms = time - now.ms;
    }
}

static void
take_status (CitizCommunity *self, const gchar *url, json_t *status)
{
  json_t *members = json_object_get (status, "members");
  gboolean news = FALSE;
  gint64 height;

  for (guint i = 0; i < MIN (json_array_size (members), MEMBERS_MAX); i++)
    news |= take_member (self, json_array_get (members, i));
  if (news)
    {
      list_urls (self);
      citiz_community_save (self);
    }
  if (citiz_json_strict_int (status, "height", 0, CITIZ_JSON_INT_MAX, &height))
    citiz_community_look_at_head (self, url, (guint64) height);
}

/* A node that showed what cannot be has come round; what it showed then is kept. */
static void
end_doubt (CitizCommunity *self, const gchar *url)
{
  if (g_strcmp0 (self->doubt, url) == 0
      && citiz_env_now (self->env).ms > self->doubted.ms + DOUBT_ENDS)
    g_clear_pointer (&self->doubt, g_free);
}

/* @status: (nullable): of a node of this chain, or that none answers */
void
citiz_community_hear (CitizCommunity *self, const gchar *url, json_t *status)
{
  mark (self, url, status);
  if (status != NULL)
    {
      end_doubt (self, url);
      take_status (self, url, status);
      if (self->was_alone && !self->heard)
        citiz_follower_hurry (self->follower, 0);
      self->heard = TRUE;
    }
  citiz_community_listen (self);
  citiz_community_look_if_still (self);
  citiz_community_tell (self);
}

/* Being told *****************************************************************/

/* What an answer needs when the community is stopped before it comes. */
typedef struct
{
  CitizCommunity *community; /* gone once @stop is cancelled */
  GCancellable *stop;
} Asked;

static Asked *
asked_new (CitizCommunity *self)
{
  Asked *asked = g_new (Asked, 1);

  *asked = (Asked){self, g_object_ref (self->watch)};
  return asked;
}

static void
asked_free (Asked *asked)
{
  g_object_unref (asked->stop);
  g_free (asked);
}

static void
drop_events (CitizCommunity *self)
{
  if (self->events == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->events, self);
  citiz_socket_close (self->events);
  g_clear_object (&self->events);
  citiz_follower_set_pace (self->follower, self->idle_ms);
}

static gboolean poll_cb (gpointer data);

/* Another is called; meanwhile one asks more often. */
static void
closed_cb (CitizSocket *socket, CitizCommunity *self)
{
  drop_events (self);
  if (self->watch == NULL)
    return;
  citiz_follower_hurry (self->follower, 0);
  citiz_watch_begin_anew (self->watcher);
  citiz_community_disarm (&self->poll_source);
  self->poll_source = citiz_community_after (self, MIN (LOST_MS, self->poll_ms), poll_cb);
}

/* Whatever it says, it is only a reason to ask. */
static void
message_cb (CitizSocket *socket, GBytes *message, gboolean is_text, CitizCommunity *self)
{
  json_auto_t *json = citiz_json_strict_parse (message, NULL);
  gint64 height;

  if (json == NULL || !citiz_json_strict_int (json, "height", 0, CITIZ_JSON_INT_MAX, &height))
    height = 0;
  citiz_follower_hurry (self->follower, (guint64) height);
}

static void
connected_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  Asked *asked = data;
  CitizCommunity *self = asked->community;
  g_autoptr (CitizSocket) socket
      = citiz_http_client_connect_finish (CITIZ_HTTP_CLIENT (client), result, NULL);

  if (!g_cancellable_is_cancelled (asked->stop))
    {
      self->calling = FALSE;
      if (socket != NULL && self->events == NULL)
        {
          self->events = g_steal_pointer (&socket);
          g_signal_connect (self->events, "message", G_CALLBACK (message_cb), self);
          g_signal_connect (self->events, "closed", G_CALLBACK (closed_cb), self);
          citiz_follower_set_pace (self->follower, MAX (self->idle_ms, TOLD_IDLE_MS));
          citiz_follower_hurry (self->follower, 0); /* what came before it listened */
        }
    }
  asked_free (asked);
}

/* One node tells of new blocks, another when that one is gone. */
static void
call_events (CitizCommunity *self)
{
  const guint n = g_strv_length (self->urls);
  g_autofree gchar *url = NULL;
  const gchar *node;

  if (self->events != NULL || self->calling || n == 0)
    return;
  node = self->urls[self->events_turn++ % n];
  url = g_strconcat ("ws", node + strlen ("http"), "/v1/events", NULL); /* wss for https */
  self->calling = TRUE;
  citiz_http_client_connect (self->client, url, self->watch, connected_cb, asked_new (self));
}

static gboolean
poll_cb (gpointer data)
{
  CitizCommunity *self = data;
  const gboolean told = self->events != NULL;

  citiz_community_disarm (&self->poll_source);
  call_events (self);
  citiz_community_say_what_is_due (self);
  self->poll_source
      = citiz_community_after (self, self->poll_ms * (told ? TOLD_POLLS : 1), poll_cb);
  return G_SOURCE_REMOVE;
}

/* Who watches is counted by accounts: from the block on that registers this one, each node is visited at once. */
void
citiz_community_witness (CitizCommunity *self)
{
  if (self->witnesses || self->key == NULL || !citiz_community_is_registered (self))
    return;
  self->witnesses = TRUE;
  citiz_watch_set_witness (self->watcher, &self->account, self->key);
  citiz_watch_begin_anew (self->watcher);
}

void
citiz_community_start_watching (CitizCommunity *self)
{
  g_autoptr (GError) error = NULL;

  if (self->watch != NULL)
    return;
  self->watch = g_cancellable_new ();
  if (!citiz_watch_start (self->watcher, &error))
    g_warning ("the nodes are not watched: %s", error->message);
  self->poll_source = citiz_community_after (self, 0, poll_cb);
}

void
citiz_community_stop_watching (CitizCommunity *self)
{
  if (self->watch == NULL)
    return;
  citiz_community_disarm (&self->poll_source);
  g_cancellable_cancel (self->watch);
  g_clear_object (&self->watch);
  citiz_watch_stop (self->watcher);
  self->calling = FALSE;
  drop_events (self);
}
