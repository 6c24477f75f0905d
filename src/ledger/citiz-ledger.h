/* The ledger's rules: transactions, blocks, proofs. Pure: no file, no clock, no thread. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-community.h"
#include "ledger/citiz-ledger-error.h"
#include "ledger/citiz-log.h"
#include "ledger/citiz-object.h"
#include "ledger/citiz-state.h"
#include "wire/citiz-wire.h"

G_BEGIN_DECLS

/* How far ahead of its own clock a voter accepts a block's time. */
#define CITIZ_BLOCK_MAX_AHEAD (2 * CITIZ_SECOND)

/* How much of a chain was recomputed (PROTOCOL §3). */
typedef enum
{
  CITIZ_LEVEL_LIGHT = 0,      /* L0: certificates and one's own proofs */
  CITIZ_LEVEL_STRUCTURAL = 1, /* L1: every transaction executed, every root recomputed */
  CITIZ_LEVEL_FULL = 2        /* L2: and every signature */
} CitizLevel;

/* A block with everything that is stored beside its header. */
typedef struct
{
  CitizBlockHeader header;
  CitizHash hash;
  GPtrArray *txs; /* CitizTx */
  CitizJustification *justification;
  CitizCert *final;
} CitizBlock;

CitizBlock *citiz_block_new (const CitizBlockHeader *header);
void citiz_block_free (CitizBlock *block);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizBlock, citiz_block_free)
GBytes *citiz_block_encode (const CitizBlock *block, gboolean certs);
CitizBlock *citiz_block_decode (const guint8 *bytes, gsize n, gboolean certs, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* What a block changed; what a store must write. */
typedef struct
{
  CitizHash key;
  GBytes *value;
  guint64 number; /* citiz_state_set() */
} CitizChange;

/* Work that a transaction has to show and that nobody looks at below %CITIZ_LEVEL_FULL. */
typedef struct
{
  guint64 number; /* its place in the log */
  guint bits;
} CitizOwed;

typedef struct
{
  GArray *
      objects; /* CitizChange: the last value of every object that changed, in order of first change */
  GArray *log_nodes; /* CitizLogNode */
  GArray *owed;      /* CitizOwed */
} CitizChanges;

CitizChanges *citiz_changes_new (void);
void citiz_changes_free (CitizChanges *changes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizChanges, citiz_changes_free)

/* A signature to be checked: now, or handed to other threads by a verifier. Returns: %FALSE if it is false. @bytes live
 * for the call only. */
typedef gboolean (*CitizCheckFunc) (gpointer data,
                                    CitizDomain domain,
                                    const guint8 *bytes,
                                    gsize n,
                                    const CitizSignature *signature,
                                    const CitizPublicKey *key);

/* The state after one block, and what is needed to make or check the next. Invariants (citiz_ledger_check):
 * (1) head.log_root and head.log_size are those of the log; (2) head.state_root is that of the state; (3) head.chain_id is the
 * hash of the genesis; (4) head_hash is the hash of the head, or the chain id before the first block. */
typedef struct _CitizLedger CitizLedger;

CitizLedger *citiz_ledger_new (const CitizGenesis *genesis);
CitizLedger *citiz_ledger_restore (const CitizGenesis *genesis,
                                   const CitizBlockHeader *head,
                                   const CitizLog *log,
                                   CitizState *state,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizLedger *citiz_ledger_fork (const CitizLedger *ledger);
CitizLedger *citiz_ledger_begin (CitizLedger *ledger);
void citiz_ledger_end (CitizLedger *ledger, CitizLedger *mark, gboolean good);
void citiz_ledger_free (CitizLedger *ledger);
gboolean citiz_ledger_check (CitizLedger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizLedger, citiz_ledger_free)

gboolean citiz_ledger_begin_epoch (CitizLedger *ledger,
                                   const CitizValidators *next,
                                   gboolean refounded,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_ledger_resume (CitizLedger *ledger,
                              const CitizValidators *validators,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint64 citiz_ledger_epoch (const CitizLedger *ledger);
const CitizHash *citiz_ledger_chain_id (const CitizLedger *ledger);
const CitizHash *citiz_ledger_vs_hash (const CitizLedger *ledger);
const CitizBlockHeader *citiz_ledger_head (const CitizLedger *ledger);
const CitizHash *citiz_ledger_head_hash (const CitizLedger *ledger);
CitizTime citiz_ledger_time (const CitizLedger *ledger);
CitizState *citiz_ledger_state (CitizLedger *ledger);
const CitizLog *citiz_ledger_log (const CitizLedger *ledger);

gboolean citiz_ledger_get_account (const CitizLedger *ledger,
                                   const CitizHash *id,
                                   CitizAccount *out);
gboolean citiz_ledger_get_grant (const CitizLedger *ledger,
                                 const CitizId *id,
                                 CitizGrantRecord *out,
                                 CitizGrantUse *out_use);

/* The community, as the newest block leaves it. Unknown things are %FALSE. */
gboolean citiz_ledger_get_node (const CitizLedger *ledger,
                                const CitizPublicKey *node,
                                CitizNodeRecord *out);
gboolean citiz_ledger_is_member (const CitizLedger *ledger, const CitizPublicKey *node);
gboolean citiz_ledger_get_proposal (const CitizLedger *ledger,
                                    const CitizHash *id,
                                    CitizProposal *out);
gboolean citiz_ledger_get_params (const CitizLedger *ledger, CitizTxParams *out);
guint32 citiz_ledger_used (const CitizLedger *ledger, const CitizPublicKey *node, CitizTime now);
gboolean citiz_ledger_get_next (const CitizLedger *ledger,
                                CitizValidators *out,
                                CitizProposal *out_proposal);
gboolean citiz_ledger_get_evidence (const CitizLedger *ledger,
                                    guint64 epoch,
                                    const CitizPublicKey *node,
                                    CitizEvidenceRecord *out);
gboolean citiz_ledger_get_refound (const CitizLedger *ledger,
                                   guint64 epoch,
                                   const CitizHash *document,
                                   CitizRefoundRecord *out);
gboolean citiz_ledger_get_validators (const CitizLedger *ledger,
                                      guint64 epoch,
                                      CitizValidators *out);

/* Blocks. Both leave @ledger as it was when they fail. */
CitizBlock *citiz_ledger_build (CitizLedger *ledger,
                                GPtrArray *txs,
                                CitizTime time,
                                const CitizPublicKey *proposer,
                                CitizChanges *changes,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizBlock *citiz_ledger_build_with (CitizLedger *ledger,
                                     GPtrArray *txs,
                                     CitizTime time,
                                     const CitizPublicKey *proposer,
                                     CitizCheckFunc check,
                                     gpointer check_data,
                                     CitizChanges *changes,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizBlock *citiz_ledger_propose (CitizLedger *ledger,
                                  GPtrArray *txs,
                                  guint64 slot,
                                  CitizTime time,
                                  const CitizPublicKey *proposer,
                                  CitizChanges *changes,
                                  GPtrArray *out_refused);
gboolean citiz_ledger_try (const CitizLedger *ledger,
                           GPtrArray *txs,
                           CitizTime time,
                           CitizCheckFunc check,
                           gpointer check_data,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_ledger_sift (const CitizLedger *ledger,
                        GPtrArray *txs,
                        CitizTime time,
                        GPtrArray *out_refused,
                        GPtrArray *out_later);
gboolean citiz_ledger_apply (CitizLedger *ledger,
                             const CitizBlock *block,
                             CitizTime now,
                             CitizLevel level,
                             CitizCheckFunc check,
                             gpointer check_data,
                             CitizChanges *changes,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_ledger_advance (CitizLedger *ledger,
                               const CitizBlock *block,
                               CitizTime now,
                               CitizLevel level,
                               CitizCheckFunc check,
                               gpointer check_data,
                               CitizChanges *changes,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What was executed before, gone through again for its signatures. */
void citiz_ledger_look_back (CitizLedger *ledger, const CitizLedger *later);
gboolean citiz_ledger_retrace (CitizLedger *ledger,
                               const CitizBlock *block,
                               CitizTime now,
                               const GArray *owed,
                               CitizCheckFunc check,
                               gpointer check_data,
                               CitizChanges *changes,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_ledger_get_signer (const CitizLedger *later, const CitizTx *tx, CitizPublicKey *out);

/* Certificates and light verification. */
gboolean citiz_cert_check (const CitizCert *cert,
                           const CitizHash *chain_id,
                           guint64 epoch,
                           const CitizHash *vs_hash,
                           const CitizValidators *validators,
                           CitizCheckFunc check,
                           gpointer check_data,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_check_now (gpointer data,
                          CitizDomain domain,
                          const guint8 *bytes,
                          gsize n,
                          const CitizSignature *signature,
                          const CitizPublicKey *key);

/* L0: what someone knows who holds the genesis and the newest final header. */
typedef struct
{
  CitizHash chain_id;
  guint64 epoch;
  CitizValidators validators;
  CitizHash vs_hash;
  CitizBlockHeader head; /* height 0: nothing yet */
  CitizHash head_hash;
} CitizLight;

void citiz_light_init (CitizLight *light, const CitizGenesis *genesis);
gboolean citiz_light_advance (CitizLight *light,
                              const CitizBlockHeader *header,
                              const CitizCert *final,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_light_close (CitizLight *light,
                            const CitizClosing *closing,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_light_close_with (CitizLight *light,
                                 const CitizClosing *closing,
                                 CitizCheckFunc check,
                                 gpointer check_data,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_light_check_refound (const CitizLight *light,
                                    const CitizRefound *refound,
                                    guint *out_old,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_light_refound (CitizLight *light,
                              const CitizRefound *refound,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_light_check_tx (const CitizLight *light,
                               const guint8 *tx_bytes,
                               gsize n,
                               const CitizLogProof *proof,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_light_check_object (const CitizLight *light,
                                   const CitizHash *key,
                                   GBytes *value,
                                   const CitizStateProof *proof,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

gchar *citiz_checkpoint_text (const CitizBlockHeader *header);

/* A record's commitment, kept with its salt off the ledger: SHA-256 ("citiz/commit/v1" | salt | SHA-256 (content)); and the root over
 * a batch, filled up by the caller with random dummies to citiz_commitment_size(). */
void citiz_commitment_leaf (CitizHash *out, const CitizHash *salt, const CitizHash *content);
guint32 citiz_commitment_size (guint32 n);
void citiz_commitment_root (CitizHash *out, const CitizHash *leaves, guint32 n);

G_END_DECLS
