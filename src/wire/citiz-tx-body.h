/* What each type of transaction says. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-sign.h"
#include "wire/citiz-evidence.h"

G_BEGIN_DECLS

/* On the wire: never renumber. 7 and 8 are kept for the types of PROTOCOL §4 that nothing uses yet. */
typedef enum
{
  CITIZ_TX_ACCT_REGISTER = 1,
  CITIZ_TX_ACCT_ROTATE = 2,
  CITIZ_TX_ACCT_REVOKE = 3,
  CITIZ_TX_COMMIT_RECORDS = 4,
  CITIZ_TX_GRANT = 5,
  CITIZ_TX_GRANT_REVOKE = 6,
  CITIZ_TX_ACCESS_OPEN = 9,
  CITIZ_TX_ACCESS_CLOSE = 10,
  CITIZ_TX_NODE_JOIN = 11,
  CITIZ_TX_NODE_LEAVE = 12,
  CITIZ_TX_VALSET_CHANGE = 13,
  CITIZ_TX_APPROVE = 14,
  CITIZ_TX_EVIDENCE = 15,
  CITIZ_TX_PARAMS = 16,
  CITIZ_TX_REFOUND_ACK = 17,
  CITIZ_TX_NODE_READY = 18
} CitizTxType;

/* Signature suites. */
typedef enum
{
  CITIZ_ALG_ED25519 = 1
} CitizAlg;

typedef enum
{
  CITIZ_KEY_ROLE_DEVICE = 1,  /* signs everything but changes of keys */
  CITIZ_KEY_ROLE_RECOVERY = 2 /* signs changes of keys, nothing else */
} CitizKeyRole;

typedef enum
{
  CITIZ_GRANT_EMERGENCY = 1,
  CITIZ_GRANT_EMERGENCY_STALLED = 2 /* its nodes may also open while the ledger stands still */
} CitizGrantKind;

#define CITIZ_ACCOUNT_MAX_KEYS   16 /* over the whole life of an account */
#define CITIZ_REGISTER_MAX_KEYS  8
#define CITIZ_COMMITTEE_MAX      7
#define CITIZ_GRANT_MAX_OPENINGS 1024
#define CITIZ_GRANT_MAX_SPAN     (90 * CITIZ_DAY)
#define CITIZ_COMMIT_MAX_LEAVES  32768
#define CITIZ_CHANGE_MAX         16 /* nodes added, and removed, in one change of validators */
#define CITIZ_WORK_MAX_BITS      16

typedef struct
{
  CitizKeyRole role;
  CitizAlg alg;
  CitizPublicKey key;
} CitizAccountKey;

/* acct_register: the account's id is the hash of this body (citiz_tx_register_account_id). Key 0 is a device key
 * and signs. */
typedef struct
{
  guint16 n_keys;
  CitizAccountKey keys[CITIZ_REGISTER_MAX_KEYS];
} CitizTxRegister;

/* acct_rotate: @key becomes the account's next key; key @replaced, if it is not %CITIZ_ROTATE_NONE, is revoked.
 * Signed by a recovery key. */
#define CITIZ_ROTATE_NONE G_MAXUINT16
typedef struct
{
  guint16 replaced;
  CitizAccountKey key;
} CitizTxRotate;

/* acct_revoke: key @revoked signs nothing more. Signed by a recovery key or by that key itself. */
typedef struct
{
  guint16 revoked;
} CitizTxAcctRevoke;

/* commit_records: the RFC 9162 root over @n_leaves salted commitments; dummies fill up to 1, 8, 64, 512, 4096 or
 * 32768 so that the number says little. */
typedef struct
{
  guint32 n_leaves;
  CitizHash root;
} CitizTxCommit;

/* One node of a grant's committee: its identity key, and c_i over its share (i = place in the list, from 1). */
typedef struct
{
  CitizPublicKey node;
  CitizHash commitment;
} CitizGrantMember;

/* grant (PROTOCOL §5, Deal). The committee is in ascending order of node keys, none twice. @duration 0: until
 * @expires; else the access ends @duration ms after its first opening, and never after @expires. */
