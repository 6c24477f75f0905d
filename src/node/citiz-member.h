/* One node of a community: its replica, and its links to the others. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "node/citiz-peers.h"
#include "node/citiz-replica.h"

G_BEGIN_DECLS

#define CITIZ_MEMBER_PATH "/v1/peer" /* where other nodes open their WebSocket */

/* Lives in the main context it was made in. The replica's signals tell what happens. */
typedef struct _CitizMember CitizMember;

CitizMember *citiz_member_new (CitizReplica *replica, CitizSigningKey *key, const CitizHash *chain);
void citiz_member_free (CitizMember *member);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizMember, citiz_member_free)

void citiz_member_expect (CitizMember *member, const CitizPublicKey *node, const gchar *url);
void citiz_member_answer (CitizMember *member, CitizSocket *socket);
void citiz_member_tell (CitizMember *member, GBytes *message);
CitizReplica *citiz_member_get_replica (CitizMember *member);
CitizPeers *citiz_member_get_peers (CitizMember *member);

G_END_DECLS
