/* A host's routes, and where it listens. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include "wire/citiz-invitation.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* "*" stands for one segment of letters, digits, "-" and "_"; "**" at the end for all that follows. */
static const struct
{
  const gchar *method;
  const gchar *pattern;
  void (*route) (CitizHostCall *call);
} routes[] = {
    {"GET", "/", citiz_host_route_page},
    {"GET", CITIZ_INVITATION_PATH, citiz_host_route_join},
    {"POST", CITIZ_VOUCH_PATH, citiz_host_route_vouch},
    {"POST", CITIZ_TX_PATH, citiz_host_route_submit},
    {"POST", CITIZ_TXS_PATH, citiz_host_route_submit_all},
    {"GET", CITIZ_TX_PATH "/*", citiz_host_route_tx},
    {"GET", "/v1/blocks", citiz_host_route_blocks},
    {"GET", CITIZ_HOST_COMMUNITY_PATH, citiz_host_route_community},
    {"GET", "/v1/epochs", citiz_host_route_epochs},
    {"GET", CITIZ_HOST_SNAPSHOTS_PATH "/*", citiz_host_route_snapshot},
    {"GET", CITIZ_HOST_SNAPSHOTS_PATH "/*/*", citiz_host_route_chunk},
    {"GET", CITIZ_HOST_REFOUNDS_PATH, citiz_host_route_refounds},
    {"GET", "/v1/genesis", citiz_host_route_genesis},
    {"GET", "/v1/status", citiz_host_route_status},
    {"GET", "/checkpoint", citiz_host_route_checkpoint},
    {"POST", CITIZ_HOST_COSIGN_PATH, citiz_host_route_cosign},
    {"GET", "/tile/**", citiz_host_route_tile},
    {"GET", "/limits", citiz_host_route_limits},
    {"GET", CITIZ_HOST_ABOUT_PATH, citiz_host_route_about},
    {"GET", "/healthz", citiz_host_route_health},
    {"GET", "/readyz", citiz_host_route_ready},
};

static const gchar *const sockets[] = {CITIZ_MEMBER_PATH, CITIZ_HOST_EVENTS_PATH, NULL};

/* Which of the host's own routes this is. Returns: FALSE when it is none of them */
static gboolean
dispatch (CitizHostCall *call)
{
  /* libsoup leaves the body out of what HEAD is answered. */
  const gchar *method = g_str_equal (call->request->method, "HEAD") ? "GET" : call->request->method;
  gboolean known = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    {
      if (!citiz_route_match (routes[i].pattern, call->request->path, call->star))
        continue;
      known = TRUE;
      if (!g_str_equal (routes[i].method, method))
        continue;
      citiz_route_headers (call->response);
      routes[i].route (call);
      return TRUE;
    }
  if (known)
    {
      citiz_route_headers (call->response);
      if (g_str_equal (call->request->method, "OPTIONS"))
        citiz_route_preflight (call->response, "GET, HEAD, POST, OPTIONS");
      else
        call->response->status = 405;
    }
  return known;
}

static void
handle_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer data)
{
  CitizHost *host = data;
  CitizHostCall call = {.host = host, .request = request, .response = response};

  if (host->full && g_str_has_suffix (request->path, CITIZ_NODE_LARGE_SUFFIX))
    response->status = 507;
  else if (!dispatch (&call) && host->next != NULL)
    host->next (request, response, host->next_data);
  if (response->status == 404 && response->body == NULL)
    citiz_host_route_nothing (&call);
  citiz_route_clear (call.star);
  host->counts.answers[MIN (response->status / 100, 5)]++;
}

static void
socket_cb (CitizSocket *socket, const gchar *path, gpointer data)
{
  CitizHost *host = data;

  if (g_str_equal (path, CITIZ_MEMBER_PATH))
    citiz_member_answer (host->member, socket);
  else
    citiz_host_read_events (host, socket);
}

/* Answers ********************************************************************/

void
citiz_host_answer_bytes (CitizHostCall *call, guint status, const gchar *content_type, GBytes *body)
{
  call->response->status = status;
  call->response->content_type = content_type;
  g_clear_pointer (&call->response->body, g_bytes_unref);
  call->response->body = body;
}

/* Takes @body. */
void
citiz_host_fill (CitizHost *host, CitizHttpResponse *response, guint status, json_t *body)
{
  CitizHostCall call = {.host = host, .response = response};

  citiz_host_answer (&call, status, body);
}

void
citiz_host_answer (CitizHostCall *call, guint status, json_t *body)
{
  char *text = json_dumps (body, JSON_COMPACT);

  citiz_host_answer_bytes (call, status, "application/json", g_bytes_new (text, strlen (text)));
  free (text);
  json_decref (body);
}

void
citiz_host_answer_error (CitizHostCall *call, guint status, const gchar *why)
{
  if (status == 503 || status == 507)
    citiz_http_response_header (call->response, "Retry-After", "30");
  citiz_host_answer (call, status, json_pack ("{s:s}", "error", why));
}

/**
 * citiz_host_query:
 *
 * A number of the query. Returns: @preset when it is not there, -1 when it is none
 */
