/* The guarded HTTP server: libsoup behind a lint, caps and deadlines. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-socket.h"

G_BEGIN_DECLS

#define CITIZ_NET_ERROR (citiz_net_error_quark ())
typedef enum
{
  CITIZ_NET_ERROR_LISTEN, /* the port could not be had */
  CITIZ_NET_ERROR_JSON,   /* not the JSON we accept */
  CITIZ_NET_ERROR_ANSWER, /* an answer or an address that cannot be used */
} CitizNetError;
GQuark citiz_net_error_quark (void);

/* Every limit that is enforced; the node publishes these very numbers. */
typedef struct
{
  guint connections_max;
  guint
      deadline_ms; /* from the first byte awaited to the whole request read; also idle keep-alive */
  guint64 body_max;
  const gchar *large_suffix; /* nullable: paths that end so may bring more */
  guint64 large_max;
  guint64
      large_total; /* bytes that all of them hold at one time: beyond it the next is read, not kept, and answered 503 */
  guint rate_per_second;
  guint rate_burst;
  const gchar *const *hosts;   /* NULL-terminated names of this server; NULL: the loopback's */
  const gchar *const *sockets; /* NULL-terminated paths of WebSockets; NULL: none */
} CitizHttpLimits;

/* One request, complete. Valid during the handler only. */
typedef struct
{
  const gchar *method;
  const gchar *path;  /* raw, as sent: compare whole */
  const gchar *query; /* nullable, raw */
  const gchar *content_type;
  const gchar *accept_language;
  const gchar *authorization;
  const gchar *origin;
  GBytes *body;
} CitizHttpRequest;

typedef struct _CitizHttpPending CitizHttpPending;

/* The answer a handler fills. */
typedef struct
{
  CitizHttpPending *pending;
  guint status;
  const gchar *content_type; /* static */
  GBytes *body;              /* (transfer full), nullable */
  GPtrArray *headers;        /* name, value, name, value… */
} CitizHttpResponse;

typedef void (*CitizHttpHandler) (const CitizHttpRequest *request,
                                  CitizHttpResponse *response,
                                  gpointer data);

/* A WebSocket was granted on one of the limits' paths; keep a reference to @socket to keep it open. */
typedef void (*CitizHttpSocketHandler) (CitizSocket *socket, const gchar *path, gpointer data);

#define CITIZ_TYPE_HTTP_SERVER (citiz_http_server_get_type ())
G_DECLARE_FINAL_TYPE (CitizHttpServer, citiz_http_server, CITIZ, HTTP_SERVER, GObject)

/* In the thread-default main context of the caller, where the handlers run too. When there are as many connections as allowed, a new
 * one takes the place of the one that waits longest, first of those that never sent a whole request. */
CitizHttpServer *citiz_http_server_new (const CitizHttpLimits *limits,
                                        CitizHttpHandler handler,
                                        gpointer data);
void citiz_http_server_set_socket_handler (CitizHttpServer *self, CitizHttpSocketHandler handler);
/* On the loopback; port 0 = any free one. */
gboolean citiz_http_server_start (CitizHttpServer *self, guint16 port, GError **error);
/* On any address (TCP or Unix), or on a socket that listens already (which it takes). */
gboolean citiz_http_server_start_at (CitizHttpServer *self,
                                     GSocketAddress *address,
                                     GError **error);
gboolean citiz_http_server_start_on (CitizHttpServer *self, GSocket *socket, GError **error);
/* Takes no further connection: who comes waits for whoever listens on that socket next. Those that are there are served. */
void citiz_http_server_close_door (CitizHttpServer *self);
void citiz_http_server_stop (CitizHttpServer *self);
guint16 citiz_http_server_get_port (CitizHttpServer *self); /* 0 when it is not TCP */
guint citiz_http_server_n_connections (CitizHttpServer *self);
/* One more of the requests that the limits allow, for a request that asks for several things: it has taken the first. FALSE: there is none now. */
gboolean citiz_http_server_take_token (CitizHttpServer *self);

/* From a handler that cannot answer yet. Headers set before stay. Must be sent once, whatever happens meanwhile; then it is
 * gone. The request's strings live until the handler returns only. */
CitizHttpPending *citiz_http_response_defer (CitizHttpResponse *response);
CitizHttpResponse *citiz_http_pending_response (CitizHttpPending *pending);
void citiz_http_pending_send (CitizHttpPending *pending);

void citiz_http_response_header (CitizHttpResponse *response,
                                 const gchar *name,
                                 const gchar *value);

G_END_DECLS
