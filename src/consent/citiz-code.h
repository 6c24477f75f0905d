/* The spoken code: eight characters and a birth date reach the link. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-grant.h"

G_BEGIN_DECLS

#define CITIZ_CODE_ALPHABET     "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
#define CITIZ_CODE_SIZE         8
#define CITIZ_CODE_LOCATOR_SIZE 3

/* What a node keeps: nothing in it helps to guess the code but one guess at a time, five in all. */
typedef struct
{
  gchar locator[CITIZ_CODE_LOCATOR_SIZE + 1];
  CitizId grant;
  CitizNodeId node;
  CitizHash proof_hash; /* SHA-256 (proof) */
  GBytes *blob;         /* nonce 12 | AES-256-GCM of the link | tag 16, AD = grant id */
} CitizCodeEntry;

void citiz_code_entry_free (CitizCodeEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizCodeEntry, citiz_code_entry_free)

/* Eight fresh characters; shown as 4+4. */
gchar *citiz_code_new (const CitizEnv *env);
/* Upper-cases, drops spaces and hyphens; NULL when anything else is in it or the length is wrong. */
gchar *citiz_code_normalize (const gchar *typed);
/* pk (64 bytes) of a normalized code. 600 000 rounds: a few hundred milliseconds, call from a worker. */
CitizSecret *citiz_code_key (const gchar *code, const gchar *birth_date, const CitizId *grant);
/* proof = HMAC-SHA-256 (pk[32..64], "citiz/code/v1" | node id16). */
CitizSecret *citiz_code_proof (CitizSecret *pk, const CitizNodeId *node);
CitizCodeEntry *citiz_code_seal (const CitizEnv *env,
                                 const gchar *code,
                                 CitizSecret *pk,
                                 const CitizId *grant,
                                 const CitizNodeId *node,
                                 const gchar *link);
gchar *citiz_code_open (CitizSecret *pk, const CitizId *grant, GBytes *blob, GError **error);

G_END_DECLS
