/* Receipts of an opening and their six words. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"
#include "crypto/citiz-sign.h"

G_BEGIN_DECLS

#define CITIZ_RECEIPT_SIZE  88 /* grant 16 | opening 32 | time u64 ms | capsule 32 */
#define CITIZ_GIVEN_SIZE    (CITIZ_RECEIPT_SIZE + 33)
#define CITIZ_STALLED_SIZE  (CITIZ_RECEIPT_SIZE + 8)
#define CITIZ_RECEIPT_WORDS 6

typedef struct
{
  CitizId grant;
  CitizHash opening;
  CitizTime time;
  CitizHash capsule;
} CitizReceipt;

void citiz_receipt_encode (guint8 out[CITIZ_RECEIPT_SIZE], const CitizReceipt *receipt);
gboolean citiz_receipt_decode (CitizReceipt *out,
                               const guint8 *bytes,
                               gsize n) G_GNUC_WARN_UNUSED_RESULT;
void citiz_receipt_sign (CitizSignature *out,
                         const CitizReceipt *receipt,
                         const CitizSigningKey *key);
gboolean citiz_receipt_verify (const CitizReceipt *receipt,
                               const CitizSignature *signature,
                               const CitizPublicKey *key) G_GNUC_WARN_UNUSED_RESULT;
/* What a node says about the share it gives: receipt 88 | place u8 | commitment of that share and salt 32. A commitment that is not
 * the grant's, under this signature, is evidence against the node, and tells nobody the share. */
void citiz_given_sign (CitizSignature *out,
                       const CitizReceipt *receipt,
                       guint8 place,
                       const CitizHash *commitment,
                       const CitizSigningKey *key);
gboolean citiz_given_verify (const CitizReceipt *receipt,
                             guint8 place,
                             const CitizHash *commitment,
                             const CitizSignature *signature,
                             const CitizPublicKey *key) G_GNUC_WARN_UNUSED_RESULT;
/* A node's word that it opened while the ledger stood still (FORMAT §9): @alike, whose opening is the note's hash and whose time is the number
 * its reader counted, is the same at all nodes; then the node's own time, u64 ms. */
void citiz_stalled_sign (CitizSignature *out,
                         const CitizReceipt *alike,
                         CitizTime time,
                         const CitizSigningKey *key);
gboolean citiz_stalled_verify (const CitizReceipt *alike,
                               CitizTime time,
                               const CitizSignature *signature,
                               const CitizPublicKey *key) G_GNUC_WARN_UNUSED_RESULT;
/* First six words (11 bits each) of SHA-256 of the encoded receipts in index order. NULL-terminated. */
gchar **citiz_receipt_words (const CitizReceipt *receipts, guint n, CitizLanguage language);

G_END_DECLS
