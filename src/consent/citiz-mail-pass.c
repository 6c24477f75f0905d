/* How a citizen's app shows a node that the mail of a grant is its own. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-mail-pass.h"
#include "consent/citiz-consent-private.h"

static GByteArray *
to_sign (const CitizMailPass *pass, const CitizPublicKey *node)
{
  GByteArray *out = g_byte_array_new ();

  citiz_put_bytes (out, node->b, sizeof node->b);
  citiz_put_bytes (out, pass->grant.b, sizeof pass->grant.b);
  citiz_put_bytes (out, pass->nonce, sizeof pass->nonce);
  citiz_put_u64 (out, (guint64) pass->time.ms);
  citiz_put_u64 (out, pass->row);
  return out;
}

/**
 * citiz_mail_pass_write:
 * @pass: its signature is made here
 *
 * Returns: (transfer full): what follows "Citiz " in the header Authorization
 */
gchar *
citiz_mail_pass_write (CitizMailPass *pass, const CitizPublicKey *node, const CitizSigningKey *key)
{
  g_autoptr (GByteArray) signed_ = to_sign (pass, node);
  g_autoptr (GByteArray) out = g_byte_array_new ();

  citiz_sign (&pass->signature, CITIZ_DOMAIN_SIGN_MAIL, signed_->data, signed_->len, key);
  citiz_put_bytes (out, pass->nonce, sizeof pass->nonce);
  citiz_put_u64 (out, (guint64) pass->time.ms);
  citiz_put_bytes (out, pass->signature.b, sizeof pass->signature.b);
  return citiz_base64url_encode (out->data, out->len);
}

gboolean
citiz_mail_pass_read (CitizMailPass *out, const gchar *text)
{
  g_autoptr (GBytes) bytes = citiz_base64url_decode (text);
  CitizCursor cursor;
  guint64 time = 0;

  if (bytes == NULL)
    return FALSE;
  cursor = citiz_cursor (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  citiz_take_bytes (&cursor, out->nonce, sizeof out->nonce);
  citiz_take_u64 (&cursor, &time);
  citiz_take_bytes (&cursor, out->signature.b, sizeof out->signature.b);
  out->time.ms = (gint64) time;
  return citiz_cursor_done (&cursor) && time <= G_MAXINT64;
}

gboolean
citiz_mail_pass_verify (const CitizMailPass *pass,
                        const CitizPublicKey *node,
                        const CitizPublicKey *key)
{
  g_autoptr (GByteArray) signed_ = to_sign (pass, node);

  return citiz_verify (&pass->signature, CITIZ_DOMAIN_SIGN_MAIL, signed_->data, signed_->len, key);
}
