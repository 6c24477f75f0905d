/* SHA-256 and HMAC through nettle, which uses the processor's SHA instructions where it finds them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-hash.h"

#include <nettle/hmac.h>
#include <string.h>

void
citiz_sha256_init (CitizSha256 *sha)
{
  sha256_init (&sha->ctx);
}

void
citiz_sha256_update (CitizSha256 *sha, const guint8 *data, gsize n)
{
  if (n > 0)
    sha256_update (&sha->ctx, n, data);
}

/**
 * citiz_sha256_finish:
 *
 * Gives the hash and readies @sha for another message.
 */
void
citiz_sha256_finish (CitizSha256 *sha, CitizHash *out)
{
  sha256_digest (&sha->ctx, sizeof out->b, out->b);
}

/**
 * citiz_sha256:
 *
 * FIPS 180-4 in one go.
 */
void
citiz_sha256 (CitizHash *out, const guint8 *data, gsize n)
{
  CitizSha256 sha;

  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, data, n);
  citiz_sha256_finish (&sha, out);
}

/**
 * citiz_sha256_pair:
 *
 * SHA-256 (first byte of @domain | left | right): a node of the ledger's trees. @out may be one of the two.
 */
void
citiz_sha256_pair (CitizHash *out,
                   CitizDomain domain,
                   const CitizHash *left,
                   const CitizHash *right)
{
  gsize n;
  guint8 all[1 + 2 * sizeof (CitizHash)]; /* in one piece: it is hashed where it lies */

  all[0] = *citiz_domain_label (domain, &n);
  memcpy (all + 1, left->b, sizeof left->b);
  memcpy (all + 1 + sizeof left->b, right->b, sizeof right->b);
  citiz_sha256 (out, all, sizeof all);
}

/**
 * citiz_hmac_sha256:
 *
 * RFC 2104. Compare the result with citiz_bytes_equal().
 */
void
citiz_hmac_sha256 (CitizHash *out, const guint8 *key, gsize key_n, const guint8 *data, gsize n)
{
  static const guint8 nothing[1] = {0};
  struct hmac_sha256_ctx ctx;

  hmac_sha256_set_key (&ctx, key_n, key_n > 0 ? key : nothing);
  if (n > 0)
    hmac_sha256_update (&ctx, n, data);
  hmac_sha256_digest (&ctx, sizeof out->b, out->b);
}
