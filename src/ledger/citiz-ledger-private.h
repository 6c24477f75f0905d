/* The inside of the ledger, for its files. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-ledger.h"

G_BEGIN_DECLS

struct _CitizLedger
{
  CitizHash chain_id;
  CitizTime genesis_time;
  guint64 epoch;
  CitizValidators validators;
  CitizHash vs_hash;
  CitizBlockHeader head; /* height 0: no block yet */
  CitizHash head_hash;
  CitizLog log;
  CitizState *state;
};

/* What a block holds that nobody vouches for: a tenth of its bytes, and no more than can be checked in a moment. */
#define CITIZ_LANE_MAX_BYTES (CITIZ_BLOCK_MAX_BYTES / 10)
#define CITIZ_LANE_MAX_TX    64
typedef struct
{
  guint n;
  gsize bytes;
} CitizLane;

/* One block in the making: the state it changes (of @ledger, or a draft of it), the time it happens at, who checks signatures (NULL: nobody). @lane:
 * NULL when it is not about one block. */
typedef struct
{
  const CitizLedger *ledger;
  const CitizHash *chain_id;
  CitizState *state;
  CitizTime time;
  CitizCheckFunc check;
  gpointer check_data;
  CitizChanges *changes;
  CitizLane *lane;
  const CitizHash *keys; /* citiz_tx_keys() of the transaction being run */
} CitizRun;

/* Where in the state a transaction looks first: its account, and what it commits to (if it does; else the account again). */
#define CITIZ_TX_KEYS 2

typedef gboolean (*CitizApplyFunc) (CitizRun *run,
                                    const CitizTx *tx,
                                    CitizAccount *account,
                                    GError **error);

void citiz_tx_keys (CitizHash out[CITIZ_TX_KEYS], const CitizTx *tx);
gboolean citiz_run_tx (CitizRun *run, CitizTx *tx, GError **error);
gboolean citiz_state_get_grant (const CitizState *state,
                                const CitizId *id,
                                CitizGrantRecord *out,
                                CitizGrantUse *out_use);
gboolean citiz_state_get_account (const CitizState *state, const CitizHash *id, CitizAccount *out);

GBytes *citiz_state_find (const CitizState *state, CitizObjectType type, const guint8 *id, gsize n);
void citiz_run_put (CitizRun *run, CitizObjectType type, const guint8 *id, gsize n, GBytes *value);
gboolean citiz_run_is_member (const CitizRun *run, const CitizPublicKey *node);
gboolean citiz_run_admit (CitizRun *run, CitizTx *tx, const CitizPublicKey *signer, GError **error);

/* citiz-community.c */
gboolean citiz_state_get_node (const CitizState *state,
                               const CitizPublicKey *node,
                               CitizNodeRecord *out);
gboolean citiz_state_get_proposal (const CitizState *state,
                                   const CitizHash *id,
                                   CitizProposal *out);
gboolean citiz_state_get_validators (const CitizState *state, guint64 epoch, CitizValidators *out);
gboolean citiz_state_get_params (const CitizState *state, CitizTxParams *out);

/* citiz-rules-node.c, citiz-rules-blame.c */
static inline const CitizPublicKey *
citiz_tx_signer (const CitizTx *tx, const CitizAccount *account)
{
  return &account->keys[tx->key_index].key.key;
}

void citiz_run_put_validators (CitizRun *run, guint64 epoch, const CitizValidators *validators);
gboolean citiz_run_find_validator (const CitizRun *run,
                                   const CitizTx *tx,
                                   const CitizAccount *account,
                                   guint *out_place,
                                   GError **error);
gboolean citiz_apply_node_join (CitizRun *run,
                                const CitizTx *tx,
                                CitizAccount *account,
                                GError **error);
gboolean citiz_apply_node_leave (CitizRun *run,
                                 const CitizTx *tx,
                                 CitizAccount *account,
                                 GError **error);
gboolean citiz_apply_node_ready (CitizRun *run,
                                 const CitizTx *tx,
                                 CitizAccount *account,
                                 GError **error);
gboolean citiz_apply_valset_change (CitizRun *run,
                                    const CitizTx *tx,
                                    CitizAccount *account,
                                    GError **error);
gboolean citiz_apply_approve (CitizRun *run,
                              const CitizTx *tx,
                              CitizAccount *account,
                              GError **error);
gboolean citiz_apply_evidence (CitizRun *run,
                               const CitizTx *tx,
                               CitizAccount *account,
                               GError **error);
gboolean citiz_apply_params (CitizRun *run,
                             const CitizTx *tx,
                             CitizAccount *account,
                             GError **error);
gboolean citiz_apply_refound_ack (CitizRun *run,
                                  const CitizTx *tx,
                                  CitizAccount *account,
                                  GError **error);

G_END_DECLS
