/* A chain of one node on disk, with one account. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-chain-private.h"
#include "store/citiz-db.h"

#include "../tools.h"

typedef struct
{
  gchar *dir;
  CitizTime now;
  CitizEnv env;
  CitizDb *db;
  CitizChain *chain;
  CitizSigningKey *node;
  CitizSigningKey *device;
  CitizHash account;
  CitizHash secret; /* a_0 */
} World;

void world_open (World *world);
void world_shut (World *world);
void world_init (World *world, gconstpointer unused);
void world_clear (World *world, gconstpointer unused);

/* Returns: (transfer full) (element-type CitizTx): none yet, for what follows */
GPtrArray *list (void);
CitizId grant_id (guint8 n);
CitizHash note_of (guint16 use);
/* Grant @n, for @length ms. */
void add_grant (World *world, GPtrArray *txs, guint8 n, guint16 max, gint64 length);
/* Opening @use of the @max of grant @n. */
void add_open (World *world, GPtrArray *txs, guint8 n, guint16 use, guint16 max);
void add_revoke (World *world, GPtrArray *txs, guint8 n);

void submit_ok (World *world, GPtrArray *txs, CitizBlockInfo *out);
/* Refused for @code, and nothing has changed. */
void submit_refused (World *world, GPtrArray *txs, CitizLedgerError code);
CitizGrantState state_of (World *world, guint8 n);
/* All of it, to the signatures. */
void verify_ok (World *world);
