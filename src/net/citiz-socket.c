/* Whole messages over a WebSocket. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-socket-private.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define KEEPALIVE_SECONDS 50 /* under the minute that proxies take for idle */
#define SILENT_SECONDS    60 /* without a byte until the kernel asks the other end's */
#define PROBE_SECONDS     20
#define DEAD_MS           (60 * 1000) /* without an answer until the connection ends */

struct _CitizSocket
{
  GObject parent_instance;
  SoupWebsocketConnection *connection; /* NULL once closed */
  GWeakRef guard;                      /* CitizHttpGuard: on a server's end */
};

G_DEFINE_TYPE (CitizSocket, citiz_socket, G_TYPE_OBJECT)

enum
{
  MESSAGE,
  CLOSED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
message_cb (SoupWebsocketConnection *connection, gint type, GBytes *message, CitizSocket *self)
{
  g_signal_emit (self, signals[MESSAGE], 0, message, type == SOUP_WEBSOCKET_DATA_TEXT);
}

static void
closed_cb (SoupWebsocketConnection *connection, CitizSocket *self)
{
  g_autoptr (CitizSocket) keep = g_object_ref (self);

  g_signal_handlers_disconnect_by_data (connection, self);
  g_clear_object (&self->connection);
  g_signal_emit (self, signals[CLOSED], 0);
}

gboolean
citiz_socket_is_open (CitizSocket *self)
{
  return self->connection
         && soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN;
}

/**
 * citiz_socket_send:
 *
 * Queues a message; nothing happens when the connection is not open any more ("closed" tells).
 */
void
citiz_socket_send (CitizSocket *self, GBytes *message)
{
  if (citiz_socket_is_open (self))
    soup_websocket_connection_send_message (self->connection, SOUP_WEBSOCKET_DATA_BINARY, message);
}

void
citiz_socket_send_text (CitizSocket *self, const gchar *text)
{
  if (citiz_socket_is_open (self))
    soup_websocket_connection_send_text (self->connection, text);
}

void
citiz_socket_close (CitizSocket *self)
{
  if (citiz_socket_is_open (self))
    soup_websocket_connection_close (self->connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

/**
 * citiz_socket_get_unread:
 *
 * Returns: bytes that the other end has not taken from the network yet; 0 on a caller's end, where it is not known
 */
guint
citiz_socket_get_unread (CitizSocket *self)
{
  g_autoptr (CitizHttpGuard) guard = g_weak_ref_get (&self->guard);
  int n = 0;

  if (guard == NULL || ioctl (citiz_http_guard_get_fd (guard), SIOCOUTQ, &n) != 0)
    return 0;
  return (guint) MAX (n, 0);
}

/* Ends a connection whose other end would not even read a farewell. */
void
citiz_socket_cut (CitizSocket *self)
{
  g_autoptr (CitizHttpGuard) guard = g_weak_ref_get (&self->guard);

  if (guard != NULL)
    citiz_http_guard_cut (guard);
  else
    citiz_socket_close (self);
}

static void
citiz_socket_dispose (GObject *object)
{
  CitizSocket *self = CITIZ_SOCKET (object);

  if (self->connection)
    {
      g_signal_handlers_disconnect_by_data (self->connection, self);
      citiz_socket_close (self);
      g_clear_object (&self->connection);
    }
  G_OBJECT_CLASS (citiz_socket_parent_class)->dispose (object);
}

static void
citiz_socket_finalize (GObject *object)
{
  g_weak_ref_clear (&CITIZ_SOCKET (object)->guard);
  G_OBJECT_CLASS (citiz_socket_parent_class)->finalize (object);
}

static void
citiz_socket_class_init (CitizSocketClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = citiz_socket_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_socket_finalize;
  signals[MESSAGE] = g_signal_new ("message", CITIZ_TYPE_SOCKET, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 2, G_TYPE_BYTES, G_TYPE_BOOLEAN);
  signals[CLOSED] = g_signal_new ("closed", CITIZ_TYPE_SOCKET, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void
citiz_socket_init (CitizSocket *self)
{
  g_weak_ref_init (&self->guard, NULL);
}

/* Has the kernel notice, in two minutes and not in fifteen, that the other end has gone without a word: its power, its address, a router on the way. */
void
citiz_socket_mind_line (GSocketConnection *connection)
{
  static const struct
  {
    gint level, name, value;
  } options[] = {{SOL_SOCKET, SO_KEEPALIVE, 1},
                 {IPPROTO_TCP, TCP_KEEPIDLE, SILENT_SECONDS},
                 {IPPROTO_TCP, TCP_KEEPINTVL, PROBE_SECONDS},
                 {IPPROTO_TCP, TCP_USER_TIMEOUT, DEAD_MS}};

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    g_socket_set_option (g_socket_connection_get_socket (connection), options[i].level,
                         options[i].name, options[i].value,
                         NULL); /* a local socket has none of them */
}

/* @guard: (nullable): what the connection came in through */
CitizSocket *
citiz_socket_new (SoupWebsocketConnection *connection, CitizHttpGuard *guard)
{
  CitizSocket *self = g_object_new (CITIZ_TYPE_SOCKET, NULL);

  self->connection = g_object_ref (connection);
  g_weak_ref_set (&self->guard, guard);
  soup_websocket_connection_set_max_incoming_payload_size (connection, CITIZ_SOCKET_MESSAGE_MAX);
  if (guard == NULL) /* who called keeps it open: one ping serves both directions */
    soup_websocket_connection_set_keepalive_interval (connection, KEEPALIVE_SECONDS);
  g_signal_connect (connection, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), self);
  return self;
}
