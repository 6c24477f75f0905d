/* What each type of transaction says: one table a type. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-tx-body.h"

#include "crypto/citiz-hash.h"

#include <string.h>

static const guint16 roles[] = {CITIZ_KEY_ROLE_DEVICE, CITIZ_KEY_ROLE_RECOVERY, 0};
static const guint16 algs[] = {CITIZ_ALG_ED25519, 0};
static const guint16 grant_kinds[] = {CITIZ_GRANT_EMERGENCY, CITIZ_GRANT_EMERGENCY_STALLED, 0};

static const CitizField account_key_fields[] = {
    CITIZ_F_ENUM (ENUM8, CitizAccountKey, role, roles),
    CITIZ_F_ENUM (ENUM16, CitizAccountKey, alg, algs),
    CITIZ_F_RAW (CitizAccountKey, key),
    CITIZ_F_END,
};

static const CitizField register_fields[] = {
    CITIZ_F_LIST (CitizTxRegister, keys, n_keys, account_key_fields, 1, CITIZ_REGISTER_MAX_KEYS),
    CITIZ_F_END,
};

static const CitizField rotate_fields[] = {
    CITIZ_F_U16 (CitizTxRotate, replaced, 0, G_MAXUINT16),
    CITIZ_F_ENUM (ENUM8, CitizTxRotate, key.role, roles),
    CITIZ_F_ENUM (ENUM16, CitizTxRotate, key.alg, algs),
    CITIZ_F_RAW (CitizTxRotate, key.key),
    CITIZ_F_END,
};

static const CitizField acct_revoke_fields[] = {
    CITIZ_F_U16 (CitizTxAcctRevoke, revoked, 0, CITIZ_ACCOUNT_MAX_KEYS - 1),
    CITIZ_F_END,
};

static const CitizField commit_fields[] = {
    CITIZ_F_U32 (CitizTxCommit, n_leaves, 1, CITIZ_COMMIT_MAX_LEAVES),
    CITIZ_F_RAW (CitizTxCommit, root),
    CITIZ_F_END,
};

static const CitizField member_fields[] = {
    CITIZ_F_RAW (CitizGrantMember, node),
    CITIZ_F_RAW (CitizGrantMember, commitment),
    CITIZ_F_END,
};

static const CitizField grant_fields[] = {
    CITIZ_F_RAW (CitizTxGrant, id),
    CITIZ_F_ENUM (ENUM8, CitizTxGrant, kind, grant_kinds),
    CITIZ_F_RAW (CitizTxGrant, capsule),
    CITIZ_F_U8 (CitizTxGrant, threshold, 1, CITIZ_COMMITTEE_MAX),
    CITIZ_F_LIST (CitizTxGrant, committee, n_committee, member_fields, 1, CITIZ_COMMITTEE_MAX),
    CITIZ_F_RAW (CitizTxGrant, a_max),
    CITIZ_F_U16 (CitizTxGrant, max_openings, 1, CITIZ_GRANT_MAX_OPENINGS),
    CITIZ_F_TIME (CitizTxGrant, not_before),
    CITIZ_F_TIME (CitizTxGrant, expires),
    CITIZ_F_U64 (CitizTxGrant, duration, 0, CITIZ_GRANT_MAX_SPAN),
    CITIZ_F_RAW (CitizTxGrant, scope),
    CITIZ_F_END,
};

static const CitizField revoke_fields[] = {
    CITIZ_F_RAW (CitizTxRevoke, grant),
    CITIZ_F_END,
};

static const CitizField open_fields[] = {
    CITIZ_F_RAW (CitizTxOpen, grant),
    CITIZ_F_U16 (CitizTxOpen, use, 1, CITIZ_GRANT_MAX_OPENINGS),
    CITIZ_F_RAW (CitizTxOpen, a),
    CITIZ_F_RAW (CitizTxOpen, note),
    CITIZ_F_END,
};

static const CitizField close_fields[] = {
    CITIZ_F_RAW (CitizTxClose, grant),
    CITIZ_F_END,
};

static const CitizField empty_fields[] = {
    CITIZ_F_END,
};

static const CitizField node_join_fields[] = {
    CITIZ_F_RAW (CitizTxNodeJoin, operator_),
    CITIZ_F_RAW (CitizTxNodeJoin, url),
    CITIZ_F_END,
};

static const CitizField node_ready_fields[] = {
    CITIZ_F_U64 (CitizTxNodeReady, epoch, 1, G_MAXUINT64),
    CITIZ_F_RAW (CitizTxNodeReady, key),
    CITIZ_F_RAW (CitizTxNodeReady, join),
    CITIZ_F_END,
};

static const CitizField node_fields[] = {
    CITIZ_F_RAW (CitizPublicKey, b),
    CITIZ_F_END,
};

static const CitizField valset_change_fields[] = {
    CITIZ_F_U64 (CitizTxValsetChange, epoch, 0, G_MAXUINT64 - 1),
    CITIZ_F_LIST (CitizTxValsetChange, added, n_added, node_fields, 0, CITIZ_CHANGE_MAX),
    CITIZ_F_LIST (CitizTxValsetChange, removed, n_removed, node_fields, 0, CITIZ_CHANGE_MAX),
    CITIZ_F_END,
};

static const CitizField approve_fields[] = {
    CITIZ_F_RAW (CitizTxApprove, proposal),
    CITIZ_F_END,
};

static const CitizField evidence_fields[] = {
    CITIZ_F_RAW (CitizTxEvidence, evidence),
    CITIZ_F_END,
};

static const CitizField params_fields[] = {
    CITIZ_F_U8 (CitizTxParams, sponsored, 0, 1),
    CITIZ_F_U32 (CitizTxParams, quota, 1, G_MAXUINT32),
    CITIZ_F_U32 (CitizTxParams, rate, 0, G_MAXUINT32),
    CITIZ_F_U8 (CitizTxParams, work, 0, CITIZ_WORK_MAX_BITS),
    CITIZ_F_END,
};

static const CitizField refound_ack_fields[] = {
    CITIZ_F_U64 (CitizTxRefoundAck, epoch, 1, G_MAXUINT64),
    CITIZ_F_RAW (CitizTxRefoundAck, document),
    CITIZ_F_END,
};

static gboolean
form (GError **error, const gchar *what)
{
  g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_FORM, "%s", what);
  return FALSE;
}

static gboolean
check_register (const CitizTxBody *body, GError **error)
{
  const CitizTxRegister *reg = &body->reg;

  if (reg->keys[0].role != CITIZ_KEY_ROLE_DEVICE)
    return form (error, "an account's first key is a device key");
  for (guint i = 0; i < reg->n_keys; i++)
    for (guint j = 0; j < i; j++)
      if (citiz_public_key_equal (&reg->keys[i].key, &reg->keys[j].key))
        return form (error, "an account names a key twice");
  return TRUE;
}

static gboolean
check_commit (const CitizTxBody *body, GError **error)
{
  /* 1, 8, 64, … 32768: one bit set, at a place that is a multiple of three. */
  const guint32 n = body->commit.n_leaves;

  if ((n & (n - 1)) != 0 || g_bit_nth_lsf (n, -1) % 3 != 0)
    return form (error, "a batch of commitments is filled up to a power of eight");
  return TRUE;
}

