/* What the two halves of the server share: connections, and the requests on them. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-http-guard.h"
#include "net/citiz-http-server.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* One accepted connection; freed when libsoup lets the guard go. */
typedef struct
{
  CitizHttpServer *server; /* weak: the server outlives or clears it */
  CitizHttpGuard *guard;   /* weak */
  GSocketAddress *remote;  /* libsoup's messages lead back here through it */
  GSource *deadline;       /* NULL while a request is being answered, and for sockets */
  gint64 armed;            /* µs, monotonic: when it began to wait */
  gboolean proven;         /* has sent a whole request before */
} CitizHttpPeer;

struct _CitizHttpServer
{
  GObject parent_instance;
  CitizHttpLimits limits;
  CitizHttpLintRules rules;
  CitizHttpHandler handler;
  gpointer data;
  CitizHttpSocketHandler socket_handler;
  SoupServer *soup;
  GSocketService *service;
  GHashTable *peers; /* of CitizHttpPeer */
  guint16 port;
  gint64 bucket_time; /* µs, monotonic */
  gdouble bucket;
  guint64 *
      large; /* bytes of large bodies that are held now; g_rc_box: messages may outlive the server */
};

CitizHttpPeer *citiz_http_peer_of (SoupServerMessage *msg);
void citiz_http_peer_arm (CitizHttpPeer *peer);
void citiz_http_peer_disarm (CitizHttpPeer *peer);

/* citiz-http-exchange.c */
void citiz_http_server_serve (CitizHttpServer *self);

G_END_DECLS
