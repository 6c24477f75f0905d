/* Two nodes talking: a WebSocket, and in it a channel that proves both keys. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-channel.h"
#include "net/citiz-socket.h"

G_BEGIN_DECLS

#define CITIZ_PEER_LINK_UNTAKEN_MAX (8u * 1024 * 1024) /* sent and not yet taken by the other end */
#define CITIZ_PEER_LINK_MESSAGE_MAX (CITIZ_SOCKET_MESSAGE_MAX - 8u - CITIZ_CHANNEL_OVERHEAD)

/* Signals:
 *   "ready"   ()          both ends have proved their keys
 *   "message" (GBytes *)  one came in
 *   "closed"  ()          once, last: also when the other end is not who it should be, or says nothing for ten seconds before it is
 *                         ready */
#define CITIZ_TYPE_PEER_LINK (citiz_peer_link_get_type ())
G_DECLARE_FINAL_TYPE (CitizPeerLink, citiz_peer_link, CITIZ, PEER_LINK, GObject)

CitizPeerLink *citiz_peer_link_new_caller (CitizSocket *socket,
                                           CitizSigningKey *own,
                                           const CitizHash *chain,
                                           const CitizPublicKey *expected);
CitizPeerLink *citiz_peer_link_new_answerer (CitizSocket *socket,
                                             CitizSigningKey *own,
                                             const CitizHash *chain);

const CitizPublicKey *citiz_peer_link_get_peer (CitizPeerLink *self);
gboolean citiz_peer_link_has_called (CitizPeerLink *self);
gboolean citiz_peer_link_is_other_end (CitizPeerLink *self, CitizPeerLink *of);
gboolean citiz_peer_link_send (CitizPeerLink *self, const guint8 *bytes, gsize n);
void citiz_peer_link_close (CitizPeerLink *self);

G_END_DECLS
