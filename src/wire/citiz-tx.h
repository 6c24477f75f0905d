/* A transaction: envelope, typed body, signature. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "wire/citiz-tx-body.h"

G_BEGIN_DECLS

#define CITIZ_TX_VERSION      1
#define CITIZ_TX_MAX_BODY     4096
#define CITIZ_TX_MAX_VALIDITY CITIZ_DAY

/* Where a node is handed transactions (FORMAT.md §2): one, or at most so many in one body. As many of the longest there are have room in it. */
#define CITIZ_TX_PATH      "/v1/tx"
#define CITIZ_TXS_PATH     "/v1/txs"
#define CITIZ_TXS_MAX      32
#define CITIZ_TXS_MAX_BODY (64u * 1024)

/* Reference counted; written before citiz_tx_sign(), read-only from then on. @sponsor all zero: nobody vouches; then there is
 * no sponsor's signature and @sponsor_epoch is the number that shows the work, or 0. */
typedef struct
{
  CitizHash chain_id;
  CitizTxType type;
  CitizHash account;
  guint64 nonce;
  CitizTime valid_until;
  guint16 key_index;
  CitizPublicKey sponsor;
  guint64 sponsor_epoch;
  CitizAlg alg;
  CitizSignature signature;
  gboolean sponsored;
  CitizSignature sponsor_signature;
  /*< private >*/
  GBytes *bytes;    /* once signed or decoded */
  gsize n_unsigned; /* how many of them the signature covers */
  CitizHash id;
  gint work; /* bits of work found, and one; 0: not looked at */
  /*< public >*/
  CitizTxBody body; /* last: of one that was decoded as much is here as its type needs */
} CitizTx;

CitizTx *citiz_tx_new (CitizTxType type);
CitizTx *citiz_tx_ref (CitizTx *tx);
void citiz_tx_unref (CitizTx *tx);
void citiz_tx_sign (CitizTx *tx, const CitizSigningKey *key);
CitizTx *citiz_tx_without_sponsor (const CitizTx *tx);
CitizTx *citiz_tx_vouch (const CitizTx *tx, const CitizSigningKey *node_key);
void citiz_tx_work (CitizTx *tx, guint bits);
gboolean citiz_tx_work_some (CitizTx *tx, guint bits, guint tries) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_tx_worked (CitizTx *tx, guint bits) G_GNUC_WARN_UNUSED_RESULT;
CitizTx *citiz_tx_decode (const guint8 *bytes, gsize n, GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizTx *citiz_tx_decode_unnamed (const guint8 *bytes,
                                  gsize n,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *citiz_tx_encode (const CitizTx *tx);
GBytes *citiz_tx_get_bytes (const CitizTx *tx);
const guint8 *citiz_tx_get_tbs (const CitizTx *tx, gsize *out_n);
const CitizHash *citiz_tx_get_id (const CitizTx *tx);
void citiz_tx_get_registered (const CitizTx *tx, CitizHash *out);
const guint8 *citiz_tx_get_vouched (const CitizTx *tx, gsize *out_n);
gboolean citiz_tx_verify (const CitizTx *tx, const CitizPublicKey *key) G_GNUC_WARN_UNUSED_RESULT;
void citiz_tx_id_of (CitizHash *out, const guint8 *bytes, gsize n);

/* Several in one body. */
void citiz_txs_put (GByteArray *out, const CitizTx *tx);
GPtrArray *citiz_txs_cut (GBytes *body);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizTx, citiz_tx_unref)

G_END_DECLS
