/* A part of a key that a node signed, held against the ledger. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-watch-given.h"

typedef enum
{
  OTHER,  /* says nothing of it: another capsule, another place, or another's signature */
  AGREES, /* this is the part that was handed out */
  DIFFERS /* the node of that place has signed another */
} Judged;

static Judged
judge (const CitizTxGrant *deal, const CitizGiven *given)
{
  const CitizGrantMember *member;

  if (!citiz_hash_equal (&deal->capsule, &given->receipt.capsule) || given->place == 0
      || given->place > deal->n_committee)
    return OTHER;
  member = &deal->committee[given->place - 1];
  if (citiz_hash_equal (&member->commitment, &given->commitment))
    return AGREES;
  return citiz_given_verify (&given->receipt, given->place, &given->commitment, &given->signature,
                             &member->node)
             ? DIFFERS
             : OTHER;
}

/* Every deal of the grant: a renewal has other parts. Where the history is missing still, the newest is in the state. */
static GArray *
deals_of (CitizChain *chain, const CitizId *grant)
{
  GArray *deals = g_array_new (FALSE, FALSE, sizeof (CitizTxGrant));
  g_autoptr (GPtrArray) txs = citiz_chain_txs_of_grant (chain, grant, NULL);
  CitizGrantState state;

  for (guint i = 0; txs != NULL && i < txs->len; i++)
    {
      const CitizTxInfo *info = txs->pdata[i];

      if (info->type == CITIZ_TX_GRANT)
        g_array_append_val (deals, info->tx->body.grant);
    }
  if (citiz_chain_grant (chain, grant, &state))
    g_array_append_val (deals, state.grant);
  return deals;
}

/**
 * citiz_given_guilty:
 * @chain: one's own verified copy
 * @out_node: who gave it
 *
 * Somebody who deals a capsule twice, with other parts, could make an honest answer look false: no deal of it may know the part.
 *
 * Returns: whether this proves that a node gave a false part: its signature, over what is not the grant's
 */
gboolean
citiz_given_guilty (CitizChain *chain, const CitizGiven *given, CitizPublicKey *out_node)
{
  g_autoptr (GArray) deals = deals_of (chain, &given->receipt.grant);
  gboolean guilty = FALSE;

  for (guint i = 0; i < deals->len; i++)
    {
      const CitizTxGrant *deal = &g_array_index (deals, CitizTxGrant, i);
      const Judged judged = judge (deal, given);

      if (judged == AGREES)
        return FALSE;
      if (judged == OTHER)
        continue;
      guilty = TRUE;
      *out_node = deal->committee[given->place - 1].node;
    }
  return guilty;
}
