/* Strict framing of HTTP/1.1 requests, byte by byte, and the only reading of their heads. SPDX-License-Identifier: AGPL-3.0-or-later */
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
  guint64 length;  /* of the body, as announced */
  gsize head_n;    /* bytes of this head so far */
  guint lines;     /* lines of this head so far */
  guint hosts;
  guint lengths;
  gboolean whole;    /* the head is: its strings are good until the next one begins */
  gboolean has_body; /* this method brings one */
  gboolean large;
  gboolean may_upgrade;
  gboolean upgrade;
  gboolean through; /* a WebSocket was asked for: what follows is no HTTP and is not looked at */
  gsize text_n;     /* of @text: where the line that is being read ends */
  guint16 at[CITIZ_HTTP_LINES_MAX
             + 1]; /* where in @text each line begins: the method, then names of headers */
  guint16 path_at, query_at;       /* 0: no query */
  gchar text[CITIZ_HTTP_HEAD_MAX]; /* method, path, query; names and values of headers */
} CitizHttpLint;

void citiz_http_lint_init (CitizHttpLint *lint, const CitizHttpLintRules *rules);

/* Feeds bytes in the order they arrived, as far as the end of a head or of a body. Returns: how many were taken; the rest is the next request's, or nobody's once it is
 * refused (`lint->status` is then 400, 411, 413, 421, 431, 501 or 505) or a WebSocket was asked for. A request is here when its head is whole and nothing of its body is to come.
 * Accepted: GET, HEAD, POST, PUT, DELETE, OPTIONS with an origin-form target whose path has no escape and no dot segment; HTTP/1.1; CRLF lines; exactly one Host, one of the rules'
 * (a page of a foreign name that resolves to 127.0.0.1 is refused); POST and PUT with exactly one decimal Content-Length, others with none or 0;
 * Upgrade only by GET, to "websocket", on the rules' paths; no Transfer-Encoding, no folded line, no control character, no space before a colon. RFC 9112 §2.2, §3.2, §5.1, §6.3. */
gsize citiz_http_lint_feed (CitizHttpLint *lint,
                            const guint8 *bytes,
                            gsize n) G_GNUC_WARN_UNUSED_RESULT;

/* Of a whole head. */
const gchar *citiz_http_lint_get_method (const CitizHttpLint *lint);
const gchar *citiz_http_lint_get_path (const CitizHttpLint *lint);
const gchar *citiz_http_lint_get_query (const CitizHttpLint *lint); /* nullable, raw */
/* Nullable: the last header of that name, whatever its case. */
const gchar *citiz_http_lint_get_header (const CitizHttpLint *lint, const gchar *name);
/* Whether such a header lists @token. */
gboolean citiz_http_lint_has_token (const CitizHttpLint *lint,
                                    const gchar *name,
                                    const gchar *token);

G_END_DECLS