gint64
citiz_host_query (const CitizHttpRequest *request, const gchar *key, gint64 preset)
{
  g_auto (GStrv) pairs = g_strsplit (request->query ? request->query : "", "&", 16);
  const gsize n = strlen (key);

  for (guint i = 0; pairs[i]; i++)
    {
      guint64 value;

      if (!g_str_has_prefix (pairs[i], key) || pairs[i][n] != '=')
        continue;
      return g_ascii_string_to_unsigned (pairs[i] + n + 1, 10, 0, CITIZ_JSON_INT_MAX, &value, NULL)
                 ? (gint64) value
                 : -1;
    }
  return preset;
}

/* Listening ******************************************************************/

/* A socket left behind by a process that was killed. */
static void
clear_way (const gchar *path)
{
  struct stat info;

  if (lstat (path, &info) == 0 && S_ISSOCK (info.st_mode))
    (void) g_unlink (path);
}

/* "ADDRESS:PORT" or "unix:PATH". */
GSocketAddress *
citiz_host_parse_address (const gchar *text, GError **error)
{
  const gchar *colon = strrchr (text, ':');
  g_autofree gchar *name = NULL;
  GSocketAddress *address = NULL;
  guint64 port;

  if (g_str_has_prefix (text, "unix:"))
    return g_unix_socket_address_new (text + strlen ("unix:"));
  if (colon != NULL && g_ascii_string_to_unsigned (colon + 1, 10, 0, G_MAXUINT16, &port, NULL))
    {
      const gboolean bracket = text[0] == '[' && colon > text + 1 && colon[-1] == ']';

      name = g_strndup (text + bracket, (gsize) (colon - text) - 2 * bracket);
      address = g_inet_socket_address_new_from_string (name, (guint) port);
    }
  if (address == NULL)
    g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CONFIG,
                 _ ("%s is no ADDRESS:PORT and no unix:PATH"), text);
  return address;
}

static gboolean
is_loopback (GSocketAddress *address)
{
  return G_IS_INET_SOCKET_ADDRESS (address)
         && g_inet_address_get_is_loopback (
             g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

static gboolean
listen_metrics (CitizHost *host, GError **error)
{
  const CitizHttpLimits limits = {.connections_max = 16,
                                  .deadline_ms = CITIZ_HOST_DEADLINE_MS,
                                  .body_max = 0,
                                  .rate_per_second = 50,
                                  .rate_burst = 50};
  g_autoptr (GSocketAddress) address = NULL;

  if (host->config->metrics[0] == '\0')
    return TRUE;
  address = citiz_host_parse_address (host->config->metrics, error);
  if (address == NULL)
    return FALSE;
  if (!is_loopback (address))
    {
      g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_CONFIG,
                   _ ("[listen] metrics has to be an address of the loopback"));
      return FALSE;
    }
  host->metrics = citiz_http_server_new (&limits, citiz_host_metrics_handle, host);
  return citiz_http_server_start_at (host->metrics, address, error);
}

/* The proxy is another user. Whoever is on this machine may ask then, as on a port of the loopback; the folder it lies in can say who. */
static gboolean
let_in (GSocketAddress *address, GError **error)
{
  const gchar *path;

  if (!G_IS_UNIX_SOCKET_ADDRESS (address))
    return TRUE;
  path = g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address));
  if (g_chmod (path, 0666) == 0)
    return TRUE;
  g_set_error (error, CITIZ_HOST_ERROR, CITIZ_HOST_ERROR_FILE, "%s: %s", path, g_strerror (errno));
  return FALSE;
}

/* Where systemd says, or where the configuration says. */
gboolean
citiz_host_listen (CitizHost *host, GError **error)
{
  const CitizHttpLimits limits = {.connections_max = host->config->connections,
                                  .deadline_ms = CITIZ_HOST_DEADLINE_MS,
                                  .body_max = CITIZ_HOST_BODY_MAX,
                                  .large_suffix = CITIZ_NODE_LARGE_SUFFIX,
                                  .large_max = CITIZ_NODE_HAND_MAX,
                                  .large_total = CITIZ_NODE_HANDS_BYTES,
                                  .rate_per_second = host->config->rate,
                                  .rate_burst = host->config->burst,
                                  .hosts = (const gchar *const *) host->hosts,
                                  .sockets = sockets};
  g_autoptr (GError) why = NULL;
  g_autoptr (GSocket) handed = citiz_host_handed_socket (&why);
  g_autoptr (GSocketAddress) address = NULL;

  if (why != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  host->server = citiz_http_server_new (&limits, handle_cb, host);
  citiz_http_server_set_socket_handler (host->server, socket_cb);
  if (handed != NULL)
    return citiz_http_server_start_on (host->server, handed, error) && listen_metrics (host, error);
  address = citiz_host_parse_address (host->config->address, error);
  if (address != NULL && G_IS_UNIX_SOCKET_ADDRESS (address))
    clear_way (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address)));
  return address != NULL && citiz_http_server_start_at (host->server, address, error)
         && let_in (address, error) && listen_metrics (host, error);
}
