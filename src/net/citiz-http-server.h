/* The guarded HTTP server: libsoup behind a lint, caps and deadlines. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define CITIZ_NET_ERROR (citiz_net_error_quark ())
typedef enum
{
  CITIZ_NET_ERROR_LISTEN, /* the port could not be had */
  CITIZ_NET_ERROR_JSON,   /* not the JSON we accept */
} CitizNetError;
GQuark citiz_net_error_quark (void);

/* Every limit that is enforced; the node publishes these very numbers. */
typedef struct
{
  guint connections_max;
  guint
      deadline_ms; /* from the first byte awaited to the whole request read; also idle keep-alive */
  guint64 body_max;
  guint rate_per_second;
  guint rate_burst;
} CitizHttpLimits;

/* One request, complete. Valid during the handler only. */
typedef struct
{
  const gchar *method;
  const gchar *path;  /* raw, as sent: compare whole */
  const gchar *query; /* nullable, raw */
  const gchar *content_type;
  const gchar *accept_language;
  const gchar *origin;
  GBytes *body;
} CitizHttpRequest;

/* The answer a handler fills. */
typedef struct
{
  guint status;
  const gchar *content_type; /* static */
  GBytes *body;              /* (transfer full), nullable */
  GPtrArray *headers;        /* name, value, name, value… */
} CitizHttpResponse;

typedef void (*CitizHttpHandler) (const CitizHttpRequest *request,
                                  CitizHttpResponse *response,
                                  gpointer data);

#define CITIZ_TYPE_HTTP_SERVER (citiz_http_server_get_type ())
G_DECLARE_FINAL_TYPE (CitizHttpServer, citiz_http_server, CITIZ, HTTP_SERVER, GObject)

/* Listens on the loopback only, in the thread-default main context of the caller, where the handler runs too.
 * port 0 = any free one. */
CitizHttpServer *citiz_http_server_new (const CitizHttpLimits *limits,
                                        CitizHttpHandler handler,
                                        gpointer data);
gboolean citiz_http_server_start (CitizHttpServer *self, guint16 port, GError **error);
void citiz_http_server_stop (CitizHttpServer *self);
guint16 citiz_http_server_get_port (CitizHttpServer *self);
guint citiz_http_server_n_connections (CitizHttpServer *self);

void citiz_http_response_header (CitizHttpResponse *response,
                                 const gchar *name,
                                 const gchar *value);

G_END_DECLS
