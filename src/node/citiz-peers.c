/* Links to other nodes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-peers.h"

#include <string.h>

#define DIAL_MS   10000 /* one attempt */
#define RETRY_MIN 500   /* ms between attempts, doubled up to RETRY_MAX */
#define LINKS_MAX 2     /* with one peer: each may have called the other */
#define WAIT_MS   1000  /* for the other one's call, before the first of one's own */
#define RETRY_MAX 30000
#define SELF_MS   600000 /* between calls of the own address: 1.5 kB each */

/* A node, and the links to it. The one with the smaller key calls at once, the other when that has not come about; so there can be two: what comes in
 * on either counts, what goes out takes the one that spoke last: the other's line may be dead, which nobody tells for minutes. */
typedef struct
{
  CitizPeers *peers;
  CitizPublicKey node;
  gchar *url;       /* NULL: it calls us */
  GPtrArray *links; /* CitizPeerLink, ready */
  gboolean dialing;
  guint retry; /* ms */
  GSource *again;
} Peer;

struct _CitizPeers
{
  GObject parent_instance;
  CitizHttpClient *client;
  CitizSigningKey *own;
  CitizHash chain;
  GHashTable *peers;  /* CitizPublicKey → Peer */
  GPtrArray *meeting; /* CitizPeerLink: not ready yet */
  GPtrArray *twins;   /* CitizPeerLink: to another machine that has proved this node's key */
  GCancellable *stop;
};

G_DEFINE_TYPE (CitizPeers, citiz_peers, G_TYPE_OBJECT)

enum
{
  CONNECTED,
  MESSAGE,
  DISCONNECTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void dial (Peer *peer);

static guint
key_hash (gconstpointer key)
{
  return citiz_hash_hash (key); /* both are 32 bytes */
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  return citiz_public_key_equal (a, b);
}

static void
peer_disarm (Peer *peer)
{
  if (peer->again != NULL)
    g_source_destroy (peer->again);
  g_clear_pointer (&peer->again, g_source_unref);
}

static void
peer_free (gpointer data)
{
  Peer *peer = data;

  peer_disarm (peer);
  for (guint i = 0; i < peer->links->len; i++)
    {
      g_signal_handlers_disconnect_by_data (peer->links->pdata[i], peer);
      g_signal_handlers_disconnect_by_data (peer->links->pdata[i], peer->peers);
    }
  g_ptr_array_unref (peer->links);
  g_free (peer->url);
  g_free (peer);
}

static Peer *
find (CitizPeers *self, const CitizPublicKey *node)
{
  return g_hash_table_lookup (self->peers, node);
}

static Peer *
find_or_add (CitizPeers *self, const CitizPublicKey *node)
{
  Peer *peer = find (self, node);

  if (peer != NULL)
    return peer;
  peer = g_new0 (Peer, 1);
  peer->peers = self;
  peer->node = *node;
  peer->links = g_ptr_array_new_with_free_func (g_object_unref);
  peer->retry = RETRY_MIN;
  g_hash_table_insert (self->peers, &peer->node, peer);
  return peer;
}

static gboolean
is_own (CitizPeers *self, const CitizPublicKey *node)
{
  return citiz_public_key_equal (node, citiz_signing_key_get_public (self->own));
}

/* Nobody there is linked: of those at the own address, nobody but this node itself. */
static gboolean
is_unlinked (const Peer *peer)
{
  return is_own (peer->peers, &peer->node) ? peer->peers->twins->len == 0 : peer->links->len == 0;
}

static gboolean
again_cb (gpointer data)
{
  Peer *peer = data;

  g_clear_pointer (&peer->again, g_source_unref);
  dial (peer);
  return G_SOURCE_REMOVE;
}

/* Calls again after a while that grows, a little different for each, so that nodes which lost one another do not call in step. */
static void
dial_later (Peer *peer)
{
  guint8 draw;

  if (peer->url == NULL || peer->again != NULL || peer->dialing || !is_unlinked (peer))
    return;
  citiz_random (&draw, 1);
  peer->again = g_timeout_source_new (peer->retry + peer->retry * draw / 512);
  peer->retry = MIN (2 * peer->retry, RETRY_MAX);
  g_source_set_callback (peer->again, again_cb, peer, NULL);
  g_source_attach (peer->again, g_main_context_get_thread_default ());
}

static void
message_cb (CitizPeerLink *link, GBytes *message, CitizPeers *self)
{
  Peer *peer = find (self, citiz_peer_link_get_peer (link));
  guint place;

  if (peer != NULL && g_ptr_array_find (peer->links, link, &place) && place > 0)
    g_ptr_array_insert (peer->links, 0, g_ptr_array_steal_index (peer->links, place));
  g_signal_emit (self, signals[MESSAGE], 0, citiz_peer_link_get_peer (link), message);
}

static void
lost_cb (CitizPeerLink *link, Peer *peer)
{
  CitizPeers *self = peer->peers;
  const CitizPublicKey node = peer->node;

  g_signal_handlers_disconnect_by_data (link, peer);
  g_signal_handlers_disconnect_by_data (link, self);
  g_ptr_array_remove (peer->links, link);
  if (peer->links->len > 0)
    return;
  if (peer->url != NULL)
    dial_later (peer);
  else
    g_hash_table_remove (self->peers, &node);
  g_signal_emit (self, signals[DISCONNECTED], 0, &node);
}

static guint
n_strangers (CitizPeers *self)
{
  guint n = 0;
  GHashTableIter iter;
  Peer *peer;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &peer))
    n += peer->url == NULL;
  return n;
}

