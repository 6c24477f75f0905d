/* What worlds with the real ledger have in common: founders, accounts, and their transactions, made once. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sim/citiz-sim-private.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

#define VALID    (20 * CITIZ_HOUR) /* from when most worlds begin; others begin before midnight */
#define SECRET   5
#define NEWCOMER 100

static CitizSigningKey *
key_of (guint8 role, guint8 number)
{
  guint8 bytes[32] = {role, number};
  g_autoptr (CitizSecret) seed = citiz_secret_new_take_copy (bytes, sizeof bytes);

  return citiz_signing_key_new_from_seed (seed);
}

static gint
by_node (gconstpointer a, gconstpointer b)
{
  const CitizFounder *one = a;
  const CitizFounder *other = b;

  return memcmp (one->validator.node.b, other->validator.node.b, sizeof one->validator.node.b);
}

static void
make_genesis (CitizSimFoundation *foundation, guint n)
{
  CitizGenesis *genesis = &foundation->genesis;

  genesis->version = 1;
  genesis->protocol = CITIZ_PROTOCOL;
  genesis->time.ms = CITIZ_SIM_WALL - 10 * CITIZ_SECOND;
  genesis->n_founders = (guint16) n;
  for (guint8 i = 0; i < n; i++)
    {
      g_autoptr (CitizSigningKey) node = key_of ('n', i);
      g_autoptr (CitizSigningKey) epoch = key_of ('e', i);
      CitizFounder *founder = &genesis->founders[i];

      founder->validator.node = *citiz_signing_key_get_public (node);
      founder->validator.key = *citiz_signing_key_get_public (epoch);
      citiz_founder_sign (founder, &genesis->salt, node);
    }
  qsort (genesis->founders, n, sizeof *genesis->founders, by_node);
  for (guint8 i = 0; i < n; i++)
    {
      g_autoptr (CitizSigningKey) node = key_of ('n', i);

      for (guint k = 0; k < n; k++)
        if (citiz_public_key_equal (&genesis->founders[k].validator.node,
                                    citiz_signing_key_get_public (node)))
          foundation->numbers[k] = i;
    }
  citiz_genesis_chain_id (&foundation->chain_id, genesis);
}

/* The share of machine @place in the grant of account @group. */
void
citiz_sim_share_of (CitizHash *out, guint group, guint place)
{
  const guint8 bytes[] = {SECRET, (guint8) group, (guint8) place};

  citiz_sha256 (out, bytes, sizeof bytes);
}

static void
describe_grant (const CitizSimFoundation *foundation, guint group, CitizTxGrant *out)
{
  const CitizGenesis *genesis = &foundation->genesis;
  CitizHash secret;

  memset (&secret, SECRET, sizeof secret);
  memset (out->id.b, (gint) group + 1, sizeof out->id.b);
  out->kind = CITIZ_GRANT_EMERGENCY;
  out->n_committee = (guint16) MIN (genesis->n_founders, CITIZ_COMMITTEE_MAX);
  out->threshold = (guint8) citiz_quorum (out->n_committee);
  for (guint i = 0; i < out->n_committee; i++)
    {
      CitizHash share;

      citiz_sim_share_of (&share, group, i);
      out->committee[i].node = genesis->founders[i].validator.node;
      citiz_sha256 (&out->committee[i].commitment, share.b, sizeof share.b);
    }
  citiz_hash_repeat (&out->a_max, &secret, 1);
  out->max_openings = 1;
  out->not_before.ms = CITIZ_SIM_WALL - CITIZ_MINUTE;
  out->expires.ms = CITIZ_SIM_WALL + CITIZ_DAY;
}

