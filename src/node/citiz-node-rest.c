/* What a node keeps of grants lies on the disk only behind a key made from the node's own. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-node-private.h"

/* The node's key comes from the vault and is in memory while the record is locked; on the disk it never is. */
CitizSecret *
citiz_node_rest_key (const CitizSigningKey *key)
{
  static const guint8 message[]
      = "what a node keeps of grants"; /* no journal's message has this length */
  CitizSignature signature;
  CitizSecret *rest;
  gsize n;
  const guint8 *info = citiz_domain_label (CITIZ_DOMAIN_SEAL_SHARE, &n);

  citiz_sign (&signature, CITIZ_DOMAIN_SIGN_JOURNAL, message, sizeof message - 1, key);
  rest = citiz_hkdf_sha256 (signature.b, sizeof signature.b, NULL, 0, info, n, CITIZ_SEAL_KEY_SIZE);
  citiz_wipe (&signature, sizeof signature);
  return rest;
}

static void
mask (CitizNode *self, const CitizId *grant, gconstpointer what, gsize n, guint8 bytes[32])
{
  g_autoptr (CitizSecret) pad
      = citiz_hkdf_sha256 (citiz_secret_data (self->rest), citiz_secret_size (self->rest), grant->b,
                           sizeof grant->b, what, n, 32);

  for (guint i = 0; i < 32; i++)
    bytes[i] ^= citiz_secret_data (pad)[i];
}

/* On and off: 32 bytes of their own for each @what of a grant, whose id is never used again. */
void
citiz_node_mask (CitizNode *self, const CitizId *grant, const gchar *what, guint8 bytes[32])
{
  mask (self, grant, what, strlen (what), bytes);
}

/* The same for a share: a renewed grant has another, and its salt is never used again. */
void
citiz_node_mask_share (CitizNode *self, CitizNodeShare *share)
{
  guint8 what[5 + sizeof share->salt] = "share";

  memcpy (what + 5, share->salt, sizeof share->salt);
  mask (self, &share->grant, what, sizeof what, share->share);
}

gboolean
citiz_node_get_share (CitizNode *self, const CitizId *grant, CitizNodeShare *out, GError **error)
{
  if (!citiz_node_store_get_share (self->db, grant, out, error))
    return FALSE;
  citiz_node_mask_share (self, out);
  return TRUE;
}

/* It is to have a part of what may still be opened, and has none: it never came, or the node was wiped. */
gboolean
citiz_node_lacks_share (CitizNode *self, const CitizGrantState *state)
{
  CitizNodeShare share; /* masked, as it lies on the disk */

  return state->ended.ms == 0
         && !citiz_node_store_get_share (self->db, &state->grant.id, &share, NULL);
}

GBytes *
citiz_node_seal_code (CitizNode *self, const CitizId *grant, GBytes *blob)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (blob, &n);

  return citiz_seal (CITIZ_DOMAIN_SEAL_SHARE, self->rest, grant->b, sizeof grant->b, bytes, n);
}

GBytes *
citiz_node_unseal_code (CitizNode *self, const CitizId *grant, GBytes *sealed)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (sealed, &n);

  return citiz_unseal (CITIZ_DOMAIN_SEAL_SHARE, self->rest, grant->b, sizeof grant->b, bytes, n,
                       NULL);
}
