/* Verification without a label, for published vectors only. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-sign.h"

gboolean citiz_verify_unlabelled (const CitizSignature *signature,
                                  const guint8 *msg,
                                  gsize n,
                                  const CitizPublicKey *key) G_GNUC_WARN_UNUSED_RESULT;
