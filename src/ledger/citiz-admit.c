/* Who may have a place in a block: those a node vouches for, and a few who worked for it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-community.h"
#include "ledger/citiz-ledger-private.h"

#include <string.h>

static gboolean
refuse (GError **error, CitizLedgerError code, const gchar *what)
{
  g_set_error_literal (error, CITIZ_LEDGER_ERROR, code, what);
  return FALSE;
}

static gboolean
check_sponsor (const CitizRun *run, const CitizTx *tx, GError **error)
{
  gsize n;
  const guint8 *bytes = citiz_tx_get_vouched (tx, &n);

  if (!citiz_run_is_member (run, &tx->sponsor))
    return refuse (error, CITIZ_LEDGER_ERROR_SPONSOR, "the sponsor is no member");
  if (tx->sponsor_epoch != run->ledger->epoch)
    return refuse (error, CITIZ_LEDGER_ERROR_SPONSOR, "the sponsor's word is of another epoch");
  if (run->check != NULL
      && !run->check (run->check_data, CITIZ_DOMAIN_SIGN_SPONSOR, bytes, n, &tx->sponsor_signature,
                      &tx->sponsor))
    return refuse (error, CITIZ_LEDGER_ERROR_SPONSOR, "the sponsor has not signed");
  return TRUE;
}

/* One more today. */
static gboolean
count (CitizRun *run, const guint8 who[32], guint32 limit, GError **error)
{
  const guint32 today = (guint32) (run->time.ms / CITIZ_DAY);
  GBytes *value = citiz_state_find (run->state, CITIZ_OBJECT_COUNT, who, 32);
  CitizCount made;

  if (value == NULL || !citiz_count_decode (value, &made, NULL) || made.day != today)
    made = (CitizCount){.day = today};
  memcpy (made.who.b, who, 32);
  if (made.used >= limit)
    return refuse (error, CITIZ_LEDGER_ERROR_QUOTA, "today's transactions are used up");
  made.used++;
  citiz_run_put (run, CITIZ_OBJECT_COUNT, who, 32, citiz_count_encode (&made));
  return TRUE;
}

/**
 * citiz_ledger_used:
 *
 * Returns: how many transactions of @now's day count for @node already: its own, and those it vouched for
 */
guint32
citiz_ledger_used (const CitizLedger *ledger, const CitizPublicKey *node, CitizTime now)
{
  GBytes *value = citiz_state_find (ledger->state, CITIZ_OBJECT_COUNT, node->b, sizeof node->b);
  CitizCount made;

  return value != NULL && citiz_count_decode (value, &made, NULL)
                 && made.day == (guint32) (now.ms / CITIZ_DAY)
             ? made.used
             : 0;
}

/* Whoever checks signatures later checks the work with them. */
static void
owe (CitizRun *run, guint bits)
{
  const CitizOwed owed = {run->ledger->log.size, bits};

  g_array_append_val (run->changes->owed, owed);
}

/* Nobody vouches: a part of each block is for whoever worked a little. */
static gboolean
take_lane (CitizRun *run, CitizTx *tx, const CitizTxParams *params, GError **error)
{
  const gsize size = g_bytes_get_size (citiz_tx_get_bytes (tx));

  if (run->lane != NULL
      && (run->lane->n >= CITIZ_LANE_MAX_TX || run->lane->bytes + size > CITIZ_LANE_MAX_BYTES))
    return refuse (error, CITIZ_LEDGER_ERROR_QUOTA, "the open part of the block is full");
  if (run->check == NULL)
    owe (run, params->work);
  else if (!citiz_tx_worked (tx, params->work))
    return refuse (error, CITIZ_LEDGER_ERROR_WORK, "nobody vouches for it, and it shows no work");
  if (run->lane != NULL)
    {
      run->lane->n++;
      run->lane->bytes += size;
    }
  return TRUE;
}

/**
 * citiz_run_admit:
 * @signer: the key that signed
 *
 * Whether the community takes @tx, whatever it says. Before its parameters are set it asks for nothing, nor does a chain of one.
 */
gboolean
citiz_run_admit (CitizRun *run, CitizTx *tx, const CitizPublicKey *signer, GError **error)
{
  CitizTxParams params;

  if (tx->sponsored && !check_sponsor (run, tx, error))
    return FALSE;
  if (!citiz_state_get_params (run->state, &params))
    return TRUE;
  if (citiz_run_is_member (run, signer)) /* nodes vouch for themselves */
    return count (run, signer->b, params.quota, error);
  if (tx->sponsored)
    {
      if (!count (run, tx->sponsor.b, params.quota, error))
        return FALSE;
    }
  else if (params.sponsored && !take_lane (run, tx, &params, error))
    return FALSE;
  return params.rate == 0 || count (run, tx->account.b, params.rate, error);
}
