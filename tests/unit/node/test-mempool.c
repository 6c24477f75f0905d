/* How many transactions may wait: as many as /limits says, and no account takes the others' places. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-mempool.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

static CitizGenesis genesis = {.version = 1, .protocol = CITIZ_PROTOCOL, .n_founders = 1};

static CitizTx *
new_tx (CitizTxType type, CitizTime now)
{
  CitizTx *tx = citiz_tx_new (type);

  citiz_genesis_chain_id (&tx->chain_id, &genesis);
  tx->valid_until.ms = now.ms + CITIZ_HOUR;
  return tx;
}

static CitizSigningKey *
key_of (guint number)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);

  memset (citiz_secret_data (seed), 7, 32);
  memcpy (citiz_secret_data (seed), &number, sizeof number);
  return citiz_signing_key_new_from_seed (seed);
}

static CitizTx *
registration (guint number, CitizTime now)
{
  g_autoptr (CitizSigningKey) key = key_of (number);
  CitizTx *tx = new_tx (CITIZ_TX_ACCT_REGISTER, now);

  tx->body.reg.keys[tx->body.reg.n_keys++] = (CitizAccountKey){
      CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519, *citiz_signing_key_get_public (key)};
  citiz_tx_register_account_id (&tx->account, &tx->body.reg);
  citiz_tx_sign (tx, key);
  return tx;
}

static CitizTx *
commitment (const CitizTx *account, guint number, guint nonce, CitizTime now)
{
  g_autoptr (CitizSigningKey) key = key_of (number);
  CitizTx *tx = new_tx (CITIZ_TX_COMMIT_RECORDS, now);

  tx->account = account->account;
  tx->nonce = nonce;
  tx->body.commit.n_leaves = 1;
  memcpy (tx->body.commit.root.b, &nonce, sizeof nonce);
  citiz_tx_sign (tx, key);
  return tx;
}

/* Returns: whether there was room; nothing else may be wrong with it */
static gboolean
add (CitizMempool *pool, const CitizLedger *ledger, CitizTx *tx, CitizTime now)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizTx) owned = tx;
  g_autoptr (CitizChecked) checked = citiz_checked_new ();
  gboolean fresh;

  if (citiz_mempool_add (pool, owned, ledger, now, checked, &fresh, &error))
    return TRUE;
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_LIMIT);
  return FALSE;
}

static void
test_account (void)
{
  g_autoptr (CitizLedger) ledger = citiz_ledger_new (&genesis);
  g_autoptr (CitizMempool) pool = citiz_mempool_new ();
  const CitizTime now = citiz_env_now (citiz_env_system ());
  g_autoptr (CitizTx) account = registration (0, now);

  g_assert_true (add (pool, ledger, citiz_tx_ref (account), now));
  for (guint i = 1; i < CITIZ_MEMPOOL_MAX_ACCOUNT; i++)
    g_assert_true (add (pool, ledger, commitment (account, 0, i, now), now));
  g_assert_false (add (pool, ledger, commitment (account, 0, CITIZ_MEMPOOL_MAX_ACCOUNT, now), now));
  g_assert_true (add (pool, ledger, registration (1, now), now)); /* others have their places */
  g_assert_cmpuint (citiz_mempool_size (pool), ==, CITIZ_MEMPOOL_MAX_ACCOUNT + 1);
}

static void
test_all (void)
{
  g_autoptr (CitizLedger) ledger = citiz_ledger_new (&genesis);
  g_autoptr (CitizMempool) pool = citiz_mempool_new ();
  const CitizTime now = citiz_env_now (citiz_env_system ());
  g_autoptr (CitizTx) first = registration (0, now);

  g_assert_true (add (pool, ledger, citiz_tx_ref (first), now));
  for (guint i = 1; i < CITIZ_MEMPOOL_MAX_TXS; i++)
    g_assert_true (add (pool, ledger, registration (i, now), now));
  g_assert_false (add (pool, ledger, registration (CITIZ_MEMPOOL_MAX_TXS, now), now));
  citiz_mempool_remove (pool, citiz_tx_get_id (first));
  g_assert_true (add (pool, ledger, registration (CITIZ_MEMPOOL_MAX_TXS, now), now));
  g_assert_cmpuint (citiz_mempool_size (pool), ==, CITIZ_MEMPOOL_MAX_TXS);
}

#define GRANTS                                                                                     \
  8 /* an account: so few that each is looked at quickly, so large that the bytes run out first */

/* The largest there is: a grant to seven nodes. */
static CitizTx *
grant (const CitizTx *account, guint number, guint nonce, CitizTime now)
{
  g_autoptr (CitizSigningKey) key = key_of (number);
  CitizTx *tx = new_tx (CITIZ_TX_GRANT, now);
  CitizTxGrant *body = &tx->body.grant;

  tx->account = account->account;
  tx->nonce = nonce;
  *body = (CitizTxGrant){.kind = CITIZ_GRANT_EMERGENCY,
                         .threshold = 5,
                         .n_committee = CITIZ_COMMITTEE_MAX,
                         .max_openings = 1,
                         .not_before = now,
                         .expires = {now.ms + CITIZ_HOUR}};
  memcpy (body->id.b, &number, sizeof number);
  memcpy (body->id.b + sizeof number, &nonce, sizeof nonce);
  for (guint i = 0; i < CITIZ_COMMITTEE_MAX; i++)
    body->committee[i].node.b[0] = (guint8) (i + 1);
  citiz_tx_sign (tx, key);
  return tx;
}

static void
test_bytes (void)
{
  g_autoptr (CitizLedger) ledger = citiz_ledger_new (&genesis);
  g_autoptr (CitizMempool) pool = citiz_mempool_new ();
  const CitizTime now = citiz_env_now (citiz_env_system ());
  gsize bytes = 0;
  gboolean full = FALSE;

  for (guint account = 0; !full; account++)
    {
      g_autoptr (CitizTx) first = registration (account, now);

      for (guint i = 0; !full && i < GRANTS; i++)
        {
          g_autoptr (CitizTx) tx = i == 0 ? citiz_tx_ref (first) : grant (first, account, i, now);
          const gsize more = bytes + g_bytes_get_size (citiz_tx_get_bytes (tx));

          full = more > CITIZ_MEMPOOL_MAX_BYTES;
          g_assert_true (add (pool, ledger, citiz_tx_ref (tx), now) == !full);
          bytes = more;
        }
    }
  g_assert_cmpuint (citiz_mempool_size (pool), <, CITIZ_MEMPOOL_MAX_TXS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  genesis.time = citiz_env_now (citiz_env_system ());
  g_test_add_func ("/mempool/account", test_account);
  g_test_add_func ("/mempool/all", test_all);
  g_test_add_func ("/mempool/bytes", test_bytes);
  return g_test_run ();
}
