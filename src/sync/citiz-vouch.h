/* Asking a node to vouch for a transaction. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "net/citiz-http-client.h"
#include "wire/citiz-invitation.h"
#include "wire/citiz-tx.h"

G_BEGIN_DECLS

/* What a node said to it. */
typedef enum
{
  CITIZ_VOUCH_GIVEN,
  CITIZ_VOUCH_REFUSED, /* for good: it does not know the invitation, nor the guest */
  CITIZ_VOUCH_KNOWN,   /* what it says was said before: the account is there, the nonce spent */
  CITIZ_VOUCH_EPOCH,   /* of an epoch that is over, or not yet: to be signed anew */
  CITIZ_VOUCH_QUOTA,   /* nothing more today */
  CITIZ_VOUCH_SILENT   /* no answer, or none that can be used */
} CitizVouch;

gboolean citiz_vouch_is_needed (const CitizTx *tx);
void citiz_vouch_ask (CitizHttpClient *client,
                      const gchar *url,
                      const guint8 token[CITIZ_INVITATION_TOKEN_SIZE],
                      CitizTx *tx,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer data);
CitizTx *citiz_vouch_ask_finish (CitizHttpClient *client,
                                 GAsyncResult *result,
                                 CitizTx *tx,
                                 CitizVouch *out);

G_END_DECLS
