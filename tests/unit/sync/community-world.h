/* Nodes of a community that a citizen's app meets: real routes, one ledger, manners good and bad. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "shared-world.h"

#include "net/citiz-http-server.h"
#include "wire/citiz-invitation.h"

typedef enum
{
  NODE_HONEST,
  NODE_DOWN,     /* answers 500 to everything */
  NODE_STRANGER, /* of another community */
  NODE_LIAR      /* one bit of its blocks is false */
} NodeManner;

/* What the node that invites says when it is asked to vouch. */
typedef enum
{
  VOUCH_GOOD,
  VOUCH_USED_UP,
  VOUCH_QUOTA,
  VOUCH_BEHIND, /* it has not heard of the account */
  VOUCH_SILENT
} VouchManner;

typedef struct _CommunityWorld CommunityWorld;
typedef struct
{
  CommunityWorld *of;
  guint place; /* in the list of validators */
  CitizSigningKey *key;
  NodeManner manner;
  CitizHttpServer *server;
  gchar *url;
  gchar *before; /* another address that is told of it; NULL: none */
  gboolean late; /* it tells those of the others */
  guint asked, chunks;
  guint hears_not;   /* bits: the nodes of which it says that they do not vote */
  gboolean mute;     /* it says so of itself */
  guint watchers;    /* it says */
  const gchar *page; /* what GET /v answers; NULL: 404 */
} CommunityNode;

struct _CommunityWorld
{
  SharedWorld shared;
  CommunityNode nodes[SHARED_N];
  GPtrArray *blocks; /* CitizBlock: all that is final */
  VouchManner vouch;
  gboolean stalled;      /* transactions are taken and wait */
  GPtrArray *taken;      /* CitizTx that wait */
  guint others;          /* transactions of others that are said to wait */
  guint n_silent;        /* nodes, the first ones, that do not say so */
  gboolean one_operator; /* who runs them all */
  guint ordered, vouched;
  guint64 nonce[SHARED_N];
  CitizHash accounts[SHARED_N];
};

void community_world_init (CommunityWorld *world);
void community_world_clear (CommunityWorld *world);
void community_world_invitation (CommunityWorld *world, gboolean token, CitizInvitation *out);
/* Blocks of strangers. */
void community_world_grow (CommunityWorld *world, guint n);
/* Once: an epoch ends, with so many accounts more. */
void community_world_end_epoch (CommunityWorld *world, guint crowd);
/* What was taken while it was stalled becomes final. */
void community_world_go_on (CommunityWorld *world);
/* From now on a transaction needs a sponsor, or this many bits of work. */
void community_world_set_params (CommunityWorld *world, guint8 work);
/* It is at another address from now on, and the ledger has that. */
void community_world_move (CommunityWorld *world, guint node);
guint community_world_count (CommunityWorld *world, CitizTxType type);
