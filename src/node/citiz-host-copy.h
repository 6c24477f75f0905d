/* The files that a copy of a node is made of. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "node/citiz-host-folder.h"

G_BEGIN_DECLS

#define CITIZ_HOST_COPY_FILES  4
#define CITIZ_HOST_COPY_BESIDE 3 /* all but the database, which is the last */

extern const gchar *const citiz_host_copy_files[CITIZ_HOST_COPY_FILES];

/* Open to be read. One that is not there is none: a key that systemd keeps. */
typedef struct
{
  int fd[CITIZ_HOST_COPY_FILES]; /* -1: none */
} CitizHostOpened;

gboolean citiz_host_copy_open (int from, guint n, CitizHostOpened *out, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void citiz_host_copy_close (CitizHostOpened *opened);
gboolean citiz_host_copy_write (const CitizHostOpened *from,
                                const gchar *to,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_host_copy_error (GError **error, const gchar *what);

G_END_DECLS
