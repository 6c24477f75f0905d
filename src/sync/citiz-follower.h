/* Keeping one's own copy of a community's chain. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-http-client.h"
#include "store/citiz-chain.h"

G_BEGIN_DECLS

/* Where a follower stands. */
typedef enum
{
  CITIZ_FOLLOWER_STOPPED,
  CITIZ_FOLLOWER_ASKING, /* behind, or not known yet */
  CITIZ_FOLLOWER_EVEN,   /* has what the node that was asked last has */
  CITIZ_FOLLOWER_ALONE,  /* no node answers */
  CITIZ_FOLLOWER_DOUBTS, /* a node shows blocks that cannot be: see "doubted" */
  CITIZ_FOLLOWER_FAILED  /* one's own disk refuses */
} CitizFollowerState;

/* Until a disk that refused is asked again: so many rounds without news, a minute at most. */
#define CITIZ_FOLLOWER_DISK_MS(idle_ms) MIN (60000, 12 * (idle_ms))

/* Lives in the main context it was started in, the one that owns the chain. Signals:
 *   "moved"   (guint64 height)             blocks were verified and are on disk
 *   "state"   ()                           citiz_follower_get_state() has changed
 *   "parted"  (const gchar *url)           this node goes on in an epoch that no closing block began: people may have begun it
 *   "doubted" (const gchar *url, GError *) what this node gave is no continuation of what is final; the others are asked on */
#define CITIZ_TYPE_FOLLOWER (citiz_follower_get_type ())
G_DECLARE_FINAL_TYPE (CitizFollower, citiz_follower, CITIZ, FOLLOWER, GObject)

CitizFollower *citiz_follower_new (CitizChain *chain, CitizLevel level);
void citiz_follower_set_nodes (CitizFollower *self, const gchar *const *urls);
void citiz_follower_set_behind (CitizFollower *self, CitizChainVerifier *behind);
void citiz_follower_set_level (CitizFollower *self, CitizLevel level);
void citiz_follower_set_pace (CitizFollower *self, guint idle_ms);
void citiz_follower_start (CitizFollower *self);
void citiz_follower_stop (CitizFollower *self);
void citiz_follower_hurry (CitizFollower *self, guint64 height);
CitizFollowerState citiz_follower_get_state (CitizFollower *self);

G_END_DECLS
