/* The link of two nodes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-peer-link.h"

#include <string.h>

#define HANDSHAKE_MS 10000
#define ACK_EVERY    (256u * 1024)

/* Once the channel is ready each message is: u64 bytes taken so far of the other end's messages | the message. An empty message only
 * says how much was taken. What is sent and not taken is bounded, because the socket below queues without end. */
struct _CitizPeerLink
{
  GObject parent_instance;
  CitizSocket *socket;
  CitizChannel *channel;
  gboolean has_called;
  GSource *deadline;
  guint64 sent, taken_there; /* bytes of messages */
  guint64 taken, told;
};

G_DEFINE_TYPE (CitizPeerLink, citiz_peer_link, G_TYPE_OBJECT)

enum
{
  READY,
  MESSAGE,
  CLOSED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
disarm (CitizPeerLink *self)
{
  if (self->deadline)
    g_source_destroy (self->deadline);
  g_clear_pointer (&self->deadline, g_source_unref);
}

static gboolean
deadline_cb (gpointer data)
{
  citiz_socket_close (((CitizPeerLink *) data)->socket);
  return G_SOURCE_REMOVE;
}

static void
put (CitizPeerLink *self, const guint8 *bytes, gsize n)
{
  g_autofree guint8 *plain = g_malloc (8 + n);
  guint64 taken = GUINT64_TO_BE (self->taken);
  g_autoptr (GBytes) sealed = NULL;

  memcpy (plain, &taken, 8);
  if (n > 0)
    memcpy (plain + 8, bytes, n);
  self->told = self->taken;
  sealed = citiz_channel_seal (self->channel, plain, 8 + n);
  citiz_socket_send (self->socket, sealed);
}

/* Returns: the message, or %NULL for none. */
static GBytes *
take (CitizPeerLink *self, GBytes *opened)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (opened, &n);
  guint64 taken;

  if (n < 8)
    return NULL;
  memcpy (&taken, bytes, 8);
  taken = GUINT64_FROM_BE (taken);
  if (taken > self->taken_there && taken <= self->sent)
    self->taken_there = taken;
  self->taken += n - 8;
  if (self->taken - self->told >= ACK_EVERY)
    put (self, NULL, 0);
  return n > 8 ? g_bytes_new_from_bytes (opened, 8, n - 8) : NULL;
}

static gboolean
shake (CitizPeerLink *self, const guint8 *bytes, gsize n, GError **error)
{
  g_autoptr (GBytes) reply = NULL;

  if (!citiz_channel_take (self->channel, bytes, n, &reply, error))
    return FALSE;
  if (reply)
    citiz_socket_send (self->socket, reply);
  if (citiz_channel_is_ready (self->channel))
    {
      disarm (self);
      g_signal_emit (self, signals[READY], 0);
    }
  return TRUE;
}

static gboolean
open_message (CitizPeerLink *self, const guint8 *bytes, gsize n, GError **error)
{
  g_autoptr (GBytes) opened = citiz_channel_open (self->channel, bytes, n, error);
  g_autoptr (GBytes) message = opened ? take (self, opened) : NULL;

  if (message)
    g_signal_emit (self, signals[MESSAGE], 0, message);
  return opened != NULL;
}

static void
message_cb (CitizSocket *socket, GBytes *message, gboolean is_text, CitizPeerLink *self)
{
  g_autoptr (CitizPeerLink) keep = g_object_ref (self);
  g_autoptr (GError) error = NULL;
  gsize n;
  const guint8 *bytes = g_bytes_get_data (message, &n);
  gboolean fine = citiz_channel_is_ready (self->channel) ? open_message (self, bytes, n, &error)
                                                         : shake (self, bytes, n, &error);

  if (!fine)
    {
      g_debug ("a link ends: %s", error->message);
      citiz_socket_close (socket);
    }
}

static void
closed_cb (CitizSocket *socket, CitizPeerLink *self)
{
  g_autoptr (CitizPeerLink) keep = g_object_ref (self);

  disarm (self);
  g_signal_emit (self, signals[CLOSED], 0);
}

