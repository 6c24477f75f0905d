/* JWE and the padded, sealed capsule around it. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-env.h"
#include "crypto/citiz-seal.h"

G_BEGIN_DECLS

#define CITIZ_CAPSULE_MAX        (4u << 20) /* largest size class */
#define CITIZ_CAPSULE_SEALED_MAX (CITIZ_CAPSULE_MAX + CITIZ_AES_GCM_NONCE + CITIZ_AES_GCM_OVERHEAD)
#define CITIZ_CAPSULE_BUNDLE_MAX (16u << 20) /* what a JWE may inflate to */

/* Compact JWE {"alg":"dir","enc":"A256GCM","cty":"application/fhir+json","zip":"DEF"} of `plain` under `key` (32 bytes).
 * RFC 7516, RFC 7518 §5.3, raw RFC 1951 deflate. Returns: (transfer full): ASCII. */
gchar *citiz_jwe_encrypt (const CitizEnv *env, CitizSecret *key, const guint8 *plain, gsize n);
/* Accepts only the shape above (zip may be absent). Returns: (transfer full) or NULL with FORMAT, KEY or TOO_BIG. */
GBytes *citiz_jwe_decrypt (CitizSecret *key, const gchar *jwe, gssize n, GError **error);

/* nonce 12 | AES-256-GCM | tag 16 of (u32 length, jwe, zeros up to the size class), AD = "citiz/capsule/v1" | grant id. */
GBytes *citiz_capsule_seal (const CitizEnv *env,
                            const CitizId *grant,
                            CitizSecret *k_c,
                            const gchar *jwe,
                            GError **error);
gchar *citiz_capsule_open (const CitizId *grant, CitizSecret *k_c, GBytes *capsule, GError **error);

G_END_DECLS
