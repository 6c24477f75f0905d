/* Authenticated encryption: XChaCha20-Poly1305 at home, AES-256-GCM for browsers. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-crypto-error.h"
#include "crypto/citiz-domain.h"
#include "crypto/citiz-secret.h"

G_BEGIN_DECLS

#define CITIZ_SEAL_KEY_SIZE    32
#define CITIZ_SEAL_OVERHEAD    40 /* 24-byte nonce, 16-byte tag */
#define CITIZ_AES_GCM_NONCE    12
#define CITIZ_AES_GCM_OVERHEAD 16 /* the tag; the nonce is the caller's */

GBytes *citiz_seal (CitizDomain domain,
                    CitizSecret *key32,
                    const guint8 *ad,
                    gsize ad_n,
                    const guint8 *plain,
                    gsize n);
GBytes *citiz_unseal (CitizDomain domain,
                      CitizSecret *key32,
                      const guint8 *ad,
                      gsize ad_n,
                      const guint8 *sealed,
                      gsize n,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same into the caller's memory, for keys that live for one call (a key a record). */
void citiz_seal_into (guint8 *out,
                      CitizDomain domain,
                      const guint8 key[32],
                      const guint8 *ad,
                      gsize ad_n,
                      const guint8 *plain,
                      gsize n);
gboolean citiz_unseal_into (guint8 *out,
                            CitizDomain domain,
                            const guint8 key[32],
                            const guint8 *ad,
                            gsize ad_n,
                            const guint8 *sealed,
                            gsize n) G_GNUC_WARN_UNUSED_RESULT;

GBytes *citiz_aes_gcm_seal (CitizSecret *key32,
                            const guint8 nonce[12],
                            const guint8 *ad,
                            gsize ad_n,
                            const guint8 *plain,
                            gsize n);
GBytes *citiz_aes_gcm_open (CitizSecret *key32,
                            const guint8 nonce[12],
                            const guint8 *ad,
                            gsize ad_n,
                            const guint8 *sealed,
                            gsize n,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
