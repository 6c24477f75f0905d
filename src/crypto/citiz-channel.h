/* Two nodes that know each other's keys talk in private: handshake and sealed messages, no I/O.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-crypto-error.h"
#include "crypto/citiz-hash.h"
#include "crypto/citiz-sign.h"

G_BEGIN_DECLS

#define CITIZ_CHANNEL_OVERHEAD 17 /* of a sealed message: tag byte and MAC */

/* Three messages: caller's hello, answer, confirmation. Both ends prove the key they are known by over both one-time keys, and
 * neither key is shown to anyone else (SIGMA-I, Krawczyk 2003; X25519, Ed25519, XChaCha20-Poly1305). What follows is in
 * order and whole, or refused. */
typedef struct _CitizChannel CitizChannel;

CitizChannel *citiz_channel_new_caller (CitizSigningKey *own,
                                        const CitizHash *context,
                                        const CitizPublicKey *expected);
CitizChannel *citiz_channel_new_answerer (CitizSigningKey *own, const CitizHash *context);
void citiz_channel_free (CitizChannel *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizChannel, citiz_channel_free)

GBytes *citiz_channel_hello (CitizChannel *channel);
gboolean citiz_channel_take (CitizChannel *channel,
                             const guint8 *bytes,
                             gsize n,
                             GBytes **out_reply,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_channel_is_ready (const CitizChannel *channel);
const CitizPublicKey *citiz_channel_get_peer (const CitizChannel *channel);
gboolean citiz_channel_is_other_end (const CitizChannel *channel, const CitizChannel *of);

GBytes *citiz_channel_seal (CitizChannel *channel, const guint8 *bytes, gsize n);
GBytes *citiz_channel_open (CitizChannel *channel, const guint8 *bytes, gsize n, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
