/* Spoken codes: five tries for life, counted before the comparison. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-node-private.h"

static gboolean
locator_is_valid (const gchar *locator)
{
  return strlen (locator) == CITIZ_NODE_LOCATOR_SIZE
         && strspn (locator, CITIZ_CODE_ALPHABET) == CITIZ_NODE_LOCATOR_SIZE;
}

/* What an unknown locator answers: always the same, and nobody can tell it from a real one. */
static void
decoy_grant (CitizNode *self, const gchar *locator, CitizId *out)
{
  CitizHash mac;

  citiz_hmac_sha256 (&mac, self->decoy.b, sizeof self->decoy.b, (const guint8 *) locator,
                     strlen (locator));
  memcpy (out->b, mac.b, sizeof out->b);
}

void
citiz_node_route_code_get (CitizNodeCall *call)
{
  CitizId grant;
  gboolean found = FALSE;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *hex = NULL;
  g_autofree gchar *node = citiz_base64url_encode (call->node->id.b, sizeof call->node->id.b);

  if (!locator_is_valid (call->star[0]))
    {
      citiz_node_answer (call, 404, json_pack ("{s:s}", "error", "unknown"));
      return;
    }
  if (!citiz_node_store_find_code (call->node->db, call->star[0], &found, &grant, &error))
    {
      citiz_node_answer_error (call, error);
      return;
    }
  if (!found)
    decoy_grant (call->node, call->star[0], &grant);
  hex = citiz_id_to_hex (&grant);
  citiz_node_answer (
      call, 200,
      json_pack ("{s:s, s:i, s:s}", "grant", hex, "iterations", CITIZ_PBKDF2_ROUNDS, "node", node));
}

static void
try_decoy (CitizNodeCall *call)
{
  GHashTable *decoys = call->node->decoys;
  gpointer left = NULL;

  if (!g_hash_table_lookup_extended (decoys, call->star[0], NULL, &left))
    left = GUINT_TO_POINTER (CITIZ_PASSCODE_TRIES);
  if (GPOINTER_TO_UINT (left) > 0)
    left = GUINT_TO_POINTER (GPOINTER_TO_UINT (left) - 1);
  g_hash_table_replace (decoys, g_strdup (call->star[0]), left);
  citiz_node_answer (call, 401,
                     json_pack ("{s:i}", "remainingAttempts", (int) GPOINTER_TO_UINT (left)));
}

/* In one transaction: take a try, compare, give the try back when right, leave word for the citizen. */
static gboolean
try_code (CitizNode *self,
          const gchar *locator,
          const CitizId *grant,
          const CitizHash *hash,
          GBytes **out_blob,
          CitizMail *mail,
          GError **error)
{
  CitizHash expected;
  gboolean had = FALSE, right = FALSE;
  g_autoptr (GBytes) blob = NULL;

  if (!citiz_node_store_take_code_try (self->db, locator, &had, &mail->tries, &expected, &blob,
                                       error))
    return FALSE;
  if (!had)
    return TRUE;
  citiz_node_mask (self, grant, locator, expected.b);
  right = blob != NULL && citiz_bytes_equal (expected.b, hash->b, sizeof hash->b);
  mail->kind = right ? CITIZ_MAIL_CODE_GIVEN : CITIZ_MAIL_CODE_MISSED;
  mail->grant = *grant;
  mail->time = citiz_chain_time (self->chain);
  if (right && !citiz_node_store_return_code_try (self->db, locator, error))
    return FALSE;
  if (!right && mail->tries == 0 && !citiz_node_store_blank_code (self->db, locator, error))
    return FALSE;
  mail->tries += right;
  if (right)
    *out_blob = citiz_node_unseal_code (self, grant, blob);
  return citiz_node_store_put_mail (self->db, mail, error);
}

static void
try_real (CitizNodeCall *call, const CitizId *grant, const CitizHash *hash)
{
  CitizNode *self = call->node;
  CitizMail mail = {0};
  g_autoptr (GBytes) blob = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;

  if (!citiz_db_begin (self->db, &error))
    {
      citiz_node_answer_error (call, error);
      return;
    }
  if (!try_code (self, call->star[0], grant, hash, &blob, &mail, &error))
    {
      citiz_db_rollback (self->db);
      citiz_node_answer_error (call, error);
      return;
    }
  if (!citiz_db_commit (self->db, &error))
    {
      citiz_node_answer_error (call, error);
      return;
    }
  if (blob)
    {
      gsize n;
      const guint8 *bytes = g_bytes_get_data (blob, &n);

      text = citiz_base64url_encode (bytes, n);
      citiz_node_answer (call, 200, json_pack ("{s:s}", "blob", text));
    }
  else
    citiz_node_answer (call, 401, json_pack ("{s:i}", "remainingAttempts", (int) mail.tries));
  if (mail.kind != 0)
    citiz_node_tell (self, &mail);
}

/* Codes are typed on a node's own page: a page of somewhere else that a browser has open may not use up the tries. */
static gboolean
is_foreign_page (const CitizNodeCall *call)
{
  const gchar *origin = call->request->origin, *own = call->node->origin;

  return origin != NULL && g_strcmp0 (origin, own) != 0
         && !(own != NULL && g_str_has_prefix (origin, "http://localhost:")
              && g_strcmp0 (strrchr (origin, ':'), strrchr (own, ':')) == 0);
}

void
citiz_node_route_code_try (CitizNodeCall *call)
{
  guint8 proof[32];
  CitizHash hash;
  CitizId grant;
  CitizGrantState state;
  gboolean found = FALSE;
  json_t *json;
  g_autoptr (GError) error = NULL;

  if (!locator_is_valid (call->star[0]))
    {
      citiz_node_answer (call, 404, json_pack ("{s:s}", "error", "unknown"));
      return;
    }
  if (is_foreign_page (call))
    {
      citiz_node_answer (call, 403, json_pack ("{s:s}", "error", "origin"));
      return;
    }
  json = citiz_node_call_json (call);
  if (json == NULL)
    return;
  if (!citiz_json_strict_bytes (json, "proof", proof, sizeof proof))
    citiz_node_answer (call, 400, json_pack ("{s:s}", "error", "fields"));
  else if (!citiz_node_store_find_code (call->node->db, call->star[0], &found, &grant, &error))
    citiz_node_answer_error (call, error);
  else if (!found || !citiz_chain_grant (call->node->chain, &grant, &state)
           || state.status != CITIZ_GRANT_ACTIVE)
    try_decoy (call);
  else
    {
      citiz_sha256 (&hash, proof, sizeof proof);
      try_real (call, &grant, &hash);
    }
  json_decref (json);
}
