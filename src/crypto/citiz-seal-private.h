/* Seals with a given nonce and without a label, for vectors only. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-seal.h"

void citiz_seal_with_nonce (guint8 *out,
                            CitizDomain domain,
                            const guint8 key[32],
                            const guint8 nonce[24],
                            const guint8 *ad,
                            gsize ad_n,
                            const guint8 *plain,
                            gsize n);
gboolean citiz_unseal_unlabelled (guint8 *out,
                                  const guint8 key[32],
                                  const guint8 nonce[24],
                                  const guint8 *ad,
                                  gsize ad_n,
                                  const guint8 *sealed,
                                  gsize n) G_GNUC_WARN_UNUSED_RESULT;
