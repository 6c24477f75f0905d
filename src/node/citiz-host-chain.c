/* Routes over the chain: submit, follow up, read blocks. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include "ledger/citiz-snapshot.h"
#include "node/citiz-node.h"

#include <string.h>

#define BINARY     "application/octet-stream"
#define PROOFS_MAX (512u * 1024) /* bytes of those that are kept */

/* A request that waits until its transaction is final. */
typedef struct
{
  CitizHost *host;
  CitizHash id;
  CitizHttpPending *pending;
  GSource *late;
} CitizHostWait;

/* Waiting ********************************************************************/

static void
wait_answer (CitizHostWait *wait, guint status, json_t *body)
{
  citiz_host_fill (wait->host, citiz_http_pending_response (wait->pending), status, body);
  citiz_http_pending_send (wait->pending);
  g_source_destroy (wait->late);
  g_source_unref (wait->late);
  wait->host->n_waits--;
  g_free (wait);
}

static json_t *
not_final (CitizHost *host, const CitizHash *id, guint *out_status)
{
  const gboolean waits = citiz_replica_is_waiting (host->replica, id);

  *out_status = waits ? 200 : 404;
  return json_pack ("{s:s}", "state", waits ? "pending" : "unknown");
}

static gboolean
late_cb (gpointer data)
{
  CitizHostWait *wait = data;
  CitizHost *host = wait->host;
  GPtrArray *waits = g_hash_table_lookup (host->waits, &wait->id);
  guint status;
  json_t *body = not_final (host, &wait->id, &status);

  g_ptr_array_remove_fast (waits, wait);
  if (waits->len == 0)
    g_hash_table_remove (host->waits, &wait->id);
  wait_answer (wait, status, body);
  return G_SOURCE_REMOVE;
}

void
citiz_host_wait_free (gpointer waits)
{
  g_ptr_array_unref (waits);
}

static void
wait_for (CitizHostCall *call, const CitizHash *id, gint64 seconds)
{
  CitizHost *host = call->host;
  CitizHostWait *wait = g_new0 (CitizHostWait, 1);
  GPtrArray *waits = g_hash_table_lookup (host->waits, id);

  if (waits == NULL)
    {
      waits = g_ptr_array_new ();
      g_hash_table_insert (host->waits, g_memdup2 (id, sizeof *id), waits);
    }
  g_ptr_array_add (waits, wait);
  host->n_waits++;
  wait->host = host;
  wait->id = *id;
  wait->late = g_timeout_source_new ((guint) (seconds * 1000));
  g_source_set_callback (wait->late, late_cb, wait, NULL);
  g_source_attach (wait->late, g_main_context_get_thread_default ());
  call->response->status = 200;
  wait->pending = citiz_http_response_defer (call->response);
}

/* Who waits for a transaction of @block is answered. */
void
citiz_host_tell_final (CitizHost *host, const CitizBlock *block)
{
  for (guint i = 0; g_hash_table_size (host->waits) > 0 && i < block->txs->len; i++)
    {
      const CitizHash *id = citiz_tx_get_id (block->txs->pdata[i]);
      GPtrArray *waits = g_hash_table_lookup (host->waits, id);

      if (waits == NULL)
        continue;
      g_ptr_array_ref (waits);
      g_hash_table_remove (host->waits, id);
      for (guint j = 0; j < waits->len; j++)
        wait_answer (waits->pdata[j], 200, citiz_node_tx_json (host->chain, id));
      g_ptr_array_unref (waits);
    }
}

/* The node stops: nobody is left hanging. */
void
citiz_host_end_waits (CitizHost *host)
{
  GHashTableIter iter;
  GPtrArray *waits;

  g_hash_table_iter_init (&iter, host->waits);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &waits))
    {
      for (guint i = 0; i < waits->len; i++)
        wait_answer (waits->pdata[i], 503, json_pack ("{s:s}", "error", "stopping"));
      g_hash_table_iter_remove (&iter);
    }
}

/* Submitting *****************************************************************/

