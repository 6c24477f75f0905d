/* Making one of libsoup's connection. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-http-guard.h"
#include "net/citiz-socket.h"

#include <libsoup/soup.h>

void citiz_socket_mind_line (GSocketConnection *connection);
CitizSocket *citiz_socket_new (SoupWebsocketConnection *connection, CitizHttpGuard *guard);
