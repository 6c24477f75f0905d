/* Ed25519 signatures, each bound to a domain. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-domain.h"
#include "crypto/citiz-secret.h"

G_BEGIN_DECLS

typedef struct
{
  guint8 b[32];
} CitizPublicKey;

typedef struct
{
  guint8 b[64];
} CitizSignature;

typedef struct _CitizSigningKey CitizSigningKey;

CitizSigningKey *citiz_signing_key_new_from_seed (CitizSecret *seed32);
CitizSigningKey *citiz_signing_key_ref (CitizSigningKey *key);
void citiz_signing_key_unref (CitizSigningKey *key);
const CitizPublicKey *citiz_signing_key_get_public (const CitizSigningKey *key);
gboolean citiz_public_key_equal (const CitizPublicKey *a, const CitizPublicKey *b);

void citiz_sign (CitizSignature *out,
                 CitizDomain domain,
                 const guint8 *msg,
                 gsize n,
                 const CitizSigningKey *key);
gboolean citiz_verify (const CitizSignature *signature,
                       CitizDomain domain,
                       const guint8 *msg,
                       gsize n,
                       const CitizPublicKey *key) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizSigningKey, citiz_signing_key_unref)

G_END_DECLS