/* Takes it out of those that are not ready. */
static void
unmeet (CitizPeers *self, CitizPeerLink *link)
{
  g_signal_handlers_disconnect_by_data (link, self);
  g_ptr_array_remove (self->meeting, link);
}

static void
twin_lost_cb (CitizPeerLink *link, CitizPeers *self)
{
  Peer *peer = find (self, citiz_signing_key_get_public (self->own));

  g_signal_handlers_disconnect_by_data (link, self);
  g_ptr_array_remove (self->twins, link);
  if (peer != NULL)
    dial_later (peer);
}

/* The caller's end is ready first: the other one is here, and not ready, when a node has called itself. */
static CitizPeerLink *
find_other_end (CitizPeers *self, CitizPeerLink *link)
{
  for (guint i = 0; i < self->meeting->len; i++)
    if (citiz_peer_link_is_other_end (self->meeting->pdata[i], link))
      return self->meeting->pdata[i];
  return NULL;
}

/* Who proves this node's key is this node itself, or another machine with a copy of its folder: the link to that one stays, and says
 * nothing, so that both know as long as both run. */
static void
meet_own (CitizPeers *self, CitizPeerLink *link)
{
  g_autoptr (CitizPeerLink) keep = g_object_ref (link);
  CitizPeerLink *other = find_other_end (self, link);
  Peer *peer = find (self, citiz_signing_key_get_public (self->own));

  unmeet (self, link);
  if (peer != NULL)
    {
      peer_disarm (peer);
      peer->retry = other != NULL ? SELF_MS : RETRY_MIN;
    }
  if (other != NULL)
    {
      unmeet (self, other);
      if (peer != NULL)
        dial_later (peer);
      return;
    }
  g_ptr_array_add (self->twins, g_object_ref (link));
  g_signal_connect (link, "closed", G_CALLBACK (twin_lost_cb), self);
  if (self->twins->len > LINKS_MAX)
    citiz_peer_link_close (self->twins->pdata[0]);
}

