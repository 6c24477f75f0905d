/* The secrets of one grant and everything derived from them. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-env.h"
#include "crypto/citiz-secret.h"

G_BEGIN_DECLS

#define CITIZ_NODE_ID_SIZE   16 /* first bytes of a node's public key, as links carry it */
#define CITIZ_PASSCODE_TRIES 5  /* for life */
#define CITIZ_PBKDF2_ROUNDS  600000
#define CITIZ_OPENINGS_LIMIT 64

/* A node as links and tokens name it. */
typedef struct
{
  guint8 b[CITIZ_NODE_ID_SIZE];
} CitizNodeId;

/* K_r opens the JWE, K_c opens the capsule, T is the link's secret. All 32 bytes. */
typedef struct
{
  CitizId grant;
  CitizSecret *k_r;
  CitizSecret *k_c;
  CitizSecret *t;
} CitizGrantSecrets;

CitizGrantSecrets *citiz_grant_secrets_new (const CitizEnv *env);
/* Of a renewed grant: only K_c is fresh. */
CitizGrantSecrets *citiz_grant_secrets_renew (const CitizEnv *env,
                                              const CitizId *grant,
                                              CitizSecret *k_r,
                                              CitizSecret *t);
void citiz_grant_secrets_free (CitizGrantSecrets *secrets);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizGrantSecrets, citiz_grant_secrets_free)

/* a_k = SHA-256^k (a_0), a_0 = HKDF-SHA-256 (T, grant, "citiz/open/v1"). The grant carries a_max; opening j reveals a_{max-j}. */
void citiz_grant_chain_value (CitizHash *out, const CitizId *grant, CitizSecret *t, guint k);
/* token_i = HKDF-SHA-256 (T, grant, "citiz/token/v1" | node id16). */
CitizSecret *citiz_grant_token (const CitizId *grant, CitizSecret *t, const CitizNodeId *node);
/* pk = PBKDF2-SHA-256 (passcode, grant, 600 000, 32). Slow on purpose. */
CitizSecret *citiz_grant_passcode_key (const CitizId *grant, const gchar *passcode);
/* proof_i = HMAC-SHA-256 (T, "citiz/pass/v1" | node id16 | pk). */
CitizSecret *citiz_grant_passcode_proof (CitizSecret *t, const CitizNodeId *node, CitizSecret *pk);
/* c_i = SHA-256 ("citiz/share" | grant | u8 i | s_i 32 | salt_i 16). */
void citiz_grant_share_commitment (CitizHash *out,
                                   const CitizId *grant,
                                   guint8 i,
                                   const guint8 share[32],
                                   const guint8 salt[16]);

G_END_DECLS
