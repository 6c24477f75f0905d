/* A citizen's app fetches its mail: the grant's account signs a nonce of this node. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-mail-pass.h"
#include "node/citiz-node-private.h"

#define SCHEME "Citiz "

static gboolean
nonce_is_old (gpointer key, gpointer until, gpointer now)
{
  return ((CitizTime *) until)->ms <= ((CitizTime *) now)->ms;
}

/* 401 with something fresh to sign. */
static void
answer_challenge (CitizNodeCall *call)
{
  CitizNode *self = call->node;
  CitizTime now = citiz_env_now (self->env);
  CitizTime *until;
  guint8 nonce[CITIZ_MAIL_NONCE];
  g_autofree gchar *text = NULL;

  g_hash_table_foreach_remove (self->nonces, nonce_is_old, &now);
  if (g_hash_table_size (self->nonces) >= CITIZ_NODE_NONCES_MAX)
    {
      citiz_node_answer (call, 429, json_pack ("{s:s}", "error", "nonces"));
      return;
    }
  citiz_env_random (self->env, nonce, sizeof nonce);
  text = citiz_base64url_encode (nonce, sizeof nonce);
  until = g_new (CitizTime, 1);
  until->ms = now.ms + CITIZ_NODE_NONCE_LIFE;
  g_hash_table_replace (self->nonces, g_strdup (text), until);
  citiz_node_answer (call, 401, json_pack ("{s:s}", "nonce", text));
}

/* Signed by one of the account's keys that are in use. */
static gboolean
is_the_account (CitizNode *self, const CitizHash *id, const CitizMailPass *pass)
{
  CitizAccount account;

  if (!citiz_chain_get_account (self->chain, id, &account))
    return FALSE;
  for (guint i = 0; i < account.n_keys; i++)
    if (!account.keys[i].revoked && account.keys[i].key.role == CITIZ_KEY_ROLE_DEVICE
        && citiz_mail_pass_verify (pass, citiz_node_get_public (self), &account.keys[i].key.key))
      return TRUE;
  return FALSE;
}

static gboolean
spend_nonce (CitizNode *self, const CitizMailPass *pass)
{
  const CitizTime now = citiz_env_now (self->env);
  g_autofree gchar *text = citiz_base64url_encode (pass->nonce, sizeof pass->nonce);
  const CitizTime *until = g_hash_table_lookup (self->nonces, text);
  const gboolean fresh = until != NULL && until->ms > now.ms;

  g_hash_table_remove (self->nonces, text);
  return fresh;
}

/* The grant whose owner asks, to take what is up to @row (0: to read); answers itself when it is somebody else. */
static gboolean
admit (CitizNodeCall *call, gint64 row, CitizId *grant)
{
  const gchar *text = call->request->authorization;
  CitizGrantState state;
  CitizMailPass pass = {0};

  if (!citiz_id_from_hex (grant, call->star[0])
      || !citiz_chain_grant (call->node->chain, grant, &state))
    {
      citiz_node_answer (call, 404, json_pack ("{s:s}", "error", "unknown"));
      return FALSE;
    }
  pass.grant = *grant;
  pass.row = (guint64) row;
  if (text != NULL && g_str_has_prefix (text, SCHEME)
      && citiz_mail_pass_read (&pass, text + strlen (SCHEME)) && spend_nonce (call->node, &pass)
      && is_the_account (call->node, &state.account, &pass))
    return TRUE;
  answer_challenge (call);
  return FALSE;
}

static json_t *
mail_to_json (const CitizMail *mail)
{
  json_t *json
      = json_pack ("{s:I, s:i, s:I, s:i}", "row", (json_int_t) mail->row, "kind", (int) mail->kind,
                   "time", (json_int_t) mail->time.ms, "tries", (int) mail->tries);

  if (mail->has_opening)
    {
      g_autofree gchar *opening = citiz_hash_to_hex (&mail->opening);

      json_object_set_new (json, "opening", json_string (opening));
    }
  if (mail->sealed)
    json_object_set_new (json, "sealed", citiz_json_base64url_bytes (mail->sealed));
  return json;
}

void
citiz_node_route_mail (CitizNodeCall *call)
{
  g_autoptr (GPtrArray) mail = NULL;
  g_autoptr (GError) error = NULL;
  CitizId grant;
  json_t *list;

  if (!admit (call, 0, &grant))
    return;
  mail = citiz_node_store_mail_of (call->node->db, &grant, &error);
  if (mail == NULL)
    {
      citiz_node_answer_error (call, error);
      return;
    }
  list = json_array ();
  for (guint i = 0; i < mail->len; i++)
    json_array_append_new (list, mail_to_json (mail->pdata[i]));
  citiz_node_answer (call, 200, json_pack ("{s:o}", "mail", list));
}

void
citiz_node_route_mail_drop (CitizNodeCall *call)
{
  g_autoptr (GError) error = NULL;
  guint64 row = 0;
  CitizId grant;

  if (!g_ascii_string_to_unsigned (call->star[1], 10, 1, G_MAXINT64, &row, NULL))
    citiz_node_answer (call, 404, json_pack ("{s:s}", "error", "unknown"));
  else if (admit (call, (gint64) row, &grant))
    {
      if (citiz_node_store_drop_mail_of (call->node->db, &grant, (gint64) row, &error))
        call->response->status = 204;
      else
        citiz_node_answer_error (call, error);
    }
}
