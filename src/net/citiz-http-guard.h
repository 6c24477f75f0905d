/* A connection whose incoming bytes pass the lint first. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-http-lint.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define CITIZ_TYPE_HTTP_GUARD (citiz_http_guard_get_type ())
G_DECLARE_FINAL_TYPE (CitizHttpGuard, citiz_http_guard, CITIZ, HTTP_GUARD, GIOStream)

/* Once the lint refuses, the answer is written at once, the socket is shut down and every further read is an end of file. */
GIOStream *citiz_http_guard_new (GSocketConnection *connection, const CitizHttpLintRules *rules);
/* Shuts the socket down: pending reads end. */
void citiz_http_guard_cut (CitizHttpGuard *self);
int citiz_http_guard_get_fd (CitizHttpGuard *self);
/* Whether the other end is gone: what libsoup makes a request of now is cut, or the guard's own farewell. */
gboolean citiz_http_guard_is_gone (CitizHttpGuard *self);
/* Whether a WebSocket was asked for, so that nothing that follows is looked at. */
gboolean citiz_http_guard_is_through (CitizHttpGuard *self);

G_END_DECLS
