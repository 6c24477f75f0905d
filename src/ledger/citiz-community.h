/* What the state tree holds of a community: nodes, validators, proposals, what it asks of transactions.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-object.h"

G_BEGIN_DECLS

/* What a node is to the community. Stored: never renumber. */
typedef enum
{
  CITIZ_STANDING_CANDIDATE = 1, /* has presented itself */
  CITIZ_STANDING_MEMBER = 2,    /* may vouch for transactions */
  CITIZ_STANDING_LEFT = 3
} CitizStanding;

/* A node that has spoken of itself. A validator is a member with or without one, unless it has left. */
typedef struct
{
  CitizPublicKey node;
  CitizHash account; /* whose key the node's key is */
  CitizHash operator_;
  CitizHash url;
  CitizTime time;
  CitizStanding standing;
  guint64 epoch;      /* the one it is ready for; 0: none */
  CitizPublicKey key; /* its key in that epoch */
} CitizNodeRecord;

/* What validators approve in one epoch: a node_join, valset_change or params, named by its transaction. */
typedef struct
{
  CitizHash id;
  CitizTxType type;
  CitizPublicKey node; /* who proposed it */
  guint64 epoch;
  guint8 approvals[CITIZ_MAX_VALIDATORS
                   / 8]; /* as the bitmap of a certificate, by place in the epoch's list */
  guint8 approved;
  guint16 n_body;
  guint8 body[CITIZ_TX_MAX_BODY];
} CitizProposal;

/* Transactions of one day (since 1970, by ledger time) that a node vouched for or an account made. */
typedef struct
{
  CitizHash who;
  guint32 day;
  guint32 used;
} CitizCount;

/* The first proof that @node contradicted itself in @epoch. */
typedef struct
{
  guint64 epoch;
  CitizPublicKey node;
  CitizTime time;
  guint8 evidence[2 * CITIZ_VOTE_SIZE];
} CitizEvidenceRecord;

/* An epoch that people began, and who of its validators says from which document. */
typedef struct
{
  guint64 epoch;
  CitizHash document;
  guint8 acks[CITIZ_MAX_VALIDATORS / 8];
} CitizRefoundRecord;

CITIZ_OBJECT_DECLARE (node_record, CitizNodeRecord);
CITIZ_OBJECT_DECLARE (proposal, CitizProposal);
CITIZ_OBJECT_DECLARE (count, CitizCount);
CITIZ_OBJECT_DECLARE (evidence_record, CitizEvidenceRecord);
CITIZ_OBJECT_DECLARE (refound_record, CitizRefoundRecord);
GBytes *citiz_epoch_validators_encode (guint64 epoch, const CitizValidators *validators);
gboolean citiz_epoch_validators_decode (GBytes *bytes,
                                        guint64 epoch,
                                        CitizValidators *out,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *citiz_change_encode (guint64 epoch, const CitizHash *proposal);
gboolean citiz_change_decode (GBytes *bytes, guint64 epoch, CitizHash *out, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
GBytes *citiz_params_encode (const CitizTxParams *params);
gboolean citiz_params_decode (GBytes *bytes,
                              CitizTxParams *out,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The place of @node among @validators; -1: none. */
gint citiz_validators_find (const CitizValidators *validators, const CitizPublicKey *node);
void citiz_epoch_id (guint8 out[8], guint64 epoch);
gboolean citiz_bitmap_has (const guint8 *bitmap, guint place);
void citiz_bitmap_set (guint8 *bitmap, guint place);
guint citiz_bitmap_count (const guint8 bitmap[CITIZ_MAX_VALIDATORS / 8]);

G_END_DECLS
