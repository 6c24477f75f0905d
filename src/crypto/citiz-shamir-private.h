/* The parts of secret sharing that tests reach. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-shamir.h"

G_BEGIN_DECLS

guint8 citiz_gf256_mul (guint8 a, guint8 b);
guint8 citiz_gf256_inverse (guint8 a);
void citiz_shamir_split_with (const guint8 *secret,
                              gsize n,
                              guint t,
                              guint m,
                              const guint8 *coefficients,
                              CitizShare *out);

G_END_DECLS
