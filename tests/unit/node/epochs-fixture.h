/* Nodes with real disks in one process that go from epoch to epoch. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "node/citiz-steward.h"
#include "store/citiz-db.h"

#define MAX_NODES 8

typedef struct _World World;

typedef struct
{
  World *world;
  guint index;
  gchar *dir;
  CitizSigningKey *key;
  CitizDb *db;
  CitizChain *chain;
  CitizJournals *journals;
  CitizReplica *replica; /* NULL: down */
  CitizOrder *order;
  CitizSteward *steward;
  guint alarms;
} Node;

/* Messages travel through the main loop, by the nodes' keys, as over links; some are lost. */
struct _World
{
  guint n, n_founders;
  Node nodes[MAX_NODES];
  CitizGenesis genesis;
  CitizHash chain_id;
  guint loss;  /* per cent */
  guint delay; /* ms */
  guint32 draws;
  guint made; /* transactions */
  CitizHash proposal;
  guint looks;
  gboolean cut;   /* nobody hears anybody any more */
  gboolean liars; /* somebody contradicts itself on purpose */
  CitizEnv env;
  gint64 ahead;      /* ms that the nodes' clocks are ahead */
  gint64 standstill; /* 0: as usual */
};

/* All up. */
void world_init (World *world, guint n, guint observers);
void world_clear (World *world);
void node_up (Node *node);
void node_down (Node *node);
const CitizPublicKey *public_of (const Node *node);
/* A draw that is the same in each run, below 100. */
guint draw (World *world);

/* Runs the main loop until @done, which is asked for a fifth of the time at most; @what is told if it hangs. */
void run (World *world,
          gboolean (*done) (World *world, guint64 arg),
          guint64 arg,
          const gchar *what);
/* So many turns of the main loop. */
void spin (World *world, guint n);
/* Every node that is up is in epoch @arg, and something of it is final there. */
gboolean all_in_epoch (World *world, guint64 arg);
/* Every node that is up has the account of each transaction of submit(). */
gboolean all_have (World *world, guint64 arg);
/* The proposal has come to the first @founders nodes. */
gboolean is_proposed (World *world, guint64 founders);

/* A registration of a fresh account, handed to one node, which vouches for it if asked. Returns: its id */
CitizHash submit_for (World *world, Node *to, gboolean vouched);
CitizHash submit (World *world, Node *to);
/* The operators of the first @n nodes approve. */
void approve (World *world, guint n, const CitizHash *proposal);
/* The same nodes, with new keys. @out: what is to be approved */
void propose_renewal (World *world, Node *node, CitizHash *out);
void ask_to_join (Node *node, CitizHash *out);
/* For what a steward is asked: a refusal is only noted. */
void said_cb (gpointer data, CitizTime time, const GError *error);

/* The journal of that epoch. */
gboolean has_file (const Node *node, guint64 epoch);
/* All chains are one, stand up to a full verification, and lead a light client from the genesis to the newest epoch. */
void check (World *world);
