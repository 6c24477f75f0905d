/* Sealing to whoever holds a signing key, without a word from them. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-seal.h"
#include "crypto/citiz-sign.h"

G_BEGIN_DECLS

#define CITIZ_BOX_OVERHEAD (32 + CITIZ_SEAL_OVERHEAD) /* one-time key, nonce, tag */

GBytes *citiz_box_seal (CitizDomain domain,
                        const CitizPublicKey *to,
                        const guint8 *ad,
                        gsize ad_n,
                        const guint8 *plain,
                        gsize n,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *citiz_box_open (CitizDomain domain,
                        const CitizSigningKey *key,
                        const guint8 *ad,
                        gsize ad_n,
                        const guint8 *sealed,
                        gsize n,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
