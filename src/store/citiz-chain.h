/* The chain on disk: one validator, every block final when its SQLite transaction is. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-env.h"
#include "ledger/citiz-ledger.h"
#include "ledger/citiz-step.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _CitizChain CitizChain;
typedef struct _CitizDb CitizDb;

/* A block as a list shows it. */
typedef struct
{
  guint64 height;
  guint64 slot;
  CitizHash hash;
  CitizHash parent;
  CitizTime time;
  guint32 n_tx;
  guint64 log_size;
  CitizHash log_root;
  CitizHash state_root;
  CitizPublicKey proposer;
} CitizBlockInfo;

/* A transaction and where it is. @grant is zero for those that speak of none. */
typedef struct
{
  CitizHash id;
  guint64 height;
  guint32 index;     /* in its block */
  guint64 log_index; /* in the log */
  CitizTime time;    /* of its block */
  CitizTime entered; /* when this computer received it, by its own clock */
  CitizTxType type;
  CitizHash account;
  CitizId grant;
  CitizTx *tx;
} CitizTxInfo;

void citiz_tx_info_clear (CitizTxInfo *info);
void citiz_tx_info_free (CitizTxInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizTxInfo, citiz_tx_info_free)

/* The way of a transaction. Each step was checked again by citiz_chain_path(), nothing is taken from memory. */
typedef struct
{
  CitizTxInfo info;
  gboolean done[CITIZ_N_STEPS];
  CitizTime when[CITIZ_N_STEPS];
  CitizBlockHeader header; /* the newest */
  CitizLogProof proof;     /* to its log root */
  guint n_votes;           /* in its Final certificate */
  guint n_validators;
} CitizTxPath;

void citiz_tx_path_clear (CitizTxPath *path);

