/* SHA-256 and HMAC-SHA-256. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"
#include "crypto/citiz-domain.h"

#include <nettle/sha2.h>

G_BEGIN_DECLS

typedef struct
{
  struct sha256_ctx ctx;
} CitizSha256;

void citiz_sha256 (CitizHash *out, const guint8 *data, gsize n);
void citiz_sha256_init (CitizSha256 *sha);
void citiz_sha256_update (CitizSha256 *sha, const guint8 *data, gsize n);
void citiz_sha256_finish (CitizSha256 *sha, CitizHash *out);
void citiz_sha256_pair (CitizHash *out,
                        CitizDomain domain,
                        const CitizHash *left,
                        const CitizHash *right);
void citiz_hmac_sha256 (CitizHash *out,
                        const guint8 *key,
                        gsize key_n,
                        const guint8 *data,
                        gsize n);

G_END_DECLS