static gboolean
check_grant (const CitizTxBody *body, GError **error)
{
  const CitizTxGrant *grant = &body->grant;

  if (grant->threshold > grant->n_committee)
    return form (error, "a grant asks for more shares than it has");
  for (guint i = 1; i < grant->n_committee; i++)
    if (memcmp (grant->committee[i - 1].node.b, grant->committee[i].node.b, 32) >= 0)
      return form (error, "a committee is in ascending order, none twice");
  if (grant->expires.ms <= grant->not_before.ms)
    return form (error, "a grant ends before it begins");
  if (grant->expires.ms - grant->not_before.ms > CITIZ_GRANT_MAX_SPAN)
    return form (error, "a grant lasts too long");
  return TRUE;
}

static gboolean
ascending (const CitizPublicKey *nodes, guint n)
{
  for (guint i = 1; i < n; i++)
    if (memcmp (nodes[i - 1].b, nodes[i].b, 32) >= 0)
      return FALSE;
  return TRUE;
}

static gboolean
check_valset_change (const CitizTxBody *body, GError **error)
{
  const CitizTxValsetChange *change = &body->valset_change;

  if (!ascending (change->added, change->n_added)
      || !ascending (change->removed, change->n_removed))
    return form (error, "nodes are in ascending order, none twice");
  for (guint i = 0; i < change->n_added; i++)
    for (guint j = 0; j < change->n_removed; j++)
      if (citiz_public_key_equal (&change->added[i], &change->removed[j]))
        return form (error, "a node is added and removed at once");
  return TRUE;
}

static gboolean
check_evidence (const CitizTxBody *body, GError **error)
{
  CitizEvidence evidence;

  return citiz_evidence_decode (body->evidence.evidence, sizeof body->evidence.evidence, &evidence,
                                error);
}

typedef struct
{
  CitizTxType type;
  const gchar *name;
  gsize size; /* in memory */
  const CitizField *fields;
  gboolean (*check) (const CitizTxBody *body, GError **error);
  gssize grant; /* where the grant's id is in the body, or -1 */
} BodyType;