CitizChain *citiz_chain_open (CitizDb *db,
                              const CitizEnv *env,
                              CitizSigningKey *node_key,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_chain_close (CitizChain *chain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizChain, citiz_chain_close)

const CitizHash *citiz_chain_id (CitizChain *chain);
guint64 citiz_chain_height (CitizChain *chain);
CitizTime citiz_chain_time (CitizChain *chain);
void citiz_chain_hear_clocks (CitizChain *chain, gint64 skew_ms);
gint64 citiz_chain_get_skew (CitizChain *chain);
gboolean citiz_chain_keep_time (CitizChain *chain, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const CitizPublicKey *citiz_chain_node (CitizChain *chain);
gboolean citiz_chain_can_sign (CitizChain *chain);

/* Making transactions. Appends a signed one to @txs with the next free nonce of its account and key, those that wait in @txs
 * counted in, and an hour to live. */
void citiz_chain_add (CitizChain *chain,
                      GPtrArray *txs,
                      CitizTxType type,
                      const CitizHash *account,
                      guint16 key_index,
                      const CitizTxBody *body,
                      const CitizSigningKey *key);
/* The same for an account of one device key and, if not %NULL, a recovery key; nothing is appended when the
 * account is there already. */
void citiz_chain_add_register (CitizChain *chain,
                               GPtrArray *txs,
                               const CitizSigningKey *device,
                               const CitizPublicKey *recovery,
                               CitizHash *out_account);

gboolean citiz_chain_submit (CitizChain *chain, GPtrArray *txs, CitizBlockInfo *out, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

gboolean citiz_chain_get_account (CitizChain *chain, const CitizHash *id, CitizAccount *out);
gboolean citiz_chain_grant (CitizChain *chain, const CitizId *grant, CitizGrantState *out);
gboolean citiz_chain_find_tx (CitizChain *chain,
                              const CitizHash *id,
                              CitizTxInfo *out,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *citiz_chain_txs_of_block (CitizChain *chain, guint64 height, GError **error);
GPtrArray *citiz_chain_txs_of_grant (CitizChain *chain, const CitizId *grant, GError **error);
GPtrArray *citiz_chain_txs_of_account (CitizChain *chain,
                                       const CitizHash *account,
                                       guint64 from,
                                       GError **error);
GPtrArray *citiz_chain_txs_of_community (CitizChain *chain, GError **error);
CitizTxInfo *citiz_chain_find_opening (CitizChain *chain,
                                       const CitizId *grant,
                                       const CitizHash *note);
gboolean citiz_chain_is_renewal (CitizChain *chain, const CitizTxInfo *info);
GPtrArray *citiz_chain_blocks (CitizChain *chain, guint64 from_height, guint count, GError **error);
gboolean citiz_chain_inclusion (CitizChain *chain,
                                const CitizTxInfo *info,
                                CitizBlockHeader *out_header,
                                CitizCert *out_final,
                                CitizLogProof *out,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_chain_path (CitizChain *chain, const CitizHash *id, CitizTxPath *out, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
gchar *citiz_chain_checkpoint (CitizChain *chain);
GBytes *citiz_chain_tile (CitizChain *chain, const gchar *path, gboolean *out_full);

/* What can be made again from the transactions is; the block that an error speaks of. */
gboolean citiz_chain_mend (CitizChain *chain, GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint64 citiz_chain_error_block (const GError *error);

/* Whole blocks, for others who follow. */
GPtrArray *citiz_chain_read_blocks (CitizChain *chain,
                                    guint64 height,
                                    guint max,
                                    gsize max_bytes,
                                    GError **error);
GBytes *citiz_chain_read_range (CitizChain *chain,
                                guint64 height,
                                guint max,
                                gsize max_bytes,
                                GError **error);

gboolean citiz_chain_height_of (CitizChain *chain, const CitizHash *hash, guint64 *out);
gboolean citiz_chain_height_after (CitizChain *chain, guint64 epoch, guint64 slot, guint64 *out);

/* A chain that several order: blocks come from outside, executed by who brings them, and no vote is made here. */
CitizChain *citiz_chain_open_shared (CitizDb *db,
                                     const CitizEnv *env,
                                     const CitizGenesis *genesis,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
const CitizGenesis *citiz_chain_genesis (CitizChain *chain);
CitizLedger *citiz_chain_ledger (CitizChain *chain, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_chain_append (CitizChain *chain,
                             const CitizBlock *block,
                             const CitizLedger *after,
                             const CitizChanges *changes,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_chain_follow (CitizChain *chain, GPtrArray *blocks, CitizLevel level, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Where an epoch ends. A closing block without a Final certificate of its own is final by one of its continuation: empty blocks that are
 * no part of the chain, kept beside it. */
gboolean citiz_chain_keep_continuation (CitizChain *chain,
                                        GPtrArray *blocks,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizBlock *citiz_chain_get_continuation (CitizChain *chain, const CitizHash *hash);
CitizClosing *citiz_chain_closing (CitizChain *chain, guint64 epoch, GError **error);

/* Beginning with the snapshot of a closing block: its objects as they are verified, then all at once. */
gboolean citiz_chain_stage (CitizChain *chain,
                            CitizChanges *objects,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_chain_unstage (CitizChain *chain, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_chain_adopt (CitizChain *chain,
                            GPtrArray *closings,
                            const CitizLedger *ledger,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint64 citiz_chain_base (CitizChain *chain);
/* Giving it to others: from now on the state at the end of an epoch is kept, cut. */
void citiz_chain_give_snapshots (CitizChain *chain);
gboolean citiz_chain_check_snapshots (CitizChain *chain, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *citiz_chain_snapshot_list (CitizChain *chain, guint64 epoch);
GBytes *citiz_chain_snapshot_chunk (CitizChain *chain, guint64 epoch, guint place);

/* An epoch that ended because people said so: a quorum of it is lost for good, and they go on from its newest final block. */
const CitizRefound *citiz_chain_refound_of (CitizChain *chain, guint64 epoch);
gboolean citiz_chain_check_refound (CitizChain *chain,
                                    const CitizRefound *refound,
                                    guint *out_old,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_chain_keep_refound (CitizChain *chain,
                                   const CitizRefound *refound,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_chain_accept_refound (CitizChain *chain,
                                     const CitizRefound *refound,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_chain_join_signers (CitizChain *chain,
                                   const CitizRefound *other,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is not final yet and must not be lost: blocks by their hash, certificates by what they say. */
gboolean citiz_chain_put_pending (CitizChain *chain,
                                  const CitizBlock *block,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizBlock *citiz_chain_get_pending (CitizChain *chain, const CitizHash *hash, GError **error);
GPtrArray *citiz_chain_pending (CitizChain *chain, GError **error);
gboolean citiz_chain_keep (CitizChain *chain,
                           const CitizCert *cert,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *citiz_chain_kept (CitizChain *chain, GError **error);
gboolean citiz_chain_prune_pending (CitizChain *chain, guint64 epoch, guint64 slot, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* Called from the verifying thread, a few times a second. */
typedef void (*CitizChainProgress) (guint64 done_blocks, guint64 all_blocks, gpointer data);

/* What a full verification found. */
typedef struct
{
  guint64 n_blocks;
  guint64 n_txs;
  guint64 n_signatures;
  CitizTime when;
} CitizVerified;

/* Recomputes everything from the genesis on. The first is the second at %CITIZ_LEVEL_FULL. */
gboolean citiz_chain_verify (CitizChain *chain,
                             CitizChainProgress progress,
                             gpointer data,
                             GCancellable *cancellable,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_chain_verify_level (CitizChain *chain,
                                   CitizLevel level,
                                   CitizChainProgress progress,
                                   gpointer data,
                                   GCancellable *cancellable,
                                   CitizVerified *out,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same in slices, for a thread that has other work between them: step until it is done. New blocks may be submitted in
 * between and are verified too. */
typedef struct _CitizChainVerifier CitizChainVerifier;
CitizChainVerifier *citiz_chain_verifier_new (CitizChain *chain, CitizLevel level);
gboolean citiz_chain_verifier_step (CitizChainVerifier *verifier,
                                    gboolean *out_done,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* For a thread that verifies in the background: goes on where an earlier verifier stood; does not execute again what this
 * chain has just executed; keeps where this one stands. Where the history is
 * missing a step does nothing more: the blocks from citiz_chain_verifier_missing() on are brought from elsewhere. */
gboolean citiz_chain_verifier_resume (CitizChainVerifier *verifier,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_chain_verifier_retrace (CitizChainVerifier *verifier);
gboolean citiz_chain_verifier_keep (CitizChainVerifier *verifier,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint64 citiz_chain_verifier_missing (CitizChainVerifier *verifier);
void citiz_chain_verifier_expect (CitizChainVerifier *verifier, GPtrArray *blocks);
gboolean citiz_chain_verifier_feed (CitizChainVerifier *verifier,
                                    GPtrArray *blocks,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
const CitizVerified *citiz_chain_verifier_get (CitizChainVerifier *verifier);
void citiz_chain_verifier_free (CitizChainVerifier *verifier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizChainVerifier, citiz_chain_verifier_free)

G_END_DECLS
