/* What a node tells anyone: limits, status, checkpoint, transactions. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-capsule.h"
#include "consent/citiz-note.h"
#include "net/citiz-http-lint.h"
#include "node/citiz-node-private.h"

json_t *
citiz_node_limits_json (void)
{
  const struct
  {
    const gchar *name;
    json_int_t value;
  } limits[] = {
      {"connections", citiz_node_http_limits.connections_max},
      {"deadlineSeconds", citiz_node_http_limits.deadline_ms / 1000},
      {"headBytes", CITIZ_HTTP_HEAD_MAX},
      {"headLines", CITIZ_HTTP_LINES_MAX},
      {"bodyBytes", CITIZ_NODE_BODY_MAX},
      {"shareBytes", CITIZ_NODE_HAND_MAX},
      {"sharesWaiting", CITIZ_NODE_HANDS_MAX},
      {"sharesBytesInFlight", CITIZ_NODE_HANDS_BYTES},
      {"mailDays", CITIZ_NODE_MAIL_LIFE / CITIZ_DAY},
      {"mailNonceSeconds", CITIZ_NODE_NONCE_LIFE / CITIZ_SECOND},
      {"accountGrants", CITIZ_NODE_ACCOUNT_GRANTS},
      {"accountBytes", CITIZ_NODE_ACCOUNT_BYTES},
      {"requestsPerSecond", citiz_node_http_limits.rate_per_second},
      {"requestsBurst", citiz_node_http_limits.rate_burst},
      {"jsonDepth", CITIZ_JSON_DEPTH_MAX},
      {"noteBytes", CITIZ_NOTE_MAX},
      {"notesWaiting", CITIZ_NODE_NOTES_MAX},
      {"recipientBytes", CITIZ_NODE_RECIPIENT_MAX},
      {"passcodeTries", CITIZ_PASSCODE_TRIES},
      {"codeTries", CITIZ_PASSCODE_TRIES},
      {"openings", CITIZ_GRANT_MAX_OPENINGS},
      {"stalledSeconds", CITIZ_STALL_PATIENCE / 1000},
      {"releaseSeconds", CITIZ_NODE_RELEASE_WINDOW / CITIZ_SECOND},
      {"capsuleBytes", CITIZ_CAPSULE_MAX},
      {"locationSeconds", CITIZ_NODE_LOCATION_LIFE / CITIZ_SECOND},
      {"locationsWaiting", CITIZ_NODE_LOCATIONS_MAX},
  };
  json_t *body = json_object ();

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    json_object_set_new (body, limits[i].name, json_integer (limits[i].value));
  return body;
}

void
citiz_node_route_limits (CitizNodeCall *call)
{
  citiz_node_answer (call, 200, citiz_node_limits_json ());
}

static json_t *
identity (CitizNode *self)
{
  g_autofree gchar *node = citiz_base64url_encode (citiz_node_get_public (self)->b, 32);
  g_autofree gchar *chain = citiz_hash_to_hex (citiz_chain_id (self->chain));

  return json_pack ("{s:s, s:s, s:i}", "node", node, "chain", chain, "suite", 1);
}

void
citiz_node_route_status (CitizNodeCall *call)
{
  json_t *body = identity (call->node);

  json_object_set_new (body, "height",
                       json_integer ((json_int_t) citiz_chain_height (call->node->chain)));
  json_object_set_new (body, "time", json_integer (citiz_chain_time (call->node->chain).ms));
  citiz_node_answer (call, 200, body);
}

void
citiz_node_route_about (CitizNodeCall *call)
{
  json_t *body = identity (call->node);

  json_object_set_new (body, "limits", json_string ("/limits"));
  json_object_set_new (body, "page", json_string ("/v"));
  citiz_node_answer (call, 200, body);
}

void
citiz_node_route_checkpoint (CitizNodeCall *call)
{
  g_autofree gchar *text = citiz_chain_checkpoint (call->node->chain);

  if (text == NULL) /* no block yet */
    call->response->status = 404;
  else
    citiz_node_answer_bytes (call, 200, "text/plain; charset=utf-8",
                             g_bytes_new (text, strlen (text)));
}

static void
add_proof (CitizChain *chain, const CitizTxInfo *info, json_t *body)
{
  CitizBlockHeader header;
  CitizCert final;
  CitizLogProof proof;
  guint8 bytes[CITIZ_HEADER_SIZE];
  g_autoptr (GBytes) cert = NULL;
  g_autofree gchar *header_text = NULL, *cert_text = NULL;
  json_t *hashes;
  gsize n;
  const guint8 *cert_bytes;

  if (!citiz_chain_inclusion (chain, info, &header, &final, &proof, NULL))
    return;
  hashes = json_array ();
  for (guint i = 0; i < proof.n; i++)
    {
      g_autofree gchar *hex = citiz_hash_to_hex (&proof.hashes[i]);

      json_array_append_new (hashes, json_string (hex));
    }
  citiz_block_header_encode (&header, bytes);
  cert = citiz_cert_encode (&final);
  cert_bytes = g_bytes_get_data (cert, &n);
  header_text = citiz_base64url_encode (bytes, sizeof bytes);
  cert_text = citiz_base64url_encode (cert_bytes, n);
  json_object_set_new (body, "proof",
                       json_pack ("{s:I, s:I, s:o, s:s, s:s}", "index", (json_int_t) proof.index,
                                  "size", (json_int_t) proof.size, "hashes", hashes, "header",
                                  header_text, "final", cert_text));
}

/**
 * citiz_node_tx_json:
 *
 * A final transaction with the proof that it is in the log.
 *
 * Returns: (transfer full) (nullable): %NULL when the chain does not hold it
 */
json_t *
citiz_node_tx_json (CitizChain *chain, const CitizHash *id)
{
  CitizTxInfo info;
  json_t *body;
  gsize n;
  const guint8 *data;
  g_autofree gchar *text = NULL;

  if (!citiz_chain_find_tx (chain, id, &info, NULL))
    return NULL;
  data = g_bytes_get_data (citiz_tx_get_bytes (info.tx), &n);
  text = citiz_base64url_encode (data, n);
  body = json_pack ("{s:s, s:s, s:I, s:i, s:I, s:s}", "state", "final", "type",
                    citiz_tx_type_name (info.type), "height", (json_int_t) info.height, "index",
                    (int) info.index, "time", (json_int_t) info.time.ms, "bytes", text);
  add_proof (chain, &info, body);
  citiz_tx_info_clear (&info);
  return body;
}

void
citiz_node_route_tx (CitizNodeCall *call)
{
  CitizHash id;
  json_t *body = NULL;

  if (citiz_hash_from_hex (&id, call->star[0]))
    body = citiz_node_tx_json (call->node->chain, &id);
  if (body == NULL)
    citiz_node_answer (call, 404, json_pack ("{s:s}", "state", "unknown"));
  else
    citiz_node_answer (call, 200, body);
}

void
citiz_node_route_health (CitizNodeCall *call)
{
  citiz_node_answer_bytes (call, 200, "text/plain; charset=utf-8", g_bytes_new_static ("ok\n", 3));
}

void
citiz_node_route_ready (CitizNodeCall *call)
{
  g_autoptr (GArray) grants = citiz_node_store_grants (call->node->db, NULL);

  if (grants && (call->node->replica || citiz_chain_can_sign (call->node->chain)))
    citiz_node_answer_bytes (call, 200, "text/plain; charset=utf-8",
                             g_bytes_new_static ("ready\n", 6));
  else
    citiz_node_answer_bytes (call, 503, "text/plain; charset=utf-8",
                             g_bytes_new_static ("not ready\n", 10));
}
