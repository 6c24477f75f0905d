/* How a citizen's app shows a node that the mail of a grant is its own. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"
#include "crypto/citiz-sign.h"

G_BEGIN_DECLS

#define CITIZ_MAIL_NONCE 16

/* Signed by a device key of the grant's account, domain citiz/mail/v1: node key 32 | grant 16 | nonce 16 | time u64 ms | row u64.
 * As text: base64url (nonce | time | signature). */
typedef struct
{
  CitizId grant;
  guint64 row;                    /* 0: to read; else up to which mail is taken */
  guint8 nonce[CITIZ_MAIL_NONCE]; /* the node's, used once */
  CitizTime time;                 /* the app's clock */
  CitizSignature signature;
} CitizMailPass;

gchar *citiz_mail_pass_write (CitizMailPass *pass,
                              const CitizPublicKey *node,
                              const CitizSigningKey *key);
/* Reads nonce, time and signature; grant and row are what the request asks for. */
gboolean citiz_mail_pass_read (CitizMailPass *out, const gchar *text) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_mail_pass_verify (const CitizMailPass *pass,
                                 const CitizPublicKey *node,
                                 const CitizPublicKey *key) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