static const BodyType types[] = {
    {CITIZ_TX_ACCT_REGISTER, "acct_register", sizeof (CitizTxRegister), register_fields,
     check_register, -1},
    {CITIZ_TX_ACCT_ROTATE, "acct_rotate", sizeof (CitizTxRotate), rotate_fields, NULL, -1},
    {CITIZ_TX_ACCT_REVOKE, "acct_revoke", sizeof (CitizTxAcctRevoke), acct_revoke_fields, NULL, -1},
    {CITIZ_TX_COMMIT_RECORDS, "commit_records", sizeof (CitizTxCommit), commit_fields, check_commit,
     -1},
    {CITIZ_TX_GRANT, "grant", sizeof (CitizTxGrant), grant_fields, check_grant,
     G_STRUCT_OFFSET (CitizTxGrant, id)},
    {CITIZ_TX_GRANT_REVOKE, "grant_revoke", sizeof (CitizTxRevoke), revoke_fields, NULL,
     G_STRUCT_OFFSET (CitizTxRevoke, grant)},
    {CITIZ_TX_ACCESS_OPEN, "access_open", sizeof (CitizTxOpen), open_fields, NULL,
     G_STRUCT_OFFSET (CitizTxOpen, grant)},
    {CITIZ_TX_ACCESS_CLOSE, "access_close", sizeof (CitizTxClose), close_fields, NULL,
     G_STRUCT_OFFSET (CitizTxClose, grant)},
    {CITIZ_TX_NODE_JOIN, "node_join", sizeof (CitizTxNodeJoin), node_join_fields, NULL, -1},
    {CITIZ_TX_NODE_LEAVE, "node_leave", 0, empty_fields, NULL, -1},
    {CITIZ_TX_VALSET_CHANGE, "valset_change", sizeof (CitizTxValsetChange), valset_change_fields,
     check_valset_change, -1},
    {CITIZ_TX_APPROVE, "approve", sizeof (CitizTxApprove), approve_fields, NULL, -1},
    {CITIZ_TX_EVIDENCE, "evidence", sizeof (CitizTxEvidence), evidence_fields, check_evidence, -1},
    {CITIZ_TX_PARAMS, "params", sizeof (CitizTxParams), params_fields, NULL, -1},
    {CITIZ_TX_REFOUND_ACK, "refound_ack", sizeof (CitizTxRefoundAck), refound_ack_fields, NULL, -1},
    {CITIZ_TX_NODE_READY, "node_ready", sizeof (CitizTxNodeReady), node_ready_fields, NULL, -1},
};

static const BodyType *
find_type (guint type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].type == type)
      return &types[i];
  return NULL;
}

/**
 * citiz_tx_type_name:
 *
 * Returns: (transfer none) (nullable): the protocol's name of @type, such as "access_open"
 */
const gchar *
citiz_tx_type_name (CitizTxType type)
{
  const BodyType *found = find_type (type);

  return found != NULL ? found->name : NULL;
}

/**
 * citiz_tx_body_check:
 *
 * Rules that tie several fields of one body together; what a table cannot say.
 */
gboolean
citiz_tx_body_check (CitizTxType type, const CitizTxBody *body, GError **error)
{
  const BodyType *found = find_type (type);

  if (found == NULL)
    {
      g_set_error (error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_UNKNOWN, "type: not a known value");
      return FALSE;
    }
  return found->check == NULL || found->check (body, error);
}

gsize
citiz_tx_body_size (CitizTxType type)
{
  const BodyType *found = find_type (type);

  return found != NULL ? found->size : 0;
}

void
citiz_tx_body_encode (GByteArray *out, CitizTxType type, const CitizTxBody *body)
{
  const BodyType *found = find_type (type);

  g_return_if_fail (found != NULL);
  citiz_fields_encode (out, found->fields, body);
}

/**
 * citiz_tx_body_decode:
 * @out: (out): the part for @type, nothing else
 */
gboolean
citiz_tx_body_decode (const guint8 *bytes,
                      gsize n,
                      CitizTxType type,
                      CitizTxBody *out,
                      GError **error)
{
  const BodyType *found = find_type (type);

  if (found == NULL)
    return citiz_tx_body_check (type, out, error);
  memset (out, 0, found->size);
  return citiz_fields_decode_all (bytes, n, found->fields, out, error)
         && citiz_tx_body_check (type, out, error);
}

/**
 * citiz_tx_body_account_id:
 * @registration: the bytes of a body of %CITIZ_TX_ACCT_REGISTER
 *
 * An account is named by the hash of what registers it: nobody can take a name that another's keys make.
 */
void
citiz_tx_body_account_id (CitizHash *out, const guint8 *registration, gsize n)
{
  CitizSha256 sha;
  gsize n_prefix;
  const guint8 *prefix = citiz_domain_label (CITIZ_DOMAIN_HASH_ACCOUNT, &n_prefix);

  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, prefix, n_prefix);
  citiz_sha256_update (&sha, registration, n);
  citiz_sha256_finish (&sha, out);
}

void
citiz_tx_register_account_id (CitizHash *out, const CitizTxRegister *body)
{
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (512);

  citiz_fields_encode (bytes, register_fields, body);
  citiz_tx_body_account_id (out, bytes->data, bytes->len);
}

const CitizId *
citiz_tx_body_grant (CitizTxType type, const CitizTxBody *body)
{
  const BodyType *found = find_type (type);

  if (found == NULL || found->grant < 0)
    return NULL;
  return (const CitizId *) (gconstpointer) ((const guint8 *) body + found->grant);
}
