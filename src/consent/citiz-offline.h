/* The one-file capsule: the doctor's page with the sealed summary inside. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-env.h"

#include <jansson.h>

G_BEGIN_DECLS

/* Fills `<script type="application/json" id="citiz-capsule">` of the page with {"salt","iterations","nonce","data","made","label"}:
 * AES-256-GCM under PBKDF2-SHA-256 (code, salt, 600 000) of the raw-deflated bundle. Slow: call from a worker.
 * The code is eight characters as citiz_code_new makes them; no birth date, the file may be read without any node.
 * Returns: (transfer full) the whole HTML, or NULL with FORMAT when the page has no such element. */
gchar *citiz_offline_make (const CitizEnv *env,
                           const gchar *page,
                           json_t *bundle,
                           const gchar *code,
                           const gchar *label,
                           GError **error);
/* The page with `island` in its place, for a preview without a grant: {"preview":true,"bundle":…,"label":…}. */
gchar *citiz_offline_fill (const gchar *page, json_t *island, GError **error);
/* The reverse, for tests and for reading one's own file back. */
json_t *citiz_offline_open (const gchar *html, const gchar *code, GError **error);

G_END_DECLS
