/* Small things the files of this layer share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-core.h"
#include "crypto/citiz-crypto.h"

#include <jansson.h>

G_BEGIN_DECLS

/* label of `domain` | a | b, for infos, messages and associated data. Either part may be NULL with n = 0. */
GByteArray *citiz_consent_text (CitizDomain domain,
                                gconstpointer a,
                                gsize a_n,
                                gconstpointer b,
                                gsize b_n);
/* HKDF-SHA-256 (key, salt = grant, info = label | extra), 32 bytes. */
CitizSecret *citiz_consent_hkdf (CitizDomain domain,
                                 const CitizId *grant,
                                 CitizSecret *key,
                                 gconstpointer extra,
                                 gsize extra_n);
/* nonce 12 (fresh) | AES-256-GCM | tag 16, and back. */
GByteArray *citiz_consent_gcm (const CitizEnv *env,
                               CitizSecret *key,
                               const GByteArray *ad,
                               gconstpointer plain,
                               gsize n);
GBytes *citiz_consent_ungcm (CitizSecret *key,
                             const GByteArray *ad,
                             const guint8 *sealed,
                             gsize n,
                             GError **error);
/* Raw RFC 1951, level 9. Inflate stops at `max` with CITIZ_CONSENT_ERROR_TOO_BIG. */
GByteArray *citiz_consent_deflate (gconstpointer plain, gsize n);
GBytes *citiz_consent_inflate (const guint8 *data, gsize n, gsize max, GError **error);

G_END_DECLS
