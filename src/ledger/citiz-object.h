/* What the state tree holds: accounts, commitments, grants and how often each was opened. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "wire/citiz-tx.h"

G_BEGIN_DECLS

/* Stored: never renumber. The key in the tree is SHA-256 (type byte | id). */
typedef enum
{
  CITIZ_OBJECT_ACCOUNT = 1,    /* id: account (32) */
  CITIZ_OBJECT_COMMITMENT = 2, /* id: root (32) */
  CITIZ_OBJECT_GRANT = 3,      /* id: grant (16) */
  CITIZ_OBJECT_GRANT_USE = 4,  /* id: grant (16) */
  CITIZ_OBJECT_NODE = 6,       /* id: node (32) */
  CITIZ_OBJECT_VALIDATORS = 7, /* id: epoch (8) */
  CITIZ_OBJECT_PROPOSAL = 8,   /* id: transaction (32) */
  CITIZ_OBJECT_CHANGE = 9,     /* id: epoch (8): which change of validators is approved */
  CITIZ_OBJECT_PARAMS = 10,    /* id: nothing */
  CITIZ_OBJECT_COUNT = 11,     /* id: node or account (32) */
  CITIZ_OBJECT_EVIDENCE = 12,  /* id: epoch (8), node (32) */
  CITIZ_OBJECT_REFOUND = 13    /* id: epoch (8), document (32) */
} CitizObjectType;

/* A key with its sliding window: nonces below @next - 64 are spent, bit i of @used is nonce @next - 1 - i, and from
 * @next on the next 64 are free. */
typedef struct
{
  CitizAccountKey key;
  guint8 revoked;
  guint64 next;
  guint64 used;
} CitizKeySlot;

#define CITIZ_NONCE_WINDOW 64

typedef struct
{
  CitizHash id;
  guint16 n_keys;
  CitizKeySlot keys[CITIZ_ACCOUNT_MAX_KEYS];
} CitizAccount;

typedef struct
{
  CitizHash root;
  CitizHash account;
  CitizTime time;
  guint32 n_leaves;
} CitizCommitment;

/* A grant as last dealt (a renewal deals anew), by whom and when, and what ended it. @closed: bit i is set when committee node i has
 * said that its share is deleted. */
typedef struct
{
  CitizTxGrant grant;
  CitizHash account;
  CitizTime dealt;
  CitizTime revoked; /* 0: not */
  guint8 closed;
} CitizGrantRecord;

typedef struct
{
  CitizId grant;
  guint16 used;
  CitizTime first;
  CitizTime last;
} CitizGrantUse;

gboolean citiz_nonce_is_free (const CitizKeySlot *slot, guint64 nonce);
void citiz_nonce_spend (CitizKeySlot *slot, guint64 nonce);

void citiz_object_key (CitizHash *out, CitizObjectType type, const guint8 *id, gsize n);
GBytes *citiz_object_encode (CitizObjectType type, const CitizField *fields, gconstpointer value);
gboolean citiz_object_decode (GBytes *bytes,
                              CitizObjectType type,
                              const CitizField *fields,
                              gpointer out,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Both ways of an object that its fields say whole: citiz_NAME_encode and citiz_NAME_decode. */
#define CITIZ_OBJECT_DECLARE(name, Type)                                                           \
  GBytes *citiz_##name##_encode (const Type *value);                                               \
  gboolean citiz_##name##_decode (GBytes *bytes, Type *out, GError **error)                        \
      G_GNUC_WARN_UNUSED_RESULT
#define CITIZ_OBJECT_DEFINE(name, Type, type, fields)                                              \
  GBytes *citiz_##name##_encode (const Type *value)                                                \
  {                                                                                                \
    return citiz_object_encode (type, fields, value);                                              \
  }                                                                                                \
  gboolean citiz_##name##_decode (GBytes *bytes, Type *out, GError **error)                        \
  {                                                                                                \
    memset (out, 0, sizeof *out);                                                                  \
    return citiz_object_decode (bytes, type, fields, out, error);                                  \
  }

CITIZ_OBJECT_DECLARE (account, CitizAccount);
CITIZ_OBJECT_DECLARE (commitment, CitizCommitment);
CITIZ_OBJECT_DECLARE (grant_use, CitizGrantUse);
GBytes *citiz_grant_record_encode (const CitizGrantRecord *record);
gboolean citiz_grant_record_decode (GBytes *bytes,
                                    CitizGrantRecord *out,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a grant is open, judged at one ledger time. */
typedef enum
{
  CITIZ_GRANT_NOT_YET,
  CITIZ_GRANT_ACTIVE,
  CITIZ_GRANT_EXPIRED,
  CITIZ_GRANT_REVOKED,
  CITIZ_GRANT_USED
} CitizGrantStatus;

/* @can_release: shares may still be given for the openings that are final (ACTIVE or USED, at least one opening). */
typedef struct
{
  CitizGrantStatus status;
  CitizTxGrant grant; /* as last dealt: times, committee, a_max, capsule hash, max_openings … */
  CitizHash account;
  CitizTime dealt;  /* this capsule; not_before is the first one's */
  CitizTime judged; /* the ledger time of this judgement */
  CitizTime ends;   /* when it ends by itself, the duration after a first opening counted in */
  CitizTime ended;  /* when it ended, for EXPIRED, REVOKED and USED; else 0 */
  guint16 used;
  CitizTime first_opening; /* 0: none */
  CitizTime last_opening;
  guint8 closed;
  gboolean can_release;
} CitizGrantState;

void citiz_grant_judge (CitizGrantState *out,
                        const CitizGrantRecord *record,
                        const CitizGrantUse *use,
                        CitizTime time);
gboolean citiz_opening_matches (const CitizHash *a, guint use, const CitizHash *a_max);
void citiz_hash_repeat (CitizHash *out, const CitizHash *a, guint times);

G_END_DECLS