typedef struct
{
  CitizId id;
  CitizGrantKind kind;
  CitizHash capsule;
  guint8 threshold;
  guint16 n_committee;
  CitizGrantMember committee[CITIZ_COMMITTEE_MAX];
  CitizHash a_max;
  guint16 max_openings;
  CitizTime not_before;
  CitizTime expires;
  guint64 duration;
  CitizHash scope;
} CitizTxGrant;

/* grant_revoke: signed by the account of the grant. */
typedef struct
{
  CitizId grant;
} CitizTxRevoke;

/* access_open: the @use-th opening (from 1). @a, hashed @use times, is the grant's a_max: that is its permission, the
 * account that signs is only the node which carries it. */
typedef struct
{
  CitizId grant;
  guint16 use;
  CitizHash a;
  CitizHash note;
} CitizTxOpen;

/* access_close: a committee node says, after the end, that its share, capsule and token are deleted. */
typedef struct
{
  CitizId grant;
} CitizTxClose;

/* The types below are said by nodes: signed by an account's device key that is the node's own key. */

/* node_join: a node presents itself; who runs it and where are told off the ledger. A node_leave takes it back and has no
 * body. */
typedef struct
{
  CitizHash operator_; /* SHA-256 of the operator's public name */
  CitizHash url;       /* SHA-256 of the node's address */
} CitizTxNodeJoin;

/* node_ready: the key the node will sign votes with in @epoch, the one after this. @join as in the founding document, with the
 * chain id in place of the salt. */
typedef struct
{
  guint64 epoch;
  CitizPublicKey key;
  CitizSignature join;
} CitizTxNodeReady;

/* valset_change: a validator proposes that @epoch be the last with this list. Both lists ascend, none twice, none in both; both
 * empty: the same nodes with new keys. */
typedef struct
{
  guint64 epoch;
  guint16 n_added;
  CitizPublicKey added[CITIZ_CHANGE_MAX];
  guint16 n_removed;
  CitizPublicKey removed[CITIZ_CHANGE_MAX];
} CitizTxValsetChange;

/* approve: of a node_join, valset_change or params of this epoch, by a validator; it is named by its transaction id. */
typedef struct
{
  CitizHash proposal;
} CitizTxApprove;

typedef struct
{
  guint8 evidence[2 * CITIZ_VOTE_SIZE];
} CitizTxEvidence;

/* params: a validator proposes what a community asks of a transaction. */
typedef struct
{
  guint8 sponsored; /* 1: it needs a sponsor or work */
  guint32 quota;    /* transactions a sponsor vouches for in a day */
  guint32 rate;     /* transactions an account makes in a day; 0: any number */
  guint8 work;      /* bits of work for the open lane */
} CitizTxParams;

/* refound_ack: a validator of @epoch, which people began, says from which document. */
typedef struct
{
  guint64 epoch;
  CitizHash document;
} CitizTxRefoundAck;

typedef union
{
  CitizTxRegister reg;
  CitizTxRotate rotate;
  CitizTxAcctRevoke acct_revoke;
  CitizTxCommit commit;
  CitizTxGrant grant;
  CitizTxRevoke revoke;
  CitizTxOpen open;
  CitizTxClose close;
  CitizTxNodeJoin node_join;
  CitizTxNodeReady node_ready;
  CitizTxValsetChange valset_change;
  CitizTxApprove approve;
  CitizTxEvidence evidence;
  CitizTxParams params;
  CitizTxRefoundAck refound_ack;
} CitizTxBody;

const gchar *citiz_tx_type_name (CitizTxType type);
gsize citiz_tx_body_size (CitizTxType type); /* in memory */
void citiz_tx_body_encode (GByteArray *out, CitizTxType type, const CitizTxBody *body);
gboolean citiz_tx_body_decode (const guint8 *bytes,
                               gsize n,
                               CitizTxType type,
                               CitizTxBody *out,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_tx_body_check (CitizTxType type,
                              const CitizTxBody *body,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_tx_body_account_id (CitizHash *out, const guint8 *registration, gsize n);
void citiz_tx_register_account_id (CitizHash *out, const CitizTxRegister *body);
/* The grant that a transaction speaks of, or %NULL. */
const CitizId *citiz_tx_body_grant (CitizTxType type, const CitizTxBody *body);

G_END_DECLS
