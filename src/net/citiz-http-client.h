/* Asking other nodes: HTTP and WebSockets, nothing kept between calls. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-http-server.h"

G_BEGIN_DECLS

/* No cookies, no cache, no redirect, no proxy's answers over the caller's limit. Lives in the main context it was made in. */
#define CITIZ_TYPE_HTTP_CLIENT (citiz_http_client_get_type ())
G_DECLARE_FINAL_TYPE (CitizHttpClient, citiz_http_client, CITIZ, HTTP_CLIENT, GObject)

/* What to ask. Strings and body are taken or copied by the call. */
typedef struct
{
  const gchar *method;
  const gchar *url;
  const gchar *content_type;  /* of @body */
  const gchar *authorization; /* nullable */
  GBytes *body;               /* nullable */
  gsize answer_max;           /* a longer answer is an error */
} CitizHttpAsk;

CitizHttpClient *citiz_http_client_new (guint timeout_ms);
void citiz_http_client_ask (CitizHttpClient *self,
                            const CitizHttpAsk *ask,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data);
GBytes *citiz_http_client_ask_finish (CitizHttpClient *self,
                                      GAsyncResult *result,
                                      guint *out_status,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_http_client_connect (CitizHttpClient *self,
                                const gchar *url,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer data);
CitizSocket *citiz_http_client_connect_finish (CitizHttpClient *self,
                                               GAsyncResult *result,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
