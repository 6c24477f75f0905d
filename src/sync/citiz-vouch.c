/* Asking a node to vouch for a transaction. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-vouch.h"

#include "net/citiz-json-strict.h"

#include <string.h>

#define ANSWER_MAX 8192

/* It names a sponsor, who has not signed. */
gboolean
citiz_vouch_is_needed (const CitizTx *tx)
{
  static const CitizSignature nothing;

  return tx->sponsored && memcmp (&tx->sponsor_signature, &nothing, sizeof nothing) == 0;
}

/**
 * citiz_vouch_ask:
 * @url: of the node that @tx names as its sponsor
 * @token: of an invitation; zeros for who is its member
 */
void
citiz_vouch_ask (CitizHttpClient *client,
                 const gchar *url,
                 const guint8 token[CITIZ_INVITATION_TOKEN_SIZE],
                 CitizTx *tx,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer data)
{
  g_autofree gchar *route = g_strconcat (url, CITIZ_VOUCH_PATH, NULL);
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (GBytes) body = NULL;
  gsize n;
  const guint8 *view = g_bytes_get_data (citiz_tx_get_bytes (tx), &n);

  citiz_put_bytes (bytes, token, CITIZ_INVITATION_TOKEN_SIZE);
  citiz_put_bytes (bytes, view, n);
  body = g_byte_array_free_to_bytes (bytes);
  citiz_http_client_ask (client,
                         &(CitizHttpAsk){.method = "POST",
                                         .url = route,
                                         .content_type = "application/octet-stream",
                                         .body = body,
                                         .answer_max = ANSWER_MAX},
                         cancellable, callback, data);
}

/* The very same transaction, and the sponsor's own signature over it. */
static CitizTx *
check_word (CitizTx *tx, GBytes *answer)
{
  gsize n, n_vouched, n_same;
  const guint8 *bytes = g_bytes_get_data (answer, &n);
  g_autoptr (CitizTx) out = bytes != NULL ? citiz_tx_decode (bytes, n, NULL) : NULL;
  const guint8 *vouched = citiz_tx_get_vouched (tx, &n_vouched);
  const guint8 *same;

  if (out == NULL || !out->sponsored)
    return NULL;
  same = citiz_tx_get_vouched (out, &n_same);
  if (n_same != n_vouched || memcmp (same, vouched, n_same) != 0
      || !citiz_verify (&out->sponsor_signature, CITIZ_DOMAIN_SIGN_SPONSOR, same, n_same,
                        &tx->sponsor))
    return NULL;
  return g_steal_pointer (&out);
}

/* What a refusal means, by its word. */
static CitizVouch
read_refusal (guint status, GBytes *answer)
{
  static const struct
  {
    const gchar *word;
    CitizVouch meaning;
  } words[] = {
      {"exists", CITIZ_VOUCH_KNOWN},   {"nonce", CITIZ_VOUCH_KNOWN}, {"epoch", CITIZ_VOUCH_EPOCH},
      {"account", CITIZ_VOUCH_SILENT}, /* not final there yet: it is vouched for later, as an end is */
      {"grant", CITIZ_VOUCH_SILENT},
  };
  json_t *json = answer != NULL ? citiz_json_strict_parse (answer, NULL) : NULL;
  const gchar *word = citiz_json_strict_string (json, "error", 64);
  CitizVouch meaning = CITIZ_VOUCH_SILENT;

  if (status == 403 || status == 400 || status == 422)
    meaning = CITIZ_VOUCH_REFUSED;
  else if (status == 429 && g_strcmp0 (word, "quota") == 0)
    meaning = CITIZ_VOUCH_QUOTA;
  for (guint i = 0; status == 422 && i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (word, words[i].word) == 0)
      meaning = words[i].meaning;
  json_decref (json);
  return meaning;
}

/**
 * citiz_vouch_ask_finish:
 * @tx: that was asked for
 *
 * Returns: (transfer full) (nullable): @tx with the sponsor's signature, checked; else @out says why not
 */
CitizTx *
citiz_vouch_ask_finish (CitizHttpClient *client, GAsyncResult *result, CitizTx *tx, CitizVouch *out)
{
  guint status = 0;
  g_autoptr (GBytes) answer = citiz_http_client_ask_finish (client, result, &status, NULL);
  CitizTx *vouched = answer != NULL && status == 200 ? check_word (tx, answer) : NULL;

  *out = vouched != NULL ? CITIZ_VOUCH_GIVEN : read_refusal (answer != NULL ? status : 0, answer);
  return vouched;
}
