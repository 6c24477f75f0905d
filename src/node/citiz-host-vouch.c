/* POST /v1/vouch: this node's word for the transactions of those who were invited. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include "store/citiz-guest-store.h"
#include "wire/citiz-invitation.h"

#include <string.h>

#define BINARY "application/octet-stream"

/* What the node's own openings and closings of the day need is kept back: a tenth. */
static gboolean
has_room (CitizHost *host, const CitizLedger *ledger, CitizTime now)
{
  CitizTxParams params;

  return !citiz_ledger_get_params (ledger, &params)
         || citiz_ledger_used (ledger, citiz_signing_key_get_public (host->key), now)
                < params.quota - params.quota / 10;
}

/* Names this node, in this epoch. */
static gboolean
asks_us (CitizHostCall *call, const CitizTx *tx, const CitizLedger *ledger)
{
  const CitizPublicKey *own = citiz_signing_key_get_public (call->host->key);

  if (!citiz_ledger_is_member (ledger, own))
    citiz_host_answer_error (call, 503, "observer");
  else if (!citiz_public_key_equal (&tx->sponsor, own))
    citiz_host_answer_error (call, 422, "sponsor");
  else if (tx->sponsor_epoch != citiz_ledger_epoch (ledger))
    citiz_host_answer_error (call, 422, "epoch");
  else
    return TRUE;
  return FALSE;
}

/* Within a database transaction: counted, and valid. FALSE: answered. */
static gboolean
take (CitizHostCall *call, CitizTx *vouched, const CitizHash *invite, const CitizLedger *ledger)
{
  CitizHost *host = call->host;
  const CitizTime now = citiz_env_now (host->env);
  g_autoptr (GPtrArray) txs = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  CitizGuestAnswer answer;

  g_ptr_array_add (txs, vouched);
  if (!citiz_guest_store_take (host->db, &vouched->account, invite, now,
                               host->config->guest_transactions, &answer, &error))
    citiz_host_answer_error (call, 500, "node");
  else if (answer == CITIZ_GUEST_STRANGER)
    citiz_host_answer_error (call, 403, invite ? "token" : "member");
  else if (answer == CITIZ_GUEST_FULL || !has_room (host, ledger, now))
    citiz_host_answer_error (call, 429, "quota");
  else if (!citiz_ledger_try (ledger, txs, now, NULL, NULL, &error))
    citiz_host_answer_refused (call, error);
  else
    return TRUE;
  return FALSE;
}

static void
vouch (CitizHostCall *call, const CitizTx *tx, const CitizHash *invite, const CitizLedger *ledger)
{
  CitizHost *host = call->host;
  g_autoptr (CitizTx) vouched = citiz_tx_vouch (tx, host->key);

  if (!citiz_db_begin (host->db, NULL))
    citiz_host_answer_error (call, 500, "node");
  else if (!take (call, vouched, invite, ledger))
    citiz_db_rollback (host->db);
  else if (!citiz_db_commit (host->db, NULL))
    citiz_host_answer_error (call, 500, "node");
  else
    {
      host->counts.vouched++;
      citiz_host_answer_bytes (call, 200, BINARY, g_bytes_ref (citiz_tx_get_bytes (vouched)));
    }
}

/**
 * citiz_host_route_vouch:
 *
 * The body is a token (zeros: a guest already) and a transaction that names this node as its sponsor and waits for its signature; the answer is that
 * transaction with it. A transaction that the ledger would refuse costs neither the invitation nor the guest anything.
 */
void
citiz_host_route_vouch (CitizHostCall *call)
{
  static const guint8 none[CITIZ_INVITATION_TOKEN_SIZE];
  const CitizLedger *ledger = citiz_chain_ledger (call->host->chain, NULL);
  g_autoptr (CitizTx) tx = NULL;
  CitizHash invite;
  gboolean invited;
  gsize n;
  const guint8 *bytes = g_bytes_get_data (call->request->body, &n);

  if (g_strcmp0 (call->request->content_type, BINARY) != 0)
    {
      citiz_host_answer_error (call, 415, "content-type");
      return;
    }
  if (n > sizeof none)
    tx = citiz_tx_decode (bytes + sizeof none, n - sizeof none, NULL);
  if (tx == NULL)
    {
      citiz_host_answer_error (call, 400, "format");
      return;
    }
  if (!citiz_host_takes (call) || !asks_us (call, tx, ledger))
    return;
  invited = memcmp (bytes, none, sizeof none) != 0;
  if (invited)
    citiz_sha256 (&invite, bytes, sizeof none);
  vouch (call, tx, invited ? &invite : NULL, ledger);
}
