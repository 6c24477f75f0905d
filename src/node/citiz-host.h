/* A community's node as a program of its own: folder, chain, links, HTTP. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "node/citiz-host-folder.h"
#include "node/citiz-member.h"

#include <jansson.h>

G_BEGIN_DECLS

/* Lives in the main context it was opened in. */
typedef struct _CitizHost CitizHost;

/* Called once, when it cannot go on: the process has to end. */
typedef void (*CitizHostEnd) (const GError *error, gpointer data);

CitizHost *citiz_host_open (const gchar *dir,
                            const CitizEnv *env,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_host_start (CitizHost *host, CitizHostEnd end, gpointer data, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void citiz_host_close (CitizHost *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizHost, citiz_host_close)

/* Requests that are no route of the host's own; NULL: they are answered 404. */
void citiz_host_set_next (CitizHost *host, CitizHttpHandler next, gpointer data);

/* Asking the node that runs in a folder, over its Unix socket. Returns: (transfer full): its answer */
json_t *citiz_host_ask (const gchar *dir,
                        const gchar *command,
                        const gchar *argument,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean citiz_host_restore (const gchar *from,
                             const gchar *to,
                             const CitizEnv *env,
                             guint64 *out_height,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