/* Four in a row are one account's: it registers, grants, is opened, and revokes, or notes something. */
static void
describe (const CitizSimFoundation *foundation, guint tx, const CitizPublicKey *key, CitizTx *out)
{
  static const CitizTxType types[]
      = {CITIZ_TX_ACCT_REGISTER, CITIZ_TX_GRANT, CITIZ_TX_ACCESS_OPEN, CITIZ_TX_COMMIT_RECORDS};
  const guint group = tx / 4;
  CitizTxRegister reg = {.n_keys = 1};

  reg.keys[0] = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519, *key};
  citiz_tx_register_account_id (&out->account, &reg);
  out->type = citiz_sim_revokes (tx) ? CITIZ_TX_GRANT_REVOKE : types[tx % 4];
  out->chain_id = foundation->chain_id;
  out->nonce = tx % 4;
  out->valid_until.ms = CITIZ_SIM_WALL + VALID;
  if (tx % 4 == 0)
    out->body.reg = reg;
  else if (tx % 4 == 1)
    describe_grant (foundation, group, &out->body.grant);
  else if (tx % 4 == 2)
    {
      memset (out->body.open.grant.b, (gint) group + 1, sizeof out->body.open.grant.b);
      out->body.open.use = 1;
      memset (&out->body.open.a, SECRET, sizeof out->body.open.a);
    }
  else if (citiz_sim_revokes (tx))
    memset (out->body.revoke.grant.b, (gint) group + 1, sizeof out->body.revoke.grant.b);
  else
    {
      out->body.commit.n_leaves = 1;
      memset (&out->body.commit.root, (gint) group + 1, sizeof out->body.commit.root);
    }
}

static void
vouch_and_sign (CitizSimFoundation *foundation,
                guint tx,
                const CitizSigningKey *key,
                gboolean sponsors)
{
  const gint sponsor = sponsors ? citiz_sim_sponsor (foundation->genesis.n_founders, tx) : -1;
  g_autoptr (CitizSigningKey) node = key_of ('n', (guint8) MAX (sponsor, 0));
  g_autoptr (CitizTx) own = foundation->txs[tx];

  if (sponsor >= 0)
    own->sponsor = *citiz_signing_key_get_public (node);
  citiz_tx_sign (own, key);
  foundation->txs[tx] = sponsor >= 0 ? citiz_tx_vouch (own, node) : citiz_tx_ref (own);
}

/* Registrations of accounts that do nothing else. */
static void
make_lane (CitizSimFoundation *foundation, guint lane)
{
  for (guint i = 0; i < CITIZ_SIM_LANE_EACH; i++)
    {
      g_autoptr (CitizSigningKey) key = key_of ((guint8) ('A' + lane), (guint8) i);
      CitizTx *tx = citiz_tx_new (CITIZ_TX_ACCT_REGISTER);

      describe (foundation, CITIZ_SIM_LANE, citiz_signing_key_get_public (key), tx);
      citiz_tx_sign (tx, key);
      foundation->lanes[lane][i] = tx;
    }
}

static void
make_txs (CitizSimFoundation *foundation, gboolean sponsors)
{
  for (guint i = 0; i < CITIZ_SIM_CHANGE; i++)
    {
      g_autoptr (CitizSigningKey) key = key_of ('a', (guint8) (i / 4));

      foundation->txs[i] = citiz_tx_new (CITIZ_TX_ACCT_REGISTER);
      describe (foundation, i, citiz_signing_key_get_public (key), foundation->txs[i]);
      vouch_and_sign (foundation, i, key, sponsors);
    }
}

gboolean
citiz_sim_asks_for_sponsors (const CitizSim *sim)
{
  return sim->options->ledger && sim->n_epochs == 1;
}

CitizSigningKey *
citiz_sim_node_key (const CitizSim *sim, guint body)
{
  const CitizSimFoundation *foundation = citiz_sim_foundation (sim);

  return key_of ('n', body < foundation->genesis.n_founders ? foundation->numbers[body]
                                                            : (guint8) (NEWCOMER + body));
}

const CitizSimFoundation *
citiz_sim_foundation (const CitizSim *sim)
{
  static CitizSimFoundation foundations[2][CITIZ_SIM_MAX_NODES + 1];
  const gboolean sponsors = citiz_sim_asks_for_sponsors (sim);
  const guint n = sim->epochs[0].n;
  CitizSimFoundation *found = &foundations[sponsors][n];

  if (found->genesis.version == 0)
    {
      if (!citiz_crypto_init ())
        g_error ("no randomness");
      make_genesis (found, n);
      make_txs (found, sponsors);
      for (guint i = 0; i < CITIZ_SIM_LANES; i++)
        make_lane (found, i);
    }
  return found;
}
