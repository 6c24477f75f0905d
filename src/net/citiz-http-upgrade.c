/* A request becomes a WebSocket (RFC 6455 §4.2). SPDX-License-Identifier: AGPL-3.0-or-later */
#include "net/citiz-http-server-private.h"
#include "net/citiz-socket-private.h"

#include <string.h>
#include <sys/socket.h>

#define MAGIC     "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define KEY_BYTES 16

static gboolean
is_key (const gchar *text)
{
  g_autofree guchar *bytes = NULL;
  gsize n = 0;

  if (text == NULL || strlen (text) != (KEY_BYTES + 2) / 3 * 4)
    return FALSE;
  bytes = g_base64_decode (text, &n);
  return n == KEY_BYTES;
}

/* SHA-1 here proves that the answer is no old one out of somebody's cache, and nothing else. */
static gchar *
proof_of (const gchar *key)
{
  g_autoptr (GChecksum) sha = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize n = sizeof digest;

  g_checksum_update (sha, (const guchar *) key, -1);
  g_checksum_update (sha, (const guchar *) MAGIC, -1);
  g_checksum_get_digest (sha, digest, &n);
  return g_base64_encode (digest, n);
}

static gboolean
grant (CitizHttpPeer *peer, const gchar *key)
{
  g_autofree gchar *proof = proof_of (key);
  g_autofree gchar *text = g_strconcat ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                        "Connection: Upgrade\r\nSec-WebSocket-Accept: ",
                                        proof, "\r\n\r\n", NULL);
  const gsize n = strlen (text);

  return send (peer->fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT) == (gssize) n;
}

gboolean
citiz_http_peer_upgrade (CitizHttpPeer *peer)
{
  const gchar *key = citiz_http_lint_get_header (&peer->lint, "Sec-WebSocket-Key");
  const gchar *version = citiz_http_lint_get_header (&peer->lint, "Sec-WebSocket-Version");
  const gchar *path = citiz_http_lint_get_path (&peer->lint);
  CitizHttpServer *server = peer->server;
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  g_autoptr (CitizSocket) socket = NULL;
  g_autoptr (GUri) uri = NULL;

  if (!citiz_http_lint_has_token (&peer->lint, "Connection", "upgrade")
      || g_strcmp0 (version, "13") != 0 || !is_key (key) || !grant (peer, key))
    return FALSE;
  uri = g_uri_build (G_URI_FLAGS_NONE, "ws", NULL, "localhost", -1, path, NULL, NULL);
  connection = soup_websocket_connection_new (G_IO_STREAM (peer->connection), uri,
                                              SOUP_WEBSOCKET_CONNECTION_SERVER, NULL, NULL, NULL);
  citiz_http_peer_become_socket (peer);
  socket = citiz_socket_new (connection);
  if (server->socket_handler)
    server->socket_handler (socket, path, server->data);
  return TRUE;
}
