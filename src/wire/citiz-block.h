/* Block headers, votes, certificates, the founding document. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-sign.h"
#include "wire/citiz-codec.h"

G_BEGIN_DECLS

#define CITIZ_PROTOCOL        1
#define CITIZ_HEADER_VERSION  1
#define CITIZ_HEADER_SIZE     344
#define CITIZ_VOTE_TBS_SIZE   137 /* with the 16-byte label in front */
#define CITIZ_VOTE_SIZE       115
#define CITIZ_MAX_VALIDATORS  128
#define CITIZ_BLOCK_MAX_BYTES (512u * 1024)
#define CITIZ_BLOCK_MAX_TX    2000
#define CITIZ_MAX_SKIPS       1024

/* flags of a header */
#define CITIZ_BLOCK_CLOSING      1 /* the last of its epoch */
#define CITIZ_BLOCK_CONTINUATION 2 /* empty, on top of a closing one, and never part of the chain */

/* All roots are those after this block (reference: one header and one certificate prove the current state). */
typedef struct
{
  guint8 flags; /* 0 or one of CITIZ_BLOCK_CLOSING, CITIZ_BLOCK_CONTINUATION */
  CitizHash chain_id;
  guint64 epoch;
  guint64 slot;
  guint64 height;
  CitizHash parent; /* of the first block: the chain id */
  guint64 parent_slot;
  CitizTime time;
  CitizPublicKey proposer; /* node key */
  guint32 n_tx;
  guint64 log_size;
  CitizHash log_root;
  CitizHash state_root;
  CitizHash vs_hash;
  CitizHash next_vs_hash;
  CitizHash evidence_root;
  CitizHash snapshot_root;
  guint8 version;
  guint16 protocol;
} CitizBlockHeader;

void citiz_block_header_encode (const CitizBlockHeader *header, guint8 out[CITIZ_HEADER_SIZE]);
gboolean citiz_block_header_decode (const guint8 *bytes,
                                    gsize n,
                                    CitizBlockHeader *out,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_block_header_hash (CitizHash *out, const CitizBlockHeader *header);

/* On the wire: never renumber. */
typedef enum
{
  CITIZ_VOTE_CAND = 1,
  CITIZ_VOTE_NOTAR = 2,
  CITIZ_VOTE_SKIP = 3,
  CITIZ_VOTE_FINAL = 4
} CitizVoteKind;

/* One statement that validators sign. @hash is zero for SKIP. */
typedef struct
{
  CitizHash chain_id;
  guint64 epoch;
  CitizHash vs_hash;
  CitizVoteKind kind;
  guint64 slot;
  CitizHash hash;
} CitizStatement;

/* The signed bytes after the label; the label itself is put by citiz_sign(). */
#define CITIZ_STATEMENT_SIZE (CITIZ_VOTE_TBS_SIZE - CITIZ_LABEL_SIZE)
void citiz_statement_encode (const CitizStatement *statement, guint8 out[CITIZ_STATEMENT_SIZE]);

/* A validator's vote as it travels and as the journal keeps it. @voter: place in the epoch's list. */
typedef struct
{
  CitizVoteKind kind;
  guint64 epoch;
  guint64 slot;
  CitizHash hash;
  guint16 voter;
  CitizSignature signature;
} CitizVote;

void citiz_vote_sign (CitizVote *vote,
                      const CitizHash *chain_id,
                      const CitizHash *vs_hash,
                      const CitizSigningKey *epoch_key);
gboolean citiz_vote_verify (const CitizVote *vote,
                            const CitizHash *chain_id,
                            const CitizHash *vs_hash,
                            const CitizPublicKey *epoch_key) G_GNUC_WARN_UNUSED_RESULT;
GBytes *citiz_vote_encode (const CitizVote *vote);
gboolean citiz_vote_decode (const guint8 *bytes, gsize n, CitizVote *out, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Votes of a quorum for one statement. Bit i of the bitmap (most significant first) is validator i; one signature a set
 * bit, in order; the last byte of the bitmap is not zero. */
typedef struct
{
  CitizVoteKind kind; /* NOTAR, SKIP or FINAL */
  guint64 epoch;
  guint64 slot;
  CitizHash hash;
  guint16 n_bitmap;
  guint8 bitmap[CITIZ_MAX_VALIDATORS / 8];
  guint16 n_signatures;
  CitizSignature signatures[CITIZ_MAX_VALIDATORS];
} CitizCert;

void citiz_cert_from_votes (CitizCert *out, const CitizVote *votes, guint n_votes);
guint citiz_cert_voters (const CitizCert *cert, guint16 out[CITIZ_MAX_VALIDATORS]);
gboolean citiz_cert_vote (const CitizCert *cert, guint16 voter, CitizVote *out);
GBytes *citiz_cert_encode (const CitizCert *cert);
gboolean citiz_cert_decode (const guint8 *bytes, gsize n, CitizCert *out, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* What is stored with a block: why its parent's slot could be skipped to and why it was accepted. */
typedef struct
{
  CitizCert notar;
  GPtrArray
      *skips; /* CitizCert: SKIP certificates of the slots between parent and block, ascending */
} CitizJustification;

CitizJustification *citiz_justification_new (const CitizCert *notar);
void citiz_justification_free (CitizJustification *justification);
GBytes *citiz_justification_encode (const CitizJustification *justification);
CitizJustification *citiz_justification_decode (const guint8 *bytes,
                                                gsize n,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizJustification, citiz_justification_free)

/* A node and the key it signs votes with during one epoch. */
typedef struct
{
  CitizPublicKey node;
  CitizPublicKey key;
} CitizValidator;

/* Ascending order of node keys, none twice. */
typedef struct
{
  guint16 n;
  CitizValidator v[CITIZ_MAX_VALIDATORS];
} CitizValidators;

GBytes *citiz_validators_encode (const CitizValidators *validators);
gboolean citiz_validators_decode (const guint8 *bytes,
                                  gsize n,
                                  CitizValidators *out,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_validators_hash (CitizHash *out, const CitizValidators *validators);
guint citiz_quorum (guint n_validators);

/* A founder: its validator entry and the signature by which its node key takes the epoch key as its own. */
typedef struct
{
  CitizValidator validator;
  CitizSignature join;
} CitizFounder;

/* The bytes a chain is named after. */
typedef struct
{
  guint8 version;
  guint16 protocol;
  CitizHash salt; /* random: two chains never share a name */
  CitizTime time;
  guint16 n_founders;
  CitizFounder founders[CITIZ_MAX_VALIDATORS];
} CitizGenesis;

GBytes *citiz_genesis_encode (const CitizGenesis *genesis);
gboolean citiz_genesis_decode (const guint8 *bytes, gsize n, CitizGenesis *out, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void citiz_genesis_chain_id (CitizHash *out, const CitizGenesis *genesis);
void citiz_genesis_validators (CitizValidators *out, const CitizGenesis *genesis);
void citiz_founder_sign (CitizFounder *founder,
                         const CitizHash *salt,
                         const CitizSigningKey *node_key);
gboolean citiz_founder_verify (const CitizFounder *founder,
                               const CitizHash *salt) G_GNUC_WARN_UNUSED_RESULT;
void citiz_join_sign (CitizFounder *founder,
                      const CitizHash *salt,
                      guint64 epoch,
                      const CitizSigningKey *node_key);
gboolean citiz_join_verify (const CitizFounder *founder,
                            const CitizHash *salt,
                            guint64 epoch) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