/**
 * citiz_peer_link_get_peer:
 *
 * Returns: (transfer none) (nullable): the node key of the other end, once ready
 */
const CitizPublicKey *
citiz_peer_link_get_peer (CitizPeerLink *self)
{
  return citiz_channel_get_peer (self->channel);
}

/* Whether this end has called the other. */
gboolean
citiz_peer_link_has_called (CitizPeerLink *self)
{
  return self->has_called;
}

/* Whether both are ends of one link. */
gboolean
citiz_peer_link_is_other_end (CitizPeerLink *self, CitizPeerLink *of)
{
  return citiz_channel_is_other_end (self->channel, of->channel);
}

/**
 * citiz_peer_link_send:
 * @n: 1 … %CITIZ_PEER_LINK_MESSAGE_MAX
 *
 * Returns: %FALSE when the message was dropped: the link is not ready, or the other end is too far behind
 */
gboolean
citiz_peer_link_send (CitizPeerLink *self, const guint8 *bytes, gsize n)
{
  g_return_val_if_fail (n > 0 && n <= CITIZ_PEER_LINK_MESSAGE_MAX, FALSE);
  if (!citiz_channel_is_ready (self->channel) || !citiz_socket_is_open (self->socket)
      || self->sent - self->taken_there + n > CITIZ_PEER_LINK_UNTAKEN_MAX)
    return FALSE;
  self->sent += n;
  put (self, bytes, n);
  return TRUE;
}

void
citiz_peer_link_close (CitizPeerLink *self)
{
  citiz_socket_close (self->socket);
}

static void
citiz_peer_link_dispose (GObject *object)
{
  CitizPeerLink *self = CITIZ_PEER_LINK (object);

  disarm (self);
  if (self->socket)
    {
      g_signal_handlers_disconnect_by_data (self->socket, self);
      citiz_socket_close (self->socket);
      g_clear_object (&self->socket);
    }
  g_clear_pointer (&self->channel, citiz_channel_free);
  G_OBJECT_CLASS (citiz_peer_link_parent_class)->dispose (object);
}

static void
citiz_peer_link_class_init (CitizPeerLinkClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_peer_link_dispose;
  signals[READY]
      = g_signal_new ("ready", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[MESSAGE] = g_signal_new ("message", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_BYTES);
  signals[CLOSED]
      = g_signal_new ("closed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
citiz_peer_link_init (CitizPeerLink *self)
{
}

/* Takes @channel. */
static CitizPeerLink *
link_new (CitizSocket *socket, CitizChannel *channel)
{
  CitizPeerLink *self = g_object_new (CITIZ_TYPE_PEER_LINK, NULL);

  self->socket = g_object_ref (socket);
  self->channel = channel;
  g_signal_connect (socket, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (socket, "closed", G_CALLBACK (closed_cb), self);
  self->deadline = g_timeout_source_new (HANDSHAKE_MS);
  g_source_set_callback (self->deadline, deadline_cb, self, NULL);
  g_source_attach (self->deadline, g_main_context_get_thread_default ());
  return self;
}

/**
 * citiz_peer_link_new_caller:
 * @socket: open
 * @own: this node's key
 * @chain: what both ends must be nodes of
 * @expected: (nullable): whom we called
 */
CitizPeerLink *
citiz_peer_link_new_caller (CitizSocket *socket,
                            CitizSigningKey *own,
                            const CitizHash *chain,
                            const CitizPublicKey *expected)
{
  CitizChannel *channel = citiz_channel_new_caller (own, chain, expected);
  CitizPeerLink *self = link_new (socket, channel);
  g_autoptr (GBytes) hello = citiz_channel_hello (channel);

  self->has_called = TRUE;
  citiz_socket_send (socket, hello);
  return self;
}

CitizPeerLink *
citiz_peer_link_new_answerer (CitizSocket *socket, CitizSigningKey *own, const CitizHash *chain)
{
  return link_new (socket, citiz_channel_new_answerer (own, chain));
}
