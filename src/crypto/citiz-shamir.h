/* A secret cut into shares of which any t give it back. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-crypto-error.h"
#include "crypto/citiz-secret.h"

G_BEGIN_DECLS

#define CITIZ_SHARE_MAX_SIZE 64

/* One share: the point @x (1…255, never 0, which would be the secret) and the @n values there. */
typedef struct
{
  guint8 x;
  guint8 n;
  guint8 y[CITIZ_SHARE_MAX_SIZE];
} CitizShare;

void citiz_shamir_split (const guint8 *secret, gsize n, guint t, guint m, CitizShare *out);
CitizSecret *citiz_shamir_combine (const CitizShare *shares,
                                   guint t,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
