/* What a node answers at GET /v1/refounds. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "wire/citiz-closing.h"

G_BEGIN_DECLS

#define CITIZ_REFOUNDS_PATH "/v1/refounds"
#define CITIZ_REFOUNDS_MAX  (1024u * 1024) /* bytes of an answer */

/* Returns: (transfer full) (element-type CitizRefound): the documents that can be read; whether they hold, a light client says */
GPtrArray *citiz_refounds_read (GBytes *answer);
/* Whether @refound, which @old of the validators of before have signed, is to be shown in the place of @shown (nullable), which @shown_old have. */
gboolean citiz_refounds_is_better (const CitizRefound *refound,
                                   guint old,
                                   const CitizRefound *shown,
                                   guint shown_old);

G_END_DECLS
