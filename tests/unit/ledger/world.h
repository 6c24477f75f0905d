/* A small chain for the tests of the rules. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-ledger.h"

#include "../tools.h"

#define T0 G_GINT64_CONSTANT (1800000000000)

typedef struct
{
  guint n; /* validators */
  CitizSigningKey *nodes[4];
  CitizSigningKey *epochs[4];
  CitizSigningKey *keys[4]; /* 0 and 1: device and recovery of one account; 2: device of another */
  CitizGenesis genesis;
  CitizLedger *ledger;
  CitizHash account;
  CitizHash other;
  CitizHash secret;
  guint64 nonce;
  gint64 time;
  GArray *log_nodes;
} World;

CitizTx *world_tx (World *world,
                   CitizTxType type,
                   const CitizHash *account,
                   guint16 key_index,
                   const CitizTxBody *body,
                   guint key);
/* Takes @tx, may be NULL for an empty block. */
CitizBlock *world_build (World *world, CitizTx *tx, GError **error);
void world_accept (World *world, CitizTx *tx);
void world_refuse (World *world, CitizTx *tx, CitizLedgerError code);
CitizTx *world_registration (World *world, guint device, gint recovery, CitizHash *out_account);
void world_init (World *world, guint n);
void world_clear (World *world);
CitizId world_grant_id (guint8 n);
void world_grant_body (World *world, guint8 n, guint16 max, CitizTxBody *body);
CitizTx *world_grant (World *world, guint8 n, guint16 max);
CitizTx *world_opening (World *world, guint8 n, guint16 use, guint16 max);
CitizTx *world_about_grant (World *world,
                            CitizTxType type,
                            guint8 n,
                            const CitizHash *account,
                            guint key);
