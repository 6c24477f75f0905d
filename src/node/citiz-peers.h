/* Links to the other nodes of a chain: called, answered, called again. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-http-client.h"
#include "net/citiz-peer-link.h"

G_BEGIN_DECLS

#define CITIZ_PEERS_MAX_STRANGERS                                                                  \
  32 /* links to nodes that are not expected: newcomers who read along */

/* Lives in the main context it was made in. Signals:
 *   "connected"    (CitizPublicKey *)             a link to this node is ready: perhaps to one that has come again
 *   "message"      (CitizPublicKey *, GBytes *)
 *   "disconnected" (CitizPublicKey *)             its last link is gone */
#define CITIZ_TYPE_PEERS (citiz_peers_get_type ())
G_DECLARE_FINAL_TYPE (CitizPeers, citiz_peers, CITIZ, PEERS, GObject)

CitizPeers *citiz_peers_new (CitizSigningKey *own, const CitizHash *chain);
void citiz_peers_stop (CitizPeers *self); /* ends all links; nothing is called again */
void citiz_peers_expect (CitizPeers *self, const CitizPublicKey *node, const gchar *url);
void citiz_peers_answer (CitizPeers *self, CitizSocket *socket);
gboolean citiz_peers_send (CitizPeers *self, const CitizPublicKey *to, GBytes *message);
gboolean citiz_peers_is_connected (CitizPeers *self, const CitizPublicKey *node);
gboolean citiz_peers_pick (CitizPeers *self, guint turn, CitizPublicKey *out);
guint citiz_peers_n_connected (CitizPeers *self);
gboolean citiz_peers_has_twin (CitizPeers *self);

G_END_DECLS
