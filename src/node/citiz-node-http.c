/* Routes, common headers, answers. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-node-private.h"

const CitizHttpLimits citiz_node_http_limits = {
    .connections_max = 64,
    .deadline_ms = 10000,
    .body_max = CITIZ_NODE_BODY_MAX,
    .large_suffix = CITIZ_NODE_LARGE_SUFFIX,
    .large_max = CITIZ_NODE_HAND_MAX,
    .large_total = CITIZ_NODE_HANDS_BYTES,
    .rate_per_second = 200,
    .rate_burst = 400,
};

typedef void (*Route) (CitizNodeCall *call);

static const struct
{
  const gchar *method;
  const gchar *pattern;
  Route route;
} routes[] = {
    {"GET", "/v", citiz_node_route_page},
    {"GET", "/preview/*", citiz_node_route_preview},
    {"POST", "/shl/*", citiz_node_route_manifest},
    {"GET", "/shl/*/f/*", citiz_node_route_location},
    {"GET", "/v1/grants/*", citiz_node_route_grant},
    {"POST", "/v1/grants/*/open", citiz_node_route_open},
    {"POST", "/v1/grants/*/release", citiz_node_route_release},
    {"POST", "/v1/grants/*/stalled", citiz_node_route_stalled},
    {"POST", "/v1/grants/*/note", citiz_node_route_note},
    {"POST", "/v1/grants/*" CITIZ_NODE_LARGE_SUFFIX, citiz_node_route_shares},
    {"GET", "/v1/mailbox/*", citiz_node_route_mail},
    {"DELETE", "/v1/mailbox/*/*", citiz_node_route_mail_drop},
    {"GET", "/v1/blobs/*", citiz_node_route_blob},
    {"GET", "/v1/codes/*", citiz_node_route_code_get},
    {"POST", "/v1/codes/*", citiz_node_route_code_try},
    {"GET", "/v1/tx/*", citiz_node_route_tx},
    {"GET", "/v1/status", citiz_node_route_status},
    {"GET", "/checkpoint", citiz_node_route_checkpoint},
    {"GET", "/limits", citiz_node_route_limits},
    {"GET", "/.well-known/citiz-node.json", citiz_node_route_about},
    {"GET", "/healthz", citiz_node_route_health},
    {"GET", "/readyz", citiz_node_route_ready},
};

void
citiz_node_handle (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer node)
{
  CitizNodeCall call = {.node = node, .request = request, .response = response};
  gboolean known = FALSE;

  citiz_route_headers (response);
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      if (!citiz_route_match (routes[i].pattern, request->path, call.star))
        continue;
      known = TRUE;
      if (g_str_equal (routes[i].method, request->method))
        {
          routes[i].route (&call);
          citiz_route_clear (call.star);
          return;
        }
    }
  citiz_route_clear (call.star);
  if (known && g_str_equal (request->method, "OPTIONS"))
    citiz_route_preflight (response, "GET, POST, DELETE, OPTIONS");
  else
    response->status = known ? 405 : 404;
}

void
citiz_node_answer_bytes (CitizNodeCall *call, guint status, const gchar *content_type, GBytes *body)
{
  call->response->status = status;
  call->response->content_type = content_type;
  g_clear_pointer (&call->response->body, g_bytes_unref);
  call->response->body = body;
}

void
citiz_node_answer (CitizNodeCall *call, guint status, json_t *body)
{
  char *text = json_dumps (body, JSON_COMPACT);

  citiz_node_answer_bytes (call, status, "application/json", g_bytes_new (text, strlen (text)));
  free (text);
  json_decref (body);
}

json_t *
citiz_node_call_json (CitizNodeCall *call)
{
  json_t *json;

  /* text/plain is what a browser sends to another node's address without asking first */
  if (g_strcmp0 (call->request->content_type, "application/json") != 0
      && g_strcmp0 (call->request->content_type, "text/plain") != 0)
    {
      citiz_node_answer (call, 415, json_pack ("{s:s}", "error", "content-type"));
      return NULL;
    }
  json = citiz_json_strict_parse (call->request->body, NULL);
  if (json == NULL)
    citiz_node_answer (call, 400, json_pack ("{s:s}", "error", "json"));
  return json;
}

void
citiz_node_answer_error (CitizNodeCall *call, const GError *error)
{
  guint status = 500;

  if (g_error_matches (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND))
    status = 404;
  else if (g_error_matches (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_FULL))
    status = 507;
  else if (g_error_matches (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_BUSY))
    status = 503;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
           || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    status = 503;
  g_debug ("answered %u: %s", status, error ? error->message : "no reason");
  citiz_node_answer (call, status,
                     json_pack ("{s:s}", "error", status == 404 ? "unknown" : "node"));
}

CitizNodeLater *
citiz_node_later (CitizNodeCall *call)
{
  CitizNodeLater *later = g_new0 (CitizNodeLater, 1);

  later->node = call->node;
  later->pending = citiz_http_response_defer (call->response);
  return later;
}

CitizNodeCall
citiz_node_later_call (CitizNodeLater *later)
{
  return (CitizNodeCall){.node = later->node,
                         .response = citiz_http_pending_response (later->pending)};
}

void
citiz_node_later_send (CitizNodeLater *later)
{
  citiz_http_pending_send (later->pending);
  g_free (later);
}
