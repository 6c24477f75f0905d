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

/* One block in the making: the state it changes, the time it happens at, who checks signatures (NULL: nobody). */
typedef struct
{
  const CitizHash *chain_id;
  CitizState *state;
  CitizTime time;
  CitizCheckFunc check;
  gpointer check_data;
  CitizChanges *changes;
} CitizRun;

gboolean citiz_run_tx (CitizRun *run, const CitizTx *tx, GError **error);
gboolean citiz_state_get_grant (const CitizState *state,
                                const CitizId *id,
                                CitizGrantRecord *out,
                                CitizGrantUse *out_use);
gboolean citiz_state_get_account (const CitizState *state, const CitizHash *id, CitizAccount *out);
gboolean citiz_state_get_commitment (const CitizState *state,
                                     const CitizHash *root,
                                     CitizCommitment *out);

G_END_DECLS
