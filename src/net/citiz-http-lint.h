/* Strict framing of HTTP/1.1 requests, byte by byte, before any parser sees them. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CITIZ_HTTP_HEAD_MAX  8192 /* request line and headers together */
#define CITIZ_HTTP_LINES_MAX 64

/* What one server accepts. */
typedef struct
{
  guint64 body_max;
  const gchar *large_suffix; /* nullable: paths that end so may bring up to large_max */
  guint64 large_max;
  const gchar *const *hosts; /* NULL-terminated names without port; NULL: those of the loopback */
  const gchar *const
      *sockets; /* NULL-terminated paths where a WebSocket may be asked for; NULL: none */
} CitizHttpLintRules;

/* Invariants: (1) in_body = 0 while a head is read; (2) after a refusal nothing is ever accepted again. (3) @through never goes back:
 * who owns the connection must end it when the WebSocket is not granted. */
typedef struct
{
  const CitizHttpLintRules *rules;
  guint status;    /* 0 = fine, else the answer to give before closing */
  guint64 in_body; /* bytes of body still to come */
  gsize head_n;    /* bytes of this head so far */
  guint lines;     /* lines of this head so far */
  guint hosts;
  guint lengths;
  gboolean has_body; /* this method brings one */
  gboolean large;
  gboolean may_upgrade;
  gboolean upgrade;
  gboolean through; /* a WebSocket was asked for: what follows is no HTTP and is not looked at */
  guint64 length;
  gsize line_n;
  gchar line[CITIZ_HTTP_HEAD_MAX];
} CitizHttpLint;

void citiz_http_lint_init (CitizHttpLint *lint, const CitizHttpLintRules *rules);

/* Feeds bytes in the order they arrived. FALSE once refused; `lint->status` is then 400, 411, 413, 421, 431, 501 or 505.
 * Accepted: GET, HEAD, POST, PUT, DELETE, OPTIONS with an origin-form target whose path has no escape and no dot segment; HTTP/1.1; CRLF lines; exactly one Host, one of the rules'
 * (a page of a foreign name that resolves to 127.0.0.1 is refused); POST and PUT with exactly one decimal Content-Length, others with none or 0;
 * Upgrade only by GET, to "websocket", on the rules' paths; no Transfer-Encoding, no folded line, no control character, no space before a colon. RFC 9112 §2.2, §3.2, §5.1, §6.3. */
gboolean citiz_http_lint_feed (CitizHttpLint *lint,
                               const guint8 *bytes,
                               gsize n) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
