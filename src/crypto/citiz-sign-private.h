/* What only this layer may do with keys: vectors without a label, the key as X25519. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-sign.h"

gboolean citiz_verify_unlabelled (const CitizSignature *signature,
                                  const guint8 *msg,
                                  gsize n,
                                  const CitizPublicKey *key) G_GNUC_WARN_UNUSED_RESULT;

/* The X25519 form of a signing key (32 bytes). */
CitizSecret *citiz_signing_key_to_x25519 (const CitizSigningKey *key);
