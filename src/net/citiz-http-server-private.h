/* What the parts of the server share: connections, and the requests on them. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-http-lint.h"
#include "net/citiz-http-server.h"

G_BEGIN_DECLS

typedef enum
{
  CITIZ_HTTP_PEER_READS,   /* waits for a request, under a deadline */
  CITIZ_HTTP_PEER_ANSWERS, /* a handler has it, or will answer later */
  CITIZ_HTTP_PEER_WRITES,  /* the answer is on its way */
  CITIZ_HTTP_PEER_SOCKET,  /* is a WebSocket */
  CITIZ_HTTP_PEER_ENDED,
} CitizHttpPeerState;

/* One accepted connection. Invariants: (1) it is among the server's peers until it has ended or the server has; (2) nothing is read while a request is being answered,
 * so that answers come in order and a client that takes none cannot ask for more; (3) @pending is that of the request being answered, and knows of the peer. */
typedef struct
{
  CitizHttpServer *server; /* weak: NULL once the server has let go of it */
  CitizHttpPeerState state;
  GSocketConnection *connection; /* weak for a WebSocket: its end is the peer's */
  int fd;
  GSource *source; /* of the socket and the deadline */
  gpointer tag;
  GIOCondition wanted;
  gint64 armed;    /* µs, monotonic: when it began to wait */
  gboolean proven; /* has sent a whole request before */
  gboolean closes; /* after this answer */
  CitizHttpLint lint;
  GByteArray *rest; /* what came behind the request that is being answered */
  GByteArray *body;
  guint64 large; /* bytes of the body that count as the server's */
  gboolean refused;
  CitizHttpPending *pending;
  GString *head; /* of the answer */
  GBytes *tail;  /* nullable: its body */
  gsize written; /* of both */
} CitizHttpPeer;

struct _CitizHttpServer
{
  GObject parent_instance;
  CitizHttpLimits limits;
  CitizHttpLintRules rules;
  CitizHttpHandler handler;
  gpointer data;
  CitizHttpSocketHandler socket_handler;
  GSocketService *service;
  GHashTable *peers; /* of CitizHttpPeer */
  guint16 port;
  gint64 bucket_time; /* µs, monotonic */
  gdouble bucket;
  gint64 second; /* of @date */
  gchar *date;
  guint64 *
      large; /* bytes of large bodies that are held now; g_rc_box: requests may outlive the server */
};

/* citiz-http-peer.c */
void citiz_http_peer_begin (CitizHttpServer *server, GSocketConnection *connection);
void citiz_http_peer_end (CitizHttpPeer *peer);
void citiz_http_peer_defer (CitizHttpPeer *peer);
/* Writes head and tail, as far as the socket takes them now. */
void citiz_http_peer_write (CitizHttpPeer *peer);
void citiz_http_peer_become_socket (CitizHttpPeer *peer);

/* citiz-http-exchange.c: a whole request is in the lint and the body */
void citiz_http_peer_asked (CitizHttpPeer *peer);
void citiz_http_peer_nobody_waits (CitizHttpPeer *peer);

/* citiz-http-upgrade.c. FALSE: it was asked for badly. */
gboolean citiz_http_peer_upgrade (CitizHttpPeer *peer);

G_END_DECLS
