/* Keys out of keys, out of passphrases. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-crypto-error.h"
#include "crypto/citiz-domain.h"
#include "crypto/citiz-secret.h"

G_BEGIN_DECLS

/* What one derivation of a passphrase costs: Argon2id passes, and memory in KiB. */
typedef struct
{
  guint32 ops;
  guint32 mem_kib;
} CitizKdfCost;

#define CITIZ_KDF_SALT_SIZE 16
#define CITIZ_KDF_FLOOR_OPS 3
#define CITIZ_KDF_FLOOR_KIB (256u * 1024)
#define CITIZ_KDF_MAX_KIB   (1024u * 1024) /* more than this in a file is refused: 1 GiB */
#define CITIZ_KDF_MAX_OPS_KIB                                                                      \
  (G_GUINT64_CONSTANT (16) * 1024 * 1024) /* passes × KiB, a quarter of a minute */

CitizSecret *citiz_derive (CitizDomain domain, CitizSecret *master, guint64 n);
CitizSecret *citiz_hkdf_sha256 (const guint8 *ikm,
                                gsize ikm_n,
                                const guint8 *salt,
                                gsize salt_n,
                                const guint8 *info,
                                gsize info_n,
                                gsize out_n);
CitizSecret *citiz_pbkdf2_sha256 (const guint8 *passphrase,
                                  gsize n,
                                  const guint8 *salt,
                                  gsize salt_n,
                                  guint32 iterations,
                                  gsize out_n);
gboolean citiz_kdf_cost_is_acceptable (CitizKdfCost cost);
CitizKdfCost citiz_kdf_calibrate (void);
CitizSecret *citiz_passphrase_key (CitizSecret *passphrase,
                                   const guint8 salt[16],
                                   CitizKdfCost cost,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