/* What a client may do about a refusal is in the word; the ledger's own reason is for developers. Returns: the status that goes with it */
static guint
refusal (CitizHost *host, const GError *error, const gchar **out_word)
{
  static const struct
  {
    CitizLedgerError code;
    guint status;
    const gchar *word;
  } words[] = {
      {CITIZ_LEDGER_ERROR_CHAIN, 422, "chain"},
      {CITIZ_LEDGER_ERROR_ACCOUNT, 422, "account"},
      {CITIZ_LEDGER_ERROR_ROLE, 422, "role"},
      {CITIZ_LEDGER_ERROR_SIGNATURE, 422, "signature"},
      {CITIZ_LEDGER_ERROR_NONCE, 422, "nonce"},
      {CITIZ_LEDGER_ERROR_TIME, 422, "time"},
      {CITIZ_LEDGER_ERROR_EXISTS, 422, "exists"},
      {CITIZ_LEDGER_ERROR_UNKNOWN_GRANT, 422, "grant"},
      {CITIZ_LEDGER_ERROR_OWNER, 422, "owner"},
      {CITIZ_LEDGER_ERROR_CLOSED, 422, "closed"},
      {CITIZ_LEDGER_ERROR_USE, 422, "use"},
      {CITIZ_LEDGER_ERROR_PROOF, 422, "proof"},
      {CITIZ_LEDGER_ERROR_SPONSOR, 422, "sponsor"},
      {CITIZ_LEDGER_ERROR_WORK, 422, "work"},
      {CITIZ_LEDGER_ERROR_QUOTA, 429, "quota"},
      {CITIZ_LEDGER_ERROR_EPOCH, 422, "epoch"},
      {CITIZ_LEDGER_ERROR_LIMIT, 503, "busy"},
  };

  host->counts.refused++;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_error_matches (error, CITIZ_LEDGER_ERROR, (gint) words[i].code))
      {
        *out_word = words[i].word;
        return words[i].status;
      }
  *out_word = "node";
  return 500;
}

void
citiz_host_answer_refused (CitizHostCall *call, const GError *error)
{
  const gchar *word;
  const guint status = refusal (call->host, error, &word);

  citiz_host_answer_error (call, status, word);
}

/* FALSE: answered why this node takes nothing now. */
gboolean
citiz_host_takes (CitizHostCall *call)
{
  CitizHost *host = call->host;

  if (!host->draining && citiz_host_look_at_disk (host))
    return TRUE;
  citiz_host_answer_error (call, host->draining ? 503 : 507,
                           host->draining ? "draining" : "disk-full");
  return FALSE;
}

static gboolean
is_binary (CitizHostCall *call)
{
  if (g_strcmp0 (call->request->content_type, BINARY) == 0)
    return TRUE;
  citiz_host_answer_error (call, 415, "content-type");
  return FALSE;
}

/* Takes one. Returns: the status of its answer; @out_word: why it is refused, else %NULL */
static guint
submit (CitizHost *host, CitizTx *tx, const gchar **out_word)
{
  g_autoptr (GError) error = NULL;

  *out_word = NULL;
  if (!citiz_replica_submit (host->replica, tx, &error))
    return refusal (host, error, out_word);
  host->counts.taken++;
  return citiz_replica_is_waiting (host->replica, citiz_tx_get_id (tx)) ? 202 : 200;
}

static json_t *
taken (const CitizTx *tx, guint status)
{
  g_autofree gchar *id = citiz_hash_to_hex (citiz_tx_get_id (tx));

  return json_pack ("{s:s, s:s}", "id", id, "state", status == 200 ? "final" : "pending");
}

/* POST /v1/tx: the canonical bytes. The answer says that this node has it, not that it is final. */
void
citiz_host_route_submit (CitizHostCall *call)
{
  CitizHost *host = call->host;
  g_autoptr (CitizTx) tx = NULL;
  const gchar *word;
  guint status;
  gsize n;
  const guint8 *bytes = g_bytes_get_data (call->request->body, &n);

  if (!is_binary (call))
    return;
  tx = citiz_tx_decode (bytes, n, NULL);
  if (tx == NULL)
    {
      host->counts.refused++;
      citiz_host_answer_error (call, 400, "format");
      return;
    }
  if (!citiz_host_takes (call))
    return;
  status = submit (host, tx, &word);
  if (word == NULL)
    citiz_host_answer (call, status, taken (tx, status));
  else
    citiz_host_answer_error (call, status, word);
}

/* One of several: what POST /v1/tx would answer, its status with it. @first: counted as the request */
static json_t *
submit_one (CitizHost *host, GBytes *bytes, gboolean first)
{
  g_autoptr (CitizTx) tx
      = citiz_tx_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
  const gchar *word = NULL;
  guint status;
  json_t *result;

  if (!first && !citiz_http_server_take_token (host->server))
    {
      status = 429;
      word = "rate";
    }
  else if (tx == NULL)
    {
      host->counts.refused++;
      status = 400;
      word = "format";
    }
  else
    status = submit (host, tx, &word);
  result = word == NULL ? taken (tx, status) : json_pack ("{s:s}", "error", word);
  json_object_set_new (result, "status", json_integer (status));
  return result;
}

/* POST /v1/txs: several, each a u32 length and the canonical bytes (citiz_txs_cut()). Each is counted as a request, and taken or refused by itself; one after the
 * other, so that one may stand on another before it. */
void
citiz_host_route_submit_all (CitizHostCall *call)
{
  g_autoptr (GPtrArray) parts = NULL;
  json_t *results;

  if (!is_binary (call))
    return;
  parts = citiz_txs_cut (call->request->body);
  if (parts == NULL)
    {
      call->host->counts.refused++;
      citiz_host_answer_error (call, 400, "format");
      return;
    }
  if (!citiz_host_takes (call))
    return;
  results = json_array ();
  for (guint i = 0; i < parts->len; i++)
    json_array_append_new (results, submit_one (call->host, parts->pdata[i], i == 0));
  citiz_host_answer (call, 200, json_pack ("{s:o}", "results", results));
}