static void
ready_cb (CitizPeerLink *link, CitizPeers *self)
{
  const CitizPublicKey node = *citiz_peer_link_get_peer (link);
  Peer *peer = find (self, &node);

  if (is_own (self, &node))
    {
      meet_own (self, link);
      return;
    }
  if (peer == NULL && n_strangers (self) >= CITIZ_PEERS_MAX_STRANGERS)
    {
      citiz_peer_link_close (link);
      return;
    }
  peer = find_or_add (self, &node);
  g_ptr_array_insert (peer->links, 0, g_object_ref (link));
  if (peer->links->len > LINKS_MAX) /* who has been silent for longest */
    citiz_peer_link_close (peer->links->pdata[peer->links->len - 1]);
  unmeet (self, link);
  g_signal_connect (link, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (link, "closed", G_CALLBACK (lost_cb), peer);
  peer->retry = RETRY_MIN;
  peer_disarm (peer);
  g_signal_emit (self, signals[CONNECTED], 0, &peer->node);
}

/* Gone before it was ready; whoever was called is called again. */
static void
missed_cb (CitizPeerLink *link, CitizPeers *self)
{
  GHashTableIter iter;
  Peer *peer;

  unmeet (self, link);
  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &peer))
    dial_later (peer);
}

/* Takes @link. */
static void
meet (CitizPeers *self, CitizPeerLink *link)
{
  g_ptr_array_add (self->meeting, link);
  g_signal_connect (link, "ready", G_CALLBACK (ready_cb), self);
  g_signal_connect (link, "closed", G_CALLBACK (missed_cb), self);
}

/* What a call under way needs when the peers are gone before it ends. */
typedef struct
{
  CitizPeers *peers;
  CitizPublicKey node;
} Dialed;

static void
dialed_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  g_autofree Dialed *dialed = data;
  g_autoptr (CitizPeers) self = dialed->peers;
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizSocket) socket
      = citiz_http_client_connect_finish (CITIZ_HTTP_CLIENT (client), result, &error);
  Peer *peer = find (self, &dialed->node);

  if (peer == NULL || g_cancellable_is_cancelled (self->stop))
    return;
  peer->dialing = FALSE;
  if (socket == NULL)
    {
      g_debug ("a node does not answer: %s", error->message);
      dial_later (peer);
      return;
    }
  meet (self, citiz_peer_link_new_caller (socket, self->own, &self->chain, &peer->node));
}

static void
dial (Peer *peer)
{
  CitizPeers *self = peer->peers;
  Dialed *dialed;

  if (peer->url == NULL || peer->dialing || !is_unlinked (peer))
    return;
  peer->dialing = TRUE;
  dialed = g_new (Dialed, 1);
  *dialed = (Dialed){g_object_ref (self), peer->node};
  citiz_http_client_connect (self->client, peer->url, self->stop, dialed_cb, dialed);
}

/**
 * citiz_peers_expect:
 * @node: another one, or this one itself: whether another machine with its key is there instead
 * @url: (nullable): where to call it ("ws://" or "wss://"); %NULL: it is known no more, and its links end
 */
void
citiz_peers_expect (CitizPeers *self, const CitizPublicKey *node, const gchar *url)
{
  Peer *peer;

  if (url == NULL)
    {
      g_hash_table_remove (self->peers, node);
      return;
    }
  peer = find_or_add (self, node);
  if (g_strcmp0 (peer->url, url) != 0)
    {
      g_free (peer->url);
      peer->url = g_strdup (url);
      peer->retry = RETRY_MIN;
      peer_disarm (peer);
    }
  if (memcmp (citiz_signing_key_get_public (self->own)->b, node->b, sizeof node->b) < 0)
    dial (peer);
  else
    {
      peer->retry = MAX (peer->retry, WAIT_MS);
      dial_later (peer);
    }
}

/* So many callers have not said who they are: the one that has had the longest time for it goes. */
static void
make_room (CitizPeers *self)
{
  guint n = 0;

  for (guint i = self->meeting->len; i > 0; i--)
    {
      g_autoptr (CitizPeerLink) link = g_object_ref (self->meeting->pdata[i - 1]);

      if (citiz_peer_link_has_called (link) || ++n < CITIZ_PEERS_MAX_STRANGERS)
        continue;
      g_signal_handlers_disconnect_by_data (link, self);
      g_ptr_array_remove_index (self->meeting, i - 1);
    }
}

/**
 * citiz_peers_answer:
 * @socket: one that somebody opened to this node
 */
