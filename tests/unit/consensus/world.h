/* Several step machines and a network of lists, for tests of the rules. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consensus/citiz-csx.h"

#define WORLD_MAX  100
#define WORLD_WALL G_GINT64_CONSTANT (1800000000000)

/* A message on its way, with everything it points at. */
typedef struct
{
  CitizCsxMessage message;
  CitizCert *cert;
  CitizVote *votes;
  guint16 from;
  guint16 to;
} Packet;

typedef struct _World World;

typedef struct
{
  World *world;
  guint16 place;
  gboolean down;
  gboolean observer;
  gint64 skew; /* of the wall clock */
  CitizCsx *csx;
  CitizCsxEffects *effects;
  GArray *journal;    /* CitizVote */
  GPtrArray *kept;    /* CitizCert */
  GHashTable *blocks; /* hash → CitizBlockHeader: stored */
  GHashTable *fresh;  /* hash → CitizBlockHeader: came in, not stored */
  GPtrArray *chain;   /* CitizBlockHeader: committed */
  GPtrArray *finals;  /* CitizCert: one a commit */
  GPtrArray *events;  /* what the driver still has to answer */
  GArray *alarms;     /* CitizCsxAlarm */
  GArray *evidence;   /* CitizEvidence */
  gint64 timer;
  gboolean closed;
  guint64 closing; /* heights of blocks to be flagged so when this node builds them */
  CitizCsxVerdict verdict;
  guint n_sent;
  guint n_resent;
  guint n_fetches;
  guint n_ranges;
  gboolean holds_verdicts; /* VALIDATE is not answered */
  gboolean mute_builder;   /* BUILD is not answered */
  gboolean commit_fails;
} Node;

struct _World
{
  guint n;
  CitizCsxTiming timing;
  CitizValidators validators;
  CitizHash chain_id;
  guint64 epoch;
  CitizCsxPoint origin;
  Node nodes[WORLD_MAX + 1]; /* the last may observe */
  GQueue packets;
  gint64 now;
  gboolean (*lose) (World *world, const Packet *packet); /* (nullable) */
};

World *world_new (guint n);
void world_free (World *world);
void world_start (World *world);
void world_start_node (World *world, Node *node);
void world_stop_node (World *world, Node *node);
void world_need (World *world, gboolean need);
gboolean world_deliver (World *world);
void world_drop (World *world);
gboolean world_work (Node *node);
void world_tick (World *world);
void world_settle (World *world);
void world_run (World *world, gint64 ms);
void world_event (World *world, Node *node, const CitizCsxEvent *event);
void world_message (World *world, Node *node, guint16 from, const CitizCsxMessage *message);
void world_vote (World *world,
                 Node *node,
                 guint16 voter,
                 CitizVoteKind kind,
                 guint64 slot,
                 const CitizHash *hash);
CitizVote world_make_vote (World *world,
                           guint16 voter,
                           CitizVoteKind kind,
                           guint64 slot,
                           const CitizHash *hash);
void world_make_cert (World *world,
                      CitizCert *out,
                      CitizVoteKind kind,
                      guint64 slot,
                      const CitizHash *hash,
                      guint n);
CitizHash world_make_block (World *world,
                            CitizBlockHeader *out,
                            guint64 slot,
                            const CitizCsxPoint *parent,
                            guint16 proposer,
                            guint8 salt);
void world_candidate (World *world,
                      Node *node,
                      const CitizBlockHeader *header,
                      const CitizHash *hash);
guint16 world_leader (World *world, guint64 slot);
guint world_alarms (const Node *node, CitizCsxAlarm alarm);
CitizCsxReport world_report (const Node *node);
guint world_effects (const Node *node, CitizCsxEffectKind kind);
const CitizVote *world_said (const Node *node, CitizVoteKind kind, guint64 slot);