/* A proof reaches up to the newest checkpoint: it is good while nothing was written. */
static GBytes *
kept_proof (CitizHostCall *call)
{
  CitizHost *host = call->host;
  const guint64 stamp = citiz_db_stamp (host->db);

  if (host->proofs_stamp != stamp)
    citiz_host_forget (&host->proofs);
  host->proofs_stamp = stamp;
  return citiz_host_kept (&host->proofs, call->request->path);
}

/* GET /v1/tx/<id>?wait=SECONDS: its proof, at once or when it is final. */
void
citiz_host_route_tx (CitizHostCall *call)
{
  CitizHost *host = call->host;
  const gint64 seconds = citiz_host_query (call->request, "wait", 0);
  GBytes *kept;
  CitizHash id;
  json_t *body;
  guint status = 200;
  gboolean proven;

  if (!citiz_hash_from_hex (&id, call->star[0]) || seconds < 0)
    {
      citiz_host_answer_error (call, 400, "format");
      return;
    }
  kept = kept_proof (call);
  if (kept != NULL)
    {
      citiz_host_answer_bytes (call, 200, "application/json", kept);
      return;
    }
  body = citiz_node_tx_json (host->chain, &id);
  if (body == NULL && seconds > 0 && host->n_waits < host->config->waits)
    {
      wait_for (call, &id, MIN (seconds, CITIZ_HOST_WAIT_SECONDS));
      return;
    }
  if (body == NULL)
    body = not_final (host, &id, &status);
  proven = json_object_get (body, "proof") != NULL;
  citiz_host_answer (call, status, body);
  if (proven)
    citiz_host_keep (&host->proofs, call->request->path, call->response->body, PROOFS_MAX);
}

/* Reading ********************************************************************/

/**
 * citiz_host_route_blocks:
 *
 * GET /v1/blocks?from=HEIGHT&max=COUNT: final blocks, citiz_chain_read_range(). 503 when the disk refuses: empty would say that there are none.
 */
void
citiz_host_route_blocks (CitizHostCall *call)
{
  const gint64 from = citiz_host_query (call->request, "from", 1);
  const gint64 max = citiz_host_query (call->request, "max", CITIZ_HOST_BLOCKS_MAX);
  g_autoptr (GError) error = NULL;
  GBytes *range;

  if (from < 1 || max < 1)
    {
      citiz_host_answer_error (call, 400, "format");
      return;
    }
  range = citiz_chain_read_range (call->host->chain, (guint64) from,
                                  (guint) MIN (max, CITIZ_HOST_BLOCKS_MAX), CITIZ_HOST_BLOCKS_BYTES,
                                  &error);
  if (range != NULL)
    {
      citiz_host_answer_bytes (call, 200, BINARY, range);
      return;
    }
  g_debug ("blocks that were asked for cannot be read: %s", error->message);
  citiz_host_answer_error (call, 503, "disk");
}

/* Of a number in the path; TRUE with the number. */
static gboolean
number_of (CitizHostCall *call, guint star, guint64 max, guint64 *out)
{
  if (g_ascii_string_to_unsigned (call->star[star], 10, 0, max, out, NULL))
    return TRUE;
  citiz_host_answer_error (call, 400, "format");
  return FALSE;
}

/* What does not change any more, or that it is not here (any more). */
static void
answer_for_ever (CitizHostCall *call, GBytes *bytes)
{
  if (bytes == NULL)
    {
      citiz_host_answer_error (call, 404, "none");
      return;
    }
  citiz_http_response_header (call->response, "Cache-Control", CITIZ_HOST_KEEP_FOR_EVER);
  citiz_host_answer_bytes (call, 200, BINARY, bytes);
}

/* GET /v1/snapshots/<epoch>: the hashes of the chunks of the state at the end of this epoch; kept for the newest two. */
void
citiz_host_route_snapshot (CitizHostCall *call)
{
  guint64 epoch;

  if (number_of (call, 0, CITIZ_JSON_INT_MAX, &epoch))
    answer_for_ever (call, citiz_chain_snapshot_list (call->host->chain, epoch));
}

/* GET /v1/snapshots/<epoch>/<place> */
void
citiz_host_route_chunk (CitizHostCall *call)
{
  guint64 epoch, place;

  if (number_of (call, 0, CITIZ_JSON_INT_MAX, &epoch)
      && number_of (call, 1, CITIZ_SNAPSHOT_MAX, &place))
    answer_for_ever (call, citiz_chain_snapshot_chunk (call->host->chain, epoch, (guint) place));
}

void
citiz_host_route_genesis (CitizHostCall *call)
{
  citiz_host_answer_bytes (call, 200, BINARY,
                           citiz_genesis_encode (&call->host->community->genesis));
}