void
citiz_peers_answer (CitizPeers *self, CitizSocket *socket)
{
  make_room (self);
  meet (self, citiz_peer_link_new_answerer (socket, self->own, &self->chain));
}

/**
 * citiz_peers_send:
 *
 * Returns: %FALSE when the message was dropped
 */
gboolean
citiz_peers_send (CitizPeers *self, const CitizPublicKey *to, GBytes *message)
{
  Peer *peer = find (self, to);
  gsize n;
  const guint8 *bytes = g_bytes_get_data (message, &n);

  return peer != NULL && peer->links->len > 0
         && citiz_peer_link_send (peer->links->pdata[0], bytes, n);
}

gboolean
citiz_peers_is_connected (CitizPeers *self, const CitizPublicKey *node)
{
  const Peer *peer = find (self, node);

  return peer != NULL && peer->links->len > 0;
}

/**
 * citiz_peers_pick:
 * @turn: any number; each one after the other names each connected node once
 *
 * Returns: %FALSE when no node is connected
 */
gboolean
citiz_peers_pick (CitizPeers *self, guint turn, CitizPublicKey *out)
{
  const guint n = citiz_peers_n_connected (self);
  guint left = n > 0 ? turn % n : 0;
  GHashTableIter iter;
  Peer *peer;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &peer))
    if (peer->links->len > 0 && left-- == 0)
      {
        *out = peer->node;
        return TRUE;
      }
  return FALSE;
}

guint
citiz_peers_n_connected (CitizPeers *self)
{
  guint n = 0;
  GHashTableIter iter;
  Peer *peer;

  g_hash_table_iter_init (&iter, self->peers);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &peer))
    n += peer->links->len > 0;
  return n;
}

/* Whether another machine that has this node's key runs just now, as it has proved. */
gboolean
citiz_peers_has_twin (CitizPeers *self)
{
  return self->twins->len > 0;
}

static void
drop_links (CitizPeers *self, GPtrArray *links)
{
  for (guint i = 0; i < links->len; i++)
    g_signal_handlers_disconnect_by_data (links->pdata[i], self);
  g_ptr_array_set_size (links, 0);
}

void
citiz_peers_stop (CitizPeers *self)
{
  g_cancellable_cancel (self->stop);
  drop_links (self, self->meeting);
  drop_links (self, self->twins);
  g_hash_table_remove_all (self->peers);
}

static void
citiz_peers_dispose (GObject *object)
{
  citiz_peers_stop (CITIZ_PEERS (object));
  G_OBJECT_CLASS (citiz_peers_parent_class)->dispose (object);
}

static void
citiz_peers_finalize (GObject *object)
{
  CitizPeers *self = CITIZ_PEERS (object);

  g_ptr_array_unref (self->meeting);
  g_ptr_array_unref (self->twins);
  g_hash_table_unref (self->peers);
  g_object_unref (self->stop);
  g_object_unref (self->client);
  citiz_signing_key_unref (self->own);
  G_OBJECT_CLASS (citiz_peers_parent_class)->finalize (object);
}

static void
citiz_peers_class_init (CitizPeersClass *klass)
{
  const GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_peers_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_peers_finalize;
  signals[CONNECTED] = g_signal_new ("connected", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[MESSAGE] = g_signal_new ("message", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_BYTES);
  signals[DISCONNECTED] = g_signal_new ("disconnected", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
citiz_peers_init (CitizPeers *self)
{
  self->client = citiz_http_client_new (DIAL_MS);
  self->peers = g_hash_table_new_full (key_hash, key_equal, NULL, peer_free);
  self->meeting = g_ptr_array_new_with_free_func (g_object_unref);
  self->twins = g_ptr_array_new_with_free_func (g_object_unref);
  self->stop = g_cancellable_new ();
}

CitizPeers *
citiz_peers_new (CitizSigningKey *own, const CitizHash *chain)
{
  CitizPeers *self = g_object_new (CITIZ_TYPE_PEERS, NULL);

  self->own = citiz_signing_key_ref (own);
  self->chain = *chain;
  return self;
}
