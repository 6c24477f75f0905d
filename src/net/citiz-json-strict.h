/* JSON from strangers: bounded, strict. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-http-server.h"

#include <jansson.h>

G_BEGIN_DECLS

#define CITIZ_JSON_DEPTH_MAX 32
#define CITIZ_JSON_INT_MAX   9007199254740991 /* 2^53 - 1 */

/* One object, UTF-8, depth ≤ 32, no duplicate key, no U+0000, no number but integers within ±(2^53 - 1).
 * Returns: (transfer full), or NULL with CITIZ_NET_ERROR_JSON. */
json_t *citiz_json_strict_parse (GBytes *text, GError **error);
json_t *citiz_json_strict_parse_text (const gchar *text, GError **error);

/* A string member of at most `max` bytes; NULL when absent, of another type or longer. */
const gchar *citiz_json_strict_string (json_t *object, const gchar *key, gsize max);
/* A member within [min, max]; FALSE when absent or otherwise. */
gboolean citiz_json_strict_int (json_t *object,
                                const gchar *key,
                                gint64 min,
                                gint64 max,
                                gint64 *out) G_GNUC_WARN_UNUSED_RESULT;
/* A base64url member of exactly `n` bytes. */
gboolean citiz_json_strict_bytes (json_t *object, const gchar *key, guint8 *out, gsize n)
    G_GNUC_WARN_UNUSED_RESULT;

/* What citiz_json_strict_bytes() reads. Returns: (transfer full) */
json_t *citiz_json_base64url (const guint8 *bytes, gsize n);
json_t *citiz_json_base64url_bytes (GBytes *bytes);
/* @json (transfer full) as a line of a file, its members in order of their names. */
gchar *citiz_json_line (json_t *json);

G_END_DECLS
