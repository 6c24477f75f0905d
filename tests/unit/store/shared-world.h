/* Four founders who agree on everything, and one place on disk that follows. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-chain.h"
#include "store/citiz-db.h"

#include "../tools.h"

#define SHARED_N 4

typedef struct
{
  gchar *dir;
  CitizTime now;
  CitizEnv env;
  CitizSigningKey *nodes[SHARED_N], *epoch_keys[SHARED_N];
  CitizGenesis genesis;
  CitizHash chain_id, vs_hash;
  CitizLedger *ledger; /* the founders' */
  guint made;
  guint64 nonces[SHARED_N]; /* of the nodes' accounts */
  CitizDb *db;
  CitizChain *chain;
} SharedWorld;

void shared_world_init (SharedWorld *world, gconstpointer unused);
void shared_world_clear (SharedWorld *world, gconstpointer unused);
void shared_world_open (SharedWorld *world, const CitizGenesis *genesis);
void shared_world_shut (SharedWorld *world);
/* A certificate by the first @voters of the list. */
void shared_world_certify (SharedWorld *world,
                           CitizCert *out,
                           CitizVoteKind kind,
                           const CitizBlock *block,
                           guint voters);
/* A registration of a fresh account: of tools_device (made), before it counts. */
CitizTx *shared_world_tx (SharedWorld *world);
/* What a node says; %NULL: the registration of its account, which comes first. */
CitizTx *shared_world_say (SharedWorld *world,
                           guint node,
                           CitizTxType type,
                           const CitizTxBody *said);
/* The next block: this transaction. */
CitizBlock *shared_world_order (SharedWorld *world,
                                CitizTx *tx,
                                CitizChanges *changes,
                                gboolean final);
/* The next block: these transactions. */
CitizBlock *shared_world_order_all (SharedWorld *world,
                                    GPtrArray *txs,
                                    CitizChanges *changes,
                                    gboolean final);
/* A block that the validators made final with a transaction that nobody checked. */
CitizBlock *shared_world_believe (SharedWorld *world, CitizTx *tx);
/* The next block, final: @n registrations of fresh accounts. */
CitizBlock *shared_world_crowd (SharedWorld *world, guint n);
/* The next block: one registration of a fresh account. */
CitizBlock *shared_world_next (SharedWorld *world, CitizChanges *changes, gboolean final);
/* (element-type CitizBlock): the last is final */
GPtrArray *shared_world_blocks (SharedWorld *world, guint n);

/* All validators stay, with keys for the next epoch. (element-type CitizBlock): the last closes this one; none is final */
GPtrArray *shared_world_closing (SharedWorld *world);
/* The same, each block final; the world is in the next epoch then. */
GPtrArray *shared_world_end_epoch (SharedWorld *world);
/* The same, the last final only by the second of two empty blocks on it, which come last. */
GPtrArray *shared_world_end_epoch_above (SharedWorld *world);

/* People say that the same validators go on, in another epoch, from the newest block, @last, which is final; the world does. */
void shared_world_refound (SharedWorld *world, const CitizBlock *last, CitizRefound *out);
