/* A citizen's app fetches its mail: the grant's account signs a nonce of this node. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-mail-pass.h"
#include "node/citiz-node-private.h"

#define SCHEME "Citiz "

/* stamp u64 | the first bytes of HMAC (stamp | grant): a nonce is known again without having been kept. The stamp is a moment of the
 * steady clock in ms, each one later than all before. */
static void
make_nonce (CitizNode *self, const CitizId *grant, guint64 stamp, guint8 out[CITIZ_MAIL_NONCE])
{
  g_autoptr (GByteArray) message = g_byte_array_new ();
  CitizHash mac;

  citiz_put_u64 (message, stamp);
  memcpy (out, message->data, sizeof stamp);
  citiz_put_bytes (message, grant->b, sizeof grant->b);
  citiz_hmac_sha256 (&mac, self->nonce_key, sizeof self->nonce_key, message->data, message->len);
  memcpy (out + sizeof stamp, mac.b, CITIZ_MAIL_NONCE - sizeof stamp);
}

/* 401 with something fresh to sign. */
static void
answer_challenge (CitizNodeCall *call, const CitizId *grant)
{
  CitizNode *self = call->node;
  guint8 nonce[CITIZ_MAIL_NONCE];
  g_autofree gchar *text = NULL;

  self->nonce_stamp = MAX (citiz_env_steady (self->env), self->nonce_stamp + 1);
  make_nonce (self, grant, (guint64) self->nonce_stamp, nonce);
  text = citiz_base64url_encode (nonce, sizeof nonce);
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

/* Made here, for this grant, less than a minute ago. */
static gboolean
is_fresh (CitizNode *self, const CitizMailPass *pass, gint64 *out_stamp)
{
  CitizCursor cursor = citiz_cursor (pass->nonce, sizeof pass->nonce);
  guint8 made[CITIZ_MAIL_NONCE];
  guint64 stamp = 0;

  if (!citiz_take_u64 (&cursor, &stamp) || stamp > (guint64) self->nonce_stamp)
    return FALSE;
  make_nonce (self, &pass->grant, stamp, made);
  *out_stamp = (gint64) stamp;
  return memcmp (made, pass->nonce, sizeof made) == 0
         && citiz_env_steady (self->env) - *out_stamp < CITIZ_NODE_NONCE_LIFE;
}

/* Once its signature was found good: used, and all that were made before it for the same grant and errand. */
static gboolean
spend (CitizNode *self, const CitizMailPass *pass, gint64 stamp)
{
  GHashTable *spent = self->spent[pass->row > 0];
  const gint64 *last = g_hash_table_lookup (spent, &pass->grant);

  if (last != NULL && stamp <= *last)
    return FALSE;
  g_hash_table_replace (spent, g_memdup2 (&pass->grant, sizeof pass->grant),
                        g_memdup2 (&stamp, sizeof stamp));
  return TRUE;
}

static gboolean
is_old (gpointer grant, gpointer stamp, gpointer now)
{
  return *(const gint64 *) now - *(const gint64 *) stamp >= CITIZ_NODE_NONCE_LIFE;
}

/* What is too old to be fresh need not be known as used. */
void
citiz_node_forget_spent (CitizNode *self)
{
  gint64 now = citiz_env_steady (self->env);

  for (guint i = 0; i < G_N_ELEMENTS (self->spent); i++)
    g_hash_table_foreach_remove (self->spent[i], is_old, &now);
}

/* The grant whose owner asks, to take what is up to @row (0: to read); answers itself when it is somebody else. */
static gboolean
admit (CitizNodeCall *call, gint64 row, CitizGrantState *state)
{
  const gchar *text = call->request->authorization;
  CitizId grant;
  CitizMailPass pass = {0};
  gint64 stamp = 0;

  if (!citiz_id_from_hex (&grant, call->star[0])
      || !citiz_chain_grant (call->node->chain, &grant, state))
    {
      citiz_node_answer (call, 404, json_pack ("{s:s}", "error", "unknown"));
      return FALSE;
    }
  pass.grant = grant;
  pass.row = (guint64) row;
  if (text != NULL && g_str_has_prefix (text, SCHEME)
      && citiz_mail_pass_read (&pass, text + strlen (SCHEME))
      && is_fresh (call->node, &pass, &stamp) && is_the_account (call->node, &state->account, &pass)
      && spend (call->node, &pass, stamp))
    return TRUE;
  answer_challenge (call, &grant);
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
  CitizGrantState state;
  json_t *list;

  if (!admit (call, 0, &state))
    return;
  mail = citiz_node_store_mail_of (call->node->db, &state.grant.id, &error);
  if (mail == NULL)
    {
      citiz_node_answer_error (call, error);
      return;
    }
  list = json_array ();
  for (guint i = 0; i < mail->len; i++)
    json_array_append_new (list, mail_to_json (mail->pdata[i]));
  citiz_node_answer (
      call, 200,
      json_pack ("{s:o, s:b}", "mail", list, "lacks", citiz_node_lacks_share (call->node, &state)));
}

void
citiz_node_route_mail_drop (CitizNodeCall *call)
{
  g_autoptr (GError) error = NULL;
  CitizGrantState state;
  guint64 row = 0;

  if (!g_ascii_string_to_unsigned (call->star[1], 10, 1, G_MAXINT64, &row, NULL))
    citiz_node_answer (call, 404, json_pack ("{s:s}", "error", "unknown"));
  else if (admit (call, (gint64) row, &state))
    {
      if (citiz_node_store_drop_mail_of (call->node->db, &state.grant.id, (gint64) row, &error))
        call->response->status = 204;
      else
        citiz_node_answer_error (call, error);
    }
}
