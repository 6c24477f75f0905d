/* Several replicas with real disks in one process. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "node/citiz-replica.h"
#include "store/citiz-db.h"

#include "../tools.h"

#define MAX_NODES 7
#define SLOTS     1024 /* in which votes are counted */

typedef struct _World World;

typedef struct
{
  World *world;
  guint place; /* in order of node keys */
  gchar *dir;
  CitizSigningKey *key;
  CitizDb *db;
  CitizChain *chain;
  CitizJournal *journal;
  CitizReplica *replica; /* NULL: down */
  guint finals, evidence, alarms;
  guint said;        /* statements that it has signed and sent */
  gboolean set_back; /* its folder was put back to an old copy */
} Node;

/* Messages travel through the main loop, some are lost. */
struct _World
{
  guint n;
  Node nodes[MAX_NODES];
  CitizGenesis genesis;
  CitizHash chain_id;
  gboolean cut[MAX_NODES][MAX_NODES]; /* from, to */
  guint loss;                         /* per cent */
  guint delay;                        /* ms */
  CitizCsxTiming timing;
  guint32 draws;
  guint made;                       /* transactions */
  guint sent;                       /* messages */
  guint flying;                     /* and those that have not arrived */
  gboolean no_notar, no_cand;       /* votes for blocks, new blocks do not arrive */
  guint8 notar[SLOTS], skip[SLOTS]; /* who has said so: a bit a place */
};

/* @n nodes, all down. */
void world_init (World *world, guint n);
void world_up (World *world);
void world_clear (World *world);
void node_up (Node *node);
void node_down (Node *node);
/* A draw that is the same in each run, below 100. */
guint draw (World *world);

/* Transactions on its chain. */
guint64 size (Node *node);
/* Runs the main loop until @done or so many seconds have passed. Returns: whether it is done */
gboolean run (World *world,
              gboolean (*done) (World *world, guint64 arg),
              guint64 arg,
              guint seconds);
/* Until it is so; the limit is for what hangs. */
void wait_for (World *world, gboolean (*done) (World *world, guint64 arg), guint64 arg);
/* What can be waited for. */
gboolean never (World *world, guint64 arg);
/* Every node that is up has @n transactions on its chain. */
gboolean all_have (World *world, guint64 n);
gboolean nothing_waits (World *world, guint64 arg);

/* A registration of a fresh account, handed to one node. Returns: (transfer full) */
CitizTx *submit (World *world, guint to);
/* So many, one after another to those that are up. */
void submit_some (World *world, guint count);
/* Nodes at the same height have the same block; every chain stands up to a full verification; nobody was blamed, and nobody is barred whose
 * own folder this is. */
void check (World *world);
