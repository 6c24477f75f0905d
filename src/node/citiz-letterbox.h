/* The citizen's side of a mailbox on a node: asks for a grant's mail under the key of its account, and takes it away.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-env.h"
#include "crypto/citiz-sign.h"
#include "net/citiz-http-client.h"
#include "store/citiz-node-store.h"

G_BEGIN_DECLS

/* Which box. Everything is copied or referenced by the calls. */
typedef struct
{
  CitizHttpClient *client;
  const CitizEnv *env; /* outlives the answer */
  const gchar *origin;
  CitizPublicKey node;
  CitizId grant;
  const CitizSigningKey *key; /* a device key of the grant's account */
} CitizLetterbox;

/* Oldest first. (element-type CitizMail). A node that is no node of ours answers %CITIZ_NET_ERROR; one that knows no such grant an empty list.
 * @out_lacks: it has no part of what may still be opened, or knows no such grant */
void citiz_letterbox_read (const CitizLetterbox *box,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data);
GPtrArray *citiz_letterbox_read_finish (GAsyncResult *result,
                                        gboolean *out_lacks,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Takes all up to @row away; nobody waits for the answer: what stays is read again. */
void citiz_letterbox_drop (const CitizLetterbox *box, gint64 row, GCancellable *cancellable);

G_END_DECLS
