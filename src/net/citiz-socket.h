/* A connection that carries whole messages: a WebSocket, from either end. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Lives in the main context it was made in. Signals:
 *   "message" (GBytes *, gboolean is_text)  one came in
 *   "closed"  ()                            once, whatever the reason; nothing comes after it */
#define CITIZ_TYPE_SOCKET (citiz_socket_get_type ())
G_DECLARE_FINAL_TYPE (CitizSocket, citiz_socket, CITIZ, SOCKET, GObject)

#define CITIZ_SOCKET_MESSAGE_MAX (1024u * 1024) /* a longer one ends the connection */

void citiz_socket_send (CitizSocket *self, GBytes *message);
void citiz_socket_send_text (CitizSocket *self, const gchar *text);
void citiz_socket_close (CitizSocket *self);
gboolean citiz_socket_is_open (CitizSocket *self);
guint citiz_socket_get_unread (CitizSocket *self);
void citiz_socket_cut (CitizSocket *self);

G_END_DECLS
